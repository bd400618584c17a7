//! What comes back: each answer of the remote's, parsed leniently, and what an answer to a write means.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::requests::number_of;
use crate::model::{Act, CardStatus, Confirmation, Gender, Holder, Level, PayType, RechargeRule, RechargeWhen};
use crate::provider::wire::{self, Envelope, Fields};
use crate::provider::{Found, Outcome, Outgoing, ReadFailure, RefusalClass, RemoteRefusal, Snapshot};
use crate::transport::HttpResponse;
use crate::units::{Money, Points, Rate};

/// The memory's name for the merchant's name.
pub(super) const ORG_NAME: &str = "org_name";

/// Error codes (Sandy document, 基本格式说明 4).
pub(super) mod errcode {
    pub(crate) const MISSING_PARAMETER: &str = "1";
    pub(crate) const NO_SUCH_CARD: &str = "2";
    pub(crate) const CARD_EXISTS: &str = "3";
    pub(crate) const BALANCE_TOO_LOW: &str = "4";
    pub(crate) const EXPIRED: &str = "300";
    pub(crate) const BAD_PARAMETER: &str = "400";
}

/// The four figures that a probe compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Figures {
    pub(super) amount: Money,
    pub(super) cur_score: Decimal,
    pub(super) sum_consume: Option<Money>,
    pub(super) sum_recharge: Option<Money>,
}

/// `getcardinfo`'s answer.
#[derive(Clone)]
pub(super) struct Info {
    pub(super) figures: Figures,
    pub(super) snapshot: Snapshot,
}

/// One record of a card's history. `amount` is the balance after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) id: i64,
    pub(super) event: i64,
    pub(super) ori: Option<Money>,
    pub(super) act: Option<Money>,
    pub(super) amount: Option<Money>,
    pub(super) score: Option<Decimal>,
    pub(super) time_s: Option<i64>,
    pub(super) org: Option<String>,
    pub(super) pay_type: Option<String>,
    /// The member's rate, as the record's text tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) rate: Option<Rate>,
    /// The points that it brought or took, as the record's text tells it.
    #[serde(skip)]
    pub(super) points: Option<Points>,
}

/// One page of a card's history.
pub(super) struct Page {
    pub(super) records: Vec<Record>,
    /// How many records there are on all pages. The document names it `pages`, explains it as the number of records and
    /// prints it as a float.
    pub(super) total: Option<i64>,
    /// Records to a page, as the remote has it.
    pub(super) size: Option<i64>,
}

/// One card of `getcards`.
pub(super) struct Listed {
    pub(super) found: Found,
    pub(super) status: CardStatus,
}

/// What was wrong with a read's answer, or what it said instead.
pub(super) enum ReadTrouble {
    /// errcode 2.
    NoSuchCard,
    Failure(ReadFailure),
}

type Read<T> = Result<T, ReadTrouble>;

fn garbled<T>(what: &str) -> Read<T> {
    Err(ReadTrouble::Failure(ReadFailure::Garbled(what.to_owned())))
}

fn unusable<T>(what: &str) -> Read<T> {
    Err(ReadTrouble::Failure(ReadFailure::Unusable(what.to_owned())))
}

/// The object of a successful read.
fn read_object<'a>(answer: &'a HttpResponse, what: &str) -> Read<Fields<'a>> {
    match Fields::of_body(&answer.body) {
        Some(fields) => match error_of(&fields) {
            None => Ok(fields),
            Some(error) => Err(read_error(error)),
        },
        None => garbled(&format!("{what}: status {}, no JSON object", answer.status)),
    }
}

/// Success is an object without errcode, whatever its HTTP status (Sandy document, 基本格式说明 4). An errcode of 0 stands
/// nowhere in the document, so it is an error code of unknown meaning and no success.
fn error_of(fields: &Fields<'_>) -> Option<Envelope> {
    fields.envelope("errcode", "errmsg")
}

fn read_error(error: Envelope) -> ReadTrouble {
    let Envelope { code, message } = error;
    match code.as_str() {
        errcode::NO_SUCH_CARD => ReadTrouble::NoSuchCard,
        errcode::MISSING_PARAMETER | errcode::BAD_PARAMETER => {
            ReadTrouble::Failure(ReadFailure::Refused { code, message })
        }
        errcode::EXPIRED => ReadTrouble::Failure(ReadFailure::Halted(format!("errcode 300: {message}"))),
        _ => ReadTrouble::Failure(ReadFailure::Unusable(format!("errcode {code}: {message}"))),
    }
}

/// `cardlevellist`: the one answer that is a bare array.
pub(super) fn levels(answer: &HttpResponse) -> Read<Vec<Level>> {
    let Some(items) = wire::items_of_body(&answer.body) else {
        // An error is an object here too.
        read_object(answer, "levels")?;
        return unusable("levels: an object in place of the list");
    };
    let level = |item: &RawValue| {
        let fields = Fields::of(item)?;
        // The same thing is called card_level_name everywhere else in the document.
        let name = fields.filled("card_lel_name").or_else(|| fields.filled("card_level_name"))?;
        Some(Level { id: fields.filled("id")?, name })
    };
    Ok(items.into_iter().filter_map(level).collect())
}

/// `getrechargerules`. An entry that can't be read is left out: it predicts a bonus and decides nothing.
pub(super) fn recharge_rules(answer: &HttpResponse) -> Read<(Vec<RechargeRule>, Vec<PayType>)> {
    let fields = read_object(answer, "recharge rules")?;
    let (Some(rules), Some(pay_types)) = (fields.items("rules"), fields.items("paytypes")) else {
        return unusable("recharge rules: rules or paytypes missing");
    };
    let rules = rules.into_iter().filter_map(recharge_rule).collect();
    let pay_type = |item: &RawValue| match wire::items_of(item)?.as_slice() {
        [id, name, ..] => {
            let id = wire::as_whole(wire::parse_decimal(&wire::text_of(id)?)?)?;
            Some(PayType { id, name: wire::text_of(name)?.trim().to_owned() })
        }
        _ => None,
    };
    Ok((rules, pay_types.into_iter().filter_map(pay_type).collect()))
}

fn recharge_rule(item: &RawValue) -> Option<RechargeRule> {
    let fields = Fields::of(item)?;
    let money = fields.decimal("money")?;
    // Sandy document, 获取充值规格: "0为每次充值生效,1为按百分比生效". In the samples add_money then is the ratio, and any other
    // money the amount that must be reached.
    let when = if money == Decimal::ZERO {
        RechargeWhen::Always
    } else if money == Decimal::ONE {
        RechargeWhen::Percentage
    } else {
        RechargeWhen::Threshold(Money::from_remote_yuan(money)?)
    };
    let points = fields.decimal("add_score").and_then(Points::from_remote).unwrap_or(Points::ZERO);
    let bonus = fields.decimal("add_money").unwrap_or(Decimal::ZERO);
    Some(RechargeRule { when, bonus, points, description: fields.filled("description").unwrap_or_default() })
}

/// `getcards`.
pub(super) fn cards(answer: &HttpResponse) -> Read<Vec<Listed>> {
    let fields = read_object(answer, "cards")?;
    let Some(items) = fields.items("cards") else { return unusable("cards: the list is missing") };
    let listed = |item: &RawValue| {
        let fields = Fields::of(item)?;
        let found = Found { number: fields.filled("card_id")?, phone: fields.filled("phone") };
        Some(Listed { found, status: status_of(fields.filled("card_status").as_deref()) })
    };
    Ok(items.into_iter().filter_map(listed).collect())
}

/// 正常 is the only status that the document shows; a text with 退 (given back) or 换 (replaced) ends a card.
fn status_of(text: Option<&str>) -> CardStatus {
    match text {
        Some("正常") => CardStatus::Active,
        Some(text) if text.contains(['退', '换']) => CardStatus::Closed,
        _ => CardStatus::Blocked,
    }
}

/// `getcardinfo`. Without a readable balance there is no answer: it must never become a balance of zero.
pub(super) fn card_info(answer: &HttpResponse, card: &str) -> Read<Info> {
    let fields = read_object(answer, "card info")?;
    if fields.filled("card_id").is_some_and(|id| id != card) {
        return unusable("card info: of another card");
    }
    let money = |name| fields.decimal(name).and_then(Money::from_remote_yuan);
    let score = fields.decimal("cur_score");
    let (Some(amount), Some(points)) = (money("amount"), score.and_then(Points::from_remote)) else {
        return unusable("card info: amount or cur_score missing or unreadable");
    };
    let figures = Figures {
        amount,
        cur_score: score.unwrap_or_default(),
        sum_consume: money("sum_consume"),
        sum_recharge: money("sum_recharge"),
    };
    let gender = match fields.whole("gender") {
        Some(1) => Some(Gender::Male),
        Some(0) => Some(Gender::Female),
        _ => None,
    };
    let birthday = fields.filled("birthday").and_then(|text| NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok());
    let holder = Holder { name: fields.filled("uname"), phone: fields.filled("phone"), gender, birthday };
    let snapshot = Snapshot {
        growth: None,
        money: amount,
        points,
        holder,
        level: fields.filled("card_level_name"),
        consumed_total: figures.sum_consume,
        recharged_total: figures.sum_recharge,
    };
    Ok(Info { figures, snapshot })
}

/// `getcardhis`. A record without a number or a type can't be told from another one, so it spoils the page.
pub(super) fn history(answer: &HttpResponse) -> Read<Page> {
    let fields = read_object(answer, "history")?;
    let Some(items) = fields.items("data") else { return unusable("history: the list is missing") };
    let Some(records) = items.into_iter().map(record).collect::<Option<Vec<_>>>() else {
        return unusable("history: a record without id or type");
    };
    Ok(Page { records, total: fields.whole("pages"), size: fields.whole("page_size") })
}

fn record(item: &RawValue) -> Option<Record> {
    let fields = Fields::of(item)?;
    let money = |name| fields.decimal(name).and_then(Money::from_remote_yuan);
    let description = fields.filled("description");
    Some(Record {
        id: fields.whole("id")?,
        event: fields.whole("type")?,
        ori: money("ori_money"),
        act: money("act_money"),
        amount: money("amount"),
        score: fields.decimal("score"),
        time_s: fields.decimal("time").map(|time| time.floor()).and_then(wire::as_whole),
        org: fields.filled("org_name"),
        pay_type: fields.filled("pay_type_text"),
        rate: description.as_deref().and_then(told_rate),
        points: description.as_deref().and_then(told_points),
    })
}

/// The discount stands in a consume's text only: `8折(0.8)` (Sandy document, sample of section 6).
fn told_rate(description: &str) -> Option<Rate> {
    let (_, behind) = description.split_once("折(")?;
    let (rate, _) = behind.split_once(')')?;
    Rate::new(wire::parse_decimal(rate.trim())?)
}

/// Points stand in a record's text only, each behind one of three phrases (Sandy document, samples of section 6 and 7).
fn told_points(description: &str) -> Option<Points> {
    let mut sum = None;
    for (phrase, sign) in [("获得积分", 1), ("赠送积分", 1), ("消费积分", -1)] {
        for (at, _) in description.match_indices(phrase) {
            let rest = description.get(at + phrase.len()..)?;
            let figure: String = rest.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
            let points = Points::from_remote(wire::parse_decimal(&figure)?)?;
            let points = if sign < 0 { points.negated() } else { points };
            sum = Some(sum.unwrap_or(Points::ZERO).plus(points));
        }
    }
    sum
}

/// What an answer to a write means. The body decides; no HTTP status proves anything about a body that is not the remote's.
pub(super) fn classify(op: &Outgoing<'_>, answer: &HttpResponse) -> Outcome {
    let Some(fields) = Fields::of_body(&answer.body) else {
        return Outcome::Unknown(format!("status {}, no JSON object", answer.status));
    };
    match error_of(&fields) {
        Some(error) => refused(op, error),
        None => applied(op, &fields).unwrap_or_else(|why| Outcome::Unknown(format!("status {}, {why}", answer.status))),
    }
}

fn refused(op: &Outgoing<'_>, error: Envelope) -> Outcome {
    let Envelope { code, message } = error;
    let class = match code.as_str() {
        // Our own earlier attempt may be what exists: its holder has to be compared.
        errcode::CARD_EXISTS if matches!(op.act, Act::OpenCard { .. }) && op.resent => {
            return Outcome::Unknown(format!("errcode 3 on a card that an earlier attempt may have opened: {message}"));
        }
        errcode::NO_SUCH_CARD | errcode::CARD_EXISTS | errcode::BALANCE_TOO_LOW => RefusalClass::Business,
        errcode::MISSING_PARAMETER | errcode::BAD_PARAMETER => RefusalClass::Suspicious,
        errcode::EXPIRED => return Outcome::UnknownHalted(format!("errcode 300: {message}")),
        _ if mutated!(ErrorIsRefusal) => RefusalClass::Business,
        // 500 is an internal error, and the document has no other codes: neither tells whether the write took effect.
        _ => return Outcome::Unknown(format!("errcode {code}: {message}")),
    };
    Outcome::Refused(RemoteRefusal { code, message, class })
}

/// Takes an object for this operation's success only if it says so: for our card, and with a balance.
fn applied(op: &Outgoing<'_>, fields: &Fields<'_>) -> Result<Outcome, &'static str> {
    let card = fields.filled("card_id");
    if card.as_ref().is_some_and(|card| card != number_of(op)) {
        return Err("the answer is about another card");
    }
    let money = |name| fields.decimal(name).and_then(Money::from_remote_yuan);
    let points = |name| fields.decimal(name).and_then(Points::from_remote);
    if money("amount").is_none() && points("cur_score").is_none() {
        return Err("an object without a balance");
    }
    let mut confirmation = Confirmation {
        money_after: money("amount"),
        points_after: points("cur_score"),
        as_received: as_received(fields),
        ..Confirmation::default()
    };
    match op.act {
        // Its sample shows the values from before the change, so none of them is taken for what is there now.
        Act::Modify { .. } => confirmation = Confirmation::default(),
        Act::Recharge { .. } => {
            // Explained among the answer's fields, absent from its sample.
            confirmation.original = money("money");
            confirmation.bonus = money("add_money");
            confirmation.bonus_points = points("add_score");
        }
        Act::Consume { .. } => {
            confirmation.original = money("ori_money");
            confirmation.actual = money("act_money");
            confirmation.discount = money("discount_money");
            confirmation.due = money("depot_money");
            let rest = || Some(money("act_money")?.minus(money("depot_money").unwrap_or(Money::ZERO)));
            confirmation.from_card = money("card_money").or_else(rest);
            confirmation.rate = fields.decimal("discount").and_then(Rate::new);
        }
        _ => {}
    }
    let learned = match op.act {
        Act::OpenCard { .. } => fields.filled("org_name").map(|name| (ORG_NAME, name)),
        _ => None,
    };
    Ok(Outcome::Applied { confirmation: Box::new(confirmation), learned })
}

/// Every figure that an answer to a write may carry, as the remote wrote it.
fn as_received(fields: &Fields<'_>) -> BTreeMap<String, String> {
    const NAMES: [&str; 11] = [
        "amount",
        "cur_score",
        "money",
        "add_money",
        "add_score",
        "ori_money",
        "act_money",
        "discount",
        "discount_money",
        "card_money",
        "depot_money",
    ];
    NAMES.into_iter().filter_map(|name| Some((name.to_owned(), fields.text(name)?))).collect()
}
