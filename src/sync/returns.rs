//! Returns: what they are of stands in the book, and so does how much is left of it.

use std::borrow::Cow;

use crate::error::{Error, Result};
use crate::model::{Act, Kind, OpId, Refusal, Sold, check_return, left_of};
use crate::store::{OpRow, View};
use crate::units::{Money, Points};

/// A request as the book completes it: what it undoes, and how much is left of that. `repeated`: the operation that it stands
/// for already, so that only what came before it counts.
pub(super) fn completed<'a>(
    view: &View<'_>,
    act: &'a Act,
    repeated: Option<i64>,
) -> Result<(Cow<'a, Act>, Option<i64>)> {
    match act {
        Act::ReturnPoints { original, points, whole, .. } => {
            let of = original_of(view, act, original, &[Kind::AccruePoints, Kind::RedeemPoints], repeated.is_some())?;
            let takes = of.kind == Kind::AccruePoints;
            let moved = of.told().points;
            let earlier = earlier(view, &of, repeated)?;
            let returned = earlier.iter().fold(Points::ZERO, |sum, op| sum.plus(points_of(op)));
            let left = if takes { moved } else { moved.negated() }.minus(returned);
            let wanted = if *whole { left } else { *points };
            if repeated.is_none() && (wanted < Points::new(1) || wanted > left) {
                return Err(Error::invalid("points", "must be at most what is left of the operation", wanted));
            }
            let mut act = act.clone();
            if let Act::ReturnPoints { takes: t, points, whole, .. } = &mut act {
                (*t, *points, *whole) = (takes, wanted, wanted == left && returned == Points::ZERO);
            }
            Ok((Cow::Owned(act), Some(of.op_no)))
        }
        Act::ReturnOrder { original, amount, whole, .. } => {
            let of = original_of(view, act, original, &[Kind::PushOrder], repeated.is_some())?;
            let Act::PushOrder { amount: sold, points: granted, lines: sold_lines, .. } = &of.act else {
                return Err(Error::inconsistent("an order without its act"));
            };
            let order = Sold { amount: *sold, points: *granted, lines: sold_lines };
            let earlier = earlier(view, &of, repeated)?;
            let earlier: Vec<Sold<'_>> = earlier.iter().filter_map(returned).collect();
            let left = left_of(&order, &earlier);
            let amount = if *whole { left.amount } else { *amount };
            if repeated.is_none() && !amount.is_positive() {
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
            if repeated.is_none() {
                check_return(&order, &earlier, &Sold { amount: *amount, points: *points, lines })?;
            }
            Ok((Cow::Owned(act), Some(of.op_no)))
        }
        Act::SetCouponStatus { coupon, .. } => {
            let used = view.use_of_coupon(coupon, None)?;
            Ok((Cow::Borrowed(act), used.map(|op| op.op_no)))
        }
        _ => Ok((Cow::Borrowed(act), None)),
    }
}

/// The operation that is undone: of this card, of this kind, and not come to nothing.
fn original_of(view: &View<'_>, act: &Act, original: &OpId, kinds: &[Kind], repeated: bool) -> Result<OpRow> {
    let of = view.operation_by_id(original)?.ok_or_else(|| Error::not_found("original operation"))?;
    if of.act.card() != act.card() {
        return Err(Error::invalid("original", "must be an operation of this card", original));
    }
    if !kinds.contains(&of.kind) {
        return Err(Error::invalid("original", "must be an operation that can be undone so", of.kind));
    }
    if repeated {
        // Whatever has become of it since, the return stands in the book.
        return Ok(of);
    }
    if !(of.is_approved() || of.state.is_confirmed()) || of.state.is_final() && !of.state.is_confirmed() {
        return Err(Refusal::NothingToReturn { state: of.state.to_string() }.into());
    }
    Ok(of)
}

/// What has been returned of an operation already, or is on its way to be.
fn earlier(view: &View<'_>, of: &OpRow, before: Option<i64>) -> Result<Vec<OpRow>> {
    let mut earlier = view.returns_of(of.op_no)?;
    earlier.retain(|op| before.is_none_or(|before| op.op_no < before));
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
