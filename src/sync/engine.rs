//! The engine: what is under way, and one turn.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use crate::clock::{BookTime, Clock, Entropy, Timestamp};
use crate::config::Config;
use crate::error::{Error, ErrorCode, Result};
use crate::model::{Notice, State};
use crate::provider::{Provider, Reading, WireCall};
use crate::store::{Store, Tx};
use crate::transport::{HttpRequest, HttpResponse, TransportFailure};

use super::call::Waiting;
use super::job::{Ask, AskResult, Job, Work};
use super::pacing::{Condition, backoff};

/// An answer's largest size. The longest the dialects know, a page of history, is far below.
const MAX_RESPONSE_BYTES: usize = 1024 * 1024;

/// So many exchanges more than otherwise may be under way for callers who wait: a drain must not make them queue up.
pub(crate) const URGENT_EXTRA: usize = 4;

/// The book's high-water time is written down this often even if nothing else is.
const HIGH_TIME_EVERY: Duration = Duration::from_secs(600);

/// A ballast that was used up is tried to be set aside again this often.
const BALLAST_AGAIN: Duration = Duration::from_secs(60);

/// One request to be carried out. Its answer comes back with the same number.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) id: u64,
    pub(crate) request: HttpRequest,
}

/// What became of an exchange.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) id: u64,
    pub(crate) result: Result<HttpResponse, TransportFailure>,
}

/// How much a turn may take up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Everything that is due.
    All,
    /// Only what a caller waits for.
    Urgent,
}

/// What a turn brought.
#[derive(Debug, Default)]
pub(crate) struct Turn {
    /// To be carried out now: whatever they need in the book is durable.
    pub(crate) exchanges: Vec<Exchange>,
}

/// How far a drain has come.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Drain {
    pub(super) since: Duration,
    pub(super) done: u64,
    /// When the queue was seen empty.
    pub(super) ended: Option<Duration>,
}

/// Everything but the book itself, so that a transaction on the one can be open while the other is worked on.
pub(super) struct Desk {
    pub(super) config: Config,
    pub(super) provider: Box<dyn Provider>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) time: BookTime,
    pub(super) condition: Condition,
    /// The remote's clock, by the answer that is being worked off.
    pub(super) server_time: Option<Timestamp>,
    /// The same, of the last answer in the dialect.
    pub(super) remote_clock: Option<Timestamp>,
    /// How far the book's time was last brought back.
    pub(super) brought_back: Duration,
    /// By how much the times that stand in the book are still ahead: they are moved in the next commit that succeeds.
    pub(super) still_ahead: Duration,
    /// What stands in the book of it.
    stored_condition: Condition,
    high_time: Timestamp,
    pub(super) jobs: BTreeMap<u64, Job>,
    next_id: u64,
    /// Lanes that something is under way for.
    pub(super) busy: BTreeSet<i64>,
    /// Calls that wait for their promise, by operation.
    pub(super) waiting: BTreeMap<i64, Waiting>,
    pub(super) asks: VecDeque<(u64, Ask)>,
    pub(super) answers: BTreeMap<u64, AskResult>,
    next_ticket: u64,
    /// The catalogue is to be read from here on.
    pub(super) catalogue_due: Option<Timestamp>,
    pub(super) catalogue_failures: u32,
    /// Answers to writes that could not be saved yet.
    unsaved: Vec<(i64, i64, i64, Result<HttpResponse, TransportFailure>)>,
    pub(super) drain: Drain,
    /// When this process took the book over, by the clock that never jumps.
    pub(super) started: Duration,
    /// By that clock: from when on a look at an operation in doubt can count.
    pub(super) quiet_until: BTreeMap<i64, Duration>,
    /// While starting up nothing may be sent.
    pub(super) recovering: bool,
    /// The ballast was used up; it is tried to be set aside again from here on.
    pub(super) ballast_due: Option<Timestamp>,
    /// Refused attempts whose follow-up was lost with a failed turn.
    lost_refusals: Vec<(i64, i64)>,
    out: Out,
}

/// What a turn will bring about once it is committed.
#[derive(Default)]
struct Out {
    exchanges: Vec<Exchange>,
    promised: Vec<i64>,
    answers: Vec<(u64, AskResult)>,
    finished: u64,
    condition: Option<Condition>,
    high_time: Option<Timestamp>,
    times_moved: bool,
}

/// The book and the desk. See the [module's page](super).
pub(crate) struct Engine {
    pub(super) store: Store,
    pub(super) desk: Desk,
}

impl Engine {
    /// Takes over an opened book and recovers what a crash left behind.
    pub(crate) fn start(
        store: Store,
        config: Config,
        provider: Box<dyn Provider>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Engine> {
        let high = store.view().highest_time()?;
        let mut time = BookTime::start(clock.as_ref(), high);
        let now = time.now(clock.as_ref());
        let condition: Condition = store.view().condition(provider.name())?.unwrap_or_default();
        let mut desk = Desk {
            config,
            provider,
            clock,
            entropy,
            time,
            stored_condition: condition.clone(),
            condition,
            server_time: None,
            remote_clock: None,
            brought_back: Duration::ZERO,
            still_ahead: Duration::ZERO,
            high_time: high.unwrap_or_default(),
            jobs: BTreeMap::new(),
            next_id: 1,
            busy: BTreeSet::new(),
            waiting: BTreeMap::new(),
            asks: VecDeque::new(),
            answers: BTreeMap::new(),
            next_ticket: 1,
            catalogue_due: Some(now),
            catalogue_failures: 0,
            unsaved: Vec::new(),
            drain: Drain::default(),
            started: Duration::ZERO,
            quiet_until: BTreeMap::new(),
            recovering: false,
            ballast_due: None,
            lost_refusals: Vec::new(),
            out: Out::default(),
        };
        desk.started = desk.clock.monotonic();
        desk.commit(&store, Desk::recover)?;
        Ok(Engine { store, desk })
    }

    /// Takes answers in, works them off and takes up what is due while fewer than `most` exchanges are under way, all in one
    /// commit. Exchanges come out only after it.
    ///
    /// When the commit fails nothing of the turn has happened, except that answers to writes are kept and worked off in the
    /// next turn: an answer is never lost to a full disk.
    pub(crate) fn turn(&mut self, answers: Vec<Answered>, scope: Scope, most: usize) -> Result<Turn> {
        let Engine { store, desk } = self;
        let mut writes = std::mem::take(&mut desk.unsaved);
        let mut reads = Vec::new();
        for answer in answers {
            match desk.jobs.remove(&answer.id) {
                Some(Job::Write { op_no, lane_no, attempt_no }) => {
                    writes.push((op_no, lane_no, attempt_no, answer.result));
                }
                Some(Job::Read { work, reading, began }) => {
                    reads.push((answer.id, work, reading, began, answer.result))
                }
                // A read that a failed turn has given up. Its lane is free again and will be read anew.
                None => {}
            }
        }
        if writes.is_empty() && reads.is_empty() && desk.lost_refusals.is_empty() && !desk.has_work(store, scope)? {
            return Ok(Turn::default());
        }
        let read_lanes: Vec<i64> = reads.iter().filter_map(|(_, work, ..)| work.lane()).collect();
        let read_tickets: Vec<u64> = reads.iter().filter_map(|(_, work, ..)| work.ticket()).collect();
        let refusals: Vec<(i64, i64)> = reads.iter().filter_map(|(_, work, ..)| work.refusal()).collect();
        let first_id = desk.next_id;
        let mut result = store.write(|tx| desk.work(tx, &writes, reads, scope, most));
        if matches!(&result, Err(error) if error.code() == ErrorCode::DiskFull) && store.release_ballast() {
            log::warn!("tillbook: disk full, ballast released");
            desk.ballast_due = Some(desk.now().after(BALLAST_AGAIN));
            desk.give_up_reads(first_id, &read_lanes, &read_tickets);
            desk.lost_refusals.extend_from_slice(&refusals);
            result = store.write(|tx| desk.work(tx, &writes, Vec::new(), scope, most));
        }
        match result {
            Ok(()) => {
                desk.lost_refusals.clear();
                desk.refill_ballast(store);
                Ok(desk.after_commit())
            }
            Err(_) if mutated!(SendBeforeCommit) => Ok(desk.after_commit()),
            Err(error) => {
                desk.give_up_reads(first_id, &read_lanes, &read_tickets);
                desk.lost_refusals.extend_from_slice(&refusals);
                desk.unsaved = writes;
                Err(error)
            }
        }
    }

    /// When the next turn has something to do that no answer brings about.
    pub(crate) fn next_due(&mut self) -> Result<Option<Timestamp>> {
        let now = self.desk.now();
        if self.desk.condition.is_down() {
            let probing = self.desk.jobs.values().any(Job::is_health);
            return Ok(self.desk.condition.probe_from().filter(|_| !probing));
        }
        if !self.desk.unsaved.is_empty() || !self.desk.asks.is_empty() {
            return Ok(Some(now));
        }
        let catalogue = self.desk.catalogue_due.filter(|_| !self.desk.jobs.values().any(Job::is_health));
        let work = self.desk.earliest_due(&self.store.view())?.into_iter().chain(catalogue).min();
        Ok(work.map(|due| self.desk.condition.next_try(now).map_or(due, |earliest| due.max(earliest))))
    }

    /// Whether exchanges are under way.
    pub(crate) fn is_idle(&self) -> bool {
        self.desk.jobs.is_empty() && self.desk.unsaved.is_empty()
    }

    pub(crate) fn now(&mut self) -> Timestamp {
        self.desk.now()
    }

    /// Puts a question; its answer comes by [`Engine::answer`].
    pub(crate) fn ask(&mut self, ask: Ask) -> u64 {
        let ticket = self.desk.next_ticket;
        self.desk.next_ticket += 1;
        self.desk.asks.push_back((ticket, ask));
        ticket
    }

    /// Takes the answer to a question, if it has come.
    pub(crate) fn answer(&mut self, ticket: u64) -> Option<AskResult> {
        self.desk.answers.remove(&ticket)
    }

    /// Nobody waits for the answer any more.
    pub(crate) fn forget_ask(&mut self, ticket: u64) {
        self.desk.asks.retain(|(asked, _)| *asked != ticket);
        self.desk.answers.remove(&ticket);
        for job in self.desk.jobs.values_mut() {
            if let Job::Read { work: Work::Asked { ticket: asked, .. }, .. } = job
                && *asked == Some(ticket)
            {
                *asked = None;
            }
        }
    }

    /// How many exchanges are under way.
    pub(crate) fn under_way(&self) -> usize {
        self.desk.jobs.len()
    }

    /// Time that never jumps, counted from some moment of this process.
    #[cfg(feature = "steps")]
    pub(crate) fn monotonic(&self) -> Duration {
        self.desk.clock.monotonic()
    }

    /// What nobody has acknowledged yet, oldest first, at most 1,000.
    pub(crate) fn notices(&self) -> Result<Vec<Notice>> {
        self.store.view().open_notices(1000)
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) fn config(&self) -> &Config {
        &self.desk.config
    }

    pub(crate) fn provider_name(&self) -> &'static str {
        self.desk.provider.name()
    }
}

type ReadAnswer = (u64, Work, Box<dyn Reading>, Timestamp, Result<HttpResponse, TransportFailure>);
type WriteAnswer = (i64, i64, i64, Result<HttpResponse, TransportFailure>);

impl Desk {
    pub(super) fn now(&mut self) -> Timestamp {
        self.time.now(self.clock.as_ref())
    }

    pub(super) fn is_healthy(&mut self) -> bool {
        let now = self.now();
        self.condition.is_healthy(now, &self.config.pacing)
    }

    pub(super) fn backoff(&self, failures: u32) -> Duration {
        backoff(failures, &self.config.pacing, self.entropy.as_ref())
    }

    /// One transaction of a call or a decision, with its consequences on the desk. Nothing of it stays if it fails.
    pub(super) fn commit<T>(&mut self, store: &Store, work: impl FnOnce(&mut Desk, &Tx<'_>) -> Result<T>) -> Result<T> {
        self.out = Out::default();
        let done = store.write(|tx| {
            self.move_times(tx)?;
            work(self, tx)
        });
        match &done {
            Ok(_) => drop(self.after_commit()),
            Err(_) => self.out = Out::default(),
        }
        done
    }

    /// Everything of one turn that happens in its transaction.
    fn work(
        &mut self,
        tx: &Tx<'_>,
        writes: &[WriteAnswer],
        reads: Vec<ReadAnswer>,
        scope: Scope,
        most: usize,
    ) -> Result<()> {
        self.out = Out::default();
        self.move_times(tx)?;
        for (op_no, lane_no, attempt_no, result) in writes {
            self.busy.remove(lane_no);
            self.note_answer(result);
            self.write_answered(tx, *op_no, *lane_no, *attempt_no, result)?;
        }
        for (op_no, attempt_no) in self.lost_refusals.clone() {
            if tx.operation(op_no)?.state == State::Sending {
                self.refusal_not_understood(tx, op_no, attempt_no, "not followed up")?;
            }
        }
        for (_, work, reading, began, result) in reads {
            if let Some(lane_no) = work.lane() {
                self.busy.remove(&lane_no);
            }
            self.note_answer(&result);
            self.read_answered(tx, work, reading, began, result)?;
        }
        self.expire_overdue(tx)?;
        self.take_up(tx, scope, most)?;
        let now = self.now();
        let condition = self.condition.durable();
        if condition != self.stored_condition && !mutated!(ForgetCondition) {
            tx.set_condition(self.provider.name(), &condition)?;
            self.out.condition = Some(condition);
        }
        if now.since(self.high_time) >= HIGH_TIME_EVERY {
            self.note_time(tx, now)?;
        }
        Ok(())
    }

    fn note_time(&mut self, tx: &Tx<'_>, now: Timestamp) -> Result<()> {
        tx.set_book("high_time", &now.millis().to_string())?;
        self.out.high_time = Some(now);
        Ok(())
    }

    /// Moves the times that stand in the book back by as much as its own time was.
    pub(super) fn move_times(&mut self, tx: &Tx<'_>) -> Result<()> {
        if self.still_ahead.is_zero() {
            return Ok(());
        }
        let now = self.now();
        tx.bring_back(now, self.still_ahead)?;
        self.out.times_moved = true;
        self.note_time(tx, now)
    }

    fn after_commit(&mut self) -> Turn {
        let out = std::mem::take(&mut self.out);
        if let Some(condition) = out.condition {
            self.stored_condition = condition;
        }
        if let Some(time) = out.high_time {
            self.high_time = time;
        }
        if out.times_moved {
            self.still_ahead = Duration::ZERO;
        }
        for op_no in out.promised {
            self.waiting.remove(&op_no);
        }
        self.answers.extend(out.answers);
        self.drain.done += out.finished;
        Turn { exchanges: out.exchanges }
    }

    fn refill_ballast(&mut self, store: &Store) {
        let now = self.now();
        if self.ballast_due.is_some_and(|due| now >= due) {
            self.ballast_due = store.fill_ballast().is_err().then(|| now.after(BALLAST_AGAIN));
        }
    }

    /// A turn failed: what it started was never sent, and what it read is lost. Their lanes are free again.
    fn give_up_reads(&mut self, first_id: u64, lanes: &[i64], tickets: &[u64]) {
        for (ticket, _) in std::mem::take(&mut self.out).answers {
            self.answers.insert(ticket, Err(Error::unreachable("the book could not be written")));
        }
        self.catalogue_due = Some(self.now());
        for (_, job) in self.jobs.split_off(&first_id) {
            if let Some(lane_no) = job.lane() {
                self.busy.remove(&lane_no);
            }
            if let Job::Read { work, .. } = &job
                && let Some(ticket) = work.ticket()
            {
                self.answers.insert(ticket, Err(Error::unreachable("the book could not be written")));
            }
        }
        for lane_no in lanes {
            self.busy.remove(lane_no);
        }
        for ticket in tickets {
            self.answers.insert(*ticket, Err(Error::unreachable("the book could not be written")));
        }
    }

    /// Starts a read: its first exchange goes out with this turn.
    pub(super) fn begin_read(&mut self, tx: &Tx<'_>, work: Work, mut reading: Box<dyn Reading>) -> Result<()> {
        let began = self.now();
        let step = reading.step(None);
        self.go_on(tx, work, reading, began, step)
    }

    /// Hands a request out, to be carried out once the turn is committed.
    pub(super) fn send_out(&mut self, call: &WireCall, job: Job) {
        let write = matches!(job, Job::Write { .. });
        let id = self.next_id;
        self.next_id += 1;
        if let Some(lane_no) = job.lane() {
            self.busy.insert(lane_no);
        }
        self.jobs.insert(id, job);
        let request = HttpRequest {
            method: call.method,
            url: format!("{}{}", self.provider.base_url().trim_end_matches('/'), call.path),
            headers: call.headers.clone(),
            body: call.body.clone(),
            timeout: self.provider.request_timeout(),
            // A write without a key must not go over a connection that the peer may be closing.
            fresh_connection: write,
            max_response_bytes: MAX_RESPONSE_BYTES,
        };
        self.out.exchanges.push(Exchange { id, request });
    }

    pub(super) fn promised(&mut self, op_no: i64) {
        self.out.promised.push(op_no);
    }

    pub(super) fn finish_ask(&mut self, ticket: u64, result: AskResult) {
        self.out.answers.push((ticket, result));
    }

    pub(super) fn finished_one(&mut self) {
        self.out.finished += 1;
    }
}
