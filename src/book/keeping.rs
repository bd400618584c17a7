//! A book that is read without a till: finding cards, checking, copying, and what was decided about it.

use std::path::Path;

use crate::error::{Error, Result};
use crate::model::{
    CardNumber, CardNumbers, CheckOptions, CheckProgress, CheckReport, ExceptionPage, Found, PolicyVersion, SearchQuery,
};
use crate::sync::{Retargeted, exceptions, numbers_left, retargets};
use crate::till::{BackupOptions, BackupReport};

use super::Book;

impl Book {
    /// The cards whose number, phone or name contains a text, as [`Till::search`](crate::Till::search) finds them.
    ///
    /// # Errors
    /// `InvalidInput`, and as every read of a book.
    pub fn search(&self, query: impl Into<SearchQuery>) -> Result<Found> {
        let search = query.into().check()?;
        self.read(|view| view.search(&search))
    }

    /// Checks the whole book, as [`Till::check`](crate::Till::check) does: a till may have it open meanwhile. The chain's key is
    /// not in the book: give it with [`CheckOptions::earlier_keys`], or lines are counted as unverified.
    ///
    /// # Errors
    /// What is wrong with the book is in the report. Otherwise as every read of a book.
    pub fn check(&self, options: &CheckOptions) -> Result<CheckReport> {
        self.check_watched(options, &mut |_| true)
    }

    /// As [`Book::check`]. `progress` is called after every thousand rows, and ends the check by returning false.
    ///
    /// # Errors
    /// As [`Book::check`].
    pub fn check_watched(
        &self,
        options: &CheckOptions,
        progress: &mut dyn FnMut(&CheckProgress) -> bool,
    ) -> Result<CheckReport> {
        self.reader.check(options, progress)
    }

    /// Copies the book to `path`, as [`Till::backup`](crate::Till::backup) does, while a till has it open or not. The book can't
    /// be told of it: [`Book::safe_to_close`] goes by the backups that its till has made.
    ///
    /// ```
    /// # fn main() -> Result<(), tillbook::Error> {
    /// # use tillbook::{BackupOptions, Book, Config, SandyConfig, Till};
    /// # let dir = tempfile::tempdir().unwrap();
    /// # let path = dir.path().join("till.db");
    /// # let sandy = SandyConfig::new("http://127.0.0.1:9", "agent", "{GUID}");
    /// # let till = Till::open(&path, Config::new("Noodle House", "Store 1", "Till 3", sandy))?;
    /// let book = Book::open(&path)?;
    /// let report = book.backup(dir.path().join("monday.db"), BackupOptions::new())?;
    /// assert_eq!(report.schema, book.identity()?.schema);
    /// # drop(till);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Till::backup`](crate::Till::backup), and as every read of a book.
    pub fn backup(&self, path: impl AsRef<Path>, options: BackupOptions<'_>) -> Result<BackupReport> {
        let (overwrite, mut follow) = options.followed();
        let found = self.reader.copy_to(path.as_ref(), overwrite, &mut follow)?;
        let file = path.as_ref().metadata().map_err(|error| Error::io("the backup can't be read", error))?;
        Ok(BackupReport { bytes: file.len(), schema: found.version })
    }

    /// A page of the exception list, as [`Till::exceptions`](crate::Till::exceptions).
    ///
    /// # Errors
    /// `InvalidInput` for a limit above 500, and as every read of a book.
    pub fn exceptions(&self, after: Option<i64>, limit: usize) -> Result<ExceptionPage> {
        self.read(|view| exceptions(view, after, limit))
    }

    /// Every offline policy that was in force at the till, the newest first.
    ///
    /// # Errors
    /// As every read of a book.
    pub fn policies(&self) -> Result<Vec<PolicyVersion>> {
        self.read(|view| view.policies())
    }

    /// What people have decided of a number, as [`Till::retargets`](crate::Till::retargets).
    ///
    /// # Errors
    /// `InvalidInput`, and as every read of a book.
    pub fn retargets(&self, number: &str) -> Result<Vec<Retargeted>> {
        let number = CardNumber::new(number)?;
        self.read(|view| retargets(view, &number))
    }

    /// How many numbers are left in a till's range, which is its configuration's and not in the book.
    ///
    /// # Errors
    /// `InvalidConfig` for a range that is none, and as every read of a book.
    pub fn numbers_left(&self, range: &CardNumbers) -> Result<u64> {
        range.check()?;
        self.read(|view| numbers_left(view, range))
    }
}
