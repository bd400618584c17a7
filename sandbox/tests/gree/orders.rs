//! Orders and returns.

use serde_json::{Value, json};
use tillbook_sandbox::gree::{LedgerKind, OrderGrowth, OrderKind, Settings};

use crate::{Bench, NOW_MS, PHONE, with};

const ADD: &str = "wk.user.order.add";
const WHOLE: &str = "wk.user.refund.order.complete";
const PART: &str = "wk.user.refund.order.part";

fn item(item_no: &str, item_num: &str) -> Value {
    json!({
        "item_no": item_no, "item_name": "商品名称", "item_price": "125.2", "add_score": "100", "active_score": "120",
        "use_score": "120", "deduction_money": "120", "item_num": item_num
    })
}

/// The sample of 4.1 with the points that it forgot.
fn sale() -> Value {
    json!({
        "order_no": "test-order-no101", "item_info_list": json!([item("123124", "3")]).to_string(), "phone": PHONE,
        "order_amount": 1000, "order_score": 101, "fin_entity_info": "[{\"ty\": \"1\"} ...] ",
        "consume_date": "2021-08-24 00:00:00"
    })
}

fn back(order_no: &str, amount: &str) -> Value {
    json!({
        "order_no": order_no, "phone": PHONE, "order_amount": amount, "consume_date": "2021-08-25 00:00:00",
        "parent_order_no": "test-order-no101"
    })
}

fn growth(bench: &Bench) -> i64 {
    bench.gree.member(PHONE).unwrap().growth
}

#[test]
fn an_order_gives_its_points_and_growth() {
    let mut bench = Bench::default();
    assert_eq!(
        bench.text(ADD, &sale().to_string()),
        concat!(
            r#"{"error_message":null,"data":126352,"pageNo":null,"success":true,"pageSize":null,"#,
            r#""error_code":null,"totalCount":null}"#
        )
    );
    assert_eq!((bench.score(), growth(&bench)), (201, 101));
    let order = bench.gree.orders().last().unwrap();
    assert_eq!((order.kind, order.amount_fen, order.consumed_ms), (OrderKind::Sale, 100_000, 1_629_734_400_000));
    assert_eq!((order.items[0].item_price_fen, order.items[0].use_score), (Some(12_520), Some(120)));
    let line = bench.gree.ledger().last().unwrap();
    assert_eq!(
        (line.kind, line.money_fen, line.points_change, line.growth_change),
        (LedgerKind::Order, 100_000, 101, 101)
    );
    assert_eq!((line.wire_key.as_deref(), line.phone.as_str()), (Some("test-order-no101"), PHONE));
    let records = json!({ "open_id": PHONE, "score_type": 1, "pageSize": 10, "pageNo": 1 });
    assert_eq!(bench.data("wk.user.score.record", &records)[0]["desc"], "消费增加积分");
}

#[test]
fn growth_follows_the_setting() {
    for (order_growth, expected) in [(OrderGrowth::None, 0), (OrderGrowth::Score, 101), (OrderGrowth::Yuan, 1000)] {
        let mut bench = Bench::new(Settings { order_growth, ..Settings::default() });
        bench.data(ADD, &sale());
        assert_eq!(growth(&bench), expected);
        bench.data(WHOLE, &back("r", "1000.00"));
        assert_eq!((bench.score(), growth(&bench)), (100, 0));
    }
}

#[test]
fn an_order_without_points_moves_none() {
    let mut bench = Bench::default();
    bench.data(ADD, &with(&sale(), &json!({ "order_score": null })));
    assert_eq!(bench.score(), 100);
    assert!(bench.gree.statements().is_empty());
    bench.gree.settings_mut().order_score_required = true;
    assert_eq!(bench.code(ADD, &with(&sale(), &json!({ "order_score": null }))), 1001);
}

#[test]
fn an_order_number_repeats_unless_a_setting_makes_it_unique() {
    let mut bench = Bench::default();
    bench.data(ADD, &sale());
    bench.data(ADD, &sale());
    assert_eq!((bench.gree.orders().len(), bench.score()), (2, 302));
    // Each of the two can come back whole.
    bench.data(WHOLE, &back("r", "1000"));
    bench.data(WHOLE, &back("r", "1000"));
    assert_eq!(bench.score(), 100);
    bench.gree.settings_mut().order_no_unique = true;
    assert_eq!(bench.code(ADD, &sale()), 120_003);
    assert_eq!(bench.code(WHOLE, &back("r", "1")), 120_003);
}

#[test]
fn an_order_needs_what_the_table_needs() {
    let mut bench = Bench::default();
    let table = [
        (json!({ "phone": null }), 110_002),
        (json!({ "phone": "13800000000" }), 110_004),
        (json!({ "phone": "0756-1" }), 120_001),
        (json!({ "open_id": "nobody" }), 110_004),
        (json!({ "order_no": null }), 1001),
        (json!({ "order_amount": null }), 1001),
        (json!({ "order_amount": "12.345" }), 1001),
        (json!({ "order_amount": -1 }), 1001),
        (json!({ "consume_date": "yesterday" }), 1001),
        (json!({ "item_info_list": "[{]" }), 1001),
        (json!({ "item_info_list": [{ "item_name": "x" }] }), 1001),
        (json!({ "item_info_list": [item("1", "-1")] }), 1001),
    ];
    for (change, code) in table {
        assert_eq!(bench.code(ADD, &with(&sale(), &change)), code, "{change}");
    }
}

#[test]
fn a_whole_return_takes_all_back() {
    let mut bench = Bench::default();
    bench.data(ADD, &sale());
    assert_eq!(bench.code(WHOLE, &with(&back("r", "1000"), &json!({ "parent_order_no": "none" }))), 120_002);
    assert_eq!(bench.code(WHOLE, &with(&back("r", "1000"), &json!({ "parent_order_no": null }))), 1001);
    assert_eq!(bench.code(WHOLE, &back("r", "1000.01")), 1001);
    assert_eq!(bench.data(WHOLE, &back("r", "1000")), 126_353);
    assert_eq!((bench.score(), growth(&bench)), (100, 0));
    let line = bench.gree.ledger().last().unwrap();
    assert_eq!((line.kind, line.money_fen, line.points_change), (LedgerKind::WholeReturn, -100_000, -101));
    assert_eq!(bench.code(WHOLE, &back("r2", "1")), 1001);
    assert_eq!(bench.code(PART, &back("r2", "0")), 1001);
}

#[test]
fn parts_take_back_their_part_and_together_the_whole() {
    let mut bench = Bench::default();
    bench.data(ADD, &sale());
    // A third of 101 points is 33, two thirds are 67.
    for (amount, score) in [("333.33", 168), ("333.33", 134), ("333.33", 101), ("0.01", 100)] {
        bench.data(PART, &back("r", amount));
        assert_eq!(bench.score(), score);
    }
    assert_eq!(growth(&bench), 0);
    assert_eq!(bench.code(PART, &back("r", "0.01")), 1001);
    assert_eq!(bench.gree.orders()[0].returned_fen, 100_000);
}

#[test]
fn a_whole_return_after_a_part_takes_the_rest() {
    let mut bench = Bench::default();
    bench.data(ADD, &sale());
    bench.data(PART, &back("r1", "500"));
    assert_eq!(bench.score(), 151);
    assert_eq!(bench.code(WHOLE, &back("r2", "500.01")), 1001);
    bench.data(WHOLE, &back("r2", "500"));
    assert_eq!(bench.score(), 100);
}

#[test]
fn no_more_comes_back_than_was_sold() {
    let mut bench = Bench::default();
    bench.data(ADD, &sale());
    let items = |item_no, count| json!({ "item_info_list": [item(item_no, count)] });
    assert_eq!(bench.code(PART, &with(&back("r", "10"), &items("123124", "4"))), 1001);
    assert_eq!(bench.code(PART, &with(&back("r", "10"), &items("other", "1"))), 1001);
    bench.data(PART, &with(&back("r", "10"), &items("123124", "2")));
    assert_eq!(bench.code(PART, &with(&back("r", "10"), &items("123124", "2"))), 1001);
    bench.data(PART, &with(&back("r", "10"), &items("123124", "1")));
}

#[test]
fn points_that_were_spent_cannot_be_taken_back() {
    let mut bench = Bench::default();
    bench.data(ADD, &sale());
    bench.gree.office(NOW_MS).change_points(PHONE, -150, "兑换").unwrap();
    assert_eq!(bench.code(WHOLE, &back("r", "1000")), 150_008);
    assert_eq!(bench.gree.orders().len(), 1);
    bench.data(PART, &back("r", "500"));
    assert_eq!(bench.score(), 1);
}
