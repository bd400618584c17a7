//! Neither personal data nor secrets in anything that is printed or logged.

use std::fmt::Debug;
use std::sync::{Mutex, PoisonError};

use tillbook::{
    Consume, Gender, HistoryQuery, Modify, OpenCard, Recharge, RedeemPoints, Request, Resolution, SearchQuery,
};
use tillbook_sandbox::fault::{Fault, Standing};
use tillbook_sandbox::sandy::Settings;

use crate::common::{SOON, Shop, drain, points, sync_until, yuan};

const TOKEN: &str = "s3cr3t-t0ken-77";
/// Names, phones and birthdays of the test's holders, in full.
const PERSONAL: [&str; 7] = ["王小明", "王大明", "Mr Wang", "13812345678", "13800000001", "1999-09-09", TOKEN];

static LOGGED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// The library's own lines, with their targets.
static EVENTS: Mutex<Vec<(String, String)>> = Mutex::new(Vec::new());

struct Logger;

impl log::Log for Logger {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        LOGGED.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{} {}", record.target(), record.args()));
        if record.target().starts_with("tillbook") {
            let line = record.args().to_string();
            EVENTS.lock().unwrap_or_else(PoisonError::into_inner).push((record.target().to_owned(), line));
        }
    }

    fn flush(&self) {}
}

#[derive(Default)]
struct Scan(Vec<String>);

impl Scan {
    fn look(&mut self, value: &impl Debug) {
        self.0.push(format!("{value:?} {value:#?}"));
    }

    fn error<T: Debug>(&mut self, result: tillbook::Result<T>) {
        let error = result.unwrap_err();
        self.0.push(format!("{error} {error:?}"));
    }

    fn assert_clean(&self) {
        let logged = LOGGED.lock().unwrap_or_else(PoisonError::into_inner);
        for shown in self.0.iter().chain(logged.iter()) {
            for secret in PERSONAL {
                assert!(!shown.contains(secret), "{secret} in {shown}");
            }
        }
    }
}

#[test]
fn nothing_that_is_printed_or_logged_holds_personal_data_or_a_secret() {
    let _ = log::set_logger(&Logger);
    log::set_max_level(log::LevelFilter::Debug);
    let mut scan = Scan::default();
    let shop = Shop::with(Settings { token: TOKEN.into(), ..Settings::default() });
    let mut config = shop.config();
    config.sandy.as_mut().unwrap().extra_headers = vec![("X-Key".into(), TOKEN.into())];
    scan.look(&config);
    let till = tillbook::Till::open(shop.book(), config.clone()).unwrap();
    scan.look(&till);

    let open = OpenCard::new("N1", "普通会员").name("王小明").phone("13812345678").gender(Gender::Male).op_id("open");
    let modify = Modify::new("A1").name("王大明").phone("13812345678").birthday("1999-09-09").op_id("modify");
    scan.look(&open);
    scan.look(&modify);
    scan.look(&Request::from(open.clone()));
    scan.look(&Request::from(modify.clone()));

    scan.error(till.call(OpenCard::new("N2", "普通会员").phone("13812345678x")));
    scan.error(till.call(OpenCard::new("N2", "普通会员").name("王小明\n")));
    scan.error(till.call(Modify::new("A1").birthday("1999-09-09 ")));
    scan.error(till.serve_phone("13812345678 ", SOON));
    scan.error(till.cards_by_phone("13812345678a"));

    scan.look(&till.serve_card("A1", SOON).unwrap());
    scan.look(&till.serve_phone("13800000001", SOON).unwrap());
    scan.look(&till.open_card(open.clone().require_online(SOON)).unwrap());
    scan.look(&till.modify(modify.clone().require_online(SOON)).unwrap());
    scan.error(till.call(modify.name("李四")));
    scan.error(till.call(open.phone("13899999999")));

    // Refused by the remote, unknown outcomes, a halted remote.
    scan.look(&till.consume(Consume::new("B1", yuan("900")).require_online(SOON)).unwrap());
    shop.server.faults().with(|faults| faults.once("modcardinfo", Fault::Html));
    scan.look(&till.modify(Modify::new("A1").name("王小明").prefer_online(SOON)).unwrap());
    scan.look(&till.waiting().unwrap());
    drain(&till);
    shop.server.faults().with(|faults| {
        let (endpoint, fault) = ("*".to_owned(), Fault::Errcode300);
        faults.add_standing(Standing { endpoint, card: None, per_mille: 1000, fault });
    });
    scan.error(till.pull_catalogue(SOON));
    scan.look(&till.status().unwrap());
    shop.server.faults().with(|faults| faults.clear());

    // An outage with a refused opening behind it, decided by a person.
    sync_until(&till, |till| till.status().unwrap().link == tillbook::Link::Up);
    shop.server.cut();
    let opened = OpenCard::new("N3", "普通会员").name("王小明").phone("13812345678").offline().op_id("open-3");
    scan.look(&till.open_card(opened).unwrap());
    scan.look(&till.recharge(Recharge::new("N3", yuan("5"), 1).offline().op_id("recharge-3")).unwrap());
    scan.look(&till.redeem_points(RedeemPoints::new("A1", points(1)).offline()).unwrap());
    let now_s = shop.server.now_s();
    let taken = tillbook_sandbox::sandy::NewCard::new("N3", 1).with_holder("Mr Wang", "13800000001", None);
    shop.server.sandy().with(|sandy| sandy.seed(now_s, taken).unwrap());
    shop.server.restore().unwrap();
    sync_until(&till, |till| till.status().unwrap().waiting_for_people == 1);
    scan.look(&till.waiting().unwrap());
    scan.look(&till.notices().unwrap());
    scan.look(&till.resolve("open-3", Resolution::WriteOff, "boss", "taken").unwrap());
    scan.look(&till.waiting().unwrap());
    scan.look(&till.history(&HistoryQuery::default()).unwrap());
    for text in ["王小明", "13812345678", "1"] {
        scan.look(&SearchQuery::new(text));
        scan.look(&till.search(SearchQuery::new(text).unmasked()).unwrap());
    }
    scan.error(till.search("王小明\n"));
    scan.error(till.search("13812345678".repeat(6)));
    for number in till.card_numbers().unwrap() {
        scan.look(&till.card(number.as_str()).unwrap());
    }

    // A remote that does not know our token.
    till.close(SOON);
    config.sandy.as_mut().unwrap().token = format!("{TOKEN}-wrong");
    let till = tillbook::Till::open(shop.book(), config).unwrap();
    scan.error(till.pull_catalogue(SOON));
    scan.look(&till.status().unwrap());
    scan.look(&till.notices().unwrap());
    scan.assert_clean();
    assert_lines();
}

/// `key=value` or `key="a value"`, with a space between; nothing else.
fn parsed(line: &str) -> Vec<(String, String)> {
    let (mut rest, mut pairs) = (line, Vec::new());
    while !rest.is_empty() {
        let (key, after) = rest.split_once('=').unwrap_or_else(|| panic!("no key in {line}"));
        assert!(key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{key} in {line}");
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => {
                let mut escaped = false;
                let end = quoted.find(|c| {
                    let ends = c == '"' && !escaped;
                    escaped = c == '\\' && !escaped;
                    ends
                });
                let end = end.unwrap_or_else(|| panic!("no end of a value in {line}"));
                (&quoted[..end], &quoted[end + 1..])
            }
            None => after.split_at(after.find(' ').unwrap_or(after.len())),
        };
        pairs.push((key.to_owned(), value.to_owned()));
        rest = next.strip_prefix(' ').unwrap_or(next);
        assert!(next.is_empty() || next.starts_with(' '), "{line}");
    }
    pairs
}

/// Each line has the form and the names of docs/logging.md, and the lines of an operation tell its life in order.
fn assert_lines() {
    let documented: Vec<Vec<String>> = include_str!("../../docs/logging.md")
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .map(|row| row.split(" | ").map(|cell| cell.replace('`', "")).collect())
        .collect();
    let events = EVENTS.lock().unwrap_or_else(PoisonError::into_inner).clone();
    assert!(events.len() > 50, "{} lines", events.len());
    let mut life = std::collections::BTreeMap::<String, Vec<String>>::new();
    let mut met = std::collections::BTreeSet::new();
    for (target, line) in &events {
        let pairs = parsed(line);
        assert_eq!(pairs[0].0, "event", "{line}");
        let name = &pairs[0].1;
        let known = documented.iter().find(|row| row[0] == *name).unwrap_or_else(|| panic!("{name} is in no table"));
        assert_eq!(known[2], *target, "{line}");
        let mut keys = known[3].split(", ");
        assert!(pairs[1..].iter().all(|(key, _)| keys.any(|next| next == key)), "{line}: {}", known[3]);
        met.insert(name.clone());
        if let Some((_, op_id)) = pairs.iter().find(|(key, _)| key == "op_id") {
            life.entry(op_id.clone()).or_default().push(name.clone());
        }
    }
    for name in [
        "book_opened",
        "promise_made",
        "attempt_sent",
        "attempt_answered",
        "state_changed",
        "breaker_opened",
        "breaker_closed",
        "provider_halted",
        "operation_rejected",
        "person_decided",
    ] {
        assert!(met.contains(name), "{name} was never logged: {met:?}");
    }
    let of = |op_id: &str| {
        life[op_id].iter().filter(|name| *name != "state_changed").map(String::as_str).collect::<Vec<_>>()
    };
    assert_eq!(of("open"), ["attempt_sent", "promise_made", "attempt_answered"]);
    assert_eq!(
        of("open-3"),
        ["promise_made", "attempt_sent", "operation_rejected", "attempt_answered", "person_decided"]
    );
}
