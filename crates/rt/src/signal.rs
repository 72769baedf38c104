//! Signals. The host delivers none into a program: it ends one, or does not. What remains is to remember what a program
//! asked for, because a write to a closed pipe depends on it.

use crate::rpc::{Op, Request};
use crate::{errno, process, time};
use core::ptr::{addr_of, addr_of_mut};
use libc::{c_int, pid_t, sighandler_t, sigset_t};

const COUNT: usize = 65;
static mut HANDLERS: [sighandler_t; COUNT] = [libc::SIG_DFL; COUNT];

pub fn ignored(signal: c_int) -> bool {
    // SAFETY: there is one thread.
    unsafe { (*addr_of!(HANDLERS))[signal as usize] != libc::SIG_DFL }
}

fn handler(signum: c_int) -> Option<&'static mut sighandler_t> {
    // SAFETY: there is one thread, and the reference does not outlive the call that asked.
    unsafe { (*addr_of_mut!(HANDLERS)).get_mut(usize::try_from(signum).ok().filter(|&n| n > 0)?) }
}

#[no_mangle]
pub extern "C" fn signal(signum: c_int, new: sighandler_t) -> sighandler_t {
    match handler(signum) {
        Some(handler) => core::mem::replace(handler, new),
        None => {
            errno::set(libc::EINVAL);
            libc::SIG_ERR
        }
    }
}

#[no_mangle]
pub unsafe extern "C" fn sigaction(signum: c_int, new: *const libc::sigaction, old: *mut libc::sigaction) -> c_int {
    let Some(handler) = handler(signum) else { return errno::fail(libc::EINVAL) };
    if !old.is_null() {
        let mut before: libc::sigaction = core::mem::zeroed();
        before.sa_sigaction = *handler;
        old.write(before);
    }
    if !new.is_null() {
        *handler = (*new).sa_sigaction;
    }
    0
}

#[no_mangle]
pub unsafe extern "C" fn sigemptyset(set: *mut sigset_t) -> c_int {
    set.write(core::mem::zeroed());
    0
}

#[no_mangle]
pub unsafe extern "C" fn sigfillset(set: *mut sigset_t) -> c_int {
    set.cast::<u8>().write_bytes(0xff, core::mem::size_of::<sigset_t>());
    0
}

/// The byte and the bit of a signal in a set.
unsafe fn place(set: *const sigset_t, signum: c_int) -> (*mut u8, u8) {
    let bit = (signum - 1) as usize;
    (set.cast::<u8>().cast_mut().add(bit / 8), 1 << (bit % 8))
}

#[no_mangle]
pub unsafe extern "C" fn sigaddset(set: *mut sigset_t, signum: c_int) -> c_int {
    let (byte, bit) = place(set, signum);
    *byte |= bit;
    0
}

#[no_mangle]
pub unsafe extern "C" fn sigdelset(set: *mut sigset_t, signum: c_int) -> c_int {
    let (byte, bit) = place(set, signum);
    *byte &= !bit;
    0
}

#[no_mangle]
pub unsafe extern "C" fn sigismember(set: *const sigset_t, signum: c_int) -> c_int {
    let (byte, bit) = place(set, signum);
    c_int::from(*byte & bit != 0)
}

unsafe fn no_signals(old: *mut sigset_t) -> c_int {
    if !old.is_null() {
        sigemptyset(old);
    }
    0
}

#[no_mangle]
pub unsafe extern "C" fn sigprocmask(_how: c_int, _set: *const sigset_t, old: *mut sigset_t) -> c_int {
    no_signals(old)
}

#[no_mangle]
pub unsafe extern "C" fn pthread_sigmask(_how: c_int, _set: *const sigset_t, old: *mut sigset_t) -> c_int {
    no_signals(old)
}

#[no_mangle]
pub unsafe extern "C" fn sigpending(set: *mut sigset_t) -> c_int {
    no_signals(set)
}

#[no_mangle]
pub extern "C" fn kill(pid: pid_t, signum: c_int) -> c_int {
    if pid == 0 && process::alone() {
        return 0;
    }
    match Request::new(Op::Kill).u32(pid as u32).u32(signum as u32).send() {
        Ok(_) => 0,
        Err(error) => errno::fail(error),
    }
}

#[no_mangle]
pub extern "C" fn killpg(group: pid_t, signum: c_int) -> c_int {
    kill(-group, signum)
}

/// A signal of one's own that is not caught ends the program as that signal would.
#[no_mangle]
pub extern "C" fn raise(signum: c_int) -> c_int {
    kill(process::getpid(), signum)
}

#[no_mangle]
pub extern "C" fn alarm(_seconds: u32) -> u32 {
    0
}

/// When the timer rings, in monotonic nanoseconds; 0 for no timer.
static mut RINGS: u64 = 0;

/// The real-time timer, once; `sigwait` hears it.
#[no_mangle]
pub unsafe extern "C" fn setitimer(which: c_int, new: *const libc::itimerval, old: *mut libc::itimerval) -> c_int {
    if which != libc::ITIMER_REAL {
        return errno::fail(libc::EINVAL);
    }
    if !old.is_null() {
        old.write(core::mem::zeroed());
    }
    let after = (*new).it_value;
    let nanoseconds = (after.tv_sec as u64).saturating_mul(1_000_000_000).saturating_add(after.tv_usec as u64 * 1000);
    RINGS = if nanoseconds == 0 { 0 } else { time::monotonic().saturating_add(nanoseconds) };
    0
}

/// Waits for the timer or a child. No signal reaches a program, so it looks again and again: SIGALRM when the timer has
/// rung, otherwise, after a while that doubles from call to call, SIGCHLD, which means that the caller should look.
#[no_mangle]
pub unsafe extern "C" fn sigwait(_set: *const sigset_t, signum: *mut c_int) -> c_int {
    static mut PAUSE: u64 = 100_000;
    let left = left_of_timer();
    if left > 0 {
        time::sleep_ns(PAUSE.min(left));
        PAUSE = (PAUSE * 2).min(8_000_000);
    }
    // Asked again: a sleep may take much longer than it should.
    let rung = left_of_timer() == 0;
    if rung {
        RINGS = 0;
    }
    signum.write(if rung { libc::SIGALRM } else { libc::SIGCHLD });
    0
}

/// Nanoseconds until the timer rings.
fn left_of_timer() -> u64 {
    // SAFETY: there is one thread.
    match unsafe { RINGS } {
        0 => u64::MAX,
        rings => rings.saturating_sub(time::monotonic()),
    }
}
