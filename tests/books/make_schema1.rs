//! Makes the book of schema 1 that later releases have to open. Run: cargo test --test make_book, with BOOK=path.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "common/street.rs"]
mod street;

use std::time::Duration;

use street::{ALL, Fate, Street, all_families};
use tillbook::*;
use tillbook_sandbox::System;
use tillbook_sandbox::gree::NewTemplate;
use tillbook_sandbox::sandy::NewCard;

fn yuan(text: &str) -> Money {
    Money::parse_yuan(text).unwrap()
}

fn states(till: &Till, ids: &[&str]) {
    for id in ids {
        let op = till.operation(id).unwrap();
        println!("{id}: {} {:?} {:?}", op.state, op.promise, op.waits_for);
    }
}

#[test]
fn make() {
    let street = Street::new();
    {
        let now = street.now_ms() / 1000 - 7200;
        let mut cores = street.cores.lock().unwrap();
        for (number, name, phone, fen) in [
            ("A2", "王小明", "13800000002", 300_00),
            ("A3", "李小红", "13800000003", 80_00),
            ("A4", "欧阳无名", "13800000004", 200_00),
            ("A5", "Zhang Invented", "13800000005", 150_00),
        ] {
            cores.sandy.seed(now, NewCard::new(number, 1).with_holder(name, phone, None).with_balance(fen, 0)).unwrap();
        }
        cores.freemud.seed(now * 1000, tillbook_sandbox::freemud::NewMember::new("13800000005").with_points(40)).unwrap();
    }
    let mut config = all_families();
    config.levels = vec![
        LevelTerms { level: "普通会员".into(), rate: Some(Rate::FULL), points_per_yuan: Some(1.into()) },
        LevelTerms { level: "高级会员".into(), rate: Rate::new("0.8".parse().unwrap()), points_per_yuan: Some(1.into()) },
    ];
    let till = street.till(config);
    for card in ["A2", "A3", "A4", "A5"] {
        till.serve_card(card, ALL).unwrap();
    }
    till.register(Register::new("13800000001").card("A1").name("Mr Wang").op_id("register").offline()).unwrap();
    till.serve_card("A1", ALL).unwrap();
    street.settle(&till);
    {
        let now = street.now_ms();
        let mut cores = street.cores.lock().unwrap();
        let mut office = cores.gree.office(now);
        office.add_template(NewTemplate::new("T1", 1000, 365)).unwrap();
        office.give_coupons("T1", "13800000001", &["C1", "C2"]).unwrap();
    }
    till.serve_card("A1", ALL).unwrap();
    println!("coupons {:?}", till.card("A1").unwrap().accounts.len());

    // Settled.
    let with = |sale: Consume| sale.ticket("T-1").operator("ann").shift("1");
    till.consume(with(Consume::new("A1", yuan("100")).op_id("settled-consume")).offline()).unwrap();
    till.recharge(Recharge::new("A1", yuan("200"), 1).op_id("settled-recharge").supervisor("chief").offline()).unwrap();
    till.redeem_points(RedeemPoints::new("A1", Points::new(50)).op_id("settled-redeem").reason("a mug").offline()).unwrap();
    till.redeem_coupon(RedeemCoupon::new("A1", "C1", yuan("60")).op_id("settled-coupon").offline()).unwrap();
    till.push_order(PushOrder::new("A1", yuan("60")).points(Points::new(6)).op_id("settled-order").offline()).unwrap();
    till.modify(Modify::new("A2").name("王小明明").op_id("settled-modify").offline()).unwrap();
    street.settle(&till);

    // Voided and declined.
    street.cut(true);
    till.consume(Consume::new("A2", yuan("5")).op_id("voided").offline()).unwrap();
    till.void("voided").unwrap();
    street.cut(false);
    let declined = till.consume(Consume::new("A3", yuan("5000")).op_id("declined").require_online(ALL)).unwrap();
    assert_eq!(declined.promise, Some(Promise::Declined));

    // Rejected: blocked there meanwhile.
    street.cut(true);
    till.consume(Consume::new("A3", yuan("30")).op_id("rejected").offline()).unwrap();
    {
        let now = street.now_ms() / 1000;
        street.cores.lock().unwrap().sandy.office(now, "office").loss("A3").unwrap();
    }
    street.cut(false);
    for _ in 0..20 {
        till.sync(ALL).unwrap();
        street.clock.pass(Duration::from_secs(30));
    }
    // Parked: sent once without an answer, and nothing tells.
    till.register(Register::new("13800000005").card("A5").name("Zhang Invented").op_id("register-5").offline()).unwrap();
    street.settle(&till);
    till.serve_card("A5", ALL).unwrap();
    street.hook(|system, asked| {
        if system == System::Freemud && asked.to_lowercase().contains("update") { Fate::Lost } else { Fate::Passes }
    });
    let parked = till.call(UpdatePoints::new("A5", Points::new(7)).op_id("parked").offline());
    println!("update: {parked:?}");
    for _ in 0..20 {
        till.sync(ALL).unwrap();
        street.clock.pass(Duration::from_secs(30));
    }
    println!("{:?}", street.log.lock().unwrap().iter().rev().take(12).collect::<Vec<_>>());
    // In doubt: it arrived, the answer did not.
    let mut gone = false;
    street.hook(move |system, asked| {
        if gone {
            return Fate::NotSent;
        }
        gone = system == System::Sandy && asked.contains("consume");
        if gone { Fate::AnswerLost } else { Fate::Passes }
    });
    till.consume(Consume::new("A4", yuan("44")).op_id("in-doubt").offline()).unwrap();
    till.sync(ALL).unwrap();
    // Queued.
    street.cut(true);
    till.consume(Consume::new("A1", yuan("20")).op_id("queued-consume").ticket("T-2").operator("bob").shift("2").offline()).unwrap();
    till.redeem_points(RedeemPoints::new("A1", Points::new(10)).op_id("queued-redeem").offline()).unwrap();
    till.redeem_coupon(RedeemCoupon::new("A1", "C2", yuan("70")).op_id("queued-coupon").offline()).unwrap();
    till.consume(Consume::new("A2", yuan("12.34")).op_id("queued-2").offline()).unwrap();
    till.open_card(OpenCard::new("N1", "普通会员").name("新客").phone("13800000009").op_id("queued-open").offline()).unwrap();
    till.recharge(Recharge::new("N1", yuan("50"), 1).op_id("queued-recharge").offline()).unwrap();
    till.set_exception("A2", Some("seen with a false name")).unwrap();
    states(&till, &["settled-consume", "settled-recharge", "settled-redeem", "settled-coupon", "settled-order",
        "settled-modify", "voided", "declined", "rejected", "parked", "in-doubt", "queued-consume", "queued-redeem",
        "queued-coupon", "queued-2", "queued-open", "queued-recharge"]);
    for card in till.card_numbers().unwrap() {
        let card = till.card(card.as_str()).unwrap();
        println!("{} {:?} {:?} money {} {} {} points {} {}", card.number, card.status, card.exception,
            card.balances.money.confirmed, card.balances.money.expected, card.balances.money.available,
            card.balances.points.confirmed, card.balances.points.expected);
    }
    for notice in till.notices().unwrap() { println!("{notice:?}"); }
    println!("history {}", till.history(&HistoryQuery { page_size: 500, ..HistoryQuery::default() }).unwrap().lines.len());
    println!("now {:?}", street.now_ms());
    till.close(Duration::from_secs(1));
    drop(till);
    if let Ok(to) = std::env::var("BOOK") {
        let conn = rusqlite::Connection::open(street.book()).unwrap();
        let mode: String = conn.query_row("PRAGMA journal_mode = DELETE", [], |row| row.get(0)).unwrap();
        assert_eq!(mode, "delete");
        conn.execute("VACUUM INTO ?1", [&to]).unwrap();
    }
}
