//! gzip, tar and their like, compatible with GNU's.

#![forbid(unsafe_code)]

pub mod codec;
#[cfg(feature = "codecs")]
pub mod compress;
pub mod gz;
pub mod gzip;
pub mod tar;
#[cfg(feature = "codecs")]
pub mod zip;

/// Only uses of the name link the system layer.
#[cfg(target_family = "wasm")]
use shadowbox_rt as _;
