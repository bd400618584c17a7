//! Calls: a request comes in, is checked against the book, written down, and answered by whoever decides first.

use std::time::Duration;

use crate::clock::{Timestamp, mint_id, mint_key};
use crate::error::{Error, Result};
use crate::model::{
    Act, Balances, CardNumber, CardStatus, Checked, Confirmation, Decision, Delivery, Level, OfflinePolicy, OpId,
    Receipt, Refusal, State, check_card, predict,
};
use crate::provider::{Bound, Reference, Whom};
use crate::store::{NewOperation, OpRow, ServedCard, Tx, View};

use super::desk::Desk;
use super::engine::Engine;
use super::job::Ask;
use super::returns::{asked as as_asked, completed, first_difference};

/// A call that is not ended by its caller so long after its time-out is ended by the engine.
const OVERDUE: Duration = Duration::from_secs(1);

/// Who decides while a call waits for the remote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// The policy, if the remote does not in time.
    Prefer,
    /// Nobody but the remote.
    Require,
}

/// A call that waits for its promise.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiting {
    pub(super) mode: Mode,
    pub(super) until: Timestamp,
}

/// What became of a call so far.
#[derive(Debug)]
pub(crate) enum Begun {
    /// It is answered.
    Done(Box<Receipt>),
    /// It waits for the remote: turn the engine, then [`Engine::poll`]; at the time-out, [`Engine::expire`].
    Waiting { op_no: i64, mode: Mode, timeout: Duration },
    /// The remote has to be asked this first, then the call begun again.
    AskFirst(Ask, Duration),
}

/// An operation about to be written down.
struct New<'a> {
    checked: &'a Checked,
    /// The request as the book completes it.
    act: &'a Act,
    original: Option<i64>,
    bound: &'a Bound,
    decision: &'a Decision,
}

enum Plan {
    Offline,
    Online(Mode, Duration),
}

impl Engine {
    /// Begins a call. `asked`: what it needed to know has just been asked for, so it is not asked for again.
    ///
    /// A refusal before anything is written leaves no trace; so does every error.
    pub(crate) fn begin(&mut self, checked: &Checked, asked: bool) -> Result<Begun> {
        let place = self.place_of(checked)?;
        let Engine { store, desks, .. } = self;
        let desk = &mut desks[place];
        let begun = desk.commit(store, |desk, tx| desk.begin(tx, checked, asked))?;
        if let Begun::Waiting { op_no, mode, timeout } = begun {
            // The caller expires it by itself; this is for one that could not.
            let until = desk.now().after(timeout.saturating_add(OVERDUE));
            desk.waiting.entry(op_no).or_insert(Waiting { mode, until });
        }
        Ok(begun)
    }

    /// The receipt of a waiting call, once its promise is written.
    pub(crate) fn poll(&mut self, op_no: i64) -> Result<Option<Receipt>> {
        let view = self.store.view();
        let op = view.operation(op_no)?;
        if op.promise.is_none() {
            return Ok(None);
        }
        let place = self.desk_called(&op.provider);
        self.desks[place].waiting.remove(&op_no);
        self.desks[place].receipt(&view, &op).map(Some)
    }

    /// The caller waits no longer: the promise is written now, unless an answer has come first. Whoever comes second gets
    /// the row of the first.
    pub(crate) fn expire(&mut self, op_no: i64, mode: Mode) -> Result<Receipt> {
        let place = self.desk_called(&self.store.view().operation(op_no)?.provider);
        let Engine { store, desks, .. } = self;
        let desk = &mut desks[place];
        let receipt = desk.commit_on(store, |desk, tx| desk.expire(tx, op_no, mode).map(|()| op_no))?;
        desk.waiting.remove(&op_no);
        Ok(receipt)
    }

    /// How an operation stands.
    pub(crate) fn receipt(&mut self, op_id: &OpId) -> Result<Option<Receipt>> {
        let view = self.store.view();
        match view.operation_by_id(op_id)? {
            Some(op) => self.desks[self.desk_called(&op.provider)].receipt(&view, &op).map(Some),
            None => Ok(None),
        }
    }

    /// The desk that a call is for: the one that has it already, or the one that serves such calls.
    pub(super) fn place_of(&self, checked: &Checked) -> Result<usize> {
        let known = match &checked.op_id {
            _ if self.desks.len() == 1 => None,
            Some(op_id) => self.store.view().operation_by_id(op_id)?,
            None => None,
        };
        match known {
            Some(op) => Ok(self.desk_called(&op.provider)),
            None => self.desk_for(&checked.act),
        }
    }
}

impl Desk {
    fn begin(&mut self, tx: &Tx<'_>, checked: &Checked, asked: bool) -> Result<Begun> {
        if let Some(op_id) = &checked.op_id
            && let Some(op) = tx.operation_by_id(op_id)?
        {
            return self.repeated(tx, checked, &op);
        }
        if self.provider.guarantee(&checked.act).is_none() {
            return Err(Error::unsupported("no configured provider can do this"));
        }
        let (act, original) = completed(tx, &checked.act)?;
        let (act, next) = self.numbered(tx, act)?;
        let act = act.as_ref();
        self.provider.check(act).map_err(|error| error.of_section(self.provider.name()))?;
        if let Some(original) = original
            && self.provider.returns_once(act)
            && !tx.returns_of(original)?.is_empty()
        {
            return Err(Error::unsupported("the remote takes one partial return of an operation"));
        }
        let plan = self.plan(checked.delivery);
        let opening = act.kind().opens();
        if opening && !self.provider.opens_offline(act) && !matches!(plan, Plan::Online(Mode::Require, _)) {
            return Err(Error::unsupported("the remote can't be told later of this member: require it online"));
        }
        let card = tx.card(act.card().as_str(), self.provider.name())?;
        let card = match (card, opening) {
            (Some(card), true) if card.account.status == CardStatus::Closed && !card.account.confirmed => Some(card),
            (Some(_), true) => return Err(Refusal::CardExists.into()),
            (None, true) => {
                self.refuse_listed(tx, checked.act.card())?;
                // A member is known by the phone wherever nobody gave another number.
                if let Act::Register { phone, .. } = act {
                    self.refuse_listed(tx, &CardNumber::new(phone.as_str())?)?;
                }
                None
            }
            (card, false) if checked.act.card_if_any().is_none() => Some(self.house(tx, card)?),
            (card, false) => match self.servable(tx, checked, card, &plan, asked)? {
                Ok(card) => Some(card),
                Err(begun) => return Ok(begun),
            },
        };
        if let Some(ask) = self.ask_for_coupon(tx, act, card.as_ref(), &plan, asked)? {
            return Ok(ask);
        }
        let bound = self.bind(tx, act, card.as_ref(), &plan, asked)?;
        let bound = match bound {
            Ok(bound) => bound,
            Err(begun) => return Ok(begun),
        };
        let called = next.as_ref().map(|_| checked.act.card().clone());
        let bound = Bound { asked: as_asked(&checked.act), called, ..bound };
        if let Some(next) = &next {
            self.take_number(tx, next)?;
        }
        let card = match card {
            Some(card) => {
                if opening {
                    self.reopen(tx, &card, act)?
                } else {
                    card
                }
            }
            None => self.new_card(tx, act)?,
        };

        let head = tx.lane_front(card.account.account_no)?;
        let held = head.as_ref().filter(|head| head.held);
        let now = self.now();
        let restored = self.hall.is_restored();
        if restored && matches!(plan, Plan::Online(Mode::Require, _)) {
            return Err(Error::restored("nothing is sent until a person has gone on with it"));
        }
        let unreachable = restored || self.condition.is_unreachable(now);
        // Only this decides whether the till may answer alone: a call that requires the remote never gets past it.
        let online = match plan {
            Plan::Offline => None,
            Plan::Online(Mode::Prefer, timeout) => (held.is_none() && !unreachable).then_some((Mode::Prefer, timeout)),
            Plan::Online(Mode::Require, timeout) => {
                if let Some(head) = held {
                    return Err(Error::lane_held(head.op_id.clone()));
                }
                if unreachable {
                    let why =
                        if self.condition.is_down() { "the remote is down" } else { "the remote asked for a pause" };
                    return Err(Error::unreachable(self.condition.halted.as_deref().unwrap_or(why)));
                }
                Some((Mode::Require, timeout))
            }
        };
        match online {
            Some((mode, timeout)) => {
                if let Some(refusal) = self.coupon_refusal(tx, &card, act, None, false)? {
                    return Err(refusal.into());
                }
                let decision = self.with_knowledge(tx, &card, act, None, |known| predict(act, known))?;
                decision.told.assert_consistent();
                let new = New { checked, act, original, bound: &bound, decision: &decision };
                let op = self.write_down(tx, &new, &card, (Some(mode), head.is_none()))?;
                Ok(Begun::Waiting { op_no: op.op_no, mode, timeout })
            }
            None => {
                let approval = self.decide_offline(tx, &card, act, None, true, checked.context.lifts)??;
                let new = New { checked, act, original, bound: &bound, decision: &approval.decision };
                let mut op = self.write_down(tx, &new, &card, (None, head.is_none()))?;
                let entered = self.approve_offline(tx, &mut op, approval)?;
                if held.is_some() {
                    self.retell_orphans(tx, op.lane_no, true)?;
                }
                let receipt = receipt_of(&op, card.card.number, None, Some(entered.receipt_no), entered.balances);
                let receipt = Receipt { training: self.hall.config.training, ..receipt };
                Ok(Begun::Done(Box::new(receipt)))
            }
        }
    }

    /// The same call again: how it stands, or what differs.
    fn repeated(&mut self, tx: &Tx<'_>, checked: &Checked, op: &OpRow) -> Result<Begun> {
        if let Some(field) = first_difference(op, &checked.act) {
            return Err(Error::conflict(field));
        }
        if op.context.ticket != checked.context.ticket {
            return Err(Error::conflict("ticket"));
        }
        if op.promise.is_some() {
            return Ok(Begun::Done(Box::new(self.receipt(tx, op)?)));
        }
        let (own, timeout) = match checked.delivery {
            Some(Delivery::RequireOnline(timeout)) => (Mode::Require, timeout),
            Some(Delivery::PreferOnline(timeout)) => (Mode::Prefer, timeout),
            _ => (Mode::Prefer, Duration::from_millis(self.hall.config.timeout_ms)),
        };
        let mode = self.waiting.get(&op.op_no).map_or(own, |waiting| waiting.mode);
        Ok(Begun::Waiting { op_no: op.op_no, mode, timeout })
    }

    fn plan(&mut self, delivery: Option<Delivery>) -> Plan {
        let standard = Duration::from_millis(self.hall.config.timeout_ms);
        match delivery.unwrap_or(Delivery::PreferOnline(standard)) {
            Delivery::Offline if !self.hall.policy().policy.offline_while_healthy && self.is_healthy() => {
                Plan::Online(Mode::Prefer, standard)
            }
            Delivery::Offline => Plan::Offline,
            Delivery::PreferOnline(timeout) => Plan::Online(Mode::Prefer, timeout),
            Delivery::RequireOnline(timeout) => Plan::Online(Mode::Require, timeout),
        }
    }

    /// The card that a call is about, once it may be served. A card that is unknown, or that stood blocked when it was last
    /// asked for, is asked for first where the remote can be asked.
    fn servable(
        &mut self,
        tx: &Tx<'_>,
        checked: &Checked,
        card: Option<ServedCard>,
        plan: &Plan,
        asked: bool,
    ) -> Result<Result<ServedCard, Begun>> {
        let now = self.now();
        let number = checked.act.card();
        if card.is_none() {
            self.refuse_listed(tx, number)?;
            let phone = tx.card_row(number.as_str())?.and_then(|card| card.holder.phone);
            let whom = Whom { number, reference: None, phone: phone.as_deref() };
            if self.provider.reference(&whom) == Reference::Unknown {
                return Err(Error::unknown_reference(self.provider.name()));
            }
        }
        let ask = match plan {
            Plan::Online(_, timeout) if !asked && !self.condition.is_unreachable(now) => {
                Some(Begun::AskFirst(Ask::Card(number.clone()), *timeout))
            }
            _ => None,
        };
        let card = card.map(|card| Desk::stopped_as(tx, number, card)).transpose()?;
        match card {
            // Its opening came to nothing: whatever would be done on it would wait for ever.
            Some(card)
                if card.account.opened_here_at.is_some()
                    && !card.account.confirmed
                    && tx.lane_front(card.account.account_no)?.is_none() =>
            {
                ask.map_or(Err(Refusal::CardClosed.into()), |ask| Ok(Err(ask)))
            }
            Some(card) => match (check_card(card.card.exception.as_deref(), card.account.status), ask) {
                (Ok(()), _) => match self.refused_opening(tx, &card)? {
                    Some(op_id) => Err(Refusal::OpeningRefused { op_id }.into()),
                    None => Ok(Ok(card)),
                },
                (Err(Refusal::CardBlocked | Refusal::CardClosed), Some(ask)) => Ok(Err(ask)),
                (Err(refusal), _) => Err(refusal.into()),
            },
            None => match (ask, plan) {
                (Some(ask), _) => Ok(Err(ask)),
                (None, Plan::Online(Mode::Require, _)) if self.condition.is_unreachable(now) => {
                    Err(Error::unreachable("the card is unknown here and the remote can't be asked"))
                }
                (None, _) if self.takes_unknown(checked) => {
                    Ok(Ok(self.new_account(tx, number, CardStatus::Provisional, None)?))
                }
                (None, _) => Err(Refusal::UnknownCard.into()),
            },
        }
    }

    /// A coupon that the book does not know, or knows as not to be used, is asked for first where the remote can be asked.
    fn ask_for_coupon(
        &mut self,
        tx: &Tx<'_>,
        act: &Act,
        card: Option<&ServedCard>,
        plan: &Plan,
        asked: bool,
    ) -> Result<Option<Begun>> {
        let (Some(card), &Plan::Online(_, timeout)) = (card, plan) else { return Ok(None) };
        let now = self.now();
        if asked || self.condition.is_unreachable(now) || self.coupon_refusal(tx, card, act, None, false)?.is_none() {
            return Ok(None);
        }
        Ok(Some(Begun::AskFirst(Ask::Card(card.card.number.clone()), timeout)))
    }

    /// Resolves what the request names by the catalogue. An unknown level or pay type is an error in every mode; a
    /// catalogue that was never fetched is asked for first.
    fn bind(
        &mut self,
        tx: &Tx<'_>,
        act: &Act,
        card: Option<&ServedCard>,
        plan: &Plan,
        asked: bool,
    ) -> Result<Result<Bound, Begun>> {
        match act {
            Act::OpenCard { level, .. } => {
                let now = self.now();
                let levels = tx.levels(self.provider.name())?;
                if levels.is_empty()
                    && !asked
                    && let Plan::Online(_, timeout) = plan
                    && !self.condition.is_unreachable(now)
                {
                    return Ok(Err(Begun::AskFirst(Ask::Health, *timeout)));
                }
                if levels.is_empty() {
                    return Err(never_fetched("levels", plan));
                }
                let found = level_called(&levels, level);
                let found = found.ok_or_else(|| Error::invalid("level", "is not known", level))?;
                Ok(Ok(Bound { level_id: Some(found.id.clone()), ..Bound::default() }))
            }
            Act::Recharge { pay_type, .. } => {
                let now = self.now();
                let pay_types = tx.pay_types(self.provider.name())?;
                if pay_types.is_empty()
                    && !asked
                    && let (Plan::Online(_, timeout), Some(card)) = (plan, card)
                    && !self.condition.is_unreachable(now)
                {
                    return Ok(Err(Begun::AskFirst(Ask::Card(card.card.number.clone()), *timeout)));
                }
                if pay_types.is_empty() {
                    return Err(never_fetched("pay types", plan));
                }
                let found = pay_types.iter().find(|known| known.id == *pay_type);
                let found = found.ok_or_else(|| Error::invalid("pay_type", "is not known", pay_type))?;
                Ok(Ok(Bound { pay_type_name: Some(found.name.clone()), ..Bound::default() }))
            }
            _ => Ok(Ok(Bound::default())),
        }
    }

    /// The operation becomes part of the book, and its lane has something to do. Without a mode it is approved offline in
    /// this transaction.
    fn write_down(
        &mut self,
        tx: &Tx<'_>,
        new: &New<'_>,
        card: &ServedCard,
        (mode, first): (Option<Mode>, bool),
    ) -> Result<OpRow> {
        let now = self.now();
        let &New { checked, act, original, bound, decision } = new;
        let op_id = match &checked.op_id {
            Some(op_id) => op_id.clone(),
            None => OpId::stored(mint_id(self.hall.entropy.as_ref())),
        };
        let lane_no = card.account.account_no;
        let op = tx.insert_operation(&NewOperation {
            op_id: &op_id,
            lane_no,
            card_no: card.card.card_no,
            provider: self.provider.name(),
            dialect: self.provider.dialect(),
            act,
            bound,
            key: &mint_key(self.hall.entropy.as_ref(), self.provider.key_chars()),
            original,
            delivery: delivery_name(mode),
            context: &checked.context,
            at: now,
            told: &decision.told,
            effect: &decision.effect,
            exposed: mode.is_none(),
        })?;
        if first {
            self.stand_at(tx, lane_no, Some(&op), None)?;
        }
        Ok(op)
    }

    /// Calls whose caller has not come back to end them: its time-out is long over.
    pub(super) fn expire_overdue(&mut self, tx: &Tx<'_>) -> Result<()> {
        let now = self.now();
        let overdue: Vec<(i64, Mode)> = self
            .waiting
            .iter()
            .filter(|(_, waiting)| now > waiting.until)
            .map(|(&op_no, waiting)| (op_no, waiting.mode))
            .collect();
        for (op_no, mode) in overdue {
            self.expire(tx, op_no, mode)?;
        }
        Ok(())
    }

    fn expire(&mut self, tx: &Tx<'_>, op_no: i64, mode: Mode) -> Result<()> {
        let mut op = tx.operation(op_no)?;
        if op.promise.is_some() {
            return Ok(());
        }
        let until = self.now();
        self.waiting.entry(op_no).or_insert(Waiting { mode, until });
        match op.state {
            // Certainly not sent. Whoever may decide does; where nobody may, it never will be.
            State::Queued if mode == Mode::Prefer => self.fall_back(tx, &mut op),
            State::Queued => self.cancel(tx, &mut op, None),
            _ => self.settle_doubt(tx, &mut op),
        }
    }

    /// Everything a POS may want to know of an operation, as it stands.
    pub(super) fn receipt(&self, view: &View<'_>, op: &OpRow) -> Result<Receipt> {
        receipt(view, op, &self.hall.policy().policy)
    }
}

/// Everything that may be asked of an operation, as it stands.
pub(crate) fn receipt(view: &View<'_>, op: &OpRow, policy: &OfflinePolicy) -> Result<Receipt> {
    let served = view.card_of_account(op.lane_no)?;
    let open = view.open_effects(op.lane_no, None)?;
    let confirmation = match op.state {
        State::Queued | State::Sending => None,
        _ => view.confirmation(op.op_no)?,
    };
    let balances = served.account.base.with_effects(&open, policy);
    let receipt = receipt_of(op, served.card.number, confirmation, view.receipt_no(op.op_no)?, balances);
    Ok(Receipt { training: view.is_training()?, ..receipt })
}

/// A receipt of what is known already.
fn receipt_of(
    op: &OpRow,
    card: CardNumber,
    confirmation: Option<Confirmation>,
    receipt_no: Option<String>,
    balances: Balances,
) -> Receipt {
    let told = *op.told();
    let promise = op.promise.as_ref();
    Receipt {
        op_id: op.op_id.clone(),
        kind: op.kind,
        card,
        promise: promise.map(|row| row.promise),
        refusal: promise.and_then(|row| row.refusal.clone()),
        lifted: promise.map(|row| row.lifted.clone()).unwrap_or_default(),
        policy_version: promise.and_then(|row| row.policy),
        remote_message: promise.and_then(|row| row.message.clone()),
        receipt_no,
        created_at: op.created_at,
        state: op.state,
        evidence: op.evidence,
        variance: confirmation.as_ref().and_then(|confirmed| confirmed.money_variance(op.kind, &told)),
        told,
        confirmation,
        waits_for: op.waits_for.clone(),
        balances,
        training: false,
    }
}

/// A level by its name or the remote's identifier, as a POS may call it.
pub(super) fn level_called<'a>(levels: &'a [Level], text: &str) -> Option<&'a Level> {
    levels.iter().find(|known| known.id == text || known.name == text)
}

/// A till that has never been online knows neither levels nor pay types; that is nobody's mistake.
fn never_fetched(what: &str, plan: &Plan) -> Error {
    match plan {
        Plan::Online(Mode::Require, _) => {
            Error::unreachable(format!("the {what} were never fetched, nor could they be now"))
        }
        _ => Refusal::NeverFetched { what: what.to_owned() }.into(),
    }
}

fn delivery_name(mode: Option<Mode>) -> &'static str {
    match mode {
        None => "offline",
        Some(Mode::Prefer) => "prefer_online",
        Some(Mode::Require) => "require_online",
    }
}
