//! How the day is told: a line for what happens, indented lines for what the till makes of it.

use comfy_table::{CellAlignment, Table, presets};
use tillbook::{Card, Coupon, CouponEffect, CouponStatus, CouponValidation, Money, Notice, Promise, Receipt};
use tillbook_sandbox::server::Server;
use tillbook_sandbox::{freemud, gree, sandy};

use crate::reconcile::{CouponFact, Names, Reconciliation};

pub fn act(number: u32, title: &str) {
    println!("\n== {number}. {title} ==");
}

pub fn line(text: &str) {
    println!("- {text}");
}

pub fn note(text: &str) {
    println!("    {text}");
}

/// A step and where it stands.
pub fn receipt(receipt: &Receipt) {
    let promise = receipt.promise.map_or("no promise yet", Promise::as_str);
    let told = &receipt.told;
    let figures = match (told.original, told.points.get()) {
        (Money::ZERO, 0) => String::new(),
        (Money::ZERO, points) => format!("{points} points"),
        (original, _) if told.discount.is_positive() => format!("{original} - {} = {}", told.discount, told.actual),
        (original, _) => original.to_string(),
    };
    let state = match receipt.evidence {
        Some(evidence) => format!("{} ({evidence})", receipt.state),
        None => receipt.state.to_string(),
    };
    let told = format!("{:<18} {:<13} {promise:<16}  {state:<17}  {figures}", receipt.op_id, receipt.kind);
    note(told.trim_end());
}

/// What a call returned that wrote nothing: a typed error, to be looked at by its code.
pub fn refusal(error: &tillbook::Error) {
    note(&format!("ErrorCode::{:?}", error.code()));
    if let Some(refusal) = error.refusal() {
        note(&format!("Refusal::{refusal:?}"));
    }
    note(&format!("in words: {error}"));
}

/// A card with all that its accounts bring.
pub fn card(card: &Card) {
    let (money, points) = (&card.balances.money, &card.balances.points);
    note(&format!("{}: {} money, {} points confirmed", card.number, money.confirmed, points.confirmed));
    if (money.confirmed, points.confirmed) != (money.expected, points.expected) {
        note(&format!(
            "{}  {} money, {} points expected",
            " ".repeat(card.number.as_str().len()),
            money.expected,
            points.expected
        ));
    }
    let remotes: Vec<&str> = card.accounts.iter().map(|account| account.provider.as_str()).collect();
    note(&format!("accounts at {}", remotes.join(", ")));
}

pub fn coupons(coupons: &[Coupon]) {
    for coupon in coupons {
        let effect = match coupon.effect {
            CouponEffect::OrderReduction(money) | CouponEffect::ItemReduction(money) => format!("{money} off"),
            CouponEffect::OrderDiscount(rate) | CouponEffect::ItemDiscount(rate) => format!("pays {}", rate.share()),
            CouponEffect::FreeShipping => "free shipping".to_owned(),
        };
        note(&format!(
            "{:<32}  template {}  {:<9} {:<17}  {effect}",
            coupon.code,
            coupon.template.as_deref().unwrap_or("-"),
            coupon.status,
            coupon.name
        ));
    }
}

/// A dry run, rule by rule.
pub fn validation(validation: &CouponValidation) {
    for verdict in &validation.verdicts {
        let passed = if verdict.passed { "yes" } else { "NO" };
        note(format!("{:<13} {passed:<3}  {}", verdict.rule, verdict.detail).trim_end());
    }
    note(&format!("takes off {}", validation.discount));
}

pub fn notice(notice: &Notice) {
    let op_id = notice.op_id.as_ref().map(|op_id| format!(" ({op_id})")).unwrap_or_default();
    line(&format!("Notification: {}{op_id}", notice.kind));
    note(&notice.detail);
}

/// What each remote system has recorded, by whomever.
pub fn ledgers(server: &Server, names: &Names) {
    let mut table = titled("Sandy: stored value", &["no", "card", "kind", "money", "balance", "by"]);
    server.sandy().with(|sandy| {
        for line in sandy.ledger() {
            let by = if line.source == sandy::Source::Api { "till" } else { "office" };
            let (change, after) = (money(line.money_change_fen), money(line.amount_fen));
            table.add_row([
                line.seq.to_string(),
                line.card.clone(),
                format!("{:?}", line.kind),
                change,
                after,
                by.into(),
            ]);
        }
    });
    print(table, &[3, 4]);

    let mut table = titled("Gree: members, coupons, orders", &["no", "card", "kind", "money", "coupon", "order", "by"]);
    server.gree().with(|gree| {
        for line in gree.ledger() {
            let by = if line.source == gree::Source::Api { "till" } else { "office" };
            table.add_row([
                line.seq.to_string(),
                line.member.as_deref().map(|member| names.of_member(member)).unwrap_or_default(),
                format!("{:?}", line.kind),
                if line.money_fen == 0 { String::new() } else { money(line.money_fen) },
                line.coupon_code.as_deref().map(short).unwrap_or_default(),
                line.order_no.as_deref().map(short).unwrap_or_default(),
                by.into(),
            ]);
        }
    });
    print(table, &[3]);

    let mut table = titled("Freemud: points", &["no", "card", "kind", "type", "points", "balance", "order", "by"]);
    server.freemud().with(|freemud| {
        for line in freemud.ledger() {
            let by = if line.source == freemud::Source::Api { "till" } else { "office" };
            table.add_row([
                line.seq.to_string(),
                names.of_member(&line.member_id),
                format!("{:?}", line.kind),
                line.operation_type.to_string(),
                line.points_change.to_string(),
                line.points.to_string(),
                line.order_id.clone().unwrap_or_default(),
                by.into(),
            ]);
        }
    });
    print(table, &[3, 4, 5]);
}

/// Every card at the till and at the remotes.
pub fn reconciliation(result: &Reconciliation) {
    let header = ["card", "", "money", "points", "coupons", "orders", "same"];
    let mut table = titled("The book against the ledgers", &header);
    for card in &result.cards {
        let (ours, same) = (&card.till, if card.agrees() { "yes" } else { "NO" });
        table.add_row([
            card.number.clone(),
            "the book".into(),
            ours.money.confirmed.to_string(),
            ours.points.confirmed.to_string(),
            counted(&card.coupons),
            card.orders.to_string(),
            same.into(),
        ]);
        table.add_row([
            String::new(),
            "the remotes".into(),
            card.remote_money.to_string(),
            card.remote_points.to_string(),
            counted(&card.remote_coupons),
            card.remote_orders.to_string(),
            String::new(),
        ]);
    }
    print(table, &[2, 3, 5]);
}

fn counted(coupons: &[CouponFact]) -> String {
    let used = coupons.iter().filter(|(_, status, _)| *status == CouponStatus::Used).count();
    format!("{} valid, {used} used", coupons.len() - used)
}

/// Numbers that the till made are long.
fn short(key: &str) -> String {
    match key.char_indices().nth(8) {
        Some((at, _)) => format!("{}..", &key[..at]),
        None => key.to_owned(),
    }
}

fn money(fen: i64) -> String {
    Money::from_fen(fen).to_string()
}

fn titled(title: &str, header: &[&str]) -> Table {
    line(title);
    let mut table = Table::new();
    table.load_style(presets::ASCII_FULL_CONDENSED);
    table.set_header(header.iter().copied());
    table
}

fn print(mut table: Table, right: &[usize]) {
    for &place in right {
        if let Some(column) = table.column_mut(place) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    println!("{table}");
}
