//! Several threads at one till without a worker: those that drive its queue, those that wait for a call, and one that closes it.
#![allow(clippy::unwrap_used)]

mod common;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::time::{Duration, Instant};

use common::wire::{Wire, config_of, till_at};
use common::{config, yuan};
use tempfile::TempDir;
use tillbook::{
    Config, Consume, ErrorCode, HttpRequest, HttpResponse, OfflinePolicy, Promise, SandyConfig, State, Till,
};

/// Longer than anything here takes when all is well.
const LONG: Duration = Duration::from_secs(20);

fn settings() -> Config {
    let config = config(SandyConfig::new("http://127.0.0.1:9", "agent", "{GUID}"));
    let policy = OfflinePolicy { offline_while_healthy: true, ..OfflinePolicy::default() };
    config_of(Config { policy, ..config })
}

/// A till that knows `A1` and `B1`.
fn till_with(wire: &Arc<Wire>, dir: &TempDir, config: Config) -> Till {
    let till = till_at(wire, config, &dir.path().join("till.db"));
    till.serve_card("A1", LONG).unwrap();
    till.serve_card("B1", LONG).unwrap();
    till
}

fn queue(till: &Till, card: &str, op_id: &str) {
    till.consume(Consume::new(card, yuan("1")).op_id(op_id).offline()).unwrap();
}

fn is_about(request: &HttpRequest, card: &str) -> bool {
    request.url.contains(card) || String::from_utf8_lossy(&request.body).contains(card)
}

fn try_later(seconds: &str) -> HttpResponse {
    HttpResponse { status: 429, headers: vec![("Retry-After".into(), seconds.into())], body: Vec::new() }
}

/// The next request about `A1` is held up until the sender is used; the receiver tells that it is.
fn hold_a1(wire: &Wire) -> (mpsc::Sender<()>, mpsc::Receiver<()>) {
    let (go, hold) = mpsc::channel::<()>();
    let (held, is_held) = mpsc::channel();
    let hold = Mutex::new(Some((hold, held)));
    wire.hook(move |request| {
        let held = is_about(request, "A1").then(|| hold.lock().unwrap().take()).flatten();
        if let Some((hold, held)) = held {
            held.send(()).unwrap();
            let _ = hold.recv();
        }
        None
    });
    (go, is_held)
}

#[test]
fn threads_that_wait_for_one_request_do_not_turn_for_each_other() {
    let (wire, dir) = (Wire::new(), TempDir::new().unwrap());
    let till = till_with(&wire, &dir, settings());
    queue(&till, "A1", "a");
    let (go, is_held) = hold_a1(&wire);
    let till = &till;
    // Whatever fails lets the request go on its way out.
    std::thread::scope(move |scope| {
        let carries = scope.spawn(|| till.sync(LONG));
        is_held.recv().unwrap();
        let turns = || till.wait_for_change(0, Duration::ZERO).unwrap();
        let before = turns();
        let waiting = [0; 3].map(|_| scope.spawn(|| till.sync(Duration::from_millis(500))));
        for waits in waiting {
            assert_eq!(waits.join().unwrap().unwrap().queued, 1, "the budget is spent");
        }
        let turned = turns() - before;
        assert!(turned < 50, "{turned} turns with nothing to do");
        go.send(()).unwrap();
        carries.join().unwrap().unwrap();
    });
    assert_eq!(till.operation("a").unwrap().state, State::Settled);
}

#[test]
fn what_becomes_due_is_taken_up_while_another_thread_carries() {
    let (wire, dir) = (Wire::new(), TempDir::new().unwrap());
    let till = till_with(&wire, &dir, settings());
    queue(&till, "A1", "a");
    let (go, is_held) = hold_a1(&wire);
    let (till, line) = (&till, &wire);
    std::thread::scope(move |scope| {
        let carries = scope.spawn(|| till.sync(LONG));
        is_held.recv().unwrap();
        queue(till, "B1", "b");
        let asked = AtomicBool::new(false);
        line.hook(move |request| {
            let first = is_about(request, "B1") && !asked.swap(true, Ordering::SeqCst);
            first.then(|| Ok(try_later("1")))
        });
        let drives = scope.spawn(|| till.sync(LONG));
        let began = Instant::now();
        while till.operation("b").unwrap().state != State::Settled {
            assert!(began.elapsed() < LONG / 2, "nobody has come back to it");
            std::thread::sleep(Duration::from_millis(5));
        }
        go.send(()).unwrap();
        carries.join().unwrap().unwrap();
        drives.join().unwrap().unwrap();
    });
}

#[test]
fn a_caller_does_not_wait_for_anothers_request_where_a_loop_drives() {
    let (wire, dir) = (Wire::new(), TempDir::new().unwrap());
    let mut config = settings();
    config.sandy.as_mut().unwrap().request_timeout_ms = LONG.as_millis() as u64;
    let till = till_with(&wire, &dir, config);
    let (go, hold) = mpsc::channel::<()>();
    // Both are put off until the same moment, and whoever turns then takes up both.
    let (both, pause, hold) = (Barrier::new(2), Mutex::new(0), Mutex::new(Some(hold)));
    wire.hook(move |_| {
        let early = {
            let mut asked = pause.lock().unwrap();
            *asked += 1;
            *asked <= 2
        };
        if early {
            both.wait();
            return Some(Ok(try_later("1")));
        }
        let held = hold.lock().unwrap().take();
        held.map(|hold| hold.recv());
        None
    });
    let over = AtomicBool::new(false);
    let (till, over) = (&till, &over);
    std::thread::scope(move |scope| {
        let drives = scope.spawn(|| {
            while !over.load(Ordering::SeqCst) {
                till.sync(Duration::from_millis(20)).unwrap();
            }
        });
        let (done, is_done) = mpsc::channel();
        for card in ["A1", "B1"] {
            let done = done.clone();
            scope.spawn(move || {
                let call = Consume::new(card, yuan("1")).op_id(card).require_online(LONG);
                done.send(till.consume(call).unwrap().promise).unwrap();
            });
        }
        // Of one of them a request is held up.
        let first = is_done.recv_timeout(LONG / 2);
        go.send(()).unwrap();
        let second = is_done.recv_timeout(LONG / 2);
        over.store(true, Ordering::SeqCst);
        drives.join().unwrap();
        assert_eq!((first, second), (Ok(Some(Promise::OnlineApproved)), Ok(Some(Promise::OnlineApproved))));
    });
}

#[test]
fn closing_takes_up_nothing_more_of_a_queue_that_is_driven() {
    let (wire, dir) = (Wire::new(), TempDir::new().unwrap());
    let till = till_with(&wire, &dir, settings());
    let queued = 60;
    for number in 0..queued {
        queue(&till, "A1", &format!("a{number}"));
    }
    let (begun, has_begun) = mpsc::channel();
    wire.hook(move |_| {
        let _ = begun.send(());
        std::thread::sleep(Duration::from_millis(30));
        None
    });
    std::thread::scope(|scope| {
        let drives = scope.spawn(|| till.sync(LONG));
        has_begun.recv().unwrap();
        till.close(LONG);
        let _ = drives.join().unwrap();
    });
    drop(till);
    let left = till_at(&wire, settings(), &dir.path().join("till.db")).status().unwrap().queued;
    assert!(left >= queued - 2, "{left} are left");
}

#[test]
fn no_worker_is_started_any_more_while_it_closes() {
    let (wire, dir) = (Wire::new(), TempDir::new().unwrap());
    let till = till_with(&wire, &dir, settings());
    for number in 0..20 {
        queue(&till, "A1", &format!("a{number}"));
    }
    let (begun, has_begun) = mpsc::channel();
    let (go, may_go) = mpsc::channel::<()>();
    let may_go = Mutex::new(may_go);
    wire.hook(move |_| {
        let _ = begun.send(());
        let _ = may_go.lock().unwrap().recv();
        None
    });
    std::thread::scope(|scope| {
        let drives = scope.spawn(|| till.sync(LONG));
        has_begun.recv().unwrap();
        let closes = scope.spawn(|| till.close(LONG));
        while till.sync(Duration::ZERO).is_ok() {
            std::thread::yield_now();
        }
        assert_eq!(till.start_worker().unwrap_err().code(), ErrorCode::Closed);
        drop(go);
        closes.join().unwrap();
        let _ = drives.join().unwrap();
    });
    drop(till);
    assert!(till_at(&wire, settings(), &dir.path().join("till.db")).status().unwrap().queued >= 18);
}
