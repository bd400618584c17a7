//! Sandy: stored value, points and discounts of a card, over plain JSON without any key that would make a write repeatable.
//!
//! [`requests`] write what goes out, [`answers`] read what comes back, [`reads`] string several reads together and [`probe`]
//! concludes what became of a write without an answer.

mod answers;
mod config;
mod lines;
mod probe;
mod reads;
mod requests;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use self::probe::Facts;
use self::requests::{Desk, event, number_of};
use super::{
    Doubt, Findings, Guarantee, Outcome, Outgoing, Provider, Reading, Reference, Service, Verdict, Whom, WireCall,
};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::model::{Act, Kind};
use crate::transport::HttpResponse;

pub use self::config::{OfflineAmount, SandyConfig};

/// What it serves. There is no key anywhere: its records have to tell.
pub(super) const SERVES: &[Service] = &[
    service(Kind::OpenCard, Guarantee::Probe, "cardopen", "1 开卡"),
    service(Kind::Recharge, Guarantee::Probe, "recharge", "2 充值"),
    service(Kind::Consume, Guarantee::Probe, "consume", "3 消费"),
    service(Kind::Modify, Guarantee::SetStatus, "modcardinfo", "5 修改会员信息"),
    service(Kind::RedeemPoints, Guarantee::Probe, "consume_score", "7 消费积分"),
];

const fn service(kind: Kind, guarantee: Guarantee, endpoint: &'static str, source: &'static str) -> Service {
    Service { kind, guarantee, endpoint, source }
}

/// One merchant at a Sandy remote.
pub(crate) struct Sandy {
    config: SandyConfig,
    desk: Arc<Desk>,
}

impl Sandy {
    /// Checks the configuration and takes it.
    pub(crate) fn new(config: SandyConfig) -> Result<Self> {
        config.check()?;
        let desk = Arc::new(Desk::new(&config));
        Ok(Sandy { config, desk })
    }

    /// The start of a history window that ends at `at`, in epoch seconds.
    fn window_start_s(&self, at: Timestamp) -> i64 {
        at.before(Duration::from_secs(self.config.before_window_s)).millis().div_euclid(1000)
    }
}

impl Provider for Sandy {
    fn name(&self) -> &'static str {
        "sandy"
    }

    fn dialect(&self) -> u32 {
        1
    }

    fn base_url(&self) -> &str {
        self.config.base()
    }

    fn tenant(&self) -> &str {
        &self.config.guid
    }

    fn serves(&self) -> &'static [Service] {
        SERVES
    }

    fn guarantee(&self, act: &Act) -> Option<Guarantee> {
        let kind = act.kind();
        SERVES.iter().find(|service| service.kind == kind).map(|service| service.guarantee)
    }

    fn reference(&self, whom: &Whom<'_>) -> Reference {
        Reference::Known(whom.number.as_str().to_owned())
    }

    fn keeps_money(&self) -> bool {
        true
    }

    fn sole_writer(&self) -> bool {
        self.config.sole_writer
    }

    fn quiet_period(&self) -> Duration {
        if mutated!(NoQuietPeriod) { Duration::ZERO } else { self.config.quiet_period() }
    }

    fn request_timeout(&self) -> Duration {
        self.config.request_timeout()
    }

    fn health(&self) -> Box<dyn Reading> {
        Box::new(reads::health(&self.desk))
    }

    fn find(&self, key: &str) -> Option<Box<dyn Reading>> {
        Some(Box::new(reads::find(&self.desk, key)))
    }

    fn list(&self, text: &str) -> Option<Box<dyn Reading>> {
        self.find(text)
    }

    fn history(&self, whom: &Whom<'_>, since: Option<Timestamp>) -> Option<Box<dyn Reading>> {
        let since_s = since.map(|since| since.millis().div_euclid(1000));
        Some(Box::new(reads::history(&self.desk, whom.reference.unwrap_or(whom.number.as_str()), since_s)))
    }

    fn claims_name_records(&self) -> bool {
        true
    }

    fn serve(&self, whom: &Whom<'_>) -> Option<Box<dyn Reading>> {
        Some(Box::new(reads::serve(&self.desk, whom.reference.unwrap_or(whom.number.as_str()))))
    }

    fn before(&self, op: &Outgoing<'_>, now: Timestamp) -> Option<Box<dyn Reading>> {
        let card = number_of(op);
        Some(Box::new(match op.act.kind() {
            Kind::OpenCard => reads::before_open(&self.desk, card),
            Kind::Modify => reads::before_modify(&self.desk, card),
            _ => reads::before_assets(&self.desk, card, self.window_start_s(now)),
        }))
    }

    fn encode(&self, op: &Outgoing<'_>) -> WireCall {
        self.desk.write(op)
    }

    fn classify(&self, op: &Outgoing<'_>, answer: &HttpResponse) -> Outcome {
        answers::classify(op, answer)
    }

    fn look(&self, op: &Outgoing<'_>, doubt: &Doubt<'_>, _now: Timestamp) -> Option<Box<dyn Reading>> {
        let card = number_of(op);
        let event = match op.act.kind() {
            Kind::OpenCard | Kind::Modify => return Some(Box::new(reads::look_holder(&self.desk, card))),
            Kind::Recharge => Some(event::RECHARGE),
            Kind::Consume => Some(event::CONSUME),
            // Points that are redeemed have no event type of their own.
            _ => None,
        };
        let before = doubt.before.and_then(Facts::read);
        // The same instant as before the send, in the remote's own time: a till's clock that was set since changes nothing.
        let since_s = before.as_ref().and_then(|before| before.since_s);
        let since_s = since_s.unwrap_or_else(|| self.window_start_s(doubt.first_sent_at));
        Some(Box::new(reads::look_assets(&self.desk, card, before, event, since_s)))
    }

    fn judge(&self, op: &Outgoing<'_>, doubt: &Doubt<'_>, findings: &Findings) -> Verdict {
        probe::judge(&self.config, op, doubt, findings)
    }
}
