//! An archive file: details of old operations, in a SQLite file of its own.
//!
//! Rows are in it, durable and read back, before they leave the book; whatever happens in between leaves them in both, and the
//! next turn writes the same rows again.

use std::path::{Path, PathBuf};

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::open::file_id;
use super::{Access, cipher, copy};
#[cfg(feature = "encryption")]
use crate::error::ErrorCode;
use crate::error::{Error, Result};

/// Marks the file as an archive ("tila" in ASCII).
pub(super) const APPLICATION_ID: i64 = 0x7469_6c61;

/// What is copied of an operation. The first two stay in the book as well.
pub(super) const COPIED: &[&str] = &["operation", "promise", "attempt", "look", "confirmation", "decision", "notice"];

const PRAGMAS: &str =
    "PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON";

pub(super) struct Archive {
    conn: Connection,
    owner: Owner,
    path: PathBuf,
    /// Which file the path led to when it was opened.
    file_id: Option<(u64, u64)>,
}

/// Whose details an archive holds. Numbers of one epoch may stand for something else in another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Owner {
    pub(super) book: String,
    pub(super) epoch: i64,
}

impl Owner {
    pub(super) fn of(book: &Connection) -> Result<Owner> {
        let sql = "SELECT value, (SELECT coalesce(max(epoch), 1) FROM epoch) FROM book WHERE key = 'book_id'";
        Ok(book.query_row(sql, [], |row| Ok(Owner { book: row.get(0)?, epoch: row.get(1)? }))?)
    }
}

impl Archive {
    /// Opens an archive file, or makes it.
    pub(super) fn open(path: &Path, access: &Access, book: &Connection) -> Result<Archive> {
        super::open::create_private(path)?;
        // An encrypted book's details are not to be read in the archive either.
        let conn = access.connect(path, true)?;
        let application_id = application_id(&conn, path, access)?;
        let tables: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        if application_id != APPLICATION_ID && tables > 0 {
            return Err(Error::not_a_book("the archive's name is taken by another program's database"));
        }
        // Another till's book may have the same name, and the same folder.
        let own = Owner::of(book)?;
        conn.execute_batch(&format!(
            "BEGIN IMMEDIATE; PRAGMA application_id = {APPLICATION_ID};
             CREATE TABLE IF NOT EXISTS owner (one INTEGER PRIMARY KEY CHECK (one = 1), book TEXT, epoch INTEGER)"
        ))?;
        conn.execute("INSERT OR IGNORE INTO owner (one, book, epoch) VALUES (1, ?1, ?2)", (&own.book, own.epoch))?;
        conn.execute_batch("COMMIT")?;
        let owner = Archive::owner_in(&conn)?;
        let archive = Archive { conn, owner, path: path.to_owned(), file_id: file_id(path) };
        if archive.owner == own {
            archive.prepare(book)?;
        }
        Ok(archive)
    }

    /// An archive file of this book's that must be there already. None is made of what is there instead.
    pub(super) fn existing(path: &Path, access: &Access, book: &Connection) -> Result<Option<Archive>> {
        if !path.is_file() {
            return Ok(None);
        }
        let conn = access.connect(path, true)?;
        if application_id(&conn, path, access)? != APPLICATION_ID {
            return Ok(None);
        }
        let owner = Archive::owner_in(&conn)?;
        let archive = Archive { conn, owner, path: path.to_owned(), file_id: file_id(path) };
        if archive.owner.book != Owner::of(book)?.book {
            return Ok(None);
        }
        archive.prepare(book)?;
        Ok(Some(archive))
    }

    /// Encrypts one of this book's archive files with another key, if it can be read as one. One that has that key already, since
    /// an earlier turn has ended before it came to the book, is left as it is.
    #[cfg(feature = "encryption")]
    pub(super) fn rekey(path: &Path, access: &Access, key: &super::BookKey, book: &Connection) -> Result<()> {
        let open = |access: &Access| match Archive::existing(path, access, book) {
            Err(error) if matches!(error.code(), ErrorCode::NotABook | ErrorCode::Corrupt | ErrorCode::WrongKey) => {
                Ok(None)
            }
            archive => archive,
        };
        let Some(archive) = open(access)? else { return Ok(()) };
        cipher::rekey(&archive.conn, key)?;
        drop(archive);
        match open(&Access { key: Some(key.clone()), ..access.clone() })? {
            Some(_) => Ok(()),
            None => Err(Error::inconsistent("the archive does not open with its new key")),
        }
    }

    fn owner_in(conn: &Connection) -> Result<Owner> {
        let row = |row: &rusqlite::Row<'_>| Ok(Owner { book: row.get(0)?, epoch: row.get(1)? });
        Ok(conn.query_row("SELECT book, epoch FROM owner", [], row)?)
    }

    pub(super) fn owner(&self) -> &Owner {
        &self.owner
    }

    /// The tables as the book has them, without their rules: what came out of it is kept whatever it is.
    fn prepare(&self, book: &Connection) -> Result<()> {
        self.conn.execute_batch("BEGIN IMMEDIATE")?;
        for table in COPIED {
            let columns = columns(book, table)?;
            let there = columns_or_none(&self.conn, table)?;
            if there.is_empty() {
                let rest = columns[1..].join(", ");
                let sql = format!("CREATE TABLE {table} ({} INTEGER PRIMARY KEY, {rest})", columns[0]);
                self.conn.execute_batch(&sql)?;
                continue;
            }
            for column in columns.iter().filter(|column| !there.contains(column)) {
                self.conn.execute_batch(&format!("ALTER TABLE {table} ADD COLUMN {column}"))?;
            }
        }
        for table in COPIED {
            // Whatever is asked for is one operation's, and the till waits for the answer. A unique column has its index.
            if columns(book, table)?[0] != "op_no" {
                let sql = format!("CREATE INDEX IF NOT EXISTS {table}_op ON {table} (op_no)");
                self.conn.execute_batch(&sql)?;
            }
        }
        self.conn.execute_batch("COMMIT")?;
        Ok(())
    }

    /// Copies everything about these operations, and makes sure that it is there.
    pub(super) fn take_in(&self, book: &Connection, operations: &[i64]) -> Result<()> {
        self.conn.execute_batch("BEGIN IMMEDIATE")?;
        let copied = operations.iter().try_for_each(|&op_no| self.copy(book, op_no));
        self.conn.execute_batch(if copied.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
        copied?;
        if file_id(&self.path) != self.file_id {
            // Nobody finds what is written there.
            let moved = std::io::Error::other("it was moved, replaced or removed while it was open");
            return Err(Error::io("the archive can't be written", moved));
        }
        for &op_no in operations {
            for table in COPIED {
                // More may be there: from a turn that ended after it had taken them in.
                let there = rows_of(&self.conn, table, &columns(book, table)?, op_no)?;
                if !rows(book, table, op_no)?.iter().all(|row| there.contains(row)) {
                    return Err(Error::inconsistent("the archive does not hold what was written into it"));
                }
            }
        }
        Ok(())
    }

    fn copy(&self, book: &Connection, op_no: i64) -> Result<()> {
        for table in COPIED {
            let columns = columns(book, table)?;
            let marks = vec!["?"; columns.len()].join(", ");
            let sql = format!("INSERT OR REPLACE INTO {table} ({}) VALUES ({marks})", columns.join(", "));
            let mut insert = self.conn.prepare_cached(&sql)?;
            for row in rows(book, table, op_no)? {
                insert.execute(params_from_iter(row))?;
            }
        }
        Ok(())
    }

    /// SQLite's own look at the file.
    pub(super) fn check(&self) -> Result<()> {
        match copy::quick_check(&self.conn)? {
            None => Ok(()),
            Some(_) => Err(Error::inconsistent("the archive file is damaged")),
        }
    }

    pub(super) fn conn(&self) -> &Connection {
        &self.conn
    }
}

/// Prepares a new connection, and tells whose file it is.
fn application_id(conn: &Connection, path: &Path, access: &Access) -> Result<i64> {
    let told = conn.execute_batch(PRAGMAS).and_then(|()| conn.query_row("PRAGMA application_id", [], |row| row.get(0)));
    told.map_err(|error| cipher::unreadable(error, path, access.key.as_ref()))
}

fn columns(conn: &Connection, table: &str) -> Result<Vec<String>> {
    let columns = columns_or_none(conn, table)?;
    if columns.is_empty() { Err(Error::inconsistent("a table is missing")) } else { Ok(columns) }
}

fn columns_or_none(conn: &Connection, table: &str) -> Result<Vec<String>> {
    let mut statement = conn.prepare_cached(&format!("PRAGMA table_info('{table}')"))?;
    Ok(statement.query_map([], |row| row.get(1))?.collect::<rusqlite::Result<_>>()?)
}

fn rows(conn: &Connection, table: &str, op_no: i64) -> Result<Vec<Vec<Value>>> {
    rows_of(conn, table, &columns(conn, table)?, op_no)
}

fn rows_of(conn: &Connection, table: &str, columns: &[String], op_no: i64) -> Result<Vec<Vec<Value>>> {
    let acked = if table == "notice" { " AND acked_at IS NOT NULL" } else { "" };
    let sql = format!("SELECT {} FROM {table} WHERE op_no = ?1{acked} ORDER BY 1", columns.join(", "));
    let mut statement = conn.prepare_cached(&sql)?;
    let rows = statement.query_map([op_no], |row| (0..columns.len()).map(|at| row.get(at)).collect())?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Where a book's archive of a year is, or the next one where that is somebody else's.
pub(super) fn archive_path(book: &Path, folder: Option<&Path>, year: i32, number: u32) -> PathBuf {
    let name = book.file_name().map_or_else(|| "book".into(), |name| name.to_string_lossy().into_owned());
    let folder = folder.or_else(|| book.parent()).unwrap_or_else(|| Path::new("."));
    let number = if number > 1 { format!("-{number}") } else { String::new() };
    folder.join(format!("{name}.archive-{year}{number}.db"))
}
