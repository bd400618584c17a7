//! What every call may carry, and how one is made.

use std::mem::offset_of;
use std::time::Duration;

use tillbook::Request;

use crate::error::{tillbook_error, tillbook_status};
use crate::fault::Fault;
use crate::guard::guard;
use crate::money::flag;
use crate::open::{TillBox, till_of, tillbook_till};
use crate::receipt::{receipt_row, tillbook_receipt};
use crate::sized::{Place, SizedStruct, read, read_optional, sized};
use crate::text::tillbook_str;

/// Who may say yes: as TILLBOOK_DELIVERY_PREFER_ONLINE with the configured time-out.
pub const TILLBOOK_DELIVERY_DEFAULT: i32 = 0;
/// The till decides by its policy, at once. While the remote is healthy this acts as TILLBOOK_DELIVERY_PREFER_ONLINE with the
/// configured time-out, unless the policy permits otherwise.
pub const TILLBOOK_DELIVERY_OFFLINE: i32 = 1;
/// The remote decides if it answers within the time-out, else the till does by its policy.
pub const TILLBOOK_DELIVERY_PREFER_ONLINE: i32 = 2;
/// The remote decides, or nobody does.
pub const TILLBOOK_DELIVERY_REQUIRE_ONLINE: i32 = 3;

/// What every call may carry. A request without one (NULL) has the defaults.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_call {
    /// The size of this struct: tillbook_call_init sets it.
    pub struct_size: usize,
    /// Names the operation, so that the same call made again finds it instead of doing it twice: 1 to 64 visible ASCII
    /// characters, unique in the book. Write it down before the call, and a crash of the POS loses nothing: make the same
    /// call again, or ask with tillbook_operation. Missing: the library makes one.
    pub op_id: tillbook_str,
    /// The POS's own ticket number, at most 64 characters.
    pub ticket: tillbook_str,
    /// Who works the till, at most 64 characters.
    pub operator_name: tillbook_str,
    /// Who stands behind it, at most 64 characters.
    pub supervisor: tillbook_str,
    /// The shift, at most 64 characters.
    pub shift: tillbook_str,
    /// Why, at most 200 characters.
    pub reason: tillbook_str,
    /// Who may say yes, TILLBOOK_DELIVERY_*.
    pub delivery: i32,
    /// How long the cashier waits, in milliseconds, at most 600,000. 0: the configured time-out. Not with
    /// TILLBOOK_DELIVERY_OFFLINE, which waits for the configured one where it waits.
    pub timeout_ms: u32,
    /// 1: `supervisor` overrides the offline policy for `reason`, both required: what the policy lets people lift is approved up
    /// to its hard limits. The receipt's `lifted` tells what was. It changes nothing where the remote decides.
    pub override_policy: i32,
    /// 0.
    pub reserved: i32,
}

sized!(tillbook_call(reserved) = offset_of!(tillbook_call, override_policy));

/// Text that may be missing.
pub(crate) unsafe fn optional<T>(
    to: T,
    text: tillbook_str,
    field: &'static str,
    set: impl FnOnce(T, String) -> T,
) -> Result<T, Fault> {
    Ok(match unsafe { text.get(field) }? {
        Some(text) => set(to, text),
        None => to,
    })
}

impl tillbook_call {
    /// # Safety
    /// Every text is as the header asks.
    unsafe fn tell(&self, till: &TillBox, request: Request) -> Result<Request, Fault> {
        let wait: Duration = till.wait(self.timeout_ms);
        let request = match self.delivery {
            TILLBOOK_DELIVERY_DEFAULT if self.timeout_ms == 0 => request,
            TILLBOOK_DELIVERY_DEFAULT | TILLBOOK_DELIVERY_PREFER_ONLINE => request.prefer_online(wait),
            TILLBOOK_DELIVERY_OFFLINE if self.timeout_ms == 0 => request.offline(),
            TILLBOOK_DELIVERY_OFFLINE => {
                return Err(Fault::Value { field: "timeout_ms", rule: "must be 0 with TILLBOOK_DELIVERY_OFFLINE" });
            }
            TILLBOOK_DELIVERY_REQUIRE_ONLINE => request.require_online(wait),
            _ => return Err(Fault::Value { field: "delivery", rule: "is none of its constants" }),
        };
        unsafe {
            let request = optional(request, self.op_id, "op_id", Request::op_id)?;
            let request = optional(request, self.ticket, "ticket", Request::ticket)?;
            let request = optional(request, self.operator_name, "operator_name", Request::operator)?;
            let request = optional(request, self.supervisor, "supervisor", Request::supervisor)?;
            let request = optional(request, self.shift, "shift", Request::shift)?;
            if flag("override_policy", self.override_policy)? {
                let supervisor = self.supervisor.required("supervisor")?;
                return Ok(request.override_by(supervisor, self.reason.required("reason")?));
            }
            optional(request, self.reason, "reason", Request::reason)
        }
    }
}

/// A request as the header has it.
pub(crate) trait Asked: SizedStruct {
    /// What it carries besides.
    fn call(&self) -> *const tillbook_call;

    /// # Safety
    /// Every pointer is as the header asks.
    unsafe fn request(&self) -> Result<Request, Fault>;
}

/// Makes a call: the whole body of the functions that do.
pub(crate) fn make<A: Asked>(
    till: *mut tillbook_till,
    request: *const A,
    receipt: *mut tillbook_receipt,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let place = unsafe { Place::at(receipt) }?;
        let till = till_of(till)?;
        let asked = unsafe { read(request) }?;
        let request = unsafe { asked.request() }?;
        made(&till, asked.call(), request, &place)
    })
}

/// What is the same for all of them, once.
fn made(
    till: &TillBox,
    call: *const tillbook_call,
    request: Request,
    place: &Place<tillbook_receipt>,
) -> Result<(), Fault> {
    let request = match unsafe { read_optional(call) }? {
        Some(call) => unsafe { call.tell(till, request) }?,
        None => request,
    };
    place.put(&receipt_row(&till.till.call(request)?));
    Ok(())
}
