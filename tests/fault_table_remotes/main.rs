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
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use tillbook_sandbox::System;

use case::Case;
use cell::{Cell, End, Other, Prepared, Way};
use expect::*;
use faults::{Share, rows};

/// Only cells whose description contains this environment variable's value are run, if it is set.
const ONLY: &str = "TILLBOOK_FAULT_CELLS";

/// What a table is made of.
struct Table {
    name: &'static str,
    cases: Vec<Arc<dyn Case>>,
    /// Which faults.
    share: Share,
    /// How many writes in a row are struck.
    times: usize,
    ways: &'static [Way],
    others: &'static [Other],
    /// So many cells there are to be.
    least: usize,
}

const TWO_WAYS: &[Way] = &[Way::Offline, Way::Require];
const HURRIED: &[Way] = &[Way::Offline, Way::RequireHurried];

/// All of a remote's cells: alone, struck more than once, and beside somebody else. `trusting`: as an installation is set up
/// that knows its remote well; `cautious`: as it is by default.
/// `reasons`: why some of them wait for a person, and no others.
fn all(trusting: &[Arc<dyn Case>], cautious: &[Arc<dyn Case>], reasons: &[&str], least: [usize; 4]) {
    let remote = trusting[0].system().name();
    let base = Table {
        name: "as an installation may be set up",
        cases: trusting.to_vec(),
        share: Share::Look,
        times: 1,
        ways: &Way::ALL,
        others: &[Other::Nobody],
        least: least[0],
    };
    // At Gree it makes a difference to nothing else who else writes.
    let mut differing = cautious.to_vec();
    differing.retain(|case| case.system() != System::Gree || case.limits().has_records);
    let by_default = Table { name: "as it is by default", cases: differing, least: least[1], ..base };
    let again = Table {
        name: "three times in a row",
        cases: trusting.to_vec(),
        share: Share::Moment,
        times: 3,
        ways: HURRIED,
        least: least[2],
        ..base
    };
    let mut beside = cautious.to_vec();
    // A key that is unique stays so whoever else writes.
    beside.extend(trusting.iter().filter(|case| case.system() == System::Yonyou).cloned());
    let crowded = Table {
        name: "beside somebody else",
        cases: beside,
        share: Share::Essential,
        ways: TWO_WAYS,
        others: &Other::OTHERS,
        least: least[3],
        ..base
    };
    let (mut sum, mut waits) = (Sum::default(), BTreeSet::new());
    for table in [&base, &by_default, &again, &crowded] {
        let tally = run_all(table);
        sum.add(&tally);
        waits.extend(
            tally.ends.iter().flatten().filter_map(|end| if let End::Waits(why) = end { Some(*why) } else { None }),
        );
    }
    println!("{remote}: {sum}");
    if std::env::var(ONLY).is_err() {
        assert_eq!(waits, reasons.iter().copied().collect(), "the reasons why operations wait for a person");
    }
}

#[test]
fn gree_carries_out_every_change_once_or_not_at_all() {
    all(
        &gree::cases(true),
        &gree::cases(false),
        &[NOTHING_TELLS, NOT_PROMISED, SENT_TWICE, UNDONE_TWICE, REPEAT_UNEXPLAINED, SOMEBODY_ELSE],
        [3_248, 580, 1_008, 1_792],
    );
}

#[test]
fn freemud_carries_out_every_change_once_or_not_at_all() {
    all(
        &freemud::cases(true),
        &freemud::cases(false),
        &[NOTHING_TELLS, OTHERS_WRITE, FIGURES_UNKNOWN],
        [1_568, 1_568, 476, 896],
    );
}

#[test]
fn yonyou_carries_out_every_change_once_or_not_at_all() {
    all(&yonyou::cases(true), &yonyou::cases(false), &[NOTHING_TELLS, NOT_PROMISED], [620, 620, 200, 640]);
}

/// Nothing that a remote is served with is left out, and a guarantee that a case has without settings is the declared one.
#[test]
fn every_change_that_a_remote_offers_stands_in_the_table() {
    for (remote, cases) in
        [("gree", gree::cases(false)), ("freemud", freemud::cases(false)), ("yonyou", yonyou::cases(false))]
    {
        let all = tillbook::services();
        let (_, serves) = all.iter().find(|(name, _)| *name == remote).unwrap();
        for service in *serves {
            let kinds = |case: &&Arc<dyn Case>| case.kind() == service.kind;
            let like = cases.iter().filter(kinds).any(|case| case.guarantee() == service.guarantee);
            assert!(like, "{remote}: {}, declared {:?}, is missing", service.kind, service.guarantee);
        }
    }
}

/// The table can fail: a build with bugs on purpose shows that they are found.
#[cfg(tillbook_mutations)]
#[test]
fn bugs_on_purpose_are_found() {
    use tillbook::mutation::{Mutation, set};
    let base = Table {
        name: "with a bug",
        cases: [gree::cases(true), freemud::cases(true), yonyou::cases(true)].concat(),
        share: Share::Essential,
        times: 1,
        ways: &Way::ALL,
        others: &[Other::Nobody],
        least: 0,
    };
    let (cells, _) = cells(&base);
    for mutation in [
        Mutation::NoQuietPeriod,
        Mutation::OneLookIsProof,
        Mutation::UnpromisedIsSent,
        Mutation::ResentUnderNewKey,
        Mutation::RepeatedIsRefused,
        Mutation::ValidCouponIsUsed,
        Mutation::SwallowCharge,
        Mutation::ParkSilently,
    ] {
        let (_, failures) = run_cells(&base.cases, &cells, || set(Some(mutation)));
        println!("{}: {} cells of {} failed", mutation.name(), failures.len(), cells.len());
        assert!(!failures.is_empty(), "{} is not found", mutation.name());
    }
}

/// What was run, and what came of it.
#[derive(Default)]
struct Sum {
    run: usize,
    impossible: usize,
    inferred: usize,
    wrongly: usize,
    waiting: usize,
}

impl Sum {
    fn add(&mut self, tally: &Tally) {
        let of = tally.sum();
        self.run += of.run;
        self.impossible += of.impossible;
        self.inferred += of.inferred;
        self.wrongly += of.wrongly;
        self.waiting += of.waiting;
    }
}

impl std::fmt::Display for Sum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Sum { run, impossible, inferred, wrongly, waiting } = self;
        write!(
            f,
            "{run} cells run, {impossible} impossible, {inferred} inferred, {wrongly} inferred wrongly, \
             {waiting} waiting for a person"
        )
    }
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

    fn sum(&self) -> Sum {
        Sum {
            run: self.count(|_| true),
            impossible: self.impossible,
            inferred: self.count(|end| matches!(end, End::Inferred | End::InferredWrongly)),
            wrongly: self.count(|end| end == End::InferredWrongly),
            waiting: self.count(|end| matches!(end, End::Waits(_))),
        }
    }
}

/// Runs a table, prints it, and fails if any of its cells did.
fn run_all(table: &Table) -> Tally {
    let (cells, impossible) = cells(table);
    let (ends, failures) = run_cells(&table.cases, &cells, || {});
    let tally = Tally { ends, impossible };
    print(table, &cells, &tally);
    assert!(failures.is_empty(), "{} cells failed:\n{}", failures.len(), failures.join("\n"));
    let run = tally.count(|_| true);
    assert!(std::env::var(ONLY).is_ok() || run >= table.least, "the table has shrunk to {run} cells");
    tally
}

/// Runs cells, and returns how each ended and what is to be said of those that failed. `first`: what each thread does first.
fn run_cells(cases: &[Arc<dyn Case>], cells: &[Cell], first: impl Fn() + Sync) -> (Vec<Option<End>>, Vec<String>) {
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
            let (folder, prepared, first) = (&folder, &prepared, &first);
            let (next, ends, failures) = (&next, &ends, &failures);
            scope.spawn(move || {
                let path = folder.path().join(format!("till{thread}.db"));
                first();
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    let Some(cell) = cells.get(number) else { return };
                    if !is_wanted(cell) {
                        continue;
                    }
                    let run = AssertUnwindSafe(|| {
                        let book: PathBuf = folder.path().join(format!("case{}.db", cell.column));
                        let case = cases[cell.column].as_ref();
                        let prepared = prepared[cell.column].get_or_init(|| Prepared::of(case, &book));
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
    (ends, failures.into_inner().unwrap())
}

/// Books are written to memory where there is such a place: nobody pulls a plug here.
fn folder() -> tempfile::TempDir {
    let memory = std::path::Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap()
}

fn cells(table: &Table) -> (Vec<Cell>, usize) {
    let &Table { times, ways, others, .. } = table;
    let (mut cells, mut impossible) = (Vec::new(), 0);
    for (column, case) in table.cases.iter().enumerate() {
        for (row, fault) in rows(case.system()).into_iter().enumerate() {
            if fault.share > table.share {
                continue;
            }
            // What only looks otherwise is tried in two ways: how a call waits makes no difference to that.
            let ways = if fault.share == Share::Look && ways.len() > TWO_WAYS.len() { TWO_WAYS } else { ways };
            for strike in [fault.before, fault.after] {
                let Some(strike) = strike else {
                    impossible += ways.len() * others.len();
                    continue;
                };
                for (&way, &other) in ways.iter().flat_map(|way| others.iter().map(move |other| (way, other))) {
                    let case = Arc::clone(case);
                    cells.push(Cell { case, column, fault: fault.name, row, strike, times, way, other });
                }
            }
        }
    }
    (cells, impossible)
}

fn print(table: &Table, cells: &[Cell], tally: &Tally) {
    let Table { name, cases, ways, others, .. } = table;
    let remote = cases[0].system().name();
    let mut out = format!("\n{remote}, {name}: s settled, i inferred, ! wrongly inferred, v voided, d declined, ");
    out += "r reversed, x superseded, w waits for a person\n";
    out += &format!("not carried out and carried out, each from left to right: {ways:?} x {others:?}\n");
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
            let (not, done) = (letters(false), letters(true));
            if !(not.is_empty() && done.is_empty()) {
                out += &format!("    {:20} {not:20} {done}\n", fault.name);
            }
        }
    }
    out += &format!("{remote}, {name}: {}\n", tally.sum());
    for reason in REASONS {
        let number = tally.count(|end| end == End::Waits(reason));
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
