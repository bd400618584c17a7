//! A seed is a world: everything in it follows from the number alone.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::ops::Range;

use tillbook_sim::{Class, Options, Outcome, Simulator};

fn options(class: Class) -> Options {
    Options { steps: 120, class, skip: BTreeSet::new(), trace: true }
}

fn run(simulator: &mut Simulator, seed: u64, options: &Options) -> Outcome {
    let outcome = simulator.run(seed, options);
    assert_eq!(outcome.violation, None, "seed {seed}");
    outcome
}

#[test]
fn the_same_seed_gives_the_same_trace() {
    let mut first = Simulator::new("first").unwrap();
    let mut second = Simulator::new("second").unwrap();
    let mut lines = 0;
    for class in [Class::One, Class::Two] {
        for seed in 1..=12 {
            let once = run(&mut first, seed, &options(class));
            // Other worlds have been played on these disks meanwhile.
            let again = run(&mut second, 13 - seed, &options(class));
            drop(again);
            let again = run(&mut second, seed, &options(class));
            let apart = once.trace.iter().zip(&again.trace).find(|(once, again)| once != again);
            assert_eq!(apart, None, "seed {seed}");
            assert_eq!(once.trace.len(), again.trace.len(), "seed {seed}");
            assert_eq!(once.figures, again.figures, "seed {seed}");
            lines += once.trace.len();
        }
    }
    assert!(lines > 5_000, "{lines} lines are too few to tell anything");
}

#[test]
fn another_seed_or_a_step_less_gives_another_trace() {
    let mut simulator = Simulator::new("other").unwrap();
    let whole = run(&mut simulator, 7, &options(Class::One));
    let other = run(&mut simulator, 8, &options(Class::One));
    let mut without =
        |steps: Range<usize>| run(&mut simulator, 7, &Options { skip: steps.collect(), ..options(Class::One) });
    let (shorter, idle) = (without(0..60), without(0..120));
    assert_ne!(whole.trace, other.trace);
    // More may happen in it: the tills that those steps have closed stay open.
    assert_ne!(whole.trace, shorter.trace);
    for busy in [&whole, &shorter] {
        assert!(idle.trace.len() < busy.trace.len(), "nobody does anything: {} lines", idle.trace.len());
    }
}

/// A world in which nothing happens proves nothing.
#[test]
fn the_worlds_are_full_of_work_and_trouble() {
    let mut simulator = Simulator::new("full").unwrap();
    let mut figures = tillbook_sim::Figures::default();
    for seed in 100..140 {
        let outcome = run(&mut simulator, seed, &Options { trace: false, ..options(Class::One) });
        figures.add(&outcome.figures);
    }
    assert!(figures.operations > 40 * 10, "{figures:?}");
    assert!(figures.faults > 40 * 20 && figures.crashes > 40 && figures.requests > 40 * 100, "{figures:?}");
    assert!(figures.inferred > 0, "{figures:?}");
    assert_eq!((figures.assumptions_broken, figures.noticed), (0, 0), "in class one nothing is broken: {figures:?}");
}
