//! How each remote system talks. A provider is sans-I/O: it makes requests, reads answers and draws conclusions; it never
//! sends, waits, stores or looks at a clock.
//!
//! The engine asks for what it needs in the lane's turn: figures [`before`](Provider::before) a send, the
//! [`encode`](Provider::encode)d request, the [`classify`](Provider::classify)ed answer; and after an unknown outcome a
//! [`look`](Provider::look) at the remote's records, [`judge`](Provider::judge)d.

mod freemud;
mod gree;
mod sandy;
mod settings;
mod token;
mod wire;
mod yonyou;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::error::Result;
use crate::model::{
    Act, CardNumber, CardStatus, Confirmation, Context, Coupon, Evidence, Holder, Kind, Level, Member, MemberPage,
    OrderLine, PayType, PointsPage, PointsStatistics, Promise, RechargeRule, RecordKind, Told,
};
use crate::transport::{HttpMethod, HttpResponse};
use crate::units::{Money, Points, Rate};

pub(crate) use freemud::Freemud;
pub use freemud::{FreemudAmountUnit, FreemudConfig, FreemudRegisterType, FreemudType, FreemudTypes};
pub(crate) use gree::Gree;
pub use gree::{
    CouponFeeUnits, DiscountMeans, FeeUnit, GreeCodes, GreeConfig, GreeEvents, ListForm, OutBizNo, PartChangeId, Verb,
};
pub(crate) use sandy::Sandy;
pub use sandy::{OfflineAmount, SandyConfig};
pub(crate) use settings::{host, is_for_tests, is_host};
pub(crate) use yonyou::Yonyou;
pub use yonyou::YonyouConfig;

pub(crate) use token::{Seal, Secret, Token, TokenAnswer, TokenCall, TokenRules};

/// What an endpoint lets a client do about an unknown outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guarantee {
    /// It carries a key, and the remote carries out what it has seen once. After an unknown outcome it is sent again.
    Repeat,
    /// It sets a status: read first. At target is applied, unchanged may be sent again, anything else is superseded.
    SetStatus,
    /// The remote's records tell. Absence needs two looks, a quiet period apart.
    Probe,
    /// Nothing tells. It is sent once, and an unknown outcome waits for a person.
    Once,
}

/// One operation that a provider serves, as its documents describe it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Service {
    /// The operation.
    pub kind: Kind,
    /// What may be done about an unknown outcome, with the settings at their defaults.
    pub guarantee: Guarantee,
    /// The remote's endpoint.
    pub endpoint: &'static str,
    /// Where the vendor's document describes it.
    pub source: &'static str,
}

/// What each remote system serves, by the name under which it is configured: the operations, and what may be done about an
/// unknown outcome of each with every setting at its default.
///
/// ```
/// use tillbook::{Guarantee, Kind, services};
///
/// let redeem = |name: &str| {
///     let (_, serves) = services().into_iter().find(|(remote, _)| *remote == name)?;
///     serves.iter().find(|service| service.kind == Kind::RedeemPoints)
/// };
/// assert_eq!(redeem("freemud").map(|service| service.guarantee), Some(Guarantee::Repeat));
/// assert_eq!(redeem("yonyou").map(|service| service.guarantee), Some(Guarantee::Once));
/// ```
#[must_use]
pub fn services() -> Vec<(&'static str, &'static [Service])> {
    vec![("sandy", sandy::SERVES), ("freemud", freemud::SERVES), ("gree", gree::SERVES), ("yonyou", yonyou::SERVES)]
}

/// Who an operation or a read is about, by everything that may name an account.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Whom<'a> {
    pub(crate) number: &'a CardNumber,
    /// What the remote calls the account, where that is known.
    pub(crate) reference: Option<&'a str>,
    pub(crate) phone: Option<&'a str>,
}

/// What a provider can say of an account that the book has no reference for, without asking the remote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reference {
    /// The remote knows it by this.
    Known(String),
    /// The remote can be asked ([`Provider::serve`]).
    Ask,
    /// Somebody has to configure it.
    Unknown,
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
    /// What the remote calls the account. Empty for an opening whose reference the remote assigns.
    pub(crate) reference: &'a str,
    /// The wire key: minted when the operation was written down, unique in the world, at most [`Provider::key_chars`] long.
    pub(crate) key: &'a str,
    /// When it was written down.
    pub(crate) at: Timestamp,
    pub(crate) context: &'a Context,
    /// For a return: the operation that it undoes.
    pub(crate) original: Option<&'a Original>,
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
    /// A return as it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) asked: Option<Asked>,
    /// The card as the call named it, where the operation is about another number: the next, or one that it had before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) called: Option<CardNumber>,
}

/// What a call for a return gave, before the book completed it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    pub(crate) points: Option<Points>,
    pub(crate) amount: Option<Money>,
    pub(crate) lines: Vec<OrderLine>,
}

/// The operation that a return undoes, as far as a remote asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Original {
    pub(crate) kind: Kind,
    pub(crate) key: String,
    /// The remote's number of it, where the answer told one.
    pub(crate) remote_id: Option<String>,
    pub(crate) act: Act,
    pub(crate) at: Timestamp,
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
    /// The token is not accepted: get another one and read again.
    TokenRefused(String),
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
    /// The lines of the account's history.
    pub(crate) history: Option<RemoteHistory>,
    /// The coupons of the account: all of them.
    pub(crate) coupons: Option<Vec<Coupon>>,
    /// What the remote calls the account.
    pub(crate) reference: Option<String>,
    /// The answer to an [`Inquiry`].
    pub(crate) reply: Option<Reply>,
    /// What the provider wants kept with the attempt or the look, to judge by.
    pub(crate) facts: Option<serde_json::Value>,
}

/// An account's history as a remote tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RemoteHistory {
    /// In the order in which they happened, as far as that is told.
    pub(crate) lines: Vec<RemoteLine>,
    /// Those are all.
    pub(crate) complete: bool,
}

/// One line of it. Nothing personal is taken over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RemoteLine {
    /// Unique in the account, and the same whenever it is read. Where it is not one that answers to writes tell too, it has a
    /// prefix that keeps the two apart.
    pub(crate) id: String,
    pub(crate) kind: RecordKind,
    /// What was asked for, before discount or bonus.
    pub(crate) original: Option<Money>,
    /// The change of the stored value.
    pub(crate) money: Option<Money>,
    /// The change of the points.
    pub(crate) points: Option<Points>,
    pub(crate) money_after: Option<Money>,
    pub(crate) points_after: Option<Points>,
    pub(crate) store: Option<String>,
    pub(crate) note: Option<String>,
    pub(crate) at: Timestamp,
    /// The member's rate, where the line tells one.
    pub(crate) rate: Option<Rate>,
}

/// Something that is asked online only, for a caller who waits: never queued, never repeated.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Inquiry {
    /// Points now and ever.
    Statistics,
    /// The points history, pages from one.
    PointsHistory { page: u32, page_size: u32 },
    /// The merchant's members, pages from one.
    Members { page: u32, page_size: u32 },
    /// A code for the member to show.
    MemberCode,
    /// The member who shows a code.
    MemberByCode { code: String },
    /// A code to a phone.
    SendSms { phone: String },
    /// Whether that was the code.
    JudgeSms { phone: String, code: String },
}

impl std::fmt::Debug for Inquiry {
    /// Codes and phones are personal.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Inquiry::Statistics => "Statistics",
            Inquiry::PointsHistory { .. } => "PointsHistory",
            Inquiry::Members { .. } => "Members",
            Inquiry::MemberCode => "MemberCode",
            Inquiry::MemberByCode { .. } => "MemberByCode",
            Inquiry::SendSms { .. } => "SendSms",
            Inquiry::JudgeSms { .. } => "JudgeSms",
        })
    }
}

/// What an [`Inquiry`] brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    Statistics(PointsStatistics),
    PointsHistory(PointsPage),
    Members(MemberPage),
    MemberCode(String),
    Member(Box<Member>),
    /// Sent, or the code was the right one.
    Sms(bool),
}

/// What a push told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Push {
    /// What it is recognised by if it comes again.
    pub(crate) mark: String,
    /// Whom to pull: what the remote calls the account, and the phone.
    pub(crate) reference: Option<String>,
    pub(crate) phone: Option<String>,
    /// The body of the answer to it.
    pub(crate) acknowledgement: Vec<u8>,
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
    pub(crate) growth: Option<i64>,
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
    /// Not carried out: the token is not accepted. Get another one and send again.
    TokenRefused(String),
    /// Not carried out: the remote serves nobody until something is put right there. The operation stays queued.
    Halted(String),
    /// Nothing that can be found out by asking again: a person has to look. `unknown`: it may have been carried out.
    Unclear {
        why: String,
        unknown: bool,
    },
}

/// What an answer to the undoing of an operation in doubt means.
#[derive(Debug)]
pub(crate) enum Undone {
    /// It had been carried out and is no more.
    Done,
    /// There was nothing to undo. Said twice, a quiet period apart, it never will be.
    NothingThere,
    /// A person has to look.
    Refused(String),
    Unknown(String),
    TokenRefused(String),
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
    /// The request itself was not liked, and never will be.
    Permanent,
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
    /// Somebody else is in the middle of it: look again later, and conclude nothing.
    Wait(String),
}

pub(crate) trait Provider: Send + Sync {
    fn name(&self) -> &'static str;

    /// Raised when the meaning of what is frozen in the book changes.
    fn dialect(&self) -> u32;

    fn base_url(&self) -> &str;

    /// Whose accounts the remote serves us: what else beside the address tells a test from the real thing.
    fn tenant(&self) -> &str;

    /// Every operation that it serves, as documented.
    fn serves(&self) -> &'static [Service];

    /// What this installation's settings allow to be done about an unknown outcome. `None`: not served.
    fn guarantee(&self, act: &Act) -> Option<Guarantee>;

    /// Refuses what can't be encoded or what the settings forbid: `Unsupported`, or an input error. Asked before anything is
    /// written down. A refusal names what is missing.
    fn check(&self, act: &Act) -> Result<()> {
        let _ = act;
        Ok(())
    }

    /// Whether an opening may wait for the remote. One that needs what only the remote or the member can tell may not.
    fn opens_offline(&self, act: &Act) -> bool {
        let _ = act;
        true
    }

    /// What the remote calls an account, as far as can be said without asking.
    fn reference(&self, whom: &Whom<'_>) -> Reference;

    /// It keeps stored value, so that a base without money is none.
    fn keeps_money(&self) -> bool;

    /// The longest key that the remote takes.
    fn key_chars(&self) -> usize {
        32
    }

    /// How long after the first attempt the remote still recognises a key.
    fn key_life(&self) -> Duration {
        Duration::MAX
    }

    /// Nobody but this till writes to its accounts.
    fn sole_writer(&self) -> bool;

    /// How long after its end a request may still be executed by the remote.
    fn quiet_period(&self) -> Duration;

    /// How long one request may take, everything included.
    fn request_timeout(&self) -> Duration;

    /// A parked operation holds those behind it.
    fn parked_holds(&self) -> bool {
        true
    }

    /// A cheap read that succeeds if and only if the remote serves this merchant, as far as one without effect can tell. Brings
    /// the catalogue.
    fn health(&self) -> Box<dyn Reading>;

    /// Accounts by part of number, name or phone.
    fn find(&self, key: &str) -> Option<Box<dyn Reading>>;

    /// All that serving an account needs: figures, holder, status, rules, pay types, coupons. `None`: nothing can be read.
    fn serve(&self, whom: &Whom<'_>) -> Option<Box<dyn Reading>>;

    /// Every account that the remote's own search finds for a text. `None`: not offered.
    fn list(&self, text: &str) -> Option<Box<dyn Reading>> {
        let _ = text;
        None
    }

    /// The remote's own history of an account, from a time on. `None`: it tells none.
    fn history(&self, whom: &Whom<'_>, since: Option<Timestamp>) -> Option<Box<dyn Reading>> {
        let _ = (whom, since);
        None
    }

    /// The number of an operation that an answer or a look tells is the number of its line in the history.
    fn claims_name_records(&self) -> bool {
        false
    }

    /// Something asked for a caller. `None`: not offered.
    fn inquire(&self, inquiry: &Inquiry, whom: Option<&Whom<'_>>) -> Option<Box<dyn Reading>> {
        let _ = (inquiry, whom);
        None
    }

    /// The figures to be recorded with an attempt, right before it. Brings a snapshot too. `None`: nothing is needed.
    fn before(&self, op: &Outgoing<'_>, now: Timestamp) -> Option<Box<dyn Reading>>;

    /// Refuses, on the figures just read, what must not be sent.
    fn forbids(&self, op: &Outgoing<'_>, findings: &Findings) -> Option<RemoteRefusal> {
        let _ = (op, findings);
        None
    }

    /// Of what this returns a part of there may be one part only: a second one would come under the same key.
    fn returns_once(&self, act: &Act) -> bool {
        let _ = act;
        false
    }

    /// The business content. The same operation with the same figures gives the same bytes.
    fn encode(&self, op: &Outgoing<'_>) -> WireCall;

    /// Puts envelope, token, time and signature on: all that may differ from one try to the next.
    fn seal(&self, call: WireCall, seal: &Seal<'_>) -> WireCall {
        let _ = seal;
        call
    }

    fn classify(&self, op: &Outgoing<'_>, answer: &HttpResponse) -> Outcome;

    /// A look at the remote's records. `None`: they tell nothing of such an operation.
    fn look(&self, op: &Outgoing<'_>, doubt: &Doubt<'_>, now: Timestamp) -> Option<Box<dyn Reading>>;

    fn judge(&self, op: &Outgoing<'_>, doubt: &Doubt<'_>, findings: &Findings) -> Verdict;

    /// Undoes an operation that nobody was promised and that may have been carried out, by its key. `None`: not offered.
    fn undo(&self, op: &Outgoing<'_>) -> Option<WireCall> {
        let _ = op;
        None
    }

    fn undone(&self, op: &Outgoing<'_>, answer: &HttpResponse) -> Undone {
        let _ = (op, answer);
        Undone::Unknown("not offered".to_owned())
    }

    /// Where its tokens come from. `None`: it has none.
    fn tokens(&self) -> Option<&dyn TokenRules> {
        None
    }

    /// Understands a push, as it came in. Nothing in it sets a base or a state.
    ///
    /// # Errors
    /// `Unsupported` where the remote pushes nothing; `RemoteRefused` for a signature that is not the platform's.
    fn push(&self, body: &[u8]) -> Result<Push> {
        let _ = body;
        Err(crate::error::Error::unsupported("the provider sends no pushes"))
    }
}
