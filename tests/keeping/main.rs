//! Keeping the book: migration, backups, older copies, damaged logs.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "../common/street.rs"]
mod street;

mod backups;
mod forgetting;
mod house;
mod logs;
mod migration;
mod old_copies;

use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;
use street::{Street, all_families};
use tillbook::{Config, LevelTerms, Money, Rate, Till};
use tillbook_sandbox::sandy::NewCard;

fn yuan(text: &str) -> Money {
    Money::parse_yuan(text).unwrap()
}

/// As the books under `tests/books` were made with.
fn config() -> Config {
    let mut config = all_families();
    config.levels = vec![
        LevelTerms { level: "普通会员".into(), rate: Some(Rate::FULL), points_per_yuan: Some(1.into()) },
        LevelTerms {
            level: "高级会员".into(),
            rate: Rate::new("0.8".parse().unwrap()),
            points_per_yuan: Some(1.into()),
        },
    ];
    config
}

/// With the cards of those books.
fn street() -> Arc<Street> {
    let street = Street::new();
    let now = street.now_ms() / 1000 - 7200;
    {
        let mut cores = street.cores.lock().unwrap();
        for (number, phone, fen) in [
            ("A2", "13800000002", 300_00),
            ("A3", "13800000003", 80_00),
            ("A4", "13800000004", 200_00),
            ("A5", "13800000005", 150_00),
        ] {
            cores.sandy.seed(now, NewCard::new(number, 1).with_holder("x", phone, None).with_balance(fen, 0)).unwrap();
        }
    }
    street
}

/// How often the remote has taken this amount from a card, or put it on.
fn times_there(street: &Street, fen: i64) -> usize {
    street.cores.lock().unwrap().sandy.ledger().iter().filter(|line| line.sent == fen).count()
}

/// A read of the file itself.
fn ask<T: rusqlite::types::FromSql>(book: &Path, sql: &str) -> T {
    Connection::open(book).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
}

/// The names in a folder.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn states(till: &Till, ids: &[&str]) -> Vec<tillbook::State> {
    ids.iter().map(|id| till.operation(id).unwrap().state).collect()
}
