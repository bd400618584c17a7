//! The control calls: what a test or a person does to the sandbox over HTTP.
//!
//! They ask nobody who they are, which is why the server only listens on loopback. Money is given in yuan, as in the
//! interface itself; answers show the ledger's own fen. Those without a system's name in their path are for Sandy.

use std::sync::atomic::Ordering;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::platforms;
use super::shared::{Shared, lock};
use crate::fault::{FaultPlan, OneShot, Standing};
use crate::sandy::{CardView, Errcode, Gender, NewCard, Sandy, Settings};
use crate::wire::{Flaw, Params};
use crate::{Request, Response, freemud, gree, yonyou};

/// The path in front of every control call's name.
pub(super) const PREFIX: &str = "/control/";

/// Why a control call did nothing.
pub(super) enum Refused {
    /// As the interface would: with a code and its text.
    Errcode(Value, String),
    /// The body can't be what it should.
    Body(String),
    /// There is no such call.
    Unknown,
    /// There is, but by another method.
    Method,
}

impl From<Errcode> for Refused {
    fn from(errcode: Errcode) -> Self {
        Self::Errcode(errcode.code().into(), errcode.to_string())
    }
}

impl From<freemud::StatusCode> for Refused {
    fn from(status: freemud::StatusCode) -> Self {
        Self::Errcode(status.code().into(), status.to_string())
    }
}

impl From<yonyou::Errcode> for Refused {
    fn from(errcode: yonyou::Errcode) -> Self {
        Self::Errcode(errcode.code().into(), errcode.to_string())
    }
}

impl From<gree::Refusal> for Refused {
    fn from(refusal: gree::Refusal) -> Self {
        Self::Errcode(refusal.code.into(), refusal.message)
    }
}

impl From<Flaw> for Refused {
    fn from(flaw: Flaw) -> Self {
        Errcode::from(flaw).into()
    }
}

impl From<serde_json::Error> for Refused {
    fn from(error: serde_json::Error) -> Self {
        Self::Body(error.to_string())
    }
}

/// Answers a control call: 200 and what there is to see, 409 where the interface would have an errcode.
pub(super) fn answer(shared: &Shared, name: &str, request: &Request) -> Response {
    match call(shared, name, request) {
        Ok(value) => Response::json(200, format!("{value:#}\n")),
        Err(Refused::Errcode(errcode, errmsg)) => {
            let body = json!({ "errcode": errcode, "errmsg": errmsg });
            Response::json(409, format!("{body}\n"))
        }
        Err(Refused::Body(why)) => Response::json(400, format!("{}\n", json!({ "error": why }))),
        Err(Refused::Unknown) => Response::plain(404, "no such control call; GET / lists them\n"),
        Err(Refused::Method) => Response::plain(405, "method not allowed; GET / lists the control calls\n"),
    }
}

fn call(shared: &Shared, name: &str, request: &Request) -> Result<Value, Refused> {
    if let Some((system, name)) = name.split_once('/') {
        return platforms::call(shared, system, name, request);
    }
    match (request.method.as_str(), name) {
        ("GET", "state") => state(shared),
        ("GET", "ledger") => to_value(&shared.change(|sandy, _| sandy.ledger().to_vec())),
        ("GET", "faults") => faults(shared),
        ("POST", "faults") => add_fault(shared, &request.body),
        ("DELETE", "faults") => {
            shared.faults.with(FaultPlan::clear);
            faults(shared)
        }
        ("POST", "settings") => change_settings(shared, &request.body),
        ("POST", name) if OPERATIONS.contains(&name) => operate(shared, name, &request.body),
        (_, name) if ["state", "ledger", "faults", "settings"].contains(&name) || OPERATIONS.contains(&name) => {
            Err(Refused::Method)
        }
        _ => Err(Refused::Unknown),
    }
}

pub(super) fn to_value(value: &(impl Serialize + ?Sized)) -> Result<Value, Refused> {
    Ok(serde_json::to_value(value)?)
}

fn state(shared: &Shared) -> Result<Value, Refused> {
    let (cards, settings) = shared.change(|sandy, _| {
        let cards: Vec<CardView<'_>> = sandy.cards().collect();
        (serde_json::to_value(cards), serde_json::to_value(sandy.settings()))
    });
    Ok(json!({
        "cards": cards?,
        "settings": settings?,
        "delay_ms": shared.delay_ms(),
        "requests": to_value(&lock(&shared.traffic).seen())?,
        "late_pending": shared.late.pending(),
    }))
}

/// With `per_mille` it is a standing fault, without a one-shot.
fn add_fault(shared: &Shared, body: &[u8]) -> Result<Value, Refused> {
    let value: Value = serde_json::from_slice(body)?;
    if value.get("per_mille").is_some() {
        let standing: Standing = serde_json::from_value(value)?;
        shared.faults.with(|plan| plan.add_standing(standing));
    } else {
        let one_shot: OneShot = serde_json::from_value(value)?;
        shared.faults.with(|plan| plan.add(one_shot));
    }
    faults(shared)
}

fn faults(shared: &Shared) -> Result<Value, Refused> {
    shared.faults.with(|plan| to_value(plan))
}

/// Takes the settings that are named and leaves the others.
fn change_settings(shared: &Shared, body: &[u8]) -> Result<Value, Refused> {
    let mut wanted: Map<String, Value> = serde_json::from_slice(body)?;
    let delay_ms = wanted.remove("delay_ms").map(serde_json::from_value::<u64>).transpose()?;
    let settings = shared.change(|sandy, _| {
        let settings: Settings = merged(sandy.settings(), wanted)?;
        settings.check().map_err(|why| Refused::Body(why.to_owned()))?;
        *sandy.settings_mut() = settings;
        to_value(sandy.settings())
    })?;
    if let Some(delay_ms) = delay_ms {
        shared.delay_ms.store(delay_ms, Ordering::Relaxed);
    }
    Ok(json!({ "settings": settings, "delay_ms": shared.delay_ms() }))
}

/// The settings with those changed that are named.
pub(super) fn merged<T: Serialize + DeserializeOwned>(
    settings: &T,
    mut wanted: Map<String, Value>,
) -> Result<T, Refused> {
    let mut all = serde_json::to_value(settings)?;
    if let Value::Object(all) = &mut all {
        all.append(&mut wanted);
    }
    Ok(serde_json::from_value(all)?)
}

/// What the back office and other tills can do.
const OPERATIONS: [&str; 11] =
    ["card", "withdraw", "close", "replace", "loss", "lift", "transfer", "level", "recharge", "consume", "redeem"];

/// Answers with the ledger lines that the operation wrote.
fn operate(shared: &Shared, name: &str, body: &[u8]) -> Result<Value, Refused> {
    let params = Params::parse(body)?;
    let lines = shared.change(|sandy, now_s| {
        let before = sandy.ledger().len();
        operation(sandy, now_s, name, &params).map(|()| sandy.ledger()[before..].to_vec())
    })?;
    Ok(json!({ "ledger": to_value(&lines)? }))
}

fn operation(sandy: &mut Sandy, now_s: i64, name: &str, params: &Params) -> Result<(), Errcode> {
    let who = params.text("who")?.unwrap_or_else(|| "control".to_owned());
    let org_name = params.text("org_name")?.unwrap_or_else(|| sandy.settings().org_name.clone());
    let card = || Ok::<_, Errcode>(params.required("card")?);
    let money = || Ok::<_, Errcode>(params.positive_fen("money")?);
    let whole = |name| Ok::<_, Errcode>(params.required_whole(name)?);
    match name {
        "card" => sandy.office(now_s, &who).open(new_card(params)?),
        "withdraw" => sandy.office(now_s, &who).withdraw(&card()?, money()?),
        "close" => sandy.office(now_s, &who).close(&card()?),
        "replace" => sandy.office(now_s, &who).replace(&params.required("old")?, &params.required("new")?),
        "loss" => sandy.office(now_s, &who).loss(&card()?),
        "lift" => sandy.office(now_s, &who).lift(&card()?),
        "transfer" => sandy.office(now_s, &who).transfer(&params.required("from")?, &params.required("to")?, money()?),
        "level" => sandy.office(now_s, &who).set_level(&card()?, whole("level")?),
        "recharge" => sandy.other_till(now_s, &org_name).recharge(&card()?, money()?, whole("pay_type")?),
        "consume" => sandy.other_till(now_s, &org_name).consume(&card()?, money()?, params.fen("money_discount")?),
        "redeem" => sandy.other_till(now_s, &org_name).redeem(&card()?, whole("score")?),
        _ => Err(Errcode::Internal),
    }
}

fn new_card(params: &Params) -> Result<NewCard, Errcode> {
    let gender = match params.whole("gender")? {
        None => None,
        Some(code) => Some(Gender::of(code).ok_or(Errcode::BadParameter)?),
    };
    let text = |name| params.text(name).map(Option::unwrap_or_default);
    Ok(NewCard::new(&params.required("card")?, params.whole("level")?.unwrap_or(1))
        .with_holder(&text("name")?, &text("phone")?, gender)
        .with_balance(params.fen("money")?.unwrap_or(0), params.whole("score")?.unwrap_or(0)))
}
