//! The vendor's error codes, and a refusal that carries one.

use thiserror::Error;

use crate::wire::Flaw;

/// Why the platform refuses. Numbers and texts are the document's, except for 1006 to 1009, which a sibling product has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Error)]
pub enum Errcode {
    /// 500: the platform failed.
    #[error("系统繁忙, 请稍后再试")]
    Busy,
    /// 1001: a parameter is missing or can't be.
    #[error("请求参数不合法")]
    BadParameter,
    /// 1006: the signature is wrong.
    #[error("签名错误")]
    BadSign,
    /// 1007: the timestamp is too far off.
    #[error("时间戳超出有效范围")]
    BadTimestamp,
    /// 1008: the access token is unknown, superseded or expired.
    #[error("access_token无效或已过期")]
    BadAccessToken,
    /// 1009: the refresh token is unknown, superseded or expired.
    #[error("refresh_token无效或已过期")]
    BadRefreshToken,
    /// 110001: no phone was given.
    #[error("手机号不能为空")]
    PhoneMissing,
    /// 110002: neither open id nor phone was given.
    #[error("open_id 或 phone 不能为空")]
    MemberMissing,
    /// 110003: the member is blocked.
    #[error("会员未绑定")]
    NotBound,
    /// 110004: there is no such member.
    #[error("会员不存在")]
    NoSuchMember,
    /// 110005: there is no such application.
    #[error("未找到应用")]
    NoSuchApplication,
    /// 110006: the member code is expired, or never was one.
    #[error("会员码已失效")]
    CodeExpired,
    /// 120001: an order's phone is none.
    #[error("非法的电话")]
    OrderPhone,
    /// 120002: there is no such order.
    #[error("查询不到对应订单")]
    NoSuchOrder,
    /// 130001: the coupon or the template can't be made.
    #[error("创建优惠券失败")]
    CouponNotMade,
    /// 130002: there is no such coupon.
    #[error("查不到对应的券")]
    NoSuchCoupon,
    /// 130003: the coupon can't be used.
    #[error("更新优惠券状态失败")]
    CouponNotUpdated,
    /// 130004: there is no such template.
    #[error("无法找到优惠券模板")]
    NoSuchTemplate,
    /// 140001: the text message didn't go out.
    #[error("短信发送失败")]
    SmsFailed,
    /// 140002: a text message's phone is none.
    #[error("非法的电话号码")]
    SmsPhone,
    /// 140003: a text message has no phone.
    #[error("短信发送目标不能为空")]
    SmsPhoneMissing,
    /// 140004: too many text messages today.
    #[error("超出每天最大发送次数")]
    SmsLimit,
    /// 140005: the text message's code is wrong, used or expired.
    #[error("验证码验证不通过")]
    SmsWrong,
    /// 150001: no such change event is registered.
    #[error("集团未配置积分规则或配置已过期, 请联系集团管理员")]
    NoSuchEvent,
    /// 150002: the `change_id` was taken already.
    #[error("唯一标识已存在, 请更换")]
    ChangeIdTaken,
    /// 150003: not enough points for a change.
    #[error("积分池扣减积分, 用户可用积分不足")]
    NotEnoughPoints,
    /// 150004: there is no such change to roll back.
    #[error("查询不到对应的积分流水")]
    NoSuchChange,
    /// 150005: nothing is left of the change to roll back.
    #[error("无法根据流水号查询对应的积分明细")]
    AlreadyRolledBack,
    /// 150006: the change has no points behind it.
    #[error("无关联的积分池记录")]
    NoPool,
    /// 150007: more is to be rolled back than is left of the change.
    #[error("退款积分比例超出上限")]
    TooMuchRolledBack,
    /// 150008: not enough points for a return to take back.
    #[error("积分不够扣除")]
    NotEnoughForReturn,
    /// 150009: not enough points for a rollback to take back.
    #[error("积分余额不足以回退")]
    NotEnoughForRollback,
}

impl Errcode {
    /// Every code, by its number.
    pub const ALL: [Self; 32] = [
        Self::Busy,
        Self::BadParameter,
        Self::BadSign,
        Self::BadTimestamp,
        Self::BadAccessToken,
        Self::BadRefreshToken,
        Self::PhoneMissing,
        Self::MemberMissing,
        Self::NotBound,
        Self::NoSuchMember,
        Self::NoSuchApplication,
        Self::CodeExpired,
        Self::OrderPhone,
        Self::NoSuchOrder,
        Self::CouponNotMade,
        Self::NoSuchCoupon,
        Self::CouponNotUpdated,
        Self::NoSuchTemplate,
        Self::SmsFailed,
        Self::SmsPhone,
        Self::SmsPhoneMissing,
        Self::SmsLimit,
        Self::SmsWrong,
        Self::NoSuchEvent,
        Self::ChangeIdTaken,
        Self::NotEnoughPoints,
        Self::NoSuchChange,
        Self::AlreadyRolledBack,
        Self::NoPool,
        Self::TooMuchRolledBack,
        Self::NotEnoughForReturn,
        Self::NotEnoughForRollback,
    ];

    /// The number on the wire.
    #[must_use]
    pub const fn code(self) -> i64 {
        match self {
            Self::Busy => 500,
            Self::BadParameter => 1001,
            Self::BadSign => 1006,
            Self::BadTimestamp => 1007,
            Self::BadAccessToken => 1008,
            Self::BadRefreshToken => 1009,
            Self::PhoneMissing => 110_001,
            Self::MemberMissing => 110_002,
            Self::NotBound => 110_003,
            Self::NoSuchMember => 110_004,
            Self::NoSuchApplication => 110_005,
            Self::CodeExpired => 110_006,
            Self::OrderPhone => 120_001,
            Self::NoSuchOrder => 120_002,
            Self::CouponNotMade => 130_001,
            Self::NoSuchCoupon => 130_002,
            Self::CouponNotUpdated => 130_003,
            Self::NoSuchTemplate => 130_004,
            Self::SmsFailed => 140_001,
            Self::SmsPhone => 140_002,
            Self::SmsPhoneMissing => 140_003,
            Self::SmsLimit => 140_004,
            Self::SmsWrong => 140_005,
            Self::NoSuchEvent => 150_001,
            Self::ChangeIdTaken => 150_002,
            Self::NotEnoughPoints => 150_003,
            Self::NoSuchChange => 150_004,
            Self::AlreadyRolledBack => 150_005,
            Self::NoPool => 150_006,
            Self::TooMuchRolledBack => 150_007,
            Self::NotEnoughForReturn => 150_008,
            Self::NotEnoughForRollback => 150_009,
        }
    }

    /// A refusal that also says what it is about.
    #[must_use]
    pub fn about(self, what: &str) -> Refusal {
        Refusal { code: self.code(), message: format!("{self}: {what}") }
    }
}

/// A refusal as the answer tells it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{code}: {message}")]
pub struct Refusal {
    /// `error_code`.
    pub code: i64,
    /// `error_message`.
    pub message: String,
}

impl Refusal {
    /// A refusal with a code of an installation's own.
    #[must_use]
    pub fn new(code: i64, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl From<Errcode> for Refusal {
    fn from(errcode: Errcode) -> Self {
        Self::new(errcode.code(), errcode.to_string())
    }
}

/// What can't be read is a bad parameter, whoever noticed.
impl From<Flaw> for Refusal {
    fn from(_: Flaw) -> Self {
        Errcode::BadParameter.into()
    }
}
