//! The network: what becomes of each exchange.

use chrono::DateTime;
use tillbook::{HttpRequest, HttpResponse, TransportFailure};
use tillbook_sandbox::fault::{ErrorAnswers, Fault, Reply, RetryAfter};
use tillbook_sandbox::{Request, Response, System};

use crate::plan::{BASE_URL, Class, NetworkPlan, meets};

/// How a till is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    Up,
    /// Nothing can be connected to.
    Down,
    /// Requests get lost.
    Swallows,
    /// Requests arrive, their answers get lost.
    OneWay,
}

/// One exchange under way.
#[derive(Debug)]
pub(crate) struct Flight {
    pub(crate) till: usize,
    /// Which life of the till it belongs to: a crash ends one.
    pub(crate) life: u32,
    pub(crate) id: u64,
    pub(crate) request: Request,
    pub(crate) system: System,
    pub(crate) endpoint: &'static str,
    pub(crate) card: Option<String>,
    /// The operation whose attempt it is.
    pub(crate) op_no: Option<i64>,
    /// That attempt is one to undo it.
    pub(crate) undoing: bool,
    pub(crate) fate: Fate,
    /// The remote's own answer, once it has been given.
    pub(crate) answer: Option<Response>,
    /// It has still to be carried out.
    pub(crate) pending: bool,
}

/// What becomes of an exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fate {
    /// What it is called in the trace.
    pub(crate) name: &'static str,
    /// When the remote carries it out, in true time.
    pub(crate) execute_at: Option<i64>,
    /// When it does so once more.
    pub(crate) again_at: Option<i64>,
    pub(crate) reply_at: i64,
    pub(crate) reply: Back,
    pub(crate) stale: bool,
}

/// What the till gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Back {
    /// The remote's own answer.
    Own,
    /// What this fault makes of it.
    Faulty(Fault),
    NotSent,
    MaybeSent,
}

/// What decides about an exchange.
pub(crate) struct Conditions<'a> {
    pub(crate) plan: &'a NetworkPlan,
    pub(crate) class: Class,
    pub(crate) link: Link,
    pub(crate) now: i64,
    pub(crate) timeout_ms: i64,
    pub(crate) quiet_ms: i64,
    pub(crate) write: bool,
    /// Faults are over.
    pub(crate) calm: bool,
}

impl Fate {
    /// True for everything but a plain answer in time.
    pub(crate) fn is_fault(&self) -> bool {
        self.name != "answered"
    }

    pub(crate) fn thrown(at: &Conditions<'_>, dice: &mut fastrand::Rng) -> Fate {
        // In the end the network is a good one.
        let latency_ms = if at.calm { at.plan.latency_ms.min(at.timeout_ms / 4) } else { at.plan.latency_ms };
        let there = dice.i64(1..=latency_ms);
        let back = dice.i64(1..=latency_ms);
        let end = at.now + at.timeout_ms;
        let arrives = at.now + there;
        let plain = Fate {
            name: "answered",
            execute_at: Some(arrives),
            again_at: None,
            reply_at: (arrives + back).min(end),
            reply: if arrives + back <= end { Back::Own } else { Back::MaybeSent },
            stale: false,
        };
        if at.calm {
            return plain;
        }
        // Some clients notice a broken connection at once, others wait their time-out out.
        let noticed = if dice.bool() { end } else { (arrives + back).min(end) };
        let lost = |name| Fate { name, execute_at: None, reply_at: noticed, reply: Back::MaybeSent, ..plain.clone() };
        match at.link {
            Link::Up => {}
            Link::Down => return Fate { name: "no connection", reply: Back::NotSent, ..lost("") },
            Link::Swallows => return lost("request lost in a partition"),
            Link::OneWay => return Fate { execute_at: plain.execute_at, ..lost("answer lost in a partition") },
        }
        let plan = at.plan;
        let faulty = |name, fault: Fault| {
            let execute_at = plain.execute_at.filter(|_| fault.applies());
            Fate { name, execute_at, reply: Back::Faulty(fault), ..plain.clone() }
        };
        let hint = |dice: &mut fastrand::Rng| match dice.u8(0..3) {
            0 => None,
            1 => Some(RetryAfter::Seconds(dice.u32(1..200))),
            _ => Some(RetryAfter::Date { after_s: dice.u32(1..200) }),
        };
        if meets(dice, plan.refused) {
            return Fate { name: "connection refused", reply: Back::NotSent, ..lost("") };
        }
        if meets(dice, plan.request_lost) {
            return lost("request lost");
        }
        if meets(dice, plan.answer_lost) {
            return Fate { execute_at: plain.execute_at, ..lost("answer lost") };
        }
        if meets(dice, plan.late) {
            // Anywhere up to the quiet period's end, which begins when the client gives up.
            let execute_at = end + dice.i64(0..at.quiet_ms) - dice.i64(0..=at.timeout_ms);
            return Fate { execute_at: Some(execute_at.max(arrives)), reply_at: end, ..lost("executed late") };
        }
        if meets(dice, plan.error_after) {
            return faulty("applied, answered 500", Fault::ApplyAnswer500);
        }
        if meets(dice, plan.error_before) {
            return faulty("answered 500", Fault::Answer500);
        }
        if meets(dice, plan.busy_429) {
            return faulty("429", Fault::Status429 { retry_after: hint(dice) });
        }
        if meets(dice, plan.busy_503) {
            let busy = faulty("503", Fault::Status503 { retry_after: hint(dice) });
            // Only 429 says that nothing was done.
            return if dice.bool() { busy } else { Fate { name: "503, applied", execute_at: Some(arrives), ..busy } };
        }
        if meets(dice, plan.truncated) {
            let fault = if dice.bool() { Fault::Truncate } else { Fault::TruncateNotApplied };
            return faulty("truncated", fault);
        }
        if meets(dice, plan.html) {
            return faulty("a portal's page", if dice.bool() { Fault::Html } else { Fault::HtmlApplied });
        }
        if meets(dice, plan.garbage) {
            let faults = [Fault::Garbage, Fault::GarbageNotApplied, Fault::Empty, Fault::EmptyNotApplied];
            return faulty("garbage", faults[dice.usize(0..4)]);
        }
        if meets(dice, plan.expired) {
            return faulty("errcode 300", if dice.bool() { Fault::Errcode300 } else { Fault::Errcode300Applied });
        }
        if at.class == Class::Two && at.write && meets(dice, plan.too_late) {
            let execute_at = end + at.quiet_ms + dice.i64(0..10 * at.quiet_ms);
            return Fate { execute_at: Some(execute_at), reply_at: end, ..lost("executed too late") };
        }
        if at.class == Class::Two && at.write && meets(dice, plan.doubled) {
            let again_at = arrives + [1, 50, 5_000, at.quiet_ms][dice.usize(0..4)];
            return Fate { name: "doubled", again_at: Some(again_at), ..plain };
        }
        if at.class == Class::Two && !at.write && meets(dice, plan.stale) {
            return Fate { name: "stale read", stale: true, ..plain };
        }
        plain
    }
}

/// A request as the sandbox reads it.
pub(crate) fn as_read(request: &HttpRequest) -> Request {
    let path = request.url.strip_prefix(BASE_URL).unwrap_or(&request.url).to_owned();
    Request {
        method: request.method.as_str().to_owned(),
        path,
        headers: request.headers.clone(),
        body: request.body.clone(),
    }
}

impl Flight {
    /// What the till gets of it now.
    pub(crate) fn reply(
        &self,
        clock_s: i64,
        errors: &ErrorAnswers,
        dice: &mut fastrand::Rng,
    ) -> Result<HttpResponse, TransportFailure> {
        let maybe = |why: &str| Err(TransportFailure::MaybeSent(why.to_owned()));
        match &self.fate.reply {
            Back::NotSent => Err(TransportFailure::NotSent("connection refused".to_owned())),
            Back::MaybeSent => maybe("no answer in time"),
            Back::Own => match &self.answer {
                Some(answer) => Ok(delivered(answer.clone(), clock_s)),
                None => maybe("no answer in time"),
            },
            Back::Faulty(fault) => {
                match fault.reply_worded(clock_s, self.answer.clone().filter(|_| fault.applies()), errors) {
                    Reply::Whole(response) => Ok(delivered(response, clock_s)),
                    // A client that counts the bytes sees a broken answer, one that does not sees half of it.
                    Reply::Cut { .. } if dice.bool() => maybe("the answer broke off"),
                    Reply::Cut { mut response, body_bytes } => {
                        response.body.truncate(body_bytes);
                        Ok(delivered(response, clock_s))
                    }
                    Reply::Nothing => maybe("the connection was closed"),
                }
            }
        }
    }
}

fn delivered(response: Response, clock_s: i64) -> HttpResponse {
    let mut headers = response.headers;
    let date = DateTime::from_timestamp(clock_s, 0).unwrap_or_default();
    headers.push(("Date".to_owned(), date.format("%a, %d %b %Y %H:%M:%S GMT").to_string()));
    HttpResponse { status: response.status, headers, body: response.body }
}
