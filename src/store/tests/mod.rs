//! What of the store shows only on a whole book: how it reads, and that what it finds is what stands there.
#![allow(clippy::unwrap_used)]

mod history;
mod lanes;
mod phones;
mod plans;
mod rates;
mod search;

use tempfile::TempDir;

use super::{Identity, OpenOptions, Store};

/// A book without foreign keys, so that a test writes just the rows that it is about.
fn book() -> (Store, TempDir) {
    let dir = TempDir::new().unwrap();
    let store = reopen(&dir);
    store.conn.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF").unwrap();
    (store, dir)
}

fn reopen(dir: &TempDir) -> Store {
    let options = OpenOptions {
        identity: identity(),
        new_book_id: "book".to_owned(),
        access: super::Access::default(),
        chain_key: None,
        high_water: None,
    };
    Store::open(&dir.path().join("till.db"), &options).unwrap()
}

fn identity() -> Identity {
    Identity {
        merchant: "Noodle House".to_owned(),
        store: "Store 1".to_owned(),
        till: "Till 1".to_owned(),
        training: false,
        remotes: Vec::new(),
    }
}

/// Numbers without a pattern, the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}
