//! Reads, from their first question to their findings.

use serde_json::json;

use super::*;
use crate::model::{CardStatus, Gender};
use crate::provider::{Findings, Inquiry, ReadFailure, ReadStep, Reading, Reference, Reply, Whom};

/// 1.1's sample of an answer, whole.
const MEMBER_SAMPLE: &str = r#"{
    "ver": "1",
    "statusCode": "100",
    "message": "成功",
    "responseBody": "{\"birthday\":\"\",\"email\":\"\",\"idCard\":\"\",\"memberChannels\":[{\"cardCode\":\"\",\"cardId\":\"\",\"channelCode\":\"dcxcx\",\"channelId\":\"215589208394967421\",\"createTime\":\"2019-05-27 09:33:59\",\"memberId\":\"115589208394311926\",\"partnerId\":\"2282\",\"registerStoreCode\":\"\",\"registerType\":\"2\",\"thirdPartyCode\":\"orZZ75W27gmvtJmS6qy4dOXokK6U\",\"unionId\":\"oeAlw1VjDr2hUynN5E_fQigVmcGk\",\"updateTime\":\"2019-05-27 09:33:59\"}],\"memberId\":\"115589208394311926\",\"memberName\":\"\",\"mobile\":\"\",\"nickName\":\"童百良\",\"photoUrl\":\"\",\"sexFlag\":\"0\"}",
    "sign": "sign"
}"#;

/// 1.2's sample of an answer. It is marked as no JSON and is strict JSON all the same; nothing was corrected.
const MEMBERS_SAMPLE: &str = r#"{
    "ver":1,
    "partnerId":"1000",
    "appId":"2eb5c8f117dac313f89d",
    "requestBody":"{\"memberList\":[{\"consumeMoney\":\"\",\"currentScore\":0,\"labelList\":[],\"memberId\":\"115604222300254410\",\"memberPaidList\":[],\"mobile\":\"13621758805\",\"nickName\":\"森屿海港@\",\"registerTime\":\"2019-06-13 18:37:10\",\"ruleName\":\"\",\"statusFlag\":1},{\"consumeMoney\":\"\",\"currentScore\":0,\"labelList\":[],\"memberId\":\"115591161789102515\",\"memberPaidList\":[],\"mobile\":\"15956904546\",\"nickName\":\"三虎\",\"registerTime\":\"2019-05-29 15:49:38\",\"ruleName\":\"\",\"statusFlag\":1}],\"pageNum\":1,\"pageSize\":20,\"totalCount\":15,\"totalPages\":1}",
    "sign": "sign"
}"#;

const ID: &str = "115589208394311926";

/// Gives a reading its answers one after the other, and tells how many it asked for.
fn run(mut reading: Box<dyn Reading>, answers: &[HttpResponse]) -> (usize, Result<Findings, ReadFailure>) {
    let mut next = reading.step(None);
    for asked in 0.. {
        match next {
            ReadStep::Ask(_) => next = reading.step(Some(answers.get(asked).expect("one question too many"))),
            ReadStep::Done(findings) => return (asked, Ok(*findings)),
            ReadStep::Failed(failure) => return (asked, Err(failure)),
        }
    }
    unreachable!()
}

fn serve(by: Option<&str>, answers: &[HttpResponse]) -> (usize, Result<Findings, ReadFailure>) {
    let number = CardNumber::new("13333333333").unwrap();
    let whom = Whom { number: &number, reference: by, phone: None };
    run(freemud().serve(&whom).unwrap(), answers)
}

#[test]
fn the_documents_member_is_understood_and_the_missing_points_are_asked_for() {
    let figures = success(r#"{"currentScore": 12, "totalScore": "20", "usedScore": 8}"#);
    let (asked, findings) = serve(Some(ID), &[answer(200, MEMBER_SAMPLE), figures]);
    let findings = findings.unwrap();
    assert_eq!(asked, 2);
    assert_eq!(findings.reference.as_deref(), Some(ID));
    assert_eq!(findings.status, Some(CardStatus::Active));
    assert!(!findings.absent && findings.coupons.is_none() && findings.facts.is_none());
    let snapshot = findings.snapshot.unwrap();
    assert_eq!(snapshot.points, points(12));
    let holder = snapshot.holder;
    assert_eq!(holder.name.as_deref(), Some("童百良"));
    assert_eq!((holder.phone, holder.gender, holder.birthday), (None, None, None));
}

#[test]
fn a_member_with_points_takes_one_request_and_no_figure_is_made_up() {
    let body = json!({"memberId": 115589208394311926_i64, "memberName": "王小明", "nickName": "小明",
        "mobile": "13333333333", "sexFlag": "2", "birthday": "1999-09-09 00:00:00", "currentScore": "12.5",
        "memberChannels": null, "memberCoupons": [{"couponCode": "c", "couponName": "n", "cuoponType": 1}]});
    let (asked, findings) = serve(None, &[success(&body.to_string())]);
    let findings = findings.unwrap();
    assert_eq!((asked, findings.reference.as_deref()), (1, Some(ID)));
    let snapshot = findings.snapshot.unwrap();
    assert_eq!(snapshot.points, points(12));
    let holder = snapshot.holder;
    assert_eq!((holder.name.as_deref(), holder.phone.as_deref()), (Some("王小明"), Some("13333333333")));
    assert_eq!(holder.gender, Some(Gender::Female));
    assert_eq!(holder.birthday, chrono::NaiveDate::from_ymd_opt(1999, 9, 9));
    assert_eq!(findings.coupons, None, "they tell no amount");
    // 2.4's sample tells the change alone: that is no balance.
    let (_, failure) = serve(Some(ID), &[answer(200, MEMBER_SAMPLE), success(r#"{"updateScore":0}"#)]);
    assert!(matches!(failure, Err(ReadFailure::Unusable(_))));
}

#[test]
fn a_member_who_is_not_there_is_absent() {
    let coded = with(|config| config.no_member_codes = vec!["4004".into()]);
    for (freemud, answer) in [
        (&freemud(), success("")),
        (&freemud(), success("null")),
        (&freemud(), success("{}")),
        (&freemud(), error("100", "成功")),
        (&freemud(), error("50", "会员不存在")),
        (&coded, error("4004", "no such member")),
    ] {
        let number = CardNumber::new("13333333333").unwrap();
        let whom = Whom { number: &number, reference: None, phone: None };
        let (_, findings) = run(freemud.serve(&whom).unwrap(), std::slice::from_ref(&answer));
        let findings = findings.unwrap();
        assert!(findings.absent && findings.snapshot.is_none() && findings.reference.is_none());
        let op = Op::new(register());
        let before = freemud.before(&op.lend(), Timestamp::from_millis(0)).unwrap();
        let (_, findings) = run(before, &[answer]);
        assert_eq!(findings.unwrap().facts, Some(json!({"absent": true})));
    }
}

#[test]
fn what_is_no_member_fails_by_what_it_says() {
    let of = |answer| serve(Some(ID), &[answer]).1.unwrap_err();
    assert!(matches!(of(answer(200, "<html>")), ReadFailure::Garbled(_)));
    assert!(matches!(of(answer(200, "{}")), ReadFailure::Garbled(_)));
    assert!(matches!(of(error("500", "系统异常")), ReadFailure::Unusable(_)));
    assert!(matches!(of(success("garbage")), ReadFailure::Unusable(_)));
    assert!(matches!(of(success(r#"{"nickName": "x"}"#)), ReadFailure::Unusable(_)));
    assert!(matches!(of(error("4004", "no such member")), ReadFailure::Refused { .. }));
    let refused = of(error("21", "缺少参数"));
    assert_eq!(refused, ReadFailure::Refused { code: "21".into(), message: "缺少参数".into() });
    let other = success(r#"{"memberId": "1", "currentScore": 5}"#);
    assert!(matches!(of(other), ReadFailure::Unusable(_)), "somebody else's figures");
    let other = success(r#"{"memberId": "1", "mobile": "13444444444", "currentScore": 5}"#);
    assert!(matches!(serve(None, &[other]).1, Err(ReadFailure::Unusable(_))));
    let masked = success(r#"{"memberId": "1", "mobile": "133****3333", "currentScore": 5}"#);
    assert!(serve(None, &[masked]).1.is_ok());
}

#[test]
fn the_documents_member_list_is_understood_in_both_wrappings() {
    let sample: serde_json::Value = serde_json::from_str(MEMBERS_SAMPLE).unwrap();
    let usual = success(sample["requestBody"].as_str().unwrap());
    for answer in [answer(200, MEMBERS_SAMPLE), usual] {
        let inquiry = Inquiry::Members { page: 1, page_size: 20 };
        let (_, findings) = run(freemud().inquire(&inquiry, None).unwrap(), std::slice::from_ref(&answer));
        let Some(Reply::Members(page)) = findings.unwrap().reply else { panic!() };
        assert_eq!((page.page, page.pages, page.total), (1, Some(1), Some(15)));
        let [first, second] = page.members.as_slice() else { panic!() };
        assert_eq!(first.reference.as_deref(), Some("115604222300254410"));
        assert_eq!(first.holder.phone.as_deref(), Some("13621758805"));
        assert_eq!((first.points, first.active, &first.level), (Some(points(0)), true, &None));
        assert_eq!(second.holder.name.as_deref(), Some("三虎"));
        let (_, healthy) = run(freemud().health(), &[answer]);
        assert!(healthy.unwrap().reply.is_none());
    }
}

#[test]
fn a_list_tells_who_is_disabled_and_leaves_out_what_it_can_not_name() {
    let list = json!({"memberList": [
        {"memberId": "1", "statusFlag": "0", "ruleName": "金卡", "currentScore": "7"},
        {"memberId": null, "nickName": "nobody"},
        {"memberId": "2", "statusFlag": null},
    ]});
    let inquiry = Inquiry::Members { page: 1, page_size: 20 };
    let (_, findings) = run(freemud().inquire(&inquiry, None).unwrap(), &[success(&list.to_string())]);
    let Some(Reply::Members(page)) = findings.unwrap().reply else { panic!() };
    let [disabled, bare] = page.members.as_slice() else { panic!() };
    assert_eq!((disabled.active, disabled.level.as_deref(), disabled.points), (false, Some("金卡"), Some(points(7))));
    assert_eq!((bare.active, bare.points, page.pages, page.total), (true, None, None, None));
    for (bad, halts) in [
        (answer(200, "<html>"), "garbled"),
        (answer(200, "{}"), "garbled"),
        (success("{}"), "unusable"),
        (success(""), "unusable"),
        (error("500", ""), "unusable"),
        (error("12", "access_token无效"), "refused"),
    ] {
        let failure = run(freemud().health(), &[bad]).1.unwrap_err();
        let found = match failure {
            ReadFailure::Garbled(_) => "garbled",
            ReadFailure::Unusable(_) => "unusable",
            ReadFailure::Refused { .. } => "refused",
            _ => "something else",
        };
        assert_eq!(found, halts);
    }
}

#[test]
fn a_code_that_is_set_to_halt_halts() {
    let freemud = with(|config| config.halt_codes = vec!["12".into()]);
    let (_, failure) = run(freemud.health(), &[error("12", "access_token无效")]);
    assert!(matches!(failure, Err(ReadFailure::Halted(_))));
}

#[test]
fn statistics_and_the_member_of_a_code_are_told() {
    let number = card();
    let by_id = Whom { number: &number, reference: Some(ID), phone: None };
    let by_phone = Whom { number: &number, reference: None, phone: Some("13333333333") };
    let figures = success(r#"{"currentScore": 12, "totalScore": "20", "usedScore": null}"#);
    let inquire = |whom: &Whom<'_>| freemud().inquire(&Inquiry::Statistics, Some(whom)).unwrap();
    for (reading, answers) in
        [(inquire(&by_id), vec![figures.clone()]), (inquire(&by_phone), vec![answer(200, MEMBER_SAMPLE), figures])]
    {
        let (_, findings) = run(reading, &answers);
        let Some(Reply::Statistics(told)) = findings.unwrap().reply else { panic!() };
        assert_eq!((told.current, told.total, told.used), (points(12), Some(points(20)), None));
    }
    let stranger = Whom { number: &number, reference: None, phone: None };
    assert!(freemud().inquire(&Inquiry::Statistics, Some(&stranger)).is_none());
    let inquiry = Inquiry::MemberByCode { code: "c0de".into() };
    let (asked, findings) = run(freemud().inquire(&inquiry, None).unwrap(), &[answer(200, MEMBER_SAMPLE)]);
    let findings = findings.unwrap();
    let Some(Reply::Member(member)) = findings.reply else { panic!() };
    assert_eq!((asked, member.reference.as_deref(), member.points), (1, Some(ID), None));
    assert_eq!(findings.reference.as_deref(), Some(ID));
    let (_, findings) = run(freemud().inquire(&inquiry, None).unwrap(), &[success("")]);
    assert!(findings.unwrap().absent);
}

#[test]
fn a_search_finds_a_member_by_a_whole_phone_under_that_phone() {
    let (_, findings) = run(freemud().find("+8613333333333").unwrap(), &[answer(200, MEMBER_SAMPLE)]);
    let found = findings.unwrap().found;
    let [found] = found.as_slice() else { panic!() };
    assert_eq!((found.number.as_str(), found.phone.as_deref()), ("13333333333", Some("13333333333")));
    let (_, findings) = run(freemud().find("13333333333").unwrap(), &[success("")]);
    assert!(findings.unwrap().found.is_empty());
}

#[test]
fn a_reference_is_known_or_can_be_asked_for_by_phone() {
    let phone_like = CardNumber::new("13333333333").unwrap();
    let number = card();
    for (number, reference, phone, want) in [
        (&number, Some(ID), None, Reference::Known(ID.to_owned())),
        (&number, None, Some("13333333333"), Reference::Ask),
        (&phone_like, None, None, Reference::Ask),
        (&number, None, None, Reference::Unknown),
        (&number, Some(""), None, Reference::Unknown),
    ] {
        let whom = Whom { number, reference, phone };
        assert_eq!(freemud().reference(&whom), want);
        assert_eq!(freemud().serve(&whom).is_some(), want != Reference::Unknown);
    }
}

#[test]
fn a_phone_that_has_a_member_already_is_found_before_a_registration_is_sent() {
    let freemud = with(|config| config.third_party_code = Some("till-{phone}".into()));
    let member = |code: &str| {
        success(
            &json!({"memberId": ID, "mobile": "13333333333", "currentScore": 5,
            "memberChannels": [{"thirdPartyCode": code}]})
            .to_string(),
        )
    };
    for (code, ours) in [("till-13333333333", true), ("wechat", false)] {
        let op = Op::new(register());
        let before = freemud.before(&op.lend(), Timestamp::from_millis(0)).unwrap();
        let (_, findings) = run(before, &[member(code)]);
        let findings = findings.unwrap();
        assert_eq!(findings.reference.as_deref(), Some(ID));
        assert_eq!(findings.snapshot.unwrap().points, points(5));
        assert_eq!(findings.facts.unwrap().get("ours").is_some(), ours);
        assert!(!findings.absent);
    }
    let op = Op::new(accrue());
    let before = freemud.before(&op.lend(), Timestamp::from_millis(0)).unwrap();
    let (_, findings) = run(before, &[success(r#"{"currentScore": 5, "totalScore": 7, "usedScore": "2"}"#)]);
    let findings = findings.unwrap();
    assert_eq!(findings.facts, Some(json!({"figures": {"current": 5, "total": 7, "used": 2}})));
    assert_eq!(findings.snapshot.unwrap().points, points(5));
}

#[test]
fn a_read_that_is_over_stays_over() {
    let mut reading = freemud().health();
    reading.step(None);
    reading.step(Some(&success("{}")));
    for answer in [None, Some(&success("{}"))] {
        assert!(matches!(reading.step(answer), ReadStep::Failed(ReadFailure::Garbled(_))));
    }
}
