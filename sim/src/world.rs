//! The world: true time, the tills, the remote and the network between them, driven by one queue of events on one thread.

use std::collections::BTreeMap;
use std::sync::Arc;

use tillbook::steps::Answer;
use tillbook_sandbox::fault::ErrorAnswers;
use tillbook_sandbox::{System, gree};
use tillbook_testvfs::SurvivingWrites;

use crate::audit::{self, Ledger, Scene, Violation, violated};
use crate::copies;
use crate::host::Host;
use crate::manners::before_turn;
use crate::plan::Plan;
use crate::policy;
use crate::remote::{OpKey, Remote};
use crate::till::{Disk, Disks, SimTill};
use crate::time::{Occasion, START_MS, TrueTime, dice};
use crate::wire::Flight;

/// A book that could not be written is left alone this long.
const AFTER_FAILURE_MS: i64 = 500;
/// More than so many turns in one moment go nowhere.
const BUSY_ROUNDS: u32 = 100;

/// What a run came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Operations that came into the books.
    pub operations: u64,
    /// Faults that were met.
    pub faults: u64,
    /// Operations taken for applied on evidence that another writer could have left.
    pub inferred: u64,
    /// Those of them that the remote does not have.
    pub inferred_wrongly: u64,
    /// Broken assumptions that did harm and were told to a person.
    pub noticed: u64,
    /// Broken assumptions that did harm which no till could tell from other writers' work.
    pub assumptions_broken: u64,
    /// How often a program ended without being asked to.
    pub crashes: u64,
    /// How often an old copy was put in a book's place.
    pub put_back: u64,
    /// Requests that left a till.
    pub requests: u64,
}

impl Figures {
    /// Adds another run's.
    pub fn add(&mut self, other: &Figures) {
        self.operations += other.operations;
        self.faults += other.faults;
        self.inferred += other.inferred;
        self.inferred_wrongly += other.inferred_wrongly;
        self.noticed += other.noticed;
        self.assumptions_broken += other.assumptions_broken;
        self.crashes += other.crashes;
        self.put_back += other.put_back;
        self.requests += other.requests;
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Event {
    Execute(u64),
    ExecuteAgain(u64),
    Reply(u64),
    Wake(usize),
    Boot(usize),
}

pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) plan: Plan,
    pub(crate) time: Arc<TrueTime>,
    pub(crate) remote: Remote,
    pub(crate) host: Arc<Host>,
    pub(crate) tills: Vec<SimTill>,
    pub(crate) flights: BTreeMap<u64, Flight>,
    pub(crate) next_flight: u64,
    events: BTreeMap<(i64, u64), Event>,
    next_event: u64,
    pub(crate) pending: BTreeMap<OpKey, u32>,
    pub(crate) ledger: Ledger,
    pub(crate) figures: Figures,
    /// No faults any more.
    pub(crate) calm: bool,
    /// A restart in this very moment: the program ends between a commit and whatever follows.
    pub(crate) die_after_next: Option<usize>,
    trace: Option<Vec<String>>,
}

pub(crate) type Checked<T = ()> = Result<T, Violation>;

impl World {
    pub(crate) fn new(seed: u64, mut plan: Plan, disks: &mut Disks, tracing: bool) -> World {
        let time = TrueTime::new();
        let remote = Remote::new(&plan);
        let host = Arc::new(Host::default());
        let plans = std::mem::take(&mut plan.tills);
        let tills = plans
            .into_iter()
            .enumerate()
            .map(|(index, plan)| SimTill::new(seed, index, plan, (&time, Arc::clone(&host)), disks))
            .collect();
        World {
            seed,
            plan,
            time,
            remote,
            host,
            tills,
            flights: BTreeMap::new(),
            next_flight: 1,
            events: BTreeMap::new(),
            next_event: 1,
            pending: BTreeMap::new(),
            ledger: Ledger::default(),
            figures: Figures::default(),
            calm: false,
            die_after_next: None,
            trace: tracing.then(Vec::new),
        }
    }

    pub(crate) fn now(&self) -> i64 {
        self.time.now()
    }

    pub(crate) fn take_trace(&mut self) -> Vec<String> {
        self.trace.take().unwrap_or_default()
    }

    /// A line of the trace; it is only written where somebody reads it.
    pub(crate) fn tell(&mut self, line: impl FnOnce() -> String) {
        let ms = self.time.now() - START_MS;
        if let Some(trace) = &mut self.trace {
            let (s, ms) = (ms / 1000, ms % 1000);
            trace.push(format!("{:>6}.{ms:03}  {}", s, line()));
        }
    }

    pub(crate) fn schedule(&mut self, at: i64, event: Event) {
        self.events.insert((at, self.next_event), event);
        self.next_event += 1;
    }

    /// Lets everything happen that is due until then.
    pub(crate) fn run_until(&mut self, until: i64) -> Checked {
        while let Some((&(at, number), _)) = self.events.first_key_value() {
            if at > until {
                break;
            }
            let Some(event) = self.events.remove(&(at, number)) else { break };
            self.time.advance_to(at);
            self.happen(event)?;
        }
        self.time.advance_to(until);
        Ok(())
    }

    fn happen(&mut self, event: Event) -> Checked {
        match event {
            Event::Execute(number) => self.execute(number, false),
            Event::ExecuteAgain(number) => self.execute(number, true),
            Event::Reply(number) => self.reply(number),
            Event::Wake(i) => {
                if self.tills[i].wake_at.is_some_and(|at| at <= self.now()) {
                    self.tills[i].wake_at = None;
                    self.pump(i)?;
                }
                Ok(())
            }
            Event::Boot(i) => self.boot(i),
        }
    }

    // The remote.

    fn execute(&mut self, number: u64, again: bool) -> Checked {
        let now = self.now();
        let Some(flight) = self.flights.get_mut(&number) else { return Ok(()) };
        let op = flight.op_no.map(|op_no| (flight.till, op_no));
        if !again {
            flight.pending = false;
            if let Some(op) = op
                && let Some(count) = self.pending.get_mut(&op)
            {
                *count = count.saturating_sub(1);
            }
        }
        if flight.fate.stale
            && let Some(answer) = self.remote.handle_stale(now, &flight.request)
        {
            flight.answer = Some(answer);
            return Ok(());
        }
        let (system, undoing) = (flight.system, flight.undoing);
        let (answer, executed) = self.remote.handle(now, system, &flight.request, op.map(|op| (op, undoing)));
        let (till, endpoint, card) = (flight.till, flight.endpoint, flight.card.clone());
        if !again {
            flight.answer = Some(answer);
        }
        if flight.fate.reply_at <= now {
            self.forget_flight(number);
        }
        if system == System::Gree {
            audit::check_quota(&self.remote, now)?;
        }
        if let (Some(executed), Some(op)) = (executed, op) {
            self.tell(|| {
                let card = card.unwrap_or_default();
                let (money, points) = (executed.money, executed.points);
                format!("remote   {endpoint} on {card} for till {till}: {money} fen, {points} points")
            });
            let ledger = &mut self.ledger;
            let mut scene = Scene { now, class: self.plan.class, remote: &self.remote, pending: &self.pending, ledger };
            if undoing {
                audit::check_undoing(&self.tills[till], &mut scene, op)?;
            } else {
                audit::check_execution(&self.tills[till], &mut scene, op, &executed)?;
            }
        }
        Ok(())
    }

    fn forget_flight(&mut self, number: u64) {
        let over = self.flights.get(&number).is_some_and(|flight| {
            let last = [Some(flight.fate.reply_at), flight.fate.execute_at, flight.fate.again_at];
            last.into_iter().flatten().max().unwrap_or_default() < self.time.now()
        });
        if over {
            self.flights.remove(&number);
        }
    }

    fn reply(&mut self, number: u64) -> Checked {
        let now = self.now();
        let Some(flight) = self.flights.get(&number) else { return Ok(()) };
        let i = flight.till;
        let clock_s = self.remote.clock_s(now);
        let mut dice = dice(self.seed, Occasion::Flight, number, 1);
        let errors = match flight.system {
            System::Sandy => ErrorAnswers::sandy(),
            System::Gree => {
                ErrorAnswers::gree(gree::Endpoint::of(&flight.request).unwrap_or(gree::Endpoint::LevelList))
            }
            System::Freemud => ErrorAnswers::freemud(self.remote.freemud.settings()),
            System::Yonyou => ErrorAnswers::yonyou(),
        };
        let result = flight.reply(clock_s, &errors, &mut dice);
        let (id, life) = (flight.id, flight.life);
        if self.tills[i].life != life || !self.tills[i].is_running() {
            return Ok(());
        }
        self.tills[i].inbox.push((id, result));
        // Answers that come at the same moment are brought together.
        let together = self.events.first_key_value().is_some_and(|(&(at, _), event)| {
            at == now
                && matches!(event, Event::Reply(other) if self.flights.get(other).is_some_and(|other| other.till == i))
        });
        if together { Ok(()) } else { self.pump(i) }
    }

    // A till.

    /// Starts a till's program. Where the disk does not allow it, it is tried again later.
    pub(crate) fn boot(&mut self, i: usize) -> Checked {
        let now = self.now();
        if self.tills[i].is_running() || now < self.tills[i].off_until {
            return Ok(());
        }
        let booted = self.tills[i].boot();
        self.tell(|| match &booted {
            Ok(()) => format!("till {i}   starts"),
            // Its text names a file, whose name differs from run to run.
            Err(error) => format!("till {i}   can't start: {:?}", error.code()),
        });
        if self.tills[i].power_is_gone() {
            return self.crash(i, SurvivingWrites::None);
        }
        match booted {
            Ok(()) => {
                self.after(i)?;
                copies::after_boot(self, i)?;
                policy::after_boot(self, i)?;
                self.pump(i)
            }
            Err(_) if self.tills[i].disk != Disk::Well => {
                self.tills[i].off_until = now + 1000;
                self.schedule(now + 1000, Event::Boot(i));
                Ok(())
            }
            Err(error) => violated(5, format!("till {i} can't be started: {error}")),
        }
    }

    /// The program ends in the middle of everything.
    pub(crate) fn crash(&mut self, i: usize, writes: SurvivingWrites) -> Checked {
        self.figures.crashes += 1;
        self.figures.faults += 1;
        self.tell(|| format!("till {i}   ends abruptly, {writes:?} of what was not synced survives"));
        if let Err(what) = self.tills[i].die(writes) {
            return violated(5, what);
        }
        let mut dice = dice(self.seed, Occasion::Check, i as u64, u64::from(self.tills[i].life));
        let back = self.now() + [1, 300, 20_000, 600_000][dice.usize(0..4)];
        self.tills[i].off_until = back;
        self.schedule(back, Event::Boot(i));
        Ok(())
    }

    /// Whatever a till has committed is read and checked.
    pub(crate) fn after(&mut self, i: usize) -> Checked<Vec<(i64, i64)>> {
        let tracing = self.trace.is_some();
        let mut scene = Scene {
            now: self.time.now(),
            class: self.plan.class,
            remote: &self.remote,
            pending: &self.pending,
            ledger: &mut self.ledger,
        };
        let news = audit::follow(&mut self.tills[i], &mut scene, tracing)?;
        for line in news.told {
            self.tell(|| format!("  book {i} {line}"));
        }
        Ok(news.attempts)
    }

    /// True if the till has just ended: by a failure that was set, or between a commit and its return.
    pub(crate) fn ends_here(&mut self, i: usize) -> Checked<bool> {
        let power = self.tills[i].power_is_gone();
        if !power && self.die_after_next != Some(i) {
            return Ok(false);
        }
        self.die_after_next = None;
        let mut dice = dice(self.seed, Occasion::Check, self.tills[i].flights, self.now().unsigned_abs());
        let writes = match dice.u8(0..3) {
            0 if !power => SurvivingWrites::All,
            1 => SurvivingWrites::None,
            _ => SurvivingWrites::Seeded(dice.u64(..)),
        };
        self.crash(i, writes)?;
        Ok(true)
    }

    /// Brings a till what has come for it, turns it, goes on with its calls, and sends out what it wants to send, until it has
    /// nothing more to do now.
    pub(crate) fn pump(&mut self, i: usize) -> Checked {
        for round in 0..=BUSY_ROUNDS {
            if round == BUSY_ROUNDS {
                return violated(12, format!("till {i} is never done with what it has to do now"));
            }
            let now = self.now();
            let till = &mut self.tills[i];
            if !till.is_running() {
                return Ok(());
            }
            let drains = till.plan.worker || now < till.driven_until || self.calm;
            // A worker leaves a book alone for a while that could not be written; an answer does not wait.
            if now >= till.not_before || !till.inbox.is_empty() {
                let inbox = std::mem::take(&mut till.inbox);
                self.turn(i, inbox, drains)?;
            }
            if !self.tills[i].is_running() || !self.go_on(i)? {
                break;
            }
        }
        self.set_alarm(i);
        Ok(())
    }

    fn turn(&mut self, i: usize, inbox: Vec<Answer>, drains: bool) -> Checked {
        let now = self.now();
        let till = &mut self.tills[i];
        let pacing = before_turn(till, &inbox, now);
        let most = till.plan.most;
        let Some(steps) = &mut till.steps else { return Ok(()) };
        let turned = steps.turn(inbox, drains, most);
        let book_now = steps.now().millis();
        if turned.is_err() || self.tills[i].power_is_gone() {
            // Whether what it knew of the remote became durable is the disk's affair.
            self.tills[i].pacing.clear();
        }
        if self.tills[i].power_is_gone() {
            return self.ends_here(i).map(drop);
        }
        let attempts = self.after(i)?;
        match turned {
            Ok(requests) => {
                let till = &mut self.tills[i];
                till.not_before = 0;
                // Of several answers of one remote in one turn the order is the till's own affair.
                pacing.iter().filter(|(_, noticed)| noticed.answers == 1).for_each(|(system, noticed)| {
                    till.pause(*system, noticed.pause_until);
                });
                let quiet = requests.is_empty();
                for (id, request) in requests {
                    self.depart(i, id, &request, &attempts)?;
                }
                pacing.iter().for_each(|(system, noticed)| self.tills[i].pause(*system, noticed.pause_until));
                if drains && quiet {
                    audit::check_lanes(&mut self.tills[i], book_now)?;
                }
            }
            Err(error) => {
                self.tell(|| format!("till {i}   a turn fails: {error}"));
                self.tills[i].not_before = now + AFTER_FAILURE_MS;
                self.blame(i, "a turn", &error)?;
            }
        }
        self.supply_tokens();
        self.ends_here(i).map(drop)
    }

    /// The host hands out what its tills have asked for.
    fn supply_tokens(&mut self) {
        let clock_ms = self.remote.clock_ms(self.time.now());
        for provider in self.host.wanted() {
            let token = match provider.as_str() {
                "gree" => self.remote.gree.office(clock_ms).issue_tokens().access_token,
                _ => self.remote.yonyou.office(clock_ms, "host").issue_token(),
            };
            self.tell(|| format!("host     gets a token of {provider}"));
            self.host.put(&provider, token);
        }
    }

    /// Something a person does at a till's book, and what follows from it.
    pub(crate) fn at_book<T>(
        &mut self,
        i: usize,
        work: impl FnOnce(&mut tillbook::steps::Steps) -> Result<T, tillbook::Error>,
    ) -> Checked<Option<T>> {
        let Some(steps) = &mut self.tills[i].steps else { return Ok(None) };
        let done = work(steps);
        if self.tills[i].power_is_gone() {
            return self.ends_here(i).map(|_| None);
        }
        self.after(i)?;
        let done = match done {
            Ok(done) => Some(done),
            Err(error) => {
                self.blame(i, "a person", &error)?;
                self.tell(|| format!("till {i}   a person is refused: {error}"));
                None
            }
        };
        self.pump(i)?;
        Ok(done)
    }

    /// Whether nothing is left that could still happen by itself.
    pub(crate) fn wire_is_quiet(&self) -> bool {
        let under_way = |event: &Event| matches!(event, Event::Execute(_) | Event::ExecuteAgain(_) | Event::Reply(_));
        !self.events.values().any(under_way) && self.tills.iter().all(|till| till.disk == Disk::Well)
    }
}
