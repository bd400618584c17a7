//! An encrypted book, and the tool with its key.

use tillbook::{Config, Recharge, TillBuilder};

use crate::shop::{SOON, Shop, pay};

#[test]
fn an_encrypted_book_is_worked_on_with_its_key_alone() {
    let shop = Shop::open();
    let config = Config::from_file(shop.dir.path().join("till.json")).unwrap();
    let till = TillBuilder::new(config).key(&[0x4b; 32]).open(shop.book()).unwrap();
    till.serve_card("M1001", SOON).unwrap();
    till.recharge(Recharge::new("M1001", tillbook::Money::parse_yuan("10").unwrap(), 1).op_id("r").offline()).unwrap();
    till.consume(pay("M1001", "5", "t1").op_id("one").require_online(SOON)).unwrap();
    std::fs::write(shop.dir.path().join("key"), "4b".repeat(32) + "\n").unwrap();
    std::fs::write(shop.dir.path().join("other"), [0x5c; 32]).unwrap();

    // Beside the till.
    for (key, code, word) in [("key", 0, "Station Street"), ("other", 1, "WrongKey")] {
        let ran = shop.run(&["-b", "till.db", "--key-file", key, "status"]);
        assert!(ran.code == code && (ran.out + &ran.err).contains(word), "{key}: {}", ran.err);
    }
    assert!(shop.run(&["-b", "till.db", "status"]).err.contains("WrongKey"));
    let keyed = |arguments: &[&str]| {
        let ran = shop.write(&[&["--key-file", "key"], arguments].concat());
        assert_eq!(ran.code, 0, "{arguments:?}: {} {}", ran.out, ran.err);
        ran.out
    };
    keyed(&["check"]);
    assert!(keyed(&["operation", "one"]).contains("one"));
    keyed(&["backup", "copy.db"]);
    assert!(shop.run(&["-b", "copy.db", "--key-file", "key", "report", "x"]).code == 0);
    drop(till);

    // And without it.
    keyed(&["sync"]);
    keyed(&["report", "close", "--who", "Lin"]);
    keyed(&["backup", "copy.db", "--overwrite"]);
    assert!(shop.run(&["restore", "copy.db", "till.db"]).err.contains("WrongKey"));
    assert_eq!(shop.run(&["--key-file", "key", "restore", "copy.db", "till.db"]).code, 0);
    keyed(&["go-on", "--who", "Lin", "--why", "the disk was replaced"]);
}
