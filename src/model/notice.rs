//! What a person has to know or decide.

use super::operation::named;
use super::{CardNumber, OpId};
use crate::clock::Timestamp;
use crate::units::Money;

named! {
    /// What a notification is about.
    NoticeKind {
        /// The remote refused what had been approved offline: owed.
        Rejected = "rejected",
        /// An operation waits for a person's decision.
        Parked = "parked",
        /// The remote's figures differ from those promised.
        Variance = "variance",
        /// The card did not cover what had been promised in full.
        Shortfall = "shortfall",
        /// The remote took money for something that was not approved here.
        ChargedWithoutSale = "charged_without_sale",
        /// Somebody else changed the same data meanwhile; ours was dropped.
        Superseded = "superseded",
        /// An opening was refused, and operations wait behind it.
        Orphans = "orphans",
        /// The remote refuses this till altogether.
        ProviderHalted = "provider_halted",
        /// The offline limits are nearly used up.
        LimitsNear = "limits_near",
        /// An answer came after its operation had been concluded without it, or a card exists although its opening had been
        /// found to have come to nothing.
        Contradiction = "contradiction",
        /// The remote's running totals went backwards; its figures were not taken.
        StaleSnapshot = "stale_snapshot",
        /// Two cards of the book turned out to be one member at a remote.
        SameMember = "same_member",
        /// The remote's figures changed by something that this till, the card's only writer, has not done.
        Unexplained = "unexplained",
        /// The till's range of card numbers is nearly used up.
        NumbersNear = "numbers_near",
        /// The book is an older copy of itself: nothing is sent until a person goes on with it.
        Restored = "restored",
        /// The high-water file can't be written: until it can, an older copy of the book may not be noticed.
        HighWater = "high_water",
    }
}

/// A notification. It stays until it is acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its number, to acknowledge it by.
    pub notice_no: i64,
    /// What it is about.
    pub kind: NoticeKind,
    /// The operation, where it is about one.
    pub op_id: Option<OpId>,
    /// The card, where it is about one.
    pub card: Option<CardNumber>,
    /// The money at stake, where there is any.
    pub amount: Option<Money>,
    /// What happened, for support staff. No personal data.
    pub detail: String,
    /// Since when.
    pub at: Timestamp,
}
