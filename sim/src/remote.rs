//! The merchant's system: the sandbox's own core, and the world's knowledge of who caused what in it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tillbook::Money;
use tillbook_sandbox::sandy::{Endpoint, LedgerKind, LedgerLine, Sandy};
use tillbook_sandbox::{Request, Response};

use crate::audit::mirror::Op;
use crate::plan::Plan;
use crate::till::SimTill;
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

    /// Whether anything else has changed the holder's data since an operation did.
    pub(crate) fn was_changed_elsewhere(&self, op: OpKey, card: &str) -> bool {
        let own: Vec<u64> = self.executions(op).iter().map(|executed| executed.seq).collect();
        let since = own.iter().min().copied().unwrap_or_default();
        let changes = |line: &&LedgerLine| line.card == card && line.kind == LedgerKind::Modify && line.seq > since;
        self.sandy.ledger().iter().filter(changes).any(|line| !own.contains(&line.seq))
    }

    /// Whether anybody else has done on a card what an operation of this till asks for, in the same figures.
    pub(crate) fn has_lookalike(&self, till: &SimTill, op: &Op) -> bool {
        let own: BTreeSet<u64> = self
            .executed
            .iter()
            .filter(|((by, _), _)| *by == till.index)
            .flat_map(|(_, executed)| executed.iter().map(|executed| executed.seq))
            .collect();
        let sent = op.attempts.iter().find(|attempt| !attempt.path.is_empty()).and_then(|attempt| {
            let body: Value = serde_json::from_slice(&attempt.body).ok()?;
            let money = body.get("money")?;
            let text = money.as_str().map_or_else(|| money.to_string(), ToOwned::to_owned);
            Some(Money::parse_yuan(&text).ok()?.fen())
        });
        let kind = match op.kind.as_str() {
            "consume" => Some(LedgerKind::Consume),
            "recharge" => Some(LedgerKind::Recharge),
            // Points leave no record of their own: any change of them may look like it. So may any holder's data.
            _ => None,
        };
        let since = START_MS / 1000 - 3600;
        let foreign = |line: &&LedgerLine| line.card == op.card && line.time_s > since && !own.contains(&line.seq);
        let alike = |line: &LedgerLine| kind.is_none_or(|kind| line.kind == kind && Some(line.sent) == sent);
        self.sandy.ledger().iter().filter(foreign).any(alike)
    }
}
