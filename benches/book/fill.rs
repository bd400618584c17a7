//! Fills a book with bulk statements: the rows that the library writes, by the library's own schema.

use std::collections::BTreeSet;
use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{Connection, Statement, params_from_iter};
use tillbook::Till;

use crate::Size;
use crate::people::{Person, mixed, person};
use crate::templates::{Row, Templates};

/// The first line's time.
pub const BEGAN_MS: i64 = 1_700_000_000_000;
/// From one line to the next.
pub const STEP_MS: i64 = 20_000;
/// Every so many lines one is this card's: a member who comes often.
pub const OFTEN: usize = 100;
pub const OFTEN_CARD: usize = 2;
/// Cards with lines of the remote's own history.
const WITH_RECORDS: usize = 1_000;
const RECORDS_EACH: usize = 50;

/// Bytes of the file.
pub struct Bytes {
    pub cards: u64,
    pub entries: u64,
}

pub fn fill(book: &Path, size: Size, templates: &Templates) -> Bytes {
    Till::open(book, crate::config()).unwrap().close(std::time::Duration::ZERO);
    let conn = Connection::open(book).unwrap();
    let mode: String = conn.query_row("PRAGMA journal_mode = OFF", [], |row| row.get(0)).unwrap();
    assert_eq!(mode, "off");
    conn.execute_batch(
        "PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -500000;
         PRAGMA temp_store = FILE;",
    )
    .unwrap();
    let empty = length(&conn);
    let indexes = drop_indexes(&conn);
    conn.execute_batch("BEGIN").unwrap();
    cards(&conn, size, templates);
    conn.execute_batch("COMMIT").unwrap();
    let (of_cards, others): (Vec<String>, Vec<String>) =
        indexes.into_iter().partition(|sql| sql.contains(" ON card ") || sql.contains(" ON account "));
    of_cards.iter().for_each(|sql| conn.execute_batch(sql).unwrap());
    let with_cards = length(&conn);
    conn.execute_batch("BEGIN").unwrap();
    entries(&conn, size, templates);
    records(&conn);
    conn.execute_batch("COMMIT").unwrap();
    others.iter().for_each(|sql| conn.execute_batch(sql).unwrap());
    let full = length(&conn);
    conn.execute_batch("PRAGMA locking_mode = NORMAL; PRAGMA journal_mode = WAL;").unwrap();
    drop(conn);
    // Once as a till does: nothing is left to be recovered by those that are measured.
    Till::open(book, crate::config()).unwrap().close(std::time::Duration::ZERO);
    Bytes { cards: with_cards - empty, entries: full - with_cards }
}

fn length(conn: &Connection) -> u64 {
    let read = |what: &str| conn.query_row(&format!("PRAGMA {what}"), [], |row| row.get::<_, i64>(0)).unwrap();
    read("page_count").unsigned_abs() * read("page_size").unsigned_abs()
}

/// Indexes are made at the end, sorted.
fn drop_indexes(conn: &Connection) -> Vec<String> {
    let mut statement =
        conn.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL").unwrap();
    let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))).unwrap();
    let all: Vec<(String, String)> = rows.map(|row| row.unwrap()).collect();
    all.iter().for_each(|(name, _)| conn.execute_batch(&format!("DROP INDEX {name}")).unwrap());
    all.into_iter().map(|(_, sql)| sql).collect()
}

/// A template's row, some of its columns set for each line that is written.
struct Writer<'a> {
    insert: Statement<'a>,
    values: Vec<Value>,
    places: Vec<usize>,
}

impl<'a> Writer<'a> {
    fn new(conn: &'a Connection, table: &str, row: &Row, set: &[&str]) -> Writer<'a> {
        let names: Vec<&str> = row.iter().map(|(name, _)| name.as_str()).collect();
        let marks = vec!["?"; names.len()].join(", ");
        let insert = conn.prepare(&format!("INSERT INTO {table} ({}) VALUES ({marks})", names.join(", "))).unwrap();
        let places = set.iter().map(|column| names.iter().position(|name| name == column).unwrap()).collect();
        Writer { insert, values: row.iter().map(|(_, value)| value.clone()).collect(), places }
    }

    fn write<const N: usize>(&mut self, values: [Value; N]) {
        for (place, value) in self.places.iter().zip(values) {
            self.values[*place] = value;
        }
        self.insert.execute(params_from_iter(&self.values)).unwrap();
    }
}

fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

fn number(number: usize) -> Value {
    Value::Integer(number as i64)
}

fn cards(conn: &Connection, size: Size, templates: &Templates) {
    let mut card = Writer::new(conn, "card", &templates.card, &["card_no", "number", "name", "phone"]);
    let mut account = Writer::new(conn, "account", &templates.account, &["account_no", "card_no", "reference"]);
    let mut lane = Writer::new(conn, "lane", &templates.lane, &["lane_no"]);
    let mut sorted: Vec<([u8; 24], u32)> = Vec::with_capacity(size.cards * 28);
    for card_no in 1..=size.cards {
        let person = person(card_no);
        for tail in tails(&person) {
            let mut bytes = [0; 24];
            bytes[..tail.len()].copy_from_slice(tail.as_bytes());
            sorted.push((bytes, card_no as u32));
        }
        card.write([number(card_no), text(&person.number), text(person.name), text(person.phone)]);
        account.write([number(card_no), number(card_no), text(person.number)]);
        lane.write([number(card_no)]);
    }
    // No text holds a zero byte, so what is filled up with them stands in the same order.
    sorted.sort_unstable();
    let mut insert = conn.prepare("INSERT INTO tail (tail, card_no) VALUES (?1, ?2)").unwrap();
    for (bytes, card_no) in &sorted {
        let length = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
        insert.execute((std::str::from_utf8(&bytes[..length]).unwrap(), card_no)).unwrap();
    }
}

/// What a card is found by, for texts as this generator makes them: no more than 16 characters, already folded but for case.
pub fn tails(person: &Person) -> BTreeSet<String> {
    let number = person.number.to_lowercase();
    let mut tails = BTreeSet::from([format!("\u{1}{number}"), format!("\u{2}{}", person.phone)]);
    for whole in [&number, &person.phone, &person.name] {
        tails.extend(whole.char_indices().map(|(from, _)| whole[from..].to_owned()));
    }
    tails
}

/// Of a hundred lines 75 sales, 12 recharges, 6 of points, 5 of holders' data and 2 voids.
fn kind(dice: u64) -> &'static str {
    match dice % 100 {
        0..75 => "consume",
        75..87 => "recharge",
        87..93 => "redeem_points",
        93..98 => "modify",
        _ => "void",
    }
}

fn entries(conn: &Connection, size: Size, templates: &Templates) {
    let kinds = ["consume", "recharge", "redeem_points", "modify", "void"];
    let set = ["op_no", "op_id", "wire_key", "lane_no", "card_no", "ticket", "created_at", "changed_at"];
    let entry_set = ["entry_no", "op_no", "card_no", "ticket", "receipt_no", "business_date", "at"];
    let mut whole: Vec<_> = kinds
        .iter()
        .map(|kind| {
            let template = templates.of(kind);
            (
                Writer::new(conn, "operation", &template.operation, &set),
                Writer::new(conn, "promise", &template.promise, &["op_no", "at"]),
                Writer::new(conn, "entry", &template.entry, &entry_set),
                template.confirmation.as_ref().map(|row| Writer::new(conn, "confirmation", row, &["op_no", "at"])),
            )
        })
        .collect();
    let slim = |row: &Row| -> Row {
        let emptied = |name: &String| matches!(name.as_str(), "act" | "bound" | "told");
        row.iter().map(|(name, value)| (name.clone(), if emptied(name) { text("") } else { value.clone() })).collect()
    };
    let mut archived: Vec<_> = kinds
        .iter()
        .map(|kind| {
            let template = templates.of(kind);
            (
                Writer::new(conn, "operation", &slim(&template.operation), &set),
                Writer::new(conn, "promise", &slim(&template.promise), &["op_no", "at"]),
            )
        })
        .collect();
    for line in 1..=size.entries {
        let dice = mixed(line as u64 | 1 << 40);
        let place = kinds.iter().position(|own| *own == kind(dice)).unwrap();
        let card_no = if line % OFTEN == 0 { OFTEN_CARD } else { (dice >> 16) as usize % size.cards + 1 };
        let at = BEGAN_MS + line as i64 * STEP_MS;
        // A POS numbers its tickets and names the calls by them.
        let ticket = format!("A-{:08}", line / 2);
        let (day, no) = (line / 4_000, number(line));
        let date = format!("20{:02}-{:02}-{:02}", 20 + day / 336 % 80, day / 28 % 12 + 1, day % 28 + 1);
        let op_id = format!("store-1-till-1-{line:010}");
        let operation = [
            no.clone(),
            text(&op_id),
            text(op_id),
            number(card_no),
            number(card_no),
            text(&ticket),
            Value::Integer(at),
            Value::Integer(at + 300),
        ];
        let promise = [no.clone(), Value::Integer(at)];
        let entry = [
            no.clone(),
            no.clone(),
            number(card_no),
            text(ticket),
            text(format!("{line:010}")),
            text(date),
            Value::Integer(at),
        ];
        whole[place].2.write(entry);
        if line + size.whole <= size.entries {
            archived[place].0.write(operation);
            archived[place].1.write(promise);
            continue;
        }
        whole[place].0.write(operation);
        whole[place].1.write(promise);
        if let Some(confirmation) = &mut whole[place].3 {
            confirmation.write([no, Value::Integer(at + 300)]);
        }
    }
}

/// What the remote's own history has of some cards besides.
fn records(conn: &Connection) {
    let mut insert = conn
        .prepare(
            "INSERT INTO record (account_no, card_no, provider, remote_id, kind, money, points, at, fetched_at)
             VALUES (?1, ?1, 'sandy', ?2, 'consume', -100, 1, ?3, ?3)",
        )
        .unwrap();
    for card_no in 1..=WITH_RECORDS as i64 {
        for record in 0..RECORDS_EACH as i64 {
            let at = BEGAN_MS + (record * WITH_RECORDS as i64 + card_no) * STEP_MS;
            insert.execute((card_no, format!("{card_no}-{record}"), at)).unwrap();
        }
    }
}
