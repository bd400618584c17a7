//! Copies of a book: made under a temporary name from one moment's state, checked, made durable, and only then given their name.
//! A file under its final name is whole.

use std::ffi::c_int;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags, ffi};

use super::cipher::{self, BookKey};
use super::open::{create_private, private, set_journal_mode};
use super::schema::APPLICATION_ID;
use crate::error::{Error, Result};

/// How far a copy has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackupProgress {
    /// Pages that have been copied.
    pub copied: u64,
    /// Pages there are.
    pub pages: u64,
}

/// Whoever follows a copy; false ends it.
pub(crate) type Follow<'a> = &'a mut dyn FnMut(BackupProgress) -> bool;

/// How a database file is reached.
#[derive(Clone, Debug, Default)]
pub(crate) struct Access {
    /// A SQLite VFS by name; the platform's own without it.
    pub(crate) vfs: Option<String>,
    /// The key of an encrypted book.
    pub(crate) key: Option<BookKey>,
}

impl Access {
    /// A connection for reading, or for writing to a file that is there.
    pub(super) fn connect(&self, path: &Path, writes: bool) -> Result<Connection> {
        let mode = if writes { OpenFlags::SQLITE_OPEN_READ_WRITE } else { OpenFlags::SQLITE_OPEN_READ_ONLY };
        let flags = mode | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = match &self.vfs {
            Some(vfs) => Connection::open_with_flags_and_vfs(path, flags, vfs.as_str())?,
            None => Connection::open_with_flags(path, flags)?,
        };
        conn.busy_timeout(Duration::from_secs(5))?;
        cipher::unlock(&conn, self.key.as_ref())?;
        Ok(conn)
    }
}

/// So many pages are copied before it is told how far it has come.
const PAGES_A_STEP: i32 = 256;

/// A file that goes away unless it is given its name.
pub(super) struct Part {
    path: PathBuf,
    named: bool,
}

impl Part {
    /// A new private file in the folder of `target`. Two copies to one target never share it.
    pub(super) fn beside(target: &Path) -> Result<Part> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let name = target.file_name().ok_or_else(|| Error::invalid("path", "must name a file", "no name"))?;
        let mut part = name.to_owned();
        part.push(format!(".part-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)));
        let path = target.with_file_name(part);
        // Left by a process of the same number that died: nobody writes to it any more.
        let _ = std::fs::remove_file(&path);
        remove_logs(&path);
        create_private(&path)?;
        Ok(Part { path, named: false })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes it durable and gives it its name. Without `over` a file of that name stays, and this fails.
    pub(super) fn name_it(mut self, target: &Path, over: bool) -> Result<()> {
        let failed = |error| Error::io("the copy can't be made durable", error);
        // Opened for writing: Windows syncs no other handle.
        let file = private().write(true).open(&self.path).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        drop(file);
        if over {
            std::fs::rename(&self.path, target).map_err(failed)?;
        } else {
            // A link and not a rename, which would replace what is there.
            match std::fs::hard_link(&self.path, target) {
                Ok(()) => {
                    let _ = std::fs::remove_file(&self.path);
                }
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Err(exists()),
                // Not every file system has links.
                Err(_) if target.exists() => return Err(exists()),
                Err(_) => std::fs::rename(&self.path, target).map_err(failed)?,
            }
        }
        self.named = true;
        sync_folder(target).map_err(failed)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.named {
            let _ = std::fs::remove_file(&self.path);
        }
        // SQLite does not tell when it could not remove a log that is worked off.
        remove_logs(&self.path);
    }
}

pub(super) fn exists() -> Error {
    Error::invalid("path", "must not exist yet", "a file of this name")
}

fn remove_logs(path: &Path) {
    for suffix in ["-wal", "-shm", "-journal"] {
        let _ = std::fs::remove_file(with_suffix(path, suffix));
    }
}

pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Makes a file's name durable. Windows does so by itself.
pub(super) fn sync_folder(path: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::File::open(folder)?.sync_all()
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        Ok(())
    }
}

/// Copies the database behind `source` into the part, as it is at one moment: others may write to it meanwhile, and are not waited
/// for nor made to wait. What comes out has no log beside it.
pub(super) fn copy_into(source: &Connection, part: &Part, access: &Access, follow: Follow<'_>) -> Result<()> {
    // A read transaction of its own: without it every commit of the till would make the copy begin anew.
    let snapshot = source.unchecked_transaction()?;
    source.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))?;
    {
        let mut target = access.connect(part.path(), true)?;
        // The file is nobody's until it has its name, so nothing in it needs undoing.
        target.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")?;
        let backup = Backup::new(source, &mut target)?;
        loop {
            let step = backup.step(PAGES_A_STEP)?;
            let done = backup.progress();
            let pages = u64::try_from(done.pagecount).unwrap_or(0);
            let copied = pages.saturating_sub(u64::try_from(done.remaining).unwrap_or(0));
            if !follow(BackupProgress { copied, pages }) {
                return Err(Error::io("the copy", std::io::Error::other("it was given up on request")));
            }
            match step {
                StepResult::Done => break,
                StepResult::More => {}
                _ => std::thread::sleep(Duration::from_millis(5)),
            }
        }
    }
    drop(snapshot);
    // The header says that there is a log, as that of the book does.
    let target = access.connect(part.path(), true)?;
    let mode = set_journal_mode(&target, "DELETE")?;
    if mode != "delete" {
        return Err(Error::inconsistent(format!("the copy keeps a log of its own (got {mode})")));
    }
    Ok(())
}

/// What a file that should be a book says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) version: i64,
    pub(crate) book_id: String,
}

/// Reads a whole book file and says what it is, or what is wrong with it.
pub(super) fn verify(conn: &Connection, path: &Path, access: &Access) -> Result<Found> {
    let application_id: i64 = conn
        .query_row("PRAGMA application_id", [], |row| row.get(0))
        .map_err(|error| cipher::unreadable(error, path, access.key.as_ref()))?;
    let version: i64 = conn.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if application_id != APPLICATION_ID || version == 0 {
        return Err(Error::not_a_book("another program's database, or an empty one"));
    }
    quick_check(conn)?.map_or(Ok(()), |damage| Err(Error::inconsistent(damage)))?;
    let book_id = conn.query_row("SELECT value FROM book WHERE key = 'book_id'", [], |row| row.get(0))?;
    Ok(Found { version, book_id })
}

/// SQLite's own look at a file, and the first damage that it has found.
///
/// It goes on where a page could not be read and tells so among the damage. A disk that fails is no damage: a host must not be
/// told that its book is broken for it.
pub(super) fn quick_check(conn: &Connection) -> Result<Option<String>> {
    let found: String = conn.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if found == "ok" {
        return Ok(None);
    }
    match unread(&found) {
        Some(code) => Err(rusqlite::Error::SqliteFailure(ffi::Error::new(code), Some(found)).into()),
        None => Ok(Some(found)),
    }
}

/// With which I/O error a page could not be read, in SQLite's words for it.
fn unread(found: &str) -> Option<c_int> {
    if found.contains("failed to get page") {
        return Some(ffi::SQLITE_IOERR);
    }
    let code: c_int = found.rsplit_once("unable to get the page. error code=")?.1.trim_end().parse().ok()?;
    (code & 0xff == ffi::SQLITE_IOERR).then_some(code)
}

/// As [`verify`], of a file that nobody has open.
pub(super) fn verify_file(path: &Path, access: &Access) -> Result<Found> {
    verify(&access.connect(path, false)?, path, access)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_could_not_be_read_is_no_damage() {
        let cases = [
            ("*** in database main ***\nTree 8 page 8: unable to get the page. error code=266", Some(266)),
            ("Freelist: failed to get page 12", Some(ffi::SQLITE_IOERR)),
            ("Tree 8 page 8: unable to get the page. error code=11", None),
            ("Tree 8 page 8: btreeInitPage() returns error code 11", None),
            ("row 3 missing from index card_phone", None),
        ];
        for (found, code) in cases {
            assert_eq!(unread(found), code, "{found}");
        }
    }
}
