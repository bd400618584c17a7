//! What an installation must tell of its Freemud remote.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::key::{PrivateKey, PublicKey};
use crate::error::{Error, Result};
use crate::provider::settings::{self, base_url, extra_headers, header_value, text, within};

/// What an `amount` counts that Freemud computes points from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FreemudAmountUnit {
    /// 0.01 yuan, always a whole number.
    #[default]
    Fen,
    /// Yuan, with decimals where there are any.
    Yuan,
}

/// How a member comes to be registered, as Freemud files it (1.6, `registerType`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FreemudRegisterType {
    /// 1: at a store.
    Store,
    /// 2: on a page.
    Page,
    /// 3: by taking a card.
    CardTaken,
    /// 4: by scanning a code.
    Scan,
    /// 5: by paying.
    Payment,
}

impl FreemudRegisterType {
    pub(super) fn code(self) -> &'static str {
        match self {
            FreemudRegisterType::Store => "1",
            FreemudRegisterType::Page => "2",
            FreemudRegisterType::CardTaken => "3",
            FreemudRegisterType::Scan => "4",
            FreemudRegisterType::Payment => "5",
        }
    }
}

/// What a change of points is filed under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FreemudType {
    /// `operationType`: 1 to 17, where points are granted 1 to 10.
    pub operation: u8,
    /// `idempotencyBussinessType`: 1 to 16. Freemud requires one where points are granted.
    #[serde(default)]
    pub business: Option<u8>,
}

/// What each change of points is filed under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FreemudTypes {
    /// Points granted for a sale. Operation 1 (consume grant), business 6 (consume grant).
    pub accrue: FreemudType,
    /// Points paid with. Operation 14 (points payment), business 5 (points payment).
    pub redeem: FreemudType,
    /// Points given back that had been paid with. Operation 2 (points payment returned), business 5 (points payment).
    pub give_back: FreemudType,
    /// Points taken back that had been granted. Operation 15 (consume grant taken back), business 6 (consume grant).
    pub take_back: FreemudType,
    /// A correction upwards. Operation 4 (by hand), no business.
    pub raise: FreemudType,
    /// A correction downwards. Operation 11 (by hand), no business.
    pub lower: FreemudType,
    /// All points of an order given back at once (2.3). Operation 2 (points payment returned), no business.
    pub return_order: FreemudType,
}

impl Default for FreemudTypes {
    fn default() -> Self {
        let of = |operation, business| FreemudType { operation, business };
        FreemudTypes {
            accrue: of(1, Some(6)),
            redeem: of(14, Some(5)),
            give_back: of(2, Some(5)),
            take_back: of(15, Some(6)),
            raise: of(4, None),
            lower: of(11, None),
            return_order: of(2, None),
        }
    }
}

/// How to reach a Freemud remote, and what may be assumed of it.
///
/// ```
/// use tillbook::{FreemudConfig, FreemudRegisterType};
///
/// let mut config =
///     FreemudConfig::new("https://api.example.com", "2eb5c8f1", "1864", "token", "xcx", FreemudRegisterType::Store);
/// assert_eq!(config.check().unwrap_err().field(), Some("private_key"));
/// config.unsigned = true; // a test installation; otherwise private_key holds a PEM
/// config.check()?;
/// # Ok::<(), tillbook::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FreemudConfig {
    /// Scheme and host, with a port or a path where needed: what stands in front of `/member/`.
    #[serde(serialize_with = "crate::secret::url::serialize")]
    pub base_url: String,
    /// `appId`, as Freemud issued it.
    pub app_id: String,
    /// `partnerId`: the merchant.
    pub partner_id: String,
    /// The header `access_token`, as Freemud issued it. Never shown.
    #[serde(with = "crate::secret::text")]
    pub access_token: String,
    /// `channelCode` that members are registered under: `xcx`, `dcxcx`, `ptxcx`, `wcxcx`, or what Freemud agreed to.
    pub channel_code: String,
    /// `registerType` that members are registered under.
    pub register_type: FreemudRegisterType,
    /// The key that requests are signed with: RSA of 2048 bits or more, PKCS#8, in PEM. Required unless `unsigned`. Never
    /// shown.
    #[serde(default, with = "crate::secret::optional")]
    pub private_key: Option<String>,
    /// Sends `skip` in place of a signature, which test installations accept. Not beside a key. Default false.
    #[serde(default)]
    pub unsigned: bool,
    /// Freemud's public key in PEM. With it, an answer whose signature is missing or wrong counts as no answer. Without it,
    /// answers are taken as they come.
    #[serde(default, with = "crate::secret::optional")]
    pub platform_key: Option<String>,
    /// Accepts pushes without a signature that was verified. A wrong signature is refused all the same where `platform_key`
    /// is set. Default false.
    #[serde(default)]
    pub accept_unsigned_pushes: bool,
    /// How a member's `thirdPartyCode` is made up, with at least one of `{phone}`, `{card}` (the till's number) and `{key}`
    /// (unique for each registration). Freemud registers nobody without one or a WeChat id, so that without this setting
    /// registering is unsupported.
    #[serde(default)]
    pub third_party_code: Option<String>,
    /// `cardId`: the kind of card that a member is given, sent with the till's number as `cardCode`. Default: neither is
    /// sent.
    #[serde(default)]
    pub card_id: Option<String>,
    /// `registerStoreCode`. Default: not sent.
    #[serde(default)]
    pub register_store_code: Option<String>,
    /// `registerInitData`: five digits joined by `#`, each 1 (wanted) or 2 (not wanted), for points, stored value, the gift
    /// for registering, one that Freemud does not name, and a WeChat message. Default `1#1#2#2#2`.
    #[serde(default = "register_init_data")]
    pub register_init_data: String,
    /// What an amount counts that points are computed from. Default [`FreemudAmountUnit::Fen`].
    #[serde(default)]
    pub amount_unit: FreemudAmountUnit,
    /// What changes of points are filed under. Defaults as documented at its fields.
    #[serde(default)]
    pub types: FreemudTypes,
    /// Status codes by which 1.1 and 2.4 say that there is no such member. None is documented; a message with `会员不存在`
    /// is understood without this. Default none.
    #[serde(default)]
    pub no_member_codes: Vec<String>,
    /// Status codes by which a change of points that is sent once more is recognised, and so has been carried out. None is
    /// documented. Default none: such an answer waits for a person.
    #[serde(default)]
    pub duplicate_codes: Vec<String>,
    /// Status codes of a plain no, as for too few points. None is documented. Default none: such an answer waits for a person.
    #[serde(default)]
    pub refusal_codes: Vec<String>,
    /// Status codes by which nobody is served, as for a signature or a token that is not accepted. Nothing more is sent until a
    /// read succeeds. None is documented. Default none: such an answer to a change waits for a person.
    #[serde(default)]
    pub halt_codes: Vec<String>,
    /// The longest `idempotencyBussinessId`. 8 to 64, default 32.
    #[serde(default = "key_chars")]
    pub key_chars: u32,
    /// How long, in seconds, Freemud recognises an `idempotencyBussinessId`. An outcome that is unknown for longer waits for
    /// a person. 1 to 315,360,000 (ten years), default 86,400 (a day).
    #[serde(default = "key_life_s")]
    pub key_life_s: u64,
    /// True where nobody but this till changes its members' points. What the figures show then proves an unanswered
    /// operation. Default false.
    #[serde(default)]
    pub sole_writer: bool,
    /// How long after its end, in milliseconds, a request may still take effect. 1 to 3,600,000, default 120,000.
    #[serde(default = "settings::quiet_period_ms")]
    pub quiet_period_ms: u64,
    /// How long one request may take, in milliseconds, from looking up the name to the answer's last byte. 1 to 600,000,
    /// default 10,000.
    #[serde(default = "settings::request_timeout_ms")]
    pub request_timeout_ms: u64,
    /// Allows `http:` to another machine, which shows the token and all personal data to the network in between. A loopback
    /// address needs no permission. Default false.
    #[serde(default)]
    pub allow_plain_http: bool,
    /// Header fields to send with every request, as a gateway in between may ask for. Values are never shown.
    #[serde(default, with = "crate::secret::headers")]
    pub extra_headers: Vec<(String, String)>,
}

fn register_init_data() -> String {
    "1#1#2#2#2".to_owned()
}

const fn key_chars() -> u32 {
    32
}

const fn key_life_s() -> u64 {
    86_400
}

/// What a [`FreemudConfig::third_party_code`] may hold.
const PLACEHOLDERS: [&str; 3] = ["{phone}", "{card}", "{key}"];

impl FreemudConfig {
    /// The six things that have no default; all else as documented at the fields. `private_key` or `unsigned` has to be
    /// set too.
    #[must_use]
    pub fn new(
        base_url: impl Into<String>,
        app_id: impl Into<String>,
        partner_id: impl Into<String>,
        access_token: impl Into<String>,
        channel_code: impl Into<String>,
        register_type: FreemudRegisterType,
    ) -> Self {
        FreemudConfig {
            base_url: base_url.into(),
            app_id: app_id.into(),
            partner_id: partner_id.into(),
            access_token: access_token.into(),
            channel_code: channel_code.into(),
            register_type,
            private_key: None,
            unsigned: false,
            platform_key: None,
            accept_unsigned_pushes: false,
            third_party_code: None,
            card_id: None,
            register_store_code: None,
            register_init_data: register_init_data(),
            amount_unit: FreemudAmountUnit::default(),
            types: FreemudTypes::default(),
            no_member_codes: Vec::new(),
            duplicate_codes: Vec::new(),
            refusal_codes: Vec::new(),
            halt_codes: Vec::new(),
            key_chars: key_chars(),
            key_life_s: key_life_s(),
            sole_writer: false,
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
        text("app_id", &self.app_id)?;
        text("partner_id", &self.partner_id)?;
        header_value("access_token", &self.access_token)?;
        text("channel_code", &self.channel_code)?;
        self.check_keys()?;
        self.check_registration()?;
        self.check_types()?;
        for (key, codes) in [
            ("no_member_codes", &self.no_member_codes),
            ("duplicate_codes", &self.duplicate_codes),
            ("refusal_codes", &self.refusal_codes),
            ("halt_codes", &self.halt_codes),
        ] {
            codes.iter().try_for_each(|code| text(key, code))?;
            // Success, the vendor's own refusal of a parameter, and an internal error mean what they mean.
            if codes.iter().any(|code| ["100", "21", "500"].contains(&code.as_str())) {
                return Err(Error::config(key, "must not hold 100, 21 or 500"));
            }
        }
        within("key_chars", u64::from(self.key_chars), 8, 64)?;
        within("key_life_s", self.key_life_s, 1, 315_360_000)?;
        settings::quiet_period_within(self.quiet_period_ms)?;
        settings::request_timeout_within(self.request_timeout_ms)?;
        extra_headers(&self.extra_headers, &["accept", "access_token", "x-transaction-id"])
    }

    fn check_keys(&self) -> Result<()> {
        match (&self.private_key, self.unsigned) {
            (None, false) => return Err(Error::config("private_key", "must be given unless unsigned is set")),
            (Some(_), true) => return Err(Error::config("unsigned", "must not be set beside a private_key")),
            (Some(pem), false) if PrivateKey::from_pem(pem).is_none() => {
                let rule = "must be an RSA key of 2048 bits or more, PKCS#8 in PEM, not encrypted";
                return Err(Error::config("private_key", rule));
            }
            _ => {}
        }
        match &self.platform_key {
            Some(pem) if PublicKey::from_pem(pem).is_none() => {
                Err(Error::config("platform_key", "must be a public RSA key of 2048 bits or more in PEM"))
            }
            _ => Ok(()),
        }
    }

    fn check_registration(&self) -> Result<()> {
        if let Some(scheme) = &self.third_party_code {
            text("third_party_code", scheme)?;
            let bare = PLACEHOLDERS.iter().fold(scheme.clone(), |text, name| text.replace(name, ""));
            if bare == *scheme || bare.contains(['{', '}']) {
                let rule = "must hold {phone}, {card} or {key}, and no other braces";
                return Err(Error::config("third_party_code", rule));
            }
        }
        if let Some(card_id) = &self.card_id {
            text("card_id", card_id)?;
        }
        if let Some(code) = &self.register_store_code {
            text("register_store_code", code)?;
        }
        let digits: Vec<&str> = self.register_init_data.split('#').collect();
        if digits.len() != 5 || !digits.iter().all(|digit| ["1", "2"].contains(digit)) {
            return Err(Error::config("register_init_data", "must be five digits joined by #, each 1 or 2"));
        }
        Ok(())
    }

    fn check_types(&self) -> Result<()> {
        let types = &self.types;
        // 2.2 knows operations 1 to 10 and requires one of 16 businesses, 1.3 knows 17 and 12; 2.1 and 2.3 as 1.3.
        for (key, filed, grants) in [
            ("types.accrue", types.accrue, true),
            ("types.give_back", types.give_back, true),
            ("types.redeem", types.redeem, false),
            ("types.take_back", types.take_back, false),
            ("types.raise", types.raise, false),
            ("types.lower", types.lower, false),
            ("types.return_order", types.return_order, false),
        ] {
            let (operations, businesses) = if grants { (10, 16) } else { (17, 12) };
            if !(1..=operations).contains(&filed.operation) {
                return Err(Error::config(key, format!("must have an operation of 1 to {operations}")));
            }
            if !filed.business.map_or(!grants, |business| (1..=businesses).contains(&business)) {
                return Err(Error::config(key, format!("must have a business of 1 to {businesses}")));
            }
        }
        Ok(())
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

impl fmt::Debug for FreemudConfig {
    /// Neither the token, nor the private key, nor the values of extra headers are shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let extra = settings::names(&self.extra_headers);
        f.debug_struct("FreemudConfig")
            .field("base_url", &crate::secret::url::shown(&self.base_url))
            .field("app_id", &self.app_id)
            .field("partner_id", &self.partner_id)
            .field("access_token", &"***")
            .field("channel_code", &self.channel_code)
            .field("register_type", &self.register_type)
            .field("private_key", &self.private_key.as_ref().map(|_| "***"))
            .field("unsigned", &self.unsigned)
            .field("platform_key", &self.platform_key.is_some())
            .field("accept_unsigned_pushes", &self.accept_unsigned_pushes)
            .field("third_party_code", &self.third_party_code)
            .field("card_id", &self.card_id)
            .field("register_store_code", &self.register_store_code)
            .field("register_init_data", &self.register_init_data)
            .field("amount_unit", &self.amount_unit)
            .field("types", &self.types)
            .field("no_member_codes", &self.no_member_codes)
            .field("duplicate_codes", &self.duplicate_codes)
            .field("refusal_codes", &self.refusal_codes)
            .field("halt_codes", &self.halt_codes)
            .field("key_chars", &self.key_chars)
            .field("key_life_s", &self.key_life_s)
            .field("sole_writer", &self.sole_writer)
            .field("quiet_period_ms", &self.quiet_period_ms)
            .field("request_timeout_ms", &self.request_timeout_ms)
            .field("allow_plain_http", &self.allow_plain_http)
            .field("extra_headers", &extra)
            .finish()
    }
}
