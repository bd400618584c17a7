//! Reports as CSV: RFC 4180, one table each, money in yuan.

use crate::clock::Timestamp;
use crate::messages::Language;
use crate::model::{DayClose, Figures, ListedOperation, Reconciliation, Tally, Totals};
use crate::units::Money;

/// In front of a CSV file: spreadsheet programs then read it as UTF-8.
pub const CSV_BOM: &str = "\u{feff}";

/// A report that can be written as CSV: UTF-8, lines end in CR LF, money in yuan with two decimals, times in ISO 8601 and UTC.
///
/// What people wrote (operators, tickets, reasons) never becomes a formula: a text that begins as one has an apostrophe put in
/// front. For spreadsheet programs put [`CSV_BOM`] before the whole.
pub trait Csv {
    /// The whole table, with a line of headings in this language.
    #[must_use]
    fn to_csv(&self, language: Language) -> String;
}

/// A table that is being written.
struct Table {
    text: String,
    language: Language,
}

impl Table {
    fn new(language: Language, headings: &[(&str, &str)]) -> Table {
        let mut table = Table { text: String::new(), language };
        let headings = headings.iter().map(|(english, chinese)| match language {
            Language::English => (*english).to_owned(),
            Language::Chinese => (*chinese).to_owned(),
        });
        table.row(headings);
        table
    }

    fn row(&mut self, fields: impl IntoIterator<Item = String>) {
        for (place, field) in fields.into_iter().enumerate() {
            if place > 0 {
                self.text.push(',');
            }
            self.text.push_str(&quoted(&field));
        }
        self.text.push_str("\r\n");
    }
}

/// A field as it stands between commas.
fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\r', '\n']) || field.starts_with(' ') || field.ends_with(' ') {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

/// A text that somebody wrote: what a spreadsheet would take for a formula stays text.
fn written(text: &str) -> String {
    // Some programs pass over blanks in front.
    match text.trim_start().chars().next() {
        // The wide ones count in the spreadsheet programs of China and Japan.
        Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠') => format!("'{text}"),
        _ if text.starts_with(['\t', '\r', '\n']) => format!("'{text}"),
        _ => text.to_owned(),
    }
}

fn maybe(text: Option<&str>) -> String {
    text.map(written).unwrap_or_default()
}

fn time(at: Timestamp) -> String {
    format!("{at:?}")
}

fn variance(variance: Option<Money>) -> String {
    variance.map(|money| money.to_string()).unwrap_or_default()
}

const OPERATION: [(&str, &str); 12] = [
    ("operation", "业务单号"),
    ("kind", "业务类型"),
    ("card", "卡号"),
    ("platform", "会员平台"),
    ("outcome", "结果"),
    ("promise", "承诺"),
    ("money", "金额"),
    ("variance", "差异"),
    ("ticket", "小票号"),
    ("operator", "收银员"),
    ("waits for", "待处理原因"),
    ("time", "时间"),
];

fn operation(op: &ListedOperation, language: Language) -> [String; 12] {
    [
        written(op.op_id.as_str()),
        op.kind.label(language).to_owned(),
        written(op.card.as_str()),
        op.provider.clone(),
        op.class.label(language).to_owned(),
        op.promise.map(|promise| promise.label(language).to_owned()).unwrap_or_default(),
        op.money.to_string(),
        variance(op.variance),
        maybe(op.ticket.as_deref()),
        maybe(op.operator.as_deref()),
        maybe(op.waits_for.as_deref()),
        time(op.created_at),
    ]
}

impl Csv for Reconciliation {
    /// A line for each kind and class with its sums; variances and the lines named `all` count the same operations once more.
    /// The money is how much is at stake, whichever way it went.
    fn to_csv(&self, language: Language) -> String {
        let headings = [
            ("kind", "业务类型"),
            ("outcome", "结果"),
            ("operations", "笔数"),
            ("approved", "已承诺笔数"),
            ("money", "金额"),
        ];
        let mut table = Table::new(language, &headings);
        let mut line = |kind: &str, what: &str, tally: &Tally| {
            let (operations, approved) = (tally.operations.to_string(), tally.approved.to_string());
            table.row([kind.to_owned(), what.to_owned(), operations, approved, tally.money.to_string()]);
        };
        let differs = pick(language, "differs from what was told", "金额与承诺的不一致");
        for (kind, classes) in &self.kinds {
            for (class, tally) in classes {
                line(kind.label(language), class.label(language), tally);
            }
            if let Some(tally) = self.variance_kinds.get(kind) {
                line(kind.label(language), differs, tally);
            }
        }
        let all = pick(language, "all", "合计");
        for (class, tally) in &self.classes {
            line(all, class.label(language), tally);
        }
        line(all, differs, &self.variance);
        line(all, all, &self.total);
        table.text
    }
}

/// The operations that a report lists, a line each.
impl Csv for [ListedOperation] {
    fn to_csv(&self, language: Language) -> String {
        let mut table = Table::new(language, &OPERATION);
        for op in self {
            table.row(operation(op, language));
        }
        table.text
    }
}

impl Csv for Totals {
    /// A line for each operator, shift, kind, pay type and movement, then one named `all` for each movement: the sum of those
    /// above it. Whoever adds up a column leaves these out.
    fn to_csv(&self, language: Language) -> String {
        let headings = [
            ("operator", "收银员"),
            ("shift", "班次"),
            ("kind", "业务类型"),
            ("pay type", "支付方式"),
            ("movement", "方式"),
            ("lines", "笔数"),
            ("original", "原价"),
            ("discount", "折扣"),
            ("actual", "实付"),
            ("from card", "卡内支付"),
            ("due", "其他收款"),
            ("bonus", "赠送"),
            ("points", "积分"),
        ];
        let mut table = Table::new(language, &headings);
        for line in &self.lines {
            let key = [
                maybe(line.key.operator.as_deref()),
                maybe(line.key.shift.as_deref()),
                line.key.kind.label(language).to_owned(),
                maybe(line.key.pay_type.as_deref()),
                line.key.movement.label(language).to_owned(),
            ];
            table.row(key.into_iter().chain(figures(&line.figures)));
        }
        for (movement, sums) in &self.movements {
            let all = pick(table.language, "all", "合计").to_owned();
            let movement = movement.label(table.language).to_owned();
            let key = [all, String::new(), String::new(), String::new(), movement];
            table.row(key.into_iter().chain(figures(sums)));
        }
        table.text
    }
}

impl Csv for DayClose {
    /// The Z totals. What was open then is [`DayClose::operations`], a table of its own.
    fn to_csv(&self, language: Language) -> String {
        self.totals.to_csv(language)
    }
}

fn figures(figures: &Figures) -> [String; 8] {
    [
        figures.lines.to_string(),
        figures.original.to_string(),
        figures.discount.to_string(),
        figures.actual.to_string(),
        figures.from_card.to_string(),
        figures.due.to_string(),
        figures.bonus.to_string(),
        figures.points.to_string(),
    ]
}

fn pick(language: Language, english: &'static str, chinese: &'static str) -> &'static str {
    match language {
        Language::English => english,
        Language::Chinese => chinese,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_quoted_where_it_has_to_be() {
        for (field, shown) in [
            ("plain", "plain"),
            ("", ""),
            ("a,b", "\"a,b\""),
            ("say \"no\"", "\"say \"\"no\"\"\""),
            ("two\r\nlines", "\"two\r\nlines\""),
            (" ahead", "\" ahead\""),
            ("金额", "金额"),
        ] {
            assert_eq!(quoted(field), shown);
        }
    }

    #[test]
    fn no_text_that_somebody_wrote_becomes_a_formula() {
        for formula in ["=1+1", "+86138", "-2", "@SUM(A1)", "\t=1", "\t1", "＝1+1", "＠SUM(A1)", " =1+1", "\u{3000}+1"]
        {
            assert_eq!(written(formula), format!("'{formula}"));
        }
        for text in ["Ann", "", "3-2", "第1班"] {
            assert_eq!(written(text), text);
        }
    }
}
