//! An operation as it stands in the book, and as it is written there.

use crate::clock::Timestamp;
use crate::model::{Act, Context, Effect, Evidence, Exposure, Kind, OpId, Promise, Refusal, State, Told};
use crate::provider::Bound;
use crate::units::Money;

#[derive(Clone, Debug)]
pub(crate) struct OpRow {
    pub(crate) op_no: i64,
    pub(crate) op_id: OpId,
    pub(crate) lane_no: i64,
    pub(crate) card_no: i64,
    pub(crate) kind: Kind,
    pub(crate) act: Act,
    pub(crate) bound: Bound,
    pub(crate) key: String,
    /// The operation that this one undoes.
    pub(crate) original: Option<i64>,
    pub(crate) provider: String,
    pub(crate) context: Context,
    pub(crate) created_at: Timestamp,
    pub(crate) told: Told,
    pub(crate) effect: Effect,
    pub(crate) state: State,
    pub(crate) evidence: Option<Evidence>,
    pub(crate) waits_for: Option<String>,
    pub(crate) unknown: bool,
    /// It counts in the exposure: approved offline and not final.
    pub(crate) exposed: bool,
    /// Its attempts up to this one were for another number.
    pub(crate) attempts_from: i64,
    pub(crate) promise: Option<PromiseRow>,
}

impl OpRow {
    /// Whether the cashier has been told yes.
    pub(crate) fn is_approved(&self) -> bool {
        self.promise.as_ref().is_some_and(|row| row.promise.is_approved())
    }

    /// Whether it may be sent: an operation whose promise is no approval never is.
    pub(crate) fn may_be_sent(&self) -> bool {
        self.promise.as_ref().is_none_or(|row| row.promise.is_approved()) || mutated!(UnpromisedIsSent)
    }

    /// Whether it counts for what may still be done: it did not come to nothing. What was promised and written off was given
    /// away all the same.
    pub(crate) fn stands(&self) -> bool {
        match self.state {
            State::Declined | State::Voided | State::Superseded | State::Reversed => false,
            State::WrittenOff => self.is_approved(),
            _ => true,
        }
    }

    /// Its part of the till's exposure.
    pub(crate) fn exposure(&self) -> Exposure {
        if !self.exposed {
            return Exposure::default();
        }
        let recharged = self.kind == Kind::Recharge;
        Exposure {
            money: self.effect.money.negated().max(Money::ZERO),
            operations: 1,
            recharges: u32::from(recharged),
            recharge_money: if recharged { self.effect.money } else { Money::ZERO },
            new_cards: u32::from(self.kind.opens()),
        }
    }

    /// The money at stake in it.
    pub(crate) fn at_stake(&self) -> Money {
        self.told().at_stake(self.kind)
    }

    /// The cash that the cashier has taken for it.
    pub(crate) fn cash(&self) -> Money {
        if self.is_approved() && self.kind.takes_cash() { self.told().due } else { Money::ZERO }
    }

    /// The figures that count: those told, or those predicted while nothing has been told.
    pub(crate) fn told(&self) -> &Told {
        self.promise.as_ref().map_or(&self.told, |row| &row.told)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct PromiseRow {
    pub(crate) promise: Promise,
    pub(crate) refusal: Option<Refusal>,
    pub(crate) message: Option<String>,
    pub(crate) told: Told,
    /// The version of the offline policy in force.
    pub(crate) policy: Option<i64>,
    /// What a supervisor's override has lifted.
    pub(crate) lifted: Vec<Refusal>,
}

pub(crate) struct NewOperation<'a> {
    pub(crate) op_id: &'a OpId,
    pub(crate) lane_no: i64,
    pub(crate) card_no: i64,
    pub(crate) provider: &'a str,
    pub(crate) dialect: u32,
    pub(crate) act: &'a Act,
    pub(crate) bound: &'a Bound,
    pub(crate) key: &'a str,
    pub(crate) original: Option<i64>,
    pub(crate) delivery: &'a str,
    pub(crate) context: &'a Context,
    pub(crate) at: Timestamp,
    pub(crate) told: &'a Told,
    pub(crate) effect: &'a Effect,
    /// It is approved offline in the same transaction.
    pub(crate) exposed: bool,
}

/// What stands at the front of a lane, for whoever is about to queue up behind it.
pub(crate) struct LaneHead {
    pub(crate) op_id: OpId,
    /// The lane does not go on by itself, or only once it is known what became of its head.
    pub(crate) held: bool,
}
