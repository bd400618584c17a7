//! What an older copy of a book holds when it is opened, and which numbers it goes on with.

use super::mirror::Line;
use super::{Violation, violated};
use crate::till::SimTill;

/// A line has got its number: one that has never been given, in whatever life of the book.
pub(super) fn numbered(till: &mut SimTill, line: &Line) -> Result<(), Violation> {
    let what = line.what.as_str();
    if !matches!(what, "op" | "attempt" | "entry") {
        return Ok(());
    }
    if !till.copies.highest.see(what, line.id) {
        return violated(17, format!("till {}: number {} of {what} is given again", till.index, line.id));
    }
    let key = till.mirror.ops.get(&line.op_no).filter(|_| what == "op").map(|op| op.key.clone());
    match key.filter(|key| till.copies.lost_keys.contains(key)) {
        Some(key) => violated(17, format!("till {}: key {key} of a lost operation is given again", till.index)),
        None => Ok(()),
    }
}

/// Everything that was in the copy is in the book, with what was promised.
pub(crate) fn check_copy(till: &mut SimTill) -> Result<(), Violation> {
    let read = till.look(|_, eye| {
        let told = |error: rusqlite::Error| error.to_string();
        let sql =
            "SELECT o.op_no, p.promise, (SELECT count(*) FROM entry e WHERE e.op_no = o.op_no AND e.kind <> 'retarget')
            FROM operation o LEFT JOIN promise p ON p.op_no = o.op_no";
        let mut statement = eye.prepare(sql).map_err(told)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?)))).map_err(told)?;
        rows.collect::<rusqlite::Result<std::collections::BTreeMap<i64, (Option<String>, u32)>>>().map_err(told)
    });
    let book = match read {
        Ok(book) => book,
        Err(what) => return violated(17, what),
    };
    for op in till.mirror.ops.values() {
        let name = format!("{} of till {}", op.op_id, till.index);
        match book.get(&op.op_no) {
            Some((promise, entries)) if *promise == op.promise && *entries == op.entries => {}
            Some(found) => {
                let what =
                    format!("{name} was {:?} with {} entries in the copy, now {found:?}", op.promise, op.entries);
                return violated(17, what);
            }
            None => return violated(17, format!("{name} was in the copy and is gone")),
        }
    }
    Ok(())
}
