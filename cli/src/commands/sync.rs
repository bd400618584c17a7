//! Sends what is queued.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

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
    // On the error output, and only on a terminal.
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{bar:32} {pos}/{len}  {elapsed}  {msg}") {
        bar.set_style(style);
    }
    let status = loop {
        let status = till.sync(STEP.min(most.saturating_sub(began.elapsed())))?;
        bar.set_length(status.total);
        bar.set_position(status.done);
        bar.set_message(format!("{}/min", status.per_minute()));
        if status.queued == 0 || began.elapsed() >= most {
            break status;
        }
        std::thread::sleep(PAUSE);
    };
    bar.finish_and_clear();
    let ended = if status.waiting_for_people > 0 { Ended::NeedsAPerson } else { Ended::Well };
    if out.json {
        out.json(&json::sync(&status))?;
        return Ok(ended);
    }
    out.pairs(vec![
        (("Finished", "已完成"), status.done.to_string()),
        (("On their way", "待上传"), status.queued.to_string()),
        (("Wait for a person", "待人工处理"), status.waiting_for_people.to_string()),
    ])?;
    Ok(ended)
}
