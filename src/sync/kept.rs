//! What of the configuration stands in the book, for whoever reads it without one: support staff, reports.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clock::{Timestamp, business_date};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::model::{Family, OfflinePolicy};
use crate::provider::Provider;
use crate::store::{Store, View};

/// Where it stands.
const KEY: &str = "settings";

/// A configuration without its secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Kept {
    pub(crate) utc_offset_minutes: i32,
    pub(crate) day_cutoff_minutes: u32,
    /// Which remote serves what.
    pub(crate) routes: BTreeMap<Family, String>,
    /// As it was configured: one in force since may be another.
    pub(crate) policy: OfflinePolicy,
    /// Each section as it is shown in a log: no secret stands there.
    pub(crate) sections: BTreeMap<String, String>,
}

impl Default for Kept {
    fn default() -> Self {
        Kept {
            utc_offset_minutes: 480,
            day_cutoff_minutes: 0,
            routes: BTreeMap::new(),
            policy: OfflinePolicy::default(),
            sections: BTreeMap::new(),
        }
    }
}

impl Kept {
    pub(crate) fn of(config: &Config, routes: &BTreeMap<Family, usize>, providers: &[Box<dyn Provider>]) -> Kept {
        let remotes = [
            ("sandy", config.sandy.as_ref().map(|remote| format!("{remote:?}"))),
            ("freemud", config.freemud.as_ref().map(|remote| format!("{remote:?}"))),
            ("gree", config.gree.as_ref().map(|remote| format!("{remote:?}"))),
            ("yonyou", config.yonyou.as_ref().map(|remote| format!("{remote:?}"))),
        ];
        let others = [
            ("store_id", format!("{:?}", config.store_id)),
            ("rounding", format!("{:?}", config.rounding)),
            ("levels", format!("{:?}", config.levels)),
            ("timeout_ms", config.timeout_ms.to_string()),
            ("pacing", format!("{:?}", config.pacing)),
        ];
        let remotes = remotes.into_iter().filter_map(|(name, shown)| Some((name.to_owned(), shown?)));
        let others = others.into_iter().map(|(name, shown)| (name.to_owned(), shown));
        Kept {
            utc_offset_minutes: config.utc_offset_minutes,
            day_cutoff_minutes: config.day_cutoff_minutes,
            routes: routes.iter().map(|(&family, &place)| (family, providers[place].name().to_owned())).collect(),
            policy: config.policy.clone(),
            sections: remotes.chain(others).collect(),
        }
    }

    /// Writes it down where it is another one than before.
    pub(crate) fn keep(&self, store: &Store) -> Result<()> {
        let text = serde_json::to_string(self)
            .map_err(|error| Error::inconsistent(format!("settings are not serialisable: {error}")))?;
        if store.view().book(KEY)?.as_deref() == Some(text.as_str()) {
            return Ok(());
        }
        store.write(|tx| tx.set_book(KEY, &text))
    }

    /// As it was kept last. What an earlier release did not keep, or a later one keeps otherwise, has its default.
    pub(crate) fn read(view: &View<'_>) -> Result<Kept> {
        let text = view.book(KEY)?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }

    /// The policy in force: the newest that the book has, or the configured one.
    pub(crate) fn policy_in_force(&self, view: &View<'_>) -> Result<OfflinePolicy> {
        let newest = view.policies_kept(1)?.into_iter().next();
        Ok(newest.and_then(|(_, _, body)| serde_json::from_str(&body).ok()).unwrap_or_else(|| self.policy.clone()))
    }

    /// The business day of a moment.
    pub(crate) fn day_of(&self, at: Timestamp) -> String {
        business_date(at, self.utc_offset_minutes, self.day_cutoff_minutes).to_string()
    }

    /// From when until before when a business day is, if it is one.
    pub(crate) fn bounds(&self, date: &str) -> Option<(Timestamp, Timestamp)> {
        const DAY_MS: i64 = 86_400_000;
        const DATE_CHARS: usize = "2026-03-01".len();
        let day = chrono::NaiveDate::parse_from_str(date, "%Y-%m-%d").ok()?;
        // One form for each day, so that days are in the order of their texts.
        if day.to_string() != date || date.len() != DATE_CHARS {
            return None;
        }
        let midnight = day.and_hms_opt(0, 0, 0)?.and_utc().timestamp_millis();
        let ahead = i64::from(self.day_cutoff_minutes) - i64::from(self.utc_offset_minutes);
        let from = midnight.checked_add(ahead * 60_000)?;
        Some((Timestamp::from_millis(from), Timestamp::from_millis(from.checked_add(DAY_MS)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_and_ends_where_its_business_date_does() {
        let kept = Kept { day_cutoff_minutes: 240, ..Kept::default() };
        let (from, until) = kept.bounds("2026-03-01").expect("a day");
        let before = |at: Timestamp| Timestamp::from_millis(at.millis() - 1);
        let dates = [before(from), from, before(until), until].map(|at| kept.day_of(at));
        assert_eq!(dates, ["2026-02-28", "2026-03-01", "2026-03-01", "2026-03-02"]);
        for text in ["2026-3-1", "2026-02-30", "", "today", "2026-03-01 ", "+12026-03-01", "-0001-03-01"] {
            assert_eq!(kept.bounds(text), None, "{text}");
        }
    }
}
