//! Cards, accounts with their seals, and lanes against what stands in them.

use rusqlite::OptionalExtension;

use super::{Checkup, said};
use crate::model::{CardStatus, FindingKind, Gender, State};
use crate::store::parsed;
use crate::store::seal::{SEALED, SEALED_COUNT, seal_of};

impl Checkup<'_> {
    pub(super) fn cards(&mut self) -> rusqlite::Result<()> {
        let conn = self.view.conn;
        let mut statement = conn.prepare(
            "SELECT c.card_no, c.number, c.gender, c.birthday, s.card_no, s.same_as, c.same_as, c.exception IS NULL
                AND (SELECT reason FROM exception_change e WHERE e.card_no = c.card_no ORDER BY change_no DESC LIMIT 1) IS NOT NULL
             FROM card c LEFT JOIN card s ON s.card_no = c.same_as ORDER BY c.card_no",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let card_no: i64 = row.get(0)?;
            self.report.cards += 1;
            let parts = || -> rusqlite::Result<()> {
                row.get_ref(1)?.as_str()?;
                if let Some(gender) = row.get_ref(2)?.as_str_or_null()? {
                    parsed::<Gender>(gender)?;
                }
                row.get_ref(3)?.as_str_or_null()?;
                Ok(())
            };
            if let Err(error) = parts() {
                self.find(FindingKind::Unreadable, "card", Some(card_no), said(&error));
            }
            if row.get_ref(1)?.as_str().is_ok_and(str::is_empty) {
                self.find(FindingKind::Card, "card", Some(card_no), "has no number");
            }
            if row.get::<_, Option<i64>>(5)?.is_some() || row.get::<_, Option<i64>>(6)? == Some(card_no) {
                self.find(FindingKind::Card, "card", Some(card_no), "is the same as one that is not a card of its own");
            }
            if row.get(7)? {
                self.find(FindingKind::Card, "card", Some(card_no), "was put on the exception list, and is not on it");
            }
            if !self.goes_on() {
                break;
            }
        }
        Ok(())
    }

    pub(super) fn accounts(&mut self) -> rusqlite::Result<()> {
        let conn = self.view.conn;
        let sql = format!(
            "SELECT {SEALED}, seal, status AS stands, confirmed AS known, opened_here_at FROM account ORDER BY account_no"
        );
        let mut statement = conn.prepare(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let account_no: i64 = row.get(0)?;
            self.report.accounts += 1;
            let mut look = || -> rusqlite::Result<()> {
                self.seal(row, account_no)?;
                parsed::<CardStatus>(row.get_ref("stands")?.as_str()?)?;
                if !matches!(row.get("known")?, 0_i64 | 1) {
                    self.find(FindingKind::State, "account", Some(account_no), "is neither confirmed nor not");
                }
                for (column, what) in
                    [("opened_here_at", "the time of its opening"), ("as_of", "the time of its figures")]
                {
                    if let Some(at) = row.get::<_, Option<i64>>(column)? {
                        self.time("account", account_no, what, at);
                    }
                }
                self.lane(account_no)
            };
            if let Err(error) = look() {
                self.find(FindingKind::Unreadable, "account", Some(account_no), said(&error));
            }
            if !self.goes_on() {
                break;
            }
        }
        Ok(())
    }

    fn seal(&mut self, row: &rusqlite::Row<'_>, account_no: i64) -> rusqlite::Result<()> {
        if row.get::<_, Option<i64>>(SEALED_COUNT)? != Some(seal_of(row)?) {
            let what = "the figures, or whose they are, are not what was sealed";
            self.find(FindingKind::Seal, "account", Some(account_no), what);
        }
        Ok(())
    }

    /// A lane stands where the first of its operations does that has begun, or else the first of all.
    fn lane(&mut self, account_no: i64) -> rusqlite::Result<()> {
        let conn = self.view.conn;
        let mut lanes = conn.prepare_cached(
            "SELECT l.state, l.provider = a.provider, a.opened_here_at IS NOT NULL AND NOT a.confirmed, l.wanted
             FROM lane l JOIN account a ON a.account_no = l.lane_no WHERE l.lane_no = ?1",
        )?;
        let lane = lanes.query_row([account_no], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, bool>(1)?, row.get::<_, bool>(2)?, row.get::<_, bool>(3)?))
        });
        let Some((stands, same, unopened, wanted)) = lane.optional()? else {
            self.find(FindingKind::Lane, "lane", Some(account_no), "the account has no lane");
            return Ok(());
        };
        if !same {
            self.find(FindingKind::Lane, "lane", Some(account_no), "is another remote's than its account");
        }
        let mut heads = conn.prepare_cached(
            "SELECT state, kind FROM operation WHERE lane_no = ?1 AND holding = 1
             ORDER BY state = 'queued', op_no LIMIT 1",
        )?;
        let head = heads
            .query_row([account_no], |row| {
                Ok((
                    parsed::<State>(row.get_ref(0)?.as_str()?)?,
                    parsed::<crate::model::Kind>(row.get_ref(1)?.as_str()?)?,
                ))
            })
            .optional()?;
        let mut applied = conn.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM operation WHERE lane_no = ?1 AND open = 1 AND state = 'applied')",
        )?;
        let fits = match (head, stands.as_str()) {
            (Some((State::Queued, kind)), "held") => unopened && !kind.opens(),
            // Idle: the request to undo it is on the wire.
            (Some((State::Reversing, _)), stands) => stands != "held",
            (Some((State::Queued | State::InDoubt, _)), stands) => stands == "ready",
            (Some((State::Parked | State::Rejected, _)), stands) => stands == "held",
            (Some(_), stands) => stands == "idle",
            // Its figures are to be read, or it is found out in the next turn that there is nothing to do.
            (None, "ready") => true,
            (None, stands) => {
                stands == "idle" && !wanted && !applied.query_row([account_no], |row| row.get::<_, bool>(0))?
            }
        };
        if !fits {
            let head = head.map_or("nothing", |(state, _)| state.as_str());
            self.find(FindingKind::Lane, "lane", Some(account_no), format!("is {stands}, and {head} is at its head"));
        }
        Ok(())
    }
}
