//! The lines of the book, one by one, and the chain that holds them together.

use rusqlite::Row;

use super::{Checkup, said};
use crate::model::{FindingKind, Promise};
use crate::store::chain::{COVERED, COVERED_COUNT, ChainHead, Line, beginning, from_hex, hex};
use crate::store::entries::receipt_number;
use crate::store::parsed;

/// Where a key begins to be used.
struct Segment {
    from: i64,
    /// Its place among the keys that are known. `None`: it is not.
    chain: Option<usize>,
}

/// How far the chain has been followed.
struct Link {
    entry_no: i64,
    code: Vec<u8>,
    /// The lines so far have no codes.
    before_chain: bool,
}

impl Checkup<'_> {
    pub(super) fn entries(&mut self) -> rusqlite::Result<()> {
        let conn = self.view.conn;
        let segments = self.segments()?;
        let start: Option<Vec<u8>> = self.view.chain_start_kept()?;
        let burnt = self.view.burnt_lines()?;
        let mut link = Link { entry_no: 0, code: beginning(), before_chain: true };
        let mut statement = conn.prepare(&format!("SELECT {COVERED}, mac FROM entry ORDER BY entry_no"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let entry_no: i64 = row.get(0)?;
            self.report.entries += 1;
            if entry_no != link.entry_no + 1 && !burnt.contains(&(link.entry_no, entry_no - 1)) {
                let detail = format!("lines {} to {} are missing", link.entry_no + 1, entry_no - 1);
                self.find(FindingKind::EntryMissing, "entry", Some(entry_no), detail);
            }
            if let Err(error) = self.line(row, entry_no) {
                self.find(FindingKind::Unreadable, "entry", Some(entry_no), said(&error));
            }
            match self.chained(row, &segments, start.as_deref(), &link) {
                Ok(next) => link = next,
                Err(error) => {
                    self.find(FindingKind::Unreadable, "entry", Some(entry_no), said(&error));
                    link = Link { entry_no, ..link };
                }
            }
            if !self.goes_on() {
                return Ok(());
            }
        }
        if link.before_chain && start.unwrap_or_else(beginning) != link.code {
            self.find(FindingKind::Chain, "entry", None, "the lines without a code are not those that were there");
        }
        let head = self.view.chain_head().ok().flatten();
        self.report.chain_head = head.map(|ChainHead { entry_no, mac }| (entry_no, hex(&mac)));
        Ok(())
    }

    fn segments(&mut self) -> rusqlite::Result<Vec<Segment>> {
        let mut statement =
            self.view.conn.prepare("SELECT from_entry, fingerprint FROM chain_key ORDER BY from_entry")?;
        let mut segments = Vec::new();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (from, fingerprint): (i64, Option<String>) = (row.get(0)?, row.get(1)?);
            let chain = self.chains.iter().position(|chain| chain.fingerprint == fingerprint);
            segments.push(Segment { from, chain });
        }
        drop(rows);
        if self.chains.len() > 1
            && let Some(weak) = segments.iter().skip(1).find(|s| s.chain == Some(self.chains.len() - 1))
        {
            let detail = "from here on the chain is kept without a key, which it had before";
            self.note(FindingKind::Chain, "chain_key", Some(weak.from), detail);
        }
        for unknown in segments.iter().filter(|segment| segment.chain.is_none()) {
            let detail = "lines from here on are chained with a key that was not given";
            self.note(FindingKind::Chain, "chain_key", Some(unknown.from), detail);
        }
        Ok(segments)
    }

    fn chained(
        &mut self,
        row: &Row<'_>,
        segments: &[Segment],
        start: Option<&[u8]>,
        link: &Link,
    ) -> rusqlite::Result<Link> {
        let entry_no: i64 = row.get(0)?;
        let line = Line::of(row)?;
        let public = self.chains.len() - 1;
        let Some(code) = row.get::<_, Option<Vec<u8>>>(COVERED_COUNT)? else {
            if !link.before_chain {
                self.find(FindingKind::Chain, "entry", Some(entry_no), "has no code, and the one before it has");
            }
            let code = self.chains[public].mac(&link.code, &line).to_vec();
            return Ok(Link { entry_no, code, before_chain: link.before_chain });
        };
        let previous = if link.before_chain {
            let start = start.map_or_else(beginning, <[u8]>::to_vec);
            if start != link.code {
                let detail = "the lines without a code before it are not those that were there";
                self.find(FindingKind::Chain, "entry", Some(entry_no), detail);
            }
            start
        } else {
            link.code.clone()
        };
        let segment = segments.iter().rev().find(|segment| segment.from <= entry_no);
        match segment.map(|segment| segment.chain) {
            None => self.find(FindingKind::Chain, "entry", Some(entry_no), "belongs to no key's part of the chain"),
            Some(None) => self.report.unverified += 1,
            Some(Some(chain)) if self.chains[chain].mac(&previous, &line).as_slice() == code.as_slice() => {
                self.report.chained += 1;
            }
            Some(Some(_)) => {
                self.find(FindingKind::Chain, "entry", Some(entry_no), "its code does not fit it and the line before");
            }
        }
        Ok(Link { entry_no, code, before_chain: false })
    }

    /// What a line says by itself.
    fn line(&mut self, row: &Row<'_>, entry_no: i64) -> rusqlite::Result<()> {
        let (actual, from_card, due): (i64, i64, i64) = (row.get(5)?, row.get(6)?, row.get(7)?);
        if from_card.checked_add(due) != Some(actual) {
            self.find(FindingKind::Money, "entry", Some(entry_no), "the card's part and the rest are not the whole");
        }
        if let Some(approval) = row.get_ref(12)?.as_str_or_null()? {
            parsed::<Promise>(approval)?;
        }
        let day = row.get_ref(18)?.as_str()?;
        if chrono::NaiveDate::parse_from_str(day, "%Y-%m-%d").is_err() {
            self.find(FindingKind::Time, "entry", Some(entry_no), "its business day is no date");
        }
        if row.get_ref(19)?.as_str()? != receipt_number(entry_no) {
            self.find(FindingKind::ReceiptNo, "entry", Some(entry_no), "its receipt number is another line's or none");
        }
        self.time("entry", entry_no, "its time", row.get(20)?);
        Ok(())
    }

    /// What was printed on a day's report still stands in the chain.
    pub(super) fn closed_days(&mut self) -> rusqlite::Result<()> {
        let conn = self.view.conn;
        let mut statement = conn.prepare(
            "SELECT d.close_no, d.chain_head, e.mac FROM day_close d LEFT JOIN entry e ON e.entry_no = d.last_entry
             WHERE d.chain_head IS NOT NULL ORDER BY d.close_no",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (printed, stands): (Vec<u8>, Option<Vec<u8>>) = (row.get(1)?, row.get(2)?);
            if stands.as_ref() != Some(&printed) {
                let detail = "the chain does not go through what this day's report was closed with";
                self.find(FindingKind::Chain, "day_close", row.get(0)?, detail);
            }
            if !self.goes_on() {
                break;
            }
        }
        Ok(())
    }
}

impl crate::store::View<'_> {
    /// What the lines without a code came to, where there were any.
    fn chain_start_kept(&self) -> rusqlite::Result<Option<Vec<u8>>> {
        let mut statement = self.conn.prepare_cached("SELECT value FROM book WHERE key = ?1")?;
        let mut rows = statement.query([crate::store::chain::START])?;
        match rows.next()? {
            // Text that is no code is no code that could fit.
            Some(row) => Ok(Some(from_hex(row.get_ref(0)?.as_str()?).unwrap_or_default())),
            None => Ok(None),
        }
    }
}
