//! Old copies of a book: made by a backup or as an image of the disk, and put in the book's place again, by which everything
//! that came after them is lost to the till. The remote forgets nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use tillbook::OfflinePolicy;

use crate::audit::mirror::{Mirror, Op};
use crate::audit::{check_copy, violated};
use crate::policy::Policies;
use crate::till::{Disk, Made, SimTill};
use crate::world::{Checked, Event, World};

/// So many copies of a book are kept.
const MOST: usize = 2;

/// Numbers that a book has given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Numbers {
    pub(crate) op: i64,
    pub(crate) attempt: i64,
    pub(crate) entry: i64,
}

impl Numbers {
    /// A number has been given. False if that, or a higher one, was given before.
    pub(crate) fn see(&mut self, what: &str, id: i64) -> bool {
        let highest = match what {
            "op" => &mut self.op,
            "attempt" => &mut self.attempt,
            _ => &mut self.entry,
        };
        let new = id > *highest;
        *highest = (*highest).max(id);
        new
    }
}

/// What the world knows of a till's copies.
#[derive(Debug, Default)]
pub(crate) struct Copies {
    kept: Vec<Copy>,
    made: u32,
    /// The highest numbers that the till has ever given, in whatever life of its book.
    pub(crate) highest: Numbers,
    /// Operations that were promised after the copy, and are lost to the book.
    pub(crate) lost: BTreeMap<i64, Op>,
    /// Keys of these.
    pub(crate) lost_keys: BTreeSet<String>,
    /// The copy has not been opened yet.
    pub(crate) put_back: Option<PutBack>,
    /// The book says that it is an older copy, and nobody has gone on with it.
    pub(crate) restored: bool,
    /// Somebody has tried to go on.
    went_on: bool,
    /// The high-water file was lost once.
    mark_lost: bool,
}

/// A copy that stands in the book's place, and has not been opened.
#[derive(Debug)]
pub(crate) struct PutBack {
    /// The till must find out.
    told: bool,
}

/// A copy, and what the world knew of the book when it was made.
#[derive(Debug)]
struct Copy {
    folder: PathBuf,
    /// Made by the till itself, and put back by the library.
    backup: bool,
    mirror: Mirror,
    policies: Policies,
    configured: OfflinePolicy,
    made: Vec<Made>,
    acknowledged: BTreeSet<i64>,
    highest: Numbers,
}

impl Copies {
    /// Whether operations of the till are lost to its book.
    pub(crate) fn has_lost(&self) -> bool {
        !self.lost.is_empty()
    }
}

fn copy_files(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for name in ["book.db", "book.db-wal"] {
        let (from, to) = (from.join(name), to.join(name));
        let _ = std::fs::remove_file(&to);
        if from.exists() {
            std::fs::copy(from, to)?;
        }
    }
    Ok(())
}

/// Somebody copies a till's book: the till itself while it runs, or whoever makes an image of its disk.
pub(crate) fn copy(world: &mut World, i: usize, dice: &mut fastrand::Rng) -> Checked {
    let running = world.tills[i].is_running();
    let till = &mut world.tills[i];
    // A book that waits to be opened is not looked at yet.
    if till.copies.put_back.is_some() || till.life == 0 || !till.has_mark() {
        return Ok(());
    }
    till.copies.made += 1;
    let folder = till.folder().join(format!("copy{}", till.copies.made));
    let backup = running && dice.bool();
    let done = if backup {
        let _ = std::fs::create_dir_all(&folder);
        let target = folder.join("book.db");
        till.aside(|steps| steps.backup(&target)).map_err(|error| error.to_string())
    } else {
        copy_files(&till.folder(), &folder).map_err(|error| error.to_string())
    };
    let how = if backup { "backed up" } else { "copied with its disk" };
    world.tell(|| format!("till {i}   its book is {how}"));
    if let Err(what) = done {
        if world.tills[i].disk != Disk::Well {
            return Ok(());
        }
        return violated(17, format!("till {i}: its book can't be {how}: {what}"));
    }
    let till = &mut world.tills[i];
    let copy = Copy {
        folder,
        backup,
        mirror: till.mirror.clone(),
        policies: till.policies.clone(),
        configured: till.configured.clone(),
        made: till.made.clone(),
        acknowledged: till.acknowledged.clone(),
        highest: till.copies.highest,
    };
    if till.copies.kept.len() == MOST {
        let place = dice.usize(0..MOST);
        till.copies.kept.remove(place);
    }
    till.copies.kept.push(copy);
    Ok(())
}

/// A copy is put in the book's place; the till finds it there when it starts again.
pub(crate) fn put_back(world: &mut World, i: usize, dice: &mut fastrand::Rng) -> Checked {
    let till = &mut world.tills[i];
    if till.copies.kept.is_empty() || till.copies.put_back.is_some() {
        return Ok(());
    }
    let place = dice.usize(0..till.copies.kept.len());
    let copy = till.copies.kept.remove(place);
    till.heal_disk();
    till.close_whole();
    let mark = till.mark();
    let loses_mark = !till.copies.mark_lost && dice.u8(0..5) == 0;
    if loses_mark {
        till.copies.mark_lost = true;
        let _ = std::fs::remove_file(&mark);
    }
    let put = if copy.backup {
        let restore = tillbook::Restore::new(copy.folder.join("book.db")).high_water(&mark);
        restore.run(till.path()).map(drop).map_err(|error| error.to_string())
    } else {
        copy_files(&copy.folder, &till.folder()).map_err(|error| error.to_string())
    };
    till.forget_disk();
    if let Err(what) = put {
        return violated(17, format!("till {i}: a copy can't be put back: {what}"));
    }
    // What was known since is lost.
    let known = std::mem::replace(&mut till.mirror, copy.mirror).ops;
    till.copies.lost.extend(known);
    till.copies.lost.retain(|op_no, _| !till.mirror.ops.contains_key(op_no));
    till.copies.lost_keys = till.copies.lost.values().map(|op| op.key.clone()).filter(|key| !key.is_empty()).collect();
    let newer = till.copies.highest != copy.highest;
    till.copies.put_back = Some(PutBack { told: copy.backup || newer || loses_mark });
    till.copies.restored = false;
    till.copies.went_on = false;
    (till.policies, till.configured) = (copy.policies, copy.configured);
    if till.configured != till.plan.config.policy {
        till.policies.said.push(till.plan.config.policy.clone());
    }
    (till.made, till.acknowledged) = (copy.made, copy.acknowledged);
    till.pacing.clear();
    let back = world.now() + dice.i64(0..60_000);
    let till = &mut world.tills[i];
    till.off_until = back;
    let lost = till.copies.lost.len();
    let how = if copy.backup { "a backup is restored" } else { "an old image of its disk is put back" };
    let mark = if loses_mark { ", its high-water file is gone" } else { "" };
    world.figures.faults += 1;
    world.figures.put_back += 1;
    world.tell(|| format!("till {i}   {how}{mark}, {lost} operations are lost to it"));
    world.schedule(back, Event::Boot(i));
    Ok(())
}

/// The program has started, and what it has written then is known.
pub(crate) fn after_boot(world: &mut World, i: usize) -> Checked {
    let till = &mut world.tills[i];
    let Some(status) = till.steps.as_mut().and_then(|steps| steps.status().ok()) else { return Ok(()) };
    let was = till.copies.restored;
    till.copies.restored = status.restored.is_some();
    if was && !till.copies.restored && !till.copies.went_on {
        return violated(17, format!("till {i} has forgotten that its book is an older copy"));
    }
    if let Some(put_back) = till.copies.put_back.take() {
        if put_back.told && !till.copies.restored {
            return violated(17, format!("till {i} goes on with an older copy of its book and has not noticed"));
        }
        check_copy(till)?;
    }
    let restored = till.copies.restored;
    if restored {
        world.tell(|| format!("till {i}   knows that its book is an older copy"));
    }
    Ok(())
}

/// A person says that the copy is to be gone on with.
pub(crate) fn go_on(world: &mut World, i: usize) -> Checked {
    if !world.tills[i].copies.restored || !world.tills[i].is_running() {
        return Ok(());
    }
    world.tell(|| format!("person   goes on with the older copy of till {i}"));
    world.tills[i].copies.went_on = true;
    // From the commit on it may send.
    world.tills[i].copies.restored = false;
    let notices: Vec<i64> =
        world.tills[i].mirror.notices.iter().filter(|(_, seen)| seen.kind == "restored").map(|(no, _)| *no).collect();
    world.tills[i].acknowledged.extend(notices);
    if world.at_book(i, |steps| steps.go_on_after_restore("Lin", "the other one is gone"))?.is_none() {
        let till = &mut world.tills[i];
        let status = till.steps.as_mut().and_then(|steps| steps.status().ok());
        till.copies.restored = status.is_none_or(|status| status.restored.is_some());
    }
    Ok(())
}

impl SimTill {
    /// An older copy is being opened: whatever is open in it may have been sent.
    pub(crate) fn takes_over(&self) -> bool {
        self.copies.put_back.is_some()
    }

    /// Nobody else writes to its cards; what its book has lost counts as somebody else's.
    pub(crate) fn is_sole(&self) -> bool {
        self.plan.sole && self.copies.lost.is_empty()
    }

    /// Whether an operation is one that its book has lost.
    pub(crate) fn has_lost(&self, op_no: i64) -> bool {
        self.copies.lost.contains_key(&op_no)
    }
}
