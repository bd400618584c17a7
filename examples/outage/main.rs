//! A shop's day with an outage in it, told on the terminal: `cargo run --release --example outage`.
//!
//! A sandbox of the remote system and a till share this machine and nothing else: they talk HTTP over a loopback port. At
//! the end the remote's own ledger is compared with the till's book, operation by operation; the last line is the result,
//! and the exit code is not zero if it is not clean.
#![allow(clippy::print_stdout, clippy::print_stderr, unreachable_pub)]

mod crash;
mod reconcile;
mod shop;
mod tell;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tillbook::{
    Consume, ErrorCode, Evidence, Link, Modify, Money, NoticeKind, OpenCard, Points, Receipt, Recharge, RedeemPoints,
    Request, Resolution, State, Till,
};
use tillbook_sandbox::fault::{Fault, OneShot};

use reconcile::Reconciliation;
use shop::{CASH, RUSH, Shop, yuan};

/// What everything here returns.
type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// How long anything may take that depends on the remote. Never waited out when all is well.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long the cashier waits where a sale needs the remote's own yes.
const SOON: Duration = Duration::from_secs(2);

/// How late the remote answers while the queue drains, so that there is something to see.
const DRAIN_DELAY_MS: u64 = 100;

/// Who decides what a till must not.
const MANAGER: &str = "Chen (manager)";

/// Sales while the network is down, on as many cards as [`RUSH`] has.
const RUSH_SALES: usize = 120;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let told = match arguments.as_slice() {
        [flag, book, url] if flag == crash::FLAG => crash::serve(book, url).map(|()| true),
        [] => a_day().map(|result| {
            println!("{result}");
            result.is_clean()
        }),
        _ => Err("this example takes no arguments".into()),
    };
    match told {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("the day could not be told to its end: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The day. `returned` collects the operations whose calls returned, in whatever process that was.
struct Day {
    shop: Shop,
    returned: Vec<String>,
}

fn a_day() -> Outcome<Reconciliation> {
    let began = Instant::now();
    let mut day = Day { shop: Shop::open()?, returned: Vec::new() };
    println!("tillbook: a shop's day with an outage in it");
    println!("The remote is a sandbox at {}, the till's book a new file.", day.shop.server.url());
    println!("Below what a guest wants stand");
    println!("  till       what it promises, where the operation stands, and the figures;");
    println!("  cashier    what may be said to the guest;");
    println!("  the card   money and points, each as confirmed / expected / available:");
    println!("    confirmed  what the remote last said, and when;");
    println!("    expected   that, with everything done here which the remote has not confirmed;");
    println!("    available  what the till would let the member spend now.");

    let till = Till::open(day.shop.book(), day.shop.config()?)?;
    till.start_worker()?;
    day.trade_online(&till)?;
    day.lose_answers(&till)?;
    day.trade_offline(&till)?;
    till.close(Duration::from_secs(1));
    let till = day.lose_power()?;
    day.drain(&till)?;
    day.let_people_decide(&till)?;
    let result = day.reconcile(&till)?;
    println!("The day took {:.1?}.\n", began.elapsed());
    Ok(result)
}

impl Day {
    fn trade_online(&mut self, till: &Till) -> Outcome<()> {
        tell::act(1, "The network is there: the remote decides");
        for card in shop::seeded_cards() {
            till.serve_card(&card.number, SOON)?;
        }
        let open = OpenCard::new("M2001", "Member").name("Tang Min").phone("13800002001");
        self.call(till, "Tang Min opens a card", open)?;
        let recharge = Recharge::new("M2001", yuan("500")?, CASH);
        self.call(till, "and pays 500.00 in: 10 % on top, and 100.00 more from 500.00 on", recharge)?;
        self.call(
            till,
            "Li Na pays 100.00 with her Gold card, 60.00 of it discountable",
            Consume::new("M1001", yuan("100")?).discountable(yuan("60")?),
        )?;
        self.call(till, "and takes a cake for 50 points", RedeemPoints::new("M1001", Points::new(50)))?;
        let modify = Modify::new("M1001").phone("13900001001");
        self.call(till, "and has a new phone number", modify)?;
        Ok(())
    }

    fn lose_answers(&mut self, till: &Till) -> Outcome<()> {
        tell::act(2, "Answers get lost: the remote has done it, and the till does not hear so");
        let lost = |card: &str, endpoint: &str, skip, fault| OneShot {
            endpoint: endpoint.to_owned(),
            card: Some(card.to_owned()),
            skip,
            fault,
        };
        let lost_answer = lost("M1001", "consume", 0, Fault::ApplyDropAnswer);
        self.shop.server.faults().with(|faults| faults.add(lost_answer));
        self.call(till, "The answer to Li Na's next payment is lost", Consume::new("M1001", yuan("40")?))?;
        tell::note("Not sent again: the till looked into the card's history, and the payment was there.");

        self.shop.server.faults().with(|faults| {
            faults.add(lost("M2001", "consume", 0, Fault::ApplyDropAnswer));
            // The first look reads the figures before the payment, the second looks for it.
            faults.add(lost("M2001", "getcardinfo", 1, Fault::DropRequest));
        });
        let consume = || {
            let reason = "private room, needs the remote's yes";
            yuan("66").map(|total| Consume::new("M2001", total).reason(reason).op_id("room-2").require_online(SOON))
        };
        self.call(
            till,
            "Tang Min pays 66.00; the answer is lost, and the line drops before the till can look",
            consume()?,
        )?;
        self.wait_for("the probe", || Ok(till.operation("room-2")?.state == State::Settled))?;
        let found = self.call(till, "A moment later the cashier asks again, by the same op_id", consume()?)?;
        if let Some(Evidence::Inferred) = found.and_then(|receipt| receipt.evidence) {
            tell::note("Found. Evidence: inferred, since the same sale at another till would look the same.");
        }
        tell::note("What was said once is never rewritten. Instead somebody is told:");
        self.acknowledge_all(till, "goods handed over, the guest had waited")
    }

    fn trade_offline(&mut self, till: &Till) -> Outcome<()> {
        tell::act(3, "The network is cut: the till decides, within its policy");
        self.shop.server.cut();
        let first = Consume::new("M1001", yuan("80")?);
        self.call(till, "Li Na pays 80.00. The same call as before, and no waiting", first)?;
        self.wait_for("the outage to be noticed", || Ok(till.status()?.link == Link::Down))?;

        self.call(till, "Li Na wants to pay 300.00", Consume::new("M1001", yuan("300")?))?;
        let policy = till.policy()?.policy;
        tell::note(&format!("The policy: {} an operation, {} a card,", policy.floor_limit, policy.card_limit));
        tell::note(&format!("{} and {} operations an outage.", policy.outage_limit, policy.outage_operations));
        tell::note(&format!("Headroom of M1001 now: {}.", till.headroom(Some("M1001"))?));
        let room = Consume::new("M2001", yuan("120")?).require_online(SOON);
        self.call(till, "Tang Min wants the private room again, which needs the remote's yes", room)?;
        let partial = Consume::new("M1002", yuan("48")?).partial(true);
        self.call(till, "Wang Fang has less on her card than her lunch costs", partial)?;

        let recharge = Recharge::new("M1002", yuan("200")?, CASH);
        self.call(till, "so she pays 200.00 in afterwards", recharge)?;
        tell::note("The bonus is expected, but not available before the remote has confirmed it.");
        let mistake = Recharge::new("M1002", yuan("2000")?, CASH).op_id("slip-of-a-finger");
        self.call(till, "and the cashier keys in 2000.00 once more, by mistake", mistake)?;
        let voided = till.void("slip-of-a-finger")?;
        tell::note(&format!("The cashier voids it: now {}. The remote will never hear of it.", voided.state));

        let open = OpenCard::new("M2002", "Member").name("Sun Hao").phone("13800002002");
        self.call(till, "Sun Hao opens a card", open)?;
        self.call(till, "pays 150.00 in", Recharge::new("M2002", yuan("150")?, CASH).op_id("sun-recharge"))?;
        tell::note("Which bonus a card gets, the remote tells for cards that it knows: none is told here.");
        self.call(till, "and has lunch with it at once", Consume::new("M2002", yuan("35.50")?))?;

        let now_s = self.shop.server.now_s();
        let withdrawn = self.shop.server.sandy().with(|sandy| sandy.office(now_s, "Ms Sun").withdraw("M1003", 90_00));
        withdrawn.map_err(|refusal| format!("the back office can't pay out: {refusal}"))?;
        tell::line("Meanwhile the back office pays Zhao Lei 90.00 of the 100.00 on his card. The till can't know.");
        self.call(till, "Zhao Lei pays 60.00", Consume::new("M1003", yuan("60")?).op_id("zhao-lunch"))?;
        self.rush(till)
    }

    /// Lunch: many sales, each with an amount of its own, since nothing else on the wire tells two of a card apart.
    fn rush(&mut self, till: &Till) -> Outcome<()> {
        let began = Instant::now();
        let mut taken = Money::ZERO;
        for (number, card) in (0_i64..).zip(RUSH.iter().cycle().take(RUSH_SALES)) {
            let receipt = till.consume(Consume::new(*card, Money::from_fen(12_00 + 13 * number)))?;
            if !receipt.is_approved() {
                return Err(format!("a sale of the rush was not approved: {:?}", receipt.promise).into());
            }
            taken = taken.plus(receipt.told.from_card);
            self.returned.push(receipt.op_id.to_string());
        }
        let each = began.elapsed() / u32::try_from(RUSH_SALES)?;
        tell::line(&format!("Lunch: {RUSH_SALES} more sales on {} cards, {taken} in all.", RUSH.len()));
        tell::note(&format!("Each was decided, written and synced to disk before its call returned: {each:.1?} each."));
        let (status, headroom) = (till.status()?, till.headroom(None)?);
        tell::note(&format!("{} operations are queued. Headroom of the till: {headroom}.", status.queued));
        Ok(())
    }

    fn lose_power(&mut self) -> Outcome<Till> {
        tell::act(4, "The network is back for a moment, and then the power fails");
        self.shop.server.restore()?;
        let killed = crash::kill_a_till(&self.shop)?;
        self.shop.server.cut();
        self.returned.extend(killed.returned);
        tell::line("A new process opens the book and recovers:");

        let till = Till::open(self.shop.book(), self.shop.config()?)?;
        let mut in_the_book = 0;
        for op_id in &self.returned {
            in_the_book += usize::from(till.operation(op_id).is_ok());
        }
        tell::note(&format!("Operations that a cashier was answered about so far: {}.", self.returned.len()));
        tell::note(&format!("Those of them that are in the book: {in_the_book}."));
        for op_id in crash::IN_FLIGHT {
            tell::standing(&till.operation(op_id)?);
        }
        tell::note("In doubt: sent, outcome unknown. What is in doubt is looked for, and not simply sent again.");
        self.call(&till, "He Jun comes back for a coffee", Consume::new(crash::TAKEN, yuan("18")?))?;
        tell::note("It waits in line behind the payment that is in doubt.");
        Ok(till)
    }

    fn drain(&mut self, till: &Till) -> Outcome<()> {
        tell::act(5, "The network returns: the queue drains");
        tell::note("What is in doubt is looked for first. To find that it is not there takes two looks,");
        tell::note(&format!("a quiet period apart: {} ms here, 2 minutes by default.", shop::QUIET_PERIOD_MS));
        tell::note(&format!("The remote takes {DRAIN_DELAY_MS} ms for each answer."));
        self.shop.server.set_delay_ms(DRAIN_DELAY_MS);
        self.shop.server.restore()?;
        let began = Instant::now();
        till.start_worker()?;
        let total = till.status()?.total;
        // Hides itself where there is no terminal.
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stdout());
        bar.set_style(ProgressStyle::with_template("  [{bar:50}] {pos}/{len} operations")?.progress_chars("=> "));
        let mut told_quarters = 0;
        self.wait_for("the queue to drain", || {
            let status = till.status()?;
            if status.queued == 0 {
                return Ok(true);
            }
            bar.set_length(status.total);
            bar.set_position(status.done);
            let quarters = status.done * 4 / status.total.max(1);
            if bar.is_hidden() && quarters > told_quarters {
                told_quarters = quarters;
                tell::note(&format!("{} of {} operations", status.done, status.total));
            }
            Ok(false)
        })?;
        bar.finish_and_clear();
        self.shop.server.set_delay_ms(0);
        tell::line(&format!("The queue of {total} is empty after {:.1?}.", began.elapsed()));
        let most = self.shop.server.requests().most_writes_at_once();
        tell::note(&format!(
            "In order on each card, cards in parallel: at most {most} write at once for any one card."
        ));
        tell::line("What became of the three that were under way when the power failed:");
        for op_id in crash::IN_FLIGHT {
            tell::standing(&till.operation(op_id)?);
        }
        tell::note("The one that was not there was sent again. The two that were there were not.");
        Ok(())
    }

    fn let_people_decide(&mut self, till: &Till) -> Outcome<()> {
        tell::act(6, "What a till must not decide: people do");
        for waiting in till.waiting()? {
            let receipt = &waiting.receipt;
            let choices: Vec<&str> = waiting.resolutions.iter().map(|resolution| resolution.as_str()).collect();
            tell::line(&format!("{} {} on {} waits for a person:", receipt.kind, receipt.op_id, receipt.card));
            tell::standing(receipt);
            let words = receipt.waits_for.as_deref().unwrap_or("nothing");
            tell::note(&format!("The remote's own words: {words} (error code 4: not enough on the card)"));
            let card = till.card(receipt.card.as_str())?;
            let exception = card.exception.as_deref().unwrap_or("no");
            tell::note(&format!("Owed: {}. On this till's exception list: {exception}", card.owed));
            tell::note(&format!("To choose from: {}", choices.join(", ")));
            let why = "paid out by the back office meanwhile; he pays in cash tomorrow";
            let resolved = till.resolve(receipt.op_id.as_str(), Resolution::WriteOff, MANAGER, why)?;
            till.set_exception(receipt.card.as_str(), None)?;
            tell::note(&format!("{MANAGER} decides: {}, since it was", resolved.state));
            tell::note(why);
        }
        self.acknowledge_all(till, "goods not handed over, money given back in cash")
    }

    fn reconcile(&mut self, till: &Till) -> Outcome<Reconciliation> {
        tell::act(7, "The till's book against the remote's own ledger");
        let result = reconcile::reconcile(till, &self.shop.server, &self.returned)?;
        println!("{}", tell::table(&result));
        let standing = &result.standing;
        println!();
        tell::line(&format!(
            "The book: {} confirmed (of which {} were found by a look), {} written off, {} voided, {} open.",
            standing.confirmed, standing.found, standing.written_off, standing.voided, standing.open
        ));
        tell::line(&format!("The remote's ledger: {} writes by this till.", result.ledger));
        Ok(result)
    }

    /// Makes a call and tells what came of it. `None`: the till refused, and nothing was written.
    fn call(
        &mut self,
        till: &Till,
        what: &str,
        request: impl Into<Request>,
    ) -> Result<Option<Receipt>, tillbook::Error> {
        tell::line(what);
        match till.call(request) {
            Ok(receipt) => {
                self.returned.push(receipt.op_id.to_string());
                tell::receipt(&receipt);
                Ok(Some(receipt))
            }
            Err(error) if matches!(error.code(), ErrorCode::Refused | ErrorCode::Unreachable | ErrorCode::LaneHeld) => {
                tell::refusal(&error);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Tells every notification and acknowledges it. `goods`: what became of those that nobody was promised.
    fn acknowledge_all(&self, till: &Till, goods: &str) -> Outcome<()> {
        for notice in till.notices()? {
            tell::notice(&notice);
            let note = match notice.kind {
                NoticeKind::ChargedWithoutSale => goods,
                NoticeKind::Variance => "fine: the bonus that was not known here",
                _ => "seen",
            };
            till.acknowledge(notice.notice_no, MANAGER, Some(note))?;
            tell::note(&format!("{MANAGER} acknowledges: {note}"));
        }
        Ok(())
    }

    fn wait_for(&self, what: &str, mut done: impl FnMut() -> Result<bool, tillbook::Error>) -> Outcome<()> {
        let until = Instant::now() + PATIENCE;
        while !done()? {
            if Instant::now() > until {
                return Err(format!("waited too long for {what}").into());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}
