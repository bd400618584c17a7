//! The auditor's own picture of a book. It is read with SQL of its own, beside the library, from a log that triggers keep: in
//! the order of what happened, commit by commit.

use std::collections::BTreeMap;

use rusqlite::{Connection, OpenFlags, Row};
use serde_json::Value;
use tillbook_sandbox::System;

use crate::town::system_called;

/// What happens to a book, written down by the book itself. Whatever is rolled back leaves no line.
const LOG: &str = "
CREATE TABLE sim_log (seq INTEGER PRIMARY KEY, what TEXT NOT NULL, id INTEGER, op_no INTEGER, old TEXT, new TEXT);
CREATE TRIGGER sim_op AFTER INSERT ON operation BEGIN
  INSERT INTO sim_log (what, id, op_no, new) VALUES ('op', new.op_no, new.op_no, new.state); END;
CREATE TRIGGER sim_state AFTER UPDATE OF state ON operation WHEN old.state IS NOT new.state BEGIN
  INSERT INTO sim_log (what, id, op_no, old, new) VALUES ('state', new.op_no, new.op_no, old.state, new.state); END;
CREATE TRIGGER sim_touch AFTER UPDATE ON operation WHEN old.state IS new.state BEGIN
  INSERT INTO sim_log (what, id, op_no) VALUES ('touch', new.op_no, new.op_no); END;
CREATE TRIGGER sim_op_gone AFTER DELETE ON operation BEGIN
  INSERT INTO sim_log (what, id, op_no, old) VALUES ('gone', old.op_no, old.op_no, 'operation'); END;
CREATE TRIGGER sim_promise AFTER INSERT ON promise BEGIN
  INSERT INTO sim_log (what, id, op_no, new) VALUES ('promise', new.op_no, new.op_no, new.promise); END;
CREATE TRIGGER sim_promise_changed AFTER UPDATE ON promise BEGIN
  INSERT INTO sim_log (what, id, op_no, old, new) VALUES ('changed', new.op_no, new.op_no, 'promise', new.promise); END;
CREATE TRIGGER sim_promise_gone AFTER DELETE ON promise BEGIN
  INSERT INTO sim_log (what, id, op_no, old) VALUES ('gone', old.op_no, old.op_no, 'promise'); END;
CREATE TRIGGER sim_entry AFTER INSERT ON entry WHEN new.kind <> 'retarget' BEGIN
  INSERT INTO sim_log (what, id, op_no, new) VALUES ('entry', new.entry_no, new.op_no, coalesce(new.approval, '')); END;
CREATE TRIGGER sim_entry_gone AFTER DELETE ON entry BEGIN
  INSERT INTO sim_log (what, id, op_no, old) VALUES ('gone', old.entry_no, old.op_no, 'entry'); END;
CREATE TRIGGER sim_attempt AFTER INSERT ON attempt BEGIN
  INSERT INTO sim_log (what, id, op_no, new) VALUES ('attempt', new.attempt_no, new.op_no, new.path); END;
CREATE TRIGGER sim_outcome AFTER UPDATE OF outcome ON attempt BEGIN
  INSERT INTO sim_log (what, id, op_no, old, new) VALUES ('outcome', new.attempt_no, new.op_no, old.outcome, new.outcome); END;
CREATE TRIGGER sim_body AFTER UPDATE OF body, path ON attempt BEGIN
  INSERT INTO sim_log (what, id, op_no, old) VALUES ('changed', new.attempt_no, new.op_no, 'body'); END;
CREATE TRIGGER sim_attempt_gone AFTER DELETE ON attempt BEGIN
  INSERT INTO sim_log (what, id, op_no, old) VALUES ('gone', old.attempt_no, old.op_no, 'attempt'); END;
CREATE TRIGGER sim_look AFTER INSERT ON look BEGIN
  INSERT INTO sim_log (what, id, op_no, new) VALUES ('look', new.look_no, new.op_no, new.verdict); END;
CREATE TRIGGER sim_look_gone AFTER DELETE ON look BEGIN
  INSERT INTO sim_log (what, id, op_no, old) VALUES ('gone', old.look_no, old.op_no, 'look'); END;
CREATE TRIGGER sim_decision_gone AFTER DELETE ON decision BEGIN
  INSERT INTO sim_log (what, id, op_no, old) VALUES ('gone', old.decision_no, old.op_no, 'decision'); END;
CREATE TRIGGER sim_notice AFTER INSERT ON notice BEGIN
  INSERT INTO sim_log (what, id, op_no, new) VALUES ('notice', new.notice_no, new.op_no, new.kind); END;
CREATE TRIGGER sim_ack AFTER UPDATE OF acked_at ON notice WHEN new.acked_at IS NOT NULL BEGIN
  INSERT INTO sim_log (what, id, op_no) VALUES ('ack', new.notice_no, new.op_no); END;
CREATE TRIGGER sim_retold AFTER UPDATE OF amount, detail ON notice BEGIN
  INSERT INTO sim_log (what, id, op_no) VALUES ('retold', new.notice_no, new.op_no); END;
CREATE TRIGGER sim_renamed AFTER UPDATE OF number ON card BEGIN
  INSERT INTO sim_log (what, id, op_no) SELECT 'touch', op_no, op_no FROM operation WHERE card_no = new.card_no; END;
CREATE TRIGGER sim_notice_gone AFTER DELETE ON notice BEGIN
  INSERT INTO sim_log (what, id, op_no, old) VALUES ('gone', old.notice_no, old.op_no, 'notice'); END;
CREATE TRIGGER sim_decision AFTER INSERT ON decision BEGIN
  INSERT INTO sim_log (what, id, op_no, new) VALUES ('decision', new.decision_no, new.op_no, new.resolution); END;
CREATE TRIGGER sim_policy AFTER INSERT ON policy BEGIN
  INSERT INTO sim_log (what, id, op_no) VALUES ('policy', new.version, 0); END;
CREATE TRIGGER sim_base AFTER UPDATE OF money, points, as_of ON account
  WHEN old.money IS NOT new.money OR old.points IS NOT new.points OR new.as_of > coalesce(old.as_of, 0) BEGIN
  INSERT INTO sim_log (what, id, old, new) VALUES ('base', new.account_no, old.money || ' ' || old.points,
    CASE WHEN new.as_of IS NULL THEN NULL ELSE new.money || ' ' || new.points END); END;
";

/// One line of the log.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) what: String,
    pub(crate) id: i64,
    pub(crate) op_no: i64,
    pub(crate) old: Option<String>,
    pub(crate) new: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Op {
    pub(crate) op_no: i64,
    pub(crate) system: System,
    /// What the remote tells it by.
    pub(crate) key: String,
    /// Its business content.
    pub(crate) act: Value,
    /// The operation that it undoes.
    pub(crate) original: Option<i64>,
    /// The lane that it was first put into: accounts may turn out to be one.
    pub(crate) first_lane: i64,
    pub(crate) op_id: String,
    pub(crate) lane: i64,
    pub(crate) card: String,
    pub(crate) card_no: i64,
    pub(crate) kind: String,
    pub(crate) state: String,
    /// True time of the commit that brought the state.
    pub(crate) since: i64,
    pub(crate) money: i64,
    pub(crate) bonus: i64,
    pub(crate) points: i64,
    pub(crate) evidence: Option<String>,
    pub(crate) unknown: bool,
    pub(crate) waits_for: Option<String>,
    pub(crate) promise: Option<String>,
    /// The figures told with the promise.
    pub(crate) told: Option<Value>,
    pub(crate) approval_entries: u32,
    pub(crate) entries: u32,
    pub(crate) attempts: Vec<Attempt>,
    /// Verdicts of the looks since the last attempt.
    pub(crate) looks: Vec<String>,
    /// A person had it sent again.
    pub(crate) asked_again: u32,
    pub(crate) decisions: u32,
    /// A person gave its card another number, or took it to another card.
    pub(crate) retargeted: u32,
}

#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    pub(crate) attempt_no: i64,
    pub(crate) path: String,
    pub(crate) body: Vec<u8>,
    pub(crate) outcome: Option<String>,
    /// It was made to undo the operation.
    pub(crate) undoing: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct NoticeSeen {
    pub(crate) kind: String,
    pub(crate) op_no: i64,
    pub(crate) card_no: Option<i64>,
    pub(crate) amount: Option<i64>,
    pub(crate) detail: String,
    /// True time.
    pub(crate) at: i64,
    pub(crate) acked: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) lane: i64,
    pub(crate) card_no: i64,
    pub(crate) card: String,
    pub(crate) system: System,
    pub(crate) reference: Option<String>,
    pub(crate) status: String,
    pub(crate) phone: Option<String>,
    pub(crate) confirmed: bool,
    pub(crate) money: i64,
    pub(crate) points: i64,
    pub(crate) has_base: bool,
    pub(crate) read_money: Option<i64>,
    pub(crate) read_points: Option<i64>,
    pub(crate) lane_state: String,
    pub(crate) due_at: i64,
}

/// The picture. It lives as long as the till's world; a crash of the till does not touch it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mirror {
    seq: i64,
    pub(crate) ops: BTreeMap<i64, Op>,
    pub(crate) notices: BTreeMap<i64, NoticeSeen>,
}

/// Opens a connection of the auditor's own.
pub(crate) fn open_eye(path: &std::path::Path, vfs: &str) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let eye = Connection::open_with_flags_and_vfs(path, flags, vfs)?;
    eye.execute_batch("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA temp_store = MEMORY;")?;
    eye.set_prepared_statement_cache_capacity(64);
    let there: bool =
        eye.query_row("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'sim_log')", [], |row| row.get(0))?;
    if !there {
        eye.execute_batch(&format!("BEGIN IMMEDIATE; {LOG} COMMIT;"))?;
    }
    Ok(eye)
}

const OP: &str = "SELECT o.op_no, o.op_id, o.lane_no, c.number, o.card_no, o.kind, o.state, o.effect_money,
    o.effect_bonus, o.effect_points, o.evidence, o.unknown, o.waits_for, p.promise, p.told, o.provider,
    o.wire_key, o.act, o.original
    FROM operation o JOIN card c ON c.card_no = o.card_no LEFT JOIN promise p ON p.op_no = o.op_no WHERE o.op_no = ?1";

fn op(row: &Row<'_>) -> rusqlite::Result<Op> {
    Ok(Op {
        op_no: row.get(0)?,
        system: system_called(&row.get::<_, String>(15)?),
        key: row.get(16)?,
        act: serde_json::from_str(&row.get::<_, String>(17)?).unwrap_or_default(),
        original: row.get(18)?,
        first_lane: row.get(2)?,
        op_id: row.get(1)?,
        lane: row.get(2)?,
        card: row.get(3)?,
        card_no: row.get(4)?,
        kind: row.get(5)?,
        state: row.get(6)?,
        since: 0,
        money: row.get(7)?,
        bonus: row.get(8)?,
        points: row.get(9)?,
        evidence: row.get(10)?,
        unknown: row.get(11)?,
        waits_for: row.get(12)?,
        promise: row.get(13)?,
        told: row.get::<_, Option<String>>(14)?.and_then(|text| serde_json::from_str(&text).ok()),
        approval_entries: 0,
        entries: 0,
        attempts: Vec::new(),
        looks: Vec::new(),
        asked_again: 0,
        decisions: 0,
        retargeted: 0,
    })
}

impl Mirror {
    /// The lines that have been added since, in order, and nothing else of the book yet: [`Mirror::refresh`] takes an
    /// operation's present row over.
    ///
    /// # Errors
    /// Also when lines that were seen are gone.
    pub(crate) fn news(&mut self, eye: &Connection) -> Result<Vec<Line>, String> {
        let told = |error: rusqlite::Error| format!("the auditor can't read the book: {error}");
        let last: i64 = eye
            .prepare_cached("SELECT coalesce(max(seq), 0) FROM sim_log")
            .and_then(|mut statement| statement.query_row([], |row| row.get(0)))
            .map_err(told)?;
        if last < self.seq {
            return Err(format!("{} committed changes are gone from the book", self.seq - last));
        }
        if last == self.seq {
            return Ok(Vec::new());
        }
        let mut statement = eye
            .prepare_cached(
                "SELECT what, coalesce(id, 0), coalesce(op_no, 0), old, new FROM sim_log WHERE seq > ?1 ORDER BY seq",
            )
            .map_err(told)?;
        let lines = statement
            .query_map([self.seq], |row| {
                Ok(Line { what: row.get(0)?, id: row.get(1)?, op_no: row.get(2)?, old: row.get(3)?, new: row.get(4)? })
            })
            .and_then(Iterator::collect)
            .map_err(told)?;
        self.seq = last;
        Ok(lines)
    }

    /// An operation as it stands in the book now; what the log alone tells stays.
    pub(crate) fn refresh(&mut self, eye: &Connection, op_no: i64) -> rusqlite::Result<()> {
        let mut fresh = eye.prepare_cached(OP)?.query_row([op_no], op)?;
        // What changes step by step follows the log.
        fresh.promise = None;
        if let Some(known) = self.ops.remove(&op_no) {
            fresh.first_lane = known.first_lane;
            fresh.state = known.state;
            fresh.promise = known.promise;
            fresh.since = known.since;
            fresh.approval_entries = known.approval_entries;
            fresh.entries = known.entries;
            fresh.attempts = known.attempts;
            fresh.looks = known.looks;
            fresh.asked_again = known.asked_again;
            fresh.decisions = known.decisions;
            fresh.retargeted = known.retargeted;
        }
        self.ops.insert(op_no, fresh);
        Ok(())
    }

    pub(crate) fn notice(eye: &Connection, notice_no: i64, at: i64) -> rusqlite::Result<NoticeSeen> {
        eye.prepare_cached("SELECT kind, coalesce(op_no, 0), card_no, amount, detail FROM notice WHERE notice_no = ?1")?
            .query_row([notice_no], |row| {
                Ok(NoticeSeen {
                    kind: row.get(0)?,
                    op_no: row.get(1)?,
                    card_no: row.get(2)?,
                    amount: row.get(3)?,
                    detail: row.get(4)?,
                    at,
                    acked: false,
                })
            })
    }

    pub(crate) fn attempt(eye: &Connection, attempt_no: i64) -> rusqlite::Result<Attempt> {
        eye.prepare_cached("SELECT attempt_no, path, body, outcome, facts FROM attempt WHERE attempt_no = ?1")?
            .query_row([attempt_no], |row| {
                let undoing = row.get::<_, Option<String>>(4)?.as_deref() == Some("\"undoing\"");
                Ok(Attempt {
                    attempt_no: row.get(0)?,
                    path: row.get(1)?,
                    body: row.get(2)?,
                    outcome: row.get(3)?,
                    undoing,
                })
            })
    }

    /// Every account with its card and lane, as they stand in the book now.
    pub(crate) fn accounts(eye: &Connection) -> rusqlite::Result<Vec<Account>> {
        let mut statement = eye.prepare_cached(
            "SELECT a.account_no, c.card_no, c.number, a.status, c.phone, a.confirmed, a.money, a.points, a.as_of IS NOT NULL, a.read_money, a.read_points, l.state, l.due_at, a.provider, a.reference
             FROM account a JOIN card c ON c.card_no = a.card_no JOIN lane l ON l.lane_no = a.account_no",
        )?;
        let rows = statement.query_map([], |row| {
            Ok(Account {
                lane: row.get(0)?,
                card_no: row.get(1)?,
                card: row.get(2)?,
                status: row.get(3)?,
                phone: row.get(4)?,
                confirmed: row.get(5)?,
                money: row.get(6)?,
                points: row.get(7)?,
                has_base: row.get(8)?,
                read_money: row.get(9)?,
                read_points: row.get(10)?,
                lane_state: row.get(11)?,
                due_at: row.get(12)?,
                system: system_called(&row.get::<_, String>(13)?),
                reference: row.get(14)?,
            })
        })?;
        rows.collect()
    }

    /// The stored condition of a remote, as JSON.
    pub(crate) fn condition(eye: &Connection, provider: &str) -> Option<Value> {
        let text: String = eye
            .prepare_cached("SELECT condition FROM provider WHERE provider = ?1")
            .and_then(|mut statement| statement.query_row([provider], |row| row.get(0)))
            .ok()?;
        serde_json::from_str(&text).ok()
    }

    /// Until when the book's token of a remote is good, in the book's time.
    pub(crate) fn token_until(eye: &Connection, provider: &str) -> Option<i64> {
        eye.prepare_cached("SELECT until FROM token WHERE provider = ?1 AND call = 'access'")
            .and_then(|mut statement| statement.query_row([provider], |row| row.get(0)))
            .ok()
    }
}

impl Op {
    /// A text of its business content.
    pub(crate) fn text(&self, name: &str) -> String {
        self.act.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// A number of its business content.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        self.act.get(name)?.as_i64()
    }
}
