//! What a check of the book finds.

use super::named;
use crate::chain_key::ChainKey;

named! {
    /// What is wrong.
    FindingKind {
        /// SQLite finds the file damaged.
        Database = "database",
        /// A row refers to another one that is not there.
        Reference = "reference",
        /// The tables, indexes or triggers are not those of this release.
        Schema = "schema",
        /// A row or a part of the file can't be read.
        Unreadable = "unreadable",
        /// An account's figures were changed by something else than this library.
        Seal = "seal",
        /// An operation's effect is not what was told, or not what it counts as.
        Effect = "effect",
        /// An operation's state, its marks and its promise don't go together.
        State = "state",
        /// A promise that should be there is not, or one is that should not.
        Promise = "promise",
        /// A line that should be in the book is not.
        EntryMissing = "entry_missing",
        /// A line is in the book that nothing accounts for.
        EntryExtra = "entry_extra",
        /// A line is not what was told.
        EntryDiffers = "entry_differs",
        /// Figures that don't add up.
        Money = "money",
        /// A row belongs to another card, account or lane than it says.
        Card = "card",
        /// A receipt number does not belong to its line.
        ReceiptNo = "receipt_no",
        /// A line's code in the chain is not the one that it should have.
        Chain = "chain",
        /// A lane does not stand where its operations do.
        Lane = "lane",
        /// A coupon has been used more than once.
        Coupon = "coupon",
        /// A time that can't be.
        Time = "time",
    }
}

named! {
    /// How bad it is.
    Severity {
        /// Worth knowing; no figure is in question.
        Note = "note",
        /// The book does not say what was written into it.
        Error = "error",
    }
}

/// One thing that a check has found. It holds no personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What is wrong.
    pub kind: FindingKind,
    /// How bad it is.
    pub severity: Severity,
    /// The table, or the part of the file.
    pub place: String,
    /// The row's number in it, where one row is meant.
    pub row: Option<i64>,
    /// For the log and for support, in English.
    pub detail: String,
}

/// What a check looks at, and how far it goes. The default is everything.
#[derive(Clone, Debug)]
pub struct CheckOptions {
    /// So many findings are told; of more only the number. 200.
    pub most_findings: usize,
    /// Leaves out SQLite's own check of every page, which takes the most time.
    pub skip_pages: bool,
    /// Keys that the chain was kept with before the present one.
    pub earlier_keys: Vec<ChainKey>,
}

impl Default for CheckOptions {
    fn default() -> Self {
        CheckOptions { most_findings: 200, skip_pages: false, earlier_keys: Vec::new() }
    }
}

/// How far a check has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckProgress {
    /// The part that is being looked at.
    pub part: &'static str,
    /// Rows of it that have been looked at.
    pub done: u64,
    /// Findings so far.
    pub found: u64,
}

/// What a check has found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// What was found, in the order in which it was looked for.
    pub findings: Vec<Finding>,
    /// How many errors there are, told or not.
    pub errors: u64,
    /// How many notes there are, told or not.
    pub notes: u64,
    /// Cards that were looked at.
    pub cards: u64,
    /// Accounts that were looked at.
    pub accounts: u64,
    /// Operations that were looked at.
    pub operations: u64,
    /// Lines of the book that were looked at.
    pub entries: u64,
    /// Of these, lines whose code in the chain was verified.
    pub chained: u64,
    /// Lines whose code could not be verified: they were written with a key that was not given.
    pub unverified: u64,
    /// The last line and its code, which covers all before it, in hexadecimal. Compare it with a day's report on paper.
    pub chain_head: Option<(i64, String)>,
    /// Everything that was to be looked at was: nobody stopped the check.
    pub complete: bool,
}

impl CheckReport {
    /// Whether everything was looked at and no error was found. Notes are no errors.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.complete && self.errors == 0
    }
}
