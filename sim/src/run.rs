//! One run: a world, its steps, and the quiet after them.

use std::collections::BTreeSet;

use tillbook_sandbox::System;

use crate::actors;
use crate::audit::mirror::Mirror;
use crate::audit::{self, Violation, violated};
use crate::copies;
use crate::keepers;
use crate::plan::{Class, Plan};
use crate::till::{Disks, SimTill};
use crate::time::{Occasion, dice};
use crate::wire::Link;
use crate::world::{Figures, World};

/// What is to be run.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many things people, and trouble, do.
    pub steps: usize,
    /// Which assumptions hold.
    pub class: Class,
    /// Steps that are left out.
    pub skip: BTreeSet<usize>,
    /// Whether a trace is kept.
    pub trace: bool,
}

/// What a run came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What was counted.
    pub figures: Figures,
    /// The first invariant that did not hold.
    pub violation: Option<Violation>,
    /// The trace, if one was asked for.
    pub trace: Vec<String>,
}

/// How long after the last fault everything has to be settled or to wait with a reason, besides the longest wait that the till's
/// own settings allow.
const SETTLED_WITHIN_MS: i64 = 600_000;

/// The longest wait after token calls whose quota was spent in vain.
const TOKEN_WAIT_MS: i64 = 2 * 3_600_000;

const DAY_MS: i64 = 86_400_000;
const LONG_STEP_MS: i64 = 600_000;

/// Runs a seed.
pub(crate) fn run(seed: u64, options: &Options, disks: &mut Disks) -> Outcome {
    let plan = Plan::of(seed, options.class);
    let mut world = World::new(seed, plan, disks, options.trace);
    let result = live(&mut world, options);
    let violation = result.err();
    if let Some(violation) = &violation {
        world.tell(|| format!("VIOLATION of invariant {}: {}", violation.invariant, violation.what));
    }
    let mut figures = world.figures.clone();
    figures.operations = world.ledger.operations;
    figures.inferred = world.ledger.inferred;
    figures.inferred_wrongly = world.ledger.inferred_wrongly;
    Outcome { figures, violation, trace: world.take_trace() }
}

fn live(world: &mut World, options: &Options) -> Result<(), Violation> {
    // On some mornings many an answer is lost: a till alone with its platform may lose its day's token so.
    let dark = world.plan.town.gree.is_some() && dice(world.seed, Occasion::Town, 2, 0).u8(0..8) == 0;
    world.calm = !dark;
    let answer_lost = world.plan.network.answer_lost;
    world.plan.network.answer_lost = if dark { 400 } else { answer_lost };
    for i in 0..world.tills.len() {
        world.boot(i)?;
    }
    // What Yonyou calls its members only an import brings.
    for i in 0..world.tills.len() {
        for (card, mid) in world.tills[i].plan.mids.clone() {
            world.at_book(i, |steps| steps.set_reference(&card, "yonyou", &mid))?;
        }
    }
    // On most mornings the network is there, and the cards of the day before are known.
    for i in 0..world.tills.len() {
        if dice(world.seed, Occasion::Plan, 1, i as u64).u8(0..10) < 8 {
            for card in world.tills[i].plan.cards.clone() {
                actors::ask(world, i, System::Sandy, &card)?;
            }
            for phone in world.tills[i].plan.members.clone() {
                actors::ask(world, i, System::Gree, &phone)?;
                actors::ask(world, i, System::Freemud, &phone)?;
            }
        }
    }
    let now = world.now();
    world.run_until(now + 20_000)?;
    world.plan.network.answer_lost = answer_lost;
    world.calm = false;
    for number in 0..options.steps {
        if !options.skip.contains(&number) {
            keepers::step(world, number)?;
            actors::step(world, number)?;
        }
    }
    quiet(world)
}

/// The faults stop. Within a stated time everything must have drained; what waits for a person is decided by one.
fn quiet(world: &mut World) -> Result<(), Violation> {
    world.tell(|| "-- the faults stop".to_owned());
    world.calm = true;
    world.die_after_next = None;
    let count = world.tills.len();
    let mut longest = 0;
    for i in 0..count {
        let till = &mut world.tills[i];
        till.link = Link::Up;
        till.heal_disk();
        let pacing = &till.plan.config.pacing;
        let wait = pacing.backoff_max_ms.max(pacing.retry_after_max_ms) + pacing.restart_jitter_ms;
        // An account whose figures can't be read waits for a person after thirty reads.
        let unreadable = world.plan.town.freemud.as_ref().is_some_and(|settings| settings.answers_like_samples);
        let wait = wait + if unreadable { 16 * pacing.backoff_max_ms } else { 0 };
        let wait = i64::try_from(wait).unwrap_or(i64::MAX);
        longest = longest.max(2 * wait + 12 * (till.timeout_ms() + till.quiet_ms()));
        actors::clock(world, i, 0);
        world.pump(i)?;
    }
    if world.plan.town.gree.is_some() || world.plan.town.yonyou.is_some() {
        longest += TOKEN_WAIT_MS;
    }
    let mut until = world.now() + SETTLED_WITHIN_MS + longest;
    let mut round = 100_000;
    let mut waits_for_day = false;
    loop {
        let now = world.now();
        world.run_until(now + if waits_for_day { LONG_STEP_MS } else { 10_000 })?;
        let open = (0..count).find_map(|i| unfinished(world, i));
        match open {
            None if world.wire_is_quiet() => break,
            // A day's token calls are used up: the next day brings new ones.
            Some(_) if world.now() > until && !waits_for_day && tokens_are_used_up(world) => {
                world.tell(|| "-- until tomorrow".to_owned());
                waits_for_day = true;
                until += DAY_MS;
            }
            Some(what) if world.now() > until => {
                let lanes = world.tills.iter_mut().map(lanes_of).collect::<Vec<_>>().join("; ");
                return violated(12, format!("{what} long after the faults stopped: {lanes}"));
            }
            None if world.now() > until + longest => {
                return violated(12, "requests go on long after everything is settled".to_owned());
            }
            _ => {}
        }
        let decided = |world: &World| -> u32 {
            world.tills.iter().flat_map(|till| till.mirror.ops.values()).map(|op| op.decisions).sum()
        };
        let before = decided(world);
        for i in 0..count {
            if world.tills[i].copies.restored {
                copies::go_on(world, i)?;
                until = until.max(world.now() + SETTLED_WITHIN_MS + longest);
            }
            actors::people(world, i, round, true)?;
        }
        if decided(world) > before {
            // What a decision sets going has its time from there on.
            until = until.max(world.now() + SETTLED_WITHIN_MS + longest);
        }
        round += 1;
    }
    // Each card is served once more, as on any other day: whatever a broken assumption did is seen then at the latest.
    for _ in 0..3 {
        for i in 0..count {
            for (system, card) in audit::cards_of(&mut world.tills[i])? {
                actors::ask(world, i, system, &card)?;
            }
            audit::check_balances(&mut world.tills[i])?;
        }
        let now = world.now();
        world.run_until(now + 60_000)?;
        for i in 0..count {
            actors::people(world, i, round, true)?;
        }
        round += 1;
    }
    for i in 0..count {
        if let Some(what) = unfinished(world, i) {
            return violated(12, format!("{what} when all is quiet"));
        }
        if let Some(call) = world.tills[i].calls.first() {
            return violated(12, format!("{} of till {i} was never answered", call.spec.op_id));
        }
        audit::check_cards(&mut world.tills[i], &world.remote)?;
        if world.tills[i].house_kept {
            keepers::keep_house(world, i)?;
        }
        audit::check_book(&mut world.tills[i])?;
        let ledger = &mut world.ledger;
        let harm = audit::check_all(&world.tills[i], &world.remote, world.plan.class, ledger)?;
        world.figures.assumptions_broken += harm.indistinguishable;
        world.figures.noticed += harm.noticed;
    }
    Ok(())
}

/// Whether some till is halted until the next day.
fn tokens_are_used_up(world: &mut World) -> bool {
    world.tills.iter_mut().any(|till| {
        ["gree", "yonyou"].iter().any(|provider| {
            let condition = till.look(|_, eye| Ok(Mirror::condition(eye, provider))).ok().flatten();
            let halted = condition.and_then(|condition| condition.get("halted")?.as_str().map(ToOwned::to_owned));
            halted.is_some_and(|why| why.contains("are used up"))
        })
    })
}

/// Where a till's lanes stand, for whoever has to find out why one does not move.
fn lanes_of(till: &mut SimTill) -> String {
    let now = till.steps.as_mut().map(|steps| steps.now().millis()).unwrap_or_default();
    let accounts = till.look(|_, eye| Mirror::accounts(eye).map_err(|error| error.to_string())).unwrap_or_default();
    let lanes = accounts.iter().filter(|account| account.lane_state != "idle");
    let lanes: Vec<String> = lanes
        .map(|account| format!("{} {} in {} ms", account.card, account.lane_state, account.due_at - now))
        .collect();
    format!("till {} has {} under way, lanes {lanes:?}", till.index, till.in_flight.len())
}

/// Something of a till that is not finished.
fn unfinished(world: &World, i: usize) -> Option<String> {
    let till = &world.tills[i];
    if !till.is_running() {
        return Some(format!("till {i} does not run"));
    }
    let op = till.mirror.ops.values().find(|op| !audit::is_final(&op.state))?;
    Some(format!("{} of till {i} is {} ({:?})", op.op_id, op.state, op.waits_for))
}
