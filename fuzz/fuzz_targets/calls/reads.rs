//! Lists and figures from the book, and handles that are none.

use std::ptr::null_mut;

use tillbook_ffi::*;

use crate::made;
use crate::pen::{Pen, filled, read};
use crate::world::World;

type Next<H, R> = unsafe extern "C" fn(*mut H, *mut R, *mut *mut tillbook_error) -> tillbook_status;
type Free<H> = unsafe extern "C" fn(*mut H) -> tillbook_status;

/// Reads a list to its end, frees it, and finds it gone.
pub(crate) fn list<H, R: Copy>(
    world: &mut World,
    handle: *mut H,
    next: Next<H, R>,
    free: Free<H>,
    mut each: impl FnMut(R),
) {
    let mut row = filled::<R>();
    let mut count = 0;
    while made(|err| unsafe { next(handle, &raw mut row, err) }) {
        each(row);
        count += 1;
        assert!(count <= 1_000, "a list ends");
    }
    assert_eq!(unsafe { next(handle, &raw mut row, null_mut()) }, TILLBOOK_DONE);
    assert_eq!(unsafe { free(handle) }, TILLBOOK_OK);
    assert_eq!(unsafe { free(handle) }, TILLBOOK_BAD_HANDLE);
    world.old.push(handle.cast());
}

pub(crate) fn call(world: &mut World, pen: &mut Pen<'_>) {
    match pen.below(10) {
        0..=3 => history(world, pen),
        4 => handles(world, pen),
        5 => money(pen),
        6 => {
            let mut policy = pen.place::<tillbook_policy>();
            let till = world.till_or(pen);
            made(|err| unsafe { tillbook_policy_of(till, policy.at(), err) });
            let (mut headroom, card) = (pen.place::<tillbook_headroom>(), pen.str_of(&["A1", "B1"]));
            made(|err| unsafe { tillbook_headroom_of(till, card.data, card.size, headroom.at(), err) });
        }
        7 => {
            let (mut status, mut now) = (pen.place::<tillbook_sync_status>(), 0);
            let till = world.till_or(pen);
            made(|err| unsafe { tillbook_sync_state(till, status.at(), err) });
            made(|err| unsafe { tillbook_wait_for_change(till, pen.wide(), 2, &raw mut now, err) });
        }
        8 => {
            let mut rules = null_mut();
            let card = pen.str_of(&["A1", "B1"]);
            let till = world.till_or(pen);
            if made(|err| unsafe { tillbook_recharge_rules_of(till, card.data, card.size, &raw mut rules, err) }) {
                list(world, rules, tillbook_recharge_rules_next, tillbook_recharge_rules_free, |row| {
                    read(row.bonus);
                    read(row.description);
                });
            }
        }
        _ => {
            let mut coupons = null_mut();
            let card = pen.str_of(&["13800001234", "A1"]);
            let till = world.till_or(pen);
            if made(|err| unsafe { tillbook_coupons_of(till, card.data, card.size, &raw mut coupons, err) }) {
                list(world, coupons, tillbook_coupons_next, tillbook_coupons_free, |row| {
                    read(row.code);
                    read(row.rules);
                    for index in 0..row.stores_count {
                        read(unsafe { *row.stores.add(index) });
                    }
                });
            }
        }
    }
    pen.forget();
}

fn history(world: &mut World, pen: &mut Pen<'_>) {
    let mut query = filled::<tillbook_history_query>();
    query.card = pen.str_or_none();
    query.ticket = pen.str_or_none();
    query.kind = pen.str_or_none();
    query.from = pen.number();
    query.until = pen.number();
    query.has_from = pen.code(1);
    query.has_until = pen.code(1);
    query.only_points = pen.code(1);
    query.page_size = u32::from(pen.below(30));
    query.after = pen.number();
    let query = pen.given(query);
    let (mut lines, mut after) = (null_mut(), 0);
    let till = world.till_or(pen);
    if made(|err| unsafe { tillbook_history_of(till, query, &raw mut lines, &raw mut after, err) }) {
        list(world, lines, tillbook_history_next, tillbook_history_free, |row| {
            assert_eq!(row.actual, row.from_card + row.due);
            for text in [row.kind, row.op_id, row.card, row.ticket, row.reason, row.business_date, row.receipt_no] {
                read(text);
            }
        });
    }
}

/// Whatever is given as a handle: the answer is a status.
fn handles(world: &mut World, pen: &mut Pen<'_>) {
    macro_rules! each {
        ($($next:ident, $free:ident, $row:ident);+ $(;)?) => {
            $({
                let mut row = pen.place::<$row>();
                let handle = world.any(pen);
                let status = unsafe { $next(handle, row.at(), null_mut()) };
                assert!(status >= 100, "{} of {handle:?}: {status}", stringify!($next));
                // The till is the only thing alive, and none of these.
                let status = unsafe { $free(handle) };
                assert_eq!(status, if handle.is_null() { TILLBOOK_OK } else { TILLBOOK_BAD_HANDLE });
            })+
        };
    }
    each!(
        tillbook_cards_next, tillbook_cards_free, tillbook_card;
        tillbook_history_next, tillbook_history_free, tillbook_entry;
        tillbook_notices_next, tillbook_notices_free, tillbook_notice;
        tillbook_services_next, tillbook_services_free, tillbook_service;
        tillbook_found_next, tillbook_found_free, tillbook_found_card;
        tillbook_totals_next, tillbook_totals_free, tillbook_totals_line;
        tillbook_findings_next, tillbook_findings_free, tillbook_finding;
    );
    let (handle, response) = (world.any::<tillbook_listener>(pen), world.any::<tillbook_http_response>(pen));
    unsafe {
        assert_ne!(tillbook_listener_remove(handle), TILLBOOK_PANIC);
        assert!(tillbook_http_response_status(response, 200, null_mut()) >= 100);
        assert!(tillbook_error_info_of(handle.cast(), null_mut()) >= 100);
        read(tillbook_error_message(handle.cast(), pen.code(1)));
        read(tillbook_label(pen.code(10), pen.code(18), pen.code(1)));
        read(tillbook_status_name(pen.code(110)));
    }
}

/// What is read is what would be written.
fn money(pen: &mut Pen<'_>) {
    let (number, mut again) = (pen.number(), 0);
    let mut text = [0; 32];
    assert!(made(|err| unsafe { tillbook_format_yuan(number, text.as_mut_ptr(), err) }));
    assert!(made(|err| unsafe { tillbook_parse_yuan(text.as_ptr(), TILLBOOK_NUL_TERMINATED, &raw mut again, err) }));
    assert_eq!(number, again);
    let (data, size) = pen.text();
    made(|err| unsafe { tillbook_parse_yuan(data, size, &raw mut again, err) });
}
