//! Forgetting: a holder's data is erased, the figures stay.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension};
use serde_json::{Map, Value};

use super::archive::Archive;
use super::numbers::{renamed, renaming_of};
use super::{Store, Tx, from_json, parsed, to_json};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::model::{Confirmation, Forgotten, State};

/// What an act must have where it had a phone number.
const NO_PHONE: &str = "00000";

/// Numbers that are the holder's data themselves, each with what stands there afterwards.
type Pseudonyms = BTreeMap<String, String>;

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
        let forgotten = self.write(|tx| {
            let (card_no, mut forgotten, names) = tx.forget(number, who, now)?;
            // The archives first: should one of them fail, the book still knows what is to be erased there.
            let operations = self.operations_of(card_no)?;
            for path in self.archives()? {
                match Archive::existing(&path, &self.access, &self.conn)? {
                    Some(archive) => scrub_archive(archive.conn(), &operations, &names)?,
                    None => forgotten.archives_missing.push(path.display().to_string()),
                }
            }
            Ok(forgotten)
        })?;
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

fn scrub_archive(archive: &Connection, operations: &[i64], names: &Pseudonyms) -> Result<()> {
    archive.execute_batch("BEGIN IMMEDIATE")?;
    let scrubbed = operations.iter().try_for_each(|&op_no| {
        scrub_operation(archive, op_no, names)?;
        archive.execute("UPDATE promise SET message = NULL WHERE op_no = ?1", [op_no])?;
        Ok(())
    });
    archive.execute_batch(if scrubbed.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
    scrubbed
}

/// Takes what is personal out of an operation and of everything that hangs on it.
fn scrub_operation(conn: &Connection, op_no: i64, names: &Pseudonyms) -> Result<()> {
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
            rename(fields, "card", names);
        }
        conn.execute("UPDATE operation SET act = ?2 WHERE op_no = ?1", (op_no, to_json(&act)?))?;
    }
    let bound: Option<String> =
        conn.query_row("SELECT bound FROM operation WHERE op_no = ?1", [op_no], |row| row.get(0)).optional()?;
    if let Some(bound) = bound
        && let Value::Object(mut fields) = from_json(&bound)?
        && rename(&mut fields, "called", names)
    {
        conn.execute("UPDATE operation SET bound = ?2 WHERE op_no = ?1", (op_no, to_json(&fields)?))?;
    }
    scrub_decisions(conn, op_no, names)?;
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
        "UPDATE notice SET ack_note = NULL, detail = 'forgotten' WHERE op_no = ?1",
        "UPDATE operation SET waits_for = NULL WHERE op_no = ?1",
    ] {
        conn.execute(sql, [op_no])?;
    }
    Ok(())
}

/// A number that is the holder's data gets its pseudonym. Whether it was one.
fn rename(fields: &mut Map<String, Value>, field: &str, names: &Pseudonyms) -> bool {
    let name = fields.get(field).and_then(Value::as_str).and_then(|number| names.get(number));
    let Some(name) = name.cloned() else { return false };
    fields.insert(field.to_owned(), Value::from(name));
    true
}

/// That a card had another number is still told: by it, older operations are known as this card's.
fn scrub_decisions(conn: &Connection, op_no: i64, names: &Pseudonyms) -> Result<()> {
    let mut statement = conn.prepare_cached("SELECT decision_no, detail FROM decision WHERE op_no = ?1")?;
    let rows = statement.query_map([op_no], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let decisions: Vec<(i64, Option<String>)> = rows.collect::<rusqlite::Result<_>>()?;
    for (decision_no, detail) in decisions {
        let named = |number: &str| names.get(number).cloned().unwrap_or_else(|| number.to_owned());
        let detail = detail.as_deref().and_then(renamed).map(|(from, to)| renaming_of(&named(from), &named(to)));
        conn.execute("UPDATE decision SET why = '', detail = ?2 WHERE decision_no = ?1", (decision_no, detail))?;
    }
    Ok(())
}

impl Tx<'_> {
    fn forget(&self, number: &str, who: &str, now: Timestamp) -> Result<(i64, Forgotten, Pseudonyms)> {
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
        let names = self.pseudonyms(&cards)?;
        let number_now = names.get(number).map_or(number, String::as_str);
        let mut forgotten = Forgotten { number: number_now.to_owned(), ..Forgotten::default() };
        for (card_no, old) in &cards {
            let pseudonym = names.get(old).unwrap_or(old);
            let operations: Vec<i64> = {
                let mut statement = self.conn.prepare("SELECT op_no FROM operation WHERE card_no = ?1")?;
                statement.query_map([card_no], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?
            };
            for &op_no in &operations {
                scrub_operation(self.conn, op_no, &names)?;
            }
            forgotten.operations += operations.len() as u64;
            self.keep_tails(*card_no, || {
                self.conn.execute(
                    "UPDATE card SET number = ?2, name = NULL, phone = NULL, gender = NULL, birthday = NULL, fetched_at = NULL,
                        exception = CASE WHEN exception IS NULL THEN NULL ELSE 'forgotten' END, forgotten_at = ?3
                     WHERE card_no = ?1",
                    (card_no, pseudonym, now.millis()),
                )?;
                Ok(())
            })?;
            for sql in [
                "UPDATE exception_list SET reason = 'forgotten' WHERE card_no = ?1",
                "DELETE FROM former_phone WHERE card_no = ?1",
                "UPDATE record SET note = NULL WHERE card_no = ?1",
                "UPDATE exception_change SET reason = 'forgotten' WHERE card_no = ?1 AND reason IS NOT NULL",
                "UPDATE notice SET detail = 'forgotten', ack_note = NULL WHERE card_no = ?1",
                "DELETE FROM coupon WHERE account_no IN (SELECT account_no FROM account WHERE card_no = ?1)
                    AND given_by IS NULL",
            ] {
                self.conn.execute(sql, [card_no])?;
            }
            // What the remote calls the account is a phone number at some.
            for phone in card.holder.phone.iter().chain(names.keys()) {
                self.conn.execute(
                    "UPDATE account SET reference = NULL, confirmed = 0 WHERE card_no = ?1 AND reference = ?2",
                    (card_no, phone),
                )?;
            }
        }
        self.set_book(&format!("forgotten {}", card.card_no), &format!("{who} {}", now.millis()))?;
        Ok((card.card_no, forgotten, names))
    }

    /// Of the numbers that these cards have or had, those that are a phone's, and so the holder's data themselves.
    fn pseudonyms(&self, cards: &[(i64, String)]) -> Result<Pseudonyms> {
        let mut names = Pseudonyms::new();
        let mut phones = self.conn.prepare("SELECT phone FROM card WHERE card_no = ?1")?;
        let mut before = self.conn.prepare(
            "SELECT d.detail FROM decision d JOIN operation o ON o.op_no = d.op_no
             WHERE o.card_no = ?1 AND d.detail IS NOT NULL",
        )?;
        for (card_no, number) in cards {
            let phone: Option<String> = phones.query_row([card_no], |row| row.get(0))?;
            let details = before.query_map([card_no], |row| row.get(0))?;
            let details: Vec<String> = details.collect::<rusqlite::Result<_>>()?;
            let earlier = details.iter().filter_map(|detail| renamed(detail)).map(|(from, _)| from);
            for number in earlier.chain([number.as_str()]) {
                if is_mobile(number) || phone.as_deref() == Some(number) {
                    names.insert(number.to_owned(), format!("forgotten-{card_no}"));
                }
            }
        }
        Ok(names)
    }
}
