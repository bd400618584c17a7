//! The commands, one file each.

mod backup;
mod cards;
mod check;
mod exceptions;
mod history;
mod keeping;
mod notices;
mod outages;
mod policy;
mod preload;
mod report;
mod retarget;
mod safe;
mod status;
mod support;
mod sync;
mod waiting;

use clap::CommandFactory;
use tillbook::ErrorCode;

use crate::args::{Cli, Command, PolicyOf};
use crate::out::Out;
use crate::words::{self, Words};
use crate::{Ended, Outcome};

/// What whoever looks after the till can do about a book that can't be opened or read. The library's words are a cashier's.
pub(crate) fn what_helps(cli: &Cli, code: ErrorCode) -> Option<Words> {
    // Two are the help, and what is damaged may be another file: a backup, an archive.
    if matches!(cli.command, Command::Restore(_) | Command::Salvage { .. } | Command::House(_)) {
        return None;
    }
    let holds_something =
        |path: &std::path::PathBuf| path.metadata().is_ok_and(|file| file.is_file() && file.len() > 0);
    match code {
        ErrorCode::Corrupt => Some(words::DAMAGED),
        ErrorCode::NotABook if cli.options.book.as_ref().is_some_and(holds_something) => Some(words::NO_BEGINNING),
        _ => None,
    }
}

pub(crate) fn run(cli: &Cli, out: &mut Out) -> Outcome {
    let options = &cli.options;
    match &cli.command {
        Command::Status => status::status(options, out),
        Command::Cards(asked) => cards::cards(options, asked, out),
        Command::History(asked) => history::history(options, asked, out),
        Command::Operation { op_id } => history::operation(options, op_id, out),
        Command::Waiting => waiting::waiting(options, out),
        Command::Resolve(asked) => waiting::resolve(options, asked, out),
        Command::Retarget(asked) => retarget::retarget(options, asked, out),
        Command::Retargets { number } => retarget::retargets(options, number, out),
        Command::Numbers => retarget::numbers(options, out),
        Command::Preload(asked) => preload::preload(options, asked, out),
        Command::Exceptions(asked) => exceptions::exceptions(options, asked, out),
        Command::Except(asked) => exceptions::except(options, asked, out),
        Command::Policy { what: None } => policy::policies(options, out),
        Command::Policy { what: Some(PolicyOf::Set { file, who, why }) } => policy::set(options, file, (who, why), out),
        Command::Check(asked) => check::check(options, asked, out),
        Command::Backup(asked) => backup::backup(options, asked, out),
        Command::Restore(asked) => backup::restore(options, asked, out),
        Command::GoOn(asked) => backup::go_on(options, asked, out),
        Command::Salvage { damaged, new } => backup::salvage(damaged, new, out),
        Command::House(asked) => keeping::house(options, asked, out),
        Command::Forget(asked) => keeping::forget(options, asked, out),
        Command::Notices => notices::notices(options, out),
        Command::Ack(asked) => notices::ack(options, asked, out),
        Command::Sync(asked) => sync::sync(options, asked, out),
        Command::Outages => outages::outages(options, out),
        Command::Report(asked) => report::report(options, asked, out),
        Command::Safe => safe::safe(options, out),
        Command::Support { file } => support::support(options, file, out),
        Command::Completion { shell } => {
            // Into a buffer first: a shell that closes its end early must not end this in a panic.
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "tillbook", &mut script);
            out.raw(&String::from_utf8_lossy(&script))?;
            Ok(Ended::Well)
        }
    }
}
