//! The model: what is decided, and nothing of how it is stored or sent. No SQL, no HTTP, no clock.

use crate::error::{Error, Result};

mod act;
mod balance;
mod card;
mod decide;
mod entry;
mod notice;
mod operation;
mod policy;
mod pricing;
mod receipt;
mod request;

pub(crate) use act::{Act, Checked, Context, short_text};
pub use balance::{Balance, Balances};
pub(crate) use balance::{Base, Effect, OpenEffect};
pub(crate) use card::Phone;
pub use card::{Card, CardNumber, CardStatus, Gender, Holder, Level, PayType, RechargeRule, RechargeWhen};
pub(crate) use decide::{Decision, Knowledge, decide, fit_funds, predict};
pub use entry::{Entry, HistoryLine, HistoryPage, HistoryQuery};
pub use notice::{Notice, NoticeKind};
pub(crate) use operation::named;
pub use operation::{Evidence, Kind, OpId, State};
pub(crate) use policy::{Exposure, OfflineCase, check_card, check_offline};
pub use policy::{Headroom, OfflinePolicy, Refusal};
pub use pricing::RateSource;
pub use receipt::{Confirmation, Promise, Receipt, Told};
pub use request::{Consume, Delivery, Modify, OpenCard, Recharge, RedeemPoints, Request};
