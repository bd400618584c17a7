//! The whole state of one enterprise's points.

use std::collections::{BTreeMap, VecDeque};

use super::errcode::Errcode;
use super::ledger::{Action, LedgerLine, Source};
use super::office::Failure;
use super::settings::Settings;
use super::token::Tokens;

/// One enterprise's points. A clone is a snapshot that goes its own way.
#[derive(Clone, Debug)]
pub struct Yonyou {
    pub(super) settings: Settings,
    pub(super) tokens: Tokens,
    pub(super) failures: VecDeque<Failure>,
    /// The first answer for each member, action and order.
    pub(super) answered: BTreeMap<(String, Action, String), String>,
    members: BTreeMap<String, i64>,
    next_record_id: i64,
    ledger: Vec<LedgerLine>,
}

/// The one shape that every write is posted in.
#[derive(Debug)]
pub(super) struct Posting {
    pub(super) action: Option<Action>,
    pub(super) change: i64,
    pub(super) calc_money_fen: i64,
    pub(super) source_code: Option<String>,
    pub(super) source1: Option<String>,
    pub(super) source: Source,
}

/// What a write came to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Posted {
    pub(super) record: i64,
    pub(super) before: i64,
    pub(super) after: i64,
}

impl Yonyou {
    /// An enterprise without members.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            tokens: Tokens::default(),
            failures: VecDeque::new(),
            answered: BTreeMap::new(),
            members: BTreeMap::new(),
            next_record_id: 11_000,
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

    /// Every member and the points.
    pub fn members(&self) -> impl Iterator<Item = (&str, i64)> {
        self.members.iter().map(|(mid, points)| (mid.as_str(), *points))
    }

    /// A member's points.
    #[must_use]
    pub fn points(&self, mid: &str) -> Option<i64> {
        self.members.get(mid).copied()
    }

    /// Every write that took effect, in order. A repeat that was recognised is none.
    #[must_use]
    pub fn ledger(&self) -> &[LedgerLine] {
        &self.ledger
    }

    pub(super) fn existing(&self, mid: &str) -> Result<i64, Errcode> {
        self.points(mid).ok_or(Errcode::NoSuchMember)
    }

    /// Makes a member without points; nothing happens to one that is there.
    pub(super) fn admit(&mut self, mid: &str) {
        self.members.entry(mid.to_owned()).or_default();
    }

    /// Changes a member's points and records it. Nothing else writes to points or ledger.
    pub(super) fn post(&mut self, now_ms: i64, mid: &str, posting: Posting) -> Result<Posted, Errcode> {
        let points = self.members.get_mut(mid).ok_or(Errcode::NoSuchMember)?;
        let before = *points;
        let after = before.checked_add(posting.change).ok_or(Errcode::Platform)?;
        if after < 0 {
            return Err(Errcode::NotEnoughPoints);
        }
        *points = after;
        let record = self.next_record_id;
        self.next_record_id += 1;
        self.ledger.push(LedgerLine {
            seq: self.ledger.len() as u64 + 1,
            at_ms: now_ms,
            mid: mid.to_owned(),
            action: posting.action,
            points_change: posting.change,
            before,
            after,
            calc_money_fen: posting.calc_money_fen,
            source_code: posting.source_code,
            source1: posting.source1,
            record: posting.action.map(|_| record),
            source: posting.source,
        });
        Ok(Posted { record, before, after })
    }

    /// Takes back what was posted since the ledger had `lines`.
    pub(super) fn undo_to(&mut self, lines: usize) {
        for line in self.ledger.drain(lines..).rev() {
            self.members.insert(line.mid.clone(), line.before);
            if let (Some(action), Some(source_code)) = (line.action, line.source_code) {
                self.answered.remove(&(line.mid, action, source_code));
            }
        }
    }
}
