//! Forgetting: a holder's data is erased, the figures stay.

use rusqlite::{Connection, OptionalExtension};
use serde_json::Value;

use super::archive::Archive;
use super::{Store, Tx, from_json, parsed, to_json};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::model::{Confirmation, Forgotten, State};

/// What an act must have where it had a phone number.
const NO_PHONE: &str = "00000";

/// Whether a card's number is a mobile phone's: eleven digits, the first a one.
fn is_mobile(number: &str) -> bool {
    let digits = number.strip_prefix("+86").unwrap_or(number);
    digits.len() == 11 && digits.starts_with('1') && digits.bytes().all(|b| b.is_ascii_digit())
}

impl Store {
    /// Erases what is known of the holder of a card, here and in the book's archive files.
    pub(crate) fn forget(&self, number: &str, who: &str, now: Timestamp) -> Result<Forgotten> {
        // Bytes that are freed from here on are overwritten, and the log does not keep what they were.
        self.conn.execute_batch("PRAGMA secure_delete = ON")?;
        let forgotten = self.write(|tx| tx.forget(number, who, now));
        let (card_no, mut forgotten) = forgotten?;
        let operations = self.operations_of(card_no)?;
        for path in self.archives()? {
            match Archive::existing(&path, &self.access, &self.conn)? {
                Some(archive) => scrub_archive(archive.conn(), &operations, number, &forgotten.number)?,
                None => forgotten.archives_missing.push(path.display().to_string()),
            }
        }
        self.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(forgotten)
    }

    fn operations_of(&self, card_no: i64) -> Result<Vec<i64>> {
        let mut statement = self.conn.prepare(
            "SELECT op_no FROM operation WHERE card_no IN (SELECT card_no FROM card WHERE card_no = ?1 OR same_as = ?1)",
        )?;
        Ok(statement.query_map([card_no], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
    }
}

fn scrub_archive(archive: &Connection, operations: &[i64], number: &str, pseudonym: &str) -> Result<()> {
    archive.execute_batch("BEGIN IMMEDIATE")?;
    let scrubbed = operations.iter().try_for_each(|&op_no| {
        scrub_operation(archive, op_no, number, pseudonym)?;
        archive.execute("UPDATE promise SET message = NULL WHERE op_no = ?1", [op_no])?;
        Ok(())
    });
    archive.execute_batch(if scrubbed.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
    scrubbed
}

/// Takes what is personal out of an operation and of everything that hangs on it.
fn scrub_operation(conn: &Connection, op_no: i64, number: &str, pseudonym: &str) -> Result<()> {
    let act: Option<String> =
        conn.query_row("SELECT act FROM operation WHERE op_no = ?1", [op_no], |row| row.get(0)).optional()?;
    if let Some(act) = act {
        let mut act: Value = from_json(&act)?;
        if let Value::Object(fields) = &mut act {
            for field in ["name", "gender", "birthday", "sms_code"] {
                fields.remove(field);
            }
            if fields.get("act").and_then(Value::as_str) == Some("register") {
                fields.insert("phone".to_owned(), Value::from(NO_PHONE));
            } else {
                fields.remove("phone");
            }
            if fields.get("card").and_then(Value::as_str) == Some(number) {
                fields.insert("card".to_owned(), Value::from(pseudonym));
            }
        }
        conn.execute("UPDATE operation SET act = ?2 WHERE op_no = ?1", (op_no, to_json(&act)?))?;
    }
    let confirmation: Option<String> =
        conn.query_row("SELECT body FROM confirmation WHERE op_no = ?1", [op_no], |row| row.get(0)).optional()?;
    if let Some(body) = confirmation {
        let mut confirmation: Confirmation = from_json(&body)?;
        confirmation.as_received.clear();
        confirmation.reference = None;
        conn.execute("UPDATE confirmation SET body = ?2 WHERE op_no = ?1", (op_no, to_json(&confirmation)?))?;
    }
    for sql in [
        "UPDATE attempt SET body = x'', answer = NULL, facts = NULL, note = NULL, path =
            substr(path, 1, instr(path || '?', '?') - 1) WHERE op_no = ?1",
        "UPDATE look SET facts = NULL, note = NULL WHERE op_no = ?1",
        "UPDATE decision SET why = '', detail = NULL WHERE op_no = ?1",
        "UPDATE notice SET ack_note = NULL, detail = 'forgotten' WHERE op_no = ?1",
        "UPDATE operation SET waits_for = NULL WHERE op_no = ?1",
    ] {
        conn.execute(sql, [op_no])?;
    }
    Ok(())
}

impl Tx<'_> {
    fn forget(&self, number: &str, who: &str, now: Timestamp) -> Result<(i64, Forgotten)> {
        let card = self.card_row(number)?.ok_or_else(|| Error::not_found("card"))?;
        let cards: Vec<(i64, String)> = {
            let mut statement =
                self.conn.prepare("SELECT card_no, number FROM card WHERE card_no = ?1 OR same_as = ?1")?;
            statement
                .query_map([card.card_no], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<rusqlite::Result<_>>()?
        };
        for (card_no, _) in &cards {
            let open: Option<String> = self
                .conn
                .query_row(
                    "SELECT state FROM operation WHERE card_no = ?1 AND state NOT IN
                        ('settled', 'declined', 'voided', 'superseded', 'reversed', 'written_off') LIMIT 1",
                    [card_no],
                    |row| row.get(0),
                )
                .optional()?;
            if let Some(open) = open {
                let state: State = parsed(&open)?;
                return Err(Error::wrong_state(state.as_str(), "operations of the card are open or wait for a person"));
            }
        }
        let mut forgotten = Forgotten { number: number.to_owned(), ..Forgotten::default() };
        for (card_no, old) in &cards {
            let phone = card.holder.phone.as_deref();
            // A number that is a phone's is the holder's data itself.
            let is_phone = Some(old.as_str()) == phone || is_mobile(old);
            let pseudonym = if is_phone { format!("forgotten-{card_no}") } else { old.clone() };
            if old == number {
                forgotten.number.clone_from(&pseudonym);
            }
            let operations: Vec<i64> = {
                let mut statement = self.conn.prepare("SELECT op_no FROM operation WHERE card_no = ?1")?;
                statement.query_map([card_no], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?
            };
            for &op_no in &operations {
                scrub_operation(self.conn, op_no, old, &pseudonym)?;
            }
            forgotten.operations += operations.len() as u64;
            self.keep_tails(*card_no, || {
                self.conn.execute(
                    "UPDATE card SET number = ?2, name = NULL, phone = NULL, gender = NULL, birthday = NULL, fetched_at = NULL,
                        exception = CASE WHEN exception IS NULL THEN NULL ELSE 'forgotten' END, forgotten_at = ?3
                     WHERE card_no = ?1",
                    (card_no, &pseudonym, now.millis()),
                )?;
                Ok(())
            })?;
            for sql in [
                "UPDATE exception_list SET reason = 'forgotten' WHERE card_no = ?1",
                "UPDATE record SET note = NULL WHERE card_no = ?1",
                "UPDATE exception_change SET reason = 'forgotten' WHERE card_no = ?1 AND reason IS NOT NULL",
                "UPDATE notice SET detail = 'forgotten', ack_note = NULL WHERE card_no = ?1",
                "DELETE FROM coupon WHERE account_no IN (SELECT account_no FROM account WHERE card_no = ?1)
                    AND given_by IS NULL",
            ] {
                self.conn.execute(sql, [card_no])?;
            }
            // What the remote calls the account is a phone number at some.
            self.conn.execute(
                "UPDATE account SET reference = NULL, confirmed = 0 WHERE card_no = ?1 AND reference IN (?2, ?3)",
                (card_no, if is_phone { Some(old) } else { None }, phone),
            )?;
        }
        self.set_book(&format!("forgotten {}", card.card_no), &format!("{who} {}", now.millis()))?;
        Ok((card.card_no, forgotten))
    }
}
