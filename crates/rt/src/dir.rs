//! Reading directories: `DIR` is ours, filled from `fd_readdir`.

use crate::dirent::{self, Entry};
use crate::{errno, fd, file, kernel, path, rpc, wasi};
use alloc::boxed::Box;
use alloc::vec::Vec;
use libc::{c_char, c_int, c_long};

const BUFFER: usize = 32768;

pub struct Dir {
    fd: c_int,
    /// The same folder as the host has it open, where the engine cannot list it; else -1.
    listed: c_int,
    buffer: Vec<u8>,
    at: usize,
    /// Where the host goes on, after the last whole entry of the buffer.
    cookie: u64,
    end: bool,
    entry: libc::dirent,
}

#[no_mangle]
pub unsafe extern "C" fn opendir(name: *const c_char) -> *mut Dir {
    let flags = libc::O_RDONLY | libc::O_DIRECTORY | libc::O_CLOEXEC;
    let fd = file::open(name, flags);
    if fd < 0 { core::ptr::null_mut() } else { fdopendir(fd) }
}

#[no_mangle]
pub unsafe extern "C" fn fdopendir(fd: c_int) -> *mut Dir {
    let mut stat = wasi::Fdstat::default();
    let error = kernel::fd_fdstat_get(fd, &mut stat);
    if error != 0 || stat.filetype != wasi::FILETYPE_DIRECTORY {
        errno::fail(if error != 0 { c_int::from(error) } else { libc::ENOTDIR });
        return core::ptr::null_mut();
    }
    let entry = core::mem::zeroed();
    Box::into_raw(Box::new(Dir { fd, listed: -1, buffer: Vec::new(), at: 0, cookie: 0, end: false, entry }))
}

#[no_mangle]
pub unsafe extern "C" fn closedir(dir: *mut Dir) -> c_int {
    let dir = Box::from_raw(dir);
    if dir.listed >= 0 {
        fd::close(dir.listed);
    }
    fd::close(dir.fd)
}

#[no_mangle]
pub unsafe extern "C" fn dirfd(dir: *mut Dir) -> c_int {
    (*dir).fd
}

#[no_mangle]
pub unsafe extern "C" fn rewinddir(dir: *mut Dir) {
    seekdir(dir, 0);
}

#[no_mangle]
pub unsafe extern "C" fn telldir(dir: *mut Dir) -> c_long {
    (*dir).entry.d_off as c_long
}

#[no_mangle]
pub unsafe extern "C" fn seekdir(dir: *mut Dir, at: c_long) {
    let dir = &mut *dir;
    dir.buffer.clear();
    (dir.at, dir.cookie, dir.end) = (0, at as u64, false);
}

/// Fills `dir.entry` with the next one; false at the end.
unsafe fn advance(dir: &mut Dir) -> Result<bool, c_int> {
    loop {
        if let Some(entry) = dirent::parse(&dir.buffer[dir.at..]) {
            dir.at += entry.size;
            dir.cookie = entry.next;
            if fill(&mut dir.entry, &entry, dir.fd) {
                return Ok(true);
            }
            continue;
        }
        if dir.end {
            return Ok(false);
        }
        refill(dir)?;
    }
}

/// Null at the end (errno untouched) and on errors (errno set).
#[no_mangle]
pub unsafe extern "C" fn readdir(dir: *mut Dir) -> *mut libc::dirent {
    match advance(&mut *dir) {
        Ok(true) => &mut (*dir).entry,
        Ok(false) => core::ptr::null_mut(),
        Err(error) => {
            errno::set(error);
            core::ptr::null_mut()
        }
    }
}

#[no_mangle]
pub unsafe extern "C" fn readdir_r(dir: *mut Dir, entry: *mut libc::dirent, out: *mut *mut libc::dirent) -> c_int {
    *out = core::ptr::null_mut();
    match advance(&mut *dir) {
        Ok(true) => {
            entry.copy_from_nonoverlapping(&(*dir).entry, 1);
            *out = entry;
            0
        }
        Ok(false) => 0,
        Err(error) => error,
    }
}

/// A buffer that is not full is the end. A name that does not fit the buffer makes it grow.
unsafe fn refill(dir: &mut Dir) -> Result<(), c_int> {
    if let kernel::Target::Host(number) = kernel::target(if dir.listed >= 0 { dir.listed } else { dir.fd }) {
        dir.buffer = kernel::readdir(number, dir.cookie)?;
        (dir.at, dir.end) = (0, dir.buffer.is_empty());
        return Ok(());
    }
    let size = if dir.at == 0 && !dir.buffer.is_empty() { dir.buffer.len() * 2 } else { BUFFER.max(dir.buffer.len()) };
    dir.buffer.resize(size, 0);
    dir.at = 0;
    let mut done = 0;
    let error = wasi::fd_readdir(kernel::engine(dir.fd), dir.buffer.as_mut_ptr(), size, dir.cookie, &mut done);
    if error != 0 {
        dir.buffer.clear();
        if error == path::ILSEQ && list_by_host(dir) {
            return refill(dir);
        }
        return Err(c_int::from(error));
    }
    dir.end = done < size;
    dir.buffer.truncate(done);
    Ok(())
}

/// An engine that knows names of UTF-8 only lists no folder that holds another one; the host does. Not in the middle: it counts otherwise.
fn list_by_host(dir: &mut Dir) -> bool {
    if dir.cookie != 0 || rpc::mailbox().is_none() {
        return false;
    }
    let opened = fd::name(dir.fd).and_then(|name| kernel::open(&name, kernel::flags(libc::O_RDONLY), 0).ok());
    dir.listed = opened.unwrap_or(-1);
    opened.is_some()
}

/// False for a name that `dirent` has no room for.
unsafe fn fill(to: &mut libc::dirent, from: &Entry, fd: c_int) -> bool {
    if from.name.len() >= to.d_name.len() {
        return false;
    }
    to.d_ino = if from.ino == 0 { inode(fd, from.name) } else { from.ino };
    to.d_off = from.next as i64;
    to.d_reclen = core::mem::size_of::<libc::dirent>() as u16;
    to.d_type = match from.filetype {
        wasi::FILETYPE_BLOCK => libc::DT_BLK,
        wasi::FILETYPE_CHARACTER => libc::DT_CHR,
        wasi::FILETYPE_DIRECTORY => libc::DT_DIR,
        wasi::FILETYPE_REGULAR => libc::DT_REG,
        wasi::FILETYPE_LINK => libc::DT_LNK,
        _ => libc::DT_UNKNOWN,
    };
    for (to, &from) in to.d_name.iter_mut().zip(from.name.iter().chain(&[0])) {
        *to = from as c_char;
    }
    true
}

/// A host may leave the number out of its listing (wasmtime does for `..`).
unsafe fn inode(fd: c_int, name: &[u8]) -> u64 {
    let mut stat = wasi::Filestat::default();
    match path::resolve(fd, name) {
        Ok(at) if wasi::path_filestat_get(at.fd, 0, at.ptr(), at.len(), &mut stat) == 0 => stat.ino,
        _ => 0,
    }
}
