//! Finding out what became of a write whose answer is unknown, where the platform's records tell: members by their phone,
//! coupons by their numbers.

use serde::{Deserialize, Serialize};

use super::config::GreeConfig;
use super::coupons::Seen;
use crate::model::{Act, Confirmation, CouponStatus, Evidence, Kind};
use crate::provider::{Doubt, Findings, Outgoing, RefusalClass, RemoteRefusal, Verdict};

/// Under these refusals stand that no answer has told, but the platform's records do.
const USED: &str = "coupon used";
const NO_COUPON: &str = "no coupon";

/// What is kept of a read before a send, or of a look.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Facts {
    /// The platform knew no such member.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) absent: bool,
    /// All of the member's coupons were read.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) complete: bool,
    /// The coupon in question, where it was among them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) coupon: Option<Seen>,
}

impl Facts {
    pub(super) fn read(value: &serde_json::Value) -> Option<Self> {
        Facts::deserialize(value).ok()
    }

    fn of(findings: &Findings) -> Option<Self> {
        findings.facts.as_ref().and_then(Facts::read)
    }
}

fn unclear(text: impl Into<String>) -> Verdict {
    Verdict::Unclear(text.into())
}

fn business(code: &str, message: impl Into<String>) -> RemoteRefusal {
    RemoteRefusal { code: code.to_owned(), message: message.into(), class: RefusalClass::Business }
}

/// Judges what a look has found.
pub(super) fn judge(config: &GreeConfig, op: &Outgoing<'_>, doubt: &Doubt<'_>, findings: &Findings) -> Verdict {
    if matches!(op.act, Act::Register { .. }) {
        return registered(config, findings);
    }
    let Some(now) = Facts::of(findings) else { return unclear("the look brought no coupons") };
    if now.absent {
        return unclear("the platform knows no such member");
    }
    match op.act {
        Act::RedeemCoupon { .. } => redeemed(op, &now),
        Act::GiveCoupon { .. } => given(op, now),
        Act::SetCouponStatus { to, .. } => status_set(*to, doubt.before.and_then(Facts::read), now),
        _ => unclear("not served"),
    }
}

/// The phone is the identity, so a member with it is the one that was to be registered, whoever did it.
fn registered(config: &GreeConfig, findings: &Findings) -> Verdict {
    if findings.absent {
        return Verdict::NotSeen;
    }
    let Some(snapshot) = &findings.snapshot else { return unclear("the look brought no member") };
    let confirmation = Confirmation {
        points_after: Some(snapshot.points),
        reference: findings.reference.clone(),
        ..Confirmation::default()
    };
    Verdict::Applied {
        confirmation: Box::new(confirmation),
        evidence: if config.sole_writer { Evidence::Proven } else { Evidence::Inferred },
        learned: None,
    }
}

/// Our key is the order that the coupon was used for, so nobody else's use looks the same.
fn redeemed(op: &Outgoing<'_>, now: &Facts) -> Verdict {
    let Some(coupon) = &now.coupon else { return unseen(now) };
    match (coupon.status, coupon.used_for.as_deref()) {
        (Some(CouponStatus::Used), Some(order)) if order == op.key || mutated!(AnybodysUseIsOurs) => {
            proven(Confirmation::default())
        }
        (Some(CouponStatus::Used), Some(order)) => {
            let told: String = order.chars().filter(|c| !c.is_control()).take(64).collect();
            Verdict::Refused(business(USED, format!("the coupon was used for order {told}, not for ours, {}", op.key)))
        }
        (Some(CouponStatus::Used), None) => unclear("the coupon is used, and no order is named"),
        (Some(CouponStatus::Valid), _) if mutated!(ValidCouponIsUsed) => proven(Confirmation::default()),
        (Some(CouponStatus::Valid), _) => Verdict::NotSeen,
        (Some(CouponStatus::InUse), _) => Verdict::Wait("the coupon is in use".to_owned()),
        (Some(status @ (CouponStatus::Invalid | CouponStatus::NotStarted)), _) => {
            unclear(format!("the coupon is {status}"))
        }
        (None, _) => unclear("the coupon has a status that the document does not have"),
    }
}

/// Our key is the number that the coupon was given under.
fn given(op: &Outgoing<'_>, now: Facts) -> Verdict {
    match now.coupon {
        Some(coupon) => proven(Confirmation {
            coupon: Some(op.key.to_owned()),
            remote_id: coupon.own_code,
            ..Confirmation::default()
        }),
        None if now.complete => Verdict::NotSeen,
        None => unseen(&now),
    }
}

/// Status-setting: what stands there now decides, whoever wrote it.
fn status_set(target: CouponStatus, before: Option<Facts>, now: Facts) -> Verdict {
    let Some(coupon) = &now.coupon else { return unseen(&now) };
    let Some(status) = coupon.status else { return unclear("the coupon has a status that the document does not have") };
    let before = before.and_then(|before| before.coupon);
    match (status == target, before.as_ref().map(|before| before.status == Some(status))) {
        // The request may still be on its way, and would undo what is changed after it.
        (true, Some(true) | None) => Verdict::AlreadySo,
        (true, Some(false)) => proven(Confirmation::default()),
        // Used again for another order meanwhile: it looks the same, and is not.
        (false, Some(true)) if before.is_some_and(|before| before.used_for != coupon.used_for) => Verdict::Superseded,
        (false, Some(true)) => Verdict::Unchanged,
        (false, Some(false)) => Verdict::Superseded,
        (false, None) => unclear("the coupon's status is not what was sent, and what it was before is not known"),
    }
}

fn proven(confirmation: Confirmation) -> Verdict {
    Verdict::Applied { confirmation: Box::new(confirmation), evidence: Evidence::Proven, learned: None }
}

fn unseen(now: &Facts) -> Verdict {
    unclear(if now.complete {
        "the coupon is not among the member's"
    } else {
        "not all of the member's coupons could be read"
    })
}

/// A used coupon becomes usable again only for the order that used it, and only if that order is the redemption that is being
/// taken back. The platform itself would let anybody's use be undone.
pub(super) fn forbids(op: &Outgoing<'_>, findings: &Findings) -> Option<RemoteRefusal> {
    let Act::SetCouponStatus { to, .. } = op.act else { return None };
    if matches!(to, CouponStatus::Used | CouponStatus::Invalid) {
        return None;
    }
    let Some(coupon) = Facts::of(findings).and_then(|facts| facts.coupon) else {
        return Some(business(NO_COUPON, "the coupon is not among the member's"));
    };
    if coupon.status.is_some_and(|status| status != CouponStatus::Used) {
        return None;
    }
    let redemption = op.original.filter(|original| original.kind == Kind::RedeemCoupon);
    let ours = redemption.is_some_and(|original| coupon.used_for.as_ref() == Some(&original.key));
    (!ours).then(|| business(USED, "the coupon was used for an order that is not the one taken back"))
}
