//! What claiming work costs, in steps of SQLite's virtual machine: the same whatever waits behind a lane that stands still.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tempfile::TempDir;
use tillbook_sandbox::sandy as remote;

use super::call::Begun;
use super::engine::{Answered, Exchange, Scope};
use super::{Ask, Engine};
use crate::clock::SystemEntropy;
use crate::clock::testing::ManualClock;
use crate::config::Config;
use crate::model::{CardNumber, Consume, OfflinePolicy, OpId, Request, State};
use crate::provider::{Bound, SandyConfig};
use crate::store::{Identity, LaneState, NewOperation, OpRow, OpenOptions, RemoteIdentity, Store, Tx};
use crate::transport::{HttpMethod, HttpResponse};
use crate::units::Money;

const NOW_S: i64 = 1_700_000_000;
const BASE_URL: &str = "https://sandy.test";
/// Operations that wait behind the lane that stands still.
const BEHIND: usize = 10_000;
const BLOCKED: &str = "BLOCKED";
const LANES: usize = 16;

/// Why a lane stands still.
#[derive(Clone, Copy, Debug)]
enum Blocked {
    /// Its head waits for a person.
    Parked,
    /// Its head is in doubt, and looked at again later.
    InDoubt,
}

/// An engine whose exchanges go to a remote in memory.
struct Bench {
    engine: Engine,
    remote: remote::Sandy,
    clock: Arc<ManualClock>,
    steps: Arc<AtomicU64>,
    _dir: TempDir,
}

impl Bench {
    fn open() -> Bench {
        let dir = TempDir::new().unwrap();
        let settings = remote::Settings::default();
        let sandy = SandyConfig::new(BASE_URL, &settings.token, &settings.restaurant);
        let mut config = Config::new("Noodle House", "Store 1", "Till 1", sandy);
        config.policy = OfflinePolicy {
            offline_while_healthy: true,
            outage_limit: Money::from_fen(i64::MAX),
            outage_operations: u32::MAX,
            ..OfflinePolicy::default()
        };
        let mut system = remote::Sandy::new(settings);
        for card in std::iter::once(BLOCKED.to_owned()).chain((0..LANES).map(card)) {
            system.seed(NOW_S - 7200, remote::NewCard::new(&card, 1).with_balance(500_00, 0)).unwrap();
        }
        let options = OpenOptions {
            identity: Identity {
                merchant: config.merchant.clone(),
                store: config.store.clone(),
                till: config.till.clone(),
                training: false,
                remotes: vec![RemoteIdentity {
                    provider: "sandy",
                    base_url: BASE_URL.to_owned(),
                    tenant: "guid".to_owned(),
                }],
            },
            new_book_id: "book".to_owned(),
            access: crate::store::Access::default(),
            chain_key: None,
            high_water: None,
        };
        let mut store = Store::open(&dir.path().join("till.db"), &options).unwrap();
        let steps = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&steps);
        store.on_vm_step(move || _ = counted.fetch_add(1, Ordering::Relaxed)).unwrap();
        let clock = Arc::new(ManualClock::at(NOW_S * 1000));
        let providers = config.providers().unwrap();
        let engine = Engine::start(store, config, providers, None, clock.clone(), Arc::new(SystemEntropy)).unwrap();
        let mut bench = Bench { engine, remote: system, clock, steps, _dir: dir };
        for card in std::iter::once(BLOCKED.to_owned()).chain((0..LANES).map(card)) {
            bench.engine.ask_at(0, Ask::Card(CardNumber::new(card).unwrap()));
        }
        bench.drain();
        // The statements of an operation's whole way are prepared once, which is not what is measured.
        bench.consume(&card(LANES - 1));
        bench.drain();
        bench
    }

    fn consume(&mut self, card: &str) -> i64 {
        let request: Request = Consume::new(card, Money::from_fen(100)).offline().into();
        let begun = self.engine.begin(&request.check().unwrap(), false).unwrap();
        let Begun::Done(receipt) = begun else { panic!("not decided offline: {begun:?}") };
        self.clock.advance(1);
        self.engine.store.view().operation_by_id(&receipt.op_id).unwrap().unwrap().op_no
    }

    /// A lane that stands still with so many operations behind its head.
    fn block(&mut self, why: Blocked) {
        let op_no = self.consume(BLOCKED);
        let later = self.engine.now().after(Duration::from_secs(3600));
        let write = |tx: &Tx<'_>| {
            let now = tx.operation(op_no)?.created_at;
            let mut head = tx.operation(op_no)?;
            let state = match why {
                Blocked::Parked => {
                    tx.transition(&mut head, State::Parked, now)?;
                    tx.set_waits_for(&mut head, "a test", true)?;
                    LaneState::Held
                }
                Blocked::InDoubt => {
                    tx.transition(&mut head, State::Sending, now)?;
                    tx.transition(&mut head, State::InDoubt, now)?;
                    LaneState::Ready { probe: true, due: later }
                }
            };
            tx.set_lane(head.lane_no, state, 0)?;
            for number in 0..BEHIND {
                copy_of(tx, &head, number)?;
            }
            Ok(())
        };
        self.engine.store.write(write).unwrap();
    }

    /// A whole turn that takes up whatever is due: what it cost, and how many exchanges it gave out.
    fn claim(&mut self) -> (u64, Vec<Exchange>) {
        self.steps.store(0, Ordering::Relaxed);
        let turn = self.engine.turn(Vec::new(), Scope::All, LANES).unwrap();
        (self.steps.load(Ordering::Relaxed), turn.exchanges)
    }

    /// Turns until nothing is due any more.
    fn drain(&mut self) {
        let turn = self.engine.turn(Vec::new(), Scope::All, LANES).unwrap();
        self.carry_out(turn.exchanges);
    }

    fn carry_out(&mut self, mut exchanges: Vec<Exchange>) {
        while !exchanges.is_empty() {
            let answers = exchanges.iter().map(|exchange| self.answer(exchange)).collect();
            exchanges = self.engine.turn(answers, Scope::All, LANES).unwrap().exchanges;
        }
    }

    fn answer(&mut self, exchange: &Exchange) -> Answered {
        let method = match exchange.request.method {
            HttpMethod::Get => "GET",
            HttpMethod::Post => "POST",
        };
        let request = tillbook_sandbox::Request {
            method: method.to_owned(),
            path: exchange.request.url.strip_prefix(BASE_URL).unwrap().to_owned(),
            headers: exchange.request.headers.clone(),
            body: exchange.request.body.clone(),
        };
        let response = self.remote.handle(NOW_S, &request);
        let response = HttpResponse { status: response.status, headers: response.headers, body: response.body };
        Answered { id: exchange.id, result: Ok(response) }
    }
}

fn card(number: usize) -> String {
    format!("L{number:02}")
}

/// One more approved operation like `op`, queued behind it.
fn copy_of(tx: &Tx<'_>, op: &OpRow, number: usize) -> crate::error::Result<()> {
    let mut copy = tx.insert_operation(&NewOperation {
        op_id: &OpId::new(format!("behind-{number}"))?,
        lane_no: op.lane_no,
        card_no: op.card_no,
        provider: "sandy",
        dialect: 1,
        act: &op.act,
        bound: &Bound::default(),
        key: &format!("key-{number}"),
        original: None,
        delivery: "offline",
        context: &op.context,
        at: op.created_at,
        told: &op.told,
        effect: &op.effect,
        exposed: true,
    })?;
    tx.insert_promise(&mut copy, op.promise.clone().unwrap(), &op.effect, op.created_at)
}

#[test]
fn an_empty_turn_costs_the_same_whatever_waits_behind_a_lane_that_stands_still() {
    let (empty, exchanges) = Bench::open().claim();
    assert!(exchanges.is_empty());
    for why in [Blocked::Parked, Blocked::InDoubt] {
        let mut bench = Bench::open();
        bench.block(why);
        let (blocked, exchanges) = bench.claim();
        println!("nothing due: {empty} steps; behind a {why:?} head {BEHIND}: {blocked} steps");
        assert!(exchanges.is_empty(), "nothing may overtake the head of its lane");
        assert!(0 < empty && blocked <= 2 * empty, "{why:?}: {blocked} steps, empty {empty}");
    }
}

#[test]
fn claiming_one_due_lane_costs_the_same_whatever_waits_behind_another() {
    let cost = |why: Option<Blocked>| {
        let mut bench = Bench::open();
        if let Some(why) = why {
            bench.block(why);
        }
        let op_no = bench.consume(&card(7));
        let (claim, exchanges) = bench.claim();
        assert_eq!(exchanges.len(), 1, "the one lane that is due");
        bench.steps.store(0, Ordering::Relaxed);
        bench.carry_out(exchanges);
        let rest = bench.steps.load(Ordering::Relaxed);
        assert_eq!(bench.engine.store.view().operation(op_no).unwrap().state, State::Settled);
        (claim, rest)
    };
    let (claim, rest) = cost(None);
    for why in [Blocked::Parked, Blocked::InDoubt] {
        let (blocked_claim, blocked_rest) = cost(Some(why));
        println!(
            "one lane due: {claim} steps to claim, {rest} to settle; beside a {why:?} head with {BEHIND} behind: \
             {blocked_claim}, {blocked_rest}"
        );
        assert!(blocked_claim <= 2 * claim, "{why:?}: {blocked_claim} steps, {claim} without");
        assert!(blocked_rest <= 2 * rest, "{why:?}: {blocked_rest} steps, {rest} without");
    }
}

#[test]
fn claiming_a_lane_costs_the_same_beside_many_that_are_due() {
    let mut bench = Bench::open();
    bench.consume(&card(0));
    let (one, exchanges) = bench.claim();
    assert_eq!(exchanges.len(), 1);
    bench.carry_out(exchanges);
    bench.block(Blocked::Parked);
    for number in 0..LANES {
        bench.consume(&card(number));
    }
    let (all, exchanges) = bench.claim();
    println!("one lane due: {one} steps; {LANES} due beside {BEHIND} behind a parked head: {all} steps");
    assert_eq!(exchanges.len(), LANES);
    assert!(all <= 2 * LANES as u64 * one, "{all} steps for {LANES} lanes, {one} for one");
}
