//! Reading parameters and writing answers, without a float in between.
//!
//! The vendors' samples mix strings and numbers freely, so every parameter is taken in either form, and every amount is
//! written in the form that the sample of its call shows.

use std::collections::BTreeMap;
use std::fmt::Write;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// Above this an amount is taken for a mistake: a hundred thousand million yuan.
pub(crate) const MAX_FEN: i64 = 10_000_000_000_000;

/// What is wrong with a parameter; each system has its own code for either.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// It is absent or empty.
    Missing,
    /// It is there, but can't be what it should.
    Bad,
}

/// The members of a JSON object, each kept as it was written.
#[derive(Deserialize)]
#[serde(transparent)]
pub(crate) struct Params(BTreeMap<String, Box<RawValue>>);

impl Params {
    /// Reads a body; anything but one JSON object is a bad parameter.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, Flaw> {
        serde_json::from_slice(body).map(Self).map_err(|_| Flaw::Bad)
    }

    /// Parameters that came as plain texts, in a query.
    pub(crate) fn of_texts(texts: impl IntoIterator<Item = (String, String)>) -> Self {
        let keep = |(name, text): (String, String)| Some((name, RawValue::from_string(quoted(&text)).ok()?));
        Self(texts.into_iter().filter_map(keep).collect())
    }

    /// The JSON of a member as it was written; `null` counts as absent.
    pub(crate) fn json(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|raw| raw.get()).filter(|json| *json != "null")
    }

    /// A string, or a number's digits; `null` counts as absent.
    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, Flaw> {
        let Some(raw) = self.0.get(name).map(|raw| raw.get()) else { return Ok(None) };
        match raw.as_bytes().first() {
            Some(b'n') => Ok(None),
            Some(b'"') => serde_json::from_str(raw).map(Some).map_err(|_| Flaw::Bad),
            Some(b'-' | b'0'..=b'9') => Ok(Some(raw.to_owned())),
            _ => Err(Flaw::Bad),
        }
    }

    /// A text that isn't empty.
    pub(crate) fn given(&self, name: &str) -> Result<Option<String>, Flaw> {
        Ok(self.text(name)?.filter(|text| !text.is_empty()))
    }

    /// A text that must be there and must not be empty.
    pub(crate) fn required(&self, name: &str) -> Result<String, Flaw> {
        self.given(name)?.ok_or(Flaw::Missing)
    }

    /// An exact number. An empty string counts as absent, as it does for a required text.
    pub(crate) fn decimal(&self, name: &str) -> Result<Option<Decimal>, Flaw> {
        let Some(text) = self.given(name)? else { return Ok(None) };
        let exact =
            if text.contains(['e', 'E']) { Decimal::from_scientific(&text) } else { Decimal::from_str_exact(&text) };
        exact.map(Some).map_err(|_| Flaw::Bad)
    }

    /// A whole number; `1.0` is one.
    pub(crate) fn whole(&self, name: &str) -> Result<Option<i64>, Flaw> {
        let Some(number) = self.decimal(name)? else { return Ok(None) };
        if !number.fract().is_zero() {
            return Err(Flaw::Bad);
        }
        number.to_i64().map(Some).ok_or(Flaw::Bad)
    }

    /// A whole number that must be there.
    pub(crate) fn required_whole(&self, name: &str) -> Result<i64, Flaw> {
        self.whole(name)?.ok_or(Flaw::Missing)
    }

    /// An amount of yuan, in fen. More than two decimals, a minus sign or an absurd size is a bad parameter.
    pub(crate) fn fen(&self, name: &str) -> Result<Option<i64>, Flaw> {
        let Some(yuan) = self.decimal(name)? else { return Ok(None) };
        let fen = yuan.checked_mul(Decimal::ONE_HUNDRED).ok_or(Flaw::Bad)?;
        if !fen.fract().is_zero() {
            return Err(Flaw::Bad);
        }
        let fen = fen.to_i64().ok_or(Flaw::Bad)?;
        if (0..=MAX_FEN).contains(&fen) { Ok(Some(fen)) } else { Err(Flaw::Bad) }
    }

    /// An amount of yuan that must be there and more than nothing.
    pub(crate) fn positive_fen(&self, name: &str) -> Result<i64, Flaw> {
        match self.fen(name)? {
            None => Err(Flaw::Missing),
            Some(0) => Err(Flaw::Bad),
            Some(fen) => Ok(fen),
        }
    }
}

/// Two decimals, as in `14493.80`.
pub(crate) fn two_places(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let fen = fen.unsigned_abs();
    format!("{sign}{}.{:02}", fen / 100, fen % 100)
}

/// As a float is printed: `14493.8`, `80.0`.
pub(crate) fn short(fen: i64) -> String {
    let text = two_places(fen);
    text.strip_suffix('0').map_or_else(|| text.clone(), str::to_owned)
}

/// Without decimals where there are none: `1000`, `0`, `14493.8`.
pub(crate) fn plain(fen: i64) -> String {
    let text = short(fen);
    text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
}

/// A whole number printed as a float: `5.0`.
pub(crate) fn float(whole: i64) -> String {
    format!("{whole}.0")
}

/// A JSON string.
pub(crate) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// A JSON object under construction. Members stay in the order they are added, which is that of the samples.
pub(crate) struct Object(String);

impl Object {
    pub(crate) fn new() -> Self {
        Self("{".to_owned())
    }

    /// Adds a member whose value is JSON already.
    pub(crate) fn raw(mut self, name: &str, json: impl std::fmt::Display) -> Self {
        let comma = if self.0.len() > 1 { "," } else { "" };
        // Writing to a String cannot fail.
        let _ = write!(self.0, "{comma}{}:{json}", quoted(name));
        self
    }

    /// Adds a member that is a string.
    pub(crate) fn text(self, name: &str, text: &str) -> Self {
        self.raw(name, quoted(text))
    }

    pub(crate) fn end(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

/// A JSON array of items that are JSON already.
pub(crate) fn array(items: impl IntoIterator<Item = String>) -> String {
    let items: Vec<String> = items.into_iter().collect();
    format!("[{}]", items.join(","))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_exactly_from_numbers_and_strings() {
        let table: &[(&str, Result<Option<i64>, Flaw>)] = &[
            (r#"{"m":100}"#, Ok(Some(10_000))),
            (r#"{"m":"100"}"#, Ok(Some(10_000))),
            (r#"{"m":100.10}"#, Ok(Some(10_010))),
            (r#"{"m":"0.01"}"#, Ok(Some(1))),
            (r#"{"m":1e2}"#, Ok(Some(10_000))),
            (r#"{"m":0.30}"#, Ok(Some(30))),
            (r#"{"m":1.000}"#, Ok(Some(100))),
            (r#"{"m":0}"#, Ok(Some(0))),
            (r#"{"m":null}"#, Ok(None)),
            (r#"{"m":""}"#, Ok(None)),
            (r"{}", Ok(None)),
            (r#"{"m":0.001}"#, Err(Flaw::Bad)),
            (r#"{"m":-1}"#, Err(Flaw::Bad)),
            (r#"{"m":1e40}"#, Err(Flaw::Bad)),
            (r#"{"m":1e99999999999}"#, Err(Flaw::Bad)),
            (r#"{"m":1e-400}"#, Err(Flaw::Bad)),
            (r#"{"m":79228162514264337593543950335}"#, Err(Flaw::Bad)),
            (r#"{"m":"ten"}"#, Err(Flaw::Bad)),
            (r#"{"m":true}"#, Err(Flaw::Bad)),
            (r#"{"m":[1]}"#, Err(Flaw::Bad)),
            (r#"{"m":100000000001}"#, Err(Flaw::Bad)),
        ];
        for (body, expected) in table {
            assert_eq!(Params::parse(body.as_bytes()).unwrap().fen("m"), *expected, "{body}");
        }
    }

    #[test]
    fn amounts_are_written_in_the_samples_forms() {
        let table = [
            (1_449_380, "14493.80", "14493.8", "14493.8"),
            (8_000, "80.00", "80.0", "80"),
            (5, "0.05", "0.05", "0.05"),
            (0, "0.00", "0.0", "0"),
            (-1_050, "-10.50", "-10.5", "-10.5"),
        ];
        for (fen, two, shorter, plainest) in table {
            assert_eq!((two_places(fen).as_str(), short(fen).as_str(), plain(fen).as_str()), (two, shorter, plainest));
        }
    }

    #[test]
    fn only_an_object_is_a_body() {
        for body in ["", "[]", "1", "{", "{\"card_id\u{201c}: \"000001\"}", "{'a':1}"] {
            assert_eq!(Params::parse(body.as_bytes()).err(), Some(Flaw::Bad), "{body}");
        }
        assert_eq!(Params::parse(b"\"\xff\"").err(), Some(Flaw::Bad));
    }
}
