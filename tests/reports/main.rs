//! What people are told: a book read beside a till, outages, reconciliation, X and Z totals, the support bundle.
#![allow(clippy::unwrap_used, clippy::print_stdout, unreachable_pub)]

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/street.rs"]
mod street;

mod book;
mod bundle;
mod ledger;
mod money;
mod outages;
mod random_days;
mod reconcile;
mod totals;

use common::{SOON, Shop, yuan};
use tillbook::{Consume, Link, Money, Till};

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
