//! Descriptors: what preview 1 does not remember of them (the name of a directory, close-on-exec), and their copies.

use crate::kernel::{self, Target};
use crate::rpc::{self, Op, Request};
use crate::{errno, path, wasi};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::ptr::addr_of_mut;
use libc::{c_int, c_void};

#[derive(Default)]
pub struct Facts {
    /// Absolute name of an open directory, without a slash at its end.
    pub directory: Option<Vec<u8>>,
    /// Absolute name by which a file was opened, where the host knows files by name only.
    pub name: Option<Vec<u8>>,
    pub close_on_exec: bool,
}

static mut FACTS: BTreeMap<c_int, Facts> = BTreeMap::new();

fn facts() -> &'static mut BTreeMap<c_int, Facts> {
    // SAFETY: there is one thread, and no caller holds the reference over a call that changes it.
    unsafe { &mut *addr_of_mut!(FACTS) }
}

pub fn directory(fd: c_int) -> Option<Vec<u8>> {
    match fd {
        path::ROOT => Some(Vec::new()),
        libc::AT_FDCWD => Some(path::current()),
        _ => facts().get(&fd)?.directory.clone(),
    }
}

/// The absolute name by which a file was opened.
pub fn file_name(fd: c_int) -> Option<Vec<u8>> {
    let fd = match kernel::target(fd) {
        Target::Engine(fd) => fd,
        Target::Host(_) => return None,
    };
    facts().get(&fd)?.name.clone()
}

/// The absolute name of an open directory, for services that take names only.
pub fn name(fd: c_int) -> Option<Vec<u8>> {
    directory(fd).map(|name| if name.is_empty() { b"/".to_vec() } else { name })
}

pub fn remember(fd: c_int, new: Facts) {
    if new.directory.is_some() || new.name.is_some() || new.close_on_exec {
        facts().insert(fd, new);
    } else {
        facts().remove(&fd);
    }
}

/// What a program has from its start: the streams and the root.
const FROM_START: usize = 4;
/// Descriptors of a process.
pub const MOST: usize = 256;

/// Whether there is no room for `more` descriptors. Where the host does not see what is opened it is counted here, and told
/// to the host; elsewhere the host counts.
pub fn is_full(more: usize) -> bool {
    if rpc::mailbox().is_none() {
        return false;
    }
    // Everything that the engine opens has a name here.
    let opened = kernel::count(facts().keys().copied().filter(|fd| *fd > path::ROOT));
    // The way to host services takes one where it is a device, from its first use on.
    let full = FROM_START + usize::from(rpc::is_used()) + opened + more > MOST;
    if full {
        tell_full();
    }
    full
}

/// Only the host can say outside that a limit is reached.
fn tell_full() {
    let _ = Request::new(Op::Full).send();
}

/// Descriptors above 2 that a new process gets.
pub fn inherited() -> Vec<c_int> {
    let mut all = Vec::new();
    if rpc::mailbox().is_some() {
        return all;
    }
    for fd in path::ROOT + 1..16 {
        let mut stat = wasi::Fdstat::default();
        // SAFETY: a result of the right type.
        let open = unsafe { wasi::fd_fdstat_get(fd, &mut stat) } == 0;
        if open && !facts().get(&fd).is_some_and(|facts| facts.close_on_exec) {
            all.push(fd);
        }
    }
    all
}

#[no_mangle]
pub extern "C" fn close(fd: c_int) -> c_int {
    rpc::forget(fd);
    let error = kernel::fd_close(fd);
    // A number that another one stands for keeps its name.
    if !kernel::is_kept(fd) {
        facts().remove(&fd);
    }
    errno::result(error)
}

fn is_open(fd: c_int) -> bool {
    let mut stat = wasi::Fdstat::default();
    // SAFETY: a result of the right type.
    unsafe { kernel::fd_fdstat_get(fd, &mut stat) == 0 }
}

#[no_mangle]
pub extern "C" fn dup2(from: c_int, to: c_int) -> c_int {
    if from == to {
        return if is_open(from) { to } else { errno::fail(libc::EBADF) };
    }
    if rpc::mailbox().is_some() {
        if !is_open(from) {
            return errno::fail(libc::EBADF);
        }
        kernel::replace(to, kernel::target(from));
        let directory = directory(from);
        remember(to, Facts { directory, ..Facts::default() });
        return to;
    }
    rpc::keep_off(to);
    match Request::new(Op::Dup2).u32(from as u32).u32(to as u32).send() {
        Ok(_) => {
            let directory = directory(from);
            remember(to, Facts { directory, ..Facts::default() });
            to
        }
        Err(error) => errno::fail(error),
    }
}

#[no_mangle]
pub extern "C" fn dup3(from: c_int, to: c_int, flags: c_int) -> c_int {
    let fd = dup2(from, to);
    if fd >= 0 && flags & libc::O_CLOEXEC != 0 {
        let directory = directory(fd);
        remember(fd, Facts { directory, close_on_exec: true, ..Facts::default() });
    }
    fd
}

/// The host hands out numbers itself everywhere but here, so the lowest free one is looked for.
fn dup_from(fd: c_int, lowest: c_int) -> c_int {
    if rpc::mailbox().is_some() {
        if !is_open(fd) {
            return errno::fail(libc::EBADF);
        }
        if is_full(1) {
            return errno::fail(libc::EMFILE);
        }
        let new = kernel::install(kernel::target(fd), lowest);
        remember(new, Facts { directory: directory(fd), ..Facts::default() });
        return new;
    }
    rpc::keep_off(-1);
    let mut to = lowest;
    while (to as usize) < MOST && is_open(to) {
        to += 1;
    }
    if to as usize >= MOST {
        tell_full();
        return errno::fail(libc::EMFILE);
    }
    dup2(fd, to)
}

#[no_mangle]
pub extern "C" fn dup(fd: c_int) -> c_int {
    dup_from(fd, 0)
}

#[no_mangle]
pub unsafe extern "C" fn pipe2(ends: *mut c_int, flags: c_int) -> c_int {
    if is_full(2) {
        return errno::fail(libc::EMFILE);
    }
    match Request::new(Op::Pipe).send() {
        Ok(mut reply) => {
            for end in 0..2 {
                let number = reply.u32();
                let ours = rpc::mailbox().map(|_| kernel::install(Target::Host(number), 0));
                let fd = ours.unwrap_or(number as c_int);
                *ends.add(end) = fd;
                remember(fd, Facts { close_on_exec: flags & libc::O_CLOEXEC != 0, ..Facts::default() });
            }
            0
        }
        Err(error) => errno::fail(error),
    }
}

#[no_mangle]
pub unsafe extern "C" fn pipe(ends: *mut c_int) -> c_int {
    pipe2(ends, 0)
}

const FD_CLOEXEC: c_int = 1;

#[no_mangle]
pub unsafe extern "C" fn fcntl(fd: c_int, command: c_int, mut rest: ...) -> c_int {
    match command {
        libc::F_DUPFD => dup_from(fd, rest.arg::<c_int>()),
        libc::F_DUPFD_CLOEXEC => {
            let new = dup_from(fd, rest.arg::<c_int>());
            if new >= 0 {
                remember(new, Facts { directory: directory(fd), close_on_exec: true, ..Facts::default() });
            }
            new
        }
        libc::F_GETFD if !is_open(fd) => errno::fail(libc::EBADF),
        libc::F_GETFD => facts().get(&fd).map_or(0, |facts| c_int::from(facts.close_on_exec)),
        libc::F_SETFD => {
            let close_on_exec = rest.arg::<c_int>() & FD_CLOEXEC != 0;
            let mut new = facts().remove(&fd).unwrap_or_default();
            new.close_on_exec = close_on_exec;
            remember(fd, new);
            0
        }
        libc::F_GETFL => flags(fd),
        libc::F_SETFL => {
            let flags = rest.arg::<c_int>();
            let mut new = 0;
            new |= if flags & libc::O_APPEND != 0 { wasi::FDFLAGS_APPEND } else { 0 };
            new |= if flags & libc::O_NONBLOCK != 0 { wasi::FDFLAGS_NONBLOCK } else { 0 };
            errno::result(kernel::fd_fdstat_set_flags(fd, new))
        }
        // One sandbox's programs do not lock against each other; a lock is always had.
        libc::F_SETLK | libc::F_SETLKW => 0,
        _ => errno::fail(libc::EINVAL),
    }
}

fn flags(fd: c_int) -> c_int {
    let mut stat = wasi::Fdstat::default();
    // SAFETY: a result of the right type.
    let error = unsafe { kernel::fd_fdstat_get(fd, &mut stat) };
    if error != 0 {
        return errno::result(error);
    }
    let mut flags = match (stat.rights_base & wasi::RIGHTS_READ != 0, stat.rights_base & wasi::RIGHTS_WRITE != 0) {
        (true, true) => libc::O_RDWR,
        (false, true) => libc::O_WRONLY,
        _ => libc::O_RDONLY,
    };
    if stat.flags & wasi::FDFLAGS_APPEND != 0 {
        flags |= libc::O_APPEND;
    }
    if stat.flags & wasi::FDFLAGS_NONBLOCK != 0 {
        flags |= libc::O_NONBLOCK;
    }
    flags
}

#[no_mangle]
pub extern "C" fn isatty(fd: c_int) -> c_int {
    let mut stat = wasi::Fdstat::default();
    // SAFETY: a result of the right type.
    let error = unsafe { kernel::fd_fdstat_get(fd, &mut stat) };
    if error != 0 {
        errno::fail(c_int::from(error));
        return 0;
    }
    // As wasi-libc decides: a character device that cannot seek is a terminal; /dev/null can.
    const SEEK_TELL: u64 = 1 << 2 | 1 << 5;
    if stat.filetype == wasi::FILETYPE_CHARACTER && stat.rights_base & SEEK_TELL == 0 {
        return 1;
    }
    errno::set(libc::ENOTTY);
    0
}

#[no_mangle]
pub unsafe extern "C" fn ioctl(fd: c_int, request: c_int, mut rest: ...) -> c_int {
    if request != libc::TIOCGWINSZ {
        return errno::fail(libc::ENOTTY);
    }
    let known = if rpc::mailbox().is_some() { kernel::number(fd) } else { Some(fd as u32) };
    let asked = known.map(|number| Request::new(Op::TtySize).u32(number).send());
    let Some(Ok(mut reply)) = asked else { return errno::fail(libc::ENOTTY) };
    let (is_terminal, columns, rows) = (reply.u32(), reply.u32(), reply.u32());
    if is_terminal == 0 {
        return errno::fail(libc::ENOTTY);
    }
    let size = rest.arg::<*mut c_void>().cast::<libc::winsize>();
    *size = libc::winsize { ws_row: rows as u16, ws_col: columns as u16, ws_xpixel: 0, ws_ypixel: 0 };
    0
}
