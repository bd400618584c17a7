//! What a manager asks for: search, limits, lists, numbers, reports, the day's close, the check of the book.

use std::ptr::null_mut;

use tillbook_ffi::*;

use crate::pen::{Pen, ends, filled, read};
use crate::reads::list;
use crate::world::World;
use crate::{adds_up, made};

const CARDS: &[&str] = &["A1", "B1", "13800001234", "N1", "R01"];

pub(crate) fn call(world: &mut World, pen: &mut Pen<'_>) {
    match pen.below(12) {
        0 => search(world, pen),
        1 => history(world, pen),
        2 => policy(world, pen),
        3 => room(world, pen),
        4 | 5 => exceptions(world, pen),
        6 => retarget(world, pen),
        7 | 8 => report(world, pen),
        9 => day(world, pen),
        10 => preload(world, pen),
        _ => keep(world, pen),
    }
    pen.forget();
}

fn search(world: &mut World, pen: &mut Pen<'_>) {
    let mut query = filled::<tillbook_search_query>();
    query.text = pen.str_of(&["A", "1380", "王", "小"]);
    query.limit = pen.code(3) as u32;
    query.unmasked = pen.code(1);
    let query = pen.given(query);
    let (till, mut found, mut more) = (world.till_or(pen), null_mut(), 0);
    if made(|err| unsafe { tillbook_search(till, query, &raw mut found, &raw mut more, err) }) {
        list(world, found, tillbook_found_next, tillbook_found_free, |row| {
            for text in [row.number, row.shown, row.name, row.phone, row.level] {
                read(text);
            }
        });
    }
}

fn history(world: &mut World, pen: &mut Pen<'_>) {
    let till = world.till_or(pen);
    let card = pen.str_of(CARDS);
    let mut pull = pen.place::<tillbook_history_pull>();
    let (since, wait) = (pen.number(), pen.wait().min(50));
    made(|err| unsafe { tillbook_pull_history(till, card.data, card.size, since, wait, pull.at(), err) });
    let mut query = filled::<tillbook_history_query>();
    query.card = card;
    query.page_size = pen.code(5) as u32;
    query.after = pen.number();
    query.after_record = pen.number();
    let query = pen.given(query);
    let (mut lines, mut after, mut record) = (null_mut(), 0, 0);
    if made(|err| unsafe {
        tillbook_history_with_remote(till, query, &raw mut lines, &raw mut after, &raw mut record, err)
    }) {
        list(world, lines, tillbook_history_next, tillbook_history_free, |row| {
            assert_eq!(row.record_no == 0, row.entry_no != 0);
            for text in [row.kind, row.op_id, row.card, row.provider, row.remote_id, row.store, row.note] {
                read(text);
            }
        });
    }
}

fn policy(world: &mut World, pen: &mut Pen<'_>) {
    let till = world.till_or(pen);
    let mut policy = filled::<tillbook_policy>();
    made(|err| unsafe { tillbook_policy_of(till, &raw mut policy, err) });
    policy.floor_limit = pen.number();
    policy.hard_floor_limit = pen.number();
    policy.outage_recharges = pen.number();
    policy.valid_until = pen.number();
    policy.overridable = pen.wide() as u32;
    policy.warning_percent = pen.code(100) as u32;
    let mut request = filled::<tillbook_set_policy_request>();
    request.policy = pen.given(policy);
    request.policy_json = pen.str_or_none();
    request.who = pen.str_of(&["总部"]);
    request.why = pen.str_of(&["因为"]);
    let request = pen.given(request);
    let mut version = 0;
    if made(|err| unsafe { tillbook_set_policy(till, request, &raw mut version, err) }) {
        assert!(version > 0);
    }
}

fn room(world: &mut World, pen: &mut Pen<'_>) {
    let (till, card, lifts) = (world.till_or(pen), pen.str_of(CARDS), pen.code(1));
    let mut room = pen.place::<tillbook_room>();
    if made(|err| unsafe { tillbook_room_of(till, card.data, card.size, lifts, room.at(), err) })
        && let Some(room) = room.whole()
    {
        assert!(room.money >= 0 && room.money <= room.floor.max(0) && room.operations >= 0);
        ends(&room.binding_en);
        ends(&room.binding_zh);
    }
}

fn exceptions(world: &mut World, pen: &mut Pen<'_>) {
    let till = world.till_or(pen);
    let mut request = filled::<tillbook_exception_request>();
    request.card = pen.str_of(CARDS);
    request.who = pen.str_of(&["店长"]);
    request.lift = pen.code(1);
    request.why = if request.lift == 0 { pen.str_of(&["丢失"]) } else { pen.str_or_none() };
    let request = pen.given(request);
    made(|err| unsafe { tillbook_change_exception(till, request, err) });
    let listed = [tillbook_listed { card: pen.str_of(CARDS), reason: pen.str_of(&["stolen"]) }];
    let (listed, who) = (pen.row(&listed), pen.str_of(&["head office"]));
    let count = usize::from(pen.seldom(4));
    made(|err| unsafe { tillbook_replace_exceptions(till, listed, count, who.data, who.size, err) });
    let (mut rows, mut next) = (null_mut(), 0);
    let (after, limit) = (pen.number(), pen.code(5) as u32);
    if made(|err| unsafe { tillbook_exceptions_of(till, after, limit, &raw mut rows, &raw mut next, err) }) {
        list(world, rows, tillbook_exceptions_next, tillbook_exceptions_free, |row| {
            read(row.card);
            read(row.reason);
            read(row.who);
        });
    }
}

fn retarget(world: &mut World, pen: &mut Pen<'_>) {
    let till = world.till_or(pen);
    let op_id = pen.str_of(&["op-1", "op-2", "op-3", "op-4"]);
    let mut left = 0;
    made(|err| unsafe { tillbook_numbers_left(till, &raw mut left, err) });
    let mut orphans = null_mut();
    if made(|err| unsafe { tillbook_orphans_of(till, op_id.data, op_id.size, &raw mut orphans, err) }) {
        list(world, orphans, tillbook_orphans_next, tillbook_orphans_free, |row| {
            read(row.op_id);
        });
    }
    let mut decision = filled::<tillbook_retarget_request>();
    decision.op_id = op_id;
    decision.to = pen.code(3);
    decision.card = if decision.to == TILLBOOK_RETARGET_NEXT_NUMBER { pen.str_or_none() } else { pen.str_of(CARDS) };
    decision.who = pen.str_of(&["店长"]);
    decision.why = pen.str_of(&["因为"]);
    let decision = pen.given(decision);
    let mut receipt = pen.place::<tillbook_receipt>();
    if made(|err| unsafe { tillbook_retarget(till, decision, receipt.at(), err) })
        && let Some(receipt) = receipt.whole()
    {
        adds_up(&receipt);
    }
}

fn report(world: &mut World, pen: &mut Pen<'_>) {
    let mut query = filled::<tillbook_report_query>();
    query.report = pen.code(12);
    query.format = pen.code(1);
    query.language = pen.code(1);
    query.number = if pen.seldom(3) { pen.number() } else { 0 };
    query.has_range = pen.code(1);
    query.from = if query.has_range == 1 { pen.number() } else { 0 };
    query.until = if query.has_range == 1 { pen.number() } else { 0 };
    query.date = if pen.seldom(3) { pen.str_of(&["2026-03-01"]) } else { pen.str_or_none() };
    query.card = pen.str_of(CARDS);
    let query = pen.given(query);
    let (till, mut text) = (world.till_or(pen), null_mut());
    if made(|err| unsafe { tillbook_report(till, query, &raw mut text, err) }) {
        let (mut bytes, mut count) = (std::ptr::null(), 0);
        assert!(made(|err| unsafe { tillbook_buffer_bytes(text, &raw mut bytes, &raw mut count, err) }));
        assert!(std::str::from_utf8(unsafe { std::slice::from_raw_parts(bytes, count) }).is_ok());
        assert_eq!(unsafe { tillbook_buffer_free(text) }, TILLBOOK_OK);
    }
}

fn day(world: &mut World, pen: &mut Pen<'_>) {
    let till = world.till_or(pen);
    let mut outages = null_mut();
    if made(|err| unsafe { tillbook_outages_of(till, &raw mut outages, err) }) {
        list(world, outages, tillbook_outages_next, tillbook_outages_free, |row| {
            read(row.provider);
        });
    }
    let mut today = [0; 16];
    let told = made(|err| unsafe { tillbook_business_date(till, today.as_mut_ptr(), err) });
    let date = if told && !pen.seldom(4) {
        tillbook_str { data: today.as_ptr(), size: TILLBOOK_NUL_TERMINATED }
    } else {
        pen.str_or_none()
    };
    let (mut totals, mut info) = (null_mut(), pen.place::<tillbook_totals_info>());
    if made(|err| unsafe { tillbook_totals_of(till, date.data, date.size, &raw mut totals, info.at(), err) }) {
        list(world, totals, tillbook_totals_next, tillbook_totals_free, |row| {
            for text in [row.operator_name, row.shift, row.pay_type] {
                read(text);
            }
        });
    }
    let (who, mut close_no) = (pen.str_of(&["店长"]), 0);
    if made(|err| unsafe { tillbook_close_day(till, date.data, date.size, who.data, who.size, &raw mut close_no, err) })
    {
        assert!(close_no > 0);
    }
    let mut safe = pen.place::<tillbook_safe_to_close>();
    made(|err| unsafe { tillbook_safe_to_close_of(till, safe.at(), err) });
}

fn preload(world: &mut World, pen: &mut Pen<'_>) {
    let till = world.till_or(pen);
    let mut query = filled::<tillbook_preload_query>();
    match pen.below(4) {
        0 => (query.from, query.to) = (pen.str_of(&["A1"]), pen.str_of(&["A3"])),
        1 => query.search = pen.str_of(&["A"]),
        2 => query.members = pen.code(1),
        _ => {
            let numbers = [pen.str_of(CARDS), pen.str_of(CARDS)];
            (query.numbers, query.numbers_count) = (pen.row(&numbers), 2);
        }
    }
    (query.budget_ms, query.timeout_ms, query.pace_ms) = (50, pen.wait().min(50), 1);
    let query = pen.given(query);
    let (after, at_most) = (pen.str_or_none(), pen.code(3).unsigned_abs());
    let mut step = pen.place::<tillbook_preloaded>();
    if made(|err| unsafe { tillbook_preload_step(till, query, after.data, after.size, at_most, step.at(), err) })
        && let Some(step) = step.whole()
    {
        ends(&step.next);
        assert!(step.done >= 0 && (step.end == TILLBOOK_PRELOAD_COMPLETE) == (step.next[0] == 0));
    }
}

fn keep(world: &mut World, pen: &mut Pen<'_>) {
    let till = world.till_or(pen);
    match pen.below(3) {
        0 => {
            let (mut report, mut findings) = (filled::<tillbook_check_report>(), null_mut());
            if made(|err| unsafe { tillbook_check(till, std::ptr::null(), &raw mut report, &raw mut findings, err) }) {
                let mut told = Vec::new();
                list(world, findings, tillbook_findings_next, tillbook_findings_free, |row| {
                    told.push((read(row.place), read(row.detail)));
                });
                // Whatever was called, the book says what was written into it.
                assert_eq!(report.clean, 1, "{told:?}");
                beside(world);
            }
        }
        1 => {
            let mut kept = pen.place::<tillbook_house_kept>();
            made(|err| unsafe { tillbook_keep_house(till, 5, kept.at(), err) });
        }
        _ => {
            let (card, who) = (pen.str_of(CARDS), pen.str_of(&["店长"]));
            let mut forgotten = pen.place::<tillbook_forgotten>();
            made(|err| unsafe {
                tillbook_forget(till, card.data, card.size, who.data, who.size, forgotten.at(), null_mut(), err)
            });
        }
    }
}

/// The same book, read without its till: it says the same.
fn beside(world: &mut World) {
    let (path, mut book) = (world.path(), null_mut());
    assert!(made(|err| unsafe { tillbook_book_open(path.as_ptr().cast(), path.len(), &raw mut book, err) }));
    let (mut report, mut lines, mut after) = (filled::<tillbook_check_report>(), null_mut(), 0);
    let checked = |err| unsafe { tillbook_book_check(book, std::ptr::null(), &raw mut report, null_mut(), err) };
    assert!(made(checked) && report.clean == 1);
    assert!(made(|err| unsafe { tillbook_book_history(book, std::ptr::null(), &raw mut lines, &raw mut after, err) }));
    list(world, lines, tillbook_history_next, tillbook_history_free, |row| {
        let mut receipt = filled::<tillbook_receipt>();
        let found =
            |err| unsafe { tillbook_book_operation(book, row.op_id, TILLBOOK_NUL_TERMINATED, &raw mut receipt, err) };
        assert!(made(found));
        adds_up(&receipt);
    });
    let (mut waiting, mut notices) = (null_mut(), null_mut());
    assert!(made(|err| unsafe { tillbook_book_waiting_of(book, &raw mut waiting, err) }));
    list(world, waiting, tillbook_waiting_next, tillbook_waiting_free, |row| drop(read(row.op_id)));
    assert!(made(|err| unsafe { tillbook_book_notices_of(book, &raw mut notices, err) }));
    list(world, notices, tillbook_notices_next, tillbook_notices_free, |row| drop(read(row.detail)));
    assert_eq!(unsafe { tillbook_book_free(book) }, TILLBOOK_OK);
    world.old.push(book.cast());
}
