//! The system layer that every command of Shadowbox links.
//!
//! Commands are compiled for Rust's `wasm32-unknown-emscripten`, because that is the one wasm target whose `std` and
//! crates believe in Unix: file modes, owners, descriptors, processes. Nothing of emscripten itself is used. This crate
//! defines the libc functions which that target expects, on WASI preview 1 and, for what preview 1 lacks, on the host
//! services behind `/dev/shadowbox/rpc` (docs/host-services.md). What needs no system (malloc, string and math
//! functions) comes from wasi-libc, whose errno numbers are the same.
//!
//! A program links it with `use shadowbox_rt as _;`.
#![no_std]
#![feature(c_variadic)]
#![allow(clippy::missing_safety_doc)] // every function here is a libc function: its contract is POSIX's

extern crate alloc;

mod dir;
mod dirent;
mod errno;
mod fd;
mod file;
mod kernel;
mod mailbox;
mod mode;
mod names;
mod path;
mod process;
mod rpc;
mod signal;
mod socket;
mod spawn;
mod start;
mod stat;
mod sys;
mod system;
mod time;
mod wasi;
