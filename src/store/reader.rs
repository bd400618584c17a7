//! A book that is read and never written: beside a running till, or from a folder that may not be written.

use std::cell::Cell;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::check::check;
use super::cipher::{BookKey, unlock};
use super::migrations::VERSION;
use super::open::{beside_wal, check_readable, tell_apart};
use super::{Access, View};
use crate::error::{Error, Result};
use crate::model::{CheckOptions, CheckProgress, CheckReport, Exposure};

/// A book opened for reading only. It takes no lock: a till may have it open, or open it later.
pub(crate) struct Reader {
    conn: Connection,
    path: PathBuf,
    access: Access,
    exposure: Cell<Option<Exposure>>,
    /// How the file stood when it was opened as one that nobody writes to; `None` where it is read beside its log.
    immutable: Option<Stand>,
}

/// When a file was last written, and how long it is.
type Stand = (SystemTime, u64);

impl Reader {
    pub(crate) fn open(path: &Path, key: Option<BookKey>) -> Result<Reader> {
        let access = Access { vfs: None, key };
        let unreadable = |error| Error::io("can't read the book", error);
        let path = std::fs::canonicalize(path).map_err(unreadable)?;
        if path.metadata().map_err(unreadable)?.is_dir() {
            return Err(Error::not_a_book("a folder"));
        }
        let reader = match Reader::connect(&path, &access, false) {
            // SQLite needs its log and its index beside the file, and may not make them there.
            Err(error) if may_not_write(&error) && !has_log(&path) && !super::open::is_locked(&path) => {
                Reader::connect(&path, &access, true)?
            }
            other => other?,
        };
        reader.check_quiet()?;
        Ok(reader)
    }

    fn connect(path: &Path, access: &Access, immutable: bool) -> Result<Reader> {
        let immutable = if immutable { Some(stand(path)?) } else { None };
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = if immutable.is_some() {
            Connection::open_with_flags(immutable_uri(path)?, flags | OpenFlags::SQLITE_OPEN_URI)?
        } else {
            Connection::open_with_flags(path, flags)?
        };
        // Nothing is moved out of a log that a crash has left: that is the till's to do.
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        conn.busy_timeout(Duration::from_secs(2))?;
        unlock(&conn, access.key.as_ref())?;
        let version = tell_apart(&conn, path, access.key.as_ref())?;
        check_readable(&conn, version)?;
        if version == 0 {
            return Err(Error::not_a_book("an empty file"));
        }
        if version < VERSION {
            return Err(Error::unsupported("a book of an earlier release: a till has to open it first"));
        }
        conn.execute_batch(
            "PRAGMA query_only = ON; PRAGMA trusted_schema = OFF; PRAGMA mmap_size = 0; PRAGMA cell_size_check = ON;
             PRAGMA temp_store = MEMORY;",
        )?;
        Ok(Reader { conn, path: path.to_owned(), access: access.clone(), exposure: Cell::new(None), immutable })
    }

    /// Reads the book as it stands at one moment, whatever a till writes meanwhile.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&View<'_>) -> Result<T>) -> Result<T> {
        self.check_quiet()?;
        // What another process wrote since the last read has changed it.
        self.exposure.set(None);
        self.conn.execute_batch("BEGIN")?;
        let result = work(&View { conn: &self.conn, exposure: &self.exposure });
        let ended = self.conn.execute_batch("ROLLBACK");
        let value = result?;
        ended?;
        self.check_quiet()?;
        Ok(value)
    }

    /// Where the file is taken for one that never changes, nobody may have begun to write.
    pub(super) fn check_quiet(&self) -> Result<()> {
        match self.immutable {
            Some(before) if has_log(&self.path) || stand(&self.path)? != before => Err(Error::in_use()),
            _ => Ok(()),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn access(&self) -> &Access {
        &self.access
    }

    pub(super) fn conn(&self) -> &Connection {
        &self.conn
    }

    /// Checks the whole book, as it stands at one moment.
    pub(crate) fn check(
        &self,
        options: &CheckOptions,
        progress: &mut dyn FnMut(&CheckProgress) -> bool,
    ) -> Result<CheckReport> {
        self.read(|view| {
            let view = View { conn: view.conn, exposure: view.exposure };
            Ok(check(view, options, None, progress))
        })
    }
}

/// Whether SQLite failed since it may not make its files beside the book.
fn may_not_write(error: &Error) -> bool {
    use rusqlite::ffi::{SQLITE_CANTOPEN, SQLITE_READONLY};
    error.native_code().is_some_and(|code| [SQLITE_CANTOPEN, SQLITE_READONLY].contains(&(code & 0xff)))
}

/// Whether there is a log with commits that the file may lack.
fn has_log(path: &Path) -> bool {
    match beside_wal(path).metadata() {
        Ok(log) => log.len() > 0,
        Err(error) => error.kind() != ErrorKind::NotFound,
    }
}

fn stand(path: &Path) -> Result<Stand> {
    let unreadable = |error| Error::io("can't read the book", error);
    let file = path.metadata().map_err(unreadable)?;
    Ok((file.modified().map_err(unreadable)?, file.len()))
}

/// The file's name as SQLite takes it together with an option.
fn immutable_uri(path: &Path) -> Result<String> {
    let name = path.to_str().ok_or_else(|| Error::config("path", "must be UTF-8"))?;
    let mut uri = String::from("file:");
    for &byte in name.as_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' => uri.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => uri.push(char::from(byte)),
            // Windows: the drive begins the path.
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri.push_str("?immutable=1");
    Ok(uri)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_itself_in_a_uri() {
        assert_eq!(
            immutable_uri(Path::new("/a b/店?1#%.db")).expect("it is UTF-8"),
            "file:/a%20b/%E5%BA%97%3F1%23%25.db?immutable=1"
        );
    }
}
