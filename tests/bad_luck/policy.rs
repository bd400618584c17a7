//! The offline policy over time: overridden, replaced, expired; and the list of cards that are not served.

use std::time::Duration;

use tillbook::{
    Clock, Config, ErrorCode, Listed, Money, NoticeKind, OfflinePolicy, OpenCard, Overridable, Promise, Recharge,
    RedeemPoints, Refusal, Request, Resolution, State, SystemClock, Till, Timestamp,
};
use tillbook_sandbox::fault::{Fault, OneShot};

use crate::common::{SOON, Shop, drain, points, yuan};
use crate::{add_cards, cut_off, pay, reconnect, serve};

fn shop_with(change: impl FnOnce(&mut OfflinePolicy)) -> (Shop, Config, Till) {
    let shop = Shop::open();
    add_cards(&shop, &[("R1", "13900000001"), ("R2", "13900000001"), ("R3", "13900000003")]);
    let mut config = shop.config();
    change(&mut config.policy);
    let till = Till::open(shop.book(), config.clone()).unwrap();
    serve(&till, &["A1", "B1", "R1", "R2", "R3"]);
    (shop, config, till)
}

fn offline_shop(change: impl FnOnce(&mut OfflinePolicy)) -> (Shop, Config, Till) {
    let (shop, config, till) = shop_with(change);
    cut_off(&shop, &till);
    (shop, config, till)
}

fn refusal(till: &Till, request: impl Into<Request>) -> Refusal {
    let error = till.call(request).unwrap_err();
    assert_eq!(error.code(), ErrorCode::Refused, "{error}");
    error.refusal().unwrap().clone()
}

fn hard(policy: &mut OfflinePolicy) {
    policy.hard_floor_limit = Some(yuan("300"));
    policy.hard_card_limit = Some(yuan("600"));
}

fn now() -> Timestamp {
    SystemClock::new().wall()
}

#[test]
fn a_supervisor_lifts_limits_up_to_the_hard_ones_and_it_is_kept() {
    let (shop, config, till) = offline_shop(hard);
    let beyond = |limit: &str, requested: &str| Refusal::FloorLimit { limit: yuan(limit), requested: yuan(requested) };
    assert_eq!(refusal(&till, pay("R3", "300").supervisor("boss").reason("known")), beyond("200", "300"));
    let over = |amount: &str, op_id: &str| pay("R3", amount).override_by("boss", "a regular").op_id(op_id);
    assert_eq!(refusal(&till, over("300.01", "c1")), beyond("300", "300.01"));

    // Nothing was written: the same operation, with the supervisor behind it.
    let receipt = till.consume(over("300", "c1")).unwrap();
    assert_eq!(receipt.promise, Some(Promise::OfflineApproved));
    assert_eq!(receipt.lifted, [beyond("200", "300")]);
    // Asked again it is the same operation, whoever stands behind it.
    assert_eq!(till.consume(pay("R3", "300").op_id("c1")).unwrap().lifted, receipt.lifted);
    let second = till.consume(over("300", "c2")).unwrap();
    let card = Refusal::CardLimit { limit: yuan("500"), used: yuan("300"), requested: yuan("300") };
    let phone = Refusal::PhoneLimit { limit: yuan("500"), used: yuan("300"), requested: yuan("300") };
    assert_eq!(second.lifted, [beyond("200", "300"), card, phone]);
    let full = Refusal::CardLimit { limit: yuan("600"), used: yuan("600"), requested: yuan("0.01") };
    assert_eq!(refusal(&till, over("0.01", "c3")), full);
    // An override that nothing had to be lifted for lifts nothing.
    assert_eq!(till.consume(pay("A1", "1").override_by("boss", "why not")).unwrap().lifted, []);

    drop(till);
    let till = Till::open(shop.book(), config).unwrap();
    assert_eq!(till.operation("c1").unwrap().lifted, [beyond("200", "300")]);
    let history = till.history(&tillbook::HistoryQuery { card: Some("R3".into()), ..Default::default() }).unwrap();
    let entry = &history.lines[0].entry;
    assert_eq!((entry.supervisor.as_deref(), entry.reason.as_deref()), (Some("boss"), Some("a regular")));
    shop.server.restore().unwrap();
    drain(&till);
    assert_eq!(till.operation("c2").unwrap().state, State::Settled);
}

#[test]
fn an_override_needs_a_supervisor_and_a_reason() {
    let (_shop, _, till) = offline_shop(hard);
    let cases =
        [("", "why", "supervisor"), ("boss", "", "reason"), (" ", "why", "supervisor"), ("boss", " ", "reason")];
    for (who, why, field) in cases {
        let error = till.consume(pay("R3", "300").override_by(who, why).op_id("c1")).unwrap_err();
        assert_eq!((error.code(), error.field()), (ErrorCode::InvalidInput, Some(field)), "{who:?} {why:?}");
    }
    assert_eq!(till.operation("c1").unwrap_err().code(), ErrorCode::NotFound);
}

#[test]
fn what_may_not_be_lifted_is_not() {
    let (_shop, _, till) = offline_shop(|policy| {
        hard(policy);
        policy.overridable = vec![Overridable::CardLimit];
    });
    let over = |card: &str, amount: &str| pay(card, amount).override_by("boss", "a regular");
    let floor = Refusal::FloorLimit { limit: yuan("200"), requested: yuan("250") };
    assert_eq!(refusal(&till, over("R3", "250")), floor);
    assert_eq!(refusal(&till, over("U1", "1")), Refusal::UnknownCard);
    let funds = Refusal::InsufficientFunds { available: yuan("100"), requested: yuan("150") };
    assert_eq!(refusal(&till, over("B1", "150")), funds);
    till.set_exception("R3", Some("stolen")).unwrap();
    assert_eq!(refusal(&till, over("R3", "1")), Refusal::ExceptionList { reason: "stolen".into() });
}

#[test]
fn an_unknown_card_is_taken_on_a_supervisors_word_where_the_policy_names_it() {
    let (shop, _, till) = offline_shop(|policy| policy.overridable.push(Overridable::UnknownCard));
    add_cards(&shop, &[("U1", "13900000009")]);
    assert_eq!(refusal(&till, pay("U1", "150")), Refusal::UnknownCard);
    let receipt = till.consume(pay("U1", "150").override_by("boss", "a regular of the other store")).unwrap();
    assert_eq!(receipt.lifted, [Refusal::UnknownCard]);
    reconnect(&shop, &till);
    drain(&till);
    assert_eq!(shop.remote_balance("U1").0, yuan("9850"));
}

#[test]
fn an_override_is_remembered_until_the_call_falls_back() {
    let (shop, _, till) = shop_with(hard);
    // Certainly not sent.
    let hold = OneShot { endpoint: "getcardinfo".into(), card: None, skip: 0, fault: Fault::Hold { ms: 300 } };
    shop.server.faults().with(|faults| faults.add(hold));
    let call = || pay("R1", "300").prefer_online(Duration::from_millis(50)).override_by("boss", "a regular");
    let receipt = till.consume(call().op_id("c1")).unwrap();
    let floor = Refusal::FloorLimit { limit: yuan("200"), requested: yuan("300") };
    assert_eq!(
        (receipt.promise, receipt.lifted.as_slice()),
        (Some(Promise::OfflineApproved), [floor.clone()].as_slice())
    );
    drain(&till);
    // Sent, outcome unknown.
    shop.server.faults().with(|faults| faults.once("consume", Fault::ExecuteLate { after_ms: 600_000, hold_ms: 10 }));
    let receipt = till.consume(call().prefer_online(SOON).op_id("c2")).unwrap();
    assert_eq!((receipt.promise, receipt.lifted.as_slice()), (Some(Promise::OfflineApproved), [floor].as_slice()));
    shop.server.execute_late_now();
    drain(&till);
    // What the remote decides nobody had to lift.
    let receipt = till.consume(call().prefer_online(SOON)).unwrap();
    assert_eq!((receipt.promise, receipt.lifted.as_slice()), (Some(Promise::OnlineApproved), [].as_slice()));
    assert_eq!(shop.ledger().len(), 3);
}

#[test]
fn a_policy_set_at_run_time_counts_at_once_and_stays_until_the_configuration_changes() {
    let (shop, mut config, till) = offline_shop(|_| ());
    let first = till.policy().unwrap();
    assert_eq!((first.version, first.who.as_deref(), &first.policy), (1, Some("configuration"), &config.policy));
    let receipt = till.consume(pay("R3", "150").op_id("c1")).unwrap();
    assert_eq!(receipt.policy_version, Some(1));

    let strict = OfflinePolicy { floor_limit: yuan("100"), ..config.policy.clone() };
    assert_eq!(till.set_policy(&strict, "head office", "fraud").unwrap(), 2);
    assert_eq!(till.set_policy(&strict, "head office", "fraud").unwrap(), 2, "it is in force already");
    let floor = Refusal::FloorLimit { limit: yuan("100"), requested: yuan("150") };
    assert_eq!(refusal(&till, pay("R3", "150")), floor);
    assert_eq!(till.consume(pay("R3", "100").op_id("c2")).unwrap().policy_version, Some(2));
    assert_eq!(till.operation("c1").unwrap().policy_version, Some(1), "as it was promised");
    let bad = OfflinePolicy { hard_floor_limit: Some(yuan("99")), ..strict.clone() };
    let error = till.set_policy(&bad, "head office", "a slip").unwrap_err();
    assert_eq!((error.code(), error.field()), (ErrorCode::InvalidConfig, Some("policy.hard_floor_limit")));
    assert_eq!(till.set_policy(&config.policy, "", "x").unwrap_err().field(), Some("who"));
    assert_eq!((till.policy().unwrap().version, till.policies().unwrap().len()), (2, 2));

    // The same configuration again does not undo it.
    drop(till);
    let till = Till::open(shop.book(), config.clone()).unwrap();
    let in_force = till.policy().unwrap();
    assert_eq!((in_force.version, in_force.policy), (2, strict.clone()));
    assert_eq!((in_force.who.as_deref(), in_force.why.as_deref()), (Some("head office"), Some("fraud")));
    assert_eq!(refusal(&till, pay("R3", "150").delivery(tillbook::Delivery::Offline)), floor);

    // Another one does; and one that catches up with what is in force makes no version of it.
    drop(till);
    config.policy.floor_limit = yuan("50");
    let till = Till::open(shop.book(), config.clone()).unwrap();
    assert_eq!(till.policy().unwrap().version, 3);
    assert_eq!(till.set_policy(&strict, "head office", "fraud").unwrap(), 4);
    drop(till);
    config.policy = strict;
    let till = Till::open(shop.book(), config).unwrap();
    assert_eq!(till.policy().unwrap().version, 4);
    let versions: Vec<i64> = till.policies().unwrap().iter().map(|policy| policy.version).collect();
    assert_eq!(versions, [4, 3, 2, 1]);
}

#[test]
fn every_promise_names_the_policy_in_force() {
    let (shop, config, till) = shop_with(|_| ());
    assert_eq!(till.consume(pay("R1", "1").require_online(SOON)).unwrap().policy_version, Some(1));
    let policy = OfflinePolicy { outage_operations: 7, ..config.policy };
    till.set_policy(&policy, "boss", "a try").unwrap();
    let declined = till.consume(pay("B1", "900").require_online(SOON)).unwrap();
    assert_eq!((declined.promise, declined.policy_version), (Some(Promise::Declined), Some(2)));
    shop.server.faults().with(|faults| faults.once("consume", Fault::ExecuteLate { after_ms: 600_000, hold_ms: 10 }));
    let doubtful = till.consume(pay("R3", "900").prefer_online(SOON).op_id("c2")).unwrap();
    assert_eq!((doubtful.promise, doubtful.policy_version), (Some(Promise::InDoubt), Some(2)));
    shop.server.execute_late_now();
    drain(&till);
}

#[test]
fn an_expired_policy_approves_nothing_and_warns_before() {
    let (_shop, config, till) = offline_shop(|_| ());
    let until = |at: Timestamp| OfflinePolicy { valid_until: Some(at), ..config.policy.clone() };
    let day = Duration::from_secs(24 * 3600);
    till.set_policy(&until(now().after(8 * day)), "boss", "a month").unwrap();
    assert!(till.consume(pay("R3", "1")).unwrap().is_approved());
    assert_eq!(till.notices().unwrap(), []);
    till.set_policy(&until(now().after(6 * day)), "boss", "a week").unwrap();
    for _ in 0..2 {
        assert!(till.consume(pay("R3", "1")).unwrap().is_approved());
        let notices = till.notices().unwrap();
        assert_eq!((notices.len(), notices[0].kind), (1, NoticeKind::LimitsNear), "it warns once: {notices:?}");
    }
    let left = till.headroom(None).unwrap().room.policy_expires_s.unwrap();
    assert!((5 * 86_400..=6 * 86_400).contains(&left), "{left}");

    let over = now().before(Duration::from_millis(1));
    till.set_policy(&until(over), "boss", "the end").unwrap();
    let requests: [Request; 4] = [
        pay("R3", "1").override_by("boss", "a regular").into(),
        Recharge::new("R3", yuan("1"), 1).offline().into(),
        OpenCard::new("N1", "普通会员").offline().into(),
        RedeemPoints::new("R3", points(1)).offline().into(),
    ];
    for request in requests {
        let refused = refusal(&till, request);
        assert!(matches!(refused, Refusal::PolicyExpired { valid_until, .. } if valid_until == over), "{refused}");
    }
    let headroom = till.headroom(Some("R3")).unwrap();
    assert_eq!((headroom.money, headroom.operations, headroom.room.policy_expires_s), (yuan("0"), 0, Some(0)));
    assert!(matches!(headroom.room.binding, Some(Refusal::PolicyExpired { .. })));
    till.set_policy(&config.policy, "boss", "without an end").unwrap();
    assert!(till.consume(pay("R3", "1")).unwrap().is_approved());
}

#[test]
fn a_limit_that_is_lowered_warns_where_it_is_near_at_once() {
    let (_shop, config, till) = offline_shop(|policy| policy.outage_limit = yuan("1000"));
    assert!(till.consume(pay("R3", "90")).unwrap().is_approved());
    assert_eq!(till.notices().unwrap(), []);
    let lower = |limit: &str| OfflinePolicy { outage_limit: yuan(limit), ..config.policy.clone() };
    till.set_policy(&lower("500"), "boss", "fraud").unwrap();
    assert_eq!(till.notices().unwrap(), []);
    till.set_policy(&lower("100"), "boss", "more of it").unwrap();
    let notices = till.notices().unwrap();
    assert_eq!((notices.len(), notices[0].kind, notices[0].amount), (1, NoticeKind::LimitsNear, Some(yuan("90"))));
    assert!(notices[0].detail.starts_with("money: 90.00 of 100.00"), "{notices:?}");
    till.set_policy(&OfflinePolicy { outage_new_cards: 0, ..lower("90") }, "boss", "none at all").unwrap();
    assert_eq!(till.notices().unwrap().len(), 1, "of new cards none is open");
}

#[test]
fn recharges_and_new_cards_have_limits_of_their_own() {
    let (shop, _, till) = offline_shop(|policy| {
        policy.outage_recharges = 3;
        policy.outage_recharge_money = yuan("100");
        policy.outage_new_cards = 2;
        policy.hard_outage_recharges = Some(4);
        policy.hard_outage_new_cards = Some(3);
    });
    let recharge = |amount: &str| Recharge::new("R3", yuan(amount), 1).offline();
    let open = |card: &str| OpenCard::new(card, "普通会员").offline();
    assert!(till.recharge(recharge("60")).unwrap().is_approved());
    let beyond = Refusal::OutageRechargeMoney { limit: yuan("100"), used: yuan("60"), requested: yuan("40.01") };
    assert_eq!(refusal(&till, recharge("40.01")), beyond);
    assert!(till.recharge(recharge("39")).unwrap().is_approved());
    let notices = till.notices().unwrap();
    assert!(notices[0].detail.starts_with("recharged money: 99.00 of 100.00"), "{notices:?}");
    assert!(till.recharge(recharge("0.50")).unwrap().is_approved());
    let full = Refusal::OutageRecharges { limit: 3, used: 3 };
    assert_eq!(refusal(&till, recharge("0.01")), full);
    let room = till.headroom(None).unwrap();
    assert_eq!((room.room.recharges, room.room.recharge_money), (0, yuan("0.50")));
    assert_eq!(room.with_override.recharges, 1);
    assert_eq!(till.recharge(recharge("0.25").override_by("boss", "a regular")).unwrap().lifted, [full]);
    let over = recharge("0.25").override_by("boss", "a regular");
    assert_eq!(refusal(&till, over), Refusal::OutageRecharges { limit: 4, used: 4 });

    assert!(till.open_card(open("N1")).unwrap().is_approved());
    assert!(till.open_card(open("N2").op_id("n2")).unwrap().is_approved());
    let full = Refusal::OutageNewCards { limit: 2, used: 2 };
    assert_eq!(refusal(&till, open("N3")), full);
    assert!(till.card("N3").is_err());
    till.void("n2").unwrap();
    assert_eq!(till.headroom(None).unwrap().room.new_cards, 1, "what was voided is final");
    assert!(till.open_card(open("N3")).unwrap().is_approved());
    assert_eq!(till.open_card(open("N4").override_by("boss", "a birthday")).unwrap().lifted, [full]);
    // What goes on meanwhile is not touched by these limits.
    assert!(till.consume(pay("R3", "1")).unwrap().is_approved());
    reconnect(&shop, &till);
    drain(&till);
    let room = till.headroom(None).unwrap().room;
    assert_eq!((room.recharges, room.recharge_money, room.new_cards), (3, yuan("100"), 2));
}

#[test]
fn headroom_is_what_is_then_approved() {
    let (shop, config, till) = offline_shop(|policy| {
        hard(policy);
        policy.outage_limit = yuan("900");
        policy.hard_outage_limit = Some(yuan("1000"));
        policy.outage_operations = 40;
    });
    let mut seed: u64 = 11;
    let mut dice = |end: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % end
    };
    let mut till = till;
    let mut approved = 0;
    for round in 0..60 {
        let card = ["A1", "B1", "R1", "R2", "R3"][dice(5) as usize];
        let lifts = dice(3) == 0;
        let headroom = till.headroom(Some(card)).unwrap();
        let room = if lifts { &headroom.with_override } else { &headroom.room };
        let sale = |money: Money| {
            let sale = tillbook::Consume::new(card, money).discountable(Money::ZERO).offline();
            if lifts { sale.override_by("boss", "a regular") } else { sale }
        };
        assert_eq!(Some(refusal(&till, sale(room.money.plus(Money::from_fen(1))))), room.binding, "{round} {room:?}");
        if room.money.is_positive() {
            let part =
                if dice(3) == 0 { room.money } else { Money::from_fen(1 + dice(room.money.fen() as u64) as i64) };
            let receipt = till.consume(sale(part)).unwrap();
            assert!(receipt.is_approved(), "{round} {room:?}");
            approved += 1;
        }
        if dice(15) == 0 {
            drop(till);
            till = Till::open(shop.book(), config.clone()).unwrap();
            cut_off(&shop, &till);
        } else if dice(12) == 0 {
            reconnect(&shop, &till);
            drain(&till);
            cut_off(&shop, &till);
        }
    }
    assert!(approved > 15, "{approved}");
}

/// Several cards' calls wait at once, and another policy is set meanwhile: each is judged by the one in force when it falls back, and
/// what one is given the next one has no more.
#[test]
fn calls_that_wait_together_share_the_limits_of_the_policy_in_force_when_they_fall_back() {
    let (shop, config, till) = shop_with(|policy| policy.outage_limit = yuan("5000"));
    let cards = ["A1", "R1", "R3"];
    // However slow the machine is: what falls back first must not be settled before the last one has fallen back.
    for _ in 0..60 {
        let hold = OneShot { endpoint: "getcardinfo".into(), card: None, skip: 0, fault: Fault::Hold { ms: 10_000 } };
        shop.server.faults().with(|faults| faults.add(hold));
    }
    let receipts = std::thread::scope(|scope| {
        let call = |card: &'static str| {
            let sale = pay(card, "150").prefer_online(Duration::from_millis(3_000)).op_id(card);
            let till = &till;
            scope.spawn(move || till.consume(sale).unwrap())
        };
        let calls = cards.map(call);
        while !cards.iter().all(|card| till.operation(card).is_ok()) {
            std::thread::yield_now();
        }
        let strict = OfflinePolicy { outage_limit: yuan("300"), ..config.policy.clone() };
        assert_eq!(till.set_policy(&strict, "head office", "fraud").unwrap(), 2);
        calls.map(|call| call.join().unwrap())
    });
    assert!(receipts.iter().all(|receipt| receipt.policy_version == Some(2)), "{receipts:?}");
    let (approved, refused): (Vec<_>, Vec<_>) = receipts.iter().partition(|receipt| receipt.is_approved());
    assert_eq!((approved.len(), refused.len()), (2, 1), "{receipts:?}");
    let full = Refusal::OutageLimit { limit: yuan("300"), used: yuan("300"), requested: yuan("150") };
    assert_eq!((refused[0].promise, refused[0].refusal.as_ref()), (Some(Promise::Cancelled), Some(&full)));
    assert_eq!(till.headroom(None).unwrap().room.till, Money::ZERO);
}

fn listed(till: &Till) -> Vec<(String, String, Option<String>, bool)> {
    let page = till.exceptions(None, 500).unwrap();
    assert_eq!(page.next, None);
    let told = |one: &tillbook::Exception| (one.card.to_string(), one.reason.clone(), one.who.clone(), one.by_list);
    page.exceptions.iter().map(told).collect()
}

#[test]
fn the_merchants_list_replaces_itself_and_nothing_else() {
    let (shop, _, till) = shop_with(|_| ());
    till.set_exception_by("R1", Some("a quarrel"), "Ms Wu").unwrap();
    let list =
        [Listed::new("R1", "stolen"), Listed::new("R2", "stolen"), Listed::new("U1", "copied"), Listed::new("R2", "x")];
    till.replace_exceptions(&list, "head office").unwrap();
    let line = |card: &str, why: &str, who: &str, by_list| (card.into(), why.into(), Some(who.into()), by_list);
    let office = "head office";
    assert_eq!(
        listed(&till),
        [
            line("R1", "a quarrel", "Ms Wu", false),
            line("R2", "stolen", office, true),
            line("U1", "copied", office, true)
        ]
    );
    // A card that was never here is refused when it comes, in every delivery, and is no card of the book.
    add_cards(&shop, &[("U1", "13900000009")]);
    let copied = Refusal::ExceptionList { reason: "copied".into() };
    assert_eq!(refusal(&till, pay("U1", "1").require_online(SOON)), copied);
    assert_eq!(refusal(&till, OpenCard::new("U1", "普通会员").require_online(SOON)), copied);
    assert!(till.card_numbers().unwrap().iter().all(|number| number.as_str() != "U1"));
    assert_eq!(till.card("U1").unwrap_err().code(), ErrorCode::NotFound);
    assert_eq!(till.headroom(Some("U1")).unwrap_err().code(), ErrorCode::NotFound);
    assert_eq!(till.search("U1").unwrap().cards, []);
    // Nor is one that a person has put there before this till met it; whoever changes their mind takes it off again.
    for (why, code) in [(None, Some(ErrorCode::NotFound)), (Some("lost"), None), (None, None), (Some("stolen"), None)] {
        assert_eq!(till.set_exception_by("U2", why, "Ms Wu").err().map(|error| error.code()), code, "{why:?}");
    }
    assert_eq!(refusal(&till, pay("U2", "1").offline()), Refusal::ExceptionList { reason: "stolen".into() });
    assert_eq!(till.card("U2").unwrap_err().code(), ErrorCode::NotFound);
    till.set_exception("U2", None).unwrap();
    till.serve_card("U1", SOON).unwrap();
    assert_eq!(till.search("U1").unwrap().cards.len(), 1);
    assert_eq!(till.card("U1").unwrap().exception.as_deref(), Some("copied"));
    assert_eq!(shop.ledger(), []);

    // All or nothing.
    let bad = [Listed::new("R3", "stolen"), Listed::new("", "stolen")];
    assert_eq!(till.replace_exceptions(&bad, office).unwrap_err().field(), Some("card"));
    let bad = [Listed::new("R3", "stolen"), Listed::new("R1", "")];
    assert_eq!(till.replace_exceptions(&bad, office).unwrap_err().code(), ErrorCode::InvalidInput);
    assert_eq!(listed(&till).len(), 3);

    // What is on the new one no more is served again; the person's word stands.
    till.replace_exceptions(&[Listed::new("R2", "found, and stolen again")], "Mr Ma").unwrap();
    assert_eq!(
        listed(&till),
        [line("R1", "a quarrel", "Ms Wu", false), line("R2", "found, and stolen again", "Mr Ma", true)]
    );
    assert!(till.consume(pay("U1", "1").require_online(SOON)).unwrap().is_approved());
    till.replace_exceptions(&[], office).unwrap();
    assert_eq!(listed(&till), [line("R1", "a quarrel", "Ms Wu", false)]);
    till.set_exception("R1", None).unwrap();
    assert_eq!(listed(&till), []);
}

#[test]
fn what_the_remote_has_refused_outlives_the_merchants_list() {
    for by_list_first in [false, true] {
        let (shop, _, till) = offline_shop(|_| ());
        till.consume(pay("B1", "100").op_id("c1")).unwrap();
        let now_s = shop.server.now_s();
        shop.server.sandy().with(|sandy| sandy.office(now_s, "boss").withdraw("B1", 50_00).unwrap());
        let list = || till.replace_exceptions(&[Listed::new("B1", "stolen")], "head office").unwrap();
        if by_list_first {
            list();
        }
        reconnect(&shop, &till);
        drain(&till);
        if !by_list_first {
            list();
        }
        let reason = if by_list_first { "stolen" } else { "c1: consume was refused" };
        let on = listed(&till);
        assert!(on.len() == 1 && on[0].1.starts_with(reason), "{on:?}");
        // Off the list it still owes.
        till.replace_exceptions(&[], "head office").unwrap();
        let on = listed(&till);
        assert!(on.len() == 1 && on[0].1.starts_with("c1: consume was refused"), "{on:?}");
        assert_eq!((on[0].2.as_deref(), on[0].3), (Some("tillbook"), false));
        // Paid after all: it goes, unless the list names it.
        list();
        till.resolve("c1", Resolution::WasApplied, "boss", "seen at the remote").unwrap();
        let on = listed(&till);
        assert!(on.len() == 1 && on[0].1 == "stolen" && on[0].3, "{on:?}");
        till.replace_exceptions(&[], "head office").unwrap();
        assert_eq!(listed(&till), []);
    }
}

#[test]
fn the_exception_list_comes_in_pages() {
    let (_shop, _, till) = shop_with(|_| ());
    let list: Vec<Listed> = (0..45).map(|i| Listed::new(format!("X{i:02}"), "stolen")).collect();
    till.replace_exceptions(&list, "head office").unwrap();
    let (mut after, mut seen) = (None, Vec::new());
    loop {
        let page = till.exceptions(after, 0).unwrap();
        assert!(page.exceptions.len() <= 20);
        seen.extend(page.exceptions.into_iter().map(|one| one.card.to_string()));
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert_eq!(seen, list.iter().map(|one| one.card.clone()).collect::<Vec<_>>());
    assert_eq!(till.exceptions(None, 501).unwrap_err().code(), ErrorCode::InvalidInput);
    assert!(till.exceptions(None, 500).unwrap().exceptions.iter().all(|one| one.since.is_some()));
}
