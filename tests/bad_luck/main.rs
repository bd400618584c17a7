//! Bad luck: damaged files, hostile remotes, clocks that jump, limits that are reached, operations that go wrong.
#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;

mod clocks;
mod files;
mod history;
mod lanes;
mod limits;
mod openings;
mod phones;
mod policy;
mod remotes;
mod second_process;

use common::{SOON, Shop, yuan};
use tillbook::{Consume, Link, Money, Till};
use tillbook_sandbox::sandy::NewCard;

/// Cuts the network and lets the till notice, so that no call waits for it any more.
fn cut_off(shop: &Shop, till: &Till) {
    shop.server.cut();
    while till.status().unwrap().link != Link::Down {
        till.pull_catalogue(SOON).unwrap_err();
    }
}

/// Brings the network back and lets the till notice.
fn reconnect(shop: &Shop, till: &Till) {
    shop.server.restore().unwrap();
    common::sync_until(till, |till| till.status().unwrap().link == Link::Up);
}

/// Cards of the lowest level with 10,000.00 each, by number and phone.
fn add_cards(shop: &Shop, cards: &[(&str, &str)]) {
    let now_s = shop.server.now_s();
    for (number, phone) in cards {
        let card = NewCard::new(number, 1).with_holder("Mr Zhao", phone, None).with_balance(10_000_00, 1_000);
        shop.server.sandy().with(|sandy| sandy.seed(now_s, card).unwrap());
    }
}

/// Serves cards and the catalogue while the remote is there.
fn serve(till: &Till, cards: &[&str]) {
    till.pull_catalogue(SOON).unwrap();
    for card in cards {
        till.serve_card(card, SOON).unwrap();
    }
}

/// A sale that takes exactly this from the card.
fn pay(card: &str, amount: &str) -> Consume {
    Consume::new(card, yuan(amount)).discountable(Money::ZERO).offline()
}
