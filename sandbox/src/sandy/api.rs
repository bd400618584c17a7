//! The interface itself: from a request to an answer.

use std::ops::ControlFlow;

use chrono::NaiveDate;

use super::book::HolderChange;
use super::card::{Card, Gender, NewCard};
use super::endpoint::Endpoint;
use super::errcode::Errcode;
use super::history::Query;
use super::ledger::Source;
use super::settings::{ModifyAnswer, RechargeRule, RuleKind, Settings};
use super::state::{Context, Sandy};
use super::wire::{Object, Params, array, float, plain, quoted, short, two_places};
use crate::{Request, Response};

/// How an installation words an error.
#[must_use]
pub fn error_answer(settings: &Settings, errcode: Errcode) -> Response {
    let code = errcode.code();
    let object = Object::new();
    let object =
        if settings.errcode_as_text { object.text("errcode", &code.to_string()) } else { object.raw("errcode", code) };
    let status = match (settings.error_status, errcode) {
        (false, _) => 200,
        (true, Errcode::Internal) => 500,
        (true, _) => 400,
    };
    Response::json(status, object.text("errmsg", &errcode.to_string()).end())
}

impl Sandy {
    /// Answers one request at `now_s` (epoch seconds).
    ///
    /// A path outside the interface gets 404, a wrong method 405; everything else is the vendor's own answer, with the
    /// status 200 even for an error unless a setting says otherwise.
    pub fn handle(&mut self, now_s: i64, request: &Request) -> Response {
        match self.admit(request) {
            ControlFlow::Break(refusal) => refusal,
            ControlFlow::Continue(endpoint) => match self.call(now_s, endpoint, &request.body) {
                Ok(body) => Response::json(200, body),
                Err(errcode) => error_answer(&self.settings, errcode),
            },
        }
    }

    fn admit(&self, request: &Request) -> ControlFlow<Response, Endpoint> {
        let Some(endpoint) = Endpoint::of(request) else {
            return ControlFlow::Break(Response::plain(404, "no such path\n"));
        };
        if request.method != endpoint.method() {
            let refusal = Response::plain(405, "method not allowed\n").with_header("Allow", endpoint.method());
            return ControlFlow::Break(refusal);
        }
        let known = request.header("AUTHORIZATION") == Some(self.settings.token.as_str())
            && request.header("CUSTOMERGUID") == Some(self.settings.restaurant.as_str());
        if !known {
            // The document doesn't say what wrong credentials get; a bad parameter is the nearest of its codes.
            return ControlFlow::Break(error_answer(&self.settings, Errcode::BadParameter));
        }
        if self.settings.expired {
            return ControlFlow::Break(error_answer(&self.settings, Errcode::Expired));
        }
        ControlFlow::Continue(endpoint)
    }

    fn call(&mut self, now_s: i64, endpoint: Endpoint, body: &[u8]) -> Result<String, Errcode> {
        if endpoint == Endpoint::CardLevelList {
            return Ok(self.card_level_list());
        }
        let params = Params::parse(body)?;
        let context = Context { now_s, org_name: self.settings.org_name.clone(), source: Source::Api };
        match endpoint {
            Endpoint::CardLevelList => Ok(self.card_level_list()),
            Endpoint::GetRechargeRules => self.get_recharge_rules(&params),
            Endpoint::GetCards => self.get_cards(&params),
            Endpoint::CardOpen => self.card_open(&context, &params),
            Endpoint::Recharge => self.recharge_call(&context, &params),
            Endpoint::Consume => self.consume_call(&context, &params),
            Endpoint::GetCardInfo => self.get_card_info(&params),
            Endpoint::ModCardInfo => self.mod_card_info(&context, &params),
            Endpoint::GetCardHis => self.get_card_his(&params),
            Endpoint::ConsumeScore => self.consume_score(&context, &params),
        }
    }

    fn card_level_list(&self) -> String {
        let item = |level: &super::Level| Object::new().text("card_lel_name", &level.name).raw("id", level.id).end();
        array(self.settings.levels.iter().map(item))
    }

    fn get_recharge_rules(&self, params: &Params) -> Result<String, Errcode> {
        let number = params.required("card_id")?;
        self.readable(&number)?;
        let pay_types = self.settings.pay_types.iter();
        Ok(Object::new()
            .raw("rules", array(self.settings.rules_of(&number).iter().map(rule_json)))
            .raw("paytypes", array(pay_types.map(|kind| format!("[{},{}]", kind.id, quoted(&kind.name)))))
            .end())
    }

    fn get_cards(&self, params: &Params) -> Result<String, Errcode> {
        let key = params.required("key")?;
        let found = self
            .cards
            .iter()
            .filter(|(number, card)| number.contains(&key) || card.name.contains(&key) || card.phone.contains(&key));
        let item = |(number, card): (&String, &Card)| {
            Object::new()
                .raw("cur_score", card.points)
                .text("phone", &card.phone)
                .raw("amount", two_places(card.amount_fen))
                .text("uname", &card.name)
                .text("card_level_name", self.level_name(card))
                .text("card_status", card.status.text())
                .raw("id", card.id)
                .text("card_id", number)
                .end()
        };
        Ok(Object::new().raw("cards", array(found.map(item))).end())
    }

    fn card_open(&mut self, context: &Context, params: &Params) -> Result<String, Errcode> {
        let number = params.required("cardID")?;
        params.required("cardLevelID")?;
        if self.settings.open_needs_holder {
            for name in ["uname", "phone", "gender"] {
                params.required(name)?;
            }
        }
        let level = params.whole("cardLevelID")?.ok_or(Errcode::MissingParameter)?;
        let new = NewCard::new(&number, level)
            .with_holder(
                &params.text("uname")?.unwrap_or_default(),
                &params.text("phone")?.unwrap_or_default(),
                gender(params)?,
            )
            .with_balance(self.settings.opening_fen, 0);
        self.open(context, new)?;
        let card = self.readable(&number)?;
        Ok(Object::new()
            .text("org_name", &self.settings.org_name)
            .text("phone", &card.phone)
            .raw("amount", plain(card.amount_fen))
            .text("card_id", &number)
            .raw("cur_score", card.points)
            .end())
    }

    fn recharge_call(&mut self, context: &Context, params: &Params) -> Result<String, Errcode> {
        let number = params.required("card_id")?;
        params.required("money")?;
        params.required("pay_type")?;
        let fen = params.positive_fen("money")?;
        let pay_type = params.whole("pay_type")?.ok_or(Errcode::MissingParameter)?;
        let recharged = self.recharge(context, &number, fen, pay_type)?;
        let card = self.readable(&number)?;
        Ok(Object::new()
            .raw("cur_score", card.points)
            .raw("add_money", short(recharged.add_fen))
            .text("amount", &two_places(card.amount_fen))
            .raw("add_score", float(recharged.add_score))
            .text("card_id", &number)
            .end())
    }

    fn consume_call(&mut self, context: &Context, params: &Params) -> Result<String, Errcode> {
        let number = params.required("card_id")?;
        let fen = params.positive_fen("money")?;
        let discountable_fen = params.fen("money_discount")?;
        let consumed = self.consume(context, &number, fen, discountable_fen)?;
        let card = self.readable(&number)?;
        Ok(Object::new()
            .raw("cur_score", card.points)
            .raw("ori_money", short(fen))
            .text("amount", &two_places(card.amount_fen))
            .raw("discount_money", short(consumed.discount_fen))
            .raw("card_money", short(consumed.card_fen))
            .raw("discount", consumed.discount)
            .raw("depot_money", plain(consumed.depot_fen))
            .text("card_id", &number)
            .raw("act_money", short(consumed.act_fen))
            .end())
    }

    fn get_card_info(&self, params: &Params) -> Result<String, Errcode> {
        let number = params.required("card_id")?;
        let card = self.readable(&number)?;
        Ok(self
            .holder_json(&number, card)
            .raw("sum_consume", plain(card.sum_consume_fen))
            .raw("sum_recharge", plain(card.sum_recharge_fen))
            .end())
    }

    fn mod_card_info(&mut self, context: &Context, params: &Params) -> Result<String, Errcode> {
        let number = params.required("card_id")?;
        let change = HolderChange {
            name: params.text("uname")?,
            phone: params.text("phone")?,
            birthday: birthday(params)?,
            gender: gender(params)?,
        };
        let old = self.holder_json(&number, self.writable(&number)?).end();
        self.modify(context, &number, change)?;
        Ok(match self.settings.modify_answer {
            ModifyAnswer::Old => old,
            ModifyAnswer::New => self.holder_json(&number, self.readable(&number)?).end(),
        })
    }

    fn get_card_his(&self, params: &Params) -> Result<String, Errcode> {
        let number = params.required("card_id")?;
        let query = Query::read(params, &self.settings)?;
        let card = if self.settings.closed_card_history {
            self.cards.get(&number).ok_or(Errcode::NoSuchCard)?
        } else {
            self.readable(&number)?
        };
        Ok(query.answer(&card.history, self.settings.history_order))
    }

    fn consume_score(&mut self, context: &Context, params: &Params) -> Result<String, Errcode> {
        let number = params.required("card_id")?;
        let score = params.decimal("score")?.ok_or(Errcode::MissingParameter)?;
        // The document: a fraction is ignored.
        let points = i64::try_from(score.trunc()).map_err(|_| Errcode::BadParameter)?;
        self.redeem(context, &number, points)?;
        let card = self.readable(&number)?;
        Ok(Object::new()
            .raw("cur_score", card.points)
            .raw("amount", short(card.amount_fen))
            .text("card_id", &number)
            .end())
    }

    fn level_name(&self, card: &Card) -> &str {
        self.settings.level(card.level).map_or("", |level| level.name.as_str())
    }

    fn holder_json(&self, number: &str, card: &Card) -> Object {
        Object::new()
            .raw("cur_score", card.points)
            .text("phone", &card.phone)
            .raw("amount", two_places(card.amount_fen))
            .text("birthday", &card.birthday)
            .text("uname", &card.name)
            // The interface has no third value; a gender that was never given reads as the sample's zero.
            .raw("gender", card.gender.map_or(0, Gender::code))
            .text("card_level_name", self.level_name(card))
            .text("card_id", number)
    }
}

fn rule_json(rule: &RechargeRule) -> String {
    let (money, add_money) = match rule.kind {
        RuleKind::EachTime { add_fen } => ("0".to_owned(), short(add_fen)),
        RuleKind::Percentage { ratio } => ("1".to_owned(), ratio.to_string()),
        RuleKind::Threshold { at_fen, add_fen } => (plain(at_fen), short(add_fen)),
    };
    Object::new()
        .raw("money", money)
        .raw("add_score", float(rule.add_score))
        .text("description", &rule.description)
        .raw("add_money", add_money)
        .end()
}

fn gender(params: &Params) -> Result<Option<Gender>, Errcode> {
    let Some(code) = params.whole("gender")? else { return Ok(None) };
    Gender::of(code).map(Some).ok_or(Errcode::BadParameter)
}

/// The sample sends `1999-9-9` where answers have `YYYY-mm-dd`; an empty one clears the birthday.
fn birthday(params: &Params) -> Result<Option<String>, Errcode> {
    match params.text("birthday")? {
        Some(text) if !text.is_empty() => {
            let date = NaiveDate::parse_from_str(&text, "%Y-%m-%d").map_err(|_| Errcode::BadParameter)?;
            Ok(Some(date.format("%Y-%m-%d").to_string()))
        }
        other => Ok(other),
    }
}
