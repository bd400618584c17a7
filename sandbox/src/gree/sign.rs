//! The signature, and requests that carry one.

use form_urlencoded::Serializer;
use md5::{Digest, Md5};

use super::endpoint::Endpoint;
use super::settings::Settings;
use crate::Request;

/// MD5 in lower hex.
pub(super) fn md5_hex(text: &[u8]) -> String {
    hex(&Md5::digest(text))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(|half| char::from_digit(half.into(), 16)).collect()
}

/// Signs query parameters and a body: the parameters in the order of their names, each name followed by its value, then
/// the body, then the secret. The parameter `sign` and those without a value are left out.
///
/// ```
/// let query = [("foo", "1"), ("bar", "2"), ("foo_bar", "3"), ("foobar", "4")];
/// let sign = tillbook_sandbox::gree::sign(query, br#"{"orderNo":123}"#, "XYZ");
/// assert_eq!(sign, "546e4aa36d2d624da5ff816ca030951c");
/// ```
#[must_use]
pub fn sign<'a>(query: impl IntoIterator<Item = (&'a str, &'a str)>, body: &[u8], app_secret: &str) -> String {
    let mut signed: Vec<(&str, &str)> =
        query.into_iter().filter(|(name, value)| *name != "sign" && !value.is_empty()).collect();
    signed.sort_unstable();
    let mut hasher = Md5::new();
    for (name, value) in signed {
        hasher.update(name);
        hasher.update(value);
    }
    hasher.update(body);
    hasher.update(app_secret);
    hex(&hasher.finalize())
}

/// A signed call of `method` (for instance `"wk.user.info.query"`), sent at `now_ms` by POST.
///
/// `token` is the access token, or the refresh token where `method` asks for a new access token; the call that asks for
/// both has no use for it. A name that is no method still makes a request; it is the platform that answers 404 to it.
#[must_use]
pub fn request(settings: &Settings, token: &str, now_ms: i64, method: &str, body: &str) -> Request {
    let timestamp = now_ms.to_string();
    let credential = match method.parse() {
        Ok(Endpoint::TokenQuery) => ("app_id", settings.app_id.as_str()),
        Ok(Endpoint::TokenRefresh) => ("refresh_token", token),
        _ => ("access_token", token),
    };
    let query = [credential, ("timestamp", timestamp.as_str())];
    let sign = sign(query, body.as_bytes(), &settings.app_secret);
    let query = Serializer::new(String::new()).extend_pairs(query).append_pair("sign", &sign).finish();
    Request {
        method: "POST".to_owned(),
        path: format!("{}{method}{}?{query}", Endpoint::PREFIX, Endpoint::SUFFIX),
        headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
        body: body.as_bytes().to_vec(),
    }
}
