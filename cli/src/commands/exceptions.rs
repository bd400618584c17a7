//! Cards that the till does not serve.

use serde_json::json;
use tillbook::Exception;

use crate::args::{Except, Exceptions, Options};
use crate::out::{Out, text};
use crate::{Ended, Outcome};

pub(crate) fn exceptions(options: &Options, asked: &Exceptions, out: &mut Out) -> Outcome {
    let page = out.book(options)?.exceptions(asked.after, usize::from(asked.limit))?;
    if out.json {
        let one = |one: &Exception| {
            json!({"card": out.number(one.card.as_str()), "reason": out.free(&one.reason, Some(one.card.as_str())), "who": one.who, "since": one.since,
                   "by_list": one.by_list})
        };
        let shown: Vec<_> = page.exceptions.iter().map(one).collect();
        out.json(&json!({"exceptions": shown, "next": page.next}))?;
        return Ok(Ended::Well);
    }
    let row = |one: &Exception| {
        let list = if one.by_list { ("the merchant's list", "商户名单") } else { ("this till", "本机") };
        vec![
            text(out.number(one.card.as_str())),
            text(out.free(&one.reason, Some(one.card.as_str()))),
            text(one.who.as_deref().unwrap_or_default()),
            text(out.maybe_time(one.since)),
            text(out.say(list)),
        ]
    };
    let rows = page.exceptions.iter().map(row).collect();
    let headings = [("card", "卡号"), ("why", "原因"), ("by", "操作人"), ("since", "时间"), ("from", "来源")];
    out.table(&headings, rows)?;
    if let Some(next) = page.next {
        out.line(&format!("{} --after {next}", out.say(("More of them:", "更多：")),))?;
    }
    Ok(Ended::Well)
}

pub(crate) fn except(options: &Options, asked: &Except, out: &mut Out) -> Outcome {
    out.till(options)?.set_exception_by(&asked.number, asked.why.as_deref(), &asked.who)?;
    let card = out.number(&asked.number);
    if out.json {
        out.json(&json!({"card": card, "excepted": asked.why.is_some()}))?;
    } else {
        let done = if asked.why.is_some() { ("is not served", "已停用") } else { ("is served again", "已恢复") };
        let recorded = out.say(("Recorded for", "已记录，操作人："));
        out.line(&format!("{card}: {}. {recorded} {}", out.say(done), asked.who))?;
    }
    Ok(Ended::Well)
}
