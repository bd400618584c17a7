//! Reports as JSON text: money in fen, times in milliseconds since 1970 UTC, names as the book writes them. Those that the
//! library can't write itself are put together here.

use serde_json::{Map, Value, json};
use tillbook::{Catalogue, CataloguePart, PolicyVersion, Retargeted, SafeToClose, SalvageReport, Timestamp};

use crate::fault::Fault;

/// What the library writes by itself.
pub(crate) fn text(report: Result<String, serde_json::Error>) -> Result<String, Fault> {
    report.map_err(|error| Fault::Panic(error.to_string()))
}

fn time(at: Option<Timestamp>) -> Value {
    at.map_or(Value::Null, |at| at.millis().into())
}

/// Every policy that was in force, with its figures.
pub(crate) fn policies(versions: &[PolicyVersion]) -> Value {
    let one = |version: &PolicyVersion| {
        json!({
            "version": version.version,
            "set_at": version.set_at.millis(),
            "who": version.who,
            "why": version.why,
            "policy": serde_json::to_value(&version.policy).unwrap_or_default(),
        })
    };
    versions.iter().map(one).collect()
}

fn part(part: &CataloguePart) -> Value {
    json!({"items": part.items, "oldest": time(part.oldest), "newest": time(part.newest)})
}

/// What the book knows of every remote's catalogue, and since when.
pub(crate) fn catalogue(catalogue: &Catalogue) -> Value {
    let learned = |rate: &tillbook::LearnedRate| {
        json!({
            "level": rate.level,
            "rate": rate.rate.to_string(),
            "cards": rate.cards,
            "learned_at": rate.learned_at.millis(),
        })
    };
    let remotes = catalogue.remotes.iter().map(|remote| {
        json!({
            "provider": remote.provider,
            "levels": part(&remote.levels),
            "pay_types": part(&remote.pay_types),
            "recharge_rules": part(&remote.recharge_rules),
            "coupon_templates": part(&remote.coupon_templates),
            "learned": remote.learned.iter().map(learned).collect::<Value>(),
        })
    });
    json!({"remotes": remotes.collect::<Value>()})
}

/// What people have decided of a card's number.
pub(crate) fn retargets(all: &[Retargeted]) -> Value {
    let one = |decided: &Retargeted| {
        json!({
            "op_id": decided.op_id.as_str(),
            "from": decided.from.as_str(),
            "to": decided.to.as_str(),
            "existing": decided.existing,
            "who": decided.who,
            "why": decided.why,
            "at": decided.at.millis(),
        })
    };
    all.iter().map(one).collect()
}

/// What speaks against closing, each with its sentence in both languages.
pub(crate) fn safe_to_close(safe: &SafeToClose) -> Value {
    let each = |concerns: &[tillbook::Concern]| -> Value {
        let one = |concern: &tillbook::Concern| {
            let mut told = match serde_json::to_value(concern) {
                Ok(Value::Object(told)) => told,
                _ => Map::new(),
            };
            told.insert("en".into(), concern.message(tillbook::Language::English).into());
            told.insert("zh".into(), concern.message(tillbook::Language::Chinese).into());
            Value::Object(told)
        };
        concerns.iter().map(one).collect()
    };
    json!({
        "safe_to_upgrade": safe.is_safe_to_upgrade(),
        "safe_to_remove": safe.is_safe_to_remove(),
        "upgrade": each(&safe.upgrade),
        "remove": each(&safe.remove),
    })
}

/// What a salvage has brought.
pub(crate) fn salvaged(report: &SalvageReport) -> Value {
    let tables = report.tables.iter().map(|table| {
        json!({
            "name": table.name,
            "kept": table.kept,
            "left_over": table.left_over,
            "lost": table.lost.iter().map(|(first, last)| json!([first, last])).collect::<Value>(),
            "damaged": table.damaged,
        })
    });
    json!({
        "complete": report.is_complete(),
        "tables": tables.collect::<Value>(),
        "first_page_replaced": report.first_page_replaced,
        "rebuilt": report.rebuilt,
        "figures_dropped": report.figures_dropped,
        "put_in_doubt": report.put_in_doubt,
        "notes": report.notes,
    })
}
