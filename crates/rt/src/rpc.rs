//! The client of `/dev/shadowbox/rpc`: one request in one write, one reply. docs/host-services.md is the contract.

use crate::mailbox::{self, Mailbox};
use crate::wasi::{self, Iovec};
use alloc::vec::Vec;
use core::ptr::addr_of_mut;
use libc::c_int;

const VERSION: u16 = 1;
const HEADER: usize = 8;
pub const NONE: u32 = u32::MAX;

#[derive(Clone, Copy)]
pub enum Op {
    Stat = 2,
    Chmod = 3,
    Chown = 4,
    Umask = 5,
    Spawn = 6,
    Wait = 7,
    Kill = 8,
    Pipe = 9,
    Getpid = 10,
    TtySize = 11,
    Fstat = 12,
    Fchmod = 13,
    Mkfifo = 14,
    Dup2 = 16,
    Open = 17,
    Read = 18,
    Write = 19,
    Close = 20,
    Seek = 21,
    Readlink = 22,
    Symlink = 23,
    Readdir = 24,
    /// The program has as many descriptors as it may.
    Full = 28,
    /// Of a mailbox: the status with which the program ends.
    Exit = 256,
}

/// The device's descriptor; -1 if this host has none (every operation is then ENOSYS), -2 before the first use.
static mut DEVICE: c_int = -2;

fn device() -> c_int {
    const NAME: &[u8] = b"dev/shadowbox/rpc";
    // SAFETY: there is one thread.
    unsafe {
        if DEVICE == -2 {
            let mut fd = -1;
            let rights = wasi::RIGHTS_READ | wasi::RIGHTS_WRITE;
            let error = wasi::path_open(crate::path::ROOT, 0, NAME.as_ptr(), NAME.len(), 0, rights, 0, 0, &mut fd);
            DEVICE = if error == 0 { fd } else { -1 };
        }
        DEVICE
    }
}

static mut USED: bool = false;

/// Whether a request was sent by mailbox that would have opened the device, were there one.
pub fn is_used() -> bool {
    // SAFETY: there is one thread.
    unsafe { USED }
}

/// None: not looked for yet; an empty one: this host has none.
static mut MAILBOX: Option<Option<Mailbox>> = None;

/// The mailbox, where services are no device.
pub fn mailbox() -> Option<Mailbox> {
    // SAFETY: there is one thread.
    let known = unsafe { &mut *addr_of_mut!(MAILBOX) };
    *known.get_or_insert_with(mailbox::open)
}

/// Makes sure that the device is open, and not as `fd`, which something else is about to become.
pub fn keep_off(fd: c_int) {
    if device() == fd {
        // SAFETY: there is one thread. `fd` is still taken, so the device is opened as another.
        unsafe { DEVICE = -2 };
        device();
    }
}

/// The descriptor is ours: a program that closes or replaces it gets a fresh one on the next use.
pub fn forget(fd: c_int) {
    // SAFETY: there is one thread.
    unsafe {
        if DEVICE == fd {
            DEVICE = -2;
        }
    }
}

pub struct Request(Vec<u8>);

/// Whether programs ask for it by the device too; the others the engine answers there.
fn opens_device(op: u16) -> bool {
    use Op::{Chmod, Chown, Fchmod, Getpid, Kill, Mkfifo, Pipe, Spawn, TtySize, Umask, Wait};
    let by_device = [Chmod, Chown, Fchmod, Getpid, Kill, Mkfifo, Pipe, Spawn, TtySize, Umask, Wait];
    by_device.iter().any(|each| *each as u16 == op)
}

impl Request {
    pub fn new(op: Op) -> Self {
        let mut bytes = Vec::with_capacity(128);
        bytes.extend_from_slice(&[0; 4]);
        bytes.extend_from_slice(&VERSION.to_le_bytes());
        bytes.extend_from_slice(&(op as u16).to_le_bytes());
        Self(bytes)
    }

    pub fn u32(mut self, value: u32) -> Self {
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    pub fn string(self, bytes: &[u8]) -> Self {
        let mut next = self.u32(bytes.len() as u32);
        next.0.extend_from_slice(bytes);
        next
    }

    pub fn u64(mut self, value: u64) -> Self {
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    pub fn send(mut self) -> Result<Reply, c_int> {
        let len = self.0.len() as u32;
        self.0[..4].copy_from_slice(&len.to_le_bytes());
        if let Some(mailbox) = mailbox() {
            // SAFETY: there is one thread.
            unsafe { USED |= opens_device(u16::from_le_bytes([self.0[6], self.0[7]])) };
            return Reply::whole(mailbox.call(&self.0)?);
        }
        let fd = device();
        if fd < 0 {
            return Err(libc::ENOSYS);
        }
        let out = Iovec { buf: self.0.as_ptr(), len: self.0.len() };
        let mut done = 0;
        // SAFETY: one vector over our own bytes.
        match unsafe { wasi::fd_write(fd, &out, 1, &mut done) } {
            0 => Reply::read(fd),
            error => Err(c_int::from(error)),
        }
    }
}

pub struct Reply {
    bytes: Vec<u8>,
    at: usize,
}

impl Reply {
    fn read(fd: c_int) -> Result<Self, c_int> {
        let mut bytes = alloc::vec![0; 256];
        let mut have = 0;
        loop {
            let into = Iovec { buf: bytes[have..].as_ptr(), len: bytes.len() - have };
            let mut done = 0;
            // SAFETY: one vector over the part of our buffer that is not filled yet.
            let error = unsafe { wasi::fd_read(fd, &into, 1, &mut done) };
            have += done;
            if error != 0 || done == 0 {
                return Err(if error != 0 { c_int::from(error) } else { libc::EIO });
            }
            if have < HEADER {
                continue;
            }
            let total = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize;
            if have >= total {
                bytes.truncate(total);
                break;
            }
            bytes.resize(total, 0);
        }
        Self::whole(bytes)
    }

    fn whole(bytes: Vec<u8>) -> Result<Self, c_int> {
        if bytes.len() < HEADER {
            return Err(libc::EIO);
        }
        match u16::from_le_bytes([bytes[6], bytes[7]]) {
            0 => Ok(Self { bytes, at: HEADER }),
            error => Err(c_int::from(error)),
        }
    }

    /// A reply that is too short reads as zeros: the version in its header says what it holds.
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        if let Some(bytes) = self.bytes.get(self.at..self.at + N) {
            out.copy_from_slice(bytes);
        }
        self.at += N;
        out
    }

    pub fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.take())
    }

    pub fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.take())
    }

    pub fn string(&mut self) -> &[u8] {
        let length = self.u32() as usize;
        let from = self.at.min(self.bytes.len());
        self.at = from.saturating_add(length).min(self.bytes.len());
        &self.bytes[from..self.at]
    }
}
