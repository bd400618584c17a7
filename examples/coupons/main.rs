//! One till, three remote systems, coupons and an outage: `cargo run --release --example coupons`.
//!
//! Sandy keeps the money on the cards, Gree the members, their coupons and the orders, Freemud the points. All three
//! are sandboxes on a loopback port. At the end each one's own ledger is printed and compared with the till's book; the
//! last line is the result, and the exit code is not zero if it is not clean. How one ticket is spread over the systems
//! stands in `sale.rs`, how the till is set up for them in `shop.rs`.
#![allow(clippy::print_stdout, clippy::print_stderr, unreachable_pub)]

mod reconcile;
mod sale;
mod shop;
mod tell;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use tillbook::{ErrorCode, GiveCoupon, Link, Money, Points, RedeemCoupon, Register, Resolution, State, Till};
use tillbook_sandbox::fault::Fault;

use reconcile::Reconciliation;
use sale::{Item, Sold, Ticket, Unsold};
use shop::{QIAN, Shop, ZHOU};

/// What everything here returns.
type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// How long anything may take that depends on the remotes. Never waited out when all is well.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long the cashier waits for a remote.
const SOON: Duration = Duration::from_secs(2);

/// Who decides what a till must not.
const MANAGER: &str = "Chen (manager)";

const NOODLES: Item = Item { number: "1001", name: "beef noodles", category: "food", price_fen: 34_00, quantity: 2 };
const OOLONG: Item = Item { number: "2001", name: "oolong", category: shop::TEA, price_fen: 16_00, quantity: 2 };

fn main() -> ExitCode {
    match a_day() {
        Ok(result) => {
            println!("\n{result}");
            if result.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("the day could not be told to its end: {error}");
            ExitCode::FAILURE
        }
    }
}

fn a_day() -> Outcome<Reconciliation> {
    let shop = Shop::open()?;
    println!("tillbook: coupons, points and stored value from three remote systems");
    println!(
        "Sandy (cards), Gree (members, coupons, orders) and Freemud (points) are sandboxes at {}.",
        shop.server.url()
    );
    println!("A step is told as: its name, what it is, what the cashier was told, where it stands, figures.");

    let till = Till::open(shop.book(), shop.config()?)?;
    till.start_worker()?;
    meet_the_members(&till, &shop)?;
    let (ticket, sold) = trade_offline(&till, &shop)?;
    drain(&till, &shop)?;
    bring_back(&till, &ticket, &sold)?;

    tell::act(5, "What each remote system has recorded, and what the till's book says");
    tell::ledgers(&shop.server, &reconcile::Names::of(&till)?);
    let result = reconcile::reconcile(&till, &shop.server)?;
    tell::reconciliation(&result);
    tell::line(&format!(
        "The book: {} operations confirmed, {} voided, {} open. The ledgers: {} writes by this till.",
        result.confirmed, result.voided, result.open, result.ledgers
    ));
    Ok(result)
}

fn meet_the_members(till: &Till, shop: &Shop) -> Outcome<()> {
    tell::act(1, "The network is there: a member, and coupons");
    tell::line("Zhou Lan shows her card. Every remote is asked that may know it");
    tell::card(&till.serve_card(ZHOU, SOON)?);

    tell::line("She becomes a member: Gree registers her phone for the card that she has");
    let register = Register::new(shop::ZHOU_PHONE).card(ZHOU).name("Zhou Lan").op_id("register-zhou");
    tell::receipt(&till.register(register)?);
    shop::head_office_gives_coupons(&shop.server)?;
    tell::line("Head office gives her two coupons, the till gives her one for the next visit");
    tell::receipt(&till.give_coupon(GiveCoupon::new(ZHOU, shop::NEXT_VISIT).op_id("gift-zhou"))?);

    tell::line("Her card is read again, so that all of it is known when the network is not there");
    tell::card(&till.serve_card(ZHOU, SOON)?);
    tell::coupons(&till.coupons(ZHOU)?);
    tell::line("Qian Wei, a member for long, shows his card");
    tell::card(&till.serve_card(QIAN, SOON)?);
    tell::coupons(&till.coupons(QIAN)?);

    tell::line("Is the first coupon good for noodles of 34.00? A dry run tells by which rules; nobody is asked");
    let cheap = Ticket { items: vec![Item { quantity: 1, ..NOODLES }], ..zhous_lunch("A-1000", None) };
    tell::validation(&till.validate_coupon(ZHOU, "880001", cheap.total(), &cheap.lines(cheap.total()), false)?);
    Ok(())
}

/// Noodles and tea for two, 100.00, 20.00 of it with points.
fn zhous_lunch(number: &'static str, coupon: Option<&'static str>) -> Ticket {
    Ticket { number, card: ZHOU, items: vec![NOODLES, OOLONG], coupon, points: Points::new(200) }
}

fn trade_offline(till: &Till, shop: &Shop) -> Outcome<(Ticket, Sold)> {
    tell::act(2, "The network is cut: the till decides, within its policy");
    shop.server.cut();
    tell::line("Zhou Lan pays 100.00: a coupon of 10.00, 20.00 with points, the rest from her card");
    let ticket = zhous_lunch("A-1001", Some("880001"));
    let sold = ticket.sell(till).map_err(unsold)?;
    sold.receipts.iter().for_each(tell::receipt);
    tell::note(&format!(
        "{} to pay: {} with points, {} from the card, {} in cash. {} points earned.",
        sold.paid, sold.by_points, sold.by_card, sold.due, sold.earned
    ));
    tell::card(&till.card(ZHOU)?);
    // Each remote is found to be down by its own requests.
    wait_for("the outage to be noticed", || Ok(till.status()?.remotes.iter().all(|remote| remote.link == Link::Down)))?;

    tell::line("She has another coupon for tea: its template is not among those that the policy allows offline");
    let lunch = zhous_lunch("A-1002", None);
    let (total, lines) = (lunch.total(), lunch.lines(lunch.total()));
    match till.redeem_coupon(RedeemCoupon::new(ZHOU, "880002", total).lines(lines).op_id("A-1002-coupon")) {
        Err(error) if error.code() == ErrorCode::Refused => tell::refusal(&error),
        other => return Err(format!("a coupon that is not allowed offline: {other:?}").into()),
    }
    tell::line("She wants a code for the platform's app, which only the platform can make");
    match till.member_code(ZHOU, SOON) {
        Err(error) if error.code() == ErrorCode::Unreachable => tell::refusal(&error),
        other => return Err(format!("a code without a network: {:?}", other.map(|_| ())).into()),
    }
    tell::line("She tries the first coupon once more, for another lunch");
    told_no(zhous_lunch("A-1003", Some("880001")).sell(till))?;

    tell::line("Qian Wei pays 68.00: a coupon of 10.00, 8.00 with points, and there are only 20.00 on his card");
    let items = vec![NOODLES];
    let lunch = Ticket { number: "A-1004", card: QIAN, items, coupon: Some("880003"), points: Points::new(80) };
    told_no(lunch.sell(till))?;
    tell::note("His coupon and his points are his again, and no remote will ever hear of it.");
    tell::note(&format!("{} operations are queued.", till.status()?.queued));
    Ok((ticket, sold))
}

/// Tells of a sale that must not have come about.
fn told_no(sold: Result<Sold, Unsold>) -> Outcome<()> {
    match sold {
        Err(Unsold::Refused { why, taken_back }) => {
            tell::note(&format!("No sale: {why}"));
            taken_back.iter().for_each(tell::receipt);
            Ok(())
        }
        Err(other) => Err(unsold(other).into()),
        Ok(_) => Err("a sale that had to be refused was not".into()),
    }
}

fn unsold(unsold: Unsold) -> String {
    match unsold {
        Unsold::Refused { why, .. } => format!("a sale was refused: {why}"),
        Unsold::Unknown(op_id) => format!("nobody knows about {op_id}"),
        Unsold::Failed(error) => error.to_string(),
    }
}

fn drain(till: &Till, shop: &Shop) -> Outcome<()> {
    tell::act(3, "The network returns, and answers get lost");
    for (endpoint, what) in [
        ("wk.coupon.verification", "the coupon is used: its list shows for which order, so a look tells"),
        ("score/opt/15", "the points are taken: sent again under the same key, which Freemud recognises"),
        ("wk.user.order.add", "the order is recorded: nothing shows it, so it is not sent again; a person looks"),
    ] {
        shop.server.faults().with(|faults| faults.once(endpoint, Fault::ApplyDropAnswer));
        tell::line(&format!("One answer of {endpoint} will be lost"));
        tell::note(what);
    }
    shop.server.restore()?;
    wait_for("the queue to drain", || Ok(till.status()?.queued == 0))?;
    tell::line("The queue is empty. How the ticket stands");
    for step in ["coupon", "points", "card", "order", "earned"] {
        tell::receipt(&till.operation(&format!("A-1001-{step}"))?);
    }

    for waiting in till.waiting()? {
        let receipt = &waiting.receipt;
        let choices: Vec<&str> = waiting.resolutions.iter().map(|resolution| resolution.as_str()).collect();
        tell::line(&format!("{} waits for a person: {}", receipt.op_id, receipt.waits_for.as_deref().unwrap_or("-")));
        tell::note(&format!("To choose from: {}", choices.join(", ")));
        // A person looks at the platform's own pages.
        let orders = shop.server.gree().with(|gree| gree.orders().len());
        let why = "the platform's list of orders shows it";
        if (receipt.op_id.as_str(), orders) != ("A-1001-order", 1) {
            return Err(format!("{} waits, and the platform shows {orders} orders", receipt.op_id).into());
        }
        let resolved = till.resolve(receipt.op_id.as_str(), Resolution::WasApplied, MANAGER, why)?;
        tell::note(&format!("{MANAGER} decides: {}, since {why}", resolved.state));
    }
    wait_for("the queue to drain", || Ok(till.status()?.queued == 0))?;
    acknowledge_all(till)?;
    tell::card(&till.card(ZHOU)?);
    Ok(())
}

fn bring_back(till: &Till, ticket: &Ticket, sold: &Sold) -> Outcome<()> {
    tell::act(4, "One pot of tea comes back");
    let back = ticket.bring_back(till, sold, OOLONG.number, 1)?;
    tell::line(&format!("It was paid with {}, the coupon's share taken off", back.amount));
    tell::note(&format!(
        "{} in cash: Sandy has no refund, and a recharge would bring bonuses. The rest in points.",
        back.cash
    ));
    wait_for("the return to settle", || {
        let settled = |op_id: &tillbook::OpId| Ok(till.operation(op_id.as_str())?.state == State::Settled);
        back.receipts.iter().map(|receipt| settled(&receipt.op_id)).try_fold(true, |all, one| one.map(|one| all && one))
    })?;
    for receipt in &back.receipts {
        tell::receipt(&till.operation(receipt.op_id.as_str())?);
    }
    // What was given or taken at the platform by others is known after the next read.
    for card in [ZHOU, QIAN] {
        tell::card(&till.serve_card(card, SOON)?);
    }
    if back.cash == Money::ZERO {
        return Err("nothing was paid back".into());
    }
    acknowledge_all(till)
}

fn acknowledge_all(till: &Till) -> Outcome<()> {
    for notice in till.notices()? {
        tell::notice(&notice);
        till.acknowledge(notice.notice_no, MANAGER, Some("seen"))?;
    }
    Ok(())
}

fn wait_for(what: &str, mut done: impl FnMut() -> Result<bool, tillbook::Error>) -> Outcome<()> {
    let until = Instant::now() + PATIENCE;
    while !done()? {
        if Instant::now() > until {
            return Err(format!("waited too long for {what}").into());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}
