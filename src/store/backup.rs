//! Backups: a copy of the open book, made on a connection of its own while the till trades on.

use std::path::{Path, PathBuf};

use super::copy::{self, Access, Follow, Found, Part, exists};
use super::{Reader, Store, open};
use crate::error::{Error, Result};

/// All that a backup needs of the book, so that the till is free while it is made.
#[derive(Clone, Debug)]
pub(crate) struct BackupSource {
    book: PathBuf,
    access: Access,
}

impl Store {
    pub(crate) fn backup_source(&self) -> BackupSource {
        BackupSource { book: self.path.clone(), access: self.access.clone() }
    }
}

impl BackupSource {
    /// Copies the book as it is now to `target`.
    ///
    /// # Errors
    /// `InvalidInput` if the target is the book itself, or there is a file already and `over` is false. Otherwise what the disk
    /// answers; then nothing is left behind.
    pub(crate) fn copy_to(&self, target: &Path, over: bool, follow: Follow<'_>) -> Result<Found> {
        let part = begun(&self.book, target, over)?;
        let source = self.access.connect(&self.book, false)?;
        copy::copy_into(&source, &part.part, &self.access, follow)?;
        drop(source);
        part.ended(&self.access, over)
    }
}

impl Reader {
    /// As [`BackupSource::copy_to`], of a book that is only read: beside a till, or where nobody may write.
    pub(crate) fn copy_to(&self, target: &Path, over: bool, follow: Follow<'_>) -> Result<Found> {
        let part = begun(self.path(), target, over)?;
        let access = Access::default();
        self.check_quiet()?;
        copy::copy_into(self.conn(), &part.part, &access, follow)?;
        self.check_quiet()?;
        part.ended(&access, over)
    }
}

/// A backup that has no name yet.
struct Begun {
    part: Part,
    target: PathBuf,
}

fn begun(book: &Path, target: &Path, over: bool) -> Result<Begun> {
    let target = open::resolved(target)?;
    let own = |suffix: &str| copy::with_suffix(book, suffix) == target;
    if ["", "-wal", "-shm", ".lock", ".ballast"].into_iter().any(own) {
        return Err(Error::invalid("path", "must not be the book itself", "the book"));
    }
    if target.exists() && !over {
        return Err(exists());
    }
    Ok(Begun { part: Part::beside(&target)?, target })
}

impl Begun {
    /// It is looked at, and gets its name.
    fn ended(self, access: &Access, over: bool) -> Result<Found> {
        let found = copy::verify_file(self.part.path(), access)?;
        self.part.name_it(&self.target, over)?;
        Ok(found)
    }
}
