//! Clocks, sleeping and waiting for descriptors.

use crate::{errno, kernel};
use crate::wasi::{self, Event, Subscription};
use alloc::vec::Vec;
use libc::{c_int, c_long, c_void, clockid_t, timespec, timeval};

const REALTIME: u32 = 0;
const MONOTONIC: u32 = 1;
const SECOND: u64 = 1_000_000_000;

/// Linux's numbers to preview 1's. CPU time is counted by no host; the time since the start of the clock must do.
fn id(clock: clockid_t) -> u32 {
    match clock {
        libc::CLOCK_REALTIME | libc::CLOCK_REALTIME_COARSE => REALTIME,
        _ => MONOTONIC,
    }
}

fn to_timespec(ns: u64) -> timespec {
    timespec { tv_sec: (ns / SECOND) as i64, tv_nsec: (ns % SECOND) as c_long }
}

fn now(clock: u32) -> u64 {
    let mut time = 0;
    // SAFETY: a result of the right type.
    unsafe { wasi::clock_time_get(clock, 1, &mut time) };
    time
}

/// The monotonic clock in nanoseconds.
pub fn monotonic() -> u64 {
    now(MONOTONIC)
}

#[no_mangle]
pub unsafe extern "C" fn clock_gettime(clock: clockid_t, out: *mut timespec) -> c_int {
    out.write(to_timespec(now(id(clock))));
    0
}

#[no_mangle]
pub unsafe extern "C" fn clock_getres(clock: clockid_t, out: *mut timespec) -> c_int {
    let mut resolution = 0;
    let error = wasi::clock_res_get(id(clock), &mut resolution);
    if error == 0 && !out.is_null() {
        out.write(to_timespec(resolution));
    }
    errno::result(error)
}

#[no_mangle]
pub unsafe extern "C" fn clock_settime(_clock: clockid_t, _time: *const timespec) -> c_int {
    errno::fail(libc::EPERM)
}

#[no_mangle]
pub unsafe extern "C" fn gettimeofday(out: *mut timeval, _zone: *mut c_void) -> c_int {
    let ns = now(REALTIME);
    out.write(timeval { tv_sec: (ns / SECOND) as i64, tv_usec: (ns % SECOND / 1000) as _ });
    0
}

#[no_mangle]
pub unsafe extern "C" fn time(out: *mut libc::time_t) -> libc::time_t {
    let seconds = (now(REALTIME) / SECOND) as i64;
    if !out.is_null() {
        out.write(seconds);
    }
    seconds
}

#[no_mangle]
pub extern "C" fn clock() -> libc::clock_t {
    (now(MONOTONIC) / 1000) as libc::clock_t
}

const TAG_CLOCK: u8 = 0;
const TAG_READ: u8 = 1;
const TAG_WRITE: u8 = 2;

fn clock_subscription(ns: u64) -> Subscription {
    Subscription { tag: TAG_CLOCK, id: MONOTONIC, timeout: ns, precision: 1, ..Subscription::default() }
}

pub fn sleep_ns(ns: u64) -> c_int {
    let (mut event, mut done) = (Event::default(), 0);
    // SAFETY: one subscription, room for one event.
    errno::result(unsafe { wasi::poll_oneoff(&clock_subscription(ns), &mut event, 1, &mut done) })
}

#[no_mangle]
pub unsafe extern "C" fn nanosleep(time: *const timespec, rest: *mut timespec) -> c_int {
    // Read whole first: `std` gives one place for both, so that what is left is slept next.
    let time = *time;
    if time.tv_sec < 0 || !(0..SECOND as c_long).contains(&time.tv_nsec) {
        return errno::fail(libc::EINVAL);
    }
    if !rest.is_null() {
        rest.write(to_timespec(0));
    }
    sleep_ns((time.tv_sec as u64).saturating_mul(SECOND).saturating_add(time.tv_nsec as u64))
}

#[no_mangle]
pub unsafe extern "C" fn clock_nanosleep(clock: clockid_t, flags: c_int, time: *const timespec, rest: *mut timespec) -> c_int {
    const ABSTIME: c_int = 1;
    if flags & ABSTIME == 0 {
        return if nanosleep(time, rest) == 0 { 0 } else { libc::EINVAL };
    }
    let until = ((*time).tv_sec as u64).saturating_mul(SECOND).saturating_add((*time).tv_nsec as u64);
    sleep_ns(until.saturating_sub(now(id(clock))));
    0
}

#[no_mangle]
pub extern "C" fn usleep(us: u32) -> c_int {
    sleep_ns(u64::from(us) * 1000)
}

#[no_mangle]
pub extern "C" fn sleep(seconds: u32) -> u32 {
    sleep_ns(u64::from(seconds) * SECOND);
    0
}

#[no_mangle]
pub extern "C" fn sched_yield() -> c_int {
    // SAFETY: no arguments.
    errno::result(unsafe { wasi::sched_yield() })
}

#[no_mangle]
pub unsafe extern "C" fn poll(files: *mut libc::pollfd, n: libc::nfds_t, timeout: c_int) -> c_int {
    let files = if n == 0 { &mut [] } else { core::slice::from_raw_parts_mut(files, n as usize) };
    let mut wanted: Vec<Subscription> = Vec::new();
    for (index, file) in files.iter_mut().enumerate() {
        file.revents = 0;
        for (events, tag) in [(libc::POLLIN, TAG_READ), (libc::POLLOUT, TAG_WRITE)] {
            if file.events & events == 0 || file.fd < 0 {
                continue;
            }
            // What the host holds is not waited for: the read or write itself waits.
            if matches!(kernel::target(file.fd), kernel::Target::Host(_)) {
                file.revents |= events;
            } else {
                wanted.push(Subscription { userdata: index as u64, tag, id: kernel::engine(file.fd) as u32, ..Subscription::default() });
            }
        }
    }
    let ready = files.iter().any(|file| file.revents != 0);
    if timeout >= 0 || ready {
        let timeout = if ready { 0 } else { timeout };
        let userdata = u64::MAX;
        wanted.push(Subscription { userdata, ..clock_subscription(timeout as u64 * 1_000_000) });
    }
    if wanted.is_empty() {
        return 0;
    }
    let mut events = alloc::vec![Event::default(); wanted.len()];
    let mut done = 0;
    let error = wasi::poll_oneoff(wanted.as_ptr(), events.as_mut_ptr(), wanted.len(), &mut done);
    if error != 0 {
        return errno::result(error);
    }
    for event in &events[..done] {
        if let Some(file) = usize::try_from(event.userdata).ok().and_then(|index| files.get_mut(index)) {
            file.revents |= happened(event);
        }
    }
    files.iter().filter(|file| file.revents != 0).count() as c_int
}

fn happened(event: &Event) -> libc::c_short {
    const HANGUP: u16 = 1;
    const EBADF: u16 = 8;
    match event.error {
        EBADF => libc::POLLNVAL,
        0 => {
            let ready = if event.kind == TAG_READ { libc::POLLIN } else { libc::POLLOUT };
            ready | if event.flags & HANGUP != 0 { libc::POLLHUP } else { 0 }
        }
        _ => libc::POLLERR,
    }
}
