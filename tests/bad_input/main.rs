//! Bad input: a typed error that names the field, the rule and the value, and a book that is as it was.
#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;

mod cards;
mod dump;
mod privacy;
mod repeats;
mod requests;
mod settings;

use common::{SOON, Shop};
use tillbook::{Link, Till};

/// Fetches the catalogue, cuts the network and lets the till notice, so that no call waits for it any more.
fn cut_off(shop: &Shop, till: &Till) {
    till.pull_catalogue(SOON).unwrap();
    shop.server.cut();
    while till.status().unwrap().link != Link::Down {
        till.pull_catalogue(SOON).unwrap_err();
    }
}
