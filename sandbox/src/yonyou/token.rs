//! Tokens: how many are given, and how long each is good.

use std::collections::BTreeMap;

use super::errcode::Errcode;
use super::settings::Settings;
use crate::beijing;

/// The tokens that were given.
#[derive(Clone, Debug, Default)]
pub(super) struct Tokens {
    /// When each ends, in epoch milliseconds.
    until_ms: BTreeMap<String, i64>,
    issued: u64,
    /// A Beijing day, and how many were given on it.
    today: (i64, u32),
}

impl Tokens {
    /// Gives one more token, if the day still has one.
    pub(super) fn fetch(&mut self, now_ms: i64, settings: &Settings) -> Result<String, Errcode> {
        let day = beijing::day(now_ms);
        let fetched = if self.today.0 == day { self.today.1 } else { 0 };
        if fetched >= settings.tokens_per_day {
            return Err(Errcode::TokenLimit);
        }
        self.today = (day, fetched + 1);
        Ok(self.issue(now_ms, settings))
    }

    /// Gives one more token, whatever the day's count.
    pub(super) fn issue(&mut self, now_ms: i64, settings: &Settings) -> String {
        if settings.one_token {
            self.until_ms.clear();
        }
        // As long as the sample's, and different each time: the multiplier is odd.
        let token =
            format!("{:032x}", u128::from(self.issued + 1).wrapping_mul(0x843d_03f6_6e54_46e1_9707_ccec_1103_0297));
        self.issued += 1;
        let life_ms = i64::from(settings.token_life_s) * 1_000;
        self.until_ms.insert(token.clone(), now_ms.saturating_add(life_ms));
        token
    }

    pub(super) fn is_good(&self, now_ms: i64, token: &str) -> bool {
        self.until_ms.get(token).is_some_and(|until_ms| now_ms < *until_ms)
    }

    pub(super) fn expire(&mut self) {
        self.until_ms.clear();
    }

    /// How many were given by the interface on the Beijing day of `now_ms`.
    pub(super) fn fetched_on(&self, now_ms: i64) -> u32 {
        if self.today.0 == beijing::day(now_ms) { self.today.1 } else { 0 }
    }
}
