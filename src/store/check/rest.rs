//! Everything else that is stored as text with a form: whether it can still be read.

use serde::de::DeserializeOwned;

use super::{Checkup, said};
use crate::model::{Confirmation, Coupon, CouponTemplate, FindingKind, NoticeKind, RechargeRule};
use crate::store::{from_json, parsed};

type Reader = fn(&str) -> rusqlite::Result<()>;

fn json<T: DeserializeOwned>(text: &str) -> rusqlite::Result<()> {
    from_json::<T>(text).map(drop)
}

fn any_json(text: &str) -> rusqlite::Result<()> {
    json::<serde_json::Value>(text)
}

fn outcome(text: &str) -> rusqlite::Result<()> {
    let known = ["applied", "refused", "not_sent", "not_processed", "unknown", "absent"].contains(&text);
    if known { Ok(()) } else { Err(rusqlite::Error::InvalidQuery) }
}

/// Table, its row's number, the column, what reads it.
const DETAILS: &[(&str, &str, &str, Reader)] = &[
    ("confirmation", "op_no", "body", json::<Confirmation>),
    ("attempt", "attempt_no", "facts", any_json),
    ("attempt", "attempt_no", "outcome", outcome),
    ("look", "look_no", "facts", any_json),
    ("notice", "notice_no", "kind", |text| parsed::<NoticeKind>(text).map(drop)),
    ("recharge_rules", "account_no", "rules", json::<Vec<RechargeRule>>),
    ("coupon", "NULL", "body", json::<Coupon>),
    ("coupon_template", "NULL", "body", json::<CouponTemplate>),
    ("provider", "NULL", "condition", any_json),
    ("policy", "version", "body", any_json),
    ("day_close", "close_no", "body", any_json),
];

impl Checkup<'_> {
    pub(super) fn details(&mut self) -> rusqlite::Result<()> {
        for (table, number, column, read) in DETAILS {
            if let Err(error) = self.column(table, number, column, *read) {
                self.find(FindingKind::Unreadable, table, None, said(&error));
            }
            if self.stopped {
                break;
            }
        }
        Ok(())
    }

    fn column(&mut self, table: &str, number: &str, column: &str, read: Reader) -> rusqlite::Result<()> {
        let sql = format!("SELECT {number}, {column} FROM {table} WHERE {column} IS NOT NULL");
        let mut statement = self.view.conn.prepare(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let number: Option<i64> = row.get(0)?;
            let readable = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from).and_then(read);
            if readable.is_err() {
                self.find(FindingKind::Unreadable, table, number, format!("its {column} can't be read"));
            }
            if !self.goes_on() {
                break;
            }
        }
        Ok(())
    }

    /// A coupon that two operations which stand have used. Somebody else may have set it back in between.
    pub(super) fn coupon_uses(&mut self) -> rusqlite::Result<()> {
        let conn = self.view.conn;
        let mut statement = conn.prepare(
            "SELECT max(o.op_no) FROM operation o LEFT JOIN promise p ON p.op_no = o.op_no
             WHERE o.coupon IS NOT NULL AND o.state NOT IN ('declined', 'voided', 'superseded', 'reversed')
                AND (o.state <> 'written_off' OR p.promise IN ('online_approved', 'offline_approved'))
                AND NOT EXISTS (SELECT 1 FROM operation r WHERE r.original = o.op_no AND r.kind = 'set_coupon_status'
                                AND r.state IN ('applied', 'settled'))
             GROUP BY o.provider, o.coupon HAVING count(*) > 1",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            self.note(FindingKind::Coupon, "operation", row.get(0)?, "its coupon was used before");
            if !self.goes_on() {
                break;
            }
        }
        Ok(())
    }
}
