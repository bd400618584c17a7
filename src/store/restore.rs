//! Putting a backup in the place of a book. The replaced book is kept beside it.

use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;

use super::copy::{self, Access, Part, sync_folder, with_suffix};
use super::highwater;
use super::open::{beside, book_at, check_version, create_private, lock_book};
use crate::error::{Error, Result};

/// What a restore has done.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RestoreReport {
    /// The schema of the backup. An older one is migrated when the book is opened.
    pub schema: i64,
    /// Where the replaced book is now, if there was one. Its log, if it had one, is beside it.
    pub replaced: Option<PathBuf>,
}

/// While this file is there, what stands in the book's place is neither the old one nor the new one.
fn marker(book: &Path) -> PathBuf {
    beside(book, "restoring")
}

/// A restore that was interrupted leaves no book that may be traded on, nor room for a new one.
pub(super) fn refuse_half_restored(book: &Path) -> Result<()> {
    if marker(book).exists() { Err(Error::restored("a restore was interrupted: restore it once more")) } else { Ok(()) }
}

/// Puts the backup in the book's place.
pub(crate) fn restore_file(
    backup: &Path,
    book: &Path,
    high_water: Option<&Path>,
    access: &Access,
) -> Result<RestoreReport> {
    let book = book_at(book)?;
    let backup = std::fs::canonicalize(backup).map_err(|error| Error::io("the backup can't be read", error))?;
    if backup == book {
        return Err(Error::invalid("backup", "must not be the book itself", "the book"));
    }
    let _lock = lock_book(&beside(&book, "lock"))?;
    let source = access.connect(&backup, false)?;
    let found = copy::verify(&source, &backup, access)?;
    check_version(&source, found.version)?;
    if let Some(path) = high_water
        && highwater::book_id_in(&highwater::checked_path(path, &book)?).is_some_and(|id| id != found.book_id)
    {
        return Err(Error::invalid("backup", "must be of the same book as the high-water file", "another book"));
    }
    refuse_other_book(&book, &found.book_id, access)?;
    // A whole copy first, in the same folder: from then on only names change.
    let part = Part::beside(&book)?;
    copy::copy_into(&source, &part, access, &mut |_| true)?;
    drop(source);
    {
        let conn = access.connect(part.path(), true)?;
        conn.execute(
            "INSERT INTO book (key, value) VALUES ('restored_from', 'a backup') ON CONFLICT (key) DO NOTHING",
            [],
        )?;
    }
    copy::verify_file(part.path(), access)?;
    let failed = |error| Error::io("the backup can't be put in the book's place", error);
    let replaced = make_room(&book)?;
    part.name_it(&book, false)?;
    std::fs::remove_file(marker(&book)).map_err(failed)?;
    sync_folder(&book).map_err(failed)?;
    Ok(RestoreReport { schema: found.version, replaced })
}

/// From here on what stands in the book's place is neither the old one nor the new one, and a file says so. Where the old one can't
/// be put aside after all, it may be traded on.
fn make_room(book: &Path) -> Result<Option<PathBuf>> {
    let failed = |error| Error::io("the backup can't be put in the book's place", error);
    let marker = marker(book);
    let interrupted = marker.exists();
    if !interrupted {
        create_private(&marker)?;
    }
    sync_folder(book).map_err(failed)?;
    put_aside(book, interrupted).map_err(|NotAside { source, as_it_was }| {
        if as_it_was && !interrupted {
            // Should this fail, opening the book tells to restore it once more, which is no harm.
            let _ = std::fs::remove_file(&marker);
        }
        failed(source)
    })
}

/// A book that can be read and is another one is not replaced. One that can't be read is what a backup is for.
fn refuse_other_book(book: &Path, book_id: &str, access: &Access) -> Result<()> {
    if !book.metadata().is_ok_and(|file| file.len() > 0) {
        return Ok(());
    }
    let Ok(conn) = access.connect(book, false) else { return Ok(()) };
    // Looking at it must not change it.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    let there: rusqlite::Result<String> =
        conn.query_row("SELECT value FROM book WHERE key = 'book_id'", [], |row| row.get(0));
    match there {
        Ok(there) if there != book_id => {
            Err(Error::invalid("backup", "must be of the same book as the one it replaces", "another book"))
        }
        _ => Ok(()),
    }
}

/// Names could not be changed: whoever has the file open may hold it, as on Windows.
struct NotAside {
    source: std::io::Error,
    /// Book and log have the names that they had.
    as_it_was: bool,
}

/// Renames the book and its log, under names that belong together as the old ones did. What SQLite keeps about the log in memory
/// shared between processes is of no use without them. Where an earlier turn was interrupted between the two, the book follows its log.
fn put_aside(book: &Path, interrupted: bool) -> std::result::Result<Option<PathBuf>, NotAside> {
    let log = with_suffix(book, "-wal");
    let _ = std::fs::remove_file(with_suffix(book, "-shm"));
    let has_log = log.metadata().is_ok_and(|log| log.len() > 0);
    let mut aside = None;
    for number in 1_u32.. {
        let name = beside(book, &format!("replaced-{number}"));
        if interrupted && !has_log && book.exists() && !name.exists() && with_suffix(&name, "-wal").exists() {
            // Whoever looks at the book without a log makes an empty one.
            let _ = std::fs::remove_file(&log);
            aside = Some(name);
            break;
        }
        if !name.exists() && !with_suffix(&name, "-wal").exists() {
            aside = Some(name);
            break;
        }
    }
    let Some(aside) = aside else { return Ok(None) };
    let aside_log = with_suffix(&aside, "-wal");
    let moved_log = log.exists();
    if moved_log {
        std::fs::rename(&log, &aside_log).map_err(|source| NotAside { source, as_it_was: true })?;
    }
    if !book.exists() {
        return Ok(None);
    }
    if let Err(source) = std::fs::rename(book, &aside) {
        let as_it_was = !moved_log || std::fs::rename(&aside_log, &log).is_ok();
        return Err(NotAside { source, as_it_was });
    }
    sync_folder(book).map_err(|source| NotAside { source, as_it_was: false })?;
    Ok(Some(aside))
}

#[cfg(all(test, target_os = "linux"))]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Here the log can't get its new name, which is too long; elsewhere because a program has the file open.
    #[test]
    fn a_book_that_can_not_be_put_aside_may_be_traded_on() {
        let folder = tempfile::tempdir().unwrap();
        let book = folder.path().join("t".repeat(241));
        let log = with_suffix(&book, "-wal");
        std::fs::write(&book, b"the book").unwrap();
        std::fs::write(&log, b"its log").unwrap();
        make_room(&book).unwrap_err();
        assert!(refuse_half_restored(&book).is_ok());
        assert_eq!(
            (std::fs::read(&book).unwrap(), std::fs::read(&log).unwrap()),
            (b"the book".into(), b"its log".into())
        );
        // A restore that was interrupted before is still one.
        create_private(&marker(&book)).unwrap();
        make_room(&book).unwrap_err();
        assert!(refuse_half_restored(&book).is_err());
    }
}
