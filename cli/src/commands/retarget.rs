//! Cards that are opened here: their numbers, and where a card goes whose number is somebody else's.

use serde_json::json;
use tillbook::Retargeted;

use crate::args::{Options, Retarget};
use crate::out::{Out, text};
use crate::{Ended, Failure, Outcome, json, words};

pub(crate) fn retarget(options: &Options, asked: &Retarget, out: &mut Out) -> Outcome {
    let to = match (&asked.number, &asked.card) {
        (Some(number), _) => tillbook::Retarget::NewNumber(number.clone()),
        (_, Some(card)) => tillbook::Retarget::ExistingCard(card.clone()),
        // The command line has nothing else.
        (None, None) => tillbook::Retarget::NextNumber,
    };
    let receipt = out.till(options)?.retarget(&asked.op_id, &to, &asked.who, &asked.why)?;
    if out.json {
        let value = json::receipt(out, &receipt);
        out.json(&value)?;
        return Ok(Ended::Well);
    }
    let (card, state) = (out.number(receipt.card.as_str()), receipt.state.label(out.language));
    let recorded = out.say(("Recorded for", "已记录，操作人："));
    out.line(&format!("{}: {card}, {state}. {recorded} {}", receipt.op_id, asked.who))?;
    out.line(out.say(words::SYNC_CARRIES_IT))?;
    Ok(Ended::Well)
}

pub(crate) fn retargets(options: &Options, number: &str, out: &mut Out) -> Outcome {
    let found = out.book(options)?.retargets(number)?;
    if out.json {
        let one = |one: &Retargeted| {
            json!({"op_id": one.op_id, "from": out.number(one.from.as_str()), "to": out.number(one.to.as_str()),
                   "existing": one.existing, "who": one.who, "why": out.free(&one.why, Some(one.from.as_str())), "at": one.at})
        };
        let shown: Vec<_> = found.iter().map(one).collect();
        out.json(&json!({"retargets": shown}))?;
        return Ok(Ended::Well);
    }
    let row = |one: &Retargeted| {
        let to = if one.existing { ("a card there was", "已有的卡") } else { ("a new number", "新卡号") };
        vec![
            text(out.time(one.at)),
            text(out.number(one.from.as_str())),
            text(out.number(one.to.as_str())),
            text(out.say(to)),
            text(&one.who),
            text(out.free(&one.why, Some(one.from.as_str()))),
            text(&one.op_id),
        ]
    };
    let rows = found.iter().map(row).collect();
    let headings = [
        ("time", "时间"),
        ("before", "原卡号"),
        ("after", "现卡号"),
        ("which is", "类型"),
        ("by", "操作人"),
        ("why", "原因"),
        ("operation", "业务单号"),
    ];
    out.table(&headings, rows)?;
    Ok(Ended::Well)
}

pub(crate) fn numbers(options: &Options, out: &mut Out) -> Outcome {
    let book = out.book(options)?;
    let config = out.config(options)?.ok_or_else(|| Failure::Usage(out.say(words::RANGE_IS_CONFIGURED).to_owned()))?;
    let range = config.card_numbers.as_ref();
    let left = range.map(|range| book.numbers_left(range)).transpose()?;
    if out.json {
        out.json(&json!({"left": left}))?;
    } else {
        let none = || out.say(("the till has no range", "未配置号段")).to_owned();
        let left = left.map_or_else(none, |left| left.to_string());
        out.pairs(vec![(("Card numbers left", "剩余卡号"), left)])?;
    }
    Ok(Ended::Well)
}
