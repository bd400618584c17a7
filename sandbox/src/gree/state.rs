//! The whole state of one platform.

use std::collections::BTreeMap;

use super::coupon::{Coupon, Template};
use super::errcode::{Errcode, Refusal};
use super::ledger::{LedgerKind, LedgerLine, Source};
use super::member::{Member, MemberCode};
use super::order::Order;
use super::points::{ChangeKey, Statement};
use super::settings::Settings;
use super::sign::md5_hex;
use super::sms::Sms;
use super::token::Tokens;

/// One platform with all its members. A clone is a snapshot that goes its own way.
#[derive(Clone, Debug)]
pub struct Gree {
    pub(super) settings: Settings,
    pub(super) tokens: Tokens,
    /// By open id.
    pub(super) members: BTreeMap<String, Member>,
    /// Open ids by phone.
    pub(super) phones: BTreeMap<String, String>,
    pub(super) member_codes: BTreeMap<String, MemberCode>,
    pub(super) statements: Vec<Statement>,
    pub(super) change_keys: BTreeMap<String, ChangeKey>,
    pub(super) orders: Vec<Order>,
    pub(super) templates: Vec<Template>,
    pub(super) coupons: Vec<Coupon>,
    /// Places in `coupons` by the client's number.
    pub(super) coupon_places: BTreeMap<String, usize>,
    /// By phone.
    pub(super) sms: BTreeMap<String, Sms>,
    minted: u64,
    ledger: Vec<LedgerLine>,
}

/// When and by whom a write happens.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context {
    pub(super) now_ms: i64,
    pub(super) source: Source,
}

/// The one shape that every write is posted in.
#[derive(Debug)]
pub(super) struct Posting {
    pub(super) kind: LedgerKind,
    /// The open id.
    pub(super) member: Option<String>,
    /// Of no member.
    pub(super) phone: String,
    pub(super) points_change: i64,
    pub(super) activity_change: i64,
    pub(super) growth_change: i64,
    pub(super) money_fen: i64,
    pub(super) coupon_code: Option<String>,
    pub(super) order_no: Option<String>,
    pub(super) wire_key: Option<String>,
    pub(super) statement_id: Option<String>,
    /// What is answered where the points don't suffice.
    pub(super) short: Errcode,
}

impl Posting {
    pub(super) fn new(kind: LedgerKind, member: Option<&str>) -> Self {
        Self {
            kind,
            member: member.map(str::to_owned),
            phone: String::new(),
            points_change: 0,
            activity_change: 0,
            growth_change: 0,
            money_fen: 0,
            coupon_code: None,
            order_no: None,
            wire_key: None,
            statement_id: None,
            short: Errcode::NotEnoughPoints,
        }
    }
}

impl Gree {
    /// A platform without members.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            tokens: Tokens::default(),
            members: BTreeMap::new(),
            phones: BTreeMap::new(),
            member_codes: BTreeMap::new(),
            statements: Vec::new(),
            change_keys: BTreeMap::new(),
            orders: Vec::new(),
            templates: Vec::new(),
            coupons: Vec::new(),
            coupon_places: BTreeMap::new(),
            sms: BTreeMap::new(),
            minted: 0,
            ledger: Vec::new(),
        }
    }

    /// What it is set up with.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What it is set up with, to be changed in mid-flight.
    pub const fn settings_mut(&mut self) -> &mut Settings {
        &mut self.settings
    }

    /// Every member, in the order of open ids.
    pub fn members(&self) -> impl Iterator<Item = &Member> {
        self.members.values()
    }

    /// One member by open id or phone, blocked ones included.
    #[must_use]
    pub fn member(&self, key: &str) -> Option<&Member> {
        self.members.get(key).or_else(|| self.members.get(self.phones.get(key)?))
    }

    /// Every points statement, the earliest first.
    #[must_use]
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// Every order and return, the earliest first.
    #[must_use]
    pub fn orders(&self) -> &[Order] {
        &self.orders
    }

    /// Every coupon template, the earliest first.
    #[must_use]
    pub fn templates(&self) -> &[Template] {
        &self.templates
    }

    /// Every coupon, the earliest first.
    #[must_use]
    pub fn coupons(&self) -> &[Coupon] {
        &self.coupons
    }

    /// One coupon by the number that it was given under.
    #[must_use]
    pub fn coupon(&self, number: &str) -> Option<&Coupon> {
        self.coupons.get(*self.coupon_places.get(number)?)
    }

    /// Every write that took effect, in order.
    #[must_use]
    pub fn ledger(&self) -> &[LedgerLine] {
        &self.ledger
    }

    /// 32 digits of lower hex that were never minted before.
    pub(super) fn mint(&mut self, what: &str) -> String {
        self.minted += 1;
        md5_hex(format!("{}/{what}/{}", self.settings.seed, self.minted).as_bytes())
    }

    /// So many decimal digits out of the same source; few of them may repeat earlier ones.
    pub(super) fn mint_digits(&mut self, what: &str, count: u32) -> String {
        let digit = |half: char| char::from_digit(half.to_digit(16).unwrap_or(0) % 10, 10);
        self.mint(what).chars().filter_map(digit).take(count as usize).collect()
    }

    /// Changes a member's figures and records it. Nothing else writes to figures or ledger.
    pub(super) fn post(&mut self, context: &Context, posting: Posting) -> Result<(), Refusal> {
        let (phone, points, growth) = match &posting.member {
            None => (posting.phone, 0, 0),
            Some(open_id) => {
                let member = self.members.get_mut(open_id).ok_or(Errcode::NoSuchMember)?;
                let add = |figure: i64, change: i64| figure.checked_add(change).ok_or(Errcode::Busy);
                let score = add(member.score, posting.points_change)?;
                let activity_score = add(member.activity_score, posting.activity_change)?;
                let growth = add(member.growth, posting.growth_change)?;
                if score < 0 || activity_score < 0 || growth < 0 {
                    return Err(posting.short.into());
                }
                member.score = score;
                member.activity_score = activity_score;
                member.growth = growth;
                (member.phone.clone(), score, growth)
            }
        };
        self.ledger.push(LedgerLine {
            seq: self.ledger.len() as u64 + 1,
            at_ms: context.now_ms,
            kind: posting.kind,
            member: posting.member,
            phone,
            points_change: posting.points_change,
            activity_change: posting.activity_change,
            growth_change: posting.growth_change,
            money_fen: posting.money_fen,
            coupon_code: posting.coupon_code,
            order_no: posting.order_no,
            wire_key: posting.wire_key,
            statement_id: posting.statement_id,
            points,
            growth,
            source: context.source,
        });
        Ok(())
    }
}
