//! An operation, its kind and its states.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Names one operation for ever. A POS that wants to be safe against its own crash supplies it (at most 64 visible ASCII
/// characters, unique in the book) and, not knowing what became of a call, makes the same call again.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OpId(String);

impl OpId {
    /// Checks and takes an identifier.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidInput`](crate::ErrorCode::InvalidInput) unless it is 1 to 64 visible ASCII characters.
    pub fn new(text: impl Into<String>) -> Result<Self> {
        let text = text.into();
        if text.is_empty() || text.len() > 64 || !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(Error::invalid("op_id", "must be 1 to 64 visible ASCII characters", text));
        }
        Ok(OpId(text))
    }

    pub(crate) fn stored(text: String) -> Self {
        OpId(text)
    }

    /// The identifier.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OpId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for OpId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OpId({})", self.0)
    }
}

/// Declares an enum whose variants have one stored and printed name each.
macro_rules! named {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$vmeta])* #[serde(rename = $text)] $variant),+ }

        impl $name {
            /// All of them, in order.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The name under which it is stored, printed and reported.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::error::Error;

            fn from_str(text: &str) -> crate::error::Result<Self> {
                match text {
                    $($text => Ok($name::$variant),)+
                    _ => Err(crate::error::Error::inconsistent(format!(concat!("unknown ", stringify!($name), " {}"), text))),
                }
            }
        }
    };
}
pub(crate) use named;

named! {
    /// What an operation does.
    Kind {
        /// Opens a card.
        OpenCard = "open_card",
        /// Registers a member by phone.
        Register = "register",
        /// Changes a card holder's data.
        Modify = "modify",
        /// Puts money on a card.
        Recharge = "recharge",
        /// Pays from a card.
        Consume = "consume",
        /// Grants points.
        AccruePoints = "accrue_points",
        /// Takes points.
        RedeemPoints = "redeem_points",
        /// Corrects points, up or down.
        AdjustPoints = "adjust_points",
        /// Gives redeemed points back, or takes granted ones back.
        ReturnPoints = "return_points",
        /// Sets points to a balance carried over from elsewhere.
        CarryOverPoints = "carry_over_points",
        /// Changes points through Freemud's endpoint without a key (2.1), for installations that ask for it.
        UpdatePoints = "update_points",
        /// Gives back all points of an order through Freemud's endpoint without a key (2.3).
        ReturnPointsOfOrder = "return_points_of_order",
        /// Uses a coupon.
        RedeemCoupon = "redeem_coupon",
        /// Gives a member a coupon.
        GiveCoupon = "give_coupon",
        /// Sets a coupon's status, or reinstates one that was used here.
        SetCouponStatus = "set_coupon_status",
        /// Adds a template that coupons are made from.
        AddCouponTemplate = "add_coupon_template",
        /// Records an order.
        PushOrder = "push_order",
        /// Records that an order, or a part of it, came back.
        ReturnOrder = "return_order",
    }
}

named! {
    /// What a remote system is asked for. A till may have one for each.
    Family {
        /// Cards and stored value.
        Cards = "cards",
        /// Members.
        Members = "members",
        /// Points.
        Points = "points",
        /// Coupons.
        Coupons = "coupons",
        /// Orders and returns.
        Orders = "orders",
    }
}

impl Kind {
    /// What it belongs to.
    #[must_use]
    pub fn family(self) -> Family {
        match self {
            Kind::OpenCard | Kind::Modify | Kind::Recharge | Kind::Consume => Family::Cards,
            Kind::Register => Family::Members,
            Kind::AccruePoints
            | Kind::RedeemPoints
            | Kind::AdjustPoints
            | Kind::ReturnPoints
            | Kind::CarryOverPoints
            | Kind::UpdatePoints
            | Kind::ReturnPointsOfOrder => Family::Points,
            Kind::RedeemCoupon | Kind::GiveCoupon | Kind::SetCouponStatus | Kind::AddCouponTemplate => Family::Coupons,
            Kind::PushOrder | Kind::ReturnOrder => Family::Orders,
        }
    }

    /// Whether it moves money or points, so that a base has to arrive that includes it.
    #[must_use]
    pub fn moves_assets(self) -> bool {
        matches!(self, Kind::Recharge | Kind::Consume | Kind::PushOrder | Kind::ReturnOrder)
            || self.family() == Family::Points
    }

    /// Whether what it leaves to be collected was taken by the cashier. What a coupon leaves to be paid, and what a pushed order
    /// was paid with, may have been a card; what a returned order gives back, the caller has given back by its own means.
    pub(crate) fn takes_cash(self) -> bool {
        matches!(self, Kind::Consume | Kind::Recharge)
    }

    /// Whether it makes the account that the operations behind it are for.
    pub(crate) fn opens(self) -> bool {
        matches!(self, Kind::OpenCard | Kind::Register)
    }
}

named! {
    /// Where an operation stands on its way to the remote.
    State {
        /// Waits to be sent.
        Queued = "queued",
        /// An attempt is under way.
        Sending = "sending",
        /// Sent, outcome unknown; being found out.
        InDoubt = "in_doubt",
        /// The remote has it; the base that includes it has not arrived yet.
        Applied = "applied",
        /// The remote has it and the base includes it.
        Settled = "settled",
        /// The remote refused what nobody had been promised.
        Declined = "declined",
        /// The remote refused what had been approved offline. Owed; waits for a person.
        Rejected = "rejected",
        /// Cancelled before it reached the remote.
        Voided = "voided",
        /// Somebody else changed the same thing meanwhile; closed and notified.
        Superseded = "superseded",
        /// Being undone at the remote.
        Reversing = "reversing",
        /// Undone at the remote.
        Reversed = "reversed",
        /// Waits for a person, with the evidence.
        Parked = "parked",
        /// Given up by a person.
        WrittenOff = "written_off",
    }
}

impl State {
    /// Whether nothing can change any more.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(
            self,
            State::Settled | State::Declined | State::Voided | State::Superseded | State::Reversed | State::WrittenOff
        )
    }

    /// Whether the remote has it.
    #[must_use]
    pub fn is_confirmed(self) -> bool {
        matches!(self, State::Applied | State::Settled)
    }

    /// Whether it counts in the balances that are shown as expected.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(
            self,
            State::Queued | State::Sending | State::InDoubt | State::Parked | State::Applied | State::Reversing
        )
    }

    /// Whether operations behind it in its lane must wait. A refused opening holds too: what follows it was meant for a card
    /// that does not exist.
    pub(crate) fn holds_lane(self, kind: Kind) -> bool {
        match self {
            State::Parked if mutated!(ParkedHoldsNothing) => false,
            State::Queued | State::Sending | State::InDoubt | State::Parked | State::Reversing => true,
            State::Rejected => kind.opens(),
            _ => false,
        }
    }

    /// The legal transitions: the whole life of an operation.
    #[must_use]
    pub fn may_become(self, next: State) -> bool {
        use State::*;
        match self {
            Queued => matches!(next, Sending | Voided | Parked),
            Sending => {
                matches!(next, Applied | Declined | Rejected | Queued | Voided | Superseded | InDoubt | Parked)
            }
            InDoubt => {
                matches!(next, Applied | Declined | Rejected | Queued | Voided | Superseded | Parked | Reversing)
            }
            Applied => matches!(next, Settled | Reversing),
            Reversing => matches!(next, Reversed | Parked),
            // Sent anew only where it opens a card, under another number.
            Rejected => matches!(next, Applied | Queued | WrittenOff),
            Parked => matches!(next, Applied | Declined | Rejected | Queued | WrittenOff),
            Settled | Declined | Voided | Superseded | Reversed | WrittenOff => false,
        }
    }
}

named! {
    /// How sure it is that the remote applied an operation.
    Evidence {
        /// The remote said so, or its records allow no other reading.
        Proven = "proven",
        /// Its records fit, but another till's identical sale would look the same.
        Inferred = "inferred",
        /// A person said so.
        Person = "person",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn final_states_stay_and_all_others_can_end() {
        for &state in State::ALL {
            let onward = State::ALL.iter().filter(|&&next| state.may_become(next)).count();
            assert_eq!(onward == 0, state.is_final(), "{state}");
            assert!(!state.may_become(state), "{state} to itself is no transition");
        }
    }

    #[test]
    fn nothing_leaves_in_doubt_for_sending() {
        assert!(!State::InDoubt.may_become(State::Sending), "absence has to be proven first: by way of queued");
    }

    #[test]
    fn names_are_read_back() {
        for &state in State::ALL {
            assert_eq!(state.as_str().parse::<State>().ok(), Some(state));
        }
        assert!("lost".parse::<State>().is_err());
    }

    #[test]
    fn an_op_id_is_short_visible_ascii() {
        for (text, ok) in [("A-1", true), ("", false), ("a b", false), ("号", false), ("\u{7f}", false)] {
            assert_eq!(OpId::new(text).is_ok(), ok, "{text:?}");
        }
        assert!(OpId::new("x".repeat(64)).is_ok());
        assert!(OpId::new("x".repeat(65)).is_err());
    }
}
