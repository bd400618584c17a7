//! Whether anything would be lost if the program, or its book, went away now.

use std::collections::BTreeMap;

use crate::clock::Timestamp;
use crate::error::Result;
use crate::model::{Class, Concern, SafeToClose, State, Tally};
use crate::store::View;

/// Where a backup leaves its mark: `<milliseconds> <last operation> <last line>`.
const BACKUP: &str = "backup";

pub(crate) fn safe_to_close(view: &View<'_>) -> Result<SafeToClose> {
    let mut safe = SafeToClose::default();
    let mut unfinished: BTreeMap<Class, Tally> = BTreeMap::new();
    let (mut sending, mut confirmed) = (Tally::default(), Tally::default());
    view.each_unfinished(&mut |op| {
        let (money, approved) = (op.at_stake(), op.is_approved());
        match (Class::of(op.state), op.state) {
            (Class::Accepted, _) => confirmed.add(money, approved),
            (class, state) => {
                unfinished.entry(class).or_default().add(money, approved);
                if state == State::Sending {
                    sending.add(money, approved);
                }
            }
        }
        Ok(())
    })?;
    if sending.operations > 0 {
        safe.upgrade.push(Concern::BeingSent { operations: sending.operations, money: sending.money });
    }
    for (class, Tally { operations, money, .. }) in unfinished {
        safe.remove.push(Concern::NotFinished { class, operations, money });
    }
    if confirmed.operations > 0 {
        safe.remove.push(Concern::NotConfirmed { operations: confirmed.operations, money: confirmed.money });
    }
    let notices = view.open_notice_count()?;
    if notices > 0 {
        safe.remove.push(Concern::Notices { notices });
    }
    let last = view.last_entry()?;
    let lines = last.saturating_sub(view.closed_up_to()?);
    if lines > 0 {
        safe.remove.push(Concern::DayNotClosed { lines: lines.unsigned_abs() });
    }
    if let Some(concern) = backup(view, last)? {
        safe.remove.push(concern);
    }
    Ok(safe)
}

/// What the last backup lacks. A book without a single line needs none.
fn backup(view: &View<'_>, last: i64) -> Result<Option<Concern>> {
    let mark = view.book(BACKUP)?;
    let mut numbers = mark.iter().flat_map(|mark| mark.split(' ')).filter_map(|number| number.parse::<i64>().ok());
    Ok(match (numbers.next(), numbers.nth(1)) {
        (Some(_), Some(held)) if held >= last => None,
        (Some(made_at), _) => Some(Concern::BackupOld { made_at: Timestamp::from_millis(made_at) }),
        (None, _) if last == 0 => None,
        (None, _) => Some(Concern::NoBackup),
    })
}
