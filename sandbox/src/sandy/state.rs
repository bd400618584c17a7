//! The whole state of one merchant's system.

use std::collections::BTreeMap;

use super::card::{Card, CardView};
use super::errcode::Errcode;
use super::history::HistoryRecord;
use super::ledger::{LedgerKind, LedgerLine, Source};
use super::settings::Settings;

/// One merchant's member system. A clone is a snapshot that goes its own way.
#[derive(Clone, Debug)]
pub struct Sandy {
    pub(super) settings: Settings,
    pub(super) cards: BTreeMap<String, Card>,
    pub(super) next_card_id: i64,
    next_record_id: i64,
    ledger: Vec<LedgerLine>,
}

/// When, where and by whom a write happens.
#[derive(Clone, Debug)]
pub(super) struct Context {
    pub(super) now_s: i64,
    pub(super) org_name: String,
    pub(super) source: Source,
}

/// The one shape that every write is posted in.
#[derive(Debug)]
pub(super) struct Posting {
    pub(super) kind: LedgerKind,
    /// The event type; without one the history stays silent.
    pub(super) event: Option<i64>,
    /// What the ledger calls sent.
    pub(super) sent: i64,
    pub(super) ori_fen: i64,
    pub(super) act_fen: i64,
    pub(super) money_change_fen: i64,
    pub(super) points_change: i64,
    pub(super) pay_type_text: String,
    pub(super) description: String,
}

impl Posting {
    pub(super) fn new(kind: LedgerKind, event: Option<i64>) -> Self {
        Self {
            kind,
            event,
            sent: 0,
            ori_fen: 0,
            act_fen: 0,
            money_change_fen: 0,
            points_change: 0,
            pay_type_text: String::new(),
            description: String::new(),
        }
    }
}

impl Sandy {
    /// A system without cards.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { settings, cards: BTreeMap::new(), next_card_id: 200_001, next_record_id: 1_000, ledger: Vec::new() }
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

    /// Every card, by number, closed and replaced ones included.
    pub fn cards(&self) -> impl Iterator<Item = CardView<'_>> {
        self.cards.iter().map(|(number, card)| card.view(number))
    }

    /// One card, whatever its status.
    #[must_use]
    pub fn card(&self, number: &str) -> Option<CardView<'_>> {
        self.cards.get_key_value(number).map(|(number, card)| card.view(number))
    }

    /// A card's history in the order of its ids, empty if there is no such card.
    #[must_use]
    pub fn history(&self, number: &str) -> &[HistoryRecord] {
        self.cards.get(number).map_or(&[], |card| &card.history)
    }

    /// Every write that took effect, in order: one line for each, and one for each of the two cards where two take part.
    #[must_use]
    pub fn ledger(&self) -> &[LedgerLine] {
        &self.ledger
    }

    /// Changes a card's figures and records it. Nothing else writes to balances, history or ledger.
    pub(super) fn post(&mut self, context: &Context, number: &str, posting: Posting) -> Result<(), Errcode> {
        let card = self.cards.get_mut(number).ok_or(Errcode::NoSuchCard)?;
        let amount_fen = card.amount_fen.checked_add(posting.money_change_fen).ok_or(Errcode::Internal)?;
        let points = card.points.checked_add(posting.points_change).ok_or(Errcode::Internal)?;
        if amount_fen < 0 || points < 0 {
            return Err(Errcode::BalanceTooLow);
        }
        card.amount_fen = amount_fen;
        card.points = points;
        let record = posting.event.map(|event| {
            let id = self.next_record_id;
            self.next_record_id += 1;
            card.history.push(HistoryRecord {
                id,
                time_s: context.now_s,
                event,
                ori_fen: posting.ori_fen,
                act_fen: posting.act_fen,
                amount_fen,
                score: points,
                score_change: posting.points_change,
                pay_type_text: posting.pay_type_text,
                description: posting.description,
                org_name: context.org_name.clone(),
            });
            id
        });
        self.ledger.push(LedgerLine {
            seq: self.ledger.len() as u64 + 1,
            time_s: context.now_s,
            card: number.to_owned(),
            kind: posting.kind,
            sent: posting.sent,
            act_fen: posting.act_fen,
            money_change_fen: posting.money_change_fen,
            points_change: posting.points_change,
            amount_fen,
            points,
            record,
            source: context.source.clone(),
        });
        Ok(())
    }
}
