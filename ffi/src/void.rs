//! Taking back what has not reached the remote.

use std::ffi::c_char;

use tillbook::Void;

use crate::call::optional;
use crate::error::{tillbook_error, tillbook_status};
use crate::guard::guard;
use crate::open::{till_of, tillbook_till};
use crate::receipt::{receipt_row, tillbook_receipt};
use crate::sized::{Place, read, sized};
use crate::text::{text_at, tillbook_str};

/// A call that is to be cancelled, and by whom. The line that takes it back counts for this operator and shift in the totals, since
/// the cash is handed back from their drawer; where none is said it counts for the operation's own.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_void_request {
    /// The size of this struct: tillbook_void_request_init sets it.
    pub struct_size: usize,
    /// The operation. Required.
    pub op_id: tillbook_str,
    /// Who works the till now, at most 64 characters.
    pub operator_name: tillbook_str,
    /// Who stands behind it, at most 64 characters.
    pub supervisor: tillbook_str,
    /// The shift now, at most 64 characters.
    pub shift: tillbook_str,
    /// Why, at most 200 characters.
    pub reason: tillbook_str,
}

sized!(tillbook_void_request);

/// Cancels an operation that has not reached the remote: nothing goes on the wire. Again, it changes nothing.
/// Who does it is told by tillbook_void_by. Any thread.
///
/// Errors: NOT_FOUND; WRONG_STATE once it may have reached the remote, or while something rests on it; DISK_FULL and as
/// tillbook_operation.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_void(
    till: *mut tillbook_till,
    op_id: *const c_char,
    op_id_size: usize,
    receipt: *mut tillbook_receipt,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let place = unsafe { Place::at(receipt) }?;
        let op_id = unsafe { text_at(op_id, op_id_size, "op_id") }?;
        place.put(&receipt_row(&till_of(till)?.till.void(op_id)?));
        Ok(())
    })
}

/// As tillbook_void, and tells who does it. Any thread.
///
/// Errors: as tillbook_void, and INVALID_INPUT, BAD_STRUCT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_void_by(
    till: *mut tillbook_till,
    request: *const tillbook_void_request,
    receipt: *mut tillbook_receipt,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let place = unsafe { Place::at(receipt) }?;
        let till = till_of(till)?;
        let asked = unsafe { read(request) }?;
        let void = unsafe {
            let void = Void::new(asked.op_id.required("op_id")?);
            let void = optional(void, asked.operator_name, "operator_name", Void::operator)?;
            let void = optional(void, asked.supervisor, "supervisor", Void::supervisor)?;
            let void = optional(void, asked.shift, "shift", Void::shift)?;
            optional(void, asked.reason, "reason", Void::reason)?
        };
        place.put(&receipt_row(&till.till.void(void)?));
        Ok(())
    })
}
