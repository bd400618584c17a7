//! The calls of the interface.

use std::str::FromStr;

use super::fields;
use crate::Request;
use crate::wire::Params;

/// One of the interface's calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Endpoint {
    /// 2.1: both tokens, once a day.
    TokenQuery,
    /// 2.2: a new access token.
    TokenRefresh,
    /// 3.1: register a member.
    MemberAdd,
    /// 3.2: a member by open id or phone.
    MemberQuery,
    /// 3.3: change points.
    ScoreChange,
    /// 3.4.1: undo a change of points.
    ScoreRollback,
    /// 3.4.2: undo a change of points for some items.
    ScoreRollbackPart,
    /// 3.5: a member's points statements, paged.
    ScoreRecord,
    /// 3.6: a member code.
    CodeGenerate,
    /// 3.7: a member by a member code.
    CodeParsing,
    /// 3.8: the levels, paged.
    LevelList,
    /// 4.1: store an order.
    OrderAdd,
    /// 4.2: all of an order comes back.
    RefundComplete,
    /// 4.3: a part of an order comes back.
    RefundPart,
    /// 5.1: make a coupon template.
    TemplateAdd,
    /// 5.2: give coupons.
    CouponGive,
    /// 5.3: set a coupon's status.
    CouponStatus,
    /// 5.4: use coupons.
    CouponVerification,
    /// 5.5: a member's coupons, paged.
    CouponList,
    /// 6.1: send a code by text message.
    SmsSend,
    /// 6.2: judge a code that came by text message.
    SmsJudge,
}

impl Endpoint {
    /// The path in front of every call's name.
    pub const PREFIX: &'static str = "/gw/gateway/";

    /// The path behind every call's name.
    pub const SUFFIX: &'static str = "/v1";

    /// Every call, in the document's order.
    pub const ALL: [Self; 21] = [
        Self::TokenQuery,
        Self::TokenRefresh,
        Self::MemberAdd,
        Self::MemberQuery,
        Self::ScoreChange,
        Self::ScoreRollback,
        Self::ScoreRollbackPart,
        Self::ScoreRecord,
        Self::CodeGenerate,
        Self::CodeParsing,
        Self::LevelList,
        Self::OrderAdd,
        Self::RefundComplete,
        Self::RefundPart,
        Self::TemplateAdd,
        Self::CouponGive,
        Self::CouponStatus,
        Self::CouponVerification,
        Self::CouponList,
        Self::SmsSend,
        Self::SmsJudge,
    ];

    /// The method's name in the path.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TokenQuery => "dss.auth.token.query",
            Self::TokenRefresh => "dss.auth.token.refresh",
            Self::MemberAdd => "wk.user.info.add",
            Self::MemberQuery => "wk.user.info.query",
            Self::ScoreChange => "wk.user.event.score.change",
            Self::ScoreRollback => "wk.user.event.score.rollback",
            Self::ScoreRollbackPart => "wk.user.event.score.rollback.part",
            Self::ScoreRecord => "wk.user.score.record",
            Self::CodeGenerate => "wk.user.code.generate",
            Self::CodeParsing => "wk.user.code.parsing",
            Self::LevelList => "wk.user.level.list",
            Self::OrderAdd => "wk.user.order.add",
            Self::RefundComplete => "wk.user.refund.order.complete",
            Self::RefundPart => "wk.user.refund.order.part",
            Self::TemplateAdd => "wk.coupon.template.add",
            Self::CouponGive => "wk.coupon.give",
            Self::CouponStatus => "wk.coupon.sync.status",
            Self::CouponVerification => "wk.coupon.verification",
            Self::CouponList => "wk.coupon.user.list",
            Self::SmsSend => "wk.sms.verify.send",
            Self::SmsJudge => "wk.sms.verify.judge",
        }
    }

    /// The verb that the call's own section names.
    #[must_use]
    pub const fn verb(self) -> &'static str {
        match self {
            Self::LevelList | Self::CouponVerification | Self::CouponList => "GET",
            _ => "POST",
        }
    }

    /// Whether it asks for tokens and so brings no access token.
    #[must_use]
    pub const fn is_token_call(self) -> bool {
        matches!(self, Self::TokenQuery | Self::TokenRefresh)
    }

    /// Whether it changes anything that a member or an office would notice.
    #[must_use]
    pub const fn is_write(self) -> bool {
        matches!(
            self,
            Self::MemberAdd
                | Self::ScoreChange
                | Self::ScoreRollback
                | Self::ScoreRollbackPart
                | Self::OrderAdd
                | Self::RefundComplete
                | Self::RefundPart
                | Self::TemplateAdd
                | Self::CouponGive
                | Self::CouponStatus
                | Self::CouponVerification
                | Self::SmsSend
        )
    }

    /// The call a request is for, whatever its verb.
    #[must_use]
    pub fn of(request: &Request) -> Option<Self> {
        request.route().strip_prefix(Self::PREFIX)?.strip_suffix(Self::SUFFIX)?.parse().ok()
    }

    /// The member that a request names, by open id or phone, as far as its body can be read. Of several the first.
    #[must_use]
    pub fn member_of(request: &Request) -> Option<String> {
        let params = Params::parse(&request.body).ok()?;
        let named = |params: &Params| {
            let text = |name| params.text(name).ok().flatten().filter(|text: &String| !text.is_empty());
            ["open_id", "phone", "target"].into_iter().find_map(text)
        };
        named(&params).or_else(|| fields::objects(&params, "coupon_set").ok()?.first().and_then(named))
    }
}

/// The text names no call of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such endpoint")]
pub struct UnknownEndpoint;

impl FromStr for Endpoint {
    type Err = UnknownEndpoint;

    fn from_str(name: &str) -> Result<Self, UnknownEndpoint> {
        Self::ALL.into_iter().find(|endpoint| endpoint.name() == name).ok_or(UnknownEndpoint)
    }
}
