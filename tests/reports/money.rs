//! Where the money stands in the totals: once, under the right head, with the right sign.

use std::collections::BTreeMap;
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::time::Duration;

use tillbook::{
    BackupOptions, Book, CardNumbers, Class, Concern, Config, Consume, Csv, ErrorCode, Figures, HistoryQuery,
    HttpResponse, Kind, Language, Money, Movement, OpenCard, Period, Points, Promise, PushOrder, Recharge,
    RedeemPoints, Register, Resolution, Restore, Retarget, ReturnOrder, State, Till, Timestamp, Totals,
};
use tillbook_sandbox::gree::Profile;
use tillbook_sandbox::sandy::NewCard;

use crate::common::yuan;
use crate::ledger::parsed;
use crate::street::{ALL, Fate, Street, gree, sandy, shop};

const PHONE: &str = "13911112222";

fn pay(card: &str, amount: &str) -> Consume {
    Consume::new(card, yuan(amount)).discountable(Money::ZERO).offline()
}

fn cash(card: &str, amount: &str) -> Recharge {
    Recharge::new(card, yuan(amount), 1).offline()
}

fn numbered() -> Config {
    let range = CardNumbers { prefix: "N".into(), first: 1, last: 20, width: None };
    Config { card_numbers: Some(range), ..shop(sandy()) }
}

fn at_sandy(street: &Arc<Street>) -> Till {
    let till = street.till(numbered());
    till.pull_catalogue(ALL).unwrap();
    till.serve_card("A1", ALL).unwrap();
    till
}

fn at_gree(street: &Arc<Street>) -> Till {
    let now = street.now_ms();
    street.cores.lock().unwrap().gree.office(now).add_member(PHONE, Profile::default(), 100, 0).unwrap();
    let till = street.till(shop(gree()));
    till.serve_card(PHONE, ALL).unwrap();
    till
}

fn said(body: &str) -> Fate {
    Fate::Answered(HttpResponse { status: 200, headers: Vec::new(), body: body.into() })
}

fn later(street: &Street, till: &Till) {
    for _ in 0..12 {
        till.sync(ALL).unwrap();
        street.clock.pass(Duration::from_secs(30));
    }
}

/// Lines and `due` by movement.
fn heads(totals: &Totals) -> Vec<(Movement, u64, Money)> {
    totals.movements.iter().map(|(&movement, sums)| (movement, sums.lines, sums.due)).collect()
}

/// N1 is somebody else's: opened here, paid in and used, and then refused.
fn refused(street: &Arc<Street>) -> Till {
    let now_s = street.now_ms() / 1000;
    let other = NewCard::new("N1", 1).with_holder("Mr Zhao", "13900000001", None);
    street.cores.lock().unwrap().sandy.seed(now_s - 7200, other).unwrap();
    let till = at_sandy(street);
    till.open_card(OpenCard::next("普通会员").op_id("open").operator("Ann").offline()).unwrap();
    till.recharge(cash("N1", "100").op_id("cash").operator("Ann")).unwrap();
    till.consume(pay("N1", "30").op_id("sale").operator("Ann")).unwrap();
    later(street, &till);
    assert_eq!(till.operation("open").unwrap().state, State::Rejected);
    till
}

#[test]
fn cash_for_a_card_that_got_another_number_was_taken_once() {
    use Movement::{Made, Retarget as Moved, WriteOff};
    for (to, moved, given_up) in [(Retarget::NextNumber, 1, 0), (Retarget::ExistingCard("A1".into()), 4, 1)] {
        let street = Street::new();
        let till = refused(&street);
        let before = till.totals().unwrap();
        assert_eq!(heads(&before), [(Made, 3, yuan("100"))]);
        till.retarget("open", &to, "Lin", "the number was taken").unwrap();
        street.settle(&till);
        assert_eq!(till.operation("cash").unwrap().state, State::Settled);
        let x = till.totals().unwrap();
        let mut want = vec![(Made, 3, yuan("100"))];
        want.extend((given_up > 0).then_some((WriteOff, given_up, Money::ZERO)));
        want.push((Moved, moved, Money::ZERO));
        assert_eq!(heads(&x), want, "{to:?}");
        assert_eq!(x.movements[&Moved], Figures { lines: moved, ..Figures::default() }, "it comes to nothing: {to:?}");
        assert_eq!((x.due, &x.kinds), (yuan("100"), &before.kinds), "{to:?}");
        let by_lin = x.lines.iter().filter(|line| line.key.operator.as_deref() == Some("Lin"));
        assert!(by_lin.into_iter().all(|line| line.key.movement == Moved), "who moved it took no cash: {to:?}");
        let table = x.to_csv(Language::English);
        assert!(
            table.contains(&format!("all,,,,moved to another card,{moved},0.00,0.00,0.00,0.00,0.00,0.00,0\r\n")),
            "{table}"
        );
        let z = till.close_day(&till.business_date().unwrap(), "Chen").unwrap();
        assert_eq!((z.totals.due, &z.totals.movements), (yuan("100"), &x.movements));
    }
}

#[test]
fn what_comes_back_is_below_zero_wherever_it_is_told() {
    let street = Street::new();
    let till = at_gree(&street);
    till.push_order(PushOrder::new(PHONE, yuan("100")).points(Points::new(10)).op_id("o").offline()).unwrap();
    let back = till.return_order(ReturnOrder::new(PHONE, "o").amount(yuan("30")).op_id("r").offline()).unwrap();
    let told = (back.told.original, back.told.actual, back.told.due, back.told.points);
    assert_eq!(told, (yuan("30").negated(), yuan("30").negated(), yuan("30").negated(), Points::new(-3)));
    let line = till.history(&HistoryQuery { kind: Some("return_order".into()), ..HistoryQuery::default() }).unwrap();
    assert_eq!(line.lines[0].entry.original, yuan("30").negated());

    let x = till.totals().unwrap();
    let made = x.movements[&Movement::Made];
    assert_eq!(
        (made.original, made.actual, made.due, made.points),
        (yuan("70"), yuan("70"), yuan("70"), Points::new(7))
    );
    assert_eq!(x.due, Money::ZERO, "nobody knows what it was paid with");
    let table = x.to_csv(Language::English);
    assert!(table.contains(",,return,,made,1,-30.00,0.00,-30.00,0.00,-30.00,0.00,-3\r\n"), "{table}");
    let sold: i64 = parsed(&table)
        .iter()
        .filter(|row| row[0].is_empty())
        .map(|row| row[6].replace('.', "").parse::<i64>().unwrap())
        .sum();
    assert_eq!(sold, 70_00, "the column adds up to what was sold");
    assert_eq!(serde_json::to_value(&x).unwrap()["kinds"]["return_order"]["original"], -30_00);

    // How much is at stake has no direction: a return that is refused takes nothing off an order that is.
    let report = till.reconciliation(&Period::Day(till.business_date().unwrap())).unwrap();
    assert_eq!(
        (report.total.money, report.kinds[&Kind::ReturnOrder][&Class::OnItsWay].money),
        (yuan("130"), yuan("30"))
    );
    let z = till.close_day(&till.business_date().unwrap(), "Chen").unwrap();
    assert_eq!((z.totals.movements[&Movement::Made], z.open[&Class::OnItsWay].money), (made, yuan("130")));

    // A return that is voided is a sale again.
    till.void("r").unwrap();
    let x = till.totals().unwrap();
    assert_eq!(x.movements[&Movement::Void].original, yuan("30"));
    street.settle(&till);
    let all = till.totals_of_day(&z.business_date).unwrap().movements;
    assert_eq!(all.values().map(|sums| sums.original).sum::<Money>(), yuan("100"));
}

/// The money of an order behind a registration that is refused may have been paid by card.
#[test]
fn cash_taken_is_the_same_everywhere() {
    let street = Street::new();
    let till = street.till(shop(gree()));
    till.sync(ALL).unwrap();
    street.cut(true);
    till.register(Register::new(PHONE).name("王小明").op_id("r").offline()).unwrap();
    till.push_order(PushOrder::new(PHONE, yuan("80")).op_id("o").offline()).unwrap();
    street.cut(false);
    street.hook(|_, asked| match asked {
        "wk.user.info.add" => said(r#"{"success":false,"error_code":110001,"error_message":"bad"}"#),
        _ => Fate::Passes,
    });
    later(&street, &till);
    let waiting = till.waiting().unwrap();
    assert_eq!((waiting[0].orphans.len(), waiting[0].orphans[0].amount), (1, yuan("80")));
    assert_eq!((waiting[0].cash_taken, till.totals().unwrap().due), (Money::ZERO, Money::ZERO));
}

/// Carried out too late, not to be undone: a person has to say what became of it.
fn not_undone() -> (Arc<Street>, Till) {
    let street = Street::new();
    let till = at_gree(&street);
    let (go, wait) = mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    street.hook(move |_, asked| {
        if asked.contains("rollback") {
            return said(r#"{"success":false,"error_code":110001,"error_message":"not so"}"#);
        }
        if asked == "wk.user.event.score.change" {
            let _ = wait.lock().unwrap().recv_timeout(Duration::from_secs(20));
        }
        Fate::Passes
    });
    let redeem = RedeemPoints::new(PHONE, Points::new(30)).op_id("x").require_online(Duration::from_millis(200));
    assert_eq!(till.redeem_points(redeem).unwrap().promise, Some(Promise::InDoubt));
    go.send(()).unwrap();
    let until = std::time::Instant::now() + Duration::from_secs(20);
    while till.operation("x").unwrap().state != State::Parked {
        assert!(std::time::Instant::now() < until, "{:?}", till.operation("x").unwrap());
        till.sync(ALL).unwrap();
        street.clock.pass(Duration::from_secs(1));
        std::thread::sleep(Duration::from_millis(5));
    }
    (street, till)
}

#[test]
fn what_could_not_be_undone_is_counted_once_or_not_at_all() {
    for (resolution, lines, points) in
        [(Resolution::WasApplied, 1, -30), (Resolution::WasNotApplied, 2, 0), (Resolution::WriteOff, 1, -30)]
    {
        let (street, till) = not_undone();
        assert_eq!(till.totals().unwrap().movements[&Movement::WithoutApproval].points, Points::new(-30));
        till.resolve("x", resolution, "Lin", "looked there").unwrap();
        street.hook(|_, _| Fate::Passes);
        street.settle(&till); // and the book is sound
        let x = till.totals().unwrap();
        assert_eq!(x.movements.keys().collect::<Vec<_>>(), [&Movement::WithoutApproval], "{resolution:?}");
        let sums = x.movements[&Movement::WithoutApproval];
        assert_eq!((sums.lines, sums.points), (lines, Points::new(points)), "{resolution:?}");
    }
}

/// A recharge whose answer is lost while somebody else pays in the same card: nobody can tell.
fn unclear(approved: bool) -> (Arc<Street>, Till) {
    let street = Street::new();
    let till = at_sandy(&street);
    let (there, mut first) = (Arc::clone(&street), true);
    street.hook(move |_, asked| {
        if asked != "recharge" || !std::mem::take(&mut first) {
            return Fate::Passes;
        }
        let now_s = there.now_ms() / 1000;
        there.cores.lock().unwrap().sandy.other_till(now_s, "another").recharge("A1", 1_00, 1).unwrap();
        Fate::Lost
    });
    let paid = Recharge::new("A1", yuan("50"), 1).op_id("x").operator("Ann");
    let paid = if approved { paid.offline() } else { paid.require_online(Duration::from_millis(300)) };
    assert_eq!(till.recharge(paid).unwrap().is_approved(), approved);
    for _ in 0..200 {
        if till.operation("x").unwrap().state == State::Parked {
            return (street, till);
        }
        till.sync(ALL).unwrap();
        street.clock.pass(Duration::from_secs(2));
    }
    panic!("never parked: {:?}", till.operation("x"));
}

#[test]
fn each_decision_has_its_effect_on_the_totals_once() {
    use Movement::{Made, WithoutApproval, WriteOff};
    use Resolution as R;
    let fifty = || yuan("50");
    // Approved or not, the decisions, the heads afterwards, what the drawer has to hold.
    let cases = [
        (true, vec![R::WasApplied], vec![(Made, 1, fifty())], fifty()),
        (true, vec![R::SendAgain], vec![(Made, 1, fifty())], fifty()),
        (true, vec![R::WasNotApplied], vec![(Made, 1, fifty())], fifty()),
        (true, vec![R::WasNotApplied, R::WasApplied], vec![(Made, 1, fifty())], fifty()),
        (
            true,
            vec![R::WasNotApplied, R::WriteOff],
            vec![(Made, 1, fifty()), (WriteOff, 1, fifty().negated())],
            fifty(),
        ),
        (true, vec![R::WriteOff], vec![(Made, 1, fifty()), (WriteOff, 1, fifty().negated())], fifty()),
        (false, vec![R::WasApplied], vec![(WithoutApproval, 1, fifty())], Money::ZERO),
        (false, vec![R::WasNotApplied], vec![], Money::ZERO),
        (false, vec![R::WriteOff], vec![], Money::ZERO),
    ];
    for (approved, decisions, want, due) in cases {
        let (street, till) = unclear(approved);
        let today = till.business_date().unwrap();
        // The day is closed while it waits: what is decided afterwards is the next close's.
        let z = till.close_day(&today, "Chen").unwrap();
        assert_eq!(z.open[&Class::Parked].operations, 1);
        for &decision in &decisions {
            till.resolve("x", decision, "Lin", "looked there").unwrap();
        }
        street.settle(&till);
        let case = format!("{approved} {decisions:?}");
        let day = till.totals_of_day(&today).unwrap();
        assert_eq!((heads(&day), day.due), (want, due), "{case}");
        let x = till.totals().unwrap();
        let mut both: BTreeMap<Movement, u64> = BTreeMap::new();
        for (movement, lines, _) in heads(&z.totals).into_iter().chain(heads(&x)) {
            *both.entry(movement).or_default() += lines;
        }
        assert_eq!(both, heads(&day).into_iter().map(|(movement, lines, _)| (movement, lines)).collect(), "{case}");
        assert_eq!(z.totals.due.plus(x.due), due, "{case}");
    }
}

#[test]
fn of_several_people_who_decide_at_once_one_does() {
    for _ in 0..5 {
        let (street, till) = unclear(true);
        let decisions = [Resolution::WriteOff, Resolution::WasApplied, Resolution::WriteOff, Resolution::WasApplied];
        let start = Barrier::new(decisions.len());
        let done: Vec<_> = std::thread::scope(|scope| {
            let people = decisions.map(|decision| {
                let (start, till) = (&start, &till);
                scope.spawn(move || {
                    start.wait();
                    till.resolve("x", decision, "somebody", "thinks so").map(|receipt| receipt.state)
                })
            });
            people.into_iter().map(|person| person.join().unwrap()).collect()
        });
        let (well, late): (Vec<_>, Vec<_>) = done.into_iter().partition(Result::is_ok);
        assert_eq!(well.len(), 1);
        assert!(late.into_iter().all(|late| late.unwrap_err().code() == ErrorCode::WrongState));
        // Nobody decides beside a till that is open: with the tool it is one after the other.
        let second = street.builder(numbered()).open(street.book());
        assert_eq!(second.err().unwrap().code(), ErrorCode::BookInUse);
        let state = well.into_iter().next().unwrap().unwrap();
        street.settle(&till);
        let given_up = state == State::WrittenOff;
        let x = till.totals().unwrap();
        assert_eq!(x.movements.contains_key(&Movement::WriteOff), given_up);
        assert_eq!(x.movements.values().map(|sums| sums.lines).sum::<u64>(), 1 + u64::from(given_up));
        drop(till);
        let again = street.till(numbered());
        let late = again.resolve("x", Resolution::WriteOff, "Chen", "an old list").unwrap_err();
        assert_eq!(late.code(), ErrorCode::WrongState);
        assert_eq!(again.totals().unwrap(), x);
    }
}

#[test]
fn a_clock_that_ran_ahead_over_a_close_loses_nothing_and_counts_nothing_twice() {
    let street = Street::new();
    let till = at_sandy(&street);
    let today = till.business_date().unwrap();
    till.consume(pay("A1", "1").op_id("one")).unwrap();
    street.clock.set_wrong(26 * 3_600_000);
    till.consume(pay("A1", "2").op_id("ahead")).unwrap();
    let tomorrow = till.business_date().unwrap();
    assert!(tomorrow > today);
    let early = till.close_day(&tomorrow, "Chen").unwrap();
    assert_eq!(early.totals.movements[&Movement::Made].from_card, yuan("3"));
    till.consume(pay("A1", "4").op_id("ahead-too")).unwrap();
    // Put right, and the remote says so too.
    street.clock.set_wrong(0);
    street.settle(&till);
    assert_eq!(till.business_date().unwrap(), today);
    assert_eq!(till.close_day(&tomorrow, "Chen").unwrap_err().field(), Some("date"), "it is to come again");
    till.consume(pay("A1", "8").op_id("back")).unwrap();
    let late = till.close_day(&today, "Chen").unwrap();
    assert_eq!(late.totals.movements[&Movement::Made].from_card, yuan("12"));
    street.clock.pass(Duration::from_secs(24 * 3600));
    till.consume(pay("A1", "16").op_id("next")).unwrap();
    let next = till.close_day(&tomorrow, "Chen").unwrap();
    assert_eq!(next.totals.movements[&Movement::Made].from_card, yuan("16"));
    let days = [&today, &tomorrow].map(|day| till.totals_of_day(day).unwrap().movements[&Movement::Made].from_card);
    assert_eq!(days.into_iter().sum::<Money>(), yuan("31"));
    assert_eq!(till.close_day(&tomorrow, "Chen").unwrap_err().field(), Some("date"));
    assert_eq!(till.totals().unwrap().lines, []);
}

#[test]
fn numbers_that_an_older_copy_passes_over_are_no_lines() {
    let street = Street::new();
    let till = at_sandy(&street);
    till.consume(pay("A1", "1")).unwrap();
    till.close_day(&till.business_date().unwrap(), "Chen").unwrap();
    till.consume(pay("A1", "2")).unwrap();
    street.settle(&till);
    let copy = street.dir.path().join("copy.db");
    till.backup(&copy, BackupOptions::new()).unwrap();
    till.consume(pay("A1", "4")).unwrap();
    drop(till);
    Restore::new(&copy).run(street.book()).unwrap();
    let till = street.till(numbered());
    till.go_on_after_restore("boss", "the disk was replaced").unwrap();
    let lines = |till: &Till| {
        let safe = till.safe_to_close().unwrap();
        let told = safe.remove.into_iter().find_map(|concern| match concern {
            Concern::DayNotClosed { lines } => Some(lines),
            _ => None,
        });
        assert_eq!(Book::open(street.book()).unwrap().status().unwrap().lines_not_closed, told.unwrap_or_default());
        assert_eq!(
            till.totals().unwrap().movements.values().map(|sums| sums.lines).sum::<u64>(),
            told.unwrap_or_default()
        );
        told
    };
    assert_eq!(lines(&till), Some(1));
    till.consume(pay("A1", "8")).unwrap();
    assert_eq!(lines(&till), Some(2));
    let z = till.close_day(&till.business_date().unwrap(), "Chen").unwrap();
    assert_eq!(z.totals.movements[&Movement::Made].from_card, yuan("10"));
    assert_eq!(lines(&till), None);
    till.consume(pay("A1", "16")).unwrap();
    assert_eq!(lines(&till), Some(1));
}

#[test]
fn more_notices_than_are_shown_are_counted_and_come_when_those_before_are_acknowledged() {
    let street = Street::new();
    drop(street.till(numbered()));
    let book = rusqlite::Connection::open(street.book()).unwrap();
    let insert = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1003)
                  INSERT INTO notice (kind, detail, at) SELECT 'unexplained', 'number ' || i, i FROM n";
    book.execute_batch(insert).unwrap();
    drop(book);
    let till = street.till(numbered());
    let shown = till.notices().unwrap();
    assert_eq!((shown.len(), shown[0].detail.as_str()), (1_000, "number 1"));
    assert!(till.safe_to_close().unwrap().remove.contains(&Concern::Notices { notices: 1_003 }));
    for notice in &shown[..3] {
        till.acknowledge(notice.notice_no, "Lin", None).unwrap();
        assert_eq!(till.acknowledge(notice.notice_no, "Chen", None).unwrap_err().code(), ErrorCode::NotFound);
    }
    let shown = till.notices().unwrap();
    assert_eq!((shown.len(), shown[999].detail.as_str()), (1_000, "number 1003"));
    assert!(till.safe_to_close().unwrap().remove.contains(&Concern::Notices { notices: 1_000 }));
}

#[test]
fn an_empty_book_has_totals_of_nothing() {
    let street = Street::new();
    let till = street.till(numbered());
    let x = till.totals().unwrap();
    assert_eq!((x.lines.len(), x.movements.len(), x.due, x.first_entry), (0, 0, Money::ZERO, None));
    assert_eq!(parsed(&x.to_csv(Language::Chinese)).len(), 1, "headings");
    let now = street.now_ms();
    for period in [
        Period::Day(till.business_date().unwrap()),
        Period::Range { from: Timestamp::from_millis(0), until: Timestamp::from_millis(now) },
    ] {
        let report = till.reconciliation(&period).unwrap();
        assert_eq!((report.total.operations, report.classes.len()), (0, 0));
        assert_eq!(parsed(&report.to_csv(Language::English)).len(), 3, "headings and two sums of nothing");
    }
    let z = till.close_day(&till.business_date().unwrap(), "Chen").unwrap();
    assert_eq!((z.totals.first_entry, z.operations.len(), z.chain_head), (None, 0, None));
}
