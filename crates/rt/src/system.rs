//! The system as programs see it: one user, one machine.

use crate::{errno, sys, wasi};
use libc::{c_char, c_int, c_long, c_void, gid_t, group, passwd, size_t};

pub const UID: u32 = 1000;

macro_rules! ids {
    ($($name:ident)*) => {$(
        #[no_mangle]
        pub extern "C" fn $name() -> u32 {
            UID
        }
    )*};
}
ids!(getuid geteuid getgid getegid);

/// A process may become who it is already.
macro_rules! set_ids {
    ($($name:ident)*) => {$(
        #[no_mangle]
        pub extern "C" fn $name(id: u32) -> c_int {
            if id == UID { 0 } else { errno::fail(libc::EPERM) }
        }
    )*};
}
set_ids!(setuid setgid seteuid setegid);

#[no_mangle]
pub extern "C" fn setgroups(_n: size_t, _groups: *const gid_t) -> c_int {
    errno::fail(libc::EPERM)
}

#[no_mangle]
pub unsafe extern "C" fn getgroups(n: c_int, groups: *mut gid_t) -> c_int {
    if n > 0 {
        groups.write(UID);
    }
    1
}

#[no_mangle]
pub unsafe extern "C" fn getgrouplist(_user: *const c_char, group: gid_t, groups: *mut gid_t, n: *mut c_int) -> c_int {
    let room = *n;
    *n = 1;
    if room < 1 {
        return -1;
    }
    groups.write(group);
    1
}

struct Account {
    id: u32,
    name: &'static core::ffi::CStr,
    home: &'static core::ffi::CStr,
}

const ACCOUNTS: [Account; 2] =
    [Account { id: UID, name: c"user", home: c"/home/user" }, Account { id: 0, name: c"root", home: c"/root" }];

fn by_id(id: u32) -> Option<&'static Account> {
    ACCOUNTS.iter().find(|account| account.id == id)
}

unsafe fn by_name(name: *const c_char) -> Option<&'static Account> {
    let name = sys::bytes(name);
    ACCOUNTS.iter().find(|account| account.name.to_bytes() == name)
}

fn as_passwd(account: &'static Account) -> passwd {
    passwd {
        pw_name: account.name.as_ptr().cast_mut(),
        pw_passwd: c"x".as_ptr().cast_mut(),
        pw_uid: account.id,
        pw_gid: account.id,
        pw_gecos: c"".as_ptr().cast_mut(),
        pw_dir: account.home.as_ptr().cast_mut(),
        pw_shell: c"/bin/bash".as_ptr().cast_mut(),
    }
}

/// A list of members that is empty: one null pointer.
struct Members([*mut c_char; 1]);
// SAFETY: never written.
unsafe impl Sync for Members {}
static NO_MEMBERS: Members = Members([core::ptr::null_mut()]);

fn as_group(account: &'static Account) -> group {
    group {
        gr_name: account.name.as_ptr().cast_mut(),
        gr_passwd: c"x".as_ptr().cast_mut(),
        gr_gid: account.id,
        gr_mem: NO_MEMBERS.0.as_ptr().cast_mut(),
    }
}

/// The four look-ups of one kind; results point to static texts, so nothing needs the caller's buffer.
macro_rules! lookups {
    ($type:ty, $convert:ident, $shared:ident, $id:ident, $id_r:ident, $name:ident, $name_r:ident) => {
        unsafe fn $shared(account: Option<&'static Account>) -> *mut $type {
            static mut RESULT: core::mem::MaybeUninit<$type> = core::mem::MaybeUninit::uninit();
            let Some(account) = account else { return core::ptr::null_mut() };
            let result = core::ptr::addr_of_mut!(RESULT).cast::<$type>();
            result.write($convert(account));
            result
        }
        #[no_mangle]
        pub unsafe extern "C" fn $id(id: u32) -> *mut $type {
            $shared(by_id(id))
        }
        #[no_mangle]
        pub unsafe extern "C" fn $name(name: *const c_char) -> *mut $type {
            $shared(by_name(name))
        }
        #[no_mangle]
        pub unsafe extern "C" fn $id_r(id: u32, to: *mut $type, _: *mut c_char, _: size_t, out: *mut *mut $type) -> c_int {
            *out = by_id(id).map_or(core::ptr::null_mut(), |account| {
                to.write($convert(account));
                to
            });
            0
        }
        #[no_mangle]
        pub unsafe extern "C" fn $name_r(name: *const c_char, to: *mut $type, _: *mut c_char, _: size_t, out: *mut *mut $type) -> c_int {
            *out = by_name(name).map_or(core::ptr::null_mut(), |account| {
                to.write($convert(account));
                to
            });
            0
        }
    };
}
lookups!(passwd, as_passwd, passwd_of, getpwuid, getpwuid_r, getpwnam, getpwnam_r);
lookups!(group, as_group, group_of, getgrgid, getgrgid_r, getgrnam, getgrnam_r);

static mut NEXT_USER: usize = 0;

#[no_mangle]
pub unsafe extern "C" fn setpwent() {
    NEXT_USER = 0;
}

#[no_mangle]
pub extern "C" fn endpwent() {}

#[no_mangle]
pub unsafe extern "C" fn getpwent() -> *mut passwd {
    NEXT_USER += 1;
    passwd_of(ACCOUNTS.get(NEXT_USER - 1))
}

#[no_mangle]
pub extern "C" fn getlogin() -> *const c_char {
    ACCOUNTS[0].name.as_ptr()
}

unsafe fn put(to: &mut [c_char], text: &[u8]) {
    for (to, &from) in to.iter_mut().zip(text.iter().chain(&[0])) {
        *to = from as c_char;
    }
}

const HOST: &[u8] = b"shadowbox";

#[no_mangle]
pub unsafe extern "C" fn uname(out: *mut libc::utsname) -> c_int {
    let mut names: libc::utsname = core::mem::zeroed();
    put(&mut names.sysname, b"Linux");
    put(&mut names.nodename, HOST);
    put(&mut names.release, b"6.0.0-wasi");
    put(&mut names.version, b"#1 Shadowbox");
    put(&mut names.machine, b"wasm32");
    out.write(names);
    0
}

#[no_mangle]
pub unsafe extern "C" fn gethostname(out: *mut c_char, len: size_t) -> c_int {
    if len <= HOST.len() {
        return errno::fail(libc::ENAMETOOLONG);
    }
    put(core::slice::from_raw_parts_mut(out, len), HOST);
    0
}

#[no_mangle]
pub extern "C" fn sysconf(name: c_int) -> c_long {
    match name {
        libc::_SC_PAGESIZE => 65536,
        libc::_SC_NPROCESSORS_ONLN | libc::_SC_NPROCESSORS_CONF => 1,
        libc::_SC_CLK_TCK => 100,
        libc::_SC_ARG_MAX => 1 << 17,
        libc::_SC_OPEN_MAX => crate::fd::MOST as c_long,
        libc::_SC_IOV_MAX => 1024,
        libc::_SC_PHYS_PAGES | libc::_SC_AVPHYS_PAGES => 1 << 16,
        libc::_SC_GETPW_R_SIZE_MAX | libc::_SC_GETGR_R_SIZE_MAX => 1024,
        libc::_SC_HOST_NAME_MAX => 64,
        libc::_SC_LINE_MAX => 2048,
        libc::_SC_NGROUPS_MAX => 65536,
        _ => c_long::from(errno::fail(libc::EINVAL)),
    }
}

#[no_mangle]
pub extern "C" fn pathconf(_name: *const c_char, what: c_int) -> c_long {
    match what {
        libc::_PC_NAME_MAX => 255,
        libc::_PC_PATH_MAX | libc::_PC_PIPE_BUF => 4096,
        libc::_PC_LINK_MAX => 127,
        _ => c_long::from(errno::fail(libc::EINVAL)),
    }
}

#[no_mangle]
pub unsafe extern "C" fn getrlimit(what: c_int, out: *mut libc::rlimit) -> c_int {
    let most = if what == libc::RLIMIT_NOFILE as c_int { crate::fd::MOST as libc::rlim_t } else { libc::RLIM_INFINITY };
    out.write(libc::rlimit { rlim_cur: most, rlim_max: most });
    0
}

#[no_mangle]
pub extern "C" fn setrlimit(_what: c_int, _new: *const libc::rlimit) -> c_int {
    0
}

#[no_mangle]
pub unsafe extern "C" fn getrusage(_who: c_int, out: *mut libc::rusage) -> c_int {
    out.write(core::mem::zeroed());
    0
}

#[no_mangle]
pub extern "C" fn getpriority(_which: c_int, _who: libc::id_t) -> c_int {
    0
}

#[no_mangle]
pub extern "C" fn setpriority(_which: c_int, _who: libc::id_t, _priority: c_int) -> c_int {
    0
}

#[no_mangle]
pub extern "C" fn nice(_more: c_int) -> c_int {
    0
}

#[no_mangle]
pub extern "C" fn chroot(_path: *const c_char) -> c_int {
    errno::fail(libc::EPERM)
}

#[no_mangle]
pub unsafe extern "C" fn getentropy(out: *mut c_void, len: size_t) -> c_int {
    errno::result(wasi::random_get(out.cast(), len))
}

#[no_mangle]
pub unsafe extern "C" fn getrandom(out: *mut c_void, len: size_t, _flags: u32) -> isize {
    match wasi::random_get(out.cast(), len) {
        0 => len as isize,
        error => errno::result(error) as isize,
    }
}

#[no_mangle]
pub extern "C" fn ttyname_r(_fd: c_int, _out: *mut c_char, _len: size_t) -> c_int {
    libc::ENOTTY
}

#[no_mangle]
pub extern "C" fn tcgetattr(_fd: c_int, _out: *mut libc::termios) -> c_int {
    errno::fail(libc::ENOTTY)
}

#[no_mangle]
pub extern "C" fn tcsetattr(_fd: c_int, _how: c_int, _new: *const libc::termios) -> c_int {
    errno::fail(libc::ENOTTY)
}


/// Crates that look for the system's time zone ask a page's script for it on this target. Without `TZ` it is UTC.
#[no_mangle]
pub extern "C" fn emscripten_run_script_string(_script: *const c_char) -> *const c_char {
    c"UTC".as_ptr()
}

#[no_mangle]
pub unsafe extern "C" fn cfgetospeed(of: *const libc::termios) -> libc::speed_t {
    (*of).__c_ospeed
}

#[no_mangle]
pub unsafe extern "C" fn cfsetospeed(of: *mut libc::termios, speed: libc::speed_t) -> c_int {
    (*of).__c_ospeed = speed;
    0
}

#[no_mangle]
pub unsafe extern "C" fn cfsetispeed(of: *mut libc::termios, speed: libc::speed_t) -> c_int {
    (*of).__c_ispeed = speed;
    0
}

/// There are no sockets, so no name has an address.
#[no_mangle]
pub extern "C" fn getaddrinfo(_node: *const c_char, _service: *const c_char, _hints: *const libc::addrinfo, _out: *mut *mut libc::addrinfo) -> c_int {
    libc::EAI_NONAME
}

#[no_mangle]
pub extern "C" fn freeaddrinfo(_list: *mut libc::addrinfo) {}

#[no_mangle]
pub extern "C" fn gai_strerror(_error: c_int) -> *const c_char {
    c"Name or service not known".as_ptr()
}
