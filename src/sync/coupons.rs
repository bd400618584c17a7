//! Coupons: what the book knows of them, a dry run of their rules, and what an outcome does to them.

use crate::error::{Error, Result};
use crate::model::{
    Act, CardNumber, Coupon, CouponCase, CouponStatus, CouponValidation, Family, OrderLine, Refusal, State,
    coupon_given, validate,
};
use crate::provider::Findings;
use crate::store::{OpRow, ServedCard, Tx, View};
use crate::units::Money;

use super::desk::Desk;
use super::engine::Engine;

/// What a coupon is to be used for.
pub(super) struct CouponUse<'a> {
    pub(super) coupon: &'a str,
    pub(super) amount: Money,
    pub(super) lines: &'a [OrderLine],
    pub(super) offline: bool,
    /// The operation itself, where it is written down already.
    pub(super) except: Option<i64>,
}

impl Engine {
    /// A member's coupons as the book has them.
    pub(crate) fn coupons(&mut self, number: &CardNumber) -> Result<Vec<Coupon>> {
        let desk = &self.desks[self.route(Family::Coupons)?];
        let view = self.store.view();
        let provider = desk.provider.name();
        let served = view.card(number.as_str(), provider)?.ok_or_else(|| Error::not_found("card"))?;
        let mut coupons = view.coupons(provider, served.account.account_no)?;
        for coupon in &mut coupons {
            show_use(&view, coupon, None)?;
        }
        Ok(coupons)
    }

    /// A dry run of a redemption.
    pub(crate) fn validate_coupon(
        &mut self,
        number: &CardNumber,
        coupon: &str,
        amount: Money,
        lines: &[OrderLine],
        offline: bool,
    ) -> Result<CouponValidation> {
        let place = self.route(Family::Coupons)?;
        let view = self.store.view();
        let desk = &self.desks[place];
        let served = view.card(number.as_str(), desk.provider.name())?.ok_or_else(|| Error::not_found("card"))?;
        desk.validation(&view, &served, &CouponUse { coupon, amount, lines, offline, except: None })
    }
}

/// A coupon that is used here is shown so, whether or not the remote knows it yet.
fn show_use(view: &View<'_>, coupon: &mut Coupon, except: Option<i64>) -> Result<()> {
    if let Some(op) = view.use_of_coupon(&coupon.code, except)?
        && coupon.status == CouponStatus::Valid
    {
        coupon.status = if op.state.is_confirmed() { CouponStatus::Used } else { CouponStatus::InUse };
        coupon.used_for = Some(op.key);
    }
    Ok(())
}

impl Desk {
    pub(super) fn validation(
        &self,
        view: &View<'_>,
        served: &ServedCard,
        wanted: &CouponUse<'_>,
    ) -> Result<CouponValidation> {
        let coupon = view.coupon(self.provider.name(), wanted.coupon)?;
        // Another member's coupon is none of this one's.
        let coupon =
            coupon.filter(|(account_no, _)| *account_no == served.account.account_no).map(|(_, coupon)| coupon);
        let used_here = view.use_of_coupon(wanted.coupon, wanted.except)?;
        // Its use was confirmed, and the remote has told of it as valid since: somebody has reinstated it there.
        let reinstated = coupon.as_ref().is_some_and(|coupon| coupon.status == CouponStatus::Valid);
        let used_here = used_here.filter(|op| !(reinstated && op.state.is_confirmed()));
        let template = coupon.as_ref().and_then(|coupon| coupon.template.as_deref());
        let in_force = self.hall.policy();
        let policy = &in_force.policy;
        // A coupon that was read names its template as the remote does, one that was given here as the merchant does.
        let own_name = match template {
            Some(template) => view.template_called(self.provider.name(), template)?,
            None => None,
        };
        let allowed =
            policy.coupon_offline(template) || (own_name.is_some() && policy.coupon_offline(own_name.as_deref()));
        let case = CouponCase {
            now: self.now(),
            amount: wanted.amount,
            lines: wanted.lines,
            store: self.hall.config.store_id.as_deref(),
            used_here: used_here.as_ref().map(|op| op.op_id.as_str()),
            offline: wanted.offline.then_some(allowed),
            rounding: self.hall.config.rounding,
        };
        Ok(validate(coupon.as_ref(), &case))
    }

    /// The first rule that refuses a coupon, if one does.
    pub(super) fn coupon_refusal(
        &self,
        view: &View<'_>,
        served: &ServedCard,
        act: &Act,
        except: Option<i64>,
        offline: bool,
    ) -> Result<Option<Refusal>> {
        let Act::RedeemCoupon { coupon, amount, lines, .. } = act else { return Ok(None) };
        let validation =
            self.validation(view, served, &CouponUse { coupon, amount: *amount, lines, offline, except })?;
        let failed = validation.first_failure();
        Ok(failed.map(|failed| Refusal::Coupon { rule: failed.rule, detail: failed.detail.clone() }))
    }

    /// What an act takes off by a coupon, as its rules say.
    pub(super) fn coupon_discount(
        &self,
        view: &View<'_>,
        served: &ServedCard,
        act: &Act,
        except: Option<i64>,
    ) -> Result<Money> {
        let Act::RedeemCoupon { coupon, amount, lines, .. } = act else { return Ok(Money::ZERO) };
        let wanted = CouponUse { coupon, amount: *amount, lines, offline: false, except };
        Ok(self.validation(view, served, &wanted)?.discount)
    }

    /// The coupons that a read has brought.
    pub(super) fn take_coupons(&mut self, tx: &Tx<'_>, account_no: i64, findings: &Findings) -> Result<()> {
        let Some(coupons) = &findings.coupons else { return Ok(()) };
        tx.set_coupons(self.provider.name(), account_no, coupons, self.now())
    }

    /// A coupon that is given here is the member's from the promise on; a template that is added here can be given from.
    pub(super) fn give_here(&mut self, tx: &Tx<'_>, op: &OpRow) -> Result<()> {
        let provider = self.provider.name();
        if let Act::AddCouponTemplate { template } = &op.act {
            return tx.set_coupon_template(provider, template, None, self.now());
        }
        let Act::GiveCoupon { template, .. } = &op.act else { return Ok(()) };
        if let Some(template) = tx.coupon_template(provider, template)?
            && tx.coupon(provider, &op.key)?.is_none()
        {
            let coupon = coupon_given(&template, &op.key, op.created_at);
            tx.insert_coupon(provider, op.lane_no, &coupon, Some(op.op_no), self.now())?;
        }
        Ok(())
    }

    /// What the remote has done, or not done, with a coupon or a template.
    pub(super) fn coupon_settled(&mut self, tx: &Tx<'_>, op: &OpRow) -> Result<()> {
        let provider = self.provider.name();
        let there = op.state.is_confirmed();
        match &op.act {
            Act::GiveCoupon { .. } if there => self.give_here(tx, op),
            Act::GiveCoupon { .. } if op.state.is_final() || op.state == State::Rejected => {
                tx.forget_coupon_given_by(op.op_no)
            }
            Act::RedeemCoupon { coupon, .. } if there => {
                self.set_coupon(tx, coupon, CouponStatus::Used, Some(op.key.clone()))
            }
            Act::SetCouponStatus { coupon, to, .. } if there => self.set_coupon(tx, coupon, *to, None),
            Act::AddCouponTemplate { template } if there => {
                let remote_id = tx.confirmation(op.op_no)?.and_then(|confirmed| confirmed.remote_id);
                tx.set_coupon_template(provider, template, remote_id.as_deref(), self.now())
            }
            _ => Ok(()),
        }
    }

    fn set_coupon(&mut self, tx: &Tx<'_>, code: &str, status: CouponStatus, used_for: Option<String>) -> Result<()> {
        let provider = self.provider.name();
        let Some((account_no, coupon)) = tx.coupon(provider, code)? else { return Ok(()) };
        let coupon = Coupon { status, used_for, ..coupon };
        tx.insert_coupon(provider, account_no, &coupon, None, self.now())
    }
}
