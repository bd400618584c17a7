//! How long a card counts for a phone number that it had.

use super::book;
use crate::clock::Timestamp;
use crate::model::{CardStatus, Consume, Effect, Holder, Modify, OpId, Request, State, Told};
use crate::provider::Bound;
use crate::store::{NewOperation, OpRow, Store};
use crate::units::Money;

const AT: Timestamp = Timestamp::from_millis(1);

fn add(store: &Store, number: &str, phone: &str) -> i64 {
    let card_no = store.write(|tx| {
        let card_no = tx.insert_card(number)?;
        tx.insert_account(card_no, "sandy", Some(number), (CardStatus::Active, None))?;
        Ok(card_no)
    });
    let card_no = card_no.unwrap();
    call(store, card_no, Some(phone));
    card_no
}

/// It has this phone number from now on.
fn call(store: &Store, card_no: i64, phone: Option<&str>) {
    let holder = Holder { phone: phone.map(str::to_owned), ..Holder::default() };
    store.write(|tx| tx.set_holder(card_no, &holder)).unwrap();
}

/// An open approval that takes so much from a card.
fn approve(store: &Store, card_no: i64, request: impl Into<Request>, fen: i64) -> i64 {
    let checked = request.into().check().unwrap();
    let effect = Effect { money: Money::from_fen(-fen), ..Effect::default() };
    let op = store.write(|tx| {
        let lane_no = tx.accounts_of(card_no)?[0].1.account_no;
        let many: i64 = tx.conn.query_row("SELECT count(*) FROM operation", [], |row| row.get(0))?;
        tx.insert_operation(&NewOperation {
            op_id: &OpId::new(format!("op-{many}"))?,
            lane_no,
            card_no,
            provider: "sandy",
            dialect: 1,
            act: &checked.act,
            bound: &Bound::default(),
            key: "key",
            original: None,
            delivery: "offline",
            context: &checked.context,
            at: AT,
            told: &Told::default(),
            effect: &effect,
            exposed: true,
        })
    });
    op.unwrap().op_no
}

fn sell(store: &Store, card_no: i64, fen: i64) -> i64 {
    approve(store, card_no, Consume::new("A", Money::from_fen(fen)), fen)
}

fn close(store: &Store, op_no: i64) {
    store
        .write(|tx| {
            let mut op: OpRow = tx.operation(op_no)?;
            tx.transition(&mut op, State::Voided, AT)
        })
        .unwrap();
}

fn exposure(store: &Store, card_no: i64) -> Option<i64> {
    store.view().phone_exposure(card_no).unwrap().map(Money::fen)
}

fn former(store: &Store) -> i64 {
    store.conn.query_row("SELECT count(*) FROM former_phone", [], |row| row.get(0)).unwrap()
}

#[test]
fn a_former_number_counts_until_nothing_is_open_that_it_was_approved_for() {
    let (store, _dir) = book();
    let (a, b) = (add(&store, "A", "1"), add(&store, "B", "1"));
    let first = sell(&store, a, 100);
    let second = sell(&store, b, 20);
    call(&store, a, Some("2"));
    assert_eq!((exposure(&store, a), exposure(&store, b)), (Some(120), Some(120)));
    close(&store, first);
    assert_eq!((exposure(&store, a), exposure(&store, b)), (Some(20), Some(20)), "it was within that limit before");
    close(&store, second);
    assert_eq!((exposure(&store, a), exposure(&store, b), former(&store)), (Some(0), Some(0), 0));
    sell(&store, b, 5);
    assert_eq!((exposure(&store, a), exposure(&store, b)), (Some(0), Some(5)));
}

#[test]
fn a_change_that_may_come_to_nothing_keeps_the_former_number() {
    let (store, _dir) = book();
    let (a, b) = (add(&store, "A", "1"), add(&store, "B", "1"));
    call(&store, a, Some("2"));
    assert_eq!(former(&store), 0, "the remote told so, and nothing is open");
    let change = approve(&store, a, Modify::new("A").name("Li"), 0);
    call(&store, a, Some("3"));
    let sale = sell(&store, b, 7);
    call(&store, b, Some("2"));
    assert_eq!((exposure(&store, a), exposure(&store, b)), (Some(7), Some(7)), "both had it");
    close(&store, sale);
    close(&store, change);
    assert_eq!(former(&store), 0);
}

#[test]
fn a_card_that_has_lost_its_number_counts_for_it_still() {
    let (store, _dir) = book();
    let (a, b) = (add(&store, "A", "1"), add(&store, "B", "1"));
    let sale = sell(&store, a, 9);
    call(&store, a, None);
    assert_eq!((exposure(&store, a), exposure(&store, b)), (Some(9), Some(9)));
    close(&store, sale);
    assert_eq!((exposure(&store, a), exposure(&store, b)), (None, Some(0)));
}

#[test]
fn of_two_cards_that_are_one_both_numbers_count() {
    let (store, _dir) = book();
    let (gone, kept, third) = (add(&store, "G", "1"), add(&store, "K", "2"), add(&store, "T", "1"));
    let sale = sell(&store, gone, 9);
    let account = |card_no: i64| store.view().accounts_of(card_no).unwrap()[0].1.account_no;
    let (from, to) = (account(gone), account(kept));
    store.write(|tx| tx.merge_accounts(from, to)).unwrap();
    assert_eq!((exposure(&store, kept), exposure(&store, third)), (Some(9), Some(9)));
    close(&store, sale);
    assert_eq!((exposure(&store, kept), exposure(&store, third), former(&store)), (Some(0), Some(0), 0));
}

#[test]
fn a_holder_who_is_forgotten_leaves_no_former_number_behind() {
    let (store, _dir) = book();
    let (a, b) = (add(&store, "A", "1"), add(&store, "B", "1"));
    sell(&store, b, 9);
    call(&store, a, Some("2"));
    assert_eq!(former(&store), 1);
    store.forget("A", "boss", AT).unwrap();
    assert_eq!((former(&store), exposure(&store, a), exposure(&store, b)), (0, None, Some(9)));
}

#[test]
fn what_is_moved_to_another_card_still_counts_for_the_number_that_it_was_approved_for() {
    let (store, _dir) = book();
    let (new, kept, third) = (add(&store, "N", "1"), add(&store, "K", "2"), add(&store, "T", "1"));
    let (sale, other) = (sell(&store, new, 9), sell(&store, new, 1));
    let lane = store.view().accounts_of(kept).unwrap()[0].1.account_no;
    for op_no in [sale, other] {
        store.write(|tx| tx.move_operation(op_no, lane, kept)).unwrap();
    }
    assert_eq!((exposure(&store, kept), exposure(&store, third)), (Some(10), Some(10)));
    close(&store, sale);
    close(&store, other);
    assert_eq!((exposure(&store, kept), exposure(&store, third), former(&store)), (Some(0), Some(0), 0));
}
