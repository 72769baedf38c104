//! Where lines go: standard output, a file edited in place, and the files that a script writes.

use std::fs::File;
use std::io::{self, Write};

const CHUNK: usize = 1 << 16;

pub struct Output {
    to: Box<dyn Write>,
    buffer: Vec<u8>,
    /// The last line written had no end: it is written before the next.
    missing_newline: bool,
    unbuffered: bool,
    /// What ends a line.
    end: u8,
    pub name: String,
}

impl Output {
    pub fn new(to: Box<dyn Write>, unbuffered: bool, end: u8, name: String) -> Output {
        Output { to, buffer: Vec::with_capacity(CHUNK + 4096), missing_newline: false, unbuffered, end, name }
    }

    pub fn stdout(unbuffered: bool, end: u8) -> Output {
        Output::new(Box::new(Raw), unbuffered, end, "stdout".into())
    }

    /// Writes a line, and its end if it has one.
    pub fn line(&mut self, text: &[u8], ended: bool) -> Result<(), String> {
        self.complete();
        self.buffer.extend_from_slice(text);
        match ended {
            true => self.buffer.push(self.end),
            false => self.missing_newline = true,
        }
        self.written()
    }

    /// Writes text that has its own line ends.
    pub fn raw(&mut self, text: &[u8]) -> Result<(), String> {
        self.complete();
        self.buffer.extend_from_slice(text);
        self.written()
    }

    /// `w /dev/stdout` keeps its own account of lines without an end.
    pub fn swap_missing(&mut self, other: &mut bool) {
        std::mem::swap(&mut self.missing_newline, other);
    }

    fn complete(&mut self) {
        if std::mem::take(&mut self.missing_newline) {
            self.buffer.push(self.end);
        }
    }

    fn written(&mut self) -> Result<(), String> {
        if self.unbuffered || self.buffer.len() >= CHUNK {
            self.flush()?;
        }
        Ok(())
    }

    pub fn flush(&mut self) -> Result<(), String> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let result = self.to.write_all(&self.buffer).and_then(|()| self.to.flush());
        let len = self.buffer.len();
        self.buffer.clear();
        result.map_err(|error| {
            if error.kind() == io::ErrorKind::BrokenPipe {
                // What SIGPIPE would do.
                std::process::exit(141);
            }
            format!("couldn't write {len} items to {}: {}", self.name, crate::input::reason(&error))
        })
    }
}

/// Standard output without the standard library's line buffer.
struct Raw;

impl Write for Raw {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // The buffer inside only passes big blocks on; a flush follows every block.
        io::stdout().lock().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().lock().flush()
    }
}

/// The files of `w`: several commands may share one.
pub enum Sink {
    /// With whether its last line lacks its end.
    Stdout(bool),
    Stderr(Output),
    File(Output),
}

impl Sink {
    pub fn open(name: &[u8], end: u8) -> Result<Sink, String> {
        let shown = String::from_utf8_lossy(name).into_owned();
        match name {
            b"/dev/stdout" => Ok(Sink::Stdout(false)),
            b"/dev/stderr" => Ok(Sink::Stderr(Output::new(Box::new(io::stderr()), true, end, shown))),
            _ => match File::create(crate::input::path(name)) {
                Ok(file) => Ok(Sink::File(Output::new(Box::new(file), false, end, shown))),
                Err(error) => Err(format!("couldn't open file {shown}: {}", crate::input::reason(&error))),
            },
        }
    }
}
