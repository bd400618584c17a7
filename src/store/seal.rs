//! Seals: a checksum over an account's figures, beside them in the same row. A balance that something else than this library
//! has changed does not fit its seal.
//!
//! Whoever writes a sealed column calls [`Tx::seal`] in the same transaction; a test below finds statements that do not.

use ring::digest;
use rusqlite::Row;

use super::{Tx, View};
use crate::error::Result;

/// What a seal covers, in this order for ever.
pub(super) const SEALED: &str = "account_no, money, points, as_of, read_money, read_points, consumed_total,
    recharged_total, growth";

/// How many values that are.
const SEALED_COUNT: usize = 9;

/// The seal of the figures in a row, its columns in the order of [`SEALED`]. 63 bits, so that it is a number to SQLite.
pub(super) fn seal_of(row: &Row<'_>) -> rusqlite::Result<i64> {
    let mut bytes = Vec::with_capacity(SEALED_COUNT * 9);
    for column in 0..SEALED_COUNT {
        match row.get::<_, Option<i64>>(column)? {
            Some(figure) => {
                bytes.push(1);
                bytes.extend_from_slice(&figure.to_be_bytes());
            }
            None => bytes.push(0),
        }
    }
    let digest = digest::digest(&digest::SHA256, &bytes);
    let mut first = [0; 8];
    first.copy_from_slice(&digest.as_ref()[..8]);
    Ok(i64::from_be_bytes(first) & i64::MAX)
}

impl View<'_> {
    fn figures_seal(&self, account_no: i64) -> Result<i64> {
        let mut statement =
            self.conn.prepare_cached(&["SELECT ", SEALED, " FROM account WHERE account_no = ?1"].concat())?;
        Ok(statement.query_row([account_no], seal_of)?)
    }
}

impl Tx<'_> {
    /// Seals an account's figures as they stand now.
    pub(super) fn seal(&self, account_no: i64) -> Result<()> {
        if mutated!(SealForgotten) {
            return Ok(());
        }
        let seal = self.figures_seal(account_no)?;
        self.conn.prepare_cached("UPDATE account SET seal = ?2 WHERE account_no = ?1")?.execute((account_no, seal))?;
        Ok(())
    }

    /// Seals what a query names: the first column is an account's number.
    pub(super) fn seal_all(&self, accounts: &str, params: impl rusqlite::Params) -> Result<()> {
        let mut statement = self.conn.prepare(accounts)?;
        let numbers: Vec<i64> = statement.query_map(params, |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        numbers.into_iter().try_for_each(|account_no| self.seal(account_no))
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
                let sealed = ["money =", "points =", "consumed_total =", "recharged_total =", "growth ="];
                if !sealed.iter().any(|column| set.contains(column)) {
                    continue;
                }
                writers += 1;
                let after = &lines[line..lines.len().min(line + 20)];
                assert!(after.iter().any(|line| line.contains("seal")), "{}:{line} leaves no seal", file.display());
            }
        }
        assert!(writers >= 6, "only {writers} writers were found");
    }
}
