//! The offline policy: its hard limits, what a manager makes of it while the shop is open, and what the world knows of both.

use tillbook::{Money, OfflinePolicy, Overridable};

use crate::audit::violated;
use crate::call::Supervised;
use crate::plan::Plan;
use crate::time::{Occasion, dice};
use crate::world::{Checked, World};

/// What the world knows of a till's policies.
#[derive(Clone, Debug)]
pub(crate) struct Policies {
    /// As the book says, and as somebody has said it.
    pub(crate) in_force: OfflinePolicy,
    /// The version of it.
    pub(crate) version: i64,
    /// What somebody has tried to put in force, by a call or by the configuration, and the book has not taken yet.
    pub(crate) said: Vec<OfflinePolicy>,
}

impl Policies {
    pub(crate) fn new(configured: &OfflinePolicy) -> Policies {
        Policies { in_force: configured.clone(), version: 1, said: Vec::new() }
    }
}

/// Hard limits above the normal ones, and limits of recharges and new cards that can be met. Its dice are its own.
pub(crate) fn furnish(plan: &mut Plan, seed: u64) {
    for (index, till) in plan.tills.iter_mut().enumerate() {
        let dice = &mut dice(seed, Occasion::Policy, 0, index as u64);
        let policy = &mut till.config.policy;
        if dice.bool() {
            policy.outage_recharges = dice.u32(1..=8);
            policy.outage_recharge_money = Money::from_fen(dice.i64(50_00..=1_000_00));
            policy.outage_new_cards = dice.u32(1..=4);
        }
        harden(policy, dice);
    }
}

/// How far a supervisor may go: for some limits further than the policy itself, for others not.
fn harden(policy: &mut OfflinePolicy, dice: &mut fastrand::Rng) {
    let more = |limit: Money, dice: &mut fastrand::Rng| {
        (dice.u8(0..3) > 0).then(|| Money::from_fen(limit.fen() + dice.i64(0..=2 * limit.fen().max(1))))
    };
    let further =
        |limit: u32, dice: &mut fastrand::Rng| (dice.u8(0..3) > 0).then(|| limit + dice.u32(0..=limit.max(1)));
    policy.hard_floor_limit = more(policy.floor_limit, dice);
    policy.hard_card_limit = more(policy.card_limit, dice);
    policy.hard_outage_limit = more(policy.outage_limit, dice);
    policy.hard_outage_operations = further(policy.outage_operations, dice);
    policy.hard_outage_recharges = further(policy.outage_recharges, dice);
    policy.hard_outage_recharge_money = more(policy.outage_recharge_money, dice);
    policy.hard_outage_new_cards = further(policy.outage_new_cards, dice);
    policy.hard_base_max_age_s = dice.bool().then_some(30 * 86_400);
    policy.overridable = Overridable::ALL.iter().copied().filter(|_| dice.u8(0..5) > 0).collect();
}

/// Whether a supervisor stands behind the call that a step brings.
pub(crate) fn supervised(seed: u64, number: usize) -> Supervised {
    match dice(seed, Occasion::Policy, 1, number as u64).u8(0..12) {
        0 | 1 => Supervised::Yes,
        2 => Supervised::WithoutReason,
        _ => Supervised::No,
    }
}

/// A manager changes the policy: makes it tighter, or looser, at once or by another configuration at the next start.
pub(crate) fn manager(world: &mut World, i: usize, dice: &mut fastrand::Rng) -> Checked {
    let mut policy = world.tills[i].policies.in_force.clone();
    let tighter = dice.bool();
    let money = |limit: Money| {
        let fen = limit.fen();
        Money::from_fen(if tighter { fen / 2 } else { (fen + 20_00).min(2_000_00) })
    };
    let count = |limit: u32| if tighter { limit / 2 } else { (limit + 3).min(60) };
    policy.floor_limit = money(policy.floor_limit);
    policy.card_limit = money(policy.card_limit);
    policy.outage_limit = money(policy.outage_limit);
    policy.outage_operations = count(policy.outage_operations);
    policy.outage_recharges = count(policy.outage_recharges);
    policy.outage_new_cards = count(policy.outage_new_cards);
    policy.unknown_card = dice.bool();
    policy.unconfirmed_recharge_principal = dice.bool();
    policy.unconfirmed_recharge_bonus = dice.bool();
    harden(&mut policy, dice);
    let how = if tighter { "tighter" } else { "looser" };
    if dice.u8(0..4) == 0 {
        world.tell(|| format!("manager  writes a {how} policy into the configuration of till {i}"));
        world.tills[i].policies.said.push(policy.clone());
        world.tills[i].plan.config.policy = policy;
        return Ok(());
    }
    world.tell(|| format!("manager  sets a {how} policy at till {i}"));
    world.tills[i].policies.said.push(policy.clone());
    let set = world.at_book(i, |steps| steps.set_policy(&policy, "Lin", "as the day goes"))?;
    if set.is_some() && world.tills[i].is_running() {
        check_in_force(world, i, &policy)?;
    }
    Ok(())
}

/// The program has started: what was in force is so again, unless the configuration says something new.
pub(crate) fn after_boot(world: &mut World, i: usize) -> Checked {
    let till = &mut world.tills[i];
    let configured = till.plan.config.policy.clone();
    let expected = if till.configured == configured { till.policies.in_force.clone() } else { configured.clone() };
    till.configured = configured;
    check_in_force(world, i, &expected)
}

fn check_in_force(world: &mut World, i: usize, expected: &OfflinePolicy) -> Checked {
    let till = &mut world.tills[i];
    let Some(version) = till.steps.as_mut().map(|steps| steps.policy()) else { return Ok(()) };
    if version.policy != *expected {
        return violated(14, format!("till {i}: a policy is in force that is not the last one that was set"));
    }
    (till.policies.in_force, till.policies.version) = (version.policy, version.version);
    Ok(())
}
