//! Changes of names: directories, links, removal.

use crate::rpc::{Op, Request};
use crate::{errno, mode, path, sys, wasi};
use libc::{c_char, c_int, mode_t};

/// Runs `$body` with the resolved name, or ends the function with -1.
macro_rules! resolved {
    ($dir:expr, $name:expr) => {
        match path::at($dir, $name) {
            Ok(at) => at,
            Err(error) => return errno::fail(error),
        }
    };
}

#[no_mangle]
pub unsafe extern "C" fn mkdir(name: *const c_char, mode: mode_t) -> c_int {
    mkdirat(libc::AT_FDCWD, name, mode)
}

#[no_mangle]
pub unsafe extern "C" fn mkdirat(dir: c_int, name: *const c_char, mode: mode_t) -> c_int {
    // `mkdir x/` makes x; preview 1 hosts look for x first.
    let at = path::plain(resolved!(dir, name));
    let error = path::change_at(&at, |at| wasi::path_create_directory(at.fd, at.ptr(), at.len()));
    if error == 0 && (mode & 0o7777 != 0o777 || mode::is_unheard()) {
        // The host made it 0777 less the umask; without services it stays as it is.
        let wanted = mode & 0o7777 & !mode::current_umask();
        let _ = Request::new(Op::Chmod).string(&at.absolute()).u32(0).u32(wanted).send();
    }
    errno::result(error)
}

#[no_mangle]
pub unsafe extern "C" fn rmdir(name: *const c_char) -> c_int {
    unlinkat(libc::AT_FDCWD, name, libc::AT_REMOVEDIR)
}

#[no_mangle]
pub unsafe extern "C" fn unlink(name: *const c_char) -> c_int {
    unlinkat(libc::AT_FDCWD, name, 0)
}

#[no_mangle]
pub unsafe extern "C" fn unlinkat(dir: c_int, name: *const c_char, flags: c_int) -> c_int {
    let at = resolved!(dir, name);
    if flags & libc::AT_REMOVEDIR == 0 {
        return errno::result(path::change_at(&at, |at| wasi::path_unlink_file(at.fd, at.ptr(), at.len())));
    }
    if sys::bytes(name).split(|&byte| byte == b'/').filter(|part| !part.is_empty()).next_back() == Some(b".") {
        return errno::fail(libc::EINVAL);
    }
    // Some engines take no slash at the end; without it a link to a directory is refused likewise.
    let at = path::plain(at);
    errno::result(path::change_at(&at, |at| wasi::path_remove_directory(at.fd, at.ptr(), at.len())))
}

#[no_mangle]
pub unsafe extern "C" fn remove(name: *const c_char) -> c_int {
    if unlink(name) == 0 { 0 } else { rmdir(name) }
}

#[no_mangle]
pub unsafe extern "C" fn rename(old: *const c_char, new: *const c_char) -> c_int {
    renameat(libc::AT_FDCWD, old, libc::AT_FDCWD, new)
}

#[no_mangle]
pub unsafe extern "C" fn renameat(old_dir: c_int, old: *const c_char, new_dir: c_int, new: *const c_char) -> c_int {
    let (old, new) = (resolved!(old_dir, old), resolved!(new_dir, new));
    errno::result(path::change_at(&old, |old| {
        path::change_at(&new, |new| wasi::path_rename(old.fd, old.ptr(), old.len(), new.fd, new.ptr(), new.len()))
    }))
}

#[no_mangle]
pub unsafe extern "C" fn link(old: *const c_char, new: *const c_char) -> c_int {
    linkat(libc::AT_FDCWD, old, libc::AT_FDCWD, new, 0)
}

#[no_mangle]
pub unsafe extern "C" fn linkat(old_dir: c_int, old: *const c_char, new_dir: c_int, new: *const c_char, flags: c_int) -> c_int {
    let (mut old, new) = (resolved!(old_dir, old), resolved!(new_dir, new));
    if flags & libc::AT_SYMLINK_FOLLOW != 0 {
        // Hosts may refuse to follow here (preview 1 lets them), so the link is followed first.
        match path::real(&old.absolute()).and_then(|real| path::resolve(libc::AT_FDCWD, &real)) {
            Ok(at) => old = at,
            Err(error) => return errno::fail(error),
        }
    }
    errno::result(path::change_at(&old, |old| {
        path::change_at(&new, |new| wasi::path_link(old.fd, 0, old.ptr(), old.len(), new.fd, new.ptr(), new.len()))
    }))
}

#[no_mangle]
pub unsafe extern "C" fn symlink(target: *const c_char, name: *const c_char) -> c_int {
    symlinkat(target, libc::AT_FDCWD, name)
}

#[no_mangle]
pub unsafe extern "C" fn symlinkat(target: *const c_char, dir: c_int, name: *const c_char) -> c_int {
    let (target, at) = (sys::bytes(target), resolved!(dir, name));
    if target.is_empty() {
        return errno::fail(libc::ENOENT);
    }
    let error = wasi::path_symlink(target.as_ptr(), target.len(), at.fd, at.ptr(), at.len());
    if path::refused(error) || path::is_kernels(&at) {
        return match Request::new(Op::Symlink).string(target).string(&at.absolute()).send() {
            Ok(_) => 0,
            Err(error) => errno::fail(error),
        };
    }
    errno::result(error)
}

#[no_mangle]
pub unsafe extern "C" fn readlink(name: *const c_char, buf: *mut c_char, len: usize) -> isize {
    readlinkat(libc::AT_FDCWD, name, buf, len)
}

#[no_mangle]
pub unsafe extern "C" fn readlinkat(dir: c_int, name: *const c_char, buf: *mut c_char, len: usize) -> isize {
    let at = match path::at(dir, name) {
        Ok(at) => at,
        Err(error) => return errno::fail(error) as isize,
    };
    let mut done = 0;
    match wasi::path_readlink(at.fd, at.ptr(), at.len(), buf.cast(), len, &mut done) {
        0 => done as isize,
        error if path::refused(error) || path::is_kernels(&at) => match Request::new(Op::Readlink).string(&at.absolute()).send() {
            Ok(mut reply) => {
                let target = reply.string();
                core::ptr::copy_nonoverlapping(target.as_ptr(), buf.cast(), target.len().min(len));
                target.len().min(len) as isize
            }
            Err(error) => errno::fail(error) as isize,
        },
        error => errno::result(error) as isize,
    }
}

#[no_mangle]
pub unsafe extern "C" fn mkfifo(name: *const c_char, mode: mode_t) -> c_int {
    mkfifoat(libc::AT_FDCWD, name, mode)
}

#[no_mangle]
pub unsafe extern "C" fn mkfifoat(dir: c_int, name: *const c_char, mode: mode_t) -> c_int {
    let at = resolved!(dir, name);
    let wanted = mode & !mode::current_umask();
    match Request::new(Op::Mkfifo).string(&at.absolute()).u32(wanted).send() {
        Ok(_) => 0,
        Err(error) => errno::fail(error),
    }
}

#[no_mangle]
pub unsafe extern "C" fn mknod(name: *const c_char, mode: mode_t, dev: libc::dev_t) -> c_int {
    mknodat(libc::AT_FDCWD, name, mode, dev)
}

#[no_mangle]
pub unsafe extern "C" fn mknodat(dir: c_int, name: *const c_char, mode: mode_t, _dev: libc::dev_t) -> c_int {
    if mode & libc::S_IFMT == libc::S_IFIFO { mkfifoat(dir, name, mode & 0o7777) } else { errno::fail(libc::EPERM) }
}
