//! The calls that change points: 1.3, 2.1, 2.2 and 2.3.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::ledger::LedgerKind;
use super::settings::AmountUnit;
use super::state::{Context, Freemud, Key, PAYMENT_RETURN, Posting};
use super::status::StatusCode;
use crate::wire::{Flaw, Object, Params};

/// The document's operation types; 2.2 takes the first ten.
const OPERATION_TYPES: i64 = 17;
const GRANTS: i64 = 10;
/// Those that take back what was granted, and so spend nothing on an order.
const CLAWBACKS: [i64; 3] = [15, 16, 17];

impl Freemud {
    /// 1.3: `sign` is 1 for type 1 and -1 for type 15.
    pub(super) fn change_score(&mut self, context: &Context, params: &Params, sign: i64) -> Result<String, StatusCode> {
        let member_id = params.required("memberId")?;
        let kind = if sign < 0 { LedgerKind::Subtract } else { LedgerKind::Add };
        let operation_type = operation_type(params, OPERATION_TYPES)?;
        let key = Key {
            id: params.required("idempotencyBussinessId")?,
            kind: params.given("idempotencyBussinessType")?.unwrap_or_default(),
        };
        let change = sign * self.points_asked(params)?;
        let posting = Posting { order_id: params.given("orderId")?, ..Posting::new(kind, operation_type, change) };
        let change = self.once(context, &member_id, key, posting)?;
        let object = Object::new().raw("currentScore", self.existing(&member_id)?.points);
        Ok(object.raw("sendScore", change.max(0)).raw("updateScore", change.abs()).end())
    }

    /// 2.2.
    pub(super) fn send_score(&mut self, context: &Context, params: &Params) -> Result<String, StatusCode> {
        let member_id = params.required("memberId")?;
        let operation_type = operation_type(params, GRANTS)?;
        let key =
            Key { id: params.required("idempotencyBussinessId")?, kind: params.required("idempotencyBussinessType")? };
        let change = self.points_asked(params)?;
        let posting =
            Posting { order_id: params.given("orderId")?, ..Posting::new(LedgerKind::Send, operation_type, change) };
        let change = self.once(context, &member_id, key, posting)?;
        if self.settings.answers_like_samples {
            return Ok(Object::new().raw("updateScore", change).end());
        }
        let object = Object::new().raw("currentScore", self.existing(&member_id)?.points);
        Ok(object.raw("updateScore", change).raw("sendScore", change).end())
    }

    /// 2.1. Its sample shows a key, its table doesn't: whatever comes is written down, but a repeat is not recognised.
    pub(super) fn update_score(&mut self, context: &Context, params: &Params) -> Result<String, StatusCode> {
        let member_id = params.required("memberId")?;
        let change = params.required_whole("changeScore")?;
        if change < 1 {
            return Err(StatusCode::BadParameter);
        }
        let sign = match params.required_whole("changeType")? {
            1 => 1,
            2 => -1,
            _ => return Err(StatusCode::BadParameter),
        };
        let posting = Posting {
            order_id: params.given("orderId")?,
            wire_key: params.given("idempotencyBussinessId")?,
            ..Posting::new(LedgerKind::Update, operation_type(params, OPERATION_TYPES)?, sign * change)
        };
        self.writable(&member_id)?;
        self.post(context, &member_id, posting)?;
        Ok(Object::new().raw("updateScore", change).end())
    }

    /// 2.3. It has no field for an amount: all that was spent on the order goes back, once.
    pub(super) fn return_score(&mut self, context: &Context, params: &Params) -> Result<String, StatusCode> {
        let member_id = params.required("memberId")?;
        operation_type(params, OPERATION_TYPES)?;
        // The table calls it optional, but nothing else says what is to be given back.
        let order_id = params.required("orderId")?;
        self.writable(&member_id)?;
        let of_order =
            |line: &&super::LedgerLine| line.member_id == member_id && line.order_id.as_ref() == Some(&order_id);
        let lines = || self.ledger().iter().filter(of_order);
        if lines().any(|line| line.kind == LedgerKind::Return) {
            return Err(StatusCode::AlreadyReturned);
        }
        let spent = lines().filter(|line| line.points_change < 0 && !CLAWBACKS.contains(&line.operation_type));
        let spent: i64 = spent.map(|line| -line.points_change).sum();
        if spent == 0 {
            return Err(StatusCode::NoSuchOrder);
        }
        let posting = Posting {
            order_id: Some(order_id),
            wire_key: params.given("idempotencyBussinessId")?,
            ..Posting::new(LedgerKind::Return, PAYMENT_RETURN, spent)
        };
        self.post(context, &member_id, posting)?;
        if self.settings.answers_like_samples {
            return Ok(Object::new().raw("updateScore", spent).end());
        }
        let points = self.existing(&member_id)?.points;
        Ok(Object::new().raw("currentScore", points).raw("updateScore", spent).end())
    }

    /// Posts unless the key is remembered, and tells the change that the answer has to tell.
    fn once(&mut self, context: &Context, member_id: &str, key: Key, posting: Posting) -> Result<i64, StatusCode> {
        self.existing(member_id)?;
        if let Some(change) = self.recall(context.now_ms, &key) {
            return Ok(if self.settings.repeat_tells_change { change } else { 0 });
        }
        self.writable(member_id)?;
        let change = posting.change;
        self.post(context, member_id, Posting { wire_key: Some(key.id.clone()), ..posting })?;
        self.remember(context.now_ms, key, change);
        Ok(change)
    }

    /// `score`, or else what `amount` is worth.
    fn points_asked(&self, params: &Params) -> Result<i64, StatusCode> {
        if let Some(score) = params.whole("score")? {
            return if score > 0 { Ok(score) } else { Err(StatusCode::BadParameter) };
        }
        let amount = params.decimal("amount")?.ok_or(StatusCode::MissingParameter)?;
        let yuan = match self.settings.amount_unit {
            AmountUnit::Fen if !amount.fract().is_zero() => return Err(StatusCode::BadParameter),
            AmountUnit::Fen => amount.checked_div(Decimal::ONE_HUNDRED),
            AmountUnit::Yuan => Some(amount),
        };
        let points = yuan.and_then(|yuan| yuan.checked_mul(self.settings.points_per_yuan.value()));
        let points = points.and_then(|points| points.floor().to_i64()).ok_or(StatusCode::BadParameter)?;
        if amount > Decimal::ZERO { Ok(points) } else { Err(StatusCode::BadParameter) }
    }
}

fn operation_type(params: &Params, last: i64) -> Result<i64, Flaw> {
    let operation_type = params.required_whole("operationType")?;
    if (1..=last).contains(&operation_type) { Ok(operation_type) } else { Err(Flaw::Bad) }
}
