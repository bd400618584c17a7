//! What is approved without the remote, and what just beyond it is not.

use std::time::Duration;

use tillbook::{
    Config, Consume, ErrorCode, Headroom, Modify, NoticeKind, OpenCard, Promise, Recharge, RedeemPoints, Refusal,
    Request, State, Till,
};
use tillbook_sandbox::fault::{Fault, OneShot};

use crate::common::{SOON, Shop, assert_agrees, drain, points, yuan};
use crate::{add_cards, cut_off, pay, reconnect, serve};

const PHONE: &str = "13900000001";

/// Cards R1 and R2 of one phone number, R3 of another; the remote is gone.
fn offline_shop(change: impl FnOnce(&mut Config)) -> (Shop, Till) {
    let shop = Shop::open();
    add_cards(&shop, &[("R1", PHONE), ("R2", PHONE), ("R3", "13900000003")]);
    let mut config = shop.config();
    change(&mut config);
    let till = Till::open(shop.book(), config).unwrap();
    serve(&till, &["A1", "B1", "R1", "R2", "R3"]);
    cut_off(&shop, &till);
    (shop, till)
}

fn assert_refused(till: &Till, request: impl Into<Request>, want: Refusal) {
    let error = till.call(request).unwrap_err();
    assert_eq!((error.code(), error.refusal()), (ErrorCode::Refused, Some(&want)), "{error}");
    assert_eq!(error.to_string(), format!("refused: {want}"));
}

fn approve(till: &Till, request: impl Into<Request>) {
    assert_eq!(till.call(request).unwrap().promise, Some(Promise::OfflineApproved));
}

fn headroom(till: &Till, card: Option<&str>) -> (String, u32) {
    let Headroom { money, operations, .. } = till.headroom(card).unwrap();
    (money.to_string(), operations)
}

#[test]
fn one_operation_is_bounded() {
    let (_shop, till) = offline_shop(|_| ());
    let beyond = Refusal::FloorLimit { limit: yuan("200"), requested: yuan("200.01") };
    assert_refused(&till, pay("R1", "200.01"), beyond);
    // It is the card's part that counts: 250.01 at 0.8 is 200.01, 250.00 is 200.
    let beyond = Refusal::FloorLimit { limit: yuan("200"), requested: yuan("200.01") };
    assert_refused(&till, Consume::new("A1", yuan("250.01")).offline(), beyond);
    approve(&till, Consume::new("A1", yuan("250")).offline());
    approve(&till, pay("R1", "200"));
}

#[test]
fn one_card_is_bounded() {
    let (_shop, till) = offline_shop(|_| ());
    assert_eq!(headroom(&till, Some("R3")), ("200.00".into(), 200));
    for amount in ["200", "200", "100"] {
        approve(&till, pay("R3", amount));
    }
    let beyond = Refusal::CardLimit { limit: yuan("500"), used: yuan("500"), requested: yuan("0.01") };
    assert_refused(&till, pay("R3", "0.01"), beyond);
    assert_eq!(headroom(&till, Some("R3")), ("0.00".into(), 197));
    assert_eq!(headroom(&till, Some("R1")), ("200.00".into(), 197));
    // What takes no money from it is not.
    approve(&till, Recharge::new("R3", yuan("900"), 1).offline());
    approve(&till, RedeemPoints::new("R3", points(10)).offline());
}

#[test]
fn all_cards_of_one_phone_number_are_bounded_together() {
    let (_shop, till) = offline_shop(|_| ());
    approve(&till, pay("R1", "200"));
    approve(&till, pay("R1", "200"));
    assert_eq!(headroom(&till, Some("R2")), ("100.00".into(), 198));
    let beyond = Refusal::PhoneLimit { limit: yuan("500"), used: yuan("400"), requested: yuan("100.01") };
    assert_refused(&till, pay("R2", "100.01"), beyond);
    approve(&till, pay("R2", "100"));
    let beyond = Refusal::PhoneLimit { limit: yuan("500"), used: yuan("500"), requested: yuan("0.01") };
    assert_refused(&till, pay("R2", "0.01"), beyond);
    approve(&till, pay("R3", "200"));
}

#[test]
fn the_till_is_bounded_and_warns_before() {
    let (shop, till) = offline_shop(|config| config.policy.outage_limit = yuan("300"));
    approve(&till, pay("R1", "200"));
    assert_eq!(till.notices().unwrap(), []);
    assert_eq!(headroom(&till, None), ("100.00".into(), 199));
    approve(&till, pay("R3", "40"));
    let notices = till.notices().unwrap();
    assert_eq!((notices.len(), notices[0].kind, notices[0].amount), (1, NoticeKind::LimitsNear, Some(yuan("240"))));
    let beyond = Refusal::OutageLimit { limit: yuan("300"), used: yuan("240"), requested: yuan("60.01") };
    assert_refused(&till, pay("R3", "60.01"), beyond);
    approve(&till, pay("R3", "60"));
    let beyond = Refusal::OutageLimit { limit: yuan("300"), used: yuan("300"), requested: yuan("0.01") };
    assert_refused(&till, pay("A1", "0.01"), beyond);
    assert_eq!(till.notices().unwrap().len(), 1, "it warns once");
    reconnect(&shop, &till);
    drain(&till);
    assert_eq!(headroom(&till, None), ("200.00".into(), 200));
    assert_eq!(till.notices().unwrap().len(), 1, "it stays until somebody has seen it");
    till.acknowledge(notices[0].notice_no, "boss", None).unwrap();
    assert_eq!(till.notices().unwrap(), []);
    assert_eq!(till.acknowledge(notices[0].notice_no, "boss", None).unwrap_err().code(), ErrorCode::NotFound);
}

#[test]
fn the_number_of_operations_is_bounded_whatever_they_are() {
    let (shop, till) = offline_shop(|config| config.policy.outage_operations = 5);
    approve(&till, pay("R1", "1"));
    approve(&till, Recharge::new("B1", yuan("1"), 1).offline());
    approve(&till, OpenCard::new("N1", "普通会员").offline());
    approve(&till, Modify::new("A1").name("李四").offline());
    approve(&till, RedeemPoints::new("A1", points(1)).offline());
    let beyond = Refusal::OutageOperations { limit: 5, used: 5 };
    let requests: [Request; 5] = [
        pay("R3", "0.01").into(),
        Recharge::new("R3", yuan("1"), 1).offline().into(),
        OpenCard::new("N2", "普通会员").offline().into(),
        Modify::new("R3").name("李四").offline().into(),
        RedeemPoints::new("R3", points(1)).offline().into(),
    ];
    for request in requests {
        assert_refused(&till, request, beyond.clone());
    }
    assert_eq!(headroom(&till, None), ("0.00".into(), 0));
    assert!(till.card("N2").is_err());
    reconnect(&shop, &till);
    drain(&till);
    assert_eq!(shop.ledger().len(), 5);
    cut_off(&shop, &till);
    approve(&till, pay("R3", "0.01"));
}

#[test]
fn what_the_remote_has_refused_stays_at_risk_until_a_person_has_decided() {
    let (shop, till) = offline_shop(|_| ());
    approve(&till, pay("B1", "100").op_id("c1"));
    let now_s = shop.server.now_s();
    shop.server.sandy().with(|sandy| sandy.office(now_s, "boss").withdraw("B1", 50_00).unwrap());
    reconnect(&shop, &till);
    drain(&till);
    let card = till.card("B1").unwrap();
    assert_eq!((card.owed, card.balances.money.expected), (yuan("100"), yuan("50")));
    assert!(card.exception.is_some());
    assert_eq!(headroom(&till, None), ("200.00".into(), 199));
    cut_off(&shop, &till);
    let reason = card.exception.unwrap();
    assert_refused(&till, pay("B1", "1"), Refusal::ExceptionList { reason });
    till.resolve("c1", tillbook::Resolution::WriteOff, "boss", "paid in cash later").unwrap();
    assert_eq!(till.card("B1").unwrap().owed, yuan("0"));
    assert_eq!(headroom(&till, None), ("200.00".into(), 200));
    assert_eq!(till.status().unwrap().waiting_for_people, 0);
}

#[test]
fn a_card_on_the_exception_list_is_refused_in_every_delivery() {
    let shop = Shop::open();
    let till = shop.till();
    serve(&till, &["A1"]);
    till.set_exception("A1", Some("reported stolen")).unwrap();
    assert_eq!(till.card("A1").unwrap().exception.as_deref(), Some("reported stolen"));
    let listed = || Refusal::ExceptionList { reason: "reported stolen".into() };
    let consume = || Consume::new("A1", yuan("900"));
    assert_refused(&till, consume().require_online(SOON), listed());
    assert_refused(&till, consume().prefer_online(SOON), listed());
    cut_off(&shop, &till);
    assert_refused(&till, consume().offline(), listed());
    assert_refused(&till, Recharge::new("A1", yuan("1"), 1).offline(), listed());
    assert_eq!(headroom(&till, Some("A1")), ("0.00".into(), 0));
    till.set_exception("A1", None).unwrap();
    approve(&till, pay("A1", "1"));
}

#[test]
fn an_unknown_card_may_pay_where_the_policy_says_so() {
    let (shop, till) = offline_shop(|config| config.policy.unknown_card = true);
    add_cards(&shop, &[("U1", "13900000009")]);
    approve(&till, pay("U1", "150"));
    approve(&till, pay("U2", "10").op_id("nobody"));
    assert_eq!(till.card("U1").unwrap().balances.as_of, None);
    reconnect(&shop, &till);
    drain(&till);
    assert_agrees(&shop, &till, "U1");
    assert_eq!(shop.remote_balance("U1").0, yuan("9850"));
    let nobody = till.operation("nobody").unwrap();
    assert_eq!(nobody.state, State::Rejected, "there is no such card: {nobody:?}");
}

#[test]
fn offline_asks_the_remote_while_it_is_healthy_unless_the_policy_permits_otherwise() {
    for (permitted, promise) in [(false, Promise::OnlineApproved), (true, Promise::OfflineApproved)] {
        let shop = Shop::open();
        let mut config = shop.config();
        config.policy.offline_while_healthy = permitted;
        let till = Till::open(shop.book(), config).unwrap();
        serve(&till, &["A1"]);
        assert_eq!(till.consume(pay("A1", "1")).unwrap().promise, Some(promise));
        assert_eq!(shop.ledger().len(), usize::from(!permitted));
        drain(&till);
        assert_eq!(shop.ledger().len(), 1);
    }
}

#[test]
fn offline_waits_no_longer_than_configured_for_a_remote_that_was_healthy() {
    let shop = Shop::open();
    let mut config = shop.config();
    config.timeout_ms = 50;
    let till = Till::open(shop.book(), config).unwrap();
    serve(&till, &["A1"]);
    shop.server.set_delay_ms(300);
    assert_eq!(till.consume(pay("A1", "1")).unwrap().promise, Some(Promise::OfflineApproved));
    shop.server.set_delay_ms(0);
    drain(&till);
    assert_eq!(shop.ledger().len(), 1);
    assert_agrees(&shop, &till, "A1");
}

/// The card's part of a sale is sent, and what is on the card becomes less before the policy is asked: what is judged then is what
/// was sent, and not what the card could still pay.
#[test]
fn of_a_partial_approval_that_was_sent_what_was_sent_is_judged() {
    let (part, left) = (yuan("500"), yuan("300"));
    for (floor, want) in [
        ("400", Refusal::FloorLimit { limit: yuan("400"), requested: part }),
        ("600", Refusal::InsufficientFunds { available: left, requested: part }),
    ] {
        let shop = Shop::open();
        let mut config = shop.config();
        config.policy.floor_limit = yuan(floor);
        config.sandy.as_mut().unwrap().request_timeout_ms = 20_000;
        let till = Till::open(shop.book(), config).unwrap();
        serve(&till, &["A1"]);
        let hold = OneShot { endpoint: "consume".into(), card: None, skip: 0, fault: Fault::Hold { ms: 10_000 } };
        shop.server.faults().with(|faults| faults.add(hold));
        let sale = Consume::new("A1", yuan("1000")).partial(true).op_id("c1");
        let receipt = std::thread::scope(|scope| {
            let call = scope.spawn(|| till.consume(sale.prefer_online(Duration::from_secs(2))).unwrap());
            while !till.operation("c1").is_ok_and(|receipt| receipt.state == State::Sending) {
                std::thread::yield_now();
            }
            let now_s = shop.server.now_s();
            shop.server.sandy().with(|sandy| sandy.office(now_s, "boss").withdraw("A1", 200_00).unwrap());
            assert_eq!(till.serve_card("A1", SOON).unwrap().balances.money.confirmed, yuan("500"), "no base meanwhile");
            call.join().unwrap()
        });
        assert_eq!((receipt.promise, receipt.refusal), (Some(Promise::InDoubt), Some(want)));
        assert_eq!((receipt.told.from_card, receipt.told.due), (part, yuan("300")));
    }
}

#[test]
fn a_refusal_after_something_was_written_comes_with_the_receipt() {
    let shop = Shop::open();
    add_cards(&shop, &[("R1", PHONE)]);
    let till = shop.till();
    serve(&till, &["R1"]);
    let beyond = Refusal::FloorLimit { limit: yuan("200"), requested: yuan("300") };

    // Certainly not sent: cancelled.
    let hold = OneShot { endpoint: "getcardinfo".into(), card: None, skip: 0, fault: Fault::Hold { ms: 300 } };
    shop.server.faults().with(|faults| faults.add(hold));
    let call = || pay("R1", "300").prefer_online(Duration::from_millis(50)).op_id("c1");
    let receipt = till.consume(call()).unwrap();
    assert_eq!((receipt.promise, receipt.state), (Some(Promise::Cancelled), State::Voided));
    assert_eq!(receipt.refusal, Some(beyond.clone()));
    assert_eq!((receipt.receipt_no.clone(), receipt.balances.money.available), (None, yuan("10000")));
    assert_eq!(till.consume(call()).unwrap(), receipt);
    drain(&till);
    assert_eq!(shop.ledger(), []);

    // Sent, outcome unknown: in doubt, and done in the end.
    shop.server.faults().with(|faults| faults.once("consume", Fault::ExecuteLate { after_ms: 600_000, hold_ms: 10 }));
    let receipt = till.consume(pay("R1", "300").prefer_online(SOON).op_id("c2")).unwrap();
    assert_eq!((receipt.promise, receipt.refusal.clone()), (Some(Promise::InDoubt), Some(beyond)));
    assert!(!receipt.is_approved());
    shop.server.execute_late_now();
    drain(&till);
    let receipt = till.operation("c2").unwrap();
    assert_eq!((receipt.promise, receipt.state), (Some(Promise::InDoubt), State::Settled));
    let notices = till.notices().unwrap();
    assert_eq!((notices[0].kind, notices[0].amount), (NoticeKind::ChargedWithoutSale, Some(yuan("300"))));
    assert_agrees(&shop, &till, "R1");
}
