//! A configuration read from JSON: strict, and told by key what is wrong with it.
//!
//! What is wrong is told in words of our own. The messages of the JSON library quote the value that they are about, and any
//! value may be a secret; of them nothing is taken but the names of keys and what had been expected.

use std::io::Read;
use std::path::Path;

use serde_path_to_error::{Path as KeyPath, Segment};

use crate::config::Config;
use crate::error::{Error, Result};
use crate::model::TIME;
use crate::secret::{HOLDS_NUL, IS_MASK, ONE_PLACE, Places, SecretSource};

/// What is wrong with the text as a whole is told under these keys.
const JSON: &str = "json";
const FILE: &str = "file";

/// No configuration is longer.
const MAX_BYTES: u64 = 1 << 20;

/// A key in an error: enough to find it by.
const MAX_KEY_CHARS: usize = 120;

impl Config {
    /// Reads a configuration from JSON: an object whose keys are the fields of [`Config`], money in fen, names of variants
    /// in lower case. Every key that is no setting, is missing, stands twice or holds something of the wrong kind is an
    /// error, and so is what [`Config::check`] finds.
    ///
    /// ```
    /// use tillbook::{Config, ErrorCode};
    ///
    /// let sandy = r#""sandy": {"base_url": "http://127.0.0.1:8787", "token": "test", "guid": "{DEFAULT-AUTO-1}"}"#;
    /// let text = |more: &str| format!(r#"{{"merchant": "Noodle House", "store": "1", "till": "3", {sandy}, {more}}}"#);
    ///
    /// let config = Config::from_json(&text(r#""policy": {"floor_limit": 10000}"#))?;
    /// assert_eq!(config.policy.floor_limit.to_string(), "100.00");
    ///
    /// let error = Config::from_json(&text(r#""policy": {"floor_limit": "100"}"#)).unwrap_err();
    /// assert_eq!((error.code(), error.field()), (ErrorCode::InvalidConfig, Some("policy.floor_limit")));
    /// assert_eq!(error.to_string(), "setting policy.floor_limit must be a whole number");
    /// # Ok::<(), tillbook::Error>(())
    /// ```
    ///
    /// In place of a secret (an access token, a key, a password, the value of an extra header) there may stand where it is
    /// kept: `{"env": "NAME"}` for a variable of the environment, `{"file": "/full/path"}` for a mounted file, whose line end is
    /// left out, `{"host": "name"}` for [`Config::from_json_with`].
    ///
    /// # Errors
    /// [`ErrorCode::InvalidConfig`](crate::ErrorCode::InvalidConfig). [`Error::field`] names the key, dotted:
    /// `gree.coupon_fee_unit`, `levels[0].rate`; `json` where the text is no JSON object. No error shows a value.
    pub fn from_json(text: &str) -> Result<Config> {
        Config::read(text, &Places { env: &env, host: None, folder: None })
    }

    /// As [`Config::from_json`], for a host that keeps secrets: `{"host": "name"}` in a secret's place is looked up in
    /// `secrets`.
    ///
    /// # Errors
    /// As [`Config::from_json`]; for a secret that is not there its key and the name that it was looked up by, never a value.
    pub fn from_json_with(text: &str, secrets: &dyn SecretSource) -> Result<Config> {
        Config::read(text, &Places { env: &env, host: Some(secrets), folder: None })
    }

    /// Reads a configuration, and its secrets from where it says they are.
    pub(crate) fn read(text: &str, places: &Places<'_>) -> Result<Config> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text) {
            let (line, column) = (error.line(), error.column());
            return Err(Error::config(JSON, format!("must be valid JSON, and is not at line {line}, column {column}")));
        }
        // The library would take a list for the fields in their order.
        if !text.trim_start().starts_with('{') {
            return Err(Error::config(JSON, "must be an object"));
        }
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let mut config: Config = serde_path_to_error::deserialize(&mut deserializer)
            .map_err(|error| said(&keys(error.path()), error.inner()))?;
        config.each_secret(&mut |key, text| places.resolve(key, text))?;
        config.check()?;
        Ok(config)
    }

    /// Reads a configuration from a file of JSON in UTF-8, with or without a byte order mark, at most 1 MiB long. A secret's
    /// file may be named by its path from there.
    ///
    /// ```no_run
    /// let config = tillbook::Config::from_file("till.json")?;
    /// # Ok::<(), tillbook::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Config::from_json`]. Where the file can't be read or holds no text in UTF-8, [`Error::field`] is `file`; why it
    /// can't be read [`Error::native_code`] tells too.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Config> {
        Config::load(path.as_ref(), None)
    }

    /// As [`Config::from_file`], for a host that keeps secrets, as [`Config::from_json_with`].
    ///
    /// # Errors
    /// As [`Config::from_file`].
    pub fn from_file_with(path: impl AsRef<Path>, secrets: &dyn SecretSource) -> Result<Config> {
        Config::load(path.as_ref(), Some(secrets))
    }

    fn load(path: &Path, host: Option<&dyn SecretSource>) -> Result<Config> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut bytes = Vec::new();
        std::fs::File::open(path)
            .and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes))
            .map_err(|error| Error::config_unreadable(FILE, error))?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(Error::config(FILE, "must be at most 1 MiB"));
        }
        match std::str::from_utf8(&bytes) {
            Ok(text) => Config::read(text, &Places { env: &env, host, folder: Some(folder) }),
            Err(_) => Err(Error::config(FILE, encoding_rule(&bytes))),
        }
    }
}

fn env(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// What is not UTF-8 is most often what an editor on a Chinese Windows saves by default.
fn encoding_rule(bytes: &[u8]) -> &'static str {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        "must be UTF-8, and is UTF-16"
    } else if looks_like_gbk(bytes) {
        "must be UTF-8, and looks like GBK"
    } else {
        "must be UTF-8"
    }
}

/// ASCII and pairs of GBK, and nothing else.
fn looks_like_gbk(bytes: &[u8]) -> bool {
    let mut rest = bytes.iter();
    while let Some(byte) = rest.next() {
        let paired = match byte {
            0x00..=0x7f => true,
            0x81..=0xfe => rest.next().is_some_and(|trail| matches!(trail, 0x40..=0x7e | 0x80..=0xfe)),
            _ => false,
        };
        if !paired {
            return false;
        }
    }
    true
}

/// A path as settings are written: `gree.verbs.wk.user.get`, `levels[0].rate`. Where a variant's name was expected, what stands
/// there is a value, and left out.
fn keys(path: &KeyPath) -> String {
    let mut keys = String::new();
    for segment in path.iter() {
        match segment {
            Segment::Map { key } => push_key(&mut keys, key),
            Segment::Seq { index } => keys.push_str(&format!("[{index}]")),
            Segment::Enum { .. } | Segment::Unknown => break,
        }
    }
    keys
}

fn push_key(keys: &mut String, key: &str) {
    if !keys.is_empty() {
        keys.push('.');
    }
    keys.extend(key.chars().flat_map(char::escape_debug));
}

/// What the JSON library said at `keys`, without the value.
fn said(keys: &str, error: &serde_json::Error) -> Error {
    let place = format!(" at line {} column {}", error.line(), error.column());
    let said = error.to_string();
    let said = said.strip_suffix(&place).unwrap_or(&said);
    let mut keys = keys.to_owned();
    // These are said of the object around the key.
    for (about, rule) in [("missing field `", "must be given"), ("duplicate field `", "must be given once")] {
        if let Some(name) = said.strip_prefix(about).and_then(|rest| rest.strip_suffix('`')) {
            push_key(&mut keys, name);
            return bad(&keys, rule);
        }
    }
    bad(&keys, rule(said))
}

fn bad(keys: &str, rule: impl Into<String>) -> Error {
    match keys {
        "" => Error::config(JSON, rule),
        keys => Error::config(keys.chars().take(MAX_KEY_CHARS).collect::<String>(), rule),
    }
}

/// The rule that was broken. What was found stands in front of the last `expected`, and none of it is taken.
fn rule(said: &str) -> String {
    let whole_to = |most: u64| format!("must be a whole number from 0 to {most}");
    let expected = said.rsplit_once(", expected ").map(|(_, expected)| expected);
    let rule = match expected {
        _ if said.starts_with("unknown field ") => "is no setting",
        Some(expected) if said.starts_with("unknown variant ") => {
            return variants(expected).unwrap_or_else(|| WRONG_KIND.to_owned());
        }
        Some("a string" | "unit") => "must be a string",
        Some("a boolean") => "must be true or false",
        Some("u8") => return whole_to(u8::MAX.into()),
        Some("u32") => return whole_to(u32::MAX.into()),
        Some("u64" | "usize") => "must be a whole number, not negative",
        Some("i32" | "i64") => "must be a whole number",
        Some("a sequence") => "must be a list",
        Some("a tuple of size 2") => "must be a pair: a name and a value",
        Some("a map") => "must be an object",
        Some(expected) if expected.starts_with("struct ") => "must be an object",
        Some(expected) if expected.starts_with("a Decimal ") => "must be a decimal number",
        Some(_) => WRONG_KIND,
        // The text is JSON. What is said of it here is that no variant's name is a number or a list, and that a pair is longer.
        None if said == "expected value" => "must be a string",
        None if said == "trailing characters" => "must have no further items",
        None if [IS_MASK, HOLDS_NUL, ONE_PLACE].contains(&said) => said,
        None if said == RATE => "must be above 0 and at most 1",
        None if said == TIME => "must be a time as 2027-01-31T23:59:59+08:00",
        None => WRONG_KIND,
    };
    rule.to_owned()
}

const WRONG_KIND: &str = "must be of another kind";

/// As [`Rate`](crate::Rate) refuses one.
const RATE: &str = "a rate is above 0 and at most 1";

/// "one of `a`, `b`" or "`a` or `b`", as names alone.
fn variants(expected: &str) -> Option<String> {
    let names: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
    let plain =
        |name: &&str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b"_0123456789".contains(&b));
    (!names.is_empty() && names.iter().all(plain)).then(|| format!("must be one of {}", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorCode;
    use crate::messages::Language;

    const SECRET: &str = "s3cr3t";

    /// Every section, with the secret wherever a text may hold one.
    fn whole() -> serde_json::Value {
        serde_json::json!({
            "merchant": "Noodle House", "store": "Store 1", "till": "Till 3",
            "sandy": {"base_url": "http://127.0.0.1:9", "token": SECRET, "guid": SECRET, "extra_headers": [["X-Key", SECRET]]},
            "freemud": {
                "base_url": "http://127.0.0.1:9", "app_id": SECRET, "partner_id": "1864", "access_token": SECRET,
                "channel_code": "xcx", "register_type": "store", "unsigned": true, "types": {},
                "extra_headers": [["X-Key", SECRET]]
            },
            "gree": {
                "base_url": "http://127.0.0.1:9", "app_id": SECRET, "app_secret": SECRET, "project_id": "1",
                "coupon_fee_unit": {"list": "fen"}, "events": {"accrue": "1"}, "codes": {}, "verbs": {}
            },
            "yonyou": {
                "base_url": "http://127.0.0.1:9", "from_account": "a", "to_account": "b", "app_key": SECRET,
                "app_secret": SECRET
            },
            "routing": {"members": "freemud", "points": "freemud"},
            "policy": {}, "rounding": {}, "pacing": {}, "levels": [{"level": "金卡", "rate": "0.8"}]
        })
    }

    /// The configuration with something else in one place, given as JSON pointers are.
    fn with(pointer: &str, value: serde_json::Value) -> String {
        let mut whole = whole();
        let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
        let parent = whole.pointer_mut(parent).expect("a place");
        match key.parse::<usize>() {
            Ok(index) => parent[index] = value,
            Err(_) => parent[key] = value,
        }
        whole.to_string()
    }

    fn without(pointer: &str) -> String {
        let mut whole = whole();
        let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
        let parent = whole.pointer_mut(parent).and_then(|parent| parent.as_object_mut());
        parent.expect("an object").remove(key).expect("a key");
        whole.to_string()
    }

    fn refused(text: &str) -> Error {
        let error = Config::from_json(text).expect_err("a broken configuration");
        assert_eq!(error.code(), ErrorCode::InvalidConfig, "{error}");
        let told =
            format!("{error} {error:?} {} {}", error.message(Language::English), error.message(Language::Chinese));
        assert!(!told.contains(SECRET), "{told}");
        error
    }

    #[test]
    fn what_is_wrong_is_told_by_its_key() {
        use serde_json::json;
        assert!(Config::from_json(&whole().to_string()).is_ok());
        let cases = [
            (with("/merchnat", json!("x")), "merchnat", "is no setting"),
            (with("/policy/flor_limit", json!(1)), "policy.flor_limit", "is no setting"),
            (with("/freemud/types/x", json!(1)), "freemud.types.x", "is no setting"),
            (
                with("/freemud/types/accrue", json!({"operation": 300})),
                "freemud.types.accrue.operation",
                "must be a whole number from 0 to 255",
            ),
            (
                with("/freemud/types/accrue", json!({"operation": 11})),
                "freemud.types.accrue",
                "must have an operation of 1 to 10",
            ),
            (with("/freemud/types/accrue", json!({})), "freemud.types.accrue.operation", "must be given"),
            (
                with("/freemud/register_type", json!("shop")),
                "freemud.register_type",
                "must be one of store, page, card_taken, scan, payment",
            ),
            (with("/freemud/register_type", json!(1)), "freemud.register_type", "must be a string"),
            (with("/freemud/register_type", json!({"store": 1})), "freemud.register_type", "must be a string"),
            (with("/freemud/amount_unit", json!("jiao")), "freemud.amount_unit", "must be one of fen, yuan"),
            (without("/merchant"), "merchant", "must be given"),
            (without("/gree/app_id"), "gree.app_id", "must be given"),
            (with("/gree/app_id", json!(7)), "gree.app_id", "must be a string"),
            (with("/gree/app_id", json!(null)), "gree.app_id", "must be a string"),
            (with("/gree/coupon_fee_unit", json!("fen")), "gree.coupon_fee_unit", "must be an object"),
            (with("/gree/coupon_fee_unit", json!({})), "gree.coupon_fee_unit.list", "must be given"),
            (with("/gree/verbs", json!([])), "gree.verbs", "must be an object"),
            (with("/gree/verbs", json!({"wk.user.get": "send"})), "gree.verbs.wk.user.get", "must be one of post, get"),
            (with("/gree/codes", json!({"bad_sign": ["1"]})), "gree.codes.bad_sign[0]", "must be a whole number"),
            (with("/gree/key_chars", json!(-1)), "gree.key_chars", "must be a whole number, not negative"),
            (with("/sandy/token", json!("")), "sandy.token", "must not be empty"),
            (with("/sandy/sole_writer", json!("yes")), "sandy.sole_writer", "must be true or false"),
            (with("/sandy/extra_headers", json!({"X-Key": SECRET})), "sandy.extra_headers", "must be a list"),
            (
                with("/sandy/extra_headers/0", json!([SECRET])),
                "sandy.extra_headers[0]",
                "must be a pair: a name and a value",
            ),
            (
                with("/sandy/extra_headers/0", json!(["a", "b", SECRET])),
                "sandy.extra_headers[0]",
                "must have no further items",
            ),
            (with("/yonyou/base_url", json!("ftp://x")), "yonyou.base_url", "must begin with http:// or https://"),
            (with("/yonyou", json!("on")), "yonyou", "must be an object"),
            (with("/policy/overridable", json!(["floor"])), "policy.overridable[0]", ""),
            (with("/policy/overridable", json!("floor_limit")), "policy.overridable", "must be a list"),
            (
                with("/policy/valid_until", json!("2027-01-31")),
                "policy.valid_until",
                "must be a time as 2027-01-31T23:59:59+08:00",
            ),
            (with("/policy/valid_until", json!(7)), "policy.valid_until", "must be a string"),
            (
                with("/policy/hard_card_limit", json!(1)),
                "policy.hard_card_limit",
                "must be at least the limit that it lifts",
            ),
            (with("/policy/warning_percent", json!(101)), "policy.warning_percent", "must be 1 to 100"),
            (
                with("/policy/outage_recharges", json!(-1)),
                "policy.outage_recharges",
                "must be a whole number from 0 to 4294967295",
            ),
            (with("/policy/floor_limit", json!("200")), "policy.floor_limit", "must be a whole number"),
            (with("/policy/floor_limit", json!(1.5)), "policy.floor_limit", "must be a whole number"),
            (with("/policy/floor_limit", json!(-1)), "policy.floor_limit", "must not be negative"),
            (
                with("/levels/0", json!({"level": "x", "rate": "1.2"})),
                "levels[0].rate",
                "must be above 0 and at most 1",
            ),
            (with("/levels/0", json!({"level": "x", "rate": "most"})), "levels[0].rate", "must be a decimal number"),
            (with("/levels/0", json!({"rate": "0.8"})), "levels[0].level", "must be given"),
            (with("/timeout_ms", json!("3000")), "timeout_ms", "must be a whole number, not negative"),
            (with("/timeout_ms", json!(0)), "timeout_ms", "must be 1 to 600000"),
            (
                with("/pacing/breaker_failures", json!(-2)),
                "pacing.breaker_failures",
                "must be a whole number from 0 to 4294967295",
            ),
            (with("/rounding/unit", json!("penny")), "rounding.unit", "must be one of fen, jiao, yuan"),
            (with("/routing/cards", json!("gree")), "routing.cards", "must name a configured remote that serves this"),
            ("{}".to_owned(), "merchant", "must be given"),
            (String::new(), "json", "must be valid JSON, and is not at line 1, column 0"),
            ("{\n  \"till\": s3cr3t\n}".to_owned(), "json", "must be valid JSON, and is not at line 2, column 11"),
            (format!("{} {SECRET}", whole()), "json", ""),
            (format!("[{}]", whole()), "json", "must be an object"),
            (format!("{SECRET:?}"), "json", "must be an object"),
        ];
        for (text, key, rule) in cases {
            let error = refused(&text);
            assert_eq!(error.field(), Some(key), "{error}");
            assert!(error.to_string().starts_with(&format!("setting {key} {rule}")), "{error}");
            assert!(rule.is_empty() || error.to_string().ends_with(rule), "{error}");
        }
    }

    #[test]
    fn a_key_that_stands_twice_is_an_error() {
        let twice = |key: &str, value: &str| whole().to_string().replacen(key, &format!("{key}:{value},{key}"), 1);
        let cases = [
            (twice(r#""merchant""#, r#""s3cr3t""#), "merchant"),
            (twice(r#""app_secret""#, r#""s3cr3t""#), "gree.app_secret"),
            (
                with("/gree/verbs", serde_json::json!({"a": "get"})).replacen(
                    r#""a":"get""#,
                    r#""a":"get","a":"post""#,
                    1,
                ),
                "gree.verbs.a",
            ),
        ];
        for (text, key) in cases {
            assert_eq!(refused(&text).to_string(), format!("setting {key} must be given once"));
        }
    }

    /// Every setting in turn is something that it can't be, and whatever that is holds the secret.
    #[test]
    fn no_value_is_ever_told() {
        use serde_json::json;
        let crafted = format!("{SECRET}`, expected `{SECRET}, expected {SECRET} at line 1 column 2");
        let wrong = [
            json!(SECRET),
            json!(crafted),
            json!([SECRET, {SECRET: SECRET}]),
            json!({SECRET: SECRET}),
            json!({"unit": crafted.clone()}),
            json!([[SECRET, [SECRET]]]),
            json!([[[SECRET]]]),
            json!(1.25),
            json!(-7),
            json!(true),
            json!(null),
        ];
        let settings = [
            "merchant",
            "store_id",
            "sandy",
            "freemud",
            "gree",
            "yonyou",
            "routing",
            "policy",
            "rounding",
            "levels",
            "timeout_ms",
            "utc_offset_minutes",
            "pacing",
            "sandy/token",
            "sandy/guid",
            "sandy/offline_amount",
            "sandy/extra_headers",
            "sandy/sole_writer",
            "sandy/base_url",
            "freemud/app_id",
            "freemud/access_token",
            "freemud/private_key",
            "freemud/platform_key",
            "freemud/register_type",
            "freemud/types",
            "freemud/halt_codes",
            "freemud/third_party_code",
            "freemud/register_init_data",
            "gree/app_secret",
            "gree/store_id",
            "gree/events",
            "gree/out_biz_no",
            "gree/coupon_fee_unit",
            "gree/lists",
            "gree/verbs",
            "gree/codes",
            "gree/key_chars",
            "yonyou/app_key",
            "yonyou/app_secret",
            "yonyou/points_path",
            "yonyou/ds_sequence",
            "policy/floor_limit",
            "policy/unknown_card",
            "rounding/unit",
            "levels/0",
        ];
        let mut refusals = 0;
        for setting in settings {
            for value in &wrong {
                let Err(error) = Config::from_json(&with(&format!("/{setting}"), value.clone())) else { continue };
                refusals += 1;
                let told = [
                    error.to_string(),
                    format!("{error:?}"),
                    error.message(Language::English),
                    error.message(Language::Chinese),
                ];
                for told in told {
                    // Within an object that has keys of its own, an unknown one is named, as it has to be.
                    let key = error.field().unwrap_or_default();
                    assert!(!told.replace(key, "").contains(SECRET), "{setting} = {value}: {told}");
                    let named = told.contains("is no setting")
                        || told.contains("不是有效的设置项")
                        || key.starts_with("gree.verbs.");
                    assert!(named || !told.contains(SECRET), "{setting} = {value}: {told}");
                }
            }
        }
        assert!(refusals > 300, "{refusals}");
    }

    #[test]
    fn a_file_is_utf8_with_or_without_a_mark() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("till.json");
        let read = |bytes: &[u8]| {
            std::fs::write(&path, bytes).expect("a file");
            Config::from_file(&path).map_err(|error| error.to_string())
        };
        let text = whole().to_string();
        assert!(read(text.as_bytes()).is_ok());
        assert!(read(format!("\u{feff}{text}").as_bytes()).is_ok());
        // "店" in GBK, in UTF-16, and something that is no text.
        let cases: [(&[u8], &str); 5] = [
            (b"{\"store\": \"\xb5\xea\"}", "setting file must be UTF-8, and looks like GBK"),
            (b"\xff\xfe{\0\x97\x5e", "setting file must be UTF-8, and is UTF-16"),
            (b"{\"store\": \"\xb5\"}", "setting file must be UTF-8"),
            (b"\x80\x80", "setting file must be UTF-8"),
            (&vec![b' '; (1 << 20) + 1], "setting file must be at most 1 MiB"),
        ];
        for (bytes, told) in cases {
            assert_eq!(read(bytes).err().as_deref(), Some(told));
        }
        assert_eq!(
            read(b" ").err().as_deref(),
            Some("setting json must be valid JSON, and is not at line 1, column 1")
        );
    }

    #[test]
    fn a_file_that_cant_be_read_is_told_by_kind_and_number() {
        let dir = tempfile::tempdir().expect("a folder");
        let error = Config::from_file(dir.path().join(SECRET)).expect_err("no such file");
        assert_eq!((error.code(), error.field()), (ErrorCode::InvalidConfig, Some(FILE)));
        assert_eq!(error.to_string(), "setting file can't be read: entity not found");
        assert_eq!(error.native_code(), Some(2));
        assert!(std::error::Error::source(&error).is_some());
    }
}
