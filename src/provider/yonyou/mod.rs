//! Yonyou: points, changed through one endpoint. Nothing can be read; what the points come to is told by answers alone.
//!
//! [`requests`] write what goes out, [`answers`] read what comes back. Section numbers are those of the vendor's document.

mod answers;
mod config;
mod requests;
#[cfg(test)]
mod tests;

use std::time::Duration;

use self::answers::Health;
use self::requests::Desk;
use super::{
    Doubt, Findings, Guarantee, Outcome, Outgoing, Provider, Reading, Reference, Seal, Secret, Service, TokenAnswer,
    TokenCall, TokenRules, Verdict, Whom, WireCall,
};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::model::{Act, Kind};
use crate::transport::HttpResponse;

pub use self::config::YonyouConfig;

/// What it serves. No document says that the server knows a `source_code` when it comes twice.
pub(super) const SERVES: &[Service] = &[
    service(Kind::AccruePoints, "3.3, action_type 5"),
    service(Kind::RedeemPoints, "3.3, action_type 51"),
    service(Kind::ReturnPoints, "3.3, action_type 16, 17"),
    service(Kind::CarryOverPoints, "3.3, action_type 200"),
];

const fn service(kind: Kind, source: &'static str) -> Service {
    Service { kind, guarantee: Guarantee::Once, endpoint: "points/change", source }
}

/// One merchant at a Yonyou remote.
pub(crate) struct Yonyou {
    desk: Desk,
}

impl Yonyou {
    /// Checks the configuration and takes it.
    pub(crate) fn new(config: YonyouConfig) -> Result<Self> {
        config.check()?;
        Ok(Yonyou { desk: Desk { config } })
    }

    fn config(&self) -> &YonyouConfig {
        &self.desk.config
    }
}

impl Provider for Yonyou {
    fn name(&self) -> &'static str {
        "yonyou"
    }

    fn dialect(&self) -> u32 {
        1
    }

    fn base_url(&self) -> &str {
        self.config().base()
    }

    fn tenant(&self) -> &str {
        &self.config().to_account
    }

    fn serves(&self) -> &'static [Service] {
        SERVES
    }

    fn guarantee(&self, act: &Act) -> Option<Guarantee> {
        let kind = act.kind();
        let documented = SERVES.iter().find(|service| service.kind == kind)?.guarantee;
        Some(if self.config().source_code_unique { Guarantee::Repeat } else { documented })
    }

    fn check(&self, act: &Act) -> Result<()> {
        match act {
            Act::AccruePoints { points: None, amount: None, .. } => Err(Error::invalid("amount", "must be given", "")),
            Act::AccruePoints { amount: None, .. } if !self.config().points_as_extra => Err(Error::unsupported(
                "points without an amount at Yonyou, which computes what it grants, unless points_as_extra is set",
            )),
            _ => Ok(()),
        }
    }

    /// Nothing brings it but an import.
    fn reference(&self, whom: &Whom<'_>) -> Reference {
        match whom.reference.filter(|reference| !reference.is_empty()) {
            Some(reference) => Reference::Known(reference.to_owned()),
            None => Reference::Unknown,
        }
    }

    fn keeps_money(&self) -> bool {
        false
    }

    fn key_chars(&self) -> usize {
        self.config().key_chars as usize
    }

    fn key_life(&self) -> Duration {
        Duration::from_secs(self.config().key_life_s)
    }

    /// Nothing can be read, so that it makes no difference who else writes.
    fn sole_writer(&self) -> bool {
        false
    }

    fn quiet_period(&self) -> Duration {
        self.config().quiet_period()
    }

    fn request_timeout(&self) -> Duration {
        self.config().request_timeout()
    }

    fn parked_holds(&self) -> bool {
        self.config().parked_holds
    }

    fn health(&self) -> Box<dyn Reading> {
        Box::new(Health::new(self.desk.nothing(), self.config()))
    }

    fn find(&self, _key: &str) -> Option<Box<dyn Reading>> {
        None
    }

    fn serve(&self, _whom: &Whom<'_>) -> Option<Box<dyn Reading>> {
        None
    }

    fn before(&self, _op: &Outgoing<'_>, _now: Timestamp) -> Option<Box<dyn Reading>> {
        None
    }

    fn encode(&self, op: &Outgoing<'_>) -> WireCall {
        self.desk.write(op)
    }

    fn seal(&self, call: WireCall, seal: &Seal<'_>) -> WireCall {
        self.desk.seal(call, seal)
    }

    fn classify(&self, op: &Outgoing<'_>, answer: &HttpResponse) -> Outcome {
        answers::classify(self.config(), op, answer)
    }

    fn look(&self, _op: &Outgoing<'_>, _doubt: &Doubt<'_>, _now: Timestamp) -> Option<Box<dyn Reading>> {
        None
    }

    fn judge(&self, _op: &Outgoing<'_>, _doubt: &Doubt<'_>, _findings: &Findings) -> Verdict {
        Verdict::Unclear("nothing can be read".to_owned())
    }

    fn tokens(&self) -> Option<&dyn TokenRules> {
        Some(self)
    }
}

/// One call brings a token, without a time in it; there is nothing to refresh.
impl TokenRules for Yonyou {
    fn a_day(&self, call: TokenCall) -> u32 {
        match call {
            TokenCall::Query => self.config().tokens_a_day,
            TokenCall::Refresh => 0,
        }
    }

    fn sole_user_key(&self) -> &'static str {
        "sole_user"
    }

    fn is_sole_user(&self) -> bool {
        self.config().sole_user
    }

    fn clock_tolerance(&self) -> Option<Duration> {
        None
    }

    fn clock_call(&self) -> WireCall {
        self.desk.nothing()
    }

    fn ask(&self, _call: TokenCall, _refresh: Option<&Secret>) -> WireCall {
        self.desk.token()
    }

    fn read(&self, _call: TokenCall, answer: &HttpResponse) -> TokenAnswer {
        answers::token(answer)
    }
}
