//! Backups: a copy of the open book, made on a connection of its own while the till trades on.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::copy::{self, Access, Follow, Found, Part, exists};
use super::schema::APPLICATION_ID;
use super::{Reader, Store, archive, highwater, open};
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
        let part = begun(&self.book, target, &self.access, over)?;
        let source = self.access.connect(&self.book, false)?;
        copy::copy_into(&source, &part.part, &self.access, follow)?;
        drop(source);
        part.ended(&self.access, over)
    }
}

impl Reader {
    /// As [`BackupSource::copy_to`], of a book that is only read: beside a till, or where nobody may write.
    pub(crate) fn copy_to(&self, target: &Path, over: bool, follow: Follow<'_>) -> Result<Found> {
        let part = begun(self.path(), target, self.access(), over)?;
        self.check_quiet()?;
        copy::copy_into(self.conn(), &part.part, self.access(), follow)?;
        self.check_quiet()?;
        part.ended(self.access(), over)
    }
}

/// A backup that has no name yet.
struct Begun {
    part: Part,
    target: PathBuf,
}

fn begun(book: &Path, target: &Path, access: &Access, over: bool) -> Result<Begun> {
    let target = open::resolved(target)?;
    let own = |suffix: &str| copy::with_suffix(book, suffix) == target;
    if ["", "-wal", "-shm", ".lock", ".ballast"].into_iter().any(own) {
        return Err(Error::invalid("path", "must not be the book itself", "the book"));
    }
    if target.exists() {
        if !over {
            return Err(exists());
        }
        refuse_precious(book, &target, access)?;
    }
    Ok(Begun { part: Part::beside(&target)?, target })
}

/// Overwriting is for earlier backups. Files that nobody can make anew are not replaced, whatever they are called: a book that is open,
/// another book or its backup, an archive, a high-water file.
fn refuse_precious(book: &Path, target: &Path, access: &Access) -> Result<()> {
    let precious =
        |what: &str| Err(Error::invalid("path", "must not be a file that a backup is no replacement for", what));
    // Looked at first: opening a file that SQLite has open in this process would take its locks away.
    if open::file_id(target).is_some_and(|id| open::file_id(book) == Some(id)) {
        return precious("the book under another name");
    }
    if open::is_locked(target) {
        return precious("a book that is open");
    }
    let mut front = [0; highwater::MAGIC.len()];
    let read = File::open(target).and_then(|mut file| file.read_exact(&mut front));
    if read.is_ok() && front == *highwater::MAGIC {
        return precious("a high-water file");
    }
    let plain = Access { vfs: access.vfs.clone(), key: None };
    // What can't be read as a book is a backup that is worth less than the new one.
    let Some(there) = [access, &plain].into_iter().find_map(|access| Says::of(target, access).ok()) else {
        return Ok(());
    };
    match there {
        Says { application_id: archive::APPLICATION_ID, .. } => precious("an archive"),
        Says { application_id: APPLICATION_ID, book_id }
            if book_id.is_some() && book_id != Says::of(book, access)?.book_id =>
        {
            precious("another book, or its backup")
        }
        _ => Ok(()),
    }
}

/// What a database says of itself.
struct Says {
    application_id: i64,
    book_id: Option<String>,
}

impl Says {
    fn of(path: &Path, access: &Access) -> Result<Says> {
        let conn = access.connect(path, false)?;
        let application_id = conn.query_row("PRAGMA application_id", [], |row| row.get(0))?;
        let sql = "SELECT value FROM book WHERE key = 'book_id'";
        Ok(Says { application_id, book_id: conn.query_row(sql, [], |row| row.get(0)).ok() })
    }
}

impl Begun {
    /// It is looked at, and gets its name.
    fn ended(self, access: &Access, over: bool) -> Result<Found> {
        let found = copy::verify_file(self.part.path(), access)?;
        self.part.name_it(&self.target, over)?;
        Ok(found)
    }
}
