//! Points: adding, subtracting, granting, giving back, and repeats of each.

use serde_json::{Value, json};
use tillbook_sandbox::freemud::{AmountUnit, LedgerKind, Settings};

use crate::{Freemud, MEMBER, NOW_MS, call, call_at, code, grant, ok, points, sample, spend, with};

#[test]
fn a_repeated_key_answers_the_current_score_and_changes_nothing() {
    let mut freemud = sample();
    let first = ok(&mut freemud, "score/opt/15", &spend("k1", 30, "o1"));
    assert_eq!(first, json!({"currentScore": 70, "sendScore": 0, "updateScore": 30}));
    assert_eq!(ok(&mut freemud, "score/sendScore", &grant("k2", 5))["currentScore"], 75);
    let again = ok(&mut freemud, "score/opt/15", &spend("k1", 30, "o1"));
    assert_eq!(again, json!({"currentScore": 75, "sendScore": 0, "updateScore": 0}));
    assert_eq!(
        ok(&mut freemud, "score/sendScore", &grant("k2", 5)),
        json!({"currentScore": 75, "updateScore": 0, "sendScore": 0})
    );
    freemud.settings_mut().repeat_tells_change = true;
    assert_eq!(ok(&mut freemud, "score/opt/15", &spend("k1", 30, "o1"))["updateScore"], 30);
    let keys: Vec<Option<&str>> = freemud.ledger().iter().map(|line| line.wire_key.as_deref()).collect();
    assert_eq!(keys, [None, Some("k1"), Some("k2")]);

    // The type belongs to the key.
    let mut other = grant("k2", 5);
    other["idempotencyBussinessType"] = "7".into();
    assert_eq!(ok(&mut freemud, "score/sendScore", &other)["currentScore"], 80);
}

#[test]
fn a_key_may_be_forgotten_or_never_have_been_looked_at() {
    let twice = |freemud: &mut Freemud, later_ms: i64| {
        ok(freemud, "score/opt/15", &spend("k1", 10, "o1"));
        call_at(freemud, NOW_MS + later_ms, "score/opt/15", &spend("k1", 10, "o1"));
        points(freemud).0
    };
    assert_eq!(twice(&mut sample(), i64::from(u32::MAX)), 90);
    assert_eq!(twice(&mut with(Settings { keys_honoured: false, ..Settings::default() }), 0), 80);
    let short = Settings { key_life_ms: Some(1_000), ..Settings::default() };
    assert_eq!((twice(&mut with(short.clone()), 999), twice(&mut with(short), 1_000)), (90, 80));
    let mut freemud = sample();
    ok(&mut freemud, "score/opt/15", &spend("k1", 10, "o1"));
    assert!(freemud.office(NOW_MS, "ops").forget_key("k1"));
    assert!(!freemud.office(NOW_MS, "ops").forget_key("k1"));
    assert_eq!(ok(&mut freemud, "score/opt/15", &spend("k1", 10, "o1"))["currentScore"], 80);
}

#[test]
fn points_that_are_not_there_cannot_be_spent_and_the_key_stays_free() {
    let mut freemud = sample();
    assert_eq!(code(&mut freemud, "score/opt/15", &spend("k1", 101, "o1")), "60");
    let update = json!({"partnerId": "1864", "memberId": MEMBER, "changeScore": "101", "changeType": "2", "operationType": "11"});
    assert_eq!(code(&mut freemud, "score/updateScore", &update), "60");
    assert_eq!(freemud.ledger().len(), 1);
    freemud.office(NOW_MS, "another till").change_points(MEMBER, 1, 4).unwrap();
    assert_eq!(ok(&mut freemud, "score/opt/15", &spend("k1", 101, "o1"))["currentScore"], 0);
}

#[test]
fn the_document_samples_are_taken_with_numbers_as_texts() {
    let mut freemud = sample();
    let body = json!({"memberId": MEMBER, "score": "100", "operationType": "1", "idempotencyBussinessId": "2",
        "idempotencyBussinessType": "6"});
    assert_eq!(
        ok(&mut freemud, "score/opt/1", &body),
        json!({"currentScore": 200, "sendScore": 100, "updateScore": 100})
    );
    let body = json!({"partnerId": "1864", "memberId": MEMBER, "changeScore": "8", "operationType": "1", "changeType": 1,
        "idempotencyBussinessId": "q235246245234", "idempotencyBussinessType": "15"});
    // 2.1 knows no key: the same again takes effect again.
    for expected in [208, 216] {
        assert_eq!(ok(&mut freemud, "score/updateScore", &body), json!({"updateScore": 8}));
        assert_eq!(points(&freemud).0, expected);
    }
    let last = freemud.ledger().last().unwrap();
    assert_eq!((last.kind, last.wire_key.as_deref()), (LedgerKind::Update, Some("q235246245234")));
}

#[test]
fn parameters_are_checked_before_anything_is_done() {
    let table: [(&str, Value, &str); 21] = [
        ("score/opt/15", json!({"memberId": MEMBER, "score": 1, "operationType": 14}), "21"),
        ("score/opt/15", json!({"memberId": MEMBER, "operationType": 14, "idempotencyBussinessId": "k"}), "21"),
        (
            "score/opt/15",
            json!({"memberId": MEMBER, "score": null, "amount": "", "operationType": 14, "idempotencyBussinessId": "k"}),
            "21",
        ),
        ("score/opt/15", json!({"memberId": "", "score": 1, "operationType": 14, "idempotencyBussinessId": "k"}), "21"),
        ("score/opt/15", json!({"memberId": MEMBER, "score": 1, "idempotencyBussinessId": "k"}), "21"),
        (
            "score/opt/15",
            json!({"memberId": MEMBER, "score": 0, "operationType": 14, "idempotencyBussinessId": "k"}),
            "22",
        ),
        (
            "score/opt/15",
            json!({"memberId": MEMBER, "score": -1, "operationType": 14, "idempotencyBussinessId": "k"}),
            "22",
        ),
        (
            "score/opt/15",
            json!({"memberId": MEMBER, "score": "1.5", "operationType": 14, "idempotencyBussinessId": "k"}),
            "22",
        ),
        (
            "score/opt/15",
            json!({"memberId": MEMBER, "score": 1, "operationType": 18, "idempotencyBussinessId": "k"}),
            "22",
        ),
        (
            "score/opt/15",
            json!({"memberId": "7", "score": 1, "operationType": 14, "idempotencyBussinessId": "k"}),
            "50",
        ),
        (
            "score/opt/15",
            json!({"partnerId": "1", "memberId": MEMBER, "score": 1, "operationType": 14, "idempotencyBussinessId": "k"}),
            "11",
        ),
        (
            "score/sendScore",
            json!({"memberId": MEMBER, "score": 1, "operationType": 1, "idempotencyBussinessId": "k", "idempotencyBussinessType": "6"}),
            "21",
        ),
        (
            "score/sendScore",
            json!({"partnerId": "1864", "memberId": MEMBER, "score": 1, "operationType": 1, "idempotencyBussinessId": "k"}),
            "21",
        ),
        (
            "score/sendScore",
            json!({"partnerId": "1864", "memberId": MEMBER, "score": 1, "operationType": 11, "idempotencyBussinessId": "k", "idempotencyBussinessType": "6"}),
            "22",
        ),
        (
            "score/updateScore",
            json!({"partnerId": "1864", "memberId": MEMBER, "changeScore": 0, "changeType": 1, "operationType": 1}),
            "22",
        ),
        (
            "score/updateScore",
            json!({"partnerId": "1864", "memberId": MEMBER, "changeScore": 1, "changeType": 3, "operationType": 1}),
            "22",
        ),
        ("score/returnScore", json!({"partnerId": "1864", "memberId": MEMBER, "operationType": 2}), "21"),
        ("score/statisticalScore", json!({"partnerId": "1864"}), "21"),
        ("getMemberInfoByIdOrMobile", json!({"partnerId": "1864"}), "21"),
        ("getMembers", json!({"pageNum": 1}), "21"),
        ("getMembers", json!({"pageNum": 0, "pageSize": 20}), "22"),
    ];
    let mut freemud = sample();
    for (name, body, expected) in table {
        assert_eq!(code(&mut freemud, name, &body), expected, "{name} {body}");
    }
    assert_eq!(freemud.ledger().len(), 1);
    freemud.settings_mut().partner_in_every_body = true;
    assert_eq!(code(&mut freemud, "score/opt/15", &spend("k", 1, "o")), "21");
}

#[test]
fn an_amount_becomes_points_by_the_rate_with_fractions_dropped() {
    for (unit, amount, expected) in [
        (AmountUnit::Fen, json!(1_999), "19"),
        (AmountUnit::Fen, json!("1999.5"), "refused"),
        (AmountUnit::Yuan, json!("19.99"), "19"),
        (AmountUnit::Yuan, json!(-1), "refused"),
    ] {
        let mut freemud = with(Settings { amount_unit: unit, ..Settings::default() });
        let mut body = grant("k", 0);
        body["score"] = Value::Null;
        body["amount"] = amount.clone();
        let (code, inner) = call(&mut freemud, "score/sendScore", &body);
        let got = if code == "100" { inner["sendScore"].to_string() } else { "refused".to_owned() };
        assert_eq!(got, expected, "{unit:?} {amount}");
    }
}

#[test]
fn what_was_spent_on_an_order_goes_back_whole_and_once() {
    let mut freemud = sample();
    ok(&mut freemud, "score/opt/15", &spend("k1", 10, "o1"));
    ok(&mut freemud, "score/opt/15", &spend("k2", 15, "o1"));
    ok(&mut freemud, "score/opt/15", &spend("k3", 5, "o2"));
    // Taking back what a sale had granted spends nothing on its order.
    let mut clawback = spend("k4", 2, "o1");
    clawback["operationType"] = 15.into();
    ok(&mut freemud, "score/opt/15", &clawback);
    assert_eq!(points(&freemud), (68, 100, 32));
    let back = json!({"partnerId": "1864", "memberId": MEMBER, "operationType": "2", "orderId": "o1", "score": "3"});
    assert_eq!(ok(&mut freemud, "score/returnScore", &back), json!({"currentScore": 93, "updateScore": 25}));
    assert_eq!(points(&freemud), (93, 100, 7));
    assert_eq!(code(&mut freemud, "score/returnScore", &back), "62");
    let mut other = back.clone();
    other["orderId"] = "o9".into();
    assert_eq!(code(&mut freemud, "score/returnScore", &other), "61");
    freemud.settings_mut().returns_lower_used = false;
    other["orderId"] = "o2".into();
    ok(&mut freemud, "score/returnScore", &other);
    assert_eq!(points(&freemud), (98, 105, 7));
}

#[test]
fn the_figures_of_points_are_the_three_of_the_document() {
    let mut freemud = sample();
    ok(&mut freemud, "score/sendScore", &grant("k1", 20));
    ok(&mut freemud, "score/opt/15", &spend("k2", 50, "o1"));
    let mut back = grant("k3", 5);
    back["operationType"] = 2.into();
    ok(&mut freemud, "score/sendScore", &back);
    let ask = json!({"partnerId": "1864", "memberId": MEMBER});
    assert_eq!(
        ok(&mut freemud, "score/statisticalScore", &ask),
        json!({"currentScore": 75, "totalScore": 120, "usedScore": 45})
    );
    let sum: i64 = freemud.ledger().iter().map(|line| line.points_change).sum();
    assert_eq!(sum, 75);
    freemud.settings_mut().answers_like_samples = true;
    assert_eq!(ok(&mut freemud, "score/statisticalScore", &ask), json!({"updateScore": 0}));
    assert_eq!(ok(&mut freemud, "score/sendScore", &grant("k4", 1)), json!({"updateScore": 1}));
}
