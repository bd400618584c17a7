//! The whole way against the sandbox, whose authors read the same document on their own.

use std::collections::BTreeSet;

use tillbook_sandbox::sandy as remote;

use super::*;
use crate::model::{CardStatus, Consume, Evidence, Gender, Modify, OpenCard, Recharge, RedeemPoints};
use crate::provider::{Doubt, Findings, Outcome, Provider, ReadStep, Reading, Verdict, WireCall};
use crate::transport::HttpMethod;
use crate::units::Points;

const NOW: i64 = 1_700_000_000;

fn ask(system: &mut remote::Sandy, now_s: i64, call: &WireCall) -> HttpResponse {
    let method = match call.method {
        HttpMethod::Get => "GET",
        HttpMethod::Post => "POST",
    };
    let request = tillbook_sandbox::Request {
        method: method.to_owned(),
        path: call.path.clone(),
        headers: call.headers.clone(),
        body: call.body.clone(),
    };
    let response = system.handle(now_s, &request);
    answer(response.status, response.body)
}

fn read(system: &mut remote::Sandy, now_s: i64, reading: Option<Box<dyn Reading>>) -> Findings {
    let mut reading = reading.unwrap();
    let mut next = reading.step(None);
    loop {
        match next {
            ReadStep::Ask(call) => next = reading.step(Some(&ask(system, now_s, &call))),
            ReadStep::Done(findings) => return *findings,
            ReadStep::Failed(failure) => panic!("{failure:?}"),
        }
    }
}

fn system(settings: remote::Settings) -> remote::Sandy {
    let mut system = remote::Sandy::new(settings);
    let card = remote::NewCard::new(CARD, 2).with_balance(50_000, 100).with_holder(
        "王小明",
        "13812345678",
        Some(remote::Gender::Male),
    );
    system.seed(NOW - 7200, card).unwrap();
    system
}

/// Every installation that a client must get along with.
fn installations() -> Vec<remote::Settings> {
    let settings = |change: fn(&mut remote::Settings)| {
        let mut settings = remote::Settings::default();
        change(&mut settings);
        settings
    };
    vec![
        settings(|_| {}),
        settings(|s| s.history_order = remote::HistoryOrder::OldestFirst),
        settings(|s| s.consume_score_record = Some(remote::Settings::CONSUME_SCORE_EVENT)),
        settings(|s| s.errcode_as_text = true),
        settings(|s| s.error_status = true),
        settings(|s| s.modify_answer = remote::ModifyAnswer::New),
    ]
}

fn operations() -> Vec<Op> {
    let mut recharge = Op::new(Recharge::new(CARD, yuan("500"), 1));
    recharge.bound.pay_type_name = Some("现金".to_owned());
    let mut exact = Op::new(Consume::new(CARD, yuan("100")));
    exact.promise = Some(Promise::OfflineApproved);
    exact.told.from_card = yuan("80.05");
    let mut open =
        Op::new(OpenCard::new("M000999", "高级会员").name("李四").phone("13900000000").gender(Gender::Female));
    open.bound.level_id = Some("2".to_owned());
    vec![
        open,
        Op::new(Modify::new(CARD).phone("13700000000").birthday("1999-09-09")),
        recharge,
        Op::new(Consume::new(CARD, yuan("100")).discountable(yuan("40"))),
        exact,
        Op::new(RedeemPoints::new(CARD, Points::new(30))),
    ]
}

/// The verdict on an operation after `happens`, from the figures before it to the look after it.
fn probe(system: &mut remote::Sandy, op: &Op, happens: impl FnOnce(&mut remote::Sandy, &WireCall)) -> Verdict {
    let sandy = sandy();
    let at = |seconds: i64| Timestamp::from_millis(seconds * 1000);
    let op = op.lend();
    let before = read(system, NOW, sandy.before(&op, at(NOW))).facts;
    let call = sandy.encode(&op);
    happens(system, &call);
    let claimed = BTreeSet::new();
    let doubt = Doubt {
        before: before.as_ref(),
        sent: &call.body,
        first_sent_at: at(NOW),
        last_ended_at: at(NOW + 10),
        claimed: &claimed,
        answered: &[],
    };
    let findings = read(system, NOW + 200, sandy.look(&op, &doubt, at(NOW + 200)));
    sandy.judge(&op, &doubt, &findings)
}

#[test]
fn an_answered_write_is_confirmed_and_a_lost_answer_is_found_again_with_the_same_figures() {
    for settings in installations() {
        for op in operations() {
            let mut answered = None;
            let verdict = probe(&mut system(settings.clone()), &op, |system, call| {
                answered = Some(ask(system, NOW + 1, call));
            });
            let Outcome::Applied { confirmation: told, .. } = sandy().classify(&op.lend(), &answered.unwrap()) else {
                panic!("{:?} was not confirmed", op.act);
            };
            let Verdict::Applied { confirmation: found, evidence, .. } = verdict else {
                panic!("{:?}: {verdict:?}", op.act);
            };
            let modified = matches!(op.act, Act::Modify { .. });
            assert_eq!(evidence, if modified { Evidence::Proven } else { Evidence::Inferred });
            assert_eq!(found.money_after, told.money_after, "{:?}", op.act);
            assert_eq!(found.points_after, told.points_after, "{:?}", op.act);
            assert_eq!((found.from_card, found.due), (told.from_card, told.due), "{:?}", op.act);
            assert_eq!((found.discount, found.bonus), (told.discount, told.bonus), "{:?}", op.act);
        }
    }
}

#[test]
fn a_write_that_never_arrived_is_not_seen() {
    for settings in installations() {
        for op in operations() {
            let verdict = probe(&mut system(settings.clone()), &op, |_, _| {});
            match op.act {
                Act::Modify { .. } => assert!(matches!(verdict, Verdict::Unchanged), "{verdict:?}"),
                _ => assert!(matches!(verdict, Verdict::NotSeen), "{:?}: {verdict:?}", op.act),
            }
        }
    }
}

#[test]
fn what_was_sent_exactly_is_taken_exactly() {
    let op = operations().remove(4);
    let mut system = system(remote::Settings::default());
    let answered = ask(&mut system, NOW, &sandy().encode(&op.lend()));
    let Outcome::Applied { confirmation, .. } = sandy().classify(&op.lend(), &answered) else { panic!() };
    assert_eq!((confirmation.from_card, confirmation.discount), (Some(yuan("80.05")), Some(Money::ZERO)));
}

#[test]
fn other_tills_do_not_get_in_the_way_unless_they_do_the_same() {
    let op = Op::new(Consume::new(CARD, yuan("100")));
    let name = remote::Settings::default().org_name;
    // what another till sells, where, whether ours arrives -> whether it is found
    let cases = [
        (3000, "别家", true, true),
        (3000, name.as_str(), true, true),
        (10_000, name.as_str(), true, false),
        (3000, name.as_str(), false, false),
    ];
    for (fen, shop, arrives, found) in cases {
        let verdict = probe(&mut system(remote::Settings::default()), &op, |system, call| {
            system.other_till(NOW + 1, shop).consume(CARD, fen, None).unwrap();
            if arrives {
                ask(system, NOW + 2, call);
            }
            system.other_till(NOW + 3, shop).recharge(CARD, 700, 1).unwrap();
        });
        let got = matches!(verdict, Verdict::Applied { evidence: Evidence::Inferred, .. });
        assert_eq!(got, found, "{fen} at {shop}, arrives {arrives}: {verdict:?}");
        assert!(got || matches!(verdict, Verdict::Unclear(_)), "{verdict:?}");
    }
}

#[test]
fn an_empty_card_pays_what_it_has() {
    let op = Op::new(Consume::new(CARD, yuan("1000")));
    let settings = remote::Settings { short_balance: remote::ShortBalance::Depot, ..remote::Settings::default() };
    let verdict = probe(&mut system(settings), &op, |system, call| drop(ask(system, NOW, call)));
    let Verdict::Applied { confirmation, .. } = verdict else { panic!("{verdict:?}") };
    assert_eq!((confirmation.from_card, confirmation.due), (Some(yuan("500")), Some(yuan("300"))));
}

#[test]
fn the_back_office_is_seen_in_a_cards_status() {
    type Deed = fn(&mut remote::Sandy);
    let cases: [(Deed, Option<CardStatus>, bool); 4] = [
        (|_| {}, Some(CardStatus::Active), false),
        (|s| s.office(NOW, "b").loss(CARD).unwrap(), Some(CardStatus::Blocked), false),
        (
            |s| {
                s.office(NOW, "b").loss(CARD).unwrap();
                s.office(NOW, "b").lift(CARD).unwrap();
            },
            Some(CardStatus::Active),
            false,
        ),
        (|s| s.office(NOW, "b").close(CARD).unwrap(), None, true),
    ];
    for (deed, status, absent) in cases {
        let mut system = system(remote::Settings::default());
        deed(&mut system);
        let findings = read(&mut system, NOW, serve(&sandy(), CARD));
        assert_eq!((findings.status, findings.absent), (status, absent));
    }
}
