//! Reads of several requests: what is asked, in which order, and when it is enough.
//!
//! A read is a list of errands done one after another. Each turns an answer into findings, asks for its next page, or ends
//! the read; nothing in an answer makes it run for ever.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::answers::{self, Figures, Info, Listed, Page, ReadTrouble, Record};
use super::lines;
use super::probe::Facts;
use super::requests::{Desk, HistoryFilter, PAGE_SIZE, event};
use crate::event::event;
use crate::model::{CardStatus, Level, PayType, RechargeRule};
use crate::provider::{Findings, ReadFailure, ReadStep, Reading, RemoteHistory, WireCall};
use crate::transport::HttpResponse;

/// One thing to find out.
enum Errand {
    Levels,
    Cards { key: String },
    Info,
    Rules,
    History(Walk),
}

/// A walk through the pages of a card's history. Neither their order nor their stability is promised, so it collects records
/// by their number.
struct Walk {
    filter: HistoryFilter,
    page: i64,
    pages_at_most: i64,
    end: WalkEnd,
    seen: BTreeMap<i64, Record>,
}

/// When a walk takes the pages for exhausted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum WalkEnd {
    /// A page brings nothing new.
    NothingNew,
    /// That, or a page that isn't full while the remote's count of records is reached: two signs that agree, and a request
    /// less.
    CountReached,
}

enum Walked {
    NextPage,
    Over { complete: bool },
}

impl Walk {
    fn new(filter: HistoryFilter, pages_at_most: i64, end: WalkEnd) -> Self {
        Walk { filter, page: 1, pages_at_most, end, seen: BTreeMap::new() }
    }

    fn take(&mut self, page: Page) -> Walked {
        let count = page.records.len();
        let known = self.seen.len();
        self.seen.extend(page.records.into_iter().map(|record| (record.id, record)));
        let reached = page.total.is_some_and(|total| i64::try_from(self.seen.len()).is_ok_and(|seen| seen >= total));
        // The remote may have its own idea of a page's size, and may or may not say so.
        let size = page.size.unwrap_or(PAGE_SIZE).max(1);
        let full = i64::try_from(count).is_ok_and(|count| count >= size.min(PAGE_SIZE));
        if self.seen.len() == known {
            // A full page of known records, while more are said to exist: the remote does not turn pages.
            let complete = !full || reached || page.total.is_none();
            return Walked::Over { complete };
        }
        if self.end == WalkEnd::CountReached && !full && reached {
            return Walked::Over { complete: true };
        }
        if self.page >= self.pages_at_most {
            return Walked::Over { complete: false };
        }
        self.page += 1;
        Walked::NextPage
    }
}

/// What a read is for.
enum Aim {
    Health,
    Find,
    Serve,
    /// The history itself.
    History,
    /// Figures to judge by later.
    Before,
    /// The holder to judge by later.
    BeforeModify,
    /// The records that are new since then.
    Look {
        before: Option<Facts>,
        event: Option<i64>,
    },
}

#[derive(Default)]
struct Gathered {
    absent: bool,
    info: Option<Info>,
    levels: Option<Vec<Level>>,
    rules: Option<(Vec<RechargeRule>, Vec<PayType>)>,
    cards: Option<Vec<Listed>>,
    records: BTreeMap<i64, Record>,
    /// A walk ended before the history did.
    cut_short: bool,
}

/// A read under way.
pub(super) struct Errands {
    desk: Arc<Desk>,
    card: String,
    aim: Aim,
    errands: VecDeque<Errand>,
    gathered: Gathered,
    since_s: Option<i64>,
    /// How often a read before a send was begun anew.
    begun_anew: u32,
    over: bool,
}

/// How often a read before a send is begun anew when somebody wrote to the card in the middle of it.
const BEGIN_ANEW: u32 = 3;
/// Pages of the history read before a send: 1,000 records of one card in a day.
const PAGES_BEFORE: i64 = 20;
/// Pages of the history read by a look.
const PAGES_LOOK: i64 = 200;
/// Pages of a history that is read for itself: 10,000 records.
const PAGES_HISTORY: i64 = 200;
/// Pages of one event type read for a card's status.
const PAGES_STATUS: i64 = 5;

/// The level list: it names no card, so it succeeds if and only if the merchant is served.
pub(super) fn health(desk: &Arc<Desk>) -> Errands {
    Errands::new(desk, "", Aim::Health, [Errand::Levels])
}

pub(super) fn find(desk: &Arc<Desk>, key: &str) -> Errands {
    Errands::new(desk, "", Aim::Find, [Errand::Cards { key: key.to_owned() }])
}

/// Everything about a card. `getcardinfo` tells no status, so the search and the history are asked for it.
pub(super) fn serve(desk: &Arc<Desk>, card: &str) -> Errands {
    // One page of everything is all there is for most cards. For the others the rare types are then asked for by name:
    // the first pages of a long history may just as well be its oldest.
    let first_page = Walk::new(HistoryFilter::default(), 1, WalkEnd::CountReached);
    let errands = [Errand::Info, Errand::Cards { key: card.to_owned() }, Errand::History(first_page), Errand::Rules];
    Errands::new(desk, card, Aim::Serve, errands)
}

/// Whether the card exists.
pub(super) fn before_open(desk: &Arc<Desk>, card: &str) -> Errands {
    Errands::new(desk, card, Aim::Before, [Errand::Info])
}

/// A card's holder.
pub(super) fn before_modify(desk: &Arc<Desk>, card: &str) -> Errands {
    Errands::new(desk, card, Aim::BeforeModify, [Errand::Info])
}

/// A card's figures, and its highest record since `since_s`.
pub(super) fn before_assets(desk: &Arc<Desk>, card: &str, since_s: i64) -> Errands {
    let filter = HistoryFilter { since_s: Some(since_s), ..HistoryFilter::default() };
    let walk = Walk::new(filter, PAGES_BEFORE, WalkEnd::CountReached);
    let mut errands = Errands::new(desk, card, Aim::Before, [Errand::Info, Errand::History(walk)]);
    errands.since_s = Some(since_s);
    errands
}

/// A card's history since `since_s`, or all of it.
pub(super) fn history(desk: &Arc<Desk>, card: &str, since_s: Option<i64>) -> Errands {
    let filter = HistoryFilter { since_s, ..HistoryFilter::default() };
    let walk = Walk::new(filter, PAGES_HISTORY, WalkEnd::CountReached);
    Errands::new(desk, card, Aim::History, [Errand::History(walk)])
}

pub(super) fn look_holder(desk: &Arc<Desk>, card: &str) -> Errands {
    Errands::new(desk, card, Aim::Look { before: None, event: None }, [Errand::Info])
}

/// A card's figures and its records since `since_s`: those of one event type, or without one those that changed points.
pub(super) fn look_assets(
    desk: &Arc<Desk>,
    card: &str,
    before: Option<Facts>,
    event: Option<i64>,
    since_s: i64,
) -> Errands {
    let filter = HistoryFilter { event, since_s: Some(since_s), only_score_change: event.is_none() };
    let walk = Walk::new(filter, PAGES_LOOK, WalkEnd::NothingNew);
    let aim = Aim::Look { before, event };
    let mut errands = Errands::new(desk, card, aim, [Errand::Info, Errand::History(walk)]);
    errands.since_s = Some(since_s);
    errands
}

impl Errands {
    fn new(desk: &Arc<Desk>, card: &str, aim: Aim, errands: impl IntoIterator<Item = Errand>) -> Self {
        Errands {
            desk: Arc::clone(desk),
            card: card.to_owned(),
            aim,
            errands: errands.into_iter().collect(),
            gathered: Gathered::default(),
            since_s: None,
            begun_anew: 0,
            over: false,
        }
    }

    fn ask(&self, errand: &Errand) -> WireCall {
        match errand {
            Errand::Levels => self.desk.levels(),
            Errand::Cards { key } => self.desk.cards(key),
            Errand::Info => self.desk.card_info(&self.card),
            Errand::Rules => self.desk.recharge_rules(&self.card),
            Errand::History(walk) => self.desk.history(&self.card, &walk.filter, walk.page),
        }
    }

    fn take(&mut self, answer: &HttpResponse) -> Result<(), ReadFailure> {
        let Some(errand) = self.errands.pop_front() else { return Ok(()) };
        // errcode 2 is an answer to two questions only. To any other it contradicts what getcardinfo has just said.
        let contradicts = |trouble| match trouble {
            ReadTrouble::NoSuchCard => ReadFailure::Unusable("errcode 2 where a card is not in question".to_owned()),
            ReadTrouble::Failure(failure) => failure,
        };
        match errand {
            Errand::Levels => self.gathered.levels = Some(answers::levels(answer).map_err(contradicts)?),
            Errand::Rules => match answers::recharge_rules(answer).map_err(contradicts) {
                Ok(rules) => self.gathered.rules = Some(rules),
                // The card can be served without its rules; those known from before stay.
                Err(ReadFailure::Unusable(_)) => event!(EXTRA_NOT_READ, provider = "sandy", what = "recharge_rules"),
                Err(failure) => return Err(failure),
            },
            Errand::Cards { .. } => match answers::cards(answer) {
                Ok(cards) => self.gathered.cards = Some(cards),
                Err(ReadTrouble::NoSuchCard) => self.gathered.cards = Some(Vec::new()),
                Err(ReadTrouble::Failure(failure)) => return Err(failure),
            },
            Errand::Info => match answers::card_info(answer, &self.card) {
                Ok(info) => self.gathered.info = Some(info),
                Err(ReadTrouble::NoSuchCard) => {
                    self.gathered = Gathered { absent: true, ..Gathered::default() };
                    self.errands.clear();
                }
                Err(ReadTrouble::Failure(failure)) => return Err(failure),
            },
            Errand::History(mut walk) => {
                let page = match answers::history(answer) {
                    // Nothing else has told of the card in this read.
                    Err(ReadTrouble::NoSuchCard) if matches!(self.aim, Aim::History) => {
                        self.gathered = Gathered { absent: true, ..Gathered::default() };
                        return Ok(());
                    }
                    page => page.map_err(contradicts)?,
                };
                if matches!(self.aim, Aim::History) && page.records.iter().any(|record| record.time_s.is_none()) {
                    return Err(ReadFailure::Unusable("history: a record without a time".to_owned()));
                }
                match walk.take(page) {
                    Walked::NextPage => self.errands.push_front(Errand::History(walk)),
                    Walked::Over { complete } => self.walked(walk, complete),
                }
            }
        }
        Ok(())
    }

    /// A walk is over: is what it brought enough?
    fn walked(&mut self, mut walk: Walk, complete: bool) {
        self.gathered.records.append(&mut walk.seen);
        match &self.aim {
            Aim::Serve if walk.filter.event.is_none() && !complete => {
                self.gathered.records.clear();
                for event in [event::LIFT, event::LOSS, event::REPLACE, event::CLOSE] {
                    let filter = HistoryFilter { event: Some(event), ..HistoryFilter::default() };
                    let walk = Walk::new(filter, PAGES_STATUS, WalkEnd::CountReached);
                    self.errands.push_front(Errand::History(walk));
                }
            }
            Aim::Look { before: Some(before), event } if self.first_pass(&walk) => {
                self.gathered.cut_short |= !complete;
                if before.figures.is_some_and(|figures| self.is_unsettled(before, &figures, event.is_none())) {
                    // Other records may explain the figures, or the figures were read a moment too early.
                    if event.is_some() {
                        let filter = HistoryFilter { since_s: self.since_s, ..HistoryFilter::default() };
                        let all = Walk::new(filter, PAGES_LOOK, WalkEnd::NothingNew);
                        self.errands.push_back(Errand::History(all));
                    }
                    self.errands.push_back(Errand::Info);
                }
            }
            // Figures and records have to be of one moment: a record that the figures do not include would be taken for known.
            Aim::Before if complete && self.is_torn() && self.begun_anew < BEGIN_ANEW => {
                self.begun_anew += 1;
                self.gathered.records.clear();
                let anew = Walk::new(walk.filter, walk.pages_at_most, walk.end);
                self.errands.extend([Errand::Info, Errand::History(anew)]);
            }
            _ => self.gathered.cut_short |= !complete,
        }
    }

    /// Whether the card's balance is not the one that its newest record left.
    fn is_torn(&self) -> bool {
        let info = self.gathered.info.as_ref().map(|info| info.figures.amount);
        let newest = self.gathered.records.values().next_back().and_then(|record| record.amount);
        info.zip(newest).is_some_and(|(info, newest)| info != newest)
    }

    fn first_pass(&self, walk: &Walk) -> bool {
        walk.filter.event.is_some() || walk.filter.only_score_change
    }

    /// Whether the card's figures are not those that its newest record left, or that were there before it.
    fn is_unsettled(&self, before: &Facts, figures: &Figures, by_points: bool) -> bool {
        let Some(now) = self.gathered.info.as_ref().map(|info| info.figures) else { return false };
        match self.gathered.records.values().rfind(|record| before.is_new(record)) {
            None => now != *figures,
            Some(newest) if by_points => newest.score != Some(now.cur_score),
            Some(newest) => newest.amount != Some(now.amount),
        }
    }

    fn finish(&mut self) -> Findings {
        let gathered = std::mem::take(&mut self.gathered);
        let status = matches!(self.aim, Aim::Serve).then(|| self.status(&gathered)).flatten();
        let history = matches!(self.aim, Aim::History)
            .then(|| RemoteHistory { lines: lines::of(&gathered.records), complete: !gathered.cut_short });
        let info = gathered.info.as_ref();
        let facts = match &self.aim {
            Aim::Before => Some(Facts::before(info, self.since_s, &gathered.records, gathered.cut_short)),
            Aim::BeforeModify => Some(Facts::before_modify(info)),
            Aim::Look { before, .. } => {
                let new = |record: &Record| before.as_ref().is_none_or(|before| before.is_new(record));
                let records = gathered.records.into_values().filter(new).collect();
                Some(Facts::look(info, self.since_s, records, gathered.cut_short))
            }
            Aim::Health | Aim::Find | Aim::Serve | Aim::History => None,
        };
        let (rules, pay_types) = gathered.rules.unzip();
        let found = match self.aim {
            Aim::Find => gathered.cards.unwrap_or_default().into_iter().map(|listed| listed.found).collect(),
            _ => Vec::new(),
        };
        Findings {
            snapshot: gathered.info.map(|info| info.snapshot),
            absent: gathered.absent,
            status,
            levels: gathered.levels,
            rules,
            pay_types,
            found,
            history,
            facts: facts.and_then(|facts| serde_json::to_value(facts).ok()),
            ..Findings::default()
        }
    }

    /// Whether the card may be used: as the search says, unless the history says that it is gone or lost.
    fn status(&self, gathered: &Gathered) -> Option<CardStatus> {
        let cards = gathered.cards.as_deref().unwrap_or_default();
        let own = cards.iter().filter(|listed| listed.found.number == self.card).map(|listed| listed.status);
        // A number that stands there twice is as good as its worst entry.
        let rank = |status: &CardStatus| match status {
            CardStatus::Active | CardStatus::Provisional => 0,
            CardStatus::Blocked => 1,
            CardStatus::Closed => 2,
        };
        let listed = own.max_by_key(rank);
        let gone = gathered.records.values().any(|record| matches!(record.event, event::CLOSE | event::REPLACE));
        let newest = gathered.records.values().rfind(|record| matches!(record.event, event::LOSS | event::LIFT));
        let lost = newest.is_some_and(|record| record.event == event::LOSS);
        match listed {
            Some(CardStatus::Closed) => listed,
            _ if gone || lost => Some(CardStatus::Blocked),
            listed => listed,
        }
    }
}

impl Reading for Errands {
    fn step(&mut self, answer: Option<&HttpResponse>) -> ReadStep {
        if self.over {
            return ReadStep::Failed(ReadFailure::Garbled("the read is over".to_owned()));
        }
        if let Some(Err(failure)) = answer.map(|answer| self.take(answer)) {
            self.over = true;
            return ReadStep::Failed(failure);
        }
        match self.errands.front() {
            Some(errand) => ReadStep::Ask(self.ask(errand)),
            None => {
                self.over = true;
                ReadStep::Done(Box::new(self.finish()))
            }
        }
    }
}
