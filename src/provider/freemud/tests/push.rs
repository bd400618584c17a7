//! Pushes, as the samples show them and as nobody should send them.

use serde_json::json;

use super::*;
use crate::error::{ErrorCode, Result};
use crate::provider::Push;
use crate::provider::freemud::envelope::signed_text;
use crate::provider::freemud::key::{PrivateKey, PublicKey};

/// What 1.5's sample holds.
const CHANGE: &str = r#"{"changeScore":"20","currentScore":"200","changeType":"1","operationType":"2","memberId":"115589208394311926","mobile":"13333333333","transNo":"31231233"}"#;

/// The loose form of 1.1's sample request: single quotes and raw line breaks.
const LOOSE: &str = "{'memberId':'115632749214110108'\n\n\t,'mobile':'15623261994','note':'it\\'s \"quoted\"\n'}";

fn receiving() -> Freemud {
    with(|config| {
        config.unsigned = false;
        config.private_key = Some(CLIENT_PRIVATE.into());
        config.platform_key = Some(PLATFORM_PUBLIC.into());
    })
}

fn signed_by(key: &str, body: &str) -> String {
    let fields =
        [("ver", "1"), ("partnerId", "1864"), ("appId", "2eb5c8f1170246429755e6dac313f89d"), ("requestBody", body)];
    PrivateKey::from_pem(key).unwrap().sign(&signed_text(fields)).unwrap()
}

fn envelope(body: &str, sign: &str) -> String {
    json!({"ver": 1, "partnerId": "1864", "appId": "2eb5c8f1170246429755e6dac313f89d", "requestBody": body, "sign": sign})
        .to_string()
}

fn signed(body: &str) -> String {
    envelope(body, &signed_by(PLATFORM_PRIVATE, body))
}

fn refused(result: Result<Push>) -> bool {
    result.is_err_and(|error| error.code() == ErrorCode::RemoteRefused)
}

#[test]
fn the_documents_pushes_name_whom_to_ask_about() {
    let push = receiving().push(signed(CHANGE).as_bytes()).unwrap();
    assert_eq!(push.mark, "31231233");
    assert_eq!((push.reference.as_deref(), push.phone.as_deref()), (Some("115589208394311926"), Some("13333333333")));
    // 1.4's sample, shortened to what counts: it has no number of its own and an empty phone.
    let member = r#"{"birthday":"","memberChannels":[{"memberId":"1"}],"memberId":"115589208394311926","mobile":"","nickName":"童百良"}"#;
    let body = signed(member);
    let push = receiving().push(body.as_bytes()).unwrap();
    assert_eq!((push.reference.as_deref(), push.phone), (Some("115589208394311926"), None));
    assert_eq!(push.mark.len(), 64);
    assert_eq!(receiving().push(body.as_bytes()).unwrap().mark, push.mark, "the same body twice");
    let other = receiving().push(signed(&member.replace("童百良", "童")).as_bytes()).unwrap();
    assert_ne!(other.mark, push.mark);
    // An id beyond what a float holds, as a number; and a change without its number.
    let bare = CHANGE.replace(r#""115589208394311926""#, "115589208394311927").replace(r#""31231233""#, "null");
    let push = receiving().push(signed(&bare).as_bytes()).unwrap();
    assert_eq!((push.reference.as_deref(), push.mark.len()), (Some("115589208394311927"), 64));
}

#[test]
fn the_mark_of_a_body_is_its_sha_256() {
    let open = with(|config| config.accept_unsigned_pushes = true);
    // `sha256sum` of these bytes.
    let push = open.push(br#"{"requestBody":"{\"memberId\":\"1\"}"}"#).unwrap();
    assert_eq!(push.mark, "4fa958db220ab6a35caaa933e320901dc7a7c92fdb14c7775b66a7e9b488adc8");
}

#[test]
fn single_quotes_and_raw_line_breaks_are_understood_and_signed_as_they_are() {
    let push = receiving().push(signed(LOOSE).as_bytes()).unwrap();
    assert_eq!((push.reference.as_deref(), push.phone.as_deref()), (Some("115632749214110108"), Some("15623261994")));
    // With the line breaks raw in the outer string too, as the sample has them.
    let raw = LOOSE.replace("\\'", "").replace('"', "");
    let (partner, app) = ("1864", "2eb5c8f1170246429755e6dac313f89d");
    let sign = signed_by(PLATFORM_PRIVATE, &raw);
    let body = format!(r#"{{"ver":1,"partnerId":"{partner}","appId":"{app}","requestBody":"{raw}","sign":"{sign}"}}"#);
    assert!(serde_json::from_str::<serde_json::Value>(&body).is_err(), "no strict JSON");
    assert_eq!(receiving().push(body.as_bytes()).unwrap().reference.as_deref(), Some("115632749214110108"));
}

#[test]
fn a_push_that_is_not_the_platforms_is_refused_unless_that_is_allowed() {
    let wrong = envelope(CHANGE, &signed_by(CLIENT_PRIVATE, CHANGE));
    let changed = signed(CHANGE).replace("13333333333", "13444444444");
    let none = envelope(CHANGE, "");
    let skipped = envelope(CHANGE, "skip");
    let lax = with(|config| {
        config.platform_key = Some(PLATFORM_PUBLIC.into());
        config.accept_unsigned_pushes = true;
    });
    let blind = with(|config| config.accept_unsigned_pushes = true);
    // push, verifying, verifying but lax, without a key and lax
    for (push, strict_takes, lax_takes, blind_takes) in [
        (&signed(CHANGE), true, true, true),
        (&wrong, false, false, true),
        (&changed, false, false, true),
        (&none, false, true, true),
        (&skipped, false, true, true),
    ] {
        assert_eq!(receiving().push(push.as_bytes()).is_ok(), strict_takes, "{push}");
        assert_eq!(lax.push(push.as_bytes()).is_ok(), lax_takes, "{push}");
        assert_eq!(blind.push(push.as_bytes()).is_ok(), blind_takes, "{push}");
        assert!(refused(freemud().push(push.as_bytes())), "neither a key nor the permission to do without");
    }
}

#[test]
fn what_is_no_push_or_not_for_us_is_refused() {
    let blind = with(|config| config.accept_unsigned_pushes = true);
    let elsewhere = envelope(CHANGE, "").replace("1864", "1865");
    let other_app = envelope(CHANGE, "").replace("2eb5c8f1", "00000000");
    let nobody = envelope(r#"{"memberId": null, "mobile": " "}"#, "");
    for body in [
        "",
        "<html>",
        "[]",
        "{}",
        "{'requestBody': ",
        &envelope("", ""),
        &envelope("garbage", ""),
        &envelope("'", ""),
        &envelope("{'a\\", ""),
        &nobody,
        &elsewhere,
        &other_app,
    ] {
        assert!(refused(blind.push(body.as_bytes())), "{body}");
    }
    assert!(refused(blind.push(b"\xff")));
}

#[test]
fn a_push_is_acknowledged_under_our_own_signature() {
    let push = receiving().push(signed(CHANGE).as_bytes()).unwrap();
    let told: serde_json::Value = serde_json::from_slice(&push.acknowledgement).unwrap();
    let sign = told["sign"].as_str().unwrap();
    assert!(PublicKey::from_pem(CLIENT_PUBLIC).unwrap().verifies("message=成功&statusCode=100&ver=1", sign));
    assert_eq!(told, json!({"ver": "1", "statusCode": "100", "message": "成功", "sign": sign}));
    let blind = with(|config| config.accept_unsigned_pushes = true);
    let push = blind.push(envelope(CHANGE, "").as_bytes()).unwrap();
    let told: serde_json::Value = serde_json::from_slice(&push.acknowledgement).unwrap();
    assert_eq!(told["sign"], "skip");
}
