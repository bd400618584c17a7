//! Members: finding one, listing them, registering.

use serde_json::{Value, json};
use tillbook_sandbox::freemud::{Coupon, ExistingPhone, LedgerKind, NewMember, Settings, Sex, request};

use crate::{MEMBER, NOW_MS, PHONE, call_at, code, envelope, ok, sample, spend, with};

#[test]
fn a_member_is_found_by_id_phone_or_a_code_that_still_holds() {
    let mut freemud = sample();
    let coupon = Coupon { code: "c1".to_owned(), name: "满减".to_owned(), kind: 1, limit: "当天有效".to_owned() };
    freemud.office(NOW_MS, "ops").give_coupon(MEMBER, coupon).unwrap();
    freemud.office(NOW_MS, "phone").show_code(MEMBER, "9911", 60_000).unwrap();
    let info = "getMemberInfoByIdOrMobile";
    let by_phone = ok(&mut freemud, info, &json!({"partnerId": "1864", "mobile": PHONE}));
    assert_eq!(
        (&by_phone["memberId"], &by_phone["sexFlag"], by_phone.get("currentScore")),
        (&MEMBER.into(), &"1".into(), None)
    );
    assert_eq!(by_phone["registerTime"], "2019-05-27 09:33:59");
    let all = json!({"partnerId": "1864", "dynamicCode": "9911", "showScoreSwitch": "1", "showCouponSwitch": 1});
    let by_code = ok(&mut freemud, info, &all);
    assert_eq!(
        (&by_code["currentScore"], &by_code["totalScore"], &by_code["usedScore"]),
        (&100.into(), &100.into(), &0.into())
    );
    assert_eq!(by_code["memberCoupons"][0]["couponCode"], "c1");
    assert_eq!(by_code["memberCoupons"][0]["cuoponType"], 1);
    assert_eq!(call_at(&mut freemud, NOW_MS + 60_000, info, &all).0, "54");
    assert_eq!(code(&mut freemud, info, &json!({"partnerId": "1864", "mobile": "1"})), "50");
    // The document's sample sends two ways at once.
    let both = json!({"partnerId": "1864", "memberId": MEMBER, "mobile": "15623261994"});
    assert_eq!(ok(&mut freemud, info, &both)["mobile"], PHONE);
}

fn registration(mobile: &str) -> Value {
    json!({"cardCode": "001", "cardId": "001", "channelCode": "saas", "mobile": mobile, "mobileValidateFlag": "1",
        "nickName": "bbbb", "partnerId": "1864", "photoUrl": "", "registerInitData": "1#1#2#2#2",
        "registerStoreCode": "shop001", "registerType": "1", "sexFlag": "1", "thirdPartyCode": "fasdfsadfaa222",
        "unionId": "", "validCode": "2468"})
}

#[test]
fn the_document_registration_makes_a_member_with_a_channel() {
    let mut freemud = with(Settings { registration_points: 7, ..Settings::default() });
    let id = ok(&mut freemud, "register/mobile", &registration("13333333334"))["memberId"].as_str().unwrap().to_owned();
    assert_eq!((id.len(), id.as_str() > MEMBER), (18, true));
    let member = freemud.member(&id).unwrap();
    assert_eq!((member.mobile, member.sex, member.points), ("13333333334", Sex::Male, 0));
    assert_eq!((member.channels[0].code.as_str(), member.channels[0].store_code.as_str()), ("saas", "shop001"));
    assert_eq!(freemud.ledger().last().map(|line| line.kind), Some(LedgerKind::Register));
    let mut gift = registration("13333333335");
    gift["registerInitData"] = "1#1#1#2#2".into();
    ok(&mut freemud, "register/mobile", &gift);
    assert_eq!(freemud.member_by_mobile("13333333335").unwrap().points, 7);
}

#[test]
fn registering_a_known_phone_answers_its_member_or_refuses() {
    let mut freemud = sample();
    assert_eq!(ok(&mut freemud, "register/mobile", &registration(PHONE)), json!({"memberId": MEMBER}));
    freemud.settings_mut().existing_phone = ExistingPhone::Refuse;
    assert_eq!(code(&mut freemud, "register/mobile", &registration(PHONE)), "52");
    assert_eq!(freemud.members().count(), 1);
}

#[test]
fn a_registration_lacks_nothing_that_the_table_asks_for() {
    let table: [(&str, Value, &str); 9] = [
        ("channelCode", Value::Null, "21"),
        ("registerType", "".into(), "21"),
        ("registerInitData", Value::Null, "21"),
        ("mobileValidateFlag", Value::Null, "21"),
        ("thirdPartyCode", Value::Null, "21"),
        ("validCode", Value::Null, "21"),
        ("validCode", "1111".into(), "53"),
        ("registerInitData", "1#1#2#2".into(), "22"),
        ("sexFlag", "3".into(), "22"),
    ];
    let mut freemud = sample();
    for (name, value, expected) in table {
        let mut body = registration("13333333334");
        body[name] = value.clone();
        assert_eq!(code(&mut freemud, "register/mobile", &body), expected, "{name} {value}");
    }
    let mut unchecked = registration("13333333334");
    unchecked["mobileValidateFlag"] = 2.into();
    unchecked["validCode"] = Value::Null;
    ok(&mut freemud, "register/mobile", &unchecked);
}

#[test]
fn the_list_is_filtered_and_paged() {
    let mut freemud = sample();
    for number in 1..=4 {
        let member = NewMember::new(&format!("1360000000{number}")).with_points(number * 10);
        freemud.seed(NOW_MS + number * 1_000, member).unwrap();
    }
    let page = ok(&mut freemud, "getMembers", &json!({"pageNum": 2, "pageSize": 2}));
    assert_eq!(
        (&page["totalCount"], &page["totalPages"], &page["pageNum"], &page["pageSize"]),
        (&5.into(), &3.into(), &2.into(), &2.into())
    );
    let phones = |page: &Value| -> Vec<String> {
        page["memberList"].as_array().unwrap().iter().map(|item| item["mobile"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(phones(&page), ["13600000002", "13600000001"]);
    let rich = json!({"pageNum": "1", "pageSize": "9", "startScore": 30, "endScore": "99"});
    assert_eq!(phones(&ok(&mut freemud, "getMembers", &rich)), ["13600000004", "13600000003"]);
    freemud.office(NOW_MS, "ops").set_active(MEMBER, false).unwrap();
    let disabled = json!({"pageNum": 1, "pageSize": 9, "statusFlag": 0});
    assert_eq!(phones(&ok(&mut freemud, "getMembers", &disabled)), [PHONE]);
    assert_eq!(code(&mut freemud, "score/opt/15", &spend("k", 1, "o")), "51");

    freemud.settings_mut().list_like_request = true;
    let sent = request(freemud.settings(), None, "getMembers", "last", r#"{"pageNum":1,"pageSize":20}"#);
    let wrapped = envelope(&mut freemud, &sent);
    assert_eq!((&wrapped["ver"], wrapped.get("statusCode"), wrapped.get("responseBody")), (&1.into(), None, None));
    assert!(wrapped["requestBody"].as_str().unwrap().contains("\"totalCount\":5"));
}
