//! Faults, and when they strike.
//!
//! A [`Fault`] says what goes wrong with one exchange: whether the request takes effect, when, and what the client gets
//! to see. A [`FaultPlan`] hands faults out. Both are pure; the server and a simulator give them the same meaning.

mod kind;
mod plan;
mod reply;

pub use kind::{BadFault, Execution, Fault, RetryAfter};
pub use plan::{FaultPlan, OneShot, Standing};
pub use reply::Reply;
pub(crate) use reply::http_date;
