//! How much is known of the remotes' catalogues, and since when.

use std::time::Duration;

use tillbook::{CataloguePart, RemoteCatalogue, Till};

use crate::street::{ALL, Street, all_families, sandy, shop};

fn of(till: &Till, provider: &str) -> RemoteCatalogue {
    till.catalogue().unwrap().remotes.into_iter().find(|remote| remote.provider == provider).unwrap()
}

fn items(remote: &RemoteCatalogue) -> [u64; 4] {
    [remote.levels, remote.pay_types, remote.recharge_rules, remote.coupon_templates].map(|part| part.items)
}

#[test]
fn a_pull_brings_all_that_the_remote_tells_and_its_age_is_told() {
    let street = Street::new();
    let till = street.till(shop(sandy()));
    assert_eq!(items(&of(&till, "sandy")), [0; 4]);
    assert_eq!(of(&till, "sandy").levels, CataloguePart::default());
    till.pull_catalogue(ALL).unwrap();
    // Pay types are told for a card only, and the book has none yet.
    assert_eq!(items(&of(&till, "sandy")), [3, 0, 0, 0]);
    till.serve_card("A1", ALL).unwrap();
    let first = of(&till, "sandy");
    assert_eq!(items(&first), [3, 4, 1, 0]);
    assert!(first.levels.oldest.is_some() && first.levels.oldest == first.levels.newest);

    street.clock.pass(Duration::from_secs(60));
    till.pull_catalogue(ALL).unwrap();
    let later = of(&till, "sandy");
    for (then, now) in
        [(first.levels, later.levels), (first.pay_types, later.pay_types), (first.recharge_rules, later.recharge_rules)]
    {
        assert_eq!(now.newest.unwrap().since(then.newest.unwrap()), Duration::from_secs(60));
    }
    // In an outage what is known stays, and grows old.
    street.cut(true);
    street.clock.pass(Duration::from_secs(60));
    till.pull_catalogue(ALL).unwrap_err();
    assert_eq!(of(&till, "sandy"), later);
}

#[test]
fn a_card_that_is_gone_does_not_fail_the_pull() {
    let street = Street::new();
    let till = street.till(shop(sandy()));
    till.serve_card("A1", ALL).unwrap();
    street.cores.lock().unwrap().sandy.office(street.now_ms() / 1000, "office").close("A1").unwrap();
    till.pull_catalogue(ALL).unwrap();
    till.pull_catalogue(ALL).unwrap();
}

#[test]
fn each_remote_has_its_own() {
    let street = Street::new();
    let till = street.till(all_families());
    till.pull_catalogue(ALL).unwrap();
    let providers: Vec<String> = till.catalogue().unwrap().remotes.into_iter().map(|remote| remote.provider).collect();
    assert_eq!(providers, ["sandy", "freemud", "gree"]);
    assert!(of(&till, "gree").levels.items > 0);
    assert_eq!(items(&of(&till, "freemud")), [0; 4]);
}
