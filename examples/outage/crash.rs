//! The power failure: a till in a process of its own, killed with requests under way.
//!
//! The example starts itself once more with hidden arguments. That process opens the book and serves guests; what it tells a
//! cashier it prints, a line for each call that has returned. The parent hosts the remote, holds three of its answers back,
//! and kills the process without warning while those requests are certainly under way.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tillbook::{Consume, Link, Money, Receipt, Till};
use tillbook_sandbox::fault::{Fault, OneShot};
use tillbook_sandbox::sandy::LedgerKind;

use crate::shop::{self, Shop, yuan};
use crate::{Outcome, PATIENCE, tell};

/// The hidden argument, followed by the book and the remote's address.
pub const FLAG: &str = "--till-to-be-killed";

/// The card whose payment the remote has taken when the power fails; the guest has been told and is gone.
pub const TAKEN: &str = "M1004";
/// The card whose payment the remote has not looked at yet; the guest has been told and is gone.
const NOT_TAKEN: &str = "M1005";
/// The card whose payment the remote has taken; the guest still stands at the counter and has been told nothing.
const UNANSWERED: &str = "M1006";
/// The card of the sales that go on meanwhile.
const SALES: &str = "M1007";

/// The operations under way at the kill, in the order of the cards above.
pub const IN_FLIGHT: [&str; 3] = ["kill-taken", "kill-not-taken", "kill-untold"];

/// How long those two cashiers wait before they ask the policy.
const COUNTER: Duration = Duration::from_millis(1_500);
/// Far longer than the process lives.
const HELD_MS: u64 = 30_000;
/// The sales after whose answer the power fails, and those after which the process would stop by itself.
const KILL_AFTER: usize = 8;
const SALES_AT_MOST: i64 = 20;

/// What was heard of the killed process.
pub struct Killed {
    /// The operations whose calls had returned.
    pub returned: Vec<String>,
    /// How many of them were the sales right before the end.
    pub sales: usize,
}

/// The process that is killed. It never outlives the example.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only where it has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a till in a process of its own, lets it serve guests, and kills it.
pub fn kill_a_till(shop: &Shop) -> Outcome<Killed> {
    let hold = |card: &str, fault| {
        let one_shot = OneShot { endpoint: "consume".to_owned(), card: Some(card.to_owned()), skip: 0, fault };
        shop.server.faults().with(|faults| faults.add(one_shot));
    };
    hold(TAKEN, Fault::Delay { ms: HELD_MS });
    hold(NOT_TAKEN, Fault::Hold { ms: HELD_MS });
    hold(UNANSWERED, Fault::Delay { ms: HELD_MS });
    let consumes_before = shop.server.requests().count("consume");

    let mut child = Command::new(std::env::current_exe()?)
        .arg(FLAG)
        .arg(shop.book())
        .arg(shop.server.url())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let output = child.stdout.take().ok_or("the till has no output")?;
    let mut process = Process(child);
    tell::line(&format!("The till is process {} now. Three guests pay at once, and sales go on:", process.0.id()));

    let mut killed = Killed { returned: Vec::new(), sales: 0 };
    let mut lines = BufReader::new(output);
    let mut alive = true;
    let mut line = String::new();
    // A last line without its end was never told to anybody.
    while lines.read_line(&mut line)? > 0 && line.ends_with('\n') {
        let (op_id, told) =
            line.trim_end_matches('\n').split_once('\t').ok_or("the till's output is not understood")?;
        killed.returned.push(op_id.to_owned());
        if told.is_empty() {
            killed.sales += 1;
        } else {
            tell::note(told);
        }
        if alive && killed.sales >= KILL_AFTER {
            wait_until_in_flight(shop, consumes_before)?;
            process.0.kill()?;
            process.0.wait()?;
            alive = false;
        }
        line.clear();
    }
    if alive {
        return Err("the till ended before it could be killed".into());
    }
    tell::note(&format!("{:<14} 100.00 on {UNANSWERED}: the guest waits for the answer", IN_FLIGHT[2]));
    tell::note(&format!("{:<14} {:>6} on {SALES}, approved and told", "more sales:", killed.sales));
    tell::line("The process is killed (SIGKILL), and the network is gone again.");
    tell::note(&format!("What no till can know: the remote took the payments of {TAKEN} and {UNANSWERED},"));
    tell::note(&format!("and not that of {NOT_TAKEN}."));
    Ok(killed)
}

/// Waits until the three requests have reached the remote and two of them have taken effect there. None is answered.
fn wait_until_in_flight(shop: &Shop, consumes_before: u64) -> Outcome<()> {
    let taken = |card: &str, sandy: &tillbook_sandbox::sandy::Sandy| {
        sandy.ledger().iter().any(|line| line.kind == LedgerKind::Consume && line.card == card)
    };
    if !shop.server.wait_until(PATIENCE, |sandy| taken(TAKEN, sandy) && taken(UNANSWERED, sandy)) {
        return Err("the remote has not taken the two payments".into());
    }
    let until = Instant::now() + PATIENCE;
    while shop.server.requests().count("consume") < consumes_before + 3 {
        if Instant::now() > until {
            return Err("the third payment has not reached the remote".into());
        }
        thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// The killed process' own part.
pub fn serve(book: &str, url: &str) -> Outcome<()> {
    let mut config = shop::config(url)?;
    // No request may end before the process does.
    config.sandy.as_mut().ok_or("no remote is configured")?.request_timeout_ms = 2 * HELD_MS;
    config.policy.offline_while_healthy = true;
    let till = Till::open(book, config)?;
    // The book remembers that the remote was down. This till has no worker: it sends what a cashier waits for, and the
    // queue stays for later.
    let until = Instant::now() + PATIENCE;
    while till.status()?.link != Link::Up {
        if Instant::now() > until {
            return Err("the remote does not come back".into());
        }
        // Fails as long as it is down, and has it probed.
        let _ = till.pull_catalogue(PATIENCE);
        thread::sleep(Duration::from_millis(5));
    }
    thread::scope(|scope| {
        let counters: Vec<_> = [(IN_FLIGHT[0], TAKEN, "50"), (IN_FLIGHT[1], NOT_TAKEN, "70")]
            .into_iter()
            .map(|(op_id, card, total)| {
                let till = &till;
                scope.spawn(move || {
                    let receipt = till.consume(Consume::new(card, yuan(total)?).op_id(op_id).prefer_online(COUNTER))?;
                    tell_parent(
                        &receipt,
                        &format!("{op_id:<14} {:>6} on {card}: {}", receipt.told.original, said(&receipt)),
                    )
                })
            })
            .collect();
        let untold = scope.spawn(|| {
            let timeout = Duration::from_millis(HELD_MS);
            let receipt =
                till.consume(Consume::new(UNANSWERED, yuan("100")?).op_id(IN_FLIGHT[2]).require_online(timeout))?;
            tell_parent(&receipt, "answered after all")
        });
        for counter in counters {
            counter.join().map_err(|_| "a counter panicked")??;
        }
        for number in 1..=SALES_AT_MOST {
            let total = Money::from_fen(500 + number);
            let receipt = till.consume(Consume::new(SALES, total).op_id(format!("sale-{number}")).offline())?;
            tell_parent(&receipt, "")?;
        }
        untold.join().map_err(|_| "a counter panicked")?
    })
}

fn said(receipt: &Receipt) -> String {
    let promise = receipt.promise.map_or("nothing", tillbook::Promise::as_str);
    format!("no answer within {} ms, {promise}; the guest is gone", COUNTER.as_millis())
}

/// One whole line, or none.
fn tell_parent(receipt: &Receipt, text: &str) -> Outcome<()> {
    let mut output = std::io::stdout().lock();
    output.write_all(format!("{}\t{text}\n", receipt.op_id).as_bytes())?;
    output.flush()?;
    Ok(())
}
