//! Modes and owners: the host keeps them, preview 1 does not show them.

use crate::rpc::{self, Op, Request};
use crate::{errno, fd, kernel, path};
use libc::{c_char, c_int, gid_t, mode_t, uid_t};

const DEFAULT_UMASK: mode_t = 0o022;
static mut UMASK: Option<mode_t> = None;
static mut CHANGED: bool = false;

/// Whether the program set the umask where the engine does not hear of it: the modes of new files are then still to be set.
pub fn is_unheard() -> bool {
    // SAFETY: there is one thread.
    unsafe { CHANGED && rpc::mailbox().is_some() }
}

pub fn current_umask() -> mode_t {
    // SAFETY: there is one thread.
    unsafe {
        let known = UMASK.unwrap_or_else(|| {
            let asked = Request::new(Op::Umask).u32(rpc::NONE).send();
            asked.map_or(DEFAULT_UMASK, |mut reply| reply.u32())
        });
        UMASK = Some(known);
        known
    }
}

#[no_mangle]
pub unsafe extern "C" fn umask(mask: mode_t) -> mode_t {
    let old = current_umask();
    UMASK = Some(mask & 0o777);
    CHANGED = CHANGED || mask & 0o777 != old;
    // A host without services keeps no umask; then only our own files follow it.
    let _ = Request::new(Op::Umask).u32(mask & 0o777).send();
    old
}

fn done(result: Result<rpc::Reply, c_int>) -> c_int {
    result.map_or_else(errno::fail, |_| 0)
}

#[no_mangle]
pub unsafe extern "C" fn chmod(name: *const c_char, mode: mode_t) -> c_int {
    fchmodat(libc::AT_FDCWD, name, mode, 0)
}

#[no_mangle]
pub unsafe extern "C" fn fchmodat(dir: c_int, name: *const c_char, mode: mode_t, flags: c_int) -> c_int {
    let follow = u32::from(flags & libc::AT_SYMLINK_NOFOLLOW == 0);
    match path::at(dir, name) {
        Ok(at) => done(Request::new(Op::Chmod).string(&at.absolute()).u32(follow).u32(mode).send()),
        Err(error) => errno::fail(error),
    }
}

#[no_mangle]
pub extern "C" fn fchmod(file: c_int, mode: mode_t) -> c_int {
    let known = if rpc::mailbox().is_some() { kernel::number(file) } else { Some(file as u32) };
    if let Some(number) = known {
        return done(Request::new(Op::Fchmod).u32(number).u32(mode).send());
    }
    match fd::file_name(file).or_else(|| fd::name(file)) {
        Some(name) => done(Request::new(Op::Chmod).string(&name).u32(1).u32(mode).send()),
        None => errno::fail(libc::EPERM),
    }
}

#[no_mangle]
pub unsafe extern "C" fn chown(name: *const c_char, uid: uid_t, gid: gid_t) -> c_int {
    fchownat(libc::AT_FDCWD, name, uid, gid, 0)
}

#[no_mangle]
pub unsafe extern "C" fn lchown(name: *const c_char, uid: uid_t, gid: gid_t) -> c_int {
    fchownat(libc::AT_FDCWD, name, uid, gid, libc::AT_SYMLINK_NOFOLLOW)
}

#[no_mangle]
pub unsafe extern "C" fn fchownat(dir: c_int, name: *const c_char, uid: uid_t, gid: gid_t, flags: c_int) -> c_int {
    let follow = u32::from(flags & libc::AT_SYMLINK_NOFOLLOW == 0);
    if flags & libc::AT_EMPTY_PATH != 0 && *name == 0 {
        return fchown(dir, uid, gid);
    }
    match path::at(dir, name) {
        Ok(at) => chown_absolute(&at.absolute(), follow, uid, gid),
        Err(error) => errno::fail(error),
    }
}

fn chown_absolute(path: &[u8], follow: u32, uid: uid_t, gid: gid_t) -> c_int {
    done(Request::new(Op::Chown).string(path).u32(follow).u32(uid).u32(gid).send())
}

/// The services know owners by name only: a directory's is known, a file keeps its owner if that is whom it gets.
#[no_mangle]
pub unsafe extern "C" fn fchown(file: c_int, uid: uid_t, gid: gid_t) -> c_int {
    if let Some(path) = fd::name(file) {
        return chown_absolute(&path, 1, uid, gid);
    }
    let mut stat = core::mem::zeroed();
    if crate::stat::fstat(file, &mut stat) < 0 {
        return -1;
    }
    let same = |new: u32, old: u32| new == rpc::NONE || new == old;
    if same(uid, stat.st_uid) && same(gid, stat.st_gid) { 0 } else { errno::fail(libc::EPERM) }
}
