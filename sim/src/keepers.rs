//! Who keeps the shop: a manager with the policy, whoever copies books and puts copies back. They have dice of their own, so that
//! what the others do stays as it was.

use crate::time::{Occasion, dice};
use crate::world::{Checked, World};
use crate::{copies, policy};

/// What of these happens in a step of the run, before anything else does.
pub(crate) fn step(world: &mut World, number: usize) -> Checked {
    // Some worlds have no manager, and in some nobody puts copies back.
    let on = |what, weight| if dice(world.seed, Occasion::Keeping, 0, what).bool() { 0 } else { weight };
    let copied = on(1, 1);
    let weights = [("manage", on(0, 4)), ("copy", copied * 5), ("put back", copied * 2), ("go on", copied * 8)];
    let dice = &mut dice(world.seed, Occasion::Keeping, 1, number as u64);
    let i = dice.usize(0..world.tills.len());
    let mut at = dice.u32(0..100);
    for (name, weight) in weights {
        if at >= weight {
            at -= weight;
            continue;
        }
        return match name {
            "manage" => policy::manager(world, i, dice),
            "copy" => copies::copy(world, i, dice),
            "put back" => copies::put_back(world, i, dice),
            _ => copies::go_on(world, i),
        };
    }
    Ok(())
}
