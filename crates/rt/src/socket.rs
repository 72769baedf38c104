//! There are no sockets: making one fails, and every other call finds none.

use crate::errno;
use libc::{c_int, c_void, msghdr, size_t, sockaddr, socklen_t, ssize_t};

macro_rules! without_sockets {
    ($($name:ident($($type:ty),*) -> $result:ty, $error:ident;)*) => {
        $(#[no_mangle]
        pub unsafe extern "C" fn $name($(_: $type),*) -> $result {
            errno::fail(libc::$error) as $result
        })*
    };
}

without_sockets! {
    socket(c_int, c_int, c_int) -> c_int, EAFNOSUPPORT;
    socketpair(c_int, c_int, c_int, *mut c_int) -> c_int, EAFNOSUPPORT;
    bind(c_int, *const sockaddr, socklen_t) -> c_int, ENOTSOCK;
    listen(c_int, c_int) -> c_int, ENOTSOCK;
    connect(c_int, *const sockaddr, socklen_t) -> c_int, ENOTSOCK;
    accept(c_int, *mut sockaddr, *mut socklen_t) -> c_int, ENOTSOCK;
    accept4(c_int, *mut sockaddr, *mut socklen_t, c_int) -> c_int, ENOTSOCK;
    shutdown(c_int, c_int) -> c_int, ENOTSOCK;
    getsockname(c_int, *mut sockaddr, *mut socklen_t) -> c_int, ENOTSOCK;
    getpeername(c_int, *mut sockaddr, *mut socklen_t) -> c_int, ENOTSOCK;
    getsockopt(c_int, c_int, c_int, *mut c_void, *mut socklen_t) -> c_int, ENOTSOCK;
    setsockopt(c_int, c_int, c_int, *const c_void, socklen_t) -> c_int, ENOTSOCK;
    send(c_int, *const c_void, size_t, c_int) -> ssize_t, ENOTSOCK;
    sendto(c_int, *const c_void, size_t, c_int, *const sockaddr, socklen_t) -> ssize_t, ENOTSOCK;
    sendmsg(c_int, *const msghdr, c_int) -> ssize_t, ENOTSOCK;
    recv(c_int, *mut c_void, size_t, c_int) -> ssize_t, ENOTSOCK;
    recvfrom(c_int, *mut c_void, size_t, c_int, *mut sockaddr, *mut socklen_t) -> ssize_t, ENOTSOCK;
    recvmsg(c_int, *mut msghdr, c_int) -> ssize_t, ENOTSOCK;
}
