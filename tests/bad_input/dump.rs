//! The book's whole content as text, read from a copy so that the open book is left alone.

use std::fmt::Write as _;
use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

/// Every row of every table, in order, but how the remote fares: that changes with every try.
pub(crate) fn dump(book: &Path) -> String {
    let dir = tempfile::tempdir().unwrap();
    let copy = dir.path().join("copy.db");
    std::fs::copy(book, &copy).unwrap();
    let wal = |path: &Path| path.with_extension("db-wal");
    if wal(book).exists() {
        std::fs::copy(wal(book), wal(&copy)).unwrap();
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
    let conn = Connection::open_with_flags(&copy, flags).unwrap();
    let mut names = conn
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'provider' ORDER BY name")
        .unwrap();
    let names: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert!(names.iter().any(|name| name == "operation"), "{names:?}");
    let mut text = String::new();
    for name in names {
        let mut rows = conn.prepare(&format!("SELECT * FROM \"{name}\" ORDER BY 1, 2")).unwrap();
        let columns = rows.column_count();
        let mut rows = rows.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            write!(text, "{name}").unwrap();
            for column in 0..columns {
                match row.get_ref(column).unwrap() {
                    ValueRef::Text(value) | ValueRef::Blob(value) => {
                        write!(text, "|{}", String::from_utf8_lossy(value)).unwrap();
                    }
                    value => write!(text, "|{value:?}").unwrap(),
                }
            }
            text.push('\n');
        }
    }
    text
}
