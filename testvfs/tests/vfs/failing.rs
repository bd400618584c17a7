//! Single failures, and the limit of space.

use rusqlite::ErrorCode;
use tillbook_testvfs::{Failure, FileKind, Op, TestVfs};

use crate::{connect, fresh, insert, rows, wal_db};

#[test]
fn a_disk_that_is_full_once_fails_one_transaction() {
    let (dir, vfs) = fresh("full_once");
    let db = wal_db(vfs, &dir.join("book.db"));
    vfs.fail(Failure::full_at(1));
    let error = insert(&db, 1).expect_err("the disk is full");
    assert_eq!(error.sqlite_error_code(), Some(ErrorCode::DiskFull));
    assert_eq!(vfs.fired(), 1);
    insert(&db, 2).expect("there is space again");
    assert_eq!(rows(&db), [2]);
}

#[test]
fn a_disk_that_stays_full_fails_until_healed() {
    let (dir, vfs) = fresh("full_persistent");
    let db = wal_db(vfs, &dir.join("book.db"));
    insert(&db, 1).expect("inserted");
    vfs.fail(Failure::full_at(1).persistent());
    for _ in 0..3 {
        let error = insert(&db, 2).expect_err("the disk is full");
        assert_eq!(error.sqlite_error_code(), Some(ErrorCode::DiskFull));
    }
    assert_eq!(rows(&db), [1], "a full disk can be read");
    vfs.heal();
    insert(&db, 3).expect("there is space again");
    assert_eq!(rows(&db), [1, 3]);
}

#[test]
fn each_call_fails_with_the_code_of_its_kind() {
    use rusqlite::ffi;
    for (name, op, file, code) in [
        ("code_open", Op::Open, FileKind::MainDb, ffi::SQLITE_CANTOPEN),
        ("code_read", Op::Read, FileKind::MainDb, ffi::SQLITE_IOERR_READ),
        ("code_write", Op::Write, FileKind::Wal, ffi::SQLITE_IOERR_WRITE),
        ("code_sync", Op::Sync, FileKind::Wal, ffi::SQLITE_IOERR_FSYNC),
        ("code_shm_map", Op::ShmMap, FileKind::MainDb, ffi::SQLITE_IOERR_SHMMAP),
    ] {
        let (dir, vfs) = fresh(name);
        let path = dir.join("book.db");
        drop(wal_db(vfs, &path));
        vfs.fail(Failure::io_err_at(1).op(op).file(file));
        let error = connect(vfs, &path).and_then(|db| insert(&db, 1)).expect_err(name);
        assert_eq!(error.sqlite_extended_error_code(), Some(code), "{name}");
        assert_eq!(vfs.fired(), 1, "{name}");
    }
}

#[test]
fn calls_that_are_failed_are_not_counted_as_having_reached_the_disk() {
    let (dir, vfs) = fresh("failed_not_counted");
    let db = wal_db(vfs, &dir.join("book.db"));
    vfs.reset_counts();
    vfs.fail(Failure::io_err_at(1).op(Op::Sync).persistent());
    insert(&db, 1).expect_err("the sync fails");
    assert_eq!(vfs.counts().syncs(), 0);
    assert_eq!(vfs.io_calls(), tally(vfs) + vfs.fired());
}

fn tally(vfs: TestVfs) -> u64 {
    let counts = vfs.counts();
    [counts.main_db, counts.wal, counts.journal, counts.other]
        .iter()
        .map(|of| of.opens + of.reads + of.writes + of.truncates + of.syncs + of.deletes + of.shm_maps)
        .sum()
}

#[test]
fn files_grow_until_no_space_is_left() {
    let (dir, vfs) = fresh("space");
    let path = dir.join("book.db");
    let db = wal_db(vfs, &path);
    vfs.set_space_left(Some(100_000));
    let inserted = (1..1000).take_while(|&x| insert(&db, x).is_ok()).count();
    let error = insert(&db, 1000).expect_err("no space is left");
    assert_eq!(error.sqlite_error_code(), Some(ErrorCode::DiskFull));
    assert!(vfs.space_refusals() > 0);
    let wal_bytes = std::fs::metadata(path.with_extension("db-wal")).expect("a WAL").len();
    assert_eq!(vfs.space_left(), Some(100_000 - wal_bytes));

    assert_eq!(rows(&db).len(), inserted);
    // The rows fit into the page the table has: the database doesn't grow, and the WAL gives its space back.
    db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").expect("a checkpoint needs no space here");
    assert_eq!(vfs.space_left(), Some(100_000));
    insert(&db, 1000).expect("there is space again");
}

#[test]
fn raising_the_limit_lets_a_refused_transaction_through() {
    let (dir, vfs) = fresh("space_raised");
    let db = wal_db(vfs, &dir.join("book.db"));
    vfs.set_space_left(Some(0));
    insert(&db, 1).expect_err("no space is left");
    vfs.set_space_left(None);
    insert(&db, 1).expect("no limit");
    assert_eq!(rows(&db), [1]);
}

#[test]
fn a_deleted_file_gives_its_space_back() {
    let (dir, vfs) = fresh("space_deleted");
    let path = dir.join("book.db");
    let db = wal_db(vfs, &path);
    vfs.set_space_left(Some(100_000));
    insert(&db, 1).expect("inserted");
    db.close().expect("closed, and the WAL with it");
    assert_eq!(vfs.counts().wal.deletes, 1);
    assert_eq!(vfs.space_left(), Some(100_000));
}

#[test]
#[should_panic(expected = "is registered already")]
fn a_name_is_registered_once() {
    TestVfs::register("taken");
    TestVfs::register("taken");
}
