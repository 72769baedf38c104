//! The imports: `wasi_snapshot_preview1`, as its witx file has them.

pub type Errno = u16;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Iovec {
    pub buf: *const u8,
    pub len: usize,
}

#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct Filestat {
    pub dev: u64,
    pub ino: u64,
    pub filetype: u8,
    /// Padding of preview 1; a host with host services answers here, see docs/host-services.md.
    pub said: u8,
    pub mode: u16,
    pub blocks: u32,
    pub nlink: u64,
    pub size: u64,
    pub atim: u64,
    pub mtim: u64,
    pub ctim: u64,
}

impl Filestat {
    const ASK: [u8; 3] = *b"mod";
    const SAID: u8 = 1;

    /// One to be filled, with the wish for mode and blocks in it.
    pub fn asking() -> Self {
        let [said, low, high] = Self::ASK;
        Self { said, mode: u16::from_le_bytes([low, high]), ..Self::default() }
    }

    /// Whether the host answered the wish.
    pub fn answered(&self) -> bool {
        self.said == Self::SAID
    }
}

#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct Fdstat {
    pub filetype: u8,
    pub flags: u16,
    pub rights_base: u64,
    pub rights_inheriting: u64,
}

/// `prestat` of a directory: its tag, and how long its name is.
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
    pub tag: u8,
    /// The union's members start where a clock's 64-bit time may.
    pub members: [u64; 0],
    pub id: u32,
    pub timeout: u64,
    pub precision: u64,
    pub flags: u16,
}

const _: () = assert!(core::mem::offset_of!(Subscription, id) == 16 && core::mem::size_of::<Subscription>() == 48);
const _: () = assert!(core::mem::offset_of!(Event, nbytes) == 16 && core::mem::size_of::<Event>() == 32);

#[repr(C, align(8))]
#[derive(Clone, Copy, Default)]
pub struct Event {
    pub userdata: u64,
    pub error: u16,
    pub kind: u8,
    pub nbytes: u64,
    pub flags: u16,
}

pub const FILETYPE_BLOCK: u8 = 1;
pub const FILETYPE_CHARACTER: u8 = 2;
pub const FILETYPE_DIRECTORY: u8 = 3;
pub const FILETYPE_REGULAR: u8 = 4;
pub const FILETYPE_SOCKET: u8 = 6;
pub const FILETYPE_LINK: u8 = 7;

pub const LOOKUP_FOLLOW: u32 = 1;

pub const OFLAGS_CREAT: u16 = 1;
pub const OFLAGS_DIRECTORY: u16 = 2;
pub const OFLAGS_EXCL: u16 = 4;
pub const OFLAGS_TRUNC: u16 = 8;

pub const FDFLAGS_APPEND: u16 = 1;
pub const FDFLAGS_DSYNC: u16 = 2;
pub const FDFLAGS_NONBLOCK: u16 = 4;
pub const FDFLAGS_SYNC: u16 = 16;

pub const RIGHTS_ALL: u64 = (1 << 28) - 1;
pub const RIGHTS_DATASYNC: u64 = 1;
pub const RIGHTS_READ: u64 = 1 << 1;
pub const RIGHTS_WRITE: u64 = 1 << 6;
pub const RIGHTS_ALLOCATE: u64 = 1 << 8;
pub const RIGHTS_READDIR: u64 = 1 << 14;
pub const RIGHTS_SET_SIZE: u64 = 1 << 22;

pub const FST_ATIM: u16 = 1;
pub const FST_ATIM_NOW: u16 = 2;
pub const FST_MTIM: u16 = 4;
pub const FST_MTIM_NOW: u16 = 8;

#[link(wasm_import_module = "wasi_snapshot_preview1")]
extern "C" {
    pub fn args_sizes_get(argc: *mut usize, size: *mut usize) -> Errno;
    pub fn args_get(argv: *mut *mut u8, buf: *mut u8) -> Errno;
    pub fn clock_time_get(id: u32, precision: u64, time: *mut u64) -> Errno;
    pub fn clock_res_get(id: u32, resolution: *mut u64) -> Errno;
    pub fn fd_close(fd: i32) -> Errno;
    pub fn fd_datasync(fd: i32) -> Errno;
    pub fn fd_sync(fd: i32) -> Errno;
    pub fn fd_fdstat_get(fd: i32, stat: *mut Fdstat) -> Errno;
    pub fn fd_fdstat_set_flags(fd: i32, flags: u16) -> Errno;
    pub fn fd_filestat_get(fd: i32, stat: *mut Filestat) -> Errno;
    pub fn fd_filestat_set_size(fd: i32, size: u64) -> Errno;
    pub fn fd_filestat_set_times(fd: i32, atim: u64, mtim: u64, flags: u16) -> Errno;
    pub fn fd_prestat_get(fd: i32, out: *mut Prestat) -> Errno;
    pub fn fd_prestat_dir_name(fd: i32, name: *mut u8, len: usize) -> Errno;
    pub fn fd_pread(fd: i32, iovs: *const Iovec, n: usize, offset: u64, done: *mut usize) -> Errno;
    pub fn fd_pwrite(fd: i32, iovs: *const Iovec, n: usize, offset: u64, done: *mut usize) -> Errno;
    pub fn fd_read(fd: i32, iovs: *const Iovec, n: usize, done: *mut usize) -> Errno;
    pub fn fd_write(fd: i32, iovs: *const Iovec, n: usize, done: *mut usize) -> Errno;
    pub fn fd_readdir(fd: i32, buf: *mut u8, len: usize, cookie: u64, done: *mut usize) -> Errno;
    pub fn fd_seek(fd: i32, offset: i64, whence: u8, at: *mut u64) -> Errno;
    pub fn path_create_directory(fd: i32, path: *const u8, len: usize) -> Errno;
    pub fn path_filestat_get(fd: i32, flags: u32, path: *const u8, len: usize, stat: *mut Filestat) -> Errno;
    pub fn path_filestat_set_times(fd: i32, flags: u32, path: *const u8, len: usize, atim: u64, mtim: u64, fst: u16) -> Errno;
    pub fn path_link(fd: i32, flags: u32, old: *const u8, old_len: usize, to: i32, new: *const u8, new_len: usize) -> Errno;
    pub fn path_open(fd: i32, lookup: u32, path: *const u8, len: usize, oflags: u16, base: u64, inheriting: u64, fdflags: u16, out: *mut i32) -> Errno;
    pub fn path_readlink(fd: i32, path: *const u8, len: usize, buf: *mut u8, buf_len: usize, done: *mut usize) -> Errno;
    pub fn path_remove_directory(fd: i32, path: *const u8, len: usize) -> Errno;
    pub fn path_rename(fd: i32, old: *const u8, old_len: usize, to: i32, new: *const u8, new_len: usize) -> Errno;
    pub fn path_symlink(old: *const u8, old_len: usize, fd: i32, new: *const u8, new_len: usize) -> Errno;
    pub fn path_unlink_file(fd: i32, path: *const u8, len: usize) -> Errno;
    pub fn poll_oneoff(subscriptions: *const Subscription, events: *mut Event, n: usize, done: *mut usize) -> Errno;
    pub fn proc_exit(code: u32) -> !;
    pub fn random_get(buf: *mut u8, len: usize) -> Errno;
    pub fn sched_yield() -> Errno;
}
