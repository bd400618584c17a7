//! Outages: when they begin, when they end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tillbook::{
    Clock, Consume, HttpRequest, Link, Period, Promise, SystemClock, Till, TillBuilder, Timestamp, Transport,
    TransportFailure,
};
use tillbook_sandbox::sandy::NewCard;

use crate::common::{SOON, Shop, drain, sync_until};
use crate::street::{ALL, Line, Sent, Street, sandy, shop};
use crate::{cut_off, pay, reconnect, serve};

/// The machine's clock, with time that passes when it is told to.
struct Later {
    machine: SystemClock,
    passed_s: AtomicU64,
}

impl Later {
    fn new() -> Arc<Later> {
        Arc::new(Later { machine: SystemClock::new(), passed_s: AtomicU64::new(0) })
    }

    fn pass(&self, by_s: u64) {
        self.passed_s.fetch_add(by_s, Ordering::SeqCst);
    }

    fn passed(&self) -> Duration {
        Duration::from_secs(self.passed_s.load(Ordering::SeqCst))
    }
}

impl Clock for Later {
    fn wall(&self) -> Timestamp {
        self.machine.wall().after(self.passed())
    }

    fn monotonic(&self) -> Duration {
        self.machine.monotonic() + self.passed()
    }
}

fn open(shop: &Shop, clock: &Arc<Later>) -> Till {
    TillBuilder::new(shop.config()).clock(Arc::clone(clock) as Arc<dyn Clock>).open(shop.book()).unwrap()
}

#[test]
fn an_outage_lasts_until_the_remote_has_answered_for_five_minutes_and_nothing_is_on_its_way() {
    let shop = Shop::open();
    let clock = Later::new();
    let till = open(&shop, &clock);
    serve(&till, &["A1"]);
    assert_eq!(till.outages().unwrap(), []);
    cut_off(&shop, &till);
    let began = till.outages().unwrap();
    assert_eq!(began.len(), 1, "{began:?}");
    assert_eq!((began[0].provider.as_str(), began[0].back_at, began[0].ended_at), ("sandy", None, None));
    till.consume(pay("A1", "1")).unwrap();
    drop(till);

    let till = open(&shop, &clock);
    assert_eq!(till.outages().unwrap(), began, "a restart changes nothing");
    reconnect(&shop, &till);
    drain(&till);
    let back = till.outages().unwrap().remove(0);
    assert!(back.back_at.is_some() && back.ended_at.is_none(), "{back:?}");
    assert_eq!(back.began_at, began[0].began_at);
    clock.pass(299);
    till.sync(Duration::ZERO).unwrap();
    assert_eq!(till.outages().unwrap(), std::slice::from_ref(&back), "not yet");
    clock.pass(2);
    till.sync(Duration::from_millis(50)).unwrap();
    let ended = till.outages().unwrap().remove(0);
    assert!(ended.ended_at.unwrap().since(ended.back_at.unwrap()) >= Duration::from_secs(300), "{ended:?}");

    cut_off(&shop, &till);
    let two = till.outages().unwrap();
    assert_eq!(two.len(), 2, "the next one has a row of its own");
    assert!(two[0].outage_no > two[1].outage_no && two[1] == ended);
}

#[test]
fn a_remote_that_goes_away_again_within_five_minutes_is_one_outage() {
    let shop = Shop::open();
    let clock = Later::new();
    let till = open(&shop, &clock);
    serve(&till, &["A1"]);
    cut_off(&shop, &till);
    reconnect(&shop, &till);
    sync_until(&till, |till| till.outages().unwrap()[0].back_at.is_some());
    clock.pass(100);
    cut_off(&shop, &till);
    let outages = till.outages().unwrap();
    assert_eq!(outages.len(), 1);
    assert_eq!(outages[0].back_at, None);
}

#[test]
fn it_begins_with_the_first_operation_that_got_no_answer() {
    let shop = Shop::open();
    let clock = Later::new();
    let till = open(&shop, &clock);
    serve(&till, &["A1", "B1"]);
    // The till has not noticed yet.
    shop.server.cut();
    let receipt = till.consume(pay("A1", "1").prefer_online(SOON)).unwrap();
    assert_eq!(receipt.promise, Some(Promise::OfflineApproved));
    let outages = till.outages().unwrap();
    assert_eq!(outages.len(), 1);
    assert_eq!(outages[0].began_at, receipt.created_at);
}

#[test]
fn an_approval_without_the_remote_is_the_beginning_at_the_latest() {
    let shop = Shop::open();
    let clock = Later::new();
    let till = open(&shop, &clock);
    serve(&till, &["A1"]);
    // Nobody has asked the remote for so long that nobody knows whether it is there.
    clock.pass(400);
    let receipt = till.consume(pay("A1", "1")).unwrap();
    assert_eq!(receipt.promise, Some(Promise::OfflineApproved));
    let outages = till.outages().unwrap();
    assert_eq!((outages.len(), outages[0].began_at), (1, receipt.created_at));
    drain(&till);
    assert!(till.outages().unwrap()[0].back_at.is_some(), "it was there all the time");
}

const HOUR: Duration = Duration::from_secs(3_600);
const DAY_MS: i64 = 86_400_000;

/// A street with a till whose clock is wrong from the beginning.
fn wrong_from_the_start(by_ms: i64) -> (Arc<Street>, Till) {
    let street = Street::new();
    street.clock.set_wrong(by_ms);
    let till = street.till(shop(sandy()));
    till.serve_card("A1", ALL).unwrap();
    (street, till)
}

/// The line is cut or mended, and the till finds that out.
fn line(street: &Street, till: &Till, cut: bool) {
    street.cut(cut);
    for _ in 0..100 {
        till.pull_catalogue(ALL).ok();
        till.sync(ALL).unwrap();
        if till.status().unwrap().link == if cut { Link::Down } else { Link::Up } {
            return;
        }
        street.clock.pass(Duration::from_secs(20));
    }
    panic!("never noticed");
}

/// The line is there for so long that the outage is over.
fn over(street: &Street, till: &Till) {
    line(street, till, false);
    street.settle(till);
    for _ in 0..100 {
        if till.outages().unwrap().iter().all(|outage| outage.ended_at.is_some()) {
            return;
        }
        street.clock.pass(Duration::from_secs(60));
        till.sync(ALL).unwrap();
    }
    panic!("never over");
}

fn buy(till: &Till, op_id: &str) {
    assert!(till.consume(Consume::new("A1", crate::yuan("1")).op_id(op_id).offline()).unwrap().is_approved());
}

/// How many operations each outage holds, the oldest first.
fn held(till: &Till) -> Vec<u64> {
    let outages = till.outages().unwrap();
    let held = |no| till.reconciliation(&Period::Outage(no)).unwrap().total.operations;
    outages.iter().rev().map(|outage| held(outage.outage_no)).collect()
}

#[test]
fn a_clock_that_is_put_right_in_an_outage_takes_nothing_out_of_it() {
    for wrong in [DAY_MS, -DAY_MS, 0] {
        let (street, till) = wrong_from_the_start(wrong);
        // The first that got no answer: nobody was promised anything, and it is this outage's all the same.
        street.cut(true);
        let wait = Duration::from_millis(50);
        till.consume(Consume::new("A1", crate::yuan("2")).op_id("no").require_online(wait)).unwrap();
        line(&street, &till, true);
        buy(&till, "one");
        buy(&till, "two");
        assert_eq!(held(&till), [3], "{wrong}");
        street.clock.set_wrong(0);
        assert_eq!(held(&till), [3], "{wrong}: until the remote answers");
        line(&street, &till, false);
        till.sync(ALL).unwrap();
        let outage = till.outages().unwrap().remove(0);
        assert!(outage.back_at.is_some_and(|back| back >= outage.began_at), "{wrong}: {outage:?}");
        assert_eq!(held(&till), [3], "{wrong}");
        over(&street, &till);
        assert_eq!(held(&till), [3], "{wrong}");
        let ended = till.outages().unwrap().remove(0);
        assert!(ended.ended_at.unwrap() < Timestamp::from_millis(street.now_ms() + 1), "{wrong}: {ended:?}");

        // The time that the clock told comes again, in another outage.
        street.clock.pass(20 * HOUR);
        till.serve_card("A1", ALL).unwrap();
        line(&street, &till, true);
        street.clock.pass(8 * HOUR);
        buy(&till, "three");
        street.clock.pass(8 * HOUR);
        assert_eq!(held(&till), [3, 1], "{wrong}");
        over(&street, &till);
        assert_eq!(held(&till), [3, 1], "{wrong}");
    }
}

#[test]
fn what_was_done_before_the_clock_was_put_right_is_in_no_later_outage() {
    for wrong in [DAY_MS, -DAY_MS] {
        let (street, till) = wrong_from_the_start(wrong);
        till.consume(Consume::new("A1", crate::yuan("1")).op_id("online").require_online(ALL)).unwrap();
        street.settle(&till);
        street.clock.set_wrong(0);
        till.serve_card("A1", ALL).unwrap();
        line(&street, &till, true);
        assert_eq!(till.outages().unwrap().len(), 1);
        street.clock.pass(20 * HOUR);
        buy(&till, "one");
        street.clock.pass(8 * HOUR);
        assert_eq!(held(&till), [1], "{wrong}");
        over(&street, &till);
        assert_eq!(held(&till), [1], "{wrong}");
    }
}

/// A line that keeps what is about one card until the test lets go, and loses it and everything else then.
struct Kept {
    line: Line,
    cut: AtomicBool,
    let_go: AtomicBool,
}

impl Transport for Kept {
    fn send(&self, request: &HttpRequest) -> Sent {
        if !self.cut.load(Ordering::SeqCst) {
            return self.line.send(request);
        }
        let about_it = String::from_utf8_lossy(&request.body).contains("B1") || request.url.contains("B1");
        while about_it && !self.let_go.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(1));
        }
        Err(TransportFailure::NotSent("the cable is out".into()))
    }
}

#[test]
fn what_waited_longer_than_the_first_approval_is_in_the_outage_too() {
    let street = Street::new();
    let card = NewCard::new("B1", 1).with_holder("x", "13800000002", None).with_balance(80_00, 0);
    street.cores.lock().unwrap().sandy.seed(street.now_ms() / 1000 - 7200, card).unwrap();
    let line = Line(Arc::clone(&street));
    let kept = Arc::new(Kept { line, cut: AtomicBool::new(false), let_go: AtomicBool::new(false) });
    let transport: Arc<dyn Transport> = kept.clone();
    let till = street.builder(shop(sandy())).transport(transport).open(street.book()).unwrap();
    for card in ["A1", "B1"] {
        till.serve_card(card, ALL).unwrap();
    }
    kept.cut.store(true, Ordering::SeqCst);
    std::thread::scope(|scope| {
        let first = scope.spawn(|| till.consume(Consume::new("B1", crate::yuan("1")).op_id("one").prefer_online(ALL)));
        while till.operation("one").is_err() {
            std::thread::sleep(Duration::from_millis(1));
        }
        street.clock.pass(Duration::from_secs(1));
        let second = till.consume(Consume::new("A1", crate::yuan("1")).op_id("two").prefer_online(ALL)).unwrap();
        assert_eq!(second.promise, Some(Promise::OfflineApproved));
        assert_eq!(held(&till), [1]);
        kept.let_go.store(true, Ordering::SeqCst);
        let first = first.join().unwrap().unwrap();
        assert_eq!(first.promise, Some(Promise::OfflineApproved));
        assert_eq!(held(&till), [2]);
        assert_eq!(till.outages().unwrap()[0].began_at, first.created_at);
    });
}
