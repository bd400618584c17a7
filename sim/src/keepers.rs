//! Who keeps the shop: a manager with the policy, whoever copies books and puts copies back. They have dice of their own, so that
//! what the others do stays as it was.

use crate::plan::Plan;
use crate::time::{Occasion, dice};
use crate::world::{Checked, World};
use crate::{copies, policy};

/// How long a shop keeps what is not needed any more: not long.
pub(crate) fn furnish(plan: &mut Plan, seed: u64) {
    for (index, till) in plan.tills.iter_mut().enumerate() {
        let dice = &mut dice(seed, Occasion::Keeping, 2, index as u64);
        let retention = &mut till.config.retention;
        retention.raw_days = dice.u32(0..=1);
        retention.archive_after_days = dice.bool().then(|| dice.u32(0..=1));
    }
}

/// What is old goes, whatever is in the queue.
pub(crate) fn keep_house(world: &mut World, i: usize) -> Checked {
    if !world.tills[i].is_running() {
        return Ok(());
    }
    world.tills[i].house_kept = true;
    let kept = world.at_book(i, tillbook::steps::Steps::keep_house)?;
    world.tell(|| {
        let kept = kept.unwrap_or_default();
        format!(
            "till {i}   keeps house: bytes of {} attempts erased, {} operations archived",
            kept.purged, kept.archived
        )
    });
    Ok(())
}

/// What of these happens in a step of the run, before anything else does.
pub(crate) fn step(world: &mut World, number: usize) -> Checked {
    // Some worlds have no manager, and in some nobody puts copies back.
    let on = |what, weight| if dice(world.seed, Occasion::Keeping, 0, what).bool() { 0 } else { weight };
    let copied = on(1, 1);
    let weights = [
        ("manage", on(0, 4)),
        ("keep house", on(2, 4)),
        ("copy", copied * 5),
        ("put back", copied * 2),
        ("go on", copied * 8),
    ];
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
            "keep house" => keep_house(world, i),
            "copy" => copies::copy(world, i, dice),
            "put back" => copies::put_back(world, i, dice),
            _ => copies::go_on(world, i),
        };
    }
    Ok(())
}
