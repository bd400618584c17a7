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
    let lines = view.lines_not_closed()?;
    if lines > 0 {
        safe.remove.push(Concern::DayNotClosed { lines });
    }
    safe.remove.extend(backup_lacks(view.book(BACKUP)?.as_deref(), view.last_entry()?));
    Ok(safe)
}

/// What the last backup lacks, by the mark that it has left. A book without a single line needs none.
fn backup_lacks(mark: Option<&str>, last: i64) -> Option<Concern> {
    let numbers: Vec<i64> = mark.unwrap_or_default().split(' ').filter_map(|number| number.parse().ok()).collect();
    match numbers[..] {
        [_, _, held] if held >= last => None,
        [made_at, ..] => Some(Concern::BackupOld { made_at: Timestamp::from_millis(made_at) }),
        [] if last == 0 => None,
        [] => Some(Concern::NoBackup),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_that_lacks_a_line_is_old() {
        let old = || Some(Concern::BackupOld { made_at: Timestamp::from_millis(1_000) });
        for (mark, last, lacks) in [
            (None, 0, None),
            (None, 1, Some(Concern::NoBackup)),
            (Some("1000 7 5"), 5, None),
            (Some("1000 7 5"), 6, old()),
            (Some("1000"), 1, old()),
            (Some("odd"), 1, Some(Concern::NoBackup)),
        ] {
            assert_eq!(backup_lacks(mark, last), lacks, "{mark:?} {last}");
        }
    }
}
