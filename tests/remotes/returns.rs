//! Orders, points and what comes back of them: never more than was sold, per item and in total.

use std::sync::Arc;

use tillbook::{
    AccruePoints, ErrorCode, Kind, Money, OrderLine, Points, PushOrder, RedeemPoints, ReturnOrder, ReturnPoints, State,
    Till,
};
use tillbook_sandbox::gree::Profile;

use crate::street::{ALL, Fate, Street, freemud, gree, shop};

const PHONE: &str = "13911112222";

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

fn soap(quantity: i64, amount: &str) -> OrderLine {
    OrderLine::new("I1", "soap", quantity, yuan(amount))
}

fn order(till: &Till, op_id: &str) {
    let lines =
        [soap(2, "40").points(Points::new(4)), OrderLine::new("I2", "tea", 1, yuan("60")).points(Points::new(6))];
    till.push_order(PushOrder::new(PHONE, yuan("100")).lines(lines).op_id(op_id).offline()).unwrap();
}

#[test]
fn an_order_comes_back_in_parts_and_never_more_than_was_sold() {
    let street = Street::new();
    let till = at_gree(&street, 0);
    order(&till, "o");
    let back = |lines: Vec<OrderLine>, op_id: &str| {
        till.return_order(ReturnOrder::new(PHONE, "o").lines(lines).op_id(op_id).offline())
    };
    assert_eq!(back(vec![soap(3, "40")], "x").unwrap_err().field(), Some("lines"), "three of two");
    assert_eq!(back(vec![soap(1, "40.01")], "x").unwrap_err().field(), Some("lines"), "more than was paid for it");
    let first = back(vec![soap(1, "20")], "r1").unwrap();
    assert_eq!((first.told.actual, first.told.points), (yuan("20").negated(), Points::new(-2)));
    assert_eq!(back(vec![soap(2, "20")], "x").unwrap_err().field(), Some("lines"), "one is left");
    // Again under the same name it is the same one, though less is left now.
    assert_eq!(back(vec![soap(1, "20")], "r1").unwrap().op_id, first.op_id);
    back(vec![soap(1, "20")], "r2").unwrap();
    let rest = till.return_order(ReturnOrder::new(PHONE, "o").op_id("r3").offline()).unwrap();
    assert_eq!((rest.told.actual, rest.told.points), (yuan("60").negated(), Points::new(-6)));
    let nothing = till.return_order(ReturnOrder::new(PHONE, "o").offline()).unwrap_err();
    assert_eq!(nothing.code(), ErrorCode::InvalidInput);
    street.settle(&till);
    for op_id in ["o", "r1", "r2", "r3"] {
        assert_eq!(
            till.operation(op_id).unwrap().state,
            State::Settled,
            "{op_id} {:?}",
            till.operation(op_id).unwrap().waits_for
        );
    }
    assert_eq!(street.cores.lock().unwrap().gree.member(PHONE).unwrap().score, 0);
    assert_eq!(till.card(PHONE).unwrap().balances.points.confirmed, Points::ZERO);
    // How an order was paid nobody here knows, and what came back of it was certainly not taken in.
    let totals = till.totals().unwrap();
    assert_eq!((totals.kinds[&Kind::ReturnOrder].lines, totals.due), (3, Money::ZERO));
}

#[test]
fn a_whole_return_takes_all_points_back_and_a_voided_one_is_none() {
    let street = Street::new();
    let till = at_gree(&street, 0);
    order(&till, "o");
    street.settle(&till);
    street.cut(true);
    till.return_order(ReturnOrder::new(PHONE, "o").op_id("v").offline()).unwrap();
    till.void("v").unwrap();
    till.return_order(ReturnOrder::new(PHONE, "o").op_id("w").offline()).unwrap();
    street.cut(false);
    street.settle(&till);
    assert_eq!(street.asked("wk.user.refund.order.complete"), 1);
    assert_eq!(street.cores.lock().unwrap().gree.member(PHONE).unwrap().score, 0);
}

/// Without a key nothing tells what became of an unanswered order: it is sent once, and a person looks.
#[test]
fn an_unanswered_order_waits_for_a_person_unless_its_number_is_a_key() {
    for unique in [false, true] {
        let street = Street::new();
        let now = street.now_ms();
        {
            let mut cores = street.cores.lock().unwrap();
            cores.gree.settings_mut().order_no_unique = unique;
            cores.gree.office(now).add_member(PHONE, Profile::default(), 0, 0).unwrap();
        }
        let mut config = gree();
        config.order_no_unique = unique;
        config.duplicate_codes = vec!["120003".into()];
        let till = street.till(shop(config));
        till.serve_card(PHONE, ALL).unwrap();
        order(&till, "o");
        street.once("wk.user.order.add", Fate::AnswerLost);
        for _ in 0..20 {
            till.sync(ALL).unwrap();
            street.clock.pass(std::time::Duration::from_secs(30));
        }
        let state = till.operation("o").unwrap().state;
        assert_eq!(street.asked("wk.user.order.add"), if unique { 2 } else { 1 });
        assert_eq!(state, if unique { State::Settled } else { State::Parked });
        assert_eq!(street.cores.lock().unwrap().gree.member(PHONE).unwrap().score, 10);
    }
}

#[test]
fn points_come_back_whole_and_in_part_through_what_each_remote_offers() {
    let street = Street::new();
    let till = at_gree(&street, 100);
    till.redeem_points(RedeemPoints::new(PHONE, Points::new(30)).op_id("spent").offline()).unwrap();
    till.accrue_points(AccruePoints::new(PHONE).points(Points::new(8)).op_id("earned").offline()).unwrap();
    let given_back = till.return_points(ReturnPoints::new(PHONE, "spent").op_id("b1").offline()).unwrap();
    assert_eq!(given_back.told.points, Points::new(30));
    let taken_back = till.return_points(ReturnPoints::new(PHONE, "earned").op_id("b2").offline()).unwrap();
    assert_eq!(taken_back.told.points, Points::new(-8));
    let again = till.return_points(ReturnPoints::new(PHONE, "spent").offline()).unwrap_err();
    assert_eq!(again.field(), Some("points"));
    street.settle(&till);
    assert_eq!(street.cores.lock().unwrap().gree.member(PHONE).unwrap().score, 100);

    let street = Street::new();
    let till = street.till(shop(freemud()));
    let card = till.serve_phone("13800000001", ALL).unwrap().remove(0).number;
    let card = card.as_str();
    till.redeem_points(RedeemPoints::new(card, Points::new(30)).op_id("spent").offline()).unwrap();
    till.return_points(ReturnPoints::new(card, "spent").points(Points::new(10)).op_id("b1").offline()).unwrap();
    till.return_points(ReturnPoints::new(card, "spent").points(Points::new(20)).op_id("b2").offline()).unwrap();
    assert!(till.return_points(ReturnPoints::new(card, "spent").points(Points::new(1)).offline()).is_err());
    street.settle(&till);
    let cores = street.cores.lock().unwrap();
    assert_eq!(cores.freemud.member_by_mobile("13800000001").unwrap().points, 300);
}
