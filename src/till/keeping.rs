//! Keeping a book: salvage.

use std::path::Path;

use crate::clock::{Clock, SystemClock};
use crate::error::Result;
use crate::model::SalvageReport;

/// Saves whatever is readable of a damaged book into a new one: the queue and the lines of the book first. The damaged file
/// is only read. A row that could be read and whose other half could not goes into `<into>.leftover`, a plain SQLite file.
///
/// The new book is treated as one that was restored from an old copy: somebody has to look at it before anything is sent. Where
/// attempts were lost, what was queued is in doubt. It needs room for two more copies of the book.
///
/// ```no_run
/// let report = tillbook::salvage("till.db", "till-saved.db")?;
/// for table in report.tables.iter().filter(|table| table.damaged) {
///     println!("{}: {} rows saved, lost {:?}", table.name, table.kept, table.lost);
/// }
/// # Ok::<(), tillbook::Error>(())
/// ```
///
/// # Errors
/// `InvalidInput` where `into` is there already; `NotABook` where nothing can be read; `Storage`, `DiskFull`, `NoPermission`.
pub fn salvage(damaged: impl AsRef<Path>, into: impl AsRef<Path>) -> Result<SalvageReport> {
    crate::store::salvage(damaged.as_ref(), into.as_ref(), SystemClock::new().wall())
}
