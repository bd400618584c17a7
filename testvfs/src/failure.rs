//! Which I/O call fails, and how.

use std::ffi::c_int;

use crate::op::{FileKind, Op};

/// A failure to be set with [`TestVfs::fail`](crate::TestVfs::fail): the `nth` matching call fails.
///
/// ```
/// use tillbook_testvfs::{Failure, FileKind, Op};
///
/// let second_wal_sync_fails = Failure::io_err_at(2).op(Op::Sync).file(FileKind::Wal);
/// let disk_is_full = Failure::full_at(1).persistent();
/// # let _ = (second_wal_sync_fails, disk_is_full);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    nth: u64,
    kind: Kind,
    op: Option<Op>,
    file: Option<FileKind>,
    persistent: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    IoErr,
    Full,
    PowerCut,
}

impl Failure {
    /// The `nth` matching call (1-based, counted from when the failure is set) answers an I/O error; nothing of it
    /// reaches the file.
    ///
    /// # Panics
    /// If `nth` is 0.
    pub fn io_err_at(nth: u64) -> Failure {
        Failure::at(nth, Kind::IoErr)
    }

    /// The `nth` matching call finds the disk full: a write answers `SQLITE_FULL`, and nothing of it is written.
    ///
    /// Only calls that need space match: [`Op::Write`], and [`Op::ShmMap`], which the real VFS answers with
    /// `SQLITE_IOERR_SHMSIZE`.
    ///
    /// # Panics
    /// If `nth` is 0.
    pub fn full_at(nth: u64) -> Failure {
        Failure::at(nth, Kind::Full)
    }

    /// At the `nth` matching call the power goes: that call and every later one, on whatever file, answers an I/O
    /// error until [`TestVfs::heal`](crate::TestVfs::heal), so nothing tidies up on the way out.
    /// [`TestVfs::durable_copy`](crate::TestVfs::durable_copy) then writes out what survived.
    ///
    /// # Panics
    /// If `nth` is 0.
    pub fn power_cut_at(nth: u64) -> Failure {
        Failure::at(nth, Kind::PowerCut)
    }

    fn at(nth: u64, kind: Kind) -> Failure {
        assert!(nth > 0, "the first matching call is number 1");
        Failure { nth, kind, op: None, file: None, persistent: false }
    }

    /// Only calls of this kind match; all kinds do otherwise.
    #[must_use]
    pub fn op(self, op: Op) -> Failure {
        Failure { op: Some(op), ..self }
    }

    /// Only calls on files of this kind match; all kinds do otherwise.
    #[must_use]
    pub fn file(self, file: FileKind) -> Failure {
        Failure { file: Some(file), ..self }
    }

    /// Every matching call from the `nth` on fails, until [`TestVfs::heal`](crate::TestVfs::heal).
    #[must_use]
    pub fn persistent(self) -> Failure {
        Failure { persistent: true, ..self }
    }

    /// The code a matching call would be failed with, or `None` if the call doesn't match.
    fn answer(&self, op: Op, file: FileKind) -> Option<c_int> {
        if self.op.is_some_and(|wanted| wanted != op) || self.file.is_some_and(|wanted| wanted != file) {
            return None;
        }
        match self.kind {
            Kind::IoErr | Kind::PowerCut => Some(op.io_error()),
            Kind::Full => op.full_error(),
        }
    }
}

/// The failure that is set, if any, and how far it has come.
#[derive(Default)]
pub(crate) struct Gate {
    failure: Option<Failure>,
    seen: u64,
    power_is_off: bool,
    pub(crate) fired: u64,
}

impl Gate {
    pub(crate) fn set(&mut self, failure: Failure) {
        *self = Gate { failure: Some(failure), ..Gate::default() };
    }

    pub(crate) fn heal(&mut self) {
        self.failure = None;
        self.power_is_off = false;
    }

    /// Leaves a gate that lets everything pass in its place.
    pub(crate) fn put_aside(&mut self) -> Gate {
        std::mem::take(self)
    }

    /// `Err` with the code to answer if this call is to fail.
    pub(crate) fn pass(&mut self, op: Op, file: FileKind) -> Result<(), c_int> {
        if self.power_is_off {
            self.fired += 1;
            return Err(op.io_error());
        }
        let Some(failure) = self.failure else { return Ok(()) };
        let Some(code) = failure.answer(op, file) else { return Ok(()) };
        self.seen += 1;
        if self.seen == failure.nth || (failure.persistent && self.seen > failure.nth) {
            self.fired += 1;
            self.power_is_off = failure.kind == Kind::PowerCut;
            return Err(code);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::*;

    fn answers(failure: Failure, calls: &[(Op, FileKind)]) -> Vec<Result<(), c_int>> {
        let mut gate = Gate::default();
        gate.set(failure);
        calls.iter().map(|&(op, file)| gate.pass(op, file)).collect()
    }

    #[test]
    fn only_the_nth_matching_call_fails() {
        use FileKind::{MainDb, Wal};
        let failure = Failure::io_err_at(2).op(Op::Sync).file(Wal);
        let calls = [(Op::Sync, Wal), (Op::Sync, MainDb), (Op::Write, Wal), (Op::Sync, Wal), (Op::Sync, Wal)];
        let expected = [Ok(()), Ok(()), Ok(()), Err(ffi::SQLITE_IOERR_FSYNC), Ok(())];
        assert_eq!(answers(failure, &calls), expected);
    }

    #[test]
    fn a_full_disk_fails_only_calls_that_need_space() {
        let failure = Failure::full_at(1).persistent();
        let calls = [Op::Read, Op::Write, Op::Sync, Op::ShmMap, Op::Write].map(|op| (op, FileKind::MainDb));
        let full = Err(ffi::SQLITE_FULL);
        assert_eq!(answers(failure, &calls), [Ok(()), full, Ok(()), Err(ffi::SQLITE_IOERR_SHMSIZE), full]);
    }

    #[test]
    fn after_a_power_cut_every_call_fails_until_healed() {
        let mut gate = Gate::default();
        gate.set(Failure::power_cut_at(1).op(Op::Sync));
        assert_eq!(gate.pass(Op::Write, FileKind::Wal), Ok(()));
        assert_eq!(gate.pass(Op::Sync, FileKind::Wal), Err(ffi::SQLITE_IOERR_FSYNC));
        assert_eq!(gate.pass(Op::Write, FileKind::MainDb), Err(ffi::SQLITE_IOERR_WRITE));
        assert_eq!(gate.fired, 2);
        gate.heal();
        assert_eq!(gate.pass(Op::Sync, FileKind::Wal), Ok(()));
    }
}
