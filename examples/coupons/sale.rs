//! One ticket, several remote systems: a coupon, points and a card pay, then the order is told and points are granted.
//!
//! There is no transaction across remote systems. What keeps a ticket together is the order of its steps, names made
//! from its number, and a way back for each step that pays. This file is the part to copy.

use tillbook::{
    AccruePoints, Consume, CouponStatus, Error, ErrorCode, Kind, Money, OpId, OrderLine, Points, Promise, PushOrder,
    Receipt, RedeemCoupon, RedeemPoints, Request, ReturnOrder, ReturnPoints, SetCouponStatus, Till,
};

/// What so many points pay, and what so much money brings. The merchant's own rules: no remote system tells them.
const FEN_A_POINT: i64 = 10;
const FEN_FOR_A_POINT: i64 = 1_00;

/// So many of an item, at its price.
#[derive(Clone, Copy)]
pub struct Item {
    pub number: &'static str,
    pub name: &'static str,
    pub category: &'static str,
    pub price_fen: i64,
    pub quantity: i64,
}

/// What a guest takes, and wants to pay with. The number is the POS's own and never used twice.
pub struct Ticket {
    pub number: &'static str,
    pub card: &'static str,
    pub items: Vec<Item>,
    pub coupon: Option<&'static str>,
    pub points: Points,
}

/// A ticket that is paid.
pub struct Sold {
    /// What it came to after the coupon.
    pub paid: Money,
    /// What the points and the card paid of that.
    pub by_points: Money,
    pub by_card: Money,
    /// To be collected in cash.
    pub due: Money,
    pub earned: Points,
    /// Every step, as the till answered it.
    pub receipts: Vec<Receipt>,
}

/// A ticket that is not.
pub enum Unsold {
    /// A step was refused, and those before it were taken back.
    Refused { why: String, taken_back: Vec<Receipt> },
    /// Nobody can tell about this step yet: hand over nothing, and call again with the same ticket until somebody can.
    Unknown(OpId),
    /// The till can't work: a full disk, a damaged book.
    Failed(Error),
}

impl Ticket {
    pub fn total(&self) -> Money {
        self.items.iter().map(|item| Money::from_fen(item.price_fen * item.quantity)).sum()
    }

    /// The lines at the prices that are paid for them when all of them come to `paid`: a coupon's discount is spread,
    /// since what a returned item is worth depends on it. Cut by running totals, so that no fen is lost.
    pub fn lines(&self, paid: Money) -> Vec<OrderLine> {
        let (total, mut full, mut spread) = (self.total(), Money::ZERO, Money::ZERO);
        let line = |item: &Item| {
            full = full.plus(Money::from_fen(item.price_fen * item.quantity));
            let amount = share(paid.fen(), full, total) - spread.fen();
            spread = spread.plus(Money::from_fen(amount));
            OrderLine::new(item.number, item.name, item.quantity, Money::from_fen(amount)).category(item.category)
        };
        self.items.iter().map(line).collect()
    }

    /// The name of a step. Made from the ticket's number, so that a POS that crashed asks again under the same names
    /// and nothing is done twice.
    pub fn op_id(&self, step: &str) -> String {
        format!("{}-{step}", self.number)
    }

    /// Pays the ticket. What may be refused comes first; what only tells of the sale comes last, when it is one.
    pub fn sell(&self, till: &Till) -> Result<Sold, Unsold> {
        let mut steps = Steps { till, ticket: self, done: Vec::new() };
        let total = self.total();
        let mut paid = total;
        if let Some(coupon) = self.coupon {
            let redeem = RedeemCoupon::new(self.card, coupon, total).lines(self.lines(total));
            let receipt = steps.take(redeem.op_id(self.op_id("coupon")).ticket(self.number))?;
            paid = paid.minus(receipt.told.discount);
        }
        let mut rest = paid;
        if self.points > Points::ZERO {
            let worth = worth(self.points).min(paid);
            let redeem = RedeemPoints::new(self.card, self.points).amount(worth).order(self.number);
            steps.take(redeem.op_id(self.op_id("points")).ticket(self.number))?;
            rest = rest.minus(worth);
        }
        let by_points = paid.minus(rest);
        let (mut by_card, mut due) = (Money::ZERO, Money::ZERO);
        if rest.is_positive() {
            let consume = Consume::new(self.card, rest).op_id(self.op_id("card")).ticket(self.number);
            let told = steps.take(consume)?.told;
            (by_card, due) = (told.from_card, told.due);
        }
        // Who has paid with points is granted none for that part.
        let earned = Points::new(rest.fen() / FEN_FOR_A_POINT);
        let push = PushOrder::new(self.card, paid).lines(self.lines(paid));
        steps.tell(push.op_id(self.op_id("order")).ticket(self.number))?;
        if earned > Points::ZERO {
            let accrue = AccruePoints::new(self.card).points(earned).order(self.number);
            steps.tell(accrue.op_id(self.op_id("earned")).ticket(self.number))?;
        }
        Ok(Sold { paid, by_points, by_card, due, earned, receipts: steps.done })
    }

    /// So many of an item come back: the order is told, points go back in both directions, and the money in cash, since
    /// a card system without a refund must not be recharged in its place.
    pub fn bring_back(&self, till: &Till, sold: &Sold, number: &str, quantity: i64) -> Result<Back, Error> {
        let lines = self.lines(sold.paid);
        let bought = self.items.iter().zip(&lines).find(|(item, _)| item.number == number);
        let Some((item, line)) = bought else { return Ok(Back::default()) };
        let amount = Money::from_fen(line.amount.fen() * quantity / item.quantity);
        let spent = Points::new(share(self.points.get(), amount, sold.paid));
        let earned = Points::new(share(sold.earned.get(), amount, sold.paid));
        let back = |step: &str| self.op_id(&format!("back-{step}"));

        let came_back = OrderLine::new(item.number, item.name, quantity, amount).category(item.category);
        let order = ReturnOrder::new(self.card, self.op_id("order")).lines([came_back]);
        let mut receipts = vec![till.return_order(order.op_id(back("order")))?];
        // Both are returns of operations in the book, which knows how much of each is left.
        for (of, points) in [("points", spent), ("earned", earned)] {
            if points > Points::ZERO {
                let part = ReturnPoints::new(self.card, self.op_id(of)).points(points);
                receipts.push(till.return_points(part.op_id(back(of)))?);
            }
        }
        Ok(Back { amount, cash: amount.minus(worth(spent)), receipts })
    }
}

/// Something that came back.
#[derive(Default)]
pub struct Back {
    pub amount: Money,
    pub cash: Money,
    pub receipts: Vec<Receipt>,
}

/// The steps of a ticket so far.
struct Steps<'a> {
    till: &'a Till,
    ticket: &'a Ticket,
    done: Vec<Receipt>,
}

impl Steps<'_> {
    /// A step that pays. If it is refused, there is no sale.
    fn take(&mut self, request: impl Into<Request>) -> Result<Receipt, Unsold> {
        let why = match self.till.call(request) {
            Ok(receipt) if receipt.is_approved() => {
                self.done.push(receipt.clone());
                return Ok(receipt);
            }
            Ok(receipt) if receipt.promise == Some(Promise::InDoubt) => return Err(Unsold::Unknown(receipt.op_id)),
            // The remote's no, or the policy's after the remote had been asked in vain.
            Ok(Receipt { refusal, remote_message, .. }) => {
                refusal.map(|refusal| refusal.to_string()).or(remote_message).unwrap_or_default()
            }
            Err(error) if is_no(&error) => error.to_string(),
            Err(error) => return Err(Unsold::Failed(error)),
        };
        let taken_back = self.done.iter().rev().map(|receipt| self.take_back(receipt)).collect::<Result<_, _>>();
        Err(Unsold::Refused { why, taken_back: taken_back.map_err(Unsold::Failed)? })
    }

    /// A step that only tells of the sale. The guest has paid: if it is refused somebody looks into it later.
    fn tell(&mut self, request: impl Into<Request>) -> Result<(), Unsold> {
        match self.till.call(request) {
            Ok(receipt) => self.done.push(receipt),
            Err(error) if is_no(&error) => eprintln!("to be looked into: {error}"),
            Err(error) => return Err(Unsold::Failed(error)),
        }
        Ok(())
    }

    /// What has not left the till is voided. What has is undone by its opposite.
    fn take_back(&self, receipt: &Receipt) -> Result<Receipt, Error> {
        let (till, op_id) = (self.till, receipt.op_id.as_str());
        match till.void(op_id) {
            Err(error) if error.code() == ErrorCode::WrongState => {}
            other => return other,
        }
        let (card, undo) = (self.ticket.card, format!("{op_id}-undo"));
        match (receipt.kind, self.ticket.coupon) {
            (Kind::RedeemCoupon, Some(coupon)) => {
                till.set_coupon_status(SetCouponStatus::new(card, coupon, CouponStatus::Valid).op_id(undo))
            }
            _ => till.return_points(ReturnPoints::new(card, op_id).op_id(undo)),
        }
    }
}

/// A refusal that has left nothing behind, in contrast to a till that can't work.
fn is_no(error: &Error) -> bool {
    matches!(error.code(), ErrorCode::Refused | ErrorCode::Unreachable | ErrorCode::LaneHeld | ErrorCode::Unsupported)
}

fn worth(points: Points) -> Money {
    Money::from_fen(points.get() * FEN_A_POINT)
}

/// `whole` as far as `part` of `all` goes, fractions dropped.
fn share(whole: i64, part: Money, all: Money) -> i64 {
    let share = i128::from(whole) * i128::from(part.fen()) / i128::from(all.fen().max(1));
    i64::try_from(share).unwrap_or(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_discount_is_spread_over_the_lines_to_the_fen() {
        let item = |price_fen, quantity| Item { number: "1", name: "noodles", category: "food", price_fen, quantity };
        // items, paid -> amounts of the lines
        let cases = [
            (vec![item(34_00, 2), item(16_00, 2)], 90_00, vec![61_20, 28_80]),
            (vec![item(33_33, 1), item(33_33, 1), item(33_34, 1)], 99_99, vec![3332, 3333, 3334]),
            (vec![item(10_00, 3)], 0, vec![0]),
            (vec![item(7_00, 1), item(5_00, 1)], 12_00, vec![7_00, 5_00]),
        ];
        for (items, paid, expected) in cases {
            let ticket = Ticket { number: "A-1", card: "M1", items, coupon: None, points: Points::ZERO };
            let amounts: Vec<i64> = ticket.lines(Money::from_fen(paid)).iter().map(|line| line.amount.fen()).collect();
            assert_eq!(amounts, expected);
            assert_eq!(amounts.iter().sum::<i64>(), paid);
        }
    }
}
