//! For tests only: a SQLite VFS that counts, fails and drops.
//!
//! A [`TestVfs`] stands between SQLite and the default VFS. Real files are read, written, locked and synced, so that
//! what is tested is what runs in a shop; on the way every call is counted, may be failed (an I/O error, a full disk,
//! a power cut), and what was written is kept apart from what was synced.
//!
//! ```
//! use rusqlite::{Connection, OpenFlags};
//! use tillbook_testvfs::{Failure, Op, SurvivingWrites, TestVfs};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let dir = std::env::temp_dir().join(format!("tillbook-testvfs-doc-{}", std::process::id()));
//! # std::fs::create_dir_all(&dir)?;
//! # let (path, copy) = (dir.join("book.db"), dir.join("copy.db"));
//! let vfs = TestVfs::register("doc");
//! let book = Connection::open_with_flags_and_vfs(&path, OpenFlags::default(), vfs.name())?;
//! book.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (x);")?;
//!
//! vfs.reset_counts();
//! book.execute("INSERT INTO t VALUES (1)", ())?;
//! assert_eq!((vfs.counts().wal.syncs, vfs.counts().syncs()), (1, 1));
//!
//! vfs.fail(Failure::full_at(1).op(Op::Write).persistent());
//! assert!(book.execute("INSERT INTO t VALUES (2)", ()).is_err());
//! assert!(vfs.fired() > 0);
//! vfs.heal();
//!
//! vfs.durable_copy(&path, &copy, SurvivingWrites::None)?;
//! let rows: u32 = Connection::open(&copy)?.query_row("SELECT count(*) FROM t", (), |row| row.get(0))?;
//! assert_eq!(rows, 1);
//! # drop(book);
//! # std::fs::remove_dir_all(&dir)?;
//! # Ok(())
//! # }
//! ```
//!
//! # Limits
//!
//! - Memory maps are hidden from SQLite (`PRAGMA mmap_size` has no effect), so that every read is a call.
//! - The WAL index (`-shm`) is the real VFS's own: mapping it can be failed, but its file is not counted as space.
//! - Power loss is modelled for databases, their WALs and their rollback journals, by path. Creating and deleting a
//!   file is taken as durable at once. What changes a file without this VFS while it is open here is not noticed.
//! - After a sync that was failed its writes are still only unsynced: a later sync makes them durable, although an
//!   operating system may have dropped them.
//! - The state of a file is held in memory, with a copy of its bytes: this is for small databases.

mod failure;
mod image;
mod op;
mod shim;
mod state;

use std::ffi::CString;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rusqlite::ffi;

pub use failure::Failure;
pub use image::SurvivingWrites;
pub use op::{Counts, FileCounts, FileKind, Op};
pub use state::{Moment, Watcher};

use state::Shared;

/// A handle to a registered VFS; copies of it mean the same one.
///
/// The VFS itself, with what it knows of its files, is leaked on purpose: SQLite offers no moment at which it is known
/// that no connection uses it any more, and a test process is short.
#[derive(Clone, Copy)]
pub struct TestVfs {
    name: &'static str,
    shared: &'static Shared,
}

impl TestVfs {
    /// Registers a VFS for the whole process, but not as the default: connections use it by its name, with
    /// `Connection::open_with_flags_and_vfs(path, flags, vfs.name())`.
    ///
    /// Tests run side by side in one process, so each needs a name of its own.
    ///
    /// # Panics
    /// If a VFS of this name exists, the name contains a NUL, or SQLite has no default VFS.
    pub fn register(name: &str) -> TestVfs {
        static REGISTERING: Mutex<()> = Mutex::new(());
        let c_name: &'static _ = Box::leak(CString::new(name).expect("the name has no NUL").into_boxed_c_str());
        // A clash panics with the lock held, which is no reason to fail the other tests.
        let _alone = REGISTERING.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: NULL asks for the default VFS.
        let real = unsafe { ffi::sqlite3_vfs_find(std::ptr::null()) };
        assert!(!real.is_null(), "SQLite has a default VFS");
        // SAFETY: the name is a NUL-terminated string.
        let taken = unsafe { !ffi::sqlite3_vfs_find(c_name.as_ptr()).is_null() };
        assert!(!taken, "a VFS named {name:?} is registered already");
        let shared: &'static Shared = Box::leak(Box::new(Shared::new(real)));
        let vfs = Box::leak(Box::new(shim::new_vfs(c_name, shared)));
        // SAFETY: the VFS, its name and its methods live for as long as the process.
        let code = unsafe { ffi::sqlite3_vfs_register(vfs, 0) };
        assert_eq!(code, ffi::SQLITE_OK, "SQLite takes the VFS");
        TestVfs { name: Box::leak(name.into()), shared }
    }

    /// The name it is registered under.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The calls that reached the real VFS since the start or the last [`reset_counts`](TestVfs::reset_counts).
    pub fn counts(&self) -> Counts {
        self.shared.lock().counts
    }

    /// Sets [`counts`](TestVfs::counts) and [`io_calls`](TestVfs::io_calls) to zero.
    pub fn reset_counts(&self) {
        let mut state = self.shared.lock();
        state.counts = Counts::default();
        state.io_calls = 0;
    }

    /// How many I/O calls were made that a [`Failure`] of any kind could have failed, the failed ones included, since
    /// the start or the last [`reset_counts`](TestVfs::reset_counts).
    ///
    /// A test runs its workload once to learn this number, and then once for every `n` up to it.
    pub fn io_calls(&self) -> u64 {
        self.shared.lock().io_calls
    }

    /// Sets a failure, in place of the one that was set, and starts its count of matching calls.
    ///
    /// [`fired`](TestVfs::fired) is zero again, and the power, if it was cut, is back.
    pub fn fail(&self, failure: Failure) {
        self.shared.lock().gate.set(failure);
    }

    /// From now on no call is failed; [`fired`](TestVfs::fired) still tells what was.
    ///
    /// A limit of space stays as it is: see [`set_space_left`](TestVfs::set_space_left).
    pub fn heal(&self) {
        self.shared.lock().gate.heal();
    }

    /// How many calls were failed since the last [`fail`](TestVfs::fail).
    pub fn fired(&self) -> u64 {
        self.shared.lock().gate.fired
    }

    /// Lets files grow by so many bytes in total from now on, or, with `None`, without limit.
    ///
    /// A write or truncation that would grow a file by more than is left answers `SQLITE_FULL` and changes nothing.
    /// What shrinks or is deleted gives its bytes back.
    pub fn set_space_left(&self, bytes: Option<u64>) {
        self.shared.lock().space_left = bytes;
    }

    /// As [`set_space_left`](TestVfs::set_space_left), with a file on the same disk that is not written through this VFS:
    /// once it is deleted its `bytes` are there for the database, and if it comes back they are taken again.
    pub fn set_space_left_beside(&self, bytes: Option<u64>, reserve: impl Into<PathBuf>, reserved: u64) {
        let path = reserve.into();
        let mut state = self.shared.lock();
        state.space_left = bytes;
        state.reserve = Some(state::Reserve { there: path.exists(), path, bytes: reserved });
    }

    /// Calls `watcher` before each I/O call from now on, in place of any set before; `None` ends it.
    ///
    /// It runs inside of SQLite's call, with this VFS held: it may look at what would survive a power cut, and must not use
    /// the VFS in any other way. One run of a workload can so be cut at every call of it.
    pub fn watch(&self, watcher: Option<Watcher>) {
        self.shared.lock().set_watcher(watcher);
    }

    /// Forgets the files at these paths, which nobody has open: what is found there from now on counts as durable.
    pub fn forget(&self, path: impl AsRef<Path>) {
        if let Ok(path) = self.full_path(path.as_ref()) {
            self.shared.lock().forget(&path);
        }
    }

    /// Forgets every file, none of which anybody has open.
    pub fn forget_all(&self) {
        self.shared.lock().forget_all();
    }

    /// Runs `work`, whose calls are neither failed nor counted by the failure that is set.
    pub fn aside<T>(&self, work: impl FnOnce() -> T) -> T {
        let set = self.shared.lock().gate.put_aside();
        let done = work();
        self.shared.lock().gate = set;
        done
    }

    /// The bytes files may still grow by, or `None` without a limit.
    pub fn space_left(&self) -> Option<u64> {
        self.shared.lock().space_left
    }

    /// How many calls were refused for want of space since the VFS was registered.
    pub fn space_refusals(&self) -> u64 {
        self.shared.lock().space_refusals
    }

    /// Writes the database at `source`, with its WAL and journal, to `destination` as a power cut at this moment would
    /// leave it. The source may be, and stays, open.
    ///
    /// Whatever was at `destination` is replaced, and is durable as it is; the copy can be opened with any VFS. A
    /// database that nobody has open may be its own destination: the till is back after the power cut.
    ///
    /// To have the power cut at a certain call, set [`Failure::power_cut_at`] first, and copy once the call has failed.
    ///
    /// # Errors
    /// `NotFound` if `source` was never opened with this VFS, or was deleted; `InvalidInput` if `destination` is open,
    /// or a path isn't Unicode; otherwise what the file system answered.
    pub fn durable_copy(
        &self,
        source: impl AsRef<Path>,
        destination: impl AsRef<Path>,
        writes: SurvivingWrites,
    ) -> io::Result<()> {
        let (source, destination) = (self.full_path(source.as_ref())?, self.full_path(destination.as_ref())?);
        self.shared.lock().write_durable_copy(&source, &destination, writes)
    }

    fn full_path(&self, path: &Path) -> io::Result<String> {
        path.to_str().and_then(|path| shim::full_path(self.shared, path)).ok_or_else(|| {
            io::Error::new(io::ErrorKind::InvalidInput, format!("no path for SQLite: {}", path.display()))
        })
    }
}

impl fmt::Debug for TestVfs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestVfs").field("name", &self.name).finish_non_exhaustive()
    }
}
