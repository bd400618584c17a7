//! Stand-ins for the remote systems that tillbook talks to, with faults to order.
//!
//! Everything that decides an answer is pure: [`sandy::Sandy`], [`gree::Gree`], [`freemud::Freemud`] and
//! [`yonyou::Yonyou`] turn a [`Request`] and a time into a [`Response`] and hold no clock, socket, thread or source of
//! chance, and [`fault::FaultPlan`] draws from its own seeded generator. A simulator drives them directly.
//! [`server::Server`] puts all of them behind one loopback socket, for tests that want a real connection to break.
//!
//! ```
//! use tillbook_sandbox::sandy::{NewCard, Sandy, Settings};
//! use tillbook_sandbox::Request;
//!
//! let mut sandy = Sandy::new(Settings::default());
//! sandy.seed(1_700_000_000, NewCard::new("M000123", 2).with_balance(10_000, 0))?;
//! let request = Request::api(sandy.settings(), "consume", r#"{"card_id":"M000123","money":100}"#);
//! let response = sandy.handle(1_700_000_060, &request);
//! assert!(response.text().contains(r#""card_money":80.0"#));
//! assert_eq!(sandy.ledger().last().map(|line| line.money_change_fen), Some(-8_000));
//! # Ok::<(), tillbook_sandbox::sandy::Errcode>(())
//! ```

#![forbid(unsafe_code)]

mod beijing;
mod call;
pub mod fault;
pub mod freemud;
pub mod gree;
mod message;
mod rate;
pub mod sandy;
pub mod server;
mod wire;
pub mod yonyou;

pub use call::{Call, System};
pub use message::{Request, Response};
