//! `errno` and the texts of errors, which are glibc's: programs print them.

use crate::wasi::Errno;
use libc::{c_char, c_int};

extern "C" {
    fn __errno_location() -> *mut c_int;
}

pub fn set(errno: c_int) {
    // SAFETY: wasi-libc's one errno; there is one thread.
    unsafe { *__errno_location() = errno }
}

/// The usual end of a libc function: -1 and errno, or 0.
pub fn result(errno: Errno) -> c_int {
    if errno == 0 {
        return 0;
    }
    fail(c_int::from(errno))
}

pub fn fail(errno: c_int) -> c_int {
    // A path that leads out of `/` is a path to nothing here, not a matter of capabilities.
    set(if errno == NOT_CAPABLE { libc::EPERM } else { errno });
    -1
}

const NOT_CAPABLE: c_int = 76;

/// glibc's texts in the order of WASI's numbers.
const TEXTS: [&[u8]; 78] = [
    b"Success\0", b"Argument list too long\0", b"Permission denied\0", b"Address already in use\0",
    b"Cannot assign requested address\0", b"Address family not supported by protocol\0",
    b"Resource temporarily unavailable\0", b"Operation already in progress\0", b"Bad file descriptor\0",
    b"Bad message\0", b"Device or resource busy\0", b"Operation canceled\0", b"No child processes\0",
    b"Software caused connection abort\0", b"Connection refused\0", b"Connection reset by peer\0",
    b"Resource deadlock avoided\0", b"Destination address required\0", b"Numerical argument out of domain\0",
    b"Disk quota exceeded\0", b"File exists\0", b"Bad address\0", b"File too large\0", b"No route to host\0",
    b"Identifier removed\0", b"Invalid or incomplete multibyte or wide character\0", b"Operation now in progress\0",
    b"Interrupted system call\0", b"Invalid argument\0", b"Input/output error\0",
    b"Transport endpoint is already connected\0", b"Is a directory\0", b"Too many levels of symbolic links\0",
    b"Too many open files\0", b"Too many links\0", b"Message too long\0", b"Multihop attempted\0",
    b"File name too long\0", b"Network is down\0", b"Network dropped connection on reset\0",
    b"Network is unreachable\0", b"Too many open files in system\0", b"No buffer space available\0",
    b"No such device\0", b"No such file or directory\0", b"Exec format error\0", b"No locks available\0",
    b"Link has been severed\0", b"Cannot allocate memory\0", b"No message of desired type\0",
    b"Protocol not available\0", b"No space left on device\0", b"Function not implemented\0",
    b"Transport endpoint is not connected\0", b"Not a directory\0", b"Directory not empty\0",
    b"State not recoverable\0", b"Socket operation on non-socket\0", b"Operation not supported\0",
    b"Inappropriate ioctl for device\0", b"No such device or address\0", b"Value too large for defined data type\0",
    b"Owner died\0", b"Operation not permitted\0", b"Broken pipe\0", b"Protocol error\0",
    b"Protocol not supported\0", b"Protocol wrong type for socket\0", b"Numerical result out of range\0",
    b"Read-only file system\0", b"Illegal seek\0", b"No such process\0", b"Stale file handle\0",
    b"Connection timed out\0", b"Text file busy\0", b"Invalid cross-device link\0", b"Operation not permitted\0",
    b"Unknown error\0",
];

fn text(errno: c_int) -> &'static [u8] {
    TEXTS[usize::try_from(errno).map_or(TEXTS.len() - 1, |n| n.min(TEXTS.len() - 1))]
}

#[no_mangle]
pub extern "C" fn strerror(errno: c_int) -> *const c_char {
    text(errno).as_ptr().cast()
}

#[no_mangle]
pub unsafe extern "C" fn strerror_r(errno: c_int, buf: *mut c_char, len: usize) -> c_int {
    let text = text(errno);
    if len < text.len() {
        return libc::ERANGE;
    }
    core::ptr::copy_nonoverlapping(text.as_ptr().cast(), buf, text.len());
    0
}
