//! The page at `/`: what there is, each call with a line to paste into a shell.

use std::fmt::{Display, Write};
use std::net::SocketAddr;

use super::shared::Shared;
use super::{control, platform_page};
use crate::fault::Fault;
use crate::sandy::{Endpoint, Sandy, Settings};
use crate::{Request, Response};

pub(super) fn answer(shared: &Shared, request: &Request, address: SocketAddr) -> Response {
    if request.method != "GET" {
        return Response::plain(405, "method not allowed\n").with_header("Allow", "GET");
    }
    let sandy = shared.change(|sandy, _| text(sandy, address));
    Response::plain(200, sandy + &platform_page::text(shared, address))
}

/// The page. Its lines work when they are run from top to bottom: the first ones add cards of free numbers, and the
/// later ones use those.
fn text(sandy: &Sandy, address: SocketAddr) -> String {
    let taken = |prefix: &str| sandy.cards().any(|card| card.number.starts_with(prefix));
    let prefix = (1_u32..).map(|n| format!("page{n}-")).find(|prefix| !taken(prefix)).unwrap_or_default();
    let (a, b, c) = (format!("{prefix}a"), format!("{prefix}b"), format!("{prefix}c"));
    let settings = sandy.settings();
    let first_level = settings.levels.first().map_or(1, |level| level.id);
    let first_pay_type = settings.pay_types.first().map_or(1, |kind| kind.id);

    let control = |title: &str, method: &str, name: &str, body: &str| {
        section(title, &curl(&[], method, &format!("http://{address}{}{name}", control::PREFIX), body))
    };
    let api = |title: &str, endpoint: Endpoint, body: &str| {
        let url = format!("http://{address}{}{}", Endpoint::PREFIX, endpoint.name());
        section(title, &curl(&credentials(settings), endpoint.method(), &url, body))
    };

    let mut page = String::from(
        "tillbook sandbox: stand-ins for Sandy, Gree, Freemud and Yonyou, with faults to order.\n\
         The lines below work in this order; amounts are yuan. What a client has to be configured with stands at the\n\
         head of each system's part: Sandy's first, the others' at the end.\n\n\
         == Sandy: configuration ==\n",
    );
    page += &format!("base URL: http://{address}\n");
    for credential in credentials(settings) {
        page += &format!("{credential}\n");
    }
    page += "\n== Cards to play with ==\n";
    for card in [&a, &b] {
        page += &control(
            "Add a card with money and points on it",
            "POST",
            "card",
            &format!(
                r#"{{"card":"{card}","level":{first_level},"name":"张三","phone":"13800000000","gender":1,"money":"200.00","score":50}}"#
            ),
        );
    }

    page += "\n== The interface ==\n";
    for (title, endpoint, body) in [
        ("Card levels", Endpoint::CardLevelList, String::new()),
        ("Recharge rules and pay types", Endpoint::GetRechargeRules, format!(r#"{{"card_id":"{a}"}}"#)),
        ("Search by part of a number, name or phone", Endpoint::GetCards, format!(r#"{{"key":"{prefix}"}}"#)),
        (
            "Open a card",
            Endpoint::CardOpen,
            format!(
                r#"{{"cardID":"{c}","cardLevelID":"{first_level}","uname":"李四","phone":"13900000000","gender":"0"}}"#
            ),
        ),
        ("Recharge", Endpoint::Recharge, format!(r#"{{"card_id":"{a}","money":"100","pay_type":{first_pay_type}}}"#)),
        ("Consume", Endpoint::Consume, format!(r#"{{"card_id":"{a}","money":12.50,"money_discount":10}}"#)),
        ("Card information", Endpoint::GetCardInfo, format!(r#"{{"card_id":"{a}"}}"#)),
        (
            "Change the holder",
            Endpoint::ModCardInfo,
            format!(r#"{{"card_id":"{a}","uname":"王五","birthday":"1999-09-09"}}"#),
        ),
        ("History", Endpoint::GetCardHis, format!(r#"{{"card_id":"{a}","event_type":0,"page_size":20,"page":1}}"#)),
        ("Spend points", Endpoint::ConsumeScore, format!(r#"{{"card_id":"{a}","score":10}}"#)),
    ] {
        page += &api(title, endpoint, &body);
    }

    page += "\n== Control: a look inside ==\n";
    page += &control("Cards, settings, counts of requests", "GET", "state", "");
    page += &control("Every write that took effect", "GET", "ledger", "");

    page += "\n== Control: settings (name those to change; GET state shows all, delay_ms is how late every answer comes) ==\n";
    page += &control("Change settings", "POST", "settings", &current_settings(settings));

    page += "\n== Control: faults ==\nFaults: ";
    page += &Fault::SAMPLES.map(|fault| fault.to_string()).join(", ");
    page += "\n(times in milliseconds; what follows status-429 or status-503 is Retry-After and may be left out)\n";
    page += &control(
        "Strike once (endpoint * is any, wk.* any that begins so; card and skip may be left out)",
        "POST",
        "faults",
        &format!(r#"{{"endpoint":"consume","card":"{a}","skip":1,"fault":"apply-drop-answer"}}"#),
    );
    page += &control(
        "Strike so many in a thousand",
        "POST",
        "faults",
        r#"{"endpoint":"*","per_mille":50,"fault":"answer-500"}"#,
    );
    page += &control("The faults to come", "GET", "faults", "");
    page += &control("Take all faults away", "DELETE", "faults", "");

    page += "\n== Control: the back office and other tills ==\n";
    for (title, name, body) in [
        ("Pay money out", "withdraw", format!(r#"{{"card":"{a}","money":10,"who":"manager"}}"#)),
        ("Move money to another card", "transfer", format!(r#"{{"from":"{a}","to":"{b}","money":10}}"#)),
        ("Report a card lost", "loss", format!(r#"{{"card":"{b}"}}"#)),
        ("Lift the loss", "lift", format!(r#"{{"card":"{b}"}}"#)),
        ("Set a card's level", "level", format!(r#"{{"card":"{b}","level":{first_level}}}"#)),
        (
            "Recharge at another till (without org_name: a twin of this shop's)",
            "recharge",
            format!(r#"{{"card":"{b}","money":50,"pay_type":{first_pay_type},"org_name":"二店"}}"#),
        ),
        ("Consume at another till", "consume", format!(r#"{{"card":"{b}","money":20,"org_name":"二店"}}"#)),
        ("Spend points at another till", "redeem", format!(r#"{{"card":"{b}","score":5,"org_name":"二店"}}"#)),
        ("Replace a card", "replace", format!(r#"{{"old":"{b}","new":"{prefix}d"}}"#)),
        ("Take a card back", "close", format!(r#"{{"card":"{prefix}d"}}"#)),
    ] {
        page += &control(title, "POST", name, &body);
    }
    page
}

/// The switches as they stand, so that the line changes nothing until it is edited.
fn current_settings(settings: &Settings) -> String {
    let switches = serde_json::json!({
        "short_balance": settings.short_balance,
        "consume_score_record": settings.consume_score_record,
        "expired": settings.expired,
    });
    switches.to_string()
}

pub(super) fn section(title: &str, line: &str) -> String {
    format!("\n# {title}\n{line}\n")
}

fn credentials(settings: &Settings) -> [String; 2] {
    [format!("CUSTOMERGUID: {}", settings.restaurant), format!("AUTHORIZATION: {}", settings.token)]
}

pub(super) fn curl(headers: &[String], method: &str, url: &str, body: &str) -> String {
    let mut line = format!("curl -s -X {method}");
    // Writing to a String cannot fail.
    for header in headers {
        let _ = write!(line, " -H {}", quote(header));
    }
    let _ = write!(line, " {}", quote(url));
    if !body.is_empty() {
        let _ = write!(line, " --data {}", quote(body));
    }
    line
}

/// A word for the shell.
fn quote(word: impl Display) -> String {
    format!("'{}'", word.to_string().replace('\'', r"'\''"))
}
