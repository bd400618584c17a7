//! Who keeps the shop: a manager with the policy. They have dice of their own, so that what the others do stays as it was.

use crate::policy;
use crate::time::{Occasion, dice};
use crate::world::{Checked, World};

/// What of these happens in a step of the run, before anything else does.
pub(crate) fn step(world: &mut World, number: usize) -> Checked {
    // Some worlds have no manager.
    let weight = |what| if dice(world.seed, Occasion::Keeping, 0, what).bool() { 0 } else { 4 };
    let manages = weight(0);
    let dice = &mut dice(world.seed, Occasion::Keeping, 1, number as u64);
    let i = dice.usize(0..world.tills.len());
    match dice.u32(0..100) {
        at if at < manages => policy::manager(world, i, dice),
        _ => Ok(()),
    }
}
