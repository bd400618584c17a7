//! What a commit costs and what it is worth: fsyncs counted, disks full, I/O errors at every call, power cut at every call.
#![allow(clippy::unwrap_used, clippy::print_stdout, unreachable_pub)]

#[path = "../common/mod.rs"]
mod common;
mod counts;
mod cuts;
mod errors;
mod full;
mod keeping;
mod power;
#[path = "../common/street.rs"]
mod street;
mod sweep;
mod workload;

use std::path::{Path, PathBuf};
use std::time::Duration;

use common::{Shop, drain, yuan};
use tempfile::TempDir;
use tillbook::{Balances, Config, Consume, ErrorCode, Money, Promise, Receipt, Result, State, Till, TillBuilder};
use tillbook_sandbox::sandy::{NewCard, Settings};
use tillbook_sandbox::server::{self, Server};
use tillbook_testvfs::TestVfs;

/// How long an online call waits here. Whether the answer comes in time decides nothing that is checked.
const WAIT: Duration = Duration::from_millis(200);

/// The card of these tests: no discount, so that what is sent is the same online and offline.
const CARD: &str = "R1";

/// A shop whose member is rich, with a policy that never is in the way.
fn shop() -> Shop {
    let card = NewCard::new(CARD, 1).with_holder("Ms Zhao", "13800000009", None).with_balance(100_000_00, 100_000);
    let config = server::Config { settings: Settings::default(), cards: vec![card], ..server::Config::default() };
    Shop { server: Server::start(config).unwrap(), dir: TempDir::new().unwrap() }
}

fn config(shop: &Shop) -> Config {
    let mut config = shop.config();
    config.policy.offline_while_healthy = true;
    config.policy.card_limit = yuan("90000");
    config.policy.outage_limit = yuan("90000");
    config.policy.outage_operations = 100_000;
    config.policy.outage_recharges = 100_000;
    config.policy.outage_recharge_money = yuan("100000000");
    config.policy.outage_new_cards = 100_000;
    // Whatever reached the sandbox is done when its answer comes or the connection ends.
    config.sandy.as_mut().unwrap().quiet_period_ms = 10;
    config
}

fn open(shop: &Shop, vfs: TestVfs, book: &Path) -> Till {
    TillBuilder::new(config(shop)).vfs(vfs.name()).open(book).unwrap()
}

/// A till of a fresh book that has served the card.
fn fresh(shop: &Shop, vfs: TestVfs) -> (Till, PathBuf) {
    let book = shop.book();
    let till = open(shop, vfs, &book);
    till.serve_card(CARD, common::SOON).unwrap();
    (till, book)
}

/// Consumes of one fen more each time, so that each is told apart in the ledger.
struct Sales {
    next_fen: i64,
}

/// One of them: its name, what it takes, and what the call said.
struct Sale {
    op_id: String,
    amount: Money,
    said: Result<Receipt>,
}

impl Sales {
    fn new() -> Sales {
        Sales { next_fen: 1_01 }
    }

    fn make(&mut self, till: &Till, delivery: impl FnOnce(Consume) -> Consume) -> Sale {
        let amount = Money::from_fen(self.next_fen);
        self.next_fen += 1;
        let op_id = format!("sale-{}", amount.fen());
        let said = till.consume(delivery(Consume::new(CARD, amount)).op_id(&op_id));
        Sale { op_id, amount, said }
    }
}

impl Sale {
    /// In the book as it was told, or unknown to a book whose call had failed.
    fn assert_kept(&self, till: &Till, case: &str) {
        match (&self.said, till.operation(&self.op_id)) {
            (Ok(said), Ok(now)) => {
                assert_eq!((now.promise, now.told), (said.promise, said.told), "{case}: {}", self.op_id);
            }
            (Ok(said), Err(error)) => panic!("{case}: {} was {:?} and is gone: {error}", self.op_id, said.promise),
            (Err(_), Ok(_)) => {}
            (Err(_), Err(error)) => assert_eq!(error.code(), ErrorCode::NotFound, "{case}"),
        }
    }

    /// In the remote's ledger exactly as often as the book says: once, or not at all.
    fn assert_settled(&self, shop: &Shop, till: &Till, case: &str) {
        self.assert_kept(till, case);
        let times = shop.applied().iter().filter(|(_, _, sent)| *sent == self.amount.fen()).count();
        let expected = match till.operation(&self.op_id) {
            Err(_) => 0,
            Ok(receipt) => match receipt.state {
                State::Settled => 1,
                State::Voided | State::Declined => {
                    assert_ne!(receipt.promise, Some(Promise::OfflineApproved), "{case}");
                    assert_ne!(receipt.promise, Some(Promise::OnlineApproved), "{case}");
                    0
                }
                state => panic!("{case}: {} is {state}: {:?}", self.op_id, receipt.waits_for),
            },
        };
        assert_eq!(times, expected, "{case}: {} in the remote's ledger", self.op_id);
    }
}

fn balances(till: &Till) -> Balances {
    till.card(CARD).unwrap().balances
}

/// Brings everything to its end and checks that both sides agree about all of it.
fn assert_all_agree(shop: &Shop, till: &Till, sales: &[&Sale], case: &str) {
    drain(till);
    for sale in sales {
        sale.assert_settled(shop, till, case);
    }
    common::assert_agrees(shop, till, CARD);
}
