//! Sandy: stored value, points and discounts of a card, over plain JSON without any key that would make a write repeatable.
//!
//! [`requests`] write what goes out, [`answers`] read what comes back, [`reads`] string several reads together and [`probe`]
//! concludes what became of a write without an answer.

mod answers;
mod config;
mod probe;
mod reads;
mod requests;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use self::probe::Facts;
use self::requests::{Desk, event, number_of};
use super::{Doubt, Findings, Guarantee, Outcome, Outgoing, Provider, Reading, Verdict, WireCall};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::model::Kind;
use crate::transport::HttpResponse;

pub use self::config::{OfflineAmount, SandyConfig};

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

    fn guarantee(&self, kind: Kind) -> Option<Guarantee> {
        match kind {
            Kind::OpenCard | Kind::Recharge | Kind::Consume | Kind::RedeemPoints => Some(Guarantee::Probe),
            Kind::Modify => Some(Guarantee::SetStatus),
        }
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

    fn find(&self, key: &str) -> Box<dyn Reading> {
        Box::new(reads::find(&self.desk, key))
    }

    fn serve(&self, reference: &str) -> Box<dyn Reading> {
        Box::new(reads::serve(&self.desk, reference))
    }

    fn before(&self, op: &Outgoing<'_>, now: Timestamp) -> Box<dyn Reading> {
        let card = number_of(op);
        Box::new(match op.act.kind() {
            Kind::OpenCard => reads::before_open(&self.desk, card),
            Kind::Modify => reads::before_modify(&self.desk, card),
            Kind::Recharge | Kind::Consume | Kind::RedeemPoints => {
                reads::before_assets(&self.desk, card, self.window_start_s(now))
            }
        })
    }

    fn encode(&self, op: &Outgoing<'_>) -> WireCall {
        self.desk.write(op)
    }

    fn classify(&self, op: &Outgoing<'_>, answer: &HttpResponse) -> Outcome {
        answers::classify(op, answer)
    }

    fn look(&self, op: &Outgoing<'_>, doubt: &Doubt<'_>, _now: Timestamp) -> Box<dyn Reading> {
        let card = number_of(op);
        let event = match op.act.kind() {
            Kind::OpenCard | Kind::Modify => return Box::new(reads::look_holder(&self.desk, card)),
            Kind::Recharge => Some(event::RECHARGE),
            Kind::Consume => Some(event::CONSUME),
            Kind::RedeemPoints => None,
        };
        let before = doubt.before.and_then(Facts::read);
        // The same instant as before the send, in the remote's own time: a till's clock that was set since changes nothing.
        let since_s = before.as_ref().and_then(|before| before.since_s);
        let since_s = since_s.unwrap_or_else(|| self.window_start_s(doubt.first_sent_at));
        Box::new(reads::look_assets(&self.desk, card, before, event, since_s))
    }

    fn judge(&self, op: &Outgoing<'_>, doubt: &Doubt<'_>, findings: &Findings) -> Verdict {
        probe::judge(&self.config, op, doubt, findings)
    }
}
