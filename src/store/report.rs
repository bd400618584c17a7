//! What reports read: operations of a time, lines of the book, days that were closed.

use std::collections::BTreeMap;

use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Row};

use super::OpRow;
use super::queue::{OPERATION, operation};
use super::{Tx, View, from_json, parsed, to_json};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::model::{Act, CardNumber, DayClose, Figures, Kind, Notice, State};
use crate::provider::Bound;
use crate::units::{Money, Points};

/// Which lines of the book a report counts.
#[derive(Clone, Debug)]
pub(crate) enum EntryRange {
    /// After one line, up to another one and with it.
    Numbers {
        /// The last that does not belong to it.
        after: i64,
        /// The last that does.
        last: i64,
    },
    /// Of a business day.
    Day(String),
}

/// A line of the book, as far as the totals ask for it.
pub(crate) struct TotalsRow {
    pub(crate) entry_no: i64,
    pub(crate) receipt_no: String,
    pub(crate) at: Timestamp,
    /// What the line is: the operation's kind, or what takes it back.
    pub(crate) line: String,
    pub(crate) kind: Kind,
    pub(crate) approved: bool,
    pub(crate) pay_type: Option<String>,
    pub(crate) operator: Option<String>,
    pub(crate) shift: Option<String>,
    pub(crate) figures: Figures,
}

fn totals_row(row: &Row<'_>) -> rusqlite::Result<TotalsRow> {
    let money = |i: usize| -> rusqlite::Result<Money> { Ok(Money::from_fen(row.get(i)?)) };
    let text = |i: usize| row.get_ref(i)?.as_str().map_err(rusqlite::Error::from);
    let kind: Kind = parsed(text(4)?)?;
    let pay_type = match kind {
        Kind::Recharge => pay_type(text(6)?, text(7)?)?,
        _ => None,
    };
    let (original, actual) = (money(10)?, money(11)?);
    Ok(TotalsRow {
        entry_no: row.get(0)?,
        receipt_no: row.get(1)?,
        at: Timestamp::from_millis(row.get(2)?),
        line: row.get(3)?,
        kind,
        approved: row.get(5)?,
        pay_type,
        operator: row.get(8)?,
        shift: row.get(9)?,
        figures: Figures {
            lines: 1,
            original,
            discount: original.minus(actual),
            actual,
            from_card: money(12)?,
            due: money(13)?,
            bonus: money(14)?,
            points: Points::new(row.get(15)?),
        },
    })
}

/// How a recharge was paid in: by the remote's name for it, or by its number where the name is not known.
fn pay_type(act: &str, bound: &str) -> rusqlite::Result<Option<String>> {
    let bound: Bound = from_json(bound)?;
    Ok(match (bound.pay_type_name, from_json(act)?) {
        (Some(name), _) => Some(name),
        (None, Act::Recharge { pay_type, .. }) => Some(pay_type.to_string()),
        (None, _) => None,
    })
}

/// An attempt, for support staff.
pub(crate) struct AttemptTold {
    pub(crate) attempt_no: i64,
    pub(crate) op_no: i64,
    pub(crate) provider: String,
    pub(crate) kind: String,
    pub(crate) started_at: Timestamp,
    pub(crate) ended_at: Option<Timestamp>,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) body_bytes: i64,
    pub(crate) status: Option<i64>,
    pub(crate) answer_bytes: Option<i64>,
    pub(crate) outcome: Option<String>,
    pub(crate) note: Option<String>,
    pub(crate) card_no: i64,
}

impl View<'_> {
    /// Shows each operation that was written down in a time, in order.
    pub(crate) fn each_operation_of(
        &self,
        from: Timestamp,
        until: Timestamp,
        visit: &mut dyn FnMut(OpRow) -> Result<()>,
    ) -> Result<()> {
        let tail = " WHERE o.created_at >= ?1 AND o.created_at < ?2 ORDER BY o.created_at, o.op_no";
        self.each_operation(tail, (from.millis(), until.millis()), visit)
    }

    /// Shows each operation from one on, up to another one if there is one, in order.
    pub(crate) fn each_operation_between(
        &self,
        first: i64,
        last: Option<i64>,
        visit: &mut dyn FnMut(OpRow) -> Result<()>,
    ) -> Result<()> {
        let tail = " WHERE o.op_no >= ?1 AND o.op_no <= ?2 ORDER BY o.op_no";
        self.each_operation(tail, (first, last.unwrap_or(i64::MAX)), visit)
    }

    /// Shows each operation that the remote has not said yes or no to, or that waits for a person, in order.
    pub(crate) fn each_unfinished(&self, visit: &mut dyn FnMut(OpRow) -> Result<()>) -> Result<()> {
        let tail = " WHERE o.op_no IN (
                SELECT op_no FROM operation INDEXED BY operation_open WHERE open = 1
                UNION SELECT op_no FROM operation INDEXED BY operation_waiting WHERE state IN ('parked', 'rejected'))
            ORDER BY o.op_no";
        self.each_operation(tail, (), visit)
    }

    fn each_operation(
        &self,
        tail: &str,
        params: impl rusqlite::Params,
        visit: &mut dyn FnMut(OpRow) -> Result<()>,
    ) -> Result<()> {
        let mut statement = self.conn.prepare_cached(&[OPERATION, tail].concat())?;
        let mut rows = statement.query(params)?;
        while let Some(row) = rows.next()? {
            visit(operation(row)?)?;
        }
        Ok(())
    }

    /// Shows each line of a range, in order.
    pub(crate) fn each_line(&self, range: &EntryRange, visit: &mut dyn FnMut(TotalsRow)) -> Result<()> {
        const LINE: &str =
            "SELECT e.entry_no, e.receipt_no, e.at, e.kind, o.kind, e.approval IS NOT NULL, o.act, o.bound,
            e.operator, e.shift, e.original, e.actual, e.from_card, e.due, e.bonus, e.points
            FROM entry e JOIN operation o ON o.op_no = e.op_no";
        let (tail, params): (&str, Vec<Value>) = match range {
            EntryRange::Numbers { after, last } => (
                " WHERE e.entry_no > ?1 AND e.entry_no <= ?2 ORDER BY e.entry_no",
                vec![Value::Integer(*after), Value::Integer(*last)],
            ),
            EntryRange::Day(date) => {
                (" WHERE e.business_date = ?1 ORDER BY e.entry_no", vec![Value::Text(date.clone())])
            }
        };
        let mut statement = self.conn.prepare_cached(&[LINE, tail].concat())?;
        let mut rows = statement.query(rusqlite::params_from_iter(params))?;
        while let Some(row) = rows.next()? {
            visit(totals_row(row)?);
        }
        Ok(())
    }

    /// The last line of the book; 0 if there is none.
    pub(crate) fn last_entry(&self) -> Result<i64> {
        let mut statement = self.conn.prepare_cached("SELECT coalesce(max(entry_no), 0) FROM entry")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    /// The last line after another one that is of a business day or of one before it.
    pub(crate) fn last_entry_of_day(&self, after: i64, date: &str) -> Result<Option<i64>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT entry_no FROM entry WHERE entry_no > ?1 AND +business_date <= ?2 ORDER BY entry_no DESC LIMIT 1",
        )?;
        Ok(statement.query_row((after, date), |row| row.get(0)).optional()?)
    }

    /// The code that a line was sealed with, in hexadecimal digits.
    pub(crate) fn seal_of_entry(&self, entry_no: i64) -> Result<Option<String>> {
        let mut statement =
            self.conn.prepare_cached("SELECT hex(mac) FROM entry WHERE entry_no = ?1 AND mac IS NOT NULL")?;
        Ok(statement.query_row([entry_no], |row| row.get::<_, String>(0)).optional()?.map(|hex| hex.to_lowercase()))
    }

    /// The last line that a day's close covers; 0 if no day was closed.
    pub(crate) fn closed_up_to(&self) -> Result<i64> {
        let mut statement =
            self.conn.prepare_cached("SELECT last_entry FROM day_close ORDER BY close_no DESC LIMIT 1")?;
        Ok(statement.query_row([], |row| row.get(0)).optional()?.unwrap_or(0))
    }

    /// How many lines no day's close covers. Told by their numbers, without those that an older copy's opening has passed over:
    /// a book that was never closed has too many to count them whenever somebody asks.
    pub(crate) fn lines_not_closed(&self) -> Result<u64> {
        let last = self.last_entry()?;
        let mut seen = self.closed_up_to()?.min(last);
        let mut lines = 0;
        let mut gaps = self.burnt_lines()?;
        gaps.sort_unstable();
        for (before, end) in gaps {
            lines += before.min(last).saturating_sub(seen).max(0);
            seen = seen.max(end.min(last));
        }
        Ok((lines + (last - seen)).unsigned_abs())
    }

    /// Whether a business day was ever closed.
    pub(crate) fn is_day_closed(&self, date: &str) -> Result<bool> {
        let mut statement =
            self.conn.prepare_cached("SELECT EXISTS (SELECT 1 FROM day_close WHERE business_date = ?1)")?;
        Ok(statement.query_row([date], |row| row.get(0))?)
    }

    pub(crate) fn day_close(&self, close_no: i64) -> Result<Option<DayClose>> {
        let mut statement = self.conn.prepare_cached("SELECT body FROM day_close WHERE close_no = ?1")?;
        let close = statement.query_row([close_no], |row| from_json(row.get_ref(0)?.as_str()?));
        Ok(close.optional()?)
    }

    /// The closes before another one, newest first.
    pub(crate) fn day_closes(&self, before: Option<i64>, most: usize) -> Result<Vec<DayClose>> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT body FROM day_close WHERE close_no < ?1 ORDER BY close_no DESC LIMIT ?2")?;
        let rows = statement
            .query_map((before.unwrap_or(i64::MAX), most as i64), |row| from_json(row.get_ref(0)?.as_str()?))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// How many operations of each remote and kind stand where.
    pub(crate) fn operation_counts(&self) -> Result<Vec<(String, String, State, u64)>> {
        let mut statement = self.conn.prepare(
            "SELECT provider, kind, state, count(*) FROM operation GROUP BY provider, kind, state ORDER BY 1, 2, 3",
        )?;
        let rows = statement.query_map([], |row| {
            Ok((row.get(0)?, row.get(1)?, parsed(row.get_ref(2)?.as_str()?)?, row.get::<_, i64>(3)?.unsigned_abs()))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// How many operations that are not finished stand where, by what stands in the indexes of exactly those.
    pub(crate) fn unfinished_counts(&self) -> Result<BTreeMap<State, u64>> {
        let mut counts = BTreeMap::new();
        for sql in [
            "SELECT state, count(*) FROM operation INDEXED BY operation_open
             WHERE open = 1 AND state <> 'parked' GROUP BY state",
            "SELECT state, count(*) FROM operation INDEXED BY operation_waiting
             WHERE state IN ('parked', 'rejected') GROUP BY state",
        ] {
            let mut statement = self.conn.prepare_cached(sql)?;
            let rows = statement.query_map([], |row| {
                Ok((parsed::<State>(row.get_ref(0)?.as_str()?)?, row.get::<_, i64>(1)?.unsigned_abs()))
            })?;
            for row in rows {
                let (state, count) = row?;
                *counts.entry(state).or_default() += count;
            }
        }
        Ok(counts)
    }

    /// How many rows a table of the book has.
    pub(crate) fn row_counts(&self) -> Result<Vec<(&'static str, u64)>> {
        let tables = ["card", "account", "operation", "attempt", "look", "entry", "notice", "decision", "coupon"];
        let count = |table: &'static str| -> Result<(&'static str, u64)> {
            let rows: i64 = self.conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?;
            Ok((table, rows.unsigned_abs()))
        };
        tables.into_iter().map(count).collect()
    }

    pub(crate) fn open_notice_count(&self) -> Result<u64> {
        let mut statement = self.conn.prepare_cached("SELECT count(*) FROM notice WHERE acked_at IS NULL")?;
        Ok(statement.query_row([], |row| row.get::<_, i64>(0))?.unsigned_abs())
    }

    /// The schema that the book has.
    pub(crate) fn schema_version(&self) -> Result<i64> {
        Ok(self.conn.query_row("PRAGMA user_version", [], |row| row.get(0))?)
    }

    /// Whether the book is for training, as it was made.
    pub(crate) fn is_training(&self) -> Result<bool> {
        Ok(self.book("training")?.as_deref() == Some("yes"))
    }

    /// The remotes that the book has been used with.
    pub(crate) fn providers_met(&self) -> Result<Vec<String>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT provider FROM provider UNION SELECT substr(key, 1, length(key) - 9) FROM book WHERE key LIKE '% base URL'",
        )?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The last attempts, newest first.
    pub(crate) fn last_attempts(&self, most: usize) -> Result<Vec<AttemptTold>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT a.attempt_no, a.op_no, o.provider, o.kind, a.started_at, a.ended_at, a.method, a.path, length(a.body),
                a.status, length(a.answer), a.outcome, a.note, o.card_no
             FROM attempt a JOIN operation o ON o.op_no = a.op_no ORDER BY a.attempt_no DESC LIMIT ?1",
        )?;
        let rows = statement.query_map([most as i64], |row| {
            Ok(AttemptTold {
                attempt_no: row.get(0)?,
                op_no: row.get(1)?,
                provider: row.get(2)?,
                kind: row.get(3)?,
                started_at: Timestamp::from_millis(row.get(4)?),
                ended_at: row.get::<_, Option<i64>>(5)?.map(Timestamp::from_millis),
                method: row.get(6)?,
                path: row.get(7)?,
                body_bytes: row.get(8)?,
                status: row.get(9)?,
                answer_bytes: row.get(10)?,
                outcome: row.get(11)?,
                note: row.get(12)?,
                card_no: row.get(13)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// What of a card must not stand in a text that leaves the shop: its number and those of its twins, its holder's
    /// name and phone, and what its accounts are called.
    pub(crate) fn personal_texts(&self, card_no: i64) -> Result<Vec<String>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT number FROM card WHERE card_no = ?1 UNION SELECT name FROM card WHERE card_no = ?1 AND name IS NOT NULL
             UNION SELECT phone FROM card WHERE card_no = ?1 AND phone IS NOT NULL
             UNION SELECT phone FROM former_phone WHERE card_no = ?1
             UNION SELECT reference FROM account WHERE card_no = ?1 AND reference IS NOT NULL
             UNION SELECT number FROM card WHERE same_as = ?1",
        )?;
        let rows = statement.query_map([card_no], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The card that a notification is about.
    pub(crate) fn card_of_notice(&self, notice: &Notice) -> Result<Option<i64>> {
        let number = notice.card.as_ref().map(CardNumber::as_str);
        Ok(match number {
            Some(number) => self.card_row(number)?.map(|card| card.card_no),
            None => None,
        })
    }
}

impl Tx<'_> {
    /// Writes a day's close down, and returns it with its number.
    pub(crate) fn insert_day_close(&self, mut close: DayClose, last_entry: i64) -> Result<DayClose> {
        close.close_no = self
            .conn
            .prepare_cached("SELECT coalesce(max(close_no), 0) + 1 FROM day_close")?
            .query_row([], |row| row.get(0))?;
        self.conn
            .prepare_cached(
                "INSERT INTO day_close (close_no, business_date, who, last_entry, chain_head, body, at)
                 SELECT ?1, ?2, ?3, ?4, (SELECT mac FROM entry WHERE entry_no = ?4), ?5, ?6",
            )?
            .execute((
                close.close_no,
                &close.business_date,
                &close.who,
                last_entry,
                to_json(&close)?,
                close.at.millis(),
            ))?;
        Ok(close)
    }
}
