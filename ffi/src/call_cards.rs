//! Calls about cards, their money and their holders.

use tillbook::{Consume, Gender, Modify, Money, OpenCard, Recharge, Register, Request};

use crate::call::{Asked, make, optional, tillbook_call};
use crate::codes::Code;
use crate::error::{tillbook_error, tillbook_status};
use crate::fault::Fault;
use crate::money::{flag, given};
use crate::open::tillbook_till;
use crate::receipt::tillbook_receipt;
use crate::sized::sized;
use crate::text::tillbook_str;

/// Opens a card.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_open_card_request {
    /// The size of this struct: tillbook_open_card_request_init sets it.
    pub struct_size: usize,
    /// What every call may carry; NULL: the defaults.
    pub call: *const tillbook_call,
    /// The card's number, 1 to 32 characters. Required unless `next_number` is 1; then missing.
    pub card: tillbook_str,
    /// The level by its name or the remote's identifier. Required.
    pub level: tillbook_str,
    /// The holder's name, at most 64 characters.
    pub name: tillbook_str,
    /// The holder's phone: 5 to 20 digits with an optional plus.
    pub phone: tillbook_str,
    /// The holder's gender, TILLBOOK_GENDER_*; 0: not told.
    pub gender: i32,
    /// 1: the next number of the till's range (tillbook_config.card_last). The receipt tells it; the same call with the same op_id
    /// gets the same one. 0: `card` has the number.
    pub next_number: i32,
}

impl Asked for tillbook_open_card_request {
    fn call(&self) -> *const tillbook_call {
        self.call
    }

    unsafe fn request(&self) -> Result<Request, Fault> {
        unsafe { self.given() }.map(Request::from)
    }
}

impl tillbook_open_card_request {
    unsafe fn given(&self) -> Result<OpenCard, Fault> {
        unsafe {
            let level = self.level.required("level")?;
            let mut request = match (flag("next_number", self.next_number)?, self.card.get("card")?) {
                (true, Some(_)) => {
                    return Err(Fault::Value { field: "card", rule: "must be missing where next_number is 1" });
                }
                (true, None) => OpenCard::next(level),
                (false, card) => OpenCard::new(card.ok_or(Fault::Null("card"))?, level),
            };
            request = optional(request, self.name, "name", OpenCard::name)?;
            request = optional(request, self.phone, "phone", OpenCard::phone)?;
            Ok(match Gender::optional(self.gender, "gender")? {
                Some(gender) => request.gender(gender),
                None => request,
            })
        }
    }
}

/// Opens a card. Any thread; waits no longer than its delivery says.
///
/// Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND,
/// UNKNOWN_REFERENCE, and those of a faulty call (100 to 104). Nothing can be said, so make the same call again with the
/// same op_id: DISK_FULL, STORAGE, POISONED, CLOSED, PANIC.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_open_card(
    till: *mut tillbook_till,
    request: *const tillbook_open_card_request,
    receipt: *mut tillbook_receipt,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    make(till, request, receipt, err)
}

/// Changes a holder's data: at least one of them. What is not given stays.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_modify_request {
    /// The size of this struct: tillbook_modify_request_init sets it.
    pub struct_size: usize,
    /// What every call may carry; NULL: the defaults.
    pub call: *const tillbook_call,
    /// The card's number, 1 to 32 characters. Required.
    pub card: tillbook_str,
    /// The new name, at most 64 characters.
    pub name: tillbook_str,
    /// The new phone: 5 to 20 digits with an optional plus.
    pub phone: tillbook_str,
    /// The new birthday as YYYY-MM-DD.
    pub birthday: tillbook_str,
    /// The new gender, TILLBOOK_GENDER_*; 0: it stays.
    pub gender: i32,
    /// 0.
    pub reserved: i32,
}

impl Asked for tillbook_modify_request {
    fn call(&self) -> *const tillbook_call {
        self.call
    }

    unsafe fn request(&self) -> Result<Request, Fault> {
        unsafe { self.given() }.map(Request::from)
    }
}

impl tillbook_modify_request {
    unsafe fn given(&self) -> Result<Modify, Fault> {
        unsafe {
            let mut request = Modify::new(self.card.required("card")?);
            request = optional(request, self.name, "name", Modify::name)?;
            request = optional(request, self.phone, "phone", Modify::phone)?;
            request = optional(request, self.birthday, "birthday", Modify::birthday)?;
            Ok(match Gender::optional(self.gender, "gender")? {
                Some(gender) => request.gender(gender),
                None => request,
            })
        }
    }
}

/// Changes a holder's data. Any thread; waits no longer than its delivery says.
///
/// Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND,
/// UNKNOWN_REFERENCE, and those of a faulty call (100 to 104). Nothing can be said, so make the same call again with the
/// same op_id: DISK_FULL, STORAGE, POISONED, CLOSED, PANIC.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_modify(
    till: *mut tillbook_till,
    request: *const tillbook_modify_request,
    receipt: *mut tillbook_receipt,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    make(till, request, receipt, err)
}

/// Puts money on a card.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_recharge_request {
    /// The size of this struct: tillbook_recharge_request_init sets it.
    pub struct_size: usize,
    /// What every call may carry; NULL: the defaults.
    pub call: *const tillbook_call,
    /// The card's number, 1 to 32 characters. Required.
    pub card: tillbook_str,
    /// What is paid in, in fen, above zero.
    pub amount: i64,
    /// How it is paid: one of the remote's pay types (tillbook_pay_types_of).
    pub pay_type: i64,
}

impl Asked for tillbook_recharge_request {
    fn call(&self) -> *const tillbook_call {
        self.call
    }

    unsafe fn request(&self) -> Result<Request, Fault> {
        unsafe { self.given() }.map(Request::from)
    }
}

impl tillbook_recharge_request {
    unsafe fn given(&self) -> Result<Recharge, Fault> {
        unsafe { Ok(Recharge::new(self.card.required("card")?, Money::from_fen(self.amount), self.pay_type)) }
    }
}

/// Puts money on a card. Any thread; waits no longer than its delivery says.
///
/// Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND,
/// UNKNOWN_REFERENCE, and those of a faulty call (100 to 104). Nothing can be said, so make the same call again with the
/// same op_id: DISK_FULL, STORAGE, POISONED, CLOSED, PANIC.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_recharge(
    till: *mut tillbook_till,
    request: *const tillbook_recharge_request,
    receipt: *mut tillbook_receipt,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    make(till, request, receipt, err)
}

/// Pays from a card.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_consume_request {
    /// The size of this struct: tillbook_consume_request_init sets it.
    pub struct_size: usize,
    /// What every call may carry; NULL: the defaults.
    pub call: *const tillbook_call,
    /// The card's number, 1 to 32 characters. Required.
    pub card: tillbook_str,
    /// The sale's total before any discount, in fen, above zero.
    pub total: i64,
    /// The part of it that the member's discount applies to, in fen, where has_discountable is 1; else all of it.
    pub discountable: i64,
    /// 1: `discountable` is given.
    pub has_discountable: i32,
    /// 1: the card may pay a part where it can't pay all; the rest is `due`. 0: all or nothing, though a remote may let the card pay a part all the same.
    pub partial: i32,
}

impl Asked for tillbook_consume_request {
    fn call(&self) -> *const tillbook_call {
        self.call
    }

    unsafe fn request(&self) -> Result<Request, Fault> {
        unsafe { self.given() }.map(Request::from)
    }
}

impl tillbook_consume_request {
    unsafe fn given(&self) -> Result<Consume, Fault> {
        unsafe {
            let request = Consume::new(self.card.required("card")?, Money::from_fen(self.total));
            let request = request.partial(flag("partial", self.partial)?);
            Ok(match given("has_discountable", self.has_discountable, self.discountable)? {
                Some(part) => request.discountable(Money::from_fen(part)),
                None => request,
            })
        }
    }
}

/// Pays from a card with the member's discount. Look at `approved`, and always at `due`. Any thread; waits no longer than its delivery says.
///
/// Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND,
/// UNKNOWN_REFERENCE, and those of a faulty call (100 to 104). Nothing can be said, so make the same call again with the
/// same op_id: DISK_FULL, STORAGE, POISONED, CLOSED, PANIC.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_consume(
    till: *mut tillbook_till,
    request: *const tillbook_consume_request,
    receipt: *mut tillbook_receipt,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    make(till, request, receipt, err)
}

/// Registers a member by phone.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_register_request {
    /// The size of this struct: tillbook_register_request_init sets it.
    pub struct_size: usize,
    /// What every call may carry; NULL: the defaults.
    pub call: *const tillbook_call,
    /// The member's phone: 5 to 20 digits with an optional plus. Required.
    pub phone: tillbook_str,
    /// The till's number for the member. Missing: the phone.
    pub card: tillbook_str,
    /// The member's name, at most 64 characters.
    pub name: tillbook_str,
    /// The birthday as YYYY-MM-DD.
    pub birthday: tillbook_str,
    /// The code that the member was sent (tillbook_send_sms), where the remote asks for one.
    pub sms_code: tillbook_str,
    /// The gender, TILLBOOK_GENDER_*; 0: not told.
    pub gender: i32,
    /// 0.
    pub reserved: i32,
}

impl Asked for tillbook_register_request {
    fn call(&self) -> *const tillbook_call {
        self.call
    }

    unsafe fn request(&self) -> Result<Request, Fault> {
        unsafe { self.given() }.map(Request::from)
    }
}

impl tillbook_register_request {
    unsafe fn given(&self) -> Result<Register, Fault> {
        unsafe {
            let mut request = Register::new(self.phone.required("phone")?);
            request = optional(request, self.card, "card", Register::card)?;
            request = optional(request, self.name, "name", Register::name)?;
            request = optional(request, self.birthday, "birthday", Register::birthday)?;
            request = optional(request, self.sms_code, "sms_code", Register::sms_code)?;
            Ok(match Gender::optional(self.gender, "gender")? {
                Some(gender) => request.gender(gender),
                None => request,
            })
        }
    }
}

/// Registers a member by phone. Any thread; waits no longer than its delivery says.
///
/// Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND,
/// UNKNOWN_REFERENCE, and those of a faulty call (100 to 104). Nothing can be said, so make the same call again with the
/// same op_id: DISK_FULL, STORAGE, POISONED, CLOSED, PANIC.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_register(
    till: *mut tillbook_till,
    request: *const tillbook_register_request,
    receipt: *mut tillbook_receipt,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    make(till, request, receipt, err)
}

sized!(
    tillbook_open_card_request,
    tillbook_modify_request(reserved),
    tillbook_recharge_request,
    tillbook_consume_request,
    tillbook_register_request(reserved)
);
