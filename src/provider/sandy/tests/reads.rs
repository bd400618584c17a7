//! Reads of several requests.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::json;

use super::remote::{Card, Event, Remote};
use super::*;
use crate::model::{CardStatus, Consume, Gender, Modify, OpenCard, RechargeWhen};
use crate::provider::{Provider, ReadFailure};
use crate::units::Points;

const SAMPLE: Card = Card { amount: "14493.80", cur_score: 2555, sum_consume: "1000", sum_recharge: "529" };
const NOON: i64 = 1_600_000_000;

fn event(id: i64, event: i64) -> Event {
    Event {
        id,
        event,
        ori: "100.0",
        act: "100.0",
        amount: "14493.80",
        score: 2555,
        time: NOON - 1000 + id,
        org: "聚客西餐",
        pay_type: "",
        changes_score: true,
    }
}

fn before(remote: &mut Remote) -> serde_json::Value {
    let op = Op::new(Consume::new(CARD, yuan("1")));
    let reading = sandy().before(&op.lend(), Timestamp::from_millis(NOON * 1000));
    remote.run(reading).unwrap().facts.unwrap()
}

#[test]
fn health_brings_the_levels() {
    let findings = Remote::new(SAMPLE).run(sandy().health()).unwrap();
    let levels: Vec<(String, String)> =
        findings.levels.unwrap().into_iter().map(|level| (level.id, level.name)).collect();
    assert_eq!(levels, [("1".into(), "普通会员".into()), ("2".into(), "高级会员".into())]);
}

#[test]
fn a_search_brings_numbers_and_phones_and_skips_what_has_no_number() {
    let findings = Remote::new(SAMPLE).run(sandy().find("123")).unwrap();
    let found: Vec<&str> = findings.found.iter().map(|found| found.number.as_str()).collect();
    assert_eq!(found, [CARD, "M0001234"]);
    assert_eq!(findings.found[0].phone.as_deref(), Some("66538536"));
    let mut nothing = Remote::new(SAMPLE);
    nothing.instead.push(("getcards", answer(200, r#"{"errcode": 2}"#)));
    let findings = nothing.run(sandy().find("123")).unwrap();
    assert!(findings.found.is_empty() && !findings.absent);
}

#[test]
fn serving_a_card_brings_all_that_is_known_of_it() {
    let mut remote = Remote::new(SAMPLE);
    remote.holder = json!({"uname": " Chan Kan Seng ", "phone": "66538536", "birthday": "1999-9-9", "gender": "1"});
    let findings = remote.run(serve(&sandy(), CARD)).unwrap();
    assert_eq!(remote.endpoints(), ["getcardinfo", "getcards", "getcardhis", "getrechargerules"]);
    let snapshot = findings.snapshot.unwrap();
    assert_eq!((snapshot.money, snapshot.points), (yuan("14493.80"), Points::new(2555)));
    assert_eq!((snapshot.consumed_total, snapshot.recharged_total), (Some(yuan("1000")), Some(yuan("529"))));
    assert_eq!(snapshot.level.as_deref(), Some("普通卡"));
    assert_eq!(snapshot.holder.name.as_deref(), Some("Chan Kan Seng"));
    assert_eq!(snapshot.holder.gender, Some(Gender::Male));
    assert_eq!(snapshot.holder.birthday, NaiveDate::from_ymd_opt(1999, 9, 9));
    assert_eq!(findings.status, Some(CardStatus::Active));
    let rules: Vec<(RechargeWhen, Decimal, i64)> =
        findings.rules.unwrap().iter().map(|rule| (rule.when, rule.bonus, rule.points.get())).collect();
    let want = [
        (RechargeWhen::Percentage, Decimal::new(1, 1), 0),
        (RechargeWhen::Threshold(yuan("500")), Decimal::from(100), 3),
        (RechargeWhen::Always, Decimal::from(5), 5),
    ];
    assert_eq!(rules, want);
    let pay_types: Vec<(i64, String)> =
        findings.pay_types.unwrap().into_iter().map(|kind| (kind.id, kind.name)).collect();
    assert_eq!(pay_types, [(1, "现金".to_owned()), (2, "银行卡".to_owned())]);
    assert!(!findings.absent && findings.facts.is_none());
}

#[test]
fn an_unknown_card_is_absent_and_nothing_more_is_asked() {
    let mut remote = Remote::new(SAMPLE);
    remote.card = None;
    let findings = remote.run(serve(&sandy(), CARD)).unwrap();
    assert!(findings.absent && findings.snapshot.is_none());
    assert_eq!(remote.endpoints(), ["getcardinfo"]);
}

#[test]
fn a_card_is_as_good_as_the_search_and_its_history_say() {
    use CardStatus::*;
    let cases: &[(Option<&str>, &[i64], Option<CardStatus>)] = &[
        (Some("正常"), &[], Some(Active)),
        (Some("正常"), &[1, 6, 7, 7], Some(Active)),
        (Some("挂失"), &[], Some(Blocked)),
        (Some("新状态"), &[], Some(Blocked)),
        (Some(""), &[], Some(Blocked)),
        (Some("已退卡"), &[], Some(Closed)),
        (Some("已换卡"), &[4], Some(Closed)),
        (Some("正常"), &[1, 4], Some(Blocked)),
        (Some("正常"), &[1, 4, 5], Some(Active)),
        (Some("正常"), &[4, 5, 4], Some(Blocked)),
        (Some("正常"), &[5, 7], Some(Active)),
        (Some("正常"), &[2, 7], Some(Blocked)),
        (Some("正常"), &[3], Some(Blocked)),
        (None, &[], None),
        (None, &[4], Some(Blocked)),
    ];
    for &(status, events, want) in cases {
        for newest_first in [true, false] {
            let mut remote = Remote::new(SAMPLE);
            remote.status = status;
            remote.newest_first = newest_first;
            remote.history = (1..).zip(events).map(|(id, kind)| event(id, *kind)).collect();
            let got = remote.run(serve(&sandy(), CARD)).unwrap().status;
            assert_eq!(got, want, "{status:?} {events:?} newest first {newest_first}");
        }
    }
}

#[test]
fn a_loss_is_found_in_a_long_history_whichever_end_comes_first() {
    for newest_first in [true, false] {
        let mut remote = Remote::new(SAMPLE);
        remote.newest_first = newest_first;
        remote.history = (1..=1000).map(|id| event(id, if id == 500 { 4 } else { 7 })).collect();
        let findings = remote.run(serve(&sandy(), CARD)).unwrap();
        assert_eq!(findings.status, Some(CardStatus::Blocked));
        assert_eq!(remote.asked.len(), 8, "one page of everything, then each of the four rare types");
    }
}

#[test]
fn figures_before_a_send_come_with_the_highest_record_of_the_window() {
    let mut remote = Remote::new(SAMPLE);
    remote.history = (1..=3).map(|id| event(id, 7)).collect();
    let facts = before(&mut remote);
    assert_eq!(facts["figures"]["amount"], json!(1_449_380));
    assert_eq!(facts["figures"]["cur_score"], json!("2555"));
    assert_eq!(facts["high_id"], json!(3));
    assert_eq!(facts["since_s"], json!(NOON - 86_400));
    assert_eq!(remote.endpoints(), ["getcardinfo", "getcardhis"], "a page that ends the history is the last one");
    assert_eq!(
        remote.asked[1].1,
        json!({"card_id": CARD, "start_timestamp": NOON - 86_400, "page_size": 50, "page": 1}),
        "without an event type all are listed, and without an end whatever is there by now"
    );
    let text = facts.to_string();
    assert!(!text.contains("Chan") && !text.contains("66538536"), "no holder where none is needed: {text}");
}

#[test]
fn the_highest_record_is_found_whatever_the_pages_are_like() {
    // records, most on a page, newest first, turns pages, repeats its last page, counts -> highest, cut short
    let cases = [
        (0, 1000, true, true, false, true, None, false),
        (3, 1000, false, true, false, true, Some(3), false),
        (50, 1000, false, true, false, true, Some(50), false),
        (120, 1000, false, true, false, true, Some(120), false),
        (120, 20, false, true, false, true, Some(120), false),
        (120, 20, false, true, false, false, Some(120), false),
        (120, 1000, false, true, true, false, Some(120), false),
        (120, 1000, false, true, true, true, Some(120), false),
        (120, 1000, true, false, false, true, Some(120), true),
        (3, 1000, true, false, false, false, Some(3), false),
        (2000, 1000, true, true, false, true, Some(2000), true),
    ];
    for (count, page_limit, newest_first, turns_pages, repeats_last_page, counts, high_id, cut_short) in cases {
        let mut remote = Remote::new(SAMPLE);
        remote.history = (1..=count).map(|id| event(id, 7)).collect();
        remote.page_limit = page_limit;
        remote.newest_first = newest_first;
        remote.turns_pages = turns_pages;
        remote.repeats_last_page = repeats_last_page;
        remote.counts = counts;
        let facts = before(&mut remote);
        let case = format!("{count} by {page_limit}, {newest_first} {turns_pages} {repeats_last_page} {counts}");
        assert_eq!(facts.get("high_id").and_then(serde_json::Value::as_i64), high_id, "{case}");
        assert_eq!(facts.get("cut_short").is_some(), cut_short, "{case}");
        assert!(remote.asked.len() <= 1 + 20, "{case}");
    }
}

#[test]
fn a_page_that_is_shorter_than_asked_for_is_not_taken_for_the_last_one() {
    let mut remote = Remote::new(SAMPLE);
    remote.history = (1..=45).map(|id| event(id, 7)).collect();
    remote.newest_first = false;
    remote.page_limit = 20;
    remote.tells_limit = false;
    assert_eq!(before(&mut remote)["high_id"], json!(45));
}

#[test]
fn before_an_opening_only_existence_is_asked_and_before_a_modification_the_holder() {
    let mut remote = Remote::new(SAMPLE);
    let at = Timestamp::from_millis(NOON * 1000);
    let modify = Op::new(Modify::new(CARD).name("huang"));
    let findings = remote.run(sandy().before(&modify.lend(), at)).unwrap();
    assert_eq!(findings.facts.unwrap()["holder"]["name"], json!("Chan Kan Seng"));

    remote.card = None;
    let open = Op::new(OpenCard::new(CARD, "1"));
    let findings = remote.run(sandy().before(&open.lend(), at)).unwrap();
    assert!(findings.absent);
    assert_eq!(findings.facts.unwrap(), json!({"absent": true}));
    assert_eq!(remote.endpoints(), ["getcardinfo", "getcardinfo"]);
}

#[test]
fn a_card_without_readable_figures_is_garbled_and_never_empty() {
    let bodies = [
        r#"{"card_id": "M000123", "cur_score": 1}"#,
        r#"{"card_id": "M000123", "amount": 1}"#,
        r#"{"card_id": "M000123", "amount": null, "cur_score": 1}"#,
        r#"{"card_id": "M000123", "amount": "", "cur_score": 1}"#,
        r#"{"card_id": "M000123", "amount": "1,000", "cur_score": 1}"#,
        r#"{"card_id": "M000123", "amount": 1e30, "cur_score": 1}"#,
        r#"{"card_id": "M000124", "amount": 1, "cur_score": 1}"#,
        r#"[{"amount": 1, "cur_score": 1}]"#,
        "<html>",
        "",
    ];
    for body in bodies {
        let mut remote = Remote::new(SAMPLE);
        remote.instead.push(("getcardinfo", answer(200, body)));
        let got = remote.run(serve(&sandy(), CARD));
        assert!(matches!(got, Err(ReadFailure::Garbled(_) | ReadFailure::Unusable(_))), "{body}: {got:?}");
    }
}

#[test]
fn a_read_that_fails_says_why() {
    #[derive(Debug, PartialEq)]
    enum Why {
        Garbled,
        Unusable,
        Refused,
        Halted,
    }
    let cases = [
        (r#"{"errcode": 1, "errmsg": "参数不足"}"#, Why::Refused),
        (r#"{"errcode": "400", "errmsg": "参数错误"}"#, Why::Refused),
        (r#"{"errcode": 300, "errmsg": "系统过期"}"#, Why::Halted),
        (r#"{"errcode": 500}"#, Why::Unusable),
        (r#"{"errcode": 3}"#, Why::Unusable),
        (r#"{"errcode": 0}"#, Why::Unusable),
        (r#"{"data": null}"#, Why::Unusable),
        (r#"{"data": [{"type": 7}]}"#, Why::Unusable),
        ("<html>", Why::Garbled),
        ("", Why::Garbled),
        ("null", Why::Garbled),
    ];
    let op = Op::new(Consume::new(CARD, yuan("1")));
    for (body, want) in cases {
        for endpoint in ["cardlevellist", "getcards", "getcardinfo", "getcardhis", "getrechargerules"] {
            let mut remote = Remote::new(SAMPLE);
            remote.instead.push((endpoint, answer(200, body)));
            let reading = match endpoint {
                "cardlevellist" => Some(sandy().health()),
                "getcardhis" => sandy().before(&op.lend(), Timestamp::from_millis(NOON * 1000)),
                _ => serve(&sandy(), CARD),
            };
            let brought = remote.run(reading);
            if endpoint == "getrechargerules" && want == Why::Unusable {
                // A card is served without its rules.
                assert!(brought.is_ok_and(|findings| findings.rules.is_none() && findings.snapshot.is_some()));
                continue;
            }
            let got = match brought.unwrap_err() {
                ReadFailure::Garbled(_) => Why::Garbled,
                ReadFailure::Unusable(_) => Why::Unusable,
                ReadFailure::Refused { code, .. } => {
                    assert!(code == "1" || code == "400");
                    Why::Refused
                }
                ReadFailure::Halted(_) => Why::Halted,
                ReadFailure::TokenRefused(why) => panic!("it has no tokens: {why}"),
            };
            assert_eq!(got, want, "{endpoint} {body}");
        }
    }
}

#[test]
fn a_missing_card_where_getcardinfo_knew_it_is_of_no_use() {
    let mut remote = Remote::new(SAMPLE);
    remote.instead.push(("getcardhis", answer(200, r#"{"errcode": 2}"#)));
    assert!(matches!(remote.run(serve(&sandy(), CARD)), Err(ReadFailure::Unusable(_))));
    let mut remote = Remote::new(SAMPLE);
    remote.instead.push(("getrechargerules", answer(200, r#"{"errcode": 2}"#)));
    assert!(remote.run(serve(&sandy(), CARD)).is_ok_and(|findings| findings.rules.is_none()));
}
