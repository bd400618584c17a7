//! The merchant's system: the sandbox's own core, and the world's knowledge of who caused what in it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tillbook::Money;
use tillbook_sandbox::freemud::{self, Freemud, NewMember};
use tillbook_sandbox::gree::{self, Gree, NewTemplate, Profile};
use tillbook_sandbox::sandy::{Endpoint, LedgerKind, LedgerLine, NewCard, Sandy};
use tillbook_sandbox::yonyou::{self, Yonyou};
use tillbook_sandbox::{Request, Response, System};

use crate::audit::mirror::Op;
use crate::plan::Plan;
use crate::till::SimTill;
use crate::time::START_MS;
use crate::town::TEMPLATE;

/// One operation of one till.
pub(crate) type OpKey = (usize, i64);

/// One time that a remote carried an operation out.
#[derive(Clone, Debug)]
pub(crate) struct Executed {
    /// Its line in the ledger, counted from 1.
    pub(crate) seq: u64,
    pub(crate) money: i64,
    pub(crate) points: i64,
    /// Whether anything is different after it.
    pub(crate) changed: bool,
    /// What a member platform's ledger says of it.
    pub(crate) line: Option<Line>,
}

/// A line of a member platform's ledger, as far as all of them have one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) seq: u64,
    pub(crate) kind: String,
    /// The member: a phone number, or what Yonyou calls one.
    pub(crate) who: String,
    pub(crate) change: i64,
    /// The points after it.
    pub(crate) points: i64,
    /// What the client tells its writes apart by.
    pub(crate) key: Option<String>,
    pub(crate) coupon: Option<String>,
    /// The order that the coupon had been used for before.
    pub(crate) used_for: Option<String>,
    /// By the interface, and not by somebody at the platform.
    pub(crate) by_api: bool,
}

pub(crate) struct Remote {
    pub(crate) sandy: Sandy,
    pub(crate) gree: Gree,
    pub(crate) freemud: Freemud,
    pub(crate) yonyou: Yonyou,
    /// What a replica that lags behind would answer from.
    old: Option<Sandy>,
    skew_ms: i64,
    executed: BTreeMap<OpKey, Vec<Executed>>,
    undone: BTreeSet<OpKey>,
    /// When somebody else changed a coupon last, in true time.
    pub(crate) coupon_touched: BTreeMap<String, i64>,
    /// Coupons that the office has made valid again.
    pub(crate) coupon_given_back: BTreeSet<String>,
}

impl Remote {
    pub(crate) fn new(plan: &Plan) -> Remote {
        let mut sandy = Sandy::new(plan.settings.clone());
        for (card, number) in &plan.cards {
            if let Err(error) = sandy.seed(START_MS / 1000 - 7200, card.clone()) {
                panic!("card {number} can't be seeded: {error}");
            }
        }
        for number in plan.tills.iter().flat_map(|till| &till.taken) {
            // Tills that share a range name some of them twice.
            let card = NewCard::new(number, 1).with_holder("Somebody", "13900000009", None).with_balance(50_00, 5);
            let _ = sandy.seed(START_MS / 1000 - 7200, card);
        }
        let town = &plan.town;
        let mut remote = Remote {
            sandy,
            gree: Gree::new(town.gree.clone().unwrap_or_default()),
            freemud: Freemud::new(town.freemud.clone().unwrap_or_default()),
            yonyou: Yonyou::new(town.yonyou.clone().unwrap_or_default()),
            old: None,
            skew_ms: plan.remote_skew_ms,
            executed: BTreeMap::new(),
            undone: BTreeSet::new(),
            coupon_touched: BTreeMap::new(),
            coupon_given_back: BTreeSet::new(),
        };
        remote.populate(plan).unwrap_or_else(|error| panic!("nobody can be seeded: {error}"));
        remote
    }

    fn populate(&mut self, plan: &Plan) -> Result<(), String> {
        let (town, at) = (&plan.town, START_MS - 7_200_000);
        let told = |error: &dyn std::fmt::Display| error.to_string();
        for (phone, points) in &town.members {
            if town.freemud.is_some() {
                let member = NewMember::new(phone).with_points(*points);
                self.freemud.seed(at, member).map_err(|error| told(&error))?;
            }
            if town.gree.is_some() {
                let mut office = self.gree.office(at);
                office.add_member(phone, Profile::new("member"), *points, 0).map_err(|error| told(&error))?;
            }
        }
        for (mid, points) in &town.mids {
            self.yonyou.seed(at, mid, *points).map_err(|error| told(&error))?;
        }
        if town.gree.is_some() {
            let mut office = self.gree.office(at);
            office.add_template(NewTemplate::new(TEMPLATE, 10_00, 10)).map_err(|error| told(&error))?;
            for (phone, _) in &town.members {
                let numbers = [format!("{phone}-A"), format!("{phone}-B")];
                let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
                office.give_coupons(TEMPLATE, phone, &numbers).map_err(|error| told(&error))?;
            }
        }
        Ok(())
    }

    /// The remote's own clock, in epoch seconds.
    pub(crate) fn clock_s(&self, now: i64) -> i64 {
        (now + self.skew_ms).div_euclid(1000)
    }

    pub(crate) fn clock_ms(&self, now: i64) -> i64 {
        now + self.skew_ms
    }

    /// Works a request off, and takes note if that carried an operation out, or undid it.
    pub(crate) fn handle(
        &mut self,
        now: i64,
        system: System,
        request: &Request,
        op: Option<(OpKey, bool)>,
    ) -> (Response, Option<Executed>) {
        let clock_ms = self.clock_ms(now);
        let before = self.lines(system);
        let used_for = if system == System::Gree && op.is_some() { self.coupon_order(request) } else { None };
        let (answer, executed) = match system {
            System::Sandy => self.handle_sandy(now, request, op.is_some()),
            System::Gree => (self.gree.handle(clock_ms, request), None),
            System::Freemud => (self.freemud.handle(clock_ms, request), None),
            System::Yonyou => (self.yonyou.handle(clock_ms, request), None),
        };
        let executed = executed.or_else(|| {
            let line = self.line(system, before).filter(|_| system != System::Sandy)?;
            let line = Line { used_for, ..line };
            if let Some(coupon) = &line.coupon {
                self.coupon_touched.insert(coupon.clone(), now);
            }
            Some(Executed { seq: line.seq, money: 0, points: line.change, changed: true, line: Some(line) })
        });
        match (op, &executed) {
            (Some((op, false)), Some(executed)) => self.executed.entry(op).or_default().push(executed.clone()),
            (Some((op, true)), Some(_)) => drop(self.undone.insert(op)),
            _ => {}
        }
        (answer, executed)
    }

    /// The order that the coupon was used for which a request is about.
    fn coupon_order(&self, request: &Request) -> Option<String> {
        let body: Value = serde_json::from_slice(&request.body).ok()?;
        self.gree.coupon(body.get("third_coupon_code")?.as_str()?)?.use_order_no.clone()
    }

    fn handle_sandy(&mut self, now: i64, request: &Request, of_op: bool) -> (Response, Option<Executed>) {
        let before = self.sandy.ledger().len();
        let held = |sandy: &Sandy| {
            let card = sandy.card(&Endpoint::card_of(request)?)?;
            Some(format!("{:?} {:?} {:?} {:?}", card.name, card.phone, card.birthday, card.gender))
        };
        let holder = if of_op { held(&self.sandy) } else { None };
        let answer = self.sandy.handle(self.clock_s(now), request);
        let executed = self.sandy.ledger().get(before).filter(|_| of_op).map(|line| {
            let (money, points) = (line.money_change_fen, line.points_change);
            let changed = (money, points) != (0, 0) || holder != held(&self.sandy);
            Executed { seq: line.seq, money, points, changed, line: None }
        });
        (answer, executed)
    }

    /// How many lines a ledger has.
    pub(crate) fn lines(&self, system: System) -> usize {
        match system {
            System::Sandy => self.sandy.ledger().len(),
            System::Gree => self.gree.ledger().len(),
            System::Freemud => self.freemud.ledger().len(),
            System::Yonyou => self.yonyou.ledger().len(),
        }
    }

    /// A line of a member platform's ledger, counted from 0.
    pub(crate) fn line(&self, system: System, index: usize) -> Option<Line> {
        match system {
            System::Sandy => None,
            System::Gree => self.gree.ledger().get(index).map(|line| Line {
                seq: line.seq,
                kind: format!("{:?}", line.kind),
                who: line.phone.clone(),
                change: line.points_change,
                points: line.points,
                key: if line.kind == gree::LedgerKind::UseCoupon { &line.order_no } else { &line.wire_key }.clone(),
                coupon: line.coupon_code.clone(),
                used_for: None,
                by_api: line.source == gree::Source::Api,
            }),
            System::Freemud => self.freemud.ledger().get(index).map(|line| Line {
                seq: line.seq,
                kind: format!("{:?}", line.kind),
                who: self.freemud.member(&line.member_id).map(|member| member.mobile.to_owned()).unwrap_or_default(),
                change: line.points_change,
                points: line.points,
                key: line.wire_key.clone(),
                coupon: None,
                used_for: None,
                by_api: line.source == freemud::Source::Api,
            }),
            System::Yonyou => self.yonyou.ledger().get(index).map(|line| Line {
                seq: line.seq,
                kind: format!("{:?}", line.action),
                who: line.mid.clone(),
                change: line.points_change,
                points: line.after,
                key: line.source_code.clone(),
                coupon: None,
                used_for: None,
                by_api: line.source == yonyou::Source::Api,
            }),
        }
    }

    /// The points of a member, if there is one.
    pub(crate) fn points(&self, system: System, who: &str) -> Option<i64> {
        match system {
            System::Sandy => None,
            System::Gree => self.gree.member(who).map(|member| member.score),
            System::Freemud => self.freemud.member_by_mobile(who).map(|member| member.points),
            System::Yonyou => self.yonyou.points(who),
        }
    }

    /// Whether an operation was undone by its key.
    pub(crate) fn is_undone(&self, op: OpKey) -> bool {
        self.undone.contains(&op)
    }

    /// How often an operation stands at the remote, what was undone not counted.
    pub(crate) fn stands(&self, op: OpKey) -> usize {
        self.executions(op).len().saturating_sub(usize::from(self.is_undone(op)))
    }

    /// Whether these points stood with a member at some moment from the ledger's line `from` on.
    pub(crate) fn points_stood_since(&self, system: System, who: &str, from: u64, points: i64) -> bool {
        let mut standing = None;
        for line in (0..self.lines(system)).filter_map(|index| self.line(system, index)) {
            if line.who != who {
                continue;
            }
            if line.seq > from && standing == Some(points) {
                return true;
            }
            standing = Some(line.points);
        }
        standing == Some(points)
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
            .filter(|((by, op_no), _)| *by == till.index && !till.has_lost(*op_no))
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
