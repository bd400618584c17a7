//! The whole way against the sandbox, whose authors read the same document on their own.

use tillbook_sandbox::gree as remote;

use super::*;
use crate::model::{CouponStatus, CouponTemplate, OrderLine};
use crate::provider::gree::{ListForm, PartChangeId, Verb, requests::method};
use crate::provider::{Inquiry, Outcome, Provider, Reply, Seal, Secret, TokenAnswer, TokenCall, Undone, Verdict, Whom};
use crate::transport::HttpMethod;

const NOW: i64 = AT.millis() + 1_000;

/// A till's provider and the platform it talks to.
struct Pair {
    gree: Gree,
    system: remote::Gree,
    token: Secret,
}

impl Pair {
    fn new(config: GreeConfig, settings: remote::Settings) -> Self {
        let mut system = remote::Gree::new(settings);
        let token = Secret(system.office(NOW).issue_tokens().access_token);
        system.office(NOW).add_member(PHONE, remote::Profile::new("张三"), 100, 0).unwrap();
        Pair { gree: with(config), system, token }
    }

    fn send(&mut self, call: WireCall, token: Option<&Secret>) -> HttpResponse {
        let nonce = "00000000000000000000000000000000";
        let call = self.gree.seal(call, &Seal { token, at: Timestamp::from_millis(NOW), nonce });
        let method = match call.method {
            HttpMethod::Get => "GET",
            HttpMethod::Post => "POST",
        };
        let request = tillbook_sandbox::Request {
            method: method.to_owned(),
            path: call.path,
            headers: call.headers,
            body: call.body,
        };
        let response = self.system.handle(NOW, &request);
        HttpResponse { status: response.status, headers: Vec::new(), body: response.body }
    }

    fn ask(&mut self, call: WireCall) -> HttpResponse {
        let token = self.token.clone();
        self.send(call, Some(&token))
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

    fn write(&mut self, op: &Op) -> Outcome {
        self.gree.check(&op.act).unwrap();
        let answer = self.ask(self.gree.encode(&op.lend()));
        self.gree.classify(&op.lend(), &answer)
    }

    fn applied(&mut self, op: &Op) -> crate::model::Confirmation {
        match self.write(op) {
            Outcome::Applied { confirmation, .. } => *confirmation,
            other => panic!("{:?}: {other:?}", op.act),
        }
    }

    fn look(&mut self, op: &Op) -> Verdict {
        let claimed = BTreeSet::new();
        let doubt = doubt(None, &claimed);
        let findings = self.read(self.gree.look(&op.lend(), &doubt, AT).unwrap());
        self.gree.judge(&op.lend(), &doubt, &findings)
    }

    fn serve(&mut self) -> Findings {
        self.read(self.gree.serve(&Whom { number: &card(), reference: Some(PHONE), phone: None }).unwrap())
    }

    fn score(&self) -> i64 {
        self.system.member(PHONE).unwrap().score
    }
}

fn events() -> GreeConfig {
    let (add, subtract) = (Some("event_add".to_owned()), Some("event_subtract".to_owned()));
    let events = GreeEvents { accrue: add.clone(), redeem: subtract.clone(), adjust_up: add, adjust_down: subtract };
    GreeConfig { events, ..config() }
}

/// Every installation that a client must get along with.
fn installations() -> Vec<Pair> {
    let all_get = method::ALL.iter().map(|method| ((*method).to_owned(), Verb::Get)).collect();
    let arrays = GreeConfig { lists: ListForm::Array, part_change_id: PartChangeId::Own, ..events() };
    let own = remote::Settings {
        part_change_id: remote::PartChangeId::Own,
        open_id_null: true,
        level_number: true,
        camel_refusals: true,
        max_page_size: 1,
        order_score_required: true,
        ..remote::Settings::default()
    };
    vec![
        Pair::new(events(), remote::Settings::default()),
        Pair::new(arrays, own),
        Pair::new(GreeConfig { verbs: all_get, ..events() }, remote::Settings::default()),
    ]
}

#[test]
fn tokens_are_had_and_renewed() {
    for mut pair in installations() {
        let query = pair.gree.tokens().unwrap().ask(TokenCall::Query, None);
        let answer = pair.send(query, None);
        let TokenAnswer::Granted { access, refresh, .. } = pair.gree.tokens().unwrap().read(TokenCall::Query, &answer)
        else {
            panic!("{}", String::from_utf8_lossy(&answer.body))
        };
        let (refresh, _) = refresh.unwrap();
        let again = pair.gree.tokens().unwrap().ask(TokenCall::Refresh, Some(&refresh));
        let answer = pair.send(again, None);
        let renewed = pair.gree.tokens().unwrap().read(TokenCall::Refresh, &answer);
        assert!(matches!(renewed, TokenAnswer::Granted { refresh: None, .. }));
        let op = Op::new(accrue(1)).of(PHONE);
        let old = pair.send(pair.gree.encode(&op.lend()), Some(&access));
        assert!(matches!(pair.gree.classify(&op.lend(), &old), Outcome::TokenRefused(_)), "replaced by the new one");
    }
}

#[test]
fn a_member_registers_and_is_found_again() {
    for mut pair in installations() {
        let op = Op::new(register()).of("");
        assert!(pair.read(pair.gree.before(&op.lend(), AT).unwrap()).absent);
        assert!(matches!(pair.look(&op), Verdict::NotSeen));
        let open_id = pair.applied(&op).reference.unwrap();
        assert_eq!(pair.system.member("15900947949").unwrap().open_id, open_id);
        assert!(matches!(pair.look(&op), Verdict::Applied { .. }));
        let there = pair.read(pair.gree.before(&op.lend(), AT).unwrap());
        assert_eq!(there.snapshot.unwrap().holder.name.as_deref(), Some("张三"));
    }
}

#[test]
fn points_are_changed_once_and_given_back() {
    for mut pair in installations() {
        let change = Op::new(accrue(20)).of(PHONE).key("K1");
        let statement = pair.applied(&change).remote_id;
        assert!(statement.is_some());
        assert_eq!(pair.applied(&change.resent()).remote_id, None, "seen before");
        assert_eq!(pair.score(), 120);
        let back = Op::new(returned("o", 20, true)).of(PHONE).key("K2").undoes(accrue(20), "K1", statement.as_deref());
        pair.applied(&back);
        assert_eq!(pair.score(), 100);
        pair.applied(&back.resent());
        assert_eq!(pair.score(), 100, "once");

        let too_many = Act::RedeemPoints { card: card(), points: points(101), amount: None, order: None };
        assert!(matches!(pair.write(&Op::new(too_many).of(PHONE).key("K3")), Outcome::Refused(_)));
        let down = Act::AdjustPoints { card: card(), points: points(-7) };
        pair.applied(&Op::new(down).of(PHONE).key("K4"));
        assert_eq!(pair.score(), 93);
    }
}

#[test]
fn a_change_in_doubt_is_undone_by_its_key() {
    for mut pair in installations() {
        let op = Op::new(accrue(20)).of(PHONE).key("K1");
        let undo = |pair: &mut Pair| {
            let answer = pair.ask(pair.gree.undo(&op.lend()).unwrap());
            pair.gree.undone(&op.lend(), &answer)
        };
        assert!(matches!(undo(&mut pair), Undone::NothingThere));
        pair.applied(&op);
        assert!(matches!(undo(&mut pair), Undone::Done));
        assert_eq!(pair.score(), 100);
    }
}

#[test]
fn a_part_of_a_change_is_given_back() {
    for mut pair in installations() {
        let change = |amount: &str| Act::AccruePoints {
            card: card(),
            points: Some(points(20)),
            amount: Some(yuan(amount)),
            order: Some("1632720420715".into()),
        };
        let statement = pair.applied(&Op::new(change("200")).of(PHONE).key("K1")).remote_id;
        let op = Op::new(returned("o", 8, false)).of(PHONE).key("K2").undoes(change("200"), "K1", statement.as_deref());
        pair.applied(&op);
        assert_eq!(pair.score(), 112);
    }
}

#[test]
fn orders_are_pushed_and_returned() {
    for mut pair in installations() {
        let line = || OrderLine::new("123124", "商品名称", 2, yuan("100.50")).points(points(10));
        let order = || Act::PushOrder { card: card(), amount: yuan("100.50"), points: points(10), lines: vec![line()] };
        for (key, whole, amount) in [("O1", true, "100.50"), ("O2", false, "50.25")] {
            assert!(pair.applied(&Op::new(order()).of(PHONE).key(key)).remote_id.is_some());
            let (original, points, amount) = (OpId::new("o").unwrap(), points(10), yuan(amount));
            let lines = vec![OrderLine { amount, ..line() }];
            let act = Act::ReturnOrder { card: card(), original, amount, points, whole, lines };
            pair.applied(&Op::new(act).of(PHONE).key(&format!("R{key}")).undoes(order(), key, None));
        }
        assert_eq!(pair.system.orders().len(), 4);
    }
}

#[test]
fn coupons_go_their_whole_way() {
    for mut pair in installations() {
        let template = CouponTemplate { minimum: yuan("5"), ..coupons::template() };
        pair.applied(&Op::new(Act::AddCouponTemplate { template: template.clone() }).of(""));
        let give = |key: &str| {
            let template = template.id.clone();
            Op::new(Act::GiveCoupon { card: card(), template }).of(PHONE).key(key)
        };
        assert!(matches!(pair.look(&give("C1")), Verdict::NotSeen));
        assert_eq!(pair.applied(&give("C1")).coupon.as_deref(), Some("C1"));
        pair.applied(&give("C2"));
        assert!(matches!(pair.look(&give("C1")), Verdict::Applied { .. }));
        let served = pair.serve();
        let coupons = served.coupons.unwrap();
        assert_eq!(coupons.len(), 2);
        assert_eq!((coupons[0].effect, coupons[0].minimum), (template.effect, template.minimum));
        assert_eq!(served.snapshot.unwrap().points, points(100));

        let redeem = Op::new(redeem_coupon("C1")).of(PHONE).key("K1");
        assert!(matches!(pair.look(&redeem), Verdict::NotSeen));
        pair.applied(&redeem);
        assert!(matches!(pair.look(&redeem), Verdict::Applied { .. }));
        assert!(matches!(pair.look(&Op::new(redeem_coupon("C1")).of(PHONE).key("K2")), Verdict::Refused(_)));

        let free =
            |key: &str| Op::new(set_status("C1", CouponStatus::Valid)).of(PHONE).undoes(redeem_coupon("C1"), key, None);
        let before = pair.read(pair.gree.before(&free("K1").lend(), AT).unwrap());
        assert!(pair.gree.forbids(&free("K9").lend(), &before).is_some());
        assert!(pair.gree.forbids(&free("K1").lend(), &before).is_none());
        pair.applied(&free("K1"));
        assert!(matches!(pair.look(&redeem), Verdict::NotSeen), "valid again");
    }
}

#[test]
fn what_is_asked_online_is_answered() {
    for mut pair in installations() {
        let number = card();
        let whom = Whom { number: &number, reference: Some(PHONE), phone: None };
        let mut reply = |inquiry: Inquiry| {
            let reading = pair.gree.inquire(&inquiry, Some(&whom)).unwrap();
            pair.read(reading).reply.unwrap()
        };
        let Reply::MemberCode(code) = reply(Inquiry::MemberCode) else { panic!() };
        let Reply::Member(member) = reply(Inquiry::MemberByCode { code }) else { panic!() };
        assert_eq!(member.holder.phone.as_deref(), Some(PHONE));
        let Reply::Statistics(statistics) = reply(Inquiry::Statistics) else { panic!() };
        assert_eq!(statistics.current, points(100));
        let history = Inquiry::PointsHistory { page: 1, page_size: 10 };
        assert!(matches!(reply(history), Reply::PointsHistory(_)));
        assert_eq!(reply(Inquiry::SendSms { phone: PHONE.into() }), Reply::Sms(true));
        let wrong = Inquiry::JudgeSms { phone: PHONE.into(), code: "x".into() };
        assert_eq!(reply(wrong), Reply::Sms(false));
        let code = pair.system.office(NOW).sms_code(PHONE).unwrap().to_owned();
        let right = Inquiry::JudgeSms { phone: PHONE.into(), code };
        let reading = pair.gree.inquire(&right, None).unwrap();
        assert_eq!(pair.read(reading).reply, Some(Reply::Sms(true)));
        assert_eq!(pair.read(pair.gree.health()).levels.unwrap().len(), 7);
    }
}
