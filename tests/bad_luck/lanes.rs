//! What waits for what.

use std::sync::Arc;

use tillbook::{Clock, Consume, ErrorCode, Modify, OpenCard, Promise, Recharge, State, Till, TillBuilder};
use tillbook_sandbox::fault::Fault;

use crate::clocks::Turned;
use crate::common::{SOON, Shop, assert_agrees, drain, sync_until, yuan};
use crate::{cut_off, pay, reconnect, serve};

const QUIET_S: u64 = 600;

/// Operation `first` on A1 is in doubt, and stays so until the quiet period is over.
fn in_doubt(shop: &Shop, clock: &Arc<Turned>) -> Till {
    let mut config = shop.config();
    config.sandy.as_mut().unwrap().quiet_period_ms = QUIET_S * 1_000;
    let till = TillBuilder::new(config).clock(Arc::clone(clock) as Arc<dyn Clock>).open(shop.book()).unwrap();
    serve(&till, &["A1", "B1"]);
    shop.server.faults().with(|faults| faults.once("consume", Fault::DropRequest));
    let first = till.consume(pay("A1", "10").require_online(SOON).op_id("first")).unwrap();
    assert_eq!((first.promise, first.state), (Some(Promise::InDoubt), State::InDoubt));
    till
}

#[test]
fn behind_a_doubtful_operation_the_remote_is_not_asked_and_the_policy_is() {
    let shop = Shop::open();
    let clock = Turned::new();
    let till = in_doubt(&shop, &clock);
    assert_eq!(till.card("A1").unwrap().held_by.unwrap().as_str(), "first");
    assert_eq!(till.card("A1").unwrap().balances.money.available, yuan("490"), "its debit counts");

    let error = till.consume(pay("A1", "1").require_online(SOON)).unwrap_err();
    assert_eq!(error.code(), ErrorCode::LaneHeld);
    assert_eq!(error.lane_held_by().unwrap().as_str(), "first");
    assert!(error.is_retryable());
    for call in [pay("A1", "2").prefer_online(SOON), pay("A1", "3")] {
        let receipt = till.consume(call).unwrap();
        assert_eq!((receipt.promise, receipt.state), (Some(Promise::OfflineApproved), State::Queued));
    }
    // Another card is not concerned.
    assert_eq!(till.consume(pay("B1", "4").require_online(SOON)).unwrap().promise, Some(Promise::OnlineApproved));
    assert_eq!(till.void("first").unwrap_err().code(), ErrorCode::WrongState);
    assert_eq!(till.sync(SOON).unwrap().queued, 3);
    assert_eq!(shop.ledger().len(), 1);

    // Nothing was promised for it, so once it is known not to have arrived it is given up; what was promised is sent.
    for _ in 0..2 {
        clock.pass(QUIET_S + 1);
        till.sync(SOON).unwrap();
    }
    drain(&till);
    assert_eq!(till.operation("first").unwrap().state, State::Voided);
    let amounts: Vec<i64> = shop.ledger().iter().map(|line| line.sent).collect();
    assert_eq!(amounts, [4_00, 2_00, 3_00]);
    assert_agrees(&shop, &till, "A1");
}

#[test]
fn what_is_merely_queued_ahead_is_sent_first() {
    let shop = Shop::open();
    let till = shop.till();
    serve(&till, &["A1"]);
    cut_off(&shop, &till);
    till.consume(pay("A1", "1")).unwrap();
    till.consume(pay("A1", "2")).unwrap();
    shop.server.restore().unwrap();
    sync_until(&till, |till| till.status().unwrap().link == tillbook::Link::Up);
    let receipt = till.consume(pay("A1", "3").require_online(SOON)).unwrap();
    assert_eq!(receipt.promise, Some(Promise::OnlineApproved));
    let amounts: Vec<i64> = shop.ledger().iter().map(|line| line.sent).collect();
    assert_eq!(amounts, [1_00, 2_00, 3_00]);
}

#[test]
fn what_has_not_reached_the_remote_can_be_voided_and_leaves_a_line() {
    let shop = Shop::open();
    let till = shop.till();
    serve(&till, &["A1", "B1"]);
    cut_off(&shop, &till);
    till.consume(pay("A1", "10").op_id("c1").ticket("T1")).unwrap();
    till.recharge(Recharge::new("B1", yuan("5"), 1).op_id("r1").offline()).unwrap();
    till.modify(Modify::new("B1").name("李四").op_id("m1").offline()).unwrap();
    assert_eq!(till.card("B1").unwrap().holder.name.as_deref(), Some("李四"));
    let headroom = till.headroom(None).unwrap();
    for op_id in ["c1", "r1", "m1"] {
        let voided = till.void(op_id).unwrap();
        assert_eq!((voided.state, voided.promise), (State::Voided, Some(Promise::OfflineApproved)));
        assert_eq!(till.void(op_id).unwrap(), voided, "again");
    }
    for (card, money) in [("A1", "500"), ("B1", "100")] {
        let balances = till.card(card).unwrap().balances;
        assert_eq!((balances.money.expected, balances.money.available), (yuan(money), yuan(money)));
    }
    assert_eq!(till.headroom(None).unwrap().operations, headroom.operations + 3);
    let history = till.history(&tillbook::HistoryQuery { ticket: Some("T1".into()), ..Default::default() }).unwrap();
    let lines: Vec<_> = history.lines.iter().map(|line| (line.entry.kind.as_str(), line.entry.from_card)).collect();
    assert_eq!(lines, [("void", yuan("-10")), ("consume", yuan("10"))]);
    assert_eq!(history.lines[0].entry.money_after, yuan("500"));
    // What the holder's data was before, the remote alone knows.
    reconnect(&shop, &till);
    sync_until(&till, |till| till.card("B1").unwrap().holder.name.as_deref() == Some("Ms Li"));
    drain(&till);
    assert_eq!(shop.ledger(), []);
}

#[test]
fn what_the_remote_has_can_not_be_voided() {
    let shop = Shop::open();
    let till = shop.till();
    serve(&till, &["A1", "B1"]);
    till.consume(pay("A1", "10").op_id("c1").require_online(SOON)).unwrap();
    let declined = till.consume(Consume::new("B1", yuan("900")).op_id("c2").require_online(SOON)).unwrap();
    assert_eq!(declined.promise, Some(Promise::Declined));
    for op_id in ["c1", "c2"] {
        let before = till.operation(op_id).unwrap();
        let error = till.void(op_id).unwrap_err();
        assert_eq!(error.code(), ErrorCode::WrongState, "{error}");
        assert_eq!(till.operation(op_id).unwrap(), before);
    }
}

#[test]
fn an_opening_is_voided_after_what_stands_behind_it_and_its_number_is_free_again() {
    let shop = Shop::open();
    let till = shop.till();
    serve(&till, &["A1"]);
    cut_off(&shop, &till);
    let open = |name| OpenCard::new("N1", "普通会员").name(name).offline();
    till.open_card(open("王小明").op_id("o1")).unwrap();
    till.recharge(Recharge::new("N1", yuan("50"), 1).op_id("r1").offline()).unwrap();
    assert_eq!(till.void("o1").unwrap_err().code(), ErrorCode::WrongState);
    till.void("r1").unwrap();
    till.void("o1").unwrap();
    assert_eq!(till.consume(pay("N1", "1")).unwrap_err().code(), ErrorCode::Refused);

    till.open_card(open("李四").op_id("o2")).unwrap();
    assert_eq!(till.card("N1").unwrap().holder.name.as_deref(), Some("李四"));
    reconnect(&shop, &till);
    drain(&till);
    assert_eq!(shop.ledger().len(), 1);
    assert_eq!(till.card("N1").unwrap().status, tillbook::CardStatus::Active);
    assert_agrees(&shop, &till, "N1");
}
