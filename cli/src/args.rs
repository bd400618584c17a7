//! The command line.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use tillbook::{Kind, RecordKind};

const EXAMPLES: &str = "\
Examples:
  tillbook -b till.db status                      how the till stands, while it runs
  tillbook -b till.db waiting                     what needs a decision, with the evidence
  tillbook -b till.db cards 0123                  cards whose number holds 0123
  tillbook -b till.db history --card M1001        what was done on a card
  tillbook -b till.db report outage --csv         the last outage, for a spreadsheet
  tillbook -b till.db check                       whether the book says what was written into it
  tillbook -b till.db backup monday.db            a copy of the book, while the till runs
  tillbook -b till.db -c till.json sync           send what is queued; the till has to be closed
  tillbook -b till.db -c till.json resolve sale-7 write-off --who Chen --why 'paid in cash'

Exit codes:
  0  done
  1  an error: the words are on the error output, with the code in brackets
  2  the command line is not understood, or lacks something
  3  done, and something needs a person (status, waiting, sync, safe, check, preload, salvage)
  4  a till has the book open, and the command has to write

Reading needs the book alone and works while a till has it open. Writing (resolve, retarget, ack, except, policy set,
sync, preload, house, forget, go-on, report close) needs the till's configuration too, and the till closed;
restore and salvage need it closed, and no configuration. Encrypted books need --key-file, and a tool that was built
with feature `encryption`. Names, phones and card numbers are masked unless --unmasked is given.";

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
    /// The key of an encrypted book: a file of 32 bytes, or of 64 hexadecimal digits
    #[arg(long, global = true, env = "TILLBOOK_KEY_FILE", value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
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
    /// Cards whose number, phone or name holds a text, or one card in full
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
    /// Give a card another number whose opening the platform has refused
    #[command(after_help = RETARGET)]
    Retarget(Retarget),
    /// What people have decided of a card number: which card an old receipt is about
    Retargets {
        /// The number, before or after
        number: String,
    },
    /// What nobody has acknowledged yet
    Notices,
    /// Acknowledge a notification
    Ack(Ack),
    /// Send what is queued until nothing is due, with a progress bar
    Sync(Sync),
    /// When the remotes were not there
    Outages,
    /// Take cards into the book ahead of an outage, with a progress bar
    #[command(after_help = PRELOAD)]
    Preload(Preload),
    /// Cards that the till does not serve
    Exceptions(Exceptions),
    /// Put a card on the list of those that are not served, or take it off
    #[command(after_help = EXCEPT)]
    Except(Except),
    /// The offline policies that were in force, newest first; or set another one
    #[command(after_help = POLICY)]
    Policy {
        /// What to do with it; without it, it is shown
        #[command(subcommand)]
        what: Option<PolicyOf>,
    },
    /// How many card numbers the till's range has left
    Numbers,
    /// Reports: X totals, a day, an outage, the day's close
    Report(Report),
    /// Whether an upgrade, or removing the book, would lose anything
    Safe,
    /// Whether the book is whole, and says what was written into it, with a progress bar
    #[command(after_help = CHECK)]
    Check(Check),
    /// Copy the book, while a till has it open or not
    #[command(after_help = BACKUP)]
    Backup(Backup),
    /// Put a backup in the place of a book that no till has open; the replaced one is kept
    #[command(after_help = RESTORE)]
    Restore(Restore),
    /// Go on with a book that turned out to be an older copy: what waits is sent again
    GoOn(GoOn),
    /// Save what is readable of a damaged book into a new one; the damaged file is only read
    #[command(after_help = SALVAGE)]
    Salvage {
        /// The damaged book
        damaged: PathBuf,
        /// The new book, which must not be there yet
        new: PathBuf,
    },
    /// Erase what is not needed any more, as the configuration's retention says
    House(House),
    /// Erase the holder of a card on request: name, phone, and what was sent with them
    #[command(after_help = FORGET)]
    Forget(Forget),
    /// Write one file for support staff, without personal data
    Support {
        /// The file to write; an earlier one is replaced, and no other file
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

const RETARGET: &str = "\
Examples:
  tillbook -b till.db -c till.json retarget open-7 --next --who Lin --why 'the number was taken'
  tillbook -b till.db -c till.json retarget open-7 --card M1001 --who Lin --why 'she had a card'";

const PRELOAD: &str = "\
Examples:
  tillbook -b till.db -c till.json preload --range M000100 M000199
  tillbook -b till.db -c till.json preload --search 138 --max-age 24 --for 600

Where it ends before all are taken in, it says what to give to --after next time, and the exit code is 3.";

const EXCEPT: &str = "\
Examples:
  tillbook -b till.db -c till.json except M1001 --why 'reported lost' --who Lin
  tillbook -b till.db -c till.json except M1001 --off --who Lin";

const POLICY: &str = "\
Examples:
  tillbook -b till.db policy                      what was in force, and the figures in force now
  tillbook -b till.db policy --json
  tillbook -b till.db -c till.json policy set policy.json --who Lin --why 'a week of fraud reports'";

const CHECK: &str = "\
It takes minutes for a large book. With --config lines are verified with the chain key that stands there.
The exit code is 3 if an error was found; notes are none.";

const BACKUP: &str = "\
With --config, and the till closed, the book is told of it, so that `safe` knows of it; otherwise it is not.";

const RESTORE: &str = "\
Example:
  tillbook restore monday.db till.db --high-water /var/lib/till/high-water
  tillbook -b till.db -c till.json go-on --who Lin --why 'the disk was replaced'

The book knows itself to be an older copy then: nothing is sent before somebody goes on with it.";

const SALVAGE: &str = "\
What could be read only in half goes into NEW.leftover. The exit code is 3 if anything is missing.";

const FORGET: &str = "\
It asks first, unless --yes is given: answer yes. Figures stay in the book; a card's number stays, too, unless it is a
phone's. Operations of the card must have come to an end.";

#[derive(Args)]
pub(crate) struct Cards {
    /// A part of the number, phone or name; all cards without it
    pub(crate) text: Option<String>,
    /// How many at most
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub(crate) limit: u16,
}

#[derive(Args)]
pub(crate) struct History {
    /// Of this card
    #[arg(long, value_name = "NUMBER")]
    pub(crate) card: Option<String>,
    /// Of this ticket of the POS
    #[arg(long)]
    pub(crate) ticket: Option<String>,
    /// Of this kind
    #[arg(long, value_parser = PossibleValuesParser::new(kinds()))]
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
    /// With the lines of the platform's own history that are none of the book's, as far as they were read
    #[arg(long, requires = "card")]
    pub(crate) remote: bool,
    /// Lines of the platform before this one: what the page before ended with
    #[arg(long, value_name = "LINE", requires = "remote")]
    pub(crate) after_record: Option<i64>,
}

/// What a line of the book may be, then what only a remote's own line may be.
fn kinds() -> Vec<&'static str> {
    let ours = Kind::ALL.iter().map(|kind| kind.as_str()).chain(["void", "write_off", "reversal", "retarget"]);
    let mut kinds: Vec<_> = ours.collect();
    let theirs: Vec<_> =
        RecordKind::ALL.iter().map(|kind| kind.as_str()).filter(|name| !kinds.contains(name)).collect();
    kinds.extend(theirs);
    kinds
}

#[derive(Args)]
#[command(group(ArgGroup::new("where_to").required(true).args(["next", "number", "card"])))]
pub(crate) struct Retarget {
    /// The opening's name, as `waiting` shows it
    pub(crate) op_id: String,
    /// It gets the next number of the till's range
    #[arg(long)]
    pub(crate) next: bool,
    /// It gets this number
    #[arg(long)]
    pub(crate) number: Option<String>,
    /// Its holder has this card already
    #[arg(long, value_name = "NUMBER")]
    pub(crate) card: Option<String>,
    /// Who decides
    #[arg(long)]
    pub(crate) who: String,
    /// Why
    #[arg(long)]
    pub(crate) why: String,
}

#[derive(Args)]
#[command(group(ArgGroup::new("which").required(true).args(["range", "search", "members"])))]
pub(crate) struct Preload {
    /// From one number to another, both included
    #[arg(long, num_args = 2, value_names = ["FROM", "TO"])]
    pub(crate) range: Option<Vec<String>>,
    /// What the platform's search finds for a part of a number, a name or a phone
    #[arg(long, value_name = "TEXT")]
    pub(crate) search: Option<String>,
    /// The members that the platform lists
    #[arg(long)]
    pub(crate) members: bool,
    /// Pass over cards that were read within so many hours
    #[arg(long, value_name = "HOURS")]
    pub(crate) max_age: Option<u32>,
    /// Stop after so many seconds at the latest
    #[arg(long = "for", value_name = "SECONDS")]
    pub(crate) seconds: Option<u64>,
    /// Go on where an earlier one ended
    #[arg(long, value_name = "WHERE")]
    pub(crate) after: Option<String>,
}

#[derive(Args)]
pub(crate) struct Exceptions {
    /// How many lines
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=500))]
    pub(crate) limit: u16,
    /// Cards after this one: what the page before ended with
    #[arg(long, value_name = "LINE")]
    pub(crate) after: Option<i64>,
}

#[derive(Args)]
#[command(group(ArgGroup::new("on_or_off").required(true).args(["why", "off"])))]
pub(crate) struct Except {
    /// The card's number
    pub(crate) number: String,
    /// Why it is not to be served
    #[arg(long)]
    pub(crate) why: Option<String>,
    /// Take it off the list
    #[arg(long)]
    pub(crate) off: bool,
    /// Who decides
    #[arg(long)]
    pub(crate) who: String,
}

/// What to do with the policy.
#[derive(Subcommand)]
pub(crate) enum PolicyOf {
    /// Put another policy in force
    Set {
        /// A file with the policy's figures, as `policy` shows them
        file: PathBuf,
        /// Who decides
        #[arg(long)]
        who: String,
        /// Why
        #[arg(long)]
        why: String,
    },
}

#[derive(Args)]
pub(crate) struct Check {
    /// Leave out the check of every page of the file, which takes the most time
    #[arg(long)]
    pub(crate) quick: bool,
    /// So many findings are told; of more only the number
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) limit: u16,
}

#[derive(Args)]
pub(crate) struct Backup {
    /// The file to make
    pub(crate) target: PathBuf,
    /// Replace a file that is there, once the backup is whole
    #[arg(long)]
    pub(crate) overwrite: bool,
}

#[derive(Args)]
pub(crate) struct Restore {
    /// The backup
    pub(crate) backup: PathBuf,
    /// The book in whose place it goes
    #[arg(id = "restored", value_name = "BOOK")]
    pub(crate) restored: PathBuf,
    /// The book's high-water file; the configuration's without it, where one is given
    #[arg(long, value_name = "FILE")]
    pub(crate) high_water: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct GoOn {
    /// Who decides
    #[arg(long)]
    pub(crate) who: String,
    /// Why; the other copy must be gone
    #[arg(long)]
    pub(crate) why: String,
}

#[derive(Args)]
pub(crate) struct House {
    /// Stop after so many seconds
    #[arg(long = "for", default_value_t = 60, value_name = "SECONDS")]
    pub(crate) seconds: u64,
}

#[derive(Args)]
pub(crate) struct Forget {
    /// The card's number
    pub(crate) number: String,
    /// Who does it
    #[arg(long)]
    pub(crate) who: String,
    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,
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
