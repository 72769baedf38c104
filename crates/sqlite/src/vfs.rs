//! SQLite's system layer (https://www.sqlite.org/vfs.html) on Rust's standard library. The library is built without one of
//! its own: its C would know other numbers and layouts than ours. Files are not locked, for the sandbox has no locks.

use std::collections::hash_map::RandomState;
use std::ffi::{c_char, c_int, c_void, CStr, CString, OsStr};
use std::fs::{self, File, OpenOptions};
use std::hash::{BuildHasher, Hasher};
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::ptr::null_mut;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use libsqlite3_sys as ffi;

const PATH_MAX: usize = 1024;
const SECTOR: c_int = 4096;
/// Milliseconds from noon of 24 November 4714 BC, where SQLite's time starts, to 1970.
const JULIAN_EPOCH: i64 = 210_866_760_000_000;

#[repr(C)]
struct Handle {
    base: ffi::sqlite3_file,
    state: *mut State,
}

struct State {
    file: File,
    /// A temporary file, or one that goes when it is closed.
    gone_when_closed: Option<PathBuf>,
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 1,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(size),
    xLock: Some(lock),
    xUnlock: Some(lock),
    xCheckReservedLock: Some(reserved),
    xFileControl: Some(control),
    xSectorSize: Some(sector),
    xDeviceCharacteristics: Some(characteristics),
    xShmMap: None,
    xShmLock: None,
    xShmBarrier: None,
    xShmUnmap: None,
    xFetch: None,
    xUnfetch: None,
};

/// Called by the library before anything else.
#[no_mangle]
extern "C" fn sqlite3_os_init() -> c_int {
    // The library keeps it for good.
    let vfs = Box::leak(Box::new(ffi::sqlite3_vfs {
        iVersion: 2,
        szOsFile: size_of::<Handle>() as c_int,
        mxPathname: PATH_MAX as c_int,
        pNext: null_mut(),
        zName: c"std".as_ptr(),
        pAppData: null_mut(),
        xOpen: Some(open),
        xDelete: Some(delete),
        xAccess: Some(access),
        xFullPathname: Some(full_path),
        xDlOpen: None,
        xDlError: None,
        xDlSym: None,
        xDlClose: None,
        xRandomness: Some(randomness),
        xSleep: Some(sleep),
        xCurrentTime: Some(time_in_days),
        xGetLastError: Some(last_error),
        xCurrentTimeInt64: Some(time),
        xSetSystemCall: None,
        xGetSystemCall: None,
        xNextSystemCall: None,
    }));
    // SAFETY: the layer is complete and lives for good.
    unsafe { ffi::sqlite3_vfs_register(vfs, 1) }
}

#[no_mangle]
extern "C" fn sqlite3_os_end() -> c_int {
    ffi::SQLITE_OK
}

/// SAFETY: the name ends with NUL.
unsafe fn path<'a>(name: *const c_char) -> &'a Path {
    Path::new(OsStr::from_bytes(CStr::from_ptr(name).to_bytes()))
}

/// SAFETY: the file was opened here and is not closed.
unsafe fn state<'a>(file: *mut ffi::sqlite3_file) -> &'a State {
    &*(*file.cast::<Handle>()).state
}

fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

fn create(name: Option<&Path>, flags: c_int) -> io::Result<(State, bool)> {
    let Some(name) = name else {
        let name = std::env::temp_dir().join(format!("etilqs_{:016x}", random()));
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(&name)?;
        return Ok((State { file, gone_when_closed: Some(name) }, false));
    };
    let gone_when_closed = (flags & ffi::SQLITE_OPEN_DELETEONCLOSE != 0).then(|| name.to_path_buf());
    let writes = flags & ffi::SQLITE_OPEN_READWRITE != 0;
    let mut options = OpenOptions::new();
    options.read(true).write(writes).create(writes && flags & ffi::SQLITE_OPEN_CREATE != 0);
    options.create_new(writes && flags & ffi::SQLITE_OPEN_EXCLUSIVE != 0);
    let (file, read_only) = match options.open(name) {
        Ok(file) => (file, !writes),
        Err(error) if writes && error.kind() == ErrorKind::PermissionDenied => (File::open(name)?, true),
        Err(error) => return Err(error),
    };
    if file.metadata()?.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    Ok((State { file, gone_when_closed }, read_only))
}

unsafe extern "C" fn open(_: *mut ffi::sqlite3_vfs, name: *const c_char, file: *mut ffi::sqlite3_file, flags: c_int, out: *mut c_int) -> c_int {
    let handle = file.cast::<Handle>();
    // Without methods it is not closed again.
    (*handle).base.pMethods = std::ptr::null();
    let Ok((state, read_only)) = create((!name.is_null()).then(|| path(name)), flags) else { return ffi::SQLITE_CANTOPEN };
    (*handle).state = Box::into_raw(Box::new(state));
    (*handle).base.pMethods = &METHODS;
    if !out.is_null() {
        *out = if read_only { ffi::SQLITE_OPEN_READONLY } else { flags };
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    let state = Box::from_raw((*file.cast::<Handle>()).state);
    if let Some(name) = &state.gone_when_closed {
        // Somebody else may have removed it.
        let _ = fs::remove_file(name);
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(file: *mut ffi::sqlite3_file, to: *mut c_void, count: c_int, at: i64) -> c_int {
    let buffer = std::slice::from_raw_parts_mut(to.cast::<u8>(), count as usize);
    let mut filled = 0;
    while filled < buffer.len() {
        match state(file).file.read_at(&mut buffer[filled..], at as u64 + filled as u64) {
            Ok(0) => {
                buffer[filled..].fill(0);
                return ffi::SQLITE_IOERR_SHORT_READ;
            }
            Ok(got) => filled += got,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return ffi::SQLITE_IOERR_READ,
        }
    }
    ffi::SQLITE_OK
}

fn result(result: io::Result<()>, code: c_int) -> c_int {
    match result {
        Ok(()) => ffi::SQLITE_OK,
        Err(error) if error.kind() == ErrorKind::StorageFull => ffi::SQLITE_FULL,
        Err(_) => code,
    }
}

unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, from: *const c_void, count: c_int, at: i64) -> c_int {
    let bytes = std::slice::from_raw_parts(from.cast::<u8>(), count as usize);
    result(state(file).file.write_all_at(bytes, at as u64), ffi::SQLITE_IOERR_WRITE)
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: i64) -> c_int {
    result(state(file).file.set_len(size as u64), ffi::SQLITE_IOERR_TRUNCATE)
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    result(state(file).file.sync_data(), ffi::SQLITE_IOERR_FSYNC)
}

unsafe extern "C" fn size(file: *mut ffi::sqlite3_file, out: *mut i64) -> c_int {
    match state(file).file.metadata() {
        Ok(facts) => {
            *out = facts.len() as i64;
            ffi::SQLITE_OK
        }
        Err(_) => ffi::SQLITE_IOERR_FSTAT,
    }
}

unsafe extern "C" fn lock(_: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    ffi::SQLITE_OK
}

unsafe extern "C" fn reserved(_: *mut ffi::sqlite3_file, out: *mut c_int) -> c_int {
    *out = 0;
    ffi::SQLITE_OK
}

unsafe extern "C" fn control(_: *mut ffi::sqlite3_file, _: c_int, _: *mut c_void) -> c_int {
    ffi::SQLITE_NOTFOUND
}

unsafe extern "C" fn sector(_: *mut ffi::sqlite3_file) -> c_int {
    SECTOR
}

unsafe extern "C" fn characteristics(_: *mut ffi::sqlite3_file) -> c_int {
    ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE
}

unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, name: *const c_char, _: c_int) -> c_int {
    match fs::remove_file(path(name)) {
        Ok(()) => ffi::SQLITE_OK,
        Err(error) if error.kind() == ErrorKind::NotFound => ffi::SQLITE_IOERR_DELETE_NOENT,
        Err(_) => ffi::SQLITE_IOERR_DELETE,
    }
}

unsafe extern "C" fn access(_: *mut ffi::sqlite3_vfs, name: *const c_char, what: c_int, out: *mut c_int) -> c_int {
    let facts = fs::metadata(path(name));
    *out = c_int::from(facts.is_ok_and(|facts| match what {
        // An empty journal is none.
        ffi::SQLITE_ACCESS_EXISTS => !facts.is_file() || facts.len() > 0,
        ffi::SQLITE_ACCESS_READWRITE => !facts.permissions().readonly(),
        _ => true,
    }));
    ffi::SQLITE_OK
}

unsafe extern "C" fn full_path(_: *mut ffi::sqlite3_vfs, name: *const c_char, count: c_int, out: *mut c_char) -> c_int {
    let path = path(name);
    let full = fs::canonicalize(path).or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_path_buf());
    let Ok(full) = CString::new(full.as_os_str().as_bytes()) else { return ffi::SQLITE_CANTOPEN };
    let bytes = full.as_bytes_with_nul();
    if bytes.len() > count as usize {
        return ffi::SQLITE_CANTOPEN;
    }
    std::ptr::copy_nonoverlapping(bytes.as_ptr(), out.cast(), bytes.len());
    ffi::SQLITE_OK
}

unsafe extern "C" fn randomness(_: *mut ffi::sqlite3_vfs, count: c_int, out: *mut c_char) -> c_int {
    let buffer = std::slice::from_raw_parts_mut(out.cast::<u8>(), count as usize);
    for chunk in buffer.chunks_mut(8) {
        chunk.copy_from_slice(&random().to_ne_bytes()[..chunk.len()]);
    }
    count
}

unsafe extern "C" fn sleep(_: *mut ffi::sqlite3_vfs, microseconds: c_int) -> c_int {
    std::thread::sleep(Duration::from_micros(microseconds.max(0) as u64));
    microseconds
}

fn now() -> i64 {
    JULIAN_EPOCH + SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_millis() as i64)
}

unsafe extern "C" fn time(_: *mut ffi::sqlite3_vfs, out: *mut i64) -> c_int {
    *out = now();
    ffi::SQLITE_OK
}

unsafe extern "C" fn time_in_days(_: *mut ffi::sqlite3_vfs, out: *mut f64) -> c_int {
    *out = now() as f64 / 86_400_000.0;
    ffi::SQLITE_OK
}

unsafe extern "C" fn last_error(_: *mut ffi::sqlite3_vfs, _: c_int, _: *mut c_char) -> c_int {
    0
}
