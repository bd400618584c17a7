//! What waits for a person, and what is decided about it.

use serde_json::json;
use tillbook::Resolution;

use super::history::told;
use crate::args::{Decision, Options, Resolve};
use crate::out::Out;
use crate::{Ended, Outcome, json, words};

pub(crate) fn waiting(options: &Options, out: &mut Out) -> Outcome {
    let waiting = out.book(options)?.waiting()?;
    let ended = if waiting.is_empty() { Ended::Well } else { Ended::NeedsAPerson };
    if out.json {
        let shown: Vec<_> = waiting.iter().map(|waiting| json::waiting(out, waiting)).collect();
        out.json(&json!({"waiting": shown}))?;
        return Ok(ended);
    }
    if waiting.is_empty() {
        out.line(out.say(words::NOTHING))?;
    }
    for (place, one) in waiting.iter().enumerate() {
        if place > 0 {
            out.line("")?;
        }
        let mut pairs = told(out, &one.receipt);
        let choices: Vec<String> = one
            .resolutions
            .iter()
            .map(|choice| format!("{} ({})", choice.as_str().replace('_', "-"), choice.label(out.language)))
            .collect();
        pairs.push((("At stake", "涉及金额"), one.amount.to_string()));
        let free = |text: &String| out.free(text, Some(one.receipt.card.as_str()));
        pairs.extend(one.attempts.iter().map(|attempt| (("Attempt", "上传记录"), free(attempt))));
        pairs.extend(one.looks.iter().map(|look| (("Look", "查询记录"), free(look))));
        pairs.push((("May be decided", "可选处理"), choices.join(", ")));
        out.pairs(pairs)?;
    }
    Ok(ended)
}

pub(crate) fn resolve(options: &Options, asked: &Resolve, out: &mut Out) -> Outcome {
    let till = out.till(options)?;
    let resolution = match asked.decision {
        Decision::WasApplied => Resolution::WasApplied,
        Decision::WasNotApplied => Resolution::WasNotApplied,
        Decision::SendAgain => Resolution::SendAgain,
        Decision::WriteOff => Resolution::WriteOff,
    };
    let receipt = till.resolve(&asked.op_id, resolution, &asked.who, &asked.why)?;
    if out.json {
        let value = json::receipt(out, &receipt);
        out.json(&value)?;
    } else {
        let state = receipt.state.label(out.language);
        let recorded = out.say(("Recorded for", "已记录，操作人："));
        out.line(&format!("{}: {state}. {recorded} {}", receipt.op_id, asked.who))?;
        if resolution == Resolution::SendAgain || resolution == Resolution::WasApplied {
            out.line(out.say(("`tillbook sync` carries it to the platform.", "请运行 tillbook sync 上传。")))?;
        }
    }
    Ok(Ended::Well)
}
