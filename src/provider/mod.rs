//! How each remote system talks. A provider is sans-I/O: it makes requests, reads answers and draws conclusions; it never
//! sends, waits, stores or looks at a clock.
//!
//! The engine asks for what it needs in the lane's turn: figures [`before`](Provider::before) a send, the
//! [`encode`](Provider::encode)d request, the [`classify`](Provider::classify)ed answer; and after an unknown outcome a
//! [`look`](Provider::look) at the remote's records, [`judge`](Provider::judge)d.

mod sandy;
mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::model::{
    Act, CardStatus, Confirmation, Evidence, Holder, Kind, Level, PayType, Promise, RechargeRule, Told,
};
use crate::transport::{HttpMethod, HttpResponse};
use crate::units::{Money, Points};

pub(crate) use sandy::Sandy;
pub use sandy::{OfflineAmount, SandyConfig};

/// What an endpoint lets a client do about an unknown outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Guarantee {
    /// It sets a status: read first. At target is applied, unchanged may be sent again, anything else is superseded.
    SetStatus,
    /// The remote's records tell. Absence needs two looks, a quiet period apart.
    Probe,
}

/// One call on the wire, without address, time-out and connection: those are the engine's.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct WireCall {
    pub(crate) method: HttpMethod,
    /// Behind the base URL, with a leading slash, query included.
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// An operation as its provider sees it.
pub(crate) struct Outgoing<'a> {
    pub(crate) act: &'a Act,
    /// What the remote calls the account.
    pub(crate) reference: &'a str,
    /// The figures told, or predicted while nothing has been told.
    pub(crate) told: &'a Told,
    pub(crate) promise: Option<Promise>,
    pub(crate) bound: &'a Bound,
    /// Send exactly the card's part: an online partial approval decided on the figures just read.
    pub(crate) card_part_only: bool,
    /// An earlier attempt of this operation may have been sent, whatever was found out about it.
    pub(crate) resent: bool,
    /// What this provider learned from earlier answers ([`Learned`]).
    pub(crate) memory: &'a BTreeMap<String, String>,
}

/// What the catalogue said when the operation was written down, frozen with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Bound {
    /// The remote's identifier of the level a card is opened with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) level_id: Option<String>,
    /// The remote's name of the pay type, as it will stand in its history.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pay_type_name: Option<String>,
}

/// Something a provider wants to remember, by name.
pub(crate) type Learned = (&'static str, String);

/// A multi-step read: call [`step`](Reading::step) with nothing, then with each answer, until it is done.
pub(crate) trait Reading: Send {
    fn step(&mut self, answer: Option<&HttpResponse>) -> ReadStep;
}

pub(crate) enum ReadStep {
    Ask(WireCall),
    Done(Box<Findings>),
    Failed(ReadFailure),
}

/// Why a read brought nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ReadFailure {
    /// No answer in the dialect: try again later.
    Garbled(String),
    /// An answer in the dialect that can't be used: an internal error, a figure missing. The remote is there all the same.
    Unusable(String),
    /// The remote understood and refused: credentials or parameters.
    Refused { code: String, message: String },
    /// The remote says that it serves nobody now: stop until a read succeeds.
    Halted(String),
}

/// What a read brought. Each part is `None` where the read did not ask for it.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) snapshot: Option<Snapshot>,
    /// The remote says that there is no such account.
    pub(crate) absent: bool,
    pub(crate) status: Option<CardStatus>,
    pub(crate) levels: Option<Vec<Level>>,
    pub(crate) rules: Option<Vec<RechargeRule>>,
    pub(crate) pay_types: Option<Vec<PayType>>,
    /// What a search found.
    pub(crate) found: Vec<Found>,
    /// What the provider wants kept with the attempt or the look, to judge by.
    pub(crate) facts: Option<serde_json::Value>,
}

/// One card of a search's answer.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) number: String,
    pub(crate) phone: Option<String>,
}

/// An account as the remote has it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Snapshot {
    pub(crate) money: Money,
    pub(crate) points: Points,
    pub(crate) holder: Holder,
    pub(crate) level: Option<String>,
    /// Running totals, which never shrink.
    pub(crate) consumed_total: Option<Money>,
    pub(crate) recharged_total: Option<Money>,
}

/// What an answer to a write means.
#[derive(Debug)]
pub(crate) enum Outcome {
    Applied {
        confirmation: Box<Confirmation>,
        learned: Option<Learned>,
    },
    Refused(RemoteRefusal),
    /// It may or may not have been applied.
    Unknown(String),
    /// As `Unknown`, and the remote serves nobody until a read succeeds.
    UnknownHalted(String),
}

/// The remote's no.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RemoteRefusal {
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) class: RefusalClass,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum RefusalClass {
    /// The business says no: too little money, no such card.
    Business,
    /// The request itself was not liked. Wrong credentials look the same: [`Provider::health`] tells them apart.
    Suspicious,
}

/// What is known of an operation whose outcome is not.
pub(crate) struct Doubt<'a> {
    /// What [`Provider::before`] had found when the first attempt that may have been sent was made.
    pub(crate) before: Option<&'a serde_json::Value>,
    /// The body of that attempt, byte for byte. The promise may have changed since, so it can't be encoded again.
    pub(crate) sent: &'a [u8],
    pub(crate) first_sent_at: Timestamp,
    pub(crate) last_ended_at: Timestamp,
    /// The remote's records that other operations of this account have been matched with.
    pub(crate) claimed: &'a BTreeSet<String>,
    /// What the remote said of this account's earlier operations of the kind: their records are not this one's.
    pub(crate) answered: &'a [Confirmation],
}

/// What a look at the remote's records says.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// They hold it.
    Applied { confirmation: Box<Confirmation>, evidence: Evidence, learned: Option<Learned> },
    /// They show nothing of it. One look alone proves nothing: the request may still be on its way.
    NotSeen,
    /// Status-setting: at the value before, so it may be sent again.
    Unchanged,
    /// Status-setting: at the value that was sent, which had stood there before. Whether it was carried out nobody can tell, and
    /// nobody needs to, once it can't be any more.
    AlreadySo,
    /// Status-setting: at a third value.
    Superseded,
    /// They show that it can't be applied any more.
    Refused(RemoteRefusal),
    /// They allow more than one reading.
    Unclear(String),
}

pub(crate) trait Provider: Send + Sync {
    fn name(&self) -> &'static str;

    /// Raised when the meaning of what is frozen in the book changes.
    fn dialect(&self) -> u32;

    fn base_url(&self) -> &str;

    /// Whose accounts the remote serves us: what else beside the address tells a test from the real thing.
    fn tenant(&self) -> &str;

    fn guarantee(&self, kind: Kind) -> Option<Guarantee>;

    /// Nobody but this till writes to its accounts.
    fn sole_writer(&self) -> bool;

    /// How long after its end a request may still be executed by the remote.
    fn quiet_period(&self) -> Duration;

    /// How long one request may take, everything included.
    fn request_timeout(&self) -> Duration;

    /// A cheap read that succeeds if and only if the remote serves this merchant. Brings the catalogue.
    fn health(&self) -> Box<dyn Reading>;

    /// Cards by part of number, name or phone.
    fn find(&self, key: &str) -> Box<dyn Reading>;

    /// All that serving a card needs: figures, holder, status, its rules and pay types.
    fn serve(&self, reference: &str) -> Box<dyn Reading>;

    /// The figures to be recorded with an attempt, right before it. Brings a snapshot too.
    fn before(&self, op: &Outgoing<'_>, now: Timestamp) -> Box<dyn Reading>;

    fn encode(&self, op: &Outgoing<'_>) -> WireCall;

    fn classify(&self, op: &Outgoing<'_>, answer: &HttpResponse) -> Outcome;

    fn look(&self, op: &Outgoing<'_>, doubt: &Doubt<'_>, now: Timestamp) -> Box<dyn Reading>;

    fn judge(&self, op: &Outgoing<'_>, doubt: &Doubt<'_>, findings: &Findings) -> Verdict;
}
