//! What a power cut leaves.

use std::io::ErrorKind;
use std::path::Path;

use rusqlite::Connection;
use tillbook_testvfs::{Failure, FileKind, Op, SurvivingWrites, TestVfs};

use crate::{connect, fresh, insert, rows, wal_db};

/// The rows a till would find after a power cut at this moment.
fn surviving_rows(vfs: TestVfs, path: &Path, writes: SurvivingWrites) -> Vec<u32> {
    let copy = path.with_extension("copy");
    vfs.durable_copy(path, &copy, writes).expect("copied");
    let db = Connection::open(&copy).expect("the copy opens");
    rows(&db)
}

#[test]
fn a_commit_is_durable_with_full_and_not_with_off() {
    let (dir, vfs) = fresh("full_and_off");
    let path = dir.join("book.db");
    let db = wal_db(vfs, &path);
    insert(&db, 1).expect("inserted");
    assert_eq!(surviving_rows(vfs, &path, SurvivingWrites::None), [1]);

    db.execute_batch("PRAGMA synchronous = OFF").expect("set");
    insert(&db, 2).expect("inserted");
    assert_eq!(surviving_rows(vfs, &path, SurvivingWrites::None), [1]);
    assert_eq!(surviving_rows(vfs, &path, SurvivingWrites::All), [1, 2], "the process alone may crash");

    db.execute_batch("PRAGMA synchronous = FULL").expect("set");
    insert(&db, 3).expect("inserted");
    assert_eq!(surviving_rows(vfs, &path, SurvivingWrites::None), [1, 2, 3], "a sync keeps what came before it");
}

#[test]
fn what_was_never_synced_stays_lost_after_the_file_is_closed() {
    let (dir, vfs) = fresh("closed_unsynced");
    let path = dir.join("book.db");
    let db = wal_db(vfs, &path);
    db.execute_batch("PRAGMA synchronous = OFF").expect("set");
    insert(&db, 1).expect("inserted");
    db.close().expect("checkpointed and closed without a sync");
    assert_eq!(surviving_rows(vfs, &path, SurvivingWrites::None), []);
    drop(connect(vfs, &path).expect("opened again"));
    assert_eq!(surviving_rows(vfs, &path, SurvivingWrites::None), []);
    assert_eq!(surviving_rows(vfs, &path, SurvivingWrites::All), [1]);
}

#[test]
fn some_seeds_keep_an_unsynced_commit_and_some_lose_it() {
    let (dir, vfs) = fresh("seeded");
    let path = dir.join("book.db");
    let db = wal_db(vfs, &path);
    insert(&db, 1).expect("inserted");
    db.execute_batch("PRAGMA synchronous = OFF").expect("set");
    insert(&db, 2).expect("inserted");
    let outcomes: Vec<_> = (0..40).map(|seed| surviving_rows(vfs, &path, SurvivingWrites::Seeded(seed))).collect();
    assert!(outcomes.iter().all(|rows| *rows == [1] || *rows == [1, 2]), "{outcomes:?}");
    assert!(outcomes.contains(&vec![1]) && outcomes.contains(&vec![1, 2]), "{outcomes:?}");
}

#[test]
fn a_power_cut_at_the_sync_of_a_commit_loses_that_commit_alone() {
    let (dir, vfs) = fresh("cut_at_sync");
    let path = dir.join("book.db");
    let db = wal_db(vfs, &path);
    insert(&db, 1).expect("inserted");
    vfs.fail(Failure::power_cut_at(2).op(Op::Sync).file(FileKind::Wal));
    insert(&db, 2).expect("inserted");
    insert(&db, 3).expect_err("the power is off");
    insert(&db, 4).expect_err("the power is still off");
    drop(db);
    assert_eq!(surviving_rows(vfs, &path, SurvivingWrites::None), [1, 2]);
}

#[test]
fn keeping_all_writes_gives_the_very_files_that_are_there() {
    let (dir, vfs) = fresh("all_exact");
    let (path, copy) = (dir.join("book.db"), dir.join("copy.db"));
    let db = wal_db(vfs, &path);
    let chunk_bytes: std::ffi::c_int = 1 << 20;
    // SAFETY: the connection is open, and this control reads one C int. Growing in chunks would escape the VFS.
    unsafe {
        use rusqlite::ffi;
        let chunk_bytes = std::ptr::from_ref(&chunk_bytes).cast_mut().cast();
        ffi::sqlite3_file_control(db.handle(), c"main".as_ptr(), ffi::SQLITE_FCNTL_CHUNK_SIZE, chunk_bytes);
    }
    for statement in [
        "PRAGMA synchronous = OFF",
        "INSERT INTO t VALUES (zeroblob(50000))",
        "DELETE FROM t",
        "PRAGMA wal_checkpoint(TRUNCATE)",
        "VACUUM",
        "PRAGMA wal_checkpoint(TRUNCATE)",
        "INSERT INTO t VALUES (1)",
    ] {
        db.execute_batch(statement).expect(statement);
        vfs.durable_copy(&path, &copy, SurvivingWrites::All).expect("copied");
        for extension in ["db", "db-wal"] {
            let bytes = |path: &Path| std::fs::read(path.with_extension(extension)).expect("a file");
            assert!(bytes(&path) == bytes(&copy), "{extension} after {statement}");
        }
    }
}

#[test]
fn what_a_power_cut_left_in_place_is_durable_when_the_till_is_back() {
    let (dir, vfs) = fresh("in_place");
    let path = dir.join("book.db");
    let db = wal_db(vfs, &path);
    db.execute_batch("PRAGMA synchronous = OFF").expect("set");
    insert(&db, 1).expect("inserted");
    db.close().expect("checkpointed and closed without a sync");
    vfs.durable_copy(&path, &path, SurvivingWrites::All).expect("copied onto itself");
    let db = connect(vfs, &path).expect("the database opens");
    assert_eq!(rows(&db), [1]);
    assert_eq!(surviving_rows(vfs, &path, SurvivingWrites::None), [1]);
}

#[test]
fn a_database_replaced_while_it_was_closed_is_durable_as_it_is_found() {
    let (dir, vfs) = fresh("replaced");
    let (path, other) = (dir.join("book.db"), dir.join("other.db"));
    drop(wal_db(vfs, &path));
    let db = wal_db(vfs, &other);
    insert(&db, 7).expect("inserted");
    db.close().expect("closed");
    std::fs::rename(&other, &path).expect("replaced");
    let db = connect(vfs, &path).expect("the database opens");
    assert_eq!(rows(&db), [7]);
    assert_eq!(surviving_rows(vfs, &path, SurvivingWrites::None), [7]);
    let error = vfs.durable_copy(&other, dir.join("copy.db"), SurvivingWrites::None).expect_err("it was moved away");
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[test]
fn only_a_known_database_is_copied_and_never_onto_an_open_one() {
    let (dir, vfs) = fresh("copy_refused");
    let path = dir.join("book.db");
    let _db = wal_db(vfs, &path);
    for (source, destination, expected) in
        [("none.db", "copy.db", ErrorKind::NotFound), ("book.db", "book.db", ErrorKind::InvalidInput)]
    {
        let error = vfs.durable_copy(dir.join(source), dir.join(destination), SurvivingWrites::None);
        assert_eq!(error.expect_err(source).kind(), expected, "{source}");
    }
}

#[test]
fn one_run_is_looked_at_before_every_call() {
    use std::sync::{Arc, Mutex};
    let (dir, vfs) = fresh("watched");
    let path = dir.join("book.db");
    let db = wal_db(vfs, &path);
    insert(&db, 0).expect("a first row");
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (into, source) = (Arc::clone(&seen), path.clone());
    vfs.reset_counts();
    vfs.watch(Some(Box::new(move |moment| {
        let wal = |writes| {
            let files = moment.surviving(&source, writes).expect("there");
            files.into_iter().find(|(suffix, _)| *suffix == "-wal").expect("there").1.len()
        };
        let sizes = (wal(SurvivingWrites::None), wal(SurvivingWrites::All));
        into.lock().expect("there").push((moment.op, moment.call, sizes));
    })));
    insert(&db, 1).expect("a row");
    vfs.watch(None);
    insert(&db, 2).expect("a row");
    let seen = seen.lock().expect("there");
    assert!(seen.iter().map(|(_, call, _)| *call).eq(1..=seen.len() as u64));
    let (_, _, at_sync) = seen.iter().find(|(op, ..)| *op == Op::Sync).expect("there");
    assert!(at_sync.0 < at_sync.1, "what is written and not yet synced: {at_sync:?}");
}
