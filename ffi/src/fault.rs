//! What can go wrong at the border, beside what the till itself says.

use tillbook::{Error, Language};

use crate::error::{
    TILLBOOK_ABI_MISMATCH, TILLBOOK_BAD_HANDLE, TILLBOOK_BAD_STRUCT, TILLBOOK_BAD_TEXT, TILLBOOK_CLOSED,
    TILLBOOK_INVALID_INPUT, TILLBOOK_NULL_ARGUMENT, TILLBOOK_PANIC, TILLBOOK_POISONED, TILLBOOK_STORAGE,
    TILLBOOK_TOO_MANY_HANDLES, TILLBOOK_UNSUPPORTED,
};

/// Why a call of the ABI failed.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The till said no.
    Till(Error),
    /// An argument, or a field that must be given, is NULL.
    Null(&'static str),
    /// A struct's size is none that this library knows, or it carries fields that are unknown here.
    Struct { name: &'static str, unknown_fields: bool },
    /// Text that is no UTF-8.
    Text { field: &'static str, looks_like_gbk: bool },
    /// A number outside its range, or a constant that is none.
    Value { field: &'static str, rule: &'static str },
    /// Stale, freed, or of another kind.
    Handle(&'static str),
    /// More handles are alive than the library can tell apart: they are not being freed.
    TooManyHandles,
    /// The till was opened without `host_tokens`.
    NoHostTokens,
    /// This build has no encryption.
    #[cfg_attr(feature = "encryption", allow(dead_code))]
    NoEncryption,
    /// The till is being closed.
    Closed,
    /// The system gives no thread.
    NoThread,
    /// The program was compiled with the header of a later release.
    AbiMismatch { header: u32 },
    /// A panic inside.
    Panic(String),
    /// A panic inside while the book was being worked on.
    Poisoned(String),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Fault::Till(error)
    }
}

impl Fault {
    /// The code of it.
    pub(crate) fn status(&self) -> i32 {
        match self {
            Fault::Till(error) => error.code() as i32,
            Fault::Null(_) => TILLBOOK_NULL_ARGUMENT,
            Fault::Struct { .. } => TILLBOOK_BAD_STRUCT,
            Fault::Text { .. } => TILLBOOK_BAD_TEXT,
            Fault::Value { .. } => TILLBOOK_INVALID_INPUT,
            Fault::Handle(_) => TILLBOOK_BAD_HANDLE,
            Fault::TooManyHandles => TILLBOOK_TOO_MANY_HANDLES,
            Fault::NoHostTokens => TILLBOOK_UNSUPPORTED,
            Fault::NoEncryption => TILLBOOK_UNSUPPORTED,
            Fault::Closed => TILLBOOK_CLOSED,
            Fault::NoThread => TILLBOOK_STORAGE,
            Fault::AbiMismatch { .. } => TILLBOOK_ABI_MISMATCH,
            Fault::Panic(_) => TILLBOOK_PANIC,
            Fault::Poisoned(_) => TILLBOOK_POISONED,
        }
    }

    /// The argument or field that it is about.
    pub(crate) fn field(&self) -> Option<&str> {
        match self {
            Fault::Till(error) => error.field(),
            Fault::Null(name) | Fault::Struct { name, .. } | Fault::Handle(name) => Some(name),
            Fault::Text { field, .. } | Fault::Value { field, .. } => Some(field),
            Fault::TooManyHandles
            | Fault::NoHostTokens
            | Fault::NoEncryption
            | Fault::Closed
            | Fault::NoThread
            | Fault::AbiMismatch { .. }
            | Fault::Panic(_)
            | Fault::Poisoned(_) => None,
        }
    }

    /// For people.
    pub(crate) fn message(&self, language: Language) -> String {
        match (self, language) {
            (Fault::Till(error), _) => error.message(language),
            (Fault::Text { looks_like_gbk: true, .. }, Language::English) => {
                "Text from the POS is in GBK; this library takes UTF-8.".into()
            }
            (Fault::Text { looks_like_gbk: true, .. }, Language::Chinese) => {
                "收银系统传来的文字是 GBK 编码，需要先转换为 UTF-8。".into()
            }
            (Fault::Panic(_) | Fault::Poisoned(_), Language::English) => {
                "The till met an error of its own. Close it and open it again.".into()
            }
            (Fault::Panic(_) | Fault::Poisoned(_), Language::Chinese) => "会员模块内部出错，请关闭后重新打开。".into(),
            (fault, Language::Chinese) => format!("收银程序调用有误 [{}]。", fault.field().unwrap_or("tillbook")),
            (fault, _) => format!("The POS program made a faulty call [{}].", fault.detail()),
        }
    }

    /// For logs and the POS's programmer. No personal data.
    pub(crate) fn detail(&self) -> String {
        match self {
            Fault::Till(error) => error.to_string(),
            Fault::Null(name) => format!("{name} must not be NULL"),
            Fault::Struct { name, unknown_fields: true } => {
                format!(
                    "{name} has fields that this library does not know, and they are not zero: it is older than the header"
                )
            }
            Fault::Struct { name, unknown_fields: false } => {
                format!("{name}.struct_size is not the size of that struct: fill it with the struct's _init")
            }
            Fault::Text { field, looks_like_gbk: true } => {
                format!("{field} is not UTF-8; it looks like GBK: convert it (MultiByteToWideChar 936, iconv \"GBK\")")
            }
            Fault::Text { field, looks_like_gbk: false } => format!("{field} is not UTF-8"),
            Fault::Value { field, rule } => format!("{field} {rule}"),
            Fault::Handle(name) => format!("{name} is no live handle of that kind: freed, stale, or never one"),
            Fault::TooManyHandles => "too many handles are alive: free errors and lists".into(),
            Fault::NoHostTokens => "the till was opened without host_tokens".into(),
            Fault::NoEncryption => "this build has no encryption".into(),
            Fault::Closed => "the till is closed".into(),
            Fault::NoThread => "the system gives no thread".into(),
            Fault::AbiMismatch { header } => {
                format!(
                    "compiled for ABI {}.{}, this library speaks {}.{}",
                    header >> 16,
                    header & 0xffff,
                    crate::abi::TILLBOOK_ABI_MAJOR,
                    crate::abi::TILLBOOK_ABI_MINOR
                )
            }
            Fault::Panic(what) | Fault::Poisoned(what) => format!("panicked: {what}"),
        }
    }
}
