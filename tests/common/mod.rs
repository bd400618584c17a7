//! A shop for tests: a sandbox on a free port and tills on fresh files.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

pub mod wire;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tillbook::{CheckOptions, Config, LevelTerms, Money, Pacing, Points, Rate, SandyConfig, Till};
use tillbook_sandbox::sandy::{LedgerKind, LedgerLine, NewCard, Settings, Source};
use tillbook_sandbox::server::{self, Server};

/// A quiet period short enough for a test.
pub const QUIET: Duration = Duration::from_millis(60);
/// A call's time-out.
pub const SOON: Duration = Duration::from_millis(2_000);

/// Yuan from text.
pub fn yuan(text: &str) -> Money {
    Money::parse_yuan(text).unwrap()
}

/// A number of points.
pub fn points(number: i64) -> Points {
    Points::new(number)
}

/// A sandbox and a folder for books.
pub struct Shop {
    pub server: Server,
    pub dir: TempDir,
}

impl Shop {
    /// With two cards, `A1` (500.00, 300 points, 高级会员) and `B1` (100.00, 普通会员).
    pub fn open() -> Shop {
        Shop::with(Settings::default())
    }

    pub fn with(settings: Settings) -> Shop {
        let cards = vec![
            NewCard::new("A1", 2).with_holder("Mr Wang", "13800000001", None).with_balance(500_00, 300),
            NewCard::new("B1", 1).with_holder("Ms Li", "13800000002", None).with_balance(100_00, 0),
        ];
        let server = Server::start(server::Config { settings, cards, ..server::Config::default() }).unwrap();
        Shop { server, dir: TempDir::new().unwrap() }
    }

    pub fn config(&self) -> Config {
        let settings = self.server.sandy().with(|sandy| sandy.settings().clone());
        config(SandyConfig::new(self.server.url(), settings.token, settings.restaurant))
    }

    pub fn book(&self) -> PathBuf {
        self.dir.path().join("till.db")
    }

    pub fn till(&self) -> Till {
        Till::open(self.book(), self.config()).unwrap()
    }

    /// What the remote applied for this merchant's tills, in order.
    pub fn ledger(&self) -> Vec<LedgerLine> {
        self.server
            .sandy()
            .with(|sandy| sandy.ledger().iter().filter(|line| line.source == Source::Api).cloned().collect())
    }

    /// Kind, card and amount sent of what the remote applied.
    pub fn applied(&self) -> Vec<(LedgerKind, String, i64)> {
        self.ledger().into_iter().map(|line| (line.kind, line.card, line.sent)).collect()
    }

    pub fn remote_balance(&self, card: &str) -> (Money, Points) {
        self.server.sandy().with(|sandy| {
            let card = sandy.card(card).unwrap();
            (Money::from_fen(card.amount_fen), Points::new(card.points))
        })
    }
}

/// A till's configuration with a test's short times and two known levels.
pub fn config(mut sandy: SandyConfig) -> Config {
    sandy.quiet_period_ms = QUIET.as_millis() as u64;
    sandy.request_timeout_ms = 400;
    sandy.sole_writer = true;
    let mut config = Config::new("Noodle House", "Store 1", "Till 1", sandy);
    config.levels = vec![
        LevelTerms { level: "普通会员".into(), rate: Some(Rate::FULL), points_per_yuan: Some(1.into()) },
        LevelTerms {
            level: "高级会员".into(),
            rate: Rate::new("0.8".parse().unwrap()),
            points_per_yuan: Some(1.into()),
        },
    ];
    config.pacing = Pacing { backoff_ms: 5, backoff_max_ms: 40, restart_jitter_ms: 5, ..Pacing::default() };
    config
}

/// Syncs until `done`, at most ten seconds: generous, since a machine may be slow, and never waited out when all is well.
pub fn sync_until(till: &Till, mut done: impl FnMut(&Till) -> bool) {
    let until = Instant::now() + Duration::from_secs(10);
    loop {
        let status = till.sync(Duration::from_millis(500)).unwrap();
        if done(till) {
            return;
        }
        assert!(Instant::now() < until, "not done in time: {status:?}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Syncs until nothing is on its way.
pub fn drain(till: &Till) {
    sync_until(till, |till| till.status().unwrap().queued == 0);
    assert_sound(till);
}

/// The book says the same wherever it says something twice.
pub fn assert_sound(till: &Till) {
    let report = till.check(&CheckOptions::default()).unwrap();
    assert!(report.is_clean(), "{:#?}", report.findings);
}

/// The till's and the remote's figures agree, and nothing is open.
pub fn assert_agrees(shop: &Shop, till: &Till, card: &str) {
    let (money, points) = shop.remote_balance(card);
    let balances = till.card(card).unwrap().balances;
    assert_eq!((balances.money.confirmed, balances.money.expected), (money, money), "money of {card}");
    assert_eq!((balances.points.confirmed, balances.points.expected), (points, points), "points of {card}");
}
