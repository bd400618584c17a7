//! What a POS asks for: builders that take anything. [`Request::check`] turns them into the form that everything behind
//! them works on.

use std::time::Duration;

use super::card::Gender;
use super::request_points::{
    AccruePoints, AdjustPoints, CarryOverPoints, Register, ReturnPoints, ReturnPointsOfOrder, UpdatePoints,
};
use super::request_trade::{AddCouponTemplate, GiveCoupon, PushOrder, RedeemCoupon, ReturnOrder, SetCouponStatus};
use crate::units::{Money, Points};

/// Who may say yes, and how long the cashier waits: at most 600 seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The till decides by its policy, at once. While the remote is healthy this acts as `PreferOnline` unless the policy
    /// permits otherwise.
    Offline,
    /// The remote decides if it answers within the time-out, else the till does by its policy.
    PreferOnline(Duration),
    /// The remote decides, or nobody does.
    RequireOnline(Duration),
}

/// One act, unchecked, with what is said about it, for whoever handles all kinds alike. Made from [`OpenCard`], [`Modify`], [`Recharge`], [`Consume`] or
/// [`RedeemPoints`].
#[derive(Clone, Debug)]
pub struct Request {
    pub(super) act: Unchecked,
    pub(super) call: CallInput,
}

#[derive(Clone, Debug)]
pub(super) enum Unchecked {
    OpenCard(OpenCard),
    Modify(Modify),
    Recharge(Recharge),
    Consume(Consume),
    RedeemPoints(RedeemPoints),
    Register(Register),
    AccruePoints(AccruePoints),
    AdjustPoints(AdjustPoints),
    ReturnPoints(ReturnPoints),
    CarryOverPoints(CarryOverPoints),
    UpdatePoints(UpdatePoints),
    ReturnPointsOfOrder(ReturnPointsOfOrder),
    RedeemCoupon(RedeemCoupon),
    GiveCoupon(GiveCoupon),
    SetCouponStatus(SetCouponStatus),
    AddCouponTemplate(AddCouponTemplate),
    PushOrder(PushOrder),
    ReturnOrder(ReturnOrder),
}

#[derive(Clone, Debug, Default)]
pub(super) struct CallInput {
    pub(super) op_id: Option<String>,
    pub(super) ticket: Option<String>,
    pub(super) operator: Option<String>,
    pub(super) supervisor: Option<String>,
    pub(super) shift: Option<String>,
    pub(super) reason: Option<String>,
    pub(super) delivery: Option<Delivery>,
    pub(super) lifts: bool,
}

/// What every call may carry; `$name` has a field `call`.
macro_rules! call_fields {
    ($name:ident) => {
        impl $name {
            /// Names the operation, so that the same call made again finds it instead of doing it twice. 1 to 64 visible
            /// ASCII characters. Without one the till mints one, and a POS that crashes before it has the answer can't ask.
            #[must_use]
            pub fn op_id(mut self, op_id: impl Into<String>) -> Self {
                self.call.op_id = Some(op_id.into());
                self
            }

            /// The POS's own ticket number, at most 64 characters.
            #[must_use]
            pub fn ticket(mut self, ticket: impl Into<String>) -> Self {
                self.call.ticket = Some(ticket.into());
                self
            }

            /// Who works the till, at most 64 characters.
            #[must_use]
            pub fn operator(mut self, operator: impl Into<String>) -> Self {
                self.call.operator = Some(operator.into());
                self
            }

            /// Who stands behind it, at most 64 characters.
            #[must_use]
            pub fn supervisor(mut self, supervisor: impl Into<String>) -> Self {
                self.call.supervisor = Some(supervisor.into());
                self
            }

            /// The shift, at most 64 characters.
            #[must_use]
            pub fn shift(mut self, shift: impl Into<String>) -> Self {
                self.call.shift = Some(shift.into());
                self
            }

            /// Why, at most 200 characters.
            #[must_use]
            pub fn reason(mut self, reason: impl Into<String>) -> Self {
                self.call.reason = Some(reason.into());
                self
            }

            /// A supervisor overrides the offline policy for this operation: whatever it would refuse that the policy lets
            /// people lift is approved up to the hard limits ([`OfflinePolicy`](crate::OfflinePolicy)). Sets `supervisor`
            /// (at most 64 characters) and `reason` (at most 200); both must be there. What was lifted is recorded with the
            /// promise ([`Receipt::lifted`](crate::Receipt::lifted)). It changes nothing where the remote decides.
            #[must_use]
            pub fn override_by(mut self, supervisor: impl Into<String>, reason: impl Into<String>) -> Self {
                self.call.supervisor = Some(supervisor.into());
                self.call.reason = Some(reason.into());
                self.call.lifts = true;
                self
            }

            /// Who may say yes. Without it: `PreferOnline` with the configured time-out
            /// ([`Config::timeout_ms`](crate::Config::timeout_ms)).
            #[must_use]
            pub fn delivery(mut self, delivery: $crate::model::Delivery) -> Self {
                self.call.delivery = Some(delivery);
                self
            }

            /// [`Delivery::Offline`](crate::Delivery::Offline).
            #[must_use]
            pub fn offline(self) -> Self {
                self.delivery($crate::model::Delivery::Offline)
            }

            /// [`Delivery::PreferOnline`](crate::Delivery::PreferOnline) with a time-out.
            #[must_use]
            pub fn prefer_online(self, timeout: std::time::Duration) -> Self {
                self.delivery($crate::model::Delivery::PreferOnline(timeout))
            }

            /// [`Delivery::RequireOnline`](crate::Delivery::RequireOnline) with a time-out.
            #[must_use]
            pub fn require_online(self, timeout: std::time::Duration) -> Self {
                self.delivery($crate::model::Delivery::RequireOnline(timeout))
            }
        }
    };
}

macro_rules! call_setters {
    ($name:ident) => {
        call_fields!($name);

        impl From<$name> for $crate::model::Request {
            fn from(mut input: $name) -> $crate::model::Request {
                let call = std::mem::take(&mut input.call);
                $crate::model::Request { act: $crate::model::request::Unchecked::$name(input), call }
            }
        }
    };
}

macro_rules! holder_setters {
    ($name:ident) => {
        impl $name {
            /// The holder's name, at most 64 characters.
            #[must_use]
            pub fn name(mut self, name: impl Into<String>) -> Self {
                self.name = Some($crate::model::request::Personal(name.into()));
                self
            }

            /// The holder's phone: 5 to 20 digits with an optional plus.
            #[must_use]
            pub fn phone(mut self, phone: impl Into<String>) -> Self {
                self.phone = Some($crate::model::request::Personal(phone.into()));
                self
            }

            /// The holder's gender.
            #[must_use]
            pub fn gender(mut self, gender: $crate::model::Gender) -> Self {
                self.gender = Some(gender);
                self
            }
        }
    };
}

/// Opens a card.
///
/// ```
/// # use tillbook::{Gender, OpenCard};
/// let open = OpenCard::new("M000124", "普通会员").name("王小明").phone("13812345678").gender(Gender::Male).op_id("open-7");
/// ```
#[derive(Clone, Debug)]
pub struct OpenCard {
    pub(super) card: Option<String>,
    pub(super) level: String,
    pub(super) name: Option<Personal>,
    pub(super) phone: Option<Personal>,
    pub(super) gender: Option<Gender>,
    call: CallInput,
}

impl OpenCard {
    /// A card number, and the level by its name or the remote's identifier.
    #[must_use]
    pub fn new(card: impl Into<String>, level: impl Into<String>) -> Self {
        OpenCard { card: Some(card.into()), ..OpenCard::next(level) }
    }

    /// The next number of the till's range ([`Config::card_numbers`](crate::Config::card_numbers)), and the level by its name or
    /// the remote's identifier. The receipt tells the number; the same call with the same `op_id` gets the same one. A number
    /// that was given out is not given out again, whatever becomes of the opening.
    ///
    /// ```
    /// # use tillbook::OpenCard;
    /// let open = OpenCard::next("普通会员").name("王小明").op_id("open-8");
    /// ```
    #[must_use]
    pub fn next(level: impl Into<String>) -> Self {
        OpenCard { card: None, level: level.into(), name: None, phone: None, gender: None, call: CallInput::default() }
    }
}

/// Changes a holder's data. What is not given stays.
#[derive(Clone, Debug)]
pub struct Modify {
    pub(super) card: String,
    pub(super) name: Option<Personal>,
    pub(super) phone: Option<Personal>,
    pub(super) birthday: Option<Personal>,
    pub(super) gender: Option<Gender>,
    call: CallInput,
}

impl Modify {
    /// Of this card.
    #[must_use]
    pub fn new(card: impl Into<String>) -> Self {
        Modify { card: card.into(), name: None, phone: None, birthday: None, gender: None, call: CallInput::default() }
    }

    /// The new birthday as `YYYY-MM-DD`.
    #[must_use]
    pub fn birthday(mut self, birthday: impl Into<String>) -> Self {
        self.birthday = Some(Personal(birthday.into()));
        self
    }
}

/// Puts money on a card.
#[derive(Clone, Debug)]
pub struct Recharge {
    pub(super) card: String,
    pub(super) amount: Money,
    pub(super) pay_type: i64,
    call: CallInput,
}

impl Recharge {
    /// What is paid in, and how: one of the remote's pay types ([`Till::pay_types`](crate::Till::pay_types)).
    #[must_use]
    pub fn new(card: impl Into<String>, amount: Money, pay_type: i64) -> Self {
        Recharge { card: card.into(), amount, pay_type, call: CallInput::default() }
    }
}

/// Pays from a card.
///
/// ```
/// # use tillbook::{Consume, Money};
/// let total = Money::parse_yuan("88.00")?;
/// let consume = Consume::new("M000123", total).discountable(Money::parse_yuan("60")?).partial(true).ticket("A-1001");
/// # Ok::<(), tillbook::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Consume {
    pub(super) card: String,
    pub(super) total: Money,
    pub(super) discountable: Option<Money>,
    pub(super) partial: bool,
    call: CallInput,
}

impl Consume {
    /// The sale's total before any discount.
    #[must_use]
    pub fn new(card: impl Into<String>, total: Money) -> Self {
        Consume { card: card.into(), total, discountable: None, partial: false, call: CallInput::default() }
    }

    /// The part of the total that the member's discount applies to. All of it unless said otherwise.
    #[must_use]
    pub fn discountable(mut self, part: Money) -> Self {
        self.discountable = Some(part);
        self
    }

    /// Whether the card may pay a part where it can't pay all; the rest is `due`. No unless said otherwise. A remote may let
    /// the card pay a part all the same: always look at [`Told::due`](crate::Told::due).
    #[must_use]
    pub fn partial(mut self, allowed: bool) -> Self {
        self.partial = allowed;
        self
    }
}

/// Takes points from a card.
#[derive(Clone, Debug)]
pub struct RedeemPoints {
    pub(super) card: String,
    pub(super) points: Points,
    pub(super) amount: Option<Money>,
    pub(super) order: Option<String>,
    call: CallInput,
}

impl RedeemPoints {
    /// So many points.
    #[must_use]
    pub fn new(card: impl Into<String>, points: Points) -> Self {
        RedeemPoints { card: card.into(), points, amount: None, order: None, call: CallInput::default() }
    }

    /// The sale that they pay for.
    #[must_use]
    pub fn amount(mut self, amount: Money) -> Self {
        self.amount = Some(amount);
        self
    }

    /// The POS's own number of the order: told to the remote for people, never as a key.
    #[must_use]
    pub fn order(mut self, order: impl Into<String>) -> Self {
        self.order = Some(order.into());
        self
    }
}

call_fields!(Request);
holder_setters!(OpenCard);
holder_setters!(Modify);
call_setters!(OpenCard);
call_setters!(Modify);
call_setters!(Recharge);
call_setters!(Consume);
call_setters!(RedeemPoints);

/// Text that `Debug` does not show.
#[derive(Clone)]
pub(super) struct Personal(pub(super) String);

impl std::fmt::Debug for Personal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}
