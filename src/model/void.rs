//! Who takes back what has not reached the remote.

use super::act::Context;
use super::check::short_text;
use super::operation::OpId;
use crate::error::Result;

/// A call that is to be cancelled, and by whom: the line that takes it back counts for that operator and shift in the totals,
/// since the cash is handed back from their drawer. Where none is said it counts for the operation's own.
///
/// An operation's name alone will do wherever one is asked for: `till.void("4711")`.
///
/// ```
/// let void = tillbook::Void::new("4711").operator("Bob").shift("2").reason("the customer has changed her mind");
/// # let _: tillbook::Void = "4711".into();
/// # drop(void);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Void {
    op_id: String,
    operator: Option<String>,
    supervisor: Option<String>,
    shift: Option<String>,
    reason: Option<String>,
}

impl Void {
    /// Of the operation that was called so.
    #[must_use]
    pub fn new(op_id: impl Into<String>) -> Void {
        Void { op_id: op_id.into(), operator: None, supervisor: None, shift: None, reason: None }
    }

    /// Who works the till now, at most 64 characters.
    #[must_use]
    pub fn operator(mut self, operator: impl Into<String>) -> Void {
        self.operator = Some(operator.into());
        self
    }

    /// Who stands behind it, at most 64 characters.
    #[must_use]
    pub fn supervisor(mut self, supervisor: impl Into<String>) -> Void {
        self.supervisor = Some(supervisor.into());
        self
    }

    /// The shift now, at most 64 characters.
    #[must_use]
    pub fn shift(mut self, shift: impl Into<String>) -> Void {
        self.shift = Some(shift.into());
        self
    }

    /// Why, at most 200 characters.
    #[must_use]
    pub fn reason(mut self, reason: impl Into<String>) -> Void {
        self.reason = Some(reason.into());
        self
    }

    pub(crate) fn check(self) -> Result<(OpId, Context)> {
        let text = |field, text: Option<String>, most| text.map(|text| short_text(field, text, most)).transpose();
        let context = Context {
            operator: text("operator", self.operator, 64)?,
            supervisor: text("supervisor", self.supervisor, 64)?,
            shift: text("shift", self.shift, 64)?,
            reason: text("reason", self.reason, 200)?,
            ..Context::default()
        };
        Ok((OpId::new(self.op_id)?, context))
    }
}

impl<T: Into<String>> From<T> for Void {
    fn from(op_id: T) -> Void {
        Void::new(op_id)
    }
}
