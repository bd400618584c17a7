//! Yonyou's points interface, as its document describes it.
//!
//! [`Yonyou`] is one enterprise's members' points, and a ledger of every write that took effect. It has neither clock nor
//! socket: [`Yonyou::handle`] is told the time and answers one request. What the document leaves open is a field of
//! [`Settings`].
//!
//! ```
//! use tillbook_sandbox::yonyou::{Settings, Yonyou, change_request};
//!
//! let mut yonyou = Yonyou::new(Settings::default());
//! yonyou.seed(1_700_000_000_000, "34", 1_000)?;
//! let token = yonyou.office(1_700_000_000_000, "seed").issue_token();
//! let body = r#"[{"mid":"34","action_type":"5","ori_money":"100","calc_money":"100","ori_points":"0",
//!     "multiple":"2","extra_points":"20","source_code":"201512120000001"}]"#;
//! let response = yonyou.handle(1_700_000_060_000, &change_request(yonyou.settings(), &token, body));
//! assert!(response.text().contains(r#""before_points":1000,"calc_points":220,"after_points":1220"#));
//! assert_eq!(yonyou.ledger().last().map(|line| line.points_change), Some(220));
//! # Ok::<(), tillbook_sandbox::yonyou::Errcode>(())
//! ```

mod api;
mod change;
mod endpoint;
mod errcode;
mod ledger;
mod office;
mod settings;
mod state;
mod token;

pub use api::{change_request, error_answer, token_request};
pub use endpoint::Endpoint;
pub use errcode::Errcode;
pub use ledger::{Action, LedgerLine, Source};
pub use office::{Failure, Office};
pub use settings::{AnswerForm, Settings};
pub use state::Yonyou;
