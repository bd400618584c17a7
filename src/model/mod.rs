//! The model: what is decided, and nothing of how it is stored or sent. No SQL, no HTTP, no clock.

use crate::error::{Error, Result};

mod act;
mod balance;
mod card;
mod catalogue;
mod check;
mod coupon;
mod decide;
mod entry;
mod exception;
mod findings;
mod headroom;
mod kept;
mod ladder;
mod member;
mod notice;
mod numbers;
mod operation;
mod order;
mod policy;
mod preload;
mod pricing;
mod receipt;
mod record;
mod refusal;
mod report;
#[macro_use]
mod request;
mod request_points;
mod request_trade;
mod salvaged;
mod search;
mod void;

pub(crate) use act::{Act, Checked, Context};
pub use balance::{Balance, Balances};
pub(crate) use balance::{Base, Effect, OpenEffect};
pub use card::{Card, CardAccount, CardNumber, CardStatus, Gender, Holder, Level, PayType, RechargeRule, RechargeWhen};
pub(crate) use card::{Phone, mask_phone};
pub use catalogue::{Catalogue, CataloguePart, LearnedRate, RemoteCatalogue};
pub(crate) use check::{amount, short_text};
pub use coupon::{
    Coupon, CouponEffect, CouponRule, CouponScope, CouponStatus, CouponTemplate, CouponValidation, Named, RuleVerdict,
    Validity,
};
pub(crate) use coupon::{CouponCase, coupon_given, validate};
pub(crate) use decide::{Approval, Decision, Knowledge, decide, decide_sent, fit_funds, predict};
pub use entry::{Entry, HistoryItem, HistoryLine, HistoryPage, HistoryQuery, RemoteRecord};
pub use exception::{Exception, ExceptionPage, Listed};
pub use findings::{CheckOptions, CheckProgress, CheckReport, Finding, FindingKind, Severity};
pub(crate) use headroom::OfCard;
pub use headroom::{Headroom, Room};
pub use kept::{Forgotten, HouseKept, Retention};
pub(crate) use ladder::{Exposure, OfflineCase, check_card};
pub use member::{Member, MemberPage, PointsPage, PointsRecord, PointsStatistics};
pub use notice::{Notice, NoticeKind};
pub use numbers::CardNumbers;
pub(crate) use operation::named;
pub use operation::{Evidence, Family, Kind, OpId, State};
pub use order::OrderLine;
pub(crate) use order::{Sold, check_return, left_of};
pub(crate) use policy::TIME;
pub use policy::{OfflinePolicy, Overridable, PolicyVersion};
pub use preload::{PreloadCards, PreloadEnd, PreloadProgress, PreloadQuery, Preloaded};
pub(crate) use preload::{PreloadCursor, PreloadPlan};
pub use pricing::RateSource;
pub use receipt::{Confirmation, Promise, Receipt, Told};
pub use record::{HistoryPull, RecordKind};
pub use refusal::Refusal;
pub(crate) use report::LISTED;
pub use report::{
    Class, Concern, DayClose, Figures, ListedOperation, Movement, Outage, Period, Reconciliation, SafeToClose, Tally,
    Totals, TotalsKey, TotalsLine,
};
pub use request::{Consume, Delivery, Modify, OpenCard, Recharge, RedeemPoints, Request};
pub use request_points::{
    AccruePoints, AdjustPoints, CarryOverPoints, Register, ReturnPoints, ReturnPointsOfOrder, UpdatePoints,
};
pub use request_trade::{AddCouponTemplate, GiveCoupon, PushOrder, RedeemCoupon, ReturnOrder, SetCouponStatus};
pub use salvaged::{SalvageReport, SalvagedTable};
pub use search::{Found, FoundCard, Matched, SearchQuery};
pub(crate) use search::{Search, fold, is_phone, mask_middle, mask_name};
pub use void::Void;
