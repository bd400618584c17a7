//! Whatever bytes come, nothing panics and every read ends.

use super::*;
use crate::model::{Consume, Modify, OpenCard, Recharge, RedeemPoints};
use crate::provider::wire::Fields;
use crate::provider::{Doubt, Findings, Outcome, Provider, ReadStep};
use crate::units::Points;
use std::collections::BTreeSet;

/// Every answer of the document, in one place to be torn apart.
const SAMPLES: [&str; 8] = [
    r#"[{"card_lel_name": "普通会员", "id": 1}, {"card_lel_name": "高级会员", "id": 2}]"#,
    r#"{"rules": [{"money": 1, "add_score": 0.0, "description": "充值送10%", "add_money": 0.1}], "paytypes": [[1, "现金"]]}"#,
    r#"{"cards": [{"cur_score": 2555, "phone": "66538536", "amount": 14493.80, "card_status": "正常", "card_id": "M000123"}]}"#,
    r#"{"cur_score": 2555, "ori_money": 100.0, "amount": "14493.80", "discount_money": 20.0, "card_money": 80.0, "discount": 0.8, "depot_money": 0, "card_id": "M000123", "act_money": 80.0}"#,
    r#"{"cur_score": 2555, "phone": "66538536", "amount": 14493.80, "birthday": "", "uname": "Chan Kan Seng", "gender": 0, "card_level_name": "普通卡", "card_id": "M000123", "sum_consume": 1000, "sum_recharge": 529}"#,
    r#"{"data": [{"ori_money": 100.0, "act_money": 80.0, "amount": 14493.8, "score": 2555, "pay_type_text": "", "time": 1570592439, "type": 7, "org_name": "聚客西餐", "id": 1000}], "pages": 30.0, "page_size": 2, "page": 1}"#,
    r#"{"errcode": "4", "errmsg": "余额不足"}"#,
    r#"{"cur_score": 2555, "amount": 80.0, "card_id": "M000123"}"#,
];

/// A small generator of numbers, the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(sides).unwrap()).unwrap()
    }

    fn garbage(&mut self) -> HttpResponse {
        let scraps: [&[u8]; 10] = [
            b"\"",
            b"{",
            b"}",
            b"null",
            b"-",
            b"1e999999999",
            b"\xff\xfe",
            b"9999999999999999999999999999999999",
            b"[[",
            b"\\u",
        ];
        let mut body = SAMPLES[self.roll(SAMPLES.len())].as_bytes().to_vec();
        for _ in 0..self.roll(4) {
            let at = self.roll(body.len().max(1)).min(body.len());
            match self.roll(5) {
                0 => body.truncate(at),
                1 => body.splice(at..at, scraps[self.roll(scraps.len())].iter().copied()).for_each(drop),
                2 if at < body.len() => body[at] = u8::try_from(self.roll(256)).unwrap(),
                3 => {
                    let end = (at + self.roll(12)).min(body.len());
                    body.drain(at..end).for_each(drop);
                }
                _ => {
                    let other = SAMPLES[self.roll(SAMPLES.len())].as_bytes();
                    body.splice(at..at, other.iter().copied()).for_each(drop);
                }
            }
        }
        answer([200, 204, 302, 400, 500][self.roll(5)], body)
    }
}

fn ops() -> [Op; 5] {
    [
        Op::new(OpenCard::new(CARD, "1").name("王小明")),
        Op::new(Modify::new(CARD).name("huang")),
        Op::new(Recharge::new(CARD, yuan("100"), 1)),
        Op::new(Consume::new(CARD, yuan("100"))),
        Op::new(RedeemPoints::new(CARD, Points::new(100))),
    ]
}

#[test]
fn every_read_ends_whatever_comes_and_what_it_found_can_be_judged() {
    let sandy = sandy();
    let ops = ops();
    let mut dice = Dice(0x5eed);
    let now = Timestamp::from_millis(1_570_592_439_000);
    let claimed = BTreeSet::new();
    let mut before = None;
    for round in 0..20_000 {
        let op = ops[round % ops.len()].lend();
        let sent = sandy.encode(&op).body;
        let doubt = Doubt {
            before: before.as_ref(),
            sent: &sent,
            first_sent_at: now,
            last_ended_at: now,
            claimed: &claimed,
            answered: &[],
        };
        let (reading, judged) = match dice.roll(5) {
            0 => (Some(sandy.health()), false),
            1 => (sandy.find("1"), false),
            2 => (serve(&sandy, CARD), false),
            3 => (sandy.before(&op, now), false),
            _ => (sandy.look(&op, &doubt, now), true),
        };
        let mut reading = reading.unwrap();
        let mut steps = 0;
        let mut next = reading.step(None);
        let findings = loop {
            match next {
                ReadStep::Ask(_) => next = reading.step(Some(&dice.garbage())),
                ReadStep::Done(findings) => break Some(*findings),
                ReadStep::Failed(_) => break None,
            }
            steps += 1;
            assert!(steps < 500, "a reading without end");
        };
        assert!(matches!(reading.step(None), ReadStep::Failed(_)), "a read that is over stays over");
        let findings = findings.unwrap_or_default();
        let _ = sandy.judge(&op, &doubt, &findings);
        if !judged {
            before = findings.facts;
        }
    }
}

#[test]
fn a_torn_answer_to_a_write_is_never_taken_for_another_cards_or_for_an_error_it_is_not() {
    let sandy = sandy();
    let mut dice = Dice(0xface);
    for op in &ops() {
        for _ in 0..5_000 {
            let garbage = dice.garbage();
            if let Outcome::Applied { .. } = sandy.classify(&op.lend(), &garbage) {
                let fields = Fields::of_body(&garbage.body).expect("no success without an object");
                let text = String::from_utf8_lossy(&garbage.body);
                assert!(fields.text("errcode").is_none(), "{text}");
                assert!(fields.decimal("amount").or(fields.decimal("cur_score")).is_some(), "{text}");
                assert!(fields.filled("card_id").is_none_or(|card| card == CARD), "{text}");
            }
        }
    }
}

#[test]
fn nothing_found_is_nothing_concluded() {
    let sandy = sandy();
    let now = Timestamp::from_millis(0);
    let claimed = BTreeSet::new();
    for op in &ops() {
        let doubt =
            Doubt { before: None, sent: b"", first_sent_at: now, last_ended_at: now, claimed: &claimed, answered: &[] };
        let verdict = sandy.judge(&op.lend(), &doubt, &Findings::default());
        assert!(matches!(verdict, crate::provider::Verdict::Unclear(_)), "{:?}: {verdict:?}", op.act);
    }
}
