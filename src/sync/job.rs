//! What exchanges are for.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::error::Result;
use crate::model::{CardNumber, HistoryPull};
use crate::provider::{Inquiry, Reading, Reply, TokenCall};

/// Something read for a caller, not for an operation.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Ask {
    /// Serve a card: figures, status, rules.
    Card(CardNumber),
    /// Search.
    Find(String),
    /// The member of a phone number, at a remote that finds nobody otherwise.
    Phone(String),
    /// The account that the remote calls this.
    Reference(String),
    /// The remote's own history of a card, from a time on.
    History(CardNumber, Option<Timestamp>),
    /// Every card that the remote's search finds for a text.
    List(String),
    /// The catalogue. Also tells whether the remote is there.
    Health,
    /// Something that only the remote knows, and is asked once.
    Inquire(Inquiry, Option<CardNumber>),
}

impl std::fmt::Debug for Ask {
    /// Phones and codes are personal.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Ask::Card(number) => write!(f, "Card({number})"),
            Ask::Find(_) => f.write_str("Find"),
            Ask::Phone(_) => f.write_str("Phone"),
            Ask::Reference(_) => f.write_str("Reference"),
            Ask::History(number, since) => write!(f, "History({number}, {since:?})"),
            Ask::List(_) => f.write_str("List"),
            Ask::Health => f.write_str("Health"),
            Ask::Inquire(inquiry, _) => write!(f, "Inquire({inquiry:?})"),
        }
    }
}

/// What an [`Ask`] brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AskAnswer {
    /// The numbers of the cards that are now in the book or were found.
    Cards(Vec<String>),
    /// The answer to an inquiry.
    Reply(Box<Reply>),
    /// What a history brought.
    History(HistoryPull),
}

pub(crate) type AskResult = Result<AskAnswer>;

/// What an exchange is for.
#[derive(Clone, Debug)]
pub(super) enum Work {
    /// The figures before a send; or, where none are needed, the remote's time, by the catalogue.
    Before { op_no: i64, lane_no: i64, catalogue: bool },
    /// A look at the records after an unknown outcome, begun then by the clock that never jumps.
    Look { op_no: i64, lane_no: i64, began: Duration },
    /// The base of an account that has something applied and not settled, or that is to be read all the same.
    Pull { lane_no: i64 },
    /// Was a refusal meant for the request or for our credentials?
    Credentials { op_no: i64, lane_no: i64, attempt_no: i64 },
    /// A caller's question. `None`: the engine's own health read.
    Asked { ask: Ask, ticket: Option<u64> },
}

pub(super) enum Job {
    Read {
        work: Work,
        reading: Box<dyn Reading>,
        began: Timestamp,
    },
    Write {
        op_no: i64,
        lane_no: i64,
        attempt_no: i64,
    },
    /// A token call, counted for this day in Beijing.
    Token {
        call: TokenCall,
        day: i64,
    },
    /// The remote's clock is measured.
    Clock,
}

impl Work {
    pub(super) fn lane(&self) -> Option<i64> {
        match self {
            Work::Before { lane_no, .. }
            | Work::Look { lane_no, .. }
            | Work::Pull { lane_no }
            | Work::Credentials { lane_no, .. } => Some(*lane_no),
            Work::Asked { .. } => None,
        }
    }

    /// The operation that it is for.
    pub(super) fn operation(&self) -> Option<i64> {
        match self {
            Work::Before { op_no, .. } | Work::Look { op_no, .. } | Work::Credentials { op_no, .. } => Some(*op_no),
            Work::Pull { .. } | Work::Asked { .. } => None,
        }
    }

    /// Whether it finds out if the remote is there at all.
    pub(super) fn is_health(&self) -> bool {
        matches!(self, Work::Asked { ask: Ask::Health, .. })
    }

    /// Whether it reads the catalogue, whatever for. A remote that is down is asked for that by one alone.
    fn reads_catalogue(&self) -> bool {
        self.is_health() || self.refusal().is_some() || matches!(self, Work::Before { catalogue: true, .. })
    }

    /// The refused attempt that it follows up.
    pub(super) fn refusal(&self) -> Option<(i64, i64)> {
        match self {
            Work::Credentials { op_no, attempt_no, .. } => Some((*op_no, *attempt_no)),
            _ => None,
        }
    }

    pub(super) fn ticket(&self) -> Option<u64> {
        match self {
            Work::Asked { ticket, .. } => *ticket,
            _ => None,
        }
    }
}

impl Job {
    pub(super) fn lane(&self) -> Option<i64> {
        match self {
            Job::Write { lane_no, .. } => Some(*lane_no),
            Job::Read { work, .. } => work.lane(),
            Job::Token { .. } | Job::Clock => None,
        }
    }

    /// Whether it is an errand of the tokens'.
    pub(super) fn is_for_tokens(&self) -> bool {
        matches!(self, Job::Token { .. } | Job::Clock)
    }

    /// Whether its answer tells if the remote is there: one such at a time is enough.
    pub(super) fn is_health(&self) -> bool {
        matches!(self, Job::Read { work, .. } if work.reads_catalogue())
    }
}
