//! Versions: which library is this, and does it fit the header that a program was compiled with?

use std::ffi::{CString, c_char};
use std::sync::OnceLock;

use crate::error::{tillbook_error, tillbook_status};
use crate::fault::Fault;
use crate::guard::{constant, guard};
use crate::text::c_text;

/// Changes when something is taken away or means something else: programs have to be compiled anew. It is the number in
/// the shared library's SONAME.
pub const TILLBOOK_ABI_MAJOR: u32 = 1;

/// Changes when something is added. A program runs with any library of the same major and the same or a higher minor.
pub const TILLBOOK_ABI_MINOR: u32 = 1;

/// Both in one number, the major in the upper 16 bits: what this header describes.
pub const TILLBOOK_ABI_VERSION: u32 = 0x0001_0001;

const _: () = assert!(TILLBOOK_ABI_VERSION == TILLBOOK_ABI_MAJOR << 16 | TILLBOOK_ABI_MINOR);

/// `tillbook_features`: the library has the built-in HTTP transport. Without it every till needs one of the host's.
pub const TILLBOOK_FEATURE_HTTP: u32 = 1;
/// `tillbook_features`: books may be encrypted.
pub const TILLBOOK_FEATURE_ENCRYPTION: u32 = 2;

/// The library's version, as "0.1.0". Static: never free it. Any thread, any time.
#[unsafe(no_mangle)]
pub extern "C" fn tillbook_version() -> *const c_char {
    constant(std::ptr::null(), || concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast())
}

static SQLITE: OnceLock<CString> = OnceLock::new();

/// The version of the SQLite inside, which is never the host's own, as "3.51.3". Static: never free it. Any thread, any
/// time.
#[unsafe(no_mangle)]
pub extern "C" fn tillbook_sqlite_version() -> *const c_char {
    constant(std::ptr::null(), || SQLITE.get_or_init(|| c_text(tillbook::sqlite_version())).as_ptr())
}

/// The ABI that this library speaks, to be compared with TILLBOOK_ABI_VERSION. Any thread, any time.
#[unsafe(no_mangle)]
pub extern "C" fn tillbook_abi_version() -> u32 {
    constant(0, || TILLBOOK_ABI_VERSION)
}

/// What this build has: the TILLBOOK_FEATURE_* bits. Any thread, any time.
#[unsafe(no_mangle)]
pub extern "C" fn tillbook_features() -> u32 {
    constant(0, || {
        let has = |there: bool, bit: u32| if there { bit } else { 0 };
        has(cfg!(feature = "http"), TILLBOOK_FEATURE_HTTP)
            | has(cfg!(feature = "encryption"), TILLBOOK_FEATURE_ENCRYPTION)
    })
}

/// Whether a program that was compiled with a header may use this library: call it once, first, with
/// TILLBOOK_ABI_VERSION. Any thread.
///
/// Errors: ABI_MISMATCH.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_check_abi(header: u32, err: *mut *mut tillbook_error) -> tillbook_status {
    guard(err, || {
        if header >> 16 == TILLBOOK_ABI_MAJOR && header & 0xffff <= TILLBOOK_ABI_MINOR {
            Ok(())
        } else {
            Err(Fault::AbiMismatch { header })
        }
    })
}
