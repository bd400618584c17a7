//! Openings that the remote refuses: what waits behind them, and a person who gives the card another number.

use crate::clock::{Timestamp, mint_key};
use crate::error::{Error, Result};
use crate::model::{CardNumber, CardStatus, Kind, OpId, Receipt, Refusal, State, Told, check_card, short_text};
use crate::provider::{Reference, Whom};
use crate::store::{AttemptRow, OpRow, RenamedRow, ServedCard, Tx, View, renaming};
use crate::units::Money;

use super::desk::Desk;
use super::engine::Engine;
use super::people::reversed;

/// Where a card goes whose number turned out to be somebody else's.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Retarget {
    /// It gets the next number of the till's range ([`Config::card_numbers`](crate::Config::card_numbers)).
    NextNumber,
    /// It gets this number.
    NewNumber(String),
    /// Its holder has a card already, this one: what waits is done on that, and the opening is written off. The till has to have
    /// served the card before.
    ExistingCard(String),
}

/// An operation that waits behind an opening that the remote has not carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphan {
    /// Its name.
    pub op_id: OpId,
    /// What it does.
    pub kind: Kind,
    /// The money at stake: the card's part of a sale, what is paid in by a recharge.
    pub amount: Money,
    /// The cash that the cashier has taken for it.
    pub cash: Money,
}

/// A card that a person has given another number, or whose holder's other card a person has named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retargeted {
    /// The opening.
    pub op_id: OpId,
    /// The number that stands on receipts printed before.
    pub from: CardNumber,
    /// The number from then on.
    pub to: CardNumber,
    /// Whether that was a card of its own already.
    pub existing: bool,
    /// Who decided it.
    pub who: String,
    /// Why.
    pub why: String,
    /// When.
    pub at: Timestamp,
}

impl From<RenamedRow> for Retargeted {
    fn from(row: RenamedRow) -> Self {
        let RenamedRow { op_id, resolution, from, to, who, why, at, .. } = row;
        Retargeted { op_id, from, to, existing: resolution == EXISTING_CARD, who, why, at }
    }
}

const NEW_NUMBER: &str = "new_number";
const EXISTING_CARD: &str = "existing_card";

/// The kind of the lines by which it is seen in the book.
const RETARGET: &str = "retarget";

impl Engine {
    /// Records a person's decision on where the card of a refused opening goes, and carries it out.
    pub(crate) fn retarget(&mut self, op_id: &OpId, to: &Retarget, who: &str, why: &str) -> Result<Receipt> {
        let who = short_text("who", who.to_owned(), 64)?;
        let why = short_text("why", why.to_owned(), 200)?;
        let given = match to {
            Retarget::NextNumber => None,
            Retarget::NewNumber(number) | Retarget::ExistingCard(number) => Some(CardNumber::new(number.as_str())?),
        };
        let place = self.place_of_operation(op_id)?;
        let Engine { store, desks, .. } = self;
        let desk = &mut desks[place];
        desk.commit_on(store, |desk, tx| {
            let op = tx.operation_by_id(op_id)?.ok_or_else(|| Error::not_found("operation"))?;
            may_be_retargeted(tx, &op)?;
            let op_no = op.op_no;
            match (to, given) {
                (Retarget::ExistingCard(_), Some(number)) => desk.move_to_card(tx, op, &number, (&who, &why))?,
                (_, Some(number)) => desk.open_as(tx, op, number, (&who, &why))?,
                (_, None) => {
                    let next = desk.next_number(tx)?;
                    desk.take_number(tx, &next)?;
                    desk.open_as(tx, op, next.number, (&who, &why))?;
                }
            }
            Ok(op_no)
        })
    }

    /// What people have decided of this number, whether it was the one before or the one after, oldest first.
    pub(crate) fn retargets(&self, number: &CardNumber) -> Result<Vec<Retargeted>> {
        retargets(&self.store().view(), number)
    }
}

/// What people have decided of this number, whether it was the one before or the one after, oldest first.
pub(crate) fn retargets(view: &View<'_>, number: &CardNumber) -> Result<Vec<Retargeted>> {
    let mut rows = view.renamed_from(number)?;
    rows.extend(view.renamed_to(number)?);
    rows.sort_by_key(|row| (row.at, row.op_no));
    Ok(rows.into_iter().map(Retargeted::from).collect())
}

/// Whether the card of an opening may go elsewhere: the remote has certainly not opened it, and somebody was promised that it
/// would be.
pub(super) fn may_be_retargeted(view: &View<'_>, op: &OpRow) -> Result<()> {
    if op.kind != Kind::OpenCard {
        return Err(Error::wrong_state(op.state.as_str(), "only the opening of a card gets another number"));
    }
    if !matches!(op.state, State::Parked | State::Rejected) {
        return Err(Error::wrong_state(op.state.as_str(), "it does not wait for a decision"));
    }
    if !op.may_be_sent() {
        return Err(Error::wrong_state(op.state.as_str(), "nothing was promised, so it is never sent again"));
    }
    let unknown = || Ok::<_, Error>(op.unknown || view.attempts(op.op_no)?.iter().any(AttemptRow::is_unknown));
    if op.state == State::Parked && unknown()? {
        return Err(Error::wrong_state(op.state.as_str(), "it may have been opened: say first that it was not"));
    }
    if !view.awaits_opening(op.lane_no)? {
        return Err(Error::wrong_state(op.state.as_str(), "the card has been found at the remote"));
    }
    Ok(())
}

/// What waits behind an opening, and the cash taken for it.
pub(super) fn orphans_of(view: &View<'_>, open: &OpRow) -> Result<(Vec<Orphan>, Money)> {
    if !open.kind.opens() {
        return Ok((Vec::new(), Money::ZERO));
    }
    let behind = view.open_operations(open.lane_no)?.into_iter().filter(|op| op.op_no > open.op_no);
    let orphans: Vec<Orphan> = behind
        .map(|op| Orphan { op_id: op.op_id.clone(), kind: op.kind, amount: op.at_stake(), cash: op.cash() })
        .collect();
    let cash = orphans.iter().map(|orphan| orphan.cash).sum();
    Ok((orphans, cash))
}

impl Desk {
    /// The card gets another number, and is opened under that; what waits behind it goes on waiting.
    fn open_as(&mut self, tx: &Tx<'_>, mut op: OpRow, number: CardNumber, (who, why): (&str, &str)) -> Result<()> {
        let now = self.now();
        let served = tx.card_of_account(op.lane_no)?;
        let account_no = served.account.account_no;
        let old = served.card.number.clone();
        let taken = || Error::from(Refusal::CardExists);
        if tx.card_row(number.as_str())?.is_some() {
            return Err(taken());
        }
        let whom = Whom { number: &number, reference: None, phone: served.card.holder.phone.as_deref() };
        let reference = match self.provider.reference(&whom) {
            Reference::Known(reference) => Some(reference),
            Reference::Ask | Reference::Unknown => None,
        };
        if let Some(reference) = &reference
            && tx.account_by_reference(self.provider.name(), reference)?.is_some()
        {
            return Err(taken());
        }
        let renamed = renaming(&old, &number);
        tx.insert_decision(op.op_no, NEW_NUMBER, (who, why), Some(&renamed), now)?;
        self.told_of_orphans(tx, &op, who, why)?;
        let was_rejected = op.state == State::Rejected;
        tx.transition(&mut op, State::Queued, now)?;
        if was_rejected {
            self.lift_exception_of(tx, &op)?;
        }
        tx.rename_card(served.card.card_no, &number)?;
        self.leave_listing(tx, served.card.card_no, &old)?;
        tx.forget_account(account_no)?;
        tx.set_unproven_reference(account_no, reference.as_deref())?;
        tx.set_status(account_no, CardStatus::Provisional)?;
        // A read that is under way is one of somebody else's card.
        tx.set_quiet_since(account_no, now)?;
        if !mutated!(OldAttemptsCount) {
            tx.begin_anew(op.op_no, &mint_key(self.hall.entropy.as_ref(), self.provider.key_chars()))?;
        }
        for mut waits in tx.open_operations(op.lane_no)? {
            rebind(tx, &mut waits, &old, &number)?;
        }
        let op = tx.operation(op.op_no)?;
        self.enter_retarget(tx, &op, &Told::default(), (who, &renamed))?;
        self.refresh_lane(tx, op.lane_no, None)
    }

    /// The card's holder has another card: what waits is done on that one, and the opening is given up.
    fn move_to_card(
        &mut self,
        tx: &Tx<'_>,
        mut op: OpRow,
        number: &CardNumber,
        (who, why): (&str, &str),
    ) -> Result<()> {
        let now = self.now();
        let old = tx.card_of_account(op.lane_no)?.card.number;
        let kept = tx.card(number.as_str(), self.provider.name())?.ok_or_else(|| Error::not_found("card"))?;
        // Nothing is sent to a reference that is not known to be this holder's, and nobody has seen this one.
        if kept.account.account_no == op.lane_no || !kept.account.confirmed {
            return Err(Refusal::UnknownCard.into());
        }
        check_card(None, kept.account.status)?;
        let renamed = renaming(&old, number);
        tx.insert_decision(op.op_no, EXISTING_CARD, (who, why), Some(&renamed), now)?;
        self.told_of_orphans(tx, &op, who, why)?;
        for mut waits in tx.open_operations(op.lane_no)? {
            if waits.op_no <= op.op_no || waits.state != State::Queued {
                continue;
            }
            if waits.promise.is_none() {
                // A call that is waiting for it is told that it was not done.
                self.cancel(tx, &mut waits, None)?;
                continue;
            }
            self.move_orphan(tx, &mut waits, &old, &kept, (who, &renamed))?;
        }
        tx.transition(&mut op, State::WrittenOff, now)?;
        self.lift_exception_of(tx, &op)?;
        self.enter_write_off(tx, &op)?;
        self.park_orphans(tx, &op)?;
        self.refresh_lane(tx, op.lane_no, None)?;
        self.refresh_lane(tx, kept.account.account_no, None)
    }

    /// One that waits becomes the other card's: its lines are taken back on the one, and written on the other.
    fn move_orphan(
        &mut self,
        tx: &Tx<'_>,
        waits: &mut OpRow,
        old: &CardNumber,
        kept: &ServedCard,
        (who, renamed): (&str, &str),
    ) -> Result<()> {
        let before = waits.clone();
        rebind(tx, waits, old, &kept.card.number)?;
        (waits.lane_no, waits.card_no) = (kept.account.account_no, kept.card.card_no);
        tx.move_operation(waits.op_no, waits.lane_no, waits.card_no)?;
        let told = *waits.told();
        self.enter_retarget(tx, &before, &reversed(&told), (who, renamed))?;
        self.enter_retarget(tx, waits, &told, (who, renamed))?;
        self.show_change(tx, waits)
    }

    /// The line by which it is seen in the book: who, and from which number to which.
    fn enter_retarget(&mut self, tx: &Tx<'_>, op: &OpRow, told: &Told, (who, renamed): (&str, &str)) -> Result<()> {
        let mut op = op.clone();
        op.context.operator = Some(who.to_owned());
        op.context.reason = Some(renamed.to_owned());
        self.enter(tx, &op, RETARGET, told, told.points, None)?;
        Ok(())
    }

    fn told_of_orphans(&mut self, tx: &Tx<'_>, op: &OpRow, who: &str, why: &str) -> Result<()> {
        let now = self.now();
        tx.acknowledge_operation(op.op_no, who, why, now)?;
        tx.acknowledge_orphans(op.op_no, who, why, now)
    }

    /// More waits behind an opening that waits for a person, or less: the notification of it says how much. `anew`: where
    /// somebody has acknowledged it, another one does.
    pub(super) fn retell_orphans(&mut self, tx: &Tx<'_>, lane_no: i64, anew: bool) -> Result<()> {
        if !tx.awaits_opening(lane_no)? {
            return Ok(());
        }
        let Some(open) = tx.lane_head(lane_no)? else { return Ok(()) };
        if !open.kind.opens() || !matches!(open.state, State::Parked | State::Rejected) {
            return Ok(());
        }
        let now = self.now();
        self.note_orphans_if(tx, &open, now, anew)
    }

    /// The opening of a card that the remote is known to have refused, and that nobody has decided about.
    pub(super) fn refused_opening(&self, view: &View<'_>, served: &ServedCard) -> Result<Option<OpId>> {
        if served.account.opened_here_at.is_none() || served.account.confirmed {
            return Ok(None);
        }
        let head = view.lane_head(served.account.account_no)?.filter(|head| head.kind.opens());
        let refused = |op: &OpRow| op.state == State::Rejected || (op.state == State::Parked && !op.unknown);
        Ok(head.filter(refused).map(|op| op.op_id))
    }
}

/// What has reached no remote is about another number from now on. It is still found by the call that it was made with.
fn rebind(tx: &Tx<'_>, op: &mut OpRow, old: &CardNumber, number: &CardNumber) -> Result<()> {
    if op.act.card() != old {
        return Ok(());
    }
    op.act.set_card(number.clone());
    op.bound.called.get_or_insert_with(|| old.clone());
    tx.rebind(op.op_no, &op.act, &op.bound)
}
