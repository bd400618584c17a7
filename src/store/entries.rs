//! Writing the lines of the book. [`super::history`] reads them.

use rusqlite::{OptionalExtension, Row};

use super::chain::Line;
use super::{Tx, View};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::model::{Context, Promise, Told};
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

impl View<'_> {
    /// The receipt number of the entry that an operation was approved with, or was known by first.
    pub(crate) fn receipt_no(&self, op_no: i64) -> Result<Option<String>> {
        let mut statement =
            self.conn.prepare_cached("SELECT receipt_no FROM entry WHERE op_no = ?1 ORDER BY entry_no LIMIT 1")?;
        Ok(statement.query_row([op_no], |row| row.get(0)).optional()?)
    }

    /// The figures of the line that tells of an operation as done, where there is one.
    pub(crate) fn line_told(&self, op_no: i64) -> Result<Option<Told>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT original, actual, from_card, due, bonus, points FROM entry WHERE op_no = ?1 ORDER BY entry_no LIMIT 1",
        )?;
        let told = |row: &Row<'_>| {
            let money = |column| row.get(column).map(Money::from_fen);
            let (original, actual) = (money(0)?, money(1)?);
            Ok(Told {
                original,
                discount: original.minus(actual),
                actual,
                from_card: money(2)?,
                due: money(3)?,
                bonus: money(4)?,
                points: Points::new(row.get(5)?),
                ..Told::default()
            })
        };
        Ok(statement.query_row([op_no], told).optional()?)
    }
}

impl Tx<'_> {
    /// Numbers up to this one were given out by a later copy of the book.
    fn burnt_entry(&self) -> Result<i64> {
        Ok(self.book("burnt entry")?.and_then(|number| number.parse().ok()).unwrap_or_default())
    }

    /// Adds a line and returns its receipt number.
    pub(crate) fn insert_entry(&self, new: &NewEntry<'_>) -> Result<String> {
        let (in_book, previous) = self.chain_end()?;
        let last = in_book.max(self.burnt_entry()?);
        let entry_no = last + 1;
        let receipt_no = receipt_number(entry_no);
        if mutated!(ApprovalWithoutEntry) && new.approval.is_some() {
            return Ok(receipt_no);
        }
        let mac = self.chain.mac(&previous, &line_of(new, entry_no, &receipt_no));
        self.conn
            .prepare_cached(
                "INSERT INTO entry (entry_no, op_no, card_no, kind, original, actual, from_card, due, bonus, points,
                    money_after, points_after, approval, ticket, operator, supervisor, shift, reason, business_date,
                    receipt_no, at, mac)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)",
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
                mac,
            ])?;
        Ok(receipt_no)
    }
}

/// A line as its code covers it, before it is a row: in the order of [`super::chain::COVERED`].
fn line_of(new: &NewEntry<'_>, entry_no: i64, receipt_no: &str) -> Line {
    let NewEntry { told, context, .. } = new;
    let mut line = Line::with_room();
    line.int(entry_no).int(new.op_no).int(new.card_no).text(new.kind);
    for money in [told.original, told.actual, told.from_card, told.due, told.bonus] {
        line.int(money.fen());
    }
    line.int(new.points.get()).int(new.money_after.fen()).int(new.points_after.get());
    line.text_or_null(new.approval.map(Promise::as_str));
    for text in [&context.ticket, &context.operator, &context.supervisor, &context.shift, &context.reason] {
        line.text_or_null(text.as_deref());
    }
    line.text(&new.business_date).text(receipt_no).int(new.at.millis());
    line
}

/// Ten digits for a slip: the entry's number and a check digit (Luhn), so that one mistyped digit is noticed.
pub(super) fn receipt_number(entry_no: i64) -> String {
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
