//! The sandbox's own account of what took effect, which no client can see or spoil.

use serde::Serialize;

/// What a write was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LedgerKind {
    /// A member was registered or seeded, with the points that came with it.
    Register,
    /// Points were added by 1.3 with type 1.
    Add,
    /// Points were subtracted by 1.3 with type 15.
    Subtract,
    /// Points were added or subtracted by 2.1.
    Update,
    /// Points were granted by 2.2.
    Send,
    /// What was spent on an order was given back by 2.3.
    Return,
    /// Points were changed at the platform itself.
    Office,
}

/// Who wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A client of the interface.
    Api,
    /// Another system, or a person at the platform.
    Office {
        /// The system or the person.
        who: String,
    },
}

/// One write that took effect. Over all lines of a member the changes add up to the points that can be spent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LedgerLine {
    /// Its place in the ledger, counted from 1.
    pub seq: u64,
    /// When, in epoch milliseconds.
    pub at_ms: i64,
    /// The member's id.
    pub member_id: String,
    /// What it was.
    pub kind: LedgerKind,
    /// The document's operation type; 0 where none was told.
    pub operation_type: i64,
    /// What it did to the points.
    pub points_change: i64,
    /// The points after it.
    pub points: i64,
    /// The order it was for, if one was told.
    pub order_id: Option<String>,
    /// The `idempotencyBussinessId` it came with, if it came with one.
    pub wire_key: Option<String>,
    /// Who wrote.
    pub source: Source,
}
