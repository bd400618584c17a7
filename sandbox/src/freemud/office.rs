//! What happens at the platform without the client: the merchant's other systems, and people.

use super::ledger::{LedgerKind, Source};
use super::member::{Coupon, Member, NewMember};
use super::state::{Context, DynamicCode, Freemud, Posting};
use super::status::StatusCode;

/// Another system or a person at the platform.
#[derive(Debug)]
pub struct Office<'a> {
    freemud: &'a mut Freemud,
    context: Context,
}

impl Freemud {
    /// Puts a member into the system, and tells the id.
    ///
    /// # Errors
    /// [`StatusCode::PhoneTaken`], or [`StatusCode::BadParameter`] for an id that is taken, no phone or negative points.
    pub fn seed(&mut self, now_ms: i64, member: NewMember) -> Result<String, StatusCode> {
        self.office(now_ms, "seed").add_member(member)
    }

    /// The platform at a moment, in somebody's hands.
    pub fn office(&mut self, now_ms: i64, who: &str) -> Office<'_> {
        let context = Context { now_ms, source: Source::Office { who: who.to_owned() } };
        Office { freemud: self, context }
    }
}

impl Office<'_> {
    /// Registers a member elsewhere, and tells the id.
    ///
    /// # Errors
    /// [`StatusCode::PhoneTaken`], or [`StatusCode::BadParameter`] for an id that is taken, no phone or negative points.
    pub fn add_member(&mut self, member: NewMember) -> Result<String, StatusCode> {
        self.freemud.admit(&self.context, member)
    }

    /// Changes a member's points, with one of the document's operation types.
    ///
    /// # Errors
    /// [`StatusCode::NoSuchMember`] or [`StatusCode::NotEnoughPoints`].
    pub fn change_points(&mut self, member_id: &str, change: i64, operation_type: i64) -> Result<(), StatusCode> {
        let posting = Posting::new(LedgerKind::Office, operation_type, change);
        self.freemud.post(&self.context, member_id, posting)
    }

    /// Disables a member or lets it in again.
    ///
    /// # Errors
    /// [`StatusCode::NoSuchMember`].
    pub fn set_active(&mut self, member_id: &str, active: bool) -> Result<(), StatusCode> {
        self.edit(member_id, |member| member.active = active)
    }

    /// Gives a member a coupon.
    ///
    /// # Errors
    /// [`StatusCode::NoSuchMember`].
    pub fn give_coupon(&mut self, member_id: &str, coupon: Coupon) -> Result<(), StatusCode> {
        self.edit(member_id, |member| member.coupons.push(coupon))
    }

    /// Shows a dynamic code on the member's phone that is good for so long.
    ///
    /// # Errors
    /// [`StatusCode::NoSuchMember`].
    pub fn show_code(&mut self, member_id: &str, code: &str, life_ms: i64) -> Result<(), StatusCode> {
        self.freemud.existing(member_id)?;
        let until_ms = self.context.now_ms.saturating_add(life_ms);
        let code = (code.to_owned(), DynamicCode { member_id: member_id.to_owned(), until_ms });
        self.freemud.codes.extend([code]);
        Ok(())
    }

    /// Forgets that an `idempotencyBussinessId` was ever used, so that a repeat takes effect again; false if it wasn't.
    pub fn forget_key(&mut self, id: &str) -> bool {
        self.freemud.forget(id)
    }

    fn edit(&mut self, member_id: &str, change: impl FnOnce(&mut Member)) -> Result<(), StatusCode> {
        change(self.freemud.members.get_mut(member_id).ok_or(StatusCode::NoSuchMember)?);
        Ok(())
    }
}
