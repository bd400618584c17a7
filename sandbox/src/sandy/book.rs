//! The writes that a till can make: opening, recharging, paying, spending points, changing the holder.
//!
//! The interface and the tills of other shops share them; only the [`Context`] differs. Each checks everything before it
//! changes anything.

use super::card::{Card, CardStatus, Gender, NewCard};
use super::errcode::Errcode;
use super::history::event;
use super::ledger::LedgerKind;
use super::pricing::{bonus, discount_text, points, price};
use super::settings::{LostCard, ShortBalance};
use super::state::{Context, Posting, Sandy};
use super::wire::short;
use crate::rate::Rate;

/// What a recharge added on top.
pub(super) struct Recharged {
    pub(super) add_fen: i64,
    pub(super) add_score: i64,
}

/// What a consume came to. `act = card + depot` and `original = act + discount`.
pub(super) struct Consumed {
    pub(super) act_fen: i64,
    pub(super) discount_fen: i64,
    pub(super) card_fen: i64,
    pub(super) depot_fen: i64,
    pub(super) discount: Rate,
}

/// The holder's fields that a modification names.
#[derive(Debug, Default)]
pub(super) struct HolderChange {
    pub(super) name: Option<String>,
    pub(super) phone: Option<String>,
    pub(super) birthday: Option<String>,
    pub(super) gender: Option<Gender>,
}

impl Sandy {
    /// A card that can be read: open or lost.
    pub(super) fn readable(&self, number: &str) -> Result<&Card, Errcode> {
        self.cards.get(number).filter(|card| !card.status.is_gone()).ok_or(Errcode::NoSuchCard)
    }

    /// A card that can be written to.
    pub(super) fn writable(&self, number: &str) -> Result<&Card, Errcode> {
        let card = self.readable(number)?;
        match (card.status, self.settings.lost_card) {
            (CardStatus::Lost, LostCard::NoSuchCard) => Err(Errcode::NoSuchCard),
            (CardStatus::Lost, LostCard::BadParameter) => Err(Errcode::BadParameter),
            _ => Ok(card),
        }
    }

    pub(super) fn open(&mut self, context: &Context, new: NewCard) -> Result<(), Errcode> {
        if self.settings.level(new.level).is_none() || new.amount_fen < 0 || new.points < 0 {
            return Err(Errcode::BadParameter);
        }
        if self.cards.contains_key(&new.number) {
            return Err(Errcode::CardExists);
        }
        let card = Card {
            id: self.next_card_id,
            status: CardStatus::Normal,
            level: new.level,
            name: new.name,
            phone: new.phone,
            gender: new.gender,
            birthday: String::new(),
            amount_fen: 0,
            points: 0,
            sum_consume_fen: 0,
            sum_recharge_fen: 0,
            history: Vec::new(),
        };
        self.next_card_id += 1;
        self.cards.insert(new.number.clone(), card);
        let mut posting = Posting::new(LedgerKind::Open, Some(event::OPEN));
        posting.ori_fen = new.amount_fen;
        posting.act_fen = new.amount_fen;
        posting.money_change_fen = new.amount_fen;
        posting.points_change = new.points;
        self.post(context, &new.number, posting)
    }

    pub(super) fn recharge(
        &mut self,
        context: &Context,
        number: &str,
        fen: i64,
        pay_type: i64,
    ) -> Result<Recharged, Errcode> {
        let pay_type = self.settings.pay_types.iter().find(|known| known.id == pay_type);
        let pay_type_text = pay_type.ok_or(Errcode::BadParameter)?.name.clone();
        if fen <= 0 {
            return Err(Errcode::BadParameter);
        }
        let sum_fen = self.writable(number)?.sum_recharge_fen.checked_add(fen).ok_or(Errcode::Internal)?;
        let bonus = bonus(self.settings.rules_of(number), fen)?;
        let total_fen = fen.checked_add(bonus.money_fen).ok_or(Errcode::Internal)?;
        let mut posting = Posting::new(LedgerKind::Recharge, Some(event::RECHARGE));
        posting.sent = fen;
        posting.ori_fen = fen;
        posting.act_fen = total_fen;
        posting.money_change_fen = total_fen;
        posting.points_change = bonus.score;
        posting.pay_type_text = pay_type_text;
        posting.description = bonus.description;
        self.post(context, number, posting)?;
        self.edit(number, |card| card.sum_recharge_fen = sum_fen);
        Ok(Recharged { add_fen: bonus.money_fen, add_score: bonus.score })
    }

    /// Takes the discounted price; without a discountable part all of it is discounted.
    pub(super) fn consume(
        &mut self,
        context: &Context,
        number: &str,
        fen: i64,
        discountable_fen: Option<i64>,
    ) -> Result<Consumed, Errcode> {
        let discountable_fen = match discountable_fen {
            Some(0) if !self.settings.zero_discount_honoured => fen,
            Some(part) => part,
            None => fen,
        };
        if fen <= 0 || !(0..=fen).contains(&discountable_fen) {
            return Err(Errcode::BadParameter);
        }
        let card = self.writable(number)?;
        let level = self.settings.level(card.level).ok_or(Errcode::Internal)?;
        let act_fen = price(level, fen, discountable_fen)?;
        let card_fen = act_fen.min(card.amount_fen);
        let depot_fen = act_fen - card_fen;
        if depot_fen > 0 && self.settings.short_balance == ShortBalance::Refuse {
            return Err(Errcode::BalanceTooLow);
        }
        let sum_fen = card.sum_consume_fen.checked_add(act_fen).ok_or(Errcode::Internal)?;
        let discount = level.discount;
        let earned = points(level, act_fen)?;
        let told = if act_fen == fen { String::new() } else { format!("{}<br/>", discount_text(discount)) };
        let mut posting = Posting::new(LedgerKind::Consume, Some(event::CONSUME));
        posting.sent = fen;
        posting.ori_fen = fen;
        posting.act_fen = act_fen;
        posting.money_change_fen = -card_fen;
        posting.points_change = earned;
        // The line feed at the end is the sample's.
        posting.description = format!("{told}消费{},获得积分{earned}\n", short(act_fen));
        self.post(context, number, posting)?;
        self.edit(number, |card| card.sum_consume_fen = sum_fen);
        Ok(Consumed { act_fen, discount_fen: fen - act_fen, card_fen, depot_fen, discount })
    }

    pub(super) fn redeem(&mut self, context: &Context, number: &str, points: i64) -> Result<(), Errcode> {
        if points <= 0 {
            return Err(Errcode::BadParameter);
        }
        if self.writable(number)?.points < points {
            return Err(Errcode::BalanceTooLow);
        }
        let mut posting = Posting::new(LedgerKind::RedeemPoints, self.settings.consume_score_record);
        posting.sent = points;
        posting.points_change = -points;
        posting.description = format!("消费积分{points}");
        self.post(context, number, posting)
    }

    pub(super) fn modify(&mut self, context: &Context, number: &str, change: HolderChange) -> Result<(), Errcode> {
        self.writable(number)?;
        self.edit(number, |card| {
            card.name = change.name.unwrap_or_else(|| std::mem::take(&mut card.name));
            card.phone = change.phone.unwrap_or_else(|| std::mem::take(&mut card.phone));
            card.birthday = change.birthday.unwrap_or_else(|| std::mem::take(&mut card.birthday));
            card.gender = change.gender.or(card.gender);
        });
        // The document has no event type for it, so the history stays silent.
        self.post(context, number, Posting::new(LedgerKind::Modify, None))
    }

    pub(super) fn edit(&mut self, number: &str, change: impl FnOnce(&mut Card)) {
        if let Some(card) = self.cards.get_mut(number) {
            change(card);
        }
    }
}
