//! What happens elsewhere, and the ledger of it all.

use std::collections::BTreeMap;

use serde_json::json;
use tillbook_sandbox::gree::{self, CouponStatus, Gree, LedgerKind, NewTemplate, Profile, Settings, Source};

use crate::{Bench, NOW_MS, PHONE};

#[test]
fn another_till_leaves_what_a_client_can_see() {
    let mut bench = Bench::default();
    let mut office = bench.gree.office(NOW_MS);
    office.add_template(NewTemplate::new("T", 500, 3)).unwrap();
    office.give_coupons("T", PHONE, &["a"]).unwrap();
    office.use_coupon("a", "their order").unwrap();
    assert_eq!(office.use_coupon("a", "again").unwrap_err().code, 130_003);
    office.change_points(PHONE, 7, "活动").unwrap();
    assert_eq!(office.change_points(PHONE, -108, "兑换").unwrap_err().code, 150_003);
    office.sell(PHONE, "their order", 1_000, 3).unwrap();
    let coupons = bench.data("wk.coupon.user.list", &json!({ "open_id": PHONE }));
    assert_eq!((&coupons[0]["status"], &coupons[0]["use_order_no"]), (&json!(2), &json!("their order")));
    assert_eq!(bench.score(), 110);
    assert!(bench.gree.ledger().iter().all(|line| line.source == Source::Elsewhere));
}

#[test]
fn a_blocked_member_is_refused_everywhere() {
    let mut bench = Bench::default();
    bench.gree.office(NOW_MS).block(PHONE, true).unwrap();
    let body = json!({ "open_id": PHONE });
    for method in ["wk.user.info.query", "wk.user.code.generate", "wk.coupon.user.list"] {
        assert_eq!(bench.code(method, &body), 110_003);
    }
    bench.gree.office(NOW_MS).block(PHONE, false).unwrap();
    bench.data("wk.user.info.query", &body);
    let kinds: Vec<LedgerKind> = bench.gree.ledger().iter().map(|line| line.kind).collect();
    assert_eq!(kinds, [LedgerKind::Register, LedgerKind::Block, LedgerKind::Unblock]);
}

#[test]
fn tokens_can_be_ended_at_once() {
    let mut bench = Bench::default();
    let pair = bench.gree.office(NOW_MS).issue_tokens();
    bench.token = pair.access_token;
    bench.gree.office(NOW_MS).expire_tokens();
    assert_eq!(bench.code("wk.user.level.list", &json!({})), 1008);
    bench.token = pair.refresh_token;
    bench.gree.office(NOW_MS).expire_refresh_tokens();
    assert_eq!(bench.code("dss.auth.token.refresh", &json!({})), 1009);
}

#[test]
fn the_office_names_what_it_cannot_do() {
    let mut bench = Bench::default();
    let mut office = bench.gree.office(NOW_MS);
    let codes = [
        office.add_member(PHONE, Profile::new("x"), 0, 0).map(drop),
        office.add_member("13800000000", Profile::new("x"), -1, 0).map(drop),
        office.block("13800000000", true),
        office.sell(PHONE, "o", -1, 0).map(drop),
        office.add_template(NewTemplate::new("T", -1, 1)).map(drop),
        office.give_coupons("T", PHONE, &["a"]),
        office.use_coupon("a", "o"),
        office.set_coupon_status("a", CouponStatus::Valid),
    ];
    let codes = codes.map(|result| result.unwrap_err().code);
    assert_eq!(codes, [1001, 1001, 110_004, 1001, 130_001, 130_004, 130_002, 130_002]);
    assert_eq!(office.sms_code(PHONE), None);
}

#[test]
fn the_ledger_adds_up_to_the_figures() {
    let mut bench = Bench::default();
    bench.data(
        "wk.user.order.add",
        &json!({
            "order_no": "o", "phone": PHONE, "order_amount": "9.99", "order_score": 9, "consume_date": "2021-09-26 18:00:00"
        }),
    );
    bench.gree.office(NOW_MS).change_points(PHONE, -40, "兑换").unwrap();
    let mut sums = BTreeMap::new();
    for line in bench.gree.ledger() {
        let sum: &mut (i64, i64, i64) = sums.entry(line.member.clone().unwrap()).or_default();
        *sum = (sum.0 + line.points_change, sum.1 + line.activity_change, sum.2 + line.growth_change);
        assert_eq!((sum.0, sum.2), (line.points, line.growth));
    }
    for member in bench.gree.members() {
        assert_eq!(sums[&member.open_id], (member.score, member.activity_score, member.growth));
    }
    assert_eq!(bench.score(), 69);
}

#[test]
fn two_platforms_of_one_seed_are_the_same() {
    let tokens = |seed| {
        let mut gree = Gree::new(Settings { seed, ..Settings::default() });
        gree.office(NOW_MS).issue_tokens()
    };
    assert_eq!(tokens(1), tokens(1));
    assert_ne!(tokens(1), tokens(2));
}

#[test]
fn a_request_tells_its_member() {
    let settings = Settings::default();
    let member =
        |method: &str, body: &str| gree::Endpoint::member_of(&gree::request(&settings, "t", NOW_MS, method, body));
    assert_eq!(member("wk.user.info.query", r#"{"phone":"1"}"#).as_deref(), Some("1"));
    assert_eq!(member("wk.coupon.give", r#"{"coupon_set":"[{\"open_id\":\"2\"}]"}"#).as_deref(), Some("2"));
    assert_eq!(member("wk.user.level.list", "{}"), None);
}
