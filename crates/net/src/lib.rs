//! What the programs of this crate share: the client of the fetch device (docs/network.md), URLs, files, small encodings.

#[cfg(target_os = "emscripten")]
use shadowbox_rt as _;

pub mod brake;
pub mod dates;
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

/// Sends standard error to a file, `-`: to standard output.
pub fn redirect_stderr(name: &str) -> std::io::Result<()> {
    use std::os::fd::AsRawFd;
    extern "C" {
        fn dup2(from: i32, to: i32) -> i32;
    }
    let file = if name == "-" { None } else { Some(std::fs::File::create(here(name))?) };
    // SAFETY: both descriptors are open.
    match unsafe { dup2(file.as_ref().map_or(1, AsRawFd::as_raw_fd), 2) } {
        -1 => Err(std::io::Error::last_os_error()),
        _ => Ok(()),
    }
}

/// Columns of the terminal that standard error is; none where it is none.
pub fn columns() -> Option<usize> {
    #[cfg(target_os = "emscripten")]
    {
        const TIOCGWINSZ: i32 = 0x5413;
        extern "C" {
            fn ioctl(fd: i32, request: i32, ...) -> i32;
        }
        let mut size = [0u16; 4];
        // SAFETY: a winsize is four u16: rows, columns and two of pixels.
        if unsafe { ioctl(2, TIOCGWINSZ, size.as_mut_ptr()) } == 0 && size[1] > 0 {
            return Some(size[1].into());
        }
    }
    None
}

/// Text for a terminal: header values are bytes.
pub fn latin1(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
