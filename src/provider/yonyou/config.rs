//! What an installation must tell of its Yonyou remote.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::provider::settings::{self, base_url, extra_headers, text, within};

/// How to reach a Yonyou remote, and what may be assumed of it.
///
/// ```
/// use tillbook::YonyouConfig;
///
/// let mut config = YonyouConfig::new("https://api.example.com", "shop_dev", "shop_ent", "opa6fdd4be", "secret");
/// config.points_as_extra = true;
/// config.check()?;
///
/// config.points_path = "points".into();
/// assert_eq!(config.check().unwrap_err().field(), Some("points_path"));
/// # Ok::<(), tillbook::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct YonyouConfig {
    /// Scheme and host, with a port or a path where needed: what stands in front of `points_path` and `token_path`.
    #[serde(serialize_with = "crate::secret::url::serialize")]
    pub base_url: String,
    /// `from_account`: who calls.
    pub from_account: String,
    /// `to_account`: whose points they are.
    pub to_account: String,
    /// `app_key`: the application.
    pub app_key: String,
    /// `app_secret`: what tokens are got with. Never shown.
    #[serde(with = "crate::secret::text")]
    pub app_secret: String,
    /// `ds_sequence`: the number of the data source. Default: not sent, and Yonyou takes the application's first one.
    #[serde(default)]
    pub ds_sequence: Option<u32>,
    /// The path of points/change. Yonyou's documents show two; the other one is `/api/points/change`. Default
    /// `/yilian/points/change`.
    #[serde(default = "points_path")]
    pub points_path: String,
    /// The path that gives tokens. Default `/system/token`.
    #[serde(default = "token_path")]
    pub token_path: String,
    /// How many tokens may be got on one day, Beijing time. 1 to 10,000, default 50.
    #[serde(default = "tokens_a_day")]
    pub tokens_a_day: u32,
    /// True where this till alone gets tokens for its `app_key`; otherwise the host has to supply them. Default true.
    #[serde(default = "yes")]
    pub sole_user: bool,
    /// Grants points without a sale as extra points; otherwise that is unsupported, since Yonyou computes what it grants from
    /// money. Default false.
    #[serde(default)]
    pub points_as_extra: bool,
    /// True where the installation carries out what has the same `source_code` only once, which no document promises. An
    /// operation without an answer is then sent again; otherwise it waits for a person. Default false.
    #[serde(default)]
    pub source_code_unique: bool,
    /// Error codes by which a change that is sent once more is recognised, and so has been carried out. Looked at with
    /// `source_code_unique` only. Default none: such an answer waits for a person.
    #[serde(default)]
    pub duplicate_codes: Vec<String>,
    /// Error codes of a plain no, as for too few points. None is documented. Default none: such an answer waits for a person.
    #[serde(default)]
    pub refusal_codes: Vec<String>,
    /// Error codes by which nobody is served, beside 30021 (the application is not online). Nothing more is sent until they are
    /// gone. Default none: such an answer waits for a person.
    #[serde(default)]
    pub halt_codes: Vec<String>,
    /// An operation that waits for a person holds those of the same member behind it. Default true.
    #[serde(default = "yes")]
    pub parked_holds: bool,
    /// The longest `source_code`. 8 to 64, default 32.
    #[serde(default = "key_chars")]
    pub key_chars: u32,
    /// How long, in seconds, a `source_code` is recognised where it is unique. 1 to 315,360,000 (ten years), default 86,400
    /// (a day).
    #[serde(default = "key_life_s")]
    pub key_life_s: u64,
    /// How long after its end, in milliseconds, a request may still take effect. 1 to 3,600,000, default 120,000.
    #[serde(default = "settings::quiet_period_ms")]
    pub quiet_period_ms: u64,
    /// How long one request may take, in milliseconds, from looking up the name to the answer's last byte. 1 to 600,000,
    /// default 10,000.
    #[serde(default = "settings::request_timeout_ms")]
    pub request_timeout_ms: u64,
    /// Allows `http:` to another machine, which shows the secret and all tokens to the network in between. A loopback address
    /// needs no permission. Default false.
    #[serde(default)]
    pub allow_plain_http: bool,
    /// Header fields to send with every request, as a gateway in between may ask for. Values are never shown.
    #[serde(default, with = "crate::secret::headers")]
    pub extra_headers: Vec<(String, String)>,
}

fn points_path() -> String {
    "/yilian/points/change".to_owned()
}

fn token_path() -> String {
    "/system/token".to_owned()
}

const fn tokens_a_day() -> u32 {
    50
}

const fn yes() -> bool {
    true
}

const fn key_chars() -> u32 {
    32
}

const fn key_life_s() -> u64 {
    86_400
}

impl YonyouConfig {
    /// The five things that have no default; all else as documented at the fields.
    #[must_use]
    pub fn new(
        base_url: impl Into<String>,
        from_account: impl Into<String>,
        to_account: impl Into<String>,
        app_key: impl Into<String>,
        app_secret: impl Into<String>,
    ) -> Self {
        YonyouConfig {
            base_url: base_url.into(),
            from_account: from_account.into(),
            to_account: to_account.into(),
            app_key: app_key.into(),
            app_secret: app_secret.into(),
            ds_sequence: None,
            points_path: points_path(),
            token_path: token_path(),
            tokens_a_day: tokens_a_day(),
            sole_user: true,
            points_as_extra: false,
            source_code_unique: false,
            duplicate_codes: Vec::new(),
            refusal_codes: Vec::new(),
            halt_codes: Vec::new(),
            parked_holds: true,
            key_chars: key_chars(),
            key_life_s: key_life_s(),
            quiet_period_ms: settings::quiet_period_ms(),
            request_timeout_ms: settings::request_timeout_ms(),
            allow_plain_http: false,
            extra_headers: Vec::new(),
        }
    }

    /// Checks every setting.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidConfig`](crate::ErrorCode::InvalidConfig) for the first one that breaks a rule;
    /// [`Error::field`] names it. No error shows a value.
    pub fn check(&self) -> Result<()> {
        base_url(&self.base_url, self.allow_plain_http)?;
        text("from_account", &self.from_account)?;
        text("to_account", &self.to_account)?;
        text("app_key", &self.app_key)?;
        text("app_secret", &self.app_secret)?;
        for (key, path) in [("points_path", &self.points_path), ("token_path", &self.token_path)] {
            let allowed = |b: u8| b.is_ascii_alphanumeric() || b"/-._~%".contains(&b);
            if path.len() < 2 || !path.starts_with('/') || !path.bytes().all(allowed) {
                return Err(Error::config(key, "must be a path with a slash in front, without a query"));
            }
        }
        within("tokens_a_day", u64::from(self.tokens_a_day), 1, 10_000)?;
        for (key, codes) in [
            ("duplicate_codes", &self.duplicate_codes),
            ("refusal_codes", &self.refusal_codes),
            ("halt_codes", &self.halt_codes),
        ] {
            codes.iter().try_for_each(|code| text(key, code))?;
            // Those have a meaning of their own.
            if codes.iter().any(|code| super::answers::errcode::ALL.contains(&code.as_str())) {
                return Err(Error::config(key, "must not hold a code whose meaning is known"));
            }
        }
        within("key_chars", u64::from(self.key_chars), 8, 64)?;
        within("key_life_s", self.key_life_s, 1, 315_360_000)?;
        settings::quiet_period_within(self.quiet_period_ms)?;
        settings::request_timeout_within(self.request_timeout_ms)?;
        extra_headers(&self.extra_headers, &[])
    }

    /// The base URL as requests use it: without a slash at its end.
    pub(crate) fn base(&self) -> &str {
        settings::base(&self.base_url)
    }

    pub(crate) fn quiet_period(&self) -> Duration {
        Duration::from_millis(self.quiet_period_ms)
    }

    pub(crate) fn request_timeout(&self) -> Duration {
        Duration::from_millis(self.request_timeout_ms)
    }
}

impl fmt::Debug for YonyouConfig {
    /// Neither the secret nor the values of extra headers are shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let extra = settings::names(&self.extra_headers);
        f.debug_struct("YonyouConfig")
            .field("base_url", &crate::secret::url::shown(&self.base_url))
            .field("from_account", &self.from_account)
            .field("to_account", &self.to_account)
            .field("app_key", &self.app_key)
            .field("app_secret", &"***")
            .field("ds_sequence", &self.ds_sequence)
            .field("points_path", &self.points_path)
            .field("token_path", &self.token_path)
            .field("tokens_a_day", &self.tokens_a_day)
            .field("sole_user", &self.sole_user)
            .field("points_as_extra", &self.points_as_extra)
            .field("source_code_unique", &self.source_code_unique)
            .field("duplicate_codes", &self.duplicate_codes)
            .field("refusal_codes", &self.refusal_codes)
            .field("halt_codes", &self.halt_codes)
            .field("parked_holds", &self.parked_holds)
            .field("key_chars", &self.key_chars)
            .field("key_life_s", &self.key_life_s)
            .field("quiet_period_ms", &self.quiet_period_ms)
            .field("request_timeout_ms", &self.request_timeout_ms)
            .field("allow_plain_http", &self.allow_plain_http)
            .field("extra_headers", &extra)
            .finish()
    }
}
