//! Coupons: every rule, offline and online, spent elsewhere, reinstated.

use std::sync::Arc;
use std::time::Duration;

use tillbook::{
    Config, CouponRule, CouponStatus, ErrorCode, Money, NoticeKind, OrderLine, RedeemCoupon, Refusal, SetCouponStatus,
    State, Till,
};
use tillbook_sandbox::gree::{CouponStatus as There, NewTemplate, Profile};

use crate::street::{ALL, Fate, Street, gree, shop};

const PHONE: &str = "13911112222";
const REDEEM: &str = "wk.coupon.verification";
const LIST: &str = "wk.coupon.user.list";

fn yuan(text: &str) -> Money {
    Money::parse_yuan(text).unwrap()
}

/// A member with these coupons: code, category, fee, minimum.
fn with_coupons(street: &Arc<Street>, coupons: &[(&str, i64, i64, i64)]) {
    let now = street.now_ms();
    let mut cores = street.cores.lock().unwrap();
    let mut office = cores.gree.office(now);
    office.add_member(PHONE, Profile::default(), 0, 0).unwrap();
    for (code, category, fee, minimum) in coupons {
        let template = format!("T-{code}");
        let mut terms = NewTemplate::new(&template, *fee, 10);
        terms.category = *category;
        terms.minimum_fen = *minimum;
        if *category >= 3 {
            terms.suit_item_type = 1;
            terms.items = r#"[{"id":"I1","name":"soap"}]"#.into();
        }
        office.add_template(terms).unwrap();
        office.give_coupons(&template, PHONE, &[code]).unwrap();
    }
}

fn open(street: &Arc<Street>, change: impl FnOnce(&mut Config)) -> Till {
    let mut config = shop(gree());
    change(&mut config);
    let till = street.till(config);
    till.serve_card(PHONE, ALL).unwrap();
    till
}

fn lines() -> Vec<OrderLine> {
    vec![OrderLine::new("I1", "soap", 2, yuan("40")), OrderLine::new("I2", "tea", 1, yuan("60"))]
}

#[test]
fn the_five_kinds_take_off_what_they_say() {
    let street = Street::new();
    // category: 0 order off, 1 free shipping, 2 order discount, 3 items off, 4 items discount; fees in fen
    let coupons = [("A", 0, 1000, 0), ("B", 1, 0, 0), ("C", 2, 88, 0), ("D", 3, 500, 0), ("E", 4, 50, 0)];
    with_coupons(&street, &coupons);
    let till = open(&street, |_| {});
    let cases = [
        ("A", "10", "100", false),
        ("B", "0", "100", true),
        ("C", "12", "100", false),
        ("D", "5", "40", false),
        ("E", "20", "40", false),
    ];
    for (code, discount, eligible, free_shipping) in cases {
        let dry = till.validate_coupon(PHONE, code, yuan("100"), &lines(), true).unwrap();
        assert!(dry.passed(), "{code}: {:?}", dry.first_failure());
        assert_eq!((dry.discount, dry.eligible), (yuan(discount), yuan(eligible)), "{code}");
        assert_eq!(dry.free_shipping, free_shipping, "{code}");
        let used = till.redeem_coupon(RedeemCoupon::new(PHONE, code, yuan("100")).lines(lines()).offline()).unwrap();
        assert_eq!(used.told.discount, yuan(discount));
        assert_eq!(used.told.due.checked_add(yuan(discount)), Some(yuan("100")));
    }
    street.settle(&till);
    let cores = street.cores.lock().unwrap();
    assert!(coupons.iter().all(|(code, ..)| cores.gree.coupon(code).unwrap().status == There::Used));
}

#[test]
fn each_rule_that_fails_is_named() {
    let street = Street::new();
    with_coupons(&street, &[("A", 0, 1000, 10_000), ("D", 3, 500, 0), ("U", 0, 1000, 0)]);
    let now = street.now_ms();
    street.cores.lock().unwrap().gree.office(now).use_coupon("U", "elsewhere").unwrap();
    let till = open(&street, |config| config.policy.coupon_templates = vec![]);
    let rule = |code: &str, amount: &str, lines: &[OrderLine], offline: bool| {
        till.validate_coupon(PHONE, code, yuan(amount), lines, offline)
            .unwrap()
            .first_failure()
            .map(|failed| failed.rule)
    };
    assert_eq!(rule("none", "100", &[], false), Some(CouponRule::Known));
    assert_eq!(rule("U", "100", &[], false), Some(CouponRule::Status));
    assert_eq!(rule("A", "99.99", &[], false), Some(CouponRule::Minimum));
    assert_eq!(rule("A", "100", &[], false), None);
    assert_eq!(rule("A", "100", &[], true), Some(CouponRule::Offline));
    assert_eq!(rule("D", "100", &lines()[1..], false), Some(CouponRule::Items));
    street.cut(true);
    let refused = till.redeem_coupon(RedeemCoupon::new(PHONE, "A", yuan("100")).offline()).unwrap_err();
    assert!(matches!(refused.refusal(), Some(Refusal::Coupon { rule: CouponRule::Offline, .. })), "{refused}");
    street.cut(false);
    street.clock.pass(Duration::from_secs(12 * 86_400));
    assert_eq!(rule("A", "100", &[], false), Some(CouponRule::Time));
}

#[test]
fn a_coupon_is_used_once_at_this_till_whatever_the_network_does() {
    let street = Street::new();
    with_coupons(&street, &[("A", 0, 1000, 0)]);
    let till = open(&street, |_| {});
    street.cut(true);
    till.redeem_coupon(RedeemCoupon::new(PHONE, "A", yuan("50")).op_id("1").offline()).unwrap();
    let again = till.redeem_coupon(RedeemCoupon::new(PHONE, "A", yuan("50")).op_id("2").offline()).unwrap_err();
    assert!(matches!(again.refusal(), Some(Refusal::Coupon { rule: CouponRule::NotUsedHere, .. })), "{again}");
    assert_eq!(till.coupons(PHONE).unwrap()[0].status, CouponStatus::InUse);
    till.void("1").unwrap();
    till.redeem_coupon(RedeemCoupon::new(PHONE, "A", yuan("50")).op_id("3").offline()).unwrap();
    street.cut(false);
    street.settle(&till);
    assert_eq!(till.operation("3").unwrap().state, State::Settled);
    assert_eq!(till.coupons(PHONE).unwrap()[0].status, CouponStatus::Used);
}

/// Both order numbers and the money are told.
#[test]
fn a_coupon_that_was_spent_elsewhere_is_owed_and_told() {
    let street = Street::new();
    with_coupons(&street, &[("A", 0, 1000, 0)]);
    let till = open(&street, |_| {});
    street.cut(true);
    till.redeem_coupon(RedeemCoupon::new(PHONE, "A", yuan("50")).op_id("1").offline()).unwrap();
    let now = street.now_ms();
    street.cores.lock().unwrap().gree.office(now).use_coupon("A", "OTHER-7").unwrap();
    street.cut(false);
    street.settle(&till);
    assert_eq!(till.operation("1").unwrap().state, State::Rejected);
    let told = till.notices().unwrap().into_iter().find(|notice| notice.kind == NoticeKind::Rejected).unwrap();
    assert_eq!(told.amount, Some(yuan("10")));
    assert!(told.detail.contains("OTHER-7"), "{}", told.detail);
    let log = till.waiting().unwrap();
    assert_eq!((log.len(), log[0].amount), (1, yuan("10")));
}

#[test]
fn a_lost_answer_is_found_in_the_list_and_never_sent_twice() {
    for fate in [Fate::AnswerLost, Fate::Lost] {
        let street = Street::new();
        with_coupons(&street, &[("A", 0, 1000, 0)]);
        let till = open(&street, |_| {});
        till.redeem_coupon(RedeemCoupon::new(PHONE, "A", yuan("50")).op_id("1").offline()).unwrap();
        let arrived = matches!(fate, Fate::AnswerLost);
        street.once(REDEEM, fate);
        street.settle(&till);
        assert_eq!(till.operation("1").unwrap().state, State::Settled);
        assert_eq!(street.asked(REDEEM), if arrived { 1 } else { 2 });
        assert!(street.asked(LIST) >= 2);
    }
}

#[test]
fn what_was_used_here_can_be_reinstated_and_what_another_order_used_can_not() {
    let street = Street::new();
    with_coupons(&street, &[("A", 0, 1000, 0), ("B", 0, 1000, 0)]);
    let till = open(&street, |_| {});
    till.redeem_coupon(RedeemCoupon::new(PHONE, "A", yuan("50")).offline()).unwrap();
    street.settle(&till);
    till.set_coupon_status(SetCouponStatus::new(PHONE, "A", CouponStatus::Valid).op_id("back").offline()).unwrap();
    street.settle(&till);
    assert_eq!(till.operation("back").unwrap().state, State::Settled);
    assert_eq!(till.coupons(PHONE).unwrap()[0].status, CouponStatus::Valid);
    till.redeem_coupon(RedeemCoupon::new(PHONE, "A", yuan("50")).op_id("twice").offline()).unwrap();
    street.settle(&till);
    assert_eq!(till.operation("twice").unwrap().state, State::Settled);

    let now = street.now_ms();
    street.cores.lock().unwrap().gree.office(now).use_coupon("B", "OTHER-8").unwrap();
    till.set_coupon_status(SetCouponStatus::new(PHONE, "B", CouponStatus::Valid).op_id("no").offline()).unwrap();
    street.settle(&till);
    assert_eq!(till.operation("no").unwrap().state, State::Rejected);
    assert_eq!(street.cores.lock().unwrap().gree.coupon("B").unwrap().use_order_no.as_deref(), Some("OTHER-8"));
}

/// Gree marks this method as GET in its document; an installation may insist on it.
#[test]
fn a_write_by_get_is_sent_like_any_other() {
    let street = Street::new();
    with_coupons(&street, &[("A", 0, 1000, 0)]);
    let mut config = gree();
    config.verbs.insert(REDEEM.into(), tillbook::Verb::Get);
    let till = street.till(shop(config));
    till.serve_card(PHONE, ALL).unwrap();
    till.redeem_coupon(RedeemCoupon::new(PHONE, "A", yuan("50")).op_id("1").offline()).unwrap();
    street.settle(&till);
    assert_eq!(till.operation("1").unwrap().state, State::Settled);
}

#[test]
fn without_the_unit_of_fees_coupons_are_refused_before_anything_is_written() {
    let street = Street::new();
    with_coupons(&street, &[("A", 0, 1000, 0)]);
    let mut config = gree();
    config.coupon_fee_unit = None;
    let till = street.till(shop(config));
    till.serve_card(PHONE, ALL).unwrap();
    let refused = till.redeem_coupon(RedeemCoupon::new(PHONE, "A", yuan("50")).op_id("1").offline()).unwrap_err();
    assert_eq!((refused.code(), refused.field()), (ErrorCode::InvalidConfig, Some("gree.coupon_fee_unit")));
    assert_eq!(till.operation("1").unwrap_err().code(), ErrorCode::NotFound);
}
