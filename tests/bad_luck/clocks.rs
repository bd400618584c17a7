//! Clocks that are wrong.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use tillbook::{
    Clock, Config, Error, ErrorCode, OpenCard, Promise, Recharge, Refusal, SystemClock, Till, TillBuilder, Timestamp,
};
use tillbook_sandbox::fault::{Fault, Standing};

use crate::common::{SOON, Shop, assert_agrees, drain, yuan};
use crate::{cut_off, pay, reconnect, serve};

const HOUR_S: u64 = 3_600;
const DAY_S: i64 = 86_400;

/// The machine's clock, with its hands turned.
pub(crate) struct Turned {
    machine: SystemClock,
    wall_s: AtomicI64,
    passed_s: AtomicU64,
}

impl Turned {
    pub(crate) fn new() -> Arc<Turned> {
        let (wall_s, passed_s) = (AtomicI64::new(0), AtomicU64::new(0));
        Arc::new(Turned { machine: SystemClock::new(), wall_s, passed_s })
    }

    /// Somebody sets the wall clock.
    fn set(&self, by_s: i64) {
        self.wall_s.fetch_add(by_s, Ordering::SeqCst);
    }

    /// Time passes.
    pub(crate) fn pass(&self, by_s: u64) {
        self.set(by_s as i64);
        self.passed_s.fetch_add(by_s, Ordering::SeqCst);
    }
}

impl Clock for Turned {
    fn wall(&self) -> Timestamp {
        Timestamp::from_millis(self.machine.wall().millis() + self.wall_s.load(Ordering::SeqCst) * 1_000)
    }

    fn monotonic(&self) -> Duration {
        self.machine.monotonic() + Duration::from_secs(self.passed_s.load(Ordering::SeqCst))
    }
}

pub(crate) fn open(shop: &Shop, clock: &Arc<Turned>) -> Till {
    open_with(shop, clock, |_| ())
}

fn open_with(shop: &Shop, clock: &Arc<Turned>, change: impl FnOnce(&mut Config)) -> Till {
    let mut config = shop.config();
    change(&mut config);
    TillBuilder::new(config).clock(Arc::clone(clock) as Arc<dyn Clock>).open(shop.book()).unwrap()
}

fn refusal(error: &Error) -> &Refusal {
    assert_eq!(error.code(), ErrorCode::Refused, "{error}");
    error.refusal().unwrap()
}

fn assert_behind(till: &Till, by_s: i64) {
    let requests: [tillbook::Request; 3] = [
        pay("A1", "1").into(),
        Recharge::new("A1", yuan("1"), 1).offline().into(),
        OpenCard::new("N1", "普通会员").offline().into(),
    ];
    for request in requests {
        let error = till.call(request).unwrap_err();
        let &Refusal::ClockBehind { limit_s, behind_s } = refusal(&error) else { panic!("{error}") };
        assert_eq!(limit_s, 300);
        assert!((by_s - 5..by_s + 60).contains(&(behind_s as i64)), "{behind_s}");
    }
    let headroom = till.headroom(None).unwrap();
    assert_eq!((headroom.money, headroom.operations), (yuan("0"), 0));
}

#[test]
fn a_clock_set_back_a_day_stops_offline_approvals_until_the_remote_has_answered() {
    let shop = Shop::open();
    let clock = Turned::new();
    let till = open(&shop, &clock);
    serve(&till, &["A1"]);
    cut_off(&shop, &till);
    assert!(till.consume(pay("A1", "1")).unwrap().is_approved());
    clock.set(-DAY_S);
    assert_behind(&till, DAY_S);
    drop(till);
    let till = open(&shop, &clock);
    assert_behind(&till, DAY_S);

    reconnect(&shop, &till);
    cut_off(&shop, &till);
    assert!(till.consume(pay("A1", "1")).unwrap().is_approved());
    assert!(till.headroom(None).unwrap().operations > 0);
    clock.set(-DAY_S);
    assert_behind(&till, 2 * DAY_S);
    clock.set(2 * DAY_S);
    assert!(till.consume(pay("A1", "1")).unwrap().is_approved());
    reconnect(&shop, &till);
    drain(&till);
    assert_eq!(shop.ledger().len(), 3);
    assert_agrees(&shop, &till, "A1");
}

#[test]
fn a_clock_within_the_tolerance_is_not_behind() {
    let shop = Shop::open();
    let clock = Turned::new();
    let till = open(&shop, &clock);
    serve(&till, &["A1"]);
    cut_off(&shop, &till);
    clock.set(-290);
    assert!(till.consume(pay("A1", "1")).unwrap().is_approved());
    clock.set(-30);
    assert_behind(&till, 320);
}

#[test]
fn a_captive_portal_does_not_vouch_for_the_clock() {
    let shop = Shop::open();
    let clock = Turned::new();
    let till = open(&shop, &clock);
    serve(&till, &["A1"]);
    cut_off(&shop, &till);
    clock.set(-DAY_S);
    let standing = Standing { endpoint: "*".into(), card: None, per_mille: 1000, fault: Fault::Html };
    shop.server.faults().with(|faults| faults.add_standing(standing));
    shop.server.restore().unwrap();
    let seen = shop.server.requests().total();
    crate::common::sync_until(&till, |_| shop.server.requests().total() > seen);
    assert_behind(&till, DAY_S);
}

#[test]
fn a_clock_set_a_year_forward_and_back_leaves_nothing_in_the_future() {
    let shop = Shop::open();
    let clock = Turned::new();
    let till = open(&shop, &clock);
    serve(&till, &["A1", "B1"]);
    clock.set(365 * DAY_S);
    cut_off(&shop, &till);
    let error = till.consume(pay("A1", "1")).unwrap_err();
    assert!(matches!(refusal(&error), Refusal::BaseTooOld { .. }), "{error}");
    reconnect(&shop, &till);
    let paid = till.consume(pay("A1", "1").require_online(SOON)).unwrap();
    assert_eq!(paid.promise, Some(Promise::OnlineApproved));
    shop.server.faults().with(|faults| faults.once("consume", Fault::DropRequest));
    let doubtful = till.consume(pay("B1", "1").prefer_online(SOON).op_id("doubtful")).unwrap();
    assert_eq!(doubtful.promise, Some(Promise::OfflineApproved));

    clock.set(-365 * DAY_S);
    cut_off(&shop, &till);
    let error = till.consume(pay("A1", "1")).unwrap_err();
    assert!(matches!(refusal(&error), Refusal::ClockBehind { .. }), "{error}");
    let now_s = shop.server.now_s();
    shop.server.sandy().with(|sandy| sandy.office(now_s, "boss").withdraw("A1", 9_00).unwrap());
    reconnect(&shop, &till);
    // What was done in the future is no reason to take no figures for a year.
    let card = till.serve_card("A1", SOON).unwrap();
    assert_eq!(card.balances.money.confirmed, yuan("490"));
    let ahead = |at: Option<Timestamp>| at.unwrap().since(clock.wall());
    assert_eq!((ahead(card.balances.as_of), ahead(card.fetched_at)), (Duration::ZERO, Duration::ZERO));
    drain(&till);
    assert_eq!(shop.ledger().len(), 2);
    assert_agrees(&shop, &till, "B1");
    cut_off(&shop, &till);
    assert!(till.consume(pay("A1", "1")).unwrap().is_approved());
    clock.pass(25 * HOUR_S);
    let error = till.consume(pay("A1", "1")).unwrap_err();
    assert!(matches!(refusal(&error), Refusal::BaseTooOld { .. }), "the base ages from when it was read: {error}");
}

#[test]
fn a_balance_may_be_a_day_old_and_no_older() {
    let shop = Shop::open();
    let clock = Turned::new();
    let till = open(&shop, &clock);
    serve(&till, &["A1"]);
    cut_off(&shop, &till);
    clock.pass(24 * HOUR_S - 60);
    assert!(till.consume(pay("A1", "1")).unwrap().is_approved());
    clock.pass(HOUR_S + 60);
    let error = till.consume(pay("A1", "1")).unwrap_err();
    let &Refusal::BaseTooOld { limit_s, age_s } = refusal(&error) else { panic!("{error}") };
    assert_eq!(limit_s, 24 * HOUR_S);
    assert!((25 * HOUR_S..25 * HOUR_S + 60).contains(&age_s), "{age_s}");
    // An opening leans on no balance.
    assert!(till.open_card(OpenCard::new("N1", "普通会员").offline()).unwrap().is_approved());
    reconnect(&shop, &till);
    serve(&till, &["A1"]);
    cut_off(&shop, &till);
    assert!(till.consume(pay("A1", "1")).unwrap().is_approved());
}

/// Who sets the clock back to a time at which the policy was valid, or the balance young, and starts the program anew.
#[test]
fn what_was_refused_for_its_age_is_not_approved_after_a_restart_with_the_clock_set_back() {
    let shop = Shop::open();
    let clock = Turned::new();
    let until = clock.wall().after(Duration::from_secs(HOUR_S));
    let open = || {
        open_with(&shop, &clock, |config| {
            config.policy.valid_until = Some(until);
            config.policy.offline_while_healthy = true;
        })
    };
    let till = open();
    serve(&till, &["A1"]);
    drop(till);
    shop.server.cut();
    clock.set(2 * HOUR_S as i64);
    let till = open();
    let error = till.consume(pay("A1", "1")).unwrap_err();
    assert!(matches!(refusal(&error), Refusal::PolicyExpired { .. }), "{error}");
    drop(till);
    clock.set(-2 * (HOUR_S as i64));
    let till = open();
    let error = till.consume(pay("A1", "1")).unwrap_err();
    assert!(matches!(refusal(&error), Refusal::PolicyExpired { .. }), "{error}");
    // The remote's word on the time counts.
    reconnect(&shop, &till);
    serve(&till, &["A1"]);
    assert!(till.consume(pay("A1", "1")).unwrap().is_approved());
}
