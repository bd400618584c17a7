//! The exception list. What stands on a card is the reason that refuses it; every change of it is kept, and so is the
//! merchant's list as it was last loaded.

use rusqlite::{OptionalExtension, Row};

use super::{Tx, View};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::model::{CardNumber, Exception};

/// A change of the exception list.
#[derive(Clone, Copy)]
pub(crate) struct ExceptionChange<'a> {
    pub(crate) reason: Option<&'a str>,
    pub(crate) who: &'a str,
    /// The merchant's list brought it about.
    pub(crate) by_list: bool,
    pub(crate) at: Timestamp,
}

fn exception(row: &Row<'_>) -> rusqlite::Result<(i64, Exception)> {
    let by_list: Option<bool> = row.get(5)?;
    let exception = Exception {
        card: CardNumber::stored(row.get(1)?),
        reason: row.get(2)?,
        who: row.get(3)?,
        since: row.get::<_, Option<i64>>(4)?.map(Timestamp::from_millis),
        by_list: by_list.unwrap_or(false),
    };
    Ok((row.get(0)?, exception))
}

impl View<'_> {
    /// Cards on the exception list behind one of them, each with the key to go on from.
    pub(crate) fn exceptions(&self, after: i64, most: usize) -> Result<Vec<(i64, Exception)>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT c.card_no, c.number, c.exception, x.who, x.at, x.by_list
             FROM card c INDEXED BY card_exception LEFT JOIN exception_change x ON x.change_no =
                 (SELECT max(change_no) FROM exception_change WHERE card_no = c.card_no)
             WHERE c.exception IS NOT NULL AND c.card_no > ?1 AND c.same_as IS NULL
             ORDER BY c.card_no LIMIT ?2",
        )?;
        let rows = statement.query_map((after, most as i64), exception)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Whether what a card's exception stands for came with the merchant's list.
    pub(crate) fn is_excepted_by_list(&self, card_no: i64) -> Result<bool> {
        let mut statement = self.conn.prepare_cached(
            "SELECT by_list FROM exception_change WHERE card_no = ?1 ORDER BY change_no DESC LIMIT 1",
        )?;
        Ok(statement.query_row([card_no], |row| row.get(0)).optional()?.unwrap_or(false))
    }

    /// The reason for which a card stands on the merchant's list.
    pub(crate) fn listed(&self, card_no: i64) -> Result<Option<String>> {
        let mut statement = self.conn.prepare_cached("SELECT reason FROM exception_list WHERE card_no = ?1")?;
        Ok(statement.query_row([card_no], |row| row.get(0)).optional()?)
    }

    /// The cards of the merchant's list.
    pub(crate) fn all_listed(&self) -> Result<Vec<i64>> {
        let mut statement = self.conn.prepare("SELECT card_no FROM exception_list ORDER BY card_no")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Tx<'_> {
    /// Puts a card on the exception list, or takes it off, and keeps who did.
    pub(crate) fn set_exception(&self, card_no: i64, change: ExceptionChange<'_>) -> Result<()> {
        let ExceptionChange { reason, who, by_list, at } = change;
        self.conn.prepare_cached("UPDATE card SET exception = ?2 WHERE card_no = ?1")?.execute((card_no, reason))?;
        self.conn
            .prepare_cached(
                "INSERT INTO exception_change (card_no, reason, who, by_list, at) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute((card_no, reason, who, by_list, at.millis()))?;
        Ok(())
    }

    /// A card stands on the merchant's list.
    pub(crate) fn list(&self, card_no: i64, reason: &str) -> Result<()> {
        self.conn
            .prepare_cached(
                "INSERT INTO exception_list (card_no, reason) VALUES (?1, ?2)
                 ON CONFLICT (card_no) DO UPDATE SET reason = ?2",
            )?
            .execute((card_no, reason))?;
        Ok(())
    }

    /// A card stands on the merchant's list no more.
    pub(crate) fn unlist(&self, card_no: i64) -> Result<()> {
        self.conn.prepare_cached("DELETE FROM exception_list WHERE card_no = ?1")?.execute([card_no])?;
        Ok(())
    }
}
