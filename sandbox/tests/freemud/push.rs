//! What the platform sends by itself.

use serde_json::{Value, json};
use tillbook_sandbox::freemud::{Freemud, PointsPush, PublicKey, TEST_PLATFORM_PUBLIC_KEY_PEM, request};

use crate::{MEMBER, PHONE, client_key, envelope, keyed, sample, spend, transaction, with};

#[test]
fn a_push_is_signed_by_the_platform_and_can_be_had_wrong() {
    let mut freemud = with(keyed());
    ok_signed(&mut freemud, "score/opt/15", &spend("k1", 30, "o1"));
    let told = freemud.points_push_of(2).unwrap();
    assert_eq!((told.change, told.current, told.operation_type), (-30, 70, 14));
    let push = freemud.points_push(&told);
    let platform = PublicKey::from_pem(TEST_PLATFORM_PUBLIC_KEY_PEM).unwrap();
    let verifies = |body: &str| {
        let fields: Value = serde_json::from_str(body).unwrap();
        let text = |name: &str| fields[name].as_str().map_or_else(|| fields[name].to_string(), str::to_owned);
        let signed = format!(
            "appId={}&partnerId={}&requestBody={}&ver={}",
            text("appId"),
            text("partnerId"),
            text("requestBody"),
            text("ver")
        );
        platform.verify(&signed, &text("sign"))
    };
    assert!(verifies(&push.body()));
    assert!(!verifies(&push.with_wrong_signature()));
    let inner: Value = serde_json::from_str(&push.body()).unwrap();
    let inner: Value = serde_json::from_str(inner["requestBody"].as_str().unwrap()).unwrap();
    assert_eq!(
        inner,
        json!({"changeScore": "30", "currentScore": "70", "changeType": "2", "operationType": "14", "memberId": MEMBER,
            "mobile": PHONE, "transNo": "00000002"})
    );
    assert!(!freemud.points_push(&PointsPush { trans_no: None, ..told }).body().contains("transNo"));

    let member = freemud.member_push(MEMBER).unwrap();
    assert!(verifies(&member.body()));
    assert!(member.body().contains(r#"\"memberName\":\"童百良\""#));
    // No JSON in either layer, and yet signed.
    let loose = push.loose_body();
    assert!(serde_json::from_str::<Value>(&loose).is_err());
    assert!(loose.contains("'changeScore':'30'\n\n\t,"));
    assert_eq!(freemud.member_push("nobody"), None);
}

fn ok_signed(freemud: &mut Freemud, name: &str, body: &Value) {
    let sent = request(freemud.settings(), Some(&client_key()), name, &transaction(), &body.to_string());
    assert_eq!(envelope(freemud, &sent)["statusCode"], "100");
}

#[test]
fn without_a_key_the_platform_signs_like_the_samples() {
    let freemud = sample();
    let push = freemud.member_push(MEMBER).unwrap();
    assert!(push.body().ends_with(r#""sign":"sign"}"#));
    assert!(push.with_wrong_signature().ends_with(r#""sign":""}"#));
}
