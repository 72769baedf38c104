//! Standard output, buffered.

use std::io::{self, Write};
use std::process::exit;

const SIZE: usize = 64 * 1024;
/// The status of a program that SIGPIPE ended.
const BROKEN_PIPE: i32 = 141;

/// Standard output with a buffer. A write that fails ends the program with the message and status it was made with; a
/// reader that went away ends it silently. `flush` before the program exits.
pub struct Output {
    program: String,
    status: i32,
    buffer: Vec<u8>,
}

impl Output {
    pub fn new(program: &str, status: i32) -> Output {
        Output { program: program.to_string(), status, buffer: Vec::with_capacity(SIZE) }
    }

    /// Adds bytes; cannot fail, see above.
    pub fn put(&mut self, bytes: &[u8]) {
        if self.buffer.len() + bytes.len() > SIZE {
            self.send();
        }
        if bytes.len() >= SIZE {
            self.write_through(bytes);
        } else {
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// Writes what the buffer holds.
    pub fn send(&mut self) {
        if !self.buffer.is_empty() {
            let bytes = std::mem::take(&mut self.buffer);
            self.write_through(&bytes);
            self.buffer = bytes;
            self.buffer.clear();
        }
    }

    fn write_through(&self, bytes: &[u8]) {
        let mut out = io::stdout().lock();
        if let Err(error) = out.write_all(bytes).and_then(|()| out.flush()) {
            if error.kind() == io::ErrorKind::BrokenPipe {
                exit(BROKEN_PIPE);
            }
            eprintln!("{}: write error: {}", self.program, crate::reason(&error));
            exit(self.status)
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.put(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.send();
        Ok(())
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        self.send();
    }
}
