//! Tokens from the host, kept where the till can take them without asking anybody.

use std::collections::BTreeMap;
use std::ffi::c_char;
use std::sync::{Mutex, PoisonError};

use tillbook::TokenSource;

use crate::error::{TILLBOOK_DONE, TILLBOOK_OK, tillbook_error, tillbook_status};
use crate::fault::Fault;
use crate::guard::{guard, guarded};
use crate::open::{till_of, tillbook_till};
use crate::sized::{Place, SizedStruct, sized};
use crate::text::{fixed, fixed_optional, text_at};

/// A token that is wanted from the host.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_token_wanted {
    /// The size of this struct: tillbook_token_wanted_init sets it.
    pub struct_size: usize,
    /// For which remote: "gree", "yonyou".
    pub provider: [c_char; 16],
    /// The token that the remote has just refused: the same again is no answer. Empty where none was.
    pub refused: [c_char; 4104],
}

sized!(tillbook_token_wanted);

#[derive(Default)]
struct Held {
    given: BTreeMap<String, String>,
    /// For whom a token is wanted, and the one that was refused.
    wanted: BTreeMap<String, Option<String>>,
}

/// The tokens that the host has given.
#[derive(Default)]
pub(crate) struct TokenBox {
    held: Mutex<Held>,
}

impl TokenSource for TokenBox {
    fn token(&self, provider: &str, refused: Option<&str>) -> Option<String> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let given = held.given.get(provider).filter(|given| Some(given.as_str()) != refused).cloned();
        if given.is_none() {
            held.given.remove(provider);
            held.wanted.insert(provider.to_owned(), refused.map(str::to_owned));
        }
        given
    }
}

impl TokenBox {
    fn give(&self, provider: &str, token: &str) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.wanted.remove(provider);
        held.given.insert(provider.to_owned(), token.to_owned());
    }

    /// Whose token is wanted, one at a time.
    pub(crate) fn wanted(&self) -> Option<(String, Option<String>)> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.wanted.iter().next().map(|(provider, refused)| (provider.clone(), refused.clone()))
    }

    /// All of them.
    pub(crate) fn all_wanted(&self) -> BTreeMap<String, Option<String>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).wanted.clone()
    }
}

/// A token that is wanted, as the header tells it.
pub(crate) fn told(provider: &str, refused: Option<&str>) -> tillbook_token_wanted {
    tillbook_token_wanted {
        provider: fixed(provider),
        refused: fixed_optional(refused),
        ..tillbook_token_wanted::empty()
    }
}

/// Gives the till a token for a remote ("gree", "yonyou"), which it uses from now on until the remote refuses it. For tills
/// that were opened with host_tokens. It is kept in memory only. Any thread.
///
/// Errors: UNSUPPORTED without host_tokens; INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_give_token(
    till: *mut tillbook_till,
    provider: *const c_char,
    provider_size: usize,
    token: *const c_char,
    token_size: usize,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let till = till_of(till)?;
        let provider = unsafe { text_at(provider, provider_size, "provider") }?;
        let token = unsafe { text_at(token, token_size, "token") }?;
        let tokens = till.tokens.as_ref().ok_or(Fault::NoHostTokens)?;
        if !matches!(provider, "gree" | "yonyou") {
            return Err(Fault::Value { field: "provider", rule: "must be one that takes tokens: gree, yonyou" });
        }
        if token.is_empty() || token.len() > 4096 || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Fault::Value { field: "token", rule: "must be 1 to 4096 visible ASCII characters" });
        }
        tokens.give(provider, token);
        Ok(till.till.tokens_changed()?)
    })
}

/// Whether the till waits for a token from the host: OK with the remote's name, or DONE where none is wanted. The polling
/// twin of tillbook_on_token_wanted. Any thread.
///
/// Errors: UNSUPPORTED without host_tokens; BAD_STRUCT, NULL_ARGUMENT, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_next_token_wanted(
    till: *mut tillbook_till,
    wanted: *mut tillbook_token_wanted,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guarded(err, || {
        let place = unsafe { Place::at(wanted) }?;
        let till = till_of(till)?;
        match till.tokens.as_ref().ok_or(Fault::NoHostTokens)?.wanted() {
            Some((provider, refused)) => {
                place.put(&told(&provider, refused.as_deref()));
                Ok(TILLBOOK_OK)
            }
            None => Ok(TILLBOOK_DONE),
        }
    })
}
