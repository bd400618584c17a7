//! The "Gree member platform", as its document describes it.
//!
//! [`Gree`] is the whole platform for one client application: tokens and their quotas, members, points with their
//! statements, orders and returns, coupons, text message codes, and a ledger of every write that took effect. It has
//! neither clock nor socket nor source of chance: [`Gree::handle`] is told the time and answers one request, and every id
//! and token comes from a counter. What the document leaves open, or says twice, is a field of [`Settings`].
//!
//! ```
//! use tillbook_sandbox::gree::{self, Gree, Profile, Settings};
//!
//! let now_ms = 1_632_654_222_704;
//! let mut platform = Gree::new(Settings::default());
//! let token = platform.office(now_ms).issue_tokens().access_token;
//! platform.office(now_ms).add_member("15980947959", Profile::new("张三"), 0, 0)?;
//! let body = r#"{"open_id":"15980947959","score":20,"change_reason":"add","change_event":"event_add","change_id":"1","out_biz_no":"2"}"#;
//! let request = gree::request(platform.settings(), &token, now_ms, "wk.user.event.score.change", body);
//! assert!(platform.handle(now_ms, &request).text().contains(r#""success":true"#));
//! assert_eq!(platform.member("15980947959").map(|member| member.score), Some(20));
//! # Ok::<(), gree::Refusal>(())
//! ```

mod answer;
mod api;
mod coupon;
mod coupon_calls;
mod endpoint;
mod errcode;
mod fields;
mod ledger;
mod member;
mod member_calls;
mod office;
mod order;
mod order_calls;
mod points;
mod points_calls;
mod settings;
mod sign;
mod sms;
mod state;
mod token;

pub use answer::refusal_answer;
pub use coupon::{Coupon, CouponStatus, NewTemplate, Template, Validity};
pub use endpoint::{Endpoint, UnknownEndpoint};
pub use errcode::{Errcode, Refusal};
pub use ledger::{LedgerKind, LedgerLine, Source};
pub use member::{Member, Profile};
pub use office::Office;
pub use order::{Order, OrderItem, OrderKind};
pub use points::{Statement, StatementKind};
pub use settings::{Direction, FeeUnit, Level, OrderGrowth, PartChangeId, RegisterExisting, Settings, WrongCode};
pub use sign::{request, sign};
pub use state::Gree;
pub use token::TokenPair;
