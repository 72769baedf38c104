//! Host services where no device can be: stock `wasmtime` gives a program real folders and nothing else. The host mounts a
//! private folder as `/dev/shadowbox`, with two ordinary files. A request goes behind a number into one, and the number
//! last; the reply comes the same way in the other (docs/host-services.md, "Mailbox").

use crate::wasi::{self, Iovec};
use crate::{path, time};
use alloc::vec::Vec;
use libc::c_int;

/// The second preopened directory, after `/`.
const FOLDER: c_int = path::ROOT + 1;
const NAME: &[u8] = b"/dev/shadowbox";
/// Bytes of the number in front.
const NUMBER: u64 = 4;

#[derive(Clone, Copy)]
pub struct Mailbox {
    request: c_int,
    reply: c_int,
}

static mut SENT: u32 = 0;

/// The mailbox, if the host gave one.
pub fn open() -> Option<Mailbox> {
    let mut prestat = wasi::Prestat::default();
    // SAFETY: a result of the right type, then a buffer of the length that is given.
    unsafe {
        if wasi::fd_prestat_get(FOLDER, &mut prestat) != 0 || prestat.length != NAME.len() {
            return None;
        }
        let mut name = [0; NAME.len()];
        if wasi::fd_prestat_dir_name(FOLDER, name.as_mut_ptr(), name.len()) != 0 || name != *NAME {
            return None;
        }
    }
    Some(Mailbox { request: file(b"request")?, reply: file(b"reply")? })
}

fn file(name: &[u8]) -> Option<c_int> {
    let mut fd = -1;
    let rights = wasi::RIGHTS_READ | wasi::RIGHTS_WRITE;
    // SAFETY: pointer and length of one string, and a result of the right type.
    let error = unsafe { wasi::path_open(FOLDER, 0, name.as_ptr(), name.len(), 0, rights, 0, 0, &mut fd) };
    (error == 0).then_some(fd)
}

impl Mailbox {
    /// Sends a request and waits for its reply; an errno if the files cannot be used.
    pub fn call(self, request: &[u8]) -> Result<Vec<u8>, c_int> {
        // SAFETY: there is one thread.
        let number = unsafe {
            SENT = SENT.wrapping_add(1);
            SENT
        };
        put(self.request, request, NUMBER)?;
        put(self.request, &number.to_le_bytes(), 0)?;
        self.wait(number)?;
        let mut length = [0; 4];
        take(self.reply, &mut length, NUMBER)?;
        let mut reply = alloc::vec![0; u32::from_le_bytes(length) as usize];
        take(self.reply, &mut reply, NUMBER)?;
        Ok(reply)
    }

    /// Looks again and again: at once for what the host does at once, then with pauses.
    fn wait(self, number: u32) -> Result<(), c_int> {
        const BUSY_NS: u64 = 1_500_000;
        const PAUSE_NS: u64 = 500_000;
        let start = time::monotonic();
        loop {
            let mut seen = [0; 4];
            if take(self.reply, &mut seen, 0).is_ok() && u32::from_le_bytes(seen) == number {
                return Ok(());
            }
            if time::monotonic() - start < BUSY_NS {
                // SAFETY: no arguments.
                unsafe { wasi::sched_yield() };
            } else {
                time::sleep_ns(PAUSE_NS);
            }
        }
    }
}

fn put(fd: c_int, bytes: &[u8], at: u64) -> Result<(), c_int> {
    let mut from = 0;
    while from < bytes.len() {
        let out = Iovec { buf: bytes[from..].as_ptr(), len: bytes.len() - from };
        let mut done = 0;
        // SAFETY: one vector over the bytes that are left.
        match unsafe { wasi::fd_pwrite(fd, &out, 1, at + from as u64, &mut done) } {
            0 => from += done,
            error => return Err(c_int::from(error)),
        }
    }
    Ok(())
}

/// Reads all of `into`, or nothing that counts.
fn take(fd: c_int, into: &mut [u8], at: u64) -> Result<(), c_int> {
    let mut have = 0;
    while have < into.len() {
        let rest = Iovec { buf: into[have..].as_ptr(), len: into.len() - have };
        let mut done = 0;
        // SAFETY: one vector over the part of the buffer that is not filled yet.
        let error = unsafe { wasi::fd_pread(fd, &rest, 1, at + have as u64, &mut done) };
        if error != 0 || done == 0 {
            return Err(if error != 0 { c_int::from(error) } else { libc::EIO });
        }
        have += done;
    }
    Ok(())
}
