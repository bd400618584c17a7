//! The power goes at each I/O call: what a call has returned is there when the till is back.

use std::path::Path;
use std::time::Duration;

use tillbook::{Consume, Till};
use tillbook_testvfs::{Failure, SurvivingWrites, TestVfs};

use super::common::{SOON, Shop};
use super::{Sale, Sales, WAIT, assert_all_agree, config, fresh, open, shop};

/// Opens what a power cut left, with the system's own VFS.
fn after_the_cut(shop: &Shop, vfs: TestVfs, book: &Path, writes: SurvivingWrites) -> Till {
    let copy = book.with_file_name("copy.db");
    vfs.durable_copy(book, &copy, writes).unwrap();
    Till::open(&copy, config(shop)).unwrap()
}

/// So many rounds in a row that no cut was met in are the end.
const BEYOND: usize = 3;

/// Cuts the power at every call, and brings the till back from what is left. `make` trades as far as it gets.
fn cut_everywhere(name: &str, make: impl Fn(&Till, &mut Sales) -> Vec<Sale>) {
    let shop = shop();
    let vfs = TestVfs::register(name);
    let (till, book) = fresh(&shop, vfs);
    drop(till);
    let mut sales = Sales::new();
    let (mut cuts, mut beyond) = (0, 0);
    for n in 1.. {
        let till = open(&shop, vfs, &book);
        let first = sales.make(&till, Consume::offline);
        assert!(first.said.is_ok());
        vfs.fail(Failure::power_cut_at(n));
        let mut made = make(&till, &mut sales);
        made.insert(0, first);
        let all: Vec<&Sale> = made.iter().collect();
        let met = vfs.fired() > 0;
        for seed in 0..3 {
            // Looked at only: of all these tills one alone may be the one that comes back and sends.
            let back = after_the_cut(&shop, vfs, &book, SurvivingWrites::Seeded(n * 1000 + seed));
            for sale in &all {
                sale.assert_kept(&back, &format!("power cut at {n}, seed {seed}"));
            }
        }
        // The till comes back on what is durable for certain, or on a book with any of the other writes.
        let writes = if n.is_multiple_of(2) { SurvivingWrites::None } else { SurvivingWrites::Seeded(n) };
        till.close(Duration::ZERO);
        vfs.heal();
        vfs.durable_copy(&book, &book, writes).unwrap();
        let till = open(&shop, vfs, &book);
        assert_all_agree(&shop, &till, &all, &format!("power cut at {n}, {writes:?}"));
        till.close(Duration::ZERO);
        (cuts, beyond) = if met { (cuts + 1, 0) } else { (cuts, beyond + 1) };
        if beyond == BEYOND {
            break;
        }
    }
    println!("{name}: {cuts} power cuts");
    assert!(cuts > 10, "{cuts} cuts");
}

#[test]
fn a_power_cut_at_any_call_of_offline_consumes_loses_none_that_was_answered() {
    cut_everywhere("power_offline", |till, sales| (0..3).map(|_| sales.make(till, Consume::offline)).collect());
}

#[test]
fn a_power_cut_at_any_call_of_an_online_consume_loses_and_doubles_nothing() {
    cut_everywhere("power_online", |till, sales| {
        let online = sales.make(till, |sale| sale.require_online(WAIT));
        let _ = till.sync(SOON);
        vec![online]
    });
}
