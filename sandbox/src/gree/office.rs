//! What happens on the platform without the client: its office, and the tills of other shops.

use super::coupon::{CouponStatus, Gift, NewTemplate};
use super::errcode::{Errcode, Refusal};
use super::ledger::{LedgerKind, Source};
use super::member::Profile;
use super::order::NewOrder;
use super::points::{Movement, StatementKind};
use super::state::{Context, Gree, Posting};
use super::token::TokenPair;

/// Somebody else at a moment: a person at the platform, or a till that is no client of this sandbox.
///
/// Members are named by open id or phone. What is done here needs no token and no signature, and takes no quota.
#[derive(Debug)]
pub struct Office<'a> {
    platform: &'a mut Gree,
    context: Context,
}

impl Gree {
    /// Somebody else at a moment (epoch milliseconds).
    pub fn office(&mut self, now_ms: i64) -> Office<'_> {
        Office { platform: self, context: Context { now_ms, source: Source::Elsewhere } }
    }
}

impl Office<'_> {
    /// New tokens, as if another holder of the credentials had asked for them.
    pub fn issue_tokens(&mut self) -> TokenPair {
        self.platform.new_tokens(self.context.now_ms)
    }

    /// Ends every access token.
    pub fn expire_tokens(&mut self) {
        self.platform.tokens.expire_access();
    }

    /// Ends every refresh token.
    pub fn expire_refresh_tokens(&mut self) {
        self.platform.tokens.expire_refresh();
    }

    /// Takes in a member with points and growth, and answers the open id.
    ///
    /// # Errors
    /// [`Errcode::BadParameter`] if the phone is a member's already or a figure is negative.
    pub fn add_member(&mut self, phone: &str, profile: Profile, score: i64, growth: i64) -> Result<String, Refusal> {
        if self.platform.member(phone).is_some() || phone.is_empty() || score < 0 || growth < 0 {
            return Err(Errcode::BadParameter.into());
        }
        self.platform.register(&self.context, phone, profile, (score, growth))
    }

    /// Has every call about a member refused with 110003, until it is lifted.
    ///
    /// # Errors
    /// [`Errcode::NoSuchMember`].
    pub fn block(&mut self, member: &str, blocked: bool) -> Result<(), Refusal> {
        let open_id = self.open_id(member)?;
        if let Some(member) = self.platform.members.get_mut(&open_id) {
            member.blocked = blocked;
        }
        let kind = if blocked { LedgerKind::Block } else { LedgerKind::Unblock };
        self.platform.post(&self.context, Posting::new(kind, Some(&open_id)))
    }

    /// Adds points, or takes them away below nothing. Answers the statement's id.
    ///
    /// # Errors
    /// [`Errcode::NoSuchMember`] or [`Errcode::NotEnoughPoints`].
    pub fn change_points(&mut self, member: &str, points: i64, reason: &str) -> Result<String, Refusal> {
        let mut posting = Posting::new(LedgerKind::ScoreChange, Some(&self.open_id(member)?));
        posting.points_change = points;
        let movement = Movement {
            posting,
            kind: StatementKind::Change,
            description: reason.to_owned(),
            order_amount_fen: None,
            change_id: None,
        };
        self.platform.move_points(&self.context, movement)
    }

    /// Stores an order without items that gives points, and answers the platform's id of it.
    ///
    /// # Errors
    /// [`Errcode::NoSuchMember`], [`Errcode::BadParameter`] for a negative figure, or a taken number where numbers are
    /// unique.
    pub fn sell(&mut self, member: &str, order_no: &str, amount_fen: i64, score: i64) -> Result<i64, Refusal> {
        if amount_fen < 0 || score < 0 {
            return Err(Errcode::BadParameter.into());
        }
        let open_id = self.open_id(member)?;
        let consumed_ms = self.context.now_ms;
        let order = NewOrder { open_id, order_no: order_no.to_owned(), amount_fen, items: Vec::new(), consumed_ms };
        self.platform.sell(&self.context, order, score)
    }

    /// Forgets a `change_id`, so that it can be used again and no rollback finds its change. Whether it was known.
    pub fn forget_key(&mut self, change_id: &str) -> bool {
        self.platform.change_keys.remove(change_id).is_some()
    }

    /// Makes a coupon template, and answers the platform's id of it.
    ///
    /// # Errors
    /// [`Errcode::CouponNotMade`] for terms that can't be.
    pub fn add_template(&mut self, terms: NewTemplate) -> Result<i64, Refusal> {
        self.platform.make_template(&self.context, terms)
    }

    /// Gives a member coupons under these numbers, all or none.
    ///
    /// # Errors
    /// [`Errcode::NoSuchMember`], [`Errcode::NoSuchTemplate`] or [`Errcode::CouponNotMade`].
    pub fn give_coupons(&mut self, third_coupon_id: &str, member: &str, numbers: &[&str]) -> Result<(), Refusal> {
        let open_id = self.open_id(member)?;
        let gift = |number: &&str| Gift { open_id: open_id.clone(), number: (*number).to_owned() };
        let gifts: Vec<Gift> = numbers.iter().map(gift).collect();
        self.platform.give(&self.context, third_coupon_id, self.context.now_ms, &gifts).map(drop)
    }

    /// Uses a coupon for another till's order.
    ///
    /// # Errors
    /// [`Errcode::NoSuchCoupon`], or [`Errcode::CouponNotUpdated`] if it can't be used now.
    pub fn use_coupon(&mut self, number: &str, order_no: &str) -> Result<(), Refusal> {
        let place = self.place(number)?;
        let now_ms = self.context.now_ms;
        if !self.platform.coupons.get(place).is_some_and(|coupon| coupon.is_usable(now_ms)) {
            return Err(Errcode::CouponNotUpdated.into());
        }
        self.platform.spend_coupon(&self.context, place, order_no, now_ms)
    }

    /// Sets a coupon's status.
    ///
    /// # Errors
    /// [`Errcode::NoSuchCoupon`].
    pub fn set_coupon_status(&mut self, number: &str, status: CouponStatus) -> Result<(), Refusal> {
        let place = self.place(number)?;
        self.platform.set_status(&self.context, place, status)
    }

    /// The code that a phone was sent last and that wasn't used yet.
    #[must_use]
    pub fn sms_code(&self, phone: &str) -> Option<&str> {
        self.platform.sms.get(phone)?.code.as_deref()
    }

    fn open_id(&self, member: &str) -> Result<String, Refusal> {
        Ok(self.platform.member(member).ok_or(Errcode::NoSuchMember)?.open_id.clone())
    }

    fn place(&self, number: &str) -> Result<usize, Refusal> {
        Ok(self.platform.coupon_places.get(number).copied().ok_or(Errcode::NoSuchCoupon)?)
    }
}
