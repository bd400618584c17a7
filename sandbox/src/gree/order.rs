//! Orders and returns, and the points that they move.

use rust_decimal::Decimal;
use serde::Serialize;

use super::errcode::{Errcode, Refusal};
use super::ledger::LedgerKind;
use super::points::{Movement, StatementKind};
use super::settings::OrderGrowth;
use super::state::{Context, Gree, Posting};

/// What an order record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderKind {
    /// Something was sold (4.1).
    Sale,
    /// All of it came back (4.2).
    WholeReturn,
    /// A part of it came back (4.3).
    PartReturn,
}

/// One item of an order or a return.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OrderItem {
    /// Its number.
    pub item_no: String,
    /// Its name.
    pub item_name: Option<String>,
    /// What was really paid for it, in fen.
    pub item_price_fen: Option<i64>,
    /// Its points.
    pub add_score: Option<i64>,
    /// Its activity points.
    pub active_score: Option<i64>,
    /// The points that were spent on it.
    pub use_score: Option<i64>,
    /// What those took off its price, in fen.
    pub deduction_fen: Option<i64>,
    /// How many there are.
    pub item_num: Decimal,
}

/// An order or a return.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Order {
    /// The platform's own id, which the calls answer.
    pub id: i64,
    /// What it is.
    pub kind: OrderKind,
    /// The member.
    pub open_id: String,
    /// The client's number.
    pub order_no: String,
    /// The id of the sale that a return is about.
    pub parent: Option<i64>,
    /// What was paid or paid back, in fen.
    pub amount_fen: i64,
    /// The points that were given or taken back.
    pub score: i64,
    /// The growth that was given or taken back.
    pub growth: i64,
    /// What was sold or came back.
    pub items: Vec<OrderItem>,
    /// When it was sold or came back, as the client tells it.
    pub consumed_ms: i64,
    /// When the platform got it.
    pub at_ms: i64,
    /// What was paid back of a sale so far, in fen.
    pub returned_fen: i64,
    /// What was taken back of its points so far.
    pub returned_score: i64,
    /// What was taken back of its growth so far.
    pub returned_growth: i64,
    /// Whether nothing of a sale can come back any more.
    pub closed: bool,
}

/// What a call says of an order or a return.
#[derive(Debug)]
pub(super) struct NewOrder {
    pub(super) open_id: String,
    pub(super) order_no: String,
    pub(super) amount_fen: i64,
    pub(super) items: Vec<OrderItem>,
    pub(super) consumed_ms: i64,
}

impl NewOrder {
    fn stored(self, context: &Context, kind: OrderKind, parent: Option<i64>, (score, growth): (i64, i64)) -> Order {
        Order {
            id: 0,
            kind,
            open_id: self.open_id,
            order_no: self.order_no,
            parent,
            amount_fen: self.amount_fen,
            score,
            growth,
            items: self.items,
            consumed_ms: self.consumed_ms,
            at_ms: context.now_ms,
            returned_fen: 0,
            returned_score: 0,
            returned_growth: 0,
            closed: false,
        }
    }
}

/// `whole` as far as `part_fen` of `all_fen` goes, its fraction dropped.
fn pro_rata(whole: i64, part_fen: i64, all_fen: i64) -> i64 {
    if all_fen == 0 {
        return 0;
    }
    let part = i128::from(whole) * i128::from(part_fen) / i128::from(all_fen);
    i64::try_from(part).unwrap_or(whole)
}

impl Gree {
    /// Stores an order, gives its points and growth, and answers the platform's id of it.
    pub(super) fn sell(&mut self, context: &Context, new: NewOrder, score: i64) -> Result<i64, Refusal> {
        self.order_no_free(&new.order_no)?;
        let growth = match self.settings.order_growth {
            OrderGrowth::None => 0,
            OrderGrowth::Score => score,
            OrderGrowth::Yuan => new.amount_fen / 100,
        };
        let order = new.stored(context, OrderKind::Sale, None, (score, growth));
        self.store(context, order, LedgerKind::Order)
    }

    /// Stores a return, takes back what the sale gave, and answers the platform's id of it.
    ///
    /// A whole return takes back all that is left of points and growth. A part takes back as much of them as it is of the
    /// price, counted from the sale's beginning, so that parts that make up the whole take back the whole.
    pub(super) fn take_back(
        &mut self,
        context: &Context,
        new: NewOrder,
        sale_no: &str,
        whole: bool,
    ) -> Result<i64, Refusal> {
        self.order_no_free(&new.order_no)?;
        let is_sale =
            |order: &&Order| order.kind == OrderKind::Sale && order.open_id == new.open_id && order.order_no == sale_no;
        let sales = || self.orders.iter().filter(is_sale);
        if sales().next().is_none() {
            return Err(Errcode::NoSuchOrder.into());
        }
        let fits = |order: &&Order| !order.closed && new.amount_fen <= order.amount_fen - order.returned_fen;
        let sale = sales().find(fits).ok_or_else(|| Errcode::BadParameter.about("退货金额超出可退金额"))?;
        self.items_fit(sale, &new.items)?;

        let parent = sale.id;
        let returned_fen = sale.returned_fen + new.amount_fen;
        let upto = |given| if whole { given } else { pro_rata(given, returned_fen, sale.amount_fen) };
        let score = upto(sale.score) - sale.returned_score;
        let growth = upto(sale.growth) - sale.returned_growth;
        let closed = whole || returned_fen == sale.amount_fen;
        let (kind, ledger_kind) = if whole {
            (OrderKind::WholeReturn, LedgerKind::WholeReturn)
        } else {
            (OrderKind::PartReturn, LedgerKind::PartReturn)
        };
        let id = self.store(context, new.stored(context, kind, Some(parent), (score, growth)), ledger_kind)?;
        if let Some(sale) = self.orders.iter_mut().find(|order| order.id == parent) {
            sale.returned_fen = returned_fen;
            sale.returned_score += score;
            sale.returned_growth += growth;
            sale.closed = closed;
        }
        Ok(id)
    }

    fn store(&mut self, context: &Context, mut order: Order, kind: LedgerKind) -> Result<i64, Refusal> {
        let (sign, description) =
            if order.kind == OrderKind::Sale { (1, "消费增加积分") } else { (-1, "退货扣减积分") };
        let mut posting = Posting::new(kind, Some(&order.open_id));
        posting.points_change = sign * order.score;
        posting.growth_change = sign * order.growth;
        posting.money_fen = sign * order.amount_fen;
        posting.order_no = Some(order.order_no.clone());
        posting.wire_key = Some(order.order_no.clone());
        posting.short = Errcode::NotEnoughForReturn;
        if order.score == 0 {
            self.post(context, posting)?;
        } else {
            let movement = Movement {
                posting,
                kind: if order.kind == OrderKind::Sale { StatementKind::Order } else { StatementKind::Return },
                description: description.to_owned(),
                order_amount_fen: Some(order.amount_fen),
                change_id: None,
            };
            self.move_points(context, movement)?;
        }
        // The sample's is 126352.
        order.id = i64::try_from(self.orders.len()).map_err(|_| Errcode::Busy)? + 126_352;
        let id = order.id;
        self.orders.push(order);
        Ok(id)
    }

    fn order_no_free(&self, order_no: &str) -> Result<(), Refusal> {
        if self.settings.order_no_unique && self.orders.iter().any(|order| order.order_no == order_no) {
            return Err(Refusal::new(self.settings.order_repeat_code, "订单编号已存在"));
        }
        Ok(())
    }

    /// No item comes back more often than it was sold; a sale without items says nothing of them.
    fn items_fit(&self, sale: &Order, items: &[OrderItem]) -> Result<(), Refusal> {
        if sale.items.is_empty() {
            return Ok(());
        }
        let count = |items: &[OrderItem], item_no: &str| -> Decimal {
            items.iter().filter(|item| item.item_no == item_no).map(|item| item.item_num).sum()
        };
        for item in items {
            let earlier = self.orders.iter().filter(|order| order.parent == Some(sale.id));
            let earlier: Decimal = earlier.map(|order| count(&order.items, &item.item_no)).sum();
            if earlier + count(items, &item.item_no) > count(&sale.items, &item.item_no) {
                return Err(Errcode::BadParameter.about(&format!("退货数量超出: {}", item.item_no)));
            }
        }
        Ok(())
    }
}
