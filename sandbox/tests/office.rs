//! History pages and filters, and what the back office and other tills leave in them.

#![allow(clippy::unwrap_used)]

use serde_json::Value;
use tillbook_sandbox::Request;
use tillbook_sandbox::sandy::{
    CardStatus, Errcode, HistoryOrder, LedgerKind, LedgerLine, NewCard, Office, Sandy, Settings, Source, event,
};

const NOW_S: i64 = 1_700_000_000;

fn two_cards() -> Sandy {
    let mut sandy = Sandy::new(Settings::default());
    for number in ["A", "B"] {
        sandy.seed(NOW_S, NewCard::new(number, 1).with_holder("王芳", "139", None).with_balance(10_000, 50)).unwrap();
    }
    sandy
}

fn history(sandy: &mut Sandy, body: &str) -> Value {
    let request = Request::api(sandy.settings(), "getcardhis", body);
    serde_json::from_str(&sandy.handle(NOW_S, &request).text()).unwrap()
}

fn ids(answer: &Value) -> Vec<i64> {
    answer["data"].as_array().unwrap().iter().map(|record| record["id"].as_i64().unwrap()).collect()
}

/// Six events on card A, a second apart: open, consume, recharge, loss, lift, withdraw.
fn busy_card() -> (Sandy, Vec<i64>) {
    let mut sandy = two_cards();
    sandy.other_till(NOW_S + 1, "二店").consume("A", 1_000, None).unwrap();
    sandy.other_till(NOW_S + 2, "二店").recharge("A", 2_000, 3).unwrap();
    sandy.office(NOW_S + 3, "manager").loss("A").unwrap();
    sandy.office(NOW_S + 4, "manager").lift("A").unwrap();
    sandy.office(NOW_S + 5, "manager").withdraw("A", 500).unwrap();
    let ids = sandy.history("A").iter().map(|record| record.id).collect();
    (sandy, ids)
}

#[test]
fn each_office_operation_leaves_its_event_and_its_ledger_lines() {
    type Act = fn(&mut Office<'_>) -> Result<(), Errcode>;
    type Event = (&'static str, i64, i64, i64, i64);
    type Line = (&'static str, LedgerKind, i64, i64);
    // The operation; events as card, type, amount moved, balance and points after; lines as card, kind, changes.
    let table: [(&str, Act, &[Event], &[Line]); 9] = [
        (
            "withdraw",
            |office| office.withdraw("A", 3_000),
            &[("A", event::WITHDRAW, 3_000, 7_000, 50)],
            &[("A", LedgerKind::Withdraw, -3_000, 0)],
        ),
        (
            "close",
            |office| office.close("A"),
            &[("A", event::CLOSE, 10_000, 0, 0)],
            &[("A", LedgerKind::Close, -10_000, -50)],
        ),
        (
            "replace",
            |office| office.replace("A", "C"),
            &[("A", event::REPLACE, 10_000, 0, 0), ("C", event::OPEN, 10_000, 10_000, 50)],
            &[("A", LedgerKind::Replace, -10_000, -50), ("C", LedgerKind::Replace, 10_000, 50)],
        ),
        ("loss", |office| office.loss("A"), &[("A", event::LOSS, 0, 10_000, 50)], &[("A", LedgerKind::Loss, 0, 0)]),
        (
            "loss and lift",
            |office| office.loss("A").and_then(|()| office.lift("A")),
            &[("A", event::LOSS, 0, 10_000, 50), ("A", event::LIFT, 0, 10_000, 50)],
            &[("A", LedgerKind::Loss, 0, 0), ("A", LedgerKind::Lift, 0, 0)],
        ),
        (
            "transfer",
            |office| office.transfer("A", "B", 4_000),
            &[("A", event::TRANSFER_OUT, 4_000, 6_000, 50), ("B", event::TRANSFER_IN, 4_000, 14_000, 50)],
            &[("A", LedgerKind::TransferOut, -4_000, 0), ("B", LedgerKind::TransferIn, 4_000, 0)],
        ),
        ("set level", |office| office.set_level("A", 2), &[], &[("A", LedgerKind::SetLevel, 0, 0)]),
        (
            "open",
            |office| office.open(NewCard::new("C", 1).with_balance(700, 7)),
            &[("C", event::OPEN, 700, 700, 7)],
            &[("C", LedgerKind::Open, 700, 7)],
        ),
        (
            "replace a lost card",
            |office| office.loss("A").and_then(|()| office.replace("A", "C")),
            &[
                ("A", event::LOSS, 0, 10_000, 50),
                ("A", event::REPLACE, 10_000, 0, 0),
                ("C", event::OPEN, 10_000, 10_000, 50),
            ],
            &[
                ("A", LedgerKind::Loss, 0, 0),
                ("A", LedgerKind::Replace, -10_000, -50),
                ("C", LedgerKind::Replace, 10_000, 50),
            ],
        ),
    ];
    for (name, act, events, lines) in table {
        let mut sandy = two_cards();
        act(&mut sandy.office(NOW_S + 9, "manager")).unwrap();
        let mut written: Vec<_> = sandy
            .cards()
            .flat_map(|card| sandy.history(card.number).iter().map(move |record| (card.number, record)))
            .filter(|(_, record)| record.time_s == NOW_S + 9)
            .collect();
        written.sort_by_key(|(_, record)| record.id);
        let written: Vec<Event> = written
            .into_iter()
            .map(|(number, record)| {
                assert_eq!(record.ori_fen, record.act_fen, "{name}");
                let number = ["A", "B", "C"].into_iter().find(|known| *known == number).unwrap();
                (number, record.event, record.act_fen, record.amount_fen, record.score)
            })
            .collect();
        assert_eq!(written, events, "{name}");
        let new: Vec<&LedgerLine> = sandy.ledger()[2..].iter().collect();
        assert_eq!(new.len(), lines.len(), "{name}");
        for (line, expected) in new.into_iter().zip(lines) {
            assert_eq!((line.card.as_str(), line.kind, line.money_change_fen, line.points_change), *expected, "{name}");
            assert_eq!(line.source, Source::BackOffice { who: "manager".to_owned() });
        }
    }
}

#[test]
fn the_office_refuses_what_cannot_be_and_changes_nothing() {
    type Act = fn(&mut Office<'_>) -> Result<(), Errcode>;
    let table: [(Act, Errcode); 14] = [
        (|office| office.withdraw("A", 10_001), Errcode::BalanceTooLow),
        (|office| office.withdraw("A", 0), Errcode::BadParameter),
        (|office| office.withdraw("nobody", 1), Errcode::NoSuchCard),
        (|office| office.transfer("A", "B", 10_001), Errcode::BalanceTooLow),
        (|office| office.transfer("A", "A", 1), Errcode::BadParameter),
        (|office| office.transfer("A", "nobody", 1), Errcode::NoSuchCard),
        (|office| office.transfer("nobody", "A", 1), Errcode::NoSuchCard),
        (|office| office.replace("A", "B"), Errcode::CardExists),
        (|office| office.replace("A", ""), Errcode::BadParameter),
        (|office| office.replace("nobody", "C"), Errcode::NoSuchCard),
        (|office| office.lift("A"), Errcode::BadParameter),
        (|office| office.set_level("A", 77), Errcode::BadParameter),
        (|office| office.open(NewCard::new("A", 1)), Errcode::CardExists),
        (|office| office.open(NewCard::new("C", 1).with_balance(-1, 0)), Errcode::BadParameter),
    ];
    let mut sandy = two_cards();
    for (index, (act, expected)) in table.into_iter().enumerate() {
        assert_eq!(act(&mut sandy.office(NOW_S, "manager")), Err(expected), "row {index}");
    }
    assert_eq!(sandy.ledger().len(), 2);
    assert_eq!(sandy.cards().count(), 2);
}

#[test]
fn a_closed_or_replaced_card_is_gone_but_still_found_by_a_search() {
    type Act = fn(&mut Office<'_>) -> Result<(), Errcode>;
    let table: [(Act, CardStatus, &str); 2] = [
        (|office| office.close("A"), CardStatus::Closed, "已退卡"),
        (|office| office.replace("A", "C"), CardStatus::Replaced, "已换卡"),
    ];
    for (act, status, text) in table {
        let mut sandy = two_cards();
        act(&mut sandy.office(NOW_S, "manager")).unwrap();
        assert_eq!(sandy.card("A").unwrap().status, status);
        let mut ask = |endpoint: &str, body: &str| {
            let request = Request::api(sandy.settings(), endpoint, body);
            serde_json::from_str::<Value>(&sandy.handle(NOW_S, &request).text()).unwrap()
        };
        for (endpoint, body) in [
            ("getrechargerules", r#"{"card_id":"A"}"#),
            ("recharge", r#"{"card_id":"A","money":1,"pay_type":1}"#),
            ("consume", r#"{"card_id":"A","money":1}"#),
            ("getcardinfo", r#"{"card_id":"A"}"#),
            ("modcardinfo", r#"{"card_id":"A"}"#),
            ("getcardhis", r#"{"card_id":"A"}"#),
            ("consume_score", r#"{"card_id":"A","score":1}"#),
        ] {
            assert_eq!(ask(endpoint, body)["errcode"], 2, "{endpoint}");
        }
        assert_eq!(ask("getcards", r#"{"key":"A"}"#)["cards"][0]["card_status"], text);
        assert_eq!(ask("cardopen", r#"{"cardID":"A","cardLevelID":1}"#)["errcode"], 3);
        sandy.settings_mut().closed_card_history = true;
        assert_eq!(history(&mut sandy, r#"{"card_id":"A"}"#)["pages"].to_string(), "2.0");
        assert_eq!(sandy.office(NOW_S, "manager").close("A"), Err(Errcode::NoSuchCard));
    }
}

#[test]
fn a_replacement_takes_over_level_holder_and_sums() {
    let mut sandy = two_cards();
    sandy.other_till(NOW_S, "二店").consume("A", 1_000, None).unwrap();
    sandy.office(NOW_S, "manager").set_level("A", 2).unwrap();
    let old = format!("{:?}", sandy.card("A").map(|card| (card.level, card.amount_fen, card.points)));
    sandy.office(NOW_S, "manager").replace("A", "C").unwrap();
    let new = sandy.card("C").unwrap();
    assert_eq!(format!("{:?}", Some((new.level, new.amount_fen, new.points))), old);
    assert_eq!((new.name, new.sum_consume_fen, new.status), ("王芳", 1_000, CardStatus::Normal));
    assert_ne!(new.id, sandy.card("A").unwrap().id);
}

#[test]
fn another_tills_writes_show_its_name_and_are_not_the_clients() {
    let mut sandy = two_cards();
    let mut till = sandy.other_till(NOW_S, "二店");
    till.recharge("A", 10_000, 3).unwrap();
    till.consume("A", 2_000, Some(0)).unwrap();
    till.redeem("A", 30).unwrap();
    assert_eq!(till.recharge("A", 100, 9), Err(Errcode::BadParameter));
    assert_eq!(till.consume("A", 10_000_000, None), Err(Errcode::BalanceTooLow));
    assert_eq!(till.redeem("A", 1_000), Err(Errcode::BalanceTooLow));
    let records = &sandy.history("A")[1..];
    assert_eq!(records.iter().map(|record| record.event).collect::<Vec<_>>(), [event::RECHARGE, event::CONSUME]);
    assert!(records.iter().all(|record| record.org_name == "二店"));
    assert_eq!(records[0].pay_type_text, "微信");
    let lines = &sandy.ledger()[2..];
    assert!(lines.iter().all(|line| line.source == Source::OtherTill { org_name: "二店".to_owned() }));
    assert_eq!(lines.len(), 3);
}

#[test]
fn the_ledger_adds_up_to_the_cards() {
    let (mut sandy, _) = busy_card();
    sandy.office(NOW_S, "manager").transfer("B", "A", 100).unwrap();
    sandy.office(NOW_S, "manager").replace("B", "D").unwrap();
    for card in sandy.cards() {
        let mut lines = sandy.ledger().iter().filter(|line| line.card == card.number);
        let (money, points) = lines
            .clone()
            .fold((0, 0), |(money, points), line| (money + line.money_change_fen, points + line.points_change));
        assert_eq!((money, points), (card.amount_fen, card.points), "{}", card.number);
        let last = lines.next_back().unwrap();
        assert_eq!((last.amount_fen, last.points), (card.amount_fen, card.points));
    }
    assert!(sandy.ledger().iter().zip(1..).all(|(line, seq)| line.seq == seq));
}

#[test]
fn history_ids_grow_over_all_cards() {
    let (sandy, _) = busy_card();
    let mut all: Vec<i64> = ["A", "B"].iter().flat_map(|card| sandy.history(card)).map(|record| record.id).collect();
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), count);
}

#[test]
fn pages_tell_the_count_of_records_and_come_newest_first() {
    let (mut sandy, ids_up) = busy_card();
    let ids_down: Vec<i64> = ids_up.iter().rev().copied().collect();
    // Body, records expected, page size and page told.
    let table: [(&str, &[i64], i64, i64); 5] = [
        (r#"{"card_id":"A"}"#, &ids_down, 20, 1),
        (r#"{"card_id":"A","page_size":4}"#, &ids_down[..4], 4, 1),
        (r#"{"card_id":"A","page_size":4,"page":2}"#, &ids_down[4..], 4, 2),
        (r#"{"card_id":"A","page_size":4,"page":3}"#, &[], 4, 3),
        (
            r#"{"card_id":"A","page_size":9000000000000000000,"page":9000000000000000000}"#,
            &[],
            9_000_000_000_000_000_000,
            9_000_000_000_000_000_000,
        ),
    ];
    for (body, expected, page_size, page) in table {
        let answer = history(&mut sandy, body);
        assert_eq!(ids(&answer), expected, "{body}");
        assert_eq!(answer["pages"].to_string(), "6.0", "{body}");
        assert_eq!((&answer["page_size"], &answer["page"]), (&page_size.into(), &page.into()), "{body}");
    }
    sandy.settings_mut().history_order = HistoryOrder::OldestFirst;
    assert_eq!(ids(&history(&mut sandy, r#"{"card_id":"A","page_size":4,"page":2}"#)), ids_up[4..]);
}

#[test]
fn filters_narrow_the_history_and_its_count() {
    let (mut sandy, ids_up) = busy_card();
    let at = |wanted: &[usize]| wanted.iter().map(|index| ids_up[*index]).collect::<Vec<i64>>();
    let table = [
        (r#""event_type":0"#.to_owned(), at(&[5, 4, 3, 2, 1, 0])),
        (r#""event_type":6"#.to_owned(), at(&[2])),
        (r#""event_type":7"#.to_owned(), at(&[1])),
        (r#""event_type":20"#.to_owned(), at(&[])),
        // Opening with points and consuming change them; a recharge without points doesn't.
        (r#""only_score_change":1"#.to_owned(), at(&[1, 0])),
        (r#""only_score_change":0"#.to_owned(), at(&[5, 4, 3, 2, 1, 0])),
        (format!(r#""start_timestamp":{}"#, NOW_S + 4), at(&[5, 4])),
        (format!(r#""end_timestamp":{}"#, NOW_S + 1), at(&[1, 0])),
        (format!(r#""start_timestamp":{0},"end_timestamp":{0}"#, NOW_S + 2), at(&[2])),
        (format!(r#""start_timestamp":{},"event_type":7"#, NOW_S + 2), at(&[])),
    ];
    for (filter, expected) in table {
        let answer = history(&mut sandy, &format!(r#"{{"card_id":"A",{filter}}}"#));
        assert_eq!(ids(&answer), expected, "{filter}");
        assert_eq!(answer["pages"].to_string(), format!("{}.0", expected.len()), "{filter}");
    }
}
