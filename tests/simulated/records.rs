//! What the remote's figures and records say, and what they do not.

use tillbook::{Consume, Modify, NoticeKind, OfflineAmount, State};
use tillbook_sandbox::sandy::{LedgerKind, NewCard, ShortBalance, Source};

use crate::common::wire::now_s;
use crate::common::{SOON, yuan};
use crate::{ALL, Bench, CONSUME, First, HISTORY, MODIFY, cut, state};

/// A till beside others, that leaves the price to the remote. The card `C1` stands there with so much on it, and a sale may
/// empty it.
fn beside_others(level: i64, fen: i64) -> (Bench, tillbook::Till) {
    let bench = Bench::new();
    {
        let mut sandy = bench.wire.sandy.lock().unwrap();
        sandy.settings_mut().short_balance = ShortBalance::Depot;
        sandy.seed(now_s() - 7200, NewCard::new("C1", level).with_balance(fen, 0)).unwrap();
    }
    let mut config = bench.config();
    config.sandy.as_mut().unwrap().sole_writer = false;
    config.sandy.as_mut().unwrap().offline_amount = OfflineAmount::Remote;
    let till = bench.builder(config).open(bench.book()).unwrap();
    till.sync(ALL).unwrap();
    till.serve_card("C1", SOON).unwrap();
    (bench, till)
}

/// The shortfall alone was told; that the price had been another one, nobody was.
#[test]
fn a_shortfall_does_not_hide_that_the_price_was_another_one() {
    // A level whose discount this till does not know: 25 per cent.
    let (bench, till) = beside_others(3, 20_00);
    let told = till.consume(Consume::new("C1", yuan("20")).offline().op_id("x")).unwrap().told;
    assert_eq!((told.rate, told.from_card), (None, yuan("20")));
    bench.wire.sandy.lock().unwrap().office(now_s(), "office").withdraw("C1", 9_00).unwrap();
    till.sync(ALL).unwrap();
    let confirmed = till.operation("x").unwrap().confirmation.unwrap();
    assert_eq!((confirmed.from_card, confirmed.due), (Some(yuan("11")), Some(yuan("4"))));
    let told: Vec<_> = till.notices().unwrap().into_iter().map(|notice| (notice.kind, notice.amount)).collect();
    let want = [(NoticeKind::Shortfall, Some(yuan("4"))), (NoticeKind::Variance, Some(yuan("-5")))];
    assert_eq!(told, want);
}

/// The figures from before the other sale were kept beside its record, so that what it had taken was taken for ours.
#[test]
fn figures_and_records_of_two_moments_are_not_what_a_sale_is_judged_by() {
    let (bench, till) = beside_others(2, 100_00);
    let (sold, lost) = (First::default(), First::default());
    bench.between(move |wire, request| {
        if sold.is(request.url.ends_with(HISTORY)) {
            wire.sandy.lock().unwrap().other_till(now_s(), "Store 2").consume("C1", 20_00, Some(0)).unwrap();
        }
        if lost.is(request.url.ends_with(CONSUME)) {
            wire.handle(request);
            return cut();
        }
        None
    });
    // 100.00 after the discount, and 80.00 left on the card.
    till.consume(Consume::new("C1", yuan("125")).offline().op_id("x")).unwrap();
    bench.sync_for_quiet_periods(&till, 3);
    let sandy = bench.wire.sandy.lock().unwrap();
    let mut own = sandy.ledger().iter().filter(|line| line.kind == LedgerKind::Consume && line.source == Source::Api);
    assert_eq!(own.next().map(|line| line.money_change_fen), Some(-80_00));
    assert_eq!(own.next(), None);
    let confirmed = till.operation("x").unwrap().confirmation.unwrap();
    assert_eq!((confirmed.from_card, confirmed.due), (Some(yuan("80")), Some(yuan("20"))));
}

/// That the card was gone counted as the remote's refusal, though the change had been made before.
#[test]
fn a_card_that_was_replaced_since_says_nothing_about_a_change_of_its_holder() {
    for online in [false, true] {
        let bench = Bench::new();
        let till = bench.till();
        bench.once(MODIFY, |wire, request| {
            wire.handle(request);
            wire.sandy.lock().unwrap().office(now_s(), "office").replace("B1", "B2").unwrap();
            cut()
        });
        let change = Modify::new("B1").name("Ms Wu").op_id("x");
        till.modify(if online { change.require_online(SOON) } else { change.offline() }).unwrap();
        bench.sync_for_quiet_periods(&till, 4);
        assert_eq!(bench.wire.sandy.lock().unwrap().card("B2").unwrap().name, "Ms Wu");
        assert_eq!(state(&till, "x"), State::Parked, "online: {online}");
        assert_eq!(till.waiting().unwrap().len(), 1);
    }
}
