//! Finding cards, and reading what was done.

use crate::error::Result;
use crate::model::{Found, HistoryPage, HistoryQuery, SearchQuery};

use super::Till;

impl Till {
    /// The cards whose number, phone or name contains a text: the first 20, with names and phones masked, unless the
    /// [`SearchQuery`] says otherwise. A plain text is a query, too.
    ///
    /// # Errors
    /// `InvalidInput` for an empty text, one of more than 64 characters, control characters, a limit above 100.
    pub fn search(&self, query: impl Into<SearchQuery>) -> Result<Found> {
        let search = query.into().check()?;
        self.runtime.with(|engine| engine.store().view().search(&search))
    }

    /// A page of the book, newest first. Pages are cut by key: the last costs what the first does.
    ///
    /// # Errors
    /// `InvalidInput` for a page size above 500, a bad card number, an unknown line to go on after, or the remote's lines
    /// without a card; a card that is unknown has an empty history.
    pub fn history(&self, query: &HistoryQuery) -> Result<HistoryPage> {
        self.runtime.with(|engine| engine.store().view().history(query))
    }
}
