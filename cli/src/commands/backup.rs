//! Copies of a book: making one, putting it in the book's place, going on with it, and saving what is left of a damaged one.

use std::path::Path;

use serde_json::json;
use tillbook::{BackupOptions, ErrorCode, SalvagedTable};

use crate::args::{Backup, GoOn, Options, Restore};
use crate::out::{Out, number, text};
use crate::{Ended, Failure, Outcome, json};

pub(crate) fn backup(options: &Options, asked: &Backup, out: &mut Out) -> Outcome {
    let bar = out.bar("{bar:32} {pos}/{len}  {elapsed}");
    let follow = BackupOptions::new().overwrite(asked.overwrite).progress(|done| {
        bar.set_length(done.pages);
        bar.set_position(done.copied);
        true
    });
    // With a till the book is told of it. Where a till has it open, a copy is made all the same.
    let till = match options.config.is_some().then(|| out.till(options)) {
        Some(Err(Failure::Tillbook(error))) if error.code() == ErrorCode::BookInUse => None,
        till => till.transpose()?,
    };
    let made = match &till {
        Some(till) => till.backup(&asked.target, follow),
        None => out.book(options)?.backup(&asked.target, follow),
    };
    bar.finish_and_clear();
    let (made, noted) = (made?, till.is_some());
    if out.json {
        out.json(
            &json!({"file": json::path(&asked.target), "bytes": made.bytes, "schema": made.schema, "noted": noted}),
        )?;
        return Ok(Ended::Well);
    }
    let done = out.say(("Written, whole and checked:", "备份完成并已校验："));
    out.line(&format!("{done} {} ({} bytes)", asked.target.display(), made.bytes))?;
    if !noted {
        out.line(out.say((
            "The book was not told of it: `safe` goes by backups that a till makes, or this with --config.",
            "账本未登记此备份：safe 只认收银软件或带 --config 所做的备份。",
        )))?;
    }
    Ok(Ended::Well)
}

pub(crate) fn restore(options: &Options, asked: &Restore, out: &mut Out) -> Outcome {
    let configured = out.config(options)?.and_then(|config| config.high_water);
    let mut restore = tillbook::Restore::new(&asked.backup);
    if let Some(path) = asked.high_water.clone().or(configured) {
        restore = restore.high_water(path);
    }
    if let Some(key) = out.key(options)? {
        restore = restore.key(&key);
    }
    out.has_to_be_there(&asked.backup)?;
    let report = restore.run(&asked.restored)?;
    if out.json {
        let replaced = report.replaced.as_deref().map(json::path);
        out.json(&json!({"book": json::path(&asked.restored), "schema": report.schema, "replaced": replaced}))?;
        return Ok(Ended::Well);
    }
    let done = out.say(("In its place now:", "已恢复："));
    out.line(&format!("{done} {}", asked.restored.display()))?;
    if let Some(replaced) = &report.replaced {
        let kept = out.say(("The book that was there is kept as", "原账本保留为"));
        out.line(&format!("{kept} {}", replaced.display()))?;
    }
    out.line(out.say((
        "Nothing is sent from it before `tillbook go-on`. Make sure first that no other copy trades.",
        "执行 tillbook go-on 之前不上传。请先确认没有其他副本在使用。",
    )))?;
    Ok(Ended::Well)
}

pub(crate) fn go_on(options: &Options, asked: &GoOn, out: &mut Out) -> Outcome {
    let till = out.till(options)?;
    let was = till.status()?.restored;
    till.go_on_after_restore(&asked.who, &asked.why)?;
    if out.json {
        out.json(&json!({"was": was}))?;
    } else if let Some(why) = was {
        let recorded = out.say(("What waits is sent again. Recorded for", "恢复上传，已记录，操作人："));
        out.line(&format!("{why}. {recorded} {}", asked.who))?;
    } else {
        out.line(out.say(("It is no older copy: nothing to do.", "该账本不是旧副本，无需处理。")))?;
    }
    Ok(Ended::Well)
}

pub(crate) fn salvage(damaged: &Path, new: &Path, out: &mut Out) -> Outcome {
    out.has_to_be_there(damaged)?;
    let report = tillbook::salvage(damaged, new)?;
    let ended = if report.is_complete() { Ended::Well } else { Ended::NeedsAPerson };
    if out.json {
        let one = |one: &SalvagedTable| {
            json!({"name": one.name, "kept": one.kept, "left_over": one.left_over, "lost": one.lost,
                   "damaged": one.damaged})
        };
        let tables: Vec<_> = report.tables.iter().map(one).collect();
        out.json(&json!({
            "complete": report.is_complete(), "tables": tables, "first_page_replaced": report.first_page_replaced,
            "rebuilt": report.rebuilt, "figures_dropped": report.figures_dropped, "put_in_doubt": report.put_in_doubt,
            "notes": report.notes,
        }))?;
        return Ok(ended);
    }
    let lost = |one: &SalvagedTable| {
        let ranges = one.lost.iter().map(
            |(first, last)| {
                if first == last { first.to_string() } else { format!("{first}–{last}") }
            },
        );
        ranges.collect::<Vec<_>>().join(", ")
    };
    let row = |one: &SalvagedTable| {
        let whole = if one.damaged { ("damaged", "损坏") } else { ("whole", "完好") };
        vec![text(&one.name), text(out.say(whole)), number(one.kept), number(one.left_over), text(lost(one))]
    };
    let rows = report.tables.iter().map(row).collect();
    let headings =
        [("table", "表"), ("which is", "状况"), ("saved", "已保存"), ("in half", "不完整"), ("rows lost", "丢失的行")];
    out.table(&headings, rows)?;
    out.line("")?;
    let yes = |yes: bool| if yes { out.say(("yes", "是")).to_owned() } else { String::new() };
    out.pairs(vec![
        (("The file's beginning was guessed", "文件头为推测"), yes(report.first_page_replaced)),
        (("Rows made anew from others", "由其他记录重建"), report.rebuilt.to_string()),
        (("Accounts without figures now", "数据已清空的账户"), report.figures_dropped.to_string()),
        (("Operations in doubt now", "结果存疑的业务"), report.put_in_doubt.to_string()),
    ])?;
    for note in &report.notes {
        out.line(note)?;
    }
    out.line(out.say((
        "Nothing is sent from the new book before `tillbook go-on`.",
        "执行 tillbook go-on 之前不从新账本上传。",
    )))?;
    Ok(ended)
}
