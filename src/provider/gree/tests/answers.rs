//! What comes back from a write, in the document's words and in others.

use super::samples::*;
use super::*;
use crate::model::{Confirmation, CouponStatus, Kind};
use crate::provider::{Guarantee, Outcome, Provider, RefusalClass, Undone};

fn applied(act: Act, body: &str) -> Confirmation {
    match gree().classify(&Op::new(act).lend(), &answer(body)) {
        Outcome::Applied { confirmation, learned: None } => *confirmation,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_sample_answers_confirm_their_operations() {
    assert_eq!(applied(register(), REGISTERED).reference.as_deref(), Some(OPEN_ID));
    for act in [accrue(20), returned("o", 20, true), returned("o", 20, false)] {
        assert_eq!(applied(act, CHANGED).remote_id.as_deref(), Some("SP016244316351097643"));
    }
    for act in [push_order(), return_order(true), return_order(false)] {
        assert_eq!(applied(act, ORDER).remote_id.as_deref(), Some("126352"));
    }
    let template = Act::AddCouponTemplate { template: coupons::template() };
    assert_eq!(applied(template, TEMPLATE).remote_id.as_deref(), Some("1309"));
    let given = applied(give(), GIVEN);
    assert_eq!(given.coupon.as_deref(), Some(KEY), "what it is redeemed by");
    assert_eq!(given.remote_id.as_deref(), Some("3733288246799497770"), "beyond what a float can hold");
    assert_eq!(applied(set_status("1", CouponStatus::Invalid), STATUS_SET), Confirmation::default());
    assert_eq!(applied(redeem_coupon("1"), REDEEMED), Confirmation::default());
}

#[test]
fn data_may_be_a_string_that_holds_it_or_nothing() {
    let statement = |data: &str| {
        applied(accrue(1), &format!(r#"{{"success": true, "error_code": "200", "data": {data}}}"#)).remote_id
    };
    assert_eq!(statement(r#"{"statement_id": "S1"}"#).as_deref(), Some("S1"));
    assert_eq!(statement(r#"{"statement_id": 9007199254740993}"#).as_deref(), Some("9007199254740993"));
    assert_eq!(statement(r#""{\"statement_id\": \"S1\"}""#).as_deref(), Some("S1"));
    for data in ["true", "null", "{}", r#""""#, "[]", r#"{"statement_id": null}"#] {
        assert_eq!(statement(data), None, "{data}");
    }
    let code = |data: &str| applied(give(), &format!(r#"{{"success": true, "data": {data}}}"#)).remote_id;
    for data in [r#"[{"code": 7}]"#, r#"[[{"code": 7}]]"#, r#""[{\"code\": 7}]""#, r#"["{\"code\": \"7\"}"]"#] {
        assert_eq!(code(data).as_deref(), Some("7"), "{data}");
    }
    assert_eq!(code("null"), None);
    let empty = gree().classify(&Op::new(give()).lend(), &answer(r#"{"success": true, "data": []}"#));
    assert!(matches!(empty, Outcome::Unknown(_)), "its coupons will tell");
}

#[derive(Debug, PartialEq)]
enum Means {
    Applied,
    Business,
    Permanent,
    Unknown,
    Token,
    Halted,
    /// For a person, who need not fear that it was carried out.
    NotDone,
    /// For a person, and it may have been carried out.
    Unclear,
}

fn means(gree: &Gree, op: &Op, answer: &HttpResponse) -> Means {
    match gree.classify(&op.lend(), answer) {
        Outcome::Applied { .. } => Means::Applied,
        Outcome::Refused(refusal) => match refusal.class {
            RefusalClass::Business => Means::Business,
            RefusalClass::Permanent => Means::Permanent,
            RefusalClass::Suspicious => panic!("{refusal:?}"),
        },
        Outcome::Unknown(_) => Means::Unknown,
        Outcome::TokenRefused(_) => Means::Token,
        Outcome::Halted(_) => Means::Halted,
        Outcome::Unclear { unknown, .. } => {
            if unknown {
                Means::Unclear
            } else {
                Means::NotDone
            }
        }
        Outcome::UnknownHalted(why) => panic!("{why}"),
    }
}

#[test]
fn every_code_has_its_class() {
    use Means::*;
    let change = || Op::new(accrue(1));
    let rollback = || Op::new(returned("o", 1, true));
    let coupon = || Op::new(redeem_coupon("1"));
    let order = || Op::new(push_order());
    let cases = [
        (change(), "500", "", Unknown),
        (change(), "\"500\"", "", Unknown),
        (change(), "1001", "系统繁忙", Unknown),
        (change(), "1001", "系统繁忙, 请稍后再试", Unknown),
        (change(), "1001", "请求参数不合法", Permanent),
        (change(), "1006", "", Token),
        (change(), "1007", "", Token),
        (change(), "1008", "", Token),
        (change(), "\"1008\"", "", Token),
        (change(), "1009", "", Token),
        (change(), "110001", "", Permanent),
        (change(), "110002", "", Permanent),
        (change(), "110003", "", Business),
        (change(), "110004", "", Business),
        (change(), "110005", "", Halted),
        (change(), "110006", "", Permanent),
        (order(), "120001", "", Permanent),
        (order(), "120002", "", Business),
        (coupon(), "130001", "", Unknown),
        (coupon(), "130002", "", Business),
        (coupon(), "130003", "", Unknown),
        (coupon(), "130004", "", Business),
        (change(), "140002", "", Permanent),
        (change(), "140003", "", Permanent),
        (change(), "150001", "", Halted),
        (change(), "150002", "", NotDone),
        (change().resent(), "150002", "", Applied),
        (rollback().resent(), "150002", "", Applied),
        (order().resent(), "150002", "", Unclear),
        (coupon().resent(), "150002", "", Unknown),
        (change(), "150003", "", Business),
        (rollback(), "150004", "", NotDone),
        (rollback(), "150005", "", NotDone),
        (rollback(), "1005", "", NotDone),
        (rollback().resent(), "150005", "", Unclear),
        (change(), "150004", "", Unclear),
        (change(), "150006", "", Permanent),
        (change(), "150007", "", Permanent),
        (change(), "150008", "", Business),
        (change(), "150009", "", Business),
        // Listed nowhere: the records decide where there are any.
        (change(), "4711", "", Unclear),
        (order(), "4711", "", Unclear),
        (coupon(), "4711", "", Unknown),
        (Op::new(register()), "4711", "", Unknown),
        (Op::new(set_status("1", CouponStatus::Valid)), "null", "", Unknown),
        (change(), "null", "失败", Unclear),
        (change(), "200", "", Unclear),
    ];
    for (op, code, message, want) in cases {
        assert_eq!(means(&gree(), &op, &no(code, message)), want, "{:?} {code} {message}", op.act);
    }
}

#[test]
fn codes_may_stand_under_another_name_and_may_be_configured() {
    let op = Op::new(accrue(1));
    let camel = r#"{"success": false, "errorCode": 150003, "errorMessage": "不足", "data": null}"#;
    assert_eq!(means(&gree(), &op, &answer(camel)), Means::Business);
    let both = r#"{"success": false, "error_code": null, "errorCode": "1001", "errorMessage": "系统繁忙"}"#;
    assert_eq!(means(&gree(), &op, &answer(both)), Means::Unknown);
    let mut config = config();
    config.codes.bad_access_token = vec![40001];
    let gree = with(config);
    assert_eq!(means(&gree, &op, &no("40001", "")), Means::Token);
    assert_eq!(means(&gree, &op, &no("1008", "")), Means::Unclear);
}

#[test]
fn success_being_true_is_a_success_and_nothing_else_is() {
    let cases = [
        (r#"{"success": true}"#, Means::Applied),
        (r#"{"success": true, "error_code": 500}"#, Means::Applied),
        ("\u{feff}{\"success\": true, \"data\": null}", Means::Applied),
        (r#"{"success": "true"}"#, Means::Unclear),
        (r#"{"success": 1}"#, Means::Unclear),
        (r#"{"success": false}"#, Means::Unclear),
        (r#"{"success": null, "error_code": 150003}"#, Means::Unknown),
        (r#"{"error_code": 200, "data": {"statement_id": "S1"}}"#, Means::Unknown),
        (r#"{"error_code": 150003}"#, Means::Unknown),
        ("{}", Means::Unknown),
        ("[]", Means::Unknown),
        ("", Means::Unknown),
        ("<html>登录</html>", Means::Unknown),
        (r#"{"success": true"#, Means::Unknown),
        (r#"{"success": true} {"success": true}"#, Means::Unknown),
    ];
    for (body, want) in cases {
        for status in [200, 204, 302, 403, 500, 503] {
            let answer = HttpResponse { status, ..answer(body) };
            assert_eq!(means(&gree(), &Op::new(accrue(1)), &answer), want, "{status} {body}");
        }
    }
}

#[test]
fn orders_may_be_sent_again_where_their_number_is_unique() {
    let unique = with(GreeConfig { order_no_unique: true, ..config() });
    let settings = [(gree(), Guarantee::Once), (unique, Guarantee::Repeat)];
    for (gree, want) in &settings {
        for act in [push_order(), return_order(true), return_order(false)] {
            assert_eq!(gree.guarantee(&act), Some(*want));
        }
    }
    let (_, unique) = (&settings[0].0, &settings[1].0);
    assert_eq!(means(unique, &Op::new(push_order()).resent(), &no("150002", "")), Means::Applied);
}

#[test]
fn what_is_served_is_listed_with_its_guarantee() {
    let gree = gree();
    let template = Act::AddCouponTemplate { template: coupons::template() };
    let cases = [
        (register(), Guarantee::Probe),
        (accrue(1), Guarantee::Repeat),
        (returned("o", 1, true), Guarantee::Repeat),
        (redeem_coupon("1"), Guarantee::Probe),
        (give(), Guarantee::Probe),
        (set_status("1", CouponStatus::Valid), Guarantee::SetStatus),
        (template, Guarantee::Once),
    ];
    for (act, want) in cases {
        assert_eq!(gree.guarantee(&act), Some(want), "{act:?}");
        assert!(gree.serves().iter().any(|service| service.kind == act.kind()));
    }
    let open = Act::Consume { card: card(), total: yuan("1"), discountable: yuan("1"), partial: false };
    assert_eq!(gree.guarantee(&open), None);
    assert!(gree.serves().iter().all(|service| service.kind != Kind::Consume));
    assert!(!gree.keeps_money());
}

#[test]
fn what_undoing_says_is_understood() {
    #[derive(Debug, PartialEq)]
    enum Is {
        Done,
        NothingThere,
        Refused,
        Unknown,
        Token,
    }
    let op = Op::new(accrue(1)).resent();
    let told = |gree: &Gree, answer: &HttpResponse| match gree.undone(&op.lend(), answer) {
        Undone::Done => Is::Done,
        Undone::NothingThere => Is::NothingThere,
        Undone::Refused(_) => Is::Refused,
        Undone::Unknown(_) => Is::Unknown,
        Undone::TokenRefused(_) => Is::Token,
    };
    let cases = [
        (answer(CHANGED), Is::Done),
        (answer(r#"{"success": true, "data": true}"#), Is::Done),
        (no("150004", ""), Is::NothingThere),
        (no("4711", "未查询到该积分变更信息"), Is::NothingThere),
        (no("1005", "提示：未查询到该积分变更信息"), Is::NothingThere),
        (answer(NOTHING_TO_ROLL_BACK), Is::Refused),
        (no("150005", ""), Is::Refused),
        (no("150009", ""), Is::Refused),
        (no("110004", ""), Is::Refused),
        (no("150002", ""), Is::Refused),
        (no("1008", ""), Is::Token),
        (no("500", ""), Is::Unknown),
        (no("4711", ""), Is::Unknown),
        (no("150001", ""), Is::Unknown),
        (answer("<html>"), Is::Unknown),
    ];
    for (answer, want) in cases {
        assert_eq!(told(&gree(), &answer), want, "{}", String::from_utf8_lossy(&answer.body));
    }
    let sample_too = GreeConfig { no_such_change: vec!["未查询到该订单".into()], ..config() };
    assert_eq!(told(&with(sample_too), &answer(NOTHING_TO_ROLL_BACK)), Is::NothingThere);
}
