//! Backups: a copy of the open book, made on a connection of its own while the till trades on.

use std::path::{Path, PathBuf};

use super::copy::{self, Access, Follow, Found, Part, exists};
use super::{Store, open};
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
        let target = open::resolved(target)?;
        let own = |suffix: &str| copy::with_suffix(&self.book, suffix) == target;
        if ["", "-wal", "-shm", ".lock", ".ballast"].into_iter().any(own) {
            return Err(Error::invalid("path", "must not be the book itself", "the book"));
        }
        if target.exists() && !over {
            return Err(exists());
        }
        let part = Part::beside(&target)?;
        let source = self.access.connect(&self.book, false)?;
        copy::copy_into(&source, &part, &self.access, follow)?;
        drop(source);
        let found = copy::verify_file(part.path(), &self.access)?;
        part.name_it(&target, over)?;
        Ok(found)
    }
}
