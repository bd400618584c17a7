//! The simulator's command line.
#![allow(clippy::print_stdout, clippy::print_stderr)]
fn main() {
    let args: Vec<u64> = std::env::args().skip(1).map(|a| a.parse().unwrap_or(0)).collect();
    let (start, n, steps, class, trace) = (args[0], args[1], args[2] as usize, args[3], args.get(4).is_some());
    let mut sim = tillbook_sim::Simulator::new("sim").expect("folder");
    let class = if class == 2 { tillbook_sim::Class::Two } else { tillbook_sim::Class::One };
    let mut all = tillbook_sim::Figures::default();
    let began = std::time::Instant::now();
    let mut bad = std::collections::BTreeMap::<(u8, String), Vec<u64>>::new();
    for seed in start..start + n {
        let options = tillbook_sim::Options { steps, class, skip: Default::default(), trace };
        let outcome = sim.run(seed, &options);
        for line in &outcome.trace {
            println!("{line}");
        }
        all.add(&outcome.figures);
        if let Some(v) = outcome.violation {
            if !trace {
                println!("seed {seed}: {}: {}", v.invariant, v.what);
            }
            bad.entry((v.invariant, v.what.chars().filter(|c| !c.is_ascii_digit()).take(60).collect()))
                .or_default()
                .push(seed);
        }
    }
    for ((i, w), seeds) in &bad {
        println!("{i:>3} x{:<4} {w} e.g. {:?}", seeds.len(), &seeds[..seeds.len().min(4)]);
    }
    println!("{all:?} in {:?}", began.elapsed());
}
