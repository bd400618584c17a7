//! Runs tillbook against every fault that can be thought of, by a seed.
//!
//! A world of several tills is simulated on one thread: the real library on real SQLite files, the sandbox's core as the
//! remote, a network that loses and delays, disks that fill up, programs that end abruptly, clocks that jump, other writers
//! and a person who decides. The same seed gives the same world, event by event. After every step an auditor that shares no
//! code with the library checks what must always hold ([`INVARIANTS`]).

mod actors;
mod audit;
mod call;
mod calls;
mod copies;
mod depart;
mod host;
mod keepers;
mod manners;
mod plan;
mod policy;
mod remote;
mod run;
mod shop;
mod shrink;
mod till;
mod time;
mod town;
mod wire;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};

pub use audit::{INVARIANTS, Violation};
pub use plan::Class;
pub use run::{Options, Outcome};
pub use shrink::shrunk;
pub use world::Figures;

/// Runs seeds one after another on one thread. Each thread needs its own.
pub struct Simulator {
    disks: till::Disks,
}

impl Simulator {
    /// `name` must be unique in the process.
    ///
    /// # Errors
    /// If no folder can be made for the books.
    pub fn new(name: &str) -> std::io::Result<Simulator> {
        Ok(Simulator { disks: till::Disks::new(name)? })
    }

    /// Runs a seed. A panic counts as a violation.
    pub fn run(&mut self, seed: u64, options: &Options) -> Outcome {
        let disks = &mut self.disks;
        catch_unwind(AssertUnwindSafe(|| run::run(seed, options, disks))).unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            let what = format!("panicked: {}", text.unwrap_or_default());
            Outcome {
                figures: Figures::default(),
                violation: Some(Violation { invariant: 0, what }),
                trace: Vec::new(),
            }
        })
    }
}

impl std::fmt::Debug for Simulator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Simulator").finish_non_exhaustive()
    }
}
