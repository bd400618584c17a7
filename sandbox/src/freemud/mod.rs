//! Freemud's member platform, as its document describes it.
//!
//! [`Freemud`] is one merchant's members there: their points, coupons and channels, and a ledger of every write that took
//! effect. It has neither clock nor socket: [`Freemud::handle`] is told the time and answers one request, signed if it
//! was given a key. What the document leaves open is a field of [`Settings`]. The platform also calls the merchant:
//! [`Push`] builds what it would send.
//!
//! ```
//! use tillbook_sandbox::freemud::{Freemud, NewMember, Settings, request};
//!
//! let mut freemud = Freemud::new(Settings::default());
//! let member = freemud.seed(1_700_000_000_000, NewMember::new("13800000000").with_points(100))?;
//! let body = format!(
//!     r#"{{"memberId":"{member}","score":8,"operationType":1,"idempotencyBussinessId":"k1"}}"#
//! );
//! let request = request(freemud.settings(), None, "score/opt/15", "t1", &body);
//! let response = freemud.handle(1_700_000_060_000, &request);
//! assert!(response.text().contains(r#"\"currentScore\":92"#));
//! assert_eq!(freemud.ledger().last().map(|line| line.points_change), Some(-8));
//! # Ok::<(), tillbook_sandbox::freemud::StatusCode>(())
//! ```

mod api;
mod endpoint;
mod envelope;
mod key;
mod ledger;
mod list;
mod member;
mod office;
mod push;
mod scores;
mod settings;
mod state;
mod status;

pub use endpoint::{Endpoint, UnknownEndpoint};
pub use envelope::{error_answer, request, signed_text};
pub use key::{
    BadKey, PrivateKey, PublicKey, TEST_CLIENT_KEY_PEM, TEST_CLIENT_PUBLIC_KEY_PEM, TEST_PLATFORM_KEY_PEM,
    TEST_PLATFORM_PUBLIC_KEY_PEM,
};
pub use ledger::{LedgerKind, LedgerLine, Source};
pub use member::{Channel, Coupon, MemberView, NewMember, Sex};
pub use office::Office;
pub use push::{PointsPush, Push};
pub use settings::{AmountUnit, ExistingPhone, Settings};
pub use state::Freemud;
pub use status::StatusCode;
