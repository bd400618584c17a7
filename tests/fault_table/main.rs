//! Every fault, at every kind of operation, before and after the remote has applied it, for every way of giving the
//! operation to the till, alone and with somebody else at the same card: once in effect or not at all, always as the
//! cashier was told, or else it waits for a person.
//!
//! `cargo test --test fault_table -- --nocapture` prints the table.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "../common/mod.rs"]
mod common;

mod cell;
mod faults;
mod wire;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::{SOON, Shop, drain, yuan};
use tillbook::{NoticeKind, OpenCard, Promise, Recharge, Resolution, State, Till};
use tillbook_sandbox::fault::Fault;

use cell::{Bench, Cell, End, Op, Way};
use faults::{Phase, Place, ROWS, Strike};
use wire::{Other, When};

/// Cells spend most of their time waiting, so there are more of them at once than there are cores.
const THREADS: usize = 24;

/// So many cells in a row share a till where they are configured alike.
const BATCH: usize = 6;

/// Only cells whose description contains this environment variable's value are run, if it is set.
const ONLY: &str = "TILLBOOK_FAULT_CELLS";

#[test]
fn alone_at_the_card_every_fault_ends_once_or_not_at_all_and_nothing_waits() {
    let ends = run_all(&Way::ALL, &[Other::Nobody], 405);
    assert!(ends.iter().all(|end| matches!(end, End::Settled | End::Voided)));
}

#[test]
fn with_another_till_at_the_card_nothing_is_doubled_and_what_can_not_be_told_waits() {
    let others = [
        Other::Unrelated(When::Before),
        Other::Unrelated(When::After),
        Other::Twin(When::Before),
        Other::Twin(When::After),
    ];
    run_all(&[Way::Require, Way::Offline], &others, 1_080);
}

#[test]
fn what_waits_behind_an_opening_that_came_to_nothing_is_told_to_a_person() {
    let shop = Shop::open();
    let mut config = shop.config();
    config.policy.offline_while_healthy = true;
    let till = Till::open(shop.book(), config).unwrap();
    till.pull_catalogue(SOON).unwrap();
    till.serve_card("A1", SOON).unwrap();
    shop.server.faults().with(|plan| plan.once("cardopen", Fault::DropRequest));
    let open = OpenCard::new("C1", "普通会员").op_id("open").require_online(SOON);
    assert_eq!(till.open_card(open.clone()).unwrap().promise, Some(Promise::InDoubt));
    let recharge = till.recharge(Recharge::new("C1", yuan("50"), 1).op_id("recharge").offline()).unwrap();
    assert_eq!(recharge.promise, Some(Promise::OfflineApproved));

    drain(&till);
    assert_eq!(till.operation("open").unwrap().state, State::Voided);
    let waiting = till.waiting().unwrap();
    let waiting: Vec<&str> = waiting.iter().map(|waiting| waiting.receipt.op_id.as_str()).collect();
    assert_eq!(waiting, ["recharge"]);
    let notices = till.notices().unwrap();
    let orphans: Vec<_> = notices.iter().filter(|notice| notice.kind == NoticeKind::Orphans).collect();
    assert!(matches!(orphans.as_slice(), [told] if told.amount == Some(yuan("50"))), "{notices:?}");
    till.resolve("recharge", Resolution::WriteOff, "Mr Shi", "the cash was given back").unwrap();
    let again = till.open_card(open.op_id("open-again")).unwrap();
    assert_eq!(again.promise, Some(Promise::OnlineApproved), "the number is free again");
}

/// Runs the table for some ways and others, and returns how each cell ended. `least`: so many cells there are to be.
fn run_all(ways: &[Way], others: &[Other], least: usize) -> Vec<End> {
    let (cells, impossible) = table(ways, others);
    let mut order: Vec<&Cell> = cells.iter().collect();
    // The slow ones first, and those that can share a till one after the other.
    order.sort_by_key(|cell| (!matches!(cell.strike, Strike::LateAfterLook), cell.way as u8));
    let batches: Vec<&[&Cell]> = order.chunks(BATCH).collect();
    let next = AtomicUsize::new(0);
    let ends: Vec<Mutex<Option<End>>> = cells.iter().map(|_| Mutex::new(None)).collect();
    let failures = Mutex::new(Vec::new());
    let only = std::env::var(ONLY).ok();
    let is_wanted = |cell: &Cell| only.as_ref().is_none_or(|only| format!("{cell:?}").contains(only));
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some(batch) = batches.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let mut bench: Option<Bench> = None;
                    for cell in batch.iter().filter(|cell| is_wanted(cell)) {
                        bench = bench.filter(|bench| bench.suits(cell));
                        let run = || loop {
                            match bench.get_or_insert_with(|| Bench::for_cells_like(cell)).run(cell) {
                                Some(end) => break end,
                                None => bench = None,
                            }
                        };
                        match catch_unwind(AssertUnwindSafe(run)) {
                            Ok(end) => *ends[cell.number].lock().unwrap() = Some(end),
                            Err(panic) => {
                                failures.lock().unwrap().push(format!("{cell:?}: {}", text(&*panic)));
                                bench = None;
                            }
                        }
                    }
                }
            });
        }
    });
    let ends: Vec<Option<End>> = ends.into_iter().map(|end| end.into_inner().unwrap()).collect();
    print_table(&cells, &ends, ways, others);
    let run: Vec<End> = ends.iter().copied().flatten().collect();
    let count = |end| run.iter().filter(|&&found| found == end).count();
    println!(
        "{} cells run, {impossible} impossible, {} inferred, {} inferred wrongly, {} waiting for a person",
        run.len(),
        count(End::Inferred) + count(End::InferredWrongly),
        count(End::InferredWrongly),
        count(End::Waits),
    );
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{} cells failed:\n{}", failures.len(), failures.join("\n"));
    if only.is_none() {
        assert!(run.len() >= least, "the table has shrunk to {} cells", run.len());
    }
    run
}

fn table(ways: &[Way], others: &[Other]) -> (Vec<Cell>, usize) {
    let mut cells = Vec::new();
    let mut impossible = 0;
    for (row, phase) in ROWS.iter().flat_map(|row| Phase::BOTH.map(|phase| (row, phase))) {
        for op in Op::ALL {
            match row.at(phase) {
                Place::Impossible(_) => impossible += 1,
                &Place::Strike(strike) => {
                    for (way, other) in ways.iter().flat_map(|&way| others.iter().map(move |&other| (way, other))) {
                        let number = cells.len();
                        cells.push(Cell { number, fault: row.name, phase, strike, op, way, other });
                    }
                }
            }
        }
    }
    (cells, impossible)
}

fn print_table(cells: &[Cell], ends: &[Option<End>], ways: &[Way], others: &[Other]) {
    println!("s settled, v voided, d declined, x superseded, i inferred, ! wrongly inferred, w waits for a person");
    println!("in each place, from left to right: {ways:?} x {others:?}");
    println!("{:18} {:7} {}", "fault", "phase", Op::ALL.map(|op| format!("{op:9?}")).join(" "));
    for (row, phase) in ROWS.iter().flat_map(|row| Phase::BOTH.map(|phase| (row, phase))) {
        let place = |op| match row.at(phase) {
            Place::Impossible(_) => "-".to_owned(),
            Place::Strike(_) => cells
                .iter()
                .filter(|cell| cell.fault == row.name && cell.phase == phase && cell.op == op)
                .map(|cell| ends[cell.number].map_or('?', End::letter))
                .collect(),
        };
        let why = match row.at(phase) {
            Place::Impossible(why) => *why,
            Place::Strike(_) => "",
        };
        let places = Op::ALL.map(|op| format!("{:9}", place(op))).join(" ");
        println!("{:18} {:7} {places} {why}", row.name, format!("{phase:?}").to_lowercase());
    }
}

fn text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}
