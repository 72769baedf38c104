//! The runtime that every command of Shadowbox links. WASI preview 1 has no working directory, no file modes and no
//! processes; the host serves these through one file (see docs/host-services.md), and this crate is its client.
//!
//! Linking it (`use shadowbox_rt as _;`) is enough for the working directory: a constructor changes to `$PWD` before
//! `main`, where wasi-libc starts at `/`.

mod start;
