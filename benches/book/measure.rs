//! Searches and pages of history, each beside a hand-written statement that asks the same in the same run.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::types::Value;
use rusqlite::{CachedStatement, Connection, OpenFlags, Row};
use tillbook::{HistoryPage, HistoryQuery, SearchQuery, Till, Timestamp};

use crate::Size;
use crate::fill::{BEGAN_MS, OFTEN_CARD, STEP_MS};
use crate::people::{mixed, person};

/// Times of one question, of both sides.
#[derive(Default)]
struct Times {
    tillbook: Vec<Duration>,
    by_hand: Vec<Duration>,
    found: usize,
}

impl Times {
    fn report(&mut self, what: &str, budget: &str) {
        let (median, high) = quantiles(&mut self.tillbook);
        let (hand_median, hand_high) = quantiles(&mut self.by_hand);
        let hundredths = |own: u128, other: u128| own * 100 / other.max(1);
        let (ratio, high_ratio) = (hundredths(median, hand_median), hundredths(high, hand_high));
        println!(
            "{what}: p50 {median} µs, p99 {high} µs (budget {budget}); by hand {hand_median} and {hand_high} µs, \
             ratios {}.{:02} and {}.{:02}; {} found",
            ratio / 100,
            ratio % 100,
            high_ratio / 100,
            high_ratio % 100,
            self.found
        );
    }
}

/// Median and 99th percentile in microseconds.
fn quantiles(times: &mut [Duration]) -> (u128, u128) {
    times.sort_unstable();
    let at = |hundredths: usize| times[(times.len() * hundredths / 100).min(times.len() - 1)].as_micros();
    (at(50), at(99))
}

/// Both sides' times, who goes first taking turns: the first one brings pages in that the other one finds.
fn both<T, U>(
    round: usize,
    tillbook: impl FnOnce() -> T,
    by_hand: impl FnOnce() -> U,
) -> ((T, Duration), (U, Duration)) {
    fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
        let began = Instant::now();
        let result = work();
        (result, began.elapsed())
    }
    if round.is_multiple_of(2) {
        let own = timed(tillbook);
        (own, timed(by_hand))
    } else {
        let hand = timed(by_hand);
        (timed(tillbook), hand)
    }
}

/// Brings the file into the operating system's cache, as far as there is room.
fn warm(book: &Path) {
    std::io::copy(&mut std::fs::File::open(book).unwrap(), &mut std::io::sink()).unwrap();
}

fn reader(book: &Path) -> Connection {
    Connection::open_with_flags(book, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX).unwrap()
}

/// Pieces of texts that are there, and texts that are not.
fn texts(size: Size) -> Vec<(String, Vec<String>)> {
    const EACH: u64 = 500;
    let piece = |round: u64, length: usize, of: fn(usize) -> String| -> Option<String> {
        let dice = mixed(round | (length as u64) << 32);
        let whole: Vec<char> = of(dice as usize % size.cards + 1).chars().collect();
        let from = (dice >> 40) as usize % (whole.len().checked_sub(length)? + 1);
        Some(whole[from..from + length].iter().collect())
    };
    let mut texts = Vec::new();
    for length in 1..=11 {
        let phones = (0..EACH).filter_map(|round| piece(round, length, |card| person(card).phone)).collect();
        texts.push((format!("search, {length} digits of a phone"), phones));
    }
    for length in [1, 2, 4, 6, 8] {
        let numbers = (0..EACH).filter_map(|round| piece(round, length, |card| person(card).number)).collect();
        texts.push((format!("search, {length} characters of a number"), numbers));
    }
    for length in 1..=3 {
        let names = (0..EACH * 2).filter_map(|round| piece(round, length, |card| person(card).name)).collect();
        texts.push((format!("search, {length} characters of a name"), names));
    }
    let missing = |round: u64| match round % 3 {
        0 => format!("{:011}", mixed(round) % 10_000_000_000),
        1 => "龘".to_owned(),
        _ => format!("x{}", mixed(round) % 1_000),
    };
    texts.push(("search, nothing to be found".to_owned(), (0..EACH).map(missing).collect()));
    texts
}

pub fn searches(book: &Path, size: Size) {
    warm(book);
    let till = Till::open(book, crate::config()).unwrap();
    let reader = reader(book);
    for (what, texts) in texts(size) {
        let mut times = Times::default();
        for (round, text) in texts.iter().enumerate() {
            let ((found, tillbook), (by_hand, hand)) =
                both(round, || till.search(SearchQuery::new(text)).unwrap(), || search_by_hand(&reader, text));
            assert_eq!(found.cards.is_empty(), by_hand.is_empty(), "{text}");
            // The first ones prepare statements.
            if round >= 5 {
                times.tillbook.push(tillbook);
                times.by_hand.push(hand);
                times.found += found.cards.len();
            }
        }
        times.report(&what, "5000");
    }
}

/// The cards on the first stretch of tails, without order of precedence, masks or states.
fn search_by_hand(reader: &Connection, text: &str) -> Vec<(String, Option<String>, Option<String>)> {
    let mut statement = reader
        .prepare_cached(
            "SELECT c.card_no, c.number, c.name, c.phone FROM tail t JOIN card c ON c.card_no = t.card_no
             WHERE t.tail >= ?1 AND t.tail < ?1 || char(1114111) ORDER BY t.tail, t.card_no LIMIT 60",
        )
        .unwrap();
    let mut rows = statement.query([text.to_lowercase()]).unwrap();
    let (mut seen, mut found) = (BTreeSet::new(), Vec::new());
    while let Some(row) = rows.next().unwrap() {
        if seen.insert(row.get::<_, i64>(0).unwrap()) {
            found.push((row.get(1).unwrap(), row.get(2).unwrap(), row.get(3).unwrap()));
            if found.len() == 20 {
                break;
            }
        }
    }
    found
}

/// One filter, and the same in SQL.
struct Filter {
    what: &'static str,
    query: HistoryQuery,
    index: &'static str,
    clause: &'static str,
}

fn filters(size: Size) -> Vec<Filter> {
    let often = || Some(person(OFTEN_CARD).number);
    let kind = |kind: &str| Some(kind.to_owned());
    let all = HistoryQuery::default;
    let third = |thirds: i64| Some(Timestamp::from_millis(BEGAN_MS + size.entries as i64 / 3 * thirds * STEP_MS));
    let of = |what, query, index, clause| Filter { what, query, index, clause };
    vec![
        of("all", all(), "entry_at", ""),
        of("sales", HistoryQuery { kind: kind("consume"), ..all() }, "by_hand_kind", " AND e.kind = 'consume'"),
        of("voids", HistoryQuery { kind: kind("void"), ..all() }, "by_hand_kind", " AND e.kind = 'void'"),
        of("a third of the time", HistoryQuery { from: third(1), until: third(2), ..all() }, "entry_at", ""),
        of("points", HistoryQuery { only_points: true, ..all() }, "entry_at", " AND e.points <> 0"),
        of(
            "points redeemed",
            HistoryQuery { only_points: true, kind: kind("redeem_points"), ..all() },
            "by_hand_kind",
            " AND e.points <> 0 AND e.kind = 'redeem_points'",
        ),
        of("a card that comes often", HistoryQuery { card: often(), ..all() }, "by_hand_card", ""),
        of(
            "its sales",
            HistoryQuery { card: often(), kind: kind("consume"), ..all() },
            "by_hand_card",
            " AND e.kind = 'consume'",
        ),
        of(
            "its voids",
            HistoryQuery { card: often(), kind: kind("void"), ..all() },
            "by_hand_card",
            " AND e.kind = 'void'",
        ),
        of(
            "its points",
            HistoryQuery { card: often(), only_points: true, ..all() },
            "by_hand_card",
            " AND e.points <> 0",
        ),
        of("its time", HistoryQuery { card: often(), from: third(1), until: third(2), ..all() }, "by_hand_card", ""),
        of("its own and the remote's", HistoryQuery { card: often(), with_remote: true, ..all() }, "by_hand_card", ""),
    ]
}

pub fn histories(book: &Path, size: Size) {
    const EACH: usize = 300;
    // What a programmer would have made for these pages alone.
    let indexes = "CREATE INDEX by_hand_card ON entry (card_no, at); CREATE INDEX by_hand_kind ON entry (kind, at);";
    Connection::open(book).unwrap().execute_batch(indexes).unwrap();
    warm(book);
    let till = Till::open(book, crate::config()).unwrap();
    let reader = reader(book);
    for filter in filters(size) {
        for (depth, hundredths) in [("start", 1), ("middle", 50), ("deep", 95)] {
            let mut times = Times::default();
            for round in 0..EACH {
                // A line about as far back as that, and not the same twice.
                let (from, until) = match (filter.query.from, filter.query.until) {
                    (Some(_), Some(_)) => (size.entries / 3, size.entries / 3 * 2),
                    _ => (0, size.entries),
                };
                let newest = until - (until - from) * hundredths / 100;
                let spread = ((until - from) / 100).max(1);
                let after = (newest + mixed(round as u64) as usize % spread).clamp(from + 1, until) as i64;
                let query = HistoryQuery { after: Some(after), ..filter.query.clone() };
                let ((page, tillbook), (by_hand, hand)) =
                    both(round, || till.history(&query).unwrap(), || page_by_hand(&reader, &filter, after));
                assert_page(&filter, &page, by_hand);
                if round >= 5 {
                    times.tillbook.push(tillbook);
                    times.by_hand.push(hand);
                    times.found += page.lines.len() + page.records.len();
                }
            }
            times.report(&format!("history, {}, {depth}", filter.what), "1000");
        }
    }
    others(&till, &reader, size);
}

/// Any card's first page, and a ticket's.
fn others(till: &Till, reader: &Connection, size: Size) {
    for (what, index, clause) in
        [("any card", "by_hand_card", "e.card_no = ?1"), ("a ticket", "entry_ticket", "e.ticket = ?1")]
    {
        let mut times = Times::default();
        let sql =
            format!("{COLUMNS} FROM entry e INDEXED BY {index} {JOINS} WHERE {clause} ORDER BY e.at DESC LIMIT 20");
        for round in 0..1_000 {
            let dice = (mixed(round as u64) >> 8) as usize;
            let (card, ticket) = (dice % size.cards + 1, format!("A-{:08}", dice % (size.entries / 2)));
            let (query, value) = if index == "by_hand_card" {
                (
                    HistoryQuery { card: Some(person(card).number), ..HistoryQuery::default() },
                    Value::Integer(card as i64),
                )
            } else {
                (HistoryQuery { ticket: Some(ticket.clone()), ..HistoryQuery::default() }, Value::Text(ticket))
            };
            let ((page, tillbook), (lines, hand)) = both(
                round,
                || till.history(&query).unwrap(),
                || collect(&mut reader.prepare_cached(&sql).unwrap(), [value]),
            );
            assert_eq!(page.lines.len(), lines);
            if round >= 5 {
                times.tillbook.push(tillbook);
                times.by_hand.push(hand);
                times.found += lines;
            }
        }
        times.report(&format!("history, {what}"), "1000");
    }
}

const COLUMNS: &str = "SELECT e.*, o.op_id, o.state, o.evidence, c.number, p.told, f.body";
const JOINS: &str = "JOIN operation o ON o.op_no = e.op_no JOIN card c ON c.card_no = e.card_no
    LEFT JOIN promise p ON p.op_no = e.op_no LEFT JOIN confirmation f ON f.op_no = e.op_no";

/// One statement for the whole page, its rows read as they are.
fn page_by_hand(reader: &Connection, filter: &Filter, after: i64) -> usize {
    let mut clauses = filter.clause.to_owned();
    if filter.query.card.is_some() {
        clauses.push_str(&format!(" AND e.card_no = {OFTEN_CARD}"));
    }
    if let (Some(from), Some(until)) = (filter.query.from, filter.query.until) {
        clauses.push_str(&format!(" AND e.at >= {} AND e.at < {}", from.millis(), until.millis()));
    }
    let sql = format!(
        "{COLUMNS} FROM entry e INDEXED BY {} {JOINS}
         WHERE (e.at, e.entry_no) < (?1, ?2){clauses} ORDER BY e.at DESC, e.entry_no DESC LIMIT 20",
        filter.index
    );
    collect(&mut reader.prepare_cached(&sql).unwrap(), (BEGAN_MS + after * STEP_MS, after))
}

fn collect(statement: &mut CachedStatement<'_>, params: impl rusqlite::Params) -> usize {
    let columns = statement.column_count();
    let read = |row: &Row<'_>| -> rusqlite::Result<Vec<Value>> { (0..columns).map(|i| row.get(i)).collect() };
    let rows: Vec<Vec<Value>> = statement.query_map(params, read).unwrap().collect::<rusqlite::Result<_>>().unwrap();
    rows.len()
}

fn assert_page(filter: &Filter, page: &HistoryPage, by_hand: usize) {
    if !filter.query.with_remote {
        assert_eq!(page.lines.len(), by_hand, "{}", filter.what);
    }
}
