//! A failure at every single I/O call of a small workload: whatever was committed is there, whole, afterwards.

use std::path::Path;

use rusqlite::Connection;
use tillbook_testvfs::{Failure, SurvivingWrites, TestVfs};

use crate::{connect, fresh};

/// A row spans pages, so that a transaction is more than one write.
const ROW_BYTES: u32 = 6_000;

/// The transactions of [`work`], each of which inserts two rows.
const TRANSACTIONS: [u32; 4] = [1, 2, 3, 4];

fn set_up(vfs: TestVfs, path: &Path, journal_mode: &str) {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        // What the last round left, if anything.
        let _ = std::fs::remove_file(format!("{}{suffix}", path.display()));
    }
    let db = connect(vfs, path).expect("the database opens");
    db.execute_batch(&format!("PRAGMA journal_mode = {journal_mode}; CREATE TABLE t (x, filler);")).expect("a table");
}

/// Opens, commits and checkpoints as far as failures let it; gives the transactions that were committed.
fn work(vfs: TestVfs, path: &Path) -> Vec<u32> {
    let Ok(mut db) = connect(vfs, path) else { return Vec::new() };
    // The small cache makes a transaction spill pages before it commits.
    if db.execute_batch("PRAGMA synchronous = FULL; PRAGMA cache_size = 3;").is_err() {
        return Vec::new();
    }
    let mut transact = |x: u32| -> rusqlite::Result<()> {
        let transaction = db.transaction()?;
        for _ in 0..2 {
            transaction.execute("INSERT INTO t VALUES (?1, zeroblob(?2))", [x, ROW_BYTES])?;
        }
        transaction.commit()?;
        if x == 2 {
            // Whether it comes through decides nothing about what is committed.
            let _ = db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        Ok(())
    };
    TRANSACTIONS.into_iter().filter(|&x| transact(x).is_ok()).collect()
}

/// Asserts that the database is sound, holds all of `committed`, and of no transaction a part.
fn check(path: &Path, committed: &[u32], case: &str) {
    let db = Connection::open(path).expect(case);
    let integrity: String = db.query_row("PRAGMA integrity_check", (), |row| row.get(0)).expect(case);
    assert_eq!(integrity, "ok", "{case}");
    for x in TRANSACTIONS {
        let rows: u32 = db
            .query_row("SELECT count(*) FROM t WHERE x = ?1 AND length(filler) = ?2", [x, ROW_BYTES], |row| row.get(0))
            .expect(case);
        // A commit that was answered with an error may still have come through, but whole.
        let allowed: &[u32] = if committed.contains(&x) { &[2] } else { &[0, 2] };
        assert!(allowed.contains(&rows), "{case}: {rows} rows of transaction {x}, committed: {committed:?}");
    }
}

/// How many I/O calls the workload makes when nothing fails.
fn calls_of_work(vfs: TestVfs, path: &Path, journal_mode: &str) -> u64 {
    set_up(vfs, path, journal_mode);
    vfs.reset_counts();
    assert_eq!(work(vfs, path), TRANSACTIONS);
    assert!(vfs.io_calls() > 50, "a workload worth sweeping");
    vfs.io_calls()
}

#[test]
fn an_io_error_at_any_call_loses_no_committed_row() {
    let (dir, vfs) = fresh("sweep_io_err");
    let path = dir.join("book.db");
    for journal_mode in ["WAL", "DELETE"] {
        for n in 1..=calls_of_work(vfs, &path, journal_mode) {
            for failure in [Failure::io_err_at(n), Failure::io_err_at(n).persistent()] {
                set_up(vfs, &path, journal_mode);
                vfs.fail(failure);
                let committed = work(vfs, &path);
                assert!(vfs.fired() > 0, "{journal_mode}, call {n}");
                vfs.heal();
                check(&path, &committed, &format!("{journal_mode}, {failure:?}"));
            }
        }
    }
}

#[test]
fn a_power_cut_at_any_call_loses_no_committed_row() {
    let (dir, vfs) = fresh("sweep_power_cut");
    let (path, copy) = (dir.join("book.db"), dir.join("copy.db"));
    for journal_mode in ["WAL", "DELETE"] {
        for n in 1..=calls_of_work(vfs, &path, journal_mode) {
            set_up(vfs, &path, journal_mode);
            vfs.fail(Failure::power_cut_at(n));
            let committed = work(vfs, &path);
            assert!(vfs.fired() > 0, "{journal_mode}, call {n}");
            vfs.heal();
            for writes in [
                SurvivingWrites::None,
                SurvivingWrites::All,
                SurvivingWrites::Seeded(n),
                SurvivingWrites::Seeded(n + 1_000_000),
            ] {
                vfs.durable_copy(&path, &copy, writes).expect("copied");
                check(&copy, &committed, &format!("{journal_mode}, power cut at call {n}, {writes:?}"));
            }
        }
    }
}
