//! The Gree member platform: the document's samples, its refusals, and every setting.

#![allow(clippy::unwrap_used)]

mod access;
mod coupons;
mod members;
mod office;
mod orders;
mod points;
mod sms;

use serde_json::Value;
use tillbook_sandbox::gree::{self, Gree, Profile, Settings};
use tillbook_sandbox::{Request, Response};

/// A quarter to seven in the evening of the 26th of September 2021 in Beijing.
pub(crate) const NOW_MS: i64 = 1_632_653_100_000;
pub(crate) const DAY_MS: i64 = 86_400_000;
/// The member that every bench has, with a hundred points.
pub(crate) const PHONE: &str = "15980947959";

/// A platform, a token for it, and the time.
pub(crate) struct Bench {
    pub(crate) gree: Gree,
    pub(crate) token: String,
    pub(crate) now_ms: i64,
}

impl Bench {
    pub(crate) fn new(settings: Settings) -> Self {
        let mut gree = Gree::new(settings);
        let token = gree.office(NOW_MS).issue_tokens().access_token;
        gree.office(NOW_MS).add_member(PHONE, Profile::new("张三"), 100, 0).unwrap();
        Self { gree, token, now_ms: NOW_MS }
    }

    pub(crate) fn request(&self, method: &str, body: &str) -> Request {
        gree::request(self.gree.settings(), &self.token, self.now_ms, method, body)
    }

    pub(crate) fn handle(&mut self, request: &Request) -> Response {
        self.gree.handle(self.now_ms, request)
    }

    /// The answer's text.
    pub(crate) fn text(&mut self, method: &str, body: &str) -> String {
        let request = self.request(method, body);
        let response = self.handle(&request);
        assert_eq!(response.status, 200);
        response.text()
    }

    pub(crate) fn call(&mut self, method: &str, body: &Value) -> Value {
        serde_json::from_str(&self.text(method, &body.to_string())).unwrap()
    }

    /// The data of a success.
    pub(crate) fn data(&mut self, method: &str, body: &Value) -> Value {
        let mut answer = self.call(method, body);
        assert_eq!(answer["success"], true, "{answer}");
        answer["data"].take()
    }

    /// The code of a refusal, which leaves nothing behind.
    pub(crate) fn code(&mut self, method: &str, body: &Value) -> i64 {
        let lines = self.gree.ledger().len();
        let answer = self.call(method, body);
        assert_eq!(answer["success"], false, "{answer}");
        assert_eq!(answer["data"], Value::Null);
        assert_eq!(self.gree.ledger().len(), lines, "{answer}");
        answer["error_code"].as_i64().unwrap()
    }

    pub(crate) fn open_id(&self) -> String {
        self.gree.member(PHONE).unwrap().open_id.clone()
    }

    pub(crate) fn score(&self) -> i64 {
        self.gree.member(PHONE).unwrap().score
    }
}

impl Default for Bench {
    fn default() -> Self {
        Self::new(Settings::default())
    }
}

/// An object with some members changed; null takes one away.
pub(crate) fn with(object: &Value, changes: &Value) -> Value {
    let mut object = object.clone();
    for (name, value) in changes.as_object().unwrap() {
        let members = object.as_object_mut().unwrap();
        if value.is_null() {
            members.remove(name);
        } else {
            members.insert(name.clone(), value.clone());
        }
    }
    object
}
