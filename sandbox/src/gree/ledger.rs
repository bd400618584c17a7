//! The platform's own account of what took effect, which no client can see or spoil.

use serde::Serialize;

/// What a write was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LedgerKind {
    /// A member was registered.
    Register,
    /// Points were changed (3.3).
    ScoreChange,
    /// A change of points was undone, wholly or to a stated number (3.4.1).
    Rollback,
    /// A change of points was undone for some items (3.4.2).
    PartRollback,
    /// An order was stored (4.1).
    Order,
    /// All of an order came back (4.2).
    WholeReturn,
    /// A part of an order came back (4.3).
    PartReturn,
    /// A coupon template was made (5.1).
    Template,
    /// A coupon was given; one line for each (5.2).
    GiveCoupon,
    /// A coupon's status was set (5.3).
    CouponStatus,
    /// A coupon was used; one line for each (5.4).
    UseCoupon,
    /// A text message went out (6.1).
    Sms,
    /// A member was blocked.
    Block,
    /// A member was unblocked.
    Unblock,
}

/// Who wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A client of the interface.
    Api,
    /// Somebody else: the platform's office, or a till that is no client of this sandbox.
    Elsewhere,
}

/// One write that took effect. Over all lines of a member the changes add up to its figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LedgerLine {
    /// Its place in the ledger, counted from 1.
    pub seq: u64,
    /// When, in epoch milliseconds.
    pub at_ms: i64,
    /// What it was.
    pub kind: LedgerKind,
    /// The member's open id, if it is about one.
    pub member: Option<String>,
    /// The phone: the member's, or the one that a text message went to; empty if there is none.
    pub phone: String,
    /// What it did to the points.
    pub points_change: i64,
    /// What it did to the activity points.
    pub activity_change: i64,
    /// What it did to the growth.
    pub growth_change: i64,
    /// The order's amount in fen; below nothing for a return.
    pub money_fen: i64,
    /// The coupon's number, as the client knows it.
    pub coupon_code: Option<String>,
    /// The order's number: its own, the one a coupon was used for, or the `out_biz_no` of a change of points.
    pub order_no: Option<String>,
    /// What the client tells writes apart by: `change_id`, `order_no`, `coupon_number`, `third_coupon_id` or phone.
    pub wire_key: Option<String>,
    /// The statement that a change of points left.
    pub statement_id: Option<String>,
    /// The member's points after it.
    pub points: i64,
    /// The member's growth after it.
    pub growth: i64,
    /// Who wrote.
    pub source: Source,
}
