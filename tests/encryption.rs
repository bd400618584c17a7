//! Encrypted books. Only with feature `encryption`.
#![allow(clippy::unwrap_used)]

#[path = "common/mod.rs"]
mod common;

use common::{SOON, Shop, drain, yuan};
use tillbook::{BackupOptions, Book, CheckOptions, Consume, ErrorCode, Restore, State, Till, TillBuilder};

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

#[test]
fn a_backup_takes_no_other_file_s_place() {
    let shop = Shop::open();
    let (other, elsewhere) = (Shop::open(), shop.dir.path().join("other.db"));
    drop(TillBuilder::new(other.config()).key(&KEY).open(&elsewhere).unwrap());
    let plain = shop.dir.path().join("plain.db");
    drop(Till::open(&plain, other.config()).unwrap());
    let till = open(&shop, Some(&KEY)).unwrap();
    let copy = shop.dir.path().join("copy.db");
    till.backup(&copy, BackupOptions::new()).unwrap();
    till.backup(&copy, BackupOptions::new().overwrite(true)).unwrap();
    let book = Book::open_with_key(shop.book(), &KEY).unwrap();
    for precious in [&elsewhere, &plain] {
        for error in [
            till.backup(precious, BackupOptions::new().overwrite(true)).unwrap_err(),
            book.backup(precious, BackupOptions::new().overwrite(true)).unwrap_err(),
        ] {
            assert_eq!(error.code(), ErrorCode::InvalidInput, "{precious:?}: {error}");
        }
    }
    drop(TillBuilder::new(other.config()).key(&KEY).open(&elsewhere).unwrap());
}
