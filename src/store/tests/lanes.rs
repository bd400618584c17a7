//! Lanes whose account is to be read.

use super::book;
use crate::clock::Timestamp;
use crate::model::{CardStatus, CheckOptions, FindingKind};
use crate::store::{LaneState, Store};

fn lane(store: &Store, number: &str) -> i64 {
    let added = store.write(|tx| {
        let card_no = tx.insert_card(number)?;
        tx.insert_account(card_no, "sandy", Some(number), (CardStatus::Active, None))
    });
    added.unwrap().account.account_no
}

#[test]
fn of_two_lanes_that_become_one_a_read_stays_wanted() {
    for wanted in [[true, false], [false, true], [false, false]] {
        let (store, _dir) = book();
        let (gone, kept) = (lane(&store, "G"), lane(&store, "K"));
        store.write(|tx| tx.want_read(gone, wanted[0])).unwrap();
        store.write(|tx| tx.want_read(kept, wanted[1])).unwrap();
        store.write(|tx| tx.merge_accounts(gone, kept)).unwrap();
        assert_eq!(store.view().wants_read(kept).unwrap(), wanted != [false, false]);
    }
}

#[test]
fn a_lane_whose_account_is_to_be_read_is_not_idle() {
    let (store, _dir) = book();
    let lane_no = lane(&store, "A");
    let found = |store: &Store| {
        let report = store.check_here(&CheckOptions::default(), None);
        report.findings.iter().filter(|finding| finding.kind == FindingKind::Lane).count()
    };
    store.write(|tx| tx.want_read(lane_no, true)).unwrap();
    assert_eq!(found(&store), 1);
    let due = Timestamp::from_millis(1);
    store.write(|tx| tx.set_lane(lane_no, LaneState::Ready { probe: true, due }, 0)).unwrap();
    assert_eq!(found(&store), 0);
}
