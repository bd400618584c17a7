//! What a till is told when it is opened.

use tillbook::{Config, ErrorCode, LevelTerms, Money, OfflinePolicy, SandyConfig, Till};

fn valid() -> Config {
    Config::new("Noodle House", "Store 1", "Till 1", SandyConfig::new("http://127.0.0.1:9", "s3cr3t-77", "{GUID}"))
}

fn terms(level: &str) -> LevelTerms {
    LevelTerms { level: level.into(), rate: None, points_per_yuan: None }
}

#[test]
fn a_bad_setting_is_named_and_no_book_is_made() {
    type Change = fn(&mut Config);
    let cases: &[(&str, Change)] = &[
        ("merchant", |c| c.merchant.clear()),
        ("merchant", |c| c.merchant = "x".repeat(65)),
        ("store", |c| c.store = " ".into()),
        ("store", |c| c.store = "a\nb".into()),
        ("till", |c| c.till = "\u{0}".into()),
        ("timeout_ms", |c| c.timeout_ms = 0),
        ("timeout_ms", |c| c.timeout_ms = 600_001),
        ("timeout_ms", |c| c.timeout_ms = u64::MAX),
        ("utc_offset_minutes", |c| c.utc_offset_minutes = 841),
        ("utc_offset_minutes", |c| c.utc_offset_minutes = -841),
        ("utc_offset_minutes", |c| c.utc_offset_minutes = i32::MIN),
        ("day_cutoff_minutes", |c| c.day_cutoff_minutes = 1440),
        ("day_cutoff_minutes", |c| c.day_cutoff_minutes = u32::MAX),
        ("levels", |c| c.levels = vec![terms("普通会员"), terms("普通会员")]),
        ("levels", |c| c.levels = vec![terms(" ")]),
        ("levels", |c| c.levels = vec![LevelTerms { points_per_yuan: Some((-1).into()), ..terms("普通会员") }]),
        ("pacing.backoff_ms", |c| c.pacing.backoff_ms = 0),
        ("pacing.backoff_max_ms", |c| c.pacing.backoff_max_ms = c.pacing.backoff_ms - 1),
        ("pacing.breaker_failures", |c| c.pacing.breaker_failures = 0),
        ("pacing.io_threads", |c| c.pacing.io_threads = 0),
        ("pacing.io_threads", |c| c.pacing.io_threads = 257),
        ("policy.floor_limit", |c| c.policy.floor_limit = Money::from_fen(-1)),
        ("policy.card_limit", |c| c.policy.card_limit = Money::from_fen(-1)),
        ("policy.outage_limit", |c| c.policy.outage_limit = Money::from_fen(i64::MIN)),
        ("sandy.base_url", |c| c.sandy.as_mut().unwrap().base_url.clear()),
        ("sandy.base_url", |c| c.sandy.as_mut().unwrap().base_url = "vip.example.com".into()),
        ("sandy.base_url", |c| c.sandy.as_mut().unwrap().base_url = "http://vip.example.com".into()),
        ("sandy.base_url", |c| c.sandy.as_mut().unwrap().base_url = "https://user:s3cr3t-77@vip.example.com".into()),
        ("sandy.base_url", |c| c.sandy.as_mut().unwrap().base_url = "https://vip.example.com/?token=s3cr3t-77".into()),
        ("sandy.base_url", |c| c.sandy.as_mut().unwrap().base_url = "https://vip.example.com:port".into()),
        ("sandy.token", |c| c.sandy.as_mut().unwrap().token.clear()),
        ("sandy.token", |c| c.sandy.as_mut().unwrap().token = "s3cr3t-77\r\nX: y".into()),
        ("sandy.token", |c| c.sandy.as_mut().unwrap().token = " s3cr3t-77".into()),
        ("sandy.guid", |c| c.sandy.as_mut().unwrap().guid.clear()),
        ("sandy.guid", |c| c.sandy.as_mut().unwrap().guid = "店".into()),
        ("sandy.org_name", |c| c.sandy.as_mut().unwrap().org_name = Some(String::new())),
        ("sandy.quiet_period_ms", |c| c.sandy.as_mut().unwrap().quiet_period_ms = 0),
        ("sandy.quiet_period_ms", |c| c.sandy.as_mut().unwrap().quiet_period_ms = 3_600_001),
        ("sandy.before_window_s", |c| {
            c.sandy.as_mut().unwrap().before_window_s = c.sandy.as_mut().unwrap().clock_skew_s
        }),
        ("sandy.before_window_s", |c| c.sandy.as_mut().unwrap().before_window_s = 31 * 86_400 + 1),
        ("sandy.clock_skew_s", |c| c.sandy.as_mut().unwrap().clock_skew_s = u64::MAX),
        ("sandy.request_timeout_ms", |c| c.sandy.as_mut().unwrap().request_timeout_ms = 0),
        ("sandy.request_timeout_ms", |c| c.sandy.as_mut().unwrap().request_timeout_ms = 600_001),
        ("sandy.extra_headers", |c| {
            c.sandy.as_mut().unwrap().extra_headers = vec![("X Key".into(), "s3cr3t-77".into())]
        }),
        ("sandy.extra_headers", |c| {
            c.sandy.as_mut().unwrap().extra_headers = vec![("Host".into(), "s3cr3t-77".into())]
        }),
        ("sandy.extra_headers", |c| {
            c.sandy.as_mut().unwrap().extra_headers = vec![("X-Key".into(), "s3cr3t-77\n".into())]
        }),
    ];
    let dir = tempfile::tempdir().unwrap();
    for (key, change) in cases {
        let mut config = valid();
        change(&mut config);
        let error = Till::open(dir.path().join("till.db"), config).unwrap_err();
        assert_eq!((error.code(), error.field()), (ErrorCode::InvalidConfig, Some(*key)), "{error}");
        let shown = format!("{error} {error:?}");
        assert!(shown.contains(&format!("setting {key} must")), "{shown}");
        assert!(!shown.contains("s3cr3t-77"), "{shown}");
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "not even a lock file");
    Till::open(dir.path().join("till.db"), valid()).unwrap();
}

#[test]
fn the_extremes_that_are_allowed_open_a_till() {
    type Change = fn(&mut Config);
    let cases: &[Change] = &[
        |c| c.timeout_ms = 600_000,
        |c| c.utc_offset_minutes = -840,
        |c| c.day_cutoff_minutes = 1439,
        |c| c.policy = OfflinePolicy::never(),
        |c| {
            c.policy.floor_limit = Money::from_fen(i64::MAX);
            c.policy.card_limit = Money::from_fen(i64::MAX);
            c.policy.outage_limit = Money::from_fen(i64::MAX);
            c.policy.outage_operations = u32::MAX;
            c.policy.base_max_age_s = u64::MAX;
            c.policy.clock_tolerance_s = u64::MAX;
        },
        |c| {
            c.pacing.backoff_ms = u64::MAX;
            c.pacing.backoff_max_ms = u64::MAX;
            c.pacing.breaker_failures = u32::MAX;
            c.pacing.retry_after_max_ms = u64::MAX;
            c.pacing.restart_jitter_ms = u64::MAX;
            c.pacing.healthy_within_ms = u64::MAX;
            c.pacing.io_threads = 256;
        },
    ];
    for change in cases {
        let dir = tempfile::tempdir().unwrap();
        let mut config = valid();
        change(&mut config);
        let till = Till::open(dir.path().join("till.db"), config).unwrap();
        till.headroom(None).unwrap();
        till.sync(std::time::Duration::ZERO).unwrap();
    }
}

#[test]
fn a_configuration_file_with_an_unknown_key_or_a_wrong_value_is_refused() {
    let sandy = r#""sandy": {"base_url": "http://127.0.0.1:9", "token": "t", "guid": "g"}"#;
    let with = |more: &str| format!(r#"{{"merchant": "m", "store": "s", "till": "t", {sandy}{more}}}"#);
    let config: Config = serde_json::from_str(&with("")).unwrap();
    assert_eq!((config.timeout_ms, config.utc_offset_minutes, config.day_cutoff_minutes), (3_000, 480, 0));
    assert_eq!((config.policy, config.pacing), (OfflinePolicy::default(), tillbook::Pacing::default()));
    let cases = [
        r#", "merchnat": "m""#,
        r#", "policy": {"flor_limit": 1}"#,
        r#", "policy": {"floor_limit": 1.5}"#,
        r#", "policy": {"floor_limit": "200"}"#,
        r#", "pacing": {"backof_ms": 1}"#,
        r#", "pacing": {"backoff_ms": -1}"#,
        r#", "rounding": {"unit": "penny"}"#,
        r#", "rounding": {"mod": "down"}"#,
        r#", "levels": [{"level": "x", "rate": "0"}]"#,
        r#", "levels": [{"level": "x", "rate": "1.01"}]"#,
        r#", "levels": [{"level": "x", "discount": "0.8"}]"#,
        r#", "levels": [{"rate": "0.8"}]"#,
        r#", "timeout_ms": "3000""#,
    ];
    for more in cases {
        assert!(serde_json::from_str::<Config>(&with(more)).is_err(), "{more}");
    }
    let without = |missing: &str| {
        let mut value: serde_json::Value = serde_json::from_str(&with("")).unwrap();
        value.as_object_mut().unwrap().remove(missing);
        serde_json::from_value::<Config>(value)
    };
    for missing in ["merchant", "store", "till"] {
        let error = without(missing).unwrap_err();
        assert!(error.to_string().contains(missing), "{error}");
    }
    let error = without("sandy").unwrap().check().unwrap_err();
    assert_eq!((error.code(), error.field()), (ErrorCode::InvalidConfig, Some("sandy")), "no remote at all: {error}");
}
