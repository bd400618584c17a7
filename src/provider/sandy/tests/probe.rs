//! What the remote's records say of a write without an answer.

use std::collections::BTreeSet;

use serde_json::json;

use super::remote::{Card, Event, Remote};
use super::*;
use crate::model::{Confirmation, Consume, Evidence, Gender, Modify, OpenCard, Recharge, RedeemPoints};
use crate::provider::{Doubt, Provider, Verdict};
use crate::units::Points;

/// When the request left, in epoch seconds. It ended ten seconds later.
const SENT: i64 = 1_600_000_000;
const ENDED: i64 = SENT + 10;
const OURS: &str = "聚客西餐";

const BEFORE: Card = Card { amount: "500.00", cur_score: 100, sum_consume: "1000", sum_recharge: "2000" };

#[derive(Debug, PartialEq)]
enum Ruling {
    Proven(Option<&'static str>),
    Inferred(Option<&'static str>),
    NotSeen,
    Unchanged,
    AlreadySo,
    Superseded,
    Refused,
    Unclear,
}

fn ruling(verdict: &Verdict) -> Ruling {
    match verdict {
        Verdict::Applied { confirmation, evidence, .. } => {
            let id = confirmation.remote_id.as_deref().map(|id| {
                *["1000", "1001", "1002"].iter().find(|known| **known == id).expect("one of the test's records")
            });
            match evidence {
                Evidence::Proven => Ruling::Proven(id),
                Evidence::Inferred => Ruling::Inferred(id),
                Evidence::Person => panic!("no person was asked"),
            }
        }
        Verdict::NotSeen => Ruling::NotSeen,
        Verdict::Unchanged => Ruling::Unchanged,
        Verdict::AlreadySo => Ruling::AlreadySo,
        Verdict::Superseded => Ruling::Superseded,
        Verdict::Refused(_) => Ruling::Refused,
        Verdict::Wait(why) => panic!("there is nobody to wait for: {why}"),
        Verdict::Unclear(text) => {
            assert!(!text.is_empty() && !text.contains("Chan") && !text.contains("66538536"), "{text}");
            Ruling::Unclear
        }
    }
}

/// One operation from the figures before it to the verdict about it.
struct Trial {
    config: SandyConfig,
    op: Op,
    remote: Remote,
    claimed: BTreeSet<String>,
    answered: Vec<Confirmation>,
    /// The book was restored: nothing is known from before.
    forgotten: bool,
}

impl Trial {
    fn of(op: Op) -> Self {
        let mut remote = Remote::new(BEFORE);
        remote.history.push(Event { id: 900, time: SENT - 3600, amount: "500.00", ..sale() });
        let config = SandyConfig { org_name: Some(OURS.to_owned()), ..config() };
        Trial { config, op, remote, claimed: BTreeSet::new(), answered: Vec::new(), forgotten: false }
    }

    fn judge(&mut self, happens: impl FnOnce(&mut Remote)) -> Verdict {
        let sandy = Sandy::new(self.config.clone()).unwrap();
        let op = self.op.lend();
        let at = |seconds: i64| Timestamp::from_millis(seconds * 1000 + 500);
        let before = self.remote.run(sandy.before(&op, at(SENT))).unwrap().facts;
        let sent = sandy.encode(&op).body;
        happens(&mut self.remote);
        let doubt = Doubt {
            before: before.as_ref().filter(|_| !self.forgotten),
            sent: &sent,
            first_sent_at: at(SENT),
            last_ended_at: at(ENDED),
            claimed: &self.claimed,
            answered: &self.answered,
        };
        let findings = self.remote.run(sandy.look(&op, &doubt, at(ENDED + 60))).unwrap();
        sandy.judge(&op, &doubt, &findings)
    }
}

/// A sale of a hundred at twenty percent off, as it stands in the history.
fn sale() -> Event {
    Event {
        id: 1000,
        event: 7,
        ori: "100.0",
        act: "80.0",
        amount: "420.0",
        score: 180,
        time: SENT + 2,
        org: OURS,
        pay_type: "",
        changes_score: true,
    }
}

fn consume() -> Trial {
    Trial::of(Op::new(Consume::new(CARD, yuan("100"))))
}

fn after(amount: &'static str, cur_score: i64, sum_consume: &'static str) -> Card {
    Card { amount, cur_score, sum_consume, ..BEFORE }
}

/// What our sale, and nothing else, leaves behind.
const SOLD: Card = Card { amount: "420.00", cur_score: 180, sum_consume: "1080", sum_recharge: "2000" };

#[test]
fn a_consume_table() {
    type Row = (&'static str, Card, Vec<Event>, Ruling);
    let rows: Vec<Row> = vec![
        ("nothing happened", BEFORE, vec![], Ruling::NotSeen),
        ("nothing but an older record of the same amount", BEFORE, vec![Event { id: 899, ..sale() }], Ruling::NotSeen),
        ("nothing but a loss reported", BEFORE, vec![Event { event: 4, ..sale() }], Ruling::NotSeen),
        ("exactly one", SOLD, vec![sale()], Ruling::Inferred(Some("1000"))),
        ("the total counts originals", after("420.00", 180, "1100"), vec![sale()], Ruling::Inferred(Some("1000"))),
        ("the total is cut to yuan", after("420.00", 180, "1079.5"), vec![sale()], Ruling::Inferred(Some("1000"))),
        ("points moved besides", after("420.00", 5, "1080"), vec![sale()], Ruling::Inferred(Some("1000"))),
        (
            "a twin",
            after("340.00", 260, "1160"),
            vec![sale(), Event { id: 1001, amount: "340", ..sale() }],
            Ruling::Unclear,
        ),
        (
            "another sale before ours",
            after("370.00", 230, "1130"),
            vec![
                Event { id: 1000, ori: "50", act: "50", amount: "450", org: "别家", ..sale() },
                Event { id: 1001, amount: "370", ..sale() },
            ],
            Ruling::Inferred(Some("1001")),
        ),
        (
            "a recharge after ours",
            Card { amount: "430.00", cur_score: 180, sum_consume: "1080", sum_recharge: "2010" },
            vec![sale(), Event { id: 1001, event: 6, ori: "10", act: "10", amount: "430", ..sale() }],
            Ruling::Inferred(Some("1000")),
        ),
        (
            "a withdrawal after ours",
            after("400.00", 180, "1080"),
            vec![sale(), Event { id: 1001, event: 30, ori: "20", act: "20", amount: "400", ..sale() }],
            Ruling::Inferred(Some("1000")),
        ),
        (
            "another's sale only",
            after("450.00", 150, "1050"),
            vec![Event { ori: "50", act: "50", amount: "450", ..sale() }],
            Ruling::Unclear,
        ),
        ("figures without a record", SOLD, vec![], Ruling::Unclear),
        ("a record beside unchanged figures", BEFORE, vec![sale()], Ruling::Unclear),
        (
            "another's record beside unchanged figures",
            BEFORE,
            vec![Event { ori: "50", act: "50", amount: "450", ..sale() }],
            Ruling::Unclear,
        ),
        ("the record and more gone", after("400.00", 180, "1080"), vec![sale()], Ruling::Unclear),
        ("more consumed than recorded", after("420.00", 180, "1200"), vec![sale()], Ruling::Unclear),
        ("nothing consumed in total", after("420.00", 180, "1000"), vec![sale()], Ruling::Unclear),
        ("recharged in total", Card { sum_recharge: "2001", ..SOLD }, vec![sale()], Ruling::Unclear),
        ("the balance does not follow", SOLD, vec![Event { act: "70.0", ..sale() }], Ruling::Unclear),
        ("act alone fits", SOLD, vec![Event { ori: "80.0", ..sale() }], Ruling::Unclear),
        ("another shop", SOLD, vec![Event { org: "别家", ..sale() }], Ruling::Unclear),
        ("another type", SOLD, vec![Event { event: 30, ..sale() }], Ruling::Unclear),
        ("too early", SOLD, vec![Event { time: SENT - 301, ..sale() }], Ruling::Unclear),
        ("as early as clocks differ", SOLD, vec![Event { time: SENT - 300, ..sale() }], Ruling::Inferred(Some("1000"))),
        (
            "as late as the remote may be",
            SOLD,
            vec![Event { time: ENDED + 120 + 300, ..sale() }],
            Ruling::Inferred(Some("1000")),
        ),
        ("too late", SOLD, vec![Event { time: ENDED + 120 + 302, ..sale() }], Ruling::Unclear),
    ];
    for (name, card, history, want) in rows {
        let verdict = consume().judge(|remote| {
            remote.card = Some(card);
            remote.history.extend(history);
        });
        assert_eq!(ruling(&verdict), want, "{name}: {verdict:?}");
    }
}

#[test]
fn what_is_concluded_from_the_history_carries_its_figures() {
    let verdict = consume().judge(|remote| {
        remote.card = Some(SOLD);
        remote.history.push(sale());
    });
    let Verdict::Applied { confirmation, .. } = verdict else { panic!("{verdict:?}") };
    let want = Confirmation {
        original: Some(yuan("100")),
        actual: Some(yuan("80")),
        discount: Some(yuan("20")),
        from_card: Some(yuan("80")),
        due: Some(yuan("0")),
        money_after: Some(yuan("420")),
        points_after: Some(Points::new(180)),
        rate: crate::units::Rate::new("0.8".parse().unwrap()),
        remote_id: Some("1000".to_owned()),
        ..Confirmation::default()
    };
    assert_eq!(*confirmation, want);
}

#[test]
fn a_card_that_paid_what_it_had_leaves_the_rest_due() {
    let mut trial = consume();
    trial.remote.card = Some(Card { amount: "30", ..BEFORE });
    let verdict = trial.judge(|remote| {
        remote.card = Some(after("0", 180, "1080"));
        remote.history.push(Event { amount: "0.0", ..sale() });
    });
    let Verdict::Applied { confirmation, .. } = verdict else { panic!("{verdict:?}") };
    assert_eq!((confirmation.from_card, confirmation.due), (Some(yuan("30")), Some(yuan("50"))));
}

#[test]
fn a_record_that_is_another_operations_is_not_taken_again() {
    let mut trial = consume();
    trial.claimed.insert("1000".to_owned());
    let verdict = trial.judge(|remote| {
        remote.card = Some(SOLD);
        remote.history.push(sale());
    });
    assert_eq!(ruling(&verdict), Ruling::Unclear);

    let mut trial = consume();
    trial.claimed.insert("1000".to_owned());
    let verdict = trial.judge(|remote| {
        remote.card = Some(after("340.00", 260, "1160"));
        remote.history.extend([sale(), Event { id: 1001, amount: "340", ..sale() }]);
    });
    assert_eq!(ruling(&verdict), Ruling::Inferred(Some("1001")));
}

/// A read before the send that came from old data does not know the record of the sale before it, which was answered.
#[test]
fn a_record_that_an_earlier_answer_describes_is_not_taken_for_this_operations() {
    for (points_after, want) in [(180, Ruling::Unclear), (181, Ruling::Inferred(Some("1000")))] {
        let mut trial = consume();
        let (money_after, points_after) = (Some(yuan("420")), Some(Points::new(points_after)));
        trial.answered.push(Confirmation { money_after, points_after, ..Confirmation::default() });
        let verdict = trial.judge(|remote| {
            remote.card = Some(SOLD);
            remote.history.push(sale());
        });
        assert_eq!(ruling(&verdict), want);
    }
}

#[test]
fn only_a_sole_writer_has_proof_and_only_while_nobody_else_wrote() {
    let mut trial = consume();
    trial.config.sole_writer = true;
    let verdict = trial.judge(|remote| {
        remote.card = Some(SOLD);
        remote.history.push(sale());
    });
    assert_eq!(ruling(&verdict), Ruling::Proven(Some("1000")));

    let mut trial = consume();
    trial.config.sole_writer = true;
    let verdict = trial.judge(|remote| {
        remote.card = Some(after("370.00", 230, "1130"));
        let other = Event { ori: "50", act: "50", amount: "450", org: "别家", ..sale() };
        remote.history.extend([other, Event { id: 1001, amount: "370", ..sale() }]);
    });
    assert_eq!(ruling(&verdict), Ruling::Inferred(Some("1001")));
}

#[test]
fn the_merchants_name_is_configured_or_remembered_or_learned_from_proof() {
    // configured, remembered, sole writer -> seen, learned
    let cases = [
        (Some(OURS), Some("别家"), false, Ruling::Inferred(Some("1000")), None),
        (None, Some(OURS), false, Ruling::Inferred(Some("1000")), None),
        (None, Some("别家"), false, Ruling::Unclear, None),
        (None, None, false, Ruling::Inferred(Some("1000")), None),
        (None, None, true, Ruling::Proven(Some("1000")), Some(OURS)),
    ];
    for (configured, remembered, sole_writer, want, learns) in cases {
        let mut trial = consume();
        trial.config.org_name = configured.map(str::to_owned);
        trial.config.sole_writer = sole_writer;
        trial.op.memory = remembered.map(|name| ("org_name".to_owned(), name.to_owned())).into_iter().collect();
        let verdict = trial.judge(|remote| {
            remote.card = Some(SOLD);
            remote.history.push(sale());
        });
        assert_eq!(ruling(&verdict), want, "{configured:?} {remembered:?}");
        if let Verdict::Applied { learned, .. } = verdict {
            assert_eq!(learned.map(|(_, name)| name).as_deref(), learns);
        }
    }
}

#[test]
fn what_was_sent_is_compared_and_not_what_would_be_sent_now() {
    // An offline approval after the request for the whole sale had left: encoding again would give the amount told.
    let mut trial = consume();
    let sandy = Sandy::new(trial.config.clone()).unwrap();
    let sent = sandy.encode(&trial.op.lend()).body;
    let at = |seconds: i64| Timestamp::from_millis(seconds * 1000);
    let before = trial.remote.run(sandy.before(&trial.op.lend(), at(SENT))).unwrap().facts;
    trial.op.promise = Some(Promise::OfflineApproved);
    trial.op.told.from_card = yuan("80");
    assert_ne!(sandy.encode(&trial.op.lend()).body, sent);
    trial.remote.card = Some(SOLD);
    trial.remote.history.push(sale());
    let claimed = BTreeSet::new();
    let doubt = Doubt {
        before: before.as_ref(),
        sent: &sent,
        first_sent_at: at(SENT),
        last_ended_at: at(ENDED),
        claimed: &claimed,
        answered: &[],
    };
    let op = trial.op.lend();
    let findings = trial.remote.run(sandy.look(&op, &doubt, at(ENDED))).unwrap();
    assert_eq!(ruling(&sandy.judge(&op, &doubt, &findings)), Ruling::Inferred(Some("1000")));
}

#[test]
fn a_recharge_table() {
    let paid_in = || Event { event: 6, act: "115.0", amount: "615.0", score: 105, pay_type: "现金", ..sale() };
    let done = Card { amount: "615.00", cur_score: 105, sum_consume: "1000", sum_recharge: "2100" };
    let rows = [
        ("nothing happened", BEFORE, None, Ruling::NotSeen),
        ("exactly one", done, Some(paid_in()), Ruling::Inferred(Some("1000"))),
        (
            "the total counts the bonus",
            Card { sum_recharge: "2115", ..done },
            Some(paid_in()),
            Ruling::Inferred(Some("1000")),
        ),
        ("another pay type", done, Some(Event { pay_type: "微信", ..paid_in() }), Ruling::Unclear),
        ("no pay type", done, Some(Event { pay_type: "", ..paid_in() }), Ruling::Unclear),
        ("another amount", done, Some(Event { ori: "115.0", ..paid_in() }), Ruling::Unclear),
        (
            "a bonus that is not there",
            Card { amount: "600", ..done },
            Some(Event { amount: "600", ..paid_in() }),
            Ruling::Unclear,
        ),
        ("consumed in total", Card { sum_consume: "1001", ..done }, Some(paid_in()), Ruling::Unclear),
    ];
    for (name, card, event, want) in rows {
        let mut trial = Trial::of(Op::new(Recharge::new(CARD, yuan("100"), 1)));
        trial.op.bound.pay_type_name = Some("现金".to_owned());
        let verdict = trial.judge(|remote| {
            remote.card = Some(card);
            remote.history.extend(event);
        });
        assert_eq!(ruling(&verdict), want, "{name}: {verdict:?}");
        if let Verdict::Applied { confirmation, .. } = verdict {
            assert_eq!((confirmation.original, confirmation.bonus), (Some(yuan("100")), Some(yuan("15"))), "{name}");
        }
    }
}

#[test]
fn a_redemption_table() {
    let taken = Card { cur_score: 70, ..BEFORE };
    let record = |id, score| Event { id, ori: "0", act: "0", amount: "500", score, ..sale() };
    let rows = [
        ("nothing happened", BEFORE, vec![], Ruling::NotSeen),
        ("exactly ours, without a record", taken, vec![], Ruling::Inferred(None)),
        ("exactly ours, with a record", taken, vec![record(1000, 70)], Ruling::Inferred(Some("1000"))),
        ("ours and a record of other points", taken, vec![record(1000, 85)], Ruling::Unclear),
        ("two records", taken, vec![record(1000, 85), record(1001, 70)], Ruling::Unclear),
        ("another number of points", Card { cur_score: 69, ..BEFORE }, vec![], Ruling::Unclear),
        ("points added", Card { cur_score: 130, ..BEFORE }, vec![], Ruling::Unclear),
        ("a sale besides", Card { cur_score: 70, ..SOLD }, vec![sale()], Ruling::Unclear),
        ("money moved besides", Card { amount: "499", ..taken }, vec![], Ruling::Unclear),
        ("a total moved besides", Card { sum_consume: "1001", ..taken }, vec![], Ruling::Unclear),
        ("a record beside unchanged points", BEFORE, vec![record(1000, 70)], Ruling::Unclear),
        ("a record of another time", taken, vec![Event { time: SENT + 9999, ..record(1000, 70) }], Ruling::Unclear),
    ];
    for (name, card, history, want) in rows {
        let mut trial = Trial::of(Op::new(RedeemPoints::new(CARD, Points::new(30))));
        let verdict = trial.judge(|remote| {
            remote.card = Some(card);
            remote.history.extend(history);
        });
        assert_eq!(ruling(&verdict), want, "{name}: {verdict:?}");
        let asked = trial.remote.asked.iter().filter(|(_, body)| body["only_score_change"] == json!(1));
        assert!(asked.count() > 0, "{name}: changes of points are what is looked for");
    }
}

#[test]
fn figures_that_lag_behind_the_history_are_read_once_more() {
    let verdict = consume().judge(|remote| {
        remote.stale = Some(BEFORE);
        remote.card = Some(SOLD);
        remote.history.push(sale());
    });
    assert_eq!(ruling(&verdict), Ruling::Inferred(Some("1000")));
    let mut points = Trial::of(Op::new(RedeemPoints::new(CARD, Points::new(30))));
    let verdict = points.judge(|remote| {
        remote.stale = Some(BEFORE);
        remote.card = Some(Card { cur_score: 70, ..BEFORE });
        remote.history.push(Event { ori: "0", act: "0", amount: "500", score: 70, ..sale() });
    });
    assert_eq!(ruling(&verdict), Ruling::Inferred(Some("1000")));
}

#[test]
fn a_look_asks_for_its_type_first_and_for_everything_only_where_that_explains_too_little() {
    let kinds = |remote: &Remote| -> Vec<serde_json::Value> {
        let asked = remote.asked.iter().skip(2);
        asked.map(|(_, body)| body.get("event_type").cloned().unwrap_or_default()).collect()
    };
    let mut plain = consume();
    plain.judge(|remote| {
        remote.card = Some(SOLD);
        remote.history.push(sale());
    });
    assert_eq!(
        kinds(&plain.remote),
        [json!(null), json!(7), json!(7)],
        "figures, a page, and the page behind the last"
    );
    let mut moved = consume();
    moved.judge(|remote| remote.card = Some(SOLD));
    assert_eq!(kinds(&moved.remote), [json!(null), json!(7), json!(7), json!(null), json!(null), json!(null)]);
}

#[test]
fn pages_are_read_until_records_repeat_and_a_history_without_end_is_unclear() {
    let busy = |remote: &mut Remote| {
        remote.newest_first = false;
        remote.history.extend((910..=998).map(|id| Event { id, time: SENT - 600, amount: "500", ..sale() }));
    };
    for repeats_last_page in [false, true] {
        let mut trial = consume();
        busy(&mut trial.remote);
        trial.remote.repeats_last_page = repeats_last_page;
        let verdict = trial.judge(|remote| {
            remote.card = Some(SOLD);
            remote.history.push(sale());
        });
        assert_eq!(ruling(&verdict), Ruling::Inferred(Some("1000")), "the newest record is on the last page");
    }
    let mut stuck = consume();
    busy(&mut stuck.remote);
    stuck.remote.turns_pages = false;
    assert_eq!(ruling(&stuck.judge(|_| {})), Ruling::Unclear, "what is on the other pages is not known");
    let mut stuck_later = consume();
    busy(&mut stuck_later.remote);
    let verdict = stuck_later.judge(|remote| remote.turns_pages = false);
    assert_eq!(ruling(&verdict), Ruling::Unclear, "figures that did not change are not enough");
}

#[test]
fn a_card_without_any_record_is_probed_by_its_window() {
    let mut trial = consume();
    trial.remote.history.clear();
    // From before the window, with a number that no threshold rules out.
    trial.remote.history.push(Event { id: 1002, time: SENT - 90_000, ..sale() });
    assert_eq!(ruling(&trial.judge(|_| {})), Ruling::NotSeen);
    let verdict = trial.judge(|remote| {
        remote.card = Some(SOLD);
        remote.history.push(sale());
    });
    assert_eq!(ruling(&verdict), Ruling::Inferred(Some("1000")));
}

#[test]
fn without_figures_from_before_nothing_is_concluded_about_money_or_points() {
    for op in [Op::new(Consume::new(CARD, yuan("100"))), Op::new(RedeemPoints::new(CARD, Points::new(30)))] {
        for card in [BEFORE, SOLD] {
            let mut trial = Trial { forgotten: true, ..consume() };
            trial.op.act = op.act.clone();
            let verdict = trial.judge(|remote| {
                remote.card = Some(card);
                remote.history.push(sale());
            });
            assert_eq!(ruling(&verdict), Ruling::Unclear);
        }
    }
}

#[test]
fn a_card_that_comes_or_goes_meanwhile_is_unclear_and_one_that_never_was_is_untouched() {
    let rows =
        [(Some(BEFORE), None, Ruling::Unclear), (None, Some(BEFORE), Ruling::Unclear), (None, None, Ruling::NotSeen)];
    for (then, now, want) in rows {
        let mut trial = consume();
        trial.remote.card = then;
        assert_eq!(ruling(&trial.judge(|remote| remote.card = now)), want);
    }
}

#[test]
fn an_opening_table() {
    let holder = |name: &str, phone: &str, gender: i64| json!({"uname": name, "phone": phone, "gender": gender});
    let whole = || OpenCard::new(CARD, "1").name("王小明").phone("13812345678").gender(Gender::Male);
    let ours = || holder("王小明", "13812345678", 1);
    let rows = [
        ("absent", whole(), false, false, None, Ruling::NotSeen),
        ("ours", whole(), false, false, Some(ours()), Ruling::Inferred(None)),
        ("another name", whole(), false, false, Some(holder("李四", "13812345678", 1)), Ruling::Refused),
        ("another phone", whole(), false, false, Some(holder("王小明", "13900000000", 1)), Ruling::Refused),
        ("another gender", whole(), false, false, Some(holder("王小明", "13812345678", 0)), Ruling::Refused),
        ("no phone", whole(), false, false, Some(json!({"uname": "王小明", "gender": 1})), Ruling::Refused),
        (
            "no gender told",
            whole(),
            false,
            false,
            Some(json!({"uname": "王小明", "phone": "13812345678"})),
            Ruling::Inferred(None),
        ),
        ("no holder sent", OpenCard::new(CARD, "1"), false, false, Some(ours()), Ruling::Inferred(None)),
        ("existed before", whole(), true, false, Some(ours()), Ruling::Refused),
        ("forgotten, absent", whole(), false, true, None, Ruling::NotSeen),
        ("forgotten, ours", whole(), false, true, Some(ours()), Ruling::Inferred(None)),
        ("forgotten, no holder sent", OpenCard::new(CARD, "1"), false, true, Some(ours()), Ruling::Unclear),
    ];
    for (name, open, existed, forgotten, now, want) in rows {
        let mut trial = Trial { forgotten, ..Trial::of(Op::new(open)) };
        trial.remote.card = existed.then_some(BEFORE);
        let verdict = trial.judge(|remote| {
            remote.card = now.is_some().then_some(BEFORE);
            remote.holder = now.unwrap_or_default();
        });
        assert_eq!(ruling(&verdict), want, "{name}: {verdict:?}");
        match verdict {
            Verdict::Refused(refusal) => assert_eq!(refusal.code, "3"),
            Verdict::Applied { confirmation, .. } => assert_eq!(confirmation.money_after, Some(yuan("500"))),
            _ => {}
        }
    }
}

#[test]
fn a_modification_table() {
    let then = json!({"uname": "王小明", "phone": "13812345678", "birthday": "1999-9-9", "gender": 1});
    let with = |name: &str, value: serde_json::Value| {
        let mut holder = then.clone();
        holder[name] = value;
        Some(holder)
    };
    let phone = || Modify::new(CARD).phone("13900000000");
    let rows = [
        ("at target", phone(), false, with("phone", json!("13900000000")), Ruling::Proven(None)),
        ("as before", phone(), false, with("uname", json!("李四")), Ruling::Unchanged),
        ("a third value", phone(), false, with("phone", json!("13700000000")), Ruling::Superseded),
        ("no value", phone(), false, with("phone", json!("")), Ruling::Superseded),
        ("half", phone().name("李四"), false, with("phone", json!("13900000000")), Ruling::Superseded),
        (
            "birthday at target",
            Modify::new(CARD).birthday("2000-01-02"),
            false,
            with("birthday", json!("2000-1-2")),
            Ruling::Proven(None),
        ),
        (
            "gender as before",
            Modify::new(CARD).gender(Gender::Female),
            false,
            with("uname", json!("李四")),
            Ruling::Unchanged,
        ),
        ("card gone", phone(), false, None, Ruling::Unclear),
        ("stood there before", Modify::new(CARD).name("王小明"), false, with("phone", json!("1")), Ruling::AlreadySo),
        ("forgotten, at target", phone(), true, with("phone", json!("13900000000")), Ruling::AlreadySo),
        ("forgotten", phone(), true, with("uname", json!("李四")), Ruling::Unclear),
    ];
    for (name, modify, forgotten, now, want) in rows {
        let mut trial = Trial { forgotten, ..Trial::of(Op::new(modify)) };
        trial.remote.holder = then.clone();
        let verdict = trial.judge(|remote| {
            remote.card = now.is_some().then_some(BEFORE);
            remote.holder = now.unwrap_or_default();
        });
        assert_eq!(ruling(&verdict), want, "{name}: {verdict:?}");
    }
}
