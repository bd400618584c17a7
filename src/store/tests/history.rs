//! Pages of history against the whole of it, read through and sorted.

use super::{Dice, book};
use crate::clock::Timestamp;
use crate::model::{HistoryItem, HistoryQuery};
use crate::store::Store;

const CARDS: [&str; 4] = ["A1", "A2", "B1", "C1"];
/// `A2` has turned out to be `A1`.
const KEPT: [&str; 4] = ["A1", "A1", "B1", "C1"];
const KINDS: [&str; 4] = ["consume", "recharge", "void", "modify"];

/// A line as the test wrote it.
#[derive(Clone, Debug)]
struct Written {
    remote: bool,
    no: i64,
    at: i64,
    card: usize,
    kind: &'static str,
    points: i64,
    ticket: Option<String>,
    /// It is an operation of this book.
    linked: bool,
}

fn write(store: &Store, lines: usize) -> Vec<Written> {
    let mut dice = Dice(7);
    for (card, kept) in CARDS.iter().zip(KEPT) {
        let same_as = (*card != kept).then_some(1);
        store.conn.execute("INSERT INTO card (number, same_as) VALUES (?1, ?2)", (card, same_as)).unwrap();
    }
    let mut written = Vec::new();
    for no in 1..=lines as i64 {
        for remote in [false, true] {
            let kind = KINDS[dice.roll(4) as usize];
            let line = Written {
                remote,
                no,
                // Often the same moment, and not in the order of writing: clocks are brought back.
                at: 1_000 + dice.roll(40) as i64,
                card: dice.roll(4) as usize,
                kind,
                points: if kind == "modify" { 0 } else { dice.roll(3) as i64 - 1 },
                ticket: (!remote && dice.roll(2) == 0).then(|| format!("T{}", dice.roll(5))),
                linked: remote && dice.roll(4) == 0,
            };
            insert(store, &line);
            written.push(line);
        }
    }
    written
}

fn insert(store: &Store, line: &Written) {
    let card_no = line.card as i64 + 1;
    if line.remote {
        store
            .conn
            .execute(
                "INSERT INTO record (record_no, account_no, card_no, provider, remote_id, kind, points, at, fetched_at, op_no)
                 VALUES (?1, ?2, ?2, 'sandy', 'r' || ?1, ?3, ?4, ?5, 1, ?6)",
                (line.no, card_no, line.kind, line.points, line.at, line.linked.then_some(line.no)),
            )
            .unwrap();
        return;
    }
    let op_id = format!("op-{}", line.no);
    store
        .conn
        .execute(
            "INSERT INTO operation (op_no, op_id, lane_no, card_no, provider, dialect, kind, act, bound, wire_key, delivery,
                 created_at, told, effect_money, effect_bonus, effect_points, state, changed_at, holding, open)
             VALUES (?1, ?2, ?3, ?3, 'sandy', 1, 'consume', '', '', '', '', 1, '', 0, 0, 0, 'settled', 1, 0, 0)",
            (line.no, op_id, card_no),
        )
        .unwrap();
    store
        .conn
        .execute(
            "INSERT INTO entry (entry_no, op_no, card_no, kind, original, actual, from_card, due, bonus, points, money_after,
                 points_after, ticket, business_date, receipt_no, at)
             VALUES (?1, ?1, ?2, ?3, 1, 1, 1, 0, 0, ?4, 0, 0, ?5, '', '', ?6)",
            (line.no, card_no, line.kind, line.points, &line.ticket, line.at),
        )
        .unwrap();
}

/// What a history of this query has to show, in order.
fn expected(written: &[Written], query: &HistoryQuery) -> Vec<(bool, i64)> {
    let millis = |time: Option<Timestamp>| time.map(Timestamp::millis);
    let mut lines: Vec<&Written> = written
        .iter()
        .filter(|line| !line.remote || (query.with_remote && !line.linked))
        .filter(|line| {
            query.card.as_deref().is_none_or(|card| {
                let asked = CARDS.iter().position(|own| *own == card).unwrap();
                KEPT[line.card] == KEPT[asked]
            })
        })
        .filter(|line| query.ticket.is_none() || query.ticket == line.ticket)
        .filter(|line| query.kind.as_deref().is_none_or(|kind| kind == line.kind))
        .filter(|line| millis(query.from).is_none_or(|from| line.at >= from))
        .filter(|line| millis(query.until).is_none_or(|until| line.at < until))
        .filter(|line| !query.only_points || line.points != 0)
        .collect();
    lines.sort_by_key(|line| std::cmp::Reverse((line.at, !line.remote, line.no)));
    lines.iter().map(|line| (line.remote, line.no)).collect()
}

fn shown(store: &Store, query: &HistoryQuery) -> Vec<(bool, i64)> {
    let mut lines = Vec::new();
    let mut query = Some(query.clone());
    while let Some(asked) = query {
        let page = store.view().history(&asked).unwrap();
        assert!(page.lines.len() + page.records.len() <= asked.page_size);
        lines.extend(page.in_order().map(|item| match item {
            HistoryItem::Here(line) => (false, line.entry.entry_no),
            HistoryItem::Remote(record) => (true, record.record_no),
        }));
        query = asked.next_page(&page);
        assert!(
            query.is_none() || page.lines.len() + page.records.len() == asked.page_size,
            "a page is full or the last"
        );
    }
    lines
}

#[test]
fn pages_hold_what_reading_everything_through_finds_in_the_same_order() {
    let (store, _dir) = book();
    let written = write(&store, 300);
    let mut met = 0;
    for bits in 0..128_u32 {
        let bit = |place: u32| bits >> place & 1 == 1;
        for (card, page_size) in [("A1", 7), ("A2", 1), ("B1", 500)] {
            let query = HistoryQuery {
                card: bit(0).then(|| card.to_owned()),
                ticket: bit(1).then(|| "T3".to_owned()),
                kind: bit(2).then(|| "recharge".to_owned()),
                only_points: bit(3),
                from: bit(4).then(|| Timestamp::from_millis(1_010)),
                until: bit(5).then(|| Timestamp::from_millis(1_030)),
                with_remote: bit(0) && bit(6),
                page_size,
                ..HistoryQuery::default()
            };
            let expected = expected(&written, &query);
            met += expected.len();
            assert_eq!(shown(&store, &query), expected, "{query:?}");
        }
    }
    assert!(met > 5_000, "{met} lines were met");
}

#[test]
fn a_line_of_the_remotes_that_is_an_operation_of_the_book_gives_it_its_number() {
    let (store, _dir) = book();
    let written = write(&store, 40);
    let linked: Vec<i64> = written.iter().filter(|line| line.linked).map(|line| line.no).collect();
    let page = store.view().history(&HistoryQuery { page_size: 500, ..HistoryQuery::default() }).unwrap();
    for line in &page.lines {
        let no = line.entry.entry_no;
        assert_eq!(line.remote_id, linked.contains(&no).then(|| format!("r{no}")), "{no}");
    }
    assert!(!linked.is_empty());
}

#[test]
fn lines_that_are_read_between_two_pages_move_none() {
    let (store, _dir) = book();
    let mut written = write(&store, 60);
    let query = HistoryQuery { card: Some("A1".into()), with_remote: true, page_size: 5, ..HistoryQuery::default() };
    let all = expected(&written, &query);
    let first = store.view().history(&query).unwrap();
    // Newer ones, and old ones of the remote's that are read only now: these stand in their places if those are still to come.
    for (no, at, remote) in [(1_000, 2_000, false), (1_001, 2_000, true), (1_002, 900, true)] {
        let line = Written { remote, no, at, card: 0, kind: "consume", points: 1, ticket: None, linked: false };
        insert(&store, &line);
        written.push(line);
    }
    let rest = shown(&store, &query.next_page(&first).unwrap());
    let mut later = all[5..].to_vec();
    later.push((true, 1_002));
    assert_eq!(rest, later);
}

#[test]
fn what_no_page_ended_with_is_no_place_to_go_on() {
    let (store, _dir) = book();
    write(&store, 3);
    let refused = |query: HistoryQuery| store.view().history(&query).unwrap_err().code();
    let invalid = crate::ErrorCode::InvalidInput;
    for after in [0, -1, 99] {
        assert_eq!(refused(HistoryQuery { after: Some(after), ..HistoryQuery::default() }), invalid);
        let card = Some("A1".to_owned());
        let query = HistoryQuery { card, with_remote: true, after_record: Some(after), ..HistoryQuery::default() };
        assert_eq!(refused(query), invalid);
    }
    assert_eq!(refused(HistoryQuery { with_remote: true, ..HistoryQuery::default() }), invalid);
}
