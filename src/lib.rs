//! An offline-first, embeddable loyalty book for points of sale: member cards, stored value, points, coupons, orders.
//!
//! A cashier's terminal must not stop when the network does. A [`Till`] owns one **book** (a local SQLite file), answers
//! every call at once or within a time-out, and replays what was done to the merchant's remote systems later, each
//! operation once in effect, as far as their interfaces allow it to be known.
//!
//! ```
//! use tillbook::{Consume, ErrorCode, Money, Promise, Till};
//!
//! fn pay(till: &Till, card: &str, total: Money, ticket: &str) -> String {
//!     let consume = Consume::new(card, total).partial(true).ticket(ticket).op_id(format!("sale-{ticket}"));
//!     match till.consume(consume) {
//!         Ok(receipt) => match receipt.promise {
//!             Some(Promise::OnlineApproved) => format!("paid {}, collect {}", receipt.told.from_card, receipt.told.due),
//!             Some(Promise::OfflineApproved) => format!("paid offline {}, collect {}", receipt.told.from_card, receipt.told.due),
//!             Some(Promise::InDoubt) => "hand over nothing, ask again by op_id until receipt.state tells".into(),
//!             _ => "not paid".into(), // declined by the remote, or cancelled
//!         },
//!         Err(error) if error.code() == ErrorCode::Refused => format!("not paid: {error}"),
//!         Err(error) => format!("ask again with the same op_id: {error}"),
//!     }
//! }
//! ```
//!
//! # The model in seven words
//!
//! - An **operation** is one business act at one remote: [`Consume`], [`Recharge`], [`Register`], [`RedeemPoints`],
//!   [`RedeemCoupon`], [`PushOrder`], ... ([`Kind`] has all of them; [`services`] tells who serves them).
//! - Its [`Promise`] is what the cashier was told: recorded once, never changed.
//! - Its [`State`] is where it stands on its way to the remote; asking again shows a newer one.
//! - An **entry** is a line of the book, written with an approving promise ([`Till::history`]).
//! - A card's [`Balances`] are told three ways: confirmed by the remote (as of when), expected with everything still open,
//!   available here and now.
//! - The [`OfflinePolicy`] bounds what is approved without the remote. **An offline approval is the merchant's risk.**
//! - What no rule can settle **waits for a person** ([`Till::waiting`]), with the evidence; it is never settled silently.
//!
//! # Who drives the queue
//!
//! A program with threads calls [`Till::start_worker`] once. A program with a loop of its own calls [`Till::sync`] from it.
//! Online calls work either way: they bring their own threads for as long as they need them.
//!
//! # Features
//!
//! - `http` (default): the built-in [`HttpTransport`]. Without it the host gives a [`Transport`] of its own to
//!   [`TillBuilder::transport`].
//! - `encryption`: books encrypted by SQLCipher, with a key that the host gives ([`TillBuilder::key`]).
//! - `steps`: the till without threads, for simulations. Not for products: it may change with every release.
#![forbid(unsafe_code)]

#[cfg(not(tillbook_mutations))]
#[macro_use]
mod mutation;
#[cfg(tillbook_mutations)]
#[doc(hidden)]
#[macro_use]
pub mod mutation;

mod book;
mod builder;
mod chain_key;
mod clock;
mod config;
mod error;
mod event;
#[cfg(feature = "http")]
mod http;
mod messages;
mod model;
mod provider;
mod secret;
#[cfg(feature = "steps")]
pub mod steps;
mod store;
mod sync;
mod till;
mod transport;
mod units;

pub use book::{Book, BookIdentity, BookStatus, CSV_BOM, Csv, RemoteCondition};
pub use builder::TillBuilder;
pub use chain_key::ChainKey;
pub use clock::{Clock, Entropy, SystemClock, SystemEntropy, Timestamp};
pub use config::{Config, LearnLevels, LevelTerms, Pacing, Remote, Routing};
pub use error::{Error, ErrorCode, ErrorDomain, Result};
#[cfg(feature = "http")]
pub use http::HttpTransport;
pub use messages::Language;
pub use model::{
    AccruePoints, AddCouponTemplate, AdjustPoints, Balance, Balances, Card, CardAccount, CardNumber, CardNumbers,
    CardStatus, CarryOverPoints, Catalogue, CataloguePart, CheckOptions, CheckProgress, CheckReport, Class, Concern,
    Confirmation, Consume, Coupon, CouponEffect, CouponRule, CouponScope, CouponStatus, CouponTemplate,
    CouponValidation, DayClose, Delivery, Entry, Evidence, Exception, ExceptionPage, Family, Figures, Finding,
    FindingKind, Forgotten, Found, FoundCard, Gender, GiveCoupon, Headroom, HistoryItem, HistoryLine, HistoryPage,
    HistoryPull, HistoryQuery, Holder, HouseKept, Kind, LearnedRate, Level, Listed, ListedOperation, Matched, Member,
    MemberPage, Modify, Movement, Named, Notice, NoticeKind, OfflinePolicy, OpId, OpenCard, OrderLine, Outage,
    Overridable, PayType, Period, PointsPage, PointsRecord, PointsStatistics, PolicyVersion, PreloadCards, PreloadEnd,
    PreloadProgress, PreloadQuery, Preloaded, Promise, PushOrder, RateSource, Receipt, Recharge, RechargeRule,
    RechargeWhen, Reconciliation, RecordKind, RedeemCoupon, RedeemPoints, Refusal, Register, RemoteCatalogue,
    RemoteRecord, Request, Retention, ReturnOrder, ReturnPoints, ReturnPointsOfOrder, Room, RuleVerdict, SafeToClose,
    SalvageReport, SalvagedTable, SearchQuery, SetCouponStatus, Severity, State, Tally, Told, Totals, TotalsKey,
    TotalsLine, UpdatePoints, Validity, Void,
};
pub use provider::{
    CouponFeeUnits, DiscountMeans, FeeUnit, FreemudAmountUnit, FreemudConfig, FreemudRegisterType, FreemudType,
    FreemudTypes, GreeCodes, GreeConfig, GreeEvents, Guarantee, ListForm, OfflineAmount, OutBizNo, PartChangeId,
    SandyConfig, Service, Verb, YonyouConfig, services,
};
pub use secret::SecretSource;
pub use store::{BackupProgress, RestoreReport, sqlite_version};
pub use sync::{
    Link, Orphan, RemoteStatus, Resolution, Retarget, Retargeted, SyncStatus, TokenSource, WaitingOperation,
};
pub use till::{BackupOptions, BackupReport, Restore, Till, salvage};
pub use transport::{HttpMethod, HttpRequest, HttpResponse, Transport, TransportFailure};
pub use units::{Money, Points, Rate, Rounding, RoundingMode, RoundingUnit};

/// The code in README and guide compiles.
#[cfg(doctest)]
mod guides {
    #[doc = include_str!("../README.md")]
    struct Readme;
    #[doc = include_str!("../docs/integrating.md")]
    struct Integrating;
    #[doc = include_str!("../docs/policy.md")]
    struct Policy;
    #[doc = include_str!("../docs/remotes.md")]
    struct Remotes;
}
