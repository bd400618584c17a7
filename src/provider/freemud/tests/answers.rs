//! What comes back: the document's samples, every code, and everything that is no answer.

use super::*;
use crate::provider::freemud::Doubt;
use crate::provider::{Outcome, RefusalClass};

/// The answer that 2.1 to 2.4 share as a sample. 2.2 to 2.4 document more figures than it shows, and the same signature
/// under four different requests means nothing.
const UPDATED: &str = r#"{"ver": "1", "statusCode": "100", "message": "成功", "responseBody": "{\"updateScore\":0}",
    "sign": "IDXg9JvSrFFx6oQ2VHJP80+/IkJl+4zQtfDanL/KyDSZ5wZivJ43s2if0QZQcpMel26Vn0Ge4/rI2q5hIn4z8vf8xYRjK4ctKBPfkA=="}"#;

/// 1.3's sample.
const CHANGED: &str = r#"{"ver": "1", "statusCode": "100", "message": "成功",
    "responseBody": "{\"currentScore\":300,\"sendScore\":100,\"updateScore\":100}", "sign": "sign"}"#;

/// 1.6's sample. Its id is shorter than the others.
const REGISTERED: &str = r#"{"ver": "1", "statusCode": "100", "message": "成功",
    "responseBody": "{\"memberId\":\"4545444\"}", "sign": "sign"}"#;

fn update() -> Act {
    Act::UpdatePoints { card: card(), points: points(8) }
}

#[test]
fn the_documents_answers_are_successes() {
    let redeem = Act::RedeemPoints { card: card(), points: points(100), amount: None, order: None };
    let whole = Act::ReturnPointsOfOrder { card: card(), order: "o".into() };
    for (act, body, after, reference) in [
        (redeem, CHANGED, Some(points(300)), None),
        (accrue(), UPDATED, None, None),
        (update(), UPDATED, None, None),
        (whole, UPDATED, None, None),
        (register(), REGISTERED, None, Some("4545444")),
    ] {
        let outcome = freemud().classify(&Op::new(act).lend(), &answer(200, body));
        let Outcome::Applied { confirmation, .. } = outcome else { panic!("{outcome:?}") };
        assert_eq!((confirmation.points_after, confirmation.reference.as_deref()), (after, reference));
        assert_eq!(confirmation.money_after, None);
    }
    let Outcome::Applied { confirmation, .. } = freemud().classify(&Op::new(accrue()).lend(), &answer(200, CHANGED))
    else {
        panic!()
    };
    let received = [("currentScore", "300"), ("sendScore", "100"), ("updateScore", "100")];
    assert_eq!(confirmation.as_received, received.map(|(name, text)| (name.to_owned(), text.to_owned())).into());
}

/// To a repeat the platform may answer zero, which is not what the first one brought.
#[test]
fn the_points_of_an_amount_are_those_that_the_answer_tells() {
    let by_amount = || Act::AccruePoints {
        card: card(),
        points: None,
        amount: Some(crate::units::Money::from_fen(100)),
        order: None,
    };
    for (body, granted) in [
        (r#"{"currentScore": 300, "sendScore": 100, "updateScore": 100}"#, Some(100)),
        (r#"{"updateScore": "100"}"#, Some(100)),
        (r#"{"currentScore": 300, "sendScore": 0, "updateScore": 0}"#, None),
        (r#"{"currentScore": 300}"#, None),
    ] {
        let outcome = freemud().classify(&Op::new(by_amount()).lend(), &success(body));
        let Outcome::Applied { confirmation, .. } = outcome else { panic!("{outcome:?}") };
        assert_eq!(confirmation.bonus_points, granted.map(points), "{body}");
    }
}

#[test]
fn figures_may_be_strings_or_null_and_ids_are_texts_of_any_length() {
    for (body, after) in [
        (r#"{"currentScore": "300"}"#, Some(300)),
        (r#"{"currentScore": 300.9}"#, Some(300)),
        (r#"{"currentScore": "9007199254740993"}"#, Some(9_007_199_254_740_993)),
        (r#"{"currentScore": null, "updateScore": null}"#, None),
        (r#"{"currentScore": "many"}"#, None),
        ("", None),
        ("null", None),
        ("garbage", None),
    ] {
        let Outcome::Applied { confirmation, .. } = freemud().classify(&Op::new(accrue()).lend(), &success(body))
        else {
            panic!("{body}")
        };
        assert_eq!(confirmation.points_after, after.map(points), "{body}");
    }
    for body in [r#"{"memberId": 115596590488056494}"#, r#"{"memberId": "115596590488056494"}"#] {
        let Outcome::Applied { confirmation, .. } = freemud().classify(&Op::new(register()).lend(), &success(body))
        else {
            panic!("{body}")
        };
        assert_eq!(confirmation.reference.as_deref(), Some(MEMBER));
    }
    let spoken = r#"{"ver": 1, "statusCode": 100, "message": null, "responseBody": {"currentScore": 7}, "sign": null}"#;
    let Outcome::Applied { confirmation, .. } = freemud().classify(&Op::new(accrue()).lend(), &answer(200, spoken))
    else {
        panic!()
    };
    assert_eq!(confirmation.points_after, Some(points(7)));
}

/// What an outcome comes to, short enough for a table.
fn class(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Applied { .. } => "applied",
        Outcome::Refused(refusal) => match refusal.class {
            RefusalClass::Permanent => "permanent",
            RefusalClass::Business => "business",
            RefusalClass::Suspicious => "suspicious",
        },
        Outcome::Unknown(_) => "unknown",
        Outcome::Halted(_) => "halted",
        Outcome::Unclear { unknown: true, .. } => "unclear, unknown",
        Outcome::Unclear { unknown: false, .. } => "unclear",
        _ => "something else",
    }
}

#[test]
fn every_code_has_its_class() {
    let listing = || {
        with(|config| {
            config.duplicate_codes = vec!["70".into()];
            config.refusal_codes = vec!["60".into()];
            config.halt_codes = vec!["12".into()];
        })
    };
    // codes are listed in the settings, act, an earlier attempt may have been sent, code -> class
    let cases = [
        (false, accrue(), false, "100", "applied"),
        (false, accrue(), false, "21", "permanent"),
        (false, accrue(), false, "500", "unknown"),
        (false, accrue(), false, "60", "unclear"),
        (false, accrue(), true, "60", "unclear, unknown"),
        (false, accrue(), true, "70", "unclear, unknown"),
        (false, accrue(), false, "-1", "unclear"),
        (false, accrue(), false, "E100", "unclear"),
        (true, accrue(), false, "60", "business"),
        (true, accrue(), false, "12", "halted"),
        (false, accrue(), false, "12", "unclear"),
        (true, accrue(), true, "70", "applied"),
        (true, accrue(), false, "70", "unclear"),
        (true, update(), true, "70", "unclear, unknown"),
        (true, register(), true, "70", "unclear, unknown"),
    ];
    for (listed, act, resent, code, want) in cases {
        let freemud = if listed { listing() } else { freemud() };
        let mut op = Op::new(act);
        op.resent = resent;
        let outcome = freemud.classify(&op.lend(), &error(code, "说明"));
        assert_eq!(class(&outcome), want, "{code} resent {resent}: {outcome:?}");
        if let Outcome::Unclear { why, .. } = outcome {
            assert!(why.contains(code) && why.contains("说明"), "{why}");
        }
    }
}

#[test]
fn what_is_no_answer_in_the_dialect_leaves_the_outcome_unknown_whatever_its_status() {
    let bodies: [&[u8]; 9] = [
        b"",
        b"<html>login</html>",
        b"[]",
        b"{}",
        br#"{"statusCode": null}"#,
        br#"{"statusCode": ""}"#,
        br#"{"errcode": 0}"#,
        b"{\"statusCode\": \"100\"} trailing",
        b"{\"statusCode\": \"\xff\"}",
    ];
    for status in [200, 302, 401, 500, 503] {
        for body in bodies {
            let outcome = freemud().classify(&Op::new(accrue()).lend(), &answer(status, body));
            assert_eq!(class(&outcome), "unknown", "{status} {}", String::from_utf8_lossy(body));
        }
    }
    let marked = [b"\xef\xbb\xbf", CHANGED.as_bytes()].concat();
    assert_eq!(class(&freemud().classify(&Op::new(accrue()).lend(), &answer(500, marked))), "applied");
}

#[test]
fn a_registration_that_does_not_tell_whom_it_made_has_to_be_looked_for() {
    for body in ["", "{}", r#"{"memberId": null}"#, r#"{"memberId": " "}"#] {
        let outcome = freemud().classify(&Op::new(register()).lend(), &success(body));
        assert_eq!(class(&outcome), "unknown", "{body}");
    }
    let op = Op::new(register());
    let doubt: Doubt<'_> = probe::doubt(None);
    assert!(freemud().look(&op.lend(), &doubt, Timestamp::from_millis(0)).is_some());
}
