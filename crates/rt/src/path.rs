//! Names. Preview 1 knows no working directory; ours is a string, and every call gives the host a name under the one
//! preopened directory `/`, or under the directory descriptor that the caller gave.

use crate::rpc::{self, Op, Request};
use crate::{errno, fd, kernel, sys, wasi};
use alloc::vec::Vec;
use core::ptr::addr_of_mut;
use libc::{c_char, c_int};

const PATH_MAX: usize = 4096;

/// The preopened `/`.
pub const ROOT: c_int = 3;

static mut CWD: Vec<u8> = Vec::new();

/// Absolute, without a slash at its end; empty for `/`.
fn cwd() -> &'static mut Vec<u8> {
    // SAFETY: there is one thread, and no caller holds the reference over a call that changes it.
    unsafe { &mut *addr_of_mut!(CWD) }
}

extern "C" {
    fn getenv(name: *const c_char) -> *const c_char;
}

/// A directory that is gone leaves the program at `/`, where relative names are not found either.
pub unsafe fn enter_working_directory() {
    let pwd = getenv(c"PWD".as_ptr());
    if pwd.is_null() {
        return;
    }
    let pwd = sys::bytes(pwd);
    if pwd.first() == Some(&b'/') {
        *cwd() = trim(pwd).to_vec();
    }
}

fn trim(mut path: &[u8]) -> &[u8] {
    while let [rest @ .., b'/'] = path {
        path = rest;
    }
    path
}

/// A name as preview 1 wants it.
pub struct At {
    pub fd: c_int,
    pub name: Vec<u8>,
}

impl At {
    pub fn ptr(&self) -> *const u8 {
        self.name.as_ptr()
    }
    pub fn len(&self) -> usize {
        self.name.len()
    }
    /// The same name from `/`, for the host services.
    pub fn absolute(&self) -> Vec<u8> {
        let mut path = if self.fd == ROOT { Vec::new() } else { fd::directory(self.fd).unwrap_or_default() };
        path.push(b'/');
        path.extend_from_slice(&self.name);
        path
    }
}

/// Resolves what a libc call was given. The empty name is ENOENT, as POSIX has it.
pub unsafe fn at(dir: c_int, name: *const c_char) -> Result<At, c_int> {
    resolve(dir, sys::bytes(name))
}

/// The name without slashes at its end.
pub fn plain(mut at: At) -> At {
    while at.name.len() > 1 && at.name.last() == Some(&b'/') {
        at.name.pop();
    }
    at
}

pub fn resolve(dir: c_int, name: &[u8]) -> Result<At, c_int> {
    if name.is_empty() {
        return Err(libc::ENOENT);
    }
    if name.len() >= PATH_MAX {
        return Err(libc::ENAMETOOLONG);
    }
    if name[0] == b'/' {
        return Ok(at_root(&[], name));
    }
    if dir == libc::AT_FDCWD {
        return Ok(at_root(cwd(), name));
    }
    // `..` may lead above the descriptor, which preview 1 refuses: such a name is taken from `/`. So is one in a directory that
    // only the host has open.
    let by_host = matches!(kernel::target(dir), kernel::Target::Host(_));
    if by_host || name.split(|&byte| byte == b'/').any(|part| part == b"..") {
        if let Some(base) = fd::directory(dir) {
            return Ok(at_root(&base, name));
        }
    }
    Ok(At { fd: kernel::engine(dir), name: name.to_vec() })
}

fn at_root(base: &[u8], name: &[u8]) -> At {
    let mut path = Vec::with_capacity(base.len() + name.len() + 1);
    path.extend_from_slice(base);
    path.push(b'/');
    path.extend_from_slice(name);
    let start = path.iter().position(|&byte| byte != b'/').unwrap_or(path.len());
    path.drain(..start);
    if path.is_empty() {
        path.push(b'.');
    }
    At { fd: ROOT, name: path }
}

/// Takes `.`, `..` and doubled slashes out of an absolute name whose parts are no links.
pub fn normal(path: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(path.len());
    for part in path.split(|&byte| byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => out.truncate(out.iter().rposition(|&byte| byte == b'/').unwrap_or(0)),
            _ => {
                out.push(b'/');
                out.extend_from_slice(part);
            }
        }
    }
    out
}

pub fn current() -> Vec<u8> {
    if cwd().is_empty() { b"/".to_vec() } else { cwd().clone() }
}

#[no_mangle]
pub unsafe extern "C" fn getcwd(buf: *mut c_char, size: usize) -> *mut c_char {
    let path = current();
    if buf.is_null() || size <= path.len() {
        errno::set(if size == 0 { libc::EINVAL } else { libc::ERANGE });
        return core::ptr::null_mut();
    }
    core::ptr::copy_nonoverlapping(path.as_ptr().cast(), buf, path.len());
    *buf.add(path.len()) = 0;
    buf
}

#[no_mangle]
pub unsafe extern "C" fn chdir(path: *const c_char) -> c_int {
    match real(sys::bytes(path)) {
        Ok(path) => change(path),
        Err(error) => errno::fail(error),
    }
}

#[no_mangle]
pub extern "C" fn fchdir(dir: c_int) -> c_int {
    fd::directory(dir).map_or_else(|| errno::fail(libc::ENOTDIR), change)
}

fn change(path: Vec<u8>) -> c_int {
    let at = at_root(&[], &path);
    let mut stat = wasi::Filestat::default();
    // SAFETY: pointer and length of one string, and a result of the right type.
    let error = on(&at, true, |at| unsafe {
        wasi::path_filestat_get(at.fd, wasi::LOOKUP_FOLLOW, at.ptr(), at.len(), &mut stat)
    });
    if error != 0 {
        return errno::result(error);
    }
    if stat.filetype != wasi::FILETYPE_DIRECTORY {
        return errno::fail(libc::ENOTDIR);
    }
    *cwd() = trim(&path).to_vec();
    0
}

/// realpath(3) as a value: every link followed, absolute, `/` for the root.
pub fn real(name: &[u8]) -> Result<Vec<u8>, c_int> {
    if name.is_empty() {
        return Err(libc::ENOENT);
    }
    let mut done = if name[0] == b'/' { Vec::new() } else { cwd().clone() };
    let mut rest: Vec<Vec<u8>> = parts(name);
    let mut links = 0;
    while let Some(part) = rest.pop() {
        if part == b".." {
            done.truncate(done.iter().rposition(|&byte| byte == b'/').unwrap_or(0));
            continue;
        }
        let mut next = done.clone();
        next.push(b'/');
        next.extend_from_slice(&part);
        match link(&next) {
            Ok(target) => {
                links += 1;
                if links > 40 {
                    return Err(libc::ELOOP);
                }
                if target.first() == Some(&b'/') {
                    done.clear();
                }
                rest.extend(parts(&target));
            }
            Err(libc::EINVAL) => done = next,
            Err(error) => return Err(error),
        }
    }
    let done = normal(&done);
    Ok(if done.is_empty() { b"/".to_vec() } else { done })
}

/// In reverse, so that the next one is popped.
fn parts(path: &[u8]) -> Vec<Vec<u8>> {
    path.split(|&byte| byte == b'/').rev().filter(|part| !matches!(*part, b"" | b".")).map(<[u8]>::to_vec).collect()
}

fn link(path: &[u8]) -> Result<Vec<u8>, c_int> {
    let at = at_root(&[], path);
    let mut buf = alloc::vec![0; PATH_MAX];
    let mut done = 0;
    // SAFETY: both buffers are ours, with their lengths.
    match unsafe { wasi::path_readlink(at.fd, at.ptr(), at.len(), buf.as_mut_ptr(), buf.len(), &mut done) } {
        0 => {
            buf.truncate(done);
            Ok(buf)
        }
        error if refused(error) || is_kernels(&at) => Ok(Request::new(Op::Readlink).string(&at.absolute()).send()?.string().to_vec()),
        error => Err(c_int::from(error)),
    }
}

/// What an engine says of a name that is not UTF-8.
pub const ILSEQ: wasi::Errno = 25;

/// Engines with real folders refuse absolute links, whatever is done with them, and names that are not UTF-8.
pub fn refused(error: wasi::Errno) -> bool {
    const ACCES: wasi::Errno = 2;
    const PERM: wasi::Errno = 63;
    const NOTCAPABLE: wasi::Errno = 76;
    matches!(error, ACCES | PERM | NOTCAPABLE | ILSEQ) && rpc::mailbox().is_some()
}

/// Folders that the kernel shows and nobody can change; an engine with real folders has only stand-ins for them.
const KERNELS: [&[u8]; 4] = [b"/dev", b"/proc", b"/bin", b"/usr/bin"];

/// Whether a name is in one of the kernel's own folders, or one of them, where the engine does not have these.
pub fn is_kernels(at: &At) -> bool {
    if rpc::mailbox().is_none() {
        return false;
    }
    let absolute = normal(&at.absolute());
    KERNELS.iter().any(|own| absolute.strip_prefix(*own).is_some_and(|rest| rest.is_empty() || rest[0] == b'/'))
}

/// As [`on`], for a call that changes the name itself.
pub fn change_at(at: &At, call: impl FnMut(&At) -> wasi::Errno) -> wasi::Errno {
    const ROFS: wasi::Errno = 69;
    if is_kernels(at) { ROFS } else { on(at, false, call) }
}

/// Makes a call on a name; if the engine refuses a link on the way, once more with every link followed here (the last name's
/// too if `follow`).
pub fn on(at: &At, follow: bool, mut call: impl FnMut(&At) -> wasi::Errno) -> wasi::Errno {
    let error = call(at);
    if !refused(error) {
        return error;
    }
    match without_links(&at.absolute(), follow) {
        Ok(path) => call(&at_root(&[], &path)),
        Err(_) => error,
    }
}

/// The name without links: those of the directories, and of the last name if `follow`; that one need not be there.
fn without_links(path: &[u8], follow: bool) -> Result<Vec<u8>, c_int> {
    let path = trim(path);
    if follow {
        match real(path) {
            Err(libc::ENOENT) => {}
            result => return result,
        }
    }
    let cut = path.iter().rposition(|&byte| byte == b'/').unwrap_or(0);
    let mut name = real(if cut == 0 { b"/" } else { &path[..cut] })?;
    name.extend_from_slice(&path[cut..]);
    Ok(name)
}

#[no_mangle]
pub unsafe extern "C" fn realpath(name: *const c_char, out: *mut c_char) -> *mut c_char {
    match real(sys::bytes(name)) {
        Ok(path) => {
            let to = if out.is_null() { libc::malloc(path.len() + 1).cast() } else { out };
            core::ptr::copy_nonoverlapping(path.as_ptr().cast(), to, path.len());
            *to.add(path.len()) = 0;
            to
        }
        Err(error) => {
            errno::set(error);
            core::ptr::null_mut()
        }
    }
}

