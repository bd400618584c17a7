//! What the world takes note of before a till does: what its answers ask of it.

use tillbook::steps::Answer;

use crate::till::SimTill;

pub(crate) struct Noticed {
    pub(crate) pause_until: Option<i64>,
}

/// What the answers that a till is about to work off tell of the remote.
pub(crate) fn before_turn(till: &mut SimTill, inbox: &[Answer], now: i64) -> Noticed {
    let mut noticed = Noticed { pause_until: None };
    let mut answered = false;
    for (id, result) in inbox {
        till.in_flight.remove(id);
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
                answered |= dialect && response.status != 429;
            }
            Err(_) => till.pacing.failures += 1,
        }
    }
    if answered {
        till.pacing.failures = 0;
    }
    noticed
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
