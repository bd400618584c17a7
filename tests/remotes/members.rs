//! Members: registered offline, adopted, found, and all that was done meanwhile under the reference that the remote assigned.

use tillbook::{
    AccruePoints, CardStatus, CouponEffect, CouponStatus, CouponTemplate, ErrorCode, GiveCoupon, Listed, Money,
    NoticeKind, OrderLine, Points, PushOrder, Refusal, Register, State, Validity,
};
use tillbook_sandbox::gree::Profile;
use tillbook_sandbox::sandy::NewCard;

use crate::street::{ALL, Street, all_families, freemud, gree, shop};

const PHONE: &str = "13911112222";

fn yuan(text: &str) -> Money {
    Money::parse_yuan(text).unwrap()
}

fn template() -> CouponTemplate {
    CouponTemplate {
        id: "T1".into(),
        name: "ten off".into(),
        effect: CouponEffect::OrderReduction(yuan("10")),
        validity: Validity::Days(10),
        minimum: yuan("50"),
        rules: "from fifty on".into(),
        quantity: 0,
        per_member: 0,
        scope: tillbook::CouponScope::default(),
    }
}

/// Before its first contact a till registers a member, sells to the member and gives a coupon; whether the phone was a member's
/// already or not, all of it ends under one open_id.
#[test]
fn what_was_done_before_the_first_contact_replays_under_the_reference_that_the_remote_assigned() {
    for existed in [false, true] {
        let street = Street::new();
        let now = street.now_ms();
        if existed {
            let profile = Profile { nickname: "王大明".into(), ..Profile::default() };
            street.cores.lock().unwrap().gree.office(now).add_member(PHONE, profile, 70, 0).unwrap();
        }
        let till = street.till(shop(gree()));
        street.cut(true);
        let added = till.add_coupon_template(tillbook::AddCouponTemplate::new(template()).offline()).unwrap();
        assert!(added.is_approved());
        let receipt = till.register(Register::new(PHONE).name("王小明").op_id("r").offline()).unwrap();
        assert!(receipt.is_approved());
        assert_eq!(till.card(PHONE).unwrap().status, CardStatus::Provisional);
        let lines = [OrderLine::new("I1", "soap", 2, yuan("60")).points(Points::new(6))];
        till.push_order(PushOrder::new(PHONE, yuan("60")).lines(lines).op_id("o").offline()).unwrap();
        till.accrue_points(AccruePoints::new(PHONE).points(Points::new(5)).op_id("p").offline()).unwrap();
        till.give_coupon(GiveCoupon::new(PHONE, "T1").op_id("g").offline()).unwrap();
        assert_eq!(till.card(PHONE).unwrap().balances.points.expected, Points::new(11));
        street.cut(false);
        street.settle(&till);

        for op_id in ["r", "o", "p", "g"] {
            let receipt = till.operation(op_id).unwrap();
            assert_eq!(receipt.state, State::Settled, "{op_id} existed {existed}: {:?}", receipt.waits_for);
        }
        let card = till.card(PHONE).unwrap();
        let cores = street.cores.lock().unwrap();
        let member = cores.gree.member(PHONE).unwrap();
        assert_eq!(card.accounts[0].reference.as_deref(), Some(member.open_id.as_str()));
        let before = if existed { 70 } else { 0 };
        assert_eq!(member.score, before + 11);
        assert_eq!(card.balances.points.confirmed, Points::new(before + 11));
        assert_eq!(cores.gree.members().count(), 1);
        assert_eq!(cores.gree.coupons().iter().filter(|coupon| coupon.open_id == member.open_id).count(), 1);
        drop(cores);
        let coupons = till.coupons(PHONE).unwrap();
        assert_eq!((coupons.len(), coupons[0].status), (1, CouponStatus::Valid));
        let variances = till.notices().unwrap().into_iter().filter(|notice| notice.kind == NoticeKind::Variance);
        assert_eq!(variances.count(), usize::from(existed), "another name is told, and only that");
        assert!(till.waiting().unwrap().is_empty());
    }
}

#[test]
fn a_freemud_member_registered_offline_gets_the_id_that_the_remote_assigns() {
    let street = Street::new();
    let till = street.till(shop(freemud()));
    street.cut(true);
    till.register(Register::new(PHONE).op_id("r").offline()).unwrap();
    till.accrue_points(AccruePoints::new(PHONE).points(Points::new(9)).op_id("p").offline()).unwrap();
    street.cut(false);
    street.settle(&till);
    let cores = street.cores.lock().unwrap();
    let member = cores.freemud.member_by_mobile(PHONE).unwrap();
    assert_eq!(till.card(PHONE).unwrap().accounts[0].reference.as_deref(), Some(member.member_id));
    assert_eq!(member.points, 9);
}

/// Two cards turn out to be one member, of which a person has stopped the one and the merchant's list the other: what the
/// person has put there stays when the list is over.
#[test]
fn what_a_person_has_stopped_stays_so_when_two_cards_become_one() {
    let street = Street::new();
    let now = street.now_ms();
    let open_id = street.cores.lock().unwrap().gree.office(now).add_member(PHONE, Profile::default(), 10, 0).unwrap();
    let till = street.till(shop(gree()));
    till.set_reference("C1", "gree", &open_id).unwrap();
    street.cut(true);
    till.register(Register::new(PHONE).card("C2").name("王小明").op_id("r").offline()).unwrap();
    till.set_exception_by("C2", Some("owes us"), "Lin").unwrap();
    till.replace_exceptions(&[Listed::new("C1", "stolen")], "head office").unwrap();
    street.cut(false);
    street.settle(&till);
    assert_eq!(till.card("C2").unwrap().number.as_str(), "C1");
    assert_eq!(till.card("C1").unwrap().exception.as_deref(), Some("owes us"));
    till.replace_exceptions(&[], "head office").unwrap();
    let on = till.exceptions(None, 0).unwrap().exceptions;
    assert_eq!((on.len(), on[0].reason.as_str(), on[0].who.as_deref()), (1, "owes us", Some("Lin")));
    till.set_exception("C1", None).unwrap();
    assert_eq!(till.exceptions(None, 0).unwrap().exceptions, []);
}

/// Two cards with money on each are one member at another remote: what stops the one stops it there too, and the other not.
#[test]
fn a_card_that_is_stopped_is_stopped_where_it_shares_a_member_with_another() {
    let street = Street::new();
    let now = street.now_ms();
    let holder = "13800000001";
    {
        let mut cores = street.cores.lock().unwrap();
        cores.gree.office(now).add_member(holder, Profile::default(), 10, 0).unwrap();
        let twin = NewCard::new("A9", 1).with_holder("twin", holder, None).with_balance(50_00, 0);
        cores.sandy.seed(now / 1000, twin).unwrap();
    }
    let till = street.till(all_families());
    till.serve_card("A1", ALL).unwrap();
    till.serve_card("A9", ALL).unwrap();
    street.cut(true);
    let push = |card: &str| till.push_order(PushOrder::new(card, yuan("1")).points(Points::new(1)).offline());
    push("A9").unwrap();
    till.set_exception("A9", Some("stolen")).unwrap();
    let error = push("A9").unwrap_err();
    assert!(matches!(error.refusal(), Some(Refusal::ExceptionList { reason }) if reason == "stolen"), "{error}");
    push("A1").unwrap();
}

/// Two cards of the book turn out to be one member: nothing is lost, nothing is doubled, and it is told.
#[test]
fn two_cards_of_one_member_become_one() {
    let street = Street::new();
    let now = street.now_ms();
    let open_id = street.cores.lock().unwrap().gree.office(now).add_member(PHONE, Profile::default(), 10, 0).unwrap();
    let till = street.till(shop(gree()));
    // Known by its identifier first, since the till does not know the phone.
    till.set_reference("C1", "gree", &open_id).unwrap();
    street.cut(true);
    till.register(Register::new(PHONE).card("C2").name("王小明").op_id("r").offline()).unwrap();
    till.accrue_points(AccruePoints::new("C2").points(Points::new(3)).op_id("p").offline()).unwrap();
    till.accrue_points(AccruePoints::new("C1").points(Points::new(4)).op_id("q").offline()).unwrap();
    street.cut(false);
    street.settle(&till);
    for op_id in ["r", "p", "q"] {
        assert_eq!(till.operation(op_id).unwrap().state, State::Settled, "{op_id}");
    }
    assert_eq!(street.cores.lock().unwrap().gree.member(PHONE).unwrap().score, 17);
    assert_eq!(till.card("C2").unwrap().number.as_str(), "C1");
    assert_eq!(till.card("C1").unwrap().balances.points.confirmed, Points::new(17));
    assert!(till.notices().unwrap().iter().any(|notice| notice.kind == NoticeKind::SameMember));
}

#[test]
fn yonyou_needs_a_reference_before_anything_is_written() {
    let street = Street::new();
    let till = street.till(shop(crate::street::yonyou()));
    let accrue = || AccruePoints::new("M1").amount(yuan("10")).op_id("a").offline();
    assert_eq!(till.accrue_points(accrue()).unwrap_err().code(), ErrorCode::UnknownReference);
    assert_eq!(till.operation("a").unwrap_err().code(), ErrorCode::NotFound);
    till.set_reference("M1", "yonyou", "10000001").unwrap();
    till.accrue_points(accrue()).unwrap();
    street.settle(&till);
    assert_eq!(street.cores.lock().unwrap().yonyou.points("10000001"), Some(1010));
    let none = till.accrue_points(AccruePoints::new("M1").points(Points::new(5)).offline()).unwrap_err();
    assert_eq!(none.code(), ErrorCode::Unsupported, "points without money can't be said");
}

#[test]
fn a_member_is_found_by_phone_by_identifier_and_by_code() {
    let street = Street::new();
    let now = street.now_ms();
    let open_id = street.cores.lock().unwrap().gree.office(now).add_member(PHONE, Profile::default(), 10, 0).unwrap();
    let till = street.till(shop(gree()));
    let by_phone = till.serve_phone(PHONE, ALL).unwrap();
    assert_eq!((by_phone.len(), by_phone[0].balances.points.confirmed), (1, Points::new(10)));
    assert_eq!(till.serve_member(&open_id, ALL).unwrap().number, by_phone[0].number);
    let code = till.member_code(PHONE, ALL).unwrap();
    assert_eq!(till.serve_code(&code, ALL).unwrap().number, by_phone[0].number);
    let refused = till.serve_code("no-such-code", ALL).unwrap_err();
    assert_eq!((refused.code(), refused.remote_code()), (ErrorCode::RemoteRefused, Some("110006")), "{refused}");
    assert_eq!(till.points_statistics(PHONE, ALL).unwrap().current, Points::new(10));
    till.send_sms(PHONE, ALL).unwrap();
    let sent = street.cores.lock().unwrap().gree.office(now).sms_code(PHONE).unwrap().to_owned();
    assert!(till.judge_sms(PHONE, &sent, ALL).unwrap());
}

/// Who is asked for by phone, and has a card at one remote and is a member at others, stays one card.
#[test]
fn a_card_and_memberships_that_are_found_by_phone_first_are_one_card() {
    let street = Street::new();
    let (now, phone) = (street.now_ms(), "13800000001");
    street.cores.lock().unwrap().gree.office(now).add_member(phone, Profile::new("Mr Wang"), 0, 0).unwrap();
    let till = street.till(all_families());
    let found = till.serve_phone(phone, ALL).unwrap();
    let accounts: Vec<&str> = found[0].accounts.iter().map(|account| account.provider.as_str()).collect();
    assert_eq!((found.len(), found[0].number.as_str(), accounts.len()), (1, "A1", 3), "{found:?}");
    assert_eq!(found[0].balances.points.confirmed, Points::new(300));
    assert!(till.notices().unwrap().is_empty(), "{:?}", till.notices().unwrap());
}

/// A card that is shown for the first time is read at the remotes that know its holder by phone too.
#[test]
fn a_card_is_served_at_all_remotes_the_first_time() {
    let street = Street::new();
    let till = street.till(all_families());
    let card = till.serve_card("A1", ALL).unwrap();
    assert_eq!(card.balances.points.confirmed, Points::new(300), "{:?}", card.accounts);
}

/// The merchant's list names members by their phone, as the till knows them: another number is no way around it.
#[test]
fn a_listed_phone_is_not_registered_under_another_number() {
    for config in [shop(gree()), shop(freemud())] {
        let street = Street::new();
        let till = street.till(config);
        till.replace_exceptions(&[Listed::new(PHONE, "stolen")], "head office").unwrap();
        for card in [PHONE, "C2"] {
            let error = till.register(Register::new(PHONE).card(card).name("王小明").offline()).unwrap_err();
            assert_eq!(error.refusal(), Some(&Refusal::ExceptionList { reason: "stolen".into() }), "{card}");
        }
        assert_eq!(till.card_numbers().unwrap(), []);
    }
}

/// Whatever a remote that names its members by their phone was not told of is free: the number, and the phone.
#[test]
fn a_registration_that_came_to_nothing_keeps_no_phone() {
    const OTHER: &str = "13700009999";
    let street = Street::new();
    let till = street.till(shop(gree()));
    street.cut(true);
    let register = |phone: &str, card: &str, op_id: &str| {
        till.register(Register::new(phone).card(card).name("王小明").op_id(op_id).offline())
    };
    register(PHONE, "C1", "mistyped").unwrap();
    till.void("mistyped").unwrap();
    // The same card for another phone: nothing of the first one's is left.
    register(OTHER, "C1", "mended").unwrap();
    let known_as = |card: &str| till.card(card).unwrap().accounts[0].reference.clone();
    assert_eq!(known_as("C1").as_deref(), Some(OTHER));
    till.void("mended").unwrap();
    // The same phone for another card.
    register(OTHER, "C2", "kept").unwrap();
    assert_eq!((known_as("C1"), known_as("C2").as_deref()), (None, Some(OTHER)));
    let error = register(OTHER, "C1", "twice").unwrap_err();
    assert_eq!(error.refusal(), Some(&Refusal::CardExists));
    till.accrue_points(AccruePoints::new("C2").points(Points::new(7)).op_id("p").offline()).unwrap();
    street.cut(false);
    street.settle(&till);
    assert_eq!(till.operation("p").unwrap().state, State::Settled);
    let cores = street.cores.lock().unwrap();
    assert_eq!(cores.gree.member(OTHER).map(|member| member.score), Some(7));
    assert!(cores.gree.member(PHONE).is_none());
}
