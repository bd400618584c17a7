//! From when to when each remote was not there.

use rusqlite::{OptionalExtension, Row};

use super::{Tx, View};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::model::Outage;

/// How many operations are looked through for the first one that got no answer.
const LOOKED_THROUGH: i64 = 1_000;

const OUTAGE: &str = "SELECT outage_no, provider, began_at, back_at, ended_at FROM outage";

fn outage(row: &Row<'_>) -> rusqlite::Result<Outage> {
    let time = |i: usize| -> rusqlite::Result<Option<Timestamp>> {
        Ok(row.get::<_, Option<i64>>(i)?.map(Timestamp::from_millis))
    };
    Ok(Outage {
        outage_no: row.get(0)?,
        provider: row.get(1)?,
        began_at: Timestamp::from_millis(row.get(2)?),
        back_at: time(3)?,
        ended_at: time(4)?,
    })
}

impl View<'_> {
    /// The outages, the newest first.
    pub(crate) fn outages(&self, most: usize) -> Result<Vec<Outage>> {
        let mut statement = self.conn.prepare_cached(&[OUTAGE, " ORDER BY outage_no DESC LIMIT ?1"].concat())?;
        let rows = statement.query_map([most as i64], outage)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    pub(crate) fn outage(&self, outage_no: i64) -> Result<Option<Outage>> {
        let mut statement = self.conn.prepare_cached(&[OUTAGE, " WHERE outage_no = ?1"].concat())?;
        Ok(statement.query_row([outage_no], outage).optional()?)
    }

    /// The outage of a remote that has not ended.
    pub(crate) fn open_outage(&self, provider: &str) -> Result<Option<Outage>> {
        let sql = [OUTAGE, " WHERE provider = ?1 AND ended_at IS NULL ORDER BY outage_no DESC LIMIT 1"].concat();
        let mut statement = self.conn.prepare_cached(&sql)?;
        Ok(statement.query_row([provider], outage).optional()?)
    }

    /// When the first of a remote's latest operations was written down, of those after a moment.
    pub(crate) fn first_operation_after(&self, provider: &str, after: Timestamp) -> Result<Option<Timestamp>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT min(created_at) FROM (SELECT provider, created_at FROM operation ORDER BY op_no DESC LIMIT ?3)
             WHERE provider = ?1 AND created_at > ?2",
        )?;
        let first: Option<i64> = statement.query_row((provider, after.millis(), LOOKED_THROUGH), |row| row.get(0))?;
        Ok(first.map(Timestamp::from_millis))
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
    pub(crate) fn insert_outage(&self, provider: &str, began_at: Timestamp) -> Result<Outage> {
        self.conn
            .prepare_cached("INSERT INTO outage (provider, began_at) VALUES (?1, ?2)")?
            .execute((provider, began_at.millis()))?;
        let outage_no = self.conn.last_insert_rowid();
        Ok(Outage { outage_no, provider: provider.to_owned(), began_at, back_at: None, ended_at: None })
    }

    pub(crate) fn set_outage(&self, outage: &Outage) -> Result<()> {
        self.conn
            .prepare_cached("UPDATE outage SET began_at = ?2, back_at = ?3, ended_at = ?4 WHERE outage_no = ?1")?
            .execute((
                outage.outage_no,
                outage.began_at.millis(),
                outage.back_at.map(Timestamp::millis),
                outage.ended_at.map(Timestamp::millis),
            ))?;
        Ok(())
    }
}
