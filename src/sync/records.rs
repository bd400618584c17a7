//! The remote's own history, line by line, and which of its lines are operations of this book.
//!
//! A line that is an own operation would stand in the history twice, so it is linked to it: by the number that an answer or
//! a probe has told of the operation, else by its figures, and by these only where one line and one operation fit each other
//! and nothing else. Whatever is ambiguous stays unlinked: a line that is shown twice does less harm than one that is hidden.
//! A link decides nothing; in particular it is no claim, so that what a probe may take for evidence stays as it was.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::clock::Timestamp;
use crate::error::Result;
use crate::model::{CardNumber, HistoryPull, Kind, RecordKind};
use crate::provider::{Findings, Reading};
use crate::store::{NewRecord, OpRow, OpTrace, RecordRow, ServedCard, Tx};
use crate::units::Money;

use super::desk::Desk;

/// How far the remote's clock and the book's may be apart.
const SKEW: Duration = Duration::from_secs(600);
/// Lines and operations of one account that are compared at most: the newest operations, and what the longest pull brings.
const LINES: usize = 10_000;
const OPERATIONS: usize = 2_000;

impl Desk {
    /// A read of the remote's history of a card that is known to be this holder's.
    pub(super) fn begin_history(
        &self,
        tx: &Tx<'_>,
        number: &CardNumber,
        since: Option<Timestamp>,
    ) -> Result<Option<Box<dyn Reading>>> {
        let served = tx.card(number.as_str(), self.provider.name())?;
        let served = served.filter(|served| served.account.confirmed);
        Ok(served.and_then(|served| self.provider.history(&served.whom(), since)))
    }

    /// Keeps the lines that a history brought. `None`: there is no such account.
    pub(super) fn take_history(
        &mut self,
        tx: &Tx<'_>,
        number: &CardNumber,
        since: Option<Timestamp>,
        findings: &Findings,
    ) -> Result<Option<HistoryPull>> {
        let now = self.now();
        let provider = self.provider.name();
        // It may have turned out to be another holder's, or another account, since the read began.
        let served = tx.card(number.as_str(), provider)?.filter(|served| served.account.confirmed);
        let (Some(served), Some(history), false) = (served, &findings.history, findings.absent) else {
            return Ok(None);
        };
        let (account_no, card_no) = (served.account.account_no, served.card.card_no);
        let mut pulled = HistoryPull { complete: history.complete, ..HistoryPull::default() };
        for line in &history.lines {
            pulled.told += 1;
            let added = tx.insert_record(&NewRecord {
                account_no,
                card_no,
                provider,
                remote_id: &line.id,
                kind: line.kind,
                original: line.original,
                money: line.money,
                points: line.points,
                money_after: line.money_after,
                points_after: line.points_after,
                store: line.store.as_deref(),
                note: line.note.as_deref(),
                at: line.at,
                fetched_at: now,
            })?;
            pulled.new += u64::from(added);
            pulled.linked += u64::from(tx.link_claimed(account_no, &line.id)?);
        }
        if history.complete {
            pulled.linked += self.link_by_figures(tx, &served, since)?;
        }
        self.learn_from_history(tx, &served, findings)?;
        Ok(Some(pulled))
    }

    /// Links what fits each other and nothing else. Takes all lines since then to be there.
    fn link_by_figures(&self, tx: &Tx<'_>, served: &ServedCard, since: Option<Timestamp>) -> Result<u64> {
        let account_no = served.account.account_no;
        let mut ops = tx.unlinked_operations(account_no, OPERATIONS)?;
        ops.retain(|op| !(op.claimed && self.provider.claims_name_records()));
        // An earlier operation's line may be one that was not asked for.
        ops.retain(|op| since.is_none_or(|since| op.from.before(SKEW) >= since));
        let Some(first) = ops.iter().map(|op| op.from).min() else { return Ok(0) };
        let lines = tx.unlinked_records(account_no, first.before(SKEW), LINES)?;
        let pairs = only_pairs(&lines, &ops, self.provider.quiet_period());
        for &(record_no, op_no) in &pairs {
            tx.link_record(record_no, op_no)?;
        }
        Ok(pairs.len() as u64)
    }

    /// An operation has just been found to be applied: its line may have been read before that. Only the balances after it
    /// can tell, since lines that came later are not there.
    pub(super) fn link_known_record(&self, tx: &Tx<'_>, op: &OpRow) -> Result<()> {
        if !tx.has_unlinked_records(op.card_no)? {
            return Ok(());
        }
        let own = tx.unlinked_operation(op.op_no)?;
        let Some(own) = own.filter(|own| !(own.claimed && self.provider.claims_name_records())) else { return Ok(()) };
        let mut lines = tx.unlinked_records(op.lane_no, own.from.before(SKEW), LINES)?;
        lines.retain(|line| left(line, &own));
        for (record_no, op_no) in only_pairs(&lines, &[own], self.provider.quiet_period()) {
            tx.link_record(record_no, op_no)?;
        }
        Ok(())
    }

    /// What the lines of this business day tell of the member's discount, the newest first.
    fn learn_from_history(&mut self, tx: &Tx<'_>, served: &ServedCard, findings: &Findings) -> Result<()> {
        let (Some(level), Some(history)) = (&served.card.level, &findings.history) else { return Ok(()) };
        let today = self.business_date(self.now());
        let told = history.lines.iter().rev().find_map(|line| {
            line.rate.filter(|_| line.kind == RecordKind::Consume && self.business_date(line.at) == today)
        });
        match told {
            Some(rate) => self.learn_told_rate(tx, served.card.card_no, level, rate),
            None => Ok(()),
        }
    }
}

/// Every line and operation that fit each other, where neither fits anything else: as numbers.
fn only_pairs(lines: &[RecordRow], ops: &[OpTrace], quiet: Duration) -> Vec<(i64, i64)> {
    let mut of_line: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    let mut of_op: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for line in lines {
        for op in ops.iter().filter(|op| fits(line, op, quiet)) {
            of_line.entry(line.record_no).or_default().push(op.op_no);
            of_op.entry(op.op_no).or_default().push(line.record_no);
        }
    }
    let only = |(line, ops): (i64, Vec<i64>)| match ops.as_slice() {
        [op] if of_op.get(op).is_some_and(|lines| lines.len() == 1) => Some((line, *op)),
        _ => None,
    };
    of_line.into_iter().filter_map(only).collect()
}

/// Whether a line may be what an operation left: of its kind, with its amount, at its time, and with the balances after it
/// that its answer told.
fn fits(line: &RecordRow, op: &OpTrace, quiet: Duration) -> bool {
    let time = op.from.before(SKEW)..=op.until.after(quiet).after(SKEW);
    time.contains(&line.at) && line.fetched_at >= op.from && is_of_its_kind(line, op) && !contradicts(line, op)
}

fn is_of_its_kind(line: &RecordRow, op: &OpTrace) -> bool {
    let answered = op.confirmation.as_ref().and_then(|confirmed| confirmed.original);
    let is = |figure: Money| line.original == Some(figure);
    match line.kind {
        RecordKind::OpenCard => op.kind == Kind::OpenCard,
        RecordKind::Recharge => op.kind == Kind::Recharge && is(answered.unwrap_or(op.told.original)),
        // What was sent is the sale's total or the card's part. An answer tells which.
        RecordKind::Consume if op.kind == Kind::Consume => match answered {
            Some(answered) => is(answered),
            None => is(op.told.original) || is(op.told.from_card),
        },
        // Some installations write a line without money for points that are taken.
        RecordKind::Consume | RecordKind::Other => {
            op.kind == Kind::RedeemPoints && line.original.unwrap_or_default() == Money::ZERO && left(line, op)
        }
        RecordKind::PointsIn | RecordKind::PointsOut => {
            let granted = op.confirmation.as_ref().and_then(|confirmed| confirmed.bonus_points);
            line.points == Some(granted.unwrap_or(op.effect.points))
        }
        _ => false,
    }
}

/// Whether both tell of balances after it, and not of the same.
fn contradicts(line: &RecordRow, op: &OpTrace) -> bool {
    fn differ<T: PartialEq>(one: Option<T>, other: Option<T>) -> bool {
        one.zip(other).is_some_and(|(one, other)| one != other)
    }
    let Some(confirmed) = &op.confirmation else { return false };
    differ(line.money_after, confirmed.money_after) || differ(line.points_after, confirmed.points_after)
}

/// Whether both tell of all the balances after it, and of the same.
fn left(line: &RecordRow, op: &OpTrace) -> bool {
    op.confirmation.as_ref().is_some_and(|confirmed| {
        confirmed.money_after.is_some()
            && confirmed.points_after.is_some()
            && (line.money_after, line.points_after) == (confirmed.money_after, confirmed.points_after)
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::model::{Confirmation, Effect, Told};
    use crate::units::Points;

    const QUIET: Duration = Duration::from_secs(120);
    const NOON: Timestamp = Timestamp::from_millis(1_760_000_000_000);

    fn yuan(text: &str) -> Money {
        Money::parse_yuan(text).unwrap()
    }

    /// A sale of so much, sent a minute after noon, with the balances that its answer told.
    fn sale(op_no: i64, total: &str, after: Option<(&str, i64)>) -> OpTrace {
        let told = Told { original: yuan(total), from_card: yuan(total), ..Told::default() };
        let confirmation = after.map(|(money, points)| Confirmation {
            money_after: Some(yuan(money)),
            points_after: Some(Points::new(points)),
            ..Confirmation::default()
        });
        let from = NOON.after(Duration::from_secs(60));
        let effect = Effect { money: yuan(total).negated(), ..Effect::default() };
        OpTrace { op_no, kind: Kind::Consume, told, effect, confirmation, claimed: false, from, until: from }
    }

    /// A line of a sale, so many seconds after noon, read an hour after that.
    fn told(record_no: i64, total: &str, after: (&str, i64), at_s: u64) -> RecordRow {
        let at = NOON.after(Duration::from_secs(at_s));
        RecordRow {
            record_no,
            kind: RecordKind::Consume,
            original: Some(yuan(total)),
            points: None,
            money_after: Some(yuan(after.0)),
            points_after: Some(Points::new(after.1)),
            at,
            fetched_at: NOON.after(Duration::from_secs(3600)),
        }
    }

    #[test]
    fn a_line_is_an_operations_only_where_it_can_be_nothing_else() {
        let kind = |kind, line: RecordRow| RecordRow { kind, ..line };
        let early = |line: RecordRow| RecordRow { fetched_at: NOON, ..line };
        let one = || sale(1, "10", Some(("90", 10)));
        let line = || told(7, "10", ("90", 10), 60);
        type Case = (&'static str, Vec<RecordRow>, Vec<OpTrace>, &'static [(i64, i64)]);
        let cases: Vec<Case> = vec![
            ("alike", vec![line()], vec![one()], &[(7, 1)]),
            ("another amount", vec![told(7, "11", ("90", 10), 60)], vec![one()], &[]),
            ("another balance", vec![told(7, "10", ("80", 10), 60)], vec![one()], &[]),
            ("other points", vec![told(7, "10", ("90", 20), 60)], vec![one()], &[]),
            ("another kind", vec![kind(RecordKind::Recharge, line())], vec![one()], &[]),
            ("long before", vec![told(7, "10", ("90", 10), 0)], vec![sale_at(3600)], &[]),
            ("long after", vec![told(7, "10", ("90", 10), 3600)], vec![one()], &[]),
            ("a clock that is wrong", vec![told(7, "10", ("90", 10), 600)], vec![one()], &[(7, 1)]),
            ("read before it was sent", vec![early(line())], vec![one()], &[]),
            ("two lines alike", vec![line(), told(8, "10", ("90", 10), 61)], vec![one()], &[]),
            ("two operations alike", vec![line()], vec![one(), sale(2, "10", Some(("90", 10)))], &[]),
            ("no balances told", vec![line()], vec![sale(1, "10", None)], &[(7, 1)]),
            ("either, by what is told", vec![line()], vec![one(), sale(2, "10", None)], &[]),
            (
                "each its own",
                vec![line(), told(8, "10", ("80", 20), 61)],
                vec![one(), sale(2, "10", Some(("80", 20)))],
                &[(7, 1), (8, 2)],
            ),
        ];
        for (name, lines, ops, want) in cases {
            assert_eq!(only_pairs(&lines, &ops, QUIET), want, "{name}");
        }
    }

    fn sale_at(at_s: u64) -> OpTrace {
        let from = NOON.after(Duration::from_secs(at_s));
        OpTrace { from, until: from, ..sale(1, "10", Some(("90", 10))) }
    }

    #[test]
    fn points_are_matched_by_their_number_and_direction() {
        let op = |points: i64, granted: Option<i64>| OpTrace {
            kind: Kind::AccruePoints,
            effect: Effect { points: Points::new(points), ..Effect::default() },
            confirmation: Some(Confirmation { bonus_points: granted.map(Points::new), ..Confirmation::default() }),
            ..sale(1, "0", None)
        };
        let line = |points: i64| RecordRow {
            kind: if points > 0 { RecordKind::PointsIn } else { RecordKind::PointsOut },
            original: None,
            points: Some(Points::new(points)),
            money_after: None,
            points_after: None,
            ..told(7, "0", ("0", 0), 60)
        };
        for (own, granted, told, fit) in [
            (5, None, 5, true),
            (5, None, -5, false),
            (-5, None, -5, true),
            (5, Some(8), 8, true),
            (5, Some(8), 5, false),
        ] {
            let pairs = only_pairs(&[line(told)], &[op(own, granted)], QUIET);
            assert_eq!(!pairs.is_empty(), fit, "{own} {granted:?} {told}");
        }
    }

    #[test]
    fn what_is_known_late_is_linked_by_balances_alone() {
        assert!(left(&told(7, "10", ("90", 10), 60), &sale(1, "10", Some(("90", 10)))));
        assert!(!left(&told(7, "10", ("90", 10), 60), &sale(1, "10", None)));
        assert!(!left(&told(7, "10", ("90", 11), 60), &sale(1, "10", Some(("90", 10)))));
    }
}
