//! Signatures: ours, verified by the library and equal to OpenSSL's; the platform's, made by OpenSSL.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde_json::{Value, json};

use super::*;
use crate::provider::freemud::envelope::signed_text;
use crate::provider::freemud::key::{PrivateKey, PublicKey};
use crate::provider::{Outcome, ReadFailure, ReadStep};
use crate::transport::HttpMethod;

/// `openssl dgst -sha256 -sign test-only-client-private.pem` over [`TEXT`].
const OPENSSL: &str = concat!(
    "cw7/A2OweQfYYlMIASm2j0Vo6NOGYEfiCr1up3rnBbuVBws93YAupF9Mm6zM/iqDZGT1dfr6PxQ8PLdn2bhZ65duGwkcZajxVmAwMrqt",
    "1Zq2T6RenNq4JPCvxkZmVmVO9/GUWrWQknXyj+YcsYT5bOGoAoWT0iviX9Jn74wEeUXKr2T3LVkvj0VqWuOalCih4hUJCjlGBxeqEyfE",
    "dnznfsf/ApU16QOx6nRlvJ9XRowqSTPdjDiCTZLwwb8WJ7swWPKQ3P/Ya8hGmBBVx7pdiRVRiOaCH3y0Cr7ZliH6A48mGZzF2iU4+GLB",
    "aKphAJVwVSdabNpcS/EZyrgPXs5SsQ==",
);

const TEXT: &str = concat!(
    "appId=2eb5c8f1170246429755e6dac313f89d&partnerId=1864",
    r#"&requestBody={"partnerId":"1864","memberId":"115596590488056494"}&ver=1"#,
);

/// `openssl dgst -sha256 -sign test-only-platform-private.pem` over the text of 1.3's sample answer.
const PLATFORMS: &str = concat!(
    "KYsJDVc6Au6cvFEMSNuTczIcmXum0/kFLPuim/BJil4to3UfoVsunxldOkOfRrbAdWRD76ytXhE2/cc2QlpYzYaRa8T47sErMCdt",
    "8V8jrxbhwO1Kjrz4Jkjq66QKDintcPJUy/X87TuD0Sf+BclE78ehS0F4kLbT67etd2XscmakjsI/cY7gqODJkptuw03sYM8NOcBf",
    "ktAoJjy9frih+7973C3nNpOvn6WaeOpAywVAnK/gHPzrodGukjWPMrP3sNIFngheYrDuta2NfasmHOT9DJ2emAooD0st+2GNE1Si",
    "zWYIOivlV+26OiI48iNE7ktK4RjcyDDqouTs6b3bEA==",
);

fn signing() -> Freemud {
    with(|config| {
        config.unsigned = false;
        config.private_key = Some(CLIENT_PRIVATE.into());
    })
}

fn verifying() -> Freemud {
    with(|config| config.platform_key = Some(PLATFORM_PUBLIC.into()))
}

#[test]
fn a_request_is_wrapped_and_signed_over_all_its_fields() {
    let freemud = signing();
    let mut reading = freemud.look(&Op::new(accrue()).lend(), &probe::doubt(None), Timestamp::from_millis(0));
    let Some(ReadStep::Ask(call)) = reading.as_mut().map(|reading| reading.step(None)) else { panic!() };
    let sealed = sealed(&freemud, call.clone(), "n0nce");
    assert_eq!((sealed.method, &sealed.path), (HttpMethod::Post, &call.path));
    let envelope: Value = serde_json::from_slice(&sealed.body).unwrap();
    let body = r#"{"partnerId":"1864","memberId":"115596590488056494"}"#;
    let want = json!({"appId": "2eb5c8f1170246429755e6dac313f89d", "partnerId": "1864", "requestBody": body,
        "sign": OPENSSL, "ver": 1});
    assert_eq!(envelope, want);
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let json = "application/json;charset=utf-8";
    let headers = [
        header("Content-Type", json),
        header("Accept", json),
        header("x-transaction-id", "n0nce"),
        header("access_token", "test"),
    ];
    assert_eq!(sealed.headers, headers);
}

#[test]
fn our_signature_holds_for_an_independent_verification() {
    let signature = PrivateKey::from_pem(CLIENT_PRIVATE).unwrap().sign(TEXT).unwrap();
    assert_eq!(signature, OPENSSL);
    // The inner key begins behind the 24 bytes that name the algorithm.
    let pem: String = CLIENT_PUBLIC.lines().filter(|line| !line.starts_with('-')).collect();
    let info = STANDARD.decode(pem).unwrap();
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &info[24..]);
    let signature = STANDARD.decode(signature).unwrap();
    assert!(key.verify(TEXT.as_bytes(), &signature).is_ok());
    assert!(key.verify(TEXT.replace("1864", "1865").as_bytes(), &signature).is_err());
}

#[test]
fn a_signature_is_over_the_fields_in_order_without_itself_and_without_empty_ones() {
    let fields = [("ver", "1"), ("sign", "x"), ("partnerId", "6"), ("Z", "z"), ("message", ""), ("appId", "a=b&c")];
    assert_eq!(signed_text(fields), "Z=z&appId=a=b&c&partnerId=6&ver=1");
}

#[test]
fn without_a_key_the_samples_bypass_is_sent() {
    let freemud = freemud();
    let call = sealed(&freemud, freemud.encode(&Op::new(accrue()).lend()), "n");
    let envelope: Value = serde_json::from_slice(&call.body).unwrap();
    assert_eq!((&envelope["sign"], &envelope["ver"]), (&json!("skip"), &json!(1)));
}

#[test]
fn what_varies_from_try_to_try_is_outside_of_what_is_frozen() {
    let freemud = signing();
    let op = Op::new(accrue());
    let frozen = freemud.encode(&op.lend());
    assert_eq!(frozen.body, freemud.encode(&op.lend()).body);
    let (one, other) = (sealed(&freemud, frozen.clone(), "1"), sealed(&freemud, frozen.clone(), "2"));
    assert_eq!(one.body, other.body);
    assert_ne!(one.headers, other.headers);
    let envelope: Value = serde_json::from_slice(&one.body).unwrap();
    assert_eq!(envelope["requestBody"].as_str().unwrap().as_bytes(), frozen.body);
}

fn signed_answer(sign: &str) -> HttpResponse {
    let body = r#"{"currentScore":300,"sendScore":100,"updateScore":100}"#;
    answer(
        200,
        json!({"ver": "1", "statusCode": "100", "message": "成功", "responseBody": body, "sign": sign}).to_string(),
    )
}

#[test]
fn an_answer_that_is_not_the_platforms_leaves_the_outcome_unknown() {
    let op = Op::new(accrue());
    let classify = |answer: &HttpResponse| verifying().classify(&op.lend(), answer);
    assert!(matches!(classify(&signed_answer(PLATFORMS)), Outcome::Applied { .. }));
    let changed = String::from_utf8(signed_answer(PLATFORMS).body).unwrap().replace("300", "301");
    for bad in [
        signed_answer("sign"),
        signed_answer("skip"),
        signed_answer(""),
        signed_answer(OPENSSL),
        answer(200, changed),
        success("{}"),
        error("21", "缺少参数"),
        error("60", "积分不足"),
    ] {
        assert!(matches!(classify(&bad), Outcome::Unknown(_)), "{}", String::from_utf8_lossy(&bad.body));
        assert!(!matches!(freemud().classify(&op.lend(), &bad), Outcome::Unknown(_)));
    }
}

#[test]
fn a_read_that_is_not_the_platforms_is_garbled() {
    let step = |answer: &HttpResponse| {
        let mut reading = verifying().before(&Op::new(accrue()).lend(), Timestamp::from_millis(0)).unwrap();
        reading.step(None);
        reading.step(Some(answer))
    };
    assert!(matches!(step(&signed_answer(PLATFORMS)), ReadStep::Done(_)));
    assert!(matches!(step(&signed_answer("sign")), ReadStep::Failed(ReadFailure::Garbled(_))));
    let mut health = verifying().health();
    health.step(None);
    let unsigned = answer(200, json!({"ver": 1, "requestBody": r#"{"memberList": []}"#, "sign": "sign"}).to_string());
    assert!(matches!(health.step(Some(&unsigned)), ReadStep::Failed(ReadFailure::Garbled(_))));
}

#[test]
fn a_key_is_taken_with_or_without_its_first_and_last_line_and_nothing_else_is() {
    let bare = |pem: &str| pem.lines().filter(|line| !line.starts_with('-')).collect::<Vec<_>>().join("\n");
    assert!(PrivateKey::from_pem(&bare(CLIENT_PRIVATE)).is_some());
    let public = PublicKey::from_pem(&bare(CLIENT_PUBLIC)).unwrap();
    assert!(public.verifies(TEXT, OPENSSL) && !public.verifies(TEXT, PLATFORMS) && !public.verifies(TEXT, "skip"));
    let halved: String =
        CLIENT_PUBLIC.lines().take(4).chain(["-----END PUBLIC KEY-----"]).collect::<Vec<_>>().join("\n");
    for pem in ["", "MIIB", CLIENT_PRIVATE, SHORT_PUBLIC, halved.as_str(), "-----BEGIN PUBLIC KEY-----"] {
        assert!(PublicKey::from_pem(pem).is_none(), "{pem}");
    }
    for pem in ["", "MIIB", CLIENT_PUBLIC, SHORT_PRIVATE] {
        assert!(PrivateKey::from_pem(pem).is_none(), "{pem}");
    }
}
