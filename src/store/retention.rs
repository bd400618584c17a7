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

/// Details of operations on their way into an archive file, one step after the other.
#[derive(Default)]
pub(crate) struct HouseKeeping {
    archive: Option<(Archive, i64, PathBuf)>,
    purged_all: bool,
    /// The last operation that was looked at.
    at: Option<i64>,
    /// The first one that had to be left.
    left: Option<i64>,
    pub(crate) kept: HouseKept,
}

fn days(number: u32) -> Duration {
    Duration::from_secs(u64::from(number) * 86_400)
}

impl Store {
    /// One step. False when there is nothing left to do.
    pub(crate) fn keep_house(&self, keeping: &mut HouseKeeping, rules: &Retention, now: Timestamp) -> Result<bool> {
        if !keeping.purged_all {
            let purged = self.write(|tx| tx.purge_raw(now.before(days(rules.raw_days))))?;
            keeping.kept.purged += purged;
            keeping.purged_all = purged < STEP.unsigned_abs();
            return Ok(true);
        }
        let Some(after) = rules.archive_after_days else { return Ok(false) };
        self.archive_some(keeping, rules, now.before(days(after)), now)
    }

    fn archive_some(
        &self,
        keeping: &mut HouseKeeping,
        rules: &Retention,
        before: Timestamp,
        now: Timestamp,
    ) -> Result<bool> {
        let view = self.view();
        let stored = || -> Result<i64> { Ok(view.book(CURSOR)?.and_then(|text| text.parse().ok()).unwrap_or(0)) };
        let from = match keeping.at {
            Some(at) => at,
            None => stored()?,
        };
        let seen = view.old_operations(from, before)?;
        let Some(&(last, _, _)) = seen.last() else {
            return self.archiving_ends(keeping, from);
        };
        let mut ready = Vec::new();
        for &(op_no, archived, may_go) in &seen {
            match (archived, may_go) {
                (false, true) => ready.push(op_no),
                (false, false) => keeping.left = keeping.left.or(Some(op_no)),
                _ => {}
            }
        }
        if !ready.is_empty() {
            let archive_no = self.open_archive(keeping, rules, now)?;
            if let Some((archive, _, _)) = &keeping.archive {
                archive.take_in(&self.conn, &ready)?;
            }
            keeping.kept.archived += self.write(|tx| tx.leave_to_archive(&ready, archive_no))?;
        }
        keeping.at = Some(last);
        Ok(true)
    }

    fn archiving_ends(&self, keeping: &mut HouseKeeping, reached: i64) -> Result<bool> {
        let cursor = keeping.left.map_or(reached, |left| left - 1);
        let text = cursor.to_string();
        if self.view().book(CURSOR)?.as_deref().unwrap_or("0") != text {
            self.write(|tx| tx.set_book(CURSOR, &text))?;
        }
        if let Some((archive, _, path)) = keeping.archive.take() {
            archive.check()?;
            keeping.kept.archive = Some(path);
        }
        Ok(false)
    }

    /// The archive file of this year, and its number in the book.
    fn open_archive(&self, keeping: &mut HouseKeeping, rules: &Retention, now: Timestamp) -> Result<i64> {
        if let Some((_, archive_no, _)) = &keeping.archive {
            return Ok(*archive_no);
        }
        let year = chrono::DateTime::from_timestamp_millis(now.millis()).map_or(1970, |at| at.year());
        let own = Owner::of(&self.conn)?;
        let mut number = 1;
        let (path, archive, archive_no) = loop {
            let path = archive_path(&self.path, rules.archive_folder.as_deref(), year, number);
            let archive = Archive::open(&path, &self.access, &self.conn)?;
            if archive.owner().book == own.book {
                let name = path.to_str().ok_or_else(|| Error::config("retention.archive_folder", "must be UTF-8"))?;
                // One of an earlier epoch is not written to, but it is known: holders are to be forgotten in it, too.
                let archive_no = self.write(|tx| tx.archive_number(name, now))?;
                if archive.owner().epoch == own.epoch {
                    break (path, archive, archive_no);
                }
            }
            number += 1;
        };
        // What came into it before must be sound: it is the only copy.
        archive.check()?;
        keeping.archive = Some((archive, archive_no, path));
        Ok(archive_no)
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
