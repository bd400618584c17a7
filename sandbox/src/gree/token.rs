//! Tokens and the quotas of the two calls that give them.

use std::collections::BTreeMap;

use super::answer::Answer;
use super::errcode::{Errcode, Refusal};
use super::state::Gree;
use crate::beijing;
use crate::wire::{Object, Params};

/// An access token and the refresh token that came with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenPair {
    /// What every call but the two token calls brings.
    pub access_token: String,
    /// What a new access token is had for.
    pub refresh_token: String,
}

/// The tokens that are good, and what was used of each day's quota.
#[derive(Clone, Debug, Default)]
pub(super) struct Tokens {
    /// Until when each is good.
    access: BTreeMap<String, i64>,
    refresh: BTreeMap<String, i64>,
    used: BTreeMap<i64, Used>,
}

/// The calls of one Beijing day.
#[derive(Clone, Copy, Debug, Default)]
struct Used {
    query: u32,
    refresh: u32,
}

impl Tokens {
    pub(super) fn is_access(&self, token: &str, now_ms: i64) -> bool {
        self.access.get(token).is_some_and(|until_ms| now_ms < *until_ms)
    }

    fn is_refresh(&self, token: &str, now_ms: i64) -> bool {
        self.refresh.get(token).is_some_and(|until_ms| now_ms < *until_ms)
    }

    pub(super) fn expire_access(&mut self) {
        self.access.clear();
    }

    pub(super) fn expire_refresh(&mut self) {
        self.refresh.clear();
    }
}

/// Counts one call, the refused one over the limit included.
fn spend(used: &mut u32, limit: u32, code: i64) -> Result<(), Refusal> {
    *used = used.saturating_add(1);
    if *used > limit {
        return Err(Refusal::new(code, format!("超出每天最大调用次数: {limit}")));
    }
    Ok(())
}

impl Gree {
    /// How often 2.1 and 2.2 were called on the Beijing day of `now_ms`, refused calls included that got as far as the
    /// counter: signature and timestamp are checked before it, the refresh token after it.
    #[must_use]
    pub fn quota_used(&self, now_ms: i64) -> (u32, u32) {
        self.tokens.used.get(&beijing::day(now_ms)).map_or((0, 0), |used| (used.query, used.refresh))
    }

    pub(super) fn token_query(&mut self, now_ms: i64) -> Result<Answer, Refusal> {
        let (limit, code) = (self.settings.query_quota, self.settings.quota_code);
        spend(&mut self.tokens.used.entry(beijing::day(now_ms)).or_default().query, limit, code)?;
        let pair = self.new_tokens(now_ms);
        let data = Object::new().text("access_token", &pair.access_token).text("refresh_token", &pair.refresh_token);
        Ok(Answer::of(data.raw("expire_in", self.settings.access_life_ms / 1_000).end()))
    }

    pub(super) fn token_refresh(&mut self, now_ms: i64, params: &Params) -> Result<Answer, Refusal> {
        let (limit, code) = (self.settings.refresh_quota, self.settings.quota_code);
        spend(&mut self.tokens.used.entry(beijing::day(now_ms)).or_default().refresh, limit, code)?;
        let refresh_token = params.text("refresh_token")?.unwrap_or_default();
        if !self.tokens.is_refresh(&refresh_token, now_ms) {
            return Err(Errcode::BadRefreshToken.into());
        }
        let access_token = self.new_access_token(now_ms);
        let data = Object::new().text("access_token", &access_token);
        Ok(Answer::of(data.raw("expire_in", self.settings.access_life_ms / 1_000).end()))
    }

    pub(super) fn new_tokens(&mut self, now_ms: i64) -> TokenPair {
        let access_token = self.new_access_token(now_ms);
        let refresh_token = format!("rt{}", self.mint("refresh").to_uppercase());
        if self.settings.one_token {
            self.tokens.refresh.clear();
        }
        self.tokens.refresh.insert(refresh_token.clone(), now_ms.saturating_add(self.settings.refresh_life_ms));
        TokenPair { access_token, refresh_token }
    }

    fn new_access_token(&mut self, now_ms: i64) -> String {
        let access_token = format!("at{}", self.mint("access").to_uppercase());
        if self.settings.one_token {
            self.tokens.access.clear();
        }
        self.tokens.access.insert(access_token.clone(), now_ms.saturating_add(self.settings.access_life_ms));
        access_token
    }
}
