//! Standard output as stdio has it: held back in blocks where it is no terminal, so that it comes after the meter.

use std::io::{self, IsTerminal, Write};

const BLOCK: usize = 4096;

pub struct Held {
    is_terminal: bool,
    bytes: Vec<u8>,
}

impl Held {
    pub fn new() -> Held {
        Held { is_terminal: io::stdout().is_terminal(), bytes: Vec::new() }
    }
}

impl Write for Held {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_terminal {
            return io::stdout().write(bytes);
        }
        if self.bytes.len() + bytes.len() > BLOCK {
            self.flush()?;
        }
        if bytes.len() > BLOCK {
            io::stdout().write_all(bytes)?;
        } else {
            self.bytes.extend(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let held = std::mem::take(&mut self.bytes);
        io::stdout().write_all(&held)?;
        io::stdout().flush()
    }
}
