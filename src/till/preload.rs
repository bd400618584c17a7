//! Taking cards into the book ahead of an outage, one after another.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use crate::error::{Error, ErrorCode, Result};
use crate::model::{
    CardNumber, Family, Member, PreloadCursor, PreloadEnd, PreloadPlan, PreloadProgress, PreloadQuery, Preloaded,
};
use crate::provider::{Inquiry, Reply};
use crate::sync::{Ask, AskAnswer};

use super::Till;

/// Members asked for at a time.
const PAGE_SIZE: u32 = 50;
/// Pages of members at most: a million of them.
const PAGES: u32 = 20_000;
/// A card whose answers are of no use is asked for so often, in case it was the line.
const TRIES: u32 = 3;
/// So many cards of that kind in a row are the remote's trouble and not theirs.
const FAILURES: u32 = 5;

impl Till {
    /// Takes cards into the book, so that they can be served in an outage: the primitive, for loops of a host's own. Deals
    /// with `at_most` cards and returns; [`Preloaded::next`] goes into the next call as `after`. That may be in another
    /// process, days later.
    ///
    /// Cards are read one at a time as [`Till::serve_card`] reads them, and cashiers' calls go on beside it. A remote that does
    /// not answer, or asks for a pause, ends it with [`PreloadEnd::Unreachable`], and the card that it was at is the next one.
    ///
    /// ```
    /// # use tillbook::{Config, PreloadEnd, PreloadQuery, SandyConfig, Till};
    /// # let dir = tempfile::tempdir().unwrap();
    /// # let sandy = SandyConfig::new("http://127.0.0.1:9", "agent", "{GUID}"); // nobody listens there
    /// # let till = Till::open(dir.path().join("till.db"), Config::new("Noodle House", "Store 1", "Till 3", sandy))?;
    /// let query = PreloadQuery::range("M000100", "M000199");
    /// let step = till.preload_step(&query, None, 10)?;
    /// assert_eq!((step.end, step.progress.done, step.progress.total), (PreloadEnd::Unreachable, 0, Some(100)));
    /// assert!(step.next.is_some());
    /// # Ok::<(), tillbook::Error>(())
    /// ```
    ///
    /// # Errors
    /// `InvalidInput`; `Unsupported` where the remote has no such search or list; `RemoteRefused` where it refuses that, or its
    /// list of members does not turn its pages, so that nobody can say that these were all: those that it told are in the book;
    /// `DiskFull`, `Storage`, `Poisoned`, `Closed`.
    pub fn preload_step(&self, query: &PreloadQuery, after: Option<&str>, at_most: u32) -> Result<Preloaded> {
        Preloading::begin(self, query, after)?.go_on(at_most, |_| ControlFlow::Continue(()))
    }

    /// Takes cards into the book, from the beginning or from where an earlier call left off (`after`), until all are there or
    /// something ends it. `on_progress` is called after each card, with no lock held; what it returns says whether to go on.
    /// As [`Till::preload_step`] otherwise.
    ///
    /// # Errors
    /// As [`Till::preload_step`].
    pub fn preload(
        &self,
        query: &PreloadQuery,
        after: Option<&str>,
        on_progress: impl FnMut(&PreloadProgress) -> ControlFlow<()>,
    ) -> Result<Preloaded> {
        Preloading::begin(self, query, after)?.go_on(u32::MAX, on_progress)
    }
}

/// A card or a member to be read.
#[derive(Clone)]
enum Target {
    Card(CardNumber),
    Member(String),
    /// A member whom the list does not name.
    Nobody,
}

/// What became of one.
enum Dealt {
    Found { partial: bool },
    Fresh,
    Absent,
    Failed,
}

struct Preloading<'a> {
    till: &'a Till,
    query: &'a PreloadQuery,
    plan: PreloadPlan,
    cursor: PreloadCursor,
    began: Instant,
    /// What the remote has listed: of a search all that is left, of members the page.
    listed: Option<Vec<Target>>,
    failures: u32,
}

impl<'a> Preloading<'a> {
    fn begin(till: &'a Till, query: &'a PreloadQuery, after: Option<&str>) -> Result<Self> {
        let plan = PreloadPlan::of(&query.cards)?;
        let cursor = PreloadCursor::of(&plan, after)?;
        Ok(Preloading { till, query, plan, cursor, began: Instant::now(), listed: None, failures: 0 })
    }

    fn go_on(
        mut self,
        at_most: u32,
        mut on_progress: impl FnMut(&PreloadProgress) -> ControlFlow<()>,
    ) -> Result<Preloaded> {
        let mut dealt_with = 0;
        loop {
            if dealt_with >= at_most {
                return Ok(self.end(PreloadEnd::StepDone));
            }
            if self.left().is_zero() {
                return Ok(self.end(PreloadEnd::OutOfTime));
            }
            let target = match self.next()? {
                ControlFlow::Continue(Some(target)) => target,
                ControlFlow::Continue(None) => return Ok(self.end(PreloadEnd::Complete)),
                ControlFlow::Break(end) => return Ok(self.end(end)),
            };
            let asked = match self.deal_with(&target)? {
                ControlFlow::Continue(dealt) => self.count(&target, &dealt),
                ControlFlow::Break(end) => return Ok(self.end(end)),
            };
            dealt_with += 1;
            if on_progress(&self.cursor.progress).is_break() {
                return Ok(self.end(PreloadEnd::Cancelled));
            }
            if self.failures >= FAILURES {
                return Ok(self.end(PreloadEnd::Unreachable));
            }
            if asked && dealt_with < at_most {
                std::thread::sleep(self.query.pace.min(self.left()));
            }
        }
    }

    fn left(&self) -> Duration {
        self.query.budget.saturating_sub(self.began.elapsed())
    }

    fn end(self, end: PreloadEnd) -> Preloaded {
        let next = (end != PreloadEnd::Complete).then(|| self.cursor.to_string());
        Preloaded { progress: self.cursor.progress, end, next }
    }

    /// The next one, if there is another.
    fn next(&mut self) -> Result<ControlFlow<PreloadEnd, Option<Target>>> {
        let place = usize::try_from(self.cursor.place).unwrap_or(usize::MAX);
        let target = match &self.plan {
            PreloadPlan::Numbers(_) | PreloadPlan::Range { .. } => {
                return Ok(ControlFlow::Continue(self.plan.number(self.cursor.place).map(Target::Card)));
            }
            PreloadPlan::Search(text) => {
                if self.listed.is_none() {
                    let ask = Ask::List(text.clone());
                    match self.reachable(|till, timeout| till.list(ask.clone(), timeout))? {
                        ControlFlow::Continue(numbers) => self.take_search(numbers),
                        ControlFlow::Break(end) => return Ok(ControlFlow::Break(end)),
                    }
                }
                self.listed.as_ref().and_then(|listed| listed.first())
            }
            PreloadPlan::Members => {
                let over = self.listed.as_ref().is_some_and(|page| place >= page.len());
                if self.listed.is_none() || over {
                    if over {
                        (self.cursor.page, self.cursor.place) = (self.cursor.page.saturating_add(1), 0);
                    }
                    if let ControlFlow::Break(end) = self.turn_page()? {
                        return Ok(ControlFlow::Break(end));
                    }
                }
                let place = usize::try_from(self.cursor.place).unwrap_or(usize::MAX);
                self.listed.as_ref().and_then(|page| page.get(place))
            }
        };
        Ok(ControlFlow::Continue(target.cloned()))
    }

    /// All that a search found behind the number last dealt with, in order.
    fn take_search(&mut self, numbers: Vec<String>) {
        let mut numbers: Vec<CardNumber> =
            numbers.into_iter().filter_map(|number| CardNumber::new(number).ok()).collect();
        numbers.sort_by(|one, other| one.as_str().cmp(other.as_str()));
        numbers.dedup();
        if let Some(after) = &self.cursor.after {
            numbers.retain(|number| number.as_str() > after.as_str());
        }
        self.cursor.progress.total = Some(self.cursor.progress.done + numbers.len() as u64);
        self.listed = Some(numbers.into_iter().map(Target::Card).collect());
    }

    /// The members of the cursor's page. None where the list is over; an error where it is not and can't be gone on with.
    fn turn_page(&mut self) -> Result<ControlFlow<PreloadEnd>> {
        let page = self.cursor.page;
        if page > PAGES {
            return Err(Error::remote_refused("the list of members does not end"));
        }
        let inquiry = Inquiry::Members { page, page_size: PAGE_SIZE };
        let answered = self.reachable(|till, timeout| till.inquire(inquiry.clone(), None, timeout))?;
        let list = match answered {
            ControlFlow::Continue(Reply::Members(list)) => list,
            ControlFlow::Continue(_) => return Err(Error::inconsistent("no list of members")),
            ControlFlow::Break(end) => return Ok(ControlFlow::Break(end)),
        };
        self.cursor.progress.total = list.total.or(self.cursor.progress.total);
        let named = |member: &Member| member.reference.clone().map_or(Target::Nobody, Target::Member);
        let before = self.listed.take().unwrap_or_default();
        let mut targets: Vec<Target> = list.members.iter().map(named).collect();
        let names = |targets: &[Target]| -> Vec<String> {
            targets
                .iter()
                .filter_map(|target| if let Target::Member(id) = target { Some(id.clone()) } else { None })
                .collect()
        };
        let past_the_end = list.pages.is_some_and(|pages| page > pages);
        if list.page != page || past_the_end || (!before.is_empty() && names(&before) == names(&targets)) {
            targets.clear();
            // A list may begin anew, or tell its end again, where it is over. It is not where the remote has counted more members,
            // or where it counts none and the page before was full.
            let PreloadProgress { done, total, .. } = self.cursor.progress;
            let more = total.map_or(before.len() >= PAGE_SIZE as usize, |total| done < total);
            if more && !past_the_end {
                return Err(Error::remote_refused(format!(
                    "the list of members does not turn to page {page}: {done} were dealt with, and there may be more"
                )));
            }
        }
        self.listed = Some(targets);
        Ok(ControlFlow::Continue(()))
    }

    /// Asks for a list, more than once if need be.
    fn reachable<T>(&self, ask: impl Fn(&Till, Duration) -> Result<T>) -> Result<ControlFlow<PreloadEnd, T>> {
        for _ in 0..TRIES {
            match ask(self.till, self.query.timeout.min(self.left())) {
                Err(error) if error.code() == ErrorCode::Unreachable => {}
                answered => return answered.map(ControlFlow::Continue),
            }
            if self.left().is_zero() {
                return Ok(ControlFlow::Break(PreloadEnd::OutOfTime));
            }
        }
        Ok(ControlFlow::Break(PreloadEnd::Unreachable))
    }

    fn deal_with(&self, target: &Target) -> Result<ControlFlow<PreloadEnd, Dealt>> {
        if self.is_fresh(target)? {
            return Ok(ControlFlow::Continue(Dealt::Fresh));
        }
        for _ in 0..TRIES {
            let answers = self.ask(target)?;
            let mut codes = Vec::new();
            for (place, answer) in answers {
                match answer {
                    Ok(_) => codes.push((place, None)),
                    Err(error)
                        if matches!(
                            error.code(),
                            ErrorCode::NotFound
                                | ErrorCode::Unreachable
                                | ErrorCode::RemoteRefused
                                | ErrorCode::Unsupported
                        ) =>
                    {
                        codes.push((place, Some(error.code())));
                    }
                    Err(error) => return Err(error),
                }
            }
            let silent: Vec<usize> = codes
                .iter()
                .filter(|(_, code)| *code == Some(ErrorCode::Unreachable))
                .map(|(place, _)| *place)
                .collect();
            let refused = codes.iter().any(|(_, code)| *code == Some(ErrorCode::RemoteRefused));
            if codes.iter().any(|(_, code)| code.is_none()) {
                let partial = refused || !silent.is_empty();
                return Ok(ControlFlow::Continue(Dealt::Found { partial }));
            }
            if silent.is_empty() {
                return Ok(ControlFlow::Continue(if refused { Dealt::Failed } else { Dealt::Absent }));
            }
            if self.till.runtime.with(|engine| Ok(silent.iter().any(|&place| engine.is_unreachable(place))))? {
                return Ok(ControlFlow::Break(PreloadEnd::Unreachable));
            }
            if self.left().is_zero() {
                return Ok(ControlFlow::Break(PreloadEnd::OutOfTime));
            }
        }
        Ok(ControlFlow::Continue(Dealt::Failed))
    }

    /// What each remote says of it, by its place.
    fn ask(&self, target: &Target) -> Result<Vec<(usize, Result<AskAnswer>)>> {
        let timeout = self.query.timeout.min(self.left());
        match target {
            Target::Card(number) => {
                let places = self.till.runtime.with(|engine| Ok(engine.desks_of_cards()))?;
                Ok(places.into_iter().zip(self.till.serve_everywhere(number, timeout)?).collect())
            }
            Target::Member(reference) => {
                let place = self.till.runtime.with(|engine| engine.route_members())?;
                let answer = self.till.ask(place, Ask::Reference(reference.clone()), timeout);
                let answer = match answer {
                    Ok(AskAnswer::Cards(numbers)) if numbers.is_empty() => Err(Error::not_found("member")),
                    answer => answer,
                };
                Ok(vec![(place, answer)])
            }
            Target::Nobody => Ok(Vec::new()),
        }
    }

    fn is_fresh(&self, target: &Target) -> Result<bool> {
        let Some(max_age) = self.query.max_age else { return Ok(false) };
        self.till.runtime.with(|engine| {
            let number = match target {
                Target::Card(number) => Some(number.clone()),
                Target::Member(reference) => engine.card_of_member(reference)?,
                Target::Nobody => None,
            };
            let Some(number) = number else { return Ok(false) };
            let fetched = engine.fetched_at(&number)?;
            let now = engine.now();
            Ok(fetched.is_some_and(|at| now.since(at) <= max_age))
        })
    }

    /// Counts it, and goes one further. Whether a remote was asked.
    fn count(&mut self, target: &Target, dealt: &Dealt) -> bool {
        let progress = &mut self.cursor.progress;
        progress.done += 1;
        match dealt {
            Dealt::Found { partial } => {
                progress.found += 1;
                progress.partial += u64::from(*partial);
            }
            Dealt::Fresh => progress.fresh += 1,
            Dealt::Absent => progress.absent += 1,
            Dealt::Failed => progress.failed += 1,
        }
        self.failures = if matches!(dealt, Dealt::Failed) { self.failures + 1 } else { 0 };
        match (&self.plan, target) {
            (PreloadPlan::Search(_), Target::Card(number)) => {
                self.cursor.after = Some(number.as_str().to_owned());
                if let Some(listed) = self.listed.as_mut().filter(|listed| !listed.is_empty()) {
                    listed.remove(0);
                }
            }
            _ => self.cursor.place += 1,
        }
        !matches!(dealt, Dealt::Fresh)
    }
}

impl Till {
    /// The cards that the search of the remote of the cards finds.
    fn list(&self, ask: Ask, timeout: Duration) -> Result<Vec<String>> {
        let place = self.runtime.with(|engine| engine.route(Family::Cards))?;
        match self.ask(place, ask, timeout)? {
            AskAnswer::Cards(numbers) => Ok(numbers),
            _ => Err(Error::inconsistent("no list of cards")),
        }
    }
}
