//! What a [`TestVfs`](crate::TestVfs) knows: tallies, the failure that is set, space left, files' durable images.

use std::collections::HashMap;
use std::ffi::c_int;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::ffi;

use crate::failure::Gate;
use crate::image::{Image, SurvivingWrites, Survivors};
use crate::op::{Counts, FileKind, Op};

/// What the handle and the C functions share; leaked with the VFS, which SQLite may call at any time.
pub(crate) struct Shared {
    /// The VFS that does the work.
    pub(crate) real: *mut ffi::sqlite3_vfs,
    state: Mutex<State>,
}

// SAFETY: `real` is the default VFS, which is never freed, is only read here, and whose methods SQLite itself calls
// from any thread.
unsafe impl Send for Shared {}
// SAFETY: as for `Send`; everything else is behind the mutex.
unsafe impl Sync for Shared {}

impl Shared {
    pub(crate) fn new(real: *mut ffi::sqlite3_vfs) -> Shared {
        Shared { real, state: Mutex::default() }
    }

    /// A test that panicked elsewhere must not turn every later I/O call into a panic inside of a C function.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Space that is taken by a file which does not go through the VFS.
pub(crate) struct Reserve {
    pub(crate) path: PathBuf,
    pub(crate) bytes: u64,
    pub(crate) there: bool,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) counts: Counts,
    pub(crate) io_calls: u64,
    pub(crate) gate: Gate,
    pub(crate) space_left: Option<u64>,
    pub(crate) space_refusals: u64,
    /// A file beside the database that takes up space of the same disk, its size, and whether it is there.
    pub(crate) reserve: Option<Reserve>,
    /// Who looks on, before each call is made.
    watcher: Option<Watcher>,
    /// By the full path SQLite opened the file with.
    files: HashMap<String, Image>,
}

/// Called with each I/O call that is about to be made.
pub type Watcher = Box<dyn FnMut(&Moment<'_>) + Send>;

/// The moment before an I/O call: see [`TestVfs::watch`](crate::TestVfs::watch).
pub struct Moment<'a> {
    /// What is about to be done.
    pub op: Op,
    /// To which kind of file.
    pub file: FileKind,
    /// The call's number since the last [`TestVfs::reset_counts`](crate::TestVfs::reset_counts), from 1.
    pub call: u64,
    state: &'a State,
    real: RealPath,
}

type RealPath = fn(&std::path::Path) -> io::Result<String>;

impl Moment<'_> {
    /// What a power cut at this moment would leave of the database at `source`: the bytes of the file itself, of its WAL and of
    /// its journal, each under its suffix (`""`, `"-wal"`, `"-journal"`), where there is one.
    ///
    /// # Errors
    /// `NotFound` if `source` was never opened with this VFS, or is gone.
    pub fn surviving(
        &self,
        source: impl AsRef<std::path::Path>,
        writes: SurvivingWrites,
    ) -> io::Result<Vec<(&'static str, Vec<u8>)>> {
        self.state.surviving(&(self.real)(source.as_ref())?, writes)
    }
}

impl State {
    /// Takes note of an I/O call; `Err` with the code to answer if it is to fail.
    pub(crate) fn pass(&mut self, op: Op, file: FileKind) -> Result<(), c_int> {
        self.io_calls += 1;
        if let Some(mut watcher) = self.watcher.take() {
            watcher(&Moment { op, file, call: self.io_calls, state: self, real: canonical });
            self.watcher = Some(watcher);
        }
        self.gate.pass(op, file)
    }

    /// `Err(SQLITE_FULL)` if a file can't change from `size` to `wanted` bytes in the space left.
    pub(crate) fn has_space(&mut self, size: u64, wanted: u64) -> Result<(), c_int> {
        self.look_at_reserve();
        match self.space_left {
            Some(left) if wanted.saturating_sub(size) > left => {
                self.space_refusals += 1;
                Err(ffi::SQLITE_FULL)
            }
            _ => Ok(()),
        }
    }

    /// A reserve that was given up has made room; one that was set aside again takes it.
    fn look_at_reserve(&mut self) {
        let (Some(left), Some(reserve)) = (&mut self.space_left, &mut self.reserve) else { return };
        let there = reserve.path.exists();
        match (reserve.there, there) {
            (true, false) => *left = left.saturating_add(reserve.bytes),
            (false, true) => *left = left.saturating_sub(reserve.bytes),
            _ => {}
        }
        reserve.there = there;
    }

    /// Takes what a file grew from the space left, or gives back what it shrank.
    pub(crate) fn resized(&mut self, from: u64, to: u64) {
        if let Some(left) = &mut self.space_left {
            *left = left.saturating_add(from).saturating_sub(to);
        }
    }

    /// Starts or goes on tracking a file that was opened. `read` gives its whole content.
    ///
    /// Changes not yet synced stay known across a close. But if, with nobody here having it open, the file was
    /// replaced from outside (restored, copied over), what is there now counts as durable.
    pub(crate) fn opened(&mut self, path: &str, read: impl FnOnce() -> Result<Vec<u8>, c_int>) -> Result<(), c_int> {
        let image = match self.files.remove(path) {
            Some(image) if image.open_handles > 0 => Some(image),
            known => {
                let content = read()?;
                let unchanged = |image: &Image| image.surviving(&mut Survivors::All) == content;
                known.filter(unchanged).or_else(|| Some(Image::of_content(content)))
            }
        };
        if let Some(mut image) = image {
            image.open_handles += 1;
            self.files.insert(path.to_owned(), image);
        }
        Ok(())
    }

    /// The image of a file that is tracked.
    pub(crate) fn image(&mut self, path: Option<&str>) -> Option<&mut Image> {
        self.files.get_mut(path?)
    }

    pub(crate) fn closed(&mut self, path: Option<&str>) {
        if let Some(image) = self.image(path) {
            image.open_handles = image.open_handles.saturating_sub(1);
        }
    }

    pub(crate) fn deleted(&mut self, path: &str) {
        self.files.remove(path);
    }

    /// A database with its logs, as if it had never been opened.
    pub(crate) fn forget(&mut self, path: &str) {
        for suffix in ["", "-wal", "-journal"] {
            self.files.remove(&format!("{path}{suffix}"));
        }
    }

    pub(crate) fn forget_all(&mut self) {
        self.files.clear();
    }

    pub(crate) fn set_watcher(&mut self, watcher: Option<Watcher>) {
        self.watcher = watcher;
    }

    /// What survives of the database at `source`, its WAL and its journal.
    fn surviving(&self, source: &str, writes: SurvivingWrites) -> io::Result<Vec<(&'static str, Vec<u8>)>> {
        if !(self.files.contains_key(source) && std::fs::exists(source)?) {
            let problem = format!("{source} was never opened with this VFS, or is gone");
            return Err(io::Error::new(io::ErrorKind::NotFound, problem));
        }
        let mut survivors = Survivors::from(writes);
        let mut files = Vec::new();
        for suffix in ["", "-wal", "-journal"] {
            let name = format!("{source}{suffix}");
            if let Some(image) = self.files.get(&name)
                && std::fs::exists(&name)?
            {
                files.push((suffix, image.surviving(&mut survivors)));
            }
        }
        Ok(files)
    }

    /// Writes what survives of the database at `source`, its WAL and its journal, to `destination`.
    pub(crate) fn write_durable_copy(
        &mut self,
        source: &str,
        destination: &str,
        writes: SurvivingWrites,
    ) -> io::Result<()> {
        if !(self.files.contains_key(source) && std::fs::exists(source)?) {
            let problem = format!("{source} was never opened with this VFS, or is gone");
            return Err(io::Error::new(io::ErrorKind::NotFound, problem));
        }
        if self.files.get(destination).is_some_and(|image| image.open_handles > 0) {
            let problem = format!("{destination} is open");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, problem));
        }
        let mut survivors = Survivors::from(writes);
        for suffix in ["", "-wal", "-journal"] {
            let (from, to) = (format!("{source}{suffix}"), format!("{destination}{suffix}"));
            // Asking whether the file is there, not reading it: a process that closes a file it opened loses all
            // POSIX locks it has on that file, SQLite's too.
            match self.files.get(&from) {
                Some(image) if std::fs::exists(&from)? => std::fs::write(&to, image.surviving(&mut survivors))?,
                None if std::fs::exists(&from)? => std::fs::copy(&from, &to).map(|_| ())?,
                _ => remove_if_there(&to)?,
            }
            self.files.remove(&to);
        }
        // Memory shared by processes: no power cut leaves it behind.
        remove_if_there(&format!("{destination}-shm"))
    }
}

/// As SQLite names the files that it opens.
fn canonical(path: &std::path::Path) -> io::Result<String> {
    Ok(std::fs::canonicalize(path)?.to_string_lossy().into_owned())
}

fn remove_if_there(path: &str) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
