//! A card's events as clients can page through them.

use super::errcode::Errcode;
use super::settings::{HistoryOrder, Settings};
use super::wire::{Object, Params, array, short};

/// The document's event types.
pub mod event {
    /// A card was opened.
    pub const OPEN: i64 = 1;
    /// A card was given back.
    pub const CLOSE: i64 = 2;
    /// A card was replaced.
    pub const REPLACE: i64 = 3;
    /// A card was reported lost.
    pub const LOSS: i64 = 4;
    /// The loss was lifted.
    pub const LIFT: i64 = 5;
    /// Money was paid onto the card.
    pub const RECHARGE: i64 = 6;
    /// Money was paid with the card.
    pub const CONSUME: i64 = 7;
    /// Money went to another card.
    pub const TRANSFER_OUT: i64 = 20;
    /// Money came from another card.
    pub const TRANSFER_IN: i64 = 21;
    /// Money was paid out.
    pub const WITHDRAW: i64 = 30;

    /// Every type, in the document's order.
    pub const ALL: [i64; 10] =
        [OPEN, CLOSE, REPLACE, LOSS, LIFT, RECHARGE, CONSUME, TRANSFER_OUT, TRANSFER_IN, WITHDRAW];
}

/// One event of one card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryRecord {
    /// The record's id; ids grow over all cards.
    pub id: i64,
    /// When, in epoch seconds.
    pub time_s: i64,
    /// The event type, see [`event`].
    pub event: i64,
    /// The amount asked for, in fen.
    pub ori_fen: i64,
    /// The amount it came to, in fen; with its bonus for a recharge.
    pub act_fen: i64,
    /// The balance after it, in fen.
    pub amount_fen: i64,
    /// The points after it.
    pub score: i64,
    /// What it did to the points. Not on the wire: it only decides the filter for changes of points.
    pub score_change: i64,
    /// The pay type's name, empty but for recharges.
    pub pay_type_text: String,
    /// What the remote's people read.
    pub description: String,
    /// The shop where it happened.
    pub org_name: String,
}

impl HistoryRecord {
    fn json(&self) -> String {
        Object::new()
            .raw("ori_money", short(self.ori_fen))
            .raw("act_money", short(self.act_fen))
            .raw("amount", short(self.amount_fen))
            .raw("score", self.score)
            .text("pay_type_text", &self.pay_type_text)
            .text("description", &self.description)
            .raw("time", self.time_s)
            .raw("type", self.event)
            .text("org_name", &self.org_name)
            .raw("id", self.id)
            .end()
    }
}

/// Which records of a card a client asks for.
pub(super) struct Query {
    only_score_change: bool,
    from_s: i64,
    to_s: i64,
    event: i64,
    page_size: i64,
    page: i64,
}

impl Query {
    const DEFAULT_PAGE_SIZE: i64 = 20;
    /// Stands for every type.
    const ANY_EVENT: i64 = 0;

    pub(super) fn read(params: &Params, settings: &Settings) -> Result<Self, Errcode> {
        let only_score_change = match params.whole("only_score_change")?.unwrap_or(0) {
            0 => false,
            1 => true,
            _ => return Err(Errcode::BadParameter),
        };
        let event = params.whole("event_type")?.unwrap_or(Self::ANY_EVENT);
        let known =
            event == Self::ANY_EVENT || event::ALL.contains(&event) || settings.consume_score_record == Some(event);
        let page_size = params.whole("page_size")?.unwrap_or(Self::DEFAULT_PAGE_SIZE);
        let page = params.whole("page")?.unwrap_or(1);
        if !known || page_size < 1 || page < 1 {
            return Err(Errcode::BadParameter);
        }
        Ok(Self {
            only_score_change,
            from_s: params.whole("start_timestamp")?.unwrap_or(i64::MIN),
            to_s: params.whole("end_timestamp")?.unwrap_or(i64::MAX),
            event,
            page_size,
            page,
        })
    }

    fn wants(&self, record: &HistoryRecord) -> bool {
        (!self.only_score_change || record.score_change != 0)
            && (self.from_s..=self.to_s).contains(&record.time_s)
            && (self.event == Self::ANY_EVENT || self.event == record.event)
    }

    /// The answer over `records`, which stand in the order of their ids.
    pub(super) fn answer(&self, records: &[HistoryRecord], order: HistoryOrder) -> String {
        let mut wanted: Vec<&HistoryRecord> = records.iter().filter(|record| self.wants(record)).collect();
        if order == HistoryOrder::NewestFirst {
            wanted.reverse();
        }
        let size = usize::try_from(self.page_size).unwrap_or(usize::MAX);
        let skip = usize::try_from(self.page - 1).unwrap_or(usize::MAX).saturating_mul(size);
        let page = wanted.iter().skip(skip).take(size).map(|record| record.json());
        Object::new()
            .raw("data", array(page))
            // The name says pages, the explanation says records, and the sample prints a float.
            .raw("pages", format_args!("{}.0", wanted.len()))
            .raw("page_size", self.page_size)
            .raw("page", self.page)
            .end()
    }
}
