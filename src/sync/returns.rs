//! Returns: what they are of stands in the book, and so does how much is left of it.

use std::borrow::Cow;

use crate::error::{Error, Result};
use crate::model::{Act, Kind, OpId, Refusal, Sold, check_return, left_of};
use crate::provider::Asked;
use crate::store::{OpRow, View};
use crate::units::{Money, Points};

/// A request as the book completes it: what it undoes, and how much is left of that.
pub(super) fn completed<'a>(view: &View<'_>, act: &'a Act) -> Result<(Cow<'a, Act>, Option<i64>)> {
    match act {
        Act::ReturnPoints { original, points, whole, .. } => {
            let of = original_of(view, act, original, &[Kind::AccruePoints, Kind::RedeemPoints])?;
            let takes = of.kind == Kind::AccruePoints;
            let earlier = earlier(view, &of)?;
            let returned = earlier.iter().fold(Points::ZERO, |sum, op| sum.plus(points_of(op)));
            let left = moved(view, &of, takes)?.map(|moved| moved.minus(returned));
            let wanted = match (left, *whole) {
                (Some(left), true) => left,
                // Only the remote knows what an amount has brought: how many are taken back, the caller has to say.
                (None, true) => {
                    return Err(Error::invalid("points", "must be given: how many there were is not known", ""));
                }
                (_, false) => *points,
            };
            if wanted < Points::new(1) || left.is_some_and(|left| wanted > left) {
                return Err(Error::invalid("points", "must be at most what is left of the operation", wanted));
            }
            let mut act = act.clone();
            if let Act::ReturnPoints { takes: t, points, whole, .. } = &mut act {
                (*t, *points, *whole) = (takes, wanted, left == Some(wanted) && returned == Points::ZERO);
            }
            Ok((Cow::Owned(act), Some(of.op_no)))
        }
        Act::ReturnOrder { original, amount, whole, .. } => {
            let of = original_of(view, act, original, &[Kind::PushOrder])?;
            let Act::PushOrder { amount: sold, points: granted, lines: sold_lines, .. } = &of.act else {
                return Err(Error::inconsistent("an order without its act"));
            };
            let order = Sold { amount: *sold, points: *granted, lines: sold_lines };
            let earlier = earlier(view, &of)?;
            let earlier: Vec<Sold<'_>> = earlier.iter().filter_map(returned).collect();
            let left = left_of(&order, &earlier);
            let amount = if *whole { left.amount } else { *amount };
            if !amount.is_positive() {
                return Err(Error::invalid("amount", "must be above zero: all of it came back already", amount));
            }
            let mut act = act.clone();
            if let Act::ReturnOrder { amount: a, points, whole, lines, .. } = &mut act {
                *whole = earlier.is_empty() && amount == *sold;
                *a = amount;
                if *whole && lines.is_empty() {
                    lines.clone_from(sold_lines);
                }
                let all = amount == left.amount;
                let told = *points;
                // What the lines say; else in proportion to the money, and all that is left with the last of it.
                *points = match (all, told > Points::ZERO) {
                    (true, _) => left.points,
                    (false, true) => told.min(left.points),
                    (false, false) => share(*granted, amount, *sold).min(left.points),
                };
            }
            let Act::ReturnOrder { amount, points, lines, .. } = &act else {
                return Err(Error::inconsistent("a return without its act"));
            };
            check_return(&order, &earlier, &Sold { amount: *amount, points: *points, lines })?;
            Ok((Cow::Owned(act), Some(of.op_no)))
        }
        Act::SetCouponStatus { coupon, .. } => {
            let used = view.use_of_coupon(coupon, None)?;
            Ok((Cow::Borrowed(act), used.map(|op| op.op_no)))
        }
        _ => Ok((Cow::Borrowed(act), None)),
    }
}

/// A return as it was asked for, before the book completed it: what a repeated call is compared by, whatever has become of
/// the original and of other returns since.
pub(super) fn asked(act: &Act) -> Option<Asked> {
    match act {
        Act::ReturnPoints { points, whole, amount, .. } => {
            Some(Asked { points: (!whole).then_some(*points), amount: *amount, lines: Vec::new() })
        }
        Act::ReturnOrder { amount, whole, lines, .. } => {
            Some(Asked { points: None, amount: (!whole).then_some(*amount), lines: lines.clone() })
        }
        _ => None,
    }
}

/// The first field in which a repeated return differs from the one that stands in the book.
pub(super) fn first_difference(op: &OpRow, act: &Act) -> Option<&'static str> {
    let mut known = Cow::Borrowed(&op.act);
    if let Some(called) = op.bound.called.as_ref().filter(|called| *called == act.card()) {
        known.to_mut().set_card(called.clone());
    }
    let (Some(was), Some(is)) = (&op.bound.asked, asked(act)) else { return known.first_difference(act) };
    let (one, other) = (known.as_ref(), act);
    let original = |act: &Act| match act {
        Act::ReturnPoints { original, .. } | Act::ReturnOrder { original, .. } => Some(original.clone()),
        _ => None,
    };
    [
        ("kind", one.kind() == other.kind()),
        ("card", one.card() == other.card()),
        ("original", original(one) == original(other)),
        ("points", was.points == is.points),
        ("amount", was.amount == is.amount),
        ("lines", was.lines == is.lines),
    ]
    .into_iter()
    .find(|(_, same)| !same)
    .map(|(field, _)| field)
}

/// How many points an operation moved: as the remote confirmed it, else as it was told. `None`: nobody here knows, since only
/// the remote can say what an amount has brought.
fn moved(view: &View<'_>, of: &OpRow, takes: bool) -> Result<Option<Points>> {
    let confirmed = view.confirmation(of.op_no)?.and_then(|confirmed| confirmed.bonus_points);
    if let (true, Some(confirmed)) = (takes, confirmed) {
        return Ok(Some(confirmed));
    }
    let told = of.told().points;
    let by_amount = matches!(of.act, Act::AccruePoints { points: None, .. });
    Ok((!by_amount).then(|| if takes { told } else { told.negated() }))
}

/// The operation that is undone: of this card, of this kind, and not come to nothing.
fn original_of(view: &View<'_>, act: &Act, original: &OpId, kinds: &[Kind]) -> Result<OpRow> {
    let of = view.operation_by_id(original)?.ok_or_else(|| Error::not_found("original operation"))?;
    // By the account and not by the number: that may have changed since, and be another card's by now.
    let served = view.card(act.card().as_str(), &of.provider)?;
    if served.is_none_or(|served| served.account.account_no != of.lane_no) {
        return Err(Error::invalid("original", "must be an operation of this card", original));
    }
    if !kinds.contains(&of.kind) {
        return Err(Error::invalid("original", "must be an operation that can be undone so", of.kind));
    }
    if !(of.is_approved() || of.state.is_confirmed()) || of.state.is_final() && !of.state.is_confirmed() {
        return Err(Refusal::NothingToReturn { state: of.state.to_string() }.into());
    }
    Ok(of)
}

/// What has been returned of an operation already, or is on its way to be.
fn earlier(view: &View<'_>, of: &OpRow) -> Result<Vec<OpRow>> {
    let mut earlier = view.returns_of(of.op_no)?;
    earlier.retain(|_| !mutated!(ReturnsAreNotCounted));
    Ok(earlier)
}

fn points_of(op: &OpRow) -> Points {
    match &op.act {
        Act::ReturnPoints { points, .. } => *points,
        _ => Points::ZERO,
    }
}

fn returned(op: &OpRow) -> Option<Sold<'_>> {
    match &op.act {
        Act::ReturnOrder { amount, points, lines, .. } => Some(Sold { amount: *amount, points: *points, lines }),
        _ => None,
    }
}

/// `part` of `whole`'s share of points, fractions dropped.
fn share(points: Points, part: Money, whole: Money) -> Points {
    let share = i128::from(points.get()) * i128::from(part.fen()) / i128::from(whole.fen().max(1));
    Points::new(i64::try_from(share).unwrap_or_default())
}
