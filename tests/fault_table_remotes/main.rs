//! Every fault, at every change that Gree, Freemud and Yonyou offer, carried out or not, for every way of giving it to the
//! till, alone and beside somebody else: once in effect or not at all, as the cashier was told, or else a person is told.
//!
//! Time is the test's own, so that quiet periods and time-outs cost nothing. `cargo test --features steps --test
//! fault_table_remotes -- --nocapture` prints the tables.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "../common/street.rs"]
mod street;

mod case;
mod cell;
mod expect;
mod faults;
mod freemud;
mod gree;
mod stage;
mod yonyou;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use case::Case;
use cell::{Cell, End, Other, Prepared, Way};
use expect::REASONS;
use faults::rows;

/// Only cells whose description contains this environment variable's value are run, if it is set.
const ONLY: &str = "TILLBOOK_FAULT_CELLS";

#[test]
fn gree_alone() {
    let cases = [gree::cases(true), gree::cases(false)].concat();
    run_all("gree", cases, &Way::ALL, &[Other::Nobody], 1);
}

/// What was run, and how it ended.
struct Tally {
    ends: Vec<Option<End>>,
    impossible: usize,
}

impl Tally {
    fn count(&self, wanted: impl Fn(End) -> bool) -> usize {
        self.ends.iter().flatten().filter(|end| wanted(**end)).count()
    }
}

/// Runs the table of some cases. `least`: so many cells there are to be.
fn run_all(remote: &str, cases: Vec<Arc<dyn Case>>, ways: &[Way], others: &[Other], least: usize) -> Tally {
    let (cells, impossible) = table(&cases, ways, others);
    let folder = folder();
    let prepared: Vec<OnceLock<Prepared>> = cases.iter().map(|_| OnceLock::new()).collect();
    let next = AtomicUsize::new(0);
    let ends: Vec<Mutex<Option<End>>> = cells.iter().map(|_| Mutex::new(None)).collect();
    let failures = Mutex::new(Vec::new());
    let only = std::env::var(ONLY).ok();
    let is_wanted = |cell: &Cell| only.as_ref().is_none_or(|only| cell.told().contains(only));
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let (folder, cases, cells, prepared) = (&folder, &cases, &cells, &prepared);
            let (next, ends, failures) = (&next, &ends, &failures);
            scope.spawn(move || {
                let path = folder.path().join(format!("till{thread}.db"));
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    let Some(cell) = cells.get(number) else { return };
                    if !is_wanted(cell) {
                        continue;
                    }
                    let run = AssertUnwindSafe(|| {
                        let first: PathBuf = folder.path().join(format!("case{}.db", cell.column));
                        let case = cases[cell.column].as_ref();
                        let prepared = prepared[cell.column].get_or_init(|| Prepared::of(case, &first));
                        cell::run(cell, prepared, &path)
                    });
                    match catch_unwind(run) {
                        Ok(end) => *ends[number].lock().unwrap() = Some(end),
                        Err(panic) => failures.lock().unwrap().push(format!("{}: {}", cell.told(), text(&*panic))),
                    }
                }
            });
        }
    });
    let ends: Vec<Option<End>> = ends.into_iter().map(|end| end.into_inner().unwrap()).collect();
    let tally = Tally { ends, impossible };
    print(remote, &cases, &cells, &tally, ways, others);
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{} cells failed:\n{}", failures.len(), failures.join("\n"));
    let run = tally.count(|_| true);
    assert!(only.is_some() || run >= least, "the table has shrunk to {run} cells");
    tally
}

/// Books are written to memory where there is such a place: nobody pulls a plug here.
fn folder() -> tempfile::TempDir {
    let memory = std::path::Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap()
}

fn table(cases: &[Arc<dyn Case>], ways: &[Way], others: &[Other]) -> (Vec<Cell>, usize) {
    let (mut cells, mut impossible) = (Vec::new(), 0);
    for (column, case) in cases.iter().enumerate() {
        for (row, fault) in rows(case.system()).into_iter().enumerate() {
            for strike in [fault.before, fault.after] {
                let Some(strike) = strike else {
                    impossible += ways.len() * others.len();
                    continue;
                };
                for (&way, &other) in ways.iter().flat_map(|way| others.iter().map(move |other| (way, other))) {
                    let case = Arc::clone(case);
                    cells.push(Cell { case, column, fault: fault.name, row, strike, times: 1, way, other });
                }
            }
        }
    }
    (cells, impossible)
}

fn print(remote: &str, cases: &[Arc<dyn Case>], cells: &[Cell], tally: &Tally, ways: &[Way], others: &[Other]) {
    let mut out = format!("\n{remote}: s settled, i inferred, ! wrongly inferred, v voided, d declined, r reversed, ");
    out += "x superseded, w waits for a person\n";
    out += &format!("in each place, from left to right: not carried out, carried out, each by {ways:?} x {others:?}\n");
    for (column, case) in cases.iter().enumerate() {
        let sole = if case.sole_writer() { ", sole writer" } else { "" };
        out += &format!("{} ({:?}{sole})\n", case.name(), case.guarantee());
        for (row, fault) in rows(case.system()).iter().enumerate() {
            let letters = |executed: bool| -> String {
                let of = cells.iter().zip(&tally.ends).filter(|(cell, _)| {
                    let done = cell.strike.executed || cell.strike.late.is_some();
                    (cell.column, cell.row, done) == (column, row, executed)
                });
                of.map(|(_, end)| end.map_or('?', End::letter)).collect()
            };
            out += &format!("    {:20} {:20} {}\n", fault.name, letters(false), letters(true));
        }
    }
    let count = |wanted: &dyn Fn(End) -> bool| tally.count(wanted);
    out += &format!(
        "{remote}: {} cells run, {} impossible, {} inferred, {} inferred wrongly, {} waiting for a person\n",
        count(&|_| true),
        tally.impossible,
        count(&|end| matches!(end, End::Inferred | End::InferredWrongly)),
        count(&|end| end == End::InferredWrongly),
        count(&|end| matches!(end, End::Waits(_))),
    );
    for reason in REASONS {
        let number = count(&|end| end == End::Waits(reason));
        if number > 0 {
            out += &format!("    {number}: {reason}\n");
        }
    }
    println!("{out}");
}

fn text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}
