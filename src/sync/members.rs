//! Members and what remotes call them: references that a remote assigns, accounts that turn out to be one, pushes.

use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::model::{Act, CardNumber, CardStatus, Kind, Member, NoticeKind, Phone, mask_phone};
use crate::provider::{Findings, Whom};
use crate::store::{LaneState, NewNotice, OpRow, ServedCard, Tx};

use super::desk::Desk;
use super::engine::Engine;
use super::job::Ask;

impl Engine {
    /// The desk that serves members.
    pub(crate) fn route_members(&self) -> Result<usize> {
        self.route(crate::model::Family::Members)
    }

    /// What to ask of each remote about the cards of a phone number.
    pub(crate) fn asks_for_phone(&mut self, phone: &Phone) -> Result<Vec<(usize, Ask)>> {
        let number = CardNumber::new(phone.as_str())?;
        let whom = Whom { number: &number, reference: None, phone: Some(phone.as_str()) };
        let mut asks = Vec::new();
        for place in self.desks_of_cards() {
            let provider = &self.desks[place].provider;
            if provider.find(phone.as_str()).is_some() {
                asks.push((place, Ask::Find(phone.as_str().to_owned())));
            } else if provider.serve(&whom).is_some() {
                asks.push((place, Ask::Phone(phone.as_str().to_owned())));
            }
        }
        Ok(asks)
    }

    /// Tells what a remote calls an account, where only a person can know.
    pub(crate) fn set_reference(&mut self, number: &CardNumber, provider: &str, reference: &str) -> Result<()> {
        let fine = !reference.is_empty() && reference.len() <= 128 && reference.bytes().all(|b| b.is_ascii_graphic());
        if !fine {
            return Err(Error::invalid_personal("reference", "must be 1 to 128 visible ASCII characters", reference));
        }
        let place = self.desks.iter().position(|desk| desk.provider.name() == provider);
        let place = place.ok_or_else(|| Error::invalid("provider", "must be a configured remote", provider))?;
        let Engine { store, desks, .. } = self;
        desks[place].commit(store, |desk, tx| desk.set_reference(tx, number, reference))
    }

    /// Takes a push in: remembers it, and makes what it is about due to be read.
    pub(crate) fn apply_push(&mut self, provider: &str, body: &[u8]) -> Result<Vec<u8>> {
        let place = self.desks.iter().position(|desk| desk.provider.name() == provider);
        let place = place.ok_or_else(|| Error::invalid("provider", "must be a configured remote", provider))?;
        let push = self.desks[place].provider.push(body)?;
        let Engine { store, desks, .. } = self;
        desks[place].commit(store, |desk, tx| {
            let now = desk.now();
            if !tx.push_is_new(desk.provider.name(), &push.mark, now)? {
                return Ok(());
            }
            let known = match &push.reference {
                Some(reference) => tx.account_by_reference(desk.provider.name(), reference)?,
                None => None,
            };
            match (known, &push.phone) {
                (Some(served), _) => desk.pull_soon(tx, served.account.account_no),
                // Of a member whom the book does not know nothing is kept.
                (None, Some(phone)) => {
                    for number in tx.numbers_by_phone(phone, 1)? {
                        if let Some(served) = tx.card(number.as_str(), desk.provider.name())? {
                            desk.pull_soon(tx, served.account.account_no)?;
                        }
                    }
                    Ok(())
                }
                (None, None) => Ok(()),
            }
        })?;
        Ok(push.acknowledgement)
    }
}

impl Desk {
    fn set_reference(&mut self, tx: &Tx<'_>, number: &CardNumber, reference: &str) -> Result<()> {
        let provider = self.provider.name();
        if let Some(other) = tx.account_by_reference(provider, reference)? {
            return if other.card.number == *number { Ok(()) } else { Err(Error::conflict("reference")) };
        }
        let served = match tx.card(number.as_str(), provider)? {
            Some(served) if served.account.reference.as_deref() == Some(reference) => return Ok(()),
            Some(served) if tx.lane_head(served.account.account_no)?.is_some() => {
                return Err(Error::conflict("reference"));
            }
            Some(served) => served,
            None => self.new_account(tx, number, CardStatus::Active, None)?,
        };
        tx.set_reference(served.account.account_no, reference)?;
        tx.confirm_account(served.account.account_no)
    }

    /// The account is read as soon as its lane allows it. That it is to be stands in the book until it has been: a read that
    /// fails, whatever ends in the lane meanwhile, and a restart leave it wanted.
    pub(super) fn pull_soon(&mut self, tx: &Tx<'_>, lane_no: i64) -> Result<()> {
        if self.busy.contains(&lane_no) {
            self.pull_again.insert(lane_no);
        }
        tx.want_read(lane_no, true)?;
        if tx.lane_head(lane_no)?.is_some() {
            // Its turn comes when nothing stands there any more. What does may be put off, and stays so.
            return Ok(());
        }
        let due = self.now();
        tx.set_lane(lane_no, LaneState::Ready { probe: true, due }, 0)
    }

    /// The remote calls an account this. If it calls another one so, they are one: the older account stays, and what waited at
    /// the other waits behind what stands there. Returns the account that stays.
    pub(super) fn adopt_reference(&mut self, tx: &Tx<'_>, served: ServedCard, reference: &str) -> Result<ServedCard> {
        let account_no = served.account.account_no;
        if served.account.reference.as_deref() == Some(reference) {
            return Ok(served);
        }
        let Some(other) = tx.account_by_reference(self.provider.name(), reference)? else {
            tx.set_reference(account_no, reference)?;
            return tx.card_of_account(account_no);
        };
        let now = self.now();
        tx.merge_accounts(account_no, other.account.account_no)?;
        if !tx.has_open_notice_of_card(NoticeKind::SameMember, other.card.card_no)? {
            let (one, two) = (&other.card.number, &served.card.number);
            tx.insert_notice(&NewNotice {
                kind: NoticeKind::SameMember,
                op_no: None,
                card_no: Some(other.card.card_no),
                amount: None,
                detail: &format!(
                    "cards {} and {} are one member at {}",
                    mask_phone(one.as_str()),
                    mask_phone(two.as_str()),
                    self.provider.name()
                ),
                at: now,
            })?;
        }
        self.refresh_lane(tx, other.account.account_no, None)?;
        tx.card_of_account(other.account.account_no)
    }

    /// A registration met a member who was there already. The member is adopted as the remote has it; a name that differs from
    /// the one given here is told.
    pub(super) fn note_adopted(&mut self, tx: &Tx<'_>, op: &OpRow, findings: &Findings) -> Result<()> {
        let Act::Register { name: Some(given), .. } = &op.act else { return Ok(()) };
        let found = findings.snapshot.as_ref().and_then(|snapshot| snapshot.holder.name.as_ref());
        if found.is_none_or(|found| found.trim() == given.trim()) {
            return Ok(());
        }
        let at = self.now();
        if tx.has_notice_of_operation(NoticeKind::Variance, op.op_no)? {
            return Ok(());
        }
        tx.insert_notice(&NewNotice {
            kind: NoticeKind::Variance,
            op_no: Some(op.op_no),
            card_no: Some(op.card_no),
            amount: None,
            detail: "the phone was registered already, under another name: the member was adopted as the remote has it",
            at,
        })
    }

    /// The registration that an account came from, while no base has arrived for it.
    pub(super) fn unseen_registration(&self, tx: &Tx<'_>, served: &ServedCard) -> Result<Option<OpRow>> {
        if served.account.opened_here_at.is_none() || served.account.base.as_of.is_some() {
            return Ok(None);
        }
        let all = tx.all_of_kind(served.account.account_no, Kind::Register)?;
        Ok(all.into_iter().find(|op| op.state.is_confirmed()))
    }

    /// A member whom a list or a code has told of is in the book from then on.
    pub(super) fn take_member(&mut self, tx: &Tx<'_>, member: &Member, now: Timestamp) -> Result<()> {
        let Some(reference) = &member.reference else { return Ok(()) };
        if tx.account_by_reference(self.provider.name(), reference)?.is_some() {
            return Ok(());
        }
        let name = member.holder.phone.clone().unwrap_or_else(|| reference.clone());
        let Ok(number) = CardNumber::new(name) else { return Ok(()) };
        if tx.card(number.as_str(), self.provider.name())?.is_some() {
            return Ok(());
        }
        let new_to_book = tx.card_row(number.as_str())?.is_none();
        let status = if member.active { CardStatus::Active } else { CardStatus::Blocked };
        let served = self.new_account(tx, &number, status, None)?;
        tx.set_reference(served.account.account_no, reference)?;
        tx.confirm_account(served.account.account_no)?;
        if new_to_book {
            tx.set_holder(served.card.card_no, &member.holder)?;
            if let Some(level) = &member.level {
                tx.set_level(served.card.card_no, level)?;
            }
        }
        tx.set_fetched(served.card.card_no, now)
    }
}
