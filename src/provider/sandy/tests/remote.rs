//! A remote for tests: one card, its history, and a few ways to misbehave.

use serde_json::{Value, json};

use super::{CARD, answer};
use crate::provider::{Findings, ReadFailure, ReadStep, Reading, WireCall};
use crate::transport::HttpResponse;

/// A card's figures, in the remote's own text.
#[derive(Clone, Copy)]
pub(super) struct Card {
    pub(super) amount: &'static str,
    pub(super) cur_score: i64,
    pub(super) sum_consume: &'static str,
    pub(super) sum_recharge: &'static str,
}

/// One history record.
#[derive(Clone)]
pub(super) struct Event {
    pub(super) id: i64,
    pub(super) event: i64,
    pub(super) ori: &'static str,
    pub(super) act: &'static str,
    pub(super) amount: &'static str,
    pub(super) score: i64,
    pub(super) time: i64,
    pub(super) org: &'static str,
    pub(super) pay_type: &'static str,
    pub(super) changes_score: bool,
}

pub(super) struct Remote {
    pub(super) card: Option<Card>,
    /// Figures that are shown once before the card's own: a replica that lags behind.
    pub(super) stale: Option<Card>,
    pub(super) holder: Value,
    pub(super) status: Option<&'static str>,
    pub(super) history: Vec<Event>,
    pub(super) newest_first: bool,
    /// The most records it puts on a page, whatever is asked for.
    pub(super) page_limit: usize,
    /// Whether it says how many that are.
    pub(super) tells_limit: bool,
    /// Whether it heeds `page`.
    pub(super) turns_pages: bool,
    /// Whether it shows the last page again and again behind the end.
    pub(super) repeats_last_page: bool,
    /// Whether it says how many records there are.
    pub(super) counts: bool,
    /// Answers in place of its own, by endpoint.
    pub(super) instead: Vec<(&'static str, HttpResponse)>,
    /// What it was asked: endpoint and body.
    pub(super) asked: Vec<(String, Value)>,
}

impl Remote {
    pub(super) fn new(card: Card) -> Self {
        Remote {
            card: Some(card),
            stale: None,
            holder: json!({"uname": "Chan Kan Seng", "phone": "66538536", "birthday": "", "gender": 0}),
            status: Some("正常"),
            history: Vec::new(),
            newest_first: true,
            page_limit: 1000,
            tells_limit: true,
            turns_pages: true,
            repeats_last_page: false,
            counts: true,
            instead: Vec::new(),
            asked: Vec::new(),
        }
    }

    /// Lets a reading run to its end.
    pub(super) fn run(&mut self, reading: impl Into<Option<Box<dyn Reading>>>) -> Result<Findings, ReadFailure> {
        let mut reading = reading.into().expect("nothing is read");
        let mut next = reading.step(None);
        for _ in 0..1000 {
            match next {
                ReadStep::Ask(call) => next = reading.step(Some(&self.answer(&call))),
                ReadStep::Done(findings) => return Ok(*findings),
                ReadStep::Failed(failure) => return Err(failure),
            }
        }
        panic!("a reading without end");
    }

    pub(super) fn endpoints(&self) -> Vec<&str> {
        self.asked.iter().map(|(endpoint, _)| endpoint.as_str()).collect()
    }

    fn answer(&mut self, call: &WireCall) -> HttpResponse {
        let endpoint = call.path.strip_prefix("/api2/member-cjb/").unwrap().to_owned();
        let body: Value = if call.body.is_empty() { Value::Null } else { serde_json::from_slice(&call.body).unwrap() };
        self.asked.push((endpoint.clone(), body.clone()));
        if let Some((_, instead)) = self.instead.iter().find(|(name, _)| *name == endpoint) {
            return instead.clone();
        }
        let answered = match endpoint.as_str() {
            "cardlevellist" => json!([{"card_lel_name": "普通会员", "id": 1}, {"card_lel_name": "高级会员", "id": 2}]),
            "getcardinfo" => match self.stale.take().or(self.card) {
                Some(card) => self.info(card),
                None => json!({"errcode": "2", "errmsg": "卡不存在"}),
            },
            "getcards" => self.cards(),
            "getrechargerules" => json!({
                "rules": [
                    {"money": 1, "add_score": "0.0", "description": "充值送10%", "add_money": "0.1"},
                    {"money": "500", "add_score": 3, "description": "冲500送100", "add_money": 100},
                    {"money": 0, "add_score": 5, "description": "单次送5元", "add_money": "5"},
                    {"money": "a lot", "add_money": 1},
                ],
                "paytypes": [[1, "现金"], ["2", "银行卡"], [4], "微信"],
            }),
            "getcardhis" => self.page(&body),
            other => panic!("a read asked for {other}"),
        };
        answer(200, answered.to_string())
    }

    fn info(&self, card: Card) -> Value {
        let mut info = self.holder.clone();
        info["card_id"] = json!(CARD);
        info["card_level_name"] = json!("普通卡");
        info["amount"] = json!(card.amount);
        info["cur_score"] = json!(card.cur_score);
        info["sum_consume"] = json!(card.sum_consume);
        info["sum_recharge"] = json!(card.sum_recharge);
        info
    }

    fn cards(&self) -> Value {
        let card = |number: &str, status| json!({"card_id": number, "phone": "66538536", "card_status": status});
        let own = self.status.map(|status| card(CARD, status));
        let others = [card("M0001234", "正常"), json!({"phone": "1"})];
        json!({"cards": own.into_iter().chain(others).collect::<Vec<_>>()})
    }

    fn page(&self, query: &Value) -> Value {
        let asked = |name: &str| query.get(name).and_then(Value::as_i64);
        let wanted = |event: &&Event| {
            asked("event_type").is_none_or(|kind| kind == event.event)
                && asked("start_timestamp").is_none_or(|since| event.time >= since)
                && (asked("only_score_change") != Some(1) || event.changes_score)
        };
        let mut events: Vec<&Event> = self.history.iter().filter(wanted).collect();
        events.sort_by_key(|event| event.id);
        if self.newest_first {
            events.reverse();
        }
        let size = usize::try_from(asked("page_size").unwrap()).unwrap().min(self.page_limit);
        let last = events.len().div_ceil(size).max(1);
        let mut page = if self.turns_pages { usize::try_from(asked("page").unwrap()).unwrap() } else { 1 };
        if self.repeats_last_page {
            page = page.min(last);
        }
        let shown: Vec<Value> = events.iter().skip((page - 1) * size).take(size).map(|event| event.json()).collect();
        let mut answered = json!({"data": shown, "page": page});
        if self.tells_limit {
            answered["page_size"] = json!(size);
        }
        if self.counts {
            answered["pages"] = json!(format!("{}.0", events.len()));
        }
        answered
    }
}

impl Event {
    fn json(&self) -> Value {
        json!({
            "ori_money": self.ori, "act_money": self.act, "amount": self.amount, "score": self.score,
            "pay_type_text": self.pay_type, "description": "8折(0.8)<br/>\n", "time": self.time, "type": self.event,
            "org_name": self.org, "id": self.id.to_string(),
        })
    }
}
