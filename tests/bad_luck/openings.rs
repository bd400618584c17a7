//! An opening that the remote refuses, and what stands behind it.

use tillbook::{
    CardStatus, Consume, ErrorCode, NoticeKind, OpenCard, Promise, Recharge, RedeemPoints, Refusal, Resolution, State,
    Till,
};
use tillbook_sandbox::sandy::NewCard;

use crate::common::{SOON, Shop, drain, points, sync_until, yuan};
use crate::{cut_off, pay, reconnect, serve};

/// N1 was opened, recharged and used here during an outage, while somebody else got that number.
fn refused(shop: &Shop) -> Till {
    let till = shop.till();
    serve(&till, &["A1"]);
    cut_off(shop, &till);
    till.open_card(OpenCard::new("N1", "普通会员").name("王小明").offline().op_id("open")).unwrap();
    till.recharge(Recharge::new("N1", yuan("100"), 1).offline().op_id("cash 1".replace(' ', "-"))).unwrap();
    till.recharge(Recharge::new("N1", yuan("50"), 2).offline().op_id("cash-2")).unwrap();
    till.consume(pay("N1", "30").op_id("sale")).unwrap();
    let now_s = shop.server.now_s();
    let other = NewCard::new("N1", 1).with_holder("Mr Zhao", "13900000001", None).with_balance(7_00, 7);
    shop.server.sandy().with(|sandy| sandy.seed(now_s, other).unwrap());
    reconnect(shop, &till);
    sync_until(&till, |till| till.status().unwrap().waiting_for_people > 0);
    till
}

fn waiting(till: &Till) -> Vec<(String, State)> {
    let waiting = till.waiting().unwrap();
    waiting.into_iter().map(|waiting| (waiting.receipt.op_id.to_string(), waiting.receipt.state)).collect()
}

fn names(list: &[(&str, State)]) -> Vec<(String, State)> {
    list.iter().map(|(name, state)| (name.to_string(), *state)).collect()
}

#[test]
fn a_refused_opening_holds_what_stands_behind_it_and_tells_once() {
    let shop = Shop::open();
    let till = refused(&shop);
    assert_eq!(waiting(&till), names(&[("open", State::Rejected)]));
    let notices = till.notices().unwrap();
    let kinds: Vec<NoticeKind> = notices.iter().map(|notice| notice.kind).collect();
    assert_eq!(kinds, [NoticeKind::Rejected, NoticeKind::Orphans]);
    let orphans = &notices[1];
    assert_eq!(orphans.amount, Some(yuan("150")), "the cash taken");
    for name in ["cash-1", "cash-2", "sale"] {
        assert!(orphans.detail.contains(name), "{}", orphans.detail);
    }
    let card = till.card("N1").unwrap();
    assert!(card.exception.is_some());
    assert_eq!(card.held_by.unwrap().as_str(), "open");

    for _ in 0..3 {
        till.sync(SOON).unwrap();
    }
    let error = till.consume(pay("N1", "1")).unwrap_err();
    assert!(matches!(error.refusal(), Some(Refusal::ExceptionList { .. })), "{error}");
    assert_eq!(shop.ledger(), [], "nothing goes to a card that is somebody else's");
    assert_eq!(shop.remote_balance("N1"), (yuan("7"), points(7)));
    drop(till);
    let till = shop.till();
    assert_eq!(till.notices().unwrap(), notices);
    assert_eq!(waiting(&till), names(&[("open", State::Rejected)]));
}

#[test]
fn a_refused_opening_is_written_off_and_each_orphan_gets_its_own_decision() {
    let shop = Shop::open();
    let till = refused(&shop);
    let written_off = till.resolve("open", Resolution::WriteOff, "boss", "the number was taken").unwrap();
    assert_eq!((written_off.state, written_off.promise), (State::WrittenOff, Some(Promise::OfflineApproved)));
    let orphans = names(&[("cash-1", State::Parked), ("cash-2", State::Parked), ("sale", State::Parked)]);
    assert_eq!(waiting(&till), orphans);
    for orphan in till.waiting().unwrap() {
        assert!(!orphan.resolutions.contains(&Resolution::SendAgain), "{:?}", orphan.resolutions);
        let op_id = orphan.receipt.op_id.as_str();
        let error = till.resolve(op_id, Resolution::SendAgain, "boss", "why not").unwrap_err();
        assert_eq!(error.code(), ErrorCode::WrongState, "{error}");
    }
    assert_eq!(waiting(&till), orphans);

    till.resolve("cash-1", Resolution::WriteOff, "boss", "given back").unwrap();
    till.resolve("sale", Resolution::WriteOff, "boss", "our loss").unwrap();
    assert_eq!(till.resolve("cash-2", Resolution::WasNotApplied, "boss", "why").unwrap().state, State::Rejected);
    assert_eq!(waiting(&till), names(&[("cash-2", State::Rejected)]));
    till.resolve("cash-2", Resolution::WriteOff, "boss", "given back").unwrap();
    let status = till.status().unwrap();
    assert_eq!((status.queued, status.waiting_for_people), (0, 0));
    assert_eq!(till.headroom(None).unwrap().operations, 200);
    assert_eq!(till.card("N1").unwrap().balances.money.expected, yuan("0"));
    till.sync(SOON).unwrap();
    assert_eq!(shop.ledger(), []);

    let lines = till.history(&tillbook::HistoryQuery { card: Some("N1".into()), ..Default::default() }).unwrap().lines;
    let written_off = lines.iter().filter(|line| line.entry.kind == "write_off");
    assert_eq!((lines.len(), written_off.count()), (8, 4));

    // The notice stays until somebody has seen it; after that, and off the exception list, the number is its holder's.
    let open = till.notices().unwrap();
    assert!(open.iter().any(|notice| notice.kind == NoticeKind::Orphans));
    for notice in open {
        till.acknowledge(notice.notice_no, "boss", Some("seen")).unwrap();
    }
    assert_eq!(till.notices().unwrap(), []);
    till.set_exception("N1", None).unwrap();
    let card = till.serve_card("N1", SOON).unwrap();
    assert_eq!((card.status, card.balances.money.confirmed), (CardStatus::Active, yuan("7")));
    assert_eq!(card.holder.name.as_deref(), Some("Mr Zhao"));
    assert!(till.consume(pay("N1", "7").require_online(SOON)).unwrap().is_approved());
}

#[test]
fn a_person_may_find_that_the_opening_was_ours_after_all() {
    let shop = Shop::open();
    let till = refused(&shop);
    let receipt = till.resolve("open", Resolution::WasApplied, "boss", "opened it by phone").unwrap();
    assert!(receipt.state.is_confirmed());
    assert_eq!(till.card("N1").unwrap().exception, None);
    drain(&till);
    assert_eq!(shop.ledger().len(), 3);
    crate::common::assert_agrees(&shop, &till, "N1");
}

#[test]
fn a_declined_opening_leaves_the_number_to_its_holder() {
    let shop = Shop::open();
    let till = shop.till();
    till.pull_catalogue(SOON).unwrap();
    let receipt = till.open_card(OpenCard::new("A1", "普通会员").name("王小明").require_online(SOON)).unwrap();
    assert_eq!((receipt.promise, receipt.balances.money.confirmed), (Some(Promise::Declined), yuan("0")));
    assert_ne!(till.card("A1").unwrap().holder.name.as_deref(), Some("Mr Wang"), "another holder's data is not shown");
    let paid = till.consume(Consume::new("A1", yuan("10")).require_online(SOON)).unwrap();
    assert_eq!((paid.promise, paid.told.from_card), (Some(Promise::OnlineApproved), yuan("8")));
    assert!(till.redeem_points(RedeemPoints::new("A1", points(5)).require_online(SOON)).unwrap().is_approved());
    assert_eq!(till.card("A1").unwrap().holder.name.as_deref(), Some("Mr Wang"));
}
