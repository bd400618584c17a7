//! Retention and forgetting: what is kept, for how long, and what was done about it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// How long a book keeps what is not needed any more. Lines of the book, operations and promises stay for ever.
///
/// ```
/// let retention = tillbook::Retention { archive_after_days: Some(366), ..tillbook::Retention::default() };
/// assert_eq!(retention.raw_days, 7);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Retention {
    /// The bytes of requests and answers are erased so many days after their operation has become final.
    pub raw_days: u32,
    /// Attempts, looks, confirmations, decisions and acknowledged notices of operations that have been final for so many days
    /// go into an archive file. `None`: they stay.
    pub archive_after_days: Option<u32>,
    /// Where archive files are made. `None`: beside the book.
    pub archive_folder: Option<PathBuf>,
}

impl Default for Retention {
    fn default() -> Self {
        Retention { raw_days: 7, archive_after_days: None, archive_folder: None }
    }
}

/// What a turn of keeping house has done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HouseKept {
    /// Attempts whose bytes were erased.
    pub purged: u64,
    /// Operations whose details went into the archive.
    pub archived: u64,
    /// The archive file, where anything went into one.
    pub archive: Option<PathBuf>,
    /// The budget was spent before all was done: call it again.
    pub more: bool,
}

/// What was erased about a holder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// The number under which the card's lines stand now. Another one than before where the number was a phone's.
    pub number: String,
    /// Operations from which personal data was taken.
    pub operations: u64,
    /// Archive files that were not there, could not be read or could not be written anew: what they hold of the holder must be
    /// erased where they are now.
    pub archives_missing: Vec<String>,
    /// The rows are erased, but bytes of them may be left in unused space of the book's file or in its log: somebody was reading
    /// the book (a backup, a check, another program), the disk failed or had no room, or the file is larger than 256 MiB.
    /// `Till::keep_house` goes on with it, and so does forgetting [`Forgotten::number`] again.
    pub traces_left: bool,
}
