//! The engine: the book, a desk for each remote, and one turn.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::{BookTime, Clock, Entropy, Timestamp};
use crate::config::Config;
use crate::error::{Error, ErrorCode, Result};
use crate::event::event;
use crate::model::{Act, CardNumber, Catalogue, Checked, Family, Kind, Notice};
use crate::provider::Provider;
use crate::store::Store;
use crate::transport::{HttpRequest, HttpResponse, TransportFailure};

use super::desk::{Desk, Inbox, desk_of};
use super::hall::Hall;
use super::job::{Ask, AskResult, Job};
use super::kept::Kept;
use super::old_copy::take_over;
use super::policy::policy_in_force;
use super::tokens::TokenSource;

/// So many exchanges more than otherwise may be under way for callers who wait: a drain must not make them queue up.
pub(crate) const URGENT_EXTRA: usize = 4;

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
    /// How many operations had been finished before it.
    pub(super) before: u64,
    /// When the queue was seen empty.
    pub(super) ended: Option<Duration>,
}

/// The book and the desks. See the [module's page](super).
pub(crate) struct Engine {
    pub(super) store: Store,
    /// One for each remote, in the order of the configuration.
    pub(super) desks: Vec<Desk>,
    pub(super) hall: Arc<Hall>,
    /// Which desk serves a family.
    routes: BTreeMap<Family, usize>,
    pub(super) drain: Drain,
    /// The ballast was used up; it is tried to be set aside again from here on, by the clock that never jumps.
    ballast_due: Option<Duration>,
    /// The desk that takes up work first in the next turn: none is served before the others for ever.
    first: usize,
}

impl Engine {
    /// Takes over an opened book and recovers what a crash left behind.
    pub(crate) fn start(
        mut store: Store,
        config: Config,
        providers: Vec<Box<dyn Provider>>,
        host_tokens: Option<Arc<dyn TokenSource>>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Engine> {
        let routes = config.routes(&providers)?;
        let high = store.view().highest_time()?;
        let policy = policy_in_force(&store, &config, BookTime::start(clock.as_ref(), high).now(clock.as_ref()))?;
        let hall = Arc::new(Hall::new(config, clock, entropy, high, policy));
        Kept::of(&hall.config, &routes, &providers).keep(&store)?;
        let mut desks = Vec::new();
        for (place, provider) in providers.into_iter().enumerate() {
            desks.push(Desk::new(place, Arc::clone(&hall), provider, host_tokens.clone(), &store)?);
        }
        take_over(&mut store, &hall, &mut desks)?;
        hall.set_restored(store.view().restored()?.is_some());
        for desk in &mut desks {
            desk.commit(&store, Desk::recover)?;
        }
        Ok(Engine { store, desks, hall, routes, drain: Drain::default(), ballast_due: None, first: 0 })
    }

    /// Takes answers in, works them off and takes up what is due while fewer than `most` exchanges are under way, all in one
    /// commit. Exchanges come out only after it.
    ///
    /// When the commit fails nothing of the turn has happened, except that answers to writes are kept and worked off in the
    /// next turn: an answer is never lost to a full disk.
    pub(crate) fn turn(&mut self, answers: Vec<Answered>, scope: Scope, most: usize) -> Result<Turn> {
        let mut inboxes: Vec<Inbox> = Vec::with_capacity(self.desks.len());
        for desk in &mut self.desks {
            let (writes, tokens) = (std::mem::take(&mut desk.unsaved), std::mem::take(&mut desk.unsaved_tokens));
            inboxes.push(Inbox { writes, tokens, ..Inbox::default() });
        }
        for Answered { id, result } in answers {
            let place = desk_of(id);
            if let (Some(desk), Some(inbox)) = (self.desks.get_mut(place), inboxes.get_mut(place)) {
                desk.sort_in(inbox, id, result);
            }
        }
        let given_up: Vec<_> = self.desks.iter().zip(&inboxes).map(|(desk, inbox)| desk.given_up(inbox)).collect();
        let mut result = match self.has_work(&inboxes, scope) {
            Ok(false) => return Ok(Turn::default()),
            Ok(true) => self.work(&mut inboxes, scope, most),
            // The book can't even be read: what has come in is kept, as after any turn that failed.
            Err(error) => Err(error),
        };
        if let Err(full) = &result
            && full.code() == ErrorCode::DiskFull
            && self.store.release_ballast()
        {
            event!(BALLAST_RELEASED);
            self.ballast_due = Some(self.hall.clock.monotonic().saturating_add(BALLAST_AGAIN));
            for (desk, given_up) in self.desks.iter_mut().zip(&given_up) {
                desk.give_up(given_up, full);
            }
            result = self.work(&mut inboxes, scope, most);
        }
        match result {
            Ok(()) => {
                self.hall.committed();
                self.desks.iter_mut().for_each(|desk| desk.lost_refusals.clear());
                self.refill_ballast();
                Ok(self.after_commit())
            }
            Err(_) if mutated!(SendBeforeCommit) => Ok(self.after_commit()),
            Err(error) => {
                for ((desk, given_up), inbox) in self.desks.iter_mut().zip(&given_up).zip(inboxes) {
                    desk.give_up(given_up, &error);
                    (desk.unsaved, desk.unsaved_tokens) = (inbox.writes, inbox.tokens);
                }
                Err(error)
            }
        }
    }

    fn has_work(&mut self, inboxes: &[Inbox], scope: Scope) -> Result<bool> {
        let Engine { store, desks, .. } = self;
        for (desk, inbox) in desks.iter_mut().zip(inboxes) {
            if !inbox.is_empty() || !desk.lost_refusals.is_empty() || desk.has_work(store, scope)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// One try of a turn's transaction: every desk in it, another one first each time.
    fn work(&mut self, inboxes: &mut [Inbox], scope: Scope, most: usize) -> Result<()> {
        let Engine { store, desks, hall, .. } = self;
        let places = desks.len();
        desks.iter_mut().for_each(Desk::begin_turn);
        hall.begin();
        let first = self.first;
        self.first = (first + 1) % places.max(1);
        store.write(|tx| {
            hall.move_times(tx)?;
            hall.note_validity(tx)?;
            for place in (0..places).map(|turned| (first + turned) % places) {
                let others: usize =
                    desks.iter().enumerate().filter(|&(at, _)| at != place).map(|(_, desk)| desk.jobs.len()).sum();
                // One remote that answers slowly must not take every place.
                let share = if places == 1 { most } else { (most - most / 4).max(1) };
                desks[place].work(tx, &mut inboxes[place], scope, share.min(most.saturating_sub(others)))?;
            }
            hall.keep_time(tx)
        })
    }

    fn after_commit(&mut self) -> Turn {
        Turn { exchanges: self.desks.iter_mut().flat_map(Desk::after_commit).collect() }
    }

    fn refill_ballast(&mut self) {
        let now = self.hall.clock.monotonic();
        if self.ballast_due.is_some_and(|due| now >= due) {
            self.ballast_due = self.store.fill_ballast().is_err().then(|| now.saturating_add(BALLAST_AGAIN));
        }
    }

    /// When the next turn has something to do that no answer brings about.
    pub(crate) fn next_due(&mut self) -> Result<Option<Timestamp>> {
        let view = self.store.view();
        let mut earliest = None;
        for desk in &mut self.desks {
            desk.follow_time();
            earliest = earliest.into_iter().chain(desk.next_due(&view)?).min();
        }
        Ok(earliest)
    }

    /// Whether exchanges are under way.
    pub(crate) fn is_idle(&self) -> bool {
        self.desks.iter().all(|desk| desk.jobs.is_empty() && desk.unsaved.is_empty() && desk.unsaved_tokens.is_empty())
    }

    /// The host says that it has tokens.
    pub(crate) fn host_has_tokens(&mut self) {
        self.desks.iter_mut().for_each(Desk::host_has_token);
    }

    pub(crate) fn now(&mut self) -> Timestamp {
        self.hall.now()
    }

    /// The desk that serves a family.
    ///
    /// # Errors
    /// `Unsupported` where no configured remote does.
    pub(crate) fn route(&self, family: Family) -> Result<usize> {
        self.routes.get(&family).copied().ok_or_else(|| Error::unsupported("no configured remote serves this"))
    }

    /// The desk that an act is for.
    pub(super) fn desk_for(&self, act: &Act) -> Result<usize> {
        self.place_for(act.kind())
    }

    fn place_for(&self, kind: Kind) -> Result<usize> {
        let serves = |place: &usize| self.desks[*place].provider.serves().iter().any(|service| service.kind == kind);
        // Points of a card at the remote that keeps its money, where nobody has said otherwise.
        self.route(kind.family())
            .ok()
            .filter(serves)
            .ok_or_else(|| Error::unsupported("no configured remote serves this"))
    }

    /// The desk of a provider by its name; of one that is configured no more, any: nothing is sent there.
    pub(super) fn desk_called(&self, provider: &str) -> usize {
        self.desks.iter().position(|desk| desk.provider.name() == provider).unwrap_or(0)
    }

    /// The desks that a card may have an account at, the one of its money first.
    pub(crate) fn desks_of_cards(&self) -> Vec<usize> {
        let mut places: Vec<usize> = Vec::new();
        for place in Family::ALL.iter().filter_map(|family| self.routes.get(family)) {
            if !places.contains(place) {
                places.push(*place);
            }
        }
        places
    }

    /// Whether a remote is not to be asked now: it does not answer, has asked for a pause, or refuses this till.
    pub(crate) fn is_unreachable(&mut self, place: usize) -> bool {
        let now = self.now();
        self.desks.get(place).is_some_and(|desk| desk.condition.is_unreachable(now))
    }

    /// Cards by which the remote of the stored value can be asked for what it tells of cards only: pay types and rules.
    pub(crate) fn cards_to_ask_by(&self, most: usize) -> Result<Option<(usize, Vec<CardNumber>)>> {
        let Ok(place) = self.route(Family::Cards) else { return Ok(None) };
        Ok(Some((place, self.store.view().some_cards(self.desks[place].provider.name(), most)?)))
    }

    /// What the book knows of each remote's catalogue.
    pub(crate) fn catalogue(&self) -> Result<Catalogue> {
        let view = self.store.view();
        let of_desk = |desk: &Desk| view.catalogue(desk.provider.name());
        Ok(Catalogue { remotes: self.desks.iter().map(of_desk).collect::<Result<_>>()? })
    }

    /// Since when the book has a card's figures: `None` if it does not know the card.
    pub(crate) fn fetched_at(&self, number: &CardNumber) -> Result<Option<Timestamp>> {
        Ok(self.store.view().card_row(number.as_str())?.and_then(|card| card.fetched_at))
    }

    /// The card that the remote of the members knows by this.
    pub(crate) fn card_of_member(&self, reference: &str) -> Result<Option<CardNumber>> {
        let provider = self.provider_of(Family::Members)?;
        Ok(self.store.view().account_by_reference(provider, reference)?.map(|served| served.card.number))
    }

    /// Puts a question to a desk; its answer comes by [`Engine::answer`].
    pub(crate) fn ask_at(&mut self, place: usize, ask: Ask) -> u64 {
        self.desks[place].ask(ask)
    }

    /// Puts a question that a call depends on.
    pub(super) fn ask_for(&mut self, checked: &Checked, ask: Ask) -> Result<u64> {
        let place = self.place_of(checked)?;
        Ok(self.ask_at(place, ask))
    }

    /// Takes the answer to a question, if it has come.
    pub(crate) fn answer(&mut self, ticket: u64) -> Option<AskResult> {
        self.desks.get_mut(desk_of(ticket))?.answers.remove(&ticket)
    }

    /// Nobody waits for the answer any more.
    pub(crate) fn forget_ask(&mut self, ticket: u64) {
        if let Some(desk) = self.desks.get_mut(desk_of(ticket)) {
            desk.forget_ask(ticket);
        }
    }

    /// How many exchanges are under way.
    pub(crate) fn under_way(&self) -> usize {
        self.desks.iter().map(|desk| desk.jobs.len()).sum()
    }

    /// Whether anybody waits for a call or for the answer to a question.
    pub(crate) fn is_awaited(&self) -> bool {
        let asked = |job: &Job| matches!(job, Job::Read { work, .. } if work.ticket().is_some());
        self.desks.iter().any(|desk| !desk.waiting.is_empty() || desk.jobs.values().any(asked))
    }

    /// Time that never jumps, counted from some moment of this process.
    pub(crate) fn monotonic(&self) -> Duration {
        self.hall.clock.monotonic()
    }

    /// What nobody has acknowledged yet, oldest first, at most 1,000.
    pub(crate) fn notices(&self) -> Result<Vec<Notice>> {
        self.store.view().open_notices(1000)
    }

    #[cfg(feature = "encryption")]
    pub(crate) fn store_mut(&mut self) -> &mut Store {
        &mut self.store
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    pub(super) fn hall(&self) -> &Hall {
        &self.hall
    }

    pub(crate) fn config(&self) -> &Config {
        &self.hall.config
    }

    /// The name of the remote that serves a family.
    pub(crate) fn provider_of(&self, family: Family) -> Result<&'static str> {
        Ok(self.desks[self.route(family)?].provider.name())
    }
}
