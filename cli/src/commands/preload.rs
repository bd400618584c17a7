//! Takes cards into the book.

use std::ops::ControlFlow;
use std::time::Duration;

use serde_json::json;
use tillbook::{PreloadCards, PreloadEnd, PreloadQuery};

use crate::args::{Options, Preload};
use crate::out::Out;
use crate::words::Words;
use crate::{Ended, Outcome};

pub(crate) fn preload(options: &Options, asked: &Preload, out: &mut Out) -> Outcome {
    let cards = match (asked.range.as_deref(), &asked.search) {
        (Some([from, to]), _) => PreloadCards::Range { from: from.clone(), to: to.clone() },
        (_, Some(text)) => PreloadCards::Search(text.clone()),
        // The command line has nothing else.
        _ => PreloadCards::Members,
    };
    let mut query = PreloadQuery::new(cards);
    query.max_age = asked.max_age.map(|hours| Duration::from_secs(u64::from(hours) * 3600));
    if let Some(seconds) = asked.seconds {
        query.budget = Duration::from_secs(seconds);
    }
    query.check()?;
    let till = out.till(options)?;
    let bar = out.bar("{bar:32} {pos}/{len}  {elapsed}  {msg}");
    let done = till.preload(&query, asked.after.as_deref(), |progress| {
        bar.set_length(progress.total.unwrap_or(progress.done));
        bar.set_position(progress.done);
        ControlFlow::Continue(())
    });
    bar.finish_and_clear();
    let done = done?;
    let ended = if done.end == PreloadEnd::Complete { Ended::Well } else { Ended::NeedsAPerson };
    let (progress, (name, words)) = (done.progress, told(done.end));
    if out.json {
        out.json(&json!({
            "done": progress.done, "total": progress.total, "found": progress.found, "partial": progress.partial,
            "fresh": progress.fresh, "absent": progress.absent, "failed": progress.failed, "end": name,
            "next": done.next,
        }))?;
        return Ok(ended);
    }
    let of = |total: u64| format!("{} / {total}", progress.done);
    out.pairs(vec![
        (("Cards", "卡"), progress.total.map_or_else(|| progress.done.to_string(), of)),
        (("Read", "已读取"), progress.found.to_string()),
        (("Read in part", "部分读取"), progress.partial.to_string()),
        (("Read lately", "近期已读"), progress.fresh.to_string()),
        (("Not there", "平台无此卡"), progress.absent.to_string()),
        (("Failed", "失败"), progress.failed.to_string()),
        (("It ended", "结束"), out.say(words).to_owned()),
        (("To go on", "继续"), done.next.map(|next| format!("--after '{next}'")).unwrap_or_default()),
    ])?;
    Ok(ended)
}

/// Why it ended, for programs and for people.
fn told(end: PreloadEnd) -> (&'static str, Words) {
    match end {
        PreloadEnd::Complete => ("complete", ("all are dealt with", "全部完成")),
        PreloadEnd::StepDone => ("step_done", ("this step is done", "本步完成")),
        PreloadEnd::OutOfTime => ("out_of_time", ("the time was over", "时间已到")),
        PreloadEnd::Cancelled => ("cancelled", ("it was stopped", "已停止")),
        PreloadEnd::Unreachable => ("unreachable", ("the platform does not answer", "会员平台无应答")),
    }
}
