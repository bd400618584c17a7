//! Requests that arrive late: nothing counts as their absence that is not, and nothing is sent twice.

use std::sync::Arc;
use std::time::Duration;

use tillbook::{Consume, Modify, Recharge, RedeemPoints, Request, Resolution, State};

use crate::common::{QUIET, SOON, points, yuan};
use crate::{ALL, Bench, CONSUME, Late, MODIFY, state};

/// A request of each kind for a known card, with the endpoint that takes it.
fn each_kind() -> [(&'static str, Request); 4] {
    [
        (MODIFY, Modify::new("A1").name("Mr Wu").offline().op_id("x").into()),
        ("/recharge", Recharge::new("A1", yuan("20"), 1).offline().op_id("x").into()),
        (CONSUME, Consume::new("A1", yuan("20")).offline().op_id("x").into()),
        ("/consume_score", RedeemPoints::new("A1", points(50)).offline().op_id("x").into()),
    ]
}

/// Looks were dated by the wall clock alone: after a jump the quiet period counted as over, and the operation was sent again
/// while its first request was still under way.
#[test]
fn a_wall_clock_that_jumps_ahead_does_not_end_a_quiet_period() {
    for (endpoint, request) in each_kind() {
        let bench = Bench::new();
        let till = bench.till();
        let late = bench.hold_back(endpoint);
        till.call(request).unwrap();
        till.sync(ALL).unwrap();
        for _ in 0..3 {
            bench.clock.jump(1);
            till.sync(ALL).unwrap();
            assert_eq!(state(&till, "x"), State::InDoubt, "{endpoint}");
        }
        bench.clock.pass(QUIET / 2);
        late.arrive(&bench.wire);
        bench.sync_for_quiet_periods(&till, 3);
        assert_eq!((state(&till, "x"), bench.wire.applied().len()), (State::Settled, 1), "{endpoint}");
    }
}

/// The first look found the values there and took the change for done. The next one was sent, and undone by the first
/// one's request.
#[test]
fn a_change_to_what_already_stands_there_holds_the_next_one_until_it_can_not_arrive_any_more() {
    let bench = Bench::new();
    let till = bench.till();
    let late = bench.hold_back(MODIFY);
    till.modify(Modify::new("B1").name("Ms Li").offline().op_id("same")).unwrap();
    till.modify(Modify::new("B1").name("Ms Wu").offline().op_id("next")).unwrap();
    till.sync(ALL).unwrap();
    bench.clock.pass(QUIET / 2);
    till.sync(ALL).unwrap();
    assert_eq!((state(&till, "same"), state(&till, "next")), (State::InDoubt, State::Queued));
    assert_eq!(bench.wire.applied(), []);
    late.arrive(&bench.wire);
    bench.clock.pass(QUIET / 2);
    till.sync(ALL).unwrap();
    assert_eq!((state(&till, "same"), state(&till, "next")), (State::Settled, State::Settled));
    assert_eq!(bench.wire.sandy.lock().unwrap().card("B1").unwrap().name, "Ms Wu");
}

/// Nobody looked any more between the proof of its absence and the next send, so that a request which was executed then
/// was executed twice.
#[test]
fn a_sole_writer_does_not_send_again_what_has_arrived_after_it_was_found_absent() {
    for (endpoint, request) in each_kind() {
        let bench = Bench::new();
        let till = Arc::new(bench.till());
        let (late, inside, first) = (Late::default(), Arc::downgrade(&till), crate::First::default());
        let held = late.clone();
        bench.between(move |wire, request| {
            if first.is(request.url.ends_with(endpoint)) {
                return held.hold(request);
            }
            if held.is_under_way() && state(&*inside.upgrade()?, "x") == State::Queued {
                held.arrive(wire);
            }
            None
        });
        till.call(request).unwrap();
        bench.sync_for_quiet_periods(&till, 4);
        assert!(!late.is_under_way(), "{endpoint}: it was found absent");
        assert_eq!((state(&till, "x"), bench.wire.applied().len()), (State::Settled, 1), "{endpoint}");
    }
}

/// Each start began the quiet period anew: a till that was open for a minute at a time never came to a conclusion.
#[test]
fn a_till_that_is_open_for_a_minute_at_a_time_still_finds_out() {
    let bench = Bench::new();
    let mut config = bench.config();
    config.sandy.as_mut().unwrap().quiet_period_ms = 120_000;
    let open = || bench.builder(config.clone()).open(bench.book()).unwrap();
    let till = open();
    till.sync(ALL).unwrap();
    till.serve_card("A1", SOON).unwrap();
    let lost = bench.hold_back(CONSUME);
    till.consume(Consume::new("A1", yuan("20")).offline().op_id("x")).unwrap();
    till.sync(ALL).unwrap();
    drop(till);
    let mut states = Vec::new();
    for _ in 0..8 {
        bench.clock.pass(Duration::from_secs(60));
        let till = open();
        till.sync(ALL).unwrap();
        states.push(state(&till, "x"));
    }
    drop(lost);
    assert_eq!(states[..4], [State::InDoubt; 4], "two looks, each a quiet period after what came before");
    assert_eq!((states[7], bench.wire.applied().len()), (State::Settled, 1), "{states:?}");
}

/// A sole writer looked once more for what a person had sent again. The records were as unclear as before, and it was never
/// sent.
#[test]
fn what_a_person_sends_again_is_sent_however_unclear_the_records_are() {
    let bench = Bench::new();
    let till = bench.till();
    let lost = bench.hold_back(CONSUME);
    till.consume(Consume::new("B1", yuan("20")).offline().op_id("x")).unwrap();
    till.sync(ALL).unwrap();
    drop(lost);
    let now_s = crate::common::wire::now_s();
    bench.wire.sandy.lock().unwrap().office(now_s, "office").withdraw("B1", 45_00).unwrap();
    bench.sync_for_quiet_periods(&till, 4);
    assert_eq!(state(&till, "x"), State::Parked);
    till.resolve("x", Resolution::SendAgain, "Chen", "it never arrived").unwrap();
    bench.sync_for_quiet_periods(&till, 2);
    assert_eq!((state(&till, "x"), bench.wire.applied().len()), (State::Settled, 1));
}
