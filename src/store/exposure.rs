//! What is at risk: open offline approvals, of a card, of a phone number and of the till.

use super::{View, figure};
use crate::error::Result;
use crate::model::Exposure;
use crate::units::Money;

impl View<'_> {
    /// What was approved here, refused by the remote and not resolved since.
    pub(crate) fn owed(&self, card_no: i64) -> Result<Money> {
        let mut statement = self.conn.prepare_cached(
            "SELECT coalesce(sum(-effect_money), 0) FROM operation
             WHERE card_no = ?1 AND exposed = 1 AND state = 'rejected' AND effect_money < 0",
        )?;
        Ok(Money::from_fen(statement.query_row([card_no], |row| figure(row, 0))?))
    }

    /// The open offline approvals of one card.
    pub(crate) fn card_exposure(&self, card_no: i64) -> Result<Money> {
        let mut statement = self.conn.prepare_cached(
            "SELECT coalesce(sum(-effect_money), 0) FROM operation
             WHERE card_no = ?1 AND exposed = 1 AND effect_money < 0",
        )?;
        Ok(Money::from_fen(statement.query_row([card_no], |row| figure(row, 0))?))
    }

    /// The open offline approvals of all cards with one phone number.
    pub(crate) fn phone_exposure(&self, phone: &str) -> Result<Money> {
        let mut statement = self.conn.prepare_cached(
            "SELECT coalesce(sum(-o.effect_money), 0) FROM card c JOIN operation o ON o.card_no = c.card_no
             WHERE c.phone = ?1 AND o.exposed = 1 AND o.effect_money < 0",
        )?;
        Ok(Money::from_fen(statement.query_row([phone], |row| figure(row, 0))?))
    }

    /// The open offline approvals of the till. Added up once; from then on whatever is written keeps it.
    pub(crate) fn till_exposure(&self) -> Result<Exposure> {
        if let Some(known) = self.exposure.get() {
            debug_assert_eq!(known, self.add_up_exposure()?, "what is kept is what stands in the book");
            return Ok(known);
        }
        let exposure = self.add_up_exposure()?;
        self.exposure.set(Some(exposure));
        Ok(exposure)
    }

    /// An operation's part of the exposure has become another.
    pub(super) fn keep_exposure(&self, before: Exposure, now: Exposure) {
        self.exposure.set(self.exposure.get().map(|known| known.minus(before).plus(now)));
    }

    /// Reads every open approval: not for each call.
    fn add_up_exposure(&self) -> Result<Exposure> {
        let mut statement = self.conn.prepare_cached(
            "SELECT coalesce(sum(CASE WHEN effect_money < 0 THEN -effect_money ELSE 0 END), 0), count(*),
                 coalesce(sum(kind = 'recharge'), 0),
                 coalesce(sum(CASE WHEN kind = 'recharge' THEN effect_money ELSE 0 END), 0),
                 coalesce(sum(kind IN ('open_card', 'register')), 0)
             FROM operation INDEXED BY operation_exposed WHERE exposed = 1",
        )?;
        Ok(statement.query_row([], |row| {
            Ok(Exposure {
                money: Money::from_fen(figure(row, 0)?),
                operations: row.get(1)?,
                recharges: row.get(2)?,
                recharge_money: Money::from_fen(figure(row, 3)?),
                new_cards: row.get(4)?,
            })
        })?)
    }
}
