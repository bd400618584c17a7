//! The ten calls of the interface.

use std::str::FromStr;

use super::wire::Params;
use crate::Request;

/// One of the interface's calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Endpoint {
    /// The card levels.
    CardLevelList,
    /// Recharge rules and pay types for a card.
    GetRechargeRules,
    /// Search by part of a number, name or phone.
    GetCards,
    /// Open a card.
    CardOpen,
    /// Pay money onto a card.
    Recharge,
    /// Pay with a card.
    Consume,
    /// One card's figures and holder.
    GetCardInfo,
    /// Change the holder's data.
    ModCardInfo,
    /// A card's events, paged.
    GetCardHis,
    /// Spend points.
    ConsumeScore,
}

impl Endpoint {
    /// The path in front of every call's name.
    pub const PREFIX: &'static str = "/api2/member-cjb/";

    /// Every call, in the document's order.
    pub const ALL: [Self; 10] = [
        Self::CardLevelList,
        Self::GetRechargeRules,
        Self::GetCards,
        Self::CardOpen,
        Self::Recharge,
        Self::Consume,
        Self::GetCardInfo,
        Self::ModCardInfo,
        Self::GetCardHis,
        Self::ConsumeScore,
    ];

    /// The last segment of the path, which also names the call in a fault plan.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CardLevelList => "cardlevellist",
            Self::GetRechargeRules => "getrechargerules",
            Self::GetCards => "getcards",
            Self::CardOpen => "cardopen",
            Self::Recharge => "recharge",
            Self::Consume => "consume",
            Self::GetCardInfo => "getcardinfo",
            Self::ModCardInfo => "modcardinfo",
            Self::GetCardHis => "getcardhis",
            Self::ConsumeScore => "consume_score",
        }
    }

    /// The method it is called by.
    #[must_use]
    pub const fn method(self) -> &'static str {
        match self {
            Self::CardLevelList => "GET",
            _ => "POST",
        }
    }

    /// Whether it changes anything.
    #[must_use]
    pub const fn is_write(self) -> bool {
        matches!(self, Self::CardOpen | Self::Recharge | Self::Consume | Self::ModCardInfo | Self::ConsumeScore)
    }

    /// The call a request is for, whatever its method.
    #[must_use]
    pub fn of(request: &Request) -> Option<Self> {
        request.route().strip_prefix(Self::PREFIX)?.parse().ok()
    }

    /// The card number that a request names, as far as its body can be read.
    #[must_use]
    pub fn card_of(request: &Request) -> Option<String> {
        let params = Params::parse(&request.body).ok()?;
        ["card_id", "cardID"].into_iter().find_map(|name| params.text(name).ok().flatten())
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
