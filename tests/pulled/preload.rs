//! Cards taken into the book ahead of an outage.

use std::ops::ControlFlow;
use std::time::Duration;

use tillbook::{Consume, ErrorCode, HttpResponse, PreloadCards, PreloadEnd, PreloadProgress, PreloadQuery, Till};
use tillbook_sandbox::freemud::NewMember;
use tillbook_sandbox::sandy::NewCard;

use crate::street::{ALL, Fate, Street, freemud, gree, sandy, shop};
use crate::{said, yuan};

/// The cards M001 to M010 without M004, M007.
fn members(street: &Street) {
    let mut cores = street.cores.lock().unwrap();
    for number in (1..=10).filter(|number| ![4, 7].contains(number)) {
        let card = NewCard::new(&format!("M{number:03}"), 1).with_balance(100_00, 0);
        cores.sandy.seed(street.now_ms() / 1000 - 60, card).unwrap();
    }
}

fn range() -> PreloadQuery {
    PreloadQuery { pace: Duration::ZERO, ..PreloadQuery::range("M001", "M010") }
}

fn progress(done: u64, found: u64, absent: u64) -> PreloadProgress {
    PreloadProgress { done, total: Some(10), found, absent, ..PreloadProgress::default() }
}

fn known(till: &Till) -> Vec<String> {
    till.card_numbers().unwrap().into_iter().map(|number| number.to_string()).collect()
}

#[test]
fn a_range_is_read_with_progress_and_serves_in_the_outage() {
    let street = Street::new();
    members(&street);
    let till = street.till(shop(sandy()));
    let mut seen = Vec::new();
    let got = till
        .preload(&range(), None, |progress| {
            seen.push((progress.done, progress.total));
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!((got.progress, got.end, got.next), (progress(10, 8, 2), PreloadEnd::Complete, None));
    assert_eq!(seen, (1..=10).map(|done| (done, Some(10))).collect::<Vec<_>>());
    assert_eq!(known(&till).len(), 8);
    street.cut(true);
    assert!(till.consume(Consume::new("M010", yuan("5")).offline()).unwrap().is_approved());
}

#[test]
fn steps_go_on_where_the_last_one_ended_even_in_another_process() {
    let street = Street::new();
    members(&street);
    let mut next: Option<String> = None;
    let mut steps = Vec::new();
    loop {
        let till = street.till(shop(sandy()));
        let step = till.preload_step(&range(), next.as_deref(), 4).unwrap();
        steps.push((step.progress, step.end));
        next = step.next;
        till.close(Duration::from_secs(1));
        if next.is_none() {
            break;
        }
    }
    let want = [
        (progress(4, 3, 1), PreloadEnd::StepDone),
        (progress(8, 6, 2), PreloadEnd::StepDone),
        (progress(10, 8, 2), PreloadEnd::Complete),
    ];
    assert_eq!(steps, want);
}

#[test]
fn a_step_of_nothing_and_a_budget_of_nothing_do_nothing() {
    let street = Street::new();
    let till = street.till(shop(sandy()));
    let step = till.preload_step(&range(), None, 0).unwrap();
    assert_eq!((step.progress, step.end), (progress(0, 0, 0), PreloadEnd::StepDone));
    let query = PreloadQuery { budget: Duration::ZERO, ..range() };
    let step = till.preload_step(&query, step.next.as_deref(), 5).unwrap();
    assert_eq!((step.progress, step.end), (progress(0, 0, 0), PreloadEnd::OutOfTime));
    assert_eq!(street.asked("getcardinfo"), 0);
}

#[test]
fn whoever_watches_may_stop_it() {
    let street = Street::new();
    members(&street);
    let till = street.till(shop(sandy()));
    let stop = |progress: &PreloadProgress| {
        if progress.done == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let got = till.preload(&range(), None, stop).unwrap();
    assert_eq!((got.progress, got.end), (progress(3, 3, 0), PreloadEnd::Cancelled));
    let got = till.preload(&range(), got.next.as_deref(), |_| ControlFlow::Continue(())).unwrap();
    assert_eq!((got.progress, got.end), (progress(10, 8, 2), PreloadEnd::Complete));
    assert_eq!(street.asked("getcardinfo"), 10, "none is asked for twice");
}

#[test]
fn cards_that_were_read_lately_are_passed_over() {
    let street = Street::new();
    members(&street);
    let till = street.till(shop(sandy()));
    till.serve_card("M001", ALL).unwrap();
    street.clock.pass(Duration::from_secs(3600));
    till.serve_card("M002", ALL).unwrap();
    let query = PreloadQuery { max_age: Some(Duration::from_secs(600)), ..range() };
    let got = till.preload(&query, None, |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(got.progress, PreloadProgress { fresh: 1, ..progress(10, 7, 2) });
}

#[test]
fn an_outage_in_the_middle_ends_it_at_the_card_that_it_was_at() {
    let street = Street::new();
    members(&street);
    let till = street.till(shop(sandy()));
    let mut cards = 0;
    street.hook(move |_, endpoint| {
        cards += i32::from(endpoint == "getcardinfo");
        if cards >= 4 { Fate::NotSent } else { Fate::Passes }
    });
    let got = till.preload(&range(), None, |_| ControlFlow::Continue(())).unwrap();
    assert_eq!((got.progress, got.end), (progress(3, 3, 0), PreloadEnd::Unreachable));
    // While the breaker is open nobody is asked at all.
    let asked = street.log.lock().unwrap().iter().filter(|(_, endpoint)| endpoint == "getcardinfo").count();
    let again = till.preload_step(&range(), got.next.as_deref(), 5).unwrap();
    assert_eq!((again.progress, again.end), (got.progress, PreloadEnd::Unreachable));
    assert_eq!(street.asked("getcardinfo"), asked);
    street.hook(|_, _| Fate::Passes);
    while till.pull_catalogue(ALL).is_err() {
        street.clock.pass(Duration::from_secs(1));
    }
    let got = till.preload(&range(), again.next.as_deref(), |_| ControlFlow::Continue(())).unwrap();
    assert_eq!((got.progress, got.end), (progress(10, 8, 2), PreloadEnd::Complete));
}

#[test]
fn a_remote_that_asks_for_a_pause_gets_it() {
    let street = Street::new();
    members(&street);
    let till = street.till(shop(sandy()));
    let mut cards = 0;
    street.hook(move |_, endpoint| {
        cards += i32::from(endpoint == "getcardinfo");
        if cards == 3 {
            let headers = vec![("Retry-After".to_owned(), "120".to_owned())];
            return Fate::Answered(HttpResponse { status: 429, headers, body: Vec::new() });
        }
        Fate::Passes
    });
    let got = till.preload(&range(), None, |_| ControlFlow::Continue(())).unwrap();
    assert_eq!((got.progress, got.end), (progress(2, 2, 0), PreloadEnd::Unreachable));
    assert_eq!(street.asked("getcardinfo"), 3);
    let again = till.preload_step(&range(), got.next.as_deref(), 5).unwrap();
    assert_eq!((again.progress.done, again.end, street.asked("getcardinfo")), (2, PreloadEnd::Unreachable, 3));
    street.clock.pass(Duration::from_secs(121));
    let got = till.preload(&range(), again.next.as_deref(), |_| ControlFlow::Continue(())).unwrap();
    assert_eq!((got.progress, got.end), (progress(10, 8, 2), PreloadEnd::Complete));
}

/// One card whose answers are of no use costs a few requests; a remote of which all are is left.
#[test]
fn a_card_that_can_not_be_read_is_counted_and_passed_by() {
    let street = Street::new();
    members(&street);
    let till = street.till(shop(sandy()));
    let mut cards = 0;
    street.hook(move |_, endpoint| {
        cards += i32::from(endpoint == "getcardinfo");
        if endpoint == "getcardinfo" && (2..=4).contains(&cards) { said(r#"{"errcode": 500}"#) } else { Fate::Passes }
    });
    let got = till.preload(&range(), None, |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(got.progress, PreloadProgress { failed: 1, ..progress(10, 7, 2) });
    assert_eq!((got.end, street.asked("getcardinfo")), (PreloadEnd::Complete, 12));

    street.hook(|_, endpoint| if endpoint == "getcardinfo" { said(r#"{"errcode": 500}"#) } else { Fate::Passes });
    let got = till.preload(&range(), None, |_| ControlFlow::Continue(())).unwrap();
    assert_eq!((got.progress, got.end), (PreloadProgress { failed: 5, ..progress(5, 0, 0) }, PreloadEnd::Unreachable));
}

#[test]
fn a_search_is_gone_through_in_order_and_gone_on_with() {
    let street = Street::new();
    members(&street);
    let till = street.till(shop(sandy()));
    let query = PreloadQuery { pace: Duration::ZERO, ..PreloadQuery::new(PreloadCards::Search("M0".into())) };
    let step = till.preload_step(&query, None, 5).unwrap();
    assert_eq!((step.progress.done, step.progress.total, step.end), (5, Some(8), PreloadEnd::StepDone));
    assert_eq!(known(&till), ["M001", "M002", "M003", "M005", "M006"]);
    let got = till.preload(&query, step.next.as_deref(), |_| ControlFlow::Continue(())).unwrap();
    assert_eq!((got.progress.found, got.progress.total, got.end), (8, Some(8), PreloadEnd::Complete));
    let error = till.preload_step(&PreloadQuery::new(PreloadCards::Members), None, 1).unwrap_err();
    assert_eq!(error.code(), ErrorCode::Unsupported);
    let till = Street::new().till(shop(gree()));
    assert_eq!(till.preload_step(&query, None, 1).unwrap_err().code(), ErrorCode::Unsupported);
}

#[test]
fn the_members_that_a_remote_lists_are_read_page_by_page() {
    let street = Street::new();
    for number in 0..119 {
        let member = NewMember::new(&format!("139{number:08}")).with_points(number);
        street.cores.lock().unwrap().freemud.seed(street.now_ms() - 60_000, member).unwrap();
    }
    let till = street.till(shop(freemud()));
    let query = PreloadQuery { pace: Duration::ZERO, ..PreloadQuery::new(PreloadCards::Members) };
    let step = till.preload_step(&query, None, 70).unwrap();
    assert_eq!((step.progress.done, step.progress.total, step.end), (70, Some(120), PreloadEnd::StepDone));
    let got = till.preload(&query, step.next.as_deref(), |_| ControlFlow::Continue(())).unwrap();
    assert_eq!((got.progress.done, got.progress.found, got.end), (120, 120, PreloadEnd::Complete));
    assert_eq!(known(&till).len(), 120);
    let points = till.card("13900000077").unwrap().balances.points.confirmed;
    assert_eq!(points, tillbook::Points::new(77));
}

/// A list that comes again and again is over where nothing says that there is more, and is no complete one where something does.
#[test]
fn a_list_that_does_not_turn_its_pages_ends_and_is_not_called_complete() {
    let full: Vec<u32> = (0..50).collect();
    let cases: [(&[u32], Option<u32>, u32, bool); 6] = [
        (&[77], Some(500), 1, false),
        (&[77], Some(1), 1, true),
        (&[77], None, 1, true),
        (&full, None, 50, false),
        (&full, Some(50), 50, true),
        (&full, Some(51), 50, false),
    ];
    for (members, total, dealt_with, complete) in cases {
        let street = Street::new();
        let mut config = freemud();
        config.platform_key = None;
        let till = street.till(shop(config));
        let members: Vec<String> = members.iter().map(|id| format!(r#"{{\"memberId\": \"{id}\"}}"#)).collect();
        let count = total.map(|total| format!(r#", \"totalCount\": {total}"#)).unwrap_or_default();
        let list = format!(r#"{{\"memberList\": [{}]{count}}}"#, members.join(", "));
        let body = format!(r#"{{"ver": "1", "statusCode": "100", "message": "", "responseBody": "{list}"}}"#);
        street.hook(move |_, endpoint| if endpoint == "getMembers" { said(&body) } else { Fate::Passes });
        let query = PreloadQuery { pace: Duration::ZERO, ..PreloadQuery::new(PreloadCards::Members) };
        let mut done = 0;
        let got = till.preload(&query, None, |progress| {
            done = progress.done;
            ControlFlow::Continue(())
        });
        assert_eq!(done, u64::from(dealt_with), "{total:?}");
        match got {
            Ok(got) => assert!(complete && got.end == PreloadEnd::Complete && got.next.is_none(), "{got:?}"),
            Err(error) => assert!(!complete && error.code() == ErrorCode::RemoteRefused, "{error}"),
        }
    }
}

#[test]
fn bad_queries_are_refused_before_anybody_is_asked() {
    let street = Street::new();
    let till = street.till(shop(sandy()));
    let cases = [
        (PreloadQuery::range("M1", "M10"), None, "to"),
        (PreloadQuery::range("M9", "M1"), None, "to"),
        (PreloadQuery::range("", "M1"), None, "card"),
        (PreloadQuery::numbers(["M 1"]), None, "card"),
        (PreloadQuery::new(PreloadCards::Search("  ".into())), None, "search"),
        (range(), Some("nonsense"), "after"),
        (range(), Some("1;s;0;1;0;;0;0;0;0;0;"), "after"),
        (range(), Some("1;r;11;1;0;;0;0;0;0;0;"), "after"),
    ];
    for (query, after, field) in cases {
        let error = till.preload_step(&query, after, 1).unwrap_err();
        assert_eq!((error.code(), error.field()), (ErrorCode::InvalidInput, Some(field)), "{query:?}");
    }
    assert!(street.log.lock().unwrap().is_empty());
    let none = PreloadQuery::numbers(Vec::<String>::new());
    assert_eq!(till.preload_step(&none, None, 1).unwrap().end, PreloadEnd::Complete);
}
