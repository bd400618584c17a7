//! What goes out, against the document's sample requests.

use serde_json::json;

use super::*;
use crate::model::{CouponStatus, Gender, OrderLine};
use crate::provider::gree::{ListForm, PartChangeId, Verb};
use crate::provider::{Inquiry, Provider, Whom};
use crate::transport::HttpMethod;

/// Lists may be strings, and may be nested: what they hold is compared.
fn plain(mut value: Value) -> Value {
    if let Some(text) = value.as_str()
        && text.starts_with('[')
    {
        value = serde_json::from_str(text).unwrap();
    }
    match value {
        Value::Array(items) if matches!(items.as_slice(), [Value::Array(_)]) => items[0].clone(),
        other => other,
    }
}

/// Compares a request with a sample, member by member. `missing`: what the sample has and we have nothing for. `added`: what
/// we send besides, from the tables.
fn assert_like(call: &WireCall, method: &str, sample: Value, missing: &[&str], added: &[&str]) {
    assert_eq!(method_of(call), method);
    let sent = sent(call);
    for (name, want) in sample.as_object().unwrap() {
        let got = sent.get(name);
        if missing.contains(&name.as_str()) {
            assert_eq!(got, None, "{method}: {name}");
        } else {
            assert_eq!(got.cloned().map(plain), Some(plain(want.clone())), "{method}: {name}");
        }
    }
    for name in sent.as_object().unwrap().keys() {
        assert!(
            sample.get(name).is_some() || added.contains(&name.as_str()),
            "{method}: {name} is nowhere in the sample"
        );
    }
}

#[test]
fn a_registration_is_written_as_in_its_sample() {
    let call = gree().encode(&Op::new(register()).operator("张三").lend());
    // Missing: what a till does not know. The sample's `username` is in no table.
    let missing =
        ["q_id", "username", "avatar_img_url", "country", "province", "city", "id_card", "company_name", "remark"];
    let sample = json!({
        "outer_user_id": "out001", "q_id": "qId=123", "project_id": "18756", "nickname": "张三", "username": "张达三",
        "phone": "15900947949", "avatar_img_url": "http://sdsd.sds.com", "gender": 1, "birthday": "1994-09-28",
        "country": "中国", "province": "广东", "city": "深圳", "id_card": "350322198209116378", "company_name": "格力集团",
        "remark": "备注"
    });
    assert_like(&call, "wk.user.info.add", sample, &missing, &["employee_name"]);
    assert_eq!(sent(&call)["employee_name"], "张三");
}

#[test]
fn only_a_known_gender_is_told() {
    for (gender, want) in [(Gender::Male, Some(1)), (Gender::Female, Some(2)), (Gender::Unknown, None)] {
        let act = Act::Register {
            card: card(),
            phone: phone(PHONE),
            name: Some("a".into()),
            gender: Some(gender),
            birthday: None,
            sms_code: None,
        };
        let body = sent(&gree().encode(&Op::new(act).lend()));
        assert_eq!(body.get("gender").and_then(Value::as_i64), want);
    }
}

#[test]
fn a_change_in_points_is_written_as_in_its_sample() {
    let call = gree().encode(&Op::new(accrue(20)).of(PHONE).reason("add").lend());
    // The sample writes change_id as a number, which its table calls a string. The till knows no activity points.
    let sample = json!({
        "score": 20, "change_reason": "add", "change_event": "event_add", "activity_score": 10, "open_id": "15980947959",
        "change_id": KEY, "out_biz_no": "1632654151087"
    });
    assert_like(&call, "wk.user.event.score.change", sample, &["activity_score"], &[]);
}

#[test]
fn the_event_tells_which_way_points_go() {
    let change = |points: i64| Act::AdjustPoints { card: card(), points: Points::new(points) };
    let amount = Some(yuan("200.5"));
    let redeem = Act::RedeemPoints { card: card(), points: points(7), amount, order: None };
    let cases = [
        (accrue(5), 5, "event_add", "1632654151087", None),
        (redeem, 7, "event_subtract", KEY, Some("200.50")),
        (change(3), 3, "event_up", KEY, None),
        (change(-3), 3, "event_down", KEY, None),
    ];
    for (act, score, event, biz_no, amount) in cases {
        let call = gree().encode(&Op::new(act).lend());
        let text = String::from_utf8(call.body.clone()).unwrap();
        let body = sent(&call);
        assert_eq!((&body["score"], &body["change_event"]), (&json!(score), &json!(event)));
        assert_eq!((&body["out_biz_no"], &body["change_id"]), (&json!(biz_no), &json!(KEY)));
        assert!(!body["change_reason"].as_str().unwrap().is_empty(), "required");
        match amount {
            Some(amount) => assert!(text.contains(&format!(r#""order_amount":{amount}"#)), "{text}"),
            None => assert_eq!(body.get("order_amount"), None),
        }
    }
    let by_key = with(GreeConfig { out_biz_no: Some(OutBizNo::Key), ..config() });
    assert_eq!(sent(&by_key.encode(&Op::new(accrue(5)).lend()))["out_biz_no"], KEY);
}

#[test]
fn a_whole_return_names_its_statement_under_a_key_of_its_own() {
    let op = Op::new(returned("o", 20, true)).undoes(accrue(20), "K0", Some("SP016244316351097643"));
    let call = gree().encode(&op.lend());
    assert_eq!(method_of(&call), "wk.user.event.score.rollback");
    let want = json!({
        "open_id": OPEN_ID, "change_id": KEY, "statement_id": "SP016244316351097643", "rollback_score": 20,
        "parent_order_no": "1632654151087"
    });
    assert_eq!(sent(&call), want);
    // A change whose answer was lost has no statement: its own key tells which one it was.
    let op = Op::new(returned("o", 20, true)).undoes(accrue(20), "K0", None);
    let body = sent(&gree().encode(&op.lend()));
    assert_eq!((&body["change_id"], body.get("statement_id")), (&json!("K0"), None));
}

#[test]
fn what_is_in_doubt_is_undone_as_in_the_sample() {
    let op = Op::new(Act::AccruePoints {
        card: card(),
        points: Some(points(20)),
        amount: None,
        order: Some("1632710642525".into()),
    });
    let call = gree().undo(&op.of(PHONE).lend()).unwrap();
    let sample = json!({
        "rollback_activity_score": 10, "open_id": "15980947959", "change_id": KEY, "rollback_score": 20,
        "parent_order_no": "1632710642525",
        "items": [[
            {"base_score": 12, "total_price": 103, "activity_score": 5, "use_score": 0, "item_name": "护肤品",
             "item_num": 2, "item_no": "5408676771509321001"},
            {"base_score": 8, "total_price": 100, "activity_score": 5, "use_score": 0, "item_name": "护手霜",
             "item_num": 3, "item_no": "5412324626765377001"}
        ]]
    });
    assert_like(&call, "wk.user.event.score.rollback", sample, &["rollback_activity_score", "items"], &[]);
    let down = Act::AdjustPoints { card: card(), points: points(-4) };
    assert_eq!(sent(&gree().undo(&Op::new(down).lend()).unwrap())["rollback_score"], 4);
    for act in [returned("o", 1, true), give(), push_order(), register()] {
        assert!(gree().undo(&Op::new(act).lend()).is_none());
    }
}

#[test]
fn a_partial_return_is_written_as_in_its_sample() {
    let original = || {
        let order = Some("1632720420715".to_owned());
        Act::AccruePoints { card: card(), points: Some(points(20)), amount: None, order }
    };
    let op =
        Op::new(returned("o", 8, false)).of(PHONE).reason("护手霜").undoes(original(), "1632720477224", Some("SP0"));
    let call = gree().encode(&op.lend());
    // A return of points has no items of its own: one stands for all. Its number is the order's, and it is one.
    let sample = json!({
        "open_id": "15980947959", "change_id": "1632720477224", "parent_order_no": "1632720420715",
        "items": [[{"order_no": KEY, "base_score": 8, "total_price": 100, "activity_score": 0, "use_score": 0,
                    "item_name": "护手霜", "item_num": 1, "item_no": "1632720420715"}]]
    });
    assert_like(&call, "wk.user.event.score.rollback.part", sample, &[], &[]);
    assert!(sent(&call)["items"].is_string(), "a string, says the table");

    let config = GreeConfig { part_change_id: PartChangeId::Own, lists: ListForm::Array, ..config() };
    let gives_back = match returned("o", 8, false) {
        Act::ReturnPoints { card, original, points, whole, amount, .. } => {
            Act::ReturnPoints { card, original, takes: false, points, whole, amount }
        }
        other => other,
    };
    let redeemed = Act::RedeemPoints { card: card(), points: points(20), amount: None, order: None };
    let body = sent(&with(config).encode(&Op::new(gives_back).undoes(redeemed, "K0", Some("SP0")).lend()));
    assert_eq!((&body["change_id"], &body["parent_order_no"]), (&json!(KEY), &json!("K0")));
    assert_eq!((&body["items"][0]["use_score"], &body["items"][0]["base_score"]), (&json!(8), &json!(0)));
}

#[test]
fn one_part_only_may_be_returned_under_the_changes_own_key() {
    let own = with(GreeConfig { part_change_id: PartChangeId::Own, ..config() });
    for (gree, whole, want) in [(gree(), false, true), (gree(), true, false), (own, false, false)] {
        assert_eq!(gree.returns_once(&returned("o", 1, whole)), want);
    }
}

fn sample_line() -> OrderLine {
    OrderLine::new("123124", "商品名称", 120, yuan("125.2")).points(points(100))
}

/// Of the sample: what a till knows of an item.
fn sample_item(points: &str) -> Value {
    json!({"item_no": "123124", "item_name": "商品名称", "item_price": "125.20", "add_score": points, "active_score": "0",
        "use_score": "0", "deduction_money": "0", "item_num": "120"})
}

#[test]
fn an_order_is_written_as_in_its_sample() {
    let lines = vec![sample_line(), sample_line()];
    let act = Act::PushOrder { card: card(), amount: yuan("1000"), points: points(100), lines };
    let call = gree().encode(&Op::new(act).of("17875981518").lend());
    let sample = json!({
        "order_no": KEY, "item_info_list": [sample_item("100"), sample_item("100")], "phone": "17875981518",
        "order_amount": 1000, "fin_entity_info": "[{\"material_name\": ...} ...] ", "consume_date": "2021-08-24 00:00:00"
    });
    assert_like(&call, "wk.user.order.add", sample, &["fin_entity_info"], &["order_score"]);
    assert_eq!(sent(&call)["order_score"], 100, "required by the table, missing in the sample");
    assert!(sent(&call)["item_info_list"].is_string());
}

#[test]
fn an_order_that_awards_nothing_says_so_down_to_its_items() {
    let act = Act::PushOrder { card: card(), amount: yuan("0.5"), points: points(100), lines: vec![sample_line()] };
    let gree = with(GreeConfig {
        order_awards_points: false,
        lists: ListForm::Array,
        store_id: Some(20_206_023),
        shop_id: Some(20_206_111),
        ..config()
    });
    let mut op = Op::new(act).operator("成东红").reason("免税店购物");
    op.context.ticket = Some("201011082106210894".into());
    let call = gree.encode(&op.lend());
    let body = sent(&call);
    assert_eq!((&body["order_score"], &body["item_info_list"]), (&json!(0), &json!([sample_item("0")])));
    assert_eq!((&body["store_id"], &body["shop_id"]), (&json!(20_206_023), &json!(20_206_111)));
    assert_eq!((&body["bill_no"], &body["cashier_name"]), (&json!("201011082106210894"), &json!("成东红")));
    assert_eq!((&body["desc"], &body["open_id"]), (&json!("免税店购物"), &json!(OPEN_ID)));
    assert_eq!(body.get("phone"), None, "one of the two");
}

#[test]
fn a_return_of_an_order_is_written_as_in_its_sample() {
    for (whole, method) in [(true, "wk.user.refund.order.complete"), (false, "wk.user.refund.order.part")] {
        let act = Act::ReturnOrder {
            card: card(),
            original: OpId::new("o").unwrap(),
            amount: yuan("1424.54"),
            points: points(100),
            whole,
            lines: vec![sample_line()],
        };
        let op = Op::new(act).of("17875981518").undoes(push_order(), "4no31--test-order-", Some("126352"));
        let sample = json!({
            "order_no": KEY, "item_info_list": [sample_item("100")], "phone": "17875981518", "order_amount": 1424.54,
            "material_info": "[{\"material_name\": ...} ...] ", "consume_date": "2021-08-24 00:00:00",
            "parent_order_no": "4no31--test-order-"
        });
        assert_like(&gree().encode(&op.lend()), method, sample, &["material_info"], &[]);
    }
}

#[test]
fn coupons_are_given_as_in_the_sample() {
    let call = gree().encode(&Op::new(give()).of("18023016181").lend());
    // One coupon to one member. The sample's list is no JSON as it stands: its quotes are not escaped.
    let sample = json!({
        "number": 1,
        "coupon_set": [{"open_id": "18023016181", "params_type": "2", "coupon_number": KEY}],
        "create_time": 1_629_734_400_000_i64, "third_coupon_id": "123213212"
    });
    assert_like(&call, "wk.coupon.give", sample, &[], &[]);
    let set = |call: &WireCall| plain(sent(call)["coupon_set"].clone());
    let by_open_id = gree().encode(&Op::new(give()).lend());
    assert_eq!((&set(&by_open_id)[0]["params_type"], &set(&by_open_id)[0]["open_id"]), (&json!("1"), &json!(OPEN_ID)));
}

#[test]
fn a_coupons_status_is_set_as_in_the_sample() {
    let code = "550be7757dbf4357a0d79706e2c2c25f";
    let invalid = gree().encode(&Op::new(set_status(code, CouponStatus::Invalid)).lend());
    let sample = json!({"third_coupon_code": code, "open_id": OPEN_ID, "status": 0});
    assert_like(&invalid, "wk.coupon.sync.status", sample, &[], &[]);
    for (status, want) in
        [(CouponStatus::Valid, 1), (CouponStatus::Used, 2), (CouponStatus::InUse, 3), (CouponStatus::NotStarted, 4)]
    {
        assert_eq!(sent(&gree().encode(&Op::new(set_status(code, status)).lend()))["status"], want);
    }
}

#[test]
fn a_coupon_is_redeemed_as_in_the_sample() {
    let gree = with(GreeConfig { store_id: Some(12), ..config() });
    let call = gree.encode(&Op::new(redeem_coupon("testCouponGive")).of("17875981518").operator("12").lend());
    let sample = json!({
        "order_no": KEY, "store_id": 12, "verifier_id": 12, "verification_time": 1_629_734_400_000_i64,
        "open_id": "17875981518", "order_amount": 1205.52, "verifier_name": "12", "third_coupon_codes": "testCouponGive"
    });
    assert_like(&call, "wk.coupon.verification", sample, &["verifier_id"], &[]);
}

#[test]
fn a_template_is_written_as_in_its_sample() {
    let template = crate::model::CouponTemplate {
        id: "1629772939065".into(),
        name: "vnjohn1629772939065".into(),
        effect: crate::model::CouponEffect::OrderReduction(Money::from_fen(10)),
        validity: crate::model::Validity::Fixed {
            begins: Timestamp::from_millis(1_629_859_339_082),
            ends: Timestamp::from_millis(1_630_204_939_084),
        },
        minimum: Money::ZERO,
        rules: "满200元才能使用".into(),
        quantity: 0,
        per_member: 0,
        scope: crate::model::CouponScope {
            stores: vec![crate::model::Named { id: "1".into(), name: "唐家湾".into() }],
            ..Default::default()
        },
    };
    let call = gree().encode(&Op::new(Act::AddCouponTemplate { template }).of("").lend());
    // Corrected: a quote that is not escaped, and an id that its table calls a string.
    let sample = json!({
        "suit_store_type": 1, "stores": [{"name": "唐家湾", "id": 1}], "name": "vnjohn1629772939065",
        "end_time": 1_630_204_939_084_i64, "coupon_category": 0, "begin_time": 1_629_859_339_082_i64,
        "rules": "满200元才能使用", "third_coupon_id": "1629772939065", "discount_fee": 10, "coupon_type": 1
    });
    assert_like(&call, "wk.coupon.template.add", sample, &[], &[]);
}

#[test]
fn every_read_is_named_and_typed_as_in_its_sample() {
    let (gree, number) = (gree(), card());
    let whom = Whom { number: &number, reference: Some(OPEN_ID), phone: None };
    let by_phone = Whom { number: &number, reference: None, phone: Some("13800000000") };
    let first = |mut reading: Box<dyn Reading>| match reading.step(None) {
        ReadStep::Ask(call) => call,
        _ => panic!("a read begins with a question"),
    };
    let ask = |inquiry: Inquiry| first(gree.inquire(&inquiry, Some(&whom)).unwrap());
    let op = Op::new(set_status("1", CouponStatus::Valid)).of("168eebeb0d2e4edca2258ce156ec545d");
    let history = Inquiry::PointsHistory { page: 1, page_size: 10 };
    let sms = || "13888888888".to_owned();
    let cases = [
        (first(gree.serve(&whom).unwrap()), "wk.user.info.query", json!({"open_id": OPEN_ID})),
        (first(gree.serve(&by_phone).unwrap()), "wk.user.info.query", json!({"phone": "13800000000"})),
        (
            first(gree.before(&Op::new(register()).lend(), AT).unwrap()),
            "wk.user.info.query",
            json!({"phone": "15900947949"}),
        ),
        (ask(Inquiry::Statistics), "wk.user.info.query", json!({"open_id": OPEN_ID})),
        // The sample asks for what was added only; all is asked for here.
        (
            ask(history),
            "wk.user.score.record",
            json!({"open_id": OPEN_ID, "score_type": "0", "pageSize": "10", "pageNo": "1"}),
        ),
        (ask(Inquiry::MemberCode), "wk.user.code.generate", json!({"open_id": OPEN_ID})),
        (
            ask(Inquiry::MemberByCode { code: "06244323958828461000".into() }),
            "wk.user.code.parsing",
            json!({"code": "06244323958828461000"}),
        ),
        // The page sizes are ours.
        (first(gree.health()), "wk.user.level.list", json!({"page_size": 50, "page_no": 1})),
        (
            first(gree.before(&op.lend(), AT).unwrap()),
            "wk.coupon.user.list",
            json!({"open_id": "168eebeb0d2e4edca2258ce156ec545d", "page_no": 1, "page_size": "50"}),
        ),
        (ask(Inquiry::SendSms { phone: sms() }), "wk.sms.verify.send", json!({"target": "13888888888"})),
        (
            ask(Inquiry::JudgeSms { phone: sms(), code: "4586".into() }),
            "wk.sms.verify.judge",
            json!({"phone": "13888888888", "verify_code": "4586"}),
        ),
    ];
    for (call, method, body) in cases {
        assert_eq!((method_of(&call), sent(&call)), (method, body));
        assert_eq!(call.method, HttpMethod::Post);
        assert_eq!(call.headers, [("Content-Type".to_owned(), "application/json".to_owned())]);
    }
    assert!(gree.inquire(&Inquiry::Members { page: 1, page_size: 1 }, Some(&whom)).is_none());
    assert!(gree.find("1380").is_none());
}

#[test]
fn a_method_set_to_get_has_its_parameters_in_the_query() {
    let verbs = BTreeMap::from([
        ("wk.coupon.verification".to_owned(), Verb::Get),
        ("dss.auth.token.query".to_owned(), Verb::Get),
    ]);
    let extra_headers = vec![("X-Gateway".to_owned(), "k".to_owned())];
    let gree = with(GreeConfig { verbs, extra_headers, ..config() });
    let call = gree.encode(&Op::new(redeem_coupon("券 1")).lend());
    assert_eq!((call.method, call.body.as_slice()), (HttpMethod::Get, &b""[..]));
    assert_eq!(
        call.path,
        format!(
            "/gw/gateway/wk.coupon.verification/v1?open_id={OPEN_ID}&order_amount=1205.52&order_no={KEY}\
             &third_coupon_codes=%E5%88%B8%201&verification_time=1629734400000"
        )
    );
    assert_eq!(call.headers, [("X-Gateway".to_owned(), "k".to_owned())]);
    let token = gree.tokens().unwrap().ask(crate::provider::TokenCall::Query, None);
    assert_eq!(token.method, HttpMethod::Get);
}

#[test]
fn the_same_operation_gives_the_same_bytes() {
    for act in [register(), accrue(1), give(), redeem_coupon("1"), push_order()] {
        let op = Op::new(act);
        assert!(gree().encode(&op.lend()) == gree().encode(&op.lend()));
    }
}

#[test]
fn text_is_escaped_in_lists_and_outside_of_them() {
    let lines = vec![OrderLine::new("1", r#"王"小\明"#, 1, yuan("1"))];
    let act = Act::PushOrder { card: card(), amount: yuan("1"), points: points(0), lines };
    let body = sent(&gree().encode(&Op::new(act).reason("a\"b").lend()));
    assert_eq!(plain(body["item_info_list"].clone())[0]["item_name"], r#"王"小\明"#);
    assert_eq!(body["desc"], "a\"b");
}

#[test]
fn a_member_is_named_by_what_is_known_of_it() {
    use crate::provider::Reference::{self, Known, Unknown};
    let gree = gree();
    let whom = |number: &str, reference: Option<&str>, phone: Option<&str>| -> Reference {
        let number = CardNumber::new(number).unwrap();
        gree.reference(&Whom { number: &number, reference, phone })
    };
    assert_eq!(whom("M1", Some(OPEN_ID), Some(PHONE)), Known(OPEN_ID.into()));
    assert_eq!(whom("M1", None, Some(PHONE)), Known(PHONE.into()));
    assert_eq!(whom(PHONE, None, None), Known(PHONE.into()));
    assert_eq!(whom("12345", None, None), Known("12345".into()));
    for unknown in ["M1", "1234", "123456789012345678901", "1398x", "M13812345678"] {
        assert_eq!(whom(unknown, None, None), Unknown, "{unknown}");
    }
    let number = card();
    let unknown = Whom { number: &number, reference: None, phone: None };
    assert!(gree.serve(&unknown).is_none() && gree.inquire(&Inquiry::Statistics, Some(&unknown)).is_none());
}
