//! Balances, bases and limits, recomputed from nothing.

use super::mirror::{Account, Line, Mirror, Op};
use super::{Scene, Violation, is_approval, key, violated};
use tillbook_sandbox::System;
use tillbook_sandbox::yonyou::AnswerForm;

use crate::plan::Class;
use crate::till::SimTill;

/// A base has changed: nothing of the lane may be on the wire or unknown, and the figures are some that stood at the remote
/// when everything that is finished here had been done.
pub(super) fn landed(till: &SimTill, scene: &Scene<'_>, line: &Line) -> Result<(), Violation> {
    let Some(figures) = &line.new else { return Ok(()) };
    let lane = line.id;
    let of_lane = || till.mirror.ops.values().filter(move |op| op.lane == lane);
    let unsure = |op: &&Op| {
        let parked = op.state == "parked" && op.unknown && !super::keys::parked_passes(till, op);
        parked || matches!(op.state.as_str(), "sending" | "in_doubt")
    };
    if let Some(op) = of_lane().find(unsure) {
        return violated(8, format!("till {}: a base lands while {} is {}", till.index, op.op_id, op.state));
    }
    let Some((card, system)) = of_lane().next().map(|op| (op.card.clone(), op.system)) else { return Ok(()) };
    if scene.class == Class::Two {
        return Ok(());
    }
    let mut parts = figures.split(' ').map(|part| part.parse::<i64>().unwrap_or_default());
    let (money, points) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let finished = of_lane().filter(|op| matches!(op.state.as_str(), "settled" | "applied"));
    let since = finished
        .flat_map(|op| scene.remote.executions(key(till, op.op_no)).iter().map(|executed| executed.seq))
        .max()
        .unwrap_or_default();
    let stood = match (system, till.who(system, &card)) {
        (System::Sandy, _) => scene.remote.stood_since(&card, since, money, points),
        // Where answers tell no figures, or a person has spoken, the base goes on by what was told here.
        (System::Yonyou, _) if reckoned(scene, of_lane()) => true,
        (_, Some(who)) => scene.remote.points_stood_since(system, &who, since, points),
        (_, None) => true,
    };
    if !stood {
        let what = format!(
            "till {}: the base of {card} becomes {money} fen, {points} points, which never stood there",
            till.index
        );
        return violated(8, what);
    }
    Ok(())
}

/// Whether a lane's figures at Yonyou are reckoned up and not told.
fn reckoned<'a>(scene: &Scene<'_>, mut lane: impl Iterator<Item = &'a Op>) -> bool {
    let tells = scene.remote.yonyou.settings().answer_form == AnswerForm::Sample;
    !tells || lane.any(|op| op.decisions > 0)
}

/// What is settled stands in the base: its figures stood at the remote when it had been done.
pub(super) fn check_settled(till: &mut SimTill, scene: &Scene<'_>, settled: &[i64]) -> Result<(), Violation> {
    let accounts = match till.look(|_, eye| Mirror::accounts(eye).map_err(|error| error.to_string())) {
        Ok(accounts) => accounts,
        Err(what) => return violated(7, what),
    };
    for op in settled.iter().filter_map(|op_no| till.mirror.ops.get(op_no)) {
        let account = accounts.iter().find(|account| account.lane == op.lane && account.has_base);
        // Of a card that is closed no base ever comes again.
        let Some(account) = account.filter(|account| account.status != "closed") else { continue };
        let moves = super::moves(op);
        let done = scene.remote.executions(key(till, op.op_no)).last().filter(|_| moves);
        let Some(done) = done else { continue };
        let stood = match (op.system, till.who(op.system, &op.card)) {
            (System::Sandy, _) => scene.remote.stood_since(&op.card, done.seq, account.money, account.points),
            // Its answers alone tell figures, and not all of them do.
            (System::Yonyou, _) | (_, None) => true,
            (system, Some(who)) => scene.remote.points_stood_since(system, &who, done.seq, account.points),
        };
        if !stood {
            let (name, fen, points) = (&op.op_id, account.money, account.points);
            let what = format!("{name} of till {} is settled without a base: {fen} fen, {points} points", till.index);
            return violated(7, what);
        }
    }
    Ok(())
}

struct Shown {
    confirmed: i64,
    expected: i64,
    available: i64,
}

/// The three figures of both assets, from the account's row and the operations alone.
fn recomputed<'a>(till: &SimTill, account: &Account, open: impl Iterator<Item = &'a Op>) -> [Shown; 2] {
    let policy = &till.policies.in_force;
    let mut money = Shown { confirmed: account.money, expected: account.money, available: account.money };
    let mut points = Shown { confirmed: account.points, expected: account.points, available: account.points };
    let (mut unsent_money, mut unsent_points) = (0, 0);
    for op in open {
        let approved = op.promise.as_deref().is_some_and(is_approval);
        let applied = op.state == "applied";
        let credit = applied || (approved && matches!(op.state.as_str(), "queued" | "sending"));
        let recharge = op.kind == "recharge";
        if op.state == "queued" {
            unsent_money += op.money.min(0);
            unsent_points += op.points.min(0);
        }
        if op.money < 0 {
            money.expected += op.money;
            money.available += op.money;
        } else if credit {
            money.expected += op.money + op.bonus;
            let counts = |allowed: bool| applied || (recharge && allowed);
            money.available += if counts(policy.unconfirmed_recharge_principal) { op.money } else { 0 };
            money.available += if counts(policy.unconfirmed_recharge_bonus) { op.bonus } else { 0 };
        }
        if op.points < 0 {
            points.expected += op.points;
            points.available += op.points;
        } else if credit {
            points.expected += op.points;
            points.available += if applied { op.points } else { 0 };
        }
    }
    if let Some(read) = account.read_money {
        money.available = money.available.min(read + unsent_money);
    }
    if let Some(read) = account.read_points {
        points.available = points.available.min(read + unsent_points);
    }
    [money, points]
}

/// A card's accounts, for whoever has to find out what is wrong with one.
fn card_shown(card: &tillbook::Card) -> Vec<String> {
    let told = |account: &tillbook::CardAccount| {
        format!("{} {:?} {}", account.provider, account.reference, account.balances.points.confirmed)
    };
    card.accounts.iter().map(told).collect()
}

/// Asks the library for every card and compares.
pub(crate) fn check_balances(till: &mut SimTill) -> Result<(), Violation> {
    let accounts = match till.look(|_, eye| Mirror::accounts(eye).map_err(|error| error.to_string())) {
        Ok(accounts) => accounts,
        Err(what) => return violated(6, what),
    };
    for account in accounts {
        let open = till.mirror.ops.values().filter(|op| {
            let state = op.state.as_str();
            op.lane == account.lane
                && matches!(state, "queued" | "sending" | "in_doubt" | "parked" | "applied" | "reversing")
        });
        let [money, points] = recomputed(till, &account, open);
        let Some(steps) = &mut till.steps else { return Ok(()) };
        // A disk that fails can't be read; that is no wrong balance.
        let Ok(served) = steps.card(&account.card) else { continue };
        // The number stands for another card by now, at one remote; at this one that is not known yet.
        if served.number.as_str() != account.card {
            continue;
        }
        let of_remote = served.accounts.iter().filter(|served| served.provider == account.system.name());
        let figures = |shown: &tillbook::Balances| {
            [
                (money.confirmed, shown.money.confirmed.fen(), "money confirmed"),
                (money.expected, shown.money.expected.fen(), "money expected"),
                (money.available, shown.money.available.fen(), "money available"),
                (points.confirmed, shown.points.confirmed.get(), "points confirmed"),
                (points.expected, shown.points.expected.get(), "points expected"),
                (points.available, shown.points.available.get(), "points available"),
            ]
        };
        // A number that has come to stand for two members shows an account of each.
        let all: Vec<_> = of_remote.map(|served| figures(&served.balances)).collect();
        if all.iter().any(|figures| figures.iter().all(|(want, got, _)| want == got)) {
            continue;
        }
        let wrong = all.first().and_then(|figures| figures.iter().find(|(want, got, _)| want != got));
        let what = wrong.map_or_else(
            || "the account is not shown".to_owned(),
            |(want, got, what)| format!("{what} is {want}, shown {got}"),
        );
        let (system, card) = (account.system.name(), &account.card);
        let shown: Vec<String> = card_shown(&served);
        return violated(6, format!("till {}, {card} at {system}: {what}; accounts shown: {shown:?}", till.index));
    }
    Ok(())
}
