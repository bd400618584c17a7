//! A book that is read without a till: also while one has it open.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::clock::{Clock, SystemClock, Timestamp};
use crate::error::{Error, Result};
use crate::model::{
    Card, CardNumber, CheckOptions, DayClose, Family, HistoryPage, HistoryQuery, Notice, OfflinePolicy, OpId, Outage,
    Period, Receipt, Reconciliation, SafeToClose, State, Totals,
};
use crate::store::{BookKey, Reader, ServedCard, View};
use crate::sync::{Condition, Kept, WaitingOperation, card_shown, receipt, waiting_for_people};
use crate::units::Money;

use super::{bundle, listed_closes, reconciliation, safe_to_close, totals_of_day, totals_since_close, write_bundle};

/// The most notifications and outages that are returned at once.
const LISTED: usize = 1_000;

/// A book, opened for reading only: no lock, no configuration, no network, nothing is ever written. A till may have it open at
/// the same time, and each call shows the book as it stands at one moment.
///
/// ```
/// # fn main() -> Result<(), tillbook::Error> {
/// use tillbook::{Book, Config, SandyConfig, Till};
///
/// let dir = tempfile::tempdir().unwrap();
/// let path = dir.path().join("till.db");
/// let sandy = SandyConfig::new("http://127.0.0.1:9", "agent", "{GUID}");
/// let till = Till::open(&path, Config::new("Noodle House", "Store 1", "Till 3", sandy))?;
///
/// let book = Book::open(&path)?; // while the till runs
/// assert_eq!(book.identity()?.till, "Till 3");
/// assert_eq!(book.status()?.waiting_for_people, 0);
/// # drop(till);
/// # Ok(())
/// # }
/// ```
pub struct Book {
    pub(super) reader: Reader,
}

/// Whose book it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookIdentity {
    /// The book's own name, made at random with it.
    pub book_id: String,
    /// Whose business it is.
    pub merchant: String,
    /// Which of its stores.
    pub store: String,
    /// Which of the store's tills.
    pub till: String,
    /// It is for training: nothing in it is real.
    pub training: bool,
    /// How often an old copy of it has been taken up: 1 is the book as it was made.
    pub epoch: i64,
    /// The format of the file.
    pub schema: i64,
    /// The remotes it has been used with, by name, and where each is.
    pub remotes: BTreeMap<String, String>,
    /// Local time, in minutes ahead of UTC, as it was configured last.
    pub utc_offset_minutes: i32,
}

/// How the book says that a remote fared last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteCondition {
    /// Its name.
    pub provider: String,
    /// It does not answer, or did not when the till was closed.
    pub down: bool,
    /// It refuses this till altogether, for this reason.
    pub halted: Option<String>,
    /// It has asked to be left alone until then.
    pub paused_until: Option<Timestamp>,
    /// The outage that has not ended.
    pub outage: Option<Outage>,
}

/// How a book stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookStatus {
    /// Operations on their way to the remotes: queued, being sent, in doubt.
    pub queued: u64,
    /// Operations that wait for a person.
    pub waiting_for_people: u64,
    /// Operations taken for applied on evidence that another till could have left.
    pub inferred: u64,
    /// Operations that are not finished, by where they stand.
    pub states: BTreeMap<State, u64>,
    /// Notifications that nobody has acknowledged.
    pub notices: u64,
    /// The money in offline approvals that are not final, in fen.
    pub exposure: Money,
    /// How many of them there are.
    pub exposed_operations: u32,
    /// Lines of the book that no day's close covers.
    pub lines_not_closed: u64,
    /// The latest time that stands in the book.
    pub latest: Option<Timestamp>,
    /// Why nothing is sent: the book is an older copy of itself, and nobody has gone on with it yet
    /// ([`Till::go_on_after_restore`](crate::Till::go_on_after_restore)).
    pub restored: Option<String>,
    /// How each remote fared last.
    pub remotes: Vec<RemoteCondition>,
}

impl Book {
    /// Opens the book at `path` for reading.
    ///
    /// # Errors
    /// `NotABook`, `NewerBook`, `Corrupt`, `NoPermission`, `Storage` (there is none); `Unsupported` for a book that a till of
    /// this release has not opened yet; `BookInUse` where the folder may not be written and a till has the book open; `WrongKey`
    /// for an encrypted one.
    pub fn open(path: impl AsRef<Path>) -> Result<Book> {
        Ok(Book { reader: Reader::open(path.as_ref(), None)? })
    }

    /// Opens an encrypted book for reading, with its key of 32 bytes ([`TillBuilder::key`](crate::TillBuilder::key)). Once a till gives
    /// the book another key, it has to be opened anew with that.
    ///
    /// # Errors
    /// As [`Book::open`]; `WrongKey` for another key, or a book that is not encrypted; `InvalidConfig` for a key of another length, and
    /// in a build without feature `encryption`.
    pub fn open_with_key(path: impl AsRef<Path>, key: &[u8]) -> Result<Book> {
        Ok(Book { reader: Reader::open(path.as_ref(), Some(BookKey::new(key)?))? })
    }

    pub(super) fn read<T>(&self, work: impl FnOnce(&View<'_>) -> Result<T>) -> Result<T> {
        self.reader.read(work)
    }

    /// Whose book it is.
    ///
    /// # Errors
    /// As every read of a book: `Corrupt`, `Storage`, `BookInUse`.
    pub fn identity(&self) -> Result<BookIdentity> {
        self.read(identity)
    }

    /// How it stands.
    ///
    /// # Errors
    /// As every read of a book.
    pub fn status(&self) -> Result<BookStatus> {
        self.read(|view| {
            let (queued, waiting_for_people) = view.open_counts()?;
            let exposure = view.till_exposure()?;
            let remotes = view.providers_met()?.into_iter().map(|provider| condition(view, provider));
            Ok(BookStatus {
                queued,
                waiting_for_people,
                inferred: view.inferred_count()?,
                states: view.unfinished_counts()?,
                notices: view.open_notice_count()?,
                exposure: exposure.money,
                exposed_operations: exposure.operations,
                lines_not_closed: view.lines_not_closed()?,
                latest: view.highest_time()?,
                restored: view.is_old_copy()?,
                remotes: remotes.collect::<Result<_>>()?,
            })
        })
    }

    /// The policy that balances and limits are told by.
    ///
    /// # Errors
    /// As every read of a book.
    pub fn policy(&self) -> Result<OfflinePolicy> {
        self.read(policy_in_force)
    }

    /// A card as the book knows it.
    ///
    /// # Errors
    /// `NotFound`, `InvalidInput`, and as every read of a book.
    pub fn card(&self, number: &str) -> Result<Card> {
        let number = CardNumber::new(number)?;
        self.read(|view| {
            let kept = Kept::read(view)?;
            let served = served(view, &kept, &number)?.ok_or_else(|| Error::not_found("card"))?;
            let of = |family| kept.routes.get(&family).map(String::as_str);
            card_shown(view, &served, &policy_in_force(view)?, of(Family::Cards), of(Family::Points))
        })
    }

    /// The numbers of all cards in the book, in order.
    ///
    /// # Errors
    /// As every read of a book.
    pub fn card_numbers(&self) -> Result<Vec<CardNumber>> {
        self.read(|view| view.card_numbers())
    }

    /// A page of the book, newest first.
    ///
    /// # Errors
    /// `InvalidInput`, and as every read of a book.
    pub fn history(&self, query: &HistoryQuery) -> Result<HistoryPage> {
        self.read(|view| view.history(query))
    }

    /// How an operation stands.
    ///
    /// # Errors
    /// `NotFound`, `InvalidInput`, and as every read of a book.
    pub fn operation(&self, op_id: &str) -> Result<Receipt> {
        let op_id = OpId::new(op_id)?;
        self.read(|view| {
            let op = view.operation_by_id(&op_id)?.ok_or_else(|| Error::not_found("operation"))?;
            receipt(view, &op, &policy_in_force(view)?)
        })
    }

    /// Everything that waits for a person, oldest first, with the evidence and the decisions that are possible.
    ///
    /// # Errors
    /// As every read of a book.
    pub fn waiting(&self) -> Result<Vec<WaitingOperation>> {
        self.read(|view| waiting_for_people(view, &policy_in_force(view)?))
    }

    /// What nobody has acknowledged yet, oldest first, at most 1,000.
    ///
    /// # Errors
    /// As every read of a book.
    pub fn notices(&self) -> Result<Vec<Notice>> {
        self.read(|view| view.open_notices(LISTED))
    }

    /// When remotes were not there, the newest first, at most 1,000.
    ///
    /// # Errors
    /// As every read of a book.
    pub fn outages(&self) -> Result<Vec<Outage>> {
        self.read(|view| view.outages(LISTED))
    }

    /// What became of the operations of an outage, a day or a time range.
    ///
    /// # Errors
    /// `NotFound` for an outage that there was none of, `InvalidInput`, and as every read of a book.
    pub fn reconciliation(&self, period: &Period) -> Result<Reconciliation> {
        self.read(|view| reconciliation(view, &Kept::read(view)?, period, now(view)?))
    }

    /// The X totals: what has gone through the till since the last day's close. Nothing is written.
    ///
    /// # Errors
    /// As every read of a book.
    pub fn totals(&self) -> Result<Totals> {
        self.read(totals_since_close)
    }

    /// What went through the till on a business day (`YYYY-MM-DD`), whatever closes there were.
    ///
    /// # Errors
    /// `InvalidInput`, and as every read of a book.
    pub fn totals_of_day(&self, date: &str) -> Result<Totals> {
        self.read(|view| totals_of_day(view, &Kept::read(view)?, date))
    }

    /// The business day that it is now, by this machine's clock.
    ///
    /// # Errors
    /// As every read of a book.
    pub fn business_date(&self) -> Result<String> {
        self.read(|view| Ok(Kept::read(view)?.day_of(now(view)?)))
    }

    /// A day's close by its number.
    ///
    /// # Errors
    /// `NotFound`, and as every read of a book.
    pub fn day_close(&self, close_no: i64) -> Result<DayClose> {
        self.read(|view| view.day_close(close_no))?.ok_or_else(|| Error::not_found("day's close"))
    }

    /// The days' closes, newest first, at most 100; those before the one with this number if one is given.
    ///
    /// # Errors
    /// As every read of a book.
    pub fn day_closes(&self, before: Option<i64>) -> Result<Vec<DayClose>> {
        self.read(|view| listed_closes(view, before))
    }

    /// Whether an upgrade of the program, or its removal, would lose anything.
    ///
    /// # Errors
    /// As every read of a book.
    pub fn safe_to_close(&self) -> Result<SafeToClose> {
        self.read(safe_to_close)
    }

    /// Writes one file for support staff: versions, settings without secrets, counts, outages, the last attempts, what is open.
    /// Nobody's name, phone or card number stands in it, and no secret. Of files that are there only an earlier bundle is replaced.
    ///
    /// # Errors
    /// `InvalidInput` for a book, a file that belongs to one, or one that is no earlier bundle; `NoPermission`, `DiskFull`, `Storage`,
    /// and as every read of a book.
    pub fn support_bundle(&self, path: impl AsRef<Path>) -> Result<()> {
        let check = self.check(&CheckOptions::default());
        let text = self.read(|view| bundle(view, self.reader.path(), now(view)?, &check))?;
        write_bundle(path.as_ref(), &text, self.reader.path())
    }
}

impl std::fmt::Debug for Book {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Book").finish_non_exhaustive()
    }
}

/// The machine's time, or the book's where that is later.
fn now(view: &View<'_>) -> Result<Timestamp> {
    let wall = SystemClock::new().wall();
    Ok(view.highest_time()?.map_or(wall, |latest| latest.max(wall)))
}

/// The policy in force: the newest that the book has. Opening a book writes the configured one down.
fn policy_in_force(view: &View<'_>) -> Result<OfflinePolicy> {
    Ok(view.newest_policy()?.map(|newest| newest.policy).unwrap_or_default())
}

pub(super) fn identity(view: &View<'_>) -> Result<BookIdentity> {
    let said = |key: &str| view.book(key).map(Option::unwrap_or_default);
    let mut remotes = BTreeMap::new();
    for provider in view.providers_met()? {
        let base_url = said(&format!("{provider} base URL"))?;
        remotes.insert(provider, base_url);
    }
    Ok(BookIdentity {
        book_id: said("book_id")?,
        merchant: said("merchant")?,
        store: said("store")?,
        till: said("till")?,
        training: view.is_training()?,
        epoch: view.epoch()?,
        schema: view.schema_version()?,
        remotes,
        utc_offset_minutes: Kept::read(view)?.utc_offset_minutes,
    })
}

pub(super) fn condition(view: &View<'_>, provider: String) -> Result<RemoteCondition> {
    let condition: Condition = view.condition(&provider)?.unwrap_or_default();
    let outage = view.open_outage(&provider)?.map(|row| row.outage);
    Ok(RemoteCondition {
        down: condition.is_down(),
        halted: condition.halted,
        paused_until: condition.paused_until,
        outage,
        provider,
    })
}

/// A card with the first of its accounts, in the order of the families.
fn served(view: &View<'_>, kept: &Kept, number: &CardNumber) -> Result<Option<ServedCard>> {
    for provider in kept.routes.values() {
        if let Some(served) = view.card(number.as_str(), provider)? {
            return Ok(Some(served));
        }
    }
    // Its remote is configured no more.
    let Some(card) = view.card_row(number.as_str())? else { return Ok(None) };
    let first = view.accounts_of(card.card_no)?.into_iter().next();
    Ok(first.map(|(_, account)| ServedCard { card, account }))
}
