use super::*;
use crate::model::{Class, Evidence, Kind, Movement, NoticeKind, OpId, Promise};
use crate::sync::Resolution;
use crate::units::{Money, Points};

fn yuan(yuan: i64) -> Money {
    Money::from_fen(yuan * 100)
}

/// What a message has to show.
type Shows = &'static [&'static str];

/// A refusal of each kind, and what its message has to show: in both languages, in English, in Chinese.
fn refusals() -> Vec<(Refusal, Shows, Shows, Shows)> {
    let (limit, used, requested) = (yuan(500), yuan(450), yuan(100));
    let money: Shows = &["500.00", "450.00", "100.00"];
    let coupon = |rule, detail: &str| Refusal::Coupon { rule, detail: detail.into() };
    vec![
        (Refusal::ExceptionList { reason: samples::PERSONAL.into() }, &[], &[], &[]),
        (Refusal::CardBlocked, &[], &[], &[]),
        (Refusal::CardClosed, &[], &[], &[]),
        (coupon(CouponRule::Known, samples::PERSONAL), &[], &[], &[]),
        (coupon(CouponRule::Status, "used"), &[], &["used"], &["已使用"]),
        (coupon(CouponRule::Status, samples::PERSONAL), &[], &[], &[]),
        (coupon(CouponRule::NotUsedHere, samples::PERSONAL), &[], &[], &[]),
        (coupon(CouponRule::Time, "not begun"), &[], &["not begun"], &["未到"]),
        (coupon(CouponRule::Time, "over"), &[], &["over"], &["已过"]),
        (coupon(CouponRule::Minimum, "88.00 of 100.00"), &["88.00", "100.00"], &["yuan"], &["元"]),
        (coupon(CouponRule::Minimum, samples::PERSONAL), &[], &[], &[]),
        (coupon(CouponRule::Store, samples::PERSONAL), &[], &[], &[]),
        (coupon(CouponRule::Items, samples::PERSONAL), &[], &[], &[]),
        (coupon(CouponRule::Offline, samples::PERSONAL), &[], &[], &[]),
        (Refusal::NothingToReturn { state: "voided".into() }, &[], &["voided"], &["已撤销"]),
        (Refusal::CardExists, &[], &[], &[]),
        (Refusal::OpeningRefused { op_id: OpId::stored("open-7".into()) }, &["[open-7]"], &[], &[]),
        (Refusal::NumbersExhausted { size: 500 }, &["500"], &[], &[]),
        (Refusal::FloorLimit { limit: yuan(200), requested: yuan(300) }, &["200.00", "300.00"], &[], &[]),
        (Refusal::CardLimit { limit, used, requested }, money, &[], &[]),
        (Refusal::PhoneLimit { limit, used, requested }, money, &[], &[]),
        (Refusal::OutageLimit { limit, used, requested }, money, &[], &[]),
        (Refusal::OutageOperations { limit: 200, used: 201 }, &["200", "201"], &[], &[]),
        (Refusal::OutageRecharges { limit: 50, used: 51 }, &["50", "51"], &[], &["充值"]),
        (Refusal::OutageRechargeMoney { limit, used, requested }, money, &[], &["充值"]),
        (Refusal::OutageNewCards { limit: 20, used: 21 }, &["20", "21"], &[], &["张"]),
        (
            Refusal::PolicyExpired { valid_until: crate::Timestamp::from_millis(0), over_s: 5_400 },
            &[],
            &["1 h 30 min"],
            &["1 小时 30 分钟"],
        ),
        (
            Refusal::BaseTooOld { limit_s: 86_400, age_s: 86_401 },
            &[],
            &["24 h 1 min", "24 h are"],
            &["24 小时 1 分钟前"],
        ),
        (Refusal::UnknownCard, &[], &[], &[]),
        (
            Refusal::ClockBehind { limit_s: 300, behind_s: 3_900 },
            &[],
            &["1 h 5 min", "5 min"],
            &["1 小时 5 分钟", "5 分钟"],
        ),
        (Refusal::NeverFetched { what: "levels".into() }, &[], &["levels"], &["会员等级"]),
        (Refusal::NeverFetched { what: samples::PERSONAL.into() }, &[], &[], &[]),
        (Refusal::InsufficientFunds { available: yuan(30), requested: yuan(88) }, &["30.00", "88.00"], &[], &["元"]),
        (
            Refusal::InsufficientPoints { available: Points::new(70), requested: Points::new(120) },
            &["70", "120"],
            &[],
            &["分"],
        ),
    ]
}

/// Han characters, and apart from names in brackets never two Latin words in a row.
fn assert_chinese(text: &str) {
    assert!(text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{text}");
    let bare: String = text.split('[').map(|part| part.split_once(']').map_or(part, |(_, rest)| rest)).collect();
    let latin = |word: &&str| word.len() > 1 && word.bytes().all(|b| b.is_ascii_alphabetic() || b",.;:".contains(&b));
    let words: Vec<&str> = bare.split(' ').collect();
    assert!(!words.windows(2).any(|pair| pair.iter().all(latin)), "{text}");
}

fn assert_english(text: &str) {
    assert!(!text.is_empty() && text.is_ascii(), "{text}");
}

#[test]
fn every_code_has_a_message_in_both_languages_and_none_shows_anything_personal() {
    for error in samples::all() {
        let (english, chinese) = (error.message(English), error.message(Chinese));
        assert_english(&english);
        assert_chinese(&chinese);
        assert_chinese(plain(error.code(), Chinese));
        assert_english(plain(error.code(), English));
        for text in [&english, &chinese] {
            assert!(!text.contains(samples::PERSONAL) && !text.contains("till.db"), "{text}");
        }
        assert!(english.ends_with('.') && chinese.ends_with('。'), "{english} {chinese}");
    }
}

#[test]
fn every_refusal_has_a_message_in_both_languages_with_its_figures() {
    let mut met = std::collections::BTreeSet::new();
    for (refusal, figures, in_english, in_chinese) in refusals() {
        // A new refusal has to be listed here, and then above.
        met.insert(match &refusal {
            Refusal::ExceptionList { .. } => 1,
            Refusal::CardBlocked => 2,
            Refusal::CardClosed => 3,
            Refusal::Coupon { .. } => 4,
            Refusal::NothingToReturn { .. } => 5,
            Refusal::CardExists => 6,
            Refusal::FloorLimit { .. } => 7,
            Refusal::CardLimit { .. } => 8,
            Refusal::PhoneLimit { .. } => 9,
            Refusal::OutageLimit { .. } => 10,
            Refusal::OutageOperations { .. } => 11,
            Refusal::BaseTooOld { .. } => 12,
            Refusal::UnknownCard => 13,
            Refusal::ClockBehind { .. } => 14,
            Refusal::NeverFetched { .. } => 15,
            Refusal::InsufficientFunds { .. } => 16,
            Refusal::InsufficientPoints { .. } => 17,
            Refusal::OutageRecharges { .. } => 18,
            Refusal::OutageRechargeMoney { .. } => 19,
            Refusal::OutageNewCards { .. } => 20,
            Refusal::PolicyExpired { .. } => 21,
            Refusal::OpeningRefused { .. } => 22,
            Refusal::NumbersExhausted { .. } => 23,
        });
        let (english, chinese) = (refusal.message(English), refusal.message(Chinese));
        assert_english(&english);
        assert_chinese(&chinese);
        assert_eq!(Error::from(refusal.clone()).message(Chinese), chinese);
        for (text, own) in [(&english, in_english), (&chinese, in_chinese)] {
            assert!(!text.contains(samples::PERSONAL), "{text}");
            assert!(figures.iter().chain(own).all(|figure| text.contains(figure)), "{text}");
        }
    }
    assert_eq!(met.len(), 23);
}

#[test]
fn the_field_and_the_rule_are_told_and_the_value_is_not() {
    let cases = [
        (
            Error::invalid("amount", "must be above zero", "-5"),
            "The amount [amount] must be above zero.",
            "金额 [amount] 须大于零。",
        ),
        (
            Error::invalid_personal("phone", "must be 5 to 20 digits with an optional plus", samples::PERSONAL),
            "The phone number [phone] must be 5 to 20 digits with an optional plus.",
            "手机号 [phone] 须为 5 到 20 位数字，前面可加“+”。",
        ),
        (Error::invalid("what", "must rhyme", "x"), "The entry [what] must rhyme.", "输入项 [what] 填写有误。"),
        (
            Error::config("gree.app_id", "must be a string"),
            "The setting [gree.app_id] must be a string.",
            "设置项 [gree.app_id] 须为文本，请联系技术支持。",
        ),
        (
            Error::config("gree.lists", "must be one of string, array"),
            "The setting [gree.lists] must be one of string, array.",
            "设置项 [gree.lists] 须为以下之一：string、array，请联系技术支持。",
        ),
        (
            Error::config("json", "must be valid JSON, and is not at line 3, column 7"),
            "The setting [json] must be valid JSON, and is not at line 3, column 7.",
            "设置项 [json] 不是有效的 JSON（第 3 行第 7 列），请联系技术支持。",
        ),
        (
            Error::config("timeout_ms", "must be 1 to 600000"),
            "The setting [timeout_ms] must be 1 to 600000.",
            "设置项 [timeout_ms] 须为 1 到 600000，请联系技术支持。",
        ),
        (
            Error::remote_refused_with("110003", samples::PERSONAL),
            "The member platform refused (code [110003]).",
            "会员平台拒绝了请求（代码 [110003]）。",
        ),
        (
            Error::wrong_state("settled", "it does not wait for a decision"),
            r#"This can't be done in the state "settled": it does not wait for a decision."#,
            "不能办理，业务状态为“已入账”：该业务不在待处理状态。",
        ),
    ];
    for (error, english, chinese) in cases {
        assert_eq!(error.message(English), english);
        assert_eq!(error.message(Chinese), chinese);
    }
}

#[test]
fn a_span_is_told_in_two_units_at_most() {
    let cases = [
        (0, "0 秒", "0 s"),
        (119, "119 秒", "119 s"),
        (120, "2 分钟", "2 min"),
        (3_600, "1 小时", "1 h"),
        (5_400, "1 小时 30 分钟", "1 h 30 min"),
        (259_200, "3 天", "3 d"),
        (266_400, "3 天 2 小时", "3 d 2 h"),
    ];
    for (seconds, chinese, english) in cases {
        for rounded in [Rounded::Up, Rounded::Down] {
            assert_eq!(span(seconds, Chinese, rounded), chinese);
            assert_eq!(span(seconds, English, rounded), english);
        }
    }
    assert_eq!((span(301, English, Rounded::Up), span(359, English, Rounded::Down)), ("6 min".into(), "5 min".into()));
    assert!(!span(u64::MAX, Chinese, Rounded::Up).is_empty());
}

#[test]
fn every_label_is_in_its_language_and_no_two_of_a_type_are_the_same() {
    fn check<T: Copy>(all: &[T], label: impl Fn(T, Language) -> &'static str) {
        let mut seen = std::collections::BTreeSet::new();
        for &one in all {
            assert_english(label(one, English));
            assert_chinese(label(one, Chinese));
            assert!(seen.insert(label(one, English)) && seen.insert(label(one, Chinese)), "{}", label(one, English));
        }
    }
    check(Promise::ALL, Promise::label);
    check(State::ALL, State::label);
    check(NoticeKind::ALL, NoticeKind::label);
    check(Kind::ALL, Kind::label);
    check(Resolution::ALL, Resolution::label);
    check(Evidence::ALL, Evidence::label);
    check(Class::ALL, Class::label);
    check(Movement::ALL, Movement::label);
    check(CouponRule::ALL, CouponRule::label);
    check(CouponStatus::ALL, CouponStatus::label);
}

/// Every string literal of the library, tests and messages left out, that one of `beginnings` stands in front of.
fn literals(beginnings: &[&str]) -> Vec<String> {
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the sources") {
            let path = entry.expect("the sources").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() && name != "tests" && name != "messages" {
                folders.push(path);
            } else if name.ends_with(".rs") && name != "tests.rs" {
                let text = std::fs::read_to_string(&path).expect("the sources");
                let code = text.split("#[cfg(test)]").next().unwrap_or_default().lines();
                let code: String =
                    code.map(|line| if line.trim_start().starts_with("//") { "" } else { line.trim() }).collect();
                for beginning in beginnings {
                    let after = code.match_indices(beginning).map(|(at, _)| &code[at + beginning.len()..]);
                    found.extend(after.filter_map(|rest| rest.split('"').next()).map(|rest| {
                        let own = beginning.rsplit('"').next().unwrap_or_default();
                        format!("{own}{rest}")
                    }));
                }
            }
        }
    }
    found
}

#[test]
fn whatever_an_error_names_in_english_has_its_chinese() {
    let beginnings = [
        r#""must "#,
        r#""or a"#,
        r#"not_found(""#,
        r#"Error::unsupported(""#,
        r#"wrong_state(op.state.as_str(), ""#,
        r#"wrong_state("queued", ""#,
        r#"wrong_state("parked", ""#,
        r#"wrong_state("rejected", ""#,
        r#"wrong_merchant(""#,
        r#"never_fetched(""#,
    ];
    let literals = literals(&beginnings);
    assert!(literals.len() > 100, "{} are found", literals.len());
    for literal in &literals {
        // Those with figures or names in them.
        let sample = ["{operations}", "{businesses}", "{least}", "{most}", "{line}", "{column}"]
            .iter()
            .fold(literal.clone(), |text, name| text.replace(name, "1"));
        let told = chinese::rule(&sample);
        assert!(told.is_some(), "{literal}");
        assert_chinese(&told.unwrap_or_default());
    }
    for what in ["merchant", "store", "till", "base URL", "tenant"] {
        assert!(chinese::words(what).is_some(), "{what}");
    }
}
