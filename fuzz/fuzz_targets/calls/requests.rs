//! The eighteen calls that a POS makes.

use std::ptr::{null, null_mut};

use tillbook_ffi::*;

use crate::pen::{Pen, filled};
use crate::world::World;
use crate::{adds_up, made};

const CARDS: &[&str] = &["A1", "B1", "13800001234", "N1"];
const KEYS: &[&str] = &["op-1", "op-2", "op-3", "op-4", "op-5", "op-6"];

fn call_of(pen: &mut Pen<'_>) -> *const tillbook_call {
    if pen.seldom(4) {
        return null();
    }
    let mut call = filled::<tillbook_call>();
    call.op_id = if pen.seldom(3) { pen.str_or_none() } else { pen.str_of(KEYS) };
    call.ticket = pen.str_or_none();
    call.operator_name = pen.str_or_none();
    call.reason = pen.str_or_none();
    call.delivery = pen.code(3);
    call.timeout_ms = pen.wait();
    if pen.seldom(6) {
        call.supervisor = pen.str_of(&["店长"]);
        call.reason = pen.str_of(&["因为"]);
        call.override_policy = pen.code(1);
    }
    pen.given(call)
}

type Function<T> = unsafe extern "C" fn(
    *mut tillbook_till,
    *const T,
    *mut tillbook_receipt,
    *mut *mut tillbook_error,
) -> tillbook_status;

/// Makes a call, and looks at its receipt.
fn make<T: Copy>(world: &mut World, pen: &mut Pen<'_>, function: Function<T>, request: T) {
    let till = world.till_or(pen);
    let request = pen.given(request);
    let mut receipt = pen.place::<tillbook_receipt>();
    if made(|err| unsafe { function(till, request, receipt.at(), err) })
        && let Some(receipt) = receipt.whole()
    {
        adds_up(&receipt);
    }
    if pen.seldom(16) {
        unsafe { function(till, request, receipt.at(), null_mut()) };
    }
    pen.forget();
}

fn lines_of(pen: &mut Pen<'_>) -> (*const tillbook_order_line, usize) {
    let count = if pen.seldom(2) { pen.below(4) } else { 0 };
    let lines: Vec<tillbook_order_line> = (0..count)
        .map(|_| {
            let mut line = filled::<tillbook_order_line>();
            line.item = pen.str_of(&["i1", "i2"]);
            line.name = pen.str_of(&["面", "汤"]);
            line.quantity = pen.str_of(&["1", "1.5", "0.0001", "-1", "99999999999999999999"]);
            line.amount = pen.number();
            line.points = if pen.seldom(2) { pen.number() } else { 0 };
            line.category = pen.str_or_none();
            if pen.seldom(16) {
                line.struct_size = [0, 8, size_of::<tillbook_order_line>() - 1][usize::from(pen.below(3))];
            }
            line
        })
        .collect();
    match pen.below(16) {
        0 => (null(), usize::from(count)),
        1 => (null(), usize::MAX),
        2 => (pen.row(&lines), 501),
        _ => (pen.row(&lines), usize::from(count)),
    }
}

fn named_of(pen: &mut Pen<'_>) -> (*const tillbook_named, usize) {
    let count = pen.below(3);
    let named: Vec<tillbook_named> =
        (0..count).map(|_| tillbook_named { id: pen.str_of(&["1", "2"]), name: pen.str_or_none() }).collect();
    if pen.seldom(16) { (null(), 3) } else { (pen.row(&named), usize::from(count)) }
}

fn template_of(pen: &mut Pen<'_>) -> *const tillbook_coupon_template {
    let mut template = filled::<tillbook_coupon_template>();
    template.id = pen.str_of(&["T1", "T2"]);
    template.name = pen.str_of(&["满减"]);
    template.effect = pen.code(5);
    template.valid_days = if pen.seldom(3) { pen.number() as u32 } else { 30 };
    template.reduction = pen.number();
    template.rate = pen.str_of(&["0.8", "1", "0.001"]);
    template.begins = pen.number();
    template.ends = pen.number();
    template.minimum = pen.number();
    template.rules = pen.str_of(&["规则"]);
    template.quantity = pen.number() as u32;
    template.per_member = pen.number() as u32;
    (template.stores, template.stores_count) = named_of(pen);
    (template.items, template.items_count) = named_of(pen);
    (template.categories, template.categories_count) = named_of(pen);
    pen.given(template)
}

/// One of them, with whatever the input says.
pub(crate) fn call(world: &mut World, pen: &mut Pen<'_>) {
    /// A request with what all of them carry; the rest follows.
    macro_rules! request {
        ($request:ident, $function:ident, |$it:ident| { $($field:ident = $value:expr;)* }) => {{
            let mut $it = filled::<$request>();
            $it.call = call_of(pen);
            $($it.$field = $value;)*
            make(world, pen, $function, $it);
        }};
    }
    match pen.below(24) {
        0 => request!(tillbook_open_card_request, tillbook_open_card, |it| {
            card = pen.str_of(CARDS);
            level = pen.str_of(&["1", "2", "普通会员"]);
            name = pen.str_or_none();
            phone = pen.str_or_none();
            gender = pen.code(3);
            next_number = i32::from(pen.seldom(8));
        }),
        1 => request!(tillbook_modify_request, tillbook_modify, |it| {
            card = pen.str_of(CARDS);
            name = pen.str();
            phone = pen.str_or_none();
            birthday = pen.str_or_none();
            gender = pen.code(3);
        }),
        2 | 3 => request!(tillbook_recharge_request, tillbook_recharge, |it| {
            card = pen.str_of(CARDS);
            amount = pen.amount();
            pay_type = if pen.seldom(8) { pen.number() } else { 1 };
        }),
        4..=6 => request!(tillbook_consume_request, tillbook_consume, |it| {
            card = pen.str_of(CARDS);
            total = pen.amount();
            discountable = pen.number();
            has_discountable = pen.code(1);
            partial = pen.code(1);
        }),
        7 => request!(tillbook_register_request, tillbook_register, |it| {
            phone = pen.str_of(&["13800000009", "13800001234"]);
            card = pen.str_or_none();
            name = pen.str_of(&["王小明"]);
            birthday = pen.str_or_none();
            sms_code = pen.str_or_none();
            gender = pen.code(3);
        }),
        8 => request!(tillbook_redeem_points_request, tillbook_redeem_points, |it| {
            card = pen.str_of(CARDS);
            points = pen.number();
            amount = pen.number();
            order = pen.str_or_none();
        }),
        9 => request!(tillbook_accrue_points_request, tillbook_accrue_points, |it| {
            card = pen.str_of(CARDS);
            points = pen.number();
            amount = pen.number();
            order = pen.str_or_none();
        }),
        10 => request!(tillbook_adjust_points_request, tillbook_adjust_points, |it| {
            card = pen.str_of(CARDS);
            points = pen.number();
        }),
        11 => request!(tillbook_return_points_request, tillbook_return_points, |it| {
            card = pen.str_of(CARDS);
            original = pen.str_of(KEYS);
            points = pen.number();
            amount = pen.number();
            everything = pen.code(1);
        }),
        12 => request!(tillbook_carry_over_points_request, tillbook_carry_over_points, |it| {
            card = pen.str_of(CARDS);
            points = pen.number();
        }),
        13 => request!(tillbook_update_points_request, tillbook_update_points, |it| {
            card = pen.str_of(CARDS);
            points = pen.number();
        }),
        14 => request!(tillbook_return_points_of_order_request, tillbook_return_points_of_order, |it| {
            card = pen.str_of(CARDS);
            order = pen.str();
        }),
        15 => {
            let (lines, lines_count) = lines_of(pen);
            request!(tillbook_redeem_coupon_request, tillbook_redeem_coupon, |it| {
                card = pen.str_of(CARDS);
                coupon = pen.str_of(&["C1", "1"]);
                amount = pen.amount();
                lines = lines;
                lines_count = lines_count;
            });
        }
        16 => request!(tillbook_give_coupon_request, tillbook_give_coupon, |it| {
            card = pen.str_of(CARDS);
            template_id = pen.str_of(&["T1", "1"]);
        }),
        17 => request!(tillbook_set_coupon_status_request, tillbook_set_coupon_status, |it| {
            card = pen.str_of(CARDS);
            coupon = pen.str_of(&["C1", "1"]);
            coupon_status = pen.code(5);
        }),
        18 => {
            let template = template_of(pen);
            request!(tillbook_add_coupon_template_request, tillbook_add_coupon_template, |it| {
                template_of = template;
            });
        }
        _ => {
            let (lines, lines_count) = lines_of(pen);
            if pen.seldom(2) {
                request!(tillbook_push_order_request, tillbook_push_order, |it| {
                    card = pen.str_of(CARDS);
                    amount = pen.amount();
                    points = pen.number();
                    has_points = pen.code(1);
                    lines = lines;
                    lines_count = lines_count;
                });
            } else {
                request!(tillbook_return_order_request, tillbook_return_order, |it| {
                    card = pen.str_of(CARDS);
                    original = pen.str_of(KEYS);
                    amount = pen.number();
                    everything = pen.code(1);
                    lines = lines;
                    lines_count = lines_count;
                });
            }
        }
    }
}
