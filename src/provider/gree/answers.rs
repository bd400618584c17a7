//! What comes back: the envelope that every answer has, and the data in it, parsed leniently.

use std::borrow::Cow;

use chrono::NaiveDate;
use serde_json::value::RawValue;

use crate::model::{Gender, Holder, Level, Member, PointsRecord};
use crate::provider::Snapshot;
use crate::provider::wire::{self, Envelope, Fields};
use crate::transport::HttpResponse;
use crate::units::Points;

/// The envelope of a success.
pub(super) struct Success<'a>(Fields<'a>);

/// An answer that is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The platform says no. The code is empty where it gives none.
    Said(Envelope),
    /// Not the platform's dialect.
    Garbled(String),
}

/// `success` being true is a success, and nothing else is (Gree document, 返回参数). A body without it is not the platform's.
pub(super) fn open(answer: &HttpResponse) -> Result<Success<'_>, Trouble> {
    let garbled = |what: &str| Err(Trouble::Garbled(format!("status {}, {what}", answer.status)));
    let Some(fields) = Fields::of_body(&answer.body) else { return garbled("no JSON object") };
    match fields.raw("success").map(RawValue::get) {
        Some("true") => Ok(Success(fields)),
        Some(_) => Err(Trouble::Said(said(&fields))),
        None => garbled("an object without success"),
    }
}

/// The tables say `error_code`; some samples say `errorCode`.
fn said(fields: &Fields<'_>) -> Envelope {
    let told = fields.envelope("error_code", "error_message").or_else(|| fields.envelope("errorCode", "errorMessage"));
    told.unwrap_or_else(|| Envelope {
        code: String::new(),
        message: fields.filled("error_message").or_else(|| fields.filled("errorMessage")).unwrap_or_default(),
    })
}

impl Success<'_> {
    fn data(&self) -> Option<&RawValue> {
        self.0.raw("data")
    }

    /// A plain text, which may be a number.
    pub(super) fn text(&self) -> Option<String> {
        let text = wire::text_of(self.data()?)?;
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    pub(super) fn flag(&self) -> Option<bool> {
        match self.data()?.get() {
            "true" | "\"true\"" => Some(true),
            "false" | "\"false\"" => Some(false),
            _ => None,
        }
    }

    /// The object, handed to what reads it.
    pub(super) fn object<T>(&self, read: impl FnOnce(&Fields<'_>) -> Option<T>) -> Option<T> {
        let data = unpacked(self.data()?);
        read(&Fields::of(&data)?)
    }

    /// The rows of a list. Nothing at all is an empty list only where the platform counts none.
    pub(super) fn rows(&self) -> Option<Vec<Box<RawValue>>> {
        match self.data() {
            Some(data) => list(data),
            None => (self.total() == Some(0)).then(Vec::new),
        }
    }

    /// How many rows there are on all pages.
    pub(super) fn total(&self) -> Option<i64> {
        self.0.whole("totalCount").filter(|total| *total >= 0)
    }
}

/// What a string holds where it holds JSON, else what was written.
fn unpacked(raw: &RawValue) -> Cow<'_, RawValue> {
    let held = || {
        let text: String = serde_json::from_str(raw.get()).ok()?;
        text.trim_start().starts_with(['{', '[']).then(|| serde_json::from_str::<Box<RawValue>>(&text).ok()).flatten()
    };
    if raw.get().starts_with('"') { held().map_or(Cow::Borrowed(raw), Cow::Owned) } else { Cow::Borrowed(raw) }
}

/// The items of an array, of a string that holds one, and of arrays inside either (the samples of 3.4). Blank is empty.
pub(super) fn list(raw: &RawValue) -> Option<Vec<Box<RawValue>>> {
    if raw.get().starts_with('"') && wire::text_of(raw)?.trim().is_empty() {
        return Some(Vec::new());
    }
    let raw = unpacked(raw);
    let mut items = Vec::new();
    for item in wire::items_of(&raw)? {
        match wire::items_of(item) {
            Some(inner) => items.extend(inner.into_iter().map(ToOwned::to_owned)),
            None => items.push(unpacked(item).into_owned()),
        }
    }
    Some(items)
}

/// A member as 3.2 and 3.7 show one.
#[derive(Clone, Debug)]
pub(super) struct Profile {
    /// Null in the samples, whatever their tables say.
    pub(super) open_id: Option<String>,
    pub(super) snapshot: Snapshot,
}

impl Profile {
    /// Without a readable score there is no answer: it must never become a score of zero.
    pub(super) fn read(fields: &Fields<'_>) -> Option<Self> {
        let gender = match fields.whole("gender") {
            Some(1) => Some(Gender::Male),
            Some(2) => Some(Gender::Female),
            _ => None,
        };
        let birthday = fields.filled("birthday").and_then(|text| NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok());
        let name = fields.filled("realname").or_else(|| fields.filled("nickname"));
        let snapshot = Snapshot {
            points: fields.decimal("score").and_then(Points::from_remote)?,
            holder: Holder { name, phone: fields.filled("phone"), gender, birthday },
            level: fields.filled("level_name").or_else(|| level_number(fields)),
            growth: fields.decimal("growth_value").map(|growth| growth.floor()).and_then(wire::as_whole),
            ..Snapshot::default()
        };
        Some(Profile { open_id: fields.filled("open_id"), snapshot })
    }

    pub(super) fn into_member(self) -> Member {
        let Profile { open_id, snapshot } = self;
        Member {
            reference: open_id,
            holder: snapshot.holder,
            level: snapshot.level,
            points: Some(snapshot.points),
            growth: snapshot.growth,
            active: true,
        }
    }
}

/// The tables say `level_number`, the samples of 3.2 and 3.7 `level_num`.
fn level_number(fields: &Fields<'_>) -> Option<String> {
    fields.filled("level_number").or_else(|| fields.filled("level_num"))
}

/// One row of 3.8. Members are told their level by its number, so that identifies it.
pub(super) fn level(row: &RawValue) -> Option<Level> {
    let fields = Fields::of(row)?;
    Some(Level { id: level_number(&fields).or_else(|| fields.filled("id"))?, name: fields.filled("level_name")? })
}

/// One row of 3.5.
pub(super) fn points_record(row: &RawValue) -> Option<PointsRecord> {
    let fields = Fields::of(row)?;
    Some(PointsRecord {
        id: fields.filled("id")?,
        points: fields.decimal("amount").and_then(Points::from_remote)?,
        description: fields.filled("desc").unwrap_or_default(),
        at: fields.filled("createTime").unwrap_or_default(),
    })
}
