//! A call's way through the engine, from its beginning to its receipt: the same for a thread that waits and for a loop that
//! comes back.

use std::time::Duration;

use crate::error::{Error, ErrorCode, Result};
use crate::model::{Checked, Delivery, Receipt, Refusal};

use super::call::{Begun, Mode};
use super::engine::Engine;

/// A call under way.
pub(crate) struct Caller {
    checked: Checked,
    stage: Stage,
}

enum Stage {
    New,
    /// Card or catalogue have to be known before the call can be judged.
    Asking {
        ticket: u64,
        until: Duration,
    },
    /// It is written down and waits for its promise.
    Waiting {
        op_no: i64,
        mode: Mode,
        until: Duration,
    },
    Over,
}

/// How far a call has come.
pub(crate) enum Step {
    /// It is answered.
    Done(Box<Receipt>),
    /// It has given the engine something to do: turn it.
    Turn,
    /// Nothing has come yet.
    Wait,
}

impl Caller {
    pub(crate) fn new(checked: Checked) -> Self {
        Caller { checked, stage: Stage::New }
    }

    /// When, counted from the call's beginning, it must be gone on with though nothing has come.
    pub(crate) fn until(&self) -> Duration {
        match self.stage {
            Stage::New | Stage::Over => Duration::ZERO,
            Stage::Asking { until, .. } | Stage::Waiting { until, .. } => until,
        }
    }

    /// Goes on as far as it can, so long after the call began. After an error the call is over.
    pub(crate) fn go_on(&mut self, engine: &mut Engine, elapsed: Duration) -> Result<Step> {
        match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::New => match engine.begin(&self.checked, false)? {
                // Asking and waiting share one time-out.
                Begun::AskFirst(ask, until) => {
                    self.stage = Stage::Asking { ticket: engine.ask_for(&self.checked, ask)?, until };
                    Ok(Step::Turn)
                }
                begun => self.begun(begun),
            },
            Stage::Asking { ticket, until } => match engine.answer(ticket) {
                Some(answer) => self.asked(engine, answer.err()),
                None if elapsed >= until => {
                    engine.forget_ask(ticket);
                    self.asked(engine, Some(Error::unreachable("no answer in time")))
                }
                None => {
                    self.stage = Stage::Asking { ticket, until };
                    Ok(Step::Wait)
                }
            },
            Stage::Waiting { op_no, mode, until } => match engine.poll(op_no)? {
                Some(receipt) => Ok(Step::Done(Box::new(receipt))),
                None if elapsed >= until => Ok(Step::Done(Box::new(engine.expire(op_no, mode)?))),
                None => {
                    self.stage = Stage::Waiting { op_no, mode, until };
                    Ok(Step::Wait)
                }
            },
            Stage::Over => Err(Error::inconsistent("the call is over")),
        }
    }

    /// What had to be known has been asked for: the call is begun with what is known now.
    fn asked(&mut self, engine: &mut Engine, failed: Option<Error>) -> Result<Step> {
        let nobody_said = failed.as_ref().is_some_and(|error| error.code() == ErrorCode::Unreachable);
        match failed {
            // Neither the remote nor the book knows such a card; one that the book knows is judged by it.
            Some(error) if error.code() == ErrorCode::NotFound => drop(engine.card(self.checked.act.card())?),
            Some(error) if !nobody_said => return Err(error),
            _ => {}
        }
        match engine.begin(&self.checked, true) {
            // What the remote was to decide alone it has not decided: that is no word on the card.
            Err(error)
                if nobody_said
                    && error.refusal() == Some(&Refusal::UnknownCard)
                    && matches!(self.checked.delivery, Some(Delivery::RequireOnline(_))) =>
            {
                Err(Error::unreachable("the card is unknown here and the remote has not answered in time"))
            }
            begun => self.begun(begun?),
        }
    }

    fn begun(&mut self, begun: Begun) -> Result<Step> {
        match begun {
            Begun::Done(receipt) => Ok(Step::Done(receipt)),
            Begun::Waiting { op_no, mode, timeout } => {
                self.stage = Stage::Waiting { op_no, mode, until: timeout };
                Ok(Step::Turn)
            }
            Begun::AskFirst(..) => Err(Error::unreachable("the remote could not be asked")),
        }
    }
}
