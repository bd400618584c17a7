//! The support bundle: what stands in it, and what must not; and what speaks against closing.

use tillbook::{Book, Concern, Config, Language, Modify, OpenCard, SandyConfig, Till};
use tillbook_sandbox::sandy::NewCard;

use crate::common::{SOON, Shop, drain, yuan};
use crate::{cut_off, pay, reconnect, serve};

#[test]
fn nothing_about_people_and_no_secret_stands_in_it() {
    let shop = Shop::open();
    let now_s = shop.server.now_s();
    let numbers = ["6225880011223344", "VIP-0099887", "K7"];
    for (number, name, phone) in [
        (numbers[0], "欧阳娜娜", "13912345678"),
        (numbers[1], "Zebulon Quux", "13812345679"),
        (numbers[2], "O'Brien", "13712345670"),
    ] {
        let card = NewCard::new(number, 1).with_holder(name, phone, None).with_balance(100_00, 10);
        shop.server.sandy().with(|sandy| sandy.seed(now_s, card).unwrap());
    }
    let till = shop.till();
    serve(&till, &numbers);
    cut_off(&shop, &till);
    for number in numbers {
        let sale =
            pay(number, "90").operator("Operatrix").supervisor("Supervisrix").ticket("TICKET-77").reason("Reasonable");
        till.consume(sale).unwrap();
        shop.server.sandy().with(|sandy| sandy.office(now_s, "office").loss(number).unwrap());
    }
    till.modify(Modify::new(numbers[0]).name("Newname").phone("13600000001").offline()).unwrap();
    till.open_card(OpenCard::new("NEWCARD001", "普通会员").name("Fresh Face").phone("13500000001").offline()).unwrap();
    till.set_exception(numbers[1], Some("Zebulon Quux owes us")).unwrap();
    reconnect(&shop, &till);
    drain(&till);
    assert!(!till.waiting().unwrap().is_empty(), "something was refused");
    let today = till.business_date().unwrap();
    till.close_day(&today, "Closerix").unwrap();

    let settings = shop.server.sandy().with(|sandy| sandy.settings().clone());
    let path = shop.dir.path().join("support.json");
    till.support_bundle(&path).unwrap();
    let by_till = std::fs::read_to_string(&path).unwrap();
    Book::open(shop.book()).unwrap().support_bundle(&path).unwrap();
    let by_book = std::fs::read_to_string(&path).unwrap();
    for text in [&by_till, &by_book] {
        for secret in numbers.iter().copied().filter(|number| number.len() > 2).chain([
            "欧阳娜娜",
            "Zebulon",
            "Quux",
            "O'Brien",
            "13912345678",
            "13812345679",
            "13712345670",
            "Newname",
            "13600000001",
            "NEWCARD001",
            "Fresh Face",
            "13500000001",
            "Operatrix",
            "Supervisrix",
            "TICKET-77",
            "Reasonable",
            "Closerix",
            settings.token.as_str(),
            "\"K7\"",
            " K7",
        ]) {
            assert!(!text.contains(secret), "{secret} stands in it:\n{text}");
        }
        assert!(!text.contains(shop.dir.path().to_str().unwrap()), "where the book lies may name somebody");
        let bundle: serde_json::Value = serde_json::from_str(text).unwrap();
        assert_eq!(bundle["tillbook_support_bundle"], 1);
        assert_eq!(bundle["book"]["merchant"], "Noodle House");
        assert_eq!(bundle["check"]["ok"], true, "{}", bundle["check"]);
        assert!(bundle["attempts"].as_array().unwrap().len() >= 3);
        assert!(!bundle["waiting"].as_array().unwrap().is_empty() && !bundle["notices"].as_array().unwrap().is_empty());
        assert_eq!(bundle["outages"].as_array().unwrap().len(), 1);
        assert!(
            bundle["settings"]["configuration"]["sandy"]["base_url"].as_str().unwrap().contains(&shop.server.url()),
            "where is the remote"
        );
        assert_eq!(bundle["day_closes"][0]["close_no"], 1);
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_bundle_that_cannot_be_written_is_told_and_the_book_stays() {
    let dir = tempfile::tempdir().unwrap();
    let sandy = SandyConfig::new("http://127.0.0.1:9", "agent", "{GUID}");
    let till = Till::open(dir.path().join("till.db"), Config::new("M", "S", "T", sandy)).unwrap();
    let error = till.support_bundle(dir.path().join("no/such/folder.json")).unwrap_err();
    assert_eq!(error.code(), tillbook::ErrorCode::Storage, "{error}");
    assert!(till.status().is_ok());
}

#[test]
fn no_slip_of_the_hand_replaces_a_book() {
    let shop = Shop::open();
    let elsewhere = tempfile::tempdir().unwrap();
    let mark = elsewhere.path().join("mark");
    let mut config = shop.config();
    config.high_water = Some(mark.clone());
    let till = Till::open(shop.book(), config).unwrap();
    serve(&till, &["A1"]);
    let (book, other) = (shop.book(), shop.dir.path().join("other"));
    std::fs::write(&other, b"SQLite format 3\0 of another till").unwrap();
    let beside = |end: &str| std::path::PathBuf::from(format!("{}{end}", book.display()));
    let dotted = shop.dir.path().join("./till.db");
    let files = [book.clone(), beside("-wal"), beside(".lock"), beside(".ballast"), dotted, other, mark];
    for file in files {
        let before = std::fs::read(&file).ok();
        for error in [till.support_bundle(&file), Book::open(&book).unwrap().support_bundle(&file)] {
            let error = error.unwrap_err();
            assert_eq!((error.code(), error.field()), (tillbook::ErrorCode::InvalidInput, Some("path")), "{file:?}");
        }
        assert_eq!(std::fs::read(&file).ok(), before, "{file:?}");
    }
    drop(till);
    assert_eq!(shop.till().card("A1").unwrap().number.as_str(), "A1");
    // Nor are a till's settings, or whatever else stands there; an earlier bundle is.
    let other = shop.dir.path().join("till.json");
    std::fs::write(&other, "{\"merchant\": \"Noodle House\"}").unwrap();
    assert_eq!(shop.till().support_bundle(&other).unwrap_err().code(), tillbook::ErrorCode::InvalidInput);
    assert!(std::fs::read_to_string(&other).unwrap().contains("merchant"));
    shop.till().support_bundle(shop.dir.path().join("till.db.support")).unwrap();
}

#[test]
fn an_open_queue_is_harmless_for_an_upgrade_and_not_for_a_removal() {
    let shop = Shop::open();
    let till = shop.till();
    serve(&till, &["A1"]);
    let nothing = till.safe_to_close().unwrap();
    assert!(nothing.is_safe_to_remove(), "{nothing:?}");
    cut_off(&shop, &till);
    till.consume(pay("A1", "20")).unwrap();
    let safe = till.safe_to_close().unwrap();
    assert!(safe.is_safe_to_upgrade(), "{safe:?}");
    assert!(
        safe.remove.iter().any(|concern| matches!(concern,
        Concern::NotFinished { operations: 1, money, .. } if *money == yuan("20"))),
        "{safe:?}"
    );
    assert!(safe.remove.contains(&Concern::DayNotClosed { lines: 1 }) && safe.remove.contains(&Concern::NoBackup));
    for concern in &safe.remove {
        assert!(
            concern.message(Language::English).ends_with('.') && concern.message(Language::Chinese).ends_with('。')
        );
    }
    reconnect(&shop, &till);
    drain(&till);
    till.close_day(&till.business_date().unwrap(), "Chen").unwrap();
    till.serve_card("A1", SOON).unwrap();
    assert_eq!(till.safe_to_close().unwrap().remove, [Concern::NoBackup]);
}
