//! Draining 16 lanes of a remote that takes 20 ms an answer, against a bare client that sends the very same requests.
//!
//! `cargo bench --bench drain`, and with `-- --full` 10,000 operations to Gree and 1,600 to Sandy. Once with Sandy, whose records have to be read
//! around every write, and once with Gree, whose writes carry a key. The requests are recorded while the till drains and
//! are sent again to a fresh remote by 16 threads, each with one lane's, in their order. The reads before and after each
//! write are among them, so both sides carry them. Prints a ratio and checks only that both sent the same.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tillbook::{
    AccruePoints, Config, Consume, GreeConfig, HttpRequest, HttpResponse, HttpTransport, Money, OutBizNo, Points,
    SandyConfig, Till, TillBuilder, Transport, TransportFailure,
};
use tillbook_sandbox::gree::{self, Gree};
use tillbook_sandbox::sandy::{LedgerLine, NewCard, Settings, Source};
use tillbook_sandbox::server::{self, Server};

const LANES: usize = 16;
const DELAY_MS: u64 = 20;

/// Passes requests on and keeps a copy of each.
struct Recorder {
    inner: HttpTransport,
    sent: Mutex<Vec<HttpRequest>>,
}

impl Transport for Recorder {
    fn send(&self, request: &HttpRequest) -> Result<HttpResponse, TransportFailure> {
        self.sent.lock().unwrap().push(request.clone());
        self.inner.send(request)
    }
}

/// Which remote is drained to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Remote {
    Sandy,
    Gree,
}

fn main() {
    let full = std::env::args().any(|argument| argument == "--full");
    for remote in [Remote::Gree, Remote::Sandy] {
        // Before each of its writes a Sandy card's history of the day is read, which 600 sales on one card make long.
        let (operations, runs) = match (remote, full) {
            (Remote::Gree, true) => (10_000, 1),
            (Remote::Sandy, true) => (1_600, 1),
            (_, false) => (160, 5),
        };
        let mut results: Vec<(Duration, Duration)> = (0..runs).map(|_| run(remote, operations)).collect();
        results.sort_unstable_by_key(|(till, bare)| bare.as_nanos() * 1_000_000 / till.as_nanos().max(1));
        let (till, bare) = results[results.len() / 2];
        let hundredths = bare.as_nanos() * 100 / till.as_nanos().max(1);
        println!(
            "drain to {remote:?}, {LANES} lanes, {DELAY_MS} ms server delay, {operations} operations: ratio {}.{:02} \
             (budget 0.8); {} ms, bare client {} ms",
            hundredths / 100,
            hundredths % 100,
            till.as_millis(),
            bare.as_millis()
        );
    }
}

fn card(lane: usize) -> String {
    format!("139000{lane:05}")
}

fn server(gree: Gree) -> Server {
    let cards = (0..LANES).map(|lane| NewCard::new(&card(lane), 1).with_balance(100_000_000_00, 0)).collect();
    Server::start(server::Config { cards, gree, ..server::Config::default() }).unwrap()
}

fn applied(server: &Server, remote: Remote) -> usize {
    match remote {
        Remote::Sandy => {
            let by_us = |line: &&LedgerLine| line.source == Source::Api;
            server.sandy().with(|sandy| sandy.ledger().iter().filter(by_us).count())
        }
        Remote::Gree => {
            let by_us = |line: &&gree::LedgerLine| line.source == gree::Source::Api;
            server.gree().with(|gree| gree.ledger().iter().filter(by_us).count())
        }
    }
}

/// One drain and the same requests sent bare: how long each took.
fn run(remote: Remote, operations: usize) -> (Duration, Duration) {
    let mut members = Gree::new(gree::Settings::default());
    let now_ms = chrono::Utc::now().timestamp_millis();
    let names: Vec<String> = (0..LANES)
        .map(|lane| members.office(now_ms).add_member(&card(lane), gree::Profile::default(), 0, 0).unwrap())
        .collect();
    let drained_to = server(members);
    let dir = TempDir::new().unwrap();
    let recorder = Arc::new(Recorder { inner: HttpTransport::new(), sent: Mutex::default() });
    let till = queued_till(remote, &drained_to, &dir, &recorder, operations);
    // The tokens that were handed out by now are known to both.
    let again = server(drained_to.gree().with(|gree| gree.clone()));
    drained_to.set_delay_ms(DELAY_MS);
    again.set_delay_ms(DELAY_MS);
    recorder.sent.lock().unwrap().clear();
    let (before, applied_before) = (drained_to.requests().total(), applied(&again, remote));
    let began = Instant::now();
    till.start_worker().unwrap();
    // To ask how many are queued takes longer the more there are.
    let ask_again = Duration::from_millis(if operations > 1_000 { 100 } else { 1 });
    while till.status().unwrap().queued > 0 {
        std::thread::sleep(ask_again);
    }
    let drained = began.elapsed();
    assert_eq!(applied(&drained_to, remote), operations + applied_before);
    till.close(Duration::from_secs(1));
    let by_till = drained_to.requests().total() - before;

    let lanes = by_lane(&recorder.sent.lock().unwrap(), &names, &drained_to.url(), &again.url());
    let transport = HttpTransport::new();
    let began = Instant::now();
    std::thread::scope(|threads| {
        for requests in lanes.values() {
            threads.spawn(|| requests.iter().for_each(|request| drop(transport.send(request).unwrap())));
        }
    });
    let bare = began.elapsed();
    assert_eq!((applied(&again, remote), again.requests().total()), (operations + applied_before, by_till), "the same");
    println!("{by_till} requests: {} ms, bare client {} ms", drained.as_millis(), bare.as_millis());
    (drained, bare)
}

/// A till with operations queued on every lane, each waiting to be sent.
fn queued_till(remote: Remote, server: &Server, dir: &TempDir, recorder: &Arc<Recorder>, operations: usize) -> Till {
    let mut config = match remote {
        Remote::Sandy => {
            let settings = Settings::default();
            let sandy = SandyConfig::new(server.url(), settings.token, settings.restaurant);
            Config::new("Noodle House", "Store 1", "Till 1", sandy)
        }
        Remote::Gree => {
            let settings = gree::Settings::default();
            let mut gree = GreeConfig::new(server.url(), settings.app_id, settings.app_secret, "18756");
            gree.sole_app_user = true;
            gree.events.accrue = Some("event_add".into());
            gree.out_biz_no = Some(OutBizNo::Key);
            Config::new("Noodle House", "Store 1", "Till 1", gree)
        }
    };
    config.policy.offline_while_healthy = true;
    config.policy.outage_operations = u32::MAX;
    config.policy.outage_limit = Money::from_fen(i64::MAX);
    config.policy.card_limit = Money::from_fen(i64::MAX);
    let transport: Arc<dyn Transport> = Arc::<Recorder>::clone(recorder);
    let till = TillBuilder::new(config).transport(transport).open(dir.path().join("till.db")).unwrap();
    for lane in 0..LANES {
        till.serve_card(&card(lane), Duration::from_secs(5)).unwrap();
    }
    for number in 0..operations {
        let (card, nth) = (card(number % LANES), 1 + (number / LANES) as i64);
        match remote {
            Remote::Sandy => till.consume(Consume::new(card, Money::from_fen(1_00 + nth)).offline()).unwrap(),
            Remote::Gree => till.accrue_points(AccruePoints::new(card).points(Points::new(nth)).offline()).unwrap(),
        };
    }
    till
}

/// What was sent, lane by lane, addressed to another remote. What concerns no card stands beside the first one's.
fn by_lane(sent: &[HttpRequest], names: &[String], from: &str, to: &str) -> BTreeMap<usize, Vec<HttpRequest>> {
    let mut lanes: BTreeMap<usize, Vec<HttpRequest>> = BTreeMap::new();
    for request in sent {
        let whole = format!("{}{}", request.url, String::from_utf8_lossy(&request.body));
        let lane = (0..LANES).find(|&lane| whole.contains(&card(lane)) || whole.contains(&names[lane])).unwrap_or(0);
        let url = request.url.replacen(from, to, 1);
        lanes.entry(lane).or_default().push(HttpRequest { url, ..request.clone() });
    }
    lanes
}
