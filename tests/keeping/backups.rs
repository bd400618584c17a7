//! Backups while trading, on full disks and given up; and backups put back.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tillbook::{BackupOptions, Config, Consume, Entropy, ErrorCode, Restore, State, TillBuilder};

use crate::street::{ALL, Street};
use crate::{ask, config, names, street, times_there, yuan};

fn trading() -> Config {
    let mut config = config();
    config.policy.floor_limit = yuan("1000");
    config.policy.card_limit = yuan("100000");
    config.policy.outage_limit = yuan("100000");
    config.policy.outage_operations = 100_000;
    config
}

#[test]
fn a_backup_is_made_while_the_till_trades() {
    let street = street();
    let till = street.till(trading());
    till.serve_card("A2", ALL).unwrap();
    for n in 0..300 {
        till.consume(Consume::new("A2", yuan("0.01")).op_id(format!("before-{n}")).offline()).unwrap();
    }
    let target = street.dir.path().join("monday.db");
    let (stop, made) = (AtomicBool::new(false), AtomicU64::new(0));
    let mut steps = Vec::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::SeqCst) {
                let n = made.fetch_add(1, Ordering::SeqCst);
                till.consume(Consume::new("A2", yuan("0.01")).op_id(format!("while-{n}")).offline()).unwrap();
            }
        });
        let options = BackupOptions::new().progress(|done| {
            // Trading goes on between two steps of it.
            let seen = made.load(Ordering::SeqCst);
            while made.load(Ordering::SeqCst) < seen + 3 {
                std::thread::yield_now();
            }
            assert!(!target.exists(), "it has its name only once it is whole");
            steps.push(done);
            true
        });
        let report = till.backup(&target, options).unwrap();
        stop.store(true, Ordering::SeqCst);
        assert_eq!(report.bytes, target.metadata().unwrap().len());
    });
    assert!(steps.windows(2).all(|pair| pair[0].copied < pair[1].copied), "it never begins anew: {steps:?}");
    assert_eq!(steps.last().map(|done| done.copied == done.pages), Some(true));
    assert_eq!(ask::<String>(&target, "PRAGMA integrity_check"), "ok");
    assert_eq!(ask::<String>(&target, "PRAGMA journal_mode"), "delete", "a file of its own, without a log");
    assert!(ask::<i64>(&target, "SELECT count(*) FROM entry") >= 300);
    assert_eq!(names(street.dir.path()).iter().filter(|name| name.contains("monday")).count(), 1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(target.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }

    let again = till.backup(&target, BackupOptions::new()).unwrap_err();
    assert_eq!((again.code(), again.field()), (ErrorCode::InvalidInput, Some("path")));
    let before = ask::<i64>(&target, "SELECT count(*) FROM entry");
    till.backup(&target, BackupOptions::new().overwrite(true)).unwrap();
    assert!(ask::<i64>(&target, "SELECT count(*) FROM entry") > before);
}

#[test]
fn a_backup_that_fails_or_is_given_up_leaves_nothing_behind() {
    let street = street();
    let vfs = tillbook_testvfs::TestVfs::register("backup_full");
    let builder: TillBuilder = street.builder(trading());
    let till = builder.vfs(vfs.name()).open(street.book()).unwrap();
    till.serve_card("A2", ALL).unwrap();
    let before = names(street.dir.path());
    let target = street.dir.path().join("monday.db");
    for room in [0, 10_000, 100_000] {
        vfs.set_space_left(Some(room));
        let error = till.backup(&target, BackupOptions::new()).unwrap_err();
        assert_eq!(error.code(), ErrorCode::DiskFull, "{error}");
        assert_eq!(names(street.dir.path()), before, "{room}");
    }
    vfs.set_space_left(None);
    assert!(till.backup(&target, BackupOptions::new().progress(|_| false)).is_err());
    assert_eq!(names(street.dir.path()), before);
    for own in ["till.db", "till.db-wal", "till.db.lock"] {
        let options = BackupOptions::new().overwrite(true);
        let error = till.backup(street.dir.path().join(own), options).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidInput, "{own}");
    }
    let error = till.backup(street.dir.path().join("no/such/folder.db"), BackupOptions::new()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::Storage);
    assert!(till.consume(Consume::new("A2", yuan("1")).offline()).unwrap().is_approved());
    till.backup(&target, BackupOptions::new()).unwrap();
}

#[test]
fn a_restored_book_sends_nothing_until_a_person_goes_on_with_it() {
    let street = street();
    let till = street.till(trading());
    till.serve_card("A2", ALL).unwrap();
    street.cut(true);
    till.consume(Consume::new("A2", yuan("1.11")).op_id("early").offline()).unwrap();
    let backup = street.dir.path().join("monday.db");
    till.backup(&backup, BackupOptions::new()).unwrap();
    street.cut(false);
    street.settle(&till);
    till.consume(Consume::new("A2", yuan("2.22")).op_id("late").offline()).unwrap();
    street.settle(&till);
    assert_eq!(Restore::new(&backup).run(street.book()).unwrap_err().code(), ErrorCode::BookInUse);
    let last = till.operation("late").unwrap().receipt_no.unwrap();
    drop(till);
    let entries: i64 = ask(&street.book(), "SELECT count(*) FROM entry");
    // What a crash would have left beside it is not applied to the restored book.
    std::fs::write(street.dir.path().join("till.db-wal"), b"not of this book").unwrap();

    let report = Restore::new(&backup).run(street.book()).unwrap();
    let replaced = report.replaced.unwrap();
    assert_eq!(std::fs::read(street.dir.path().join("till.db.replaced-1-wal")).unwrap(), b"not of this book");
    std::fs::remove_file(street.dir.path().join("till.db.replaced-1-wal")).unwrap();
    assert_eq!(ask::<i64>(&replaced, "SELECT count(*) FROM entry"), entries);

    let till = street.till(trading());
    assert!(till.status().unwrap().restored.is_some());
    assert_eq!(till.operation("late").unwrap_err().code(), ErrorCode::NotFound);
    assert_eq!(till.operation("early").unwrap().state, State::InDoubt);
    let asked = street.asked("consume");
    street.clock.pass(Duration::from_secs(3600));
    till.sync(ALL).unwrap();
    let refused = till.consume(Consume::new("A2", yuan("3")).require_online(ALL)).unwrap_err();
    assert_eq!(refused.code(), ErrorCode::Restored);
    let told = till.consume(Consume::new("A2", yuan("3.33")).op_id("new").prefer_online(ALL)).unwrap();
    assert_eq!(told.promise, Some(tillbook::Promise::OfflineApproved));
    assert!(told.receipt_no.unwrap() > last, "no receipt number is given twice");
    till.serve_card("A2", ALL).unwrap();
    assert_eq!(street.asked("consume"), asked, "nothing was sent");
    assert!(till.notices().unwrap().iter().any(|notice| notice.kind == tillbook::NoticeKind::Restored));
    drop(till);

    // It stays so over a restart.
    let till = street.till(trading());
    assert!(till.status().unwrap().restored.is_some());
    till.go_on_after_restore("boss", "the other disk is gone").unwrap();
    assert!(till.status().unwrap().restored.is_none());
    // Going on has given the first look to a thread of the till's own: however often this one turns, it may not be back yet.
    let patience = Instant::now() + ALL;
    while till.operation("early").unwrap().state == State::InDoubt && Instant::now() < patience {
        till.sync(ALL).unwrap();
        let seen = till.wait_for_change(0, Duration::ZERO).unwrap();
        till.wait_for_change(seen, Duration::from_millis(20)).unwrap();
        street.clock.pass(Duration::from_secs(120));
    }
    let early = till.operation("early").unwrap();
    assert!(matches!(early.state, State::Parked | State::Settled), "{early:?}");
    assert_eq!((times_there(&street, 1_11), times_there(&street, 2_22)), (1, 1));
    assert!(!till.notices().unwrap().iter().any(|notice| notice.kind == tillbook::NoticeKind::Restored));
    drop(till);
    assert!(street.till(trading()).status().unwrap().restored.is_none());
}

#[test]
fn what_is_no_backup_of_this_book_is_not_put_in_its_place() {
    let street = street();
    let till = street.till(trading());
    till.serve_card("A2", ALL).unwrap();
    let backup = street.dir.path().join("monday.db");
    till.backup(&backup, BackupOptions::new()).unwrap();
    drop(till);
    let other = Street::new();
    other.chance.next_u64();
    drop(other.till(trading()));
    let before = std::fs::read(street.book()).unwrap();
    let whole = std::fs::read(&backup).unwrap();
    let mut torn = whole.clone();
    torn.truncate(whole.len() / 2);
    let mut flipped = whole.clone();
    flipped[4096..8192].fill(0xa5);
    let cases: [(&str, Vec<u8>, ErrorCode); 4] = [
        ("torn", torn, ErrorCode::Corrupt),
        ("flipped", flipped, ErrorCode::Corrupt),
        ("text", b"hello, this is no database at all".repeat(50), ErrorCode::NotABook),
        ("empty", Vec::new(), ErrorCode::NotABook),
    ];
    for (name, bytes, code) in cases {
        let bad = street.dir.path().join(name);
        std::fs::write(&bad, bytes).unwrap();
        let error = Restore::new(&bad).run(street.book()).unwrap_err();
        assert_eq!(error.code(), code, "{name}: {error}");
        std::fs::remove_file(bad).unwrap();
    }
    let error = Restore::new(other.book()).run(street.book()).unwrap_err();
    assert_eq!((error.code(), error.field()), (ErrorCode::InvalidInput, Some("backup")));
    // A folder is not put aside with all that is in it, nor is a lock made beside it.
    let folder = street.dir.path().join("folder");
    std::fs::create_dir(&folder).unwrap();
    let of_folder = [
        Restore::new(&backup).run(&folder).unwrap_err(),
        street.builder(trading()).open(&folder).unwrap_err(),
        tillbook::salvage(&folder, street.dir.path().join("saved.db")).unwrap_err(),
    ];
    for error in of_folder {
        assert!(error.code() == ErrorCode::NotABook && error.to_string().contains("folder"), "{error}");
    }
    let named: Vec<_> = names(street.dir.path()).into_iter().filter(|name| name.contains("folder")).collect();
    assert_eq!(named, ["folder"]);
    assert_eq!(std::fs::read(street.book()).unwrap(), before);
    assert_eq!(names(street.dir.path()).iter().filter(|name| name.contains("part")).count(), 0);
    assert!(street.till(trading()).status().unwrap().restored.is_none());
}

/// Somebody has copied the book with its log there. Whoever opened the backup would be given the log's pages among its own.
#[test]
fn a_backup_is_not_put_beside_another_files_log() {
    let street = street();
    let till = street.till(trading());
    till.serve_card("A2", ALL).unwrap();
    till.consume(Consume::new("A2", yuan("1.01")).op_id("early").offline()).unwrap();
    let disk = tempfile::tempdir().unwrap();
    let (target, log) = (disk.path().join("till.db"), disk.path().join("till.db-wal"));
    std::fs::copy(street.book(), &target).unwrap();
    std::fs::copy(street.dir.path().join("till.db-wal"), &log).unwrap();
    till.consume(Consume::new("A2", yuan("2.02")).op_id("late").offline()).unwrap();
    let before = (std::fs::read(&target).unwrap(), std::fs::read(&log).unwrap());
    let error = till.backup(&target, BackupOptions::new().overwrite(true)).unwrap_err();
    assert_eq!((error.code(), error.field()), (ErrorCode::InvalidInput, Some("path")));
    assert!((std::fs::read(&target).unwrap(), std::fs::read(&log).unwrap()) == before);
    std::fs::remove_file(&target).unwrap();
    assert_eq!(till.backup(&target, BackupOptions::new()).unwrap_err().code(), ErrorCode::InvalidInput);
    std::fs::remove_file(&log).unwrap();
    till.backup(&target, BackupOptions::new()).unwrap();
    drop(till);
    Restore::new(&target).run(street.book()).unwrap();
    assert_eq!(street.till(trading()).operation("late").unwrap().state, State::InDoubt);
}

/// What a day's close says stands nowhere else, nor does what the remote has answered since.
#[test]
fn a_backup_from_before_the_days_close_is_told_to_be_old() {
    let street = street();
    let till = street.till(trading());
    till.serve_card("A2", ALL).unwrap();
    till.consume(Consume::new("A2", yuan("1.01")).offline()).unwrap();
    let target = street.dir.path().join("monday.db");
    let back_up = || till.backup(&target, BackupOptions::new().overwrite(true)).unwrap();
    let old = || {
        let remove = till.safe_to_close().unwrap().remove;
        remove.iter().any(|concern| matches!(concern, tillbook::Concern::BackupOld { .. }))
    };
    back_up();
    assert!(!old());
    street.settle(&till);
    assert!(old(), "it has the sale as one that was never sent");
    back_up();
    assert!(!old());
    till.close_day(&till.business_date().unwrap(), "Chen").unwrap();
    assert!(old(), "it lacks the close");
    back_up();
    assert!(till.safe_to_close().unwrap().is_safe_to_remove(), "{:?}", till.safe_to_close());
}

/// The machine dies while names are changed: no book is better than one that is neither the old nor the new.
#[test]
fn a_restore_that_was_interrupted_is_told_and_can_be_run_again() {
    let street = street();
    let till = street.till(trading());
    till.serve_card("A2", ALL).unwrap();
    let backup = street.dir.path().join("monday.db");
    till.backup(&backup, BackupOptions::new()).unwrap();
    drop(till);
    // As it is after the old book was renamed.
    std::fs::write(street.dir.path().join("till.db.restoring"), b"").unwrap();
    std::fs::rename(street.book(), street.dir.path().join("till.db.replaced-1")).unwrap();
    let error = street.builder(trading()).open(street.book()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::Restored, "{error}");
    assert!(!street.book().exists(), "no new book was made in its place");
    assert_eq!(Restore::new(&backup).run(street.book()).unwrap().replaced, None);
    let till = street.till(trading());
    assert!(till.status().unwrap().restored.is_some());
    assert!(till.card("A2").is_ok());
}

/// The machine dies between the log's new name and the book's: they still belong together.
#[test]
fn a_replaced_book_finds_its_log_again_after_an_interruption() {
    let street = street();
    let till = street.till(trading());
    till.serve_card("A2", ALL).unwrap();
    let backup = street.dir.path().join("monday.db");
    till.backup(&backup, BackupOptions::new()).unwrap();
    till.consume(Consume::new("A2", yuan("1.01")).op_id("in-the-log").offline()).unwrap();
    let in_folder = |name: &str| street.dir.path().join(name);
    let (book, log) = (std::fs::read(street.book()).unwrap(), std::fs::read(in_folder("till.db-wal")).unwrap());
    drop(till);
    std::fs::write(street.book(), book).unwrap();
    let _ = std::fs::remove_file(in_folder("till.db-wal"));
    std::fs::write(in_folder("till.db.replaced-1-wal"), log).unwrap();
    std::fs::write(in_folder("till.db.restoring"), b"").unwrap();
    let report = Restore::new(&backup).run(street.book()).unwrap();
    let replaced = report.replaced.unwrap();
    assert_eq!(replaced, std::fs::canonicalize(in_folder("till.db.replaced-1")).unwrap());
    assert_eq!(ask::<i64>(&replaced, "SELECT count(*) FROM operation"), 1);
    assert_eq!(ask::<i64>(&street.book(), "SELECT count(*) FROM operation"), 0);
}

/// A slip of the hand with `overwrite`: what nobody can make anew stays.
#[test]
fn a_backup_never_replaces_what_it_is_no_replacement_for() {
    let street = street();
    let disk = tempfile::tempdir().unwrap();
    let mut config = trading();
    config.high_water = Some(disk.path().join("mark"));
    config.retention.archive_after_days = Some(10);
    let till = street.till(config);
    till.serve_card("A2", ALL).unwrap();
    for n in 0..3 {
        till.consume(Consume::new("A2", yuan("0.01")).op_id(format!("s-{n}")).offline()).unwrap();
    }
    street.settle(&till);
    street.clock.pass(Duration::from_secs(20 * 86_400));
    let archive = till.keep_house(ALL).unwrap().archive.unwrap();
    let other = Street::new();
    other.chance.next_u64();
    let open = other.till(crate::config());
    let closed = other.dir.path().join("backup.db");
    open.backup(&closed, BackupOptions::new()).unwrap();
    let in_folder = |name: &str| street.dir.path().join(name);
    std::fs::hard_link(street.book(), in_folder("linked.db")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(street.book(), in_folder("symlink.db")).unwrap();
    let mut targets =
        vec![archive, disk.path().join("mark"), other.book(), closed, in_folder("linked.db"), street.book()];
    if cfg!(unix) {
        targets.push(in_folder("symlink.db"));
    }
    #[cfg(unix)]
    {
        // What is no file: a device looks the same here.
        let socket = in_folder("socket");
        let _listens = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        for target in [socket.as_path(), street.dir.path()] {
            let error = till.backup(target, BackupOptions::new().overwrite(true)).unwrap_err();
            assert_eq!((error.code(), error.field()), (ErrorCode::InvalidInput, Some("path")), "{target:?}");
            assert!(target.exists() && !target.is_file(), "{target:?}");
        }
    }
    for target in targets {
        let before = std::fs::read(&target).unwrap();
        let error = till.backup(&target, BackupOptions::new().overwrite(true)).unwrap_err();
        assert_eq!((error.code(), error.field()), (ErrorCode::InvalidInput, Some("path")), "{target:?}");
        if !target.ends_with("linked.db") && !target.ends_with("symlink.db") && target != street.book() {
            assert!(std::fs::read(&target).unwrap() == before, "{target:?}");
        }
    }
    // An earlier backup is what overwriting is for, and so is half of one.
    let earlier = in_folder("monday.db");
    for cut in [None, Some(5000), Some(30)] {
        till.backup(&earlier, BackupOptions::new().overwrite(true)).unwrap();
        if let Some(cut) = cut {
            let whole = std::fs::read(&earlier).unwrap();
            std::fs::write(&earlier, &whole[..cut]).unwrap();
            till.backup(&earlier, BackupOptions::new().overwrite(true)).unwrap();
        }
    }
    assert_eq!(ask::<String>(&earlier, "PRAGMA quick_check"), "ok");
    assert!(till.check(&Default::default()).unwrap().is_clean());
}

#[test]
fn a_book_that_is_open_is_not_salvaged() {
    let street = street();
    let till = street.till(trading());
    till.serve_card("A2", ALL).unwrap();
    let into = street.dir.path().join("saved.db");
    assert_eq!(tillbook::salvage(street.book(), &into).unwrap_err().code(), ErrorCode::BookInUse);
    drop(till);
    assert!(tillbook::salvage(street.book(), &into).unwrap().is_complete());
}

/// SQLite's locks are this process's: whoever opens the file besides and closes it takes them away, and another program that closes
/// the book would then remove the log under the till.
#[cfg(target_os = "linux")]
#[test]
fn a_bundle_named_like_the_book_does_not_take_its_locks_away() {
    use std::os::unix::fs::MetadataExt;
    let street = street();
    let till = street.till(trading());
    till.serve_card("A2", ALL).unwrap();
    let inode = format!(":{} ", street.book().metadata().unwrap().ino());
    let locks = || std::fs::read_to_string("/proc/locks").unwrap().lines().filter(|line| line.contains(&inode)).count();
    let before = locks();
    for _ in 0..2 {
        till.support_bundle(street.book()).unwrap_err();
    }
    till.backup(street.book(), BackupOptions::new().overwrite(true)).unwrap_err();
    assert_eq!(locks(), before);
}
