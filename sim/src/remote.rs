//! The merchant's system: the sandbox's own core, and the world's knowledge of who caused what in it.

use std::collections::{BTreeMap, BTreeSet};

use tillbook_sandbox::sandy::{Endpoint, LedgerLine, Sandy};
use tillbook_sandbox::{Request, Response};

use crate::plan::Plan;
use crate::time::START_MS;

/// One operation of one till.
pub(crate) type OpKey = (usize, i64);

/// One time that the remote carried an operation out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Executed {
    /// Its line in the ledger, counted from 1.
    pub(crate) seq: u64,
    pub(crate) money: i64,
    pub(crate) points: i64,
    /// Whether anything is different after it.
    pub(crate) changed: bool,
}

pub(crate) struct Remote {
    pub(crate) sandy: Sandy,
    /// What a replica that lags behind would answer from.
    old: Option<Sandy>,
    skew_ms: i64,
    executed: BTreeMap<OpKey, Vec<Executed>>,
}

impl Remote {
    pub(crate) fn new(plan: &Plan) -> Remote {
        let mut sandy = Sandy::new(plan.settings.clone());
        for (card, number) in &plan.cards {
            if let Err(error) = sandy.seed(START_MS / 1000 - 7200, card.clone()) {
                panic!("card {number} can't be seeded: {error}");
            }
        }
        Remote { sandy, old: None, skew_ms: plan.remote_skew_ms, executed: BTreeMap::new() }
    }

    /// The remote's own clock, in epoch seconds.
    pub(crate) fn clock_s(&self, now: i64) -> i64 {
        (now + self.skew_ms).div_euclid(1000)
    }

    /// Works a request off, and takes note if that carried an operation out.
    pub(crate) fn handle(&mut self, now: i64, request: &Request, op: Option<OpKey>) -> (Response, Option<Executed>) {
        let before = self.sandy.ledger().len();
        let held = |sandy: &Sandy| {
            let card = sandy.card(&Endpoint::card_of(request)?)?;
            Some(format!("{:?} {:?} {:?} {:?}", card.name, card.phone, card.birthday, card.gender))
        };
        let holder = op.and_then(|_| held(&self.sandy));
        let answer = self.sandy.handle(self.clock_s(now), request);
        let line = self.sandy.ledger().get(before);
        let executed = line.zip(op).map(|(line, op)| {
            let (money, points) = (line.money_change_fen, line.points_change);
            let changed = (money, points) != (0, 0) || holder != held(&self.sandy);
            (op, Executed { seq: line.seq, money, points, changed })
        });
        if let Some((op, executed)) = executed {
            self.executed.entry(op).or_default().push(executed);
        }
        (answer, executed.map(|(_, executed)| executed))
    }

    /// Answers a read from data of an earlier time, if some was kept.
    pub(crate) fn handle_stale(&mut self, now: i64, request: &Request) -> Option<Response> {
        let clock_s = self.clock_s(now);
        self.old.as_mut().map(|old| old.handle(clock_s, request))
    }

    /// From now on a stale read shows this moment.
    pub(crate) fn keep_for_stale_reads(&mut self) {
        self.old = Some(self.sandy.clone());
    }

    pub(crate) fn executions(&self, op: OpKey) -> &[Executed] {
        self.executed.get(&op).map_or(&[], Vec::as_slice)
    }

    /// Whether these figures stood on a card at some moment from the ledger's line `from` on.
    pub(crate) fn stood_since(&self, card: &str, from: u64, money: i64, points: i64) -> bool {
        let lines = self.sandy.ledger().iter().filter(|line| line.card == card);
        let mut standing: Option<&LedgerLine> = None;
        let fits = |line: &LedgerLine| line.amount_fen == money && line.points == points;
        for line in lines {
            if line.seq > from {
                if standing.is_some_and(fits) {
                    return true;
                }
                standing = Some(line);
            } else {
                standing = Some(line);
            }
        }
        standing.is_some_and(fits)
    }

    /// Whether anybody but this till has written to a card.
    pub(crate) fn others_wrote(&self, card: &str, till: usize) -> bool {
        let own: BTreeSet<u64> = self
            .executed
            .iter()
            .filter(|((by, _), _)| *by == till)
            .flat_map(|(_, executed)| executed.iter().map(|executed| executed.seq))
            .collect();
        let since = START_MS / 1000 - 3600;
        self.sandy.ledger().iter().any(|line| line.card == card && line.time_s > since && !own.contains(&line.seq))
    }
}
