//! Each command that reads beside a till or writes without one, on a book with something in it.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use tillbook::{Money, OpenCard, Recharge};
use tillbook_sandbox::sandy::NewCard;

use crate::shop::{Ran, SOON, Shop, pay};

/// What a command answered that has to go well.
fn well(ran: Ran) -> String {
    assert_eq!(ran.code, 0, "{} {}", ran.out, ran.err);
    ran.out
}

/// A shop whose till is closed, with a sale on its way.
fn closed(ticket: &str) -> Shop {
    let shop = Shop::open();
    let till = shop.till();
    shop.serve(&till);
    shop.cut_off(&till);
    till.consume(pay("M1001", "5", ticket)).unwrap();
    till.close(Duration::from_secs(1));
    shop
}

#[test]
fn cards_are_found_by_number_phone_and_name() {
    let shop = closed("1");
    for (text, matched, found) in [("M100", "number", 3), ("1380000100", "phone", 3), ("fang", "name", 1)] {
        let answer = shop.json(&["-b", "till.db", "cards", text]);
        let cards = answer["cards"].as_array().unwrap();
        assert!(cards.len() == found && cards.iter().all(|card| card["matched"] == matched), "{text}: {answer}");
    }
    let answer = shop.json(&["-b", "till.db", "cards", "M100", "--limit", "2"]);
    assert_eq!((answer["cards"].as_array().unwrap().len(), &answer["has_more"]), (2, &true.into()));
    assert!(shop.run(&["-b", "till.db", "cards", "nobody"]).out.starts_with("Nothing."));
}

#[test]
fn the_platforms_own_lines_stand_in_a_cards_history_where_they_are_asked_for() {
    let shop = Shop::open();
    let till = shop.till();
    shop.serve(&till);
    let now_s = shop.server.now_s();
    shop.server.sandy().with(|sandy| sandy.other_till(now_s, "Other").consume("M1001", 7_00, None).unwrap());
    till.pull_history("M1001", None, SOON).unwrap();
    let asked = ["-b", "till.db", "history", "--card", "M1001"];
    let (ours, all) = (shop.json(&asked), shop.json(&[&asked[..], &["--remote"]].concat()));
    assert_eq!(ours["records"].as_array().unwrap().len(), 0);
    let records = all["records"].as_array().unwrap();
    let paid = records.iter().find(|record| record["kind"] == "consume").unwrap();
    assert_eq!((&paid["money"], &paid["provider"], &paid["card"]), (&(-7_00).into(), &"sandy".into(), &"***01".into()));
    let page = well(shop.run(&[&asked[..], &["--remote", "--limit", "1"]].concat()));
    assert!(records.len() == 1 || page.contains("--after-record"), "{page}");
}

#[test]
fn a_check_tells_what_was_changed_from_outside() {
    let shop = closed("1");
    assert_eq!(shop.json(&["-b", "till.db", "check"])["clean"], true);
    assert!(well(shop.run(&["-b", "till.db", "check", "--quick", "--lang", "zh"])).contains("链码已验证"));
    // As somebody does who edits the file: a figure of a line.
    let path = shop.book();
    let mut bytes = std::fs::read(&path).unwrap();
    let at = bytes.windows(6).position(|seen| seen == b"sale-1").unwrap();
    bytes[at + 5] = b'2';
    std::fs::write(&path, bytes).unwrap();
    let ran = shop.run(&["-b", "till.db", "check"]);
    assert!(ran.code == 3 && ran.out.contains("error"), "{} {}", ran.out, ran.err);
    let answer = shop.json(&["-b", "till.db", "check", "--limit", "1"]);
    let findings = answer["findings"].as_array().unwrap();
    assert!(answer["clean"] == false && findings.len() == 1 && answer["errors"].as_u64().unwrap() >= 1, "{answer}");
}

#[test]
fn a_backup_is_restored_and_gone_on_with() {
    let shop = closed("1");
    let safe = || shop.run(&["-b", "till.db", "safe"]).out;
    assert_eq!(shop.json(&["-b", "till.db", "backup", "reader.db"])["noted"], false);
    assert!(safe().contains("There is no backup"), "{}", safe());
    assert!(well(shop.write(&["backup", "monday.db"])).contains("monday.db"));
    assert!(!safe().contains("There is no backup"), "{}", safe());
    assert_eq!(shop.write(&["backup", "monday.db"]).code, 1, "it is there");
    assert_eq!(shop.json(&["-b", "monday.db", "status"])["status"]["queued"], 1);

    let restored = shop.json(&["restore", "monday.db", "till.db"]);
    assert!(shop.dir.path().join(restored["replaced"].as_str().unwrap()).exists(), "{restored}");
    let status = shop.run(&["-b", "till.db", "status"]);
    assert!(status.code == 3 && status.out.contains("An older copy"), "{}", status.out);
    shop.server.restore().unwrap();
    let sync = shop.write(&["sync"]);
    assert!(sync.code == 3 && sync.out.contains("go-on"), "{}", sync.out);
    assert!(shop.run(&["-b", "till.db", "notices"]).out.contains("The book is an older copy"));
    assert_eq!(shop.write(&["go-on", "--who", "Lin"]).code, 2, "why?");
    assert!(well(shop.write(&["go-on", "--who", "Lin", "--why", "new disk"])).contains("Recorded for Lin"));
    assert!(well(shop.write(&["go-on", "--who", "Lin", "--why", "new disk"])).contains("no older copy"));
    assert_eq!(shop.run(&["-b", "till.db", "status"]).code, 0);
    // The lost book may have sent it, and others pay with the card too: a person has to tell.
    assert_eq!(shop.write(&["sync"]).code, 3);
    let status = &shop.json(&["-b", "till.db", "status"])["status"];
    assert_eq!((&status["queued"], &status["waiting_for_people"]), (&0.into(), &1.into()));
}

#[test]
fn a_book_is_saved_into_a_new_one() {
    let shop = closed("1");
    let saved = shop.json(&["salvage", "till.db", "saved.db"]);
    assert_eq!(saved["complete"], true, "{saved}");
    assert!(saved["tables"].as_array().unwrap().iter().any(|table| table["name"] == "operation" && table["kept"] == 1));
    let status = shop.run(&["-b", "saved.db", "status"]);
    assert!(status.code == 3 && status.out.contains("salvaged"), "{} {}", status.out, status.err);
    // A page of it is gone.
    let mut bytes = std::fs::read(shop.book()).unwrap();
    let page = bytes.windows(6).position(|seen| seen == b"sale-1").unwrap() / 4096 * 4096;
    bytes[page..page + 4096].fill(0xa5);
    std::fs::write(shop.dir.path().join("damaged.db"), bytes).unwrap();
    let ran = shop.run(&["salvage", "damaged.db", "new.db"]);
    assert!(ran.code == 3 && ran.out.contains("damaged"), "{} {}", ran.out, ran.err);
    assert_eq!(shop.run(&["salvage", "damaged.db", "new.db"]).code, 1, "it is there");
}

#[test]
fn a_card_is_excepted_and_served_again() {
    let shop = closed("1");
    well(shop.write(&["except", "M1001", "--why", "reported lost", "--who", "Lin"]));
    let listed = &shop.json(&["-b", "till.db", "exceptions"])["exceptions"][0];
    assert_eq!((&listed["reason"], &listed["who"]), (&"reported lost".into(), &"Lin".into()));
    assert!(well(shop.run(&["-b", "till.db", "exceptions"])).contains("***01"));
    well(shop.write(&["except", "M1001", "--off", "--who", "Lin"]));
    assert!(shop.run(&["-b", "till.db", "exceptions"]).out.starts_with("Nothing."));
}

#[test]
fn another_policy_is_put_in_force() {
    let shop = closed("1");
    let shown = well(shop.run(&["-b", "till.db", "policy"]));
    let (_, figures) = shown.split_once("fen):\n").unwrap();
    let file = shop.dir.path().join("policy.json");
    // As an editor on Windows saves it.
    let figures = figures.replace("\"floor_limit\": 20000", "\"floor_limit\": 5000");
    std::fs::write(&file, format!("\u{feff}{figures}")).unwrap();
    let set = ["policy", "set", "policy.json", "--who", "Lin", "--why", "fraud"];
    assert!(well(shop.write(&set)).contains("version 2"));
    let policies = &shop.json(&["-b", "till.db", "policy"])["policies"];
    let newest = &policies[0];
    assert_eq!((&newest["policy"]["floor_limit"], &newest["who"]), (&5000.into(), &"Lin".into()));
    assert_eq!(policies.as_array().unwrap().len(), 2);
    std::fs::write(&file, "{\"floor_limit\": -1}").unwrap();
    assert!(shop.write(&set).err.contains("InvalidConfig"));
    std::fs::write(&file, "{\"flor_limit\": 1}").unwrap();
    let ran = shop.write(&set);
    assert!(ran.code == 1 && ran.err.contains("flor_limit"), "{}", ran.err);
}

#[test]
fn a_refused_opening_gets_another_number() {
    let shop = Shop::open();
    let till = shop.till();
    shop.serve(&till);
    shop.cut_off(&till);
    let level = shop.server.sandy().with(|sandy| sandy.settings().levels[0].name.clone());
    till.open_card(OpenCard::next(&level).name("Qian").phone("13800001009").offline().op_id("open")).unwrap();
    till.recharge(Recharge::new("N1", Money::from_fen(100_00), 1).offline().op_id("cash")).unwrap();
    let now_s = shop.server.now_s();
    let other = NewCard::new("N1", 1).with_holder("Mr Zhao", "13900000001", None);
    shop.server.sandy().with(|sandy| sandy.seed(now_s, other).unwrap());
    till.close(Duration::from_secs(1));
    drop(till);
    shop.server.restore().unwrap();
    assert_eq!(shop.write(&["sync", "--for", "5"]).code, 3);

    let waiting = shop.run(&["-b", "till.db", "waiting"]).out;
    for told in ["Waits behind it", "cash (recharge) 100.00, cash 100.00", "Cash taken", "retarget"] {
        assert!(waiting.contains(told), "{told}: {waiting}");
    }
    let one = &shop.json(&["-b", "till.db", "waiting"])["waiting"][0];
    assert_eq!((&one["cash_taken"], &one["may_retarget"]), (&100_00.into(), &true.into()));
    assert_eq!(shop.json(&["-b", "till.db", "-c", "till.json", "numbers"])["left"], 19);
    let told = well(shop.write(&["retarget", "open", "--next", "--who", "Lin", "--why", "taken", "--unmasked"]));
    assert!(told.contains("N2") && told.contains("Recorded for Lin"), "{told}");
    well(shop.write(&["sync"]));
    for number in ["N1", "N2"] {
        let found = shop.json(&["-b", "till.db", "retargets", number, "--unmasked"]);
        let one = &found["retargets"][0];
        assert_eq!((&one["from"], &one["to"], &one["existing"]), (&"N1".into(), &"N2".into(), &false.into()));
    }
    assert!(well(shop.run(&["-b", "till.db", "retargets", "N1"])).contains("a new number"));
}

#[test]
fn cards_are_taken_in_ahead_of_an_outage() {
    let shop = Shop::open();
    drop(shop.till());
    let told = well(shop.write(&["preload", "--range", "M1001", "M1004"]));
    assert!(told.contains("4 / 4"), "{told}");
    let again = shop.json(&["-b", "till.db", "-c", "till.json", "preload", "--search", "M100", "--max-age", "1"]);
    assert_eq!((&again["fresh"], &again["end"]), (&3.into(), &"complete".into()));
    shop.server.cut();
    let ran = shop.write(&["preload", "--range", "M1001", "M1004", "--for", "20"]);
    assert!(ran.code == 3 && ran.out.contains("--after '"), "{} {}", ran.out, ran.err);
}

#[test]
fn a_holder_is_forgotten_once_somebody_says_yes() {
    let shop = Shop::open();
    let till = shop.till();
    shop.serve(&till);
    till.close(Duration::from_secs(1));
    drop(till);
    let answered = |answer: &str| {
        let mut tool = Command::new(env!("CARGO_BIN_EXE_tillbook"));
        tool.current_dir(shop.dir.path()).args(["-b", "till.db", "-c", "till.json"]);
        tool.args(["forget", "M1002", "--who", "Lin", "--lang", "en"]);
        tool.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = tool.spawn().unwrap();
        child.stdin.take().unwrap().write_all(answer.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    };
    let whole = || shop.run(&["-b", "till.db", "cards", "M1002", "--unmasked"]).out;
    for answer in ["", "no\n", "y\n"] {
        let ran = answered(answer);
        let told = String::from_utf8(ran.stderr).unwrap();
        assert!(ran.status.code() == Some(2) && told.contains("nothing was erased"), "{answer}: {told}");
        assert!(!told.contains("Wang") && !told.contains("M1002"), "{told}");
    }
    assert!(whole().contains("Wang Fang"));
    assert_eq!(answered("yes\n").status.code(), Some(0));
    assert!(whole().contains("M1002") && !whole().contains("Wang Fang"), "{}", whole());
    assert_eq!(
        shop.json(&["-b", "till.db", "-c", "till.json", "forget", "M1003", "--who", "Lin", "--yes"])["operations"],
        0
    );
    assert!(well(shop.write(&["house", "--for", "5"])).contains("Attempts"));
    assert_eq!(shop.json(&["-b", "till.db", "-c", "till.json", "house"])["more"], false);
}

#[test]
fn a_training_book_says_so() {
    let shop = Shop::open();
    let config = std::fs::read_to_string(shop.dir.path().join("till.json")).unwrap();
    let config = config.replacen('{', "{\"training\": true,", 1);
    drop(tillbook::Till::open(shop.book(), tillbook::Config::from_json(&config).unwrap()).unwrap());
    assert!(well(shop.run(&["-b", "till.db", "status"])).contains("TRAINING"));
    assert_eq!(shop.json(&["-b", "till.db", "status"])["book"]["training"], true);
}

/// What stands at a path of a command's answer: `[]` is the first of a list.
fn at<'a>(answer: &'a serde_json::Value, path: &str) -> &'a serde_json::Value {
    path.split('.').skip(1).fold(answer, |value, step| match step.strip_suffix("[]") {
        Some(list) => &value[list][0],
        None => &value[step],
    })
}

/// The page lies beside the crate in the repository; a crate alone has none.
#[test]
fn json_holds_what_the_page_says() {
    let Ok(page) = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/tool.md")) else { return };
    let (_, table) = page.split_once("## What JSON holds").unwrap();
    let (table, _) = table.split_once("\n## ").unwrap();

    let shop = Shop::open();
    let till = shop.till();
    shop.serve(&till);
    shop.cut_off(&till);
    for ticket in ["103", "104"] {
        till.consume(pay(if ticket == "103" { "M1002" } else { "M1003" }, "5", ticket)).unwrap();
    }
    shop.reconnect_with_trouble(&till);
    till.close(Duration::from_secs(1));
    drop(till);

    let mut rows = 0;
    for row in table.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let (path, keys) = (cells[1].trim_matches('`'), cells[2]);
        let documented: Vec<&str> = keys.split(", ").map(|key| key.trim_matches('`')).collect();
        let mut asked: Vec<&str> = path.split('.').next().unwrap().split(' ').collect();
        let further: &[&str] = match asked[0] {
            "cards" => &["M100"],
            "operation" => &["sale-103"],
            "numbers" => &["-c", "till.json"],
            "sync" => &["-c", "till.json", "--for", "0"],
            "retargets" => &["M1001"],
            "backup" => &["copy.db", "--overwrite"],
            "support" => &["support.json"],
            _ => &[],
        };
        asked.extend(further);
        let answer = shop.json(&[&["-b", "till.db"], &asked[..]].concat());
        let found: Vec<&str> = at(&answer, path)
            .as_object()
            .unwrap_or_else(|| panic!("{path}: {answer}"))
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(found, documented, "{path}");
        rows += 1;
    }
    assert!(rows > 30, "{rows}");
}
