//! Reads that nothing in a lane needs: a change that is to be taken back, a push. Such a read is wanted until it was made.

use std::time::Duration;

use tillbook::{Consume, HttpResponse, Modify, Money, OpenCard, Points, Resolution, State, Till};
use tillbook_sandbox::freemud::PointsPush;

use crate::mishaps::{Slow, behind};
use crate::street::{ALL, Fate, Street, freemud, sandy, shop};

const READ: &str = "getcardinfo";
const WANG: &str = "13800000001";

/// The longest back-off of a [`shop`].
const LONGEST: Duration = Duration::from_millis(40);

fn name(till: &Till) -> Option<String> {
    till.card("A1").unwrap().holder.name
}

fn change() -> Modify {
    Modify::new("A1").name("New").op_id("m").offline()
}

fn fates() -> [Fate; 4] {
    let broken = HttpResponse { status: 500, headers: Vec::new(), body: b"<html>".to_vec() };
    [Fate::NotSent, Fate::Lost, Fate::AnswerLost, Fate::Answered(broken)]
}

/// The read before the send is under way when a change is voided. However that ends, it is not the read by which the change is
/// taken back.
#[test]
fn a_change_voided_while_the_figures_are_read_for_it_is_taken_back() {
    for fate in fates().into_iter().chain([Fate::Passes]) {
        let street = Street::new();
        let (slow, held) = Slow::new(&street, READ);
        let till = behind(&slow, &street, shop(sandy()));
        till.serve_card("A1", ALL).unwrap();
        till.modify(change()).unwrap();
        street.once(READ, fate);
        let go = slow.hold();
        std::thread::scope(|scope| {
            let syncing = scope.spawn(|| till.sync(ALL));
            held.recv().unwrap();
            till.void("m").unwrap();
            assert_eq!(name(&till).as_deref(), Some("New"));
            go.send(()).unwrap();
            syncing.join().unwrap().unwrap();
        });
        street.clock.pass(LONGEST);
        till.sync(ALL).unwrap();
        assert_eq!(name(&till).as_deref(), Some("Mr Wang"));
        assert_eq!(street.asked("modcardinfo"), 0);
    }
}

/// The first try of the read fails: it is made again after a back-off, by the next process as well, and then not any more.
#[test]
fn a_wanted_read_that_failed_is_made_again_until_it_succeeds() {
    for restart in [false, true] {
        for fate in fates() {
            let street = Street::new();
            let mut till = street.till(shop(sandy()));
            till.serve_card("A1", ALL).unwrap();
            till.modify(change()).unwrap();
            till.void("m").unwrap();
            street.once(READ, fate);
            let asked = street.asked(READ);
            till.sync(ALL).unwrap();
            assert_eq!((street.asked(READ), name(&till).as_deref()), (asked + 1, Some("New")));
            if restart {
                till.close(Duration::ZERO);
                till = street.till(shop(sandy()));
            }
            street.clock.pass(LONGEST);
            till.sync(ALL).unwrap();
            assert_eq!((street.asked(READ), name(&till).as_deref()), (asked + 2, Some("Mr Wang")));
            street.clock.pass(Duration::from_secs(3600));
            till.sync(ALL).unwrap();
            assert_eq!(street.asked(READ), asked + 2, "it is not wanted any more");
        }
    }
}

/// What a person gives up is taken back as what is voided is.
#[test]
fn a_change_that_is_given_up_is_taken_back() {
    for resolution in [Resolution::WriteOff, Resolution::WasNotApplied] {
        let street = Street::new();
        let till = street.till(shop(sandy()));
        till.serve_card("A1", ALL).unwrap();
        till.modify(change()).unwrap();
        let body = br#"{"errcode": 1, "errmsg": "bad parameter"}"#.to_vec();
        street.once("modcardinfo", Fate::Answered(HttpResponse { status: 200, headers: Vec::new(), body }));
        till.sync(ALL).unwrap();
        assert_eq!((till.operation("m").unwrap().state, name(&till).as_deref()), (State::Parked, Some("New")));
        till.resolve("m", resolution, "boss", "he says that it is the old one").unwrap();
        till.sync(ALL).unwrap();
        assert_eq!(name(&till).as_deref(), Some("Mr Wang"), "{resolution:?}");
    }
}

#[test]
fn a_push_whose_read_failed_is_read_again() {
    for fate in fates() {
        let street = Street::new();
        let till = street.till(shop(freemud()));
        let card = till.serve_phone(WANG, ALL).unwrap().remove(0).number;
        let now = street.now_ms();
        let push = {
            let mut cores = street.cores.lock().unwrap();
            let id = cores.freemud.member_by_mobile(WANG).unwrap().member_id.to_owned();
            cores.freemud.office(now, "app").change_points(&id, 50, 4).unwrap();
            cores.freemud.points_push(&PointsPush {
                member_id: id,
                mobile: WANG.into(),
                change: 50,
                current: 1,
                operation_type: 4,
                trans_no: Some("t1".into()),
            })
        };
        street.once("getMemberInfoByIdOrMobile", fate);
        till.apply_push("freemud", push.body().as_bytes()).unwrap();
        till.sync(ALL).unwrap();
        assert_eq!(till.card(card.as_str()).unwrap().balances.points.confirmed, Points::new(300));
        street.clock.pass(LONGEST);
        till.sync(ALL).unwrap();
        assert_eq!(till.card(card.as_str()).unwrap().balances.points.confirmed, Points::new(350));
    }
}

/// What stands behind the change would have brought a read with it, and is voided as well.
#[test]
fn a_change_is_taken_back_though_nothing_in_its_lane_is_ever_sent() {
    let street = Street::new();
    let till = street.till(shop(sandy()));
    till.serve_card("A1", ALL).unwrap();
    till.modify(change()).unwrap();
    till.consume(Consume::new("A1", Money::from_fen(1_00)).op_id("c").offline()).unwrap();
    till.void("m").unwrap();
    till.void("c").unwrap();
    till.sync(ALL).unwrap();
    assert_eq!(name(&till).as_deref(), Some("Mr Wang"));
}

/// A read that was wanted does not bring back a holder who was forgotten meanwhile.
#[test]
fn a_holder_who_is_forgotten_is_read_no_more() {
    let street = Street::new();
    let till = street.till(shop(sandy()));
    till.serve_card("A1", ALL).unwrap();
    till.modify(change()).unwrap();
    till.void("m").unwrap();
    till.forget("A1", "boss").unwrap();
    let asked = street.asked(READ);
    till.sync(ALL).unwrap();
    assert_eq!((street.asked(READ), name(&till)), (asked, None));
}

/// Nor does it read for the next owner of the book what the one before had wanted.
#[test]
fn what_another_owner_wanted_is_not_read() {
    let street = Street::new();
    let till = street.till(shop(sandy()));
    till.serve_card("A1", ALL).unwrap();
    till.modify(change()).unwrap();
    till.void("m").unwrap();
    till.close(Duration::ZERO);
    let asked = street.asked(READ);
    let mut config = shop(sandy());
    config.merchant = "Tea House".into();
    street.till(config).sync(ALL).unwrap();
    assert_eq!(street.asked(READ), asked);
}

/// The number was taken: what stands under it at the remote is another holder's card.
#[test]
fn a_card_whose_opening_came_to_nothing_is_not_read() {
    let street = Street::new();
    let till = street.till(shop(sandy()));
    till.pull_catalogue(ALL).unwrap();
    let open = OpenCard::new("A1", "普通会员").name("Ms Li").phone("13800000002");
    till.open_card(open.op_id("o").offline()).unwrap();
    till.modify(change()).unwrap();
    till.void("m").unwrap();
    street.settle(&till);
    assert_eq!(till.operation("o").unwrap().state, State::Rejected);
    till.resolve("o", Resolution::WriteOff, "Chen", "the number was taken").unwrap();
    let asked = street.asked(READ);
    till.sync(ALL).unwrap();
    assert_eq!(street.asked(READ), asked);
    assert_eq!(name(&till).as_deref(), Some("New"));
}
