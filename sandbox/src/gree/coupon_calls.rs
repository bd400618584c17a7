//! The calls about coupons: 5.1 to 5.5.

use super::answer::Answer;
use super::coupon::{Coupon, CouponStatus, Gift, NewTemplate, Template, Validity};
use super::errcode::{Errcode, Refusal};
use super::fields::{Page, fen, json_text, objects, required, required_fen, required_moment, required_whole, whole};
use super::member_calls::{nullable, number};
use super::settings::FeeUnit;
use super::state::{Context, Gree};
use crate::wire::{Object, Params, array, plain};

impl Gree {
    pub(super) fn template_add(&mut self, context: &Context, params: &Params) -> Result<Answer, Refusal> {
        let category = required_whole(params, "coupon_category")?;
        let list = |name| json_text(params, name).map(|text| text.unwrap_or_else(|| "[]".to_owned()));
        let kind = |name, default| whole(params, name).map(|kind| kind.unwrap_or(default));
        let mut terms = NewTemplate {
            category,
            name: required(params, "name")?,
            validity: match required_whole(params, "coupon_type")? {
                0 => Validity::Days(required_whole(params, "fixed_term")?),
                1 => Validity::Fixed {
                    begin_ms: required_moment(params, "begin_time")?,
                    end_ms: required_moment(params, "end_time")?,
                },
                _ => return Err(Errcode::BadParameter.about("coupon_type")),
            },
            rules: required(params, "rules")?,
            minimum_fen: self.template_fee(params, "minimum_fee")?.unwrap_or(0),
            quantity: kind("quantity", 0)?,
            claim_number: kind("claim_number", 0)?,
            member_restrict_type: kind("member_restrict_type", 2)?,
            use_scope_type: kind("use_scope_type", 0)?,
            suit_store_type: kind("suit_store_type", 0)?,
            suit_item_type: kind("suit_item_type", 0)?,
            stores: list("stores")?,
            items: list("items")?,
            categories: list("categories")?,
            ..NewTemplate::new(&required(params, "third_coupon_id")?, 0, 0)
        };
        let discount =
            if terms.is_rate() { whole(params, "discount_fee") } else { self.template_fee(params, "discount_fee") };
        terms.discount = discount?.ok_or_else(|| Errcode::BadParameter.about("discount_fee"))?;
        Ok(Answer::of(self.make_template(context, terms)?.to_string()))
    }

    fn template_fee(&self, params: &Params, name: &str) -> Result<Option<i64>, Refusal> {
        match self.settings.template_fee_unit {
            FeeUnit::Fen => whole(params, name),
            FeeUnit::Yuan => fen(params, name),
        }
    }

    pub(super) fn coupon_give(&mut self, context: &Context, params: &Params) -> Result<Answer, Refusal> {
        let template = required(params, "third_coupon_id")?;
        let receive_ms = required_moment(params, "create_time")?;
        if required_whole(params, "number")? < 1 {
            return Err(Errcode::BadParameter.about("number"));
        }
        let mut gifts = Vec::new();
        for gift in objects(params, "coupon_set")? {
            let number = required(&gift, "coupon_number")?;
            // Whichever type is named, an open id and a phone can't be mistaken for each other.
            if !(1..=2).contains(&required_whole(&gift, "params_type")?) {
                return Err(Errcode::BadParameter.about("params_type"));
            }
            gifts.push(Gift { open_id: self.member_by_open_id(&gift)?.open_id.clone(), number });
        }
        if gifts.is_empty() {
            return Err(Errcode::BadParameter.about("coupon_set"));
        }
        let codes = self.give(context, &template, receive_ms, &gifts)?;
        let item = |(code, gift): (i64, &Gift)| Object::new().raw("code", code).text("open_id", &gift.open_id).end();
        Ok(Answer::of(array(codes.into_iter().zip(&gifts).map(item))))
    }

    pub(super) fn coupon_status(&mut self, context: &Context, params: &Params) -> Result<Answer, Refusal> {
        let number = required(params, "third_coupon_code")?;
        let status = CouponStatus::of(required_whole(params, "status")?);
        let status = status.ok_or_else(|| Errcode::BadParameter.about("status"))?;
        let open_id = &self.member_by_open_id(params)?.open_id;
        let place = self.coupon_of(open_id, &number)?;
        self.set_status(context, place, status)?;
        Ok(Answer::text(&number))
    }

    /// Uses all the coupons that are named, or none of them.
    pub(super) fn coupon_verification(&mut self, context: &Context, params: &Params) -> Result<Answer, Refusal> {
        let order_no = required(params, "order_no")?;
        let codes = required(params, "third_coupon_codes")?;
        let verified_ms = required_moment(params, "verification_time")?;
        required_fen(params, "order_amount")?;
        let open_id = &self.member_by_open_id(params)?.open_id;
        let at_ms = if self.settings.verify_at_claimed_time { verified_ms } else { context.now_ms };
        let mut places = Vec::new();
        for number in codes.split(',').map(str::trim) {
            let place = self.coupon_of(open_id, number)?;
            let usable = self.coupons.get(place).is_some_and(|coupon| coupon.is_usable(at_ms));
            if !usable || places.contains(&place) {
                return Err(Errcode::CouponNotUpdated.about(number));
            }
            places.push(place);
        }
        for place in places {
            self.spend_coupon(context, place, &order_no, verified_ms)?;
        }
        Ok(Answer::of("null"))
    }

    pub(super) fn coupon_list(&self, now_ms: i64, params: &Params) -> Result<Answer, Refusal> {
        let page = Page::read(params, &self.settings, ("page_no", "page_size"), Some(15))?;
        let kept: fn(&Coupon, i64) -> bool = match whole(params, "status")? {
            None => |_, _| true,
            Some(1) => Coupon::is_usable,
            Some(2) => |coupon, _| coupon.status == CouponStatus::Used,
            Some(3) => Coupon::is_expired,
            Some(_) => return Err(Errcode::BadParameter.about("status")),
        };
        let open_id = &self.member_by_open_id(params)?.open_id;
        let newest_first = self.coupons.iter().rev();
        let found: Vec<_> = newest_first.filter(|coupon| coupon.open_id == *open_id && kept(coupon, now_ms)).collect();
        let total = found.len();
        let items = page.of(found).into_iter().filter_map(|coupon| {
            let template = self.templates.iter().find(|template| template.id == coupon.template)?;
            Some(self.coupon_json(now_ms, coupon, template))
        });
        Ok(Answer::paged(array(items), page, total))
    }

    /// The place of a coupon that the member has.
    fn coupon_of(&self, open_id: &str, number: &str) -> Result<usize, Refusal> {
        let place = self.coupon_places.get(number).copied();
        let has = |place: &usize| self.coupons.get(*place).is_some_and(|coupon| coupon.open_id == open_id);
        place.filter(has).ok_or_else(|| Errcode::NoSuchCoupon.about(number))
    }

    /// In the sample's order.
    fn coupon_json(&self, now_ms: i64, coupon: &Coupon, Template { id, terms }: &Template) -> String {
        let fee = |fen: i64| match self.settings.list_fee_unit {
            FeeUnit::Fen => fen.to_string(),
            FeeUnit::Yuan => plain(fen),
        };
        let (coupon_type, fixed_term) = match terms.validity {
            Validity::Days(days) => (0, Some(days)),
            Validity::Fixed { .. } => (1, None),
        };
        let status =
            if coupon.is_expired(now_ms) { self.settings.expired_status } else { coupon.status_at(now_ms).code() };
        Object::new()
            .raw("coupon_code", coupon.code)
            .raw("coupon_info_id", id)
            .text("stores", &terms.stores)
            .raw("end_time", coupon.end_ms)
            .raw("minimum_fee", fee(terms.minimum_fen))
            .raw("receive_time", coupon.receive_ms)
            .raw("begin_time", coupon.begin_ms)
            .raw("coupon_category", terms.category)
            .text("rules", &terms.rules)
            .raw("discount_fee", if terms.is_rate() { terms.discount.to_string() } else { fee(terms.discount) })
            .raw("member_restrict_type", terms.member_restrict_type)
            .text("third_coupon_code", &coupon.number)
            .raw("use_scope_type", terms.use_scope_type)
            .raw("suit_store_type", terms.suit_store_type)
            .raw("suit_item_type", terms.suit_item_type)
            .raw("use_order_no", nullable(coupon.use_order_no.as_deref()))
            .text("name", &terms.name)
            .text("categories", &terms.categories)
            .raw("fixed_term", number(fixed_term))
            .raw("id", coupon.id)
            .text("items", &terms.items)
            .raw("coupon_type", coupon_type)
            .raw("status", status)
            .end()
    }
}
