//! What happens between two steps: reads that come late, accounts that become one in the middle of something, hosts that break.

use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use tillbook::{
    AccruePoints, HttpRequest, HttpResponse, Money, NoticeKind, Points, Promise, PushOrder, RedeemCoupon, RedeemPoints,
    Register, Resolution, ReturnOrder, ReturnPoints, State, Till, TillBuilder, TokenSource, Transport, Verb,
};
use tillbook_sandbox::freemud::PointsPush;
use tillbook_sandbox::gree::{NewTemplate, Profile};

use crate::street::{ALL, Fate, Line, Sent, Street, all_families, freemud, gree, sandy, shop, yonyou};

const PHONE: &str = "13911112222";
const WANG: &str = "13800000001";

fn yuan(text: &str) -> Money {
    Money::parse_yuan(text).unwrap()
}

fn at_gree(street: &Arc<Street>, points: i64) -> Till {
    let now = street.now_ms();
    street.cores.lock().unwrap().gree.office(now).add_member(PHONE, Profile::default(), points, 0).unwrap();
    let till = street.till(shop(gree()));
    till.serve_card(PHONE, ALL).unwrap();
    till
}

fn said(body: &str) -> Fate {
    Fate::Answered(HttpResponse { status: 200, headers: Vec::new(), body: body.into() })
}

/// A line on which one answer is held up.
pub(crate) struct Slow {
    line: Line,
    what: &'static str,
    hold: Mutex<Option<mpsc::Receiver<()>>>,
    held: mpsc::Sender<()>,
}

impl Slow {
    pub(crate) fn new(street: &Arc<Street>, what: &'static str) -> (Arc<Slow>, mpsc::Receiver<()>) {
        let (held, is_held) = mpsc::channel();
        (Arc::new(Slow { line: Line(Arc::clone(street)), what, hold: Mutex::new(None), held }), is_held)
    }

    /// The next answer waits until the sender is used.
    pub(crate) fn hold(&self) -> mpsc::Sender<()> {
        let (go, hold) = mpsc::channel();
        *self.hold.lock().unwrap() = Some(hold);
        go
    }
}

impl Transport for Slow {
    fn send(&self, request: &HttpRequest) -> Sent {
        let answer = self.line.send(request);
        if request.url.contains(self.what) {
            let hold = self.hold.lock().unwrap().take();
            if let Some(hold) = hold {
                self.held.send(()).unwrap();
                hold.recv().unwrap();
            }
        }
        answer
    }
}

pub(crate) fn behind(slow: &Arc<Slow>, street: &Arc<Street>, config: tillbook::Config) -> Till {
    let transport: Arc<dyn Transport> = slow.clone();
    let builder = TillBuilder::new(config).transport(transport).clock(street.clock.clone());
    builder.entropy(street.chance.clone()).open(street.book()).unwrap()
}

fn later(street: &Street, till: &Till) {
    for _ in 0..8 {
        till.sync(ALL).unwrap();
        street.clock.pass(Duration::from_secs(30));
    }
}

#[test]
fn a_list_that_was_read_before_a_coupon_was_used_does_not_revive_it() {
    let street = Street::new();
    let now = street.now_ms();
    {
        let mut cores = street.cores.lock().unwrap();
        let mut office = cores.gree.office(now);
        office.add_member(PHONE, Profile::default(), 0, 0).unwrap();
        office.add_template(NewTemplate::new("T", 1000, 10)).unwrap();
        office.give_coupons("T", PHONE, &["A"]).unwrap();
    }
    let (slow, held) = Slow::new(&street, "wk.coupon.user.list");
    let till = behind(&slow, &street, shop(gree()));
    till.serve_card(PHONE, ALL).unwrap();
    let go = slow.hold();
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| till.serve_card(PHONE, ALL));
        held.recv().unwrap();
        street.clock.pass(Duration::from_millis(5));
        let use_it = RedeemCoupon::new(PHONE, "A", yuan("50")).op_id("1").require_online(Duration::from_secs(20));
        assert_eq!(till.redeem_coupon(use_it).unwrap().promise, Some(Promise::OnlineApproved));
        go.send(()).unwrap();
        reader.join().unwrap().unwrap();
    });
    street.cut(true);
    let again = till.redeem_coupon(RedeemCoupon::new(PHONE, "A", yuan("50")).op_id("2").offline());
    assert!(again.is_err(), "{again:?}");
}

/// The member is known by phone first; then the stored-value card of the same phone is shown.
#[test]
fn a_card_that_shares_its_members_account_is_served_there() {
    let street = Street::new();
    let mut config = shop(sandy()).and(freemud());
    config.routing.points = Some("freemud".into());
    let till = street.till(config);
    let id = street.cores.lock().unwrap().freemud.member_by_mobile(WANG).unwrap().member_id.to_owned();
    till.serve_member(&id, ALL).unwrap();
    till.serve_card("A1", ALL).unwrap();
    let redeemed = till.redeem_points(RedeemPoints::new("A1", Points::new(10)).op_id("p").offline()).unwrap();
    assert!(redeemed.is_approved());
    street.settle(&till);
    assert_eq!(till.operation("p").unwrap().state, State::Settled);
    let card = till.card("A1").unwrap();
    assert_eq!(card.balances.points.confirmed, Points::new(290));
    assert_eq!(till.card(WANG).unwrap().balances.points.confirmed, Points::new(290));
    assert_eq!(till.points_statistics("A1", ALL).unwrap().current, Points::new(290));
}

#[test]
fn two_stored_value_cards_of_one_phone_share_its_points() {
    let street = Street::new();
    let now = street.now_ms();
    let other =
        tillbook_sandbox::sandy::NewCard::new("B1", 1).with_holder("Mr Wang", WANG, None).with_balance(50_00, 0);
    street.cores.lock().unwrap().sandy.seed(now / 1000 - 7200, other).unwrap();
    let mut config = shop(sandy()).and(freemud());
    config.routing.points = Some("freemud".into());
    let till = street.till(config);
    for card in ["A1", "B1", "A1", "B1"] {
        till.serve_card(card, ALL).unwrap();
    }
    for (op_id, card) in [("a", "A1"), ("b", "B1")] {
        till.redeem_points(RedeemPoints::new(card, Points::new(10)).op_id(op_id).offline()).unwrap();
    }
    street.settle(&till);
    for card in ["A1", "B1"] {
        assert_eq!(till.serve_card(card, ALL).unwrap().balances.points.confirmed, Points::new(280), "{card}");
    }
    let told = till.notices().unwrap().into_iter().filter(|notice| notice.kind == NoticeKind::SameMember).count();
    assert!(told <= 1, "told {told} times");
}

#[test]
fn a_repeated_return_is_the_same_whatever_became_of_an_earlier_one() {
    let street = Street::new();
    let till = at_gree(&street, 0);
    till.push_order(PushOrder::new(PHONE, yuan("100")).points(Points::new(10)).op_id("o").offline()).unwrap();
    street.cut(true);
    till.return_order(ReturnOrder::new(PHONE, "o").amount(yuan("30")).op_id("r1").offline()).unwrap();
    let rest = || till.return_order(ReturnOrder::new(PHONE, "o").op_id("r2").offline());
    assert_eq!(rest().unwrap().told.actual, yuan("70").negated());
    till.void("r1").unwrap();
    assert_eq!(rest().unwrap().told.actual, yuan("70").negated());
    let other = till.return_order(ReturnOrder::new(PHONE, "o").amount(yuan("70")).op_id("r2").offline()).unwrap_err();
    assert_eq!(other.field(), Some("amount"));
    assert!(till.void("o").is_err(), "a return of it is waiting");
}

#[test]
fn what_was_given_back_and_written_off_was_given_back() {
    let street = Street::new();
    let till = at_gree(&street, 0);
    till.push_order(PushOrder::new(PHONE, yuan("100")).points(Points::new(10)).op_id("o").offline()).unwrap();
    street.settle(&till);
    till.return_order(ReturnOrder::new(PHONE, "o").amount(yuan("60")).op_id("r1").offline()).unwrap();
    street.once("wk.user.refund.order.part", Fate::AnswerLost);
    later(&street, &till);
    assert_eq!(till.operation("r1").unwrap().state, State::Parked);
    till.resolve("r1", Resolution::WriteOff, "boss", "whatever").unwrap();
    let again = till.return_order(ReturnOrder::new(PHONE, "o").amount(yuan("60")).offline()).unwrap_err();
    assert_eq!(again.field(), Some("amount"));
    till.return_order(ReturnOrder::new(PHONE, "o").amount(yuan("40")).offline()).unwrap();
}

#[test]
fn a_registration_that_a_look_finds_under_another_name_is_told() {
    let street = Street::new();
    let till = street.till(shop(gree()));
    till.sync(ALL).unwrap();
    street.cut(true);
    till.register(Register::new(PHONE).name("王小明").op_id("r").offline()).unwrap();
    street.cut(false);
    let there = Arc::clone(&street);
    let mut done = false;
    street.hook(move |_, asked| {
        if asked != "wk.user.info.add" || done {
            return Fate::Passes;
        }
        done = true;
        let now = there.now_ms();
        let profile = Profile { nickname: "王大明".into(), ..Profile::default() };
        there.cores.lock().unwrap().gree.office(now).add_member(PHONE, profile, 70, 0).unwrap();
        Fate::Lost
    });
    street.settle(&till);
    assert!(till.notices().unwrap().iter().any(|notice| notice.kind == NoticeKind::Variance));
}

#[test]
fn what_stands_in_a_query_is_not_shown() {
    let street = Street::new();
    let mut config = gree();
    config.verbs.insert("wk.user.info.add".into(), Verb::Get);
    let till = street.till(shop(config));
    street.cut(true);
    till.register(Register::new(PHONE).card("C9").name("王小明").op_id("r").offline()).unwrap();
    street.cut(false);
    street.hook(|_, asked| match asked {
        "wk.user.info.add" => said(r#"{"success":false,"error_code":110001,"error_message":"bad"}"#),
        _ => Fate::Passes,
    });
    later(&street, &till);
    let waiting = till.waiting().unwrap();
    assert_eq!(waiting.len(), 1);
    let shown = format!("{waiting:?}");
    assert!(!shown.contains(PHONE) && !shown.contains("%E7"), "{shown}");
}

#[test]
fn an_exception_outlives_its_card() {
    let street = Street::new();
    let now = street.now_ms();
    let open_id = street.cores.lock().unwrap().gree.office(now).add_member(PHONE, Profile::default(), 10, 0).unwrap();
    let till = street.till(shop(gree()));
    till.set_reference("C1", "gree", &open_id).unwrap();
    street.cut(true);
    till.register(Register::new(PHONE).card("C2").name("王小明").op_id("r").offline()).unwrap();
    till.set_exception("C2", Some("owes us")).unwrap();
    street.cut(false);
    street.settle(&till);
    assert_eq!(till.card("C2").unwrap().exception.as_deref(), Some("owes us"));
    assert!(till.redeem_points(RedeemPoints::new("C2", Points::new(5)).offline()).is_err());
}

/// Applied after its caller was told to hand over nothing: undone where the remote can.
#[test]
fn what_is_carried_out_too_late_is_undone() {
    let street = Street::new();
    let till = at_gree(&street, 100);
    let (go, wait) = mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    street.hook(move |_, asked| {
        if asked == "wk.user.event.score.change" {
            let _ = wait.lock().unwrap().recv_timeout(Duration::from_secs(20));
        }
        Fate::Passes
    });
    let redeem = RedeemPoints::new(PHONE, Points::new(30)).op_id("x").require_online(Duration::from_millis(200));
    assert_eq!(till.redeem_points(redeem).unwrap().promise, Some(Promise::InDoubt));
    go.send(()).unwrap();
    let until = std::time::Instant::now() + Duration::from_secs(20);
    while till.operation("x").unwrap().state != State::Reversed {
        assert!(std::time::Instant::now() < until, "{:?}", till.operation("x").unwrap());
        till.sync(ALL).unwrap();
        street.clock.pass(Duration::from_secs(1));
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(street.cores.lock().unwrap().gree.member(PHONE).unwrap().score, 100);
    street.settle(&till);
    assert_eq!(till.serve_card(PHONE, ALL).unwrap().balances.points.expected, Points::new(100));
}

#[test]
fn a_phone_that_is_none_is_no_number() {
    let street = Street::new();
    let till = street.till(shop(gree()));
    till.sync(ALL).unwrap();
    street.hook(|_, asked| match asked {
        "wk.user.info.query" => said(
            r#"{"success":true,"data":{"open_id":"ABCDEFabcdef0123456789","score":5,"phone":"139 1111 2222","nickname":"x"}}"#,
        ),
        _ => Fate::Passes,
    });
    let member = till.serve_member("ABCDEFabcdef0123456789", ALL).unwrap();
    assert_eq!(member.number.as_str(), "ABCDEFabcdef0123456789");
    till.sync(ALL).unwrap();
}

#[test]
fn points_that_an_amount_brought_come_back_as_many_as_they_were() {
    let street = Street::new();
    let till = street.till(shop(yonyou()));
    till.set_reference("M1", "yonyou", "10000001").unwrap();
    till.accrue_points(AccruePoints::new("M1").amount(yuan("10")).op_id("a").offline()).unwrap();
    let early = till.return_points(ReturnPoints::new("M1", "a").offline()).unwrap_err();
    assert_eq!(early.field(), Some("points"), "nobody knows yet how many there are");
    street.settle(&till);
    let back = till.return_points(ReturnPoints::new("M1", "a").amount(yuan("10")).op_id("b").offline()).unwrap();
    assert_eq!(back.told.points, Points::new(-10));
    street.settle(&till);
    assert_eq!(street.cores.lock().unwrap().yonyou.points("10000001"), Some(1000));
}

/// An answer that tells no balance: what was taken stays taken.
#[test]
fn a_redemption_stays_in_the_balance_where_nothing_can_be_read() {
    let street = Street::new();
    let till = street.till(shop(yonyou()));
    till.set_reference("M1", "yonyou", "10000001").unwrap();
    till.accrue_points(AccruePoints::new("M1").amount(yuan("10")).op_id("a").offline()).unwrap();
    street.settle(&till);
    assert_eq!(till.card("M1").unwrap().balances.points.confirmed, Points::new(1010));
    street.hook(|_, asked| match asked {
        "points/change" => said(r#"{"errcode":0,"errmsg":"","data":[{"mid":"10000001"}]}"#),
        _ => Fate::Passes,
    });
    till.redeem_points(RedeemPoints::new("M1", Points::new(1000)).op_id("r").offline()).unwrap();
    street.settle(&till);
    later(&street, &till);
    assert_eq!(till.operation("r").unwrap().state, State::Settled);
    assert_eq!(till.card("M1").unwrap().balances.points.available, Points::new(10));
    assert!(till.redeem_points(RedeemPoints::new("M1", Points::new(1000)).offline()).is_err());
}

#[test]
fn a_push_in_the_middle_of_a_read_makes_the_till_read_again() {
    let street = Street::new();
    let (slow, held) = Slow::new(&street, "getMemberInfo");
    let till = behind(&slow, &street, shop(freemud()));
    let card = till.serve_phone(WANG, ALL).unwrap().remove(0).number;
    let now = street.now_ms();
    let push = |number: &str| {
        let mut cores = street.cores.lock().unwrap();
        let id = cores.freemud.member_by_mobile(WANG).unwrap().member_id.to_owned();
        cores.freemud.office(now, "app").change_points(&id, 50, 4).unwrap();
        cores.freemud.points_push(&PointsPush {
            member_id: id,
            mobile: WANG.into(),
            change: 50,
            current: 1,
            operation_type: 4,
            trans_no: Some(number.into()),
        })
    };
    let go = slow.hold();
    till.apply_push("freemud", push("t1").body().as_bytes()).unwrap();
    std::thread::scope(|scope| {
        let syncing = scope.spawn(|| till.sync(ALL));
        held.recv().unwrap();
        till.apply_push("freemud", push("t2").body().as_bytes()).unwrap();
        go.send(()).unwrap();
        syncing.join().unwrap().unwrap();
    });
    later(&street, &till);
    assert_eq!(till.card(card.as_str()).unwrap().balances.points.confirmed, Points::new(400));
}

/// What one thread carries is waited for by another that drives the queue, until its budget is spent.
#[test]
fn the_queue_is_driven_when_every_thread_is_done() {
    let street = Street::new();
    let (slow, held) = Slow::new(&street, "sendScore");
    let till = behind(&slow, &street, shop(freemud()));
    till.serve_card(WANG, ALL).unwrap();
    till.accrue_points(AccruePoints::new(WANG).points(Points::new(7)).op_id("p").offline()).unwrap();
    let go = slow.hold();
    std::thread::scope(|scope| {
        let carries = scope.spawn(|| till.sync(ALL));
        held.recv().unwrap();
        assert_eq!(till.sync(Duration::from_millis(20)).unwrap().queued, 1, "its budget is spent");
        let (over, is_over) = mpsc::channel();
        let till = &till;
        let waits = scope.spawn(move || {
            let status = till.sync(ALL);
            over.send(()).unwrap();
            status
        });
        is_over.recv_timeout(Duration::from_millis(200)).unwrap_err();
        go.send(()).unwrap();
        assert_eq!(waits.join().unwrap().unwrap().queued, 0);
        carries.join().unwrap().unwrap();
    });
    assert_eq!(till.operation("p").unwrap().state, State::Settled);
}

#[test]
fn two_accounts_become_one_while_a_read_is_under_way() {
    let street = Street::new();
    let (slow, held) = Slow::new(&street, "getMemberInfo");
    let mut config = shop(freemud());
    config.policy.unknown_card = true;
    let till = behind(&slow, &street, config);
    let id = street.cores.lock().unwrap().freemud.member_by_mobile(WANG).unwrap().member_id.to_owned();
    till.set_reference("C1", "freemud", &id).unwrap();
    street.cut(true);
    till.accrue_points(AccruePoints::new(WANG).points(Points::new(7)).op_id("p").offline()).unwrap();
    street.cut(false);
    let go = slow.hold();
    std::thread::scope(|scope| {
        let syncing = scope.spawn(|| till.sync(ALL));
        held.recv().unwrap();
        till.serve_card(WANG, ALL).unwrap();
        go.send(()).unwrap();
        syncing.join().unwrap().unwrap();
    });
    street.settle(&till);
    assert_eq!(till.operation("p").unwrap().state, State::Settled);
    assert_eq!(street.cores.lock().unwrap().freemud.member_by_mobile(WANG).unwrap().points, 307);
}

#[test]
fn a_host_whose_tokens_are_none_breaks_nothing() {
    struct Wild;
    impl TokenSource for Wild {
        fn token(&self, _: &str, _: Option<&str>) -> Option<String> {
            panic!("the host broke")
        }
    }
    struct Smuggler;
    impl TokenSource for Smuggler {
        fn token(&self, _: &str, _: Option<&str>) -> Option<String> {
            Some("a\r\nX: y".into())
        }
    }
    let hosts: [Arc<dyn TokenSource>; 2] = [Arc::new(Wild), Arc::new(Smuggler)];
    for host in hosts {
        let street = Street::new();
        let mut config = gree();
        config.sole_app_user = false;
        let till = street.builder(shop(config)).token_source(host).open(street.book()).unwrap();
        till.serve_phone(PHONE, Duration::from_millis(300)).unwrap();
        assert_eq!(till.status().unwrap().queued, 0);
        assert!(street.log.lock().unwrap().is_empty(), "nothing is asked without a token");
    }
}

/// A line that notes which threads have carried something over it.
struct Noted {
    line: Line,
    carried: Mutex<Vec<std::thread::ThreadId>>,
}

impl Transport for Noted {
    fn send(&self, request: &HttpRequest) -> Sent {
        self.carried.lock().unwrap().push(std::thread::current().id());
        self.line.send(request)
    }
}

/// Each of them may take its whole time-out.
#[test]
fn a_budget_is_outlived_by_one_request_however_many_remotes_there_are() {
    let street = Street::new();
    let noted = Arc::new(Noted { line: Line(Arc::clone(&street)), carried: Mutex::default() });
    let builder = TillBuilder::new(all_families()).transport(noted.clone()).clock(street.clock.clone());
    let till = builder.entropy(street.chance.clone()).open(street.book()).unwrap();
    till.sync(Duration::ZERO).unwrap();
    let carried = noted.carried.lock().unwrap().clone();
    assert_eq!(carried.iter().filter(|&&thread| thread == std::thread::current().id()).count(), 1);
    till.sync(ALL).unwrap();
    let asked = noted.carried.lock().unwrap().len();
    assert!(asked >= 3, "each remote has been asked, {asked}");
}
