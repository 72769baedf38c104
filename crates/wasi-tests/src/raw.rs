//! `wasi_snapshot_preview1`, as its witx file has it.

pub type Errno = u16;
pub type Fd = u32;

pub mod errno {
    use super::Errno;
    pub const SUCCESS: Errno = 0;
    pub const ACCES: Errno = 2;
    pub const BADF: Errno = 8;
    pub const EXIST: Errno = 20;
    pub const FAULT: Errno = 21;
    pub const FBIG: Errno = 22;
    pub const INVAL: Errno = 28;
    pub const ILSEQ: Errno = 25;
    pub const ISDIR: Errno = 31;
    pub const LOOP: Errno = 32;
    pub const NAMETOOLONG: Errno = 37;
    pub const NOENT: Errno = 44;
    pub const NOTDIR: Errno = 54;
    pub const NOTEMPTY: Errno = 55;
    pub const NOTSOCK: Errno = 57;
    pub const NOTSUP: Errno = 58;
    pub const PERM: Errno = 63;
    pub const SPIPE: Errno = 70;
    pub const NOTCAPABLE: Errno = 76;
}

pub mod rights {
    pub const FD_DATASYNC: u64 = 1 << 0;
    pub const FD_READ: u64 = 1 << 1;
    pub const FD_SEEK: u64 = 1 << 2;
    pub const FD_FDSTAT_SET_FLAGS: u64 = 1 << 3;
    pub const FD_SYNC: u64 = 1 << 4;
    pub const FD_TELL: u64 = 1 << 5;
    pub const FD_WRITE: u64 = 1 << 6;
    pub const FD_ADVISE: u64 = 1 << 7;
    pub const FD_ALLOCATE: u64 = 1 << 8;
    pub const PATH_CREATE_DIRECTORY: u64 = 1 << 9;
    pub const PATH_CREATE_FILE: u64 = 1 << 10;
    pub const PATH_LINK_SOURCE: u64 = 1 << 11;
    pub const PATH_LINK_TARGET: u64 = 1 << 12;
    pub const PATH_OPEN: u64 = 1 << 13;
    pub const FD_READDIR: u64 = 1 << 14;
    pub const PATH_READLINK: u64 = 1 << 15;
    pub const PATH_RENAME_SOURCE: u64 = 1 << 16;
    pub const PATH_RENAME_TARGET: u64 = 1 << 17;
    pub const PATH_FILESTAT_GET: u64 = 1 << 18;
    pub const PATH_FILESTAT_SET_SIZE: u64 = 1 << 19;
    pub const PATH_FILESTAT_SET_TIMES: u64 = 1 << 20;
    pub const FD_FILESTAT_GET: u64 = 1 << 21;
    pub const FD_FILESTAT_SET_SIZE: u64 = 1 << 22;
    pub const FD_FILESTAT_SET_TIMES: u64 = 1 << 23;
    pub const PATH_SYMLINK: u64 = 1 << 24;
    pub const PATH_REMOVE_DIRECTORY: u64 = 1 << 25;
    pub const PATH_UNLINK_FILE: u64 = 1 << 26;
    pub const POLL_FD_READWRITE: u64 = 1 << 27;
}

pub mod oflags {
    pub const CREAT: u16 = 1;
    pub const DIRECTORY: u16 = 2;
    pub const EXCL: u16 = 4;
    pub const TRUNC: u16 = 8;
}

pub mod fdflags {
    pub const APPEND: u16 = 1;
    pub const NONBLOCK: u16 = 4;
    pub const SYNC: u16 = 16;
}

pub mod fstflags {
    pub const ATIM: u16 = 1;
    pub const ATIM_NOW: u16 = 2;
    pub const MTIM: u16 = 4;
    pub const MTIM_NOW: u16 = 8;
}

pub mod filetype {
    pub const DIRECTORY: u8 = 3;
    pub const REGULAR_FILE: u8 = 4;
    pub const SYMBOLIC_LINK: u8 = 7;
    pub const CHARACTER_DEVICE: u8 = 2;
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Iovec {
    pub buf: *mut u8,
    pub len: usize,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Ciovec {
    pub buf: *const u8,
    pub len: usize,
}

#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct Filestat {
    pub dev: u64,
    pub ino: u64,
    pub filetype: u8,
    pub nlink: u64,
    pub size: u64,
    pub atim: u64,
    pub mtim: u64,
    pub ctim: u64,
}

#[repr(C)]
#[derive(Clone, Copy, Default, PartialEq)]
pub struct Fdstat {
    pub filetype: u8,
    pub flags: u16,
    pub rights_base: u64,
    pub rights_inheriting: u64,
}

#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct Prestat {
    pub tag: u8,
    pub length: usize,
}

/// `subscription`, laid out flat: `id` is the clock's, or the descriptor of the other kinds.
#[repr(C, align(8))]
#[derive(Clone, Copy, Default)]
pub struct Subscription {
    pub userdata: u64,
    pub tag: u64,
    pub id: u64,
    pub timeout: u64,
    pub precision: u64,
    pub flags: u64,
}

#[repr(C, align(8))]
#[derive(Clone, Copy, Default)]
pub struct Event {
    pub userdata: u64,
    pub error: u16,
    pub kind: u8,
    pub nbytes: u64,
    pub flags: u16,
}

pub mod eventtype {
    pub const CLOCK: u8 = 0;
    pub const FD_READ: u8 = 1;
    pub const FD_WRITE: u8 = 2;
}

#[link(wasm_import_module = "wasi_snapshot_preview1")]
extern "C" {
    pub fn args_get(argv: *mut *mut u8, buf: *mut u8) -> Errno;
    pub fn args_sizes_get(count: *mut usize, size: *mut usize) -> Errno;
    pub fn environ_get(environ: *mut *mut u8, buf: *mut u8) -> Errno;
    pub fn environ_sizes_get(count: *mut usize, size: *mut usize) -> Errno;
    pub fn clock_res_get(id: u32, resolution: *mut u64) -> Errno;
    pub fn clock_time_get(id: u32, precision: u64, time: *mut u64) -> Errno;
    pub fn fd_advise(fd: Fd, offset: u64, len: u64, advice: u32) -> Errno;
    pub fn fd_allocate(fd: Fd, offset: u64, len: u64) -> Errno;
    pub fn fd_close(fd: Fd) -> Errno;
    pub fn fd_datasync(fd: Fd) -> Errno;
    pub fn fd_fdstat_get(fd: Fd, stat: *mut Fdstat) -> Errno;
    pub fn fd_fdstat_set_flags(fd: Fd, flags: u32) -> Errno;
    pub fn fd_fdstat_set_rights(fd: Fd, base: u64, inheriting: u64) -> Errno;
    pub fn fd_filestat_get(fd: Fd, stat: *mut Filestat) -> Errno;
    pub fn fd_filestat_set_size(fd: Fd, size: u64) -> Errno;
    pub fn fd_filestat_set_times(fd: Fd, atim: u64, mtim: u64, flags: u32) -> Errno;
    pub fn fd_pread(fd: Fd, iovs: *const Iovec, len: usize, offset: u64, count: *mut usize) -> Errno;
    pub fn fd_prestat_get(fd: Fd, prestat: *mut Prestat) -> Errno;
    pub fn fd_prestat_dir_name(fd: Fd, path: *mut u8, len: usize) -> Errno;
    pub fn fd_pwrite(fd: Fd, iovs: *const Ciovec, len: usize, offset: u64, count: *mut usize) -> Errno;
    pub fn fd_read(fd: Fd, iovs: *const Iovec, len: usize, count: *mut usize) -> Errno;
    pub fn fd_readdir(fd: Fd, buf: *mut u8, len: usize, cookie: u64, used: *mut usize) -> Errno;
    pub fn fd_renumber(fd: Fd, to: Fd) -> Errno;
    pub fn fd_seek(fd: Fd, offset: i64, whence: u32, at: *mut u64) -> Errno;
    pub fn fd_sync(fd: Fd) -> Errno;
    pub fn fd_tell(fd: Fd, at: *mut u64) -> Errno;
    pub fn fd_write(fd: Fd, iovs: *const Ciovec, len: usize, count: *mut usize) -> Errno;
    pub fn path_create_directory(fd: Fd, path: *const u8, len: usize) -> Errno;
    pub fn path_filestat_get(fd: Fd, flags: u32, path: *const u8, len: usize, stat: *mut Filestat) -> Errno;
    pub fn path_filestat_set_times(
        fd: Fd,
        flags: u32,
        path: *const u8,
        len: usize,
        atim: u64,
        mtim: u64,
        fstflags: u32,
    ) -> Errno;
    pub fn path_link(
        fd: Fd,
        flags: u32,
        old: *const u8,
        old_len: usize,
        to: Fd,
        new: *const u8,
        new_len: usize,
    ) -> Errno;
    pub fn path_open(
        fd: Fd,
        flags: u32,
        path: *const u8,
        len: usize,
        oflags: u32,
        base: u64,
        inheriting: u64,
        fdflags: u32,
        opened: *mut Fd,
    ) -> Errno;
    pub fn path_readlink(
        fd: Fd,
        path: *const u8,
        len: usize,
        buf: *mut u8,
        buf_len: usize,
        used: *mut usize,
    ) -> Errno;
    pub fn path_remove_directory(fd: Fd, path: *const u8, len: usize) -> Errno;
    pub fn path_rename(fd: Fd, old: *const u8, old_len: usize, to: Fd, new: *const u8, new_len: usize) -> Errno;
    pub fn path_symlink(target: *const u8, target_len: usize, fd: Fd, path: *const u8, len: usize) -> Errno;
    pub fn path_unlink_file(fd: Fd, path: *const u8, len: usize) -> Errno;
    pub fn poll_oneoff(subs: *const Subscription, events: *mut Event, count: usize, stored: *mut usize) -> Errno;
    pub fn proc_exit(status: u32) -> !;
    pub fn random_get(buf: *mut u8, len: usize) -> Errno;
    pub fn sched_yield() -> Errno;
    pub fn sock_shutdown(fd: Fd, how: u32) -> Errno;
}
