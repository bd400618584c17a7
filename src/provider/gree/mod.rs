//! Gree: members, points, coupons and orders of a platform that signs its requests and hands out tokens.
//!
//! [`requests`] write what goes out and [`sign`] seals it; [`answers`] read what comes back and [`codes`] tell what a no means;
//! [`reads`] string several reads together, [`coupons`] know what a coupon looks like, and [`probe`] concludes what became of
//! a write without an answer.

mod answers;
mod codes;
mod config;
mod coupons;
mod lines;
mod probe;
mod reads;
mod requests;
mod sign;
#[cfg(test)]
mod tests;
mod token;

use std::sync::Arc;
use std::time::Duration;

use self::requests::{Desk, is_phone, method};
use super::{
    Doubt, Findings, Guarantee, Inquiry, Outcome, Outgoing, Provider, Reading, Reference, RemoteRefusal, Seal, Service,
    TokenRules, Undone, Verdict, Whom, WireCall,
};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::model::{Act, Kind};
use crate::transport::HttpResponse;

pub use self::config::{
    CouponFeeUnits, DiscountMeans, FeeUnit, GreeCodes, GreeConfig, GreeEvents, ListForm, OutBizNo, PartChangeId, Verb,
};

/// What it serves. Changes in points carry a key (`change_id`); a member, a given coupon and a redemption can be found again
/// by what was sent; orders and templates can't.
pub(super) const SERVES: &[Service] = &[
    service(Kind::Register, Guarantee::Probe, method::REGISTER, "3.1 创建会员接口"),
    service(Kind::AccruePoints, Guarantee::Repeat, method::CHANGE, "3.3 会员积分变动接口"),
    service(Kind::RedeemPoints, Guarantee::Repeat, method::CHANGE, "3.3 会员积分变动接口"),
    service(Kind::AdjustPoints, Guarantee::Repeat, method::CHANGE, "3.3 会员积分变动接口"),
    service(Kind::ReturnPoints, Guarantee::Repeat, method::ROLLBACK, "3.4.1 会员积分回退接口"),
    service(Kind::ReturnPoints, Guarantee::Repeat, method::ROLLBACK_PART, "3.4.2 会员积分部分回退接口"),
    service(Kind::PushOrder, Guarantee::Once, method::ORDER, "4.1 会员消费订单同步接口"),
    service(Kind::ReturnOrder, Guarantee::Once, method::RETURN_WHOLE, "4.2 会员退货单推送-整单退货"),
    service(Kind::ReturnOrder, Guarantee::Once, method::RETURN_PART, "4.3 会员退货单推送-部分退货"),
    service(Kind::AddCouponTemplate, Guarantee::Once, method::TEMPLATE, "5.1 新建优惠券模板"),
    service(Kind::GiveCoupon, Guarantee::Probe, method::GIVE, "5.2 券发放接口"),
    service(Kind::SetCouponStatus, Guarantee::SetStatus, method::COUPON_STATUS, "5.3 优惠券状态同步接口"),
    service(Kind::RedeemCoupon, Guarantee::Probe, method::REDEEM_COUPON, "5.4 券核销"),
];

const fn service(kind: Kind, guarantee: Guarantee, endpoint: &'static str, source: &'static str) -> Service {
    Service { kind, guarantee, endpoint, source }
}

/// One merchant at a Gree platform.
pub(crate) struct Gree {
    desk: Arc<Desk>,
}

impl Gree {
    /// Checks the configuration and takes it.
    pub(crate) fn new(config: GreeConfig) -> Result<Self> {
        config.check()?;
        Ok(Gree { desk: Arc::new(Desk { config }) })
    }

    fn config(&self) -> &GreeConfig {
        &self.desk.config
    }

    /// A change in points needs the event that it is registered as, and a business number.
    fn check_change(&self, key: &'static str, event: Option<&String>) -> Result<()> {
        if event.is_none() {
            return Err(Error::config(key, "must be set before points are changed so"));
        }
        if self.config().out_biz_no.is_none() {
            return Err(Error::config("out_biz_no", "must be set before points are changed"));
        }
        Ok(())
    }

    fn check_coupons(&self) -> Result<()> {
        match self.config().coupon_fee_unit {
            Some(_) => Ok(()),
            None => Err(Error::config("coupon_fee_unit", "must be set before coupons are used")),
        }
    }
}

impl Provider for Gree {
    fn name(&self) -> &'static str {
        "gree"
    }

    fn dialect(&self) -> u32 {
        1
    }

    fn base_url(&self) -> &str {
        self.config().base()
    }

    fn tenant(&self) -> &str {
        &self.config().app_id
    }

    fn serves(&self) -> &'static [Service] {
        SERVES
    }

    fn guarantee(&self, act: &Act) -> Option<Guarantee> {
        let kind = act.kind();
        let service = SERVES.iter().find(|service| service.kind == kind)?;
        let by_number = matches!(kind, Kind::PushOrder | Kind::ReturnOrder) && self.config().order_no_unique;
        Some(if by_number { Guarantee::Repeat } else { service.guarantee })
    }

    fn check(&self, act: &Act) -> Result<()> {
        let events = &self.config().events;
        match act {
            Act::Register { name: None, .. } => {
                Err(Error::invalid_personal("name", "must be given, since the platform requires a nickname", ""))
            }
            Act::Register { sms_code: Some(code), .. } => {
                let rule = "must be checked by a call of its own, since registering does not";
                Err(Error::invalid_personal("sms_code", rule, code))
            }
            Act::AccruePoints { points, .. } => {
                self.check_change("events.accrue", events.accrue.as_ref())?;
                match points {
                    Some(_) => Ok(()),
                    None => Err(Error::invalid("points", "must be given, since the platform computes none", "nothing")),
                }
            }
            Act::RedeemPoints { .. } => self.check_change("events.redeem", events.redeem.as_ref()),
            Act::AdjustPoints { points, .. } if points.get() < 0 => {
                self.check_change("events.adjust_down", events.adjust_down.as_ref())
            }
            Act::AdjustPoints { .. } => self.check_change("events.adjust_up", events.adjust_up.as_ref()),
            Act::ReturnPoints { whole: false, amount: None, .. } => {
                let rule = "must be given for a part, since the platform computes by it";
                Err(Error::invalid("amount", rule, "nothing"))
            }
            // 5.4 takes several codes with commas in between; only one of them could be found again.
            Act::RedeemCoupon { coupon, .. } if coupon.contains(',') => {
                Err(Error::invalid("coupon", "must be one code, without a comma", coupon))
            }
            Act::RedeemCoupon { .. } | Act::GiveCoupon { .. } | Act::SetCouponStatus { .. } => self.check_coupons(),
            Act::AddCouponTemplate { template } => {
                self.check_coupons()?;
                coupons::check_template(self.config(), template)
            }
            _ => Ok(()),
        }
    }

    fn reference(&self, whom: &Whom<'_>) -> Reference {
        let number = whom.number.as_str();
        let known = whom.reference.or(whom.phone).or_else(|| is_phone(number).then_some(number));
        known.map_or(Reference::Unknown, |known| Reference::Known(known.to_owned()))
    }

    fn keeps_money(&self) -> bool {
        false
    }

    fn key_chars(&self) -> usize {
        self.config().key_chars
    }

    fn key_life(&self) -> Duration {
        self.config().key_life_s.map_or(Duration::MAX, Duration::from_secs)
    }

    fn sole_writer(&self) -> bool {
        self.config().sole_writer
    }

    fn quiet_period(&self) -> Duration {
        if mutated!(NoQuietPeriod) { Duration::ZERO } else { self.config().quiet_period() }
    }

    fn request_timeout(&self) -> Duration {
        self.config().request_timeout()
    }

    fn health(&self) -> Box<dyn Reading> {
        Box::new(reads::health(&self.desk))
    }

    /// Nothing searches: 3.2 takes a whole phone or the platform's own identifier.
    fn find(&self, _key: &str) -> Option<Box<dyn Reading>> {
        None
    }

    fn serve(&self, whom: &Whom<'_>) -> Option<Box<dyn Reading>> {
        match self.reference(whom) {
            Reference::Known(who) => Some(Box::new(reads::serve(&self.desk, &who))),
            Reference::Ask | Reference::Unknown => None,
        }
    }

    /// 3.5, which lists changes of points.
    fn history(&self, whom: &Whom<'_>, since: Option<Timestamp>) -> Option<Box<dyn Reading>> {
        match self.reference(whom) {
            Reference::Known(who) => Some(Box::new(reads::history(&self.desk, &who, since))),
            Reference::Ask | Reference::Unknown => None,
        }
    }

    fn inquire(&self, inquiry: &Inquiry, whom: Option<&Whom<'_>>) -> Option<Box<dyn Reading>> {
        let who = match inquiry {
            Inquiry::Members { .. } => return None,
            Inquiry::MemberByCode { .. } | Inquiry::SendSms { .. } | Inquiry::JudgeSms { .. } => String::new(),
            Inquiry::Statistics | Inquiry::PointsHistory { .. } | Inquiry::MemberCode => match self.reference(whom?) {
                Reference::Known(who) => who,
                Reference::Ask | Reference::Unknown => return None,
            },
        };
        Some(Box::new(reads::inquire(&self.desk, &who, inquiry)))
    }

    /// Who is a member already need not be registered, and a status has to be read before it is set.
    fn before(&self, op: &Outgoing<'_>, _now: Timestamp) -> Option<Box<dyn Reading>> {
        match op.act {
            Act::Register { phone, .. } => Some(Box::new(reads::membership(&self.desk, phone.as_str()))),
            Act::SetCouponStatus { coupon, .. } => {
                Some(Box::new(reads::before_status(&self.desk, op.reference, coupon)))
            }
            _ => None,
        }
    }

    fn forbids(&self, op: &Outgoing<'_>, findings: &Findings) -> Option<RemoteRefusal> {
        probe::forbids(op, findings)
    }

    fn returns_once(&self, act: &Act) -> bool {
        matches!(act, Act::ReturnPoints { whole: false, .. }) && self.config().part_change_id == PartChangeId::Original
    }

    fn encode(&self, op: &Outgoing<'_>) -> WireCall {
        self.desk.write(op)
    }

    fn seal(&self, call: WireCall, seal: &Seal<'_>) -> WireCall {
        sign::seal(call, seal, &self.config().app_secret)
    }

    fn classify(&self, op: &Outgoing<'_>, answer: &HttpResponse) -> Outcome {
        codes::classify(self.config(), self.guarantee(op.act), op, answer)
    }

    fn look(&self, op: &Outgoing<'_>, _doubt: &Doubt<'_>, _now: Timestamp) -> Option<Box<dyn Reading>> {
        let coupon = match op.act {
            Act::Register { phone, .. } => return Some(Box::new(reads::membership(&self.desk, phone.as_str()))),
            Act::RedeemCoupon { coupon, .. } | Act::SetCouponStatus { coupon, .. } => coupon,
            Act::GiveCoupon { .. } => op.key,
            _ => return None,
        };
        Some(Box::new(reads::look_coupon(&self.desk, op.reference, coupon)))
    }

    fn judge(&self, op: &Outgoing<'_>, doubt: &Doubt<'_>, findings: &Findings) -> Verdict {
        probe::judge(self.config(), op, doubt, findings)
    }

    fn undo(&self, op: &Outgoing<'_>) -> Option<WireCall> {
        let points = match op.act {
            Act::AccruePoints { points, .. } => points.unwrap_or(op.told.points),
            Act::RedeemPoints { points, .. } | Act::AdjustPoints { points, .. } => *points,
            _ => return None,
        };
        Some(self.desk.undo(op, points))
    }

    fn undone(&self, _op: &Outgoing<'_>, answer: &HttpResponse) -> Undone {
        codes::undone(self.config(), answer)
    }

    fn tokens(&self) -> Option<&dyn TokenRules> {
        Some(self)
    }
}
