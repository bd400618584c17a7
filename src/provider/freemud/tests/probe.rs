//! What became of a write without an answer.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::{Value, json};

use super::*;
use crate::model::{Evidence, OpId};
use crate::provider::{Doubt, Findings, Verdict};
use crate::units::Money;

/// A doubt about something sent, with these figures from before.
pub(super) fn doubt(before: Option<&Value>) -> Doubt<'_> {
    static CLAIMED: LazyLock<BTreeSet<String>> = LazyLock::new(BTreeSet::new);
    let at = Timestamp::from_millis(0);
    Doubt { before, sent: b"{}", first_sent_at: at, last_ended_at: at, claimed: &CLAIMED, answered: &[] }
}

fn facts(current: i64, total: i64, used: i64) -> Value {
    json!({"figures": {"current": current, "total": total, "used": used}})
}

fn judge(sole_writer: bool, op: &Op, before: Option<&Value>, now: Value) -> Verdict {
    let freemud = with(|config| config.sole_writer = sole_writer);
    let absent = now.get("absent").is_some();
    let findings = Findings { facts: Some(now), absent, ..Findings::default() };
    freemud.judge(&op.lend(), &doubt(before), &findings)
}

fn short(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Applied { evidence: Evidence::Proven, .. } => "proven",
        Verdict::Applied { evidence: Evidence::Inferred, .. } => "inferred",
        Verdict::NotSeen => "not seen",
        Verdict::Unclear(_) => "unclear",
        _ => "something else",
    }
}

fn redeem(n: i64) -> Act {
    Act::RedeemPoints { card: card(), points: points(n), amount: None, order: None }
}

fn back(takes: bool, n: i64) -> Act {
    let original = OpId::new("sale-1").unwrap();
    Act::ReturnPoints { card: card(), original, takes, points: points(n), whole: true, amount: None }
}

fn by_amount() -> Act {
    Act::AccruePoints { card: card(), points: None, amount: Some(Money::from_fen(100)), order: None }
}

fn update(n: i64) -> Act {
    Act::UpdatePoints { card: card(), points: points(n) }
}

fn whole() -> Act {
    Act::ReturnPointsOfOrder { card: card(), order: "o".into() }
}

#[test]
fn only_a_change_that_is_exactly_ours_is_taken_for_it() {
    // from (100, 150, 50): act, figures now, among other writers, as the sole writer
    let cases = [
        (accrue(), (108, 158, 50), "inferred", "proven"),
        (accrue(), (108, 150, 50), "unclear", "unclear"),
        (accrue(), (108, 150, 42), "unclear", "unclear"),
        (accrue(), (107, 157, 50), "unclear", "unclear"),
        (accrue(), (100, 150, 50), "unclear", "not seen"),
        (accrue(), (100, 158, 58), "unclear", "unclear"),
        (redeem(30), (70, 150, 80), "inferred", "proven"),
        (redeem(30), (70, 120, 50), "unclear", "unclear"),
        (redeem(30), (78, 158, 80), "unclear", "unclear"),
        (back(false, 30), (130, 180, 50), "inferred", "proven"),
        (back(false, 30), (130, 150, 20), "inferred", "proven"),
        (back(false, 30), (130, 180, 20), "unclear", "unclear"),
        (back(true, 30), (70, 150, 80), "inferred", "proven"),
        (back(true, 30), (70, 120, 50), "inferred", "proven"),
        (update(-30), (70, 120, 50), "inferred", "proven"),
        (update(30), (130, 180, 50), "inferred", "proven"),
        (update(30), (100, 150, 50), "unclear", "not seen"),
        (by_amount(), (108, 158, 50), "unclear", "unclear"),
        (by_amount(), (100, 150, 50), "unclear", "not seen"),
        (whole(), (130, 180, 50), "unclear", "unclear"),
    ];
    let before = facts(100, 150, 50);
    for (act, (current, total, used), beside_others, alone) in cases {
        let op = Op::new(act);
        for (sole_writer, want) in [(false, beside_others), (true, alone)] {
            let verdict = judge(sole_writer, &op, Some(&before), facts(current, total, used));
            assert_eq!(short(&verdict), want, "{:?} {current} {total} {used} sole {sole_writer}: {verdict:?}", op.act);
            if let Verdict::Applied { confirmation, .. } = verdict {
                assert_eq!(confirmation.points_after, Some(points(current)));
            }
        }
    }
}

#[test]
fn a_whole_return_is_recognised_where_the_book_knows_what_the_order_had_cost() {
    let mut op = Op::new(whole());
    op.told.points = points(30);
    let before = facts(100, 150, 50);
    assert_eq!(short(&judge(true, &op, Some(&before), facts(130, 150, 20))), "proven");
    assert_eq!(short(&judge(true, &op, Some(&before), facts(129, 150, 21))), "unclear");
}

#[test]
fn without_all_three_figures_of_both_moments_nothing_is_concluded() {
    let op = Op::new(accrue());
    let now = facts(108, 158, 50);
    for (before, now) in [
        (None, now.clone()),
        (Some(json!({})), now.clone()),
        (Some(json!({"figures": {"current": 100}})), json!({"figures": {"current": 108}})),
        (Some(json!({"figures": {"current": 100, "total": 150, "used": null}})), now.clone()),
        (Some(facts(100, 150, 50)), json!({"figures": {"current": 108, "total": 158}})),
        (Some(facts(100, 150, 50)), json!({"absent": true})),
        (Some(json!({"absent": true})), now),
    ] {
        for sole_writer in [false, true] {
            let verdict = judge(sole_writer, &op, before.as_ref(), now.clone());
            assert_eq!(short(&verdict), "unclear", "{before:?} {now}");
        }
    }
    let absent = json!({"absent": true});
    assert_eq!(short(&judge(false, &op, Some(&absent), absent.clone())), "not seen");
}

#[test]
fn nothing_is_looked_for_that_nothing_could_tell() {
    let looked =
        |freemud: &Freemud, op: &Op| freemud.look(&op.lend(), &doubt(None), Timestamp::from_millis(0)).is_some();
    let sole = with(|config| config.sole_writer = true);
    let mut nameless = Op::new(accrue());
    nameless.reference = "";
    assert!(looked(&freemud(), &Op::new(accrue())) && looked(&freemud(), &Op::new(register())));
    assert!(!looked(&freemud(), &Op::new(update(8))) && looked(&sole, &Op::new(update(8))));
    assert!(!looked(&freemud(), &nameless));
}

#[test]
fn a_registration_is_there_if_the_phone_has_a_member() {
    let op = Op::new(register());
    let found = |sole_writer: bool, facts: Value, reference: Option<&str>| {
        let freemud = with(|config| config.sole_writer = sole_writer);
        let absent = facts.get("absent").is_some();
        let reference = reference.map(str::to_owned);
        let findings = Findings { facts: Some(facts), absent, reference, ..Findings::default() };
        freemud.judge(&op.lend(), &doubt(None), &findings)
    };
    assert_eq!(short(&found(false, json!({"absent": true}), None)), "not seen");
    for (sole_writer, facts, want) in [
        (false, json!({"figures": {"current": 5}}), "inferred"),
        (false, json!({"ours": true}), "proven"),
        (true, json!({}), "proven"),
    ] {
        let verdict = found(sole_writer, facts, Some(MEMBER));
        assert_eq!(short(&verdict), want);
        let Verdict::Applied { confirmation, .. } = verdict else { panic!() };
        assert_eq!(confirmation.reference.as_deref(), Some(MEMBER));
    }
}
