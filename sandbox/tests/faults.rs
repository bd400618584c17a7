//! Every fault over a real socket: what the client sees, and whether the request took effect.

#![allow(clippy::unwrap_used)]

#[allow(dead_code)]
mod common;

use common::platforms::{endpoint, is_success, spend, start_all, writes};
use common::{Client, Heard, PATIENCE, api, ask, bytes, consume, control, eventually, start};
use tillbook_sandbox::System;
use tillbook_sandbox::fault::{Fault, OneShot, RetryAfter};
use tillbook_sandbox::freemud::{PublicKey, TEST_PLATFORM_PUBLIC_KEY_PEM};

/// What a client can tell of an exchange.
#[derive(Debug, PartialEq, Eq)]
enum Seen {
    /// The interface's own answer.
    Good,
    /// A whole answer of this status, and how its body starts.
    Odd(u16, &'static str),
    Cut,
    Closed,
    Reset,
}

fn seen(heard: Heard) -> Seen {
    let starts = ["", "<!DOCTYPE", "{\"errcode\":300", "{\"errcode\":500", "\0{", "busy"];
    match heard {
        Heard::Whole(answer) if answer.status() == 200 && answer.body.starts_with(b"{\"cur_score\"") => Seen::Good,
        Heard::Whole(answer) => {
            let start = starts.into_iter().rev().find(|start| answer.body.starts_with(start.as_bytes())).unwrap();
            if start.is_empty() {
                assert_eq!(answer.body, b"");
            }
            Seen::Odd(answer.status(), start)
        }
        Heard::Cut(answer) => {
            assert_eq!(answer.status(), 200);
            assert!(answer.body.starts_with(b"{"));
            Seen::Cut
        }
        Heard::Closed => Seen::Closed,
        Heard::Reset => Seen::Reset,
    }
}

#[test]
fn each_fault_shows_and_applies_as_it_says() {
    for fault in Fault::SAMPLES {
        let expected = match fault {
            Fault::Refuse => Seen::Reset,
            Fault::Delay { .. } => Seen::Good,
            Fault::Hold { .. } | Fault::DropRequest | Fault::ApplyDropAnswer | Fault::ExecuteLate { .. } => {
                Seen::Closed
            }
            Fault::ApplyAnswer500 | Fault::Answer500 => Seen::Odd(500, "{\"errcode\":500"),
            Fault::Truncate | Fault::TruncateNotApplied => Seen::Cut,
            Fault::Html | Fault::HtmlApplied => Seen::Odd(200, "<!DOCTYPE"),
            Fault::Status429 { .. } => Seen::Odd(429, "busy"),
            Fault::Status503 { .. } => Seen::Odd(503, "busy"),
            Fault::Errcode300 | Fault::Errcode300Applied => Seen::Odd(200, "{\"errcode\":300"),
            Fault::Garbage | Fault::GarbageNotApplied => Seen::Odd(200, "\0{"),
            Fault::Empty | Fault::EmptyNotApplied => Seen::Odd(200, ""),
        };
        let server = start();
        server.faults().with(|plan| plan.once("consume", fault));
        let untouched = ask(&server, &api("getcardinfo", r#"{"card_id":"A"}"#));
        assert_eq!(seen(untouched), Seen::Good, "{fault}");
        assert_eq!(seen(ask(&server, &consume())), expected, "{fault}");
        server.execute_late_now();
        let applied = server.sandy().with(|sandy| sandy.ledger().len()) == 3;
        assert_eq!(applied, fault.applies(), "{fault}");
        assert_eq!(seen(ask(&server, &consume())), Seen::Good, "after {fault}");
    }
}

#[test]
fn an_odd_but_whole_answer_leaves_the_connection_open() {
    let server = start();
    let mut client = Client::connect(server.address());
    for fault in [Fault::Html, Fault::Answer500, Fault::Empty, Fault::Status429 { retry_after: None }] {
        server.faults().with(|plan| plan.once("*", fault));
        client.ask(&consume()).whole();
        assert_eq!(seen(client.ask(&consume())), Seen::Good, "{fault}");
    }
}

#[test]
fn waits_last_as_long_as_they_say() {
    for (fault, expected) in [(Fault::Delay { ms: 40 }, Seen::Good), (Fault::Hold { ms: 40 }, Seen::Closed)] {
        let server = start();
        server.faults().with(|plan| plan.once("*", fault));
        let began = std::time::Instant::now();
        assert_eq!(seen(ask(&server, &consume())), expected);
        assert!(began.elapsed().as_millis() >= 40, "{fault}");
    }
}

#[test]
fn a_late_execution_happens_by_itself_after_the_client_has_given_up() {
    let server = start();
    let fault = Fault::ExecuteLate { after_ms: 50, hold_ms: 0 };
    server.faults().with(|plan| plan.once("consume", fault));
    assert_eq!(seen(ask(&server, &consume())), Seen::Closed);
    assert!(server.wait_until(PATIENCE, |sandy| sandy.ledger().len() == 3));
    eventually("the late request is done with", || server.late_pending() == 0);
    assert_eq!(server.execute_late_now(), 0);
}

#[test]
fn late_executions_survive_a_cut_and_keep_their_order() {
    let server = start();
    server.faults().with(|plan| {
        plan.once("recharge", Fault::ExecuteLate { after_ms: 600_000, hold_ms: 0 });
        plan.once("consume", Fault::ExecuteLate { after_ms: 700_000, hold_ms: 0 });
    });
    ask(&server, &consume());
    ask(&server, &api("recharge", r#"{"card_id":"A","money":5,"pay_type":1}"#));
    server.cut();
    assert_eq!((server.late_pending(), server.execute_late_now()), (2, 2));
    let sent: Vec<i64> = server.sandy().with(|sandy| sandy.ledger()[2..].iter().map(|line| line.sent).collect());
    assert_eq!(sent, [500, 1_000]);
}

#[test]
fn a_fault_for_one_card_leaves_the_others_alone() {
    let server = start();
    server.faults().with(|plan| {
        plan.add(OneShot { endpoint: "consume".to_owned(), card: Some("B".to_owned()), skip: 0, fault: Fault::Html });
    });
    assert_eq!(seen(ask(&server, &consume())), Seen::Good);
    let other = ask(&server, &api("consume", r#"{"card_id":"B","money":10}"#));
    assert_eq!(seen(other), Seen::Odd(200, "<!DOCTYPE"));
}

#[test]
fn a_retry_hint_may_be_a_date_on_the_servers_clock() {
    let server = start();
    let retry_after = Some(RetryAfter::Date { after_s: 3 });
    server.faults().with(|plan| plan.once("*", Fault::Status503 { retry_after }));
    let answer = ask(&server, &consume()).whole();
    assert_eq!(answer.header("Retry-After"), Some("Sun, 06 Nov 1994 08:49:40 GMT"));
}

#[test]
fn standing_faults_can_be_ordered_and_cleared_over_http() {
    let server = start();
    let standing = r#"{"endpoint":"*","per_mille":1000,"fault":"answer-500"}"#;
    assert_eq!(control(&server, "POST", "/control/faults", standing).0, 200);
    for _ in 0..3 {
        assert_eq!(seen(ask(&server, &consume())), Seen::Odd(500, "{\"errcode\":500"));
    }
    assert_eq!(control(&server, "DELETE", "/control/faults", "").0, 200);
    assert_eq!(seen(ask(&server, &consume())), Seen::Good);
}

/// What stands in a system's own internal error.
fn internal_error(system: System) -> &'static str {
    match system {
        System::Sandy => "\"errcode\":500",
        System::Gree => "\"error_code\":500",
        System::Freemud => "\"statusCode\":\"500\"",
        System::Yonyou => "\"errcode\":\"10001\"",
    }
}

#[test]
fn each_fault_means_the_same_for_every_system() {
    for system in [System::Gree, System::Freemud, System::Yonyou] {
        for fault in Fault::SAMPLES {
            let server = start_all();
            server.faults().with(|plan| plan.once(endpoint(system), fault));
            let before = writes(&server, system);
            let heard = ask(&server, &bytes(&spend(&server, system, 1)));
            server.execute_late_now();
            assert_eq!(writes(&server, system) > before, fault.applies(), "{system:?} {fault}");
            match (fault, heard) {
                (Fault::Refuse, Heard::Reset) => {}
                (Fault::Hold { .. } | Fault::DropRequest | Fault::ApplyDropAnswer, Heard::Closed) => {}
                (Fault::ExecuteLate { .. }, Heard::Closed) => {}
                (Fault::Truncate | Fault::TruncateNotApplied, Heard::Cut(_)) => {}
                (Fault::Delay { .. }, Heard::Whole(answer)) => assert!(is_success(system, &answer.text())),
                (Fault::ApplyAnswer500 | Fault::Answer500, Heard::Whole(answer)) => {
                    assert_eq!(answer.status(), 500);
                    assert!(answer.text().contains(internal_error(system)), "{}", answer.text());
                }
                (Fault::Errcode300 | Fault::Errcode300Applied, Heard::Whole(answer)) => {
                    assert_eq!(answer.status(), 200);
                    assert!(answer.text().contains(internal_error(system)), "{}", answer.text());
                }
                (Fault::Html | Fault::HtmlApplied, Heard::Whole(answer)) => {
                    assert!(answer.body.starts_with(b"<!DOCTYPE"));
                }
                (Fault::Status429 { .. }, Heard::Whole(answer)) => assert_eq!(answer.status(), 429),
                (Fault::Status503 { .. }, Heard::Whole(answer)) => assert_eq!(answer.status(), 503),
                (Fault::Garbage | Fault::GarbageNotApplied, Heard::Whole(answer)) => {
                    assert!(answer.body.starts_with(b"\0{"));
                }
                (Fault::Empty | Fault::EmptyNotApplied, Heard::Whole(answer)) => assert_eq!(answer.body, b""),
                (fault, heard) => panic!("{system:?} {fault}: {heard:?}"),
            }
            let answer = ask(&server, &bytes(&spend(&server, system, 2))).whole();
            assert!(is_success(system, &answer.text()), "{system:?} after {fault}: {}", answer.text());
        }
    }
}

#[test]
fn an_internal_error_is_signed_where_the_systems_answers_are() {
    let server = start_all();
    server.faults().with(|plan| plan.once("score/*", Fault::Answer500));
    let told = ask(&server, &bytes(&spend(&server, System::Freemud, 1))).whole().text();
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    let key = PublicKey::from_pem(TEST_PLATFORM_PUBLIC_KEY_PEM).unwrap();
    let text = format!("message={}&statusCode=500&ver=1", told["message"].as_str().unwrap());
    assert!(key.verify(&text, told["sign"].as_str().unwrap()));
}
