//! Which cells may end with a person, and why: the one place where it is said.

use tillbook::{Guarantee, Promise};

use crate::case::Case;
use crate::faults::Strike;

/// Why an operation that came to grief may wait for a person.
pub(crate) const NOTHING_TELLS: &str = "sent once, no answer, and nothing in the interface tells what became of it";
pub(crate) const NOT_PROMISED: &str =
    "nobody was promised it, so it is not repeated; it can't be undone, and no record shows it";
pub(crate) const SENT_TWICE: &str =
    "nobody was promised it, and of several sendings one might still overtake its undoing";
pub(crate) const UNDONE_TWICE: &str =
    "its undoing was asked for again, and what the remote says to that is undocumented";
pub(crate) const OTHERS_WRITE: &str = "nobody was promised it, and figures that others change too don't show it";
pub(crate) const FIGURES_UNKNOWN: &str =
    "how many points it moves is the remote's to say, so its figures prove nothing";
pub(crate) const REPEAT_UNEXPLAINED: &str = "what the remote says to the repeat of what it has done is undocumented";
pub(crate) const SOMEBODY_ELSE: &str = "somebody else's change stands in the way of any conclusion";

pub(crate) const REASONS: [&str; 8] = [
    NOTHING_TELLS,
    NOT_PROMISED,
    SENT_TWICE,
    UNDONE_TWICE,
    OTHERS_WRITE,
    FIGURES_UNKNOWN,
    REPEAT_UNEXPLAINED,
    SOMEBODY_ELSE,
];

/// What became of an operation.
pub(crate) struct Story<'a> {
    pub(crate) strike: &'a Strike,
    pub(crate) promise: Option<Promise>,
    /// The remote has carried it out.
    pub(crate) done: bool,
    /// So many times it was sent.
    pub(crate) sent: usize,
    /// So many times its undoing was.
    pub(crate) undoings: usize,
    /// Nobody else wrote meanwhile.
    pub(crate) alone: bool,
}

/// Why an operation may wait for a person, if it may at all.
pub(crate) fn why_it_may_wait(case: &dyn Case, story: &Story<'_>) -> Option<&'static str> {
    let &Story { strike, promise, done, sent, undoings, alone } = story;
    if strike.is_known() {
        // The remote said no, or nothing went out: only somebody else can be in the way.
        return (!alone).then_some(SOMEBODY_ELSE);
    }
    let limits = case.limits();
    let approved = promise.is_some_and(Promise::is_approved);
    let by_guarantee = match case.guarantee() {
        Guarantee::Once => Some(NOTHING_TELLS),
        Guarantee::Repeat if approved => (limits.repeat_unexplained && done).then_some(REPEAT_UNEXPLAINED),
        Guarantee::Repeat if limits.undoes => match (sent > 1, undoings > 1) {
            (true, _) => Some(SENT_TWICE),
            (false, true) => (!done).then_some(UNDONE_TWICE),
            (false, false) => None,
        },
        Guarantee::Repeat if !limits.has_records => {
            Some(if limits.repeat_unexplained && done { REPEAT_UNEXPLAINED } else { NOT_PROMISED })
        }
        Guarantee::Repeat | Guarantee::Probe | Guarantee::SetStatus => {
            if limits.figures_unknown && done {
                Some(FIGURES_UNKNOWN)
            } else {
                (limits.needs_sole_writer && !case.sole_writer()).then_some(OTHERS_WRITE)
            }
        }
    };
    by_guarantee.or_else(|| (!alone).then_some(SOMEBODY_ELSE))
}
