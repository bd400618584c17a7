//! Draining 16 lanes of a remote that takes 20 ms an answer, against a bare client that sends the very same requests.
//!
//! `cargo bench --bench drain`, and with `-- --full` more operations. The requests are recorded while the till drains and
//! are sent again to a fresh remote by 16 threads, each with one lane's, in their order. The reads before and after each
//! write are among them, so both sides carry them. Prints a ratio and checks only that both sent the same.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tillbook::{
    Config, Consume, HttpRequest, HttpResponse, HttpTransport, Money, SandyConfig, Till, TillBuilder, Transport,
    TransportFailure,
};
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

fn main() {
    let full = std::env::args().any(|argument| argument == "--full");
    let (operations, runs) = if full { (1_600, 5) } else { (160, 5) };
    let mut results: Vec<(Duration, Duration)> = (0..runs).map(|_| run(operations)).collect();
    results.sort_unstable_by_key(|(till, bare)| bare.as_nanos() * 1_000_000 / till.as_nanos().max(1));
    let (till, bare) = results[results.len() / 2];
    let hundredths = bare.as_nanos() * 100 / till.as_nanos().max(1);
    println!(
        "drain, {LANES} lanes, {DELAY_MS} ms server delay, {operations} operations: ratio {}.{:02} (budget 0.8); \
         {} ms, bare client {} ms",
        hundredths / 100,
        hundredths % 100,
        till.as_millis(),
        bare.as_millis()
    );
}

fn card(lane: usize) -> String {
    format!("M{lane:06}")
}

fn remote() -> Server {
    let cards = (0..LANES).map(|lane| NewCard::new(&card(lane), 1).with_balance(100_000_00, 0)).collect();
    Server::start(server::Config { cards, ..server::Config::default() }).unwrap()
}

fn applied(server: &Server) -> usize {
    let by_us = |line: &&LedgerLine| line.source == Source::Api;
    server.sandy().with(|sandy| sandy.ledger().iter().filter(by_us).count())
}

/// One drain and the same requests sent bare: how long each took.
fn run(operations: usize) -> (Duration, Duration) {
    let server = remote();
    let dir = TempDir::new().unwrap();
    let recorder = Arc::new(Recorder { inner: HttpTransport::new(), sent: Mutex::default() });
    let till = queued_till(&server, &dir, &recorder, operations);
    server.set_delay_ms(DELAY_MS);
    recorder.sent.lock().unwrap().clear();
    let before = server.requests().total();
    let began = Instant::now();
    till.start_worker().unwrap();
    while till.status().unwrap().queued > 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    let drained = began.elapsed();
    assert_eq!(applied(&server), operations);
    till.close(Duration::from_secs(1));
    let by_till = server.requests().total() - before;

    let again = remote();
    again.set_delay_ms(DELAY_MS);
    let lanes = by_lane(&recorder.sent.lock().unwrap(), &server.url(), &again.url());
    let transport = HttpTransport::new();
    let began = Instant::now();
    std::thread::scope(|threads| {
        for requests in lanes.values() {
            threads.spawn(|| requests.iter().for_each(|request| drop(transport.send(request).unwrap())));
        }
    });
    let bare = began.elapsed();
    assert_eq!((applied(&again), again.requests().total()), (operations, by_till), "both sides sent the same");
    println!("{by_till} requests: {} ms, bare client {} ms", drained.as_millis(), bare.as_millis());
    (drained, bare)
}

/// A till with operations queued on every lane, each waiting to be sent.
fn queued_till(server: &Server, dir: &TempDir, recorder: &Arc<Recorder>, operations: usize) -> Till {
    let settings = Settings::default();
    let sandy = SandyConfig::new(server.url(), settings.token, settings.restaurant);
    let mut config = Config::new("Noodle House", "Store 1", "Till 1", sandy);
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
        let amount = Money::from_fen(1_00 + (number / LANES) as i64);
        till.consume(Consume::new(card(number % LANES), amount).offline()).unwrap();
    }
    till
}

/// What was sent, lane by lane, addressed to another remote. What concerns no card stands beside the first one's.
fn by_lane(sent: &[HttpRequest], from: &str, to: &str) -> BTreeMap<usize, Vec<HttpRequest>> {
    let mut lanes: BTreeMap<usize, Vec<HttpRequest>> = BTreeMap::new();
    for request in sent {
        let whole = format!("{}{}", request.url, String::from_utf8_lossy(&request.body));
        let lane = (0..LANES).find(|lane| whole.contains(&card(*lane))).unwrap_or(0);
        let url = request.url.replacen(from, to, 1);
        lanes.entry(lane).or_default().push(HttpRequest { url, ..request.clone() });
    }
    lanes
}
