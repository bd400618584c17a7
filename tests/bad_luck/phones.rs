//! A phone number that is changed brings nobody a fresh limit.

use tillbook::{Modify, Money, Promise, Refusal, Request, Resolution, Till};

use crate::common::{Shop, drain, yuan};
use crate::{add_cards, cut_off, pay, reconnect, serve};

const OLD: &str = "13900000001";
const NEW: &str = "13900000007";

/// Cards R1 and R2 of one phone number, R3 and R4 of another; the remote is gone.
fn offline_shop() -> (Shop, Till) {
    let shop = Shop::open();
    add_cards(&shop, &[("R1", OLD), ("R2", OLD), ("R3", "13900000003"), ("R4", "13900000003")]);
    let till = shop.till();
    serve(&till, &["R1", "R2", "R3", "R4"]);
    cut_off(&shop, &till);
    (shop, till)
}

fn approve(till: &Till, request: impl Into<Request>) {
    assert_eq!(till.call(request).unwrap().promise, Some(Promise::OfflineApproved));
}

fn change(till: &Till, card: &str, phone: &str) {
    let modify = Modify::new(card).phone(phone);
    approve(till, modify.offline());
    assert_eq!(till.card(card).unwrap().holder.phone.as_deref(), Some(phone));
}

fn left(till: &Till, card: &str) -> Option<Money> {
    till.headroom(Some(card)).unwrap().room.phone
}

fn refused(till: &Till, card: &str, amount: &str, used: &str) {
    let error = till.consume(pay(card, amount)).unwrap_err();
    let want = Refusal::PhoneLimit { limit: yuan("500"), used: yuan(used), requested: yuan(amount) };
    assert_eq!(error.refusal(), Some(&want), "{card}: {error}");
}

#[test]
fn what_a_card_has_taken_stays_with_the_number_that_it_had() {
    let (shop, till) = offline_shop();
    approve(&till, pay("R1", "200"));
    approve(&till, pay("R1", "200"));
    change(&till, "R1", NEW);
    // The card that still has the number, and the one that has it no more.
    assert_eq!((left(&till, "R2"), left(&till, "R1")), (Some(yuan("100")), Some(yuan("100"))));
    refused(&till, "R2", "100.01", "400");
    approve(&till, pay("R2", "100"));
    refused(&till, "R1", "0.01", "500");

    drop(till);
    let till = shop.till();
    refused(&till, "R1", "0.01", "500");
    reconnect(&shop, &till);
    drain(&till);
    // The remote has the change and all that was approved before it: two numbers, two limits.
    cut_off(&shop, &till);
    approve(&till, pay("R1", "200"));
    assert_eq!((left(&till, "R2"), left(&till, "R1")), (Some(yuan("500")), Some(yuan("300"))));
}

#[test]
fn a_card_that_leaves_a_number_whose_limit_is_used_up_takes_the_limit_along() {
    let (_shop, till) = offline_shop();
    for amount in ["200", "200", "100"] {
        approve(&till, pay("R1", amount));
    }
    for phone in [NEW, "13900000008", "13900000009"] {
        change(&till, "R2", phone);
        refused(&till, "R2", "0.01", "500");
    }
    // Nor does a number get away that a card only comes to.
    approve(&till, pay("R3", "200"));
    change(&till, "R4", OLD);
    refused(&till, "R4", "0.01", "500");
    change(&till, "R4", "13900000003");
    refused(&till, "R4", "0.01", "500");
    // Who has nothing to do with it is served.
    assert_eq!(left(&till, "R3"), Some(yuan("300")));
    approve(&till, pay("R3", "200"));
}

#[test]
fn a_change_that_nobody_else_knows_of_yet_counts_for_both_numbers() {
    let (_shop, till) = offline_shop();
    change(&till, "R2", NEW);
    for amount in ["200", "200", "100"] {
        approve(&till, pay("R1", amount));
    }
    refused(&till, "R2", "0.01", "500");
    assert_eq!(left(&till, "R2"), Some(Money::ZERO));
}

#[test]
fn what_the_remote_refused_of_the_old_number_is_not_left_behind_by_a_change_that_it_took() {
    let (shop, till) = offline_shop();
    for (op, amount) in [("c1", "200"), ("c2", "200"), ("c3", "100")] {
        approve(&till, pay("R1", amount).op_id(op));
    }
    change(&till, "R2", NEW);
    let now_s = shop.server.now_s();
    shop.server.sandy().with(|sandy| sandy.office(now_s, "boss").withdraw("R1", 10_000_00).unwrap());
    reconnect(&shop, &till);
    drain(&till);
    cut_off(&shop, &till);
    assert_eq!(till.card("R1").unwrap().owed, yuan("500"));
    refused(&till, "R2", "0.01", "500");
    for op in ["c1", "c2", "c3"] {
        till.resolve(op, Resolution::WriteOff, "boss", "paid in cash later").unwrap();
    }
    assert_eq!(left(&till, "R2"), Some(yuan("500")));
}
