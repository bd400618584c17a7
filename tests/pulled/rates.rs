//! Discounts that levels' cards agree on.

use std::sync::Arc;
use std::time::Duration;

use tillbook::{Consume, LearnLevels, LevelTerms, Money, NoticeKind, Rate, RateSource, Till};
use tillbook_sandbox::sandy::NewCard;

use crate::street::{ALL, Street, sandy, shop};
use crate::yuan;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Nine cards, G1 to G9, of a level that pays 80 %, at a till that is told of no level's rate.
fn served(learn: LearnLevels) -> (Arc<Street>, Till) {
    let street = Street::new();
    for number in 1..=9 {
        let card = NewCard::new(&format!("G{number}"), 2).with_balance(10_000_00, 0);
        street.cores.lock().unwrap().sandy.seed(street.now_ms() / 1000 - 60, card).unwrap();
    }
    let mut config = shop(sandy());
    config.learn_levels = learn;
    let till = street.till(config);
    for number in 1..=9 {
        till.serve_card(&format!("G{number}"), ALL).unwrap();
    }
    (street, till)
}

/// The level's discount at the remote, in percent paid, from now on.
fn now_pays(street: &Street, percent: i64) {
    let mut cores = street.cores.lock().unwrap();
    let level = cores.sandy.settings_mut().levels.iter_mut().find(|level| level.id == 2).unwrap();
    level.discount = tillbook_sandbox::sandy::Rate::new(percent, 2);
}

fn pays(till: &Till, card: &str) {
    let receipt = till.consume(Consume::new(card, yuan("100")).require_online(ALL)).unwrap();
    assert_eq!(receipt.told.rate_source, RateSource::Remote);
}

/// What a sale of 100 yuan would cost offline, and where the rate comes from.
fn offline(street: &Street, till: &Till, card: &str) -> (Money, RateSource) {
    street.cut(true);
    let receipt = till.consume(Consume::new(card, yuan("100")).offline()).unwrap();
    till.void(receipt.op_id.as_str()).unwrap();
    street.cut(false);
    (receipt.told.actual, receipt.told.rate_source)
}

fn learned(till: &Till) -> Vec<(String, String, u32)> {
    let remote = &till.catalogue().unwrap().remotes[0];
    remote.learned.iter().map(|one| (one.level.clone(), one.rate.to_string(), one.cards)).collect()
}

const FULL: (Money, RateSource) = (Money::from_fen(100_00), RateSource::Unknown);

#[test]
fn a_level_has_the_rate_that_enough_of_its_cards_were_given() {
    let (street, till) = served(LearnLevels::default());
    for card in ["G1", "G2", "G2", "G1", "G2"] {
        pays(&till, card);
        assert_eq!(learned(&till), [], "two cards are not enough");
        assert_eq!(offline(&street, &till, "G9"), FULL);
    }
    pays(&till, "G3");
    assert_eq!(learned(&till), [("高级会员".to_owned(), "0.8".to_owned(), 3)]);
    assert_eq!(offline(&street, &till, "G9"), (yuan("80"), RateSource::Learned));
    assert_eq!(offline(&street, &till, "G1"), (yuan("80"), RateSource::LastSeen), "a card's own comes first");
}

#[test]
fn one_card_that_disagrees_withdraws_it_and_as_many_as_before_bring_another() {
    let (street, till) = served(LearnLevels::default());
    for card in ["G1", "G2", "G3"] {
        pays(&till, card);
    }
    assert_eq!(learned(&till).len(), 1);
    now_pays(&street, 85);
    pays(&till, "G4");
    assert_eq!(learned(&till), []);
    assert_eq!(offline(&street, &till, "G9"), FULL);
    // On this day both were given: nobody knows in which order the remote means them.
    for card in ["G5", "G6", "G7"] {
        pays(&till, card);
    }
    assert_eq!(learned(&till), []);
    street.clock.pass(DAY);
    for (card, known) in [("G5", 0), ("G6", 0), ("G7", 1)] {
        pays(&till, card);
        assert_eq!(learned(&till).len(), known, "{card}");
    }
    assert_eq!(learned(&till)[0].1, "0.85");
    assert_eq!(offline(&street, &till, "G9"), (yuan("85"), RateSource::Learned));
}

#[test]
fn what_was_seen_long_ago_does_not_count_and_what_was_learned_stays_until_it_is_contradicted() {
    let (street, till) = served(LearnLevels::default());
    pays(&till, "G1");
    street.clock.pass(7 * DAY);
    pays(&till, "G2");
    pays(&till, "G3");
    assert_eq!(learned(&till), [], "the first was seen eight days ago, counting both");
    pays(&till, "G1");
    assert_eq!(learned(&till).len(), 1);
    street.clock.pass(60 * DAY);
    pays(&till, "G4");
    assert_eq!(learned(&till).len(), 1, "one that agrees is no reason to doubt it");
}

#[test]
fn nothing_is_learned_where_that_is_switched_off_or_the_level_is_configured() {
    let (street, till) = served(LearnLevels { cards: 0, ..LearnLevels::default() });
    for card in ["G1", "G2", "G3", "G4"] {
        pays(&till, card);
    }
    assert_eq!(learned(&till), []);
    assert_eq!(offline(&street, &till, "G9"), FULL);
    till.close(Duration::from_secs(1));

    let (street, till) = served(LearnLevels::default());
    for card in ["G1", "G2", "G3"] {
        pays(&till, card);
    }
    till.close(Duration::from_secs(1));
    let mut config = shop(sandy());
    let rate = Rate::new("0.9".parse().unwrap());
    config.levels = vec![LevelTerms { level: "高级会员".into(), rate, points_per_yuan: None }];
    let till = street.till(config);
    assert_eq!(offline(&street, &till, "G9"), (yuan("90"), RateSource::Level));
}

/// What is promised on a learned rate is what is taken; nothing else happens silently.
#[test]
fn a_learned_rate_that_is_wrong_by_then_costs_nobody_anything() {
    let (street, till) = served(LearnLevels::default());
    for card in ["G1", "G2", "G3"] {
        pays(&till, card);
    }
    street.cut(true);
    let sold = till.consume(Consume::new("G9", yuan("100")).op_id("c").offline()).unwrap();
    assert_eq!((sold.told.from_card, sold.told.rate_source), (yuan("80"), RateSource::Learned));
    now_pays(&street, 85);
    street.cut(false);
    street.settle(&till);
    let receipt = till.operation("c").unwrap();
    assert_eq!((receipt.confirmation.unwrap().from_card, receipt.variance), (Some(yuan("80")), None));
    assert_eq!(till.card("G9").unwrap().balances.money.confirmed, yuan("9920"));
    assert!(!till.notices().unwrap().iter().any(|notice| notice.kind == NoticeKind::Variance));
}

/// The history tells a discount too: of this day, and of cards that other tills served.
#[test]
fn the_history_of_other_tills_teaches_as_well() {
    let (street, till) = served(LearnLevels::default());
    let sell = |card: &str| {
        let now_s = street.now_ms() / 1000;
        street.cores.lock().unwrap().sandy.other_till(now_s, "elsewhere").consume(card, 10_00, None).unwrap();
    };
    sell("G1");
    street.clock.pass(DAY);
    for card in ["G2", "G3", "G4"] {
        sell(card);
    }
    for card in ["G1", "G2", "G3"] {
        till.pull_history(card, None, ALL).unwrap();
    }
    assert_eq!(learned(&till), [], "that of the day before may have been another level's");
    till.pull_history("G4", None, ALL).unwrap();
    assert_eq!(learned(&till).len(), 1);
    assert_eq!(offline(&street, &till, "G9"), (yuan("80"), RateSource::Learned));
}

/// A discount that may have ended is not given on the strength of what was so long ago.
#[test]
fn what_nobody_was_given_for_long_is_not_used_and_is_learned_anew() {
    let (street, till) = served(LearnLevels { max_age_days: 30, ..LearnLevels::default() });
    for card in ["G1", "G2", "G3"] {
        pays(&till, card);
    }
    street.clock.pass(29 * DAY);
    let serve = |cards: &[&str]| cards.iter().for_each(|card| drop(till.serve_card(card, ALL).unwrap()));
    serve(&["G1", "G9"]);
    assert_eq!(offline(&street, &till, "G9"), (yuan("80"), RateSource::Learned));
    assert_eq!(offline(&street, &till, "G1"), (yuan("80"), RateSource::LastSeen));
    // One more that agrees keeps it alive.
    pays(&till, "G4");
    street.clock.pass(DAY);
    serve(&["G1", "G9"]);
    assert_eq!(offline(&street, &till, "G9"), (yuan("80"), RateSource::Learned));
    assert_eq!(offline(&street, &till, "G1"), (yuan("80"), RateSource::Learned), "its own is out of date");

    street.clock.pass(29 * DAY);
    serve(&["G4", "G9"]);
    assert_eq!(offline(&street, &till, "G9"), FULL);
    assert_eq!(offline(&street, &till, "G4"), FULL);
    // One card alone does not bring it back.
    for (card, rate) in [("G5", FULL), ("G6", FULL), ("G7", (yuan("80"), RateSource::Learned))] {
        pays(&till, card);
        assert_eq!(offline(&street, &till, "G9"), rate, "{card}");
    }
}

/// What was learned before is of no use where nothing is to be learned.
#[test]
fn learning_that_is_switched_off_takes_what_was_learned_out_of_use() {
    let (street, till) = served(LearnLevels::default());
    for card in ["G1", "G2", "G3"] {
        pays(&till, card);
    }
    till.close(Duration::from_secs(1));
    let mut config = shop(sandy());
    config.learn_levels.cards = 0;
    let till = street.till(config);
    assert_eq!(offline(&street, &till, "G9"), FULL);
    assert_eq!(offline(&street, &till, "G1"), (yuan("80"), RateSource::LastSeen));
}
