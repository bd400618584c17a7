//! Reconciliation: every operation in exactly one class, with the money.

use std::collections::BTreeMap;
use std::time::Duration;

use tillbook::{
    Book, Class, Csv, ErrorCode, Kind, Language, Movement, Period, Points, Promise, Recharge, RedeemPoints, Resolution,
    State, Till, Timestamp,
};
use tillbook_sandbox::fault::{Fault, OneShot};

use crate::common::{SOON, Shop, drain, sync_until, yuan};
use crate::{cut_off, pay, reconnect, serve};

/// A day with everything in it: online, offline, refused, lost, voided, written off.
fn a_day(shop: &Shop) -> Till {
    let till = shop.till();
    serve(&till, &["A1", "B1"]);
    till.consume(pay("A1", "10").op_id("online").require_online(SOON).operator("Ann")).unwrap();
    till.consume(pay("B1", "1000").op_id("refused").require_online(SOON)).unwrap();
    cut_off(shop, &till);
    till.consume(pay("A1", "20").op_id("offline").operator("Ann").ticket("=T1")).unwrap();
    till.recharge(Recharge::new("A1", yuan("50"), 1).op_id("cash").offline()).unwrap();
    till.redeem_points(RedeemPoints::new("A1", Points::new(5)).op_id("gift").offline()).unwrap();
    till.consume(pay("A1", "7").op_id("gone")).unwrap();
    till.void("gone").unwrap();
    // Reported lost behind the till's back: the remote will refuse what was approved here.
    till.consume(pay("B1", "90").op_id("owed")).unwrap();
    shop.server.sandy().with(|sandy| sandy.office(0, "office").loss("B1").unwrap());
    till
}

fn approved_ones(till: &Till, op_ids: &[&str]) -> usize {
    let approved = |op_id: &&&str| till.operation(op_id).unwrap().promise.is_some_and(Promise::is_approved);
    op_ids.iter().filter(approved).count()
}

const OPERATIONS: [&str; 7] = ["online", "refused", "offline", "cash", "gift", "gone", "owed"];

#[test]
fn each_operation_is_in_exactly_one_class_before_and_after_the_remote_is_back() {
    let shop = Shop::open();
    let till = a_day(&shop);
    let day = Period::Day(till.business_date().unwrap());
    let check = |till: &Till| {
        let report = till.reconciliation(&day).unwrap();
        assert_eq!(report.total.operations, OPERATIONS.len() as u64);
        assert_eq!(report.total.approved, approved_ones(till, &OPERATIONS) as u64);
        let sum = |pick: fn(&tillbook::Tally) -> i64| report.classes.values().map(pick).sum::<i64>();
        assert_eq!(sum(|tally| tally.operations as i64), report.total.operations as i64);
        assert_eq!(sum(|tally| tally.approved as i64), report.total.approved as i64);
        assert_eq!(sum(|tally| tally.money.fen()), report.total.money.fen());
        let mut by_class: BTreeMap<Class, u64> = BTreeMap::new();
        for op_id in OPERATIONS {
            *by_class.entry(Class::of(till.operation(op_id).unwrap().state)).or_default() += 1;
        }
        let told: BTreeMap<Class, u64> =
            report.classes.iter().map(|(class, tally)| (*class, tally.operations)).collect();
        assert_eq!(told, by_class);
        let kinds: u64 = report.kinds.values().flat_map(|classes| classes.values()).map(|tally| tally.operations).sum();
        assert_eq!(kinds, report.total.operations);
        assert_eq!(Book::open(shop.book()).unwrap().reconciliation(&day).unwrap(), report, "a reader tells the same");
        report
    };
    let during = check(&till);
    assert_eq!(during.classes[&Class::OnItsWay].operations, 4);
    assert_eq!(during.classes[&Class::OnItsWay].money, yuan("160"));
    let listed: Vec<&str> = during.operations.iter().map(|op| op.op_id.as_str()).collect();
    assert_eq!(listed, ["offline", "cash", "gift", "owed"]);

    reconnect(&shop, &till);
    drain(&till);
    let after = check(&till);
    assert_eq!(after.classes[&Class::Accepted].operations, 4);
    assert_eq!(after.classes[&Class::Rejected], after.kinds[&Kind::Consume][&Class::Rejected]);
    assert_eq!((after.classes[&Class::Rejected].operations, after.classes[&Class::Rejected].money), (1, yuan("90")));
    assert_eq!((after.classes[&Class::Declined].operations, after.classes[&Class::Declined].approved), (1, 0));
    assert_eq!(after.classes[&Class::Cancelled].operations, 1);
    assert_eq!(after.operations.len(), 1);
    assert!(after.operations[0].waits_for.is_some(), "{after:?}");

    till.resolve("owed", Resolution::WriteOff, "Chen", "=cmd|calc").unwrap();
    let end = check(&till);
    assert_eq!(end.classes.get(&Class::Rejected), None);
    assert_eq!(end.classes[&Class::WrittenOff].money, yuan("90"));
}

#[test]
fn an_outage_holds_what_was_done_at_its_remote_meanwhile() {
    let shop = Shop::open();
    let till = a_day(&shop);
    let outage = till.outages().unwrap().remove(0).outage_no;
    let report = till.reconciliation(&Period::Outage(outage)).unwrap();
    assert_eq!((report.provider.as_deref(), report.outage), (Some("sandy"), Some(outage)));
    assert_eq!(report.total.operations, 5, "what the remote answered before is not in it");
    reconnect(&shop, &till);
    drain(&till);
    sync_until(&till, |till| till.outages().unwrap()[0].back_at.is_some());
    till.consume(pay("A1", "3").op_id("later").require_online(SOON)).unwrap();
    let report = till.reconciliation(&Period::Outage(outage)).unwrap();
    assert_eq!(report.total.operations, 5, "nor is what it answered afterwards");
    assert_eq!(report.classes[&Class::Accepted].operations, 3);
    assert_eq!(till.reconciliation(&Period::Outage(99)).unwrap_err().code(), ErrorCode::NotFound);
}

#[test]
fn what_nobody_knows_the_outcome_of_is_in_doubt_until_it_is_found() {
    let shop = Shop::open();
    let till = shop.till();
    serve(&till, &["A1"]);
    shop.server.faults().with(|faults| {
        faults.once("consume", Fault::ApplyDropAnswer);
        // The figures before it are read; the looks after it find nobody.
        for endpoint in ["getcardhis", "getcardinfo"].iter().cycle().take(60) {
            faults.add(OneShot { endpoint: (*endpoint).into(), card: None, skip: 1, fault: Fault::DropRequest });
        }
    });
    let receipt = till.consume(pay("A1", "3").op_id("lost").require_online(Duration::from_millis(900))).unwrap();
    assert_eq!((receipt.promise, receipt.state), (Some(Promise::InDoubt), State::InDoubt));
    let report = till.reconciliation(&Period::Day(till.business_date().unwrap())).unwrap();
    assert_eq!((report.classes[&Class::InDoubt].operations, report.classes[&Class::InDoubt].approved), (1, 0));
    assert_eq!(report.operations[0].op_id.as_str(), "lost");
    shop.server.faults().with(|faults| faults.clear());
    drain(&till);
    sync_until(&till, |till| till.operation("lost").unwrap().state == State::Settled);
    let report = till.reconciliation(&Period::Day(till.business_date().unwrap())).unwrap();
    assert_eq!(report.classes.keys().collect::<Vec<_>>(), [&Class::Accepted]);
    let without = till.totals().unwrap().movements;
    assert_eq!(without.keys().collect::<Vec<_>>(), [&Movement::WithoutApproval], "no cash was taken for it");
    assert_eq!(till.totals().unwrap().due, yuan("0"));
}

#[test]
fn a_time_range_takes_its_beginning_and_not_its_end() {
    let shop = Shop::open();
    let till = shop.till();
    serve(&till, &["A1"]);
    cut_off(&shop, &till);
    let at = till.consume(pay("A1", "1")).unwrap().created_at;
    let after = |ms| Timestamp::from_millis(at.millis() + ms);
    let count = |from, until| till.reconciliation(&Period::Range { from, until }).unwrap().total.operations;
    assert_eq!((count(at, after(1)), count(after(-1), at), count(after(1), after(2))), (1, 0, 0));
    let error = till.reconciliation(&Period::Range { from: at, until: at }).unwrap_err();
    assert_eq!((error.code(), error.field()), (ErrorCode::InvalidInput, Some("until")));
    for date in ["", "2026-02-30", "today", "2026-3-1"] {
        let error = till.reconciliation(&Period::Day(date.into())).unwrap_err();
        assert_eq!((error.code(), error.field()), (ErrorCode::InvalidInput, Some("date")), "{date}");
    }
}

#[test]
fn as_csv_it_has_a_line_for_each_kind_and_class_and_no_formula() {
    let shop = Shop::open();
    let till = a_day(&shop);
    let report = till.reconciliation(&Period::Day(till.business_date().unwrap())).unwrap();
    let csv = report.to_csv(Language::English);
    assert!(csv.starts_with("kind,outcome,operations,approved,money\r\n"), "{csv}");
    assert!(csv.contains("payment by card,on its way,2,2,110.00\r\n"), "{csv}");
    assert!(csv.ends_with("all,all,7,6,1177.00\r\n"), "{csv}");
    assert!(report.to_csv(Language::Chinese).contains("储值消费,待上传,2,2,110.00\r\n"));
    let listed = report.operations.to_csv(Language::English);
    assert!(listed.contains(",'=T1,Ann,"), "{listed}");
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["classes"]["on_its_way"]["money"], 160_00);
    assert_eq!(serde_json::from_value::<tillbook::Reconciliation>(json).unwrap(), report);
}
