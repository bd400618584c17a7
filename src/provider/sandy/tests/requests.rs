//! What goes out, byte for byte.

use super::*;
use crate::model::{Consume, Gender, Modify, OpenCard, Recharge, RedeemPoints};
use crate::provider::{Provider, ReadStep, WireCall};
use crate::transport::HttpMethod;
use crate::units::Points;

fn written(call: &WireCall) -> (String, String) {
    (call.path.trim_start_matches("/api2/member-cjb/").to_owned(), String::from_utf8(call.body.clone()).unwrap())
}

#[test]
fn every_write_is_named_and_typed_as_in_its_sample() {
    let mut open =
        Op::new(OpenCard::new("12345", "普通会员").name("Mr.Wang").phone("18600000000").gender(Gender::Male));
    open.bound.level_id = Some("1".into());
    let modify = Modify::new(CARD).name("huang").phone("12345").birthday("1999-09-09").gender(Gender::Male);
    let cases = [
        (
            open,
            "cardopen",
            r#"{"cardID":"12345","cardLevelID":"1","uname":"Mr.Wang","phone":"18600000000","gender":"1"}"#,
        ),
        (
            Op::new(OpenCard::new("12345", "2").gender(Gender::Female)),
            "cardopen",
            r#"{"cardID":"12345","cardLevelID":"2","gender":"0"}"#,
        ),
        (
            Op::new(OpenCard::new("12345", "2").gender(Gender::Unknown)),
            "cardopen",
            r#"{"cardID":"12345","cardLevelID":"2"}"#,
        ),
        (
            Op::new(Recharge::new("wx001", yuan("100"), 1)),
            "recharge",
            r#"{"card_id":"wx001","money":"100","pay_type":1}"#,
        ),
        (
            Op::new(Recharge::new("wx001", yuan("100.5"), 3)),
            "recharge",
            r#"{"card_id":"wx001","money":"100.50","pay_type":3}"#,
        ),
        (
            Op::new(Consume::new("wx001", yuan("100")).discountable(yuan("100"))),
            "consume",
            r#"{"card_id":"wx001","money":100,"money_discount":100}"#,
        ),
        (
            Op::new(Consume::new("wx001", yuan("0.07")).discountable(yuan("0"))),
            "consume",
            r#"{"card_id":"wx001","money":0.07,"money_discount":0}"#,
        ),
        (
            Op::new(modify),
            "modcardinfo",
            r#"{"card_id":"M000123","uname":"huang","phone":"12345","birthday":"1999-09-09","gender":1}"#,
        ),
        (Op::new(Modify::new(CARD).gender(Gender::Female)), "modcardinfo", r#"{"card_id":"M000123","gender":0}"#),
        (Op::new(RedeemPoints::new("wx001", Points::new(100))), "consume_score", r#"{"card_id":"wx001","score":100}"#),
    ];
    for (op, endpoint, body) in cases {
        let call = sandy().encode(&op.lend());
        assert_eq!(written(&call), (endpoint.to_owned(), body.to_owned()));
        assert_eq!(call.method, HttpMethod::Post);
    }
}

#[test]
fn text_is_escaped_and_stays_utf_8() {
    let op = Op::new(Modify::new(CARD).name(r#"王"小\明"#));
    let call = sandy().encode(&op.lend());
    assert_eq!(written(&call).1, r#"{"card_id":"M000123","uname":"王\"小\\明"}"#);
}

#[test]
fn what_a_consume_sends_depends_on_what_was_promised() {
    use Promise::*;
    let whole = (8000, 0);
    let part = (3000, 5000);
    // setting, promise, card part only, (from card, due) -> money, money_discount
    let cases = [
        (OfflineAmount::Exact, None, false, whole, ("100", "60")),
        (OfflineAmount::Exact, Some(InDoubt), false, whole, ("100", "60")),
        (OfflineAmount::Exact, Some(OfflineApproved), false, whole, ("80", "0")),
        (OfflineAmount::Exact, Some(OfflineApproved), false, part, ("30", "0")),
        (OfflineAmount::Remote, None, false, whole, ("100", "60")),
        (OfflineAmount::Remote, Some(OfflineApproved), false, whole, ("100", "60")),
        (OfflineAmount::Remote, Some(OfflineApproved), false, part, ("30", "0")),
        (OfflineAmount::Exact, None, true, part, ("30", "0")),
        (OfflineAmount::Remote, None, true, part, ("30", "0")),
    ];
    for (offline_amount, promise, card_part_only, (from_card, due), (money, discountable)) in cases {
        let sandy = Sandy::new(SandyConfig { offline_amount, ..config() }).unwrap();
        let mut op = Op::new(Consume::new("wx001", yuan("100")).discountable(yuan("60")));
        op.told.from_card = Money::from_fen(from_card);
        op.told.due = Money::from_fen(due);
        op.promise = promise;
        op.card_part_only = card_part_only;
        let want = format!(r#"{{"card_id":"wx001","money":{money},"money_discount":{discountable}}}"#);
        let got = written(&sandy.encode(&op.lend())).1;
        assert_eq!(got, want, "{offline_amount:?} {promise:?} part only {card_part_only}");
    }
}

#[test]
fn every_read_is_named_and_typed_as_in_its_sample() {
    let sandy = sandy();
    let first = |reading: Option<Box<dyn Reading>>| match reading.unwrap().step(None) {
        ReadStep::Ask(call) => call,
        _ => panic!("a read begins with a question"),
    };
    let open = Op::new(OpenCard::new(CARD, "1"));
    let cases = [
        (Some(sandy.health()), HttpMethod::Get, "cardlevellist", ""),
        (sandy.find("123"), HttpMethod::Post, "getcards", r#"{"key":"123"}"#),
        (serve(&sandy, "wx001"), HttpMethod::Post, "getcardinfo", r#"{"card_id":"wx001"}"#),
        (
            sandy.before(&open.lend(), Timestamp::from_millis(0)),
            HttpMethod::Post,
            "getcardinfo",
            r#"{"card_id":"M000123"}"#,
        ),
    ];
    for (reading, method, endpoint, body) in cases {
        let call = first(reading);
        assert_eq!(call.method, method);
        assert_eq!(written(&call), (endpoint.to_owned(), body.to_owned()));
    }
}

#[test]
fn every_request_tells_who_asks_and_for_which_restaurant() {
    let config = SandyConfig { extra_headers: vec![("X-Gateway".into(), "k".into())], ..config() };
    let sandy = Sandy::new(config).unwrap();
    let op = Op::new(RedeemPoints::new(CARD, Points::new(1)));
    let post = sandy.encode(&op.lend());
    let ReadStep::Ask(get) = sandy.health().step(None) else { panic!("a read begins with a question") };
    let own =
        [("AUTHORIZATION", "test"), ("CUSTOMERGUID", "{DEFAULT-AUTO-8E5A-BDE2-34ABA1BD956C9}"), ("X-Gateway", "k")];
    let headers = |call: &WireCall| call.headers.clone();
    let own: Vec<(String, String)> = own.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    assert_eq!(headers(&get), own);
    let typed = [("Content-Type".to_owned(), "application/json".to_owned())];
    assert_eq!(headers(&post), [&typed[..], &own[..]].concat());
}
