//! Lanes: one that waits delays no other.

use tillbook::Link;

use super::mirror::Mirror;
use super::{Violation, violated};
use crate::till::{Disk, SimTill};

/// After a turn that takes up whatever is due: every lane that is due has something under way, unless the till has as much
/// under way as it may, or leaves the whole remote alone. The stated bound is one turn.
pub(crate) fn check_lanes(till: &mut SimTill, book_now: i64) -> Result<(), Violation> {
    let link = till.steps.as_mut().and_then(|steps| steps.status().ok()).map(|status| status.link);
    if till.disk != Disk::Well || !matches!(link, Some(Link::Up | Link::Unknown)) {
        return Ok(());
    }
    let read = till.look(|_, eye| {
        let accounts = Mirror::accounts(eye).map_err(|error| error.to_string())?;
        Ok((accounts, Mirror::condition(eye)))
    });
    let (accounts, condition) = match read {
        Ok(read) => read,
        Err(what) => return violated(10, what),
    };
    let time = |name: &str| condition.as_ref().and_then(|condition| condition.get(name)?.as_i64());
    let halted = condition.as_ref().is_some_and(|condition| condition.get("halted").is_some_and(|why| !why.is_null()));
    let waits = |name: &str| time(name).is_some_and(|until| until > book_now);
    if time("down_until").is_some() || halted || waits("paused_until") || waits("drain_from") {
        return Ok(());
    }
    if till.in_flight.len() >= till.plan.most {
        return Ok(());
    }
    for account in accounts {
        let under_way = till.in_flight.values().any(|exchange| exchange.card.as_ref() == Some(&account.card));
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
