//! Cards that must not be served.

use tillbook::{
    Card, CardStatus, Consume, Delivery, ErrorCode, HistoryQuery, Modify, OpenCard, Recharge, RedeemPoints, Refusal,
    Request, Till,
};
use tillbook_sandbox::sandy::Office;

use crate::common::{SOON, Shop, points, yuan};
use crate::cut_off;
use crate::dump::dump;

const DELIVERIES: [Delivery; 3] = [Delivery::Offline, Delivery::PreferOnline(SOON), Delivery::RequireOnline(SOON)];

/// One request of each kind that a card has to exist for.
fn requests(card: &str, delivery: Delivery) -> [Request; 4] {
    [
        Modify::new(card).name("a").delivery(delivery).into(),
        Recharge::new(card, yuan("1"), 1).delivery(delivery).into(),
        Consume::new(card, yuan("1")).delivery(delivery).into(),
        RedeemPoints::new(card, points(1)).delivery(delivery).into(),
    ]
}

fn at_the_office(shop: &Shop, act: impl FnOnce(&mut Office<'_>)) {
    let now_s = shop.server.now_s();
    shop.server.sandy().with(|sandy| act(&mut sandy.office(now_s, "boss")));
}

/// All that a POS can see of a card and of the queue, but not when the remote was last asked.
fn seen(till: &Till, card: &str) -> (Option<Card>, usize, u64) {
    let shown = till.card(card).ok().map(|card| {
        let mut card = card;
        card.fetched_at = None;
        card.balances.as_of = None;
        card.points_as_of = None;
        card.accounts.iter_mut().for_each(|account| account.balances.as_of = None);
        card
    });
    (shown, till.history(&HistoryQuery::default()).unwrap().lines.len(), till.status().unwrap().queued)
}

fn assert_every_call_is_refused(till: &Till, card: &str, refusal: &Refusal) {
    for delivery in DELIVERIES {
        for request in requests(card, delivery) {
            let shown = format!("{request:?}");
            let before = seen(till, card);
            let error = till.call(request).unwrap_err();
            assert_eq!((error.code(), error.refusal()), (ErrorCode::Refused, Some(refusal)), "{shown}: {error}");
            assert_eq!(seen(till, card), before, "{shown}");
        }
    }
}

#[test]
fn a_lost_card_is_refused_online_and_offline_until_the_loss_is_lifted() {
    let shop = Shop::open();
    let till = shop.till();
    at_the_office(&shop, |office| office.loss("A1").unwrap());
    assert_eq!(till.serve_card("A1", SOON).unwrap().status, CardStatus::Blocked);
    assert_every_call_is_refused(&till, "A1", &Refusal::CardBlocked);
    assert_eq!(shop.ledger(), []);

    at_the_office(&shop, |office| office.lift("A1").unwrap());
    assert!(till.consume(Consume::new("A1", yuan("1")).require_online(SOON)).unwrap().is_approved());

    at_the_office(&shop, |office| office.loss("A1").unwrap());
    till.serve_card("A1", SOON).unwrap();
    cut_off(&shop, &till);
    let before = dump(&shop.book());
    for request in requests("A1", Delivery::Offline) {
        assert_eq!(till.call(request).unwrap_err().refusal(), Some(&Refusal::CardBlocked));
    }
    assert_eq!(dump(&shop.book()), before);
}

#[test]
fn a_closed_or_replaced_card_is_refused_online_and_offline() {
    let shop = Shop::open();
    let till = shop.till();
    for card in ["A1", "B1"] {
        till.serve_card(card, SOON).unwrap();
    }
    at_the_office(&shop, |office| {
        office.close("A1").unwrap();
        office.replace("B1", "B2").unwrap();
    });
    for card in ["A1", "B1"] {
        assert_eq!(till.serve_card(card, SOON).unwrap().status, CardStatus::Closed);
        assert_every_call_is_refused(&till, card, &Refusal::CardClosed);
    }
    assert_eq!(till.serve_card("B2", SOON).unwrap().balances.money.confirmed, yuan("100"));
    assert_eq!(shop.ledger(), []);

    cut_off(&shop, &till);
    let before = dump(&shop.book());
    for request in requests("A1", Delivery::Offline) {
        assert_eq!(till.call(request).unwrap_err().refusal(), Some(&Refusal::CardClosed));
    }
    assert_eq!(dump(&shop.book()), before);
}

#[test]
fn an_unknown_card_is_refused_and_leaves_no_trace() {
    let shop = Shop::open();
    let till = shop.till();
    till.pull_catalogue(SOON).unwrap();
    // The remote says that there is no such card.
    for delivery in DELIVERIES {
        for request in requests("Z9", delivery) {
            assert_eq!(till.call(request).unwrap_err().code(), ErrorCode::NotFound, "{delivery:?}");
        }
    }
    assert_eq!(till.serve_card("Z9", SOON).unwrap_err().code(), ErrorCode::NotFound);
    assert_eq!(till.card_numbers().unwrap(), []);

    cut_off(&shop, &till);
    for request in requests("Z9", Delivery::PreferOnline(SOON)) {
        assert_eq!(till.call(request).unwrap_err().refusal(), Some(&Refusal::UnknownCard));
    }
    let before = dump(&shop.book());
    for delivery in [Delivery::Offline, Delivery::PreferOnline(SOON)] {
        for request in requests("Z9", delivery) {
            assert_eq!(till.call(request).unwrap_err().refusal(), Some(&Refusal::UnknownCard));
        }
    }
    // Nobody can say whether there is such a card: that is no answer about the card.
    for request in requests("Z9", Delivery::RequireOnline(SOON)) {
        assert_eq!(till.call(request).unwrap_err().code(), ErrorCode::Unreachable);
    }
    assert_eq!(till.serve_card("Z9", SOON).unwrap_err().code(), ErrorCode::Unreachable);
    assert_eq!(dump(&shop.book()), before);
    assert_eq!(till.card_numbers().unwrap(), []);
}

#[test]
fn a_number_that_is_taken_is_not_opened_again() {
    let shop = Shop::open();
    let till = shop.till();
    till.serve_card("A1", SOON).unwrap();
    for delivery in DELIVERIES {
        let error = till.open_card(OpenCard::new("A1", "普通会员").delivery(delivery)).unwrap_err();
        assert_eq!(error.refusal(), Some(&Refusal::CardExists));
    }
    cut_off(&shop, &till);
    till.open_card(OpenCard::new("N1", "普通会员").offline()).unwrap();
    let before = dump(&shop.book());
    let error = till.open_card(OpenCard::new("N1", "普通会员").offline()).unwrap_err();
    assert_eq!(error.refusal(), Some(&Refusal::CardExists));
    assert_eq!(dump(&shop.book()), before);
}

#[test]
fn a_number_taken_at_the_remote_alone_is_declined_by_it() {
    let shop = Shop::open();
    let till = shop.till();
    till.pull_catalogue(SOON).unwrap();
    let receipt = till.open_card(OpenCard::new("B1", "普通会员").require_online(SOON)).unwrap();
    assert_eq!(receipt.promise, Some(tillbook::Promise::Declined));
    assert_eq!(receipt.balances, tillbook::Balances::default());
    assert_eq!(till.history(&HistoryQuery::default()).unwrap().lines, []);
}

#[test]
fn more_than_is_on_the_card_is_refused_offline_and_declined_online() {
    let shop = Shop::open();
    let till = shop.till();
    till.serve_card("B1", SOON).unwrap();
    let declined = till.consume(Consume::new("B1", yuan("100.01")).require_online(SOON)).unwrap();
    assert_eq!(declined.promise, Some(tillbook::Promise::Declined));
    let declined = till.redeem_points(RedeemPoints::new("B1", points(1)).require_online(SOON)).unwrap();
    assert_eq!(declined.promise, Some(tillbook::Promise::Declined));

    cut_off(&shop, &till);
    assert!(till.serve_card("B1", SOON).is_ok());
    let before = dump(&shop.book());
    let funds = Refusal::InsufficientFunds { available: yuan("100"), requested: yuan("100.01") };
    let error = till.consume(Consume::new("B1", yuan("100.01")).offline()).unwrap_err();
    assert_eq!(error.refusal(), Some(&funds));
    let none = Refusal::InsufficientPoints { available: points(0), requested: points(1) };
    let error = till.redeem_points(RedeemPoints::new("B1", points(1)).offline()).unwrap_err();
    assert_eq!(error.refusal(), Some(&none));
    assert_eq!(dump(&shop.book()), before);
}
