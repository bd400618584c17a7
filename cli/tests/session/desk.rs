//! A morning at the support desk: an outage, two things waiting, resolved, the report printed. What it prints stands in
//! `docs/tool.md`, word for word but for times, and for names made at random.

use std::path::Path;

use tillbook::{Money, Recharge};

use crate::shop::{Shop, pay};

/// The session as it is shown to readers.
struct Transcript {
    shop: Shop,
    text: String,
}

impl Transcript {
    /// Runs a command, writes down what it printed, and checks how it ended.
    fn run(&mut self, command: &str, code: i32) -> String {
        let mut arguments: Vec<String> = Vec::new();
        for (place, part) in command.split('\'').enumerate() {
            match place % 2 {
                0 => arguments.extend(part.split_whitespace().map(str::to_owned)),
                _ => arguments.push(part.to_owned()),
            }
        }
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let ran = self.shop.run(&arguments);
        assert_eq!(ran.code, code, "{command}: {} {}", ran.out, ran.err);
        self.text.push_str(&format!("$ tillbook {command}\n{}{}", ran.out, ran.err));
        if code != 0 {
            self.text.push_str(&format!("[exit code {code}]\n"));
        }
        self.text.push('\n');
        ran.out
    }
}

/// The same text with the same times, names made at random and ports in every run.
fn steady(text: &str, shop: &Shop) -> String {
    let text = text.replace(&shop.server.url(), "http://127.0.0.1:8787");
    let shapes = [
        ("0000-00-00T00:00:00.000Z", "2026-03-01T04:05:06.789Z"),
        ("0000-00-00 00:00:00", "2026-03-01 12:05:06"),
        ("0000-00-00", "2026-03-01"),
        ("ffffffffffffffffffffffffffffffff", "6f1c0a52d3b84e0f9a7be2514c90d83e"),
        // A number that the remote gave a record: which of two sales comes first there is chance.
        ("(0000)", "(1005)"),
    ];
    let fits = |shape: &str, text: &[u8]| {
        shape.len() <= text.len()
            && shape.bytes().zip(text).all(|(wanted, &found)| match wanted {
                b'0' => found.is_ascii_digit(),
                b'f' => found.is_ascii_hexdigit(),
                _ => found == wanted,
            })
    };
    let (mut steady, bytes, mut at) = (Vec::new(), text.as_bytes(), 0);
    while at < bytes.len() {
        match shapes.iter().find(|(shape, _)| fits(shape, &bytes[at..])) {
            Some((shape, shown)) => {
                steady.extend_from_slice(shown.as_bytes());
                at += shape.len();
            }
            None => {
                steady.push(bytes[at]);
                at += 1;
            }
        }
    }
    let steady = String::from_utf8(steady).unwrap();
    // How often it looks until it gives up depends on how fast the machine is: of looks that tell the same, two are shown.
    let (mut lines, mut looks): (Vec<&str>, usize) = (Vec::new(), 0);
    for line in steady.lines() {
        looks = if line.starts_with("Look ") { looks + 1 } else { 0 };
        if looks <= 2 {
            lines.push(line);
        }
    }
    lines.join("\n") + "\n"
}

#[test]
fn a_morning_at_the_support_desk() {
    let mut desk = Transcript { shop: Shop::open(), text: String::new() };
    let till = desk.shop.till();
    desk.shop.serve(&till);
    till.consume(pay("M1001", "12", "101").require_online(std::time::Duration::from_secs(2))).unwrap();
    desk.shop.cut_off(&till);
    till.consume(pay("M1001", "88", "102")).unwrap();
    till.consume(pay("M1002", "45", "103")).unwrap();
    till.consume(pay("M1003", "30", "104")).unwrap();
    till.recharge(Recharge::new("M1001", Money::from_fen(200_00), 1).op_id("cash-105").operator("Ann").offline())
        .unwrap();

    desk.run("-b till.db status", 0);
    desk.shop.reconnect_with_trouble(&till);
    let told = desk.run("-b till.db waiting", 3);
    assert!(told.contains("sale-103") && told.contains("sale-104"), "{told}");
    let denied = "-b till.db -c till.json resolve sale-103 write-off --who Chen --why 'paid in cash'";
    desk.run(denied, 4);
    assert_eq!(till.waiting().unwrap().len(), 2, "nothing was decided");
    till.close(std::time::Duration::from_secs(1));
    drop(till);

    desk.run(denied, 0);
    desk.run("-b till.db -c till.json resolve sale-104 send-again --who Chen --why 'not in their records'", 0);
    desk.run("-b till.db -c till.json sync", 0);
    desk.run("-b till.db history --limit 4", 0);
    let report = desk.run("-b till.db report outage", 0);
    assert!(report.contains("written off") && report.contains("45.00"), "{report}");
    desk.run("-b till.db report outage --csv", 0);
    desk.run("-b till.db -c till.json report close --who Chen", 0);
    desk.run("-b till.db safe", 3);
    desk.run("-b till.db support support.json", 0);
    assert!(desk.shop.dir.path().join("support.json").exists());

    let (shop, text) = (&desk.shop, steady(&desk.text, &desk.shop));
    for personal in ["Li Na", "Wang Fang", "Zhao Lei", "1380000100", "M1001", "M1002", "M1003"] {
        assert!(!text.contains(personal), "{personal} is shown: {text}");
    }
    assert!(!text.contains(shop.dir.path().to_str().unwrap()));
    // The page lies beside the crate in the repository; a crate alone has none.
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/tool.md");
    if std::env::var_os("TILLBOOK_WRITE_TRANSCRIPT").is_some() {
        let old = std::fs::read_to_string(&page).unwrap();
        let (front, rest) = old.split_once("```text session\n").unwrap();
        let (_, back) = rest.split_once("```\n").unwrap();
        std::fs::write(&page, format!("{front}```text session\n{text}```\n{back}")).unwrap();
    }
    if let Ok(page) = std::fs::read_to_string(&page) {
        assert!(page.contains(&text), "docs/tool.md does not show what the tool prints:\n{text}");
    }
}
