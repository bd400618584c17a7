//! Discounts: those that cards were seen to get, and what a level's cards agree on.

use rusqlite::OptionalExtension;

use super::{Tx, View};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::model::LearnedRate;
use crate::units::Rate;

/// From one business day to another, both included. What was seen on later ones was seen before the book's time was brought
/// back: it says nothing of the present.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Days<'a> {
    pub(crate) from: &'a str,
    pub(crate) to: &'a str,
}

/// A level at one remote.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LevelAt<'a> {
    pub(crate) provider: &'a str,
    pub(crate) level: &'a str,
}

impl View<'_> {
    /// The rate last seen for a card at a remote while it had this level.
    pub(crate) fn rate_seen(&self, card_no: i64, level: LevelAt<'_>, days: Days<'_>) -> Result<Option<Rate>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT rate FROM rate_seen WHERE card_no = ?1 AND provider = ?2 AND level = ?3 AND day BETWEEN ?4 AND ?5
             ORDER BY day DESC LIMIT 1",
        )?;
        let params = (card_no, level.provider, level.level, days.from, days.to);
        let text: Option<String> = statement.query_row(params, |row| row.get(0)).optional()?;
        Ok(text.as_deref().and_then(rate))
    }

    /// The rate that a level's cards agree on, if one of them was given it on one of these days.
    pub(crate) fn level_rate(&self, level: LevelAt<'_>, days: Days<'_>) -> Result<Option<Rate>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT rate FROM level_rate WHERE provider = ?1 AND level = ?2 AND seen_on BETWEEN ?3 AND ?4",
        )?;
        let params = (level.provider, level.level, days.from, days.to);
        let text: Option<String> = statement.query_row(params, |row| row.get(0)).optional()?;
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

    /// How many different cards of a level were seen to get this rate on one of these days, and since the last of them on which
    /// one was seen to get another; counted up to `most`.
    pub(crate) fn cards_that_agree(&self, level: LevelAt<'_>, days: Days<'_>, agreed: Rate, most: u32) -> Result<u32> {
        let agreed = agreed.to_string();
        let mut other = self.conn.prepare_cached(
            "SELECT day FROM rate_seen WHERE provider = ?1 AND level = ?2 AND day BETWEEN ?3 AND ?4 AND rate <> ?5
             ORDER BY day DESC LIMIT 1",
        )?;
        let (provider, name) = (level.provider, level.level);
        let other: Option<String> =
            other.query_row((provider, name, days.from, days.to, &agreed), |row| row.get(0)).optional()?;
        let mut agree = self.conn.prepare_cached(
            "SELECT count(*) FROM (SELECT DISTINCT card_no FROM rate_seen WHERE provider = ?1 AND level = ?2
                 AND day BETWEEN ?3 AND ?4 AND (?5 IS NULL OR day > ?5) AND rate = ?6 LIMIT ?7)",
        )?;
        Ok(agree.query_row((provider, name, days.from, days.to, other, agreed, most), |row| row.get(0))?)
    }
}

impl Tx<'_> {
    /// A discount seen in an answer on the last of these days. What was seen of the card on others is of no use any more.
    pub(crate) fn saw_rate(&self, card_no: i64, level: LevelAt<'_>, rate: Rate, days: Days<'_>) -> Result<()> {
        let (provider, name) = (level.provider, level.level);
        self.conn
            .prepare_cached(
                "INSERT INTO rate_seen (card_no, provider, level, day, rate) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO UPDATE SET rate = ?5",
            )?
            .execute((card_no, provider, name, days.to, rate.to_string()))?;
        self.conn
            .prepare_cached(
                "DELETE FROM rate_seen WHERE card_no = ?1 AND provider = ?2 AND level = ?3 AND day NOT BETWEEN ?4 AND ?5",
            )?
            .execute((card_no, provider, name, days.from, days.to))?;
        Ok(())
    }

    /// A discount told by the remote's history. An answer of that day says more. False where there was one.
    pub(crate) fn history_told_rate(&self, card_no: i64, level: LevelAt<'_>, day: &str, rate: Rate) -> Result<bool> {
        let added = self
            .conn
            .prepare_cached(
                "INSERT OR IGNORE INTO rate_seen (card_no, provider, level, day, rate) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute((card_no, level.provider, level.level, day, rate.to_string()))?;
        Ok(added == 1)
    }

    /// The rate that a level's cards agree on, learned from what was seen last on this day.
    pub(crate) fn set_level_rate(
        &self,
        level: LevelAt<'_>,
        rate: Rate,
        cards: u32,
        (at, day): (Timestamp, &str),
    ) -> Result<()> {
        self.conn
            .prepare_cached(
                "INSERT INTO level_rate (provider, level, rate, cards, learned_at, seen_on)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT DO UPDATE SET rate = ?3, cards = ?4, learned_at = ?5, seen_on = ?6",
            )?
            .execute((level.provider, level.level, rate.to_string(), cards, at.millis(), day))?;
        Ok(())
    }

    /// A level's card was given on this day what the others had agreed on.
    pub(crate) fn level_rate_seen(&self, level: LevelAt<'_>, day: &str) -> Result<()> {
        self.conn
            .prepare_cached("UPDATE level_rate SET seen_on = ?3 WHERE provider = ?1 AND level = ?2 AND seen_on <> ?3")?
            .execute((level.provider, level.level, day))?;
        Ok(())
    }

    /// The cards of a level do not agree any more.
    pub(crate) fn forget_level_rate(&self, level: LevelAt<'_>) -> Result<()> {
        self.conn
            .prepare_cached("DELETE FROM level_rate WHERE provider = ?1 AND level = ?2")?
            .execute((level.provider, level.level))?;
        Ok(())
    }
}

fn rate(text: &str) -> Option<Rate> {
    Rate::new(text.parse().ok()?)
}
