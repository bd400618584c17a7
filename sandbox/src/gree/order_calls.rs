//! The calls about orders: 4.1 to 4.3.

use rust_decimal::Decimal;

use super::answer::Answer;
use super::errcode::{Errcode, Refusal};
use super::fields::{fen, is_phone, objects, required, required_fen, required_moment, score, text};
use super::order::{NewOrder, OrderItem};
use super::state::{Context, Gree};
use crate::wire::Params;

/// More of one item than this is taken for a mistake.
const MAX_ITEM_NUM: Decimal = Decimal::from_parts(1_000_000_000, 0, 0, false, 0);

impl Gree {
    pub(super) fn order_add(&mut self, context: &Context, params: &Params) -> Result<Answer, Refusal> {
        let new = self.new_order(params)?;
        let points = score(params, "order_score")?;
        if points.is_none() && self.settings.order_score_required {
            return Err(Errcode::BadParameter.about("order_score"));
        }
        let id = self.sell(context, new, points.unwrap_or(0))?;
        Ok(Answer::of(id.to_string()))
    }

    /// 4.2 with `whole`, else 4.3.
    pub(super) fn refund(&mut self, context: &Context, params: &Params, whole: bool) -> Result<Answer, Refusal> {
        let new = self.new_order(params)?;
        let sale_no = required(params, "parent_order_no")?;
        let id = self.take_back(context, new, &sale_no, whole)?;
        Ok(Answer::of(id.to_string()))
    }

    fn new_order(&self, params: &Params) -> Result<NewOrder, Refusal> {
        let order_no = required(params, "order_no")?;
        let consumed_ms = required_moment(params, "consume_date")?;
        let amount_fen = required_fen(params, "order_amount")?;
        let items = objects(params, "item_info_list")?.iter().map(item).collect::<Result<_, _>>()?;
        let by_phone = text(params, "open_id")?.is_none();
        if by_phone && text(params, "phone")?.is_some_and(|phone| !is_phone(&phone)) {
            return Err(Errcode::OrderPhone.into());
        }
        let open_id = self.member_by_either(params)?.open_id.clone();
        Ok(NewOrder { open_id, order_no, amount_fen, items, consumed_ms })
    }
}

fn item(params: &Params) -> Result<OrderItem, Refusal> {
    let item_num = params.decimal("item_num")?.unwrap_or(Decimal::ONE);
    if !(Decimal::ZERO..=MAX_ITEM_NUM).contains(&item_num) {
        return Err(Errcode::BadParameter.about("item_num"));
    }
    Ok(OrderItem {
        item_no: required(params, "item_no")?,
        item_name: text(params, "item_name")?,
        item_price_fen: fen(params, "item_price")?,
        add_score: score(params, "add_score")?,
        active_score: score(params, "active_score")?,
        use_score: score(params, "use_score")?,
        deduction_fen: fen(params, "deduction_money")?,
        item_num,
    })
}
