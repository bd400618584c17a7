//! What once went wrong, or would have: each found by reading or by breaking, each with the story of how.
#![allow(clippy::unwrap_used)]

mod common;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use common::wire::{Wire, config_of, now_s, ok, till_at};
use common::{SOON, config, drain, points, sync_until, yuan};
use tempfile::TempDir;
use tillbook::{
    Clock, Config, Consume, ErrorCode, LevelTerms, Link, Modify, NoticeKind, OpenCard, Pacing, Promise, Rate, Recharge,
    RedeemPoints, Resolution, SandyConfig, State, SystemClock, Till, TillBuilder, Timestamp, Transport,
    TransportFailure,
};
use tillbook_sandbox::sandy::{LedgerKind, NewCard};

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

    fn book(&self) -> PathBuf {
        self.dir.path().join("till.db")
    }

    fn till_with(&self, config: Config) -> Till {
        till_at(&self.wire, config, &self.book())
    }

    /// A till that has served both cards.
    fn till(&self) -> Till {
        let till = self.till_with(self.config());
        till.serve_card("A1", SOON).unwrap();
        till.serve_card("B1", SOON).unwrap();
        till
    }
}

/// A request that is still being sent when its till is closed and opened again in the same process: the remote executes it
/// after the new till has begun to look for it.
#[test]
fn a_request_that_outlives_its_till_is_not_sent_twice() {
    let bench = Bench::new();
    let mut config = bench.config();
    config.sandy.as_mut().unwrap().request_timeout_ms = 1_000;
    let till = bench.till_with(config.clone());
    till.serve_card("A1", SOON).unwrap();
    let (reached, goes_on) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let (at, go, first) = (reached.clone(), goes_on.clone(), AtomicBool::new(true));
    bench.wire.hook(move |request| {
        if request.url.ends_with("/consume") && first.swap(false, Ordering::SeqCst) {
            at.store(true, Ordering::SeqCst);
            while !go.load(Ordering::SeqCst) {
                std::thread::yield_now();
            }
        }
        None
    });
    let told =
        till.consume(Consume::new("A1", yuan("10")).prefer_online(Duration::from_millis(50)).op_id("x")).unwrap();
    assert_eq!(told.promise, Some(Promise::OfflineApproved));
    assert!(reached.load(Ordering::SeqCst));
    till.close(Duration::ZERO);

    let till = bench.till_with(config);
    // Long enough for two looks if the quiet period were counted from the new start.
    for _ in 0..10 {
        till.sync(Duration::from_millis(20)).unwrap();
        std::thread::sleep(common::QUIET / 2);
    }
    assert_eq!(till.operation("x").unwrap().state, State::InDoubt);
    goes_on.store(true, Ordering::SeqCst);
    drain(&till);
    assert_eq!(bench.wire.applied().len(), 1);
    assert_eq!(till.operation("x").unwrap().state, State::Settled);
}

/// A remote that answers reads about one card with an error of its own is there: other cards are served online.
#[test]
fn one_bad_card_is_no_outage_and_waits_for_a_person_in_the_end() {
    let bench = Bench::new();
    let mut config = bench.config();
    config.pacing = Pacing { backoff_ms: 1, backoff_max_ms: 1, ..Pacing::default() };
    let till = bench.till_with(config);
    till.serve_card("A1", SOON).unwrap();
    till.serve_card("B1", SOON).unwrap();
    bench.wire.cut();
    till.consume(Consume::new("B1", yuan("10")).offline().op_id("b")).unwrap();
    bench.wire.hook(|request| {
        let frozen = request.url.ends_with("getcardhis") && String::from_utf8_lossy(&request.body).contains("B1");
        frozen.then(|| ok(r#"{"errcode":7,"errmsg":"card frozen"}"#)).flatten()
    });
    bench.wire.restore();
    sync_until(&till, |till| {
        assert!(till.status().unwrap().link != Link::Down || bench.wire.applied().is_empty());
        till.operation("b").unwrap().state == State::Parked
    });
    assert_eq!(till.status().unwrap().link, Link::Up);
    let online = till.consume(Consume::new("A1", yuan("1")).require_online(SOON)).unwrap();
    assert_eq!(online.promise, Some(Promise::OnlineApproved));
    assert_eq!(till.waiting().unwrap().len(), 1);
    assert!(till.notices().unwrap().iter().any(|notice| notice.kind == NoticeKind::Parked));
}

/// A card whose recharge rules can't be read is served without them.
#[test]
fn a_card_is_served_without_its_rules() {
    let bench = Bench::new();
    let till = bench.till();
    bench.wire.hook(|request| {
        request.url.ends_with("getrechargerules").then(|| ok(r#"{"errcode":500,"errmsg":"?"}"#)).flatten()
    });
    for _ in 0..3 {
        till.serve_card("B1", SOON).unwrap();
    }
    assert_eq!(till.status().unwrap().link, Link::Up);
}

struct Jump(SystemClock, AtomicI64);

impl Clock for Jump {
    fn wall(&self) -> Timestamp {
        Timestamp::from_millis(self.0.wall().millis() + self.1.load(Ordering::SeqCst))
    }

    fn monotonic(&self) -> Duration {
        self.0.monotonic()
    }
}

/// Operations written down while the clock ran ten days ahead are sent when it is put right, not in ten days.
#[test]
fn what_a_fast_clock_wrote_down_does_not_wait_for_it() {
    let bench = Bench::new();
    let mut config = bench.config();
    config.policy.base_max_age_s = 1_000_000_000;
    config.policy.offline_while_healthy = true;
    let clock = Arc::new(Jump(SystemClock::new(), AtomicI64::new(0)));
    let transport: Arc<dyn Transport> = bench.wire.clone();
    let till = TillBuilder::new(config).transport(transport).clock(clock.clone()).open(bench.book()).unwrap();
    till.serve_card("A1", SOON).unwrap();
    bench.wire.cut();
    clock.1.store(10 * 86_400_000, Ordering::SeqCst);
    for n in 0..3 {
        till.consume(Consume::new("A1", yuan("10")).offline().op_id(format!("x{n}"))).unwrap();
    }
    clock.1.store(0, Ordering::SeqCst);
    bench.wire.restore();
    let wire = Arc::downgrade(&bench.wire);
    bench.wire.hook(move |request| {
        let mut answer = wire.upgrade()?.handle(request);
        let date = chrono::DateTime::from_timestamp(now_s(), 0).unwrap().to_rfc2822();
        answer.headers.push(("Date".into(), date));
        Some(Ok(answer))
    });
    drain(&till);
    assert_eq!(bench.wire.applied().len(), 3);
}

/// An opening that was lost and whose number somebody else took: their money is not spent here.
#[test]
fn anothers_figures_never_become_the_base_of_a_card_opened_here() {
    let bench = Bench::new();
    let till = bench.till();
    bench
        .wire
        .hook(|request| request.url.ends_with("/cardopen").then(|| Err(TransportFailure::MaybeSent("cut".into()))));
    let open = || OpenCard::new("C1", "普通会员").name("X").phone("13811111111");
    let told = till.open_card(open().require_online(Duration::from_millis(30)).op_id("o")).unwrap();
    assert_eq!(told.promise, Some(Promise::InDoubt));
    let other = NewCard::new("C1", 2).with_holder("Other", "13899999999", None).with_balance(300_00, 0);
    bench.wire.sandy.lock().unwrap().seed(now_s(), other).unwrap();
    sync_until(&till, |till| till.operation("o").unwrap().state.is_final());
    let card = till.card("C1").unwrap();
    assert_eq!(card.balances.money.confirmed, yuan("0"));
    assert_ne!(card.holder.phone.as_deref(), Some("13899999999"));
    bench.wire.cut();
    let told = till.open_card(open().offline()).unwrap();
    assert_eq!(told.balances.money.available, yuan("0"));
    let told = till.consume(Consume::new("C1", yuan("150")).offline());
    assert!(!told.is_ok_and(|receipt| receipt.is_approved()));
}

/// A book that moves from the test system to production takes no balance along.
#[test]
fn another_remotes_figures_are_forgotten_with_its_address() {
    let change: [fn(&mut Config); 3] = [
        |config| config.merchant = "Other".into(),
        |config| config.sandy.as_mut().unwrap().base_url = "https://production.test".into(),
        |config| config.sandy.as_mut().unwrap().guid = "{OTHER}".into(),
    ];
    for change in change {
        let bench = Bench::new();
        drop(bench.till());
        bench.wire.cut();
        let mut config = bench.config();
        change(&mut config);
        let till = bench.till_with(config);
        let refused = till.consume(Consume::new("A1", yuan("100")).offline()).unwrap_err();
        assert_eq!(refused.refusal(), Some(&tillbook::Refusal::UnknownCard));
    }
}

/// Figures no shop has ever seen: the receipt still adds up, and the till goes on.
#[test]
fn a_remotes_nonsense_neither_poisons_the_till_nor_makes_a_slip_that_does_not_add_up() {
    let bodies = [
        r#"{"amount":420,"cur_score":300,"act_money":-92233720368547758.08}"#,
        r#"{"amount":420,"cur_score":300,"act_money":92233720368547758.07,"card_money":-5}"#,
        r#"{"amount":-420,"cur_score":-300,"act_money":8,"card_money":900,"depot_money":-1}"#,
        r#"{"amount":"92233720368547758.07","cur_score":"9223372036854775807","act_money":12}"#,
        r#"{"amount":420,"cur_score":300,"discount":-1,"discount_money":99999}"#,
    ];
    for body in bodies {
        let bench = Bench::new();
        let till = bench.till();
        bench.wire.hook(move |request| request.url.ends_with("/consume").then(|| ok(body)).flatten());
        let receipt = till.consume(Consume::new("A1", yuan("10")).require_online(SOON)).unwrap();
        let told = receipt.told;
        assert_eq!(told.original, told.actual.checked_add(told.discount).unwrap(), "{body}");
        assert_eq!(told.actual, told.from_card.checked_add(told.due).unwrap(), "{body}");
        for figure in [told.discount, told.actual, told.from_card, told.due] {
            assert!(!figure.is_negative() && figure <= told.original, "{body}: {told:?}");
        }
        assert!(till.card("A1").is_ok(), "{body}");
    }
}

/// Figures that no book adds up are none: neither is the book called damaged for what a remote has said of one card, nor does
/// that card hold up the others.
#[test]
fn a_remotes_absurd_figures_are_no_damage_to_the_book() {
    let bodies = [
        r#"{"card_id":"A1","amount":60000000000000000.00,"cur_score":1}"#,
        r#"{"card_id":"A1","amount":-60000000000000000.00,"cur_score":1}"#,
        r#"{"card_id":"A1","amount":1,"cur_score":9000000000000000000}"#,
    ];
    for body in bodies {
        let bench = Bench::new();
        let till = bench.till();
        bench.wire.cut();
        while till.status().unwrap().link != Link::Down {
            till.pull_catalogue(SOON).unwrap_err();
        }
        for card in ["A1", "B1"] {
            till.consume(Consume::new(card, yuan("5")).op_id(card).offline()).unwrap();
        }
        let wire = Arc::clone(&bench.wire);
        bench.wire.hook(move |request| {
            let asked = request.url.contains("getcardinfo") && String::from_utf8_lossy(&request.body).contains("A1");
            if asked { ok(body) } else { Some(Ok(wire.handle(request))) }
        });
        bench.wire.restore();
        sync_until(&till, |till| till.operation("B1").unwrap().state == State::Settled);
        assert_eq!(till.card("A1").unwrap().balances.money.confirmed, yuan("500"), "{body}");
        bench.wire.hook(|_| None);
        sync_until(&till, |till| till.operation("A1").unwrap().state == State::Settled);
    }
}

/// A rule that promises more than any book adds up promises nothing: the card can still be recharged.
#[test]
fn an_absurd_rule_stops_no_recharge() {
    let bench = Bench::new();
    let rules = r#"{"rules":[{"money":1,"add_money":1e20,"add_score":1e18},{"money":0,"add_money":5,"add_score":2}],
        "paytypes":[[1,"cash"]]}"#;
    bench.wire.hook(move |request| request.url.contains("getrechargerules").then(|| ok(rules)).flatten());
    let till = bench.till();
    assert_eq!(till.recharge_rules("A1").unwrap().len(), 2);
    bench.wire.cut();
    while till.status().unwrap().link != Link::Down {
        till.pull_catalogue(SOON).unwrap_err();
    }
    let receipt = till.recharge(Recharge::new("A1", yuan("100"), 1).offline()).unwrap();
    assert_eq!((receipt.told.bonus, receipt.told.points), (yuan("5"), points(2)));
}

/// Totals that shrank for a good reason (a cancelled sale): once somebody has looked, figures are taken again.
#[test]
fn an_acknowledged_stale_snapshot_lets_the_next_one_land() {
    let bench = Bench::new();
    let till = bench.till();
    bench.wire.hook(|request| {
        let body = r#"{"card_id":"A1","amount":450,"cur_score":300,"sum_consume":-1,"sum_recharge":0}"#;
        request.url.ends_with("getcardinfo").then(|| ok(body)).flatten()
    });
    let card = till.serve_card("A1", SOON).unwrap();
    assert_eq!(card.balances.money.confirmed, yuan("500"), "an old copy is not taken");
    let notices = till.notices().unwrap();
    let [notice] = notices.as_slice() else { panic!("{notices:?}") };
    assert_eq!(notice.kind, NoticeKind::StaleSnapshot);
    till.acknowledge(notice.notice_no, "Chen", Some("the back office cancelled a sale")).unwrap();
    assert_eq!(till.serve_card("A1", SOON).unwrap().balances.money.confirmed, yuan("450"));
}

/// A till without a worker, whose host never calls `sync`: its calls alone find out that the remote is back.
#[test]
fn calls_alone_close_the_breaker_again() {
    let bench = Bench::new();
    let till = bench.till();
    bench.wire.cut();
    for _ in 0..3 {
        let told = till.consume(Consume::new("A1", yuan("1")).require_online(Duration::from_millis(30)));
        assert!(told.is_err() || told.is_ok_and(|receipt| receipt.promise == Some(Promise::Cancelled)));
    }
    assert_eq!(till.status().unwrap().link, Link::Down);
    bench.wire.restore();
    for _ in 0..500 {
        let told = till.consume(Consume::new("A1", yuan("1")).require_online(SOON));
        if told.is_ok_and(|receipt| receipt.is_approved()) {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("the remote was never asked again");
}

/// Terms that name a level by the remote's identifier apply to it.
#[test]
fn a_level_may_be_configured_by_its_identifier() {
    let bench = Bench::new();
    let mut config = bench.config();
    config.levels =
        vec![LevelTerms { level: "2".into(), rate: Rate::new("0.8".parse().unwrap()), points_per_yuan: None }];
    let till = bench.till_with(config);
    till.serve_card("A1", SOON).unwrap();
    till.pull_catalogue(SOON).unwrap();
    bench.wire.cut();
    let told =
        till.consume(Consume::new("A1", yuan("100")).offline().prefer_online(Duration::from_millis(50))).unwrap();
    assert_eq!((told.promise, told.told.from_card), (Some(Promise::OfflineApproved), yuan("80")));
}

/// Cash can't be given back for money that has been spent.
#[test]
fn a_recharge_that_has_been_spent_is_not_voided() {
    let bench = Bench::new();
    let till = bench.till();
    bench.wire.cut();
    let brief = Duration::from_millis(50);
    till.recharge(Recharge::new("B1", yuan("100"), 1).prefer_online(brief).op_id("r")).unwrap();
    till.consume(Consume::new("B1", yuan("150")).prefer_online(brief).op_id("c")).unwrap();
    assert_eq!(till.void("r").unwrap_err().code(), ErrorCode::WrongState);
    till.void("c").unwrap();
    let voided = till.void("r").unwrap();
    assert_eq!((voided.state, voided.is_approved()), (State::Voided, false));
    assert_eq!(till.card("B1").unwrap().balances.money.expected, yuan("100"));
}

/// An exception that a person made stays when an operation's own is lifted.
#[test]
fn lifting_an_operations_exception_leaves_a_persons_alone() {
    for by_hand in [false, true] {
        let bench = Bench::new();
        let till = bench.till();
        bench.wire.cut();
        let brief = Duration::from_millis(50);
        till.consume(Consume::new("B1", yuan("60")).prefer_online(brief).op_id("c")).unwrap();
        bench.wire.sandy.lock().unwrap().office(now_s(), "office").withdraw("B1", 90_00).unwrap();
        if by_hand {
            till.set_exception("B1", Some("a stolen card")).unwrap();
        }
        bench.wire.restore();
        sync_until(&till, |till| till.operation("c").unwrap().state == State::Rejected);
        assert!(till.card("B1").unwrap().exception.is_some());
        assert_eq!(till.card("B1").unwrap().owed, yuan("60"));
        till.resolve("c", Resolution::WasApplied, "Chen", "the office booked it").unwrap();
        let exception = till.card("B1").unwrap().exception;
        assert_eq!(exception.as_deref(), by_hand.then_some("a stolen card"));
    }
}

/// A change that was told and then voided is no longer shown.
#[test]
fn a_voided_change_is_taken_back() {
    let bench = Bench::new();
    let till = bench.till();
    bench.wire.cut();
    till.modify(Modify::new("B1").name("New").prefer_online(Duration::from_millis(50)).op_id("m")).unwrap();
    assert_eq!(till.card("B1").unwrap().holder.name.as_deref(), Some("New"));
    till.void("m").unwrap();
    bench.wire.restore();
    sync_until(&till, |till| till.card("B1").unwrap().holder.name.as_deref() == Some("Ms Li"));
    till.redeem_points(RedeemPoints::new("A1", points(1)).require_online(SOON)).unwrap();
    assert_eq!(bench.wire.applied(), [(LedgerKind::RedeemPoints, "A1".to_owned(), 1)]);
}

/// Sent again at a person's word, and refused because the first attempt had arrived after all: that is no rejection.
#[test]
fn a_refusal_after_an_attempt_that_was_never_found_is_in_doubt_itself() {
    for arrived in [true, false] {
        let bench = Bench::new();
        let mut config = bench.config();
        config.sandy.as_mut().unwrap().sole_writer = false;
        let till = bench.till_with(config);
        till.serve_card("B1", SOON).unwrap();
        let late: Arc<std::sync::Mutex<Option<tillbook::HttpRequest>>> = Arc::default();
        let (held, wire) = (late.clone(), Arc::downgrade(&bench.wire));
        bench.wire.hook(move |request| {
            if request.url.ends_with("/consume") && held.lock().unwrap().is_none() {
                *held.lock().unwrap() = Some(request.clone());
                // Another till's sale makes the card's figures tell nothing.
                let wire = wire.upgrade()?;
                let mut sandy = wire.sandy.lock().unwrap();
                sandy.other_till(now_s(), "Other").consume("B1", 45_00, None).unwrap();
                return Some(Err(TransportFailure::MaybeSent("cut".into())));
            }
            None
        });
        let told = till.consume(Consume::new("B1", yuan("60")).prefer_online(Duration::from_millis(200)).op_id("c"));
        assert_eq!(told.unwrap().promise, Some(Promise::OfflineApproved));
        sync_until(&till, |till| till.operation("c").unwrap().state == State::Parked);
        if arrived {
            bench.wire.sandy.lock().unwrap().other_till(now_s(), "Other").recharge("B1", 20_00, 1).unwrap();
            let first = late.lock().unwrap().clone().unwrap();
            bench.wire.handle(&first);
        }
        till.resolve("c", Resolution::SendAgain, "Chen", "it never arrived").unwrap();
        sync_until(&till, |till| {
            !matches!(till.operation("c").unwrap().state, State::Queued | State::Sending | State::InDoubt)
        });
        let receipt = till.operation("c").unwrap();
        let applied = bench.wire.applied().len();
        match (arrived, receipt.state) {
            (true, State::Settled) => assert_eq!(applied, 1),
            // With another till's records in between it may also wait for a person again, but is never called refused.
            (true, State::Parked) => assert_eq!(applied, 1),
            (false, State::Parked | State::Rejected) => assert_eq!(applied, 0),
            (_, state) => panic!("{arrived} {state}: {receipt:?}"),
        }
    }
}

/// While one sale waits for a person, the card is emptied elsewhere and read again: the till lends nothing on the old figure.
#[test]
fn a_reading_that_is_no_base_still_bounds_what_is_lent() {
    let bench = Bench::new();
    let mut config = bench.config();
    config.sandy.as_mut().unwrap().sole_writer = false;
    let till = bench.till_with(config);
    till.serve_card("A1", SOON).unwrap();
    let wire = Arc::downgrade(&bench.wire);
    let first = AtomicBool::new(true);
    bench.wire.hook(move |request| {
        let lost = request.url.ends_with("/consume") && first.swap(false, Ordering::SeqCst);
        lost.then(|| {
            // Another till's sale in between makes the records tell nothing.
            let wire = wire.upgrade()?;
            wire.sandy.lock().unwrap().other_till(now_s(), "Other").consume("A1", 1_00, None).unwrap();
            Some(Err(TransportFailure::MaybeSent("cut".into())))
        })
        .flatten()
    });
    till.consume(Consume::new("A1", yuan("50")).prefer_online(Duration::from_millis(200)).op_id("p")).unwrap();
    sync_until(&till, |till| till.operation("p").unwrap().state == State::Parked);
    bench.wire.sandy.lock().unwrap().office(now_s(), "office").withdraw("A1", 499_20).unwrap();
    let card = till.serve_card("A1", SOON).unwrap();
    assert_eq!(card.balances.money.confirmed, yuan("500"), "nobody can say whether the reading includes the sale");
    assert_eq!(card.balances.money.available, yuan("0"));
    let told = till.consume(Consume::new("A1", yuan("10")).prefer_online(Duration::from_millis(200)));
    assert!(!told.is_ok_and(|receipt| receipt.is_approved()));
}

/// A link to a book is the same book.
#[cfg(unix)]
#[test]
fn a_link_does_not_get_round_the_books_lock() {
    let bench = Bench::new();
    let till = bench.till();
    let link = bench.dir.path().join("link.db");
    std::os::unix::fs::symlink(bench.book(), &link).unwrap();
    let transport: Arc<dyn Transport> = bench.wire.clone();
    let second = TillBuilder::new(bench.config()).transport(transport).open(&link);
    assert_eq!(second.unwrap_err().code(), ErrorCode::BookInUse);
    drop(till);
}

/// A book that is renamed under the open till takes nothing more, and comes back when its file does.
#[cfg(unix)]
#[test]
fn a_book_that_was_moved_while_open_approves_nothing() {
    let bench = Bench::new();
    let till = bench.till();
    let elsewhere = bench.dir.path().join("moved.db");
    std::fs::rename(bench.book(), &elsewhere).unwrap();
    let brief = Duration::from_millis(50);
    let error = till.consume(Consume::new("A1", yuan("10")).prefer_online(brief).op_id("m")).unwrap_err();
    assert_eq!(error.code(), ErrorCode::Storage);
    std::fs::rename(&elsewhere, bench.book()).unwrap();
    assert_eq!(till.operation("m").unwrap_err().code(), ErrorCode::NotFound);
    assert!(till.consume(Consume::new("A1", yuan("10")).prefer_online(SOON).op_id("m")).unwrap().is_approved());
}

/// Names that mean something to SQLite mean nothing to a till.
#[test]
fn a_name_that_is_special_to_sqlite_is_a_file_like_any_other() {
    for name in [":memory:", "file:x.db?mode=memory"] {
        let bench = Bench::new();
        let path = bench.dir.path().join(name);
        drop(till_at(&bench.wire, bench.config(), &path).serve_card("A1", SOON).unwrap());
        assert!(till_at(&bench.wire, bench.config(), &path).card("A1").is_ok(), "{name}");
    }
}

/// A till that has never been online: nobody has made a mistake, and nobody is told so.
#[test]
fn a_first_start_without_the_remote_is_no_bad_input() {
    let bench = Bench::new();
    bench.wire.cut();
    let till = bench.till_with(bench.config());
    let brief = Duration::from_millis(50);
    let open = || OpenCard::new("C1", "普通会员").name("X");
    for _ in 0..3 {
        let refused = till.open_card(open().prefer_online(brief)).unwrap_err();
        let never = tillbook::Refusal::NeverFetched { what: "levels".into() };
        assert_eq!(refused.refusal(), Some(&never));
        assert_eq!(till.open_card(open().require_online(brief)).unwrap_err().code(), ErrorCode::Unreachable);
    }
}

/// An offline sale is sent without a discountable amount; a remote that then answers "no discount" says nothing of the member.
#[test]
fn an_exact_sale_does_not_unlearn_the_members_rate() {
    let bench = Bench::new();
    let mut config = bench.config();
    config.levels.clear();
    let till = bench.till_with(config);
    till.consume(Consume::new("A1", yuan("10")).require_online(SOON)).unwrap();
    let wire = Arc::downgrade(&bench.wire);
    bench.wire.hook(move |request| {
        let exact = String::from_utf8_lossy(&request.body).contains("\"money_discount\":0");
        (request.url.ends_with("/consume") && exact).then(|| {
            let mut answer = wire.upgrade()?.handle(request);
            let body = String::from_utf8(answer.body).unwrap();
            assert!(body.contains("\"discount\":0.8"), "{body}");
            answer.body = body.replace("\"discount\":0.8", "\"discount\":1").into_bytes();
            Some(Ok(answer))
        })?
    });
    for total in ["100", "50"] {
        bench.wire.cut();
        let told = till.consume(Consume::new("A1", yuan(total)).prefer_online(Duration::from_millis(50))).unwrap().told;
        assert_eq!(told.rate, Rate::new("0.8".parse().unwrap()), "{total}");
        bench.wire.restore();
        drain(&till);
    }
}
