//! One line per check on standard output.

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use crate::raw::{self, Ciovec, Errno};

static FAILED: AtomicU32 = AtomicU32::new(0);

fn print(text: &[u8]) {
    let vector = Ciovec { buf: text.as_ptr(), len: text.len() };
    let mut written = 0;
    unsafe { raw::fd_write(1, &vector, 1, &mut written) };
}

fn print_number(mut number: u64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    print(&digits[at..]);
}

fn line(ok: bool, name: &str, got: u64) {
    print(if ok { b"ok " } else { b"FAILED " });
    print(name.as_bytes());
    if !ok {
        FAILED.fetch_add(1, Relaxed);
        print(b": got ");
        print_number(got);
    }
    print(b"\n");
}

/// A call's errno is one of those allowed.
pub fn check(name: &str, got: Errno, allowed: &[Errno]) {
    line(allowed.contains(&got), name, u64::from(got));
}

/// A number is as expected.
pub fn equal(name: &str, got: u64, expected: u64) {
    line(got == expected, name, got);
}

/// A condition holds.
pub fn holds(name: &str, condition: bool) {
    line(condition, name, 0);
}

/// Ends the program.
pub fn finish() -> ! {
    unsafe { raw::proc_exit(u32::from(FAILED.load(Relaxed) > 0)) }
}

/// A line only if the call failed: what the checks take for granted.
pub(crate) fn check_quietly(name: &str, got: Errno) {
    if got != 0 {
        line(false, name, u64::from(got));
    }
}
