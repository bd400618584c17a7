//! What comes back, parsed leniently, and what it means.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::config::YonyouConfig;
use crate::model::{Act, Confirmation};
use crate::provider::wire::{Envelope, Fields};
use crate::provider::{
    Outcome, Outgoing, ReadFailure, ReadStep, Reading, RefusalClass, RemoteRefusal, Secret, TokenAnswer, WireCall,
};
use crate::transport::HttpResponse;
use crate::units::Points;

/// Error codes. The document shows 0 and 30021; the others are the vendor's public ones.
pub(super) mod errcode {
    pub(crate) const OK: &str = "0";
    pub(crate) const PLATFORM: &str = "10001";
    pub(crate) const BAD_PARAMETER: &str = "20002";
    pub(crate) const BAD_CALL: &str = "20005";
    pub(crate) const TOKEN_EXPIRED: &str = "30012";
    pub(crate) const NOT_ONLINE: &str = "30021";
    pub(crate) const IN_PROGRESS: &str = "30025";
    pub(crate) const ALL: [&str; 7] = [OK, PLATFORM, BAD_PARAMETER, BAD_CALL, TOKEN_EXPIRED, NOT_ONLINE, IN_PROGRESS];
}

/// A token without a word about its end: about as long as the vendor says that they last.
const TOKEN_LIFE: Duration = Duration::from_secs(7200);

/// The object, and the code that it tells. The body decides; no HTTP status proves anything about it.
fn opened(answer: &HttpResponse) -> Result<(Fields<'_>, Envelope), String> {
    let fields = Fields::of_body(&answer.body).ok_or_else(|| format!("status {}, no JSON object", answer.status))?;
    match fields.envelope("errcode", "errmsg").filter(|told| !told.code.is_empty()) {
        Some(told) => Ok((fields, told)),
        None => Err(format!("status {}, an object without errcode", answer.status)),
    }
}

fn told(envelope: &Envelope) -> String {
    format!("errcode {}: {}", envelope.code, envelope.message)
}

/// What an answer to a write means.
pub(super) fn classify(config: &YonyouConfig, op: &Outgoing<'_>, answer: &HttpResponse) -> Outcome {
    let (fields, envelope) = match opened(answer) {
        Ok(opened) => opened,
        Err(why) => return Outcome::Unknown(why),
    };
    let listed = |codes: &[String]| codes.contains(&envelope.code);
    match envelope.code.as_str() {
        errcode::OK => Outcome::Applied { confirmation: Box::new(confirmed(op, &fields)), learned: None },
        errcode::TOKEN_EXPIRED => Outcome::TokenRefused(told(&envelope)),
        errcode::NOT_ONLINE => Outcome::Halted(told(&envelope)),
        errcode::PLATFORM | errcode::IN_PROGRESS => Outcome::Unknown(told(&envelope)),
        errcode::BAD_PARAMETER | errcode::BAD_CALL => refused(envelope, RefusalClass::Permanent),
        // On a first attempt it is somebody else's operation that has this source_code.
        _ if config.source_code_unique && op.resent && listed(&config.duplicate_codes) => {
            Outcome::Applied { confirmation: Box::default(), learned: None }
        }
        _ if listed(&config.halt_codes) => Outcome::Halted(told(&envelope)),
        _ if listed(&config.refusal_codes) => refused(envelope, RefusalClass::Business),
        // Undocumented. This attempt was not accepted; an earlier one may have been.
        _ => Outcome::Unclear { why: told(&envelope), unknown: op.resent },
    }
}

fn refused(Envelope { code, message }: Envelope, class: RefusalClass) -> Outcome {
    Outcome::Refused(RemoteRefusal { code, message, class })
}

/// Of the figures those are taken that are this member's. The table lists them beside errcode, the sample inside of `data`;
/// those that tell the balance stand in the sample alone.
fn confirmed(op: &Outgoing<'_>, fields: &Fields<'_>) -> Confirmation {
    const NAMES: [&str; 9] = [
        "before_points",
        "calc_points",
        "after_points",
        "cur_points",
        "ori_points",
        "extra_points",
        "multiple",
        "ori_money",
        "calc_money",
    ];
    let items = fields.items("data").unwrap_or_default();
    let records: Vec<Fields<'_>> = items.into_iter().filter_map(Fields::of).collect();
    let record = match records.as_slice() {
        [] => fields,
        [record] => record,
        // One was sent: which of several is ours can't be said.
        _ => return Confirmation::default(),
    };
    let text = |name: &str| Some((name.to_owned(), record.text(name)?));
    let mut confirmation = Confirmation {
        remote_id: record.filled("id"),
        as_received: NAMES.into_iter().filter_map(text).collect::<BTreeMap<_, _>>(),
        ..Confirmation::default()
    };
    if record.filled("mid").is_none_or(|mid| mid == op.reference) {
        confirmation.points_after = record.decimal("after_points").and_then(Points::from_remote);
        // How many points a sale brought is the remote's to say, and a return of them needs to know.
        if let Act::AccruePoints { .. } = op.act {
            confirmation.bonus_points = record.decimal("calc_points").and_then(Points::from_remote);
        }
    }
    confirmation
}

/// Asks for nothing to be done, without a token. That this is refused is expected: whatever the remote says in its dialect
/// shows that it is there, unless it says that it serves nobody.
pub(super) struct Health {
    call: Option<WireCall>,
    halt_codes: Vec<String>,
}

impl Health {
    pub(super) fn new(call: WireCall, config: &YonyouConfig) -> Self {
        Health { call: Some(call), halt_codes: config.halt_codes.clone() }
    }
}

impl Reading for Health {
    fn step(&mut self, answer: Option<&HttpResponse>) -> ReadStep {
        let Some(answer) = answer else {
            return match self.call.take() {
                Some(call) => ReadStep::Ask(call),
                None => ReadStep::Failed(ReadFailure::Garbled("the read is over".to_owned())),
            };
        };
        match opened(answer) {
            Err(why) => ReadStep::Failed(ReadFailure::Garbled(why)),
            Ok((_, envelope)) => match envelope.code.as_str() {
                errcode::NOT_ONLINE => ReadStep::Failed(ReadFailure::Halted(told(&envelope))),
                errcode::PLATFORM => ReadStep::Failed(ReadFailure::Unusable(told(&envelope))),
                code if self.halt_codes.iter().any(|halts| halts == code) => {
                    ReadStep::Failed(ReadFailure::Halted(told(&envelope)))
                }
                _ => ReadStep::Done(Box::default()),
            },
        }
    }
}

/// The object inside of a token call's answer, as it was written.
#[derive(Deserialize)]
struct Granted<'a> {
    #[serde(borrow, default)]
    token: Option<&'a RawValue>,
}

/// What the answer to a token call means.
pub(super) fn token(answer: &HttpResponse) -> TokenAnswer {
    let envelope = match opened(answer) {
        Ok((_, envelope)) => envelope,
        Err(why) => return TokenAnswer::Garbled(why),
    };
    match envelope.code.as_str() {
        errcode::OK => {}
        // Neither says anything about the credentials.
        errcode::PLATFORM | errcode::IN_PROGRESS => return TokenAnswer::Garbled(told(&envelope)),
        _ => return TokenAnswer::Refused(told(&envelope)),
    }
    let granted: Option<Granted<'_>> = serde_json::from_slice(&answer.body).ok();
    let token = granted.and_then(|granted| Fields::of(granted.token?));
    let Some(id) = token.as_ref().and_then(|token| token.filled("id")) else {
        return TokenAnswer::Garbled("errcode 0 without a token".to_owned());
    };
    let life_s = token.and_then(|token| token.whole("expiresIn")).and_then(|life_s| u64::try_from(life_s).ok());
    let life = life_s.filter(|life_s| *life_s > 0).map_or(TOKEN_LIFE, Duration::from_secs);
    TokenAnswer::Granted { access: Secret(id), life, refresh: None }
}
