//! Finding out what became of a write whose answer is unknown.
//!
//! No request carries a key, so the card itself is the witness: its figures and its highest history record are taken down
//! before a send and compared afterwards. The rules are one function for each kind of operation; all of them would rather
//! say that something is unclear than guess.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::answers::{Figures, Info, ORG_NAME, Record, errcode};
use super::config::SandyConfig;
use super::requests::event;
use crate::model::{Act, Confirmation, Evidence, Holder};
use crate::provider::wire::Fields;
use crate::provider::{Doubt, Findings, Learned, Outgoing, RefusalClass, RemoteRefusal, Verdict};
use crate::units::{Money, Points};

/// What is kept of a read before a send, or of a look.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Facts {
    /// The remote knew no such card.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) absent: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) figures: Option<Figures>,
    /// From when on the history was read, in epoch seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) since_s: Option<i64>,
    /// The highest record since then; `None` where there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) high_id: Option<i64>,
    /// More records may exist than were read.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) cut_short: bool,
    /// A look's records, those known before left out, in the order of their numbers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) records: Vec<Record>,
    /// The holder before a modification.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) holder: Option<Holder>,
}

impl Facts {
    pub(super) fn before(
        info: Option<&Info>,
        since_s: Option<i64>,
        records: &BTreeMap<i64, Record>,
        cut_short: bool,
    ) -> Self {
        let high_id = records.last_key_value().map(|(id, _)| *id);
        Facts { high_id, cut_short, ..Facts::of(info, since_s) }
    }

    /// Before a modification the holder is what counts.
    pub(super) fn before_modify(info: Option<&Info>) -> Self {
        Facts { holder: info.map(|info| info.snapshot.holder.clone()), ..Facts::of(info, None) }
    }

    pub(super) fn look(info: Option<&Info>, since_s: Option<i64>, records: Vec<Record>, cut_short: bool) -> Self {
        Facts { records, cut_short, ..Facts::of(info, since_s) }
    }

    fn of(info: Option<&Info>, since_s: Option<i64>) -> Self {
        Facts { absent: info.is_none(), figures: info.map(|info| info.figures), since_s, ..Facts::default() }
    }

    pub(super) fn read(value: &serde_json::Value) -> Option<Self> {
        Facts::deserialize(value).ok()
    }

    /// Whether a record was not there before. Where the window before the send held none, every record that a look over the
    /// same window shows is new: both read from `since_s` on.
    pub(super) fn is_new(&self, record: &Record) -> bool {
        self.high_id.is_none_or(|high| record.id > high)
    }
}

/// Judges what a look has found.
pub(super) fn judge(config: &SandyConfig, op: &Outgoing<'_>, doubt: &Doubt<'_>, findings: &Findings) -> Verdict {
    let before = doubt.before.and_then(Facts::read);
    let case = Case { config, op, doubt, before };
    match op.act {
        Act::OpenCard { .. } => case.opened(findings),
        Act::Modify { .. } => case.modified(findings),
        Act::Recharge { .. } => {
            case.assets(findings, |case, before, now, look| case.money_moved(event::RECHARGE, before, now, look))
        }
        Act::Consume { .. } => {
            case.assets(findings, |case, before, now, look| case.money_moved(event::CONSUME, before, now, look))
        }
        Act::RedeemPoints { points, .. } => {
            case.assets(findings, |case, before, now, look| case.points_taken(*points, before, now, look))
        }
        _ => unclear("not served"),
    }
}

struct Case<'a> {
    config: &'a SandyConfig,
    op: &'a Outgoing<'a>,
    doubt: &'a Doubt<'a>,
    before: Option<Facts>,
}

fn unclear(text: impl Into<String>) -> Verdict {
    Verdict::Unclear(text.into())
}

impl Case<'_> {
    /// A card's number is given once, so what stands under it is ours if its holder is.
    fn opened(&self, findings: &Findings) -> Verdict {
        if findings.absent {
            return Verdict::NotSeen;
        }
        let Some(snapshot) = &findings.snapshot else { return unclear("the look brought no card") };
        let taken = |message: &str| {
            Verdict::Refused(RemoteRefusal {
                code: errcode::CARD_EXISTS.to_owned(),
                message: message.to_owned(),
                class: RefusalClass::Business,
            })
        };
        if self.before.as_ref().is_some_and(|before| !before.absent) {
            return taken("the card existed before it was sent");
        }
        let Act::OpenCard { name, phone, gender, .. } = self.op.act else { return unclear("no opening") };
        let holder = &snapshot.holder;
        let same_name = name.as_ref().is_none_or(|sent| holder.name.as_deref() == Some(sent.trim()));
        let same_phone = phone.as_ref().is_none_or(|sent| holder.phone.as_deref() == Some(sent.as_str()));
        // The remote has no value for an unknown gender, so one that it does not tell contradicts nothing.
        let same_gender = gender.is_none_or(|sent| holder.gender.is_none_or(|found| found == sent));
        if !(same_name && same_phone && same_gender) {
            return taken("the card exists with another holder");
        }
        if self.before.is_none() && name.is_none() && phone.is_none() {
            return unclear("the card exists; neither what was there before nor a holder is known to compare with");
        }
        Verdict::Applied {
            confirmation: Box::new(Confirmation {
                money_after: Some(snapshot.money),
                points_after: Some(snapshot.points),
                ..Confirmation::default()
            }),
            evidence: self.evidence(self.config.sole_writer),
            learned: None,
        }
    }

    /// Status-setting: what stands there now decides, whoever wrote it.
    fn modified(&self, findings: &Findings) -> Verdict {
        if findings.absent && self.before.as_ref().is_none_or(|before| !before.absent) {
            return unclear("the card existed before the send and does not any more");
        }
        if findings.absent {
            return Verdict::Refused(RemoteRefusal {
                code: errcode::NO_SUCH_CARD.to_owned(),
                message: "the card does not exist".to_owned(),
                class: RefusalClass::Business,
            });
        }
        let Some(now) = findings.snapshot.as_ref().map(|snapshot| &snapshot.holder) else {
            return unclear("the look brought no card");
        };
        let Act::Modify { name, phone, birthday, gender, .. } = self.op.act else { return unclear("no modification") };
        let at_target = name.as_ref().is_none_or(|sent| now.name.as_deref() == Some(sent.trim()))
            && phone.as_ref().is_none_or(|sent| now.phone.as_deref() == Some(sent.as_str()))
            && birthday.is_none_or(|sent| now.birthday == Some(sent))
            && gender.is_none_or(|sent| now.gender == Some(sent));
        let before = self.before.as_ref().and_then(|before| before.holder.as_ref());
        let unchanged = before.map(|before| {
            (name.is_none() || now.name == before.name)
                && (phone.is_none() || now.phone == before.phone)
                && (birthday.is_none() || now.birthday == before.birthday)
                && (gender.is_none() || now.gender == before.gender)
        });
        match (at_target, unchanged) {
            // The request may still be on its way, and would undo what is changed after it.
            (true, Some(true) | None) => Verdict::AlreadySo,
            (true, Some(false)) => {
                Verdict::Applied { confirmation: Box::default(), evidence: Evidence::Proven, learned: None }
            }
            (false, Some(true)) => Verdict::Unchanged,
            (false, Some(false)) => Verdict::Superseded,
            (false, None) => unclear("the holder's data is not what was sent, and what it was before is not known"),
        }
    }

    /// What the probes of money and points have in common: figures from before and from now, or no judgement.
    fn assets(&self, findings: &Findings, judge: impl FnOnce(&Self, &Facts, Pair, &Facts) -> Verdict) -> Verdict {
        let Some(before) = &self.before else {
            return unclear("what the card held before the send is not known, so nothing can be concluded");
        };
        match (before.absent, findings.absent) {
            // Nothing can be done to a card that never was.
            (true, true) => return Verdict::NotSeen,
            (true, false) => return unclear("the card did not exist before the send and does now"),
            (false, true) => return unclear("the card existed before the send and does not any more"),
            (false, false) => {}
        }
        let Some(look) = findings.facts.as_ref().and_then(Facts::read) else {
            return unclear("the look brought nothing to judge by");
        };
        let (Some(then), Some(now)) = (before.figures, look.figures) else {
            return unclear("the card's figures are not known");
        };
        let pair = Pair { then, now };
        if before.cut_short || look.cut_short {
            return unclear(format!("the history was too long to be read whole; {}", pair.told()));
        }
        judge(self, before, pair, &look)
    }

    fn money_moved(&self, event: i64, before: &Facts, pair: Pair, look: &Facts) -> Verdict {
        let Some(sent) =
            Fields::of_body(self.doubt.sent).and_then(|body| body.decimal("money")).and_then(Money::from_remote_yuan)
        else {
            return unclear("what was sent is not known");
        };
        let new: Vec<&Record> = look.records.iter().filter(|record| before.is_new(record)).collect();
        let candidates: Vec<&Record> =
            new.iter().copied().filter(|record| self.is_candidate(record, event, sent)).collect();
        let told = || format!("{}; {}", pair.told(), told_records(&new, &candidates));
        let [candidate] = candidates.as_slice() else {
            // New records of money beside unchanged figures contradict them: one of the two reads is stale.
            let still = pair.then == pair.now && !new.iter().any(|record| moves_money(record.event));
            return if candidates.is_empty() && still { Verdict::NotSeen } else { unclear(told()) };
        };
        let changes = match explain(&pair, &new) {
            Ok(changes) => changes,
            Err(why) => return unclear(format!("{why}; {}", told())),
        };
        // With other records beside it, somebody else writes to this card, whatever the setting says.
        let evidence = self.evidence(self.config.sole_writer && new.len() == 1);
        let change = changes.get(&candidate.id).copied().unwrap_or_default();
        Verdict::Applied {
            confirmation: Box::new(confirmed(candidate, change)),
            evidence,
            learned: self.learned(candidate, evidence),
        }
    }

    /// The remote has no event type for taking points and may leave a record of some type or none.
    fn points_taken(&self, points: Points, before: &Facts, pair: Pair, look: &Facts) -> Verdict {
        let new: Vec<&Record> = look.records.iter().filter(|record| before.is_new(record)).collect();
        let told = || format!("{}; {}", pair.told(), told_records(&new, &[]));
        if pair.then == pair.now && new.is_empty() {
            return Verdict::NotSeen;
        }
        let points = Decimal::from(points.get());
        let after = pair.then.cur_score.checked_sub(points);
        let only_points = Figures { cur_score: pair.then.cur_score, ..pair.now } == pair.then;
        if after != Some(pair.now.cur_score) || !only_points {
            return unclear(told());
        }
        let record = match new.as_slice() {
            [] => None,
            [record] if record.score == after && self.is_in_time(record) && !self.is_claimed(record) => Some(*record),
            _ => return unclear(told()),
        };
        Verdict::Applied {
            confirmation: Box::new(Confirmation {
                money_after: Some(pair.now.amount),
                points_after: Points::from_remote(pair.now.cur_score),
                remote_id: record.map(|record| record.id.to_string()),
                ..Confirmation::default()
            }),
            evidence: self.evidence(self.config.sole_writer),
            learned: None,
        }
    }

    /// Whether a new record may be this operation's. A consume is never matched on `act_money`: the remote decides that.
    fn is_candidate(&self, record: &Record, event: i64, sent: Money) -> bool {
        let pay_type = self.op.bound.pay_type_name.as_deref().filter(|_| event == event::RECHARGE);
        record.event == event
            && record.ori == Some(sent)
            && self.org_name().is_none_or(|name| record.org.as_deref() == Some(name.trim()))
            && pay_type.is_none_or(|name| record.pay_type.as_deref() == Some(name.trim()))
            && self.is_in_time(record)
            && !self.is_claimed(record)
            && !self.is_answered(record)
    }

    /// Whether the record is one that an earlier operation's own answer describes: the same amount, and the same figures after it.
    /// It was not there before the send, as far as could be read, but it had been made.
    fn is_answered(&self, record: &Record) -> bool {
        self.doubt.answered.iter().any(|answer| {
            let figures = record.amount.zip(record.score.and_then(Points::from_remote));
            let told = answer.original.is_none_or(|original| record.ori == Some(original));
            told && figures.is_some() && figures == answer.money_after.zip(answer.points_after)
        })
    }

    /// Within the attempt, which the remote may end later than we do, as far as two clocks may differ.
    fn is_in_time(&self, record: &Record) -> bool {
        let skew_s = i64::try_from(self.config.clock_skew_s).unwrap_or(i64::MAX);
        let from_s = self.doubt.first_sent_at.millis().div_euclid(1000).saturating_sub(skew_s);
        let until = self.doubt.last_ended_at.after(self.config.quiet_period());
        let until_s = until.millis().div_euclid(1000).saturating_add(skew_s);
        record.time_s.is_some_and(|time_s| (from_s..=until_s).contains(&time_s))
    }

    fn is_claimed(&self, record: &Record) -> bool {
        self.doubt.claimed.contains(&record.id.to_string())
    }

    fn org_name(&self) -> Option<&str> {
        self.config.org_name.as_deref().or_else(|| self.op.memory.get(ORG_NAME).map(String::as_str))
    }

    fn evidence(&self, alone: bool) -> Evidence {
        if alone { Evidence::Proven } else { Evidence::Inferred }
    }

    fn learned(&self, record: &Record, evidence: Evidence) -> Option<Learned> {
        let ours = evidence == Evidence::Proven && self.org_name().is_none();
        record.org.clone().filter(|_| ours).map(|name| (ORG_NAME, name))
    }
}

/// A card's figures before the send and now.
#[derive(Clone, Copy)]
struct Pair {
    then: Figures,
    now: Figures,
}

impl Pair {
    /// Evidence for a person. Figures are no personal data.
    fn told(&self) -> String {
        let sum = |money: Option<Money>| money.map_or_else(|| "unknown".to_owned(), |money| money.to_string());
        format!(
            "amount {} -> {}, points {} -> {}, consumed {} -> {}, recharged {} -> {}",
            self.then.amount,
            self.now.amount,
            self.then.cur_score,
            self.now.cur_score,
            sum(self.then.sum_consume),
            sum(self.now.sum_consume),
            sum(self.then.sum_recharge),
            sum(self.now.sum_recharge),
        )
    }
}

fn told_records(new: &[&Record], candidates: &[&Record]) -> String {
    const SHOWN: usize = 5;
    let ids = |records: &[&Record]| {
        let shown: Vec<String> = records.iter().take(SHOWN).map(|record| record.id.to_string()).collect();
        let more = if records.len() > SHOWN { ", ..." } else { "" };
        format!("{}{more}", shown.join(", "))
    };
    match (new.len(), candidates.len()) {
        (0, _) => "no new records".to_owned(),
        (count, 0) => format!("{count} new records ({}), none of them fits", ids(new)),
        (count, fitting) => format!("{count} new records ({}), {fitting} of them fit ({})", ids(new), ids(candidates)),
    }
}

fn moves_money(event: i64) -> bool {
    matches!(event, event::RECHARGE | event::CONSUME | event::TRANSFER_OUT | event::TRANSFER_IN | event::WITHDRAW)
}

/// Whether everything that happened to the card since the send is accounted for, and if so what each record changed.
///
/// "Amount and sums consistent" means: from the amount before, record by record in the order of their numbers, every balance
/// follows from the one before it and the record's own figures, and the last is the card's amount now; and each running total
/// grew by what the records of its type allow, and by nothing where there are none.
fn explain(pair: &Pair, new: &[&Record]) -> Result<BTreeMap<i64, Money>, &'static str> {
    let mut ordered = new.to_vec();
    ordered.sort_by_key(|record| record.id);
    let mut changes = BTreeMap::new();
    let mut amount = pair.then.amount;
    for record in ordered {
        let after = record.amount.ok_or("a record tells no balance")?;
        let change = after.minus(amount);
        if !follows(record, after, change) {
            return Err("a record's balance does not follow from the one before it");
        }
        changes.insert(record.id, change);
        amount = after;
    }
    if amount != pair.now.amount {
        return Err("the card's amount is not what its last record left");
    }
    let consumed = Growth::of(new, event::CONSUME, &changes);
    let recharged = Growth::of(new, event::RECHARGE, &changes);
    if !consumed.allows(pair.then.sum_consume, pair.now.sum_consume) {
        return Err("the consumed total does not fit the records");
    }
    if !recharged.allows(pair.then.sum_recharge, pair.now.sum_recharge) {
        return Err("the recharged total does not fit the records");
    }
    Ok(changes)
}

/// Whether a record of its type may have changed the amount so.
fn follows(record: &Record, after: Money, change: Money) -> bool {
    let is = |figure: Option<Money>| figure.is_some_and(|figure| figure == change);
    let minus = |figure: Option<Money>| figure.is_some_and(|figure| figure.negated() == change);
    match record.event {
        // A recharge's act_money includes its bonus.
        event::RECHARGE => is(record.act),
        // Sandy document, section 3: with depot_money the card pays what it has and the customer the rest.
        event::CONSUME => {
            let emptied = after == Money::ZERO && record.act.is_some_and(|act| act >= change.negated());
            minus(record.act) || (emptied && change <= Money::ZERO)
        }
        event::TRANSFER_IN => is(record.act) || is(record.ori),
        event::TRANSFER_OUT | event::WITHDRAW => minus(record.act) || minus(record.ori),
        _ => change == Money::ZERO,
    }
}

/// How far the records of one type let a running total grow.
struct Growth {
    records: usize,
    least: Money,
    most: Money,
}

impl Growth {
    /// Whether a total counts original, actual or card amounts is not documented, so anything between the smallest and the
    /// largest of them will do.
    fn of(new: &[&Record], event: i64, changes: &BTreeMap<i64, Money>) -> Self {
        let mut growth = Growth { records: 0, least: Money::ZERO, most: Money::ZERO };
        for record in new.iter().filter(|record| record.event == event) {
            let change = changes.get(&record.id).copied().unwrap_or_default();
            let moved = change.max(change.negated());
            let figures = [record.ori.unwrap_or(moved), record.act.unwrap_or(moved), moved];
            growth.records += 1;
            growth.least = growth.least.plus(figures.into_iter().min().unwrap_or(moved));
            growth.most = growth.most.plus(figures.into_iter().max().unwrap_or(moved));
        }
        growth
    }

    fn allows(&self, then: Option<Money>, now: Option<Money>) -> bool {
        let (Some(then), Some(now)) = (then, now) else { return then == now };
        let grown = now.minus(then);
        if self.records == 0 {
            return grown == Money::ZERO;
        }
        // The document's sample shows totals in whole yuan beside amounts with decimals.
        let slack = Money::from_fen(99);
        grown >= Money::ZERO && (self.least.minus(slack)..=self.most.plus(slack)).contains(&grown)
    }
}

/// A confirmation as far as the history's record tells it.
fn confirmed(record: &Record, change: Money) -> Confirmation {
    let mut confirmation = Confirmation {
        original: record.ori,
        actual: record.act,
        money_after: record.amount,
        points_after: record.score.and_then(Points::from_remote),
        remote_id: Some(record.id.to_string()),
        ..Confirmation::default()
    };
    if record.event == event::RECHARGE {
        confirmation.bonus = record.act.zip(record.ori).map(|(act, ori)| act.minus(ori));
    } else {
        let from_card = change.negated();
        confirmation.from_card = Some(from_card);
        confirmation.rate = record.rate;
        confirmation.discount = record.ori.zip(record.act).map(|(ori, act)| ori.minus(act));
        confirmation.due = record.act.map(|act| act.minus(from_card));
    }
    confirmation
}
