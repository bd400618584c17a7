//! Signatures, timestamps, tokens, quotas, verbs.

use serde_json::{Value, json};
use tillbook_sandbox::Request;
use tillbook_sandbox::gree::{self, Endpoint, Errcode, Gree, Settings};

use crate::{Bench, DAY_MS, NOW_MS, PHONE};

const LEVELS: &str = "wk.user.level.list";
const QUERY: &str = "dss.auth.token.query";
const REFRESH: &str = "dss.auth.token.refresh";

fn answer(gree: &mut Gree, now_ms: i64, request: &Request) -> Value {
    serde_json::from_str(&gree.handle(now_ms, request).text()).unwrap()
}

fn token_call(gree: &mut Gree, now_ms: i64, method: &str, token: &str) -> Value {
    let request = gree::request(gree.settings(), token, now_ms, method, "");
    answer(gree, now_ms, &request)
}

#[test]
fn the_documents_own_signature_comes_out() {
    let query = [("foo", "1"), ("sign", "x"), ("bar", "2"), ("empty", ""), ("foobar", "4"), ("foo_bar", "3")];
    assert_eq!(gree::sign(query, br#"{"orderNo":123}"#, "XYZ"), "546e4aa36d2d624da5ff816ca030951c");
}

#[test]
fn every_call_is_found_by_its_path() {
    let settings = Settings::default();
    for endpoint in Endpoint::ALL {
        let request = gree::request(&settings, "t", NOW_MS, endpoint.name(), "{}");
        assert_eq!(Endpoint::of(&request), Some(endpoint));
    }
    let mut bench = Bench::default();
    let request = bench.request("wk.user.info.delete", "{}");
    assert_eq!(bench.handle(&request).status, 404);
    let request = Request { path: "/".to_owned(), ..request };
    assert_eq!(bench.handle(&request).status, 404);
}

#[test]
fn numbers_and_texts_of_codes_are_told_apart() {
    let mut codes: Vec<i64> = Errcode::ALL.into_iter().map(Errcode::code).collect();
    assert!(codes.is_sorted());
    codes.dedup();
    assert_eq!(codes.len(), Errcode::ALL.len());
}

#[test]
fn tokens_are_given_once_a_day_and_refreshed_twenty_times() {
    let mut gree = Gree::new(Settings::default());
    let given = token_call(&mut gree, NOW_MS, QUERY, "");
    let members: Vec<&str> = given.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["data", "success"]);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let (access, refresh) = (text(&given["data"]["access_token"]), text(&given["data"]["refresh_token"]));
    assert_eq!((access.len(), &access[..2], refresh.len(), &refresh[..2]), (34, "at", 34, "rt"));
    assert_eq!(given["data"]["expire_in"], 7_200);

    assert_eq!(token_call(&mut gree, NOW_MS, QUERY, "")["error_code"], 1010);
    let again = token_call(&mut gree, NOW_MS, REFRESH, "rtnone");
    assert_eq!((&again["success"], &again["error_code"]), (&json!(false), &json!(1009)));
    for _ in 1..20 {
        let again = token_call(&mut gree, NOW_MS, REFRESH, &refresh);
        assert_eq!(again["success"], true, "{again}");
        assert_ne!(again["data"]["access_token"], access.as_str());
        assert_eq!(again["data"]["refresh_token"], Value::Null);
    }
    let spent = token_call(&mut gree, NOW_MS, REFRESH, &refresh);
    assert_eq!(spent["error_code"], 1010);
    assert!(spent["error_message"].as_str().unwrap().contains("20"));
    assert_eq!(gree.quota_used(NOW_MS), (2, 21));
}

#[test]
fn a_quota_day_is_a_beijing_day() {
    let mut gree = Gree::new(Settings::default());
    // A quarter past five hours after a quarter to seven, midnight is reached.
    let midnight_ms = NOW_MS + (5 * 60 + 15) * 60_000;
    assert_eq!(token_call(&mut gree, NOW_MS, QUERY, "")["success"], true);
    assert_eq!(token_call(&mut gree, midnight_ms - 1, QUERY, "")["error_code"], 1010);
    assert_eq!(token_call(&mut gree, midnight_ms, QUERY, "")["success"], true);
}

#[test]
fn what_the_counter_never_saw_takes_no_quota() {
    let mut gree = Gree::new(Settings::default());
    let good = gree::request(gree.settings(), "", NOW_MS, QUERY, "");
    let wrong = Request { path: good.path.replace("sign=", "sign=0"), ..good.clone() };
    assert_eq!(answer(&mut gree, NOW_MS, &wrong)["error_code"], 1006);
    for late_ms in [3_001, -3_001] {
        assert_eq!(answer(&mut gree, NOW_MS + late_ms, &good)["error_code"], 1007);
    }
    let stranger = Settings { app_id: "nobody".to_owned(), ..Settings::default() };
    let stranger = gree::request(&stranger, "", NOW_MS, QUERY, "");
    assert_eq!(answer(&mut gree, NOW_MS, &stranger)["error_code"], 110_005);
    assert_eq!(gree.quota_used(NOW_MS), (0, 0));
    assert_eq!(answer(&mut gree, NOW_MS + 3_000, &good)["success"], true);
}

#[test]
fn a_token_lasts_two_hours_and_a_refresh_token_a_year() {
    let mut gree = Gree::new(Settings::default());
    let pair = gree.office(NOW_MS).issue_tokens();
    let levels = |gree: &mut Gree, at_ms: i64, token: &str| {
        let request = gree::request(gree.settings(), token, at_ms, LEVELS, "{}");
        answer(gree, at_ms, &request)
    };
    assert_eq!(levels(&mut gree, NOW_MS + 7_199_999, &pair.access_token)["success"], true);
    assert_eq!(levels(&mut gree, NOW_MS + 7_200_000, &pair.access_token)["error_code"], 1008);
    assert_eq!(levels(&mut gree, NOW_MS, "at0")["error_code"], 1008);
    let year_ms = 365 * DAY_MS;
    assert_eq!(token_call(&mut gree, NOW_MS + year_ms - 1, REFRESH, &pair.refresh_token)["success"], true);
    assert_eq!(token_call(&mut gree, NOW_MS + year_ms, REFRESH, &pair.refresh_token)["error_code"], 1009);
}

#[test]
fn a_new_token_ends_the_old_one_unless_a_setting_keeps_it() {
    for (one_token, code) in [(true, json!(1008)), (false, Value::Null)] {
        let mut bench = Bench::new(Settings { one_token, ..Settings::default() });
        bench.gree.office(NOW_MS).issue_tokens();
        assert_eq!(bench.call(LEVELS, &json!({}))["error_code"], code);
    }
}

#[test]
fn a_call_must_be_signed_and_not_too_old() {
    let mut bench = Bench::default();
    let good = bench.request(LEVELS, r#"{"page_no":1,"page_size":10}"#);
    let code = |bench: &mut Bench, request: &Request| answer(&mut bench.gree, NOW_MS, request)["error_code"].clone();
    assert_eq!(code(&mut bench, &good), Value::Null);
    let other_body = Request { body: b"{}".to_vec(), ..good.clone() };
    assert_eq!(code(&mut bench, &other_body), 1006);
    let other_query = Request { path: good.path.replace("timestamp=1", "timestamp=2"), ..good.clone() };
    assert_eq!(code(&mut bench, &other_query), 1006);
    let unsigned = Request { path: good.path.replace("&sign=", "&was="), ..good.clone() };
    assert_eq!(code(&mut bench, &unsigned), 1006);
    // Empty parameters aren't signed.
    let with_empty = Request { path: format!("{}&code=&redirect_url=", good.path), ..good.clone() };
    assert_eq!(code(&mut bench, &with_empty), Value::Null);
    let no_json = bench.request(LEVELS, "page_no=1");
    assert_eq!(code(&mut bench, &no_json), 1001);
    bench.now_ms = NOW_MS + 600_000;
    assert_eq!(answer(&mut bench.gree, NOW_MS + 600_000, &good)["success"], true);
    assert_eq!(answer(&mut bench.gree, NOW_MS + 600_001, &good)["error_code"], 1007);
}

#[test]
fn get_and_post_are_the_same_unless_a_setting_asks_for_the_sections_verb() {
    let mut bench = Bench::default();
    let body = json!({ "open_id": PHONE }).to_string();
    let post = bench.request("wk.user.info.query", &body);
    let get = Request { method: "GET".to_owned(), ..post.clone() };
    assert_eq!(bench.handle(&get), bench.handle(&post));
    let put = Request { method: "PUT".to_owned(), ..post.clone() };
    assert_eq!(bench.handle(&put).status, 405);
    bench.gree.settings_mut().section_verb = true;
    assert_eq!(bench.handle(&get).status, 405);
    assert_eq!(bench.handle(&get).header("allow"), Some("POST"));
    let list = bench.request("wk.coupon.user.list", &body);
    assert_eq!(bench.handle(&list).status, 405);
    assert_eq!(bench.handle(&Request { method: "GET".to_owned(), ..list }).status, 200);
}

#[test]
fn a_get_without_a_body_is_read_from_its_query() {
    let mut bench = Bench::default();
    let timestamp = NOW_MS.to_string();
    let query = [("access_token", bench.token.as_str()), ("timestamp", &timestamp), ("open_id", PHONE)];
    let sign = gree::sign(query, b"", &bench.gree.settings().app_secret);
    let query: Vec<String> = query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let path = format!("/gw/gateway/wk.coupon.user.list/v1?{}&sign={sign}", query.join("&"));
    let request = Request { method: "GET".to_owned(), path, ..Request::default() };
    assert_eq!(answer(&mut bench.gree, NOW_MS, &request)["data"], json!([]));
}

#[test]
fn impossible_settings_are_named() {
    let settings = Settings::default();
    assert_eq!(settings.check(), Ok(()));
    let table = [
        (Settings { app_secret: String::new(), ..settings.clone() }, "app_id and app_secret are not empty"),
        (Settings { sms_life_ms: -1, ..settings.clone() }, "no life time or skew is negative"),
        (Settings { levels: Vec::new(), ..settings.clone() }, "there is a level"),
        (Settings { max_page_size: 0, ..settings.clone() }, "max_page_size is at least 1"),
        (Settings { sms_digits: 3, ..settings.clone() }, "sms_digits is 4, 5 or 6"),
        (Settings { expired_status: 5, ..settings.clone() }, "expired_status is 0 to 4"),
    ];
    for (settings, why) in table {
        assert_eq!(settings.check(), Err(why));
    }
    let mut unsorted = settings;
    unsorted.levels.reverse();
    assert_eq!(unsorted.check(), Err("levels rise in number and growth"));
}

#[test]
fn no_body_is_too_strange_to_be_answered() {
    let names = [
        "open_id",
        "phone",
        "score",
        "activity_score",
        "change_id",
        "rollback_score",
        "score_type",
        "pageSize",
        "pageNo",
        "page_size",
        "page_no",
        "code",
        "order_amount",
        "order_score",
        "item_info_list",
        "coupon_set",
        "number",
        "create_time",
        "begin_time",
        "end_time",
        "fixed_term",
        "coupon_type",
        "coupon_category",
        "discount_fee",
        "third_coupon_id",
        "third_coupon_codes",
        "third_coupon_code",
        "verification_time",
        "status",
        "target",
        "verify_code",
        "items",
        "consume_date",
        "order_no",
        "parent_order_no",
        "gender",
        "birthday",
        "rules",
        "name",
    ];
    let values = [
        json!(i64::MAX),
        json!(i64::MIN),
        json!(-1),
        json!(0),
        json!(1),
        json!("1e400"),
        json!(""),
        json!("[[[["),
        json!([[1]]),
        json!({}),
        json!(true),
        json!("9".repeat(40)),
        json!(PHONE),
    ];
    for endpoint in Endpoint::ALL.into_iter().filter(|endpoint| !endpoint.is_token_call()) {
        let mut bench = Bench::default();
        for (place, value) in values.iter().enumerate() {
            // Every name has this value, but for one in three that has another.
            let other = &values[(place + 4) % values.len()];
            for third in 0..3 {
                let pairs = names.iter().enumerate().map(|(index, name)| {
                    let value = if index % 3 == third { other } else { value };
                    ((*name).to_owned(), value.clone())
                });
                let body = with_member(pairs.collect());
                assert!(bench.call(endpoint.name(), &body).is_object(), "{endpoint:?} {body}");
            }
        }
    }
}

fn with_member(members: serde_json::Map<String, Value>) -> Value {
    crate::with(&Value::Object(members), &json!({ "open_id": PHONE }))
}
