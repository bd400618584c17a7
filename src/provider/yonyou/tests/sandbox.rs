//! The whole way against the sandbox, whose authors read the same document on their own.

use tillbook_sandbox::yonyou as remote;

use super::*;
use crate::provider::{Outcome, ReadStep, Seal, Secret, TokenAnswer, TokenCall, TokenRules, WireCall};

const NOW_MS: i64 = 1_449_849_600_000;

/// A till and the remote that it talks to.
struct Shop {
    yonyou: Yonyou,
    system: remote::Yonyou,
}

impl Shop {
    fn open(settings: remote::Settings) -> Self {
        let mut system = remote::Yonyou::new(settings);
        system.seed(0, "34", 1000).unwrap();
        let yonyou = with(|config| {
            config.app_secret = "test".into();
            config.points_as_extra = true;
        });
        Shop { yonyou, system }
    }

    fn ask(&mut self, call: WireCall, token: Option<&Secret>) -> HttpResponse {
        let call = self.yonyou.seal(call, &Seal { token, at: Timestamp::from_millis(NOW_MS), nonce: "n" });
        let request = tillbook_sandbox::Request {
            method: call.method.as_str().to_owned(),
            path: call.path,
            headers: call.headers,
            body: call.body,
        };
        let response = self.system.handle(NOW_MS, &request);
        answer(response.status, response.body)
    }

    fn token(&mut self) -> Secret {
        let call = self.yonyou.ask(TokenCall::Query, None);
        let answer = self.ask(call, None);
        let TokenAnswer::Granted { access, life, refresh: None } = self.yonyou.read(TokenCall::Query, &answer) else {
            panic!()
        };
        assert_eq!(life.as_secs(), 7200);
        access
    }

    fn write(&mut self, op: &Op, token: &Secret) -> Outcome {
        let call = self.yonyou.encode(&op.lend());
        let answer = self.ask(call, Some(token));
        self.yonyou.classify(&op.lend(), &answer)
    }
}

fn installations() -> [remote::Settings; 3] {
    let sample = remote::Settings::default();
    let table = remote::Settings { answer_form: remote::AnswerForm::Table, ..sample.clone() };
    let text = remote::Settings { success_as_text: true, ..sample.clone() };
    [sample, table, text]
}

#[test]
fn every_change_moves_the_points_that_it_is_to_move() {
    for settings in installations() {
        let mut shop = Shop::open(settings);
        let token = shop.token();
        let cases = [
            (accrue(None, Some(100_00)), "k1", 1100),
            (accrue(Some(20), None), "k2", 1120),
            (redeem(50), "k3", 1070),
            (back(true, 30, None), "k4", 1040),
            (back(false, 10, None), "k5", 1050),
        ];
        for (act, key, after) in cases {
            let op = Op { key, ..Op::new(act) };
            let outcome = shop.write(&op, &token);
            let Outcome::Applied { confirmation, .. } = outcome else { panic!("{key}: {outcome:?}") };
            assert_eq!(shop.system.points("34"), Some(after), "{key}");
            let told = confirmation.points_after;
            assert!(told.is_none_or(|told| told == Points::new(after)), "{key}: {told:?}");
        }
    }
}

#[test]
fn asking_whether_it_is_there_needs_no_token_and_does_nothing() {
    for settings in installations() {
        let mut shop = Shop::open(settings);
        let lines = shop.system.ledger().len();
        let mut reading = shop.yonyou.health();
        let ReadStep::Ask(call) = reading.step(None) else { panic!() };
        let token = Secret("843d03f6".into());
        let answer = shop.ask(call, Some(&token));
        assert!(matches!(reading.step(Some(&answer)), ReadStep::Done(_)));
        assert_eq!(shop.system.ledger().len(), lines);
        assert_eq!(shop.system.tokens_fetched(NOW_MS), 0);
    }
}

#[test]
fn an_expired_token_and_an_application_that_is_not_online_are_told_apart() {
    let mut shop = Shop::open(remote::Settings::default());
    let op = Op::new(redeem(50));
    let token = shop.token();
    shop.system.office(NOW_MS, "somebody").expire_tokens();
    assert!(matches!(shop.write(&op, &token), Outcome::TokenRefused(_)));
    let token = shop.token();
    shop.system.office(NOW_MS, "somebody").set_online(false);
    assert!(matches!(shop.write(&op, &token), Outcome::Halted(_)));
    assert_eq!(shop.system.points("34"), Some(1000));
}
