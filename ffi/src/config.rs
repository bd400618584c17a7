//! A till's configuration from structs: each is turned into the object that a configuration file would hold, so that both
//! are judged by the same rules and errors name the same keys.

use std::mem::offset_of;

use serde_json::{Map, Value};

use crate::fault::Fault;
use crate::money::given;
use crate::policy::tillbook_policy;
use crate::sized::{read, read_optional, sized};
use crate::text::tillbook_str;

/// A yes-or-no setting: yes. 0 leaves it at its default.
pub const TILLBOOK_YES: i32 = 1;
/// A yes-or-no setting: no.
pub const TILLBOOK_NO: i32 = 2;

/// A limit of nothing, where 0 stands for the default.
pub const TILLBOOK_NOTHING: i64 = -1;

/// Prices are rounded to the fen.
pub const TILLBOOK_ROUND_FEN: i32 = 1;
/// Prices are rounded to the jiao.
pub const TILLBOOK_ROUND_JIAO: i32 = 2;
/// Prices are rounded to the yuan.
pub const TILLBOOK_ROUND_YUAN: i32 = 3;
/// Prices are rounded to the nearest unit, halves up.
pub const TILLBOOK_ROUND_HALF_UP: i32 = 1;
/// Prices are rounded down.
pub const TILLBOOK_ROUND_DOWN: i32 = 2;
/// Prices are rounded up.
pub const TILLBOOK_ROUND_UP: i32 = 3;

/// What a till is told when it is opened. What is left at zero has its default; what has no field here goes into
/// `settings`. At least one remote must be given.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_config {
    /// The size of this struct: tillbook_config_init sets it.
    pub struct_size: usize,
    /// Whose business it is; 1 to 64 characters. A book with unfinished operations opens for no other.
    pub merchant: tillbook_str,
    /// Which of its stores; 1 to 64 characters.
    pub store: tillbook_str,
    /// Which of the store's tills; 1 to 64 characters.
    pub till: tillbook_str,
    /// How the remotes identify this store, where coupons are limited to stores. May be missing.
    pub store_id: tillbook_str,
    /// Sandy POS cards, or NULL.
    pub sandy: *const tillbook_sandy,
    /// Freemud members, or NULL.
    pub freemud: *const tillbook_freemud,
    /// The Gree member platform, or NULL.
    pub gree: *const tillbook_gree,
    /// Yonyou U8 points, or NULL.
    pub yonyou: *const tillbook_yonyou,
    /// What may be approved offline; NULL: the defaults.
    pub policy: *const tillbook_policy,
    /// Which remote serves cards and stored value ("sandy", ...), where several could.
    pub route_cards: tillbook_str,
    /// Which remote serves members, where several could.
    pub route_members: tillbook_str,
    /// Which remote serves points, where several could.
    pub route_points: tillbook_str,
    /// Which remote serves coupons, where several could.
    pub route_coupons: tillbook_str,
    /// Which remote serves orders, where several could.
    pub route_orders: tillbook_str,
    /// TILLBOOK_ROUND_FEN (default), _JIAO or _YUAN.
    pub rounding_unit: i32,
    /// TILLBOOK_ROUND_HALF_UP (default), _DOWN or _UP.
    pub rounding_mode: i32,
    /// How long a call waits for the remote that does not say so itself, in milliseconds. 0: 3,000.
    pub timeout_ms: u32,
    /// When a business day ends, in minutes after local midnight.
    pub day_cutoff_minutes: u32,
    /// Local time in minutes ahead of UTC, where `has_utc_offset` is 1; else Beijing's 480.
    pub utc_offset_minutes: i32,
    /// 1: `utc_offset_minutes` is given.
    pub has_utc_offset: i32,
    /// Everything else ("levels", "pacing", ...): a JSON object as a configuration file holds it. May be missing.
    pub settings: tillbook_str,
    /// What each number of the till's range begins with. May be missing. The range has to be this till's alone.
    pub card_prefix: tillbook_str,
    /// The range's first number.
    pub card_first: u64,
    /// The range's last number. 0: the till has no range.
    pub card_last: u64,
    /// With how many digits a number is written at least. 0: as many as it has.
    pub card_width: u32,
    /// TILLBOOK_YES: the book is for training. It is so from its first opening on, or never. Default no.
    pub training: i32,
}

/// Sandy POS cards. The settings that have no field here are those of docs/sandy.md.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_sandy {
    /// The size of this struct: tillbook_sandy_init sets it.
    pub struct_size: usize,
    /// Scheme and host: what stands in front of /api2/. Required.
    pub base_url: tillbook_str,
    /// The agent's login. Required; never shown.
    pub token: tillbook_str,
    /// The restaurant's id, braces included. Required.
    pub guid: tillbook_str,
    /// The merchant's name as it stands in the history.
    pub org_name: tillbook_str,
    /// TILLBOOK_YES: nobody but this till writes to its cards. Default no.
    pub sole_writer: i32,
    /// TILLBOOK_YES: http: to another machine is allowed. Default no.
    pub allow_plain_http: i32,
    /// How long one request may take, in milliseconds. 0: 10,000.
    pub request_timeout_ms: u32,
    /// How long after its end a request may still take effect, in milliseconds. 0: 120,000.
    pub quiet_period_ms: u32,
    /// Everything else: a JSON object. May be missing.
    pub settings: tillbook_str,
}

/// Freemud members and points. The settings that have no field here are those of docs/freemud.md.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_freemud {
    /// The size of this struct: tillbook_freemud_init sets it.
    pub struct_size: usize,
    /// Scheme and host: what stands in front of /member/. Required.
    pub base_url: tillbook_str,
    /// appId. Required.
    pub app_id: tillbook_str,
    /// partnerId: the merchant. Required.
    pub partner_id: tillbook_str,
    /// The header access_token. Required; never shown.
    pub access_token: tillbook_str,
    /// channelCode that members are registered under. Required.
    pub channel_code: tillbook_str,
    /// registerType that members are registered under, as docs/freemud.md names it. Required.
    pub register_type: tillbook_str,
    /// The key that requests are signed with: PKCS#8 in PEM. Never shown.
    pub private_key: tillbook_str,
    /// Freemud's public key in PEM.
    pub platform_key: tillbook_str,
    /// TILLBOOK_YES: requests are not signed, which test installations accept. Default no.
    pub without_signature: i32,
    /// TILLBOOK_YES: nobody but this till changes its members' points. Default no.
    pub sole_writer: i32,
    /// TILLBOOK_YES: http: to another machine is allowed. Default no.
    pub allow_plain_http: i32,
    /// How long one request may take, in milliseconds. 0: 10,000.
    pub request_timeout_ms: u32,
    /// How long after its end a request may still take effect, in milliseconds. 0: 120,000.
    pub quiet_period_ms: u32,
    /// 0.
    pub reserved: i32,
    /// Everything else: a JSON object. May be missing.
    pub settings: tillbook_str,
}

/// The Gree member platform. The settings that have no field here are those of docs/gree.md.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_gree {
    /// The size of this struct: tillbook_gree_init sets it.
    pub struct_size: usize,
    /// Scheme and host: what stands in front of /gw/gateway/. Required.
    pub base_url: tillbook_str,
    /// Who asks. Required.
    pub app_id: tillbook_str,
    /// What requests are signed with. Required; never shown.
    pub app_secret: tillbook_str,
    /// The project, which is the store as the platform knows it. Required.
    pub project_id: tillbook_str,
    /// TILLBOOK_YES: this till alone uses the app_id. Otherwise the host supplies tokens
    /// (tillbook_open_options.host_tokens). Default no.
    pub sole_app_user: i32,
    /// TILLBOOK_YES: nobody but this till writes to its members. Default no.
    pub sole_writer: i32,
    /// TILLBOOK_YES: http: to another machine is allowed. Default no.
    pub allow_plain_http: i32,
    /// How long one request may take, in milliseconds. 0: 10,000.
    pub request_timeout_ms: u32,
    /// How long after its end a request may still take effect, in milliseconds. 0: 120,000.
    pub quiet_period_ms: u32,
    /// 0.
    pub reserved: i32,
    /// Everything else: a JSON object. May be missing.
    pub settings: tillbook_str,
}

/// Yonyou U8 points. The settings that have no field here are those of docs/yonyou.md.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_yonyou {
    /// The size of this struct: tillbook_yonyou_init sets it.
    pub struct_size: usize,
    /// Scheme and host. Required.
    pub base_url: tillbook_str,
    /// from_account: who calls. Required.
    pub from_account: tillbook_str,
    /// to_account: whose points they are. Required.
    pub to_account: tillbook_str,
    /// app_key: the application. Required.
    pub app_key: tillbook_str,
    /// app_secret. Required; never shown.
    pub app_secret: tillbook_str,
    /// TILLBOOK_NO: the host supplies the tokens (tillbook_open_options.host_tokens). Default yes.
    pub sole_user: i32,
    /// TILLBOOK_YES: http: to another machine is allowed. Default no.
    pub allow_plain_http: i32,
    /// How long one request may take, in milliseconds. 0: 10,000.
    pub request_timeout_ms: u32,
    /// How long after its end a request may still take effect, in milliseconds. 0: 120,000.
    pub quiet_period_ms: u32,
    /// Everything else: a JSON object. May be missing.
    pub settings: tillbook_str,
}

sized!(
    tillbook_config = offset_of!(tillbook_config, card_prefix),
    tillbook_sandy,
    tillbook_freemud(reserved),
    tillbook_gree(reserved),
    tillbook_yonyou
);

/// An object under construction, as text: what is not given is left out and so has its default, and what is given twice is
/// found by who reads it.
pub(crate) struct Object {
    members: Vec<String>,
    path: &'static str,
}

impl Object {
    pub(crate) fn new(path: &'static str) -> Self {
        Object { members: Vec::new(), path }
    }

    pub(crate) fn put(&mut self, key: &str, value: impl Into<Value>) {
        self.members.push(format!("{}:{}", Value::from(key), value.into()));
    }

    pub(crate) fn json(&self) -> String {
        format!("{{{}}}", self.members.join(","))
    }

    /// # Safety
    /// The text is as the header asks.
    unsafe fn text(&mut self, key: &'static str, text: tillbook_str) -> Result<&mut Self, Fault> {
        if let Some(text) = unsafe { text.get(key) }? {
            self.put(key, text);
        }
        Ok(self)
    }

    pub(crate) fn number(&mut self, key: &str, number: u32) -> &mut Self {
        if number != 0 {
            self.put(key, number);
        }
        self
    }

    pub(crate) fn limit(&mut self, key: &'static str, limit: i64) -> Result<&mut Self, Fault> {
        match limit {
            0 => {}
            TILLBOOK_NOTHING => self.put(key, 0),
            ..0 => return Err(Fault::Value { field: key, rule: "must not be below TILLBOOK_NOTHING" }),
            limit => self.put(key, limit),
        }
        Ok(self)
    }

    pub(crate) fn yes(&mut self, key: &'static str, said: i32) -> Result<&mut Self, Fault> {
        if let Some(said) = yes_or_no(key, said)? {
            self.put(key, said);
        }
        Ok(self)
    }

    fn object(&mut self, key: &str, object: Option<Object>) -> &mut Self {
        if let Some(object) = object {
            self.members.push(format!("{}:{}", Value::from(key), object.json()));
        }
        self
    }

    /// What stands in `settings` is added as it stands there.
    ///
    /// # Safety
    /// As [`Object::text`].
    unsafe fn settings(&mut self, text: tillbook_str) -> Result<(), Fault> {
        let Some(text) = unsafe { text.get("settings") }? else { return Ok(()) };
        // The reason is not told: it would show what stands there, and that may be a secret.
        let no_object = Fault::Value { field: self.path, rule: "must be a JSON object" };
        if serde_json::from_str::<Map<String, Value>>(&text).is_err() {
            return Err(no_object);
        }
        let inside = text.trim().strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).ok_or(no_object)?.trim();
        if !inside.is_empty() {
            self.members.push(inside.to_owned());
        }
        Ok(())
    }
}

fn yes_or_no(field: &'static str, said: i32) -> Result<Option<bool>, Fault> {
    match said {
        0 => Ok(None),
        TILLBOOK_YES => Ok(Some(true)),
        TILLBOOK_NO => Ok(Some(false)),
        _ => Err(Fault::Value { field, rule: "must be 0, TILLBOOK_YES or TILLBOOK_NO" }),
    }
}

fn one_of(field: &'static str, said: i32, names: [&'static str; 3]) -> Result<Option<&'static str>, Fault> {
    match said {
        0 => Ok(None),
        1..=3 => Ok(Some(names[said.unsigned_abs() as usize - 1])),
        _ => Err(Fault::Value { field, rule: "is none of its constants" }),
    }
}

impl tillbook_config {
    /// # Safety
    /// Every pointer is as the header asks.
    unsafe fn json(&self) -> Result<String, Fault> {
        let mut routing = Object::new("routing");
        let mut rounding = Object::new("rounding");
        let mut all = Object::new("settings");
        unsafe {
            routing.text("cards", self.route_cards)?.text("members", self.route_members)?;
            routing.text("points", self.route_points)?.text("coupons", self.route_coupons)?;
            routing.text("orders", self.route_orders)?;
            all.text("merchant", self.merchant)?.text("store", self.store)?.text("till", self.till)?;
            all.text("store_id", self.store_id)?;
            all.object("sandy", read_optional(self.sandy)?.map(|it| it.object()).transpose()?);
            all.object("freemud", read_optional(self.freemud)?.map(|it| it.object()).transpose()?);
            all.object("gree", read_optional(self.gree)?.map(|it| it.object()).transpose()?);
            all.object("yonyou", read_optional(self.yonyou)?.map(|it| it.object()).transpose()?);
            all.object("policy", read_optional(self.policy)?.map(|it| it.object()).transpose()?);
        }
        if let Some(unit) = one_of("rounding_unit", self.rounding_unit, ["fen", "jiao", "yuan"])? {
            rounding.put("unit", unit);
        }
        if let Some(mode) = one_of("rounding_mode", self.rounding_mode, ["half_up", "down", "up"])? {
            rounding.put("mode", mode);
        }
        all.object("routing", Some(routing).filter(|it| !it.members.is_empty()));
        all.object("rounding", Some(rounding).filter(|it| !it.members.is_empty()));
        all.number("timeout_ms", self.timeout_ms).number("day_cutoff_minutes", self.day_cutoff_minutes);
        if let Some(minutes) = given("has_utc_offset", self.has_utc_offset, self.utc_offset_minutes.into())? {
            all.put("utc_offset_minutes", minutes);
        }
        all.yes("training", self.training)?;
        all.object("card_numbers", unsafe { self.card_numbers() }?);
        unsafe { all.settings(self.settings) }?;
        Ok(all.json())
    }
}

impl tillbook_config {
    /// # Safety
    /// Every text is as the header asks.
    unsafe fn card_numbers(&self) -> Result<Option<Object>, Fault> {
        let mut range = Object::new("card_numbers");
        unsafe { range.text("prefix", self.card_prefix) }?;
        if self.card_last == 0 {
            return if range.members.is_empty() && self.card_first == 0 && self.card_width == 0 {
                Ok(None)
            } else {
                Err(Fault::Value { field: "card_last", rule: "must be given with the rest of the range" })
            };
        }
        range.put("first", self.card_first);
        range.put("last", self.card_last);
        range.number("width", self.card_width);
        Ok(Some(range))
    }
}

impl tillbook_sandy {
    unsafe fn object(&self) -> Result<Object, Fault> {
        let mut it = Object::new("sandy.settings");
        unsafe {
            it.text("base_url", self.base_url)?.text("token", self.token)?.text("guid", self.guid)?;
            it.text("org_name", self.org_name)?;
        }
        it.yes("sole_writer", self.sole_writer)?.yes("allow_plain_http", self.allow_plain_http)?;
        it.number("request_timeout_ms", self.request_timeout_ms).number("quiet_period_ms", self.quiet_period_ms);
        unsafe { it.settings(self.settings) }?;
        Ok(it)
    }
}

impl tillbook_freemud {
    unsafe fn object(&self) -> Result<Object, Fault> {
        let mut it = Object::new("freemud.settings");
        unsafe {
            it.text("base_url", self.base_url)?.text("app_id", self.app_id)?.text("partner_id", self.partner_id)?;
            it.text("access_token", self.access_token)?.text("channel_code", self.channel_code)?;
            it.text("register_type", self.register_type)?.text("private_key", self.private_key)?;
            it.text("platform_key", self.platform_key)?;
        }
        it.yes("unsigned", self.without_signature)?.yes("sole_writer", self.sole_writer)?;
        it.yes("allow_plain_http", self.allow_plain_http)?;
        it.number("request_timeout_ms", self.request_timeout_ms).number("quiet_period_ms", self.quiet_period_ms);
        unsafe { it.settings(self.settings) }?;
        Ok(it)
    }
}

impl tillbook_gree {
    unsafe fn object(&self) -> Result<Object, Fault> {
        let mut it = Object::new("gree.settings");
        unsafe {
            it.text("base_url", self.base_url)?.text("app_id", self.app_id)?.text("app_secret", self.app_secret)?;
            it.text("project_id", self.project_id)?;
        }
        it.yes("sole_app_user", self.sole_app_user)?.yes("sole_writer", self.sole_writer)?;
        it.yes("allow_plain_http", self.allow_plain_http)?;
        it.number("request_timeout_ms", self.request_timeout_ms).number("quiet_period_ms", self.quiet_period_ms);
        unsafe { it.settings(self.settings) }?;
        Ok(it)
    }
}

impl tillbook_yonyou {
    unsafe fn object(&self) -> Result<Object, Fault> {
        let mut it = Object::new("yonyou.settings");
        unsafe {
            it.text("base_url", self.base_url)?.text("from_account", self.from_account)?;
            it.text("to_account", self.to_account)?.text("app_key", self.app_key)?;
            it.text("app_secret", self.app_secret)?;
        }
        it.yes("sole_user", self.sole_user)?.yes("allow_plain_http", self.allow_plain_http)?;
        it.number("request_timeout_ms", self.request_timeout_ms).number("quiet_period_ms", self.quiet_period_ms);
        unsafe { it.settings(self.settings) }?;
        Ok(it)
    }
}

/// The configuration of a struct, as JSON.
///
/// # Safety
/// As the header asks.
pub(crate) unsafe fn from_struct(config: *const tillbook_config) -> Result<String, Fault> {
    unsafe { read(config)?.json() }
}
