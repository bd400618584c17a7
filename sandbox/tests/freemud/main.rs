//! Freemud's interface: signatures, the document's samples, repeats, pushes, and every setting.

#![allow(clippy::unwrap_used)]

mod members;
mod push;
mod scores;
mod signed;

use serde_json::{Value, json};
use tillbook_sandbox::Request;
use tillbook_sandbox::freemud::{
    Freemud, NewMember, PrivateKey, PublicKey, Settings, Sex, TEST_CLIENT_KEY_PEM, TEST_CLIENT_PUBLIC_KEY_PEM,
    TEST_PLATFORM_KEY_PEM, request,
};

pub(crate) const NOW_MS: i64 = 1_558_920_839_000;
pub(crate) const MEMBER: &str = "115589208394311926";
pub(crate) const PHONE: &str = "13333333333";

pub(crate) fn sample() -> Freemud {
    with(Settings::default())
}

pub(crate) fn with(settings: Settings) -> Freemud {
    let mut freemud = Freemud::new(settings);
    let id = freemud.seed(NOW_MS, NewMember::new(PHONE).with_holder("童百良", Sex::Male).with_points(100)).unwrap();
    assert_eq!(id, MEMBER);
    freemud
}

pub(crate) fn keyed() -> Settings {
    Settings {
        client_key: Some(PublicKey::from_pem(TEST_CLIENT_PUBLIC_KEY_PEM).unwrap()),
        platform_key: Some(PrivateKey::from_pem(TEST_PLATFORM_KEY_PEM).unwrap()),
        ..Settings::default()
    }
}

pub(crate) fn client_key() -> PrivateKey {
    PrivateKey::from_pem(TEST_CLIENT_KEY_PEM).unwrap()
}

/// A transaction id that was never used before.
pub(crate) fn transaction() -> String {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("t{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// The envelope of the answer.
pub(crate) fn envelope(freemud: &mut Freemud, request: &Request) -> Value {
    let response = freemud.handle(NOW_MS, request);
    assert_eq!((response.status, response.header("content-type")), (200, Some("application/json; charset=utf-8")));
    serde_json::from_str(&response.text()).unwrap()
}

/// The status code, and what `responseBody` holds.
pub(crate) fn call_at(freemud: &mut Freemud, now_ms: i64, name: &str, body: &Value) -> (String, Value) {
    let request = request(freemud.settings(), None, name, &transaction(), &body.to_string());
    let answer: Value = serde_json::from_str(&freemud.handle(now_ms, &request).text()).unwrap();
    assert_eq!(answer["ver"], "1");
    let inner =
        answer.get("responseBody").map_or(Value::Null, |text| serde_json::from_str(text.as_str().unwrap()).unwrap());
    (answer["statusCode"].as_str().unwrap().to_owned(), inner)
}

pub(crate) fn call(freemud: &mut Freemud, name: &str, body: &Value) -> (String, Value) {
    call_at(freemud, NOW_MS, name, body)
}

pub(crate) fn ok(freemud: &mut Freemud, name: &str, body: &Value) -> Value {
    let (code, inner) = call(freemud, name, body);
    assert_eq!(code, "100", "{name} {body}");
    inner
}

pub(crate) fn code(freemud: &mut Freemud, name: &str, body: &Value) -> String {
    call(freemud, name, body).0
}

pub(crate) fn points(freemud: &Freemud) -> (i64, i64, i64) {
    let member = freemud.member(MEMBER).unwrap();
    (member.points, member.total, member.used)
}

pub(crate) fn spend(key: &str, score: i64, order: &str) -> Value {
    json!({"memberId": MEMBER, "score": score, "operationType": 14, "orderId": order,
        "idempotencyBussinessId": key, "idempotencyBussinessType": "5"})
}

pub(crate) fn grant(key: &str, score: i64) -> Value {
    json!({"partnerId": "1864", "memberId": MEMBER, "score": score, "operationType": 1,
        "idempotencyBussinessId": key, "idempotencyBussinessType": "6"})
}
