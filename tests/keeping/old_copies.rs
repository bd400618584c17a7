//! Older copies of the book put back: told, and gone on with so that nothing is lost or done twice up to the copy.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use tillbook::{
    AccruePoints, Config, Consume, ErrorCode, NoticeKind, Promise, Receipt, Recharge, RedeemPoints, Register, State,
    Till,
};

use crate::street::{ALL, Fate, Street};
use crate::{ask, config, states, street, times_there, yuan};

/// A street whose till has a high-water file on another disk.
struct Corner {
    street: Arc<Street>,
    disk: TempDir,
    copies: TempDir,
}

impl Corner {
    fn new() -> Corner {
        Corner { street: street(), disk: TempDir::new().unwrap(), copies: TempDir::new().unwrap() }
    }

    fn mark(&self) -> PathBuf {
        self.disk.path().join("high-water")
    }

    fn config(&self) -> Config {
        Config { high_water: Some(self.mark()), ..config() }
    }

    fn till(&self) -> Till {
        self.street.till(self.config())
    }

    /// The book's files as they are now, as an image of the folder would have them.
    fn copy(&self, name: &str) -> PathBuf {
        let folder = self.copies.path().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        copy_files(self.street.dir.path(), &folder);
        folder
    }

    fn put_back(&self, folder: &Path) {
        for suffix in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(self.street.dir.path().join(format!("till.db{suffix}")));
        }
        copy_files(folder, self.street.dir.path());
    }

    fn pass(&self, till: &Till) {
        // Whatever the till's own threads have begun has come back.
        till.pull_catalogue(ALL).unwrap();
        for _ in 0..20 {
            till.sync(ALL).unwrap();
            self.street.clock.pass(Duration::from_secs(120));
        }
    }

    fn assert_restored(&self, till: &Till, why: &str) {
        let restored = till.status().unwrap().restored;
        assert!(restored.as_deref().is_some_and(|found| found.contains(why)), "{restored:?}, not {why}");
        assert!(till.notices().unwrap().iter().any(|notice| notice.kind == NoticeKind::Restored));
    }
}

fn copy_files(from: &Path, to: &Path) {
    for name in ["till.db", "till.db-wal"] {
        let _ = std::fs::remove_file(to.join(name));
        if from.join(name).exists() {
            std::fs::copy(from.join(name), to.join(name)).unwrap();
        }
    }
}

fn sale(till: &Till, fen: i64) -> Receipt {
    let sale = Consume::new("A2", tillbook::Money::from_fen(fen)).op_id(format!("sale-{fen}"));
    till.consume(sale.offline()).unwrap()
}

/// The last numbers that a book, or an image of one, has given.
fn numbers(book: &Path) -> (i64, i64, i64) {
    let read = TempDir::new().unwrap();
    copy_files(book.parent().unwrap(), read.path());
    let last = |table: &str| ask(&read.path().join("till.db"), &format!("SELECT coalesce(max(rowid), 0) FROM {table}"));
    (last("operation"), last("attempt"), last("entry"))
}

/// Two of one card are in doubt, and the first waits for a person: so does the other one, over a restart as well.
#[test]
fn doubts_behind_one_that_waits_for_a_person_are_not_woken() {
    let corner = Corner::new();
    let till = corner.till();
    till.serve_card("A2", ALL).unwrap();
    corner.street.cut(true);
    sale(&till, 1_01);
    sale(&till, 1_02);
    let copy = corner.copy("two queued");
    sale(&till, 1_03);
    drop(till);
    corner.put_back(&copy);
    let till = corner.till();
    corner.assert_restored(&till, "ahead of it");
    corner.street.cut(false);
    till.go_on_after_restore("boss", "the other disk is gone").unwrap();
    corner.pass(&till);
    let ids = ["sale-101", "sale-102"];
    assert_eq!(states(&till, &ids), [State::Parked, State::InDoubt]);
    drop(till);
    let till = corner.till();
    let check = till.check(&Default::default()).unwrap();
    assert!(check.is_clean(), "{:#?}", check.findings);
    assert_eq!(states(&till, &ids), [State::Parked, State::InDoubt]);
}

#[test]
fn what_people_decided_is_missed_as_well() {
    let corner = Corner::new();
    let till = corner.till();
    till.serve_card("A2", ALL).unwrap();
    corner.street.cut(true);
    sale(&till, 1_01);
    corner.street.cores.lock().unwrap().sandy.office(corner.street.now_ms() / 1000, "office").loss("A2").unwrap();
    corner.street.cut(false);
    corner.pass(&till);
    assert_eq!(states(&till, &["sale-101"]), [State::Rejected]);
    let copy = corner.copy("undecided");
    till.resolve("sale-101", tillbook::Resolution::WriteOff, "boss", "cash was paid").unwrap();
    drop(till);
    corner.put_back(&copy);
    corner.assert_restored(&corner.till(), "ahead of it");
}

#[test]
fn a_book_that_is_the_newest_opens_as_ever() {
    let corner = Corner::new();
    let till = corner.till();
    till.serve_card("A2", ALL).unwrap();
    // More than one block, with and without anything new in between.
    for n in 0..300 {
        till.consume(Consume::new("A2", yuan("0.01")).op_id(format!("small-{n}")).offline()).unwrap();
        if n % 100 == 0 {
            corner.street.settle(&till);
        }
    }
    // The process dies: what it has written is there.
    let copy = corner.copy("killed");
    till.close(Duration::ZERO);
    corner.put_back(&copy);
    let till = corner.till();
    assert_eq!(till.status().unwrap().restored, None);
    sale(&till, 9_99);
    drop(till);
    for _ in 0..3 {
        assert_eq!(corner.till().status().unwrap().restored, None);
    }
    // The file is an older one, and the book newer: nothing is wrong with the book.
    let mark = std::fs::read(corner.mark()).unwrap();
    let till = corner.till();
    sale(&till, 9_98);
    drop(till);
    std::fs::write(corner.mark(), mark).unwrap();
    assert_eq!(corner.till().status().unwrap().restored, None);
    // Opened without it once, and with it again.
    let till = corner.street.till(config());
    sale(&till, 9_97);
    drop(till);
    assert_eq!(corner.till().status().unwrap().restored, None);
}

#[test]
fn an_older_copy_is_told_by_one_commit() {
    let corner = Corner::new();
    let till = corner.till();
    till.serve_card("A2", ALL).unwrap();
    sale(&till, 1_01);
    let copy = corner.copy("one back");
    let last = sale(&till, 1_02);
    till.close(Duration::ZERO);
    corner.put_back(&copy);
    let till = corner.till();
    corner.assert_restored(&till, "ahead of it");
    assert_eq!(states(&till, &["sale-101"]), [State::InDoubt]);
    assert_eq!(till.operation("sale-102").unwrap_err().code(), ErrorCode::NotFound);
    assert_eq!(ask::<i64>(&corner.street.book(), "SELECT max(epoch) FROM epoch"), 2);
    let next = sale(&till, 1_03);
    assert!(next.receipt_no.unwrap() > last.receipt_no.unwrap(), "no number is given again");
    till.go_on_after_restore("boss", "the disk was replaced").unwrap();
    drop(till);
    let till = corner.till();
    assert_eq!(till.status().unwrap().restored, None);
    drop(till);

    // The lost book turns up again: it is none of this epoch.
    let lost = corner.copy("second epoch");
    corner.put_back(&copy);
    corner.assert_restored(&corner.till(), "ahead of it");
    // And once more, now that the third epoch has begun.
    corner.put_back(&lost);
    corner.assert_restored(&corner.till(), "ahead of it");
}

/// What is done in a part of a day, by its name.
type Hour<'a> = (&'static str, &'a dyn Fn(&Till));

#[test]
fn copies_put_back_at_any_point_lose_and_double_nothing() {
    let mut told = 0;
    // A step of the day, after which the copy is made; the day goes on, and then the copy is put back.
    for back_to in 0..7 {
        let corner = Corner::new();
        let street = &corner.street;
        let till = corner.till();
        till.register(Register::new("13800000001").card("A1").name("Mr Wang").op_id("reg").offline()).unwrap();
        till.serve_card("A1", ALL).unwrap();
        street.settle(&till);
        till.serve_card("A1", ALL).unwrap();
        let day: [Hour<'_>; 7] = [
            ("cut", &|_| street.cut(true)),
            ("pay", &|till| {
                till.consume(Consume::new("A1", yuan("10.05")).op_id("pay").offline()).unwrap();
            }),
            ("recharge", &|till| {
                till.recharge(Recharge::new("A1", yuan("20.02"), 1).op_id("recharge").offline()).unwrap();
            }),
            ("points", &|till| {
                till.redeem_points(RedeemPoints::new("A1", tillbook::Points::new(7)).op_id("points").offline())
                    .unwrap();
                till.accrue_points(AccruePoints::new("A1").points(tillbook::Points::new(3)).op_id("more").offline())
                    .unwrap();
            }),
            ("back, half of it", &|till| {
                street.cut(false);
                let mut left = 3;
                street.hook(move |_, endpoint| {
                    left -= i32::from(endpoint == "consume" || endpoint.contains("score"));
                    if left < 0 { Fate::NotSent } else { Fate::Passes }
                });
                till.sync(ALL).unwrap();
            }),
            ("answer lost", &|till| {
                street.once("consume", Fate::AnswerLost);
                till.consume(Consume::new("A1", yuan("30.10")).op_id("lost").offline()).unwrap();
                till.sync(Duration::from_millis(1)).unwrap();
            }),
            ("all", &|till| {
                street.hook(|_, _| Fate::Passes);
                corner.pass(till);
            }),
        ];
        let mut copy = None;
        for (number, (name, step)) in day.iter().enumerate() {
            step(&till);
            if number == back_to {
                copy = Some((corner.copy(name), *name));
            }
        }
        let (copy, name) = copy.unwrap();
        let points_there = |street: &Street| {
            let cores = street.cores.lock().unwrap();
            cores.freemud.member("13800000001").map(|member| member.points)
        };
        let there = (times_there(street, 8_04), times_there(street, 20_02), times_there(street, 24_08));
        assert_eq!(there, (1, 1, 1), "{name}");
        let points = points_there(street);
        assert_eq!(states(&till, &["pay", "recharge", "points", "more", "lost"]), [State::Settled; 5], "{name}");
        drop(till);
        // After the last steps nothing was done that has a number: then the copy is as good as the book.
        let left_behind = numbers(&street.book()) != numbers(&copy.join("till.db"));
        assert!(left_behind || back_to >= 5);
        corner.put_back(&copy);
        let till = corner.till();
        assert_eq!(till.status().unwrap().restored.is_some(), left_behind, "{name}");
        if left_behind {
            corner.assert_restored(&till, "ahead of it");
            told += 1;
        }
        let assert_clean = || {
            let check = till.check(&tillbook::CheckOptions::default()).unwrap();
            assert!(check.is_clean(), "{name}: {:#?}", check.findings);
        };
        assert_clean();
        till.go_on_after_restore("boss", "the disk was replaced").unwrap();
        corner.pass(&till);
        assert_clean();
        assert_eq!(
            (times_there(street, 8_04), times_there(street, 20_02), times_there(street, 24_08)),
            there,
            "{name}"
        );
        let more: Vec<_> = ["points", "more"].map(|id| till.operation(id).ok()).into_iter().flatten().collect();
        assert_eq!(points_there(street), points, "{name}: {more:#?} {:?}", street.log.lock().unwrap());
        // Whatever the copy had is still known, and has come to its end or waits for a person.
        let parked = till.waiting().unwrap().iter().any(|waiting| waiting.receipt.state == State::Parked);
        for op_id in ["pay", "recharge", "points", "more", "lost"] {
            if let Ok(receipt) = till.operation(op_id) {
                // In doubt behind one that waits for a person, which holds its lane.
                assert!(
                    matches!(receipt.state, State::Settled | State::Applied | State::Parked)
                        || (parked && receipt.state == State::InDoubt),
                    "{name}: {op_id} is {} {:?} {:#?} {:?}",
                    receipt.state,
                    receipt.waits_for,
                    till.status(),
                    street.log.lock().unwrap().iter().rev().take(30).collect::<Vec<_>>()
                );
                assert_eq!(receipt.promise, Some(Promise::OfflineApproved));
            }
        }
    }
    assert!(told >= 5, "{told}");
}

#[test]
fn a_missing_or_damaged_file_counts_as_an_older_copy_and_one_torn_record_does_not() {
    let corner = Corner::new();
    let till = corner.till();
    till.serve_card("A2", ALL).unwrap();
    sale(&till, 1_01);
    drop(till);
    let mark = std::fs::read(corner.mark()).unwrap();
    let blocks = mark.len() / 4096;
    assert_eq!(blocks, 4);
    // One torn record of each kind.
    for torn in 0..4 {
        let mut bytes = mark.clone();
        bytes[torn * 4096 + 60] ^= 0xff;
        std::fs::write(corner.mark(), bytes).unwrap();
        assert_eq!(corner.till().status().unwrap().restored, None, "record {torn}");
    }
    for (case, bytes) in [("missing", None), ("empty", Some(Vec::new())), ("garbage", Some(vec![0xa5; 20_000]))] {
        match bytes {
            None => std::fs::remove_file(corner.mark()).unwrap(),
            Some(bytes) => std::fs::write(corner.mark(), bytes).unwrap(),
        }
        let till = corner.till();
        corner.assert_restored(&till, "missing or damaged");
        till.go_on_after_restore("boss", case).unwrap();
        drop(till);
        assert_eq!(corner.till().status().unwrap().restored, None, "{case}");
    }
    // A book that never had one gets one, but not in the place of another program's file.
    let other = Corner::new();
    drop(other.street.till(config()));
    let foreign = b"SQLite format 3\0 of the POS itself".repeat(1000);
    std::fs::write(other.mark(), &foreign).unwrap();
    let error = other.street.builder(other.config()).open(other.street.book()).unwrap_err();
    assert_eq!((error.code(), error.field()), (ErrorCode::InvalidConfig, Some("high_water")));
    assert!(std::fs::read(other.mark()).unwrap() == foreign);
    std::fs::write(other.mark(), []).unwrap();
    assert_eq!(other.till().status().unwrap().restored, None);
    assert!(other.mark().exists());
    // A new file in the book's place is another book.
    std::fs::remove_file(other.street.book()).unwrap();
    let error = other.street.builder(other.config()).open(other.street.book()).unwrap_err();
    assert_eq!((error.code(), error.field()), (ErrorCode::InvalidConfig, Some("high_water")));
}

#[test]
fn the_file_must_lie_elsewhere() {
    let corner = Corner::new();
    let inside = corner.street.dir.path().join("sub");
    std::fs::create_dir(&inside).unwrap();
    for path in [corner.street.dir.path().join("mark"), inside.join("mark"), corner.disk.path().join("no/mark")] {
        let config = Config { high_water: Some(path.clone()), ..config() };
        let error = corner.street.builder(config).open(corner.street.book()).unwrap_err();
        assert_eq!((error.code(), error.field()), (ErrorCode::InvalidConfig, Some("high_water")), "{path:?}");
        assert!(!path.exists());
    }
}

/// A slip in the settings must not cost another till's book, a backup, or whatever lies there.
#[test]
fn a_file_that_is_something_else_is_not_written_over() {
    let corner = Corner::new();
    let other = Corner::new();
    drop(other.till());
    let book = std::fs::read(other.street.book()).unwrap();
    // At first use, and by a book that has had one.
    for (had_one, bytes) in [(false, b"notes".to_vec()), (false, book.clone()), (true, book)] {
        if had_one {
            std::fs::remove_file(corner.mark()).unwrap();
            drop(corner.till());
        }
        std::fs::write(corner.mark(), &bytes).unwrap();
        let error = corner.street.builder(corner.config()).open(corner.street.book()).unwrap_err();
        assert_eq!((error.code(), error.field()), (ErrorCode::InvalidConfig, Some("high_water")), "{error}");
        assert_eq!(std::fs::read(corner.mark()).unwrap(), bytes);
    }
}

/// Whoever sets a till up learns at once that the file can't be kept there.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_can_not_be_written_is_refused_at_the_start() {
    let corner = Corner::new();
    let config = Config { high_water: Some("/dev/full".into()), ..config() };
    let error = corner.street.builder(config).open(corner.street.book()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::DiskFull, "{error}");
}

#[test]
fn numbers_of_cards_are_burnt_up_to_the_mark() {
    let corner = Corner::new();
    let next = |number: i64| {
        let conn = rusqlite::Connection::open(corner.street.book()).unwrap();
        conn.execute("INSERT OR REPLACE INTO number_range (range, next) VALUES ('8800-8899', ?1)", [number]).unwrap();
    };
    drop(corner.till());
    next(8805);
    let copy = corner.copy("early");
    next(8820);
    let till = corner.till();
    till.serve_card("A2", ALL).unwrap();
    sale(&till, 1_01);
    drop(till);
    corner.put_back(&copy);
    corner.assert_restored(&corner.till(), "ahead of it");
    let burnt: i64 = ask(&corner.street.book(), "SELECT next FROM number_range");
    assert!((8820..8840).contains(&burnt), "{burnt}");
}

#[test]
fn the_check_knows_the_numbers_that_older_copies_have_burnt() {
    let corner = Corner::new();
    let till = corner.till();
    till.serve_card("A2", ALL).unwrap();
    sale(&till, 1_01);
    let copy = corner.copy("early");
    sale(&till, 1_02);
    drop(till);
    let gaps = || -> i64 { ask(&corner.street.book(), "SELECT max(entry_no) - count(*) FROM entry") };
    for (fen, lost) in [(1_03, false), (1_04, false), (1_05, true)] {
        corner.put_back(&copy);
        if lost {
            std::fs::remove_file(corner.mark()).unwrap();
        }
        let till = corner.till();
        // Twice in a row, with nothing in between.
        drop(till);
        let till = corner.till();
        sale(&till, fen);
        assert!(gaps() > 0);
        let check = till.check(&tillbook::CheckOptions::default()).unwrap();
        assert!(check.is_clean(), "{:#?}", check.findings);
    }
    // A line that was there is missed as ever.
    let conn = rusqlite::Connection::open(corner.street.book()).unwrap();
    conn.execute_batch(
        "PRAGMA foreign_keys = OFF; DROP TRIGGER IF EXISTS entry_kept; DELETE FROM entry WHERE entry_no = 1",
    )
    .unwrap();
    drop(conn);
    let check = corner.till().check(&tillbook::CheckOptions::default()).unwrap();
    assert!(check.findings.iter().any(|finding| finding.kind == tillbook::FindingKind::EntryMissing));
}

#[test]
fn a_book_whose_details_are_in_an_archive_is_no_older_copy() {
    let corner = Corner::new();
    let mut config = corner.config();
    config.retention.archive_after_days = Some(30);
    let till = corner.street.till(config.clone());
    till.serve_card("A2", ALL).unwrap();
    for fen in 1_01..1_06 {
        sale(&till, fen);
    }
    corner.pass(&till);
    corner.street.clock.pass(Duration::from_secs(40 * 86_400));
    assert_eq!(till.keep_house(ALL).unwrap().archived, 4, "all but the last");
    drop(till);
    let last: i64 = ask(&corner.street.book(), "SELECT max(attempt_no) FROM attempt");
    let till = corner.street.till(config);
    assert_eq!(till.status().unwrap().restored, None);
    // No number of what is archived is given again.
    till.serve_card("A2", ALL).unwrap();
    sale(&till, 1_07);
    corner.pass(&till);
    let first: i64 = ask(
        &corner.street.book(),
        "SELECT min(attempt_no) FROM attempt JOIN operation USING (op_no) WHERE op_id = 'sale-107'",
    );
    assert!(first > last, "{first} after {last}");
}

/// A till that has sold to a card that it has never seen, after its book was put back.
fn unseen_and_put_back() -> (Corner, Till) {
    let corner = Corner::new();
    let mut config = corner.config();
    config.policy.unknown_card = true;
    let till = corner.street.till(config.clone());
    till.serve_card("A2", ALL).unwrap();
    corner.street.cut(true);
    // The till has never seen the card: nobody knows yet what would be sent.
    let pay = Recharge::new("A5", yuan("3.33"), 1).op_id("unseen");
    till.recharge(pay.offline()).unwrap();
    let copy = corner.copy("unseen");
    sale(&till, 1_02);
    drop(till);
    corner.put_back(&copy);
    let till = corner.street.till(config);
    corner.assert_restored(&till, "ahead of it");
    assert_eq!(states(&till, &["unseen"]), [State::Parked]);
    corner.street.cut(false);
    till.go_on_after_restore("boss", "the disk was replaced").unwrap();
    corner.pass(&till);
    assert_eq!(states(&till, &["unseen"]), [State::Parked]);
    (corner, till)
}

#[test]
fn what_waits_without_a_request_is_sent_when_a_person_says_so() {
    let (corner, till) = unseen_and_put_back();
    till.resolve("unseen", tillbook::Resolution::SendAgain, "boss", "it is not there").unwrap();
    corner.pass(&till);
    assert_eq!((states(&till, &["unseen"]), times_there(&corner.street, 3_33)), (vec![State::Settled], 1));
}

/// The card was never looked up by this book, and there is nothing left to look it up for but the figures.
#[test]
fn what_waits_without_a_request_is_over_when_a_person_says_that_it_was_done() {
    let (corner, till) = unseen_and_put_back();
    till.resolve("unseen", tillbook::Resolution::WasApplied, "boss", "it is there").unwrap();
    corner.pass(&till);
    assert_eq!(states(&till, &["unseen"]), [State::Settled]);
    let card = till.card("A5").unwrap();
    assert!(card.balances.as_of.is_some(), "{card:?}");
}

/// A high-water file that is behind the backup itself has not followed the book, and says nothing of the lost one.
#[test]
fn a_file_that_has_not_followed_the_book_is_taken_for_none() {
    let corner = Corner::new();
    let mut config = corner.config();
    config.policy.outage_operations = 10_000;
    let till = corner.street.till(config.clone());
    till.serve_card("A2", ALL).unwrap();
    drop(till);
    let early = std::fs::read(corner.mark()).unwrap();
    let till = corner.street.till(config.clone());
    let fen = |till: &Till, name: String| till.consume(Consume::new("A2", yuan("0.01")).op_id(name).offline()).unwrap();
    for n in 0..300 {
        fen(&till, format!("kept-{n}"));
    }
    let backup = corner.copies.path().join("monday.db");
    till.backup(&backup, tillbook::BackupOptions::new()).unwrap();
    let lost: Vec<Receipt> = (0..300).map(|n| fen(&till, format!("lost-{n}"))).collect();
    drop(till);
    std::fs::write(corner.mark(), early).unwrap();
    tillbook::Restore::new(&backup).high_water(corner.mark()).run(corner.street.book()).unwrap();
    let till = corner.street.till(config.clone());
    let told = fen(&till, "new".into());
    assert!(lost.iter().all(|lost| lost.receipt_no < told.receipt_no), "no receipt number is given twice");
    assert!(ask::<i64>(&corner.street.book(), "SELECT max(op_no) FROM operation") > 1_000_000);
}

/// Without a file a card number may come again, where the lost book had given more than eight. The remote has that card: it refuses,
/// nothing is done to the other holder's, and a person gives the next number.
#[test]
fn a_card_number_that_comes_twice_is_told_by_the_remote() {
    let street = street();
    let mut config = config();
    config.card_numbers = Some(tillbook::CardNumbers { prefix: "M".into(), first: 1, last: 40, width: None });
    let till = street.till(config.clone());
    till.serve_card("A2", ALL).unwrap();
    let open = |name: &str| tillbook::OpenCard::next("普通会员").name(name).phone("13911110001").op_id(name.to_owned());
    till.open_card(open("before").offline()).unwrap();
    street.settle(&till);
    let backup = street.dir.path().join("monday.db");
    till.backup(&backup, tillbook::BackupOptions::new()).unwrap();
    for n in 0..12 {
        till.open_card(open(&format!("lost-{n}")).offline()).unwrap();
    }
    street.settle(&till);
    drop(till);
    tillbook::Restore::new(&backup).run(street.book()).unwrap();
    let till = street.till(config);
    till.go_on_after_restore("boss", "the disk was replaced").unwrap();
    let again = till.open_card(open("again").phone("13922220002").offline()).unwrap();
    assert!(again.card.to_string().starts_with('M'));
    let mut numbers = vec![again.card.to_string()];
    street.settle(&till);
    while till.operation("again").unwrap().state == State::Rejected && numbers.len() < 10 {
        let moved = till.retarget("again", &tillbook::Retarget::NextNumber, "boss", "somebody else's").unwrap();
        numbers.push(moved.card.to_string());
        street.settle(&till);
    }
    assert_eq!(till.operation("again").unwrap().state, State::Settled);
    assert!(numbers.len() > 1, "the first number was another's: {numbers:?}");
}
