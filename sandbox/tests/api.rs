//! The interface's answers: the document's samples, its error codes, and every setting.

#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};
use tillbook_sandbox::sandy::{
    Endpoint, Gender, Level, LostCard, ModifyAnswer, NewCard, Rate, RechargeRule, RuleKind, Sandy, Settings,
    ShortBalance,
};
use tillbook_sandbox::{Request, Response};

const NOW_S: i64 = 1_570_592_439;

/// The samples' merchant: its card M000123 stands just before the sample consume.
fn sample() -> Sandy {
    let mut settings = Settings::default();
    settings.levels[0].name = "普通卡".to_owned();
    settings.levels[0].discount = Rate::new(8, 1);
    let mut sandy = Sandy::new(settings);
    let card = NewCard::new("M000123", 1).with_holder("Chan Kan Seng", "66538536", Some(Gender::Female));
    sandy.seed(NOW_S, card.with_balance(1_457_380, 2_475)).unwrap();
    sandy
}

fn call(sandy: &mut Sandy, endpoint: &str, body: &str) -> String {
    let request = Request::api(sandy.settings(), endpoint, body);
    let response = sandy.handle(NOW_S, &request);
    assert_eq!(response.header("content-type"), Some("application/json; charset=utf-8"));
    assert_eq!(response.status, 200);
    response.text()
}

fn errcode(text: &str) -> Option<i64> {
    serde_json::from_str::<Value>(text).unwrap()["errcode"].as_i64()
}

#[test]
fn answers_look_like_the_samples() {
    let mut sandy = sample();
    let consumed = call(&mut sandy, "consume", r#"{"card_id": "M000123", "money": 100, "money_discount": 100}"#);
    assert_eq!(
        consumed,
        concat!(
            r#"{"cur_score":2555,"ori_money":100.0,"amount":"14493.80","discount_money":20.0,"card_money":80.0,"#,
            r#""discount":0.8,"depot_money":0,"card_id":"M000123","act_money":80.0}"#
        )
    );
    let id = sandy.card("M000123").unwrap().id;
    assert_eq!(
        call(&mut sandy, "getcards", r#"{"key": "123"}"#),
        format!(
            concat!(
                r#"{{"cards":[{{"cur_score":2555,"phone":"66538536","amount":14493.80,"uname":"Chan Kan Seng","#,
                r#""card_level_name":"普通卡","card_status":"正常","id":{id},"card_id":"M000123"}}]}}"#
            ),
            id = id
        )
    );
    let holder = concat!(
        r#"{"cur_score":2555,"phone":"66538536","amount":14493.80,"birthday":"","uname":"Chan Kan Seng","#,
        r#""gender":0,"card_level_name":"普通卡","card_id":"M000123""#
    );
    assert_eq!(
        call(&mut sandy, "getcardinfo", r#"{"card_id": "M000123"}"#),
        format!(r#"{holder},"sum_consume":80,"sum_recharge":0}}"#)
    );
    assert_eq!(
        call(
            &mut sandy,
            "modcardinfo",
            r#"{"card_id":"M000123","uname":"huang","phone":"1234","birthday":"1999-9-9","gender":1}"#
        ),
        format!("{holder}}}")
    );
    assert_eq!(
        call(&mut sandy, "consume_score", r#"{"card_id":"M000123","score":100}"#),
        r#"{"cur_score":2455,"amount":14493.8,"card_id":"M000123"}"#
    );
}

#[test]
fn the_sample_history_comes_out_of_the_sample_events() {
    let mut sandy = sample();
    sandy.settings_mut().rules[1] =
        RechargeRule {
            kind: RuleKind::EachTime { add_fen: 500 }, add_score: 5, description: "单次送5元".to_owned()
        };
    call(&mut sandy, "consume", r#"{"card_id":"M000123","money":100}"#);
    call(&mut sandy, "recharge", r#"{"card_id":"M000123","money":"100","pay_type":1}"#);
    let [_, consume, recharge] = sandy.history("M000123") else { panic!("three events") };
    let expected = format!(
        concat!(
            r#"{{"data":[{{"ori_money":100.0,"act_money":115.0,"amount":14608.8,"score":2560,"#,
            r#""pay_type_text":"现金","description":"充值送10%:充值100.0赠送金额10.0<br/>"#,
            r#"单次送5元:充值100.0赠送金额5.0赠送积分5.0","time":1570592439,"type":6,"org_name":"聚客西餐","id":{recharge}}},"#,
            r#"{{"ori_money":100.0,"act_money":80.0,"amount":14493.8,"score":2555,"pay_type_text":"","#,
            r#""description":"8折(0.8)<br/>消费80.0,获得积分80\n","time":1570592439,"type":7,"#,
            r#""org_name":"聚客西餐","id":{consume}}}],"pages":3.0,"page_size":2,"page":1}}"#
        ),
        recharge = recharge.id,
        consume = consume.id
    );
    assert_eq!(call(&mut sandy, "getcardhis", r#"{"card_id":"M000123","page_size":2,"page":1}"#), expected);
}

#[test]
fn levels_rules_and_pay_types_look_like_the_samples() {
    let mut sandy = sample();
    *sandy.settings_mut() = Settings::default();
    sandy.settings_mut().levels.truncate(2);
    assert_eq!(
        call(&mut sandy, "cardlevellist", ""),
        r#"[{"card_lel_name":"普通会员","id":1},{"card_lel_name":"高级会员","id":2}]"#
    );
    assert_eq!(
        call(&mut sandy, "getrechargerules", r#"{"card_id":"M000123"}"#),
        concat!(
            r#"{"rules":[{"money":1,"add_score":0.0,"description":"充值送10%","add_money":0.1},"#,
            r#"{"money":500,"add_score":0.0,"description":"冲500送100","add_money":100.0}],"#,
            r#""paytypes":[[1,"现金"],[2,"银行卡"],[4,"支付宝"],[3,"微信"]]}"#
        )
    );
    let each_time =
        RechargeRule { kind: RuleKind::EachTime { add_fen: 550 }, add_score: 5, description: "单次".to_owned() };
    sandy.settings_mut().card_rules.insert("M000123".to_owned(), vec![each_time]);
    assert!(
        call(&mut sandy, "getrechargerules", r#"{"card_id":"M000123"}"#)
            .starts_with(r#"{"rules":[{"money":0,"add_score":5.0,"description":"单次","add_money":5.5}],"#)
    );
}

#[test]
fn opening_and_recharging_answer_like_the_samples() {
    let mut sandy = sample();
    sandy.settings_mut().opening_fen = 10_000;
    let open = r#"{"cardID":"12345","cardLevelID":"1","uname":"Mr.Wang","phone":"186xxxxxxxx","gender":"1"}"#;
    assert_eq!(
        call(&mut sandy, "cardopen", open),
        r#"{"org_name":"聚客西餐","phone":"186xxxxxxxx","amount":100,"card_id":"12345","cur_score":0}"#
    );
    let card = sandy.card("12345").unwrap();
    assert_eq!((card.name, card.gender, card.level, card.amount_fen), ("Mr.Wang", Some(Gender::Male), 1, 10_000));
    assert_eq!(
        call(&mut sandy, "recharge", r#"{"card_id":"12345","money":"100","pay_type":1}"#),
        r#"{"cur_score":0,"add_money":10.0,"amount":"210.00","add_score":0.0,"card_id":"12345"}"#
    );
    let card = sandy.card("12345").unwrap();
    assert_eq!((card.sum_recharge_fen, card.amount_fen), (10_000, 21_000));
}

#[test]
fn a_number_may_come_as_a_string_and_a_string_as_a_number() {
    let mut sandy = sample();
    let body = r#"{"cardID":12345,"cardLevelID":1,"uname":null,"phone":18600000000,"gender":1.0}"#;
    assert_eq!(errcode(&call(&mut sandy, "cardopen", body)), None);
    assert_eq!(sandy.card("12345").unwrap().phone, "18600000000");
    let table = [
        ("recharge", r#"{"card_id":12345,"money":0.1,"pay_type":"1"}"#),
        ("recharge", r#"{"card_id":"12345","money":"99.90","pay_type":3}"#),
        ("consume", r#"{"card_id":"12345","money":"0.10","money_discount":"0"}"#),
        ("consume_score", r#"{"card_id":"M000123","score":"3"}"#),
        ("getcardhis", r#"{"card_id":"12345","page":"1","page_size":"2","event_type":"6","only_score_change":"0"}"#),
    ];
    for (endpoint, body) in table {
        assert_eq!(errcode(&call(&mut sandy, endpoint, body)), None, "{endpoint} {body}");
    }
    // 0.10 + 0.01 bonus, 99.90 + 9.99 bonus, less 0.10 undiscounted: no float lost a fen.
    assert_eq!(sandy.card("12345").unwrap().amount_fen, 11 + 10_989 - 10);
}

#[test]
fn each_refusal_has_its_code_and_changes_nothing() {
    let table = [
        ("getrechargerules", r"{}", 1),
        ("getrechargerules", r#"{"card_id":"nobody"}"#, 2),
        ("getcards", r"{}", 1),
        ("getcards", r#"{"key":""}"#, 1),
        ("getcards", r#"{"key":["1"]}"#, 400),
        ("cardopen", r#"{"cardLevelID":1}"#, 1),
        ("cardopen", r#"{"cardID":"9"}"#, 1),
        ("cardopen", r#"{"cardID":"9","cardLevelID":77}"#, 400),
        ("cardopen", r#"{"cardID":"9","cardLevelID":"gold"}"#, 400),
        ("cardopen", r#"{"cardID":"9","cardLevelID":1,"gender":2}"#, 400),
        ("cardopen", r#"{"cardID":"M000123","cardLevelID":1}"#, 3),
        ("recharge", r#"{"money":1,"pay_type":1}"#, 1),
        ("recharge", r#"{"card_id":"M000123","pay_type":1}"#, 1),
        ("recharge", r#"{"card_id":"M000123","money":1}"#, 1),
        ("recharge", r#"{"card_id":"nobody","money":1,"pay_type":1}"#, 2),
        ("recharge", r#"{"card_id":"M000123","money":0,"pay_type":1}"#, 400),
        ("recharge", r#"{"card_id":"M000123","money":-5,"pay_type":1}"#, 400),
        ("recharge", r#"{"card_id":"M000123","money":1.001,"pay_type":1}"#, 400),
        ("recharge", r#"{"card_id":"M000123","money":"much","pay_type":1}"#, 400),
        ("recharge", r#"{"card_id":"M000123","money":true,"pay_type":1}"#, 400),
        ("recharge", r#"{"card_id":"M000123","money":1,"pay_type":9}"#, 400),
        ("consume", r#"{"card_id":"M000123"}"#, 1),
        ("consume", r#"{"card_id":"nobody","money":1}"#, 2),
        ("consume", r#"{"card_id":"M000123","money":1000000}"#, 4),
        ("consume", r#"{"card_id":"M000123","money":0}"#, 400),
        ("consume", r#"{"card_id":"M000123","money":"-1"}"#, 400),
        ("consume", r#"{"card_id":"M000123","money":10,"money_discount":11}"#, 400),
        ("consume", r#"{"card_id":"M000123","money":10,"money_discount":-1}"#, 400),
        ("getcardinfo", r"{}", 1),
        ("getcardinfo", r#"{"card_id":"M00012"}"#, 2),
        ("modcardinfo", r#"{"uname":"x"}"#, 1),
        ("modcardinfo", r#"{"card_id":"nobody","uname":"x"}"#, 2),
        ("modcardinfo", r#"{"card_id":"M000123","birthday":"1999-13-01"}"#, 400),
        ("modcardinfo", r#"{"card_id":"M000123","gender":7}"#, 400),
        ("getcardhis", r"{}", 1),
        ("getcardhis", r#"{"card_id":"nobody"}"#, 2),
        ("getcardhis", r#"{"card_id":"M000123","page":0}"#, 400),
        ("getcardhis", r#"{"card_id":"M000123","page_size":0}"#, 400),
        ("getcardhis", r#"{"card_id":"M000123","event_type":8}"#, 400),
        ("getcardhis", r#"{"card_id":"M000123","only_score_change":2}"#, 400),
        ("consume_score", r#"{"card_id":"M000123"}"#, 1),
        ("consume_score", r#"{"card_id":"nobody","score":1}"#, 2),
        ("consume_score", r#"{"card_id":"M000123","score":2476}"#, 4),
        ("consume_score", r#"{"card_id":"M000123","score":0}"#, 400),
        ("consume_score", r#"{"card_id":"M000123","score":"0.9"}"#, 400),
        ("consume_score", r#"{"card_id":"M000123","score":-3}"#, 400),
        ("consume", "", 400),
        ("consume", "[]", 400),
        ("consume", "{'card_id':'M000123'}", 400),
    ];
    let mut sandy = sample();
    let before: Vec<String> = sandy.cards().map(|card| format!("{card:?}")).collect();
    for (endpoint, body, expected) in table {
        assert_eq!(errcode(&call(&mut sandy, endpoint, body)), Some(expected), "{endpoint} {body}");
    }
    assert_eq!(sandy.ledger().len(), 1);
    assert_eq!(sandy.history("M000123").len(), 1);
    assert_eq!(sandy.cards().map(|card| format!("{card:?}")).collect::<Vec<_>>(), before);
}

#[test]
fn wrong_or_missing_credentials_are_a_bad_parameter_on_every_endpoint() {
    type Spoil = fn(&mut Vec<(String, String)>);
    let spoils: [Spoil; 5] = [
        |headers| headers.retain(|(name, _)| name != "AUTHORIZATION"),
        |headers| headers.retain(|(name, _)| name != "CUSTOMERGUID"),
        |headers| headers[0].1 = "Test".to_owned(),
        |headers| headers[1].1 = headers[1].1.replace(['{', '}'], ""),
        |headers| headers.clear(),
    ];
    let mut sandy = sample();
    for endpoint in Endpoint::ALL {
        for spoil in spoils {
            let mut request = Request::api(sandy.settings(), endpoint.name(), r#"{"card_id":"M000123","money":1}"#);
            spoil(&mut request.headers);
            assert_eq!(errcode(&sandy.handle(NOW_S, &request).text()), Some(400), "{endpoint:?}");
        }
    }
    let mut request = Request::api(sandy.settings(), "cardlevellist", "");
    for (name, _) in &mut request.headers {
        *name = name.to_lowercase();
    }
    assert!(sandy.handle(NOW_S, &request).text().starts_with('['));
}

#[test]
fn an_expired_system_says_so_on_every_endpoint() {
    let mut sandy = sample();
    sandy.settings_mut().expired = true;
    for endpoint in Endpoint::ALL {
        let text = call(&mut sandy, endpoint.name(), r#"{"card_id":"M000123","money":1}"#);
        assert_eq!(text, r#"{"errcode":300,"errmsg":"系统过期"}"#, "{endpoint:?}");
    }
}

#[test]
fn paths_and_methods_outside_the_interface_are_plain_http_errors() {
    let mut sandy = sample();
    let good = Request::api(sandy.settings(), "consume", r#"{"card_id":"M000123","money":1}"#);
    let table = [
        ("POST", "/api2/member-cjb/refund", 404),
        ("POST", "/api2/member-cjb/", 404),
        ("GET", "/elsewhere", 404),
        ("GET", "/api2/member-cjb/consume", 405),
        ("POST", "/api2/member-cjb/cardlevellist", 405),
    ];
    for (method, path, status) in table {
        let request = Request { method: method.to_owned(), path: path.to_owned(), ..good.clone() };
        let response = sandy.handle(NOW_S, &request);
        assert_eq!((response.status, response.header("content-type")), (status, Some("text/plain; charset=utf-8")));
    }
    let with_query = Request { path: format!("{}?t=1", good.path), ..good };
    assert_eq!(errcode(&sandy.handle(NOW_S, &with_query).text()), None);
}

#[test]
fn errors_can_be_strings_and_can_have_http_statuses() {
    let mut sandy = sample();
    let missing = Request::api(sandy.settings(), "getcardinfo", "{}");
    let mut answer = |as_text, with_status| {
        sandy.settings_mut().errcode_as_text = as_text;
        sandy.settings_mut().error_status = with_status;
        let Response { status, body, .. } = sandy.handle(NOW_S, &missing);
        (status, String::from_utf8(body).unwrap())
    };
    assert_eq!(answer(false, false), (200, r#"{"errcode":1,"errmsg":"参数不足"}"#.to_owned()));
    assert_eq!(answer(true, true), (400, r#"{"errcode":"1","errmsg":"参数不足"}"#.to_owned()));
}

#[test]
fn the_discountable_part_decides_the_price() {
    // Money, discountable part, then price, points earned, and the price where a zero reads as absent.
    let table = [
        ("100", None, 8_000, 80, 8_000),
        ("100", Some("100"), 8_000, 80, 8_000),
        ("100", Some("50"), 9_000, 90, 9_000),
        ("100", Some("0"), 10_000, 100, 8_000),
        ("0.03", None, 2, 0, 2),
        ("9.99", Some("0.01"), 999, 9, 999),
    ];
    for (money, part, act_fen, points, unhonoured_fen) in table {
        for (honoured, expected) in [(true, act_fen), (false, unhonoured_fen)] {
            let mut sandy = sample();
            sandy.settings_mut().zero_discount_honoured = honoured;
            let body = json!({"card_id": "M000123", "money": money, "money_discount": part}).to_string();
            let text = call(&mut sandy, "consume", &body);
            assert!(text.contains(r#""discount":0.8"#), "{text}");
            let line = sandy.ledger().last().unwrap();
            assert_eq!((line.act_fen, line.money_change_fen), (expected, -expected), "{body}");
            if honoured {
                assert_eq!(line.points_change, points, "{body}");
            }
        }
    }
}

#[test]
fn a_short_balance_is_refused_or_leaves_a_depot() {
    let mut sandy = sample();
    sandy.seed(NOW_S, NewCard::new("poor", 2).with_balance(3_000, 0)).unwrap();
    let body = r#"{"card_id":"poor","money":100}"#;
    assert_eq!(errcode(&call(&mut sandy, "consume", body)), Some(4));
    sandy.settings_mut().short_balance = ShortBalance::Depot;
    assert_eq!(
        call(&mut sandy, "consume", body),
        concat!(
            r#"{"cur_score":80,"ori_money":100.0,"amount":"0.00","discount_money":20.0,"card_money":30.0,"#,
            r#""discount":0.8,"depot_money":50,"card_id":"poor","act_money":80.0}"#
        )
    );
    let line = sandy.ledger().last().unwrap();
    assert_eq!((line.sent, line.act_fen, line.money_change_fen), (10_000, 8_000, -3_000));
    assert_eq!(sandy.card("poor").unwrap().sum_consume_fen, 8_000);
}

#[test]
fn spending_points_drops_the_fraction_and_leaves_a_record_only_if_asked() {
    let mut sandy = sample();
    call(&mut sandy, "consume_score", r#"{"card_id":"M000123","score":10.9}"#);
    let line = sandy.ledger().last().unwrap();
    assert_eq!((line.sent, line.points_change, line.points, line.record), (10, -10, 2_465, None));
    assert_eq!(sandy.history("M000123").len(), 1);

    sandy.settings_mut().consume_score_record = Some(Settings::CONSUME_SCORE_EVENT);
    call(&mut sandy, "consume_score", r#"{"card_id":"M000123","score":5}"#);
    let record = sandy.history("M000123").last().unwrap();
    assert_eq!((record.event, record.ori_fen, record.act_fen, record.score), (7, 0, 0, 2_460));
    assert!(record.description.contains("积分"), "{}", record.description);
    assert_eq!(sandy.ledger().last().unwrap().record, Some(record.id));

    sandy.settings_mut().consume_score_record = Some(99);
    call(&mut sandy, "consume_score", r#"{"card_id":"M000123","score":1}"#);
    let found = call(&mut sandy, "getcardhis", r#"{"card_id":"M000123","event_type":99}"#);
    assert!(found.contains(r#""pages":1.0"#), "{found}");
}

#[test]
fn a_modification_changes_what_is_named_and_answers_old_or_new_values() {
    let mut sandy = sample();
    let old = call(&mut sandy, "modcardinfo", r#"{"card_id":"M000123","birthday":"1999-9-9"}"#);
    assert!(old.contains(r#""birthday":"""#), "{old}");
    let card = sandy.card("M000123").unwrap();
    assert_eq!((card.birthday, card.name, card.phone), ("1999-09-09", "Chan Kan Seng", "66538536"));
    sandy.settings_mut().modify_answer = ModifyAnswer::New;
    let new = call(&mut sandy, "modcardinfo", r#"{"card_id":"M000123","uname":"黄","gender":1,"birthday":""}"#);
    assert!(new.contains(r#""birthday":"","uname":"黄","gender":1,"#), "{new}");
    assert_eq!(sandy.card("M000123").unwrap().birthday, "");
    // The document has no event for it: the ledger knows, the history doesn't.
    assert_eq!((sandy.ledger().len(), sandy.history("M000123").len()), (3, 1));
}

#[test]
fn opening_can_insist_on_a_holder() {
    let mut sandy = sample();
    assert_eq!(errcode(&call(&mut sandy, "cardopen", r#"{"cardID":"1","cardLevelID":1}"#)), None);
    assert_eq!(sandy.card("1").unwrap().gender, None);
    sandy.settings_mut().open_needs_holder = true;
    let without_gender = r#"{"cardID":"2","cardLevelID":1,"uname":"x","phone":"1"}"#;
    assert_eq!(errcode(&call(&mut sandy, "cardopen", without_gender)), Some(1));
}

#[test]
fn a_lost_card_can_be_read_but_not_written_to() {
    let mut sandy = sample();
    sandy.office(NOW_S, "manager").loss("M000123").unwrap();
    for (habit, code) in [(LostCard::NoSuchCard, 2), (LostCard::BadParameter, 400)] {
        sandy.settings_mut().lost_card = habit;
        for (endpoint, body) in [
            ("recharge", r#"{"card_id":"M000123","money":1,"pay_type":1}"#),
            ("consume", r#"{"card_id":"M000123","money":1}"#),
            ("modcardinfo", r#"{"card_id":"M000123","uname":"x"}"#),
            ("consume_score", r#"{"card_id":"M000123","score":1}"#),
        ] {
            assert_eq!(errcode(&call(&mut sandy, endpoint, body)), Some(code), "{endpoint}");
        }
    }
    for endpoint in ["getcardinfo", "getcardhis", "getrechargerules"] {
        assert_eq!(errcode(&call(&mut sandy, endpoint, r#"{"card_id":"M000123"}"#)), None, "{endpoint}");
    }
    assert!(call(&mut sandy, "getcards", r#"{"key":"M000123"}"#).contains(r#""card_status":"挂失""#));
}

#[test]
fn a_search_finds_parts_of_number_name_and_phone() {
    let mut sandy = sample();
    for (number, name, phone) in [("A1", "王小明", "13800001111"), ("B2", "王芳", "13900002222")] {
        sandy.seed(NOW_S, NewCard::new(number, 1).with_holder(name, phone, None)).unwrap();
    }
    let table: [(&str, &[&str]); 6] = [
        ("王", &["A1", "B2"]),
        ("小明", &["A1"]),
        ("2222", &["B2"]),
        ("0001", &["A1", "M000123"]),
        ("1", &["A1", "B2", "M000123"]),
        ("nobody", &[]),
    ];
    for (key, expected) in table {
        let text = call(&mut sandy, "getcards", &json!({ "key": key }).to_string());
        let answer: Value = serde_json::from_str(&text).unwrap();
        let found: Vec<&str> =
            answer["cards"].as_array().unwrap().iter().map(|card| card["card_id"].as_str().unwrap()).collect();
        assert_eq!(found, expected, "{key}");
    }
}

#[test]
fn a_level_without_discount_says_nothing_of_one() {
    let mut sandy = Sandy::new(Settings::default());
    sandy.seed(NOW_S, NewCard::new("A", 1).with_balance(10_000, 0)).unwrap();
    let text = call(&mut sandy, "consume", r#"{"card_id":"A","money":10}"#);
    assert!(text.contains(r#""discount_money":0.0,"card_money":10.0,"discount":1.0,"#), "{text}");
    assert_eq!(sandy.history("A").last().unwrap().description, "消费10.0,获得积分10\n");
}

#[test]
fn settings_read_back_as_they_are_written_and_are_checked() {
    let settings = Settings::default();
    let json = serde_json::to_string(&settings).unwrap();
    assert_eq!(serde_json::from_str::<Settings>(&json).unwrap(), settings);
    assert_eq!(serde_json::from_str::<Settings>("{}").unwrap(), settings);
    assert!(serde_json::from_str::<Settings>(r#"{"expierd":true}"#).is_err());
    assert_eq!(settings.check(), Ok(()));
    let level = |discount, points_per_yuan| Level { id: 1, name: String::new(), discount, points_per_yuan };
    let rule = |kind| RechargeRule { kind, add_score: 0, description: String::new() };
    for spoilt in [
        Settings { levels: vec![level(Rate::new(11, 1), Rate::ONE)], ..Settings::default() },
        Settings { levels: vec![level(Rate::ONE, Rate::new(-1, 0))], ..Settings::default() },
        Settings { opening_fen: -1, ..Settings::default() },
        Settings { rules: vec![rule(RuleKind::EachTime { add_fen: -1 })], ..Settings::default() },
    ] {
        assert!(spoilt.check().is_err(), "{spoilt:?}");
    }
}

#[test]
fn a_clone_goes_its_own_way() {
    let mut sandy = sample();
    let snapshot = sandy.clone();
    call(&mut sandy, "consume", r#"{"card_id":"M000123","money":100}"#);
    assert_eq!((snapshot.ledger().len(), sandy.ledger().len()), (1, 2));
    assert_eq!(snapshot.card("M000123").unwrap().amount_fen, 1_457_380);
}

#[test]
fn fault_plans_can_match_a_request_by_its_endpoint_and_card() {
    let settings = Settings::default();
    let table = [
        ("consume", r#"{"card_id":"A","money":1}"#, Some(Endpoint::Consume), Some("A")),
        ("cardopen", r#"{"cardID":77,"cardLevelID":1}"#, Some(Endpoint::CardOpen), Some("77")),
        ("getcards", r#"{"key":"A"}"#, Some(Endpoint::GetCards), None),
        ("consume", "no json", Some(Endpoint::Consume), None),
        ("nonsense", "{}", None, None),
    ];
    for (name, body, endpoint, card) in table {
        let request = Request::api(&settings, name, body);
        assert_eq!((Endpoint::of(&request), Endpoint::card_of(&request).as_deref()), (endpoint, card), "{name} {body}");
    }
}
