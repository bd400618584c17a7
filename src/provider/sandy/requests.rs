//! What goes out: one request for each endpoint, its fields named and typed as the document's samples show them.

use rust_decimal::Decimal;

use super::config::{OfflineAmount, SandyConfig};
use crate::model::{Act, Gender, Promise};
use crate::provider::wire::Object;
use crate::provider::{Outgoing, WireCall};
use crate::transport::HttpMethod;
use crate::units::Money;

/// Records asked for at a time.
pub(super) const PAGE_SIZE: i64 = 50;

/// Event types (Sandy document, section 6 查询使用历史).
pub(super) mod event {
    pub(crate) const OPEN: i64 = 1;
    pub(crate) const CLOSE: i64 = 2;
    pub(crate) const REPLACE: i64 = 3;
    pub(crate) const LOSS: i64 = 4;
    pub(crate) const LIFT: i64 = 5;
    pub(crate) const RECHARGE: i64 = 6;
    pub(crate) const CONSUME: i64 = 7;
    pub(crate) const TRANSFER_OUT: i64 = 20;
    pub(crate) const TRANSFER_IN: i64 = 21;
    pub(crate) const WITHDRAW: i64 = 30;
}

/// Which part of a card's history is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct HistoryFilter {
    /// One event type; without it the remote lists all.
    pub(super) event: Option<i64>,
    /// Records from this time on, in epoch seconds. There is no end: whatever the remote has by now is wanted, and the
    /// till's clock may be behind the remote's.
    pub(super) since_s: Option<i64>,
    pub(super) only_score_change: bool,
}

/// Makes requests. Knows the headers that all of them carry.
pub(super) struct Desk {
    headers: Vec<(String, String)>,
    offline_amount: OfflineAmount,
}

impl Desk {
    pub(super) fn new(config: &SandyConfig) -> Self {
        // Sandy document, 基本格式说明 1 and 2: who asks, and for which restaurant.
        let own = [("AUTHORIZATION", &config.token), ("CUSTOMERGUID", &config.guid)];
        let headers = own.into_iter().map(|(name, value)| (name.to_owned(), value.clone()));
        Desk {
            headers: headers.chain(config.extra_headers.iter().cloned()).collect(),
            offline_amount: config.offline_amount,
        }
    }

    pub(super) fn levels(&self) -> WireCall {
        WireCall {
            method: HttpMethod::Get,
            path: path("cardlevellist"),
            headers: self.headers.clone(),
            body: Vec::new(),
        }
    }

    pub(super) fn recharge_rules(&self, card: &str) -> WireCall {
        self.post("getrechargerules", Object::new().text("card_id", card))
    }

    pub(super) fn cards(&self, key: &str) -> WireCall {
        self.post("getcards", Object::new().text("key", key))
    }

    pub(super) fn card_info(&self, card: &str) -> WireCall {
        self.post("getcardinfo", Object::new().text("card_id", card))
    }

    pub(super) fn history(&self, card: &str, filter: &HistoryFilter, page: i64) -> WireCall {
        let mut body = Object::new().text("card_id", card);
        if filter.only_score_change {
            body = body.number("only_score_change", Decimal::ONE);
        }
        if let Some(since_s) = filter.since_s {
            body = body.number("start_timestamp", Decimal::from(since_s));
        }
        if let Some(event) = filter.event {
            body = body.number("event_type", Decimal::from(event));
        }
        body = body.number("page_size", Decimal::from(PAGE_SIZE)).number("page", Decimal::from(page));
        self.post("getcardhis", body)
    }

    /// The request of an operation.
    pub(super) fn write(&self, op: &Outgoing<'_>) -> WireCall {
        let card = number_of(op);
        match op.act {
            // Sandy document, section 1 开卡: this request alone says cardID and cardLevelID, and all of it is strings.
            Act::OpenCard { level, name, phone, gender, .. } => {
                let level = op.bound.level_id.as_ref().unwrap_or(level);
                let body = Object::new()
                    .text("cardID", card)
                    .text("cardLevelID", level)
                    .maybe_text("uname", name.as_deref())
                    .maybe_text("phone", phone.as_ref().map(|phone| phone.as_str()))
                    .maybe_text("gender", gender.and_then(gender_code));
                self.post("cardopen", body)
            }
            // Sandy document, section 5 修改会员信息: a field that is not sent stays as it is.
            Act::Modify { name, phone, birthday, gender, .. } => {
                let birthday = birthday.map(|date| date.format("%Y-%m-%d").to_string());
                let mut body = Object::new()
                    .text("card_id", card)
                    .maybe_text("uname", name.as_deref())
                    .maybe_text("phone", phone.as_ref().map(|phone| phone.as_str()))
                    .maybe_text("birthday", birthday.as_deref());
                if let Some(code) = gender.and_then(gender_code) {
                    body = body.number("gender", if code == "1" { Decimal::ONE } else { Decimal::ZERO });
                }
                self.post("modcardinfo", body)
            }
            // Sandy document, section 2 充值: the amount is a string here.
            Act::Recharge { amount, pay_type, .. } => {
                let body = Object::new()
                    .text("card_id", card)
                    .text("money", &yuan(*amount).to_string())
                    .number("pay_type", Decimal::from(*pay_type));
                self.post("recharge", body)
            }
            // Sandy document, section 3 消费: numbers. Without money_discount all of it would be discounted, so that field is
            // never left out.
            Act::Consume { total, discountable, .. } => {
                let (money, discountable) =
                    if self.sends_card_part(op) { (op.told.from_card, Money::ZERO) } else { (*total, *discountable) };
                let body = Object::new()
                    .text("card_id", card)
                    .number("money", yuan(money))
                    .number("money_discount", yuan(discountable));
                self.post("consume", body)
            }
            // Sandy document, section 7 消费积分.
            Act::RedeemPoints { points, .. } => {
                let body = Object::new().text("card_id", card).number("score", Decimal::from(points.get()));
                self.post("consume_score", body)
            }
            _ => unreachable!("not served: refused before it was written down"),
        }
    }

    /// Whether a consume sends what the card pays, without discount, in place of the sale. Always so for a partial approval:
    /// the rest was collected by other means, and the sale's total would be taken from the card once more.
    fn sends_card_part(&self, op: &Outgoing<'_>) -> bool {
        let offline = op.promise == Some(Promise::OfflineApproved);
        op.card_part_only || (offline && (op.told.due.is_positive() || self.offline_amount == OfflineAmount::Exact))
    }

    fn post(&self, endpoint: &str, body: Object) -> WireCall {
        let mut headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
        headers.extend_from_slice(&self.headers);
        WireCall { method: HttpMethod::Post, path: path(endpoint), headers, body: body.into_bytes() }
    }
}

/// The card's number as the remote is asked for it. A card that is being opened has no reference yet.
pub(super) fn number_of<'a>(op: &Outgoing<'a>) -> &'a str {
    match op.act {
        Act::OpenCard { card, .. } => card.as_str(),
        _ => op.reference,
    }
}

fn path(endpoint: &str) -> String {
    format!("/api2/member-cjb/{endpoint}")
}

/// Yuan as the samples write them: without decimals where there are none.
fn yuan(money: Money) -> Decimal {
    if money.fen() % 100 == 0 { Decimal::from(money.fen() / 100) } else { money.to_yuan() }
}

/// 1 is male and 0 female; there is no third value.
fn gender_code(gender: Gender) -> Option<&'static str> {
    match gender {
        Gender::Male => Some("1"),
        Gender::Female => Some("0"),
        Gender::Unknown => None,
    }
}
