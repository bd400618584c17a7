//! The sole writer's own reckoning: what happens at the remote without this till's doing is told to a person, and nothing
//! else is.
#![allow(clippy::unwrap_used)]

mod common;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use common::wire::{Sent, Wire, config_of, now_s, ok, till_at};
use common::{SOON, config, drain, points, sync_until, yuan};
use tempfile::TempDir;
use tillbook::{
    Config, Consume, Gender, HttpRequest, Modify, Notice, NoticeKind, OpenCard, Promise, Recharge, RedeemPoints,
    Resolution, SandyConfig, State, Till, TransportFailure,
};
use tillbook_sandbox::sandy::NewCard;

const BRIEF: Duration = Duration::from_millis(200);
const OPEN: &str = "/cardopen";
const MODIFY: &str = "/modcardinfo";
const RECHARGE: &str = "/recharge";
const CONSUME: &str = "/consume";
const REDEEM: &str = "/consume_score";

struct Bench {
    wire: Arc<Wire>,
    dir: TempDir,
}

impl Bench {
    fn new() -> Bench {
        Bench { wire: Wire::new(), dir: TempDir::new().unwrap() }
    }

    fn config(&self) -> Config {
        config_of(config(SandyConfig::new("https://anywhere.test", "agent", "{GUID}")))
    }

    fn till_with(&self, name: &str, config: Config) -> Till {
        let till = till_at(&self.wire, config, &self.dir.path().join(name));
        till.pull_catalogue(SOON).unwrap();
        till.serve_card("A1", SOON).unwrap();
        till.serve_card("B1", SOON).unwrap();
        till
    }

    /// The sole writer, if only in its own opinion. It has served both cards.
    fn till(&self) -> Till {
        self.till_with("till.db", self.config())
    }

    /// Lets `act` stand between the till and the remote for requests to this endpoint.
    fn between(
        &self,
        endpoint: &'static str,
        act: impl Fn(&Wire, &HttpRequest) -> Option<Sent> + Send + Sync + 'static,
    ) {
        let wire = Arc::downgrade(&self.wire);
        self.wire.hook(move |request| {
            if !request.url.ends_with(endpoint) {
                return None;
            }
            act(&*wire.upgrade()?, request)
        });
    }

    /// The remote executes requests to this endpoint twice. `answer`: which of the two answers comes back.
    fn doubled(&self, endpoint: &'static str, answer: usize) {
        self.between(endpoint, move |wire, request| {
            let answers = [wire.handle(request), wire.handle(request)];
            answers.into_iter().nth(answer).map(Ok)
        });
    }

    /// The next request to this endpoint is executed and its answer lost.
    fn answer_lost(&self, endpoint: &'static str) {
        let first = AtomicBool::new(true);
        self.between(endpoint, move |wire, request| {
            first.swap(false, Ordering::SeqCst).then(|| {
                wire.handle(request);
                Err(TransportFailure::MaybeSent("cut".into()))
            })
        });
    }

    fn withdraw(&self, card: &str, fen: i64) {
        self.wire.sandy.lock().unwrap().office(now_s(), "office").withdraw(card, fen).unwrap();
    }

    fn assert_agrees(&self, till: &Till, card: &str) {
        let balances = till.card(card).unwrap().balances;
        let here = (balances.money.confirmed.fen(), balances.points.confirmed.get());
        let there = self.wire.sandy.lock().unwrap().card(card).map(|card| (card.amount_fen, card.points)).unwrap();
        assert_eq!(here, there, "{card}");
    }
}

fn notices_of(till: &Till, kind: NoticeKind) -> Vec<Notice> {
    till.notices().unwrap().into_iter().filter(|notice| notice.kind == kind).collect()
}

fn unexplained(till: &Till) -> Vec<Notice> {
    notices_of(till, NoticeKind::Unexplained)
}

#[track_caller]
fn only(notices: Vec<Notice>) -> Notice {
    let [notice] = notices.as_slice() else { panic!("{notices:?}") };
    notice.clone()
}

/// What the till shows is the remote's, and no notification says that anybody else has written there.
#[track_caller]
fn assert_all_explained(bench: &Bench, till: &Till, cards: &[&str]) {
    for card in cards {
        till.serve_card(card, SOON).unwrap();
        bench.assert_agrees(till, card);
    }
    assert_eq!(unexplained(till), []);
}

#[test]
fn a_sale_that_the_remote_executes_twice_is_told() {
    for answer in [0, 1] {
        let bench = Bench::new();
        let till = bench.till();
        bench.doubled(CONSUME, answer);
        let paid = till.consume(Consume::new("A1", yuan("100")).require_online(SOON).op_id("x")).unwrap();
        assert_eq!((paid.promise, paid.told.from_card), (Some(Promise::OnlineApproved), yuan("80")));
        let at_once = unexplained(&till);
        assert_eq!(at_once.len(), answer, "the first answer shows nothing of it, the second one does");
        till.serve_card("A1", SOON).unwrap();
        let notice = only(unexplained(&till));
        assert_eq!((notice.amount, notice.card.unwrap().as_str()), (Some(yuan("-80")), "A1"));
        let op_id = notice.op_id.map(|op_id| op_id.to_string());
        assert_eq!(op_id.as_deref(), (answer == 1).then_some("x"));
        let points = if answer == 1 { "at least 300" } else { "380" };
        let want = format!("money 420.00 -> 340.00, points {points} -> 460 (expected -> found)");
        assert_eq!(notice.detail, format!("not this till's doing: {want}"));
        bench.wire.hook(|_| None);
        till.serve_card("A1", SOON).unwrap();
        till.consume(Consume::new("A1", yuan("10")).require_online(SOON)).unwrap();
        till.serve_card("A1", SOON).unwrap();
        assert_eq!(unexplained(&till).len(), 1, "told once");
        bench.assert_agrees(&till, "A1");
        till.acknowledge(notice.notice_no, "Chen", Some("the office gave it back")).unwrap();
        assert_eq!(unexplained(&till), []);
    }
}

#[test]
fn a_sale_that_is_executed_once_more_long_after_its_time_is_told() {
    let bench = Bench::new();
    let till = bench.till();
    let late: Arc<Mutex<Option<HttpRequest>>> = Arc::default();
    let held = late.clone();
    bench.between(CONSUME, move |_, request| {
        let first = held.lock().unwrap().is_none();
        first.then(|| {
            *held.lock().unwrap() = Some(request.clone());
            Err(TransportFailure::MaybeSent("cut".into()))
        })
    });
    till.consume(Consume::new("B1", yuan("20")).prefer_online(BRIEF).op_id("x")).unwrap();
    drain(&till);
    assert_eq!((till.operation("x").unwrap().state, unexplained(&till)), (State::Settled, vec![]));
    let late = late.lock().unwrap().take().unwrap();
    bench.wire.handle(&late);
    till.consume(Consume::new("B1", yuan("5")).require_online(SOON)).unwrap();
    let notice = only(unexplained(&till));
    assert_eq!((notice.amount, notice.op_id), (Some(yuan("-20")), None), "seen before the next sale was sent");
}

#[test]
fn points_that_are_redeemed_twice_are_told_without_an_amount() {
    for answer in [0, 1] {
        let bench = Bench::new();
        let till = bench.till();
        bench.doubled(REDEEM, answer);
        till.redeem_points(RedeemPoints::new("A1", points(50)).require_online(SOON)).unwrap();
        assert_eq!(unexplained(&till).len(), answer);
        till.serve_card("A1", SOON).unwrap();
        let notice = only(unexplained(&till));
        assert_eq!((notice.amount, notice.op_id.is_some()), (None, answer == 1));
        assert!(notice.detail.ends_with("points 250 -> 200 (expected -> found)"), "{}", notice.detail);
    }
}

#[test]
fn the_offices_withdrawal_is_told_to_a_sole_writer_alone() {
    for sole_writer in [true, false] {
        let bench = Bench::new();
        let mut config = bench.config();
        config.sandy.as_mut().unwrap().sole_writer = sole_writer;
        let till = bench.till_with("till.db", config);
        bench.withdraw("A1", 30_00);
        assert_eq!(till.serve_card("A1", SOON).unwrap().balances.money.confirmed, yuan("470"));
        let amounts: Vec<_> = unexplained(&till).into_iter().map(|notice| notice.amount).collect();
        assert_eq!(amounts, if sole_writer { vec![Some(yuan("-30"))] } else { vec![] });
    }
}

/// The lost answer's record is found between two of the office's: the sale is the till's, the rest is not.
#[test]
fn what_stands_beside_an_operation_that_was_found_is_told_with_it() {
    let bench = Bench::new();
    let till = bench.till();
    let first = AtomicBool::new(true);
    bench.between(CONSUME, move |wire, request| {
        first.swap(false, Ordering::SeqCst).then(|| {
            let withdraw = |fen| wire.sandy.lock().unwrap().office(now_s(), "office").withdraw("A1", fen).unwrap();
            withdraw(30_00);
            wire.handle(request);
            withdraw(1_00);
            Err(TransportFailure::MaybeSent("cut".into()))
        })
    });
    till.consume(Consume::new("A1", yuan("100")).prefer_online(BRIEF).op_id("x")).unwrap();
    drain(&till);
    assert_eq!(till.operation("x").unwrap().state, State::Settled);
    let notices = unexplained(&till).into_iter();
    let told: Vec<_> = notices.map(|notice| (notice.amount, notice.op_id.map(|op_id| op_id.to_string()))).collect();
    assert_eq!(told, [(Some(yuan("-30")), Some("x".to_owned())), (Some(yuan("-1")), None)]);
    bench.assert_agrees(&till, "A1");
}

#[test]
fn a_days_own_trade_is_all_explained() {
    let bench = Bench::new();
    let till = bench.till();
    let trade = |till: &Till, card: &str, round: usize| {
        let open = OpenCard::new(card, "普通会员").name(" 王小明 ").phone("13812345678").gender(Gender::Male);
        let modify = Modify::new(card).name(format!("王{round}")).birthday("1999-09-09").gender(Gender::Female);
        let receipts = [
            till.open_card(open.prefer_online(BRIEF)),
            till.recharge(Recharge::new(card, yuan("50"), 1).prefer_online(BRIEF)),
            till.consume(Consume::new(card, yuan("12.34")).prefer_online(BRIEF)),
            till.modify(modify.prefer_online(BRIEF)),
            till.consume(Consume::new("A1", yuan("9.90")).discountable(yuan("3.33")).prefer_online(BRIEF)),
            till.redeem_points(RedeemPoints::new("A1", points(20)).prefer_online(BRIEF)),
            till.recharge(Recharge::new("A1", yuan("10"), 2).prefer_online(BRIEF)),
            till.modify(Modify::new("B1").phone(format!("1390000000{round}")).prefer_online(BRIEF)),
            till.consume(Consume::new("B1", yuan("3.21")).prefer_online(BRIEF)),
        ];
        for receipt in receipts {
            assert!(receipt.as_ref().is_ok_and(|receipt| receipt.is_approved()), "{receipt:?}");
        }
    };
    let writes = |till: &Till| (bench.wire.applied().len(), till.waiting().unwrap());
    trade(&till, "C0", 0);
    assert_all_explained(&bench, &till, &["A1", "B1", "C0"]);
    assert_eq!(writes(&till), (9, vec![]));

    bench.wire.cut();
    trade(&till, "C1", 1);
    till.modify(Modify::new("B1").name("Nobody").prefer_online(BRIEF).op_id("void")).unwrap();
    till.void("void").unwrap();
    bench.wire.restore();
    drain(&till);
    assert_all_explained(&bench, &till, &["A1", "B1", "C0", "C1"]);
    assert_eq!(writes(&till), (18, vec![]));

    for (round, endpoint) in [OPEN, RECHARGE, CONSUME, REDEEM, MODIFY].into_iter().enumerate() {
        let card = format!("D{round}");
        bench.answer_lost(endpoint);
        trade(&till, &card, round + 2);
        drain(&till);
        assert_all_explained(&bench, &till, &["A1", "B1", &card]);
        assert_eq!(writes(&till), (27 + 9 * round, vec![]), "{endpoint}");
    }
}

/// What a sale takes is what the remote says that it took, not what was expected here.
#[test]
fn a_discount_that_is_not_known_here_is_explained_by_the_answer() {
    let bench = Bench::new();
    let mut config = bench.config();
    config.levels.clear();
    let till = bench.till_with("till.db", config);
    let paid = till.consume(Consume::new("A1", yuan("100")).require_online(SOON)).unwrap();
    assert_eq!((paid.told.from_card, paid.balances.money.confirmed), (yuan("80"), yuan("420")));
    assert_all_explained(&bench, &till, &["A1"]);
}

/// An answer without a balance leaves it to the next read to say what is there, and what the answer says is held against it.
#[test]
fn an_answer_without_a_balance_is_held_against_the_next_read() {
    for (add_money, difference) in [(10, None), (110, Some(yuan("-100")))] {
        let bench = Bench::new();
        let till = bench.till();
        bench.between(RECHARGE, move |wire, request| {
            wire.handle(request);
            ok(&format!(r#"{{"card_id":"A1","amount":610,"add_money":{add_money}}}"#))
        });
        till.recharge(Recharge::new("A1", yuan("100"), 1).require_online(SOON).op_id("x")).unwrap();
        sync_until(&till, |till| till.operation("x").unwrap().state == State::Settled);
        let amounts: Vec<_> = unexplained(&till).into_iter().map(|notice| notice.amount).collect();
        assert_eq!(amounts, difference.map(Some).into_iter().collect::<Vec<_>>(), "{add_money}");
        bench.assert_agrees(&till, "A1");
    }
}

#[test]
fn another_hand_in_the_holders_data_is_told_by_the_fields_names() {
    let bench = Bench::new();
    let till = bench.till();
    let other = bench.till_with("other.db", bench.config());
    other.modify(Modify::new("A1").name("Mr Zhao").gender(Gender::Male).require_online(SOON)).unwrap();
    till.serve_card("A1", SOON).unwrap();
    let notice = only(unexplained(&till));
    assert_eq!((notice.amount, notice.op_id), (None, None));
    assert_eq!(notice.detail, "not this till's doing: the holder's data stands otherwise: name, gender");
    assert_eq!(till.card("A1").unwrap().holder.name.as_deref(), Some("Mr Zhao"));

    other.modify(Modify::new("A1").phone("13900000009").require_online(SOON)).unwrap();
    bench.withdraw("A1", 1_00);
    // What the till changes itself is its own; the rest is not, though it comes with the same read.
    till.modify(Modify::new("A1").name("Mr Wang").require_online(SOON)).unwrap();
    till.serve_card("A1", SOON).unwrap();
    let [_, notice] = unexplained(&till).try_into().unwrap();
    assert_eq!(notice.amount, Some(yuan("-1")));
    assert!(
        notice.detail.ends_with("(expected -> found); the holder's data stands otherwise: phone"),
        "{}",
        notice.detail
    );
    for notice in till.notices().unwrap() {
        assert!(!["Wang", "Zhao", "138", "139"].iter().any(|personal| notice.detail.contains(personal)), "{notice:?}");
    }
}

/// The book shows a promised change at once. That the remote does not have it, if it comes to nothing, is no surprise.
#[test]
fn an_own_change_that_came_to_nothing_is_no_other_hand() {
    for superseded in [false, true] {
        let bench = Bench::new();
        let till = bench.till();
        if superseded {
            let other = bench.till_with("other.db", bench.config());
            let first = AtomicBool::new(true);
            bench.between(MODIFY, move |_, _| {
                first.swap(false, Ordering::SeqCst).then(|| {
                    other.modify(Modify::new("B1").name("Theirs").require_online(SOON)).unwrap();
                    Err(TransportFailure::MaybeSent("cut".into()))
                })
            });
        } else {
            bench.between(MODIFY, |_, _| ok(r#"{"errcode":2,"errmsg":"no such card"}"#));
            bench.wire.cut();
        }
        let told = till.modify(Modify::new("B1").name("Ours").prefer_online(BRIEF).op_id("m")).unwrap();
        assert_eq!(told.promise, Some(Promise::OfflineApproved));
        assert_eq!(till.card("B1").unwrap().holder.name.as_deref(), Some("Ours"));
        bench.wire.restore();
        let (end, name) = if superseded { (State::Superseded, "Theirs") } else { (State::Rejected, "Ms Li") };
        sync_until(&till, |till| till.operation("m").unwrap().state == end);
        sync_until(&till, |till| till.card("B1").unwrap().holder.name.as_deref() == Some(name));
        assert_eq!(unexplained(&till), []);
        if superseded {
            continue;
        }
        // A person says that the remote has it after all: then it should be there.
        till.resolve("m", Resolution::WasApplied, "Chen", "the office has changed it").unwrap();
        assert_eq!(till.card("B1").unwrap().holder.name.as_deref(), Some("Ours"));
        till.serve_card("B1", SOON).unwrap();
        assert!(only(unexplained(&till)).detail.ends_with("stands otherwise: name"));
        assert_eq!(till.card("B1").unwrap().holder.name.as_deref(), Some("Ms Li"));
    }
}

/// Of two changes that were promised the later one is shown, also once the remote has the earlier one.
#[test]
fn the_later_of_two_promised_changes_stays_on_show() {
    let bench = Bench::new();
    let till = bench.till();
    bench.wire.cut();
    for name in ["First", "Second"] {
        till.modify(Modify::new("B1").name(name).prefer_online(BRIEF)).unwrap();
    }
    let sent = AtomicBool::new(false);
    bench.between(MODIFY, move |_, _| {
        // The second one stays on its way for a while.
        let second = sent.swap(true, Ordering::SeqCst);
        second.then(|| Err(TransportFailure::NotSent("the cable is out".into())))
    });
    bench.wire.restore();
    sync_until(&till, |till| till.status().unwrap().queued == 1);
    assert_eq!(till.card("B1").unwrap().holder.name.as_deref(), Some("Second"));
    bench.wire.hook(|_| None);
    drain(&till);
    assert_all_explained(&bench, &till, &["B1"]);
    assert_eq!(till.card("B1").unwrap().holder.name.as_deref(), Some("Second"));
}

#[test]
fn a_persons_word_is_held_against_the_figures_too() {
    for applied in [true, false] {
        let bench = Bench::new();
        let till = bench.till();
        let first = AtomicBool::new(true);
        bench.between(CONSUME, move |wire, request| {
            first.swap(false, Ordering::SeqCst).then(|| {
                if applied {
                    wire.handle(request);
                }
                // In between, so that the records tell nothing.
                let mut sandy = wire.sandy.lock().unwrap();
                sandy.other_till(now_s(), "聚客西餐").consume("B1", 20_00, None).unwrap();
                Err(TransportFailure::MaybeSent("cut".into()))
            })
        });
        // Two sales of the same amount if the till's own has arrived; without it, one that may be it and is not.
        let own = if applied { "20" } else { "30" };
        till.consume(Consume::new("B1", yuan(own)).prefer_online(BRIEF).op_id("x")).unwrap();
        sync_until(&till, |till| till.operation("x").unwrap().state == State::Parked);
        assert_eq!(unexplained(&till), [], "as long as nobody knows, there is nothing to compare with");
        till.resolve("x", Resolution::WasApplied, "Chen", "the customer says so").unwrap();
        sync_until(&till, |till| till.operation("x").unwrap().state == State::Settled);
        let surplus = if applied { yuan("-20") } else { yuan("10") };
        assert_eq!(only(unexplained(&till)).amount, Some(surplus));
        bench.assert_agrees(&till, "B1");
    }
}

#[test]
fn a_card_that_exists_after_its_opening_came_to_nothing_is_a_contradiction() {
    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Fate {
        /// It is executed after two looks have found nothing.
        Late,
        /// The same, and the office opens the card.
        Lost,
        /// Somebody else has got the number before the first look.
        Taken,
        /// It was certainly never sent.
        NeverSent,
    }
    for (fate, sole_writer) in
        [(Fate::Late, true), (Fate::Late, false), (Fate::Lost, true), (Fate::Taken, true), (Fate::NeverSent, true)]
    {
        let bench = Bench::new();
        let mut config = bench.config();
        config.sandy.as_mut().unwrap().sole_writer = sole_writer;
        let till = bench.till_with("till.db", config);
        let held: Arc<Mutex<Option<HttpRequest>>> = Arc::default();
        let keep = held.clone();
        let others = NewCard::new("C1", 1).with_holder("Mr Zhao", "13900000001", None);
        bench.between(OPEN, move |wire, request| {
            *keep.lock().unwrap() = Some(request.clone());
            if fate == Fate::Taken {
                wire.sandy.lock().unwrap().seed(now_s(), others.clone()).unwrap();
            }
            Some(Err(match fate {
                Fate::NeverSent => TransportFailure::NotSent("the cable is out".into()),
                _ => TransportFailure::MaybeSent("cut".into()),
            }))
        });
        let open = OpenCard::new("C1", "普通会员").name("王小明").phone("13812345678");
        till.open_card(open.require_online(Duration::from_millis(50)).op_id("o")).unwrap();
        sync_until(&till, |till| till.operation("o").unwrap().state.is_final());
        bench.wire.hook(|_| None);
        match fate {
            Fate::Late => drop(bench.wire.handle(&held.lock().unwrap().take().unwrap())),
            Fate::Lost | Fate::NeverSent => {
                bench.wire.sandy.lock().unwrap().seed(now_s(), NewCard::new("C1", 1)).unwrap();
            }
            Fate::Taken => {}
        }
        for _ in 0..3 {
            sync_until(&till, |till| till.serve_card("C1", SOON).is_ok_and(|card| card.fetched_at.is_some()));
        }
        let contradictions = notices_of(&till, NoticeKind::Contradiction);
        let told: Vec<_> = contradictions.iter().map(|notice| notice.op_id.as_ref().unwrap().as_str()).collect();
        let want: &[&str] = if matches!(fate, Fate::Late | Fate::Lost) { &["o"] } else { &[] };
        assert_eq!(told, want, "{fate:?}, sole writer {sole_writer}");
        assert_eq!(unexplained(&till), [], "{fate:?}");
    }
}
