//! Lines of a remote's own history, and which of them are operations of this book.

use rusqlite::{OptionalExtension, Row};

use super::{Tx, View, from_json, parsed};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::model::{Confirmation, Effect, Kind, RecordKind, Told};
use crate::units::{Money, Points};

/// A line as the remote told it.
pub(crate) struct NewRecord<'a> {
    pub(crate) account_no: i64,
    pub(crate) card_no: i64,
    pub(crate) provider: &'a str,
    /// The remote's number of the line, unique in the account.
    pub(crate) remote_id: &'a str,
    pub(crate) kind: RecordKind,
    pub(crate) original: Option<Money>,
    pub(crate) money: Option<Money>,
    pub(crate) points: Option<Points>,
    pub(crate) money_after: Option<Money>,
    pub(crate) points_after: Option<Points>,
    pub(crate) store: Option<&'a str>,
    pub(crate) note: Option<&'a str>,
    pub(crate) at: Timestamp,
    pub(crate) fetched_at: Timestamp,
}

/// A stored line that is no operation of this book, as far as is known.
#[derive(Clone, Debug)]
pub(crate) struct RecordRow {
    pub(crate) record_no: i64,
    pub(crate) kind: RecordKind,
    pub(crate) original: Option<Money>,
    pub(crate) points: Option<Points>,
    pub(crate) money_after: Option<Money>,
    pub(crate) points_after: Option<Points>,
    pub(crate) at: Timestamp,
    pub(crate) fetched_at: Timestamp,
}

/// What an operation that the remote has may have left in its history.
#[derive(Clone, Debug)]
pub(crate) struct OpTrace {
    pub(crate) op_no: i64,
    pub(crate) kind: Kind,
    /// The figures that count: told, or predicted while nothing has been told.
    pub(crate) told: Told,
    pub(crate) effect: Effect,
    pub(crate) confirmation: Option<Confirmation>,
    /// The remote has told a number of it.
    pub(crate) claimed: bool,
    /// From the first attempt that may have arrived to the end of the last, by the book's time.
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
}

/// What has no line of its own in the book, such as what was undone before it was known to be done, hides no other.
const TRACE: &str = "SELECT o.op_no, o.kind, coalesce(p.told, o.told), o.effect_money, o.effect_bonus, o.effect_points,
    c.body,
    coalesce((SELECT min(a.started_at) FROM attempt a WHERE a.op_no = o.op_no
        AND coalesce(a.outcome, '') NOT IN ('not_sent', 'not_processed')), o.created_at),
    coalesce((SELECT max(coalesce(a.ended_at, a.started_at)) FROM attempt a WHERE a.op_no = o.op_no
        AND coalesce(a.outcome, '') NOT IN ('not_sent', 'not_processed')), o.changed_at),
    EXISTS (SELECT 1 FROM claim k WHERE k.account_no = o.lane_no AND k.op_no = o.op_no)
    FROM operation o
    LEFT JOIN promise p ON p.op_no = o.op_no
    LEFT JOIN confirmation c ON c.op_no = o.op_no
    WHERE o.state IN ('applied', 'settled', 'reversing', 'reversed')
        AND EXISTS (SELECT 1 FROM entry e WHERE e.op_no = o.op_no)
        AND NOT EXISTS (SELECT 1 FROM record r WHERE r.op_no = o.op_no)";

fn trace(row: &Row<'_>) -> rusqlite::Result<OpTrace> {
    Ok(OpTrace {
        op_no: row.get(0)?,
        kind: parsed(row.get_ref(1)?.as_str()?)?,
        told: from_json(row.get_ref(2)?.as_str()?)?,
        effect: Effect {
            money: Money::from_fen(row.get(3)?),
            bonus: Money::from_fen(row.get(4)?),
            points: Points::new(row.get(5)?),
        },
        confirmation: row.get_ref(6)?.as_str_or_null()?.map(from_json).transpose()?,
        from: Timestamp::from_millis(row.get(7)?),
        until: Timestamp::from_millis(row.get(8)?),
        claimed: row.get(9)?,
    })
}

impl View<'_> {
    /// The lines of an account that are linked to no operation, from a time on, at most `most`.
    pub(crate) fn unlinked_records(&self, account_no: i64, from: Timestamp, most: usize) -> Result<Vec<RecordRow>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT record_no, kind, original, points, money_after, points_after, at, fetched_at
             FROM record
             WHERE op_no IS NULL AND card_no = (SELECT card_no FROM account WHERE account_no = ?1) AND account_no = ?1
                AND at >= ?2 ORDER BY at LIMIT ?3",
        )?;
        let rows = statement.query_map((account_no, from.millis(), most as i64), |row| {
            let money = |i: usize| -> rusqlite::Result<Option<Money>> {
                Ok(row.get::<_, Option<i64>>(i)?.map(Money::from_fen))
            };
            let points =
                |i: usize| -> rusqlite::Result<Option<Points>> { Ok(row.get::<_, Option<i64>>(i)?.map(Points::new)) };
            Ok(RecordRow {
                record_no: row.get(0)?,
                kind: parsed(row.get_ref(1)?.as_str()?)?,
                original: money(2)?,
                points: points(3)?,
                money_after: money(4)?,
                points_after: points(5)?,
                at: Timestamp::from_millis(row.get(6)?),
                fetched_at: Timestamp::from_millis(row.get(7)?),
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Operations of an account that the remote has, that no line is known of, newest first, at most `most`.
    pub(crate) fn unlinked_operations(&self, account_no: i64, most: usize) -> Result<Vec<OpTrace>> {
        let tail = " AND o.card_no = (SELECT card_no FROM account WHERE account_no = ?1) AND o.lane_no = ?1
             ORDER BY o.op_no DESC LIMIT ?2";
        let mut statement = self.conn.prepare_cached(&[TRACE, tail].concat())?;
        let rows = statement.query_map((account_no, most as i64), trace)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// An operation, if the remote has it and no line is known of it.
    pub(crate) fn unlinked_operation(&self, op_no: i64) -> Result<Option<OpTrace>> {
        let mut statement = self.conn.prepare_cached(&[TRACE, " AND o.op_no = ?1"].concat())?;
        Ok(statement.query_row([op_no], trace).optional()?)
    }

    /// Whether the book has lines of an account that are linked to no operation.
    pub(crate) fn has_unlinked_records(&self, card_no: i64) -> Result<bool> {
        let mut statement =
            self.conn.prepare_cached("SELECT EXISTS (SELECT 1 FROM record WHERE op_no IS NULL AND card_no = ?1)")?;
        Ok(statement.query_row([card_no], |row| row.get(0))?)
    }
}

impl Tx<'_> {
    /// Writes a line down. False if the book has it; what a remote changes in a line afterwards is not taken over.
    pub(crate) fn insert_record(&self, new: &NewRecord<'_>) -> Result<bool> {
        let added = self
            .conn
            .prepare_cached(
                "INSERT OR IGNORE INTO record (account_no, card_no, provider, remote_id, kind, original, money, points,
                    money_after, points_after, store, note, at, fetched_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
            )?
            .execute((
                new.account_no,
                new.card_no,
                new.provider,
                new.remote_id,
                new.kind.as_str(),
                new.original.map(Money::fen),
                new.money.map(Money::fen),
                new.points.map(Points::get),
                new.money_after.map(Money::fen),
                new.points_after.map(Points::get),
                new.store,
                new.note,
                new.at.millis(),
                new.fetched_at.millis(),
            ))?;
        Ok(added == 1)
    }

    /// A line that an operation of this book is known to have left, by what its answer or a probe told, is that operation's,
    /// whatever had been concluded from its figures. True if it was not linked so before.
    pub(crate) fn link_claimed(&self, account_no: i64, remote_id: &str) -> Result<bool> {
        let linked = self
            .conn
            .prepare_cached(
                "UPDATE record SET op_no = (SELECT op_no FROM claim WHERE account_no = ?1 AND remote_id = ?2)
                 WHERE account_no = ?1 AND remote_id = ?2 AND op_no IS NOT
                    (SELECT op_no FROM claim WHERE account_no = ?1 AND remote_id = ?2)
                    AND EXISTS (SELECT 1 FROM claim WHERE account_no = ?1 AND remote_id = ?2)",
            )?
            .execute((account_no, remote_id))?;
        Ok(linked == 1)
    }

    /// A line is this operation's by its figures.
    pub(crate) fn link_record(&self, record_no: i64, op_no: i64) -> Result<()> {
        self.conn
            .prepare_cached("UPDATE record SET op_no = ?2 WHERE record_no = ?1 AND op_no IS NULL")?
            .execute((record_no, op_no))?;
        Ok(())
    }
}
