//! When the remote may be asked: back-off, the breaker, Retry-After.

use std::time::Duration;

use chrono::DateTime;
use serde::{Deserialize, Serialize};

use crate::clock::{Entropy, Timestamp};
use crate::config::Pacing;
use crate::transport::HttpResponse;

/// How the remote fares. Kept in the book, so that a restart neither hammers a remote that is down nor forgets a wait that
/// it asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Condition {
    /// Failures in a row.
    pub(crate) failures: u32,
    /// The breaker is open: nothing but a single probe, and that from here on.
    pub(crate) down_until: Option<Timestamp>,
    /// The remote refuses this till altogether. Ends with a good read, like the breaker.
    pub(crate) halted: Option<String>,
    /// The remote has asked for a pause.
    pub(crate) paused_until: Option<Timestamp>,
    /// After an outage the queue starts from here on.
    pub(crate) drain_from: Option<Timestamp>,
    /// The remote last answered in its dialect. Not worth a commit of its own.
    #[serde(skip)]
    pub(crate) last_answer: Option<Timestamp>,
}

impl Condition {
    /// The part that is worth a commit.
    pub(crate) fn durable(&self) -> Condition {
        Condition { last_answer: None, ..self.clone() }
    }

    /// Whether a call need not even be tried.
    pub(crate) fn is_unreachable(&self, now: Timestamp) -> bool {
        self.down_until.is_some() || (self.halted.is_some() && !mutated!(HaltIsIgnored)) || self.paused(now)
    }

    pub(crate) fn is_down(&self) -> bool {
        self.down_until.is_some() || (self.halted.is_some() && !mutated!(HaltIsIgnored))
    }

    /// From when on the single probe may ask. A pause that the remote asked for holds for it too.
    pub(crate) fn probe_from(&self) -> Option<Timestamp> {
        self.down_until.map(|until| self.paused_until.map_or(until, |pause| until.max(pause)))
    }

    pub(crate) fn paused(&self, now: Timestamp) -> bool {
        self.paused_until.is_some_and(|until| now < until)
    }

    pub(crate) fn may_drain(&self, now: Timestamp) -> bool {
        self.drain_from.is_none_or(|from| now >= from)
    }

    pub(crate) fn is_healthy(&self, now: Timestamp, pacing: &Pacing) -> bool {
        !self.is_unreachable(now)
            && self.last_answer.is_some_and(|at| now.since(at) <= Duration::from_millis(pacing.healthy_within_ms))
    }

    /// No answer, or none in the dialect.
    pub(crate) fn failed(&mut self, now: Timestamp, pacing: &Pacing, entropy: &dyn Entropy) {
        self.failures = self.failures.saturating_add(1);
        if self.is_down() || (self.failures >= pacing.breaker_failures && !mutated!(IgnoreBreaker)) {
            let beyond = self.failures.saturating_sub(pacing.breaker_failures);
            self.down_until = Some(now.after(backoff(beyond, pacing, entropy)));
        }
    }

    /// The remote refuses this till altogether.
    pub(crate) fn halt(&mut self, why: &str, now: Timestamp, pacing: &Pacing, entropy: &dyn Entropy) {
        self.halted = Some(why.to_owned());
        if !mutated!(HaltIsIgnored) {
            self.down_until = Some(now.after(backoff(self.failures, pacing, entropy)));
        }
        self.failures = self.failures.saturating_add(1);
    }

    /// An answer in the dialect, to anything. It does not end an outage: only [`Condition::recovered`] does.
    pub(crate) fn answered(&mut self, now: Timestamp) {
        self.last_answer = Some(now);
        if !self.is_down() {
            self.failures = 0;
        }
    }

    /// The health read succeeded. True if that ended an outage.
    pub(crate) fn recovered(&mut self, now: Timestamp, pacing: &Pacing, entropy: &dyn Entropy) -> bool {
        let ended = self.is_down();
        self.failures = 0;
        self.down_until = None;
        self.halted = None;
        self.last_answer = Some(now);
        if ended {
            self.drain_from = Some(now.after(jitter(pacing.restart_jitter_ms, entropy)));
        }
        ended
    }

    /// The remote asked for a pause (or answered 429 without saying how long).
    pub(crate) fn pause(&mut self, asked: Option<Duration>, now: Timestamp, pacing: &Pacing, entropy: &dyn Entropy) {
        let most = Duration::from_millis(pacing.retry_after_max_ms);
        let asked = asked.filter(|_| !mutated!(IgnoreRetryAfter));
        let pause = asked.map_or_else(|| backoff(self.failures, pacing, entropy), |asked| asked.min(most));
        let until = now.after(pause);
        self.paused_until = Some(self.paused_until.map_or(until, |before| before.max(until)));
    }

    /// Moves times back that a clock which ran ahead has left in the future.
    pub(crate) fn bring_back(&mut self, now: Timestamp, by: Duration) {
        let times = [&mut self.down_until, &mut self.paused_until, &mut self.drain_from, &mut self.last_answer];
        for time in times.into_iter().flatten() {
            if *time > now {
                *time = time.before(by);
            }
        }
    }

    /// Times that lie further ahead than any wait reaches come from a clock that was wrong.
    pub(crate) fn clamp(&mut self, latest: Timestamp) {
        for time in [&mut self.down_until, &mut self.paused_until, &mut self.drain_from].into_iter().flatten() {
            *time = (*time).min(latest);
        }
    }

    /// When the next thing may be tried, if something stands in the way now.
    pub(crate) fn next_try(&self, now: Timestamp) -> Option<Timestamp> {
        [self.down_until, self.paused_until.filter(|&until| until > now), self.drain_from.filter(|&from| from > now)]
            .into_iter()
            .flatten()
            .max()
    }
}

/// A random wait below a ceiling that doubles with each failure (full jitter), at least a millisecond.
pub(crate) fn backoff(failures: u32, pacing: &Pacing, entropy: &dyn Entropy) -> Duration {
    let ceiling = pacing.backoff_ms.saturating_mul(1 << failures.min(30)).min(pacing.backoff_max_ms);
    jitter(ceiling, entropy).max(Duration::from_millis(1))
}

fn jitter(ceiling_ms: u64, entropy: &dyn Entropy) -> Duration {
    Duration::from_millis(entropy.next_u64() % ceiling_ms.saturating_add(1).max(1))
}

/// Retry-After in both its forms: seconds, or a date, which is measured against the answer's own `Date` so that a wrong
/// clock here does not matter.
pub(crate) fn retry_after(response: &HttpResponse, now: Timestamp) -> Option<Duration> {
    let value = response.header("retry-after")?.trim();
    if let Ok(seconds) = value.parse::<u32>() {
        return Some(Duration::from_secs(u64::from(seconds)));
    }
    let until = http_date(value)?;
    Some(until.since(server_time(response).unwrap_or(now)))
}

/// The remote's clock, from its `Date` header.
pub(crate) fn server_time(response: &HttpResponse) -> Option<Timestamp> {
    http_date(response.header("date")?)
}

fn http_date(text: &str) -> Option<Timestamp> {
    DateTime::parse_from_rfc2822(text.trim()).ok().map(|date| Timestamp::from_millis(date.timestamp_millis()))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    struct Always(u64);

    impl Entropy for Always {
        fn next_u64(&self) -> u64 {
            self.0
        }
    }

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis(ms)
    }

    #[test]
    fn back_off_doubles_to_its_ceiling_with_full_jitter() {
        struct Counter(AtomicU64);
        impl Entropy for Counter {
            fn next_u64(&self) -> u64 {
                self.0.fetch_add(7919, Ordering::Relaxed)
            }
        }
        let pacing = Pacing { backoff_ms: 100, backoff_max_ms: 1000, ..Pacing::default() };
        let entropy = Counter(AtomicU64::new(0));
        for (failures, ceiling) in [(0, 100), (1, 200), (3, 800), (4, 1000), (60, 1000)] {
            let waits: Vec<u128> = (0..2000).map(|_| backoff(failures, &pacing, &entropy).as_millis()).collect();
            let (least, most) = (waits.iter().min().copied(), waits.iter().max().copied());
            assert!(most <= Some(ceiling) && most > Some(ceiling * 9 / 10), "{failures}: {most:?}");
            assert!(least >= Some(1) && least < Some(ceiling / 10), "{failures}: {least:?}");
        }
    }

    #[test]
    fn the_breaker_opens_after_failures_in_a_row_and_only_a_good_health_read_closes_it() {
        let pacing = Pacing { breaker_failures: 2, ..Pacing::default() };
        let mut condition = Condition::default();
        condition.failed(at(0), &pacing, &Always(5));
        assert!(!condition.is_unreachable(at(0)));
        condition.answered(at(1));
        condition.failed(at(2), &pacing, &Always(5));
        assert!(!condition.is_unreachable(at(2)), "an answer between two failures starts the count anew");
        condition.failed(at(3), &pacing, &Always(5));
        assert!(condition.is_unreachable(at(3)));
        condition.answered(at(4));
        assert!(condition.is_unreachable(at(4)));
        assert!(condition.recovered(at(5), &pacing, &Always(5)));
        assert!(!condition.is_unreachable(at(5)) && condition.is_healthy(at(5), &pacing));
    }

    #[test]
    fn retry_after_is_understood_in_both_forms_and_bounded() {
        let with = |headers: &[(&str, &str)]| HttpResponse {
            status: 503,
            headers: headers.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect(),
            body: Vec::new(),
        };
        let date = "Wed, 21 Oct 2015 07:28:00 GMT";
        let later = "Wed, 21 Oct 2015 07:28:30 GMT";
        let cases = [
            (vec![("Retry-After", "120")], Some(120)),
            (vec![("Retry-After", later), ("Date", date)], Some(30)),
            (vec![("Retry-After", date), ("Date", later)], Some(0)),
            (vec![("Retry-After", "soon")], None),
            (vec![], None),
        ];
        for (headers, seconds) in cases {
            let got = retry_after(&with(&headers), at(0));
            assert_eq!(got, seconds.map(Duration::from_secs), "{headers:?}");
        }
        let pacing = Pacing { retry_after_max_ms: 1000, ..Pacing::default() };
        let mut condition = Condition::default();
        condition.pause(Some(Duration::from_secs(1 << 30)), at(0), &pacing, &Always(0));
        assert_eq!(condition.paused_until, Some(at(1000)));
    }

    #[test]
    fn a_pause_that_the_remote_asked_for_holds_for_the_probe_too() {
        let pacing = Pacing { breaker_failures: 1, ..Pacing::default() };
        let mut condition = Condition::default();
        condition.failed(at(0), &pacing, &Always(10));
        assert_eq!(condition.probe_from(), Some(at(10)));
        condition.pause(Some(Duration::from_secs(60)), at(0), &pacing, &Always(10));
        assert_eq!(condition.probe_from(), Some(at(60_000)));
    }

    #[test]
    fn a_later_shorter_pause_does_not_shorten_an_earlier_one() {
        let mut condition = Condition::default();
        let pacing = Pacing::default();
        condition.pause(Some(Duration::from_secs(60)), at(0), &pacing, &Always(0));
        condition.pause(Some(Duration::from_secs(1)), at(10), &pacing, &Always(0));
        assert_eq!(condition.paused_until, Some(at(60_000)));
    }
}
