//! The input files as one stream of lines.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

#[cfg(unix)]
use std::os::unix::ffi::OsStrExt;
#[cfg(target_os = "wasi")]
use std::os::wasi::ffi::OsStrExt;

pub fn path(name: &[u8]) -> PathBuf {
    Path::new(OsStr::from_bytes(name)).to_path_buf()
}

/// An error in the system's words, without Rust's number.
pub fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(at) => text[..at].to_string(),
        None => text,
    }
}

pub fn read_all(from: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut text = vec![];
    from.read_to_end(&mut text)?;
    Ok(text)
}

const CHUNK: usize = 1 << 16;

/// Reads lines from a file.
pub struct Lines {
    file: Box<dyn Read>,
    buffer: Vec<u8>,
    at: usize,
    len: usize,
    ended: bool,
}

impl Lines {
    pub fn new(file: Box<dyn Read>, unbuffered: bool) -> Lines {
        Lines { file, buffer: vec![0; if unbuffered { 512 } else { CHUNK }], at: 0, len: 0, ended: false }
    }

    fn fill(&mut self) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        (self.at, self.len) = (0, 0);
        loop {
            match self.file.read(&mut self.buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.ended = true;
                    return Err(error);
                }
                Ok(len) => {
                    self.len = len;
                    self.ended = len == 0;
                    return Ok(len > 0);
                }
            }
        }
    }

    /// Whether no byte is left.
    pub fn at_end(&mut self) -> io::Result<bool> {
        Ok(self.at >= self.len && !self.fill()?)
    }

    /// Appends the next line without its end; `None` at the end of the file, else whether the line had an end.
    pub fn read(&mut self, line: &mut Vec<u8>, end: u8) -> io::Result<Option<bool>> {
        let mut any = false;
        loop {
            if self.at >= self.len && !self.fill()? {
                return Ok(any.then_some(false));
            }
            any = true;
            let rest = &self.buffer[self.at..self.len];
            if let Some(len) = memchr::memchr(end, rest) {
                line.extend_from_slice(&rest[..len]);
                self.at += len + 1;
                return Ok(Some(true));
            }
            line.extend_from_slice(rest);
            self.at = self.len;
        }
    }
}

/// The files still to come, and the one that is open.
pub struct Input {
    files: VecDeque<Vec<u8>>,
    pub current: Option<Lines>,
    /// The open file's name, `-` for standard input.
    pub name: Vec<u8>,
    pub line: u64,
    /// Some file could not be read.
    pub failed: bool,
    separate: bool,
    in_place: bool,
    unbuffered: bool,
}

impl Input {
    pub fn new(files: Vec<Vec<u8>>, options: &crate::options::Options) -> Input {
        let files = if files.is_empty() { vec![b"-".to_vec()] } else { files };
        Input {
            files: files.into(),
            current: None,
            name: b"-".to_vec(),
            line: 0,
            failed: false,
            separate: options.separate,
            in_place: options.in_place,
            unbuffered: options.unbuffered,
        }
    }

    /// Opens the next file that can be opened; false where none is left.
    pub fn open_next(&mut self) -> Result<bool, String> {
        while let Some(name) = self.files.pop_front() {
            let shown = String::from_utf8_lossy(&name).into_owned();
            if name == b"-" && !self.in_place {
                self.current = Some(Lines::new(Box::new(io::stdin()), self.unbuffered));
                self.opened(name);
                return Ok(true);
            }
            if self.in_place && name == b"-" {
                eprintln!("sed: couldn't edit -: not a regular file");
                self.failed = true;
                continue;
            }
            match open(&name) {
                Ok(file) => {
                    let special = self.in_place && !file.metadata().is_ok_and(|m| m.is_file());
                    if special {
                        return Err(format!("couldn't edit {shown}: not a regular file"));
                    }
                    self.current = Some(Lines::new(Box::new(file), self.unbuffered));
                    self.opened(name);
                    return Ok(true);
                }
                Err(error) => {
                    eprintln!("sed: can't read {shown}: {}", reason(&error));
                    self.failed = true;
                }
            }
        }
        Ok(false)
    }

    fn opened(&mut self, name: Vec<u8>) {
        self.name = name;
        if self.separate {
            self.line = 0;
        }
    }

    /// Whether the line just read was the last one.
    pub fn is_last(&mut self) -> Result<bool, String> {
        loop {
            if let Some(lines) = &mut self.current {
                match lines.at_end() {
                    Ok(false) => return Ok(false),
                    Ok(true) if self.separate => return Ok(true),
                    Ok(true) => {}
                    Err(error) => return Err(self.read_error(&error)),
                }
            }
            if self.files.is_empty() || !self.open_next()? {
                return Ok(true);
            }
        }
    }

    /// Whether no line is left in any file.
    pub fn is_exhausted(&mut self) -> Result<bool, String> {
        Ok(self.is_last()? && (!self.separate || self.files.is_empty()))
    }

    pub fn read_error(&self, error: &io::Error) -> String {
        format!("read error on {}: {}", String::from_utf8_lossy(&self.name), reason(error))
    }
}

/// Opens a file; a directory opens and fails when read, as in C.
pub fn open(name: &[u8]) -> io::Result<File> {
    File::open(path(name))
}
