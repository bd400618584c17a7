//! A shop with a till, a remote and the tool.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tillbook::{Config, Consume, Link, Money, State, Till};
use tillbook_sandbox::fault::{Fault, OneShot};
use tillbook_sandbox::sandy::{NewCard, Settings};
use tillbook_sandbox::server::{self, Server};

pub(crate) const SOON: Duration = Duration::from_secs(2);

pub(crate) struct Shop {
    pub(crate) server: Server,
    pub(crate) dir: TempDir,
}

/// What a run of the tool gave.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Shop {
    pub(crate) fn open() -> Shop {
        let card = |number: &str, name: &str, phone: &str| {
            NewCard::new(number, 1).with_holder(name, phone, None).with_balance(500_00, 300)
        };
        let cards = vec![
            card("M1001", "Li Na", "13800001001"),
            card("M1002", "Wang Fang", "13800001002"),
            card("M1003", "Zhao Lei", "13800001003"),
        ];
        let settings = Settings { org_name: "Noodle House".into(), ..Settings::default() };
        let server = Server::start(server::Config { settings, cards, ..server::Config::default() }).unwrap();
        let shop = Shop { server, dir: TempDir::new().unwrap() };
        std::fs::write(shop.dir.path().join("till.json"), shop.config_text()).unwrap();
        shop
    }

    fn config_text(&self) -> String {
        let settings = self.server.sandy().with(|sandy| sandy.settings().clone());
        serde_json::json!({
            "merchant": "Noodle House", "store": "Station Street", "till": "Till 3",
            "sandy": {"base_url": self.server.url(), "token": settings.token, "guid": settings.restaurant,
                      "quiet_period_ms": 60, "request_timeout_ms": 1000, "sole_writer": false},
            "card_numbers": {"prefix": "N", "first": 1, "last": 20},
            "pacing": {"backoff_ms": 5, "backoff_max_ms": 40, "restart_jitter_ms": 5},
        })
        .to_string()
    }

    pub(crate) fn book(&self) -> PathBuf {
        self.dir.path().join("till.db")
    }

    pub(crate) fn till(&self) -> Till {
        Till::open(self.book(), Config::from_json(&self.config_text()).unwrap()).unwrap()
    }

    /// Runs the tool in the shop's folder.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        let mut tool = Command::new(env!("CARGO_BIN_EXE_tillbook"));
        tool.current_dir(self.dir.path()).args(arguments);
        for name in
            ["TILLBOOK_BOOK", "TILLBOOK_CONFIG", "TILLBOOK_KEY_FILE", "TILLBOOK_LANG", "LC_ALL", "LC_MESSAGES", "LANG"]
        {
            tool.env_remove(name);
        }
        let Output { status, stdout, stderr } = tool.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ran { code: status.code().unwrap(), out: text(stdout), err: text(stderr) }
    }

    /// Runs a command that writes, with the shop's book and configuration.
    pub(crate) fn write(&self, arguments: &[&str]) -> Ran {
        self.run(&[&["-b", "till.db", "-c", "till.json"], arguments].concat())
    }

    pub(crate) fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let ran = self.run(&[arguments, &["--json"]].concat());
        serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {} {}", ran.out, ran.err))
    }

    pub(crate) fn serve(&self, till: &Till) {
        till.pull_catalogue(SOON).unwrap();
        for card in ["M1001", "M1002", "M1003"] {
            till.serve_card(card, SOON).unwrap();
        }
    }

    pub(crate) fn cut_off(&self, till: &Till) {
        self.server.cut();
        while till.status().unwrap().link != Link::Down {
            till.pull_catalogue(SOON).unwrap_err();
        }
    }

    /// The network is back. One card is reported lost meanwhile; a sale on another one gets no answer while somebody else
    /// pays with it, so that the remote's records tell nothing of it.
    pub(crate) fn reconnect_with_trouble(&self, till: &Till) {
        self.server.sandy().with(|sandy| sandy.office(0, "office").loss("M1002").unwrap());
        let never = Fault::ExecuteLate { after_ms: 3_600_000, hold_ms: 3_600_000 };
        let lost = OneShot { endpoint: "consume".into(), card: Some("M1003".into()), skip: 0, fault: never };
        self.server.faults().with(|faults| faults.add(lost));
        self.server.restore().unwrap();
        till.start_worker().unwrap();
        wait_until(|| till.operation("sale-104").unwrap().state == State::Sending);
        let now_s = self.server.now_s();
        self.server.sandy().with(|sandy| sandy.other_till(now_s, "Other").consume("M1003", 1_00, None).unwrap());
        wait_until(|| till.waiting().unwrap().len() == 2 && till.status().unwrap().queued == 0);
    }
}

fn wait_until(done: impl Fn() -> bool) {
    let until = Instant::now() + Duration::from_secs(20);
    while !done() {
        assert!(Instant::now() < until, "not done in time");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A sale that takes exactly this from the card.
pub(crate) fn pay(card: &str, yuan: &str, ticket: &str) -> Consume {
    Consume::new(card, Money::parse_yuan(yuan).unwrap())
        .discountable(Money::ZERO)
        .ticket(ticket)
        .op_id(format!("sale-{ticket}"))
        .operator("Ann")
        .shift("early")
        .offline()
}
