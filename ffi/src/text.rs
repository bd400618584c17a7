//! Text in and out.

use std::ffi::{CString, c_char};

use crate::fault::Fault;

/// The size that says: up to the NUL.
pub const TILLBOOK_NUL_TERMINATED: usize = usize::MAX;

/// Text that goes in: UTF-8, not necessarily NUL-terminated. All zero: not given.
///
/// `size` counts bytes, or is TILLBOOK_NUL_TERMINATED. `tillbook_str_of("...")` makes one. The library copies what it
/// keeps, so the bytes need to live no longer than the call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_str {
    /// The first byte, or NULL where no text is given.
    pub data: *const c_char,
    /// How many bytes, or TILLBOOK_NUL_TERMINATED.
    pub size: usize,
}

/// No text that a caller gives is longer: configurations are the longest.
const LONGEST: usize = 16 * 1024 * 1024;

impl tillbook_str {
    /// The text, or `None` where none is given.
    ///
    /// # Safety
    /// As the header says: so many readable bytes, or up to a NUL.
    pub(crate) unsafe fn get(self, field: &'static str) -> Result<Option<String>, Fault> {
        if self.data.is_null() {
            return if self.size == 0 { Ok(None) } else { Err(Fault::Null(field)) };
        }
        unsafe { text_at(self.data, self.size, field) }.map(|text| Some(text.to_owned()))
    }

    /// The text, which has to be given.
    ///
    /// # Safety
    /// As [`tillbook_str::get`].
    pub(crate) unsafe fn required(self, field: &'static str) -> Result<String, Fault> {
        unsafe { self.get(field) }?.ok_or(Fault::Null(field))
    }
}

/// Text as two arguments.
///
/// # Safety
/// As the header says: so many readable bytes, or up to a NUL.
pub(crate) unsafe fn text_at<'a>(data: *const c_char, size: usize, field: &'static str) -> Result<&'a str, Fault> {
    let bytes = unsafe { bytes_at(data.cast(), size, field) }?;
    std::str::from_utf8(bytes).map_err(|_| Fault::Text { field, looks_like_gbk: looks_like_gbk(bytes) })
}

/// Bytes as two arguments.
///
/// # Safety
/// As [`text_at`].
pub(crate) unsafe fn bytes_at<'a>(data: *const u8, size: usize, field: &'static str) -> Result<&'a [u8], Fault> {
    if data.is_null() {
        return Err(Fault::Null(field));
    }
    let too_long = Fault::Value { field, rule: "is longer than 16 MiB, or its NUL is missing" };
    let size = match size {
        TILLBOOK_NUL_TERMINATED => (0..=LONGEST).find(|&at| unsafe { data.add(at).read() } == 0).ok_or(too_long)?,
        size if size > LONGEST => return Err(too_long),
        size => size,
    };
    Ok(unsafe { std::slice::from_raw_parts(data, size) })
}

/// Whether bytes that are no UTF-8 could be GBK (code page 936): every byte above 0x80 begins a pair.
pub(crate) fn looks_like_gbk(bytes: &[u8]) -> bool {
    let mut pairs = 0_usize;
    let mut at = 0;
    while let Some(&lead) = bytes.get(at) {
        match (lead, bytes.get(at + 1)) {
            (0..=0x80, _) => at += 1,
            (0x81..=0xfe, Some(0x40..=0x7e | 0x80..=0xfe)) => {
                pairs += 1;
                at += 2;
            }
            _ => return false,
        }
    }
    pairs > 0
}

/// Text of which a NUL can't be a part.
pub(crate) fn c_text(text: &str) -> CString {
    CString::new(text.replace('\0', "\u{fffd}")).unwrap_or_default()
}

/// Text in a fixed place: what does not fit is cut between two characters and ends in `…`.
pub(crate) fn fixed<const N: usize>(text: &str) -> [c_char; N] {
    const CUT: &str = "…";
    let mut place = [0; N];
    let whole = |most: usize| (0..=most.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    let (kept, cut) = if text.len() < N { (text, "") } else { (&text[..whole(N - 1 - CUT.len())], CUT) };
    let bytes = kept.bytes().chain(cut.bytes()).map(|byte| if byte == 0 { b' ' } else { byte });
    for (to, byte) in place.iter_mut().zip(bytes) {
        *to = byte as c_char;
    }
    place
}

/// As [`fixed`]; all zero where there is none.
pub(crate) fn fixed_optional<const N: usize>(text: Option<&str>) -> [c_char; N] {
    text.map_or([0; N], fixed)
}

/// Strings whose addresses stay as long as it lives.
#[derive(Default)]
pub(crate) struct Arena {
    texts: Vec<CString>,
    arrays: Vec<Box<[*const c_char]>>,
}

// What the pointers point at is the arena's own and never changes.
unsafe impl Send for Arena {}
unsafe impl Sync for Arena {}

impl Arena {
    pub(crate) fn text(&mut self, text: &str) -> *const c_char {
        let text = c_text(text);
        let at = text.as_ptr();
        self.texts.push(text);
        at
    }

    /// NULL where there is none.
    pub(crate) fn optional(&mut self, text: Option<&str>) -> *const c_char {
        text.map_or(std::ptr::null(), |text| self.text(text))
    }

    /// Several, and how many.
    pub(crate) fn several<'a>(&mut self, texts: impl IntoIterator<Item = &'a str>) -> (*const *const c_char, usize) {
        let array: Box<[*const c_char]> = texts.into_iter().map(|text| self.text(text)).collect();
        let told = (if array.is_empty() { std::ptr::null() } else { array.as_ptr() }, array.len());
        self.arrays.push(array);
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gbk_is_told_from_rubbish() {
        // 王小明 in GBK, then the same cut in the middle, then bytes that are neither.
        for (bytes, gbk) in [
            (&[0xcd, 0xf5, 0xd0, 0xa1, 0xc3, 0xf7][..], true),
            (&[b'A', 0xcd, 0xf5, b'1'], true),
            (&[0xcd, 0xf5, 0xd0], false),
            (&[0xff, 0xfe], false),
            (b"plain", false),
        ] {
            assert_eq!(looks_like_gbk(bytes), gbk, "{bytes:x?}");
        }
    }

    #[test]
    fn what_does_not_fit_is_cut_between_characters() {
        let read = |place: &[c_char]| {
            let bytes: Vec<u8> = place.iter().take_while(|c| **c != 0).map(|&c| c as u8).collect();
            String::from_utf8(bytes).unwrap_or_default()
        };
        assert_eq!(read(&fixed::<8>("1234567")), "1234567");
        assert_eq!(read(&fixed::<8>("12345678")), "1234…");
        assert_eq!(read(&fixed::<8>("王小明")), "王…");
        assert_eq!(read(&fixed::<8>("a\0b")), "a b");
        assert_eq!(read(&fixed_optional::<8>(None)), "");
    }
}
