//! The control calls for Gree, Freemud and Yonyou: a look inside, settings, and what happens there without the client.

use serde_json::{Map, Value, json};

use super::control::{Refused, merged, to_value};
use super::shared::Shared;
use crate::freemud::{Freemud, NewMember, Sex};
use crate::gree::{Gree, Profile};
use crate::wire::Params;
use crate::yonyou::Yonyou;
use crate::{Request, System};

/// Answers `/control/<system>/<name>`.
pub(super) fn call(shared: &Shared, system: &str, name: &str, request: &Request) -> Result<Value, Refused> {
    let now_ms = shared.clock.now_ms();
    let system = System::ALL.into_iter().find(|known| known.name() == system).ok_or(Refused::Unknown)?;
    let (method, body) = (request.method.as_str(), request.body.as_slice());
    match system {
        // Its calls have no system's name in their path.
        System::Sandy => Err(Refused::Unknown),
        System::Gree => shared.gree.with(|gree| of_gree(gree, now_ms, method, name, body)),
        System::Freemud => shared.freemud.with(|freemud| of_freemud(freemud, now_ms, method, name, body)),
        System::Yonyou => shared.yonyou.with(|yonyou| of_yonyou(yonyou, now_ms, method, name, body)),
    }
}

fn of_gree(gree: &mut Gree, now_ms: i64, method: &str, name: &str, body: &[u8]) -> Result<Value, Refused> {
    let before = gree.ledger().len();
    match (method, name) {
        ("GET", "ledger") => return to_value(gree.ledger()),
        ("GET", "state") => {
            let members: Vec<_> = gree.members().collect();
            return Ok(json!({
                "members": to_value(&members)?,
                "orders": to_value(gree.orders())?,
                "coupons": to_value(gree.coupons())?,
                "settings": to_value(gree.settings())?,
            }));
        }
        ("POST", "settings") => {
            let settings = merged(gree.settings(), wanted(body)?)?;
            check(settings.check())?;
            *gree.settings_mut() = settings;
            return to_value(gree.settings());
        }
        ("POST", "tokens") => {
            let pair = gree.office(now_ms).issue_tokens();
            return Ok(json!({ "access_token": pair.access_token, "refresh_token": pair.refresh_token }));
        }
        ("POST", "expire-tokens") => gree.office(now_ms).expire_tokens(),
        ("POST", "member") => {
            let params = Params::parse(body)?;
            let profile = Profile::new(&params.given("name")?.unwrap_or_default());
            let score = params.whole("points")?.unwrap_or(0);
            gree.office(now_ms).add_member(&params.required("phone")?, profile, score, 0)?;
        }
        ("POST", "points") => {
            let params = Params::parse(body)?;
            let (member, change) = (params.required("member")?, params.required_whole("change")?);
            gree.office(now_ms).change_points(&member, change, "control")?;
        }
        _ => return Err(Refused::Unknown),
    }
    Ok(json!({ "ledger": to_value(&gree.ledger()[before..])? }))
}

fn of_freemud(freemud: &mut Freemud, now_ms: i64, method: &str, name: &str, body: &[u8]) -> Result<Value, Refused> {
    let before = freemud.ledger().len();
    match (method, name) {
        ("GET", "ledger") => return to_value(freemud.ledger()),
        ("GET", "state") => {
            let members: Vec<_> = freemud.members().collect();
            return Ok(json!({ "members": to_value(&members)?, "settings": to_value(freemud.settings())? }));
        }
        ("POST", "settings") => {
            let settings = merged(freemud.settings(), wanted(body)?)?;
            check(settings.check())?;
            *freemud.settings_mut() = settings;
            return to_value(freemud.settings());
        }
        ("POST", "member") => {
            let params = Params::parse(body)?;
            let new = NewMember::new(&params.required("mobile")?)
                .with_holder(&params.given("name")?.unwrap_or_default(), Sex::Unknown)
                .with_points(params.whole("points")?.unwrap_or(0));
            let member_id = params.given("memberId")?;
            freemud.seed(now_ms, NewMember { member_id, ..new })?;
        }
        ("POST", "points") => {
            let params = Params::parse(body)?;
            let (member, change) = (params.required("memberId")?, params.required_whole("change")?);
            let operation_type = params.whole("operationType")?.unwrap_or(if change < 0 { 11 } else { 4 });
            freemud.office(now_ms, "control").change_points(&member, change, operation_type)?;
        }
        ("POST", "code") => {
            let params = Params::parse(body)?;
            let life_ms = params.whole("life_ms")?.unwrap_or(60_000);
            let (member, code) = (params.required("memberId")?, params.required("code")?);
            freemud.office(now_ms, "control").show_code(&member, &code, life_ms)?;
        }
        ("POST", "forget-key") => {
            let id = Params::parse(body)?.required("id")?;
            return Ok(json!({ "forgotten": freemud.office(now_ms, "control").forget_key(&id) }));
        }
        // What it would post to a receiver of pushes.
        ("POST", "push") => {
            let params = Params::parse(body)?;
            let push = match params.given("memberId")? {
                Some(member) => freemud.member_push(&member),
                None => {
                    let seq = u64::try_from(params.required_whole("seq")?).unwrap_or_default();
                    freemud.points_push_of(seq).map(|points| freemud.points_push(&points))
                }
            };
            let push = push.ok_or_else(|| Refused::Body("no such member or line".to_owned()))?;
            return Ok(json!({ "body": push.body(), "wrong": push.with_wrong_signature() }));
        }
        _ => return Err(Refused::Unknown),
    }
    Ok(json!({ "ledger": to_value(&freemud.ledger()[before..])? }))
}

fn of_yonyou(yonyou: &mut Yonyou, now_ms: i64, method: &str, name: &str, body: &[u8]) -> Result<Value, Refused> {
    let before = yonyou.ledger().len();
    match (method, name) {
        ("GET", "ledger") => return to_value(yonyou.ledger()),
        ("GET", "state") => {
            let members: Map<String, Value> =
                yonyou.members().map(|(mid, points)| (mid.to_owned(), points.into())).collect();
            let fetched = yonyou.tokens_fetched(now_ms);
            let settings = to_value(yonyou.settings())?;
            return Ok(json!({ "members": members, "tokens_today": fetched, "settings": settings }));
        }
        ("POST", "settings") => {
            let settings = merged(yonyou.settings(), wanted(body)?)?;
            check(settings.check())?;
            *yonyou.settings_mut() = settings;
            return to_value(yonyou.settings());
        }
        ("POST", "token") => return Ok(json!({ "token": yonyou.office(now_ms, "control").issue_token() })),
        ("POST", "expire-tokens") => yonyou.office(now_ms, "control").expire_tokens(),
        ("POST", "member") => {
            let params = Params::parse(body)?;
            let points = params.whole("points")?.unwrap_or(0);
            yonyou.seed(now_ms, &params.required("mid")?, points)?;
        }
        ("POST", "points") => {
            let params = Params::parse(body)?;
            let (mid, change) = (params.required("mid")?, params.required_whole("change")?);
            yonyou.office(now_ms, "control").change_points(&mid, change)?;
        }
        _ => return Err(Refused::Unknown),
    }
    Ok(json!({ "ledger": to_value(&yonyou.ledger()[before..])? }))
}

fn wanted(body: &[u8]) -> Result<Map<String, Value>, Refused> {
    Ok(serde_json::from_slice(body)?)
}

fn check(outcome: Result<(), &'static str>) -> Result<(), Refused> {
    outcome.map_err(|why| Refused::Body(why.to_owned()))
}
