//! The check of the book.

use crate::chain_key::ChainKey;
use crate::error::Result;
use crate::model::{CheckOptions, CheckProgress, CheckReport};
use crate::store::check_file;

use super::Till;

impl Till {
    /// Checks the whole book: its pages, and whether everything that stands in it twice says the same. It reads one moment of
    /// the book by a connection of its own; the till goes on meanwhile, and nothing is written. See `docs/keeping.md` for what is
    /// compared with what. A large book takes minutes: [`Till::check_watched`] tells how far it has come.
    ///
    /// ```
    /// # fn main() -> Result<(), tillbook::Error> {
    /// # let dir = tempfile::tempdir().unwrap();
    /// # let sandy = tillbook::SandyConfig::new("http://127.0.0.1:9", "agent", "{GUID}");
    /// # let config = tillbook::Config::new("Noodle House", "Store 1", "Till 3", sandy);
    /// # let till = tillbook::Till::open(dir.path().join("till.db"), config)?;
    /// let report = till.check(&tillbook::CheckOptions::default())?;
    /// assert!(report.is_clean(), "{:?}", report.findings);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// What is wrong with the book is in the report. `Corrupt`, `NotABook`, `Storage` only where it can't be opened for reading
    /// at all; `Poisoned`, `Closed`.
    pub fn check(&self, options: &CheckOptions) -> Result<CheckReport> {
        self.check_watched(options, &mut |_| true)
    }

    /// As [`Till::check`]. `progress` is called after every thousand rows, on this thread, with no lock held, and ends the check by
    /// returning false; then [`CheckReport::complete`] is false.
    ///
    /// # Errors
    /// As [`Till::check`].
    pub fn check_watched(
        &self,
        options: &CheckOptions,
        progress: &mut dyn FnMut(&CheckProgress) -> bool,
    ) -> Result<CheckReport> {
        let ((path, access), key): (_, Option<ChainKey>) =
            self.runtime.with(|engine| Ok((engine.store().check_source(), engine.config().chain_key.clone())))?;
        check_file(&path, &access, options, key.as_ref(), progress)
    }
}
