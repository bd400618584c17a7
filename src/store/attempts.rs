//! Attempts to send, and looks at the remote's records after one whose outcome is unknown.

use rusqlite::{OptionalExtension, Row};
use serde_json::Value;

use super::highwater::after_burnt;
use super::{Tx, View, from_json, to_json};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::event::{self, Line};

#[derive(Clone, Debug)]
pub(crate) struct AttemptRow {
    pub(crate) attempt_no: i64,
    pub(crate) started_at: Timestamp,
    pub(crate) facts: Option<Value>,
    pub(crate) body: Vec<u8>,
    pub(crate) path: String,
    /// The remote's own clock right before it, where it told.
    pub(crate) server_at: Option<Timestamp>,
    pub(crate) ended_at: Option<Timestamp>,
    pub(crate) status: Option<u16>,
    pub(crate) answer: Option<Vec<u8>>,
    pub(crate) outcome: Option<String>,
    pub(crate) note: Option<String>,
}

impl AttemptRow {
    /// Whether nobody knows what became of it.
    pub(crate) fn is_unknown(&self) -> bool {
        matches!(self.outcome.as_deref(), None | Some("unknown"))
    }

    /// Whether it may have taken effect without an answer: nobody knows, or it was not found when it was looked for.
    pub(crate) fn may_have_arrived(&self) -> bool {
        self.is_unknown() || self.outcome.as_deref() == Some("absent")
    }

    /// Whether the remote may have seen it.
    pub(crate) fn may_have_been_sent(&self) -> bool {
        !matches!(self.outcome.as_deref(), Some("not_sent" | "not_processed"))
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Lookout {
    /// The attempt that it looked for.
    pub(crate) attempt_no: i64,
    pub(crate) at: Timestamp,
    /// The remote's own clock when it began, at the earliest.
    pub(crate) server_at: Option<Timestamp>,
    /// It began a quiet period after what came before.
    pub(crate) counts: bool,
    pub(crate) facts: Option<Value>,
    pub(crate) verdict: String,
    pub(crate) note: Option<String>,
}

const ATTEMPT: &str = "SELECT attempt_no, started_at, facts, body, path, ended_at, status, answer, outcome, note,
    server_at FROM attempt";

/// Only those for what the operation is about now.
const PRESENT: &str = " AND attempt_no > (SELECT attempts_from FROM operation WHERE op_no = ?1)";

fn attempt(row: &Row<'_>) -> rusqlite::Result<AttemptRow> {
    Ok(AttemptRow {
        attempt_no: row.get(0)?,
        started_at: Timestamp::from_millis(row.get(1)?),
        facts: row.get::<_, Option<String>>(2)?.map(|json| from_json(&json)).transpose()?,
        body: row.get(3)?,
        path: row.get(4)?,
        ended_at: row.get::<_, Option<i64>>(5)?.map(Timestamp::from_millis),
        status: row.get(6)?,
        answer: row.get(7)?,
        outcome: row.get(8)?,
        note: row.get(9)?,
        server_at: row.get::<_, Option<i64>>(10)?.map(Timestamp::from_millis),
    })
}

impl View<'_> {
    /// The attempts of an operation as it stands. Those that an opening was sent with for another number are none of them.
    pub(crate) fn attempts(&self, op_no: i64) -> Result<Vec<AttemptRow>> {
        self.attempts_where(op_no, [" WHERE op_no = ?1", PRESENT, " ORDER BY attempt_no"].concat())
    }

    /// As [`View::attempts`], and all that were made before, for people.
    pub(crate) fn all_attempts(&self, op_no: i64) -> Result<Vec<AttemptRow>> {
        self.attempts_where(op_no, " WHERE op_no = ?1 ORDER BY attempt_no".to_owned())
    }

    fn attempts_where(&self, op_no: i64, tail: String) -> Result<Vec<AttemptRow>> {
        let mut statement = self.conn.prepare_cached(&[ATTEMPT, &tail].concat())?;
        let rows = statement.query_map([op_no], attempt)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    pub(crate) fn attempt(&self, attempt_no: i64) -> Result<AttemptRow> {
        let mut statement = self.conn.prepare_cached(&[ATTEMPT, " WHERE attempt_no = ?1"].concat())?;
        Ok(statement.query_row([attempt_no], attempt)?)
    }

    /// What a remote's clock told last before an attempt was made.
    pub(crate) fn server_time_before(&self, provider: &str, attempt_no: i64) -> Result<Option<Timestamp>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT a.server_at FROM attempt a JOIN operation o ON o.op_no = a.op_no
             WHERE a.attempt_no < ?1 AND a.server_at IS NOT NULL AND o.provider = ?2
             ORDER BY a.attempt_no DESC LIMIT 1",
        )?;
        let told = statement.query_row((attempt_no, provider), |row| row.get(0)).optional()?;
        Ok(told.map(Timestamp::from_millis))
    }

    /// The looks for the attempts of an operation as it stands.
    pub(crate) fn looks(&self, op_no: i64) -> Result<Vec<Lookout>> {
        self.looks_where(op_no, [" WHERE op_no = ?1", PRESENT, " ORDER BY look_no"].concat())
    }

    /// As [`View::looks`], and all that were made before, for people.
    pub(crate) fn all_looks(&self, op_no: i64) -> Result<Vec<Lookout>> {
        self.looks_where(op_no, " WHERE op_no = ?1 ORDER BY look_no".to_owned())
    }

    fn looks_where(&self, op_no: i64, tail: String) -> Result<Vec<Lookout>> {
        let look = "SELECT at, facts, verdict, note, attempt_no, server_at, counts FROM look";
        let mut statement = self.conn.prepare_cached(&[look, &tail].concat())?;
        let rows = statement.query_map([op_no], |row| {
            Ok(Lookout {
                at: Timestamp::from_millis(row.get(0)?),
                facts: row.get::<_, Option<String>>(1)?.map(|json| from_json(&json)).transpose()?,
                verdict: row.get(2)?,
                note: row.get(3)?,
                attempt_no: row.get(4)?,
                server_at: row.get::<_, Option<i64>>(5)?.map(Timestamp::from_millis),
                counts: row.get(6)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Tx<'_> {
    pub(crate) fn insert_attempt(
        &self,
        op_no: i64,
        (at, server_at): (Timestamp, Option<Timestamp>),
        facts: Option<&Value>,
        call: &crate::provider::WireCall,
    ) -> Result<i64> {
        self.conn
            .prepare_cached(concat!(
                "INSERT INTO attempt (attempt_no, op_no, started_at, facts, method, path, body, server_at) VALUES (",
                after_burnt!("attempt", "attempt_no", "burnt attempt"),
                ", ?1, ?2, ?3, ?4, ?5, ?6, ?7)"
            ))?
            .execute((
                op_no,
                at.millis(),
                facts.map(to_json).transpose()?,
                call.method.as_str(),
                &call.path,
                &call.body,
                server_at.map(Timestamp::millis),
            ))?;
        Ok(self.conn.last_insert_rowid())
    }

    /// Logs what became of an attempt.
    pub(crate) fn tell_attempt(&self, op_no: i64, attempt_no: i64) -> Result<()> {
        if !event::ATTEMPT_ANSWERED.is_wanted() {
            return Ok(());
        }
        let (op, attempt) = (self.operation(op_no)?, self.attempt(attempt_no)?);
        let mut line = Line::of(&event::ATTEMPT_ANSWERED);
        line.add("op_id", &op.op_id);
        line.add("kind", &op.kind);
        line.add("provider", &op.provider);
        line.add("attempt", &attempt_no);
        if let Some(status) = &attempt.status {
            line.add("status", status);
        }
        if let Some(outcome) = &attempt.outcome {
            line.add("outcome", outcome);
        }
        if let Some(ended) = attempt.ended_at {
            line.add("ms", &ended.since(attempt.started_at).as_millis());
        }
        line.write();
        Ok(())
    }

    /// The answer as it came, before anybody has looked into it.
    pub(crate) fn save_answer(&self, attempt_no: i64, at: Timestamp, status: u16, body: &[u8]) -> Result<()> {
        self.conn
            .prepare_cached(
                "UPDATE attempt SET ended_at = ?2, status = ?3, answer = ?4 WHERE attempt_no = ?1 AND answer IS NULL",
            )?
            .execute((attempt_no, at.millis(), status, body))?;
        Ok(())
    }

    pub(crate) fn end_attempt(&self, attempt_no: i64, at: Timestamp, outcome: &str, note: &str) -> Result<()> {
        self.conn
            .prepare_cached(
                "UPDATE attempt SET ended_at = coalesce(ended_at, ?2), outcome = ?3, note = ?4 WHERE attempt_no = ?1",
            )?
            .execute((attempt_no, at.millis(), outcome, note))?;
        Ok(())
    }

    /// What was read before a send says nothing any more. Undoings are told by theirs, which stays.
    pub(crate) fn forget_facts(&self, op_no: i64) -> Result<()> {
        self.conn
            .prepare_cached("UPDATE attempt SET facts = NULL WHERE op_no = ?1 AND facts LIKE '{%'")?
            .execute([op_no])?;
        Ok(())
    }

    /// Nobody waits for the answers any more that have not come.
    pub(crate) fn end_unanswered_attempts(&self, op_no: i64, at: Timestamp, note: &str) -> Result<()> {
        self.conn
            .prepare_cached(
                "UPDATE attempt SET ended_at = coalesce(ended_at, ?2), outcome = 'unknown', note = ?3
                 WHERE op_no = ?1 AND outcome IS NULL",
            )?
            .execute((op_no, at.millis(), note))?;
        Ok(())
    }

    /// What was unknown is known: nothing of it reached the remote in effect.
    pub(crate) fn attempts_were_absent(&self, op_no: i64) -> Result<()> {
        self.conn
            .prepare_cached(
                &["UPDATE attempt SET outcome = 'absent' WHERE op_no = ?1 AND outcome = 'unknown'", PRESENT].concat(),
            )?
            .execute([op_no])?;
        Ok(())
    }

    pub(crate) fn insert_look(&self, op_no: i64, look: &Lookout) -> Result<()> {
        self.conn
            .prepare_cached(
                "INSERT INTO look (op_no, at, facts, verdict, note, attempt_no, server_at, counts)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute((
                op_no,
                look.at.millis(),
                look.facts.as_ref().map(to_json).transpose()?,
                &look.verdict,
                &look.note,
                look.attempt_no,
                look.server_at.map(Timestamp::millis),
                look.counts,
            ))?;
        Ok(())
    }
}
