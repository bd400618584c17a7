//! The vendor's error codes.

use thiserror::Error;

use crate::wire::Flaw;

/// Why the remote refuses; the numbers are the document's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Error)]
pub enum Errcode {
    /// 1: a required parameter is absent or empty.
    #[error("参数不足")]
    MissingParameter,
    /// 2: there is no such card, or it is closed or replaced.
    #[error("卡不存在")]
    NoSuchCard,
    /// 3: the number to be opened is taken.
    #[error("卡已存在")]
    CardExists,
    /// 4: not enough money or points.
    #[error("余额不足")]
    BalanceTooLow,
    /// 300: the merchant's subscription has run out.
    #[error("系统过期")]
    Expired,
    /// 400: wrong credentials, no JSON, a wrong type or a value that is out of the question.
    #[error("参数错误")]
    BadParameter,
    /// 500: the remote failed.
    #[error("内部错误")]
    Internal,
}

impl Errcode {
    /// Every code, in the document's order.
    pub const ALL: [Self; 7] = [
        Self::MissingParameter,
        Self::NoSuchCard,
        Self::CardExists,
        Self::BalanceTooLow,
        Self::Expired,
        Self::BadParameter,
        Self::Internal,
    ];

    /// The number on the wire.
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::MissingParameter => 1,
            Self::NoSuchCard => 2,
            Self::CardExists => 3,
            Self::BalanceTooLow => 4,
            Self::Expired => 300,
            Self::BadParameter => 400,
            Self::Internal => 500,
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
