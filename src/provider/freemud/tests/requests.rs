//! What goes out, field by field.

use serde_json::{Value, json};

use super::*;
use crate::model::{Gender, Kind, OpId};
use crate::provider::freemud::{FreemudAmountUnit, FreemudType};
use crate::provider::{Guarantee, Inquiry, ReadStep, Reading, Whom};
use crate::transport::HttpMethod;
use crate::units::Money;

fn original(act: Act, key: &str) -> Option<Original> {
    Some(Original { kind: act.kind(), key: key.to_owned(), remote_id: None, act, at: Timestamp::from_millis(0) })
}

fn encoded(freemud: &Freemud, op: &Op) -> (String, Value) {
    let call = freemud.encode(&op.lend());
    assert_eq!(call.method, HttpMethod::Post);
    (call.path.clone(), inner(&call))
}

#[test]
fn every_change_of_points_says_what_its_table_asks_for() {
    let redeem = Act::RedeemPoints { card: card(), points: points(100), amount: None, order: Some("o-1".into()) };
    let op_id = OpId::new("sale-1").unwrap();
    let back = |takes| Act::ReturnPoints {
        card: card(),
        original: op_id.clone(),
        takes,
        points: points(3),
        whole: false,
        amount: None,
    };
    let mut given = Op::new(back(false));
    given.original = original(redeem.clone(), "key-of-redeem");
    let mut taken = Op::new(back(true));
    taken.original = original(accrue(), "key-of-accrue");
    let by_amount = Act::AccruePoints {
        card: card(),
        points: None,
        amount: Some(Money::from_fen(12_34)),
        order: Some("o-2".into()),
    };
    let mut reasoned = Op::new(Act::AdjustPoints { card: card(), points: points(-5) });
    reasoned.context.reason = Some("盘点".into());
    let mut updated = Op::new(Act::UpdatePoints { card: card(), points: points(8) });
    updated.context.operator = Some("09".into());
    let base = |more: Value| {
        let mut all = json!({"partnerId": "1864", "memberId": MEMBER, "idempotencyBussinessId": KEY});
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    let cases = [
        (
            Op::new(accrue()),
            "score/sendScore",
            json!({"score": "8", "operationType": "1", "orderId": KEY, "idempotencyBussinessType": "6"}),
        ),
        (
            Op::new(by_amount),
            "score/sendScore",
            json!({"amount": "1234", "operationType": "1", "orderId": "o-2", "idempotencyBussinessType": "6"}),
        ),
        (
            Op::new(redeem),
            "score/opt/15",
            json!({"score": "100", "operationType": "14", "orderId": "o-1", "idempotencyBussinessType": "5"}),
        ),
        (
            Op::new(Act::AdjustPoints { card: card(), points: points(5) }),
            "score/opt/1",
            json!({"score": "5", "operationType": "4", "orderId": KEY}),
        ),
        (reasoned, "score/opt/15", json!({"score": "5", "operationType": "11", "orderId": KEY, "remark": "盘点"})),
        (
            given,
            "score/sendScore",
            json!({"score": "3", "operationType": "2", "orderId": "o-1", "idempotencyBussinessType": "5"}),
        ),
        (
            taken,
            "score/opt/15",
            json!({"score": "3", "operationType": "15", "orderId": "key-of-accrue", "idempotencyBussinessType": "6"}),
        ),
        (
            updated,
            "score/updateScore",
            json!({"changeScore": "8", "changeType": "1", "operationType": "4", "orderId": KEY, "operator": "09"}),
        ),
        (
            Op::new(Act::UpdatePoints { card: card(), points: points(-8) }),
            "score/updateScore",
            json!({"changeScore": "8", "changeType": "2", "operationType": "11", "orderId": KEY}),
        ),
        (
            Op::new(Act::ReturnPointsOfOrder { card: card(), order: "o-1".into() }),
            "score/returnScore",
            json!({"operationType": "2", "orderId": "o-1"}),
        ),
    ];
    for (op, endpoint, body) in cases {
        assert_eq!(encoded(&freemud(), &op), (format!("/member/{endpoint}"), base(body)));
    }
}

/// Every field of the document's sample stands in what is sent, with the same value of the same type.
fn holds(sent: &Value, sample: &Value) {
    for (name, value) in sample.as_object().unwrap() {
        assert_eq!(sent.get(name), Some(value), "{name} of {sample}");
    }
}

#[test]
fn the_documents_requests_are_reproduced() {
    let own = |freemud: &Freemud, op: &Op| encoded(freemud, op).1;
    // 1.3: the sample leaves partnerId out, its table requires it.
    let hundred = with(|config| config.types.raise = FreemudType { operation: 1, business: Some(6) });
    let mut op = Op::new(Act::AdjustPoints { card: card(), points: points(100) });
    (op.reference, op.key) = ("115589208394311926", "2");
    let sample = json!({"memberId": "115589208394311926", "score": "100", "operationType": "1",
        "idempotencyBussinessId": "2", "idempotencyBussinessType": "6"});
    holds(&own(&hundred, &op), &sample);
    // 2.2. Business 15 has no default use.
    let granted = with(|config| config.types.accrue.business = Some(15));
    let sample = json!({"partnerId": "1864", "memberId": MEMBER, "score": "8", "idempotencyBussinessId": KEY,
        "idempotencyBussinessType": "15", "operationType": "1"});
    holds(&own(&granted, &Op::new(accrue())), &sample);
    // 2.1: the sample leaves changeType out, its table requires it; and its business is none that 1.3 knows.
    let updated = with(|config| config.types.raise = FreemudType { operation: 1, business: Some(12) });
    let op = Op::new(Act::UpdatePoints { card: card(), points: points(8) });
    let sample = json!({"partnerId": "1864", "memberId": MEMBER, "changeScore": "8", "idempotencyBussinessId": KEY,
        "operationType": "1"});
    holds(&own(&updated, &op), &sample);
    // 2.3: score stands in the sample only, where the table of the endpoint knows no amount.
    let returned = with(|config| config.types.return_order.operation = 1);
    let op = Op::new(Act::ReturnPointsOfOrder { card: card(), order: "o".into() });
    let sample = json!({"partnerId": "1864", "memberId": MEMBER, "idempotencyBussinessId": KEY, "operationType": "1"});
    holds(&own(&returned, &op), &sample);
    // 1.6: its two empty fields are left out.
    let shop = with(|config| {
        config.partner_id = "1000".into();
        config.channel_code = "saas".into();
        config.third_party_code = Some("fasdfsadfaa{key}".into());
        config.card_id = Some("001".into());
        config.register_store_code = Some("shop001".into());
    });
    let mut op = Op::new(Act::Register {
        card: card(),
        phone: Phone::new("+8613333333333").unwrap(),
        name: Some("bbbb".into()),
        gender: Some(Gender::Male),
        birthday: None,
        sms_code: Some("2468".into()),
    });
    (op.key, op.reference) = ("222", "");
    let sample = json!({"cardCode": "001", "cardId": "001", "channelCode": "saas", "mobile": "13333333333",
        "mobileValidateFlag": "1", "nickName": "bbbb", "partnerId": "1000", "registerInitData": "1#1#2#2#2",
        "registerStoreCode": "shop001", "registerType": "1", "sexFlag": "1", "thirdPartyCode": "fasdfsadfaa222",
        "validCode": "2468"});
    assert_eq!(encoded(&shop, &op), ("/member/register/mobile".to_owned(), sample));
}

#[test]
fn a_registration_without_a_code_asks_for_no_check_and_says_nothing_that_is_not_known() {
    let freemud = with(|config| config.third_party_code = Some("till-{card}-{phone}".into()));
    let body = json!({"channelCode": "xcx", "mobile": "13333333333", "mobileValidateFlag": "2", "partnerId": "1864",
        "registerInitData": "1#1#2#2#2", "registerType": "1", "thirdPartyCode": "till-001-13333333333"});
    assert_eq!(encoded(&freemud, &Op::new(register())).1, body);
}

fn first(mut reading: Box<dyn Reading>) -> (String, Value) {
    match reading.step(None) {
        ReadStep::Ask(call) => (call.path.clone(), inner(&call)),
        _ => panic!("a read begins with a question"),
    }
}

#[test]
fn every_read_asks_for_exactly_one_member_or_for_a_page() {
    let freemud = freemud();
    let number = CardNumber::new("13333333333").unwrap();
    let whom = |reference, phone| Whom { number: &number, reference, phone };
    let member = |by: &str, value: &str| {
        (
            "/member/getMemberInfoByIdOrMobile".to_owned(),
            json!({"partnerId": "1864", by: value, "showScoreSwitch": "1", "showCouponSwitch": "1"}),
        )
    };
    assert_eq!(first(freemud.serve(&whom(Some(MEMBER), Some("15623261994"))).unwrap()), member("memberId", MEMBER));
    assert_eq!(first(freemud.serve(&whom(None, Some("15623261994"))).unwrap()), member("mobile", "15623261994"));
    assert_eq!(first(freemud.serve(&whom(None, None)).unwrap()), member("mobile", "13333333333"));
    assert_eq!(first(freemud.find("15623261994").unwrap()), member("mobile", "15623261994"));
    assert!(freemud.find("1562326").is_none() && freemud.find("王").is_none());
    let code = Inquiry::MemberByCode { code: "c0de".into() };
    assert_eq!(first(freemud.inquire(&code, None).unwrap()), member("dynamicCode", "c0de"));
    let page =
        |page, size| ("/member/getMembers".to_owned(), json!({"partnerId": "1864", "pageNum": page, "pageSize": size}));
    assert_eq!(first(freemud.health()), page(1, 1));
    // 1.2's sample; partnerId is asked for by its table.
    let members = Inquiry::Members { page: 1, page_size: 20 };
    assert_eq!(first(freemud.inquire(&members, None).unwrap()), page(1, 20));
    let statistics = ("/member/score/statisticalScore".to_owned(), json!({"partnerId": "1864", "memberId": MEMBER}));
    let asked = freemud.inquire(&Inquiry::Statistics, Some(&whom(Some(MEMBER), None))).unwrap();
    assert_eq!(first(asked), statistics);
    let op = Op::new(accrue());
    assert_eq!(first(freemud.before(&op.lend(), Timestamp::from_millis(0)).unwrap()), statistics);
    let op = Op::new(register());
    let before = freemud.before(&op.lend(), Timestamp::from_millis(0)).unwrap();
    assert_eq!(first(before), member("mobile", "13333333333"));
    assert!(freemud.inquire(&Inquiry::MemberCode, Some(&whom(Some(MEMBER), None))).is_none());
    assert!(freemud.inquire(&Inquiry::Statistics, None).is_none());
}

#[test]
fn a_replay_with_a_key_needs_no_figures_and_a_probe_does() {
    let sole = with(|config| config.sole_writer = true);
    let update = Act::UpdatePoints { card: card(), points: points(8) };
    // sole writer, act, promised -> figures are read before, guarantee
    let cases = [
        (false, accrue(), None, true, Guarantee::Repeat),
        (false, accrue(), Some(Promise::OfflineApproved), false, Guarantee::Repeat),
        (true, accrue(), Some(Promise::OfflineApproved), false, Guarantee::Repeat),
        (false, update.clone(), Some(Promise::OfflineApproved), false, Guarantee::Once),
        (true, update, Some(Promise::OfflineApproved), true, Guarantee::Probe),
        (false, register(), Some(Promise::OfflineApproved), true, Guarantee::Probe),
    ];
    for (alone, act, promise, reads, guarantee) in cases {
        let freemud = if alone { &sole } else { &freemud() };
        assert_eq!(freemud.guarantee(&act), Some(guarantee), "{act:?}");
        let mut op = Op::new(act);
        op.promise = promise;
        let before = freemud.before(&op.lend(), Timestamp::from_millis(0));
        assert_eq!(before.is_some(), reads, "{:?} {promise:?}", op.act);
    }
    let open = Act::OpenCard { card: card(), level: "1".into(), name: None, phone: None, gender: None };
    assert_eq!(freemud().guarantee(&open), None);
    assert!(freemud().serves().iter().all(|service| service.kind != Kind::OpenCard));
}

#[test]
fn amounts_are_fen_unless_set_otherwise() {
    let act = |fen| Act::AccruePoints { card: card(), points: None, amount: Some(Money::from_fen(fen)), order: None };
    let yuan = with(|config| config.amount_unit = FreemudAmountUnit::Yuan);
    for (fen, as_fen, as_yuan) in [(100_00, "10000", "100"), (12_34, "1234", "12.34"), (1, "1", "0.01")] {
        assert_eq!(encoded(&freemud(), &Op::new(act(fen))).1["amount"], as_fen);
        assert_eq!(encoded(&yuan, &Op::new(act(fen))).1["amount"], as_yuan);
    }
}

#[test]
fn what_can_not_be_sent_is_refused_and_named() {
    let registering = with(|config| config.third_party_code = Some("{phone}".into()));
    let both =
        Act::AccruePoints { card: card(), points: Some(points(1)), amount: Some(Money::from_fen(1)), order: None };
    let neither = Act::AccruePoints { card: card(), points: None, amount: None, order: None };
    let Act::Register { card, phone, name, gender, sms_code, .. } = register() else { panic!() };
    let birthday = chrono::NaiveDate::from_ymd_opt(1999, 9, 9);
    let with_birthday = Act::Register { card, phone, name, gender, birthday, sms_code };
    for (freemud, act, named) in [
        (&freemud(), register(), Some("third_party_code")),
        (&registering, register(), None),
        (&registering, with_birthday, Some("birthday")),
        (&registering, both, Some("amount")),
        (&registering, neither, Some("amount")),
        (&registering, accrue(), None),
    ] {
        let refused = freemud.check(&act).err().map(|error| error.to_string());
        match named {
            None => assert_eq!(refused, None),
            Some(named) => assert!(refused.unwrap().contains(named)),
        }
    }
}

#[test]
fn only_what_needs_nothing_from_the_member_is_registered_offline() {
    let scheme = with(|config| config.third_party_code = Some("{key}".into()));
    let Act::Register { card, phone, name, gender, birthday, .. } = register() else { panic!() };
    let coded = Act::Register { card, phone, name, gender, birthday, sms_code: Some("2468".into()) };
    assert!(!freemud().opens_offline(&register()));
    assert!(scheme.opens_offline(&register()));
    assert!(!scheme.opens_offline(&coded));
}
