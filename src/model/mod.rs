//! The model: what is decided, and nothing of how it is stored or sent. No SQL, no HTTP, no clock.

use crate::error::{Error, Result};

mod act;
mod balance;
mod card;
mod check;
mod coupon;
mod decide;
mod entry;
mod findings;
mod kept;
mod member;
mod notice;
mod operation;
mod order;
mod policy;
mod pricing;
mod receipt;
#[macro_use]
mod request;
mod request_points;
mod request_trade;
mod salvaged;

pub(crate) use act::{Act, Checked, Context};
pub use balance::{Balance, Balances};
pub(crate) use balance::{Base, Effect, OpenEffect};
pub use card::{Card, CardAccount, CardNumber, CardStatus, Gender, Holder, Level, PayType, RechargeRule, RechargeWhen};
pub(crate) use card::{Phone, mask_phone};
pub(crate) use check::{amount, short_text};
pub use coupon::{
    Coupon, CouponEffect, CouponRule, CouponScope, CouponStatus, CouponTemplate, CouponValidation, Named, RuleVerdict,
    Validity,
};
pub(crate) use coupon::{CouponCase, coupon_given, validate};
pub(crate) use decide::{Decision, Knowledge, decide, fit_funds, predict};
pub use entry::{Entry, HistoryLine, HistoryPage, HistoryQuery};
pub use findings::{CheckOptions, CheckProgress, CheckReport, Finding, FindingKind, Severity};
pub use kept::{Forgotten, HouseKept, Retention};
pub use member::{Member, MemberPage, PointsPage, PointsRecord, PointsStatistics};
pub use notice::{Notice, NoticeKind};
pub(crate) use operation::named;
pub use operation::{Evidence, Family, Kind, OpId, State};
pub use order::OrderLine;
pub(crate) use order::{Sold, check_return, left_of};
pub(crate) use policy::{Exposure, OfflineCase, check_card, check_offline};
pub use policy::{Headroom, OfflinePolicy, Refusal};
pub use pricing::RateSource;
pub use receipt::{Confirmation, Promise, Receipt, Told};
pub use request::{Consume, Delivery, Modify, OpenCard, Recharge, RedeemPoints, Request};
pub use request_points::{
    AccruePoints, AdjustPoints, CarryOverPoints, Register, ReturnPoints, ReturnPointsOfOrder, UpdatePoints,
};
pub use request_trade::{AddCouponTemplate, GiveCoupon, PushOrder, RedeemCoupon, ReturnOrder, SetCouponStatus};
pub use salvaged::{SalvageReport, SalvagedTable};
