//! Cards as they are shown.

use crate::error::{Error, Result};
use crate::model::{Card, CardAccount, CardNumber, Family, OfflinePolicy, State};
use crate::store::{ServedCard, View};

use super::engine::Engine;

impl Engine {
    /// A card as the book knows it.
    pub(crate) fn card(&mut self, number: &CardNumber) -> Result<Card> {
        let served = self.served_first(number.as_str())?;
        self.shown(&served.ok_or_else(|| Error::not_found("card"))?)
    }

    /// A card with the first of its accounts, in the order of the families.
    pub(crate) fn served_first(&self, number: &str) -> Result<Option<ServedCard>> {
        let view = self.store.view();
        for place in self.desks_of_cards() {
            if let Some(served) = view.card(number, self.desks[place].provider.name())? {
                return Ok(Some(served));
            }
        }
        Ok(None)
    }

    /// A card as it is shown: its money as the remote of its stored value has it, its points as the one of the points does.
    pub(crate) fn shown(&mut self, served: &ServedCard) -> Result<Card> {
        let of_family = |family| self.provider_of(family).ok();
        let (of_money, of_points) = (of_family(Family::Cards), of_family(Family::Points));
        card_shown(&self.store.view(), served, &self.policy().policy, of_money, of_points)
    }
}

/// A card as it is shown. `of_money`, `of_points`: the remotes whose word on them counts.
pub(crate) fn card_shown(
    view: &View<'_>,
    served: &ServedCard,
    policy: &OfflinePolicy,
    of_money: Option<&str>,
    of_points: Option<&str>,
) -> Result<Card> {
    let mut held_by = None;
    let mut accounts = Vec::new();
    let own = served.account.base.with_effects(&view.open_effects(served.account.account_no, None)?, policy);
    let (mut balances, mut growth) = (own, served.account.growth);
    let mut points_as_of = own.as_of;
    for (provider, account) in view.accounts_of(served.card.card_no)? {
        let open = view.open_effects(account.account_no, None)?;
        let its = account.base.with_effects(&open, policy);
        if of_money == Some(provider.as_str()) {
            (balances.money, balances.as_of) = (its.money, its.as_of);
        }
        if of_points == Some(provider.as_str()) {
            (balances.points, points_as_of) = (its.points, its.as_of);
        }
        growth = growth.or(account.growth);
        let head = view.lane_head(account.account_no)?;
        let stuck = head.filter(|head| !matches!(head.state, State::Queued | State::Sending));
        held_by = held_by.or(stuck.map(|op| op.op_id));
        accounts.push(CardAccount { provider, reference: account.reference, status: account.status, balances: its });
    }
    Ok(Card {
        number: served.card.number.clone(),
        level: served.card.level.clone(),
        holder: served.card.holder.clone(),
        status: served.account.status,
        exception: served.card.exception.clone(),
        balances,
        points_as_of,
        growth,
        owed: view.owed(served.card.card_no)?,
        fetched_at: served.card.fetched_at,
        held_by,
        accounts,
    })
}
