//! What was done, and one operation.

use serde_json::json;
use tillbook::{HistoryLine, HistoryQuery, Receipt};

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
        page_size: usize::from(asked.limit),
        ..HistoryQuery::default()
    })?;
    if out.json {
        let lines: Vec<_> = page.lines.iter().map(|line| json::line(out, line)).collect();
        out.json(&json!({"lines": lines, "next": page.next}))?;
        return Ok(Ended::Well);
    }
    let row = |line: &HistoryLine| {
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
    let rows = page.lines.iter().map(row).collect();
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
    if let Some(next) = page.next {
        out.line(&format!("{} --after {next}", out.say(("Older lines:", "更早的记录："))))?;
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
    if let Some(variance) = receipt.variance {
        pairs.push((("Differs by", "差异"), variance.to_string()));
    }
    pairs
}
