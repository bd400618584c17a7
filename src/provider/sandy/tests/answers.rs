//! What comes back, in the document's words and in others.

use super::*;
use crate::model::{Consume, Modify, OpenCard, Recharge, RedeemPoints};
use crate::provider::{Outcome, Provider, RefusalClass};
use crate::units::Points;

fn consume() -> Op {
    Op::new(Consume::new(CARD, yuan("100")))
}

fn recharge() -> Op {
    Op::new(Recharge::new(CARD, yuan("100"), 1))
}

fn redeem() -> Op {
    Op::new(RedeemPoints::new(CARD, Points::new(100)))
}

fn open() -> Op {
    Op::new(OpenCard::new(CARD, "1"))
}

fn modify() -> Op {
    Op::new(Modify::new(CARD).name("huang"))
}

fn applied(op: &Op, body: &str) -> (crate::model::Confirmation, Option<crate::provider::Learned>) {
    match sandy().classify(&op.lend(), &answer(200, body)) {
        Outcome::Applied { confirmation, learned } => (*confirmation, learned),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_consume_is_confirmed_with_every_figure_of_the_sample() {
    let (confirmation, learned) = applied(
        &consume(),
        r#"{"cur_score": 2555, "ori_money": 100.0, "amount": "14493.80", "discount_money": 20.0, "card_money": 80.0,
            "discount": 0.8, "depot_money": 0, "card_id": "M000123", "act_money": 80.0}"#,
    );
    assert_eq!(confirmation.original, Some(yuan("100")));
    assert_eq!(confirmation.actual, Some(yuan("80")));
    assert_eq!(confirmation.discount, Some(yuan("20")));
    assert_eq!(confirmation.from_card, Some(yuan("80")));
    assert_eq!(confirmation.due, Some(yuan("0")));
    assert_eq!(confirmation.money_after, Some(yuan("14493.80")));
    assert_eq!(confirmation.points_after, Some(Points::new(2555)));
    assert_eq!(confirmation.rate.map(|rate| rate.to_string()).as_deref(), Some("0.8"));
    assert_eq!(confirmation.as_received["amount"], "14493.80");
    assert_eq!(confirmation.as_received["act_money"], "80.0");
    assert_eq!(confirmation.as_received.len(), 8);
    assert!(learned.is_none());
}

#[test]
fn what_the_card_paid_is_told_or_follows_from_what_is_still_owed() {
    // members beside amount -> from card, due
    let cases = [
        (r#""card_money": 30, "act_money": 80, "depot_money": 50"#, Some("30"), Some("50")),
        (r#""act_money": "80.00", "depot_money": "50""#, Some("30"), Some("50")),
        (r#""act_money": 80"#, Some("80"), None),
        (r#""card_money": null, "act_money": 80, "depot_money": null"#, Some("80"), None),
        (r#""depot_money": 5"#, None, Some("5")),
    ];
    for (members, from_card, due) in cases {
        let (confirmation, _) = applied(&consume(), &format!(r#"{{"amount": 0, {members}}}"#));
        assert_eq!(confirmation.from_card, from_card.map(yuan), "{members}");
        assert_eq!(confirmation.due, due.map(yuan), "{members}");
    }
}

#[test]
fn the_other_writes_are_confirmed_with_the_figures_of_their_samples() {
    let (recharged, _) = applied(
        &recharge(),
        r#"{"cur_score": 0, "add_money": 10.0, "amount": "1420.00", "add_score": 0.0, "card_id": "M000123"}"#,
    );
    assert_eq!((recharged.bonus, recharged.bonus_points), (Some(yuan("10")), Some(Points::ZERO)));
    assert_eq!((recharged.money_after, recharged.points_after), (Some(yuan("1420")), Some(Points::ZERO)));
    assert_eq!(recharged.original, None, "the sample does not tell it");

    let (redeemed, _) = applied(&redeem(), r#"{"cur_score": 2555, "amount": 80.0, "card_id": "M000123"}"#);
    assert_eq!((redeemed.money_after, redeemed.points_after), (Some(yuan("80")), Some(Points::new(2555))));

    let (opened, learned) = applied(
        &open(),
        r#"{"org_name": "ASDFG", "phone": "186xxxxxxxx", "amount": 100, "card_id": "M000123", "cur_score": 0}"#,
    );
    assert_eq!((opened.money_after, opened.points_after), (Some(yuan("100")), Some(Points::ZERO)));
    assert_eq!(learned, Some(("org_name", "ASDFG".to_owned())));
}

#[test]
fn a_modification_takes_no_value_from_its_answer_since_the_sample_shows_old_ones() {
    let (confirmation, learned) = applied(
        &modify(),
        r#"{"cur_score": 2555, "phone": "66538536", "amount": 14493.80, "birthday": "", "uname": "Chan Kan Seng",
            "gender": 0, "card_level_name": "普通卡", "card_id": "M000123"}"#,
    );
    assert_eq!(confirmation, crate::model::Confirmation::default());
    assert!(learned.is_none());
}

#[derive(Debug, PartialEq)]
enum Means {
    Applied,
    Business(&'static str),
    Suspicious(&'static str),
    Unknown,
    Halted,
}

#[test]
fn the_body_decides_what_an_answer_means() {
    let resent = |op: Op| Op { resent: true, ..op };
    let cases = [
        (consume(), 200, r#"{"errcode": 4, "errmsg": "余额不足"}"#, Means::Business("4")),
        (consume(), 200, r#"{"errcode": "4", "errmsg": "余额不足"}"#, Means::Business("4")),
        (consume(), 500, r#"{"errcode": "4"}"#, Means::Business("4")),
        (consume(), 200, r#"{"errcode": 2, "errmsg": null}"#, Means::Business("2")),
        (consume(), 200, r#"{"errcode": 1, "errmsg": "参数不足"}"#, Means::Suspicious("1")),
        (consume(), 400, r#"{"errcode": 400}"#, Means::Suspicious("400")),
        (consume(), 200, r#"{"errcode": 300}"#, Means::Halted),
        (consume(), 200, r#"{"errcode": 500}"#, Means::Unknown),
        (consume(), 200, r#"{"errcode": 77}"#, Means::Unknown),
        (consume(), 200, r#"{"errcode": ""}"#, Means::Unknown),
        (consume(), 200, r#"{"errcode": [4]}"#, Means::Unknown),
        (consume(), 200, r#"{"errcode": 0, "amount": 1, "cur_score": 2}"#, Means::Unknown),
        (consume(), 200, r#"{"errcode": null, "amount": 1, "cur_score": 2}"#, Means::Applied),
        (open(), 200, r#"{"errcode": 3, "errmsg": "卡已存在"}"#, Means::Business("3")),
        (resent(open()), 200, r#"{"errcode": 3, "errmsg": "卡已存在"}"#, Means::Unknown),
        (resent(consume()), 200, r#"{"errcode": 4}"#, Means::Business("4")),
        (resent(consume()), 200, r#"{"errcode": 3}"#, Means::Business("3")),
        (consume(), 200, r#"{"amount": 1}"#, Means::Applied),
        (consume(), 200, "\u{feff}{\"amount\": \"1\"}", Means::Applied),
        (consume(), 500, r#"{"amount": 1, "card_id": "M000123"}"#, Means::Applied),
        (consume(), 200, r#"{"cur_score": "2555", "novelty": {"a": [1]}}"#, Means::Applied),
        (consume(), 200, r#"{"amount": 1, "card_id": "M000124"}"#, Means::Unknown),
        (consume(), 200, r#"{"card_id": "M000123"}"#, Means::Unknown),
        (consume(), 200, r#"{"amount": null, "cur_score": "many"}"#, Means::Unknown),
        (consume(), 200, "{}", Means::Unknown),
        (consume(), 200, "[]", Means::Unknown),
        (consume(), 200, "", Means::Unknown),
        (consume(), 204, "", Means::Unknown),
        (consume(), 200, "<html>登录</html>", Means::Unknown),
        (consume(), 302, "<html>", Means::Unknown),
        (consume(), 403, "forbidden", Means::Unknown),
        (consume(), 503, "busy", Means::Unknown),
        (consume(), 200, r#"{"amount": 1, "cur_sc"#, Means::Unknown),
        (consume(), 200, r#"{"amount": 1} {"amount": 1}"#, Means::Unknown),
        (modify(), 200, "{}", Means::Unknown),
        (modify(), 200, r#"{"errcode": 3}"#, Means::Business("3")),
    ];
    for (op, status, body, want) in cases {
        let got = match sandy().classify(&op.lend(), &answer(status, body)) {
            Outcome::Applied { .. } => Means::Applied,
            Outcome::Refused(refusal) => {
                let code = ["1", "2", "3", "4", "400"].into_iter().find(|code| *code == refusal.code).unwrap();
                match refusal.class {
                    RefusalClass::Business => Means::Business(code),
                    RefusalClass::Suspicious => Means::Suspicious(code),
                    RefusalClass::Permanent => panic!("no answer says so: {refusal:?}"),
                }
            }
            Outcome::Unknown(_) => Means::Unknown,
            Outcome::UnknownHalted(_) => Means::Halted,
            other => panic!("nothing that this remote says: {other:?}"),
        };
        assert_eq!(got, want, "{:?} {status} {body}", op.act);
    }
}

#[test]
fn an_odd_figure_is_kept_as_received_and_spoils_nothing_else() {
    let (confirmation, _) = applied(
        &consume(),
        r#"{"amount": 14493.805, "cur_score": 2555.9, "card_money": "80,00", "act_money": 1e40, "discount": 80}"#,
    );
    assert_eq!(confirmation.money_after, Some(yuan("14493.81")), "half up to the fen");
    assert_eq!(confirmation.points_after, Some(Points::new(2555)), "floored");
    assert_eq!((confirmation.from_card, confirmation.actual, confirmation.rate), (None, None, None));
    assert_eq!(confirmation.as_received["card_money"], "80,00");
    assert_eq!(confirmation.as_received["discount"], "80");
}

#[test]
fn a_records_text_tells_the_discount() {
    for (text, rate) in [
        ("8折(0.8)<br/>消费80.0,获得积分80\\n", Some("0.8")),
        ("9.5折( 0.95 )", Some("0.95")),
        ("消费80.0", None),
        ("8折(八)", None),
        ("8折(0.8", None),
        ("折(7)", None),
    ] {
        let body =
            format!(r#"{{"data":[{{"id":1,"type":7,"description":"{text}"}}],"pages":1.0,"page_size":20,"page":1}}"#);
        let Ok(page) = super::super::answers::history(&answer(200, body)) else { panic!("{text}") };
        let told = page.records.first().and_then(|record| record.rate).map(|rate| rate.to_string());
        assert_eq!(told.as_deref(), rate, "{text}");
    }
}
