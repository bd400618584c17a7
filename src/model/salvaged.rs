//! What a salvage has brought.

/// A table of a damaged book, and what could be read of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SalvagedTable {
    /// Its name.
    pub name: String,
    /// Rows that are in the new book.
    pub kept: u64,
    /// Rows that could be read, and whose other half could not: they are in the file beside the new book.
    pub left_over: u64,
    /// Numbers of rows, first and last, of which none could be read. Not each of them need have been there.
    pub lost: Vec<(i64, i64)>,
    /// Some of it could not be read; where rows have no numbers nobody can say how many.
    pub damaged: bool,
}

/// What a salvage has brought. It holds no personal data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SalvageReport {
    /// Every table, in the order in which it was saved.
    pub tables: Vec<SalvagedTable>,
    /// The beginning of the file was unreadable and taken from a fresh book: only a guess.
    pub first_page_replaced: bool,
    /// Rows that were made anew from others: a card or an account that operations name, a promise that a line tells of.
    pub rebuilt: u64,
    /// Accounts whose figures did not fit their seal: they have none now, until the remote tells them.
    pub figures_dropped: u64,
    /// Operations that are in doubt now, since what was sent of them can't be read.
    pub put_in_doubt: u64,
    /// What else there is to say, in English.
    pub notes: Vec<String>,
}

impl SalvageReport {
    /// Whether everything is there.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        !self.first_page_replaced
            && self.figures_dropped + self.rebuilt + self.put_in_doubt == 0
            && self.tables.iter().all(|table| !table.damaged && table.left_over == 0)
    }
}
