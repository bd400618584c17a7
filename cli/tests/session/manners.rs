//! How the tool behaves: help, exit codes, masks, JSON, pipes, languages.

use std::io::Read;
use std::process::{Command, Stdio};

use tillbook::{Config, Till};
use tillbook_sandbox::sandy::NewCard;

use crate::shop::{Shop, pay};

#[test]
fn help_and_completion_need_no_book() {
    let shop = Shop::open();
    let help = shop.run(&["--help"]);
    assert_eq!(help.code, 0, "{}", help.err);
    for word in ["Examples:", "Exit codes:", "waiting", "resolve", "go-on", "salvage", "--unmasked"] {
        assert!(help.out.contains(word), "{word}: {}", help.out);
    }
    assert_eq!(shop.run(&[]).code, 2, "no command at all");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = shop.run(&["completion", shell]);
        assert!(script.code == 0 && script.out.contains("tillbook") && script.out.contains("waiting"), "{shell}");
    }
    assert!(shop.run(&["resolve", "--help"]).out.contains("write-off"));
    for command in ["retarget", "preload", "except", "policy", "restore"] {
        assert!(shop.run(&[command, "--help"]).out.contains("\n  tillbook "), "{command} has no example");
    }
    assert!(!shop.book().exists());
}

/// What a key for a book that is not encrypted gets.
const PLAIN: &str = if cfg!(feature = "encryption") { "WrongKey" } else { "this build has no encryption" };

#[test]
fn what_goes_wrong_is_told_by_the_exit_code_and_in_words() {
    let shop = Shop::open();
    std::fs::write(shop.dir.path().join("text"), "this is no book and never was one, whatever its name").unwrap();
    std::fs::write(shop.dir.path().join("empty"), "").unwrap();
    std::fs::write(shop.dir.path().join("key"), [1; 32]).unwrap();
    let cases: &[(&[&str], i32, &str)] = &[
        (&["status"], 2, "--book"),
        (&["-b", "no.db", "status"], 1, "no.db: "),
        (&["-b", "text", "status"], 1, "NotABook"),
        (&["-b", "empty", "status"], 1, "an empty file"),
        (&["-b", "empty", "-c", "till.json", "sync"], 1, "an empty file"),
        (&["-b", "till.db", "--key-file", "none", "status"], 1, "none: "),
        (&["-b", "till.db", "--key-file", "text", "status"], 1, "text: a key is 32 bytes"),
        (&["-b", "till.db", "--key-file", "key", "status"], 1, PLAIN),
        (&["-b", "till.db", "-c", "till.json", "--key-file", "key", "sync"], 1, PLAIN),
        (&["nonsense"], 2, "nonsense"),
        (&["-b", "till.db", "operation", "none"], 1, "NotFound"),
        (&["-b", "till.db", "report", "day", "yesterday"], 1, "InvalidInput"),
        (&["-b", "till.db", "report", "outage"], 1, "NotFound"),
        (&["-b", "till.db", "sync"], 2, "--config"),
        (&["-b", "till.db", "-c", "none.json", "sync"], 1, "none.json: "),
        (&["-b", "till.db", "cards", "1", "--limit", "101"], 2, "--limit"),
        (&["-b", "till.db", "cards", " - "], 1, "InvalidInput"),
        (&["-b", "till.db", "history", "--remote"], 2, "--card"),
        (&["-b", "till.db", "numbers"], 2, "--config"),
        (&["-b", "till.db", "retargets", "a b"], 1, "InvalidInput"),
        (&["-b", "till.db", "backup", "till.db"], 1, "InvalidInput"),
        (&["-b", "till.db", "backup", "text"], 1, "InvalidInput"),
        (&["-b", "till.db", "backup", "no/where.db"], 1, "Storage"),
        (&["-b", "text", "check"], 1, "NotABook"),
        (&["restore", "none", "till.db"], 1, "none: "),
        (&["restore", "text", "till.db"], 1, "NotABook"),
        (&["restore", "text"], 2, "BOOK"),
        (&["salvage", "text", "till.db"], 1, "InvalidInput"),
        (&["-b", "till.db", "retarget", "open-7", "--who", "Lin", "--why", "x"], 2, "--next"),
        (&["-b", "till.db", "retarget", "o", "--next", "--card", "M1", "--who", "Lin", "--why", "x"], 2, "--card"),
        (&["-b", "till.db", "retarget", "open-7", "--next", "--who", "Lin", "--why", "x"], 2, "--config"),
        (&["-b", "till.db", "except", "M1001", "--who", "Lin"], 2, "--off"),
        (&["-b", "till.db", "except", "M1001", "--off", "--why", "x", "--who", "Lin"], 2, "--off"),
        (&["-b", "till.db", "preload", "--range", "M1"], 2, "--range"),
        (&["-b", "till.db", "-c", "till.json", "preload"], 2, "--search"),
        (&["-b", "till.db", "-c", "till.json", "preload", "--range", "M9", "M1"], 1, "InvalidInput"),
        (&["-b", "till.db", "-c", "till.json", "except", "M9", "--off", "--who", "Lin"], 1, "NotFound"),
        (&["-b", "till.db", "-c", "till.json", "policy", "set", "text", "--who", "L", "--why", "x"], 1, "text: "),
        (&["-b", "till.db", "-c", "till.json", "policy", "set", "none", "--who", "L", "--why", "x"], 1, "none: "),
        (&["-b", "till.db", "-c", "till.json", "forget", "M9", "--who", "Lin", "--yes"], 1, "NotFound"),
        (&["-b", "till.db", "-c", "till.json", "retarget", "o", "--next", "--who", "L", "--why", "x"], 1, "NotFound"),
    ];
    drop(shop.till());
    for &(arguments, code, word) in cases {
        let ran = shop.run(arguments);
        assert_eq!(ran.code, code, "{arguments:?}: {} {}", ran.out, ran.err);
        assert!(ran.err.contains(word) && ran.out.is_empty(), "{arguments:?}: {} {}", ran.out, ran.err);
    }
    assert!(!shop.dir.path().join("no.db").exists(), "reading makes no book");
    let ran = shop.run(&["-b", "no.db", "-c", "till.json", "sync"]);
    assert!(ran.code == 1 && !shop.dir.path().join("no.db").exists(), "nor does writing: {}", ran.err);
}

/// The tool's own words, beside the library's: those are for a cashier.
#[test]
fn whoever_looks_after_the_till_is_told_what_helps() {
    let shop = Shop::open();
    let till = shop.till();
    shop.serve(&till);
    till.close(std::time::Duration::from_secs(1));
    drop(till);
    let whole = std::fs::read(shop.book()).unwrap();
    std::fs::write(shop.dir.path().join("short.db"), &whole[..whole.len() / 2]).unwrap();
    let mut headless = whole.clone();
    headless[..100].fill(0);
    std::fs::write(shop.dir.path().join("headless.db"), headless).unwrap();
    std::fs::write(shop.dir.path().join("bad.json"), r#"{"merchant": 7}"#).unwrap();
    for (arguments, word) in [
        (&["-b", "short.db", "status"][..], "`tillbook salvage`"),
        (&["-b", "headless.db", "status"], "`tillbook salvage`"),
        (&["-b", "headless.db", "-c", "till.json", "sync"], "`tillbook restore`"),
        (&["-b", "till.db", "-c", "bad.json", "sync"], "bad.json: The setting [merchant]"),
        (&["-b", "till.db", "-c", "bad.json", "numbers"], "bad.json: The setting [merchant]"),
    ] {
        let ran = shop.run(arguments);
        assert!(ran.code == 1 && ran.err.contains(word), "{arguments:?}: {}", ran.err);
    }
    assert!(!shop.run(&["-b", ".", "status"]).err.contains("salvage"), "a folder was never a book");
    // Nobody is asked for nothing.
    let ran = shop.run(&["-b", "till.db", "forget", "M1001", "--who", "Lin"]);
    assert!(ran.code == 2 && ran.err.contains("--config") && !ran.err.contains("Erase"), "{}", ran.err);
    // On either side of the report's name, too.
    for both in [
        &["--json", "report", "x", "--csv"][..],
        &["report", "--csv", "x", "--json"],
        &["report", "x", "--csv", "--json"],
    ] {
        let ran = shop.run(&[&["-b", "till.db"], both].concat());
        assert!(ran.code == 2 && ran.out.is_empty() && ran.err.contains("--csv"), "{both:?}: {} {}", ran.out, ran.err);
    }
}

#[test]
fn what_the_platform_said_is_told_of_an_operation_that_it_declined() {
    let shop = Shop::open();
    let till = shop.till();
    shop.serve(&till);
    till.consume(pay("M1001", "9000", "1").delivery(tillbook::Delivery::RequireOnline(crate::shop::SOON))).unwrap();
    let ran = shop.run(&["-b", "till.db", "operation", "sale-1"]);
    assert!(
        ran.code == 0 && ran.out.contains("The platform said") && ran.out.contains("余额不足"),
        "{} {}",
        ran.out,
        ran.err
    );
}

/// Nothing is open, so the library would make the book another till's, or forget every card for another remote.
#[test]
fn a_configuration_of_another_till_is_told_and_changes_nothing() {
    let shop = Shop::open();
    let till = shop.till();
    shop.serve(&till);
    till.close(std::time::Duration::from_secs(1));
    drop(till);
    let right = std::fs::read_to_string(shop.dir.path().join("till.json")).unwrap();
    let cases = [
        ("Noodle House", "Rice House", "[merchant]"),
        ("Till 3", "Till 4", "[till]"),
        ("127.0.0.1", "localhost", "[sandy.base_url]"),
    ];
    for (from, to, key) in cases {
        std::fs::write(shop.dir.path().join("other.json"), right.replacen(from, to, 1)).unwrap();
        for command in [&["sync"][..], &["backup", "copy.db"], &["house"]] {
            let ran = shop.run(&[&["-b", "till.db", "-c", "other.json"], command].concat());
            assert!(
                ran.code == 1 && ran.err.contains("other.json: ") && ran.err.contains(key),
                "{command:?}: {}",
                ran.err
            );
        }
    }
    let status = shop.json(&["-b", "till.db", "status"]);
    assert_eq!((&status["book"]["merchant"], &status["book"]["till"]), (&"Noodle House".into(), &"Till 3".into()));
    assert_eq!(shop.json(&["-b", "till.db", "cards"])["cards"].as_array().unwrap().len(), 3);
    assert!(!shop.dir.path().join("copy.db").exists());
}

#[test]
fn reading_goes_on_beside_a_till_and_writing_is_told_to_wait() {
    let shop = Shop::open();
    let till = shop.till();
    shop.serve(&till);
    shop.cut_off(&till);
    till.consume(pay("M1001", "5", "1")).unwrap();
    for reading in [
        &["cards", "1001"][..],
        &["history", "--card", "M1001", "--remote"],
        &["check"],
        &["backup", "copy.db"],
        &["backup", "copy.db", "--overwrite", "-c", "till.json"],
        &["exceptions"],
        &["policy"],
        &["retargets", "N1"],
        &["numbers", "-c", "till.json"],
    ] {
        let ran = shop.run(&[&["-b", "till.db"], reading].concat());
        assert_eq!(ran.code, 0, "{reading:?}: {} {}", ran.out, ran.err);
    }
    std::fs::write(shop.dir.path().join("policy.json"), "{}").unwrap();
    let status = shop.json(&["-b", "till.db", "status"]);
    assert_eq!((&status["status"]["queued"], &status["book"]["till"]), (&1.into(), &"Till 3".into()));
    for writing in [
        &["-b", "till.db", "-c", "till.json", "sync"][..],
        &["-b", "till.db", "-c", "till.json", "ack", "1", "--who", "Chen"],
        &["-b", "till.db", "-c", "till.json", "report", "close", "--who", "Chen"],
        &["-b", "till.db", "-c", "till.json", "retarget", "sale-1", "--next", "--who", "Chen", "--why", "taken"],
        &["-b", "till.db", "-c", "till.json", "except", "M1001", "--why", "lost", "--who", "Chen"],
        &["-b", "till.db", "-c", "till.json", "policy", "set", "policy.json", "--who", "Chen", "--why", "fraud"],
        &["-b", "till.db", "-c", "till.json", "preload", "--search", "M1"],
        &["-b", "till.db", "-c", "till.json", "house"],
        &["-b", "till.db", "-c", "till.json", "forget", "M1001", "--who", "Chen", "--yes"],
        &["-b", "till.db", "-c", "till.json", "go-on", "--who", "Chen", "--why", "new disk"],
        &["restore", "copy.db", "till.db"],
    ] {
        let ran = shop.run(writing);
        assert_eq!(ran.code, 4, "{writing:?}: {}", ran.err);
        assert!(ran.err.contains("a till has this book open"), "{}", ran.err);
    }
    assert!(till.day_closes(None).unwrap().is_empty());
    assert!(till.exceptions(None, 0).unwrap().exceptions.is_empty() && till.policies().unwrap().len() == 1);
}

#[test]
fn people_are_masked_unless_they_are_asked_for() {
    let shop = Shop::open();
    let till = shop.till();
    shop.serve(&till);
    shop.cut_off(&till);
    till.consume(pay("M1002", "5", "1")).unwrap();
    till.set_exception_by("M1002", Some("M1002 of 13800001002 is lost"), "Chen").unwrap();
    let personal = ["M1002", "Wang Fang", "13800001002"];
    for asked in [
        &["cards"][..],
        &["cards", "M1002"],
        &["cards", "wang"],
        &["cards", "8000010"],
        &["cards", "8000010", "--json"],
        &["exceptions"],
        &["exceptions", "--json"],
        &["history", "--card", "M1002", "--remote"],
        &["history", "--card", "M1002", "--remote", "--json"],
        &["history"],
        &["operation", "sale-1"],
        &["report", "day"],
        &["report", "day", "--csv", "--list"],
        &["notices"],
        &["cards", "--json"],
        &["history", "--json"],
        &["report", "day", "--json"],
        &["operation", "sale-1", "--json"],
    ] {
        let arguments = [&["-b", "till.db"], asked].concat();
        let masked = shop.run(&arguments);
        assert_eq!(masked.code, 0, "{asked:?}: {}", masked.err);
        for shown in personal {
            assert!(!masked.out.contains(shown), "{asked:?} shows {shown}: {}", masked.out);
        }
        let plain = shop.run(&[&arguments[..], &["--unmasked"]].concat());
        assert!(asked == ["notices"] || plain.out.contains("M1002"), "{asked:?}: {}", plain.out);
    }
    let whole = shop.run(&["-b", "till.db", "cards", "M1002", "--unmasked"]).out;
    assert!(personal.iter().all(|shown| whole.contains(shown)), "{whole}");
}

/// What a person or a remote wrote may name somebody too, and steer a terminal.
#[test]
fn what_others_wrote_is_masked_and_stays_on_its_line() {
    let shop = Shop::open();
    let odd = NewCard::new("M1009", 1).with_holder("Eve\u{1b}[2J\n| all", "13800001009", None).with_balance(9_00, 0);
    shop.server.sandy().with(|sandy| sandy.seed(shop.server.now_s(), odd).unwrap());
    let till = shop.till();
    shop.serve(&till);
    till.serve_card("M1009", std::time::Duration::from_secs(2)).unwrap();
    shop.cut_off(&till);
    till.consume(pay("M1002", "5", "1").reason("M1002 of 13800001002")).unwrap();
    for asked in [&["cards"][..], &["cards", "--unmasked"], &["cards", "M1009", "--unmasked"]] {
        let ran = shop.run(&[&["-b", "till.db"], asked].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert!(!ran.out.contains('\u{1b}') && !ran.out.contains("\n| all"), "{:?}", ran.out);
    }
    let lines = shop.json(&["-b", "till.db", "history"]);
    assert_eq!(lines["lines"][0]["reason"], "***02 of *******1002");
    let lines = shop.json(&["-b", "till.db", "history", "--unmasked"]);
    assert_eq!(lines["lines"][0]["reason"], "M1002 of 13800001002");
    assert_eq!(shop.run(&["-b", "till.db", "report", "closes", "--csv"]).code, 2, "rather than no CSV");
}

#[test]
fn a_book_for_training_says_so_before_what_could_be_taken_for_real() {
    let shop = Shop::open();
    let text = std::fs::read_to_string(shop.dir.path().join("till.json")).unwrap();
    let text = text.replacen('{', r#"{"training": true, "#, 1);
    std::fs::write(shop.dir.path().join("till.json"), &text).unwrap();
    drop(Till::open(shop.book(), Config::from_json(&text).unwrap()).unwrap());
    for asked in [
        &["status"][..],
        &["report", "x"],
        &["report", "day"],
        &["report", "close", "--who", "Chen"],
        &["report", "closes"],
    ] {
        let ran = shop.run(&[&["-b", "till.db", "-c", "till.json"], asked].concat());
        assert!(ran.code == 0 && ran.out.starts_with("TRAINING"), "{asked:?}: {} {}", ran.out, ran.err);
    }
    assert_eq!(shop.json(&["-b", "till.db", "status"])["book"]["training"], true);
    // What goes to another program stays what it is, and whoever sent it there is told.
    for asked in [&["report", "z", "1", "--csv"][..], &["report", "x", "--json"]] {
        let ran = shop.run(&[&["-b", "till.db"], asked].concat());
        assert!(
            ran.code == 0 && ran.err.contains("TRAINING") && !ran.out.contains("TRAINING"),
            "{asked:?}: {}",
            ran.err
        );
    }
}

#[test]
fn it_speaks_chinese_where_it_is_asked_to_or_the_terminal_does() {
    let shop = Shop::open();
    drop(shop.till());
    assert!(shop.run(&["-b", "till.db", "--lang", "zh", "status"]).out.contains("待人工处理"));
    assert!(shop.run(&["-b", "till.db", "--lang", "zh", "operation", "x"]).err.contains("查无此业务。"));
    assert!(shop.run(&["-b", "till.db", "status"]).out.contains("Wait for a person"));
    let tool = |locale: &str| {
        let mut tool = Command::new(env!("CARGO_BIN_EXE_tillbook"));
        tool.arg("-b").arg(shop.book()).arg("waiting").env("LC_ALL", locale);
        String::from_utf8(tool.output().unwrap().stdout).unwrap()
    };
    assert_eq!((tool("zh_CN.UTF-8").trim(), tool("C").trim()), ("无。", "Nothing."));
}

#[test]
fn a_csv_has_its_mark_only_where_it_is_wanted_and_no_operators_formula() {
    let shop = Shop::open();
    let till = shop.till();
    shop.serve(&till);
    shop.cut_off(&till);
    till.consume(pay("M1001", "5", "1").operator("=HYPERLINK(1)")).unwrap();
    let plain = shop.run(&["-b", "till.db", "report", "x", "--csv"]).out;
    assert!(plain.starts_with("operator,shift,kind") && plain.contains("\r\n'=HYPERLINK(1),early,"), "{plain}");
    let marked = shop.run(&["-b", "till.db", "report", "x", "--csv", "--bom"]).out;
    assert_eq!(marked.strip_prefix('\u{feff}'), Some(plain.as_str()));
    assert_eq!(shop.run(&["-b", "till.db", "report", "x", "--csv", "--json"]).code, 2);
}

#[cfg(unix)]
#[test]
fn a_reader_that_has_read_enough_is_no_error() {
    let shop = Shop::open();
    let mut tool = Command::new(env!("CARGO_BIN_EXE_tillbook"));
    tool.args(["completion", "zsh"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = tool.spawn().unwrap();
    drop(child.stdout.take());
    let mut told = String::new();
    child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    assert!(child.wait().unwrap().success() && told.is_empty(), "{told}");
    drop(shop);
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let shop = Shop::open();
    drop(shop.till());
    let cases: &[&[&str]] = &[
        &["-b", "tlil.db", "status"],
        &["-b", "tlil.db", "-c", "till.json", "sync"],
        &["-b", "till.db", "-c", "tlil.json", "sync"],
        &["-b", "till.db", "-c", "tlil.json", "numbers"],
        &["restore", "tlil.db", "till.db"],
        &["salvage", "tlil.db", "new.db"],
    ];
    for &arguments in cases {
        let ran = shop.run(arguments);
        let told = ["tlil.db", "tlil.json"].map(|name| format!("tillbook: {name}: there is no such file\n"));
        assert!(ran.code == 1 && told.contains(&ran.err), "{arguments:?}: {} {}", ran.code, ran.err);
    }
}

#[test]
fn a_kind_that_there_is_none_of_is_a_mistake_and_no_empty_answer() {
    let shop = Shop::open();
    drop(shop.till());
    let ran = shop.run(&["-b", "till.db", "history", "--kind", "payment"]);
    assert!(ran.code == 2 && ran.err.contains("consume") && ran.err.contains("write_off"), "{} {}", ran.code, ran.err);
    for kind in ["consume", "void", "retarget", "transfer_in"] {
        assert_eq!(shop.run(&["-b", "till.db", "history", "--kind", kind]).code, 0, "{kind}");
    }
}

/// Names on disks are bytes; JSON is UTF-8.
#[cfg(unix)]
#[test]
fn a_file_whose_name_is_no_utf8_is_told_in_json_too() {
    use std::os::unix::ffi::OsStrExt;
    let shop = Shop::open();
    drop(shop.till());
    for (command, name) in [("backup", &b"copy\xff"[..]), ("support", b"told\xff")] {
        let name = std::ffi::OsStr::from_bytes(name);
        if std::fs::write(shop.dir.path().join(name), b"").is_err() {
            // Some file systems take no such name.
            return;
        }
        std::fs::remove_file(shop.dir.path().join(name)).unwrap();
        let mut tool = Command::new(env!("CARGO_BIN_EXE_tillbook"));
        let ran =
            tool.current_dir(shop.dir.path()).args(["-b", "till.db", "--json", command]).arg(name).output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        let told: serde_json::Value = serde_json::from_slice(&ran.stdout).unwrap();
        assert_eq!(told["file"], name.to_string_lossy().as_ref());
    }
}

/// Another program opens the book, and knows only what stands in it.
#[test]
fn a_remote_that_has_not_answered_since_is_no_remote_that_is_back() {
    let shop = Shop::open();
    let till = shop.till();
    shop.serve(&till);
    shop.cut_off(&till);
    till.consume(pay("M1001", "5", "1")).unwrap();
    let told = |when: &str| {
        let ran = shop.run(&["-b", "till.db", "status"]);
        let line = ran.out.lines().find(|line| line.starts_with("Platform")).unwrap().to_owned();
        assert!(line.contains(": does not answer since 2"), "{when}: {line}");
    };
    told("the till knows it");
    till.close(std::time::Duration::from_secs(1));
    drop(till);
    let till = shop.till();
    told("a till that was opened anew");
    drop(till);
    let ran = shop.write(&["sync", "--for", "1"]);
    assert!(ran.code == 0 && ran.out.contains("The platform does not answer: what is on its way stays"), "{}", ran.out);
}

/// Nothing gets better by waiting: somebody has to see to the token.
#[test]
fn a_remote_that_refuses_the_till_is_told_with_its_words() {
    let shop = closed_with_a_sale();
    let text = std::fs::read_to_string(shop.dir.path().join("till.json")).unwrap();
    let mut wrong: serde_json::Value = serde_json::from_str(&text).unwrap();
    wrong["sandy"]["token"] = "no token of theirs".into();
    std::fs::write(shop.dir.path().join("wrong.json"), wrong.to_string()).unwrap();
    shop.server.restore().unwrap();
    let asked = ["-b", "till.db", "-c", "wrong.json", "sync", "--for", "2"];
    let ran = shop.run(&asked);
    assert!(ran.code == 3 && ran.out.contains("sandy refuses this till: "), "{} {} {}", ran.code, ran.out, ran.err);
    let told = shop.json(&asked);
    assert_eq!((&told["link"], &told["remotes"][0]["link"]), (&"halted".into(), &"halted".into()), "{told}");
    assert!(told["remotes"][0]["halted"].is_string() && told["remotes"][0]["provider"] == "sandy", "{told}");
    assert_eq!(shop.run(&["-b", "till.db", "status"]).code, 3);
    let ran = shop.write(&["sync", "--for", "10"]);
    assert!(ran.code == 0 && !ran.out.contains("refuses"), "{} {}", ran.code, ran.out);
}

fn closed_with_a_sale() -> Shop {
    let shop = Shop::open();
    let till = shop.till();
    shop.serve(&till);
    shop.cut_off(&till);
    till.consume(pay("M1001", "5", "1")).unwrap();
    till.close(std::time::Duration::from_secs(1));
    drop(till);
    shop
}
