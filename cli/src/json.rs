//! Answers as JSON. The shapes are stable: fields are only added. Money is in fen, times are milliseconds since 1970 UTC.

use std::path::Path;

use serde_json::{Value, json};
use tillbook::{
    Balances, Card, CardNumber, HistoryLine, Link, ListedOperation, Notice, Orphan, Receipt, RemoteRecord,
    RemoteStatus, SyncStatus, WaitingOperation,
};

use crate::out::Out;

/// A file's name. JSON is UTF-8, and a name need not be: what is none is shown as a terminal does.
pub(crate) fn path(path: &Path) -> String {
    path.display().to_string()
}

fn balances(balances: &Balances) -> Value {
    json!({"money": balances.money, "points": balances.points, "as_of": balances.as_of})
}

pub(crate) fn card(out: &Out, card: &Card) -> Value {
    let holder = &card.holder;
    json!({
        "number": out.number(card.number.as_str()),
        "level": card.level,
        "name": holder.name.as_ref().map(|name| out.name(name)),
        "phone": holder.phone.as_ref().map(|phone| out.phone(phone)),
        "status": card.status,
        "exception": card.exception.is_some(),
        "balances": balances(&card.balances),
        "owed": card.owed,
        "fetched_at": card.fetched_at,
        "held_by": card.held_by,
    })
}

pub(crate) fn receipt(out: &Out, receipt: &Receipt) -> Value {
    let free = |text: &String| out.free(text, Some(receipt.card.as_str()));
    json!({
        "op_id": receipt.op_id,
        "kind": receipt.kind,
        "card": out.number(receipt.card.as_str()),
        "promise": receipt.promise,
        "state": receipt.state,
        "evidence": receipt.evidence,
        "told": receipt.told,
        "receipt_no": receipt.receipt_no,
        "created_at": receipt.created_at,
        "variance": receipt.variance,
        "waits_for": receipt.waits_for.as_ref().map(free),
        "remote_message": receipt.remote_message.as_ref().map(free),
        "balances": balances(&receipt.balances),
    })
}

pub(crate) fn waiting(out: &Out, waiting: &WaitingOperation) -> Value {
    let orphan = |one: &Orphan| json!({"op_id": one.op_id, "kind": one.kind, "amount": one.amount, "cash": one.cash});
    let orphans: Vec<_> = waiting.orphans.iter().map(orphan).collect();
    let free = |texts: &[String]| -> Vec<String> {
        texts.iter().map(|text| out.free(text, Some(waiting.receipt.card.as_str()))).collect()
    };
    json!({
        "operation": receipt(out, &waiting.receipt),
        "amount": waiting.amount,
        "attempts": free(&waiting.attempts),
        "looks": free(&waiting.looks),
        "resolutions": waiting.resolutions,
        "orphans": orphans,
        "cash_taken": waiting.cash_taken,
        "may_retarget": waiting.may_retarget,
    })
}

pub(crate) fn line(out: &Out, line: &HistoryLine) -> Value {
    let entry = &line.entry;
    let reason = entry.reason.as_ref().map(|reason| out.reason(&entry.kind, reason, entry.card.as_str()));
    json!({
        "entry_no": entry.entry_no, "op_id": entry.op_id, "card": out.number(entry.card.as_str()), "kind": entry.kind,
        "original": entry.original, "actual": entry.actual, "from_card": entry.from_card, "due": entry.due,
        "bonus": entry.bonus, "points": entry.points, "money_after": entry.money_after,
        "points_after": entry.points_after, "approval": entry.approval, "ticket": entry.ticket,
        "operator": entry.operator, "supervisor": entry.supervisor, "shift": entry.shift, "reason": reason,
        "business_date": entry.business_date, "receipt_no": entry.receipt_no, "at": entry.at, "state": line.state,
        "evidence": line.evidence, "variance": line.variance,
    })
}

pub(crate) fn record(out: &Out, record: &RemoteRecord) -> Value {
    json!({
        "record_no": record.record_no, "card": out.number(record.card.as_str()), "provider": record.provider,
        "remote_id": record.remote_id, "kind": record.kind, "money": record.money, "points": record.points,
        "money_after": record.money_after, "points_after": record.points_after, "store": record.store,
        "at": record.at, "fetched_at": record.fetched_at,
    })
}

pub(crate) fn notice(out: &Out, notice: &Notice) -> Value {
    json!({
        "notice_no": notice.notice_no, "kind": notice.kind, "op_id": notice.op_id,
        "card": notice.card.as_ref().map(|card| out.number(card.as_str())), "amount": notice.amount,
        "detail": out.free(&notice.detail, notice.card.as_ref().map(CardNumber::as_str)), "at": notice.at,
    })
}

fn link(link: &Link) -> &'static str {
    match link {
        Link::Up => "up",
        Link::Paused(_) => "paused",
        Link::Down => "down",
        Link::Halted(_) => "halted",
        _ => "unknown",
    }
}

pub(crate) fn sync(out: &Out, status: &SyncStatus) -> Value {
    let remote = |one: &RemoteStatus| {
        let (why, until) = match &one.link {
            Link::Halted(why) => (Some(out.free(why, None)), None),
            Link::Paused(until) => (None, Some(until)),
            _ => (None, None),
        };
        json!({"provider": one.provider, "link": link(&one.link), "halted": why, "paused_until": until})
    };
    let remotes: Vec<_> = status.remotes.iter().map(remote).collect();
    json!({
        "link": link(&status.link), "remotes": remotes, "queued": status.queued,
        "waiting_for_people": status.waiting_for_people, "inferred": status.inferred, "done": status.done,
        "next_due": status.next_due, "restored": status.restored,
    })
}

/// The same operation with its card masked, unless all is asked for.
pub(crate) fn masked(out: &Out, value: &mut Value, operations: &[ListedOperation]) {
    let listed = value.get_mut("operations").and_then(Value::as_array_mut).into_iter().flatten();
    for (json, op) in listed.zip(operations) {
        json["card"] = out.number(op.card.as_str()).into();
        if let Some(why) = &op.waits_for {
            json["waits_for"] = out.free(why, Some(op.card.as_str())).into();
        }
    }
}
