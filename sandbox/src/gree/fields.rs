//! Reading parameters beyond what [`Params`] knows: lists in either of their forms, moments, pages.

use serde_json::value::RawValue;

use super::errcode::{Errcode, Refusal};
use super::settings::Settings;
use crate::beijing;
use crate::wire::Params;

/// More points than this at once are taken for a mistake.
const MAX_SCORE: i64 = 1_000_000_000_000;

/// A text that must be there.
pub(super) fn required(params: &Params, name: &str) -> Result<String, Refusal> {
    text(params, name)?.ok_or_else(|| Errcode::BadParameter.about(name))
}

/// A text; an empty one counts as absent.
pub(super) fn text(params: &Params, name: &str) -> Result<Option<String>, Refusal> {
    Ok(params.text(name).map_err(|_| Errcode::BadParameter.about(name))?.filter(|text| !text.is_empty()))
}

/// A whole number.
pub(super) fn whole(params: &Params, name: &str) -> Result<Option<i64>, Refusal> {
    params.whole(name).map_err(|_| Errcode::BadParameter.about(name))
}

/// A whole number that must be there.
pub(super) fn required_whole(params: &Params, name: &str) -> Result<i64, Refusal> {
    whole(params, name)?.ok_or_else(|| Errcode::BadParameter.about(name))
}

/// A number of points, which has no sign of its own.
pub(super) fn score(params: &Params, name: &str) -> Result<Option<i64>, Refusal> {
    let score = whole(params, name)?;
    if score.is_some_and(|score| !(0..=MAX_SCORE).contains(&score)) {
        return Err(Errcode::BadParameter.about(name));
    }
    Ok(score)
}

/// An amount of yuan, in fen.
pub(super) fn fen(params: &Params, name: &str) -> Result<Option<i64>, Refusal> {
    params.fen(name).map_err(|_| Errcode::BadParameter.about(name))
}

/// An amount of yuan that must be there, in fen.
pub(super) fn required_fen(params: &Params, name: &str) -> Result<i64, Refusal> {
    fen(params, name)?.ok_or_else(|| Errcode::BadParameter.about(name))
}

/// A moment, as epoch milliseconds or written out.
pub(super) fn moment(params: &Params, name: &str) -> Result<Option<i64>, Refusal> {
    let Some(text) = text(params, name)? else { return Ok(None) };
    let moment = beijing::parse(&text).or_else(|| text.parse().ok());
    moment.map(Some).ok_or_else(|| Errcode::BadParameter.about(name))
}

/// A moment that must be there.
pub(super) fn required_moment(params: &Params, name: &str) -> Result<i64, Refusal> {
    moment(params, name)?.ok_or_else(|| Errcode::BadParameter.about(name))
}

/// A list of objects: an array, a string that holds one, or one inside another as in the samples of 3.4. Absent is empty.
pub(super) fn objects(params: &Params, name: &str) -> Result<Vec<Params>, Refusal> {
    let Some(json) = params.json(name) else { return Ok(Vec::new()) };
    let held = if json.starts_with('"') { text(params, name)? } else { Some(json.to_owned()) };
    let Some(held) = held else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    // Two deep and no deeper: a body can't make this climb.
    for outer in array(&held, name)? {
        let inner = if outer.get().starts_with('[') { array(outer.get(), name)? } else { vec![outer] };
        for object in inner {
            found.push(Params::parse(object.get().as_bytes()).map_err(|_| Errcode::BadParameter.about(name))?);
        }
    }
    Ok(found)
}

fn array(json: &str, name: &str) -> Result<Vec<Box<RawValue>>, Refusal> {
    serde_json::from_str(json).map_err(|_| Errcode::BadParameter.about(name))
}

/// The text of a string parameter that holds JSON, or of the JSON itself where it came bare.
pub(super) fn json_text(params: &Params, name: &str) -> Result<Option<String>, Refusal> {
    match params.json(name) {
        Some(json) if !json.starts_with('"') => Ok(Some(json.to_owned())),
        _ => text(params, name),
    }
}

/// Whether a text is a mobile number of the mainland.
pub(super) fn is_phone(text: &str) -> bool {
    text.len() == 11 && text.starts_with('1') && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Which page is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) number: i64,
    pub(super) size: i64,
}

impl Page {
    /// The page that two parameters ask for; without a default they must be there.
    pub(super) fn read(
        params: &Params,
        settings: &Settings,
        (number, size): (&str, &str),
        default_size: Option<i64>,
    ) -> Result<Self, Refusal> {
        let positive = |name, default: Option<i64>| {
            let asked = whole(params, name)?.or(default);
            asked.filter(|number| *number > 0).ok_or_else(|| Errcode::BadParameter.about(name))
        };
        let number = positive(number, default_size.map(|_| 1))?;
        let size = positive(size, default_size)?.min(settings.max_page_size);
        Ok(Self { number, size })
    }

    /// The items that stand on it.
    pub(super) fn of<T>(self, items: Vec<T>) -> Vec<T> {
        let bound = |number: i64| usize::try_from(number).unwrap_or(usize::MAX);
        let skipped = bound((self.number - 1).saturating_mul(self.size));
        items.into_iter().skip(skipped).take(bound(self.size)).collect()
    }
}
