//! Templates, gifts, statuses, use, lists.

use serde_json::{Value, json};
use tillbook_sandbox::gree::{CouponStatus, FeeUnit, LedgerKind, NewTemplate, Profile, Settings};

use crate::{Bench, DAY_MS, NOW_MS, PHONE, with};

const TEMPLATE: &str = "wk.coupon.template.add";
const GIVE: &str = "wk.coupon.give";
const STATUS: &str = "wk.coupon.sync.status";
const USE: &str = "wk.coupon.verification";
const LIST: &str = "wk.coupon.user.list";

/// The sample of 5.1.
fn template() -> Value {
    json!({
        "suit_store_type": 1, "stores": "[{\"name\":\"唐家湾\",\"id\":1}]", "name": "vnjohn1629772939065",
        "end_time": NOW_MS + 10 * DAY_MS, "coupon_category": 0, "begin_time": NOW_MS - DAY_MS,
        "rules": "满200元才能使用", "third_coupon_id": 1_629_772_939_065_i64, "discount_fee": 10, "coupon_type": 1
    })
}

fn give(numbers: &[&str]) -> Value {
    let gift = |number: &&str| json!({ "open_id": PHONE, "params_type": "2", "coupon_number": number });
    let set: Vec<Value> = numbers.iter().map(gift).collect();
    json!({
        "number": 1, "coupon_set": Value::from(set).to_string(), "create_time": NOW_MS, "third_coupon_id": "T"
    })
}

/// The sample of 5.4.
fn spend(codes: &str) -> Value {
    json!({
        "order_no": "order_testCouponGive", "store_id": 12, "verifier_id": 12, "verification_time": NOW_MS,
        "open_id": PHONE, "order_amount": 1205.52, "verifier_name": "12", "third_coupon_codes": codes
    })
}

/// A template `T` and the coupons `a` and `b`.
fn bench() -> Bench {
    let mut bench = Bench::default();
    let mut office = bench.gree.office(NOW_MS);
    office.add_template(NewTemplate::new("T", 1_000, 10)).unwrap();
    office.give_coupons("T", PHONE, &["a", "b"]).unwrap();
    bench
}

fn listed(bench: &mut Bench, filter: Option<i64>) -> Vec<(String, i64)> {
    let data = bench.data(LIST, &json!({ "open_id": PHONE, "status": filter }));
    let entry =
        |coupon: &Value| (coupon["third_coupon_code"].as_str().unwrap().to_owned(), coupon["status"].as_i64().unwrap());
    data.as_array().unwrap().iter().map(entry).collect()
}

fn entries(expected: &[(&str, i64)]) -> Vec<(String, i64)> {
    expected.iter().map(|(number, status)| ((*number).to_owned(), *status)).collect()
}

#[test]
fn a_template_answers_its_id() {
    let mut bench = Bench::default();
    let answer = concat!(
        r#"{"error_message":null,"data":1309,"pageNo":null,"success":true,"pageSize":null,"#,
        r#""error_code":null,"totalCount":null}"#
    );
    assert_eq!(bench.text(TEMPLATE, &template().to_string()), answer);
    let written =
        json!({ "begin_time": "2021-07-21 12:12:12", "end_time": "2021-07-21 12:12:13", "stores": [{ "id": 1 }] });
    bench.data(TEMPLATE, &with(&template(), &written));
    let terms = &bench.gree.templates()[1].terms;
    assert_eq!((terms.third_coupon_id.as_str(), terms.stores.as_str()), ("1629772939065", r#"[{"id":1}]"#));
    bench.gree.settings_mut().template_unique = true;
    assert_eq!(bench.code(TEMPLATE, &template()), 130_001);
}

#[test]
fn a_template_must_be_possible() {
    let mut bench = Bench::default();
    let table = [
        (json!({ "third_coupon_id": null }), 1001),
        (json!({ "coupon_category": null }), 1001),
        (json!({ "coupon_category": 5 }), 130_001),
        (json!({ "coupon_category": 2, "discount_fee": 100 }), 130_001),
        (json!({ "coupon_category": 4, "discount_fee": 0 }), 130_001),
        (json!({ "discount_fee": null }), 1001),
        (json!({ "coupon_type": 2 }), 1001),
        (json!({ "coupon_type": 0 }), 1001),
        (json!({ "coupon_type": 0, "fixed_term": 0 }), 130_001),
        (json!({ "begin_time": null }), 1001),
        (json!({ "end_time": NOW_MS - 2 * DAY_MS }), 130_001),
        (json!({ "rules": null }), 1001),
    ];
    for (change, code) in table {
        assert_eq!(bench.code(TEMPLATE, &with(&template(), &change)), code, "{change}");
    }
    bench.gree.settings_mut().template_fee_unit = FeeUnit::Yuan;
    bench.data(TEMPLATE, &with(&template(), &json!({ "discount_fee": "10.5", "minimum_fee": 100 })));
    let terms = &bench.gree.templates()[0].terms;
    assert_eq!((terms.discount, terms.minimum_fen), (1_050, 10_000));
}

#[test]
fn coupons_are_given_by_phone_or_open_id() {
    let mut bench = bench();
    let open_id = bench.open_id();
    let set = json!([
        { "open_id": PHONE, "params_type": "2", "coupon_number": "c" },
        { "open_id": open_id, "params_type": 1, "coupon_number": "d" },
    ]);
    let given = bench.data(GIVE, &with(&give(&[]), &json!({ "coupon_set": set })));
    let code = bench.gree.coupon("d").unwrap().code;
    assert!(code > 1 << 53);
    assert_eq!(given[1], json!({ "code": code, "open_id": open_id }));
    let kinds: Vec<_> =
        bench.gree.ledger().iter().rev().take(2).map(|line| (line.kind, line.wire_key.clone())).collect();
    let gift = |number: &str| (LedgerKind::GiveCoupon, Some(number.to_owned()));
    assert_eq!(kinds, [gift("d"), gift("c")]);
    let member = bench.data("wk.user.info.query", &json!({ "phone": PHONE }));
    assert_eq!(member["coupon_num"], 4);
}

#[test]
fn a_gift_is_given_whole_or_not_at_all() {
    let mut bench = bench();
    let table = [
        (give(&["c", "a"]), 130_001),
        (give(&["c", "c"]), 130_001),
        (with(&give(&["c"]), &json!({ "third_coupon_id": "none" })), 130_004),
        (with(&give(&["c"]), &json!({ "number": 0 })), 1001),
        (with(&give(&["c"]), &json!({ "create_time": null })), 1001),
        (give(&[]), 1001),
        (give(&[""]), 1001),
    ];
    for (body, code) in table {
        assert_eq!(bench.code(GIVE, &body), code, "{body}");
    }
    let stranger = json!([{ "open_id": "13800000000", "params_type": "2", "coupon_number": "c" }]);
    assert_eq!(bench.code(GIVE, &with(&give(&[]), &json!({ "coupon_set": stranger }))), 110_004);
    let strange = json!([{ "open_id": PHONE, "params_type": "3", "coupon_number": "c" }]);
    assert_eq!(bench.code(GIVE, &with(&give(&[]), &json!({ "coupon_set": strange }))), 1001);
    assert_eq!(bench.gree.coupons().len(), 2);
}

#[test]
fn a_template_has_its_limits() {
    let mut bench = Bench::default();
    let limited = NewTemplate { quantity: 3, claim_number: 2, ..NewTemplate::new("T", 1_000, 10) };
    let mut office = bench.gree.office(NOW_MS);
    office.add_template(limited).unwrap();
    office.add_member("13800000000", Profile::new("李四"), 0, 0).unwrap();
    assert_eq!(bench.code(GIVE, &give(&["a", "b", "c"])), 130_001);
    bench.data(GIVE, &give(&["a", "b"]));
    assert_eq!(bench.code(GIVE, &give(&["c"])), 130_001);
    let mut office = bench.gree.office(NOW_MS);
    office.give_coupons("T", "13800000000", &["c"]).unwrap();
    assert_eq!(office.give_coupons("T", "13800000000", &["d"]).unwrap_err().code, 130_001);
}

#[test]
fn a_status_can_be_set_and_set_again() {
    let mut bench = bench();
    let set = |number: &str, status: i64| json!({ "third_coupon_code": number, "open_id": PHONE, "status": status });
    assert_eq!(bench.data(STATUS, &set("a", 0)), "a");
    assert_eq!(bench.gree.coupon("a").unwrap().status, CouponStatus::Invalid);
    assert_eq!(bench.data(STATUS, &set("a", 1)), "a");
    bench.data(USE, &spend("a"));
    // What was used stays so for the same order, until another status is set.
    bench.data(STATUS, &set("a", 2));
    assert!(bench.gree.coupon("a").unwrap().use_order_no.is_some());
    bench.data(STATUS, &set("a", 1));
    assert_eq!(bench.gree.coupon("a").unwrap().use_order_no, None);
    assert_eq!(bench.gree.ledger().last().unwrap().kind, LedgerKind::CouponStatus);
    assert_eq!(bench.code(STATUS, &set("none", 1)), 130_002);
    assert_eq!(bench.code(STATUS, &set("a", 5)), 1001);
    bench.gree.office(NOW_MS).add_member("13800000000", Profile::new("李四"), 0, 0).unwrap();
    assert_eq!(bench.code(STATUS, &with(&set("a", 1), &json!({ "open_id": "13800000000" }))), 130_002);
}

#[test]
fn coupons_are_used_all_or_none() {
    let mut bench = bench();
    assert_eq!(bench.code(USE, &spend("a,none")), 130_002);
    assert_eq!(bench.code(USE, &spend("a,a")), 130_003);
    assert_eq!(bench.gree.coupon("a").unwrap().status, CouponStatus::Valid);
    assert_eq!(
        bench.text(USE, &spend("a, b").to_string()),
        concat!(
            r#"{"error_message":null,"data":null,"pageNo":null,"success":true,"pageSize":null,"#,
            r#""error_code":null,"totalCount":null}"#
        )
    );
    for number in ["a", "b"] {
        let coupon = bench.gree.coupon(number).unwrap();
        assert_eq!((coupon.status, coupon.use_order_no.as_deref()), (CouponStatus::Used, Some("order_testCouponGive")));
    }
    let line = bench.gree.ledger().last().unwrap();
    assert_eq!((line.kind, line.coupon_code.as_deref()), (LedgerKind::UseCoupon, Some("b")));
    assert_eq!(line.order_no.as_deref(), Some("order_testCouponGive"));
    let refusal = bench.call(USE, &spend("a"));
    assert_eq!(refusal["error_code"], 130_003);
    assert!(refusal["error_message"].as_str().unwrap().ends_with("a"));
    assert!(refusal.as_object().unwrap().contains_key("totalCount"));
}

#[test]
fn only_a_valid_coupon_of_the_member_can_be_used() {
    for status in [CouponStatus::Invalid, CouponStatus::Used, CouponStatus::InUse, CouponStatus::NotStarted] {
        let mut bench = bench();
        bench.gree.office(NOW_MS).set_coupon_status("a", status).unwrap();
        assert_eq!(bench.code(USE, &spend("b,a")), 130_003, "{status:?}");
    }
    let mut bench = bench();
    bench.gree.office(NOW_MS).add_member("13800000000", Profile::new("李四"), 0, 0).unwrap();
    assert_eq!(bench.code(USE, &with(&spend("a"), &json!({ "open_id": "13800000000" }))), 130_002);
    for name in ["order_no", "third_coupon_codes", "verification_time", "order_amount"] {
        assert_eq!(bench.code(USE, &with(&spend("a"), &json!({ name: null }))), 1001, "{name}");
    }
}

#[test]
fn a_coupon_lasts_to_the_end_of_its_last_beijing_day() {
    let mut bench = bench();
    // Received on the 26th, ten days: to the end of the 6th.
    let end_ms = NOW_MS + (5 * 60 + 15) * 60_000 + 10 * DAY_MS;
    assert_eq!(bench.gree.coupon("a").unwrap().end_ms, end_ms);
    bench.gree.settings_mut().access_life_ms = 100 * DAY_MS;
    bench.token = bench.gree.office(NOW_MS).issue_tokens().access_token;
    bench.now_ms = end_ms;
    assert_eq!(bench.code(USE, &spend("a")), 130_003);
    assert_eq!(listed(&mut bench, Some(1)), []);
    bench.gree.settings_mut().expired_status = 1;
    assert_eq!(listed(&mut bench, Some(3)), entries(&[("b", 1), ("a", 1)]));
    bench.gree.settings_mut().verify_at_claimed_time = true;
    bench.data(USE, &spend("b"));
    bench.now_ms -= 1;
    bench.gree.settings_mut().verify_at_claimed_time = false;
    bench.data(USE, &spend("a"));
}

#[test]
fn the_list_filters_by_other_numbers_than_it_shows() {
    let mut bench = bench();
    let mut office = bench.gree.office(NOW_MS);
    let validity = tillbook_sandbox::gree::Validity::Fixed { begin_ms: NOW_MS + 1, end_ms: NOW_MS + DAY_MS };
    office.add_template(NewTemplate { validity, ..NewTemplate::new("later", 1, 1) }).unwrap();
    let validity = tillbook_sandbox::gree::Validity::Fixed { begin_ms: NOW_MS - DAY_MS, end_ms: NOW_MS };
    office.add_template(NewTemplate { validity, ..NewTemplate::new("earlier", 1, 1) }).unwrap();
    office.give_coupons("T", PHONE, &["c", "d"]).unwrap();
    office.give_coupons("later", PHONE, &["e"]).unwrap();
    office.give_coupons("earlier", PHONE, &["f"]).unwrap();
    office.use_coupon("b", "elsewhere").unwrap();
    office.set_coupon_status("c", CouponStatus::Invalid).unwrap();
    office.set_coupon_status("d", CouponStatus::InUse).unwrap();
    let all = entries(&[("f", 0), ("e", 4), ("d", 3), ("c", 0), ("b", 2), ("a", 1)]);
    assert_eq!(listed(&mut bench, None), all);
    assert_eq!(listed(&mut bench, Some(1)), entries(&[("a", 1)]));
    assert_eq!(listed(&mut bench, Some(2)), entries(&[("b", 2)]));
    assert_eq!(listed(&mut bench, Some(3)), entries(&[("f", 0)]));
    assert_eq!(bench.code(LIST, &json!({ "open_id": PHONE, "status": 0 })), 1001);
    let page = bench.call(LIST, &json!({ "open_id": PHONE, "page_no": 2, "page_size": "4" }));
    assert_eq!((&page["pageNo"], &page["pageSize"], &page["totalCount"]), (&json!(2), &json!(4), &json!(6)));
    assert_eq!(page["data"].as_array().unwrap().len(), 2);
}

#[test]
fn a_listed_coupon_looks_like_the_sample() {
    let mut bench = Bench::new(Settings { call_skew_ms: i64::MAX, ..Settings::default() });
    bench.gree.settings_mut().access_life_ms = i64::MAX / 2;
    bench.now_ms = 1_626_452_602_000;
    bench.token = bench.gree.office(bench.now_ms).issue_tokens().access_token;
    let terms = json!({
        "third_coupon_id": "T", "coupon_category": 0, "name": "测试优惠券", "discount_fee": 1_000, "coupon_type": 0,
        "rules": "满100元才能使用", "fixed_term": 10, "minimum_fee": 10_000, "use_scope_type": 1, "suit_store_type": 1,
        "suit_item_type": 1, "stores": "[{\"id\":1,\"name\": \"唐家湾\"}]", "items": "[{\"id\":1,\"name\": \"洗衣粉\"}]"
    });
    bench.data(TEMPLATE, &terms);
    let number = "eeea1682-93d2-443c-b995-fc6cdf37ea22";
    bench.data(GIVE, &with(&give(&[number]), &json!({ "create_time": 1_626_452_602_000_i64 })));
    let expected = concat!(
        r#"{"error_message":null,"data":[{"coupon_code":3735473975794516910,"coupon_info_id":1309,"#,
        r#""stores":"[{\"id\":1,\"name\": \"唐家湾\"}]","end_time":1627401600000,"minimum_fee":100,"#,
        r#""receive_time":1626452602000,"begin_time":1626452602000,"coupon_category":0,"#,
        r#""rules":"满100元才能使用","discount_fee":10,"member_restrict_type":2,"#,
        r#""third_coupon_code":"eeea1682-93d2-443c-b995-fc6cdf37ea22","use_scope_type":1,"suit_store_type":1,"#,
        r#""suit_item_type":1,"use_order_no":null,"name":"测试优惠券","categories":"[]","fixed_term":10,"id":306784,"#,
        r#""items":"[{\"id\":1,\"name\": \"洗衣粉\"}]","coupon_type":0,"status":1}],"#,
        r#""pageNo":1,"success":true,"pageSize":15,"error_code":null,"totalCount":1}"#
    );
    let body = json!({ "open_id": PHONE, "page_no": 1, "page_size": "15" });
    assert_eq!(bench.text(LIST, &body.to_string()), expected);
    bench.gree.settings_mut().list_fee_unit = FeeUnit::Fen;
    assert_eq!(bench.data(LIST, &body)[0]["discount_fee"], 1_000);
}
