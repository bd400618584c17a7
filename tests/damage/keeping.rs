//! Salvage, retention, forgetting.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use tillbook::{CheckOptions, SalvageReport, salvage};

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
