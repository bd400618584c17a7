//! Secrets of a configuration: given as they are, or by where the host keeps them; and never shown.
//!
//! While a configuration is read, a secret that stands elsewhere is held as a reference: a text that begins with NUL, which no
//! secret of a remote may hold. [`Config::from_json_with`](crate::Config::from_json_with) replaces each by what it names.

use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde::ser::{SerializeSeq, Serializer};

use crate::error::{Error, Result};

/// Where a host keeps the secrets that a configuration asks for as `{"host": "name"}`: a key ring, a vault, its own settings.
///
/// A closure is one:
///
/// ```
/// use tillbook::Config;
///
/// let text = r#"{
///     "merchant": "Noodle House", "store": "1", "till": "3",
///     "sandy": {"base_url": "http://127.0.0.1:8787", "token": {"host": "sandy-agent"}, "guid": "{DEFAULT-AUTO-1}"}
/// }"#;
/// let keyring = |name: &str| (name == "sandy-agent").then(|| "s3cret".to_owned());
/// let config = Config::from_json_with(text, &keyring)?;
/// assert_eq!(config.sandy.unwrap().token, "s3cret");
/// # Ok::<(), tillbook::Error>(())
/// ```
pub trait SecretSource {
    /// The secret of this name, or `None` where there is none.
    fn secret(&self, name: &str) -> Option<String>;
}

impl<F: Fn(&str) -> Option<String>> SecretSource for F {
    fn secret(&self, name: &str) -> Option<String> {
        self(name)
    }
}

/// What stands in place of a secret wherever a configuration is shown. It is refused as a secret: nobody means it.
pub(crate) const MASK: &str = "***";

/// The rules that a text in a secret's place may break; [`config::file`](crate::config) knows them again.
pub(crate) const IS_MASK: &str = "must be the secret itself, not its mask";
pub(crate) const HOLDS_NUL: &str = "must hold no NUL";
pub(crate) const ONE_PLACE: &str = "must be the secret or one of env, file, host";

/// No file of a secret is longer.
const MAX_BYTES: u64 = 64 * 1024;

/// Where a secret stands that is not in the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Env,
    File,
    Host,
}

impl Place {
    const ALL: [(&'static str, Place); 3] = [("env", Place::Env), ("file", Place::File), ("host", Place::Host)];

    fn key(self) -> &'static str {
        Place::ALL.iter().find(|(_, place)| *place == self).map_or("", |(key, _)| key)
    }
}

fn reference(place: Place, name: &str) -> String {
    format!("\0{}\0{name}", place.key())
}

fn referred(text: &str) -> Option<(Place, &str)> {
    let (key, name) = text.strip_prefix('\0')?.split_once('\0')?;
    Some((Place::ALL.iter().find(|(known, _)| *known == key)?.1, name))
}

/// Whether a secret is still only named.
pub(crate) fn is_reference(text: &str) -> bool {
    referred(text).is_some()
}

/// What references are looked up in.
pub(crate) struct Places<'a> {
    pub(crate) env: &'a dyn Fn(&str) -> Option<String>,
    pub(crate) host: Option<&'a dyn SecretSource>,
    /// What relative paths begin at; none: they are refused.
    pub(crate) folder: Option<&'a Path>,
}

impl Places<'_> {
    /// Puts the secret in place of a reference to it.
    ///
    /// Errors name the key and, in the rule, the variable, the file or the host's name for it; never a value.
    pub(crate) fn resolve(&self, key: &str, text: &mut String) -> Result<()> {
        let Some((place, name)) = referred(text) else { return Ok(()) };
        let secret = match place {
            Place::Env => (self.env)(name)
                .filter(|secret| !secret.is_empty())
                .ok_or_else(|| missing(key, "must be set in the environment", name))?,
            Place::Host => self
                .host
                .ok_or_else(|| missing(key, "must be resolved by the host, which gave no source", name))?
                .secret(name)
                .filter(|secret| !secret.is_empty())
                .ok_or_else(|| missing(key, "must be known to the host", name))?,
            Place::File => self.file(key, name)?,
        };
        *text = refuse(&secret).map_or(Ok(secret), |rule| Err(missing(key, rule, name)))?;
        Ok(())
    }

    /// A secret that is mounted as a file: its text without the line's end that editors put there.
    fn file(&self, key: &str, name: &str) -> Result<String> {
        let path = match self.folder {
            _ if Path::new(name).is_absolute() => PathBuf::from(name),
            Some(folder) => folder.join(name),
            None => return Err(missing(key, "must name a file by its full path", name)),
        };
        let mut bytes = Vec::new();
        let file = std::fs::File::open(path).map_err(|error| missing(key, &unreadable(&error), name))?;
        if others_may_read(&file) {
            crate::event::event!(SECRET_FILE_OPEN, key = key);
        }
        file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|error| missing(key, &unreadable(&error), name))?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(missing(key, "must be at most 64 KiB", name));
        }
        let text = String::from_utf8(bytes).map_err(|_| missing(key, "must be UTF-8", name))?;
        // Editors on Windows put a mark in front, which is no part of a secret and is seen nowhere.
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let text = text.strip_suffix('\n').unwrap_or(text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        if text.is_empty() {
            return Err(missing(key, "must not be empty", name));
        }
        Ok(text.to_owned())
    }
}

fn unreadable(error: &std::io::Error) -> String {
    format!("can't be read: {}", error.kind())
}

/// Mounted secrets are often readable for all of a container's users, so that this is told and not refused.
fn others_may_read(file: &std::fs::File) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.metadata().is_ok_and(|file| file.permissions().mode() & 0o004 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        false
    }
}

/// The name is shown: it stands in the configuration, and whoever mends it has to know which one is meant.
fn missing(key: &str, rule: &str, name: &str) -> Error {
    let shown: String = name.chars().take(120).flat_map(char::escape_debug).collect();
    Error::config(key.to_owned(), format!("{rule}: {shown}"))
}

/// The rule that no secret may break, whichever remote it is for.
fn refuse(secret: &str) -> Option<&'static str> {
    match secret {
        MASK => Some(IS_MASK),
        _ if secret.contains('\0') => Some(HOLDS_NUL),
        _ => None,
    }
}

/// A secret as a configuration gives it.
struct Given(String);

impl<'de> Deserialize<'de> for Given {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = Given;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> std::result::Result<Given, E> {
                refuse(text).map_or_else(|| Ok(Given(text.to_owned())), |rule| Err(E::custom(rule)))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut given: A) -> std::result::Result<Given, A::Error> {
                let mut found = None;
                while let Some(key) = given.next_key::<String>()? {
                    let Some((_, place)) = Place::ALL.iter().find(|(known, _)| *known == key) else {
                        return Err(A::Error::custom(ONE_PLACE));
                    };
                    let name: String = given.next_value()?;
                    if found.is_some() || name.is_empty() || name.contains('\0') {
                        return Err(A::Error::custom(ONE_PLACE));
                    }
                    found = Some(reference(*place, &name));
                }
                found.map(Given).ok_or_else(|| A::Error::custom(ONE_PLACE))
            }
        }

        deserializer.deserialize_any(Either)
    }
}

/// A secret that has to be there: `#[serde(with = "secret::text")]`.
pub(crate) mod text {
    use super::*;

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<String, D::Error> {
        Given::deserialize(deserializer).map(|given| given.0)
    }

    pub(crate) fn serialize<S: Serializer>(_: &str, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(MASK)
    }
}

/// One that may be missing.
pub(crate) mod optional {
    use super::*;

    pub(crate) fn deserialize<'de, D>(deserializer: D) -> std::result::Result<Option<String>, D::Error>
    where
        D: Deserializer<'de>,
    {
        Ok(Option::<Given>::deserialize(deserializer)?.map(|given| given.0))
    }

    pub(crate) fn serialize<S: Serializer>(
        secret: &Option<String>,
        serializer: S,
    ) -> std::result::Result<S::Ok, S::Error> {
        match secret {
            Some(_) => serializer.serialize_str(MASK),
            None => serializer.serialize_none(),
        }
    }
}

/// Header fields, whose values may be secrets.
pub(crate) mod headers {
    use super::*;

    pub(crate) fn deserialize<'de, D>(deserializer: D) -> std::result::Result<Vec<(String, String)>, D::Error>
    where
        D: Deserializer<'de>,
    {
        let given = Vec::<(String, Given)>::deserialize(deserializer)?;
        Ok(given.into_iter().map(|(name, value)| (name, value.0)).collect())
    }

    pub(crate) fn serialize<S: Serializer>(
        headers: &[(String, String)],
        serializer: S,
    ) -> std::result::Result<S::Ok, S::Error> {
        let mut shown = serializer.serialize_seq(Some(headers.len()))?;
        for (name, _) in headers {
            shown.serialize_element(&(name, MASK))?;
        }
        shown.end()
    }
}

/// An address without what may stand in it besides: a user's name and password, a query.
pub(crate) mod url {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(url: &str, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&shown(url))
    }

    pub(crate) fn shown(url: &str) -> String {
        let plain = &url[..url.find(['?', '#']).unwrap_or(url.len())];
        let (scheme, rest) = plain.split_once("://").map_or(("", plain), |(scheme, rest)| (scheme, rest));
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let host = authority.rsplit('@').next().unwrap_or_default();
        if scheme.is_empty() { format!("{host}{path}") } else { format!("{scheme}://{host}{path}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Config, ErrorCode};

    fn with(token: &str) -> String {
        format!(
            r#"{{"merchant": "m", "store": "s", "till": "t",
                 "sandy": {{"base_url": "http://127.0.0.1:9", "token": {token}, "guid": "{{G}}"}}}}"#
        )
    }

    fn read(token: &str, folder: Option<&Path>) -> Result<String> {
        let env = |name: &str| match name {
            "TOKEN" => Some("s3cr3t-env".to_owned()),
            "EMPTY" => Some(String::new()),
            "MASKED" => Some(MASK.to_owned()),
            "SPACED" => Some(" s3cr3t ".to_owned()),
            _ => None,
        };
        let host = |name: &str| (name == "token").then(|| "s3cr3t-host".to_owned());
        let places = Places { env: &env, host: Some(&host), folder };
        Config::read(&with(token), &places).map(|config| config.sandy.map(|sandy| sandy.token).unwrap_or_default())
    }

    #[test]
    fn a_secret_may_stand_in_the_environment_with_the_host_or_in_a_file() {
        let dir = tempfile::tempdir().expect("a folder");
        for (name, text) in
            [("plain", "s3cr3t-file"), ("line", "s3cr3t-file\n"), ("windows", "\u{feff}s3cr3t-file\r\n")]
        {
            std::fs::write(dir.path().join(name), text).expect("a file");
            let full = dir.path().join(name);
            let token = serde_json::json!({"file": full.to_str().expect("a path")}).to_string();
            assert_eq!(read(&token, None).expect("a secret"), "s3cr3t-file", "{name}");
            let token = format!(r#"{{"file": "{name}"}}"#);
            assert_eq!(read(&token, Some(dir.path())).expect("a secret"), "s3cr3t-file", "{name}");
        }
        assert_eq!(read(r#""literal""#, None).expect("a secret"), "literal");
        assert_eq!(read(r#"{"env": "TOKEN"}"#, None).expect("a secret"), "s3cr3t-env");
        assert_eq!(read(r#"{"host": "token"}"#, None).expect("a secret"), "s3cr3t-host");
    }

    #[test]
    fn what_is_missing_is_told_by_its_key_and_its_name_and_never_by_a_value() {
        let dir = tempfile::tempdir().expect("a folder");
        std::fs::write(dir.path().join("empty"), "\n").expect("a file");
        std::fs::write(dir.path().join("bytes"), [0xff, 0xfe]).expect("a file");
        std::fs::write(dir.path().join("long"), "x".repeat(70_000)).expect("a file");
        let cases = [
            (r#"{"env": "NO_SUCH"}"#, "must be set in the environment: NO_SUCH"),
            (r#"{"env": "EMPTY"}"#, "must be set in the environment: EMPTY"),
            (r#"{"env": "MASKED"}"#, "must be the secret itself, not its mask: MASKED"),
            (r#"{"env": "SPACED"}"#, "must be visible ASCII without spaces at its ends"),
            (r#"{"host": "none"}"#, "must be known to the host: none"),
            (r#"{"file": "empty"}"#, "must not be empty: empty"),
            (r#"{"file": "bytes"}"#, "must be UTF-8: bytes"),
            (r#"{"file": "long"}"#, "must be at most 64 KiB: long"),
            (r#"{"file": "none"}"#, "can't be read: entity not found: none"),
            (r#"{"vault": "x"}"#, ONE_PLACE),
            (r#"{"env": "TOKEN", "host": "token"}"#, ONE_PLACE),
            (r#"{"env": ""}"#, ONE_PLACE),
            (r#"{}"#, ONE_PLACE),
            (r#""***""#, IS_MASK),
            (r#""\u0000env\u0000TOKEN""#, HOLDS_NUL),
            (r#"7"#, "must be a string"),
            (r#"null"#, "must be a string"),
            (r#"["TOKEN"]"#, "must be a string"),
        ];
        for (token, rule) in cases {
            let error = read(token, Some(dir.path())).expect_err(token);
            assert_eq!(
                (error.code(), error.field()),
                (ErrorCode::InvalidConfig, Some("sandy.token")),
                "{token}: {error}"
            );
            assert_eq!(error.to_string(), format!("setting sandy.token {rule}"), "{token}");
            // Whoever mends it reads either language.
            let name = rule.rsplit_once(": ").map_or("", |(_, name)| name);
            assert!(error.message(crate::Language::Chinese).contains(name), "{token}");
            let told = format!("{error:?} {}", error.message(crate::Language::Chinese));
            assert!(!told.contains("s3cr3t"), "{told}");
        }
        let error = read(r#"{"env": 5}"#, None).expect_err("a number");
        assert_eq!(error.to_string(), "setting sandy.token.env must be a string");
        let error = read(r#"{"file": "plain"}"#, None).expect_err("a relative path");
        assert_eq!(error.to_string(), "setting sandy.token must name a file by its full path: plain");
        let error = Config::from_json(&with(r#"{"host": "token"}"#)).expect_err("no host");
        assert_eq!(error.to_string(), "setting sandy.token must be resolved by the host, which gave no source: token");
    }

    #[test]
    fn a_reference_that_nobody_resolved_opens_no_till() {
        let config: Config = serde_json::from_str(&with(r#"{"env": "TOKEN"}"#)).expect("a configuration");
        let error = config.check().expect_err("unresolved");
        assert_eq!((error.code(), error.field()), (ErrorCode::InvalidConfig, Some("sandy.token")));
    }

    #[test]
    fn an_address_is_shown_without_user_and_query() {
        let cases = [
            ("https://a.example/x", "https://a.example/x"),
            ("https://u:s3cr3t@a.example:8443/x?token=s3cr3t", "https://a.example:8443/x"),
            ("u:s3cr3t@a.example", "a.example"),
            ("https://a.example#s3cr3t", "https://a.example"),
            ("", ""),
        ];
        for (address, shown) in cases {
            assert_eq!(url::shown(address), shown);
        }
    }
}
