//! The life of operations: what a commit has changed, line by line.

use std::collections::BTreeSet;

use super::mirror::{Line, Mirror, Op};
use super::{Scene, Violation, copies, holds_lane, is_approval, key, keys, limits, money, people, violated, wire};
use crate::plan::Class;
use crate::till::SimTill;

/// What a commit brought that others wait for.
#[derive(Debug, Default)]
pub(crate) struct News {
    /// Attempts that were written down: operation and attempt.
    pub(crate) attempts: Vec<(i64, i64)>,
    /// For the trace.
    pub(crate) told: Vec<String>,
}

/// The whole life of an operation, as the design draws it.
fn is_legal(from: &str, to: &str) -> bool {
    let onward: &[&str] = match from {
        "queued" => &["sending", "voided", "parked"],
        "sending" => &["applied", "declined", "rejected", "queued", "voided", "superseded", "in_doubt", "parked"],
        "in_doubt" => &["applied", "declined", "rejected", "queued", "voided", "superseded", "parked", "reversing"],
        "applied" => &["settled", "reversing"],
        "reversing" => &["reversed", "parked"],
        "rejected" => &["applied", "queued", "written_off"],
        "parked" => &["applied", "declined", "rejected", "queued", "written_off"],
        _ => &[],
    };
    onward.contains(&to)
}

/// Reads what a till has committed since, and checks it.
pub(crate) fn follow(till: &mut SimTill, scene: &mut Scene<'_>, tracing: bool) -> Result<News, Violation> {
    let lines = match till.look(Mirror::news) {
        Ok(lines) => lines,
        Err(what) => return violated(5, what),
    };
    let mut news = News::default();
    if lines.is_empty() {
        return Ok(news);
    }
    let touched: BTreeSet<i64> = lines.iter().filter(|line| line.op_no > 0).map(|line| line.op_no).collect();
    let gone = lines.iter().any(|line| line.what == "gone" && !goes_into_archives(till, line));
    if !gone {
        let read = till.look(|mirror, eye| {
            touched.iter().try_for_each(|&op_no| {
                mirror.refresh(eye, op_no).map_err(|error| format!("operation {op_no}: {error}"))
            })
        });
        if let Err(what) = read {
            return violated(5, what);
        }
    }
    let (mut promised, mut approved) = (Vec::new(), Vec::new());
    let mut waiting = BTreeSet::new();
    let mut settled = Vec::new();
    for line in &lines {
        if tracing && line.what != "touch" {
            news.told.push(told(till, line));
        }
        copies::numbered(till, line)?;
        match line.what.as_str() {
            "gone" if goes_into_archives(till, line) => check_archived(till, line)?,
            "gone" => return violated(5, format!("a row of {} is gone", line.old.as_deref().unwrap_or("?"))),
            "changed" if line.old.as_deref() == Some("body") && is_erased(till, line) => {}
            "changed" if line.old.as_deref() == Some("body") => {
                return violated(2, format!("the body of attempt {} has changed", line.id));
            }
            "changed" => return violated(5, format!("the promise of operation {} has changed", line.op_no)),
            "op" => {
                scene.ledger.operations += 1;
                if let Some(op) = till.mirror.ops.get_mut(&line.op_no) {
                    op.state = line.new.clone().unwrap_or_default();
                    op.since = scene.now;
                }
            }
            "state" => {
                moved(till, scene, line)?;
                if matches!(line.new.as_deref(), Some("parked" | "rejected")) {
                    waiting.insert(line.op_no);
                }
                if line.new.as_deref() == Some("settled") {
                    settled.push(line.op_no);
                }
            }
            "promise" => {
                if let Some(op) = till.mirror.ops.get_mut(&line.op_no) {
                    if let Some(before) = &op.promise {
                        return violated(5, format!("{} was promised {before} already", op.op_id));
                    }
                    op.promise.clone_from(&line.new);
                }
                promised.push(line.op_no);
                if line.new.as_deref() == Some("offline_approved") {
                    approved.push(line.op_no);
                }
            }
            "entry" => {
                if let Some(op) = till.mirror.ops.get_mut(&line.op_no) {
                    op.entries += 1;
                    op.approval_entries += u32::from(line.new.as_deref().is_some_and(|approval| !approval.is_empty()));
                }
            }
            "attempt" => {
                attempted(till, line)?;
                news.attempts.push((line.op_no, line.id));
            }
            "outcome" => {
                let op = till.mirror.ops.get_mut(&line.op_no);
                let attempt = op.and_then(|op| op.attempts.iter_mut().find(|attempt| attempt.attempt_no == line.id));
                if let Some(attempt) = attempt {
                    attempt.outcome.clone_from(&line.new);
                }
            }
            "look" => {
                if let Some(op) = till.mirror.ops.get_mut(&line.op_no) {
                    op.looks.push(line.new.clone().unwrap_or_default());
                }
            }
            "notice" => people::noticed(till, scene, line, &waiting)?,
            "retold" => people::retold(till, scene, line)?,
            "ack" => {
                people::acknowledged(till, line)?;
            }
            "decision" => {
                if let Some(op) = till.mirror.ops.get_mut(&line.op_no) {
                    op.decisions += 1;
                    op.asked_again += u32::from(line.new.as_deref() == Some("send_again"));
                    if line.new.as_deref() == Some("new_number") {
                        // What was sent was for another number.
                        op.retargeted += 1;
                        op.attempts.clear();
                        op.looks.clear();
                    }
                }
            }
            "base" => money::landed(till, scene, line)?,
            "policy" => limits::policy_set(till, line)?,
            _ => {}
        }
    }
    for op_no in touched {
        at_rest(till, op_no)?;
    }
    limits::check_promises(till, &promised)?;
    if !approved.is_empty() {
        limits::check_limits(till, &approved)?;
    }
    if !settled.is_empty() && scene.class == Class::One {
        money::check_settled(till, scene, &settled)?;
    }
    Ok(news)
}

/// Keeping house takes away what is not needed of operations that are final, where the settings say so.
fn goes_into_archives(till: &SimTill, line: &Line) -> bool {
    let details = matches!(line.old.as_deref(), Some("attempt" | "look" | "decision" | "notice"));
    details && till.house_kept && till.plan.config.retention.archive_after_days.is_some()
}

/// What has gone into an archive was of an operation that is final, and no open notification.
fn check_archived(till: &SimTill, line: &Line) -> Result<(), Violation> {
    let what = line.old.as_deref().unwrap_or_default();
    let is_final = till.mirror.ops.get(&line.op_no).is_some_and(|op| super::is_final(&op.state));
    let open = what == "notice" && till.mirror.notices.get(&line.id).is_some_and(|notice| !notice.acked);
    if is_final && !open {
        return Ok(());
    }
    violated(
        5,
        format!("{what} {} of operation {} of till {} is archived while it is needed", line.id, line.op_no, till.index),
    )
}

/// The bytes of an attempt are erased: of an operation that is final, by keeping house.
fn is_erased(till: &SimTill, line: &Line) -> bool {
    till.house_kept && till.mirror.ops.get(&line.op_no).is_some_and(|op| super::is_final(&op.state))
}

fn told(till: &SimTill, line: &Line) -> String {
    let op = till.mirror.ops.get(&line.op_no).map_or_else(String::new, |op| format!(" {} on {}", op.op_id, op.card));
    let new = line.new.as_deref().unwrap_or_default();
    match (line.what.as_str(), line.old.as_deref()) {
        ("state", Some(old)) => format!("{op}: {old} -> {new}").trim_start().to_owned(),
        (what, Some(old)) => format!("{what} {}{op}: {old} -> {new}", line.id),
        (what, None) => format!("{what} {}{op}: {new}", line.id),
    }
}

fn op_of(till: &SimTill, op_no: i64, invariant: u8) -> Result<&Op, Violation> {
    match till.mirror.ops.get(&op_no) {
        Some(op) => Ok(op),
        None => violated(invariant, format!("operation {op_no} is unknown")),
    }
}

/// A transition.
fn moved(till: &mut SimTill, scene: &mut Scene<'_>, line: &Line) -> Result<(), Violation> {
    let (from, to) = (line.old.as_deref().unwrap_or_default(), line.new.as_deref().unwrap_or_default());
    let key = key(till, line.op_no);
    let op = op_of(till, line.op_no, 9)?;
    let name = format!("{} of till {}", op.op_id, till.index);
    if op.state != from || !is_legal(from, to) {
        return violated(9, format!("{name} was {} and went {from} -> {to}", op.state));
    }
    let count = scene.remote.executions(key).len();
    match (from, to) {
        (_, "sending") => {
            let ahead = till.mirror.ops.values().find(|other| {
                other.lane == op.lane
                        && other.op_no < op.op_no
                        // A member who is found out to be another card's is sent for before that is known.
                        && (op.kind != "register" || (other.first_lane == op.first_lane && other.state == "queued"))
                        // Of two lanes that became one, and after a person's word, what is begun goes before what is queued.
                        && !(other.state == "queued" && (other.first_lane != op.first_lane || other.decisions > 0))
                        && holds_lane(&other.state, &other.kind)
                        && !(other.state == "parked" && keys::parked_passes(till, other))
            });
            if let Some(ahead) = ahead.filter(|_| !till.takes_over()) {
                return violated(3, format!("{name} is sent before {}, which is {}", ahead.op_id, ahead.state));
            }
            if op.promise.as_deref().is_some_and(|promise| !is_approval(promise)) && !till.takes_over() {
                return violated(4, format!("{name} is sent though it was {:?}", op.promise));
            }
        }
        // With a key it is simply sent again.
        ("in_doubt", "queued") if keys::repeats(till, op) => {}
        ("in_doubt", "queued") => {
            let absent = op.looks.iter().filter(|verdict| *verdict == "not_seen").count();
            if absent < 2 && op.looks.last().map(String::as_str) != Some("unchanged") {
                return violated(4, format!("{name} goes back to the queue after the looks {:?}", op.looks));
            }
            let pending = scene.pending.get(&key).copied().unwrap_or_default();
            // In class two the harm is seen when it is done a second time.
            if count + pending as usize > 0
                && scene.class == Class::One
                && !wire::may_be_set_back(till, scene.remote, op)
            {
                return violated(1, format!("{name} is taken for absent, but was carried out or will be"));
            }
        }
        ("sending", "queued") => {
            let last = op.attempts.last().and_then(|attempt| attempt.outcome.as_deref());
            if !matches!(last, Some("not_sent" | "not_processed")) {
                return violated(4, format!("{name} goes back to the queue after an attempt that was {last:?}"));
            }
        }
        ("rejected", "queued") if op.retargeted == 0 || op.kind != "open_card" => {
            return violated(9, format!("{name} was refused and is sent again under the same number"));
        }
        ("parked", "queued") if op.asked_again + op.retargeted == 0 => {
            return violated(4, format!("{name} is sent again and nobody has asked for it"));
        }
        (_, "applied") if op.evidence.as_deref() != Some("person") => {
            let inferred = op.evidence.as_deref() == Some("inferred");
            scene.ledger.inferred += u64::from(inferred);
            if count == 0
                && (inferred || till.copies.has_lost())
                && !till.is_sole()
                && scene.remote.has_lookalike(till, op)
            {
                scene.ledger.inferred_wrongly += 1;
            } else if count == 0 && !may_stand_by_itself(till, scene, op) {
                // Holder's data that already stood as sent needs no change.
                scene.broken(key, format!("{name} is taken for applied ({:?}) and was not", op.evidence))?;
            }
        }
        (_, "reversed") if scene.remote.stands(key) > 0 => {
            scene.broken(key, format!("{name} becomes reversed, and the remote still has it"))?;
        }
        (_, "declined" | "voided" | "rejected")
            if scene.remote.stands(key) > 0 && !wire::may_be_set_back(till, scene.remote, op) =>
        {
            scene.broken(key, format!("{name} becomes {to}, and the remote has it {count} times"))?;
        }
        _ => {}
    }
    if let Some(op) = till.mirror.ops.get_mut(&line.op_no) {
        to.clone_into(&mut op.state);
        op.since = scene.now;
    }
    Ok(())
}

/// What an operation was for may be so though nobody has carried it out: the holder's data stood as sent, somebody else has
/// registered the phone, or set the coupon's status.
fn may_stand_by_itself(till: &SimTill, scene: &Scene<'_>, op: &Op) -> bool {
    match op.kind.as_str() {
        "modify" | "set_coupon_status" => true,
        "register" => {
            let who = till.who(op.system, &op.card);
            who.is_some_and(|who| scene.remote.points(op.system, &who).is_some())
        }
        _ => false,
    }
}

/// A new attempt: never another body after one that may have been seen, never a second one beside one whose outcome is open.
fn attempted(till: &mut SimTill, line: &Line) -> Result<(), Violation> {
    let attempt = match till.look(|_, eye| Mirror::attempt(eye, line.id).map_err(|error| error.to_string())) {
        Ok(attempt) => attempt,
        Err(what) => return violated(2, what),
    };
    let (till_no, takes_over) = (till.index, till.takes_over());
    let repeats = till.mirror.ops.get(&line.op_no).is_some_and(|op| keys::repeats(till, op));
    let Some(op) = till.mirror.ops.get_mut(&line.op_no) else {
        return violated(2, format!("attempt {} belongs to no operation", line.id));
    };
    let sent = |outcome: Option<&str>| !matches!(outcome, Some("not_sent" | "not_processed"));
    let known = |earlier: &&super::mirror::Attempt| !earlier.undoing && !earlier.path.is_empty();
    let first = op.attempts.iter().filter(known).find(|earlier| sent(earlier.outcome.as_deref()));
    // An attempt without a request stands for one that was never made.
    let made = !attempt.path.is_empty() && !attempt.undoing;
    if let Some(first) = first.filter(|first| made && (&first.body, &first.path) != (&attempt.body, &attempt.path)) {
        let what =
            format!("{} of till {till_no} is sent with another body than by attempt {}", op.op_id, first.attempt_no);
        return violated(2, what);
    }
    let open = |outcome: Option<&str>| matches!(outcome, None | Some("unknown"));
    if op.asked_again == 0
        && !takes_over
        && !repeats
        && !attempt.undoing
        && op.attempts.iter().any(|earlier| open(earlier.outcome.as_deref()))
    {
        return violated(
            4,
            format!("{} of till {till_no} is sent again while nobody knows what became of it", op.op_id),
        );
    }
    op.looks.clear();
    op.attempts.push(attempt);
    Ok(())
}

/// What has to hold of an operation whenever a commit is over.
fn at_rest(till: &SimTill, op_no: i64) -> Result<(), Violation> {
    let op = op_of(till, op_no, 5)?;
    let name = format!("{} of till {}", op.op_id, till.index);
    let approved = op.promise.as_deref().is_some_and(is_approval);
    if op.approval_entries != u32::from(approved) {
        return violated(
            5,
            format!("{name}, promised {:?}, has {} entries of approval", op.promise, op.approval_entries),
        );
    }
    if matches!(op.state.as_str(), "parked" | "rejected") {
        people::check_told(till, op)?;
        if op.kind == "open_card" {
            people::check_orphans(till, op)?;
        }
    }
    // A line that takes an approval's back, and nothing for what was never approved.
    let taken_back = matches!(op.state.as_str(), "voided" | "written_off");
    // What was done without a promise, could not be undone and was written off keeps the line that tells of it.
    let charged = op.state == "written_off" && !approved && op.entries == 1;
    if taken_back && !charged && op.entries != if approved { 2 } else { 0 } {
        return violated(5, format!("{name}, {}, promised {:?}, has {} entries", op.state, op.promise, op.entries));
    }
    Ok(())
}
