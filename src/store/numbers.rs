//! Numbers of cards: those given out, and cards that got another one.

use rusqlite::OptionalExtension;

use super::{Tx, View, to_json};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::model::{Act, CardNumber, OpId};
use crate::provider::Bound;

/// How the number before and the one after are joined in a decision's detail. No number holds a space.
const BECAME: &str = " -> ";

/// An opening that got another number, by a person's decision.
#[derive(Clone, Debug)]
pub(crate) struct RenamedRow {
    pub(crate) op_no: i64,
    pub(crate) op_id: OpId,
    pub(crate) resolution: String,
    pub(crate) from: CardNumber,
    pub(crate) to: CardNumber,
    pub(crate) who: String,
    pub(crate) why: String,
    pub(crate) at: Timestamp,
}

/// How a decision tells of it.
pub(crate) fn renaming(from: &CardNumber, to: &CardNumber) -> String {
    renaming_of(from.as_str(), to.as_str())
}

pub(super) fn renaming_of(from: &str, to: &str) -> String {
    format!("{from}{BECAME}{to}")
}

/// The number before and the one after, of a decision's detail that tells of it.
pub(super) fn renamed(detail: &str) -> Option<(&str, &str)> {
    detail.split_once(BECAME)
}

/// What the detail of a decision that took this number away begins with, and the next text that begins otherwise: a space is
/// followed by `!`.
fn before(number: &str) -> (String, String) {
    (format!("{number}{BECAME}"), format!("{number} ->!"))
}

impl View<'_> {
    /// The next number of a range, by its place, where any has been given out.
    pub(crate) fn next_number(&self, range: &str) -> Result<Option<u64>> {
        let mut statement = self.conn.prepare_cached("SELECT next FROM number_range WHERE range = ?1")?;
        Ok(statement.query_row([range], |row| row.get::<_, i64>(0)).optional()?.map(i64::unsigned_abs))
    }

    /// Whether the book has ever had a card of this number, whatever it is called now.
    pub(crate) fn number_is_known(&self, number: &CardNumber) -> Result<bool> {
        let mut statement = self.conn.prepare_cached("SELECT EXISTS (SELECT 1 FROM card WHERE number = ?1)")?;
        let there: bool = statement.query_row([number.as_str()], |row| row.get(0))?;
        Ok(there || !self.renamed_from(number)?.is_empty())
    }

    /// Whether a card had this number and got another one.
    pub(super) fn is_renamed(&self, number: &str) -> rusqlite::Result<bool> {
        let mut statement =
            self.conn.prepare_cached("SELECT EXISTS (SELECT 1 FROM decision WHERE detail >= ?1 AND detail < ?2)")?;
        statement.query_row(before(number), |row| row.get(0))
    }

    /// Cards that had this number before, oldest first.
    pub(crate) fn renamed_from(&self, number: &CardNumber) -> Result<Vec<RenamedRow>> {
        self.renamings(" AND d.detail >= ?1 AND d.detail < ?2", before(number.as_str()))
    }

    /// Cards that got this number instead of theirs, oldest first.
    pub(crate) fn renamed_to(&self, number: &CardNumber) -> Result<Vec<RenamedRow>> {
        let to = format!("{BECAME}{number}");
        self.renamings(" AND substr(d.detail, -length(?1)) = ?1", [to])
    }

    fn renamings(&self, tail: &str, params: impl rusqlite::Params) -> Result<Vec<RenamedRow>> {
        let sql = "SELECT d.op_no, o.op_id, d.resolution, d.detail, d.who, d.why, d.at
            FROM decision d JOIN operation o ON o.op_no = d.op_no
            WHERE d.detail IS NOT NULL AND d.resolution IN ('new_number', 'existing_card')";
        let mut statement = self.conn.prepare_cached(&[sql, tail, " ORDER BY d.decision_no"].concat())?;
        let rows = statement.query_map(params, |row| {
            let detail: String = row.get(3)?;
            let (from, to) = renamed(&detail).unwrap_or((&detail, ""));
            Ok(RenamedRow {
                op_no: row.get(0)?,
                op_id: OpId::stored(row.get(1)?),
                resolution: row.get(2)?,
                from: CardNumber::stored(from.to_owned()),
                to: CardNumber::stored(to.to_owned()),
                who: row.get(4)?,
                why: row.get(5)?,
                at: Timestamp::from_millis(row.get(6)?),
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Tx<'_> {
    /// No number of a range before this one is given out any more. A mark never goes back.
    pub(crate) fn burn_numbers(&self, range: &str, next: u64) -> Result<()> {
        let next = i64::try_from(next).unwrap_or(i64::MAX);
        self.conn
            .prepare_cached(
                "INSERT INTO number_range (range, next) VALUES (?1, ?2)
                 ON CONFLICT DO UPDATE SET next = max(next, ?2)",
            )?
            .execute((range, next))?;
        Ok(())
    }

    /// A card gets another number. Whoever looks cards up by theirs has to be told.
    pub(crate) fn rename_card(&self, card_no: i64, number: &CardNumber) -> Result<()> {
        self.keep_tails(card_no, || {
            self.conn
                .prepare_cached("UPDATE card SET number = ?2 WHERE card_no = ?1")?
                .execute((card_no, number.as_str()))?;
            Ok(())
        })
    }

    /// What a remote is taken to call an account that it has not confirmed.
    pub(crate) fn set_unproven_reference(&self, account_no: i64, reference: Option<&str>) -> Result<()> {
        self.conn
            .prepare_cached("UPDATE account SET reference = ?2, confirmed = 0 WHERE account_no = ?1")?
            .execute((account_no, reference))?;
        self.seal_owner(account_no)
    }

    /// An operation that has reached no remote is about another number than it was asked for.
    pub(crate) fn rebind(&self, op_no: i64, act: &Act, bound: &Bound) -> Result<()> {
        self.conn.prepare_cached("UPDATE operation SET act = ?2, bound = ?3 WHERE op_no = ?1")?.execute((
            op_no,
            to_json(act)?,
            to_json(bound)?,
        ))?;
        Ok(())
    }

    /// What was sent so far was sent for something else: from here on an operation has no attempts, and a key of its own.
    pub(crate) fn begin_anew(&self, op_no: i64, key: &str) -> Result<()> {
        self.conn
            .prepare_cached(
                "UPDATE operation SET wire_key = ?2,
                    attempts_from = coalesce((SELECT max(attempt_no) FROM attempt WHERE op_no = ?1), attempts_from)
                 WHERE op_no = ?1",
            )?
            .execute((op_no, key))?;
        Ok(())
    }

    /// An operation is another account's, and another card's. What was approved for the phone numbers of the one is the other's
    /// from now on.
    pub(crate) fn move_operation(&self, op_no: i64, lane_no: i64, card_no: i64) -> Result<()> {
        self.conn
            .prepare_cached(
                "INSERT OR IGNORE INTO former_phone (card_no, phone) SELECT ?2, phone FROM
                     (SELECT c.phone AS phone FROM card c JOIN operation o ON o.card_no = c.card_no WHERE o.op_no = ?1
                      UNION SELECT f.phone FROM former_phone f JOIN operation o ON o.card_no = f.card_no
                          WHERE o.op_no = ?1)
                 WHERE phone IS NOT NULL",
            )?
            .execute((op_no, card_no))?;
        self.conn
            .prepare_cached("UPDATE operation SET lane_no = ?2, card_no = ?3 WHERE op_no = ?1")?
            .execute((op_no, lane_no, card_no))?;
        self.exposure.set(None);
        self.drop_former_phones()
    }
}
