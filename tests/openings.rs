//! Cards that are opened here without asking anybody: numbers from the till's own range, numbers that turn out to be somebody
//! else's, and a person who gives the card another one.
#![allow(clippy::unwrap_used)]

mod common;
#[path = "common/street.rs"]
mod street;

use std::time::Duration;

use common::{SOON, Shop, assert_agrees, drain, sync_until, yuan};
use street::{Fate, Street};
use tillbook::{
    CardNumbers, Config, Consume, ErrorCode, HistoryQuery, HttpResponse, Link, Listed, Modify, Money, NoticeKind,
    OpenCard, Orphan, Promise, Receipt, Recharge, Refusal, Resolution, Retarget, State, Till,
};
use tillbook_sandbox::fault::Fault;
use tillbook_sandbox::sandy::{LedgerKind, NewCard};

const LEVEL: &str = "普通会员";

fn range(first: u64, last: u64) -> Option<CardNumbers> {
    Some(CardNumbers { prefix: "N".into(), first, last, width: None })
}

fn config(shop: &Shop) -> Config {
    Config { card_numbers: range(1, 20), ..shop.config() }
}

fn open(shop: &Shop) -> Till {
    Till::open(shop.book(), config(shop)).unwrap()
}

fn cut_off(shop: &Shop, till: &Till) {
    shop.server.cut();
    while till.status().unwrap().link != Link::Down {
        till.pull_catalogue(SOON).unwrap_err();
    }
}

fn reconnect(shop: &Shop, till: &Till) {
    shop.server.restore().unwrap();
    sync_until(till, |till| till.status().unwrap().link == Link::Up);
}

/// A sale that takes exactly this from the card.
fn pay(card: &str, amount: &str) -> Consume {
    Consume::new(card, yuan(amount)).discountable(Money::ZERO).offline()
}

fn cash(card: &str, amount: &str) -> Recharge {
    Recharge::new(card, yuan(amount), 1).offline()
}

fn opening() -> OpenCard {
    OpenCard::next(LEVEL).name("王小明").phone("13812345678").offline().op_id("open")
}

/// Somebody else's card of that number.
fn take(shop: &Shop, number: &str) {
    let now_s = shop.server.now_s();
    let other = NewCard::new(number, 1).with_holder("Mr Zhao", "13900000001", None).with_balance(7_00, 7);
    shop.server.sandy().with(|sandy| sandy.seed(now_s, other).unwrap());
}

/// N1 was opened, recharged and used here during an outage.
fn opened_offline(shop: &Shop, till: &Till) {
    till.pull_catalogue(SOON).unwrap();
    till.serve_card("A1", SOON).unwrap();
    cut_off(shop, till);
    let receipt = till.open_card(opening()).unwrap();
    assert_eq!((receipt.card.as_str(), receipt.promise), ("N1", Some(Promise::OfflineApproved)));
    till.recharge(cash("N1", "100").op_id("cash")).unwrap();
    till.consume(pay("N1", "30").op_id("sale")).unwrap();
    till.modify(Modify::new("N1").birthday("1990-01-02").offline().op_id("birthday")).unwrap();
}

/// The same, and the remote refused: somebody else got the number.
fn refused(shop: &Shop) -> Till {
    let till = open(shop);
    opened_offline(shop, &till);
    take(shop, "N1");
    reconnect(shop, &till);
    sync_until(&till, |till| till.status().unwrap().waiting_for_people > 0);
    till
}

fn retarget(till: &Till, to: Retarget) -> tillbook::Result<Receipt> {
    till.retarget("open", &to, "Lin", "the number was taken")
}

fn new_number(number: &str) -> Retarget {
    Retarget::NewNumber(number.into())
}

/// What the remote did for this till, by card.
fn done(shop: &Shop) -> Vec<(LedgerKind, String, i64)> {
    shop.applied()
}

fn state(till: &Till, op_id: &str) -> State {
    till.operation(op_id).unwrap().state
}

/// Everything arrived on this card, once and in order.
fn assert_arrived(shop: &Shop, till: &Till, card: &str) {
    drain(till);
    let on = |kind, sent| (kind, card.to_owned(), sent);
    let moved: Vec<_> = done(shop).into_iter().filter(|(kind, ..)| *kind != LedgerKind::Modify).collect();
    let opened: Vec<_> = moved.iter().filter(|(kind, ..)| *kind == LedgerKind::Open).collect();
    assert_eq!(opened, [&on(LedgerKind::Open, 0)]);
    assert_eq!(moved[1..], [on(LedgerKind::Recharge, 100_00), on(LedgerKind::Consume, 30_00)]);
    for op_id in ["open", "cash", "sale", "birthday"] {
        assert_eq!(state(till, op_id), State::Settled, "{op_id}");
    }
    assert_agrees(shop, till, card);
    assert_eq!(till.status().unwrap().waiting_for_people, 0);
}

#[test]
fn a_refused_opening_gets_another_number_and_what_waits_follows_once() {
    let shop = Shop::open();
    let till = refused(&shop);
    let waiting = till.waiting().unwrap();
    assert_eq!(waiting.len(), 1);
    let names: Vec<&str> = waiting[0].orphans.iter().map(|orphan| orphan.op_id.as_str()).collect();
    assert_eq!(names, ["cash", "sale", "birthday"]);
    assert_eq!((waiting[0].cash_taken, waiting[0].may_retarget), (yuan("100"), true));
    let Orphan { amount, cash: taken, .. } = &waiting[0].orphans[1];
    assert_eq!((*amount, *taken), (yuan("30"), yuan("0")));
    assert_eq!(done(&shop), [], "nothing goes to a card that is somebody else's");

    let receipt = retarget(&till, Retarget::NextNumber).unwrap();
    assert_eq!((receipt.card.as_str(), receipt.state), ("N2", State::Queued));
    assert_eq!(till.card("N2").unwrap().exception, None);
    assert!(till.notices().unwrap().is_empty(), "{:?}", till.notices().unwrap());
    assert_arrived(&shop, &till, "N2");
    let (money, points) = shop.remote_balance("N1");
    assert_eq!((money, points.get()), (yuan("7"), 7), "the other holder's card is as it was");

    // The same calls again, with the number they were made with.
    assert_eq!(till.open_card(opening()).unwrap().card.as_str(), "N2");
    assert_eq!(till.recharge(cash("N1", "100").op_id("cash")).unwrap().card.as_str(), "N2");
    assert_eq!(till.consume(pay("N2", "30").op_id("sale")).unwrap().state, State::Settled);
    for wrong in [cash("N3", "100"), cash("N1", "101")] {
        assert_eq!(till.recharge(wrong.op_id("cash")).unwrap_err().code(), ErrorCode::Conflict);
    }
    drain(&till);
    assert_eq!(done(&shop).len(), 4);

    // The old number is its holder's.
    let other = till.serve_card("N1", SOON).unwrap();
    assert_eq!((other.holder.name.as_deref(), other.balances.money.confirmed), (Some("Mr Zhao"), yuan("7")));
    assert!(till.consume(pay("N1", "7").require_online(SOON)).unwrap().is_approved());
    assert_eq!(till.card("N2").unwrap().holder.name.as_deref(), Some("王小明"));
    assert!(!till.notices().unwrap().iter().any(|notice| notice.kind == NoticeKind::Contradiction));

    // Who, from which to which, and where it stands.
    for number in ["N1", "N2"] {
        let told = till.retargets(number).unwrap();
        let told: Vec<_> =
            told.iter().map(|one| (one.op_id.as_str(), one.from.as_str(), one.to.as_str(), &*one.who)).collect();
        assert_eq!(told, [("open", "N1", "N2", "Lin")]);
    }
    assert!(till.retargets("N").unwrap().is_empty());
    let of = |card: &str| till.history(&HistoryQuery { card: Some(card.into()), ..Default::default() }).unwrap().lines;
    let kinds: Vec<String> = of("N2").into_iter().rev().map(|line| line.entry.kind).collect();
    assert_eq!(kinds, ["open_card", "recharge", "consume", "modify", "retarget"]);
    let line = &of("N2")[0].entry;
    assert_eq!((line.reason.as_deref(), line.operator.as_deref()), (Some("N1 -> N2"), Some("Lin")));
    assert_eq!(of("N1").len(), 1, "another holder's card begins with its own first line");
}

#[test]
fn the_same_with_a_restart_before_each_step() {
    let shop = Shop::open();
    let till = open(&shop);
    opened_offline(&shop, &till);
    drop(till);
    take(&shop, "N1");
    let till = open(&shop);
    reconnect(&shop, &till);
    sync_until(&till, |till| till.status().unwrap().waiting_for_people > 0);
    let told = till.waiting().unwrap();
    drop(till);
    let till = open(&shop);
    assert_eq!(till.waiting().unwrap(), told);
    retarget(&till, Retarget::NextNumber).unwrap();
    drop(till);
    let till = open(&shop);
    assert_eq!(till.operation("cash").unwrap().card.as_str(), "N2");
    sync_until(&till, |till| state(till, "open") == State::Settled);
    drop(till);
    assert_arrived(&shop, &open(&shop), "N2");
}

#[test]
fn a_number_that_is_taken_again_is_refused_again_and_the_next_one_is_tried() {
    let shop = Shop::open();
    let till = refused(&shop);
    take(&shop, "N7");
    for number in ["N1", "A1"] {
        let error = retarget(&till, new_number(number)).unwrap_err();
        assert!(matches!(error.refusal(), Some(Refusal::CardExists)), "{number}: {error}");
    }
    assert_eq!(retarget(&till, new_number("no good")).unwrap_err().code(), ErrorCode::InvalidInput);
    assert_eq!(state(&till, "open"), State::Rejected, "a failed call changes nothing");
    retarget(&till, new_number("N7")).unwrap();
    sync_until(&till, |till| state(till, "open") == State::Rejected);
    assert_eq!(done(&shop), []);
    let kinds: Vec<NoticeKind> = till.notices().unwrap().iter().map(|notice| notice.kind).collect();
    assert_eq!(kinds, [NoticeKind::Rejected, NoticeKind::Orphans]);
    let waiting = till.waiting().unwrap();
    assert!(waiting[0].attempts.len() >= 2, "people see what was sent for every number: {:?}", waiting[0].attempts);
    retarget(&till, Retarget::NextNumber).unwrap();
    assert_arrived(&shop, &till, "N2");
    // N7 was given up: it is not given out when its turn comes.
    let numbers: Vec<String> =
        (0..5).map(|_| till.open_card(OpenCard::next(LEVEL)).unwrap().card.to_string()).collect();
    assert_eq!(numbers, ["N3", "N4", "N5", "N6", "N8"]);
}

#[test]
fn what_may_have_been_opened_is_not_opened_again_before_a_person_has_said_that_it_was_not() {
    let shop = Shop::open();
    let till = open(&shop);
    opened_offline(&shop, &till);
    // It arrives, its answer is lost, and what stands there then tells nothing.
    shop.server.faults().with(|faults| faults.once("cardopen", Fault::ApplyDropAnswer));
    shop.server.restore().unwrap();
    sync_until(&till, |till| matches!(state(till, "open"), State::InDoubt | State::Settled));
    let error = retarget(&till, Retarget::NextNumber).unwrap_err();
    assert_eq!(error.code(), ErrorCode::WrongState, "{error}");
    assert_arrived(&shop, &till, "N1");
}

/// A street on which N1 was opened offline; the request arrived, its answer was lost, and the card can't be looked up since.
fn parked_unknown() -> (std::sync::Arc<Street>, Till) {
    let street = Street::new();
    let mut config = street::shop(street::sandy());
    config.card_numbers = range(1, 20);
    let till = street.till(config);
    till.pull_catalogue(street::ALL).unwrap();
    till.serve_card("A1", street::ALL).unwrap();
    let mut sent = false;
    street.hook(move |_, endpoint| {
        sent |= endpoint == "cardopen";
        match endpoint {
            "cardopen" => Fate::AnswerLost,
            "getcardinfo" if sent => {
                let body = br#"{"errcode": 500, "errmsg": "internal"}"#.to_vec();
                Fate::Answered(HttpResponse { status: 200, headers: Vec::new(), body })
            }
            _ => Fate::Passes,
        }
    });
    till.open_card(opening()).unwrap();
    till.recharge(cash("N1", "100").op_id("cash")).unwrap();
    for _ in 0..200 {
        till.sync(street::ALL).unwrap();
        street.clock.pass(Duration::from_secs(2));
        if state(&till, "open") == State::Parked {
            return (street, till);
        }
    }
    panic!("never parked: {:?}", till.operation("open"));
}

#[test]
fn an_opening_whose_outcome_is_unknown_is_decided_first_and_more_is_told_of() {
    let (street, till) = parked_unknown();
    let waiting = &till.waiting().unwrap()[0];
    assert!(!waiting.may_retarget);
    assert_eq!(waiting.cash_taken, yuan("100"));
    let error = retarget(&till, Retarget::NextNumber).unwrap_err();
    assert_eq!(error.code(), ErrorCode::WrongState, "{error}");

    // Nobody knows that it was refused: more may be done, and the notification tells of it.
    let orphans = |till: &Till| {
        let notices = till.notices().unwrap().into_iter();
        let mut orphans = notices.filter(|notice| notice.kind == NoticeKind::Orphans);
        let found = orphans.next().unwrap();
        assert!(orphans.next().is_none(), "one notification");
        found
    };
    till.recharge(cash("N1", "50").op_id("more")).unwrap();
    let told = orphans(&till);
    assert_eq!(told.amount, Some(yuan("150")));
    assert!(told.detail.contains("cash, more"), "{}", told.detail);
    till.acknowledge(told.notice_no, "Lin", None).unwrap();
    till.recharge(cash("N1", "25").op_id("yet more")).unwrap_err();
    till.recharge(cash("N1", "25").op_id("yet-more")).unwrap();
    assert_eq!(orphans(&till).amount, Some(yuan("175")), "told anew");

    // A person says that it was not opened, which is not so.
    till.resolve("open", Resolution::WasNotApplied, "Lin", "asked the head office").unwrap();
    assert_eq!(state(&till, "open"), State::Rejected);
    street.hook(|_, _| Fate::Passes);
    retarget(&till, Retarget::NextNumber).unwrap();
    street.settle(&till);
    let balance = |number: &str| {
        let cores = street.cores.lock().unwrap();
        cores.sandy.card(number).map(|card| card.amount_fen)
    };
    assert_eq!(
        (balance("N1"), balance("N2")),
        (Some(0), Some(192_50)),
        "each once and with its bonus, on the new card"
    );
    for op_id in ["open", "cash", "more", "yet-more"] {
        assert_eq!(state(&till, op_id), State::Settled, "{op_id}");
    }
    // That it exists after all is found out when the number is next served, and told.
    assert!(!till.notices().unwrap().iter().any(|notice| notice.kind == NoticeKind::Contradiction));
    till.serve_card("N1", street::ALL).unwrap();
    let notices = till.notices().unwrap();
    let told: Vec<_> = notices.iter().filter(|notice| notice.kind == NoticeKind::Contradiction).collect();
    assert_eq!(told.len(), 1, "{notices:?}");
    assert_eq!(told[0].op_id.as_ref().unwrap().as_str(), "open");
}

#[test]
fn a_remote_that_confuses_the_numbers_is_not_believed() {
    let (street, till) = parked_unknown();
    till.resolve("open", Resolution::WasNotApplied, "Lin", "asked the head office").unwrap();
    retarget(&till, Retarget::NextNumber).unwrap();
    // The opening of N2 is answered as if it had been that of N1.
    let mut first = true;
    street.hook(move |_, endpoint| {
        if endpoint != "cardopen" || !std::mem::take(&mut first) {
            return Fate::Passes;
        }
        let body = br#"{"card_id": "N1", "amount": "0.00", "cur_score": 0}"#.to_vec();
        Fate::Answered(HttpResponse { status: 200, headers: Vec::new(), body })
    });
    till.sync(street::ALL).unwrap();
    assert_eq!(state(&till, "cash"), State::Queued, "nothing is sent before the card is known to be there");
    street.settle(&till);
    assert_eq!(state(&till, "cash"), State::Settled);
    let cores = street.cores.lock().unwrap();
    assert_eq!(cores.sandy.card("N2").unwrap().amount_fen, 110_00, "with its bonus");
    assert_eq!(cores.sandy.card("N1").unwrap().amount_fen, 0);
}

#[test]
fn nobody_piles_up_more_on_a_card_whose_opening_was_refused() {
    let shop = Shop::open();
    let till = refused(&shop);
    let error = till.recharge(cash("N1", "10")).unwrap_err();
    assert!(matches!(error.refusal(), Some(Refusal::ExceptionList { .. })), "{error}");
    till.set_exception("N1", None).unwrap();
    for attempt in [cash("N1", "10"), cash("N1", "10").require_online(SOON)] {
        let error = till.recharge(attempt).unwrap_err();
        let refusal = error.refusal().cloned();
        assert!(matches!(&refusal, Some(Refusal::OpeningRefused { op_id }) if op_id.as_str() == "open"), "{error}");
    }
    let headroom = till.headroom(Some("N1")).unwrap();
    assert_eq!((headroom.money, headroom.operations, headroom.with_override.money), (yuan("0"), 0, yuan("0")));
    assert!(matches!(headroom.room.binding, Some(Refusal::OpeningRefused { .. })), "{headroom:?}");
    // Less waits once an orphan is voided, and the notification says so.
    till.void("sale").unwrap();
    till.void("cash").unwrap();
    let notices = till.notices().unwrap();
    let orphans = notices.iter().find(|notice| notice.kind == NoticeKind::Orphans).unwrap();
    assert_eq!((orphans.amount, orphans.detail.contains("cash")), (Some(yuan("0")), false), "{}", orphans.detail);
    retarget(&till, Retarget::NextNumber).unwrap();
    drain(&till);
    let kinds: Vec<LedgerKind> = done(&shop).into_iter().map(|(kind, ..)| kind).collect();
    assert_eq!(kinds, [LedgerKind::Open, LedgerKind::Modify]);
}

#[test]
fn what_waits_may_go_to_a_card_that_its_holder_has_already() {
    let shop = Shop::open();
    let till = refused(&shop);
    let itself = retarget(&till, Retarget::ExistingCard("N1".into())).unwrap_err();
    assert_eq!(itself.refusal(), Some(&Refusal::UnknownCard));
    let unknown = retarget(&till, Retarget::ExistingCard("B1".into())).unwrap_err();
    assert_eq!(unknown.code(), ErrorCode::NotFound, "not served yet: {unknown}");
    till.serve_card("B1", SOON).unwrap();
    let exposed = till.headroom(None).unwrap().operations;
    let receipt = retarget(&till, Retarget::ExistingCard("B1".into())).unwrap();
    assert_eq!(receipt.state, State::WrittenOff);
    assert_eq!(till.headroom(None).unwrap().operations, exposed + 1, "the opening alone is over");
    assert_eq!(till.card("B1").unwrap().balances.money.expected, yuan("170"));
    assert_eq!(till.card("N1").unwrap().balances.money.expected, yuan("0"));
    drain(&till);
    let money: Vec<_> = done(&shop).into_iter().filter(|(kind, ..)| *kind != LedgerKind::Modify).collect();
    let on = |kind, sent| (kind, "B1".to_owned(), sent);
    assert_eq!(money, [on(LedgerKind::Recharge, 100_00), on(LedgerKind::Consume, 30_00)]);
    assert_agrees(&shop, &till, "B1");
    assert_eq!(till.recharge(cash("N1", "100").op_id("cash")).unwrap().card.as_str(), "B1");
    assert_eq!(till.status().unwrap().waiting_for_people, 0);
    // The lines of the one card come to nothing, those of the other to what was done.
    let of = |card: &str| till.history(&HistoryQuery { card: Some(card.into()), ..Default::default() }).unwrap().lines;
    let sum = |card: &str| of(card).iter().map(|line| line.entry.due).sum::<Money>();
    assert_eq!((sum("N1"), sum("B1")), (yuan("0"), yuan("100")));
    assert!(till.retargets("B1").unwrap()[0].existing);
    // N1 is its holder's.
    assert_eq!(till.serve_card("N1", SOON).unwrap().holder.name.as_deref(), Some("Mr Zhao"));
}

#[test]
fn only_an_opening_that_was_promised_and_waits_gets_another_number() {
    let shop = Shop::open();
    let till = refused(&shop);
    let error = till.retarget("cash", &Retarget::NextNumber, "Lin", "why").unwrap_err();
    assert_eq!(error.code(), ErrorCode::WrongState, "{error}");
    assert_eq!(till.retarget("none", &Retarget::NextNumber, "Lin", "why").unwrap_err().code(), ErrorCode::NotFound);
    assert_eq!(till.retarget("open", &Retarget::NextNumber, "", "why").unwrap_err().code(), ErrorCode::InvalidInput);
    till.resolve("open", Resolution::WriteOff, "Lin", "given up").unwrap();
    assert_eq!(retarget(&till, Retarget::NextNumber).unwrap_err().code(), ErrorCode::WrongState);
}

#[test]
fn numbers_come_from_the_range_in_order_and_never_twice() {
    let shop = Shop::open();
    take(&shop, "N3");
    let mut config = config(&shop);
    config.card_numbers = range(1, 5);
    let till = Till::open(shop.book(), config.clone()).unwrap();
    till.pull_catalogue(SOON).unwrap();
    till.serve_card("N3", SOON).unwrap();
    cut_off(&shop, &till);
    let next = |op_id: &str| till.open_card(OpenCard::next(LEVEL).offline().op_id(op_id));
    assert_eq!(till.numbers_left().unwrap(), Some(5));
    assert_eq!(next("1").unwrap().card.as_str(), "N1");
    assert_eq!(next("1").unwrap().card.as_str(), "N1", "the same call gets the same number");
    let error = till.open_card(OpenCard::new("N2", LEVEL).offline().op_id("1")).unwrap_err();
    assert_eq!((error.code(), error.field()), (ErrorCode::Conflict, Some("card")));
    till.void("1").unwrap();
    assert_eq!(next("2").unwrap().card.as_str(), "N2", "a voided opening's number is not given out again");
    // A call that is refused takes none.
    let error = till.open_card(OpenCard::next("no such level").offline()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::InvalidInput);
    assert_eq!(next("3").unwrap().card.as_str(), "N4", "the book knows N3");
    assert_eq!(till.numbers_left().unwrap(), Some(1));
    drop(till);

    let till = Till::open(shop.book(), config.clone()).unwrap();
    let next = |op_id: &str| till.open_card(OpenCard::next(LEVEL).offline().op_id(op_id));
    assert_eq!(next("4").unwrap().card.as_str(), "N5");
    assert!(till.notices().unwrap().iter().any(|notice| notice.kind == NoticeKind::NumbersNear));
    for _ in 0..2 {
        let error = next("5").unwrap_err();
        assert!(matches!(error.refusal(), Some(Refusal::NumbersExhausted { size: 5 })), "{error}");
    }
    assert_eq!(till.numbers_left().unwrap(), Some(0));
    assert!(till.open_card(OpenCard::new("X1", LEVEL).offline()).unwrap().is_approved(), "any number may be given");
    drop(till);

    // A longer range goes on where the shorter one ended.
    config.card_numbers = range(1, 9);
    let till = Till::open(shop.book(), config).unwrap();
    assert_eq!(till.open_card(OpenCard::next(LEVEL).offline().op_id("5")).unwrap().card.as_str(), "N6");
}

#[test]
fn without_a_range_a_number_has_to_be_given() {
    let shop = Shop::open();
    let till = shop.till();
    till.pull_catalogue(SOON).unwrap();
    assert_eq!(till.numbers_left().unwrap(), None);
    let error = till.open_card(OpenCard::next(LEVEL)).unwrap_err();
    assert_eq!((error.code(), error.field()), (ErrorCode::InvalidConfig, Some("card_numbers")));
}

#[test]
fn a_number_taken_online_is_declined_and_the_next_call_gets_another() {
    let shop = Shop::open();
    take(&shop, "N1");
    let till = open(&shop);
    till.pull_catalogue(SOON).unwrap();
    let first = till.open_card(OpenCard::next(LEVEL).require_online(SOON)).unwrap();
    assert_eq!((first.card.as_str(), first.promise), ("N1", Some(Promise::Declined)));
    let second = till.open_card(OpenCard::next(LEVEL).require_online(Duration::from_secs(5))).unwrap();
    assert_eq!((second.card.as_str(), second.promise), ("N2", Some(Promise::OnlineApproved)));
}

#[test]
fn an_opening_under_another_number_can_still_be_voided() {
    let shop = Shop::open();
    let till = refused(&shop);
    shop.server.cut();
    retarget(&till, Retarget::NextNumber).unwrap();
    assert_eq!(till.void("open").unwrap_err().code(), ErrorCode::WrongState, "others wait behind it");
    for op_id in ["sale", "cash", "birthday", "open"] {
        assert_eq!(till.void(op_id).unwrap().state, State::Voided, "{op_id}");
    }
    shop.server.restore().unwrap();
    drain(&till);
    assert_eq!(done(&shop), []);
    assert_eq!(till.open_card(OpenCard::next(LEVEL)).unwrap().card.as_str(), "N3");
}

/// The merchant's list names cards by their number, and of a number that was taken it means whoever has that.
#[test]
fn the_merchants_word_on_a_number_stays_with_the_number() {
    let shop = Shop::open();
    let till = refused(&shop);
    till.replace_exceptions(&[Listed::new("N1", "stolen")], "head office").unwrap();
    retarget(&till, Retarget::NextNumber).unwrap();
    let listed = till.exceptions(None, 0).unwrap().exceptions;
    let listed: Vec<_> = listed.iter().map(|one| (one.card.as_str(), one.reason.as_str(), one.by_list)).collect();
    assert_eq!(listed, [("N1", "stolen", true)]);
    assert_arrived(&shop, &till, "N2");
    assert_eq!(till.serve_card("N1", SOON).unwrap().exception.as_deref(), Some("stolen"));
    let error = till.consume(pay("N1", "7").require_online(SOON)).unwrap_err();
    assert!(matches!(error.refusal(), Some(Refusal::ExceptionList { .. })), "{error}");
    till.replace_exceptions(&[], "head office").unwrap();
    assert!(till.consume(pay("N1", "7").require_online(SOON)).unwrap().is_approved());
}
