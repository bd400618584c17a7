//! How long a remote recognises a key, where the till's own clock has been wrong and its program away.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tempfile::TempDir;
use tillbook::{AccruePoints, GiveCoupon, Points, Resolution, State, Till};
use tillbook_sandbox::freemud::{Freemud, NewMember, PrivateKey, PublicKey, Settings};
use tillbook_sandbox::gree::{NewTemplate, Profile};

use crate::street::{ALL, Fate, Street, freemud, gree, shop};

const WANG: &str = "13800000001";
const GRANT: &str = "score/sendScore";
const HOUR_MS: i64 = 3_600_000;

/// Freemud forgets a key after a little more than five minutes.
fn forgetful() -> (Arc<Street>, tillbook::Config) {
    use tillbook_sandbox::freemud::{TEST_CLIENT_PUBLIC_KEY_PEM, TEST_PLATFORM_KEY_PEM};

    let street = Street::new();
    let settings = Settings {
        client_key: Some(PublicKey::from_pem(TEST_CLIENT_PUBLIC_KEY_PEM).unwrap()),
        platform_key: Some(PrivateKey::from_pem(TEST_PLATFORM_KEY_PEM).unwrap()),
        key_life_ms: Some(310_000),
        ..Settings::default()
    };
    let mut remote = Freemud::new(settings);
    remote.seed(street.now_ms() - 2 * HOUR_MS, NewMember::new(WANG).with_points(300)).unwrap();
    street.cores.lock().unwrap().freemud = remote;
    let mut config = freemud();
    config.key_life_s = 300;
    (street, shop(config))
}

fn grant(till: &Till) {
    till.accrue_points(AccruePoints::new(WANG).points(Points::new(7)).op_id("g").offline()).unwrap();
    till.sync(ALL).unwrap();
}

/// The remote carries the next grant out; its answer and everything after it is lost.
fn lose_answers(street: &Arc<Street>) {
    let mut first = true;
    street.hook(move |_, endpoint| match endpoint {
        GRANT if std::mem::take(&mut first) => Fate::AnswerLost,
        _ if first => Fate::Passes,
        _ => Fate::NotSent,
    });
}

fn points(street: &Street) -> i64 {
    street.cores.lock().unwrap().freemud.member_by_mobile(WANG).unwrap().points
}

fn later(street: &Street, till: &Till) {
    for _ in 0..6 {
        till.sync(ALL).unwrap();
        street.clock.pass(Duration::from_secs(1));
    }
}

/// The clock was two hours ahead when the grant was sent, the program ended, the clock was put right. The book's time does not
/// go back, nor on while the program is away: by it the grant was made just now.
#[test]
fn a_key_is_no_younger_for_a_clock_that_was_put_right() {
    for (away_s, outcome) in [(600, State::Parked), (60, State::Settled)] {
        for ahead_ms in [0, 2 * HOUR_MS] {
            let (street, config) = forgetful();
            let till = street.till(config.clone());
            till.serve_card(WANG, ALL).unwrap();
            street.clock.set_wrong(ahead_ms);
            lose_answers(&street);
            grant(&till);
            assert_eq!((till.operation("g").unwrap().state, points(&street)), (State::InDoubt, 307));
            drop(till);
            street.clock.pass(Duration::from_secs(away_s));
            street.clock.set_wrong(0);
            street.hook(|_, _| Fate::Passes);
            let till = street.till(config);
            later(&street, &till);
            let case = format!("{away_s} s away, {ahead_ms} ms ahead");
            let receipt = till.operation("g").unwrap();
            assert_eq!((receipt.state, points(&street)), (outcome, 307), "{case}");
            if outcome == State::Parked {
                assert_eq!(
                    receipt.waits_for.as_deref(),
                    Some("sent without an answer, and the remote may have forgotten its key"),
                    "{case}"
                );
                till.resolve("g", Resolution::WasApplied, "boss", "it is there").unwrap();
                later(&street, &till);
                assert_eq!((till.operation("g").unwrap().state, points(&street)), (State::Settled, 307), "{case}");
            }
        }
    }
}

/// A grant whose answers are all lost, by a program that is away so long then; the next one takes it up.
fn lost_then_away(street: &Arc<Street>, till: Till, config: tillbook::Config, away_s: u64, outcome: State) {
    lose_answers(street);
    grant(&till);
    assert_eq!((till.operation("g").unwrap().state, points(street)), (State::InDoubt, 307));
    drop(till);
    street.clock.pass(Duration::from_secs(away_s));
    street.hook(|_, _| Fate::Passes);
    let till = street.till(config);
    later(street, &till);
    let receipt = till.operation("g").unwrap();
    assert_eq!((receipt.state, points(street)), (outcome, 307), "{away_s} s away: {:?}", receipt.waits_for);
}

/// A program that has just started, and whose remote has told it nothing yet, is ended under its first write: an outage's worth of
/// operations may begin with that each morning. The remote is asked first, and by its date the next program goes on.
#[test]
fn what_a_program_sends_first_is_dated_by_the_remote() {
    for (away_s, outcome) in [(60, State::Settled), (600, State::Parked)] {
        let (street, config) = forgetful();
        street.till(config.clone()).serve_card(WANG, ALL).unwrap();
        street.clock.pass(Duration::from_secs(12 * 3_600));
        let till = street.till(config.clone());
        lost_then_away(&street, till, config, away_s, outcome);
    }
}

/// The remote told its time last when the till was used last, long before: since then the clock that never jumps tells.
#[test]
fn what_an_idle_program_sends_is_dated_by_the_remote_s_last_answer() {
    for (away_s, outcome) in [(60, State::Settled), (600, State::Parked)] {
        let (street, config) = forgetful();
        let till = street.till(config.clone());
        till.serve_card(WANG, ALL).unwrap();
        till.sync(ALL).unwrap();
        street.clock.pass(Duration::from_secs(12 * 3_600));
        lost_then_away(&street, till, config, away_s, outcome);
    }
}

/// Within one process the clock that never jumps tells, and nobody has to be asked.
#[test]
fn a_key_is_judged_by_the_steady_clock_within_a_process() {
    let (street, config) = forgetful();
    let till = street.till(config);
    till.serve_card(WANG, ALL).unwrap();
    lose_answers(&street);
    grant(&till);
    let sent = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&sent);
    street.hook(move |_, endpoint| {
        seen.fetch_add(usize::from(endpoint == GRANT), Ordering::SeqCst);
        Fate::Passes
    });
    street.clock.set_wrong(-2 * HOUR_MS);
    street.clock.pass(Duration::from_secs(200));
    later(&street, &till);
    assert_eq!((till.operation("g").unwrap().state, points(&street)), (State::Settled, 307));
    assert_eq!(sent.load(Ordering::SeqCst), 1, "the same once more");
}

/// An older copy has doubts about both: the coupon is looked for, the points have a key and could be sent again at once. That
/// the coupon was found absent and queued did not keep the points from going first.
#[test]
fn what_has_a_key_waits_for_what_was_found_absent_before_it() {
    const PHONE: &str = "13911112222";
    let street = Street::new();
    let now = street.now_ms();
    {
        let mut cores = street.cores.lock().unwrap();
        let mut office = cores.gree.office(now);
        office.add_member(PHONE, Profile::default(), 100, 0).unwrap();
        office.add_template(NewTemplate::new("T1", 1000, 10)).unwrap();
    }
    let elsewhere = TempDir::new().unwrap();
    let mut config = shop(gree());
    config.high_water = Some(elsewhere.path().join("mark"));
    let till = street.till(config.clone());
    till.serve_card(PHONE, ALL).unwrap();
    street.cut(true);
    till.give_coupon(GiveCoupon::new(PHONE, "T1").op_id("coupon").offline()).unwrap();
    till.accrue_points(AccruePoints::new(PHONE).points(Points::new(5)).op_id("points").offline()).unwrap();
    drop(till);
    std::fs::remove_file(elsewhere.path().join("mark")).unwrap();
    street.cut(false);
    let till = street.till(config);
    let states = || ["coupon", "points"].map(|op_id| till.operation(op_id).unwrap().state);
    assert_eq!(states(), [State::InDoubt; 2]);
    till.go_on_after_restore("boss", "the other disk was replaced").unwrap();
    for _ in 0..20 {
        till.sync(ALL).unwrap();
        street.clock.pass(Duration::from_secs(60));
    }
    assert_eq!(states(), [State::Settled; 2]);
    let mut writes: Vec<_> = street.log.lock().unwrap().iter().map(|(_, endpoint)| endpoint.clone()).collect();
    writes.retain(|endpoint| endpoint == "wk.coupon.give" || endpoint == "wk.user.event.score.change");
    assert_eq!(writes, ["wk.coupon.give", "wk.user.event.score.change"]);
}
