//! A book that is read without a till.

use std::path::Path;

use tillbook::{BackupOptions, Book, CheckOptions, Config, ErrorCode, HistoryQuery, SandyConfig, Till};

use crate::common::Shop;
use crate::{cut_off, pay, serve};

fn files_of(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[test]
fn it_shows_what_the_till_shows_while_the_till_runs() {
    let shop = Shop::open();
    let till = shop.till();
    serve(&till, &["A1", "B1"]);
    let book = Book::open(shop.book()).unwrap();
    assert_eq!(book.card("A1").unwrap(), till.card("A1").unwrap());
    cut_off(&shop, &till);
    till.consume(pay("A1", "20").op_id("s1").operator("Ann").ticket("T1")).unwrap();
    assert_eq!(book.card("A1").unwrap(), till.card("A1").unwrap(), "what was written since is seen");
    assert_eq!(book.operation("s1").unwrap(), till.operation("s1").unwrap());
    assert_eq!(book.card_numbers().unwrap(), till.card_numbers().unwrap());
    let all = HistoryQuery::default();
    assert_eq!(book.history(&all).unwrap(), till.history(&all).unwrap());
    assert_eq!(book.totals().unwrap(), till.totals().unwrap());
    assert_eq!(book.safe_to_close().unwrap(), till.safe_to_close().unwrap());
    assert_eq!(book.policy().unwrap(), till.policy().unwrap().policy);
    assert_eq!(book.policies().unwrap(), till.policies().unwrap());
    till.set_exception_by("B1", Some("reported lost"), "Chen").unwrap();
    assert_eq!(book.exceptions(None, 0).unwrap(), till.exceptions(None, 0).unwrap());
    assert_eq!(book.search("a1").unwrap(), till.search("a1").unwrap());
    assert_eq!(book.search("").unwrap_err().code(), ErrorCode::InvalidInput);
    assert_eq!(book.check(&CheckOptions::default()).unwrap(), till.check(&CheckOptions::default()).unwrap());
    assert!(book.retargets("A1").unwrap().is_empty());
    let copy = shop.dir.path().join("copy.db");
    let report = book.backup(&copy, BackupOptions::new()).unwrap();
    assert_eq!(report.bytes, copy.metadata().unwrap().len());
    assert_eq!(Book::open(&copy).unwrap().operation("s1").unwrap(), till.operation("s1").unwrap());
    for taken in [copy, shop.book()] {
        assert_eq!(book.backup(taken, BackupOptions::new()).unwrap_err().code(), ErrorCode::InvalidInput);
    }
    let status = book.status().unwrap();
    assert_eq!((status.queued, status.exposed_operations, status.lines_not_closed), (1, 1, 1));
    assert!(status.remotes[0].down && status.remotes[0].outage.is_some(), "{status:?}");
    let identity = book.identity().unwrap();
    assert_eq!((identity.merchant.as_str(), identity.till.as_str(), identity.epoch), ("Noodle House", "Till 1", 1));
    assert_eq!(identity.remotes["sandy"], shop.server.url());
    assert_eq!(book.card("Z9").unwrap_err().code(), ErrorCode::NotFound);
    assert_eq!(book.operation("s9").unwrap_err().code(), ErrorCode::NotFound);
    drop(till);
    assert_eq!(book.operation("s1").unwrap().told.from_card, crate::yuan("20"), "and when the till has closed");
    let again = shop.till();
    assert_eq!(again.status().unwrap().queued, 1, "a reader does not stand in a till's way");
    assert_eq!(book.status().unwrap().queued, 1);
}

#[test]
fn reading_a_closed_book_changes_nothing_in_it() {
    let shop = Shop::open();
    let till = shop.till();
    serve(&till, &["A1"]);
    drop(till);
    let before = std::fs::read(shop.book()).unwrap();
    let book = Book::open(shop.book()).unwrap();
    assert_eq!(book.card("A1").unwrap().number.as_str(), "A1");
    drop(book);
    assert_eq!(std::fs::read(shop.book()).unwrap(), before);
}

#[test]
fn what_is_no_book_is_told_for_what_it_is_and_stays_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    std::fs::write(at("text"), b"these are not the bytes of a database, not at all").unwrap();
    std::fs::write(at("empty"), b"").unwrap();
    let other = rusqlite::Connection::open(at("other")).unwrap();
    other.execute_batch("CREATE TABLE t (x); PRAGMA application_id = 7").unwrap();
    drop(other);
    let newer = rusqlite::Connection::open(at("newer")).unwrap();
    newer.execute_batch("CREATE TABLE t (x); PRAGMA application_id = 1953066092; PRAGMA user_version = 99").unwrap();
    drop(newer);
    std::fs::create_dir(at("folder")).unwrap();
    let before = files_of(dir.path());
    for (name, code) in [
        ("text", ErrorCode::NotABook),
        ("empty", ErrorCode::NotABook),
        ("other", ErrorCode::NotABook),
        ("newer", ErrorCode::NewerBook),
        ("folder", ErrorCode::NotABook),
        ("nothing", ErrorCode::Storage),
    ] {
        let error = Book::open(at(name)).unwrap_err();
        assert_eq!(error.code(), code, "{name}: {error}");
    }
    assert_eq!(files_of(dir.path()), before, "no file is made for a book that is none");
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_may_not_be_written_is_read_unless_a_till_has_the_book() {
    use std::os::unix::fs::PermissionsExt;
    // Who may do everything is not kept from writing: the test then shows nothing.
    let shop = Shop::open();
    let till = shop.till();
    serve(&till, &["A1"]);
    drop(till);
    let folder = shop.dir.path();
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o500)).unwrap();
    let shut = std::fs::write(folder.join("x"), b"x").is_err();
    let book = Book::open(shop.book()).unwrap();
    assert_eq!(book.card("A1").unwrap().number.as_str(), "A1");
    assert!(book.check(&CheckOptions::default()).unwrap().is_clean());
    let elsewhere = tempfile::tempdir().unwrap();
    book.backup(elsewhere.path().join("copy.db"), BackupOptions::new()).unwrap();
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700)).unwrap();
    if !shut {
        return;
    }
    let till = shop.till();
    cut_off(&shop, &till);
    till.consume(pay("A1", "1")).unwrap();
    assert_eq!(book.card("A1").unwrap_err().code(), ErrorCode::BookInUse, "what it would read might be of two times");
}

#[test]
fn a_book_that_was_never_used_has_an_empty_everything() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("店 1?.db");
    let sandy = SandyConfig::new("http://127.0.0.1:9", "agent", "{GUID}");
    drop(Till::open(&path, Config::new("M", "S", "T", sandy)).unwrap());
    let book = Book::open(&path).unwrap();
    assert!(book.card_numbers().unwrap().is_empty() && book.waiting().unwrap().is_empty());
    assert!(book.outages().unwrap().is_empty() && book.day_closes(None).unwrap().is_empty());
    assert!(book.totals().unwrap().lines.is_empty());
    let safe = book.safe_to_close().unwrap();
    assert!(safe.is_safe_to_upgrade() && safe.is_safe_to_remove(), "{safe:?}");
}
