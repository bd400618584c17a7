//! Reports.

use std::collections::BTreeMap;

use serde_json::json;
use tillbook::{Book, CSV_BOM, Class, Csv, DayClose, Figures, ListedOperation, Period, Reconciliation, Tally, Totals};

use crate::args::{Options, Report, ReportOf};
use crate::out::{Field, Out, number, text};
use crate::{Ended, Failure, Outcome, json, words};

pub(crate) fn report(options: &Options, asked: &Report, out: &mut Out) -> Outcome {
    // Where the two stand on either side of the report's name they are not seen together.
    if asked.csv && out.json {
        return Err(Failure::Usage(out.say(words::CSV_OR_JSON).to_owned()));
    }
    match &asked.what {
        ReportOf::X => {
            let totals = out.book(options)?.totals()?;
            show_totals(out, asked, &totals)?;
        }
        ReportOf::Sales { date } => {
            let book = out.book(options)?;
            let totals = book.totals_of_day(&day(&book, date.as_deref())?)?;
            show_totals(out, asked, &totals)?;
        }
        ReportOf::Day { date } => {
            let book = out.book(options)?;
            let report = book.reconciliation(&Period::Day(day(&book, date.as_deref())?))?;
            show_reconciliation(out, asked, &report)?;
        }
        ReportOf::Outage { number } => {
            let book = out.book(options)?;
            let last = || book.outages().map(|outages| outages.first().map(|outage| outage.outage_no));
            let number = match number {
                Some(number) => Some(*number),
                None => last()?,
            };
            let report = book.reconciliation(&Period::Outage(number.unwrap_or_default()))?;
            show_reconciliation(out, asked, &report)?;
        }
        ReportOf::Close { date, who } => {
            let till = out.till(options)?;
            let date = match date {
                Some(date) => date.clone(),
                None => till.business_date()?,
            };
            let close = till.close_day(&date, who)?;
            show_close(out, asked, &close)?;
        }
        ReportOf::Z { number } => {
            let book = out.book(options)?;
            let last = || book.day_closes(None).map(|closes| closes.into_iter().next().map(|close| close.close_no));
            let number = match number {
                Some(number) => Some(*number),
                None => last()?,
            };
            let close = book.day_close(number.unwrap_or_default())?;
            show_close(out, asked, &close)?;
        }
        ReportOf::Closes => {
            if asked.csv {
                return Err(Failure::Usage(out.say(words::NO_CSV).to_owned()));
            }
            let closes = out.book(options)?.day_closes(None)?;
            show_closes(out, &closes)?;
        }
    }
    Ok(Ended::Well)
}

fn day(book: &Book, date: Option<&str>) -> Result<String, Failure> {
    Ok(match date {
        Some(date) => date.to_owned(),
        None => book.business_date()?,
    })
}

fn csv<T: Csv + ?Sized>(out: &mut Out, asked: &Report, report: &T) -> Result<(), Failure> {
    let table = report.to_csv(out.language);
    let mark = if asked.bom { CSV_BOM } else { "" };
    out.raw(&format!("{mark}{table}"))
}

fn show_totals(out: &mut Out, asked: &Report, totals: &Totals) -> Result<(), Failure> {
    if asked.csv {
        return csv(out, asked, totals);
    }
    if out.json {
        return out.json(&serde_json::to_value(totals)?);
    }
    out.head()?;
    tell_totals(out, totals)
}

fn tell_totals(out: &mut Out, totals: &Totals) -> Result<(), Failure> {
    let between = |first: Option<&String>, last: Option<&String>| match (first, last) {
        (Some(first), Some(last)) => format!("{first} – {last}"),
        _ => String::new(),
    };
    let (from, to) = (totals.from.map(|at| out.time(at)), totals.to.map(|at| out.time(at)));
    out.pairs(vec![
        (("Business day", "营业日"), totals.business_date.clone().unwrap_or_default()),
        (("Time", "时间"), between(from.as_ref(), to.as_ref())),
        (("Receipts", "小票编号"), between(totals.first_receipt.as_ref(), totals.last_receipt.as_ref())),
    ])?;
    out.line("")?;
    let mut rows = Vec::new();
    for line in &totals.lines {
        let key = &line.key;
        let mut row = vec![
            text(key.operator.as_deref().unwrap_or("–")),
            text(key.shift.as_deref().unwrap_or("–")),
            text(key.kind.label(out.language)),
            text(key.pay_type.as_deref().unwrap_or_default()),
            text(key.movement.label(out.language)),
        ];
        row.extend(figures(&line.figures));
        rows.push(row);
    }
    for (movement, sums) in &totals.movements {
        let mut row =
            vec![text(out.say(("all", "合计"))), text(""), text(""), text(""), text(movement.label(out.language))];
        row.extend(figures(sums));
        rows.push(row);
    }
    out.table(
        &[
            ("operator", "收银员"),
            ("shift", "班次"),
            ("kind", "业务"),
            ("pay type", "支付方式"),
            ("movement", "方式"),
            ("lines", "笔数"),
            ("original", "原价"),
            ("discount", "折扣"),
            ("actual", "实付"),
            ("from card", "卡内支付"),
            ("due", "其他收款"),
            ("bonus", "赠送"),
            ("points", "积分"),
        ],
        rows,
    )?;
    out.line("")?;
    out.pairs(vec![(("To be in the drawer", "应收现金等"), totals.due.to_string())])
}

fn figures(figures: &Figures) -> Vec<Field> {
    vec![
        number(figures.lines),
        number(figures.original),
        number(figures.discount),
        number(figures.actual),
        number(figures.from_card),
        number(figures.due),
        number(figures.bonus),
        number(figures.points),
    ]
}

fn show_reconciliation(out: &mut Out, asked: &Report, report: &Reconciliation) -> Result<(), Failure> {
    if asked.csv && asked.list {
        return csv(out, asked, &masked(out, &report.operations)[..]);
    }
    if asked.csv {
        return csv(out, asked, report);
    }
    if out.json {
        let mut value = serde_json::to_value(report)?;
        json::masked(out, &mut value, &report.operations);
        return out.json(&value);
    }
    out.head()?;
    out.pairs(vec![
        (("Business day", "营业日"), report.business_date.clone().unwrap_or_default()),
        (
            ("Outage", "断网"),
            report
                .outage
                .map(|outage| format!("{outage} ({})", report.provider.as_deref().unwrap_or_default()))
                .unwrap_or_default(),
        ),
        (("Time", "时间"), format!("{} – {}", out.time(report.from), out.time(report.until))),
    ])?;
    if !asked.list {
        out.line("")?;
        let mut rows = Vec::new();
        for (kind, classes) in &report.kinds {
            for (class, tally) in classes {
                rows.push(tally_row(kind.label(out.language), class.label(out.language), tally));
            }
        }
        let all = out.say(("all", "合计"));
        for (class, tally) in &report.classes {
            rows.push(tally_row(all, class.label(out.language), tally));
        }
        let differs = out.say(("differs from what was told", "与承诺的不一致"));
        rows.push(tally_row(all, differs, &report.variance));
        rows.push(tally_row(all, all, &report.total));
        out.table(
            &[("kind", "业务"), ("outcome", "结果"), ("operations", "笔数"), ("approved", "已承诺"), ("money", "金额")],
            rows,
        )?;
    }
    show_listed(out, &report.operations, report.more)
}

fn tally_row(kind: &str, what: &str, tally: &Tally) -> Vec<Field> {
    vec![text(kind), text(what), number(tally.operations), number(tally.approved), number(tally.money)]
}

fn show_listed(out: &mut Out, operations: &[ListedOperation], more: u64) -> Result<(), Failure> {
    if operations.is_empty() {
        return Ok(());
    }
    out.line("")?;
    let row = |op: &ListedOperation| {
        vec![
            text(out.time(op.created_at)),
            text(op.kind.label(out.language)),
            text(out.number(op.card.as_str())),
            text(op.class.label(out.language)),
            number(op.money),
            number(op.variance.map(|money| money.to_string()).unwrap_or_default()),
            text(&op.op_id),
        ]
    };
    let rows = operations.iter().map(row).collect();
    out.table(
        &[
            ("time", "时间"),
            ("kind", "业务"),
            ("card", "卡号"),
            ("outcome", "结果"),
            ("money", "金额"),
            ("differs by", "差异"),
            ("operation", "业务单号"),
        ],
        rows,
    )?;
    if more > 0 {
        out.line(&format!("{} {more}", out.say(("More of them:", "其余笔数："))))?;
    }
    Ok(())
}

fn show_close(out: &mut Out, asked: &Report, close: &DayClose) -> Result<(), Failure> {
    if asked.csv && asked.list {
        return csv(out, asked, &masked(out, &close.operations)[..]);
    }
    if asked.csv {
        return csv(out, asked, close);
    }
    if out.json {
        let mut value = serde_json::to_value(close)?;
        json::masked(out, &mut value, &close.operations);
        return out.json(&value);
    }
    out.head()?;
    out.pairs(vec![
        (("Z number", "日结编号"), close.close_no.to_string()),
        (("Closed", "日结时间"), out.time(close.at)),
        (("By", "操作人"), close.who.clone()),
        (("Chain head", "链尾"), close.chain_head.clone().unwrap_or_default()),
    ])?;
    out.line("")?;
    tell_totals(out, &close.totals)?;
    if !close.open.is_empty() {
        out.line(&format!("{} {}", out.say(("Not finished:", "未完成：")), told(out, &close.open)))?;
    }
    show_listed(out, &close.operations, close.more)
}

fn told(out: &Out, classes: &BTreeMap<Class, Tally>) -> String {
    let one = |(class, tally): (&Class, &Tally)| {
        format!("{} {} ({})", tally.operations, class.label(out.language), tally.money)
    };
    classes.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn show_closes(out: &mut Out, closes: &[DayClose]) -> Result<(), Failure> {
    if out.json {
        let closes: Vec<_> = closes
            .iter()
            .map(|close| {
                json!({"close_no": close.close_no, "business_date": close.business_date, "who": close.who, "at": close.at,
                       "first_receipt": close.totals.first_receipt, "last_receipt": close.totals.last_receipt,
                       "due": close.totals.due, "open": close.open})
            })
            .collect();
        return out.json(&json!({"closes": closes}));
    }
    out.head()?;
    let row = |close: &DayClose| {
        vec![
            number(close.close_no),
            text(&close.business_date),
            text(out.time(close.at)),
            text(&close.who),
            number(close.totals.due),
            text(told(out, &close.open)),
        ]
    };
    let rows = closes.iter().map(row).collect();
    out.table(
        &[
            ("Z", "编号"),
            ("business day", "营业日"),
            ("closed", "日结时间"),
            ("by", "操作人"),
            ("due", "其他收款"),
            ("not finished", "未完成"),
        ],
        rows,
    )
}

/// The same operations with their cards masked, unless all is asked for.
fn masked(out: &Out, operations: &[ListedOperation]) -> Vec<ListedOperation> {
    let one = |op: &ListedOperation| {
        let card = tillbook::CardNumber::new(out.number(op.card.as_str())).unwrap_or_else(|_| op.card.clone());
        let waits_for = op.waits_for.as_ref().map(|why| out.free(why, Some(op.card.as_str())));
        ListedOperation { card, waits_for, ..op.clone() }
    };
    operations.iter().map(one).collect()
}
