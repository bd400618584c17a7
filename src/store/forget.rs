//! Forgetting: a holder's data is erased, the figures stay.
//!
//! What is erased is overwritten where it stood (`secure_delete`). That does not reach everything: a row that SQLite moved to
//! another page when one was full has left its bytes in unused space of the old one, and the log holds pages as they were. So
//! the files are written anew afterwards, and the log is emptied.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use rusqlite::types::Value as Stored;
use rusqlite::{Connection, OptionalExtension};
use serde_json::{Map, Value};

use super::archive::Archive;
use super::numbers::{renamed, renaming_of};
use super::open::BUSY;
use super::{Store, Tx, from_json, parsed, to_json};
use crate::clock::Timestamp;
use crate::error::{Error, ErrorCode, Result};
use crate::event::event;
use crate::model::{CardNumber, Confirmation, DayClose, Forgotten, Refusal, State};

/// What an act must have where it had a phone number.
const NO_PHONE: &str = "00000";

/// What stands where a text was that can't be missing.
const GONE: &str = "forgotten";

/// Files up to this size are written anew after something in them was erased: it takes as much memory, and the till waits.
const WRITTEN_ANEW: i64 = 256 << 20;

/// Under this key the book keeps what is still to be done about bytes that were erased: all, or the log alone.
const TRACES: &str = "traces";
const ALL: &str = "all";
const LOG: &str = "log";

/// Numbers that are the holder's data themselves, each with what stands there afterwards.
type Pseudonyms = BTreeMap<String, String>;

/// Whether a card's number is a mobile phone's: eleven digits, the first a one.
fn is_mobile(number: &str) -> bool {
    let digits = number.strip_prefix("+86").unwrap_or(number);
    digits.len() == 11 && digits.starts_with('1') && digits.bytes().all(|b| b.is_ascii_digit())
}

impl Store {
    /// Erases what is known of the holder of a card, here and in the book's archive files. [`Store::sweep`] is to follow.
    pub(crate) fn forget(&self, number: &str, who: &str, now: Timestamp) -> Result<Forgotten> {
        self.write(|tx| {
            let (cards, mut forgotten, names) = tx.forget(number, who, now)?;
            // The archives first: should one of them fail, the book still knows what is to be erased there.
            let operations = self.operations_of(&cards)?;
            for path in self.archives()? {
                if !self.scrub_archive(&path, &operations, &names)? {
                    forgotten.archives_missing.push(path.display().to_string());
                }
            }
            tx.set_book(TRACES, ALL)?;
            Ok(forgotten)
        })
    }

    /// Sees to it that no unused space of the book's file and log holds what was erased. False where that is still to be done:
    /// somebody reads the book, the disk has no room, or the file is too large. Nothing waits in here for a reader to end.
    pub(crate) fn sweep(&self) -> Result<bool> {
        let Some(traces) = self.view().book(TRACES)? else { return Ok(true) };
        if traces == ALL {
            self.check_file()?;
            if !written_anew(&self.conn) {
                // The log at least.
                self.empty_log()?;
                return Ok(false);
            }
            self.write(|tx| tx.set_book(TRACES, LOG))?;
        }
        let emptied = self.empty_log()?;
        if emptied {
            self.write(|tx| Ok(tx.conn.execute("DELETE FROM book WHERE key = ?1", [TRACES])?))?;
        }
        Ok(emptied)
    }

    /// False where a reader needs what stands in the log.
    fn empty_log(&self) -> Result<bool> {
        self.conn.busy_timeout(Duration::ZERO)?;
        let busy = self.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
        self.conn.busy_timeout(BUSY)?;
        Ok(!busy?)
    }

    /// False for a file that is not there, or can't be read as an archive of this book any more.
    fn scrub_archive(&self, path: &Path, operations: &[i64], names: &Pseudonyms) -> Result<bool> {
        let scrubbed = Archive::existing(path, &self.access, &self.conn).and_then(|archive| {
            let Some(archive) = archive else { return Ok(false) };
            scrub_archive(archive.conn(), operations, names)?;
            Ok(written_anew(archive.conn()))
        });
        match scrubbed {
            Err(error) if matches!(error.code(), ErrorCode::NotABook | ErrorCode::Corrupt | ErrorCode::WrongKey) => {
                Ok(false)
            }
            scrubbed => scrubbed,
        }
    }

    fn operations_of(&self, cards: &[i64]) -> Result<Vec<i64>> {
        let mut statement = self.conn.prepare("SELECT op_no FROM operation WHERE card_no = ?1")?;
        let mut operations = Vec::new();
        for card_no in cards {
            let rows = statement.query_map([card_no], |row| row.get(0))?;
            operations.extend(rows.collect::<rusqlite::Result<Vec<i64>>>()?);
        }
        Ok(operations)
    }
}

fn scrub_archive(archive: &Connection, operations: &[i64], names: &Pseudonyms) -> Result<()> {
    archive.execute_batch("BEGIN IMMEDIATE")?;
    let scrubbed = operations.iter().try_for_each(|&op_no| {
        scrub_operation(archive, op_no, names)?;
        scrub_promise(archive, op_no)
    });
    archive.execute_batch(if scrubbed.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
    scrubbed
}

/// Writes a file anew, without any unused space. False where that can't be done now.
fn written_anew(conn: &Connection) -> bool {
    let size = || -> rusqlite::Result<i64> {
        // SQLCipher tells the size of a page as a text.
        let number = |value| match value {
            Stored::Integer(number) => Some(number),
            Stored::Text(text) => text.parse().ok(),
            _ => None,
        };
        let pragma = |name: &str| -> rusqlite::Result<i64> {
            let value = conn.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0))?;
            number(value).ok_or(rusqlite::Error::InvalidQuery)
        };
        Ok(pragma("page_count")?.saturating_mul(pragma("page_size")?))
    };
    match size() {
        Ok(size) if size > WRITTEN_ANEW => false,
        sized => match sized.and_then(|_| conn.execute_batch("VACUUM")) {
            Ok(()) => true,
            Err(error) => {
                event!(NOT_WRITTEN_ANEW, error = error);
                false
            }
        },
    }
}

/// The remote's words, and a person's that the refusal quotes. What was promised stays as it was.
fn scrub_promise(conn: &Connection, op_no: i64) -> Result<()> {
    let refusal: Option<String> =
        conn.query_row("SELECT refusal FROM promise WHERE op_no = ?1", [op_no], |row| row.get(0)).optional()?.flatten();
    let refusal = refusal.map(|json| from_json::<Refusal>(&json)).transpose()?.map(|refusal| match refusal {
        Refusal::ExceptionList { .. } => Refusal::ExceptionList { reason: GONE.to_owned() },
        other => other,
    });
    let refusal = refusal.map(|refusal| to_json(&refusal)).transpose()?;
    conn.execute("UPDATE promise SET message = NULL, refusal = ?2 WHERE op_no = ?1", (op_no, refusal))?;
    Ok(())
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
    fn forget(&self, number: &str, who: &str, now: Timestamp) -> Result<(Vec<i64>, Forgotten, Pseudonyms)> {
        let card = self.card_row(number)?.ok_or_else(|| Error::not_found("card"))?;
        let cards = self.cards_of_holder(card.card_no)?;
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
        let phones = self.phones(&cards)?;
        let number_now = names.get(number).map_or(number, String::as_str);
        let mut op_ids = BTreeSet::new();
        let mut forgotten = Forgotten { number: number_now.to_owned(), ..Forgotten::default() };
        for (card_no, old) in &cards {
            let pseudonym = names.get(old).unwrap_or(old);
            let operations: Vec<i64> = {
                let mut statement = self.conn.prepare("SELECT op_no, op_id FROM operation WHERE card_no = ?1")?;
                let rows = statement.query_map([card_no], |row| {
                    op_ids.insert(row.get(1)?);
                    row.get(0)
                })?;
                rows.collect::<rusqlite::Result<_>>()?
            };
            for &op_no in &operations {
                scrub_operation(self.conn, op_no, &names)?;
            }
            self.scrub_promises(&operations)?;
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
                // A read that is still wanted would bring the holder back.
                "UPDATE lane SET wanted = 0, state = CASE WHEN state = 'ready' AND NOT EXISTS
                    (SELECT 1 FROM operation o WHERE o.lane_no = lane.lane_no AND open = 1) THEN 'idle' ELSE state END
                 WHERE lane_no IN (SELECT account_no FROM account WHERE card_no = ?1)",
                "UPDATE record SET note = NULL WHERE card_no = ?1",
                "UPDATE exception_change SET reason = 'forgotten' WHERE card_no = ?1 AND reason IS NOT NULL",
                "UPDATE notice SET detail = 'forgotten', ack_note = NULL WHERE card_no = ?1",
                "DELETE FROM coupon WHERE account_no IN (SELECT account_no FROM account WHERE card_no = ?1)",
            ] {
                self.conn.execute(sql, [card_no])?;
            }
            self.scrub_references(*card_no, &names, &phones)?;
        }
        self.scrub_day_closes(&op_ids, &names)?;
        self.set_book(&format!("forgotten {}", card.card_no), &format!("{who} {}", now.millis()))?;
        Ok((cards.into_iter().map(|(card_no, _)| card_no).collect(), forgotten, names))
    }

    /// A card, those that turned out to be the same, and those whose opening came to nothing because their holder had one of
    /// these: each with its number.
    fn cards_of_holder(&self, card_no: i64) -> Result<Vec<(i64, String)>> {
        let mut found = BTreeMap::new();
        let mut also = vec![card_no];
        let mut same = self.conn.prepare("SELECT card_no, number FROM card WHERE card_no = ?1 OR same_as = ?1")?;
        let mut card_of = self.conn.prepare("SELECT card_no FROM operation WHERE op_no = ?1")?;
        while let Some(next) = also.pop() {
            let cards: Vec<(i64, String)> =
                same.query_map([next], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?;
            for (card_no, number) in cards {
                if found.insert(card_no, number.clone()).is_some() {
                    continue;
                }
                also.push(card_no);
                for moved in self.renamed_to(&CardNumber::stored(number))? {
                    also.push(card_of.query_row([moved.op_no], |row| row.get(0))?);
                }
            }
        }
        Ok(found.into_iter().collect())
    }

    /// A promise never changes, and its rule stands aside for as long as words are taken out of it.
    fn scrub_promises(&self, operations: &[i64]) -> Result<()> {
        const RULE: &str = "promise_stays";
        let rule: String = self.conn.query_row(
            "SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name = ?1",
            [RULE],
            |row| row.get(0),
        )?;
        self.conn.execute_batch(&format!("DROP TRIGGER {RULE}"))?;
        operations.iter().try_for_each(|&op_no| scrub_promise(self.conn, op_no))?;
        Ok(self.conn.execute_batch(&rule)?)
    }

    fn phones(&self, cards: &[(i64, String)]) -> Result<Vec<String>> {
        let mut statement = self.conn.prepare("SELECT phone FROM card WHERE card_no = ?1")?;
        let phones: Vec<Option<String>> = cards
            .iter()
            .map(|(card_no, _)| statement.query_row([card_no], |row| row.get(0)))
            .collect::<rusqlite::Result<_>>()?;
        Ok(phones.into_iter().flatten().collect())
    }

    /// What a remote calls the account is a phone number at some: the one of now, or an earlier one.
    fn scrub_references(&self, card_no: i64, names: &Pseudonyms, phones: &[String]) -> Result<()> {
        let accounts: Vec<(i64, String)> = {
            let mut statement = self
                .conn
                .prepare("SELECT account_no, reference FROM account WHERE card_no = ?1 AND reference IS NOT NULL")?;
            statement.query_map([card_no], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?
        };
        for (account_no, reference) in accounts {
            if is_mobile(&reference) || names.contains_key(&reference) || phones.contains(&reference) {
                self.set_unproven_reference(account_no, None)?;
            }
        }
        Ok(())
    }

    /// A day's close lists what was open then, with the card's number and the remote's words.
    fn scrub_day_closes(&self, op_ids: &BTreeSet<String>, names: &Pseudonyms) -> Result<()> {
        let mut statement = self.conn.prepare("SELECT close_no, body FROM day_close")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let closes: Vec<(i64, String)> = rows.collect::<rusqlite::Result<_>>()?;
        for (close_no, body) in closes {
            let mut close: DayClose = from_json(&body)?;
            let mut named = false;
            for listed in close.operations.iter_mut().filter(|listed| op_ids.contains(listed.op_id.as_str())) {
                named = true;
                listed.waits_for = listed.waits_for.take().map(|_| GONE.to_owned());
                if let Some(name) = names.get(listed.card.as_str()) {
                    listed.card = CardNumber::stored(name.clone());
                }
            }
            if named {
                let body = to_json(&close)?;
                self.conn.execute("UPDATE day_close SET body = ?2 WHERE close_no = ?1", (close_no, body))?;
            }
        }
        Ok(())
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
