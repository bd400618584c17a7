//! How SQLite carries out what the store asks: by searches in indexes, never by reading a table through or sorting.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use rusqlite::trace::{TraceEvent, TraceEventCodes};

use super::{book, identity};
use crate::clock::Timestamp;
use crate::model::{CardNumber, CardStatus, HistoryQuery, Kind, NoticeKind, OpId, SearchQuery, State};
use crate::store::{Identity, RemoteIdentity, Store};

/// Read through on purpose: partial indexes of what is open just now, which the limits of the policy and people's patience
/// keep small; and SQLite's name for a row that it makes itself.
const SMALL: [&str; 12] = [
    "SCAN CONSTANT ROW",
    // It has one row.
    "SCAN time_mark",
    "SCAN operation USING INDEX operation_exposed",
    "SCAN operation USING INDEX operation_head",
    // Counted, not read: those that were ever taken for applied on evidence that another till could have left.
    "SCAN operation USING COVERING INDEX operation_inferred",
    "SCAN operation USING COVERING INDEX operation_head",
    "SCAN lane USING INDEX lane_ready",
    "SCAN operation USING INDEX operation_open",
    "SCAN operation USING INDEX operation_waiting",
    "SCAN o USING INDEX operation_waiting",
    "SCAN n USING INDEX notice_open",
    "SCAN notice USING INDEX notice_open",
];

/// The statements that `work` runs.
fn statements(store: &mut Store, work: impl FnOnce(&Store)) -> BTreeSet<String> {
    let run = Arc::new(Mutex::new(BTreeSet::new()));
    let seen = Arc::clone(&run);
    let remember = move |event: TraceEvent<'_>| {
        if let TraceEvent::Stmt(statement, _) = event {
            seen.lock().unwrap().insert(statement.sql().into_owned());
        }
    };
    store.conn.trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(remember)).unwrap();
    work(store);
    store.conn.trace_v2(TraceEventCodes::empty(), None::<fn(TraceEvent<'_>)>).unwrap();
    std::mem::take(&mut run.lock().unwrap())
}

fn plan(store: &Store, sql: &str) -> Vec<String> {
    let mut statement = store.conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let nulls = vec![rusqlite::types::Null; statement.parameter_count()];
    let rows = statement.query_map(rusqlite::params_from_iter(nulls), |row| row.get(3)).unwrap();
    rows.map(|row| row.unwrap()).collect()
}

/// Every step of the plans of what `work` runs. Fails on one that reads through or sorts.
fn searches(store: &mut Store, least: usize, work: impl FnOnce(&Store)) -> Vec<String> {
    let statements = statements(store, work);
    assert!(statements.len() >= least, "only {} statements were run", statements.len());
    let (mut steps, mut wrong) = (Vec::new(), Vec::new());
    for sql in statements {
        for step in plan(store, &sql) {
            let bad = step.contains("SCAN") || step.contains("TEMP B-TREE") || step.contains("AUTOMATIC");
            if bad && !SMALL.contains(&step.as_str()) {
                wrong.push(format!("{step}: {sql}"));
            }
            steps.push(step);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    steps
}

/// Every way to fill in a query.
fn queries() -> Vec<HistoryQuery> {
    let time = |given: bool| given.then(|| Timestamp::from_millis(500));
    (0..256_u32)
        .map(|bits| {
            let bit = |place: u32| bits >> place & 1 == 1;
            HistoryQuery {
                card: bit(0).then(|| "A1".to_owned()),
                ticket: bit(1).then(|| "T1".to_owned()),
                kind: bit(2).then(|| "consume".to_owned()),
                only_points: bit(3),
                from: time(bit(4)),
                until: time(bit(5)),
                with_remote: bit(0) && bit(6),
                after: bit(7).then_some(1),
                after_record: bit(7).then_some(1),
                page_size: 3,
            }
        })
        .collect()
}

#[test]
fn history_searches_whatever_it_is_filtered_by() {
    let (mut store, _dir) = book();
    store
        .conn
        .execute_batch(
            "INSERT INTO card (number, same_as) VALUES ('A1', NULL), ('A2', 1);
             INSERT INTO operation (op_id, lane_no, card_no, provider, dialect, kind, act, bound, wire_key, delivery,
                 created_at, told, effect_money, effect_bonus, effect_points, state, changed_at, holding, open)
             SELECT 'x', 1, 1, 'sandy', 1, 'consume', '', '', '', '', 1, '', 0, 0, 0, 'settled', 1, 0, 0;
             INSERT INTO entry (op_no, card_no, kind, original, actual, from_card, due, bonus, points, money_after,
                 points_after, ticket, business_date, receipt_no, at)
             SELECT 1, 1, 'consume', 1, 1, 1, 0, 0, 1, 0, 0, 'T1', '', '', 400;
             INSERT INTO record (account_no, card_no, provider, remote_id, kind, points, at, fetched_at)
             VALUES (1, 1, 'sandy', 'r1', 'consume', 1, 400, 1);",
        )
        .unwrap();
    let steps = searches(&mut store, 20, |store| {
        for query in queries() {
            store.view().history(&query).unwrap();
        }
    });
    let mut used = BTreeSet::new();
    for step in steps.iter().filter(|step| step.contains("entry USING") || step.contains("record USING")) {
        // Each stretch begins and ends with a time; lines of one moment are few.
        let by_key = step.contains("PRIMARY KEY (rowid=?)") || step.contains("INTEGER PRIMARY KEY");
        let of_kinds = step.ends_with("(kind>?)") || step.ends_with("(card_no=? AND kind>?)");
        let bounded = step.contains("at>? AND at<?)");
        assert!(by_key || of_kinds || bounded, "{step}");
        used.extend(step.split_whitespace().find(|word| word.starts_with("entry_") || word.starts_with("record_")));
    }
    let indexes = ["entry_at", "entry_card", "entry_kind", "entry_ticket", "record_card"];
    assert_eq!(used, BTreeSet::from(indexes));
}

#[test]
fn a_search_reads_a_stretch_of_the_tails_and_the_cards_that_it_shows() {
    let (mut store, _dir) = book();
    let added = store.write(|tx| {
        let card_no = tx.insert_card("A1")?;
        tx.insert_account(card_no, "sandy", Some("A1"), (CardStatus::Active, None))
    });
    added.unwrap();
    let steps = searches(&mut store, 4, |store| {
        store.view().search(&SearchQuery::new("a").check().unwrap()).unwrap();
        store.view().search(&SearchQuery::new("a1").check().unwrap()).unwrap();
    });
    let tails: Vec<&String> = steps.iter().filter(|step| step.contains("tail")).collect();
    assert!(
        tails.iter().all(|step| step.contains("(tail=? AND card_no>?)")
            || step.contains("tail>? AND tail<?")
            || step.contains("(tail,card_no)>(?,?) AND tail<?")),
        "{tails:?}"
    );
}

#[test]
fn what_every_turn_and_every_call_reads_is_searched_for() {
    let (mut store, _dir) = book();
    let now = Timestamp::from_millis(1);
    let number = CardNumber::new("A1").unwrap();
    searches(&mut store, 25, |store| {
        let view = store.view();
        // Claiming.
        for probes in [true, false] {
            view.ready_lanes("sandy", probes, now, 16).unwrap();
        }
        _ = view.lane(1);
        view.lane_head(1).unwrap();
        view.lane_front(1).unwrap();
        _ = view.operation(1);
        view.operation_by_id(&OpId::stored("x".to_owned())).unwrap();
        view.applied_operations(1).unwrap();
        view.open_changes(1).unwrap();
        view.returns_of(1).unwrap();
        view.all_of_kind(1, Kind::Consume).unwrap();
        view.confirmation(1).unwrap();
        view.claims(1).unwrap();
        view.operations_in(State::InDoubt).unwrap();
        view.unpromised_operations().unwrap();
        // What waits, and what people are told.
        view.waiting_operations().unwrap();
        view.open_notices(1000).unwrap();
        view.has_open_notice(NoticeKind::Parked).unwrap();
        view.has_open_notice_of_card(NoticeKind::Parked, 1).unwrap();
        view.open_counts().unwrap();
        view.inferred_count().unwrap();
        // Headroom.
        view.card(number.as_str(), "sandy").unwrap();
        view.open_operations(1).unwrap();
        view.open_effects(1, None).unwrap();
        view.till_exposure().unwrap();
        view.card_exposure(1).unwrap();
        view.phone_exposure(1).unwrap();
        view.owed(1).unwrap();
        // What a cashier looks up.
        view.card_row("A1").unwrap();
        view.accounts_of(1).unwrap();
        view.numbers_by_phone("13812345678", 20).unwrap();
        view.account_by_reference("sandy", "A1").unwrap();
        view.receipt_no(1).unwrap();
    });
}

#[test]
fn opening_reads_only_what_is_open() {
    let (mut store, _dir) = book();
    let remote = RemoteIdentity { provider: "sandy", base_url: "https://sandy.test".into(), tenant: "guid".into() };
    searches(&mut store, 10, |store| {
        store
            .write(|tx| {
                tx.check_identity(&Identity { remotes: vec![remote.clone()], ..identity() })?;
                tx.check_identity(&Identity { till: "Till 2".into(), remotes: vec![remote], ..identity() })?;
                tx.clamp_due(Timestamp::from_millis(1))
            })
            .unwrap();
        let view = store.view();
        view.highest_time().unwrap();
        view.operations_in(State::Sending).unwrap();
        view.unpromised_operations().unwrap();
        view.till_exposure().unwrap();
        view.open_counts().unwrap();
    });
}
