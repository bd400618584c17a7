//! The whole way against the sandbox, whose authors read the same document on their own.

use tillbook_sandbox::freemud as remote;

use super::*;
use crate::model::{Evidence, OpId};
use crate::provider::{Findings, Inquiry, Outcome, ReadStep, Reading, Reply, Verdict, Whom};
use crate::transport::HttpMethod;
use crate::units::Money;

const PHONE: &str = "13333333333";

/// A till and the remote that it talks to, with a number for each request.
struct Shop {
    freemud: Freemud,
    system: remote::Freemud,
    member: String,
    requests: u32,
}

impl Shop {
    /// Both sides sign and verify.
    fn open(change: impl FnOnce(&mut remote::Settings)) -> Self {
        let mut settings = remote::Settings {
            client_key: Some(remote::PublicKey::from_pem(CLIENT_PUBLIC).unwrap()),
            platform_key: Some(remote::PrivateKey::from_pem(PLATFORM_PRIVATE).unwrap()),
            partner_in_every_body: true,
            ..remote::Settings::default()
        };
        change(&mut settings);
        let mut system = remote::Freemud::new(settings);
        let member = system.seed(0, remote::NewMember::new(PHONE).with_points(100)).unwrap();
        let freemud = with(|config| {
            config.unsigned = false;
            config.private_key = Some(CLIENT_PRIVATE.into());
            config.platform_key = Some(PLATFORM_PUBLIC.into());
            config.third_party_code = Some("till-{phone}".into());
        });
        Shop { freemud, system, member, requests: 0 }
    }

    fn ask(&mut self, call: WireCall) -> HttpResponse {
        self.requests += 1;
        let call = sealed(&self.freemud, call, &self.requests.to_string());
        assert_eq!(call.method, HttpMethod::Post);
        let request = tillbook_sandbox::Request {
            method: "POST".to_owned(),
            path: call.path,
            headers: call.headers,
            body: call.body,
        };
        let response = self.system.handle(1_000, &request);
        answer(response.status, response.body)
    }

    fn read(&mut self, mut reading: Box<dyn Reading>) -> Findings {
        let mut next = reading.step(None);
        loop {
            match next {
                ReadStep::Ask(call) => next = reading.step(Some(&self.ask(call))),
                ReadStep::Done(findings) => return *findings,
                ReadStep::Failed(failure) => panic!("{failure:?}"),
            }
        }
    }

    fn op(&self, act: Act, key: &'static str) -> Op {
        let reference: &'static str = Box::leak(self.member.clone().into_boxed_str());
        Op { reference, key, ..Op::new(act) }
    }

    fn write(&mut self, op: &Op) -> Outcome {
        let call = self.freemud.encode(&op.lend());
        let answer = self.ask(call);
        self.freemud.classify(&op.lend(), &answer)
    }

    fn points(&self) -> i64 {
        self.system.ledger().iter().filter(|line| line.member_id == self.member).map(|line| line.points_change).sum()
    }
}

#[test]
fn every_change_of_points_takes_effect_once() {
    let mut shop = Shop::open(|_| {});
    let redeem = Act::RedeemPoints { card: card(), points: points(30), amount: None, order: Some("o-1".into()) };
    let amount = Act::AccruePoints { card: card(), points: None, amount: Some(Money::from_fen(12_00)), order: None };
    let original = OpId::new("sale-1").unwrap();
    let back = |takes| Act::ReturnPoints {
        card: card(),
        original: original.clone(),
        takes,
        points: points(5),
        whole: false,
        amount: None,
    };
    let adjust = |n| Act::AdjustPoints { card: card(), points: points(n) };
    let update = Act::UpdatePoints { card: card(), points: points(-2) };
    let whole = Act::ReturnPointsOfOrder { card: card(), order: "o-1".into() };
    // act, key, is it harmless when it comes twice, the points afterwards
    let cases = [
        (accrue(), "k1", true, 108),
        (amount, "k2", true, 120),
        (redeem, "k3", true, 90),
        (back(false), "k4", true, 95),
        (back(true), "k5", true, 90),
        (adjust(7), "k6", true, 97),
        (adjust(-7), "k7", true, 90),
        (update, "k8", false, 88),
        (whole, "k9", false, 118),
    ];
    for (act, key, repeatable, after) in cases {
        let op = shop.op(act, key);
        for _ in 0..=usize::from(repeatable) {
            let outcome = shop.write(&op);
            let Outcome::Applied { confirmation, .. } = outcome else { panic!("{key}: {outcome:?}") };
            assert!(confirmation.points_after.is_none_or(|told| told == points(after)), "{key}");
        }
        assert_eq!(shop.points(), after, "{key}");
    }
}

#[test]
fn an_unanswered_change_is_inferred_from_the_figures() {
    for lower_used in [false, true] {
        let mut shop = Shop::open(|settings| settings.returns_lower_used = lower_used);
        let original = OpId::new("sale-1").unwrap();
        let redeem = Act::RedeemPoints { card: card(), points: points(30), amount: None, order: None };
        let given =
            Act::ReturnPoints { card: card(), original, takes: false, points: points(5), whole: false, amount: None };
        for (act, key) in [(accrue(), "k1"), (redeem, "k2"), (given, "k3")] {
            let op = shop.op(act, key);
            let reading = shop.freemud.before(&op.lend(), Timestamp::from_millis(0)).unwrap();
            let before = shop.read(reading).facts.unwrap();
            shop.write(&op);
            let doubt = probe::doubt(Some(&before));
            let reading = shop.freemud.look(&op.lend(), &doubt, Timestamp::from_millis(0)).unwrap();
            let findings = shop.read(reading);
            let verdict = shop.freemud.judge(&op.lend(), &doubt, &findings);
            assert!(matches!(verdict, Verdict::Applied { evidence: Evidence::Inferred, .. }), "{key}: {verdict:?}");
        }
    }
}

#[test]
fn a_member_is_registered_and_recognised() {
    let mut shop = Shop::open(|_| {});
    let Act::Register { card, name, gender, birthday, sms_code, .. } = register() else { panic!() };
    let phone = Phone::new("13444444444").unwrap();
    let op = Op { reference: "", ..Op::new(Act::Register { card, phone, name, gender, birthday, sms_code }) };
    let reading = shop.freemud.before(&op.lend(), Timestamp::from_millis(0)).unwrap();
    assert!(shop.read(reading).absent);
    let Outcome::Applied { confirmation, .. } = shop.write(&op) else { panic!() };
    let reference = confirmation.reference.unwrap();
    let doubt = probe::doubt(None);
    let reading = shop.freemud.look(&op.lend(), &doubt, Timestamp::from_millis(0)).unwrap();
    let findings = shop.read(reading);
    assert_eq!(findings.reference.as_deref(), Some(reference.as_str()));
    let verdict = shop.freemud.judge(&op.lend(), &doubt, &findings);
    assert!(matches!(verdict, Verdict::Applied { evidence: Evidence::Proven, .. }), "{verdict:?}");
}

#[test]
fn reads_bring_what_they_are_for_in_both_wrappings() {
    for like_request in [false, true] {
        let mut shop = Shop::open(|settings| settings.list_like_request = like_request);
        let number = CardNumber::new(PHONE).unwrap();
        let whom = Whom { number: &number, reference: None, phone: None };
        let findings = shop.read(shop.freemud.serve(&whom).unwrap());
        assert_eq!(findings.reference.as_ref(), Some(&shop.member));
        assert_eq!(findings.snapshot.unwrap().points, points(100));
        shop.read(shop.freemud.health());
        let inquiry = Inquiry::Members { page: 1, page_size: 10 };
        let Some(Reply::Members(page)) = shop.read(shop.freemud.inquire(&inquiry, None).unwrap()).reply else {
            panic!()
        };
        assert_eq!(page.members.len(), 1);
        let Some(Reply::Statistics(told)) =
            shop.read(shop.freemud.inquire(&Inquiry::Statistics, Some(&whom)).unwrap()).reply
        else {
            panic!()
        };
        assert_eq!((told.current, told.total), (points(100), Some(points(100))));
    }
}

#[test]
fn its_pushes_are_understood_in_both_forms() {
    let shop = Shop::open(|_| {});
    let push = shop.system.member_push(&shop.member).unwrap();
    let told = shop.freemud.push(push.body().as_bytes()).unwrap();
    assert_eq!((told.reference.as_ref(), told.phone.as_deref()), (Some(&shop.member), Some(PHONE)));
    let points_push = shop.system.points_push(&shop.system.points_push_of(1).unwrap());
    assert_eq!(shop.freemud.push(points_push.body().as_bytes()).unwrap().mark, "00000001");
    assert_eq!(shop.freemud.push(points_push.loose_body().as_bytes()).unwrap().mark, "00000001");
    assert!(shop.freemud.push(points_push.with_wrong_signature().as_bytes()).is_err());
}
