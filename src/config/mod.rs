//! What a till is told when it is opened.

mod file;
mod view;

use std::collections::BTreeMap;
use std::path::PathBuf;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::chain_key::ChainKey;
use crate::error::{Error, Result};
use crate::model::{CardNumbers, Family, OfflinePolicy, Retention};
use crate::provider::{Freemud, FreemudConfig, Gree, GreeConfig, Provider, Sandy, SandyConfig, Yonyou, YonyouConfig};
use crate::units::{Rate, Rounding};

/// Everything a till is told when it is opened. Start from [`Config::new`] and change what differs.
///
/// ```
/// use tillbook::{Config, SandyConfig};
/// let sandy = SandyConfig::new("http://127.0.0.1:8787", "test", "{DEFAULT-AUTO-1}");
/// let mut config = Config::new("Noodle House", "Store 1", "Till 3", sandy);
/// config.policy.floor_limit = tillbook::Money::parse_yuan("100")?;
/// # Ok::<(), tillbook::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Whose business it is. A book that holds unfinished operations opens for no other.
    pub merchant: String,
    /// Which of its stores.
    pub store: String,
    /// Which of the store's tills.
    pub till: String,
    /// How the remotes identify this store, where coupons are limited to stores.
    #[serde(default)]
    pub store_id: Option<String>,
    /// The Sandy remote, where there is one: cards and stored value.
    #[serde(default)]
    pub sandy: Option<SandyConfig>,
    /// The Freemud platform, where there is one: members and points.
    #[serde(default)]
    pub freemud: Option<FreemudConfig>,
    /// The Gree member platform, where there is one: members, points, coupons, orders.
    #[serde(default)]
    pub gree: Option<GreeConfig>,
    /// The Yonyou U8 platform, where there is one: points.
    #[serde(default)]
    pub yonyou: Option<YonyouConfig>,
    /// Which remote serves what. Only needed where two of them could.
    #[serde(default)]
    pub routing: Routing,
    /// What may be approved offline.
    #[serde(default)]
    pub policy: OfflinePolicy,
    /// How computed prices are rounded.
    #[serde(default)]
    pub rounding: Rounding,
    /// What is known of levels that the remote does not tell.
    #[serde(default)]
    pub levels: Vec<LevelTerms>,
    /// When a discount that cards were given is taken for their level's.
    #[serde(default)]
    pub learn_levels: LearnLevels,
    /// How long a call waits for the remote that does not say so itself, in milliseconds. 3 s.
    #[serde(default = "Config::default_timeout_ms")]
    pub timeout_ms: u64,
    /// Local time, in minutes ahead of UTC. Beijing: 480.
    #[serde(default = "Config::default_utc_offset")]
    pub utc_offset_minutes: i32,
    /// When a business day ends, in minutes after local midnight. 0.
    #[serde(default)]
    pub day_cutoff_minutes: u32,
    /// How often and how fast the remote is asked.
    #[serde(default)]
    pub pacing: Pacing,
    /// The numbers that this till gives to cards it opens, and no other till does.
    #[serde(default)]
    pub card_numbers: Option<CardNumbers>,
    /// The secret that the chain of entries is kept with, so that nobody who lacks it can change a line of the book unseen. At
    /// least 16 bytes. Without one the chain shows damage, and no forgery.
    #[serde(default)]
    pub chain_key: Option<ChainKey>,
    /// The book is for training: it never opens as a live one, nor a live one as this, and no live remote is reached from it.
    /// A book is made one or the other, for life. No.
    #[serde(default)]
    pub training: bool,
    /// Hosts of remotes that are for training. A training book reaches these and this machine itself, and no others; a live
    /// book reaches none of them. None.
    #[serde(default)]
    pub training_hosts: Vec<String>,
    /// How long details of what is over are kept in the book.
    #[serde(default)]
    pub retention: Retention,
    /// Where the high-water file lies, by which an older copy of the book is told: in a folder that exists and is not copied along
    /// with the book. Without it only what [`Restore`](crate::Restore) has put back is known to be an older copy.
    #[serde(default)]
    pub high_water: Option<PathBuf>,
}

/// A remote system.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Remote {
    /// Sandy POS cards.
    Sandy(SandyConfig),
    /// Freemud members.
    Freemud(Box<FreemudConfig>),
    /// The Gree member platform.
    Gree(Box<GreeConfig>),
    /// Yonyou U8 points.
    Yonyou(YonyouConfig),
}

impl From<SandyConfig> for Remote {
    fn from(config: SandyConfig) -> Self {
        Remote::Sandy(config)
    }
}

impl From<FreemudConfig> for Remote {
    fn from(config: FreemudConfig) -> Self {
        Remote::Freemud(Box::new(config))
    }
}

impl From<GreeConfig> for Remote {
    fn from(config: GreeConfig) -> Self {
        Remote::Gree(Box::new(config))
    }
}

impl From<YonyouConfig> for Remote {
    fn from(config: YonyouConfig) -> Self {
        Remote::Yonyou(config)
    }
}

/// Which remote serves what, by name: `sandy`, `freemud`, `gree`, `yonyou`. What is not said is served by the only configured
/// remote that can; where several could, it has to be said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Routing {
    /// Cards and stored value.
    pub cards: Option<String>,
    /// Members.
    pub members: Option<String>,
    /// Points.
    pub points: Option<String>,
    /// Coupons.
    pub coupons: Option<String>,
    /// Orders and returns.
    pub orders: Option<String>,
}

impl Routing {
    fn of(&self, family: Family) -> (&'static str, Option<&str>) {
        let (key, said) = match family {
            Family::Cards => ("routing.cards", &self.cards),
            Family::Members => ("routing.members", &self.members),
            Family::Points => ("routing.points", &self.points),
            Family::Coupons => ("routing.coupons", &self.coupons),
            Family::Orders => ("routing.orders", &self.orders),
        };
        (key, said.as_deref())
    }
}

/// What the merchant knows of a level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LevelTerms {
    /// The level's name or the remote's identifier.
    pub level: String,
    /// What its members pay of a discountable amount.
    #[serde(default)]
    pub rate: Option<Rate>,
    /// The points that a yuan paid brings.
    #[serde(default)]
    pub points_per_yuan: Option<Decimal>,
}

/// When a discount that a remote gave to cards of a level is taken for the level's own, where none is configured. It serves
/// for cards that have been given none themselves, and for what is decided offline only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LearnLevels {
    /// So many different cards have to have been given it, and none another one since. 3; 0: nothing is learned.
    pub cards: u32,
    /// Within so many business days. 7.
    pub days: u32,
    /// A discount that was last seen so many business days ago, of a level or of the card itself, is not used any more: offline
    /// the member pays in full. 90.
    pub max_age_days: u32,
}

impl Default for LearnLevels {
    fn default() -> Self {
        LearnLevels { cards: 3, days: 7, max_age_days: 90 }
    }
}

/// How often and how fast the remote is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Pacing {
    /// The first back-off after a failure, in milliseconds; it doubles with each further one. 500.
    pub backoff_ms: u64,
    /// The longest back-off, in milliseconds. A minute.
    pub backoff_max_ms: u64,
    /// After so many failures in a row the remote counts as unreachable, and only a single probe at a time asks. 2.
    pub breaker_failures: u32,
    /// The longest wait that a remote may ask for (Retry-After), in milliseconds. An hour.
    pub retry_after_max_ms: u64,
    /// After an outage the queue starts at a random moment within this, in milliseconds: not all tills at once. 2 s.
    pub restart_jitter_ms: u64,
    /// The remote is healthy if it has answered within this, in milliseconds. 5 minutes.
    pub healthy_within_ms: u64,
    /// How many requests may be under way at once. 16.
    pub io_threads: usize,
}

impl Default for Pacing {
    fn default() -> Self {
        Pacing {
            backoff_ms: 500,
            backoff_max_ms: 60_000,
            breaker_failures: 2,
            retry_after_max_ms: 3_600_000,
            restart_jitter_ms: 2_000,
            healthy_within_ms: 300_000,
            io_threads: 16,
        }
    }
}

impl Config {
    /// A till of a merchant with one remote system, and every setting at its default. [`Config::and`] adds further ones.
    #[must_use]
    pub fn new(
        merchant: impl Into<String>,
        store: impl Into<String>,
        till: impl Into<String>,
        remote: impl Into<Remote>,
    ) -> Self {
        let config = Config {
            merchant: merchant.into(),
            store: store.into(),
            till: till.into(),
            store_id: None,
            sandy: None,
            freemud: None,
            gree: None,
            yonyou: None,
            routing: Routing::default(),
            policy: OfflinePolicy::default(),
            rounding: Rounding::default(),
            levels: Vec::new(),
            learn_levels: LearnLevels::default(),
            timeout_ms: Config::default_timeout_ms(),
            utc_offset_minutes: Config::default_utc_offset(),
            day_cutoff_minutes: 0,
            pacing: Pacing::default(),
            card_numbers: None,
            chain_key: None,
            training: false,
            training_hosts: Vec::new(),
            retention: Retention::default(),
            high_water: None,
        };
        config.and(remote)
    }

    /// The same with a remote system more, or another one of that kind.
    #[must_use]
    pub fn and(mut self, remote: impl Into<Remote>) -> Self {
        match remote.into() {
            Remote::Sandy(sandy) => self.sandy = Some(sandy),
            Remote::Freemud(freemud) => self.freemud = Some(*freemud),
            Remote::Gree(gree) => self.gree = Some(*gree),
            Remote::Yonyou(yonyou) => self.yonyou = Some(yonyou),
        }
        self
    }

    /// What the configured remotes are spoken to by, in the order in which they are named.
    pub(crate) fn providers(&self) -> Result<Vec<Box<dyn Provider>>> {
        let mut providers: Vec<Box<dyn Provider>> = Vec::new();
        if let Some(sandy) = &self.sandy {
            providers.push(Box::new(Sandy::new(sandy.clone()).map_err(|error| error.of_section("sandy"))?));
        }
        if let Some(freemud) = &self.freemud {
            providers.push(Box::new(Freemud::new(freemud.clone()).map_err(|error| error.of_section("freemud"))?));
        }
        if let Some(gree) = &self.gree {
            providers.push(Box::new(Gree::new(gree.clone()).map_err(|error| error.of_section("gree"))?));
        }
        if let Some(yonyou) = &self.yonyou {
            providers.push(Box::new(Yonyou::new(yonyou.clone()).map_err(|error| error.of_section("yonyou"))?));
        }
        if providers.is_empty() {
            return Err(Error::config("sandy", "or another remote system must be configured"));
        }
        Ok(providers)
    }

    /// Which of the providers serves what, by its place.
    pub(crate) fn routes(&self, providers: &[Box<dyn Provider>]) -> Result<BTreeMap<Family, usize>> {
        let mut routes = BTreeMap::new();
        for &family in Family::ALL {
            let (key, said) = self.routing.of(family);
            let able: Vec<usize> = providers
                .iter()
                .enumerate()
                .filter(|(_, provider)| provider.serves().iter().any(|service| service.kind.family() == family))
                .map(|(place, _)| place)
                .collect();
            let place = match (said, able.as_slice()) {
                (Some(name), _) => {
                    let named = able.into_iter().find(|&place| providers[place].name() == name);
                    Some(named.ok_or_else(|| Error::config(key, "must name a configured remote that serves this"))?)
                }
                (None, []) => None,
                (None, [place]) => Some(*place),
                (None, _) => return Err(Error::config(key, "must say which remote: more than one could")),
            };
            routes.extend(place.map(|place| (family, place)));
        }
        Ok(routes)
    }

    fn default_timeout_ms() -> u64 {
        3_000
    }

    fn default_utc_offset() -> i32 {
        480
    }

    /// Checks every key.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidConfig`](crate::ErrorCode::InvalidConfig), naming the key.
    pub fn check(&self) -> Result<()> {
        for (key, text) in [("merchant", &self.merchant), ("store", &self.store), ("till", &self.till)] {
            if text.trim().is_empty() || text.chars().count() > 64 || text.chars().any(char::is_control) {
                return Err(Error::config(key, "must be 1 to 64 characters without control characters"));
            }
        }
        if self.store_id.as_ref().is_some_and(|id| id.trim().is_empty() || id.chars().any(char::is_control)) {
            return Err(Error::config("store_id", "must not be empty and hold no control characters"));
        }
        self.check_resolved()?;
        let routes = self.routes(&self.providers()?)?;
        debug_assert!(!routes.is_empty());
        self.check_training()?;
        let within = |key, ok: bool, rule: &str| if ok { Ok(()) } else { Err(Error::config(key, rule)) };
        within("timeout_ms", (1..=600_000).contains(&self.timeout_ms), "must be 1 to 600000")?;
        within(
            "utc_offset_minutes",
            (-14 * 60..=14 * 60).contains(&self.utc_offset_minutes),
            "must be within 14 hours",
        )?;
        within("day_cutoff_minutes", self.day_cutoff_minutes < 24 * 60, "must be below 1440")?;
        let pacing = &self.pacing;
        within("pacing.backoff_ms", pacing.backoff_ms >= 1, "must be at least 1")?;
        within("pacing.backoff_max_ms", pacing.backoff_max_ms >= pacing.backoff_ms, "must be at least backoff_ms")?;
        within("pacing.breaker_failures", pacing.breaker_failures >= 1, "must be at least 1")?;
        within("pacing.io_threads", (1..=256).contains(&pacing.io_threads), "must be 1 to 256")?;
        self.policy.check()?;
        within("learn_levels.cards", self.learn_levels.cards <= 1000, "must be 0 to 1000")?;
        within("learn_levels.days", (1..=365).contains(&self.learn_levels.days), "must be 1 to 365")?;
        let ages = 1..=3650;
        within("learn_levels.max_age_days", ages.contains(&self.learn_levels.max_age_days), "must be 1 to 3650")?;
        self.card_numbers.as_ref().map_or(Ok(()), CardNumbers::check)?;
        let key_is_fine = self.chain_key.as_ref().is_none_or(ChainKey::is_long_enough);
        within("chain_key", key_is_fine, "must be at least 16 bytes")?;
        let mut seen = std::collections::BTreeSet::new();
        let named = self.levels.iter().all(|terms| !terms.level.trim().is_empty() && seen.insert(&terms.level));
        within("levels", named, "must name each level once")?;
        let takes_points = |terms: &LevelTerms| terms.points_per_yuan.is_some_and(|points| points < Decimal::ZERO);
        within("levels", !self.levels.iter().any(takes_points), "must not take points for a payment")
    }

    /// The terms of a level that the remote knows by this name or identifier.
    pub(crate) fn terms(&self, name: &str, id: Option<&str>) -> Option<&LevelTerms> {
        self.levels.iter().find(|terms| terms.level == name || Some(terms.level.as_str()) == id)
    }
}
