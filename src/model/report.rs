//! Reports, as data: what became of the operations of an outage or a day, what went through the till, a day's close.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::operation::named;
use super::{CardNumber, Kind, OpId, Promise, State};
use crate::clock::Timestamp;
use crate::units::{Money, Points};

/// The most operations that a report lists one by one.
pub(crate) const LISTED: usize = 1_000;

named! {
    /// What has become of an operation, for a reconciliation: each is in exactly one class.
    Class {
        /// The remote has it.
        Accepted = "accepted",
        /// It waits to be sent, or is being sent.
        OnItsWay = "on_its_way",
        /// It was sent, and nobody knows yet.
        InDoubt = "in_doubt",
        /// It waits for a person.
        Parked = "parked",
        /// It was approved here, and the remote refused it: owed.
        Rejected = "rejected",
        /// A person gave it up.
        WrittenOff = "written_off",
        /// The remote refused it, and nobody had been promised it.
        Declined = "declined",
        /// It was cancelled or voided before it reached the remote.
        Cancelled = "cancelled",
        /// It was undone at the remote, or is being undone.
        Undone = "undone",
        /// Somebody else changed the same thing meanwhile.
        Superseded = "superseded",
    }
}

impl Class {
    /// The class of an operation that stands so.
    ///
    /// ```
    /// use tillbook::{Class, State};
    /// assert_eq!(Class::of(State::Settled), Class::Accepted);
    /// ```
    #[must_use]
    pub fn of(state: State) -> Class {
        match state {
            State::Applied | State::Settled => Class::Accepted,
            State::Queued | State::Sending => Class::OnItsWay,
            State::InDoubt => Class::InDoubt,
            State::Parked => Class::Parked,
            State::Rejected => Class::Rejected,
            State::WrittenOff => Class::WrittenOff,
            State::Declined => Class::Declined,
            State::Voided => Class::Cancelled,
            State::Reversing | State::Reversed => Class::Undone,
            State::Superseded => Class::Superseded,
        }
    }

    /// Whether a person who reconciles has to look at its operations one by one.
    #[must_use]
    pub fn is_listed(self) -> bool {
        !matches!(self, Class::Accepted | Class::Declined | Class::Cancelled)
    }
}

/// How many operations, and the money at stake in them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// How many operations.
    pub operations: u64,
    /// How many of them the cashier was told yes to.
    pub approved: u64,
    /// The card's part of sales, what recharges put in, what coupons took off, what orders and their returns came to. In fen.
    /// How much is at stake, whichever way it went, and so no balance: a sale and a return add up here.
    pub money: Money,
}

impl Tally {
    pub(crate) fn add(&mut self, money: Money, approved: bool) {
        self.operations += 1;
        self.approved += u64::from(approved);
        self.money = self.money.plus(money);
    }
}

/// What a reconciliation is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Period {
    /// An outage, by its number in [`Till::outages`](crate::Till::outages): the operations at its remote.
    Outage(i64),
    /// A business day, `YYYY-MM-DD`.
    Day(String),
    /// From a moment on to before another one.
    Range {
        /// From here on.
        from: Timestamp,
        /// Before this.
        until: Timestamp,
    },
}

/// An operation as a report lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedOperation {
    /// Its name.
    pub op_id: OpId,
    /// What it does.
    pub kind: Kind,
    /// The card's number.
    pub card: CardNumber,
    /// The remote it is for.
    pub provider: String,
    /// What has become of it.
    pub class: Class,
    /// Where it stands.
    pub state: State,
    /// What the cashier was told.
    pub promise: Option<Promise>,
    /// The money at stake, in fen.
    pub money: Money,
    /// How much more (below zero: less) the remote took, or put on top, than was told, in fen.
    pub variance: Option<Money>,
    /// The POS's ticket number.
    pub ticket: Option<String>,
    /// Who worked the till.
    pub operator: Option<String>,
    /// Why it waits, where it waits for a person.
    pub waits_for: Option<String>,
    /// When it was written down.
    pub created_at: Timestamp,
}

/// What became of the operations of an outage, a day or a time range.
///
/// An operation belongs to the time when it was written down. An outage holds those written down between its beginning and its
/// end, whatever the clock told meanwhile: times of a clock that ran ahead, and was put right, may lie outside of it. Those that the remote has are `accepted`, and the ones of them
/// whose figures differ from what was told are counted once more under [`variance`](Reconciliation::variance), as long as the book
/// has the remote's answer: what was archived since tells no variance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reconciliation {
    /// The number of the outage, where it is of one.
    pub outage: Option<i64>,
    /// The business day, where it is of one.
    pub business_date: Option<String>,
    /// The one remote that it is about; `None` if about all.
    pub provider: Option<String>,
    /// From when on.
    pub from: Timestamp,
    /// Until before when.
    pub until: Timestamp,
    /// All operations of it.
    pub total: Tally,
    /// The operations by what became of them. A class without any is left out.
    pub classes: BTreeMap<Class, Tally>,
    /// The same for each kind.
    pub kinds: BTreeMap<Kind, BTreeMap<Class, Tally>>,
    /// Operations whose figures at the remote differ from those told; the money is how much more it took or put on top.
    pub variance: Tally,
    /// The same for each kind.
    pub variance_kinds: BTreeMap<Kind, Tally>,
    /// Those that need somebody's eyes, oldest first: whatever is neither accepted, declined nor cancelled, and variances.
    pub operations: Vec<ListedOperation>,
    /// How many more of them there are than are listed.
    pub more: u64,
}

named! {
    /// What a line of the X and Z totals counts.
    Movement {
        /// What was done with an approval.
        Made = "made",
        /// What was taken back before it reached the remote. Its figures are below zero.
        Void = "void",
        /// What was given up by a person. Its figures are below zero.
        WriteOff = "write_off",
        /// What a remote did without an approval here: no goods and no cash changed hands for it, as far as this till knows.
        /// Below zero where it was undone, or was not done after all.
        WithoutApproval = "without_approval",
        /// What a person moved to another card or number: taken off the one and put on the other, so that it comes to nothing.
        /// What was done, and the cash for it, stays where it was counted when it was approved.
        Retarget = "retarget",
    }
}

/// Sums of lines of the book, as they stand there: above zero for what was sold or paid in, below zero for what was taken back,
/// be it by a void, a write-off or a return. So a column can be added up, over kinds, movements, operators, days.
///
/// `original = actual + discount` and `actual = from_card + due` hold for every sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// How many lines.
    pub lines: u64,
    /// Sales' totals, or what was paid in. In fen, as the other money.
    pub original: Money,
    /// What discounts took off.
    pub discount: Money,
    /// After the discounts.
    pub actual: Money,
    /// What cards paid.
    pub from_card: Money,
    /// What was to be collected by other means.
    pub due: Money,
    /// What recharges brought on top, as told.
    pub bonus: Money,
    /// The change in points, as told.
    pub points: Points,
}

impl Figures {
    pub(crate) fn add(&mut self, other: &Figures) {
        self.lines += other.lines;
        self.original = self.original.plus(other.original);
        self.discount = self.discount.plus(other.discount);
        self.actual = self.actual.plus(other.actual);
        self.from_card = self.from_card.plus(other.from_card);
        self.due = self.due.plus(other.due);
        self.bonus = self.bonus.plus(other.bonus);
        self.points = self.points.plus(other.points);
    }
}

/// What a line of totals is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TotalsKey {
    /// Who worked the till.
    pub operator: Option<String>,
    /// The shift.
    pub shift: Option<String>,
    /// The kind of operation.
    pub kind: Kind,
    /// How a recharge was paid in, by the remote's name for it.
    pub pay_type: Option<String>,
    /// What was done.
    pub movement: Movement,
}

/// One line of the X and Z totals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TotalsLine {
    /// What it is about.
    #[serde(flatten)]
    pub key: TotalsKey,
    /// Its sums.
    #[serde(flatten)]
    pub figures: Figures,
}

/// What went through the till, line by line of the book: the X totals, and the Z totals when a day is closed with them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// The business day, where they are of one.
    pub business_date: Option<String>,
    /// The first line that they count; `None` if there is none.
    pub first_entry: Option<i64>,
    /// The last one.
    pub last_entry: Option<i64>,
    /// The first line's receipt number.
    pub first_receipt: Option<String>,
    /// The last line's.
    pub last_receipt: Option<String>,
    /// When the first line was written.
    pub from: Option<Timestamp>,
    /// When the last line was written.
    pub to: Option<Timestamp>,
    /// Sums by operator, shift, kind, pay type and what was done.
    pub lines: Vec<TotalsLine>,
    /// Sums by what was done.
    pub movements: BTreeMap<Movement, Figures>,
    /// Sums of what was done with an approval, by kind.
    pub kinds: BTreeMap<Kind, Figures>,
    /// What was to be collected by other means than cards for sales by card and for recharges, voids taken off: the cash
    /// drawer's part, in fen. Not what coupons left to be paid nor what pushed orders came to: that may have been paid by card.
    pub due: Money,
}

/// A day's close: the Z totals, and what was still open.
///
/// It covers the lines of the book after the close before it. A day that is closed again after more was written has a further
/// close with a number of its own, so nothing is counted twice and nothing is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayClose {
    /// The Z number: they run on.
    pub close_no: i64,
    /// The business day, `YYYY-MM-DD`.
    pub business_date: String,
    /// Who closed it.
    pub who: String,
    /// When.
    pub at: Timestamp,
    /// What went through the till since the close before.
    pub totals: Totals,
    /// What was not finished then, by what had become of it.
    pub open: BTreeMap<Class, Tally>,
    /// The operations that were not finished, oldest first.
    pub operations: Vec<ListedOperation>,
    /// How many more there were than are listed.
    pub more: u64,
    /// The code that the last line of the book was sealed with, in hexadecimal digits, where its lines are.
    pub chain_head: Option<String>,
}

/// A time in which a remote was not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outage {
    /// Its number.
    pub outage_no: i64,
    /// The remote.
    pub provider: String,
    /// Since when: the first operation that got no answer, or when the remote was found not to answer.
    pub began_at: Timestamp,
    /// When it answered again; `None` while it does not.
    pub back_at: Option<Timestamp>,
    /// When it had answered for a while and nothing was on its way to it any more; `None` until then.
    pub ended_at: Option<Timestamp>,
}

/// What is lost, or is harder to do, if something is done with the program or its book now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "concern", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Concern {
    /// Requests are under way: what becomes of them may have to be found out by a person.
    BeingSent {
        /// How many.
        operations: u64,
        /// The money at stake.
        money: Money,
    },
    /// Operations that the remote may not have.
    NotFinished {
        /// What has become of them.
        class: Class,
        /// How many.
        operations: u64,
        /// The money at stake.
        money: Money,
    },
    /// Operations that the remote has said yes to, before its figures have shown it.
    NotConfirmed {
        /// How many.
        operations: u64,
        /// The money at stake.
        money: Money,
    },
    /// Notifications that nobody has acknowledged.
    Notices {
        /// How many.
        notices: u64,
    },
    /// Lines of the book that no day's close covers.
    DayNotClosed {
        /// How many.
        lines: u64,
    },
    /// No backup was ever made of the book.
    NoBackup,
    /// The last backup does not hold everything that stands in the book.
    BackupOld {
        /// When it was made.
        made_at: Timestamp,
    },
}

/// Whether an upgrade of the program, or its removal, would lose anything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SafeToClose {
    /// What speaks against replacing the program by another release now. The book stays: an open queue goes on afterwards.
    pub upgrade: Vec<Concern>,
    /// What speaks against removing the program or the book.
    pub remove: Vec<Concern>,
}

impl SafeToClose {
    /// Whether the program may be replaced by another release now.
    #[must_use]
    pub fn is_safe_to_upgrade(&self) -> bool {
        self.upgrade.is_empty()
    }

    /// Whether the program and the book may be removed.
    #[must_use]
    pub fn is_safe_to_remove(&self) -> bool {
        self.remove.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_open_is_listed_and_what_was_settled_is_not() {
        for &state in State::ALL {
            let class = Class::of(state);
            let fine = matches!(class, Class::Accepted | Class::Declined | Class::Cancelled);
            assert_eq!(class.is_listed(), !fine, "{state}");
            if state.is_confirmed() {
                assert_eq!(class, Class::Accepted);
            }
        }
    }

    #[test]
    fn keys_and_sums_of_a_line_stand_side_by_side_in_json() {
        let key = TotalsKey {
            operator: Some("Ann".into()),
            shift: None,
            kind: Kind::Consume,
            pay_type: None,
            movement: Movement::Made,
        };
        let line = TotalsLine { key, figures: Figures { lines: 1, ..Figures::default() } };
        let json = serde_json::to_value(&line).expect("it has string keys");
        assert_eq!((&json["operator"], &json["lines"], &json["movement"]), (&"Ann".into(), &1.into(), &"made".into()));
        assert_eq!(serde_json::from_value::<TotalsLine>(json).expect("it is read back"), line);
    }
}
