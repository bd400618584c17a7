//! What SQLite itself can say: pages, indexes, types, references; and whether the tables are ours.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::{Checkup, said};
use crate::model::FindingKind;
use crate::store::migrations::{STEPS, Step, VERSION};
use crate::store::open::check_version;
use crate::store::schema::APPLICATION_ID;

/// SQLite's check ends after so many errors.
const MOST: usize = 100;

impl Checkup<'_> {
    /// The marks in the header, and every table, index and trigger, as a fresh book has them.
    pub(super) fn schema(&mut self) -> rusqlite::Result<()> {
        let header = |pragma: &str| -> rusqlite::Result<i64> {
            self.view.conn.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get(0))
        };
        let (application_id, version) = (header("application_id")?, header("user_version")?);
        if application_id != APPLICATION_ID {
            let what = format!("application_id is {application_id} and not {APPLICATION_ID}");
            self.find(FindingKind::Schema, "header", None, what);
        }
        // A book of a newer release that this one may write is as that release makes it.
        if version > VERSION && check_version(self.view.conn, version).is_ok() {
            return Ok(());
        }
        if version != VERSION {
            self.find(FindingKind::Schema, "header", None, format!("user_version is {version} and not {VERSION}"));
        }
        let fresh = Connection::open_in_memory()?;
        for Step { sql: step, .. } in STEPS {
            fresh.execute_batch(step)?;
        }
        let (want, got) = (objects(&fresh)?, objects(self.view.conn)?);
        for (name, sql) in &want {
            match got.get(name) {
                None => self.find(FindingKind::Schema, "schema", None, format!("{name} is missing")),
                Some(other) if other != sql => {
                    self.find(FindingKind::Schema, "schema", None, format!("{name} is not as this release makes it"));
                }
                Some(_) => {}
            }
        }
        for _ in got.keys().filter(|name| !want.contains_key(*name)) {
            // A newer release's, or somebody's own: it changes no figure by being there.
            self.note(FindingKind::Schema, "schema", None, "something is there that this release does not make");
        }
        Ok(())
    }

    pub(super) fn pages(&mut self) -> rusqlite::Result<()> {
        let mut statement = self.view.conn.prepare(&format!("PRAGMA integrity_check({MOST})"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let line: String = row.get(0)?;
            if line != "ok" {
                self.find(FindingKind::Database, "file", None, line);
            }
        }
        Ok(())
    }

    pub(super) fn references(&mut self) -> rusqlite::Result<()> {
        let mut tables = self.view.conn.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")?;
        let names: Vec<String> = tables.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        for table in names.iter().filter(|name| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')) {
            if let Err(error) = self.references_of(table) {
                self.find(FindingKind::Unreadable, table, None, said(&error));
            }
            if self.stopped {
                break;
            }
        }
        Ok(())
    }

    fn references_of(&mut self, table: &str) -> rusqlite::Result<()> {
        let mut statement = self.view.conn.prepare(&format!("PRAGMA foreign_key_check('{table}')"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (place, number, parent): (String, Option<i64>, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            self.find(FindingKind::Reference, &place, number, format!("refers to a row of {parent} that is not there"));
            if !self.goes_on() {
                break;
            }
        }
        Ok(())
    }
}

/// What a schema consists of, by name. Statistics are left out: whoever runs ANALYZE harms nobody.
fn objects(conn: &Connection) -> rusqlite::Result<BTreeMap<String, Option<String>>> {
    let mut statement =
        conn.prepare("SELECT type || ' ' || name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%'")?;
    statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}
