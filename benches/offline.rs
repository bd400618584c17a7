//! An offline consume against hand-written rusqlite that writes the same rows in one commit.
//!
//! `cargo bench --bench offline`, and with `-- --full` more of it. Both sides take turns in the same run, on the same disk,
//! in blocks whose medians are compared. Prints ratios and checks nothing: how fast a machine is, is no test.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, params_from_iter};
use tempfile::TempDir;
use tillbook::{Config, Consume, LevelTerms, Money, Promise, Rate, SandyConfig, Till, TillBuilder};
use tillbook_sandbox::sandy::{NewCard, Settings};
use tillbook_sandbox::server::{self, Server};

/// The tables that an offline consume adds rows to, in the order in which their keys need them.
const TABLES: [&str; 4] = ["operation", "promise", "entry", "notice"];
const CARDS: usize = 50;
/// SQLite's VFS that keeps a database in memory.
const MEMORY: &str = "memdb";

/// How much is measured: a book holds as many open operations as the default policy allows, then comes the next book.
struct Size {
    books: usize,
    blocks: usize,
    block: usize,
}

fn main() {
    let full = std::env::args().any(|argument| argument == "--full");
    let size = Size { books: if full { 40 } else { 8 }, blocks: 10, block: 19 };
    let server = Server::start(server::Config {
        cards: (0..CARDS).map(|n| NewCard::new(&card(n), 2).with_balance(100_000_00, 0)).collect(),
        ..server::Config::default()
    });
    let server = server.unwrap();

    let disk = TempDir::new().unwrap();
    let rows = record(&server, &disk.path().join("recorded.db"), &size);
    println!("{} consumes a book, {} books, {}", rows.len(), size.books, disk.path().display());
    report("offline consume, FULL", "1.15", &size, &measure(&server, &rows, &size, &Place::Disk(disk.path())));
    report("offline consume, in memory", "2", &size, &measure(&server, &rows, &size, &Place::Memory));
    if let Ok(shm) = TempDir::new_in("/dev/shm") {
        report(
            "offline consume, FULL on tmpfs",
            "none",
            &size,
            &measure(&server, &rows, &size, &Place::Disk(shm.path())),
        );
    }
}

fn card(number: usize) -> String {
    format!("M{number:06}")
}

fn config(server: &Server) -> Config {
    let settings = Settings::default();
    let sandy = SandyConfig::new(server.url(), settings.token, settings.restaurant);
    let mut config = Config::new("Noodle House", "Store 1", "Till 1", sandy);
    config.policy.offline_while_healthy = true;
    config.levels = vec![LevelTerms {
        level: "高级会员".into(),
        rate: Rate::new("0.8".parse().unwrap()),
        points_per_yuan: Some(1.into()),
    }];
    config
}

/// A new book that knows the cards.
fn open(server: &Server, book: &Path) -> Till {
    let till = Till::open(book, config(server)).unwrap();
    serve(till)
}

fn serve(till: Till) -> Till {
    for number in 0..CARDS {
        till.serve_card(&card(number), Duration::from_secs(5)).unwrap();
    }
    till
}

fn consume(till: &Till, number: usize) {
    let sale = Consume::new(card(number % CARDS), Money::from_fen(1_00 + number as i64));
    let sale = sale.op_id(format!("sale-{number:06}")).ticket(format!("A-{number:06}")).operator("ann").shift("1");
    let receipt = till.consume(sale.offline()).unwrap();
    assert_eq!(receipt.promise, Some(Promise::OfflineApproved));
}

/// What one consume leaves behind: new rows by table, and the lane's row as it is then, if it changed.
struct Written {
    inserted: Vec<(usize, Vec<Value>)>,
    lane: Option<Vec<Value>>,
}

/// The rows that tillbook writes, call by call.
fn record(server: &Server, book: &Path, size: &Size) -> Vec<Written> {
    let till = open(server, book);
    let reader = Connection::open(book).unwrap();
    let mut lanes = lanes(&reader);
    let mut last = [0; TABLES.len()];
    (0..size.blocks * size.block)
        .map(|number| {
            consume(&till, number);
            let mut inserted = Vec::new();
            for (table, name) in TABLES.iter().enumerate() {
                let sql = format!("SELECT rowid, * FROM {name} WHERE rowid > ?1 ORDER BY rowid");
                for mut row in rows(&reader, &sql, last[table]) {
                    let Value::Integer(key) = row.remove(0) else { unreachable!("a rowid is a number") };
                    last[table] = key;
                    inserted.push((table, row));
                }
            }
            let now = self::lanes(&reader);
            let changed = now.iter().find(|(lane_no, row)| lanes.get(lane_no) != Some(row));
            let lane = changed.map(|(_, row)| row.clone());
            lanes = now;
            Written { inserted, lane }
        })
        .collect()
}

fn lanes(book: &Connection) -> BTreeMap<i64, Vec<Value>> {
    let rows = rows(book, "SELECT lane_no, state, rank, due_at, failures FROM lane WHERE lane_no > ?1", 0);
    let key = |row: &[Value]| if let Value::Integer(key) = row[0] { key } else { unreachable!("a rowid is a number") };
    rows.into_iter().map(|row| (key(&row), row)).collect()
}

fn rows(book: &Connection, sql: &str, after: i64) -> Vec<Vec<Value>> {
    let mut statement = book.prepare_cached(sql).unwrap();
    let columns = statement.column_count();
    let rows = statement.query_map([after], |row| (0..columns).map(|i| row.get(i)).collect()).unwrap();
    rows.map(|row| row.unwrap()).collect()
}

/// Where the books lie.
enum Place<'a> {
    Disk(&'a Path),
    Memory,
}

/// The times of both sides' blocks.
#[derive(Default)]
struct Times {
    tillbook: Vec<Duration>,
    by_hand: Vec<Duration>,
}

fn measure(server: &Server, rows: &[Written], size: &Size, place: &Place<'_>) -> Times {
    let mut times = Times::default();
    let dir = TempDir::new().unwrap();
    let source = dir.path().join("source.db");
    drop(open(server, &source));
    for book in 0..size.books {
        let path = match place {
            Place::Disk(dir) => dir.join(format!("till-{book}.db")),
            // SQLite's own VFS for memory keeps what is under the name; lock and ballast are files beside it.
            Place::Memory => dir.path().join(format!("till-{book}.db")),
        };
        let till = match place {
            Place::Disk(_) => open(server, &path),
            Place::Memory => serve(TillBuilder::new(config(server)).vfs(MEMORY).open(&path).unwrap()),
        };
        let by_hand = ByHand::open(&source, place, book);
        // The first block reads pages and prepares statements.
        for block in 0..size.blocks {
            let numbers = block * size.block..(block + 1) * size.block;
            let began = Instant::now();
            numbers.clone().for_each(|number| consume(&till, number));
            let tillbook = began.elapsed();
            let began = Instant::now();
            numbers.for_each(|number| by_hand.write(&rows[number]));
            if block > 0 {
                times.by_hand.push(began.elapsed());
                times.tillbook.push(tillbook);
            }
        }
        by_hand.assert_complete(rows);
    }
    times
}

/// What a programmer would write who knew all rows beforehand.
struct ByHand {
    conn: Connection,
    insert: Vec<String>,
}

impl ByHand {
    /// A copy of `source`: a book with the same schema, the same cards and no operations.
    fn open(source: &Path, place: &Place<'_>, number: usize) -> ByHand {
        let conn = match place {
            Place::Memory => {
                let conn =
                    Connection::open_with_flags_and_vfs(format!("/by-hand-{number}"), OpenFlags::default(), MEMORY);
                let conn = conn.unwrap();
                copy_into(&conn, source);
                conn
            }
            Place::Disk(dir) => {
                let path = dir.join(format!("by-hand-{number}.db"));
                std::fs::copy(source, &path).unwrap();
                Connection::open(path).unwrap()
            }
        };
        conn.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;
             PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;",
        )
        .unwrap();
        let insert = TABLES
            .iter()
            .map(|table| {
                let columns = conn.prepare(&format!("SELECT * FROM {table}")).unwrap().column_count();
                format!("INSERT INTO {table} VALUES ({})", vec!["?"; columns].join(", "))
            })
            .collect();
        ByHand { conn, insert }
    }

    fn write(&self, written: &Written) {
        self.conn.prepare_cached("BEGIN IMMEDIATE").unwrap().execute([]).unwrap();
        for (table, row) in &written.inserted {
            self.conn.prepare_cached(&self.insert[*table]).unwrap().execute(params_from_iter(row)).unwrap();
        }
        if let Some(lane) = &written.lane {
            let update = "UPDATE lane SET state = ?2, rank = ?3, due_at = ?4, failures = ?5 WHERE lane_no = ?1";
            self.conn.prepare_cached(update).unwrap().execute(params_from_iter(lane)).unwrap();
        }
        self.conn.prepare_cached("COMMIT").unwrap().execute([]).unwrap();
    }

    fn assert_complete(&self, rows: &[Written]) {
        let count = |table: &str| -> usize {
            self.conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0)).unwrap()
                as usize
        };
        assert_eq!((count("operation"), count("promise"), count("entry")), (rows.len(), rows.len(), rows.len()));
    }
}

/// Schema and rows of a book, into a database in memory.
fn copy_into(conn: &Connection, source: &Path) {
    // A table may refer to one that comes later.
    conn.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    // Attached by the VFS for files; without a word on it the connection's own would look for it in memory.
    conn.execute("ATTACH ?1 AS source", [format!("file:{}?vfs=unix&mode=ro", source.display())]).unwrap();
    let objects = |kind: &str| -> Vec<(String, String)> {
        let sql = "SELECT name, sql FROM source.sqlite_schema WHERE sql IS NOT NULL AND type IN (?1, ?2)";
        let (first, second) = if kind == "table" { ("table", "table") } else { ("index", "trigger") };
        let mut statement = conn.prepare(sql).unwrap();
        let rows = statement.query_map([first, second], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(|row| row.unwrap()).collect()
    };
    for (name, sql) in objects("table").into_iter().filter(|(name, _)| !name.starts_with("sqlite_")) {
        conn.execute_batch(&sql).unwrap();
        conn.execute_batch(&format!("INSERT INTO main.{name} SELECT * FROM source.{name}")).unwrap();
    }
    for (_, sql) in objects("index") {
        conn.execute_batch(&sql).unwrap();
    }
    conn.execute_batch("DETACH source").unwrap();
}

fn report(what: &str, budget: &str, size: &Size, times: &Times) {
    let (tillbook, by_hand) = (median(&times.tillbook), median(&times.by_hand));
    let hundredths = tillbook.as_nanos() * 100 / by_hand.as_nanos().max(1);
    let each = |block: Duration| block.as_micros() / size.block as u128;
    println!(
        "{what}: ratio {}.{:02} (budget {budget}); {} µs against {} µs",
        hundredths / 100,
        hundredths % 100,
        each(tillbook),
        each(by_hand)
    );
}

fn median(times: &[Duration]) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    sorted[sorted.len() / 2]
}
