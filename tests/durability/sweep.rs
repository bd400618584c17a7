//! A failure at each I/O call of an online consume and the drain behind it: the remote has it once, and both sides agree.

use std::path::Path;
use std::time::Duration;

use tillbook::{Consume, ErrorCode, Till};
use tillbook_testvfs::{Failure, TestVfs};

use super::common::{SOON, Shop};
use super::{Sale, Sales, WAIT, assert_all_agree, fresh, open, shop};

/// What happens to the disk while a call is under way.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Trouble {
    FullOnce,
    IoErrorOnce,
    FullUntilHealed,
    IoErrorUntilHealed,
}

const TROUBLES: [Trouble; 4] =
    [Trouble::FullOnce, Trouble::IoErrorOnce, Trouble::FullUntilHealed, Trouble::IoErrorUntilHealed];

impl Trouble {
    fn at(self, n: u64) -> Failure {
        match self {
            Trouble::FullOnce => Failure::full_at(n),
            Trouble::IoErrorOnce => Failure::io_err_at(n),
            Trouble::FullUntilHealed => Failure::full_at(n).persistent(),
            Trouble::IoErrorUntilHealed => Failure::io_err_at(n).persistent(),
        }
    }
}

/// How a call goes out, and whether the till is closed and opened again before everything is brought to its end.
#[derive(Clone, Copy, Debug)]
enum How {
    Require,
    Prefer,
    OfflineThenDrained,
}

fn make(sales: &mut Sales, till: &Till, how: How) -> Sale {
    match how {
        How::Require => sales.make(till, |sale| sale.require_online(WAIT)),
        How::Prefer => sales.make(till, |sale| sale.prefer_online(WAIT)),
        How::OfflineThenDrained => sales.make(till, Consume::offline),
    }
}

/// One sale with trouble at the `n`th call of its I/O. Whether it was met, and how many calls there were.
fn round(shop: &Shop, vfs: TestVfs, book: &Path, sales: &mut Sales, how: How, trouble: Trouble, n: u64) -> (bool, u64) {
    let case = format!("{how:?}, {trouble:?} at {n}");
    // Opened anew each time: the first calls read what a long-open book has in memory.
    let till = open(shop, vfs, book);
    vfs.fail(trouble.at(n));
    vfs.reset_counts();
    let sale = make(sales, &till, how);
    // What the disk does not allow is told, and tried again.
    let _ = till.sync(SOON);
    let met = vfs.fired() > 0;
    vfs.heal();
    let calls = vfs.io_calls();
    if let Err(error) = &sale.said {
        assert!(met && matches!(error.code(), ErrorCode::DiskFull | ErrorCode::Storage), "{case}: {error:?}");
    }
    sale.assert_kept(&till, &case);
    let till = if n.is_multiple_of(2) {
        till.close(Duration::ZERO);
        open(shop, vfs, book)
    } else {
        till
    };
    assert_all_agree(shop, &till, &[&sale], &case);
    till.close(Duration::ZERO);
    (met, calls)
}

fn sweep(how: How) {
    // Each trouble has a shop of its own; what takes time is waiting for calls that can't be answered.
    std::thread::scope(|threads| {
        for trouble in TROUBLES {
            threads.spawn(move || sweep_one(how, trouble));
        }
    });
}

fn sweep_one(how: How, trouble: Trouble) {
    let shop = shop();
    let vfs = TestVfs::register(&format!("sweep-{how:?}-{trouble:?}"));
    let (till, book) = fresh(&shop, vfs);
    till.close(Duration::ZERO);
    let mut sales = Sales::new();
    // Beyond the last call nothing is met; how many there are without trouble is seen first.
    let mut meet = |n| round(&shop, vfs, &book, &mut sales, how, trouble, n);
    let last = (0..3).map(|_| meet(u64::MAX).1).max().unwrap();
    let met = (1..=last).filter(|&n| meet(n).0).count();
    println!("{how:?}, {trouble:?}: met {met} times at {last} places");
    assert!(met > 20, "{how:?}, {trouble:?}: met {met} times");
}

#[test]
fn trouble_at_any_call_of_a_consume_that_requires_the_remote_doubles_and_loses_nothing() {
    sweep(How::Require);
}

#[test]
fn trouble_at_any_call_of_a_consume_that_prefers_the_remote_doubles_and_loses_nothing() {
    sweep(How::Prefer);
}

#[test]
fn trouble_at_any_call_of_an_offline_consume_and_its_drain_doubles_and_loses_nothing() {
    sweep(How::OfflineThenDrained);
}
