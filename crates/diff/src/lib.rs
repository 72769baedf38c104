//! diff, cmp, diff3 and sdiff, compatible with GNU's.

#![forbid(unsafe_code)]

pub mod cmp;
pub mod compare;
pub mod diff;
pub mod diff3;
pub mod hunks;
pub mod options;
pub mod print;
pub mod sdiff;
pub mod text;

/// Only uses of the name link the system layer.
#[cfg(target_family = "wasm")]
use shadowbox_rt as _;
