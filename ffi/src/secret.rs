//! Secrets that the host keeps: asked for while a till is opened.

use std::ffi::{c_char, c_void};

use tillbook::SecretSource;

use crate::text::c_text;

/// `tillbook_open_options.secret`.
pub(crate) type SecretFn =
    unsafe extern "C" fn(user: *mut c_void, name: *const c_char, buffer: *mut c_char, buffer_size: usize) -> i32;

/// No secret is longer.
const LONGEST: usize = 64 * 1024;

/// The host's function, for as long as the till is being opened.
pub(crate) struct HostSecrets {
    pub(crate) find: SecretFn,
    pub(crate) user: *mut c_void,
}

impl SecretSource for HostSecrets {
    fn secret(&self, name: &str) -> Option<String> {
        let name = c_text(name);
        let mut place = vec![0_u8; LONGEST];
        let said = unsafe { (self.find)(self.user, name.as_ptr(), place.as_mut_ptr().cast(), LONGEST) };
        let size = usize::try_from(said).ok().filter(|&size| size > 0 && size <= LONGEST);
        let secret = size.and_then(|size| std::str::from_utf8(&place[..size]).ok().map(str::to_owned));
        place.fill(0);
        // So that the filling is not left out as useless.
        std::hint::black_box(&place);
        secret
    }
}
