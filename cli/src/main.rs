//! `tillbook`: the support desk's tool. It reads a till's book while the till runs, prints reports, and, once the till is
//! closed, decides what waits and drives the queue.
//!
//! Commands that only read open a [`tillbook::Book`]. Those that write open a [`tillbook::Till`] with the till's own
//! configuration, so that everything a till checks is checked.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod args;
mod commands;
mod json;
mod out;
mod words;

use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use tillbook::ErrorCode;

use args::Cli;
use out::Out;

/// What can go wrong here.
enum Failure {
    /// The book or the till says no.
    Tillbook(tillbook::Error),
    /// Nothing could be written to where the answer goes.
    Output(std::io::Error),
    /// The command lacks something.
    Usage(String),
    /// A file that was given is not what it should be.
    File(String),
    /// The same of the configuration, as the library says it.
    Config(PathBuf, tillbook::Error),
}

impl From<tillbook::Error> for Failure {
    fn from(error: tillbook::Error) -> Self {
        Failure::Tillbook(error)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Failure::Output(error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Failure::Output(error.into())
    }
}

/// How a command ended, as the exit code tells it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ended {
    /// Done.
    Well,
    /// Done, and something needs a person.
    NeedsAPerson,
}

type Outcome = Result<Ended, Failure>;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut out = Out::new(&cli.options);
    match commands::run(&cli, &mut out) {
        Ok(Ended::Well) => ExitCode::SUCCESS,
        Ok(Ended::NeedsAPerson) => ExitCode::from(3),
        // Whoever read our answer has read enough.
        Err(Failure::Output(error)) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(Failure::Output(error)) => {
            eprintln!("tillbook: {error}");
            ExitCode::FAILURE
        }
        Err(Failure::File(what)) => {
            eprintln!("tillbook: {what}");
            ExitCode::FAILURE
        }
        Err(Failure::Usage(what)) => {
            eprintln!("tillbook: {what}");
            ExitCode::from(2)
        }
        Err(Failure::Config(file, error)) => {
            eprintln!("tillbook: {}: {}", file.display(), error.message(out.language));
            eprintln!("tillbook: [{:?}] {error}", error.code());
            ExitCode::FAILURE
        }
        Err(Failure::Tillbook(error)) => {
            let in_use = error.code() == ErrorCode::BookInUse;
            let told = if in_use { out.say(words::IN_USE).to_owned() } else { error.message(out.language) };
            eprintln!("tillbook: {told}");
            eprintln!("tillbook: [{:?}] {error}", error.code());
            if let Some(help) = commands::what_helps(&cli, error.code()) {
                eprintln!("tillbook: {}", out.say(help));
            }
            if in_use { ExitCode::from(4) } else { ExitCode::FAILURE }
        }
    }
}
