//! The whole state of one merchant's account.

use std::collections::{BTreeMap, BTreeSet};

use super::ledger::{LedgerKind, LedgerLine, Source};
use super::member::{Member, MemberView, NewMember};
use super::settings::Settings;
use super::status::StatusCode;

/// The operation type of points given back.
pub(super) const PAYMENT_RETURN: i64 = 2;

/// One merchant's members at the platform. A clone is a snapshot that goes its own way.
#[derive(Clone, Debug)]
pub struct Freemud {
    pub(super) settings: Settings,
    pub(super) members: BTreeMap<String, Member>,
    pub(super) codes: BTreeMap<String, DynamicCode>,
    pub(super) transactions: BTreeSet<String>,
    pub(super) next_channel_id: i64,
    keys: BTreeMap<Key, Remembered>,
    next_member_id: i64,
    ledger: Vec<LedgerLine>,
}

/// A code that a member shows at the till.
#[derive(Clone, Debug)]
pub(super) struct DynamicCode {
    pub(super) member_id: String,
    pub(super) until_ms: i64,
}

/// `idempotencyBussinessId` and `idempotencyBussinessType`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) id: String,
    pub(super) kind: String,
}

#[derive(Clone, Copy, Debug)]
struct Remembered {
    at_ms: i64,
    change: i64,
}

/// When and by whom a write happens.
#[derive(Clone, Debug)]
pub(super) struct Context {
    pub(super) now_ms: i64,
    pub(super) source: Source,
}

/// The one shape that every write is posted in.
#[derive(Debug)]
pub(super) struct Posting {
    pub(super) kind: LedgerKind,
    pub(super) operation_type: i64,
    pub(super) change: i64,
    pub(super) order_id: Option<String>,
    pub(super) wire_key: Option<String>,
}

impl Posting {
    pub(super) const fn new(kind: LedgerKind, operation_type: i64, change: i64) -> Self {
        Self { kind, operation_type, change, order_id: None, wire_key: None }
    }
}

impl Freemud {
    /// An account without members.
    #[must_use]
    pub const fn new(settings: Settings) -> Self {
        Self {
            settings,
            members: BTreeMap::new(),
            codes: BTreeMap::new(),
            transactions: BTreeSet::new(),
            next_channel_id: 215_589_208_394_967_421,
            keys: BTreeMap::new(),
            next_member_id: 115_589_208_394_311_926,
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

    /// Every member, by id.
    pub fn members(&self) -> impl Iterator<Item = MemberView<'_>> {
        self.members.iter().map(|(id, member)| member.view(id))
    }

    /// One member.
    #[must_use]
    pub fn member(&self, member_id: &str) -> Option<MemberView<'_>> {
        self.members.get_key_value(member_id).map(|(id, member)| member.view(id))
    }

    /// The member with this phone.
    #[must_use]
    pub fn member_by_mobile(&self, mobile: &str) -> Option<MemberView<'_>> {
        self.members().find(|member| member.mobile == mobile)
    }

    /// Every write that took effect, in order. A repeat that was recognised is none.
    #[must_use]
    pub fn ledger(&self) -> &[LedgerLine] {
        &self.ledger
    }

    pub(super) fn existing(&self, member_id: &str) -> Result<&Member, StatusCode> {
        self.members.get(member_id).ok_or(StatusCode::NoSuchMember)
    }

    /// A member that can be written to.
    pub(super) fn writable(&self, member_id: &str) -> Result<&Member, StatusCode> {
        let member = self.existing(member_id)?;
        if member.active { Ok(member) } else { Err(StatusCode::MemberDisabled) }
    }

    /// Makes a member, with the points that come with it.
    pub(super) fn admit(&mut self, context: &Context, new: NewMember) -> Result<String, StatusCode> {
        if new.mobile.is_empty() || new.points < 0 {
            return Err(StatusCode::BadParameter);
        }
        if self.member_by_mobile(&new.mobile).is_some() {
            return Err(StatusCode::PhoneTaken);
        }
        let member_id = new.member_id.unwrap_or_else(|| self.free_member_id());
        if member_id.is_empty() || self.members.contains_key(&member_id) {
            return Err(StatusCode::BadParameter);
        }
        let member = Member {
            mobile: new.mobile,
            name: new.name,
            nick_name: new.nick_name,
            photo_url: String::new(),
            sex: new.sex,
            registered_at_ms: context.now_ms,
            store_code: String::new(),
            channels: Vec::new(),
            coupons: new.coupons,
            active: true,
            points: 0,
            total: 0,
        };
        self.members.insert(member_id.clone(), member);
        /// "Registration" among the operation types.
        const REGISTRATION: i64 = 8;
        self.post(context, &member_id, Posting::new(LedgerKind::Register, REGISTRATION, new.points))?;
        Ok(member_id)
    }

    fn free_member_id(&mut self) -> String {
        loop {
            let id = self.next_member_id.to_string();
            self.next_member_id += 1;
            if !self.members.contains_key(&id) {
                return id;
            }
        }
    }

    /// Changes a member's points and records it. Nothing else writes to points or ledger.
    pub(super) fn post(&mut self, context: &Context, member_id: &str, posting: Posting) -> Result<(), StatusCode> {
        let member = self.members.get_mut(member_id).ok_or(StatusCode::NoSuchMember)?;
        let points = member.points.checked_add(posting.change).ok_or(StatusCode::Internal)?;
        if points < 0 {
            return Err(StatusCode::NotEnoughPoints);
        }
        let gives_back = posting.operation_type == PAYMENT_RETURN || posting.kind == LedgerKind::Return;
        let total = if gives_back && self.settings.returns_lower_used {
            // More may be given back than was ever used.
            member.total.max(points)
        } else {
            member.total.checked_add(posting.change.max(0)).ok_or(StatusCode::Internal)?
        };
        member.points = points;
        member.total = total;
        self.ledger.push(LedgerLine {
            seq: self.ledger.len() as u64 + 1,
            at_ms: context.now_ms,
            member_id: member_id.to_owned(),
            kind: posting.kind,
            operation_type: posting.operation_type,
            points_change: posting.change,
            points,
            order_id: posting.order_id,
            wire_key: posting.wire_key,
            source: context.source.clone(),
        });
        Ok(())
    }

    /// What the write did that came with this key, if it is remembered.
    pub(super) fn recall(&self, now_ms: i64, key: &Key) -> Option<i64> {
        let remembered = self.keys.get(key).filter(|_| self.settings.keys_honoured)?;
        let age_ms = now_ms.saturating_sub(remembered.at_ms);
        let lives = self.settings.key_life_ms.is_none_or(|life_ms| age_ms < life_ms);
        lives.then_some(remembered.change)
    }

    pub(super) fn remember(&mut self, now_ms: i64, key: Key, change: i64) {
        self.keys.insert(key, Remembered { at_ms: now_ms, change });
    }

    /// Forgets every key of this id; false if there was none.
    pub(super) fn forget(&mut self, id: &str) -> bool {
        let before = self.keys.len();
        self.keys.retain(|key, _| key.id != id);
        self.keys.len() < before
    }
}
