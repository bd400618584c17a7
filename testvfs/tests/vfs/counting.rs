//! Counts of calls by kind of file.

use rusqlite::Connection;
use tillbook_testvfs::FileKind;

use crate::{connect, fresh, insert, rows, wal_db};

#[test]
fn a_transaction_in_wal_mode_is_one_sync_of_the_wal() {
    let (dir, vfs) = fresh("one_sync");
    let db = wal_db(vfs, &dir.join("book.db"));
    // The first commit after a checkpoint also syncs the new WAL header.
    insert(&db, 1).expect("inserted");
    vfs.reset_counts();
    for (x, syncs) in [(2, 1), (3, 2), (4, 3)] {
        insert(&db, x).expect("inserted");
        let counts = vfs.counts();
        assert_eq!((counts.wal.syncs, counts.syncs(), counts.dir_syncs), (syncs, syncs, 0), "after {x}");
    }
    assert_eq!(vfs.counts().of(FileKind::MainDb).writes, 0);
}

#[test]
fn a_checkpoint_syncs_the_wal_and_the_database() {
    let (dir, vfs) = fresh("checkpoint_syncs");
    let db = wal_db(vfs, &dir.join("book.db"));
    insert(&db, 1).expect("inserted");
    vfs.reset_counts();
    db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").expect("checkpointed");
    let counts = vfs.counts();
    assert_eq!((counts.wal.syncs, counts.main_db.syncs, counts.wal.truncates), (1, 1, 1));
    assert!(counts.main_db.writes > 0);
}

#[test]
fn a_transaction_with_a_rollback_journal_syncs_journal_database_and_directory() {
    let (dir, vfs) = fresh("journal_syncs");
    let db = connect(vfs, &dir.join("book.db")).expect("the database opens");
    db.execute_batch("PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL; CREATE TABLE t (x);").expect("a table");
    vfs.reset_counts();
    insert(&db, 1).expect("inserted");
    let counts = vfs.counts();
    assert_eq!((counts.journal.opens, counts.journal.syncs, counts.journal.deletes), (1, 2, 1));
    assert_eq!((counts.main_db.syncs, counts.wal.syncs), (1, 0));
    assert_eq!(counts.dir_syncs, 0, "FULL doesn't sync the deletion of the journal; EXTRA does");
    db.execute_batch("PRAGMA synchronous = EXTRA").expect("set");
    insert(&db, 2).expect("inserted");
    assert_eq!(vfs.counts().dir_syncs, 1);
}

#[test]
fn bytes_written_are_those_the_wal_grew_by() {
    let (dir, vfs) = fresh("bytes_written");
    let path = dir.join("book.db");
    let db = wal_db(vfs, &path);
    vfs.reset_counts();
    insert(&db, 1).expect("inserted");
    let wal_bytes = std::fs::metadata(path.with_extension("db-wal")).expect("a WAL").len();
    assert_eq!(vfs.counts().wal.bytes_written, wal_bytes);
    assert_eq!(vfs.counts().bytes_written(), wal_bytes);
}

#[test]
fn reads_stay_visible_when_a_memory_map_is_asked_for() {
    let (dir, vfs) = fresh("no_mmap");
    let db = wal_db(vfs, &dir.join("book.db"));
    db.execute_batch("INSERT INTO t VALUES (zeroblob(100000)); PRAGMA wal_checkpoint(TRUNCATE);").expect("a large row");
    db.execute_batch("PRAGMA mmap_size = 1000000; PRAGMA shrink_memory;").expect("set");
    vfs.reset_counts();
    let length: u32 = db.query_row("SELECT length(x || '') FROM t", (), |row| row.get(0)).expect("a row");
    assert_eq!(length, 0, "zeros end the text");
    assert!(vfs.counts().main_db.reads >= 20, "{:?}", vfs.counts().main_db);
}

#[test]
fn connections_share_the_wal_index_with_each_other_and_with_the_default_vfs() {
    let (dir, vfs) = fresh("shared");
    let path = dir.join("book.db");
    let first = wal_db(vfs, &path);
    let second = connect(vfs, &path).expect("the database opens again");
    let default = Connection::open(&path).expect("the database opens with the default VFS");
    insert(&first, 1).expect("inserted");
    assert_eq!((rows(&second), rows(&default)), (vec![1], vec![1]));

    first.execute_batch("BEGIN IMMEDIATE").expect("the write lock");
    for other in [&second, &default] {
        other.busy_timeout(std::time::Duration::ZERO).expect("set");
        let refused = insert(other, 2).expect_err("the write lock is taken");
        assert_eq!(refused.sqlite_error_code(), Some(rusqlite::ErrorCode::DatabaseBusy));
    }
}
