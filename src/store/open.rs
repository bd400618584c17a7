//! Opening a book: the lock, the file, its pragmas, its version, its owner.

use std::cell::Cell;
use std::fs::{File, OpenOptions as FileOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension};

use super::chain::Chain;
use super::copy::{self, Access, Part};
use super::migrations::{MIN_READER, MIN_WRITER, STEPS, Step, VERSION};
use super::schema::APPLICATION_ID;
use super::{BookKey, Store, Tx, cipher, restore, wal};
use crate::chain_key::ChainKey;
use crate::error::{Error, Result};
use crate::event::event;

/// The oldest SQLite whose WAL this library trusts.
const OLDEST_SQLITE: i32 = 3_051_003;

/// The version of the SQLite that is inside, as "3.51.3".
#[must_use]
pub fn sqlite_version() -> &'static str {
    rusqlite::version()
}

/// How long a statement waits for whoever else has the file open.
pub(super) const BUSY: Duration = Duration::from_secs(2);

/// The key of the book that tells whether it is for training.
const TRAINING: &str = "training";
const YES: &str = "yes";
const NO: &str = "no";

/// Room set aside so that an answer can still be written when the disk is full.
const BALLAST_BYTES: usize = 256 * 1024;

/// Whose book it is. Operations made for one merchant must never be replayed for another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) merchant: String,
    pub(crate) store: String,
    pub(crate) till: String,
    /// A book is for training, or it is not, for life.
    pub(crate) training: bool,
    pub(crate) remotes: Vec<RemoteIdentity>,
}

/// Which remote it is, of those that speak one dialect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RemoteIdentity {
    pub(crate) provider: &'static str,
    pub(crate) base_url: String,
    /// Whose accounts the remote serves us.
    pub(crate) tenant: String,
}

/// What opening needs besides the path.
#[derive(Debug)]
pub(crate) struct OpenOptions {
    pub(crate) identity: Identity,
    /// A book's new name, used if the file is new.
    pub(crate) new_book_id: String,
    /// How the file is reached.
    pub(crate) access: Access,
    /// What the chain of entries is kept with.
    pub(crate) chain_key: Option<ChainKey>,
    /// Where the high-water file lies.
    pub(crate) high_water: Option<PathBuf>,
}

impl Store {
    /// Opens a book, or makes a new one where there is none.
    pub(crate) fn open(path: &Path, options: &OpenOptions) -> Result<Store> {
        assert!(rusqlite::version_number() >= OLDEST_SQLITE, "SQLite {} is too old", rusqlite::version());
        let path = book_at(path)?;
        let lock = lock_book(&beside(&path, "lock"))?;
        restore::refuse_half_restored(&path)?;
        create_private(&path)?;
        wal::check(&path)?;
        let conn = connect(&path, &options.access)?;
        let mut store = Store {
            conn,
            file_id: file_id(&path),
            ballast: beside(&path, "ballast"),
            path,
            exposure: Cell::new(None),
            chain: Chain::new(options.chain_key.as_ref()),
            access: options.access.clone(),
            high_water: None,
            pending_high_water: None,
            high_water_path: None,
            old_copy: None,
            _lock: lock,
        };
        let earlier = store.copy_before_migration()?;
        store.write(|tx| tx.migrate(&options.new_book_id))?;
        if let Some(version) = earlier {
            event!(BOOK_MIGRATED, from = version, to = VERSION);
        }
        store.write(|tx| {
            tx.check_identity(&options.identity)?;
            tx.keep_chain_with(tx.chain.fingerprint.as_deref())
        })?;
        store.meet_high_water(options.high_water.as_deref())?;
        store.conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
        event!(
            BOOK_OPENED,
            book = store.view().book("book_id")?.unwrap_or_default(),
            schema = VERSION,
            sqlite = sqlite_version(),
            training = options.identity.training,
        );
        if let Err(error) = store.fill_ballast() {
            // Trading goes on without it; only a full disk will then cost more.
            event!(BALLAST_MISSING, error = error);
        }
        Ok(store)
    }

    /// What a migration could spoil is kept as it is, under a name of its own: `<book>.schema1.copy`.
    /// The schema that it has, if it is to be migrated.
    fn copy_before_migration(&self) -> Result<Option<i64>> {
        let version: i64 = self.conn.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if version == 0 || version >= VERSION {
            return Ok(None);
        }
        let target = beside(&self.path, &format!("schema{version}.copy"));
        let part = Part::beside(&target)?;
        copy::copy_into(&self.conn, &part, &self.access, &mut |_| true)?;
        copy::verify_file(part.path(), &self.access)?;
        // One that is there already is of an earlier try, or of a book that was put back since: this one is newer.
        part.name_it(&target, true)?;
        Ok(Some(version))
    }

    /// Sets room aside for the next full disk.
    pub(crate) fn fill_ballast(&self) -> std::io::Result<()> {
        if self.ballast.metadata().is_ok_and(|file| file.len() == BALLAST_BYTES as u64) {
            return Ok(());
        }
        let mut file = private().write(true).create(true).truncate(true).open(&self.ballast)?;
        // Not zeros: a file system that stores holes would set nothing aside.
        let result = file.write_all(&[0xb5; BALLAST_BYTES]).and_then(|()| file.sync_all());
        if result.is_err() {
            // Half a ballast on a full disk only makes it fuller.
            drop(file);
            let _ = std::fs::remove_file(&self.ballast);
        }
        result
    }

    /// Gives the room back. False if there was none.
    pub(crate) fn release_ballast(&self) -> bool {
        std::fs::remove_file(&self.ballast).is_ok()
    }
}

/// The book's own path: absolute, so that no name means something special to SQLite, and without links, so that one book
/// has one lock whatever it is called.
pub(super) fn resolved(path: &Path) -> Result<PathBuf> {
    let unresolved = |error| Error::io("can't find the book's folder", error);
    match std::fs::canonicalize(path) {
        Ok(path) => Ok(path),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let name = path.file_name().ok_or_else(|| Error::invalid("path", "must name a file", "no name"))?;
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            Ok(std::fs::canonicalize(folder).map_err(unresolved)?.join(name))
        }
        Err(error) => Err(unresolved(error)),
    }
}

/// As [`resolved`], of where a book is to be: nothing is made beside a folder, and none is put aside.
pub(super) fn book_at(path: &Path) -> Result<PathBuf> {
    let path = resolved(path)?;
    if path.is_dir() { Err(Error::not_a_book("a folder")) } else { Ok(path) }
}

/// What tells a file from another one under the same name. `None` where the platform does not say.
pub(super) fn file_id(path: &Path) -> Option<(u64, u64)> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        path.metadata().ok().map(|file| (file.dev(), file.ino()))
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}

pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    PathBuf::from(name)
}

/// Options that make a new file its owner's only. The book holds names, phones and balances.
pub(super) fn private() -> FileOptions {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix has a mode to set"))]
    let mut options = FileOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// The book's lock, for as long as it lives.
pub(super) struct BookLock(File);

impl Drop for BookLock {
    fn drop(&mut self) {
        // A process that was forked off holds the same lock: closing our file would leave it locked for as long as that lives.
        if let Err(error) = self.0.unlock() {
            event!(UNLOCK_FAILED, error = error);
        }
    }
}

/// Whether a till holds the book's lock. Where that can't be found out, it is taken for held.
pub(crate) fn is_locked(path: &Path) -> bool {
    match File::open(beside(path, "lock")) {
        Ok(file) => file.try_lock_shared().is_err(),
        Err(error) => error.kind() != ErrorKind::NotFound,
    }
}

/// Where SQLite keeps what is not in the file yet.
pub(super) fn beside_wal(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    PathBuf::from(name)
}

pub(super) fn lock_book(path: &Path) -> Result<BookLock> {
    let file = private()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(|error| Error::io("can't open the book's lock file", error))?;
    match file.try_lock() {
        Ok(()) => Ok(BookLock(file)),
        Err(std::fs::TryLockError::WouldBlock) => Err(Error::in_use()),
        Err(std::fs::TryLockError::Error(error)) => Err(Error::io("can't lock the book", error)),
    }
}

/// Makes the file ourselves so that SQLite finds it with the right permissions; its log inherits them.
pub(super) fn create_private(path: &Path) -> Result<()> {
    match private().write(true).create_new(true).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(Error::io("can't create the book", error)),
    }
}

fn connect(path: &Path, access: &Access) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = match access.vfs.as_deref() {
        Some(vfs) => Connection::open_with_flags_and_vfs(path, flags, vfs)?,
        None => Connection::open_with_flags(path, flags)?,
    };
    cipher::unlock(&conn, access.key.as_ref())?;
    // Until this is known to be our book it is not touched, not even by moving a log that a crash has left into the file.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    conn.busy_timeout(BUSY)?;
    conn.set_prepared_statement_cache_capacity(128);
    // Plans that depend on bound values are made anew whenever a value changes: ten times the cost of the statements here.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // The first statement that reads the file: a foreign one is told apart here, before anything is changed.
    check_version(&conn, tell_apart(&conn, path, access.key.as_ref())?)?;
    let mode = set_journal_mode(&conn, "WAL")?;
    // SQLite's own VFS for memory is there for measurements; it has no log, and nobody asks for it by accident.
    if mode != "wal" && access.vfs.as_deref() != Some("memdb") {
        return Err(Error::inconsistent(format!("the file system allows no write-ahead log (got {mode})")));
    }
    // Nothing here may weaken what a commit means: FULL makes the log durable before COMMIT returns.
    conn.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA mmap_size = 0;
         PRAGMA cell_size_check = ON; PRAGMA secure_delete = ON;
         PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 4194304;",
    )?;
    // secure_delete: what is deleted or changed is overwritten where it stood, so that a holder who is to be forgotten can be.
    if mutated!(CommitIsNotSynced) {
        conn.execute_batch("PRAGMA synchronous = NORMAL")?;
    }
    Ok(conn)
}

/// Sets how a file keeps its journal, and tells how it does. The file's header is written when the statement ends, after the row that
/// tells: that it could not be written is heard only by whoever waits for the end.
pub(super) fn set_journal_mode(conn: &Connection, mode: &str) -> Result<String> {
    let mut statement = conn.prepare(&format!("PRAGMA journal_mode = {mode}"))?;
    let modes: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(modes.into_iter().next().unwrap_or_default())
}

/// Refuses a file that is no book. The schema's version otherwise: none where the file is empty.
pub(super) fn tell_apart(conn: &Connection, path: &Path, key: Option<&BookKey>) -> Result<i64> {
    let unreadable = |error| cipher::unreadable(error, path, key);
    let application_id: i64 = conn.query_row("PRAGMA application_id", [], |row| row.get(0)).map_err(unreadable)?;
    let version: i64 = conn.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let tables: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(unreadable)?;
    let empty = tables == 0 && application_id == 0 && version == 0;
    if !empty && application_id != APPLICATION_ID {
        return Err(Error::not_a_book("another program's database"));
    }
    Ok(version)
}

/// A book of a newer schema says itself which releases may still write it, and which may read it.
///
/// # Errors
/// `NewerBook`.
pub(super) fn check_version(conn: &Connection, version: i64) -> Result<()> {
    if version <= VERSION || VERSION >= least(conn, "min_writer")? {
        return Ok(());
    }
    Err(Error::newer(version, VERSION, VERSION >= least(conn, "min_reader")?))
}

/// As [`check_version`], for who only reads.
pub(super) fn check_readable(conn: &Connection, version: i64) -> Result<()> {
    if version <= VERSION || VERSION >= least(conn, "min_reader")? {
        return Ok(());
    }
    Err(Error::newer(version, VERSION, false))
}

/// The oldest schema whose programs a book of a newer one admits.
fn least(conn: &Connection, key: &str) -> Result<i64> {
    // One that has no such table says nothing.
    let there: bool =
        conn.query_row("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'book')", [], |row| row.get(0))?;
    if !there {
        return Ok(i64::MAX);
    }
    let least: Option<String> =
        conn.query_row("SELECT value FROM book WHERE key = ?1", [key], |row| row.get(0)).optional()?;
    Ok(least.and_then(|least| least.parse().ok()).unwrap_or(i64::MAX))
}

impl Tx<'_> {
    fn migrate(&self, new_book_id: &str) -> Result<()> {
        // Read inside the transaction: another process could have migrated between our look and our lock.
        let version: i64 = self.conn.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if version >= VERSION {
            return Ok(());
        }
        for Step { sql, then, .. } in STEPS.iter().filter(|step| step.brings > version) {
            self.conn.execute_batch(sql)?;
            then(self)?;
        }
        if mutated!(PromiseChanges) {
            self.conn.execute_batch("DROP TRIGGER promise_stays")?;
        }
        self.conn
            .execute_batch(&format!("PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION}"))?;
        self.set_book("min_writer", &MIN_WRITER.to_string())?;
        self.set_book("min_reader", &MIN_READER.to_string())?;
        if version == 0 { self.set_book("book_id", new_book_id) } else { Ok(()) }
    }

    /// The book's owner may change only while nothing waits to be sent, and each of its remotes only while nothing waits to be
    /// sent there.
    pub(super) fn check_identity(&self, identity: &Identity) -> Result<()> {
        let training = if identity.training { YES } else { NO };
        match self.book(TRAINING)? {
            Some(stored) if stored != training => return Err(Error::wrong_merchant("training mode")),
            Some(_) => {}
            // A book that was made before there was training is a live one.
            None if identity.training && self.book("merchant")?.is_some() => {
                return Err(Error::wrong_merchant("training mode"));
            }
            None => self.set_book(TRAINING, training)?,
        }
        let mut other_owner = false;
        let owner = [("merchant", &identity.merchant), ("store", &identity.store), ("till", &identity.till)];
        for (name, value) in owner {
            match self.book(name)? {
                Some(stored) if stored == *value => continue,
                Some(_) if self.has_unfinished(None)? => return Err(Error::wrong_merchant(name)),
                Some(_) => other_owner |= name == "merchant",
                None => {}
            }
            self.set_book(name, value)?;
        }
        for provider in self.providers_known()? {
            let configured = identity.remotes.iter().any(|remote| remote.provider == provider);
            if !configured && self.has_unfinished(Some(&provider))? {
                return Err(Error::wrong_merchant("provider"));
            }
            if !configured && other_owner {
                // Should it be configured again one day, it is the new owner's.
                self.forget_remote(&provider)?;
            }
        }
        for RemoteIdentity { provider, base_url, tenant } in &identity.remotes {
            let mut other_remote = other_owner;
            for (name, value) in [("base URL", base_url), ("tenant", tenant)] {
                let key = format!("{provider} {name}");
                match self.book(&key)? {
                    Some(stored) if stored == *value => continue,
                    Some(_) if self.has_unfinished(Some(provider))? => return Err(Error::wrong_merchant(name)),
                    Some(_) => other_remote = true,
                    None => {}
                }
                self.set_book(&key, value)?;
            }
            if other_remote {
                self.forget_remote(provider)?;
            }
        }
        Ok(())
    }

    /// The providers that the book has ever had operations for.
    fn providers_known(&self) -> Result<Vec<String>> {
        // One search for each, however many accounts it has: DISTINCT would read them all.
        let mut statement =
            self.conn.prepare("SELECT provider FROM account WHERE provider > ?1 ORDER BY provider LIMIT 1")?;
        let mut known: Vec<String> = Vec::new();
        while let Some(provider) =
            statement.query_row([known.last().map_or("", String::as_str)], |row| row.get(0)).optional()?
        {
            known.push(provider);
        }
        Ok(known)
    }

    /// Whether operations are not finished: of one provider, or at all.
    fn has_unfinished(&self, provider: Option<&str>) -> Result<bool> {
        Ok(self.conn.query_row(
            "SELECT EXISTS (SELECT 1 FROM operation INDEXED BY operation_head
                            WHERE holding = 1 AND (?1 IS NULL OR provider = ?1))
                 OR EXISTS (SELECT 1 FROM operation INDEXED BY operation_open
                            WHERE open = 1 AND (?1 IS NULL OR provider = ?1))
                 OR EXISTS (SELECT 1 FROM operation INDEXED BY operation_waiting
                            WHERE state IN ('parked', 'rejected') AND (?1 IS NULL OR provider = ?1))",
            [provider],
            |row| row.get(0),
        )?)
    }

    /// What another remote told of cards, levels and rules says nothing about those of this one.
    fn forget_remote(&self, provider: &str) -> Result<()> {
        let accounts = "SELECT account_no FROM account WHERE provider = ?1";
        let cards = "SELECT card_no FROM account WHERE provider = ?1";
        for sql in [
            "UPDATE lane SET wanted = 0, state = 'idle' WHERE provider = ?1",
            "UPDATE account SET confirmed = 0, money = 0, points = 0, as_of = NULL, consumed_total = NULL, growth = NULL,
                 recharged_total = NULL, read_money = NULL, read_points = NULL WHERE provider = ?1",
            "UPDATE account SET opened_here_at = NULL WHERE provider = ?1",
            &format!("UPDATE card SET fetched_at = NULL, level = NULL WHERE card_no IN ({cards})"),
            &format!("DELETE FROM recharge_rules WHERE account_no IN ({accounts})"),
            &format!("DELETE FROM claim WHERE account_no IN ({accounts})"),
            "DELETE FROM rate_seen WHERE provider = ?1",
            "DELETE FROM level_rate WHERE provider = ?1",
            "DELETE FROM record WHERE provider = ?1",
            "DELETE FROM level WHERE provider = ?1",
            "DELETE FROM pay_type WHERE provider = ?1",
            "DELETE FROM memory WHERE provider = ?1",
            "DELETE FROM provider WHERE provider = ?1",
            "DELETE FROM coupon WHERE provider = ?1",
            "DELETE FROM coupon_template WHERE provider = ?1",
            "DELETE FROM token WHERE provider = ?1",
            "DELETE FROM push WHERE provider = ?1",
        ] {
            self.conn.execute(sql, [provider])?;
        }
        self.seal_all_whole(accounts, [provider])
    }

    pub(crate) fn set_book(&self, key: &str, value: &str) -> Result<()> {
        self.conn
            .prepare_cached("INSERT INTO book (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2")?
            .execute((key, value))?;
        Ok(())
    }
}

impl super::View<'_> {
    pub(crate) fn book(&self, key: &str) -> Result<Option<String>> {
        let mut statement = self.conn.prepare_cached("SELECT value FROM book WHERE key = ?1")?;
        Ok(statement.query_row([key], |row| row.get(0)).optional()?)
    }
}
