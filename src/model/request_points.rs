//! What a POS asks for about members and points.

use super::card::Gender;
use super::request::{CallInput, Personal};
use crate::units::{Money, Points};

/// Registers a member by phone. The till knows the member by the phone, unless a card number is given.
#[derive(Clone, Debug)]
pub struct Register {
    pub(super) phone: Personal,
    pub(super) card: Option<String>,
    pub(super) name: Option<Personal>,
    pub(super) gender: Option<Gender>,
    pub(super) birthday: Option<Personal>,
    pub(super) sms_code: Option<Personal>,
    call: CallInput,
}

impl Register {
    /// Registers a member by phone.
    #[must_use]
    pub fn new(phone: impl Into<String>) -> Self {
        let phone = Personal(phone.into());
        Register {
            phone,
            card: None,
            name: None,
            gender: None,
            birthday: None,
            sms_code: None,
            call: CallInput::default(),
        }
    }

    /// The number under which the till knows the member: a card that is there already, or a new one.
    #[must_use]
    pub fn card(mut self, card: impl Into<String>) -> Self {
        self.card = Some(card.into());
        self
    }

    /// Name.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(Personal(name.into()));
        self
    }

    /// Gender.
    #[must_use]
    pub fn gender(mut self, gender: Gender) -> Self {
        self.gender = Some(gender);
        self
    }

    /// Birthday as `YYYY-MM-DD`.
    #[must_use]
    pub fn birthday(mut self, birthday: impl Into<String>) -> Self {
        self.birthday = Some(Personal(birthday.into()));
        self
    }

    /// The code that the member was sent, where the remote is to check it.
    #[must_use]
    pub fn sms_code(mut self, code: impl Into<String>) -> Self {
        self.sms_code = Some(Personal(code.into()));
        self
    }
}

/// Grants points: a number of them, or those that an amount brings, or both.
#[derive(Clone, Debug)]
pub struct AccruePoints {
    pub(super) card: String,
    pub(super) points: Option<Points>,
    pub(super) amount: Option<Money>,
    pub(super) order: Option<String>,
    call: CallInput,
}

impl AccruePoints {
    /// Grants points: a number of them, or those that an amount brings, or both.
    #[must_use]
    pub fn new(card: impl Into<String>) -> Self {
        AccruePoints { card: card.into(), points: None, amount: None, order: None, call: CallInput::default() }
    }

    /// How many.
    #[must_use]
    pub fn points(mut self, points: Points) -> Self {
        self.points = Some(points);
        self
    }

    /// The money that they are granted for.
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

/// Corrects points: up where positive, down where negative.
#[derive(Clone, Debug)]
pub struct AdjustPoints {
    pub(super) card: String,
    pub(super) points: Points,
    call: CallInput,
}

impl AdjustPoints {
    /// Corrects points: up where positive, down where negative.
    #[must_use]
    pub fn new(card: impl Into<String>, points: Points) -> Self {
        AdjustPoints { card: card.into(), points, call: CallInput::default() }
    }
}

/// Undoes an accrual or a redemption of this till: all that is left of it, or a part.
#[derive(Clone, Debug)]
pub struct ReturnPoints {
    pub(super) card: String,
    pub(super) original: String,
    pub(super) points: Option<Points>,
    pub(super) amount: Option<Money>,
    call: CallInput,
}

impl ReturnPoints {
    /// Undoes an accrual or a redemption of this till: all that is left of it, or a part.
    #[must_use]
    pub fn new(card: impl Into<String>, original: impl Into<String>) -> Self {
        ReturnPoints {
            card: card.into(),
            original: original.into(),
            points: None,
            amount: None,
            call: CallInput::default(),
        }
    }

    /// Only so many.
    #[must_use]
    pub fn points(mut self, points: Points) -> Self {
        self.points = Some(points);
        self
    }

    /// The money that is given back with them.
    #[must_use]
    pub fn amount(mut self, amount: Money) -> Self {
        self.amount = Some(amount);
        self
    }
}

/// Carries a balance of points over from elsewhere. Yonyou only; for a migration, not for trade.
#[derive(Clone, Debug)]
pub struct CarryOverPoints {
    pub(super) card: String,
    pub(super) points: Points,
    call: CallInput,
}

impl CarryOverPoints {
    /// Carries a balance of points over from elsewhere. Yonyou only; for a migration, not for trade.
    #[must_use]
    pub fn new(card: impl Into<String>, points: Points) -> Self {
        CarryOverPoints { card: card.into(), points, call: CallInput::default() }
    }
}

/// Changes points through Freemud's endpoint that takes no key, for installations that ask for it: up or down.
#[derive(Clone, Debug)]
pub struct UpdatePoints {
    pub(super) card: String,
    pub(super) points: Points,
    call: CallInput,
}

impl UpdatePoints {
    /// Changes points through Freemud's endpoint that takes no key, for installations that ask for it: up or down.
    #[must_use]
    pub fn new(card: impl Into<String>, points: Points) -> Self {
        UpdatePoints { card: card.into(), points, call: CallInput::default() }
    }
}

/// Gives back all points that an order took, through Freemud's endpoint that takes no key and no number.
#[derive(Clone, Debug)]
pub struct ReturnPointsOfOrder {
    pub(super) card: String,
    pub(super) order: String,
    call: CallInput,
}

impl ReturnPointsOfOrder {
    /// Gives back all points that an order took, through Freemud's endpoint that takes no key and no number.
    #[must_use]
    pub fn new(card: impl Into<String>, order: impl Into<String>) -> Self {
        ReturnPointsOfOrder { card: card.into(), order: order.into(), call: CallInput::default() }
    }
}

call_setters!(Register);
call_setters!(AccruePoints);
call_setters!(AdjustPoints);
call_setters!(ReturnPoints);
call_setters!(CarryOverPoints);
call_setters!(UpdatePoints);
call_setters!(ReturnPointsOfOrder);
