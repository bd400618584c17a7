//! What one element of a change of points asks for, and what comes of it.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::errcode::Errcode;
use super::ledger::{Action, Source};
use super::settings::{AnswerForm, Settings};
use super::state::{Posted, Posting, Yonyou};
use crate::beijing;
use crate::wire::{Flaw, Object, Params, quoted};

/// One element of the request's array.
struct Change {
    mid: String,
    action: Action,
    calc_money_fen: i64,
    ori_points: i64,
    multiple: Decimal,
    extra_points: Decimal,
    source_code: String,
    source1: Option<String>,
}

impl Change {
    fn read(params: &Params) -> Result<Self, Flaw> {
        let action = Action::of(params.required_whole("action_type")?).ok_or(Flaw::Bad)?;
        let ori_points = params.required_whole("ori_points")?;
        // What is spent or taken back stands there as a positive number.
        let least = if matches!(action, Action::Grant | Action::CarryOver) { 0 } else { 1 };
        if ori_points < least {
            return Err(Flaw::Bad);
        }
        params.fen("ori_money")?.ok_or(Flaw::Missing)?;
        let not_negative = |name, absent| match params.decimal(name)?.unwrap_or(absent) {
            number if number < Decimal::ZERO => Err(Flaw::Bad),
            number => Ok(number),
        };
        Ok(Self {
            mid: params.required("mid")?,
            action,
            calc_money_fen: params.fen("calc_money")?.ok_or(Flaw::Missing)?,
            ori_points,
            multiple: not_negative("multiple", Decimal::ONE)?,
            extra_points: not_negative("extra_points", Decimal::ZERO)?,
            source_code: params.required("source_code")?,
            source1: params.given("source1")?,
        })
    }

    /// What it does to a member who has `before` points.
    fn effect(&self, settings: &Settings, before: i64) -> Result<i64, Errcode> {
        match self.action {
            Action::Grant => {
                let points = Decimal::new(self.calc_money_fen, 2)
                    .checked_mul(settings.points_per_yuan.value())
                    .and_then(|points| points.checked_mul(self.multiple))
                    .and_then(|points| points.checked_add(self.extra_points));
                points.and_then(|points| points.floor().to_i64()).ok_or(Errcode::BadParameter)
            }
            Action::Redeem | Action::Clawback => Ok(-self.ori_points),
            Action::GiveBack => Ok(self.ori_points),
            Action::CarryOver => self.ori_points.checked_sub(before).ok_or(Errcode::BadParameter),
        }
    }
}

impl Yonyou {
    /// All elements or none: the document knows no partial failure.
    pub(super) fn change(&mut self, now_ms: i64, elements: &[Params]) -> Result<Vec<String>, Errcode> {
        if elements.is_empty() {
            return Err(Errcode::MissingParameter);
        }
        let before = self.ledger().len();
        let answers: Result<_, _> = elements.iter().map(|params| self.change_one(now_ms, params)).collect();
        if answers.is_err() {
            self.undo_to(before);
        }
        answers
    }

    fn change_one(&mut self, now_ms: i64, params: &Params) -> Result<String, Errcode> {
        let change = Change::read(params)?;
        let before = self.existing(&change.mid)?;
        // One order may grant points and take some, and its return has a number of its own.
        let key = (change.mid.clone(), change.action, change.source_code.clone());
        if self.settings.source_code_unique
            && let Some(answer) = self.answered.get(&key)
        {
            return Ok(answer.clone());
        }
        let posting = Posting {
            action: Some(change.action),
            change: change.effect(&self.settings, before)?,
            calc_money_fen: change.calc_money_fen,
            source_code: Some(change.source_code),
            source1: change.source1,
            source: Source::Api,
        };
        let posted = self.post(now_ms, &change.mid, posting)?;
        let answer = match self.settings.answer_form {
            AnswerForm::Sample => like_the_sample(now_ms, params, posted)?,
            AnswerForm::Table => like_the_table(params, posted)?,
        };
        if self.settings.source_code_unique {
            self.answered.insert(key, answer.clone());
        }
        Ok(answer)
    }
}

fn like_the_sample(now_ms: i64, params: &Params, posted: Posted) -> Result<String, Flaw> {
    let time = params.given("time")?.unwrap_or_else(|| beijing::text(now_ms));
    let mut object = Object::new().raw("id", posted.record);
    for name in ["mid", "action_type"] {
        object = object.text(name, &params.required(name)?);
    }
    object = object.text("time", &time);
    for name in ["ori_money", "calc_money"] {
        object = number(object, params, name)?;
    }
    object = object
        .raw("before_points", posted.before)
        .raw("calc_points", posted.after - posted.before)
        .raw("after_points", posted.after);
    for name in ["multiple", "extra_points"] {
        object = number(object, params, name)?;
    }
    texts(object, params, &["source_code", "source1", "source2"]).map(Object::end)
}

fn like_the_table(params: &Params, posted: Posted) -> Result<String, Flaw> {
    const NAMES: [&str; 12] = [
        "mid",
        "action_type",
        "ori_money",
        "calc_money",
        "ori_points",
        "cur_points",
        "multiple",
        "extra_points",
        "extra_memo",
        "source_code",
        "source1",
        "source2",
    ];
    texts(Object::new().text("id", &posted.record.to_string()), params, &NAMES).map(Object::end)
}

/// Adds a number that was sent, if one was.
fn number(object: Object, params: &Params, name: &str) -> Result<Object, Flaw> {
    Ok(match params.decimal(name)? {
        Some(number) => object.raw(name, number.normalize()),
        None => object,
    })
}

/// Adds the texts that were sent.
fn texts(mut object: Object, params: &Params, names: &[&str]) -> Result<Object, Flaw> {
    for name in names {
        if let Some(text) = params.given(name)? {
            object = object.raw(name, quoted(&text));
        }
    }
    Ok(object)
}
