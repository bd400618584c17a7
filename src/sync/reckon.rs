//! The sole writer's own reckoning. Where nobody but this till writes to a card, whatever the remote tells of it must follow
//! from what it told before and from what this till has done since. The rest is told to a person, never swallowed: a request
//! executed twice or long after its time, a stale read, another hand, a copied book.

use crate::error::Result;
use crate::model::{Base, Confirmation, Holder, Kind, NoticeKind};
use crate::store::{NewNotice, OpRow, ServedCard, Tx};
use crate::units::{Money, Points};

use super::desk::Desk;
use super::pull::change_holder;

/// What an operation that the remote has did to its account.
#[derive(Clone, Copy, Debug, Default)]
struct Change {
    money: Money,
    points: Points,
    /// It may have brought points on top, and nobody tells how many.
    earns: bool,
}

impl Change {
    /// As the remote confirmed it; as it was told where the remote is silent.
    fn of(op: &OpRow, confirmed: &Confirmation) -> Change {
        let told = op.told();
        match op.kind {
            Kind::Consume => {
                let from_card = confirmed.from_card.unwrap_or(told.from_card);
                Change { money: from_card.negated(), earns: true, ..Change::default() }
            }
            Kind::Recharge => Change {
                money: told.actual.plus(confirmed.bonus.unwrap_or(told.bonus)),
                points: confirmed.bonus_points.unwrap_or(Points::ZERO),
                earns: confirmed.bonus_points.is_none(),
            },
            Kind::RedeemPoints => Change { points: told.points, ..Change::default() },
            _ => Change::default(),
        }
    }
}

/// Figures that nobody here has brought about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Difference {
    money: Money,
    points: Points,
    /// The points are the least that there should be.
    at_least: bool,
    found_money: Money,
    found_points: Points,
}

impl Difference {
    /// How much more (below zero: less) money there is than there should be.
    fn amount(&self) -> Option<Money> {
        let amount = self.found_money.minus(self.money);
        (amount != Money::ZERO).then_some(amount)
    }

    /// Evidence for a person. Figures are no personal data.
    fn told(&self) -> String {
        let least = if self.at_least { "at least " } else { "" };
        format!(
            "money {} -> {}, points {least}{} -> {} (expected -> found)",
            self.money, self.found_money, self.points, self.found_points
        )
    }
}

/// What of the figures found does not follow from those before and the changes since.
fn unexplained(before: &Base, changes: &[Change], found: &Base) -> Option<Difference> {
    let money = changes.iter().fold(before.money, |money, change| money.plus(change.money));
    let points = changes.iter().fold(before.points, |points, change| points.plus(change.points));
    let at_least = changes.iter().any(|change| change.earns);
    let points_fit = if at_least { found.points >= points } else { found.points == points };
    let difference = Difference { money, points, at_least, found_money: found.money, found_points: found.points };
    (money != found.money || !points_fit).then_some(difference)
}

/// A field of the holder's data: its name, and what stands there.
type Field = (&'static str, fn(&Holder) -> Option<String>);

const FIELDS: [Field; 4] = [
    ("name", |holder| holder.name.as_ref().map(|name| name.trim().to_owned())),
    ("phone", |holder| holder.phone.clone()),
    ("birthday", |holder| holder.birthday.map(|date| date.to_string())),
    (GENDER, |holder| holder.gender.map(|gender| gender.to_string())),
];

const GENDER: &str = "gender";

/// The fields that are known and stand otherwise at the remote. A remote may have no value for an unknown gender, so one
/// that it does not tell is no other one.
fn changed_fields(known: &Holder, found: &Holder) -> Vec<Field> {
    let changed = |&(name, field): &Field| match (field(known), field(found)) {
        (None, _) => false,
        (Some(_), None) => name != GENDER,
        (Some(known), Some(found)) => known != found,
    };
    FIELDS.into_iter().filter(changed).collect()
}

impl Desk {
    /// Tells what this till's own operations do not explain of figures that are about to become the base, and of the
    /// holder's data that came with them. `op`: the one whose answer they stand in. With what a card is opened there is
    /// nothing to compare.
    pub(super) fn reckon(
        &mut self,
        tx: &Tx<'_>,
        served: &ServedCard,
        found: &Base,
        holder: Option<&Holder>,
        op: Option<&OpRow>,
    ) -> Result<()> {
        let before = &served.account.base;
        if !self.provider.keeps_money() || !self.provider.sole_writer() || before.as_of.is_none() {
            return Ok(());
        }
        let mut changes = Vec::new();
        for applied in tx.applied_operations(served.account.account_no)? {
            let confirmed = tx.confirmation(applied.op_no)?.unwrap_or_default();
            changes.push(Change::of(&applied, &confirmed));
        }
        let difference = unexplained(before, &changes, found);
        let fields = match holder {
            Some(holder) => self.changed_elsewhere(tx, served, holder)?,
            None => Vec::new(),
        };
        let figures = difference.map(|difference| difference.told());
        let data = (!fields.is_empty()).then(|| format!("the holder's data stands otherwise: {}", fields.join(", ")));
        let told: Vec<String> = figures.into_iter().chain(data).collect();
        if told.is_empty() || mutated!(SwallowDifferences) {
            return Ok(());
        }
        let at = self.now();
        tx.insert_notice(&NewNotice {
            kind: NoticeKind::Unexplained,
            op_no: op.map(|op| op.op_no),
            card_no: Some(served.card.card_no),
            amount: difference.and_then(|difference| difference.amount()),
            detail: &format!("not this till's doing: {}", told.join("; ")),
            at,
        })
    }

    /// The names of the holder's fields that stand otherwise at the remote than this till has read or written them.
    fn changed_elsewhere(&self, tx: &Tx<'_>, served: &ServedCard, found: &Holder) -> Result<Vec<&'static str>> {
        let known = &served.card.holder;
        let changed = changed_fields(known, found);
        if changed.is_empty() {
            return Ok(Vec::new());
        }
        // A change that was shown and came to nothing stands in the book until the remote's own data is read again.
        let own = tx.all_of_kind(served.account.account_no, Kind::Modify)?;
        let own: Vec<(&OpRow, Holder)> = own
            .iter()
            .filter(|op| op.is_approved() || op.state.is_confirmed())
            .map(|op| {
                let mut given = Holder::default();
                change_holder(&mut given, op);
                (op, given)
            })
            .collect();
        let came_to_nothing = |field: fn(&Holder) -> Option<String>| {
            let newest = own.iter().find(|(_, given)| field(given).is_some());
            newest.is_some_and(|(op, given)| !op.state.is_confirmed() && field(given) == field(known))
        };
        Ok(changed.into_iter().filter(|&(_, field)| !came_to_nothing(field)).map(|(name, _)| name).collect())
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::model::Gender;

    fn base(money: i64, points: i64) -> Base {
        Base { money: Money::from_fen(money), points: Points::new(points), ..Base::default() }
    }

    #[test]
    fn what_does_not_follow_from_the_changes_is_found() {
        let change =
            |money, points, earns| Change { money: Money::from_fen(money), points: Points::new(points), earns };
        let consume = change(-80_00, 0, true);
        let recharge = change(110_00, 5, false);
        let silent_recharge = change(110_00, 0, true);
        let redeem = change(0, -50, false);
        // changes to 500.00 and 300 points, money and points found -> money's difference, points' expectation; if any
        type Found = Option<(Option<i64>, i64, bool)>;
        let cases: [(&[Change], i64, i64, Found); 21] = [
            (&[], 500_00, 300, None),
            (&[], 499_99, 300, Some((Some(-1), 300, false))),
            (&[], 500_01, 300, Some((Some(1), 300, false))),
            (&[], 500_00, 299, Some((None, 300, false))),
            (&[], 500_00, 301, Some((None, 300, false))),
            (&[consume], 420_00, 300, None),
            (&[consume], 420_00, 380, None),
            (&[consume], 420_00, 299, Some((None, 300, true))),
            (&[consume], 340_00, 460, Some((Some(-80_00), 300, true))),
            (&[consume], 500_00, 300, Some((Some(80_00), 300, true))),
            (&[recharge], 610_00, 305, None),
            (&[recharge], 610_00, 306, Some((None, 305, false))),
            (&[recharge], 720_00, 310, Some((Some(110_00), 305, false))),
            (&[silent_recharge], 610_00, 999, None),
            (&[silent_recharge], 610_00, 299, Some((None, 300, true))),
            (&[redeem], 500_00, 250, None),
            (&[redeem], 500_00, 200, Some((None, 250, false))),
            (&[redeem], 499_00, 250, Some((Some(-1_00), 250, false))),
            (&[consume, recharge, redeem], 530_00, 255, None),
            (&[consume, redeem], 420_00, 330, None),
            (&[consume, redeem], 420_00, 200, Some((None, 250, true))),
        ];
        for (changes, money, points, want) in cases {
            let got = unexplained(&base(500_00, 300), changes, &base(money, points));
            let told = got.map(|got| (got.amount().map(Money::fen), got.points.get(), got.at_least));
            assert_eq!(told, want, "{changes:?} found {money} {points}");
        }
    }

    #[test]
    fn a_difference_tells_what_was_expected_and_what_was_found() {
        let earned = Change { earns: true, ..Change::default() };
        let told = |changes: &[Change]| unexplained(&base(1_00, 30), changes, &base(0, 20)).map(|got| got.told());
        assert_eq!(told(&[]).as_deref(), Some("money 1.00 -> 0.00, points 30 -> 20 (expected -> found)"));
        assert_eq!(
            told(&[earned]).as_deref(),
            Some("money 1.00 -> 0.00, points at least 30 -> 20 (expected -> found)")
        );
    }

    #[test]
    fn fields_that_are_known_are_compared() {
        let whole = Holder {
            name: Some("王小明".into()),
            phone: Some("13800000001".into()),
            gender: Some(Gender::Male),
            birthday: NaiveDate::from_ymd_opt(1999, 9, 9),
        };
        let with = |change: fn(&mut Holder)| {
            let mut holder = whole.clone();
            change(&mut holder);
            holder
        };
        let cases: [(Holder, &[&str]); 7] = [
            (whole.clone(), &[]),
            (with(|holder| holder.name = Some(" 王小明 ".into())), &[]),
            (with(|holder| holder.name = Some("王大明".into())), &["name"]),
            (with(|holder| holder.phone = None), &["phone"]),
            (with(|holder| holder.gender = None), &[]),
            (with(|holder| holder.gender = Some(Gender::Female)), &["gender"]),
            (Holder::default(), &["name", "phone", "birthday"]),
        ];
        for (found, want) in cases {
            let got: Vec<&str> = changed_fields(&whole, &found).into_iter().map(|(name, _)| name).collect();
            assert_eq!(got, want);
        }
        assert!(changed_fields(&Holder::default(), &whole).is_empty(), "what was not known has not changed");
    }
}
