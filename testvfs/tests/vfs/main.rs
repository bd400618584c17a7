//! A `TestVfs` under real connections: what it counts, what it fails, and what survives a power cut.

mod counting;
mod durability;
mod failing;
mod sweep;

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use tillbook_testvfs::TestVfs;

/// An empty directory and a VFS, both of the given name: one pair for each test.
fn fresh(name: &str) -> (PathBuf, TestVfs) {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    // Not there on the first run; anything else would show in the next line.
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).expect("a directory for the test");
    (dir, TestVfs::register(name))
}

fn connect(vfs: TestVfs, path: &Path) -> rusqlite::Result<Connection> {
    Connection::open_with_flags_and_vfs(path, OpenFlags::default(), vfs.name())
}

/// A database in WAL mode with `synchronous = FULL`, no checkpoints of its own, and an empty table `t (x)` that is
/// wholly in the database file.
fn wal_db(vfs: TestVfs, path: &Path) -> Connection {
    let db = connect(vfs, path).expect("the database opens");
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;
         CREATE TABLE t (x); PRAGMA wal_checkpoint(TRUNCATE);",
    )
    .expect("an empty table");
    db
}

fn insert(db: &Connection, x: u32) -> rusqlite::Result<()> {
    db.execute("INSERT INTO t VALUES (?1)", [x]).map(|_| ())
}

fn rows(db: &Connection) -> Vec<u32> {
    let mut statement = db.prepare("SELECT x FROM t ORDER BY x").expect("the table is there");
    let rows = statement.query_map((), |row| row.get(0)).expect("the query runs");
    rows.map(|row| row.expect("a number")).collect()
}
