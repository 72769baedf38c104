//! Open files.

use crate::fd::{self, Facts};
use crate::wasi::{self, Iovec};
use crate::{errno, kernel, mode, path, rpc, start};
use libc::{c_char, c_int, c_void, off_t};

#[no_mangle]
pub unsafe extern "C" fn open(name: *const c_char, flags: c_int, mut rest: ...) -> c_int {
    let mode = if flags & libc::O_CREAT != 0 { rest.arg::<libc::mode_t>() } else { 0 };
    open_at(libc::AT_FDCWD, name, flags, mode)
}

#[no_mangle]
pub unsafe extern "C" fn openat(dir: c_int, name: *const c_char, flags: c_int, mut rest: ...) -> c_int {
    let mode = if flags & libc::O_CREAT != 0 { rest.arg::<libc::mode_t>() } else { 0 };
    open_at(dir, name, flags, mode)
}

#[no_mangle]
pub unsafe extern "C" fn creat(name: *const c_char, mode: libc::mode_t) -> c_int {
    open_at(libc::AT_FDCWD, name, libc::O_CREAT | libc::O_WRONLY | libc::O_TRUNC, mode)
}

fn rights(flags: c_int) -> u64 {
    let writing = wasi::RIGHTS_DATASYNC | wasi::RIGHTS_WRITE | wasi::RIGHTS_ALLOCATE | wasi::RIGHTS_SET_SIZE;
    match flags & 3 {
        libc::O_RDONLY => wasi::RIGHTS_ALL & !writing,
        libc::O_WRONLY => wasi::RIGHTS_ALL & !(wasi::RIGHTS_READ | wasi::RIGHTS_READDIR),
        _ => wasi::RIGHTS_ALL & !wasi::RIGHTS_READDIR,
    }
}

fn translate(flags: c_int, table: &[(c_int, u16)]) -> u16 {
    table.iter().filter(|(from, _)| flags & from == *from).fold(0, |all, (_, to)| all | to)
}

const OFLAGS: [(c_int, u16); 4] = [
    (libc::O_CREAT, wasi::OFLAGS_CREAT),
    (libc::O_DIRECTORY, wasi::OFLAGS_DIRECTORY),
    (libc::O_EXCL, wasi::OFLAGS_EXCL),
    (libc::O_TRUNC, wasi::OFLAGS_TRUNC),
];
const FDFLAGS: [(c_int, u16); 4] = [
    (libc::O_APPEND, wasi::FDFLAGS_APPEND),
    (libc::O_NONBLOCK, wasi::FDFLAGS_NONBLOCK),
    (libc::O_DSYNC, wasi::FDFLAGS_DSYNC),
    (libc::O_SYNC, wasi::FDFLAGS_SYNC),
];

unsafe fn open_at(dir: c_int, name: *const c_char, flags: c_int, mode: libc::mode_t) -> c_int {
    let at = match path::at(dir, name) {
        Ok(at) => at,
        Err(error) => return errno::fail(error),
    };
    let lookup = if flags & libc::O_NOFOLLOW != 0 { 0 } else { wasi::LOOKUP_FOLLOW };
    // Preview 1 creates with a mode of its own choice; another one is set afterwards, on a file that is new.
    let special = flags & libc::O_CREAT != 0 && (mode & 0o777 != 0o666 || mode::is_unheard()) && {
        let mut stat = wasi::Filestat::default();
        flags & libc::O_EXCL != 0 || wasi::path_filestat_get(at.fd, lookup, at.ptr(), at.len(), &mut stat) != 0
    };
    if fd::is_full(1) {
        return errno::fail(libc::EMFILE);
    }
    if host_opens(&at, lookup) {
        return open_by_host(&at, flags, mode);
    }
    let mut new = -1;
    let (oflags, fdflags) = (translate(flags, &OFLAGS), translate(flags, &FDFLAGS));
    let error = path::on(&at, lookup != 0, |at| {
        // SAFETY: pointer and length of one string, and a result of the right type.
        unsafe { wasi::path_open(at.fd, lookup, at.ptr(), at.len(), oflags, rights(flags), wasi::RIGHTS_ALL, fdflags, &mut new) }
    });
    if error == path::ILSEQ && rpc::mailbox().is_some() {
        return open_by_host(&at, flags, mode);
    }
    if error != 0 {
        return errno::result(error);
    }
    let directory = if flags & libc::O_DIRECTORY != 0 || is_directory(new, flags) {
        let mut name = at.absolute();
        while name.last() == Some(&b'/') || name.ends_with(b"/.") {
            name.pop();
        }
        Some(name)
    } else {
        None
    };
    let name = if directory.is_none() && rpc::mailbox().is_some() { Some(at.absolute()) } else { None };
    fd::remember(new, Facts { directory, name, close_on_exec: flags & libc::O_CLOEXEC != 0 });
    // Not before the name is known: with a mailbox, it is what the host changes.
    if special {
        mode::fchmod(new, mode & !mode::current_umask());
    }
    new
}

fn open_by_host(at: &path::At, flags: c_int, mode: libc::mode_t) -> c_int {
    let new = match kernel::open(&at.absolute(), kernel::flags(flags), mode) {
        Ok(new) => new,
        Err(error) => return errno::fail(error),
    };
    let directory = if flags & libc::O_DIRECTORY != 0 { Some(path::normal(&at.absolute())) } else { None };
    fd::remember(new, Facts { directory, close_on_exec: flags & libc::O_CLOEXEC != 0, ..Facts::default() });
    new
}

/// Whether the engine has only a stand-in for what is there: devices, what `/proc` shows, and FIFOs.
fn host_opens(at: &path::At, lookup: u32) -> bool {
    if rpc::mailbox().is_none() {
        return false;
    }
    if path::is_kernels(at) {
        return true;
    }
    let mut stat = wasi::Filestat::default();
    // SAFETY: pointer and length of one string, and a result of the right type.
    let error = path::on(at, lookup != 0, |at| unsafe {
        wasi::path_filestat_get(at.fd, lookup, at.ptr(), at.len(), &mut stat)
    });
    error == 0 && stat.filetype == 0
}

/// Directories can be opened without saying so, for fchdir and the `…at` functions; only `O_PATH` users do.
unsafe fn is_directory(fd: c_int, flags: c_int) -> bool {
    if flags & libc::O_PATH == 0 {
        return false;
    }
    let mut stat = wasi::Fdstat::default();
    kernel::fd_fdstat_get(fd, &mut stat) == 0 && stat.filetype == wasi::FILETYPE_DIRECTORY
}

/// A count, or -1 and errno.
fn count(error: wasi::Errno, done: usize) -> isize {
    if error == 0 { done as isize } else { errno::result(error) as isize }
}

/// What a read answers. Engines with real folders know nothing to read of an open directory.
unsafe fn got(fd: c_int, error: wasi::Errno, done: usize) -> isize {
    const BADF: wasi::Errno = 8;
    let mut stat = wasi::Fdstat::default();
    let is_directory = error == BADF
        && rpc::mailbox().is_some()
        && kernel::fd_fdstat_get(fd, &mut stat) == 0
        && stat.filetype == wasi::FILETYPE_DIRECTORY;
    if is_directory { errno::fail(libc::EISDIR) as isize } else { count(error, done) }
}

#[no_mangle]
pub unsafe extern "C" fn read(fd: c_int, buf: *mut c_void, len: usize) -> isize {
    let mut done = 0;
    let error = kernel::fd_read(fd, &Iovec { buf: buf.cast(), len }, 1, &mut done);
    got(fd, error, done)
}

#[no_mangle]
pub unsafe extern "C" fn write(fd: c_int, buf: *const c_void, len: usize) -> isize {
    let mut done = 0;
    let error = kernel::fd_write(fd, &Iovec { buf: buf.cast(), len }, 1, &mut done);
    written(fd, error, done)
}

const EIO: wasi::Errno = 29;
const EPIPE: wasi::Errno = 64;
const SIGPIPE_STATUS: u32 = 128 + 13;

/// A write to a pipe that nobody reads ends a program silently, unless it asked to be told. Hosts with signals never
/// return from the call; the others get here.
fn written(fd: c_int, error: wasi::Errno, done: usize) -> isize {
    // Where services come by mailbox the standard streams are pipes, and the engine says EIO of a closed one.
    let closed = error == EIO && kernel::number(fd).is_some() && rpc::mailbox().is_some();
    let error = if closed { EPIPE } else { error };
    if error == EPIPE && !crate::signal::ignored(libc::SIGPIPE) {
        start::end(SIGPIPE_STATUS)
    }
    count(error, done)
}

#[no_mangle]
pub unsafe extern "C" fn readv(fd: c_int, vectors: *const libc::iovec, n: c_int) -> isize {
    let mut done = 0;
    let error = kernel::fd_read(fd, vectors.cast(), n as usize, &mut done);
    got(fd, error, done)
}

#[no_mangle]
pub unsafe extern "C" fn writev(fd: c_int, vectors: *const libc::iovec, n: c_int) -> isize {
    let mut done = 0;
    let error = kernel::fd_write(fd, vectors.cast(), n as usize, &mut done);
    written(fd, error, done)
}

#[no_mangle]
pub unsafe extern "C" fn pread(fd: c_int, buf: *mut c_void, len: usize, at: off_t) -> isize {
    let mut done = 0;
    let error = kernel::fd_pread(fd, &Iovec { buf: buf.cast(), len }, 1, at as u64, &mut done);
    got(fd, error, done)
}

#[no_mangle]
pub unsafe extern "C" fn pwrite(fd: c_int, buf: *const c_void, len: usize, at: off_t) -> isize {
    let mut done = 0;
    let error = kernel::fd_pwrite(fd, &Iovec { buf: buf.cast(), len }, 1, at as u64, &mut done);
    count(error, done)
}

#[no_mangle]
pub unsafe extern "C" fn preadv(fd: c_int, vectors: *const libc::iovec, n: c_int, at: off_t) -> isize {
    let mut done = 0;
    let error = kernel::fd_pread(fd, vectors.cast(), n as usize, at as u64, &mut done);
    got(fd, error, done)
}

#[no_mangle]
pub unsafe extern "C" fn pwritev(fd: c_int, vectors: *const libc::iovec, n: c_int, at: off_t) -> isize {
    let mut done = 0;
    let error = kernel::fd_pwrite(fd, vectors.cast(), n as usize, at as u64, &mut done);
    count(error, done)
}

#[no_mangle]
pub unsafe extern "C" fn lseek(fd: c_int, offset: off_t, whence: c_int) -> off_t {
    let mut at = 0;
    match kernel::fd_seek(fd, offset, whence as u8, &mut at) {
        0 => at as off_t,
        error => off_t::from(errno::result(error)),
    }
}

#[no_mangle]
pub unsafe extern "C" fn ftruncate(fd: c_int, size: off_t) -> c_int {
    if size < 0 {
        return errno::fail(libc::EINVAL);
    }
    errno::result(kernel::fd_filestat_set_size(fd, size as u64))
}

#[no_mangle]
pub unsafe extern "C" fn truncate(name: *const c_char, size: off_t) -> c_int {
    let file = open_at(libc::AT_FDCWD, name, libc::O_WRONLY, 0);
    if file < 0 {
        return -1;
    }
    let status = ftruncate(file, size);
    fd::close(file);
    status
}

#[no_mangle]
pub unsafe extern "C" fn fsync(fd: c_int) -> c_int {
    errno::result(kernel::fd_sync(fd))
}

#[no_mangle]
pub unsafe extern "C" fn fdatasync(fd: c_int) -> c_int {
    errno::result(kernel::fd_datasync(fd))
}

#[no_mangle]
pub extern "C" fn sync() {}

#[no_mangle]
pub extern "C" fn syncfs(_fd: c_int) -> c_int {
    0
}

#[no_mangle]
pub extern "C" fn posix_fadvise(_fd: c_int, _at: off_t, _len: off_t, _advice: c_int) -> c_int {
    0
}

#[no_mangle]
pub extern "C" fn madvise(_at: *mut libc::c_void, _len: usize, _advice: c_int) -> c_int {
    0
}

#[no_mangle]
pub extern "C" fn posix_fallocate(_fd: c_int, _at: off_t, _len: off_t) -> c_int {
    libc::EOPNOTSUPP
}

#[no_mangle]
pub extern "C" fn flock(_fd: c_int, _operation: c_int) -> c_int {
    0
}
