//! Versions: which library is this, and does it fit the header that a program was compiled with?

use std::ffi::c_char;

/// The ABI that this header describes.
pub const TILLBOOK_ABI_VERSION: u32 = 1;

/// The library's version, as "0.1.0". Static; never free it.
#[unsafe(no_mangle)]
pub extern "C" fn tillbook_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}
