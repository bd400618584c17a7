//! Whether anything would be lost.

use tillbook::Concern;

use crate::args::Options;
use crate::out::Out;
use crate::{Ended, Failure, Outcome};

pub(crate) fn safe(options: &Options, out: &mut Out) -> Outcome {
    let safe = out.book(options)?.safe_to_close()?;
    let ended = if safe.is_safe_to_upgrade() && safe.is_safe_to_remove() { Ended::Well } else { Ended::NeedsAPerson };
    if out.json {
        out.json(&serde_json::to_value(&safe)?)?;
        return Ok(ended);
    }
    tell(out, ("An upgrade of the program", "升级软件"), &safe.upgrade)?;
    tell(out, ("Removing the program or the book", "卸载软件或删除账本"), &safe.remove)?;
    Ok(ended)
}

fn tell(out: &mut Out, what: (&'static str, &'static str), concerns: &[Concern]) -> Result<(), Failure> {
    let verdict = if concerns.is_empty() {
        ("nothing is lost.", "不会丢失数据。")
    } else {
        ("not now:", "现在不行：")
    };
    out.line(&format!("{}: {}", out.say(what), out.say(verdict)))?;
    for concern in concerns {
        out.line(&format!("  {}", concern.message(out.language)))?;
    }
    Ok(())
}
