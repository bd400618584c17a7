//! What cashiers ask for.

use tillbook::{Consume, Gender, Modify, Money, OpenCard, Points, Recharge, RedeemPoints, Request};

use crate::plan::TillPlan;
use crate::shop::Deal;

/// Puts on a request what every call has.
macro_rules! with_call {
    ($request:expr, $spec:expr) => {{
        let spec: &$crate::call::CallSpec = $spec;
        let request = $request.op_id(&spec.op_id).ticket(format!("ticket-{}", spec.op_id)).operator("Mei");
        let request = match spec.supervised {
            $crate::call::Supervised::No => request,
            $crate::call::Supervised::Yes => request.override_by("Lin", "a regular"),
            $crate::call::Supervised::WithoutReason => request.override_by("Lin", ""),
        };
        match spec.delivery {
            $crate::call::DeliverySpec::Standard => request,
            $crate::call::DeliverySpec::Offline => request.offline(),
            $crate::call::DeliverySpec::Prefer(ms) => request.prefer_online(std::time::Duration::from_millis(ms)),
            $crate::call::DeliverySpec::Require(ms) => request.require_online(std::time::Duration::from_millis(ms)),
        }
        .into()
    }};
}
pub(crate) use with_call;

/// A call that can be made again, word for word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CallSpec {
    pub(crate) op_id: String,
    pub(crate) card: String,
    pub(crate) act: ActSpec,
    pub(crate) delivery: DeliverySpec,
    pub(crate) supervised: Supervised,
}

/// Whether a supervisor overrides the policy for a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Supervised {
    No,
    Yes,
    /// Which is no way to do it.
    WithoutReason,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ActSpec {
    Open {
        level: &'static str,
        name: Option<String>,
        phone: Option<String>,
    },
    Modify {
        name: Option<String>,
        phone: Option<String>,
        birthday: Option<&'static str>,
        gender: Option<Gender>,
    },
    Recharge {
        fen: i64,
        pay_type: i64,
    },
    Consume {
        fen: i64,
        discountable: Option<i64>,
        partial: bool,
    },
    Redeem {
        points: i64,
    },
    /// Something that is none of Sandy's affairs.
    Deal(Deal),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeliverySpec {
    Standard,
    Offline,
    Prefer(u64),
    Require(u64),
}

impl CallSpec {
    /// What a cashier of this till asks for next. `known` are cards that it has opened itself.
    pub(crate) fn thrown(dice: &mut fastrand::Rng, till: usize, plan: &TillPlan, opened: u32, number: u32) -> CallSpec {
        let op_id = format!("T{till}-{number}");
        let own = plan.config.card_numbers.as_ref();
        let opens = dice.u8(0..if own.is_some() { 7 } else { 12 }) == 0;
        let card = if let Some(range) = own.filter(|_| opens && dice.u8(0..3) > 0) {
            // The next number, whichever that is; or by chance one that is given out anyway.
            match dice.u8(0..6) {
                0 => format!("{}{}", range.prefix, dice.u64(range.first..=range.last)),
                _ => String::new(),
            }
        } else if let Some(range) = own.filter(|_| opened > 1 && !opens && dice.u8(0..4) == 0) {
            format!("{}{}", range.prefix, dice.u64(range.first..=range.last.min(range.first + u64::from(opened))))
        } else if opens {
            format!("NEW{till}-{opened}")
        } else if opened > 1 && dice.u8(0..4) == 0 {
            format!("NEW{till}-{}", dice.u32(1..opened))
        } else if plan.cards.is_empty() || dice.u8(0..40) == 0 {
            // A number that nobody has. Now and then somebody opens it after all.
            format!("NEW{till}-{}", dice.u32(1..=opened + 2))
        } else {
            plan.cards[dice.usize(0..plan.cards.len())].clone()
        };
        let name = |dice: &mut fastrand::Rng| dice.bool().then(|| format!("Name {}", dice.u32(0..5)));
        let phone = |dice: &mut fastrand::Rng| dice.bool().then(|| format!("1380000{:04}", dice.u32(1..=9)));
        // Small amounts repeat: two sales that look alike are the hard case.
        let fen = |dice: &mut fastrand::Rng| match dice.u8(0..4) {
            0 => [10_00, 20_00, 58_00][dice.usize(0..3)],
            1 => dice.i64(1..=99),
            2 => dice.i64(1_00..=100_00),
            _ => dice.i64(1_00..=400_00),
        };
        let act = match dice.u8(0..20) {
            _ if opens => ActSpec::Open {
                level: ["普通会员", "高级会员", "3"][dice.usize(0..3)],
                // Whose card of a number it is, can be told.
                name: if own.is_some() { Some(format!("Name {till}-{number}")) } else { name(dice) },
                phone: phone(dice),
            },
            0..=10 => {
                let total = fen(dice);
                let discountable = (dice.u8(0..4) == 0).then(|| dice.i64(0..=total));
                ActSpec::Consume { fen: total, discountable, partial: dice.bool() }
            }
            11..=15 => ActSpec::Recharge { fen: fen(dice), pay_type: dice.i64(1..=4) },
            16..=17 => ActSpec::Redeem { points: [5, dice.i64(1..=200)][dice.usize(0..2)] },
            _ => ActSpec::Modify {
                name: name(dice),
                phone: phone(dice),
                birthday: (dice.u8(0..3) == 0).then_some("1990-01-02"),
                gender: Some(if dice.bool() { Gender::Male } else { Gender::Female }),
            },
        };
        let delivery = match dice.u8(0..6) {
            0 => DeliverySpec::Standard,
            1 | 2 => DeliverySpec::Offline,
            3 | 4 => DeliverySpec::Prefer(dice.u64(1..6_000)),
            _ => DeliverySpec::Require(dice.u64(1..20_000)),
        };
        CallSpec { op_id, card, act, delivery, supervised: Supervised::No }
    }

    pub(crate) fn is_overridden(&self) -> bool {
        self.supervised == Supervised::Yes
    }

    pub(crate) fn request(&self) -> Request {
        match &self.act {
            ActSpec::Open { level, name, phone } => {
                let next = self.card.is_empty();
                let mut open = if next { OpenCard::next(*level) } else { OpenCard::new(&self.card, *level) };
                if let Some(name) = name {
                    open = open.name(name);
                }
                if let Some(phone) = phone {
                    open = open.phone(phone);
                }
                with_call!(open, self)
            }
            ActSpec::Modify { name, phone, birthday, gender } => {
                let mut modify = Modify::new(&self.card);
                if let Some(name) = name {
                    modify = modify.name(name);
                }
                if let Some(phone) = phone {
                    modify = modify.phone(phone);
                }
                if let Some(birthday) = birthday {
                    modify = modify.birthday(*birthday);
                }
                if let Some(gender) = gender {
                    modify = modify.gender(*gender);
                }
                with_call!(modify, self)
            }
            ActSpec::Recharge { fen, pay_type } => {
                with_call!(Recharge::new(&self.card, Money::from_fen(*fen), *pay_type), self)
            }
            ActSpec::Consume { fen, discountable, partial } => {
                let mut consume = Consume::new(&self.card, Money::from_fen(*fen)).partial(*partial);
                if let Some(part) = discountable {
                    consume = consume.discountable(Money::from_fen(*part));
                }
                with_call!(consume, self)
            }
            ActSpec::Redeem { points } => with_call!(RedeemPoints::new(&self.card, Points::new(*points)), self),
            ActSpec::Deal(deal) => deal.request(self),
        }
    }

    /// As it stands in the trace.
    pub(crate) fn told(&self) -> String {
        let what = match &self.act {
            ActSpec::Open { .. } => "open".to_owned(),
            ActSpec::Modify { .. } => "modify".to_owned(),
            ActSpec::Recharge { fen, .. } => format!("recharge {}", Money::from_fen(*fen)),
            ActSpec::Consume { fen, partial, .. } => {
                format!("consume {}{}", Money::from_fen(*fen), if *partial { " (partly if need be)" } else { "" })
            }
            ActSpec::Redeem { points } => format!("redeem {points} points"),
            ActSpec::Deal(deal) => format!("{deal:?}"),
        };
        let delivery = match self.delivery {
            DeliverySpec::Standard => "standard".to_owned(),
            DeliverySpec::Offline => "offline".to_owned(),
            DeliverySpec::Prefer(ms) => format!("prefer online {ms} ms"),
            DeliverySpec::Require(ms) => format!("require online {ms} ms"),
        };
        let supervised = match self.supervised {
            Supervised::No => "",
            Supervised::Yes => ", by a supervisor",
            Supervised::WithoutReason => ", by a supervisor without a reason",
        };
        format!("{} {what} on {}, {delivery}{supervised}", self.op_id, self.card)
    }
}
