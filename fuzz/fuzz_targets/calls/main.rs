//! Random calls of the C ABI, as a program that gets everything wrong would make them: on a book in a temporary folder, with
//! remote systems in process that answer, lose answers and answer rubbish as the input says.
//!
//! A panic anywhere in the library ends the run, caught or not; so does what AddressSanitizer sees, a receipt whose figures
//! do not add up, and an error that is not what its status says.

#![no_main]

mod asks;
mod desk;
mod pen;
mod people;
mod reads;
mod requests;
mod world;

use std::ptr::null_mut;

use arbitrary::Unstructured;
use libfuzzer_sys::fuzz_target;
use pen::Pen;
use tillbook_ffi::*;
use world::World;

/// More calls than that tell nothing that fewer don't.
const MOST_CALLS: usize = 48;

/// No request is for more.
const MOST_POINTS: u64 = 1_000_000_000_000;

fuzz_target!(|data: &[u8]| {
    let mut pen = Pen::new(Unstructured::new(data));
    let mut world = World::open(&mut pen);
    for _ in 0..MOST_CALLS {
        if pen.is_empty() {
            break;
        }
        match pen.below(10) {
            0..=3 => requests::call(&mut world, &mut pen),
            4 => asks::call(&mut world, &mut pen),
            5 => people::call(&mut world, &mut pen),
            6 => reads::call(&mut world, &mut pen),
            7 | 8 => desk::call(&mut world, &mut pen),
            _ => world.turn(&mut pen),
        }
    }
    world.end();
});

/// What holds after every call: no fault of the library's own, and an error that says the same as the status.
fn told(status: tillbook_status, err: *mut tillbook_error) -> bool {
    let fault = matches!(status, TILLBOOK_PANIC | TILLBOOK_POISONED | TILLBOOK_CORRUPT | TILLBOOK_STORAGE);
    assert!(!fault, "{status}: {}", detail(err));
    assert_eq!(err.is_null(), status <= 0, "{status} and its error");
    if !err.is_null() {
        let mut info = pen::filled::<tillbook_error_info>();
        assert_eq!(unsafe { tillbook_error_info_of(err, &raw mut info) }, TILLBOOK_OK);
        assert_eq!(info.status, status);
        for text in [info.message_en, info.message_zh, info.detail] {
            assert!(!pen::read(text).is_empty());
        }
        for text in [info.field, info.held_by, info.remote_code] {
            pen::read(text);
        }
        assert_eq!(unsafe { tillbook_error_free(err) }, TILLBOOK_OK);
    }
    status == TILLBOOK_OK
}

fn detail(err: *mut tillbook_error) -> String {
    pen::read(unsafe { tillbook_error_detail(err) })
}

/// A call that takes `err`: true if it is OK.
fn made(call: impl FnOnce(*mut *mut tillbook_error) -> tillbook_status) -> bool {
    let mut err = null_mut();
    let status = call(&raw mut err);
    told(status, err)
}

/// A receipt adds up.
fn adds_up(receipt: &tillbook_receipt) {
    let sum = |one: i64, other: i64| one.checked_add(other);
    assert_eq!(sum(receipt.actual, receipt.discount), Some(receipt.original), "original = actual + discount");
    assert_eq!(sum(receipt.from_card, receipt.due), Some(receipt.actual), "actual = from_card + due");
    // What comes back is below zero.
    let comes_back = receipt.kind == TILLBOOK_KIND_RETURN_ORDER;
    assert!(if comes_back { receipt.due <= 0 } else { receipt.due >= 0 });
    assert!(receipt.from_card >= 0 && receipt.discount >= 0 && receipt.bonus >= 0);
    assert!(receipt.discountable <= receipt.original.max(0) && receipt.approved & !1 == 0);
    assert!(receipt.points.unsigned_abs() <= MOST_POINTS, "{} points", receipt.points);
    assert_eq!(receipt.struct_size, size_of::<tillbook_receipt>());
    for text in [&receipt.op_id[..], &receipt.receipt_no, &receipt.card, &receipt.rate, &receipt.confirmed_rate] {
        pen::ends(text);
    }
    for text in [&receipt.coupon[..], &receipt.refusal_en, &receipt.refusal_zh, &receipt.remote_message] {
        pen::ends(text);
    }
    pen::ends(&receipt.waits_for);
}
