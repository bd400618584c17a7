//! Salvage, retention, forgetting.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use tillbook::{CheckOptions, Consume, HistoryQuery, Modify, Money, OpenCard, Retention, SalvageReport, salvage};

use crate::map;
use crate::street::Street;
use crate::town;

const GRACE: Duration = Duration::from_secs(5);

fn traded() -> (Arc<Street>, PathBuf) {
    let street = Street::new();
    let till = street.till(town::config());
    town::trade(&street, &till);
    till.close(GRACE);
    let book = street.book();
    (street, book)
}

fn count(path: &Path, table: &str) -> i64 {
    let conn = Connection::open(path).unwrap();
    conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

fn kept(report: &SalvageReport, name: &str) -> (u64, bool) {
    let table = report.tables.iter().find(|table| table.name == name).unwrap();
    (table.kept, table.damaged)
}

fn named(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

#[test]
fn a_sound_book_is_saved_whole() {
    let (street, book) = traded();
    let before = std::fs::read(&book).unwrap();
    let into = street.dir.path().join("saved.db");
    let report = salvage(&book, &into).unwrap();
    assert!(report.is_complete(), "{report:#?}");
    for table in ["operation", "entry", "promise", "attempt", "card", "account", "notice", "look"] {
        assert_eq!(count(&book, table), count(&into, table), "{table}");
    }
    assert_eq!(std::fs::read(&book).unwrap(), before, "the damaged file is only read");
    let till = street.builder(town::config()).open(&into).unwrap();
    let check = till.check(&CheckOptions::default()).unwrap();
    assert!(check.is_clean(), "{:#?}", check.findings);
    assert_eq!(salvage(&book, &into).unwrap_err().code(), tillbook::ErrorCode::InvalidInput, "nothing is overwritten");
}

/// A damaged book is put aside by a name like these, and the new one is to have its old name.
#[test]
fn whatever_the_damaged_book_is_called_it_is_only_read() {
    let (street, book) = traded();
    let whole = std::fs::read(&book).unwrap();
    for name in ["new.db.damaged", "new.db.leftover", "new.db-wal", "new.db.damaged.fresh"] {
        let dir = street.dir.path().join(name.replace('.', "-"));
        std::fs::create_dir(&dir).unwrap();
        let (damaged, into) = (dir.join(name), dir.join("new.db"));
        std::fs::write(&damaged, &whole).unwrap();
        let saved = salvage(&damaged, &into);
        assert_eq!(std::fs::read(&damaged).unwrap(), whole, "{name}");
        match saved {
            Ok(report) => assert!(report.is_complete(), "{name}: {report:#?}"),
            Err(error) => {
                assert!(error.code() == tillbook::ErrorCode::InvalidInput && !into.exists(), "{name}: {error}")
            }
        }
        // What is none leaves nothing behind but itself.
        std::fs::write(&damaged, "no book at all").unwrap();
        let _ = std::fs::remove_file(&into);
        salvage(&damaged, &into).unwrap_err();
        let left: Vec<_> = std::fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, [name], "{name}");
    }
}

/// An earlier salvage's rows, or the log of a book that was put aside without it: nobody has them twice.
#[test]
fn what_is_left_of_another_file_of_that_name_stays() {
    let (street, book) = traded();
    let into = street.dir.path().join("saved.db");
    for suffix in ["", ".leftover", "-wal", "-journal"] {
        let there = named(&into, suffix);
        std::fs::write(&there, b"what nobody has twice").unwrap();
        let error = salvage(&book, &into).unwrap_err();
        assert_eq!((error.code(), error.field()), (tillbook::ErrorCode::InvalidInput, Some("into")), "{suffix:?}");
        assert_eq!(std::fs::read(&there).unwrap(), b"what nobody has twice", "{suffix:?}");
        std::fs::remove_file(there).unwrap();
    }
    assert!(salvage(&book, &into).unwrap().is_complete());
}

#[test]
fn around_bad_pages_every_other_row_is_saved() {
    let (street, book) = traded();
    let sound = std::fs::read(&book).unwrap();
    let page = 4096;
    let pages = map::pages(&book, &sound, page);
    // Each leaf of the lines of the book in turn, and of the queue.
    for kind in ["entry leaf", "operation leaf", "attempt leaf", "account leaf"] {
        let leaves: Vec<usize> = pages.iter().filter(|(_, of)| *of == kind).map(|(number, _)| *number).collect();
        for (number, leaf) in [leaves[leaves.len() / 2], *leaves.last().unwrap()].into_iter().enumerate() {
            let start = (leaf - 1) * page;
            let rows = u64::from(u16::from_be_bytes(sound[start + 3..start + 5].try_into().unwrap()));
            let mut damaged = sound.clone();
            damaged[start..start + page].fill(0x5a);
            let path = street.dir.path().join(format!("bad-{}-{number}.db", kind.replace(' ', "-")));
            std::fs::write(&path, &damaged).unwrap();
            let into = path.with_extension("saved");
            let report = salvage(&path, &into).unwrap();
            let name = kind.split(' ').next().unwrap();
            let (saved, damaged) = kept(&report, name);
            let left_over = report.tables.iter().find(|table| table.name == name).unwrap().left_over;
            let all = count(&book, name) as u64;
            assert!(damaged, "{kind}: {report:#?}");
            let rebuilt = if name == "account" { 0 } else { left_over };
            assert_eq!(saved + rebuilt, all - rows, "{kind}: all but the page's own rows");
            let till = street.builder(town::config()).open(&into).unwrap();
            let numbers = town::numbers(&till).unwrap();
            assert!(numbers.len() >= 40, "the cards are there");
            town::balances(&till, &numbers)
                .map(drop)
                .or_else(|error| if name == "account" { Ok(()) } else { Err(error) })
                .unwrap();
        }
    }
}

#[test]
fn a_file_that_ends_early_and_one_without_a_beginning_give_what_they_have() {
    let (street, book) = traded();
    let sound = std::fs::read(&book).unwrap();
    let path = street.dir.path().join("short.db");
    std::fs::write(&path, &sound[..sound.len() / 4096 * 6 / 7 * 4096]).unwrap();
    let into = street.dir.path().join("short-saved.db");
    let report = salvage(&path, &into).unwrap();
    assert!(!report.is_complete());
    assert!(kept(&report, "operation").0 > 20, "{report:#?}");
    drop(street.builder(town::config()).open(&into).unwrap());

    let path = street.dir.path().join("headless.db");
    let mut headless = sound.clone();
    headless[..4096].fill(0);
    std::fs::write(&path, &headless).unwrap();
    let into = street.dir.path().join("headless-saved.db");
    let report = salvage(&path, &into).unwrap();
    assert!(report.first_page_replaced);
    for table in ["operation", "entry", "promise", "card", "account"] {
        assert_eq!(count(&book, table), count(&into, table), "{table}");
    }
    let till = street.builder(town::config()).open(&into).unwrap();
    assert!(till.check(&CheckOptions::default()).unwrap().is_clean());
}

/// Everything that lies in a folder, in bytes.
fn contains(folder: &Path, text: &str) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files
        .filter(|file| std::fs::read(file).unwrap().windows(text.len()).any(|bytes| bytes == text.as_bytes()))
        .collect()
}

fn keeping() -> tillbook::Config {
    let mut config = town::config();
    config.retention = Retention { raw_days: 7, archive_after_days: Some(366), archive_folder: None };
    config
}

const DAY: Duration = Duration::from_secs(86_400);

#[test]
fn bytes_go_after_days_and_details_after_a_year_and_nothing_that_is_open() {
    let (street, book) = traded();
    let till = street.till(keeping());
    let bodies = "attempt WHERE length(body) > 0 OR answer IS NOT NULL";
    let of_open = "attempt a JOIN operation o USING (op_no) WHERE length(body) > 0
        AND state NOT IN ('settled', 'declined', 'voided', 'superseded', 'reversed', 'written_off')";
    let (before, open) = (count(&book, bodies), count(&book, of_open));
    assert!(open > 0 && before > open);
    let kept = till.keep_house(DAY).unwrap();
    assert_eq!((kept.purged, kept.archived, kept.more), (0, 0, false), "nothing is old yet");
    let history = till.history(&HistoryQuery { page_size: 500, ..HistoryQuery::default() }).unwrap();
    let answered = till.operation("c-4").unwrap();
    assert!(answered.confirmation.is_some());

    street.clock.pass(8 * DAY);
    let kept = till.keep_house(DAY).unwrap();
    assert!(kept.purged > 0 && kept.archived == 0, "{kept:?}");
    assert!(count(&book, bodies) >= open && count(&book, of_open) == open, "what is open keeps its bytes");
    assert!(till.operation("c-4").unwrap().confirmation.is_some());

    street.clock.pass(400 * DAY);
    let kept = till.keep_house(DAY).unwrap();
    let archive = kept.archive.clone().unwrap();
    assert!(kept.archived > 60, "{kept:?}");
    let finals = count(&book, "operation WHERE archive_no IS NOT NULL");
    assert_eq!((finals as u64, count(&archive, "operation")), (kept.archived, finals));
    assert!(count(&archive, "attempt") > 0 && count(&archive, "confirmation") > 0);
    assert_eq!(count(&book, "attempt WHERE op_no IN (SELECT op_no FROM operation WHERE archive_no IS NOT NULL)"), 0);
    assert_eq!(count(&book, of_open), open);
    // What a cashier and a bookkeeper ask for is still answered.
    let receipt = till.operation("c-4").unwrap();
    assert_eq!((receipt.told, receipt.promise, receipt.confirmation), (answered.told, answered.promise, None));
    let again = Consume::new("K004", Money::from_fen(10_04)).offline().ticket("t-4").op_id("c-4");
    assert_eq!(till.consume(again).unwrap().receipt_no, answered.receipt_no);
    let later = till.history(&HistoryQuery { page_size: 500, ..HistoryQuery::default() }).unwrap();
    let lines = |page: &tillbook::HistoryPage| page.lines.iter().map(|line| line.entry.clone()).collect::<Vec<_>>();
    assert_eq!(lines(&history), lines(&later));
    let check = till.check(&CheckOptions::default()).unwrap();
    assert!(check.is_clean(), "{:#?}", check.findings);
    // Again: nothing is left to do, and nothing is done twice.
    assert_eq!(till.keep_house(DAY).unwrap().archived, 0);
    // A crash between the copy and the deletion leaves both: the next turn copies the same rows again.
    till.close(GRACE);
    let conn = Connection::open(&book).unwrap();
    conn.execute("UPDATE operation SET archive_no = NULL WHERE op_id = 'c-4'", ()).unwrap();
    conn.execute("DELETE FROM book WHERE key = 'archived_to'", ()).unwrap();
    drop(conn);
    let till = street.till(keeping());
    assert_eq!(till.keep_house(DAY).unwrap().archived, 1);
    assert_eq!(count(&archive, "operation"), finals);
}

#[test]
fn a_holder_who_is_forgotten_is_in_no_file_any_more() {
    let street = Street::new();
    let till = street.till(keeping());
    let (name, newer, phone) = ("Zhuge Kongming", "Sima Zhongda", "13912345678");
    let open = OpenCard::new("F1", "普通会员").name(name).phone(phone);
    till.serve_card("A1", crate::street::ALL).unwrap();
    till.open_card(open.offline().op_id("o")).unwrap();
    till.recharge(tillbook::Recharge::new("F1", Money::from_fen(50_00), 1).offline().op_id("r")).unwrap();
    let refused = till.forget("F1", "boss").unwrap_err();
    assert_eq!(refused.code(), tillbook::ErrorCode::WrongState, "something of it is open");
    street.settle(&till);
    till.modify(Modify::new("F1").name(newer).offline().op_id("m")).unwrap();
    street.settle(&till);
    till.serve_card("F1", crate::street::ALL).unwrap();
    street.clock.pass(2 * DAY);
    assert!(!contains(street.dir.path(), phone).is_empty());
    let history = |till: &tillbook::Till| till.history(&HistoryQuery::default()).unwrap().lines.len();
    let (lines, balances) = (history(&till), till.card("F1").unwrap().balances);

    let forgotten = till.forget("F1", "boss").unwrap();
    assert_eq!((forgotten.number.as_str(), forgotten.operations), ("F1", 3));
    for text in [name, newer, phone] {
        assert_eq!(contains(street.dir.path(), text), Vec::<PathBuf>::new(), "{text}");
    }
    let card = till.card("F1").unwrap();
    assert_eq!((card.holder.name, card.holder.phone), (None, None));
    assert_eq!((history(&till), card.balances), (lines, balances), "figures stay");
    assert_eq!(till.operation("o").unwrap().state, tillbook::State::Settled);
    let check = till.check(&CheckOptions::default()).unwrap();
    assert!(check.is_clean(), "{:#?}", check.findings);
    // Served anew it is known anew.
    let card = till.serve_card("F1", crate::street::ALL).unwrap();
    assert_eq!(card.holder.phone.as_deref(), Some(phone));
}

#[test]
fn what_went_into_an_archive_is_forgotten_there_too() {
    let street = Street::new();
    let till = street.till(keeping());
    let (name, phone) = ("Zhuge Kongming", "13912345678");
    till.serve_card("A1", crate::street::ALL).unwrap();
    till.open_card(OpenCard::new(phone, "普通会员").name(name).phone(phone).offline().op_id("o")).unwrap();
    street.settle(&till);
    // The last attempt of a book stays in it.
    till.consume(Consume::new("A1", Money::from_fen(1_00)).offline()).unwrap();
    street.settle(&till);
    street.clock.pass(400 * DAY);
    let archive = till.keep_house(DAY).unwrap().archive.unwrap();
    assert!(contains(street.dir.path(), name).contains(&archive));
    let forgotten = till.forget(phone, "boss").unwrap();
    assert!(forgotten.number.starts_with("forgotten-"), "the number was the phone's: {}", forgotten.number);
    for text in [name, phone] {
        assert_eq!(contains(street.dir.path(), text), Vec::<PathBuf>::new(), "{text}");
    }
    assert!(till.check(&CheckOptions::default()).unwrap().is_clean());
}
