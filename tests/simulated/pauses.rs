//! Pauses that the remote asks for and outages that are noticed, in the middle of something else.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

#[cfg(feature = "steps")]
use tillbook::HttpRequest;
#[cfg(feature = "steps")]
use tillbook::steps::{Answer, Steps};
use tillbook::{Consume, HttpResponse, Link, State, Till};

use crate::common::wire::{Sent, ok};
use crate::common::{SOON, yuan};
use crate::{ALL, Bench, CATALOGUE, CONSUME, FIND, First, HISTORY, is_about, state, unsent};

/// How long a pause is, and longer than any back-off here.
const PAUSE: Duration = Duration::from_secs(1);

/// What becomes of a read about `B1`.
type Trouble = fn() -> Option<Sent>;

/// One asks for a pause, the other opens the breaker when it is met twice.
const TROUBLES: [(&str, Trouble); 2] = [
    ("a pause", || {
        let headers = vec![("Retry-After".into(), PAUSE.as_secs().to_string())];
        Some(Ok(HttpResponse { status: 429, headers, body: Vec::new() }))
    }),
    ("an outage", unsent),
];

/// From now on reads about `B1` meet the trouble, and two of them are made while the next request to `endpoint` is under way.
/// What is answered to that one then is `answer`; the count that is returned is of all requests that had left by then.
fn meet(
    bench: &Bench,
    till: &Arc<Till>,
    endpoint: &'static str,
    trouble: Trouble,
    answer: fn() -> Option<Sent>,
) -> Arc<AtomicUsize> {
    let requests = Arc::new(AtomicUsize::new(0));
    let (count, inside, first) = (Arc::clone(&requests), Arc::downgrade(till), First::default());
    bench.between(move |wire, request| {
        if is_about(request, "B1") {
            return trouble();
        }
        if !first.is(request.url.ends_with(endpoint)) {
            return None;
        }
        let till = inside.upgrade()?;
        for _ in 0..2 {
            till.serve_card("B1", SOON).unwrap();
        }
        count.store(wire.requests(), Ordering::SeqCst);
        answer()
    });
    requests
}

fn assert_left_alone(till: &Till, case: &str) {
    assert!(matches!(till.status().unwrap().link, Link::Paused(_) | Link::Down), "{case}");
}

/// A read of several requests was read to its end, whatever the remote had asked for meanwhile.
#[test]
fn a_read_that_has_begun_goes_on_neither_in_a_pause_nor_in_an_outage() {
    for (name, trouble) in TROUBLES {
        let bench = Bench::new();
        let till = Arc::new(bench.till());
        let requests = meet(&bench, &till, FIND, trouble, || None);
        till.serve_card("A1", SOON).unwrap();
        till.sync(ALL).unwrap();
        assert_left_alone(&till, name);
        let left = requests.load(Ordering::SeqCst);
        assert!(left > 0);
        assert_eq!(bench.wire.requests(), left, "{name}: {:?}", bench.asked());

        bench.clock.pass(PAUSE);
        till.sync(ALL).unwrap();
        let probes: &[&str] = if name == "a pause" { &[] } else { &[CATALOGUE] };
        assert_eq!(bench.asked()[left..], *probes, "{name}");
        till.serve_card("A1", SOON).unwrap();
        assert!(bench.wire.requests() > left + 1, "{name}: it is asked again");
    }
}

/// The figures were there, so the sale was sent after them, into the pause.
#[test]
fn nothing_is_sent_when_the_figures_before_it_come_in_a_pause_or_an_outage() {
    for (name, trouble) in TROUBLES {
        let bench = Bench::new();
        let till = Arc::new(bench.till());
        let requests = meet(&bench, &till, HISTORY, trouble, || None);
        till.consume(Consume::new("A1", yuan("10")).offline().op_id("x")).unwrap();
        till.sync(ALL).unwrap();
        assert_left_alone(&till, name);
        assert_eq!(state(&till, "x"), State::Queued, "{name}");
        assert_eq!(bench.wire.requests(), requests.load(Ordering::SeqCst), "{name}: {:?}", bench.asked());

        for _ in 0..2 {
            bench.clock.pass(PAUSE);
            till.sync(ALL).unwrap();
        }
        assert_eq!((state(&till, "x"), bench.wire.applied().len()), (State::Settled, 1), "{name}");
    }
}

/// The lane was marked as taken before it was clear that no request would leave for it, and stayed so until the next start.
#[test]
fn a_lane_goes_on_after_a_refusal_that_could_not_be_followed_up() {
    for (name, trouble) in TROUBLES {
        let bench = Bench::new();
        let till = Arc::new(bench.till());
        let requests = meet(&bench, &till, CONSUME, trouble, || ok(r#"{"errcode":400,"errmsg":"bad parameter"}"#));
        till.consume(Consume::new("A1", yuan("10")).offline().op_id("x")).unwrap();
        till.sync(ALL).unwrap();
        assert_left_alone(&till, name);
        assert_eq!(bench.wire.requests(), requests.load(Ordering::SeqCst), "{name}: {:?}", bench.asked());
        assert_eq!(state(&till, "x"), State::Queued, "{name}");

        for _ in 0..2 {
            bench.clock.pass(PAUSE);
            till.sync(ALL).unwrap();
        }
        assert_eq!((state(&till, "x"), bench.wire.applied().len()), (State::Settled, 1), "{name}");
    }
}

#[cfg(feature = "steps")]
/// Answers what is under way until nothing is, or `stop` says that this turn's requests are to be looked at first.
fn drive(
    bench: &Bench,
    steps: &mut Steps,
    mut stop: impl FnMut(&[(u64, HttpRequest)]) -> bool,
) -> Vec<(u64, HttpRequest)> {
    let mut answers: Vec<Answer> = Vec::new();
    for _ in 0..100 {
        let requests = steps.turn(std::mem::take(&mut answers), true, 8).unwrap();
        if stop(&requests) || requests.is_empty() {
            return requests;
        }
        answers = requests.into_iter().map(|(id, request)| (id, Ok(bench.wire.handle(&request)))).collect();
    }
    unreachable!("it comes to an end")
}

/// The sale of which the figures were there left, and only then was the other answer of the same turn worked off.
#[cfg(feature = "steps")]
#[test]
fn nothing_leaves_in_the_turn_in_which_the_remote_says_that_it_does_not_serve_us() {
    let bench = Bench::new();
    let mut steps = Steps::open(bench.builder(bench.config()), bench.book()).unwrap();
    for card in ["A1", "B1"] {
        steps.ask_card(card).unwrap();
    }
    drive(&bench, &mut steps, |_| false);
    for (card, op_id) in [("A1", "x"), ("B1", "y")] {
        let mut call = steps.begin(Consume::new(card, yuan("10")).offline().op_id(op_id)).unwrap();
        steps.go_on(&mut call).unwrap();
    }
    let reads = drive(&bench, &mut steps, |requests| {
        requests.len() == 2 && requests.iter().all(|(_, request)| request.url.ends_with(HISTORY))
    });
    assert_eq!(reads.len(), 2);
    // The bad news comes last.
    let answers = reads.iter().enumerate().map(|(at, (id, request))| {
        let halted = ok(r#"{"errcode":300,"errmsg":"expired"}"#).unwrap();
        (*id, if at == 0 { Ok(bench.wire.handle(request)) } else { halted })
    });
    let left = steps.turn(answers.collect(), true, 8).unwrap();
    assert!(left.iter().all(|(_, request)| request.url.ends_with(CATALOGUE)), "{left:?}");
    for op_id in ["x", "y"] {
        assert_eq!(steps.operation(op_id).unwrap().state, State::Queued, "{op_id}");
    }
}
