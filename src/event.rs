//! The lines of the log: one form for all of them, with a name that stays and values that a program can read.
//!
//! A line is `event=name key=value key="a value with spaces"`. The names, their levels and their keys stand here and in
//! `docs/logging.md`, and nowhere else is anything logged. No value is a name, a phone number, a card's number or a secret: an
//! operation is known by its `op_id`, an account by the number that it has in the book.

use std::cell::RefCell;
use std::fmt::{self, Write};

use log::Level;

/// One kind of line.
pub(crate) struct Event {
    pub(crate) name: &'static str,
    pub(crate) level: Level,
    pub(crate) target: &'static str,
    /// What it may tell, in this order.
    pub(crate) keys: &'static [&'static str],
}

impl Event {
    /// Whether anybody wants to see it: worth asking before what it tells is looked up.
    pub(crate) fn is_wanted(&self) -> bool {
        log::log_enabled!(target: self.target, self.level)
    }
}

macro_rules! events {
    ($($(#[doc = $doc:literal])+ $event:ident: $level:ident, $target:literal, $name:literal, [$($key:literal),*];)*) => {
        $($(#[doc = $doc])+ pub(crate) const $event: Event =
            Event { name: $name, level: Level::$level, target: $target, keys: &[$($key),*] };)*

        /// All of them, in the order of the documents.
        #[cfg(test)]
        const ALL: &[&Event] = &[$(&$event),*];
    };
}

events! {
    /// A book was opened.
    BOOK_OPENED: Info, "tillbook::store", "book_opened", ["book", "schema", "sqlite", "training"];
    /// A book of an earlier release was brought up; a copy of it as it was is kept beside it.
    BOOK_MIGRATED: Info, "tillbook::store", "book_migrated", ["from", "to"];
    /// The book is an older copy of itself: nothing is sent until a person goes on with it.
    BOOK_IS_OLD_COPY: Warn, "tillbook::sync", "book_is_old_copy", ["why"];
    /// The book has a high-water file and was opened without it.
    HIGH_WATER_UNUSED: Warn, "tillbook::store", "high_water_unused", [];
    /// The high-water file can't be written: until it can, an older copy of the book may not be noticed.
    HIGH_WATER_FAILED: Error, "tillbook::store", "high_water_failed", ["error"];
    /// A backup was made.
    BACKUP_MADE: Info, "tillbook::store", "backup_made", ["bytes"];
    /// A backup was made, and the book could not note that.
    BACKUP_NOT_NOTED: Warn, "tillbook::store", "backup_not_noted", ["error"];
    /// A holder was forgotten, and a file could not be written anew: bytes of it may be left in unused space.
    NOT_WRITTEN_ANEW: Warn, "tillbook::store", "not_written_anew", ["error"];
    /// The program had ended in the middle of something: so many operations were under way.
    BOOK_RECOVERED: Warn, "tillbook::sync", "book_recovered", ["provider", "operations"];
    /// No room could be set aside for the next full disk.
    BALLAST_MISSING: Warn, "tillbook::store", "ballast_missing", ["error"];
    /// The disk is full; the room set aside for answers was given up.
    BALLAST_RELEASED: Warn, "tillbook::store", "ballast_released", [];
    /// A commit failed, and nothing of it is in the book.
    COMMIT_FAILED: Error, "tillbook::store", "commit_failed", ["code", "error"];
    /// Taking a failed transaction back failed too; the next one does it.
    ROLLBACK_FAILED: Error, "tillbook::store", "rollback_failed", ["error"];
    /// The book's lock file could not be unlocked.
    UNLOCK_FAILED: Warn, "tillbook::store", "unlock_failed", ["error"];
    /// A promise was recorded: what the cashier was told.
    PROMISE_MADE: Info, "tillbook::sync", "promise_made", ["op_id", "kind", "provider", "promise"];
    /// An operation stands elsewhere now.
    STATE_CHANGED: Debug, "tillbook::sync", "state_changed", ["op_id", "kind", "provider", "from", "to"];
    /// What was approved here was refused by the remote: a person decides.
    OPERATION_REJECTED: Warn, "tillbook::sync", "operation_rejected", ["op_id", "kind", "provider"];
    /// Nobody can know: a person decides.
    OPERATION_PARKED: Warn, "tillbook::sync", "operation_parked", ["op_id", "kind", "provider", "unknown"];
    /// A person decided.
    PERSON_DECIDED: Info, "tillbook::sync", "person_decided", ["op_id", "kind", "provider", "decision"];
    /// An attempt is durable, and its bytes leave.
    ATTEMPT_SENT: Info, "tillbook::sync", "attempt_sent", ["op_id", "kind", "provider", "attempt"];
    /// What became of an attempt.
    ATTEMPT_ANSWERED: Info, "tillbook::sync", "attempt_answered", ["op_id", "kind", "provider", "attempt", "status", "outcome", "ms"];
    /// An answer could not be worked off; it is kept, and tried again when the book is opened.
    ANSWER_NOT_UNDERSTOOD: Error, "tillbook::sync", "answer_not_understood", ["op_id", "error"];
    /// A remote does not answer: nothing but a probe is sent.
    BREAKER_OPENED: Warn, "tillbook::sync", "breaker_opened", ["provider", "failures"];
    /// It is there again.
    BREAKER_CLOSED: Info, "tillbook::sync", "breaker_closed", ["provider"];
    /// A remote refuses this till altogether.
    PROVIDER_HALTED: Error, "tillbook::sync", "provider_halted", ["provider"];
    /// Enough cards of a level were given the same discount: it is taken for the level's.
    RATE_LEARNED: Info, "tillbook::sync", "rate_learned", ["provider", "cards"];
    /// The cards of a level do not agree on a discount any more.
    RATE_DISPUTED: Info, "tillbook::sync", "rate_disputed", ["provider"];
    /// A remote gave a token.
    TOKEN_FETCHED: Info, "tillbook::sync", "token_fetched", ["provider", "call"];
    /// A remote gave none.
    TOKEN_REFUSED: Warn, "tillbook::sync", "token_refused", ["provider", "call"];
    /// The remote's clock could not be measured, which signing needs.
    CLOCK_NOT_MEASURED: Warn, "tillbook::sync", "clock_not_measured", ["provider"];
    /// The book's time ran ahead and was brought back on the remote's word.
    TIME_BROUGHT_BACK: Warn, "tillbook::sync", "time_brought_back", ["provider"];
    /// A card's running totals went backwards: what was read is not believed.
    TOTALS_WENT_BACK: Warn, "tillbook::sync", "totals_went_back", ["provider", "account"];
    /// A card of a number could not be read at a remote.
    CARD_NOT_SERVED: Debug, "tillbook::sync", "card_not_served", ["code"];
    /// Something besides a card's figures could not be read.
    EXTRA_NOT_READ: Warn, "tillbook::sync", "extra_not_read", ["provider", "what", "rows"];
    /// A turn of the engine failed; the next one does its work.
    TURN_FAILED: Error, "tillbook::sync", "turn_failed", ["code", "error"];
    /// The system gives no thread.
    NO_THREAD: Error, "tillbook::sync", "no_thread", ["error"];
    /// The worker ended by a panic.
    WORKER_PANICKED: Error, "tillbook::sync", "worker_panicked", [];
    /// The system gives no randomness to sign with.
    NO_RANDOMNESS: Error, "tillbook::sync", "no_randomness", ["provider"];
    /// A file with a secret can be read by every user of the machine.
    SECRET_FILE_OPEN: Warn, "tillbook::config", "secret_file_open", ["key"];
}

/// Logs a line: `event!(BREAKER_OPENED, provider = name, failures = 2)`. Values are `Display`; an `Option` may stand in `?`.
macro_rules! event {
    ($event:ident $(, $key:ident = $value:expr)* $(,)?) => {{
        const EVENT: &$crate::event::Event = &$crate::event::$event;
        if EVENT.is_wanted() {
            #[allow(unused_mut)]
            let mut line = $crate::event::Line::of(EVENT);
            $(line.add(stringify!($key), &$value);)*
            line.write();
        }
    }};
}
pub(crate) use event;

/// A line in the making.
pub(crate) struct Line {
    event: &'static Event,
    text: String,
}

impl Line {
    pub(crate) fn of(event: &'static Event) -> Line {
        Line { event, text: format!("event={}", event.name) }
    }

    pub(crate) fn add(&mut self, key: &'static str, value: &dyn fmt::Display) {
        debug_assert!(self.event.keys.contains(&key), "{key} of {} is in no table", self.event.name);
        let value = value.to_string();
        let plain = |c: char| c.is_alphanumeric() || "-_.:/+".contains(c);
        // Writing to a string can't fail.
        let _ = if !value.is_empty() && value.chars().all(plain) {
            write!(self.text, " {key}={value}")
        } else {
            write!(self.text, " {key}=\"{}\"", value.escape_debug())
        };
    }

    /// Logs it now; inside a transaction once that is in the book.
    pub(crate) fn write(self) {
        let kept = HELD.with_borrow_mut(|held| match held {
            Some(lines) => {
                lines.push(self);
                None
            }
            None => Some(self),
        });
        if let Some(line) = kept {
            line.log();
        }
    }

    fn log(&self) {
        log::log!(target: self.event.target, self.event.level, "{}", self.text);
    }
}

thread_local! {
    /// The lines of the transaction that this thread is in. What never came to be in the book never happened.
    static HELD: RefCell<Option<Vec<Line>>> = const { RefCell::new(None) };
}

/// Lines of this thread wait until they are released, and are forgotten where they are not.
pub(crate) struct Held(());

pub(crate) fn hold() -> Held {
    HELD.set(Some(Vec::new()));
    Held(())
}

impl Held {
    /// What they tell is in the book.
    pub(crate) fn release(self) {
        for line in HELD.take().unwrap_or_default() {
            line.log();
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        HELD.set(None);
    }
}

/// How many lines wait.
pub(crate) fn mark() -> usize {
    HELD.with_borrow(|held| held.as_ref().map_or(0, Vec::len))
}

/// Forgets those that came after the mark: what they tell was taken back.
pub(crate) fn back_to(mark: usize) {
    HELD.with_borrow_mut(|held| {
        if let Some(lines) = held {
            lines.truncate(mark);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_with_anything_special_is_quoted() {
        let mut line = Line::of(&COMMIT_FAILED);
        line.add("code", &"disk_full");
        line.add("error", &"no \"room\"\nleft");
        assert_eq!(line.text, r#"event=commit_failed code=disk_full error="no \"room\"\nleft""#);
        let mut line = Line::of(&BALLAST_MISSING);
        line.add("error", &"");
        assert_eq!(line.text, r#"event=ballast_missing error="""#);
    }

    /// The table of `docs/logging.md` has these events, with their levels, targets and keys, in this order.
    #[test]
    fn the_documented_events_are_these() {
        let documented: Vec<[&str; 4]> = include_str!("../docs/logging.md")
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.strip_suffix('|'))
            .map(|row| {
                let mut cells = row.split('|').map(|cell| cell.trim().trim_matches('`'));
                [(); 4].map(|()| cells.next().unwrap_or_default())
            })
            .collect();
        let known: Vec<[String; 4]> = ALL
            .iter()
            .map(|event| {
                let keys: Vec<String> = event.keys.iter().map(|key| format!("`{key}`")).collect();
                [
                    event.name.to_owned(),
                    event.level.as_str().to_lowercase(),
                    event.target.to_owned(),
                    if keys.is_empty() { "-".to_owned() } else { keys.join(", ").trim_matches('`').to_owned() },
                ]
            })
            .collect();
        assert_eq!(documented, known);
    }
}
