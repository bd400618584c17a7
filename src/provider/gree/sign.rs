//! The query of a request and the signature in it.

use std::fmt::Write;

use md5::{Digest, Md5};

use super::requests::method;
use crate::provider::{Seal, WireCall};

/// Query parameters, in the order in which they are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    /// A parameter more. One without a value is left out of the query and of the signature alike.
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        if !value.is_empty() {
            self.0.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// As it stands behind the question mark.
    pub(super) fn encoded(&self) -> String {
        let parameters: Vec<String> = self
            .0
            .iter()
            .map(|(name, value)| format!("{}={}", percent_encoded(name), percent_encoded(value)))
            .collect();
        parameters.join("&")
    }

    /// Reads what [`Query::encoded`] wrote.
    fn decoded(text: &str) -> Self {
        text.split('&')
            .filter_map(|parameter| parameter.split_once('='))
            .fold(Query::default(), |query, (name, value)| query.with(&percent_decoded(name), &percent_decoded(value)))
    }

    /// Gree document, 签名算法: names and values in the order of the names, then the body, then the secret; MD5 in lower hex.
    pub(super) fn signature(&self, body: &[u8], secret: &str) -> String {
        let mut parameters: Vec<&(String, String)> = self.0.iter().filter(|(name, _)| name != "sign").collect();
        parameters.sort();
        let mut digest = Md5::new();
        for (name, value) in parameters {
            digest.update(name);
            digest.update(value);
        }
        digest.update(body);
        digest.update(secret);
        digest.finalize().iter().fold(String::with_capacity(32), |mut hex, byte| {
            // Writing to a string can't fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

/// Puts token, time and signature on. The two calls that bring tokens have none.
pub(super) fn seal(call: WireCall, seal: &Seal<'_>, secret: &str) -> WireCall {
    let (path, query) = call.path.split_once('?').unwrap_or((&call.path, ""));
    let mut query = Query::decoded(query);
    let brings_token = [method::TOKEN_QUERY, method::TOKEN_REFRESH].iter().any(|method| path.contains(method));
    if let Some(token) = seal.token.filter(|_| !brings_token) {
        query = query.with("access_token", &token.0);
    }
    query = query.with("timestamp", &seal.at.millis().to_string());
    let sign = query.signature(&call.body, secret);
    let path = format!("{path}?{}", query.with("sign", &sign).encoded());
    WireCall { path, ..call }
}

fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string can't fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = match (first, tail) {
            (b'%', [high, low, ..]) => hex_digit(*high).zip(hex_digit(*low)),
            _ => None,
        };
        match escaped {
            Some((high, low)) => {
                bytes.push(high << 4 | low);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex_digit(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}
