//! Moving operations to the remote and its figures back, in steps without threads.
//!
//! [`Engine`] owns the book and does everything in [`Engine::turn`]s: answers in, one commit, exchanges out. It never
//! sends by itself: threads (`worker`), a host's own loop or a test carry the exchanges out and bring the answers back.

mod call;
mod caller;
mod claim;
#[cfg(test)]
mod claim_cost;
mod coupons;
mod desk;
mod doubt;
mod engine;
mod exceptions;
mod hall;
mod job;
mod keeping;
mod kept;
mod key_life;
mod levels;
mod looks;
mod members;
mod numbers;
mod old_copy;
mod opening;
mod outage;
mod pacing;
mod people;
mod policy;
mod promise;
mod pull;
mod read;
mod reckon;
mod records;
mod recover;
mod repeat;
mod retarget;
mod returns;
mod settle;
mod shown;
mod status;
mod tokens;
mod write;

mod worker;

pub(crate) use call::receipt;
pub(crate) use caller::{Caller, Step};
pub(crate) use engine::Engine;
#[cfg(feature = "steps")]
pub(crate) use engine::{Answered, Scope};
pub(crate) use exceptions::exceptions;
pub(crate) use job::{Ask, AskAnswer};
pub(crate) use kept::Kept;
pub(crate) use numbers::numbers_left;
pub(crate) use pacing::Condition;
pub(crate) use people::waiting_for_people;
pub use people::{Resolution, WaitingOperation};
pub(crate) use retarget::retargets;
pub use retarget::{Orphan, Retarget, Retargeted};
pub(crate) use shown::card_shown;
pub use status::{Link, RemoteStatus, SyncStatus};
pub use tokens::TokenSource;
pub(crate) use worker::{Runtime, TURN_AGAIN};
