//! What the book tells: pages, filters, phone numbers, figures of progress.

use tillbook::{
    CardStatus, Consume, ErrorCode, HistoryQuery, Link, Matched, Modify, OpenCard, Recharge, RedeemPoints, SearchQuery,
    State, Till,
};
use tillbook_sandbox::fault::{Fault, Standing};

use crate::common::{SOON, Shop, drain, points, sync_until, yuan};
use crate::{add_cards, cut_off, pay, reconnect, serve};

fn pages(till: &Till, page_size: usize, between: impl Fn(usize)) -> Vec<Vec<i64>> {
    let mut pages = Vec::new();
    let mut after = None;
    loop {
        let page = till.history(&HistoryQuery { page_size, after, ..HistoryQuery::default() }).unwrap();
        pages.push(page.lines.iter().map(|line| line.entry.entry_no).collect());
        between(pages.len());
        after = page.next;
        if after.is_none() {
            return pages;
        }
    }
}

#[test]
fn pages_follow_each_other_whatever_is_written_meanwhile() {
    let shop = Shop::open();
    let till = shop.till();
    serve(&till, &["A1"]);
    cut_off(&shop, &till);
    for number in 0..25 {
        till.consume(pay("A1", "0.01").op_id(format!("c{number}"))).unwrap();
    }
    let all: Vec<i64> = (1..=25).rev().collect();
    for (page_size, sizes) in [(10, vec![10, 10, 5]), (5, vec![5; 5]), (25, vec![25]), (26, vec![25]), (500, vec![25])]
    {
        let got = pages(&till, page_size, |_| ());
        assert_eq!(got.iter().map(Vec::len).collect::<Vec<_>>(), sizes, "{page_size}");
        assert_eq!(got.concat(), all, "{page_size}");
    }
    let got = pages(&till, 10, |_| drop(till.consume(pay("A1", "0.01")).unwrap()));
    assert_eq!(got.concat(), all, "new lines stand before the first page");
    let past = HistoryQuery { after: Some(1), ..HistoryQuery::default() };
    assert_eq!(till.history(&past).unwrap().lines, []);
}

#[test]
fn lines_are_filtered_by_what_they_are() {
    let shop = Shop::open();
    let till = shop.till();
    serve(&till, &["A1", "B1"]);
    let begin = till.consume(pay("A1", "1").ticket("T1").operator("Ann").require_online(SOON)).unwrap().created_at;
    cut_off(&shop, &till);
    std::thread::sleep(std::time::Duration::from_millis(5));
    till.recharge(Recharge::new("B1", yuan("5"), 1).ticket("T1").offline()).unwrap();
    till.redeem_points(RedeemPoints::new("A1", points(3)).ticket("T2").offline()).unwrap();
    till.modify(Modify::new("B1").name("李四").offline()).unwrap();
    till.consume(pay("B1", "2").op_id("gone").offline()).unwrap();
    till.void("gone").unwrap();
    till.open_card(OpenCard::new("N1", "普通会员").offline()).unwrap();

    let all = || HistoryQuery::default();
    let middle = till.history(&all()).unwrap().lines[6].entry.at;
    assert!(begin <= middle);
    let cases: Vec<(HistoryQuery, &[&str])> = vec![
        (all(), &["open_card", "void", "consume", "modify", "redeem_points", "recharge", "consume"]),
        (HistoryQuery { card: Some("A1".into()), ..all() }, &["redeem_points", "consume"]),
        (HistoryQuery { card: Some("Z9".into()), ..all() }, &[]),
        (HistoryQuery { ticket: Some("T1".into()), ..all() }, &["recharge", "consume"]),
        (HistoryQuery { ticket: Some("T9".into()), ..all() }, &[]),
        (HistoryQuery { kind: Some("consume".into()), ..all() }, &["consume", "consume"]),
        (HistoryQuery { kind: Some("void".into()), ..all() }, &["void"]),
        (HistoryQuery { kind: Some("x' OR 1=1 --".into()), ..all() }, &[]),
        (HistoryQuery { until: Some(middle.after(std::time::Duration::from_millis(1))), ..all() }, &["consume"]),
        (HistoryQuery { until: Some(middle), ..all() }, &[]),
        (
            HistoryQuery { from: Some(middle.after(std::time::Duration::from_millis(1))), ..all() },
            &["open_card", "void", "consume", "modify", "redeem_points", "recharge"],
        ),
        (
            HistoryQuery { only_points: true, card: Some("A1".into()), kind: Some("redeem_points".into()), ..all() },
            &["redeem_points"],
        ),
        (HistoryQuery { only_points: true, kind: Some("modify".into()), ..all() }, &[]),
    ];
    for (query, kinds) in cases {
        let lines = till.history(&query).unwrap().lines;
        assert_eq!(lines.iter().map(|line| line.entry.kind.as_str()).collect::<Vec<_>>(), kinds, "{query:?}");
    }
    let first = till.history(&HistoryQuery { ticket: Some("T1".into()), card: Some("A1".into()), ..all() }).unwrap();
    let line = &first.lines[0];
    assert_eq!((line.entry.operator.as_deref(), line.state), (Some("Ann"), State::Settled));
    assert!(line.confirmation.is_some() && line.variance.is_none());
    assert_eq!(line.entry.receipt_no.len(), 10);
}

#[test]
fn a_phone_number_finds_its_cards_at_the_remote_and_in_the_book() {
    let shop = Shop::open();
    add_cards(&shop, &[("R1", "13900000001"), ("R2", "13900000001"), ("R3", "139000000012")]);
    let till = shop.till();
    let numbers =
        |cards: Vec<tillbook::Card>| -> Vec<String> { cards.into_iter().map(|card| card.number.to_string()).collect() };
    assert_eq!(numbers(till.cards_by_phone("13900000001").unwrap()), [""; 0]);
    assert_eq!(numbers(till.serve_phone("13900000001", SOON).unwrap()), ["R1", "R2"]);
    assert_eq!(numbers(till.serve_phone("13999999999", SOON).unwrap()), [""; 0]);
    cut_off(&shop, &till);
    assert_eq!(numbers(till.cards_by_phone("13900000001").unwrap()), ["R1", "R2"]);
    assert_eq!(numbers(till.serve_phone("13900000001", SOON).unwrap()), ["R1", "R2"]);
    till.open_card(OpenCard::new("N1", "普通会员").phone("13900000001").offline()).unwrap();
    till.modify(Modify::new("R2").phone("13900000008").offline()).unwrap();
    assert_eq!(numbers(till.cards_by_phone("13900000001").unwrap()), ["R1", "N1"]);
    assert_eq!(numbers(till.cards_by_phone("13900000008").unwrap()), ["R2"]);
}

#[test]
fn cards_are_found_by_a_part_of_what_the_book_knows_of_them() {
    let shop = Shop::open();
    add_cards(&shop, &[("R1", "13900000001"), ("13900000002", "13900000002")]);
    let till = shop.till();
    let found = |query: SearchQuery| -> Vec<(String, Matched)> {
        till.search(query).unwrap().cards.into_iter().map(|card| (card.number.to_string(), card.matched)).collect()
    };
    let of = |numbers: &[(&str, Matched)]| -> Vec<(String, Matched)> {
        numbers.iter().map(|(number, matched)| ((*number).to_owned(), *matched)).collect()
    };
    assert_eq!(found("1".into()), [], "nothing is known before it was served");
    serve(&till, &["A1", "R1", "13900000002"]);
    cut_off(&shop, &till);
    till.open_card(OpenCard::new("N1", "普通会员").name("王小明").phone("13900000001").offline()).unwrap();

    assert_eq!(found("小明".into()), of(&[("N1", Matched::Name)]));
    assert_eq!(found("n1".into()), of(&[("N1", Matched::Number)]));
    assert_eq!(found("139 0000 0001".into()), of(&[("R1", Matched::Phone), ("N1", Matched::Phone)]));
    assert_eq!(found("wang".into()), of(&[("A1", Matched::Name)]));
    assert_eq!(found("house".into()), [], "the merchant's own is no card");
    let card = &till.search("13900000002").unwrap().cards[0];
    assert_eq!((card.number.as_str(), card.shown.as_str()), ("13900000002", "139****0002"));
    assert_eq!((card.level.as_deref(), card.status), (Some("普通会员"), CardStatus::Active));
    let new = &till.search(SearchQuery::new("王").unmasked()).unwrap().cards[0];
    assert_eq!((new.name.as_deref(), new.phone.as_deref()), (Some("王小明"), Some("13900000001")));
    assert_eq!(new.status, CardStatus::Provisional);

    till.modify(Modify::new("N1").name("李四").phone("13700000000").offline()).unwrap();
    assert_eq!((found("小明".into()), found("李".into())), (of(&[]), of(&[("N1", Matched::Name)])));
    assert_eq!(found("1370".into()), of(&[("N1", Matched::Phone)]));
    let first = till.search(SearchQuery::new("1").limit(2)).unwrap();
    assert_eq!((first.cards.len(), first.has_more), (2, true));
    for bad in ["", " - ", "a\u{0}", &"1".repeat(65)] {
        assert_eq!(till.search(bad).unwrap_err().code(), ErrorCode::InvalidInput, "{bad:?}");
    }
    assert_eq!(till.search(SearchQuery::new("1").limit(101)).unwrap_err().code(), ErrorCode::InvalidInput);
    till.close(SOON);
    assert_eq!(till.search("1").unwrap_err().code(), ErrorCode::Closed);
}

#[test]
fn the_queue_tells_how_far_it_has_come() {
    let shop = Shop::open();
    let till = shop.till();
    assert_eq!(till.status().unwrap().link, Link::Unknown);
    serve(&till, &["A1", "B1"]);
    let status = till.status().unwrap();
    assert_eq!((status.link, status.queued, status.done, status.total), (Link::Up, 0, 0, 0));
    cut_off(&shop, &till);
    for amount in ["1", "2"] {
        till.consume(pay("A1", amount)).unwrap();
    }
    till.consume(Consume::new("B1", yuan("3")).offline()).unwrap();
    let status = till.status().unwrap();
    assert_eq!((status.link.clone(), status.queued, status.done, status.total), (Link::Down, 3, 0, 3));
    assert_eq!(status.per_minute(), 0);
    // While a probe is under way, its answer is all that there is to wait for.
    sync_until(&till, |till| till.status().unwrap().next_due.is_some());

    let standing = Standing {
        endpoint: "getcardinfo".into(),
        card: Some("B1".into()),
        per_mille: 1000,
        fault: Fault::EmptyNotApplied,
    };
    shop.server.faults().with(|faults| faults.add_standing(standing));
    shop.server.restore().unwrap();
    sync_until(&till, |till| till.status().unwrap().queued == 1);
    let status = till.status().unwrap();
    assert_eq!((status.queued, status.done, status.total, status.waiting_for_people), (1, 2, 3, 0));
    assert!(status.per_minute() > 0);
    shop.server.faults().with(|faults| faults.clear());
    drain(&till);
    reconnect(&shop, &till);
    let status = till.status().unwrap();
    assert_eq!((status.link, status.queued, status.done, status.total), (Link::Up, 0, 3, 3), "the end stays on show");
    assert_eq!(status.next_due, None);
}
