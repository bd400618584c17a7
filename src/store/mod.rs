//! The only SQL. One SQLite file holds the book; every write transaction is `BEGIN IMMEDIATE` with `synchronous=FULL`.
//!
//! [`View`] reads, [`Tx`] also writes; a `Tx` exists only inside [`Store::write`]. What may be written is decided
//! elsewhere: this layer keeps rows, and refuses transitions that are not legal.

mod archive;
mod attempts;
mod backup;
mod cards;
mod catalogue;
mod chain;
mod check;
mod cipher;
mod copy;
mod coupons;
mod entries;
mod exceptions;
mod exposure;
mod forget;
mod highwater;
mod history;
mod lanes;
mod migrations;
mod notices;
mod numbers;
mod open;
mod outage;
mod policy;
mod queue;
mod rates;
mod reader;
mod records;
mod report;
mod restore;
mod retention;
mod rows;
mod salvage;
mod salvage_mend;
mod schema;
mod seal;
mod search;
#[cfg(test)]
mod tests;
mod tokens;
mod wal;

use std::cell::Cell;
use std::ops::Deref;
use std::path::PathBuf;

use rusqlite::Connection;

use crate::error::{Error, ErrorDomain, Result};
use crate::event::{self, event};
use crate::model::Exposure;

pub(crate) use attempts::{AttemptRow, Lookout};
pub(crate) use cards::ServedCard;
pub(crate) use check::check_file;
pub(crate) use cipher::{BookKey, looks_encrypted};
pub(crate) use copy::Access;
pub use copy::BackupProgress;
pub(crate) use entries::NewEntry;
pub(crate) use exceptions::ExceptionChange;
pub(crate) use lanes::{LaneState, ReadyLane};
pub(crate) use notices::NewNotice;
pub(crate) use numbers::{RenamedRow, renaming};
pub use open::sqlite_version;
pub(crate) use open::{Identity, OpenOptions, RemoteIdentity, is_locked};
pub(crate) use outage::OutageRow;
pub(crate) use rates::{Days, LevelAt};
pub(crate) use reader::Reader;
pub(crate) use records::{NewRecord, OpTrace, RecordRow};
pub(crate) use report::{EntryRange, TotalsRow};
pub use restore::RestoreReport;
pub(crate) use restore::restore_file;
pub(crate) use retention::HouseKeeping;
pub(crate) use rows::{NewOperation, OpRow, PromiseRow};
pub(crate) use salvage::salvage;

/// The open book.
pub(crate) struct Store {
    conn: Connection,
    path: PathBuf,
    /// Which file the path led to when it was opened.
    file_id: Option<(u64, u64)>,
    ballast: PathBuf,
    /// The till's exposure as of now, inside a transaction too, where it is known: every offline call asks for it.
    exposure: Cell<Option<Exposure>>,
    /// What new lines of the book are chained with.
    chain: chain::Chain,
    /// How the file is reached, for copies of it.
    access: Access,
    /// Follows every commit, where there is one.
    high_water: Option<highwater::HighWater>,
    /// The same, until it is clear what the book is.
    pending_high_water: Option<highwater::HighWater>,
    high_water_path: Option<PathBuf>,
    old_copy: Option<highwater::OldCopy>,
    /// Held for as long as the book is open; the operating system lets go of it when the process dies.
    _lock: open::BookLock,
}

/// Reads. Outside a transaction each statement sees the newest commit; this process is the only writer.
pub(crate) struct View<'a> {
    conn: &'a Connection,
    exposure: &'a Cell<Option<Exposure>>,
}

/// Reads and writes inside one transaction.
pub(crate) struct Tx<'a> {
    view: View<'a>,
    chain: &'a chain::Chain,
}

impl<'a> Deref for Tx<'a> {
    type Target = View<'a>;

    fn deref(&self) -> &View<'a> {
        &self.view
    }
}

impl Store {
    /// Calls `step` with every step of SQLite's virtual machine from now on.
    #[cfg(test)]
    pub(crate) fn on_vm_step(&mut self, mut step: impl FnMut() + Send + 'static) -> Result<()> {
        self.conn.progress_handler(
            1,
            Some(move || {
                step();
                false
            }),
        )?;
        Ok(())
    }

    /// Where it lies.
    pub(crate) fn path(&self) -> &std::path::Path {
        &self.path
    }

    /// Encrypts the book and its archive files with another key. The archives first: should one of them fail, the book still knows
    /// the key of the others, and the next turn goes on where this one ended.
    #[cfg(feature = "encryption")]
    pub(crate) fn rekey(&mut self, key: BookKey) -> Result<()> {
        if self.access.key.is_none() {
            return Err(Error::unsupported("the book is not encrypted"));
        }
        self.check_file()?;
        for path in self.archives()? {
            archive::Archive::rekey(&path, &self.access, &key, &self.conn)?;
        }
        cipher::rekey(&self.conn, &key)?;
        self.access.key = Some(key);
        Ok(())
    }

    pub(crate) fn view(&self) -> View<'_> {
        View { conn: &self.conn, exposure: &self.exposure }
    }

    /// Runs `work` in one transaction: all of it is durable when this returns `Ok`, none of it otherwise.
    pub(crate) fn write<T>(&self, work: impl FnOnce(&Tx<'_>) -> Result<T>) -> Result<T> {
        self.begin()?;
        let lines = event::hold();
        let tx = Tx { view: self.view(), chain: &self.chain };
        let result = work(&tx).and_then(|value| Ok((value, self.about_to_commit(&tx)?)));
        match result {
            Ok((value, marks)) => match self.conn.prepare_cached("COMMIT").and_then(|mut commit| commit.execute([])) {
                Ok(_) => {
                    self.has_committed(marks);
                    lines.release();
                    Ok(value)
                }
                Err(error) => {
                    drop(lines);
                    self.roll_back();
                    let error = Error::from(error);
                    event!(COMMIT_FAILED, code = error.code() as i32, error = error);
                    Err(error)
                }
            },
            Err(error) => {
                drop(lines);
                self.roll_back();
                if error.domain() == ErrorDomain::Book {
                    event!(COMMIT_FAILED, code = error.code() as i32, error = error);
                }
                Err(error)
            }
        }
    }

    fn begin(&self) -> Result<()> {
        if !self.conn.is_autocommit() {
            // A panic unwound out of an earlier transaction. Its work must not become part of this one.
            self.roll_back();
        }
        self.check_file()?;
        self.conn.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        Ok(())
    }

    /// A book whose file was moved or replaced under the open till takes nothing more: it would be written where nobody
    /// finds it.
    fn check_file(&self) -> Result<()> {
        if open::file_id(&self.path) == self.file_id {
            return Ok(());
        }
        let moved = std::io::Error::other("its file was moved, replaced or removed while it was open");
        Err(Error::io("the book can't be written", moved))
    }

    fn roll_back(&self) {
        self.exposure.set(None);
        // SQLite has rolled back by itself after some errors (a full disk among them); then there is nothing to do.
        if !self.conn.is_autocommit()
            && let Err(error) = self.conn.execute_batch("ROLLBACK")
        {
            event!(ROLLBACK_FAILED, error = error);
        }
    }
}

impl Tx<'_> {
    /// Runs `work` so that its failure undoes only itself. Errors of the disk still fail the whole transaction.
    pub(crate) fn savepoint<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<Result<T>> {
        self.conn.prepare_cached("SAVEPOINT work")?.execute([])?;
        let mark = event::mark();
        match work() {
            Ok(value) => {
                self.conn.prepare_cached("RELEASE work")?.execute([])?;
                Ok(Ok(value))
            }
            Err(error) => {
                event::back_to(mark);
                self.exposure.set(None);
                if self.conn.is_autocommit() {
                    // The whole transaction is gone already: nothing is left to go back to.
                    return Err(error);
                }
                self.conn.prepare_cached("ROLLBACK TO work")?.execute([])?;
                self.conn.prepare_cached("RELEASE work")?.execute([])?;
                Ok(Err(error))
            }
        }
    }
}

/// Reads a stored name back into its enum. Failing means that the row was not written by this library.
fn parsed<T: std::str::FromStr<Err = Error>>(text: &str) -> rusqlite::Result<T> {
    text.parse().map_err(|error: Error| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error))
    })
}

/// Money or points as they stand in a row. What is far beyond all that this library ever adds up was not written by it.
fn figure(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<i64> {
    const MOST: i64 = 1 << 59;
    let figure: i64 = row.get(column)?;
    if (-MOST..=MOST).contains(&figure) {
        Ok(figure)
    } else {
        Err(rusqlite::Error::IntegralValueOutOfRange(column, figure))
    }
}

/// As [`figure`], where there may be none.
fn figure_or_none(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<Option<i64>> {
    match row.get_ref(column)? {
        rusqlite::types::ValueRef::Null => Ok(None),
        _ => figure(row, column).map(Some),
    }
}

/// Reads stored JSON back into its type.
fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error)))
}

/// Writes a value as JSON.
fn to_json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::inconsistent(format!("not serialisable: {error}")))
}
