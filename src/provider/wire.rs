//! Reading the JSON that remote systems send, and writing the JSON they get, without a float in between.
//!
//! Every integer and amount may arrive as a number or as a string, `null` equals missing, unknown members are ignored.
//! A member is kept as it was written until somebody asks for it, so that no figure loses a digit on its way.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde_json::value::RawValue;

/// Longest text of a remote's own message that is passed on.
const MESSAGE_CHARS: usize = 200;

/// The members of a JSON object, each as it was written.
pub(crate) struct Fields<'a>(BTreeMap<String, &'a RawValue>);

/// What a remote says instead of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Envelope {
    /// The code in plain digits where it is a whole number, else as it was written.
    pub(crate) code: String,
    pub(crate) message: String,
}

impl<'a> Fields<'a> {
    /// The members, if `body` is one JSON object and nothing else.
    pub(crate) fn of_body(body: &'a [u8]) -> Option<Self> {
        serde_json::from_slice(without_mark(body)).ok().map(Fields)
    }

    /// The members, if `raw` is an object.
    pub(crate) fn of(raw: &'a RawValue) -> Option<Self> {
        serde_json::from_str(raw.get()).ok().map(Fields)
    }

    /// What was written, unless it is missing or null.
    pub(crate) fn raw(&self, name: &str) -> Option<&'a RawValue> {
        self.0.get(name).copied().filter(|raw| raw.get() != "null")
    }

    /// A string's content or a number's digits; `None` for anything else.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        text_of(self.raw(name)?)
    }

    /// A text without white space around it; an empty one is `None`.
    pub(crate) fn filled(&self, name: &str) -> Option<String> {
        let text = self.text(name)?;
        let trimmed = text.trim();
        (!trimmed.is_empty()).then(|| trimmed.to_owned())
    }

    /// An exact number, whichever way it is written.
    pub(crate) fn decimal(&self, name: &str) -> Option<Decimal> {
        parse_decimal(&self.text(name)?)
    }

    /// A whole number; `30.0` is one.
    pub(crate) fn whole(&self, name: &str) -> Option<i64> {
        as_whole(self.decimal(name)?)
    }

    /// The items of an array.
    pub(crate) fn items(&self, name: &str) -> Option<Vec<&'a RawValue>> {
        items_of(self.raw(name)?)
    }

    /// The error that the object tells, if its member `code` is there.
    pub(crate) fn envelope(&self, code: &str, message: &str) -> Option<Envelope> {
        let raw = self.raw(code)?;
        let code = match self.whole(code) {
            Some(whole) => whole.to_string(),
            None => plain_line(&text_of(raw).unwrap_or_else(|| raw.get().to_owned())),
        };
        Some(Envelope { code, message: plain_line(&self.text(message).unwrap_or_default()) })
    }
}

/// The items, if `body` is one JSON array and nothing else.
pub(crate) fn items_of_body(body: &[u8]) -> Option<Vec<&RawValue>> {
    serde_json::from_slice(without_mark(body)).ok()
}

/// The items, if `raw` is an array.
pub(crate) fn items_of(raw: &RawValue) -> Option<Vec<&RawValue>> {
    serde_json::from_str(raw.get()).ok()
}

/// A string's content or a number's digits; `None` for anything else.
pub(crate) fn text_of(raw: &RawValue) -> Option<String> {
    match raw.get().as_bytes().first()? {
        b'"' => serde_json::from_str(raw.get()).ok(),
        b'-' | b'0'..=b'9' => Some(raw.get().to_owned()),
        _ => None,
    }
}

/// A whole number, if it is one and fits.
pub(crate) fn as_whole(number: Decimal) -> Option<i64> {
    number.fract().is_zero().then(|| number.to_i64()).flatten()
}

/// A number in digits, with an exponent or without. Decimals beyond what the type holds are rounded away: a remote's long
/// tail must not make its answer unreadable.
pub(crate) fn parse_decimal(text: &str) -> Option<Decimal> {
    let text = text.trim();
    // The decimal's own parser also takes underscores.
    if text.is_empty() || !text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E')) {
        return None;
    }
    if text.contains(['e', 'E']) { Decimal::from_scientific(text).ok() } else { text.parse().ok() }
}

/// Some servers put a byte order mark in front.
fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

/// A remote's text, short and on one line.
fn plain_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MESSAGE_CHARS).collect::<String>().trim().to_owned()
}

/// A JSON object under construction, its members in the order they are added.
pub(crate) struct Object(String);

impl Object {
    pub(crate) fn new() -> Self {
        Object("{".to_owned())
    }

    /// Adds a string.
    pub(crate) fn text(self, name: &str, text: &str) -> Self {
        let quoted = serde_json::Value::from(text).to_string();
        self.member(name, &quoted)
    }

    /// Adds a string where there is one.
    pub(crate) fn maybe_text(self, name: &str, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.text(name, text),
            None => self,
        }
    }

    /// Adds a number with exactly these digits.
    pub(crate) fn number(self, name: &str, number: Decimal) -> Self {
        self.member(name, &number.to_string())
    }

    pub(crate) fn into_bytes(mut self) -> Vec<u8> {
        self.0.push('}');
        self.0.into_bytes()
    }

    pub(crate) fn member(mut self, name: &str, json: &str) -> Self {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        self.0.push_str(&serde_json::Value::from(name).to_string());
        self.0.push(':');
        self.0.push_str(json);
        self
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn exact(text: &str) -> Decimal {
        Decimal::from_str_exact(text).unwrap()
    }

    #[test]
    fn a_number_is_exact_whether_it_is_written_as_one_or_as_a_string() {
        let cases = [
            ("14493.80", Some("14493.80")),
            (r#""14493.80""#, Some("14493.80")),
            (r#"" 14493.80 ""#, Some("14493.80")),
            ("0.1", Some("0.1")),
            ("9007199254740993", Some("9007199254740993")),
            (r#""9007199254740993.01""#, Some("9007199254740993.01")),
            ("-5", Some("-5")),
            (r#""+5""#, Some("5")),
            ("1e2", Some("100")),
            (r#""1.5E2""#, Some("150")),
            ("1e-3", Some("0.001")),
            ("0.30000000000000000000000000000000004", Some("0.3")),
            ("1e999999999", None),
            ("-1e-999999999", None),
            ("99999999999999999999999999999999", None),
            (r#""1_000""#, None),
            (r#""1,000""#, None),
            (r#""ten""#, None),
            (r#""""#, None),
            ("null", None),
            ("true", None),
            ("[1]", None),
            (r#"{"a": 1}"#, None),
        ];
        for (json, want) in cases {
            let body = format!(r#"{{"n": {json}}}"#);
            let fields = Fields::of_body(body.as_bytes()).unwrap();
            assert_eq!(fields.decimal("n"), want.map(exact), "{json}");
            assert_eq!(fields.decimal("m"), None);
        }
    }

    #[test]
    fn a_whole_number_may_come_as_a_float_or_a_string_but_has_no_fraction() {
        for (json, want) in [
            ("30.0", Some(30)),
            (r#""1003""#, Some(1003)),
            ("9223372036854775807", Some(i64::MAX)),
            ("9223372036854775808", None),
            ("30.5", None),
        ] {
            let body = format!(r#"{{"n": {json}}}"#);
            assert_eq!(Fields::of_body(body.as_bytes()).unwrap().whole("n"), want, "{json}");
        }
    }

    #[test]
    fn null_is_missing_and_blank_is_not_filled() {
        let fields =
            Fields::of_body(r#"{"a": null, "b": "  ", "c": " x ", "d": "\u4e2d", "e": 5}"#.as_bytes()).unwrap();
        assert_eq!((fields.text("a"), fields.filled("b")), (None, None));
        assert_eq!(fields.text("b").as_deref(), Some("  "));
        assert_eq!(fields.filled("c").as_deref(), Some("x"));
        assert_eq!(fields.filled("d").as_deref(), Some("中"));
        assert_eq!(fields.filled("e").as_deref(), Some("5"));
    }

    #[test]
    fn only_one_whole_value_is_a_body() {
        let bad: [&[u8]; 7] = [b"", b"[]", b"{", b"{} {}", b"\"{}\"", b"{\"a\": \"\xff\"}", b"<html>"];
        for body in bad {
            assert!(Fields::of_body(body).is_none(), "{body:?}");
        }
        assert!(Fields::of_body(b"\xef\xbb\xbf{}").is_some(), "a byte order mark in front is no harm");
        assert_eq!(items_of_body(b"[1, {}]").unwrap().len(), 2);
        assert!(items_of_body(b"{}").is_none());
    }

    #[test]
    fn an_error_is_told_by_a_number_or_a_string_and_its_message_is_short_and_on_one_line() {
        let cases = [
            (r#"{"errcode": 4}"#.to_owned(), Some(("4", ""))),
            (r#"{"errcode": "4", "errmsg": "a\nb"}"#.to_owned(), Some(("4", "a b"))),
            (r#"{"errcode": 4.0, "errmsg": null}"#.to_owned(), Some(("4", ""))),
            (r#"{"errcode": "E7"}"#.to_owned(), Some(("E7", ""))),
            (r#"{"errcode": [1]}"#.to_owned(), Some(("[1]", ""))),
            (r#"{"errcode": ""}"#.to_owned(), Some(("", ""))),
            (r#"{"errcode": null, "errmsg": "x"}"#.to_owned(), None),
            (r#"{"errmsg": "x"}"#.to_owned(), None),
        ];
        for (body, want) in cases {
            let got = Fields::of_body(body.as_bytes()).unwrap().envelope("errcode", "errmsg");
            let want = want.map(|(code, message)| Envelope { code: code.to_owned(), message: message.to_owned() });
            assert_eq!(got, want, "{body}");
        }
        let long = format!(r#"{{"errcode": 1, "errmsg": "{}"}}"#, "错".repeat(1000));
        let envelope = Fields::of_body(long.as_bytes()).unwrap().envelope("errcode", "errmsg").unwrap();
        assert_eq!(envelope.message.chars().count(), MESSAGE_CHARS);
    }

    #[test]
    fn an_object_is_written_strictly_and_in_order() {
        let body = Object::new()
            .text("b", "王\"\\\n")
            .maybe_text("gone", None)
            .maybe_text("a", Some(""))
            .number("n", Decimal::new(10050, 2))
            .into_bytes();
        assert_eq!(String::from_utf8(body).unwrap(), r#"{"b":"王\"\\\n","a":"","n":100.50}"#);
        assert_eq!(Object::new().into_bytes(), b"{}");
    }
}
