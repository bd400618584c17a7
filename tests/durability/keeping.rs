//! A play of all that is done with a book besides trading: backups beside the till, keeping house, forgetting, closing days, what
//! people decide. What each of them promised is a [`Held`] from then on, whenever the power goes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use tillbook::{
    BackupOptions, Book, CardNumbers, CheckOptions, Config, Consume, Modify, OpenCard, Recharge, Resolution, Result,
    Retarget, Retention, SearchQuery, Till,
};
use tillbook_sandbox::sandy::NewCard;

use crate::common::yuan;
use crate::street::{ALL, sandy, shop};
use crate::workload::{Promised, Stage, Step, again, drive, generous, local, wide};

const NAME: &str = "欧阳忘川";
const PHONE: &str = "13811117777";

const DAY: Duration = Duration::from_secs(86_400);

pub fn config() -> Config {
    let mut config = generous(shop(sandy()));
    config.policy.floor_limit = yuan("100");
    config.policy.hard_floor_limit = Some(yuan("300"));
    config.card_numbers = Some(CardNumbers { prefix: "K".into(), first: 1, last: 99, width: None });
    config.retention = Retention { raw_days: 3, archive_after_days: Some(5), archive_folder: None };
    config
}

/// Looks at a book and the folder that it lies in, and tells what is wrong.
type Look = dyn Fn(&Till, &Path) -> Option<String> + Send + Sync;

/// What has to be true of a book, and of what lies in its folder, whatever happens from then on.
#[derive(Clone)]
pub struct Held {
    what: &'static str,
    holds: Arc<Look>,
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.what)
    }
}

impl Held {
    fn new(what: &'static str, holds: impl Fn(&Till, &Path) -> Option<String> + Send + Sync + 'static) -> Held {
        Held { what, holds: Arc::new(holds) }
    }

    pub fn assert(&self, till: &Till, folder: &Path, case: &str) {
        if let Some(wrong) = (self.holds)(till, folder) {
            panic!("{case}: {}: {wrong}", self.what);
        }
    }
}

/// Two that ought to be the same.
fn differ<T: PartialEq + std::fmt::Debug>(now: T, then: &T) -> Option<String> {
    (now != *then).then(|| format!("{now:?} and not {then:?}"))
}

impl Stage {
    /// Whatever happens from here on: this holds.
    fn hold(&self, held: Held) {
        self.told.lock().unwrap().push(Promised::Held(held));
    }

    fn folder(&self) -> PathBuf {
        self.street.dir.path().to_owned()
    }

    /// A backup under this name, beside the book. There is one of the name or there is none, and it is whole.
    fn back_up(&self, name: &'static str) -> Result<()> {
        let path = self.folder().join(name);
        let done = self.till.backup(&path, BackupOptions::new().overwrite(path.exists()));
        let parts = files(&self.folder()).into_iter().filter(|name| name.contains(".part-"));
        assert_eq!(parts.collect::<Vec<_>>(), Vec::<String>::new(), "left behind");
        let report = done?;
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(report.bytes, bytes.len() as u64);
        let operations: Vec<String> = self.told.lock().unwrap().iter().filter_map(Promised::op_id).collect();
        // What was looked at once needs no second look: only that it has stayed.
        let seen: Mutex<Option<Vec<u8>>> = Mutex::new(None);
        self.hold(Held::new("a backup is whole", move |_, folder| {
            let path = folder.join(name);
            let Ok(bytes) = std::fs::read(&path) else { return Some("it is gone".into()) };
            let mut seen = seen.lock().unwrap();
            if seen.as_ref() != Some(&bytes) {
                let book = Book::open(&path).unwrap();
                let report = book.check(&CheckOptions::default()).unwrap();
                if !report.is_clean() {
                    return Some(format!("{:?}", report.findings));
                }
                if let Some(gone) = operations.iter().find(|op_id| book.operation(op_id).is_err()) {
                    return Some(format!("{gone} is not in it"));
                }
                *seen = Some(bytes);
            }
            None
        }));
        Ok(())
    }

    /// Keeps house. Whatever becomes of it no detail is in neither file; once it is done none of what went is in both.
    fn keep_house(&self, at_least: u64) -> Result<()> {
        let before = Details::of(&self.folder());
        let all = before.all();
        self.hold(Held::new("no detail is lost", move |_, folder| {
            let now = Details::of(folder).all();
            let lost: Vec<_> = all.difference(&now).collect();
            (!lost.is_empty()).then(|| format!("{lost:?}"))
        }));
        while self.till.keep_house(ALL)?.more {}
        let after = Details::of(&self.folder());
        assert!(after.archived.len() as u64 >= at_least, "{after:?}");
        assert_eq!(after.all(), before.all());
        let archived = after.archived;
        self.hold(Held::new("what went into the archive is there alone", move |_, folder| {
            let now = Details::of(folder);
            let twice: Vec<_> = archived.intersection(&now.in_book).collect();
            let gone: Vec<_> = archived.difference(&now.archived).collect();
            (!twice.is_empty() || !gone.is_empty()).then(|| format!("in both {twice:?}, gone {gone:?}"))
        }));
        Ok(())
    }

    fn forget(&self, number: &'static str) -> Result<()> {
        self.till.forget(number, "boss")?;
        self.hold(Held::new("a holder is forgotten", move |till, folder| {
            let holder = till.card(number).unwrap().holder;
            let found = till.search(SearchQuery::new(PHONE)).unwrap().cards.len();
            if holder.name.is_some() || holder.phone.is_some() || found > 0 {
                return Some(format!("{found} cards are found"));
            }
            let left = databases(folder).into_iter().flat_map(|path| mentions(&path)).collect::<Vec<_>>();
            (!left.is_empty()).then(|| format!("{left:?}"))
        }));
        Ok(())
    }

    /// Somebody else's card of that number.
    fn take(&self, number: &str) {
        let mut cores = self.street.cores.lock().unwrap();
        if cores.sandy.card(number).is_none() {
            let other = NewCard::new(number, 1).with_holder("Mr Zhao", "13900000001", None).with_balance(7_00, 7);
            cores.sandy.seed(self.street.now_ms() / 1000, other).unwrap();
        }
    }
}

fn files(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    names.map(|name| name.to_string_lossy().into_owned()).collect()
}

/// Whether a file is an archive of the book's.
pub fn is_archive(name: &str) -> bool {
    name.contains(".archive-") && name.ends_with(".db")
}

fn databases(folder: &Path) -> Vec<PathBuf> {
    let own = |name: &String| name == "till.db" || is_archive(name);
    files(folder).into_iter().filter(own).map(|name| folder.join(name)).collect()
}

fn read(path: &Path) -> Connection {
    // For writing: what a power cut has left half-done in an archive is undone by whoever comes first.
    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap()
}

fn tables(conn: &Connection) -> Vec<String> {
    let mut statement = conn.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().collect::<rusqlite::Result<_>>().unwrap()
}

/// Where in a database the holder who is to be forgotten is named.
fn mentions(path: &Path) -> Vec<String> {
    let conn = read(path);
    let mut found = Vec::new();
    for table in tables(&conn) {
        let mut statement = conn.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for column in 0..columns {
                let bytes = match row.get_ref(column).unwrap() {
                    rusqlite::types::ValueRef::Text(bytes) | rusqlite::types::ValueRef::Blob(bytes) => bytes,
                    _ => continue,
                };
                let text = String::from_utf8_lossy(bytes);
                if text.contains(NAME) || text.contains(PHONE) {
                    found.push(format!("{table}: {text}"));
                }
            }
        }
    }
    found
}

/// Every detail of an operation by its table and its number.
type Detail = (&'static str, i64);

#[derive(Debug)]
struct Details {
    in_book: BTreeSet<Detail>,
    archived: BTreeSet<Detail>,
}

/// What leaves a book for its archive, with the column of its number. That a card had another number stays in the book as well.
const MOVED: [(&str, &str); 4] = [
    ("attempt", "attempt_no"),
    ("look", "look_no"),
    ("decision WHERE detail IS NULL", "decision_no"),
    ("notice", "notice_no"),
];

impl Details {
    fn of(folder: &Path) -> Details {
        let mut details = Details { in_book: BTreeSet::new(), archived: BTreeSet::new() };
        for path in databases(folder) {
            let conn = read(&path);
            let there = tables(&conn);
            let archive = is_archive(&path.to_string_lossy());
            let into = if archive { &mut details.archived } else { &mut details.in_book };
            let known = |(table, _): &(&str, &str)| there.iter().any(|there| table.starts_with(there.as_str()));
            for (table, number) in MOVED.into_iter().filter(known) {
                let mut statement = conn.prepare(&format!("SELECT {number} FROM {table}")).unwrap();
                let numbers = statement.query_map([], |row| row.get(0)).unwrap();
                into.extend(numbers.map(|number| (table, number.unwrap())));
            }
        }
        details
    }

    fn all(&self) -> BTreeSet<Detail> {
        self.in_book.union(&self.archived).copied().collect()
    }
}

/// Whether the book has an operation that was done without a promise and undone again.
pub fn has_undone_something(folder: &Path) -> bool {
    let conn = read(&folder.join("till.db"));
    conn.query_row("SELECT EXISTS (SELECT 1 FROM operation WHERE state = 'reversed')", [], |row| row.get(0)).unwrap()
}

/// How many attempts a book and its archives know of that may have left.
pub fn attempts(folder: &Path) -> u64 {
    let mut known: BTreeMap<i64, String> = BTreeMap::new();
    for path in databases(folder) {
        let conn = read(&path);
        if tables(&conn).iter().any(|table| table == "attempt") {
            let mut statement = conn.prepare("SELECT attempt_no, path FROM attempt WHERE path <> ''").unwrap();
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
            known.extend(rows.map(rusqlite::Result::unwrap));
        }
    }
    known.len() as u64
}

pub const STEPS: &[Step] = &[
    wide("serve", |s| s.till.pull_catalogue(ALL).and_then(|()| s.till.serve_card("A1", ALL).map(drop))),
    local("next number", |s| s.call(OpenCard::next("普通会员").name(NAME).phone(PHONE).op_id("open").offline())),
    local("recharge", |s| s.call(Recharge::new("K1", yuan("80"), 1).op_id("cash").offline())),
    local("consume", |s| s.call(Consume::new("K1", yuan("30.01")).op_id("sale").offline())),
    local("override", |s| {
        let beyond = Consume::new("A1", yuan("150.02")).override_by("boss", "a regular");
        s.call(beyond.op_id("beyond").offline())?;
        s.hold(Held::new("a limit was lifted", |till, _| {
            let receipt = till.operation("beyond").unwrap();
            receipt.lifted.is_empty().then(|| format!("{receipt:?}"))
        }));
        Ok(())
    }),
    local("policy", |s| {
        let mut policy = s.till.policy()?.policy;
        policy.floor_limit = yuan("160");
        let version = s.till.set_policy(&policy, "head office", "a busy week")?;
        s.hold(Held::new("a policy is in force", move |till, _| {
            let now = till.policy().unwrap();
            differ((now.version, now.policy), &(version, policy.clone()))
        }));
        Ok(())
    }),
    local("under another policy", |s| s.call(Consume::new("A1", yuan("155.03")).op_id("within").offline())),
    again("backup", |s| s.back_up("monday.db")),
    wide("taken", |s| {
        s.take("K1");
        drive(&s.till).map(drop)
    }),
    local("retarget", |s| {
        let receipt = s.till.retarget("open", &Retarget::NextNumber, "Lin", "the number was taken")?;
        assert_eq!(receipt.card.as_str(), "K2");
        s.hold(Held::new("a card has another number", |till, _| {
            differ(till.operation("open").unwrap().card.as_str().to_owned(), &"K2".to_owned())
        }));
        Ok(())
    }),
    local("modify", |s| s.call(Modify::new("K2").birthday("1990-01-02").op_id("birthday").offline())),
    local("close the day", |s| {
        let close = s.till.close_day(&s.till.business_date()?, "Lin")?;
        s.hold(Held::new("a day is closed", move |till, _| differ(till.day_close(close.close_no).unwrap(), &close)));
        Ok(())
    }),
    wide("sync", Stage::sync),
    local("refused", |s| {
        s.leave_on("A1", 10_00);
        s.call(Consume::new("A1", yuan("25.04")).op_id("refused").offline())
    }),
    wide("sync what is refused", Stage::sync),
    local("written off", |s| {
        let written_off = s.till.resolve("refused", Resolution::WriteOff, "boss", "counted")?;
        s.hold(Held::new("it is written off", move |till, _| {
            differ(till.operation("refused").unwrap().state, &written_off.state)
        }));
        Ok(())
    }),
    local("acknowledge", |s| {
        let Some(notice) = s.till.notices()?.into_iter().next() else { panic!("nothing to acknowledge") };
        s.till.acknowledge(notice.notice_no, "boss", Some("seen"))?;
        s.hold(Held::new("a notice is acknowledged", move |till, _| {
            let open = till.notices().unwrap();
            open.iter().any(|open| open.notice_no == notice.notice_no).then(|| format!("{open:?}"))
        }));
        Ok(())
    }),
    wide("days later", |s| {
        s.pass(6 * DAY);
        drive(&s.till).map(drop)
    }),
    again("keep house", |s| s.keep_house(5)),
    local("after it", |s| s.call(Consume::new("K2", yuan("5.05")).op_id("after").offline())),
    again("backup again", |s| s.back_up("tuesday.db")),
    again("the same file again", |s| s.back_up("tuesday.db")),
    wide("sync the rest", Stage::sync),
    wide("more days later", |s| {
        s.pass(6 * DAY);
        drive(&s.till).map(drop)
    }),
    again("keep house again", |s| s.keep_house(6)),
    wide("forget", |s| s.forget("K2")),
    local("close another day", |s| {
        let close = s.till.close_day(&s.till.business_date()?, "Lin")?;
        s.hold(Held::new("another day is closed", move |till, _| {
            differ(till.day_close(close.close_no).unwrap(), &close)
        }));
        Ok(())
    }),
    local("no exception", |s| s.till.set_exception("A1", None)),
    local("trade goes on", |s| s.call(Recharge::new("A1", yuan("60.06"), 1).op_id("on").offline())),
    wide("sync at the end", Stage::sync),
];
