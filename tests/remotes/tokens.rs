//! Tokens: within their quota whatever happens, one errand at a time, and signed by a clock that is right.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tillbook::{AccruePoints, ErrorCode, Link, Points, State, Till, TokenSource};
use tillbook_sandbox::System;
use tillbook_sandbox::gree::Profile;

use crate::street::{ALL, Fate, Street, gree as gree_config, shop, yonyou as yonyou_config};

const QUERY: &str = "dss.auth.token.query";
const REFRESH: &str = "dss.auth.token.refresh";
const CHANGE: &str = "wk.user.event.score.change";
const PHONE: &str = "13911112222";

fn with_member(street: &Street, phone: &str) {
    let now = street.now_ms();
    street.cores.lock().unwrap().gree.office(now).add_member(phone, Profile::default(), 1000, 0).unwrap();
}

fn accrue(till: &Till, phone: &str) {
    till.accrue_points(AccruePoints::new(phone).points(Points::new(1)).offline()).unwrap();
}

#[test]
fn a_week_with_restarts_and_outages_stays_inside_the_quota() {
    let street = Street::new();
    with_member(&street, PHONE);
    let mut till = Some(street.till(shop(gree_config())));
    till.as_ref().unwrap().serve_card(PHONE, ALL).unwrap();
    let (mut most_queries, mut most_refreshes, mut trades) = (0, 0, 0);
    let mut dice = 7_u64;
    let mut roll = |sides: u64| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) % sides
    };
    for step in 0..7 * 24 * 20_u64 {
        street.clock.pass(Duration::from_secs(180));
        if step % 4 == 0 {
            accrue(till.as_ref().unwrap(), PHONE);
            trades += 1;
        }
        match roll(130) {
            // The power goes, in the middle of anything.
            0..=1 => {
                till.take().unwrap().close(Duration::ZERO);
                till = Some(street.till(shop(gree_config())));
            }
            // An outage of any length, in which every answer is lost: nobody knows what a token call has cost.
            2 => {
                let until = street.now_ms() + 60_000 * roll(90) as i64;
                let clock = street.clock.clone();
                street.hook(move |_, _| if clock.right().millis() < until { Fate::AnswerLost } else { Fate::Passes });
            }
            // The platform forgets every token.
            3 => {
                let now = street.now_ms();
                street.cores.lock().unwrap().gree.office(now).expire_tokens();
            }
            _ => {}
        }
        till.as_ref().unwrap().sync(ALL).unwrap();
        let (queries, refreshes) = street.cores.lock().unwrap().gree.quota_used(street.now_ms());
        (most_queries, most_refreshes) = (queries.max(most_queries), refreshes.max(most_refreshes));
    }
    println!("most on one day: {most_queries} queries, {most_refreshes} refreshes; {trades} operations in the week");
    assert_eq!(most_queries, 1, "a query may be made once a day");
    assert!((2..=20).contains(&most_refreshes), "{most_refreshes} refreshes on one day");
    street.hook(|_, _| Fate::Passes);
    street.settle(till.as_ref().unwrap());
    let cores = street.cores.lock().unwrap();
    assert_eq!(cores.gree.member(PHONE).unwrap().score, 1000 + trades);
}

#[test]
fn many_lanes_that_meet_an_expired_token_cause_one_refresh() {
    let street = Street::new();
    let phones: Vec<String> = (0..16).map(|lane| format!("139111100{lane:02}")).collect();
    phones.iter().for_each(|phone| with_member(&street, phone));
    let till = street.till(shop(gree_config()));
    for phone in &phones {
        till.serve_card(phone, ALL).unwrap();
        accrue(&till, phone);
    }
    let now = street.now_ms();
    street.cores.lock().unwrap().gree.office(now).expire_tokens();
    till.start_worker().unwrap();
    let until = std::time::Instant::now() + Duration::from_secs(20);
    while till.status().unwrap().queued > 0 {
        street.clock.pass(Duration::from_millis(20));
        assert!(std::time::Instant::now() < until, "{:?}", till.status().unwrap());
        std::thread::sleep(Duration::from_millis(2));
    }
    till.close(Duration::from_secs(2));
    assert_eq!((street.asked(QUERY), street.asked(REFRESH)), (1, 1));
    assert!(street.asked(CHANGE) > 16, "each lane has been refused once at most: {}", street.asked(CHANGE));
    let cores = street.cores.lock().unwrap();
    assert!(phones.iter().all(|phone| cores.gree.member(phone).unwrap().score == 1001));
}

#[test]
fn without_being_the_sole_user_a_till_opens_only_with_the_hosts_tokens() {
    struct Host(Mutex<Vec<String>>);
    impl TokenSource for Host {
        fn token(&self, provider: &str, refused: Option<&str>) -> Option<String> {
            assert_eq!(provider, "gree");
            let tokens = self.0.lock().unwrap();
            tokens.iter().find(|token| Some(token.as_str()) != refused).cloned()
        }
    }

    let street = Street::new();
    with_member(&street, PHONE);
    let mut config = gree_config();
    config.sole_app_user = false;
    let refused = street.builder(shop(config.clone())).open(street.book()).unwrap_err();
    assert_eq!((refused.code(), refused.field()), (ErrorCode::InvalidConfig, Some("gree.sole_app_user")));

    let now = street.now_ms();
    let good = street.cores.lock().unwrap().gree.office(now).issue_tokens();
    let host = Arc::new(Host(Mutex::new(vec!["stale".into(), good.access_token])));
    let till = street.builder(shop(config)).token_source(host).open(street.book()).unwrap();
    till.serve_card(PHONE, ALL).unwrap();
    accrue(&till, PHONE);
    street.settle(&till);
    assert_eq!((street.asked(QUERY), street.asked(REFRESH)), (0, 0), "the host's tokens alone are used");
    assert_eq!(street.cores.lock().unwrap().gree.member(PHONE).unwrap().score, 1001);
}

#[test]
fn a_clock_hours_off_at_the_first_start_costs_no_quota() {
    for wrong_ms in [-5 * 3_600_000, 9 * 3_600_000, 400 * 86_400_000] {
        let street = Street::new();
        with_member(&street, PHONE);
        street.clock.set_wrong(wrong_ms);
        let till = street.till(shop(gree_config()));
        till.serve_card(PHONE, ALL).unwrap();
        accrue(&till, PHONE);
        street.settle(&till);
        assert_eq!((street.asked(QUERY), street.asked(REFRESH)), (1, 0), "{wrong_ms}");
        assert_eq!(street.cores.lock().unwrap().gree.quota_used(street.now_ms()), (1, 0), "{wrong_ms}");
        assert_eq!(street.cores.lock().unwrap().gree.member(PHONE).unwrap().score, 1001);
    }
}

#[test]
fn a_query_whose_answer_is_lost_is_not_made_again_that_day() {
    let street = Street::new();
    with_member(&street, PHONE);
    street.once(QUERY, Fate::AnswerLost);
    let till = street.till(shop(gree_config()));
    for _ in 0..200 {
        till.sync(ALL).unwrap();
        street.clock.pass(Duration::from_secs(60));
    }
    assert_eq!(street.asked(QUERY), 1);
    let Link::Halted(why) = till.status().unwrap().link else { panic!("{:?}", till.status().unwrap()) };
    assert!(why.contains("used up"), "{why}");
    // The next day in Beijing it is made again, and all is well.
    for _ in 0..24 * 60 {
        till.sync(ALL).unwrap();
        street.clock.pass(Duration::from_secs(60));
    }
    assert!(matches!(till.status().unwrap().link, Link::Up | Link::Unknown), "{:?}", till.status().unwrap());
    assert_eq!(street.asked(QUERY), 2);
}

#[test]
fn a_token_endpoint_that_is_down_is_not_hammered_and_the_queue_waits() {
    let street = Street::new();
    street.hook(|system, endpoint| match (system, endpoint) {
        (System::Yonyou, "system/token") => Fate::Lost,
        _ => Fate::Passes,
    });
    let till = street.till(shop(yonyou_config()));
    till.set_reference("M1", "yonyou", "10000001").unwrap();
    let receipt = till
        .accrue_points(AccruePoints::new("M1").amount(tillbook::Money::from_fen(100_00)).op_id("a").offline())
        .unwrap();
    assert!(receipt.is_approved());
    for _ in 0..12 * 60 {
        till.sync(ALL).unwrap();
        street.clock.pass(Duration::from_secs(60));
    }
    let asked = street.asked("system/token");
    assert!((3..=50).contains(&asked), "{asked} token calls in twelve hours of an outage");
    assert_eq!(till.operation("a").unwrap().state, State::Queued);
    street.hook(|_, _| Fate::Passes);
    for _ in 0..3 * 60 {
        till.sync(ALL).unwrap();
        street.clock.pass(Duration::from_secs(60));
    }
    assert_eq!(till.operation("a").unwrap().state, State::Settled);
    assert_eq!(street.cores.lock().unwrap().yonyou.points("10000001"), Some(1100));
}

#[test]
fn a_fresh_token_that_is_refused_halts_with_its_reason() {
    let street = Street::new();
    with_member(&street, PHONE);
    let clock = street.clock.clone();
    street.hook(move |_, endpoint| match endpoint {
        CHANGE | "wk.user.info.query" | "wk.user.level.list" => Fate::Answered(tillbook::HttpResponse {
            status: 200,
            headers: vec![(
                "Date".into(),
                chrono::DateTime::from_timestamp_millis(clock.right().millis()).unwrap().to_rfc2822(),
            )],
            body: br#"{"success":false,"error_code":1008,"error_message":"no such token","data":null}"#.to_vec(),
        }),
        _ => Fate::Passes,
    });
    let till = street.till(shop(gree_config()));
    for _ in 0..60 {
        till.sync(ALL).unwrap();
        street.clock.pass(Duration::from_secs(60));
    }
    let Link::Halted(why) = till.status().unwrap().link else { panic!("{:?}", till.status().unwrap()) };
    assert!(why.contains("fresh token"), "{why}");
    let (queries, refreshes) = street.cores.lock().unwrap().gree.quota_used(street.now_ms());
    assert!(queries <= 1 && refreshes <= 10, "{queries} {refreshes}");
}
