//! What a server is started with.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::sandy::{NewCard, Settings};

/// Tells the time in epoch seconds.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> i64 + Send + Sync>);

impl Clock {
    /// A clock that asks `now_s`.
    #[must_use]
    pub fn new(now_s: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(now_s))
    }

    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self::new(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
        })
    }

    /// The time in epoch seconds.
    #[must_use]
    pub fn now_s(&self) -> i64 {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Clock").field(&self.now_s()).finish()
    }
}

/// What a server is started with.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where it listens. Only loopback addresses are taken: the control calls ask nobody who they are.
    pub ip: IpAddr,
    /// The port; 0 takes a free one.
    pub port: u16,
    /// What the merchant's system is set up with.
    pub settings: Settings,
    /// The cards it starts with.
    pub cards: Vec<NewCard>,
    /// Who tells the time.
    pub clock: Clock,
    /// How late every answer of the interface comes, in milliseconds.
    pub delay_ms: u64,
    /// More connections than this at once are answered 503 and closed.
    pub max_connections: usize,
    /// The seed for standing faults.
    pub fault_seed: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 0,
            settings: Settings::default(),
            cards: Vec::new(),
            clock: Clock::system(),
            delay_ms: 0,
            max_connections: 256,
            fault_seed: 1,
        }
    }
}
