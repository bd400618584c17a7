//! Every call by its name. All of them are [`Till::call`].

use crate::error::Result;
use crate::model::{
    AccruePoints, AddCouponTemplate, AdjustPoints, Consume, GiveCoupon, Modify, OpenCard, PushOrder, Receipt, Recharge,
    RedeemCoupon, RedeemPoints, Register, ReturnOrder, ReturnPoints, SetCouponStatus,
};

use super::Till;

impl Till {
    /// Opens a card. See [`Till::call`].
    ///
    /// # Errors
    /// As [`Till::call`].
    pub fn open_card(&self, open: OpenCard) -> Result<Receipt> {
        self.call(open)
    }

    /// Changes a holder's data. See [`Till::call`].
    ///
    /// # Errors
    /// As [`Till::call`].
    pub fn modify(&self, modify: Modify) -> Result<Receipt> {
        self.call(modify)
    }

    /// Puts money on a card. See [`Till::call`].
    ///
    /// # Errors
    /// As [`Till::call`].
    pub fn recharge(&self, recharge: Recharge) -> Result<Receipt> {
        self.call(recharge)
    }

    /// Pays from a card. See [`Till::call`].
    ///
    /// # Errors
    /// As [`Till::call`].
    pub fn consume(&self, consume: Consume) -> Result<Receipt> {
        self.call(consume)
    }

    /// Takes points from a card. See [`Till::call`].
    ///
    /// # Errors
    /// As [`Till::call`].
    pub fn redeem_points(&self, redeem: RedeemPoints) -> Result<Receipt> {
        self.call(redeem)
    }

    /// Registers a member by phone. See [`Till::call`].
    ///
    /// # Errors
    /// As [`Till::call`].
    pub fn register(&self, register: Register) -> Result<Receipt> {
        self.call(register)
    }

    /// Grants points. See [`Till::call`].
    ///
    /// # Errors
    /// As [`Till::call`].
    pub fn accrue_points(&self, accrue: AccruePoints) -> Result<Receipt> {
        self.call(accrue)
    }

    /// Corrects points. See [`Till::call`].
    ///
    /// # Errors
    /// As [`Till::call`].
    pub fn adjust_points(&self, adjust: AdjustPoints) -> Result<Receipt> {
        self.call(adjust)
    }

    /// Undoes an accrual or a redemption of this till, or a part of it. See [`Till::call`].
    ///
    /// # Errors
    /// As [`Till::call`].
    pub fn return_points(&self, back: ReturnPoints) -> Result<Receipt> {
        self.call(back)
    }

    /// Uses a coupon. See [`Till::call`].
    ///
    /// # Errors
    /// As [`Till::call`].
    pub fn redeem_coupon(&self, redeem: RedeemCoupon) -> Result<Receipt> {
        self.call(redeem)
    }

    /// Gives a member a coupon. See [`Till::call`].
    ///
    /// # Errors
    /// As [`Till::call`].
    pub fn give_coupon(&self, give: GiveCoupon) -> Result<Receipt> {
        self.call(give)
    }

    /// Sets a coupon's status, or reinstates one that was used here. See [`Till::call`].
    ///
    /// # Errors
    /// As [`Till::call`].
    pub fn set_coupon_status(&self, set: SetCouponStatus) -> Result<Receipt> {
        self.call(set)
    }

    /// Adds a template that coupons are made from. See [`Till::call`].
    ///
    /// # Errors
    /// As [`Till::call`].
    pub fn add_coupon_template(&self, add: AddCouponTemplate) -> Result<Receipt> {
        self.call(add)
    }

    /// Records an order. See [`Till::call`].
    ///
    /// # Errors
    /// As [`Till::call`].
    pub fn push_order(&self, push: PushOrder) -> Result<Receipt> {
        self.call(push)
    }

    /// Records that an order of this till came back, or a part of it. See [`Till::call`].
    ///
    /// # Errors
    /// As [`Till::call`].
    pub fn return_order(&self, back: ReturnOrder) -> Result<Receipt> {
        self.call(back)
    }
}
