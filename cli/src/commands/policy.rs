//! The offline policy.

use std::path::Path;

use serde_json::json;
use tillbook::{OfflinePolicy, PolicyVersion};

use crate::args::Options;
use crate::out::{Out, number, text};
use crate::{Ended, Failure, Outcome};

pub(crate) fn policies(options: &Options, out: &mut Out) -> Outcome {
    let policies = out.book(options)?.policies()?;
    if out.json {
        let one = |one: &PolicyVersion| json!({"version": one.version, "policy": one.policy, "who": one.who, "why": one.why.as_ref().map(|why| out.free(why, None)), "set_at": one.set_at});
        let shown: Vec<_> = policies.iter().map(one).collect();
        out.json(&json!({"policies": shown}))?;
        return Ok(Ended::Well);
    }
    let row = |one: &PolicyVersion| {
        vec![
            number(one.version),
            text(out.time(one.set_at)),
            text(one.who.as_deref().unwrap_or_default()),
            text(one.why.as_ref().map(|why| out.free(why, None)).unwrap_or_default()),
            number(one.policy.floor_limit),
            number(one.policy.card_limit),
            number(one.policy.outage_limit),
            text(out.maybe_time(one.policy.valid_until)),
        ]
    };
    let rows = policies.iter().map(row).collect();
    let headings = [
        ("version", "版本"),
        ("since", "生效时间"),
        ("by", "操作人"),
        ("why", "原因"),
        ("a sale", "单笔限额"),
        ("a card", "单卡限额"),
        ("the till", "本机限额"),
        ("valid until", "有效期至"),
    ];
    out.table(&headings, rows)?;
    if let Some(newest) = policies.first() {
        out.line("")?;
        out.line(out.say((
            "In force, as `policy set` takes it (money in fen):",
            "现行策略（金额单位：分），可用于 policy set：",
        )))?;
        out.json(&serde_json::to_value(&newest.policy)?)?;
    }
    Ok(Ended::Well)
}

pub(crate) fn set(options: &Options, file: &Path, (who, why): (&str, &str), out: &mut Out) -> Outcome {
    let wrong = |error: &dyn std::fmt::Display| Failure::File(format!("{}: {error}", file.display()));
    let written = std::fs::read_to_string(file).map_err(|error| wrong(&error))?;
    // Editors on Windows put a mark in front.
    let written = written.strip_prefix('\u{feff}').unwrap_or(&written);
    let policy: OfflinePolicy = serde_json::from_str(written).map_err(|error| wrong(&error))?;
    let version = out.till(options)?.set_policy(&policy, who, why)?;
    if out.json {
        out.json(&json!({"version": version}))?;
    } else {
        let recorded = out.say(("Recorded for", "已记录，操作人："));
        out.line(&format!("{} {version}. {recorded} {who}", out.say(("In force: version", "现行版本："))))?;
    }
    Ok(Ended::Well)
}
