//! What is at risk: open offline approvals, of a card, of a phone number and of the till.

use rusqlite::OptionalExtension;

use super::{Tx, View, figure, figure_or_none};
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

    /// The open offline approvals of all cards with a card's phone number. Of several numbers, its own and those it had, the one
    /// with the most counts. `None`: it has no number.
    pub(crate) fn phone_exposure(&self, card_no: i64) -> Result<Option<Money>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT max((SELECT coalesce(sum(-o.effect_money), 0) FROM operation o
                 WHERE o.exposed = 1 AND o.effect_money < 0 AND o.card_no IN
                     (SELECT card_no FROM card WHERE phone = own.phone
                      UNION SELECT card_no FROM former_phone WHERE phone = own.phone)))
             FROM (SELECT phone FROM card WHERE card_no = ?1 AND phone IS NOT NULL
                   UNION ALL SELECT phone FROM former_phone WHERE card_no = ?1) own",
        )?;
        Ok(statement.query_row([card_no], |row| figure_or_none(row, 0))?.map(Money::from_fen))
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

impl Tx<'_> {
    /// A card had this phone number until now. It counts for that one too, both ways, as long as the change may still come to
    /// nothing or anything is open that was approved for the number: nobody gets a fresh limit by changing it.
    pub(super) fn keep_former_phone(&self, card_no: i64, phone: &str) -> Result<()> {
        self.conn
            .prepare_cached("INSERT OR IGNORE INTO former_phone (card_no, phone) VALUES (?1, ?2)")?
            .execute((card_no, phone))?;
        self.drop_former_phones()
    }

    /// Former phone numbers that nothing is open for any more count no longer. Whatever closes an approval calls it.
    pub(super) fn drop_former_phones(&self) -> Result<()> {
        let mut any = self.conn.prepare_cached("SELECT 1 FROM former_phone LIMIT 1")?;
        if any.query_row([], |_| Ok(())).optional()?.is_none() {
            return Ok(());
        }
        self.conn
            .prepare_cached(
                "DELETE FROM former_phone AS gone WHERE NOT EXISTS (SELECT 1 FROM operation
                     WHERE card_no = gone.card_no AND exposed = 1 AND kind = 'modify')
                 AND NOT EXISTS (SELECT 1 FROM operation WHERE exposed = 1 AND effect_money < 0 AND card_no IN
                     (SELECT card_no FROM card WHERE phone = gone.phone
                      UNION SELECT card_no FROM former_phone WHERE phone = gone.phone))",
            )?
            .execute([])?;
        Ok(())
    }
}
