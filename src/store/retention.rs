//! Retention: bytes of requests and answers are erased after some days, details of old operations move into an archive file.
//!
//! In small steps, so that a till never stands still for it. What is open, waits for a person, has an open notice or is what an
//! open return undoes is left alone. The file does not shrink: freed pages are used again.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::Datelike;
use rusqlite::OptionalExtension;

use super::archive::{Archive, Owner, archive_path};
use super::{Store, Tx};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::model::{HouseKept, Retention};

/// Rows of one transaction.
const STEP: i64 = 50;

/// Up to which operation everything is archived that will be.
const CURSOR: &str = "archived_to";

const FINAL: &str = "('settled', 'declined', 'voided', 'superseded', 'reversed', 'written_off')";

/// From where on archiving goes on in the middle of a round: the last operation that was looked at, and the first that was left.
const ROUND: &str = "archiving";

/// Details of operations on their way into an archive file, one step after the other.
#[derive(Default)]
pub(crate) struct HouseKeeping {
    archive: Option<(Archive, i64, PathBuf)>,
    /// Nobody has looked at the archive file as it is now.
    unchecked: bool,
    purged_all: bool,
    archived_all: bool,
    /// The last step was one of erasing.
    purged_last: bool,
    /// How many steps each of the two has had.
    turns: [u32; 2],
    round: Option<Round>,
    pub(crate) kept: HouseKept,
}

/// One way through all operations.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Round {
    /// The last operation that was looked at.
    at: i64,
    /// The first one that had to be left.
    left: Option<i64>,
}

impl Round {
    fn written(self) -> String {
        self.left.map_or_else(|| self.at.to_string(), |left| format!("{} {left}", self.at))
    }

    fn read(text: &str) -> Option<Round> {
        let (at, left) = text.split_once(' ').map_or((text, None), |(at, left)| (at, Some(left)));
        Some(Round { at: at.parse().ok()?, left: left.map(str::parse).transpose().ok()? })
    }
}

impl HouseKeeping {
    /// Whether erasing and archiving have both had their turn: no budget is so small that one of them never has.
    pub(crate) fn each_had_a_turn(&self) -> bool {
        (self.purged_all || self.turns[0] > 0) && (self.archived_all || self.turns[1] > 0)
    }

    /// SQLite's own look at the archive file, if it is due: what it holds is the only copy. It takes as long as reading all of
    /// the file, and needs nothing of the book.
    pub(crate) fn check_archive(&mut self) -> Result<()> {
        if let Some((archive, ..)) = self.archive.as_ref().filter(|_| self.unchecked) {
            archive.check()?;
            self.unchecked = false;
        }
        Ok(())
    }
}

fn days(number: u32) -> Duration {
    Duration::from_secs(u64::from(number) * 86_400)
}

impl Store {
    /// One step, of erasing and archiving by turns. False when there is nothing left to do.
    /// [`HouseKeeping::check_archive`] is to follow each.
    pub(crate) fn keep_house(&self, keeping: &mut HouseKeeping, rules: &Retention, now: Timestamp) -> Result<bool> {
        keeping.archived_all |= rules.archive_after_days.is_none();
        let purges = !keeping.purged_all && (keeping.archived_all || !keeping.purged_last);
        keeping.purged_last = purges;
        match rules.archive_after_days {
            _ if purges => {
                let purged = self.write(|tx| tx.purge_raw(now.before(days(rules.raw_days))))?;
                keeping.kept.purged += purged;
                keeping.purged_all = purged < STEP.unsigned_abs();
                keeping.turns[0] += 1;
            }
            Some(after) if !keeping.archived_all => {
                keeping.archived_all = !self.archive_some(keeping, rules, now.before(days(after)), now)?;
            }
            _ => {}
        }
        Ok(!(keeping.purged_all && keeping.archived_all))
    }

    /// The budget is spent: the next turn goes on here.
    pub(crate) fn pause_house(&self, keeping: &HouseKeeping) -> Result<()> {
        let Some(round) = keeping.round.filter(|_| !keeping.archived_all) else { return Ok(()) };
        let text = round.written();
        if self.view().book(ROUND)?.as_deref() == Some(text.as_str()) {
            return Ok(());
        }
        self.write(|tx| tx.set_book(ROUND, &text))
    }

    fn archive_some(
        &self,
        keeping: &mut HouseKeeping,
        rules: &Retention,
        before: Timestamp,
        now: Timestamp,
    ) -> Result<bool> {
        let mut round = match keeping.round {
            Some(round) => round,
            None => self.round()?,
        };
        let seen = self.view().old_operations(round.at, before)?;
        let Some(&(last, _, _)) = seen.last() else {
            self.round_ends(round)?;
            return Ok(false);
        };
        let mut ready = Vec::new();
        for &(op_no, archived, may_go) in &seen {
            match (archived, may_go) {
                (false, true) => ready.push(op_no),
                (false, false) => round.left = round.left.or(Some(op_no)),
                _ => {}
            }
        }
        if !ready.is_empty() {
            let archive_no = match &keeping.archive {
                Some((_, archive_no, _)) => *archive_no,
                None => {
                    keeping.archive = Some(self.open_archive(rules, now)?);
                    // What came into it before must be sound, and is looked at before anything is added.
                    keeping.unchecked = true;
                    return Ok(true);
                }
            };
            if let Some((archive, _, path)) = &keeping.archive {
                archive.take_in(&self.conn, &ready)?;
                keeping.kept.archive = Some(path.clone());
            }
            keeping.kept.archived += self.write(|tx| tx.leave_to_archive(&ready, archive_no))?;
        }
        round.at = last;
        keeping.round = Some(round);
        keeping.turns[1] += 1;
        Ok(true)
    }

    /// Where the last turn has stopped: in the middle of a round, or at its end.
    fn round(&self) -> Result<Round> {
        if let Some(round) = self.view().book(ROUND)?.as_deref().and_then(Round::read) {
            return Ok(round);
        }
        let at = self.view().book(CURSOR)?.and_then(|text| text.parse().ok()).unwrap_or(0);
        Ok(Round { at, left: None })
    }

    fn round_ends(&self, round: Round) -> Result<()> {
        let cursor = round.left.map_or(round.at, |left| left - 1).to_string();
        let view = self.view();
        if view.book(CURSOR)?.as_deref().unwrap_or("0") != cursor || view.book(ROUND)?.is_some() {
            self.write(|tx| {
                tx.conn.execute("DELETE FROM book WHERE key = ?1", [ROUND])?;
                tx.set_book(CURSOR, &cursor)
            })?;
        }
        Ok(())
    }

    /// The archive file of this year, and its number in the book.
    fn open_archive(&self, rules: &Retention, now: Timestamp) -> Result<(Archive, i64, PathBuf)> {
        let year = chrono::DateTime::from_timestamp_millis(now.millis()).map_or(1970, |at| at.year());
        let own = Owner::of(&self.conn)?;
        let mut number = 1;
        loop {
            let path = archive_path(&self.path, rules.archive_folder.as_deref(), year, number);
            let archive = Archive::open(&path, &self.access, &self.conn)?;
            if archive.owner().book == own.book {
                let name = path.to_str().ok_or_else(|| Error::config("retention.archive_folder", "must be UTF-8"))?;
                // One of an earlier epoch is not written to, but it is known: holders are to be forgotten in it, too.
                let archive_no = self.write(|tx| tx.archive_number(name, now))?;
                if archive.owner().epoch == own.epoch {
                    return Ok((archive, archive_no, path));
                }
            }
            number += 1;
        }
    }

    /// The archive files of the book.
    pub(super) fn archives(&self) -> Result<Vec<PathBuf>> {
        let mut statement = self.conn.prepare("SELECT DISTINCT name FROM archive ORDER BY archive_no")?;
        let names = statement.query_map([], |row| row.get::<_, String>(0))?;
        Ok(names.map(|name| name.map(|name| Path::new(&name).to_owned())).collect::<rusqlite::Result<_>>()?)
    }
}

impl super::View<'_> {
    /// The next operations after one: number, whether its details are archived, whether they may be. The last attempt, look,
    /// decision and notification stay: by their numbers the next ones are counted, and an older copy of the book is told.
    fn old_operations(&self, after: i64, before: Timestamp) -> Result<Vec<(i64, bool, bool)>> {
        let sql = format!(
            "SELECT o.op_no, o.archive_no IS NOT NULL,
                o.state IN {FINAL} AND o.changed_at < ?2
                AND NOT EXISTS (SELECT 1 FROM notice n WHERE n.op_no = o.op_no AND n.acked_at IS NULL)
                AND NOT EXISTS (SELECT 1 FROM operation r WHERE r.original = o.op_no AND r.state NOT IN {FINAL})
                AND o.op_no IS NOT (SELECT op_no FROM attempt ORDER BY attempt_no DESC LIMIT 1)
                AND o.op_no IS NOT (SELECT op_no FROM look ORDER BY look_no DESC LIMIT 1)
                AND o.op_no IS NOT (SELECT op_no FROM decision ORDER BY decision_no DESC LIMIT 1)
                AND o.op_no IS NOT (SELECT op_no FROM notice ORDER BY notice_no DESC LIMIT 1)
             FROM operation o WHERE o.op_no > ?1 AND o.created_at < ?2 ORDER BY o.op_no LIMIT {STEP}"
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let rows = statement.query_map((after, before.millis()), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Tx<'_> {
    /// Erases bytes of requests and answers of what has been final since before.
    fn purge_raw(&self, before: Timestamp) -> Result<u64> {
        let states = if mutated!(HouseTakesOpen) { "(o.state)" } else { FINAL };
        let sql = format!(
            "UPDATE attempt SET body = x'', answer = NULL, path = substr(path, 1, instr(path || '?', '?') - 1)
             WHERE attempt_no IN (
                SELECT a.attempt_no FROM attempt a INDEXED BY attempt_raw JOIN operation o ON o.op_no = a.op_no
                WHERE (length(a.body) > 0 OR a.answer IS NOT NULL) AND o.state IN {states} AND o.changed_at < ?1
                LIMIT {STEP})"
        );
        Ok(self.conn.prepare_cached(&sql)?.execute([before.millis()])? as u64)
    }

    fn archive_number(&self, name: &str, now: Timestamp) -> Result<i64> {
        let known: Option<i64> = self
            .conn
            .query_row("SELECT archive_no FROM archive WHERE name = ?1", [name], |row| row.get(0))
            .optional()?;
        if let Some(known) = known {
            return Ok(known);
        }
        self.conn.execute("INSERT INTO archive (name, operations, at) VALUES (?1, 0, ?2)", (name, now.millis()))?;
        Ok(self.conn.last_insert_rowid())
    }

    /// What is in the archive leaves the book. What a return of the operation would have to know stays, and so does which number a
    /// card had before.
    fn leave_to_archive(&self, operations: &[i64], archive_no: i64) -> Result<u64> {
        let mut archived = 0;
        for op_no in operations {
            for sql in [
                "DELETE FROM look WHERE op_no = ?1",
                "DELETE FROM attempt WHERE op_no = ?1",
                "DELETE FROM confirmation WHERE op_no = (SELECT op_no FROM operation WHERE op_no = ?1
                    AND kind NOT IN ('accrue_points', 'redeem_points', 'push_order'))",
                "DELETE FROM decision WHERE op_no = ?1 AND detail IS NULL",
                "DELETE FROM notice WHERE op_no = ?1 AND acked_at IS NOT NULL",
            ] {
                self.conn.prepare_cached(sql)?.execute([op_no])?;
            }
            archived += self
                .conn
                .prepare_cached("UPDATE operation SET archive_no = ?2 WHERE op_no = ?1 AND archive_no IS NULL")?
                .execute((op_no, archive_no))?;
        }
        self.conn
            .prepare_cached("UPDATE archive SET operations = operations + ?2 WHERE archive_no = ?1")?
            .execute((archive_no, archived as i64))?;
        Ok(archived as u64)
    }
}
