//! What a member platform's ledger has to hold: each key once, each line the holder's own, no return of more than there was,
//! no coupon taken from the order that used it.

use tillbook_sandbox::System;

use super::mirror::Op;
use super::{Scene, Violation, key, violated};
use crate::remote::{Executed, Line, OpKey, Remote};
use crate::till::SimTill;

/// Kinds of lines that stand under a key of the operation's own.
const OF_ITS_OWN: [&str; 14] = [
    "ScoreChange",
    "Order",
    "WholeReturn",
    "PartReturn",
    "GiveCoupon",
    "UseCoupon",
    "Add",
    "Subtract",
    "Send",
    "Some(Grant)",
    "Some(Redeem)",
    "Some(Clawback)",
    "Some(GiveBack)",
    "Some(CarryOver)",
];

/// Whether the settings say that an operation may be sent again with its key.
pub(super) fn repeats(till: &SimTill, op: &Op) -> bool {
    let config = &till.plan.config;
    let changes = matches!(op.kind.as_str(), "accrue_points" | "redeem_points" | "adjust_points" | "return_points");
    match op.system {
        System::Sandy => false,
        System::Gree if matches!(op.kind.as_str(), "push_order" | "return_order") => {
            config.gree.as_ref().is_some_and(|gree| gree.order_no_unique)
        }
        System::Gree | System::Freemud => changes,
        System::Yonyou => config.yonyou.as_ref().is_some_and(|yonyou| yonyou.source_code_unique),
    }
}

/// Whether an operation that waits for a person holds those behind it.
pub(super) fn parked_passes(till: &SimTill, op: &Op) -> bool {
    let passes = till.plan.config.yonyou.as_ref().is_some_and(|yonyou| !yonyou.parked_holds);
    op.system == System::Yonyou && passes
}

/// A platform has just carried an operation out.
pub(super) fn check_line(
    till: &SimTill,
    scene: &mut Scene<'_>,
    op_key: OpKey,
    op: &Op,
    executed: &Executed,
) -> Result<(), Violation> {
    let Some(line) = &executed.line else { return Ok(()) };
    let name = format!("{} of till {}", op.op_id, till.index);
    if till.who(op.system, &op.card).is_some_and(|who| who != line.who) {
        return violated(1, format!("{name}, on {}, is carried out for {}", op.card, line.who));
    }
    if OF_ITS_OWN.contains(&line.kind.as_str()) {
        if line.key.as_ref() != Some(&op.key) {
            return violated(1, format!("{name} stands under {:?} instead of its own key {}", line.key, op.key));
        }
        if twice(scene.remote, op.system, line) {
            scene.broken(op_key, format!("{name}: its key stands twice in the ledger"))?;
        }
    }
    check_returns(till, scene, op_key, op, &name)?;
    check_coupon(till, scene, op, line, &name)
}

/// Whether an earlier line has the same key.
fn twice(remote: &Remote, system: System, line: &Line) -> bool {
    let earlier = (0..remote.lines(system)).filter_map(|index| remote.line(system, index));
    earlier
        .filter(|other| other.seq < line.seq)
        .any(|other| other.by_api && other.key == line.key && other.kind == line.kind && other.who == line.who)
}

/// What came back of an operation is no more than it moved.
fn check_returns(till: &SimTill, scene: &mut Scene<'_>, op_key: OpKey, op: &Op, name: &str) -> Result<(), Violation> {
    let Some(of) = op.original.filter(|_| op.kind == "return_points") else { return Ok(()) };
    let moved =
        |op_no: i64| -> i64 { scene.remote.executions(key(till, op_no)).first().map_or(0, |executed| executed.points) };
    let Some(original) = till.mirror.ops.get(&of) else { return Ok(()) };
    // What a person has said to be there is there, whatever the ledger says.
    if original.decisions > 0 || original.system == System::Yonyou || original.number("points").is_none() {
        return Ok(());
    }
    // Nor does its book know what came back by a lost one.
    if till.copies.lost.values().any(|lost| lost.original == Some(of)) {
        return Ok(());
    }
    let back: i64 = till.mirror.ops.values().filter(|other| other.original == Some(of)).map(|op| moved(op.op_no)).sum();
    let there = moved(of);
    if back.signum() * there.signum() > 0 || back.abs() > there.abs() {
        let what = format!("{name}: {back} points came back of the {there} of {}", original.op_id);
        return scene.broken(op_key, what);
    }
    Ok(())
}

/// A used coupon is made valid again only for the order of this till that used it.
fn check_coupon(till: &SimTill, scene: &Scene<'_>, op: &Op, line: &Line, name: &str) -> Result<(), Violation> {
    let (Some(used_for), Some(coupon)) = (&line.used_for, &line.coupon) else { return Ok(()) };
    if op.kind != "set_coupon_status" || op.text("to") != "valid" {
        return Ok(());
    }
    let ours = till.mirror.ops.values().any(|other| other.kind == "redeem_coupon" && other.key == *used_for);
    // It may have been used between the look and the write: nothing can be done about that.
    let window = 3 * till.timeout_ms() + till.quiet_ms();
    let just_now = scene.remote.coupon_touched.get(coupon).is_some_and(|at| scene.now - at <= window);
    if ours || just_now {
        return Ok(());
    }
    violated(1, format!("{name} takes coupon {coupon} from order {used_for}"))
}

/// Nobody gets more tokens than a day has.
pub(crate) fn check_quota(remote: &Remote, now: i64) -> Result<(), Violation> {
    let (query, refresh) = remote.gree.quota_used(remote.clock_ms(now));
    let settings = remote.gree.settings();
    if query > settings.query_quota || refresh > settings.refresh_quota {
        return violated(13, format!("{query} queries and {refresh} refreshes on one day"));
    }
    Ok(())
}

/// A platform has just undone an operation by its key.
pub(crate) fn check_undoing(till: &SimTill, scene: &mut Scene<'_>, op_key: OpKey) -> Result<(), Violation> {
    if till.has_lost(op_key.1) {
        return Ok(());
    }
    let Some(op) = till.mirror.ops.get(&op_key.1) else {
        return violated(2, format!("till {}: something is undone that the book has not", till.index));
    };
    let name = format!("{} of till {}", op.op_id, till.index);
    if op.promise.as_deref().is_some_and(super::is_approval) {
        return violated(1, format!("{name} is undone though it was promised"));
    }
    if scene.remote.executions(op_key).is_empty() {
        return violated(1, format!("{name} is undone and was never done"));
    }
    if !matches!(op.state.as_str(), "reversing" | "parked" | "reversed" | "written_off" | "declined") {
        scene.broken(op_key, format!("{name} is undone while it is {}", op.state))?;
    }
    Ok(())
}
