//! What exchanges are for.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::error::Result;
use crate::model::CardNumber;
use crate::provider::Reading;

/// Something read for a caller, not for an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// Serve a card: figures, status, rules.
    Card(CardNumber),
    /// Search.
    Find(String),
    /// The catalogue. Also tells whether the remote is there.
    Health,
}

/// What an [`Ask`] brought: the numbers of the cards that are now in the book or were found.
pub(crate) type AskResult = Result<Vec<String>>;

/// What an exchange is for.
#[derive(Clone, Debug)]
pub(super) enum Work {
    /// The figures before a send.
    Before { op_no: i64, lane_no: i64 },
    /// A look at the records after an unknown outcome, begun then by the clock that never jumps.
    Look { op_no: i64, lane_no: i64, began: Duration },
    /// The base of an account that has something applied and not settled.
    Pull { lane_no: i64 },
    /// Was a refusal meant for the request or for our credentials?
    Credentials { op_no: i64, lane_no: i64, attempt_no: i64 },
    /// A caller's question. `None`: the engine's own health read.
    Asked { ask: Ask, ticket: Option<u64> },
}

pub(super) enum Job {
    Read { work: Work, reading: Box<dyn Reading>, began: Timestamp },
    Write { op_no: i64, lane_no: i64, attempt_no: i64 },
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

    /// Whether it finds out if the remote is there at all.
    pub(super) fn is_health(&self) -> bool {
        matches!(self, Work::Asked { ask: Ask::Health, .. })
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
        }
    }

    /// Whether its answer tells if the remote is there: one such at a time is enough.
    pub(super) fn is_health(&self) -> bool {
        matches!(self, Job::Read { work, .. } if work.is_health() || work.refusal().is_some())
    }
}
