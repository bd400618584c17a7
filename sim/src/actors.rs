//! Who does what in the world: cashiers, the head office, other tills, a person who resolves, and trouble.

use tillbook::{Resolution, Retarget, State};
use tillbook_sandbox::System;
use tillbook_sandbox::sandy::NewCard;
use tillbook_testvfs::{Failure, SurvivingWrites};

use crate::audit::mirror::Op;
use crate::audit::{Violation, check_balances};
use crate::call::CallSpec;
use crate::plan::Class;
use crate::policy;
use crate::shop;
use crate::till::Disk;
use crate::time::{Occasion, by_chance, dice};
use crate::wire::Link;
use crate::world::{Event, World};

type Checked<T = ()> = Result<T, Violation>;

/// One step of the run: some time passes, and somebody does something.
pub(crate) fn step(world: &mut World, number: usize) -> Checked {
    let mut dice = dice(world.seed, Occasion::Step, number as u64, 0);
    let dice = &mut dice;
    let gap = match dice.u8(0..4) {
        0 => 0,
        1 => dice.i64(0..50),
        _ => dice.i64(0..=world.plan.longest_gap_ms),
    };
    let now = world.now();
    world.run_until(now + gap)?;
    let i = dice.usize(0..world.tills.len());
    let troubles = &world.plan.troubles;
    let weights = [
        ("call", 60),
        ("again", 8),
        ("void", 4),
        ("serve", 8),
        ("drive", if world.tills[i].plan.worker { 0 } else { 20 }),
        ("people", 8),
        ("balances", 6),
        ("partition", troubles.partition),
        ("clock", troubles.clock),
        ("crash", troubles.crash),
        ("restart", troubles.restart),
        ("disk", troubles.disk),
        ("office", troubles.office),
        ("other till", troubles.other_till),
        ("stale", if world.plan.network.stale > 0 { 4 } else { 0 }),
        ("tokens", world.plan.town.tokens),
        ("push", world.plan.town.pushes),
        ("forget", world.plan.town.forgets),
    ];
    match drawn(dice, &weights) {
        "call" => {
            let till = &mut world.tills[i];
            let beyond = if till.plan.members.is_empty() { None } else { shop::thrown(dice, till, till.next_call) };
            let sandy = till.plan.config.sandy.is_some();
            let mut spec = match beyond {
                Some(spec) => spec,
                None if sandy => CallSpec::thrown(dice, i, &till.plan, till.next_card, till.next_call),
                None => return Ok(()),
            };
            if let crate::call::ActSpec::Deal(shop::Deal::Register { phone, .. }) = &spec.act
                && spec.card != *phone
            {
                till.phones.insert(spec.card.clone(), phone.clone());
            }
            spec.supervised = policy::supervised(world.seed, number);
            till.next_call += 1;
            till.next_card += u32::from(matches!(spec.act, crate::call::ActSpec::Open { .. }));
            world.call(i, spec, false)
        }
        "again" => again(world, i, dice),
        "void" => void(world, i, dice),
        "serve" => serve(world, i, dice),
        "drive" => {
            let until = world.now() + dice.i64(1..10_000);
            world.tills[i].driven_until = until;
            world.tell(|| format!("till {i}   is driven by its host for a while"));
            world.pump(i)
        }
        "people" => people(world, i, number, false),
        "balances" => check_balances(&mut world.tills[i]),
        "partition" => {
            let link = [Link::Up, Link::Up, Link::Down, Link::Swallows, Link::OneWay][dice.usize(0..5)];
            let all = by_chance(dice, 300);
            for (n, till) in world.tills.iter_mut().enumerate() {
                if all || n == i {
                    till.link = link;
                }
            }
            world.figures.faults += u64::from(link != Link::Up);
            world.tell(|| {
                format!("network  of {} is {link:?}", if all { "all tills".into() } else { format!("till {i}") })
            });
            Ok(())
        }
        "clock" => {
            const DAY: i64 = 86_400_000;
            let offset = [0, 0, 400, -20_000, 200_000, -3_600_000, 7_200_000, DAY, -DAY, 30 * DAY][dice.usize(0..10)];
            clock(world, i, offset);
            world.pump(i)
        }
        "crash" => crash(world, i, dice),
        "restart" => {
            if world.tills[i].is_running() {
                world.tell(|| format!("till {i}   is closed in good order"));
                world.tills[i].close();
                let back = world.now() + dice.i64(0..60_000);
                world.tills[i].off_until = back;
                world.schedule(back, Event::Boot(i));
            }
            Ok(())
        }
        "disk" => disk(world, i, dice),
        "office" | "other till" if !world.plan.town.is_empty() && (world.plan.cards.is_empty() || dice.bool()) => {
            shop::elsewhere(world, dice);
            Ok(())
        }
        "office" => {
            office(world, dice);
            Ok(())
        }
        "other till" => {
            other_till(world, dice);
            Ok(())
        }
        "tokens" => {
            shop::end_tokens(world, dice);
            Ok(())
        }
        "push" => shop::push(world, i, dice),
        "forget" => {
            shop::forget_keys(world, i);
            Ok(())
        }
        _ => {
            world.tell(|| "remote   a replica stops following".to_owned());
            world.remote.keep_for_stale_reads();
            Ok(())
        }
    }
}

fn drawn(dice: &mut fastrand::Rng, weights: &[(&'static str, u32)]) -> &'static str {
    let total: u32 = weights.iter().map(|(_, weight)| weight).sum();
    let mut at = dice.u32(0..total);
    for (name, weight) in weights {
        if at < *weight {
            return name;
        }
        at -= weight;
    }
    weights[0].0
}

/// The same call once more, as a POS does that does not know what became of it.
fn again(world: &mut World, i: usize, dice: &mut fastrand::Rng) -> Checked {
    let made = &world.tills[i].made;
    if made.is_empty() {
        return Ok(());
    }
    // Mostly one of the last.
    let back = dice.usize(0..made.len().min(4));
    let spec = made[made.len() - 1 - back].spec.clone();
    world.call(i, spec, true)
}

fn void(world: &mut World, i: usize, dice: &mut fastrand::Rng) -> Checked {
    let made = &world.tills[i].made;
    if made.is_empty() {
        return Ok(());
    }
    let id = made[dice.usize(0..made.len())].spec.op_id.clone();
    world.tell(|| format!("till {i}   voids {id}"));
    world.at_book(i, |steps| steps.void(&id)).map(drop)
}

fn serve(world: &mut World, i: usize, dice: &mut fastrand::Rng) -> Checked {
    let cards: Vec<String> = world.tills[i].mirror.ops.values().map(|op| op.card.clone()).collect();
    let plan = &world.tills[i].plan;
    if !plan.members.is_empty() && dice.bool() {
        let phone = plan.members[dice.usize(0..plan.members.len())].clone();
        let system = if dice.bool() { System::Gree } else { System::Freemud };
        return ask(world, i, system, &phone);
    }
    let card = match (plan.cards.is_empty(), cards.is_empty()) {
        (false, true) => plan.cards[dice.usize(0..plan.cards.len())].clone(),
        (false, _) if dice.bool() => plan.cards[dice.usize(0..plan.cards.len())].clone(),
        (_, false) => cards[dice.usize(0..cards.len())].clone(),
        _ => return Ok(()),
    };
    let system = match world.tills[i].mirror.ops.values().find(|op| op.card == card) {
        Some(op) => op.system,
        None if world.tills[i].plan.cards.contains(&card) => System::Sandy,
        None => System::Gree,
    };
    ask(world, i, system, &card)
}

/// A cashier looks a card up.
pub(crate) fn ask(world: &mut World, i: usize, system: System, card: &str) -> Checked {
    let until = world.now() + 30_000;
    let till = &mut world.tills[i];
    let Some(steps) = &mut till.steps else { return Ok(()) };
    let family = till.plan.routes.iter().find(|(_, served)| **served == system).map(|(family, _)| *family);
    if let Some(family) = family
        && let Ok(ticket) = steps.ask_card_of(family, card)
    {
        till.questions.push((ticket, until));
    }
    world.tell(|| format!("till {i}   looks {card} up"));
    world.pump(i)
}

pub(crate) fn clock(world: &mut World, i: usize, offset: i64) {
    if world.tills[i].clock.offset() == offset {
        return;
    }
    world.tills[i].clock.set_offset(offset);
    // By its own time a pause may be over now, or never end.
    world.tills[i].pacing.values_mut().for_each(|seen| seen.pause_until = 0);
    world.figures.faults += 1;
    world.tell(|| format!("till {i}   its clock is set {offset} ms off"));
}

fn crash(world: &mut World, i: usize, dice: &mut fastrand::Rng) -> Checked {
    if !world.tills[i].is_running() {
        return Ok(());
    }
    match dice.u8(0..4) {
        // In the middle of some commit to come.
        0 if world.tills[i].disk == Disk::Well => {
            let nth = dice.u64(1..60);
            world.tell(|| format!("till {i}   will lose its power at its disk's call {nth}"));
            world.tills[i].fail(Disk::PowerCutAhead, Failure::power_cut_at(nth));
            Ok(())
        }
        // Right after some turn or call to come, before anybody learns of it.
        1 => {
            world.die_after_next = Some(i);
            Ok(())
        }
        2 => world.crash(i, SurvivingWrites::None),
        _ => world.crash(i, SurvivingWrites::All),
    }
}

fn disk(world: &mut World, i: usize, dice: &mut fastrand::Rng) -> Checked {
    let till = &mut world.tills[i];
    match (till.disk, dice.u8(0..4)) {
        (Disk::PowerCutAhead, _) => return Ok(()),
        (Disk::Full | Disk::Failing, _) => till.heal_disk(),
        (Disk::Well, 0) => till.fill_disk(dice.u64(0..200_000)),
        (Disk::Well, 1) => till.fail(Disk::Failing, Failure::io_err_at(dice.u64(1..40)).persistent()),
        (Disk::Well, 2) => till.fail(Disk::Failing, Failure::full_at(dice.u64(1..30))),
        (Disk::Well, _) => till.fail(Disk::Failing, Failure::io_err_at(dice.u64(1..60))),
    }
    let disk = till.disk;
    world.figures.faults += u64::from(disk != Disk::Well);
    world.tell(|| format!("till {i}   its disk is {disk:?}"));
    world.pump(i)
}

/// Cards that others than one till alone may write to.
fn open_to_all(world: &World) -> Vec<String> {
    world.plan.cards.iter().map(|(_, number)| number).filter(|number| number.starts_with("SHARED")).cloned().collect()
}

fn office(world: &mut World, dice: &mut fastrand::Rng) {
    let now_s = world.remote.clock_s(world.now());
    let cards = open_to_all(world);
    let card = &cards[dice.usize(0..cards.len())];
    let other = &cards[dice.usize(0..cards.len())];
    let shared_tills = world.tills.iter().filter(|till| !till.plan.sole).map(|till| till.index).max();
    let mut office = world.remote.sandy.office(now_s, "boss");
    let fen = dice.i64(1..=50_00);
    let (what, done) = match dice.u8(0..16) {
        0..=3 => ("withdraws", office.withdraw(card, fen)),
        4..=6 => ("transfers", office.transfer(card, other, fen)),
        7..=8 => ("blocks", office.loss(card)),
        9..=11 => ("unblocks", office.lift(card)),
        12..=13 => ("sets the level of", office.set_level(card, dice.i64(1..=3))),
        14 if shared_tills.is_some() => {
            // The same number that a till may just be opening.
            let till = shared_tills.unwrap_or_default();
            let number = format!("NEW{till}-{}", dice.u32(1..=4));
            (
                "opens a number beside",
                office.open(NewCard::new(&number, 1).with_holder("Somebody", "13900000009", None)),
            )
        }
        _ if dice.u8(0..6) == 0 => ("closes", office.close(card)),
        _ => ("replaces", office.replace(card, &format!("{card}-{}", dice.u32(..)))),
    };
    let card = card.clone();
    world.tell(|| format!("office   {what} {card}: {done:?}"));
}

fn other_till(world: &mut World, dice: &mut fastrand::Rng) {
    let now_s = world.remote.clock_s(world.now());
    let cards = open_to_all(world);
    let card = cards[dice.usize(0..cards.len())].clone();
    // A shop of another name, or a twin in this one.
    let shop = if dice.bool() { world.plan.settings.org_name.clone() } else { "Other Shop".to_owned() };
    let mut till = world.remote.sandy.other_till(now_s, &shop);
    let fen = [10_00, 20_00, 58_00, dice.i64(1..=100_00)][dice.usize(0..4)];
    let done = match dice.u8(0..4) {
        0 => till.recharge(&card, fen, dice.i64(1..=4)),
        1 => till.redeem(&card, 5),
        _ => till.consume(&card, fen, None),
    };
    world.tell(|| format!("{shop} writes to {card}: {done:?}"));
}

/// A person looks at a till: decides about what waits, and acknowledges what has been told. `all`: everything; otherwise what
/// there happens to be time for.
pub(crate) fn people(world: &mut World, i: usize, round: usize, all: bool) -> Checked {
    let mut dice = dice(world.seed, Occasion::Person, i as u64, round as u64);
    let Some(waiting) = world.at_book(i, tillbook::steps::Steps::waiting)? else { return Ok(()) };
    for waits in waiting {
        let id = waits.receipt.op_id.as_str().to_owned();
        let Some(op) = world.tills[i].mirror.ops.values().find(|op| op.op_id == id).cloned() else { continue };
        // Nobody decides before the network has certainly let go of it.
        let patience = world.tills[i].timeout_ms() + world.tills[i].quiet_ms() + 1000;
        if world.now() < op.since + patience || !(all || dice.bool()) {
            continue;
        }
        // The merchant's own records tell what really happened.
        let there = is_there(world, i, &op);
        let late = world.pending.get(&(i, op.op_no)).is_some_and(|count| *count > 0);
        let may = |resolution| waits.resolutions.contains(&resolution);
        let decision = match waits.receipt.state {
            _ if there && may(Resolution::WasApplied) => Resolution::WasApplied,
            State::Parked if !late && op.decisions < 3 && may(Resolution::SendAgain) && dice.bool() => {
                Resolution::SendAgain
            }
            State::Parked if !late && may(Resolution::WasNotApplied) && dice.bool() => Resolution::WasNotApplied,
            _ => Resolution::WriteOff,
        };
        // A card whose number is somebody else's mostly gets another one.
        if waits.may_retarget && !there && !late && op.retargeted < 3 && dice.u8(0..4) > 0 {
            let to = match (world.tills[i].plan.config.card_numbers.is_some(), dice.u8(0..3)) {
                (true, 1) => Retarget::NextNumber,
                (_, 2) if !world.tills[i].plan.cards.is_empty() && dice.bool() => {
                    Retarget::ExistingCard(world.tills[i].plan.cards[0].clone())
                }
                (_, 0) => Retarget::NewNumber(format!("NEW{i}-{}", dice.u32(1..=8))),
                _ => Retarget::NewNumber(format!("AGAIN{i}-{}", dice.u32(..))),
            };
            world.tell(|| format!("person   decides about {id} of till {i}: {to:?}"));
            world.at_book(i, |steps| steps.retarget(&id, &to, "Lin", "the number was taken"))?;
            continue;
        }
        if !may(decision) {
            continue;
        }
        world.tell(|| format!("person   decides about {id} of till {i}: {}", decision.as_str()));
        world.at_book(i, |steps| steps.resolve(&id, decision, "Lin", "looked it up"))?;
    }
    let Some(notices) = world.at_book(i, tillbook::steps::Steps::notices)? else { return Ok(()) };
    let shown: Vec<i64> = notices.iter().map(|notice| notice.notice_no).collect();
    let open: Vec<i64> =
        world.tills[i].mirror.notices.iter().filter(|(_, notice)| !notice.acked).map(|(no, _)| *no).collect();
    if !world.tills[i].is_running() || world.tills[i].disk != Disk::Well {
        return Ok(());
    }
    if shown.iter().any(|no| !world.tills[i].mirror.notices.contains_key(no)) {
        return crate::audit::violated(11, format!("till {i} shows a notification that was never written"));
    }
    let missing =
        open.iter().find(|no| !shown.contains(no) && world.tills[i].mirror.notices.get(no).is_some_and(|n| !n.acked));
    if let Some(no) = missing {
        return crate::audit::violated(
            11,
            format!("till {i} does not show notification {no}, which nobody has acknowledged"),
        );
    }
    for no in shown {
        if all || dice.bool() {
            world.tills[i].acknowledged.insert(no);
            world.at_book(i, |steps| steps.acknowledge(no, "Lin", Some("seen")))?;
        }
    }
    if world.plan.class == Class::Two && all {
        clear_exceptions(world, i)?;
    }
    Ok(())
}

/// Whether the remote has what an operation was for.
fn is_there(world: &World, i: usize, op: &Op) -> bool {
    let till = &world.tills[i];
    match op.kind.as_str() {
        // Whoever registered the phone or set the status: it is so.
        "register" => till.who(op.system, &op.card).is_some_and(|who| world.remote.points(op.system, &who).is_some()),
        "set_coupon_status" => shop::coupon_is(world, &op.text("coupon"), &op.text("to")),
        _ => world.remote.stands((i, op.op_no)) > 0,
    }
}

/// What was written off leaves its card on the exception list; a person takes it off.
fn clear_exceptions(world: &mut World, i: usize) -> Checked {
    let cards: std::collections::BTreeSet<String> =
        world.tills[i].mirror.ops.values().map(|op| op.card.clone()).collect();
    for card in cards {
        world.at_book(i, |steps| steps.set_exception(&card, None))?;
    }
    Ok(())
}
