//! How the day is told: a line for what happens, indented lines for what the till makes of it.

use chrono::{FixedOffset, Offset, Utc};
use comfy_table::{CellAlignment, Table, presets};
use tillbook::{Balances, ErrorCode, Kind, Money, Notice, Promise, Receipt, State, Timestamp};

use crate::reconcile::Reconciliation;

/// Local time of the shop.
const BEIJING_S: i32 = 8 * 3600;

pub fn act(number: u32, title: &str) {
    println!("\n== {number}. {title} ==");
}

pub fn line(text: &str) {
    println!("- {text}");
}

pub fn note(text: &str) {
    println!("    {text}");
}

/// What a call returned, as far as a newcomer wants to know it.
pub fn receipt(receipt: &Receipt) {
    let promise = receipt.promise.map_or("(being decided)", Promise::as_str);
    println!("    till      {promise}, {}{}", receipt.state, figures(receipt));
    println!("    cashier   \"{}\"", says(receipt));
    println!("    {:<9} {}", receipt.card, balances(&receipt.balances));
}

/// What a call returned that wrote nothing.
pub fn refusal(error: &tillbook::Error) {
    println!("    till      {error}; nothing was written");
    let says = match error.code() {
        ErrorCode::Unreachable => "Sorry, that needs the line, and the line is down.",
        ErrorCode::LaneHeld => "Sorry, an earlier payment with this card is still being looked into.",
        _ => "Sorry, I may not approve that while the line is down.",
    };
    println!("    cashier   \"{says}\"");
}

/// Where an operation stands.
pub fn standing(receipt: &Receipt) {
    let promise = receipt.promise.map_or("no promise yet", Promise::as_str);
    let evidence = match (receipt.evidence, receipt.state) {
        (Some(evidence), _) => format!(" ({evidence})"),
        (None, State::InDoubt) => ", to be found out".to_owned(),
        (None, _) => String::new(),
    };
    println!(
        "    {:<14} {} {:>6} on {}: {promise}, now {}{evidence}",
        receipt.op_id, receipt.kind, receipt.told.original, receipt.card, receipt.state
    );
}

pub fn notice(notice: &Notice) {
    let amount = notice.amount.map(|amount| format!(" {amount}")).unwrap_or_default();
    let op_id = notice.op_id.as_ref().map(|op_id| format!(" ({op_id})")).unwrap_or_default();
    line(&format!("Notification: {}{amount}{op_id}", notice.kind));
    note(&notice.detail);
}

/// What the cashier may say by this receipt.
fn says(receipt: &Receipt) -> String {
    let told = &receipt.told;
    match receipt.promise {
        None => "One moment, please.".to_owned(),
        Some(Promise::InDoubt) if receipt.state.is_confirmed() => "Your payment did arrive.".to_owned(),
        Some(Promise::InDoubt) => "One moment: I can't tell yet whether it was taken.".to_owned(),
        Some(Promise::Declined) => "Sorry, your card was declined.".to_owned(),
        Some(Promise::Cancelled) => "Sorry, that did not go through. Nothing was taken.".to_owned(),
        Some(Promise::OnlineApproved | Promise::OfflineApproved) => match receipt.kind {
            Kind::OpenCard => format!("Welcome! Your card is {}.", receipt.card),
            Kind::Modify => "Noted, thank you.".to_owned(),
            Kind::Recharge if told.bonus == Money::ZERO => format!("{} paid in, thank you.", told.actual),
            Kind::Recharge => format!("{} paid in, and {} on top for you.", told.actual, told.bonus),
            Kind::Consume if told.due.is_positive() => {
                format!("{} from your card, and {} in cash, please.", told.from_card, told.due)
            }
            Kind::Consume => format!("{} from your card, thank you.", told.from_card),
            Kind::RedeemPoints => format!("{} points, here you are.", told.points.negated()),
            _ => "Done, thank you.".to_owned(),
        },
    }
}

fn figures(receipt: &Receipt) -> String {
    let told = &receipt.told;
    match receipt.kind {
        Kind::Consume => {
            let mut text = format!(": {}", told.original);
            if told.discount.is_positive() {
                text += &format!(" - {} discount", told.discount);
            }
            if told.original != told.from_card {
                text += &format!(" = {}", told.from_card);
            }
            text += " from the card";
            if told.due.is_positive() {
                text += &format!(" + {} due", told.due);
            }
            text
        }
        Kind::Recharge if told.bonus.is_positive() => format!(": {} + {} bonus", told.original, told.bonus),
        Kind::Recharge => format!(": {}", told.original),
        Kind::RedeemPoints => format!(": {} points", told.points),
        _ => String::new(),
    }
}

fn balances(balances: &Balances) -> String {
    let (money, points) = (&balances.money, &balances.points);
    format!(
        "{} / {} / {}   {} / {} / {} points   {}",
        money.confirmed,
        money.expected,
        money.available,
        points.confirmed,
        points.expected,
        points.available,
        balances.as_of.map_or_else(|| "never confirmed".to_owned(), |at| format!("as of {}", local(at)))
    )
}

fn local(at: Timestamp) -> String {
    let zone = FixedOffset::east_opt(BEIJING_S).unwrap_or_else(|| Utc.fix());
    at.at_offset(zone).map_or_else(|| format!("{at:?}"), |local| local.format("%Y-%m-%d %H:%M:%S").to_string())
}

/// Every card at the till and at the remote.
pub fn table(result: &Reconciliation) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_FULL_CONDENSED);
    table.set_header(["card", "money", "expected", "at the remote", "points", "expected", "at the remote", "same"]);
    for card in &result.cards {
        let ours = &card.till;
        table.add_row([
            card.number.clone(),
            ours.money.confirmed.to_string(),
            ours.money.expected.to_string(),
            card.remote_money.to_string(),
            ours.points.confirmed.to_string(),
            ours.points.expected.to_string(),
            card.remote_points.to_string(),
            if card.agrees() { "yes" } else { "NO" }.to_owned(),
        ]);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}
