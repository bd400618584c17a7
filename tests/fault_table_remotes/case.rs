//! What is tried: one operation of one remote, as an installation is set up for it.

use tillbook::{Config, Delivery, Guarantee, Kind, Money, Points, Request};
use tillbook_sandbox::System;

use crate::stage::Stage;
use crate::street::Cores;

pub(crate) const PHONE: &str = "13911112222";
pub(crate) const NAME: &str = "王小明";
pub(crate) const OP: &str = "op";
/// What the till has done before.
pub(crate) const EARLIER: &str = "earlier";

/// What became of it at the remote, by the remote's own account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Effect {
    /// How often it took effect.
    pub(crate) done: usize,
    /// How often that was undone.
    pub(crate) undone: usize,
}

/// Why an operation may end with a person, beside the guarantee of its endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Limits {
    /// A repeat of what was carried out is answered by a code that nothing explains.
    pub(crate) repeat_unexplained: bool,
    /// How many points it moves is the remote's to say, so that its figures prove nothing.
    pub(crate) figures_unknown: bool,
    /// The remote's records tell of it, whatever its guarantee.
    pub(crate) has_records: bool,
    /// They prove absence only where nobody else writes.
    pub(crate) needs_sole_writer: bool,
    /// What nobody was promised is undone by its key.
    pub(crate) undoes: bool,
}

pub(crate) trait Case: Sync + Send {
    fn system(&self) -> System;

    /// As the table's column says it.
    fn name(&self) -> String;

    fn kind(&self) -> Kind;

    fn endpoint(&self) -> &'static str;

    /// As this installation is set up.
    fn guarantee(&self) -> Guarantee;

    fn limits(&self) -> Limits;

    /// Nobody but this till writes to its members, as far as the till was told.
    fn sole_writer(&self) -> bool;

    fn config(&self) -> Config;

    /// How the remote is set up, and whom it knows.
    fn set_up(&self, cores: &mut Cores, now_ms: i64);

    /// What the till does before: at the least it gets to know the member.
    fn lead_up(&self, stage: &mut Stage);

    fn request(&self, by: Delivery) -> Request;

    /// What stands in the remote's ledger from this line on.
    fn effect(&self, cores: &Cores, from: usize) -> Effect;

    fn ledger_lines(&self, cores: &Cores) -> usize;

    /// Whether what was wanted stands there, whoever did it. Never so where doing it twice is not doing it once.
    fn stands(&self, _cores: &Cores) -> bool {
        false
    }

    /// Somebody else writes to the same member: the same (`twin`), or something of the kind. False where nobody can.
    fn somebody_else(&self, cores: &mut Cores, now_ms: i64, twin: bool) -> bool;
}

pub(crate) fn yuan(text: &str) -> Money {
    Money::parse_yuan(text).unwrap()
}

pub(crate) fn points(number: i64) -> Points {
    Points::new(number)
}

/// What a shop's till is set up with in every cell: one that waits for nobody.
pub(crate) fn till(remote: impl Into<tillbook::Remote>) -> Config {
    let mut config = crate::street::shop(remote);
    config.policy.unknown_card = true;
    config
}
