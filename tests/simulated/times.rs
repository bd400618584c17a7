//! Clocks that ran ahead and were put right: nothing of the future stays in the book.

use std::sync::Arc;
use std::time::Duration;

use tillbook::{Clock, Consume, NoticeKind, State, Till};
use tillbook_testvfs::{Failure, FileKind, Op, TestVfs};

use crate::common::wire::ok;
use crate::common::{SOON, yuan};
use crate::{ALL, Bench, CATALOGUE, CONSUME, INFO, cut, served, state, unsent};

const MONTH: i64 = 30;
/// Longer than any back-off here.
const A_WHILE: Duration = Duration::from_millis(100);

/// Lines of the book keep the time that they were written at. The newest of them told the next start what time it was.
#[test]
fn a_book_whose_time_was_brought_back_does_not_start_in_the_future() {
    type Write = fn(&Bench, &Till);
    let cases: [(&str, Write); 2] = [
        ("a notification", |bench, till| {
            bench.once(CATALOGUE, |_, _| ok(r#"{"errcode":300,"errmsg":"expired"}"#));
            till.pull_catalogue(SOON).unwrap_err();
            assert_eq!(till.notices().unwrap()[0].kind, NoticeKind::ProviderHalted);
        }),
        ("a sale", |_, till| assert!(till.consume(Consume::new("A1", yuan("10")).offline()).unwrap().is_approved())),
    ];
    for (name, write) in cases {
        let bench = Bench::new();
        let till = bench.till();
        bench.clock.jump(MONTH);
        write(&bench, &till);
        bench.clock.jump(-MONTH);
        bench.clock.pass(A_WHILE);
        till.sync(ALL).unwrap();
        drop(till);
        let till = bench.open();
        let sold = till.consume(Consume::new("B1", yuan("10")).offline());
        assert_eq!(sold.unwrap().created_at, bench.clock.wall(), "{name}");
    }
}

/// The book's time was brought back once, in memory. The times in the file were to be moved by that one commit alone, and
/// if it failed a lane waited for the month.
#[test]
fn times_are_moved_by_the_next_commit_when_one_has_failed() {
    let failures = [("an I/O error", Failure::io_err_at(1)), ("a full disk", Failure::full_at(1))];
    for (name, failure) in failures {
        let bench = Bench::new();
        let vfs = TestVfs::register(name);
        let till = served(bench.builder(bench.config()).vfs(vfs.name()).open(bench.book()).unwrap());
        bench.clock.jump(MONTH);
        bench.once(INFO, |_, _| unsent());
        till.consume(Consume::new("A1", yuan("10")).offline().op_id("x")).unwrap();
        till.sync(ALL).unwrap();
        bench.clock.jump(-MONTH);
        bench.once(CATALOGUE, move |_, _| {
            vfs.fail(failure.op(Op::Write).file(FileKind::Wal));
            None
        });
        till.pull_catalogue(SOON).unwrap_err();
        assert_eq!((vfs.fired(), state(&till, "x")), (1, State::Queued), "{name}");
        // On a busy machine a thread that carries a request may take some rounds to be heard of; all of them are far from a month.
        for _ in 0..30 {
            if state(&till, "x") == State::Settled {
                break;
            }
            bench.clock.pass(A_WHILE);
            till.sync(ALL).unwrap();
        }
        assert_eq!((state(&till, "x"), bench.wire.applied().len()), (State::Settled, 1), "{name}");
    }
}

/// A second run ahead was not written down, since the book's time still counted as written down from the first. Nothing
/// told the next start that the end of an attempt lay in the future.
#[test]
fn a_second_run_ahead_is_written_down_like_the_first() {
    let bench = Bench::new();
    let till = bench.till();
    bench.clock.jump(MONTH);
    till.pull_catalogue(SOON).unwrap();
    bench.clock.jump(-MONTH);
    till.pull_catalogue(SOON).unwrap();
    let clock = Arc::clone(&bench.clock);
    bench.once(CONSUME, move |_, _| {
        clock.jump(MONTH);
        cut()
    });
    for (op_id, amount) in [("x", "10"), ("behind", "5")] {
        till.consume(Consume::new("A1", yuan(amount)).offline().op_id(op_id)).unwrap();
    }
    till.sync(ALL).unwrap();
    assert_eq!((state(&till, "x"), state(&till, "behind")), (State::InDoubt, State::Queued));
    drop(till);

    bench.clock.jump(-MONTH);
    let till = bench.open();
    for _ in 0..8 {
        bench.clock.pass(Duration::from_secs(1_800));
        till.sync(ALL).unwrap();
    }
    assert_eq!((state(&till, "x"), state(&till, "behind")), (State::Settled, State::Settled));
    assert_eq!(bench.wire.applied().len(), 2);
}
