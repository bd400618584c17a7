//! Codes by text message.

use serde_json::json;
use tillbook_sandbox::gree::{LedgerKind, Settings, WrongCode};

use crate::{Bench, DAY_MS, NOW_MS};

const SEND: &str = "wk.sms.verify.send";
const JUDGE: &str = "wk.sms.verify.judge";
const TARGET: &str = "13888888888";

fn sent_code(bench: &mut Bench) -> String {
    bench.gree.office(NOW_MS).sms_code(TARGET).unwrap().to_owned()
}

#[test]
fn a_code_is_good_once_and_for_a_while() {
    for sms_digits in 4..=6 {
        let mut bench = Bench::new(Settings { sms_digits, ..Settings::default() });
        assert_eq!(
            bench.text(SEND, r#"{"target":"13888888888"}"#),
            concat!(
                r#"{"error_message":null,"data":true,"pageNo":null,"success":true,"pageSize":null,"#,
                r#""error_code":null,"totalCount":null}"#
            )
        );
        let code = sent_code(&mut bench);
        assert_eq!(code.len(), sms_digits as usize);
        let judge = json!({ "phone": TARGET, "verify_code": code });
        assert_eq!(bench.data(JUDGE, &judge), true);
        assert_eq!(bench.code(JUDGE, &judge), 140_005);
        bench.data(SEND, &json!({ "target": TARGET }));
        let judge = json!({ "phone": TARGET, "verify_code": sent_code(&mut bench) });
        bench.now_ms += 300_000;
        assert_eq!(bench.code(JUDGE, &judge), 140_005);
    }
}

#[test]
fn a_wrong_code_is_told_as_the_setting_says() {
    let mut bench = Bench::default();
    let judge = json!({ "phone": TARGET, "verify_code": "x" });
    assert_eq!(bench.code(JUDGE, &judge), 140_005);
    bench.gree.settings_mut().wrong_code = WrongCode::False;
    assert_eq!(bench.data(JUDGE, &judge), false);
    assert_eq!(bench.code(JUDGE, &json!({ "phone": TARGET })), 1001);
    assert_eq!(bench.code(JUDGE, &json!({ "verify_code": "1234" })), 140_003);
}

#[test]
fn a_phone_gets_so_many_a_day() {
    let mut bench = Bench::new(Settings { sms_daily_limit: 2, access_life_ms: 3 * DAY_MS, ..Settings::default() });
    let send = json!({ "target": TARGET });
    bench.data(SEND, &send);
    bench.data(SEND, &send);
    assert_eq!(bench.code(SEND, &send), 140_004);
    bench.data(SEND, &json!({ "target": "13888888889" }));
    bench.now_ms += DAY_MS;
    bench.data(SEND, &send);
    let lines = bench.gree.ledger().iter().filter(|line| line.kind == LedgerKind::Sms);
    assert_eq!(lines.filter(|line| line.phone == TARGET).count(), 3);
}

#[test]
fn a_text_message_needs_a_phone() {
    let mut bench = Bench::default();
    assert_eq!(bench.code(SEND, &json!({})), 140_003);
    assert_eq!(bench.code(SEND, &json!({ "target": "1388888888" })), 140_002);
}
