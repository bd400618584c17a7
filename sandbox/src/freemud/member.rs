//! A member and what belongs to one.

use serde::Serialize;

/// A member's sex, as the interface has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// 0 on the wire.
    #[default]
    Unknown,
    /// 1 on the wire.
    Male,
    /// 2 on the wire.
    Female,
}

impl Sex {
    /// The text on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unknown => "0",
            Self::Male => "1",
            Self::Female => "2",
        }
    }

    /// The sex of a text on the wire.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        [Self::Unknown, Self::Male, Self::Female].into_iter().find(|sex| sex.code() == code)
    }
}

/// A way in which a member came to the merchant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Channel {
    /// The channel's code: `xcx`, `dcxcx`, `dsf` and so on.
    pub code: String,
    /// The id that the platform gave it.
    pub id: String,
    /// When it was made, in epoch milliseconds.
    pub created_at_ms: i64,
    /// How the member registered, 1 to 6.
    pub register_type: String,
    /// The shop where that was.
    pub store_code: String,
    /// The native card's number.
    pub card_code: String,
    /// The native card's id.
    pub card_id: String,
    /// The code of a third party, for instance an openid.
    pub third_party_code: String,
    /// The unionid.
    pub union_id: String,
}

/// A coupon that a member holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Coupon {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// 0 for goods, 1 for money, 3 for a discount.
    pub kind: i64,
    /// When it can be used, in words.
    pub limit: String,
}

/// A member to be put into the system by the platform itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMember {
    /// The phone.
    pub mobile: String,
    /// The id, where it isn't to be the next free one.
    pub member_id: Option<String>,
    /// The name.
    pub name: String,
    /// The nickname.
    pub nick_name: String,
    /// The sex.
    pub sex: Sex,
    /// The points to start with.
    pub points: i64,
    /// The coupons to start with.
    pub coupons: Vec<Coupon>,
}

impl NewMember {
    /// A member of whom nothing is known but the phone.
    #[must_use]
    pub fn new(mobile: &str) -> Self {
        Self {
            mobile: mobile.to_owned(),
            member_id: None,
            name: String::new(),
            nick_name: String::new(),
            sex: Sex::Unknown,
            points: 0,
            coupons: Vec::new(),
        }
    }

    /// The same member with a name.
    #[must_use]
    pub fn with_holder(mut self, name: &str, sex: Sex) -> Self {
        name.clone_into(&mut self.name);
        name.clone_into(&mut self.nick_name);
        self.sex = sex;
        self
    }

    /// The same member with points.
    #[must_use]
    pub fn with_points(mut self, points: i64) -> Self {
        self.points = points;
        self
    }

    /// The same member with this id.
    #[must_use]
    pub fn with_id(mut self, member_id: &str) -> Self {
        self.member_id = Some(member_id.to_owned());
        self
    }

    /// The same member with one more coupon.
    #[must_use]
    pub fn with_coupon(mut self, coupon: Coupon) -> Self {
        self.coupons.push(coupon);
        self
    }
}

/// A member as the system keeps one. The points used are the total less the points that can be spent.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) mobile: String,
    pub(super) name: String,
    pub(super) nick_name: String,
    pub(super) photo_url: String,
    pub(super) sex: Sex,
    pub(super) registered_at_ms: i64,
    pub(super) store_code: String,
    pub(super) channels: Vec<Channel>,
    pub(super) coupons: Vec<Coupon>,
    pub(super) active: bool,
    pub(super) points: i64,
    pub(super) total: i64,
}

impl Member {
    pub(super) const fn used(&self) -> i64 {
        self.total - self.points
    }
}

/// A look at a member, past the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct MemberView<'a> {
    /// The id.
    pub member_id: &'a str,
    /// The phone.
    pub mobile: &'a str,
    /// The name.
    pub name: &'a str,
    /// The sex.
    pub sex: Sex,
    /// Whether the member may be written to.
    pub active: bool,
    /// The points that can be spent.
    pub points: i64,
    /// The points ever had.
    pub total: i64,
    /// The points used.
    pub used: i64,
    /// The ways in which the member came.
    pub channels: &'a [Channel],
    /// The coupons.
    pub coupons: &'a [Coupon],
}

impl Member {
    pub(super) fn view<'a>(&'a self, member_id: &'a str) -> MemberView<'a> {
        MemberView {
            member_id,
            mobile: &self.mobile,
            name: &self.name,
            sex: self.sex,
            active: self.active,
            points: self.points,
            total: self.total,
            used: self.used(),
            channels: &self.channels,
            coupons: &self.coupons,
        }
    }
}
