//! The remote's own history of a card: each line once, own operations linked, nothing half understood.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use tillbook::{
    AccruePoints, Consume, ErrorCode, HistoryPull, HistoryQuery, HttpRequest, OpenCard, Points, Recharge, RedeemPoints,
    Register, State, Timestamp, Transport,
};
use tillbook_sandbox::gree::Profile;
use tillbook_sandbox::sandy::NewCard;

use crate::street::{ALL, Fate, Line, Sent, Street, all_families, freemud, gree, sandy, shop};
use crate::{said, yuan};

/// A stored line: kind, money, points, the operation's name.
type Stored = (String, Option<i64>, Option<i64>, Option<String>);

/// The lines of the book, in the order of their time and numbers.
fn lines(street: &Street) -> Vec<Stored> {
    let book = Connection::open_with_flags(street.book(), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let mut statement = book
        .prepare(
            "SELECT kind, money, points, (SELECT op_id FROM operation o WHERE o.op_no = record.op_no) FROM record
             ORDER BY at, record_no",
        )
        .unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))).unwrap();
    rows.collect::<rusqlite::Result<_>>().unwrap()
}

fn line(kind: &str, money: Option<i64>, points: Option<i64>, op_id: Option<&str>) -> Stored {
    (kind.to_owned(), money, points, op_id.map(str::to_owned))
}

fn pulled(told: u64, new: u64, linked: u64) -> HistoryPull {
    HistoryPull { told, new, linked, complete: true }
}

/// Own sales online and offline, a recharge, another till's sale that looks just like ours, and the back office.
#[test]
fn own_operations_are_linked_and_what_others_did_stands_beside_them_once() {
    let street = Street::new();
    let till = street.till(shop(sandy()));
    till.serve_card("A1", ALL).unwrap();
    till.consume(Consume::new("A1", yuan("10")).require_online(ALL).op_id("online")).unwrap();
    {
        let mut cores = street.cores.lock().unwrap();
        let now_s = street.now_ms() / 1000;
        // A twin of this shop, and of this very sale.
        cores.sandy.other_till(now_s, "聚客西餐").consume("A1", 10_00, None).unwrap();
        cores.sandy.office(now_s, "office").withdraw("A1", 5_00).unwrap();
    }
    till.recharge(Recharge::new("A1", yuan("100"), 1).require_online(ALL).op_id("recharge")).unwrap();
    street.cut(true);
    till.consume(Consume::new("A1", yuan("10")).op_id("offline").offline()).unwrap();
    street.clock.pass(Duration::from_secs(7200));
    street.cut(false);
    street.settle(&till);
    assert_eq!(till.operation("offline").unwrap().state, State::Settled);

    assert_eq!(till.pull_history("A1", None, ALL).unwrap(), pulled(6, 6, 3));
    let want = [
        line("open_card", Some(500_00), None, None),
        line("consume", Some(-8_00), Some(8), Some("online")),
        line("consume", Some(-8_00), Some(8), None),
        line("withdraw", Some(-5_00), None, None),
        line("recharge", Some(110_00), None, Some("recharge")),
        line("consume", Some(-8_00), Some(8), Some("offline")),
    ];
    assert_eq!(lines(&street), want);

    // Again: nothing is added and nothing changes.
    assert_eq!(till.pull_history("A1", None, ALL).unwrap(), pulled(6, 0, 0));
    let day = Timestamp::from_millis(street.now_ms()).before(Duration::from_secs(3600));
    assert_eq!(till.pull_history("A1", Some(day), ALL).unwrap(), pulled(1, 0, 0));
    assert_eq!(lines(&street), want);
}

/// A line that is read while its operation is in doubt stands alone until a probe has told whose it is. Reading it tells the
/// probe nothing, and takes nothing away from it.
#[test]
fn a_line_that_was_read_first_is_linked_when_a_probe_claims_it() {
    for pulls in [false, true] {
        let street = Street::new();
        let till = street.till(shop(sandy()));
        till.serve_card("A1", ALL).unwrap();
        street.cut(true);
        till.consume(Consume::new("A1", yuan("10")).op_id("c").offline()).unwrap();
        street.cut(false);
        // The send alone: what comes after it finds nobody.
        let mut sent = false;
        street.hook(move |_, endpoint| match endpoint {
            "consume" => {
                sent = true;
                Fate::AnswerLost
            }
            "getcardinfo" | "cardlevellist" if sent => Fate::NotSent,
            _ => Fate::Passes,
        });
        for _ in 0..5 {
            till.sync(ALL).unwrap();
            street.clock.pass(Duration::from_millis(100));
        }
        assert_eq!(till.operation("c").unwrap().state, State::InDoubt);
        street.hook(|_, _| Fate::Passes);
        if pulls {
            while till.pull_catalogue(ALL).is_err() {
                street.clock.pass(Duration::from_millis(100));
            }
            assert_eq!(till.operation("c").unwrap().state, State::InDoubt);
            assert_eq!(till.pull_history("A1", None, ALL).unwrap(), pulled(2, 2, 0));
        }
        street.settle(&till);
        let receipt = till.operation("c").unwrap();
        assert_eq!(receipt.state, State::Settled);
        assert_eq!(receipt.evidence, Some(tillbook::Evidence::Proven));
        if !pulls {
            till.pull_history("A1", None, ALL).unwrap();
        }
        let want = [line("open_card", Some(500_00), None, None), line("consume", Some(-10_00), Some(10), Some("c"))];
        assert_eq!(lines(&street), want, "pulled before: {pulls}");
    }
}

/// Gree's list tells neither keys nor balances: only what can be nothing else is linked.
#[test]
fn lines_that_could_be_another_tills_stay_beside_the_operation() {
    let street = Street::new();
    let now = street.now_ms();
    let phone = "13911112222";
    street.cores.lock().unwrap().gree.office(now).add_member(phone, Profile::default(), 100, 0).unwrap();
    let till = street.till(shop(gree()));
    till.serve_card(phone, ALL).unwrap();
    till.accrue_points(AccruePoints::new(phone).points(Points::new(5)).require_online(ALL).op_id("five")).unwrap();
    till.accrue_points(AccruePoints::new(phone).points(Points::new(7)).require_online(ALL).op_id("seven")).unwrap();
    till.redeem_points(RedeemPoints::new(phone, Points::new(5)).require_online(ALL).op_id("minus")).unwrap();
    street.cores.lock().unwrap().gree.office(street.now_ms()).change_points(phone, 5, "elsewhere").unwrap();
    let got = till.pull_history(phone, None, ALL).unwrap();
    assert_eq!((got.new, got.linked), (got.told, 2));
    let mut stored = lines(&street);
    stored.retain(|(_, _, points, _)| points.is_some_and(|points| points.abs() < 100));
    stored.sort();
    let mut want = [
        line("points_in", None, Some(5), None),
        line("points_in", None, Some(5), None),
        line("points_in", None, Some(7), Some("seven")),
        line("points_out", None, Some(-5), Some("minus")),
    ];
    want.sort();
    assert_eq!(stored, want);
    assert_eq!(till.pull_history(phone, None, ALL).unwrap().new, 0);

    // A line that was there before an operation was made is never taken for it.
    street.clock.pass(Duration::from_secs(60));
    street.cores.lock().unwrap().gree.office(street.now_ms()).change_points(phone, 9, "elsewhere").unwrap();
    assert_eq!(till.pull_history(phone, None, ALL).unwrap().new, 1);
    street.clock.pass(Duration::from_secs(60));
    till.accrue_points(AccruePoints::new(phone).points(Points::new(9)).require_online(ALL).op_id("nine")).unwrap();
    let got = till.pull_history(phone, None, ALL).unwrap();
    assert_eq!((got.new, got.linked), (1, 1));
    let nines: Vec<Stored> = lines(&street).into_iter().filter(|(_, _, points, _)| *points == Some(9)).collect();
    assert_eq!(nines.iter().filter(|(.., op)| op.is_some()).count(), 1);
    assert_eq!(nines.last().unwrap().3.as_deref(), Some("nine"));
}

/// Sixty records, so that there is a second page.
fn long_history(street: &Street) {
    let mut cores = street.cores.lock().unwrap();
    let now_s = street.now_ms() / 1000;
    for _ in 0..60 {
        cores.sandy.other_till(now_s, "elsewhere").consume("A1", 1_00, None).unwrap();
    }
}

#[test]
fn a_garbled_page_leaves_nothing_behind() {
    let record = |fields: &str| {
        format!(r#"{{"data": [{{"ori_money": 1, "act_money": 1, "amount": 1, "score": 1, {fields}}}], "pages": 61.0}}"#)
    };
    let garbage = [
        "<html>please log in</html>".to_owned(),
        "{".to_owned(),
        r#"{"data": {}}"#.to_owned(),
        r#"{"errcode": 500, "errmsg": "x"}"#.to_owned(),
        r#"{"errcode": 400, "errmsg": "x"}"#.to_owned(),
        record(r#""type": 7, "time": 1"#),
        record(r#""type": 7, "id": 9"#),
        record(r#""id": 9, "time": 1"#),
    ];
    for body in garbage {
        let street = Street::new();
        let till = street.till(shop(sandy()));
        till.serve_card("A1", ALL).unwrap();
        long_history(&street);
        let mut page = 0;
        let bad = body.clone();
        street.hook(move |_, endpoint| {
            page += i32::from(endpoint == "getcardhis");
            if endpoint == "getcardhis" && page == 2 { said(&bad) } else { Fate::Passes }
        });
        let error = till.pull_history("A1", None, ALL).unwrap_err();
        assert!(matches!(error.code(), ErrorCode::Unreachable | ErrorCode::RemoteRefused), "{body}: {error}");
        assert_eq!(lines(&street), [], "{body}");
        assert_eq!(till.pull_history("A1", None, ALL).unwrap().told, 61, "{body}");
    }
}

#[test]
fn a_remote_without_an_end_is_left_after_a_while() {
    let street = Street::new();
    let till = street.till(shop(sandy()));
    till.serve_card("A1", ALL).unwrap();
    till.consume(Consume::new("A1", yuan("10")).require_online(ALL).op_id("c")).unwrap();
    let before = street.asked("getcardhis");

    // The same page for ever, that is said to be one of many.
    let same: Vec<String> = (1..=50)
        .map(|id| {
            format!(r#"{{"id": {id}, "type": 7, "time": 1700000000, "ori_money": 1, "act_money": 1, "amount": 9}}"#)
        })
        .collect();
    let same = format!(r#"{{"data": [{}], "pages": 9999.0, "page_size": 50}}"#, same.join(","));
    street.hook(move |_, endpoint| if endpoint == "getcardhis" { said(&same) } else { Fate::Passes });
    let got = till.pull_history("A1", None, ALL).unwrap();
    assert_eq!((got.told, got.new, got.linked, got.complete), (50, 50, 0, false));
    assert_eq!(street.asked("getcardhis") - before, 2);

    // Ever new pages.
    let mut page = 0;
    street.hook(move |_, endpoint| {
        if endpoint != "getcardhis" {
            return Fate::Passes;
        }
        page += 1;
        let record = |id: i32| {
            let id = page * 1000 + id;
            format!(r#"{{"id": {id}, "type": 7, "time": 1700000000, "ori_money": 1, "act_money": 1, "amount": 9}}"#)
        };
        let records: Vec<String> = (0..50).map(record).collect();
        said(&format!(r#"{{"data": [{}]}}"#, records.join(",")))
    });
    let before = street.asked("getcardhis");
    let got = till.pull_history("A1", None, ALL).unwrap();
    assert_eq!((got.told, got.complete, street.asked("getcardhis") - before), (10_000, false, 200));
    assert!(lines(&street).iter().all(|(.., op)| op.is_none()), "of a part nothing is concluded");
}

#[test]
fn what_can_not_be_read_is_told_by_its_reason() {
    let street = Street::new();
    let till = street.till(shop(freemud()));
    till.serve_card("13800000001", ALL).unwrap();
    assert_eq!(till.pull_history("13800000001", None, ALL).unwrap_err().code(), ErrorCode::Unsupported);

    let street = Street::new();
    let till = street.till(shop(sandy()));
    assert_eq!(till.pull_history("Z9", None, ALL).unwrap_err().code(), ErrorCode::NotFound);
    // A card that the book does not know is served first.
    assert_eq!(till.pull_history("A1", None, ALL).unwrap(), pulled(1, 1, 0));
    street.cut(true);
    assert_eq!(till.pull_history("A1", None, ALL).unwrap_err().code(), ErrorCode::Unreachable);

    // A card that is being opened here: one of that number at the remote may be another holder's.
    till.open_card(OpenCard::new("N1", "普通会员").offline()).unwrap();
    street.cores.lock().unwrap().sandy.seed(street.now_ms() / 1000, NewCard::new("N1", 1)).unwrap();
    street.cut(false);
    while till.pull_catalogue(ALL).is_err() {
        street.clock.pass(Duration::from_secs(1));
    }
    assert_eq!(till.pull_history("N1", None, ALL).unwrap_err().code(), ErrorCode::NotFound);
    assert_eq!(lines(&street).len(), 1);
}

/// Two cards turn out to be one member: so do their histories.
#[test]
fn lines_of_two_cards_that_become_one_stay() {
    let street = Street::new();
    let phone = "13911112222";
    let now = street.now_ms();
    let open_id = street.cores.lock().unwrap().gree.office(now).add_member(phone, Profile::default(), 10, 0).unwrap();
    street.cores.lock().unwrap().gree.office(now).change_points(phone, 3, "elsewhere").unwrap();
    let till = street.till(shop(gree()));
    till.set_reference("C1", "gree", &open_id).unwrap();
    till.serve_card("C1", ALL).unwrap();
    let told = till.pull_history("C1", None, ALL).unwrap().told;
    street.cut(true);
    till.register(Register::new(phone).card("C2").name("王小明").op_id("r").offline()).unwrap();
    street.cut(false);
    street.settle(&till);
    assert_eq!(till.card("C2").unwrap().number.as_str(), "C1");
    let got = till.pull_history("C2", None, ALL).unwrap();
    assert_eq!((got.told, got.new), (told, 0));
    assert_eq!(lines(&street).len() as u64, told);
}

/// What was undone without ever having been known to be done has no line in the book: what the remote tells of it, or of
/// another till's change that looks the same, is not hidden behind it.
#[test]
fn what_came_to_nothing_here_hides_no_line_of_the_remotes() {
    let street = Street::new();
    let phone = "13911112222";
    let now = street.now_ms();
    street.cores.lock().unwrap().gree.office(now).add_member(phone, Profile::default(), 100, 0).unwrap();
    let till = street.till(shop(gree()));
    till.serve_card(phone, ALL).unwrap();
    let mut lost = false;
    street.hook(move |_, asked| {
        let first = asked == "wk.user.event.score.change" && !std::mem::replace(&mut lost, true);
        if first { Fate::AnswerLost } else { Fate::Passes }
    });
    let redeem = RedeemPoints::new(phone, Points::new(30)).op_id("x").require_online(Duration::from_millis(200));
    assert_eq!(till.redeem_points(redeem).unwrap().promise, Some(tillbook::Promise::InDoubt));
    street.settle(&till);
    assert_eq!(till.operation("x").unwrap().state, State::Reversed);
    assert_eq!(till.history(&HistoryQuery::default()).unwrap().lines, []);
    let got = till.pull_history(phone, None, ALL).unwrap();
    assert_eq!((got.linked, got.complete), (0, true), "{:?}", lines(&street));
    let page =
        till.history(&HistoryQuery { card: Some(phone.into()), with_remote: true, ..HistoryQuery::default() }).unwrap();
    assert_eq!(page.records.len() as u64, got.told);
}

/// Several remotes: what one tells is taken, and that another has no history takes nothing away from it.
#[test]
fn of_several_remotes_those_that_tell_a_history_are_read() {
    let street = Street::new();
    let now = street.now_ms();
    street.cores.lock().unwrap().gree.office(now).add_member("13800000001", Profile::default(), 0, 0).unwrap();
    street.cores.lock().unwrap().gree.office(now).change_points("13800000001", 4, "elsewhere").unwrap();
    let till = street.till(all_families());
    till.serve_card("A1", ALL).unwrap();
    let got = till.pull_history("A1", None, ALL).unwrap();
    assert!(got.complete && got.linked == 0);
    let kinds: Vec<String> = lines(&street).into_iter().map(|(kind, ..)| kind).collect();
    assert!(kinds.contains(&"open_card".to_owned()) && kinds.contains(&"points_in".to_owned()), "{kinds:?}");
}

/// The street's line, on which the answer to a sale is held back until it is let go.
struct Held {
    line: Line,
    done: Sender<()>,
    go: Mutex<Receiver<()>>,
}

impl Transport for Held {
    fn send(&self, request: &HttpRequest) -> Sent {
        let answer = self.line.send(request);
        if request.url.ends_with("/consume") {
            self.done.send(()).unwrap();
            self.go.lock().unwrap().recv().unwrap();
        }
        answer
    }
}

/// A line that is read between the sale and its answer is linked by the balances that the answer tells.
#[test]
fn a_line_that_was_read_before_the_answer_came_is_linked_by_it() {
    let street = Street::new();
    let ((done, is_done), (release, go)) = (channel(), channel());
    let held = Held { line: Line(Arc::clone(&street)), done, go: Mutex::new(go) };
    let till = street.builder(shop(sandy())).transport(Arc::new(held)).open(street.book()).unwrap();
    till.serve_card("A1", ALL).unwrap();
    std::thread::scope(|threads| {
        let sale = threads.spawn(|| till.consume(Consume::new("A1", yuan("10")).require_online(ALL).op_id("c")));
        is_done.recv().unwrap();
        assert_eq!(till.pull_history("A1", None, ALL).unwrap(), pulled(2, 2, 0));
        assert_eq!(lines(&street)[1], line("consume", Some(-8_00), Some(8), None));
        release.send(()).unwrap();
        assert!(sale.join().unwrap().unwrap().is_approved());
    });
    assert_eq!(lines(&street)[1], line("consume", Some(-8_00), Some(8), Some("c")));
    assert_eq!(till.pull_history("A1", None, ALL).unwrap(), pulled(2, 0, 0));
}
