//! Discounts: those that cards were seen to get, and what a level's cards agree on.

use rusqlite::OptionalExtension;

use super::{Tx, View};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::model::LearnedRate;
use crate::units::Rate;

impl View<'_> {
    /// The rate last seen for a card while it had this level.
    pub(crate) fn rate_seen(&self, card_no: i64, level: &str) -> Result<Option<Rate>> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT rate FROM rate_seen WHERE card_no = ?1 AND level = ?2 ORDER BY day DESC LIMIT 1")?;
        let text: Option<String> = statement.query_row((card_no, level), |row| row.get(0)).optional()?;
        Ok(text.as_deref().and_then(rate))
    }

    /// The rate that a level's cards agree on.
    pub(crate) fn level_rate(&self, provider: &str, level: &str) -> Result<Option<Rate>> {
        let mut statement =
            self.conn.prepare_cached("SELECT rate FROM level_rate WHERE provider = ?1 AND level = ?2")?;
        let text: Option<String> = statement.query_row((provider, level), |row| row.get(0)).optional()?;
        Ok(text.as_deref().and_then(rate))
    }

    /// Every rate that was learned of a remote's levels.
    pub(crate) fn level_rates(&self, provider: &str) -> Result<Vec<LearnedRate>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT level, rate, cards, learned_at FROM level_rate WHERE provider = ?1 ORDER BY level",
        )?;
        let rows = statement.query_map([provider], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
        let mut rates = Vec::new();
        for row in rows {
            let (level, text, cards, at): (String, String, u32, i64) = row?;
            let learned_at = Timestamp::from_millis(at);
            rates.extend(rate(&text).map(|rate| LearnedRate { level, rate, cards, learned_at }));
        }
        Ok(rates)
    }

    /// How many different cards of a level were seen to get this rate from a day on, and since the last day on which one was
    /// seen to get another; counted up to `most`.
    pub(crate) fn cards_that_agree(&self, level: &str, from_day: &str, agreed: Rate, most: u32) -> Result<u32> {
        let agreed = agreed.to_string();
        let mut other = self.conn.prepare_cached(
            "SELECT day FROM rate_seen WHERE level = ?1 AND day >= ?2 AND rate <> ?3 ORDER BY day DESC LIMIT 1",
        )?;
        let other: Option<String> = other.query_row((level, from_day, &agreed), |row| row.get(0)).optional()?;
        let mut agree = self.conn.prepare_cached(
            "SELECT count(*) FROM (SELECT DISTINCT card_no FROM rate_seen
                 WHERE level = ?1 AND day >= ?2 AND (?3 IS NULL OR day > ?3) AND rate = ?4 LIMIT ?5)",
        )?;
        Ok(agree.query_row((level, from_day, other, agreed, most), |row| row.get(0))?)
    }
}

impl Tx<'_> {
    /// A discount seen in an answer. What was seen of the card before `from_day` is of no use any more.
    pub(crate) fn saw_rate(&self, card_no: i64, level: &str, day: &str, rate: Rate, from_day: &str) -> Result<()> {
        self.conn
            .prepare_cached(
                "INSERT INTO rate_seen (card_no, level, day, rate) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET rate = ?4",
            )?
            .execute((card_no, level, day, rate.to_string()))?;
        self.conn
            .prepare_cached("DELETE FROM rate_seen WHERE card_no = ?1 AND level = ?2 AND day < ?3")?
            .execute((card_no, level, from_day))?;
        Ok(())
    }

    /// A discount told by the remote's history. An answer of that day says more. False where there was one.
    pub(crate) fn history_told_rate(&self, card_no: i64, level: &str, day: &str, rate: Rate) -> Result<bool> {
        let added = self
            .conn
            .prepare_cached("INSERT OR IGNORE INTO rate_seen (card_no, level, day, rate) VALUES (?1, ?2, ?3, ?4)")?
            .execute((card_no, level, day, rate.to_string()))?;
        Ok(added == 1)
    }

    /// The rate that a level's cards agree on.
    pub(crate) fn set_level_rate(
        &self,
        provider: &str,
        level: &str,
        rate: Rate,
        cards: u32,
        at: Timestamp,
    ) -> Result<()> {
        self.conn
            .prepare_cached(
                "INSERT INTO level_rate (provider, level, rate, cards, learned_at) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO UPDATE SET rate = ?3, cards = ?4, learned_at = ?5",
            )?
            .execute((provider, level, rate.to_string(), cards, at.millis()))?;
        Ok(())
    }

    /// The cards of a level do not agree any more.
    pub(crate) fn forget_level_rate(&self, provider: &str, level: &str) -> Result<()> {
        self.conn
            .prepare_cached("DELETE FROM level_rate WHERE provider = ?1 AND level = ?2")?
            .execute((provider, level))?;
        Ok(())
    }
}

fn rate(text: &str) -> Option<Rate> {
    Rate::new(text.parse().ok()?)
}
