//! Keeping a book: salvage, retention, forgetting.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::clock::{Clock, SystemClock};
use crate::error::Result;
use crate::event::event;
use crate::model::{CardNumber, Forgotten, HouseKept, SalvageReport, short_text};
use crate::store::HouseKeeping;

use super::Till;

/// So long forgetting waits for whoever reads the book: a report is read in less, a backup is not.
const READERS_END: Duration = Duration::from_secs(2);

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
/// `BookInUse` while a till has it open; `InvalidInput` where `into` is there already, or a log or leftover of that name; `NotABook` where nothing can be read, `WrongKey` where it is encrypted; `Storage`, `DiskFull`, `NoPermission`.
pub fn salvage(damaged: impl AsRef<Path>, into: impl AsRef<Path>) -> Result<SalvageReport> {
    crate::store::salvage(damaged.as_ref(), into.as_ref(), SystemClock::new().wall())
}

impl Till {
    /// Erases what is not needed any more, in small steps, until all is done or `budget` is spent: bytes of requests and answers
    /// of operations that have long been final, and, where [`Retention::archive_after_days`](crate::Retention) is set, their
    /// details, which go into an archive file first. Lines of the book, operations and promises stay: a repeated `op_id` is
    /// answered as ever, its [`Receipt::confirmation`](crate::Receipt::confirmation) is `None` then.
    ///
    /// However small the budget is, each of the two gets one step on, and the next call goes on from there. Before anything is added to
    /// an archive file, all of it is checked, which the budget does not end.
    ///
    /// Call it once a day, such as after the day was closed. It may be called while the till trades: no call waits for more than
    /// one step of fifty rows.
    ///
    /// # Errors
    /// `DiskFull`, `Storage`, `NoPermission`: what was not copied has not left the book. `Poisoned`, `Closed`.
    pub fn keep_house(&self, budget: Duration) -> Result<HouseKept> {
        let began = Instant::now();
        let mut keeping = HouseKeeping::default();
        // What was forgotten while somebody read the book.
        self.runtime.with(|engine| engine.store().sweep())?;
        loop {
            let more = self.runtime.with(|engine| engine.keep_house(&mut keeping))?;
            // On this thread alone: a large file takes long, and no call waits for it.
            keeping.check_archive()?;
            if !more || (began.elapsed() >= budget && keeping.each_had_a_turn()) {
                self.runtime.with(|engine| engine.store().pause_house(&keeping))?;
                return Ok(HouseKept { more, ..keeping.kept });
            }
        }
    }

    /// Erases the holder of a card on request: name, phone, gender, birthday, what operations were asked for with of these, what
    /// was sent and answered, what was noted by hand. Figures stay: lines of the book and promises under the card's number, or
    /// under `forgotten-<n>` where the number is a phone's. Freed bytes are overwritten. What the remote keeps is the
    /// remote's; the card comes back if it is served anew.
    ///
    /// # Errors
    /// Where an error is told the book has erased nothing yet: `WrongState` while operations of the card are open or wait for a
    /// person; `NotFound`, `InvalidInput`; `Storage` and `DiskFull` (call it again), `Poisoned`, `Closed`. What fails once the
    /// rows are erased is no error: [`Forgotten::traces_left`] tells of it.
    pub fn forget(&self, number: &str, who: &str) -> Result<Forgotten> {
        let number = CardNumber::new(number)?;
        let who = short_text("who", who.to_owned(), 64)?;
        let mut forgotten = self.runtime.with(|engine| engine.forget_holder(&number, &who))?;
        let until = Instant::now() + READERS_END;
        loop {
            let swept = self.runtime.with(|engine| engine.store().sweep());
            if let Err(error) = &swept {
                // The card may have another number by now: who was told of an error and called again would not find it.
                event!(NOT_WRITTEN_ANEW, error = error);
            }
            forgotten.traces_left = !matches!(swept, Ok(true));
            if swept.is_err() || !forgotten.traces_left || Instant::now() >= until {
                return Ok(forgotten);
            }
            // Whoever reads the book may be done soon; calls are served meanwhile.
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
