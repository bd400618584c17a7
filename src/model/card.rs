//! The card that the cashier handles, its holder, and what the remote tells about levels and recharges.

use std::fmt;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::balance::Balances;
use super::operation::named;
use super::{Error, Result};
use crate::clock::Timestamp;
use crate::units::{Money, Points};

/// A card's number: 1 to 32 characters without spaces or control characters at either end or inside.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CardNumber(String);

impl CardNumber {
    /// Checks and takes a number.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidInput`](crate::ErrorCode::InvalidInput) for an empty or overlong one, white space, control
    /// characters.
    pub fn new(text: impl Into<String>) -> Result<Self> {
        let text = text.into();
        if text.is_empty() || text.chars().count() > 32 {
            return Err(Error::invalid_personal("card", "must be 1 to 32 characters", &text));
        }
        if text.chars().any(|c| c.is_whitespace() || super::check::garbles(c)) {
            return Err(Error::invalid_personal("card", "must hold no white space and no control characters", &text));
        }
        Ok(CardNumber(text))
    }

    pub(crate) fn stored(text: String) -> Self {
        CardNumber(text)
    }

    /// As much of an identifier as a number may be long.
    pub(crate) fn shortened(text: &str) -> Self {
        CardNumber(text.chars().filter(|c| !c.is_whitespace() && !super::check::garbles(*c)).take(32).collect())
    }

    /// Stands for whichever number comes next. No card can have it: it holds a space.
    pub(crate) fn next() -> Self {
        CardNumber("the next".to_owned())
    }

    /// Stands for the merchant, whom writes that concern no member are done for. No card can have it: it holds a space.
    pub(crate) fn house() -> Self {
        CardNumber("the house".to_owned())
    }

    /// The number.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CardNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A phone number: 5 to 20 digits with an optional plus. `Debug` and `Display` mask it; [`Phone::as_str`] does not.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Phone(String);

impl Phone {
    /// Checks and takes a number.
    /// The error does not show the value.
    pub(crate) fn new(text: impl Into<String>) -> Result<Self> {
        let text = text.into();
        let digits = text.strip_prefix('+').unwrap_or(&text);
        if !(5..=20).contains(&digits.len()) || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Error::invalid_personal("phone", "must be 5 to 20 digits with an optional plus", &text));
        }
        Ok(Phone(text))
    }

    /// The number in full.
    #[must_use]
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// All but the last four characters as asterisks.
pub(crate) fn mask_phone(phone: &str) -> String {
    let length = phone.chars().count();
    let shown = if length > 7 { 4 } else { length.min(2) };
    std::iter::repeat_n('*', length - shown).chain(phone.chars().skip(length - shown)).collect()
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&mask_phone(&self.0))
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone({self})")
    }
}

named! {
    /// A card holder's gender, as far as it is known.
    Gender {
        /// Male.
        Male = "male",
        /// Female.
        Female = "female",
        /// Not told.
        Unknown = "unknown",
    }
}

named! {
    /// Whether a card may be used.
    CardStatus {
        /// The remote knows it and says nothing against it.
        Active = "active",
        /// Opened here, not confirmed by the remote yet.
        Provisional = "provisional",
        /// Reported lost, or otherwise not normal at the remote.
        Blocked = "blocked",
        /// Closed, replaced, or unknown to the remote.
        Closed = "closed",
    }
}

/// Who holds a card. `Debug` shows no personal data.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Holder {
    /// Name.
    pub name: Option<String>,
    /// Phone. Text as the remote has it: it need not pass our own rules.
    pub phone: Option<String>,
    /// Gender.
    pub gender: Option<Gender>,
    /// Birthday.
    pub birthday: Option<NaiveDate>,
}

impl fmt::Debug for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let phone = self.phone.as_deref().map(mask_phone);
        f.debug_struct("Holder")
            .field("name", &self.name.as_ref().map(|_| "***"))
            .field("phone", &phone)
            .finish_non_exhaustive()
    }
}

/// A card as the book knows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// Number.
    pub number: CardNumber,
    /// The level's name, where known.
    pub level: Option<String>,
    /// Who holds it.
    pub holder: Holder,
    /// Whether it may be used.
    pub status: CardStatus,
    /// Why this till refuses it offline, where it does.
    pub exception: Option<String>,
    /// What is on it: the money at the remote of its stored value, the points at the one that keeps points.
    pub balances: Balances,
    /// When the remote said how many points there are; [`Balances::as_of`] is of the money.
    pub points_as_of: Option<Timestamp>,
    /// Growth, where a remote tells it.
    pub growth: Option<i64>,
    /// What was approved here, refused by the remote, and is still owed.
    pub owed: Money,
    /// When the remote was last asked for it.
    pub fetched_at: Option<Timestamp>,
    /// The operation its lane waits for, where one is in doubt or parked.
    pub held_by: Option<super::OpId>,
    /// Its account at each remote.
    pub accounts: Vec<CardAccount>,
}

/// A card's account at one remote.
#[derive(Clone, PartialEq)]
pub struct CardAccount {
    /// The remote's name: `sandy`, `freemud`, `gree`, `yonyou`.
    pub provider: String,
    /// What the remote calls it, once that is known. It may be the holder's phone.
    pub reference: Option<String>,
    /// Whether it may be used there.
    pub status: CardStatus,
    /// What is on it there.
    pub balances: Balances,
}

impl fmt::Debug for CardAccount {
    /// The reference may be a phone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CardAccount")
            .field("provider", &self.provider)
            .field("reference", &self.reference.as_deref().map(mask_phone))
            .field("status", &self.status)
            .field("balances", &self.balances)
            .finish()
    }
}

/// A level of the remote's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    /// The remote's identifier.
    pub id: String,
    /// The remote's name for it.
    pub name: String,
}

/// One rule of what a recharge brings on top. Rules stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RechargeRule {
    /// When it applies.
    pub when: RechargeWhen,
    /// Money on top: an amount, or for [`RechargeWhen::Percentage`] a share of what is paid in.
    pub bonus: Decimal,
    /// Points on top.
    pub points: Points,
    /// The remote's name for it.
    pub description: String,
}

/// When a [`RechargeRule`] applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RechargeWhen {
    /// On every recharge.
    Always,
    /// On every recharge, as a share of it.
    Percentage,
    /// From this amount on; of several thresholds the highest one reached.
    Threshold(Money),
}

/// A way to pay a recharge in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayType {
    /// The remote's number for it.
    pub id: i64,
    /// The remote's name for it.
    pub name: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_is_five_to_twenty_digits_with_an_optional_plus() {
        let cases = [
            ("13812345678", true),
            ("+8613812345678", true),
            ("12345", true),
            ("1234", false),
            ("+1234", false),
            ("123456789012345678901", false),
            ("138 1234 5678", false),
            ("138-1234", false),
            ("", false),
            ("１２３４５６", false),
        ];
        for (text, ok) in cases {
            assert_eq!(Phone::new(text).is_ok(), ok, "{text:?}");
        }
    }

    #[test]
    fn phones_and_holders_are_masked_where_they_are_printed() {
        let phone = Phone("13812345678".into());
        assert_eq!(phone.to_string(), "*******5678");
        assert_eq!(mask_phone("12345"), "***45");
        let holder = Holder { name: Some("王小明".into()), phone: Some("13812345678".into()), ..Holder::default() };
        let shown = format!("{holder:?} {phone:?}");
        assert!(!shown.contains("138") && !shown.contains('王'), "{shown}");
    }

    #[test]
    fn a_card_number_has_no_white_space_and_no_control_characters() {
        for (text, ok) in
            [("M000123", true), ("", false), ("a b", false), ("a\n", false), ("a\u{0}", false), ("a\u{202e}", false)]
        {
            assert_eq!(CardNumber::new(text).is_ok(), ok, "{text:?}");
        }
        assert!(CardNumber::new("9".repeat(33)).is_err());
    }
}
