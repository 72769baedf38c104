//! Calls as the programs make them: an errno, or what the call answers.

use crate::raw::{self, Ciovec, Errno, Fd, Fdstat, Filestat, Iovec};

/// The folder that a program is given, the first descriptor that is open in advance.
pub const FOLDER: Fd = 3;
pub const FOLLOW: u32 = 1;

/// How to open; the default asks for nothing.
#[derive(Clone, Copy, Default)]
pub struct How {
    pub follow: bool,
    pub oflags: u16,
    pub base: u64,
    pub inheriting: u64,
    pub fdflags: u16,
}

pub fn open_at(dir: Fd, path: &str, how: How) -> Result<Fd, Errno> {
    let mut opened = 0;
    let How { follow, oflags, base, inheriting, fdflags } = how;
    let errno = unsafe {
        raw::path_open(
            dir,
            u32::from(follow),
            path.as_ptr(),
            path.len(),
            u32::from(oflags),
            base,
            inheriting,
            u32::from(fdflags),
            &mut opened,
        )
    };
    if errno == 0 { Ok(opened) } else { Err(errno) }
}

/// The errno of opening; what was opened is closed.
pub fn open_errno(dir: Fd, path: &str, how: How) -> Errno {
    match open_at(dir, path, how) {
        Ok(fd) => close(fd),
        Err(errno) => errno,
    }
}

/// Opens what must be there for the checks that follow to mean something.
pub fn open(dir: Fd, path: &str, how: How) -> Fd {
    open_at(dir, path, how).unwrap_or_else(|errno| {
        crate::check(path, errno, &[0]);
        crate::finish()
    })
}

/// A directory, open with the rights to all that the programs do beneath it.
pub fn make_directory(dir: Fd, path: &str) -> Fd {
    use raw::rights::*;
    mkdir(dir, path);
    let names = PATH_CREATE_DIRECTORY | PATH_CREATE_FILE | PATH_OPEN | PATH_UNLINK_FILE | PATH_REMOVE_DIRECTORY;
    let links = PATH_LINK_SOURCE | PATH_LINK_TARGET | PATH_READLINK | PATH_SYMLINK;
    let renames = PATH_RENAME_SOURCE | PATH_RENAME_TARGET;
    let facts = PATH_FILESTAT_GET | PATH_FILESTAT_SET_SIZE | PATH_FILESTAT_SET_TIMES | FD_FILESTAT_GET;
    let base = FD_READDIR | names | links | renames | facts;
    let bytes = FD_READ | FD_WRITE | FD_SEEK | FD_TELL | FD_ALLOCATE | FD_ADVISE | FD_SYNC | FD_FDSTAT_SET_FLAGS;
    let inheriting = base | bytes | FD_FILESTAT_SET_SIZE | FD_FILESTAT_SET_TIMES;
    open(dir, path, How { oflags: raw::oflags::DIRECTORY, base, inheriting, ..How::default() })
}

pub fn make_file(dir: Fd, path: &str) {
    close(open(dir, path, How { oflags: raw::oflags::CREAT, ..How::default() }));
}

pub fn close(fd: Fd) -> Errno {
    unsafe { raw::fd_close(fd) }
}

pub fn mkdir(dir: Fd, path: &str) -> Errno {
    unsafe { raw::path_create_directory(dir, path.as_ptr(), path.len()) }
}

pub fn rmdir(dir: Fd, path: &str) -> Errno {
    unsafe { raw::path_remove_directory(dir, path.as_ptr(), path.len()) }
}

pub fn unlink(dir: Fd, path: &str) -> Errno {
    unsafe { raw::path_unlink_file(dir, path.as_ptr(), path.len()) }
}

pub fn symlink(target: &str, dir: Fd, path: &str) -> Errno {
    unsafe { raw::path_symlink(target.as_ptr(), target.len(), dir, path.as_ptr(), path.len()) }
}

pub fn link(dir: Fd, flags: u32, old: &str, to: Fd, new: &str) -> Errno {
    unsafe { raw::path_link(dir, flags, old.as_ptr(), old.len(), to, new.as_ptr(), new.len()) }
}

pub fn rename(dir: Fd, old: &str, to: Fd, new: &str) -> Errno {
    unsafe { raw::path_rename(dir, old.as_ptr(), old.len(), to, new.as_ptr(), new.len()) }
}

/// How many bytes of the target were put into the buffer.
pub fn readlink(dir: Fd, path: &str, buf: &mut [u8]) -> Result<usize, Errno> {
    let mut used = 0;
    let errno =
        unsafe { raw::path_readlink(dir, path.as_ptr(), path.len(), buf.as_mut_ptr(), buf.len(), &mut used) };
    if errno == 0 { Ok(used) } else { Err(errno) }
}

pub fn stat(dir: Fd, flags: u32, path: &str) -> Result<Filestat, Errno> {
    let mut found = Filestat::default();
    let errno = unsafe { raw::path_filestat_get(dir, flags, path.as_ptr(), path.len(), &mut found) };
    if errno == 0 { Ok(found) } else { Err(errno) }
}

pub fn set_times(dir: Fd, flags: u32, path: &str, atim: u64, mtim: u64, what: u16) -> Errno {
    unsafe { raw::path_filestat_set_times(dir, flags, path.as_ptr(), path.len(), atim, mtim, u32::from(what)) }
}

pub fn fstat(fd: Fd) -> Filestat {
    let mut found = Filestat::default();
    crate::report::check_quietly("fd_filestat_get", unsafe { raw::fd_filestat_get(fd, &mut found) });
    found
}

pub fn fdstat(fd: Fd) -> Result<Fdstat, Errno> {
    let mut found = Fdstat::default();
    let errno = unsafe { raw::fd_fdstat_get(fd, &mut found) };
    if errno == 0 { Ok(found) } else { Err(errno) }
}

pub fn write(fd: Fd, bytes: &[u8]) -> Result<usize, Errno> {
    let vector = Ciovec { buf: bytes.as_ptr(), len: bytes.len() };
    let mut count = 0;
    let errno = unsafe { raw::fd_write(fd, &vector, 1, &mut count) };
    if errno == 0 { Ok(count) } else { Err(errno) }
}

pub fn read(fd: Fd, bytes: &mut [u8]) -> Result<usize, Errno> {
    let vector = Iovec { buf: bytes.as_mut_ptr(), len: bytes.len() };
    let mut count = 0;
    let errno = unsafe { raw::fd_read(fd, &vector, 1, &mut count) };
    if errno == 0 { Ok(count) } else { Err(errno) }
}

pub fn pwrite(fd: Fd, bytes: &[u8], offset: u64) -> Result<usize, Errno> {
    let vector = Ciovec { buf: bytes.as_ptr(), len: bytes.len() };
    let mut count = 0;
    let errno = unsafe { raw::fd_pwrite(fd, &vector, 1, offset, &mut count) };
    if errno == 0 { Ok(count) } else { Err(errno) }
}

pub fn pread(fd: Fd, bytes: &mut [u8], offset: u64) -> Result<usize, Errno> {
    let vector = Iovec { buf: bytes.as_mut_ptr(), len: bytes.len() };
    let mut count = 0;
    let errno = unsafe { raw::fd_pread(fd, &vector, 1, offset, &mut count) };
    if errno == 0 { Ok(count) } else { Err(errno) }
}

pub fn seek(fd: Fd, offset: i64, whence: u32) -> Result<u64, Errno> {
    let mut at = 0;
    let errno = unsafe { raw::fd_seek(fd, offset, whence, &mut at) };
    if errno == 0 { Ok(at) } else { Err(errno) }
}

pub fn tell(fd: Fd) -> Result<u64, Errno> {
    let mut at = 0;
    let errno = unsafe { raw::fd_tell(fd, &mut at) };
    if errno == 0 { Ok(at) } else { Err(errno) }
}

/// The errno of a call that answers something.
pub fn errno_of<T>(result: Result<T, Errno>) -> Errno {
    result.err().unwrap_or(0)
}
