//! How much a till may promise while nobody can be asked. An offline approval is the merchant's risk; this bounds it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::operation::named;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::units::Money;

named! {
    /// A refusal that a supervisor may lift, where the policy says so.
    Overridable {
        /// [`Refusal::FloorLimit`](crate::Refusal::FloorLimit), up to `hard_floor_limit`.
        FloorLimit = "floor_limit",
        /// [`Refusal::CardLimit`](crate::Refusal::CardLimit), up to `hard_card_limit`.
        CardLimit = "card_limit",
        /// [`Refusal::PhoneLimit`](crate::Refusal::PhoneLimit), up to `hard_card_limit`.
        PhoneLimit = "phone_limit",
        /// [`Refusal::OutageLimit`](crate::Refusal::OutageLimit), up to `hard_outage_limit`.
        OutageLimit = "outage_limit",
        /// [`Refusal::OutageOperations`](crate::Refusal::OutageOperations), up to `hard_outage_operations`.
        OutageOperations = "outage_operations",
        /// [`Refusal::OutageRecharges`](crate::Refusal::OutageRecharges), up to `hard_outage_recharges`.
        OutageRecharges = "outage_recharges",
        /// [`Refusal::OutageRechargeMoney`](crate::Refusal::OutageRechargeMoney), up to `hard_outage_recharge_money`.
        OutageRechargeMoney = "outage_recharge_money",
        /// [`Refusal::OutageNewCards`](crate::Refusal::OutageNewCards), up to `hard_outage_new_cards`.
        OutageNewCards = "outage_new_cards",
        /// [`Refusal::BaseTooOld`](crate::Refusal::BaseTooOld), up to `hard_base_max_age_s`.
        BaseTooOld = "base_too_old",
        /// [`Refusal::UnknownCard`](crate::Refusal::UnknownCard). Only where the policy names it: there is no harder limit to it
        /// than those of the other rungs.
        UnknownCard = "unknown_card",
    }
}

/// The limits of what a till approves offline.
///
/// It is a policy **per till**: what a merchant risks is each limit times the number of tills.
///
/// What counts against the limits of an outage is every offline approval that is not final, whenever it was given: it falls
/// only by reaching a final state.
///
/// The `hard_` limits are how far a supervisor's override goes (`override_by` of every request). One that is not given is
/// the normal limit, so that an override lifts nothing until the merchant has said how far it may.
///
/// ```
/// use tillbook::{Money, OfflinePolicy};
///
/// let policy = OfflinePolicy {
///     floor_limit: Money::parse_yuan("100")?,
///     hard_floor_limit: Some(Money::parse_yuan("300")?),
///     ..OfflinePolicy::default()
/// };
/// policy.check()?;
/// # Ok::<(), tillbook::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OfflinePolicy {
    /// The most that one operation may take from a card. 200 yuan.
    pub floor_limit: Money,
    /// The most that may be open on one card, and on all cards of one phone number. 500 yuan.
    pub card_limit: Money,
    /// The most that may be open on this till. 5,000 yuan.
    pub outage_limit: Money,
    /// How many offline approvals may be open on this till, recharges, openings and points included. 200.
    pub outage_operations: u32,
    /// How many offline recharges may be open on this till. 50.
    pub outage_recharges: u32,
    /// The most that may be open on this till of what was paid in by offline recharges, without their bonus. 10,000 yuan.
    pub outage_recharge_money: Money,
    /// How many cards and members opened offline may be open on this till. 20.
    pub outage_new_cards: u32,
    /// How old a card's base may be, in seconds. A day.
    pub base_max_age_s: u64,
    /// Whether a card that this till has never seen may pay. No.
    pub unknown_card: bool,
    /// Whether the principal of a recharge may be spent before the remote has it. Yes.
    pub unconfirmed_recharge_principal: bool,
    /// Whether its bonus may. No.
    pub unconfirmed_recharge_bonus: bool,
    /// Whether a call may choose `offline` while the remote is healthy. No: it then acts as `prefer_online`.
    pub offline_while_healthy: bool,
    /// The templates whose coupons may be used offline, as the remote identifies them; `*` stands for all. None.
    pub coupon_templates: Vec<String>,
    /// How far the wall clock may be behind the book's time before nothing is approved offline, in seconds. Five minutes.
    pub clock_tolerance_s: u64,
    /// After this nothing is approved offline; in JSON as RFC 3339 has it. Without it the policy is valid until it is
    /// replaced.
    #[serde(with = "rfc3339")]
    pub valid_until: Option<Timestamp>,
    /// So long before that a notification warns, in seconds. A week.
    pub valid_until_warning_s: u64,
    /// When so many percent of a limit of the till are used, a notification warns. 80.
    pub warning_percent: u32,
    /// Which refusals a supervisor may lift. All but `unknown_card`.
    pub overridable: Vec<Overridable>,
    /// How far `floor_limit` may be lifted.
    pub hard_floor_limit: Option<Money>,
    /// How far `card_limit` may be lifted, for a card and for a phone number.
    pub hard_card_limit: Option<Money>,
    /// How far `outage_limit` may be lifted.
    pub hard_outage_limit: Option<Money>,
    /// How far `outage_operations` may be lifted.
    pub hard_outage_operations: Option<u32>,
    /// How far `outage_recharges` may be lifted.
    pub hard_outage_recharges: Option<u32>,
    /// How far `outage_recharge_money` may be lifted.
    pub hard_outage_recharge_money: Option<Money>,
    /// How far `outage_new_cards` may be lifted.
    pub hard_outage_new_cards: Option<u32>,
    /// How far `base_max_age_s` may be lifted.
    pub hard_base_max_age_s: Option<u64>,
}

impl Default for OfflinePolicy {
    fn default() -> Self {
        OfflinePolicy {
            floor_limit: Money::from_fen(200_00),
            card_limit: Money::from_fen(500_00),
            outage_limit: Money::from_fen(5_000_00),
            outage_operations: 200,
            outage_recharges: 50,
            outage_recharge_money: Money::from_fen(10_000_00),
            outage_new_cards: 20,
            base_max_age_s: 24 * 3600,
            unknown_card: false,
            coupon_templates: Vec::new(),
            unconfirmed_recharge_principal: true,
            unconfirmed_recharge_bonus: false,
            offline_while_healthy: false,
            clock_tolerance_s: 300,
            valid_until: None,
            valid_until_warning_s: 7 * 24 * 3600,
            warning_percent: 80,
            overridable: Overridable::ALL.iter().copied().filter(|&one| one != Overridable::UnknownCard).collect(),
            hard_floor_limit: None,
            hard_card_limit: None,
            hard_outage_limit: None,
            hard_outage_operations: None,
            hard_outage_recharges: None,
            hard_outage_recharge_money: None,
            hard_outage_new_cards: None,
            hard_base_max_age_s: None,
        }
    }
}

impl OfflinePolicy {
    /// Whether a coupon of this template may be used offline.
    pub(crate) fn coupon_offline(&self, template: Option<&str>) -> bool {
        self.coupon_templates.iter().any(|allowed| allowed == "*" || Some(allowed.as_str()) == template)
    }

    /// Nothing is ever approved offline.
    #[must_use]
    pub fn never() -> Self {
        OfflinePolicy { floor_limit: Money::ZERO, outage_operations: 0, ..OfflinePolicy::default() }
    }

    /// Checks every figure, as [`Config::check`](crate::Config::check) does for the configured policy.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidConfig`](crate::ErrorCode::InvalidConfig), naming the key: `policy.hard_floor_limit`.
    pub fn check(&self) -> Result<()> {
        let within = |key: &str, ok: bool, rule: &str| {
            if ok { Ok(()) } else { Err(Error::config(format!("policy.{key}"), rule)) }
        };
        let hard = |key: &str, ok: bool| within(key, ok, "must be at least the limit that it lifts");
        for (key, limit, over, most) in [
            ("floor_limit", self.floor_limit, "hard_floor_limit", self.hard_floor_limit),
            ("card_limit", self.card_limit, "hard_card_limit", self.hard_card_limit),
            ("outage_limit", self.outage_limit, "hard_outage_limit", self.hard_outage_limit),
            (
                "outage_recharge_money",
                self.outage_recharge_money,
                "hard_outage_recharge_money",
                self.hard_outage_recharge_money,
            ),
        ] {
            within(key, !limit.is_negative(), "must not be negative")?;
            hard(over, most.is_none_or(|most| most >= limit))?;
        }
        for (limit, over, most) in [
            (self.outage_operations, "hard_outage_operations", self.hard_outage_operations),
            (self.outage_recharges, "hard_outage_recharges", self.hard_outage_recharges),
            (self.outage_new_cards, "hard_outage_new_cards", self.hard_outage_new_cards),
        ] {
            hard(over, most.is_none_or(|most| most >= limit))?;
        }
        hard("hard_base_max_age_s", self.hard_base_max_age_s.is_none_or(|most| most >= self.base_max_age_s))?;
        within("warning_percent", (1..=100).contains(&self.warning_percent), "must be 1 to 100")?;
        let dated = self.valid_until.is_none_or(|until| (0..=LATEST_MS).contains(&until.millis()));
        within("valid_until", dated, "must be from 1970 to 9999")
    }

    pub(crate) fn clock_tolerance(&self) -> Duration {
        Duration::from_secs(self.clock_tolerance_s)
    }

    /// How far a supervisor may lift a refusal. `None`: not at all.
    pub(super) fn hard<T>(&self, what: Overridable, normal: T, hard: Option<T>) -> Option<T> {
        self.may_lift(what).then_some(hard.unwrap_or(normal))
    }

    pub(crate) fn may_lift(&self, what: Overridable) -> bool {
        self.overridable.contains(&what) || mutated!(EverythingIsLifted)
    }
}

/// The end of the year 9999.
const LATEST_MS: i64 = 253_402_300_799_999;

/// A policy that is, or was, in force at a till.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyVersion {
    /// Its number, counted from 1 in this book. Every promise names the one that it was given under.
    pub version: i64,
    /// Its figures.
    pub policy: OfflinePolicy,
    /// Who set it: `configuration`, or whom [`Till::set_policy`](crate::Till::set_policy) was told.
    pub who: Option<String>,
    /// Why.
    pub why: Option<String>,
    /// Since when it has been in force, or when it came into force.
    pub set_at: Timestamp,
}

/// A time as RFC 3339 has it.
mod rfc3339 {
    use chrono::{DateTime, FixedOffset, SecondsFormat};
    use serde::{Deserialize, Deserializer, Serializer, de, ser};

    use crate::clock::Timestamp;

    pub(super) fn serialize<S: Serializer>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(time) = time else { return serializer.serialize_none() };
        let utc = FixedOffset::east_opt(0).and_then(|utc| time.at_offset(utc));
        let utc = utc.ok_or_else(|| ser::Error::custom("a time that no calendar has"))?;
        serializer.serialize_str(&utc.to_rfc3339_opts(SecondsFormat::Millis, true))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
        let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
        let time = DateTime::parse_from_rfc3339(&text).map_err(|_| de::Error::custom(crate::model::TIME))?;
        Ok(Some(Timestamp::from_millis(time.timestamp_millis())))
    }
}

/// As a time is refused that is not written as RFC 3339 has it.
pub(crate) const TIME: &str = "a time is written as 2027-01-31T23:59:59+08:00";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_read_back_as_it_was_written() {
        let policy = OfflinePolicy {
            valid_until: Some(Timestamp::from_millis(1_800_000_000_123)),
            hard_card_limit: Some(Money::from_fen(900_00)),
            overridable: vec![Overridable::CardLimit],
            ..OfflinePolicy::default()
        };
        let json = serde_json::to_string(&policy).expect("a policy");
        assert!(json.contains(r#""valid_until":"2027-01-15T08:00:00.123Z""#), "{json}");
        assert_eq!(serde_json::from_str::<OfflinePolicy>(&json).expect("a policy"), policy);
        let other = r#"{"valid_until": "2027-01-15T16:00:00.123+08:00"}"#;
        let other: OfflinePolicy = serde_json::from_str(other).expect("a policy");
        assert_eq!(other.valid_until, policy.valid_until);
        assert_eq!(serde_json::from_str::<OfflinePolicy>("{}").expect("a policy"), OfflinePolicy::default());
    }

    #[test]
    fn a_hard_limit_is_no_lower_than_the_limit_that_it_lifts() {
        let money = |fen| Some(Money::from_fen(fen));
        let ok = OfflinePolicy::default;
        let cases = [
            (OfflinePolicy { hard_floor_limit: money(199_99), ..ok() }, "policy.hard_floor_limit"),
            (OfflinePolicy { hard_card_limit: money(499_99), ..ok() }, "policy.hard_card_limit"),
            (OfflinePolicy { hard_outage_limit: money(0), ..ok() }, "policy.hard_outage_limit"),
            (OfflinePolicy { hard_outage_recharge_money: money(-1), ..ok() }, "policy.hard_outage_recharge_money"),
            (OfflinePolicy { hard_outage_operations: Some(199), ..ok() }, "policy.hard_outage_operations"),
            (OfflinePolicy { hard_outage_recharges: Some(49), ..ok() }, "policy.hard_outage_recharges"),
            (OfflinePolicy { hard_outage_new_cards: Some(19), ..ok() }, "policy.hard_outage_new_cards"),
            (OfflinePolicy { hard_base_max_age_s: Some(86_399), ..ok() }, "policy.hard_base_max_age_s"),
            (OfflinePolicy { warning_percent: 0, ..ok() }, "policy.warning_percent"),
            (OfflinePolicy { warning_percent: 101, ..ok() }, "policy.warning_percent"),
            (OfflinePolicy { outage_recharge_money: Money::from_fen(-1), ..ok() }, "policy.outage_recharge_money"),
            (OfflinePolicy { valid_until: Some(Timestamp::from_millis(i64::MAX)), ..ok() }, "policy.valid_until"),
        ];
        for (policy, key) in cases {
            let error = policy.check().expect_err(key);
            assert_eq!((error.code(), error.field()), (crate::ErrorCode::InvalidConfig, Some(key)));
        }
        let equal = OfflinePolicy { hard_floor_limit: money(200_00), hard_outage_operations: Some(200), ..ok() };
        assert!(equal.check().is_ok() && ok().check().is_ok() && OfflinePolicy::never().check().is_ok());
    }
}
