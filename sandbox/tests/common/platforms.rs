//! A server on which somebody is to be served in each system.

use tillbook_sandbox::freemud::{self, Freemud, NewMember, PrivateKey, TEST_PLATFORM_KEY_PEM};
use tillbook_sandbox::gree::{self, Gree, Profile};
use tillbook_sandbox::server::{Config, Server};
use tillbook_sandbox::yonyou::{self, Yonyou};
use tillbook_sandbox::{Request, System};

use super::{NOW_S, config};

pub(crate) const NOW_MS: i64 = NOW_S * 1_000;
pub(crate) const PHONE: &str = "13800000000";
pub(crate) const MEMBER: &str = "115589208394311926";

pub(crate) fn start_all() -> Server {
    let mut gree = Gree::new(gree::Settings::default());
    gree.office(NOW_MS).add_member(PHONE, Profile::new("张三"), 100, 0).unwrap();
    let platform_key = Some(PrivateKey::from_pem(TEST_PLATFORM_KEY_PEM).unwrap());
    let mut freemud = Freemud::new(freemud::Settings { platform_key, ..freemud::Settings::default() });
    freemud.seed(NOW_MS, NewMember::new(PHONE).with_points(100).with_id(MEMBER)).unwrap();
    let mut yonyou = Yonyou::new(yonyou::Settings::default());
    yonyou.seed(NOW_MS, "34", 100).unwrap();
    Server::start(Config { gree, freemud, yonyou, ..config() }).unwrap()
}

/// A write that takes points from the member: the `count`th, so that it is never a repeat.
pub(crate) fn spend(server: &Server, system: System, count: u32) -> Request {
    match system {
        System::Sandy => server
            .sandy()
            .with(|sandy| Request::api(sandy.settings(), "consume", r#"{"card_id":"A","money":10}"#)),
        System::Gree => server.gree().with(|gree| {
            let token = gree.office(NOW_MS).issue_tokens().access_token;
            let body = format!(
                r#"{{"open_id":"{PHONE}","score":10,"change_reason":"sub","change_event":"event_subtract","change_id":"c{count}","out_biz_no":"o{count}"}}"#
            );
            gree::request(gree.settings(), &token, NOW_MS, "wk.user.event.score.change", &body)
        }),
        System::Freemud => server.freemud().with(|freemud| {
            let body = format!(
                r#"{{"memberId":"{MEMBER}","score":10,"operationType":14,"idempotencyBussinessId":"k{count}"}}"#
            );
            freemud::request(freemud.settings(), None, "score/opt/15", &format!("t{count}"), &body)
        }),
        System::Yonyou => server.yonyou().with(|yonyou| {
            let token = yonyou.office(NOW_MS, "test").issue_token();
            let body = format!(
                r#"[{{"mid":"34","action_type":"51","ori_money":"1","calc_money":"1","ori_points":"10","source_code":"s{count}"}}]"#
            );
            yonyou::change_request(yonyou.settings(), &token, &body)
        }),
    }
}

/// What faults and counts call that write.
pub(crate) const fn endpoint(system: System) -> &'static str {
    match system {
        System::Sandy => "consume",
        System::Gree => "wk.user.event.score.change",
        System::Freemud => "score/opt/15",
        System::Yonyou => "points/change",
    }
}

/// How many writes have taken effect.
pub(crate) fn writes(server: &Server, system: System) -> usize {
    match system {
        System::Sandy => server.sandy().with(|sandy| sandy.ledger().len()),
        System::Gree => server.gree().with(|gree| gree.ledger().len()),
        System::Freemud => server.freemud().with(|freemud| freemud.ledger().len()),
        System::Yonyou => server.yonyou().with(|yonyou| yonyou.ledger().len()),
    }
}

/// Whether an answer is the system's own success.
pub(crate) fn is_success(system: System, text: &str) -> bool {
    match system {
        System::Sandy => text.starts_with("{\"cur_score\""),
        System::Gree => text.contains("\"success\":true"),
        System::Freemud => text.contains("\"statusCode\":\"100\""),
        System::Yonyou => text.starts_with("{\"errcode\":0,"),
    }
}
