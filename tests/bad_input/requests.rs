//! What a request may hold.

use std::time::Duration;

use tillbook::{
    Consume, Delivery, ErrorCode, Gender, HistoryQuery, Modify, Money, OpenCard, Points, Recharge, RedeemPoints,
    Request, Resolution, Till,
};

use crate::common::{SOON, Shop, yuan};
use crate::dump::dump;

const LONGEST: Duration = Duration::from_secs(600);

/// A till that knows both cards and whose remote is gone.
fn cut_off(shop: &Shop) -> Till {
    let till = shop.till();
    for card in ["A1", "B1"] {
        till.serve_card(card, SOON).unwrap();
    }
    crate::cut_off(shop, &till);
    till
}

fn fen(fen: i64) -> Money {
    Money::from_fen(fen)
}

fn consume() -> Consume {
    Consume::new("A1", yuan("1"))
}

fn open() -> OpenCard {
    OpenCard::new("N1", "普通会员")
}

/// Each is refused in each delivery with exactly this text, and nothing of the book has changed.
fn assert_refused(cases: Vec<(Request, &'static str, String)>) {
    let shop = Shop::open();
    let till = cut_off(&shop);
    let before = dump(&shop.book());
    for (request, field, message) in cases {
        let shown = format!("{request:?}");
        let error = till.call(request).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidInput, "{shown}: {error}");
        assert_eq!(error.field(), Some(field), "{shown}: {error}");
        assert_eq!(error.to_string(), message, "{shown}");
        assert!(!error.is_retryable(), "{shown}");
    }
    assert_eq!(dump(&shop.book()), before);
    assert_eq!(till.status().unwrap().queued, 0);
}

#[test]
fn an_amount_is_above_zero_and_within_bounds() {
    let positive = |field: &str, value: &str| format!("{field} must be above zero (got \"{value}\")");
    let bounded = |field: &str, value: &str| format!("{field} must be at most 100,000,000.00 (got \"{value}\")");
    let part = |value: &str| format!("discountable must be between zero and the total (got \"{value}\")");
    let most = Money::MAX_REQUEST;
    assert_refused(vec![
        (Consume::new("A1", fen(0)).into(), "total", positive("total", "0.00")),
        (Consume::new("A1", fen(-1)).into(), "total", positive("total", "-0.01")),
        (Consume::new("A1", fen(i64::MIN)).into(), "total", positive("total", "-92233720368547758.08")),
        (Consume::new("A1", most.plus(fen(1))).into(), "total", bounded("total", "100000000.01")),
        (Consume::new("A1", fen(i64::MAX)).into(), "total", bounded("total", "92233720368547758.07")),
        (consume().discountable(fen(101)).into(), "discountable", part("1.01")),
        (consume().discountable(fen(-1)).into(), "discountable", part("-0.01")),
        (Recharge::new("A1", fen(0), 1).into(), "amount", positive("amount", "0.00")),
        (Recharge::new("A1", fen(-500), 1).into(), "amount", positive("amount", "-5.00")),
        (Recharge::new("A1", most.plus(fen(1)), 1).into(), "amount", bounded("amount", "100000000.01")),
    ]);
}

#[test]
fn points_are_at_least_one_and_within_bounds() {
    let message = |value: i64| format!("points must be at least one and at most 1,000,000,000,000 (got \"{value}\")");
    let cases = [0, -1, i64::MIN, Points::MAX_REQUEST.get() + 1, i64::MAX];
    let redeem = |points| RedeemPoints::new("A1", Points::new(points)).into();
    assert_refused(cases.into_iter().map(|points| (redeem(points), "points", message(points))).collect());
}

#[test]
fn text_is_short_not_empty_and_holds_nothing_that_garbles_a_slip() {
    let shop = Shop::open();
    let till = cut_off(&shop);
    let before = dump(&shop.book());
    type Set = fn(Consume, String) -> Consume;
    let fields: [(&str, usize, Set); 5] = [
        ("ticket", 64, Consume::ticket),
        ("operator", 64, Consume::operator),
        ("supervisor", 64, Consume::supervisor),
        ("shift", 64, Consume::shift),
        ("reason", 200, Consume::reason),
    ];
    for (field, most, set) in fields {
        let cases = [
            (String::new(), "must not be empty", "\"\""),
            (" \u{3000}".into(), "must not be empty", "(got "),
            ("x".repeat(most + 1), "is too long", "\"xxxx"),
            ("字".repeat(most + 1), "is too long", "\"字字"),
            ("a\nb".into(), "must hold no control characters", "\"a\\nb\""),
            ("a\u{0}b".into(), "must hold no control characters", "\"a\\0b\""),
            ("a\u{7f}".into(), "must hold no control characters", "\\u{7f}"),
            ("a\u{202e}b".into(), "must hold no control characters", "\\u{202e}"),
            ("a\u{2028}b".into(), "must hold no control characters", "\\u{2028}"),
        ];
        for (text, rule, value) in cases {
            let error = till.consume(set(consume().offline(), text.clone())).unwrap_err();
            assert_eq!((error.code(), error.field()), (ErrorCode::InvalidInput, Some(field)), "{text:?}");
            let message = error.to_string();
            assert!(message.contains(rule) && message.contains(value), "{field} {text:?}: {message}");
        }
    }
    assert_eq!(dump(&shop.book()), before);
    let longest = fields.into_iter().fold(consume().offline(), |call, (_, most, set)| set(call, "字".repeat(most)));
    till.consume(longest).unwrap();
}

#[test]
fn a_level_is_text_and_known() {
    let text = |rule: &str, value: &str| format!("level {rule} (got \"{value}\")");
    assert_refused(vec![
        (OpenCard::new("N1", "").into(), "level", text("must not be empty", "")),
        (OpenCard::new("N1", "x".repeat(65)).into(), "level", text("is too long", &"x".repeat(40))),
        (OpenCard::new("N1", "1\n").into(), "level", text("must hold no control characters", "1\\n")),
        (OpenCard::new("N1", "白金会员").offline().into(), "level", text("is not known", "白金会员")),
        (OpenCard::new("N1", "9").prefer_online(SOON).into(), "level", text("is not known", "9")),
        (OpenCard::new("N1", "9").require_online(SOON).into(), "level", text("is not known", "9")),
    ]);
}

#[test]
fn a_pay_type_is_known() {
    let message = |value: i64| format!("pay_type is not known (got \"{value}\")");
    let recharge = |pay_type| Recharge::new("A1", yuan("1"), pay_type);
    assert_refused(vec![
        (recharge(9).offline().into(), "pay_type", message(9)),
        (recharge(-1).prefer_online(SOON).into(), "pay_type", message(-1)),
        (recharge(i64::MAX).require_online(SOON).into(), "pay_type", message(i64::MAX)),
    ]);
}

#[test]
fn holder_data_is_checked_and_its_value_not_shown() {
    let hidden =
        |field: &str, rule: &str, length: usize| format!("{field} {rule} (got {length} characters, not shown)");
    let phone = "must be 5 to 20 digits with an optional plus";
    let date = "must be a date as YYYY-MM-DD, from 1900 on";
    let change = || Modify::new("A1");
    let mut cases: Vec<(Request, &str, String)> = vec![
        (open().name("").into(), "name", hidden("name", "must not be empty", 0)),
        (open().name(" ").into(), "name", hidden("name", "must not be empty", 1)),
        (open().name("王".repeat(65)).into(), "name", hidden("name", "is too long", 65)),
        (open().name("王\t").into(), "name", hidden("name", "must hold no control characters", 2)),
        (change().name("王\u{202e}").into(), "name", hidden("name", "must hold no control characters", 2)),
        (change().into(), "name", "name or another field must be given (got \"\")".into()),
        (change().gender(Gender::Unknown).into(), "name", "name or another field must be given (got \"\")".into()),
    ];
    for bad in ["", "1234", "+1234", "123456789012345678901", "138 1234", "138-1234", "13８1234", "++12345", "12345+"]
    {
        cases.push((open().phone(bad).into(), "phone", hidden("phone", phone, bad.chars().count())));
        cases.push((change().phone(bad).into(), "phone", hidden("phone", phone, bad.chars().count())));
    }
    let dates =
        ["", "1999-02-29", "1999-13-01", "1999-00-10", "1999-9-9", "99-09-09", "1899-12-31", "19990909", "0000-00-00"];
    for bad in dates.into_iter().chain(["1999-09-09T00:00", "+999-01-01", "1999/09/09", "二〇〇〇"]) {
        cases.push((change().birthday(bad).into(), "birthday", hidden("birthday", date, bad.chars().count())));
    }
    assert_refused(cases);
}

#[test]
fn a_card_number_is_short_and_without_white_space() {
    // A member's number is a phone: none is shown.
    let told = |rule: &str, count: usize| format!("card {rule} (got {count} characters, not shown)");
    let length = |value: &str| told("must be 1 to 32 characters", value.chars().count());
    let clean = |count: usize| told("must hold no white space and no control characters", count);
    let cases = [
        (String::new(), length("")),
        ("9".repeat(33), length(&"9".repeat(33))),
        (" A1".into(), clean(3)),
        ("A1\n".into(), clean(3)),
        ("A\u{0}1".into(), clean(3)),
        ("A\u{3000}1".into(), clean(3)),
    ];
    let mut calls = Vec::new();
    for (number, message) in cases.clone() {
        let requests: [Request; 5] = [
            OpenCard::new(&number, "普通会员").into(),
            Modify::new(&number).name("a").into(),
            Recharge::new(&number, yuan("1"), 1).into(),
            Consume::new(&number, yuan("1")).into(),
            RedeemPoints::new(&number, Points::new(1)).into(),
        ];
        calls.extend(requests.map(|request| (request, "card", message.clone())));
    }
    assert_refused(calls);

    let shop = Shop::open();
    let till = cut_off(&shop);
    for (number, message) in cases {
        let history = HistoryQuery { card: Some(number.clone()), ..HistoryQuery::default() };
        let errors = [
            till.card(&number).unwrap_err(),
            till.serve_card(&number, SOON).unwrap_err(),
            till.recharge_rules(&number).unwrap_err(),
            till.history(&history).unwrap_err(),
            till.headroom(Some(&number)).unwrap_err(),
            till.set_exception(&number, Some("lost")).unwrap_err(),
        ];
        for error in errors {
            assert_eq!((error.code(), error.field()), (ErrorCode::InvalidInput, Some("card")));
            assert_eq!(error.to_string(), message);
        }
    }
}

#[test]
fn an_op_id_is_short_visible_ascii() {
    let message = |value: &str| format!("op_id must be 1 to 64 visible ASCII characters (got \"{value}\")");
    let cases = [
        (String::new(), ""),
        ("a b".into(), "a b"),
        ("a\n".into(), "a\\n"),
        ("单号".into(), "单号"),
        ("\u{7f}".into(), "\\u{7f}"),
        ("x".repeat(65), &"x".repeat(40)),
    ];
    let shop = Shop::open();
    let till = cut_off(&shop);
    for (op_id, shown) in &cases {
        let errors = [
            till.operation(op_id).unwrap_err(),
            till.void(op_id).unwrap_err(),
            till.resolve(op_id, Resolution::WriteOff, "boss", "gone").unwrap_err(),
        ];
        for error in errors {
            assert_eq!((error.code(), error.field()), (ErrorCode::InvalidInput, Some("op_id")));
            assert_eq!(error.to_string(), message(shown));
        }
    }
    let call = |(op_id, shown): (String, &str)| (consume().op_id(op_id).into(), "op_id", message(shown));
    assert_refused(cases.map(call).into());
}

#[test]
fn a_time_out_is_bounded() {
    let beyond = LONGEST + Duration::from_millis(1);
    let message = |timeout: Duration| format!("delivery must time out within 600 s (got \"{timeout:?}\")");
    let call = |delivery, timeout| (consume().delivery(delivery).into(), "delivery", message(timeout));
    assert_refused(vec![
        call(Delivery::PreferOnline(beyond), beyond),
        call(Delivery::RequireOnline(beyond), beyond),
        call(Delivery::PreferOnline(Duration::MAX), Duration::MAX),
    ]);
}

#[test]
fn no_time_out_however_long_breaks_a_read() {
    let shop = Shop::open();
    let till = shop.till();
    assert_eq!(till.serve_card("A1", Duration::MAX).unwrap().balances.money.confirmed, yuan("500"));
    assert_eq!(till.serve_phone("13800000001", Duration::MAX).unwrap().len(), 1);
    till.pull_catalogue(Duration::MAX).unwrap();
    till.sync(Duration::MAX).unwrap();
    till.close(Duration::MAX);
}

#[test]
fn a_zero_time_out_asks_nobody_and_is_decided_by_the_policy() {
    let shop = Shop::open();
    let till = shop.till();
    till.serve_card("A1", SOON).unwrap();
    let receipt = till.consume(consume().prefer_online(Duration::ZERO)).unwrap();
    assert!(receipt.is_approved(), "{receipt:?}");
}

#[test]
fn what_people_say_is_checked_too() {
    let shop = Shop::open();
    let till = cut_off(&shop);
    till.consume(consume().offline().op_id("c1")).unwrap();
    let before = dump(&shop.book());
    for bad in ["", " ", "a\nb", &"x".repeat(201)] {
        let cases = [
            ("who", till.resolve("c1", Resolution::WriteOff, bad, "why").unwrap_err()),
            ("why", till.resolve("c1", Resolution::WriteOff, "boss", bad).unwrap_err()),
            ("who", till.acknowledge(1, bad, None).unwrap_err()),
            ("note", till.acknowledge(1, "boss", Some(bad)).unwrap_err()),
            ("why", till.set_exception("A1", Some(bad)).unwrap_err()),
        ];
        for (field, error) in cases {
            assert_eq!((error.code(), error.field()), (ErrorCode::InvalidInput, Some(field)), "{bad:?}: {error}");
        }
    }
    let unknown = [
        till.acknowledge(99, "boss", None).unwrap_err(),
        till.operation("never").unwrap_err(),
        till.void("never").unwrap_err(),
        till.resolve("never", Resolution::WriteOff, "boss", "why").unwrap_err(),
        till.set_exception("Z9", None).unwrap_err(),
        till.card("Z9").unwrap_err(),
        till.headroom(Some("Z9")).unwrap_err(),
        till.recharge_rules("Z9").unwrap_err(),
    ];
    for error in unknown {
        assert_eq!(error.code(), ErrorCode::NotFound, "{error}");
    }
    let waits = till.resolve("c1", Resolution::WriteOff, "boss", "why").unwrap_err();
    assert_eq!(waits.code(), ErrorCode::WrongState, "{waits}");
    assert_eq!(dump(&shop.book()), before);
}

#[test]
fn a_page_of_history_has_at_most_five_hundred_lines() {
    let shop = Shop::open();
    let till = cut_off(&shop);
    for (page_size, ok) in [(0, true), (1, true), (500, true), (501, false), (usize::MAX, false)] {
        let page = till.history(&HistoryQuery { page_size, ..HistoryQuery::default() });
        assert_eq!(page.is_ok(), ok, "{page_size}");
        if let Err(error) = page {
            assert_eq!((error.code(), error.field()), (ErrorCode::InvalidInput, Some("page_size")));
            assert_eq!(error.to_string(), format!("page_size must be at most 500 (got \"{page_size}\")"));
        }
    }
    for (phone, ok) in [("13800000001", true), ("1380", false), ("138000000x1", false)] {
        for found in [till.cards_by_phone(phone), till.serve_phone(phone, SOON)] {
            assert_eq!(found.is_ok(), ok, "{phone}");
            assert!(
                found.err().is_none_or(|error| error.field() == Some("phone") && !error.to_string().contains("138"))
            );
        }
    }
}
