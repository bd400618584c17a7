//! Members' coupons and what they are made from.

use rusqlite::OptionalExtension;

use super::{OpRow, Tx, View, from_json, to_json};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::model::{Coupon, CouponTemplate};

impl View<'_> {
    /// An account's coupons, by code.
    pub(crate) fn coupons(&self, provider: &str, account_no: i64) -> Result<Vec<Coupon>> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT body FROM coupon WHERE account_no = ?1 AND provider = ?2 ORDER BY code")?;
        let rows = statement.query_map((account_no, provider), |row| from_json(row.get_ref(0)?.as_str()?))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// A coupon and the account it belongs to.
    pub(crate) fn coupon(&self, provider: &str, code: &str) -> Result<Option<(i64, Coupon)>> {
        let mut statement =
            self.conn.prepare_cached("SELECT account_no, body FROM coupon WHERE provider = ?1 AND code = ?2")?;
        let row = statement.query_row((provider, code), |row| Ok((row.get(0)?, from_json(row.get_ref(1)?.as_str()?)?)));
        Ok(row.optional()?)
    }

    /// The operation of this till that uses a coupon, unless that came to nothing or was undone since.
    pub(crate) fn use_of_coupon(&self, code: &str, except: Option<i64>) -> Result<Option<OpRow>> {
        self.one_operation(
            " WHERE o.coupon = ?1 AND o.op_no IS NOT ?2
                AND o.state NOT IN ('declined', 'voided', 'superseded', 'reversed')
                AND (o.state <> 'written_off' OR p.promise IN ('online_approved', 'offline_approved'))
                AND NOT EXISTS (SELECT 1 FROM operation r WHERE r.original = o.op_no AND r.kind = 'set_coupon_status'
                                AND r.state IN ('applied', 'settled'))
              ORDER BY o.op_no DESC LIMIT 1",
            (code, except),
        )
    }

    /// The merchant's own identifier of a template that the remote calls this.
    pub(crate) fn template_called(&self, provider: &str, remote_id: &str) -> Result<Option<String>> {
        let mut statement =
            self.conn.prepare_cached("SELECT id FROM coupon_template WHERE provider = ?1 AND remote_id = ?2")?;
        Ok(statement.query_row((provider, remote_id), |row| row.get(0)).optional()?)
    }

    pub(crate) fn coupon_template(&self, provider: &str, id: &str) -> Result<Option<CouponTemplate>> {
        let mut statement =
            self.conn.prepare_cached("SELECT body FROM coupon_template WHERE provider = ?1 AND id = ?2")?;
        let row = statement.query_row((provider, id), |row| from_json(row.get_ref(0)?.as_str()?));
        Ok(row.optional()?)
    }
}

impl Tx<'_> {
    /// What an account has: all that the remote told of, and what was given here and the remote does not know yet.
    pub(crate) fn set_coupons(&self, provider: &str, account_no: i64, coupons: &[Coupon], at: Timestamp) -> Result<()> {
        self.conn
            .prepare_cached(
                "DELETE FROM coupon WHERE account_no = ?1 AND provider = ?2 AND (given_by IS NULL OR given_by IN
                    (SELECT op_no FROM operation WHERE op_no = given_by AND state IN ('applied', 'settled')))",
            )?
            .execute((account_no, provider))?;
        coupons.iter().try_for_each(|coupon| self.insert_coupon(provider, account_no, coupon, None, at))
    }

    pub(crate) fn insert_coupon(
        &self,
        provider: &str,
        account_no: i64,
        coupon: &Coupon,
        given_by: Option<i64>,
        at: Timestamp,
    ) -> Result<()> {
        self.conn
            .prepare_cached(
                "INSERT INTO coupon (provider, code, account_no, body, given_by, fetched_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (provider, code) DO UPDATE SET account_no = ?3, body = ?4, given_by = ?5, fetched_at = ?6",
            )?
            .execute((provider, &coupon.code, account_no, to_json(coupon)?, given_by, at.millis()))?;
        Ok(())
    }

    /// A coupon that was given here came to nothing.
    pub(crate) fn forget_coupon_given_by(&self, op_no: i64) -> Result<()> {
        self.conn.prepare_cached("DELETE FROM coupon WHERE given_by = ?1")?.execute([op_no])?;
        Ok(())
    }

    pub(crate) fn set_coupon_template(
        &self,
        provider: &str,
        template: &CouponTemplate,
        remote_id: Option<&str>,
        at: Timestamp,
    ) -> Result<()> {
        self.conn
            .prepare_cached(
                "INSERT INTO coupon_template (provider, id, body, remote_id, fetched_at) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (provider, id) DO UPDATE SET body = ?3, remote_id = coalesce(?4, remote_id), fetched_at = ?5",
            )?
            .execute((provider, &template.id, to_json(template)?, remote_id, at.millis()))?;
        Ok(())
    }
}
