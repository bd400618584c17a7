//! Settings: what breaks a rule is named, and what is secret is not shown.

use super::*;
use crate::error::{Error, ErrorCode};
use crate::provider::freemud::FreemudType;

#[test]
fn a_bad_setting_is_named() {
    type Change = fn(&mut FreemudConfig);
    let signed: Change = |c| {
        c.unsigned = false;
        c.private_key = Some(CLIENT_PRIVATE.into());
        c.platform_key = Some(PLATFORM_PUBLIC.into());
    };
    let cases: &[(Change, Option<&str>)] = &[
        (|_| {}, None),
        (signed, None),
        (|c| c.base_url = "https://api.example.com/x/".into(), None),
        (|c| c.base_url = "http://api.example.com".into(), Some("base_url")),
        (|c| c.base_url = "api.example.com".into(), Some("base_url")),
        (|c| c.base_url = "https://a@api.example.com".into(), Some("base_url")),
        (|c| c.app_id = String::new(), Some("app_id")),
        (|c| c.partner_id = "6\n".into(), Some("partner_id")),
        (|c| c.access_token = "a\r\nX: y".into(), Some("access_token")),
        (|c| c.channel_code = "\n".into(), Some("channel_code")),
        (|c| c.unsigned = false, Some("private_key")),
        (|c| c.private_key = Some(CLIENT_PRIVATE.into()), Some("unsigned")),
        (
            |c| {
                c.unsigned = false;
                c.private_key = Some(CLIENT_PUBLIC.into());
            },
            Some("private_key"),
        ),
        (
            |c| {
                c.unsigned = false;
                c.private_key = Some(SHORT_PRIVATE.into());
            },
            Some("private_key"),
        ),
        (|c| c.platform_key = Some(PLATFORM_PRIVATE.into()), Some("platform_key")),
        (|c| c.platform_key = Some(SHORT_PUBLIC.into()), Some("platform_key")),
        (|c| c.third_party_code = Some("{phone}-{card}".into()), None),
        (|c| c.third_party_code = Some("same for all".into()), Some("third_party_code")),
        (|c| c.third_party_code = Some("{phone}{member}".into()), Some("third_party_code")),
        (|c| c.card_id = Some(" ".into()), Some("card_id")),
        (|c| c.register_store_code = Some(String::new()), Some("register_store_code")),
        (|c| c.register_init_data = "2#2#2#2#1".into(), None),
        (|c| c.register_init_data = "1#1#2#2".into(), Some("register_init_data")),
        (|c| c.register_init_data = "1#1#2#2#3".into(), Some("register_init_data")),
        (|c| c.types.accrue.operation = 11, Some("types.accrue")),
        (|c| c.types.accrue.business = None, Some("types.accrue")),
        (|c| c.types.accrue.business = Some(16), None),
        (|c| c.types.give_back.business = Some(17), Some("types.give_back")),
        (|c| c.types.redeem = FreemudType { operation: 12, business: None }, None),
        (|c| c.types.redeem.operation = 18, Some("types.redeem")),
        (|c| c.types.lower.operation = 0, Some("types.lower")),
        (|c| c.types.take_back.business = Some(13), Some("types.take_back")),
        (|c| c.no_member_codes = vec!["50".into()], None),
        (|c| c.no_member_codes = vec!["100".into()], Some("no_member_codes")),
        (|c| c.duplicate_codes = vec!["500".into()], Some("duplicate_codes")),
        (|c| c.refusal_codes = vec![String::new()], Some("refusal_codes")),
        (|c| c.halt_codes = vec!["21".into()], Some("halt_codes")),
        (|c| c.key_chars = 7, Some("key_chars")),
        (|c| c.key_chars = 65, Some("key_chars")),
        (|c| c.key_life_s = 0, Some("key_life_s")),
        (|c| c.quiet_period_ms = 0, Some("quiet_period_ms")),
        (|c| c.request_timeout_ms = u64::MAX, Some("request_timeout_ms")),
        (|c| c.extra_headers = vec![("X-Key".into(), "k".into())], None),
        (|c| c.extra_headers = vec![("Access_Token".into(), "k".into())], Some("extra_headers")),
        (|c| c.extra_headers = vec![("X Key".into(), "k".into())], Some("extra_headers")),
        (|c| c.extra_headers = vec![("Host".into(), "k".into())], Some("extra_headers")),
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
fn a_configuration_file_needs_six_settings_and_allows_no_unknown_one() {
    let text = r#"{"base_url": "http://127.0.0.1:8080", "app_id": "2eb5c8f1170246429755e6dac313f89d",
        "partner_id": "1864", "access_token": "test", "channel_code": "xcx", "register_type": "store", "unsigned": true"#;
    let parsed: FreemudConfig = serde_json::from_str(&format!("{text}}}")).unwrap();
    assert_eq!(parsed, config());
    let more = r#", "amount_unit": "yuan", "types": {"accrue": {"operation": 10, "business": 7}}}"#;
    let parsed: FreemudConfig = serde_json::from_str(&format!("{text}{more}")).unwrap();
    assert_eq!(parsed.types.accrue, FreemudType { operation: 10, business: Some(7) });
    assert_eq!(parsed.types.redeem, config().types.redeem);
    assert!(serde_json::from_str::<FreemudConfig>(&format!(r#"{text}, "sole_writter": true}}"#)).is_err());
}

#[test]
fn secrets_are_shown_neither_by_debug_nor_by_errors() {
    let mut config = config();
    config.access_token = "s3cret".into();
    config.private_key = Some("s3cret".into());
    config.extra_headers = vec![("X-Key".into(), "s3cret".into())];
    assert!(!format!("{config:?}").contains("s3cret"));
    config.unsigned = false;
    let error = config.check().unwrap_err();
    assert!(!format!("{error} {error:?}").contains("s3cret"));
    config.access_token = "s3cret\n".into();
    let error = config.check().unwrap_err();
    assert!(!format!("{error} {error:?}").contains("s3cret"));
}

#[test]
fn settings_reach_what_they_are_for() {
    let freemud = with(|config| {
        config.base_url = "https://api.example.com/x//".into();
        config.key_chars = 20;
        config.key_life_s = 60;
        config.sole_writer = true;
    });
    assert_eq!(
        (freemud.name(), freemud.base_url(), freemud.tenant()),
        ("freemud", "https://api.example.com/x", "1864")
    );
    assert_eq!((freemud.key_chars(), freemud.key_life().as_secs()), (20, 60));
    assert!(freemud.sole_writer() && !freemud.keeps_money());
    assert_eq!((freemud.quiet_period().as_millis(), freemud.request_timeout().as_millis()), (120_000, 10_000));
}
