//! Freemud: members and their points. Requests are wrapped and signed; most changes of points carry a key.
//!
//! [`requests`] write what goes out, [`envelope`] and [`key`] wrap and sign it, [`answers`] read what comes back, [`reads`]
//! make questions of it, [`probe`] concludes what became of a write without an answer, [`push`] understands what the platform
//! sends on its own. Section numbers are those of the vendor's document.
//!
//! Coupons that a member has at Freemud are not taken over: 1.1 tells their names and codes but neither amounts nor states.

mod answers;
mod config;
mod envelope;
mod key;
mod probe;
mod push;
mod reads;
mod requests;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use self::requests::{By, Desk, is_mobile, mobile};
use super::{
    Doubt, Findings, Guarantee, Inquiry, Outcome, Outgoing, Provider, Push, Reading, Reference, Seal, Service, Verdict,
    Whom, WireCall,
};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::model::{Act, Kind};
use crate::transport::HttpResponse;

pub use self::config::{FreemudAmountUnit, FreemudConfig, FreemudRegisterType, FreemudType, FreemudTypes};

/// What it serves. That the server recognises a key is an assumption: the document asks the caller to keep it unique.
pub(super) const SERVES: &[Service] = &[
    service(Kind::Register, Guarantee::Probe, "register/mobile", "1.6 根据手机号注册会员"),
    service(Kind::AccruePoints, Guarantee::Repeat, "score/sendScore", "2.2 添加积分"),
    service(Kind::RedeemPoints, Guarantee::Repeat, "score/opt/15", "1.3 会员加减积分"),
    service(Kind::AdjustPoints, Guarantee::Repeat, "score/opt/{type}", "1.3 会员加减积分"),
    service(Kind::ReturnPoints, Guarantee::Repeat, "score/sendScore, score/opt/15", "2.2 添加积分, 1.3 会员加减积分"),
    service(Kind::UpdatePoints, Guarantee::Once, "score/updateScore", "2.1 更新积分"),
    service(Kind::ReturnPointsOfOrder, Guarantee::Once, "score/returnScore", "2.3 积分回退"),
];

const fn service(kind: Kind, guarantee: Guarantee, endpoint: &'static str, source: &'static str) -> Service {
    Service { kind, guarantee, endpoint, source }
}

/// One merchant at a Freemud remote.
pub(crate) struct Freemud {
    desk: Arc<Desk>,
}

impl Freemud {
    /// Checks the configuration and takes it.
    pub(crate) fn new(config: FreemudConfig) -> Result<Self> {
        config.check()?;
        Ok(Freemud { desk: Arc::new(Desk::new(config)?) })
    }

    fn config(&self) -> &FreemudConfig {
        &self.desk.config
    }
}

/// What a member can be asked for by, if anything.
fn by(whom: &Whom<'_>) -> Option<By> {
    if let Some(reference) = whom.reference.filter(|reference| !reference.is_empty()) {
        return Some(By::Id(reference.to_owned()));
    }
    let number = Some(whom.number.as_str()).filter(|number| is_mobile(number));
    whom.phone.or(number).map(|phone| By::Mobile(mobile(phone)))
}

impl Provider for Freemud {
    fn name(&self) -> &'static str {
        "freemud"
    }

    fn dialect(&self) -> u32 {
        1
    }

    fn base_url(&self) -> &str {
        self.config().base()
    }

    fn tenant(&self) -> &str {
        &self.config().partner_id
    }

    fn serves(&self) -> &'static [Service] {
        SERVES
    }

    fn guarantee(&self, act: &Act) -> Option<Guarantee> {
        let kind = act.kind();
        let documented = SERVES.iter().find(|service| service.kind == kind)?.guarantee;
        // The figures are a witness where nobody else changes them.
        Some(if documented == Guarantee::Once && self.sole_writer() { Guarantee::Probe } else { documented })
    }

    fn check(&self, act: &Act) -> Result<()> {
        match act {
            Act::Register { .. } if self.config().third_party_code.is_none() => {
                Err(Error::unsupported("registering at Freemud without the setting third_party_code"))
            }
            // 1.6 has no field for it, and no other endpoint sets it later.
            Act::Register { birthday: Some(_), .. } => Err(Error::unsupported("registering a birthday at Freemud")),
            // One of the two has to be given; what both together come to is not documented.
            Act::AccruePoints { points: Some(_), amount: Some(_), .. } => {
                Err(Error::unsupported("points together with an amount at Freemud, which grants for one of them"))
            }
            Act::AccruePoints { points: None, amount: None, .. } => {
                Err(Error::invalid("points", "or an amount must be given", ""))
            }
            _ => Ok(()),
        }
    }

    fn opens_offline(&self, act: &Act) -> bool {
        // A code that the member was sent does not live until an outage is over.
        let codeless = !matches!(act, Act::Register { sms_code: Some(_), .. });
        codeless && self.config().third_party_code.is_some()
    }

    fn reference(&self, whom: &Whom<'_>) -> Reference {
        match by(whom) {
            Some(By::Id(id)) => Reference::Known(id),
            Some(_) => Reference::Ask,
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

    fn sole_writer(&self) -> bool {
        self.config().sole_writer
    }

    fn quiet_period(&self) -> Duration {
        self.config().quiet_period()
    }

    fn request_timeout(&self) -> Duration {
        self.config().request_timeout()
    }

    fn health(&self) -> Box<dyn Reading> {
        Box::new(reads::health(&self.desk))
    }

    fn find(&self, key: &str) -> Option<Box<dyn Reading>> {
        Some(Box::new(reads::find(&self.desk, key)?))
    }

    fn serve(&self, whom: &Whom<'_>) -> Option<Box<dyn Reading>> {
        Some(Box::new(reads::serve(&self.desk, by(whom)?)))
    }

    fn inquire(&self, inquiry: &Inquiry, whom: Option<&Whom<'_>>) -> Option<Box<dyn Reading>> {
        Some(Box::new(match inquiry {
            Inquiry::Statistics => reads::statistics(&self.desk, by(whom?)?),
            Inquiry::Members { page, page_size } => reads::members(&self.desk, *page, *page_size),
            Inquiry::MemberByCode { code } => reads::member_by_code(&self.desk, code),
            Inquiry::PointsHistory { .. }
            | Inquiry::MemberCode
            | Inquiry::SendSms { .. }
            | Inquiry::JudgeSms { .. } => return None,
        }))
    }

    /// Somebody who waits is to be told figures, and a probe needs them; a replay with a key does without.
    fn before(&self, op: &Outgoing<'_>, _now: Timestamp) -> Option<Box<dyn Reading>> {
        if let Act::Register { phone, .. } = op.act {
            let code = self.desk.third_party_code(op);
            return Some(Box::new(reads::registration(&self.desk, phone.as_str(), code)));
        }
        let needed = op.promise.is_none() || self.guarantee(op.act) == Some(Guarantee::Probe);
        let known = !op.reference.is_empty();
        (needed && known).then(|| Box::new(reads::figures(&self.desk, op.reference)) as Box<dyn Reading>)
    }

    fn encode(&self, op: &Outgoing<'_>) -> WireCall {
        self.desk.write(op)
    }

    fn seal(&self, call: WireCall, seal: &Seal<'_>) -> WireCall {
        self.desk.seal(call, seal)
    }

    fn classify(&self, op: &Outgoing<'_>, answer: &HttpResponse) -> Outcome {
        answers::classify(&self.desk, op, answer)
    }

    fn look(&self, op: &Outgoing<'_>, _doubt: &Doubt<'_>, _now: Timestamp) -> Option<Box<dyn Reading>> {
        if let Act::Register { phone, .. } = op.act {
            let code = self.desk.third_party_code(op);
            return Some(Box::new(reads::registration(&self.desk, phone.as_str(), code)));
        }
        let tells = self.guarantee(op.act) != Some(Guarantee::Once) && !op.reference.is_empty();
        tells.then(|| Box::new(reads::figures(&self.desk, op.reference)) as Box<dyn Reading>)
    }

    fn judge(&self, op: &Outgoing<'_>, doubt: &Doubt<'_>, findings: &Findings) -> Verdict {
        probe::judge(&self.desk, op, doubt, findings)
    }

    fn push(&self, body: &[u8]) -> Result<Push> {
        push::understand(&self.desk, body)
    }
}
