//! The calls of the interface.

use std::str::FromStr;

use super::envelope::Envelope;
use crate::Request;
use crate::wire::Params;

/// One of the interface's calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Endpoint {
    /// 1.1: one member.
    MemberInfo,
    /// 1.2: members, paged.
    Members,
    /// 1.3 with type 1: add points.
    AddScore,
    /// 1.3 with type 15: subtract points.
    SubtractScore,
    /// 1.6: register by phone.
    Register,
    /// 2.1: add or subtract points, without a key.
    UpdateScore,
    /// 2.2: grant points.
    SendScore,
    /// 2.3: give back what was spent on an order.
    ReturnScore,
    /// 2.4: the figures of a member's points.
    ScoreStatistics,
}

impl Endpoint {
    /// The path in front of every call's name.
    pub const PREFIX: &'static str = "/member/";

    /// Every call, in the document's order.
    pub const ALL: [Self; 9] = [
        Self::MemberInfo,
        Self::Members,
        Self::AddScore,
        Self::SubtractScore,
        Self::Register,
        Self::UpdateScore,
        Self::SendScore,
        Self::ReturnScore,
        Self::ScoreStatistics,
    ];

    /// The path after [`PREFIX`](Self::PREFIX), which also names the call in a fault plan.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MemberInfo => "getMemberInfoByIdOrMobile",
            Self::Members => "getMembers",
            Self::AddScore => "score/opt/1",
            Self::SubtractScore => "score/opt/15",
            Self::Register => "register/mobile",
            Self::UpdateScore => "score/updateScore",
            Self::SendScore => "score/sendScore",
            Self::ReturnScore => "score/returnScore",
            Self::ScoreStatistics => "score/statisticalScore",
        }
    }

    /// Whether it changes anything.
    #[must_use]
    pub const fn is_write(self) -> bool {
        !matches!(self, Self::MemberInfo | Self::Members | Self::ScoreStatistics)
    }

    /// Whether the request names the merchant inside its body too. The document's tables always ask for it; the samples
    /// of 1.2 and 1.3 leave it out.
    pub(super) const fn samples_name_partner(self) -> bool {
        !matches!(self, Self::Members | Self::AddScore | Self::SubtractScore)
    }

    /// The call a request is for, whatever its method.
    #[must_use]
    pub fn of(request: &Request) -> Option<Self> {
        request.route().strip_prefix(Self::PREFIX)?.parse().ok()
    }

    /// The member that a request names, by id or by phone, as far as its body can be read.
    #[must_use]
    pub fn member_of(request: &Request) -> Option<String> {
        let envelope = Envelope::parse(&request.body).ok()?;
        let params = Params::parse(envelope.body()?.as_bytes()).ok()?;
        ["memberId", "mobile"].into_iter().find_map(|name| params.given(name).ok().flatten())
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
