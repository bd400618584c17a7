//! Tokens, and how much of their quota is used; pushes that have been taken in.

use std::time::Duration;

use rusqlite::OptionalExtension;

use super::{Tx, View};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::provider::{Secret, Token};

impl View<'_> {
    pub(crate) fn token(&self, provider: &str, call: &str) -> Result<Option<Token>> {
        let mut statement =
            self.conn.prepare_cached("SELECT text, until FROM token WHERE provider = ?1 AND call = ?2")?;
        let row = statement.query_row((provider, call), |row| {
            Ok(Token { text: Secret(row.get(0)?), until: Timestamp::from_millis(row.get(1)?) })
        });
        Ok(row.optional()?)
    }

    /// How often a token call has been made on a day, counted from 1970.
    pub(crate) fn quota_used(&self, provider: &str, call: &str, day: i64) -> Result<u32> {
        let mut statement =
            self.conn.prepare_cached("SELECT used FROM quota WHERE provider = ?1 AND call = ?2 AND day = ?3")?;
        Ok(statement.query_row((provider, call, day), |row| row.get(0)).optional()?.unwrap_or(0))
    }
}

impl Tx<'_> {
    pub(crate) fn set_token(&self, provider: &str, call: &str, token: &Token) -> Result<()> {
        self.conn
            .prepare_cached(
                "INSERT INTO token (provider, call, text, until) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (provider, call) DO UPDATE SET text = ?3, until = ?4",
            )?
            .execute((provider, call, &token.text.0, token.until.millis()))?;
        Ok(())
    }

    pub(crate) fn forget_token(&self, provider: &str, call: &str) -> Result<()> {
        self.conn.prepare_cached("DELETE FROM token WHERE provider = ?1 AND call = ?2")?.execute((provider, call))?;
        Ok(())
    }

    pub(crate) fn set_quota_used(&self, provider: &str, call: &str, day: i64, used: u32) -> Result<()> {
        self.conn
            .prepare_cached(
                "INSERT INTO quota (provider, call, day, used) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (provider, call) DO UPDATE SET day = ?3, used = ?4",
            )?
            .execute((provider, call, day, used))?;
        Ok(())
    }

    /// Whether a push is new. It is not from then on.
    pub(crate) fn push_is_new(&self, provider: &str, mark: &str, at: Timestamp) -> Result<bool> {
        // One that comes again after a month is taken in again, which does no harm: it makes the till ask.
        let old = at.before(Duration::from_secs(30 * 86_400));
        self.conn
            .prepare_cached("DELETE FROM push WHERE provider = ?1 AND at < ?2")?
            .execute((provider, old.millis()))?;
        let added = self
            .conn
            .prepare_cached("INSERT OR IGNORE INTO push (provider, mark, at) VALUES (?1, ?2, ?3)")?
            .execute((provider, mark, at.millis()))?;
        Ok(added == 1)
    }
}
