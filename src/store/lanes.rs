//! Lanes: the order in which operations reach the remote.
//!
//! Claiming work must not depend on how much waits behind a lane that stands still: a lane is one row, and only lanes
//! whose head may be worked on are in the index that is searched.

use std::time::Duration;

use super::{Tx, View};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::model::State;

/// Whether a lane's head can be worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LaneState {
    /// Nothing to do, or its head is on the wire.
    Idle,
    /// From `due` on; probes go before replays.
    Ready { probe: bool, due: Timestamp },
    /// Waits for a person.
    Held,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct ReadyLane {
    pub(crate) lane_no: i64,
    pub(crate) due: Timestamp,
}

impl View<'_> {
    pub(crate) fn lane_exists(&self, lane_no: i64) -> Result<bool> {
        let mut statement = self.conn.prepare_cached("SELECT EXISTS (SELECT 1 FROM lane WHERE lane_no = ?1)")?;
        Ok(statement.query_row([lane_no], |row| row.get(0))?)
    }

    /// The lane that an operation is in.
    pub(crate) fn lane_of(&self, op_no: i64) -> Result<i64> {
        let mut statement = self.conn.prepare_cached("SELECT lane_no FROM operation WHERE op_no = ?1")?;
        Ok(statement.query_row([op_no], |row| row.get(0))?)
    }

    /// Lanes that may be worked on at `now`, the longest due first: probes, or replays. One search in the index.
    pub(crate) fn ready_lanes(
        &self,
        provider: &str,
        probes: bool,
        now: Timestamp,
        most: usize,
    ) -> Result<Vec<ReadyLane>> {
        if mutated!(DoubtDelaysAll) && !probes && !self.operations_in(State::InDoubt)?.is_empty() {
            return Ok(Vec::new());
        }
        let most = if mutated!(FirstLaneOnly) { 1 } else { most };
        let mut statement = self.conn.prepare_cached(
            "SELECT lane_no, due_at FROM lane INDEXED BY lane_ready
             WHERE provider = ?1 AND rank = ?2 AND state = 'ready' AND due_at <= ?3 ORDER BY due_at LIMIT ?4",
        )?;
        let rows = statement.query_map((provider, i64::from(!probes), now.millis(), most as i64), |row| {
            Ok(ReadyLane { lane_no: row.get(0)?, due: Timestamp::from_millis(row.get(1)?) })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    pub(crate) fn lane(&self, lane_no: i64) -> Result<(LaneState, u32)> {
        let mut statement =
            self.conn.prepare_cached("SELECT state, rank, due_at, failures FROM lane WHERE lane_no = ?1")?;
        Ok(statement.query_row([lane_no], |row| {
            let state = match row.get_ref(0)?.as_str()? {
                "ready" => {
                    LaneState::Ready { probe: row.get::<_, i64>(1)? == 0, due: Timestamp::from_millis(row.get(2)?) }
                }
                "held" => LaneState::Held,
                _ => LaneState::Idle,
            };
            Ok((state, row.get(3)?))
        })?)
    }

    /// Whether its account is to be read although no operation of the lane needs that.
    pub(crate) fn wants_read(&self, lane_no: i64) -> Result<bool> {
        let mut statement = self.conn.prepare_cached("SELECT wanted FROM lane WHERE lane_no = ?1")?;
        Ok(statement.query_row([lane_no], |row| row.get(0))?)
    }
}

impl Tx<'_> {
    pub(crate) fn want_read(&self, lane_no: i64, wanted: bool) -> Result<()> {
        let mut statement = self.conn.prepare_cached("UPDATE lane SET wanted = ?2 WHERE lane_no = ?1")?;
        statement.execute((lane_no, wanted))?;
        Ok(())
    }

    pub(crate) fn set_lane(&self, lane_no: i64, state: LaneState, failures: u32) -> Result<()> {
        let (name, rank, due) = match state {
            LaneState::Idle => ("idle", 1, Timestamp::default()),
            LaneState::Ready { probe, due } => ("ready", i64::from(!probe), due),
            LaneState::Held => ("held", 1, Timestamp::default()),
        };
        self.conn
            .prepare_cached("UPDATE lane SET state = ?2, rank = ?3, due_at = ?4, failures = ?5 WHERE lane_no = ?1")?
            .execute((lane_no, name, rank, due.millis(), failures))?;
        Ok(())
    }

    /// Moves times back by `by` that a clock which ran ahead has left in the future. Whatever is compared with the present or
    /// with each other is among them; lines of the book stay as they were written.
    pub(crate) fn bring_back(&self, now: Timestamp, by: Duration) -> Result<()> {
        let by_ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        let sealed: Vec<i64> = {
            let mut statement =
                self.conn.prepare("SELECT account_no FROM account WHERE as_of > ?1 AND seal IS NOT NULL")?;
            statement.query_map([now.millis()], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?
        };
        for (table, column) in [
            ("account", "quiet_since"),
            ("account", "as_of"),
            ("account", "opened_here_at"),
            ("card", "fetched_at"),
            ("attempt", "started_at"),
            ("attempt", "ended_at"),
            ("look", "at"),
            ("lane", "due_at"),
        ] {
            let sql = format!("UPDATE {table} SET {column} = {column} - ?2 WHERE {column} > ?1");
            self.conn.execute(&sql, (now.millis(), by_ms))?;
        }
        sealed.into_iter().try_for_each(|account_no| self.seal(account_no))?;
        self.conn.execute(
            "INSERT OR REPLACE INTO time_mark (one, op_no, entry_no, notice_no)
             SELECT 1, coalesce((SELECT max(op_no) FROM operation), 0), coalesce((SELECT max(entry_no) FROM entry), 0),
                coalesce((SELECT max(notice_no) FROM notice), 0)",
            (),
        )?;
        Ok(())
    }

    /// Brings due times back that lie further ahead than any back-off reaches.
    pub(crate) fn clamp_due(&self, latest: Timestamp) -> Result<()> {
        self.conn
            .prepare_cached("UPDATE lane SET due_at = ?1 WHERE state = 'ready' AND due_at > ?1")?
            .execute([latest.millis()])?;
        Ok(())
    }
}
