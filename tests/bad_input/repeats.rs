//! The same `op_id` again.

use std::time::Duration;

use tillbook::{
    Consume, Delivery, ErrorCode, Gender, Modify, OpenCard, Promise, Recharge, RedeemPoints, Request, State,
};
use tillbook_sandbox::fault::Fault;

use crate::common::{SOON, Shop, assert_agrees, points, yuan};
use crate::cut_off;
use crate::dump::dump;

fn open(card: &str) -> OpenCard {
    OpenCard::new(card, "普通会员").name("王小明").phone("13812345678").gender(Gender::Male)
}

fn modify(card: &str) -> Modify {
    Modify::new(card).name("王小明").phone("13812345678").birthday("1999-09-09").gender(Gender::Male)
}

fn recharge(card: &str) -> Recharge {
    Recharge::new(card, yuan("10"), 1)
}

fn consume(card: &str) -> Consume {
    Consume::new(card, yuan("10")).discountable(yuan("5"))
}

fn redeem(card: &str) -> RedeemPoints {
    RedeemPoints::new(card, points(10))
}

/// Each kind as it was first asked for, and each way in which it may differ with the field that is named.
fn table() -> Vec<(Request, Vec<(Request, &'static str)>)> {
    vec![
        (
            open("N1").op_id("x").offline().into(),
            vec![
                (open("N2").op_id("x").into(), "card"),
                (OpenCard::new("N1", "高级会员").op_id("x").into(), "level"),
                (open("N1").name("李四").op_id("x").into(), "name"),
                (OpenCard::new("N1", "普通会员").op_id("x").into(), "name"),
                (open("N1").phone("13812345679").op_id("x").into(), "phone"),
                (open("N1").gender(Gender::Female).op_id("x").into(), "gender"),
                (open("N1").ticket("T1").op_id("x").into(), "ticket"),
                (modify("N1").op_id("x").into(), "kind"),
            ],
        ),
        (
            modify("A1").op_id("x").offline().into(),
            vec![
                (modify("B1").op_id("x").into(), "card"),
                (modify("A1").name("李四").op_id("x").into(), "name"),
                (modify("A1").phone("13812345679").op_id("x").into(), "phone"),
                (modify("A1").birthday("1999-09-08").op_id("x").into(), "birthday"),
                (modify("A1").gender(Gender::Female).op_id("x").into(), "gender"),
                (modify("A1").ticket("T1").op_id("x").into(), "ticket"),
                (open("A1").op_id("x").into(), "kind"),
            ],
        ),
        (
            recharge("A1").op_id("x").offline().into(),
            vec![
                (recharge("B1").op_id("x").into(), "card"),
                (Recharge::new("A1", yuan("10.01"), 1).op_id("x").into(), "amount"),
                (Recharge::new("A1", yuan("10"), 2).op_id("x").into(), "pay_type"),
                (recharge("A1").ticket("T1").op_id("x").into(), "ticket"),
                (consume("A1").op_id("x").into(), "kind"),
            ],
        ),
        (
            consume("A1").ticket("T1").op_id("x").offline().into(),
            vec![
                (consume("B1").ticket("T1").op_id("x").into(), "card"),
                (Consume::new("A1", yuan("10.01")).discountable(yuan("5")).ticket("T1").op_id("x").into(), "total"),
                (Consume::new("A1", yuan("10")).ticket("T1").op_id("x").into(), "discountable"),
                (consume("A1").partial(true).ticket("T1").op_id("x").into(), "partial"),
                (consume("A1").ticket("T2").op_id("x").into(), "ticket"),
                (consume("A1").op_id("x").into(), "ticket"),
                (redeem("A1").ticket("T1").op_id("x").into(), "kind"),
            ],
        ),
        (
            redeem("A1").op_id("x").offline().into(),
            vec![
                (redeem("B1").op_id("x").into(), "card"),
                (RedeemPoints::new("A1", points(11)).op_id("x").into(), "points"),
                (redeem("A1").ticket("T1").op_id("x").into(), "ticket"),
                (recharge("A1").op_id("x").into(), "kind"),
            ],
        ),
    ]
}

#[test]
fn other_content_under_a_used_op_id_is_a_conflict_that_names_the_field() {
    for (first, others) in table() {
        let shop = Shop::open();
        let till = shop.till();
        for card in ["A1", "B1"] {
            till.serve_card(card, SOON).unwrap();
        }
        cut_off(&shop, &till);
        let shown = format!("{first:?}");
        let receipt = till.call(first).unwrap();
        assert_eq!(receipt.promise, Some(Promise::OfflineApproved), "{shown}");
        let before = dump(&shop.book());
        for (other, field) in others {
            let shown = format!("{other:?}");
            let error = till.call(other).unwrap_err();
            assert_eq!((error.code(), error.field()), (ErrorCode::Conflict, Some(field)), "{shown}");
            assert_eq!(error.to_string(), format!("op_id was used before with another {field}"));
        }
        assert_eq!(dump(&shop.book()), before, "{shown}");
        assert_eq!(till.operation("x").unwrap(), receipt);
    }
}

#[test]
fn the_same_content_under_a_used_op_id_is_the_same_receipt() {
    for (first, _) in table() {
        let shop = Shop::open();
        let till = shop.till();
        till.serve_card("A1", SOON).unwrap();
        cut_off(&shop, &till);
        let receipt = till.call(first.clone()).unwrap();
        let before = dump(&shop.book());
        for _ in 0..2 {
            assert_eq!(till.call(first.clone()).unwrap(), receipt, "{first:?}");
        }
        assert_eq!(till.operation("x").unwrap(), receipt);
        assert_eq!(dump(&shop.book()), before, "{first:?}");
    }
}

#[test]
fn delivery_time_out_and_operator_are_not_part_of_the_content() {
    let shop = Shop::open();
    let till = shop.till();
    let first = || consume("A1").op_id("x");
    let receipt = till.consume(first().operator("Ann").require_online(SOON)).unwrap();
    assert_eq!(receipt.promise, Some(Promise::OnlineApproved));
    let deliveries = [Delivery::Offline, Delivery::PreferOnline(SOON), Delivery::RequireOnline(Duration::ZERO)];
    for delivery in deliveries {
        assert_eq!(till.consume(first().operator("Bob").delivery(delivery)).unwrap(), receipt, "{delivery:?}");
    }
    assert_eq!(shop.ledger().len(), 1);
    assert_agrees(&shop, &till, "A1");
}

#[test]
fn a_repeated_call_joins_the_one_that_is_running() {
    let shop = Shop::open();
    let till = shop.till();
    till.serve_card("A1", SOON).unwrap();
    shop.server.faults().with(|faults| faults.once("consume", Fault::Delay { ms: 150 }));
    let call = || consume("A1").op_id("x").require_online(SOON);
    let receipts: Vec<_> = std::thread::scope(|scope| {
        let calls: Vec<_> = (0..4).map(|_| scope.spawn(|| till.consume(call()).unwrap())).collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    for receipt in &receipts {
        assert_eq!((receipt.promise, receipt.state), (Some(Promise::OnlineApproved), State::Settled));
        assert_eq!(receipt.receipt_no, receipts[0].receipt_no);
    }
    assert_eq!(shop.ledger().len(), 1);
}

#[test]
fn a_declined_or_cancelled_op_id_stays_so() {
    let shop = Shop::open();
    let till = shop.till();
    till.serve_card("B1", SOON).unwrap();
    let dear = || Consume::new("B1", yuan("150")).op_id("dear").require_online(SOON);
    let declined = till.consume(dear()).unwrap();
    assert_eq!((declined.promise, declined.state), (Some(Promise::Declined), State::Declined));
    shop.server.faults().with(|faults| faults.once("getcardinfo", Fault::Hold { ms: 300 }));
    let late = || Consume::new("B1", yuan("1")).op_id("late").require_online(Duration::from_millis(30));
    let cancelled = till.consume(late()).unwrap();
    assert_eq!((cancelled.promise, cancelled.state), (Some(Promise::Cancelled), State::Voided));
    assert_eq!(till.consume(dear()).unwrap(), declined);
    assert_eq!(till.consume(late()).unwrap(), cancelled);
    assert_eq!(shop.ledger(), []);
}
