//! A card's history in this library's words.

use super::remote::{Card, Event, Remote};
use super::*;
use crate::model::{CardNumber, RecordKind};
use crate::provider::{Provider, ReadFailure, RemoteHistory, Whom};
use crate::units::Points;

const SAMPLE: Card = Card { amount: "14493.80", cur_score: 2555, sum_consume: "1000", sum_recharge: "529" };

fn read(remote: &mut Remote) -> Result<RemoteHistory, ReadFailure> {
    let number = CardNumber::new(CARD).unwrap();
    let whom = Whom { number: &number, reference: Some(CARD), phone: None };
    let reading = sandy().history(&whom, None).unwrap();
    remote.run(reading).map(|findings| findings.history.unwrap())
}

/// The document's own sample of section 6.
#[test]
fn the_documents_sample_is_understood() {
    let sample = r#"{"data": [{"ori_money": 100.0, "act_money": 115.0, "amount": 14608.8, "score": 2560, "pay_type_text": "现金",
        "description": "充值送10%:充值100.0赠送金额10.0<br/>单次送5元:充值100.0赠送金额5.0赠送积分5.0", "time": 1570592439,
        "type": 6, "org_name": "聚客西餐", "id": 1003}, {"ori_money": 100.0, "act_money": 80.0, "amount": 14493.8,
        "score": 2555, "pay_type_text": "", "description": "8折(0.8)<br/>消费80.0,获得积分80\n", "time": 1570592439,
        "type": 7, "org_name": "聚客西餐", "id": 1000}], "pages": 2.0, "page_size": 2, "page": 1}"#;
    let mut remote = Remote::new(SAMPLE);
    remote.instead.push(("getcardhis", answer(200, sample)));
    remote.instead.push(("getcardhis", answer(200, sample)));
    let history = read(&mut remote).unwrap();
    assert!(history.complete);
    let [sale, recharge] = history.lines.as_slice() else { panic!("{history:?}") };
    assert_eq!((sale.id.as_str(), sale.kind, sale.original), ("1000", RecordKind::Consume, Some(yuan("100"))));
    assert_eq!((sale.money, sale.points), (Some(yuan("-80")), Some(Points::new(80))));
    assert_eq!((sale.money_after, sale.points_after), (Some(yuan("14493.80")), Some(Points::new(2555))));
    assert_eq!(sale.rate.map(|rate| rate.to_string()).as_deref(), Some("0.8"));
    assert_eq!((sale.store.as_deref(), sale.note.as_deref()), (Some("聚客西餐"), None));
    assert_eq!(sale.at.millis(), 1_570_592_439_000);
    assert_eq!((recharge.kind, recharge.note.as_deref()), (RecordKind::Recharge, Some("现金")));
    assert_eq!((recharge.money, recharge.points), (Some(yuan("115")), Some(Points::new(5))));
}

#[test]
fn every_type_of_event_has_its_word_and_its_sign() {
    let event = |id: i64, event: i64, act: &'static str, amount: &'static str| Event {
        id,
        event,
        ori: act,
        act,
        amount,
        score: 0,
        time: 1_600_000_000 + id,
        org: "",
        pay_type: "",
        changes_score: false,
    };
    let mut remote = Remote::new(SAMPLE);
    remote.history = vec![
        event(1, 1, "100", "100"),
        event(2, 6, "50", "150"),
        event(3, 7, "30", "120"),
        event(4, 4, "0", "120"),
        event(5, 5, "0", "120"),
        event(6, 20, "20", "100"),
        event(7, 21, "10", "110"),
        event(8, 30, "10", "100"),
        event(9, 99, "7", "93"),
        // The card had 93 of the 120 that the sale cost.
        event(10, 7, "120", "0"),
        event(11, 3, "0", "0"),
        event(12, 2, "0", "0"),
    ];
    use RecordKind as Told;
    let want = [
        (Told::OpenCard, "100"),
        (Told::Recharge, "50"),
        (Told::Consume, "-30"),
        (Told::ReportLoss, "0"),
        (Told::LiftLoss, "0"),
        (Told::TransferOut, "-20"),
        (Told::TransferIn, "10"),
        (Told::Withdraw, "-10"),
        (Told::Other, "-7"),
        (Told::Consume, "-93"),
        (Told::ReplaceCard, "0"),
        (Told::CloseCard, "0"),
    ];
    let lines = read(&mut remote).unwrap().lines;
    let got: Vec<_> = lines.into_iter().map(|line| (line.kind, line.money)).collect();
    assert_eq!(got, want.map(|(kind, money)| (kind, Some(yuan(money)))));
}

/// What the card paid of a sale that emptied it can't be told without the balance before.
#[test]
fn a_sale_that_empties_a_card_may_have_cost_more_than_it_took() {
    let mut remote = Remote::new(SAMPLE);
    let event = Event {
        id: 1,
        event: 7,
        ori: "30",
        act: "30",
        amount: "0",
        score: 0,
        time: 1_600_000_000,
        org: "",
        pay_type: "",
        changes_score: false,
    };
    remote.history = vec![event];
    assert_eq!(read(&mut remote).unwrap().lines[0].money, None);
}
