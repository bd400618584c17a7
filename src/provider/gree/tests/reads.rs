//! Reads, on the document's sample answers and on others.

use super::samples::*;
use super::*;
use crate::model::Gender;
use crate::provider::{Inquiry, Provider, Reply, Whom};

fn serve(gree: &Gree, reference: &str) -> Box<dyn Reading> {
    gree.serve(&Whom { number: &card(), reference: Some(reference), phone: None }).unwrap()
}

fn inquire(inquiry: Inquiry) -> Box<dyn Reading> {
    let number = card();
    gree().inquire(&inquiry, Some(&Whom { number: &number, reference: Some(OPEN_ID), phone: None })).unwrap()
}

fn member(changes: &[(&str, &str)]) -> HttpResponse {
    let mut body: Value = serde_json::from_str(MEMBER).unwrap();
    for (name, json) in changes {
        body["data"][*name] = serde_json::from_str(json).unwrap();
    }
    answer(body.to_string())
}

#[test]
fn a_member_is_served_with_figures_and_all_coupons() {
    let page = answer(coupons(&[COUPON.to_owned()], Some(1)));
    let (findings, asked) = run(serve(&gree(), "15980944959"), &[answer(MEMBER), page]);
    let findings = findings.unwrap();
    assert_eq!(asked.iter().map(method_of).collect::<Vec<_>>(), ["wk.user.info.query", "wk.coupon.user.list"]);
    let snapshot = findings.snapshot.unwrap();
    assert_eq!((snapshot.points, snapshot.money, snapshot.growth), (points(0), Money::ZERO, Some(0)));
    assert_eq!(snapshot.level.as_deref(), Some("一级会员"));
    let holder = snapshot.holder;
    assert_eq!((holder.name.as_deref(), holder.phone.as_deref()), (Some("李大哥"), Some("15980944959")));
    assert_eq!(holder.gender, Some(Gender::Male));
    assert_eq!(holder.birthday.map(|date| date.to_string()).as_deref(), Some("1994-09-28"));
    assert_eq!(findings.reference, None, "null in the sample");
    assert!(!findings.absent && findings.facts.is_none());
    assert_eq!(findings.coupons.unwrap().len(), 1);
}

#[test]
fn a_members_own_identifier_and_name_are_taken_where_they_are_told() {
    let told = member(&[
        ("open_id", &format!("{OPEN_ID:?}")),
        ("realname", "\"张三\""),
        ("score", "\"245.9\""),
        ("gender", "2"),
        ("level_name", "null"),
        ("level_num", "null"),
        ("level_number", "2"),
        ("birthday", "\"1994\""),
    ]);
    let findings = read(serve(&with(bare()), OPEN_ID), &[told]);
    assert_eq!(findings.reference.as_deref(), Some(OPEN_ID));
    assert!(findings.coupons.is_none(), "not asked for: nobody knows what their fees mean");
    let snapshot = findings.snapshot.unwrap();
    assert_eq!((snapshot.points, snapshot.level.as_deref()), (points(245), Some("2")));
    assert_eq!((snapshot.holder.name.as_deref(), snapshot.holder.gender), (Some("张三"), Some(Gender::Female)));
    assert_eq!(snapshot.holder.birthday, None);
}

#[test]
fn data_of_a_member_may_be_a_string() {
    let body: Value = serde_json::from_str(MEMBER).unwrap();
    let packed = serde_json::json!({"success": true, "data": body["data"].to_string()}).to_string();
    assert!(read(serve(&with(bare()), PHONE_OF_SAMPLE), &[answer(packed)]).snapshot.is_some());
}

const PHONE_OF_SAMPLE: &str = "15980944959";

#[test]
fn a_member_that_is_not_there_is_absent_and_another_one_is_no_answer() {
    for code in ["110003", "110004"] {
        let findings = read(serve(&gree(), OPEN_ID), &[no(code, "会员不存在")]);
        assert!(findings.absent && findings.snapshot.is_none() && findings.coupons.is_none());
    }
    let failure = |reference: &str, answer: HttpResponse| run(serve(&gree(), reference), &[answer]).0.unwrap_err();
    for (reference, answer) in [
        ("13800000000", answer(MEMBER)),
        (OPEN_ID, member(&[("open_id", "\"af76d25b97be4c55ab7fb0aff1d06667\"")])),
        (OPEN_ID, member(&[("score", "null")])),
        (OPEN_ID, answer(r#"{"success": true, "data": null}"#)),
    ] {
        assert!(matches!(failure(reference, answer), ReadFailure::Unusable(_)));
    }
    // An area code, or asterisks, are no other phone.
    for same in ["+8615980944959", "8615980944959"] {
        assert!(read(serve(&with(bare()), same), &[answer(MEMBER)]).snapshot.is_some());
    }
    let masked = member(&[("phone", "\"159****4959\"")]);
    assert!(read(serve(&with(bare()), "13800000000"), &[masked]).snapshot.is_some());
}

#[test]
fn a_failing_read_tells_what_helps() {
    let cases = [
        (no("500", "系统繁忙"), "unusable"),
        (no("1001", "系统繁忙"), "unusable"),
        (no("4711", ""), "unusable"),
        (no("1001", "请求参数不合法"), "refused"),
        (no("110002", ""), "refused"),
        (no("1006", ""), "token"),
        (no("1008", ""), "token"),
        (no("110005", ""), "halted"),
        (no("150001", ""), "halted"),
        (answer("<html>"), "garbled"),
        (answer("{}"), "garbled"),
        (answer(r#"{"success": false}"#), "unusable"),
    ];
    for (answer, want) in cases {
        for reading in [serve(&gree(), OPEN_ID), gree().health(), inquire(Inquiry::MemberCode)] {
            let got = match run(reading, std::slice::from_ref(&answer)).0 {
                Err(ReadFailure::Garbled(_)) => "garbled",
                Err(ReadFailure::Unusable(_)) => "unusable",
                Err(ReadFailure::Refused { .. }) => "refused",
                Err(ReadFailure::Halted(_)) => "halted",
                Err(ReadFailure::TokenRefused(_)) => "token",
                Ok(_) => "nothing wrong",
            };
            assert_eq!(got, want, "{}", String::from_utf8_lossy(&answer.body));
        }
    }
}

/// A page of so many coupons, numbered from `first`.
fn page(first: usize, count: usize, total: Option<usize>) -> HttpResponse {
    let row = |n: usize| coupon(&[("id", &n.to_string()), ("third_coupon_code", &format!("\"C{n}\""))]);
    answer(coupons(&(first..first + count).map(row).collect::<Vec<_>>(), total))
}

#[test]
fn pages_are_turned_until_all_is_there_or_nothing_new_comes() {
    // pages, coupons found: `None` where they can't have been all of them
    let cases: Vec<(Vec<HttpResponse>, Option<usize>)> = vec![
        (vec![page(0, 0, Some(0))], Some(0)),
        (vec![page(0, 0, None)], Some(0)),
        (vec![answer(r#"{"success": true, "data": null, "totalCount": 0}"#)], Some(0)),
        (vec![page(0, 2, Some(2))], Some(2)),
        (vec![page(0, 2, Some(4)), page(2, 2, Some(4))], Some(4)),
        (vec![page(0, 2, None), page(2, 1, None), page(0, 0, None)], Some(3)),
        (vec![page(0, 2, None), page(0, 2, None)], Some(2)),
        (vec![page(0, 2, Some(3)), page(1, 2, Some(3))], Some(3)),
        (vec![page(0, 2, Some(4)), page(0, 2, Some(4))], None),
        (vec![page(0, 2, Some(4)), page(0, 0, Some(4))], None),
    ];
    for (number, (pages, want)) in cases.into_iter().enumerate() {
        let answers = [vec![answer(MEMBER)], pages.clone()].concat();
        let (findings, asked) = run(serve(&gree(), PHONE_OF_SAMPLE), &answers);
        assert_eq!(findings.unwrap().coupons.map(|coupons| coupons.len()), want, "case {number}");
        assert_eq!(asked.len(), answers.len(), "case {number}: no question too few");
        assert_eq!(sent(asked.last().unwrap())["page_no"], pages.len());
    }
}

#[test]
fn a_list_without_end_is_left() {
    let endless: Vec<HttpResponse> = (0..50).map(|n| page(n, 1, None)).collect();
    let answers = [vec![answer(MEMBER)], endless].concat();
    let (findings, asked) = run(serve(&gree(), PHONE_OF_SAMPLE), &answers);
    assert!(findings.unwrap().coupons.is_none());
    assert_eq!(asked.len(), 41);
}

#[test]
fn coupons_that_can_not_be_read_stop_neither_the_member_nor_each_other() {
    for trouble in [no("500", ""), no("110004", ""), answer(r#"{"success": true, "data": null}"#)] {
        let findings = read(serve(&gree(), PHONE_OF_SAMPLE), &[answer(MEMBER), trouble]);
        assert!(findings.snapshot.is_some() && findings.coupons.is_none() && !findings.absent);
    }
    let rows = [COUPON.to_owned(), coupon(&[("id", "2"), ("coupon_category", "9")])];
    let findings = read(serve(&gree(), PHONE_OF_SAMPLE), &[answer(MEMBER), answer(coupons(&rows, Some(2)))]);
    assert_eq!(findings.coupons.unwrap().len(), 1);
    let refused = run(serve(&gree(), PHONE_OF_SAMPLE), &[answer(MEMBER), no("1008", "")]).0;
    assert!(matches!(refused, Err(ReadFailure::TokenRefused(_))), "another token helps");
}

#[test]
fn health_brings_the_levels_of_all_pages() {
    let findings = read(gree().health(), &[answer(LEVELS)]);
    let levels = findings.levels.unwrap();
    assert_eq!(levels.len(), 7);
    assert_eq!((levels[1].id.as_str(), levels[1].name.as_str()), ("2", "二级会员"));
    let one = |id: u32| {
        answer(format!(
            r#"{{"success": true, "data": [{{"id": {id}, "level_num": "{id}", "level_name": "L"}}], "totalCount": "2"}}"#
        ))
    };
    let (findings, asked) = run(gree().health(), &[one(1), one(2)]);
    assert_eq!((findings.unwrap().levels.unwrap().len(), asked.len()), (2, 2));
}

#[test]
fn inquiries_are_answered_as_in_the_samples() {
    let reply = |inquiry, answer| read(inquire(inquiry), &[answer]).reply.unwrap();
    let Reply::Statistics(statistics) = reply(Inquiry::Statistics, answer(MEMBER)) else { panic!() };
    assert_eq!((statistics.current, statistics.total, statistics.used), (points(0), None, None));

    let history = Inquiry::PointsHistory { page: 1, page_size: 10 };
    let Reply::PointsHistory(page) = reply(history, answer(POINTS_HISTORY)) else { panic!() };
    assert_eq!((page.page, page.total, page.records.len()), (1, Some(1), 1));
    let record = &page.records[0];
    assert_eq!((record.id.as_str(), record.points, record.description.as_str()), ("1", points(30), "消费增加积分"));
    assert_eq!(record.at, "2021-06-21 14:35:29");

    assert_eq!(reply(Inquiry::MemberCode, answer(MEMBER_CODE)), Reply::MemberCode("06244323958828461000".into()));
    let by_code = || Inquiry::MemberByCode { code: "06244323958828461000".into() };
    let Reply::Member(member) = reply(by_code(), answer(MEMBER)) else { panic!() };
    assert_eq!((member.reference, member.points, member.active), (None, Some(points(0)), true));
    assert_eq!(member.holder.phone.as_deref(), Some(PHONE_OF_SAMPLE));

    let send = || Inquiry::SendSms { phone: "13888888888".into() };
    let judge = || Inquiry::JudgeSms { phone: "13888888888".into(), code: "4586".into() };
    let refusing = answer(r#"{"success": true, "data": false}"#);
    assert_eq!(reply(send(), answer(SMS)), Reply::Sms(true));
    assert_eq!(reply(judge(), answer(SMS)), Reply::Sms(true));
    assert_eq!(reply(judge(), refusing), Reply::Sms(false));
    assert_eq!(reply(judge(), no("140005", "验证码验证不通过")), Reply::Sms(false));

    let failure = |inquiry, answer| run(inquire(inquiry), &[answer]).0.unwrap_err();
    let nothing = || answer(r#"{"success": true, "data": null}"#);
    assert!(matches!(failure(judge(), nothing()), ReadFailure::Unusable(_)), "only a plain yes is one");
    assert!(matches!(failure(Inquiry::MemberCode, nothing()), ReadFailure::Unusable(_)));
    for (inquiry, code) in [
        (by_code(), "110001"),
        (by_code(), "110006"),
        (Inquiry::Statistics, "110004"),
        (Inquiry::MemberCode, "110003"),
        (send(), "140001"),
        (send(), "140002"),
        (send(), "140003"),
        (send(), "140004"),
    ] {
        let failure = failure(inquiry, no(code, "no"));
        assert_eq!(failure, ReadFailure::Refused { code: code.into(), message: "no".into() });
    }
}

#[test]
fn before_a_registration_it_is_seen_whether_the_member_exists() {
    let op = Op::new(register()).of("");
    let before = || gree().before(&op.lend(), AT).unwrap();
    let absent = read(before(), &[no("110004", "会员不存在")]);
    assert!(absent.absent && absent.facts.is_some());
    let open_id = format!("{OPEN_ID:?}");
    let there = read(before(), &[member(&[("open_id", &open_id), ("phone", "\"15900947949\"")])]);
    assert!(!there.absent && there.snapshot.is_some());
    assert_eq!(there.reference.as_deref(), Some(OPEN_ID));
}
