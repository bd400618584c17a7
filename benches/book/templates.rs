//! What the library itself writes for a card and for an operation of each kind: the rows that a large book is made of.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::types::Value;
use tillbook::{Config, Consume, LevelTerms, Modify, Money, Rate, Recharge, RedeemPoints, SandyConfig, State, Till};
use tillbook_sandbox::sandy::{NewCard, Settings};
use tillbook_sandbox::server::{self, Server};

use crate::fill;
use crate::people::person;

const SOON: Duration = Duration::from_secs(5);
/// Cards that the library finds by the same texts as the generator.
const SAMPLE: usize = 40;

/// A row by its columns.
pub type Row = Vec<(String, Value)>;

/// One operation's rows.
pub struct Template {
    pub kind: &'static str,
    pub operation: Row,
    pub promise: Row,
    pub entry: Row,
    pub confirmation: Option<Row>,
}

pub struct Templates {
    pub card: Row,
    pub account: Row,
    pub lane: Row,
    pub operations: Vec<Template>,
}

impl Templates {
    /// Trades a little and takes down what it left.
    pub fn record(dir: &Path) -> Templates {
        let cards: Vec<NewCard> = (1..=SAMPLE)
            .map(|card| {
                let person = person(card);
                NewCard::new(&person.number, 2).with_holder(&person.name, &person.phone, None).with_balance(500_00, 900)
            })
            .collect();
        let server = Server::start(server::Config { cards, ..server::Config::default() }).unwrap();
        let book = dir.join("templates.db");
        let till = Till::open(&book, config(&server)).unwrap();
        till.pull_catalogue(SOON).unwrap();
        for card in 1..=SAMPLE {
            till.serve_card(&person(card).number, SOON).unwrap();
        }
        let first = person(2).number;
        let yuan = Money::from_fen;
        let receipts = [
            till.consume(
                Consume::new(&first, yuan(66_00)).ticket("A-0000001").operator("ann").shift("1").require_online(SOON),
            ),
            till.recharge(
                Recharge::new(&first, yuan(200_00), 1)
                    .ticket("A-0000002")
                    .operator("ann")
                    .shift("1")
                    .require_online(SOON),
            ),
            till.redeem_points(
                RedeemPoints::new(&first, tillbook::Points::new(7))
                    .ticket("A-0000003")
                    .operator("ann")
                    .require_online(SOON),
            ),
            till.modify(Modify::new(&first).name("王小明").require_online(SOON)),
        ];
        let mut operations: Vec<String> =
            receipts.into_iter().map(|receipt| receipt.unwrap().op_id.to_string()).collect();
        for _ in 0..50 {
            till.sync(Duration::from_millis(200)).unwrap();
            if operations.iter().all(|op_id| till.operation(op_id).unwrap().state == State::Settled) {
                break;
            }
        }
        let voided =
            till.consume(Consume::new(&first, yuan(5_00)).ticket("A-0000004").operator("ann").shift("1").offline());
        let voided = voided.unwrap().op_id.to_string();
        till.void(&voided).unwrap();
        operations.push(voided);
        till.close(SOON);
        let conn = Connection::open(&book).unwrap();
        assert_same_tails(&conn);
        let one = |table: &str, key: &str, value: &Value| row(&conn, table, key, value).unwrap();
        let card = one("card", "number", &Value::Text(first));
        let card_no = get(&card, "card_no");
        let account = one("account", "card_no", &card_no);
        let lane = one("lane", "lane_no", &get(&account, "account_no"));
        let kinds = ["consume", "recharge", "redeem_points", "modify", "void"];
        let templates = kinds.into_iter().zip(&operations).map(|(kind, op_id)| {
            let operation = one("operation", "op_id", &Value::Text(op_id.clone()));
            let op_no = get(&operation, "op_no");
            Template {
                kind,
                promise: one("promise", "op_no", &op_no),
                // Of the two of a voided sale the later one.
                entry: row(&conn, "entry", "op_no", &op_no).unwrap(),
                confirmation: row(&conn, "confirmation", "op_no", &op_no),
                operation,
            }
        });
        Templates { operations: templates.collect(), card, account, lane }
    }

    pub fn of(&self, kind: &str) -> &Template {
        self.operations.iter().find(|template| template.kind == kind).unwrap()
    }
}

fn config(server: &Server) -> Config {
    let settings = Settings::default();
    let sandy = SandyConfig::new(server.url(), settings.token, settings.restaurant);
    let mut config = Config::new("Noodle House", "Store 1", "Till 1", sandy);
    config.policy.offline_while_healthy = true;
    let rate = Rate::new("0.8".parse().unwrap());
    config.levels = vec![LevelTerms { level: "高级会员".into(), rate, points_per_yuan: Some(1.into()) }];
    config
}

/// The last row that has this value.
fn row(conn: &Connection, table: &str, key: &str, value: &Value) -> Option<Row> {
    let mut statement =
        conn.prepare(&format!("SELECT * FROM {table} WHERE {key} = ?1 ORDER BY 1 DESC LIMIT 1")).unwrap();
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut rows = statement.query([value]).unwrap();
    let row = rows.next().unwrap()?;
    Some(names.into_iter().enumerate().map(|(place, name)| (name, row.get(place).unwrap())).collect())
}

pub fn get(row: &Row, column: &str) -> Value {
    row.iter().find(|(name, _)| name == column).unwrap().1.clone()
}

/// The generator's rule of what a card is found by is the library's.
fn assert_same_tails(conn: &Connection) {
    let mut by_library: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut statement =
        conn.prepare("SELECT c.number, t.tail FROM tail t JOIN card c ON c.card_no = t.card_no").unwrap();
    let mut rows = statement.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        by_library.entry(row.get(0).unwrap()).or_default().insert(row.get(1).unwrap());
    }
    // The second card's name was changed.
    for card in (1..=SAMPLE).filter(|card| *card != 2) {
        let person = person(card);
        let tails: BTreeSet<String> = fill::tails(&person).into_iter().collect();
        assert_eq!(by_library.get(&person.number), Some(&tails), "{}", person.number);
    }
}
