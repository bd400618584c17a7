//! Encrypted books. Only with feature `encryption`.
#![allow(clippy::unwrap_used)]

#[path = "common/mod.rs"]
mod common;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use common::{SOON, Shop, drain, yuan};
use tillbook::{
    BackupOptions, Book, CheckOptions, Clock, Consume, ErrorCode, Restore, State, Till, TillBuilder, Timestamp,
};

const KEY: [u8; 32] = [0x4b; 32];
const NEW: [u8; 32] = [0x5c; 32];

fn open(shop: &Shop, key: Option<&[u8]>) -> tillbook::Result<Till> {
    let builder = TillBuilder::new(shop.config());
    match key {
        Some(key) => builder.key(key).open(shop.book()),
        None => builder.open(shop.book()),
    }
}

/// Whether a text of the book stands in one of its files as it is.
fn readable(shop: &Shop) -> bool {
    ["till.db", "till.db-wal", "copy.db"].iter().any(|name| {
        let bytes = std::fs::read(shop.dir.path().join(name)).unwrap_or_default();
        ["CREATE TABLE", "Mr Wang", "Noodle House", "SQLite format"]
            .iter()
            .any(|text| bytes.windows(text.len()).any(|found| found == text.as_bytes()))
    })
}

#[test]
fn an_encrypted_book_opens_with_its_key_alone_and_holds_nothing_readable() {
    let shop = Shop::open();
    let till = open(&shop, Some(&KEY)).unwrap();
    till.serve_card("A1", SOON).unwrap();
    assert!(till.consume(Consume::new("A1", yuan("10")).op_id("one").prefer_online(SOON)).unwrap().is_approved());
    assert!(!readable(&shop), "while it is open");
    assert!(!format!("{:?}", TillBuilder::new(shop.config()).key(&KEY).open(shop.book())).contains("4b"));
    let copy = shop.dir.path().join("copy.db");
    till.backup(&copy, BackupOptions::new()).unwrap();
    drop(till);
    assert!(!readable(&shop), "closed, and its backup");

    for wrong in [Some(&NEW[..]), None] {
        let error = open(&shop, wrong).unwrap_err();
        assert_eq!(error.code(), ErrorCode::WrongKey, "{error}");
    }
    assert_eq!(open(&shop, Some(&KEY[1..])).unwrap_err().code(), ErrorCode::InvalidConfig);
    let till = open(&shop, Some(&KEY)).unwrap();
    drain(&till);
    assert_eq!(till.operation("one").unwrap().state, State::Settled);
    drop(till);

    // The backup has the same key, and takes the book's place with no other.
    let error = Restore::new(&copy).run(shop.book()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::WrongKey, "{error}");
    Restore::new(&copy).key(&KEY).run(shop.book()).unwrap();
    assert!(open(&shop, Some(&KEY)).unwrap().status().unwrap().restored.is_some());
}

#[test]
fn a_new_key_takes_the_place_of_the_old_one() {
    let shop = Shop::open();
    let till = open(&shop, Some(&KEY)).unwrap();
    till.serve_card("A1", SOON).unwrap();
    till.rekey(&NEW).unwrap();
    // It trades on, and what is written from here on is of the new key.
    assert!(till.consume(Consume::new("A1", yuan("10")).op_id("one").prefer_online(SOON)).unwrap().is_approved());
    let copy = shop.dir.path().join("copy.db");
    till.backup(&copy, BackupOptions::new()).unwrap();
    drop(till);
    assert_eq!(open(&shop, Some(&KEY)).unwrap_err().code(), ErrorCode::WrongKey);
    let till = open(&shop, Some(&NEW)).unwrap();
    assert!(till.operation("one").unwrap().is_approved());
    assert!(!readable(&shop));
}

#[test]
fn a_crash_leaves_a_log_that_is_read_with_the_key() {
    let shop = Shop::open();
    let till = open(&shop, Some(&KEY)).unwrap();
    till.serve_card("A1", SOON).unwrap();
    till.consume(Consume::new("A1", yuan("10")).op_id("one").prefer_online(SOON)).unwrap();
    let files = ["till.db", "till.db-wal"].map(|name| std::fs::read(shop.dir.path().join(name)).unwrap());
    drop(till);
    let put_back = |log: &[u8]| {
        std::fs::write(shop.dir.path().join("till.db"), &files[0]).unwrap();
        std::fs::write(shop.dir.path().join("till.db-wal"), log).unwrap();
    };
    put_back(&files[1]);
    let till = open(&shop, Some(&KEY)).unwrap();
    assert!(till.operation("one").unwrap().is_approved());
    drop(till);
    let mut bad = files[1].clone();
    bad[32 + 24 + 100] ^= 0x5a;
    put_back(&bad);
    assert_eq!(open(&shop, Some(&KEY)).unwrap_err().code(), ErrorCode::Corrupt);
}

#[test]
fn a_plain_book_takes_no_key() {
    let shop = Shop::open();
    drop(open(&shop, None).unwrap());
    let error = open(&shop, Some(&KEY)).unwrap_err();
    assert_eq!(error.code(), ErrorCode::WrongKey, "{error}");
    let till = open(&shop, None).unwrap();
    assert_eq!(till.rekey(&NEW).unwrap_err().code(), ErrorCode::Unsupported);
}

#[test]
fn it_is_read_beside_its_till_with_the_key_alone() {
    let shop = Shop::open();
    let till = open(&shop, Some(&KEY)).unwrap();
    till.serve_card("A1", SOON).unwrap();
    till.consume(Consume::new("A1", yuan("10")).op_id("one").prefer_online(SOON)).unwrap();
    for (key, code) in [(&NEW[..], ErrorCode::WrongKey), (&KEY[1..], ErrorCode::InvalidConfig)] {
        assert_eq!(Book::open_with_key(shop.book(), key).err().unwrap().code(), code);
    }
    assert_eq!(Book::open(shop.book()).err().unwrap().code(), ErrorCode::WrongKey);

    let book = Book::open_with_key(shop.book(), &KEY).unwrap();
    assert!(book.operation("one").unwrap().is_approved());
    assert!(book.check(&CheckOptions::default()).unwrap().is_clean());
    let copy = shop.dir.path().join("copy.db");
    book.backup(&copy, BackupOptions::new()).unwrap();
    assert!(!readable(&shop), "what it copies is encrypted too");
    assert!(Book::open_with_key(&copy, &KEY).unwrap().operation("one").unwrap().is_approved());

    // The till takes another key while it is read: the reader is told, and shows nothing that is wrong.
    till.rekey(&NEW).unwrap();
    till.consume(Consume::new("A1", yuan("5")).op_id("two").prefer_online(SOON)).unwrap();
    book.operation("two").unwrap_err();
    assert!(Book::open_with_key(shop.book(), &NEW).unwrap().operation("two").unwrap().is_approved());
}

/// Days pass when they are told to.
struct Days(AtomicU64);

impl Clock for Days {
    fn wall(&self) -> Timestamp {
        Timestamp::from_millis(1_760_000_000_000).after(self.monotonic())
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::SeqCst))
    }
}

impl Days {
    fn pass(&self, days: u64) {
        self.0.fetch_add(days * 86_400_000, Ordering::SeqCst);
    }
}

/// A till that archives what is older than a day, and some sales that are.
fn with_archive(shop: &Shop) -> (Till, Arc<Days>, std::path::PathBuf) {
    let mut config = shop.config();
    config.retention.archive_after_days = Some(1);
    let days = Arc::new(Days(AtomicU64::new(0)));
    let till = TillBuilder::new(config).key(&KEY).clock(days.clone()).open(shop.book()).unwrap();
    till.serve_card("A1", SOON).unwrap();
    trade(&till, &days, "a");
    let archive = till.keep_house(SOON).unwrap().archive.unwrap();
    (till, days, archive)
}

fn trade(till: &Till, days: &Days, name: &str) {
    for n in 0..3 {
        let sale = Consume::new("A1", yuan("1")).op_id(format!("{name}-{n}"));
        assert!(till.consume(sale.prefer_online(SOON)).unwrap().is_approved());
    }
    drain(till);
    days.pass(2);
}

#[test]
fn archives_get_the_new_key_with_the_book() {
    let shop = Shop::open();
    let (till, days, archive) = with_archive(&shop);
    let old = std::fs::read(&archive).unwrap();
    till.rekey(&NEW).unwrap();
    trade(&till, &days, "b");
    let kept = till.keep_house(SOON).unwrap();
    assert!(kept.archived > 0 && kept.archive.as_ref() == Some(&archive), "{kept:?}");
    assert_eq!(till.forget("A1", "boss").unwrap().archives_missing, Vec::<String>::new());
    // One of another key is told for what it is, and is no reason to keep the book's.
    std::fs::write(&archive, old).unwrap();
    trade(&till, &days, "c");
    assert_eq!(till.keep_house(SOON).unwrap_err().code(), ErrorCode::WrongKey);
    till.rekey(&[0x6d; 32]).unwrap();
}

#[test]
fn a_forgotten_holder_leaves_no_traces() {
    let shop = Shop::open();
    let (till, ..) = with_archive(&shop);
    let forgotten = till.forget("A1", "boss").unwrap();
    assert!(!forgotten.traces_left && forgotten.archives_missing.is_empty(), "{forgotten:?}");
}

/// A slip of the hand: what an encrypted file is can't be seen in it.
#[test]
fn nothing_replaces_what_it_is_no_replacement_for() {
    let shop = Shop::open();
    let (till, _, archive) = with_archive(&shop);
    let others = [Some(&KEY), Some(&NEW), None].map(|key| {
        let other = Shop::open();
        drop(open(&other, key.map(|key| &key[..])).unwrap());
        other
    });
    let books = others.iter().map(Shop::book);
    for target in books.chain([archive]) {
        let before = std::fs::read(&target).unwrap();
        let backup = till.backup(&target, BackupOptions::new().overwrite(true)).unwrap_err();
        let bundle = till.support_bundle(&target).unwrap_err();
        for error in [backup, bundle] {
            assert_eq!((error.code(), error.field()), (ErrorCode::InvalidInput, Some("path")), "{target:?}");
        }
        assert!(std::fs::read(&target).unwrap() == before, "{target:?}");
    }
    // An earlier backup is what overwriting is for.
    let copy = shop.dir.path().join("copy.db");
    for _ in 0..2 {
        till.backup(&copy, BackupOptions::new().overwrite(true)).unwrap();
    }
    till.rekey(&NEW).unwrap();
    assert!(till.backup(&copy, BackupOptions::new().overwrite(true)).is_err(), "nobody knows any more whose it is");
    assert!(Path::new(&copy).exists());
}

#[test]
fn it_is_not_salvaged_and_that_is_said() {
    let shop = Shop::open();
    drop(open(&shop, Some(&KEY)).unwrap());
    let into = shop.dir.path().join("saved.db");
    assert_eq!(tillbook::salvage(shop.book(), &into).unwrap_err().code(), ErrorCode::WrongKey);
    assert!(!into.exists());
}
