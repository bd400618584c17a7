//! Words for the numbers, in two languages.

use std::collections::BTreeMap;
use std::ffi::{CString, c_char};
use std::sync::{Mutex, PoisonError};

use tillbook::{
    Class, CouponRule, CouponStatus, Evidence, Kind, Language, Movement, NoticeKind, Promise, Resolution, State,
};

use crate::codes::Code;
use crate::fault::Fault;
use crate::guard::shielded;
use crate::text::c_text;

/// Messages in English.
pub const TILLBOOK_LANGUAGE_ENGLISH: i32 = 0;
/// Messages in Chinese.
pub const TILLBOOK_LANGUAGE_CHINESE: i32 = 1;

/// `tillbook_label`: the value is a TILLBOOK_PROMISE_*.
pub const TILLBOOK_LABEL_PROMISE: i32 = 1;
/// `tillbook_label`: the value is a TILLBOOK_STATE_*.
pub const TILLBOOK_LABEL_STATE: i32 = 2;
/// `tillbook_label`: the value is a TILLBOOK_KIND_*.
pub const TILLBOOK_LABEL_KIND: i32 = 3;
/// `tillbook_label`: the value is a TILLBOOK_EVIDENCE_*.
pub const TILLBOOK_LABEL_EVIDENCE: i32 = 4;
/// `tillbook_label`: the value is a TILLBOOK_NOTICE_*.
pub const TILLBOOK_LABEL_NOTICE: i32 = 5;
/// `tillbook_label`: the value is a TILLBOOK_RESOLUTION_*.
pub const TILLBOOK_LABEL_RESOLUTION: i32 = 6;
/// `tillbook_label`: the value is a TILLBOOK_RULE_*.
pub const TILLBOOK_LABEL_RULE: i32 = 7;
/// `tillbook_label`: the value is a TILLBOOK_CLASS_*.
pub const TILLBOOK_LABEL_CLASS: i32 = 8;
/// `tillbook_label`: the value is a TILLBOOK_MOVEMENT_*.
pub const TILLBOOK_LABEL_MOVEMENT: i32 = 9;
/// `tillbook_label`: the value is a TILLBOOK_COUPON_*.
pub const TILLBOOK_LABEL_COUPON_STATUS: i32 = 10;

/// The language of a number.
pub(crate) fn language(code: i32) -> Result<Language, Fault> {
    match code {
        TILLBOOK_LANGUAGE_ENGLISH => Ok(Language::English),
        TILLBOOK_LANGUAGE_CHINESE => Ok(Language::Chinese),
        _ => Err(Fault::Value { field: "language", rule: "is none of its constants" }),
    }
}

fn words(what: i32, value: i32, language: Language) -> Result<&'static str, Fault> {
    Ok(match what {
        TILLBOOK_LABEL_PROMISE => Promise::of(value, "value")?.label(language),
        TILLBOOK_LABEL_STATE => State::of(value, "value")?.label(language),
        TILLBOOK_LABEL_KIND => Kind::of(value, "value")?.label(language),
        TILLBOOK_LABEL_EVIDENCE => Evidence::of(value, "value")?.label(language),
        TILLBOOK_LABEL_NOTICE => NoticeKind::of(value, "value")?.label(language),
        TILLBOOK_LABEL_RESOLUTION => Resolution::of(value, "value")?.label(language),
        TILLBOOK_LABEL_RULE => CouponRule::of(value, "value")?.label(language),
        TILLBOOK_LABEL_CLASS => <Class as Code>::of(value, "value")?.label(language),
        TILLBOOK_LABEL_MOVEMENT => Movement::of(value, "value")?.label(language),
        TILLBOOK_LABEL_COUPON_STATUS => CouponStatus::of(value, "value")?.label(language),
        _ => return Err(Fault::Value { field: "what", rule: "is none of its constants" }),
    })
}

/// As many as there are labels, made when they are asked for and kept for ever.
static MADE: Mutex<BTreeMap<(i32, i32, i32), CString>> = Mutex::new(BTreeMap::new());

/// The short words for a number, for displays and slips: `what` is one of TILLBOOK_LABEL_*, `wanted` a language. Empty for
/// numbers that are unknown here. Static: never free it. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn tillbook_label(what: i32, value: i32, wanted: i32) -> *const c_char {
    shielded(c"".as_ptr(), || {
        let Ok(text) = language(wanted).and_then(|language| words(what, value, language)) else { return c"".as_ptr() };
        let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
        made.entry((what, value, wanted)).or_insert_with(|| c_text(text)).as_ptr()
    })
}
