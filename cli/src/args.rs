//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

const EXAMPLES: &str = "\
Examples:
  tillbook -b till.db status                      how the till stands, while it runs
  tillbook -b till.db waiting                     what needs a decision, with the evidence
  tillbook -b till.db cards 0123                  cards whose number holds 0123
  tillbook -b till.db history --card M1001        what was done on a card
  tillbook -b till.db report outage --csv         the last outage, for a spreadsheet
  tillbook -b till.db -c till.json sync           send what is queued; the till has to be closed
  tillbook -b till.db -c till.json resolve sale-7 write-off --who Chen --why 'paid in cash'

Exit codes:
  0  done
  1  an error: the words are on the error output, with the code in brackets
  2  the command line is not understood, or lacks something
  3  done, and something needs a person (status, waiting, sync, safe)
  4  a till has the book open, and the command has to write

Reading needs the book alone and works while a till has it open. Writing (resolve, ack, sync, report close) needs the
till's configuration too, and the till closed. Names, phones and card numbers are masked unless --unmasked is given.";

/// Reads a till's book, prints reports, and decides what waits.
#[derive(Parser)]
#[command(name = "tillbook", version, after_help = EXAMPLES, arg_required_else_help = true, max_term_width = 110)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) options: Options,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Args)]
pub(crate) struct Options {
    /// The till's book
    #[arg(short, long, global = true, env = "TILLBOOK_BOOK", value_name = "FILE")]
    pub(crate) book: Option<PathBuf>,
    /// The till's configuration, for commands that write
    #[arg(short, long, global = true, env = "TILLBOOK_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Answer in JSON: money in fen, times in milliseconds since 1970 UTC
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// The language of the answer; that of the terminal without it
    #[arg(long, global = true, env = "TILLBOOK_LANG", value_name = "LANGUAGE")]
    pub(crate) lang: Option<Lang>,
    /// Show names, phones and card numbers in full
    #[arg(long, global = true)]
    pub(crate) unmasked: bool,
}

/// A language.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Lang {
    /// English
    En,
    /// 中文
    Zh,
}

/// What may be asked.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// How the till stands: queue, people's work, remotes
    Status,
    /// Cards whose number holds a text, or one card in full
    Cards(Cards),
    /// What was done, newest first
    History(History),
    /// One operation, by its name
    Operation {
        /// Its name, as `history` and `waiting` show it
        op_id: String,
    },
    /// What waits for a person: the evidence, and the decisions that are possible
    Waiting,
    /// Record a decision about an operation that waits, and carry it out
    #[command(after_help = RESOLVE)]
    Resolve(Resolve),
    /// What nobody has acknowledged yet
    Notices,
    /// Acknowledge a notification
    Ack(Ack),
    /// Send what is queued until nothing is due, with a progress bar
    Sync(Sync),
    /// When the remotes were not there
    Outages,
    /// Reports: X totals, a day, an outage, the day's close
    Report(Report),
    /// Whether an upgrade, or removing the book, would lose anything
    Safe,
    /// Write one file for support staff, without personal data
    Support {
        /// The file to write; one that is there is replaced
        file: PathBuf,
    },
    /// A script that completes this tool's arguments in a shell
    #[command(
        after_help = "Example:\n  tillbook completion bash > ~/.local/share/bash-completion/completions/tillbook"
    )]
    Completion {
        /// The shell
        shell: clap_complete::Shell,
    },
}

const RESOLVE: &str = "\
Look first at the remote's own records. Then:
  was-applied      the remote has it: its balance is read anew
  was-not-applied  the remote does not have it, and it is not to be sent again
  send-again       the remote does not have it: send it (only what was promised)
  write-off        whatever became of it, the shop bears it
Who decided and why is kept in the book for good.";

#[derive(Args)]
pub(crate) struct Cards {
    /// A part of the number; all cards without it
    pub(crate) text: Option<String>,
    /// How many at most
    #[arg(long, default_value_t = 20)]
    pub(crate) limit: usize,
}

#[derive(Args)]
pub(crate) struct History {
    /// Of this card
    #[arg(long, value_name = "NUMBER")]
    pub(crate) card: Option<String>,
    /// Of this ticket of the POS
    #[arg(long)]
    pub(crate) ticket: Option<String>,
    /// Of this kind: consume, recharge, open_card, ..., void, write_off
    #[arg(long)]
    pub(crate) kind: Option<String>,
    /// Only what changes points
    #[arg(long)]
    pub(crate) points: bool,
    /// How many lines
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=500))]
    pub(crate) limit: u16,
    /// Lines before this one: what the page before ended with
    #[arg(long, value_name = "LINE")]
    pub(crate) after: Option<i64>,
}

#[derive(Args)]
pub(crate) struct Resolve {
    /// The operation's name, as `waiting` shows it
    pub(crate) op_id: String,
    /// What is decided
    pub(crate) decision: Decision,
    /// Who decides
    #[arg(long)]
    pub(crate) who: String,
    /// Why
    #[arg(long)]
    pub(crate) why: String,
}

/// What a person decides.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Decision {
    /// The remote has it
    WasApplied,
    /// The remote does not have it, and it is not to be sent again
    WasNotApplied,
    /// The remote does not have it: send it again
    SendAgain,
    /// The shop bears it
    WriteOff,
}

#[derive(Args)]
pub(crate) struct Ack {
    /// Its number, as `notices` shows it
    pub(crate) notice: i64,
    /// Who has seen it
    #[arg(long)]
    pub(crate) who: String,
    /// What was done about it
    #[arg(long)]
    pub(crate) note: Option<String>,
}

#[derive(Args)]
pub(crate) struct Sync {
    /// Stop after so many seconds at the latest
    #[arg(long = "for", default_value_t = 60, value_name = "SECONDS")]
    pub(crate) seconds: u64,
}

#[derive(Args)]
pub(crate) struct Report {
    #[command(subcommand)]
    pub(crate) what: ReportOf,
    /// As CSV, for a spreadsheet
    #[arg(long, global = true, conflicts_with = "json")]
    pub(crate) csv: bool,
    /// With the mark in front that spreadsheet programs know UTF-8 by
    #[arg(long, global = true, requires = "csv")]
    pub(crate) bom: bool,
    /// The operations one by one instead of the sums
    #[arg(long, global = true)]
    pub(crate) list: bool,
}

/// Which report.
#[derive(Subcommand)]
pub(crate) enum ReportOf {
    /// X: what has gone through the till since the last day's close; writes nothing
    X,
    /// What went through the till on a business day
    Sales {
        /// The day, YYYY-MM-DD; today without it
        date: Option<String>,
    },
    /// What became of the operations of a business day
    Day {
        /// The day, YYYY-MM-DD; today without it
        date: Option<String>,
    },
    /// What became of the operations of an outage
    Outage {
        /// Its number, as `outages` shows it; the last one without it
        number: Option<i64>,
    },
    /// Z: close a business day; the till has to be closed
    Close {
        /// The day, YYYY-MM-DD; today without it
        date: Option<String>,
        /// Who closes it
        #[arg(long)]
        who: String,
    },
    /// A day's close by its number
    Z {
        /// Its number, as `closes` shows it; the last one without it
        number: Option<i64>,
    },
    /// The days that were closed
    Closes,
}
