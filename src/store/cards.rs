//! Cards and their accounts.

use chrono::NaiveDate;
use rusqlite::{OptionalExtension, Row};

use super::{Tx, View, figure, figure_or_none, parsed};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::model::{Base, CardNumber, CardStatus, Holder};
use crate::provider::Whom;
use crate::units::{Money, Points};

#[derive(Clone, Debug)]
pub(crate) struct CardRow {
    pub(crate) card_no: i64,
    pub(crate) number: CardNumber,
    pub(crate) level: Option<String>,
    pub(crate) holder: Holder,
    pub(crate) exception: Option<String>,
    pub(crate) fetched_at: Option<Timestamp>,
}

#[derive(Clone, Debug)]
pub(crate) struct AccountRow {
    pub(crate) account_no: i64,
    /// What the remote calls it, once that is known.
    pub(crate) reference: Option<String>,
    pub(crate) confirmed: bool,
    pub(crate) status: CardStatus,
    /// It is being opened by this till, or was.
    pub(crate) opened_here_at: Option<Timestamp>,
    pub(crate) base: Base,
    pub(crate) consumed_total: Option<Money>,
    pub(crate) recharged_total: Option<Money>,
    pub(crate) growth: Option<i64>,
    pub(crate) quiet_since: Option<Timestamp>,
}

/// A card with its account at one provider.
#[derive(Clone, Debug)]
pub(crate) struct ServedCard {
    pub(crate) card: CardRow,
    pub(crate) account: AccountRow,
}

impl ServedCard {
    /// Whether the book has figures that it can be judged by: the remote's, or none yet of what was opened here.
    pub(crate) fn is_known(&self) -> bool {
        self.account.opened_here_at.is_some() || (self.account.confirmed && self.account.base.as_of.is_some())
    }

    /// Everything that may name the account to its remote.
    pub(crate) fn whom(&self) -> Whom<'_> {
        Whom {
            number: &self.card.number,
            reference: self.account.reference.as_deref(),
            phone: self.card.holder.phone.as_deref(),
        }
    }
}

const SERVED: &str = "SELECT c.card_no, c.number, c.level, c.name, c.phone, c.gender, c.birthday, c.exception,
    c.fetched_at, a.status, a.opened_here_at,
    a.account_no, a.reference, a.confirmed, a.money, a.points, a.as_of, a.read_money, a.read_points, a.consumed_total, a.recharged_total,
    a.quiet_since, a.growth
    FROM card c JOIN account a ON a.card_no = c.card_no";

/// The account that a card shares with another one, which it belongs to.
const SHARED: &str = " WHERE a.account_no = (SELECT account_no FROM alias WHERE provider = ?2 AND card_no =
    (SELECT coalesce(same_as, card_no) FROM card WHERE number = ?1))";

/// The card of a number, or the one that it turned out to be the same as.
const SERVING: &str =
    " WHERE c.card_no = (SELECT coalesce(same_as, card_no) FROM card WHERE number = ?1) AND a.provider = ?2";

/// A card that a remote has, or may have, an account of. One that is known from the merchant's list of exceptions alone is none.
pub(super) const MET: &str = "(same_as IS NOT NULL
    OR EXISTS (SELECT 1 FROM account WHERE account.card_no = card.card_no)
    OR EXISTS (SELECT 1 FROM alias WHERE alias.card_no = card.card_no))";

fn served(row: &Row<'_>) -> rusqlite::Result<ServedCard> {
    let time = |i: usize| -> rusqlite::Result<Option<Timestamp>> {
        Ok(row.get::<_, Option<i64>>(i)?.map(Timestamp::from_millis))
    };
    let money =
        |i: usize| -> rusqlite::Result<Option<Money>> { Ok(row.get::<_, Option<i64>>(i)?.map(Money::from_fen)) };
    Ok(ServedCard {
        card: card_row(row)?,
        account: AccountRow {
            account_no: row.get(11)?,
            reference: row.get(12)?,
            confirmed: row.get(13)?,
            status: parsed(row.get_ref(9)?.as_str()?)?,
            opened_here_at: time(10)?,
            base: base(row, 14)?,
            consumed_total: money(19)?,
            recharged_total: money(20)?,
            quiet_since: time(21)?,
            growth: row.get(22)?,
        },
    })
}

fn card_row(row: &Row<'_>) -> rusqlite::Result<CardRow> {
    let birthday: Option<String> = row.get(6)?;
    Ok(CardRow {
        card_no: row.get(0)?,
        number: CardNumber::stored(row.get(1)?),
        level: row.get(2)?,
        holder: Holder {
            name: row.get(3)?,
            phone: row.get(4)?,
            gender: row.get_ref(5)?.as_str_or_null()?.map(parsed).transpose()?,
            birthday: birthday.and_then(|text| NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok()),
        },
        exception: row.get(7)?,
        fetched_at: row.get::<_, Option<i64>>(8)?.map(Timestamp::from_millis),
    })
}

fn base(row: &Row<'_>, first: usize) -> rusqlite::Result<Base> {
    Ok(Base {
        money: Money::from_fen(figure(row, first)?),
        points: Points::new(figure(row, first + 1)?),
        as_of: row.get::<_, Option<i64>>(first + 2)?.map(Timestamp::from_millis),
        read_money: figure_or_none(row, first + 3)?.map(Money::from_fen),
        read_points: figure_or_none(row, first + 4)?.map(Points::new),
    })
}

impl View<'_> {
    pub(crate) fn card(&self, number: &str, provider: &str) -> Result<Option<ServedCard>> {
        let mut statement = self.conn.prepare_cached(joined(SERVED, SERVING).as_str())?;
        let own = statement.query_row((number, provider), served).optional()?;
        if own.is_some() {
            return Ok(own);
        }
        let mut statement = self.conn.prepare_cached(joined(SERVED, SHARED).as_str())?;
        Ok(statement.query_row((number, provider), served).optional()?)
    }

    pub(crate) fn card_of_account(&self, account_no: i64) -> Result<ServedCard> {
        let mut statement = self.conn.prepare_cached(joined(SERVED, " WHERE a.account_no = ?1").as_str())?;
        Ok(statement.query_row([account_no], served)?)
    }

    /// The card of a number, whatever accounts it has.
    pub(crate) fn card_row(&self, number: &str) -> Result<Option<CardRow>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT card_no, number, level, name, phone, gender, birthday, exception, fetched_at
             FROM card WHERE card_no = (SELECT coalesce(same_as, card_no) FROM card WHERE number = ?1)",
        )?;
        Ok(statement.query_row([number], card_row).optional()?)
    }

    /// The account that a remote knows by this reference.
    pub(crate) fn account_by_reference(&self, provider: &str, reference: &str) -> Result<Option<ServedCard>> {
        let sql = joined(SERVED, " WHERE a.provider = ?1 AND a.reference = ?2");
        let mut statement = self.conn.prepare_cached(sql.as_str())?;
        Ok(statement.query_row((provider, reference), served).optional()?)
    }

    /// A card's accounts, each with the provider that it is at.
    pub(crate) fn accounts_of(&self, card_no: i64) -> Result<Vec<(String, AccountRow)>> {
        let its = " WHERE a.account_no IN (SELECT account_no FROM account WHERE card_no = ?1
            UNION ALL SELECT account_no FROM alias WHERE card_no = ?1) ORDER BY a.account_no";
        let mut statement = self.conn.prepare_cached(joined(SERVED, its).as_str())?;
        let rows = statement.query_map([card_no], served)?;
        let mut named = self.conn.prepare_cached("SELECT provider FROM account WHERE account_no = ?1")?;
        let mut accounts = Vec::new();
        for row in rows {
            let account = row?.account;
            accounts.push((named.query_row([account.account_no], |row| row.get(0))?, account));
        }
        Ok(accounts)
    }

    /// Whether an account's card was opened here and the remote has not confirmed it.
    pub(crate) fn awaits_opening(&self, account_no: i64) -> Result<bool> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT opened_here_at IS NOT NULL AND NOT confirmed FROM account WHERE account_no = ?1")?;
        Ok(statement.query_row([account_no], |row| row.get(0))?)
    }

    /// What the remote last said of an account.
    pub(crate) fn base(&self, account_no: i64) -> Result<Base> {
        let mut statement = self.conn.prepare_cached(
            "SELECT money, points, as_of, read_money, read_points FROM account WHERE account_no = ?1",
        )?;
        Ok(statement.query_row([account_no], |row| base(row, 0))?)
    }

    /// The numbers of cards whose phone is exactly this, oldest first, at most `most`.
    pub(crate) fn numbers_by_phone(&self, phone: &str, most: usize) -> Result<Vec<CardNumber>> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT number FROM card WHERE phone = ?1 AND same_as IS NULL ORDER BY card_no LIMIT ?2")?;
        let rows = statement.query_map((phone, most as i64), |row| Ok(CardNumber::stored(row.get(0)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// All card numbers, in order. One that is known from the merchant's list alone is no card of this book.
    pub(crate) fn card_numbers(&self) -> Result<Vec<CardNumber>> {
        let sql = ["SELECT number FROM card WHERE number <> 'the house' AND ", MET, " ORDER BY number"].concat();
        let mut statement = self.conn.prepare_cached(&sql)?;
        let rows = statement.query_map([], |row| Ok(CardNumber::stored(row.get(0)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

/// Two pieces of SQL as one; the statement cache is keyed by the text, so it costs a small allocation and no parse.
fn joined(head: &str, tail: &str) -> String {
    [head, tail].concat()
}

impl Tx<'_> {
    /// A card that has not been here before.
    pub(crate) fn insert_card(&self, number: &str) -> Result<i64> {
        self.conn.prepare_cached("INSERT INTO card (number) VALUES (?1)")?.execute([number])?;
        Ok(self.conn.last_insert_rowid())
    }

    /// A card's account at a provider, with its lane. From the first one on the card is found. `None`: the remote has to assign
    /// the reference.
    pub(crate) fn insert_account(
        &self,
        card_no: i64,
        provider: &str,
        reference: Option<&str>,
        (status, opened_here_at): (CardStatus, Option<Timestamp>),
    ) -> Result<ServedCard> {
        let account_no = self.keep_tails(card_no, || {
            self.conn
                .prepare_cached(
                    "INSERT INTO account (card_no, provider, reference, confirmed, status, opened_here_at)
                     VALUES (?1, ?2, ?3, 0, ?4, ?5)",
                )?
                .execute((card_no, provider, reference, status.as_str(), opened_here_at.map(Timestamp::millis)))?;
            Ok(self.conn.last_insert_rowid())
        })?;
        self.seal_whole(account_no)?;
        self.conn
            .prepare_cached("INSERT INTO lane (lane_no, provider, state) VALUES (?1, ?2, 'idle')")?
            .execute((account_no, provider))?;
        self.card_of_account(account_no)
    }

    /// One account turns out to be another: everything of it is that one's. Of the two cards the one that has no other account
    /// becomes the other; where both have, the account serves both.
    pub(crate) fn merge_accounts(&self, gone: i64, kept: i64) -> Result<()> {
        let owner = |account_no: i64| -> Result<(i64, i64)> {
            let sql = "SELECT card_no, (SELECT count(*) FROM account o WHERE o.card_no = a.card_no) FROM account a
                       WHERE account_no = ?1";
            Ok(self.conn.query_row(sql, [account_no], |row| Ok((row.get(0)?, row.get(1)?)))?)
        };
        let ((gone_card, gone_has), (kept_card, kept_has)) = (owner(gone)?, owner(kept)?);
        for sql in [
            "UPDATE operation SET lane_no = ?2 WHERE lane_no = ?1",
            "UPDATE OR IGNORE claim SET account_no = ?2 WHERE account_no = ?1",
            "DELETE FROM claim WHERE account_no = ?1 AND ?2 = ?2",
            "UPDATE coupon SET account_no = ?2 WHERE account_no = ?1",
            "UPDATE alias SET account_no = ?2 WHERE account_no = ?1",
            "UPDATE OR IGNORE record SET account_no = ?2, card_no = (SELECT card_no FROM account WHERE account_no = ?2)
             WHERE account_no = ?1",
            "DELETE FROM record WHERE account_no = ?1 AND ?2 = ?2",
            "DELETE FROM recharge_rules WHERE account_no = ?1 AND ?2 = ?2",
            // A read that began before the last attempt on either ended is no base of what they are now.
            "UPDATE account SET quiet_since = (SELECT max(coalesce(quiet_since, 0)) FROM account WHERE account_no IN (?1, ?2))
             WHERE account_no = ?2",
            "INSERT OR IGNORE INTO alias (card_no, provider, account_no)
             SELECT card_no, provider, ?2 FROM account WHERE account_no = ?1",
            "UPDATE lane SET wanted = 1 WHERE lane_no = ?2 AND (SELECT wanted FROM lane WHERE lane_no = ?1)",
            "DELETE FROM lane WHERE lane_no = ?1 AND ?2 = ?2",
            "DELETE FROM account WHERE account_no = ?1 AND ?2 = ?2",
        ] {
            self.conn.execute(sql, (gone, kept))?;
        }
        if gone_card == kept_card {
            return Ok(());
        }
        match (gone_has, kept_has) {
            (1, _) => self.same_card(gone_card, kept_card)?,
            (_, 1) => self.same_card(kept_card, gone_card)?,
            _ => {}
        }
        self.exposure.set(None);
        Ok(())
    }

    /// A card turns out to be another one. What it owed, that one owes.
    fn same_card(&self, gone: i64, kept: i64) -> Result<()> {
        let moved = self.named("SELECT account_no FROM account WHERE card_no = ?1", [gone])?;
        self.conn.execute("UPDATE account SET card_no = ?2 WHERE card_no = ?1", (gone, kept))?;
        moved.into_iter().try_for_each(|account_no| self.seal_owner(account_no))?;
        for sql in [
            "UPDATE operation SET card_no = ?2 WHERE card_no = ?1",
            "UPDATE record SET card_no = ?2 WHERE card_no = ?1",
            "DELETE FROM alias WHERE card_no = ?1 OR (card_no = ?2 AND account_no IN
                (SELECT account_no FROM account WHERE card_no = ?2))",
            "INSERT INTO exception_change (card_no, reason, who, by_list, at)
             SELECT ?2, reason, who, by_list, at FROM exception_change
             WHERE change_no = (SELECT max(change_no) FROM exception_change WHERE card_no = ?1) AND reason IS NOT NULL
               -- What people have put there outlives the merchant's list.
               AND ((SELECT exception FROM card WHERE card_no = ?2) IS NULL OR (by_list = 0 AND 1 =
                   (SELECT by_list FROM exception_change WHERE card_no = ?2 ORDER BY change_no DESC LIMIT 1)))",
            "INSERT OR IGNORE INTO exception_list (card_no, reason)
             SELECT ?2, reason FROM exception_list WHERE card_no = ?1",
            "DELETE FROM exception_list WHERE card_no = ?1 AND ?2 = ?2",
            "UPDATE card SET exception = coalesce(
                 (SELECT reason FROM exception_change WHERE card_no = ?2 ORDER BY change_no DESC LIMIT 1),
                 exception, (SELECT exception FROM card WHERE card_no = ?1))
             WHERE card_no = ?2",
            // What was approved on it was approved for its phone number.
            "INSERT OR IGNORE INTO former_phone (card_no, phone) SELECT ?2, phone FROM
                 (SELECT phone FROM card WHERE card_no = ?1 UNION SELECT phone FROM former_phone WHERE card_no = ?1)
             WHERE phone IS NOT NULL",
            "DELETE FROM former_phone WHERE card_no = ?1 AND ?2 = ?2",
            "UPDATE card SET same_as = ?2 WHERE card_no = ?1 OR same_as = ?1",
        ] {
            self.conn.execute(sql, (gone, kept))?;
        }
        self.drop_former_phones()
    }

    /// Whether several cards have turned out to be this account.
    pub(crate) fn is_shared(&self, account_no: i64) -> Result<bool> {
        let mut statement = self.conn.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM alias WHERE account_no = ?1)
             OR EXISTS (SELECT 1 FROM card WHERE same_as = (SELECT card_no FROM account WHERE account_no = ?1))",
        )?;
        Ok(statement.query_row([account_no], |row| row.get(0))?)
    }

    /// What the remote calls an account.
    pub(crate) fn set_reference(&self, account_no: i64, reference: &str) -> Result<()> {
        let changed = self
            .conn
            .prepare_cached("UPDATE account SET reference = ?2 WHERE account_no = ?1 AND reference IS NOT ?2")?
            .execute((account_no, reference))?;
        if changed > 0 { self.seal_owner(account_no) } else { Ok(()) }
    }

    pub(crate) fn set_growth(&self, account_no: i64, growth: i64) -> Result<()> {
        self.conn
            .prepare_cached("UPDATE account SET growth = ?2 WHERE account_no = ?1 AND growth IS NOT ?2")?
            .execute((account_no, growth))?;
        self.seal(account_no)
    }

    pub(crate) fn set_holder(&self, card_no: i64, holder: &Holder) -> Result<()> {
        let mut phone = self.conn.prepare_cached("SELECT phone FROM card WHERE card_no = ?1")?;
        let before: Option<String> = phone.query_row([card_no], |row| row.get(0)).optional()?.flatten();
        self.keep_tails(card_no, || {
            self.conn
                .prepare_cached("UPDATE card SET name = ?2, phone = ?3, gender = ?4, birthday = ?5 WHERE card_no = ?1")?
                .execute((
                    card_no,
                    &holder.name,
                    &holder.phone,
                    holder.gender.map(|gender| gender.as_str()),
                    holder.birthday.map(|date| date.to_string()),
                ))?;
            Ok(())
        })?;
        match before.filter(|before| holder.phone.as_ref() != Some(before)) {
            Some(before) => self.keep_former_phone(card_no, &before),
            None => Ok(()),
        }
    }

    pub(crate) fn set_level(&self, card_no: i64, level: &str) -> Result<()> {
        self.conn.prepare_cached("UPDATE card SET level = ?2 WHERE card_no = ?1")?.execute((card_no, level))?;
        Ok(())
    }

    /// What was known of an account is no longer: it is unconfirmed and has no base.
    pub(crate) fn forget_account(&self, account_no: i64) -> Result<()> {
        self.conn
            .prepare_cached(
                "UPDATE account SET confirmed = 0, money = 0, points = 0, as_of = NULL, consumed_total = NULL,
                    recharged_total = NULL, read_money = NULL, read_points = NULL WHERE account_no = ?1",
            )?
            .execute([account_no])?;
        self.seal_whole(account_no)
    }

    /// When an account was opened at this till; `None` once that has come to nothing.
    pub(crate) fn set_opened_here(&self, account_no: i64, at: Option<Timestamp>) -> Result<()> {
        self.conn
            .prepare_cached("UPDATE account SET opened_here_at = ?2 WHERE account_no = ?1")?
            .execute((account_no, at.map(Timestamp::millis)))?;
        Ok(())
    }

    pub(crate) fn set_status(&self, account_no: i64, status: CardStatus) -> Result<()> {
        let changed = self
            .conn
            .prepare_cached("UPDATE account SET status = ?2 WHERE account_no = ?1 AND status <> ?2")?
            .execute((account_no, status.as_str()))?;
        if changed > 0 { self.seal_owner(account_no) } else { Ok(()) }
    }

    pub(crate) fn set_fetched(&self, card_no: i64, at: Timestamp) -> Result<()> {
        self.conn
            .prepare_cached("UPDATE card SET fetched_at = ?2 WHERE card_no = ?1")?
            .execute((card_no, at.millis()))?;
        Ok(())
    }

    /// The reference is this holder's.
    pub(crate) fn confirm_account(&self, account_no: i64) -> Result<()> {
        let changed = self
            .conn
            .prepare_cached("UPDATE account SET confirmed = 1 WHERE account_no = ?1 AND confirmed = 0")?
            .execute([account_no])?;
        if changed > 0 { self.seal_owner(account_no) } else { Ok(()) }
    }

    pub(crate) fn set_base(&self, account_no: i64, base: &Base) -> Result<()> {
        self.conn
            .prepare_cached("UPDATE account SET money = ?2, points = ?3, as_of = ?4, read_money = ?5, read_points = ?6 WHERE account_no = ?1")?
            .execute((
                account_no,
                base.money.fen(),
                base.points.get(),
                base.as_of.map(Timestamp::millis),
                base.read_money.map(Money::fen),
                base.read_points.map(Points::get),
            ))?;
        self.seal(account_no)
    }

    pub(crate) fn set_totals(&self, account_no: i64, consumed: Option<Money>, recharged: Option<Money>) -> Result<()> {
        self.conn
            .prepare_cached(
                "UPDATE account SET consumed_total = coalesce(?2, consumed_total),
                    recharged_total = coalesce(?3, recharged_total) WHERE account_no = ?1",
            )?
            .execute((account_no, consumed.map(Money::fen), recharged.map(Money::fen)))?;
        self.seal(account_no)
    }

    /// An attempt on this account has just ended.
    pub(crate) fn set_quiet_since(&self, account_no: i64, at: Timestamp) -> Result<()> {
        self.conn
            .prepare_cached("UPDATE account SET quiet_since = ?2 WHERE account_no = ?1")?
            .execute((account_no, at.millis()))?;
        Ok(())
    }
}
