//! Whose book it is, and when that may change.

use tillbook::{Config, Consume, ErrorCode, SandyConfig, Till, YonyouConfig};

use crate::common::{SOON, Shop, drain, yuan};

/// With nothing open a book may be given to another till of the merchant's: what is known of the cards stays.
#[test]
fn another_store_or_till_of_the_merchant_keeps_what_is_known_of_its_cards() {
    let shop = Shop::open();
    let till = shop.till();
    till.serve_card("A1", SOON).unwrap();
    drop(till);
    let mut config = shop.config();
    config.store = "Store 2".into();
    config.till = "Till 9".into();
    let till = Till::open(shop.book(), config).unwrap();
    assert_eq!(till.card("A1").unwrap().balances.money.confirmed, yuan("500"));
}

/// Another merchant's figures are nobody's here, of no remote: not of one either that is not configured at the moment.
#[test]
fn another_merchant_starts_without_the_figures_of_the_one_before() {
    let shop = Shop::open();
    let till = shop.till();
    till.serve_card("A1", SOON).unwrap();
    drop(till);
    // Sandy is left out for a while, and the book changes hands meanwhile.
    let elsewhere = YonyouConfig::new("http://127.0.0.1:9", "a", "b", "c", "d");
    Till::open(shop.book(), Config::new("Tea House", "Store 1", "Till 1", elsewhere)).unwrap();
    let mut config = shop.config();
    config.merchant = "Tea House".into();
    let till = Till::open(shop.book(), config).unwrap();
    let card = till.card("A1").unwrap();
    assert_eq!((card.balances.money.confirmed, card.balances.as_of), (yuan("0"), None));
}

/// An operation whose remote is configured no more would never be sent: the book stays closed to such a configuration.
#[test]
fn a_remote_with_open_operations_must_not_be_left_out() {
    let shop = Shop::open();
    let mut config = shop.config();
    config.policy.offline_while_healthy = true;
    let till = Till::open(shop.book(), config).unwrap();
    till.serve_card("B1", SOON).unwrap();
    till.consume(Consume::new("B1", yuan("10")).op_id("c1").offline()).unwrap();
    drop(till);
    let elsewhere = YonyouConfig::new("http://127.0.0.1:9", "a", "b", "c", "d");
    let error = Till::open(shop.book(), Config::new("Noodle House", "Store 1", "Till 1", elsewhere)).unwrap_err();
    assert_eq!(error.code(), ErrorCode::WrongMerchant);
    assert_eq!(error.to_string(), "the book belongs to another provider, and operations are open");
}

/// The id that a remote knows us by is part of whose book it is.
#[test]
fn another_account_at_the_remote_waits_until_nothing_is_open() {
    let shop = Shop::open();
    let mut config = shop.config();
    config.policy.offline_while_healthy = true;
    let till = Till::open(shop.book(), config.clone()).unwrap();
    till.serve_card("B1", SOON).unwrap();
    till.consume(Consume::new("B1", yuan("10")).op_id("c1").offline()).unwrap();
    drop(till);
    let mut other = config.clone();
    let sandy = other.sandy.as_ref().unwrap();
    other.sandy = Some(SandyConfig { guid: "{OTHER}".into(), ..sandy.clone() });
    let error = Till::open(shop.book(), other.clone()).unwrap_err();
    assert_eq!(error.to_string(), "the book belongs to another tenant, and operations are open");
    // A new password for the same account is no other one.
    let mut renewed = config.clone();
    renewed.sandy.as_mut().unwrap().token = "another".into();
    drop(Till::open(shop.book(), renewed).unwrap());
    let till = Till::open(shop.book(), config).unwrap();
    drain(&till);
    drop(till);
    let till = Till::open(shop.book(), other).unwrap();
    assert_eq!(till.card("B1").unwrap().balances.as_of, None, "the other account's figures are not known");
}
