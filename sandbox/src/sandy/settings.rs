//! What a merchant's installation is set up with, and how it behaves where the document is silent.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::rate::Rate;

/// A card level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// The id that opening a card names.
    pub id: i64,
    /// The name that answers show.
    pub name: String,
    /// What part of the price is paid: 0.8 takes a fifth off.
    pub discount: Rate,
    /// Points for each yuan paid; fractions are dropped.
    pub points_per_yuan: Rate,
}

/// A pay type for recharges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayType {
    /// The id that a recharge names.
    pub id: i64,
    /// The name that the history shows.
    pub name: String,
}

/// When a recharge rule applies and what money it adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "when", rename_all = "snake_case")]
pub enum RuleKind {
    /// Every recharge gets a fixed amount (`money` 0 on the wire).
    EachTime {
        /// The bonus in fen.
        add_fen: i64,
    },
    /// Every recharge gets a part of its amount (`money` 1 on the wire, `add_money` the ratio).
    Percentage {
        /// The part, 0.1 for a tenth.
        ratio: Rate,
    },
    /// A recharge of at least so much gets a fixed amount; of several thresholds the highest one reached counts. A
    /// threshold of exactly one yuan would read as a percentage on the wire.
    Threshold {
        /// The least amount in fen.
        at_fen: i64,
        /// The bonus in fen.
        add_fen: i64,
    },
}

/// A recharge rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RechargeRule {
    /// When it applies and what money it adds.
    #[serde(flatten)]
    pub kind: RuleKind,
    /// The points it adds, whatever its kind.
    #[serde(default)]
    pub add_score: i64,
    /// Its name, which the history repeats.
    pub description: String,
}

/// What a consume does on a card that can't pay all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShortBalance {
    /// It is refused with errcode 4.
    #[default]
    Refuse,
    /// It takes the whole balance and reports the rest as `depot_money`.
    Depot,
}

/// How a write on a card that was reported lost is refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LostCard {
    /// With errcode 2.
    #[default]
    NoSuchCard,
    /// With errcode 400.
    BadParameter,
}

/// Which values a modification answers with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModifyAnswer {
    /// Those from before, as the document's sample shows.
    #[default]
    Old,
    /// Those from after.
    New,
}

/// In which order history pages come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HistoryOrder {
    /// The latest record stands first.
    #[default]
    NewestFirst,
    /// The earliest record stands first.
    OldestFirst,
}

/// One installation's data and habits. The defaults follow the document's samples.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// What `AUTHORIZATION` has to be.
    pub token: String,
    /// What `CUSTOMERGUID` has to be, braces included.
    pub restaurant: String,
    /// The merchant's name in answers and in history.
    pub org_name: String,
    /// The card levels.
    pub levels: Vec<Level>,
    /// The recharge rules of every card that has none of its own.
    pub rules: Vec<RechargeRule>,
    /// Recharge rules of single cards, by number.
    pub card_rules: BTreeMap<String, Vec<RechargeRule>>,
    /// The pay types.
    pub pay_types: Vec<PayType>,
    /// The balance a card opens with, in fen.
    pub opening_fen: i64,
    /// Whether opening a card needs name, phone and gender as well. The document marks nothing as optional there, but
    /// has no value for an unknown gender either.
    pub open_needs_holder: bool,
    /// What a consume does on a card that can't pay all of it.
    pub short_balance: ShortBalance,
    /// Whether `money_discount: 0` means that nothing is discounted. If not, a zero reads as absent.
    pub zero_discount_honoured: bool,
    /// How a write on a lost card is refused.
    pub lost_card: LostCard,
    /// Whether a closed or replaced card still shows its history.
    pub closed_card_history: bool,
    /// The event type under which spending points stands in the history; none leaves no record.
    pub consume_score_record: Option<i64>,
    /// Which values a modification answers with.
    pub modify_answer: ModifyAnswer,
    /// In which order history pages come.
    pub history_order: HistoryOrder,
    /// Whether `errcode` is a string, as the document's outline has it, instead of a number.
    pub errcode_as_text: bool,
    /// Whether errors have the HTTP status 500 for errcode 500 and 400 for all others, instead of 200.
    pub error_status: bool,
    /// Whether every call answers errcode 300.
    pub expired: bool,
}

impl Settings {
    /// The event type that the setting takes for spent points where nothing else is asked for.
    pub const CONSUME_SCORE_EVENT: i64 = 7;

    /// The level of this id.
    #[must_use]
    pub fn level(&self, id: i64) -> Option<&Level> {
        self.levels.iter().find(|level| level.id == id)
    }

    /// The recharge rules of a card.
    #[must_use]
    pub fn rules_of(&self, card: &str) -> &[RechargeRule] {
        self.card_rules.get(card).unwrap_or(&self.rules)
    }

    /// The first value that no installation could have, in words.
    ///
    /// # Errors
    /// Names the setting.
    pub fn check(&self) -> Result<(), &'static str> {
        let zero = Decimal::ZERO;
        if self.levels.iter().any(|level| level.discount.value() < zero || level.discount > Rate::ONE) {
            return Err("a level's discount lies between 0 and 1");
        }
        if self.levels.iter().any(|level| level.points_per_yuan.value() < zero) {
            return Err("a level's points_per_yuan is not negative");
        }
        if self.opening_fen < 0 {
            return Err("opening_fen is not negative");
        }
        let mut rules = self.rules.iter().chain(self.card_rules.values().flatten());
        if rules.any(|rule| rule.add_score < 0 || rule.kind.is_negative()) {
            return Err("a recharge rule takes nothing away");
        }
        Ok(())
    }
}

impl RuleKind {
    fn is_negative(self) -> bool {
        match self {
            Self::EachTime { add_fen } => add_fen < 0,
            Self::Percentage { ratio } => ratio.value() < Decimal::ZERO,
            Self::Threshold { at_fen, add_fen } => at_fen < 0 || add_fen < 0,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        let level =
            |id, name: &str, discount, points_per_yuan| Level { id, name: name.to_owned(), discount, points_per_yuan };
        let rule = |kind, description: &str| RechargeRule { kind, add_score: 0, description: description.to_owned() };
        let pay_type = |id, name: &str| PayType { id, name: name.to_owned() };
        Self {
            token: "test".to_owned(),
            restaurant: "{DEFAULT-AUTO-8E5A-BDE2-34ABA1BD956C9}".to_owned(),
            org_name: "聚客西餐".to_owned(),
            levels: vec![
                level(1, "普通会员", Rate::ONE, Rate::ONE),
                level(2, "高级会员", Rate::new(8, 1), Rate::ONE),
                level(3, "钻石会员", Rate::new(75, 2), Rate::new(2, 0)),
            ],
            rules: vec![
                rule(RuleKind::Percentage { ratio: Rate::new(1, 1) }, "充值送10%"),
                rule(RuleKind::Threshold { at_fen: 50_000, add_fen: 10_000 }, "冲500送100"),
            ],
            card_rules: BTreeMap::new(),
            // The document lists them in this order.
            pay_types: vec![pay_type(1, "现金"), pay_type(2, "银行卡"), pay_type(4, "支付宝"), pay_type(3, "微信")],
            opening_fen: 0,
            open_needs_holder: false,
            short_balance: ShortBalance::default(),
            zero_discount_honoured: true,
            lost_card: LostCard::default(),
            closed_card_history: false,
            consume_score_record: None,
            modify_answer: ModifyAnswer::default(),
            history_order: HistoryOrder::default(),
            errcode_as_text: false,
            error_status: false,
            expired: false,
        }
    }
}
