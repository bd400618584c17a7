//! What was approved offline, and by which policy it was allowed.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension};
use serde_json::Value;
use tillbook::{Money, Overridable};

use super::mirror::{Line, Mirror, Op};
use super::{Violation, is_final, violated};
use crate::till::SimTill;

/// What stands beside a promise.
struct Beside {
    policy: Option<i64>,
    /// The refusals that were lifted, by their names.
    lifted: Vec<String>,
    supervised: bool,
}

fn beside(eye: &Connection, op_no: i64) -> Result<Beside, String> {
    let sql = "SELECT p.policy, p.lifted, o.supervisor IS NOT NULL AND o.reason IS NOT NULL
        FROM promise p JOIN operation o ON o.op_no = p.op_no WHERE p.op_no = ?1";
    let read = eye.prepare_cached(sql).and_then(|mut statement| {
        statement.query_row([op_no], |row| {
            let lifted: Option<String> = row.get(1)?;
            let lifted = lifted.and_then(|text| serde_json::from_str::<Vec<Value>>(&text).ok()).unwrap_or_default();
            let name = |one: &Value| one.get("refusal").and_then(Value::as_str).unwrap_or_default().to_owned();
            Ok(Beside { policy: row.get(0)?, lifted: lifted.iter().map(name).collect(), supervised: row.get(2)? })
        })
    });
    read.map_err(|error| error.to_string())
}

/// A policy was written down: somebody has said it.
pub(super) fn policy_set(till: &mut SimTill, line: &Line) -> Result<(), Violation> {
    let body = till.look(|_, eye| {
        let sql = "SELECT body FROM policy WHERE version = ?1";
        let read = eye.prepare_cached(sql).and_then(|mut row| row.query_row([line.id], |row| row.get(0)).optional());
        read.map_err(|error| error.to_string())
    });
    let body: Option<String> = body.unwrap_or_default();
    let policy = body.and_then(|body| serde_json::from_str(&body).ok());
    let said = policy.and_then(|policy| {
        let place = till.policies.said.iter().position(|said| *said == policy)?;
        Some(till.policies.said.remove(place))
    });
    match said {
        Some(policy) => {
            (till.policies.in_force, till.policies.version) = (policy, line.id);
            Ok(())
        }
        None => violated(14, format!("till {}: policy {} is what nobody has said", till.index, line.id)),
    }
}

/// Every promise says by which policy it was given, and what was lifted for it.
pub(super) fn check_promises(till: &mut SimTill, promised: &[i64]) -> Result<(), Violation> {
    for &op_no in promised {
        let beside = match till.look(|_, eye| beside(eye, op_no)) {
            Ok(beside) => beside,
            Err(what) => return violated(5, what),
        };
        let Some(op) = till.mirror.ops.get(&op_no) else { continue };
        let name = format!("{} of till {}", op.op_id, till.index);
        if beside.policy != Some(till.policies.version) {
            let (said, newest) = (beside.policy, till.policies.version);
            return violated(14, format!("{name} was promised by policy {said:?}, in force is {newest}"));
        }
        if beside.lifted.is_empty() {
            continue;
        }
        if op.promise.as_deref() != Some("offline_approved") {
            return violated(14, format!("{name} is {:?}, and {:?} was lifted", op.promise, beside.lifted));
        }
        let asked = till.made.iter().any(|made| made.spec.op_id == op.op_id && made.spec.is_overridden());
        if !beside.supervised || !asked {
            return violated(14, format!("{:?} was lifted for {name}, and no supervisor asked for it", beside.lifted));
        }
        let may = |name: &String| till.policies.in_force.overridable.iter().any(|may| may.as_str() == name);
        if let Some(more) = beside.lifted.iter().find(|name| !may(name)) {
            return violated(14, format!("{more} was lifted for {name}, which the policy lets nobody do"));
        }
    }
    Ok(())
}

/// What is open of what was approved offline.
#[derive(Default)]
struct Open {
    money: i64,
    operations: i64,
    recharges: i64,
    recharged: i64,
    new_cards: i64,
    cards: BTreeMap<i64, i64>,
    phones: BTreeMap<String, i64>,
}

/// The part of what was approved offline that is not final, whenever something has been added to it: within the policy, or
/// within its hard limits for what a supervisor stands behind.
pub(super) fn check_limits(till: &mut SimTill, approved: &[i64]) -> Result<(), Violation> {
    let accounts = match till.look(|_, eye| Mirror::accounts(eye).map_err(|error| error.to_string())) {
        Ok(accounts) => accounts,
        Err(what) => return violated(14, what),
    };
    let phones: BTreeMap<i64, String> =
        accounts.into_iter().filter_map(|account| Some((account.card_no, account.phone?))).collect();
    for (place, op_no) in approved.iter().enumerate() {
        // What was approved after it in the same commit did not count yet.
        let open = open(till, &phones, &approved[place + 1..]);
        let lifted = match till.look(|_, eye| beside(eye, *op_no)) {
            Ok(beside) => beside.lifted,
            Err(what) => return violated(14, what),
        };
        if let Some(op) = till.mirror.ops.get(op_no) {
            within(till, op, &open, phones.get(&op.card_no), &lifted)?;
        }
    }
    Ok(())
}

fn open(till: &SimTill, phones: &BTreeMap<i64, String>, later: &[i64]) -> Open {
    let mut open = Open::default();
    for op in till.mirror.ops.values() {
        if op.promise.as_deref() != Some("offline_approved") || is_final(&op.state) || later.contains(&op.op_no) {
            continue;
        }
        let taken = (-op.money).max(0);
        open.operations += 1;
        open.money += taken;
        open.recharges += i64::from(op.kind == "recharge");
        open.recharged += if op.kind == "recharge" { op.money } else { 0 };
        open.new_cards += i64::from(matches!(op.kind.as_str(), "open_card" | "register"));
        *open.cards.entry(op.card_no).or_default() += taken;
        if let Some(phone) = phones.get(&op.card_no) {
            *open.phones.entry(phone.clone()).or_default() += taken;
        }
    }
    open
}

fn within(till: &SimTill, op: &Op, open: &Open, phone: Option<&String>, lifted: &[String]) -> Result<(), Violation> {
    use Overridable as O;
    let policy = &till.policies.in_force;
    let count = |limit: u32, hard: Option<u32>| (i64::from(limit), hard.map(i64::from));
    let money = |limit: Money, hard: Option<Money>| (limit.fen(), hard.map(Money::fen));
    let floor = money(policy.floor_limit, policy.hard_floor_limit);
    let card = money(policy.card_limit, policy.hard_card_limit);
    let till_money = money(policy.outage_limit, policy.hard_outage_limit);
    let on_card = open.cards.get(&op.card_no).copied().unwrap_or_default();
    let on_phone = phone.and_then(|phone| open.phones.get(phone)).copied().unwrap_or_default();
    let (takes, recharges) = (op.money < 0, op.kind == "recharge");
    let opens = matches!(op.kind.as_str(), "open_card" | "register");
    let operations = count(policy.outage_operations, policy.hard_outage_operations);
    let recharge_count = count(policy.outage_recharges, policy.hard_outage_recharges);
    let recharge_money = money(policy.outage_recharge_money, policy.hard_outage_recharge_money);
    let new_cards = count(policy.outage_new_cards, policy.hard_outage_new_cards);
    for (counts, what, found, (limit, hard)) in [
        (true, O::OutageOperations, open.operations, operations),
        (takes, O::FloorLimit, -op.money, floor),
        (takes, O::CardLimit, on_card, card),
        (takes, O::PhoneLimit, on_phone, card),
        (takes, O::OutageLimit, open.money, till_money),
        (recharges, O::OutageRecharges, open.recharges, recharge_count),
        (recharges, O::OutageRechargeMoney, open.recharged, recharge_money),
        (opens, O::OutageNewCards, open.new_cards, new_cards),
    ] {
        let was_lifted = lifted.iter().any(|name| name == what.as_str());
        let limit = if was_lifted { hard.unwrap_or(limit) } else { limit };
        if counts && found > limit {
            let (name, index, what) = (&op.op_id, till.index, what.as_str());
            let how = if was_lifted { "the hard limit" } else { "the limit" };
            return violated(14, format!("{name} of till {index}: {what}, {found} are more than {how} {limit}"));
        }
    }
    Ok(())
}
