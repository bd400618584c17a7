//! Sends what is queued.

use std::time::{Duration, Instant};

use tillbook::{Link, RemoteStatus};

use crate::args::{Options, Sync};
use crate::out::{Out, on_one_line};
use crate::{Ended, Failure, Outcome, json, words};

/// How long the queue is driven between two looks at it.
const STEP: Duration = Duration::from_millis(200);

/// How long a pause between two steps lasts in which nothing is due.
const PAUSE: Duration = Duration::from_millis(50);

pub(crate) fn sync(options: &Options, asked: &Sync, out: &mut Out) -> Outcome {
    let till = out.till(options)?;
    let (began, most) = (Instant::now(), Duration::from_secs(asked.seconds));
    let bar = out.bar("{bar:32} {pos}/{len}  {elapsed}  {msg}");
    let status = loop {
        let status = till.sync(STEP.min(most.saturating_sub(began.elapsed())))?;
        bar.set_length(status.total);
        bar.set_position(status.done);
        bar.set_message(format!("{}/min", status.per_minute()));
        if status.queued == 0 || status.restored.is_some() || began.elapsed() >= most {
            break status;
        }
        std::thread::sleep(PAUSE);
    };
    bar.finish_and_clear();
    let halted = status.remotes.iter().any(|remote| matches!(remote.link, Link::Halted(_)));
    let person = status.waiting_for_people > 0 || status.restored.is_some() || halted;
    let ended = if person { Ended::NeedsAPerson } else { Ended::Well };
    if out.json {
        out.json(&json::sync(out, &status))?;
        return Ok(ended);
    }
    if let Some(why) = &status.restored {
        out.line(&format!("{} {why}", out.say(("Nothing is sent before `go-on`:", "执行 go-on 前不上传："))))?;
    }
    out.pairs(vec![
        (("Finished", "已完成"), status.done.to_string()),
        (("On their way", "待上传"), status.queued.to_string()),
        (("Wait for a person", "待人工处理"), status.waiting_for_people.to_string()),
    ])?;
    for remote in &status.remotes {
        tell_remote(out, remote, status.queued > 0)?;
    }
    Ok(ended)
}

/// Why a remote takes nothing, where it does not.
fn tell_remote(out: &mut Out, remote: &RemoteStatus, on_their_way: bool) -> Result<(), Failure> {
    let provider = remote.provider;
    match &remote.link {
        Link::Halted(why) => {
            let refuses = out.say(words::REFUSES_THIS_TILL);
            out.line(&format!("{provider} {refuses}: {}", on_one_line(&out.free(why, None))))
        }
        Link::Paused(until) if on_their_way => {
            let paused = out.say(("has asked to be left alone until", "要求暂停访问，直到"));
            out.line(&format!("{provider} {paused} {}", out.time(*until)))
        }
        Link::Down if on_their_way => out.line(out.say((
            "The platform does not answer: what is on its way stays in the book, and is sent once it does.",
            "会员平台无应答：待上传的业务保留在账本中，恢复后再上传。",
        ))),
        _ => Ok(()),
    }
}
