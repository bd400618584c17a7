//! A ratio without a float.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// A ratio, kept exactly. In settings it is written as a string, so that no float comes between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Rate(Decimal);

impl Rate {
    /// One: no discount.
    pub const ONE: Self = Self(Decimal::ONE);

    /// `mantissa` with `scale` decimals: `Rate::new(8, 1)` is 0.8.
    #[must_use]
    pub fn new(mantissa: i64, scale: u32) -> Self {
        Self(Decimal::new(mantissa, scale).normalize())
    }

    /// The number itself.
    #[must_use]
    pub const fn value(self) -> Decimal {
        self.0
    }
}

/// As a float is printed: `0.8`, `1.0`.
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.to_string();
        f.write_str(&text)?;
        if text.contains('.') { Ok(()) } else { f.write_str(".0") }
    }
}

impl FromStr for Rate {
    type Err = rust_decimal::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Decimal::from_str_exact(text).map(|number| Self(number.normalize()))
    }
}

impl TryFrom<String> for Rate {
    type Error = rust_decimal::Error;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Rate> for String {
    fn from(rate: Rate) -> Self {
        rate.to_string()
    }
}
