//! Starts after a process that died in the middle of its calls.

use std::sync::Mutex;
use std::sync::mpsc;

use tillbook::{Modify, OpenCard, Promise, State};
use tillbook_testvfs::{SurvivingWrites, TestVfs};

use crate::{ALL, Bench, INFO};

/// The opening's cancellation took the other call along, which was then to be cancelled once more: the book could not be
/// opened, then or ever after.
#[test]
fn a_start_cancels_an_opening_together_with_the_calls_behind_it() {
    let bench = Bench::new();
    let vfs = TestVfs::register("opening_cancelled");
    let till = bench.builder(bench.config()).vfs(vfs.name()).open(bench.book()).unwrap();
    till.sync(ALL).unwrap();
    let ((reached, is_reached), (go_on, goes_on)) = (mpsc::channel(), mpsc::channel::<()>());
    let goes_on = Mutex::new(goes_on);
    bench.once(INFO, move |_, _| {
        reached.send(()).ok()?;
        goes_on.lock().ok()?.recv_timeout(ALL).ok()?;
        None
    });
    let left = bench.dir.path().join("left.db");
    std::thread::scope(|calls| {
        calls.spawn(|| till.open_card(OpenCard::new("N1", "普通会员").require_online(ALL).op_id("open")));
        is_reached.recv_timeout(ALL).unwrap();
        let change = calls.spawn(|| till.modify(Modify::new("N1").name("Ms Wu").require_online(ALL).op_id("behind")));
        while till.operation("behind").is_err() && !change.is_finished() {
            std::thread::yield_now();
        }
        let promises = ["open", "behind"].map(|op_id| till.operation(op_id).map(|receipt| receipt.promise));
        // What the book would be if the process died now.
        vfs.durable_copy(bench.book(), &left, SurvivingWrites::None).unwrap();
        go_on.send(()).unwrap();
        assert!(promises.iter().all(|promise| matches!(promise, Ok(None))), "both wait: {promises:?}");
    });

    let till = bench.builder(bench.config()).open(&left).unwrap();
    for op_id in ["open", "behind"] {
        let receipt = till.operation(op_id).unwrap();
        assert_eq!((receipt.state, receipt.promise), (State::Voided, Some(Promise::Cancelled)), "{op_id}");
    }
    assert_eq!(till.status().unwrap().queued, 0);
}
