//! The chain of entries: each line's code covers the line and the code before it, so that no line can be changed, taken out
//! or put in unseen by whoever lacks the host's key.
//!
//! Without a key the chain is kept with a public one: then it shows damage, and no forgery. Lines of a book of schema 1 have
//! no code of their own; what they come to stands in the book (`chain_start`), and the first code covers it.

use ring::{digest, hmac};
use rusqlite::types::ValueRef;
use rusqlite::{OptionalExtension, Row};

use super::{Tx, View};
use crate::chain_key::ChainKey;
use crate::error::Result;

/// Length of a code in bytes.
pub(crate) const MAC_BYTES: usize = 32;

/// What stands before the first line.
const BEGINNING: [u8; MAC_BYTES] = [0; MAC_BYTES];

/// What the chain is kept with where the host gives no key. Everybody knows it.
const PUBLIC: &[u8] = b"tillbook: a chain without a key of its own";

/// Where the code over the lines without one stands.
pub(super) const START: &str = "chain_start";

/// The columns that a code covers, in this order for ever.
pub(super) const COVERED: &str = "entry_no, op_no, card_no, kind, original, actual, from_card, due, bonus, points,
    money_after, points_after, approval, ticket, operator, supervisor, shift, reason, business_date, receipt_no, at";

/// How many they are.
pub(super) const COVERED_COUNT: usize = 21;

/// A key ready for use.
pub(super) struct Chain {
    key: hmac::Key,
    /// Tells one key from another, and nothing of what it is. `None`: the public one.
    pub(super) fingerprint: Option<String>,
}

impl Chain {
    pub(super) fn new(key: Option<&ChainKey>) -> Chain {
        let bytes = key.map_or(PUBLIC, ChainKey::bytes);
        let fingerprint = key.map(|key| {
            let named = [b"tillbook chain key ".as_slice(), key.bytes()].concat();
            digest::digest(&digest::SHA256, &named).as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
        });
        Chain { key: hmac::Key::new(hmac::HMAC_SHA256, bytes), fingerprint }
    }

    /// The code of a line after the one with code `previous`.
    pub(super) fn mac(&self, previous: &[u8], line: &Line) -> [u8; MAC_BYTES] {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(previous);
        context.update(&line.0);
        let mut mac = BEGINNING;
        mac.copy_from_slice(context.sign().as_ref());
        mac
    }
}

impl std::fmt::Debug for Chain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Chain")
    }
}

/// A line in bytes: each value with its type and, for a text, its length. No two lines have the same.
#[derive(Default)]
pub(super) struct Line(Vec<u8>);

impl Line {
    pub(super) fn with_room() -> Line {
        Line(Vec::with_capacity(256))
    }

    pub(super) fn int(&mut self, value: i64) -> &mut Self {
        self.0.push(b'i');
        self.0.extend_from_slice(&value.to_be_bytes());
        self
    }

    pub(super) fn text(&mut self, value: &str) -> &mut Self {
        self.bytes(b't', value.as_bytes())
    }

    pub(super) fn text_or_null(&mut self, value: Option<&str>) -> &mut Self {
        match value {
            Some(value) => self.text(value),
            None => {
                self.0.push(b'n');
                self
            }
        }
    }

    fn bytes(&mut self, kind: u8, value: &[u8]) -> &mut Self {
        self.0.push(kind);
        self.0.extend_from_slice(&(value.len() as u64).to_be_bytes());
        self.0.extend_from_slice(value);
        self
    }

    /// The line that stands in a row, its columns in the order of [`COVERED`].
    pub(super) fn of(row: &Row<'_>) -> rusqlite::Result<Line> {
        let mut line = Line::with_room();
        for column in 0..COVERED_COUNT {
            match row.get_ref(column)? {
                ValueRef::Null => line.text_or_null(None),
                ValueRef::Integer(value) => line.int(value),
                ValueRef::Text(text) => line.bytes(b't', text),
                // No column of the table holds such.
                ValueRef::Blob(bytes) => line.bytes(b'b', bytes),
                ValueRef::Real(value) => line.bytes(b'r', &value.to_be_bytes()),
            };
        }
        Ok(line)
    }
}

/// Where the chain ends now: the last line and its code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ChainHead {
    pub(crate) entry_no: i64,
    pub(crate) mac: Vec<u8>,
}

impl View<'_> {
    /// The last line's number and code: it covers every line. `None` while there is no line with one.
    pub(crate) fn chain_head(&self) -> Result<Option<ChainHead>> {
        let mut statement =
            self.conn.prepare_cached("SELECT entry_no, mac FROM entry ORDER BY entry_no DESC LIMIT 1")?;
        let row: Option<(i64, Option<Vec<u8>>)> =
            statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        Ok(row.and_then(|(entry_no, mac)| Some(ChainHead { entry_no, mac: mac? })))
    }

    /// The last line's number, and what the next one's code has to cover.
    pub(super) fn chain_end(&self) -> Result<(i64, Vec<u8>)> {
        let mut statement =
            self.conn.prepare_cached("SELECT entry_no, mac FROM entry ORDER BY entry_no DESC LIMIT 1")?;
        let row: Option<(i64, Option<Vec<u8>>)> =
            statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        match row {
            None => Ok((0, BEGINNING.to_vec())),
            Some((entry_no, Some(mac))) => Ok((entry_no, mac)),
            Some((entry_no, None)) => Ok((entry_no, self.chain_start()?)),
        }
    }

    /// What the lines without a code come to.
    pub(super) fn chain_start(&self) -> Result<Vec<u8>> {
        let stored = self.book(START)?;
        Ok(stored.and_then(|text| from_hex(&text)).unwrap_or_else(|| BEGINNING.to_vec()))
    }
}

impl Tx<'_> {
    /// Adds up the lines that a release without a chain has written.
    pub(super) fn begin_chain(&self) -> Result<()> {
        let public = Chain::new(None);
        let mut sum = BEGINNING.to_vec();
        let sql = format!("SELECT {COVERED} FROM entry WHERE mac IS NULL ORDER BY entry_no");
        let mut statement = self.conn.prepare(&sql)?;
        let mut rows = statement.query([])?;
        let mut any = false;
        while let Some(row) = rows.next()? {
            sum = public.mac(&sum, &Line::of(row)?).to_vec();
            any = true;
        }
        if any { self.set_book(START, &hex(&sum)) } else { Ok(()) }
    }

    /// Lines from here on are kept with this key. It is written down only where it is another one than before.
    pub(super) fn keep_chain_with(&self, fingerprint: Option<&str>) -> Result<()> {
        let last: Option<Option<String>> = self
            .conn
            .query_row("SELECT fingerprint FROM chain_key ORDER BY from_entry DESC LIMIT 1", [], |row| row.get(0))
            .optional()?;
        if last.is_some_and(|last| last.as_deref() == fingerprint) {
            return Ok(());
        }
        let (last_entry, _) = self.chain_end()?;
        self.conn.execute(
            "INSERT INTO chain_key (from_entry, fingerprint) VALUES (?1, ?2)
             ON CONFLICT (from_entry) DO UPDATE SET fingerprint = ?2",
            (last_entry + 1, fingerprint),
        )?;
        Ok(())
    }
}

pub(super) fn beginning() -> Vec<u8> {
    BEGINNING.to_vec()
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::model::{CheckOptions, FindingKind};
    use crate::store::{Identity, OpenOptions, Store};

    fn first_schema(path: &std::path::Path) {
        let conn = Connection::open(path).unwrap();
        conn.execute_batch(crate::store::schema::CREATE).unwrap();
        conn.execute_batch(&format!(
            "PRAGMA application_id = {}; PRAGMA user_version = 1;
             INSERT INTO book VALUES ('book_id', 'b');
             INSERT INTO card (card_no, number) VALUES (1, 'A1');
             INSERT INTO account (account_no, card_no, provider, reference, confirmed, status, money, points, as_of)
                VALUES (1, 1, 'sandy', 'A1', 1, 'active', 500, 7, 1760000000000);
             INSERT INTO lane (lane_no, provider, state) VALUES (1, 'sandy', 'idle');
             INSERT INTO operation (op_no, op_id, lane_no, card_no, provider, dialect, kind, act, bound, wire_key, delivery,
                created_at, told, effect_money, effect_bonus, effect_points, state, changed_at, holding, open)
             VALUES (1, 'x', 1, 1, 'sandy', 1, 'consume', '', '', '', 'offline', 0, '', 0, 0, 0, 'settled', 0, 0, 0);
             INSERT INTO entry (entry_no, op_no, card_no, kind, original, actual, from_card, due, bonus, points,
                money_after, points_after, business_date, receipt_no, at)
             VALUES (1, 1, 1, 'consume', 5, 5, 5, 0, 0, 0, 0, 0, '2025-10-09', '0000000018', 1760000000000),
                    (2, 1, 1, 'consume', 6, 6, 6, 0, 0, 0, 0, 0, '2025-10-09', '0000000026', 1760000000000)",
            crate::store::schema::APPLICATION_ID
        ))
        .unwrap();
    }

    fn open(path: &std::path::Path) -> Store {
        let identity = Identity {
            merchant: "m".into(),
            store: "s".into(),
            till: "t".into(),
            training: false,
            remotes: Vec::new(),
        };
        let options = OpenOptions {
            identity,
            new_book_id: "n".into(),
            access: crate::store::Access::default(),
            chain_key: None,
            high_water: None,
        };
        Store::open(path, &options).unwrap()
    }

    #[test]
    fn lines_from_before_the_chain_are_covered_by_their_sum_and_figures_are_sealed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("old.db");
        first_schema(&path);
        let found = |store: &Store, kind| {
            let report = store.check_here(&CheckOptions::default(), None);
            report.findings.iter().filter(|finding| finding.kind == kind).count()
        };
        let store = open(&path);
        assert_eq!((found(&store, FindingKind::Chain), found(&store, FindingKind::Seal)), (0, 0));
        store.conn.execute_batch("DROP TRIGGER entry_stays; UPDATE entry SET bonus = 1 WHERE entry_no = 1").unwrap();
        assert_eq!(found(&store, FindingKind::Chain), 1, "an old line was changed");
        store.conn.execute_batch("UPDATE account SET money = 501").unwrap();
        assert_eq!(found(&store, FindingKind::Seal), 1);
    }

    #[test]
    fn a_line_and_its_neighbour_never_have_the_same_bytes() {
        let bytes = |texts: [Option<&str>; 2]| {
            let mut line = Line::default();
            for text in texts {
                line.text_or_null(text);
            }
            line.0
        };
        assert_ne!(bytes([Some("ab"), Some("c")]), bytes([Some("a"), Some("bc")]));
        assert_ne!(bytes([None, Some("")]), bytes([Some(""), None]));
    }

    #[test]
    fn hexadecimal_is_read_back() {
        assert_eq!(from_hex(&hex(&[0, 255, 16])), Some(vec![0, 255, 16]));
        assert_eq!((from_hex("0"), from_hex("zz"), from_hex("é")), (None, None, None));
    }
}
