//! What goes out: one request for each endpoint, its fields named and typed as the document's samples show them.
//!
//! A request is made in two steps. What it says is a JSON object, frozen with the operation; only right before it leaves it
//! is wrapped and signed ([`Desk::seal`]).

use rust_decimal::Decimal;

use super::config::{FreemudAmountUnit, FreemudConfig, FreemudType};
use super::envelope;
use super::key::{PrivateKey, PublicKey};
use crate::error::{Error, Result};
use crate::event::event;
use crate::model::{Act, Gender};
use crate::provider::wire::Object;
use crate::provider::{Outgoing, Seal, WireCall};
use crate::transport::HttpMethod;
use crate::units::{Money, Points};

/// Which member is asked for (1.1). Exactly one of the three is sent; the sample sends two, of which nobody knows which
/// counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum By {
    Id(String),
    Mobile(String),
    Code(String),
}

/// Makes requests. Knows the installation and its keys.
pub(super) struct Desk {
    pub(super) config: FreemudConfig,
    signs: Option<PrivateKey>,
    /// What answers and pushes are verified with, where it is configured.
    pub(super) platform: Option<PublicKey>,
}

impl Desk {
    /// Takes a configuration that has been checked.
    pub(super) fn new(config: FreemudConfig) -> Result<Self> {
        fn read<T>(key: &'static str, pem: Option<&String>, from_pem: fn(&str) -> Option<T>) -> Result<Option<T>> {
            let read = |pem: &String| from_pem(pem).ok_or_else(|| Error::config(key, "must be a key"));
            pem.map(read).transpose()
        }
        let signs = read("private_key", config.private_key.as_ref(), PrivateKey::from_pem)?;
        let platform = read("platform_key", config.platform_key.as_ref(), PublicKey::from_pem)?;
        Ok(Desk { config, signs, platform })
    }

    /// 1.1, with the points.
    pub(super) fn member(&self, by: &By) -> WireCall {
        let body = match by {
            By::Id(id) => self.body().text("memberId", id),
            By::Mobile(mobile) => self.body().text("mobile", mobile),
            By::Code(code) => self.body().text("dynamicCode", code),
        };
        let body = body.text("showScoreSwitch", "1").text("showCouponSwitch", "1");
        post("getMemberInfoByIdOrMobile", body)
    }

    /// 1.2.
    pub(super) fn members(&self, page: u32, page_size: u32) -> WireCall {
        let body = self.body().number("pageNum", page.into()).number("pageSize", page_size.into());
        post("getMembers", body)
    }

    /// 2.4. Its sample sends the fields of another endpoint too.
    pub(super) fn statistics(&self, member_id: &str) -> WireCall {
        post("score/statisticalScore", self.body().text("memberId", member_id))
    }

    /// The request of an operation.
    pub(super) fn write(&self, op: &Outgoing<'_>) -> WireCall {
        let types = &self.config.types;
        match op.act {
            Act::Register { phone, name, gender, sms_code, card, .. } => {
                let config = &self.config;
                let flag = if sms_code.is_some() { "1" } else { "2" };
                let body = Object::new()
                    .maybe_text("cardCode", config.card_id.as_ref().map(|_| card.as_str()))
                    .maybe_text("cardId", config.card_id.as_deref())
                    .text("channelCode", &config.channel_code)
                    .text("mobile", &mobile(phone.as_str()))
                    .text("mobileValidateFlag", flag)
                    .maybe_text("nickName", name.as_deref())
                    .text("partnerId", &config.partner_id)
                    .text("registerInitData", &config.register_init_data)
                    .maybe_text("registerStoreCode", config.register_store_code.as_deref())
                    .text("registerType", config.register_type.code())
                    .maybe_text("sexFlag", gender.and_then(sex_flag))
                    .maybe_text("thirdPartyCode", self.third_party_code(op).as_deref())
                    .maybe_text("validCode", sms_code.as_deref());
                post("register/mobile", body)
            }
            Act::AccruePoints { points, amount, .. } => {
                let body = self.of_member(op);
                let body = match (points, amount) {
                    (Some(points), _) => body.text("score", &points.to_string()),
                    (None, amount) => body.text("amount", &self.amount(amount.unwrap_or(Money::ZERO)).to_string()),
                };
                post("score/sendScore", filed(body, op, types.accrue))
            }
            Act::RedeemPoints { points, .. } => self.change(op, points.negated(), types.redeem),
            Act::AdjustPoints { points, .. } => self.change(op, *points, self.correction(*points)),
            Act::ReturnPoints { takes: true, points, .. } => self.change(op, points.negated(), types.take_back),
            Act::ReturnPoints { takes: false, points, .. } => {
                let body = self.of_member(op).text("score", &points.to_string());
                post("score/sendScore", filed(body, op, types.give_back))
            }
            // 2.1. The key stands in its sample only: sent all the same, it can do no harm and may be of use should a person
            // have the operation sent again.
            Act::UpdatePoints { points, .. } => {
                let body = self
                    .of_member(op)
                    .text("changeScore", &points.get().unsigned_abs().to_string())
                    .text("changeType", if points.get() < 0 { "2" } else { "1" });
                let body = filed(body, op, self.correction(*points));
                post("score/updateScore", body.maybe_text("operator", op.context.operator.as_deref()))
            }
            // 2.3. As 2.1; there is no field for an amount.
            Act::ReturnPointsOfOrder { .. } => {
                post("score/returnScore", filed(self.of_member(op), op, types.return_order))
            }
            _ => unreachable!("not served: refused before it was written down"),
        }
    }

    /// Puts the envelope, its signature and the headers on.
    pub(super) fn seal(&self, call: WireCall, seal: &Seal<'_>) -> WireCall {
        let config = &self.config;
        let body = String::from_utf8_lossy(&call.body);
        let own = [
            ("Content-Type", "application/json;charset=utf-8"),
            ("Accept", "application/json;charset=utf-8"),
            ("x-transaction-id", seal.nonce),
            ("access_token", config.access_token.as_str()),
        ];
        let own = own.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        WireCall {
            headers: own.chain(config.extra_headers.iter().cloned()).collect(),
            body: envelope::request(&config.app_id, &config.partner_id, &body, |text| self.sign(text)),
            ..call
        }
    }

    /// Our signature, or what stands for it in an installation without a key.
    pub(super) fn sign(&self, text: &str) -> String {
        match &self.signs {
            // An empty signature is refused by the remote, so that nothing happens.
            Some(key) => key.sign(text).unwrap_or_else(|| {
                event!(NO_RANDOMNESS, provider = "freemud");
                String::new()
            }),
            None => envelope::SKIP.to_owned(),
        }
    }

    /// What a member is registered under, where a scheme for it is configured.
    pub(super) fn third_party_code(&self, op: &Outgoing<'_>) -> Option<String> {
        let (Act::Register { card, phone, .. }, Some(scheme)) = (op.act, &self.config.third_party_code) else {
            return None;
        };
        let code = scheme.replace("{phone}", &mobile(phone.as_str()));
        Some(code.replace("{card}", card.as_str()).replace("{key}", op.key))
    }

    /// 1.3: up with type 1, down with type 15.
    fn change(&self, op: &Outgoing<'_>, points: Points, filed_under: FreemudType) -> WireCall {
        let body = self.of_member(op).text("score", &points.get().unsigned_abs().to_string());
        let endpoint = if points.get() < 0 { "score/opt/15" } else { "score/opt/1" };
        post(endpoint, filed(body, op, filed_under))
    }

    fn correction(&self, points: Points) -> FreemudType {
        if points.get() < 0 { self.config.types.lower } else { self.config.types.raise }
    }

    fn amount(&self, amount: Money) -> Decimal {
        match self.config.amount_unit {
            FreemudAmountUnit::Fen => amount.fen().into(),
            FreemudAmountUnit::Yuan => amount.to_yuan().normalize(),
        }
    }

    /// The tables ask for the merchant inside of every request too; some samples leave it out.
    fn body(&self) -> Object {
        Object::new().text("partnerId", &self.config.partner_id)
    }

    fn of_member(&self, op: &Outgoing<'_>) -> Object {
        self.body().text("memberId", op.reference)
    }
}

/// What a change of points is filed under, and its key. `Bussiness` is the document's spelling.
fn filed(body: Object, op: &Outgoing<'_>, filed_under: FreemudType) -> Object {
    let business = filed_under.business.map(|business| business.to_string());
    body.text("operationType", &filed_under.operation.to_string())
        .text("orderId", order_of(op))
        .maybe_text("remark", op.context.reason.as_deref())
        .text("idempotencyBussinessId", op.key)
        .maybe_text("idempotencyBussinessType", business.as_deref())
}

/// The caller's order number, else the key of the operation; for a return those of what it undoes.
fn order_of<'a>(op: &Outgoing<'a>) -> &'a str {
    fn told(act: &Act) -> Option<&str> {
        match act {
            Act::AccruePoints { order, .. } | Act::RedeemPoints { order, .. } => order.as_deref(),
            Act::ReturnPointsOfOrder { order, .. } => Some(order),
            _ => None,
        }
    }
    match op.original {
        Some(original) => told(&original.act).unwrap_or(&original.key),
        None => told(op.act).unwrap_or(op.key),
    }
}

fn post(endpoint: &str, body: Object) -> WireCall {
    let path = format!("/member/{endpoint}");
    WireCall { method: HttpMethod::Post, path, headers: Vec::new(), body: body.into_bytes() }
}

/// A phone as the samples write it: a mainland number without its country code.
pub(super) fn mobile(phone: &str) -> String {
    let bare = phone.strip_prefix("+86").filter(|rest| is_mobile(rest));
    bare.unwrap_or(phone).to_owned()
}

/// Whether a text looks like a mainland mobile number, with or without country code. Member ids are longer or shorter.
pub(super) fn is_mobile(text: &str) -> bool {
    let digits = text.strip_prefix("+86").unwrap_or(text);
    digits.len() == 11 && digits.starts_with('1') && digits.bytes().all(|b| b.is_ascii_digit())
}

/// 1 is male and 2 female; 0 says as much as nothing.
fn sex_flag(gender: Gender) -> Option<&'static str> {
    match gender {
        Gender::Male => Some("1"),
        Gender::Female => Some("2"),
        Gender::Unknown => None,
    }
}
