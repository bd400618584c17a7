//! The "Sandy POS card API", as its document describes it.
//!
//! [`Sandy`] is the merchant's whole member system: cards, their history, and a ledger of every write that took effect.
//! It has neither clock nor socket: [`Sandy::handle`] is told the time and answers one request. What the document leaves
//! open is a field of [`Settings`], so that a client can be tried against every reading.

mod api;
mod book;
mod card;
mod endpoint;
mod errcode;
mod history;
mod ledger;
mod office;
mod pricing;
mod settings;
mod state;

use crate::wire;

pub use crate::rate::Rate;
pub use api::error_answer;
pub use card::{CardStatus, CardView, Gender, NewCard};
pub use endpoint::{Endpoint, UnknownEndpoint};
pub use errcode::Errcode;
pub use history::{HistoryRecord, event};
pub use ledger::{LedgerKind, LedgerLine, Source};
pub use office::{Office, OtherTill};
pub use settings::{
    HistoryOrder, Level, LostCard, ModifyAnswer, PayType, RechargeRule, RuleKind, Settings, ShortBalance,
};
pub use state::Sandy;
