//! The shop: its remote, its cards, and how its till is set up.

use std::path::PathBuf;

use tempfile::TempDir;
use tillbook::{Config, LevelTerms, Money, Pacing, Rate, SandyConfig};
use tillbook_sandbox::sandy::{self, NewCard, RechargeRule, RuleKind, Settings};
use tillbook_sandbox::server::{self, Server};

use crate::Outcome;

/// How long after its end a request may still take effect. Real networks are given 2 minutes.
pub const QUIET_PERIOD_MS: u64 = 600;

/// The pay type of a recharge in cash.
pub const CASH: i64 = 1;

/// The cards of the lunch rush.
pub const RUSH: [&str; 8] = ["M3001", "M3002", "M3003", "M3004", "M3005", "M3006", "M3007", "M3008"];

/// A sandbox on a free port, and a folder for the till's book that goes away with it.
pub struct Shop {
    pub server: Server,
    folder: TempDir,
}

impl Shop {
    pub fn open() -> Outcome<Self> {
        let config = server::Config { settings: settings(), cards: seeded_cards(), ..server::Config::default() };
        Ok(Shop { server: Server::start(config)?, folder: TempDir::new()? })
    }

    pub fn book(&self) -> PathBuf {
        self.folder.path().join("till.db")
    }

    pub fn config(&self) -> Outcome<Config> {
        config(&self.server.url())
    }
}

/// How the till is set up. Everything that is not said here stays at its default, the offline policy above all.
pub fn config(url: &str) -> Outcome<Config> {
    let remote = settings();
    let mut sandy = SandyConfig::new(url, remote.token, remote.restaurant);
    sandy.quiet_period_ms = QUIET_PERIOD_MS;
    let mut config = Config::new("Noodle House", "Station Street", "Till 3", sandy);
    // A day in seconds: try again soon, and don't spread the tills of a city over two seconds.
    config.pacing = Pacing { backoff_ms: 20, backoff_max_ms: 200, restart_jitter_ms: 100, ..Pacing::default() };
    for level in remote.levels {
        config.levels.push(LevelTerms {
            level: level.name,
            rate: Rate::new(level.discount.value()),
            points_per_yuan: Some(level.points_per_yuan.value()),
        });
    }
    config.check()?;
    Ok(config)
}

/// The merchant's installation of the remote system.
fn settings() -> Settings {
    let level = |id, name: &str, discount| sandy::Level {
        id,
        name: name.to_owned(),
        discount,
        points_per_yuan: sandy::Rate::ONE,
    };
    let rule = |kind, description: &str| RechargeRule { kind, add_score: 0, description: description.to_owned() };
    Settings {
        org_name: "Noodle House".to_owned(),
        levels: vec![level(1, "Member", sandy::Rate::ONE), level(2, "Gold", sandy::Rate::new(8, 1))],
        rules: vec![
            rule(RuleKind::Percentage { ratio: sandy::Rate::new(1, 1) }, "10 % on top"),
            rule(RuleKind::Threshold { at_fen: 500_00, add_fen: 100_00 }, "100 from 500 on"),
        ],
        pay_types: vec![sandy::PayType { id: CASH, name: "Cash".to_owned() }],
        ..Settings::default()
    }
}

/// The cards that the remote knows in the morning.
pub fn seeded_cards() -> Vec<NewCard> {
    let card = |number: &str, level, name: &str, fen, points| {
        let phone = format!("1380000{}", number.trim_start_matches('M'));
        NewCard::new(number, level).with_holder(name, &phone, None).with_balance(fen, points)
    };
    let mut cards = vec![
        card("M1001", 2, "Li Na", 500_00, 300),
        card("M1002", 1, "Wang Fang", 30_00, 12),
        card("M1003", 1, "Zhao Lei", 100_00, 0),
        card("M1004", 2, "He Jun", 300_00, 40),
        card("M1005", 2, "Guo Ying", 300_00, 50),
        card("M1006", 1, "Lin Tao", 300_00, 60),
        card("M1007", 1, "Xu Jing", 300_00, 70),
    ];
    for (number, level) in RUSH.iter().zip([1, 2].into_iter().cycle()) {
        cards.push(card(number, level, "lunch guest", 400_00, 100));
    }
    cards
}

/// Yuan from text.
pub fn yuan(text: &str) -> Result<Money, tillbook::Error> {
    Money::parse_yuan(text)
}
