//! Processes: who we are, and waiting for children. Starting them is in spawn.rs.

use crate::rpc::{self, Op, Request};
use crate::errno;
use libc::{c_int, id_t, pid_t, siginfo_t};

struct Ids {
    pid: pid_t,
    ppid: pid_t,
    pgid: pid_t,
}

fn ids() -> Ids {
    match Request::new(Op::Getpid).send() {
        Ok(mut reply) => {
            Ids { pid: reply.u32() as pid_t, ppid: reply.u32() as pid_t, pgid: reply.u32() as pid_t }
        }
        Err(_) => Ids { pid: 1, ppid: 0, pgid: 1 },
    }
}

#[no_mangle]
pub extern "C" fn getpid() -> pid_t {
    ids().pid
}

#[no_mangle]
pub extern "C" fn getppid() -> pid_t {
    ids().ppid
}

#[no_mangle]
pub extern "C" fn getpgrp() -> pid_t {
    ids().pgid
}

#[no_mangle]
pub extern "C" fn getpgid(_pid: pid_t) -> pid_t {
    ids().pgid
}

#[no_mangle]
pub extern "C" fn getsid(_pid: pid_t) -> pid_t {
    ids().pgid
}

#[no_mangle]
pub extern "C" fn setsid() -> pid_t {
    ids().pid
}

static mut ALONE: bool = false;

/// Whether the program asked for a group of its own.
pub fn alone() -> bool {
    // SAFETY: there is one thread.
    unsafe { ALONE }
}

/// Groups are the shell's to make. A program's wish for one of its own is remembered: what it then sends to its group
/// must not reach the shell's.
#[no_mangle]
pub extern "C" fn setpgid(pid: pid_t, group: pid_t) -> c_int {
    if pid == 0 && group == 0 {
        // SAFETY: there is one thread.
        unsafe { ALONE = true };
    }
    0
}

const NOHANG: u32 = 1;

#[no_mangle]
pub unsafe extern "C" fn waitpid(pid: pid_t, status: *mut c_int, options: c_int) -> pid_t {
    let which = if pid > 0 { pid as u32 } else { rpc::NONE };
    let flags = if options & libc::WNOHANG != 0 { NOHANG } else { 0 };
    match Request::new(Op::Wait).u32(which).u32(flags).send() {
        Ok(mut reply) => {
            let (pid, code) = (reply.u32() as pid_t, reply.u32());
            if pid != 0 && !status.is_null() {
                // The host says 256 + signal; a wait status has the signal below, the code in the second byte.
                *status = if code >= 256 { (code - 256) as c_int } else { (code << 8) as c_int };
            }
            pid
        }
        Err(error) => errno::fail(error),
    }
}

#[no_mangle]
pub unsafe extern "C" fn wait(status: *mut c_int) -> pid_t {
    waitpid(-1, status, 0)
}

#[no_mangle]
pub unsafe extern "C" fn wait4(pid: pid_t, status: *mut c_int, options: c_int, usage: *mut libc::rusage) -> pid_t {
    if !usage.is_null() {
        usage.write(core::mem::zeroed());
    }
    waitpid(pid, status, options)
}

#[no_mangle]
pub extern "C" fn waitid(_kind: c_int, _id: id_t, _info: *mut siginfo_t, _options: c_int) -> c_int {
    errno::fail(libc::ENOSYS)
}

/// A copy of a running program cannot be had; `std` here spawns instead.
#[no_mangle]
pub extern "C" fn fork() -> pid_t {
    errno::fail(libc::ENOSYS)
}
