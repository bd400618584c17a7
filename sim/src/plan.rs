//! What a seed makes of a world: its tills, cards, settings, and which faults happen how often.
//!
//! Every kind of fault is switched on or off by itself, so that some worlds see one fault alone and others many at once.

use std::collections::BTreeMap;

use tillbook::{
    CardNumbers, Config, Family, LevelTerms, Money, OfflineAmount, OfflinePolicy, Pacing, Rate, SandyConfig,
};
use tillbook_sandbox::System;
use tillbook_sandbox::sandy::{HistoryOrder, LostCard, ModifyAnswer, NewCard, Settings, ShortBalance};

use crate::keepers;
use crate::policy;
use crate::time::{Occasion, by_chance, dice};
use crate::town::{self, Town};

/// Which assumptions hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Everything goes wrong that the provider's declared assumptions allow.
    One,
    /// The assumptions are broken too: requests executed later than the quiet period, twice, and reads of old data.
    Two,
}

pub(crate) const BASE_URL: &str = "https://remote.sim";

/// A world before it begins.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) class: Class,
    pub(crate) settings: Settings,
    pub(crate) cards: Vec<(NewCard, String)>,
    pub(crate) tills: Vec<TillPlan>,
    pub(crate) town: Town,
    pub(crate) network: NetworkPlan,
    pub(crate) troubles: TroublePlan,
    /// The longest pause between two things that people do, in milliseconds.
    pub(crate) longest_gap_ms: i64,
    /// How far the remote's clock is ahead of the true time, in milliseconds.
    pub(crate) remote_skew_ms: i64,
}

#[derive(Debug)]
pub(crate) struct TillPlan {
    pub(crate) config: Config,
    /// Nobody else writes to its cards.
    pub(crate) sole: bool,
    /// A worker drives its queue; otherwise its host does from time to time.
    pub(crate) worker: bool,
    /// How many exchanges it has under way at most.
    pub(crate) most: usize,
    /// The cards that are served here.
    pub(crate) cards: Vec<String>,
    /// Numbers of its range that somebody has already, and it does not know.
    pub(crate) taken: Vec<String>,
    /// The members that are served here, by their phone numbers.
    pub(crate) members: Vec<String>,
    /// Cards, and what Yonyou calls their holders.
    pub(crate) mids: Vec<(String, String)>,
    /// Which remote serves what.
    pub(crate) routes: BTreeMap<Family, System>,
    pub(crate) timeout_ms: i64,
    pub(crate) quiet_ms: i64,
}

/// Chances, out of a thousand, of what a single exchange may meet.
#[derive(Debug, Default)]
pub(crate) struct NetworkPlan {
    pub(crate) latency_ms: i64,
    pub(crate) refused: u32,
    pub(crate) request_lost: u32,
    pub(crate) answer_lost: u32,
    pub(crate) late: u32,
    pub(crate) error_after: u32,
    pub(crate) error_before: u32,
    pub(crate) busy_429: u32,
    pub(crate) busy_503: u32,
    pub(crate) truncated: u32,
    pub(crate) html: u32,
    pub(crate) garbage: u32,
    pub(crate) expired: u32,
    // Class two.
    pub(crate) too_late: u32,
    pub(crate) doubled: u32,
    pub(crate) stale: u32,
}

/// Weights of the troubles that a step may bring.
#[derive(Debug, Default)]
pub(crate) struct TroublePlan {
    pub(crate) partition: u32,
    pub(crate) clock: u32,
    pub(crate) crash: u32,
    pub(crate) restart: u32,
    pub(crate) disk: u32,
    pub(crate) office: u32,
    pub(crate) other_till: u32,
}

impl Plan {
    pub(crate) fn of(seed: u64, class: Class) -> Plan {
        let mut dice = dice(seed, Occasion::Plan, 0, 0);
        let dice = &mut dice;
        let settings = settings(dice);
        let quiet_ms = dice.u64(3..60) * 1000;
        let timeout_ms = dice.u64(1..10) * 1000;
        // Some worlds have only sole writers, some only tills that share all cards, most have both.
        let shared_tills = dice.usize(0..=3);
        let sole_tills = if shared_tills == 0 { dice.usize(1..=3) } else { dice.usize(0..=2) };
        let mut cards = Vec::new();
        let card = |dice: &mut fastrand::Rng, number: String, cards: &mut Vec<(NewCard, String)>| {
            let level = dice.i64(1..=3);
            // Two cards of one phone number now and then.
            let phone = format!("1380000{:04}", dice.u32(1..=9));
            let card = NewCard::new(&number, level)
                .with_holder(&format!("Holder {number}"), &phone, None)
                .with_balance(dice.i64(0..=600) * 100, dice.i64(0..=500));
            cards.push((card, number.clone()));
            number
        };
        let shared: Vec<String> =
            (0..dice.usize(1..=3)).map(|n| card(dice, format!("SHARED{n}"), &mut cards)).collect();
        let mut tills = Vec::new();
        for index in 0..shared_tills + sole_tills {
            let sole = index >= shared_tills;
            let own = if sole {
                (0..dice.usize(1..=3)).map(|n| card(dice, format!("OWN{index}-{n}"), &mut cards)).collect()
            } else {
                shared.clone()
            };
            tills.push(till(dice, index, sole, own, &settings, (timeout_ms, quiet_ms)));
        }
        let mut plan = Plan {
            class,
            cards,
            tills,
            town: Town::default(),
            network: network(dice, class),
            troubles: troubles(dice),
            longest_gap_ms: [300, 3_000, 20_000, 120_000][dice.usize(0..4)],
            remote_skew_ms: dice.i64(-90_000..=90_000),
            settings,
        };
        town::furnish(&mut plan, seed);
        policy::furnish(&mut plan, seed);
        keepers::furnish(&mut plan, seed);
        plan
    }
}

fn settings(dice: &mut fastrand::Rng) -> Settings {
    let mut settings = Settings::default();
    if dice.bool() {
        settings.short_balance = ShortBalance::Depot;
    }
    if dice.bool() {
        settings.lost_card = LostCard::BadParameter;
    }
    if dice.bool() {
        settings.modify_answer = ModifyAnswer::New;
    }
    if dice.bool() {
        settings.history_order = HistoryOrder::OldestFirst;
    }
    if dice.bool() {
        settings.consume_score_record = Some(Settings::CONSUME_SCORE_EVENT);
    }
    settings.errcode_as_text = dice.bool();
    settings.error_status = dice.bool();
    settings.closed_card_history = dice.bool();
    settings
}

fn till(
    dice: &mut fastrand::Rng,
    index: usize,
    sole: bool,
    cards: Vec<String>,
    settings: &Settings,
    (timeout_ms, quiet_ms): (u64, u64),
) -> TillPlan {
    let mut sandy = SandyConfig::new(BASE_URL, &settings.token, &settings.restaurant);
    sandy.sole_writer = sole;
    sandy.quiet_period_ms = quiet_ms;
    sandy.request_timeout_ms = timeout_ms;
    if dice.bool() {
        sandy.org_name = Some(settings.org_name.clone());
    }
    if dice.u8(0..4) == 0 {
        sandy.offline_amount = OfflineAmount::Remote;
    }
    let mut config = Config::new("Noodle House", "Store 1", format!("Till {index}"), sandy);
    config.policy = limits(dice);
    config.timeout_ms = dice.u64(500..5000);
    if dice.bool() {
        config.levels = settings
            .levels
            .iter()
            .map(|level| LevelTerms {
                level: level.name.clone(),
                rate: Rate::new(level.discount.value()),
                points_per_yuan: Some(level.points_per_yuan.value()),
            })
            .collect();
    }
    config.pacing = Pacing {
        backoff_ms: dice.u64(50..1000),
        backoff_max_ms: dice.u64(1_000..60_000),
        breaker_failures: dice.u32(1..=3),
        retry_after_max_ms: dice.u64(5_000..120_000),
        restart_jitter_ms: dice.u64(0..3_000),
        healthy_within_ms: dice.u64(1_000..300_000),
        ..Pacing::default()
    };
    let mut taken = Vec::new();
    if dice.u8(0..3) > 0 {
        // Those of tills that share cards overlap, as they must not.
        let prefix = if sole { format!("NUM{index}-") } else { "NUM".to_owned() };
        let last = dice.u64(3..=12);
        let first = dice.u64(1..=3);
        let by_half = (first..=last).filter(|_| dice.bool());
        taken = by_half.map(|place| format!("{prefix}{place}")).collect();
        config.card_numbers = Some(CardNumbers { prefix, first, last, width: None });
    }
    TillPlan {
        config,
        sole,
        worker: dice.u8(0..4) > 0,
        most: [1, 2, 4, 16][dice.usize(0..4)],
        cards,
        taken,
        members: Vec::new(),
        mids: Vec::new(),
        routes: BTreeMap::from([(Family::Cards, System::Sandy), (Family::Points, System::Sandy)]),
        timeout_ms: i64::try_from(timeout_ms).unwrap_or(i64::MAX),
        quiet_ms: i64::try_from(quiet_ms).unwrap_or(i64::MAX),
    }
}

/// Limits small enough to be met.
fn limits(dice: &mut fastrand::Rng) -> OfflinePolicy {
    let yuan = |yuan: i64| Money::from_fen(yuan * 100);
    OfflinePolicy {
        floor_limit: yuan(dice.i64(50..=300)),
        card_limit: yuan(dice.i64(100..=500)),
        outage_limit: yuan(dice.i64(150..=1500)),
        outage_operations: dice.u32(5..=40),
        unknown_card: dice.bool(),
        unconfirmed_recharge_principal: dice.bool(),
        unconfirmed_recharge_bonus: dice.bool(),
        offline_while_healthy: dice.bool(),
        ..OfflinePolicy::default()
    }
}

/// Half of the kinds never happen in a given world; the others are rare in some and frequent in others.
fn chance(dice: &mut fastrand::Rng) -> u32 {
    if dice.bool() { 0 } else { [5, 20, 60, 150][dice.usize(0..4)] }
}

fn network(dice: &mut fastrand::Rng, class: Class) -> NetworkPlan {
    let mut plan = NetworkPlan {
        latency_ms: [5, 40, 200, 900][dice.usize(0..4)],
        refused: chance(dice),
        request_lost: chance(dice),
        answer_lost: chance(dice),
        late: chance(dice),
        error_after: chance(dice),
        error_before: chance(dice),
        busy_429: chance(dice),
        busy_503: chance(dice),
        truncated: chance(dice),
        html: chance(dice),
        garbage: chance(dice),
        expired: chance(dice) / 4,
        ..NetworkPlan::default()
    };
    if class == Class::Two {
        while plan.too_late + plan.doubled + plan.stale == 0 {
            plan.too_late = chance(dice);
            plan.doubled = chance(dice);
            plan.stale = chance(dice);
        }
    }
    plan
}

fn troubles(dice: &mut fastrand::Rng) -> TroublePlan {
    let mut weight = || if dice.bool() { 0 } else { dice.u32(1..=12) };
    TroublePlan {
        partition: weight(),
        clock: weight(),
        crash: weight(),
        restart: weight(),
        disk: weight(),
        office: weight(),
        other_till: weight(),
    }
}

/// Whether something happens that is as rare as this.
pub(crate) fn meets(dice: &mut fastrand::Rng, per_mille: u32) -> bool {
    per_mille > 0 && by_chance(dice, per_mille)
}
