//! Backups: a copy of the open book, made on a connection of its own while the till trades on.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::copy::{self, Access, Follow, Found, Part, exists};
use super::schema::APPLICATION_ID;
use super::{Reader, Store, archive, cipher, highwater, open};
use crate::error::{Error, ErrorCode, Result};

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
        let part = begun(&self.book, target, over, &self.access)?;
        let source = self.access.connect(&self.book, false)?;
        copy::copy_into(&source, &part.part, &self.access, follow)?;
        drop(source);
        part.ended(&self.access, over)
    }
}

impl Reader {
    /// As [`BackupSource::copy_to`], of a book that is only read: beside a till, or where nobody may write.
    pub(crate) fn copy_to(&self, target: &Path, over: bool, follow: Follow<'_>) -> Result<Found> {
        let part = begun(self.path(), target, over, self.access())?;
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

fn begun(book: &Path, target: &Path, over: bool, access: &Access) -> Result<Begun> {
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
    // Whoever opens the backup would be given what stands in there, and not what stands in the backup.
    if ["-wal", "-journal"]
        .into_iter()
        .any(|log| copy::with_suffix(&target, log).metadata().is_ok_and(|log| log.len() > 0))
    {
        return Err(Error::invalid("path", "must not have another file's log beside it", "a log of this name"));
    }
    Ok(Begun { part: Part::beside(&target)?, target })
}

/// Overwriting is for earlier backups. Files that nobody can make anew are not replaced, whatever they are called: a book that is open,
/// another book or its backup, an archive, a high-water file.
fn refuse_precious(book: &Path, target: &Path, access: &Access) -> Result<()> {
    let precious =
        |what: &str| Err(Error::invalid("path", "must not be a file that a backup is no replacement for", what));
    // Where the privileges suffice, a device would be gone for every program.
    if !target.is_file() {
        return precious("a folder or a device");
    }
    // Looked at first: opening a file that SQLite has open in this process would take its locks away.
    if open::file_id(target).is_some_and(|id| open::file_id(book) == Some(id)) {
        return precious("the book under another name");
    }
    if open::is_locked(target) {
        return precious("a book that is open");
    }
    let mut front = [0; 72];
    let read = File::open(target).and_then(|mut file| file.read_exact(&mut front));
    // Shorter than any of them, or not to be read: then it can't be replaced either, or nothing is lost.
    if read.is_err() {
        return Ok(());
    }
    if front.starts_with(highwater::MAGIC) {
        return precious("a high-water file");
    }
    let application_id = i64::from(u32::from_be_bytes([front[68], front[69], front[70], front[71]]));
    if application_id == archive::APPLICATION_ID {
        return precious("an archive");
    }
    // One that is encrypted tells what it is to whoever has its key, and nobody else knows what is lost with it.
    let plain = Access { key: None, ..access.clone() };
    let access_there = if cipher::looks_encrypted(target) { access } else { &plain };
    match (told(target, access_there), told(book, access)) {
        (Err(error), _) if error.code() == ErrorCode::WrongKey => precious("encrypted with another key"),
        (Ok((archive::APPLICATION_ID, _)), _) => precious("an archive"),
        (Ok((APPLICATION_ID, Some(there))), Ok((_, Some(own)))) if there != own => {
            precious("another book, or its backup")
        }
        // What can't be read as a book is a backup that is worth less than the new one.
        _ => Ok(()),
    }
}

/// What a database says that it is, and which book if it is one.
fn told(path: &Path, access: &Access) -> Result<(i64, Option<String>)> {
    let conn = access.connect(path, false)?;
    let application_id: i64 = conn
        .query_row("PRAGMA application_id", [], |row| row.get(0))
        .map_err(|error| cipher::unreadable(error, path, access.key.as_ref()))?;
    let id = conn.query_row("SELECT value FROM book WHERE key = 'book_id'", [], |row| row.get(0));
    Ok((application_id, id.ok()))
}

impl Begun {
    /// It is looked at, and gets its name.
    fn ended(self, access: &Access, over: bool) -> Result<Found> {
        let found = copy::verify_file(self.part.path(), access)?;
        self.part.name_it(&self.target, over)?;
        Ok(found)
    }
}
