//! What a look at the records allows to be concluded.

use super::coupons::template;
use super::samples::{MEMBER, coupon, coupons};
use super::*;
use crate::model::{CouponStatus, Evidence};
use crate::provider::{Provider, Verdict};

/// The sample's coupon, in this state.
fn page(code: &str, status: &str, used_for: &str) -> HttpResponse {
    let row = coupon(&[("third_coupon_code", &format!("{code:?}")), ("status", status), ("use_order_no", used_for)]);
    answer(coupons(&[row], Some(1)))
}

fn nothing() -> HttpResponse {
    answer(coupons(&[], Some(0)))
}

#[derive(Debug, PartialEq)]
enum Is {
    Applied(Evidence),
    NotSeen,
    Unchanged,
    AlreadySo,
    Superseded,
    Refused,
    Unclear,
    Wait,
}

fn judged(gree: &Gree, op: &Op, before: Option<&Value>, answers: &[HttpResponse]) -> Is {
    let claimed = BTreeSet::new();
    let doubt = doubt(before, &claimed);
    let findings = read(gree.look(&op.lend(), &doubt, AT).unwrap(), answers);
    match gree.judge(&op.lend(), &doubt, &findings) {
        Verdict::Applied { evidence, learned: None, .. } => Is::Applied(evidence),
        Verdict::Applied { learned, .. } => panic!("{learned:?}"),
        Verdict::NotSeen => Is::NotSeen,
        Verdict::Unchanged => Is::Unchanged,
        Verdict::AlreadySo => Is::AlreadySo,
        Verdict::Superseded => Is::Superseded,
        Verdict::Refused(_) => Is::Refused,
        Verdict::Unclear(_) => Is::Unclear,
        Verdict::Wait(_) => Is::Wait,
    }
}

#[test]
fn a_registration_is_found_by_its_phone() {
    let op = Op::new(register()).of("");
    let mut there: Value = serde_json::from_str(MEMBER).unwrap();
    there["data"]["phone"] = "15900947949".into();
    there["data"]["open_id"] = OPEN_ID.into();
    let there = answer(there.to_string());
    let sole = with(GreeConfig { sole_writer: true, ..config() });
    let cases = [
        (gree(), there.clone(), Is::Applied(Evidence::Inferred)),
        (sole, there.clone(), Is::Applied(Evidence::Proven)),
        (gree(), no("110004", ""), Is::NotSeen),
        (gree(), no("110003", ""), Is::Unclear),
    ];
    for (gree, answer, want) in cases {
        assert_eq!(judged(&gree, &op, None, &[answer]), want);
    }
    let claimed = BTreeSet::new();
    let (gree, doubt) = (gree(), doubt(None, &claimed));
    let findings = read(gree.look(&op.lend(), &doubt, AT).unwrap(), &[there]);
    let Verdict::Applied { confirmation, .. } = gree.judge(&op.lend(), &doubt, &findings) else { panic!() };
    assert_eq!((confirmation.reference.as_deref(), confirmation.points_after), (Some(OPEN_ID), Some(points(0))));
}

#[test]
fn a_redemption_is_told_by_the_order_that_used_the_coupon() {
    let op = Op::new(redeem_coupon("C1"));
    let ours = format!("{KEY:?}");
    let cases = [
        (page("C1", "2", &ours), Is::Applied(Evidence::Proven)),
        (page("C1", "\"2\"", &ours), Is::Applied(Evidence::Proven)),
        (page("C1", "2", "\"X9\""), Is::Refused),
        (page("C1", "2", "null"), Is::Unclear),
        (page("C1", "1", "null"), Is::NotSeen),
        (page("C1", "3", "null"), Is::Wait),
        (page("C1", "0", "null"), Is::Unclear),
        (page("C1", "4", "null"), Is::Unclear),
        (page("C1", "9", "null"), Is::Unclear),
        (page("C2", "2", &ours), Is::Unclear),
        (nothing(), Is::Unclear),
        (no("110004", ""), Is::Unclear),
    ];
    for (answer, want) in cases {
        let shown = String::from_utf8_lossy(&answer.body).into_owned();
        assert_eq!(judged(&gree(), &op, None, &[answer]), want, "{shown}");
    }
}

#[test]
fn a_coupon_that_was_given_is_told_by_its_number() {
    let op = Op::new(give());
    assert_eq!(judged(&gree(), &op, None, &[page(KEY, "1", "null")]), Is::Applied(Evidence::Proven));
    assert_eq!(judged(&gree(), &op, None, &[page(KEY, "2", "\"X9\"")]), Is::Applied(Evidence::Proven), "used already");
    assert_eq!(judged(&gree(), &op, None, &[page("C2", "1", "null")]), Is::NotSeen);
    assert_eq!(judged(&gree(), &op, None, &[nothing()]), Is::NotSeen);
    // Said to be two, and the second page brings the first one again: nothing is proven absent.
    let cut = answer(coupons(&[coupon(&[])], Some(2)));
    assert_eq!(judged(&gree(), &op, None, &[cut.clone(), cut]), Is::Unclear);
    let claimed = BTreeSet::new();
    let (gree, doubt) = (gree(), doubt(None, &claimed));
    let findings = read(gree.look(&op.lend(), &doubt, AT).unwrap(), &[page(KEY, "1", "null")]);
    let Verdict::Applied { confirmation, .. } = gree.judge(&op.lend(), &doubt, &findings) else { panic!() };
    assert_eq!(
        (confirmation.coupon.as_deref(), confirmation.remote_id.as_deref()),
        (Some(KEY), Some("3735473975794516910"))
    );
}

#[test]
fn what_is_found_need_not_be_looked_for_further() {
    let rows = [coupon(&[("third_coupon_code", &format!("{KEY:?}"))])];
    let long = answer(coupons(&rows, Some(100)));
    assert_eq!(judged(&gree(), &Op::new(give()), None, &[long]), Is::Applied(Evidence::Proven));
}

#[test]
fn a_status_is_judged_by_what_it_was_before() {
    use CouponStatus::{Invalid, Used, Valid};
    let x9 = "\"X9\"";
    // target, before (status, order), now (status, order)
    let cases = [
        (Invalid, Some(("1", "null")), ("0", "null"), Is::Applied(Evidence::Proven)),
        (Invalid, Some(("1", "null")), ("1", "null"), Is::Unchanged),
        (Invalid, Some(("0", "null")), ("0", "null"), Is::AlreadySo),
        (Invalid, Some(("1", "null")), ("2", x9), Is::Superseded),
        (Invalid, None, ("0", "null"), Is::AlreadySo),
        (Invalid, None, ("1", "null"), Is::Unclear),
        (Valid, Some(("2", x9)), ("1", "null"), Is::Applied(Evidence::Proven)),
        (Valid, Some(("2", x9)), ("2", x9), Is::Unchanged),
        (Valid, Some(("2", x9)), ("2", "\"X10\""), Is::Superseded),
        (Used, Some(("1", "null")), ("2", x9), Is::Applied(Evidence::Proven)),
        (Invalid, Some(("1", "null")), ("9", "null"), Is::Unclear),
    ];
    for (target, before, (status, order), want) in cases {
        let op = Op::new(set_status("C1", target));
        let facts = before.map(|(status, order)| {
            read(gree().before(&op.lend(), AT).unwrap(), &[page("C1", status, order)]).facts.unwrap()
        });
        let got = judged(&gree(), &op, facts.as_ref(), &[page("C1", status, order)]);
        assert_eq!(got, want, "to {target} from {before:?}, now {status} {order}");
    }
    let op = Op::new(set_status("C1", Invalid));
    assert_eq!(judged(&gree(), &op, None, &[nothing()]), Is::Unclear);
}

#[test]
fn a_used_coupon_is_set_free_only_for_the_order_that_used_it() {
    use CouponStatus::{InUse, Invalid, NotStarted, Used, Valid};
    let redeemed = || Some((redeem_coupon("C1"), "K0"));
    let pushed = || Some((push_order(), "K0"));
    // target, what it takes back, status and order just read -> allowed
    let cases = [
        (Valid, redeemed(), ("2", "\"K0\""), true),
        (Valid, redeemed(), ("2", "\"K1\""), false),
        (Valid, redeemed(), ("2", "null"), false),
        (Valid, pushed(), ("2", "\"K0\""), false),
        (Valid, None, ("2", "\"K0\""), false),
        (NotStarted, None, ("2", "\"K0\""), false),
        (InUse, None, ("2", "\"K0\""), false),
        (Valid, None, ("9", "null"), false),
        (Valid, None, ("0", "null"), true),
        (Valid, None, ("3", "null"), true),
        (Valid, None, ("1", "null"), true),
        (Invalid, None, ("2", "\"K0\""), true),
        (Used, None, ("1", "null"), true),
    ];
    for (to, original, (status, order), allowed) in cases {
        let mut op = Op::new(set_status("C1", to));
        let shown = format!("{to} {} {status} {order}", original.is_some());
        if let Some((act, key)) = original {
            op = op.undoes(act, key, None);
        }
        let findings = read(gree().before(&op.lend(), AT).unwrap(), &[page("C1", status, order)]);
        assert_eq!(gree().forbids(&op.lend(), &findings).is_none(), allowed, "{shown}");
    }
    let op = Op::new(set_status("C1", Valid));
    let unseen = read(gree().before(&op.lend(), AT).unwrap(), &[nothing()]);
    assert!(gree().forbids(&op.lend(), &unseen).is_some());
    assert!(gree().forbids(&Op::new(give()).lend(), &Findings::default()).is_none());
    // A list that could not be read to its end, and did not show the coupon, allows no decision.
    let cut = answer(coupons(&[coupon(&[])], Some(2)));
    let (read, _) = run(gree().before(&op.lend(), AT).unwrap(), &[cut.clone(), cut]);
    assert!(matches!(read, Err(ReadFailure::Unusable(_))));
}

#[test]
fn what_leaves_no_record_is_not_looked_for() {
    let claimed = BTreeSet::new();
    let template = Act::AddCouponTemplate { template: template() };
    for act in [accrue(1), returned("o", 1, true), push_order(), return_order(true), template] {
        let op = Op::new(act);
        assert!(gree().look(&op.lend(), &doubt(None, &claimed), AT).is_none());
        assert!(gree().before(&op.lend(), AT).is_none());
    }
}
