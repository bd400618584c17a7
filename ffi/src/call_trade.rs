//! Calls about coupons and orders.

use rust_decimal::Decimal;

use tillbook::{
    AddCouponTemplate, CouponEffect, CouponScope, CouponStatus, CouponTemplate, GiveCoupon, Money, Named, OrderLine,
    Points, PushOrder, Rate, RedeemCoupon, Request, ReturnOrder, SetCouponStatus, Timestamp, Validity,
};

use crate::call::{Asked, make, optional, tillbook_call};
use crate::codes::Code;
use crate::error::{tillbook_error, tillbook_status};
use crate::fault::Fault;
use crate::money::{flag, given};
use crate::open::tillbook_till;
use crate::receipt::tillbook_receipt;
use crate::sized::{read, read_row, sized};
use crate::text::tillbook_str;

/// A line of an order. Lines of one request have one size.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_order_line {
    /// The size of this struct: tillbook_order_line_init sets it.
    pub struct_size: usize,
    /// The item's identifier, at most 64 characters. Required.
    pub item: tillbook_str,
    /// Its name, at most 128 characters. Required.
    pub name: tillbook_str,
    /// How many, as a decimal: "2", "0.35"; at most 4 decimals. Required.
    pub quantity: tillbook_str,
    /// What it comes to, in fen.
    pub amount: i64,
    /// The points that it brings.
    pub points: i64,
    /// Its category, for coupons of categories.
    pub category: tillbook_str,
}

/// The coupon takes money off the order.
pub const TILLBOOK_EFFECT_ORDER_REDUCTION: i32 = 1;
/// The coupon gives a rate on the order.
pub const TILLBOOK_EFFECT_ORDER_DISCOUNT: i32 = 2;
/// The coupon takes money off its items.
pub const TILLBOOK_EFFECT_ITEM_REDUCTION: i32 = 3;
/// The coupon gives a rate on its items.
pub const TILLBOOK_EFFECT_ITEM_DISCOUNT: i32 = 4;
/// The coupon takes the shipping off.
pub const TILLBOOK_EFFECT_FREE_SHIPPING: i32 = 5;

/// Something by its identifier and its name. This struct never grows.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_named {
    /// As the remote identifies it.
    pub id: tillbook_str,
    /// For people.
    pub name: tillbook_str,
}

/// A template that coupons are made from.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_coupon_template {
    /// The size of this struct: tillbook_coupon_template_init sets it.
    pub struct_size: usize,
    /// Its identifier, at most 64 characters. Required.
    pub id: tillbook_str,
    /// Its name, at most 64 characters. Required.
    pub name: tillbook_str,
    /// What its coupons do, TILLBOOK_EFFECT_*.
    pub effect: i32,
    /// For how many days after it was given a coupon is valid, 1 to 3,660; 0: from `begins` to `ends`.
    pub valid_days: u32,
    /// What a reduction takes off, in fen.
    pub reduction: i64,
    /// What a discount leaves to be paid, as a share: "0.8".
    pub rate: tillbook_str,
    /// From when its coupons are valid, in milliseconds since 1970 UTC; with valid_days 0.
    pub begins: i64,
    /// Until when.
    pub ends: i64,
    /// The least that an order comes to, in fen; 0: any.
    pub minimum: i64,
    /// The rules for people, at most 200 characters. Required.
    pub rules: tillbook_str,
    /// How many coupons there may be.
    pub quantity: u32,
    /// How many a member may have.
    pub per_member: u32,
    /// The stores that it is for; NULL: all.
    pub stores: *const tillbook_named,
    /// How many.
    pub stores_count: usize,
    /// The items that it is for; NULL: all.
    pub items: *const tillbook_named,
    /// How many.
    pub items_count: usize,
    /// The categories that it is for; NULL: all.
    pub categories: *const tillbook_named,
    /// How many.
    pub categories_count: usize,
}

sized!(tillbook_order_line, tillbook_coupon_template);

/// No order has more lines, and no template more places.
const MOST_LINES: usize = 500;

/// # Safety
/// As the header asks.
pub(crate) unsafe fn lines_of(lines: *const tillbook_order_line, count: usize) -> Result<Vec<OrderLine>, Fault> {
    let lines = unsafe { read_row(lines, count, MOST_LINES, "lines") }?;
    lines.iter().map(|line| unsafe { line.line() }).collect()
}

impl tillbook_order_line {
    unsafe fn line(&self) -> Result<OrderLine, Fault> {
        unsafe {
            let quantity = decimal(self.quantity, "quantity")?;
            let amount = Money::from_fen(self.amount);
            let line = OrderLine::new(self.item.required("item")?, self.name.required("name")?, quantity, amount);
            optional(line.points(Points::new(self.points)), self.category, "category", OrderLine::category)
        }
    }
}

/// Exact, in plain digits: nothing is rounded away.
unsafe fn decimal(text: tillbook_str, field: &'static str) -> Result<Decimal, Fault> {
    let text = unsafe { text.required(field) }?;
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
    let read = Decimal::from_str_exact(&text).ok().filter(|_| plain);
    read.ok_or(Fault::Value { field, rule: "must be a number in plain digits" })
}

unsafe fn named(at: *const tillbook_named, count: usize, field: &'static str) -> Result<Vec<Named>, Fault> {
    if count == 0 {
        return Ok(Vec::new());
    }
    if count > MOST_LINES {
        return Err(Fault::Value { field, rule: "has too many elements" });
    }
    if at.is_null() {
        return Err(Fault::Null(field));
    }
    (0..count)
        .map(|index| unsafe {
            let each = at.add(index).read_unaligned();
            Ok(Named { id: each.id.required(field)?, name: each.name.get(field)?.unwrap_or_default() })
        })
        .collect()
}

impl tillbook_coupon_template {
    unsafe fn template(&self) -> Result<CouponTemplate, Fault> {
        unsafe {
            let reduction = Money::from_fen(self.reduction);
            let rate = || -> Result<Rate, Fault> {
                let bad = Fault::Value { field: "rate", rule: "must be above 0 and at most 1" };
                Rate::new(decimal(self.rate, "rate")?).ok_or(bad)
            };
            let effect = match self.effect {
                TILLBOOK_EFFECT_ORDER_REDUCTION => CouponEffect::OrderReduction(reduction),
                TILLBOOK_EFFECT_ORDER_DISCOUNT => CouponEffect::OrderDiscount(rate()?),
                TILLBOOK_EFFECT_ITEM_REDUCTION => CouponEffect::ItemReduction(reduction),
                TILLBOOK_EFFECT_ITEM_DISCOUNT => CouponEffect::ItemDiscount(rate()?),
                TILLBOOK_EFFECT_FREE_SHIPPING => CouponEffect::FreeShipping,
                _ => return Err(Fault::Value { field: "effect", rule: "is none of its constants" }),
            };
            let validity = match self.valid_days {
                0 => Validity::Fixed {
                    begins: Timestamp::from_millis(self.begins),
                    ends: Timestamp::from_millis(self.ends),
                },
                days => Validity::Days(days),
            };
            Ok(CouponTemplate {
                id: self.id.required("id")?,
                name: self.name.required("name")?,
                effect,
                validity,
                minimum: Money::from_fen(self.minimum),
                rules: self.rules.required("rules")?,
                quantity: self.quantity,
                per_member: self.per_member,
                scope: CouponScope {
                    stores: named(self.stores, self.stores_count, "stores")?,
                    items: named(self.items, self.items_count, "items")?,
                    categories: named(self.categories, self.categories_count, "categories")?,
                },
            })
        }
    }
}

/// Uses a coupon for an order.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_redeem_coupon_request {
    /// The size of this struct: tillbook_redeem_coupon_request_init sets it.
    pub struct_size: usize,
    /// What every call may carry; NULL: the defaults.
    pub call: *const tillbook_call,
    /// The card's number, 1 to 32 characters. Required.
    pub card: tillbook_str,
    /// The coupon's code, at most 64 characters. Required.
    pub coupon: tillbook_str,
    /// What the order comes to before the coupon, in fen.
    pub amount: i64,
    /// What it consists of: `lines_count` of them, one behind the other; NULL where none are told.
    pub lines: *const tillbook_order_line,
    /// How many lines, at most 500.
    pub lines_count: usize,
}

impl Asked for tillbook_redeem_coupon_request {
    fn call(&self) -> *const tillbook_call {
        self.call
    }

    unsafe fn request(&self) -> Result<Request, Fault> {
        unsafe { self.given() }.map(Request::from)
    }
}

impl tillbook_redeem_coupon_request {
    unsafe fn given(&self) -> Result<RedeemCoupon, Fault> {
        unsafe {
            let request = RedeemCoupon::new(
                self.card.required("card")?,
                self.coupon.required("coupon")?,
                Money::from_fen(self.amount),
            );
            Ok(request.lines(lines_of(self.lines, self.lines_count)?))
        }
    }
}

/// Uses a coupon for an order. Any thread; waits no longer than its delivery says.
///
/// Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND,
/// UNKNOWN_REFERENCE, and those of a faulty call (100 to 104). Nothing can be said, so make the same call again with the
/// same op_id: DISK_FULL, STORAGE, POISONED, CLOSED, PANIC.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_redeem_coupon(
    till: *mut tillbook_till,
    request: *const tillbook_redeem_coupon_request,
    receipt: *mut tillbook_receipt,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    make(till, request, receipt, err)
}

/// Gives a member a coupon of a template.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_give_coupon_request {
    /// The size of this struct: tillbook_give_coupon_request_init sets it.
    pub struct_size: usize,
    /// What every call may carry; NULL: the defaults.
    pub call: *const tillbook_call,
    /// The card's number, 1 to 32 characters. Required.
    pub card: tillbook_str,
    /// The template, as the remote identifies it. Required.
    pub template_id: tillbook_str,
}

impl Asked for tillbook_give_coupon_request {
    fn call(&self) -> *const tillbook_call {
        self.call
    }

    unsafe fn request(&self) -> Result<Request, Fault> {
        unsafe { self.given() }.map(Request::from)
    }
}

impl tillbook_give_coupon_request {
    unsafe fn given(&self) -> Result<GiveCoupon, Fault> {
        unsafe { Ok(GiveCoupon::new(self.card.required("card")?, self.template_id.required("template_id")?)) }
    }
}

/// Gives a member a coupon of a template. Any thread; waits no longer than its delivery says.
///
/// Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND,
/// UNKNOWN_REFERENCE, and those of a faulty call (100 to 104). Nothing can be said, so make the same call again with the
/// same op_id: DISK_FULL, STORAGE, POISONED, CLOSED, PANIC.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_give_coupon(
    till: *mut tillbook_till,
    request: *const tillbook_give_coupon_request,
    receipt: *mut tillbook_receipt,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    make(till, request, receipt, err)
}

/// Sets a coupon's status. A coupon that was used here is reinstated by setting it to TILLBOOK_COUPON_VALID.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_set_coupon_status_request {
    /// The size of this struct: tillbook_set_coupon_status_request_init sets it.
    pub struct_size: usize,
    /// What every call may carry; NULL: the defaults.
    pub call: *const tillbook_call,
    /// The card's number, 1 to 32 characters. Required.
    pub card: tillbook_str,
    /// The coupon's code. Required.
    pub coupon: tillbook_str,
    /// The new status, TILLBOOK_COUPON_*.
    pub coupon_status: i32,
    /// 0.
    pub reserved: i32,
}

impl Asked for tillbook_set_coupon_status_request {
    fn call(&self) -> *const tillbook_call {
        self.call
    }

    unsafe fn request(&self) -> Result<Request, Fault> {
        unsafe { self.given() }.map(Request::from)
    }
}

impl tillbook_set_coupon_status_request {
    unsafe fn given(&self) -> Result<SetCouponStatus, Fault> {
        unsafe {
            let to = CouponStatus::of(self.coupon_status, "coupon_status")?;
            Ok(SetCouponStatus::new(self.card.required("card")?, self.coupon.required("coupon")?, to))
        }
    }
}

/// Sets a coupon's status, or reinstates one that was used here. Any thread; waits no longer than its delivery says.
///
/// Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND,
/// UNKNOWN_REFERENCE, and those of a faulty call (100 to 104). Nothing can be said, so make the same call again with the
/// same op_id: DISK_FULL, STORAGE, POISONED, CLOSED, PANIC.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_set_coupon_status(
    till: *mut tillbook_till,
    request: *const tillbook_set_coupon_status_request,
    receipt: *mut tillbook_receipt,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    make(till, request, receipt, err)
}

/// Adds a template that coupons are made from.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_add_coupon_template_request {
    /// The size of this struct: tillbook_add_coupon_template_request_init sets it.
    pub struct_size: usize,
    /// What every call may carry; NULL: the defaults.
    pub call: *const tillbook_call,
    /// The template. Required.
    pub template_of: *const tillbook_coupon_template,
}

impl Asked for tillbook_add_coupon_template_request {
    fn call(&self) -> *const tillbook_call {
        self.call
    }

    unsafe fn request(&self) -> Result<Request, Fault> {
        unsafe { self.given() }.map(Request::from)
    }
}

impl tillbook_add_coupon_template_request {
    unsafe fn given(&self) -> Result<AddCouponTemplate, Fault> {
        unsafe { Ok(AddCouponTemplate::new(read(self.template_of)?.template()?)) }
    }
}

/// Adds a template that coupons are made from. Any thread; waits no longer than its delivery says.
///
/// Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND,
/// UNKNOWN_REFERENCE, and those of a faulty call (100 to 104). Nothing can be said, so make the same call again with the
/// same op_id: DISK_FULL, STORAGE, POISONED, CLOSED, PANIC.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_add_coupon_template(
    till: *mut tillbook_till,
    request: *const tillbook_add_coupon_template_request,
    receipt: *mut tillbook_receipt,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    make(till, request, receipt, err)
}

/// Records an order that was paid by whatever means.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_push_order_request {
    /// The size of this struct: tillbook_push_order_request_init sets it.
    pub struct_size: usize,
    /// What every call may carry; NULL: the defaults.
    pub call: *const tillbook_call,
    /// The card's number, 1 to 32 characters. Required.
    pub card: tillbook_str,
    /// What was paid for it, in fen.
    pub amount: i64,
    /// The points to be granted for it, where has_points is 1; else those of its lines.
    pub points: i64,
    /// 1: `points` is given.
    pub has_points: i32,
    /// 0.
    pub reserved: i32,
    /// What it consists of: `lines_count` of them, one behind the other; NULL where none are told.
    pub lines: *const tillbook_order_line,
    /// How many lines, at most 500.
    pub lines_count: usize,
}

impl Asked for tillbook_push_order_request {
    fn call(&self) -> *const tillbook_call {
        self.call
    }

    unsafe fn request(&self) -> Result<Request, Fault> {
        unsafe { self.given() }.map(Request::from)
    }
}

impl tillbook_push_order_request {
    unsafe fn given(&self) -> Result<PushOrder, Fault> {
        unsafe {
            let request = PushOrder::new(self.card.required("card")?, Money::from_fen(self.amount));
            let request = request.lines(lines_of(self.lines, self.lines_count)?);
            Ok(match given("has_points", self.has_points, self.points)? {
                Some(points) => request.points(Points::new(points)),
                None => request,
            })
        }
    }
}

/// Records an order that was paid by whatever means. Any thread; waits no longer than its delivery says.
///
/// Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND,
/// UNKNOWN_REFERENCE, and those of a faulty call (100 to 104). Nothing can be said, so make the same call again with the
/// same op_id: DISK_FULL, STORAGE, POISONED, CLOSED, PANIC.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_push_order(
    till: *mut tillbook_till,
    request: *const tillbook_push_order_request,
    receipt: *mut tillbook_receipt,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    make(till, request, receipt, err)
}

/// Records that an order of this till came back: all that is left of it, or a part.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_return_order_request {
    /// The size of this struct: tillbook_return_order_request_init sets it.
    pub struct_size: usize,
    /// What every call may carry; NULL: the defaults.
    pub call: *const tillbook_call,
    /// The card's number, 1 to 32 characters. Required.
    pub card: tillbook_str,
    /// The op_id of the order. Required.
    pub original: tillbook_str,
    /// What comes back, in fen; 0: what the lines come to, or with `everything`.
    pub amount: i64,
    /// What it consists of: `lines_count` of them, one behind the other; NULL where none are told.
    pub lines: *const tillbook_order_line,
    /// How many lines, at most 500.
    pub lines_count: usize,
    /// 1: all that is left, without lines. Said aloud, so that a field that was forgotten gives nothing back.
    pub everything: i32,
    /// 0.
    pub reserved: i32,
}

impl Asked for tillbook_return_order_request {
    fn call(&self) -> *const tillbook_call {
        self.call
    }

    unsafe fn request(&self) -> Result<Request, Fault> {
        unsafe { self.given() }.map(Request::from)
    }
}

impl tillbook_return_order_request {
    unsafe fn given(&self) -> Result<ReturnOrder, Fault> {
        unsafe {
            let request = ReturnOrder::new(self.card.required("card")?, self.original.required("original")?);
            let request = request.lines(lines_of(self.lines, self.lines_count)?);
            let given = self.amount != 0 || self.lines_count != 0;
            match flag("everything", self.everything)? {
                true if given => {
                    Err(Fault::Value { field: "everything", rule: "leaves no amount and no lines to be given" })
                }
                true => Ok(request),
                false if self.amount == 0 && given => Ok(request),
                false => Ok(request.amount(Money::from_fen(self.amount))),
            }
        }
    }
}

/// Records that an order of this till came back, or a part of it. Any thread; waits no longer than its delivery says.
///
/// Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND,
/// UNKNOWN_REFERENCE, and those of a faulty call (100 to 104). Nothing can be said, so make the same call again with the
/// same op_id: DISK_FULL, STORAGE, POISONED, CLOSED, PANIC.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_return_order(
    till: *mut tillbook_till,
    request: *const tillbook_return_order_request,
    receipt: *mut tillbook_receipt,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    make(till, request, receipt, err)
}

sized!(
    tillbook_redeem_coupon_request,
    tillbook_give_coupon_request,
    tillbook_set_coupon_status_request(reserved),
    tillbook_add_coupon_template_request,
    tillbook_push_order_request(reserved),
    tillbook_return_order_request(reserved)
);
