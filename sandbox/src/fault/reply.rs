//! What a client gets to see of a faulty exchange.

use chrono::DateTime;

use super::kind::{Execution, Fault, RetryAfter};
use crate::{Response, freemud, gree, sandy, yonyou};

/// What goes back over the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// A whole answer.
    Whole(Response),
    /// An answer whose length is told in full, but whose body ends after `body_bytes`.
    Cut {
        /// The answer that was begun.
        response: Response,
        /// How much of its body is sent.
        body_bytes: usize,
    },
    /// The connection is closed without an answer.
    Nothing,
}

/// How a system words the errors that faults show, both with the status that its own errors have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorAnswers {
    /// It failed.
    pub internal: Response,
    /// The merchant's subscription has run out; where a system has no such error, the same as `internal`.
    pub expired: Response,
}

impl ErrorAnswers {
    /// Sandy's errcodes 500 and 300, in the plain settings: a fault looks the same whatever the installation's habits are.
    #[must_use]
    pub fn sandy() -> Self {
        let errcode = |errcode| sandy::error_answer(&sandy::Settings::default(), errcode);
        Self { internal: errcode(sandy::Errcode::Internal), expired: errcode(sandy::Errcode::Expired) }
    }

    /// Gree's error_code 500, in the plain settings too.
    #[must_use]
    pub fn gree(endpoint: gree::Endpoint) -> Self {
        let refusal = gree::Errcode::Busy.into();
        Self::alike(gree::refusal_answer(&gree::Settings::default(), endpoint, &refusal))
    }

    /// Freemud's statusCode 500, signed if the platform has a key.
    #[must_use]
    pub fn freemud(settings: &freemud::Settings) -> Self {
        Self::alike(freemud::error_answer(settings, freemud::StatusCode::Internal))
    }

    /// Yonyou's errcode 10001.
    #[must_use]
    pub fn yonyou() -> Self {
        Self::alike(yonyou::error_answer(yonyou::Errcode::Platform))
    }

    fn alike(internal: Response) -> Self {
        Self { expired: internal.clone(), internal }
    }
}

const PORTAL: &str = "<!DOCTYPE html>\n<html><head><title>WiFi login</title></head>\
                      <body><form action=\"/login\">Please log in to use this network.</form></body></html>\n";

impl Fault {
    /// What a client of Sandy gets to see, [after a while](Self::wait_ms). `answer` is the sandbox's own answer to a
    /// request that was executed at once, and none if it wasn't.
    #[must_use]
    pub fn reply(&self, now_s: i64, answer: Option<Response>) -> Reply {
        self.reply_worded(now_s, answer, &ErrorAnswers::sandy())
    }

    /// The same for a client of any system, whose errors are worded like this.
    #[must_use]
    pub fn reply_worded(&self, now_s: i64, answer: Option<Response>, errors: &ErrorAnswers) -> Reply {
        debug_assert_eq!(answer.is_some(), self.execution() == Execution::Now, "{self} with {answer:?}");
        match self {
            Self::Refuse | Self::Hold { .. } | Self::DropRequest | Self::ApplyDropAnswer | Self::ExecuteLate { .. } => {
                Reply::Nothing
            }
            Self::Delay { .. } => answer.map_or(Reply::Nothing, Reply::Whole),
            Self::ApplyAnswer500 | Self::Answer500 => Reply::Whole(Response { status: 500, ..errors.internal.clone() }),
            Self::Truncate | Self::TruncateNotApplied => {
                let response = answer.unwrap_or_else(|| errors.internal.clone());
                let body_bytes = response.body.len() / 2;
                Reply::Cut { response, body_bytes }
            }
            Self::Html | Self::HtmlApplied => Reply::Whole(Response::with_type(200, "text/html", PORTAL)),
            Self::Status429 { retry_after } => busy(429, *retry_after, now_s),
            Self::Status503 { retry_after } => busy(503, *retry_after, now_s),
            Self::Errcode300 | Self::Errcode300Applied => Reply::Whole(errors.expired.clone()),
            Self::Garbage | Self::GarbageNotApplied => {
                Reply::Whole(Response::json(200, b"\x00{\xff\xfe\"cur_sc".as_slice()))
            }
            Self::Empty | Self::EmptyNotApplied => Reply::Whole(Response::json(200, "")),
        }
    }
}

fn busy(status: u16, retry_after: Option<RetryAfter>, now_s: i64) -> Reply {
    let response = Response::plain(status, "busy\n");
    Reply::Whole(match retry_after {
        None => response,
        Some(RetryAfter::Seconds(seconds)) => response.with_header("Retry-After", seconds.to_string()),
        Some(RetryAfter::Date { after_s }) => {
            response.with_header("Retry-After", http_date(now_s.saturating_add(i64::from(after_s))))
        }
    })
}

/// A time as HTTP writes it.
pub(crate) fn http_date(time_s: i64) -> String {
    let time = DateTime::from_timestamp(time_s, 0).unwrap_or_default();
    time.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_comes_in_seconds_as_a_date_or_not_at_all() {
        let table = [
            (None, None),
            (Some(RetryAfter::Seconds(30)), Some("30")),
            (Some(RetryAfter::Date { after_s: 40 }), Some("Sun, 06 Nov 1994 08:49:37 GMT")),
        ];
        for (retry_after, expected) in table {
            let Reply::Whole(response) = (Fault::Status503 { retry_after }).reply(784_111_737, None) else {
                panic!("a whole answer");
            };
            assert_eq!(response.header("retry-after"), expected);
        }
    }

    #[test]
    fn applied_and_not_applied_twins_look_alike() {
        let answer = || Some(Response::json(200, "{}"));
        for (applied, not) in [
            (Fault::ApplyAnswer500, Fault::Answer500),
            (Fault::HtmlApplied, Fault::Html),
            (Fault::Errcode300Applied, Fault::Errcode300),
            (Fault::Garbage, Fault::GarbageNotApplied),
            (Fault::Empty, Fault::EmptyNotApplied),
            (Fault::ApplyDropAnswer, Fault::DropRequest),
        ] {
            assert!(applied.applies() && !not.applies());
            assert_eq!(applied.reply(0, answer()), not.reply(0, None));
        }
    }
}
