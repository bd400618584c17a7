//! Sends what is queued.

use std::time::{Duration, Instant};

use tillbook::Link;

use crate::args::{Options, Sync};
use crate::out::Out;
use crate::{Ended, Outcome, json};

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
    let ended =
        if status.waiting_for_people > 0 || status.restored.is_some() { Ended::NeedsAPerson } else { Ended::Well };
    if out.json {
        out.json(&json::sync(&status))?;
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
    if status.queued > 0 && status.link == Link::Down {
        out.line(out.say((
            "The platform does not answer: what is on its way stays in the book, and is sent once it does.",
            "会员平台无应答：待上传的业务保留在账本中，恢复后再上传。",
        )))?;
    }
    Ok(ended)
}
