//! Logs that a crash has left: damaged ones are told from torn ones, and nothing of them is dropped without a word.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;
use tillbook::{BackupOptions, Consume, ErrorCode, Restore, Till, TillBuilder};

use crate::street::{ALL, Street};
use crate::{config, street, yuan};

/// A book as a crash leaves it: the file and a log of so many sales, each in a commit of its own.
fn crashed(street: &std::sync::Arc<Street>, sales: usize) -> (Vec<u8>, Vec<u8>) {
    let till = street.till(config());
    till.serve_card("A2", ALL).unwrap();
    drop(till);
    let till = street.till(config());
    for n in 0..sales {
        till.consume(Consume::new("A2", yuan("1")).op_id(format!("sale-{n}")).offline()).unwrap();
    }
    let log = std::fs::read(with_log(&street.book())).unwrap();
    (std::fs::read(street.book()).unwrap(), log)
}

fn with_log(book: &Path) -> PathBuf {
    let mut name = book.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// Where each frame begins, and whether it ends a commit.
fn frames(log: &[u8]) -> Vec<(usize, bool)> {
    let page = u32::from_be_bytes(log[8..12].try_into().unwrap()) as usize;
    let salts = &log[16..24];
    (32..log.len())
        .step_by(24 + page)
        .take_while(|at| log.len() >= at + 24 + page && &log[at + 8..at + 16] == salts)
        .map(|at| (at, log[at + 4..at + 8] != [0; 4]))
        .collect()
}

struct Bench {
    street: std::sync::Arc<Street>,
    dir: TempDir,
    file: Vec<u8>,
}

impl Bench {
    /// Opens the book with this log beside it.
    fn open(&self, log: &[u8]) -> tillbook::Result<Till> {
        let book = self.dir.path().join("till.db");
        std::fs::write(&book, &self.file).unwrap();
        std::fs::write(with_log(&book), log).unwrap();
        let builder: TillBuilder = self.street.builder(config());
        builder.open(&book)
    }

    fn assert_told(&self, log: &[u8], case: &str) {
        let error = self.open(log).expect_err(case);
        assert_eq!(error.code(), ErrorCode::Corrupt, "{case}: {error}");
        assert!(error.to_string().contains("log"), "{case}: {error}");
        let book = self.dir.path().join("till.db");
        assert_eq!(std::fs::read(&book).unwrap(), self.file, "{case}: nothing was changed");
        assert_eq!(std::fs::read(with_log(&book)).unwrap(), log, "{case}: nothing was changed");
    }

    /// How many of the sales are there.
    fn kept(&self, log: &[u8], case: &str) -> usize {
        let till = self.open(log).unwrap_or_else(|error| panic!("{case}: {error}"));
        let kept = (0..).take_while(|n| till.operation(&format!("sale-{n}")).is_ok()).count();
        till.close(Duration::ZERO);
        kept
    }
}

const SALES: usize = 8;

fn bench() -> (Bench, Vec<u8>) {
    let street = street();
    let (file, log) = crashed(&street, SALES);
    (Bench { street, dir: TempDir::new().unwrap(), file }, log)
}

#[test]
fn a_byte_flipped_in_any_frame_but_the_last_commits_is_told() {
    let (bench, log) = bench();
    assert_eq!(bench.kept(&log, "as it was"), SALES);
    let frames = frames(&log);
    let commits: Vec<usize> = frames.iter().filter(|(_, commits)| *commits).map(|(at, _)| *at).collect();
    assert!(commits.len() > SALES && frames.len() > commits.len());
    let last_begins = frames.iter().map(|(at, _)| *at).find(|at| *at > commits[commits.len() - 2]).unwrap();
    let mut told = 0;
    // Page number, commit mark, salts, checksum, and a few places of the page: three of them in each frame.
    let places = [3, 7, 9, 14, 17, 22, 24, 24 + 100, 24 + 4095];
    for (number, (at, _)) in frames.iter().enumerate() {
        for place in (0..3).map(|turn| places[(number + turn * 4) % places.len()]) {
            let mut bad = log.clone();
            bad[at + place] ^= 0x5a;
            let case = format!("frame at {at}, byte {place}");
            if *at < last_begins {
                bench.assert_told(&bad, &case);
                told += 1;
            } else if place == 7 && bench.open(&bad).is_err() {
                // It looks like the end of one more commit.
                bench.assert_told(&bad, &case);
            } else {
                // No different from a torn one: what stands before it is there, and the high-water file tells the rest.
                assert!(bench.kept(&bad, &case) >= SALES - 1, "{case}");
            }
        }
    }
    println!("{told} flipped bytes told");
}

#[test]
fn a_byte_flipped_in_the_logs_header_is_told() {
    let (bench, log) = bench();
    for place in 0..32 {
        let mut bad = log.clone();
        bad[place] ^= 0x5a;
        bench.assert_told(&bad, &format!("header, byte {place}"));
    }
    let mut bad = log;
    bad[..32].fill(0);
    bench.assert_told(&bad, "no header");
}

#[test]
fn a_log_that_is_torn_at_its_end_is_none_that_is_damaged() {
    let (bench, log) = bench();
    let frames = frames(&log);
    let commits: Vec<usize> = frames.iter().filter(|(_, commits)| *commits).map(|(at, _)| *at).collect();
    let page = 24 + 4096;
    // Cut off anywhere, and cut off with zeros behind.
    for (number, (at, _)) in frames.iter().enumerate() {
        for cut in [*at, at + 10, at + 24 + 1000] {
            let mut torn = log[..cut].to_vec();
            let whole = commits.iter().filter(|commit| **commit + page <= cut).count();
            let case = format!("cut in frame {number}");
            let expected = bench.kept(&torn, &case);
            torn.resize(log.len(), 0);
            assert_eq!(bench.kept(&torn, &case), expected, "{case}");
            assert!(expected + commits.len() >= whole + SALES, "{case}: {expected} of {whole} commits");
        }
    }
    // Any of the last transaction's frames did not reach the disk.
    let last = frames.iter().position(|(at, _)| *at > commits[commits.len() - 2]).unwrap();
    for (at, _) in &frames[last..] {
        let mut torn = log.clone();
        torn[*at..at + page].fill(0);
        assert_eq!(bench.kept(&torn, "reordered"), SALES - 1);
    }
    // Begun anew: the header is of the next generation, in part, and all that stands behind it is in the file.
    let street = street();
    let till = street.till(config());
    till.serve_card("A2", ALL).unwrap();
    let old = std::fs::read(with_log(&street.book())).unwrap();
    drop(till);
    let file = std::fs::read(street.book()).unwrap();
    let bench = Bench { street, dir: TempDir::new().unwrap(), file };
    for torn_at in [12, 16, 20, 24, 28] {
        let mut torn = old.clone();
        for byte in &mut torn[torn_at..32] {
            *byte ^= 0x33;
        }
        assert_eq!(bench.kept(&torn, "begun anew"), 0);
    }
}

#[test]
fn remains_of_what_was_rolled_back_are_no_damage() {
    // Frames of one salt behind the log's end, which do not follow from what is there: a spilled transaction was rolled back.
    let (bench, log) = bench();
    let frames = frames(&log);
    let page = 24 + 4096;
    let commits: Vec<usize> = frames.iter().filter(|(_, commits)| *commits).map(|(at, _)| *at).collect();
    let end = commits[2] + page;
    let mut mixed = log[..end].to_vec();
    // Each from somewhere else.
    for (at, _) in frames.iter().rev().step_by(3).take(12) {
        mixed.extend_from_slice(&log[*at..at + page]);
    }
    bench.kept(&mixed, "remains");
}

/// SQLite would remove the log, and a new, empty book would stand there.
#[test]
fn a_log_without_its_file_is_told_and_stays() {
    let (bench, log) = bench();
    for file in [Some(Vec::new()), None] {
        let dir = TempDir::new().unwrap();
        let book = dir.path().join("till.db");
        std::fs::write(with_log(&book), &log).unwrap();
        if let Some(bytes) = &file {
            std::fs::write(&book, bytes).unwrap();
        }
        let error = bench.street.builder(config()).open(&book).unwrap_err();
        assert_eq!(error.code(), ErrorCode::Corrupt, "{error}");
        assert!(error.to_string().contains("log"), "{error}");
        assert!(std::fs::read(with_log(&book)).unwrap() == log, "nothing was changed");
        // A log without a single finished transaction is what a crash at the very beginning may leave.
        std::fs::write(with_log(&book), &log[..32]).unwrap();
        bench.street.builder(config()).open(&book).unwrap();
    }
}

/// A backup that was copied into the book's place by hand, beside the log of the book that stood there: SQLite would mix the two.
#[test]
fn another_files_log_is_told_and_nothing_is_mixed() {
    let (bench, log) = bench();
    let book = bench.dir.path().join("till.db");
    let copy = bench.dir.path().join("copy.db");
    let till = bench.open(&log).unwrap();
    till.backup(&copy, BackupOptions::new()).unwrap();
    drop(till);
    let backup = std::fs::read(&copy).unwrap();
    std::fs::write(&book, &backup).unwrap();
    std::fs::write(with_log(&book), &log).unwrap();
    let error = bench.street.builder(config()).open(&book).unwrap_err();
    assert_eq!(error.code(), ErrorCode::Corrupt, "{error}");
    assert!(error.to_string().contains("log of the file that stood there before"), "{error}");
    assert!(
        std::fs::read(&book).unwrap() == backup && std::fs::read(with_log(&book)).unwrap() == log,
        "nothing was changed"
    );
    // As it should be done; and by hand, too, it is another matter without the log.
    Restore::new(&copy).run(&book).unwrap();
    assert!(bench.street.builder(config()).open(&book).unwrap().status().unwrap().restored.is_some());
    let elsewhere = TempDir::new().unwrap();
    let elsewhere = elsewhere.path().join("till.db");
    std::fs::write(&elsewhere, &backup).unwrap();
    bench.street.builder(config()).open(&elsewhere).unwrap();
}
