//! Where tokens come from.

use std::time::Duration;

use super::samples::{REFRESHED, TOKEN};
use super::*;
use crate::provider::{Provider, Secret, TokenAnswer, TokenCall};

fn read(call: TokenCall, body: &HttpResponse) -> TokenAnswer {
    gree().tokens().unwrap().read(call, body)
}

#[test]
fn the_samples_bring_what_they_say() {
    let hours = Duration::from_secs(7200);
    assert_eq!(
        read(TokenCall::Query, &answer(TOKEN)),
        TokenAnswer::Granted {
            access: Secret("atB1ABA5C50C41C5FEE3E911EC8020C32C".into()),
            life: hours,
            refresh: Some((Secret("rt5ED02D25F23917092218565B9DDAF657".into()), Duration::from_secs(365 * 86_400))),
        }
    );
    assert_eq!(
        read(TokenCall::Refresh, &answer(REFRESHED)),
        TokenAnswer::Granted {
            access: Secret("atB1ABA5C50C41C5FEE3E911EC8020C001".into()),
            life: hours,
            refresh: None
        }
    );
}

#[test]
fn a_no_to_a_token_call_tells_what_helps() {
    #[derive(Debug, PartialEq)]
    enum Is {
        BadTime,
        RefreshRefused,
        Refused,
        Garbled,
    }
    use Is::*;
    use TokenCall::{Query, Refresh};
    let cases = [
        (Query, no("1007", "时间戳"), BadTime),
        (Refresh, no("1007", "时间戳"), BadTime),
        (Refresh, no("1009", ""), RefreshRefused),
        (Query, no("1009", ""), Refused),
        (Query, no("1006", "签名错误"), Refused),
        (Query, no("110005", "未找到应用"), Refused),
        (Query, no("4711", "超出每天最大调用次数"), Refused),
        (Query, no("500", "系统繁忙"), Garbled),
        (Query, no("1001", "系统繁忙"), Garbled),
        (Query, answer("<html>"), Garbled),
        (Query, answer(r#"{"success": true, "data": {}}"#), Garbled),
        (Query, answer(r#"{"success": true, "data": {"access_token": "a", "expire_in": 0}}"#), Garbled),
        (Query, answer(r#"{"data": {"access_token": "a", "expire_in": 7200}}"#), Garbled),
    ];
    for (call, answer, want) in cases {
        let got = match read(call, &answer) {
            TokenAnswer::BadTime(_) => BadTime,
            TokenAnswer::RefreshRefused(_) => RefreshRefused,
            TokenAnswer::Refused(_) => Refused,
            TokenAnswer::Garbled(_) => Garbled,
            TokenAnswer::Granted { .. } => panic!("{answer:?}"),
        };
        assert_eq!(got, want, "{call:?} {}", String::from_utf8_lossy(&answer.body));
    }
}

#[test]
fn the_two_calls_have_their_quotas_and_the_clock_is_measured_without_one() {
    let gree = gree();
    let rules = gree.tokens().unwrap();
    assert_eq!((rules.a_day(TokenCall::Query), rules.a_day(TokenCall::Refresh)), (1, 20));
    assert_eq!(rules.clock_tolerance(), Some(Duration::from_millis(1500)));
    assert!(!rules.is_sole_user(), "a till shares its app_id unless it is told otherwise");
    assert!(with(GreeConfig { sole_app_user: true, ..config() }).tokens().unwrap().is_sole_user());
    assert_eq!(method_of(&rules.clock_call()), "wk.user.level.list");
    let query = rules.ask(TokenCall::Query, None);
    assert_eq!(query.path, "/gw/gateway/dss.auth.token.query/v1?app_id=wkb1ag2hdad7e6jw1r");
    let refresh = rules.ask(TokenCall::Refresh, Some(&Secret("rt/1".into())));
    assert_eq!(refresh.path, "/gw/gateway/dss.auth.token.refresh/v1?refresh_token=rt%2F1");
    assert!(query.body.is_empty() && refresh.body.is_empty());
}
