//! What every request and answer is wrapped in, and what of it is signed.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::endpoint::Endpoint;
use super::key::PrivateKey;
use super::settings::Settings;
use super::status::StatusCode;
use crate::wire::{Flaw, Object};
use crate::{Request, Response};

/// What stands in `sign` where nothing was signed, as in the document's samples.
pub(super) const UNSIGNED: &str = "sign";
/// What a client without a key sends.
pub(super) const SKIP: &str = "skip";

/// The fields of a request's body, strings without their quotes.
pub(super) struct Envelope(BTreeMap<String, String>);

impl Envelope {
    pub(super) fn parse(body: &[u8]) -> Result<Self, Flaw> {
        let raw: BTreeMap<String, Box<RawValue>> = serde_json::from_slice(body).map_err(|_| Flaw::Bad)?;
        let mut fields = BTreeMap::new();
        for (name, value) in raw {
            let text = match value.get() {
                "null" => String::new(),
                text if text.starts_with('"') => serde_json::from_str(text).map_err(|_| Flaw::Bad)?,
                text => text.to_owned(),
            };
            fields.insert(name, text);
        }
        Ok(Self(fields))
    }

    /// A field that must not be empty.
    pub(super) fn required(&self, name: &str) -> Result<&str, Flaw> {
        self.0.get(name).map(String::as_str).filter(|text| !text.is_empty()).ok_or(Flaw::Missing)
    }

    pub(super) fn body(&self) -> Option<&str> {
        self.required("requestBody").ok()
    }

    pub(super) fn sign(&self) -> &str {
        self.0.get("sign").map_or("", String::as_str)
    }

    pub(super) fn signed_text(&self) -> String {
        signed_text(self.0.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    }
}

/// What a signature is over: the fields but `sign` and empty ones, sorted by name, `name=value` joined by `&`.
#[must_use]
pub fn signed_text<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let fields: BTreeMap<&str, &str> = fields.into_iter().collect();
    let pairs = fields.into_iter().filter(|(name, value)| *name != "sign" && !value.is_empty());
    pairs.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

pub(super) fn sign(key: Option<&PrivateKey>, fields: &[(&str, &str)]) -> String {
    match key {
        Some(key) => key.sign(&signed_text(fields.iter().copied())),
        None => UNSIGNED.to_owned(),
    }
}

/// A well-formed call of the endpoint `name` (for instance `"score/opt/15"`), with the credentials of `settings`, signed
/// by `key` or, without one, marked as unsigned.
///
/// A name that is no endpoint still makes a request; it is the sandbox that answers 404 to it.
#[must_use]
pub fn request(
    settings: &Settings,
    key: Option<&PrivateKey>,
    name: &str,
    transaction: &str,
    request_body: &str,
) -> Request {
    let sign = match key {
        Some(_) => sign(key, &request_fields(settings, request_body)),
        None => SKIP.to_owned(),
    };
    let body = Object::new()
        .text("appId", &settings.app_id)
        .text("partnerId", &settings.partner_id)
        .text("requestBody", request_body)
        .text("sign", &sign)
        .raw("ver", 1);
    let json = "application/json;charset=utf-8".to_owned();
    Request {
        method: "POST".to_owned(),
        path: format!("{}{name}", Endpoint::PREFIX),
        headers: vec![
            ("Content-Type".to_owned(), json.clone()),
            ("Accept".to_owned(), json),
            ("x-transaction-id".to_owned(), transaction.to_owned()),
            ("access_token".to_owned(), settings.access_token.clone()),
        ],
        body: body.end().into_bytes(),
    }
}

/// An answer in the form of all but one of the document's samples.
pub(super) fn answer(settings: &Settings, code: &str, message: &str, response_body: &str) -> Response {
    let fields = [("ver", "1"), ("statusCode", code), ("message", message), ("responseBody", response_body)];
    let sign = sign(settings.platform_key.as_ref(), &fields);
    let mut object = Object::new();
    for (name, value) in fields.into_iter().filter(|(_, value)| !value.is_empty()) {
        object = object.text(name, value);
    }
    Response::json(200, object.text("sign", &sign).end())
}

/// An answer that is wrapped like a request, as the sample of 1.2 shows it.
pub(super) fn answer_like_request(settings: &Settings, request_body: &str) -> Response {
    Response::json(200, wrapped(settings, request_body))
}

/// What the platform sends in the form of a request.
pub(super) fn wrapped(settings: &Settings, request_body: &str) -> String {
    let sign = sign(settings.platform_key.as_ref(), &request_fields(settings, request_body));
    wrapped_with(settings, request_body, &sign)
}

/// The same with any signature.
pub(super) fn wrapped_with(settings: &Settings, request_body: &str, sign: &str) -> String {
    Object::new()
        .raw("ver", 1)
        .text("partnerId", &settings.partner_id)
        .text("appId", &settings.app_id)
        .text("requestBody", request_body)
        .text("sign", sign)
        .end()
}

/// The fields of a request that are signed.
pub(super) fn request_fields<'a>(settings: &'a Settings, request_body: &'a str) -> [(&'a str, &'a str); 4] {
    [("appId", &settings.app_id), ("partnerId", &settings.partner_id), ("requestBody", request_body), ("ver", "1")]
}

/// How the platform words an error; signed, if it has a key.
#[must_use]
pub fn error_answer(settings: &Settings, status: StatusCode) -> Response {
    answer(settings, status.code(), &status.to_string(), "")
}
