//! The end of the day: the till's book against what each remote system has recorded by itself.
//!
//! The writes are compared as multisets of remote, card, kind and figure; then the figures of every card, and every
//! coupon.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use tillbook::{Balances, CouponStatus, Error, ErrorCode, HistoryLine, HistoryQuery, Kind, Money, Points, State, Till};
use tillbook_sandbox::gree::{Gree, OrderKind};
use tillbook_sandbox::server::Server;
use tillbook_sandbox::{freemud, gree, sandy};

/// One write, as far as both sides know it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Write {
    pub remote: &'static str,
    pub card: String,
    pub kind: &'static str,
    /// Fen, or points; 0 where nothing is counted.
    pub figure: i64,
}

/// How the two multisets differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Differences {
    /// In the book, not in a ledger.
    pub lost: usize,
    /// In a ledger more often than in the book.
    pub duplicated: usize,
}

/// Compares what the remotes should have with what they have, each counted as often as it occurs.
pub fn compare(book: &[Write], ledgers: &[Write]) -> Differences {
    let mut counts: BTreeMap<&Write, (usize, usize)> = BTreeMap::new();
    for write in book {
        counts.entry(write).or_default().0 += 1;
    }
    for write in ledgers {
        counts.entry(write).or_default().1 += 1;
    }
    counts.values().fold(Differences::default(), |sum, &(ours, theirs)| Differences {
        lost: sum.lost + ours.saturating_sub(theirs),
        duplicated: sum.duplicated + theirs.saturating_sub(ours),
    })
}

/// A coupon at the till or at the platform: its number, where it stands, and the order it was used for.
pub type CouponFact = (String, CouponStatus, Option<String>);

/// A card at the till and at the remotes.
#[derive(Clone, Debug, Default)]
pub struct CardPair {
    pub number: String,
    pub till: Balances,
    pub remote_money: Money,
    pub remote_points: Points,
    pub coupons: Vec<CouponFact>,
    pub remote_coupons: Vec<CouponFact>,
    /// What the member's orders come to, returns taken off.
    pub orders: Money,
    pub remote_orders: Money,
}

impl CardPair {
    pub fn agrees(&self) -> bool {
        let (money, points) = (&self.till.money, &self.till.points);
        [money.confirmed, money.expected] == [self.remote_money; 2]
            && [points.confirmed, points.expected] == [self.remote_points; 2]
            && self.coupons == self.remote_coupons
            && self.orders == self.remote_orders
    }
}

/// The result of the day.
#[derive(Default)]
pub struct Reconciliation {
    pub cards: Vec<CardPair>,
    /// How many operations of the book the remotes have.
    pub confirmed: usize,
    pub voided: usize,
    pub open: usize,
    /// How many writes by this till stand in all ledgers.
    pub ledgers: usize,
    differences: Differences,
}

impl Reconciliation {
    /// The sum over all cards of how far the till's confirmed money and the remote's are apart.
    fn difference(&self) -> Money {
        self.cards
            .iter()
            .map(|card| card.till.money.confirmed.minus(card.remote_money))
            .map(|apart| if apart.is_negative() { apart.negated() } else { apart })
            .sum()
    }

    /// Whether every figure is zero that has to be, and every card agrees in all that is known of it.
    pub fn is_clean(&self) -> bool {
        self.differences == Differences::default()
            && self.difference() == Money::ZERO
            && self.open == 0
            && self.cards.iter().all(CardPair::agrees)
    }
}

impl fmt::Display for Reconciliation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Differences { lost, duplicated } = self.differences;
        write!(
            f,
            "reconciled: cards {}, operations {}, lost {lost}, duplicated {duplicated}, difference {}",
            self.cards.len(),
            self.confirmed,
            self.difference()
        )
    }
}

/// Compares the book with the ledgers of all remotes.
pub fn reconcile(till: &Till, server: &Server) -> Result<Reconciliation, Error> {
    let mut result = Reconciliation::default();
    let (mut book, mut orders) = (Vec::new(), BTreeMap::new());
    for line in whole_history(till)? {
        // Lines that take another one back are no writes.
        let Ok(kind) = line.entry.kind.parse::<Kind>() else { continue };
        match line.state {
            State::Applied | State::Settled => result.confirmed += 1,
            State::Voided => result.voided += 1,
            state if state.is_final() => {}
            _ => result.open += 1,
        }
        if line.state.is_final() && line.state != State::Settled {
            continue;
        }
        let write = write_of(&line, kind);
        if matches!(kind, Kind::PushOrder | Kind::ReturnOrder) {
            *orders.entry(write.card.clone()).or_insert(0) += write.figure;
        }
        book.push(write);
    }

    let names = Names::of(till)?;
    let mut ledgers = server.sandy().with(|sandy| writes_of_sandy(sandy.ledger()));
    ledgers.extend(server.gree().with(|gree| writes_of_gree(gree.ledger(), &names)));
    ledgers.extend(server.freemud().with(|freemud| writes_of_freemud(freemud.ledger(), &names)));
    result.ledgers = ledgers.len();
    result.differences = compare(&book, &ledgers);

    let money: BTreeMap<String, Money> = server
        .sandy()
        .with(|sandy| sandy.cards().map(|card| (card.number.to_owned(), Money::from_fen(card.amount_fen))).collect());
    let points: BTreeMap<String, i64> = server
        .freemud()
        .with(|freemud| freemud.members().map(|member| (names.of_member(member.member_id), member.points)).collect());
    // Every card that any side knows. What one of them does not know counts as empty there.
    let mut numbers: BTreeSet<String> = money.keys().chain(points.keys()).cloned().collect();
    numbers.extend(till.card_numbers()?.into_iter().map(|number| number.to_string()));
    for number in numbers {
        let (remote_coupons, remote_orders) = server.gree().with(|gree| of_member(gree, &names, &number));
        result.cards.push(CardPair {
            till: known(till.card(&number).map(|card| card.balances))?,
            remote_money: money.get(&number).copied().unwrap_or_default(),
            remote_points: Points::new(points.get(&number).copied().unwrap_or_default()),
            coupons: coupons_of(till, &number)?,
            remote_coupons,
            orders: Money::from_fen(orders.get(&number).copied().unwrap_or_default()),
            remote_orders,
            number,
        });
    }
    Ok(result)
}

/// What the book has of a card; nothing where it has none.
fn known<T: Default>(found: Result<T, Error>) -> Result<T, Error> {
    match found {
        Err(error) if error.code() == ErrorCode::NotFound => Ok(T::default()),
        other => other,
    }
}

/// The book's numbers by what the remotes call the accounts.
pub struct Names(BTreeMap<String, String>);

impl Names {
    pub fn of(till: &Till) -> Result<Self, Error> {
        let mut names = BTreeMap::new();
        for number in till.card_numbers()? {
            for account in till.card(number.as_str())?.accounts {
                names.extend(account.reference.map(|reference| (reference, number.to_string())));
            }
        }
        Ok(Names(names))
    }

    /// A member whom the book does not know stays what the remote calls it, and shows as a difference.
    pub fn of_member(&self, reference: &str) -> String {
        self.0.get(reference).cloned().unwrap_or_else(|| reference.to_owned())
    }
}

/// The whole book, page by page.
fn whole_history(till: &Till) -> Result<Vec<HistoryLine>, Error> {
    let mut lines = Vec::new();
    let mut query = HistoryQuery { page_size: 500, ..HistoryQuery::default() };
    loop {
        let page = till.history(&query)?;
        lines.extend(page.lines);
        match page.next {
            Some(next) => query.after = Some(next),
            None => return Ok(lines),
        }
    }
}

/// What a line of the book sent, and where to.
fn write_of(line: &HistoryLine, kind: Kind) -> Write {
    let entry = &line.entry;
    let (remote, figure) = match kind {
        Kind::Consume => ("sandy", entry.from_card.fen()),
        // A returned order is below zero.
        Kind::PushOrder | Kind::ReturnOrder => ("gree", entry.original.fen()),
        Kind::AccruePoints | Kind::RedeemPoints | Kind::ReturnPoints => ("freemud", entry.points.get()),
        // Members and coupons.
        _ => ("gree", 0),
    };
    Write { remote, card: entry.card.to_string(), kind: kind.as_str(), figure }
}

/// The lines that this till's requests have written. What the back office did is none of the book's.
fn writes_of_sandy(ledger: &[sandy::LedgerLine]) -> Vec<Write> {
    let ours = ledger.iter().filter(|line| line.source == sandy::Source::Api);
    let kind = |line: &sandy::LedgerLine| match line.kind {
        sandy::LedgerKind::Consume => Kind::Consume.as_str(),
        // Nothing else is sent there, so that the book has nothing to match it with.
        _ => "other",
    };
    ours.map(|line| Write { remote: "sandy", card: line.card.clone(), kind: kind(line), figure: line.sent }).collect()
}

fn writes_of_gree(ledger: &[gree::LedgerLine], names: &Names) -> Vec<Write> {
    let ours = ledger.iter().filter(|line| line.source == gree::Source::Api);
    let write = |line: &gree::LedgerLine| {
        let (kind, figure) = match line.kind {
            gree::LedgerKind::Register => (Kind::Register.as_str(), 0),
            gree::LedgerKind::GiveCoupon => (Kind::GiveCoupon.as_str(), 0),
            gree::LedgerKind::UseCoupon => (Kind::RedeemCoupon.as_str(), 0),
            gree::LedgerKind::CouponStatus => (Kind::SetCouponStatus.as_str(), 0),
            gree::LedgerKind::Order => (Kind::PushOrder.as_str(), line.money_fen),
            gree::LedgerKind::PartReturn | gree::LedgerKind::WholeReturn => {
                (Kind::ReturnOrder.as_str(), line.money_fen)
            }
            _ => ("other", 0),
        };
        let card = names.of_member(line.member.as_deref().unwrap_or_default());
        Write { remote: "gree", card, kind, figure }
    };
    ours.map(write).collect()
}

fn writes_of_freemud(ledger: &[freemud::LedgerLine], names: &Names) -> Vec<Write> {
    let ours = ledger.iter().filter(|line| line.source == freemud::Source::Api);
    let write = |line: &freemud::LedgerLine| {
        let kind = match line.operation_type {
            1 => Kind::AccruePoints.as_str(),
            14 => Kind::RedeemPoints.as_str(),
            // Redeemed points given back, granted ones taken back.
            2 | 15 => Kind::ReturnPoints.as_str(),
            _ => "other",
        };
        Write { remote: "freemud", card: names.of_member(&line.member_id), kind, figure: line.points_change }
    };
    ours.map(write).collect()
}

/// The coupons that the book has of a card.
fn coupons_of(till: &Till, number: &str) -> Result<Vec<CouponFact>, Error> {
    let coupons = known(till.coupons(number))?;
    let mut facts: Vec<_> = coupons.into_iter().map(|coupon| (coupon.code, coupon.status, coupon.used_for)).collect();
    facts.sort();
    Ok(facts)
}

/// The coupons that the platform has of a card's member, and what the orders come to.
fn of_member(gree: &Gree, names: &Names, number: &str) -> (Vec<CouponFact>, Money) {
    let is_ours = |open_id: &str| names.of_member(open_id) == number;
    let status = |status| match status {
        gree::CouponStatus::Invalid => CouponStatus::Invalid,
        gree::CouponStatus::Valid => CouponStatus::Valid,
        gree::CouponStatus::Used => CouponStatus::Used,
        gree::CouponStatus::InUse => CouponStatus::InUse,
        gree::CouponStatus::NotStarted => CouponStatus::NotStarted,
    };
    let coupons = gree.coupons().iter().filter(|coupon| is_ours(&coupon.open_id));
    let mut facts: Vec<_> =
        coupons.map(|coupon| (coupon.number.clone(), status(coupon.status), coupon.use_order_no.clone())).collect();
    facts.sort();
    let orders = gree.orders().iter().filter(|order| is_ours(&order.open_id));
    let amount = |order: &gree::Order| match order.kind {
        OrderKind::Sale => Money::from_fen(order.amount_fen),
        OrderKind::WholeReturn | OrderKind::PartReturn => Money::from_fen(order.amount_fen).negated(),
    };
    (facts, orders.map(amount).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writes(list: &[(&'static str, &str, i64)]) -> Vec<Write> {
        let write = |&(remote, card, figure): &(&'static str, &str, i64)| Write {
            remote,
            card: card.to_owned(),
            kind: "consume",
            figure,
        };
        list.iter().map(write).collect()
    }

    #[test]
    fn what_is_missing_is_lost_and_what_is_there_too_often_is_duplicated() {
        let book = writes(&[("sandy", "A", 100), ("sandy", "A", 200), ("gree", "A", 100)]);
        // the ledgers -> lost, duplicated
        let cases = [
            (writes(&[("gree", "A", 100), ("sandy", "A", 200), ("sandy", "A", 100)]), (0, 0)),
            (book[1..].to_vec(), (1, 0)),
            ([book.clone(), book[..1].to_vec()].concat(), (0, 1)),
            // The same figure at another remote, or on another card, is both.
            (writes(&[("freemud", "A", 100), ("sandy", "A", 200), ("gree", "A", 100)]), (1, 1)),
            (writes(&[("sandy", "B", 100), ("sandy", "A", 200), ("gree", "A", 100)]), (1, 1)),
        ];
        for (ledgers, (lost, duplicated)) in cases {
            assert_eq!(compare(&book, &ledgers), Differences { lost, duplicated }, "{ledgers:?}");
        }
    }

    #[test]
    fn the_result_is_clean_only_if_money_points_coupons_and_orders_agree() {
        let clean = CardPair::default();
        let coupon = |status| vec![("880001".to_owned(), status, None)];
        let cases = [
            (clean.clone(), true),
            (CardPair { remote_money: Money::from_fen(1), ..clean.clone() }, false),
            (CardPair { remote_points: Points::new(1), ..clean.clone() }, false),
            (CardPair { remote_orders: Money::from_fen(1), ..clean.clone() }, false),
            (CardPair { coupons: coupon(CouponStatus::Valid), ..clean.clone() }, false),
            (
                CardPair {
                    coupons: coupon(CouponStatus::Used),
                    remote_coupons: coupon(CouponStatus::Valid),
                    ..clean.clone()
                },
                false,
            ),
        ];
        for (card, expected) in cases {
            let result = Reconciliation { cards: vec![card], confirmed: 7, ..Reconciliation::default() };
            assert_eq!(result.is_clean(), expected, "{:?}", result.cards);
        }
        let open = Reconciliation { open: 1, ..Reconciliation::default() };
        assert!(!open.is_clean());
        let result = Reconciliation { cards: vec![clean], confirmed: 7, ..Reconciliation::default() };
        assert_eq!(result.to_string(), "reconciled: cards 1, operations 7, lost 0, duplicated 0, difference 0.00");
    }
}
