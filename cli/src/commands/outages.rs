//! When the remotes were not there.

use serde_json::json;
use tillbook::Outage;

use crate::args::Options;
use crate::out::{Out, number, text};
use crate::{Ended, Outcome};

pub(crate) fn outages(options: &Options, out: &mut Out) -> Outcome {
    let outages = out.book(options)?.outages()?;
    if out.json {
        out.json(&json!({"outages": outages}))?;
        return Ok(Ended::Well);
    }
    let row = |outage: &Outage| {
        vec![
            number(outage.outage_no),
            text(&outage.provider),
            text(out.time(outage.began_at)),
            text(out.maybe_time(outage.back_at)),
            text(out.maybe_time(outage.ended_at)),
        ]
    };
    let rows = outages.iter().map(row).collect();
    let headings =
        [("no.", "编号"), ("platform", "会员平台"), ("began", "开始"), ("answered again", "恢复"), ("ended", "结束")];
    out.table(&headings, rows)?;
    Ok(Ended::Well)
}
