//! The sandbox's own account of what took effect, which no client can see or spoil.

use serde::Serialize;

/// What a write was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LedgerKind {
    /// A card was opened or seeded.
    Open,
    /// Money was paid onto a card.
    Recharge,
    /// Money was paid with a card.
    Consume,
    /// Points were spent.
    RedeemPoints,
    /// The holder's data was written.
    Modify,
    /// Money was paid out.
    Withdraw,
    /// The card was given back.
    Close,
    /// The card was replaced; the old card's line comes first, then the new one's.
    Replace,
    /// The card was reported lost.
    Loss,
    /// The loss was lifted.
    Lift,
    /// Money went to another card.
    TransferOut,
    /// Money came from another card.
    TransferIn,
    /// The level was set.
    SetLevel,
}

/// Who wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A client of the interface.
    Api,
    /// A person at the merchant's office.
    BackOffice {
        /// The person.
        who: String,
    },
    /// A till that is no client of this sandbox.
    OtherTill {
        /// The shop it stands in.
        org_name: String,
    },
}

/// One write that took effect. Over all lines of a card the changes add up to its figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LedgerLine {
    /// Its place in the ledger, counted from 1.
    pub seq: u64,
    /// When, in epoch seconds.
    pub time_s: i64,
    /// The card's number.
    pub card: String,
    /// What it was.
    pub kind: LedgerKind,
    /// What was asked for: fen, or points for [`LedgerKind::RedeemPoints`]; 0 where nothing is counted.
    pub sent: i64,
    /// What it came to, in fen: the price after discount, or the principal with its bonus.
    pub act_fen: i64,
    /// What it did to the balance, in fen.
    pub money_change_fen: i64,
    /// What it did to the points.
    pub points_change: i64,
    /// The balance after it, in fen.
    pub amount_fen: i64,
    /// The points after it.
    pub points: i64,
    /// The id of its history record, if it left one.
    pub record: Option<i64>,
    /// Who wrote.
    pub source: Source,
}
