//! The world: true time, the tills, the remote and the network between them, driven by one queue of events on one thread.

use std::collections::BTreeMap;
use std::sync::Arc;

use tillbook::steps::{Answer, Progress};
use tillbook::{ErrorCode, HttpRequest};
use tillbook_sandbox::sandy::Endpoint;
use tillbook_testvfs::SurvivingWrites;

use crate::audit::mirror::Mirror;
use crate::audit::{self, Ledger, Scene, Violation, violated};
use crate::call::{CallSpec, DeliverySpec};
use crate::manners::{before_turn, searched};
use crate::plan::Plan;
use crate::remote::{OpKey, Remote};
use crate::till::{CallUnderWay, Disk, Disks, Exchange, Made, PacingSeen, SimTill, promised};
use crate::time::{Occasion, START_MS, TrueTime, dice};
use crate::wire::{Conditions, Fate, Flight, as_read};

/// A worker looks by itself at least this often, in milliseconds.
const WATCHDOG_MS: i64 = 5_000;
/// A call that waits turns the engine this often where no worker does.
const TURN_AGAIN_MS: i64 = 250;
/// A call that nobody has answered is over so long after its time-out.
const CALL_ENDS_WITHIN_MS: i64 = 1_000;
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
    pub(crate) tills: Vec<SimTill>,
    pub(crate) flights: BTreeMap<u64, Flight>,
    next_flight: u64,
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

type Checked<T = ()> = Result<T, Violation>;

impl World {
    pub(crate) fn new(seed: u64, mut plan: Plan, disks: &mut Disks, tracing: bool) -> World {
        let time = TrueTime::new();
        let remote = Remote::new(&plan);
        let plans = std::mem::take(&mut plan.tills);
        let tills =
            plans.into_iter().enumerate().map(|(index, plan)| SimTill::new(seed, index, plan, &time, disks)).collect();
        World {
            seed,
            plan,
            time,
            remote,
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
        let (answer, executed) = self.remote.handle(now, &flight.request, op);
        let (till, endpoint, card) = (flight.till, flight.endpoint, flight.card.clone());
        if !again {
            flight.answer = Some(answer);
        }
        if flight.fate.reply_at <= now {
            self.forget_flight(number);
        }
        if let (Some(executed), Some(op)) = (executed, op) {
            self.tell(|| {
                let (name, card) = (endpoint.name(), card.unwrap_or_default());
                format!("remote   {name} on {card} for till {till}: {} fen, {} points", executed.money, executed.points)
            });
            let ledger = &mut self.ledger;
            let mut scene = Scene { now, class: self.plan.class, remote: &self.remote, pending: &self.pending, ledger };
            audit::check_execution(&self.tills[till], &mut scene, op, &executed)?;
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
        let result = flight.reply(clock_s, &mut dice);
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
    fn after(&mut self, i: usize) -> Checked<Vec<(i64, i64)>> {
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
    fn ends_here(&mut self, i: usize) -> Checked<bool> {
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
        let several = inbox.len() > 1;
        let pacing = before_turn(till, &inbox, now);
        let most = till.plan.most;
        let Some(steps) = &mut till.steps else { return Ok(()) };
        let turned = steps.turn(inbox, drains, most);
        let book_now = steps.now().millis();
        if turned.is_err() || self.tills[i].power_is_gone() {
            // Whether what it knew of the remote became durable is the disk's affair.
            self.tills[i].pacing = PacingSeen::default();
        }
        if self.tills[i].power_is_gone() {
            return self.ends_here(i).map(drop);
        }
        let attempts = self.after(i)?;
        match turned {
            Ok(requests) => {
                let till = &mut self.tills[i];
                till.not_before = 0;
                let pause = pacing.pause_until.unwrap_or_default().max(till.pacing.pause_until);
                // Of several answers in one turn the order is the till's own affair.
                till.pacing.pause_until = if several { till.pacing.pause_until } else { pause };
                let quiet = requests.is_empty();
                for (id, request) in requests {
                    self.depart(i, id, &request, &attempts)?;
                }
                self.tills[i].pacing.pause_until = pause;
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
        self.ends_here(i).map(drop)
    }

    /// A request leaves: the network decides what becomes of it.
    fn depart(&mut self, i: usize, id: u64, request: &HttpRequest, attempts: &[(i64, i64)]) -> Checked {
        let now = self.now();
        let read = as_read(request);
        let Some(endpoint) = Endpoint::of(&read) else {
            return violated(2, format!("till {i} sends to {}, which is no endpoint", read.path));
        };
        let till = &mut self.tills[i];
        let exchange = Exchange {
            card: Endpoint::card_of(&read).or_else(|| searched(&read)),
            write: endpoint.is_write(),
            health: endpoint == Endpoint::CardLevelList,
        };
        let op_no = if exchange.write {
            let fits = |&&(op_no, attempt_no): &&(i64, i64)| {
                till.mirror.ops.get(&op_no).is_some_and(|op| {
                    op.state == "sending"
                        && op.attempts.iter().any(|attempt| {
                            attempt.attempt_no == attempt_no && attempt.body == read.body && attempt.path == read.path
                        })
                })
            };
            match attempts.iter().find(fits) {
                Some(&(op_no, _)) => Some(op_no),
                None => return violated(2, format!("till {i} sends a {} without a durable attempt", endpoint.name())),
            }
        } else {
            None
        };
        if let Err(mut violation) = audit::check_departure(till, &exchange, now) {
            let condition = till.look(|_, eye| Ok(Mirror::condition(eye)));
            let book = till.steps.as_mut().map(|steps| steps.now());
            violation.what = format!("{}; at {book:?} the book says {condition:?}", violation.what);
            return Err(violation);
        }
        till.flights += 1;
        self.figures.requests += 1;
        let number = self.next_flight;
        self.next_flight += 1;
        let conditions = Conditions {
            plan: &self.plan.network,
            class: self.plan.class,
            link: till.link,
            now,
            timeout_ms: till.timeout_ms(),
            quiet_ms: till.quiet_ms(),
            write: exchange.write,
            calm: self.calm,
        };
        let fate = Fate::thrown(&conditions, &mut dice(self.seed, Occasion::Flight, i as u64 + 1000, till.flights));
        let (card, life) = (exchange.card.clone(), till.life);
        till.in_flight.insert(id, exchange);
        self.figures.faults += u64::from(fate.is_fault());
        self.tell(|| {
            let card = card.as_deref().unwrap_or("-");
            format!("till {i}   #{number} {} {card}: {}", endpoint.name(), fate.name)
        });
        if let Some(at) = fate.execute_at {
            self.schedule(at, Event::Execute(number));
            if let Some(op_no) = op_no {
                *self.pending.entry((i, op_no)).or_default() += 1;
            }
        }
        if let Some(at) = fate.again_at {
            self.schedule(at, Event::ExecuteAgain(number));
        }
        self.schedule(fate.reply_at, Event::Reply(number));
        let pending = fate.execute_at.is_some();
        let flight = Flight { till: i, life, id, request: read, endpoint, card, op_no, fate, answer: None, pending };
        self.flights.insert(number, flight);
        Ok(())
    }

    /// Goes on with every call. True if the engine has got something to do by it.
    fn go_on(&mut self, i: usize) -> Checked<bool> {
        let mut again = false;
        let mut calls = std::mem::take(&mut self.tills[i].calls);
        let mut left = Vec::new();
        while !calls.is_empty() {
            let mut call = calls.remove(0);
            let Some(steps) = &mut self.tills[i].steps else { return Ok(false) };
            let went = steps.go_on(&mut call.pending);
            if self.tills[i].power_is_gone() {
                return self.ends_here(i).map(|_| false);
            }
            let attempts = self.after(i)?;
            debug_assert!(attempts.is_empty(), "a call sends nothing by itself");
            match went {
                Ok(Progress::Turn) => {
                    again = true;
                    left.push(call);
                }
                Ok(Progress::Wait) => {
                    let late = self.now() - self.tills[i].clock.true_time_of(call.pending.until());
                    if late > CALL_ENDS_WITHIN_MS && self.tills[i].disk == Disk::Well {
                        return violated(12, format!("{} of till {i} still waits {late} ms late", call.spec.op_id));
                    }
                    left.push(call);
                }
                Ok(Progress::Done(receipt)) => {
                    again = true;
                    self.answered(i, &call, &receipt)?;
                }
                Err(error) => {
                    let id = call.spec.op_id.clone();
                    self.tell(|| format!("till {i}   {id} is refused: {error}"));
                    self.blame(i, &id, &error)?;
                }
            }
            if self.ends_here(i)? {
                return Ok(false);
            }
        }
        self.tills[i].calls = left;
        self.questions(i);
        Ok(again)
    }

    fn questions(&mut self, i: usize) {
        let now = self.now();
        let till = &mut self.tills[i];
        let Some(steps) = &mut till.steps else { return };
        till.questions.retain(|&(ticket, until)| {
            if steps.answer(ticket).is_some() {
                return false;
            }
            if now >= until {
                steps.forget(ticket);
                return false;
            }
            true
        });
    }

    /// A cashier has an answer: it is what stands in the book, and the same as ever.
    fn answered(&mut self, i: usize, call: &CallUnderWay, receipt: &tillbook::Receipt) -> Checked {
        let id = &call.spec.op_id;
        self.tell(|| {
            let promise = receipt.promise.map_or("no promise", tillbook::Promise::as_str);
            format!("till {i}   {id} is told {promise}, from card {}, due {}", receipt.told.from_card, receipt.told.due)
        });
        let till = &mut self.tills[i];
        let in_book = till.mirror.ops.values().find(|op| op.op_id == *id);
        let Some(op) = in_book else {
            return violated(5, format!("{id} of till {i} was answered and is not in the book"));
        };
        if op.promise.as_deref() != receipt.promise.map(tillbook::Promise::as_str) || receipt.promise.is_none() {
            return violated(
                5,
                format!("{id} of till {i} was told {:?}, the book says {:?}", receipt.promise, op.promise),
            );
        }
        let required = matches!(call.spec.delivery, DeliverySpec::Require(_));
        if required && op.promise.as_deref() == Some("offline_approved") {
            return violated(14, format!("{id} of till {i} was to be decided by the remote alone, and was not"));
        }
        let figures = serde_json::to_value(receipt.told).ok();
        if figures != op.told {
            return violated(5, format!("{id} of till {i} was told {figures:?}, the book says {:?}", op.told));
        }
        let told = promised(receipt);
        if let Some(made) = till.made.iter_mut().find(|made| made.spec.op_id == *id) {
            match &made.told {
                Some(before) if *before != told => {
                    return violated(5, format!("{id} of till {i} was told {before}, and now {told}"));
                }
                _ => made.told = Some(told),
            }
        }
        Ok(())
    }

    /// A cashier makes a call.
    pub(crate) fn call(&mut self, i: usize, spec: CallSpec, again: bool) -> Checked {
        if !self.tills[i].is_running() {
            return Ok(());
        }
        self.tell(|| format!("till {i}   calls {}{}", spec.told(), if again { ", again" } else { "" }));
        let till = &mut self.tills[i];
        let Some(steps) = &mut till.steps else { return Ok(()) };
        match steps.begin(spec.request()) {
            Ok(pending) => {
                if !again {
                    till.made.push(Made { spec: spec.clone(), told: None });
                }
                till.calls.push(CallUnderWay { pending, spec });
            }
            Err(error) => return violated(9, format!("a call that is well-formed is not taken: {error}")),
        }
        self.pump(i)
    }

    /// An error of the book, while its disk is well, is the library's own.
    fn blame(&self, i: usize, whose: &str, error: &tillbook::Error) -> Checked {
        let of_book = matches!(
            error.code(),
            ErrorCode::DiskFull | ErrorCode::Storage | ErrorCode::Corrupt | ErrorCode::Poisoned | ErrorCode::Closed
        );
        if of_book && self.tills[i].disk == Disk::Well {
            return violated(9, format!("till {i}, {whose}: {error}"));
        }
        Ok(())
    }

    /// When a till has to be woken though nothing comes for it.
    fn set_alarm(&mut self, i: usize) {
        let now = self.now();
        let calm = self.calm;
        let till = &mut self.tills[i];
        let Some(steps) = &mut till.steps else { return };
        let drives = till.plan.worker || now < till.driven_until || calm;
        let mut at = now + WATCHDOG_MS;
        if drives && till.in_flight.len() < till.plan.most {
            // A book that can't be read is looked at again by the watchdog.
            if let Ok(Some(due)) = steps.next_due() {
                at = at.min(now.saturating_add(i64::try_from(due.as_millis()).unwrap_or(i64::MAX)));
            }
        }
        if !drives && !till.calls.is_empty() {
            at = at.min(now + TURN_AGAIN_MS);
        }
        for call in &till.calls {
            at = at.min(till.clock.true_time_of(call.pending.until()));
        }
        at = at.max(till.not_before).max(now + 1);
        if till.wake_at.is_none_or(|set| at < set || set <= now) {
            till.wake_at = Some(at);
            self.schedule(at, Event::Wake(i));
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
