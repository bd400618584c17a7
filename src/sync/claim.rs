//! Claiming: what is due is taken up, as far as there is room.

use std::collections::BTreeSet;

use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::model::{CardNumber, State};
use crate::provider::{Inquiry, Reading, Reference, Whom};
use crate::store::{AttemptRow, LaneState, OpRow, ReadyLane, Store, Tx, View};

use super::desk::Desk;
use super::engine::{Scope, URGENT_EXTRA};
use super::job::{Ask, Job, Work};

impl Desk {
    pub(super) fn catalogue_is_due(&self, now: Timestamp) -> bool {
        self.catalogue_due.is_some_and(|due| now >= due)
    }

    pub(super) fn has_work(&mut self, store: &Store, scope: Scope) -> Result<bool> {
        // Another remote's word may have brought the book's time back since.
        self.follow_time();
        let now = self.now();
        if self.outage_is_over(&store.view())? {
            return Ok(true);
        }
        let probing = self.jobs.values().any(Job::is_health);
        if self.jobs.values().any(Job::is_for_tokens) {
            // Its answer brings the next turn.
            return Ok(!self.waiting.is_empty());
        }
        if self.condition.is_down() {
            return Ok(!probing && self.condition.probe_from().is_none_or(|from| now >= from) || !self.asks.is_empty());
        }
        if !self.asks.is_empty() || (self.catalogue_is_due(now) && !probing) || !self.waiting.is_empty() {
            return Ok(true);
        }
        Ok(scope == Scope::All && !self.free_lanes(&store.view(), now, 1)?.is_empty())
    }

    /// Whether there is anything to ask the remote.
    fn wants_anything(&self, view: &View<'_>, scope: Scope, now: Timestamp) -> Result<bool> {
        Ok(!self.asks.is_empty()
            || self.catalogue_is_due(now)
            || !self.waiting.is_empty()
            || (scope == Scope::All && !self.free_lanes(view, now, 1)?.is_empty()))
    }

    /// Lanes that are due and not taken, probes first.
    fn free_lanes(&self, view: &View<'_>, now: Timestamp, most: usize) -> Result<Vec<ReadyLane>> {
        let mut lanes = self.free_lanes_of(view, true, now, most)?;
        lanes.extend(self.free_lanes_of(view, false, now, most - lanes.len())?);
        Ok(lanes)
    }

    fn free_lanes_of(&self, view: &View<'_>, probes: bool, now: Timestamp, most: usize) -> Result<Vec<ReadyLane>> {
        if self.hall.is_restored() {
            return Ok(Vec::new());
        }
        // Those that are taken still stand in the index: as many more are asked for.
        let mut lanes = view.ready_lanes(self.provider.name(), probes, now, most + self.busy.len())?;
        lanes.retain(|lane| !self.busy.contains(&lane.lane_no));
        lanes.truncate(most);
        Ok(lanes)
    }

    /// When the next lane that is not taken becomes due.
    pub(super) fn earliest_due(&self, view: &View<'_>) -> Result<Option<Timestamp>> {
        let ever = Timestamp::from_millis(i64::MAX);
        let probe = self.free_lanes_of(view, true, ever, 1)?;
        let replay = self.free_lanes_of(view, false, ever, 1)?;
        Ok(probe.iter().chain(&replay).map(|lane| lane.due).min())
    }

    /// Takes up what is due, as far as there is room.
    pub(super) fn take_up(&mut self, tx: &Tx<'_>, scope: Scope, most: usize) -> Result<()> {
        let now = self.now();
        if self.condition.is_down() {
            // A single probe at a time, and nothing else, until the remote is there again.
            let due = self.condition.probe_from().is_none_or(|from| now >= from);
            // What is fetched for a token finds out as well, and may be under way though the book's time, brought back since, has
            // made the old token good again.
            let asking = self.jobs.values().any(|job| job.is_health() || job.is_for_tokens());
            if due && !asking && self.token_is_there(tx)? {
                let reading = self.provider.health();
                self.begin_read(tx, Work::Asked { ask: Ask::Health, ticket: None }, reading)?;
            }
            while let Some((ticket, _)) = self.asks.pop_front() {
                self.finish_ask(ticket, Err(Error::unreachable("the remote is down")));
            }
            return Ok(());
        }
        if self.condition.paused(now) {
            while let Some((ticket, _)) = self.asks.pop_front() {
                self.finish_ask(ticket, Err(Error::unreachable("the remote asked for a pause")));
            }
            return Ok(());
        }
        // Without a token nothing but a token is asked for; and only when something is to be asked at all.
        if self.provider.tokens().is_some() && !(self.wants_anything(tx, scope, now)? && self.token_is_there(tx)?) {
            return Ok(());
        }
        if self.catalogue_is_due(now) && !self.jobs.values().any(Job::is_health) {
            let reading = self.provider.health();
            self.begin_read(tx, Work::Asked { ask: Ask::Health, ticket: None }, reading)?;
        }
        while let Some((ticket, ask)) = self.asks.pop_front() {
            let reading = match &ask {
                Ask::Card(number) => self.serve(tx, number)?,
                Ask::Find(key) => self.provider.find(key),
                Ask::Phone(phone) => {
                    let number = CardNumber::new(phone.as_str())?;
                    self.provider.serve(&Whom { number: &number, reference: None, phone: Some(phone) })
                }
                Ask::Reference(reference) => {
                    let number = CardNumber::shortened(reference);
                    self.provider.serve(&Whom { number: &number, reference: Some(reference), phone: None })
                }
                Ask::History(number, since) => self.begin_history(tx, number, *since)?,
                Ask::List(text) => self.provider.list(text),
                Ask::Health => Some(self.provider.health()),
                Ask::Inquire(inquiry, number) => self.inquire(tx, inquiry, number.as_ref())?,
            };
            match reading {
                Some(reading) => self.begin_read(tx, Work::Asked { ask, ticket: Some(ticket) }, reading)?,
                None => {
                    let why = self.nothing_to_read(tx, &ask)?;
                    self.finish_ask(ticket, Err(why));
                }
            }
        }
        // Lanes that a caller waits for come first, whatever else is due.
        let urgent: BTreeSet<i64> = self.waiting.keys().map(|&op_no| tx.lane_of(op_no)).collect::<Result<_>>()?;
        for lane_no in urgent {
            if !self.busy.contains(&lane_no) && self.jobs.len() < most + URGENT_EXTRA {
                self.work_on(tx, lane_no, now)?;
            }
        }
        if scope == Scope::All && self.condition.may_drain(now) {
            // One for which there is nothing to send after all leaves its place to the next.
            let mut seen = BTreeSet::new();
            loop {
                let room = most.saturating_sub(self.jobs.len());
                if room == 0 {
                    break;
                }
                let mut anything = false;
                for lane in self.free_lanes(tx, now, room)? {
                    if self.condition.is_down() || self.jobs.len() >= most {
                        return Ok(());
                    }
                    let head = self.head(tx, lane.lane_no)?.map(|op| (op.op_no, op.state));
                    anything |= seen.insert((lane.lane_no, head));
                    self.work_on(tx, lane.lane_no, now)?;
                }
                if !anything {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Why a question can't be put to the remote.
    fn nothing_to_read(&self, tx: &Tx<'_>, ask: &Ask) -> Result<Error> {
        let of_nobody = match ask {
            Ask::History(number, _) => {
                !tx.card(number.as_str(), self.provider.name())?.is_some_and(|served| served.account.confirmed)
            }
            Ask::Inquire(..) | Ask::List(_) => false,
            _ => true,
        };
        let unsupported = || Error::unsupported("the configured remote does not offer this");
        Ok(if of_nobody { Error::not_found("card") } else { unsupported() })
    }

    fn inquire(&self, tx: &Tx<'_>, inquiry: &Inquiry, number: Option<&CardNumber>) -> Result<Option<Box<dyn Reading>>> {
        let Some(number) = number else { return Ok(self.provider.inquire(inquiry, None)) };
        if let Some(served) = tx.card(number.as_str(), self.provider.name())? {
            return Ok(self.provider.inquire(inquiry, Some(&served.whom())));
        }
        let known = tx.card_row(number.as_str())?;
        let phone = known.as_ref().and_then(|card| card.holder.phone.as_deref());
        let whom = Whom { number, reference: None, phone };
        Ok(match self.provider.reference(&whom) {
            Reference::Known(reference) => {
                self.provider.inquire(inquiry, Some(&Whom { reference: Some(&reference), ..whom }))
            }
            _ => None,
        })
    }

    /// A read of all that serving a card needs, by whatever is known of it.
    fn serve(&self, tx: &Tx<'_>, number: &CardNumber) -> Result<Option<Box<dyn Reading>>> {
        if let Some(served) = tx.card(number.as_str(), self.provider.name())? {
            return Ok(self.provider.serve(&served.whom()));
        }
        let known = tx.card_row(number.as_str())?;
        let phone = known.as_ref().and_then(|card| card.holder.phone.as_deref());
        let whom = Whom { number, reference: None, phone };
        Ok(match self.provider.reference(&whom) {
            Reference::Known(reference) => self.provider.serve(&Whom { reference: Some(&reference), ..whom }),
            Reference::Ask => self.provider.serve(&whom),
            Reference::Unknown => None,
        })
    }

    /// The operation that a lane stands at, for the one who works on it. What is in doubt and would only be sent again lets
    /// the oldest go first if that was sent before as well: it was found absent, or a person has it sent again.
    pub(super) fn head(&self, tx: &Tx<'_>, lane_no: i64) -> Result<Option<OpRow>> {
        let Some(head) = tx.lane_head(lane_no)? else { return Ok(None) };
        if head.state != State::InDoubt || !self.repeats(&head) {
            return Ok(Some(head));
        }
        // Where two lanes became one, what was never sent does not go before what was.
        let older = |oldest: &OpRow| oldest.op_no < head.op_no && oldest.may_be_sent();
        let Some(oldest) = tx.oldest_in_lane(lane_no)?.filter(older) else { return Ok(Some(head)) };
        let was_sent = tx.attempts(oldest.op_no)?.iter().any(AttemptRow::may_have_been_sent);
        Ok(Some(if was_sent || tx.was_sent_again(oldest.op_no)? { oldest } else { head }))
    }

    /// Begins what a lane's head needs, if it is due.
    fn work_on(&mut self, tx: &Tx<'_>, lane_no: i64, now: Timestamp) -> Result<()> {
        let (state, _) = tx.lane(lane_no)?;
        if self.hall.is_restored() {
            return Ok(());
        }
        if !matches!(state, LaneState::Ready { due, .. } if due <= now) {
            return Ok(());
        }
        match self.head(tx, lane_no)? {
            Some(op) if op.state == State::Queued => self.begin_send(tx, op),
            Some(op) if matches!(op.state, State::InDoubt | State::Reversing) => self.begin_look(tx, op),
            Some(_) => self.refresh_lane(tx, lane_no, None),
            None => self.begin_pull(tx, lane_no),
        }
    }
}
