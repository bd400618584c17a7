//! Rules that the settings of every remote have in common. No error shows a value: any of them may be a secret.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::net::IpAddr;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};

use crate::error::{Error, Result};

/// Scheme, host, perhaps a port and a path, and nothing else. `http:` only to this machine, unless it is allowed.
pub(super) fn base_url(url: &str, allow_plain_http: bool) -> Result<()> {
    let bad = |rule: &str| Err(Error::config("base_url", rule));
    let lower = url.to_ascii_lowercase();
    let (plain, rest) = match (lower.strip_prefix("http://"), lower.strip_prefix("https://")) {
        (Some(rest), _) => (true, rest),
        (_, Some(rest)) => (false, rest),
        _ => return bad("must begin with http:// or https://"),
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let allowed_in_path = |b: u8| b.is_ascii_alphanumeric() || b"/-._~%".contains(&b);
    if !path.bytes().all(allowed_in_path) {
        return bad("must hold no query, no fragment and no characters outside of a path");
    }
    let Some(host) = host_of(authority) else {
        return bad("must hold a host and nothing else in front of its path but a port");
    };
    let loopback = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    if plain && !loopback && !allow_plain_http {
        return bad("must begin with https:// unless allow_plain_http is set");
    }
    Ok(())
}

/// The host of a base URL that was checked, in lower case.
pub(crate) fn host(url: &str) -> Option<String> {
    let lower = url.to_ascii_lowercase();
    let rest = lower.strip_prefix("http://").or_else(|| lower.strip_prefix("https://"))?;
    host_of(&rest[..rest.find('/').unwrap_or(rest.len())]).map(ToOwned::to_owned)
}

/// Whether it is a host's name or address alone.
pub(crate) fn is_host(text: &str) -> bool {
    let v6 = text.parse::<std::net::Ipv6Addr>().is_ok();
    v6 || host_of(&text.to_ascii_lowercase()).is_some_and(|host| host.len() == text.len())
}

/// This machine itself, or a name that the domain name system keeps for tests. Addresses of a private network are not among
/// them: many a shop's live server stands in its back room.
pub(crate) fn is_for_tests(host: &str) -> bool {
    let loopback = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    loopback || host.rsplit_once('.').is_some_and(|(_, top)| ["test", "localhost", "invalid"].contains(&top))
}

/// The host of `host`, `host:port`, `[v6]` or `[v6]:port`.
fn host_of(authority: &str) -> Option<&str> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']')?;
            host.parse::<std::net::Ipv6Addr>().ok()?;
            (host, if port.is_empty() { None } else { Some(port.strip_prefix(':')?) })
        }
        None => {
            let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
            let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.';
            if host.is_empty() || !host.bytes().all(allowed) {
                return None;
            }
            (host, port)
        }
    };
    match port {
        None => Some(host),
        Some(port) if port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|p| p > 0) => {
            Some(host)
        }
        Some(_) => None,
    }
}

/// A base URL as requests use it: without a slash at its end.
pub(super) fn base(url: &str) -> &str {
    url.trim_end_matches('/')
}

/// Visible ASCII with inner spaces: what every HTTP library sends unchanged, and nothing that ends a field.
pub(super) fn header_value(key: &'static str, value: &str) -> Result<()> {
    if value.trim().is_empty() {
        return Err(Error::config(key, "must not be empty"));
    }
    if value.trim() != value || !value.bytes().all(|b| b.is_ascii_graphic() || b == b' ') {
        return Err(Error::config(key, "must be visible ASCII without spaces at its ends"));
    }
    Ok(())
}

/// Header fields that an installation adds. `own`: those that the provider sets, besides the transport's.
pub(super) fn extra_headers(headers: &[(String, String)], own: &[&str]) -> Result<()> {
    const TRANSPORT: [&str; 7] =
        ["content-type", "content-length", "content-encoding", "host", "connection", "transfer-encoding", "expect"];
    for (name, value) in headers {
        let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
        if name.is_empty() || !name.bytes().all(token) {
            return Err(Error::config("extra_headers", "must have names that HTTP allows"));
        }
        if TRANSPORT.iter().chain(own).any(|own| name.eq_ignore_ascii_case(own)) {
            return Err(Error::config("extra_headers", "must not replace a field that every request has"));
        }
        header_value("extra_headers", value)?;
    }
    Ok(())
}

/// The names of header fields, for `Debug`: their values may be secrets.
pub(super) fn names(headers: &[(String, String)]) -> Vec<&str> {
    headers.iter().map(|(name, _)| name.as_str()).collect()
}

/// A text that goes into a body: anything that is there and can be printed.
pub(super) fn text(key: &'static str, value: &str) -> Result<()> {
    if value.trim().is_empty() || value.chars().any(char::is_control) {
        return Err(Error::config(key, "must not be empty and hold no control characters"));
    }
    Ok(())
}

pub(super) fn within(key: &'static str, value: u64, least: u64, most: u64) -> Result<()> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(Error::config(key, format!("must be {least} to {most}")))
}

/// A map in which a key that stands twice is an error, as it is in a struct.
pub(super) fn each_key_once<'de, D, V>(deserializer: D) -> std::result::Result<BTreeMap<String, V>, D::Error>
where
    D: Deserializer<'de>,
    V: Deserialize<'de>,
{
    struct EachOnce<V>(PhantomData<V>);

    impl<'de, V: Deserialize<'de>> Visitor<'de> for EachOnce<V> {
        type Value = BTreeMap<String, V>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a map")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut given: A) -> std::result::Result<Self::Value, A::Error> {
            let mut map = BTreeMap::new();
            while let Some((key, value)) = given.next_entry::<String, V>()? {
                if map.contains_key(&key) {
                    return Err(A::Error::custom(format_args!("duplicate field `{key}`")));
                }
                map.insert(key, value);
            }
            Ok(map)
        }
    }

    deserializer.deserialize_map(EachOnce(PhantomData))
}

/// The default of `quiet_period_ms`, in milliseconds.
pub(super) const fn quiet_period_ms() -> u64 {
    120_000
}

/// The default of `request_timeout_ms`, in milliseconds.
pub(super) const fn request_timeout_ms() -> u64 {
    10_000
}

pub(super) fn quiet_period_within(millis: u64) -> Result<()> {
    within("quiet_period_ms", millis, 1, 3_600_000)
}

pub(super) fn request_timeout_within(millis: u64) -> Result<()> {
    within("request_timeout_ms", millis, 1, 600_000)
}
