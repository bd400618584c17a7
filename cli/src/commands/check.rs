//! Whether the book says what was written into it.

use serde_json::json;
use tillbook::{CheckOptions, Finding};

use crate::args::{Check, Options};
use crate::out::{Out, number, text};
use crate::{Ended, Outcome};

pub(crate) fn check(options: &Options, asked: &Check, out: &mut Out) -> Outcome {
    let book = out.book(options)?;
    let keys = out.config(options)?.and_then(|config| config.chain_key).into_iter().collect();
    let how = CheckOptions { most_findings: usize::from(asked.limit), skip_pages: asked.quick, earlier_keys: keys };
    let bar = out.bar("{spinner} {pos}  {elapsed}  {msg}");
    let report = book.check_watched(&how, &mut |progress| {
        bar.set_message(progress.part);
        bar.set_position(progress.done);
        true
    });
    bar.finish_and_clear();
    let report = report?;
    let ended = if report.is_clean() { Ended::Well } else { Ended::NeedsAPerson };
    let head = report.chain_head.as_ref();
    if out.json {
        let one = |one: &Finding| {
            json!({"kind": one.kind.as_str(), "severity": one.severity.as_str(), "place": one.place, "row": one.row,
                   "detail": one.detail})
        };
        let findings: Vec<_> = report.findings.iter().map(one).collect();
        out.json(&json!({
            "clean": report.is_clean(), "complete": report.complete, "errors": report.errors, "notes": report.notes,
            "cards": report.cards, "accounts": report.accounts, "operations": report.operations,
            "entries": report.entries, "chained": report.chained, "unverified": report.unverified,
            "chain_head": head.map(|(line, code)| json!({"line": line, "code": code})), "findings": findings,
        }))?;
        return Ok(ended);
    }
    out.pairs(vec![
        (("Errors", "错误"), report.errors.to_string()),
        (("Notes", "提示"), report.notes.to_string()),
        (("Cards", "卡"), report.cards.to_string()),
        (("Accounts", "账户"), report.accounts.to_string()),
        (("Operations", "业务"), report.operations.to_string()),
        (("Lines", "记录"), report.entries.to_string()),
        (("Lines verified in the chain", "链码已验证"), report.chained.to_string()),
        (("Lines of another chain key", "链密钥不符，未验证"), report.unverified.to_string()),
        (("Chain head", "链尾"), head.map(|(line, code)| format!("{line} {code}")).unwrap_or_default()),
    ])?;
    if report.findings.is_empty() {
        return Ok(ended);
    }
    let row = |one: &Finding| {
        vec![
            text(one.severity.label(out.language)),
            text(one.kind.label(out.language)),
            text(&one.place),
            number(one.row.map(|row| row.to_string()).unwrap_or_default()),
            text(&one.detail),
        ]
    };
    let rows = report.findings.iter().map(row).collect();
    out.line("")?;
    let headings = [("", ""), ("what", "问题"), ("where", "位置"), ("row", "行"), ("detail", "详情")];
    out.table(&headings, rows)?;
    Ok(ended)
}
