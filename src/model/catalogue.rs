//! What is known of the remotes' catalogues, and how old it is.

use crate::clock::Timestamp;
use crate::units::Rate;

/// What the book knows of every remote's catalogue, and since when. See [`Till::catalogue`](crate::Till::catalogue).
#[derive(Clone, Debug, PartialEq)]
pub struct Catalogue {
    /// One for each configured remote.
    pub remotes: Vec<RemoteCatalogue>,
}

/// What the book knows of one remote's catalogue. A part that a remote does not tell stays empty.
#[derive(Clone, Debug, PartialEq)]
pub struct RemoteCatalogue {
    /// The remote: `sandy`, `freemud`, `gree`, `yonyou`.
    pub provider: String,
    /// Levels.
    pub levels: CataloguePart,
    /// Ways to pay a recharge.
    pub pay_types: CataloguePart,
    /// Accounts whose recharge rules are known: the remote tells them for each card.
    pub recharge_rules: CataloguePart,
    /// Templates of coupons: those that were added here, since no remote lists its own.
    pub coupon_templates: CataloguePart,
    /// Discounts of levels that were learned from what their cards were given.
    pub learned: Vec<LearnedRate>,
}

/// One part of a catalogue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CataloguePart {
    /// How many items there are.
    pub items: u64,
    /// When the item was fetched that was fetched first. `None` where there is none.
    pub oldest: Option<Timestamp>,
    /// When the item was fetched that was fetched last.
    pub newest: Option<Timestamp>,
}

/// A level's discount that its cards agree on. One that no card was given for long is listed, and not used
/// ([`LearnLevels::max_age_days`](crate::LearnLevels::max_age_days)).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LearnedRate {
    /// The level, as cards have it.
    pub level: String,
    /// What its members pay.
    pub rate: Rate,
    /// How many cards agreed when it was learned.
    pub cards: u32,
    /// When that was.
    pub learned_at: Timestamp,
}
