//! The rows of the table: what goes wrong with a write, before and after the remote has applied it.

use tillbook_sandbox::fault::{Fault, RetryAfter};

/// How long a till's request may take.
pub(crate) const REQUEST_TIMEOUT_MS: u64 = 250;

/// Longer than any request may take; whatever waits so long is ended by the other side.
pub(crate) const TOO_LONG_MS: u64 = 20_000;

/// Whether the remote has applied the write when it goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Before,
    After,
}

impl Phase {
    pub(crate) const BOTH: [Phase; 2] = [Phase::Before, Phase::After];
}

/// What is done to the first write of a cell.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Strike {
    /// A fault of the sandbox's own.
    Sandbox(Fault),
    /// The network is cut before the request leaves: connecting is refused.
    Cut,
    /// The network is cut while the remote, which has applied the request, is about to answer.
    CutApplied,
    /// A gateway answers 503 in place of the remote, which has applied the request.
    Gateway503 { retry_after: Option<&'static str> },
    /// The remote keeps the request until the till has given it up, and applies it while the till is looking for it.
    LateInLook,
    /// As `LateInLook`, but right after a look that has found nothing. The quiet period still lasts.
    LateAfterLook,
}

/// What stands at a phase of a fault.
pub(crate) enum Place {
    Strike(Strike),
    /// It can't happen, for this reason.
    Impossible(&'static str),
}

pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) before: Place,
    pub(crate) after: Place,
}

impl Row {
    pub(crate) fn at(&self, phase: Phase) -> &Place {
        match phase {
            Phase::Before => &self.before,
            Phase::After => &self.after,
        }
    }
}

const fn sandbox(fault: Fault) -> Place {
    Place::Strike(Strike::Sandbox(fault))
}

const fn here(strike: Strike) -> Place {
    Place::Strike(strike)
}

const NOT_READ: Place = Place::Impossible("what was not read can't have been applied");
const TURNED_AWAY: Place = Place::Impossible("429 means that the request was not processed");
const LATE_IS_APPLIED: Place = Place::Impossible("what is never executed is not executed late: see time-out");

const A_SECOND: Option<RetryAfter> = Some(RetryAfter::Seconds(1));

pub(crate) const ROWS: [Row; 16] = [
    Row { name: "refuse", before: sandbox(Fault::Refuse), after: NOT_READ },
    Row { name: "cut", before: here(Strike::Cut), after: here(Strike::CutApplied) },
    Row { name: "drop", before: sandbox(Fault::DropRequest), after: sandbox(Fault::ApplyDropAnswer) },
    Row { name: "answer 500", before: sandbox(Fault::Answer500), after: sandbox(Fault::ApplyAnswer500) },
    Row {
        name: "time-out",
        before: sandbox(Fault::Hold { ms: TOO_LONG_MS }),
        after: sandbox(Fault::Delay { ms: TOO_LONG_MS }),
    },
    Row { name: "late, in a look", before: LATE_IS_APPLIED, after: here(Strike::LateInLook) },
    Row { name: "late, after a look", before: LATE_IS_APPLIED, after: here(Strike::LateAfterLook) },
    Row { name: "truncate", before: sandbox(Fault::TruncateNotApplied), after: sandbox(Fault::Truncate) },
    Row { name: "html", before: sandbox(Fault::Html), after: sandbox(Fault::HtmlApplied) },
    Row { name: "garbage", before: sandbox(Fault::GarbageNotApplied), after: sandbox(Fault::Garbage) },
    Row { name: "empty", before: sandbox(Fault::EmptyNotApplied), after: sandbox(Fault::Empty) },
    Row { name: "429", before: sandbox(Fault::Status429 { retry_after: None }), after: TURNED_AWAY },
    Row { name: "429, Retry-After", before: sandbox(Fault::Status429 { retry_after: A_SECOND }), after: TURNED_AWAY },
    Row {
        name: "503",
        before: sandbox(Fault::Status503 { retry_after: None }),
        after: here(Strike::Gateway503 { retry_after: None }),
    },
    Row {
        name: "503, Retry-After",
        before: sandbox(Fault::Status503 { retry_after: A_SECOND }),
        after: here(Strike::Gateway503 { retry_after: Some("1") }),
    },
    Row { name: "errcode 300", before: sandbox(Fault::Errcode300), after: sandbox(Fault::Errcode300Applied) },
];

/// The fault that keeps a request for late execution: the till gives up first, and only the test executes it.
pub(crate) const KEPT: Fault = Fault::ExecuteLate { after_ms: 3_600_000, hold_ms: TOO_LONG_MS };
