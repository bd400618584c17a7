//! What is counted and failed: kinds of file, kinds of I/O call, and their tallies.

use std::ffi::c_int;

use rusqlite::ffi;

/// What a file is to SQLite, from the flags it is opened with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// A database file, attached ones and the target of `VACUUM INTO` included.
    MainDb,
    /// A write-ahead log (`-wal`).
    Wal,
    /// A rollback journal (`-journal`) of a database file.
    Journal,
    /// Anything else: temporary databases, statement journals, super-journals.
    Other,
}

impl FileKind {
    pub(crate) fn of_flags(flags: c_int) -> FileKind {
        if flags & ffi::SQLITE_OPEN_MAIN_DB != 0 {
            FileKind::MainDb
        } else if flags & ffi::SQLITE_OPEN_WAL != 0 {
            FileKind::Wal
        } else if flags & ffi::SQLITE_OPEN_MAIN_JOURNAL != 0 {
            FileKind::Journal
        } else {
            FileKind::Other
        }
    }

    /// For `xDelete`, which is told a name and no flags. SQLite never deletes a database file.
    pub(crate) fn of_deleted_name(name: &str) -> FileKind {
        if name.ends_with("-wal") {
            FileKind::Wal
        } else if name.ends_with("-journal") {
            FileKind::Journal
        } else {
            FileKind::Other
        }
    }
}

/// An I/O call that can be counted and failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// `xOpen`; an I/O error is answered as `SQLITE_CANTOPEN`, as the real VFS does.
    Open,
    /// `xRead`.
    Read,
    /// `xWrite`.
    Write,
    /// `xTruncate`.
    Truncate,
    /// `xSync`.
    Sync,
    /// `xDelete`.
    Delete,
    /// `xShmMap`, which maps (and grows) the WAL index.
    ShmMap,
}

impl Op {
    /// The code the real VFS answers when the device fails this call.
    pub(crate) fn io_error(self) -> c_int {
        match self {
            Op::Open => ffi::SQLITE_CANTOPEN,
            Op::Read => ffi::SQLITE_IOERR_READ,
            Op::Write => ffi::SQLITE_IOERR_WRITE,
            Op::Truncate => ffi::SQLITE_IOERR_TRUNCATE,
            Op::Sync => ffi::SQLITE_IOERR_FSYNC,
            Op::Delete => ffi::SQLITE_IOERR_DELETE,
            Op::ShmMap => ffi::SQLITE_IOERR_SHMMAP,
        }
    }

    /// The code the real VFS answers when no space is left, or `None` for a call that needs none.
    pub(crate) fn full_error(self) -> Option<c_int> {
        match self {
            Op::Write => Some(ffi::SQLITE_FULL),
            Op::ShmMap => Some(ffi::SQLITE_IOERR_SHMSIZE),
            _ => None,
        }
    }
}

/// How many calls reached the real VFS, by kind of file.
///
/// A call that was failed here is not among them; [`TestVfs::io_calls`](crate::TestVfs::io_calls) has those too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Calls on database files.
    pub main_db: FileCounts,
    /// Calls on write-ahead logs.
    pub wal: FileCounts,
    /// Calls on rollback journals.
    pub journal: FileCounts,
    /// Calls on all other files.
    pub other: FileCounts,
    /// Deletions for which SQLite asked that the directory be synced.
    ///
    /// The real VFS also syncs the directory by itself, with the first sync of a journal or WAL it has created; that
    /// happens below this shim and is not counted.
    pub dir_syncs: u64,
}

impl Counts {
    /// The calls on one kind of file.
    pub fn of(&self, kind: FileKind) -> &FileCounts {
        match kind {
            FileKind::MainDb => &self.main_db,
            FileKind::Wal => &self.wal,
            FileKind::Journal => &self.journal,
            FileKind::Other => &self.other,
        }
    }

    pub(crate) fn of_mut(&mut self, kind: FileKind) -> &mut FileCounts {
        match kind {
            FileKind::MainDb => &mut self.main_db,
            FileKind::Wal => &mut self.wal,
            FileKind::Journal => &mut self.journal,
            FileKind::Other => &mut self.other,
        }
    }

    /// Syncs of files of every kind, without [`dir_syncs`](Counts::dir_syncs).
    pub fn syncs(&self) -> u64 {
        self.main_db.syncs + self.wal.syncs + self.journal.syncs + self.other.syncs
    }

    /// Bytes handed to writes on files of every kind.
    pub fn bytes_written(&self) -> u64 {
        self.main_db.bytes_written + self.wal.bytes_written + self.journal.bytes_written + self.other.bytes_written
    }
}

/// How many calls of each kind reached the real VFS for one [`FileKind`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileCounts {
    /// `xOpen` calls.
    pub opens: u64,
    /// `xRead` calls.
    pub reads: u64,
    /// `xWrite` calls.
    pub writes: u64,
    /// Bytes handed to `xWrite`.
    pub bytes_written: u64,
    /// `xTruncate` calls.
    pub truncates: u64,
    /// `xSync` calls, each one an fsync (or fdatasync) of the file.
    pub syncs: u64,
    /// `xDelete` calls.
    pub deletes: u64,
    /// `xShmMap` calls. The WAL index belongs to a database file, so these stand under [`FileKind::MainDb`].
    pub shm_maps: u64,
}
