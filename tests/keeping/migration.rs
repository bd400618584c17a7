//! Books of every released schema open with this release, and books of newer ones say who may open them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use tillbook::{CardStatus, Consume, ErrorCode, HistoryQuery, State, Till, TillBuilder};

use crate::street::{ALL, Street};
use crate::{ask, config, names, states, street, yuan};

/// A copy of a kept book where a till would have it.
fn kept(street: &Street, name: &str) -> PathBuf {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/books").join(name);
    std::fs::copy(kept, street.book()).unwrap();
    // It was closed some time ago.
    street.clock.pass(Duration::from_secs(3 * 3600));
    street.book()
}

/// Everything that a book of schema 1 holds is there, and it trades on.
fn assert_whole(street: &std::sync::Arc<Street>, till: &Till) {
    let cards: Vec<String> = till.card_numbers().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(cards, ["A1", "A2", "A3", "A4", "A5", "N1"]);
    let money = |number: &str| {
        let balances = till.card(number).unwrap().balances.money;
        (balances.confirmed.to_string(), balances.expected.to_string())
    };
    let of = |confirmed: &str, expected: &str| (confirmed.to_owned(), expected.to_owned());
    assert_eq!(money("A1"), of("640.00", "624.00"));
    assert_eq!(money("A2"), of("300.00", "287.66"));
    assert_eq!(money("A4"), of("200.00", "156.00"));
    assert_eq!(money("N1"), of("0.00", "50.00"));
    assert_eq!(till.card("A1").unwrap().balances.points.confirmed.get(), 250);
    assert_eq!(till.card("A2").unwrap().exception.as_deref(), Some("seen with a false name"));
    assert_eq!(till.card("N1").unwrap().status, CardStatus::Provisional);
    let settled = ["settled-consume", "settled-recharge", "settled-redeem", "settled-coupon", "settled-modify"];
    assert!(states(till, &settled).iter().all(|state| *state == State::Settled));
    let others = ["voided", "declined", "rejected", "parked", "in-doubt", "queued-consume", "queued-open"];
    let expected =
        [State::Voided, State::Declined, State::Rejected, State::Parked, State::InDoubt, State::Queued, State::Queued];
    assert_eq!(states(till, &others), expected);
    let waiting: Vec<String> =
        till.waiting().unwrap().iter().map(|waiting| waiting.receipt.op_id.to_string()).collect();
    assert_eq!(waiting, ["rejected", "parked"]);
    assert_eq!(till.notices().unwrap().len(), 2);
    let page = till.history(&HistoryQuery { page_size: 500, ..HistoryQuery::default() }).unwrap();
    assert_eq!(page.lines.len(), 19);

    let told = till.consume(Consume::new("A5", yuan("9.50")).op_id("new").offline()).unwrap();
    assert!(told.is_approved());
    for _ in 0..20 {
        till.sync(ALL).unwrap();
        street.clock.pass(Duration::from_secs(60));
    }
    assert_eq!(states(till, &["new", "in-doubt", "queued-2"]), [State::Settled; 3]);
    assert_eq!(crate::times_there(street, 9_50), 1);
    assert_eq!(crate::times_there(street, 44_00), 1);
}

#[test]
fn every_kept_book_opens_is_copied_first_and_trades_on() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/books");
    let books: Vec<String> = names(&folder).into_iter().filter(|name| name.ends_with(".db")).collect();
    assert!(!books.is_empty());
    for name in books {
        let schema: i64 = ask(&folder.join(&name), "PRAGMA user_version");
        assert_eq!(name, format!("schema{schema}.db"));
        let street = street();
        let book = kept(&street, &name);
        let till = street.till(config());
        assert_whole(&street, &till);
        drop(till);
        let copy = book.with_file_name(format!("till.db.schema{schema}.copy"));
        assert_eq!(ask::<i64>(&copy, "PRAGMA user_version"), schema);
        assert_eq!(ask::<String>(&copy, "PRAGMA integrity_check"), "ok");
        assert_eq!(ask::<i64>(&copy, "SELECT count(*) FROM entry"), 19);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(copy.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert!(ask::<i64>(&book, "PRAGMA user_version") > schema);
        // Opened again it is of this release: nothing is copied, nothing changes.
        std::fs::remove_file(&copy).unwrap();
        drop(street.till(config()));
        assert!(!copy.exists());
        assert!(!names(street.dir.path()).iter().any(|name| name.contains("part")));
    }
}

#[test]
fn a_new_book_is_not_copied_and_says_who_may_open_it() {
    let street = street();
    drop(street.till(config()));
    assert_eq!(names(street.dir.path()), ["till.db", "till.db.ballast", "till.db.lock"]);
    assert_eq!(ask::<String>(&street.book(), "SELECT value FROM book WHERE key = 'min_writer'"), "2");
    assert_eq!(ask::<String>(&street.book(), "SELECT value FROM book WHERE key = 'min_reader'"), "2");
}

#[test]
fn a_book_that_can_not_be_copied_is_not_migrated() {
    let street = street();
    let book = kept(&street, "schema1.db");
    let before = std::fs::read(&book).unwrap();
    let vfs = tillbook_testvfs::TestVfs::register("migration_full");
    vfs.set_space_left(Some(100_000));
    let open = || {
        let builder: TillBuilder = street.builder(config());
        builder.vfs(vfs.name()).open(&book)
    };
    assert_eq!(open().unwrap_err().code(), ErrorCode::DiskFull);
    assert_eq!(ask::<i64>(&book, "PRAGMA user_version"), 1);
    assert!(!names(street.dir.path()).iter().any(|name| name.contains("copy") || name.contains("part")));
    let _ = std::fs::remove_file(book.with_extension("db-wal"));
    assert_eq!(ask::<i64>(&book, "SELECT count(*) FROM entry"), 19);
    assert_eq!(before.len(), std::fs::read(&book).unwrap().len());
    vfs.set_space_left(None);
    assert_whole(&street, &open().unwrap());
}

fn as_newer(book: &Path, writer: Option<i64>, reader: Option<i64>) {
    let conn = Connection::open(book).unwrap();
    conn.execute_batch("PRAGMA user_version = 7; ALTER TABLE card ADD COLUMN what_is_new TEXT").unwrap();
    for (key, value) in [("min_writer", writer), ("min_reader", reader)] {
        conn.execute("DELETE FROM book WHERE key = ?1", [key]).unwrap();
        if let Some(value) = value {
            conn.execute("INSERT INTO book (key, value) VALUES (?1, ?2)", (key, value.to_string())).unwrap();
        }
    }
}

#[test]
fn a_newer_book_is_written_by_a_release_that_it_allows_and_by_no_other() {
    let cases = [
        (Some(2), Some(2), None),
        (Some(3), Some(2), Some("may only read it")),
        (Some(3), Some(3), Some("reads up to 2")),
        (None, None, Some("reads up to 2")),
    ];
    for (writer, reader, refused) in cases {
        let street = street();
        let till = street.till(config());
        till.serve_card("A2", ALL).unwrap();
        drop(till);
        as_newer(&street.book(), writer, reader);
        match (street.builder(config()).open(street.book()), refused) {
            (Ok(till), None) => {
                assert!(till.consume(Consume::new("A2", yuan("3")).op_id("on").offline()).unwrap().is_approved());
                drop(till);
                assert_eq!(ask::<i64>(&street.book(), "PRAGMA user_version"), 7, "it is not taken back");
                let till = street.till(config());
                street.settle(&till);
                assert_eq!(states(&till, &["on"]), [State::Settled]);
            }
            (Err(error), Some(said)) => {
                assert_eq!(error.code(), ErrorCode::NewerBook);
                assert!(error.to_string().contains(said), "{error}");
                assert_eq!(ask::<i64>(&street.book(), "PRAGMA user_version"), 7);
            }
            (opened, _) => panic!("{writer:?} {reader:?}: {opened:?}"),
        }
    }
}
