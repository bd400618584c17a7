//! What an installation must tell of its Gree platform.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::requests::method;
use crate::error::{Error, Result};
use crate::provider::settings;

/// In which unit a coupon's fees stand on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeeUnit {
    /// Fen: 1000 is ten yuan.
    Fen,
    /// Yuan: 10 is ten yuan.
    Yuan,
}

/// The unit of coupon fees, for each endpoint that carries any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CouponFeeUnits {
    /// In a member's coupons (5.5). The document does not say; its sample looks like yuan. Ask the platform.
    pub list: FeeUnit,
    /// In a new template (5.1). Default [`FeeUnit::Fen`], as the document says.
    #[serde(default = "fen")]
    pub template: FeeUnit,
}

const fn fen() -> FeeUnit {
    FeeUnit::Fen
}

/// What the 1 to 99 of a discount coupon means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DiscountMeans {
    /// The percentage that is paid: 88 pays 88 %.
    #[default]
    Paid,
    /// The percentage that is taken off: 12 pays 88 %.
    Off,
}

/// The events that the platform has registered for changes in points. Without its name a change is refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GreeEvents {
    /// Points granted.
    pub accrue: Option<String>,
    /// Points redeemed.
    pub redeem: Option<String>,
    /// A correction upwards.
    pub adjust_up: Option<String>,
    /// A correction downwards.
    pub adjust_down: Option<String>,
}

/// What a change in points names as its business number (`out_biz_no`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutBizNo {
    /// The caller's order number; the till's own key where there is none.
    Order,
    /// The till's own key, always.
    Key,
}

/// What a partial return of points (3.4.2) is sent under.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartChangeId {
    /// The key of the change that it undoes, as the document asks. It is what repetitions are recognised by, too: a change
    /// then allows one partial return.
    #[default]
    Original,
    /// A key of its own. The change is found by its business number alone.
    Own,
}

/// How a request writes a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListForm {
    /// As a string that holds JSON, as the document's tables say.
    #[default]
    String,
    /// As a JSON array, as some of its samples show.
    Array,
}

/// The verb of a method.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// POST, business parameters in the body.
    #[default]
    Post,
    /// GET, business parameters in the query, signed with the others.
    Get,
}

/// The platform's codes for what is wrong with a request's envelope. The document lists none of them; the defaults are
/// those of a sibling product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GreeCodes {
    /// The signature. Default 1006.
    pub bad_sign: Vec<i64>,
    /// The time that it was signed with. Default 1007.
    pub bad_timestamp: Vec<i64>,
    /// The access token. Default 1008.
    pub bad_access_token: Vec<i64>,
    /// The refresh token. Default 1009.
    pub bad_refresh_token: Vec<i64>,
}

impl Default for GreeCodes {
    fn default() -> Self {
        GreeCodes {
            bad_sign: vec![1006],
            bad_timestamp: vec![1007],
            bad_access_token: vec![1008],
            bad_refresh_token: vec![1009],
        }
    }
}

impl GreeCodes {
    fn all(&self) -> impl Iterator<Item = &i64> {
        let GreeCodes { bad_sign, bad_timestamp, bad_access_token, bad_refresh_token } = self;
        bad_sign.iter().chain(bad_timestamp).chain(bad_access_token).chain(bad_refresh_token)
    }

    /// Whether a code says that the request was not even looked into.
    pub(super) fn include(&self, code: &str) -> bool {
        self.all().any(|known| is(code, *known))
    }

    pub(super) fn is_bad_timestamp(&self, code: &str) -> bool {
        self.bad_timestamp.iter().any(|known| is(code, *known))
    }

    pub(super) fn is_bad_refresh_token(&self, code: &str) -> bool {
        self.bad_refresh_token.iter().any(|known| is(code, *known))
    }
}

fn is(code: &str, known: i64) -> bool {
    code.parse() == Ok(known)
}

/// How to reach a Gree platform, and what may be assumed of it.
///
/// ```
/// use tillbook::{CouponFeeUnits, FeeUnit, GreeConfig, OutBizNo};
///
/// let mut config = GreeConfig::new("https://ump.example.com", "app", "secret", "18756");
/// config.events.accrue = Some("event_add".into());
/// config.events.redeem = Some("event_subtract".into());
/// config.out_biz_no = Some(OutBizNo::Order);
/// config.coupon_fee_unit = Some(CouponFeeUnits { list: FeeUnit::Yuan, template: FeeUnit::Fen });
/// config.check()?;
///
/// config.app_secret.clear();
/// assert_eq!(config.check().unwrap_err().field(), Some("app_secret"));
/// # Ok::<(), tillbook::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GreeConfig {
    /// Scheme and host, with a port or a path where needed: what stands in front of `/gw/gateway/`.
    #[serde(serialize_with = "crate::secret::url::serialize")]
    pub base_url: String,
    /// Who asks, as the platform knows it.
    pub app_id: String,
    /// What requests are signed with. Never shown.
    #[serde(with = "crate::secret::text")]
    pub app_secret: String,
    /// The project, which is the store as the platform knows it. New members are registered for it.
    pub project_id: String,
    /// The store's number in orders and redemptions, where the platform has given one.
    #[serde(default)]
    pub store_id: Option<u64>,
    /// The shop's number in orders, where the platform has given one.
    #[serde(default)]
    pub shop_id: Option<u64>,
    /// The events that changes in points are sent as. None by default: a change without an event is refused.
    #[serde(default)]
    pub events: GreeEvents,
    /// What a change in points names as its business number. Without it changes in points are refused.
    #[serde(default)]
    pub out_biz_no: Option<OutBizNo>,
    /// What a partial return of points is sent under. Default [`PartChangeId::Original`].
    #[serde(default)]
    pub part_change_id: PartChangeId,
    /// True where the platform carries out one order of a number only, and one return. An unanswered one is then sent again;
    /// otherwise it waits for a person. Default false.
    #[serde(default)]
    pub order_no_unique: bool,
    /// Error codes by which an order or a return that is sent once more is recognised, and so has been carried out. Looked at
    /// with `order_no_unique` only; none is documented. Default none: such an answer waits for a person.
    #[serde(default)]
    pub duplicate_codes: Vec<String>,
    /// True where a pushed order brings its points by itself (`order_score`), so that they are not granted by a change of their
    /// own. Default true.
    #[serde(default = "yes")]
    pub order_awards_points: bool,
    /// The unit of coupon fees. Without it coupons are neither read nor used.
    #[serde(default)]
    pub coupon_fee_unit: Option<CouponFeeUnits>,
    /// What the number of a discount coupon means. Default [`DiscountMeans::Paid`].
    #[serde(default)]
    pub discount_fee: DiscountMeans,
    /// How requests write lists. Answers are understood in either form. Default [`ListForm::String`].
    #[serde(default)]
    pub lists: ListForm,
    /// The verb of each method that is not sent by POST, by the method's name (`wk.coupon.user.list`).
    #[serde(default, deserialize_with = "settings::each_key_once")]
    pub verbs: BTreeMap<String, Verb>,
    /// Messages, or parts of them, by which the platform says that it knows no such change in points, besides its code for
    /// that. Default: the one that the document cites.
    #[serde(default = "no_such_change")]
    pub no_such_change: Vec<String>,
    /// The codes for a bad signature, time or token.
    #[serde(default)]
    pub codes: GreeCodes,
    /// True where this till alone uses the `app_id`: it may then use up the daily quota of token calls. Otherwise the host
    /// supplies the tokens. Default false.
    #[serde(default)]
    pub sole_app_user: bool,
    /// True where nobody but this till writes to its members. A member found after an unanswered registration is then
    /// proven to be it; otherwise that is reported as inferred. Default false.
    #[serde(default)]
    pub sole_writer: bool,
    /// The longest `change_id`, order number and coupon number that the platform takes. 16 to 64, default 32.
    #[serde(default = "key_chars")]
    pub key_chars: usize,
    /// How long, in seconds, the platform recognises a `change_id`. At least 60; for ever by default, since the document
    /// names no end.
    #[serde(default)]
    pub key_life_s: Option<u64>,
    /// How long after its end, in milliseconds, a request may still take effect. 1 to 3,600,000, default 120,000.
    #[serde(default = "settings::quiet_period_ms")]
    pub quiet_period_ms: u64,
    /// How long one request may take, in milliseconds, from looking up the name to the answer's last byte. 1 to 600,000,
    /// default 10,000.
    #[serde(default = "settings::request_timeout_ms")]
    pub request_timeout_ms: u64,
    /// Allows `http:` to another machine, which shows tokens and all member data to the network in between. A loopback
    /// address needs no permission. Default false.
    #[serde(default)]
    pub allow_plain_http: bool,
    /// Header fields to send with every request, as a gateway in between may ask for. Values are never shown.
    #[serde(default, with = "crate::secret::headers")]
    pub extra_headers: Vec<(String, String)>,
}

const fn yes() -> bool {
    true
}

fn no_such_change() -> Vec<String> {
    vec!["未查询到该积分变更信息".to_owned()]
}

const fn key_chars() -> usize {
    32
}

impl GreeConfig {
    /// The four things that have no default; all else as documented at the fields.
    #[must_use]
    pub fn new(
        base_url: impl Into<String>,
        app_id: impl Into<String>,
        app_secret: impl Into<String>,
        project_id: impl Into<String>,
    ) -> Self {
        GreeConfig {
            base_url: base_url.into(),
            app_id: app_id.into(),
            app_secret: app_secret.into(),
            project_id: project_id.into(),
            store_id: None,
            shop_id: None,
            events: GreeEvents::default(),
            out_biz_no: None,
            part_change_id: PartChangeId::Original,
            order_no_unique: false,
            duplicate_codes: Vec::new(),
            order_awards_points: true,
            coupon_fee_unit: None,
            discount_fee: DiscountMeans::Paid,
            lists: ListForm::String,
            verbs: BTreeMap::new(),
            no_such_change: no_such_change(),
            codes: GreeCodes::default(),
            sole_app_user: false,
            sole_writer: false,
            key_chars: key_chars(),
            key_life_s: None,
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
        settings::base_url(&self.base_url, self.allow_plain_http)?;
        settings::header_value("app_id", &self.app_id)?;
        settings::header_value("app_secret", &self.app_secret)?;
        settings::text("project_id", &self.project_id)?;
        let GreeEvents { accrue, redeem, adjust_up, adjust_down } = &self.events;
        for (key, event) in [
            ("events.accrue", accrue),
            ("events.redeem", redeem),
            ("events.adjust_up", adjust_up),
            ("events.adjust_down", adjust_down),
        ] {
            if let Some(event) = event {
                settings::text(key, event)?;
            }
        }
        if !self.verbs.keys().all(|name| method::ALL.contains(&name.as_str())) {
            return Err(Error::config("verbs", "must name methods that the platform has"));
        }
        if self.no_such_change.iter().any(|message| message.trim().is_empty()) {
            return Err(Error::config("no_such_change", "must hold no empty message"));
        }
        if self.codes.all().any(|code| *code <= 0 || *code == SUCCESS) {
            return Err(Error::config("codes", "must be above zero and not the code of success"));
        }
        settings::within("key_chars", self.key_chars as u64, 16, 64)?;
        if let Some(life_s) = self.key_life_s {
            settings::within("key_life_s", life_s, 60, u64::MAX)?;
        }
        settings::quiet_period_within(self.quiet_period_ms)?;
        settings::request_timeout_within(self.request_timeout_ms)?;
        settings::extra_headers(&self.extra_headers, &[])
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

/// What `error_code` says of a success, where it says anything.
const SUCCESS: i64 = 200;

impl fmt::Debug for GreeConfig {
    /// Neither the secret nor the values of extra headers are shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GreeConfig")
            .field("base_url", &crate::secret::url::shown(&self.base_url))
            .field("app_id", &self.app_id)
            .field("app_secret", &"***")
            .field("project_id", &self.project_id)
            .field("store_id", &self.store_id)
            .field("shop_id", &self.shop_id)
            .field("events", &self.events)
            .field("out_biz_no", &self.out_biz_no)
            .field("part_change_id", &self.part_change_id)
            .field("order_no_unique", &self.order_no_unique)
            .field("order_awards_points", &self.order_awards_points)
            .field("coupon_fee_unit", &self.coupon_fee_unit)
            .field("discount_fee", &self.discount_fee)
            .field("lists", &self.lists)
            .field("verbs", &self.verbs)
            .field("no_such_change", &self.no_such_change)
            .field("codes", &self.codes)
            .field("sole_app_user", &self.sole_app_user)
            .field("sole_writer", &self.sole_writer)
            .field("key_chars", &self.key_chars)
            .field("key_life_s", &self.key_life_s)
            .field("quiet_period_ms", &self.quiet_period_ms)
            .field("request_timeout_ms", &self.request_timeout_ms)
            .field("allow_plain_http", &self.allow_plain_http)
            .field("extra_headers", &settings::names(&self.extra_headers))
            .finish()
    }
}
