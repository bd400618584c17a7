//! The chain of entries, and what a log loses.

use std::time::Duration;

use rusqlite::Connection;
use tillbook::{ChainKey, CheckOptions, CheckReport, Config, Consume, ErrorCode, FindingKind, Money, Till};

use crate::street::{ALL, Street, sandy, shop};
use crate::town;

const GRACE: Duration = Duration::from_secs(5);

fn config(key: Option<&str>) -> Config {
    let mut config = shop(sandy());
    config.chain_key = key.map(|key| ChainKey::new(key.as_bytes().to_vec()));
    config
}

fn sell(till: &Till, times: i64) {
    for fen in 1..=times {
        till.consume(Consume::new("A1", Money::from_fen(fen)).offline().reason("a reason")).unwrap();
    }
}

fn found(report: &CheckReport, kind: FindingKind) -> Vec<Option<i64>> {
    report.findings.iter().filter(|finding| finding.kind == kind).map(|finding| finding.row).collect()
}

#[test]
fn a_line_that_is_changed_taken_out_or_put_in_is_found() {
    let changes = [
        ("UPDATE entry SET operator = 'somebody else' WHERE entry_no = 3", vec![Some(3)]),
        ("UPDATE entry SET at = at + 1 WHERE entry_no = 1", vec![Some(1)]),
        ("UPDATE entry SET mac = zeroblob(32) WHERE entry_no = 2", vec![Some(2), Some(3)]),
        ("DELETE FROM entry WHERE entry_no = 2", vec![Some(3)]),
        ("UPDATE entry SET mac = NULL WHERE entry_no = 5", vec![Some(5)]),
    ];
    for key in [None, Some("a key of sixteen bytes or more")] {
        for (sql, rows) in &changes {
            let street = Street::new();
            let till = street.till(config(key));
            till.serve_card("A1", ALL).unwrap();
            sell(&till, 5);
            let report = till.check(&CheckOptions::default()).unwrap();
            assert!(report.is_clean() && report.chained == 5, "{report:#?}");
            let head = report.chain_head.unwrap();
            assert_eq!((head.0, head.1.len()), (5, 64));
            till.close(GRACE);
            let conn = Connection::open(street.book()).unwrap();
            conn.execute_batch("PRAGMA foreign_keys = OFF; DROP TRIGGER entry_stays; DROP TRIGGER entry_kept").unwrap();
            conn.execute(sql, ()).unwrap();
            drop(conn);
            let till = street.till(config(key));
            let report = till.check(&CheckOptions::default()).unwrap();
            assert_eq!(&found(&report, FindingKind::Chain), rows, "{sql}");
            assert_eq!(found(&report, FindingKind::Schema).len(), 2, "the triggers are missed");
        }
    }
}

#[test]
fn another_key_begins_another_part_of_the_same_chain() {
    let (first, second) = ("the first key of this book", "the second key of this book");
    let street = Street::new();
    let till = street.till(config(Some(first)));
    till.serve_card("A1", ALL).unwrap();
    sell(&till, 3);
    till.close(GRACE);
    let till = street.till(config(Some(second)));
    sell(&till, 2);
    let report = till.check(&CheckOptions::default()).unwrap();
    assert!(report.is_clean(), "{report:#?}");
    assert_eq!((report.chained, report.unverified, report.notes), (2, 3, 1), "{report:#?}");
    let options = CheckOptions { earlier_keys: vec![ChainKey::new(first)], ..CheckOptions::default() };
    let report = till.check(&options).unwrap();
    assert_eq!((report.chained, report.unverified, report.notes), (5, 0, 0), "{report:#?}");
    till.close(GRACE);
    // Without a key it goes on, and the check of one who has it says so.
    let till = street.till(config(None));
    sell(&till, 1);
    till.close(GRACE);
    let till = street.till(config(Some(second)));
    let report = till.check(&options).unwrap();
    assert!(report.is_clean() && report.notes >= 1, "{report:#?}");
    let short = street.builder(config(Some("too short"))).open(street.dir.path().join("other.db")).unwrap_err();
    assert_eq!((short.code(), short.field()), (ErrorCode::InvalidConfig, Some("chain_key")));
}

#[test]
fn a_check_can_be_watched_and_stopped_and_changes_nothing() {
    let street = Street::new();
    let till = street.till(town::config());
    town::trade(&street, &till);
    let mut parts = Vec::new();
    let report = till
        .check_watched(&CheckOptions::default(), &mut |progress| {
            parts.push(progress.part);
            true
        })
        .unwrap();
    assert!(report.is_clean(), "{:#?}", report.findings);
    for part in ["schema", "pages", "references", "card", "account", "operation", "entry", "details"] {
        assert!(parts.contains(&part), "{part}");
    }
    let stopped = till.check_watched(&CheckOptions::default(), &mut |progress| progress.part != "operation").unwrap();
    assert!(!stopped.complete && !stopped.is_clean() && stopped.entries == 0, "{stopped:?}");
}

/// SQLite ends a log at the first page whose checksum is wrong. What follows is missing, and nothing in the file says so: that is
/// found when the book is opened, or not at all. What remains must be one moment of the book.
#[test]
fn a_damaged_log_leaves_an_earlier_moment_of_the_book() {
    let street = Street::new();
    let till = street.till(town::config());
    town::trade(&street, &till);
    let (book, log) =
        (std::fs::read(street.book()).unwrap(), std::fs::read(street.dir.path().join("till.db-wal")).unwrap());
    assert!(log.len() > 100_000);
    let (mut lost, mut whole, mut refused) = (0, 0, 0);
    let entries = till.check(&CheckOptions::default()).unwrap().entries;
    for place in 0..60 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("till.db");
        let mut damaged = log.clone();
        damaged[place * (log.len() / 60)] ^= 0x10;
        std::fs::write(&path, &book).unwrap();
        std::fs::write(folder.path().join("till.db-wal"), &damaged).unwrap();
        let Ok(till) = street.builder(town::config()).open(&path) else {
            refused += 1;
            continue;
        };
        let report = till.check(&CheckOptions::default()).unwrap();
        assert!(report.is_clean(), "place {place}: {:#?}", report.findings);
        if report.entries < entries { lost += 1 } else { whole += 1 }
    }
    println!("of 60 damaged logs {refused} were refused, {lost} had lost their end, {whole} lost no line");
}
