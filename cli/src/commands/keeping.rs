//! Keeping the book small, and forgetting holders.

use std::io::BufRead;
use std::time::Duration;

use serde_json::json;

use crate::args::{Forget, House, Options};
use crate::out::Out;
use crate::{Ended, Failure, Outcome, json};

pub(crate) fn house(options: &Options, asked: &House, out: &mut Out) -> Outcome {
    let kept = out.till(options)?.keep_house(Duration::from_secs(asked.seconds))?;
    if out.json {
        let archive = kept.archive.as_deref().map(json::path);
        out.json(&json!({
            "purged": kept.purged, "archived": kept.archived, "archive": archive, "more": kept.more,
        }))?;
        return Ok(Ended::Well);
    }
    out.pairs(vec![
        (("Attempts whose bytes were erased", "已清除报文"), kept.purged.to_string()),
        (("Operations whose details were archived", "已归档业务"), kept.archived.to_string()),
        (("Archive", "归档文件"), kept.archive.map(|path| path.display().to_string()).unwrap_or_default()),
    ])?;
    if kept.more {
        out.line(out.say(("There is more: run it again.", "尚未完成，请再次运行。")))?;
    }
    Ok(Ended::Well)
}

pub(crate) fn forget(options: &Options, asked: &Forget, out: &mut Out) -> Outcome {
    if !asked.yes {
        // Before anybody is asked for nothing.
        out.config_file(options)?;
        let card = out.book(options)?.card(&asked.number)?;
        let name = card.holder.name.as_ref().map(|name| out.name(name)).unwrap_or_default();
        // A remote may call somebody anything.
        let name = name.replace(char::is_control, " ");
        let question = out.say(("Erase the holder for good? Answer yes:", "确定永久删除持卡人信息？请输入 yes："));
        eprintln!("{} {name}\n{question}", out.number(card.number.as_str()));
        // Bytes: whatever a terminal sends that is no yes is a no.
        let mut answer = Vec::new();
        std::io::stdin().lock().read_until(b'\n', &mut answer)?;
        if answer.trim_ascii() != b"yes" {
            return Err(Failure::Usage(out.say(("nothing was erased", "未删除")).to_owned()));
        }
    }
    let forgotten = out.till(options)?.forget(&asked.number, &asked.who)?;
    let number = out.number(&forgotten.number);
    if out.json {
        out.json(&json!({
            "number": number, "operations": forgotten.operations, "archives_missing": forgotten.archives_missing,
            "traces_left": forgotten.traces_left,
        }))?;
        return Ok(Ended::Well);
    }
    out.pairs(vec![
        (("Its lines stand under", "记录卡号"), number),
        (("Operations", "业务"), forgotten.operations.to_string()),
        (
            ("Archives that were not there: erase it in them", "未找到的归档，请另行删除"),
            forgotten.archives_missing.join(", "),
        ),
    ])?;
    if forgotten.traces_left {
        out.line(out.say((
            "Bytes of it may be left in the file or its log: run tillbook house when nobody reads the book.",
            "文件或日志中可能仍有残留，请在无人读取账本时运行 tillbook house。",
        )))?;
    }
    Ok(Ended::Well)
}
