//! Reports, a day's close, and what support staff ask for.

use std::path::Path;

use crate::book::{
    bundle, day_close, listed_closes, reconciliation, safe_to_close, totals_of_day, totals_since_close, what_to_close,
    write_bundle,
};
use crate::error::{Error, Result};
use crate::model::{CheckOptions, DayClose, Outage, Period, Reconciliation, SafeToClose, Totals, short_text};
use crate::sync::Kept;

use super::Till;

/// The most outages that are returned at once.
const OUTAGES: usize = 1_000;

impl Till {
    /// When remotes were not there, the newest first, at most 1,000.
    ///
    /// An outage begins with the first operation that got no answer, or when its remote was found not to answer. It ends when
    /// the remote has answered for five minutes and nothing is on its way to it any more.
    ///
    /// # Errors
    /// As every read of the book: `Storage`, `Poisoned`, `Closed`.
    pub fn outages(&self) -> Result<Vec<Outage>> {
        self.runtime.with(|engine| engine.store().view().outages(OUTAGES))
    }

    /// What became of the operations of an outage, a business day or a time range: each is in exactly one class.
    ///
    /// ```
    /// # fn report(till: &tillbook::Till) -> Result<(), tillbook::Error> {
    /// use tillbook::{Class, Csv, Language, Period};
    /// let report = till.reconciliation(&Period::Day("2026-03-01".into()))?;
    /// if let Some(rejected) = report.classes.get(&Class::Rejected) {
    ///     println!("{} refused afterwards, {} yuan", rejected.operations, rejected.money);
    /// }
    /// println!("{}", report.to_csv(Language::English));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `NotFound` for an outage that there was none of, `InvalidInput`, and as every read of the book.
    pub fn reconciliation(&self, period: &Period) -> Result<Reconciliation> {
        self.runtime.with(|engine| {
            let now = engine.now();
            let view = engine.store().view();
            reconciliation(&view, &Kept::read(&view)?, period, now)
        })
    }

    /// The X totals: what has gone through the till since the last day's close. Nothing is written.
    ///
    /// # Errors
    /// As every read of the book.
    pub fn totals(&self) -> Result<Totals> {
        self.runtime.with(|engine| totals_since_close(&engine.store().view()))
    }

    /// What went through the till on a business day (`YYYY-MM-DD`), whatever closes there were.
    ///
    /// # Errors
    /// `InvalidInput`, and as every read of the book.
    pub fn totals_of_day(&self, date: &str) -> Result<Totals> {
        self.runtime.with(|engine| {
            let view = engine.store().view();
            totals_of_day(&view, &Kept::read(&view)?, date)
        })
    }

    /// The business day that it is now, `YYYY-MM-DD`.
    ///
    /// # Errors
    /// As every read of the book.
    pub fn business_date(&self) -> Result<String> {
        self.runtime.with(|engine| {
            let now = engine.now();
            Ok(Kept::read(&engine.store().view())?.day_of(now))
        })
    }

    /// Closes a business day (`YYYY-MM-DD`): the Z totals of everything since the close before, kept in the book. A day may be
    /// closed while operations are open; the close lists them.
    ///
    /// Closes have numbers that run on, and each takes up where the one before it ended. Where more is written after a day was
    /// closed, the day may be closed again, or the next day's close covers it: nothing is counted twice and nothing left out.
    ///
    /// # Errors
    /// `InvalidInput` for a day to come, or one that was closed before and has nothing more to close; `DiskFull`, `Storage`,
    /// `Poisoned`, `Closed`.
    pub fn close_day(&self, date: &str, who: &str) -> Result<DayClose> {
        let who = short_text("who", who.to_owned(), 64)?;
        self.runtime.with(|engine| {
            let now = engine.now();
            engine.store().write(|tx| {
                let (after, last) = what_to_close(tx, &Kept::read(tx)?, date, now)?;
                tx.insert_day_close(day_close(tx, date, &who, (after, last), now)?, last)
            })
        })
    }

    /// A day's close by its number.
    ///
    /// # Errors
    /// `NotFound`, and as every read of the book.
    pub fn day_close(&self, close_no: i64) -> Result<DayClose> {
        let close = self.runtime.with(|engine| engine.store().view().day_close(close_no))?;
        close.ok_or_else(|| Error::not_found("day's close"))
    }

    /// The days' closes, newest first, at most 100; those before the one with this number if one is given.
    ///
    /// # Errors
    /// As every read of the book.
    pub fn day_closes(&self, before: Option<i64>) -> Result<Vec<DayClose>> {
        self.runtime.with(|engine| listed_closes(&engine.store().view(), before))
    }

    /// Whether an upgrade of the program, or its removal, would lose anything.
    ///
    /// # Errors
    /// As every read of the book.
    pub fn safe_to_close(&self) -> Result<SafeToClose> {
        self.runtime.with(|engine| safe_to_close(&engine.store().view()))
    }

    /// Writes one file for support staff: versions, settings without secrets, counts, outages, the last attempts, what is open.
    /// Nobody's name, phone or card number stands in it, and no secret. Of files that are there only an earlier bundle is replaced.
    ///
    /// # Errors
    /// `InvalidInput` for a book, a file that belongs to one, or one that is no earlier bundle; `NoPermission`, `DiskFull`, `Storage`,
    /// and as every read of the book.
    pub fn support_bundle(&self, path: impl AsRef<Path>) -> Result<()> {
        // On a connection of its own: it reads the whole book, and no cashier waits for it.
        let check = self.check(&CheckOptions::default());
        let (text, book) = self.runtime.with(|engine| {
            let now = engine.now();
            let book = engine.store().path();
            Ok((bundle(&engine.store().view(), book, now, &check)?, book.to_owned()))
        })?;
        write_bundle(path.as_ref(), &text, &book)
    }
}
