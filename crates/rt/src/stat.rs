//! Facts of files.

use crate::path::{self, At};
use crate::rpc::{self, Op, Request};
use crate::wasi::{self, Filestat};
use crate::{errno, fd, kernel, sys, system};
use libc::{c_char, c_int, c_long, mode_t, time_t, timespec};

const NOENT: wasi::Errno = 44;

#[no_mangle]
pub unsafe extern "C" fn stat(name: *const c_char, out: *mut libc::stat) -> c_int {
    fstatat(libc::AT_FDCWD, name, out, 0)
}

#[no_mangle]
pub unsafe extern "C" fn lstat(name: *const c_char, out: *mut libc::stat) -> c_int {
    fstatat(libc::AT_FDCWD, name, out, libc::AT_SYMLINK_NOFOLLOW)
}

#[no_mangle]
pub unsafe extern "C" fn fstatat(dir: c_int, name: *const c_char, out: *mut libc::stat, flags: c_int) -> c_int {
    if flags & libc::AT_EMPTY_PATH != 0 && *name == 0 {
        return fstat(dir, out);
    }
    match path::at(dir, name) {
        Ok(at) => finish(stat_at(&at, flags & libc::AT_SYMLINK_NOFOLLOW == 0), out),
        Err(error) => errno::fail(error),
    }
}

#[no_mangle]
pub unsafe extern "C" fn fstat(file: c_int, out: *mut libc::stat) -> c_int {
    let result = if rpc::mailbox().is_some() { fstat_by_name(file) } else { fstat_of(file) };
    finish(result, out)
}

fn fstat_of(file: c_int) -> Result<libc::stat, c_int> {
    let mut asking = Filestat::asking();
    // SAFETY: a result of the right type.
    match unsafe { kernel::fd_filestat_get(file, &mut asking) } {
        0 if asking.answered() => Ok(from_plain(&asking)),
        _ => fstat_by_number(file, file as u32),
    }
}

fn fstat_by_number(file: c_int, number: u32) -> Result<libc::stat, c_int> {
    match Request::new(Op::Fstat).u32(number).send() {
        Ok(reply) => Ok(from_reply(reply)),
        Err(libc::ENOSYS) => fstat_plain(file),
        Err(error) => Err(error),
    }
}

fn fstat_plain(file: c_int) -> Result<libc::stat, c_int> {
    let mut plain = Filestat::default();
    // SAFETY: a result of the right type.
    match unsafe { kernel::fd_filestat_get(file, &mut plain) } {
        0 => Ok(from_plain(&plain)),
        error => Err(c_int::from(error)),
    }
}

/// The host does not know what the engine has open, but by the name it was opened by; if that is something else by now, the
/// engine's own facts have to do.
fn fstat_by_name(file: c_int) -> Result<libc::stat, c_int> {
    if let Some(number) = kernel::number(file) {
        return fstat_by_number(file, number);
    }
    let plain = fstat_plain(file)?;
    let Some(name) = fd::file_name(file).or_else(|| fd::name(file)) else { return Ok(plain) };
    if !is_still(&name, &plain) {
        return Ok(plain);
    }
    Request::new(Op::Stat).string(&name).u32(1).send().map(from_reply).or(Ok(plain))
}

/// Whether a name means the file of these facts, as the engine numbers files: it may do so otherwise than the host.
fn is_still(name: &[u8], plain: &libc::stat) -> bool {
    let Ok(at) = path::resolve(libc::AT_FDCWD, name) else { return false };
    let mut named = Filestat::default();
    let error = path::on(&at, true, |at| {
        // SAFETY: pointer and length of one string, and a result of the right type.
        unsafe { wasi::path_filestat_get(at.fd, wasi::LOOKUP_FOLLOW, at.ptr(), at.len(), &mut named) }
    });
    error == 0 && named.ino == plain.st_ino
}

unsafe fn finish(result: Result<libc::stat, c_int>, out: *mut libc::stat) -> c_int {
    match result {
        Ok(stat) => {
            out.write(stat);
            0
        }
        Err(error) => errno::fail(error),
    }
}

fn stat_at(at: &At, follow: bool) -> Result<libc::stat, c_int> {
    if rpc::mailbox().is_none() {
        let mut asking = Filestat::asking();
        // SAFETY: pointer and length of one string, and a result of the right type.
        match unsafe { wasi::path_filestat_get(at.fd, u32::from(follow), at.ptr(), at.len(), &mut asking) } {
            0 if asking.answered() => return Ok(from_plain(&asking)),
            NOENT => return Err(libc::ENOENT),
            // Somebody else's file, or a name that preview 1 refuses.
            _ => {}
        }
    }
    match Request::new(Op::Stat).string(&at.absolute()).u32(u32::from(follow)).send() {
        Ok(reply) => return Ok(from_reply(reply)),
        Err(libc::ENOSYS) => {}
        Err(error) => return Err(error),
    }
    let mut plain = Filestat::default();
    // SAFETY: pointer and length of one string, and a result of the right type.
    match unsafe { wasi::path_filestat_get(at.fd, u32::from(follow), at.ptr(), at.len(), &mut plain) } {
        0 => Ok(from_plain(&plain)),
        error => Err(c_int::from(error)),
    }
}

fn seconds(ns: u64) -> (time_t, c_long) {
    ((ns as i64).div_euclid(1_000_000_000), (ns as i64).rem_euclid(1_000_000_000) as c_long)
}

fn from_reply(mut reply: rpc::Reply) -> libc::stat {
    // SAFETY: plain numbers, zero is one of their values.
    let mut stat: libc::stat = unsafe { core::mem::zeroed() };
    stat.st_mode = reply.u32();
    stat.st_uid = reply.u32();
    stat.st_gid = reply.u32();
    stat.st_ino = reply.u64();
    stat.st_nlink = reply.u32();
    stat.st_dev = reply.u64() as u32;
    stat.st_rdev = reply.u64() as u32;
    stat.st_blocks = reply.u64() as i32;
    stat.st_blksize = 4096;
    (stat.st_atime, stat.st_atime_nsec) = seconds(reply.u64());
    (stat.st_mtime, stat.st_mtime_nsec) = seconds(reply.u64());
    (stat.st_ctime, stat.st_ctime_nsec) = seconds(reply.u64());
    stat.st_size = reply.u64() as i64;
    stat
}

/// What preview 1 tells and, of a file of the sandbox's one user, the host in its padding; another WASI host leaves the usual
/// modes to guess.
fn from_plain(plain: &Filestat) -> libc::stat {
    // SAFETY: plain numbers, zero is one of their values.
    let mut stat: libc::stat = unsafe { core::mem::zeroed() };
    stat.st_mode = match plain.filetype {
        wasi::FILETYPE_DIRECTORY => libc::S_IFDIR | 0o755,
        wasi::FILETYPE_REGULAR => libc::S_IFREG | 0o644,
        wasi::FILETYPE_LINK => libc::S_IFLNK | 0o777,
        wasi::FILETYPE_CHARACTER => libc::S_IFCHR | 0o666,
        wasi::FILETYPE_BLOCK => libc::S_IFBLK | 0o660,
        5 | wasi::FILETYPE_SOCKET => libc::S_IFSOCK | 0o755,
        _ => libc::S_IFIFO | 0o644,
    };
    if plain.answered() {
        stat.st_mode = plain.mode.into();
    }
    stat.st_uid = system::UID;
    stat.st_gid = system::UID;
    stat.st_ino = plain.ino;
    stat.st_nlink = plain.nlink as u32;
    stat.st_dev = plain.dev as u32;
    stat.st_size = plain.size as i64;
    stat.st_blksize = 4096;
    stat.st_blocks = if plain.answered() { plain.blocks as i32 } else { plain.size.div_ceil(512) as i32 };
    (stat.st_atime, stat.st_atime_nsec) = seconds(plain.atim);
    (stat.st_mtime, stat.st_mtime_nsec) = seconds(plain.mtim);
    (stat.st_ctime, stat.st_ctime_nsec) = seconds(plain.ctim);
    stat
}

#[no_mangle]
pub unsafe extern "C" fn access(name: *const c_char, want: c_int) -> c_int {
    faccessat(libc::AT_FDCWD, name, want, 0)
}

#[no_mangle]
pub unsafe extern "C" fn eaccess(name: *const c_char, want: c_int) -> c_int {
    faccessat(libc::AT_FDCWD, name, want, 0)
}

#[no_mangle]
pub unsafe extern "C" fn faccessat(dir: c_int, name: *const c_char, want: c_int, flags: c_int) -> c_int {
    let at = match path::at(dir, name) {
        Ok(at) => at,
        Err(error) => return errno::fail(error),
    };
    match stat_at(&at, flags & libc::AT_SYMLINK_NOFOLLOW == 0) {
        Ok(stat) if allowed(stat.st_mode, stat.st_uid, want as mode_t) => 0,
        Ok(_) => errno::fail(libc::EACCES),
        Err(error) => errno::fail(error),
    }
}

/// `want` has the bits of R_OK, W_OK and X_OK, which are those of a mode's last digit.
fn allowed(mode: mode_t, uid: u32, want: mode_t) -> bool {
    let shift = if uid == system::UID { 6 } else { 0 };
    (mode >> shift) & want == want
}

fn moment(time: &timespec, set: u16, now: u16) -> (u64, u16) {
    match time.tv_nsec {
        libc::UTIME_OMIT => (0, 0),
        libc::UTIME_NOW => (0, now),
        nsec => ((time.tv_sec.wrapping_mul(1_000_000_000)).wrapping_add(i64::from(nsec)) as u64, set),
    }
}

unsafe fn moments(times: *const timespec) -> (u64, u64, u16) {
    if times.is_null() {
        return (0, 0, wasi::FST_ATIM_NOW | wasi::FST_MTIM_NOW);
    }
    let (atim, a) = moment(&*times, wasi::FST_ATIM, wasi::FST_ATIM_NOW);
    let (mtim, m) = moment(&*times.add(1), wasi::FST_MTIM, wasi::FST_MTIM_NOW);
    (atim, mtim, a | m)
}

#[no_mangle]
pub unsafe extern "C" fn utimensat(dir: c_int, name: *const c_char, times: *const timespec, flags: c_int) -> c_int {
    if name.is_null() {
        return futimens(dir, times);
    }
    let (atim, mtim, fst) = moments(times);
    let follow = u32::from(flags & libc::AT_SYMLINK_NOFOLLOW == 0);
    match path::at(dir, name) {
        Ok(at) => errno::result(path::on(&at, follow != 0, |at| {
            wasi::path_filestat_set_times(at.fd, follow, at.ptr(), at.len(), atim, mtim, fst)
        })),
        Err(error) => errno::fail(error),
    }
}

#[no_mangle]
pub unsafe extern "C" fn futimens(file: c_int, times: *const timespec) -> c_int {
    let (atim, mtim, fst) = moments(times);
    errno::result(kernel::fd_filestat_set_times(file, atim, mtim, fst))
}

unsafe fn from_timevals(times: *const libc::timeval) -> [timespec; 2] {
    let one = |time: &libc::timeval| timespec { tv_sec: time.tv_sec, tv_nsec: time.tv_usec as c_long * 1000 };
    [one(&*times), one(&*times.add(1))]
}

#[no_mangle]
pub unsafe extern "C" fn utimes(name: *const c_char, times: *const libc::timeval) -> c_int {
    let times = if times.is_null() { None } else { Some(from_timevals(times)) };
    utimensat(libc::AT_FDCWD, name, times.as_ref().map_or(core::ptr::null(), |times| times.as_ptr()), 0)
}

#[no_mangle]
pub unsafe extern "C" fn futimes(file: c_int, times: *const libc::timeval) -> c_int {
    let times = if times.is_null() { None } else { Some(from_timevals(times)) };
    futimens(file, times.as_ref().map_or(core::ptr::null(), |times| times.as_ptr()))
}

const BLOCK: u32 = 4096;

/// The shadow has no size of its own; programs that ask want to hear "enough".
const BLOCKS: u64 = 1 << 22;

unsafe fn volume(out: *mut libc::statvfs) -> c_int {
    let mut facts: libc::statvfs = core::mem::zeroed();
    facts.f_bsize = BLOCK;
    facts.f_frsize = BLOCK;
    (facts.f_blocks, facts.f_bfree, facts.f_bavail) = (BLOCKS, BLOCKS / 2, BLOCKS / 2);
    (facts.f_files, facts.f_ffree, facts.f_favail) = (BLOCKS, BLOCKS / 2, BLOCKS / 2);
    facts.f_namemax = 255;
    out.write(facts);
    0
}

#[no_mangle]
pub unsafe extern "C" fn statvfs(name: *const c_char, out: *mut libc::statvfs) -> c_int {
    match path::resolve(libc::AT_FDCWD, sys::bytes(name)).and_then(|at| stat_at(&at, true)) {
        Ok(_) => volume(out),
        Err(error) => errno::fail(error),
    }
}

#[no_mangle]
pub unsafe extern "C" fn fstatvfs(_file: c_int, out: *mut libc::statvfs) -> c_int {
    volume(out)
}

unsafe fn volume_old(out: *mut libc::statfs) -> c_int {
    let mut facts: libc::statfs = core::mem::zeroed();
    (facts.f_bsize, facts.f_frsize, facts.f_namelen) = (BLOCK, BLOCK, 255);
    (facts.f_blocks, facts.f_bfree, facts.f_bavail) = (BLOCKS, BLOCKS / 2, BLOCKS / 2);
    (facts.f_files, facts.f_ffree) = (BLOCKS, BLOCKS / 2);
    out.write(facts);
    0
}

#[no_mangle]
pub unsafe extern "C" fn statfs(name: *const c_char, out: *mut libc::statfs) -> c_int {
    match path::resolve(libc::AT_FDCWD, sys::bytes(name)).and_then(|at| stat_at(&at, true)) {
        Ok(_) => volume_old(out),
        Err(error) => errno::fail(error),
    }
}

#[no_mangle]
pub unsafe extern "C" fn fstatfs(_file: c_int, out: *mut libc::statfs) -> c_int {
    volume_old(out)
}
