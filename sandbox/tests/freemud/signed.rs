//! Who may call: signatures, credentials, transaction ids, paths.

use serde_json::Value;
use tillbook_sandbox::Request;
use tillbook_sandbox::freemud::{
    Endpoint, PublicKey, Settings, StatusCode, TEST_PLATFORM_PUBLIC_KEY_PEM, request, signed_text,
};

use crate::{MEMBER, NOW_MS, client_key, code, envelope, keyed, points, sample, spend, transaction, with};

// What `openssl dgst -sha256 -sign` makes of the two texts below.
const REQUEST_SIGN: &str = "EUruQxudQNbq6Du3H2RlsvAQORNsCyC1stws/JeLVeQCm2rAzyS0Gi7UMlTgQo4qFQ6qxj0xGMiphoRbfKzJR7ynR8GM3UUH45BeHO5FUS69I3jAdf+rJkcuCb5s3nxZO7kMjVKI62sjc3qGXF2k5CZ6oUayo/04VfT+03BooyBb3o0ao/RrOyMem3H202FH7eWjC3hj2k+/uWrom0s2Q66Xux8SySWr6fUJaAcVq703RZ8pOhr3C8C3MBtPvbcLyJf7IKkrbE5/acEA19FHSm/gCC6o/Tl75awUky6pEL52gtjJCK0cWqVWmPDBGp/WXUUQwkrsQqvGwOKzaoZ9xg==";
const ANSWER_SIGN: &str = "C3DDevREpVdBDfFmKlszAKrFudJi79XIbgrTvcEoAqhX5pWWANnDe7qK/LldEHzh1OuZEAtrcxrRemJcpnGYPUT6LUffncdY1SV5LxOWki8f7Dafm9DUH9gqk7DzTnlvZPG5JlOuruP/eKHoWglD+1mHCj6SFGqFO0uv0dhB7ZIECcyFnPwUOIIpLyIEGPujBdtbdzrQ3BMxQOwG2f4L2JmHycrb/JBoVi2L3z83zXlEXkZBg45QgBPlwYCJWrqictrxa5FtDZJcAyGGTeW4HMWkLAbHWbSd8KV7mOxqVNBsdrFpWF+dE7ezelAErDSsFuLubnYtwcKrcGj806hySA==";

#[test]
fn a_signature_made_elsewhere_is_taken_and_the_answers_is_as_one_made_elsewhere() {
    let mut freemud = with(keyed());
    let body = format!(r#"{{"partnerId":"1864","memberId":"{MEMBER}"}}"#);
    let signed = request(freemud.settings(), Some(&client_key()), "score/statisticalScore", "t-1", &body);
    let sent: Value = serde_json::from_slice(&signed.body).unwrap();
    assert_eq!(sent["sign"], REQUEST_SIGN);
    let answer = envelope(&mut freemud, &signed);
    assert_eq!(answer["responseBody"], r#"{"currentScore":100,"totalScore":100,"usedScore":0}"#);
    assert_eq!((&answer["statusCode"], &answer["message"]), (&"100".into(), &"成功".into()));
    assert_eq!(answer["sign"], ANSWER_SIGN);
}

#[test]
fn errors_are_signed_too() {
    let mut freemud = with(keyed());
    let signed = request(freemud.settings(), Some(&client_key()), "score/statisticalScore", "t-1", "{}");
    let answer = envelope(&mut freemud, &signed);
    assert_eq!(answer["statusCode"], "21");
    let fields: Vec<(String, String)> = answer
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
        .collect();
    let text = signed_text(fields.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    assert_eq!(text, "message=缺少必填参数&statusCode=21&ver=1");
    let platform = PublicKey::from_pem(TEST_PLATFORM_PUBLIC_KEY_PEM).unwrap();
    assert!(platform.verify(&text, answer["sign"].as_str().unwrap()));
}

/// What is done to a good request.
enum Spoilt {
    Nothing,
    /// This in the body becomes that.
    Body(&'static str, &'static str),
    WholeBody(&'static str),
    Header(&'static str, Option<&'static str>),
}

impl Spoilt {
    fn spoil(&self, request: &mut Request) {
        match *self {
            Self::Nothing => {}
            Self::Body(from, to) => {
                let text = String::from_utf8(request.body.clone()).unwrap();
                assert!(text.contains(from), "{text}");
                request.body = text.replacen(from, to, 1).into_bytes();
            }
            Self::WholeBody(body) => request.body = body.as_bytes().to_vec(),
            Self::Header(name, value) => {
                request.headers.retain(|(key, _)| key != name);
                request.headers.extend(value.map(|value| (name.to_owned(), value.to_owned())));
            }
        }
    }
}

#[test]
fn a_request_that_is_not_the_clients_gets_a_code_of_its_own() {
    let table = [
        (Spoilt::Nothing, "100"),
        (Spoilt::Body(r#"\"score\":1"#, r#"\"score\":2"#), "10"),
        (Spoilt::Body(r#""ver":1"#, r#""ver":1,"more":"x""#), "10"),
        (Spoilt::Body(r#""sign":""#, r#""sign":"AA"#), "10"),
        (Spoilt::Body(r#""sign":"#, r#""signature":"#), "10"),
        // Empty fields aren't signed, nor is null.
        (Spoilt::Body(r#""ver":1"#, r#""ver":1,"more":"","and":null"#), "100"),
        // A number is signed as it is written, which the text 1 is as well.
        (Spoilt::Body(r#""ver":1"#, r#""ver":"1""#), "100"),
        (Spoilt::Body(r#""partnerId":"1864""#, r#""partnerId":"1865""#), "11"),
        (Spoilt::Body(r#""appId":"2e"#, r#""appId":"3e"#), "11"),
        (Spoilt::Body(r#""requestBody""#, r#""body""#), "21"),
        (Spoilt::WholeBody("[]"), "22"),
        (Spoilt::Header("access_token", None), "12"),
        (Spoilt::Header("access_token", Some("guess")), "12"),
        (Spoilt::Header("x-transaction-id", None), "21"),
    ];
    for (index, (spoilt, expected)) in table.iter().enumerate() {
        let mut freemud = with(keyed());
        let body = spend("k", 1, "o").to_string();
        let mut sent = request(freemud.settings(), Some(&client_key()), "score/opt/15", &transaction(), &body);
        spoilt.spoil(&mut sent);
        assert_eq!(envelope(&mut freemud, &sent)["statusCode"], *expected, "row {index}");
        assert_eq!(freemud.ledger().len() == 2, *expected == "100", "row {index}");
    }
}

#[test]
fn a_failing_platform_answers_500_and_does_nothing() {
    let mut freemud = with(Settings { failing: true, ..Settings::default() });
    assert_eq!(code(&mut freemud, "score/opt/15", &spend("k", 1, "o")), "500");
    assert_eq!(points(&freemud).0, 100);
}

#[test]
fn skip_is_taken_where_there_is_no_key_or_a_setting_allows_it() {
    let table = [(Settings::default(), "100"), (keyed(), "10"), (Settings { allow_skip: true, ..keyed() }, "100")];
    for (settings, expected) in table {
        assert_eq!(code(&mut with(settings), "score/opt/15", &spend("k", 1, "o")), expected);
    }
}

#[test]
fn a_transaction_id_serves_once() {
    let mut freemud = sample();
    let sent = request(freemud.settings(), None, "score/opt/15", "same", &spend("k", 1, "o").to_string());
    assert_eq!(envelope(&mut freemud, &sent)["statusCode"], "100");
    assert_eq!(envelope(&mut freemud, &sent)["statusCode"], "13");
    freemud.settings_mut().transaction_once = false;
    assert_eq!(envelope(&mut freemud, &sent)["statusCode"], "100");
    assert_eq!(points(&freemud).0, 99);
}

#[test]
fn paths_and_methods_outside_the_interface_are_told_by_the_status() {
    let mut freemud = sample();
    let good = request(freemud.settings(), None, "getMembers", "t", "{}");
    for (method, path, status) in [
        ("GET", "/member/getMembers", 405),
        ("POST", "/member/score/opt/2", 404),
        ("POST", "/member/", 404),
        ("POST", "/other", 404),
    ] {
        let request = Request { method: method.to_owned(), path: path.to_owned(), ..good.clone() };
        assert_eq!(freemud.handle(NOW_MS, &request).status, status, "{method} {path}");
    }
    for endpoint in Endpoint::ALL {
        assert_eq!(endpoint.name().parse(), Ok(endpoint));
    }
}

#[test]
fn settings_survive_json_with_their_keys() {
    let text = serde_json::to_string(&keyed()).unwrap();
    assert_eq!(serde_json::from_str::<Settings>(&text).unwrap(), keyed());
    assert!(serde_json::from_str::<Settings>(r#"{"client_key":"no key"}"#).is_err());
    assert_eq!(StatusCode::ALL.iter().filter(|status| status.code() == "100").count(), 0);
}
