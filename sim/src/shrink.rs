//! Making a failing run shorter.

use crate::run::Options;
use crate::{Outcome, Simulator};

/// The fewest steps that were found with which a seed still violates this invariant.
///
/// Steps after the violation are dropped first, then ever smaller runs of the others, for as long as the violation stays.
/// Each step throws dice of its own, so leaving one out changes nothing else but what follows from it.
pub fn shrunk(simulator: &mut Simulator, seed: u64, options: &Options, invariant: u8) -> Options {
    let mut best = Options { trace: false, ..options.clone() };
    let mut fails = |options: &Options| {
        let Outcome { violation, .. } = simulator.run(seed, options);
        violation.is_some_and(|violation| violation.invariant == invariant)
    };
    // The end: halved for as long as it still fails.
    let (mut least, mut most) = (0, best.steps);
    while least < most {
        let middle = (least + most) / 2;
        let tried = Options { steps: middle, ..best.clone() };
        if fails(&tried) {
            best = tried;
            most = middle;
        } else {
            least = middle + 1;
        }
    }
    let mut run = best.steps.div_ceil(2).max(1);
    loop {
        for from in (0..best.steps).step_by(run) {
            let dropped: Vec<usize> =
                (from..(from + run).min(best.steps)).filter(|step| !best.skip.contains(step)).collect();
            if dropped.is_empty() {
                continue;
            }
            let mut tried = best.clone();
            tried.skip.extend(dropped);
            if fails(&tried) {
                best = tried;
            }
        }
        if run == 1 {
            return best;
        }
        run = run.div_ceil(2);
    }
}
