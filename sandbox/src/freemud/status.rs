//! The platform's status codes.

use thiserror::Error;

use crate::wire::Flaw;

/// What stands in `statusCode`. The document shows 100 alone; 21 and 500 are the vendor's, the others are this
/// sandbox's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Error)]
pub enum StatusCode {
    /// 10: the signature isn't the client's.
    #[error("签名错误")]
    BadSignature,
    /// 11: another `appId` or `partnerId`.
    #[error("应用或商户不存在")]
    UnknownApplication,
    /// 12: the header `access_token` isn't the one that was issued.
    #[error("access_token无效")]
    BadToken,
    /// 13: the header `x-transaction-id` has been seen before.
    #[error("x-transaction-id重复")]
    RepeatedTransaction,
    /// 21: a required parameter is absent or empty.
    #[error("缺少必填参数")]
    MissingParameter,
    /// 22: no JSON, a wrong type, or a value that is out of the question.
    #[error("参数错误")]
    BadParameter,
    /// 50: there is no such member.
    #[error("会员不存在")]
    NoSuchMember,
    /// 51: the member is disabled.
    #[error("会员已禁用")]
    MemberDisabled,
    /// 52: the phone has a member already.
    #[error("手机号已注册")]
    PhoneTaken,
    /// 53: the code that was sent to the phone is another.
    #[error("验证码错误")]
    WrongValidCode,
    /// 54: the dynamic code is unknown or has run out.
    #[error("动态码无效")]
    NoSuchCode,
    /// 60: not enough points.
    #[error("积分不足")]
    NotEnoughPoints,
    /// 61: no points were spent on this order.
    #[error("订单不存在")]
    NoSuchOrder,
    /// 62: what was spent on this order has been given back.
    #[error("订单积分已回退")]
    AlreadyReturned,
    /// 500: the platform failed.
    #[error("系统异常")]
    Internal,
}

impl StatusCode {
    /// What stands in `statusCode` where all went well.
    pub const OK: &'static str = "100";

    /// Every code of an error.
    pub const ALL: [Self; 15] = [
        Self::BadSignature,
        Self::UnknownApplication,
        Self::BadToken,
        Self::RepeatedTransaction,
        Self::MissingParameter,
        Self::BadParameter,
        Self::NoSuchMember,
        Self::MemberDisabled,
        Self::PhoneTaken,
        Self::WrongValidCode,
        Self::NoSuchCode,
        Self::NotEnoughPoints,
        Self::NoSuchOrder,
        Self::AlreadyReturned,
        Self::Internal,
    ];

    /// The text on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::BadSignature => "10",
            Self::UnknownApplication => "11",
            Self::BadToken => "12",
            Self::RepeatedTransaction => "13",
            Self::MissingParameter => "21",
            Self::BadParameter => "22",
            Self::NoSuchMember => "50",
            Self::MemberDisabled => "51",
            Self::PhoneTaken => "52",
            Self::WrongValidCode => "53",
            Self::NoSuchCode => "54",
            Self::NotEnoughPoints => "60",
            Self::NoSuchOrder => "61",
            Self::AlreadyReturned => "62",
            Self::Internal => "500",
        }
    }
}

impl From<Flaw> for StatusCode {
    fn from(flaw: Flaw) -> Self {
        match flaw {
            Flaw::Missing => Self::MissingParameter,
            Flaw::Bad => Self::BadParameter,
        }
    }
}
