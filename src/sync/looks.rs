//! Which looks at the remote's records count: those that began a quiet period after what came before.
//!
//! A look that begins earlier can find an operation, but not its absence. A clock that jumps must not make a quiet period
//! short, so two have to agree: the book's own time, which survives restarts, and a steady one. That is this process's, which
//! never jumps, or the remote's own, which goes on when the process does not.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::store::{AttemptRow, Lookout};

use super::desk::Desk;

/// The remote tells its time in whole seconds.
const REMOTE_ROUNDING: Duration = Duration::from_secs(2);

/// An end of a quiet period that is over for so long tells nothing any more.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(2 * 3600);

/// What the looks since an attempt have shown.
pub(super) struct Looks {
    /// What the next look has to be a quiet period after.
    after: Timestamp,
    /// The same by the remote's clock, and whether that is an attempt's beginning.
    server_after: Option<Timestamp>,
    none_counted: bool,
    /// How many of the last ones in a row showed nothing.
    pub(super) not_seen: u32,
    /// How many allowed no conclusion.
    pub(super) unclear: u32,
}

impl Looks {
    /// The looks for this attempt. Those for an earlier one tell nothing of it.
    pub(super) fn since(attempt: &AttemptRow, looks: &[Lookout]) -> Looks {
        let mut since = Looks {
            after: attempt.ended_at.unwrap_or(attempt.started_at),
            server_after: attempt.server_at,
            none_counted: true,
            not_seen: 0,
            unclear: 0,
        };
        for look in looks.iter().filter(|look| look.attempt_no == attempt.attempt_no) {
            // Whatever has been seen once is not simply absent, however soon that was.
            if look.verdict != "not_seen" {
                since.not_seen = 0;
            }
            if !look.counts {
                continue;
            }
            (since.after, since.server_after, since.none_counted) = (look.at, look.server_at, false);
            match look.verdict.as_str() {
                "not_seen" => since.not_seen += 1,
                "unclear" => since.unclear += 1,
                _ => {}
            }
        }
        since
    }
}

impl Desk {
    /// Whether a look counts that began then: by the book's time, by this process's steady clock, and by the remote's.
    pub(super) fn counts(
        &mut self,
        looks: &Looks,
        op_no: i64,
        (began, steady, server): (Timestamp, Duration, Option<Timestamp>),
    ) -> bool {
        let quiet = self.provider.quiet_period();
        let by_process = steady >= self.quiet_until(op_no);
        let by_remote = looks.server_after.zip(server).is_some_and(|(after, began)| {
            // An attempt is over when its time is.
            let attempt = if looks.none_counted { self.provider.request_timeout() } else { Duration::ZERO };
            began >= after.after(attempt).after(quiet).after(REMOTE_ROUNDING)
        });
        let counts = began >= looks.after.after(quiet) && (by_process || by_remote);
        if counts {
            self.quiet_until.insert(op_no, steady.saturating_add(quiet));
        }
        counts
    }

    /// When the next look is worth while. `counted`: the last one did, and began then.
    pub(super) fn next_look(&mut self, looks: &Looks, op_no: i64, counted: Option<Timestamp>) -> Timestamp {
        let now = self.now();
        let by_book = counted.unwrap_or(looks.after).after(self.provider.quiet_period());
        let left = self.quiet_until(op_no).saturating_sub(self.hall.clock.monotonic());
        by_book.max(now.after(left))
    }

    /// The remote's clock at a moment of this process, no later than it was: by its last answer.
    pub(super) fn remote_clock_at(&self, steady: Duration) -> Option<Timestamp> {
        let (clock, told) = self.remote_clock?;
        Some(clock.before(told.saturating_sub(steady)).after(steady.saturating_sub(told)))
    }

    /// The same now. What was told long ago tells as much, for it has gone on since.
    pub(super) fn remote_clock_now(&self) -> Option<Timestamp> {
        self.remote_clock_at(self.hall.clock.monotonic())
    }

    /// By this process's clock: from when on a look can count. What was left in doubt by an earlier one may still be on its way
    /// when this one starts.
    fn quiet_until(&self, op_no: i64) -> Duration {
        let wait = self.provider.request_timeout().saturating_add(self.provider.quiet_period());
        self.quiet_until.get(&op_no).copied().unwrap_or_else(|| self.started.saturating_add(wait))
    }

    /// An attempt is unknown that has ended, or will have in so long.
    pub(super) fn quiet_after(&mut self, op_no: i64, left: Duration) {
        let now = self.hall.clock.monotonic();
        // Not when an operation is done with: the transaction that says so may fail.
        self.quiet_until.retain(|_, until| until.saturating_add(FORGOTTEN_AFTER) > now);
        self.quiet_until.insert(op_no, now.saturating_add(left).saturating_add(self.provider.quiet_period()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_looks_for_an_attempt_have_shown() {
        let at = Timestamp::from_millis;
        let attempt = AttemptRow {
            attempt_no: 7,
            started_at: at(900),
            facts: None,
            body: Vec::new(),
            path: String::new(),
            server_at: Some(at(800)),
            ended_at: Some(at(1000)),
            status: None,
            answer: None,
            outcome: Some("unknown".to_owned()),
            note: None,
        };
        let shown = |seen: &[(i64, i64, &str, bool)]| {
            let look = |&(attempt_no, ms, verdict, counts): &(i64, i64, &str, bool)| Lookout {
                attempt_no,
                at: at(ms),
                server_at: Some(at(ms - 100)),
                counts,
                facts: None,
                verdict: verdict.to_owned(),
                note: None,
            };
            let looks: Vec<Lookout> = seen.iter().map(look).collect();
            let since = Looks::since(&attempt, &looks);
            (since.after.millis(), since.server_after.map(Timestamp::millis), since.not_seen, since.unclear)
        };
        assert_eq!(shown(&[]), (1000, Some(800), 0, 0));
        assert_eq!(shown(&[(7, 1050, "not_seen", false)]), (1000, Some(800), 0, 0), "too early to count");
        assert_eq!(shown(&[(7, 1100, "not_seen", true)]), (1100, Some(1000), 1, 0));
        assert_eq!(shown(&[(7, 1100, "not_seen", true), (7, 1150, "not_seen", false)]), (1100, Some(1000), 1, 0));
        assert_eq!(shown(&[(7, 1100, "not_seen", true), (7, 1200, "unclear", true)]), (1200, Some(1100), 0, 1));
        assert_eq!(
            shown(&[(7, 1100, "not_seen", true), (7, 1150, "unclear", false)]),
            (1100, Some(1000), 0, 0),
            "one that is too early breaks the row too"
        );
        assert_eq!(shown(&[(6, 1100, "not_seen", true)]), (1000, Some(800), 0, 0), "it looked for an earlier attempt");
    }
}
