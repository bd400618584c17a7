//! One file for support staff.

use std::path::Path;

use serde_json::json;

use crate::args::Options;
use crate::out::Out;
use crate::{Ended, Outcome, json};

pub(crate) fn support(options: &Options, file: &Path, out: &mut Out) -> Outcome {
    out.book(options)?.support_bundle(file)?;
    if out.json {
        out.json(&json!({"file": json::path(file)}))?;
    } else {
        let written = out.say(("Written, without personal data:", "已生成（不含个人信息）："));
        out.line(&format!("{written} {}", file.display()))?;
    }
    Ok(Ended::Well)
}
