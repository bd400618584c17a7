//! The sandbox's own account of what took effect, which no client can see or spoil.

use serde::Serialize;

/// The document's action types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// 5: points for a sale.
    Grant,
    /// 51: points spent as money.
    Redeem,
    /// 16: points taken back on a return.
    Clawback,
    /// 17: spent points given back on a return.
    GiveBack,
    /// 200: a balance carried over.
    CarryOver,
}

impl Action {
    /// Every type, in the document's order.
    pub const ALL: [Self; 5] = [Self::Grant, Self::Redeem, Self::Clawback, Self::GiveBack, Self::CarryOver];

    /// The number on the wire.
    #[must_use]
    pub const fn code(self) -> i64 {
        match self {
            Self::Grant => 5,
            Self::Redeem => 51,
            Self::Clawback => 16,
            Self::GiveBack => 17,
            Self::CarryOver => 200,
        }
    }

    /// The type of a number on the wire.
    #[must_use]
    pub fn of(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.code() == code)
    }
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

/// One write that took effect. Over all lines of a member the changes add up to the points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LedgerLine {
    /// Its place in the ledger, counted from 1.
    pub seq: u64,
    /// When, in epoch milliseconds.
    pub at_ms: i64,
    /// The member.
    pub mid: String,
    /// What it was; none for what wasn't done through the interface.
    pub action: Option<Action>,
    /// What it did to the points.
    pub points_change: i64,
    /// The points before it.
    pub before: i64,
    /// The points after it.
    pub after: i64,
    /// The money that points were reckoned from, in fen.
    pub calc_money_fen: i64,
    /// The order it was for.
    pub source_code: Option<String>,
    /// The original order of a return.
    pub source1: Option<String>,
    /// The id that the answer told; none for what wasn't done through the interface.
    pub record: Option<i64>,
    /// Who wrote.
    pub source: Source,
}
