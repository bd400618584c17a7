//! A day's trade: online, through an outage, and back.
#![allow(clippy::unwrap_used)]

mod common;

use common::{SOON, Shop, assert_agrees, drain, points, yuan};
use tillbook::{Consume, Modify, OpenCard, Promise, RateSource, Recharge, RedeemPoints, State};
use tillbook_sandbox::sandy::LedgerKind;

#[test]
fn online_the_remote_decides_and_the_receipt_shows_its_figures() {
    let shop = Shop::open();
    let till = shop.till();
    let receipt = till.consume(Consume::new("A1", yuan("100")).discountable(yuan("60")).require_online(SOON)).unwrap();
    assert_eq!(receipt.promise, Some(Promise::OnlineApproved));
    assert_eq!(receipt.state, State::Settled);
    assert_eq!(
        (receipt.told.discount, receipt.told.actual, receipt.told.from_card),
        (yuan("12"), yuan("88"), yuan("88"))
    );
    assert_eq!(receipt.told.rate_source, RateSource::Remote);
    assert_eq!(receipt.balances.money.confirmed, yuan("412"));
    assert_agrees(&shop, &till, "A1");

    let receipt = till.recharge(Recharge::new("A1", yuan("100"), 1).require_online(SOON)).unwrap();
    assert_eq!((receipt.promise, receipt.told.bonus), (Some(Promise::OnlineApproved), yuan("10")));
    let receipt = till.redeem_points(RedeemPoints::new("A1", points(50)).require_online(SOON)).unwrap();
    assert_eq!(receipt.promise, Some(Promise::OnlineApproved));
    assert_agrees(&shop, &till, "A1");

    let open = OpenCard::new("C1", "普通会员").name("王小明").phone("13812345678").require_online(SOON);
    assert_eq!(till.open_card(open).unwrap().promise, Some(Promise::OnlineApproved));
    let modify = Modify::new("C1").name("王大明").birthday("1999-09-09").require_online(SOON);
    assert_eq!(till.modify(modify).unwrap().promise, Some(Promise::OnlineApproved));
    let kinds: Vec<LedgerKind> = shop.ledger().iter().map(|line| line.kind).collect();
    use LedgerKind as Did;
    assert_eq!(kinds, [Did::Consume, Did::Recharge, Did::RedeemPoints, Did::Open, Did::Modify]);
}

#[test]
fn an_outage_is_traded_through_and_replayed_once() {
    let shop = Shop::open();
    let till = shop.till();
    till.serve_card("A1", SOON).unwrap();
    till.serve_card("B1", SOON).unwrap();
    shop.server.cut();

    let consume = till.consume(Consume::new("A1", yuan("100")).offline().op_id("c1")).unwrap();
    assert_eq!(consume.promise, Some(Promise::OfflineApproved));
    assert_eq!((consume.told.from_card, consume.told.rate_source), (yuan("80"), RateSource::Level));
    let balances = consume.balances;
    assert_eq!((balances.money.confirmed, balances.money.expected), (yuan("500"), yuan("420")));
    let recharge = till.recharge(Recharge::new("B1", yuan("50"), 1).prefer_online(SOON)).unwrap();
    assert_eq!(recharge.promise, Some(Promise::OfflineApproved));
    assert_eq!(recharge.balances.money.available, yuan("150"), "the principal may be spent, the bonus not");
    let open = OpenCard::new("C1", "普通会员").name("王小明").phone("13812345678").offline();
    assert_eq!(till.open_card(open).unwrap().promise, Some(Promise::OfflineApproved));
    till.recharge(Recharge::new("C1", yuan("200"), 1).offline()).unwrap();
    let partial = till.consume(Consume::new("C1", yuan("230")).partial(true).offline());
    assert!(partial.is_ok_and(|receipt| receipt.told.due == yuan("30")));
    till.redeem_points(RedeemPoints::new("A1", points(20)).offline()).unwrap();
    till.modify(Modify::new("B1").name("李四").offline()).unwrap();
    assert_eq!(shop.applied().len(), 0);

    shop.server.restore().unwrap();
    drain(&till);
    let mut applied = shop.applied();
    applied.sort();
    use LedgerKind as Did;
    let card = |name: &str| name.to_string();
    let mut want = vec![
        (Did::Consume, card("A1"), 80_00),
        (Did::Recharge, card("B1"), 50_00),
        (Did::Open, card("C1"), 0),
        (Did::Recharge, card("C1"), 200_00),
        (Did::Consume, card("C1"), 200_00),
        (Did::RedeemPoints, card("A1"), 20),
        (Did::Modify, card("B1"), 0),
    ];
    want.sort();
    assert_eq!(applied, want);
    for card in ["A1", "B1", "C1"] {
        assert_agrees(&shop, &till, card);
    }
    assert_eq!(till.operation("c1").unwrap().promise, Some(Promise::OfflineApproved));
    assert_eq!(till.operation("c1").unwrap().state, State::Settled);
    assert!(till.waiting().unwrap().is_empty());
}

#[test]
fn a_partial_approval_online_sends_the_cards_part_and_never_the_total() {
    let shop = Shop::open();
    let till = shop.till();
    till.serve_card("B1", SOON).unwrap();
    // The balance shrinks behind the till's back: what counts is what is read right before the send.
    let now_s = shop.server.now_s();
    shop.server.sandy().with(|sandy| sandy.office(now_s, "office").withdraw("B1", 30_00).unwrap());
    let receipt = till.consume(Consume::new("B1", yuan("120")).partial(true).require_online(SOON)).unwrap();
    assert_eq!(receipt.promise, Some(Promise::OnlineApproved));
    assert_eq!((receipt.told.from_card, receipt.told.due), (yuan("70"), yuan("50")));
    assert_eq!(shop.applied(), [(LedgerKind::Consume, "B1".to_string(), 70_00)]);
    assert_agrees(&shop, &till, "B1");

    let declined = till.consume(Consume::new("B1", yuan("20")).require_online(SOON)).unwrap();
    assert_eq!((declined.promise, declined.state), (Some(Promise::Declined), State::Declined));
    assert_eq!(shop.applied().len(), 1);
}

#[test]
fn the_rate_last_seen_serves_offline_where_none_is_configured() {
    let shop = Shop::open();
    let mut config = shop.config();
    config.levels.clear();
    let till = tillbook::Till::open(shop.book(), config).unwrap();
    let online = till.consume(Consume::new("A1", yuan("10")).require_online(SOON)).unwrap();
    assert_eq!(online.told.rate_source, RateSource::Remote);
    shop.server.cut();
    for total in ["100", "50"] {
        let told = till.consume(Consume::new("A1", yuan(total)).offline()).unwrap().told;
        assert_eq!((told.rate_source, told.discount), (RateSource::LastSeen, total_fifth(total)), "{total}");
        shop.server.restore().unwrap();
        drain(&till);
        shop.server.cut();
    }
}

/// A fifth of an amount: what 8折 takes off.
fn total_fifth(total: &str) -> tillbook::Money {
    tillbook::Money::from_fen(yuan(total).fen() / 5)
}
