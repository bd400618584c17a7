//! What every request and answer is wrapped in: a few top-level fields, one of them a string that holds JSON, and a
//! signature over all of them.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::key::PublicKey;
use crate::provider::wire::{self, Object};

/// What stands for a signature where there is no key.
pub(super) const SKIP: &str = "skip";

/// The top-level fields of what came in, each as the text that is signed: a string's content, anything else as it was
/// written. `null` equals empty.
pub(super) struct Envelope(BTreeMap<String, String>);

impl Envelope {
    /// The fields, if `text` is one JSON object and nothing else.
    pub(super) fn of(text: &str) -> Option<Self> {
        let fields: BTreeMap<String, &RawValue> = serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()?;
        let text_of = |raw: &RawValue| match raw.get() {
            "null" => String::new(),
            written => wire::text_of(raw).unwrap_or_else(|| written.to_owned()),
        };
        Some(Envelope(fields.into_iter().map(|(name, raw)| (name, text_of(raw))).collect()))
    }

    /// A field that is there and not empty.
    pub(super) fn filled(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|text| text.trim()).filter(|text| !text.is_empty())
    }

    /// The JSON inside.
    pub(super) fn body(&self) -> Option<&str> {
        self.filled("responseBody").or_else(|| self.filled("requestBody"))
    }

    pub(super) fn is_signed_by(&self, key: &PublicKey) -> bool {
        let fields = self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        self.filled("sign").is_some_and(|sign| key.verifies(&signed_text(fields), sign))
    }
}

/// What a signature is over: all fields but `sign` and empty ones, sorted by name, `name=value` joined by `&`.
pub(super) fn signed_text<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let sorted: BTreeMap<&str, &str> = fields.into_iter().collect();
    let signed = sorted.into_iter().filter(|(name, value)| *name != "sign" && !value.is_empty());
    signed.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

/// A request around its body.
pub(super) fn request(app_id: &str, partner_id: &str, body: &str, sign: impl FnOnce(&str) -> String) -> Vec<u8> {
    let text = signed_text([("appId", app_id), ("partnerId", partner_id), ("requestBody", body), ("ver", "1")]);
    Object::new()
        .text("appId", app_id)
        .text("partnerId", partner_id)
        .text("requestBody", body)
        .text("sign", &sign(&text))
        // A number in requests, a string in answers.
        .number("ver", 1.into())
        .into_bytes()
}

/// The answer to a push (1.5, its sample of an answer).
pub(super) fn acknowledgement(sign: impl FnOnce(&str) -> String) -> Vec<u8> {
    let fields = [("ver", "1"), ("statusCode", "100"), ("message", "成功")];
    let sign = sign(&signed_text(fields));
    let object = fields.into_iter().fold(Object::new(), |object, (name, value)| object.text(name, value));
    object.text("sign", &sign).into_bytes()
}
