//! When all is quiet: nothing is left, every figure agrees, and every difference has been told.

use serde_json::Value;
use tillbook_sandbox::System;

use super::mirror::{Account, Mirror, Op};
use super::{Ledger, Violation, is_approval, key, violated};
use crate::plan::Class;
use crate::remote::Remote;
use crate::till::SimTill;

/// The numbers of all cards in a till's book.
pub(crate) fn cards_of(till: &mut SimTill) -> Result<Vec<(System, String)>, Violation> {
    match till.look(|_, eye| Mirror::accounts(eye).map_err(|error| error.to_string())) {
        Ok(accounts) => Ok(accounts.into_iter().map(|account| (account.system, account.card)).collect()),
        Err(what) => violated(7, what),
    }
}

/// The book's own check finds nothing.
pub(crate) fn check_book(till: &mut SimTill) -> Result<(), Violation> {
    let Some(report) = till.check() else { return Ok(()) };
    match report.findings.iter().find(|finding| finding.severity == tillbook::Severity::Error) {
        Some(finding) => violated(15, format!("till {}: {finding:?}", till.index)),
        None => Ok(()),
    }
}

/// Every base is the remote's own figure.
pub(crate) fn check_cards(till: &mut SimTill, remote: &Remote) -> Result<(), Violation> {
    let accounts = match till.look(|_, eye| Mirror::accounts(eye).map_err(|error| error.to_string())) {
        Ok(accounts) => accounts,
        Err(what) => return violated(7, what),
    };
    for account in accounts.iter().filter(|account| account.confirmed && account.has_base && account.status != "closed")
    {
        if account.system != System::Sandy {
            check_points(till, remote, account)?;
            continue;
        }
        let Some(card) = remote.sandy.card(&account.card) else { continue };
        if card.status.is_gone() {
            continue;
        }
        let (told, real) = ((account.money, account.points), (card.amount_fen, card.points));
        if told != real {
            let what = format!("till {}, {}: the base is {told:?}, the remote has {real:?}", till.index, account.card);
            return violated(7, what);
        }
    }
    Ok(())
}

/// Where figures can be read, the base is the remote's own.
fn check_points(till: &SimTill, remote: &Remote, account: &Account) -> Result<(), Violation> {
    let Some(who) = till.who(account.system, &account.card) else { return Ok(()) };
    let real = remote.points(account.system, &who);
    let blocked = account.system == System::Gree && remote.gree.member(&who).is_some_and(|member| member.blocked);
    if account.system == System::Yonyou || blocked || real == Some(account.points) {
        return Ok(());
    }
    let (system, card, points) = (account.system.name(), &account.card, account.points);
    violated(7, format!("till {}, {card} at {system}: the base is {points}, the remote has {real:?}", till.index))
}

/// What broken assumptions have done.
#[derive(Debug, Default)]
pub(crate) struct Harm {
    /// A person was told.
    pub(crate) noticed: u64,
    /// Nobody could tell it from other writers' work.
    pub(crate) indistinguishable: u64,
}

/// Each operation of a till: final, and its promise, the remote's ledger and the differences told add up.
pub(crate) fn check_all(till: &SimTill, remote: &Remote, class: Class, ledger: &mut Ledger) -> Result<Harm, Violation> {
    let mut harm = Harm::default();
    for op in till.mirror.ops.values() {
        let broken = ledger.broken.get(&key(till, op.op_no)).cloned();
        if let Some(broken) = broken {
            // Of two executions the one that came astray may have been told before the other was made.
            let stray = ledger.stray.get(&key(till, op.op_no)).copied();
            if is_noticed(till, op, stray.map_or(broken.at, |stray| stray.min(broken.at))) {
                harm.noticed += 1;
                continue;
            }
            if stands_for_another(till, remote, op) || is_undone(till, remote, op) {
                continue;
            }
            // Only where money is kept a till reckons up what it finds.
            if (till.is_sole() && op.system == System::Sandy) || class == Class::One {
                return violated(1, format!("{}, and nobody was ever told", broken.what));
            }
            harm.indistinguishable += 1;
            continue;
        }
        check_money(till, remote, class, op)?;
    }
    Ok(harm)
}

/// Whether a change of data that was made out of its turn shows no more: what stands at the remote is what the newest change of
/// this till to each of its fields has put there.
fn is_undone(till: &SimTill, remote: &Remote, op: &Op) -> bool {
    let body = |op: &Op| {
        let made = op.attempts.iter().find(|attempt| !attempt.path.is_empty())?;
        serde_json::from_slice::<Value>(&made.body).ok()
    };
    let Some(card) = remote.sandy.card(&op.card).filter(|_| op.kind == "modify") else { return false };
    let fields = [("uname", card.name), ("phone", card.phone), ("birthday", card.birthday)];
    let newest = |field: &str| {
        let of_lane = till.mirror.ops.values().filter(|other| other.lane == op.lane && other.state == "settled");
        of_lane.filter_map(|other| body(other)?.get(field)?.as_str().map(ToOwned::to_owned)).next_back()
    };
    let gives = |field: &str| body(op).is_some_and(|body| body.get(field).is_some());
    fields.into_iter().filter(|(field, _)| gives(field)).all(|(field, stands)| newest(field).as_deref() == Some(stands))
}

/// Operations of one card that send the very same request can't be told apart by anybody: where one of them was carried out in
/// another's place, each is done once in effect.
fn stands_for_another(till: &SimTill, remote: &Remote, op: &Op) -> bool {
    let request = |op: &Op| {
        let made = op.attempts.iter().find(|attempt| !attempt.path.is_empty());
        made.map(|attempt| (attempt.path.clone(), attempt.body.clone()))
    };
    let own = request(op);
    let alike = || till.mirror.ops.values().filter(|other| other.lane == op.lane && request(other) == own);
    let done = alike().filter(|other| other.state == "settled").count();
    let executed: usize = alike().map(|other| remote.executions(key(till, other.op_no)).len()).sum();
    own.is_some() && done == executed
}

/// Whether somebody was told that something is wrong with this card, no earlier than it went wrong.
fn is_noticed(till: &SimTill, op: &Op, since: i64) -> bool {
    till.mirror.notices.values().any(|notice| {
        let of_card = notice.card_no == Some(op.card_no) && notice.at >= since;
        match notice.kind.as_str() {
            "unexplained" | "stale_snapshot" => of_card,
            "contradiction" | "parked" | "rejected" | "variance" | "shortfall" | "charged_without_sale" => {
                of_card && notice.op_no == op.op_no
            }
            _ => false,
        }
    })
}

/// What was promised is what the remote did, or the difference has been told.
fn check_money(till: &SimTill, remote: &Remote, class: Class, op: &Op) -> Result<(), Violation> {
    let name = format!("{} of till {}", op.op_id, till.index);
    let mut executed = remote.executions(key(till, op.op_no)).to_vec();
    if remote.is_undone(key(till, op.op_no)) {
        executed.pop();
    }
    if class == Class::Two && op.state != "settled" {
        executed.retain(|executed| executed.changed);
    } else if class == Class::Two && executed.len() > 1 {
        // A repetition that changed nothing did no harm.
        let first = executed[0].clone();
        executed.retain(|executed| executed.changed);
        if executed.is_empty() {
            executed.push(first);
        }
    }
    let approved = op.promise.as_deref().is_some_and(is_approval);
    let told_of = |kinds: &[&str]| {
        till.mirror.notices.values().find(|notice| notice.op_no == op.op_no && kinds.contains(&notice.kind.as_str()))
    };
    let figure = |name: &str| op.told.as_ref().and_then(|told| told.get(name)?.as_i64()).unwrap_or_default();
    let wrong = |what: String| violated(7, format!("{name} ({}, {:?}): {what}", op.state, op.promise));
    match (op.state.as_str(), executed.as_slice()) {
        ("settled", [once]) if approved => {
            let (promised, done) = match op.kind.as_str() {
                "consume" => (-figure("from_card"), once.money),
                "recharge" => (figure("actual") + figure("bonus"), once.money),
                "redeem_points" | "adjust_points" | "return_points" | "update_points" => {
                    (figure("points"), once.points)
                }
                "accrue_points" if op.number("points").is_some() && op.number("amount").is_none() => {
                    (figure("points"), once.points)
                }
                _ => (0, 0),
            };
            if promised == done {
                return Ok(());
            }
            match op.evidence.as_deref() {
                // A person has said so, without a figure of the remote's: nothing tells the difference but the books.
                Some("person") => return Ok(()),
                // What was compared may have been another writer's record.
                Some("inferred") if remote.has_lookalike(till, op) => return Ok(()),
                _ => {}
            }
            let amount = |kind| told_of(&[kind]).and_then(|notice| notice.amount).unwrap_or_default();
            let (variance, shortfall) = (amount("variance"), amount("shortfall"));
            let told = if op.kind == "consume" { shortfall - variance } else { variance };
            if done - promised == told {
                return Ok(());
            }
            wrong(format!(
                "promised {promised}, done {done}, told a variance of {variance} and a shortfall of {shortfall}"
            ))
        }
        ("settled", [_]) => {
            if super::moves(op)
                && op.evidence.as_deref() != Some("person")
                && told_of(&["charged_without_sale"]).is_none()
            {
                return wrong("the remote did it without a promise, and nobody was told".to_owned());
            }
            Ok(())
        }
        // Inferred from another writer's record: counted when it was concluded.
        ("settled", []) if matches!(op.kind.as_str(), "modify" | "register" | "set_coupon_status") => Ok(()),
        ("reversed", _) if remote.stands(key(till, op.op_no)) == 0 => Ok(()),
        ("settled", []) if op.evidence.as_deref() == Some("inferred") => Ok(()),
        ("settled" | "declined" | "voided", [_, ..]) if super::wire::may_be_set_back(till, remote, op) => Ok(()),
        // What did harm is among the broken cases.
        ("settled" | "declined" | "voided", _) if class == Class::Two && op.kind == "modify" => Ok(()),
        ("declined" | "voided", []) | ("written_off" | "superseded", _) => Ok(()),
        ("settled" | "declined" | "voided", _) => wrong(format!("the remote has it {} times", executed.len())),
        (state, _) => violated(12, format!("{name} is still {state} ({:?}) when all is quiet", op.waits_for)),
    }
}
