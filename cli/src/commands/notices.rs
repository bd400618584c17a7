//! Notifications.

use serde_json::json;
use tillbook::{CardNumber, Notice};

use crate::args::{Ack, Options};
use crate::out::{Out, number, text};
use crate::{Ended, Outcome, json};

pub(crate) fn notices(options: &Options, out: &mut Out) -> Outcome {
    let notices = out.book(options)?.notices()?;
    if out.json {
        let shown: Vec<_> = notices.iter().map(|notice| json::notice(out, notice)).collect();
        out.json(&json!({"notices": shown}))?;
        return Ok(Ended::Well);
    }
    let row = |notice: &Notice| {
        vec![
            number(notice.notice_no),
            text(out.time(notice.at)),
            text(notice.kind.label(out.language)),
            number(notice.amount.map(|amount| amount.to_string()).unwrap_or_default()),
            text(notice.card.as_ref().map(|card| out.number(card.as_str())).unwrap_or_default()),
            text(notice.op_id.as_ref().map(ToString::to_string).unwrap_or_default()),
            text(out.free(&notice.detail, notice.card.as_ref().map(CardNumber::as_str))),
        ]
    };
    let rows = notices.iter().map(row).collect();
    out.table(
        &[
            ("no.", "编号"),
            ("time", "时间"),
            ("about", "内容"),
            ("money", "金额"),
            ("card", "卡号"),
            ("operation", "业务单号"),
            ("detail", "详情"),
        ],
        rows,
    )?;
    Ok(Ended::Well)
}

pub(crate) fn ack(options: &Options, asked: &Ack, out: &mut Out) -> Outcome {
    out.till(options)?.acknowledge(asked.notice, &asked.who, asked.note.as_deref())?;
    if out.json {
        out.json(&json!({"acknowledged": asked.notice}))?;
    } else {
        out.line(&format!("{} {}", out.say(("Acknowledged:", "已处理：")), asked.notice))?;
    }
    Ok(Ended::Well)
}
