//! What goes out: one endpoint for every change of points, and one for tokens.

use std::fmt::Write;

use chrono::FixedOffset;

use super::config::YonyouConfig;
use crate::model::Act;
use crate::provider::wire::Object;
use crate::provider::{Outgoing, Seal, WireCall};
use crate::transport::HttpMethod;
use crate::units::{Money, Points};

/// What a change is for: `action_type` (3.3).
mod action {
    pub(super) const GRANTED: &str = "5";
    pub(super) const TAKEN_BACK: &str = "16";
    pub(super) const GIVEN_BACK: &str = "17";
    pub(super) const PAID_WITH: &str = "51";
    pub(super) const CARRIED_OVER: &str = "200";
}

/// Dates without a zone are Beijing time.
const BEIJING_S: i32 = 8 * 3600;

/// Makes requests. Knows who calls whom.
pub(super) struct Desk {
    pub(super) config: YonyouConfig,
}

impl Desk {
    /// The request of an operation. Always one element: what became of the others if one of several fails, no document says.
    pub(super) fn write(&self, op: &Outgoing<'_>) -> WireCall {
        let none = Points::ZERO;
        let body = match op.act {
            // There is no field for points that are granted. With money the remote computes them; those without it are extra.
            Act::AccruePoints { amount: Some(amount), .. } => change(op, action::GRANTED, Some(*amount), none),
            Act::AccruePoints { points, amount: None, .. } => {
                let extra = points.unwrap_or(none).to_string();
                let body = change(op, action::GRANTED, None, none).text("extra_points", &extra);
                body.maybe_text("extra_memo", op.context.reason.as_deref())
            }
            Act::RedeemPoints { points, amount, .. } => change(op, action::PAID_WITH, *amount, *points),
            Act::ReturnPoints { takes, points, amount, .. } => {
                let action = if *takes { action::TAKEN_BACK } else { action::GIVEN_BACK };
                change(op, action, *amount, *points)
            }
            Act::CarryOverPoints { points, .. } => change(op, action::CARRIED_OVER, None, *points),
            _ => unreachable!("not served: refused before it was written down"),
        };
        let body = body
            .text("source_code", op.key)
            .maybe_text("source1", op.original.map(|original| original.key.as_str()))
            .maybe_text("source2", caller_order(op));
        self.post([&b"["[..], &body.into_bytes(), b"]"].concat())
    }

    /// Nothing to be done, by nobody: the remote answers before it gets to either. The token is there and empty, so that
    /// [`Desk::seal`] adds none.
    pub(super) fn nothing(&self) -> WireCall {
        let call = self.post(b"[]".to_vec());
        WireCall { path: format!("{}&token=", call.path), ..call }
    }

    /// The call that brings a token.
    pub(super) fn token(&self) -> WireCall {
        let config = &self.config;
        let path = query(
            &config.token_path,
            &[("from_account", &config.from_account), ("app_key", &config.app_key), ("app_secret", &config.app_secret)],
        );
        WireCall { method: HttpMethod::Get, path, headers: Vec::new(), body: Vec::new() }
    }

    /// Puts the token and the headers on.
    pub(super) fn seal(&self, call: WireCall, seal: &Seal<'_>) -> WireCall {
        let mut path = call.path;
        let takes_token = call.method == HttpMethod::Post && !path.ends_with("&token=");
        if let Some(token) = seal.token.filter(|_| takes_token) {
            path.push_str("&token=");
            escape(&mut path, &token.0);
        }
        let typed = (call.method == HttpMethod::Post).then_some(("Content-Type", "application/json;charset=UTF-8"));
        let own = typed.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        WireCall { path, headers: own.chain(self.config.extra_headers.iter().cloned()).collect(), ..call }
    }

    fn post(&self, body: Vec<u8>) -> WireCall {
        let config = &self.config;
        let source = config.ds_sequence.map(|number| number.to_string());
        let accounts =
            [("from_account", &config.from_account), ("to_account", &config.to_account), ("app_key", &config.app_key)];
        let mut parameters = accounts.to_vec();
        parameters.extend(source.as_ref().map(|source| ("ds_sequence", source)));
        let path = query(&config.points_path, &parameters);
        WireCall { method: HttpMethod::Post, path, headers: Vec::new(), body }
    }
}

/// The fields that the table requires (3.3), typed as it types them: the samples' numbers are strings there. `time` stands in
/// the samples only; it tells when a sale was made that is sent after an outage.
fn change(op: &Outgoing<'_>, action: &str, money: Option<Money>, points: Points) -> Object {
    let money = money.unwrap_or(Money::ZERO).to_yuan().normalize().to_string();
    let beijing = FixedOffset::east_opt(BEIJING_S).and_then(|offset| op.at.at_offset(offset));
    let time = beijing.map(|at| at.format("%Y-%m-%d %H:%M:%S").to_string());
    Object::new()
        .text("mid", op.reference)
        .text("action_type", action)
        .maybe_text("time", time.as_deref())
        .text("ori_money", &money)
        .text("calc_money", &money)
        .text("ori_points", &points.to_string())
}

/// What the caller calls it, for people: the order, else the ticket.
fn caller_order<'a>(op: &Outgoing<'a>) -> Option<&'a str> {
    let told = match op.act {
        Act::AccruePoints { order, .. } | Act::RedeemPoints { order, .. } => order.as_deref(),
        _ => None,
    };
    told.or(op.context.ticket.as_deref())
}

fn query(path: &str, parameters: &[(&str, &String)]) -> String {
    let mut out = path.to_owned();
    for (number, (name, value)) in parameters.iter().enumerate() {
        out.push(if number == 0 { '?' } else { '&' });
        out.push_str(name);
        out.push('=');
        escape(&mut out, value);
    }
    out
}

/// Everything but unreserved characters as `%XX` (RFC 3986, 2.1).
fn escape(out: &mut String, value: &str) {
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
}
