//! A large book: how long it takes to open, to find a card and to read a page of history, and how much room it needs.
//!
//! `cargo bench --bench book`: 200,000 cards and 100,000 entries. With `-- --full` 1,000,000 and 10,000,000, which needs 10 GB
//! of disk for a while. Prints figures with the budgets beside them, and hand-written statements that ask the same in the
//! same run; checks nothing but that both sides find something: how fast a machine is, is no test.
#![allow(unreachable_pub, clippy::unwrap_used, clippy::print_stdout)]

mod fill;
mod measure;
mod people;
mod templates;

use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tillbook::{Config, SandyConfig, Till};

/// How much is in the book.
#[derive(Clone, Copy)]
pub struct Size {
    /// Members.
    pub cards: usize,
    /// Lines of the book.
    pub entries: usize,
    /// The newest operations have all their details; of those before them retention has left the lines.
    pub whole: usize,
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(place) = arguments.iter().position(|argument| argument == "--open-only") {
        return open_only(Path::new(&arguments[place + 1]));
    }
    let size = if arguments.iter().any(|argument| argument == "--full") {
        Size { cards: 1_000_000, entries: 10_000_000, whole: 1_000_000 }
    } else {
        Size { cards: 200_000, entries: 100_000, whole: 100_000 }
    };
    let dir = TempDir::new().unwrap();
    let book = dir.path().join("till.db");
    println!("{} cards, {} entries, in {}", size.cards, size.entries, dir.path().display());
    println!("write and fsync of 4 KiB: median {} µs of 200", fsync_time(dir.path()).as_micros());
    let templates = templates::Templates::record(dir.path());
    let bytes = fill::fill(&book, size, &templates);
    println!(
        "file: {} bytes a card with its account and what it is found by, {} bytes an entry with its operation; {} MiB",
        bytes.cards / size.cards as u64,
        bytes.entries / size.entries as u64,
        (bytes.cards + bytes.entries) >> 20
    );
    opening(&book);
    measure::searches(&book, size);
    measure::histories(&book, size);
}

/// A configuration whose remote nobody listens at.
pub fn config() -> Config {
    Config::new("Noodle House", "Store 1", "Till 1", SandyConfig::new("http://127.0.0.1:9", "agent", "{GUID}"))
}

fn fsync_time(dir: &Path) -> Duration {
    let mut file = std::fs::File::create(dir.join("fsync")).unwrap();
    let mut times: Vec<Duration> = (0..200)
        .map(|_| {
            let began = Instant::now();
            file.write_all(&[7; 4096]).unwrap();
            file.sync_all().unwrap();
            began.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[times.len() / 2]
}

/// Opens the book in processes that do nothing else.
fn opening(book: &Path) {
    let mut runs: Vec<(u64, u64, u64)> = (0..9)
        .map(|_| {
            let output = Command::new(std::env::current_exe().unwrap()).arg("--open-only").arg(book).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            let text = String::from_utf8(output.stdout).unwrap();
            let figures: Vec<u64> = text.split_whitespace().map(|figure| figure.parse().unwrap()).collect();
            (figures[0], figures[1], figures[2])
        })
        .collect();
    runs.sort_unstable();
    let (micros, grown, peak) = runs[runs.len() / 2];
    println!(
        "open: median {}.{} ms of {} (budget 50 ms); {grown} KiB more resident than before, {peak} KiB at most in all (budget 16384)",
        micros / 1000,
        micros % 1000 / 100,
        runs.len()
    );
}

fn open_only(book: &Path) {
    let before = status("VmRSS:");
    let began = Instant::now();
    let till = Till::open(book, config()).unwrap();
    let micros = began.elapsed().as_micros();
    println!("{micros} {} {}", status("VmRSS:").saturating_sub(before), status("VmHWM:"));
    drop(till);
}

/// A line of what Linux says of this process, in KiB; 0 elsewhere.
fn status(name: &str) -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
