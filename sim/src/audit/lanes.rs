//! Lanes: one that waits delays no other.

use tillbook::Link;
use tillbook_sandbox::System;

use super::mirror::Mirror;
use super::{Violation, violated};
use crate::till::{Disk, SimTill};
use crate::town::system_called;

/// After a turn that takes up whatever is due: every lane that is due has something under way, unless the till has as much
/// under way as it may, or leaves the whole remote alone. The stated bound is one turn.
pub(crate) fn check_lanes(till: &mut SimTill, book_now: i64) -> Result<(), Violation> {
    let remotes = till.steps.as_mut().and_then(|steps| steps.status().ok()).map(|status| status.remotes);
    if till.disk != Disk::Well || till.copies.restored {
        return Ok(());
    }
    let served = |link: &Link| matches!(link, Link::Up | Link::Unknown);
    for remote in remotes.unwrap_or_default().into_iter().filter(|remote| served(&remote.link)) {
        check_lanes_of(till, system_called(remote.provider), book_now)?;
    }
    Ok(())
}

fn check_lanes_of(till: &mut SimTill, system: System, book_now: i64) -> Result<(), Violation> {
    let read = till.look(|_, eye| {
        let accounts = Mirror::accounts(eye).map_err(|error| error.to_string())?;
        let provider = system.name();
        Ok((accounts, Mirror::condition(eye, provider), Mirror::token_until(eye, provider)))
    });
    let (accounts, condition, token_until) = match read {
        Ok(read) => read,
        Err(what) => return violated(10, what),
    };
    // Without a token nothing but a token is asked for.
    let needs_token = matches!(system, System::Gree | System::Yonyou);
    if needs_token && token_until.is_none_or(|until| until <= book_now) {
        return Ok(());
    }
    let time = |name: &str| condition.as_ref().and_then(|condition| condition.get(name)?.as_i64());
    let halted = condition.as_ref().is_some_and(|condition| condition.get("halted").is_some_and(|why| !why.is_null()));
    let waits = |name: &str| time(name).is_some_and(|until| until > book_now);
    if time("down_until").is_some() || halted || waits("paused_until") || waits("drain_from") {
        return Ok(());
    }
    let most = till.plan.most;
    let of_system = till.in_flight.values().filter(|exchange| exchange.system == system);
    let (own, unnamed) = (of_system.clone().count(), of_system.clone().any(|exchange| exchange.card.is_none()));
    // One of several remotes takes no more than three quarters of the places.
    let config = &till.plan.config;
    let there = [config.sandy.is_some(), config.gree.is_some(), config.freemud.is_some(), config.yonyou.is_some()];
    let several = there.iter().filter(|there| **there).count() > 1;
    let share = if several { (most - most / 4).max(1) } else { most };
    if till.in_flight.len() >= most || own >= share || (unnamed && system != System::Sandy) {
        return Ok(());
    }
    for account in accounts.into_iter().filter(|account| account.system == system) {
        let named = [Some(&account.card), account.reference.as_ref(), account.phone.as_ref()];
        let under_way = till.in_flight.values().any(|exchange| {
            exchange.lane == Some(account.lane)
                || named.iter().any(|name| name.is_some() && exchange.card.as_ref() == *name)
        });
        if account.lane_state == "ready" && account.due_at <= book_now && !under_way {
            return violated(
                10,
                format!(
                    "till {}: the lane of {} is due and not taken up ({condition:?}, {} under way)",
                    till.index,
                    account.card,
                    till.in_flight.len()
                ),
            );
        }
    }
    Ok(())
}
