//! Yonyou's interface: tokens, the document's samples, every action, and every setting.

#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};
use tillbook_sandbox::Request;
use tillbook_sandbox::sandy::Rate;
use tillbook_sandbox::yonyou::{
    Action, AnswerForm, Errcode, Failure, Settings, Source, Yonyou, change_request, token_request,
};

const NOW_MS: i64 = 1_449_849_600_000; // 2015-12-12 00:00:00 in Beijing
const DAY_MS: i64 = 86_400_000;

fn sample() -> Yonyou {
    with(Settings::default())
}

fn with(settings: Settings) -> Yonyou {
    let mut yonyou = Yonyou::new(settings);
    yonyou.seed(NOW_MS, "34", 1_000).unwrap();
    yonyou
}

fn answer(yonyou: &mut Yonyou, now_ms: i64, request: &Request) -> Value {
    let response = yonyou.handle(now_ms, request);
    assert_eq!((response.status, response.header("content-type")), (200, Some("application/json; charset=utf-8")));
    serde_json::from_str(&response.text()).unwrap()
}

/// With a token that is good.
fn change(yonyou: &mut Yonyou, body: &Value) -> Value {
    let token = yonyou.office(NOW_MS, "test").issue_token();
    let request = change_request(yonyou.settings(), &token, &body.to_string());
    answer(yonyou, NOW_MS, &request)
}

fn element(action: i64, calc_money: &str, ori_points: &str) -> Value {
    json!({"mid": "34", "action_type": action.to_string(), "ori_money": calc_money, "calc_money": calc_money,
        "ori_points": ori_points, "source_code": "201512120000001"})
}

fn token(yonyou: &mut Yonyou, now_ms: i64) -> Value {
    let request = token_request(yonyou.settings());
    answer(yonyou, now_ms, &request)
}

#[test]
fn the_document_sample_is_answered_like_its_sample() {
    let mut yonyou = sample();
    let token = yonyou.office(NOW_MS, "test").issue_token();
    let body = r#"[{"mid":34,"action_type":5,"time":"2015-12-12 00:00:00","ori_money":100,"calc_money":100,
        "calc_ points":-200,"ori_points":100,"multiple":2,"extra_points":20,"extra_memo ":"满500元额外赠送2000积分",
        "source_code":"201512120000001","source1":"201512120000001","source2":"201512120000001"}]"#;
    let request = change_request(yonyou.settings(), &token, body);
    assert!(request.path.starts_with("/yilian/points/change?from_account=openapi_dev&to_account=openapi_ent&"));
    let id = yonyou.ledger().len() as u64 + 11_000;
    let text = yonyou.handle(NOW_MS, &request).text();
    assert_eq!(
        text,
        format!(
            concat!(
                r#"{{"errcode":0,"data":[{{"id":{id},"mid":"34","action_type":"5","time":"2015-12-12 00:00:00","#,
                r#""ori_money":100,"calc_money":100,"before_points":1000,"calc_points":220,"after_points":1220,"#,
                r#""multiple":2,"extra_points":20,"source_code":"201512120000001","source1":"201512120000001","#,
                r#""source2":"201512120000001"}}]}}"#
            ),
            id = id
        )
    );
    let line = yonyou.ledger().last().unwrap();
    assert_eq!((line.action, line.points_change, line.calc_money_fen), (Some(Action::Grant), 220, 10_000));
    assert_eq!((line.source_code.as_deref(), &line.source), (Some("201512120000001"), &Source::Api));
}

#[test]
fn every_action_does_what_the_table_says() {
    let table = [
        (element(5, "19.99", "0"), Ok(19)),
        (element(51, "10", "300"), Ok(-300)),
        (element(51, "10", "1000"), Ok(-1_000)),
        (element(51, "10", "1001"), Err("50902")),
        (element(16, "10", "20"), Ok(-20)),
        (element(16, "10", "1001"), Err("50902")),
        (element(17, "10", "30"), Ok(30)),
        (element(200, "0", "250"), Ok(-750)),
        (element(200, "0", "0"), Ok(-1_000)),
        (element(6, "10", "1"), Err("20005")),
    ];
    for (element, expected) in table {
        let mut yonyou = sample();
        let answer = change(&mut yonyou, &json!([element]));
        match expected {
            Ok(points) => {
                assert_eq!(
                    (&answer["errcode"], &answer["data"][0]["calc_points"]),
                    (&0.into(), &points.into()),
                    "{element}"
                );
                assert_eq!(yonyou.points("34"), Some(1_000 + points), "{element}");
            }
            Err(code) => {
                assert_eq!((&answer["errcode"], yonyou.points("34")), (&code.into(), Some(1_000)), "{element}");
            }
        }
    }
}

#[test]
fn a_grant_is_reckoned_exactly_and_floored_at_the_end() {
    let table = [
        ("1", "19.99", Some("1.5"), Some("0"), 29),
        ("0.1", "99.90", None, None, 9),
        ("0.1", "99.90", Some("2"), Some("0.05"), 20),
        ("2", "0.5", Some(""), Some(""), 1),
        ("1", "0", None, Some("7"), 7),
        ("1", "100", Some("0"), None, 0),
    ];
    for (rate, money, multiple, extra, expected) in table {
        let points_per_yuan: Rate = rate.parse().unwrap();
        let mut yonyou = with(Settings { points_per_yuan, ..Settings::default() });
        let mut element = element(5, money, "0");
        element["multiple"] = multiple.into();
        element["extra_points"] = extra.into();
        let answer = change(&mut yonyou, &json!([element]));
        assert_eq!(answer["data"][0]["calc_points"], expected, "{element}");
    }
}

#[test]
fn parameters_are_checked_before_anything_is_done() {
    let without = |name: &str| {
        let mut element = element(51, "10", "1");
        element[name] = Value::Null;
        element
    };
    let but = |name: &str, value: Value| {
        let mut element = element(51, "10", "1");
        element[name] = value;
        element
    };
    let table = [
        (json!([without("mid")]), "20002"),
        (json!([without("action_type")]), "20002"),
        (json!([without("ori_money")]), "20002"),
        (json!([without("calc_money")]), "20002"),
        (json!([without("ori_points")]), "20002"),
        (json!([without("source_code")]), "20002"),
        (json!([but("mid", "".into())]), "20002"),
        (json!([but("mid", "35".into())]), "50901"),
        (json!([but("ori_points", "-1".into())]), "20005"),
        (json!([but("ori_points", "0".into())]), "20005"),
        (json!([but("ori_points", "1.5".into())]), "20005"),
        (json!([but("calc_money", "1.234".into())]), "20005"),
        (json!([but("calc_money", "ten".into())]), "20005"),
        (json!([but("multiple", "-1".into())]), "20005"),
        (json!([but("time", true.into())]), "20005"),
        (json!([]), "20002"),
        (element(51, "10", "1"), "20005"),
        (json!("text"), "20005"),
    ];
    let mut yonyou = sample();
    for (body, expected) in table {
        assert_eq!(change(&mut yonyou, &body)["errcode"], expected, "{body}");
    }
    assert_eq!((yonyou.ledger().len(), yonyou.points("34")), (1, Some(1_000)));
}

#[test]
fn of_several_elements_all_take_effect_or_none() {
    let mut yonyou = sample();
    let both = change(&mut yonyou, &json!([element(51, "1", "600"), element(17, "1", "100")]));
    assert_eq!((&both["data"][0]["after_points"], &both["data"][1]["after_points"]), (&400.into(), &500.into()));
    let torn = change(&mut yonyou, &json!([element(51, "1", "300"), element(51, "1", "300")]));
    assert_eq!((&torn["errcode"], yonyou.points("34"), yonyou.ledger().len()), (&"50902".into(), Some(500), 3));
}

#[test]
fn a_token_is_needed_and_runs_out() {
    let mut yonyou = sample();
    let answer_of_token = token(&mut yonyou, NOW_MS);
    assert_eq!((&answer_of_token["errcode"], &answer_of_token["token"]["expiresIn"]), (&"0".into(), &7_200.into()));
    assert_eq!(answer_of_token["token"]["appkey"], "opa6fdd4bea98b95ad7");
    let id = answer_of_token["token"]["id"].as_str().unwrap().to_owned();
    assert_eq!(id.len(), 32);
    let body = json!([element(51, "1", "1")]).to_string();
    let request = change_request(yonyou.settings(), &id, &body);
    assert_eq!(answer(&mut yonyou, NOW_MS + 7_199_999, &request)["errcode"], 0);
    assert_eq!(answer(&mut yonyou, NOW_MS + 7_200_000, &request)["errcode"], "30012");
    let unknown = change_request(yonyou.settings(), "guess", &body);
    assert_eq!(answer(&mut yonyou, NOW_MS, &unknown)["errcode"], "30012");
    let none = change_request(yonyou.settings(), "", &body);
    assert_eq!(answer(&mut yonyou, NOW_MS, &none)["errcode"], "20002");
    yonyou.office(NOW_MS, "ops").expire_tokens();
    assert_eq!(answer(&mut yonyou, NOW_MS, &request)["errcode"], "30012");
}

#[test]
fn tokens_are_limited_by_the_beijing_day() {
    let mut yonyou = with(Settings { tokens_per_day: 2, ..Settings::default() });
    let codes: Vec<Value> =
        [0, 1, DAY_MS - 1, DAY_MS].map(|later_ms| token(&mut yonyou, NOW_MS + later_ms)["errcode"].clone()).to_vec();
    assert_eq!(codes, ["0", "0", "30902", "0"]);
    assert_eq!(yonyou.tokens_fetched(NOW_MS + DAY_MS), 1);
}

#[test]
fn a_new_token_ends_the_older_ones_where_a_setting_says_so() {
    for (one_token, expected) in [(false, json!(0)), (true, json!("30012"))] {
        let mut yonyou = with(Settings { one_token, ..Settings::default() });
        let id = token(&mut yonyou, NOW_MS)["token"]["id"].as_str().unwrap().to_owned();
        assert_ne!(token(&mut yonyou, NOW_MS)["token"]["id"], id.as_str());
        let request = change_request(yonyou.settings(), &id, &json!([element(51, "1", "1")]).to_string());
        assert_eq!(answer(&mut yonyou, NOW_MS, &request)["errcode"], expected);
    }
}

#[test]
fn another_application_is_told_from_a_missing_parameter() {
    let mut yonyou = sample();
    let token_path = token_request(yonyou.settings()).path;
    let change_path = change_request(yonyou.settings(), "t", "").path;
    let table = [
        ("GET", token_path.replace("app_secret=test", "app_secret=guess"), "30901"),
        ("GET", token_path.replace("openapi_dev", "someone"), "30901"),
        ("GET", token_path.replace("app_key=", "key="), "20002"),
        ("GET", "/system/token".to_owned(), "20002"),
        ("POST", change_path.replace("to_account=openapi_ent", "to_account=x"), "30901"),
        ("POST", change_path.replace("to_account=openapi_ent", "to_account="), "20002"),
    ];
    for (method, path, expected) in table {
        let request = Request { method: method.to_owned(), path, ..Request::default() };
        assert_eq!(answer(&mut yonyou, NOW_MS, &request)["errcode"], expected, "{}", request.path);
    }
    assert_eq!(yonyou.tokens_fetched(NOW_MS), 0);
}

#[test]
fn both_paths_are_taken_and_no_other() {
    let mut yonyou = with(Settings { path: "/shop/points/change".to_owned(), ..Settings::default() });
    let token = yonyou.office(NOW_MS, "test").issue_token();
    let sent = change_request(yonyou.settings(), &token, &json!([element(51, "1", "1")]).to_string());
    let (_, query) = sent.path.split_once('?').unwrap();
    for (method, path, status) in [
        ("POST", "/shop/points/change", 200),
        ("POST", "/api/points/change", 200),
        ("POST", "/yilian/points/change", 404),
        ("GET", "/api/points/change", 405),
        ("POST", "/system/token", 405),
        ("POST", "/points", 404),
    ] {
        let request = Request { method: method.to_owned(), path: format!("{path}?{query}"), ..sent.clone() };
        assert_eq!(yonyou.handle(NOW_MS, &request).status, status, "{method} {path}");
    }
    assert_eq!(yonyou.points("34"), Some(998));
    assert!(Settings { path: "/elsewhere".to_owned(), ..Settings::default() }.check().is_err());
}

#[test]
fn a_repeated_source_code_takes_effect_again_unless_a_setting_says_that_it_is_unique() {
    let body = json!([element(51, "1", "100")]);
    let mut yonyou = sample();
    assert_eq!(change(&mut yonyou, &body)["data"][0]["after_points"], 900);
    assert_eq!(change(&mut yonyou, &body)["data"][0]["after_points"], 800);

    let mut yonyou = with(Settings { source_code_unique: true, ..Settings::default() });
    let first = change(&mut yonyou, &body);
    yonyou.office(NOW_MS, "another till").change_points("34", 5).unwrap();
    assert_eq!(change(&mut yonyou, &body), first);
    assert_eq!((yonyou.points("34"), yonyou.ledger().len()), (Some(905), 3));
    // One order may grant points as well.
    assert_eq!(change(&mut yonyou, &json!([element(5, "10", "0")]))["data"][0]["calc_points"], 10);
    // What was refused or taken back as a whole is no first answer.
    let torn = json!([element(17, "1", "7"), element(16, "1", "99999")]);
    assert_eq!(change(&mut yonyou, &torn)["errcode"], "50902");
    assert_eq!(change(&mut yonyou, &json!([element(17, "1", "7")]))["data"][0]["after_points"], 922);
}

#[test]
fn the_answer_may_tell_no_balance_as_in_the_table() {
    let settings = Settings { answer_form: AnswerForm::Table, success_as_text: true, ..Settings::default() };
    let mut yonyou = with(settings);
    let answer = change(&mut yonyou, &json!([element(51, "1", "100")]));
    assert_eq!(answer["errcode"], "0");
    let id = answer["data"][0]["id"].as_str().unwrap();
    assert_eq!(
        answer["data"][0],
        json!({"id": id, "mid": "34", "action_type": "51", "ori_money": "1", "calc_money": "1", "ori_points": "100",
            "source_code": "201512120000001"})
    );
}

#[test]
fn the_office_takes_the_application_offline_and_lets_the_platform_fail() {
    let mut yonyou = sample();
    let body = json!([element(51, "1", "100")]);
    yonyou.office(NOW_MS, "ops").set_online(false);
    assert_eq!(change(&mut yonyou, &body), json!({"errcode": "30021", "errmsg": "此应用未上线"}));
    yonyou.office(NOW_MS, "ops").set_online(true);
    for (errcode, applied) in [(Errcode::InProgress, true), (Errcode::InProgress, false), (Errcode::Platform, true)] {
        yonyou.office(NOW_MS, "ops").fail_next(Failure { errcode, applied });
    }
    for (code, points) in [("30025", 900), ("30025", 900), ("10001", 800)] {
        assert_eq!(change(&mut yonyou, &body)["errcode"], code);
        assert_eq!(yonyou.points("34"), Some(points));
    }
    assert_eq!(change(&mut yonyou, &body)["errcode"], 0);
}

#[test]
fn what_others_do_is_in_the_ledger_too() {
    let mut yonyou = sample();
    yonyou.office(NOW_MS, "shop 2").change_points("34", -1_000).unwrap();
    assert_eq!(yonyou.office(NOW_MS, "shop 2").change_points("34", -1), Err(Errcode::NotEnoughPoints));
    assert_eq!(yonyou.seed(NOW_MS, "34", 1), Err(Errcode::BadParameter));
    let last = yonyou.ledger().last().unwrap();
    assert_eq!((last.before, last.after, last.action, last.record), (1_000, 0, None, None));
    assert_eq!(last.source, Source::Office { who: "shop 2".to_owned() });
    assert_eq!(yonyou.ledger().iter().map(|line| line.points_change).sum::<i64>(), 0);
}
