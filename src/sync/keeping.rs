//! Keeping house and forgetting, by the book's own time.

use crate::error::Result;
use crate::model::{CardNumber, Forgotten};
use crate::store::HouseKeeping;

use super::engine::Engine;

impl Engine {
    /// One step of keeping house; false when there is nothing left to do.
    pub(crate) fn keep_house(&mut self, keeping: &mut HouseKeeping) -> Result<bool> {
        let now = self.now();
        let rules = self.config().retention.clone();
        self.store.keep_house(keeping, &rules, now)
    }

    pub(crate) fn forget_holder(&mut self, number: &CardNumber, who: &str) -> Result<Forgotten> {
        let now = self.now();
        self.store.forget(number.as_str(), who, now)
    }
}
