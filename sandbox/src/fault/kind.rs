//! The kinds of faults and how they are written.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// How a `Retry-After` header is worded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    /// As a number of seconds.
    Seconds(u32),
    /// As an HTTP date, so many seconds from now.
    Date {
        /// Seconds from the time of the answer.
        after_s: u32,
    },
}

/// When a faulty exchange's request takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Execution {
    /// It doesn't.
    Never,
    /// As it would without the fault.
    Now,
    /// After the client has long given up.
    After {
        /// Milliseconds from when the request was read.
        ms: u64,
    },
}

/// What goes wrong with one exchange.
///
/// It is written as its [name](Self::name), followed by its parameters after a colon: `delay:250`, `hold:3000`,
/// `execute-late:500,100`, `status-429`, `status-503:30`, `status-503:date+30`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Fault {
    /// The connection is closed at once; nothing takes effect.
    Refuse,
    /// Takes effect, but the answer comes late.
    Delay {
        /// By how much.
        ms: u64,
    },
    /// Nothing takes effect, and the connection is closed without an answer after a while.
    Hold {
        /// After how long.
        ms: u64,
    },
    /// The request is read, nothing takes effect, and the connection is closed without an answer.
    DropRequest,
    /// Takes effect, and the connection is closed without an answer.
    ApplyDropAnswer,
    /// Takes effect, but answers status 500 and the system's own internal error.
    ApplyAnswer500,
    /// Answers status 500 and the system's own internal error; nothing takes effect.
    Answer500,
    /// The connection is closed without an answer after `hold_ms`; the request takes effect after `after_ms`.
    ExecuteLate {
        /// When the request takes effect.
        after_ms: u64,
        /// How long the client is kept waiting.
        hold_ms: u64,
    },
    /// Takes effect, but the connection is closed in the middle of the answer's body.
    Truncate,
    /// As [`Truncate`](Self::Truncate), of an internal error; nothing takes effect.
    TruncateNotApplied,
    /// A captive portal's page with status 200; nothing takes effect.
    Html,
    /// A captive portal's page with status 200, though the request took effect.
    HtmlApplied,
    /// Status 429; nothing takes effect.
    Status429 {
        /// The hint, if any.
        retry_after: Option<RetryAfter>,
    },
    /// Status 503; nothing takes effect.
    Status503 {
        /// The hint, if any.
        retry_after: Option<RetryAfter>,
    },
    /// Sandy's errcode 300, any other system's internal error with status 200; nothing takes effect.
    Errcode300,
    /// The same as [`Errcode300`](Self::Errcode300), though the request took effect.
    Errcode300Applied,
    /// Takes effect, but answers bytes that are no JSON.
    Garbage,
    /// Answers bytes that are no JSON; nothing takes effect.
    GarbageNotApplied,
    /// Takes effect, but the answer's body is empty.
    Empty,
    /// The answer's body is empty; nothing takes effect.
    EmptyNotApplied,
}

/// The text describes no fault.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("no such fault: {0}")]
pub struct BadFault(String);

impl Fault {
    /// One of each kind, with parameters that suit a quick test.
    pub const SAMPLES: [Self; 20] = [
        Self::Refuse,
        Self::Delay { ms: 20 },
        Self::Hold { ms: 20 },
        Self::DropRequest,
        Self::ApplyDropAnswer,
        Self::ApplyAnswer500,
        Self::Answer500,
        Self::ExecuteLate { after_ms: 20, hold_ms: 10 },
        Self::Truncate,
        Self::TruncateNotApplied,
        Self::Html,
        Self::HtmlApplied,
        Self::Status429 { retry_after: Some(RetryAfter::Seconds(1)) },
        Self::Status503 { retry_after: Some(RetryAfter::Date { after_s: 1 }) },
        Self::Errcode300,
        Self::Errcode300Applied,
        Self::Garbage,
        Self::GarbageNotApplied,
        Self::Empty,
        Self::EmptyNotApplied,
    ];

    /// Its name, without parameters.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::Delay { .. } => "delay",
            Self::Hold { .. } => "hold",
            Self::DropRequest => "drop-request",
            Self::ApplyDropAnswer => "apply-drop-answer",
            Self::ApplyAnswer500 => "apply-answer-500",
            Self::Answer500 => "answer-500",
            Self::ExecuteLate { .. } => "execute-late",
            Self::Truncate => "truncate",
            Self::TruncateNotApplied => "truncate-not-applied",
            Self::Html => "html",
            Self::HtmlApplied => "html-applied",
            Self::Status429 { .. } => "status-429",
            Self::Status503 { .. } => "status-503",
            Self::Errcode300 => "errcode-300",
            Self::Errcode300Applied => "errcode-300-applied",
            Self::Garbage => "garbage",
            Self::GarbageNotApplied => "garbage-not-applied",
            Self::Empty => "empty",
            Self::EmptyNotApplied => "empty-not-applied",
        }
    }

    /// When the request takes effect.
    #[must_use]
    pub const fn execution(&self) -> Execution {
        match *self {
            Self::Delay { .. }
            | Self::ApplyDropAnswer
            | Self::ApplyAnswer500
            | Self::Truncate
            | Self::HtmlApplied
            | Self::Errcode300Applied
            | Self::Garbage
            | Self::Empty => Execution::Now,
            Self::ExecuteLate { after_ms, .. } => Execution::After { ms: after_ms },
            Self::Refuse
            | Self::Hold { .. }
            | Self::DropRequest
            | Self::Answer500
            | Self::TruncateNotApplied
            | Self::Html
            | Self::Status429 { .. }
            | Self::Status503 { .. }
            | Self::Errcode300
            | Self::GarbageNotApplied
            | Self::EmptyNotApplied => Execution::Never,
        }
    }

    /// Whether the request takes effect, sooner or later.
    #[must_use]
    pub const fn applies(&self) -> bool {
        !matches!(self.execution(), Execution::Never)
    }

    /// How long the client waits before anything comes back, in milliseconds.
    #[must_use]
    pub const fn wait_ms(&self) -> u64 {
        match *self {
            Self::Delay { ms } | Self::Hold { ms } => ms,
            Self::ExecuteLate { hold_ms, .. } => hold_ms,
            _ => 0,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            Self::Delay { ms } | Self::Hold { ms } => write!(f, ":{ms}"),
            Self::ExecuteLate { after_ms, hold_ms } => write!(f, ":{after_ms},{hold_ms}"),
            Self::Status429 { retry_after: Some(hint) } | Self::Status503 { retry_after: Some(hint) } => match hint {
                RetryAfter::Seconds(seconds) => write!(f, ":{seconds}"),
                RetryAfter::Date { after_s } => write!(f, ":date+{after_s}"),
            },
            _ => Ok(()),
        }
    }
}

impl FromStr for Fault {
    type Err = BadFault;

    fn from_str(text: &str) -> Result<Self, BadFault> {
        let bad = || BadFault(text.to_owned());
        let (name, rest) = match text.split_once(':') {
            Some((name, rest)) => (name, Some(rest)),
            None => (text, None),
        };
        let ms = |rest: Option<&str>| rest.and_then(|rest| rest.parse().ok()).ok_or_else(bad);
        let kind = Self::SAMPLES.into_iter().find(|fault| fault.name() == name).ok_or_else(bad)?;
        match kind {
            Self::Delay { .. } => Ok(Self::Delay { ms: ms(rest)? }),
            Self::Hold { .. } => Ok(Self::Hold { ms: ms(rest)? }),
            Self::ExecuteLate { .. } => {
                let (after, hold) = rest.and_then(|rest| rest.split_once(',')).ok_or_else(bad)?;
                Ok(Self::ExecuteLate { after_ms: ms(Some(after))?, hold_ms: ms(Some(hold))? })
            }
            Self::Status429 { .. } => Ok(Self::Status429 { retry_after: hint(rest).map_err(|()| bad())? }),
            Self::Status503 { .. } => Ok(Self::Status503 { retry_after: hint(rest).map_err(|()| bad())? }),
            other if rest.is_none() => Ok(other),
            _ => Err(bad()),
        }
    }
}

fn hint(text: Option<&str>) -> Result<Option<RetryAfter>, ()> {
    let Some(text) = text else { return Ok(None) };
    let number = |text: &str| text.parse().map_err(drop);
    match text.strip_prefix("date+") {
        Some(seconds) => Ok(Some(RetryAfter::Date { after_s: number(seconds)? })),
        None => Ok(Some(RetryAfter::Seconds(number(text)?))),
    }
}

impl TryFrom<String> for Fault {
    type Error = BadFault;

    fn try_from(text: String) -> Result<Self, BadFault> {
        text.parse()
    }
}

impl From<Fault> for String {
    fn from(fault: Fault) -> Self {
        fault.to_string()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_reads_back_as_it_is_written() {
        for fault in Fault::SAMPLES {
            assert_eq!(fault.to_string().parse(), Ok(fault));
            let json = serde_json::to_string(&fault).unwrap();
            assert_eq!(serde_json::from_str::<Fault>(&json).unwrap(), fault);
        }
        assert_eq!("status-429".parse(), Ok(Fault::Status429 { retry_after: None }));
    }

    #[test]
    fn a_wrong_name_or_parameter_is_no_fault() {
        for text in ["", "delay", "delay:", "delay:x", "execute-late:5", "refuse:1", "status-503:soon", "nonsense"] {
            assert_eq!(text.parse::<Fault>(), Err(BadFault(text.to_owned())));
        }
    }
}
