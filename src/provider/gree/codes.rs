//! What an answer to a write means, by the codes of 异常返回码归纳 and what the sections add to them.

use std::collections::BTreeMap;

use super::answers::{self, Success, Trouble};
use super::config::GreeConfig;
use crate::model::{Act, Confirmation};
use crate::provider::wire::{Envelope, Fields};
use crate::provider::{Guarantee, Outcome, Outgoing, ReadFailure, RefusalClass, RemoteRefusal, Undone};
use crate::transport::HttpResponse;

/// The codes that somebody asks for by name. The others stand in [`meaning`] alone.
pub(super) mod code {
    pub(crate) const NOT_BOUND: &str = "110003";
    pub(crate) const WRONG_SMS_CODE: &str = "140005";
}

/// What a code means, whatever was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Sign, time or token: the request was not looked into.
    Envelope,
    /// An error inside the platform: nobody knows.
    Internal,
    NoSuchMember,
    Business,
    /// The request is wrong and always will be.
    Permanent,
    /// A coupon could not be made or changed. Its list tells.
    CouponUntouched,
    /// Something is missing in the platform's own settings.
    Misconfigured,
    /// The key was seen before.
    Repeated,
    /// A rollback finds no such change.
    NoSuchChange,
    /// A rollback finds something else amiss.
    RollbackAmiss,
    /// A text message: not sent, too many, or the wrong code.
    Sms,
    Unlisted,
}

pub(super) fn meaning(config: &GreeConfig, said: &Envelope) -> Meaning {
    match said.code.as_str() {
        code if config.codes.include(code) => Meaning::Envelope,
        "500" => Meaning::Internal,
        // Listed as wrong parameters, and in 3.6 and 3.7 as a busy system.
        "1001" if said.message.contains("系统繁忙") => Meaning::Internal,
        code::NOT_BOUND | "110004" => Meaning::NoSuchMember,
        "120002" | "130002" | "130004" | "150003" | "150008" | "150009" => Meaning::Business,
        "1001" | "110001" | "110002" | "110006" | "120001" | "140002" | "140003" | "150006" | "150007" => {
            Meaning::Permanent
        }
        "130001" | "130003" => Meaning::CouponUntouched,
        "110005" | "150001" => Meaning::Misconfigured,
        "150002" => Meaning::Repeated,
        "150004" => Meaning::NoSuchChange,
        "150005" | "1005" => Meaning::RollbackAmiss,
        "140001" | "140004" | code::WRONG_SMS_CODE => Meaning::Sms,
        _ => Meaning::Unlisted,
    }
}

/// As it is told to people.
pub(super) fn line(said: &Envelope) -> String {
    let code = if said.code.is_empty() { "no error_code" } else { &said.code };
    format!("{code}: {}", said.message).trim_end_matches([':', ' ']).to_owned()
}

/// What a no to a read means.
pub(super) fn read_failure(config: &GreeConfig, said: Envelope) -> ReadFailure {
    match meaning(config, &said) {
        Meaning::Envelope => ReadFailure::TokenRefused(line(&said)),
        Meaning::Misconfigured => ReadFailure::Halted(line(&said)),
        Meaning::Permanent | Meaning::Business | Meaning::Sms => {
            ReadFailure::Refused { code: said.code, message: said.message }
        }
        _ => ReadFailure::Unusable(line(&said)),
    }
}

/// What an answer to a write means. The body decides; no HTTP status proves anything about a body that is not the platform's.
pub(super) fn classify(
    config: &GreeConfig,
    guarantee: Option<Guarantee>,
    op: &Outgoing<'_>,
    answer: &HttpResponse,
) -> Outcome {
    match answers::open(answer) {
        Ok(success) => applied(op, &success),
        Err(Trouble::Garbled(why)) => Outcome::Unknown(why),
        Err(Trouble::Said(said)) => refused(config, guarantee, op, said),
    }
}

fn refused(config: &GreeConfig, guarantee: Option<Guarantee>, op: &Outgoing<'_>, said: Envelope) -> Outcome {
    let why = line(&said);
    let refusal = |class| {
        let Envelope { code, message } = said.clone();
        Outcome::Refused(RemoteRefusal { code, message, class })
    };
    let has_records = matches!(guarantee, Some(Guarantee::Probe | Guarantee::SetStatus));
    let moves_back = matches!(op.act, Act::ReturnPoints { .. });
    match meaning(config, &said) {
        Meaning::Envelope => Outcome::TokenRefused(why),
        Meaning::Misconfigured => Outcome::Halted(why),
        Meaning::Internal | Meaning::CouponUntouched => Outcome::Unknown(why),
        // Whether an earlier attempt was carried out that says nothing of: the member may have been blocked since.
        Meaning::NoSuchMember if op.resent => Outcome::Unclear { why, unknown: true },
        Meaning::NoSuchMember | Meaning::Business => refusal(RefusalClass::Business),
        Meaning::Permanent => refusal(RefusalClass::Permanent),
        // Our own earlier attempt is what took the key. What it was given (a statement) is lost.
        Meaning::Repeated if op.resent && mutated!(RepeatedIsRefused) => refusal(RefusalClass::Business),
        Meaning::Repeated if op.resent && guarantee == Some(Guarantee::Repeat) => {
            Outcome::Applied { confirmation: Box::default(), learned: None }
        }
        _ if op.resent
            && matches!(op.act, Act::PushOrder { .. } | Act::ReturnOrder { .. })
            && guarantee == Some(Guarantee::Repeat)
            && config.duplicate_codes.contains(&said.code) =>
        {
            Outcome::Applied { confirmation: Box::default(), learned: None }
        }
        Meaning::Repeated if !op.resent => Outcome::Unclear { why: format!("the key is taken: {why}"), unknown: false },
        // Nothing was found to give back, unless an earlier attempt has done so.
        Meaning::NoSuchChange | Meaning::RollbackAmiss if moves_back => Outcome::Unclear { why, unknown: op.resent },
        // Codes that the document does not list for this. The platform's records decide where there are any.
        _ if has_records => Outcome::Unknown(why),
        _ => Outcome::Unclear { why, unknown: true },
    }
}

/// What a success tells beyond itself.
fn applied(op: &Outgoing<'_>, success: &Success<'_>) -> Outcome {
    let mut confirmation = Confirmation::default();
    match op.act {
        Act::Register { .. } => confirmation.reference = success.text(),
        Act::AccruePoints { .. } | Act::RedeemPoints { .. } | Act::AdjustPoints { .. } | Act::ReturnPoints { .. } => {
            confirmation.remote_id = success.object(|data| data.filled("statement_id"));
        }
        Act::PushOrder { .. } | Act::ReturnOrder { .. } | Act::AddCouponTemplate { .. } => {
            confirmation.remote_id = success.text();
        }
        Act::GiveCoupon { .. } => {
            let rows = success.rows();
            if rows.as_ref().is_some_and(Vec::is_empty) {
                return Outcome::Unknown("a success that names no coupon".to_owned());
            }
            let first = rows.as_ref().and_then(|rows| rows.first());
            let fields = first.and_then(|row| Fields::of(row));
            confirmation.remote_id = fields.and_then(|fields| fields.filled("code"));
            // What it is redeemed by is the number that it was given under.
            confirmation.coupon = Some(op.key.to_owned());
        }
        _ => {}
    }
    if let Some(id) = &confirmation.remote_id {
        confirmation.as_received = BTreeMap::from([("id".to_owned(), id.clone())]);
    }
    Outcome::Applied { confirmation: Box::new(confirmation), learned: None }
}

/// What an answer to 3.4.1 without a statement means.
pub(super) fn undone(config: &GreeConfig, answer: &HttpResponse) -> Undone {
    let said = match answers::open(answer) {
        Ok(_) => return Undone::Done,
        Err(Trouble::Garbled(why)) => return Undone::Unknown(why),
        Err(Trouble::Said(said)) => said,
    };
    let why = line(&said);
    // The document's text promises a message, its sample shows another one under 1005, and its list has 150004.
    if config.no_such_change.iter().any(|message| said.message.contains(message.as_str())) {
        return Undone::NothingThere;
    }
    match meaning(config, &said) {
        Meaning::NoSuchChange => Undone::NothingThere,
        Meaning::Envelope => Undone::TokenRefused(why),
        Meaning::Internal | Meaning::Unlisted | Meaning::Misconfigured => Undone::Unknown(why),
        _ => Undone::Refused(why),
    }
}
