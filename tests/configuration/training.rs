//! Training books: for life, and away from live remotes.

use tillbook::{Book, Config, Consume, ErrorCode, Language, Promise, SandyConfig, Till};

use crate::common::{SOON, Shop, sync_until, yuan};

fn at(url: &str, training: bool, hosts: &[&str]) -> Config {
    let mut config = Config::new("Noodle House", "Store 1", "Till 1", SandyConfig::new(url, "token", "{G}"));
    config.sandy.as_mut().unwrap().allow_plain_http = true;
    config.training = training;
    config.training_hosts = hosts.iter().map(|&host| host.to_owned()).collect();
    config
}

#[test]
fn practice_never_reaches_a_live_remote_nor_a_live_till_one_for_practice() {
    let listed = ["practice.example.com", "192.168.1.9", "fd00::9"];
    // address, in a training book, in a live one
    let cases = [
        ("http://127.0.0.1:8787", true, true),
        ("http://localhost:8787", true, true),
        ("http://[::1]:8787", true, true),
        ("https://sandy.test", true, true),
        ("https://practice.example.com", true, false),
        ("https://PRACTICE.example.com:8443/gate", true, false),
        ("http://192.168.1.9", true, false),
        ("http://[fd00::9]:80", true, false),
        ("https://vip.example.com", false, true),
        ("https://practice.example.com.evil.example", false, true),
        // Many a shop's live server stands in its back room.
        ("http://192.168.1.10", false, true),
        ("http://10.0.0.1", false, true),
    ];
    for (url, training, live) in cases {
        for (mode, good) in [(true, training), (false, live)] {
            let error = at(url, mode, &listed).check().err();
            assert_eq!(error.is_none(), good, "{url}, training {mode}: {error:?}");
            if let Some(error) = error {
                assert_eq!((error.code(), error.field()), (ErrorCode::InvalidConfig, Some("sandy.base_url")));
            }
        }
    }
}

#[test]
fn a_book_is_for_training_or_not_for_life() {
    for made in [true, false] {
        let dir = tempfile::tempdir().unwrap();
        let book = dir.path().join("till.db");
        let config = |training| at("http://127.0.0.1:9", training, &[]);
        assert_eq!(Till::open(&book, config(made)).unwrap().is_training().unwrap(), made);
        // With nothing open in it, too.
        let error = Till::open(&book, config(!made)).unwrap_err();
        assert_eq!(error.code(), ErrorCode::WrongMerchant, "{error}");
        assert_eq!(error.to_string(), "the book belongs to another training mode");
        assert!(error.message(Language::Chinese).contains("培训"), "{}", error.message(Language::Chinese));
        assert!(error.message(Language::English).contains("training"), "{}", error.message(Language::English));
        Till::open(&book, config(made)).unwrap();
    }
}

#[test]
fn a_receipt_says_that_it_was_practice() {
    for training in [true, false] {
        let shop = Shop::open();
        let mut config = shop.config();
        config.training = training;
        config.policy.offline_while_healthy = true;
        let till = Till::open(shop.book(), config).unwrap();
        till.serve_card("B1", SOON).unwrap();
        let receipt = till.consume(Consume::new("B1", yuan("10")).op_id("c1").offline()).unwrap();
        assert_eq!((receipt.promise, receipt.training), (Some(Promise::OfflineApproved), training));
        assert_eq!(till.operation("c1").unwrap().training, training);
        let online = till.consume(Consume::new("B1", yuan("10")).require_online(SOON)).unwrap();
        assert_eq!(online.training, training);
        let book = Book::open(shop.book()).unwrap();
        assert_eq!(book.operation("c1").unwrap().training, training);
        assert_eq!(book.identity().unwrap().training, training);
        // Also of what waits for a person.
        shop.server.sandy().with(|sandy| sandy.office(0, "office").loss("B1").unwrap());
        till.consume(Consume::new("B1", yuan("1")).op_id("c2").offline()).unwrap();
        sync_until(&till, |till| till.status().unwrap().waiting_for_people > 0);
        assert_eq!(till.waiting().unwrap()[0].receipt.training, training);
        assert_eq!(book.waiting().unwrap()[0].receipt.training, training);
    }
}
