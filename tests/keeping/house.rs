//! Keeping house: in small steps, each part in its turn, and what becomes of archive files in the meantime.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tillbook::{Config, Consume, Entropy, ErrorCode, OpenCard, Retention, Till};

use crate::street::{ALL, Fate, Street, sandy, shop};
use crate::{ask, yuan};

const DAY: Duration = Duration::from_secs(86_400);

fn keeping() -> Config {
    let mut config = shop(sandy());
    config.policy.floor_limit = yuan("1000");
    config.policy.card_limit = yuan("100000");
    config.policy.outage_limit = yuan("100000");
    config.policy.outage_operations = 100_000;
    config.retention = Retention { raw_days: 7, archive_after_days: Some(10), archive_folder: None };
    config
}

/// So many small sales, the first of which is never decided, and weeks later one more.
fn traded(street: &Arc<Street>, sales: u32) -> Till {
    let till = street.till(keeping());
    till.serve_card("A1", ALL).unwrap();
    till.serve_card("A2", ALL).unwrap();
    let mut first = true;
    street
        .hook(move |_, asked| if asked == "consume" && std::mem::take(&mut first) { Fate::Lost } else { Fate::Passes });
    till.consume(Consume::new("A2", yuan("1")).offline().op_id("doubt")).unwrap();
    till.sync(ALL).unwrap();
    street.hook(|_, _| Fate::Passes);
    for sale in 0..sales {
        till.consume(Consume::new("A1", yuan("0.01")).offline().op_id(format!("s-{sale}"))).unwrap();
    }
    for _ in 0..20 {
        till.sync(ALL).unwrap();
        street.clock.pass(Duration::from_secs(30));
    }
    street.clock.pass(20 * DAY);
    till.consume(Consume::new("A1", yuan("0.02")).offline().op_id("late")).unwrap();
    till.sync(ALL).unwrap();
    till
}

fn archived(book: &Path) -> i64 {
    ask(book, "SELECT count(*) FROM operation WHERE archive_no IS NOT NULL")
}

fn raw(book: &Path) -> i64 {
    ask(book, "SELECT count(*) FROM attempt WHERE length(body) > 0 OR answer IS NOT NULL")
}

#[test]
fn no_budget_is_so_small_that_a_part_never_has_its_turn() {
    let street = crate::street();
    let till = traded(&street, 230);
    let book = street.book();
    let (mut erased, mut moved) = (raw(&book), archived(&book));
    let mut rounds = 0;
    loop {
        let kept = till.keep_house(Duration::ZERO).unwrap();
        rounds += 1;
        assert!(rounds < 20, "it never ends");
        if !kept.more {
            break;
        }
        let now = (raw(&book), archived(&book));
        assert!(now.0 < erased || erased < 50, "round {rounds}: nothing was erased, {now:?}");
        assert!(now.1 > moved, "round {rounds}: nothing was archived, {now:?}");
        (erased, moved) = now;
    }
    assert!(archived(&book) >= 230);
    assert_eq!(till.keep_house(Duration::ZERO).unwrap().archived, 0);
    assert!(till.check(&Default::default()).unwrap().is_clean());
}

/// SQLite's look at a large archive takes long. Here it takes as long as somebody else holds the file: a cashier does not notice.
#[test]
fn a_sale_does_not_wait_for_the_look_at_an_archive() {
    let street = crate::street();
    // Another book has another name.
    street.chance.next_u64();
    let till = traded(&street, 60);
    let archive = till.keep_house(DAY).unwrap().archive.unwrap();
    // Large, so that the look takes a while.
    let conn = Connection::open(&archive).unwrap();
    conn.execute_batch(
        "CREATE TABLE much (n INTEGER PRIMARY KEY, text TEXT);
         WITH RECURSIVE count(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n < 400000)
         INSERT INTO much SELECT n, hex(randomblob(60)) FROM count; CREATE INDEX more ON much (text)",
    )
    .unwrap();
    drop(conn);
    street.clock.pass(20 * DAY);
    till.consume(Consume::new("A1", yuan("0.03")).offline().op_id("newest")).unwrap();
    till.sync(ALL).unwrap();
    let began = Instant::now();
    let mut longest = Duration::ZERO;
    let mut sales = 0;
    std::thread::scope(|scope| {
        let house = scope.spawn(|| till.keep_house(DAY).unwrap());
        while !house.is_finished() {
            let at = Instant::now();
            till.status().unwrap();
            longest = longest.max(at.elapsed());
            sales += 1;
        }
        assert!(house.join().unwrap().archived > 0);
    });
    let all = began.elapsed();
    assert!(longest < all / 2, "one call waited {longest:?} of {all:?} ({sales} calls)");
}

fn spoil(path: &Path) {
    let mut bytes = std::fs::read(path).unwrap();
    let half = bytes.len() / 2;
    bytes[half..].fill(0x5a);
    std::fs::write(path, bytes).unwrap();
}

fn another_books(path: &Path) {
    let street = crate::street();
    // Another book has another name.
    street.chance.next_u64();
    let till = traded(&street, 60);
    let archive = till.keep_house(DAY).unwrap().archive.unwrap();
    drop(till);
    std::fs::copy(archive, path).unwrap();
}

/// What may stand where an archive was, and whether the house can be kept on with it there.
#[test]
fn an_archive_that_is_not_what_it_was_takes_nothing_in_and_is_named_when_somebody_is_forgotten() {
    type Change = fn(&Path);
    let cases: [(&str, Change, bool); 5] = [
        ("removed", |path| std::fs::remove_file(path).unwrap(), true),
        ("empty", |path| std::fs::write(path, b"").unwrap(), true),
        ("spoilt", spoil, false),
        ("text", |path| std::fs::write(path, "not a database, by any means".repeat(300)).unwrap(), false),
        ("another book's", another_books, true),
    ];
    for (case, change, goes_on) in cases {
        let street = crate::street();
        let till = traded(&street, 60);
        till.open_card(OpenCard::new("P1", "普通会员").name("Zhuge").phone("13912345678").offline().op_id("o"))
            .unwrap();
        street.clock.pass(Duration::from_secs(600));
        till.sync(ALL).unwrap();
        let archive: PathBuf = till.keep_house(DAY).unwrap().archive.unwrap();
        change(&archive);
        let forgotten = till.forget("P1", "boss").unwrap_or_else(|error| panic!("{case}: {error}"));
        assert_eq!(forgotten.archives_missing, [archive.display().to_string()], "{case}");
        street.clock.pass(20 * DAY);
        till.consume(Consume::new("A1", yuan("0.05")).offline().op_id("newest")).unwrap();
        till.sync(ALL).unwrap();
        let before = archived(&street.book());
        let kept = till.keep_house(DAY);
        assert_eq!(kept.is_ok(), goes_on, "{case}: {kept:?}");
        match kept {
            Ok(kept) => assert!(kept.archived > 0, "{case}"),
            Err(error) => {
                assert!(matches!(error.code(), ErrorCode::Corrupt | ErrorCode::NotABook), "{case}: {error}");
                assert_eq!(archived(&street.book()), before, "{case}: nothing has left the book");
            }
        }
        assert!(till.check(&Default::default()).unwrap().is_clean(), "{case}");
    }
}
