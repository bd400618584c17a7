//! Values from the fuzzer's input: good ones often enough, and every kind of bad one.

use std::ffi::{CStr, c_char};
use std::mem::{MaybeUninit, size_of};
use std::ptr::null;

use arbitrary::Unstructured;
use tillbook_ffi::{TILLBOOK_NUL_TERMINATED, tillbook_str};

/// What a good call would say: cards, phones, names, quantities, keys.
const KNOWN: &[&str] = &[
    "A1",
    "B1",
    "13800000001",
    "13800001234",
    "N1",
    "op-1",
    "op-2",
    "op-3",
    "普通会员",
    "高级会员",
    "1",
    "1.5",
    "0.8",
    "王小明",
    "1990-02-28",
    "gree",
    "sandy",
    "C1",
    "T1",
    "consume",
    "",
    "12.50",
    "-0.01",
    "{}",
];

pub(crate) struct Pen<'a> {
    input: Unstructured<'a>,
    /// What the texts and rows of the call under way point at.
    kept: Vec<Box<[u8]>>,
}

impl<'a> Pen<'a> {
    pub(crate) fn new(input: Unstructured<'a>) -> Self {
        Pen { input, kept: Vec::new() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.input.is_empty()
    }

    /// The call is over.
    pub(crate) fn forget(&mut self) {
        self.kept.clear();
    }

    pub(crate) fn below(&mut self, end: u8) -> u8 {
        self.input.int_in_range(0..=end - 1).unwrap_or(0)
    }

    /// Once in so many times.
    pub(crate) fn seldom(&mut self, times: u8) -> bool {
        self.below(times) == times - 1
    }

    pub(crate) fn wide(&mut self) -> u64 {
        self.input.arbitrary().unwrap_or(0)
    }

    pub(crate) fn bytes(&mut self, most: u8) -> Vec<u8> {
        let size = usize::from(self.below(most)).min(self.input.len());
        self.input.bytes(size).map(<[u8]>::to_vec).unwrap_or_default()
    }

    /// Money and points: small, or at an edge, or anything.
    pub(crate) fn number(&mut self) -> i64 {
        match self.below(12) {
            0..=4 => i64::from(self.below(250)),
            5 | 6 => i64::from(self.below(250)) * 100,
            7 => -i64::from(self.below(250)),
            8 => [i64::MIN, i64::MAX, i64::MIN + 1, i64::MAX - 1, -1][usize::from(self.below(5))],
            9 => [1 << 31, 1 << 32, 1 << 53, 92_233_720_368_547_758][usize::from(self.below(4))],
            10 => 0,
            _ => self.wide() as i64,
        }
    }

    /// Money as a sale has it, most of the time.
    pub(crate) fn amount(&mut self) -> i64 {
        if self.seldom(5) { self.number() } else { 1 + i64::from(self.below(250)) * i64::from(1 + self.below(100)) }
    }

    /// A constant or a flag of so many.
    pub(crate) fn code(&mut self, most: u8) -> i32 {
        match self.below(40) {
            39 => self.wide() as i32,
            38 => -1,
            _ => i32::from(self.below(most + 1)),
        }
    }

    /// A wait that is over soon.
    pub(crate) fn wait(&mut self) -> u32 {
        match self.below(16) {
            15 => u32::MAX,
            14 => 600_001,
            _ => 1 + u32::from(self.below(20)),
        }
    }

    fn kept(&mut self, bytes: Vec<u8>) -> *const c_char {
        self.kept.push(bytes.into_boxed_slice());
        self.kept.last().map_or(null(), |kept| kept.as_ptr().cast())
    }

    /// Text as two arguments.
    pub(crate) fn text(&mut self) -> (*const c_char, usize) {
        match self.below(20) {
            0 => (null(), 0),
            1 => (null(), TILLBOOK_NUL_TERMINATED),
            2 | 3 => {
                let bytes = self.bytes(80);
                let size = bytes.len();
                (self.kept(bytes), size)
            }
            4 => {
                let mut bytes = self.bytes(80);
                bytes.push(0);
                (self.kept(bytes), TILLBOOK_NUL_TERMINATED)
            }
            5 => (self.kept(b"x".to_vec()), usize::MAX - 1),
            6 => (self.kept(vec![0xcd, 0xf5, 0xd0, 0xa1]), 4),
            7 => {
                let bytes = "长".repeat(usize::from(self.below(250))).into_bytes();
                let size = bytes.len();
                (self.kept(bytes), size)
            }
            _ => {
                let known = usize::from(self.below(KNOWN.len() as u8));
                self.known(KNOWN[known])
            }
        }
    }

    /// Exactly its bytes: nothing stands behind them.
    pub(crate) fn known(&mut self, text: &str) -> (*const c_char, usize) {
        (self.kept(text.as_bytes().to_vec()), text.len())
    }

    pub(crate) fn str(&mut self) -> tillbook_str {
        let (data, size) = self.text();
        tillbook_str { data, size }
    }

    /// Text that is good more often than not.
    pub(crate) fn str_of(&mut self, good: &[&str]) -> tillbook_str {
        if self.seldom(20) {
            return self.str();
        }
        let which = usize::from(self.below(good.len() as u8));
        let (data, size) = self.known(good[which]);
        tillbook_str { data, size }
    }

    /// Text that is missing more often than not.
    pub(crate) fn str_or_none(&mut self) -> tillbook_str {
        if self.seldom(8) { self.str() } else { tillbook_str { data: null(), size: 0 } }
    }

    /// A struct to read from, in memory of exactly the size that it tells, unless that size can't be.
    pub(crate) fn given<T: Copy>(&mut self, value: T) -> *const T {
        if self.seldom(96) {
            return null();
        }
        let size = self.size_of::<T>();
        let mut bytes = vec![0_u8; readable::<T>(size)];
        let known = size_of::<T>().min(bytes.len());
        // A struct of plain numbers and pointers, of which the size stands first.
        unsafe {
            std::ptr::from_ref(&value).cast::<u8>().copy_to_nonoverlapping(bytes.as_mut_ptr(), known);
            bytes.as_mut_ptr().cast::<usize>().write_unaligned(size);
        }
        if bytes.len() > size_of::<T>() && self.seldom(2) {
            let at = size_of::<T>() + usize::from(self.below((bytes.len() - size_of::<T>()) as u8));
            bytes[at] = 1;
        }
        self.kept(bytes).cast()
    }

    /// A row of structs of one size.
    pub(crate) fn row<T: Copy>(&mut self, values: &[T]) -> *const T {
        let mut bytes = Vec::with_capacity(size_of_val(values));
        for value in values {
            bytes.extend_from_slice(unsafe {
                std::slice::from_raw_parts(std::ptr::from_ref(value).cast::<u8>(), size_of::<T>())
            });
        }
        self.kept(bytes).cast()
    }

    fn size_of<T>(&mut self) -> usize {
        match self.below(128) {
            0 => 0,
            1 => size_of::<T>() - usize::from(self.below(size_of::<T>().min(255) as u8)),
            2 => size_of::<T>() + 1 + usize::from(self.below(63)),
            3 => usize::MAX - usize::from(self.below(9)),
            4 => 65_537,
            _ => size_of::<T>(),
        }
    }

    /// A place to be filled, or NULL.
    pub(crate) fn place<T>(&mut self) -> Place<T> {
        if self.seldom(96) {
            return Place { bytes: Vec::new(), of: std::marker::PhantomData };
        }
        let size = self.size_of::<T>();
        let mut bytes = vec![0_u8; readable::<T>(size)];
        unsafe { bytes.as_mut_ptr().cast::<usize>().write_unaligned(size) };
        Place { bytes, of: std::marker::PhantomData }
    }
}

/// How much memory a struct has that claims a size: as much as it claims, or as the real one where that can't be.
fn readable<T>(size: usize) -> usize {
    if (size_of::<usize>()..=65_536).contains(&size) { size } else { size_of::<T>() }
}

/// Memory for a struct that the library fills.
pub(crate) struct Place<T> {
    bytes: Vec<u8>,
    of: std::marker::PhantomData<T>,
}

impl<T: Copy> Place<T> {
    pub(crate) fn at(&mut self) -> *mut T {
        if self.bytes.is_empty() { std::ptr::null_mut() } else { self.bytes.as_mut_ptr().cast() }
    }

    /// What stands there, where it is all of it.
    pub(crate) fn whole(&self) -> Option<T> {
        (self.bytes.len() == size_of::<T>()).then(|| unsafe { self.bytes.as_ptr().cast::<T>().read_unaligned() })
    }
}

/// A struct with its size set, to be filled.
pub(crate) fn filled<T>() -> T {
    unsafe {
        let mut value = MaybeUninit::<T>::zeroed();
        value.as_mut_ptr().cast::<usize>().write(size_of::<T>());
        value.assume_init()
    }
}

/// Text that the library owns; empty for NULL.
pub(crate) fn read(text: *const c_char) -> String {
    if text.is_null() {
        return String::new();
    }
    let text = unsafe { CStr::from_ptr(text) }.to_str();
    text.expect("what comes out is UTF-8").to_owned()
}

/// Text in a fixed place has its NUL and is UTF-8.
pub(crate) fn ends(text: &[c_char]) {
    let bytes: Vec<u8> = text.iter().map(|&byte| byte as u8).collect();
    let text = CStr::from_bytes_until_nul(&bytes).expect("its NUL");
    text.to_str().expect("what comes out is UTF-8");
}
