//! Pushes: verified, taken in once, answered always, and never a figure by themselves.

use tillbook::{ErrorCode, Points};
use tillbook_sandbox::freemud::PointsPush;

use crate::street::{ALL, Street, freemud, shop};

const PHONE: &str = "13800000001";

#[test]
fn a_push_makes_the_till_ask_once_and_sets_nothing_by_itself() {
    let street = Street::new();
    let till = street.till(shop(freemud()));
    till.serve_phone(PHONE, ALL).unwrap();
    let now = street.now_ms();
    let push = {
        let mut cores = street.cores.lock().unwrap();
        let id = cores.freemud.member_by_mobile(PHONE).unwrap().member_id.to_owned();
        cores.freemud.office(now, "app").change_points(&id, 50, 4).unwrap();
        // It tells another figure than the remote has by now.
        cores.freemud.points_push(&PointsPush {
            member_id: id,
            mobile: PHONE.into(),
            change: 50,
            current: 999_999,
            operation_type: 4,
            trans_no: Some("31231233".into()),
        })
    };
    let read = || street.asked("getMemberInfoByIdOrMobile") + street.asked("score/statisticalScore");
    let before = read();
    let wrong = till.apply_push("freemud", push.with_wrong_signature().as_bytes()).unwrap_err();
    assert_eq!(wrong.code(), ErrorCode::RemoteRefused);
    till.sync(ALL).unwrap();
    assert_eq!(read(), before, "a push that nobody signed changes nothing");

    let answer = till.apply_push("freemud", push.body().as_bytes()).unwrap();
    assert!(String::from_utf8(answer).unwrap().contains("\"statusCode\":\"100\""));
    till.sync(ALL).unwrap();
    assert_eq!(read(), before + 1);
    let number = till.cards_by_phone(PHONE).unwrap().remove(0).number;
    assert_eq!(till.card(number.as_str()).unwrap().balances.points.confirmed, Points::new(350));

    let second = till.apply_push("freemud", push.body().as_bytes()).unwrap();
    assert!(!second.is_empty(), "it is answered again");
    till.sync(ALL).unwrap();
    assert_eq!(read(), before + 1, "and asked for once");

    for (provider, body, code) in [
        ("sandy", push.body().as_bytes(), ErrorCode::InvalidInput),
        ("freemud", &b"<html>"[..], ErrorCode::InvalidInput),
        ("freemud", &b"{}"[..], ErrorCode::RemoteRefused),
        ("freemud", &b""[..], ErrorCode::InvalidInput),
    ] {
        let refused = till.apply_push(provider, body).unwrap_err().code();
        assert!(refused == code || refused == ErrorCode::RemoteRefused, "{provider} {refused:?}");
    }
}
