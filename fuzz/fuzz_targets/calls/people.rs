//! What people do: look operations up, cancel, decide, acknowledge, put cards aside.

use std::ptr::{null, null_mut};

use tillbook_ffi::*;

use crate::pen::{Pen, filled, read};
use crate::reads::list;
use crate::world::World;
use crate::{adds_up, made};

const KEYS: &[&str] = &["op-1", "op-2", "op-3", "op-4", "op-5", "op-6"];

pub(crate) fn call(world: &mut World, pen: &mut Pen<'_>) {
    let till = world.till_or(pen);
    let key = pen.str_of(KEYS);
    match pen.below(8) {
        0..=2 => {
            let mut receipt = pen.place::<tillbook_receipt>();
            let void = pen.seldom(2);
            let mut said = filled::<tillbook_void_request>();
            let has_said = void && pen.seldom(2);
            if has_said {
                (said.op_id, said.operator_name, said.shift, said.reason) =
                    (key, pen.str_or_none(), pen.str_or_none(), pen.str_or_none());
            }
            let said = pen.given(said);
            if made(|err| unsafe {
                match (void, has_said) {
                    (true, true) => tillbook_void_by(till, said, receipt.at(), err),
                    (true, false) => tillbook_void(till, key.data, key.size, receipt.at(), err),
                    _ => tillbook_operation(till, key.data, key.size, receipt.at(), err),
                }
            })
                && let Some(receipt) = receipt.whole()
            {
                adds_up(&receipt);
                assert!(!void || receipt.approved == 0, "what was cancelled is not approved");
            }
        }
        3 => {
            let mut details = null_mut();
            if made(|err| unsafe { tillbook_operation_details(till, key.data, key.size, &raw mut details, err) }) {
                list(world, details, tillbook_details_next, tillbook_details_free, |detail| {
                    read(detail.name);
                    read(detail.value);
                });
            }
        }
        4 | 5 => decide(world, pen),
        6 => {
            let (card, why) = (pen.str_of(&["A1", "B1"]), pen.str_or_none());
            made(|err| unsafe { tillbook_set_exception(till, card.data, card.size, why.data, why.size, err) });
        }
        _ => {
            let (provider, token) = (pen.str_of(&["gree", "yonyou"]), pen.str());
            made(|err| unsafe { tillbook_give_token(till, provider.data, provider.size, token.data, token.size, err) });
            let mut wanted = pen.place::<tillbook_token_wanted>();
            made(|err| unsafe { tillbook_next_token_wanted(till, wanted.at(), err) });
        }
    }
    pen.forget();
}

/// The first that waits gets a decision, and the first notification is acknowledged.
fn decide(world: &mut World, pen: &mut Pen<'_>) {
    let mut waiting = null_mut();
    if made(|err| unsafe { tillbook_waiting_of(world.till, &raw mut waiting, err) }) {
        let mut keys = Vec::new();
        list(world, waiting, tillbook_waiting_next, tillbook_waiting_free, |row| {
            for (texts, count) in [(row.attempts, row.attempts_count), (row.looks, row.looks_count)] {
                for index in 0..count {
                    read(unsafe { *texts.add(index) });
                }
            }
            keys.push(read(row.op_id));
        });
        if let Some(key) = keys.first() {
            let mut decision = filled::<tillbook_resolve_request>();
            let (data, size) = pen.known(key);
            decision.op_id = tillbook_str { data, size };
            decision.resolution = pen.code(4);
            decision.who = pen.str_of(&["店长"]);
            decision.why = pen.str_of(&["因为"]);
            let decision = pen.given(decision);
            let mut receipt = pen.place::<tillbook_receipt>();
            if made(|err| unsafe { tillbook_resolve(world.till, decision, receipt.at(), err) })
                && let Some(receipt) = receipt.whole()
            {
                adds_up(&receipt);
            }
        }
    }
    let mut notices = null_mut();
    if made(|err| unsafe { tillbook_notices_of(world.till, &raw mut notices, err) }) {
        let mut numbers = Vec::new();
        list(world, notices, tillbook_notices_next, tillbook_notices_free, |row| {
            read(row.op_id);
            read(row.card);
            read(row.detail);
            numbers.push(row.notice_no);
        });
        let number = numbers.first().copied().unwrap_or_else(|| pen.number());
        let who = pen.str_of(&["店长"]);
        made(|err| unsafe { tillbook_acknowledge(world.till, number, who.data, who.size, null(), 0, err) });
    }
}
