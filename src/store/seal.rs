//! Seals: a checksum over an account's figures, its card, its remote, the reference there and whether that is confirmed, beside
//! them in the same row. What something else than this library has changed of these does not fit the seal. It has no key:
//! whoever reads this can make one.
//!
//! Whoever writes a sealed column calls [`Tx::seal`] in the same transaction; a test below finds statements that do not.

use ring::digest;
use rusqlite::Row;
use rusqlite::types::ValueRef;

use super::Tx;
use crate::error::Result;

/// What a seal covers, in this order for ever: the figures, then whose they are and where they are sent.
pub(super) const SEALED: &str = "account_no, money, points, as_of, read_money, read_points, consumed_total,
    recharged_total, growth, card_no, provider, reference, confirmed, status";

/// How many values that are.
pub(super) const SEALED_COUNT: usize = 14;

/// So many of them are figures, behind the account's number.
const FIGURES: std::ops::Range<usize> = 1..9;

/// Where in a seal the figures' part stands. The rest is the other's, and the sign is nobody's, so that it is a number to SQLite.
const FIGURES_PART: i64 = 0xffff_ffff;

/// The seal of what stands in a row, its columns in the order of [`SEALED`]. It has two parts, so that whoever writes figures does
/// not seal a reference that something else has changed, nor the other way round.
pub(super) fn seal_of(row: &Row<'_>) -> rusqlite::Result<i64> {
    let figures = digest_of(row, FIGURES)? & FIGURES_PART;
    let owner = digest_of(row, FIGURES.end..SEALED_COUNT)? & !FIGURES_PART;
    Ok((figures | owner) & i64::MAX)
}

fn digest_of(row: &Row<'_>, columns: std::ops::Range<usize>) -> rusqlite::Result<i64> {
    let mut bytes = Vec::with_capacity(128);
    for column in std::iter::once(0).chain(columns) {
        match row.get_ref(column)? {
            ValueRef::Null => bytes.push(0),
            ValueRef::Integer(figure) => {
                bytes.push(1);
                bytes.extend_from_slice(&figure.to_be_bytes());
            }
            ValueRef::Text(text) => {
                bytes.push(2);
                bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
                bytes.extend_from_slice(text);
            }
            other => return Err(rusqlite::Error::InvalidColumnType(column, "sealed".into(), other.data_type())),
        }
    }
    let digest = digest::digest(&digest::SHA256, &bytes);
    let mut first = [0; 8];
    first.copy_from_slice(&digest.as_ref()[..8]);
    Ok(i64::from_be_bytes(first))
}

impl Tx<'_> {
    /// Seals an account's figures as they stand now.
    pub(super) fn seal(&self, account_no: i64) -> Result<()> {
        self.put_seal(account_no, FIGURES_PART)
    }

    /// Seals as it stands now whose account it is, what the remote calls it, whether that is confirmed, and its status.
    pub(super) fn seal_owner(&self, account_no: i64) -> Result<()> {
        self.put_seal(account_no, !FIGURES_PART)
    }

    /// Both parts of the seal, where all of the row was just written.
    pub(super) fn seal_whole(&self, account_no: i64) -> Result<()> {
        self.put_seal(account_no, -1)
    }

    fn put_seal(&self, account_no: i64, part: i64) -> Result<()> {
        if mutated!(SealForgotten) {
            return Ok(());
        }
        let mut statement =
            self.conn.prepare_cached(&["SELECT ", SEALED, ", seal FROM account WHERE account_no = ?1"].concat())?;
        let seal = statement.query_row([account_no], |row| {
            let now = seal_of(row)?;
            Ok(row.get::<_, Option<i64>>(SEALED_COUNT)?.map_or(now, |kept| (kept & !part) | (now & part)))
        })?;
        self.conn.prepare_cached("UPDATE account SET seal = ?2 WHERE account_no = ?1")?.execute((account_no, seal))?;
        Ok(())
    }

    /// Seals the figures of what a query names: the first column is an account's number.
    pub(super) fn seal_all(&self, accounts: &str, params: impl rusqlite::Params) -> Result<()> {
        self.named(accounts, params)?.into_iter().try_for_each(|account_no| self.seal(account_no))
    }

    /// As [`Tx::seal_all`], both parts.
    pub(super) fn seal_all_whole(&self, accounts: &str, params: impl rusqlite::Params) -> Result<()> {
        self.named(accounts, params)?.into_iter().try_for_each(|account_no| self.seal_whole(account_no))
    }

    /// The accounts that a query names.
    pub(super) fn named(&self, accounts: &str, params: impl rusqlite::Params) -> Result<Vec<i64>> {
        let mut statement = self.conn.prepare(accounts)?;
        let numbers = statement.query_map(params, |row| row.get(0))?;
        Ok(numbers.collect::<rusqlite::Result<_>>()?)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::path::Path;

    /// The statements that change a sealed column, and whether a seal is put on soon after.
    #[test]
    fn whoever_writes_a_sealed_figure_seals_it() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
        let mut writers = 0;
        let mut folders = vec![folder];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for path in std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
                if path.is_dir() { folders.push(path) } else { files.push(path) }
            }
        }
        for file in files {
            let text = std::fs::read_to_string(&file).unwrap();
            let text = text.split("#[cfg(test)]").next().unwrap();
            let lines: Vec<&str> = text.lines().collect();
            for (at, _) in text.match_indices("UPDATE account SET") {
                let line = text[..at].lines().count();
                let statement: String = text[at..].chars().take_while(|c| *c != '"').collect();
                let set = statement.split("WHERE").next().unwrap();
                let figures = ["money =", "points =", "consumed_total =", "recharged_total =", "growth ="];
                let whose = ["card_no =", "reference =", "confirmed =", "status ="];
                let sealed = [&figures[..], &whose].concat();
                if !sealed.iter().any(|column| set.contains(column)) {
                    continue;
                }
                writers += 1;
                let after = &lines[line..lines.len().min(line + 20)];
                assert!(after.iter().any(|line| line.contains("seal")), "{}:{line} leaves no seal", file.display());
            }
        }
        assert!(writers >= 10, "only {writers} writers were found");
    }
}
