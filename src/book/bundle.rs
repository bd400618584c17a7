//! The support bundle: one JSON document that says how a till fares, and nothing about people.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;

use serde_json::{Value, json};

use crate::clock::Timestamp;
use crate::error::{Error, Result, masked};
use crate::model::{CheckReport, PolicyVersion};
use crate::store::{View, is_locked, looks_encrypted, sqlite_version};
use crate::sync::Kept;

use super::reader::{condition, identity};
use super::safe::safe_to_close;

/// The form of the document.
const FORM: u32 = 1;

/// What it is known by.
const NAME: &str = "tillbook_support_bundle";

/// Far longer than any.
const MOST: u64 = 64 * 1024 * 1024;

/// How many of the last attempts it holds.
const ATTEMPTS: usize = 200;

/// How much else it lists of a kind.
const LISTED: usize = 200;

/// What every book begins with, and what the files beside one end in.
const SQLITE: &[u8; 16] = b"SQLite format 3\0";
const BESIDE: [&str; 5] = ["-wal", "-shm", "-journal", ".lock", ".ballast"];

/// The bundle as a JSON text. `check`: what a check of the book has come to, which reads all of it and is not made here.
pub(crate) fn bundle(view: &View<'_>, path: &Path, now: Timestamp, check: &Result<CheckReport>) -> Result<String> {
    let kept = Kept::read(view)?;
    let remotes: Vec<Value> =
        view.providers_met()?.into_iter().map(|provider| value(&condition(view, provider)?)).collect::<Result<_>>()?;
    let counts: BTreeMap<&str, u64> = view.row_counts()?.into_iter().collect();
    let operations: Vec<Value> = view
        .operation_counts()?
        .into_iter()
        .map(|(provider, kind, state, count)| {
            json!({"provider": provider, "kind": kind, "state": state, "count": count})
        })
        .collect();
    let policies: Vec<Value> = view
        .policies()?
        .into_iter()
        .take(LISTED)
        .map(|PolicyVersion { version, policy, set_at, .. }| {
            Ok(json!({"version": version, "since": time(set_at), "policy": value(&policy)?}))
        })
        .collect::<Result<_>>()?;
    let closes: Vec<Value> = view
        .day_closes(None, 30)?
        .into_iter()
        .map(|close| {
            let (first, last) = (close.totals.first_entry, close.totals.last_entry);
            json!({"close_no": close.close_no, "business_date": close.business_date, "at": time(close.at),
                   "first_entry": first, "last_entry": last, "open": close.open})
        })
        .collect();
    let document = json!({
        (NAME): FORM,
        "made_at": time(now),
        "business_date": kept.day_of(now),
        "program": {
            "tillbook": env!("CARGO_PKG_VERSION"),
            "sqlite": sqlite_version(),
            "http": cfg!(feature = "http"),
            "platform": format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS),
            "debug_build": cfg!(debug_assertions),
        },
        "book": value(&identity(view)?)?,
        "files": files(path),
        "settings": value(&kept)?,
        "policies": policies,
        "counts": counts,
        "operations": operations,
        "exposure": {"money": view.till_exposure()?.money, "operations": view.till_exposure()?.operations},
        "remotes": remotes,
        "outages": value(&view.outages(LISTED)?)?,
        "waiting": waiting(view)?,
        "notices": notices(view)?,
        "attempts": attempts(view)?,
        "day_closes": closes,
        "safe_to_close": value(&safe_to_close(view)?)?,
        "check": checked(check),
    });
    serde_json::to_string_pretty(&document).map_err(not_serialisable)
}

/// Writes it, for its owner's eyes.
pub(crate) fn write_bundle(path: &Path, text: &str, book: &Path) -> Result<()> {
    if is_of_a_book(path, book) {
        return Err(Error::invalid("path", "must not be a book, or a file that belongs to one", "a book's file"));
    }
    if !may_be_replaced(path) {
        return Err(Error::invalid("path", "must not be a file of another kind", "a file that is there"));
    }
    let failed = |error| Error::io("can't write the support bundle", error);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.write_all(b"\n")).and_then(|()| file.sync_all()).map_err(failed)
}

/// Only an earlier bundle is: a till's settings, say, would be lost for good. What can't be read is left to the writing to tell.
fn may_be_replaced(path: &Path) -> bool {
    // A terminal or the like holds nothing.
    let Some(there) = path.metadata().ok().filter(std::fs::Metadata::is_file) else { return true };
    if there.len() == 0 || there.len() > MOST {
        return there.len() == 0;
    }
    let name = NAME.as_bytes();
    std::fs::read(path).map_or(true, |there| there.windows(name.len()).any(|part| part == name))
}

/// Whether a slip of the hand names this book or another one, or what SQLite or a till keeps beside it, though nothing is there yet.
/// A file with a till's lock beside it is not opened to find out: closing it would take SQLite's own locks of this process away.
fn is_of_a_book(path: &Path, own: &Path) -> bool {
    let is_book = |path: &Path| {
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if own.canonicalize().is_ok_and(|own| path == own) || is_locked(&path) {
            return true;
        }
        let mut front = [0; SQLITE.len()];
        let read = File::open(&path).and_then(|mut file| file.read_exact(&mut front)).is_ok();
        read && (&front == SQLITE || looks_encrypted(&path))
    };
    let name = path.to_string_lossy();
    is_book(path) || BESIDE.iter().filter_map(|end| name.strip_suffix(end)).any(|book| is_book(Path::new(book)))
}

fn value(part: &impl serde::Serialize) -> Result<Value> {
    serde_json::to_value(part).map_err(not_serialisable)
}

fn not_serialisable(error: serde_json::Error) -> Error {
    Error::inconsistent(format!("not serialisable: {error}"))
}

fn time(at: Timestamp) -> String {
    format!("{at:?}")
}

/// The book's name and how large what belongs to it is. Where it lies may name somebody.
fn files(path: &Path) -> Value {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let bytes = |suffix: &str| {
        let mut beside = path.as_os_str().to_owned();
        beside.push(suffix);
        Path::new(&beside).metadata().map(|file| file.len()).ok()
    };
    json!({"name": name, "bytes": bytes(""), "wal_bytes": bytes("-wal"), "ballast_bytes": bytes(".ballast")})
}

/// What a check has found. One that could not be made is news too, and no reason to go without the rest.
fn checked(check: &Result<CheckReport>) -> Value {
    match check {
        Ok(report) => {
            let found: Vec<Value> = report
                .findings
                .iter()
                .map(|finding| {
                    json!({"kind": finding.kind, "severity": finding.severity, "place": finding.place,
                           "row": finding.row, "detail": masked(&finding.detail)})
                })
                .collect();
            json!({"ok": report.is_clean(), "errors": report.errors, "notes": report.notes, "found": found})
        }
        Err(error) => json!({"ok": false, "error": masked(&error.to_string())}),
    }
}

/// A text that a remote or a person may have written, without what it says of the card's holder.
struct Scrubber<'a> {
    view: &'a View<'a>,
    known: BTreeMap<i64, Vec<String>>,
}

impl Scrubber<'_> {
    fn scrub(&mut self, card_no: Option<i64>, text: &str) -> Result<String> {
        let mut text = text.to_owned();
        if let Some(card_no) = card_no {
            if !self.known.contains_key(&card_no) {
                let mut texts = self.view.personal_texts(card_no)?;
                texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
                self.known.insert(card_no, texts);
            }
            for personal in self.known.get(&card_no).into_iter().flatten().filter(|text| !text.is_empty()) {
                text = text.replace(personal.as_str(), "***");
            }
        }
        Ok(masked(&text))
    }
}

/// What waits for a person: what it is and why, not whose.
fn waiting(view: &View<'_>) -> Result<Vec<Value>> {
    let mut scrubber = Scrubber { view, known: BTreeMap::new() };
    let mut found = Vec::new();
    for op in view.waiting_operations()?.into_iter().take(LISTED) {
        let why = op.waits_for.as_deref().unwrap_or_default();
        found.push(json!({
            "op_no": op.op_no, "provider": op.provider, "kind": op.kind, "state": op.state,
            "promise": op.promise.as_ref().map(|row| row.promise), "money": op.at_stake(),
            "created_at": time(op.created_at), "unknown": op.unknown, "waits_for": scrubber.scrub(Some(op.card_no), why)?,
        }));
    }
    Ok(found)
}

fn notices(view: &View<'_>) -> Result<Vec<Value>> {
    let mut scrubber = Scrubber { view, known: BTreeMap::new() };
    let mut found = Vec::new();
    for notice in view.open_notices(LISTED)? {
        let card_no = view.card_of_notice(&notice)?;
        found.push(json!({
            "notice_no": notice.notice_no, "kind": notice.kind, "amount": notice.amount, "at": time(notice.at),
            "detail": scrubber.scrub(card_no, &notice.detail)?,
        }));
    }
    Ok(found)
}

/// The last tries to send, without what was sent and answered.
fn attempts(view: &View<'_>) -> Result<Vec<Value>> {
    let mut scrubber = Scrubber { view, known: BTreeMap::new() };
    let mut found = Vec::new();
    for attempt in view.last_attempts(ATTEMPTS)? {
        // What stands in a query may be personal.
        let path = attempt.path.split('?').next().unwrap_or_default();
        let note = attempt.note.as_deref().map(|note| scrubber.scrub(Some(attempt.card_no), note)).transpose()?;
        let path = scrubber.scrub(Some(attempt.card_no), path)?;
        found.push(json!({
            "attempt_no": attempt.attempt_no, "op_no": attempt.op_no, "provider": attempt.provider, "kind": attempt.kind,
            "started_at": time(attempt.started_at), "ended_at": attempt.ended_at.map(time), "method": attempt.method,
            "path": path, "bytes": attempt.body_bytes, "status": attempt.status, "answer_bytes": attempt.answer_bytes,
            "outcome": attempt.outcome, "note": note,
        }));
    }
    Ok(found)
}
