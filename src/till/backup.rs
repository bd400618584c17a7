//! Keeping the book: backups, restoring them, and going on with an older copy.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::book::stands_now;
use crate::error::{Error, Result};
use crate::event::event;
use crate::store::{Access, BackupProgress, BookKey, RestoreReport, restore_file};

use super::Till;

/// How a backup is made.
#[derive(Default)]
pub struct BackupOptions<'a> {
    overwrite: bool,
    progress: Option<Box<dyn FnMut(BackupProgress) -> bool + 'a>>,
}

impl<'a> BackupOptions<'a> {
    /// A new file, without telling how far it has come.
    #[must_use]
    pub fn new() -> Self {
        BackupOptions::default()
    }

    /// Whether a file that is there already is replaced, once the backup is whole. No. What no backup can stand in for never is: a
    /// book that is open, another book or its backup, an archive, a high-water file, a folder or a device.
    #[must_use]
    pub fn overwrite(mut self, overwrite: bool) -> Self {
        self.overwrite = overwrite;
        self
    }

    /// Told from time to time how far the backup has come; returning false gives it up.
    #[must_use]
    pub fn progress(mut self, progress: impl FnMut(BackupProgress) -> bool + 'a) -> Self {
        self.progress = Some(Box::new(progress));
        self
    }

    /// Whether it replaces, and whom it tells.
    pub(crate) fn followed(mut self) -> (bool, impl FnMut(BackupProgress) -> bool + 'a) {
        let follow = move |done| self.progress.as_mut().is_none_or(|progress| progress(done));
        (self.overwrite, follow)
    }
}

impl fmt::Debug for BackupOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BackupOptions").field("overwrite", &self.overwrite).finish_non_exhaustive()
    }
}

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BackupReport {
    /// Its length in bytes.
    pub bytes: u64,
    /// The schema that it is of.
    pub schema: i64,
}

impl Till {
    /// Copies the book to `path` while the till trades on: everything that was committed when it began. The file has its name
    /// only once it is whole, checked and durable; what goes wrong leaves nothing behind. It is its owner's only, and encrypted
    /// if the book is.
    ///
    /// The book's log can't begin anew while a backup is made, so it grows by what is traded meanwhile.
    ///
    /// ```
    /// # fn main() -> Result<(), tillbook::Error> {
    /// # use tillbook::{BackupOptions, Config, SandyConfig, Till};
    /// # let dir = tempfile::tempdir().unwrap();
    /// # let sandy = SandyConfig::new("http://127.0.0.1:9", "agent", "{GUID}");
    /// # let till = Till::open(dir.path().join("till.db"), Config::new("Noodle House", "Store 1", "Till 3", sandy))?;
    /// let report = till.backup(dir.path().join("monday.db"), BackupOptions::new())?;
    /// assert!(report.bytes > 0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `InvalidInput` if there is a file of this name and it was not to be replaced, or never is, or another file's log;
    /// `DiskFull`, `NoPermission`, `Storage`; `Corrupt` if the copy does not read back, which is the book's own fault more often than the target's.
    pub fn backup(&self, path: impl AsRef<Path>, options: BackupOptions<'_>) -> Result<BackupReport> {
        let (source, held) =
            self.runtime.with(|engine| Ok((engine.store().backup_source(), stands_now(&engine.store().view())?)))?;
        let (overwrite, mut follow) = options.followed();
        let found = source.copy_to(path.as_ref(), overwrite, &mut follow)?;
        let bytes = path.as_ref().metadata().map_err(|error| Error::io("the backup can't be read", error))?.len();
        // What it holds at least: `safe_to_close` goes by it. A backup is one whether or not that can be noted.
        let noted = self.runtime.with(|engine| {
            let at = engine.now();
            engine.store().write(|tx| tx.set_book("backup", &format!("{} {held}", at.millis())))
        });
        if let Err(error) = noted {
            event!(BACKUP_NOT_NOTED, error = error);
        }
        event!(BACKUP_MADE, bytes = bytes);
        Ok(BackupReport { bytes, schema: found.version })
    }

    /// Encrypts the book with another key of 32 bytes, in one transaction, and its archive files before it. The till goes on with it;
    /// the next opening needs it. Backups keep the key that they were made with. Needs feature `encryption`.
    ///
    /// Write the new key down before: should the machine die in here, one of the two opens the book. Call it again then with the same
    /// key, as after an error: archive files that have it already stay as they are.
    ///
    /// # Errors
    /// `Unsupported` for a book that is not encrypted; `InvalidConfig` for another length; `DiskFull`, `Storage`.
    #[cfg(feature = "encryption")]
    pub fn rekey(&self, key: &[u8]) -> Result<()> {
        let key = BookKey::new(key)?;
        self.runtime.with(|engine| engine.store_mut().rekey(key))
    }

    /// A person goes on with a book that turned out to be an older copy of itself: what waits is sent again. Until then nothing
    /// is, calls that require the remote are `Restored`, and others are decided by the policy alone. Recorded with who and why;
    /// the notification is acknowledged by it. A book that is no older copy stays as it is.
    ///
    /// Make sure first that the other one is gone: two tills that trade on one book charge twice.
    ///
    /// # Errors
    /// `InvalidInput`; `DiskFull`, `Storage`.
    pub fn go_on_after_restore(&self, who: &str, why: &str) -> Result<()> {
        self.runtime.with(|engine| engine.go_on_after_restore(who, why))?;
        self.runtime.stir();
        Ok(())
    }
}

/// Puts a backup in the place of a book that no till has open.
///
/// ```no_run
/// let report = tillbook::Restore::new("monday.db").high_water("/var/lib/till/high-water").run("till.db")?;
/// println!("the book that was there is kept as {:?}", report.replaced);
/// # Ok::<(), tillbook::Error>(())
/// ```
pub struct Restore {
    backup: PathBuf,
    high_water: Option<PathBuf>,
    key: Option<Result<BookKey>>,
}

impl Restore {
    /// Of this backup.
    #[must_use]
    pub fn new(backup: impl Into<PathBuf>) -> Self {
        Restore { backup: backup.into(), high_water: None, key: None }
    }

    /// Where the book's high-water file lies. It is only read here: a backup of another book is refused.
    #[must_use]
    pub fn high_water(mut self, path: impl Into<PathBuf>) -> Self {
        self.high_water = Some(path.into());
        self
    }

    /// The key of an encrypted book and its backup.
    #[must_use]
    pub fn key(mut self, key: &[u8]) -> Self {
        self.key = Some(BookKey::new(key));
        self
    }

    /// Checks the backup, and only then puts it in the place of the book at `path`. The replaced book is never deleted: it is
    /// renamed, with its log ([`RestoreReport::replaced`]). When the book is opened next, it knows itself to be an older copy.
    ///
    /// # Errors
    /// `BookInUse`; `NotABook`, `NewerBook`, `Corrupt` for what the backup is; `InvalidInput` if it is of another book;
    /// `DiskFull`, `NoPermission`, `Storage`. Then the book is as it was; only if names could not be changed half-way, opening it
    /// is `Restored` until the restore has been run once more.
    pub fn run(self, path: impl AsRef<Path>) -> Result<RestoreReport> {
        let access = Access { vfs: None, key: self.key.transpose()? };
        restore_file(&self.backup, path.as_ref(), self.high_water.as_deref(), &access)
    }
}

impl fmt::Debug for Restore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Restore").field("backup", &self.backup).finish_non_exhaustive()
    }
}
