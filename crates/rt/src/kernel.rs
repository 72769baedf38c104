//! Descriptors that the engine does not have itself. Where host services come through a mailbox, a program cannot duplicate
//! a descriptor, open a device or a FIFO, or get the ends of a pipe: such a descriptor is a number of ours, which stands for
//! one of the engine's or for one that the host holds. The functions are those of preview 1, over both kinds; on a host with
//! the device nothing is ever in the table, and they are preview 1's.

use crate::rpc::{self, Op, Request};
use crate::wasi::{self, Errno, Fdstat, Filestat, Iovec};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use core::ptr::addr_of_mut;
use libc::c_int;

#[derive(Clone, Copy, PartialEq)]
pub enum Target {
    /// A descriptor of the engine's.
    Engine(c_int),
    /// A descriptor that the host holds for this process.
    Host(u32),
}

/// Numbers of ours begin here, above what engines hand out.
const FIRST: c_int = 512;
/// Bytes of one transfer, which must fit a message.
const CHUNK: usize = 1 << 18;

#[derive(Default)]
struct Table {
    ours: BTreeMap<c_int, Target>,
    /// The engine's descriptors that the program closed while another number stands for them.
    kept: BTreeSet<c_int>,
}

static mut TABLE: Table = Table { ours: BTreeMap::new(), kept: BTreeSet::new() };

fn table() -> &'static mut Table {
    // SAFETY: there is one thread, and no caller holds the reference over a call that changes it.
    unsafe { &mut *addr_of_mut!(TABLE) }
}

pub fn target(fd: c_int) -> Target {
    table().ours.get(&fd).copied().unwrap_or(Target::Engine(fd))
}

/// The engine's number; that of a descriptor which only the host has is none of the engine's.
pub fn engine(fd: c_int) -> c_int {
    match target(fd) {
        Target::Engine(fd) => fd,
        Target::Host(_) => -1,
    }
}

/// A number of ours, at least `lowest`, for `target`.
pub fn install(target: Target, lowest: c_int) -> c_int {
    let mut fd = lowest.max(FIRST);
    while table().ours.contains_key(&fd) {
        fd += 1;
    }
    table().ours.insert(fd, target);
    fd
}

/// How many numbers above 2 stand for something, given the engine's that the program opened.
pub fn count(opened: impl Iterator<Item = c_int>) -> usize {
    let Table { ours, kept } = table();
    let plain = opened.filter(|fd| !ours.contains_key(fd) && !kept.contains(fd)).count();
    plain + ours.keys().filter(|fd| **fd > 2).count()
}

/// Makes `to` stand for `target`; what it was is closed.
pub fn replace(to: c_int, target: Target) {
    if self::target(to) == target {
        return;
    }
    if table().ours.contains_key(&to) {
        fd_close(to);
    } else {
        // The number stays taken in the engine, which would hand it out again.
        table().kept.insert(to);
    }
    if target == Target::Engine(to) {
        table().kept.remove(&to);
    } else {
        table().ours.insert(to, target);
    }
}

/// Whether the program closed this number, and another one stands for it.
pub fn is_kept(fd: c_int) -> bool {
    table().kept.contains(&fd)
}

/// What the host calls a descriptor: it knows the three standard ones, and its own.
pub fn number(fd: c_int) -> Option<u32> {
    match target(fd) {
        Target::Host(number) => Some(number),
        Target::Engine(fd @ 0..=2) => Some(fd as u32),
        Target::Engine(_) => None,
    }
}

/// Opens by the host what the engine cannot; `flags` are those of host services.
pub fn open(path: &[u8], flags: u32, mode: u32) -> Result<c_int, c_int> {
    let number = Request::new(Op::Open).string(path).u32(flags).u32(mode).send()?.u32();
    Ok(install(Target::Host(number), 0))
}

fn errno(error: c_int) -> Errno {
    error as Errno
}

pub fn fd_close(fd: c_int) -> Errno {
    let Some(target) = table().ours.remove(&fd) else {
        if table().ours.values().any(|other| *other == Target::Engine(fd)) {
            table().kept.insert(fd);
            return 0;
        }
        // SAFETY: a number.
        return unsafe { wasi::fd_close(fd) };
    };
    if table().ours.values().any(|other| *other == target) {
        return 0;
    }
    match target {
        Target::Host(number) => Request::new(Op::Close).u32(number).send().map_or_else(errno, |_| 0),
        // SAFETY: a number.
        Target::Engine(fd) if table().kept.remove(&fd) && fd > 2 => unsafe { wasi::fd_close(fd) },
        Target::Engine(_) => 0,
    }
}

unsafe fn vectors<'a>(iovs: *const Iovec, n: usize) -> &'a [Iovec] {
    core::slice::from_raw_parts(iovs, n)
}

pub unsafe fn fd_read(fd: c_int, iovs: *const Iovec, n: usize, done: *mut usize) -> Errno {
    let number = match target(fd) {
        Target::Engine(fd) => return wasi::fd_read(fd, iovs, n, done),
        Target::Host(number) => number,
    };
    let Some(into) = vectors(iovs, n).iter().find(|one| one.len > 0) else { return 0 };
    let mut have = 0;
    loop {
        let wanted = (into.len - have).min(CHUNK);
        match Request::new(Op::Read).u32(number).u32(wanted as u32).send() {
            Ok(mut reply) => {
                let bytes = reply.string();
                let got = bytes.len().min(wanted);
                core::ptr::copy_nonoverlapping(bytes.as_ptr(), into.buf.cast_mut().add(have), got);
                have += got;
                // As much as one message brings: there may be more, and whoever asked for it gets it at once.
                if got < CHUNK || have == into.len {
                    break;
                }
            }
            Err(error) if have == 0 => return errno(error),
            Err(_) => break,
        }
    }
    done.write(have);
    0
}

pub unsafe fn fd_write(fd: c_int, iovs: *const Iovec, n: usize, done: *mut usize) -> Errno {
    let number = match target(fd) {
        Target::Engine(fd) => return wasi::fd_write(fd, iovs, n, done),
        Target::Host(number) => number,
    };
    let Some(from) = vectors(iovs, n).iter().find(|one| one.len > 0) else {
        done.write(0);
        return 0;
    };
    let bytes = core::slice::from_raw_parts(from.buf, from.len.min(CHUNK));
    match Request::new(Op::Write).u32(number).string(bytes).send() {
        Ok(mut reply) => {
            done.write(reply.u32() as usize);
            0
        }
        Err(error) => errno(error),
    }
}

const SPIPE: Errno = 70;

pub unsafe fn fd_pread(fd: c_int, iovs: *const Iovec, n: usize, offset: u64, done: *mut usize) -> Errno {
    match target(fd) {
        Target::Engine(fd) => wasi::fd_pread(fd, iovs, n, offset, done),
        Target::Host(_) => SPIPE,
    }
}

pub unsafe fn fd_pwrite(fd: c_int, iovs: *const Iovec, n: usize, offset: u64, done: *mut usize) -> Errno {
    match target(fd) {
        Target::Engine(fd) => wasi::fd_pwrite(fd, iovs, n, offset, done),
        Target::Host(_) => SPIPE,
    }
}

pub unsafe fn fd_seek(fd: c_int, offset: i64, whence: u8, at: *mut u64) -> Errno {
    if target(fd) == Target::Engine(0) {
        let error = wasi::fd_seek(0, offset, whence, at);
        if error != SPIPE || !input_is_file() {
            return error;
        }
        // The engine takes standard input for a stream; the host can seek in it, and reads it from now on.
        table().ours.insert(fd, Target::Host(0));
    }
    match target(fd) {
        Target::Engine(fd) => wasi::fd_seek(fd, offset, whence, at),
        Target::Host(number) => {
            match Request::new(Op::Seek).u32(number).u64(offset as u64).u32(u32::from(whence)).send() {
                Ok(mut reply) => {
                    at.write(reply.u64());
                    0
                }
                Err(error) => errno(error),
            }
        }
    }
}

fn input_is_file() -> bool {
    if rpc::mailbox().is_none() {
        return false;
    }
    Request::new(Op::Fstat).u32(0).send().is_ok_and(|mut reply| filetype(reply.u32()) == wasi::FILETYPE_REGULAR)
}

pub unsafe fn fd_fdstat_get(fd: c_int, out: *mut Fdstat) -> Errno {
    match target(fd) {
        Target::Engine(fd) => wasi::fd_fdstat_get(fd, out),
        Target::Host(number) => match Request::new(Op::Fstat).u32(number).send() {
            Ok(mut reply) => {
                let filetype = filetype(reply.u32());
                out.write(Fdstat { filetype, flags: 0, rights_base: wasi::RIGHTS_ALL, rights_inheriting: 0 });
                0
            }
            Err(error) => errno(error),
        },
    }
}

/// Records of a directory that the host has open, as `fd_readdir` gives them; none at the end.
pub fn readdir(number: u32, cookie: u64) -> Result<Vec<u8>, c_int> {
    Ok(Request::new(Op::Readdir).u32(number).u64(cookie).send()?.string().to_vec())
}

fn filetype(mode: u32) -> u8 {
    match mode & libc::S_IFMT {
        libc::S_IFREG => wasi::FILETYPE_REGULAR,
        libc::S_IFDIR => wasi::FILETYPE_DIRECTORY,
        libc::S_IFCHR => wasi::FILETYPE_CHARACTER,
        libc::S_IFBLK => wasi::FILETYPE_BLOCK,
        libc::S_IFLNK => wasi::FILETYPE_LINK,
        _ => 0,
    }
}

/// A call on what only the engine's descriptors have; `absent` is the answer for the host's.
fn on_engine(fd: c_int, absent: Errno, call: impl Fn(c_int) -> Errno) -> Errno {
    match target(fd) {
        Target::Engine(fd) => call(fd),
        Target::Host(_) => absent,
    }
}

const INVAL: Errno = 28;

pub unsafe fn fd_fdstat_set_flags(fd: c_int, flags: u16) -> Errno {
    on_engine(fd, 0, |fd| wasi::fd_fdstat_set_flags(fd, flags))
}

pub unsafe fn fd_filestat_get(fd: c_int, out: *mut Filestat) -> Errno {
    on_engine(fd, INVAL, |fd| wasi::fd_filestat_get(fd, out))
}

pub unsafe fn fd_filestat_set_size(fd: c_int, size: u64) -> Errno {
    on_engine(fd, INVAL, |fd| wasi::fd_filestat_set_size(fd, size))
}

pub unsafe fn fd_filestat_set_times(fd: c_int, atim: u64, mtim: u64, flags: u16) -> Errno {
    on_engine(fd, 0, |fd| wasi::fd_filestat_set_times(fd, atim, mtim, flags))
}

pub unsafe fn fd_sync(fd: c_int) -> Errno {
    on_engine(fd, INVAL, |fd| wasi::fd_sync(fd))
}

pub unsafe fn fd_datasync(fd: c_int) -> Errno {
    on_engine(fd, INVAL, |fd| wasi::fd_datasync(fd))
}

/// Descriptors for a child as the host knows them, (child's number, host's), and those to be closed afterwards. What only
/// the engine has open is opened by the host once more, by its name and at its place.
pub fn for_child(files: &[(c_int, c_int)]) -> Result<(Vec<(u32, u32)>, Vec<c_int>), c_int> {
    let (mut given, mut extra) = (Vec::new(), Vec::new());
    for &(theirs, ours) in files {
        let number = match number(ours) {
            Some(number) => number,
            None if rpc::mailbox().is_none() => ours as u32,
            None => {
                let copy = reopen(ours)?;
                extra.push(copy);
                self::number(copy).ok_or(libc::EBADF)?
            }
        };
        given.push((theirs as u32, number));
    }
    Ok((given, extra))
}

/// Flags of OPEN in host services.
const READ: u32 = 1;
const WRITE: u32 = 2;
const APPEND: u32 = 32;
pub const CREATE: u32 = 4;
pub const EXCLUSIVE: u32 = 8;
pub const TRUNCATE: u32 = 16;
pub const NOFOLLOW: u32 = 128;

/// `flags` of open(2) as host services have them.
pub fn flags(flags: c_int) -> u32 {
    const MORE: [(c_int, u32); 5] = [
        (libc::O_CREAT, CREATE),
        (libc::O_EXCL, EXCLUSIVE),
        (libc::O_TRUNC, TRUNCATE),
        (libc::O_APPEND, APPEND),
        (libc::O_NOFOLLOW, NOFOLLOW),
    ];
    let access = match flags & 3 {
        libc::O_RDONLY => READ,
        libc::O_WRONLY => WRITE,
        _ => READ | WRITE,
    };
    MORE.iter().filter(|(from, _)| flags & from == *from).fold(access, |all, (_, to)| all | to)
}

fn reopen(fd: c_int) -> Result<c_int, c_int> {
    let name = crate::fd::file_name(fd).ok_or(libc::EBADF)?;
    let (mut stat, mut at) = (Fdstat::default(), 0);
    // SAFETY: results of the right types.
    unsafe {
        if fd_fdstat_get(fd, &mut stat) != 0 {
            return Err(libc::EBADF);
        }
        fd_seek(fd, 0, 1, &mut at);
    }
    let readable = if stat.rights_base & wasi::RIGHTS_READ != 0 { READ } else { 0 };
    let writable = if stat.rights_base & wasi::RIGHTS_WRITE != 0 { WRITE } else { 0 };
    let append = if stat.flags & wasi::FDFLAGS_APPEND != 0 { APPEND } else { 0 };
    let copy = open(&name, readable | writable | append, 0)?;
    // SAFETY: a result of the right type.
    unsafe { fd_seek(copy, at as i64, 0, &mut at) };
    Ok(copy)
}
