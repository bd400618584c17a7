//! The provider against the document's samples, its own signatures and those of OpenSSL, and a remote that plays along.
//!
//! The keys in this folder are for tests alone: they are published with this source.
#![allow(clippy::unwrap_used)]

mod answers;
mod config;
mod probe;
mod push;
mod reads;
mod requests;
mod sandbox;
mod sign;

use std::collections::BTreeMap;

use super::{Freemud, FreemudConfig, FreemudRegisterType};
use crate::clock::Timestamp;
use crate::model::{Act, CardNumber, Context, Phone, Promise, Told};
use crate::provider::{Bound, Original, Outgoing, Provider, Seal, WireCall};
use crate::transport::HttpResponse;
use crate::units::Points;

const CLIENT_PRIVATE: &str = include_str!("test-only-client-private.pem");
const CLIENT_PUBLIC: &str = include_str!("test-only-client-public.pem");
const PLATFORM_PRIVATE: &str = include_str!("test-only-platform-private.pem");
const PLATFORM_PUBLIC: &str = include_str!("test-only-platform-public.pem");
const SHORT_PRIVATE: &str = include_str!("test-only-short-private.pem");
const SHORT_PUBLIC: &str = include_str!("test-only-short-public.pem");

/// The member of most tests.
const MEMBER: &str = "115596590488056494";
const KEY: &str = "q235246245234";

/// The installation of the samples.
fn config() -> FreemudConfig {
    let mut config = FreemudConfig::new(
        "http://127.0.0.1:8080",
        "2eb5c8f1170246429755e6dac313f89d",
        "1864",
        "test",
        "xcx",
        FreemudRegisterType::Store,
    );
    config.unsigned = true;
    config
}

fn with(change: impl FnOnce(&mut FreemudConfig)) -> Freemud {
    let mut config = config();
    change(&mut config);
    Freemud::new(config).unwrap()
}

fn freemud() -> Freemud {
    with(|_| {})
}

fn answer(status: u16, body: impl Into<Vec<u8>>) -> HttpResponse {
    HttpResponse { status, headers: Vec::new(), body: body.into() }
}

/// An unsigned answer around its body.
fn success(body: &str) -> HttpResponse {
    answer(
        200,
        serde_json::json!({"ver": "1", "statusCode": "100", "message": "成功", "responseBody": body}).to_string(),
    )
}

fn error(code: &str, message: &str) -> HttpResponse {
    answer(200, serde_json::json!({"ver": "1", "statusCode": code, "message": message}).to_string())
}

fn card() -> CardNumber {
    CardNumber::new("001").unwrap()
}

fn points(points: i64) -> Points {
    Points::new(points)
}

fn accrue() -> Act {
    Act::AccruePoints { card: card(), points: Some(points(8)), amount: None, order: None }
}

fn register() -> Act {
    Act::Register {
        card: card(),
        phone: Phone::new("13333333333").unwrap(),
        name: None,
        gender: None,
        birthday: None,
        sms_code: None,
    }
}

/// An operation with everything around it, to be changed by a test and then lent as an [`Outgoing`].
struct Op {
    act: Act,
    reference: &'static str,
    key: &'static str,
    context: Context,
    original: Option<Original>,
    told: Told,
    promise: Option<Promise>,
    resent: bool,
    bound: Bound,
    memory: BTreeMap<String, String>,
}

impl Op {
    fn new(act: Act) -> Self {
        Op {
            act,
            reference: MEMBER,
            key: KEY,
            context: Context::default(),
            original: None,
            told: Told::default(),
            promise: None,
            resent: false,
            bound: Bound::default(),
            memory: BTreeMap::new(),
        }
    }

    fn lend(&self) -> Outgoing<'_> {
        Outgoing {
            act: &self.act,
            reference: self.reference,
            key: self.key,
            at: Timestamp::from_millis(0),
            context: &self.context,
            original: self.original.as_ref(),
            told: &self.told,
            promise: self.promise,
            bound: &self.bound,
            card_part_only: false,
            resent: self.resent,
            memory: &self.memory,
        }
    }
}

fn sealed(freemud: &Freemud, call: WireCall, nonce: &str) -> WireCall {
    freemud.seal(call, &Seal { token: None, at: Timestamp::from_millis(0), nonce })
}

/// What is inside of a call that has not been wrapped.
fn inner(call: &WireCall) -> serde_json::Value {
    serde_json::from_slice(&call.body).unwrap()
}
