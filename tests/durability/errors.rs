//! The n-th I/O call of each step fails, once and from then on, for every n: the step says so by a typed error or is done, half
//! of it is never there, and taken again, by the same till or by one that is opened anew, it comes to the same end.

use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use tillbook::{BackupOptions, Book, CheckOptions, ErrorCode, Resolution};
use tillbook_testvfs::{Failure, TestVfs};

use crate::cuts::{assert_figures_agree, ends, thorough};
use crate::street::Street;
use crate::workload::{
    LONG, Moment, PLAYS, Play, Promised, SHORT, Stage, Step, came_to_an_end, drive, ledgers, settle, shown,
};

/// So long something may be unreachable: three days without their token.
const HOURS: u32 = 80;

/// Steps of which each call fails in any run: what people decide can't be decided twice.
const EACH: [&str; 3] = ["void", "retarget", "written off"];

struct Round<'a> {
    play: &'a Play,
    step: &'a Step,
    vfs: TestVfs,
    street: &'a Arc<Street>,
    moment: &'a Moment,
    /// What the book shows before the step.
    before: &'a str,
    ends: [&'a Vec<String>; 2],
}

impl Round<'_> {
    fn open(&self) -> Stage {
        let till = self.street.builder((self.play.config)()).vfs(self.vfs.name()).open(self.street.book()).unwrap();
        Stage { street: Arc::clone(self.street), till, told: Arc::default(), wait: SHORT }
    }

    /// The step, by a caller who goes on. What was being read when the disk failed may have to be waited for: Gree gives one
    /// token a day, and the answer that brought it may be what was lost.
    fn take_again(&self, stage: &Stage, case: &str) {
        for _ in 0..HOURS {
            match (self.step.act)(stage) {
                Ok(()) => return,
                Err(error) if error.code() == ErrorCode::Unreachable && !self.step.local => {
                    // A call is unreachable at once while the token that would end that is being fetched. Did time pass meanwhile,
                    // the time that its request is signed with would be wrong, and the day's only one spent in vain.
                    let _ = drive(&stage.till);
                    self.street.clock.pass(Duration::from_secs(3600));
                }
                Err(error) => panic!("{case}: taken again: {error:?}"),
            }
        }
        let (status, notices) = (stage.till.status().unwrap(), stage.till.notices().unwrap());
        panic!("{case}: taken again: unreachable for ever: {status:?} {notices:?}");
    }

    /// Whether the failure was met.
    fn run(&self, n: u64, persistent: bool, drained: bool) -> bool {
        let case =
            format!("{}, {}, call {n}, {}", self.play.name, self.step.name, if persistent { "ever" } else { "once" });
        let book = self.street.book();
        self.moment.restore(self.street, &book);
        self.vfs.forget_all();
        let stage = self.open();
        let failure = Failure::io_err_at(n);
        self.vfs.fail(if persistent { failure.persistent() } else { failure });
        let said = (self.step.act)(&stage);
        let met = self.vfs.fired() > 0;
        self.vfs.heal();
        if let Err(error) = &said {
            assert!(met, "{case}: {error:?}");
            let told = match error.code() {
                ErrorCode::Storage | ErrorCode::DiskFull => true,
                // Another file than the book's, which could not be opened; or its time was over before it came to the disk.
                ErrorCode::NoPermission | ErrorCode::Unreachable => !self.step.local,
                _ => false,
            };
            assert!(told, "{case}: {error:?}");
            if self.step.local {
                assert_eq!(shown(&stage.till), self.before, "{case}: half of it is there");
            }
        }
        let told: Vec<Promised> = stage.told.lock().unwrap().clone();
        let stage = if n.is_multiple_of(2) {
            stage.till.close(Duration::ZERO);
            self.open()
        } else {
            stage
        };
        for promised in self.moment.told.iter().chain(&told) {
            promised.assert_kept(&stage.till, self.street.dir.path(), &case);
        }
        if said.is_err() {
            self.take_again(&stage, &case);
        }
        if drained {
            settle(self.street, &stage.till, Resolution::WasApplied, &case);
            let end = ledgers(&self.street.cores.lock().unwrap());
            assert!(
                came_to_an_end(self.ends.map(Vec::as_slice), &end, self.street.dir.path()),
                "{case}: neither\n{:#?}\nnor\n{:#?}\nbut\n{end:#?}",
                self.ends[0],
                self.ends[1]
            );
            assert_figures_agree(self.street, &stage.till, &case);
        }
        stage.till.close(Duration::ZERO);
        met
    }
}

fn sweep(play: &Play, persistent: bool) -> usize {
    let ends = ends(play);
    let street = play.street();
    let book = street.book();
    let vfs = TestVfs::register(&format!("errors-{}-{persistent}", play.name));
    // Draining costs most by far, and what it looks at does not hang on the one call.
    let (stride, every) = if thorough() { (1, 7) } else { (17, 7) };
    let mut met = 0;
    let mut told: Vec<Promised> = Vec::new();
    for (place, step) in play.steps.iter().enumerate() {
        let till = street.builder((play.config)()).vfs(vfs.name()).open(&book).unwrap();
        let before = shown(&till);
        till.close(Duration::ZERO);
        let moment = Moment::of(&street, &told, &book);
        let ends = [&ends[place], &ends[place + 1]];
        let stride = if EACH.contains(&step.name) { 1 } else { stride };
        let round = Round { play, step, vfs, street: &street, moment: &moment, before: &before, ends };
        // Another first call in each step, so that of all of them every n has its turn.
        let mut n = 1 + place as u64 % stride;
        // Threads make the calls of an online step come in no fixed order: two that meet nothing are the end.
        let mut beyond = 0;
        while beyond < 2 {
            let here = round.run(n, persistent, (n + place as u64).is_multiple_of(every));
            (met, beyond) = if here { (met + 1, 0) } else { (met, beyond + 1) };
            n += stride;
        }
        moment.restore(&street, &book);
        vfs.forget_all();
        let stage = round.open();
        (step.act)(&stage).unwrap_or_else(|error| panic!("{}: {}: {error}", play.name, step.name));
        told.extend(stage.told.lock().unwrap().clone());
        stage.till.close(Duration::ZERO);
    }
    met
}

#[test]
fn an_error_at_any_call_of_any_step_is_told_and_leaves_nothing_half_done() {
    // At length each play takes its time: one alone may be asked for.
    let one = std::env::var("TILLBOOK_PLAY").ok();
    let plays = PLAYS.iter().filter(|play| one.as_deref().is_none_or(|one| one == play.name));
    // Mostly they wait for a disk that does not come back: all of them at the same time.
    std::thread::scope(|threads| {
        for (play, persistent) in plays.flat_map(|play| [(play, false), (play, true)]) {
            threads.spawn(move || {
                let met = sweep(play, persistent);
                println!("{}, {}: met at {met} calls", play.name, if persistent { "from then on" } else { "once" });
                assert!(met > 20, "{}", play.name);
            });
        }
    });
}

/// A book whose opening fails anywhere is opened the next time as if nothing had been.
#[test]
fn an_error_at_any_call_of_opening_is_told_and_the_next_opening_goes_on() {
    let play = &PLAYS[0];
    let street = play.street();
    let book = street.book();
    let vfs = TestVfs::register("errors-opening");
    let stage =
        Stage { street: Arc::clone(&street), till: street.till((play.config)()), told: Arc::default(), wait: LONG };
    for step in play.steps.iter().take(20) {
        (step.act)(&stage).unwrap();
    }
    let told = stage.told.lock().unwrap().clone();
    stage.till.close(Duration::ZERO);
    let moment = Moment::of(&street, &told, &book);
    let mut met = 0;
    for persistent in [false, true] {
        for n in 1.. {
            moment.restore(&street, &book);
            vfs.forget_all();
            let failure = Failure::io_err_at(n);
            vfs.fail(if persistent { failure.persistent() } else { failure });
            let opened = street.builder((play.config)()).vfs(vfs.name()).open(&book);
            let fired = vfs.fired() > 0;
            if let Err(error) = &opened {
                assert!(matches!(error.code(), ErrorCode::Storage | ErrorCode::NoPermission), "{n}: {error:?}");
            }
            drop(opened);
            vfs.heal();
            let till = street.till((play.config)());
            for promised in &told {
                promised.assert_kept(&till, street.dir.path(), &format!("opening, call {n}"));
            }
            till.close(Duration::ZERO);
            if !fired {
                break;
            }
            met += 1;
        }
    }
    println!("opening: met at {met} calls");
    assert!(met > 20, "{met}");
}

/// A copy of the book is whole under its name, or there is nothing of it; that the disk failed is not taken for a damaged book.
#[test]
fn an_error_at_any_call_of_a_backup_is_told_and_leaves_nothing_behind() {
    let play = &PLAYS[0];
    let street = play.street();
    let vfs = TestVfs::register("errors-backup");
    let till = street.builder((play.config)()).vfs(vfs.name()).open(street.book()).unwrap();
    let stage = Stage { street: Arc::clone(&street), till, told: Arc::default(), wait: LONG };
    for step in play.steps.iter().take(12) {
        (step.act)(&stage).unwrap();
    }
    let folder = TempDir::new().unwrap();
    let copy = folder.path().join("copy.db");
    let left = || std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let mut met = 0;
    for persistent in [false, true] {
        for n in 1.. {
            let failure = Failure::io_err_at(n);
            vfs.fail(if persistent { failure.persistent() } else { failure });
            let made = stage.till.backup(&copy, BackupOptions::new());
            let fired = vfs.fired() > 0;
            vfs.heal();
            match made {
                Ok(_) => {
                    assert_eq!(left(), [copy.as_path()], "call {n}");
                    let report = Book::open(&copy).unwrap().check(&CheckOptions::default()).unwrap();
                    assert!(report.is_clean(), "call {n}: {:?}", report.findings);
                    std::fs::remove_file(&copy).unwrap();
                }
                Err(error) => {
                    let told = matches!(error.code(), ErrorCode::Storage | ErrorCode::NoPermission);
                    assert!(fired && told, "call {n}: {error:?}");
                    assert!(left().is_empty(), "call {n}: {:?}", left());
                }
            }
            if !fired {
                break;
            }
            met += 1;
        }
    }
    println!("backup: met at {met} calls");
    assert!(met > 20, "{met}");
}
