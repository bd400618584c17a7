//! Salvage: whatever is readable of a damaged book, row by row, into a fresh one.
//!
//! It works on a copy; the damaged file is only read. Rows are read by their numbers around what is unreadable, so that a bad
//! page costs its own rows and no others. The result is a valid book; rows whose other half is lost go into a plain SQLite
//! file beside it.

use std::cell::Cell;
use std::fs::{File, OpenOptions as FileOptions};
use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, params_from_iter};

use super::chain::Chain;
use super::copy::Part;
use super::migrations::{MIN_READER, MIN_WRITER, STEPS, Step, VERSION};
use super::salvage_mend::mend;
use super::schema::APPLICATION_ID;
use super::{Tx, View};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::model::{SalvageReport, SalvagedTable};

/// The queue and the lines of the book first, then what the remotes can tell again.
const ORDER: &[&str] = &[
    "book",
    "operation",
    "promise",
    "attempt",
    "entry",
    "chain_key",
    "look",
    "confirmation",
    "claim",
    "decision",
    "notice",
    "card",
    "account",
    "alias",
    "lane",
];

/// Among so many numbers after the last readable row the next one is looked for one by one.
const NEAR: i64 = 50_000;

/// Saves what is readable of the book at `damaged` into a new one at `into`.
pub(crate) fn salvage(damaged: &Path, into: &Path, now: Timestamp) -> Result<SalvageReport> {
    let mut report = SalvageReport::default();
    let leftovers = beside(into, ".leftover");
    // A log that was left there is another book's: SQLite would take it for the new one's, or do away with it.
    for taken in [into, &leftovers, &beside(into, "-wal"), &beside(into, "-journal")] {
        if taken.symlink_metadata().is_ok() {
            let name = taken.file_name().unwrap_or_default().to_string_lossy();
            return Err(Error::invalid("into", "must be a name of which no file, log or leftover exists yet", name));
        }
    }
    // What is written meanwhile would be saved by halves, and copying takes SQLite's locks away from a till of this process.
    if super::open::is_locked(&super::open::book_at(damaged)?) {
        return Err(Error::in_use());
    }
    // Under a name of its own, which goes away with its log: a damaged book may lie there by any name.
    let copy = Part::beside(into)?;
    copy_book(damaged, copy.path(), &mut report)?;
    if let Err(error) = save(copy.path(), into, &leftovers, now, &mut report) {
        // Half a book is none.
        for file in [into.to_owned(), beside(into, "-journal"), leftovers] {
            let _ = std::fs::remove_file(file);
        }
        return Err(error);
    }
    Ok(report)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn copy_book(damaged: &Path, copy: &Path, report: &mut SalvageReport) -> Result<()> {
    let copied = |from: &Path, to: &Path| -> Result<()> {
        super::open::create_private(to)?;
        // What it says and not what it may: of a file that may only be read the copy has to be written to.
        let copied = || std::io::copy(&mut File::open(from)?, &mut FileOptions::new().write(true).open(to)?);
        copied().map(drop).map_err(|error| Error::io("can't copy the damaged book", error))
    };
    copied(damaged, copy)?;
    let log = beside(damaged, "-wal");
    if log.metadata().is_ok_and(|log| log.len() > 0) {
        copied(&log, &beside(copy, "-wal"))?;
        report
            .notes
            .push("a log was beside the book: what stands in it before its first damaged page was taken".into());
    }
    Ok(())
}

fn save(copy: &Path, into: &Path, leftovers: &Path, now: Timestamp, report: &mut SalvageReport) -> Result<()> {
    let source = open_source(copy, report)?;
    super::open::create_private(into)?;
    let book = Connection::open_with_flags(into, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    book.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF; PRAGMA trusted_schema = OFF; BEGIN IMMEDIATE",
    )?;
    for Step { sql: step, .. } in STEPS {
        book.execute_batch(step)?;
    }
    book.execute_batch(&format!("PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION}"))?;
    for table in tables(&book)? {
        report.tables.push(copy_table(&source, &book, &table)?);
    }
    // A book of the first schema has lines without codes, and says nothing of who may open it.
    let chained = columns(&source, "entry").is_ok_and(|columns| columns.iter().any(|column| column == "mac"));
    // The damaged one is not needed any more.
    drop(source);
    bring_up(&book, chained)?;
    mend(&book, leftovers, now, report)?;
    book.execute_batch("COMMIT")?;
    book.close().map_err(|(_, error)| error.into())
}

/// What a migration does to a book besides its tables.
fn bring_up(book: &Connection, chained: bool) -> Result<()> {
    for (key, version) in [("min_writer", MIN_WRITER), ("min_reader", MIN_READER)] {
        book.execute("INSERT OR IGNORE INTO book (key, value) VALUES (?1, ?2)", (key, version.to_string()))?;
    }
    if chained {
        return Ok(());
    }
    let (exposure, chain) = (Cell::new(None), Chain::new(None));
    Tx { view: View { conn: book, exposure: &exposure }, chain: &chain }.begin_chain()
}

/// The damaged book, with its rules off that would refuse it as a whole. Where its beginning can't be read, with the beginning
/// of a fresh book: the tables of a book that this release has made begin at the same pages.
fn open_source(copy: &Path, report: &mut SalvageReport) -> Result<Connection> {
    if let Some(conn) = readable(copy) {
        return Ok(conn);
    }
    let encrypted = super::looks_encrypted(copy);
    report.first_page_replaced = true;
    report.notes.push("the beginning of the file can't be read: where its tables begin is a guess".into());
    let fresh = Part::beside(copy)?;
    {
        let conn = Connection::open(fresh.path())?;
        conn.execute_batch("BEGIN")?;
        for Step { sql: step, .. } in STEPS {
            conn.execute_batch(step)?;
        }
        conn.execute_batch("COMMIT")?;
    }
    let first = std::fs::read(fresh.path()).map_err(|error| Error::io("can't read a fresh book", error))?;
    let mut bytes = std::fs::read(copy).map_err(|error| Error::io("can't read the damaged book", error))?;
    let page = usize::from(u16::from_be_bytes([first[16], first[17]]));
    if bytes.len() < 2 * page {
        return Err(Error::not_a_book("nothing of it can be read"));
    }
    bytes[..page].copy_from_slice(&first[..page]);
    let pages = u32::try_from(bytes.len() / page).unwrap_or(u32::MAX);
    bytes[28..32].copy_from_slice(&pages.to_be_bytes());
    // No list of free pages; the size above counts because both of these agree.
    bytes[32..40].fill(0);
    let changes: [u8; 4] = [bytes[24], bytes[25], bytes[26], bytes[27]];
    bytes[92..96].copy_from_slice(&changes);
    // A log belongs to the beginning that is gone.
    let _ = std::fs::remove_file(beside(copy, "-wal"));
    std::fs::write(copy, &bytes).map_err(|error| Error::io("can't write beside the new book", error))?;
    readable(copy).ok_or_else(|| {
        if encrypted {
            Error::wrong_key("an encrypted book can't be salvaged")
        } else {
            Error::not_a_book("nothing of it can be read")
        }
    })
}

/// A connection that finds our tables in the file.
fn readable(copy: &Path) -> Option<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(copy, flags).ok()?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_WRITABLE_SCHEMA, true).ok()?;
    conn.execute_batch("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY").ok()?;
    for table in ["operation", "entry", "account"] {
        conn.prepare(&format!("SELECT * FROM {table}")).ok()?;
    }
    Some(conn)
}

fn tables(book: &Connection) -> Result<Vec<String>> {
    let mut statement = book.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")?;
    let mut names: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    names.sort_by_key(|name| ORDER.iter().position(|known| known == name).unwrap_or(ORDER.len()));
    Ok(names)
}

/// One table on its way.
struct Copying<'a> {
    source: &'a Connection,
    insert: rusqlite::Statement<'a>,
    table: SalvagedTable,
    columns: usize,
    /// Reads the columns, and the row's number before them where rows have one.
    select: String,
}

fn copy_table(source: &Connection, book: &Connection, name: &str) -> Result<SalvagedTable> {
    let table = SalvagedTable { name: name.to_owned(), ..SalvagedTable::default() };
    let Ok(known) = columns(source, name) else { return Ok(SalvagedTable { damaged: true, ..table }) };
    let all = columns(book, name)?;
    let columns: Vec<String> = all.into_iter().filter(|column| known.contains(column)).collect();
    if columns.is_empty() {
        // An older book's: it has no such table.
        return Ok(table);
    }
    let list = columns.iter().map(|column| format!("\"{column}\"")).collect::<Vec<_>>().join(", ");
    let marks = vec!["?"; columns.len()].join(", ");
    let insert = book.prepare(&format!("INSERT OR IGNORE INTO {name} ({list}) VALUES ({marks})"))?;
    let sql: String = book.query_row("SELECT sql FROM sqlite_schema WHERE name = ?1", [name], |row| row.get(0))?;
    let numbered = !sql.contains("WITHOUT ROWID");
    let number = if numbered { "rowid" } else { "NULL" };
    let select = format!("SELECT {number}, {list} FROM {name} NOT INDEXED");
    let mut copying = Copying { source, insert, table, columns: columns.len(), select };
    if numbered {
        copying.by_number()?
    } else {
        copying.take_both_ends()?
    }
    Ok(copying.table)
}

fn columns(conn: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = conn.prepare(&format!("PRAGMA table_info('{table}')"))?;
    statement.query_map([], |row| row.get(1))?.collect()
}

impl Copying<'_> {
    /// Takes rows as long as they can be read. The number of the last one, and whether that was the end.
    fn take(&mut self, tail: &str, from: i64) -> (i64, bool) {
        let mut last = from;
        let select = format!("{}{tail}", self.select);
        let Ok(mut statement) = self.source.prepare(&select) else { return (last, false) };
        let bound = if tail.contains("?1") { statement.query([from]) } else { statement.query([]) };
        let Ok(mut rows) = bound else { return (last, false) };
        loop {
            match rows.next() {
                Ok(None) => return (last, true),
                Err(_) => return (last, false),
                Ok(Some(row)) => {
                    let number: i64 = row.get::<_, Option<i64>>(0).ok().flatten().unwrap_or(last);
                    let values: rusqlite::Result<Vec<Value>> = (1..=self.columns).map(|at| row.get(at)).collect();
                    // Text that is none, or a value of another type: the row is lost, not those after it.
                    match values.and_then(|values| self.insert.execute(params_from_iter(values))) {
                        Ok(added) => self.table.kept += added as u64,
                        Err(_) => self.lose(number, number),
                    }
                    last = number;
                }
            }
        }
    }

    fn lose(&mut self, from: i64, to: i64) {
        self.table.damaged = true;
        match self.table.lost.last_mut() {
            Some((_, end)) if *end + 1 == from => *end = to,
            _ => self.table.lost.push((from, to)),
        }
    }

    /// Around what is unreadable, by the numbers that rows may have.
    fn by_number(&mut self) -> Result<()> {
        let (mut last, mut over) = self.take(" WHERE rowid > ?1 ORDER BY rowid", 0);
        if over {
            return Ok(());
        }
        // The end of the table is read from the other side.
        let name = self.table.name.clone();
        let highest = |order: &str| -> Option<i64> {
            let sql = format!("SELECT rowid FROM {name} NOT INDEXED ORDER BY rowid {order} LIMIT 1");
            self.source.query_row(&sql, [], |row| row.get(0)).ok()
        };
        let most = highest("DESC").unwrap_or_else(|| last.saturating_add(NEAR));
        let there = format!("SELECT 1 FROM {name} NOT INDEXED WHERE rowid = ?1");
        while !over {
            let gap = last + 1;
            let mut next = gap;
            {
                let mut look = self.source.prepare(&there)?;
                // Nothing is there, or nothing can be read: both are passed over.
                while next <= most && !look.exists([next]).unwrap_or(false) {
                    next += 1;
                }
            }
            if next > most {
                self.lose(gap, most.max(gap));
                break;
            }
            if next > gap {
                self.lose(gap, next - 1);
            }
            let (reached, ended) = self.take(" WHERE rowid >= ?1 ORDER BY rowid", next);
            if !ended && reached <= next {
                // It is there, and its content is not.
                let single = self.take(" WHERE rowid = ?1", next);
                if !single.1 {
                    self.lose(next, next);
                }
            }
            (last, over) = (reached.max(next), ended);
        }
        Ok(())
    }

    /// Rows without numbers: from both ends up to what is unreadable.
    fn take_both_ends(&mut self) -> Result<()> {
        if self.take("", 0).1 {
            return Ok(());
        }
        self.table.damaged = true;
        let sql = format!("SELECT name FROM pragma_table_info('{}') WHERE pk > 0 ORDER BY pk", self.table.name);
        let keys: Vec<String> = {
            let mut statement = self.source.prepare(&sql)?;
            statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?
        };
        let back = keys.iter().map(|key| format!("\"{key}\" DESC")).collect::<Vec<_>>().join(", ");
        self.take(&format!(" ORDER BY {back}"), 0);
        Ok(())
    }
}
