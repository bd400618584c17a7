//! Changes of points, rollbacks, records.

use serde_json::{Value, json};
use tillbook_sandbox::gree::{LedgerKind, PartChangeId, Settings};

use crate::{Bench, NOW_MS, PHONE, with};

const CHANGE: &str = "wk.user.event.score.change";
const ROLLBACK: &str = "wk.user.event.score.rollback";
const PART: &str = "wk.user.event.score.rollback.part";
const RECORD: &str = "wk.user.score.record";

/// The sample of 3.3.
fn sample() -> Value {
    json!({
        "score": 20, "change_reason": "add", "change_event": "event_add", "activity_score": 10, "open_id": PHONE,
        "change_id": 1_632_654_222_704_i64, "out_biz_no": "1632654151087"
    })
}

fn subtraction(score: i64, change_id: &str) -> Value {
    with(
        &sample(),
        &json!({
            "score": score, "change_event": "event_subtract", "activity_score": null, "change_id": change_id
        }),
    )
}

fn rollback(change_id: &str, statement_id: Option<&str>, score: i64) -> Value {
    json!({ "open_id": PHONE, "change_id": change_id, "statement_id": statement_id, "rollback_score": score })
}

fn statement(data: &Value) -> String {
    data["statement_id"].as_str().unwrap().to_owned()
}

fn activity(bench: &Bench) -> i64 {
    bench.gree.member(PHONE).unwrap().activity_score
}

#[test]
fn a_change_is_made_once_for_each_change_id() {
    let mut bench = Bench::default();
    assert_eq!(
        bench.text(CHANGE, &sample().to_string()),
        r#"{"success":true,"error_code":200,"error_message":"","data":{"statement_id":"SP016326531000000001"}}"#
    );
    assert_eq!((bench.score(), activity(&bench)), (120, 10));
    let line = bench.gree.ledger().last().unwrap();
    assert_eq!((line.kind, line.points_change, line.activity_change), (LedgerKind::ScoreChange, 20, 10));
    assert_eq!(line.wire_key.as_deref(), Some("1632654222704"));
    assert_eq!(line.order_no.as_deref(), Some("1632654151087"));
    assert_eq!(line.statement_id.as_deref(), Some("SP016326531000000001"));
    assert_eq!(
        bench.text(CHANGE, &sample().to_string()),
        r#"{"success":false,"error_code":150002,"error_message":"唯一标识已存在, 请更换","data":null}"#
    );
    // The id alone decides, as a text or as a number, whatever else there is.
    assert_eq!(bench.code(CHANGE, &subtraction(1, "1632654222704")), 150_002);
    assert_eq!(bench.score(), 120);
}

#[test]
fn a_change_is_refused_for_cause_and_its_id_stays_free() {
    let mut bench = Bench::default();
    let table = [
        (json!({ "change_event": "event_other" }), 150_001),
        (json!({ "change_event": "event_subtract", "score": 101, "activity_score": 0 }), 150_003),
        (json!({ "change_event": "event_subtract", "score": 1 }), 150_003),
        (json!({ "open_id": "13800000000" }), 110_004),
        (json!({ "open_id": null }), 110_002),
        (json!({ "score": null }), 1001),
        (json!({ "score": -1 }), 1001),
        (json!({ "score": 1.5 }), 1001),
        (json!({ "score": 0, "activity_score": 0 }), 1001),
        (json!({ "order_amount": "1.005" }), 1001),
        (json!({ "change_reason": null }), 1001),
        (json!({ "change_event": "" }), 1001),
        (json!({ "out_biz_no": null }), 1001),
        (json!({ "change_id": null }), 1001),
    ];
    for (change, code) in table {
        assert_eq!(bench.code(CHANGE, &with(&sample(), &change)), code, "{change}");
    }
    bench.data(CHANGE, &sample());
    bench.data(CHANGE, &subtraction(120, "all"));
    assert_eq!(bench.score(), 0);
}

#[test]
fn a_forgotten_change_id_is_a_new_one() {
    let mut bench = Bench::new(Settings { change_id_life_ms: Some(1_000), ..Settings::default() });
    bench.data(CHANGE, &sample());
    bench.now_ms += 1_000;
    assert_eq!(bench.code(CHANGE, &sample()), 150_002);
    bench.now_ms += 1;
    assert_eq!(bench.code(ROLLBACK, &rollback("1632654222704", None, 20)), 150_004);
    bench.data(CHANGE, &sample());
    assert_eq!(bench.score(), 140);
    assert!(bench.gree.office(NOW_MS).forget_key("1632654222704"));
    assert!(!bench.gree.office(NOW_MS).forget_key("1632654222704"));
    bench.data(CHANGE, &sample());
    assert_eq!(bench.score(), 160);
}

#[test]
fn an_answered_change_is_rolled_back_under_an_id_of_its_own() {
    let mut bench = Bench::default();
    let made = statement(&bench.data(CHANGE, &sample()));
    assert_eq!(bench.code(ROLLBACK, &rollback("r1", Some(&made), 21)), 150_007);
    let too_active = with(&rollback("r1", Some(&made), 20), &json!({ "rollback_activity_score": 11 }));
    assert_eq!(bench.code(ROLLBACK, &too_active), 150_007);
    let undone = statement(&bench.data(ROLLBACK, &rollback("r1", Some(&made), 5)));
    assert_ne!(undone, made);
    assert_eq!((bench.score(), activity(&bench)), (115, 10));
    assert_eq!(bench.code(ROLLBACK, &rollback("r1", Some(&made), 5)), 150_002);
    assert_eq!(bench.code(ROLLBACK, &rollback("1632654222704", Some(&made), 5)), 150_002);
    assert_eq!(bench.code(ROLLBACK, &rollback("r2", Some(&made), 16)), 150_007);
    bench.data(ROLLBACK, &with(&rollback("r2", Some(&made), 15), &json!({ "rollback_activity_score": 10 })));
    assert_eq!((bench.score(), activity(&bench)), (100, 0));
    assert_eq!(bench.code(ROLLBACK, &rollback("r3", Some(&made), 1)), 150_005);
    assert_eq!(bench.code(ROLLBACK, &rollback("r3", Some("SP0"), 1)), 150_004);
    assert_eq!(bench.code(ROLLBACK, &rollback("r3", Some(&undone), 1)), 150_004);
    let line = bench.gree.ledger().last().unwrap();
    assert_eq!((line.kind, line.points_change, line.activity_change), (LedgerKind::Rollback, -15, -10));
    assert_eq!(line.wire_key.as_deref(), Some("r2"));
}

#[test]
fn an_unanswered_change_is_rolled_back_under_its_own_id() {
    let mut bench = Bench::default();
    assert_eq!(bench.code(ROLLBACK, &rollback("c1", None, 30)), 150_004);
    bench.data(CHANGE, &subtraction(30, "c1"));
    assert_eq!(bench.code(ROLLBACK, &rollback("c1", None, 31)), 150_007);
    bench.data(ROLLBACK, &rollback("c1", None, 30));
    assert_eq!(bench.score(), 100);
    assert_eq!(bench.code(ROLLBACK, &rollback("c1", None, 30)), 150_005);
    bench.gree.settings_mut().missing_change_code = 1005;
    assert_eq!(bench.code(ROLLBACK, &rollback("c2", None, 30)), 1005);
    assert_eq!(bench.code(ROLLBACK, &json!({ "open_id": PHONE, "change_id": "c1" })), 1001);
    assert_eq!(bench.code(ROLLBACK, &rollback("c1", None, 0)), 150_005);
}

#[test]
fn points_that_are_gone_cannot_be_rolled_back() {
    let mut bench = Bench::default();
    let made = statement(&bench.data(CHANGE, &with(&sample(), &json!({ "activity_score": null }))));
    bench.data(CHANGE, &subtraction(110, "c1"));
    assert_eq!(bench.code(ROLLBACK, &rollback("r1", Some(&made), 20)), 150_009);
    bench.data(ROLLBACK, &rollback("r1", Some(&made), 10));
    assert_eq!(bench.score(), 0);
}

#[test]
fn a_rollback_of_another_member_finds_nothing() {
    let mut bench = Bench::default();
    let made = statement(&bench.data(CHANGE, &sample()));
    bench.gree.office(NOW_MS).add_member("13800000000", Default::default(), 0, 0).unwrap();
    for body in [rollback("r1", Some(&made), 20), rollback("1632654222704", None, 20)] {
        assert_eq!(bench.code(ROLLBACK, &with(&body, &json!({ "open_id": "13800000000" }))), 150_004);
    }
}

#[test]
fn items_of_a_rollback_may_be_a_text_a_list_or_a_list_in_a_list() {
    let item = json!({
        "base_score": 12, "total_price": 103, "activity_score": 5, "use_score": 0, "item_name": "护肤品", "item_num": 2,
        "item_no": "5408676771509321001"
    });
    for items in [json!([item]).to_string().into(), json!([item]), json!([[item]])] {
        let mut bench = Bench::default();
        bench.data(CHANGE, &sample());
        bench.data(ROLLBACK, &with(&rollback("1632654222704", None, 12), &json!({ "items": items })));
        assert_eq!(bench.score(), 108);
    }
    let mut bench = Bench::default();
    for items in [json!("[{]"), json!(7), json!([7]), json!([[[item]]])] {
        assert_eq!(bench.code(ROLLBACK, &with(&rollback("1", None, 12), &json!({ "items": items }))), 1001);
    }
}

fn part(change_id: &str, item: &Value) -> Value {
    let base = json!({ "order_no": 1_632_723_357_482_i64, "item_no": "5408676771509321001", "total_price": 100 });
    let item = with(&base, item);
    json!({ "open_id": PHONE, "change_id": change_id, "parent_order_no": "1632654151087", "items": [[item]] })
}

#[test]
fn a_partial_rollback_names_the_original_change_once() {
    let mut bench = Bench::default();
    let sent = part("1632654222704", &json!({ "base_score": 8, "activity_score": 5, "use_score": 0 }));
    assert_eq!(bench.code(PART, &sent), 150_004);
    bench.data(CHANGE, &sample());
    assert_eq!(bench.code(PART, &part("1632654222704", &json!({ "base_score": 21 }))), 150_007);
    assert!(statement(&bench.data(PART, &sent)).starts_with("SP0"));
    assert_eq!((bench.score(), activity(&bench)), (112, 5));
    assert_eq!(bench.code(PART, &sent), 150_002);
    let line = bench.gree.ledger().last().unwrap();
    assert_eq!((line.kind, line.points_change, line.activity_change), (LedgerKind::PartRollback, -8, -5));
    // The rest can still go back.
    bench.data(ROLLBACK, &with(&rollback("1632654222704", None, 12), &json!({ "rollback_activity_score": 5 })));
    assert_eq!(bench.score(), 100);
}

#[test]
fn a_partial_rollback_may_have_an_id_of_its_own() {
    let mut bench = Bench::new(Settings { part_change_id: PartChangeId::Own, ..Settings::default() });
    bench.data(CHANGE, &sample());
    bench.data(CHANGE, &subtraction(30, "spent"));
    assert_eq!(bench.code(PART, &part("spent", &json!({ "use_score": 10 }))), 150_002);
    bench.data(PART, &part("p1", &json!({ "use_score": 10 })));
    assert_eq!(bench.score(), 100);
    bench.data(PART, &part("p2", &json!({ "use_score": 20 })));
    bench.data(PART, &part("p3", &json!({ "base_score": 20 })));
    assert_eq!(bench.score(), 100);
    assert_eq!(bench.code(PART, &part("p3", &json!({ "base_score": 1 }))), 150_002);
    assert_eq!(bench.code(PART, &part("p4", &json!({ "base_score": 1 }))), 150_007);
    let other = with(&part("p5", &json!({ "base_score": 1 })), &json!({ "parent_order_no": "other" }));
    assert_eq!(bench.code(PART, &other), 150_004);
}

#[test]
fn an_item_without_points_has_its_part_by_price() {
    let mut bench = Bench::default();
    bench.data(CHANGE, &with(&sample(), &json!({ "order_amount": "300.00", "activity_score": null })));
    bench.data(PART, &part("1632654222704", &json!({})));
    assert_eq!(bench.score(), 114);
    bench.data(CHANGE, &with(&sample(), &json!({ "change_id": "no amount" })));
    assert_eq!(bench.code(PART, &part("no amount", &json!({}))), 1001);
    assert_eq!(bench.code(PART, &part("no amount", &json!({ "total_price": null, "base_score": 1 }))), 1001);
    assert_eq!(bench.code(PART, &part("no amount", &json!({ "item_no": null, "base_score": 1 }))), 1001);
    let empty = json!({ "open_id": PHONE, "change_id": "no amount", "parent_order_no": "x", "items": "[]" });
    assert_eq!(bench.code(PART, &empty), 1001);
}

#[test]
fn records_come_newest_first_by_pages() {
    let mut bench = Bench::default();
    bench.data(CHANGE, &with(&sample(), &json!({ "change_reason": "消费增加积分" })));
    bench.now_ms += 1_000;
    bench.data(CHANGE, &subtraction(5, "c2"));
    bench.now_ms += 1_000;
    bench.data(ROLLBACK, &rollback("c2", None, 5));
    let ask = |kind: &str, size: &str, page: &str| json!({ "open_id": PHONE, "score_type": kind, "pageSize": size, "pageNo": page });
    assert_eq!(
        bench.text(RECORD, &ask("0", "2", "1").to_string()),
        concat!(
            r#"{"success":true,"error_code":200,"error_message":"","data":["#,
            r#"{"id":3,"amount":5,"desc":"积分回退: add","createTime":"2021-09-26 18:45:02","#,
            r#""updateTime":"2021-09-26 18:45:02"},"#,
            r#"{"id":2,"amount":-5,"desc":"add","createTime":"2021-09-26 18:45:01","#,
            r#""updateTime":"2021-09-26 18:45:02"}],"pageNo":1,"pageSize":2,"totalCount":3}"#
        )
    );
    let ids = |data: &Value| data.as_array().unwrap().iter().map(|line| line["id"].as_i64().unwrap()).collect();
    let table: [(Value, Vec<i64>); 5] = [
        (ask("0", "2", "2"), vec![1]),
        (ask("0", "2", "3"), vec![]),
        (ask("1", "50", "1"), vec![3, 1]),
        (ask("2", "50", "1"), vec![2]),
        (ask("0", "5000", "1"), vec![3, 2, 1]),
    ];
    for (body, expected) in table {
        let found: Vec<i64> = ids(&bench.data(RECORD, &body));
        assert_eq!(found, expected, "{body}");
    }
    assert_eq!(bench.call(RECORD, &ask("0", "5000", "1"))["pageSize"], 100);
    bench.gree.settings_mut().signed_records = false;
    assert_eq!(bench.data(RECORD, &ask("2", "1", "1"))[0]["amount"], 5);
    for body in [ask("3", "1", "1"), ask("0", "0", "1"), ask("0", "1", "")] {
        assert_eq!(bench.code(RECORD, &body), 1001, "{body}");
    }
}
