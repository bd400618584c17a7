//! What a search finds against every card looked through, and that what it is found by follows every change.

use std::collections::BTreeSet;

use rusqlite::Connection;
use tempfile::TempDir;

use super::{Dice, book, reopen};
use crate::clock::Timestamp;
use crate::model::{CardNumber, CardStatus, Found, Holder, Matched, SearchQuery, fold};
use crate::store::schema::{APPLICATION_ID, CREATE};
use crate::store::{ExceptionChange, Store, Tx};

fn add(tx: &Tx<'_>, number: &str, name: Option<&str>, phone: Option<&str>) -> i64 {
    let card_no = tx.insert_card(number).unwrap();
    tx.insert_account(card_no, "sandy", Some(number), (CardStatus::Active, None)).unwrap();
    let holder = Holder { name: name.map(str::to_owned), phone: phone.map(str::to_owned), ..Holder::default() };
    tx.set_holder(card_no, &holder).unwrap();
    card_no
}

fn search(store: &Store, query: impl Into<SearchQuery>) -> Found {
    store.view().search(&query.into().check().unwrap()).unwrap()
}

fn numbers(found: &Found) -> Vec<&str> {
    found.cards.iter().map(|card| card.number.as_str()).collect()
}

/// The tails as the cards' texts have them now are those in the table.
fn assert_in_step(store: &Store) {
    let tails = |store: &Store| -> BTreeSet<(String, i64)> {
        let mut statement = store.conn.prepare("SELECT tail, card_no FROM tail").unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(|row| row.unwrap()).collect()
    };
    let kept = tails(store);
    store
        .write(|tx| {
            tx.conn.execute("DELETE FROM tail", [])?;
            tx.fill_tails()
        })
        .unwrap();
    assert_eq!(kept, tails(store));
    assert!(!kept.is_empty());
}

/// Numbers, phones and names with many pieces in common.
fn fill(store: &Store, cards: usize) -> Vec<(String, String, String)> {
    let mut dice = Dice(3);
    let mut all = Vec::new();
    store
        .write(|tx| {
            tx.insert_card(CardNumber::house().as_str())?;
            for place in 0..cards {
                let front = ["M", "ｖ", "6222-", ""][dice.roll(4) as usize];
                let number = format!("{front}{:05}", place * 7);
                let phone = format!("13{:09}", dice.roll(5_000) * 200_003 % 1_000_000_000);
                let family = ["王", "李", "欧阳", "Wang "][dice.roll(4) as usize];
                let given = ["伟", "小明", "阿·娜", "Éa"][dice.roll(4) as usize];
                let name = format!("{family}{given}");
                add(tx, &number, Some(&name), Some(&phone));
                all.push((number, phone, name));
            }
            Ok(())
        })
        .unwrap();
    all
}

#[test]
fn a_search_finds_exactly_the_cards_that_have_the_text_somewhere() {
    let (store, _dir) = book();
    let cards = fill(&store, 400);
    let mut dice = Dice(11);
    let mut texts: Vec<String> =
        ["wang", "王", "阳阿", "阿娜", "éa", "ÉA", "0", "z", "the house", "小明明", "v0"].map(Into::into).into();
    // Every length, out of the middle of what there is.
    for round in 0..300 {
        let (number, phone, name) = &cards[dice.roll(400) as usize];
        let whole: Vec<char> = [number, phone, name][round % 3].chars().collect();
        let from = dice.roll(whole.len() as u64) as usize;
        let length = 1 + dice.roll((whole.len() - from) as u64) as usize;
        texts.push(whole[from..from + length].iter().collect());
    }
    for text in texts.iter().filter(|text| !fold(text).is_empty()) {
        let folded = fold(text);
        let mut expected: BTreeSet<&str> = BTreeSet::new();
        for (number, phone, name) in &cards {
            if [number, phone, name].iter().any(|own| fold(own).contains(&folded)) {
                expected.insert(number);
            }
        }
        let found = search(&store, SearchQuery::new(text).limit(100));
        let got: BTreeSet<&str> = numbers(&found).into_iter().collect();
        assert_eq!(got.len(), found.cards.len(), "{text}: none twice");
        assert_eq!((found.cards.len(), found.has_more), (expected.len().min(100), expected.len() > 100), "{text}");
        assert!(got.is_subset(&expected), "{text}");
        let short = search(&store, text.as_str());
        assert_eq!(
            numbers(&short),
            numbers(&found)[..found.cards.len().min(20)],
            "{text}: the first twenty of the same"
        );
        assert_eq!(short.has_more, expected.len() > 20, "{text}");
    }
    assert_in_step(&store);
}

#[test]
fn the_whole_number_comes_first_and_then_the_whole_phone() {
    let (store, _dir) = book();
    store
        .write(|tx| {
            for place in 0..150 {
                add(tx, &format!("A{place:03}13812345678"), None, None);
            }
            add(tx, "P1", Some("王"), Some("138-1234-5678"));
            add(tx, "P2", None, Some("13812345678"));
            add(tx, "１３８-12345678", Some("李四"), Some("13812345678"));
            Ok(())
        })
        .unwrap();
    let found = search(&store, "138 1234 5678");
    assert_eq!(numbers(&found)[..4], ["１３８-12345678", "P1", "P2", "A00013812345678"]);
    assert!(found.has_more && found.cards.len() == 20);
    let fields: Vec<Matched> = found.cards.iter().take(4).map(|card| card.matched).collect();
    assert_eq!(fields, [Matched::Number, Matched::Phone, Matched::Phone, Matched::Number]);

    let first = &found.cards[0];
    assert_eq!(
        (first.shown.as_str(), first.name.as_deref(), first.phone.as_deref()),
        ("１３８*****5678", Some("李*"), Some("138****5678"))
    );
    assert_eq!(found.cards[1].shown, "P1");
    let open = search(&store, SearchQuery::new("13812345678").limit(1).unmasked());
    let first = &open.cards[0];
    assert_eq!(
        (first.shown.as_str(), first.name.as_deref(), first.phone.as_deref()),
        ("１３８-12345678", Some("李四"), Some("13812345678"))
    );
    assert!(open.has_more);
}

#[test]
fn what_a_card_is_found_by_follows_its_holder() {
    let (store, _dir) = book();
    let card_no = store.write(|tx| Ok(add(tx, "M000138", Some("王小明"), Some("13812345678")))).unwrap();
    let change = |name: Option<&str>, phone: Option<&str>| {
        let holder = Holder { name: name.map(str::to_owned), phone: phone.map(str::to_owned), ..Holder::default() };
        store.write(|tx| tx.set_holder(card_no, &holder)).unwrap();
        assert_in_step(&store);
    };
    change(Some("李四"), Some("13900000138"));
    for (text, cards) in [("小明", 0), ("李", 1), ("1381", 0), ("138", 1), ("0138", 1), ("13900000138", 1), ("四1", 0)]
    {
        assert_eq!(search(&store, text).cards.len(), cards, "{text}");
    }
    change(None, None);
    for (text, cards) in [("李", 0), ("139", 0), ("m000138", 1)] {
        assert_eq!(search(&store, text).cards.len(), cards, "{text}");
    }
    // A change that fails leaves everything as it was.
    let failed = store.write(|tx| {
        tx.set_holder(card_no, &Holder { name: Some("赵六".into()), ..Holder::default() })?;
        Err::<(), _>(crate::Error::inconsistent("a test"))
    });
    assert!(failed.is_err() && search(&store, "赵").cards.is_empty());
    assert_in_step(&store);
}

#[test]
fn cards_that_turned_out_to_be_one_are_found_by_the_texts_of_each_and_shown_once() {
    let (store, _dir) = book();
    store
        .write(|tx| {
            let kept = add(tx, "K1", Some("王小明"), Some("13812345678"));
            let gone = add(tx, "G1", Some("王小明"), Some("13912345678"));
            let account = |card_no: i64| tx.accounts_of(card_no).map(|accounts| accounts[0].1.account_no);
            tx.merge_accounts(account(gone)?, account(kept)?)
        })
        .unwrap();
    for (text, field) in [
        ("G1", Matched::Number),
        ("K1", Matched::Number),
        ("13912345678", Matched::Phone),
        ("2345", Matched::Phone),
        ("小明", Matched::Name),
    ] {
        let found = search(&store, text);
        assert_eq!((numbers(&found), found.has_more), (vec!["K1"], false), "{text}");
        assert_eq!(found.cards[0].matched, field, "{text}");
    }
}

#[test]
fn long_texts_and_the_ends_of_the_alphabet_are_found() {
    let (store, _dir) = book();
    let long = "阿".repeat(40) + &"b".repeat(24) + "behind";
    store
        .write(|tx| {
            add(tx, &"9".repeat(32), Some(&long), None);
            add(tx, &format!("{}0", "9".repeat(31)), Some("\u{10ffff}\u{10ffff}"), None);
            add(tx, "S1", Some("\u{d7ff}"), None);
            add(tx, "S2", Some("\u{e000}"), None);
            Ok(())
        })
        .unwrap();
    for (text, cards) in [
        ("9".repeat(32), 1),
        ("9".repeat(31), 2),
        ("9".repeat(33), 0),
        ("阿".repeat(40), 1),
        (format!("{}{}", "阿".repeat(39), "b".repeat(24)), 1),
        (format!("{}{}", "阿".repeat(33), "c"), 0),
        ("behind".into(), 0),
        ("\u{10ffff}".into(), 1),
        ("\u{d7ff}".into(), 1),
        ("\u{e000}".into(), 1),
    ] {
        assert_eq!(search(&store, text.as_str()).cards.len(), cards, "{text}");
    }
}

#[test]
fn a_book_of_the_schema_before_gets_the_tails_of_all_its_cards() {
    let dir = TempDir::new().unwrap();
    let old = Connection::open(dir.path().join("till.db")).unwrap();
    old.execute_batch(CREATE).unwrap();
    let version = format!("PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = 1");
    old.execute_batch(&version).unwrap();
    old.execute("INSERT INTO book (key, value) VALUES ('book_id', 'old')", ()).unwrap();
    let insert = "INSERT INTO card (number, name, phone) VALUES (?1, ?2, ?3)";
    old.execute(insert, (CardNumber::house().as_str(), None::<&str>, None::<&str>)).unwrap();
    for (number, name, phone) in [("A1", Some("王小明"), None), ("B1", None, Some("13812345678"))] {
        old.execute(insert, (number, name, phone)).unwrap();
    }
    old.execute_batch(
        "INSERT INTO account (card_no, provider, reference, confirmed, status)
         SELECT card_no, 'sandy', number, 1, 'active' FROM card",
    )
    .unwrap();
    drop(old);
    let store = reopen(&dir);
    for (text, cards) in [("明", vec!["A1"]), ("1", vec!["A1", "B1"]), ("5678", vec!["B1"]), ("house", vec![])] {
        assert_eq!(numbers(&search(&store, text)), cards, "{text}");
    }
    assert_in_step(&store);
}

/// The merchant's list may name a million numbers that this till has never met. They are refused when they come, and are not
/// looked through until then.
#[test]
fn a_number_that_is_only_listed_is_found_once_it_has_been_met() {
    let (store, _dir) = book();
    let listed = store.write(|tx| {
        let card_no = tx.insert_card("L1")?;
        let change = ExceptionChange { reason: Some("stolen"), who: "boss", by_list: true, at: Timestamp::default() };
        tx.set_exception(card_no, change)?;
        tx.set_holder(card_no, &Holder { name: Some("王小明".into()), ..Holder::default() })?;
        for place in 0..500 {
            tx.insert_card(&format!("L1{place:04}"))?;
        }
        add(tx, "A1", None, None);
        Ok(card_no)
    });
    let listed = listed.unwrap();
    assert_eq!(numbers(&search(&store, "1")), ["A1"]);
    let tails: i64 = store.conn.query_row("SELECT count(*) FROM tail", [], |row| row.get(0)).unwrap();
    assert_eq!(tails, 3, "of the one card: the whole number, and its two ends");
    assert_eq!(store.view().card_numbers().unwrap().len(), 1);
    assert_in_step(&store);

    store.write(|tx| tx.insert_account(listed, "sandy", Some("L1"), (CardStatus::Active, None))).unwrap();
    store.write(|tx| tx.insert_account(listed, "gree", Some("7"), (CardStatus::Active, None))).unwrap();
    assert_eq!(numbers(&search(&store, "l1")), ["L1"]);
    assert_eq!(numbers(&search(&store, "小明")), ["L1"]);
    assert_eq!(store.view().card_numbers().unwrap().len(), 2);
    assert_in_step(&store);
}
