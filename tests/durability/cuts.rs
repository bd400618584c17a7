//! The power goes at any moment of a play, and whatever was not synced is dropped, torn, or there out of order: what had been
//! told is there, what had left is known, and once the network is back both sides agree as if nothing had happened.

use std::any::Any;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tillbook::{Kind, Money, Resolution, Till};
use tillbook_testvfs::{Moment, Op, SurvivingWrites, TestVfs};

use crate::keeping::{attempts, is_archive};
use crate::street::{ALL, Saved, Street};
use crate::workload::{self, Act, LONG, PLAYS, Play, Promised, Stage, came_to_an_end, clear, ledgers, settle, shown};

/// Every point instead of one in some, and every point drained.
pub fn thorough() -> bool {
    std::env::var_os("TILLBOOK_LONG").is_some()
}

/// What the remotes have once everything is brought to its end: before the first step, and after each.
pub fn ends(play: &Play) -> Vec<Vec<String>> {
    let street = play.street();
    let book = street.book();
    let mut till = street.till((play.config)());
    let mut ends = vec![ledgers(&street.cores.lock().unwrap())];
    for step in play.steps {
        let stage = Stage { street: Arc::clone(&street), till, told: Arc::default(), wait: LONG };
        (step.act)(&stage).unwrap_or_else(|error| panic!("{}: {}: {error}", play.name, step.name));
        drop(stage);
        let moment = workload::Moment::of(&street, &[], &book);
        till = street.till((play.config)());
        settle(&street, &till, Resolution::WasApplied, step.name);
        ends.push(ledgers(&street.cores.lock().unwrap()));
        drop(till);
        moment.restore(&street, &book);
        till = street.till((play.config)());
    }
    ends
}

/// Nothing of a card's figures is open any more, and a fresh look finds them to be the remote's.
pub fn assert_figures_agree(street: &Street, till: &Till, case: &str) {
    for number in till.card_numbers().unwrap() {
        let there =
            street.cores.lock().unwrap().sandy.card(number.as_str()).map(|card| Money::from_fen(card.amount_fen));
        let Some(there) = there else { continue };
        let money = till.card(number.as_str()).unwrap().balances.money;
        assert_eq!(money.confirmed, money.expected, "{case}: {number:?}");
        // Somebody may have taken money off it that this till has not heard of.
        let card = till.serve_card(number.as_str(), ALL).unwrap();
        assert_eq!(card.balances.money.confirmed, there, "{case}: {number:?}");
    }
}

/// What a power cut left, and what had been going on.
struct Cut {
    case: String,
    /// What lies in the book's folder.
    files: Vec<(String, Vec<u8>)>,
    around: Saved,
    writes: u64,
    told: Vec<Promised>,
    /// What the book showed before and after, where nothing lies in between.
    either: Option<(String, String)>,
    /// The step that it was in, if that is to be taken once more.
    again: Option<Act>,
    /// What the remotes may have in the end.
    ends: Option<[Vec<String>; 2]>,
}

impl Cut {
    /// The till comes back, with the system's own VFS.
    fn open(&self, street: &Arc<Street>, play: &Play) -> Till {
        clear(street.dir.path());
        for (name, bytes) in &self.files {
            std::fs::write(street.dir.path().join(name), bytes).unwrap();
        }
        street.restore(&self.around);
        let opened = street.builder((play.config)()).open(street.book());
        opened.unwrap_or_else(|error| panic!("{}: {error:?}", self.case))
    }

    fn check(&self, street: &Arc<Street>, play: &Play) {
        let (case, folder) = (self.case.as_str(), street.dir.path());
        let till = self.open(street, play);
        for promised in &self.told {
            promised.assert_kept(&till, folder, case);
        }
        let known = attempts(folder);
        assert!(known >= self.writes, "{case}: {} writes had left, known are {known}", self.writes);
        if let Some((before, after)) = &self.either {
            let now = shown(&till);
            assert!(now == *before || now == *after, "{case}: neither\n{before}\nnor\n{after}\nbut\n{now}");
        }
        till.close(Duration::ZERO);
        if let Some(act) = self.again {
            let told = Arc::new(Mutex::new(self.told.clone()));
            let stage = Stage { street: Arc::clone(street), till: self.open(street, play), told, wait: LONG };
            act(&stage).unwrap_or_else(|error| panic!("{case}: taken again: {error:?}"));
            let told = stage.told.lock().unwrap().clone();
            told.iter().for_each(|promised| promised.assert_kept(&stage.till, folder, case));
            stage.till.close(Duration::ZERO);
        }
        let Some(ends) = &self.ends else { return };
        // Where only a person can know, the one who looks it up rightly brings both sides to agree.
        let mut met = Vec::new();
        for person in [Resolution::WasApplied, Resolution::SendAgain] {
            let till = self.open(street, play);
            street.cut(false);
            settle(street, &till, person, case);
            let end = ledgers(&street.cores.lock().unwrap());
            if came_to_an_end(ends.each_ref().map(Vec::as_slice), &end, folder) {
                return assert_figures_agree(street, &till, case);
            }
            till.close(Duration::ZERO);
            met.push(end);
        }
        panic!("{case}: neither\n{:#?}\nnor\n{:#?}\nbut\n{met:#?}", ends[0], ends[1]);
    }
}

/// What a power cut at this moment would leave in the book's folder. What lies there otherwise was made durable by the till itself.
fn remains(moment: &Moment<'_>, folder: &Path, writes: SurvivingWrites) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        let path = folder.join(&name);
        if name == "till.db" || is_archive(&name) {
            match moment.surviving(&path, writes) {
                Ok(own) => files.extend(own.into_iter().map(|(suffix, bytes)| (format!("{name}{suffix}"), bytes))),
                // Made, and not opened by anybody yet.
                Err(_) => files.push((name, std::fs::read(path).unwrap())),
            }
        } else if !name.starts_with("till.db") && !name.contains(".part-") {
            files.push((name, std::fs::read(path).unwrap()));
        }
    }
    files
}

/// How the bytes that were not synced fare at a call.
fn ways(op: Op, call: u64) -> Vec<SurvivingWrites> {
    use SurvivingWrites::{All, InOrder, None, Seeded};
    match op {
        Op::Sync => {
            let seeds = (0..3).map(|seed| call * 8 + seed);
            seeds.flat_map(|seed| [Seeded(seed), InOrder(seed)]).chain([None, All]).collect()
        }
        _ => vec![Seeded(call), InOrder(call)],
    }
}

/// Cuts one run of a play wherever something changes on the disk.
fn cut(play: &'static Play) -> (usize, usize, BTreeSet<&'static str>) {
    // Of the points besides syncs and what is deleted one in so many; of all one in so many is drained, and taken once more.
    let (sparse, drained, repeated) = if thorough() { (1, 3, 1) } else { (9, 60, 3) };
    let ends = Arc::new(ends(play));
    let street = play.street();
    let vfs = TestVfs::register(&format!("cuts-{}", play.name));
    let till = street.builder((play.config)()).vfs(vfs.name()).open(street.book()).unwrap();
    let told: Arc<Mutex<Vec<Promised>>> = Arc::default();
    let stage = Stage { street: Arc::clone(&street), till, told: Arc::clone(&told), wait: LONG };
    let (points, checked) = (Arc::new(AtomicUsize::new(0)), AtomicUsize::new(0));
    let (give, take): (SyncSender<Cut>, Receiver<Cut>) = sync_channel(8);
    let take = Mutex::new(take);
    let failed: Mutex<Option<Box<dyn Any + Send>>> = Mutex::new(None);
    std::thread::scope(|threads| {
        for _ in 0..2 {
            threads.spawn(|| {
                let street = play.street();
                loop {
                    let next = take.lock().unwrap().recv();
                    let Ok(cut) = next else { return };
                    // One that failed ends the looking, and the play still comes to its end.
                    if failed.lock().unwrap().is_some() {
                        continue;
                    }
                    let look = catch_unwind(AssertUnwindSafe(|| cut.check(&street, play)));
                    if let Err(panic) = look {
                        failed.lock().unwrap().get_or_insert(panic);
                    }
                    checked.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        for (place, step) in play.steps.iter().enumerate() {
            let before = step.local.then(|| shown(&stage.till));
            let kept: Arc<Mutex<Vec<Cut>>> = Arc::default();
            let (into, at_once, told) = (Arc::clone(&kept), give.clone(), Arc::clone(&told));
            let (street, points, ends) = (Arc::clone(&street), Arc::clone(&points), Arc::clone(&ends));
            vfs.watch(Some(Box::new(move |moment| {
                let changes = matches!(moment.op, Op::Write | Op::Sync | Op::Truncate | Op::Delete);
                // An archive is committed where its journal goes.
                let always = matches!(moment.op, Op::Sync | Op::Delete);
                if !changes || (!always && moment.call % sparse != 0) {
                    return;
                }
                let point = points.fetch_add(1, Ordering::SeqCst);
                let around = street.save();
                for (way, writes) in ways(moment.op, moment.call).into_iter().enumerate() {
                    let cut = Cut {
                        case: format!("{}, {}, {:?} {}, {writes:?}", play.name, step.name, moment.op, moment.call),
                        files: remains(moment, street.dir.path(), writes),
                        writes: street.writes.load(Ordering::SeqCst),
                        around: around.clone(),
                        told: told.lock().unwrap().clone(),
                        either: None,
                        again: ((point + way) % repeated == 0).then_some(step.act).filter(|_| step.again),
                        ends: ((point + way) % drained == 0).then(|| [ends[place].clone(), ends[place + 1].clone()]),
                    };
                    if step.local {
                        into.lock().unwrap().push(cut);
                    } else if at_once.send(cut).is_err() {
                        return;
                    }
                }
            })));
            (step.act)(&stage).unwrap_or_else(|error| panic!("{}: {}: {error}", play.name, step.name));
            vfs.watch(None);
            let kept = std::mem::take(&mut *kept.lock().unwrap());
            if let Some(before) = before {
                let after = shown(&stage.till);
                for cut in kept {
                    let cut = Cut { either: Some((before.clone(), after.clone())), ..cut };
                    if give.send(cut).is_err() {
                        break;
                    }
                }
            }
        }
        drop(give);
    });
    if let Some(panic) = failed.into_inner().unwrap() {
        resume_unwind(panic);
    }
    let kinds = Play::kinds(&stage.told.lock().unwrap());
    (points.load(Ordering::SeqCst), checked.load(Ordering::SeqCst), kinds)
}

/// All that can be asked of a till is asked in some play.
#[test]
fn a_power_cut_anywhere_in_any_kind_of_operation_loses_nothing_that_was_told() {
    let mut met = BTreeSet::new();
    for play in &PLAYS {
        let (points, checked, kinds) = cut(play);
        println!("{}: cut at {points} points, {checked} books looked at", play.name);
        assert!(points > 30 && checked > points, "{}", play.name);
        met.extend(kinds);
    }
    let all: BTreeSet<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(met, all, "a kind of operation is in no play");
}
