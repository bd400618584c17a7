//! How the till stands.

use serde_json::json;
use tillbook::Outage;

use crate::args::Options;
use crate::out::Out;
use crate::{Ended, Outcome, words};

pub(crate) fn status(options: &Options, out: &mut Out) -> Outcome {
    let book = out.book(options)?;
    let (identity, status) = (book.identity()?, book.status()?);
    let halted = status.remotes.iter().any(|remote| remote.halted.is_some());
    let person = status.waiting_for_people > 0 || status.restored.is_some() || halted;
    let ended = if person { Ended::NeedsAPerson } else { Ended::Well };
    if out.json {
        out.json(&json!({"book": identity, "status": status}))?;
        return Ok(ended);
    }
    out.head()?;
    let mut pairs = vec![
        (("Till", "收银机"), format!("{} · {} · {}", identity.merchant, identity.store, identity.till)),
        (("Book", "账本"), format!("{} ({} {})", identity.book_id, out.say(("format", "格式")), identity.schema)),
        (("On their way", "待上传"), status.queued.to_string()),
        (("Wait for a person", "待人工处理"), status.waiting_for_people.to_string()),
        (("Notifications", "未处理提醒"), status.notices.to_string()),
        (("Approved offline, open", "离线未确认"), format!("{} ({})", status.exposed_operations, status.exposure)),
        (("Lines in no day's close", "未日结记录"), status.lines_not_closed.to_string()),
        (("Last written", "最近记录"), out.maybe_time(status.latest)),
    ];
    if let Some(why) = &status.restored {
        let waits = out.say(("nothing is sent before `go-on`", "执行 go-on 前不上传"));
        pairs.push((("An older copy", "旧副本"), format!("{why}: {waits}")));
    }
    for remote in &status.remotes {
        let standing = match (&remote.halted, remote.down, &remote.outage) {
            (Some(why), ..) => format!("{}: {why}", out.say(words::REFUSES_THIS_TILL)),
            // A till that was opened anew has not found out yet; that nothing was heard since stands in the book.
            (None, _, Some(Outage { back_at: None, began_at, .. })) => {
                format!("{} {}", out.say(("does not answer since", "无应答，自")), out.time(*began_at))
            }
            (None, true, _) => out.say(("does not answer", "无应答")).to_owned(),
            (None, false, Some(outage)) => {
                format!("{} {}", out.say(("answers again since", "已恢复，自")), out.maybe_time(outage.back_at))
            }
            (None, false, None) => out.say(("answered last", "最近应答正常")).to_owned(),
        };
        let url = identity.remotes.get(&remote.provider).map(String::as_str).unwrap_or_default();
        pairs.push((("Platform", "会员平台"), format!("{} {url}: {}", remote.provider, standing)));
    }
    out.pairs(pairs)?;
    Ok(ended)
}
