//! One cell: one operation, one fault, and what must be true afterwards.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use tillbook::{Delivery, Evidence, NoticeKind, Promise, Receipt, Resolution, State};
use tillbook_sandbox::{freemud::Freemud, gree::Gree, yonyou::Yonyou};

use crate::case::{Case, Effect, OP};
use crate::expect::{Story, why_it_may_wait};
use crate::faults::{Shape, Strike};
use crate::stage::{Scene, SomebodyElse, Stage, skip_chance};
use crate::street::Street;

/// How the operation is given to the till.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// `offline`, then drained.
    Offline,
    /// `require_online`, waiting longer than a request takes.
    Require,
    /// `require_online`, gone before a request's own time-out.
    RequireHurried,
    /// `prefer_online`, gone before a request's own time-out: the policy decides.
    PreferHurried,
}

impl Way {
    pub(crate) const ALL: [Way; 4] = [Way::Offline, Way::Require, Way::RequireHurried, Way::PreferHurried];

    fn delivery(self) -> Delivery {
        match self {
            Way::Offline => Delivery::Offline,
            Way::Require => Delivery::RequireOnline(Duration::from_secs(25)),
            Way::RequireHurried => Delivery::RequireOnline(Duration::from_secs(3)),
            Way::PreferHurried => Delivery::PreferOnline(Duration::from_secs(3)),
        }
    }
}

/// Who else writes to the same member, and when, as seen from our faulty write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Other {
    Nobody,
    /// Something of the kind.
    Unrelated {
        before: bool,
    },
    /// Exactly the same.
    Twin {
        before: bool,
    },
}

impl Other {
    pub(crate) const OTHERS: [Other; 4] = [
        Other::Unrelated { before: true },
        Other::Unrelated { before: false },
        Other::Twin { before: true },
        Other::Twin { before: false },
    ];
}

pub(crate) struct Cell {
    pub(crate) case: Arc<dyn Case>,
    pub(crate) column: usize,
    pub(crate) fault: &'static str,
    pub(crate) row: usize,
    pub(crate) strike: Strike,
    pub(crate) times: usize,
    pub(crate) way: Way,
    pub(crate) other: Other,
}

impl Cell {
    pub(crate) fn told(&self) -> String {
        let Cell { fault, strike, times, way, other, case, .. } = self;
        let sole = if case.sole_writer() { "sole writer" } else { "not sole writer" };
        let executed = if strike.executed { "carried out" } else { "not carried out" };
        let guarantee = case.guarantee();
        format!("{} ({guarantee:?}, {sole}), {fault}, {executed}, x{times}, {way:?}, {other:?}", case.name())
    }

    fn is_alone(&self) -> bool {
        self.other == Other::Nobody
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
    Reversed,
    Superseded,
    /// Waits for a person, for this reason.
    Waits(&'static str),
}

impl End {
    pub(crate) fn letter(self) -> char {
        match self {
            End::Settled => 's',
            End::Inferred => 'i',
            End::InferredWrongly => '!',
            End::Voided => 'v',
            End::Declined => 'd',
            End::Reversed => 'r',
            End::Superseded => 'x',
            End::Waits(_) => 'w',
        }
    }

    fn is_settled(self) -> bool {
        matches!(self, End::Settled | End::Inferred | End::InferredWrongly)
    }
}

/// A book and a remote as they stand when a case begins: every cell of it has a copy of its own.
pub(crate) struct Prepared {
    book: Vec<u8>,
    gree: Gree,
    freemud: Freemud,
    yonyou: Yonyou,
    passed: Duration,
    ledger_lines: usize,
}

impl Prepared {
    pub(crate) fn of(case: &dyn Case, path: &Path) -> Prepared {
        let street = Street::new();
        case.set_up(&mut street.cores.lock().unwrap(), street.now_ms());
        let mut stage = Stage::new(street.clone(), case.config(), path);
        case.lead_up(&mut stage);
        stage.go_until("all is quiet", |stage| stage.is_still());
        assert!(stage.steps().waiting().unwrap().is_empty(), "{}: {:?}", case.name(), stage.steps().waiting());
        let passed = stage.now();
        drop(stage);
        let cores = street.cores.lock().unwrap();
        let ledger_lines = case.ledger_lines(&cores);
        let (gree, freemud, yonyou) = (cores.gree.clone(), cores.freemud.clone(), cores.yonyou.clone());
        let book = std::fs::read(path).unwrap();
        forget(path);
        Prepared { book, gree, freemud, yonyou, passed, ledger_lines }
    }

    fn stage(&self, case: &dyn Case, path: &Path) -> Stage {
        let street = Street::new();
        street.clock.pass(self.passed);
        skip_chance(&street);
        {
            let mut cores = street.cores.lock().unwrap();
            (cores.gree, cores.freemud, cores.yonyou) = (self.gree.clone(), self.freemud.clone(), self.yonyou.clone());
        }
        std::fs::write(path, &self.book).unwrap();
        Stage::new(street, case.config(), path)
    }
}

fn forget(path: &Path) {
    for suffix in ["", "-wal", "-shm", "-journal", ".lock", ".ballast"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        let _ = std::fs::remove_file(name);
    }
}

/// Runs a cell and checks everything that must hold of it.
pub(crate) fn run(cell: &Cell, prepared: &Prepared, path: &Path) -> End {
    forget(path);
    let mut stage = prepared.stage(cell.case.as_ref(), path);
    let somebody_else = match cell.other {
        Other::Nobody => None,
        Other::Unrelated { before } => Some((before, false)),
        Other::Twin { before } => Some((before, true)),
    };
    let somebody_else = somebody_else.map(|(before, twin)| {
        let case = Arc::clone(&cell.case);
        SomebodyElse { before, writes: Box::new(move |cores, now_ms| case.somebody_else(cores, now_ms, twin)) }
    });
    stage.set(Scene { endpoint: cell.case.endpoint(), strike: cell.strike, times: cell.times, somebody_else });
    let request = || cell.case.request(cell.way.delivery());
    let receipt = stage.call(request()).unwrap_or_else(|| {
        // Killed under the call: whoever starts again asks again.
        assert_eq!(cell.strike.shape, Shape::Killed, "a call ended without an answer");
        stage.go_until("the program is back", |stage| stage.is_running());
        stage.call(request()).unwrap()
    });
    assert!(receipt.promise.is_some(), "a call returned without a promise");
    if cell.way == Way::Offline {
        assert_eq!(receipt.promise, Some(Promise::OfflineApproved));
    }
    stage.go_until("it has been sent", |stage| !stage.writes.is_empty());
    stage.settle(OP);
    if let Other::Unrelated { before: true } | Other::Twin { before: true } = cell.other {
        assert_eq!(stage.others_writes, 1, "nobody else has written");
    }
    let end = judge(cell, prepared, &mut stage, &receipt);
    let sent = stage.writes.len();
    stage.pass(Duration::from_secs(1_200));
    assert_eq!(stage.writes.len(), sent, "sent after its end");
    let last = stage.steps().operation(OP).unwrap();
    assert_eq!((last.promise, last.told), (receipt.promise, receipt.told), "a promise never changes");
    if matches!(end, End::Waits(_)) {
        decide(cell, prepared, &mut stage);
    }
    drop(stage);
    forget(path);
    end
}

fn effect(cell: &Cell, prepared: &Prepared, stage: &Stage) -> (Effect, bool) {
    let cores = stage.street.cores.lock().unwrap();
    (cell.case.effect(&cores, prepared.ledger_lines), cell.case.stands(&cores))
}

fn judge(cell: &Cell, prepared: &Prepared, stage: &mut Stage, receipt: &Receipt) -> End {
    let last = stage.steps().operation(OP).unwrap();
    let (effect, stands) = effect(cell, prepared, stage);
    let told = format!("{last:?}, {effect:?}, sent: {:?}", stage.writes);
    assert!(effect.done <= 1 && effect.undone <= effect.done, "carried out more than once: {told}");
    let done = effect.done > effect.undone;
    let inferred = last.evidence == Some(Evidence::Inferred);
    let alone = cell.is_alone();
    let end = match last.state {
        State::Settled if done && inferred => End::Inferred,
        State::Settled if done => End::Settled,
        // Somebody else has done what was wanted, and once is enough.
        State::Settled if !alone && stands && !inferred => End::Settled,
        State::Settled if !alone && inferred => End::InferredWrongly,
        State::Voided if effect.done == 0 => End::Voided,
        State::Declined if effect.done == 0 => End::Declined,
        State::Reversed if !done => End::Reversed,
        State::Superseded if !alone => End::Superseded,
        State::Parked | State::Rejected => {
            let (sent, undoings) = (stage.sent(), stage.writes.len() - stage.sent());
            let story = Story { strike: &cell.strike, promise: receipt.promise, done, sent, undoings, alone };
            match why_it_may_wait(cell.case.as_ref(), &story) {
                Some(why) => End::Waits(why),
                None => panic!("nothing is in the way of a conclusion: {told}; {:?}", stage.steps().waiting()),
            }
        }
        _ => panic!("the state contradicts the ledger: {told}"),
    };
    if inferred {
        assert!(!cell.case.sole_writer(), "inferred though nobody else writes: {told}");
    }
    let kept = match receipt.promise {
        Some(Promise::OnlineApproved) => end.is_settled(),
        Some(Promise::OfflineApproved) => end.is_settled() || matches!(end, End::Superseded | End::Waits(_)),
        Some(Promise::Declined) => end == End::Declined,
        Some(Promise::Cancelled) => end == End::Voided,
        Some(Promise::InDoubt) => true,
        None => false,
    };
    assert!(kept, "the end contradicts the promise: {told}");
    if receipt.promise == Some(Promise::InDoubt) {
        assert_eq!(sent_after_promise(stage.path()), 0, "sent again though nothing was promised: {told}");
    }
    check_waiting(stage, end);
    check_notices(cell, stage, &last, end);
    end
}

/// How often it was sent after its promise had been written; undoing it is not counted.
fn sent_after_promise(path: &Path) -> i64 {
    let book = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let counted = book.query_row(
        r#"SELECT count(*) FROM attempt a JOIN promise p ON p.op_no = a.op_no JOIN operation o ON o.op_no = a.op_no
           WHERE o.op_id = ?1 AND a.started_at > p.at AND a.path <> '' AND a.facts IS NOT '"undoing"'"#,
        [OP],
        |row| row.get(0),
    );
    counted.unwrap()
}

fn check_waiting(stage: &mut Stage, end: End) {
    let waiting = stage.steps().waiting().unwrap();
    let own = waiting.iter().find(|waiting| waiting.receipt.op_id.as_str() == OP);
    assert_eq!(own.is_some(), matches!(end, End::Waits(_)), "{waiting:?}");
    if let Some(own) = own {
        assert!(!own.resolutions.is_empty() && !own.attempts.is_empty(), "nothing to decide by: {own:?}");
        assert!(own.receipt.waits_for.is_some(), "nobody is told why: {own:?}");
    }
}

fn check_notices(cell: &Cell, stage: &mut Stage, last: &Receipt, end: End) {
    let notices = stage.steps().notices().unwrap();
    let count = |kind| notices.iter().filter(|notice| notice.kind == kind).count();
    let moves = last.kind.moves_assets();
    let halts = match cell.strike.shape {
        Shape::Halted => 1,
        // One fresh token after the other that is refused, with nothing served in between.
        Shape::TokenRefused if cell.times > 1 => count(NoticeKind::ProviderHalted).min(1),
        _ => 0,
    };
    let expected = [
        (NoticeKind::ChargedWithoutSale, usize::from(moves && !last.is_approved() && end.is_settled())),
        (NoticeKind::ProviderHalted, halts),
        (NoticeKind::Superseded, usize::from(end == End::Superseded)),
        (NoticeKind::Parked, usize::from(last.state == State::Parked)),
        (NoticeKind::Rejected, usize::from(last.state == State::Rejected)),
    ];
    for &(kind, number) in &expected {
        assert_eq!(count(kind), number, "{kind} in {notices:?}, {last:?}");
    }
    if cell.is_alone() {
        assert_eq!(notices.len(), expected.iter().map(|(_, number)| number).sum::<usize>(), "{notices:?}, {last:?}");
    }
}

/// A person looks at the remote and decides by what is there: the operation ends, and still has not been done twice.
fn decide(cell: &Cell, prepared: &Prepared, stage: &mut Stage) {
    let (before, stands) = effect(cell, prepared, stage);
    let state = stage.steps().operation(OP).unwrap();
    let there = before.done > before.undone || stands;
    let decision = match state.state {
        _ if there => Resolution::WasApplied,
        State::Rejected => Resolution::WriteOff,
        _ if state.is_approved() => Resolution::SendAgain,
        _ => Resolution::WasNotApplied,
    };
    stage.recover();
    stage.steps().resolve(OP, decision, "Mr Shi", "looked it up").unwrap();
    stage.pass(Duration::from_secs(3_600));
    let last = stage.steps().operation(OP).unwrap();
    let (after, _) = effect(cell, prepared, stage);
    let told = format!("{decision}: {last:?}, {after:?}");
    assert!(after.done <= 1, "done twice: {told}");
    match decision {
        Resolution::WasApplied => assert!(last.state.is_confirmed() && after == before, "{told}"),
        Resolution::WriteOff => assert_eq!(last.state, State::WrittenOff, "{told}"),
        Resolution::WasNotApplied => assert!(last.state == State::Declined && after == before, "{told}"),
        // The remote has another look at it, and may say no now.
        Resolution::SendAgain => match last.state {
            State::Settled => assert!(after.done == 1 || !cell.is_alone(), "{told}"),
            State::Applied => assert_eq!(after.done, 1, "{told}"),
            State::Parked | State::Rejected => assert!(after.done == 0 && !cell.is_alone(), "{told}"),
            _ => panic!("{told}"),
        },
    }
}
