//! Whether anything would be lost if the program, or its book, went away now.

use std::collections::BTreeMap;

use crate::clock::Timestamp;
use crate::error::Result;
use crate::model::{Class, Concern, SafeToClose, State, Tally};
use crate::store::View;

/// Where a backup leaves its mark: when it was made, in milliseconds, and how far the book had come.
const BACKUP: &str = "backup";

/// How far the book has come: the last operation, line, attempt and decision, days' closes among these.
pub(crate) fn stands_now(view: &View<'_>) -> Result<String> {
    let marks = view.marks()?;
    Ok(format!("{} {} {} {}", marks.op, marks.entry, marks.attempt, marks.decisions))
}

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
    let needs_one = view.last_entry()? > 0;
    safe.remove.extend(backup_lacks(view.book(BACKUP)?.as_deref(), &stands_now(view)?).filter(|_| needs_one));
    Ok(safe)
}

/// What the last backup lacks of how far the book has come, by the mark that it has left.
fn backup_lacks(mark: Option<&str>, now: &str) -> Option<Concern> {
    let numbers = |text: &str| -> Vec<i64> { text.split(' ').filter_map(|number| number.parse().ok()).collect() };
    let now = numbers(now);
    match numbers(mark.unwrap_or_default())[..] {
        [_, ref held @ ..] if held.len() == now.len() && held.iter().zip(&now).all(|(held, now)| held >= now) => None,
        [made_at, ..] => Some(Concern::BackupOld { made_at: Timestamp::from_millis(made_at) }),
        [] => Some(Concern::NoBackup),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_that_lacks_anything_is_old() {
        let old = || Some(Concern::BackupOld { made_at: Timestamp::from_millis(1_000) });
        for (mark, now, lacks) in [
            (None, "7 5 9 2", Some(Concern::NoBackup)),
            (Some("1000 7 5 9 2"), "7 5 9 2", None),
            (Some("1000 7 5 9 2"), "8 5 9 2", old()),
            (Some("1000 7 5 9 2"), "7 6 9 2", old()),
            (Some("1000 7 5 9 2"), "7 5 10 2", old()),
            (Some("1000 7 5 9 2"), "7 5 9 3", old()),
            (Some("1000 7 5"), "7 5 9 2", old()),
            (Some("1000"), "7 5 9 2", old()),
            (Some("odd"), "7 5 9 2", Some(Concern::NoBackup)),
        ] {
            assert_eq!(backup_lacks(mark, now), lacks, "{mark:?} {now}");
        }
    }
}
