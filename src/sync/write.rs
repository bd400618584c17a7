//! Writes: the figures before, the attempt made durable, the bytes out, the answer in; and the looks after an answer that
//! never came.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::clock::Timestamp;
use crate::error::{Error, ErrorCode, Result};
use crate::event::event;
use crate::model::{Act, CardStatus, Confirmation, Evidence, Kind, NoticeKind, State, fit_funds, predict};
use crate::provider::{Doubt, Findings, Guarantee, Original, Outcome, Outgoing, RefusalClass, RemoteRefusal, WireCall};
use crate::store::{AttemptRow, LaneState, NewNotice, OpRow, ServedCard, Tx};
use crate::transport::{HttpMethod, HttpResponse, TransportFailure};

use super::desk::Desk;
use super::job::{Job, Work};
use super::read::TOO_MANY_REQUESTS;
use super::repeat::is_undoing;

/// The error code under which every dialect's "no such account" is recorded when a read before the send has shown it.
const NO_SUCH_ACCOUNT: &str = "no account";

/// What bears on an operation when it is sent, answered or looked for.
pub(super) struct Dossier {
    pub(super) served: ServedCard,
    /// Those to undo it apart.
    pub(super) attempts: Vec<AttemptRow>,
    memory: BTreeMap<String, String>,
    claimed: BTreeSet<String>,
    answered: Vec<Confirmation>,
    original: Option<Original>,
}

/// So many earlier operations are compared with a record.
const ANSWERED: usize = 20;

impl Dossier {
    pub(super) fn of(tx: &Tx<'_>, op: &OpRow, provider: &str) -> Result<Dossier> {
        let mut attempts = tx.attempts(op.op_no)?;
        attempts.retain(|attempt| !is_undoing(attempt));
        Ok(Dossier {
            served: tx.card_of_account(op.lane_no)?,
            attempts,
            memory: tx.memory(provider)?,
            claimed: BTreeSet::new(),
            answered: Vec::new(),
            original: original_of(tx, op)?,
        })
    }

    /// With what is known of the remote's records, for a look at them. There may be many.
    pub(super) fn with_records(tx: &Tx<'_>, op: &OpRow, provider: &str) -> Result<Dossier> {
        let claimed = tx.claims(op.lane_no)?;
        let answered = tx.confirmed_before(op, ANSWERED)?;
        Ok(Dossier { claimed, answered, ..Dossier::of(tx, op, provider)? })
    }

    /// What the provider is shown of the operation.
    pub(super) fn outgoing<'a>(&'a self, op: &'a OpRow, card_part_only: bool) -> Outgoing<'a> {
        Outgoing {
            act: &op.act,
            reference: self.served.account.reference.as_deref().unwrap_or_default(),
            key: &op.key,
            at: op.created_at,
            context: &op.context,
            original: self.original.as_ref(),
            told: op.told(),
            promise: op.promise.as_ref().map(|row| row.promise),
            bound: &op.bound,
            card_part_only,
            resent: self.attempts.iter().any(AttemptRow::may_have_been_sent),
            memory: &self.memory,
        }
    }

    /// The figures recorded before the first attempt that may have been sent, and when that was.
    pub(super) fn doubt(&self) -> Option<Doubt<'_>> {
        let first = self.attempts.iter().find(|attempt| attempt.may_have_been_sent())?;
        let last = self.last_sent()?;
        Some(Doubt {
            before: first.facts.as_ref(),
            sent: &first.body,
            first_sent_at: first.started_at,
            last_ended_at: last.ended_at.unwrap_or(last.started_at),
            claimed: &self.claimed,
            answered: &self.answered,
        })
    }

    /// The last attempt that may have been sent.
    pub(super) fn last_sent(&self) -> Option<&AttemptRow> {
        self.attempts.iter().rev().find(|attempt| attempt.may_have_been_sent())
    }

    /// The remote's refusal of the last attempt, where that alone could not settle the matter.
    pub(super) fn refusal_in_doubt(&self) -> Option<RemoteRefusal> {
        let last = self.attempts.last().filter(|attempt| attempt.outcome.as_deref() == Some("refused"))?;
        let message = last.note.clone().unwrap_or_default();
        Some(RemoteRefusal { code: String::new(), message, class: RefusalClass::Business })
    }
}

/// What an operation undoes, as far as the remote may ask for it.
fn original_of(tx: &Tx<'_>, op: &OpRow) -> Result<Option<Original>> {
    let Some(op_no) = op.original else { return Ok(None) };
    let original = tx.operation(op_no)?;
    let remote_id = tx.confirmation(op_no)?.and_then(|confirmed| confirmed.remote_id);
    let OpRow { kind, key, act, created_at: at, .. } = original;
    Ok(Some(Original { kind, key, remote_id, act, at }))
}

impl Desk {
    /// What a queued operation needs first: the figures before the send. A sole writer looks once more for one that was sent
    /// before and found absent: should its request have arrived after all, and later than any ought to, it is not sent again.
    /// Beside other writers such a look proves nothing, and the absence that was proven stands.
    pub(super) fn begin_send(&mut self, tx: &Tx<'_>, op: OpRow) -> Result<()> {
        let dossier = Dossier::of(tx, &op, self.provider.name())?;
        let absent = |attempt: &AttemptRow| attempt.outcome.as_deref() == Some("absent");
        let mut seen = dossier.attempts.iter().filter(|attempt| attempt.may_have_been_sent()).peekable();
        // A person who has it sent again has looked already, and may know what the records don't tell.
        if self.provider.sole_writer() && seen.peek().is_some() && seen.all(absent) && !tx.was_sent_again(op.op_no)? {
            return self.begin_look(tx, op);
        }
        self.begin_before(tx, &op, &dossier)
    }

    pub(super) fn begin_before(&mut self, tx: &Tx<'_>, op: &OpRow, dossier: &Dossier) -> Result<()> {
        let now = self.now();
        // Figures of an account that nobody has confirmed yet are needed in any case.
        let reading = match self.provider.before(&dossier.outgoing(op, false), now) {
            None if !dossier.served.account.confirmed && !op.kind.opens() => {
                self.provider.serve(&dossier.served.whom())
            }
            reading => reading,
        };
        let catalogue = reading.is_none() && self.first_would_be_undated(op);
        let reading = if catalogue { Some(self.provider.health()) } else { reading };
        let work = Work::Before { op_no: op.op_no, lane_no: op.lane_no, catalogue };
        match reading {
            Some(reading) => self.begin_read(tx, work, reading),
            // It comes after a look, during which the remote has asked for a pause or was found to be down.
            None if self.condition.is_unreachable(now) => {
                self.read_failed(tx, work, "the remote is left alone for now")
            }
            None => self.send(tx, op.op_no, op.lane_no, now, &Findings::default()),
        }
    }

    /// The figures are there: the attempt becomes durable with them, and its bytes go out after the commit.
    pub(super) fn send(
        &mut self,
        tx: &Tx<'_>,
        op_no: i64,
        lane_no: i64,
        began: Timestamp,
        findings: &Findings,
    ) -> Result<()> {
        let mut op = tx.operation(op_no)?;
        // While the figures were read the call may have timed out, or a cashier have voided it.
        // Where accounts have turned out to be one, something may stand before it now.
        let first = self.head(tx, lane_no)?.is_none_or(|head| head.op_no == op_no);
        if op.state != State::Queued || !op.may_be_sent() || !first {
            return self.refresh_lane(tx, lane_no, None);
        }
        let now = self.now();
        let served = tx.card_of_account(lane_no)?;
        if op.kind.opens() {
            if self.adopt_instead(tx, &mut op, &served, began, findings)? {
                return Ok(());
            }
        } else {
            if findings.absent {
                tx.set_status(served.account.account_no, CardStatus::Closed)?;
            }
            if !served.account.confirmed && !self.confirm_reference(tx, &served, findings)? {
                return self.refuse_unsent(tx, &mut op, now);
            }
            if let Some(reference) = &findings.reference {
                let served = self.adopt_reference(tx, served, reference)?;
                if served.account.account_no != lane_no {
                    // It turned out to be another account's operation, and goes on in that one's lane.
                    return self.refresh_lane(tx, served.account.account_no, None);
                }
            }
            // Figures read before an opening are those of somebody else's card.
            self.land(tx, lane_no, began, findings)?;
        }
        let dossier = Dossier::of(tx, &op, self.provider.name())?;
        if let Some(refusal) = self.provider.forbids(&dossier.outgoing(&op, false), findings) {
            self.attempt_unsent(tx, &op, &refusal.message)?;
            tx.transition(&mut op, State::Sending, now)?;
            return self.refused(tx, &mut op, &refusal);
        }
        // One without a request stands for what a lost book may have sent: nobody knows its bytes.
        let mut sent = dossier.attempts.iter().filter(|attempt| attempt.may_have_been_sent());
        let call = match sent.find(|attempt| !attempt.path.is_empty()) {
            // It may have been seen: whatever has been decided since, the business content stays as it was.
            Some(first) if !mutated!(EncodedAnew) => {
                let fresh = self.provider.encode(&dossier.outgoing(&op, false));
                WireCall { path: first.path.clone(), body: first.body.clone(), ..fresh }
            }
            _ => {
                let card_part_only = self.pay_what_the_card_can(tx, &mut op, &dossier.served)?;
                self.provider.encode(&dossier.outgoing(&op, card_part_only))
            }
        };
        let attempt_no = tx.insert_attempt(op_no, (now, self.remote_clock_now()), findings.facts.as_ref(), &call)?;
        if !dossier.attempts.iter().any(AttemptRow::may_have_been_sent) {
            self.note_first(op_no, attempt_no);
        }
        tx.transition(&mut op, State::Sending, now)?;
        let (_, failures) = tx.lane(lane_no)?;
        tx.set_lane(lane_no, LaneState::Idle, failures)?;
        event!(ATTEMPT_SENT, op_id = op.op_id, kind = op.kind, provider = op.provider, attempt = attempt_no);
        self.send_out(&call, Job::Write { op_no, lane_no, attempt_no });
        Ok(())
    }

    /// A member who is there already is adopted: nothing is sent, and the registration is done.
    fn adopt_instead(
        &mut self,
        tx: &Tx<'_>,
        op: &mut OpRow,
        served: &ServedCard,
        began: Timestamp,
        findings: &Findings,
    ) -> Result<bool> {
        if op.kind != Kind::Register || findings.absent || findings.snapshot.is_none() {
            return Ok(false);
        }
        let now = self.now();
        // By way of `sending`, as every outcome.
        self.attempt_unsent(tx, op, "the phone is registered already")?;
        tx.transition(op, State::Sending, now)?;
        let reference = findings.reference.clone().or_else(|| served.account.reference.clone());
        let confirmation = Confirmation { reference, ..Confirmation::default() };
        self.applied(tx, op, confirmation, Evidence::Proven, None)?;
        self.note_adopted(tx, op, findings)?;
        let op = tx.operation(op.op_no)?;
        self.land(tx, op.lane_no, began, findings)?;
        Ok(true)
    }

    /// Nothing is sent to a reference that is not known to be this holder's. A card that was opened here is confirmed by its
    /// opening alone; one that was trusted unseen is confirmed by being there.
    pub(super) fn confirm_reference(&mut self, tx: &Tx<'_>, served: &ServedCard, findings: &Findings) -> Result<bool> {
        if served.account.opened_here_at.is_some() || findings.absent || findings.snapshot.is_none() {
            return Ok(false);
        }
        tx.confirm_account(served.account.account_no)?;
        tx.set_status(served.account.account_no, CardStatus::Active)?;
        Ok(true)
    }

    fn refuse_unsent(&mut self, tx: &Tx<'_>, op: &mut OpRow, now: Timestamp) -> Result<()> {
        // By way of `sending`, as every refusal.
        self.attempt_unsent(tx, op, "the remote knows no such account")?;
        tx.transition(op, State::Sending, now)?;
        let refusal = RemoteRefusal {
            code: NO_SUCH_ACCOUNT.to_owned(),
            message: "the remote knows no such account".to_owned(),
            class: RefusalClass::Business,
        };
        self.refused(tx, op, &refusal)
    }

    /// A partial approval on figures just read: sends the card's part where the card can't pay all and the discount is
    /// known. Where it is not known the whole is sent, since the remote may take less than we think.
    fn pay_what_the_card_can(&mut self, tx: &Tx<'_>, op: &mut OpRow, served: &ServedCard) -> Result<bool> {
        let (Act::Consume { partial: true, .. }, None) = (&op.act, &op.promise) else { return Ok(false) };
        if op.told.rate.is_none() {
            return Ok(false);
        }
        let act = op.act.clone();
        let (whole, fitted) = self.with_knowledge(tx, served, &act, Some(op.op_no), |knowledge| {
            let whole = predict(&act, knowledge);
            (whole, fit_funds(&act, whole, knowledge, true))
        })?;
        // An earlier try may have found less on the card, or more.
        let decision = fitted.unwrap_or(whole);
        if decision.told != op.told {
            tx.set_prediction(op.op_no, &decision.told, &decision.effect)?;
            op.told = decision.told;
            op.effect = decision.effect;
        }
        Ok(op.told.due.is_positive())
    }

    /// What became of an attempt. Works from the book alone, so that it also serves an answer that could not be saved before.
    pub(super) fn write_answered(
        &mut self,
        tx: &Tx<'_>,
        op_no: i64,
        attempt_no: i64,
        result: &Result<HttpResponse, TransportFailure>,
    ) -> Result<()> {
        self.take_write_answer(tx, op_no, attempt_no, result)?;
        if !matches!(tx.operation(op_no)?.state, State::Queued | State::Sending | State::InDoubt | State::Reversing) {
            self.forget_first(op_no);
        }
        tx.tell_attempt(op_no, attempt_no)
    }

    fn take_write_answer(
        &mut self,
        tx: &Tx<'_>,
        op_no: i64,
        attempt_no: i64,
        result: &Result<HttpResponse, TransportFailure>,
    ) -> Result<()> {
        let now = self.now();
        let mut op = tx.operation(op_no)?;
        // Its account may have turned out to be another one since.
        let lane_no = op.lane_no;
        if op.state == State::Reversing {
            return self.undo_ended(tx, &mut op, attempt_no, result);
        }
        // One that was made for another number is none of its own any more.
        if op.state != State::Sending || attempt_no <= op.attempts_from {
            return self.contradicted(tx, &op, attempt_no, result);
        }
        tx.set_quiet_since(lane_no, now)?;
        match result {
            Err(TransportFailure::NotSent(why)) => {
                tx.end_attempt(attempt_no, now, "not_sent", why)?;
                self.condition.failed(now, &self.hall.config.pacing, self.hall.entropy.as_ref());
                self.not_processed(tx, &mut op)
            }
            Err(TransportFailure::MaybeSent(why)) => {
                tx.end_attempt(attempt_no, now, if mutated!(LostIsUnsent) { "not_sent" } else { "unknown" }, why)?;
                self.condition.failed(now, &self.hall.config.pacing, self.hall.entropy.as_ref());
                if mutated!(LostIsUnsent) { self.not_processed(tx, &mut op) } else { self.in_doubt(tx, &mut op) }
            }
            Ok(response) => {
                tx.save_answer(attempt_no, now, response.status, &response.body)?;
                self.interpret_safely(tx, &mut op, attempt_no, response)
            }
        }
    }

    fn undo_ended(
        &mut self,
        tx: &Tx<'_>,
        op: &mut OpRow,
        attempt_no: i64,
        result: &Result<HttpResponse, TransportFailure>,
    ) -> Result<()> {
        let now = self.now();
        tx.set_quiet_since(op.lane_no, now)?;
        match result {
            Ok(response) => {
                tx.save_answer(attempt_no, now, response.status, &response.body)?;
                let response = Some(response).filter(|response| response.status != TOO_MANY_REQUESTS);
                self.undo_answered(tx, op, attempt_no, response)
            }
            Err(_) => self.undo_answered(tx, op, attempt_no, None),
        }
    }

    /// An answer to what had been concluded without it. Kept and told; it changes nothing by itself, and stops nothing.
    fn contradicted(
        &mut self,
        tx: &Tx<'_>,
        op: &OpRow,
        attempt_no: i64,
        result: &Result<HttpResponse, TransportFailure>,
    ) -> Result<()> {
        let Ok(response) = result else { return Ok(()) };
        let at = self.now();
        tx.save_answer(attempt_no, at, response.status, &response.body)?;
        tx.insert_notice(&NewNotice {
            kind: NoticeKind::Contradiction,
            op_no: Some(op.op_no),
            card_no: Some(op.card_no),
            amount: Some(op.at_stake()),
            detail: &format!("an answer came after the operation had been found {}", op.state),
            at,
        })
    }

    /// Interprets a saved answer so that no failure to understand it can lose it: then the outcome is unknown.
    pub(super) fn interpret_safely(
        &mut self,
        tx: &Tx<'_>,
        op: &mut OpRow,
        attempt_no: i64,
        response: &HttpResponse,
    ) -> Result<()> {
        let interpreted = tx.savepoint(|| {
            catch_unwind(AssertUnwindSafe(|| self.interpret(tx, op, attempt_no, response)))
                .unwrap_or_else(|_| Err(Error::inconsistent("the answer broke its interpretation")))
        })?;
        match interpreted {
            Ok(()) => Ok(()),
            Err(error) if matches!(error.code(), ErrorCode::DiskFull | ErrorCode::Storage) => Err(error),
            Err(error) => {
                event!(ANSWER_NOT_UNDERSTOOD, op_id = op.op_id, error = error);
                let now = self.now();
                *op = tx.operation(op.op_no)?;
                tx.end_attempt(attempt_no, now, "unknown", &error.to_string())?;
                self.in_doubt(tx, op)
            }
        }
    }

    fn interpret(&mut self, tx: &Tx<'_>, op: &mut OpRow, attempt_no: i64, response: &HttpResponse) -> Result<()> {
        let now = self.now();
        let end = |outcome: &str, note: &str| tx.end_attempt(attempt_no, now, outcome, note);
        if response.status == TOO_MANY_REQUESTS || (mutated!(ErrorIsNotProcessed) && response.status >= 500) {
            end("not_processed", "429")?;
            return self.not_processed(tx, op);
        }
        let mut dossier = Dossier::of(tx, op, self.provider.name())?;
        dossier.attempts.retain(|attempt| attempt.attempt_no != attempt_no);
        let provider = &self.provider;
        let outcome = catch_unwind(AssertUnwindSafe(|| provider.classify(&dossier.outgoing(op, false), response)))
            .unwrap_or_else(|_| Outcome::Unknown("the answer broke the parser".to_owned()));
        match outcome {
            Outcome::Applied { confirmation, learned } => {
                self.dialect_answered(tx)?;
                end("applied", "")?;
                self.applied(tx, op, *confirmation, Evidence::Proven, learned)
            }
            Outcome::Refused(refusal) => {
                self.dialect_answered(tx)?;
                end("refused", &format!("{} {}", refusal.code, refusal.message))?;
                // The book's time may have been brought back just now, and all that was written down before it.
                dossier = Dossier::of(tx, op, self.provider.name())?;
                dossier.attempts.retain(|attempt| attempt.attempt_no != attempt_no);
                match refusal.class {
                    // With a key a refusal says that no attempt has been carried out; whether one still will be, time tells.
                    _ if self.provider.guarantee(&op.act) == Some(Guarantee::Repeat)
                        && self.earlier_attempts_are_over(tx, op, &dossier)? =>
                    {
                        match refusal.class {
                            RefusalClass::Business => self.refused(tx, op, &refusal),
                            _ => self.refusal_was_meant(tx, op.op_no, attempt_no),
                        }
                    }
                    _ if self.repeats(op) && dossier.attempts.iter().any(AttemptRow::is_unknown) => {
                        self.wait_for_quiet(tx, op, &dossier)
                    }
                    // It may have been refused because an earlier attempt, which a person has had sent again, did arrive.
                    _ if dossier.attempts.iter().any(AttemptRow::is_unknown) => self.in_doubt(tx, op),
                    RefusalClass::Business => self.refused(tx, op, &refusal),
                    RefusalClass::Permanent => self.refusal_was_meant(tx, op.op_no, attempt_no),
                    RefusalClass::Suspicious if self.recovering => {
                        self.refusal_not_understood(tx, op.op_no, attempt_no, "not followed up")
                    }
                    RefusalClass::Suspicious => {
                        // It stays `sending` until the catalogue tells whether our credentials are the trouble.
                        let work = Work::Credentials { op_no: op.op_no, lane_no: op.lane_no, attempt_no };
                        let reading = self.provider.health();
                        self.begin_read(tx, work, reading)
                    }
                }
            }
            Outcome::Unknown(why) => {
                self.condition.failed(now, &self.hall.config.pacing, self.hall.entropy.as_ref());
                end("unknown", &why)?;
                self.in_doubt(tx, op)
            }
            Outcome::UnknownHalted(why) => {
                self.halt(tx, &why)?;
                end("unknown", &why)?;
                self.in_doubt(tx, op)
            }
            Outcome::Halted(why) => {
                self.halt(tx, &why)?;
                end("not_processed", &why)?;
                self.not_processed(tx, op)
            }
            Outcome::TokenRefused(why) => {
                end("not_processed", &why)?;
                self.token_refused(tx, &why)?;
                self.not_processed_yet(tx, op)
            }
            Outcome::Unclear { why, unknown } => {
                self.dialect_answered(tx)?;
                let unknown = unknown || dossier.attempts.iter().any(AttemptRow::is_unknown);
                end(if unknown { "unknown" } else { "refused" }, &why)?;
                if unknown || op.is_approved() {
                    return self.park(tx, op, &why, unknown);
                }
                let refusal = RemoteRefusal { code: String::new(), message: why, class: RefusalClass::Permanent };
                self.refused(tx, op, &refusal)
            }
        }
    }

    /// The catalogue is served to us, so the refusal was meant for the request.
    pub(super) fn refusal_was_meant(&mut self, tx: &Tx<'_>, op_no: i64, attempt_no: i64) -> Result<()> {
        let mut op = tx.operation(op_no)?;
        let attempt = tx.attempt(attempt_no)?;
        let message = attempt.note.unwrap_or_default();
        if op.is_approved() {
            return self.park(tx, &mut op, &format!("the remote refused the request: {message}"), false);
        }
        let refusal = RemoteRefusal { code: String::new(), message, class: RefusalClass::Suspicious };
        self.refused(tx, &mut op, &refusal)
    }

    /// Nobody can say yet what the refusal meant. It was one: nothing was done, so it may be sent again.
    pub(super) fn refusal_not_understood(&mut self, tx: &Tx<'_>, op_no: i64, attempt_no: i64, why: &str) -> Result<()> {
        let now = self.now();
        let mut op = tx.operation(op_no)?;
        tx.end_attempt(attempt_no, now, "not_processed", why)?;
        self.not_processed(tx, &mut op)
    }

    /// An attempt is recorded that was never sent.
    pub(super) fn attempt_unsent(&mut self, tx: &Tx<'_>, op: &OpRow, why: &str) -> Result<()> {
        let now = self.now();
        let call = WireCall { method: HttpMethod::Post, path: String::new(), headers: Vec::new(), body: Vec::new() };
        let attempt_no = tx.insert_attempt(op.op_no, (now, None), None, &call)?;
        tx.end_attempt(attempt_no, now, "not_sent", why)
    }
}
