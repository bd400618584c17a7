//! A desk: everything that is under way with one remote. What a till has of them share one book, one clock and one commit.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Timestamp, mint_id};
use crate::error::{Error, Result};
use crate::event::event;
use crate::model::{Receipt, State};
use crate::provider::{Provider, Reading, Seal, WireCall};
use crate::store::{Store, Tx, View};
use crate::transport::{HttpRequest, HttpResponse, TransportFailure};

use super::call::Waiting;
use super::engine::{Exchange, Scope};
use super::hall::Hall;
use super::job::{Ask, AskResult, Job, Work};
use super::key_life::KeyClocks;
use super::outage::OutageWatch;
use super::pacing::{Condition, backoff};
use super::read::StepAnswered;
use super::tokens::{TokenDesk, TokenSource};

/// An answer's largest size. The longest the dialects know, a page of history, is far below.
const MAX_RESPONSE_BYTES: usize = 1024 * 1024;

/// Numbers of exchanges and questions tell by these bits which desk they are of.
const DESK_BITS: u32 = 48;

/// The desk that a number is of.
pub(super) fn desk_of(number: u64) -> usize {
    usize::try_from(number >> DESK_BITS).unwrap_or(usize::MAX)
}

/// Everything but the book itself, so that a transaction on the one can be open while the other is worked on.
pub(super) struct Desk {
    pub(super) hall: Arc<Hall>,
    pub(super) provider: Box<dyn Provider>,
    pub(super) tokens: TokenDesk,
    pub(super) condition: Condition,
    /// The remote's clock, by the answer that is being worked off.
    pub(super) server_time: Option<Timestamp>,
    /// The same, of the last answer in the dialect, and when that was by this process's.
    pub(super) remote_clock: Option<(Timestamp, Duration)>,
    /// How far the book's time has been brought back, as far as this desk has followed.
    followed_back: Duration,
    /// How far it was in the last step of that.
    pub(super) brought_back: Duration,
    /// What stands in the book of it.
    stored_condition: Condition,
    pub(super) jobs: BTreeMap<u64, Job>,
    next_id: u64,
    /// Lanes that something is under way for.
    pub(super) busy: BTreeSet<i64>,
    /// Lanes whose account was wanted once more while something was under way for them: a read that had begun does not count.
    pub(super) pull_again: BTreeSet<i64>,
    /// Calls that wait for their promise, by operation.
    pub(super) waiting: BTreeMap<i64, Waiting>,
    pub(super) asks: VecDeque<(u64, Ask)>,
    pub(super) answers: BTreeMap<u64, AskResult>,
    next_ticket: u64,
    /// What requests under way were sealed with.
    sealed: BTreeMap<u64, Sealed>,
    /// What the request was sealed with whose answer is being worked off.
    pub(super) answered: Option<Sealed>,
    /// When that was asked for, also where it was for a token alone.
    pub(super) asked: Option<Duration>,
    /// By what the life of a key is judged.
    pub(super) key_clocks: KeyClocks,
    /// The catalogue is to be read from here on.
    pub(super) catalogue_due: Option<Timestamp>,
    pub(super) catalogue_failures: u32,
    /// Answers to writes that could not be saved yet.
    pub(super) unsaved: Vec<WriteAnswer>,
    /// Answers to token calls that could not be saved yet: what they cost is not to be had again.
    pub(super) unsaved_tokens: Vec<TokenReply>,
    /// Operations that have been finished by this process.
    pub(super) finished: u64,
    /// When this process took the book over, by the clock that never jumps.
    pub(super) started: Duration,
    /// By that clock: from when on a look at an operation in doubt can count.
    pub(super) quiet_until: BTreeMap<i64, Duration>,
    /// While starting up nothing may be sent.
    pub(super) recovering: bool,
    /// Refused attempts whose follow-up was lost with a failed turn.
    pub(super) lost_refusals: Vec<(i64, i64)>,
    /// Since when the remote has not been there.
    pub(super) outage: OutageWatch,
    out: Out,
}

/// What a turn will bring about once it is committed.
#[derive(Default)]
struct Out {
    exchanges: Vec<Unsealed>,
    promised: Vec<i64>,
    answers: Vec<(u64, AskResult)>,
    finished: u64,
    condition: Option<Condition>,
}

/// A request that is to leave after the commit.
struct Unsealed {
    id: u64,
    call: WireCall,
    write: bool,
}

/// What a request was sealed with, and when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sealed {
    /// The token, by its number.
    pub(super) token_no: u64,
    /// By the clock that never jumps.
    pub(super) sent: Duration,
}

/// An answer to a write: operation, lane, attempt, what it was sealed with, and the answer.
pub(super) type WriteAnswer = (i64, i64, i64, Option<Sealed>, Result<HttpResponse, TransportFailure>);
pub(super) type ReadAnswer =
    (u64, Work, Box<dyn Reading>, Timestamp, Option<Sealed>, Result<HttpResponse, TransportFailure>);
/// An answer to what only the tokens need.
pub(super) type TokenReply = (Job, Option<Sealed>, Result<HttpResponse, TransportFailure>);

/// What has come in for a desk.
#[derive(Default)]
pub(super) struct Inbox {
    pub(super) writes: Vec<WriteAnswer>,
    pub(super) reads: Vec<ReadAnswer>,
    pub(super) tokens: Vec<TokenReply>,
}

impl Inbox {
    pub(super) fn is_empty(&self) -> bool {
        self.writes.is_empty() && self.reads.is_empty() && self.tokens.is_empty()
    }
}

/// What is to be freed if the turn that works an inbox off fails.
pub(super) struct GivenUp {
    lanes: Vec<i64>,
    tickets: Vec<u64>,
    refusals: Vec<(i64, i64)>,
    first_id: u64,
}

impl Desk {
    /// The desk of the remote at this place of the configuration, with how that fared when the book was closed.
    pub(super) fn new(
        place: usize,
        hall: Arc<Hall>,
        provider: Box<dyn Provider>,
        host_tokens: Option<Arc<dyn TokenSource>>,
        store: &Store,
    ) -> Result<Desk> {
        let view = store.view();
        let condition: Condition = view.condition(provider.name())?.unwrap_or_default();
        let tokens = TokenDesk::new(&view, provider.as_ref(), host_tokens)?;
        let first = (place as u64) << DESK_BITS;
        let provider_name = provider.name();
        Ok(Desk {
            provider,
            tokens,
            stored_condition: condition.clone(),
            condition,
            server_time: None,
            remote_clock: None,
            followed_back: hall.brought_back(),
            brought_back: Duration::ZERO,
            jobs: BTreeMap::new(),
            next_id: first + 1,
            busy: BTreeSet::new(),
            pull_again: BTreeSet::new(),
            waiting: BTreeMap::new(),
            asks: VecDeque::new(),
            answers: BTreeMap::new(),
            next_ticket: first + 1,
            sealed: BTreeMap::new(),
            answered: None,
            asked: None,
            key_clocks: KeyClocks::default(),
            catalogue_due: Some(hall.now()),
            catalogue_failures: 0,
            unsaved: Vec::new(),
            unsaved_tokens: Vec::new(),
            finished: 0,
            started: hall.clock.monotonic(),
            quiet_until: BTreeMap::new(),
            recovering: false,
            lost_refusals: Vec::new(),
            outage: OutageWatch::new(&view, provider_name)?,
            out: Out::default(),
            hall,
        })
    }

    /// Puts a question; its answer is taken by [`Desk::answer`].
    pub(super) fn ask(&mut self, ask: Ask) -> u64 {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.asks.push_back((ticket, ask));
        ticket
    }

    /// Nobody waits for the answer any more.
    pub(super) fn forget_ask(&mut self, ticket: u64) {
        self.asks.retain(|(asked, _)| *asked != ticket);
        self.answers.remove(&ticket);
        for job in self.jobs.values_mut() {
            if let Job::Read { work: Work::Asked { ticket: asked, .. }, .. } = job
                && *asked == Some(ticket)
            {
                *asked = None;
            }
        }
    }

    /// When the next turn has something to do for it that no answer brings about.
    pub(super) fn next_due(&self, view: &View<'_>) -> Result<Option<Timestamp>> {
        let now = self.now();
        if !self.unsaved.is_empty() || !self.unsaved_tokens.is_empty() {
            return Ok(Some(now));
        }
        if !self.asks.is_empty() {
            return Ok(self.after_token(Some(now), now));
        }
        let probing = self.jobs.values().any(Job::is_health);
        if self.condition.is_down() {
            return Ok(self.after_token(self.condition.probe_from().filter(|_| !probing), now));
        }
        let catalogue = self.catalogue_due.filter(|_| !probing);
        let work = self.earliest_due(view)?.into_iter().chain(catalogue).min();
        let work = work.map(|due| self.condition.next_try(now).map_or(due, |earliest| due.max(earliest)));
        Ok(self.after_token(work, now))
    }

    pub(super) fn now(&self) -> Timestamp {
        self.hall.now()
    }

    pub(super) fn is_healthy(&mut self) -> bool {
        let now = self.now();
        self.condition.is_healthy(now, &self.hall.config.pacing)
    }

    pub(super) fn backoff(&self, failures: u32) -> Duration {
        backoff(failures, &self.hall.config.pacing, self.hall.entropy.as_ref())
    }

    /// One transaction of a call or a decision, with its consequences on the desk. Nothing of it stays if it fails.
    pub(super) fn commit<T>(&mut self, store: &Store, work: impl FnOnce(&mut Desk, &Tx<'_>) -> Result<T>) -> Result<T> {
        self.out = Out::default();
        self.outage.begin();
        self.hall.begin();
        let done = store.write(|tx| {
            self.hall.move_times(tx)?;
            self.hall.note_validity(tx)?;
            work(self, tx)
        });
        match &done {
            Ok(_) => {
                self.hall.committed();
                drop(self.after_commit());
            }
            Err(_) => self.out = Out::default(),
        }
        done
    }

    /// As [`Desk::commit`], of what is done to one operation, and how that stands then. It is read before the commit: where an
    /// error is told nothing has been done.
    pub(super) fn commit_on(
        &mut self,
        store: &Store,
        work: impl FnOnce(&mut Desk, &Tx<'_>) -> Result<i64>,
    ) -> Result<Receipt> {
        self.commit(store, |desk, tx| {
            let op_no = work(desk, tx)?;
            desk.receipt(tx, &tx.operation(op_no)?)
        })
    }

    /// Sorts an answer in by what it is for. One that nobody knows any more belongs to a read that a failed turn has given
    /// up: its lane is free again and will be read anew.
    pub(super) fn sort_in(&mut self, inbox: &mut Inbox, id: u64, result: Result<HttpResponse, TransportFailure>) {
        let sealed = self.sealed.remove(&id);
        match self.jobs.remove(&id) {
            Some(Job::Write { op_no, lane_no, attempt_no }) => {
                inbox.writes.push((op_no, lane_no, attempt_no, sealed, result));
            }
            Some(Job::Read { work, reading, began }) => inbox.reads.push((id, work, reading, began, sealed, result)),
            Some(job) => inbox.tokens.push((job, sealed, result)),
            None => {}
        }
    }

    pub(super) fn given_up(&self, inbox: &Inbox) -> GivenUp {
        let reads = || inbox.reads.iter().map(|(_, work, ..)| work);
        GivenUp {
            lanes: reads().filter_map(Work::lane).collect(),
            tickets: reads().filter_map(Work::ticket).collect(),
            refusals: reads().filter_map(Work::refusal).collect(),
            first_id: self.next_id,
        }
    }

    /// A turn begins anew: whatever an earlier try has prepared did not happen.
    pub(super) fn begin_turn(&mut self) {
        self.out = Out::default();
        self.outage.begin();
    }

    /// Everything of one turn that happens in its transaction.
    pub(super) fn work(&mut self, tx: &Tx<'_>, inbox: &mut Inbox, scope: Scope, most: usize) -> Result<()> {
        self.follow_time();
        // A pause that one answer asks for holds for whatever the others bring about.
        let writes = inbox.writes.iter().map(|(.., result)| result);
        let reads = inbox.reads.iter().map(|(.., result)| result);
        for result in writes.chain(reads).chain(inbox.tokens.iter().map(|(.., result)| result)) {
            self.note_pause(result);
        }
        // So does an answer that says that we are not served, or none at all: such are worked off before any that lets
        // something leave.
        let reads = std::mem::take(&mut inbox.reads).into_iter().map(StepAnswered::of);
        let (bad_news, reads): (Vec<_>, Vec<_>) = reads.partition(StepAnswered::is_bad_news);
        for answered in bad_news {
            self.step_answered(tx, answered)?;
        }
        for (op_no, lane_no, attempt_no, sealed, result) in &inbox.writes {
            self.busy.remove(lane_no);
            self.note_answer(*sealed, result);
            self.write_answered(tx, *op_no, *attempt_no, result)?;
        }
        for (op_no, attempt_no) in self.lost_refusals.clone() {
            if tx.operation(op_no)?.state == State::Sending {
                self.refusal_not_understood(tx, op_no, attempt_no, "not followed up")?;
            }
        }
        for (job, sealed, result) in &inbox.tokens {
            self.note_answer(*sealed, result);
            self.token_answered(tx, job, result)?;
        }
        for answered in reads {
            self.step_answered(tx, answered)?;
        }
        self.expire_overdue(tx)?;
        self.take_up(tx, scope, most)?;
        self.keep_outage(tx)?;
        let condition = self.condition.durable();
        if condition != self.stored_condition && !mutated!(ForgetCondition) {
            tx.set_condition(self.provider.name(), &condition)?;
            match (self.stored_condition.is_down(), condition.is_down()) {
                (false, true) => event!(BREAKER_OPENED, provider = self.provider.name(), failures = condition.failures),
                (true, false) => event!(BREAKER_CLOSED, provider = self.provider.name()),
                _ => {}
            }
            self.out.condition = Some(condition);
        }
        Ok(())
    }

    /// The book's time may have been brought back on another remote's word: this desk's own times move with it.
    pub(super) fn follow_time(&mut self) {
        let back = self.hall.brought_back();
        let ahead = back.saturating_sub(self.followed_back);
        if ahead.is_zero() {
            return;
        }
        self.followed_back = back;
        self.brought_back = ahead;
        let now = self.now();
        self.condition.bring_back(now, ahead);
        let waiting = self.waiting.values_mut().map(|waiting| &mut waiting.until);
        for time in self.catalogue_due.iter_mut().chain(self.tokens.due.iter_mut()).chain(waiting) {
            if *time > now {
                *time = time.before(ahead);
            }
        }
    }

    /// What the committed transaction brings about. Requests are sealed only now: whatever they need in the book is durable.
    pub(super) fn after_commit(&mut self) -> Vec<Exchange> {
        let out = std::mem::take(&mut self.out);
        if let Some(condition) = out.condition {
            self.stored_condition = condition;
        }
        self.outage.committed();
        for op_no in out.promised {
            self.waiting.remove(&op_no);
        }
        self.answers.extend(out.answers);
        self.finished += out.finished;
        out.exchanges.into_iter().map(|unsealed| self.seal(unsealed)).collect()
    }

    fn seal(&mut self, Unsealed { id, call, write }: Unsealed) -> Exchange {
        let sent = self.hall.clock.monotonic();
        let at = self.tokens.skew.server_now(sent).unwrap_or_else(|| self.now());
        let nonce = mint_id(self.hall.entropy.as_ref());
        let seal = Seal { token: self.tokens.current(), at, nonce: &nonce };
        let call = self.provider.seal(call, &seal);
        self.sealed.insert(id, Sealed { token_no: self.tokens.token_no, sent });
        let request = HttpRequest {
            method: call.method,
            url: format!("{}{}", self.provider.base_url().trim_end_matches('/'), call.path),
            headers: call.headers,
            body: call.body,
            timeout: self.provider.request_timeout(),
            // A write without a key must not go over a connection that the peer may be closing.
            fresh_connection: write,
            max_response_bytes: MAX_RESPONSE_BYTES,
        };
        Exchange { id, request }
    }

    /// A turn failed: what it started was never sent, and what it read is lost. Their lanes are free again, and whoever asked is
    /// told why: it was not the remote.
    pub(super) fn give_up(&mut self, given_up: &GivenUp, why: &Error) {
        let GivenUp { lanes, tickets, refusals, first_id } = given_up;
        self.lost_refusals.extend_from_slice(refusals);
        for (ticket, _) in std::mem::take(&mut self.out).answers {
            self.answers.insert(ticket, Err(why.again()));
        }
        self.catalogue_due = Some(self.now());
        for (_, job) in self.jobs.split_off(first_id) {
            if let Some(lane_no) = job.lane() {
                self.busy.remove(&lane_no);
            }
            if let Job::Read { work, .. } = &job
                && let Some(ticket) = work.ticket()
            {
                self.answers.insert(ticket, Err(why.again()));
            }
        }
        for lane_no in lanes {
            self.busy.remove(lane_no);
        }
        for ticket in tickets {
            self.answers.insert(*ticket, Err(why.again()));
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
        self.out.exchanges.push(Unsealed { id, call: call.clone(), write });
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
