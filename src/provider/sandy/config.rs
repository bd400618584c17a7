//! What an installation must tell of its Sandy remote.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::provider::settings;

/// What a consume that was approved offline sends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfflineAmount {
    /// The amount that the customer was told, with nothing of it discountable, so that the remote takes exactly that.
    /// Verify once, at installation, that the remote honours a discountable part of zero.
    #[default]
    Exact,
    /// The original and the discountable amount. The remote computes the discount again; a difference from what was told
    /// is reported as a variance. A partial approval still sends the card's part only.
    Remote,
}

/// How to reach a Sandy remote, and what may be assumed of it.
///
/// ```
/// use tillbook::SandyConfig;
///
/// let mut config = SandyConfig::new("https://vip.example.com", "agent", "{DEFAULT-AUTO-8E5A}");
/// config.sole_writer = true;
/// config.check()?;
///
/// config.token.push('\n');
/// assert_eq!(config.check().unwrap_err().field(), Some("token"));
/// # Ok::<(), tillbook::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SandyConfig {
    /// Scheme and host, with a port or a path where needed: what stands in front of `/api2/`.
    #[serde(serialize_with = "crate::secret::url::serialize")]
    pub base_url: String,
    /// The agent's login, sent as `AUTHORIZATION`. Never shown.
    #[serde(with = "crate::secret::text")]
    pub token: String,
    /// What is sent as `CUSTOMERGUID`, braces included: the restaurant's id. The vendor also hands out ids of branches;
    /// which of the two an installation is to use, the vendor says.
    #[serde(with = "crate::secret::text")]
    pub guid: String,
    /// The merchant's name as it stands in the history. Without it the name is learned from the first card opened here;
    /// until then records of other merchants are not told apart from our own.
    #[serde(default)]
    pub org_name: Option<String>,
    /// True where nobody but this till writes to its cards. What the history shows then proves an unanswered operation;
    /// otherwise it is reported as inferred, since the same sale at another till looks the same. And whatever changes there
    /// without this till's doing is told by a notification of the kind `unexplained`. Default false.
    #[serde(default)]
    pub sole_writer: bool,
    /// What a consume that was approved offline sends. Default [`OfflineAmount::Exact`].
    #[serde(default)]
    pub offline_amount: OfflineAmount,
    /// How long after its end, in milliseconds, a request may still take effect. 1 to 3,600,000, default 120,000.
    #[serde(default = "settings::quiet_period_ms")]
    pub quiet_period_ms: u64,
    /// How far back, in seconds, a card's history is read before a send. Above the clock skew, at most 2,678,400 (31
    /// days), default 86,400 (a day).
    #[serde(default = "before_window_s")]
    pub before_window_s: u64,
    /// How far, in seconds, the till's clock and the remote's may be apart. At most 86,400, default 300.
    #[serde(default = "clock_skew_s")]
    pub clock_skew_s: u64,
    /// Allows `http:` to another machine, which shows the token and all card data to the network in between. A loopback
    /// address needs no permission. Default false.
    #[serde(default)]
    pub allow_plain_http: bool,
    /// Header fields to send with every request, as a gateway in between may ask for. Values are never shown.
    #[serde(default, with = "crate::secret::headers")]
    pub extra_headers: Vec<(String, String)>,
    /// How long one request may take, in milliseconds, from looking up the name to the answer's last byte. 1 to 600,000,
    /// default 10,000.
    #[serde(default = "settings::request_timeout_ms")]
    pub request_timeout_ms: u64,
}

const fn before_window_s() -> u64 {
    86_400
}

const fn clock_skew_s() -> u64 {
    300
}

/// Fields that the provider sets.
const OWN_HEADERS: [&str; 2] = ["authorization", "customerguid"];

impl SandyConfig {
    /// The three things that have no default; all else as documented at the fields.
    #[must_use]
    pub fn new(base_url: impl Into<String>, token: impl Into<String>, guid: impl Into<String>) -> Self {
        SandyConfig {
            base_url: base_url.into(),
            token: token.into(),
            guid: guid.into(),
            org_name: None,
            sole_writer: false,
            offline_amount: OfflineAmount::Exact,
            quiet_period_ms: settings::quiet_period_ms(),
            before_window_s: before_window_s(),
            clock_skew_s: clock_skew_s(),
            allow_plain_http: false,
            extra_headers: Vec::new(),
            request_timeout_ms: settings::request_timeout_ms(),
        }
    }

    /// Checks every setting.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidConfig`](crate::ErrorCode::InvalidConfig) for the first one that breaks a rule;
    /// [`Error::field`] names it. No error shows a value.
    pub fn check(&self) -> Result<()> {
        settings::base_url(&self.base_url, self.allow_plain_http)?;
        settings::header_value("token", &self.token)?;
        settings::header_value("guid", &self.guid)?;
        if self.org_name.as_ref().is_some_and(|name| name.trim().is_empty()) {
            return Err(Error::config("org_name", "must not be empty where it is given"));
        }
        settings::quiet_period_within(self.quiet_period_ms)?;
        settings::within("clock_skew_s", self.clock_skew_s, 0, 86_400)?;
        // A record made at the send carries the remote's time: the window must reach back further than the clocks differ.
        settings::within("before_window_s", self.before_window_s, self.clock_skew_s + 1, 31 * 86_400)?;
        settings::request_timeout_within(self.request_timeout_ms)?;
        settings::extra_headers(&self.extra_headers, &OWN_HEADERS)
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

impl fmt::Debug for SandyConfig {
    /// Neither the token, nor the id, nor the values of extra headers are shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SandyConfig")
            .field("base_url", &crate::secret::url::shown(&self.base_url))
            .field("token", &"***")
            .field("guid", &"***")
            .field("org_name", &self.org_name)
            .field("sole_writer", &self.sole_writer)
            .field("offline_amount", &self.offline_amount)
            .field("quiet_period_ms", &self.quiet_period_ms)
            .field("before_window_s", &self.before_window_s)
            .field("clock_skew_s", &self.clock_skew_s)
            .field("allow_plain_http", &self.allow_plain_http)
            .field("extra_headers", &settings::names(&self.extra_headers))
            .field("request_timeout_ms", &self.request_timeout_ms)
            .finish()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;

    fn valid() -> SandyConfig {
        SandyConfig::new("https://vip.example.com", "agent", "{DEFAULT-AUTO-8E5A-BDE2-34ABA1BD956C9}")
    }

    #[test]
    fn a_bad_setting_is_named() {
        type Change = fn(&mut SandyConfig);
        let cases: &[(Change, Option<&str>)] = &[
            (|_| {}, None),
            (|c| c.base_url = "https://vip.example.com:8443/gate/".into(), None),
            (|c| c.base_url = "HTTPS://VIP.example.com".into(), None),
            (|c| c.base_url = "vip.example.com".into(), Some("base_url")),
            (|c| c.base_url = "ftp://vip.example.com".into(), Some("base_url")),
            (|c| c.base_url = "https://".into(), Some("base_url")),
            (|c| c.base_url = "https:///x".into(), Some("base_url")),
            (|c| c.base_url = "https://a b".into(), Some("base_url")),
            (|c| c.base_url = "https://user@vip.example.com".into(), Some("base_url")),
            (|c| c.base_url = "https://vip.example.com?x=1".into(), Some("base_url")),
            (|c| c.base_url = "https://vip.example.com/#x".into(), Some("base_url")),
            (|c| c.base_url = "https://vip.example.com/a\r\nb".into(), Some("base_url")),
            (|c| c.base_url = "https://vip.example.com:0".into(), Some("base_url")),
            (|c| c.base_url = "https://vip.example.com:99999".into(), Some("base_url")),
            (|c| c.base_url = "https://vip.example.com:+80".into(), Some("base_url")),
            (|c| c.base_url = "http://vip.example.com".into(), Some("base_url")),
            (|c| c.base_url = "http://127.0.0.1.example.com".into(), Some("base_url")),
            (|c| c.base_url = "http://localhost@vip.example.com".into(), Some("base_url")),
            (|c| c.base_url = "http://localhost:8080".into(), None),
            (|c| c.base_url = "http://127.0.0.1:8080".into(), None),
            (|c| c.base_url = "http://[::1]:8080".into(), None),
            (|c| c.base_url = "http://[::2]:8080".into(), Some("base_url")),
            (|c| c.base_url = "http://[::1]8080".into(), Some("base_url")),
            (
                |c| {
                    c.base_url = "http://vip.example.com".into();
                    c.allow_plain_http = true;
                },
                None,
            ),
            (|c| c.token = String::new(), Some("token")),
            (|c| c.token = " ".into(), Some("token")),
            (|c| c.token = "a\r\nX: y".into(), Some("token")),
            (|c| c.token = "代理商".into(), Some("token")),
            (|c| c.token = "two words".into(), None),
            (|c| c.guid = String::new(), Some("guid")),
            (|c| c.guid = "{a}\n".into(), Some("guid")),
            (|c| c.org_name = Some(" ".into()), Some("org_name")),
            (|c| c.quiet_period_ms = 0, Some("quiet_period_ms")),
            (|c| c.quiet_period_ms = 1, None),
            (|c| c.quiet_period_ms = u64::MAX, Some("quiet_period_ms")),
            (|c| c.clock_skew_s = 86_401, Some("clock_skew_s")),
            (|c| c.before_window_s = 300, Some("before_window_s")),
            (|c| c.before_window_s = u64::MAX, Some("before_window_s")),
            (|c| c.request_timeout_ms = 0, Some("request_timeout_ms")),
            (|c| c.extra_headers = vec![("X-Key".into(), "k".into())], None),
            (|c| c.extra_headers = vec![(String::new(), "k".into())], Some("extra_headers")),
            (|c| c.extra_headers = vec![("X Key".into(), "k".into())], Some("extra_headers")),
            (|c| c.extra_headers = vec![("X-Key".into(), "k\n".into())], Some("extra_headers")),
            (|c| c.extra_headers = vec![("authorization".into(), "k".into())], Some("extra_headers")),
        ];
        for (change, field) in cases {
            let mut config = valid();
            change(&mut config);
            let error = config.check().err();
            assert_eq!(error.as_ref().and_then(Error::field), *field, "{config:?}");
            assert!(error.is_none_or(|error| error.code() == ErrorCode::InvalidConfig));
        }
    }

    #[test]
    fn a_configuration_file_needs_three_settings_and_allows_no_unknown_one() {
        let text = r#"{"base_url": "https://vip.example.com", "token": "agent", "guid": "{A}"}"#;
        let config: SandyConfig = serde_json::from_str(text).unwrap();
        assert_eq!(config, SandyConfig::new("https://vip.example.com", "agent", "{A}"));
        let text = r#"{"base_url": "x", "token": "x", "guid": "x", "offline_amount": "remote", "sole_writer": true}"#;
        let config: SandyConfig = serde_json::from_str(text).unwrap();
        assert!(config.sole_writer && config.offline_amount == OfflineAmount::Remote);
        let text = r#"{"base_url": "x", "token": "x", "guid": "x", "sole_writter": true}"#;
        assert!(serde_json::from_str::<SandyConfig>(text).is_err());
    }

    #[test]
    fn secrets_are_shown_neither_by_debug_nor_by_errors() {
        let mut config = valid();
        config.token = "s3cret".into();
        config.extra_headers = vec![("X-Key".into(), "s3cret".into())];
        assert!(!format!("{config:?}").contains("s3cret"));
        config.token = "s3cret\n".into();
        let error = config.check().unwrap_err();
        assert!(!format!("{error} {error:?}").contains("s3cret"));
    }

    #[test]
    fn slashes_at_the_end_of_the_base_are_not_doubled() {
        assert_eq!(SandyConfig::new("https://a.example/x//", "t", "g").base(), "https://a.example/x");
    }
}
