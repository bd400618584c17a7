//! Coupons on the wire.

use serde_json::{json, value::RawValue};

use super::samples::{COUPON, coupon as sample_with};
use super::*;
use crate::model::{Coupon, CouponEffect, CouponScope, CouponStatus, CouponTemplate, Named, Validity};
use crate::provider::Provider;
use crate::provider::gree::{DiscountMeans, coupons};
use crate::units::Rate;

pub(super) fn template() -> CouponTemplate {
    CouponTemplate {
        id: "1234587864".into(),
        name: "满100减10".into(),
        effect: CouponEffect::OrderReduction(yuan("10")),
        validity: Validity::Days(10),
        minimum: yuan("100"),
        rules: "满100元才能使用".into(),
        quantity: 500,
        per_member: 2,
        scope: CouponScope::default(),
    }
}

fn named(id: &str, name: &str) -> Named {
    Named { id: id.into(), name: name.into() }
}

fn rate(text: &str) -> Rate {
    Rate::new(text.parse().unwrap()).unwrap()
}

fn understood(config: &GreeConfig, row: &str) -> Option<Coupon> {
    let row: Box<RawValue> = serde_json::from_str(row).unwrap();
    coupons::coupon(config, &row)
}

#[test]
fn the_samples_coupon_is_understood() {
    let want = Coupon {
        code: "eeea1682-93d2-443c-b995-fc6cdf37ea22".into(),
        template: Some("1307".into()),
        name: "测试优惠券".into(),
        effect: CouponEffect::OrderReduction(yuan("10")),
        minimum: yuan("100"),
        begins: Some(Timestamp::from_millis(1_626_452_602_000)),
        ends: Some(Timestamp::from_millis(1_627_401_600_000)),
        status: CouponStatus::Valid,
        used_for: None,
        scope: CouponScope {
            stores: vec![named("1", "唐家湾")],
            items: vec![named("1", "洗衣粉")],
            categories: Vec::new(),
        },
        rules: "满100元才能使用".into(),
    };
    assert_eq!(understood(&config(), COUPON), Some(want));
}

#[test]
fn fees_are_in_the_unit_that_is_configured() {
    let fen =
        GreeConfig { coupon_fee_unit: Some(CouponFeeUnits { list: FeeUnit::Fen, template: FeeUnit::Fen }), ..config() };
    let coupon = understood(&fen, COUPON).unwrap();
    assert_eq!((coupon.effect, coupon.minimum), (CouponEffect::OrderReduction(yuan("0.10")), yuan("1")));
    let odd = sample_with(&[("discount_fee", r#""12.345""#), ("minimum_fee", "null")]);
    let coupon = understood(&config(), &odd).unwrap();
    assert_eq!((coupon.effect, coupon.minimum), (CouponEffect::OrderReduction(yuan("12.35")), Money::ZERO));
    assert_eq!(understood(&bare(), COUPON), None, "without a unit nothing is worth anything");
}

#[test]
fn a_category_and_a_number_make_an_effect() {
    use CouponEffect::*;
    let off = GreeConfig { discount_fee: DiscountMeans::Off, ..config() };
    let cases = [
        (config(), "0", "10", Some(OrderReduction(yuan("10")))),
        (config(), "1", "0", Some(FreeShipping)),
        (config(), "1", "null", Some(FreeShipping)),
        (config(), "2", "88", Some(OrderDiscount(rate("0.88")))),
        (config(), "\"2\"", "\"88\"", Some(OrderDiscount(rate("0.88")))),
        (off.clone(), "2", "12", Some(OrderDiscount(rate("0.88")))),
        (config(), "3", "10", Some(ItemReduction(yuan("10")))),
        (config(), "4", "1", Some(ItemDiscount(rate("0.01")))),
        (off, "4", "99", Some(ItemDiscount(rate("0.01")))),
        (config(), "2", "100", None),
        (config(), "2", "0", None),
        (config(), "4", "8.5", None),
        (config(), "0", "null", None),
        (config(), "5", "10", None),
        (config(), "null", "10", None),
    ];
    for (config, category, fee, want) in cases {
        let row = sample_with(&[("coupon_category", category), ("discount_fee", fee)]);
        assert_eq!(understood(&config, &row).map(|coupon| coupon.effect), want, "{category} {fee}");
    }
}

#[test]
fn every_status_is_known_and_no_other_is_made_up() {
    use CouponStatus::*;
    for (code, want) in [
        ("0", Some(Invalid)),
        ("1", Some(Valid)),
        ("\"2\"", Some(Used)),
        ("3", Some(InUse)),
        ("4", Some(NotStarted)),
        ("5", None),
        ("null", None),
    ] {
        let coupon = understood(&config(), &sample_with(&[("status", code), ("use_order_no", "\"X9\"")]));
        assert_eq!(coupon.as_ref().map(|coupon| coupon.status), want, "{code}");
        assert!(coupon.is_none_or(|coupon| coupon.used_for.as_deref() == Some("X9")));
    }
}

#[test]
fn a_coupon_of_the_platforms_own_is_redeemed_by_the_platforms_code() {
    let coupon = understood(&config(), &sample_with(&[("third_coupon_code", "null")])).unwrap();
    assert_eq!(coupon.code, "3735473975794516910", "beyond what a float can hold");
}

#[test]
fn the_lists_count_as_far_as_the_flags_say_so() {
    let one = || vec![named("1", "a")];
    let scope = |stores, items, categories| Some(CouponScope { stores, items, categories });
    let lists = r#"[{"id": 1, "name": "a"}]"#;
    // suit_store_type, suit_item_type, what all three lists hold -> scope
    let cases = [
        ("0", "0", lists, scope(vec![], vec![], vec![])),
        ("1", "0", lists, scope(one(), vec![], vec![])),
        ("0", "1", lists, scope(vec![], one(), vec![])),
        ("0", "2", lists, scope(vec![], vec![], one())),
        ("null", "null", lists, scope(one(), one(), one())),
        ("null", "null", "null", scope(vec![], vec![], vec![])),
        ("null", "null", r#""""#, scope(vec![], vec![], vec![])),
        // Limited, and nobody can say to what.
        ("1", "0", "[]", None),
        ("0", "1", "null", None),
        ("0", "2", r#""[]""#, None),
        ("0", "3", lists, None),
        ("1", "0", r#""[{\"id\":\"1\",name:\"唐家湾\"}]""#, None),
        ("1", "0", r#"[{"name": "a"}]"#, None),
        // Every form that the samples show, and the strings of the tables.
        ("1", "0", r#""[{\"id\": \"1\", \"name\": \"a\"}]""#, scope(one(), vec![], vec![])),
        ("1", "0", r#"[[{"id": 1, "name": "a"}]]"#, scope(one(), vec![], vec![])),
        ("1", "0", r#""[[{\"id\": 1, \"name\": \"a\"}]]""#, scope(one(), vec![], vec![])),
        ("1", "0", r#"["{\"id\": 1, \"name\": \"a\"}"]"#, scope(one(), vec![], vec![])),
    ];
    for (store, item, list, want) in cases {
        let row = sample_with(&[
            ("suit_store_type", store),
            ("suit_item_type", item),
            ("stores", list),
            ("items", list),
            ("categories", list),
        ]);
        assert_eq!(understood(&config(), &row).map(|coupon| coupon.scope), want, "{store} {item} {list}");
    }
}

fn written(config: GreeConfig, template: CouponTemplate) -> Value {
    sent(&with(config).encode(&Op::new(Act::AddCouponTemplate { template }).lend()))
}

#[test]
fn a_template_tells_what_differs_from_the_defaults() {
    let want = json!({
        "third_coupon_id": "1234587864", "coupon_category": 0, "name": "满100减10", "discount_fee": 1000, "coupon_type": 0,
        "fixed_term": 10, "rules": "满100元才能使用", "minimum_fee": 10_000, "quantity": 500, "claim_number": 2
    });
    assert_eq!(written(config(), template()), want);
    let yuan_fees = GreeConfig {
        coupon_fee_unit: Some(CouponFeeUnits { list: FeeUnit::Yuan, template: FeeUnit::Yuan }),
        ..config()
    };
    let body = written(yuan_fees, template());
    assert_eq!((&body["discount_fee"], &body["minimum_fee"]), (&json!(10), &json!(100)));
}

#[test]
fn an_effect_becomes_a_category_and_a_number() {
    use CouponEffect::*;
    let off = GreeConfig { discount_fee: DiscountMeans::Off, ..config() };
    for (config, effect, category, fee) in [
        (config(), FreeShipping, 1, 0),
        (config(), OrderDiscount(rate("0.88")), 2, 88),
        (off, OrderDiscount(rate("0.88")), 2, 12),
        (config(), ItemReduction(yuan("0.05")), 3, 5),
        (config(), ItemDiscount(rate("0.5")), 4, 50),
    ] {
        let body = written(config, CouponTemplate { effect, ..template() });
        assert_eq!((&body["coupon_category"], &body["discount_fee"]), (&json!(category), &json!(fee)), "{effect:?}");
    }
}

#[test]
fn a_templates_scope_sets_the_flags() {
    let scope = |items, categories| CouponScope { stores: vec![named("S-1", "店")], items, categories };
    let body = written(config(), CouponTemplate { scope: scope(vec![named("007", "a")], vec![]), ..template() });
    assert_eq!((&body["suit_store_type"], &body["stores"]), (&json!(1), &json!(r#"[{"name":"店","id":"S-1"}]"#)));
    assert_eq!((&body["suit_item_type"], &body["items"]), (&json!(1), &json!(r#"[{"name":"a","id":"007"}]"#)));
    let body = written(config(), CouponTemplate { scope: scope(vec![], vec![named("7", "a")]), ..template() });
    assert_eq!((&body["suit_item_type"], &body["categories"]), (&json!(2), &json!(r#"[{"name":"a","id":7}]"#)));
}

#[test]
fn a_template_without_words_for_it_is_refused() {
    let yuan_fees = GreeConfig {
        coupon_fee_unit: Some(CouponFeeUnits { list: FeeUnit::Yuan, template: FeeUnit::Yuan }),
        ..config()
    };
    let discount = |text: &str| CouponTemplate { effect: CouponEffect::OrderDiscount(rate(text)), ..template() };
    let reduction = |text: &str| CouponTemplate { effect: CouponEffect::ItemReduction(yuan(text)), ..template() };
    let both = CouponScope { items: vec![named("1", "")], categories: vec![named("1", "")], ..CouponScope::default() };
    let cases = [
        (config(), template(), None),
        (config(), discount("0.88"), None),
        (config(), discount("0.885"), Some("effect")),
        (config(), discount("1"), Some("effect")),
        (config(), reduction("0.05"), None),
        (yuan_fees.clone(), reduction("0.05"), Some("effect")),
        (yuan_fees.clone(), reduction("5"), None),
        (yuan_fees, CouponTemplate { minimum: yuan("0.5"), ..template() }, Some("minimum")),
        (config(), CouponTemplate { scope: both, ..template() }, Some("scope")),
    ];
    for (config, template, field) in cases {
        let error = with(config).check(&Act::AddCouponTemplate { template: template.clone() }).err();
        assert_eq!(error.as_ref().and_then(crate::Error::field), field, "{template:?}");
    }
}
