//! The platform's error codes.

use thiserror::Error;

use crate::wire::Flaw;

/// Why the platform refuses. The document shows 30021 alone; 10001, 20002, 20005, 30012 and 30025 are the vendor's, the
/// others are this sandbox's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Error)]
pub enum Errcode {
    /// 10001: the platform failed.
    #[error("平台错误")]
    Platform,
    /// 20002: a required parameter is absent or empty.
    #[error("缺少必填参数")]
    MissingParameter,
    /// 20005: no JSON array, a wrong type, or a value that is out of the question.
    #[error("参数错误")]
    BadParameter,
    /// 30012: the token is unknown or has run out.
    #[error("token已过期")]
    TokenExpired,
    /// 30021: the application isn't online.
    #[error("此应用未上线")]
    NotOnline,
    /// 30025: the request is being worked on.
    #[error("处理中")]
    InProgress,
    /// 30901: another account, key or secret than the application's.
    #[error("应用不存在或密钥错误")]
    UnknownApplication,
    /// 30902: no more tokens today.
    #[error("token获取次数超限")]
    TokenLimit,
    /// 50901: there is no such member.
    #[error("会员不存在")]
    NoSuchMember,
    /// 50902: not enough points.
    #[error("积分不足")]
    NotEnoughPoints,
}

impl Errcode {
    /// Every code.
    pub const ALL: [Self; 10] = [
        Self::Platform,
        Self::MissingParameter,
        Self::BadParameter,
        Self::TokenExpired,
        Self::NotOnline,
        Self::InProgress,
        Self::UnknownApplication,
        Self::TokenLimit,
        Self::NoSuchMember,
        Self::NotEnoughPoints,
    ];

    /// The text on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Platform => "10001",
            Self::MissingParameter => "20002",
            Self::BadParameter => "20005",
            Self::TokenExpired => "30012",
            Self::NotOnline => "30021",
            Self::InProgress => "30025",
            Self::UnknownApplication => "30901",
            Self::TokenLimit => "30902",
            Self::NoSuchMember => "50901",
            Self::NotEnoughPoints => "50902",
        }
    }
}

impl From<Flaw> for Errcode {
    fn from(flaw: Flaw) -> Self {
        match flaw {
            Flaw::Missing => Self::MissingParameter,
            Flaw::Bad => Self::BadParameter,
        }
    }
}
