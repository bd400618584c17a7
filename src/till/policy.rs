//! The offline policy: asked for, set, and the list of cards that are not served.

use crate::error::Result;
use crate::model::{CardNumber, ExceptionPage, Headroom, Listed, OfflinePolicy, PolicyVersion};

use super::Till;

/// As whom a host is recorded that does not say who it acts for.
pub(crate) const HOST: &str = "host";

impl Till {
    /// What would be approved offline next: limit by limit what is left, which of them binds, and what a supervisor's override
    /// would bring; for a card if one is named.
    ///
    /// A sale that takes [`Headroom::money`] is approved as things stand, and one that takes a fen more is refused with
    /// [`Room::binding`](crate::Room::binding).
    ///
    /// # Errors
    /// `NotFound`, `InvalidInput`.
    pub fn headroom(&self, number: Option<&str>) -> Result<Headroom> {
        let number = number.map(CardNumber::new).transpose()?;
        self.runtime.with(|engine| engine.headroom(number.as_ref()))
    }

    /// The offline policy in force, with its version.
    ///
    /// # Errors
    /// `Poisoned`, `Closed`.
    pub fn policy(&self) -> Result<PolicyVersion> {
        self.runtime.with(|engine| Ok(engine.policy()))
    }

    /// Every offline policy that was in force at this till, the newest first.
    ///
    /// # Errors
    /// As every read of the book.
    pub fn policies(&self) -> Result<Vec<PolicyVersion>> {
        self.runtime.with(|engine| engine.policies())
    }

    /// Puts another offline policy in force and returns its version. It counts from the next decision on: what has been
    /// promised stays, and a call that is waiting for the remote falls back to the new one. Setting the policy that is in
    /// force changes nothing.
    ///
    /// It survives a restart: the configuration's policy takes its place only once that has become another one than at the
    /// last start. So a host may hand over the same file every day without undoing what was set from afar.
    ///
    /// ```
    /// # fn main() -> Result<(), tillbook::Error> {
    /// # use tillbook::{Config, Money, SandyConfig, Till};
    /// # let dir = tempfile::tempdir().unwrap();
    /// # let sandy = SandyConfig::new("http://127.0.0.1:9", "agent", "{GUID}");
    /// # let till = Till::open(dir.path().join("till.db"), Config::new("Noodle House", "Store 1", "Till 3", sandy))?;
    /// let mut policy = till.policy()?.policy;
    /// policy.floor_limit = Money::parse_yuan("50")?;
    /// let version = till.set_policy(&policy, "head office", "a week of fraud reports")?;
    /// assert_eq!((till.policy()?.version, till.policies()?.len()), (version, 2));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// `InvalidConfig`, naming the key, for figures that don't go together; `InvalidInput` for `who` (at most 64 characters)
    /// and `why` (at most 200); `DiskFull`, `Storage`, `Poisoned`, `Closed`.
    pub fn set_policy(&self, policy: &OfflinePolicy, who: &str, why: &str) -> Result<i64> {
        self.runtime.with(|engine| engine.set_policy(policy, who, why))
    }

    /// As [`Till::set_exception_by`], for a host that does not say who it acts for.
    ///
    /// # Errors
    /// As there.
    pub fn set_exception(&self, number: &str, why: Option<&str>) -> Result<()> {
        self.set_exception_by(number, why, HOST)
    }

    /// Puts a card on this till's exception list with a reason (at most 200 characters), or takes it off with `None`. Who does
    /// (at most 64 characters) is kept with it. A card that this till has never met is refused when it comes.
    ///
    /// # Errors
    /// `NotFound` for a card that is to be taken off and was never there, `InvalidInput`.
    pub fn set_exception_by(&self, number: &str, why: Option<&str>, who: &str) -> Result<()> {
        let number = CardNumber::new(number)?;
        self.runtime.with(|engine| engine.set_exception(&number, why, who))
    }

    /// A page of this till's exception list: at most `limit` cards (20 if that is 0), from where [`ExceptionPage::next`] of
    /// the page before says.
    ///
    /// # Errors
    /// `InvalidInput` for a limit above 500.
    pub fn exceptions(&self, after: Option<i64>, limit: usize) -> Result<ExceptionPage> {
        self.runtime.with(|engine| engine.exceptions(after, limit))
    }

    /// Takes over the merchant's list of cards that are not to be served, in one commit: all of it, or nothing. It replaces
    /// the list that was taken over before. A card stays on the exception list that a person has put there, or the remote's
    /// refusal of an operation. A card that this till has never met is refused when it comes. Of a card that is named twice
    /// the first reason counts.
    ///
    /// # Errors
    /// `InvalidInput` for a card number, a reason (at most 200 characters), `who` (at most 64), or more than a million cards.
    pub fn replace_exceptions(&self, list: &[Listed], who: &str) -> Result<()> {
        self.runtime.with(|engine| engine.replace_exceptions(list, who))
    }
}
