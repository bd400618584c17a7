//! Discounts that were seen belong to the remote that gave them.

use rusqlite::Connection;
use tempfile::TempDir;

use super::{book, reopen};
use crate::clock::Timestamp;
use crate::store::schema::{APPLICATION_ID, CREATE};
use crate::store::{Days, LevelAt, Store};
use crate::units::Rate;

const EVER: Days<'_> = Days { from: "2027-01-01", to: "2027-12-31" };

const SANDY: LevelAt<'_> = LevelAt { provider: "sandy", level: "gold" };
const GREE: LevelAt<'_> = LevelAt { provider: "gree", level: "gold" };

fn rate(text: &str) -> Rate {
    Rate::new(text.parse().unwrap()).unwrap()
}

fn seen(store: &Store, card_no: i64, at: LevelAt<'_>, days: Days<'_>) -> Option<String> {
    store.view().rate_seen(card_no, at, days).unwrap().map(|rate| rate.to_string())
}

#[test]
fn what_one_remote_gave_says_nothing_of_another() {
    let (store, _dir) = book();
    let today = |day| Days { from: "2027-01-01", to: day };
    store
        .write(|tx| {
            for card_no in 1..=3 {
                tx.saw_rate(card_no, SANDY, rate("0.8"), today("2027-03-01"))?;
            }
            tx.saw_rate(1, GREE, rate("0.9"), today("2027-03-01"))?;
            tx.set_level_rate(SANDY, rate("0.8"), 3, (Timestamp::default(), "2027-03-01"))
        })
        .unwrap();
    assert_eq!(seen(&store, 1, SANDY, EVER).as_deref(), Some("0.8"));
    assert_eq!(seen(&store, 1, GREE, EVER).as_deref(), Some("0.9"));
    assert_eq!(seen(&store, 2, GREE, EVER), None);
    let view = store.view();
    assert_eq!(view.cards_that_agree(SANDY, EVER, rate("0.8"), 9).unwrap(), 3, "gree's is no contradiction");
    assert_eq!(view.cards_that_agree(GREE, EVER, rate("0.8"), 9).unwrap(), 0);
    assert_eq!(view.level_rate(SANDY, EVER).unwrap(), Some(rate("0.8")));
    assert_eq!(view.level_rate(GREE, EVER).unwrap(), None);
}

#[test]
fn a_rate_is_out_of_date_before_its_first_day_and_after_today() {
    let (store, _dir) = book();
    let days = |from, to| Days { from, to };
    store
        .write(|tx| {
            tx.saw_rate(1, SANDY, rate("0.8"), days("2027-01-01", "2027-03-01"))?;
            tx.set_level_rate(SANDY, rate("0.8"), 3, (Timestamp::default(), "2027-03-01"))
        })
        .unwrap();
    let cases = [
        (days("2027-03-01", "2027-03-01"), true),
        (days("2027-03-02", "2027-05-01"), false),
        // The clock was a month ahead when it was seen.
        (days("2027-01-01", "2027-02-28"), false),
    ];
    for (days, counts) in cases {
        assert_eq!(seen(&store, 1, SANDY, days).is_some(), counts, "{days:?}");
        assert_eq!(store.view().level_rate(SANDY, days).unwrap().is_some(), counts, "{days:?}");
    }
    store.write(|tx| tx.level_rate_seen(SANDY, "2027-05-01")).unwrap();
    assert_eq!(store.view().level_rate(SANDY, days("2027-03-02", "2027-05-01")).unwrap(), Some(rate("0.8")));
    // What was seen under the wrong clock does not come back.
    store.write(|tx| tx.saw_rate(1, SANDY, rate("0.9"), days("2027-01-01", "2027-02-01"))).unwrap();
    assert_eq!(seen(&store, 1, SANDY, EVER).as_deref(), Some("0.9"));
}

#[test]
fn a_rate_of_the_schema_before_is_the_remotes_that_the_card_was_sold_on() {
    let dir = TempDir::new().unwrap();
    let old = Connection::open(dir.path().join("till.db")).unwrap();
    old.execute_batch(CREATE).unwrap();
    old.execute_batch(&format!("PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = 1")).unwrap();
    old.execute_batch(
        "INSERT INTO book (key, value) VALUES ('book_id', 'old');
         INSERT INTO card (number) VALUES ('A1'), ('B1'), ('C1');
         INSERT INTO account (card_no, provider, confirmed, status) VALUES
             (1, 'sandy', 1, 'active'), (2, 'sandy', 1, 'active'), (2, 'gree', 1, 'active'), (3, 'sandy', 1, 'active');
         INSERT INTO lane (lane_no, provider, state) SELECT account_no, provider, 'idle' FROM account;
         INSERT INTO rate_seen (card_no, level, day, rate) VALUES
             (1, 'gold', '2027-03-01', '0.8'), (1, 'gold', '2027-03-02', '0.85'), (2, 'gold', '2027-03-01', '0.8'),
             (3, 'gold', '2027-03-01', '0.8');",
    )
    .unwrap();
    let insert = "INSERT INTO operation (op_id, lane_no, card_no, provider, dialect, kind, act, bound, wire_key, delivery,
        created_at, told, effect_money, effect_bonus, effect_points, state, changed_at, holding, open)
        SELECT hex(randomblob(8)), account_no, card_no, provider, 1, ?2, '', '', '', '', 1, '', 0, 0, 0, 'settled', 1, 0, 0
        FROM account WHERE account_no = ?1";
    // One card's sales were all Sandy's, another's those of two remotes, the third has none.
    for (account_no, kind) in [(1, "consume"), (1, "consume"), (2, "consume"), (3, "consume"), (4, "recharge")] {
        old.execute(insert, (account_no, kind)).unwrap();
    }
    drop(old);
    let store = reopen(&dir);
    assert_eq!(seen(&store, 1, SANDY, EVER).as_deref(), Some("0.85"));
    assert_eq!(store.view().cards_that_agree(SANDY, EVER, rate("0.85"), 9).unwrap(), 1);
    for card_no in [2, 3] {
        assert_eq!((seen(&store, card_no, SANDY, EVER), seen(&store, card_no, GREE, EVER)), (None, None));
    }
}
