//! The check of a book: SQLite's own, and whether the rows say the same thing wherever they say it twice.
//!
//! Every figure stands in the book more than once: an account's figures beside their seal, what was told in operation, promise and
//! entry, an effect beside the figures that it follows from, a line beside its code in the chain. Each is compared with the
//! other. The check reads inside one transaction of a connection of its own, so that the till may go on meanwhile; it never
//! writes, and a part that can't be read is a finding and not the end.

mod accounts;
mod entries;
mod operations;
mod pages;
mod rest;

use std::path::Path;

use super::chain::Chain;
use super::{Access, Store, View};
use crate::error::Result;
use crate::model::{CheckOptions, CheckProgress, CheckReport, Finding, FindingKind, Severity};

/// Progress is told, and may end the check, after so many rows.
const SLICE: u64 = 1_000;

/// A check under way.
pub(crate) struct Checkup<'a> {
    view: View<'a>,
    options: &'a CheckOptions,
    /// What the chain may have been kept with, the present key first.
    chains: Vec<Chain>,
    report: CheckReport,
    progress: &'a mut dyn FnMut(&CheckProgress) -> bool,
    part: &'static str,
    done: u64,
    stopped: bool,
}

impl Store {
    /// What a check needs that is not to hold up the till: see [`check_file`].
    pub(crate) fn check_source(&self) -> (std::path::PathBuf, Access) {
        (self.path.clone(), self.access.clone())
    }

    /// Checks the book on the till's own connection: for books that only this connection sees.
    #[cfg(any(test, feature = "steps"))]
    pub(crate) fn check_here(&self, options: &CheckOptions, key: Option<&crate::ChainKey>) -> CheckReport {
        check(self.view(), options, key, &mut |_| true)
    }
}

/// Checks a book's file by a connection of its own, which sees one moment of it.
pub(crate) fn check_file(
    path: &Path,
    access: &Access,
    options: &CheckOptions,
    key: Option<&crate::ChainKey>,
    progress: &mut dyn FnMut(&CheckProgress) -> bool,
) -> Result<CheckReport> {
    let conn = access.connect(path, false)?;
    conn.execute_batch("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY; BEGIN")?;
    let exposure = std::cell::Cell::new(None);
    Ok(check(View { conn: &conn, exposure: &exposure }, options, key, progress))
}

/// Checks what a connection shows.
pub(crate) fn check(
    view: View<'_>,
    options: &CheckOptions,
    key: Option<&crate::ChainKey>,
    progress: &mut dyn FnMut(&CheckProgress) -> bool,
) -> CheckReport {
    let given = key.into_iter().chain(&options.earlier_keys);
    let mut chains: Vec<Chain> = given.map(|key| Chain::new(Some(key))).collect();
    chains.push(Chain::new(None));
    let mut checkup =
        Checkup { view, options, chains, report: CheckReport::default(), progress, part: "", done: 0, stopped: false };
    checkup.section("schema", Checkup::schema);
    if !options.skip_pages {
        checkup.section("pages", Checkup::pages);
    }
    checkup.section("references", Checkup::references);
    checkup.section("card", Checkup::cards);
    checkup.section("account", Checkup::accounts);
    checkup.section("operation", Checkup::operations);
    checkup.section("entry", Checkup::entries);
    checkup.section("day_close", Checkup::closed_days);
    checkup.section("coupon uses", Checkup::coupon_uses);
    checkup.section("details", Checkup::details);
    checkup.report.complete = !checkup.stopped;
    checkup.report
}

impl Checkup<'_> {
    /// One part of the check. What keeps it from being read to its end is a finding.
    fn section(&mut self, part: &'static str, work: fn(&mut Self) -> rusqlite::Result<()>) {
        if self.stopped {
            return;
        }
        (self.part, self.done) = (part, 0);
        self.tell();
        if let Err(error) = work(self) {
            self.find(FindingKind::Unreadable, part, None, said(&error));
        }
    }

    fn tell(&mut self) {
        let found = self.report.errors + self.report.notes;
        self.stopped |= !(self.progress)(&CheckProgress { part: self.part, done: self.done, found });
    }

    /// Another row has been looked at. False: the check is to end.
    fn goes_on(&mut self) -> bool {
        self.done += 1;
        if self.done.is_multiple_of(SLICE) {
            self.tell();
        }
        !self.stopped
    }

    fn find(&mut self, kind: FindingKind, place: &str, row: Option<i64>, detail: impl Into<String>) {
        self.report.errors += 1;
        self.keep(Finding { kind, severity: Severity::Error, place: place.to_owned(), row, detail: detail.into() });
    }

    fn note(&mut self, kind: FindingKind, place: &str, row: Option<i64>, detail: impl Into<String>) {
        self.report.notes += 1;
        self.keep(Finding { kind, severity: Severity::Note, place: place.to_owned(), row, detail: detail.into() });
    }

    fn keep(&mut self, finding: Finding) {
        if self.report.findings.len() < self.options.most_findings {
            self.report.findings.push(finding);
        }
    }

    /// A time before this library existed, or far from now, was not written by a clock that anybody has looked at.
    fn time(&mut self, place: &str, row: i64, what: &str, at: i64) {
        const FROM: i64 = 1_420_070_400_000; // 2015
        const UNTIL: i64 = 4_102_444_800_000; // 2100
        if !(FROM..UNTIL).contains(&at) {
            self.note(FindingKind::Time, place, Some(row), format!("{what} is out of any plausible range"));
        }
    }
}

/// What an error of SQLite's says, without the values that it may show.
fn said(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(code, message) => match message {
            Some(message) => message.clone(),
            None => code.to_string(),
        },
        rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::InvalidColumnType(..)
        | rusqlite::Error::IntegralValueOutOfRange(..)
        | rusqlite::Error::Utf8Error(..) => "a value is none that this library writes".to_owned(),
        _ => "can't be read".to_owned(),
    }
}
