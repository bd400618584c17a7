//! What people are told: everything that needs one, until it is acknowledged, and then never again.

use std::collections::BTreeSet;

use super::mirror::{Line, Mirror, Op};
use super::{Scene, Violation, violated};
use crate::plan::Class;
use crate::till::SimTill;

/// Kinds of which an operation has at most one, ever.
const ONCE: [&str; 5] = ["variance", "shortfall", "charged_without_sale", "superseded", "limits_near"];

/// A notification was written. `waiting`: operations that have begun to wait in the same commit.
pub(super) fn noticed(
    till: &mut SimTill,
    scene: &Scene<'_>,
    line: &Line,
    waiting: &BTreeSet<i64>,
) -> Result<(), Violation> {
    let (now, id) = (scene.now, line.id);
    let notice = match till.look(|_, eye| Mirror::notice(eye, id, now).map_err(|error| error.to_string())) {
        Ok(notice) => notice,
        Err(what) => return violated(11, what),
    };
    let remote = |detail: &str| detail.split(':').next().unwrap_or_default().to_owned();
    let about = |other: &&super::mirror::NoticeSeen| {
        // One for each remote that is halted, and for each limit that is near.
        let several = matches!(notice.kind.as_str(), "provider_halted" | "limits_near");
        other.kind == notice.kind
            && other.op_no == notice.op_no
            && (!several || remote(&other.detail) == remote(&notice.detail))
    };
    let earlier: Vec<_> = till.mirror.notices.values().filter(about).collect();
    if notice.op_no > 0 {
        let name = till.mirror.ops.get(&notice.op_no).map_or("?", |op| op.op_id.as_str());
        let again = |why: &str| violated(11, format!("{name} of till {}: {} {why}", till.index, notice.kind));
        if ONCE.contains(&notice.kind.as_str()) && !earlier.is_empty() {
            return again("is notified a second time");
        }
        if matches!(notice.kind.as_str(), "parked" | "rejected") {
            if earlier.iter().any(|other| !other.acked) {
                return again("is notified again though nobody has acknowledged it");
            }
            if !waiting.contains(&notice.op_no) {
                return again("is notified though it has not just begun to wait");
            }
        }
    }
    if notice.kind == "unexplained" && scene.class == Class::One {
        let decided = |op: &Op| Some(op.card_no) == notice.card_no && op.decisions > 0;
        // Only a person's word on a figure may leave something that the till can't explain.
        // And what only a lost book knew of.
        if !till.mirror.ops.values().any(decided) && !till.copies.has_lost() {
            return violated(7, format!("till {}: called unexplained: {}", till.index, notice.detail));
        }
    }
    if notice.kind == "superseded" && scene.class == Class::One && till.is_sole() {
        return violated(7, format!("till {}: superseded by nobody", till.index));
    }
    let nobody = matches!(notice.kind.as_str(), "provider_halted" | "limits_near");
    if nobody && earlier.iter().any(|other| !other.acked) {
        return violated(11, format!("till {}: {} is notified twice", till.index, notice.kind));
    }
    if let Some(other) = till.mirror.notices.get(&id) {
        return violated(11, format!("till {}: notification {id} was {} before", till.index, other.kind));
    }
    till.mirror.notices.insert(id, notice);
    Ok(())
}

/// A notification was brought up to date: only that of an opening, while nobody has acknowledged it.
pub(super) fn retold(till: &mut SimTill, scene: &Scene<'_>, line: &Line) -> Result<(), Violation> {
    let (now, id) = (scene.now, line.id);
    let fresh = match till.look(|_, eye| Mirror::notice(eye, id, now).map_err(|error| error.to_string())) {
        Ok(fresh) => fresh,
        Err(what) => return violated(11, what),
    };
    let Some(known) = till.mirror.notices.get_mut(&id) else { return Ok(()) };
    if known.kind != "orphans" {
        return violated(11, format!("till {}: notification {id} has changed: {}", till.index, known.detail));
    }
    (known.amount, known.detail) = (fresh.amount, fresh.detail);
    Ok(())
}

/// What waits behind an opening that was refused is told with the cash that was taken for it, until a person has decided.
pub(super) fn check_orphans(till: &SimTill, open: &Op) -> Result<(), Violation> {
    let behind = || {
        let waits = |op: &&Op| op.lane == open.lane && op.op_no > open.op_no && op.state == "queued";
        till.mirror.ops.values().filter(waits)
    };
    let due = |op: &Op| {
        let approved = op.promise.as_deref().is_some_and(super::is_approval);
        op.told.as_ref().filter(|_| approved).and_then(|told| told.get("due")?.as_i64()).unwrap_or_default()
    };
    let cash: i64 = behind().map(due).sum();
    let told = till.mirror.notices.values().filter(|notice| notice.kind == "orphans" && notice.op_no == open.op_no);
    match told.max_by_key(|notice| notice.at) {
        // One that somebody has acknowledged stays as it was.
        Some(notice) if !notice.acked && notice.amount != Some(cash) => violated(
            11,
            format!("till {}: {cash} fen were taken behind {}, {:?} are told", till.index, open.op_id, notice.amount),
        ),
        None if cash > 0 => violated(
            11,
            format!("till {}: {cash} fen were taken behind {}, and nobody is told", till.index, open.op_id),
        ),
        _ => Ok(()),
    }
}

/// A notification was acknowledged: by the person who was shown it, or by a decision about its operation.
pub(super) fn acknowledged(till: &mut SimTill, line: &Line) -> Result<(), Violation> {
    let Some(notice) = till.mirror.notices.get_mut(&line.id) else { return Ok(()) };
    notice.acked = true;
    let decided = till.mirror.ops.get(&notice.op_no).is_some_and(|op| op.decisions > 0);
    let kinds = ["parked", "rejected", "orphans"];
    if till.acknowledged.contains(&line.id) || (decided && kinds.contains(&notice.kind.as_str())) {
        return Ok(());
    }
    violated(11, format!("till {}: nobody has acknowledged {} {}", till.index, notice.kind, line.id))
}

/// An operation that waits: somebody has been told.
pub(super) fn check_told(till: &SimTill, op: &Op) -> Result<(), Violation> {
    let own = till
        .mirror
        .notices
        .values()
        .any(|notice| notice.op_no == op.op_no && notice.kind == op.state && notice.at >= op.since);
    // What waits behind an opening that came to nothing is named by the opening's notification.
    let named = || {
        till.mirror
            .notices
            .values()
            .any(|notice| notice.kind == "orphans" && notice.detail.split([' ', ',']).any(|word| word == op.op_id))
    };
    if own || named() {
        return Ok(());
    }
    violated(
        11,
        format!("{} of till {} is {} ({:?}), and nobody is told", op.op_id, till.index, op.state, op.waits_for),
    )
}
