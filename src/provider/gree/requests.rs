//! What goes out: one request for each method, its fields named and typed as the document's samples show them.

use std::collections::BTreeMap;

use chrono::FixedOffset;
use rust_decimal::Decimal;
use serde_json::value::RawValue;

use super::config::{GreeConfig, ListForm, OutBizNo, PartChangeId, Verb};
use super::coupons::template_body;
use super::sign::Query;
use crate::clock::Timestamp;
use crate::model::{Act, Gender, OrderLine};
use crate::provider::wire::{self, Object};
use crate::provider::{Original, Outgoing, WireCall};
use crate::transport::HttpMethod;
use crate::units::{Money, Points};

/// The methods, which are part of a request's path.
pub(super) mod method {
    pub(crate) const TOKEN_QUERY: &str = "dss.auth.token.query";
    pub(crate) const TOKEN_REFRESH: &str = "dss.auth.token.refresh";
    pub(crate) const REGISTER: &str = "wk.user.info.add";
    pub(crate) const MEMBER: &str = "wk.user.info.query";
    pub(crate) const CHANGE: &str = "wk.user.event.score.change";
    pub(crate) const ROLLBACK: &str = "wk.user.event.score.rollback";
    pub(crate) const ROLLBACK_PART: &str = "wk.user.event.score.rollback.part";
    pub(crate) const POINTS_HISTORY: &str = "wk.user.score.record";
    pub(crate) const MEMBER_CODE: &str = "wk.user.code.generate";
    pub(crate) const MEMBER_BY_CODE: &str = "wk.user.code.parsing";
    pub(crate) const LEVELS: &str = "wk.user.level.list";
    pub(crate) const ORDER: &str = "wk.user.order.add";
    pub(crate) const RETURN_WHOLE: &str = "wk.user.refund.order.complete";
    pub(crate) const RETURN_PART: &str = "wk.user.refund.order.part";
    pub(crate) const TEMPLATE: &str = "wk.coupon.template.add";
    pub(crate) const GIVE: &str = "wk.coupon.give";
    pub(crate) const COUPON_STATUS: &str = "wk.coupon.sync.status";
    pub(crate) const REDEEM_COUPON: &str = "wk.coupon.verification";
    pub(crate) const COUPONS: &str = "wk.coupon.user.list";
    pub(crate) const SEND_SMS: &str = "wk.sms.verify.send";
    pub(crate) const JUDGE_SMS: &str = "wk.sms.verify.judge";

    pub(crate) const ALL: [&str; 21] = [
        TOKEN_QUERY,
        TOKEN_REFRESH,
        REGISTER,
        MEMBER,
        CHANGE,
        ROLLBACK,
        ROLLBACK_PART,
        POINTS_HISTORY,
        MEMBER_CODE,
        MEMBER_BY_CODE,
        LEVELS,
        ORDER,
        RETURN_WHOLE,
        RETURN_PART,
        TEMPLATE,
        GIVE,
        COUPON_STATUS,
        REDEEM_COUPON,
        COUPONS,
        SEND_SMS,
        JUDGE_SMS,
    ];
}

/// Rows asked for at a time.
pub(super) const PAGE_SIZE: u32 = 50;

/// Makes requests. Knows the settings that bear on them.
pub(super) struct Desk {
    pub(super) config: GreeConfig,
}

impl Desk {
    /// 3.2. The document marks both fields as required and says that either will do: one is sent.
    pub(super) fn member(&self, who: &str) -> WireCall {
        self.call(method::MEMBER, by_either(Object::new(), who))
    }

    /// 5.5, without a status filter: in it 3 means something else than in the answer.
    pub(super) fn coupons(&self, who: &str, page: u32) -> WireCall {
        let body = Object::new().text("open_id", who).number("page_no", page.into());
        self.call(method::COUPONS, body.text("page_size", &PAGE_SIZE.to_string()))
    }

    /// 3.8.
    pub(super) fn levels(&self, page: u32) -> WireCall {
        self.call(method::LEVELS, Object::new().number("page_size", PAGE_SIZE.into()).number("page_no", page.into()))
    }

    /// 3.5: all records, not only those that add or take. Its sample writes the numbers as strings.
    pub(super) fn points_history(&self, who: &str, page: u32, page_size: u32) -> WireCall {
        let body = Object::new()
            .text("open_id", who)
            .text("score_type", "0")
            .text("pageSize", &page_size.to_string())
            .text("pageNo", &page.to_string());
        self.call(method::POINTS_HISTORY, body)
    }

    /// 3.5, what came or what went: the amounts of a list of both need not have signs.
    pub(super) fn points_lines(&self, who: &str, income: bool, page: u32) -> WireCall {
        let body = Object::new()
            .text("open_id", who)
            .text("score_type", if income { "1" } else { "2" })
            .text("pageSize", &PAGE_SIZE.to_string())
            .text("pageNo", &page.to_string());
        self.call(method::POINTS_HISTORY, body)
    }

    /// 3.6.
    pub(super) fn member_code(&self, who: &str) -> WireCall {
        self.call(method::MEMBER_CODE, Object::new().text("open_id", who))
    }

    /// 3.7.
    pub(super) fn member_by_code(&self, code: &str) -> WireCall {
        self.call(method::MEMBER_BY_CODE, Object::new().text("code", code))
    }

    /// 6.1.
    pub(super) fn send_sms(&self, phone: &str) -> WireCall {
        self.call(method::SEND_SMS, Object::new().text("target", phone))
    }

    /// 6.2.
    pub(super) fn judge_sms(&self, phone: &str, code: &str) -> WireCall {
        self.call(method::JUDGE_SMS, Object::new().text("phone", phone).text("verify_code", code))
    }

    /// 2.1.
    pub(super) fn token_query(&self) -> WireCall {
        self.token_call(method::TOKEN_QUERY, "app_id", &self.config.app_id)
    }

    /// 2.2.
    pub(super) fn token_refresh(&self, refresh_token: &str) -> WireCall {
        self.token_call(method::TOKEN_REFRESH, "refresh_token", refresh_token)
    }

    /// The request of an operation.
    pub(super) fn write(&self, op: &Outgoing<'_>) -> WireCall {
        match op.act {
            Act::Register { card, phone, name, gender, birthday, .. } => {
                let birthday = birthday.map(|date| date.format("%Y-%m-%d").to_string());
                let mut body = Object::new()
                    .text("outer_user_id", card.as_str())
                    .text("project_id", &self.config.project_id)
                    .text("nickname", name.as_deref().unwrap_or_default())
                    .text("phone", phone.as_str());
                if let Some(code) = gender.and_then(gender_code) {
                    body = body.number("gender", code.into());
                }
                body = body.maybe_text("birthday", birthday.as_deref());
                self.call(method::REGISTER, body.maybe_text("employee_name", op.context.operator.as_deref()))
            }
            Act::AccruePoints { points, amount, .. } => {
                let change = Change {
                    points: points.unwrap_or(op.told.points),
                    amount: *amount,
                    event: self.config.events.accrue.as_deref(),
                    reason: "积分发放",
                };
                self.change(op, &change)
            }
            Act::RedeemPoints { points, amount, .. } => {
                let event = self.config.events.redeem.as_deref();
                self.change(op, &Change { points: *points, amount: *amount, event, reason: "积分抵扣" })
            }
            Act::AdjustPoints { points, .. } => {
                let events = &self.config.events;
                let event = if points.get() < 0 { &events.adjust_down } else { &events.adjust_up };
                let change = Change { points: *points, amount: None, event: event.as_deref(), reason: "积分调整" };
                self.change(op, &change)
            }
            Act::ReturnPoints { points, whole: true, .. } => {
                // 3.4.1: with its statement a change is undone under a new key. Without one, which is what is left of a change
                // whose answer was lost, the key of the change itself tells which one is meant.
                let statement = op.original.and_then(|original| original.remote_id.as_deref());
                let change_id = if statement.is_some() { op.key } else { original_key(op) };
                self.rollback(op, change_id, statement, *points, op.original.map(|original| self.biz_no_of(original)))
            }
            Act::ReturnPoints { points, takes, amount, .. } => self.rollback_part(op, *points, *takes, *amount),
            Act::RedeemCoupon { coupon, amount, .. } => {
                let mut body = Object::new().text("order_no", op.key);
                if let Some(store_id) = self.config.store_id {
                    body = body.number("store_id", store_id.into());
                }
                body = body
                    .number("verification_time", op.at.millis().into())
                    .text("open_id", op.reference)
                    .number("order_amount", yuan(*amount))
                    .maybe_text("verifier_name", op.context.operator.as_deref())
                    .text("third_coupon_codes", coupon);
                self.call(method::REDEEM_COUPON, body)
            }
            Act::GiveCoupon { template, .. } => {
                // 5.2: 1 says that the member is named by an open_id, 2 by a phone.
                let named_by = if is_phone(op.reference) { "2" } else { "1" };
                let whom = Object::new()
                    .text("open_id", op.reference)
                    .text("params_type", named_by)
                    .text("coupon_number", op.key);
                let body = self
                    .list(Object::new().number("number", Decimal::ONE), "coupon_set", [whom])
                    .number("create_time", op.at.millis().into())
                    .text("third_coupon_id", template);
                self.call(method::GIVE, body)
            }
            Act::SetCouponStatus { coupon, to, .. } => {
                let body = Object::new().text("third_coupon_code", coupon).text("open_id", op.reference);
                self.call(method::COUPON_STATUS, body.number("status", super::coupons::status_code(*to).into()))
            }
            Act::AddCouponTemplate { template } => self.call(method::TEMPLATE, template_body(self, template)),
            Act::PushOrder { amount, points, lines, .. } => {
                let awards = self.config.order_awards_points;
                let score = if awards { *points } else { Points::ZERO };
                let body = self.order(op, *amount, lines).number("order_score", score.get().into());
                self.call(method::ORDER, body)
            }
            Act::ReturnOrder { amount, whole, lines, .. } => {
                let body = self.order(op, *amount, lines).text("parent_order_no", original_key(op));
                self.call(if *whole { method::RETURN_WHOLE } else { method::RETURN_PART }, body)
            }
            _ => unreachable!("not served: refused before it was written down"),
        }
    }

    /// 3.4.1 for a change whose outcome is not known: by its key, without a statement.
    pub(super) fn undo(&self, op: &Outgoing<'_>, points: Points) -> WireCall {
        self.rollback(op, op.key, None, points, Some(self.biz_no(op.act, op.key)))
    }

    /// 3.3. The event says which way; the number has no sign of its own.
    fn change(&self, op: &Outgoing<'_>, change: &Change<'_>) -> WireCall {
        let mut body = Object::new()
            .number("score", change.points.get().unsigned_abs().into())
            .text("change_reason", op.context.reason.as_deref().unwrap_or(change.reason))
            .text("change_event", change.event.unwrap_or_default())
            .text("open_id", op.reference)
            .text("change_id", op.key)
            .text("out_biz_no", self.biz_no(op.act, op.key));
        if let Some(amount) = change.amount {
            body = body.number("order_amount", yuan(amount));
        }
        self.call(method::CHANGE, body)
    }

    fn rollback(
        &self,
        op: &Outgoing<'_>,
        change_id: &str,
        statement: Option<&str>,
        points: Points,
        parent: Option<&str>,
    ) -> WireCall {
        let body = Object::new()
            .text("open_id", op.reference)
            .text("change_id", change_id)
            .maybe_text("statement_id", statement)
            .number("rollback_score", points.get().unsigned_abs().into())
            .maybe_text("parent_order_no", parent);
        self.call(method::ROLLBACK, body)
    }

    /// 3.4.2. The part is described by items. A return of points has none of its own, so one stands for all of it.
    fn rollback_part(&self, op: &Outgoing<'_>, points: Points, takes: bool, amount: Option<Money>) -> WireCall {
        let parent = op.original.map_or(op.key, |original| self.biz_no_of(original));
        let change_id = match self.config.part_change_id {
            PartChangeId::Original => original_key(op),
            PartChangeId::Own => op.key,
        };
        let (base, used) = if takes { (points, Points::ZERO) } else { (Points::ZERO, points) };
        let item = Object::new()
            .text("order_no", op.key)
            .number("base_score", base.get().into())
            .number("total_price", yuan(amount.unwrap_or_default()))
            .number("activity_score", Decimal::ZERO)
            .number("use_score", used.get().into())
            .text("item_name", op.context.reason.as_deref().unwrap_or("积分退回"))
            .number("item_num", Decimal::ONE)
            .text("item_no", parent);
        let body =
            Object::new().text("open_id", op.reference).text("change_id", change_id).text("parent_order_no", parent);
        self.call(method::ROLLBACK_PART, self.list(body, "items", [item]))
    }

    /// What 4.1, 4.2 and 4.3 have in common.
    fn order(&self, op: &Outgoing<'_>, amount: Money, lines: &[OrderLine]) -> Object {
        let mut body = Object::new().text("order_no", op.key);
        if !lines.is_empty() {
            body = self.list(body, "item_info_list", lines.iter().map(|line| self.order_line(line)));
        }
        body = by_either(body, op.reference)
            .number("order_amount", yuan(amount))
            .text("consume_date", &beijing(op.at))
            .maybe_text("desc", op.context.reason.as_deref())
            .maybe_text("bill_no", op.context.ticket.as_deref())
            .maybe_text("cashier_name", op.context.operator.as_deref());
        for (name, id) in [("store_id", self.config.store_id), ("shop_id", self.config.shop_id)] {
            if let Some(id) = id {
                body = body.number(name, id.into());
            }
        }
        body
    }

    /// One of `item_info_list`, whose numbers are strings. What an order does not award its items do not either.
    fn order_line(&self, line: &OrderLine) -> Object {
        let points = if self.config.order_awards_points { line.points } else { Points::ZERO };
        Object::new()
            .text("item_no", &line.item)
            .text("item_name", &line.name)
            .text("item_price", &yuan(line.amount).to_string())
            .text("add_score", &points.to_string())
            .text("active_score", "0")
            .text("use_score", "0")
            .text("deduction_money", "0")
            .text("item_num", &line.quantity.to_string())
    }

    /// The business number of a change in points.
    fn biz_no<'a>(&self, act: &'a Act, key: &'a str) -> &'a str {
        let order = match act {
            Act::AccruePoints { order, .. } | Act::RedeemPoints { order, .. } => order.as_deref(),
            _ => None,
        };
        match self.config.out_biz_no {
            Some(OutBizNo::Key) => key,
            Some(OutBizNo::Order) | None => order.unwrap_or(key),
        }
    }

    fn biz_no_of<'a>(&self, original: &'a Original) -> &'a str {
        self.biz_no(&original.act, &original.key)
    }

    /// Adds a list in the form that the platform wants.
    pub(super) fn list(&self, body: Object, name: &str, items: impl IntoIterator<Item = Object>) -> Object {
        let items: Vec<String> = items.into_iter().map(json).collect();
        let array = format!("[{}]", items.join(","));
        match self.config.lists {
            ListForm::String => body.text(name, &array),
            ListForm::Array => body.member(name, &array),
        }
    }

    fn call(&self, method: &str, body: Object) -> WireCall {
        let body = body.into_bytes();
        match self.verb(method) {
            Verb::Post => self.wire(HttpMethod::Post, path(method, &Query::default()), body),
            Verb::Get => self.wire(HttpMethod::Get, path(method, &query_of(&body)), Vec::new()),
        }
    }

    fn token_call(&self, method: &str, name: &str, value: &str) -> WireCall {
        let query = Query::default().with(name, value);
        let verb = match self.verb(method) {
            Verb::Post => HttpMethod::Post,
            Verb::Get => HttpMethod::Get,
        };
        self.wire(verb, path(method, &query), Vec::new())
    }

    fn verb(&self, method: &str) -> Verb {
        self.config.verbs.get(method).copied().unwrap_or_default()
    }

    fn wire(&self, method: HttpMethod, path: String, body: Vec<u8>) -> WireCall {
        let typed = (method == HttpMethod::Post).then(|| ("Content-Type".to_owned(), "application/json".to_owned()));
        let headers = typed.into_iter().chain(self.config.extra_headers.iter().cloned()).collect();
        WireCall { method, path, headers, body }
    }
}

/// A change in points, as 3.3 tells of one.
struct Change<'a> {
    points: Points,
    amount: Option<Money>,
    event: Option<&'a str>,
    /// What it is for, where the caller does not say.
    reason: &'a str,
}

fn path(method: &str, query: &Query) -> String {
    let query = query.encoded();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("/gw/gateway/{method}/v1{mark}{query}")
}

/// The members of a body as query parameters.
fn query_of(body: &[u8]) -> Query {
    let members: BTreeMap<String, &RawValue> = serde_json::from_slice(body).unwrap_or_default();
    members.into_iter().fold(Query::default(), |query, (name, raw)| {
        let value = wire::text_of(raw).unwrap_or_else(|| raw.get().to_owned());
        query.with(&name, &value)
    })
}

fn json(object: Object) -> String {
    String::from_utf8_lossy(&object.into_bytes()).into_owned()
}

/// Whether this names a member by the phone: the platform's own identifiers are longer than any.
pub(super) fn is_phone(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    (5..=20).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
}

/// Names a member where the document has a field for each way of doing so.
fn by_either(body: Object, who: &str) -> Object {
    body.text(if is_phone(who) { "phone" } else { "open_id" }, who)
}

fn original_key<'a>(op: &Outgoing<'a>) -> &'a str {
    op.original.map_or("", |original| original.key.as_str())
}

/// Yuan as the samples write them: without decimals where there are none.
pub(super) fn yuan(money: Money) -> Decimal {
    if money.fen() % 100 == 0 { Decimal::from(money.fen() / 100) } else { money.to_yuan() }
}

/// `yyyy-MM-dd HH:mm:ss`, Beijing time.
fn beijing(at: Timestamp) -> String {
    let local = FixedOffset::east_opt(8 * 3600).and_then(|offset| at.at_offset(offset));
    local.map(|local| local.format("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default()
}

/// 3.1: 1 male, 2 female. The third value, 0 for unknown, is what it takes a missing one for.
fn gender_code(gender: Gender) -> Option<i64> {
    match gender {
        Gender::Male => Some(1),
        Gender::Female => Some(2),
        Gender::Unknown => None,
    }
}
