//! The offline policy: which one is in force, how much it leaves, and when it warns.

use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::clock::Timestamp;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::model::{
    CardNumber, CardStatus, Checked, Exposure, Family, Headroom, NoticeKind, OfCard, OfflineCase, OfflinePolicy,
    Overridable, PolicyVersion, Refusal, check_card, short_text,
};
use crate::store::{NewNotice, Store, Tx};
use crate::units::Money;

use super::desk::Desk;
use super::engine::Engine;
use super::hall::Hall;

/// What the book has in force, unless the configuration has been given another one since it was last opened: a policy that
/// was set at run time is not undone by a restart.
pub(super) fn policy_in_force(store: &Store, config: &Config, now: Timestamp) -> Result<PolicyVersion> {
    match store.view().policy_as_configured(&config.merchant, &config.policy)? {
        Some(policy) => Ok(policy),
        None => store.write(|tx| tx.configure_policy(&config.merchant, &config.policy, now)),
    }
}

impl Engine {
    /// The policy in force.
    pub(crate) fn policy(&self) -> PolicyVersion {
        PolicyVersion::clone(&self.hall.policy())
    }

    /// Every policy that was in force, the newest first.
    pub(crate) fn policies(&self) -> Result<Vec<PolicyVersion>> {
        self.store.view().policies()
    }

    /// Puts another policy in force, and returns its version. The same one again changes nothing.
    pub(crate) fn set_policy(&mut self, policy: &OfflinePolicy, who: &str, why: &str) -> Result<i64> {
        policy.check()?;
        let who = short_text("who", who.to_owned(), 64)?;
        let why = short_text("why", why.to_owned(), 200)?;
        let in_force = self.hall.policy();
        if in_force.policy == *policy {
            return Ok(in_force.version);
        }
        let now = self.now();
        let set = self.store.write(|tx| {
            // A limit that is lowered may be near at once.
            self.hall.note_near(tx, (&in_force.policy, tx.till_exposure()?), policy)?;
            tx.insert_policy(policy, &who, Some(&why), now)
        })?;
        let version = set.version;
        self.hall.set_policy(set);
        Ok(version)
    }

    /// How much more would be approved offline, of one card or of any.
    pub(crate) fn headroom(&mut self, number: Option<&CardNumber>) -> Result<Headroom> {
        let place = self.route(Family::Cards).unwrap_or(0);
        let Engine { store, desks, .. } = self;
        let desk = &mut desks[place];
        let view = store.view();
        let in_force = desk.hall.policy();
        let policy = &in_force.policy;
        let Some(number) = number else {
            let case = OfflineCase {
                now: desk.now(),
                from_card: Money::ZERO,
                recharge: None,
                opens: false,
                lifts: false,
                exception: None,
                status: CardStatus::Active,
                known: true,
                known_since: None,
                needs_base: false,
                card_exposure: Money::ZERO,
                phone_exposure: None,
                till_exposure: view.till_exposure()?,
                clock_behind: desk.hall.clock_behind(),
            };
            return Ok(Headroom::of(&case, None, policy));
        };
        let served = view.card(number.as_str(), desk.provider.name())?.ok_or_else(|| Error::not_found("card"))?;
        let served = Desk::stopped_as(&view, number, served)?;
        let case = desk.offline_case(&view, &served)?;
        let available = match case.known {
            true => {
                let open = view.open_effects(served.account.account_no, None)?;
                Some(served.account.base.with_effects(&open, policy).money.available)
            }
            // Without a base there is nothing that funds could be measured against.
            false => None,
        };
        let headroom = Headroom::of(&case, Some(OfCard { available }), policy);
        // What a call stumbles over before it comes to the ladder.
        Ok(match desk.refused_opening(&view, &served)? {
            Some(op_id) if check_card(case.exception, case.status).is_ok() => {
                headroom.refused(Refusal::OpeningRefused { op_id })
            }
            _ => headroom,
        })
    }
}

impl Hall {
    /// Warns once of each version of the policy that it will soon expire.
    pub(super) fn note_validity(&self, tx: &Tx<'_>) -> Result<()> {
        let in_force = self.policy();
        let Some(until) = in_force.policy.valid_until else { return Ok(()) };
        let told = self.told_of.load(Ordering::Relaxed) == in_force.version;
        let at = self.now();
        if told || until.since(at) > Duration::from_secs(in_force.policy.valid_until_warning_s) {
            return Ok(());
        }
        let kind = NoticeKind::LimitsNear;
        let beginning = format!("policy {}: ", in_force.version);
        // Only what is found in the book is told: this transaction may yet fail.
        if tx.has_had_notice_beginning(kind, &beginning)? {
            self.told_of.store(in_force.version, Ordering::Relaxed);
            return Ok(());
        }
        let detail = format!("{beginning}valid until {until:?}, nothing is approved offline after that");
        tx.insert_notice(&NewNotice { kind, op_no: None, card_no: None, amount: None, detail: &detail, at })
    }
}

impl Hall {
    /// Warns of each limit of the till that is near by what is open now, and was not before.
    fn note_near(&self, tx: &Tx<'_>, before: (&OfflinePolicy, Exposure), policy: &OfflinePolicy) -> Result<()> {
        let after = tx.till_exposure()?;
        let percent = |used: i64, (policy, limit): (&OfflinePolicy, i64)| {
            i128::from(used) * 100 >= i128::from(limit) * i128::from(policy.warning_percent)
        };
        let crossed = |(old, was): (i64, i64), (new, is): (i64, i64)| {
            is > 0 && !percent(was, (before.0, old)) && percent(is, (policy, new))
        };
        let money = |what, used: fn(&Exposure) -> Money, limit: fn(&OfflinePolicy) -> Money| {
            let (was, is) = (used(&before.1), used(&after));
            let near = crossed((limit(before.0).fen(), was.fen()), (limit(policy).fen(), is.fen()));
            (near, what, format!("{what}: {is} of {} are open", limit(policy)), Some(is))
        };
        let count = |what, used: fn(&Exposure) -> u32, limit: fn(&OfflinePolicy) -> u32| {
            let (was, is) = (used(&before.1), used(&after));
            let near = crossed((limit(before.0).into(), was.into()), (limit(policy).into(), is.into()));
            (near, what, format!("{what}: {is} of {} are open", limit(policy)), None)
        };
        let limits = [
            money("money", |exposure| exposure.money, |policy| policy.outage_limit),
            count("operations", |exposure| exposure.operations, |policy| policy.outage_operations),
            count("recharges", |exposure| exposure.recharges, |policy| policy.outage_recharges),
            money("recharged money", |exposure| exposure.recharge_money, |policy| policy.outage_recharge_money),
            count("new cards", |exposure| exposure.new_cards, |policy| policy.outage_new_cards),
        ];
        let at = self.now();
        for (_, what, detail, amount) in limits.into_iter().filter(|(near, ..)| *near) {
            if !tx.has_open_notice_beginning(NoticeKind::LimitsNear, &format!("{what}: "))? {
                let kind = NoticeKind::LimitsNear;
                tx.insert_notice(&NewNotice { kind, op_no: None, card_no: None, amount, detail: &detail, at })?;
            }
        }
        Ok(())
    }
}

impl Desk {
    /// Whether a card that this till has never seen may be written down all the same.
    pub(super) fn takes_unknown(&self, checked: &Checked) -> bool {
        let in_force = self.hall.policy();
        let policy = &in_force.policy;
        policy.unknown_card || (checked.context.lifts && policy.may_lift(Overridable::UnknownCard))
    }

    /// Warns of each limit of the till that an approval has brought near.
    pub(super) fn note_limits(&mut self, tx: &Tx<'_>, before: Exposure) -> Result<()> {
        let in_force = self.hall.policy();
        self.hall.note_near(tx, (&in_force.policy, before), &in_force.policy)
    }
}
