//! The C functions SQLite calls: each takes note, perhaps fails, and otherwise hands on to the real VFS.
//!
//! They rely on what SQLite promises a VFS: `vfs` is the one registered in [`new_vfs`]; a `file` handed to any of the
//! file methods was opened by [`x_open`] and isn't closed yet; buffers are as long as their lengths say; and no file
//! is used by two threads at once.

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr;

use rusqlite::ffi::{self, sqlite3_file, sqlite3_int64, sqlite3_io_methods, sqlite3_vfs};

use crate::op::{FileKind, Op};
use crate::state::Shared;

/// Calls a method of the real VFS with SQLite's own arguments.
macro_rules! real_vfs {
    ($shared:expr, $method:ident($($arg:expr),*)) => {{
        let real = $shared.real;
        // SAFETY: the default VFS is registered and has this method, and the arguments are what SQLite would hand it.
        unsafe { (*real).$method.expect("the default VFS has every method of version 2")(real $(, $arg)*) }
    }};
}

/// Calls a method of the real file behind ours with SQLite's own arguments.
macro_rules! real_file {
    ($file:expr, $method:ident($($arg:expr),*)) => {{
        let real = real_of($file);
        // SAFETY: SQLite's file is open, so the real one behind it is, and the arguments are SQLite's own.
        unsafe { (*(*real).pMethods).$method.expect("a file of the default VFS has this method")(real $(, $arg)*) }
    }};
}

/// Our part of an open file. SQLite allocates `szOsFile` bytes for it, and the real VFS's part lies right behind.
#[repr(C)]
struct TestFile {
    base: sqlite3_file,
    shared: &'static Shared,
    kind: FileKind,
    /// Where the file's durable image is kept; files that a power cut needn't leave behind have none.
    path: Option<String>,
    delete_on_close: bool,
}

/// Version 2: without `xFetch` SQLite doesn't map database files into memory, and each read is seen.
static METHODS_WITH_SHM: sqlite3_io_methods = sqlite3_io_methods {
    iVersion: 2,
    xShmMap: Some(x_shm_map),
    xShmLock: Some(x_shm_lock),
    xShmBarrier: Some(x_shm_barrier),
    xShmUnmap: Some(x_shm_unmap),
    ..METHODS
};

const METHODS: sqlite3_io_methods = sqlite3_io_methods {
    iVersion: 1,
    xClose: Some(x_close),
    xRead: Some(x_read),
    xWrite: Some(x_write),
    xTruncate: Some(x_truncate),
    xSync: Some(x_sync),
    xFileSize: Some(x_file_size),
    xLock: Some(x_lock),
    xUnlock: Some(x_unlock),
    xCheckReservedLock: Some(x_check_reserved_lock),
    xFileControl: Some(x_file_control),
    xSectorSize: Some(x_sector_size),
    xDeviceCharacteristics: Some(x_device_characteristics),
    xShmMap: None,
    xShmLock: None,
    xShmBarrier: None,
    xShmUnmap: None,
    xFetch: None,
    xUnfetch: None,
};

/// For files the real VFS offers no shared memory for, as with `?nolock=1`.
static METHODS_WITHOUT_SHM: sqlite3_io_methods = METHODS;

/// The VFS to register. It refers to `name` and `shared` for as long as the process lives.
pub(crate) fn new_vfs(name: &'static CStr, shared: &'static Shared) -> sqlite3_vfs {
    // SAFETY: `Shared::real` is a registered VFS, which stays where it is.
    let real = unsafe { &*shared.real };
    sqlite3_vfs {
        // Version 2 and not 3: the system calls of the real VFS are not ours to offer.
        iVersion: 2,
        szOsFile: size_of::<TestFile>() as c_int + real.szOsFile,
        mxPathname: real.mxPathname,
        pNext: ptr::null_mut(),
        zName: name.as_ptr(),
        pAppData: ptr::from_ref(shared).cast_mut().cast(),
        xOpen: Some(x_open),
        xDelete: Some(x_delete),
        xAccess: Some(x_access),
        xFullPathname: Some(x_full_pathname),
        xDlOpen: Some(x_dl_open),
        xDlError: Some(x_dl_error),
        xDlSym: Some(x_dl_sym),
        xDlClose: Some(x_dl_close),
        xRandomness: Some(x_randomness),
        xSleep: Some(x_sleep),
        xCurrentTime: Some(x_current_time),
        xGetLastError: Some(x_get_last_error),
        xCurrentTimeInt64: Some(x_current_time_int64),
        xSetSystemCall: None,
        xGetSystemCall: None,
        xNextSystemCall: None,
    }
}

/// The full path of a file as SQLite would hand it to `xOpen`, or `None` if the real VFS can't tell.
pub(crate) fn full_path(shared: &Shared, path: &str) -> Option<String> {
    let path = CString::new(path).ok()?;
    // SAFETY: `Shared::real` is a registered VFS.
    let capacity = unsafe { (*shared.real).mxPathname } + 1;
    let mut full = vec![0 as c_char; capacity as usize];
    let code = real_vfs!(shared, xFullPathname(path.as_ptr(), capacity, full.as_mut_ptr()));
    // SQLite's own `SQLITE_OK_SYMLINK` is a success too, told from the others by the upper bits alone.
    // SAFETY: on success the buffer holds a NUL-terminated path.
    (code & 0xff == ffi::SQLITE_OK).then(|| unsafe { text(full.as_ptr()) })
}

/// # Safety
/// `name` is a NUL-terminated string.
unsafe fn text(name: *const c_char) -> String {
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned()
}

/// The real VFS's part of a file. Only computes the address.
fn real_of(file: *mut sqlite3_file) -> *mut sqlite3_file {
    file.cast::<TestFile>().wrapping_add(1).cast()
}

/// # Safety
/// `vfs` was made by [`new_vfs`].
unsafe fn shared_of(vfs: *mut sqlite3_vfs) -> &'static Shared {
    // SAFETY: `new_vfs` put a leaked `Shared` there.
    unsafe { &*(*vfs).pAppData.cast::<Shared>() }
}

/// # Safety
/// `file` was opened by [`x_open`], and the reference is gone before it is closed.
unsafe fn test_file<'a>(file: *mut sqlite3_file) -> &'a TestFile {
    // SAFETY: the caller's promise; nobody changes our part between open and close.
    unsafe { &*file.cast::<TestFile>() }
}

/// The size of an open file in bytes.
fn size_of_file(file: *mut sqlite3_file) -> Result<u64, c_int> {
    let mut size: sqlite3_int64 = 0;
    match real_file!(file, xFileSize(&mut size)) {
        ffi::SQLITE_OK => Ok(size.max(0) as u64),
        code => Err(code),
    }
}

/// The whole content of an open file. Read through SQLite's handle: see `write_durable_copy` on POSIX locks.
fn content_of_file(file: *mut sqlite3_file) -> Result<Vec<u8>, c_int> {
    let mut content = vec![0; size_of_file(file)? as usize];
    if content.is_empty() {
        return Ok(content);
    }
    let length = c_int::try_from(content.len()).map_err(|_| ffi::SQLITE_TOOBIG)?;
    match real_file!(file, xRead(content.as_mut_ptr().cast(), length, 0)) {
        ffi::SQLITE_OK => Ok(content),
        code => Err(code),
    }
}

fn code_of(result: Result<(), c_int>) -> c_int {
    result.err().unwrap_or(ffi::SQLITE_OK)
}

fn checked(code: c_int) -> Result<(), c_int> {
    if code == ffi::SQLITE_OK { Ok(()) } else { Err(code) }
}

unsafe extern "C" fn x_open(
    vfs: *mut sqlite3_vfs,
    name: *const c_char,
    file: *mut sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: SQLite hands us `szOsFile` bytes. No methods means "not open": no `xClose` after a failure.
    unsafe { (*file).pMethods = ptr::null() };
    // SAFETY: `vfs` is ours.
    let shared = unsafe { shared_of(vfs) };
    let kind = FileKind::of_flags(flags);
    let mut state = shared.lock();
    if let Err(code) = state.pass(Op::Open, kind) {
        return code;
    }
    state.counts.of_mut(kind).opens += 1;
    let code = real_vfs!(shared, xOpen(name, real_of(file), flags, out_flags));
    if code != ffi::SQLITE_OK {
        return code;
    }
    // SAFETY: a name that isn't NULL is a NUL-terminated path.
    let path = (kind != FileKind::Other && !name.is_null()).then(|| unsafe { text(name) });
    if let Some(path) = &path
        && let Err(code) = state.opened(path, || content_of_file(file))
    {
        real_file!(file, xClose());
        return code;
    }
    // SAFETY: the real file is open, so it has methods.
    let has_shm =
        unsafe { (*(*real_of(file)).pMethods).iVersion >= 2 && (*(*real_of(file)).pMethods).xShmMap.is_some() };
    let methods = if has_shm { &METHODS_WITH_SHM } else { &METHODS_WITHOUT_SHM };
    let delete_on_close = flags & ffi::SQLITE_OPEN_DELETEONCLOSE != 0;
    let opened = TestFile { base: sqlite3_file { pMethods: methods }, shared, kind, path, delete_on_close };
    // SAFETY: SQLite allocated room for ours and the real one behind it, aligned to 8 bytes.
    unsafe { file.cast::<TestFile>().write(opened) };
    ffi::SQLITE_OK
}

unsafe extern "C" fn x_close(file: *mut sqlite3_file) -> c_int {
    // SAFETY: opened by `x_open`. Taken out by value, so that it is dropped; SQLite doesn't look at it again.
    let closing = unsafe { file.cast::<TestFile>().read() };
    let mut state = closing.shared.lock();
    if closing.delete_on_close
        && let Ok(size) = size_of_file(file)
    {
        state.resized(size, 0);
    }
    state.closed(closing.path.as_deref());
    let code = real_file!(file, xClose());
    // SAFETY: still SQLite's memory. No methods means "not open".
    unsafe { (*file).pMethods = ptr::null() };
    code
}

unsafe extern "C" fn x_read(file: *mut sqlite3_file, into: *mut c_void, amount: c_int, offset: sqlite3_int64) -> c_int {
    // SAFETY: opened by `x_open`.
    let ours = unsafe { test_file(file) };
    let mut state = ours.shared.lock();
    if let Err(code) = state.pass(Op::Read, ours.kind) {
        return code;
    }
    state.counts.of_mut(ours.kind).reads += 1;
    real_file!(file, xRead(into, amount, offset))
}

unsafe extern "C" fn x_write(
    file: *mut sqlite3_file,
    from: *const c_void,
    amount: c_int,
    offset: sqlite3_int64,
) -> c_int {
    // SAFETY: opened by `x_open`.
    let ours = unsafe { test_file(file) };
    // SAFETY: SQLite hands us `amount` bytes.
    let bytes = unsafe { std::slice::from_raw_parts(from.cast::<u8>(), amount as usize) };
    let mut state = ours.shared.lock();
    let mut write = || {
        state.pass(Op::Write, ours.kind)?;
        let size = size_of_file(file)?;
        let end = offset as u64 + bytes.len() as u64;
        state.has_space(size, end)?;
        let counts = state.counts.of_mut(ours.kind);
        counts.writes += 1;
        counts.bytes_written += bytes.len() as u64;
        checked(real_file!(file, xWrite(from, amount, offset)))?;
        state.resized(size, size.max(end));
        if let Some(image) = state.image(ours.path.as_deref()) {
            image.write(offset as usize, bytes);
        }
        Ok(())
    };
    code_of(write())
}

unsafe extern "C" fn x_truncate(file: *mut sqlite3_file, wanted: sqlite3_int64) -> c_int {
    // SAFETY: opened by `x_open`.
    let ours = unsafe { test_file(file) };
    let mut state = ours.shared.lock();
    let mut truncate = || {
        state.pass(Op::Truncate, ours.kind)?;
        let size = size_of_file(file)?;
        state.has_space(size, wanted as u64)?;
        state.counts.of_mut(ours.kind).truncates += 1;
        checked(real_file!(file, xTruncate(wanted)))?;
        state.resized(size, wanted as u64);
        if let Some(image) = state.image(ours.path.as_deref()) {
            image.truncate(wanted as usize);
        }
        Ok(())
    };
    code_of(truncate())
}

unsafe extern "C" fn x_sync(file: *mut sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: opened by `x_open`.
    let ours = unsafe { test_file(file) };
    // Held over the sync itself, so that no write of another connection slips in and is taken for durable.
    let mut state = ours.shared.lock();
    let mut sync = || {
        state.pass(Op::Sync, ours.kind)?;
        state.counts.of_mut(ours.kind).syncs += 1;
        checked(real_file!(file, xSync(flags)))?;
        if let Some(image) = state.image(ours.path.as_deref()) {
            image.sync();
        }
        Ok(())
    };
    code_of(sync())
}

unsafe extern "C" fn x_delete(vfs: *mut sqlite3_vfs, name: *const c_char, sync_dir: c_int) -> c_int {
    // SAFETY: `vfs` is ours.
    let shared = unsafe { shared_of(vfs) };
    // SAFETY: SQLite deletes files by their full path.
    let path = unsafe { text(name) };
    let kind = FileKind::of_deleted_name(&path);
    let mut state = shared.lock();
    let mut delete = || {
        state.pass(Op::Delete, kind)?;
        let size = std::fs::metadata(&path).map_or(0, |file| file.len());
        state.counts.of_mut(kind).deletes += 1;
        state.counts.dir_syncs += u64::from(sync_dir != 0);
        checked(real_vfs!(shared, xDelete(name, sync_dir)))?;
        state.resized(size, 0);
        state.deleted(&path);
        Ok(())
    };
    code_of(delete())
}

unsafe extern "C" fn x_file_control(file: *mut sqlite3_file, op: c_int, arg: *mut c_void) -> c_int {
    match op {
        // Growing ahead, in chunks, would change files behind the tallies and images kept here.
        ffi::SQLITE_FCNTL_SIZE_HINT | ffi::SQLITE_FCNTL_CHUNK_SIZE => ffi::SQLITE_NOTFOUND,
        _ => real_file!(file, xFileControl(op, arg)),
    }
}

unsafe extern "C" fn x_shm_map(
    file: *mut sqlite3_file,
    region: c_int,
    region_size: c_int,
    extend: c_int,
    mapped: *mut *mut c_void,
) -> c_int {
    // SAFETY: opened by `x_open`.
    let ours = unsafe { test_file(file) };
    let mut state = ours.shared.lock();
    if let Err(code) = state.pass(Op::ShmMap, ours.kind) {
        // SAFETY: SQLite's out parameter; on failure it must say that nothing is mapped.
        unsafe { *mapped = ptr::null_mut() };
        return code;
    }
    state.counts.of_mut(ours.kind).shm_maps += 1;
    real_file!(file, xShmMap(region, region_size, extend, mapped))
}

unsafe extern "C" fn x_shm_lock(file: *mut sqlite3_file, offset: c_int, n: c_int, flags: c_int) -> c_int {
    real_file!(file, xShmLock(offset, n, flags))
}

unsafe extern "C" fn x_shm_barrier(file: *mut sqlite3_file) {
    real_file!(file, xShmBarrier())
}

unsafe extern "C" fn x_shm_unmap(file: *mut sqlite3_file, delete: c_int) -> c_int {
    real_file!(file, xShmUnmap(delete))
}

unsafe extern "C" fn x_file_size(file: *mut sqlite3_file, size: *mut sqlite3_int64) -> c_int {
    real_file!(file, xFileSize(size))
}

unsafe extern "C" fn x_lock(file: *mut sqlite3_file, level: c_int) -> c_int {
    real_file!(file, xLock(level))
}

unsafe extern "C" fn x_unlock(file: *mut sqlite3_file, level: c_int) -> c_int {
    real_file!(file, xUnlock(level))
}

unsafe extern "C" fn x_check_reserved_lock(file: *mut sqlite3_file, reserved: *mut c_int) -> c_int {
    real_file!(file, xCheckReservedLock(reserved))
}

unsafe extern "C" fn x_sector_size(file: *mut sqlite3_file) -> c_int {
    real_file!(file, xSectorSize())
}

unsafe extern "C" fn x_device_characteristics(file: *mut sqlite3_file) -> c_int {
    real_file!(file, xDeviceCharacteristics())
}

/// A method of the VFS that only hands on.
macro_rules! pass_on {
    ($(fn $name:ident($($arg:ident: $type:ty),*) $(-> $result:ty)? = $method:ident;)*) => {$(
        unsafe extern "C" fn $name(vfs: *mut sqlite3_vfs, $($arg: $type),*) $(-> $result)? {
            // SAFETY: `vfs` is ours.
            let shared = unsafe { shared_of(vfs) };
            real_vfs!(shared, $method($($arg),*))
        }
    )*};
}

type Symbol = unsafe extern "C" fn(*mut sqlite3_vfs, *mut c_void, *const c_char);

pass_on! {
    fn x_access(name: *const c_char, flags: c_int, result: *mut c_int) -> c_int = xAccess;
    fn x_full_pathname(name: *const c_char, capacity: c_int, full: *mut c_char) -> c_int = xFullPathname;
    fn x_dl_open(name: *const c_char) -> *mut c_void = xDlOpen;
    fn x_dl_error(capacity: c_int, message: *mut c_char) = xDlError;
    fn x_dl_sym(library: *mut c_void, symbol: *const c_char) -> Option<Symbol> = xDlSym;
    fn x_dl_close(library: *mut c_void) = xDlClose;
    fn x_randomness(amount: c_int, into: *mut c_char) -> c_int = xRandomness;
    fn x_sleep(microseconds: c_int) -> c_int = xSleep;
    fn x_current_time(julian_day: *mut f64) -> c_int = xCurrentTime;
    fn x_get_last_error(capacity: c_int, message: *mut c_char) -> c_int = xGetLastError;
    fn x_current_time_int64(milliseconds: *mut sqlite3_int64) -> c_int = xCurrentTimeInt64;
}
