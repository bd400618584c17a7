//! An offline consume through the C ABI against the same through Rust, in memory, in instructions.
//!
//! `cargo bench -p tillbook-ffi`. Callgrind counts both programs with few and with many consumes; what the many cost more
//! is what is compared, so that neither start-up nor reading the cards counts. Fails above the budget: instructions are no
//! time, so that this may be asserted.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use tillbook::{Config, Consume, Money, Promise, SandyConfig, TillBuilder};
use tillbook_sandbox::sandy::{NewCard, Settings};
use tillbook_sandbox::server::{self, Server};

const FEW: u64 = 20;
const MANY: u64 = 180;
/// Hundredths of what Rust takes.
const BUDGET: u64 = 105;
const CARD: &str = "M000777";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--consumes") {
        consume(&arguments[at + 1], arguments[at + 2].parse().unwrap());
        return ExitCode::SUCCESS;
    }
    let there = |tool: &str| {
        let ran = Command::new(tool).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        ran.is_ok_and(|status| status.success())
    };
    if !there("valgrind") || !there("cc") {
        println!("skipped: valgrind and a C compiler are needed");
        return ExitCode::SUCCESS;
    }
    let server = Server::start(server::Config {
        cards: vec![NewCard::new(CARD, 2).with_balance(100_000_00, 0)],
        ..server::Config::default()
    });
    let server = server.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let through_c = compiled(dir.path());
    let myself = std::env::current_exe().unwrap();
    let each = |program: &Path, first: &[&str]| {
        let count = |consumes: u64| counted(dir.path(), program, first, &server.url(), consumes);
        let (few, many) = (count(FEW), count(MANY));
        (many - few) / (MANY - FEW)
    };
    let rust = each(&myself, &["--consumes"]);
    let c = each(&through_c, &[]);
    let hundredths = c * 100 / rust;
    println!(
        "instructions of an offline consume in memory: Rust {rust}, C {c}, ratio {}.{:02} (budget 1.05)",
        hundredths / 100,
        hundredths % 100
    );
    if c * 100 <= rust * BUDGET { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The same as `consume.c`.
fn consume(url: &str, consumes: u64) {
    let settings = Settings::default();
    let sandy = SandyConfig::new(url, settings.token, settings.restaurant);
    let mut config = Config::new("Noodle House", "Store 1", "Till 1", sandy);
    config.policy.offline_while_healthy = true;
    config.policy.card_limit = Money::from_fen(1_000_000_00);
    let till = TillBuilder::new(config).vfs("memdb").open("/instructions").unwrap();
    till.serve_card(CARD, Duration::from_secs(60)).unwrap();
    for number in 0..consumes {
        let sale = Consume::new(CARD, Money::from_fen(1_00)).op_id(format!("sale-{number:06}"));
        let sale = sale.ticket(format!("A-{number:06}")).operator("ann").shift("1").offline();
        assert_eq!(till.consume(sale).unwrap().promise, Some(Promise::OfflineApproved));
    }
    till.close(Duration::ZERO);
}

fn compiled(dir: &Path) -> PathBuf {
    let crate_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    let program = dir.join("consume");
    let libraries = std::env::current_exe().unwrap().parent().unwrap().to_owned();
    let status = Command::new("cc")
        .args(["-std=c99", "-O2", "-Wall", "-Wextra", "-Werror", "-I"])
        .arg(crate_dir.join("../include"))
        .arg("-o")
        .arg(&program)
        .arg(crate_dir.join("benches/consume.c"))
        .arg("-L")
        .arg(&libraries)
        .arg("-ltillbook_ffi")
        .arg(format!("-Wl,-rpath,{}", libraries.display()))
        .status();
    assert!(status.unwrap().success(), "benches/consume.c compiles");
    // The SONAME is the packaged one.
    let soname = dir.join(format!("libtillbook.so.{}", tillbook_ffi::TILLBOOK_ABI_MAJOR));
    std::fs::copy(libraries.join("libtillbook_ffi.so"), soname).unwrap();
    program
}

/// All instructions of a run.
fn counted(dir: &Path, program: &Path, first: &[&str], url: &str, consumes: u64) -> u64 {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args(first)
        .args([url, &consumes.to_string()])
        .env("LD_LIBRARY_PATH", dir)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{told}");
    let line = told.lines().find(|line| line.contains("Collected :")).unwrap_or_else(|| panic!("{told}"));
    line.rsplit(' ').next().unwrap().parse().unwrap()
}
