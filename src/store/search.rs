//! Cards by a part of their number, phone or name.
//!
//! What contains a text has a tail that begins with it. The table holds every tail of every card's texts, so whatever is
//! looked for, from one character on, is one stretch of it. Who writes a number, phone or name of a card does it inside of
//! [`Tx::keep_tails`]. A number that stands on the merchant's list of exceptions and was never met is no card yet: it has no
//! tails, so that a list of any length makes no search slower.

use std::collections::BTreeSet;

use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Row};

use super::cards::MET;
use super::{Tx, View, parsed};
use crate::error::Result;
use crate::model::{CardNumber, Found, FoundCard, Matched, Search, fold, is_phone, mask_middle, mask_name};

/// A tail is kept up to so many characters, which is what a card's number may have: a longer text is looked up by its first
/// ones, and what is found is looked at.
const TAIL: usize = 32;

/// Characters of a text that have tails. A remote may call a member whatever it likes.
const LONGEST: usize = 64;

/// In front of a whole number, and of a whole phone. No folded text holds control characters.
const WHOLE_NUMBER: char = '\u{1}';
const WHOLE_PHONE: char = '\u{2}';

/// Tails that are sorted at a time when a whole book's are written.
const SORTED_AT_A_TIME: usize = 1_000_000;

/// What a card is found by.
#[derive(Clone, PartialEq, Eq, Default)]
struct Texts {
    number: String,
    name: Option<String>,
    phone: Option<String>,
}

impl Texts {
    fn tails(&self) -> BTreeSet<String> {
        let mut tails = BTreeSet::new();
        // Stands for the merchant.
        if self.number.is_empty() || self.number == CardNumber::house().as_str() {
            return tails;
        }
        for (text, whole) in [
            (Some(&self.number), Some(WHOLE_NUMBER)),
            (self.phone.as_ref(), Some(WHOLE_PHONE)),
            (self.name.as_ref(), None),
        ] {
            let folded: Vec<char> = fold(text.map_or("", String::as_str)).chars().take(LONGEST).collect();
            if let Some(mark) = whole.filter(|_| !folded.is_empty()) {
                tails.insert(std::iter::once(mark).chain(folded.iter().copied().take(TAIL)).collect());
            }
            tails.extend((0..folded.len()).map(|from| folded[from..].iter().take(TAIL).collect::<String>()));
        }
        tails
    }

    /// Where a text is found, the whole number before all, then the whole phone.
    fn matched(&self, text: &str) -> Option<Matched> {
        let (number, phone, name) = (fold(&self.number), folded(&self.phone), folded(&self.name));
        if number != text && phone == text {
            return Some(Matched::Phone);
        }
        let texts = [(number, Matched::Number), (phone, Matched::Phone), (name, Matched::Name)];
        texts.into_iter().find(|(own, _)| own.contains(text)).map(|(_, matched)| matched)
    }
}

fn folded(text: &Option<String>) -> String {
    text.as_deref().map(fold).unwrap_or_default()
}

/// The first text behind all that begin with this one. Bytes stand behind every text.
fn successor(text: &str) -> Value {
    let mut front: Vec<char> = text.chars().collect();
    while let Some(last) = front.pop() {
        // The range leaves out what is no character.
        if let Some(next) = (last..=char::MAX).nth(1) {
            front.push(next);
            return Value::Text(front.into_iter().collect());
        }
    }
    Value::Blob(Vec::new())
}

/// A card as it is found.
struct Candidate {
    card_no: i64,
    texts: Texts,
    level: Option<String>,
    same_as: Option<i64>,
}

const CANDIDATE: &str = "SELECT card_no, number, name, phone, level, same_as FROM card";

fn candidate(row: &Row<'_>) -> rusqlite::Result<Candidate> {
    Ok(Candidate {
        card_no: row.get(0)?,
        texts: Texts { number: row.get(1)?, name: row.get(2)?, phone: row.get(3)? },
        level: row.get(4)?,
        same_as: row.get(5)?,
    })
}

/// The list as it grows.
struct Finding<'a> {
    search: &'a Search,
    seen: BTreeSet<i64>,
    cards: Vec<FoundCard>,
    has_more: bool,
}

impl View<'_> {
    /// The cards whose number, phone or name contains a text.
    pub(crate) fn search(&self, search: &Search) -> Result<Found> {
        let mut finding = Finding { search, seen: BTreeSet::new(), cards: Vec::new(), has_more: false };
        let front: String = search.text.chars().take(TAIL).collect();
        for (mark, field) in [(WHOLE_NUMBER, Matched::Number), (WHOLE_PHONE, Matched::Phone)] {
            self.find_whole(&mut finding, &format!("{mark}{front}"), field)?;
        }
        self.find_tails(&mut finding, &front)?;
        Ok(Found { cards: finding.cards, has_more: finding.has_more })
    }

    /// Those whose whole number or phone it is.
    fn find_whole(&self, finding: &mut Finding<'_>, whole: &str, field: Matched) -> Result<()> {
        let mut last = i64::MIN;
        let mut statement = self
            .conn
            .prepare_cached("SELECT card_no FROM tail WHERE tail = ?1 AND card_no > ?2 ORDER BY card_no LIMIT ?3")?;
        while !finding.has_more {
            let batch = finding.search.limit + 1;
            let rows = statement.query_map((whole, last, batch as i64), |row| row.get(0))?;
            let cards: Vec<i64> = rows.collect::<rusqlite::Result<_>>()?;
            for &card_no in &cards {
                self.take(finding, card_no, |texts, text| match field {
                    Matched::Phone => folded(&texts.phone) == text,
                    _ => fold(&texts.number) == text,
                })?;
            }
            match cards.last() {
                Some(&card_no) if cards.len() == batch => last = card_no,
                _ => break,
            }
        }
        Ok(())
    }

    /// Those that have it somewhere, in the order of the index. A card has its text at several places at most.
    fn find_tails(&self, finding: &mut Finding<'_>, front: &str) -> Result<()> {
        let until = successor(front);
        let mut last = (front.to_owned(), i64::MIN);
        let mut statement = self.conn.prepare_cached(
            "SELECT tail, card_no FROM tail WHERE (tail, card_no) > (?1, ?2) AND tail < ?3
             ORDER BY tail, card_no LIMIT ?4",
        )?;
        while !finding.has_more {
            let batch = finding.search.limit + 1;
            let rows = statement.query_map((&last.0, last.1, &until, batch as i64), |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))
            })?;
            let mut tails: Vec<(String, i64)> = rows.collect::<rusqlite::Result<_>>()?;
            for &(_, card_no) in &tails {
                self.take(finding, card_no, |_, _| true)?;
            }
            match tails.pop() {
                Some(tail) if tails.len() + 1 == batch => last = tail,
                _ => break,
            }
        }
        Ok(())
    }

    /// Puts a card on the list, unless it stands there or does not have the text after all.
    fn take(&self, finding: &mut Finding<'_>, card_no: i64, fits: impl Fn(&Texts, &str) -> bool) -> Result<()> {
        if finding.has_more || finding.seen.contains(&card_no) {
            return Ok(());
        }
        let Some(found) = self.candidate(card_no)? else { return Ok(()) };
        let Some(matched) =
            found.texts.matched(&finding.search.text).filter(|_| fits(&found.texts, &finding.search.text))
        else {
            return Ok(());
        };
        finding.seen.insert(card_no);
        let card = match found.same_as {
            None => found,
            Some(kept) if !finding.seen.insert(kept) => return Ok(()),
            Some(kept) => match self.candidate(kept)? {
                Some(kept) => kept,
                None => return Ok(()),
            },
        };
        let Some(status) = self.first_status(card.card_no)? else { return Ok(()) };
        if finding.cards.len() == finding.search.limit {
            finding.has_more = true;
            return Ok(());
        }
        let Texts { number, name, phone } = card.texts;
        let masked = !finding.search.unmasked;
        let hidden = masked && is_phone(&number, phone.as_deref());
        finding.cards.push(FoundCard {
            shown: if hidden { mask_middle(&number) } else { number.clone() },
            number: CardNumber::stored(number),
            name: name.map(|name| if masked { mask_name(&name) } else { name }),
            phone: phone.map(|phone| if masked { mask_middle(&phone) } else { phone }),
            matched,
            level: card.level,
            status: parsed(&status)?,
        });
        Ok(())
    }

    fn candidate(&self, card_no: i64) -> Result<Option<Candidate>> {
        let mut statement = self.conn.prepare_cached(&[CANDIDATE, " WHERE card_no = ?1"].concat())?;
        Ok(statement.query_row([card_no], candidate).optional()?)
    }

    /// How the first of a card's accounts stands.
    fn first_status(&self, card_no: i64) -> Result<Option<String>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT coalesce((SELECT status FROM account WHERE card_no = ?1 ORDER BY account_no LIMIT 1),
                (SELECT a.status FROM alias l JOIN account a ON a.account_no = l.account_no WHERE l.card_no = ?1 LIMIT 1))",
        )?;
        Ok(statement.query_row([card_no], |row| row.get(0))?)
    }
}

impl Tx<'_> {
    /// Makes a change to a card's number, phone or name, or gives it an account, and lets what it is found by follow.
    pub(super) fn keep_tails<T>(&self, card_no: i64, change: impl FnOnce() -> Result<T>) -> Result<T> {
        let before = self.texts(card_no)?;
        let changed = change()?;
        let now = self.texts(card_no)?;
        if before != now {
            self.follow(card_no, &before, &now)?;
        }
        Ok(changed)
    }

    fn follow(&self, card_no: i64, before: &Texts, now: &Texts) -> Result<()> {
        let (before, now) = (before.tails(), now.tails());
        let mut delete = self.conn.prepare_cached("DELETE FROM tail WHERE tail = ?1 AND card_no = ?2")?;
        for tail in before.difference(&now) {
            delete.execute((tail, card_no))?;
        }
        let mut insert = self.conn.prepare_cached("INSERT INTO tail (tail, card_no) VALUES (?1, ?2)")?;
        for tail in now.difference(&before) {
            insert.execute((tail, card_no))?;
        }
        Ok(())
    }

    /// What a card is found by now: nothing where no remote's account makes it one.
    fn texts(&self, card_no: i64) -> Result<Texts> {
        let sql = [CANDIDATE, " WHERE card_no = ?1 AND ", MET].concat();
        let met = self.conn.prepare_cached(&sql)?.query_row([card_no], candidate).optional()?;
        Ok(met.map(|card| card.texts).unwrap_or_default())
    }

    /// Writes the tails of every card of a book that has none yet.
    pub(super) fn fill_tails(&self) -> Result<()> {
        let mut cards = self.conn.prepare(&[CANDIDATE, " WHERE ", MET].concat())?;
        let mut rows = cards.query([])?;
        let mut sorted: Vec<(String, i64)> = Vec::new();
        loop {
            let card = rows.next()?.map(candidate).transpose()?;
            if let Some(card) = &card {
                sorted.extend(card.texts.tails().into_iter().map(|tail| (tail, card.card_no)));
            }
            // In the order of the table, so that each page is written once for many rows.
            if card.is_none() || sorted.len() >= SORTED_AT_A_TIME {
                sorted.sort_unstable();
                let mut insert = self.conn.prepare_cached("INSERT INTO tail (tail, card_no) VALUES (?1, ?2)")?;
                for tail in sorted.drain(..) {
                    insert.execute(tail)?;
                }
            }
            if card.is_none() {
                return Ok(());
            }
        }
    }
}
