//! What the remote tells about levels, pay types and recharge rules; what a provider remembers; how a remote fares.

use rusqlite::OptionalExtension;

use super::{Tx, View, from_json, to_json};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::model::{CardNumber, CataloguePart, Level, PayType, RechargeRule, RemoteCatalogue};

impl View<'_> {
    pub(crate) fn levels(&self, provider: &str) -> Result<Vec<Level>> {
        let mut statement =
            self.conn.prepare_cached("SELECT id, name FROM level WHERE provider = ?1 ORDER BY length(id), id")?;
        let rows = statement.query_map([provider], |row| Ok(Level { id: row.get(0)?, name: row.get(1)? }))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    pub(crate) fn pay_types(&self, provider: &str) -> Result<Vec<PayType>> {
        let mut statement =
            self.conn.prepare_cached("SELECT id, name FROM pay_type WHERE provider = ?1 ORDER BY id")?;
        let rows = statement.query_map([provider], |row| Ok(PayType { id: row.get(0)?, name: row.get(1)? }))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    pub(crate) fn recharge_rules(&self, account_no: i64) -> Result<Vec<RechargeRule>> {
        let mut statement = self.conn.prepare_cached("SELECT rules FROM recharge_rules WHERE account_no = ?1")?;
        let rules: Option<String> = statement.query_row([account_no], |row| row.get(0)).optional()?;
        Ok(rules.map(|json| from_json(&json)).transpose()?.unwrap_or_default())
    }

    /// How much of a remote's catalogue there is, and how old it is.
    pub(crate) fn catalogue(&self, provider: &str) -> Result<RemoteCatalogue> {
        let part = |sql: &str| -> Result<CataloguePart> {
            Ok(self.conn.prepare_cached(sql)?.query_row([provider], |row| {
                let time = |i: usize| -> rusqlite::Result<Option<Timestamp>> {
                    Ok(row.get::<_, Option<i64>>(i)?.map(Timestamp::from_millis))
                };
                Ok(CataloguePart { items: row.get::<_, u32>(0)?.into(), oldest: time(1)?, newest: time(2)? })
            })?)
        };
        Ok(RemoteCatalogue {
            provider: provider.to_owned(),
            levels: part("SELECT count(*), min(fetched_at), max(fetched_at) FROM level WHERE provider = ?1")?,
            pay_types: part("SELECT count(*), min(fetched_at), max(fetched_at) FROM pay_type WHERE provider = ?1")?,
            recharge_rules: part(
                "SELECT count(*), min(fetched_at), max(fetched_at) FROM recharge_rules
                 WHERE account_no IN (SELECT account_no FROM account WHERE provider = ?1)",
            )?,
            coupon_templates: part(
                "SELECT count(*), min(fetched_at), max(fetched_at) FROM coupon_template WHERE provider = ?1",
            )?,
            learned: self.level_rates(provider)?,
        })
    }

    /// Cards that a remote has shown to be there, those first that the book has had least long, at most `most`.
    pub(crate) fn some_cards(&self, provider: &str, most: usize) -> Result<Vec<CardNumber>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT c.number FROM account a JOIN card c ON c.card_no = a.card_no
             WHERE a.provider = ?1 AND a.confirmed = 1 AND a.status = 'active' ORDER BY a.account_no DESC LIMIT ?2",
        )?;
        let rows = statement.query_map((provider, most as i64), |row| Ok(CardNumber::stored(row.get(0)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// How the remote fared when that last changed.
    pub(crate) fn condition<T: serde::de::DeserializeOwned>(&self, provider: &str) -> Result<Option<T>> {
        let mut statement = self.conn.prepare_cached("SELECT condition FROM provider WHERE provider = ?1")?;
        let json: Option<String> = statement.query_row([provider], |row| row.get(0)).optional()?;
        Ok(json.map(|json| from_json(&json)).transpose()?)
    }

    pub(crate) fn memory(&self, provider: &str) -> Result<std::collections::BTreeMap<String, String>> {
        let mut statement = self.conn.prepare_cached("SELECT key, value FROM memory WHERE provider = ?1")?;
        let rows = statement.query_map([provider], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Tx<'_> {
    pub(crate) fn set_levels(&self, provider: &str, levels: &[Level], at: Timestamp) -> Result<()> {
        self.conn.prepare_cached("DELETE FROM level WHERE provider = ?1")?.execute([provider])?;
        let mut insert = self
            .conn
            .prepare_cached("INSERT OR REPLACE INTO level (provider, id, name, fetched_at) VALUES (?1, ?2, ?3, ?4)")?;
        for level in levels {
            insert.execute((provider, &level.id, &level.name, at.millis()))?;
        }
        Ok(())
    }

    pub(crate) fn set_pay_types(&self, provider: &str, pay_types: &[PayType], at: Timestamp) -> Result<()> {
        self.conn.prepare_cached("DELETE FROM pay_type WHERE provider = ?1")?.execute([provider])?;
        let mut insert = self.conn.prepare_cached(
            "INSERT OR REPLACE INTO pay_type (provider, id, name, fetched_at) VALUES (?1, ?2, ?3, ?4)",
        )?;
        for pay_type in pay_types {
            insert.execute((provider, pay_type.id, &pay_type.name, at.millis()))?;
        }
        Ok(())
    }

    pub(crate) fn set_recharge_rules(&self, account_no: i64, rules: &[RechargeRule], at: Timestamp) -> Result<()> {
        self.conn
            .prepare_cached(
                "INSERT INTO recharge_rules (account_no, rules, fetched_at) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET rules = ?2, fetched_at = ?3",
            )?
            .execute((account_no, to_json(&rules)?, at.millis()))?;
        Ok(())
    }

    pub(crate) fn set_condition<T: serde::Serialize>(&self, provider: &str, condition: &T) -> Result<()> {
        self.conn
            .prepare_cached(
                "INSERT INTO provider (provider, condition) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET condition = ?2",
            )?
            .execute((provider, to_json(condition)?))?;
        Ok(())
    }

    pub(crate) fn remember(&self, provider: &str, key: &str, value: &str) -> Result<()> {
        self.conn
            .prepare_cached(
                "INSERT INTO memory (provider, key, value) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET value = ?3",
            )?
            .execute((provider, key, value))?;
        Ok(())
    }
}
