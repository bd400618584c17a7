//! The lines of the book.

use rusqlite::{Row, ToSql};

use super::{Tx, View, parsed};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::model::{CardNumber, Context, Entry, OpId, Promise, Told};
use crate::units::{Money, Points};

pub(crate) struct NewEntry<'a> {
    pub(crate) op_no: i64,
    pub(crate) card_no: i64,
    pub(crate) kind: &'a str,
    pub(crate) told: &'a Told,
    /// What it does to the card, signed; for a void, the reverse.
    pub(crate) points: Points,
    pub(crate) money_after: Money,
    pub(crate) points_after: Points,
    pub(crate) approval: Option<Promise>,
    pub(crate) context: &'a Context,
    pub(crate) business_date: String,
    pub(crate) at: Timestamp,
}

/// Which entries a history shows.
#[derive(Clone, Debug, Default)]
pub(crate) struct EntryFilter {
    pub(crate) card_no: Option<i64>,
    pub(crate) ticket: Option<String>,
    pub(crate) kind: Option<String>,
    pub(crate) from: Option<Timestamp>,
    pub(crate) until: Option<Timestamp>,
    pub(crate) only_points: bool,
    /// Only entries older than this one: the last of the page before.
    pub(crate) before: Option<i64>,
    pub(crate) most: usize,
}

const ENTRY: &str = "SELECT e.entry_no, o.op_id, e.op_no, c.number, e.kind, e.original, e.actual, e.from_card, e.due,
    e.bonus, e.points, e.money_after, e.points_after, e.approval, e.ticket, e.operator, e.supervisor, e.shift, e.reason,
    e.business_date, e.receipt_no, e.at
    FROM entry e JOIN operation o ON o.op_no = e.op_no JOIN card c ON c.card_no = e.card_no";

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let money = |i: usize| -> rusqlite::Result<Money> { Ok(Money::from_fen(row.get(i)?)) };
    let points = |i: usize| -> rusqlite::Result<Points> { Ok(Points::new(row.get(i)?)) };
    Ok(Entry {
        entry_no: row.get(0)?,
        op_id: OpId::stored(row.get(1)?),
        card: CardNumber::stored(row.get(3)?),
        kind: row.get(4)?,
        original: money(5)?,
        actual: money(6)?,
        from_card: money(7)?,
        due: money(8)?,
        bonus: money(9)?,
        points: points(10)?,
        money_after: money(11)?,
        points_after: points(12)?,
        approval: row.get_ref(13)?.as_str_or_null()?.map(parsed).transpose()?,
        ticket: row.get(14)?,
        operator: row.get(15)?,
        supervisor: row.get(16)?,
        shift: row.get(17)?,
        reason: row.get(18)?,
        business_date: row.get(19)?,
        receipt_no: row.get(20)?,
        at: Timestamp::from_millis(row.get(21)?),
    })
}

impl View<'_> {
    /// A page of entries, newest first, by keyset: the same cost at any depth.
    /// Whether other cards turned out to be this one.
    fn has_twins(&self, card_no: i64) -> Result<bool> {
        let mut statement = self.conn.prepare_cached("SELECT EXISTS (SELECT 1 FROM card WHERE same_as = ?1)")?;
        Ok(statement.query_row([card_no], |row| row.get(0))?)
    }

    pub(crate) fn entries(&self, filter: &EntryFilter) -> Result<Vec<Entry>> {
        let mut sql = ENTRY.to_owned();
        let mut values: Vec<Box<dyn ToSql>> = Vec::new();
        let mut add = |clause: &str, value: Option<Box<dyn ToSql>>| {
            sql.push_str(if values.is_empty() && !sql.contains(" WHERE ") { " WHERE " } else { " AND " });
            sql.push_str(clause);
            if let Some(value) = value {
                values.push(value);
                sql.push_str(&format!("?{}", values.len()));
            }
        };
        match filter.card_no {
            // What was done on cards that turned out to be this one stays where it was written.
            Some(card_no) if self.has_twins(card_no)? => {
                add(
                    "coalesce((SELECT same_as FROM card WHERE card_no = e.card_no), e.card_no) = ",
                    Some(Box::new(card_no)),
                );
            }
            Some(card_no) => add("e.card_no = ", Some(Box::new(card_no))),
            None => {}
        }
        if let Some(ticket) = &filter.ticket {
            add("e.ticket = ", Some(Box::new(ticket.clone())));
        }
        if let Some(kind) = &filter.kind {
            add("e.kind = ", Some(Box::new(kind.clone())));
        }
        if let Some(from) = filter.from {
            add("e.at >= ", Some(Box::new(from.millis())));
        }
        if let Some(until) = filter.until {
            add("e.at < ", Some(Box::new(until.millis())));
        }
        if filter.only_points {
            add("e.points <> 0", None);
        }
        if let Some(before) = filter.before {
            add("e.entry_no < ", Some(Box::new(before)));
        }
        sql.push_str(&format!(" ORDER BY e.entry_no DESC LIMIT {}", filter.most));
        let mut statement = self.conn.prepare_cached(&sql)?;
        let rows = statement.query_map(rusqlite::params_from_iter(values), entry)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The receipt number of the entry that an operation was approved with, or was known by first.
    pub(crate) fn receipt_no(&self, op_no: i64) -> Result<Option<String>> {
        use rusqlite::OptionalExtension;
        let mut statement =
            self.conn.prepare_cached("SELECT receipt_no FROM entry WHERE op_no = ?1 ORDER BY entry_no LIMIT 1")?;
        Ok(statement.query_row([op_no], |row| row.get(0)).optional()?)
    }
}

impl Tx<'_> {
    /// Adds a line and returns its receipt number.
    pub(crate) fn insert_entry(&self, new: &NewEntry<'_>) -> Result<String> {
        let last: i64 = self
            .conn
            .prepare_cached(
                "SELECT max(coalesce((SELECT max(entry_no) FROM entry), 0),
                    coalesce((SELECT CAST(value AS INTEGER) FROM book WHERE key = 'burnt entry'), 0))",
            )?
            .query_row([], |row| row.get(0))?;
        let entry_no = last + 1;
        let receipt_no = receipt_number(entry_no);
        if mutated!(ApprovalWithoutEntry) && new.approval.is_some() {
            return Ok(receipt_no);
        }
        self.conn
            .prepare_cached(
                "INSERT INTO entry (entry_no, op_no, card_no, kind, original, actual, from_card, due, bonus, points,
                    money_after, points_after, approval, ticket, operator, supervisor, shift, reason, business_date,
                    receipt_no, at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)",
            )?
            .execute(rusqlite::params![
                entry_no,
                new.op_no,
                new.card_no,
                new.kind,
                new.told.original.fen(),
                new.told.actual.fen(),
                new.told.from_card.fen(),
                new.told.due.fen(),
                new.told.bonus.fen(),
                new.points.get(),
                new.money_after.fen(),
                new.points_after.get(),
                new.approval.map(Promise::as_str),
                new.context.ticket,
                new.context.operator,
                new.context.supervisor,
                new.context.shift,
                new.context.reason,
                new.business_date,
                receipt_no,
                new.at.millis(),
            ])?;
        Ok(receipt_no)
    }
}

/// Ten digits for a slip: the entry's number and a check digit (Luhn), so that one mistyped digit is noticed.
fn receipt_number(entry_no: i64) -> String {
    let body = format!("{:09}", entry_no.rem_euclid(1_000_000_000));
    let sum: u32 = body
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit - b'0') * if place % 2 == 0 { 2 } else { 1 };
            if digit > 9 { digit - 9 } else { digit }
        })
        .sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

#[cfg(test)]
mod tests {
    use super::receipt_number;

    #[test]
    fn a_receipt_number_has_ten_digits_and_notices_one_wrong() {
        assert_eq!(receipt_number(1), "0000000018");
        assert_eq!(receipt_number(799_273_987), "7992739875"); // 5+8+9+3+5+2+9+9+5 = 55
        assert_ne!(receipt_number(12).pop(), receipt_number(13).pop());
    }
}
