//! What was done, and one operation.

use serde_json::json;
use tillbook::{HistoryItem, HistoryLine, HistoryQuery, Receipt, RemoteRecord};

use crate::args::{History, Options};
use crate::out::{Out, number, text};
use crate::words::Words;
use crate::{Ended, Outcome, json};

pub(crate) fn history(options: &Options, asked: &History, out: &mut Out) -> Outcome {
    let book = out.book(options)?;
    let page = book.history(&HistoryQuery {
        card: asked.card.clone(),
        ticket: asked.ticket.clone(),
        kind: asked.kind.clone(),
        only_points: asked.points,
        after: asked.after,
        with_remote: asked.remote,
        after_record: asked.after_record,
        page_size: usize::from(asked.limit),
        ..HistoryQuery::default()
    })?;
    if out.json {
        let lines: Vec<_> = page.lines.iter().map(|line| json::line(out, line)).collect();
        let records: Vec<_> = page.records.iter().map(|record| json::record(out, record)).collect();
        out.json(&json!({"lines": lines, "next": page.next, "records": records, "next_record": page.next_record}))?;
        return Ok(Ended::Well);
    }
    // A line of the platform's own: the change in stored value, the platform, and its number there.
    let theirs = |record: &RemoteRecord| {
        vec![
            number(""),
            text(out.time(record.at)),
            text(&record.kind),
            text(out.number(record.card.as_str())),
            number(record.money.map(|money| money.to_string()).unwrap_or_default()),
            number(""),
            number(""),
            number(record.points.map(|points| points.to_string()).unwrap_or_default()),
            text(&record.provider),
            text(&record.remote_id),
        ]
    };
    let ours = |line: &HistoryLine| {
        let entry = &line.entry;
        vec![
            number(entry.entry_no),
            text(out.time(entry.at)),
            text(&entry.kind),
            text(out.number(entry.card.as_str())),
            number(entry.original),
            number(entry.from_card),
            number(entry.due),
            number(entry.points),
            text(line.state.label(out.language)),
            text(&entry.op_id),
        ]
    };
    let row = |item| match item {
        HistoryItem::Here(line) => ours(line),
        HistoryItem::Remote(record) => theirs(record),
    };
    let rows = page.in_order().map(row).collect();
    out.table(
        &[
            ("line", "行号"),
            ("time", "时间"),
            ("kind", "业务"),
            ("card", "卡号"),
            ("original", "原价"),
            ("from card", "卡内支付"),
            ("due", "其他收款"),
            ("points", "积分"),
            ("state", "状态"),
            ("operation", "业务单号"),
        ],
        rows,
    )?;
    if page.next.is_some() || page.next_record.is_some() {
        let after = |option: &str, next: Option<i64>| next.map(|next| format!(" {option} {next}")).unwrap_or_default();
        let (ours, theirs) = (after("--after", page.next), after("--after-record", page.next_record));
        out.line(&format!("{}{ours}{theirs}", out.say(("Older lines:", "更早的记录："))))?;
    }
    Ok(Ended::Well)
}

pub(crate) fn operation(options: &Options, op_id: &str, out: &mut Out) -> Outcome {
    let receipt = out.book(options)?.operation(op_id)?;
    if out.json {
        let value = json::receipt(out, &receipt);
        out.json(&value)?;
        return Ok(Ended::Well);
    }
    let pairs = told(out, &receipt);
    out.pairs(pairs)?;
    Ok(Ended::Well)
}

/// An operation, a line for each thing that is known of it.
pub(super) fn told(out: &Out, receipt: &Receipt) -> Vec<(Words, String)> {
    let told = &receipt.told;
    let free = |text: &String| out.free(text, Some(receipt.card.as_str()));
    let label = |promise: tillbook::Promise| promise.label(out.language).to_owned();
    let mut pairs = vec![
        (("Operation", "业务单号"), format!("{} ({})", receipt.op_id, receipt.kind.label(out.language))),
        (("Card", "卡号"), out.number(receipt.card.as_str())),
        (("Written down", "办理时间"), out.time(receipt.created_at)),
        (("The cashier was told", "告知收银员"), receipt.promise.map(label).unwrap_or_default()),
        (("State", "状态"), receipt.state.label(out.language).to_owned()),
        (("Why it waits", "待处理原因"), receipt.waits_for.as_ref().map(free).unwrap_or_default()),
        (("Receipt number", "小票编号"), receipt.receipt_no.clone().unwrap_or_default()),
        (
            ("Original / from card / due", "原价 / 卡内支付 / 其他收款"),
            format!("{} / {} / {}", told.original, told.from_card, told.due),
        ),
    ];
    // What it waits for is what the platform said, where that is why.
    if let Some(said) = receipt.remote_message.as_ref().filter(|said| receipt.waits_for.as_ref() != Some(*said)) {
        pairs.push((("The platform said", "平台答复"), free(said)));
    }
    if let Some(variance) = receipt.variance {
        pairs.push((("Differs by", "差异"), variance.to_string()));
    }
    pairs
}
