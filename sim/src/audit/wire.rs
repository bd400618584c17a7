//! What leaves a till, and what the remote carries out.

use super::mirror::Op;
use super::{Scene, Violation, key, keys, violated};
use tillbook_sandbox::System;

use crate::plan::Class;
use crate::remote::{Executed, OpKey, Remote};
use crate::till::{Exchange, SimTill};

/// A request is about to leave.
pub(crate) fn check_departure(till: &SimTill, exchange: &Exchange, now: i64) -> Result<(), Violation> {
    let (pause_until, failures) =
        till.pacing.get(&exchange.system).map_or((0, 0), |seen| (seen.pause_until, seen.failures));
    if now < pause_until {
        let left = pause_until - now;
        return violated(
            13,
            format!("till {} sends {left} ms before the pause ends that it was asked for", till.index),
        );
    }
    let out = failures >= till.plan.config.pacing.breaker_failures;
    if out && !exchange.health {
        return violated(
            13,
            format!(
                "till {} sends after {} failures in a row, and not to find out: {exchange:?}",
                till.index, failures
            ),
        );
    }
    let others = || till.in_flight.values().filter(|other| other.system == exchange.system);
    if exchange.health && out && others().any(|other| other.health) {
        return violated(13, format!("till {} probes a remote that is down twice at once", till.index));
    }
    let same = |other: &Exchange| {
        let card = exchange.system == System::Sandy && exchange.card.is_some() && other.card == exchange.card;
        other.write && (card || other.lane == exchange.lane)
    };
    if exchange.write && others().any(same) {
        return violated(3, format!("till {} has two writes on {:?} under way", till.index, exchange.card));
    }
    Ok(())
}

/// The remote has just carried an operation out.
pub(crate) fn check_execution(
    till: &SimTill,
    scene: &mut Scene<'_>,
    op_key: OpKey,
    executed: &Executed,
) -> Result<(), Violation> {
    let times = scene.remote.executions(op_key).len();
    if let Some(lost) = till.copies.lost.get(&op_key.1).filter(|lost| !till.mirror.ops.contains_key(&lost.op_no)) {
        if times > 1 && lost.kind != "modify" && lost.kind != "set_coupon_status" {
            let what =
                format!("{} of till {}, which its book has lost, is carried out {times} times", lost.op_id, till.index);
            return scene.broken(op_key, what);
        }
        return Ok(());
    }
    let Some(op) = till.mirror.ops.get(&op_key.1) else {
        return violated(2, format!("till {}: the remote has an operation that the book has not", till.index));
    };
    let name = format!("{} of till {}", op.op_id, till.index);
    if scene.class == Class::Two && !executed.changed {
        // The holder's data stood like that already: no harm is done.
        return Ok(());
    }
    if !matches!(op.state.as_str(), "sending" | "in_doubt") {
        scene.ledger.stray.entry(op_key).or_insert(scene.now);
    }
    if times > 1 && !may_be_set_back(till, scene.remote, op) {
        scene.broken(op_key, format!("{name} is carried out {times} times"))?;
    }
    if matches!(op.state.as_str(), "declined" | "voided" | "rejected" | "reversed") {
        scene.broken(op_key, format!("{name} is carried out though it is {}", op.state))?;
    }
    keys::check_line(till, scene, op_key, op, executed)?;
    if scene.class == Class::One {
        in_order(till, scene.remote, op_key, executed, &name)?;
    }
    Ok(())
}

/// Whether another writer may have set the holder's data back to what it was: then nobody can tell that a change was made,
/// and it is made again.
pub(super) fn may_be_set_back(till: &SimTill, remote: &Remote, op: &Op) -> bool {
    // A coupon whose time is over, or has not begun, is listed as such whatever status it was given: to give it once more changes
    // nothing.
    op.kind == "set_coupon_status"
        || (op.kind == "modify" && !till.is_sole() && remote.was_changed_elsewhere(key(till, op.op_no), &op.card))
        // A used coupon that somebody has made valid again looks like one that was never used.
        || (op.kind == "redeem_coupon" && !till.is_sole() && remote.coupon_given_back.contains(&op.text("coupon")))
}

/// Nothing that stands later in the lane has been carried out before.
fn in_order(
    till: &SimTill,
    remote: &Remote,
    (_, op_no): OpKey,
    executed: &Executed,
    name: &str,
) -> Result<(), Violation> {
    let Some(op) = till.mirror.ops.get(&op_no) else { return Ok(()) };
    // Those behind it were let pass while nobody knew what became of it.
    if keys::parked_passes(till, op) || till.copies.has_lost() {
        return Ok(());
    }
    let later = till.mirror.ops.values().find(|other| {
        other.lane == op.lane
            && other.first_lane == op.first_lane
            && other.op_no > op_no
            && remote.executions(key(till, other.op_no)).iter().any(|earlier| earlier.seq < executed.seq)
    });
    match later {
        Some(later) => violated(3, format!("{name} is carried out after {}", later.op_id)),
        None => Ok(()),
    }
}
