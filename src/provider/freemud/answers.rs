//! What comes back: each answer of the remote's, parsed leniently, and what an answer to a write means.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::envelope::Envelope;
use super::requests::Desk;
use crate::model::{Act, Confirmation, Gender, Holder, Member, MemberPage};
use crate::provider::wire::Fields;
use crate::provider::{Outcome, Outgoing, ReadFailure, RefusalClass, RemoteRefusal};
use crate::transport::HttpResponse;
use crate::units::Points;

/// Status codes. The document shows the first alone.
mod status {
    pub(super) const OK: &str = "100";
    pub(super) const MISSING_PARAMETER: &str = "21";
    pub(super) const INTERNAL: &str = "500";
}

/// How the platform words that there is no such member, in the language of all its messages.
const NO_SUCH_MEMBER: &str = "会员不存在";

/// A member's three figures (2.4; 1.1 brings them too where it is asked to).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Figures {
    pub(super) current: Option<Points>,
    /// Ever granted.
    pub(super) total: Option<Points>,
    /// Ever used.
    pub(super) used: Option<Points>,
}

impl Figures {
    fn of(fields: &Fields<'_>) -> Self {
        let points = |name| fields.decimal(name).and_then(Points::from_remote);
        Figures { current: points("currentScore"), total: points("totalScore"), used: points("usedScore") }
    }
}

/// 1.1's answer.
#[derive(Clone)]
pub(super) struct Info {
    pub(super) member_id: String,
    pub(super) holder: Holder,
    pub(super) figures: Figures,
    /// What the member is known by in each channel.
    pub(super) third_party_codes: Vec<String>,
}

type Read<T> = Result<T, ReadFailure>;

fn unusable<T>(what: impl Into<String>) -> Read<T> {
    Err(ReadFailure::Unusable(what.into()))
}

/// What an answer says, before anybody looks at what it is about.
enum Said {
    /// In the dialect, and all went well.
    Ok,
    Error {
        code: String,
        message: String,
    },
    /// No status code: another system's object, or 1.2's sample.
    Nothing,
}

/// The answer's envelope, if there is one and its signature holds as far as it can be verified. The body decides; no HTTP
/// status proves anything about it.
fn opened(desk: &Desk, answer: &HttpResponse) -> Result<(Envelope, Said), String> {
    let text = std::str::from_utf8(&answer.body).ok();
    let (Some(envelope), Some(fields)) = (text.and_then(Envelope::of), Fields::of_body(&answer.body)) else {
        return Err(format!("status {}, no JSON object", answer.status));
    };
    if desk.platform.as_ref().is_some_and(|key| !envelope.is_signed_by(key)) {
        return Err("the platform's signature is missing or wrong".to_owned());
    }
    let said = match fields.envelope("statusCode", "message").filter(|told| !told.code.is_empty()) {
        Some(told) if told.code == status::OK => Said::Ok,
        Some(told) => Said::Error { code: told.code, message: told.message },
        None => Said::Nothing,
    };
    Ok((envelope, said))
}

fn no_answer(answer: &HttpResponse) -> String {
    format!("status {}, an object without statusCode", answer.status)
}

/// The envelope of a read's answer that says success; `None` where it says that there is no such member.
fn read(desk: &Desk, answer: &HttpResponse) -> Read<Option<Envelope>> {
    let (envelope, said) = opened(desk, answer).map_err(ReadFailure::Garbled)?;
    match said {
        Said::Ok => Ok(Some(envelope)),
        Said::Nothing => Err(ReadFailure::Garbled(no_answer(answer))),
        Said::Error { code, message } if is_no_member(desk, &code, &message) => Ok(None),
        Said::Error { code, message } if code == status::INTERNAL => unusable(format!("statusCode 500: {message}")),
        Said::Error { code, message } if desk.config.halt_codes.contains(&code) => {
            Err(ReadFailure::Halted(format!("statusCode {code}: {message}")))
        }
        Said::Error { code, message } => Err(ReadFailure::Refused { code, message }),
    }
}

fn is_no_member(desk: &Desk, code: &str, message: &str) -> bool {
    let known = desk.config.no_member_codes.iter().any(|known| known == code);
    known || (message.contains(NO_SUCH_MEMBER) && code != status::MISSING_PARAMETER && code != status::INTERNAL)
}

/// 1.1. `None`: there is no such member, by a status code or by a success without a body.
pub(super) fn member(desk: &Desk, answer: &HttpResponse) -> Read<Option<Info>> {
    let Some(envelope) = read(desk, answer)? else { return Ok(None) };
    let Some(body) = envelope.body() else { return Ok(None) };
    if matches!(body, "null" | "{}") {
        return Ok(None);
    }
    let Some(fields) = Fields::of_body(body.as_bytes()) else { return unusable("member: no JSON inside") };
    // Without its id nobody can say whose figures these are.
    let Some(member_id) = fields.filled("memberId") else { return unusable("member: no memberId") };
    let channels = fields.items("memberChannels").unwrap_or_default();
    let third_party_code = |item: &RawValue| Fields::of(item)?.filled("thirdPartyCode");
    Ok(Some(Info {
        member_id,
        holder: holder_of(&fields),
        figures: Figures::of(&fields),
        third_party_codes: channels.into_iter().filter_map(third_party_code).collect(),
    }))
}

/// Names that people gave themselves come second.
fn holder_of(fields: &Fields<'_>) -> Holder {
    let gender = match fields.whole("sexFlag") {
        Some(1) => Some(Gender::Male),
        Some(2) => Some(Gender::Female),
        _ => None,
    };
    // With or without a time behind it.
    let birthday = fields.filled("birthday").and_then(|text| {
        let date = text.split([' ', 'T']).next().unwrap_or_default().to_owned();
        NaiveDate::parse_from_str(&date, "%Y-%m-%d").ok()
    });
    let name = fields.filled("memberName").or_else(|| fields.filled("nickName"));
    Holder { name, phone: fields.filled("mobile"), gender, birthday }
}

/// 2.4. `None`: there is no such member. Without a readable current figure there is no answer: it must never become a
/// balance of zero, and the document's own sample shows an answer without one.
pub(super) fn statistics(desk: &Desk, answer: &HttpResponse) -> Read<Option<Figures>> {
    let Some(envelope) = read(desk, answer)? else { return Ok(None) };
    let fields = envelope.body().and_then(|body| Fields::of_body(body.as_bytes()));
    match fields.map(|fields| Figures::of(&fields)) {
        Some(figures) if figures.current.is_some() => Ok(Some(figures)),
        _ => unusable("statistics: currentScore missing or unreadable"),
    }
}

/// 1.2. Its sample is wrapped like a request, without a status code; that is accepted beside the usual form.
pub(super) fn members(desk: &Desk, answer: &HttpResponse) -> Read<MemberPage> {
    let envelope = match opened(desk, answer).map_err(ReadFailure::Garbled)? {
        (envelope, Said::Nothing) if envelope.filled("requestBody").is_some() => Some(envelope),
        _ => read(desk, answer)?,
    };
    let Some(envelope) = envelope else { return unusable("members: the remote says that there is no such member") };
    let Some(fields) = envelope.body().and_then(|body| Fields::of_body(body.as_bytes())) else {
        return unusable("members: no JSON inside");
    };
    let Some(items) = fields.items("memberList") else { return unusable("members: the list is missing") };
    let listed = |item: &RawValue| {
        let fields = Fields::of(item)?;
        Some(Member {
            reference: Some(fields.filled("memberId")?),
            holder: holder_of(&fields),
            level: fields.filled("ruleName"),
            points: Figures::of(&fields).current,
            growth: None,
            active: fields.whole("statusFlag") != Some(0),
        })
    };
    let count = |name| fields.whole(name).and_then(|count| u64::try_from(count).ok());
    let small = |name| count(name).and_then(|count| u32::try_from(count).ok());
    Ok(MemberPage {
        members: items.into_iter().filter_map(listed).collect(),
        page: small("pageNum").unwrap_or(1),
        pages: small("totalPages"),
        total: count("totalCount"),
    })
}

/// What an answer to a write means.
pub(super) fn classify(desk: &Desk, op: &Outgoing<'_>, answer: &HttpResponse) -> Outcome {
    match opened(desk, answer) {
        Ok((envelope, Said::Ok)) => applied(op, &envelope),
        Ok((_, Said::Error { code, message })) => refused(desk, op, code, message),
        Ok((_, Said::Nothing)) => Outcome::Unknown(no_answer(answer)),
        Err(why) => Outcome::Unknown(why),
    }
}

fn refused(desk: &Desk, op: &Outgoing<'_>, code: String, message: String) -> Outcome {
    let config = &desk.config;
    let keyed = !matches!(op.act, Act::Register { .. } | Act::UpdatePoints { .. } | Act::ReturnPointsOfOrder { .. });
    let listed = |codes: &[String]| codes.contains(&code);
    match code.as_str() {
        status::MISSING_PARAMETER => Outcome::Refused(RemoteRefusal { code, message, class: RefusalClass::Permanent }),
        status::INTERNAL => Outcome::Unknown(format!("statusCode 500: {message}")),
        // On a first attempt it is somebody else's operation that has this key.
        _ if keyed && op.resent && listed(&config.duplicate_codes) => {
            Outcome::Applied { confirmation: Box::default(), learned: None }
        }
        _ if listed(&config.halt_codes) => Outcome::Halted(format!("statusCode {code}: {message}")),
        _ if listed(&config.refusal_codes) => {
            Outcome::Refused(RemoteRefusal { code, message, class: RefusalClass::Business })
        }
        // Undocumented. This attempt was not accepted; an earlier one may have been.
        _ => Outcome::Unclear { why: format!("statusCode {code}: {message}"), unknown: op.resent },
    }
}

/// The samples of 2.2 to 2.4 show less than their tables, so no figure is required; but a registration has to say whom it
/// made.
fn applied(op: &Outgoing<'_>, envelope: &Envelope) -> Outcome {
    let fields = envelope.body().and_then(|body| Fields::of_body(body.as_bytes()));
    let mut confirmation = Confirmation::default();
    if let Some(fields) = &fields {
        confirmation.points_after = Figures::of(fields).current;
        confirmation.as_received = as_received(fields);
        // How many points an amount brought is the remote's to say. To a repeat it may say zero, which is not the number.
        if let Act::AccruePoints { points: None, .. } = op.act {
            let granted = fields.decimal("sendScore").or_else(|| fields.decimal("updateScore"));
            confirmation.bonus_points = granted.and_then(Points::from_remote).filter(|points| *points > Points::ZERO);
        }
    }
    if let Act::Register { .. } = op.act {
        confirmation.reference = fields.and_then(|fields| fields.filled("memberId"));
        if confirmation.reference.is_none() {
            return Outcome::Unknown("registered, but the answer does not tell the memberId".to_owned());
        }
    }
    Outcome::Applied { confirmation: Box::new(confirmation), learned: None }
}

/// Every figure that an answer to a write may carry, as the remote wrote it.
fn as_received(fields: &Fields<'_>) -> BTreeMap<String, String> {
    const NAMES: [&str; 5] = ["currentScore", "updateScore", "sendScore", "totalScore", "usedScore"];
    NAMES.into_iter().filter_map(|name| Some((name.to_owned(), fields.text(name)?))).collect()
}
