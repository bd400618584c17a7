//! Dates without a zone, which all the documents mean as Beijing's.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime};

const DATE_TIME: &str = "%Y-%m-%d %H:%M:%S";
const OFFSET_S: i32 = 8 * 3_600;
const DAY_MS: i64 = 24 * 3_600 * 1_000;

/// `yyyy-MM-dd HH:mm:ss`.
pub(crate) fn text(at_ms: i64) -> String {
    let time = DateTime::from_timestamp_millis(at_ms).unwrap_or_default();
    match FixedOffset::east_opt(OFFSET_S) {
        Some(zone) => time.with_timezone(&zone).format(DATE_TIME).to_string(),
        None => time.format(DATE_TIME).to_string(),
    }
}

/// The epoch milliseconds of such a text, or of the beginning of a day.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let local = match NaiveDateTime::parse_from_str(text, DATE_TIME) {
        Ok(time) => time,
        Err(_) => NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0)?,
    };
    Some((local.and_utc().timestamp() - i64::from(OFFSET_S)) * 1_000)
}

/// A number for the day that a moment lies in.
pub(crate) fn day(at_ms: i64) -> i64 {
    at_ms.saturating_add(i64::from(OFFSET_S) * 1_000).div_euclid(DAY_MS)
}

/// The moment a day begins.
pub(crate) fn day_begin_ms(day: i64) -> i64 {
    day.saturating_mul(DAY_MS).saturating_sub(i64::from(OFFSET_S) * 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_beijings_midnight() {
        let midnight_ms = 1_558_886_400_000;
        assert_eq!(text(midnight_ms), "2019-05-27 00:00:00");
        assert_eq!(parse("2019-05-27"), Some(midnight_ms));
        assert_eq!(parse("2019-05-27 09:33:59"), Some(midnight_ms + (9 * 3_600 + 33 * 60 + 59) * 1_000));
        assert_eq!(parse("27.5.2019"), None);
        assert_eq!(day(midnight_ms), day(midnight_ms - 1) + 1);
        assert_eq!(day_begin_ms(day(midnight_ms)), midnight_ms);
    }
}
