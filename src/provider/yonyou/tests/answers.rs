//! What comes back: the document's samples, every code, and everything that is no answer.

use std::time::Duration;

use super::*;
use crate::provider::{Outcome, ReadFailure, ReadStep, RefusalClass, Secret, TokenAnswer, TokenCall, TokenRules};

/// The sample of an answer (3.6).
const SAMPLE: &str = r#"{"errcode":0,"data":[{"id":11000,"mid":"10000001","action_type":"200",
    "time":"2015-12-12 00:00:00","ori_money":100,"calc_money":100,"before_points":1000,"calc_points":500,
    "after_points":1500,"multiple":2,"extra_points":20,"source1":"201512120000001","source2":"201512120000001"}]}"#;

/// The sample of an error (3.7).
const OFFLINE: &str = r#"{"errcode" : "30021", "errmsg" : "此应用未上线"}"#;

fn carry() -> Op {
    let mut op = Op::new(Act::CarryOverPoints { card: card(), points: Points::new(1500) });
    op.reference = "10000001";
    op
}

#[test]
fn the_documents_answer_tells_the_points_before_and_after() {
    let Outcome::Applied { confirmation, .. } = yonyou().classify(&carry().lend(), &answer(200, SAMPLE)) else {
        panic!()
    };
    assert_eq!(confirmation.points_after, Some(Points::new(1500)));
    assert_eq!(confirmation.remote_id.as_deref(), Some("11000"));
    for (name, text) in [("before_points", "1000"), ("calc_points", "500"), ("after_points", "1500"), ("multiple", "2")]
    {
        assert_eq!(confirmation.as_received.get(name).map(String::as_str), Some(text), "{name}");
    }
    assert_eq!((confirmation.money_after, confirmation.bonus_points), (None, None));
}

/// What a sale brings only the remote can say, and a return of it needs the number.
#[test]
fn the_points_of_an_amount_are_those_that_the_answer_tells() {
    let mut op =
        Op::new(Act::AccruePoints { card: card(), points: None, amount: Some(Money::from_fen(100_00)), order: None });
    op.reference = "10000001";
    let Outcome::Applied { confirmation, .. } = yonyou().classify(&op.lend(), &answer(200, SAMPLE)) else { panic!() };
    assert_eq!(confirmation.bonus_points, Some(Points::new(500)));
}

#[test]
fn a_success_is_one_with_few_figures_or_none() {
    for (body, after, id) in [
        (
            r#"{"errcode": "0", "data": [{"after_points": "1500", "id": "9007199254740993"}]}"#,
            Some(1500),
            Some("9007199254740993"),
        ),
        (
            r#"{"errcode": "0", "data": [{"after_points": 1500.7, "id": 9007199254740993}]}"#,
            Some(1500),
            Some("9007199254740993"),
        ),
        (r#"{"errcode": 0, "id": 7, "mid": "10000001", "after_points": null}"#, None, Some("7")),
        (r#"{"errcode": 0, "data": null}"#, None, None),
        (r#"{"errcode": 0, "errmsg": null, "data": []}"#, None, None),
        (r#"{"errcode": 0, "data": "done"}"#, None, None),
        (r#"{"errcode": 0, "data": [{"mid": "35", "after_points": 1}]}"#, None, None),
        (r#"{"errcode": 0, "data": [{"after_points": 1}, {"after_points": 2}]}"#, None, None),
    ] {
        let Outcome::Applied { confirmation, .. } = yonyou().classify(&carry().lend(), &answer(200, body)) else {
            panic!("{body}")
        };
        assert_eq!(confirmation.points_after, after.map(Points::new), "{body}");
        assert_eq!(confirmation.remote_id.as_deref(), id, "{body}");
    }
}

/// What an outcome comes to, short enough for a table.
fn class(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Applied { .. } => "applied",
        Outcome::Refused(refusal) if refusal.class == RefusalClass::Permanent => "permanent",
        Outcome::Refused(_) => "business",
        Outcome::Unknown(_) => "unknown",
        Outcome::TokenRefused(_) => "token",
        Outcome::Halted(_) => "halted",
        Outcome::Unclear { unknown: true, .. } => "unclear, unknown",
        Outcome::Unclear { unknown: false, .. } => "unclear",
        _ => "something else",
    }
}

#[test]
fn every_code_has_its_class_as_a_number_and_as_a_string() {
    let listed = || {
        with(|config| {
            config.source_code_unique = true;
            config.duplicate_codes = vec!["40001".into()];
            config.refusal_codes = vec!["40002".into()];
            config.halt_codes = vec!["40003".into()];
        })
    };
    // codes are listed in the settings, an earlier attempt may have been sent, code -> class
    let cases = [
        (false, false, "0", "applied"),
        (false, false, "30012", "token"),
        (false, false, "30021", "halted"),
        (false, false, "10001", "unknown"),
        (false, false, "30025", "unknown"),
        (false, false, "20002", "permanent"),
        (false, false, "20005", "permanent"),
        (false, false, "40001", "unclear"),
        (false, true, "40001", "unclear, unknown"),
        (true, true, "40001", "applied"),
        (true, false, "40001", "unclear"),
        (true, false, "40002", "business"),
        (true, false, "40003", "halted"),
        (false, false, "-1", "unclear"),
    ];
    for (settings, resent, code, want) in cases {
        let yonyou = if settings { listed() } else { yonyou() };
        let mut op = carry();
        op.resent = resent;
        for body in [format!(r#"{{"errcode": {code}, "errmsg": "说明"}}"#), format!(r#"{{"errcode": "{code}"}}"#)] {
            let outcome = yonyou.classify(&op.lend(), &answer(200, body));
            assert_eq!(class(&outcome), want, "{code} resent {resent}: {outcome:?}");
        }
    }
    assert_eq!(class(&yonyou().classify(&carry().lend(), &answer(200, OFFLINE))), "halted");
}

const NO_ANSWERS: [&[u8]; 8] = [
    b"",
    b"<html>login</html>",
    b"[]",
    b"{}",
    br#"{"errcode": null}"#,
    br#"{"errcode": ""}"#,
    b"{\"errcode\": 0} trailing",
    b"{\"errcode\": \"\xff\"}",
];

#[test]
fn what_is_no_answer_in_the_dialect_leaves_the_outcome_unknown_whatever_its_status() {
    for status in [200, 302, 401, 500, 503] {
        for body in NO_ANSWERS {
            let outcome = yonyou().classify(&carry().lend(), &answer(status, body));
            assert_eq!(class(&outcome), "unknown", "{status} {}", String::from_utf8_lossy(body));
        }
    }
    assert_eq!(class(&yonyou().classify(&carry().lend(), &answer(500, SAMPLE))), "applied");
}

#[test]
fn any_answer_in_the_dialect_shows_that_it_is_there_unless_it_says_otherwise() {
    let health = |body: &[u8]| {
        let mut reading = with(|config| config.halt_codes = vec!["40003".into()]).health();
        assert!(matches!(reading.step(None), ReadStep::Ask(_)));
        match reading.step(Some(&answer(200, body))) {
            ReadStep::Done(_) => "there",
            ReadStep::Failed(ReadFailure::Halted(_)) => "halted",
            ReadStep::Failed(ReadFailure::Unusable(_)) => "unusable",
            ReadStep::Failed(ReadFailure::Garbled(_)) => "garbled",
            _ => "something else",
        }
    };
    for (body, want) in [
        (r#"{"errcode": "20005", "errmsg": "token is required"}"#, "there"),
        (r#"{"errcode": 30012}"#, "there"),
        (r#"{"errcode": 0, "data": []}"#, "there"),
        (OFFLINE, "halted"),
        (r#"{"errcode": 10001}"#, "unusable"),
        (r#"{"errcode": 40003}"#, "halted"),
    ] {
        assert_eq!(health(body.as_bytes()), want, "{body}");
    }
    for body in NO_ANSWERS {
        assert_eq!(health(body), "garbled");
    }
    let mut over = yonyou().health();
    over.step(None);
    assert!(matches!(over.step(None), ReadStep::Failed(ReadFailure::Garbled(_))));
}

#[test]
fn a_token_is_granted_for_as_long_as_the_answer_says() {
    let yonyou = yonyou();
    let rules: &dyn TokenRules = yonyou.tokens().unwrap();
    let read = |body: &str| rules.read(TokenCall::Query, &answer(200, body));
    let granted = |life_s| TokenAnswer::Granted {
        access: Secret("843d03f6".into()),
        life: Duration::from_secs(life_s),
        refresh: None,
    };
    for (more, life_s) in [
        (r#", "expiresIn": 7140"#, 7140),
        (r#", "expiresIn": "7140", "appkey": "opa6fdd4""#, 7140),
        (r#", "expiresIn": null"#, 7200),
        (r#", "expiresIn": -1"#, 7200),
        ("", 7200),
    ] {
        let body = format!(r#"{{"errcode": "0", "errmsg": "", "token": {{"id": "843d03f6"{more}}}}}"#);
        assert_eq!(read(&body), granted(life_s), "{body}");
    }
    for body in [
        r#"{"errcode": "0"}"#,
        r#"{"errcode": "0", "token": null}"#,
        r#"{"errcode": "0", "token": "843d03f6"}"#,
        r#"{"errcode": "0", "token": {"id": ""}}"#,
        r#"{"errcode": "10001", "errmsg": "busy"}"#,
        r#"{"errcode": "30025"}"#,
        "<html>",
        "{}",
    ] {
        assert!(matches!(read(body), TokenAnswer::Garbled(_)), "{body}");
    }
    for body in [OFFLINE, r#"{"errcode": "20002", "errmsg": "bad secret"}"#] {
        assert!(matches!(read(body), TokenAnswer::Refused(_)), "{body}");
    }
}
