//! Time and randomness, injected at the edge.
//!
//! Everything inside works on [`Timestamp`]s that it is given. [`BookTime`] turns an untrustworthy wall clock into one
//! that never runs backwards across restarts and knows when it is suspicious.

use std::fmt;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01 UTC.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds since 1970-01-01 UTC.
    #[must_use]
    pub const fn from_millis(ms: i64) -> Self {
        Timestamp(ms)
    }

    /// Milliseconds since 1970-01-01 UTC.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Later by `by`.
    #[must_use]
    pub fn after(self, by: Duration) -> Self {
        Timestamp(self.0.saturating_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)))
    }

    /// Earlier by `by`.
    #[must_use]
    pub fn before(self, by: Duration) -> Self {
        Timestamp(self.0.saturating_sub(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)))
    }

    /// The time since `earlier`, zero where that is later.
    #[must_use]
    pub fn since(self, earlier: Timestamp) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Local date and time at a fixed offset from UTC. `None` outside chrono's range.
    #[must_use]
    pub fn at_offset(self, offset: FixedOffset) -> Option<DateTime<FixedOffset>> {
        DateTime::from_timestamp_millis(self.0).map(|utc| utc.with_timezone(&offset))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match DateTime::from_timestamp_millis(self.0) {
            Some(utc) => write!(f, "{}", utc.format("%Y-%m-%dT%H:%M:%S%.3fZ")),
            None => write!(f, "Timestamp({})", self.0),
        }
    }
}

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// The wall clock. May be wrong and may jump.
    fn wall(&self) -> Timestamp;

    /// Time since some fixed moment of this process. Never jumps.
    fn monotonic(&self) -> Duration;
}

/// The machine's clocks.
#[derive(Debug)]
pub struct SystemClock {
    started: Instant,
}

impl SystemClock {
    /// The machine's clocks, the monotonic one counted from now.
    #[must_use]
    pub fn new() -> Self {
        SystemClock { started: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        SystemClock::new()
    }
}

impl Clock for SystemClock {
    fn wall(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(0).after(since)
    }

    fn monotonic(&self) -> Duration {
        self.started.elapsed()
    }
}

/// Where randomness comes from: identifiers and jitter. Not for keys.
pub trait Entropy: Send + Sync {
    /// A random number.
    fn next_u64(&self) -> u64;
}

/// The operating system's randomness.
#[derive(Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn next_u64(&self) -> u64 {
        // A version 4 UUID holds 122 random bits; the fixed ones lie outside the bits that are folded together here.
        let (high, low) = uuid::Uuid::new_v4().as_u64_pair();
        high.rotate_left(32) ^ low
    }
}

/// Two random numbers as an identifier of 32 hexadecimal digits.
pub(crate) fn mint_id(entropy: &dyn Entropy) -> String {
    uuid::Uuid::from_u64_pair(entropy.next_u64(), entropy.next_u64()).simple().to_string()
}

/// A random key of at most so many characters, without any that could be misread: 5 random bits in each.
pub(crate) fn mint_key(entropy: &dyn Entropy, chars: usize) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut random = (u128::from(entropy.next_u64()) << 64) | u128::from(entropy.next_u64());
    let mut next = || {
        let index = (random & 31) as usize;
        random >>= 5;
        char::from(ALPHABET[index])
    };
    (0..chars.min(26)).map(|_| next()).collect()
}

/// The book's own time: `max(wall clock, highest time seen + monotonic time elapsed)`.
///
/// The highest time seen survives restarts in the book, so that setting the clock back a day neither makes old balances
/// young nor lets an outage start over.
pub(crate) struct BookTime {
    anchor: Timestamp,
    anchor_monotonic: Duration,
    /// How far the wall clock was behind when the remote last answered: so much of its lag is vouched for.
    vouched: Duration,
}

impl BookTime {
    /// Starts from the highest time that the book has seen.
    pub(crate) fn start(clock: &dyn Clock, highest_seen: Option<Timestamp>) -> Self {
        let wall = clock.wall();
        let anchor = highest_seen.map_or(wall, |seen| seen.max(wall));
        BookTime { anchor, anchor_monotonic: clock.monotonic(), vouched: Duration::ZERO }
    }

    /// Now. Never earlier than any time told before.
    pub(crate) fn now(&mut self, clock: &dyn Clock) -> Timestamp {
        let elapsed = clock.monotonic().saturating_sub(self.anchor_monotonic);
        let steady = self.anchor.after(elapsed);
        let wall = clock.wall();
        if wall > steady {
            self.anchor = wall;
            self.anchor_monotonic = clock.monotonic();
            self.vouched = Duration::ZERO;
            return wall;
        }
        // A clock that has been put right may go wrong again.
        self.vouched = self.vouched.min(steady.since(wall));
        steady
    }

    /// How far the wall clock is behind, if by more than `tolerance` and nobody has vouched for the time since.
    pub(crate) fn behind(&mut self, clock: &dyn Clock, tolerance: Duration) -> Option<Duration> {
        let lag = self.now(clock).since(clock.wall());
        (lag.saturating_sub(self.vouched) > tolerance).then_some(lag)
    }

    /// The remote has answered. Where its own clock (`server`, from the `Date` header) agrees with the wall clock and not
    /// with the book's time, the highest time seen was the wrong one: a clock that once ran ahead must not leave the book in
    /// the future for ever. Tells then by how much it was: times stored meanwhile have to be brought back.
    pub(crate) fn remote_answered(
        &mut self,
        clock: &dyn Clock,
        server: Option<Timestamp>,
        tolerance: Duration,
    ) -> Option<Duration> {
        let now = self.now(clock);
        let wall = clock.wall();
        self.vouched = now.since(wall);
        let server = server?;
        let apart = |a: Timestamp, b: Timestamp| a.since(b).max(b.since(a));
        if apart(server, wall) <= tolerance && apart(server, now) > tolerance {
            self.anchor = wall;
            self.anchor_monotonic = clock.monotonic();
            self.vouched = Duration::ZERO;
            return Some(now.since(wall));
        }
        None
    }
}

/// What is known of a remote's clock, against this process's clock that never jumps: how far ahead it is, at least and at
/// most, in milliseconds.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Skew {
    known: Option<(i64, i64)>,
    at: Duration,
}

/// Two clocks drift apart by no more than a millisecond in so many.
const DRIFT: i64 = 5_000;

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

impl Skew {
    /// A request left and its answer came then; in between the remote's clock showed this second.
    pub(crate) fn observe(&mut self, sent: Duration, received: Duration, date: Timestamp) {
        let least = date.millis().saturating_sub(millis(received));
        let most = date.millis().saturating_add(999).saturating_sub(millis(sent));
        let known = match self.widened(received) {
            // What both allow is so.
            Some((low, high)) if low.max(least) <= high.min(most) => (low.max(least), high.min(most)),
            // They contradict each other: a clock has been set.
            _ => (least, most),
        };
        (self.known, self.at) = (Some(known), received);
    }

    fn widened(&self, now: Duration) -> Option<(i64, i64)> {
        let drift = millis(now.saturating_sub(self.at)) / DRIFT;
        self.known.map(|(low, high)| (low.saturating_sub(drift), high.saturating_add(drift)))
    }

    /// How far [`Skew::server_now`] may be off. `None`: nothing is known.
    pub(crate) fn uncertainty(&self, now: Duration) -> Option<Duration> {
        let (low, high) = self.widened(now)?;
        Some(Duration::from_millis(high.saturating_sub(low).unsigned_abs().div_ceil(2)))
    }

    /// The remote's clock now, as well as it is known.
    pub(crate) fn server_now(&self, now: Duration) -> Option<Timestamp> {
        let (low, high) = self.known?;
        Some(Timestamp(millis(now).saturating_add(low).saturating_add((high - low) / 2)))
    }
}

/// The date that a sale at `at` belongs to: days change at `cutoff_minutes` after local midnight.
pub(crate) fn business_date(at: Timestamp, utc_offset_minutes: i32, cutoff_minutes: u32) -> NaiveDate {
    let shift = TimeDelta::minutes(i64::from(utc_offset_minutes) - i64::from(cutoff_minutes));
    DateTime::from_timestamp_millis(at.millis())
        .and_then(|utc| utc.checked_add_signed(shift))
        .map_or(NaiveDate::MIN, |local| local.date_naive())
}

#[cfg(test)]
pub(crate) mod testing {
    use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

    use super::*;

    /// Clocks that a test sets by hand.
    #[derive(Default)]
    pub(crate) struct ManualClock {
        pub(crate) wall_ms: AtomicI64,
        pub(crate) monotonic_ms: AtomicU64,
    }

    impl ManualClock {
        pub(crate) fn at(wall_ms: i64) -> Self {
            ManualClock { wall_ms: AtomicI64::new(wall_ms), monotonic_ms: AtomicU64::new(0) }
        }

        pub(crate) fn advance(&self, ms: u64) {
            self.wall_ms.fetch_add(ms as i64, Ordering::SeqCst);
            self.monotonic_ms.fetch_add(ms, Ordering::SeqCst);
        }

        pub(crate) fn jump(&self, ms: i64) {
            self.wall_ms.fetch_add(ms, Ordering::SeqCst);
        }
    }

    impl Clock for ManualClock {
        fn wall(&self) -> Timestamp {
            Timestamp::from_millis(self.wall_ms.load(Ordering::SeqCst))
        }

        fn monotonic(&self) -> Duration {
            Duration::from_millis(self.monotonic_ms.load(Ordering::SeqCst))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::testing::ManualClock;
    use super::*;

    const DAY: i64 = 86_400_000;
    const TOLERANCE: Duration = Duration::from_secs(300);

    #[test]
    fn a_clock_set_back_a_day_does_not_turn_the_books_time_back() {
        let clock = ManualClock::at(10 * DAY);
        let mut time = BookTime::start(&clock, None);
        clock.advance(1000);
        assert_eq!(time.now(&clock).millis(), 10 * DAY + 1000);
        clock.jump(-DAY);
        clock.advance(1000);
        assert_eq!(time.now(&clock).millis(), 10 * DAY + 2000);
        assert_eq!(time.behind(&clock, TOLERANCE), Some(Duration::from_millis(DAY as u64)));
        time.remote_answered(&clock, None, TOLERANCE);
        assert_eq!(time.behind(&clock, TOLERANCE), None, "the remote has answered since");
        clock.jump(-DAY);
        assert_eq!(time.behind(&clock, TOLERANCE), Some(Duration::from_millis(2 * DAY as u64)), "not since this jump");
    }

    #[test]
    fn an_answer_from_before_the_clock_was_set_back_vouches_for_nothing() {
        let clock = ManualClock::at(10 * DAY);
        let mut time = BookTime::start(&clock, None);
        time.remote_answered(&clock, None, TOLERANCE);
        clock.jump(-DAY);
        assert!(time.behind(&clock, TOLERANCE).is_some());
        time.remote_answered(&clock, None, TOLERANCE);
        clock.jump(DAY);
        assert_eq!(time.behind(&clock, TOLERANCE), None, "it was put right");
        clock.jump(-DAY);
        assert!(time.behind(&clock, TOLERANCE).is_some(), "and went wrong again");
    }

    #[test]
    fn the_highest_time_seen_survives_a_restart() {
        let clock = ManualClock::at(9 * DAY);
        let mut time = BookTime::start(&clock, Some(Timestamp::from_millis(10 * DAY)));
        assert_eq!(time.now(&clock).millis(), 10 * DAY);
        assert!(time.behind(&clock, TOLERANCE).is_some());
    }

    #[test]
    fn a_time_that_once_ran_ahead_is_brought_back_when_server_and_wall_agree() {
        let clock = ManualClock::at(10 * DAY);
        let mut time = BookTime::start(&clock, Some(Timestamp::from_millis(400 * DAY)));
        let server = Some(Timestamp::from_millis(10 * DAY + 700));
        let ahead = Some(Duration::from_millis(390 * DAY as u64));
        assert_eq!(time.remote_answered(&clock, server, TOLERANCE), ahead);
        assert_eq!(time.now(&clock).millis(), 10 * DAY);
        let wrong = Some(Timestamp::from_millis(3 * DAY));
        let told = time.remote_answered(&clock, wrong, TOLERANCE);
        assert_eq!(told, None, "a server that agrees with nobody changes nothing");
    }

    #[test]
    fn the_business_day_changes_at_the_cutoff() {
        // 2026-03-01 03:59 and 04:00 in Beijing, cut-off at four in the morning.
        let at = |h: i64, m: i64| Timestamp::from_millis(1_772_323_200_000 + ((h - 8) * 60 + m) * 60_000);
        assert_eq!(business_date(at(3, 59), 480, 240).to_string(), "2026-02-28");
        assert_eq!(business_date(at(4, 0), 480, 240).to_string(), "2026-03-01");
    }
}
