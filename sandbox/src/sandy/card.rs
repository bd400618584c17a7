//! A card, its holder and its figures.

use serde::Serialize;

use super::history::HistoryRecord;

/// The holder's gender, as far as the interface can tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Gender {
    /// 0 on the wire.
    Female,
    /// 1 on the wire.
    Male,
}

impl Gender {
    /// The number on the wire.
    #[must_use]
    pub const fn code(self) -> i64 {
        match self {
            Self::Female => 0,
            Self::Male => 1,
        }
    }

    /// The gender of a number on the wire.
    #[must_use]
    pub const fn of(code: i64) -> Option<Self> {
        match code {
            0 => Some(Self::Female),
            1 => Some(Self::Male),
            _ => None,
        }
    }
}

/// Whether a card can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CardStatus {
    /// In use.
    Normal,
    /// Reported lost.
    Lost,
    /// Given back and paid out.
    Closed,
    /// Replaced by a card of another number.
    Replaced,
}

impl CardStatus {
    /// The text that a search shows.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Normal => "正常",
            Self::Lost => "挂失",
            Self::Closed => "已退卡",
            Self::Replaced => "已换卡",
        }
    }

    /// Whether the number is out of use for good.
    #[must_use]
    pub const fn is_gone(self) -> bool {
        matches!(self, Self::Closed | Self::Replaced)
    }
}

/// A card to be put into the system by the back office.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCard {
    /// Its number.
    pub number: String,
    /// Its level's id.
    pub level: i64,
    /// The holder's name.
    pub name: String,
    /// The holder's phone.
    pub phone: String,
    /// The holder's gender.
    pub gender: Option<Gender>,
    /// The balance it starts with, in fen.
    pub amount_fen: i64,
    /// The points it starts with.
    pub points: i64,
}

impl NewCard {
    /// An empty card without a holder.
    #[must_use]
    pub fn new(number: &str, level: i64) -> Self {
        Self {
            number: number.to_owned(),
            level,
            name: String::new(),
            phone: String::new(),
            gender: None,
            amount_fen: 0,
            points: 0,
        }
    }

    /// The same card with a holder.
    #[must_use]
    pub fn with_holder(mut self, name: &str, phone: &str, gender: Option<Gender>) -> Self {
        name.clone_into(&mut self.name);
        phone.clone_into(&mut self.phone);
        self.gender = gender;
        self
    }

    /// The same card with money (in fen) and points on it.
    #[must_use]
    pub fn with_balance(mut self, amount_fen: i64, points: i64) -> Self {
        self.amount_fen = amount_fen;
        self.points = points;
        self
    }
}

/// A card as the system keeps it.
#[derive(Clone, Debug)]
pub(super) struct Card {
    pub(super) id: i64,
    pub(super) status: CardStatus,
    pub(super) level: i64,
    pub(super) name: String,
    pub(super) phone: String,
    pub(super) gender: Option<Gender>,
    pub(super) birthday: String,
    pub(super) amount_fen: i64,
    pub(super) points: i64,
    pub(super) sum_consume_fen: i64,
    pub(super) sum_recharge_fen: i64,
    pub(super) history: Vec<HistoryRecord>,
}

/// A look at a card, past the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct CardView<'a> {
    /// The record id that a search shows.
    pub id: i64,
    /// Its number.
    pub number: &'a str,
    /// Whether it can be used.
    pub status: CardStatus,
    /// Its level's id.
    pub level: i64,
    /// The holder's name.
    pub name: &'a str,
    /// The holder's phone.
    pub phone: &'a str,
    /// The holder's gender, if one was ever given.
    pub gender: Option<Gender>,
    /// The holder's birthday as `YYYY-mm-dd`, empty if none was given.
    pub birthday: &'a str,
    /// The balance in fen.
    pub amount_fen: i64,
    /// The points.
    pub points: i64,
    /// All that was ever paid with it, in fen.
    pub sum_consume_fen: i64,
    /// All that was ever paid onto it, bonuses left out, in fen.
    pub sum_recharge_fen: i64,
}

impl Card {
    pub(super) fn view<'a>(&'a self, number: &'a str) -> CardView<'a> {
        CardView {
            id: self.id,
            number,
            status: self.status,
            level: self.level,
            name: &self.name,
            phone: &self.phone,
            gender: self.gender,
            birthday: &self.birthday,
            amount_fen: self.amount_fen,
            points: self.points,
            sum_consume_fen: self.sum_consume_fen,
            sum_recharge_fen: self.sum_recharge_fen,
        }
    }
}
