//! The C ABI of tillbook: C, C++ and C# programs link it and trade. `include/tillbook.h` is made from this crate and is
//! what its users read; `docs/c-abi.md` tells how to link it.
//!
//! This is the only code of the product that is `unsafe`, and it decides nothing: every exported function is a guard
//! around reading its arguments, one call of [`tillbook::Till`], and writing the result.
//!
//! - `guard`: no panic gets out; a forked process is told.
//! - `handle`: opaque pointers are keys; a stale one is not found.
//! - `sized`, `text`: structs and strings across releases and languages.
//! - `fault`, `error`: what went wrong, as a code and as an error with words.
//! - Everything else is one page of the header each.
#![allow(non_camel_case_types, reason = "the names of C")]
#![allow(clippy::missing_safety_doc, reason = "the header's conventions hold for all of them, and are told once")]

mod abi;
mod backup;
mod book;
mod call;
mod call_cards;
mod call_points;
mod call_trade;
mod cards;
mod catalogue;
mod check;
mod codes;
mod config;
mod coupons;
mod error;
mod exceptions;
mod fault;
mod guard;
mod handle;
mod history;
mod json;
mod keeping;
mod labels;
mod list;
mod log;
mod members;
mod money;
mod open;
mod opening;
mod people;
mod policy;
mod preload;
mod receipt;
mod refusal;
mod reports;
mod search;
mod secret;
mod sized;
mod sync;
mod text;
mod tokens;
mod transport;
mod void;
mod watch;

pub use abi::*;
pub use backup::*;
pub use book::*;
pub use call::*;
pub use call_cards::*;
pub use call_points::*;
pub use call_trade::*;
pub use cards::*;
pub use catalogue::*;
pub use check::*;
pub use codes::*;
pub use config::*;
pub use coupons::*;
pub use error::*;
pub use exceptions::*;
pub use history::*;
pub use keeping::*;
pub use labels::*;
pub use log::*;
pub use members::*;
pub use money::*;
pub use open::*;
pub use opening::*;
pub use people::*;
pub use policy::*;
pub use preload::*;
pub use receipt::*;
pub use refusal::*;
pub use reports::*;
pub use search::*;
pub use sync::*;
pub use text::*;
pub use tokens::*;
pub use transport::*;
pub use void::*;
pub use watch::*;
