//! A full disk refuses the call and leaves the book as it was; trading goes on once there is room, without reopening.

use tillbook::{Consume, ErrorCode, Modify, OpenCard, Promise, Receipt, Recharge, RedeemPoints, Result, Till};
use tillbook_sandbox::sandy::NewCard;
use tillbook_testvfs::{Failure, Op, TestVfs};

use super::common::{SOON, points, yuan};
use super::{CARD, Sales, assert_all_agree, balances, fresh, shop};

type Call = fn(&Till, &str) -> Result<Receipt>;

const CALLS: [(&str, Call); 5] = [
    ("consume", |till, op_id| till.consume(Consume::new(CARD, yuan("3")).op_id(op_id).offline())),
    ("recharge", |till, op_id| till.recharge(Recharge::new(CARD, yuan("4"), 1).op_id(op_id).offline())),
    ("redeem", |till, op_id| till.redeem_points(RedeemPoints::new(CARD, points(2)).op_id(op_id).offline())),
    ("modify", |till, op_id| till.modify(Modify::new(CARD).name(op_id).op_id(op_id).offline())),
    ("open", |till, op_id| {
        let open = OpenCard::new(format!("N-{op_id}"), "普通会员").name("王小明").phone("13900000000");
        till.open_card(open.op_id(op_id).offline())
    }),
];

/// Refused for want of room, and nothing of it is in the book.
fn assert_refused_without_a_trace(till: &Till, case: &str, op_id: &str, call: Call) {
    let (before, status, cards) = (balances(till), till.status().unwrap().queued, till.card_numbers().unwrap());
    let error = call(till, op_id).expect_err(case);
    assert_eq!(error.code(), ErrorCode::DiskFull, "{case}: {error}");
    assert!(error.is_retryable(), "{case}");
    assert_eq!(till.operation(op_id).expect_err(case).code(), ErrorCode::NotFound, "{case}");
    assert_eq!(balances(till), before, "{case}");
    assert_eq!(till.status().unwrap().queued, status, "{case}");
    assert_eq!(till.card_numbers().unwrap(), cards, "{case}");
    assert!(till.notices().unwrap().is_empty(), "{case}");
}

#[test]
fn a_call_on_a_full_disk_leaves_the_book_as_it_was() {
    let shop = shop();
    let vfs = TestVfs::register("full_call");
    let (till, _) = fresh(&shop, vfs);
    for (kind, call) in CALLS {
        let warm = format!("warm-{kind}");
        call(&till, &warm).unwrap();
        for n in 1.. {
            let op_id = format!("{kind}-{n}");
            vfs.fail(Failure::full_at(n));
            if vfs_is_left_alone(vfs, || call(&till, &op_id)) {
                break;
            }
            vfs.fail(Failure::full_at(n).persistent());
            let persistent = format!("{kind}-{n}-persistent");
            assert_refused_without_a_trace(&till, &persistent, &persistent, call);
            vfs.heal();
            // The same call again, in the same open book.
            let receipt = call(&till, &op_id).unwrap();
            assert_eq!(receipt.promise, Some(Promise::OfflineApproved), "{op_id}");
            assert!(n < 100, "{kind} ends");
        }
    }
    assert_all_agree(&shop, &till, &[], "after all");
    let settled = |line: &tillbook::HistoryLine| line.state == tillbook::State::Settled;
    let page = till.history(&tillbook::HistoryQuery { page_size: 500, ..Default::default() }).unwrap();
    assert!(page.next.is_none() && page.lines.iter().all(settled));
    assert_eq!(page.lines.len(), shop.applied().len(), "each of them once at the remote");

    /// True if the failure lay beyond the call's last write; otherwise the call was refused without a trace.
    fn vfs_is_left_alone(vfs: TestVfs, call: impl FnOnce() -> Result<Receipt>) -> bool {
        match call() {
            Ok(_) => {
                assert_eq!(vfs.fired(), 0, "a call that met a full disk can't have succeeded");
                vfs.heal();
                true
            }
            Err(error) => {
                assert_eq!(error.code(), ErrorCode::DiskFull, "{error}");
                assert_eq!(vfs.fired(), 1);
                false
            }
        }
    }
}

#[test]
fn with_no_space_left_calls_are_refused_until_there_is_some() {
    let shop = shop();
    let vfs = TestVfs::register("no_space");
    let (till, _) = fresh(&shop, vfs);
    let mut sales = Sales::new();
    let mut made = vec![sales.make(&till, Consume::offline)];
    for round in 0..5 {
        vfs.set_space_left(Some(0));
        // The log is reused from its start after a checkpoint, so a full disk is met once its end is reached.
        let mut refused = 0;
        while refused < 3 {
            let before = balances(&till);
            let sale = sales.make(&till, Consume::offline);
            if let Err(error) = &sale.said {
                assert_eq!(error.code(), ErrorCode::DiskFull, "round {round}: {error}");
                assert_eq!(balances(&till), before, "round {round}");
                assert_eq!(till.operation(&sale.op_id).unwrap_err().code(), ErrorCode::NotFound);
                refused += 1;
            }
            made.push(sale);
        }
        vfs.set_space_left(None);
        let sale = sales.make(&till, Consume::offline);
        assert_eq!(sale.said.as_ref().unwrap().promise, Some(Promise::OfflineApproved), "round {round}");
        made.push(sale);
    }
    assert_all_agree(&shop, &till, &made.iter().collect::<Vec<_>>(), "after all");
}

/// The remote has answered; that its answer could not be kept is not its silence.
#[test]
fn an_answer_that_can_not_be_kept_is_the_disks_fault_and_not_the_remotes() {
    let shop = shop();
    let vfs = TestVfs::register("not_kept");
    let (till, _) = fresh(&shop, vfs);
    let (now_s, new) = (shop.server.now_s(), NewCard::new("N1", 1).with_balance(10_00, 0));
    shop.server.sandy().with(|sandy| sandy.seed(now_s, new).unwrap());
    for (failure, code) in [
        (Failure::io_err_at(1).op(Op::Write).persistent(), ErrorCode::Storage),
        (Failure::full_at(1).persistent(), ErrorCode::DiskFull),
    ] {
        vfs.fail(failure);
        let error = till.serve_card("N1", SOON).unwrap_err();
        assert_eq!((error.code(), error.is_retryable()), (code, true), "{error}");
        let error = till.consume(Consume::new("N1", yuan("1")).op_id("online").require_online(SOON)).unwrap_err();
        assert_eq!((error.code(), error.is_retryable()), (code, true), "{error}");
        // What stood in the book before is still shown.
        assert_eq!(till.serve_card(CARD, SOON).unwrap().number.as_str(), CARD);
        assert!(vfs.fired() > 0);
        vfs.heal();
        assert_eq!(till.operation("online").unwrap_err().code(), ErrorCode::NotFound);
    }
    assert_eq!(till.serve_card("N1", SOON).unwrap().number.as_str(), "N1");
}
