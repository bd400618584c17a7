//! Coupons and the templates they are made from.

use serde::Serialize;

use super::errcode::{Errcode, Refusal};
use super::ledger::LedgerKind;
use super::state::{Context, Gree, Posting};
use crate::beijing;

/// How long a coupon is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Validity {
    /// From receipt to the end of the Beijing day so many days later (`coupon_type` 0).
    Days(i64),
    /// Between two moments, the second one not included (`coupon_type` 1).
    Fixed {
        /// In epoch milliseconds.
        begin_ms: i64,
        /// In epoch milliseconds.
        end_ms: i64,
    },
}

/// What a template is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewTemplate {
    /// The client's id of it.
    pub third_coupon_id: String,
    /// 0 and 3 take money off an order or an item, 1 frees of postage, 2 and 4 discount an order or an item.
    pub category: i64,
    /// Its name.
    pub name: String,
    /// What it takes off, in fen; for a discount a number from 1 to 99.
    pub discount: i64,
    /// How long its coupons are valid.
    pub validity: Validity,
    /// Its rules, in words.
    pub rules: String,
    /// The least amount of an order, in fen.
    pub minimum_fen: i64,
    /// How many coupons there are in all; 0 for any number.
    pub quantity: i64,
    /// How many coupons a member gets; 0 for any number.
    pub claim_number: i64,
    /// 0 for new members, 1 for levels, 2 for all.
    pub member_restrict_type: i64,
    /// 1 for the line of business that gave it.
    pub use_scope_type: i64,
    /// 0 for all shops, 1 for some.
    pub suit_store_type: i64,
    /// 0 for all items, 1 for some, 2 for some categories.
    pub suit_item_type: i64,
    /// The shops, JSON in a text.
    pub stores: String,
    /// The items, JSON in a text.
    pub items: String,
    /// The categories, JSON in a text.
    pub categories: String,
}

impl NewTemplate {
    /// A coupon that takes `fen` off any order and is valid for `days`.
    #[must_use]
    pub fn new(third_coupon_id: &str, fen: i64, days: i64) -> Self {
        Self {
            third_coupon_id: third_coupon_id.to_owned(),
            category: 0,
            name: "优惠券".to_owned(),
            discount: fen,
            validity: Validity::Days(days),
            rules: String::new(),
            minimum_fen: 0,
            quantity: 0,
            claim_number: 0,
            member_restrict_type: 2,
            use_scope_type: 0,
            suit_store_type: 0,
            suit_item_type: 0,
            stores: "[]".to_owned(),
            items: "[]".to_owned(),
            categories: "[]".to_owned(),
        }
    }

    /// Whether `discount` is a rate instead of an amount.
    #[must_use]
    pub const fn is_rate(&self) -> bool {
        matches!(self.category, 2 | 4)
    }

    fn is_possible(&self) -> bool {
        let discount = if self.is_rate() { (1..=99).contains(&self.discount) } else { self.discount >= 0 };
        let validity = match self.validity {
            Validity::Days(days) => (1..=36_500).contains(&days),
            Validity::Fixed { begin_ms, end_ms } => begin_ms < end_ms,
        };
        let counts = self.minimum_fen >= 0 && self.quantity >= 0 && self.claim_number >= 0;
        (0..=4).contains(&self.category) && discount && validity && counts
    }
}

/// A template that the platform took in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Template {
    /// The platform's own id.
    pub id: i64,
    /// What it is made of.
    pub terms: NewTemplate,
}

/// A coupon's status, as 5.3 sets it and 5.5 shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CouponStatus {
    /// 0: invalid or deleted.
    Invalid,
    /// 1: valid.
    Valid,
    /// 2: used.
    Used,
    /// 3: in use.
    InUse,
    /// 4: not begun.
    NotStarted,
}

impl CouponStatus {
    /// The number on the wire.
    #[must_use]
    pub const fn code(self) -> i64 {
        match self {
            Self::Invalid => 0,
            Self::Valid => 1,
            Self::Used => 2,
            Self::InUse => 3,
            Self::NotStarted => 4,
        }
    }

    /// The status of a number on the wire.
    #[must_use]
    pub fn of(code: i64) -> Option<Self> {
        [Self::Invalid, Self::Valid, Self::Used, Self::InUse, Self::NotStarted]
            .into_iter()
            .find(|status| status.code() == code)
    }
}

/// A coupon that a member has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Coupon {
    /// The platform's own id.
    pub id: i64,
    /// The platform's code of 19 digits.
    pub code: i64,
    /// The client's number.
    pub number: String,
    /// The template's id.
    pub template: i64,
    /// The member.
    pub open_id: String,
    /// When it was received, in epoch milliseconds.
    pub receive_ms: i64,
    /// From when it is valid.
    pub begin_ms: i64,
    /// From when it isn't valid any more.
    pub end_ms: i64,
    /// The status that was set last.
    pub status: CouponStatus,
    /// The order it was used for.
    pub use_order_no: Option<String>,
    /// When it was used, as the client told it.
    pub used_ms: Option<i64>,
}

impl Coupon {
    /// The status at a moment, by which a valid one may not have begun yet.
    #[must_use]
    pub fn status_at(&self, now_ms: i64) -> CouponStatus {
        if self.status == CouponStatus::Valid && now_ms < self.begin_ms {
            CouponStatus::NotStarted
        } else {
            self.status
        }
    }

    /// Whether its time ran out before it was used or deleted.
    #[must_use]
    pub fn is_expired(&self, now_ms: i64) -> bool {
        self.end_ms <= now_ms && !matches!(self.status, CouponStatus::Used | CouponStatus::Invalid)
    }

    /// Whether it can be used at a moment.
    #[must_use]
    pub fn is_usable(&self, now_ms: i64) -> bool {
        self.status_at(now_ms) == CouponStatus::Valid && !self.is_expired(now_ms)
    }
}

/// For whom a coupon is, and under which number.
#[derive(Debug)]
pub(super) struct Gift {
    pub(super) open_id: String,
    pub(super) number: String,
}

impl Gree {
    /// How many coupons a member can use at a moment.
    pub(super) fn usable_coupons(&self, now_ms: i64, open_id: &str) -> usize {
        self.coupons.iter().filter(|coupon| coupon.open_id == open_id && coupon.is_usable(now_ms)).count()
    }

    pub(super) fn make_template(&mut self, context: &Context, terms: NewTemplate) -> Result<i64, Refusal> {
        let taken = self.templates.iter().any(|known| known.terms.third_coupon_id == terms.third_coupon_id);
        if !terms.is_possible() || (taken && self.settings.template_unique) {
            return Err(Errcode::CouponNotMade.into());
        }
        // The sample's is 1309.
        let id = i64::try_from(self.templates.len()).map_err(|_| Errcode::Busy)? + 1_309;
        let mut posting = Posting::new(LedgerKind::Template, None);
        posting.wire_key = Some(terms.third_coupon_id.clone());
        self.post(context, posting)?;
        self.templates.push(Template { id, terms });
        Ok(id)
    }

    /// Gives coupons from the newest template of that id, all of them or none. Answers their codes.
    pub(super) fn give(
        &mut self,
        context: &Context,
        third_coupon_id: &str,
        receive_ms: i64,
        gifts: &[Gift],
    ) -> Result<Vec<i64>, Refusal> {
        let newest_first = self.templates.iter().rev();
        let template = newest_first.into_iter().find(|known| known.terms.third_coupon_id == third_coupon_id);
        let template = template.ok_or(Errcode::NoSuchTemplate)?.clone();
        self.gifts_fit(&template, gifts)?;
        let (begin_ms, end_ms) = match template.terms.validity {
            Validity::Fixed { begin_ms, end_ms } => (begin_ms, end_ms),
            Validity::Days(days) => (receive_ms, beijing::day_begin_ms(beijing::day(receive_ms) + days + 1)),
        };
        let mut codes = Vec::new();
        for Gift { open_id, number } in gifts {
            let place = self.coupons.len();
            let count = i64::try_from(place).map_err(|_| Errcode::Busy)?;
            // Above 2^53, as the sample's are, and not in steps of one.
            let code = 3_735_473_975_794_516_910 + count * 1_000_003;
            let mut posting = Posting::new(LedgerKind::GiveCoupon, Some(open_id));
            posting.coupon_code = Some(number.clone());
            posting.wire_key = Some(number.clone());
            self.post(context, posting)?;
            self.coupons.push(Coupon {
                id: 306_784 + count,
                code,
                number: number.clone(),
                template: template.id,
                open_id: open_id.clone(),
                receive_ms,
                begin_ms,
                end_ms,
                status: CouponStatus::Valid,
                use_order_no: None,
                used_ms: None,
            });
            self.coupon_places.insert(number.clone(), place);
            codes.push(code);
        }
        Ok(codes)
    }

    fn gifts_fit(&self, template: &Template, gifts: &[Gift]) -> Result<(), Refusal> {
        let within = |limit: i64, count: usize| limit == 0 || i64::try_from(count).is_ok_and(|count| count <= limit);
        let given = || self.coupons.iter().filter(|coupon| coupon.template == template.id);
        if !within(template.terms.quantity, given().count() + gifts.len()) {
            return Err(Errcode::CouponNotMade.about("库存不足"));
        }
        for (place, gift) in gifts.iter().enumerate() {
            let repeated = gifts.iter().take(place).any(|other| other.number == gift.number);
            if repeated || self.coupon_places.contains_key(&gift.number) {
                return Err(Errcode::CouponNotMade.about(&gift.number));
            }
            let has = given().filter(|coupon| coupon.open_id == gift.open_id).count();
            let gets = gifts.iter().filter(|other| other.open_id == gift.open_id).count();
            if !within(template.terms.claim_number, has + gets) {
                return Err(Errcode::CouponNotMade.about("超出每人可领取次数"));
            }
        }
        Ok(())
    }

    /// Sets a status. Only a used coupon has an order, and this call names none.
    pub(super) fn set_status(&mut self, context: &Context, place: usize, status: CouponStatus) -> Result<(), Refusal> {
        let coupon = self.coupons.get_mut(place).ok_or(Errcode::NoSuchCoupon)?;
        if coupon.status != status {
            coupon.use_order_no = None;
            coupon.used_ms = None;
        }
        coupon.status = status;
        let (open_id, number) = (coupon.open_id.clone(), coupon.number.clone());
        let mut posting = Posting::new(LedgerKind::CouponStatus, Some(&open_id));
        posting.wire_key = Some(number.clone());
        posting.coupon_code = Some(number);
        self.post(context, posting)
    }

    /// Uses a coupon for an order, whatever its state.
    pub(super) fn spend_coupon(
        &mut self,
        context: &Context,
        place: usize,
        order_no: &str,
        used_ms: i64,
    ) -> Result<(), Refusal> {
        let coupon = self.coupons.get_mut(place).ok_or(Errcode::NoSuchCoupon)?;
        coupon.status = CouponStatus::Used;
        coupon.use_order_no = Some(order_no.to_owned());
        coupon.used_ms = Some(used_ms);
        let (open_id, number) = (coupon.open_id.clone(), coupon.number.clone());
        let mut posting = Posting::new(LedgerKind::UseCoupon, Some(&open_id));
        posting.order_no = Some(order_no.to_owned());
        posting.wire_key = Some(number.clone());
        posting.coupon_code = Some(number);
        self.post(context, posting)
    }
}
