//! What the programs of this crate share: the client of the fetch device (docs/network.md), URLs, files, small encodings.

#[cfg(target_os = "emscripten")]
use shadowbox_rt as _;

pub mod fetch;
pub mod form;
pub mod text;
pub mod url;

use std::path::{Path, PathBuf};

/// A path as the user means it: relative to `$PWD`, which a program without a working directory has to add itself.
pub fn here(path: &str) -> PathBuf {
    let folder = std::env::var("PWD").unwrap_or_else(|_| "/".into());
    Path::new(&folder).join(path)
}

/// Text for a terminal: header values are bytes.
pub fn latin1(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
