//! The invariants: checked after every step of a till, by the world's own knowledge of what really happened.

mod copies;
mod end;
mod keys;
mod lanes;
mod life;
mod limits;
pub(crate) mod mirror;
mod money;
mod openings;
mod people;
mod wire;

use std::collections::BTreeMap;

use crate::plan::Class;
use crate::remote::{OpKey, Remote};
use crate::till::SimTill;

pub(crate) use copies::check_copy;
pub(crate) use end::{cards_of, check_all, check_book, check_cards};
pub(crate) use keys::{check_quota, check_undoing};
pub(crate) use lanes::check_lanes;
pub(crate) use life::follow;
pub(crate) use money::check_balances;
pub(crate) use openings::check_opened;
pub(crate) use wire::{check_departure, check_execution};

/// An invariant that did not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Its number.
    pub invariant: u8,
    /// What was seen.
    pub what: String,
}

/// The invariants in a few words, by their number.
pub const INVARIANTS: [&str; 17] = [
    "the remote has each operation at most once, and exactly as its state says",
    "no write request without a durable attempt, and its body never changes",
    "one at a time in a lane, in the order of the lane",
    "nothing is sent again without proof of absence, unless a person asks",
    "each promise is written once, each approval has its entry, nothing disappears",
    "the balances shown are the base with the effects of what is open",
    "when all is quiet the base is the remote's balance and money is conserved",
    "no snapshot lands on an account with open or later-finished work",
    "only legal transitions, and final states stay",
    "a lane that waits delays no other",
    "what needs a person is notified until acknowledged, and never again",
    "when faults stop every lane drains or waits with a reason",
    "attempts keep to the pacing, Retry-After is honoured, an outage burns none",
    "open offline promises never exceed the policy",
    "the book's own check finds nothing wrong with it",
    "nothing is sent for a card before its opening is confirmed, and nothing to another holder's",
    "an old copy is noticed, loses nothing up to it, gives no number again and sends nothing unasked",
];

pub(crate) fn violated<T>(invariant: u8, what: impl Into<String>) -> Result<T, Violation> {
    Err(Violation { invariant, what: what.into() })
}

/// What an auditor needs of the world besides the till that has just done something.
pub(crate) struct Scene<'a> {
    pub(crate) now: i64,
    pub(crate) class: Class,
    pub(crate) remote: &'a Remote,
    /// Attempts that have still to be carried out, by operation.
    pub(crate) pending: &'a BTreeMap<OpKey, u32>,
    pub(crate) ledger: &'a mut Ledger,
}

/// What the auditor counts, and the cases in which a broken assumption did harm.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) operations: u64,
    pub(crate) inferred: u64,
    pub(crate) inferred_wrongly: u64,
    pub(crate) broken: BTreeMap<OpKey, Broken>,
    /// When an operation was first carried out that was not on its way as far as its till knew.
    pub(crate) stray: BTreeMap<OpKey, i64>,
}

/// A broken assumption has done harm.
#[derive(Clone, Debug)]
pub(crate) struct Broken {
    pub(crate) at: i64,
    pub(crate) what: String,
}

impl Scene<'_> {
    /// What may happen in class two only, and must not stay unseen there.
    pub(crate) fn broken(&mut self, op: OpKey, what: String) -> Result<(), Violation> {
        if self.class == Class::One {
            return violated(1, what);
        }
        // The last harm is the one that must be noticed.
        self.ledger.broken.insert(op, Broken { at: self.now, what });
        Ok(())
    }
}

/// States in which an operation holds its lane.
pub(crate) fn holds_lane(state: &str, kind: &str) -> bool {
    match state {
        "queued" | "sending" | "in_doubt" | "parked" | "reversing" => true,
        "rejected" => matches!(kind, "open_card" | "register"),
        _ => false,
    }
}

/// Whether an operation moves money or points.
pub(crate) fn moves(op: &mirror::Op) -> bool {
    matches!(op.kind.as_str(), "consume" | "recharge" | "push_order" | "return_order" | "return_points_of_order")
        || op.kind.ends_with("_points")
}

/// States in which an operation stays.
pub(crate) fn is_final(state: &str) -> bool {
    matches!(state, "settled" | "declined" | "voided" | "superseded" | "reversed" | "written_off")
}

pub(crate) fn is_approval(promise: &str) -> bool {
    matches!(promise, "online_approved" | "offline_approved")
}

pub(crate) fn key(till: &SimTill, op_no: i64) -> OpKey {
    (till.index, op_no)
}
