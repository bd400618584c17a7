//! What a server is started with.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::freemud::{self, Freemud};
use crate::gree::{self, Gree};
use crate::sandy::{NewCard, Settings};
use crate::yonyou::{self, Yonyou};

/// Tells the time in epoch milliseconds.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> i64 + Send + Sync>);

impl Clock {
    /// A clock that asks `now_s` for epoch seconds.
    #[must_use]
    pub fn new(now_s: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        Self::in_ms(move || now_s().saturating_mul(1_000))
    }

    /// A clock that asks `now_ms` for epoch milliseconds.
    #[must_use]
    pub fn in_ms(now_ms: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(now_ms))
    }

    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self::in_ms(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
        })
    }

    /// The time in epoch seconds.
    #[must_use]
    pub fn now_s(&self) -> i64 {
        self.now_ms().div_euclid(1_000)
    }

    /// The time in epoch milliseconds.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Clock").field(&self.now_ms()).finish()
    }
}

/// What a server is started with.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where it listens. Only loopback addresses are taken: the control calls ask nobody who they are.
    pub ip: IpAddr,
    /// The port; 0 takes a free one.
    pub port: u16,
    /// What Sandy is set up with.
    pub settings: Settings,
    /// The cards that Sandy starts with.
    pub cards: Vec<NewCard>,
    /// The Gree platform it starts with.
    pub gree: Gree,
    /// The Freemud platform it starts with.
    pub freemud: Freemud,
    /// The Yonyou platform it starts with.
    pub yonyou: Yonyou,
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
            gree: Gree::new(gree::Settings::default()),
            freemud: Freemud::new(freemud::Settings::default()),
            yonyou: Yonyou::new(yonyou::Settings::default()),
            clock: Clock::system(),
            delay_ms: 0,
            max_connections: 256,
            fault_seed: 1,
        }
    }
}
