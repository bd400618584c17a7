//! Tokens that a remote hands out for a while, and only so often: what a provider tells of its own, and what is kept.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::WireCall;
use crate::clock::Timestamp;
use crate::transport::HttpResponse;

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Secret(pub(crate) String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A token and when it ends, by the book's time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Token {
    pub(crate) text: Secret,
    pub(crate) until: Timestamp,
}

/// The two calls that bring tokens. Each has its own quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TokenCall {
    /// With the credentials.
    Query,
    /// With the refresh token that a query brought.
    Refresh,
}

/// How a provider's tokens are come by.
pub(crate) trait TokenRules {
    /// How often a call may be made on one day, Beijing time.
    fn a_day(&self, call: TokenCall) -> u32;

    /// The till alone uses these credentials, so that it may use up their quota. Otherwise the host has to supply tokens.
    fn is_sole_user(&self) -> bool;

    /// The setting that says so.
    fn sole_user_key(&self) -> &'static str;

    /// How far, at most, the time that a call is signed with may be wrong. `None`: it does not matter.
    fn clock_tolerance(&self) -> Option<Duration>;

    /// A request that costs no quota and whose answer, whatever it says, tells the remote's clock (its `Date`).
    fn clock_call(&self) -> WireCall;

    /// The call, to be sealed like any other.
    fn ask(&self, call: TokenCall, refresh: Option<&Secret>) -> WireCall;

    fn read(&self, call: TokenCall, answer: &HttpResponse) -> TokenAnswer;
}

/// What an answer to a token call means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TokenAnswer {
    Granted {
        access: Secret,
        life: Duration,
        /// Only a query may bring one.
        refresh: Option<(Secret, Duration)>,
    },
    /// The refresh token is not accepted any more: a query has to bring a new one.
    RefreshRefused(String),
    /// The signed time was too far off: the clock has to be measured again.
    BadTime(String),
    /// The credentials are wrong, or the quota is spent as the remote counts: nothing but time or a person helps.
    Refused(String),
    /// No answer in the dialect.
    Garbled(String),
}

/// What a request is sealed with right before it leaves.
#[derive(Debug)]
pub(crate) struct Seal<'a> {
    pub(crate) token: Option<&'a Secret>,
    /// The time by the remote's clock, as far as it is known; else by the book's.
    pub(crate) at: Timestamp,
    /// Unique for each request: 32 hexadecimal digits.
    pub(crate) nonce: &'a str,
}
