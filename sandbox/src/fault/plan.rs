//! Which exchange gets which fault.

use serde::{Deserialize, Serialize};

use super::kind::Fault;

/// A fault that strikes once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OneShot {
    /// The call's name, the beginning of one followed by `*`, or `*` for any.
    pub endpoint: String,
    /// Only requests for this card or member, if given.
    #[serde(default)]
    pub card: Option<String>,
    /// How many matching requests pass before.
    #[serde(default)]
    pub skip: u32,
    /// What strikes.
    pub fault: Fault,
}

/// A fault that strikes by chance, again and again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standing {
    /// The call's name, the beginning of one followed by `*`, or `*` for any.
    pub endpoint: String,
    /// Only requests for this card or member, if given.
    #[serde(default)]
    pub card: Option<String>,
    /// How many of a thousand matching requests it strikes.
    pub per_mille: u16,
    /// What strikes.
    pub fault: Fault,
}

/// Hands out faults, request by request. The same seed and the same requests give the same faults.
#[derive(Clone, Debug, Serialize)]
pub struct FaultPlan {
    one_shots: Vec<OneShot>,
    standing: Vec<Standing>,
    #[serde(skip)]
    random: SplitMix64,
}

impl FaultPlan {
    /// No faults yet; the seed is for standing ones.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { one_shots: Vec::new(), standing: Vec::new(), random: SplitMix64(seed) }
    }

    /// Adds a fault that strikes the next request for `endpoint` (`*` for any).
    pub fn once(&mut self, endpoint: &str, fault: Fault) {
        self.add(OneShot { endpoint: endpoint.to_owned(), card: None, skip: 0, fault });
    }

    /// Adds a fault that strikes once.
    pub fn add(&mut self, one_shot: OneShot) {
        self.one_shots.push(one_shot);
    }

    /// Adds a fault that strikes by chance.
    pub fn add_standing(&mut self, standing: Standing) {
        self.standing.push(standing);
    }

    /// Takes all faults away.
    pub fn clear(&mut self) {
        self.one_shots.clear();
        self.standing.clear();
    }

    /// The one-shot faults that have yet to strike.
    #[must_use]
    pub fn pending(&self) -> &[OneShot] {
        &self.one_shots
    }

    /// The standing faults.
    #[must_use]
    pub fn standing(&self) -> &[Standing] {
        &self.standing
    }

    /// The fault for a request that has just come in. One-shot faults go before standing ones, older before younger;
    /// every other one-shot fault that matches counts the request as passed.
    pub fn next(&mut self, endpoint: &str, card: Option<&str>) -> Option<Fault> {
        let mut struck = None;
        for (index, one_shot) in self.one_shots.iter_mut().enumerate() {
            if matches(&one_shot.endpoint, one_shot.card.as_deref(), endpoint, card) {
                match one_shot.skip {
                    0 if struck.is_none() => struck = Some(index),
                    left => one_shot.skip = left.saturating_sub(1),
                }
            }
        }
        if let Some(index) = struck {
            return Some(self.one_shots.remove(index).fault);
        }
        let random = &mut self.random;
        self.standing
            .iter()
            .filter(|standing| matches(&standing.endpoint, standing.card.as_deref(), endpoint, card))
            .find(|standing| random.per_mille() < standing.per_mille)
            .map(|standing| standing.fault)
    }
}

fn matches(pattern: &str, only_card: Option<&str>, endpoint: &str, card: Option<&str>) -> bool {
    let named = match pattern.strip_suffix('*') {
        Some(beginning) => endpoint.starts_with(beginning),
        None => pattern == endpoint,
    };
    named && only_card.is_none_or(|only| Some(only) == card)
}

/// A small generator whose whole state is its seed, so that a cloned plan goes on alike.
#[derive(Clone, Debug)]
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// 0 to 999. The bias of the remainder is far below what a thousandth can show.
    fn per_mille(&mut self) -> u16 {
        u16::try_from(self.next() % 1_000).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one_shot(endpoint: &str, card: Option<&str>, skip: u32, fault: Fault) -> OneShot {
        OneShot { endpoint: endpoint.to_owned(), card: card.map(str::to_owned), skip, fault }
    }

    #[test]
    fn a_one_shot_strikes_the_first_match_and_then_never_again() {
        let mut plan = FaultPlan::new(0);
        plan.add(one_shot("consume", Some("A"), 0, Fault::Html));
        let table = [
            ("recharge", Some("A"), None),
            ("consume", Some("B"), None),
            ("consume", None, None),
            ("consume", Some("A"), Some(Fault::Html)),
            ("consume", Some("A"), None),
        ];
        for (endpoint, card, expected) in table {
            assert_eq!(plan.next(endpoint, card), expected, "{endpoint} {card:?}");
        }
        assert!(plan.pending().is_empty());
    }

    #[test]
    fn a_pattern_may_be_the_beginning_of_a_name() {
        let table = [
            ("score/*", "score/opt/15", true),
            ("score/*", "register/mobile", false),
            ("wk.*", "wk.user.info.query", true),
            ("consume", "consume_score", false),
            ("*", "points/change", true),
        ];
        for (pattern, endpoint, expected) in table {
            assert_eq!(matches(pattern, None, endpoint, None), expected, "{pattern} {endpoint}");
        }
    }

    #[test]
    fn skips_count_the_matching_requests_that_pass() {
        let mut plan = FaultPlan::new(0);
        plan.add(one_shot("consume", None, 2, Fault::Garbage));
        plan.add(one_shot("*", None, 1, Fault::Empty));
        plan.once("recharge", Fault::Refuse);
        let requests = ["getcardinfo", "recharge", "consume", "consume", "consume", "consume"];
        let struck: Vec<_> = requests.into_iter().map(|endpoint| plan.next(endpoint, None)).collect();
        assert_eq!(struck, [None, Some(Fault::Empty), None, None, Some(Fault::Garbage), None]);
        assert_eq!(plan.next("recharge", None), Some(Fault::Refuse));
    }

    #[test]
    fn standing_faults_strike_as_often_as_asked_and_alike_for_the_same_seed() {
        let run = |per_mille| {
            let mut plan = FaultPlan::new(7);
            plan.add_standing(Standing { endpoint: "*".to_owned(), card: None, per_mille, fault: Fault::Answer500 });
            (0..10_000).map(|_| plan.next("consume", None).is_some()).collect::<Vec<_>>()
        };
        let count = |per_mille| run(per_mille).into_iter().filter(|struck| *struck).count();
        assert_eq!((count(0), count(1_000)), (0, 10_000));
        assert!((2_300..2_700).contains(&count(250)), "{}", count(250));
        assert_eq!(run(250), run(250));
    }

    #[test]
    fn clearing_takes_every_fault_away() {
        let mut plan = FaultPlan::new(1);
        plan.once("*", Fault::Html);
        plan.add_standing(Standing { endpoint: "*".to_owned(), card: None, per_mille: 1_000, fault: Fault::Html });
        plan.clear();
        assert_eq!(plan.next("consume", None), None);
    }
}
