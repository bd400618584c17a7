//! Which remote serves what: said where it must be, and one till's families side by side.

use tillbook::{Consume, ErrorCode, Link, Money, Points, PushOrder, RedeemPoints, Register, Routing, State};
use tillbook_sandbox::System;

use crate::street::{ALL, Fate, Street, all_families, freemud, gree, sandy, shop, yonyou};

#[test]
fn where_two_remotes_could_serve_it_has_to_be_said_which() {
    let cases = [
        (shop(sandy()).and(freemud()), Some("routing.points")),
        (shop(gree()).and(freemud()), Some("routing.members")),
        (shop(sandy()).and(yonyou()), Some("routing.points")),
        (shop(gree()), None),
    ];
    for (config, field) in cases {
        assert_eq!(config.check().err().as_ref().and_then(tillbook::Error::field), field);
    }
    let mut config = shop(sandy()).and(yonyou());
    config.routing = Routing { points: Some("gree".into()), ..Routing::default() };
    assert_eq!(config.check().unwrap_err().field(), Some("routing.points"), "a remote that is not configured");
    config.routing.points = Some("yonyou".into());
    config.check().unwrap();
}

#[test]
fn one_sale_over_three_remotes_and_one_of_them_down() {
    let street = Street::new();
    let till = street.till(all_families());
    till.register(Register::new("13800000001").card("A1").name("Mr Wang").offline()).unwrap();
    till.serve_card("A1", ALL).unwrap();
    street.settle(&till);
    let card = till.serve_card("A1", ALL).unwrap();
    assert_eq!(card.accounts.len(), 3, "{card:?}");
    assert_eq!(card.balances.points.confirmed, Points::new(300), "the points are Freemud's");
    assert_eq!(card.balances.money.confirmed, Money::from_fen(500_00), "the money is Sandy's");

    // Freemud goes down; the others go on.
    street.hook(|system, _| if system == System::Freemud { Fate::NotSent } else { Fate::Passes });
    till.consume(Consume::new("A1", Money::from_fen(100_00)).op_id("c").offline()).unwrap();
    till.redeem_points(RedeemPoints::new("A1", Points::new(100)).op_id("p").offline()).unwrap();
    till.push_order(PushOrder::new("A1", Money::from_fen(100_00)).points(Points::new(10)).op_id("o").offline())
        .unwrap();
    for _ in 0..10 {
        till.sync(ALL).unwrap();
        street.clock.pass(std::time::Duration::from_secs(1));
    }
    assert_eq!(till.operation("c").unwrap().state, State::Settled);
    assert_eq!(till.operation("o").unwrap().state, State::Settled);
    assert_eq!(till.operation("p").unwrap().state, State::Queued);
    let status = till.status().unwrap();
    let link = |name| status.remotes.iter().find(|remote| remote.provider == name).unwrap().link.clone();
    assert_eq!((link("freemud"), link("sandy")), (Link::Down, Link::Up));
    street.hook(|_, _| Fate::Passes);
    street.settle(&till);
    let card = till.serve_card("A1", ALL).unwrap();
    assert_eq!(card.balances.points.confirmed, Points::new(200));
}

#[test]
fn what_nobody_serves_is_unsupported_before_anything_is_written() {
    let street = Street::new();
    let till = street.till(shop(freemud()));
    let refused = till.consume(Consume::new("A1", Money::from_fen(1_00)).op_id("c").offline()).unwrap_err();
    assert_eq!(refused.code(), ErrorCode::Unsupported);
    assert_eq!(till.operation("c").unwrap_err().code(), ErrorCode::NotFound);
    assert_eq!(till.send_sms("13800000001", ALL).unwrap_err().code(), ErrorCode::Unsupported);
}
