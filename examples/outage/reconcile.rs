//! The end of the day: the book against the remote's own ledger.
//!
//! Nothing on the wire names an operation, so the two are compared as multisets of card, kind and the amount that was sent;
//! the demonstration gives every operation on a card an amount of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use tillbook::{
    Balances, Entry, Error, ErrorCode, Evidence, HistoryLine, HistoryQuery, Kind, Money, Points, Promise, State, Till,
};
use tillbook_sandbox::sandy::{LedgerKind, LedgerLine, Source};
use tillbook_sandbox::server::Server;

/// What one write was about, as far as both sides know it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Write {
    pub card: String,
    pub kind: &'static str,
    /// Fen, or points; 0 where nothing is counted.
    pub sent: i64,
}

/// How the two multisets differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Differences {
    /// In the book, not in the ledger.
    pub lost: usize,
    /// In the ledger more often than in the book.
    pub duplicated: usize,
}

/// Compares what the remote should have with what it has, each counted as often as it occurs.
pub fn compare(book: &[Write], ledger: &[Write]) -> Differences {
    let mut counts: BTreeMap<&Write, (usize, usize)> = BTreeMap::new();
    for write in book {
        counts.entry(write).or_default().0 += 1;
    }
    for write in ledger {
        counts.entry(write).or_default().1 += 1;
    }
    counts.values().fold(Differences::default(), |sum, &(ours, theirs)| Differences {
        lost: sum.lost + ours.saturating_sub(theirs),
        duplicated: sum.duplicated + theirs.saturating_sub(ours),
    })
}

/// A card at the till and at the remote.
pub struct CardPair {
    pub number: String,
    pub till: Balances,
    pub remote_money: Money,
    pub remote_points: Points,
}

impl CardPair {
    pub fn agrees(&self) -> bool {
        let (money, points) = (&self.till.money, &self.till.points);
        [money.confirmed, money.expected] == [self.remote_money; 2]
            && [points.confirmed, points.expected] == [self.remote_points; 2]
    }
}

/// How many of the book's operations stand where.
#[derive(Default)]
pub struct Standing {
    pub confirmed: usize,
    /// Those of them whose answer never came: a look at the remote's records found them.
    pub found: usize,
    pub written_off: usize,
    pub voided: usize,
    pub open: usize,
}

/// The result of the day.
pub struct Reconciliation {
    pub cards: Vec<CardPair>,
    pub standing: Standing,
    /// Writes in the remote's ledger that came over its interface.
    pub ledger: usize,
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
            && self.standing.open == 0
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
            self.standing.confirmed,
            self.difference()
        )
    }
}

/// Compares the book with the ledger. `returned`: the operations that a cashier was answered about, in any process; one
/// that the book does not know is lost, whatever the remote has.
pub fn reconcile(till: &Till, server: &Server, returned: &[String]) -> Result<Reconciliation, Error> {
    let mut standing = Standing::default();
    let mut book = Vec::new();
    for line in whole_history(till)? {
        let Some(write) = write_of(&line) else { continue };
        match line.state {
            State::Applied | State::Settled => {
                standing.confirmed += 1;
                let receipt = till.operation(line.entry.op_id.as_str())?;
                standing.found += usize::from(receipt.evidence != Some(Evidence::Proven));
            }
            State::Voided => standing.voided += 1,
            State::WrittenOff => standing.written_off += 1,
            State::Declined | State::Rejected | State::Superseded | State::Reversed => {}
            State::Queued | State::Sending | State::InDoubt | State::Parked | State::Reversing => standing.open += 1,
        }
        if is_owed(line.state) {
            book.push(write);
        }
    }
    let (ledger, remote) = server.sandy().with(|sandy| {
        let ours = sandy.ledger().iter().filter(|line| line.source == Source::Api);
        let ledger: Vec<Write> = ours.map(write_of_ledger).collect();
        let remote: BTreeMap<String, (Money, Points)> = sandy
            .cards()
            .map(|card| (card.number.to_owned(), (Money::from_fen(card.amount_fen), Points::new(card.points))))
            .collect();
        (ledger, remote)
    });
    let mut differences = compare(&book, &ledger);
    for op_id in returned.iter().collect::<BTreeSet<_>>() {
        match till.operation(op_id) {
            Ok(_) => {}
            Err(error) if error.code() == ErrorCode::NotFound => differences.lost += 1,
            Err(error) => return Err(error),
        }
    }
    Ok(Reconciliation { cards: pair_cards(till, &remote)?, standing, ledger: ledger.len(), differences })
}

/// Every card that either side knows. What one of them does not know counts as empty there.
fn pair_cards(till: &Till, remote: &BTreeMap<String, (Money, Points)>) -> Result<Vec<CardPair>, Error> {
    let mut numbers: BTreeSet<String> = remote.keys().cloned().collect();
    numbers.extend(till.card_numbers()?.into_iter().map(|number| number.to_string()));
    let mut pairs = Vec::new();
    for number in numbers {
        let balances = match till.card(&number) {
            Ok(card) => card.balances,
            Err(error) if error.code() == ErrorCode::NotFound => Balances::default(),
            Err(error) => return Err(error),
        };
        let (remote_money, remote_points) = remote.get(&number).copied().unwrap_or_default();
        pairs.push(CardPair { number, till: balances, remote_money, remote_points });
    }
    Ok(pairs)
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

/// Whether the remote has to have it: it is confirmed, or it was approved and nothing has ended it.
fn is_owed(state: State) -> bool {
    !matches!(
        state,
        State::Declined | State::Rejected | State::Voided | State::Superseded | State::Reversed | State::WrittenOff
    )
}

/// What a line of the book sent to the remote; `None` for a line that takes another one back.
fn write_of(line: &HistoryLine) -> Option<Write> {
    let entry = &line.entry;
    let kind: Kind = entry.kind.parse().ok()?;
    let sent = match kind {
        Kind::OpenCard | Kind::Modify => 0,
        Kind::Recharge => entry.original.fen(),
        Kind::RedeemPoints => entry.points.negated().get(),
        Kind::Consume => sent_by_consume(entry, line.confirmation.as_ref().and_then(|remote| remote.original)).fen(),
        // This remote does nothing else.
        _ => return None,
    };
    Some(Write { card: entry.card.to_string(), kind: kind.as_str(), sent })
}

/// A payment that was approved offline sends what the card pays, any other the sale's total. One that was approved offline
/// only after its total had been sent stays as it was sent: there the remote's echo tells, and may only tell one of the two.
fn sent_by_consume(entry: &Entry, echo: Option<Money>) -> Money {
    let planned = if entry.approval == Some(Promise::OfflineApproved) { entry.from_card } else { entry.original };
    echo.filter(|&echo| echo == entry.original || echo == entry.from_card).unwrap_or(planned)
}

fn write_of_ledger(line: &LedgerLine) -> Write {
    let kind = match line.kind {
        LedgerKind::Open => Kind::OpenCard.as_str(),
        LedgerKind::Modify => Kind::Modify.as_str(),
        LedgerKind::Recharge => Kind::Recharge.as_str(),
        LedgerKind::Consume => Kind::Consume.as_str(),
        LedgerKind::RedeemPoints => Kind::RedeemPoints.as_str(),
        // No till does these, so the book has nothing to match them with.
        _ => "other",
    };
    Write { card: line.card.clone(), kind, sent: line.sent }
}

#[cfg(test)]
mod tests {
    use tillbook::{CardNumber, OpId, Timestamp};

    use super::*;

    fn writes(list: &[(&str, &'static str, i64)]) -> Vec<Write> {
        list.iter().map(|&(card, kind, sent)| Write { card: card.to_owned(), kind, sent }).collect()
    }

    #[test]
    fn what_is_missing_is_lost_and_what_is_there_too_often_is_duplicated() {
        let book = writes(&[("A", "consume", 100), ("A", "consume", 200), ("B", "recharge", 100)]);
        // the ledger -> lost, duplicated
        let cases = [
            (writes(&[("B", "recharge", 100), ("A", "consume", 200), ("A", "consume", 100)]), (0, 0)),
            (writes(&[("A", "consume", 100), ("A", "consume", 200)]), (1, 0)),
            (writes(&[]), (3, 0)),
            ([book.clone(), book[..1].to_vec()].concat(), (0, 1)),
            ([book.clone(), book.clone()].concat(), (0, 3)),
            ([book.clone(), writes(&[("C", "open_card", 0)])].concat(), (0, 1)),
            // The same money on another card, of another kind, or of another amount is both.
            (writes(&[("B", "consume", 100), ("A", "consume", 200), ("B", "recharge", 100)]), (1, 1)),
            (writes(&[("A", "recharge", 100), ("A", "consume", 200), ("B", "recharge", 100)]), (1, 1)),
            (writes(&[("A", "consume", 101), ("A", "consume", 200), ("B", "recharge", 100)]), (1, 1)),
        ];
        for (ledger, (lost, duplicated)) in cases {
            assert_eq!(compare(&book, &ledger), Differences { lost, duplicated }, "{ledger:?}");
        }
    }

    #[test]
    fn equal_writes_are_counted_and_not_merged() {
        let twice = writes(&[("A", "consume", 100), ("A", "consume", 100)]);
        assert_eq!(compare(&twice, &twice), Differences::default());
        assert_eq!(compare(&twice, &twice[..1]), Differences { lost: 1, duplicated: 0 });
        assert_eq!(compare(&twice[..1], &twice), Differences { lost: 0, duplicated: 1 });
    }

    #[test]
    fn the_result_is_clean_only_with_nothing_lost_doubled_open_or_apart() {
        let card = |confirmed, remote| {
            let mut till = Balances::default();
            till.money.confirmed = Money::from_fen(confirmed);
            till.money.expected = Money::from_fen(confirmed);
            let (remote_money, remote_points) = (Money::from_fen(remote), Points::ZERO);
            CardPair { number: "A".to_owned(), till, remote_money, remote_points }
        };
        let result = |cards, lost, duplicated, open| Reconciliation {
            cards,
            standing: Standing { confirmed: 7, open, ..Standing::default() },
            ledger: 7,
            differences: Differences { lost, duplicated },
        };
        let clean = result(vec![card(100, 100)], 0, 0, 0);
        assert!(clean.is_clean());
        assert_eq!(clean.to_string(), "reconciled: cards 1, operations 7, lost 0, duplicated 0, difference 0.00");
        // One card too much and another too little do not cancel out.
        let apart = result(vec![card(100, 150), card(200, 150)], 0, 0, 0);
        assert!(!apart.is_clean());
        assert_eq!(apart.to_string(), "reconciled: cards 2, operations 7, lost 0, duplicated 0, difference 1.00");
        for (lost, duplicated, open) in [(1, 0, 0), (0, 1, 0), (0, 0, 1)] {
            assert!(!result(vec![card(100, 100)], lost, duplicated, open).is_clean());
        }
    }

    #[test]
    fn a_payment_counts_with_what_was_sent_of_it() {
        let yuan = |yuan: i64| Money::from_fen(yuan * 100);
        let entry = |approval| Entry {
            entry_no: 1,
            op_id: OpId::new("op").expect("an op_id"),
            card: CardNumber::new("A").expect("a number"),
            kind: "consume".to_owned(),
            original: yuan(100),
            actual: yuan(80),
            from_card: yuan(80),
            due: Money::ZERO,
            bonus: Money::ZERO,
            points: Points::ZERO,
            money_after: Money::ZERO,
            points_after: Points::ZERO,
            approval,
            ticket: None,
            operator: None,
            supervisor: None,
            shift: None,
            reason: None,
            business_date: String::new(),
            receipt_no: String::new(),
            at: Timestamp::from_millis(0),
        };
        // approved how, the remote's echo -> sent
        let cases = [
            (Some(Promise::OnlineApproved), Some(100), 100),
            (Some(Promise::OfflineApproved), Some(80), 80),
            // Approved offline while its total was on the wire.
            (Some(Promise::OfflineApproved), Some(100), 100),
            // Nobody was promised anything, and the remote did it.
            (None, Some(100), 100),
            // Not confirmed yet.
            (Some(Promise::OfflineApproved), None, 80),
            // An echo of something else explains nothing away.
            (Some(Promise::OfflineApproved), Some(160), 80),
        ];
        for (approval, echo, sent) in cases {
            assert_eq!(sent_by_consume(&entry(approval), echo.map(yuan)), yuan(sent), "{approval:?} {echo:?}");
        }
    }
}
