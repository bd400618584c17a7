//! What happens at the merchant's without the client: the back office and the tills of other shops.

use super::card::{CardStatus, NewCard};
use super::errcode::Errcode;
use super::history::event;
use super::ledger::{LedgerKind, Source};
use super::settings::Level;
use super::state::{Context, Posting, Sandy};

/// A person at the merchant's office. Every method writes the history event that the document has for it.
#[derive(Debug)]
pub struct Office<'a> {
    sandy: &'a mut Sandy,
    context: Context,
}

/// A till in another shop of the merchant, or a twin till in the same one.
#[derive(Debug)]
pub struct OtherTill<'a> {
    sandy: &'a mut Sandy,
    context: Context,
}

impl Sandy {
    /// Puts a card into the system, as if the back office had opened it.
    ///
    /// # Errors
    /// [`Errcode::CardExists`], or [`Errcode::BadParameter`] for an unknown level or a negative figure.
    pub fn seed(&mut self, now_s: i64, card: NewCard) -> Result<(), Errcode> {
        self.office(now_s, "seed").open(card)
    }

    /// The back office at a moment, in somebody's hands.
    pub fn office(&mut self, now_s: i64, who: &str) -> Office<'_> {
        let context = Context {
            now_s,
            org_name: self.settings.org_name.clone(),
            source: Source::BackOffice { who: who.to_owned() },
        };
        Office { sandy: self, context }
    }

    /// Another till at a moment. The name of this merchant itself makes it a twin that a client can't tell from its own.
    pub fn other_till(&mut self, now_s: i64, org_name: &str) -> OtherTill<'_> {
        let context = Context {
            now_s,
            org_name: org_name.to_owned(),
            source: Source::OtherTill { org_name: org_name.to_owned() },
        };
        OtherTill { sandy: self, context }
    }
}

impl Office<'_> {
    /// Opens a card with money and points on it (event 1).
    ///
    /// # Errors
    /// [`Errcode::CardExists`], or [`Errcode::BadParameter`] for an unknown level or a negative figure.
    pub fn open(&mut self, card: NewCard) -> Result<(), Errcode> {
        self.sandy.open(&self.context, card)
    }

    /// Pays money out (event 30).
    ///
    /// # Errors
    /// [`Errcode::BadParameter`], [`Errcode::NoSuchCard`] or [`Errcode::BalanceTooLow`].
    pub fn withdraw(&mut self, card: &str, fen: i64) -> Result<(), Errcode> {
        self.take(card, fen)?;
        self.move_money(LedgerKind::Withdraw, event::WITHDRAW, card, fen, -1, String::new())
    }

    /// Takes a card back and pays it out (event 2); its points lapse.
    ///
    /// # Errors
    /// [`Errcode::NoSuchCard`].
    pub fn close(&mut self, card: &str) -> Result<(), Errcode> {
        self.empty(LedgerKind::Close, event::CLOSE, card, String::new())?;
        self.sandy.edit(card, |card| card.status = CardStatus::Closed);
        Ok(())
    }

    /// Gives the holder a card of another number, with all that was on the old one (event 3 on the old card, 1 on the
    /// new one). A lost card may be replaced too.
    ///
    /// # Errors
    /// [`Errcode::NoSuchCard`], [`Errcode::CardExists`], or [`Errcode::BadParameter`] for an empty number.
    pub fn replace(&mut self, old: &str, new: &str) -> Result<(), Errcode> {
        if new.is_empty() {
            return Err(Errcode::BadParameter);
        }
        let mut successor = self.sandy.readable(old)?.clone();
        if self.sandy.cards.contains_key(new) {
            return Err(Errcode::CardExists);
        }
        let (amount_fen, points) = (successor.amount_fen, successor.points);
        self.empty(LedgerKind::Replace, event::REPLACE, old, format!("换卡至{new}"))?;
        self.sandy.edit(old, |card| card.status = CardStatus::Replaced);

        successor.id = self.sandy.next_card_id;
        self.sandy.next_card_id += 1;
        successor.status = CardStatus::Normal;
        successor.history = Vec::new();
        successor.amount_fen = 0;
        successor.points = 0;
        self.sandy.cards.insert(new.to_owned(), successor);
        let mut posting = Posting::new(LedgerKind::Replace, Some(event::OPEN));
        posting.ori_fen = amount_fen;
        posting.act_fen = amount_fen;
        posting.money_change_fen = amount_fen;
        posting.points_change = points;
        posting.description = format!("换卡自{old}");
        self.sandy.post(&self.context, new, posting)
    }

    /// Reports a card lost (event 4).
    ///
    /// # Errors
    /// [`Errcode::NoSuchCard`], or [`Errcode::BadParameter`] if it is lost already.
    pub fn loss(&mut self, card: &str) -> Result<(), Errcode> {
        self.turn(card, CardStatus::Normal, CardStatus::Lost, LedgerKind::Loss, event::LOSS)
    }

    /// Lifts the loss (event 5).
    ///
    /// # Errors
    /// [`Errcode::NoSuchCard`], or [`Errcode::BadParameter`] if it isn't lost.
    pub fn lift(&mut self, card: &str) -> Result<(), Errcode> {
        self.turn(card, CardStatus::Lost, CardStatus::Normal, LedgerKind::Lift, event::LIFT)
    }

    /// Moves money between two cards (event 20 on the one, 21 on the other).
    ///
    /// # Errors
    /// [`Errcode::BadParameter`], [`Errcode::NoSuchCard`] or [`Errcode::BalanceTooLow`].
    pub fn transfer(&mut self, from: &str, to: &str, fen: i64) -> Result<(), Errcode> {
        if from == to {
            return Err(Errcode::BadParameter);
        }
        self.sandy.writable(to)?;
        self.take(from, fen)?;
        self.move_money(LedgerKind::TransferOut, event::TRANSFER_OUT, from, fen, -1, format!("转出至{to}"))?;
        self.move_money(LedgerKind::TransferIn, event::TRANSFER_IN, to, fen, 1, format!("由{from}转入"))
    }

    /// Sets a card's level. The document has no event type for it, so only the ledger tells.
    ///
    /// # Errors
    /// [`Errcode::NoSuchCard`], or [`Errcode::BadParameter`] for an unknown level.
    pub fn set_level(&mut self, card: &str, level: i64) -> Result<(), Errcode> {
        let level = self.sandy.settings.level(level).map(|level: &Level| level.id).ok_or(Errcode::BadParameter)?;
        self.sandy.readable(card)?;
        self.sandy.edit(card, |card| card.level = level);
        self.sandy.post(&self.context, card, Posting::new(LedgerKind::SetLevel, None))
    }

    fn take(&self, card: &str, fen: i64) -> Result<(), Errcode> {
        if fen <= 0 {
            return Err(Errcode::BadParameter);
        }
        if self.sandy.writable(card)?.amount_fen < fen { Err(Errcode::BalanceTooLow) } else { Ok(()) }
    }

    fn move_money(
        &mut self,
        kind: LedgerKind,
        event: i64,
        card: &str,
        fen: i64,
        sign: i64,
        description: String,
    ) -> Result<(), Errcode> {
        let mut posting = Posting::new(kind, Some(event));
        posting.sent = fen;
        posting.ori_fen = fen;
        posting.act_fen = fen;
        posting.money_change_fen = sign * fen;
        posting.description = description;
        self.sandy.post(&self.context, card, posting)
    }

    fn empty(&mut self, kind: LedgerKind, event: i64, card: &str, description: String) -> Result<(), Errcode> {
        let (amount_fen, points) = self.sandy.readable(card).map(|card| (card.amount_fen, card.points))?;
        let mut posting = Posting::new(kind, Some(event));
        posting.ori_fen = amount_fen;
        posting.act_fen = amount_fen;
        posting.money_change_fen = -amount_fen;
        posting.points_change = -points;
        posting.description = description;
        self.sandy.post(&self.context, card, posting)
    }

    fn turn(
        &mut self,
        card: &str,
        from: CardStatus,
        to: CardStatus,
        kind: LedgerKind,
        event: i64,
    ) -> Result<(), Errcode> {
        if self.sandy.readable(card)?.status != from {
            return Err(Errcode::BadParameter);
        }
        self.sandy.edit(card, |card| card.status = to);
        self.sandy.post(&self.context, card, Posting::new(kind, Some(event)))
    }
}

impl OtherTill<'_> {
    /// Pays money onto a card (event 6).
    ///
    /// # Errors
    /// As the interface's `recharge`.
    pub fn recharge(&mut self, card: &str, fen: i64, pay_type: i64) -> Result<(), Errcode> {
        self.sandy.recharge(&self.context, card, fen, pay_type).map(drop)
    }

    /// Pays with a card (event 7); without a discountable part all of it is discounted.
    ///
    /// # Errors
    /// As the interface's `consume`.
    pub fn consume(&mut self, card: &str, fen: i64, discountable_fen: Option<i64>) -> Result<(), Errcode> {
        self.sandy.consume(&self.context, card, fen, discountable_fen).map(drop)
    }

    /// Spends points, with a history record only if the setting asks for one.
    ///
    /// # Errors
    /// As the interface's `consume_score`.
    pub fn redeem(&mut self, card: &str, points: i64) -> Result<(), Errcode> {
        self.sandy.redeem(&self.context, card, points)
    }
}
