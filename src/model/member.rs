//! What remote systems tell of members beyond their balances.

use serde::{Deserialize, Serialize};

use super::card::Holder;
use crate::units::Points;

/// A member as a remote system tells of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// How the remote identifies the member.
    pub reference: Option<String>,
    /// Who it is.
    pub holder: Holder,
    /// The level's name.
    pub level: Option<String>,
    /// Points that may be spent.
    pub points: Option<Points>,
    /// Growth.
    pub growth: Option<i64>,
    /// False where the remote says that the member is disabled.
    pub active: bool,
}

/// One page of a list of members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberPage {
    /// The members.
    pub members: Vec<Member>,
    /// The page, counted from one.
    pub page: u32,
    /// How many pages there are, where the remote says so.
    pub pages: Option<u32>,
    /// How many members there are, where the remote says so.
    pub total: Option<u64>,
}

/// A member's points: now and ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointsStatistics {
    /// May be spent.
    pub current: Points,
    /// Ever granted, where the remote says so.
    pub total: Option<Points>,
    /// Ever used, where the remote says so.
    pub used: Option<Points>,
}

/// One change in a member's points, as the remote recorded it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PointsRecord {
    /// The remote's number of it.
    pub id: String,
    /// The change.
    pub points: Points,
    /// What for.
    pub description: String,
    /// When, as the remote wrote it.
    pub at: String,
}

/// One page of a member's points history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PointsPage {
    /// The records.
    pub records: Vec<PointsRecord>,
    /// The page, counted from one.
    pub page: u32,
    /// How many records there are, where the remote says so.
    pub total: Option<u64>,
}
