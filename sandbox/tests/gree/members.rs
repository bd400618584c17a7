//! Registering, asking for members, member codes, levels.

use serde_json::{Value, json};
use tillbook_sandbox::gree::{LedgerKind, Profile, RegisterExisting, Settings};

use crate::{Bench, NOW_MS, PHONE, with};

const ADD: &str = "wk.user.info.add";
const QUERY: &str = "wk.user.info.query";
const GENERATE: &str = "wk.user.code.generate";
const PARSE: &str = "wk.user.code.parsing";

/// The sample of 3.1.
fn sample() -> Value {
    json!({
        "outer_user_id": "out001", "q_id": "qId=123", "project_id": "18756", "nickname": "张三", "username": "张达三",
        "phone": "15900947949", "avatar_img_url": "http://sdsd.sds.com", "gender": 1, "birthday": "1994-09-28",
        "country": "中国", "province": "广东", "city": "深圳", "id_card": "350322198209116378",
        "company_name": "格力集团", "remark": "备注"
    })
}

#[test]
fn registering_answers_an_open_id() {
    let mut bench = Bench::default();
    let text = bench.text(ADD, &sample().to_string());
    let open_id = bench.gree.member("15900947949").unwrap().open_id.clone();
    assert!(open_id.len() == 32 && open_id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')));
    assert_eq!(text, format!(r#"{{"success":true,"error_code":200,"error_message":"","data":"{open_id}"}}"#));
    let line = bench.gree.ledger().last().unwrap();
    assert_eq!((line.kind, line.phone.as_str()), (LedgerKind::Register, "15900947949"));
    assert_eq!(line.member.as_ref(), Some(&open_id));
}

#[test]
fn a_known_phone_answers_as_the_setting_says() {
    let mut bench = Bench::default();
    let body = with(&sample(), &json!({ "phone": PHONE }));
    let lines = bench.gree.ledger().len();
    assert_eq!(bench.data(ADD, &body), bench.open_id());
    assert_eq!(bench.gree.ledger().len(), lines);
    assert_eq!(bench.gree.member(PHONE).unwrap().profile.birthday, None);
    bench.gree.settings_mut().register_existing = RegisterExisting::Refuse;
    assert_eq!(bench.code(ADD, &body), 1001);
}

#[test]
fn registering_needs_what_the_table_needs() {
    let mut bench = Bench::default();
    let table = [
        (json!({ "phone": null }), 110_001),
        (json!({ "phone": "" }), 110_001),
        (json!({ "phone": "12345" }), 1001),
        (json!({ "nickname": null }), 1001),
        (json!({ "project_id": null }), 1001),
        (json!({ "gender": 3 }), 1001),
        (json!({ "birthday": "28.9.1994" }), 1001),
    ];
    for (change, code) in table {
        assert_eq!(bench.code(ADD, &with(&sample(), &change)), code, "{change}");
    }
}

#[test]
fn a_member_looks_like_the_sample() {
    let mut bench = Bench::new(Settings { open_id_null: true, ..Settings::default() });
    let body = with(&sample(), &json!({ "q_id": null, "outer_user_id": null, "phone": 15_980_944_959_i64 }));
    bench.now_ms = NOW_MS + 1;
    bench.data(ADD, &with(&body, &json!({ "nickname": "李大哥" })));
    let expected = concat!(
        r#"{"success":true,"data":{"birthday":"1994-09-28","country":"中国","gender":1,"city":"深圳","open_id":null,"#,
        r#""level_num":1,"id_card":"350322198209116378","remark":"备注","next_level_num":2,"#,
        r#""register_time":1632653100001,"avatar_img_url":"http://sdsd.sds.com","score":0,"#,
        r#""next_level_growth_value":300,"province":"广东","project_id":18756,"next_level_name":"二级会员","#,
        r#""rights":null,"nickname":"李大哥","email":null,"growth_value":0,"is_max_level":0,"realname":null,"#,
        r#""user_num":"58500000002","level_name":"一级会员","phone":"15980944959","coupon_num":0},"#,
        r#""errorCode":null,"errorMessage":null,"pageSize":null,"pageNo":null,"totalCount":null}"#
    );
    assert_eq!(bench.text(QUERY, r#"{"phone":"15980944959"}"#), expected);
}

#[test]
fn a_member_is_found_by_open_id_or_phone() {
    let mut bench = Bench::default();
    let open_id = bench.open_id();
    for body in [json!({ "open_id": open_id }), json!({ "phone": PHONE }), json!({ "open_id": PHONE })] {
        let member = bench.data(QUERY, &body);
        assert_eq!((&member["open_id"], &member["score"]), (&json!(open_id), &json!(100)));
    }
    assert_eq!(bench.code(QUERY, &json!({})), 110_002);
    assert_eq!(bench.code(QUERY, &json!({ "open_id": "", "phone": null })), 110_002);
    assert_eq!(bench.code(QUERY, &json!({ "phone": "13800000000" })), 110_004);
    bench.gree.settings_mut().level_number = true;
    assert_eq!(bench.data(QUERY, &json!({ "phone": PHONE }))["level_number"], 1);
    bench.gree.settings_mut().camel_refusals = true;
    let refusal = bench.call(QUERY, &json!({}));
    assert_eq!((&refusal["errorCode"], &refusal["error_code"]), (&json!(110_002), &Value::Null));
}

#[test]
fn growth_makes_the_level() {
    let mut bench = Bench::default();
    let table = [(299, 1, json!(300), 0), (300, 2, json!(1_000), 0), (100_000, 7, Value::Null, 1)];
    for (place, (growth, level, next, is_max)) in table.into_iter().enumerate() {
        let phone = format!("1380000000{place}");
        bench.gree.office(NOW_MS).add_member(&phone, Profile::new("x"), 0, growth).unwrap();
        let member = bench.data(QUERY, &json!({ "phone": phone }));
        let found = (&member["level_num"], &member["next_level_growth_value"], &member["is_max_level"]);
        assert_eq!(found, (&json!(level), &next, &json!(is_max)));
    }
}

#[test]
fn a_member_code_stands_for_a_member_for_a_while() {
    let mut bench = Bench::default();
    let text = bench.text(GENERATE, &json!({ "open_id": PHONE }).to_string());
    let answer: Value = serde_json::from_str(&text).unwrap();
    let code = answer["data"].as_str().unwrap().to_owned();
    assert_eq!(text, format!(r#"{{"success":true,"data":"{code}","errorCode":null,"errorMessage":null}}"#));
    assert!(code.len() == 20 && code.starts_with('0') && code.bytes().all(|byte| byte.is_ascii_digit()));
    assert_eq!(bench.data(PARSE, &json!({ "code": code }))["phone"], PHONE);
    assert_ne!(bench.data(GENERATE, &json!({ "open_id": PHONE })), json!(code));

    bench.now_ms += 299_999;
    assert_eq!(bench.data(PARSE, &json!({ "code": code }))["phone"], PHONE);
    bench.now_ms += 1;
    assert_eq!(bench.code(PARSE, &json!({ "code": code })), 110_006);
    bench.gree.settings_mut().expired_code = 110_001;
    assert_eq!(bench.code(PARSE, &json!({ "code": code })), 110_001);
    assert_eq!(bench.code(PARSE, &json!({})), 1001);
    assert_eq!(bench.code(GENERATE, &json!({})), 110_002);
}

#[test]
fn levels_look_like_the_sample() {
    let mut bench = Bench::default();
    bench.gree.settings_mut().levels.truncate(2);
    assert_eq!(
        bench.text("wk.user.level.list", r#"{"page_size":10,"page_no":1}"#),
        concat!(
            r#"{"error_message":null,"data":[{"level_name":"一级会员","level_number":1,"id":76},"#,
            r#"{"level_name":"二级会员","level_number":2,"id":82}],"#,
            r#""pageNo":1,"success":true,"pageSize":2,"error_code":null,"totalCount":2}"#
        )
    );
    let second = bench.data("wk.user.level.list", &json!({ "page_size": "1", "page_no": "2" }));
    assert_eq!(second, json!([{ "level_name": "二级会员", "level_number": 2, "id": 82 }]));
    assert_eq!(bench.code("wk.user.level.list", &json!({ "page_no": 0 })), 1001);
}
