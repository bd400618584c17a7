//! The lines of the book, as they are shown.

use super::{CardNumber, Confirmation, Evidence, OpId, Promise, State};
use crate::clock::Timestamp;
use crate::units::{Money, Points};

/// A line of the book. Lines are added and never changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its number in the book; later lines have higher ones.
    pub entry_no: i64,
    /// The operation it belongs to.
    pub op_id: OpId,
    /// The card.
    pub card: CardNumber,
    /// The kind of operation, or `void` or `write_off`, which take an earlier line back.
    pub kind: String,
    /// The sale's total, or what was paid in.
    pub original: Money,
    /// After the discount.
    pub actual: Money,
    /// The card's part.
    pub from_card: Money,
    /// What was collected by other means.
    pub due: Money,
    /// What a recharge brought on top, as told.
    pub bonus: Money,
    /// The change in points, as told.
    pub points: Points,
    /// Stored value expected afterwards.
    pub money_after: Money,
    /// Points expected afterwards.
    pub points_after: Points,
    /// The approving promise it was written with; `None` if it was written without one.
    pub approval: Option<Promise>,
    /// The POS's ticket number.
    pub ticket: Option<String>,
    /// Who worked the till.
    pub operator: Option<String>,
    /// Who stood behind it.
    pub supervisor: Option<String>,
    /// The shift.
    pub shift: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// The business day, `YYYY-MM-DD`.
    pub business_date: String,
    /// The ten digits on the slip.
    pub receipt_no: String,
    /// When.
    pub at: Timestamp,
}

/// A line with what has become of its operation since.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryLine {
    /// The line.
    pub entry: Entry,
    /// Where its operation stands now.
    pub state: State,
    /// How sure it is that the remote has it, where it has.
    pub evidence: Option<Evidence>,
    /// What the remote said, where it has the operation.
    pub confirmation: Option<Confirmation>,
    /// How much more (below zero: less) the remote took, or put on top, than was told.
    pub variance: Option<Money>,
}

/// One page of history, newest first.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryPage {
    /// The lines.
    pub lines: Vec<HistoryLine>,
    /// What to ask the next page with; `None` if this is the last.
    pub next: Option<i64>,
}

/// Which lines a history shows. Everything is optional.
#[derive(Clone, Debug, Default)]
pub struct HistoryQuery {
    /// Of this card.
    pub card: Option<String>,
    /// Of this ticket of the POS.
    pub ticket: Option<String>,
    /// Of this kind: an operation's, or `void` or `write_off`.
    pub kind: Option<String>,
    /// Not before this.
    pub from: Option<Timestamp>,
    /// Before this.
    pub until: Option<Timestamp>,
    /// Only lines that change points.
    pub only_points: bool,
    /// [`HistoryPage::next`] of the page before.
    pub after: Option<i64>,
    /// Lines a page, 1 to 500; 0 means 20.
    pub page_size: usize,
}
