//! The book's lines by time, newest first, together with what a remote's own history has of a card.
//!
//! A page is cut by key, so the last costs what the first does. Which lines it shows is a question of one index, or of a few
//! stretches of one that are merged here: SQLite never sorts, and never reads lines only to leave them out, except where a
//! ticket's few lines are filtered further.

use rusqlite::{OptionalExtension, Row};

use super::{View, from_json, parsed};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::model::{
    CardNumber, Confirmation, Entry, HistoryLine, HistoryPage, HistoryQuery, Kind, OpId, RemoteRecord, Told,
};
use crate::units::{Money, Points};

/// A line's place: when, and its number among those of one moment.
type Place = (i64, i64);

/// A stretch of time: from a moment on, up to right before a place.
#[derive(Clone, Copy)]
struct Stretch {
    from: i64,
    before: Place,
}

/// Lines that stand together in an index.
#[derive(Clone, Copy)]
struct Of<'a> {
    card: Option<i64>,
    kind: Option<&'a str>,
    /// Those that change points, or those that do not.
    points: Option<bool>,
}

/// What of the filter is the same for a whole page.
struct Shown<'a> {
    query: &'a HistoryQuery,
    /// The card with those that turned out to be it. None: every card's.
    cards: Vec<i64>,
    most: i64,
}

impl Shown<'_> {
    /// The cards to look for, one after the other, or all together.
    fn each_card(&self) -> Vec<Option<i64>> {
        if self.query.card.is_none() { vec![None] } else { self.cards.iter().copied().map(Some).collect() }
    }
}

impl View<'_> {
    /// A page of the book.
    pub(crate) fn history(&self, query: &HistoryQuery) -> Result<HistoryPage> {
        let page_size = query.checked_page_size()?;
        let number = query.card.as_deref().map(CardNumber::new).transpose()?;
        if query.with_remote && number.is_none() {
            return Err(Error::invalid("card", "must be given where the remote's lines are asked for", "none"));
        }
        let mut stretch = Stretch {
            from: query.from.map_or(i64::MIN, Timestamp::millis),
            before: (query.until.map_or(i64::MAX, Timestamp::millis), i64::MIN),
        };
        let mut of_remote = stretch;
        if let Some(after) = query.after {
            stretch.before = stretch.before.min(self.place("entry", after)?);
        }
        let cards = match number {
            None => Vec::new(),
            Some(number) => match self.card_row(number.as_str())? {
                None => return Ok(HistoryPage::default()),
                Some(card) => self.with_twins(card.card_no)?,
            },
        };
        let shown = Shown { query, cards, most: page_size as i64 + 1 };
        let mut places: Vec<(Place, bool)> =
            self.entry_places(&shown, stretch)?.into_iter().map(|place| (place, false)).collect();
        if query.with_remote {
            if let Some(after) = query.after_record {
                of_remote.before = of_remote.before.min(self.place("record", after)?);
            }
            places.extend(self.record_places(&shown, of_remote)?.into_iter().map(|place| (place, true)));
            places.sort_by_key(|&((at, no), remote)| std::cmp::Reverse((at, !remote, no)));
        }
        let more = places.len() > page_size;
        places.truncate(page_size);
        let mut page = HistoryPage::default();
        for ((_, no), remote) in places {
            if remote { page.records.push(self.record(no)?) } else { page.lines.push(self.line(no)?) }
        }
        if more {
            page.next = page.lines.last().map(|line| line.entry.entry_no).or(query.after);
            page.next_record =
                page.records.last().map(|record| record.record_no).or(query.after_record).filter(|_| query.with_remote);
        }
        Ok(page)
    }

    /// The card, and those that turned out to be the same one: what was done on them stays where it was written.
    fn with_twins(&self, card_no: i64) -> Result<Vec<i64>> {
        let mut statement = self.conn.prepare_cached("SELECT card_no FROM card WHERE same_as = ?1")?;
        let twins = statement.query_map([card_no], |row| row.get(0))?;
        std::iter::once(Ok(card_no)).chain(twins.map(|twin| Ok(twin?))).collect()
    }

    /// Where the last line of the page before stands.
    fn place(&self, table: &'static str, no: i64) -> Result<Place> {
        let mut statement = self.conn.prepare_cached(match table {
            "entry" => "SELECT at FROM entry WHERE entry_no = ?1",
            _ => "SELECT at FROM record WHERE record_no = ?1",
        })?;
        let at: Option<i64> = statement.query_row([no], |row| row.get(0)).optional()?;
        Ok((at.ok_or_else(|| Error::invalid("after", "is not known", no))?, no))
    }

    /// The newest lines of the stretch, as many as the page has and one more.
    fn entry_places(&self, shown: &Shown<'_>, stretch: Stretch) -> Result<Vec<Place>> {
        let query = shown.query;
        let mut strands = Vec::new();
        for card in shown.each_card() {
            if query.ticket.is_some() {
                strands.push(self.strand(shown, stretch, Of { card, kind: query.kind.as_deref(), points: None })?);
                continue;
            }
            let kinds = match &query.kind {
                Some(kind) => vec![kind.clone()],
                None if card.is_some() || query.only_points => self.kinds(card)?,
                None => {
                    strands.push(self.strand(shown, stretch, Of { card, kind: None, points: None })?);
                    continue;
                }
            };
            let with_and_without: &[bool] = if query.only_points { &[true] } else { &[true, false] };
            for kind in &kinds {
                for &points in with_and_without {
                    strands.push(self.strand(shown, stretch, Of { card, kind: Some(kind), points: Some(points) })?);
                }
            }
        }
        Ok(merged(strands, shown.most))
    }

    /// The newest lines of one stretch of an index.
    fn strand(&self, shown: &Shown<'_>, stretch: Stretch, of: Of<'_>) -> Result<Vec<Place>> {
        let query = shown.query;
        let index = match (&query.ticket, of.card, of.kind) {
            (Some(_), _, _) => "entry_ticket",
            (None, Some(_), _) => "entry_card",
            (None, None, Some(_)) => "entry_kind",
            (None, None, None) => "entry_at",
        };
        let mut sql =
            format!("SELECT at, entry_no FROM entry INDEXED BY {index} WHERE at >= ?6 AND (at, entry_no) < (?7, ?8)");
        for (given, clause) in [
            (of.card.is_some(), " AND card_no = ?1"),
            (query.ticket.is_some(), " AND ticket = ?2"),
            (of.kind.is_some(), " AND kind = ?3"),
            (of.points.is_some(), " AND (points <> 0) = ?4"),
            (of.points.is_none() && query.only_points, " AND points <> 0"),
        ] {
            sql.push_str(if given { clause } else { "" });
        }
        sql.push_str(" ORDER BY at DESC, entry_no DESC LIMIT ?5");
        let (at, no) = stretch.before;
        let mut statement = self.conn.prepare_cached(&sql)?;
        let values = (of.card, &query.ticket, of.kind, of.points, shown.most, stretch.from, at, no);
        let rows = statement.query_map(values, |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The kinds of lines that there are, of a card or of all: one search in the index for each.
    fn kinds(&self, card: Option<i64>) -> Result<Vec<String>> {
        let mut statement = self.conn.prepare_cached(match card {
            Some(_) => {
                "SELECT kind FROM entry INDEXED BY entry_card WHERE card_no = ?1 AND kind > ?2 ORDER BY kind LIMIT 1"
            }
            None => "SELECT kind FROM entry INDEXED BY entry_kind WHERE kind > ?2 ORDER BY kind LIMIT 1",
        })?;
        let mut kinds: Vec<String> = Vec::new();
        while let Some(kind) =
            statement.query_row((card, kinds.last().map_or("", String::as_str)), |row| row.get(0)).optional()?
        {
            kinds.push(kind);
        }
        Ok(kinds)
    }

    /// As [`View::entry_places`], of the remote's own history. What is an operation of this book stands there already.
    fn record_places(&self, shown: &Shown<'_>, stretch: Stretch) -> Result<Vec<Place>> {
        let query = shown.query;
        if query.ticket.is_some() {
            return Ok(Vec::new());
        }
        let mut sql = "SELECT at, record_no FROM record INDEXED BY record_card
             WHERE card_no = ?1 AND op_no IS NULL AND at >= ?4 AND (at, record_no) < (?5, ?6)"
            .to_owned();
        sql.push_str(if query.kind.is_some() { " AND kind = ?2" } else { "" });
        sql.push_str(if query.only_points { " AND points <> 0" } else { "" });
        sql.push_str(" ORDER BY at DESC, record_no DESC LIMIT ?3");
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut strands = Vec::new();
        for card_no in &shown.cards {
            let (at, no) = stretch.before;
            let values = (card_no, &query.kind, shown.most, stretch.from, at, no);
            let rows = statement.query_map(values, |row| Ok((row.get(0)?, row.get(1)?)))?;
            strands.push(rows.collect::<rusqlite::Result<Vec<Place>>>()?);
        }
        Ok(merged(strands, shown.most))
    }

    /// A line with what has become of its operation since.
    fn line(&self, entry_no: i64) -> Result<HistoryLine> {
        let mut statement = self.conn.prepare_cached(LINE)?;
        Ok(statement.query_row([entry_no], line)?)
    }

    fn record(&self, record_no: i64) -> Result<RemoteRecord> {
        let mut statement = self.conn.prepare_cached(
            "SELECT r.record_no, c.number, r.provider, r.remote_id, r.kind, r.money, r.points, r.money_after,
                r.points_after, r.store, r.note, r.at, r.fetched_at
             FROM record r JOIN card c ON c.card_no = r.card_no WHERE r.record_no = ?1",
        )?;
        Ok(statement.query_row([record_no], record)?)
    }
}

const LINE: &str = "SELECT e.entry_no, o.op_id, e.op_no, c.number, e.kind, e.original, e.actual, e.from_card, e.due,
    e.bonus, e.points, e.money_after, e.points_after, e.approval, e.ticket, e.operator, e.supervisor, e.shift, e.reason,
    e.business_date, e.receipt_no, e.at, o.state, o.evidence, o.kind, coalesce(p.told, o.told), f.body,
    (SELECT remote_id FROM record r WHERE r.op_no = e.op_no ORDER BY r.record_no LIMIT 1)
    FROM entry e JOIN operation o ON o.op_no = e.op_no JOIN card c ON c.card_no = e.card_no
    LEFT JOIN promise p ON p.op_no = e.op_no LEFT JOIN confirmation f ON f.op_no = e.op_no
    WHERE e.entry_no = ?1";

fn line(row: &Row<'_>) -> rusqlite::Result<HistoryLine> {
    let confirmation: Option<Confirmation> = row.get_ref(26)?.as_str_or_null()?.map(from_json).transpose()?;
    let mut variance = None;
    if let Some(confirmed) = &confirmation {
        let kind: Kind = parsed(row.get_ref(24)?.as_str()?)?;
        let told: Told = from_json(row.get_ref(25)?.as_str()?)?;
        variance = confirmed.money_variance(kind, &told);
    }
    let recorded: Option<String> = row.get(27)?;
    Ok(HistoryLine {
        entry: entry(row)?,
        state: parsed(row.get_ref(22)?.as_str()?)?,
        evidence: row.get_ref(23)?.as_str_or_null()?.map(parsed).transpose()?,
        remote_id: recorded.or_else(|| confirmation.as_ref()?.remote_id.clone()),
        confirmation,
        variance,
    })
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let money = |i: usize| -> rusqlite::Result<Money> { Ok(Money::from_fen(row.get(i)?)) };
    let points = |i: usize| -> rusqlite::Result<Points> { Ok(Points::new(row.get(i)?)) };
    Ok(Entry {
        entry_no: row.get(0)?,
        op_id: OpId::stored(row.get(1)?),
        card: CardNumber::stored(row.get(3)?),
        kind: row.get(4)?,
        original: money(5)?,
        actual: money(6)?,
        from_card: money(7)?,
        due: money(8)?,
        bonus: money(9)?,
        points: points(10)?,
        money_after: money(11)?,
        points_after: points(12)?,
        approval: row.get_ref(13)?.as_str_or_null()?.map(parsed).transpose()?,
        ticket: row.get(14)?,
        operator: row.get(15)?,
        supervisor: row.get(16)?,
        shift: row.get(17)?,
        reason: row.get(18)?,
        business_date: row.get(19)?,
        receipt_no: row.get(20)?,
        at: Timestamp::from_millis(row.get(21)?),
    })
}

fn record(row: &Row<'_>) -> rusqlite::Result<RemoteRecord> {
    let money =
        |i: usize| -> rusqlite::Result<Option<Money>> { Ok(row.get::<_, Option<i64>>(i)?.map(Money::from_fen)) };
    let points = |i: usize| -> rusqlite::Result<Option<Points>> { Ok(row.get::<_, Option<i64>>(i)?.map(Points::new)) };
    Ok(RemoteRecord {
        record_no: row.get(0)?,
        card: CardNumber::stored(row.get(1)?),
        provider: row.get(2)?,
        remote_id: row.get(3)?,
        kind: row.get(4)?,
        money: money(5)?,
        points: points(6)?,
        money_after: money(7)?,
        points_after: points(8)?,
        store: row.get(9)?,
        note: row.get(10)?,
        at: Timestamp::from_millis(row.get(11)?),
        fetched_at: Timestamp::from_millis(row.get(12)?),
    })
}

/// The newest of several stretches, each with its newest first.
fn merged(mut strands: Vec<Vec<Place>>, most: i64) -> Vec<Place> {
    if strands.len() == 1 {
        return strands.remove(0);
    }
    let mut all = strands.concat();
    all.sort_unstable_by_key(|&place| std::cmp::Reverse(place));
    all.truncate(most as usize);
    all
}
