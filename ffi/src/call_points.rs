//! Calls about points.

use tillbook::{
    AccruePoints, AdjustPoints, CarryOverPoints, Money, Points, RedeemPoints, Request, ReturnPoints,
    ReturnPointsOfOrder, UpdatePoints,
};

use crate::call::{Asked, make, optional, tillbook_call};
use crate::error::{tillbook_error, tillbook_status};
use crate::fault::Fault;
use crate::money::flag;
use crate::open::tillbook_till;
use crate::receipt::tillbook_receipt;
use crate::sized::sized;
use crate::text::tillbook_str;

/// Takes points from a card.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_redeem_points_request {
    /// The size of this struct: tillbook_redeem_points_request_init sets it.
    pub struct_size: usize,
    /// What every call may carry; NULL: the defaults.
    pub call: *const tillbook_call,
    /// The card's number, 1 to 32 characters. Required.
    pub card: tillbook_str,
    /// How many, at least one.
    pub points: i64,
    /// The sale that they pay for, in fen; 0: not told.
    pub amount: i64,
    /// The POS's own number of the order: told to the remote for people, never as a key.
    pub order: tillbook_str,
}

impl Asked for tillbook_redeem_points_request {
    fn call(&self) -> *const tillbook_call {
        self.call
    }

    unsafe fn request(&self) -> Result<Request, Fault> {
        unsafe { self.given() }.map(Request::from)
    }
}

impl tillbook_redeem_points_request {
    unsafe fn given(&self) -> Result<RedeemPoints, Fault> {
        unsafe {
            let mut request = RedeemPoints::new(self.card.required("card")?, Points::new(self.points));
            if self.amount != 0 {
                request = request.amount(Money::from_fen(self.amount));
            }
            optional(request, self.order, "order", RedeemPoints::order)
        }
    }
}

/// Takes points from a card. Any thread; waits no longer than its delivery says.
///
/// Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND,
/// UNKNOWN_REFERENCE, and those of a faulty call (100 to 104). Nothing can be said, so make the same call again with the
/// same op_id: DISK_FULL, STORAGE, POISONED, CLOSED, PANIC.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_redeem_points(
    till: *mut tillbook_till,
    request: *const tillbook_redeem_points_request,
    receipt: *mut tillbook_receipt,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    make(till, request, receipt, err)
}

/// Grants points: a number of them, or what the remote grants for an amount.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_accrue_points_request {
    /// The size of this struct: tillbook_accrue_points_request_init sets it.
    pub struct_size: usize,
    /// What every call may carry; NULL: the defaults.
    pub call: *const tillbook_call,
    /// The card's number, 1 to 32 characters. Required.
    pub card: tillbook_str,
    /// How many, at least one; 0: what the amount brings.
    pub points: i64,
    /// The sale that they are for, in fen; 0: not told.
    pub amount: i64,
    /// The POS's own number of the order: told to the remote for people, never as a key.
    pub order: tillbook_str,
}

impl Asked for tillbook_accrue_points_request {
    fn call(&self) -> *const tillbook_call {
        self.call
    }

    unsafe fn request(&self) -> Result<Request, Fault> {
        unsafe { self.given() }.map(Request::from)
    }
}

impl tillbook_accrue_points_request {
    unsafe fn given(&self) -> Result<AccruePoints, Fault> {
        unsafe {
            let mut request = AccruePoints::new(self.card.required("card")?);
            if self.points != 0 {
                request = request.points(Points::new(self.points));
            }
            if self.amount != 0 {
                request = request.amount(Money::from_fen(self.amount));
            }
            optional(request, self.order, "order", AccruePoints::order)
        }
    }
}

/// Grants points. Any thread; waits no longer than its delivery says.
///
/// Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND,
/// UNKNOWN_REFERENCE, and those of a faulty call (100 to 104). Nothing can be said, so make the same call again with the
/// same op_id: DISK_FULL, STORAGE, POISONED, CLOSED, PANIC.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_accrue_points(
    till: *mut tillbook_till,
    request: *const tillbook_accrue_points_request,
    receipt: *mut tillbook_receipt,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    make(till, request, receipt, err)
}

/// Corrects points, up or down.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_adjust_points_request {
    /// The size of this struct: tillbook_adjust_points_request_init sets it.
    pub struct_size: usize,
    /// What every call may carry; NULL: the defaults.
    pub call: *const tillbook_call,
    /// The card's number, 1 to 32 characters. Required.
    pub card: tillbook_str,
    /// How many, below zero to take them; not zero.
    pub points: i64,
}

impl Asked for tillbook_adjust_points_request {
    fn call(&self) -> *const tillbook_call {
        self.call
    }

    unsafe fn request(&self) -> Result<Request, Fault> {
        unsafe { self.given() }.map(Request::from)
    }
}

impl tillbook_adjust_points_request {
    unsafe fn given(&self) -> Result<AdjustPoints, Fault> {
        unsafe { Ok(AdjustPoints::new(self.card.required("card")?, Points::new(self.points))) }
    }
}

/// Corrects points, up or down. Any thread; waits no longer than its delivery says.
///
/// Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND,
/// UNKNOWN_REFERENCE, and those of a faulty call (100 to 104). Nothing can be said, so make the same call again with the
/// same op_id: DISK_FULL, STORAGE, POISONED, CLOSED, PANIC.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_adjust_points(
    till: *mut tillbook_till,
    request: *const tillbook_adjust_points_request,
    receipt: *mut tillbook_receipt,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    make(till, request, receipt, err)
}

/// Undoes an accrual or a redemption of this till, or a part of it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_return_points_request {
    /// The size of this struct: tillbook_return_points_request_init sets it.
    pub struct_size: usize,
    /// What every call may carry; NULL: the defaults.
    pub call: *const tillbook_call,
    /// The card's number, 1 to 32 characters. Required.
    pub card: tillbook_str,
    /// The op_id of what is undone. Required.
    pub original: tillbook_str,
    /// How many, at least one; 0 with `everything`.
    pub points: i64,
    /// The part of the sale that comes back, in fen; 0: not told.
    pub amount: i64,
    /// 1: all that is left. Said aloud, so that a field that was forgotten gives nothing back.
    pub everything: i32,
    /// 0.
    pub reserved: i32,
}

impl Asked for tillbook_return_points_request {
    fn call(&self) -> *const tillbook_call {
        self.call
    }

    unsafe fn request(&self) -> Result<Request, Fault> {
        unsafe { self.given() }.map(Request::from)
    }
}

impl tillbook_return_points_request {
    unsafe fn given(&self) -> Result<ReturnPoints, Fault> {
        unsafe {
            let mut request = ReturnPoints::new(self.card.required("card")?, self.original.required("original")?);
            match (flag("everything", self.everything)?, self.points) {
                (true, 0) => {}
                (true, _) => {
                    return Err(Fault::Value { field: "everything", rule: "leaves no number of points to be given" });
                }
                (false, points) => request = request.points(Points::new(points)),
            }
            if self.amount != 0 {
                request = request.amount(Money::from_fen(self.amount));
            }
            Ok(request)
        }
    }
}

/// Undoes an accrual or a redemption of this till, or a part of it. Any thread; waits no longer than its delivery says.
///
/// Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND,
/// UNKNOWN_REFERENCE, and those of a faulty call (100 to 104). Nothing can be said, so make the same call again with the
/// same op_id: DISK_FULL, STORAGE, POISONED, CLOSED, PANIC.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_return_points(
    till: *mut tillbook_till,
    request: *const tillbook_return_points_request,
    receipt: *mut tillbook_receipt,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    make(till, request, receipt, err)
}

/// Sets points to a balance carried over from elsewhere.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_carry_over_points_request {
    /// The size of this struct: tillbook_carry_over_points_request_init sets it.
    pub struct_size: usize,
    /// What every call may carry; NULL: the defaults.
    pub call: *const tillbook_call,
    /// The card's number, 1 to 32 characters. Required.
    pub card: tillbook_str,
    /// The balance, not below zero.
    pub points: i64,
}

impl Asked for tillbook_carry_over_points_request {
    fn call(&self) -> *const tillbook_call {
        self.call
    }

    unsafe fn request(&self) -> Result<Request, Fault> {
        unsafe { self.given() }.map(Request::from)
    }
}

impl tillbook_carry_over_points_request {
    unsafe fn given(&self) -> Result<CarryOverPoints, Fault> {
        unsafe { Ok(CarryOverPoints::new(self.card.required("card")?, Points::new(self.points))) }
    }
}

/// Sets points to a balance carried over from elsewhere. Any thread; waits no longer than its delivery says.
///
/// Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND,
/// UNKNOWN_REFERENCE, and those of a faulty call (100 to 104). Nothing can be said, so make the same call again with the
/// same op_id: DISK_FULL, STORAGE, POISONED, CLOSED, PANIC.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_carry_over_points(
    till: *mut tillbook_till,
    request: *const tillbook_carry_over_points_request,
    receipt: *mut tillbook_receipt,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    make(till, request, receipt, err)
}

/// Changes points through Freemud's endpoint without a key (2.1).
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_update_points_request {
    /// The size of this struct: tillbook_update_points_request_init sets it.
    pub struct_size: usize,
    /// What every call may carry; NULL: the defaults.
    pub call: *const tillbook_call,
    /// The card's number, 1 to 32 characters. Required.
    pub card: tillbook_str,
    /// How many, below zero to take them; not zero.
    pub points: i64,
}

impl Asked for tillbook_update_points_request {
    fn call(&self) -> *const tillbook_call {
        self.call
    }

    unsafe fn request(&self) -> Result<Request, Fault> {
        unsafe { self.given() }.map(Request::from)
    }
}

impl tillbook_update_points_request {
    unsafe fn given(&self) -> Result<UpdatePoints, Fault> {
        unsafe { Ok(UpdatePoints::new(self.card.required("card")?, Points::new(self.points))) }
    }
}

/// Changes points through Freemud's endpoint without a key (2.1), for installations that ask for it. Any thread; waits no longer than its delivery says.
///
/// Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND,
/// UNKNOWN_REFERENCE, and those of a faulty call (100 to 104). Nothing can be said, so make the same call again with the
/// same op_id: DISK_FULL, STORAGE, POISONED, CLOSED, PANIC.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_update_points(
    till: *mut tillbook_till,
    request: *const tillbook_update_points_request,
    receipt: *mut tillbook_receipt,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    make(till, request, receipt, err)
}

/// Gives back all points of an order through Freemud's endpoint without a key (2.3).
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_return_points_of_order_request {
    /// The size of this struct: tillbook_return_points_of_order_request_init sets it.
    pub struct_size: usize,
    /// What every call may carry; NULL: the defaults.
    pub call: *const tillbook_call,
    /// The card's number, 1 to 32 characters. Required.
    pub card: tillbook_str,
    /// The order's number, at most 64 characters. Required.
    pub order: tillbook_str,
}

impl Asked for tillbook_return_points_of_order_request {
    fn call(&self) -> *const tillbook_call {
        self.call
    }

    unsafe fn request(&self) -> Result<Request, Fault> {
        unsafe { self.given() }.map(Request::from)
    }
}

impl tillbook_return_points_of_order_request {
    unsafe fn given(&self) -> Result<ReturnPointsOfOrder, Fault> {
        unsafe { Ok(ReturnPointsOfOrder::new(self.card.required("card")?, self.order.required("order")?)) }
    }
}

/// Gives back all points of an order through Freemud's endpoint without a key (2.3). Any thread; waits no longer than its delivery says.
///
/// Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND,
/// UNKNOWN_REFERENCE, and those of a faulty call (100 to 104). Nothing can be said, so make the same call again with the
/// same op_id: DISK_FULL, STORAGE, POISONED, CLOSED, PANIC.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_return_points_of_order(
    till: *mut tillbook_till,
    request: *const tillbook_return_points_of_order_request,
    receipt: *mut tillbook_receipt,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    make(till, request, receipt, err)
}

sized!(
    tillbook_redeem_points_request,
    tillbook_accrue_points_request,
    tillbook_adjust_points_request,
    tillbook_return_points_request(reserved),
    tillbook_carry_over_points_request,
    tillbook_update_points_request,
    tillbook_return_points_of_order_request
);
