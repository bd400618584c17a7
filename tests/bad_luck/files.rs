//! Files that are no book, or no longer one.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use tempfile::TempDir;
use tillbook::{Config, ErrorCode, HistoryQuery, OpenCard, Recharge, SandyConfig, Till};

use crate::common::{Shop, yuan};
use crate::{cut_off, pay, serve};

pub(crate) fn config() -> Config {
    Config::new("Noodle House", "Store 1", "Till 1", SandyConfig::new("http://127.0.0.1:9", "agent", "{GUID}"))
}

/// A closed book with cards, entries and open operations, and what it was opened with.
fn traded() -> (Shop, PathBuf) {
    let shop = Shop::open();
    let till = shop.till();
    serve(&till, &["A1", "B1"]);
    cut_off(&shop, &till);
    for number in 0..40 {
        till.consume(pay("A1", "0.01").op_id(format!("c{number}")).ticket("T1")).unwrap();
    }
    till.recharge(Recharge::new("B1", yuan("5"), 1).offline()).unwrap();
    till.open_card(OpenCard::new("N1", "普通会员").name("王小明").offline()).unwrap();
    drop(till);
    let book = shop.book();
    (shop, book)
}

fn sqlite(path: &Path, sql: &str) {
    Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

fn wal(path: &Path) -> PathBuf {
    path.with_extension("db-wal")
}

/// As `sqlite`, and leaves the change in a log that nobody has moved into the file, as a crash would.
fn sqlite_crashed(path: &Path, sql: &str) {
    let original = path.with_extension("original");
    if path.exists() {
        fs::rename(path, &original).unwrap();
    }
    let conn = Connection::open(&original).unwrap();
    conn.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).unwrap();
    conn.execute_batch(sql).unwrap();
    fs::copy(&original, path).unwrap();
    fs::copy(format!("{}-wal", original.display()), wal(path)).unwrap();
}

fn flip(path: &Path, at: usize, count: usize) {
    let mut bytes = fs::read(path).unwrap();
    for byte in &mut bytes[at..at + count] {
        *byte = !*byte;
    }
    fs::write(path, bytes).unwrap();
}

fn truncate(path: &Path, length: u64) {
    fs::OpenOptions::new().write(true).open(path).unwrap().set_len(length).unwrap();
}

/// A book of a release that no earlier one may write or read.
const NEWER: &str = "PRAGMA user_version = 99; UPDATE book SET value = '99' WHERE key IN ('min_writer', 'min_reader')";

#[test]
fn what_is_no_usable_book_is_refused_and_left_as_it_was() {
    type Make = fn(&Path);
    let cases: &[(&str, Make, ErrorCode)] = &[
        ("newer", |p| sqlite(p, NEWER), ErrorCode::NewerBook),
        ("newer, crashed", |p| sqlite_crashed(p, NEWER), ErrorCode::NewerBook),
        ("a foreign mark", |p| sqlite(p, "PRAGMA application_id = 7"), ErrorCode::NotABook),
        ("a foreign database", |p| new(p, |p| sqlite(p, "CREATE TABLE note (text)")), ErrorCode::NotABook),
        ("a foreign version", |p| new(p, |p| sqlite(p, "PRAGMA user_version = 1")), ErrorCode::NotABook),
        (
            "a foreign database, crashed",
            |p| new(p, |p| sqlite_crashed(p, "CREATE TABLE note (text)")),
            ErrorCode::NotABook,
        ),
        ("a text", |p| fs::write(p, "not a database").unwrap(), ErrorCode::NotABook),
        ("a long text", |p| fs::write(p, "no database. ".repeat(10_000)).unwrap(), ErrorCode::NotABook),
        ("zeros", |p| fs::write(p, [0; 8192]).unwrap(), ErrorCode::NotABook),
        ("a damaged magic", |p| flip(p, 0, 16), ErrorCode::NotABook),
        ("a damaged first page", |p| flip(p, 100, 12), ErrorCode::Corrupt),
        ("a damaged schema", |p| flip(p, 2048, 2048), ErrorCode::Corrupt),
        ("half of it", |p| truncate(p, fs::metadata(p).unwrap().len() / 8192 * 4096), ErrorCode::Corrupt),
        ("its last page gone", |p| truncate(p, fs::metadata(p).unwrap().len() - 4096), ErrorCode::Corrupt),
        ("its first page alone", |p| truncate(p, 4096), ErrorCode::Corrupt),
        ("a piece of its first page", |p| truncate(p, 1000), ErrorCode::Corrupt),
    ];
    let (shop, book) = traded();
    for (name, make, code) in cases {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("till.db");
        fs::copy(&book, &path).unwrap();
        make(&path);
        let (file, log) = (fs::read(&path).unwrap(), fs::read(wal(&path)).ok());
        for _ in 0..2 {
            let error = Till::open(&path, shop.config()).unwrap_err();
            assert_eq!(error.code(), *code, "{name}: {error}");
            assert!(!error.is_retryable(), "{name}");
            assert!(fs::read(&path).unwrap() == file, "{name}: the file has changed");
            assert!(fs::read(wal(&path)).ok().filter(|log| !log.is_empty()) == log, "{name}: the log has changed");
        }
    }
    // None of which has anything to do with the book itself.
    assert_eq!(Till::open(&book, shop.config()).unwrap().status().unwrap().queued, 42);
}

fn new(path: &Path, make: impl FnOnce(&Path)) {
    fs::remove_file(path).unwrap();
    make(path);
}

#[test]
fn an_empty_file_and_none_at_all_become_a_new_book() {
    for exists in [false, true] {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("收银台 1.db");
        if exists {
            fs::write(&path, "").unwrap();
        }
        let till = Till::open(&path, config()).unwrap();
        assert_eq!(till.card_numbers().unwrap(), []);
        drop(till);
        Till::open(&path, config()).unwrap();
    }
}

#[test]
fn damage_anywhere_is_an_error_and_never_a_panic() {
    let (shop, book) = traded();
    let pages = fs::metadata(&book).unwrap().len() / 4096;
    let in_use = pages_in_use(&book);
    assert!(in_use.len() > 30, "{in_use:?}");
    for page in 0..pages {
        let mut noticed = false;
        for (offset, count) in [(0, 8), (64, 4032)] {
            let dir = TempDir::new().unwrap();
            let path = dir.path().join("till.db");
            fs::copy(&book, &path).unwrap();
            flip(&path, (page * 4096) as usize + if page == 0 { 100 } else { 0 } + offset.min(3900), count.min(3000));
            let errors = use_it(&path, shop.config());
            noticed |= !errors.is_empty();
            for error in errors {
                let known = matches!(error.code(), ErrorCode::Corrupt | ErrorCode::NotABook | ErrorCode::NotFound);
                assert!(known, "page {page}: {error:?}");
            }
        }
        let read = in_use.get(&page).filter(|name| !["level", "pay_type", "recharge_rules"].contains(&name.as_str()));
        assert!(noticed || read.is_none(), "page {page}, {read:?}, went unnoticed");
    }
}

/// The pages that hold anything, from zero, and what they are of. Damage to the others has nothing to spoil.
fn pages_in_use(book: &Path) -> BTreeMap<u64, String> {
    let conn = Connection::open(book).unwrap();
    let mut pages = conn.prepare("SELECT pageno - 1, name FROM dbstat WHERE ncell > 0").unwrap();
    let pages = pages.query_map([], |row| Ok((row.get::<_, i64>(0)? as u64, row.get(1)?))).unwrap();
    pages.map(Result::unwrap).collect()
}

/// Does a bit of everything, and tells what failed.
fn use_it(path: &Path, config: Config) -> Vec<tillbook::Error> {
    let till = match Till::open(path, config) {
        Ok(till) => till,
        Err(error) => return vec![error],
    };
    let results = [
        till.card("A1").map(drop),
        till.history(&HistoryQuery { page_size: 500, ..HistoryQuery::default() }).map(drop),
        till.history(&HistoryQuery { ticket: Some("T1".into()), ..HistoryQuery::default() }).map(drop),
        till.history(&HistoryQuery { only_points: true, page_size: 500, ..HistoryQuery::default() }).map(drop),
        till.history(&HistoryQuery { card: Some("A1".into()), page_size: 500, ..HistoryQuery::default() }).map(drop),
        ["0", "1", "8", "a", "b", "m", "w"].into_iter().try_for_each(|text| till.search(text).map(drop)),
        till.notices().map(drop),
        till.waiting().map(drop),
        till.operation("c7").map(drop),
        till.headroom(Some("A1")).map(drop),
        till.consume(pay("A1", "0.01")).map(drop),
        till.void("c39").map(drop),
    ];
    results.into_iter().filter_map(Result::err).collect()
}

#[test]
fn rows_that_this_library_never_wrote_are_damage_too() {
    let cases = [
        "UPDATE operation SET told = 'x' WHERE op_id = 'c7'",
        "UPDATE operation SET state = 'lost' WHERE op_id = 'c7'",
        "UPDATE operation SET act = '{}' WHERE op_id = 'c7'",
        "UPDATE operation SET kind = '' WHERE op_id = 'c7'",
    ];
    let (shop, book) = traded();
    for sql in cases {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("till.db");
        fs::copy(&book, &path).unwrap();
        sqlite(&path, sql);
        let error = match Till::open(&path, shop.config()) {
            Ok(till) => till.operation("c7").unwrap_err(),
            Err(error) => error,
        };
        assert_eq!(error.code(), ErrorCode::Corrupt, "{sql}: {error:?}");
    }
}

#[test]
fn a_path_that_can_hold_no_book_is_an_error() {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    for path in [dir.path().join("missing/till.db"), file.join("till.db")] {
        let error = Till::open(&path, config()).unwrap_err();
        assert!(matches!(error.code(), ErrorCode::Storage | ErrorCode::NoPermission), "{path:?}: {error:?}");
    }
    let folder = dir.path().join("folder");
    fs::create_dir(&folder).unwrap();
    let error = Till::open(&folder, config()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::NotABook, "{error:?}");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "nothing was made beside it");
}

#[test]
fn another_owner_gets_the_book_only_once_nothing_is_open() {
    type Change = fn(&mut Config);
    let changes: [(&str, Change); 4] = [
        ("merchant", |c| c.merchant = "Tea House".into()),
        ("store", |c| c.store = "Store 2".into()),
        ("till", |c| c.till = "Till 2".into()),
        ("base URL", |c| c.sandy.as_mut().unwrap().base_url = "http://127.0.0.1:1".into()),
    ];
    let shop = Shop::open();
    let till = shop.till();
    serve(&till, &["A1"]);
    cut_off(&shop, &till);
    till.consume(pay("A1", "10").op_id("c1")).unwrap();
    drop(till);
    let before = fs::read(shop.book()).unwrap();
    for (what, change) in changes {
        let mut config = shop.config();
        change(&mut config);
        let error = Till::open(shop.book(), config).unwrap_err();
        assert_eq!(error.code(), ErrorCode::WrongMerchant, "{what}: {error}");
        assert_eq!(error.to_string(), format!("the book belongs to another {what}, and operations are open"));
        assert!(fs::read(shop.book()).unwrap() == before, "{what}");
    }
    shop.server.restore().unwrap();
    let till = shop.till();
    crate::common::drain(&till);
    drop(till);
    for (_, change) in changes {
        let mut config = shop.config();
        change(&mut config);
        Till::open(shop.book(), config).unwrap();
    }
}

#[test]
fn what_waits_for_a_person_keeps_the_book_with_its_owner() {
    let shop = Shop::open();
    let till = shop.till();
    serve(&till, &["B1"]);
    cut_off(&shop, &till);
    till.consume(pay("B1", "100").op_id("c1")).unwrap();
    let now_s = shop.server.now_s();
    shop.server.sandy().with(|sandy| sandy.office(now_s, "boss").withdraw("B1", 50_00).unwrap());
    shop.server.restore().unwrap();
    crate::common::sync_until(&till, |till| till.status().unwrap().waiting_for_people == 1);
    drop(till);
    let mut config = shop.config();
    config.merchant = "Tea House".into();
    assert_eq!(Till::open(shop.book(), config).unwrap_err().code(), ErrorCode::WrongMerchant);
}

#[cfg(unix)]
#[test]
fn a_books_files_are_their_owners_only() {
    use std::os::unix::fs::PermissionsExt;
    let shop = Shop::open();
    let till = shop.till();
    serve(&till, &["A1"]);
    let mut names = Vec::new();
    for file in fs::read_dir(shop.dir.path()).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{file:?}");
        names.push(file.file_name().into_string().unwrap());
    }
    names.sort();
    assert_eq!(names, ["till.db", "till.db-shm", "till.db-wal", "till.db.ballast", "till.db.lock"]);
}
