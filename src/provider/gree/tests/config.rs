//! Settings.

use super::*;
use crate::error::{Error, ErrorCode};
use crate::provider::Provider;
use crate::provider::gree::{ListForm, PartChangeId, Verb};

#[test]
fn a_bad_setting_is_named() {
    type Change = fn(&mut GreeConfig);
    let cases: &[(Change, Option<&str>)] = &[
        (|_| {}, None),
        (|c| c.base_url = "ump.example.com".into(), Some("base_url")),
        (|c| c.base_url = "http://ump.example.com".into(), Some("base_url")),
        (|c| c.base_url = "http://127.0.0.1:8080".into(), None),
        (
            |c| {
                c.base_url = "http://ump.example.com".into();
                c.allow_plain_http = true;
            },
            None,
        ),
        (|c| c.app_id = String::new(), Some("app_id")),
        (|c| c.app_secret = " ".into(), Some("app_secret")),
        (|c| c.app_secret = "a\n".into(), Some("app_secret")),
        (|c| c.project_id = String::new(), Some("project_id")),
        (|c| c.events.accrue = Some(String::new()), Some("events.accrue")),
        (|c| c.events.redeem = Some("\n".into()), Some("events.redeem")),
        (|c| c.events.adjust_up = Some(" ".into()), Some("events.adjust_up")),
        (|c| c.events.adjust_down = Some(" ".into()), Some("events.adjust_down")),
        (|c| c.events.adjust_down = Some("扣减".into()), None),
        (|c| c.verbs = BTreeMap::from([("wk.coupon.user.list".into(), Verb::Get)]), None),
        (|c| c.verbs = BTreeMap::from([("wk.coupon.user".into(), Verb::Get)]), Some("verbs")),
        (|c| c.no_such_change = vec![String::new()], Some("no_such_change")),
        (|c| c.no_such_change = Vec::new(), None),
        (|c| c.codes.bad_sign = vec![0], Some("codes")),
        (|c| c.codes.bad_access_token = vec![200], Some("codes")),
        (|c| c.codes.bad_access_token = Vec::new(), None),
        (|c| c.key_chars = 15, Some("key_chars")),
        (|c| c.key_chars = 65, Some("key_chars")),
        (|c| c.key_life_s = Some(59), Some("key_life_s")),
        (|c| c.key_life_s = Some(60), None),
        (|c| c.quiet_period_ms = 0, Some("quiet_period_ms")),
        (|c| c.request_timeout_ms = 600_001, Some("request_timeout_ms")),
        (|c| c.extra_headers = vec![("Host".into(), "x".into())], Some("extra_headers")),
        (|c| c.extra_headers = vec![("X-Key".into(), "k".into())], None),
    ];
    for (change, field) in cases {
        let mut config = config();
        change(&mut config);
        let error = config.check().err();
        assert_eq!(error.as_ref().and_then(Error::field), *field, "{config:?}");
        assert!(error.is_none_or(|error| error.code() == ErrorCode::InvalidConfig));
        assert_eq!(Gree::new(config).is_ok(), field.is_none());
    }
}

#[test]
fn a_configuration_file_needs_four_settings_and_allows_no_unknown_one() {
    let four = r#""base_url": "https://ump.example.com", "app_id": "wkb1ag2hdad7e6jw1r", "app_secret": "XYZ",
        "project_id": "18756""#;
    let parse = |more: &str| serde_json::from_str::<GreeConfig>(&format!("{{{four}{more}}}"));
    assert_eq!(parse("").unwrap(), bare());
    let more = r#", "events": {"accrue": "event_add"}, "out_biz_no": "key", "lists": "array", "part_change_id": "own",
        "coupon_fee_unit": {"list": "yuan"}, "verbs": {"wk.user.level.list": "get"}, "codes": {"bad_sign": [7]}"#;
    let config = parse(more).unwrap();
    assert_eq!(config.events.accrue.as_deref(), Some("event_add"));
    assert_eq!((config.out_biz_no, config.lists), (Some(OutBizNo::Key), ListForm::Array));
    assert_eq!(config.part_change_id, PartChangeId::Own);
    let units = CouponFeeUnits { list: FeeUnit::Yuan, template: FeeUnit::Fen };
    assert_eq!(config.coupon_fee_unit, Some(units), "a template's fees are fen, says the document");
    assert_eq!((config.codes.bad_sign, config.codes.bad_timestamp), (vec![7], vec![1007]));
    for unknown in [
        r#", "sole_writter": true"#,
        r#", "events": {"acrue": "x"}"#,
        r#", "coupon_fee_unit": {"template": "fen"}"#,
        r#", "codes": {"sign": []}"#,
    ] {
        assert!(parse(unknown).is_err(), "{unknown}");
    }
}

#[test]
fn secrets_are_shown_neither_by_debug_nor_by_errors() {
    let mut config = config();
    config.app_secret = "s3cret".into();
    config.extra_headers = vec![("X-Key".into(), "s3cret".into())];
    assert!(!format!("{config:?}").contains("s3cret"));
    config.app_secret = "s3cret\n".into();
    let error = config.check().unwrap_err();
    assert!(!format!("{error} {error:?}").contains("s3cret"));
}

#[test]
fn an_operation_that_needs_a_setting_is_refused_by_its_name() {
    let status = crate::model::CouponStatus::Invalid;
    let down = Act::AdjustPoints { card: card(), points: points(-1) };
    let up = Act::AdjustPoints { card: card(), points: points(1) };
    let redeem = || Act::RedeemPoints { card: card(), points: points(1), amount: None, order: None };
    let no_biz = || GreeConfig { out_biz_no: None, ..config() };
    let cases = [
        (bare(), accrue(1), Some("events.accrue")),
        (bare(), redeem(), Some("events.redeem")),
        (bare(), up.clone(), Some("events.adjust_up")),
        (bare(), down.clone(), Some("events.adjust_down")),
        (no_biz(), accrue(1), Some("out_biz_no")),
        (no_biz(), redeem(), Some("out_biz_no")),
        (bare(), redeem_coupon("1"), Some("coupon_fee_unit")),
        (bare(), give(), Some("coupon_fee_unit")),
        (bare(), set_status("1", status), Some("coupon_fee_unit")),
        (bare(), Act::AddCouponTemplate { template: coupons::template() }, Some("coupon_fee_unit")),
        (bare(), push_order(), None),
        (bare(), return_order(true), None),
        (bare(), register(), None),
        (config(), accrue(1), None),
        (config(), redeem(), None),
        (config(), up, None),
        (config(), down, None),
        (config(), redeem_coupon("1"), None),
        (config(), give(), None),
    ];
    for (config, act, field) in cases {
        let error = with(config).check(&act).err();
        assert_eq!(error.as_ref().and_then(Error::field), field, "{act:?}");
        assert!(error.is_none_or(|error| error.code() == ErrorCode::InvalidConfig));
    }
}

#[test]
fn what_can_not_be_encoded_is_refused_by_its_field() {
    let unnamed = match register() {
        Act::Register { card, phone, gender, birthday, .. } => {
            Act::Register { card, phone, name: None, gender, birthday, sms_code: None }
        }
        other => other,
    };
    let with_code = match register() {
        Act::Register { card, phone, name, gender, birthday, .. } => {
            Act::Register { card, phone, name, gender, birthday, sms_code: Some("4586".into()) }
        }
        other => other,
    };
    let for_money = Act::AccruePoints { card: card(), points: None, amount: Some(yuan("1")), order: None };
    let part = match returned("o", 1, false) {
        Act::ReturnPoints { card, original, takes, points, whole, .. } => {
            Act::ReturnPoints { card, original, takes, points, whole, amount: None }
        }
        other => other,
    };
    let cases = [
        (unnamed, "name"),
        (with_code, "sms_code"),
        (for_money, "points"),
        (part, "amount"),
        (redeem_coupon("21315,5484"), "coupon"),
    ];
    for (act, field) in cases {
        let error = gree().check(&act).unwrap_err();
        assert_eq!((error.code(), error.field()), (ErrorCode::InvalidInput, Some(field)), "{act:?}");
        assert!(!error.to_string().contains("4586"));
    }
}
