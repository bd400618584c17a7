//! What of the configuration stands in the book, for whoever reads it without one: support staff, reports.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock::{Timestamp, business_date};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::model::Family;
use crate::provider::Provider;
use crate::secret::MASK;
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
    /// The whole of it, with a mask for each secret and each place on the disk, which may name somebody.
    pub(crate) configuration: Value,
}

impl Default for Kept {
    fn default() -> Self {
        Kept { utc_offset_minutes: 480, day_cutoff_minutes: 0, routes: BTreeMap::new(), configuration: Value::Null }
    }
}

impl Kept {
    pub(crate) fn of(config: &Config, routes: &BTreeMap<Family, usize>, providers: &[Box<dyn Provider>]) -> Kept {
        let mut configuration = config.masked();
        for place in ["/high_water", "/retention/archive_folder"] {
            if let Some(path) = configuration.pointer_mut(place).filter(|path| !path.is_null()) {
                *path = MASK.into();
            }
        }
        Kept {
            utc_offset_minutes: config.utc_offset_minutes,
            day_cutoff_minutes: config.day_cutoff_minutes,
            routes: routes.iter().map(|(&family, &place)| (family, providers[place].name().to_owned())).collect(),
            configuration,
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
