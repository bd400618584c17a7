//! Notifications: each stays until somebody has acknowledged it.

use rusqlite::Row;

use super::{Tx, View, parsed};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::model::{CardNumber, Notice, NoticeKind, OpId};
use crate::units::Money;

pub(crate) struct NewNotice<'a> {
    pub(crate) kind: NoticeKind,
    pub(crate) op_no: Option<i64>,
    pub(crate) card_no: Option<i64>,
    pub(crate) amount: Option<Money>,
    /// For people; without personal data.
    pub(crate) detail: &'a str,
    pub(crate) at: Timestamp,
}

fn notice(row: &Row<'_>) -> rusqlite::Result<Notice> {
    Ok(Notice {
        notice_no: row.get(0)?,
        kind: parsed(row.get_ref(1)?.as_str()?)?,
        op_id: row.get::<_, Option<String>>(2)?.map(OpId::stored),
        card: row.get::<_, Option<String>>(3)?.map(CardNumber::stored),
        amount: row.get::<_, Option<i64>>(4)?.map(Money::from_fen),
        detail: row.get(5)?,
        at: Timestamp::from_millis(row.get(6)?),
    })
}

impl View<'_> {
    /// What nobody has acknowledged yet, oldest first.
    pub(crate) fn open_notices(&self, most: usize) -> Result<Vec<Notice>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT n.notice_no, n.kind, o.op_id, c.number, n.amount, n.detail, n.at
             FROM notice n LEFT JOIN operation o ON o.op_no = n.op_no LEFT JOIN card c ON c.card_no = n.card_no
             WHERE n.acked_at IS NULL ORDER BY n.notice_no LIMIT ?1",
        )?;
        let rows = statement.query_map([most as i64], notice)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Whether a notification of this kind about a card is open.
    pub(crate) fn has_open_notice_of_card(&self, kind: NoticeKind, card_no: i64) -> Result<bool> {
        let mut statement = self.conn.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM notice WHERE acked_at IS NULL AND kind = ?1 AND card_no = ?2)",
        )?;
        Ok(statement.query_row((kind.as_str(), card_no), |row| row.get(0))?)
    }

    /// Whether a notification of this kind that concerns no operation is open.
    pub(crate) fn has_open_notice(&self, kind: NoticeKind) -> Result<bool> {
        let mut statement = self.conn.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM notice WHERE acked_at IS NULL AND kind = ?1 AND op_no IS NULL)",
        )?;
        Ok(statement.query_row([kind.as_str()], |row| row.get(0))?)
    }
}

impl Tx<'_> {
    /// People are told once that the high-water file can't be written.
    pub(super) fn note_high_water_failing(&self) -> Result<()> {
        if self.has_open_notice(NoticeKind::HighWater)? {
            return Ok(());
        }
        self.insert_notice(&NewNotice {
            kind: NoticeKind::HighWater,
            op_no: None,
            card_no: None,
            amount: None,
            detail: "the high-water file can't be written: until it can, an older copy of the book may not be noticed",
            at: self.highest_time()?.unwrap_or_default(),
        })
    }

    pub(crate) fn insert_notice(&self, new: &NewNotice<'_>) -> Result<()> {
        self.conn
            .prepare_cached(
                "INSERT INTO notice (kind, op_no, card_no, amount, detail, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute((
                new.kind.as_str(),
                new.op_no,
                new.card_no,
                new.amount.map(Money::fen),
                new.detail,
                new.at.millis(),
            ))?;
        Ok(())
    }

    /// Where this is an open notification of a stale snapshot: lets go of the totals that its card's figures were held to.
    pub(crate) fn forget_totals_of_stale(&self, notice_no: i64) -> Result<()> {
        self.conn
            .prepare_cached(
                "UPDATE account SET consumed_total = NULL, recharged_total = NULL WHERE card_no =
                    (SELECT card_no FROM notice WHERE notice_no = ?1 AND acked_at IS NULL AND kind = ?2)",
            )?
            .execute((notice_no, NoticeKind::StaleSnapshot.as_str()))?;
        self.seal_all(
            "SELECT account_no FROM account WHERE card_no = (SELECT card_no FROM notice WHERE notice_no = ?1 AND kind = ?2)",
            (notice_no, NoticeKind::StaleSnapshot.as_str()),
        )
    }

    /// Whether a notification of this kind is open whose text begins so.
    pub(crate) fn has_open_notice_beginning(&self, kind: NoticeKind, text: &str) -> Result<bool> {
        let mut statement = self.conn.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM notice WHERE acked_at IS NULL AND kind = ?1
                            AND substr(detail, 1, length(?2)) = ?2)",
        )?;
        Ok(statement.query_row((kind.as_str(), text), |row| row.get(0))?)
    }

    /// Whether a notification of this kind about an operation was ever written.
    pub(crate) fn has_notice_of_operation(&self, kind: NoticeKind, op_no: i64) -> Result<bool> {
        let mut statement =
            self.conn.prepare_cached("SELECT EXISTS (SELECT 1 FROM notice WHERE kind = ?1 AND op_no = ?2)")?;
        Ok(statement.query_row((kind.as_str(), op_no), |row| row.get(0))?)
    }

    /// False if there is no such open notification.
    pub(crate) fn acknowledge(&self, notice_no: i64, who: &str, note: Option<&str>, at: Timestamp) -> Result<bool> {
        let changed = self
            .conn
            .prepare_cached(
                "UPDATE notice SET acked_at = ?2, acked_by = ?3, ack_note = ?4 WHERE notice_no = ?1 AND acked_at IS NULL",
            )?
            .execute((notice_no, at.millis(), who, note))?;
        Ok(changed == 1)
    }

    /// Tells an open notification about an operation anew. False if there is none.
    pub(crate) fn retell_notice(&self, kind: NoticeKind, op_no: i64, amount: Money, detail: &str) -> Result<bool> {
        let changed = self
            .conn
            .prepare_cached(
                "UPDATE notice SET amount = ?3, detail = ?4 WHERE acked_at IS NULL AND kind = ?1 AND op_no = ?2",
            )?
            .execute((kind.as_str(), op_no, amount.fen(), detail))?;
        Ok(changed > 0)
    }

    /// A person has decided about an opening, knowing what waited behind it.
    pub(crate) fn acknowledge_orphans(&self, op_no: i64, who: &str, note: &str, at: Timestamp) -> Result<()> {
        self.conn
            .prepare_cached(
                "UPDATE notice SET acked_at = ?2, acked_by = ?3, ack_note = ?4
                 WHERE op_no = ?1 AND acked_at IS NULL AND kind = 'orphans'",
            )?
            .execute((op_no, at.millis(), who, note))?;
        Ok(())
    }

    /// Acknowledges what is open of a kind.
    pub(crate) fn acknowledge_kind(&self, kind: NoticeKind, who: &str, note: &str, at: Timestamp) -> Result<()> {
        self.conn
            .prepare_cached(
                "UPDATE notice SET acked_at = ?2, acked_by = ?3, ack_note = ?4 WHERE acked_at IS NULL AND kind = ?1",
            )?
            .execute((kind.as_str(), at.millis(), who, note))?;
        Ok(())
    }

    /// Acknowledges what is open about an operation that a person has just decided about.
    pub(crate) fn acknowledge_operation(&self, op_no: i64, who: &str, note: &str, at: Timestamp) -> Result<()> {
        self.conn
            .prepare_cached(
                "UPDATE notice SET acked_at = ?2, acked_by = ?3, ack_note = ?4
                 WHERE op_no = ?1 AND acked_at IS NULL AND kind IN ('parked', 'rejected')",
            )?
            .execute((op_no, at.millis(), who, note))?;
        Ok(())
    }
}
