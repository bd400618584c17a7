//! Finding out what became of a write whose answer is unknown.
//!
//! Nothing lists a member's changes, so three figures from before the send and from now are compared: what may be spent,
//! what was ever granted, what was ever used. Only a change that is exactly the operation's own says anything.

use serde::{Deserialize, Serialize};

use super::answers::Figures;
use super::requests::Desk;
use crate::model::{Act, Confirmation, Evidence};
use crate::provider::{Doubt, Findings, Outgoing, Verdict};
use crate::units::Points;

/// What is kept of a read before a send, or of a look.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Facts {
    /// The remote knew no such member.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) absent: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) figures: Option<Figures>,
    /// The member is known there by the code that this operation registers it under.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) ours: bool,
}

impl Facts {
    fn read(value: &serde_json::Value) -> Option<Self> {
        Facts::deserialize(value).ok()
    }
}

fn unclear(text: impl Into<String>) -> Verdict {
    Verdict::Unclear(text.into())
}

/// Judges what a look has found.
pub(super) fn judge(desk: &Desk, op: &Outgoing<'_>, doubt: &Doubt<'_>, findings: &Findings) -> Verdict {
    let before = doubt.before.and_then(Facts::read);
    let now = findings.facts.as_ref().and_then(Facts::read);
    let Some(now) = now else { return unclear("the look brought nothing to judge by") };
    if let Act::Register { .. } = op.act {
        return registered(desk, findings, &now);
    }
    let Some(before) = before else {
        return unclear("the member's points before the send are not known, so nothing can be concluded");
    };
    points_moved(desk.config.sole_writer, op, (&before, &now))
}

/// A phone has one member, so what stands under it now is what was wanted, whoever made it.
fn registered(desk: &Desk, findings: &Findings, now: &Facts) -> Verdict {
    if findings.absent {
        return Verdict::NotSeen;
    }
    let Some(reference) = findings.reference.clone() else { return unclear("the look brought no member") };
    let proven = now.ours || desk.config.sole_writer;
    let confirmation = Confirmation {
        points_after: now.figures.and_then(|figures| figures.current),
        reference: Some(reference),
        ..Confirmation::default()
    };
    Verdict::Applied {
        confirmation: Box::new(confirmation),
        evidence: if proven { Evidence::Proven } else { Evidence::Inferred },
        learned: None,
    }
}

/// A member's three figures, all of them known.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Triple {
    current: Points,
    total: Points,
    used: Points,
}

impl Triple {
    fn of(facts: &Facts) -> Option<Self> {
        let figures = facts.figures?;
        Some(Triple { current: figures.current?, total: figures.total?, used: figures.used? })
    }

    fn changed(self, current: Points, total: Points, used: Points) -> Self {
        Triple { current: self.current.plus(current), total: self.total.plus(total), used: self.used.plus(used) }
    }
}

fn points_moved(sole_writer: bool, op: &Outgoing<'_>, (before, now): (&Facts, &Facts)) -> Verdict {
    match (before.absent, now.absent) {
        // Nothing can be done to a member that never was.
        (true, true) => return Verdict::NotSeen,
        (true, false) => return unclear("the member did not exist before the send and does now"),
        (false, true) => return unclear("the member existed before the send and does not any more"),
        (false, false) => {}
    }
    let (Some(then), Some(now)) = (Triple::of(before), Triple::of(now)) else {
        return unclear("the figures are not all known, and the current points alone prove nothing");
    };
    let told = format!(
        "points {} -> {}, ever granted {} -> {}, ever used {} -> {}",
        then.current, now.current, then.total, now.total, then.used, now.used
    );
    if then == now {
        let why = "nothing has changed, or others' changes have hidden it";
        return if sole_writer { Verdict::NotSeen } else { unclear(format!("{why}; {told}")) };
    }
    let Some(change) = change_of(op) else {
        return unclear(format!("how many points it moves is the remote's to say; {told}"));
    };
    // Whether what is taken back lowers what was granted or raises what was used is not documented; nor is it for what is
    // given back.
    let (none, back) = (Points::ZERO, change.negated());
    let grants = then.changed(change, change, none);
    let uses = then.changed(change, none, back);
    let fits = match op.act {
        Act::AccruePoints { .. } => now == grants,
        Act::RedeemPoints { .. } => now == uses,
        _ => now == grants || now == uses,
    };
    if !fits {
        return unclear(told);
    }
    let as_received = [("totalScore", now.total), ("usedScore", now.used)];
    Verdict::Applied {
        confirmation: Box::new(Confirmation {
            points_after: Some(now.current),
            as_received: as_received.map(|(name, points)| (name.to_owned(), points.to_string())).into(),
            ..Confirmation::default()
        }),
        evidence: if sole_writer { Evidence::Proven } else { Evidence::Inferred },
        learned: None,
    }
}

/// What the operation changes the current points by, where that is certain.
fn change_of(op: &Outgoing<'_>) -> Option<Points> {
    match op.act {
        Act::AccruePoints { points, .. } => *points,
        Act::RedeemPoints { points, .. } => Some(points.negated()),
        Act::AdjustPoints { points, .. } | Act::UpdatePoints { points, .. } => Some(*points),
        Act::ReturnPoints { takes, points, .. } => Some(if *takes { points.negated() } else { *points }),
        // 2.3 tells no number; the book knows what the order had cost, or does not.
        _ => Some(op.told.points).filter(|points| *points != Points::ZERO),
    }
}
