//! The simulator's command line.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tillbook_sim::{Class, Figures, INVARIANTS, Options, Simulator, Violation, shrunk};

const HELP: &str = "Runs tillbook against every fault that can be thought of.

tillbook-sim [--start S] [--seeds N | --seconds T] [--steps K] [--class 1|2] [--jobs J] [--skip LIST] [--quiet]

  --start S    the first seed; a random one where none is given
  --seeds N    how many seeds; 1 where nothing is said. A single seed is replayed with its trace
  --seconds T  as many seeds as can be begun within so many seconds
  --steps K    how many things people, and trouble, do in each world; 100
  --class 1|2  whether the remote's declared assumptions hold (1) or are broken too (2); 1
  --jobs J     how many worlds at once; one for each core
  --skip LIST  steps to leave out, such as 3,7-9: a failing run prints the shortest it found
  --quiet      no trace

The last line tells what came of it; the exit code is 0 if no invariant was violated.";

struct Args {
    start: u64,
    seeds: Option<u64>,
    seconds: Option<u64>,
    jobs: usize,
    quiet: bool,
    options: Options,
}

fn main() -> ExitCode {
    let args = match arguments() {
        Ok(Some(args)) => args,
        Ok(None) => {
            println!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("tillbook-sim: {error}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    let single = args.seeds == Some(1);
    let outcome = if single { replay(&args) } else { many(&args) };
    match outcome {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("tillbook-sim: {error}");
            ExitCode::from(2)
        }
    }
}

fn arguments() -> Result<Option<Args>, lexopt::Error> {
    use lexopt::prelude::*;
    let mut start = None;
    let mut args = Args {
        start: 0,
        seeds: None,
        seconds: None,
        jobs: std::thread::available_parallelism().map_or(1, usize::from),
        quiet: false,
        options: Options { steps: 100, class: Class::One, skip: BTreeSet::new(), trace: false },
    };
    let mut parser = lexopt::Parser::from_env();
    while let Some(arg) = parser.next()? {
        match arg {
            Long("start") => start = Some(parser.value()?.parse()?),
            Long("seeds") => args.seeds = Some(parser.value()?.parse()?),
            Long("seconds") => args.seconds = Some(parser.value()?.parse()?),
            Long("steps") => args.options.steps = parser.value()?.parse()?,
            Long("class") => {
                args.options.class = match parser.value()?.parse::<u8>()? {
                    1 => Class::One,
                    2 => Class::Two,
                    other => return Err(format!("there is no class {other}").into()),
                }
            }
            Long("jobs") => args.jobs = parser.value()?.parse::<usize>()?.max(1),
            Long("skip") => args.options.skip = list(&parser.value()?.string()?)?,
            Long("quiet") => args.quiet = true,
            Long("help") | Short('h') => return Ok(None),
            other => return Err(other.unexpected()),
        }
    }
    if args.seconds.is_none() {
        args.seeds = args.seeds.or(Some(1));
    }
    args.start = start.unwrap_or_else(|| fastrand::u64(1..1_000_000_000));
    Ok(Some(args))
}

/// `3,7-9` as numbers.
fn list(text: &str) -> Result<BTreeSet<usize>, lexopt::Error> {
    let number = |text: &str| text.parse::<usize>().map_err(|_| lexopt::Error::from(format!("{text} is no step")));
    let mut all = BTreeSet::new();
    for part in text.split(',').filter(|part| !part.is_empty()) {
        match part.split_once('-') {
            Some((from, to)) => all.extend(number(from)?..=number(to)?),
            None => drop(all.insert(number(part)?)),
        }
    }
    Ok(all)
}

/// Numbers as `3,7-9`.
fn as_list(numbers: &BTreeSet<usize>) -> String {
    let mut parts: Vec<(usize, usize)> = Vec::new();
    for &number in numbers {
        match parts.last_mut() {
            Some((_, to)) if *to + 1 == number => *to = number,
            _ => parts.push((number, number)),
        }
    }
    let text = |&(from, to): &(usize, usize)| if from == to { from.to_string() } else { format!("{from}-{to}") };
    parts.iter().map(text).collect::<Vec<_>>().join(",")
}

fn command(seed: u64, options: &Options) -> String {
    let class = if options.class == Class::Two { " --class 2" } else { "" };
    let skip = if options.skip.is_empty() { String::new() } else { format!(" --skip {}", as_list(&options.skip)) };
    format!("cargo run --release -p tillbook-sim -- --start {seed} --seeds 1 --steps {}{class}{skip}", options.steps)
}

/// One seed with its trace.
fn replay(args: &Args) -> std::io::Result<u64> {
    let mut simulator = Simulator::new("replay")?;
    let options = Options { trace: !args.quiet, ..args.options.clone() };
    println!("seed {}", args.start);
    let outcome = simulator.run(args.start, &options);
    for line in &outcome.trace {
        println!("{line}");
    }
    if let Some(violation) = &outcome.violation {
        report(args.start, violation);
        if options.skip.is_empty() {
            shrink(&mut simulator, args.start, &options, violation);
        }
    }
    Ok(summary(1, &outcome.figures, u64::from(outcome.violation.is_some())))
}

fn report(seed: u64, violation: &Violation) {
    let meant = usize::from(violation.invariant).checked_sub(1).and_then(|index| INVARIANTS.get(index));
    println!("seed {seed} VIOLATES {} ({}): {}", violation.invariant, meant.unwrap_or(&"no panic"), violation.what);
}

fn shrink(simulator: &mut Simulator, seed: u64, options: &Options, violation: &Violation) {
    let shorter = shrunk(simulator, seed, options, violation.invariant);
    let left = shorter.steps - shorter.skip.len();
    println!("  still with {left} steps: {}", command(seed, &shorter));
}

/// Many seeds on several threads. A thread's worlds know nothing of each other.
fn many(args: &Args) -> std::io::Result<u64> {
    let until = args.seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let last = args.seeds.map(|seeds| args.start.saturating_add(seeds));
    let next = AtomicU64::new(args.start);
    let failed = AtomicBool::new(false);
    let total = Mutex::new((0_u64, Figures::default(), BTreeMap::<u64, Violation>::new()));
    println!("seeds from {} on, {} steps each, class {:?}", args.start, args.options.steps, args.options.class);
    // A violation's panic is told with its seed.
    std::panic::set_hook(Box::new(|_| {}));
    let began = Instant::now();
    let simulators = (0..args.jobs).map(|job| Simulator::new(&format!("job{job}"))).collect::<Result<Vec<_>, _>>()?;
    std::thread::scope(|scope| {
        for mut simulator in simulators {
            let (next, failed, total, options) = (&next, &failed, &total, &args.options);
            scope.spawn(move || {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if last.is_some_and(|last| seed >= last) || until.is_some_and(|until| Instant::now() >= until) {
                        return;
                    }
                    let outcome = simulator.run(seed, options);
                    let Ok(mut total) = total.lock() else { return };
                    total.0 += 1;
                    total.1.add(&outcome.figures);
                    if let Some(violation) = outcome.violation {
                        report(seed, &violation);
                        total.2.insert(seed, violation);
                        failed.store(true, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let took = began.elapsed();
    let (seeds, figures, violations) = total.into_inner().unwrap_or_default();
    // The first few are made short enough to be read.
    if failed.load(Ordering::Relaxed) {
        let mut simulator = Simulator::new("shrink")?;
        for (seed, violation) in violations.iter().take(5) {
            println!("seed {seed}:");
            shrink(&mut simulator, *seed, &args.options, violation);
        }
    }
    let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
    println!(
        "{} requests, {} crashes, {} old copies, inferred wrongly {}, broken assumptions noticed {}; {} s, {} operations a second",
        figures.requests,
        figures.crashes,
        figures.put_back,
        figures.inferred_wrongly,
        figures.noticed,
        took.as_secs(),
        figures.operations * 1000 / ms
    );
    Ok(summary(seeds, &figures, violations.len() as u64))
}

fn summary(seeds: u64, figures: &Figures, violations: u64) -> u64 {
    println!(
        "seeds {seeds}, operations {}, faults {}, inferred {}, assumptions broken {}, violations {violations}",
        figures.operations, figures.faults, figures.inferred, figures.assumptions_broken
    );
    violations
}
