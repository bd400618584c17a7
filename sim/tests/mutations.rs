//! The simulator can fail: it finds each deliberate bug that a build with `--cfg tillbook_mutations` can be given.
//!
//! `RUSTFLAGS="--cfg tillbook_mutations" cargo test --release -p tillbook-sim --test mutations --target-dir target/mutations
//! -- --nocapture` shows which invariant found which bug. In any other build there is nothing here.
#![cfg(tillbook_mutations)]
#![allow(clippy::print_stdout)]

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use tillbook::mutation::{self, Mutation};
use tillbook_sim::{Class, INVARIANTS, Options, Simulator, Violation};

/// A bug is found within so many worlds.
const SEEDS: u64 = 200;

/// So many worlds show that a build with bugs to choose from has none by itself. That the worlds above have none without
/// a bug is tested where bugs can't be chosen.
const SOUND_SEEDS: u64 = 20;

const THREADS: usize = 2;

/// In which worlds a bug shows: some only do harm where an assumption is broken.
fn class(mutation: Mutation) -> Class {
    match mutation {
        Mutation::SwallowDifferences => Class::Two,
        _ => Class::One,
    }
}

/// In which world the hunt begins. A bug that shows in one of many hundreds is looked for where one of those is.
fn first_seed(mutation: Mutation) -> u64 {
    match mutation {
        Mutation::OneUndoIsProof => 601,
        _ => 1,
    }
}

/// The first world from a seed on in which something is found.
fn first_found(simulator: &mut Simulator, class: Class, first: u64, seeds: u64) -> Option<(u64, Violation)> {
    let options = Options { steps: 100, class, skip: BTreeSet::new(), trace: false };
    (first..first + seeds).find_map(|seed| Some((seed, simulator.run(seed, &options).violation?)))
}

/// Runs each bug's worlds, on a few threads.
fn hunt() -> Vec<(Mutation, Option<(u64, Violation)>)> {
    let next = AtomicUsize::new(0);
    let hunter = |number: usize| {
        let mut simulator = Simulator::new(&format!("hunter-{number}")).expect("a folder for books");
        let mut found = Vec::new();
        while let Some(&mutation) = Mutation::ALL.get(next.fetch_add(1, Ordering::Relaxed)) {
            mutation::set(Some(mutation));
            found.push((mutation, first_found(&mut simulator, class(mutation), first_seed(mutation), SEEDS)));
        }
        found
    };
    let mut found: Vec<_> = thread::scope(|scope| {
        let hunter = &hunter;
        let hunters: Vec<_> = (0..THREADS).map(|number| scope.spawn(move || hunter(number))).collect();
        hunters.into_iter().flat_map(|hunter| hunter.join().expect("a hunter has panicked")).collect()
    });
    found.sort_by_key(|(mutation, _)| Mutation::ALL.iter().position(|other| other == mutation));
    found
}

#[test]
fn every_bug_is_found() {
    let found = hunt();
    println!("{:<22} {:>5} {:>5} {:>8} {:>5}  what was seen", "bug", "class", "meant", "found by", "seed");
    for (mutation, found) in &found {
        let class = if class(*mutation) == Class::Two { 2 } else { 1 };
        let (by, seed, what) = match found {
            Some((seed, violation)) => (violation.invariant.to_string(), seed.to_string(), violation.what.as_str()),
            None => ("-".to_owned(), "-".to_owned(), ""),
        };
        let what: String = what.chars().take(100).collect();
        println!("{:<22} {class:>5} {:>5} {by:>8} {seed:>5}  {what}", mutation.name(), mutation.invariant());
    }
    let by_their_own = found.iter().filter(|(mutation, found)| {
        found.as_ref().is_some_and(|(_, violation)| violation.invariant == mutation.invariant())
    });
    println!(
        "{} bugs, {} of them found by the invariant that they are meant to break",
        found.len(),
        by_their_own.count()
    );
    let missed: Vec<_> =
        found.iter().filter(|(_, found)| found.is_none()).map(|(mutation, _)| mutation.name()).collect();
    assert!(missed.is_empty(), "not found in {SEEDS} worlds: {missed:?}");
    // A check that never fires would not be missed otherwise.
    let finders: BTreeSet<usize> =
        found.iter().filter_map(|(_, found)| Some(usize::from(found.as_ref()?.1.invariant))).collect();
    assert_eq!(finders, (1..=INVARIANTS.len()).collect(), "each invariant finds something");
}

#[test]
fn without_a_bug_nothing_is_found() {
    let mut simulator = Simulator::new("sound").expect("a folder for books");
    for class in [Class::One, Class::Two] {
        assert_eq!(first_found(&mut simulator, class, 1, SOUND_SEEDS), None, "{class:?}");
    }
}

#[test]
fn every_invariant_has_a_bug_that_is_meant_to_break_it() {
    let covered: BTreeSet<usize> = Mutation::ALL.iter().map(|mutation| usize::from(mutation.invariant())).collect();
    assert_eq!(covered, (1..=INVARIANTS.len()).collect());
}
