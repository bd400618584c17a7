//! A request leaves a till.

use tillbook::HttpRequest;
use tillbook_sandbox::{Call, Request, System, freemud, gree, sandy, yonyou};

use crate::audit::mirror::{Attempt, Mirror};
use crate::audit::{self, violated};
use crate::manners::searched;
use crate::till::Exchange;
use crate::time::{Occasion, dice};
use crate::wire::{Conditions, Fate, Flight, as_read};
use crate::world::{Checked, Event, World};

/// Whether a request is there only to find out how the remote fares, or to bring a token.
fn finds_out(call: &Call, request: &Request) -> bool {
    match call.system {
        System::Sandy => call.endpoint == sandy::Endpoint::CardLevelList.name(),
        System::Gree => {
            let names = [gree::Endpoint::LevelList, gree::Endpoint::TokenQuery, gree::Endpoint::TokenRefresh];
            names.iter().any(|name| name.name() == call.endpoint)
        }
        System::Freemud => call.endpoint == freemud::Endpoint::Members.name(),
        System::Yonyou => call.endpoint == yonyou::Endpoint::Token.name() || request.body == b"[]",
    }
}

/// Whether a request is an attempt as it stands in the book, with an envelope around it.
fn is_sealed(system: System, attempt: &Attempt, request: &Request) -> bool {
    match system {
        System::Sandy => attempt.path == request.path && attempt.body == request.body,
        System::Gree | System::Yonyou => request.path.starts_with(&attempt.path) && attempt.body == request.body,
        System::Freemud => {
            let told = serde_json::from_slice::<serde_json::Value>(&request.body).ok();
            let inner = told.as_ref().and_then(|told| told.get("requestBody")?.as_str());
            attempt.path == request.path && inner.is_some_and(|inner| inner.as_bytes() == attempt.body)
        }
    }
}

impl World {
    /// A request leaves: the network decides what becomes of it.
    pub(crate) fn depart(&mut self, i: usize, id: u64, request: &HttpRequest, attempts: &[(i64, i64)]) -> Checked {
        let now = self.now();
        let read = as_read(request);
        let Some(call) = Call::of(&read) else {
            return violated(2, format!("till {i} sends to {}, which is no endpoint", read.path));
        };
        let (system, endpoint) = (call.system, call.endpoint);
        let till = &mut self.tills[i];
        let health = finds_out(&call, &read);
        let mut exchange = Exchange {
            system,
            card: call.card.clone().or_else(|| searched(&read)),
            write: call.is_write && !health,
            health,
            lane: None,
        };
        let (op_no, undoing) = if exchange.write {
            let attempt_of = |&(op_no, attempt_no): &(i64, i64)| {
                let op = till.mirror.ops.get(&op_no)?;
                let attempt = op.attempts.iter().find(|attempt| attempt.attempt_no == attempt_no)?;
                let state = if attempt.undoing { "reversing" } else { "sending" };
                (op.state == state && is_sealed(system, attempt, &read)).then_some((op.op_no, op.lane, attempt.undoing))
            };
            match attempts.iter().find_map(attempt_of) {
                Some((op_no, lane, undoing)) => {
                    exchange.lane = Some(lane);
                    (Some(op_no), undoing)
                }
                None => return violated(2, format!("till {i} sends a {endpoint} without a durable attempt")),
            }
        } else {
            (None, false)
        };
        if exchange.write && till.copies.restored {
            let what = format!("till {i} sends a {endpoint}, and nobody has gone on with its older copy");
            return violated(17, what);
        }
        if let Some(op_no) = op_no {
            audit::check_opened(till, op_no, &exchange)?;
        }
        if !exchange.health {
            let condition = till.look(|_, eye| Ok(Mirror::condition(eye, system.name()))).ok().flatten();
            let halted = condition.and_then(|condition| condition.get("halted")?.as_str().map(ToOwned::to_owned));
            if let Some(why) = halted {
                return violated(13, format!("till {i} sends a {endpoint} though {} is halted: {why}", system.name()));
            }
        }
        if let Err(mut violation) = audit::check_departure(till, &exchange, now) {
            let condition = till.look(|_, eye| Ok(Mirror::condition(eye, system.name())));
            let book = till.steps.as_mut().map(|steps| steps.now());
            violation.what = format!("{}; at {book:?} the book says {condition:?}", violation.what);
            return Err(violation);
        }
        till.flights += 1;
        self.figures.requests += 1;
        let number = self.next_flight;
        self.next_flight += 1;
        let conditions = Conditions {
            plan: &self.plan.network,
            class: self.plan.class,
            link: till.link,
            now,
            timeout_ms: till.timeout_ms(),
            quiet_ms: till.quiet_ms(),
            write: exchange.write,
            calm: self.calm,
        };
        let fate = Fate::thrown(&conditions, &mut dice(self.seed, Occasion::Flight, i as u64 + 1000, till.flights));
        let (card, life) = (exchange.card.clone(), till.life);
        till.in_flight.insert(id, exchange);
        self.figures.faults += u64::from(fate.is_fault());
        self.tell(|| {
            let card = card.as_deref().unwrap_or("-");
            format!("till {i}   #{number} {endpoint} {card}: {}", fate.name)
        });
        if let Some(at) = fate.execute_at {
            self.schedule(at, Event::Execute(number));
            if let Some(op_no) = op_no {
                *self.pending.entry((i, op_no)).or_default() += 1;
            }
        }
        if let Some(at) = fate.again_at {
            self.schedule(at, Event::ExecuteAgain(number));
        }
        self.schedule(fate.reply_at, Event::Reply(number));
        let pending = fate.execute_at.is_some();
        let flight = Flight {
            till: i,
            life,
            id,
            request: read,
            system,
            endpoint,
            card,
            op_no,
            undoing,
            fate,
            answer: None,
            pending,
        };
        self.flights.insert(number, flight);
        Ok(())
    }
}
