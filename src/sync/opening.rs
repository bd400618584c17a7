//! Accounts: made when a card or a member is opened here, when a remote tells of one, and for the merchant as a whole.

use crate::clock::Timestamp;
use crate::error::Result;
use crate::model::{Act, CardNumber, CardStatus, Holder, Refusal};
use crate::provider::{Reference, Whom};
use crate::store::{ServedCard, Tx};

use super::call::level_called;
use super::desk::Desk;

impl Desk {
    /// The account of writes that concern no member. It is nobody's, so there is nothing to confirm.
    pub(super) fn house(&mut self, tx: &Tx<'_>, card: Option<ServedCard>) -> Result<ServedCard> {
        if let Some(card) = card {
            return Ok(card);
        }
        let number = CardNumber::house();
        let card_no = match tx.card_row(number.as_str())? {
            Some(card) => card.card_no,
            None => tx.insert_card(number.as_str())?,
        };
        let served = tx.insert_account(card_no, self.provider.name(), None, (CardStatus::Active, None))?;
        tx.confirm_account(served.account.account_no)?;
        tx.card_of_account(served.account.account_no)
    }

    /// A card's account at this provider, made where there is none; and the card, where the book has never heard of it.
    pub(super) fn new_account(
        &mut self,
        tx: &Tx<'_>,
        number: &CardNumber,
        status: CardStatus,
        opened_here_at: Option<Timestamp>,
    ) -> Result<ServedCard> {
        let known = tx.card_row(number.as_str())?;
        let phone = known.as_ref().and_then(|card| card.holder.phone.clone());
        let card_no = match &known {
            Some(card) => card.card_no,
            None => tx.insert_card(number.as_str())?,
        };
        let whom = Whom { number, reference: None, phone: phone.as_deref() };
        let reference = match self.provider.reference(&whom) {
            // Another card's account already: which of the two it is, the remote's answer tells.
            Reference::Known(reference) if tx.account_by_reference(self.provider.name(), &reference)?.is_some() => None,
            Reference::Known(reference) => Some(reference),
            Reference::Ask | Reference::Unknown => None,
        };
        tx.insert_account(card_no, self.provider.name(), reference.as_deref(), (status, opened_here_at))
    }

    /// A card that is being opened here.
    pub(super) fn new_card(&mut self, tx: &Tx<'_>, act: &Act) -> Result<ServedCard> {
        let now = self.now();
        if let Act::Register { phone, .. } = act {
            return self.new_member(tx, act, phone.as_str());
        }
        let card = self.new_account(tx, act.card(), CardStatus::Provisional, Some(now))?;
        self.describe_opened(tx, &card, act)
    }

    /// As [`Desk::new_card`], for a member: what the remote will call it may be known by the phone.
    fn new_member(&mut self, tx: &Tx<'_>, act: &Act, phone: &str) -> Result<ServedCard> {
        let now = self.now();
        let number = act.card();
        let card_no = match tx.card_row(number.as_str())? {
            Some(card) => card.card_no,
            None => tx.insert_card(number.as_str())?,
        };
        let reference = self.reference_by_phone(tx, number, phone, None)?;
        let provider = self.provider.name();
        let status = (CardStatus::Provisional, Some(now));
        let card = tx.insert_account(card_no, provider, reference.as_deref(), status)?;
        self.describe_opened(tx, &card, act)
    }

    /// What the remote is taken to call a member of this phone, where that is known before it says so: in vain where another
    /// account than its own is called so.
    fn reference_by_phone(
        &self,
        tx: &Tx<'_>,
        number: &CardNumber,
        phone: &str,
        own: Option<i64>,
    ) -> Result<Option<String>> {
        let whom = Whom { number, reference: None, phone: Some(phone) };
        let Reference::Known(reference) = self.provider.reference(&whom) else { return Ok(None) };
        let other = tx.account_by_reference(self.provider.name(), &reference)?;
        if let Some(ServedCard { account, .. }) = other.filter(|other| Some(other.account.account_no) != own) {
            let came_to_nothing = account.opened_here_at.is_some()
                && !account.confirmed
                && account.status == CardStatus::Closed
                && tx.lane_head(account.account_no)?.is_none();
            if !came_to_nothing {
                // The book knows this phone's member under another number.
                return Err(Refusal::CardExists.into());
            }
            // As free as the number under which it was to be opened.
            tx.set_unproven_reference(account.account_no, None)?;
        }
        Ok(Some(reference))
    }

    /// A number whose opening came to nothing is free again.
    pub(super) fn reopen(&mut self, tx: &Tx<'_>, card: &ServedCard, act: &Act) -> Result<ServedCard> {
        if tx.lane_head(card.account.account_no)?.is_some() || card.card.exception.is_some() {
            return Err(Refusal::CardExists.into());
        }
        let now = self.now();
        tx.set_opened_here(card.account.account_no, Some(now))?;
        tx.forget_account(card.account.account_no)?;
        if let Act::Register { phone, .. } = act {
            let own = card.account.account_no;
            let reference = self.reference_by_phone(tx, act.card(), phone.as_str(), Some(own))?;
            tx.set_unproven_reference(own, reference.as_deref())?;
        }
        tx.set_status(card.account.account_no, CardStatus::Provisional)?;
        self.describe_opened(tx, card, act)
    }

    fn describe_opened(&mut self, tx: &Tx<'_>, card: &ServedCard, act: &Act) -> Result<ServedCard> {
        if let Act::Register { phone, name, gender, birthday, .. } = act {
            let known = card.card.holder.clone();
            let holder = Holder {
                name: known.name.or_else(|| name.clone()),
                phone: Some(phone.as_str().to_owned()),
                gender: known.gender.or(*gender),
                birthday: known.birthday.or(*birthday),
            };
            tx.set_holder(card.card.card_no, &holder)?;
        }
        if let Act::OpenCard { level, name, phone, gender, .. } = act {
            let levels = tx.levels(self.provider.name())?;
            let found = level_called(&levels, level);
            tx.set_level(card.card.card_no, found.map_or(level.as_str(), |known| &known.name))?;
            let holder = Holder {
                name: name.clone(),
                phone: phone.as_ref().map(|phone| phone.as_str().to_owned()),
                gender: *gender,
                birthday: None,
            };
            tx.set_holder(card.card.card_no, &holder)?;
        }
        tx.card_of_account(card.account.account_no)
    }
}
