//! A till with a few dozen cards and every kind of trouble, closed.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use tillbook::{Balances, Config, Consume, Modify, Money, OpenCard, Points, Recharge, RedeemPoints, Till};
use tillbook_sandbox::sandy::NewCard;

use crate::street::{ALL, Fate, Street, sandy, shop};

pub(crate) fn config() -> Config {
    let mut config = shop(sandy());
    config.chain_key = Some(tillbook::ChainKey::new(b"a key that only this test knows".to_vec()));
    config.policy.outage_limit = Money::from_fen(100_000_000);
    config.policy.outage_operations = 100_000;
    config
}

/// Trades with 40 cards: what was applied, declined, voided, rejected, parked, in doubt, and what still waits.
pub(crate) fn trade(street: &Arc<Street>, till: &Till) {
    let now_s = street.now_ms() / 1000;
    let cards: Vec<String> = (0..40).map(|number| format!("K{number:03}")).collect();
    for (number, card) in cards.iter().enumerate() {
        let phone = format!("1390000{number:04}");
        let card = NewCard::new(card, 1 + (number % 2) as i64)
            .with_holder(&format!("Holder {number}"), &phone, None)
            .with_balance(500_00 + number as i64 * 13, 40 + number as i64);
        street.cores.lock().unwrap().sandy.seed(now_s - 7000, card).unwrap();
    }
    for card in &cards {
        till.serve_card(card, ALL).unwrap();
    }
    for (number, card) in cards.iter().enumerate() {
        let op_id = |what: &str| format!("{what}-{number}");
        let fen = 10_00 + number as i64;
        till.consume(Consume::new(card, Money::from_fen(fen)).offline().ticket(op_id("t")).op_id(op_id("c"))).unwrap();
        match number % 5 {
            0 => {
                drop(till.recharge(Recharge::new(card, Money::from_fen(50_00), 1).offline().op_id(op_id("r"))).unwrap())
            }
            1 => drop(till.redeem_points(RedeemPoints::new(card, Points::new(7)).offline().op_id(op_id("p"))).unwrap()),
            2 => drop(till.modify(Modify::new(card).name("A new name").offline().op_id(op_id("m"))).unwrap()),
            3 => drop(till.void(op_id("c")).unwrap()),
            _ => {}
        }
    }
    for number in 0..4 {
        let open = OpenCard::new(format!("N{number}"), "普通会员").name("New").phone(format!("1380000000{number}"));
        till.open_card(open.offline().op_id(format!("o-{number}"))).unwrap();
        till.recharge(Recharge::new(format!("N{number}"), Money::from_fen(30_00), 1).offline()).unwrap();
    }
    street.settle(till);
    // Two more rounds: one that the remote refuses, one whose answers are lost.
    for card in &cards[..3] {
        street.cores.lock().unwrap().sandy.office(now_s, "boss").loss(card).unwrap();
        till.consume(Consume::new(card, Money::from_fen(20_00)).offline()).unwrap();
    }
    till.sync(ALL).unwrap();
    street.hook(|_, endpoint| if endpoint == "consume" { Fate::AnswerLost } else { Fate::Passes });
    for card in &cards[3..6] {
        till.consume(Consume::new(card, Money::from_fen(21_00)).offline()).unwrap();
    }
    till.sync(ALL).unwrap();
    street.hook(|_, _| Fate::Passes);
    street.cut(true);
    for card in &cards[3..20] {
        till.consume(Consume::new(card, Money::from_fen(5_00)).offline()).unwrap();
        till.recharge(Recharge::new(card, Money::from_fen(9_00), 1).offline()).unwrap();
    }
    till.sync(ALL).unwrap();
}

/// Space that nothing uses, and a row longer than a page.
pub(crate) fn roughen(book: &Path) {
    let conn = rusqlite::Connection::open(book).unwrap();
    let long = "x".repeat(30_000);
    for key in ["gone", "stays"] {
        conn.execute("INSERT INTO memory (provider, key, value) VALUES ('nobody', ?1, ?2)", (key, &long)).unwrap();
    }
    conn.execute("DELETE FROM memory WHERE key = 'gone'", ()).unwrap();
    conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
}

/// What a till says of each of these cards.
pub(crate) fn balances(till: &Till, cards: &[String]) -> Result<BTreeMap<String, Balances>, tillbook::Error> {
    cards.iter().map(|card| Ok((card.clone(), till.card(card)?.balances))).collect()
}

pub(crate) fn numbers(till: &Till) -> Result<Vec<String>, tillbook::Error> {
    Ok(till.card_numbers()?.iter().map(|number| number.as_str().to_owned()).collect())
}
