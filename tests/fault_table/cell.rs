//! One cell: one operation on a card of its own, one fault, and what must be true afterwards.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;
use tillbook::{
    CardStatus, Consume, Delivery, Evidence, Kind, Link, Modify, NoticeKind, OpenCard, Promise, Receipt, Recharge,
    RedeemPoints, Request, State, Till, TillBuilder, Transport, WaitingOperation,
};
use tillbook_sandbox::sandy::{LedgerKind, NewCard};
use tillbook_sandbox::server::{self, Server};

use crate::common::{QUIET, Shop, assert_agrees, points, yuan};
use crate::faults::{Phase, REQUEST_TIMEOUT_MS, Strike};
use crate::wire::{Other, Scene, Wire};

pub(crate) const NAME: &str = "王小明";

/// No cell takes so long unless something hangs.
const LONGEST: Duration = Duration::from_secs(30);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Open,
    Recharge,
    Consume,
    Redeem,
    Modify,
}

impl Op {
    pub(crate) const ALL: [Op; 5] = [Op::Open, Op::Recharge, Op::Consume, Op::Redeem, Op::Modify];

    pub(crate) fn endpoint(self) -> &'static str {
        match self {
            Op::Open => "cardopen",
            Op::Recharge => "recharge",
            Op::Consume => "consume",
            Op::Redeem => "consume_score",
            Op::Modify => "modcardinfo",
        }
    }

    pub(crate) fn last_read_of_a_look(self) -> &'static str {
        match self {
            Op::Open | Op::Modify => "getcardinfo",
            Op::Recharge | Op::Consume | Op::Redeem => "getcardhis",
        }
    }

    pub(crate) fn ledger_kind(self) -> LedgerKind {
        match self {
            Op::Open => LedgerKind::Open,
            Op::Recharge => LedgerKind::Recharge,
            Op::Consume => LedgerKind::Consume,
            Op::Redeem => LedgerKind::RedeemPoints,
            Op::Modify => LedgerKind::Modify,
        }
    }
}

/// How the operation is given to the till, and who drives the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// `require_online` at a till with a worker.
    Require,
    /// `prefer_online` that runs out while nobody drives the queue: the policy decides. Drained afterwards.
    Prefer,
    /// `offline`, then drained.
    Offline,
}

impl Way {
    pub(crate) const ALL: [Way; 3] = [Way::Require, Way::Prefer, Way::Offline];

    fn has_worker(self) -> bool {
        self == Way::Require
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    /// Its place in the table.
    pub(crate) number: usize,
    pub(crate) fault: &'static str,
    pub(crate) phase: Phase,
    pub(crate) strike: Strike,
    pub(crate) op: Op,
    pub(crate) way: Way,
    pub(crate) other: Other,
}

impl Cell {
    pub(crate) fn card(&self) -> String {
        format!("M{:06}", self.number)
    }

    pub(crate) fn phone(&self) -> String {
        format!("138{:08}", self.number)
    }

    fn is_alone(&self) -> bool {
        self.other == Other::Nobody
    }

    /// What is executed after a look must still be within the quiet period, on the slowest machine.
    fn quiet_period(&self) -> Duration {
        if matches!(self.strike, Strike::LateAfterLook) { Duration::from_millis(1_500) } else { QUIET }
    }

    fn request(&self, op_id: &str, by: Delivery) -> Request {
        let card = self.card();
        match self.op {
            Op::Open => self.opening().op_id(op_id).delivery(by).into(),
            Op::Recharge => Recharge::new(card, yuan("50"), 1).op_id(op_id).delivery(by).into(),
            Op::Consume => Consume::new(card, yuan("100")).op_id(op_id).delivery(by).into(),
            Op::Redeem => RedeemPoints::new(card, points(20)).op_id(op_id).delivery(by).into(),
            Op::Modify => Modify::new(card).name(NAME).op_id(op_id).delivery(by).into(),
        }
    }

    fn opening(&self) -> OpenCard {
        OpenCard::new(self.card(), "普通会员").name(NAME).phone(self.phone())
    }
}

/// How a cell ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Settled,
    /// Settled by inference, and rightly so.
    Inferred,
    /// Settled by inference, though what was found was somebody else's.
    InferredWrongly,
    Voided,
    Declined,
    Superseded,
    /// Waits for a person.
    Waits,
}

impl End {
    pub(crate) fn letter(self) -> char {
        match self {
            End::Settled => 's',
            End::Inferred => 'i',
            End::InferredWrongly => '!',
            End::Voided => 'v',
            End::Declined => 'd',
            End::Superseded => 'x',
            End::Waits => 'w',
        }
    }

    fn is_settled(self) -> bool {
        matches!(self, End::Settled | End::Inferred | End::InferredWrongly)
    }
}

/// A shop with a till, for cells that are configured alike.
pub(crate) struct Bench {
    till: Till,
    wire: Arc<Wire>,
    shop: Arc<Shop>,
    like: Cell,
}

impl Bench {
    pub(crate) fn for_cells_like(cell: &Cell) -> Bench {
        let server = Server::start(server::Config::default()).unwrap();
        let shop = Arc::new(Shop { server, dir: TempDir::new().unwrap() });
        let wire = Arc::new(Wire::new(Arc::clone(&shop)));
        let mut config = shop.config();
        config.policy.offline_while_healthy = true;
        // What waits for a person in one cell must not stop the next.
        config.policy.outage_limit = yuan("1000000");
        config.policy.outage_operations = 100_000;
        config.policy.outage_recharges = 100_000;
        config.policy.outage_recharge_money = yuan("100000000");
        config.policy.outage_new_cards = 100_000;
        config.pacing.retry_after_max_ms = 40;
        config.sandy.as_mut().unwrap().request_timeout_ms = REQUEST_TIMEOUT_MS;
        config.sandy.as_mut().unwrap().sole_writer = cell.is_alone();
        config.sandy.as_mut().unwrap().quiet_period_ms = u64::try_from(cell.quiet_period().as_millis()).unwrap();
        let transport = Arc::clone(&wire) as Arc<dyn Transport>;
        let till = TillBuilder::new(config).transport(transport).open(shop.book()).unwrap();
        if cell.way.has_worker() {
            till.start_worker().unwrap();
        }
        Bench { till, wire, shop, like: *cell }
    }

    pub(crate) fn suits(&self, cell: &Cell) -> bool {
        let traits = |cell: &Cell| (cell.is_alone(), cell.quiet_period(), cell.way.has_worker());
        traits(cell) == traits(&self.like)
    }

    /// Runs a cell and checks everything that must hold of it. `None`: the machine was too busy for the remote to keep to the
    /// quiet period, and another bench has to try.
    pub(crate) fn run(&self, cell: &Cell) -> Option<End> {
        self.prepare(cell);
        let scene = self.wire.begin(cell);
        // Long enough for the request to leave on a busy machine; an unknown outcome is told without waiting for it.
        let timeout = Duration::from_millis(if cell.way == Way::Require { 10_000 } else { 3 * REQUEST_TIMEOUT_MS });
        let mut tries = 0;
        let receipt = loop {
            tries += 1;
            let request = cell.request(
                &format!("op-{}-{tries}", cell.number),
                match cell.way {
                    Way::Require => Delivery::RequireOnline(timeout),
                    Way::Prefer => Delivery::PreferOnline(timeout),
                    Way::Offline => Delivery::Offline,
                },
            );
            let receipt = self.till.call(request).unwrap_or_else(|error| panic!("the call failed: {error:?}"));
            assert!(receipt.promise.is_some(), "a call returned without a promise");
            // On the busiest one the reads before it may run out of time, and nothing has been struck yet.
            if tries == 5 || receipt.promise != Some(Promise::Cancelled) || scene.writes() > 0 {
                break receipt;
            }
            until(|| self.till.pull_catalogue(LONGEST).is_ok());
        };
        if cell.way == Way::Offline {
            assert_eq!(receipt.promise, Some(Promise::OfflineApproved));
        }
        until(|| {
            if !cell.way.has_worker() {
                self.till.sync(Duration::ZERO).unwrap();
            }
            scene.is_over()
        });
        self.shop.server.restore().unwrap();
        let op_id = receipt.op_id.as_str();
        self.drain(cell, op_id);
        let last = self.till.operation(op_id).unwrap();
        assert_eq!((last.promise, last.told), (receipt.promise, receipt.told), "a promise never changes");
        let on_purpose = matches!(cell.strike, Strike::LateInLook | Strike::LateAfterLook);
        if !on_purpose && scene.was_applied_too_late(cell.quiet_period()) {
            println!("once more, the machine was too busy: {cell:?}");
            return None;
        }
        let end = self.judge(cell, &scene, &last);
        for notice in self.till.notices().unwrap() {
            self.till.acknowledge(notice.notice_no, "test", None).unwrap();
        }
        Some(end)
    }

    fn prepare(&self, cell: &Cell) {
        // On a busy machine a read may run out of time, too; that is none of the faults that are tried here.
        until(|| self.till.pull_catalogue(LONGEST).is_ok());
        if cell.op == Op::Open {
            return;
        }
        let new = NewCard::new(&cell.card(), 2).with_holder("Mr Wang", &cell.phone(), None).with_balance(500_00, 300);
        let now_s = self.shop.server.now_s();
        self.shop.server.sandy().with(|sandy| sandy.seed(now_s, new)).unwrap();
        until(|| {
            let served = self.till.serve_card(&cell.card(), LONGEST);
            served.is_ok_and(|card| card.balances.as_of.is_some() && card.fetched_at.is_some())
        });
    }

    /// Until the operation has come to its end or waits for a person, and no halt or outage lasts.
    fn drain(&self, cell: &Cell, op_id: &str) {
        until(|| {
            if !cell.way.has_worker() {
                self.till.sync(Duration::from_millis(500)).unwrap();
            }
            let state = self.till.operation(op_id).unwrap().state;
            let ended = state.is_final() || matches!(state, State::Parked | State::Rejected);
            ended && matches!(self.till.status().unwrap().link, Link::Up | Link::Unknown)
        });
    }

    fn judge(&self, cell: &Cell, scene: &Scene, last: &Receipt) -> End {
        let (till, shop) = (&self.till, &self.shop);
        let card = cell.card();
        let kind = cell.op.ledger_kind();
        let lines = shop.ledger().iter().filter(|line| line.kind == kind && line.card == card).count();
        // Another client's modification stands in the ledger like ours.
        let others = if cell.op == Op::Modify { scene.others_writes() } else { 0 };
        let applied = lines - others;
        let told = format!("{last:?}, applied {applied} times, sent {} times: {:#?}", scene.writes(), scene.log());
        assert!(applied <= 1, "applied more than once: {told}");
        let inferred = last.evidence == Some(Evidence::Inferred);
        let end = match last.state {
            State::Settled if applied == 1 && inferred => End::Inferred,
            State::Settled if applied == 1 => End::Settled,
            // A status that somebody else has set is set, whoever did it.
            State::Settled if cell.op == Op::Modify && self.name_there(cell) == NAME && others > 0 => End::Settled,
            State::Settled if !cell.is_alone() && inferred => End::InferredWrongly,
            State::Voided if applied == 0 => End::Voided,
            State::Declined if applied == 0 => End::Declined,
            State::Superseded if !cell.is_alone() && cell.op == Op::Modify => End::Superseded,
            State::Parked | State::Rejected if !cell.is_alone() => End::Waits,
            _ => panic!("the state contradicts the ledger: {told}"),
        };
        let kept = match last.promise {
            Some(Promise::OnlineApproved) => end.is_settled(),
            Some(Promise::OfflineApproved) => end.is_settled() || matches!(end, End::Superseded | End::Waits),
            Some(Promise::Declined) => end == End::Declined,
            Some(Promise::Cancelled) => end == End::Voided,
            Some(Promise::InDoubt) => true,
            None => false,
        };
        assert!(kept, "the end contradicts the promise: {told}");
        if last.promise == Some(Promise::InDoubt) {
            let (attempts, after) = self.attempts(last);
            assert_eq!(after, 0, "sent again though nothing was promised: {told}");
            assert!(scene.writes() <= attempts, "{attempts} attempts are written down: {told}");
        }
        self.check_waiting(last, end);
        self.check_notices(cell, scene, last, end);
        if end == End::Waits {
            return end;
        }
        if !cell.is_alone() {
            // What the others wrote meanwhile need not have been seen.
            let before = till.card(&card).unwrap().fetched_at;
            until(|| till.serve_card(&card, LONGEST).is_ok_and(|card| card.fetched_at != before));
        } else if cell.op == Op::Open && applied == 0 {
            // The number is free again. The remote may still have asked for a pause, or be late with its answer.
            until(|| {
                let opened = till.open_card(cell.opening().require_online(LONGEST));
                assert!(!opened.is_ok_and(|receipt| receipt.promise == Some(Promise::Declined)), "not free");
                till.card(&card).unwrap().status == CardStatus::Active
            });
        }
        if till.card(&card).unwrap().status == CardStatus::Active {
            assert_agrees(shop, till, &card);
            let name = till.card(&card).unwrap().holder.name;
            assert_eq!(name.as_deref(), Some(self.name_there(cell).as_str()), "the holder's name");
        }
        end
    }

    /// How often the book says that the operation was sent, and how often of these after its promise had been written. While
    /// the caller still waits, one that was proven absent may be sent again.
    fn attempts(&self, last: &Receipt) -> (usize, usize) {
        let book = Connection::open_with_flags(self.shop.book(), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        book.busy_timeout(LONGEST).unwrap();
        let counted = book.query_row(
            "SELECT count(*), count(*) FILTER (WHERE a.started_at > p.at) FROM attempt a
             JOIN promise p ON p.op_no = a.op_no JOIN operation o ON o.op_no = a.op_no WHERE o.op_id = ?1",
            [last.op_id.as_str()],
            |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)),
        );
        let (all, after) = counted.unwrap();
        (usize::try_from(all).unwrap(), usize::try_from(after).unwrap())
    }

    fn name_there(&self, cell: &Cell) -> String {
        self.shop.server.sandy().with(|sandy| sandy.card(&cell.card()).unwrap().name.to_owned())
    }

    fn check_waiting(&self, last: &Receipt, end: End) {
        let waiting: Vec<WaitingOperation> = self.till.waiting().unwrap();
        let own = waiting.iter().find(|waiting| waiting.receipt.op_id == last.op_id);
        assert_eq!(own.is_some(), end == End::Waits, "{waiting:?}");
        if let Some(own) = own {
            assert!(!own.resolutions.is_empty() && !own.attempts.is_empty(), "nothing to decide by: {own:?}");
        }
    }

    fn check_notices(&self, cell: &Cell, scene: &Scene, last: &Receipt, end: End) {
        let notices = self.till.notices().unwrap();
        let count = |kind| notices.iter().filter(|notice| notice.kind == kind).count();
        let moves = matches!(last.kind, Kind::Recharge | Kind::Consume | Kind::RedeemPoints);
        let mut expected = vec![
            (NoticeKind::ChargedWithoutSale, usize::from(moves && !last.is_approved() && end.is_settled())),
            (NoticeKind::ProviderHalted, usize::from(scene.has_answered("系统过期"))),
            (NoticeKind::Superseded, usize::from(end == End::Superseded)),
            (NoticeKind::Parked, usize::from(last.state == State::Parked)),
            (NoticeKind::Rejected, usize::from(last.state == State::Rejected)),
        ];
        if !cell.is_alone() {
            // Bonus and balance belong to whatever was taken for ours.
            expected.push((NoticeKind::Variance, count(NoticeKind::Variance)));
        }
        for &(kind, number) in &expected {
            assert_eq!(count(kind), number, "{kind} in {notices:?}");
        }
        assert_eq!(notices.len(), expected.iter().map(|(_, number)| number).sum::<usize>(), "{notices:?}");
    }
}

fn until(mut done: impl FnMut() -> bool) {
    let end = Instant::now() + LONGEST;
    while !done() {
        assert!(Instant::now() < end, "it never came about");
        std::thread::sleep(Duration::from_millis(10));
    }
}
