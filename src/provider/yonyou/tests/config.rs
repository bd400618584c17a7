//! Settings: what breaks a rule is named, and what is secret is not shown.

use super::*;
use crate::error::{Error, ErrorCode};
use crate::provider::TokenRules;

#[test]
fn a_bad_setting_is_named() {
    type Change = fn(&mut YonyouConfig);
    let cases: &[(Change, Option<&str>)] = &[
        (|_| {}, None),
        (|c| c.base_url = "http://127.0.0.1:8080".into(), None),
        (|c| c.base_url = "http://api.example.com".into(), Some("base_url")),
        (|c| c.base_url = "https://api.example.com?x".into(), Some("base_url")),
        (|c| c.from_account = String::new(), Some("from_account")),
        (|c| c.to_account = " ".into(), Some("to_account")),
        (|c| c.app_key = "\n".into(), Some("app_key")),
        (|c| c.app_secret = String::new(), Some("app_secret")),
        (|c| c.points_path = "/api/points/change".into(), None),
        (|c| c.points_path = "api/points/change".into(), Some("points_path")),
        (|c| c.points_path = "/points?x=1".into(), Some("points_path")),
        (|c| c.token_path = "/".into(), Some("token_path")),
        (|c| c.tokens_a_day = 0, Some("tokens_a_day")),
        (|c| c.tokens_a_day = 10_001, Some("tokens_a_day")),
        (|c| c.duplicate_codes = vec!["40001".into()], None),
        (|c| c.duplicate_codes = vec!["10001".into()], Some("duplicate_codes")),
        (|c| c.refusal_codes = vec!["30012".into()], Some("refusal_codes")),
        (|c| c.key_chars = 7, Some("key_chars")),
        (|c| c.key_life_s = 0, Some("key_life_s")),
        (|c| c.quiet_period_ms = 0, Some("quiet_period_ms")),
        (|c| c.request_timeout_ms = 600_001, Some("request_timeout_ms")),
        (|c| c.extra_headers = vec![("X-Key".into(), "k".into())], None),
        (|c| c.extra_headers = vec![("Content-Type".into(), "k".into())], Some("extra_headers")),
    ];
    for (change, field) in cases {
        let mut config = config();
        change(&mut config);
        let error = config.check().err();
        assert_eq!(error.as_ref().and_then(Error::field), *field, "{config:?}");
        assert!(error.is_none_or(|error| error.code() == ErrorCode::InvalidConfig));
    }
}

#[test]
fn a_configuration_file_needs_five_settings_and_allows_no_unknown_one() {
    let text = r#"{"base_url": "https://api.example.com", "from_account": "openapi_dev", "to_account": "openapi_ent",
        "app_key": "opa6fdd4bea98b95ad7", "app_secret": "s3cret""#;
    let parsed: YonyouConfig = serde_json::from_str(&format!("{text}}}")).unwrap();
    assert_eq!(parsed, config());
    assert!(serde_json::from_str::<YonyouConfig>(&format!(r#"{text}, "source_code_uniqe": true}}"#)).is_err());
}

#[test]
fn secrets_are_shown_neither_by_debug_nor_by_errors() {
    let mut config = config();
    config.extra_headers = vec![("X-Key".into(), "s3cret".into())];
    assert!(!format!("{config:?}").contains("s3cret"));
    config.app_secret = "s3cret\n".into();
    let error = config.check().unwrap_err();
    assert!(!format!("{error} {error:?}").contains("s3cret"));
}

#[test]
fn settings_reach_what_they_are_for() {
    let yonyou = with(|config| {
        config.base_url = "https://api.example.com/".into();
        config.tokens_a_day = 3;
        config.sole_user = false;
        config.parked_holds = false;
        config.key_chars = 20;
        config.key_life_s = 60;
    });
    assert_eq!(
        (yonyou.name(), yonyou.base_url(), yonyou.tenant()),
        ("yonyou", "https://api.example.com", "openapi_ent")
    );
    assert_eq!((yonyou.key_chars(), yonyou.key_life().as_secs()), (20, 60));
    assert_eq!(yonyou.a_day(crate::provider::TokenCall::Query), 3);
    assert!(!yonyou.is_sole_user() && !yonyou.parked_holds() && !yonyou.keeps_money() && !yonyou.sole_writer());
    assert!(super::yonyou().parked_holds());
}
