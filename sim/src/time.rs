//! Time and randomness of the simulated world: one true time, a clock for each till that may be wrong, dice by the seed.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use tillbook::{Clock, Entropy, Timestamp};

/// Where every world begins: 2026-03-01, eight in the morning in Beijing.
pub(crate) const START_MS: i64 = 1_772_323_200_000;

/// The one true time, in milliseconds since 1970.
#[derive(Debug)]
pub(crate) struct TrueTime(AtomicI64);

impl TrueTime {
    pub(crate) fn new() -> Arc<TrueTime> {
        Arc::new(TrueTime(AtomicI64::new(START_MS)))
    }

    pub(crate) fn now(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Never backwards.
    pub(crate) fn advance_to(&self, ms: i64) {
        self.0.fetch_max(ms, Ordering::Relaxed);
    }
}

/// A till's clock: its wall may be wrong and may jump, its monotonic time starts anew with each boot.
#[derive(Debug)]
pub(crate) struct TillClock {
    truth: Arc<TrueTime>,
    offset: AtomicI64,
    booted: AtomicI64,
}

impl TillClock {
    pub(crate) fn new(truth: Arc<TrueTime>) -> Arc<TillClock> {
        let booted = AtomicI64::new(truth.now());
        Arc::new(TillClock { truth, offset: AtomicI64::new(0), booted })
    }

    pub(crate) fn boot(&self) {
        self.booted.store(self.truth.now(), Ordering::Relaxed);
    }

    /// How far the wall clock is ahead of the true time, in milliseconds.
    pub(crate) fn set_offset(&self, ms: i64) {
        self.offset.store(ms, Ordering::Relaxed);
    }

    pub(crate) fn offset(&self) -> i64 {
        self.offset.load(Ordering::Relaxed)
    }

    /// The true time at which the monotonic clock shows this.
    pub(crate) fn true_time_of(&self, monotonic: Duration) -> i64 {
        let ms = i64::try_from(monotonic.as_millis()).unwrap_or(i64::MAX);
        self.booted.load(Ordering::Relaxed).saturating_add(ms)
    }
}

impl Clock for TillClock {
    fn wall(&self) -> Timestamp {
        Timestamp::from_millis(self.truth.now() + self.offset())
    }

    fn monotonic(&self) -> Duration {
        let since = self.truth.now() - self.booted.load(Ordering::Relaxed);
        Duration::from_millis(u64::try_from(since).unwrap_or_default())
    }
}

/// A till's own randomness.
#[derive(Debug)]
pub(crate) struct TillEntropy(AtomicU64);

impl TillEntropy {
    pub(crate) fn new(seed: u64, till: usize) -> Arc<TillEntropy> {
        Arc::new(TillEntropy(AtomicU64::new(mixed(seed, 0xe17, till as u64))))
    }
}

impl Entropy for TillEntropy {
    fn next_u64(&self) -> u64 {
        let counted = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        mixed(counted, 0, 0)
    }
}

/// What dice are thrown for. Each occasion has dice of its own, so that leaving one out of a run leaves the others as they
/// were: a failing run can be made shorter.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Occasion {
    Plan = 1,
    Step,
    Flight,
    Person,
    Check,
    Town,
    Policy,
    Keeping,
}

/// The dice of one occasion.
pub(crate) fn dice(seed: u64, occasion: Occasion, a: u64, b: u64) -> fastrand::Rng {
    fastrand::Rng::with_seed(mixed(mixed(seed, occasion as u64, a), 0x51, b))
}

/// Three numbers as one (SplitMix64's finish).
fn mixed(a: u64, b: u64, c: u64) -> u64 {
    let mut z = a
        .wrapping_add(b.wrapping_mul(0x9e37_79b9_7f4a_7c15))
        .wrapping_add(c.wrapping_mul(0xd1b5_4a32_d192_ed03))
        .wrapping_add(0x632b_e59b_d9b4_e019);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// True in so many of a thousand throws.
pub(crate) fn by_chance(dice: &mut fastrand::Rng, per_mille: u32) -> bool {
    dice.u32(0..1000) < per_mille
}
