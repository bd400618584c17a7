//! Cards as they are shown.

use crate::error::{Error, Result};
use crate::model::{Card, CardNumber, State};
use crate::store::ServedCard;

use super::engine::Engine;

impl Engine {
    /// A card as the book knows it.
    pub(crate) fn card(&mut self, number: &CardNumber) -> Result<Card> {
        let served = self.store.view().card(number.as_str(), self.desk.provider.name())?;
        self.shown(&served.ok_or_else(|| Error::not_found("card"))?)
    }

    /// A card as it is shown.
    pub(crate) fn shown(&mut self, served: &ServedCard) -> Result<Card> {
        let lane_no = served.account.account_no;
        let view = self.store.view();
        let open = view.open_effects(lane_no, None)?;
        let head = view.lane_head(lane_no)?;
        Ok(Card {
            number: served.card.number.clone(),
            level: served.card.level.clone(),
            holder: served.card.holder.clone(),
            status: served.card.status,
            exception: served.card.exception.clone(),
            balances: served.account.base.with_effects(&open, &self.desk.config.policy),
            owed: view.owed(served.card.card_no)?,
            fetched_at: served.card.fetched_at,
            held_by: head.filter(|head| !matches!(head.state, State::Queued | State::Sending)).map(|op| op.op_id),
        })
    }
}
