//! Files, or standard input, as bytes.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

/// Opens a file for buffered reading; `-` is standard input.
pub fn open(name: &[u8]) -> io::Result<Box<dyn BufRead>> {
    if name == b"-" {
        return Ok(Box::new(BufReader::with_capacity(1 << 16, io::stdin())));
    }
    let file = File::open(cli::path(name))?;
    if file.metadata()?.is_dir() {
        return Err(io::Error::from_raw_os_error(IS_DIRECTORY));
    }
    Ok(Box::new(BufReader::with_capacity(1 << 16, file)))
}

/// EISDIR, as Linux and WASI's libc number it.
const IS_DIRECTORY: i32 = if cfg!(target_family = "wasm") { 31 } else { 21 };

/// Fills the buffer as far as the input goes.
pub fn fill(input: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match input.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
