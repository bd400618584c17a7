//! Faults, and when they strike.
//!
//! A [`Fault`] says what goes wrong with one exchange: whether the request takes effect, when, and what the client gets
//! to see. A [`FaultPlan`] hands faults out, for the calls of any system by their names. Both are pure; the server and a
//! simulator give them the same meaning.
//!
//! ```
//! use tillbook_sandbox::Call;
//! use tillbook_sandbox::fault::{ErrorAnswers, Execution, Fault, FaultPlan, Reply};
//! use tillbook_sandbox::yonyou::{Settings, Yonyou, token_request};
//!
//! let (now_ms, mut yonyou) = (1_700_000_000_000, Yonyou::new(Settings::default()));
//! let mut plan = FaultPlan::new(1);
//! plan.once("system/token", Fault::Answer500);
//!
//! let request = token_request(yonyou.settings());
//! let call = Call::of(&request).ok_or("a call")?;
//! let fault = plan.next(call.endpoint, call.card.as_deref()).ok_or("a fault")?;
//! let answer = (fault.execution() == Execution::Now).then(|| yonyou.handle(now_ms, &request));
//! let Reply::Whole(response) = fault.reply_worded(now_ms / 1_000, answer, &ErrorAnswers::yonyou()) else {
//!     return Err("a whole answer".into());
//! };
//! assert!(response.status == 500 && response.text().contains(r#""errcode":"10001""#));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod kind;
mod plan;
mod reply;

pub use kind::{BadFault, Execution, Fault, RetryAfter};
pub use plan::{FaultPlan, OneShot, Standing};
pub(crate) use reply::http_date;
pub use reply::{ErrorAnswers, Reply};
