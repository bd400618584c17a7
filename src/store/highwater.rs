//! The high-water file: how far the book has come, kept where a copy of the book's folder does not take it along.
//!
//! A file system that was put back, a backup copied over the book, a disk image: the till would go on from an older state, use
//! numbers again and send what was sent. The file knows better, if it lies elsewhere. It holds four records in blocks of their
//! own. Two are made durable and say up to where numbers may be in use: they reserve a block ahead, so that a call keeps its one
//! sync. Two are written after each commit without waiting for the disk and say exactly how far the book had come: they outlive
//! the process, and after a power cut an older one is there, which is true as well. Each is written in turn, so that a torn one
//! leaves the other.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::copy::sync_folder;
use super::open::private;
use super::salvage_mend::SALVAGED;
use super::{Store, Tx, View, from_json, to_json};
use crate::error::{Error, Result};
use crate::event::event;

/// Numbers are reserved in blocks of so many.
const BLOCK: i64 = 256;

const SLOT_BYTES: usize = 4096;
const RESERVED: [usize; 2] = [0, 1];
const EXACT: [usize; 2] = [2, 3];
const SLOTS: usize = 4;

pub(super) const MAGIC: &[u8; 8] = b"tillhigh";
/// Magic, length, digest.
const PREFIX: usize = 8 + 4 + 32;

/// The last numbers in use.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Marks {
    pub(crate) op: i64,
    pub(crate) attempt: i64,
    pub(crate) entry: i64,
    /// How much people have decided: about operations, the exception list, the policy, days.
    #[serde(default)]
    pub(crate) decisions: i64,
    /// The next number of each card-number range.
    #[serde(default)]
    pub(crate) ranges: BTreeMap<String, i64>,
}

impl Marks {
    /// Whether anything here is behind the other.
    fn is_behind(&self, other: &Marks) -> bool {
        let range = |name: &String| self.ranges.get(name).copied().unwrap_or(0);
        self.op < other.op
            || self.attempt < other.attempt
            || self.entry < other.entry
            || self.decisions < other.decisions
            || other.ranges.iter().any(|(name, next)| range(name) < *next)
    }

    fn highest(mut self, other: &Marks) -> Marks {
        self.op = self.op.max(other.op);
        self.attempt = self.attempt.max(other.attempt);
        self.entry = self.entry.max(other.entry);
        self.decisions = self.decisions.max(other.decisions);
        for (name, next) in &other.ranges {
            let own = self.ranges.entry(name.clone()).or_default();
            *own = (*own).max(*next);
        }
        self
    }

    /// Each of them further on. Ranges are small, and their numbers on printed cards: no gap is left in them without need.
    fn ahead(&self, by: i64) -> Marks {
        let ranges = self.ranges.iter().map(|(name, next)| (name.clone(), next.saturating_add(by.min(8)))).collect();
        Marks {
            op: self.op.saturating_add(by),
            attempt: self.attempt.saturating_add(by),
            entry: self.entry.saturating_add(by),
            decisions: self.decisions.saturating_add(by),
            ranges,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Record {
    seq: u64,
    book: String,
    epoch: i64,
    /// The book had come so far, durably.
    marks: Marks,
    /// No number above these has been used.
    reserved: Marks,
}

/// Why an opened book is taken for an older copy of itself, and what numbers the lost one may have used.
#[derive(Clone, Debug)]
pub(crate) struct OldCopy {
    pub(crate) why: &'static str,
    pub(crate) used: Marks,
}

/// So far numbers jump where nothing tells which were used.
const JUMP: i64 = 1_000_000;

pub(super) struct HighWater {
    file: RefCell<File>,
    last: RefCell<Record>,
    /// No block can be reserved, and people have been told.
    failing: Cell<bool>,
    /// A write has failed, and that stands in the log.
    logged: Cell<bool>,
    /// The last written of each kind is in this one of its two places.
    turn: [Cell<usize>; 2],
}

/// How a record is written.
#[derive(Clone, Copy)]
enum Kind {
    Reserved,
    Exact,
}

impl HighWater {
    /// Before the commit: reserves what it is about to use, where the block is used up. False if that failed: the commit goes on,
    /// for a book that is ahead of its file harms nobody.
    fn reserve(&self, marks: &Marks) -> bool {
        let record = self.last.borrow();
        if !record.reserved.is_behind(marks) {
            return true;
        }
        let next = Record { seq: record.seq + 1, reserved: marks.ahead(BLOCK), ..record.clone() };
        drop(record);
        self.put(Kind::Reserved, next)
    }

    /// After the commit.
    fn note(&self, marks: Marks) -> bool {
        let next = {
            let record = self.last.borrow();
            Record { seq: record.seq + 1, marks, ..record.clone() }
        };
        self.put(Kind::Exact, next)
    }

    fn put(&self, kind: Kind, record: Record) -> bool {
        let (slots, turn, durable) = match kind {
            Kind::Reserved => (RESERVED, &self.turn[0], true),
            Kind::Exact => (EXACT, &self.turn[1], false),
        };
        let place = 1 - turn.get();
        match write_slot(&mut self.file.borrow_mut(), slots[place], &record, durable) {
            Ok(()) => {
                turn.set(place);
                // Only what stands there counts: otherwise the next one tries again.
                *self.last.borrow_mut() = record;
                self.logged.set(false);
                true
            }
            Err(error) => {
                if !self.logged.replace(true) {
                    event!(HIGH_WATER_FAILED, error = error);
                }
                false
            }
        }
    }
}

fn digest(payload: &[u8]) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(ring::digest::digest(&ring::digest::SHA256, payload).as_ref());
    bytes
}

fn write_slot(file: &mut File, slot: usize, record: &Record, durable: bool) -> std::io::Result<()> {
    let payload = serde_json::to_vec(record)?;
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
    if PREFIX + payload.len() > SLOT_BYTES {
        return Err(std::io::Error::other("too many card-number ranges"));
    }
    let mut bytes = Vec::with_capacity(PREFIX + payload.len());
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(&digest(&payload));
    bytes.extend_from_slice(&payload);
    file.seek(SeekFrom::Start((slot * SLOT_BYTES) as u64))?;
    file.write_all(&bytes)?;
    if durable { file.sync_data() } else { Ok(()) }
}

/// As much of a file as the records take.
fn read_front(file: &mut File) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.take((SLOTS * SLOT_BYTES) as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The records of a file that are whole.
fn records_in(front: &[u8]) -> Vec<Record> {
    front.chunks(SLOT_BYTES).filter_map(record_in).collect()
}

/// Whether a file was never a high-water file, as far as its beginning tells: it is not written over. Of a book that has one,
/// whatever is no database may be what damage has left of it.
fn is_foreign(front: &[u8], had_one: bool) -> bool {
    let ours = front.chunks(SLOT_BYTES).any(|slot| slot.starts_with(MAGIC));
    let nothing = front.iter().all(|byte| *byte == 0);
    !ours && !nothing && (!had_one || front.starts_with(b"SQLite format 3\0"))
}

fn record_in(slot: &[u8]) -> Option<Record> {
    let rest = slot.strip_prefix(MAGIC)?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let (digested, rest) = rest.split_first_chunk::<32>()?;
    let payload = rest.get(..u32::from_be_bytes(*length) as usize)?;
    if digest(payload) != *digested {
        return None;
    }
    serde_json::from_slice(payload).ok()
}

/// Where it may lie: anywhere but where a copy of the book would take it along.
pub(crate) fn checked_path(path: &Path, book: &Path) -> Result<PathBuf> {
    let rule = |rule: &str| Error::config("high_water", rule);
    let name = path.file_name().ok_or_else(|| rule("must name a file"))?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = std::fs::canonicalize(folder).map_err(|_| rule("must be in a folder that exists"))?;
    if book.parent().is_some_and(|books| folder.starts_with(books)) {
        return Err(rule("must be outside of the book's folder"));
    }
    Ok(folder.join(name))
}

/// The book's identity as a high-water file at this path tells it, where there is one.
pub(super) fn book_id_in(path: &Path) -> Option<String> {
    let records = records_in(&read_front(&mut File::open(path).ok()?).ok()?);
    records.into_iter().max_by_key(|record| record.seq).map(|record| record.book)
}

impl Store {
    /// Holds the book against its high-water file, and keeps that from now on. A book that is behind it is told so by
    /// [`Store::old_copy`], and its file is left alone until [`Store::keep_high_water`].
    pub(super) fn meet_high_water(&mut self, path: Option<&Path>) -> Result<()> {
        let view = self.view();
        let marks = view.marks()?;
        let epoch = view.epoch()?;
        let had_one = view.book("high_water")?.is_some();
        let copied = view.is_copied()?;
        let book = view.book("book_id")?.unwrap_or_default();
        if let Some(why) = copied {
            self.old_copy = Some(OldCopy { why, used: marks.ahead(JUMP) });
        }
        let Some(path) = path else {
            if had_one {
                event!(HIGH_WATER_UNUSED);
            }
            return Ok(());
        };
        let path = checked_path(path, &self.path)?;
        let unusable = |error| Error::io("the high-water file can't be used", error);
        let mut file = private().read(true).write(true).create(true).truncate(false).open(&path).map_err(unusable)?;
        let front = read_front(&mut file).map_err(unusable)?;
        if is_foreign(&front, had_one) {
            return Err(Error::config("high_water", "must be a high-water file, or not be there yet"));
        }
        let records = records_in(&front);
        if records.iter().any(|record| record.book != book) {
            return Err(Error::config("high_water", "must not be another book's"));
        }
        let seq = records.iter().map(|record| record.seq).max().unwrap_or(0);
        let mut used = marks.clone();
        for record in &records {
            used = used.highest(&record.marks).highest(&record.reserved);
        }
        let behind = records.iter().any(|record| marks.is_behind(&record.marks)) && !mutated!(OldCopyIsTaken);
        let other_epoch = records.iter().any(|record| record.epoch > epoch);
        if records.is_empty() {
            if had_one && copied.is_none() {
                let why = "its high-water file is missing or damaged";
                self.old_copy = Some(OldCopy { why, used: marks.ahead(JUMP) });
            }
        } else if let Some(why) = copied {
            // A file that is behind the copy itself has not followed the book: it says nothing of the lost one.
            let followed = records.iter().any(|record| !record.reserved.is_behind(&marks));
            let used = if followed { used } else { used.highest(&marks.ahead(JUMP)) };
            self.old_copy = Some(OldCopy { why, used });
        } else if behind || other_epoch {
            self.old_copy = Some(OldCopy { why: "its high-water file is ahead of it", used });
        }
        let last = Record { seq, book, epoch, marks: marks.clone(), reserved: marks };
        let pending = HighWater {
            file: RefCell::new(file),
            last: RefCell::new(last),
            failing: Cell::new(false),
            logged: Cell::new(false),
            turn: [Cell::new(1), Cell::new(1)],
        };
        self.high_water_path = Some(path);
        self.pending_high_water = Some(pending);
        if self.old_copy.is_none() { self.keep_high_water() } else { Ok(()) }
    }

    /// The book is an older copy of itself, and nothing has been done about that yet.
    pub(crate) fn old_copy(&self) -> Option<&OldCopy> {
        self.old_copy.as_ref()
    }

    /// From here on the file follows the book. All of it is written anew: what stood there was of another epoch, or is about to.
    pub(crate) fn keep_high_water(&mut self) -> Result<()> {
        self.old_copy = None;
        let Some(high_water) = self.pending_high_water.take() else { return Ok(()) };
        let failed = |error| Error::io("the high-water file can't be written", error);
        let (marks, epoch) = (self.view().marks()?, self.view().epoch()?);
        {
            let mut file = high_water.file.borrow_mut();
            let mut record = high_water.last.borrow_mut();
            *record = Record { epoch, reserved: marks.ahead(BLOCK), marks, ..record.clone() };
            // Two of the four first: until they are durable, the older ones must not be gone.
            for place in [0, 1] {
                record.seq += 1;
                write_slot(&mut file, RESERVED[place], &record, false).map_err(failed)?;
                write_slot(&mut file, EXACT[place], &record, true).map_err(failed)?;
            }
            // The file is as long as it ever gets: no later write needs room on the disk.
            if file.metadata().map_err(failed)?.len() < (SLOTS * SLOT_BYTES) as u64 {
                file.seek(SeekFrom::End(0)).map_err(failed)?;
                let missing = (SLOTS * SLOT_BYTES) as u64 - file.stream_position().map_err(failed)?;
                file.write_all(&vec![0; usize::try_from(missing).unwrap_or(0)]).map_err(failed)?;
            }
            file.sync_all().map_err(failed)?;
        }
        if let Some(path) = &self.high_water_path {
            sync_folder(path).map_err(failed)?;
        }
        if self.view().book("high_water")?.is_none() {
            self.write(|tx| tx.set_book("high_water", "kept"))?;
        }
        self.high_water = Some(high_water);
        Ok(())
    }

    /// What a commit that is about to be made has to note afterwards. Its numbers are reserved.
    pub(super) fn about_to_commit(&self, tx: &Tx<'_>) -> Result<Option<Marks>> {
        let Some(high_water) = &self.high_water else { return Ok(None) };
        let marks = tx.marks()?;
        if marks == high_water.last.borrow().marks {
            return Ok(None);
        }
        let reserved = high_water.reserve(&marks);
        if reserved {
            high_water.failing.set(false);
        } else if !high_water.failing.replace(true) {
            tx.note_high_water_failing()?;
        }
        Ok(Some(marks))
    }

    /// The commit is made.
    pub(super) fn has_committed(&self, marks: Option<Marks>) {
        if let (Some(high_water), Some(marks)) = (&self.high_water, marks) {
            // Should it fail, a block that can't be reserved will tell soon enough.
            high_water.note(marks);
        }
    }
}

impl View<'_> {
    /// The last numbers in use; those that an older copy's successor may have used count as used.
    pub(crate) fn marks(&self) -> Result<Marks> {
        let mut last = self.conn.prepare_cached(
            "SELECT coalesce((SELECT max(op_no) FROM operation), 0), coalesce((SELECT max(attempt_no) FROM attempt), 0),
                coalesce((SELECT max(entry_no) FROM entry), 0),
                coalesce((SELECT max(decision_no) FROM decision), 0) + coalesce((SELECT max(close_no) FROM day_close), 0)
                    + coalesce((SELECT max(change_no) FROM exception_change), 0)
                    + coalesce((SELECT max(version) FROM policy), 0),
                (SELECT value FROM book WHERE key = 'burnt')",
        )?;
        let (mut marks, burnt) = last.query_row([], |row| {
            let [op, attempt, entry, decisions] = [row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?];
            let marks = Marks { op, attempt, entry, decisions, ranges: BTreeMap::new() };
            let burnt: Option<Marks> = row.get::<_, Option<String>>(4)?.map(|json| from_json(&json)).transpose()?;
            Ok((marks, burnt))
        })?;
        let mut ranges = self.conn.prepare_cached("SELECT range, next FROM number_range")?;
        let rows = ranges.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        marks.ranges = rows.collect::<rusqlite::Result<_>>()?;
        Ok(match burnt {
            // Numbers alone are burnt.
            Some(burnt) => marks.highest(&Marks { decisions: 0, ranges: BTreeMap::new(), ..burnt }),
            None => marks,
        })
    }

    /// How often an old copy has been taken up.
    pub(crate) fn epoch(&self) -> Result<i64> {
        Ok(self.conn.query_row("SELECT coalesce(max(epoch), 1) FROM epoch", [], |row| row.get(0))?)
    }

    /// Why nothing is sent, if the book is an older copy and nobody has said yet that it is to be gone on with.
    pub(crate) fn restored(&self) -> Result<Option<String>> {
        self.book("restored")
    }

    /// As [`View::restored`], also before a till has opened the copy.
    pub(crate) fn is_old_copy(&self) -> Result<Option<String>> {
        if let Some(why) = self.restored()? {
            return Ok(Some(why));
        }
        Ok(self.is_copied()?.map(str::to_owned))
    }

    /// How a book came about that no till has opened since.
    fn is_copied(&self) -> Result<Option<&'static str>> {
        Ok(match (self.book(SALVAGED)?, self.book("restored_from")?) {
            (Some(_), _) => Some("it was salvaged from a damaged one"),
            (None, Some(_)) => Some("it was restored from a backup"),
            (None, None) => None,
        })
    }
}

/// Under these keys, each with the epoch that it began, the book keeps the last line before a gap and the last number of it.
const BURNT_LINES: &str = "burnt lines ";

impl View<'_> {
    /// Gaps that an older copy's opening has left in the lines: the last line before each, and the last number of it.
    pub(super) fn burnt_lines(&self) -> rusqlite::Result<Vec<(i64, i64)>> {
        let sql = "SELECT value FROM book WHERE substr(key, 1, length(?1)) = ?1";
        let mut statement = self.conn.prepare(sql)?;
        let rows = statement.query_map([BURNT_LINES], |row| row.get::<_, String>(0))?;
        let gap =
            |text: String| text.split_once('-').and_then(|(from, to)| Some((from.parse().ok()?, to.parse().ok()?)));
        Ok(rows.collect::<rusqlite::Result<Vec<_>>>()?.into_iter().filter_map(gap).collect())
    }
}

impl Tx<'_> {
    /// No number up to these is given again: `after_burnt` looks there.
    pub(crate) fn burn(&self, used: &Marks) -> Result<()> {
        // No line will ever have these numbers, and the check knows it.
        let last: i64 = self.conn.query_row("SELECT coalesce(max(entry_no), 0) FROM entry", [], |row| row.get(0))?;
        self.set_book(&format!("{BURNT_LINES}{}", self.epoch()?), &format!("{last}-{}", used.entry))?;
        self.set_book("burnt", &to_json(used)?)?;
        for (key, last) in [("burnt op", used.op), ("burnt attempt", used.attempt), ("burnt entry", used.entry)] {
            self.set_book(key, &last.to_string())?;
        }
        for (range, next) in &used.ranges {
            self.conn
                .prepare_cached(
                    "INSERT INTO number_range (range, next) VALUES (?1, ?2)
                     ON CONFLICT (range) DO UPDATE SET next = max(next, ?2)",
                )?
                .execute((range, next))?;
        }
        Ok(())
    }

    /// An older copy of the book begins a life of its own.
    pub(crate) fn begin_epoch(&self, why: &str, at: crate::clock::Timestamp) -> Result<()> {
        self.conn
            .execute("INSERT OR IGNORE INTO epoch (epoch, why, began_at) VALUES (1, 'made', ?1)", [at.millis()])?;
        self.conn.execute(
            "INSERT INTO epoch (epoch, why, began_at) SELECT max(epoch) + 1, ?1, ?2 FROM epoch",
            (why, at.millis()),
        )?;
        self.set_book("restored", why)?;
        self.conn.execute("DELETE FROM book WHERE key IN ('restored_from', ?1)", [SALVAGED])?;
        Ok(())
    }

    /// A person goes on with it. False if there was nothing to go on with.
    pub(crate) fn end_restored(&self, who: &str, why: &str) -> Result<bool> {
        if self.conn.execute("DELETE FROM book WHERE key = 'restored'", [])? == 0 {
            return Ok(false);
        }
        self.conn.execute(
            "UPDATE epoch SET why = why || '; gone on with by ' || ?1 || ': ' || ?2
             WHERE epoch = (SELECT max(epoch) FROM epoch)",
            (who, why),
        )?;
        Ok(true)
    }
}

/// The next number where the last ones are burnt, as an expression to insert: none where the table alone tells.
macro_rules! after_burnt {
    ($table:literal, $column:literal, $key:literal) => {
        concat!(
            "(SELECT CAST(value AS INTEGER) + 1 FROM book WHERE key = '",
            $key,
            "' AND CAST(value AS INTEGER) >= coalesce((SELECT max(",
            $column,
            ") FROM ",
            $table,
            "), 0))"
        )
    };
}
pub(super) use after_burnt;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::{Access, Identity, OpenOptions};
    use super::*;

    fn open(book: &Path, high_water: &Path) -> Store {
        let name = || "x".to_owned();
        let identity = Identity { merchant: name(), store: name(), till: name(), training: false, remotes: Vec::new() };
        let high_water = Some(high_water.to_owned());
        Store::open(
            book,
            &OpenOptions { identity, new_book_id: name(), access: Access::default(), chain_key: None, high_water },
        )
        .unwrap()
    }

    /// As if so much had been decided.
    fn decide(store: &Store, times: i64) {
        let sql = "INSERT INTO policy (version, body, set_at) VALUES (?1, '', 0)";
        store.write(|tx| Ok(tx.conn.execute(sql, [times])?)).unwrap();
    }

    fn told(store: &Store) -> usize {
        let notices = store.view().open_notices(10).unwrap();
        notices.iter().filter(|notice| notice.kind == crate::NoticeKind::HighWater).count()
    }

    #[test]
    fn a_file_that_can_not_be_written_any_more_is_told_once_and_stops_nothing() {
        let (books, disk) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (book, path) = (books.path().join("till.db"), disk.path().join("mark"));
        let store = open(&book, &path);
        // A handle that nothing can be written through.
        let whole = store.high_water.as_ref().unwrap().file.replace(File::open(&path).unwrap());
        decide(&store, 1);
        assert_eq!(told(&store), 0, "the block that was reserved is not used up");
        for times in [BLOCK + 1, BLOCK + 2] {
            decide(&store, times);
            assert_eq!(told(&store), 1);
        }
        store.high_water.as_ref().unwrap().file.replace(whole);
        decide(&store, BLOCK + 3);
        drop(store);
        let records = records_in(&read_front(&mut File::open(&path).unwrap()).unwrap());
        assert_eq!(records.iter().map(|record| record.marks.decisions).max(), Some(BLOCK + 3));
        assert_eq!(records.iter().map(|record| record.reserved.decisions).max(), Some(2 * BLOCK + 3));
    }

    #[test]
    fn a_block_is_reserved_before_it_is_used_and_not_for_each_commit() {
        let (books, disk) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (book, path) = (books.path().join("till.db"), disk.path().join("mark"));
        let store = open(&book, &path);
        let durable = || {
            let mut file = File::open(&path).unwrap();
            let mut bytes = vec![0; 2 * SLOT_BYTES];
            file.read_exact(&mut bytes).unwrap();
            bytes.chunks(SLOT_BYTES).filter_map(record_in).map(|record| record.reserved.decisions).max().unwrap()
        };
        assert_eq!(durable(), BLOCK);
        for times in [1, 2, BLOCK] {
            decide(&store, times);
            assert_eq!(durable(), BLOCK);
        }
        decide(&store, BLOCK + 1);
        assert_eq!(durable(), 2 * BLOCK + 1);
        // Two blocks later neither of the two places holds the first any more.
        decide(&store, 2 * BLOCK + 2);
        decide(&store, 3 * BLOCK + 3);
        assert_eq!(durable(), 4 * BLOCK + 3);
    }
}
