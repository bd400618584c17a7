//! Pulls: the remote's figures become the base, and what is still open is put on top again.

use crate::clock::Timestamp;
use crate::error::Result;
use crate::event::event;
use crate::model::{Act, Base, CardNumber, CardStatus, Holder, Kind, NoticeKind, State};
use crate::provider::{Findings, Snapshot};
use crate::store::{AttemptRow, NewNotice, OpRow, ServedCard, Tx};

use super::desk::Desk;
use super::job::{Ask, Work};

impl Desk {
    pub(super) fn begin_pull(&mut self, tx: &Tx<'_>, lane_no: i64) -> Result<()> {
        // One that begins now is late enough for whatever it is wanted for.
        self.pull_again.remove(&lane_no);
        let served = tx.card_of_account(lane_no)?;
        if served.account.opened_here_at.is_some() && !served.account.confirmed && !has_applied(tx, lane_no)? {
            // Its opening came to nothing: a card of this number is another holder's.
            tx.want_read(lane_no, false)?;
            return self.refresh_lane(tx, lane_no, None);
        }
        match self.provider.serve(&served.whom()) {
            Some(reading) => self.begin_read(tx, Work::Pull { lane_no }, reading),
            None => self.nothing_to_pull(tx, lane_no),
        }
    }

    /// The remote tells no figures but those in its answers: what it has applied is as settled as it will ever be.
    /// The base is carried on by what each of them did.
    fn nothing_to_pull(&mut self, tx: &Tx<'_>, lane_no: i64) -> Result<()> {
        let mut base = tx.card_of_account(lane_no)?.account.base;
        for op in tx.applied_operations(lane_no)? {
            let confirmed = tx.confirmation(op.op_no)?.unwrap_or_default();
            base.points = base.points.plus(confirmed.bonus_points.unwrap_or(op.effect.points));
            base.money = base.money.plus(op.effect.money).plus(op.effect.bonus);
        }
        tx.set_base(lane_no, &base)?;
        self.settle_applied(tx, lane_no)?;
        tx.want_read(lane_no, false)?;
        self.refresh_lane(tx, lane_no, None)
    }

    pub(super) fn pulled(&mut self, tx: &Tx<'_>, lane_no: i64, began: Timestamp, findings: &Findings) -> Result<()> {
        let served = tx.card_of_account(lane_no)?;
        let known = served.account.confirmed || self.confirm_reference(tx, &served, findings)?;
        if findings.absent {
            // Closed meanwhile: no base will ever come that includes what was applied.
            tx.set_status(served.account.account_no, CardStatus::Closed)?;
            self.settle_applied(tx, lane_no)?;
        } else if !known && tx.oldest_in_lane(lane_no)?.is_none() {
            // A person has said that it was done, and no card is known to be this holder's: none will come either.
            self.settle_applied(tx, lane_no)?;
        }
        let served = tx.card_of_account(lane_no)?;
        self.take_in(tx, &served, began, findings)?;
        if self.pull_again.remove(&lane_no) {
            // It was wanted once more while this read was under way, which may have been before what it was wanted for.
            return self.pull_soon(tx, lane_no);
        }
        tx.want_read(lane_no, false)?;
        let (_, failures) = tx.lane(lane_no)?;
        if has_applied(tx, lane_no)? {
            // The figures were not taken (a stale read): asked again, more slowly each time.
            let due = self.now().after(self.backoff(failures));
            return self.refresh_lane(tx, lane_no, Some((due, failures.saturating_add(1))));
        }
        self.refresh_lane(tx, lane_no, None)
    }

    /// A card has been served. False if the remote has no such card.
    pub(super) fn served(
        &mut self,
        tx: &Tx<'_>,
        number: &CardNumber,
        began: Timestamp,
        findings: &Findings,
    ) -> Result<bool> {
        let existing = tx.card(number.as_str(), self.provider.name())?;
        if findings.absent {
            if let Some(served) = existing
                && served.account.confirmed
            {
                tx.set_status(served.account.account_no, CardStatus::Closed)?;
            }
            return Ok(false);
        }
        let served = match existing {
            Some(served) if served.account.opened_here_at.is_some() && !served.account.confirmed => {
                // Opened here and not confirmed: a card of this number at the remote may be another holder's. Once the
                // opening has come to nothing and nothing waits behind it, the remote's card is simply a card.
                let unfinished = tx.lane_head(served.account.account_no)?.is_some();
                if unfinished || served.account.status != CardStatus::Closed {
                    return Ok(true);
                }
                self.note_opened_after_all(tx, &served)?;
                tx.set_opened_here(served.account.account_no, None)?;
                tx.set_status(served.account.account_no, CardStatus::Active)?;
                served
            }
            Some(served) => served,
            None => {
                self.note_opened_before(tx, number)?;
                self.new_account(tx, number, CardStatus::Active, None)?
            }
        };
        let served = match &findings.reference {
            Some(reference) => self.adopt_reference(tx, served, reference)?,
            None => served,
        };
        tx.confirm_account(served.account.account_no)?;
        if !mutated!(ServedInVain) {
            self.take_in(tx, &served, began, findings)?;
        }
        Ok(true)
    }

    /// An account has been served that was asked for by phone or by what the remote calls it. The number under which the till
    /// knows it: the book's, the phone, or where the remote tells none, what it was asked for by.
    pub(super) fn served_unnamed(
        &mut self,
        tx: &Tx<'_>,
        ask: &Ask,
        began: Timestamp,
        findings: &Findings,
    ) -> Result<Option<CardNumber>> {
        let Some(snapshot) = findings.snapshot.as_ref().filter(|_| !findings.absent) else { return Ok(None) };
        let provider = self.provider.name();
        let by_reference = match &findings.reference {
            Some(reference) => tx.account_by_reference(provider, reference)?,
            None => None,
        };
        let phone = snapshot.holder.phone.clone();
        let asked = match ask {
            Ask::Phone(text) | Ask::Reference(text) => text.clone(),
            _ => return Ok(None),
        };
        let number = match (by_reference, phone) {
            (Some(served), _) => served.card.number,
            (None, Some(phone)) => match tx.numbers_by_phone(&phone, 1)?.pop() {
                Some(known) => known,
                // A remote's phone need not be one.
                None => CardNumber::new(phone).unwrap_or_else(|_| CardNumber::shortened(&asked)),
            },
            (None, None) => CardNumber::shortened(&asked),
        };
        self.served(tx, &number, began, findings)?;
        Ok(Some(number))
    }

    /// A card is there whose opening here had come to nothing. If a request for it was sent and never answered, that may be
    /// what has opened it.
    fn note_opened_after_all(&mut self, tx: &Tx<'_>, served: &ServedCard) -> Result<()> {
        for op in tx.all_of_kind(served.account.account_no, Kind::OpenCard)? {
            // Where the card was there already when it was looked for, and another's, its being there is nothing new.
            let looks = tx.looks(op.op_no)?;
            if looks.last().is_some_and(|look| look.verdict == "refused")
                || !tx.attempts(op.op_no)?.iter().any(AttemptRow::may_have_arrived)
            {
                continue;
            }
            let at = self.now();
            return tx.insert_notice(&NewNotice {
                kind: NoticeKind::Contradiction,
                op_no: Some(op.op_no),
                card_no: Some(op.card_no),
                amount: None,
                detail: "the card exists although its opening had been found to have come to nothing",
                at,
            });
        }
        Ok(())
    }

    /// A card is there under a number that a card opened here had before it got another one. If a request for that was sent and
    /// never answered, it may be what has opened this one.
    fn note_opened_before(&mut self, tx: &Tx<'_>, number: &CardNumber) -> Result<()> {
        for renamed in tx.renamed_from(number)? {
            let op = tx.operation(renamed.op_no)?;
            let refused = tx.all_looks(op.op_no)?.iter().any(|look| look.verdict == "refused");
            let earlier = tx.all_attempts(op.op_no)?;
            let may_have = |attempt: &AttemptRow| attempt.attempt_no <= op.attempts_from && attempt.may_have_arrived();
            if refused
                || !earlier.iter().any(may_have)
                || tx.has_notice_of_operation(NoticeKind::Contradiction, op.op_no)?
            {
                continue;
            }
            let at = self.now();
            tx.insert_notice(&NewNotice {
                kind: NoticeKind::Contradiction,
                op_no: Some(op.op_no),
                card_no: Some(op.card_no),
                amount: None,
                detail: "a card exists under the number that this one had before, and may have been opened by this till",
                at,
            })?;
        }
        Ok(())
    }

    /// Everything that serving a card brings.
    fn take_in(&mut self, tx: &Tx<'_>, served: &ServedCard, began: Timestamp, findings: &Findings) -> Result<()> {
        let now = self.now();
        let (card_no, account_no) = (served.card.card_no, served.account.account_no);
        self.land(tx, account_no, began, findings)?;
        if let Some(status) = findings.status {
            tx.set_status(account_no, status)?;
        } else if served.account.status == CardStatus::Provisional && !findings.absent {
            tx.set_status(account_no, CardStatus::Active)?;
        }
        if let Some(rules) = &findings.rules {
            tx.set_recharge_rules(account_no, rules, now)?;
        }
        if let Some(pay_types) = findings.pay_types.as_ref().filter(|pay_types| !pay_types.is_empty()) {
            tx.set_pay_types(self.provider.name(), pay_types, now)?;
        }
        if self.includes_all(tx, account_no, began)? {
            self.take_coupons(tx, account_no, findings)?;
        }
        tx.set_fetched(card_no, now)
    }

    /// Whether what was read from then on includes all that is finished, and nothing is on the wire or unknown.
    fn includes_all(&self, tx: &Tx<'_>, lane_no: i64, began: Timestamp) -> Result<bool> {
        let served = tx.card_of_account(lane_no)?;
        let since = served.account.quiet_since.is_none_or(|ended| began >= ended);
        let open = tx.lane_head(lane_no)?.is_some_and(|head| {
            matches!(head.state, State::Sending | State::InDoubt | State::Reversing)
                || (head.state == State::Parked && head.unknown)
        });
        Ok(since && !open)
    }

    /// Sets the base from figures read, if they can be trusted to include all that is finished and nothing that is not.
    pub(super) fn land(&mut self, tx: &Tx<'_>, lane_no: i64, began: Timestamp, findings: &Findings) -> Result<()> {
        let Some(snapshot) = &findings.snapshot else { return Ok(()) };
        let served = tx.card_of_account(lane_no)?;
        // Figures under a number that is not known to be this holder's are somebody else's.
        if !served.account.confirmed
            || (served.account.quiet_since.is_some_and(|ended| began < ended) && !mutated!(LandTooEarly))
        {
            return Ok(());
        }
        if self.something_is_unknown(tx, lane_no)? && !mutated!(LandOverOpenHead) {
            let (read_money, read_points) = (Some(snapshot.money), Some(snapshot.points));
            return tx.set_base(lane_no, &Base { read_money, read_points, ..served.account.base });
        }
        if went_backwards(&served, snapshot) {
            return self.refuse_stale(tx, &served);
        }
        let base = Base { money: snapshot.money, points: snapshot.points, as_of: Some(began), ..Base::default() };
        let holder = self.with_open_changes(tx, lane_no, &snapshot.holder)?;
        if let Some(registered) = self.unseen_registration(tx, &served)? {
            self.note_adopted(tx, &registered, findings)?;
        }
        let holder = self.fill_in(tx, &served, holder)?;
        self.reckon(tx, &served, &base, Some(&holder), None)?;
        tx.set_base(lane_no, &base)?;
        if let Some(growth) = snapshot.growth {
            tx.set_growth(lane_no, growth)?;
        }
        tx.set_totals(lane_no, snapshot.consumed_total, snapshot.recharged_total)?;
        if let Some(level) = &snapshot.level
            && served.card.level.as_ref() != Some(level)
            && (served.card.level.is_none() || self.leads(tx, &served)?)
        {
            tx.set_level(served.card.card_no, level)?;
        }
        if holder != served.card.holder {
            tx.set_holder(served.card.card_no, &holder)?;
        }
        self.settle_applied(tx, lane_no)
    }

    /// A lane is worked off in order: if something is on the wire or unknown, it is its head. Only where two accounts have
    /// turned out to be one it may stand behind something else.
    fn something_is_unknown(&self, tx: &Tx<'_>, lane_no: i64) -> Result<bool> {
        let unknown = |op: &OpRow| {
            matches!(op.state, State::Sending | State::InDoubt | State::Reversing)
                || (op.state == State::Parked && op.unknown)
        };
        Ok(match tx.lane_head(lane_no)? {
            None => false,
            Some(head) if unknown(&head) => true,
            Some(head) if head.state == State::Queued && !tx.is_shared(lane_no)? => false,
            Some(_) => tx.open_operations(lane_no)?.iter().any(unknown),
        })
    }

    /// Of several remotes that know a card's holder the one of the stored value has the last word, else the only one.
    fn leads(&self, tx: &Tx<'_>, served: &ServedCard) -> Result<bool> {
        Ok(self.provider.keeps_money() || tx.accounts_of(served.card.card_no)?.len() == 1)
    }

    /// What another remote than the leading one tells fills in what is missing, and replaces nothing.
    fn fill_in(&self, tx: &Tx<'_>, served: &ServedCard, found: Holder) -> Result<Holder> {
        let known = served.card.holder.clone();
        if self.leads(tx, served)? {
            if self.provider.keeps_money() {
                return Ok(found);
            }
            // Not every read of a member tells who it is.
            return Ok(Holder {
                name: found.name.or(known.name),
                phone: found.phone.or(known.phone),
                gender: found.gender.or(known.gender),
                birthday: found.birthday.or(known.birthday),
            });
        }
        Ok(Holder {
            name: known.name.or(found.name),
            phone: known.phone.or(found.phone),
            gender: known.gender.or(found.gender),
            birthday: known.birthday.or(found.birthday),
        })
    }

    /// The base includes what was applied.
    pub(super) fn settle_applied(&mut self, tx: &Tx<'_>, lane_no: i64) -> Result<()> {
        let now = self.now();
        for mut op in tx.applied_operations(lane_no)? {
            tx.transition(&mut op, State::Settled, now)?;
        }
        Ok(())
    }

    /// The holder as the remote has it, with our own changes on top that it has not got yet.
    fn with_open_changes(&self, tx: &Tx<'_>, lane_no: i64, holder: &Holder) -> Result<Holder> {
        let mut holder = holder.clone();
        for op in tx.open_changes(lane_no)? {
            if op.is_approved() {
                change_holder(&mut holder, &op);
            }
        }
        Ok(holder)
    }

    /// A change of the holder's data that was promised or made is shown from now on.
    pub(super) fn show_change(&self, tx: &Tx<'_>, op: &OpRow) -> Result<()> {
        if op.kind != Kind::Modify {
            return Ok(());
        }
        let mut holder = tx.card_of_account(op.lane_no)?.card.holder;
        change_holder(&mut holder, op);
        // One that was promised later stays on top.
        let holder = self.with_open_changes(tx, op.lane_no, &holder)?;
        tx.set_holder(op.card_no, &holder)
    }

    /// A change of the holder's data that was shown came to nothing: the remote's own data is read again.
    pub(super) fn take_change_back(&mut self, tx: &Tx<'_>, op: &OpRow) -> Result<()> {
        if op.kind == Kind::Modify && op.is_approved() { self.pull_soon(tx, op.lane_no) } else { Ok(()) }
    }

    fn refuse_stale(&mut self, tx: &Tx<'_>, served: &ServedCard) -> Result<()> {
        let at = self.now();
        event!(TOTALS_WENT_BACK, provider = self.provider.name(), account = served.account.account_no);
        if tx.has_open_notice_of_card(NoticeKind::StaleSnapshot, served.card.card_no)? {
            return Ok(());
        }
        tx.insert_notice(&NewNotice {
            kind: NoticeKind::StaleSnapshot,
            op_no: None,
            card_no: Some(served.card.card_no),
            amount: None,
            detail: "the remote's running totals went backwards; its figures were not taken",
            at,
        })
    }
}

/// Whether something applied waits for a base that includes it.
pub(super) fn has_applied(tx: &Tx<'_>, lane_no: i64) -> Result<bool> {
    Ok(tx.open_effects(lane_no, None)?.iter().any(|open| open.state == State::Applied))
}

/// Running totals only grow: one that shrank is an old copy.
fn went_backwards(served: &ServedCard, snapshot: &Snapshot) -> bool {
    let shrank = |known: Option<crate::units::Money>, read: Option<crate::units::Money>| matches!((known, read), (Some(known), Some(read)) if read < known);
    shrank(served.account.consumed_total, snapshot.consumed_total)
        || shrank(served.account.recharged_total, snapshot.recharged_total)
}

/// Puts the fields that a change gives over the holder's.
pub(super) fn change_holder(holder: &mut Holder, op: &OpRow) {
    if let Act::Modify { name, phone, birthday, gender, .. } = &op.act {
        if name.is_some() {
            holder.name.clone_from(name);
        }
        if let Some(phone) = phone {
            holder.phone = Some(phone.as_str().to_owned());
        }
        if birthday.is_some() {
            holder.birthday = *birthday;
        }
        if gender.is_some() {
            holder.gender = *gender;
        }
    }
}
