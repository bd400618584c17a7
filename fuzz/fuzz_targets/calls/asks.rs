//! What a POS asks about cards and members, the remote included.

use std::ptr::null_mut;

use tillbook_ffi::*;

use crate::made;
use crate::pen::{Pen, ends, filled};
use crate::reads::list;
use crate::world::World;

fn card_of(pen: &mut Pen<'_>) -> (*const std::ffi::c_char, usize) {
    let text = pen.str_of(&["A1", "B1", "13800001234", "N1"]);
    (text.data, text.size)
}

fn looked_at(card: Option<tillbook_card>) {
    if let Some(card) = card {
        ends(&card.number);
        ends(&card.level);
        ends(&card.name);
        ends(&card.exception);
        ends(&card.held_by);
    }
}

pub(crate) fn call(world: &mut World, pen: &mut Pen<'_>) {
    let till = world.till_or(pen);
    let (text, size) = card_of(pen);
    let wait = pen.wait().min(50);
    match pen.below(16) {
        0..=5 => {
            let mut card = pen.place::<tillbook_card>();
            let ok = match pen.below(6) {
                0 => made(|err| unsafe { tillbook_card_of(till, text, size, card.at(), err) }),
                1 => made(|err| unsafe { tillbook_serve_member(till, text, size, wait, card.at(), err) }),
                2 => made(|err| unsafe { tillbook_serve_code(till, text, size, wait, card.at(), err) }),
                _ => made(|err| unsafe { tillbook_serve_card(till, text, size, wait, card.at(), err) }),
            };
            if ok {
                looked_at(card.whole());
            }
        }
        6 => {
            let mut cards = null_mut();
            let phone = pen.str_of(&["13800000001", "13800001234"]);
            if made(|err| unsafe { tillbook_serve_phone(till, phone.data, phone.size, wait, &raw mut cards, err) }) {
                list(world, cards, tillbook_cards_next, tillbook_cards_free, |card| looked_at(Some(card)));
            }
        }
        7 => {
            made(|err| unsafe { tillbook_pull_catalogue(till, wait, err) });
        }
        8 => {
            let mut statistics = pen.place::<tillbook_points_statistics>();
            made(|err| unsafe { tillbook_points_statistics_of(till, text, size, wait, statistics.at(), err) });
        }
        9 => {
            let (mut records, mut page) = (null_mut(), pen.place::<tillbook_page>());
            let (number, count) = (pen.number() as u32, pen.number() as u32);
            if made(|err| unsafe {
                tillbook_points_history_of(till, text, size, number, count, wait, &raw mut records, page.at(), err)
            }) {
                list(world, records, tillbook_points_records_next, tillbook_points_records_free, |_| ());
            }
        }
        10 => {
            let (mut members, mut page) = (null_mut(), pen.place::<tillbook_page>());
            let (number, count) = (pen.number() as u32, pen.number() as u32);
            if made(|err| unsafe { tillbook_pull_members(till, number, count, wait, &raw mut members, page.at(), err) })
            {
                list(world, members, tillbook_members_next, tillbook_members_free, |_| ());
            }
        }
        11 => {
            let mut buffer = null_mut();
            if made(|err| unsafe { tillbook_member_code(till, text, size, wait, &raw mut buffer, err) }) {
                let (mut bytes, mut count) = (std::ptr::null(), 0);
                assert!(made(|err| unsafe { tillbook_buffer_bytes(buffer, &raw mut bytes, &raw mut count, err) }));
                assert_eq!(unsafe { bytes.add(count).read() }, 0);
                world.old.push(buffer.cast());
                assert_eq!(unsafe { tillbook_buffer_free(buffer) }, TILLBOOK_OK);
            }
        }
        12 => {
            let (code, code_size) = pen.text();
            let mut right = 7;
            made(|err| unsafe { tillbook_send_sms(till, text, size, wait, err) });
            made(|err| unsafe { tillbook_judge_sms(till, text, size, code, code_size, wait, &raw mut right, err) });
        }
        13 => {
            let (provider, provider_size) = pen.text();
            let body = pen.bytes(200);
            let mut answer = null_mut();
            if made(|err| unsafe {
                tillbook_apply_push(till, provider, provider_size, body.as_ptr(), body.len(), &raw mut answer, err)
            }) {
                assert_eq!(unsafe { tillbook_buffer_free(answer) }, TILLBOOK_OK);
            }
        }
        14 => {
            let mut question = filled::<tillbook_validate_coupon_request>();
            question.card = pen.str_of(&["13800001234", "A1"]);
            question.coupon = pen.str_of(&["C1", "1"]);
            question.amount = pen.number();
            question.offline = pen.code(1);
            let question = pen.given(question);
            let (mut said, mut verdicts) = (pen.place::<tillbook_coupon_validation>(), null_mut());
            if made(|err| unsafe { tillbook_validate_coupon(till, question, said.at(), &raw mut verdicts, err) }) {
                list(world, verdicts, tillbook_verdicts_next, tillbook_verdicts_free, |_| ());
            }
        }
        _ => {
            let (provider, provider_size) = pen.text();
            let (reference, reference_size) = pen.text();
            made(|err| unsafe {
                tillbook_set_reference(till, text, size, provider, provider_size, reference, reference_size, err)
            });
        }
    }
    pen.forget();
}
