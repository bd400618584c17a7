//! The lines of the book, as they are shown.

use std::fmt;

use super::{CardNumber, Confirmation, Error, Evidence, OpId, Promise, Result, State};
use crate::clock::Timestamp;
use crate::units::{Money, Points};

/// A line of the book. Lines are added and never changed. What takes something back has figures below zero: a void, a write-off,
/// a returned order.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its number in the book; later lines have higher ones.
    pub entry_no: i64,
    /// The operation it belongs to.
    pub op_id: OpId,
    /// The card.
    pub card: CardNumber,
    /// The kind of operation; or `void`, `write_off` or `reversal`, which take an earlier line back; or `retarget`, which moves one
    /// to another card or number.
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
    /// The remote's number of its own record of the operation, where it is known.
    pub remote_id: Option<String>,
}

/// A line of a remote's own history that is no operation of this book: another till's, or the remote's own. `Debug` leaves
/// out what the remote wrote beside the figures.
#[derive(Clone, PartialEq)]
pub struct RemoteRecord {
    /// Its number in the book.
    pub record_no: i64,
    /// The card.
    pub card: CardNumber,
    /// The remote's name: `sandy`, `freemud`, `gree`, `yonyou`.
    pub provider: String,
    /// The remote's number of it.
    pub remote_id: String,
    /// What it is.
    pub kind: String,
    /// The change in stored value, where it is told.
    pub money: Option<Money>,
    /// The change in points, where it is told.
    pub points: Option<Points>,
    /// Stored value afterwards, where it is told.
    pub money_after: Option<Money>,
    /// Points afterwards, where they are told.
    pub points_after: Option<Points>,
    /// Where it was done, as the remote calls it.
    pub store: Option<String>,
    /// The remote's own words for it.
    pub note: Option<String>,
    /// When, by the remote's clock.
    pub at: Timestamp,
    /// When it was read.
    pub fetched_at: Timestamp,
}

impl fmt::Debug for RemoteRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteRecord")
            .field("record_no", &self.record_no)
            .field("card", &self.card)
            .field("provider", &self.provider)
            .field("remote_id", &self.remote_id)
            .field("kind", &self.kind)
            .field("money", &self.money)
            .field("points", &self.points)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

/// One page of history.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HistoryPage {
    /// The lines of this book, newest first.
    pub lines: Vec<HistoryLine>,
    /// What the remote's own history has between them, newest first, where it was asked for. [`HistoryPage::in_order`] has both
    /// together.
    pub records: Vec<RemoteRecord>,
    /// What to ask the next page with; `None` together with `next_record` if this is the last.
    pub next: Option<i64>,
    /// The same for the remote's lines.
    pub next_record: Option<i64>,
}

/// A line of a history that the book and the remote have together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum HistoryItem<'a> {
    /// A line of this book.
    Here(&'a HistoryLine),
    /// A line of the remote's own.
    Remote(&'a RemoteRecord),
}

impl HistoryItem<'_> {
    /// When.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        match self {
            HistoryItem::Here(line) => line.entry.at,
            HistoryItem::Remote(record) => record.at,
        }
    }
}

impl HistoryPage {
    /// Both kinds of lines, newest first; of one moment those of this book first.
    pub fn in_order(&self) -> impl Iterator<Item = HistoryItem<'_>> {
        let mut lines = self.lines.iter().peekable();
        let mut records = self.records.iter().peekable();
        std::iter::from_fn(move || {
            let record_is_newer = match (lines.peek(), records.peek()) {
                (Some(line), Some(record)) => record.at > line.entry.at,
                (None, _) => true,
                (Some(_), None) => false,
            };
            if record_is_newer { records.next().map(HistoryItem::Remote) } else { lines.next().map(HistoryItem::Here) }
        })
    }
}

/// Which lines a history shows. Everything is optional.
#[derive(Clone, Debug, Default)]
pub struct HistoryQuery {
    /// Of this card.
    pub card: Option<String>,
    /// Of this ticket of the POS.
    pub ticket: Option<String>,
    /// Of this kind: an operation's, or `void`, `write_off`, `reversal` or `retarget`.
    pub kind: Option<String>,
    /// Not before this.
    pub from: Option<Timestamp>,
    /// Before this.
    pub until: Option<Timestamp>,
    /// Only lines that change points.
    pub only_points: bool,
    /// With the lines of the remote's own history that are no operations of this book, as far as they have been read. Only
    /// for a card. They have no tickets.
    pub with_remote: bool,
    /// [`HistoryPage::next`] of the page before.
    pub after: Option<i64>,
    /// [`HistoryPage::next_record`] of the page before.
    pub after_record: Option<i64>,
    /// Lines a page, 1 to 500; 0 means 20.
    pub page_size: usize,
}

impl HistoryQuery {
    /// What to ask for the page after this one; `None` if it is the last.
    ///
    /// ```
    /// # fn main() -> Result<(), tillbook::Error> {
    /// # let dir = tempfile::tempdir().unwrap();
    /// # let sandy = tillbook::SandyConfig::new("http://127.0.0.1:9", "agent", "{GUID}");
    /// # let config = tillbook::Config::new("Noodle House", "Store 1", "Till 3", sandy);
    /// # let till = tillbook::Till::open(dir.path().join("till.db"), config)?;
    /// use tillbook::HistoryQuery;
    ///
    /// let mut query = Some(HistoryQuery { only_points: true, ..HistoryQuery::default() });
    /// while let Some(asked) = query {
    ///     let page = till.history(&asked)?;
    ///     for line in &page.lines {
    ///         println!("{:?} {}", line.entry.at, line.entry.points.get());
    ///     }
    ///     query = asked.next_page(&page);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn next_page(&self, page: &HistoryPage) -> Option<HistoryQuery> {
        let more = page.next.is_some() || page.next_record.is_some();
        more.then(|| HistoryQuery { after: page.next, after_record: page.next_record, ..self.clone() })
    }

    pub(crate) fn checked_page_size(&self) -> Result<usize> {
        match self.page_size {
            0 => Ok(20),
            size @ 1..=500 => Ok(size),
            size => Err(Error::invalid("page_size", "must be at most 500", size)),
        }
    }
}
