//! From when to when each remote was not there.

use rusqlite::{OptionalExtension, Row};

use super::{Tx, View};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::model::Outage;

/// How many operations are looked through for the first one that got no answer.
const LOOKED_THROUGH: i64 = 1_000;

const OUTAGE: &str = "SELECT outage_no, provider, began_at, back_at, ended_at, first_op, back_op, last_op FROM outage";

/// An outage with the operations between which it lies: a clock may be set meanwhile, their numbers run on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OutageRow {
    pub(crate) outage: Outage,
    /// From this one on.
    pub(crate) first_op: i64,
    /// The last one before the remote was back.
    pub(crate) back_op: Option<i64>,
    /// The last one before it had ended.
    pub(crate) last_op: Option<i64>,
}

fn outage(row: &Row<'_>) -> rusqlite::Result<OutageRow> {
    let time = |i: usize| -> rusqlite::Result<Option<Timestamp>> {
        Ok(row.get::<_, Option<i64>>(i)?.map(Timestamp::from_millis))
    };
    let outage = Outage {
        outage_no: row.get(0)?,
        provider: row.get(1)?,
        began_at: Timestamp::from_millis(row.get(2)?),
        back_at: time(3)?,
        ended_at: time(4)?,
    };
    Ok(OutageRow { outage, first_op: row.get(5)?, back_op: row.get(6)?, last_op: row.get(7)? })
}

impl View<'_> {
    /// The outages, the newest first.
    pub(crate) fn outages(&self, most: usize) -> Result<Vec<Outage>> {
        let mut statement = self.conn.prepare_cached(&[OUTAGE, " ORDER BY outage_no DESC LIMIT ?1"].concat())?;
        let rows = statement.query_map([most as i64], |row| Ok(outage(row)?.outage))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    pub(crate) fn outage(&self, outage_no: i64) -> Result<Option<OutageRow>> {
        let mut statement = self.conn.prepare_cached(&[OUTAGE, " WHERE outage_no = ?1"].concat())?;
        Ok(statement.query_row([outage_no], outage).optional()?)
    }

    /// The outage of a remote that has not ended.
    pub(crate) fn open_outage(&self, provider: &str) -> Result<Option<OutageRow>> {
        let sql = [OUTAGE, " WHERE provider = ?1 AND ended_at IS NULL ORDER BY outage_no DESC LIMIT 1"].concat();
        let mut statement = self.conn.prepare_cached(&sql)?;
        Ok(statement.query_row([provider], outage).optional()?)
    }

    /// The number of the operation that was written down last; 0 if there is none.
    pub(crate) fn last_operation(&self) -> Result<i64> {
        let mut statement = self.conn.prepare_cached("SELECT coalesce(max(op_no), 0) FROM operation")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    /// The first of a remote's latest operations after another one, and when it was written down.
    pub(crate) fn first_operation_after(&self, provider: &str, after: i64) -> Result<Option<(i64, Timestamp)>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT op_no, created_at
             FROM (SELECT op_no, provider, created_at FROM operation ORDER BY op_no DESC LIMIT ?3)
             WHERE provider = ?1 AND op_no > ?2 ORDER BY op_no LIMIT 1",
        )?;
        let first = statement
            .query_row((provider, after, LOOKED_THROUGH), |row| Ok((row.get(0)?, Timestamp::from_millis(row.get(1)?))));
        Ok(first.optional()?)
    }

    /// Whether operations are on their way to a remote, or nobody knows what became of them.
    pub(crate) fn is_on_its_way(&self, provider: &str) -> Result<bool> {
        let mut statement = self.conn.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM operation INDEXED BY operation_head
                            WHERE holding = 1 AND provider = ?1
                                AND state IN ('queued', 'sending', 'in_doubt', 'reversing'))",
        )?;
        Ok(statement.query_row([provider], |row| row.get(0))?)
    }
}

impl Tx<'_> {
    pub(crate) fn insert_outage(&self, provider: &str, began_at: Timestamp, first_op: i64) -> Result<OutageRow> {
        self.conn
            .prepare_cached("INSERT INTO outage (provider, began_at, first_op) VALUES (?1, ?2, ?3)")?
            .execute((provider, began_at.millis(), first_op))?;
        let outage_no = self.conn.last_insert_rowid();
        let outage = Outage { outage_no, provider: provider.to_owned(), began_at, back_at: None, ended_at: None };
        Ok(OutageRow { outage, first_op, back_op: None, last_op: None })
    }

    pub(crate) fn set_outage(&self, row: &OutageRow) -> Result<()> {
        self.conn
            .prepare_cached(
                "UPDATE outage SET began_at = ?2, back_at = ?3, ended_at = ?4, first_op = ?5, back_op = ?6, last_op = ?7
                 WHERE outage_no = ?1",
            )?
            .execute((
                row.outage.outage_no,
                row.outage.began_at.millis(),
                row.outage.back_at.map(Timestamp::millis),
                row.outage.ended_at.map(Timestamp::millis),
                row.first_op,
                row.back_op,
                row.last_op,
            ))?;
        Ok(())
    }
}
