//! One offline call is one commit and one fsync.

use tillbook::{Consume, Modify, OpenCard, Promise, Receipt, Recharge, RedeemPoints, Result, Till};
use tillbook_testvfs::TestVfs;

use super::common::{SOON, points, yuan};
use super::{CARD, config, fresh, shop};

const CALLS: u64 = 100;

/// The fsyncs of one call: of the log, and of the database file.
fn syncs(vfs: TestVfs, call: impl FnOnce() -> Result<Receipt>) -> (u64, u64) {
    vfs.reset_counts();
    let receipt = call().unwrap();
    assert_eq!(receipt.promise, Some(Promise::OfflineApproved));
    let counts = vfs.counts();
    assert_eq!(counts.syncs(), counts.wal.syncs + counts.main_db.syncs, "no other file is synced");
    assert_eq!(counts.dir_syncs, 0);
    (counts.wal.syncs, counts.main_db.syncs)
}

/// Makes the calls and checks that each costs one fsync; what a checkpoint costs is told apart and counted.
fn assert_one_each(vfs: TestVfs, what: &str, mut call: impl FnMut(u64) -> Result<Receipt>) {
    // The first one reads pages and prepares statements.
    syncs(vfs, || call(0));
    let (mut commits, mut of_database, mut checkpoints, mut restarted) = (0, 0, 0, false);
    for number in 1..=CALLS {
        let (wal, db) = syncs(vfs, || call(number));
        // A checkpoint syncs the log before it copies and the file after it; the log's next commit syncs its new header.
        let checkpoint = u64::from(db > 0);
        let extra = checkpoint + u64::from(restarted);
        commits += wal - extra.min(wal);
        of_database += db - checkpoint;
        checkpoints += checkpoint;
        restarted = checkpoint > 0;
    }
    println!("{what}: {CALLS} calls, {commits} fsyncs, {checkpoints} checkpoints apart");
    assert_eq!((commits, of_database), (CALLS, 0), "{what}");
    assert!(checkpoints <= 3, "{what}: {checkpoints} checkpoints are no exception any more");
}

#[test]
fn an_offline_call_of_any_kind_costs_one_fsync() {
    let shop = shop();
    let vfs = TestVfs::register("one_fsync");
    let (till, _) = fresh(&shop, vfs);
    assert_one_each(vfs, "consume", |_| till.consume(Consume::new(CARD, yuan("1.20")).offline()));
    assert_one_each(vfs, "partial consume", |n| {
        let sale = Consume::new(CARD, yuan("2")).partial(true).discountable(yuan("1"));
        till.consume(sale.op_id(format!("p{n}")).ticket(format!("T{n}")).operator("ann").shift("1").offline())
    });
    assert_one_each(vfs, "recharge", |_| till.recharge(Recharge::new(CARD, yuan("5"), 1).offline()));
    assert_one_each(vfs, "redeem", |_| till.redeem_points(RedeemPoints::new(CARD, points(2)).offline()));
    assert_one_each(vfs, "modify", |n| till.modify(Modify::new(CARD).name(format!("Ms {n}")).offline()));
    assert_one_each(vfs, "open", |n| open_card(&till, n));
}

/// The file is written after each commit, and synced only when a block of numbers is used up.
#[test]
fn a_high_water_file_costs_no_fsync_of_the_book() {
    let shop = shop();
    let vfs = TestVfs::register("one_fsync_marked");
    let elsewhere = tempfile::TempDir::new().unwrap();
    let builder = tillbook::TillBuilder::new(config(&shop)).vfs(vfs.name());
    let till = builder.high_water(elsewhere.path().join("mark")).open(shop.book()).unwrap();
    till.serve_card(CARD, SOON).unwrap();
    assert_one_each(vfs, "consume", |_| till.consume(Consume::new(CARD, yuan("1.20")).offline()));
}

#[test]
fn a_call_that_falls_back_while_the_remote_is_down_costs_one_fsync() {
    let shop = shop();
    let vfs = TestVfs::register("one_fsync_down");
    let till = {
        let mut config = config(&shop);
        config.policy.offline_while_healthy = false;
        // Down for longer than this test takes: no probe's outcome is written in between.
        config.pacing.backoff_ms = 60_000;
        config.pacing.backoff_max_ms = 60_000;
        config.pacing.breaker_failures = 1;
        tillbook::TillBuilder::new(config).vfs(vfs.name()).open(shop.book()).unwrap()
    };
    till.serve_card(CARD, SOON).unwrap();
    shop.server.cut();
    assert!(till.pull_catalogue(SOON).is_err(), "the breaker opens");
    assert_one_each(vfs, "prefer online, down", |_| till.consume(Consume::new(CARD, yuan("1")).prefer_online(SOON)));
}

fn open_card(till: &Till, number: u64) -> Result<Receipt> {
    let open = OpenCard::new(format!("N{number}"), "普通会员").name("王小明").phone(format!("139{number:08}"));
    till.open_card(open.offline())
}

#[test]
fn what_the_till_refuses_costs_no_fsync() {
    let shop = shop();
    let vfs = TestVfs::register("no_fsync");
    let (till, _) = fresh(&shop, vfs);
    vfs.reset_counts();
    assert!(till.consume(Consume::new(CARD, yuan("5000")).offline()).is_err(), "above the floor limit");
    assert!(till.redeem_points(RedeemPoints::new(CARD, points(1_000_000)).offline()).is_err());
    assert_eq!(vfs.counts().syncs(), 0);
}
