//! What the world takes note of before a till does: what its answers ask of it.

use std::collections::{BTreeMap, BTreeSet};

use tillbook::steps::Answer;
use tillbook_sandbox::System;

use crate::till::SimTill;

pub(crate) struct Noticed {
    pub(crate) pause_until: Option<i64>,
    /// How many answers of this remote there were.
    pub(crate) answers: u32,
}

/// What the answers that a till is about to work off tell of each remote.
pub(crate) fn before_turn(till: &mut SimTill, inbox: &[Answer], now: i64) -> BTreeMap<System, Noticed> {
    let mut all: BTreeMap<System, Noticed> = BTreeMap::new();
    let mut answered = BTreeSet::new();
    for (id, result) in inbox {
        let Some(system) = till.in_flight.remove(id).map(|exchange| exchange.system) else { continue };
        let noticed = all.entry(system).or_insert(Noticed { pause_until: None, answers: 0 });
        noticed.answers += 1;
        match result {
            Ok(response) => {
                let asked = response.header("retry-after");
                if matches!(response.status, 429 | 503)
                    && let Some(asked) = asked
                {
                    let date = response.header("date");
                    let most = i64::try_from(till.plan.config.pacing.retry_after_max_ms).unwrap_or(i64::MAX);
                    let wait = retry_after_ms(asked, date).map(|wait| wait.min(most));
                    noticed.pause_until = noticed.pause_until.max(wait.map(|wait| now + wait));
                }
                let dialect = serde_json::from_slice::<serde_json::Value>(&response.body)
                    .is_ok_and(|body| body.is_array() || body.is_object());
                if dialect && response.status != 429 {
                    answered.insert(system);
                }
            }
            Err(_) => till.pacing.entry(system).or_default().failures += 1,
        }
    }
    for system in answered {
        till.pacing.entry(system).or_default().failures = 0;
    }
    all
}

impl SimTill {
    /// A remote has asked for a pause.
    pub(crate) fn pause(&mut self, system: System, until: Option<i64>) {
        let seen = self.pacing.entry(system).or_default();
        seen.pause_until = seen.pause_until.max(until.unwrap_or_default());
    }
}

/// What a search looks for: a card's number, where a card is served.
pub(crate) fn searched(request: &tillbook_sandbox::Request) -> Option<String> {
    let body: serde_json::Value = serde_json::from_slice(&request.body).ok()?;
    Some(body.get("key")?.as_str()?.to_owned())
}

fn retry_after_ms(asked: &str, date: Option<&str>) -> Option<i64> {
    if let Ok(seconds) = asked.parse::<i64>() {
        return Some(seconds * 1000);
    }
    let at = |text: &str| chrono::DateTime::parse_from_rfc2822(text).ok().map(|time| time.timestamp_millis());
    Some((at(asked)? - at(date?)?).max(0))
}
