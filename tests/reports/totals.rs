//! X and Z totals, and the day's close.

use tillbook::{Class, Csv, ErrorCode, Kind, Language, Movement, Recharge, Till, Void};

use crate::common::{SOON, Shop, yuan};
use crate::{cut_off, pay, serve};

fn till_of(shop: &Shop) -> Till {
    let till = shop.till();
    serve(&till, &["A1", "B1"]);
    till
}

/// The drawer that hands the cash back is the one that is short of it.
#[test]
fn a_void_counts_for_whoever_makes_it() {
    let shop = Shop::open();
    let till = till_of(&shop);
    cut_off(&shop, &till);
    let cash = |op_id: &str| {
        let recharge =
            Recharge::new("B1", yuan("50"), 1).operator("Ann").shift("1").supervisor("Chief").reason("birthday");
        till.recharge(recharge.op_id(op_id).offline()).unwrap();
    };
    ["whole", "part", "silent"].into_iter().for_each(cash);
    for (field, void) in [
        ("operator", Void::new("whole").operator("x".repeat(65))),
        ("shift", Void::new("whole").shift("a\nb")),
        ("op_id", Void::new("")),
    ] {
        let error = till.void(void).unwrap_err();
        assert_eq!((error.code(), error.field()), (ErrorCode::InvalidInput, Some(field)));
    }
    till.void(Void::new("whole").operator("Bob").shift("2").supervisor("Deputy").reason("wrong card")).unwrap();
    till.void(Void::new("whole").operator("Cid")).unwrap(); // again: the first stands
    till.void(Void::new("part").shift("3")).unwrap();
    till.void("silent").unwrap();

    let lines = till.history(&tillbook::HistoryQuery { card: Some("B1".into()), ..Default::default() }).unwrap().lines;
    let said: Vec<_> = lines
        .iter()
        .map(|line| &line.entry)
        .filter(|line| line.kind == "void")
        .map(|line| [&line.operator, &line.shift, &line.supervisor, &line.reason].map(|text| text.as_deref()))
        .collect();
    let (ann, bob) = (Some("Ann"), Some("Bob"));
    assert_eq!(
        said,
        [
            [ann, Some("1"), None, None],
            [ann, Some("3"), None, None],
            [bob, Some("2"), Some("Deputy"), Some("wrong card")],
        ]
    );
    let x = till.totals().unwrap();
    let of = |operator: &str, movement: Movement| {
        let lines = x.lines.iter().filter(|line| line.key.operator.as_deref() == Some(operator));
        lines.filter(|line| line.key.movement == movement).map(|line| line.figures.due.fen()).sum::<i64>()
    };
    assert_eq!((of("Ann", Movement::Made), of("Ann", Movement::Void)), (150_00, -100_00));
    assert_eq!((of("Bob", Movement::Made), of("Bob", Movement::Void)), (0, -50_00));
    assert!(till.check(&tillbook::CheckOptions::default()).unwrap().is_clean());
}

#[test]
fn they_are_by_operator_shift_kind_and_pay_type_with_voids_apart() {
    let shop = Shop::open();
    let till = till_of(&shop);
    till.consume(pay("A1", "10").operator("Ann").shift("1").require_online(SOON)).unwrap();
    till.consume(pay("B1", "9999").operator("Ann").shift("1").require_online(SOON)).unwrap(); // declined: no line
    cut_off(&shop, &till);
    let sale = tillbook::Consume::new("A1", yuan("100")).operator("Ann").shift("2").offline();
    let sale = till.consume(sale).unwrap();
    assert_eq!((sale.told.discount, sale.told.from_card), (yuan("20"), yuan("80")));
    till.consume(pay("A1", "5").operator("Bob").op_id("gone")).unwrap();
    till.void("gone").unwrap();
    till.recharge(Recharge::new("B1", yuan("50"), 1).operator("Bob").offline()).unwrap();
    till.recharge(Recharge::new("B1", yuan("30"), 2).operator("Bob").offline()).unwrap();

    let x = till.totals().unwrap();
    assert_eq!((x.first_entry, x.last_entry), (Some(1), Some(6)));
    assert_eq!(x.lines.len(), 6, "{x:?}");
    let made = x.movements[&Movement::Made];
    assert_eq!((made.lines, made.original, made.discount), (5, yuan("195"), yuan("20")));
    assert_eq!((made.from_card, made.due), (yuan("95"), yuan("80")));
    let voids = x.movements[&Movement::Void];
    assert_eq!((voids.lines, voids.from_card), (1, yuan("-5")));
    assert_eq!(x.due, yuan("80"), "what the drawer has to hold");
    assert_eq!(x.kinds[&Kind::Recharge].lines, 2);
    let pays: Vec<_> =
        x.lines.iter().filter(|line| line.key.kind == Kind::Recharge).map(|line| &line.key.pay_type).collect();
    assert!(pays.len() == 2 && pays.iter().all(|pay| pay.is_some()) && pays[0] != pays[1], "{pays:?}");
    let second = x.lines.iter().find(|line| line.key.shift.as_deref() == Some("2")).unwrap();
    assert_eq!((second.figures.original, second.figures.discount), (yuan("100"), yuan("20")));
    assert_eq!(till.totals().unwrap(), x, "asking changes nothing");

    let today = till.business_date().unwrap();
    let day = till.totals_of_day(&today).unwrap();
    assert_eq!((day.lines.clone(), day.business_date), (x.lines.clone(), Some(today)));
    let csv = x.to_csv(Language::English);
    assert_eq!(csv.lines().count(), 1 + 6 + 2, "{csv}");
    assert!(csv.contains("Ann,2,payment by card,,made,1,100.00,20.00,80.00,80.00,0.00,0.00,"), "{csv}");
    assert!(csv.contains("all,,,,voided,1,-5.00,0.00,-5.00,-5.00,0.00,0.00,"), "{csv}");
}

#[test]
fn each_close_takes_up_where_the_one_before_it_ended() {
    let shop = Shop::open();
    let till = till_of(&shop);
    let today = till.business_date().unwrap();
    cut_off(&shop, &till);
    till.consume(pay("A1", "10").op_id("one")).unwrap();
    let x = till.totals().unwrap();
    let z = till.close_day(&today, "Chen").unwrap();
    assert_eq!((z.close_no, z.who.as_str(), z.business_date.as_str()), (1, "Chen", today.as_str()));
    assert_eq!(z.totals.lines, x.lines);
    assert_eq!((z.open[&Class::OnItsWay].operations, z.open[&Class::OnItsWay].money), (1, yuan("10")));
    assert_eq!(z.operations[0].op_id.as_str(), "one");
    assert_eq!(till.totals().unwrap().lines, [], "the X begins anew");

    let error = till.close_day(&today, "Chen").unwrap_err();
    assert_eq!((error.code(), error.field()), (ErrorCode::InvalidInput, Some("date")));
    till.consume(pay("A1", "2").op_id("two")).unwrap();
    till.consume(pay("A1", "3").op_id("three")).unwrap();
    let again = till.close_day(&today, "Chen").unwrap();
    assert_eq!((again.close_no, again.totals.first_entry, again.totals.last_entry), (2, Some(2), Some(3)));
    assert_eq!(again.totals.movements[&Movement::Made].from_card, yuan("5"));
    let of_day = till.totals_of_day(&today).unwrap();
    assert_eq!(of_day.movements[&Movement::Made].from_card, yuan("15"), "the day has all of it");
    assert_eq!(till.day_closes(None).unwrap(), [again.clone(), z.clone()]);
    assert_eq!(till.day_closes(Some(2)).unwrap(), std::slice::from_ref(&z));
    assert_eq!(till.day_close(1).unwrap(), z);
    assert_eq!(till.day_close(9).unwrap_err().code(), ErrorCode::NotFound);
    drop(till);
    assert_eq!(shop.till().day_close(2).unwrap(), again);
}

#[test]
fn a_day_without_a_sale_is_closed_once_and_one_to_come_never() {
    let shop = Shop::open();
    let till = shop.till();
    let today = till.business_date().unwrap();
    let z = till.close_day("2020-01-01", "Chen").unwrap();
    assert_eq!((z.close_no, z.totals.first_entry), (1, None));
    assert_eq!(till.close_day("2020-01-01", "Chen").unwrap_err().code(), ErrorCode::InvalidInput);
    for (date, who, field) in [("2999-01-01", "Chen", "date"), ("x", "Chen", "date"), (&today, "", "who")] {
        let error = till.close_day(date, who).unwrap_err();
        assert_eq!((error.code(), error.field()), (ErrorCode::InvalidInput, Some(field)), "{date} {who}");
    }
    assert_eq!(till.day_closes(None).unwrap().len(), 1, "nothing was written");
}

#[test]
fn yesterdays_close_leaves_todays_lines_to_today() {
    let shop = Shop::open();
    let mut config = shop.config();
    // Yesterday ends now: lines are of today.
    config.day_cutoff_minutes = 0;
    let till = Till::open(shop.book(), config).unwrap();
    serve(&till, &["A1"]);
    cut_off(&shop, &till);
    till.consume(pay("A1", "10")).unwrap();
    let z = till.close_day("2020-01-01", "Chen").unwrap();
    assert_eq!(z.totals.first_entry, None);
    let today = till.business_date().unwrap();
    assert_eq!(till.close_day(&today, "Chen").unwrap().totals.first_entry, Some(1));
}
