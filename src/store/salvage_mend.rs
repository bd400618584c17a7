//! What a salvaged book needs to be one again: the other halves of rows that are there, made anew where others tell of them.

use std::cell::Cell;
use std::path::Path;

use rusqlite::{Connection, OptionalExtension};

use super::chain::Chain;
use super::seal::{SEALED, SEALED_COUNT, seal_of};
use super::{Tx, View, from_json, parsed, to_json};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::model::{Act, CardNumber, Kind, Promise, SalvageReport, State, Told};
use crate::units::{Money, Points};

/// Where a book says that it was salvaged, and from which.
pub(super) const SALVAGED: &str = "salvaged_from";

pub(super) fn mend(book: &Connection, leftovers: &Path, now: Timestamp, report: &mut SalvageReport) -> Result<()> {
    // Only while it is put together: rows are taken out again that have nothing to stand on.
    let triggers: Vec<(String, String)> = {
        let mut statement = book.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")?;
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?
    };
    for (name, _) in &triggers {
        book.execute_batch(&format!("DROP TRIGGER {name}"))?;
    }
    cards_and_accounts(book, report)?;
    promises(book, report)?;
    operations(book, now, report)?;
    seals(book, report)?;
    lanes(book)?;
    let_go(book, now)?;
    take_out(book, leftovers, report)?;
    found_again(book)?;
    for (_, sql) in &triggers {
        book.execute_batch(sql)?;
    }
    let from: Option<String> =
        book.query_row("SELECT value FROM book WHERE key = 'book_id'", [], |row| row.get(0)).optional()?;
    if from.is_none() {
        report.notes.push("whose book it was can't be read: it takes the name that it is opened with".into());
        book.execute("INSERT INTO book (key, value) VALUES ('book_id', ?1)", [format!("salvaged-{}", now.millis())])?;
    }
    book.execute(
        "INSERT INTO book (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2",
        (SALVAGED, format!("{} {}", from.as_deref().unwrap_or("unknown"), now.millis())),
    )?;
    Ok(())
}

/// A card and an account for each operation that names one.
fn cards_and_accounts(book: &Connection, report: &mut SalvageReport) -> Result<()> {
    let orphans: Vec<(i64, Option<String>)> = {
        let mut statement = book.prepare(
            "SELECT card_no, (SELECT act FROM operation WHERE card_no = n.card_no ORDER BY op_no LIMIT 1)
             FROM (SELECT card_no FROM operation UNION SELECT card_no FROM account UNION SELECT card_no FROM entry) n
             WHERE card_no NOT IN (SELECT card_no FROM card)",
        )?;
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?
    };
    for (card_no, act) in orphans {
        let number = act.and_then(|act| from_json::<Act>(&act).ok()).map(|act| act.card().clone());
        let number =
            number.as_ref().map_or_else(|| format!("LOST-{card_no}"), |number| CardNumber::as_str(number).to_owned());
        let added = book.execute("INSERT OR IGNORE INTO card (card_no, number) VALUES (?1, ?2)", (card_no, number))?;
        if added == 0 {
            let number = format!("LOST-{card_no}");
            book.execute("INSERT OR IGNORE INTO card (card_no, number) VALUES (?1, ?2)", (card_no, number))?;
        }
        report.rebuilt += 1;
    }
    let made = book.execute(
        "INSERT INTO account (account_no, card_no, provider, confirmed, status)
         SELECT lane_no, min(card_no), min(provider), 0, 'active' FROM operation
         WHERE lane_no NOT IN (SELECT account_no FROM account) GROUP BY lane_no",
        (),
    )?;
    report.rebuilt += made as u64;
    Ok(())
}

/// A promise is told by the line that was written with it, and by what is still at risk.
fn promises(book: &Connection, report: &mut SalvageReport) -> Result<()> {
    let mut statement = book.prepare(
        "SELECT o.op_no, o.told, e.approval, e.original, e.actual, e.from_card, e.due, e.bonus, e.points, e.at, o.exposed,
                o.created_at
         FROM operation o LEFT JOIN entry e ON e.op_no = o.op_no AND e.approval IS NOT NULL
         WHERE o.op_no NOT IN (SELECT op_no FROM promise) AND (e.entry_no IS NOT NULL OR o.exposed = 1)",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let approval = row.get::<_, Option<String>>(2)?.and_then(|text| parsed::<Promise>(&text).ok());
        let told = match approval {
            Some(_) => {
                let money = |column| row.get(column).map(Money::from_fen);
                let (original, actual) = (money(3)?, money(4)?);
                let discount = original.minus(actual);
                let (from_card, due, bonus) = (money(5)?, money(6)?, money(7)?);
                let points = Points::new(row.get(8)?);
                to_json(&Told { original, discount, actual, from_card, due, bonus, points, ..Told::default() })?
            }
            None => row.get(1)?,
        };
        let promise = approval.unwrap_or(Promise::OfflineApproved);
        let at: i64 = row.get::<_, Option<i64>>(9)?.map_or_else(|| row.get(11), Ok)?;
        report.rebuilt += book.execute(
            "INSERT OR IGNORE INTO promise (op_no, promise, told, at) VALUES (?1, ?2, ?3, ?4)",
            (row.get::<_, i64>(0)?, promise.as_str(), told, at),
        )? as u64;
    }
    Ok(())
}

/// Marks as they follow from the state. What may have been sent without anybody being able to read it is in doubt.
fn operations(book: &Connection, now: Timestamp, report: &mut SalvageReport) -> Result<()> {
    let attempts_lost = report.tables.iter().any(|table| table.name == "attempt" && table.damaged);
    if attempts_lost {
        report.put_in_doubt = book.execute(
            "UPDATE operation SET state = 'in_doubt', changed_at = ?1
             WHERE state = 'queued' AND op_no NOT IN (SELECT op_no FROM attempt)",
            [now.millis()],
        )? as u64;
    }
    let mut statement = book.prepare(
        "SELECT o.op_no, o.kind, o.state, o.holding, p.promise FROM operation o LEFT JOIN promise p ON p.op_no = o.op_no",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let parts = || -> rusqlite::Result<(Kind, State)> {
            Ok((parsed(row.get_ref(1)?.as_str()?)?, parsed(row.get_ref(2)?.as_str()?)?))
        };
        let op_no: i64 = row.get(0)?;
        let Ok((kind, state)) = parts() else {
            report.notes.push(format!("operation {op_no} can't be understood"));
            continue;
        };
        let passes = state == State::Parked && !kind.opens() && row.get::<_, i64>(3)? == 0;
        let offline = row.get::<_, Option<String>>(4)?.as_deref() == Some(Promise::OfflineApproved.as_str());
        book.execute(
            "UPDATE operation SET holding = ?2, open = ?3, exposed = ?4 WHERE op_no = ?1
                AND (holding <> ?2 OR open <> ?3 OR exposed <> ?4)",
            (op_no, state.holds_lane(kind) && !passes, state.is_open(), offline && !state.is_final()),
        )?;
    }
    Ok(())
}

/// Figures that something has changed are no figures.
fn seals(book: &Connection, report: &mut SalvageReport) -> Result<()> {
    let rows: Vec<(i64, Option<i64>, i64, bool)> = {
        let mut statement = book.prepare(&format!("SELECT {SEALED}, seal FROM account"))?;
        let row = |row: &rusqlite::Row<'_>| {
            let had_figures = row.get::<_, Option<i64>>(3)?.is_some();
            Ok((row.get(0)?, row.get(SEALED_COUNT)?, seal_of(row)?, had_figures))
        };
        statement.query_map([], row)?.collect::<rusqlite::Result<_>>()?
    };
    // Something else has been there: neither what it holds nor whose it is can be relied on.
    for (account_no, _, _, had_figures) in
        rows.iter().filter(|(_, kept, seal, _)| kept.is_some_and(|kept| kept != *seal))
    {
        book.execute(
            "UPDATE account SET money = 0, points = 0, as_of = NULL, read_money = NULL, read_points = NULL,
                consumed_total = NULL, recharged_total = NULL, growth = NULL, confirmed = 0 WHERE account_no = ?1",
            [account_no],
        )?;
        report.figures_dropped += u64::from(*had_figures);
    }
    let mut statement = book.prepare(&format!("SELECT {SEALED} FROM account WHERE account_no = ?1"))?;
    for (account_no, ..) in rows {
        let seal = statement.query_row([account_no], seal_of)?;
        book.execute("UPDATE account SET seal = ?2 WHERE account_no = ?1", (account_no, seal))?;
    }
    Ok(())
}

/// Every account has a lane, and it stands where its operations do.
fn lanes(book: &Connection) -> Result<()> {
    book.execute_batch(
        "DELETE FROM lane WHERE lane_no NOT IN (SELECT account_no FROM account);
         INSERT OR IGNORE INTO lane (lane_no, provider, state) SELECT account_no, provider, 'idle' FROM account;
         UPDATE lane SET rank = 1, due_at = 0, failures = 0,
            provider = (SELECT provider FROM account WHERE account_no = lane_no),
            state = CASE (SELECT state FROM operation o WHERE o.lane_no = lane.lane_no AND holding = 1
                          ORDER BY state = 'queued', op_no LIMIT 1)
                WHEN 'queued' THEN CASE WHEN EXISTS (SELECT 1 FROM account a WHERE a.account_no = lane.lane_no
                    AND a.opened_here_at IS NOT NULL AND NOT a.confirmed) AND (SELECT kind FROM operation o
                    WHERE o.lane_no = lane.lane_no AND holding = 1 ORDER BY op_no LIMIT 1) NOT IN ('open_card', 'register')
                    THEN 'held' ELSE 'ready' END
                WHEN 'in_doubt' THEN 'ready' WHEN 'reversing' THEN 'ready'
                WHEN 'parked' THEN 'held' WHEN 'rejected' THEN 'held' WHEN 'sending' THEN 'idle'
                ELSE CASE WHEN wanted OR EXISTS (SELECT 1 FROM operation o WHERE o.lane_no = lane.lane_no AND open = 1
                    AND state = 'applied') THEN 'ready' ELSE 'idle' END END",
    )?;
    Ok(())
}

/// What a row tells besides, and can do without: that it is lost takes no operation, promise or card out of the book.
fn let_go(book: &Connection, now: Timestamp) -> Result<()> {
    book.execute_batch(
        "UPDATE promise SET policy = NULL WHERE policy NOT IN (SELECT version FROM policy);
         UPDATE card SET same_as = NULL WHERE same_as NOT IN (SELECT card_no FROM card);
         UPDATE record SET op_no = NULL WHERE op_no NOT IN (SELECT op_no FROM operation)",
    )?;
    // The details of these are in a file that nobody knows the name of any more: forgetting tells that it was not there.
    book.execute(
        "INSERT INTO archive (archive_no, name, operations, at)
         SELECT archive_no, 'lost-' || archive_no, count(*), ?1 FROM operation
         WHERE archive_no IS NOT NULL AND archive_no NOT IN (SELECT archive_no FROM archive) GROUP BY archive_no",
        [now.millis()],
    )?;
    Ok(())
}

/// What cards are found by is made anew from the cards.
fn found_again(book: &Connection) -> Result<()> {
    book.execute("DELETE FROM tail", ())?;
    let (exposure, chain) = (Cell::new(None), Chain::new(None));
    Tx { view: View { conn: book, exposure: &exposure }, chain: &chain }.fill_tails()
}

/// Rows that refer to what is lost are kept beside the book.
fn take_out(book: &Connection, leftovers: &Path, report: &mut SalvageReport) -> Result<()> {
    let mut out: Option<Connection> = None;
    loop {
        let broken: Vec<(String, Option<i64>)> = {
            let mut statement = book.prepare("SELECT DISTINCT \"table\", rowid FROM pragma_foreign_key_check")?;
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?
        };
        if broken.is_empty() {
            return Ok(());
        }
        for (table, number) in broken {
            let Some(number) = number else {
                take_out_unnumbered(book, &table, report)?;
                continue;
            };
            if out.is_none() {
                super::open::create_private(leftovers)?;
                out = Some(Connection::open(leftovers)?);
            }
            if let Some(out) = &out {
                move_row(book, out, &table, number)?;
            }
            if let Some(saved) = report.tables.iter_mut().find(|saved| saved.name == table) {
                saved.left_over += 1;
                saved.kept = saved.kept.saturating_sub(1);
            }
        }
    }
}

fn move_row(book: &Connection, out: &Connection, table: &str, number: i64) -> Result<()> {
    let mut row = book.prepare(&format!("SELECT * FROM {table} WHERE rowid = ?1"))?;
    let names: Vec<String> = row.column_names().map(|name| format!("\"{name}\"")).collect();
    let values: Vec<rusqlite::types::Value> =
        row.query_row([number], |row| (0..names.len()).map(|at| row.get(at)).collect())?;
    let (list, marks) = (names.join(", "), vec!["?"; names.len()].join(", "));
    out.execute_batch(&format!("CREATE TABLE IF NOT EXISTS {table} ({list})"))?;
    out.execute(&format!("INSERT INTO {table} ({list}) VALUES ({marks})"), rusqlite::params_from_iter(values))?;
    book.execute(&format!("DELETE FROM {table} WHERE rowid = ?1"), [number])?;
    Ok(())
}

/// Tables without numbers hold what the remotes tell again: what has lost its other half is taken out.
fn take_out_unnumbered(book: &Connection, table: &str, report: &mut SalvageReport) -> Result<()> {
    let condition = match table {
        "alias" => "card_no NOT IN (SELECT card_no FROM card) OR account_no NOT IN (SELECT account_no FROM account)",
        "claim" => "account_no NOT IN (SELECT account_no FROM account) OR op_no NOT IN (SELECT op_no FROM operation)",
        "coupon" => {
            "account_no NOT IN (SELECT account_no FROM account)
             OR (given_by IS NOT NULL AND given_by NOT IN (SELECT op_no FROM operation))"
        }
        "rate_seen" | "former_phone" => "card_no NOT IN (SELECT card_no FROM card)",
        _ => "1",
    };
    let taken = book.execute(&format!("DELETE FROM {table} WHERE {condition}"), ())?;
    if let Some(saved) = report.tables.iter_mut().find(|saved| saved.name == table) {
        saved.damaged = true;
        saved.kept = saved.kept.saturating_sub(taken as u64);
    }
    Ok(())
}
