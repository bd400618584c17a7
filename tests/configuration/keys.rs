//! Each key is in the example and in the document, with its default; set badly it is refused by its name.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tillbook::{ErrorCode, Language};

use super::{example, keys, read};

/// What has to be given for every section to be there, and nothing more.
fn least() -> Value {
    let whole = example();
    let mut least = json!({"levels": [{"level": "金卡"}], "routing": whole["routing"]});
    let needed = [
        "merchant",
        "store",
        "till",
        "sandy.base_url",
        "sandy.token",
        "sandy.guid",
        "freemud.base_url",
        "freemud.app_id",
        "freemud.partner_id",
        "freemud.access_token",
        "freemud.channel_code",
        "freemud.register_type",
        "freemud.private_key",
        "gree.base_url",
        "gree.app_id",
        "gree.app_secret",
        "gree.project_id",
        "gree.coupon_fee_unit",
        "yonyou.base_url",
        "yonyou.from_account",
        "yonyou.to_account",
        "yonyou.app_key",
        "yonyou.app_secret",
    ];
    for key in needed {
        let pointer = format!("/{}", key.replace('.', "/"));
        set(&mut least, key, whole.pointer(&pointer).unwrap().clone());
    }
    least["gree"]["coupon_fee_unit"].as_object_mut().unwrap().remove("template");
    least
}

/// Puts a value under a key; `levels[].rate` is that of the first level.
fn set(config: &mut Value, key: &str, value: Value) {
    let mut place = config;
    for part in key.split('.') {
        place = match part.strip_suffix("[]") {
            Some(list) => &mut place[list][0],
            None => &mut place[part],
        };
    }
    *place = value;
}

#[test]
fn the_example_has_every_key_and_is_read() {
    let config = read(&example()).unwrap();
    let shown: Vec<String> = keys(&config.masked()).into_iter().map(|(key, _)| key).collect();
    let given: Vec<String> =
        keys(&example()).into_iter().map(|(key, _)| key.trim_end_matches(".host").to_owned()).collect();
    assert_eq!(given, shown, "a key is missing from examples/config.json, or is none");
}

/// The tables of docs/configuration.md: key, default, meaning.
fn documented() -> Vec<(String, String)> {
    let row = |line: &str| {
        let mut cells = line.strip_prefix("| `")?.split(" | ");
        Some((cells.next()?.trim_end_matches('`').to_owned(), cells.next()?.trim_matches('`').to_owned()))
    };
    include_str!("../../docs/configuration.md").lines().filter_map(row).collect()
}

#[test]
fn every_key_is_documented_with_its_default() {
    let given = keys(&least()).into_iter().map(|(key, _)| key.trim_end_matches(".host").to_owned());
    let given: Vec<String> = given.filter(|key| !key.starts_with("routing.")).collect();
    let mut defaults: BTreeMap<String, Value> = keys(&read(&least()).unwrap().masked()).into_iter().collect();
    for (key, _) in keys(&example()) {
        if key.starts_with("routing.") {
            defaults.insert(key, Value::Null);
        }
    }
    let wanted: Vec<(String, String)> = keys(&read(&example()).unwrap().masked())
        .into_iter()
        .map(|(key, _)| {
            let default = match defaults.get(&key) {
                _ if given.contains(&key) => "required".to_owned(),
                None | Some(Value::Null) => "none".to_owned(),
                Some(value) => value.to_string(),
            };
            (key, default)
        })
        .collect();
    if std::env::var_os("TILLBOOK_PRINT_KEYS").is_some() {
        wanted.iter().for_each(|(key, default)| println!("KEY\t{key}\t{default}"));
    }
    let mut documented = documented();
    documented.sort();
    assert_eq!(documented, wanted);
}

/// Everything that a key can't be, whatever it is: each is refused, and by that key's name.
#[test]
fn a_value_of_the_wrong_kind_is_refused_by_its_key() {
    let mut tried = 0;
    for (key, value) in keys(&example()) {
        let key = key.trim_end_matches(".host");
        let wrong: &[Value] = match &value {
            Value::String(_) => &[json!(7), json!(true), json!([]), json!(["s3cr3t"])],
            Value::Bool(_) => &[json!("yes"), json!(1), json!(null), json!({}), json!([])],
            Value::Number(_) => &[json!(1.5), json!("s3cr3t"), json!(true), json!({}), json!([])],
            Value::Array(_) => &[json!("s3cr3t"), json!(7), json!({"s3cr3t": 1}), json!(null), json!([[7]])],
            Value::Object(_) => &[json!("s3cr3t"), json!([]), json!({"x": 7}), json!(null)],
            // Of those that may be nothing.
            Value::Null => &[json!("s3cr3t"), json!([])],
        };
        // A decimal may be written as a number too, and a list of texts may be empty.
        for wrong in wrong.iter().filter(|wrong| key != "levels[].points_per_yuan" || !wrong.is_number()) {
            if key == "levels[].rate" && wrong.is_number() {
                continue;
            }
            let mut config = example();
            set(&mut config, key, wrong.clone());
            let error = read(&config).expect_err(key);
            let named = error.field().unwrap_or_default();
            let key = key.replace("[]", "[0]");
            assert!(named.starts_with(&key), "{key} = {wrong}: {error}");
            told_well(&error);
            tried += 1;
        }
    }
    assert!(tried > 400, "{tried}");
}

fn told_well(error: &tillbook::Error) {
    assert_eq!(error.code(), ErrorCode::InvalidConfig, "{error}");
    let told = format!("{error} {error:?} {} {}", error.message(Language::English), error.message(Language::Chinese));
    assert!(!told.contains("s3cr3t"), "{told}");
}

#[test]
fn a_key_that_is_none_is_refused_beside_each() {
    let mut places: Vec<String> = keys(&example())
        .into_iter()
        .map(|(key, _)| key.trim_end_matches(".host").rsplit_once('.').map_or("", |(place, _)| place).to_owned())
        .collect();
    places.dedup();
    for place in places {
        let mut config = example();
        let key = if place.is_empty() { "s3tting".to_owned() } else { format!("{place}.s3tting") };
        set(&mut config, &key, json!("s3cr3t"));
        let error = read(&config).expect_err(&key);
        assert_eq!(error.to_string(), format!("setting {} is no setting", key.replace("[]", "[0]")));
        told_well(&error);
    }
}

/// What no key may be, of those that have a rule of their own.
#[test]
fn a_value_out_of_its_range_is_refused_by_its_key() {
    let long = "x".repeat(65);
    let texts = |key: &'static str| [(key, json!("")), (key, json!(" ")), (key, json!("a\nb"))];
    let range = |key: &'static str, below: i64, above: i64| [(key, json!(below)), (key, json!(above))];
    let mut cases: Vec<(&str, Value)> = Vec::new();
    for key in ["merchant", "store", "till"] {
        cases.extend(texts(key));
        cases.push((key, json!(long)));
    }
    for key in [
        "store_id",
        "freemud.app_id",
        "freemud.partner_id",
        "freemud.access_token",
        "freemud.channel_code",
        "freemud.third_party_code",
        "freemud.card_id",
        "freemud.register_store_code",
        "gree.app_id",
        "gree.app_secret",
        "gree.project_id",
        "gree.events.accrue",
        "gree.events.redeem",
        "gree.events.adjust_up",
        "gree.events.adjust_down",
        "yonyou.from_account",
        "yonyou.to_account",
        "yonyou.app_key",
        "yonyou.app_secret",
        "yonyou.points_path",
        "yonyou.token_path",
        "sandy.token",
        "sandy.guid",
    ] {
        cases.extend(texts(key));
    }
    for section in ["sandy", "freemud", "gree", "yonyou"] {
        let key = |name: &str| -> &'static str { Box::leak(format!("{section}.{name}").into_boxed_str()) };
        let urls = [
            "",
            "vip.example.com",
            "http://vip.example.com",
            "https://u:s3cr3t@vip.example.com",
            "https://vip.example.com?token=s3cr3t",
            "https://vip.example.com:0",
        ];
        cases.extend(urls.map(|url| (key("base_url"), json!(url))));
        // The live book must not reach what is for training.
        cases.push((key("base_url"), json!("https://practice.example.com")));
        cases.extend(range(key("quiet_period_ms"), 0, 3_600_001));
        cases.extend(range(key("request_timeout_ms"), 0, 600_001));
        for headers in [json!([["X Key", "v"]]), json!([["Host", "v"]]), json!([["X-Key", "s3cr3t\n"]])] {
            cases.push((key("extra_headers"), headers));
        }
    }
    cases.extend([
        ("sandy.org_name", json!(" ")),
        ("sandy.offline_amount", json!("about")),
        ("sandy.before_window_s", json!(300)),
        ("sandy.before_window_s", json!(31 * 86_400 + 1)),
        ("sandy.clock_skew_s", json!(86_401)),
        ("freemud.register_type", json!("shop")),
        ("freemud.private_key", json!("s3cr3t")),
        ("freemud.unsigned", json!(true)),
        ("freemud.platform_key", json!("s3cr3t")),
        ("freemud.third_party_code", json!("fixed")),
        ("freemud.third_party_code", json!("{phone}{other}")),
        ("freemud.register_init_data", json!("1#1#2#2")),
        ("freemud.register_init_data", json!("1#1#2#2#3")),
        ("freemud.amount_unit", json!("jiao")),
        ("freemud.key_life_s", json!(0)),
        ("freemud.key_life_s", json!(315_360_001_i64)),
        ("gree.out_biz_no", json!("none")),
        ("gree.part_change_id", json!("none")),
        ("gree.coupon_fee_unit.list", json!("jiao")),
        ("gree.coupon_fee_unit.template", json!("jiao")),
        ("gree.discount_fee", json!("half")),
        ("gree.lists", json!("csv")),
        ("gree.verbs", json!({"wk.user.get": "send"})),
        ("gree.key_life_s", json!(59)),
        ("yonyou.key_life_s", json!(0)),
        ("yonyou.points_path", json!("points")),
        ("yonyou.token_path", json!("token")),
        ("routing.cards", json!("yonyou")),
        ("routing.members", json!("nobody")),
        ("routing.points", json!("")),
        ("routing.coupons", json!("sandy")),
        ("routing.orders", json!("sandy")),
        ("policy.floor_limit", json!(-1)),
        ("policy.card_limit", json!(-1)),
        ("policy.outage_limit", json!(-1)),
        ("policy.outage_recharge_money", json!(-1)),
        ("policy.hard_floor_limit", json!(19_999)),
        ("policy.hard_card_limit", json!(49_999)),
        ("policy.hard_outage_limit", json!(499_999)),
        ("policy.hard_outage_operations", json!(199)),
        ("policy.hard_outage_recharges", json!(49)),
        ("policy.hard_outage_recharge_money", json!(999_999)),
        ("policy.hard_outage_new_cards", json!(19)),
        ("policy.hard_base_max_age_s", json!(86_399)),
        ("policy.warning_percent", json!(0)),
        ("policy.warning_percent", json!(101)),
        ("policy.valid_until", json!("tomorrow")),
        ("policy.overridable", json!(["clock_behind"])),
        ("learn_levels.cards", json!(1_001)),
        ("learn_levels.days", json!(0)),
        ("learn_levels.max_age_days", json!(0)),
        ("card_numbers.prefix", json!("a\nb")),
        ("card_numbers.first", json!(100_000)),
        ("card_numbers.last", json!(1_000_000_000_000_000_000_i64)),
        ("card_numbers.width", json!(4)),
        ("chain_key", json!("fifteen bytes..")),
        ("rounding.unit", json!("penny")),
        ("rounding.mode", json!("even")),
        ("levels[].rate", json!("0")),
        ("levels[].rate", json!("1.01")),
        ("training_hosts", json!(["https://practice.example.com"])),
        ("training_hosts", json!([""])),
    ]);
    cases.extend(range("freemud.key_chars", 7, 65));
    cases.extend(range("gree.key_chars", 15, 65));
    cases.extend(range("yonyou.key_chars", 7, 65));
    cases.extend(range("yonyou.tokens_a_day", 0, 10_001));
    cases.extend(range("timeout_ms", 0, 600_001));
    cases.extend(range("utc_offset_minutes", -841, 841));
    cases.extend(range("day_cutoff_minutes", -1, 1440));
    cases.extend(range("pacing.io_threads", 0, 257));
    cases.extend([
        ("pacing.backoff_ms", json!(0)),
        ("pacing.backoff_max_ms", json!(499)),
        ("pacing.breaker_failures", json!(0)),
    ]);
    for (key, value) in &cases {
        let mut config = example();
        set(&mut config, key, value.clone());
        let error = read(&config).err().unwrap_or_else(|| panic!("{key} = {value} is taken"));
        let named = error.field().unwrap_or_default().replace("[0]", "[]");
        let within = [format!("{key}."), format!("{key}[]")];
        let begins = within.iter().any(|within| named.starts_with(within));
        assert!(named == *key || begins, "{key} = {value}: {error}");
        told_well(&error);
    }
    // What has no rule beyond its kind is listed, so that a new key is thought of.
    let free = [
        "sole",
        "allow_",
        "unsigned",
        "accept_",
        "unique",
        "awards",
        "points_as_extra",
        "parked_holds",
        "codes",
        "no_such_change",
        "store_id",
        "shop_id",
        "ds_sequence",
        "types.",
        "outage_operations",
        "policy.outage_recharges",
        "policy.outage_new_cards",
        "valid_until_warning_s",
        // Opening a book finds out whether there is such a folder.
        "high_water",
        "retention.",
        "base_max_age_s",
        "unknown_card",
        "unconfirmed_",
        "offline_while_healthy",
        "coupon_templates",
        "clock_tolerance_s",
        "points_per_yuan",
        "retry_after_max_ms",
        "restart_jitter_ms",
        "healthy_within_ms",
        "training",
        "levels[].level",
    ];
    for (key, _) in keys(&example()) {
        let key = key.trim_end_matches(".host");
        let known = cases.iter().any(|(tried, _)| *tried == key) || free.iter().any(|free| key.contains(free));
        assert!(known, "no bad value of {key} is tried");
    }
}

#[test]
fn what_is_required_is_asked_for_by_its_key() {
    for (key, _) in keys(&least()) {
        let key = key.trim_end_matches(".host");
        if key.starts_with("routing.") {
            continue;
        }
        let mut config = least();
        let (place, name) = key.rsplit_once('.').unwrap_or(("", key));
        let pointer = place.replace("[]", "/0").replace('.', "/");
        let pointer = if pointer.is_empty() { pointer } else { format!("/{pointer}") };
        config.pointer_mut(&pointer).unwrap().as_object_mut().unwrap().remove(name).unwrap();
        let error = read(&config).expect_err(key);
        assert_eq!(error.field().map(|named| named.replace("[0]", "[]")).as_deref(), Some(key), "{error}");
        told_well(&error);
    }
}
