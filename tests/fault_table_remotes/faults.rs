//! The rows of the table: what goes wrong with a write, and whether the remote has carried it out, or will.

use std::time::Duration;

use tillbook::{HttpResponse, TransportFailure};
use tillbook_sandbox::fault::{ErrorAnswers, Execution, Fault, Reply, RetryAfter};
use tillbook_sandbox::{Call, Response, System, freemud, gree, yonyou};

use crate::street::{Cores, Sent};

/// What a till gets to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// What the sandbox shows for a fault of its own.
    Sandbox(Fault),
    /// Nothing, until the request's own time-out.
    Silence,
    /// The remote's own answer, though later than a hurried caller waits.
    Slow,
    /// A whole answer with half of its body, as something in between may leave of it.
    Half,
    /// A gateway's status in place of the answer.
    Gateway { retry_after: Option<&'static str> },
    /// The login page of something in between, by way of a redirect.
    Redirect,
    /// JSON, though not the remote's.
    Foreign,
    /// The remote works on an earlier request still (Yonyou's 30025).
    InProgress,
    /// The remote has just forgotten the token.
    TokenRefused,
    /// The remote serves nobody now, and says so.
    Halted,
    /// Nothing: the program is killed once the request is out.
    Killed,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Strike {
    pub(crate) shape: Shape,
    /// The remote carries it out at once.
    pub(crate) executed: bool,
    /// The remote carries it out so long after the request's time-out.
    pub(crate) late: Option<Duration>,
}

impl Strike {
    /// Whether the till can know that nothing was carried out.
    pub(crate) fn is_known(&self) -> bool {
        let sandbox = |fault| matches!(fault, Fault::Refuse | Fault::Status429 { .. });
        match self.shape {
            Shape::Sandbox(fault) => sandbox(fault),
            Shape::TokenRefused | Shape::Halted => true,
            _ => false,
        }
    }
}

pub(crate) struct Row {
    pub(crate) name: &'static str,
    /// Not carried out, or not yet.
    pub(crate) before: Option<Strike>,
    /// Carried out.
    pub(crate) after: Option<Strike>,
    pub(crate) share: Share,
}

/// What a row adds to the others: where a table multiplies with something else, not all of them are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Share {
    /// Something that no other row has.
    Essential,
    /// Another moment, or something that the till knows.
    Moment,
    /// Another look of the same.
    Look,
}

const fn never(shape: Shape) -> Option<Strike> {
    Some(Strike { shape, executed: false, late: None })
}

const fn at_once(shape: Shape) -> Option<Strike> {
    Some(Strike { shape, executed: true, late: None })
}

/// The same is seen whether it was carried out or not.
const fn either(name: &'static str, shape: Shape) -> Row {
    Row { name, before: never(shape), after: at_once(shape), share: Share::Moment }
}

const fn twins(name: &'static str, before: Fault, after: Fault) -> Row {
    Row { name, before: never(Shape::Sandbox(before)), after: at_once(Shape::Sandbox(after)), share: Share::Moment }
}

/// What says that it was not carried out, or can't have been.
const fn only_not(name: &'static str, shape: Shape) -> Row {
    Row { name, before: never(shape), after: None, share: Share::Moment }
}

/// Carried out once the till has given it up.
const fn late(name: &'static str, shape: Shape, ms: u64) -> Row {
    let late = Some(Duration::from_millis(ms));
    Row { name, before: None, after: Some(Strike { shape, executed: false, late }), share: Share::Moment }
}

const fn essential(row: Row) -> Row {
    Row { share: Share::Essential, ..row }
}

const fn look(row: Row) -> Row {
    Row { share: Share::Look, ..row }
}

const AFTER: RetryAfter = RetryAfter::Seconds(30);
const AT: RetryAfter = RetryAfter::Date { after_s: 40 };

const COMMON: [Row; 24] = [
    look(only_not("refuse", Shape::Sandbox(Fault::Refuse))),
    twins("drop", Fault::DropRequest, Fault::ApplyDropAnswer),
    essential(either("time-out", Shape::Silence)),
    essential(Row { name: "slow", before: None, after: at_once(Shape::Slow), share: Share::Moment }),
    late("late, before a look", Shape::Silence, 0),
    look(late("late, after a look", Shape::Silence, 1_000)),
    essential(late("late, in between", Shape::Silence, 60_000)),
    late("late, at the end", Shape::Silence, 119_000),
    look(twins("cut", Fault::TruncateNotApplied, Fault::Truncate)),
    look(either("half", Shape::Half)),
    look(twins("html", Fault::Html, Fault::HtmlApplied)),
    look(twins("garbage", Fault::GarbageNotApplied, Fault::Garbage)),
    look(twins("empty", Fault::EmptyNotApplied, Fault::Empty)),
    look(either("foreign", Shape::Foreign)),
    look(either("redirect", Shape::Redirect)),
    look(twins("500", Fault::Answer500, Fault::ApplyAnswer500)),
    essential(twins("internal error", Fault::Errcode300, Fault::Errcode300Applied)),
    look(only_not("429", Shape::Sandbox(Fault::Status429 { retry_after: None }))),
    only_not("429, Retry-After", Shape::Sandbox(Fault::Status429 { retry_after: Some(AFTER) })),
    look(only_not("429, a date", Shape::Sandbox(Fault::Status429 { retry_after: Some(AT) }))),
    look(either("503", Shape::Gateway { retry_after: None })),
    either("503, Retry-After", Shape::Gateway { retry_after: Some("30") }),
    essential(either("killed", Shape::Killed)),
    late("killed, then late", Shape::Killed, 30_000),
];

/// The rows for one remote.
pub(crate) fn rows(system: System) -> Vec<Row> {
    let mut rows: Vec<Row> = COMMON.into_iter().collect();
    rows.push(only_not("halted", Shape::Halted));
    match system {
        System::Gree => rows.push(only_not("token refused", Shape::TokenRefused)),
        System::Yonyou => {
            rows.push(only_not("token refused", Shape::TokenRefused));
            rows.push(either("in progress", Shape::InProgress));
        }
        System::Freemud | System::Sandy => {}
    }
    rows
}

/// With the header by which tills tell the remote's time.
pub(crate) fn dated(answer: Response, now_ms: i64) -> HttpResponse {
    let mut headers = answer.headers;
    headers.push(("Date".into(), chrono::DateTime::from_timestamp_millis(now_ms).unwrap().to_rfc2822()));
    HttpResponse { status: answer.status, headers, body: answer.body }
}

impl Shape {
    /// What comes back. `answer`: the remote's own, where it has carried the request out.
    pub(crate) fn seen(self, cores: &Cores, call: &Call, now_ms: i64, answer: Option<HttpResponse>) -> Sent {
        let lost = || Err(TransportFailure::MaybeSent("the connection was lost".into()));
        match self {
            Shape::Sandbox(Fault::Refuse) => Err(TransportFailure::NotSent("no route".into())),
            Shape::Sandbox(fault) => {
                let plain = |answer: HttpResponse| {
                    let HttpResponse { status, headers, body } = answer;
                    Response { status, headers, body }
                };
                let answer = answer.map(plain).filter(|_| fault.execution() == Execution::Now);
                match fault.reply_worded(now_ms / 1000, answer, &errors(cores, call)) {
                    Reply::Whole(response) => Ok(dated(response, now_ms)),
                    Reply::Cut { .. } | Reply::Nothing => lost(),
                }
            }
            Shape::Silence | Shape::Killed => lost(),
            Shape::Slow => Ok(answer.unwrap()),
            Shape::Half => {
                let mut whole = answer.unwrap_or_else(|| dated(errors(cores, call).internal, now_ms));
                whole.body.truncate(whole.body.len() / 2);
                Ok(whole)
            }
            Shape::Gateway { retry_after } => {
                let mut response = dated(Response::plain(503, "upstream timed out\n"), now_ms);
                response.headers.extend(retry_after.map(|value| ("Retry-After".to_owned(), value.to_owned())));
                Ok(response)
            }
            Shape::Redirect => {
                let response = Response::with_type(302, "text/html", "<html>moved</html>");
                Ok(dated(response.with_header("Location", "http://login.example/".to_owned()), now_ms))
            }
            Shape::Foreign => Ok(dated(Response::json(200, r#"{"code":0,"msg":"ok","result":{}}"#), now_ms)),
            Shape::InProgress => Ok(dated(yonyou::error_answer(yonyou::Errcode::InProgress), now_ms)),
            // It looks at the token first, and so says no by itself.
            Shape::TokenRefused => {
                let response = match call.system {
                    System::Gree => gree_no(cores, call, gree::Errcode::BadAccessToken),
                    _ => yonyou::error_answer(yonyou::Errcode::TokenExpired),
                };
                Ok(dated(response, now_ms))
            }
            Shape::Halted => {
                let response = match call.system {
                    System::Gree => gree_no(cores, call, gree::Errcode::NoSuchApplication),
                    System::Freemud => freemud::error_answer(cores.freemud.settings(), freemud::StatusCode::BadToken),
                    _ => yonyou::error_answer(yonyou::Errcode::NotOnline),
                };
                Ok(dated(response, now_ms))
            }
        }
    }
}

fn gree_no(cores: &Cores, call: &Call, errcode: gree::Errcode) -> Response {
    let endpoint = call.endpoint.parse().unwrap();
    gree::refusal_answer(cores.gree.settings(), endpoint, &errcode.into())
}

/// How the remote words its own failure.
fn errors(cores: &Cores, call: &Call) -> ErrorAnswers {
    match call.system {
        System::Sandy => ErrorAnswers::sandy(),
        System::Gree => ErrorAnswers::gree(call.endpoint.parse().unwrap()),
        System::Freemud => ErrorAnswers::freemud(cores.freemud.settings()),
        System::Yonyou => ErrorAnswers::yonyou(),
    }
}
