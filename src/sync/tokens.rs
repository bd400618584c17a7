//! Tokens: one errand at a time, never beyond a quota, and nothing is asked while a token is wanted.
//!
//! What a token call may cost is counted and stored before the call leaves, so that neither a crash nor a lost answer gives
//! anything back. Where the remote checks the time that a call is signed with, its clock is measured first.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Skew, Timestamp};
use crate::error::Result;
use crate::event::event;
use crate::provider::{Provider, Secret, Token, TokenAnswer, TokenCall};
use crate::store::{Tx, View};
use crate::transport::{HttpResponse, TransportFailure};

use super::desk::Desk;
use super::job::Job;
use super::pacing::server_time;

/// Where tokens come from when a host has a store of its own for them, shared by several tills.
pub trait TokenSource: Send + Sync {
    /// A token for the provider of this name. `refused`: the one that the remote has just refused; the same again is no
    /// answer. `None`: none for now, the till asks again later. Called with the till's lock held: it must return at once,
    /// from memory, and must not call the till.
    fn token(&self, provider: &str, refused: Option<&str>) -> Option<String>;
}

/// A token is done with so long before its end, or a tenth of its life.
const MARGIN: Duration = Duration::from_secs(30);

/// After a token call whose quota is spent in vain the next one waits so long, and twice as long each time.
const AFTER_VAIN_CALL: Duration = Duration::from_secs(60);
const LONGEST_WAIT: Duration = Duration::from_secs(2 * 3600);

/// A host's token is believed for so long.
const HOST_LIFE: Duration = Duration::from_secs(24 * 3600);

/// So many tokens in a row may be refused before any request has been served with one.
const REFUSED_AT_MOST: u32 = 2;

const DAY_MS: i64 = 86_400_000;
const BEIJING_MS: i64 = 8 * 3_600_000;

/// A remote's tokens.
pub(super) struct TokenDesk {
    access: Option<Token>,
    refresh: Option<Token>,
    /// Counts the tokens that have been here: many requests that were refused with one ask for one new one.
    pub(super) token_no: u64,
    /// What is known of the remote's clock.
    pub(super) skew: Skew,
    /// The next call not before.
    pub(super) due: Option<Timestamp>,
    vain_calls: u32,
    refused_in_a_row: u32,
    bad_times: u32,
    vague_times: u32,
    /// The last token that was refused: a host must not give it again.
    refused: Option<Secret>,
    host: Option<Arc<dyn TokenSource>>,
}

impl TokenDesk {
    pub(super) fn new(view: &View<'_>, provider: &dyn Provider, host: Option<Arc<dyn TokenSource>>) -> Result<Self> {
        let sole = provider.tokens().is_some_and(|rules| rules.is_sole_user());
        Ok(TokenDesk {
            access: view.token(provider.name(), ACCESS)?,
            refresh: view.token(provider.name(), REFRESH)?,
            token_no: 1,
            skew: Skew::default(),
            due: None,
            vain_calls: 0,
            refused_in_a_row: 0,
            bad_times: 0,
            vague_times: 0,
            refused: None,
            host: host.filter(|_| !sole),
        })
    }

    /// The token that requests are sealed with.
    pub(super) fn current(&self) -> Option<&Secret> {
        self.access.as_ref().map(|token| &token.text)
    }

    /// A request has been served with it.
    pub(super) fn served(&mut self) {
        (self.refused_in_a_row, self.bad_times, self.vain_calls) = (0, 0, 0);
    }

    fn is_there(&self, now: Timestamp) -> bool {
        self.access.as_ref().is_some_and(|token| now < token.until)
    }

    /// The next call waits, longer each time.
    fn put_off(&mut self, now: Timestamp) {
        let wait = AFTER_VAIN_CALL.saturating_mul(1 << self.vain_calls.min(20)).min(LONGEST_WAIT);
        self.vain_calls = self.vain_calls.saturating_add(1);
        self.due = Some(now.after(wait));
    }
}

const ACCESS: &str = "access";
const REFRESH: &str = "refresh";

const fn name_of(call: TokenCall) -> &'static str {
    match call {
        TokenCall::Query => "query",
        TokenCall::Refresh => "refresh",
    }
}

/// The day in Beijing, and when the next one begins.
fn beijing_day(at: Timestamp) -> (i64, Timestamp) {
    let day = (at.millis() + BEIJING_MS).div_euclid(DAY_MS);
    (day, Timestamp::from_millis((day + 1) * DAY_MS - BEIJING_MS))
}

impl Desk {
    /// When work that is due then can be taken up, as far as tokens are concerned.
    pub(super) fn after_token(&self, due: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
        let waits = self.provider.tokens().is_some() && !self.tokens.is_there(now);
        let fetching = self.jobs.values().any(Job::is_for_tokens);
        match (due, waits) {
            // Its answer brings the next turn.
            _ if fetching => None,
            (Some(due), true) => Some(self.tokens.due.map_or(due, |earliest| due.max(earliest))),
            (due, _) => due,
        }
    }

    /// Whether requests can be sealed. If not, the errand that is due is begun: nothing else is asked meanwhile.
    pub(super) fn token_is_there(&mut self, tx: &Tx<'_>) -> Result<bool> {
        let now = self.now();
        if self.provider.tokens().is_none() || self.tokens.is_there(now) {
            return Ok(true);
        }
        if self.jobs.values().any(Job::is_for_tokens) || self.tokens.due.is_some_and(|due| now < due) {
            return Ok(false);
        }
        if let Some(host) = self.tokens.host.clone() {
            return Ok(self.ask_host(host.as_ref(), now));
        }
        let Some(rules) = self.provider.tokens() else { return Ok(true) };
        let steady = self.hall.clock.monotonic();
        if let Some(tolerance) = rules.clock_tolerance()
            && self.tokens.skew.uncertainty(steady).is_none_or(|uncertain| uncertain > tolerance)
        {
            let call = rules.clock_call();
            self.send_out(&call, Job::Clock);
            return Ok(false);
        }
        let refresh = self.tokens.refresh.as_ref().filter(|token| now < token.until).map(|token| token.text.clone());
        let call = if refresh.is_some() { TokenCall::Refresh } else { TokenCall::Query };
        let (day, tomorrow) = beijing_day(self.tokens.skew.server_now(steady).unwrap_or(now));
        let (most, request) = (rules.a_day(call), rules.ask(call, refresh.as_ref()));
        let name = self.provider.name();
        let used = tx.quota_used(name, name_of(call), day)?;
        if used >= most {
            let why = format!("the day's {most} token calls ({}) are used up", name_of(call));
            self.halt(tx, &why)?;
            self.tokens.due = Some(now.after(tomorrow.since(now)).max(now.after(AFTER_VAIN_CALL)));
            return Ok(false);
        }
        tx.set_quota_used(name, name_of(call), day, used + 1)?;
        self.send_out(&request, Job::Token { call, day });
        Ok(false)
    }

    /// The host says that it has a token.
    pub(super) fn host_has_token(&mut self) {
        if self.tokens.host.is_some() && self.tokens.access.is_none() {
            self.tokens.due = None;
            self.tokens.vain_calls = 0;
        }
    }

    fn ask_host(&mut self, host: &dyn TokenSource, now: Timestamp) -> bool {
        let refused = self.tokens.refused.as_ref().map(|secret| secret.0.as_str());
        let name = self.provider.name();
        // A host that panics has no token.
        let given = catch_unwind(AssertUnwindSafe(|| host.token(name, refused))).unwrap_or_default();
        let usable = |given: &String| {
            let visible = given.bytes().all(|b| b.is_ascii_graphic());
            Some(given.as_str()) != refused && !given.is_empty() && given.len() <= 4096 && visible
        };
        let given = given.filter(usable);
        let Some(text) = given else {
            self.tokens.due = Some(now.after(self.backoff(self.tokens.vain_calls)));
            self.tokens.vain_calls = self.tokens.vain_calls.saturating_add(1);
            return false;
        };
        self.tokens.vain_calls = 0;
        self.tokens.token_no += 1;
        self.tokens.access = Some(Token { text: Secret(text), until: now.after(HOST_LIFE) });
        true
    }

    /// Every answer with a date tells the remote's clock.
    pub(super) fn measure_clock(&mut self, response: &HttpResponse) {
        if let (Some(sealed), Some(date)) = (self.answered, server_time(response)) {
            self.tokens.skew.observe(sealed.sent, self.hall.clock.monotonic(), date);
        }
    }

    /// The remote does not accept the token of the request whose answer is being worked off.
    pub(super) fn token_refused(&mut self, tx: &Tx<'_>, why: &str) -> Result<()> {
        if self.answered.is_some_and(|sealed| sealed.token_no != self.tokens.token_no) || self.tokens.access.is_none() {
            // Another one is here, or on its way, already.
            return Ok(());
        }
        let now = self.now();
        self.tokens.refused = self.tokens.access.take().map(|token| token.text);
        tx.forget_token(self.provider.name(), ACCESS)?;
        self.tokens.refused_in_a_row += 1;
        if self.tokens.refused_in_a_row >= REFUSED_AT_MOST {
            self.tokens.put_off(now);
            return self.halt(tx, &format!("a fresh token is refused: {why}"));
        }
        Ok(())
    }

    /// The remote's clock was asked for. One that could not be measured well enough is asked for again, more slowly.
    fn clock_measured(&mut self, result: &Result<HttpResponse, TransportFailure>) {
        let now = self.now();
        if matches!(result, Ok(response) if server_time(response).is_some()) {
            let steady = self.hall.clock.monotonic();
            let tolerance = self.provider.tokens().and_then(|rules| rules.clock_tolerance());
            let vague = self.tokens.skew.uncertainty(steady).zip(tolerance).is_none_or(|(is, may)| is > may);
            self.tokens.vague_times = if vague { self.tokens.vague_times.saturating_add(1) } else { 0 };
            self.tokens.due = vague.then(|| now.after(self.backoff(self.tokens.vague_times)));
            return;
        }
        event!(CLOCK_NOT_MEASURED, provider = self.provider.name());
        self.condition.failed(now, &self.hall.config.pacing, self.hall.entropy.as_ref());
        self.tokens.due = Some(now.after(self.backoff(self.condition.failures)));
    }

    /// The answer to an errand of the tokens' own.
    pub(super) fn token_answered(
        &mut self,
        tx: &Tx<'_>,
        job: &Job,
        result: &Result<HttpResponse, TransportFailure>,
    ) -> Result<()> {
        let now = self.now();
        let pause = self.backoff(self.condition.failures);
        let Job::Token { call, day } = *job else {
            self.clock_measured(result);
            return Ok(());
        };
        let name = self.provider.name();
        let response = match result {
            Ok(response) => response,
            Err(failure) => {
                if matches!(failure, TransportFailure::NotSent(_)) {
                    // It has cost nothing.
                    let used = tx.quota_used(name, name_of(call), day)?;
                    tx.set_quota_used(name, name_of(call), day, used.saturating_sub(1))?;
                    self.tokens.due = Some(now.after(pause));
                } else {
                    self.tokens.put_off(now);
                }
                self.condition.failed(now, &self.hall.config.pacing, self.hall.entropy.as_ref());
                return Ok(());
            }
        };
        let Some(rules) = self.provider.tokens() else { return Ok(()) };
        match rules.read(call, response) {
            TokenAnswer::Granted { access, life, refresh } => {
                let granted = Token { text: access, until: now.after(life.saturating_sub(MARGIN.min(life / 10))) };
                tx.set_token(name, ACCESS, &granted)?;
                event!(TOKEN_FETCHED, provider = name, call = name_of(call));
                self.tokens.access = Some(granted);
                self.tokens.token_no += 1;
                if let Some((text, life)) = refresh {
                    let refresh = Token { text, until: now.after(life) };
                    tx.set_token(name, REFRESH, &refresh)?;
                    self.tokens.refresh = Some(refresh);
                }
                self.tokens.due = None;
                // That a token is handed out does not say that it is any good.
                self.answered = None;
                self.dialect_answered(tx)
            }
            TokenAnswer::RefreshRefused(_) => {
                event!(TOKEN_REFUSED, provider = name, call = name_of(call));
                self.tokens.refresh = None;
                tx.forget_token(name, REFRESH)
            }
            TokenAnswer::BadTime(why) => {
                self.tokens.skew = Skew::default();
                self.tokens.put_off(now);
                self.tokens.bad_times += 1;
                if self.tokens.bad_times > 1 {
                    self.halt(tx, &format!("the signed time is refused: {why}"))
                } else {
                    Ok(())
                }
            }
            TokenAnswer::Refused(why) => {
                event!(TOKEN_REFUSED, provider = name, call = name_of(call));
                self.tokens.put_off(now);
                self.halt(tx, &why)
            }
            TokenAnswer::Garbled(_) => {
                event!(TOKEN_REFUSED, provider = name, call = name_of(call));
                self.tokens.put_off(now);
                self.condition.failed(now, &self.hall.config.pacing, self.hall.entropy.as_ref());
                Ok(())
            }
        }
    }
}
