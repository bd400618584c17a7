//! Reads: step by step to their findings, and what follows from those.

use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::event::event;
use crate::model::{NoticeKind, State};
use crate::provider::{Findings, ReadFailure, ReadStep, Reading, Reply};
use crate::store::{NewNotice, Tx};
use crate::transport::{HttpResponse, TransportFailure};

use super::desk::{Desk, ReadAnswer, Sealed};
use super::job::{Ask, AskAnswer, Job, Work};
use super::pacing::{retry_after, server_time};

/// 429 and the pause it asks for are the same for every dialect.
pub(super) const TOO_MANY_REQUESTS: u16 = 429;
const SERVICE_UNAVAILABLE: u16 = 503;

/// After so many answers of no use in a row about one card its operation waits for a person.
const PATIENCE: u32 = 30;

/// An answer to a read, with what it is in the dialect.
pub(super) struct StepAnswered {
    work: Work,
    reading: Box<dyn Reading>,
    began: Timestamp,
    sealed: Option<Sealed>,
    result: Result<HttpResponse, TransportFailure>,
    /// `None`: only a pause was asked for.
    step: Option<ReadStep>,
}

impl StepAnswered {
    pub(super) fn of((_, work, mut reading, began, sealed, result): ReadAnswer) -> StepAnswered {
        let step = match &result {
            Err(failure) => Some(ReadStep::Failed(ReadFailure::Garbled(failure.to_string()))),
            Ok(response) if response.status == TOO_MANY_REQUESTS => None,
            Ok(response) => Some(reading.step(Some(response))),
        };
        StepAnswered { work, reading, began, sealed, result, step }
    }

    /// Whether nothing leaves on account of it, and the remote may have to be left alone.
    pub(super) fn is_bad_news(&self) -> bool {
        matches!(self.step, None | Some(ReadStep::Failed(_)))
    }
}

impl Desk {
    /// What every exchange tells, whatever it was for: the remote's clock.
    pub(super) fn note_answer(&mut self, sealed: Option<Sealed>, result: &Result<HttpResponse, TransportFailure>) {
        self.answered = sealed;
        self.asked = sealed.map(|sealed| sealed.sent);
        self.server_time = None;
        let Ok(response) = result else { return };
        self.server_time = server_time(response);
        self.measure_clock(response);
    }

    /// A pause that an answer asks for, whatever it was an answer to.
    pub(super) fn note_pause(&mut self, result: &Result<HttpResponse, TransportFailure>) {
        let Ok(response) = result else { return };
        let now = self.now();
        match (response.status, retry_after(response, now)) {
            (TOO_MANY_REQUESTS, asked) => {
                self.condition.pause(asked, now, &self.hall.config.pacing, self.hall.entropy.as_ref());
            }
            (SERVICE_UNAVAILABLE, Some(asked)) => {
                self.condition.pause(Some(asked), now, &self.hall.config.pacing, self.hall.entropy.as_ref());
            }
            _ => {}
        }
    }

    /// The remote has answered in its dialect: it is there, and its clock may vouch for ours. A captive portal's may not.
    pub(super) fn dialect_answered(&mut self, tx: &Tx<'_>) -> Result<()> {
        let now = self.now();
        self.condition.answered(now);
        self.outage.heard(tx)?;
        if self.answered.is_some() {
            self.tokens.served();
        }
        let server = self.server_time.take();
        let steady = self.hall.clock.monotonic();
        self.remote_clock = server.map(|clock| (clock, steady));
        self.key_clocks.answered(server, self.asked);
        if self.hall.remote_answered(server) {
            event!(TIME_BROUGHT_BACK, provider = self.provider.name());
            self.follow_time();
            self.hall.move_times(tx)?;
        }
        Ok(())
    }

    /// An answer to a read is worked off.
    pub(super) fn step_answered(&mut self, tx: &Tx<'_>, answered: StepAnswered) -> Result<()> {
        let StepAnswered { work, reading, began, sealed, result, step } = answered;
        if let Some(lane_no) = work.lane() {
            self.busy.remove(&lane_no);
        }
        self.note_answer(sealed, &result);
        if let Some(lane_no) = work.lane()
            && !tx.lane_exists(lane_no)?
        {
            // Its account turned out to be another one: there the operation goes on.
            if let Some(op_no) = work.operation() {
                self.refresh_lane(tx, tx.operation(op_no)?.lane_no, None)?;
            }
            return Ok(());
        }
        match step {
            Some(step) => self.go_on(tx, work, reading, began, step),
            None => self.read_failed(tx, work, "the remote asked for a pause"),
        }
    }

    pub(super) fn go_on(
        &mut self,
        tx: &Tx<'_>,
        work: Work,
        reading: Box<dyn Reading>,
        began: Timestamp,
        step: ReadStep,
    ) -> Result<()> {
        let now = self.now();
        match step {
            // A pause that was asked for, or an outage, begins in the middle of a read too: whatever has begun is left.
            ReadStep::Ask(_)
                if self.condition.paused(now) || (self.condition.is_unreachable(now) && !work.is_health()) =>
            {
                self.read_failed(tx, work, "the remote is left alone for now")
            }
            ReadStep::Ask(call) => {
                self.send_out(&call, Job::Read { work, reading, began });
                Ok(())
            }
            ReadStep::Done(findings) => {
                self.dialect_answered(tx)?;
                self.read_done(tx, work, began, *findings)
            }
            ReadStep::Failed(ReadFailure::Garbled(why)) => {
                self.condition.failed(now, &self.hall.config.pacing, self.hall.entropy.as_ref());
                self.read_failed(tx, work, &why)
            }
            ReadStep::Failed(ReadFailure::TokenRefused(why)) => {
                self.token_refused(tx, &why)?;
                self.read_anew(tx, work, &why)
            }
            ReadStep::Failed(ReadFailure::Unusable(why)) => self.read_unusable(tx, work, &why),
            ReadStep::Failed(ReadFailure::Halted(why)) => {
                self.halt(tx, &why)?;
                self.read_failed(tx, work, &why)
            }
            ReadStep::Failed(ReadFailure::Refused { code, message }) => {
                self.read_refused(tx, work, &code, &format!("{code} {message}"))
            }
        }
    }

    fn read_done(&mut self, tx: &Tx<'_>, work: Work, began: Timestamp, findings: Findings) -> Result<()> {
        // The book's time was brought back during the read: its beginning moves with all that was stored till then.
        let began = if began > self.now() { began.before(self.brought_back) } else { began };
        let now = self.now();
        let unreachable = self.condition.is_unreachable(now);
        match work {
            // While the figures were read the remote has asked for a pause, or was found to be down.
            Work::Before { .. } if unreachable => self.read_failed(tx, work, "the remote is left alone for now"),
            Work::Before { op_no, lane_no, .. } => self.send(tx, op_no, lane_no, began, &findings),
            Work::Look { op_no, lane_no, began: steady } => self.looked(tx, op_no, lane_no, (began, steady), &findings),
            Work::Pull { lane_no } => self.pulled(tx, lane_no, began, &findings),
            Work::Credentials { op_no, attempt_no, .. } => {
                self.health_is_good(tx, &findings)?;
                self.refusal_was_meant(tx, op_no, attempt_no)
            }
            Work::Asked { ask: Ask::Health, ticket } => {
                self.health_is_good(tx, &findings)?;
                if let Some(ticket) = ticket {
                    self.finish_ask(ticket, Ok(AskAnswer::Cards(Vec::new())));
                }
                Ok(())
            }
            Work::Asked { ask: Ask::Card(number), ticket } => {
                let served = self.served(tx, &number, began, &findings)?;
                if let Some(ticket) = ticket {
                    let result = if served {
                        Ok(AskAnswer::Cards(vec![number.as_str().to_owned()]))
                    } else {
                        Err(Error::not_found("card"))
                    };
                    self.finish_ask(ticket, result);
                }
                Ok(())
            }
            Work::Asked { ask: Ask::Find(key), ticket } => {
                let exact = findings.found.into_iter().filter(|found| found.phone.as_deref() == Some(&key));
                if let Some(ticket) = ticket {
                    self.finish_ask(ticket, Ok(AskAnswer::Cards(exact.map(|found| found.number).collect())));
                }
                Ok(())
            }
            Work::Asked { ask: Ask::List(_), ticket } => {
                if let Some(ticket) = ticket {
                    let numbers = findings.found.into_iter().map(|found| found.number).collect();
                    self.finish_ask(ticket, Ok(AskAnswer::Cards(numbers)));
                }
                Ok(())
            }
            Work::Asked { ask: Ask::History(number, since), ticket } => {
                let pulled = self.take_history(tx, &number, since, &findings)?;
                if let Some(ticket) = ticket {
                    let result = pulled.ok_or_else(|| Error::not_found("card"));
                    self.finish_ask(ticket, result.map(AskAnswer::History));
                }
                Ok(())
            }
            Work::Asked { ask: ask @ (Ask::Phone(_) | Ask::Reference(_)), ticket } => {
                let number = self.served_unnamed(tx, &ask, began, &findings)?;
                if let Some(ticket) = ticket {
                    let numbers = number.into_iter().map(|number| number.as_str().to_owned()).collect();
                    self.finish_ask(ticket, Ok(AskAnswer::Cards(numbers)));
                }
                Ok(())
            }
            Work::Asked { ask: Ask::Inquire(..), ticket } => {
                match &findings.reply {
                    Some(Reply::Members(page)) => {
                        page.members.iter().try_for_each(|member| self.take_member(tx, member, now))?;
                    }
                    Some(Reply::Member(member)) => self.take_member(tx, member, now)?,
                    _ => {}
                }
                let reply = findings.reply.ok_or_else(|| Error::inconsistent("an inquiry without a reply"));
                if let Some(ticket) = ticket {
                    self.finish_ask(ticket, reply.map(|reply| AskAnswer::Reply(Box::new(reply))));
                }
                Ok(())
            }
        }
    }

    /// A read was refused for its token. It is done again with the next one; nothing was wrong with it.
    fn read_anew(&mut self, tx: &Tx<'_>, work: Work, why: &str) -> Result<()> {
        match work {
            Work::Asked { ask, ticket: Some(ticket) } if !self.condition.is_down() => {
                self.asks.push_back((ticket, ask));
                Ok(())
            }
            Work::Before { lane_no, .. } | Work::Look { lane_no, .. } | Work::Pull { lane_no }
                if !self.condition.is_down() =>
            {
                self.refresh_lane(tx, lane_no, None)
            }
            work => self.read_failed(tx, work, why),
        }
    }

    /// A read brought nothing. Nothing is concluded from that; it is tried again later.
    pub(super) fn read_failed(&mut self, tx: &Tx<'_>, work: Work, why: &str) -> Result<()> {
        match work {
            Work::Before { op_no, lane_no, .. } => {
                self.put_off(tx, lane_no)?;
                let mut op = tx.operation(op_no)?;
                self.settle_unsent(tx, &mut op)
            }
            Work::Look { op_no, lane_no, .. } => {
                self.put_off(tx, lane_no)?;
                let mut op = tx.operation(op_no)?;
                // One that was found absent is looked for once more before it is sent again.
                if op.state == State::Queued { self.settle_unsent(tx, &mut op) } else { self.settle_doubt(tx, &mut op) }
            }
            Work::Pull { lane_no } => self.put_off(tx, lane_no),
            Work::Credentials { op_no, attempt_no, .. } => self.refusal_not_understood(tx, op_no, attempt_no, why),
            Work::Asked { ask, ticket } => {
                if ask == Ask::Health {
                    // The catalogue is asked for again, but not at once.
                    self.catalogue_failures = self.catalogue_failures.saturating_add(1);
                    let pause = self.backoff(self.catalogue_failures);
                    self.catalogue_due = self.catalogue_due.map(|_| self.now().after(pause));
                }
                if let Some(ticket) = ticket {
                    self.finish_ask(ticket, Err(Error::unreachable(why)));
                }
                Ok(())
            }
        }
    }

    /// The catalogue is to be read soon: it tells whether the remote serves us at all.
    fn check_catalogue(&mut self) {
        if self.catalogue_due.is_none() {
            let pause = self.backoff(self.catalogue_failures);
            self.catalogue_due = Some(self.now().after(pause));
        }
    }

    /// The remote is there, but its answer is of no use. Whether that is this card or everything, the catalogue will tell; a
    /// card for which it goes on waits for a person in the end.
    fn read_unusable(&mut self, tx: &Tx<'_>, work: Work, why: &str) -> Result<()> {
        if let Work::Asked { ask: Ask::Health, .. } | Work::Credentials { .. } = work {
            let now = self.now();
            self.condition.failed(now, &self.hall.config.pacing, self.hall.entropy.as_ref());
            return self.read_failed(tx, work, why);
        }
        self.dialect_answered(tx)?;
        self.check_catalogue();
        let op_no = match &work {
            Work::Before { op_no, .. } | Work::Look { op_no, .. } => Some(*op_no),
            _ => None,
        };
        let lane_no = work.lane();
        self.read_failed(tx, work, why)?;
        if let (Some(op_no), Some(lane_no)) = (op_no, lane_no)
            && tx.lane(lane_no)?.1 >= PATIENCE
        {
            let mut op = tx.operation(op_no)?;
            if matches!(op.state, State::Queued | State::InDoubt) && op.promise.is_some() {
                let unknown = op.state == State::InDoubt;
                self.park(tx, &mut op, &format!("the remote's answers about this card are of no use: {why}"), unknown)?;
            }
        }
        Ok(())
    }

    /// The remote understood a read and refused it.
    fn read_refused(&mut self, tx: &Tx<'_>, work: Work, code: &str, why: &str) -> Result<()> {
        match work {
            // The cheapest read of all is refused: it is us that the remote does not want.
            Work::Asked { ask: Ask::Health, ticket } => {
                self.halt(tx, why)?;
                if let Some(ticket) = ticket {
                    self.finish_ask(ticket, Err(Error::remote_refused_with(code, why)));
                }
                Ok(())
            }
            Work::Credentials { op_no, attempt_no, .. } => {
                self.halt(tx, why)?;
                self.refusal_not_understood(tx, op_no, attempt_no, why)
            }
            Work::Asked { ask, ticket } => {
                self.dialect_answered(tx)?;
                // An inquiry may be refused for what it asked.
                if !matches!(ask, Ask::Inquire(..)) {
                    self.check_catalogue();
                }
                if let Some(ticket) = ticket {
                    self.finish_ask(ticket, Err(Error::remote_refused_with(code, why)));
                }
                Ok(())
            }
            // Whether it is this read or our credentials, the catalogue will tell.
            work => self.read_unusable(tx, work, why),
        }
    }

    /// Stops asking until a read succeeds, and tells the operator once.
    pub(super) fn halt(&mut self, tx: &Tx<'_>, why: &str) -> Result<()> {
        let now = self.now();
        self.condition.halt(why, now, &self.hall.config.pacing, self.hall.entropy.as_ref());
        event!(PROVIDER_HALTED, provider = self.provider.name());
        let about = format!("{}: ", self.provider.name());
        if !tx.has_open_notice_beginning(NoticeKind::ProviderHalted, &about)? || mutated!(HaltToldAgain) {
            tx.insert_notice(&NewNotice {
                kind: NoticeKind::ProviderHalted,
                op_no: None,
                card_no: None,
                amount: None,
                detail: &format!("{about}{why}"),
                at: now,
            })?;
        }
        Ok(())
    }

    fn health_is_good(&mut self, tx: &Tx<'_>, findings: &Findings) -> Result<()> {
        let now = self.now();
        if let Some(levels) = findings.levels.as_ref().filter(|levels| !levels.is_empty()) {
            tx.set_levels(self.provider.name(), levels, now)?;
        }
        self.catalogue_due = None;
        self.catalogue_failures = 0;
        if self.condition.recovered(now, &self.hall.config.pacing, self.hall.entropy.as_ref()) {
            for mut op in if mutated!(OutageUnparks) { tx.operations_in(State::Parked)? } else { Vec::new() } {
                tx.transition(&mut op, State::Queued, now)?;
                self.refresh_lane(tx, op.lane_no, None)?;
            }
        }
        Ok(())
    }
}
