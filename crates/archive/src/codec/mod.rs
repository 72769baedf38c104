//! Compression by kind.

#[cfg(feature = "codecs")]
mod streams;
mod write;
#[cfg(feature = "codecs")]
mod zstd;

use std::fmt;
use std::io::{self, BufRead, BufReader, Read};

pub use write::{writer, Check, Finish, Settings};

use crate::gz;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Plain,
    Gzip,
    Bzip2,
    Xz,
    Lzma,
    Zstd,
}

impl Kind {
    /// What a file's name ends with.
    pub fn of_name(name: &[u8]) -> Kind {
        let ends = |list: &[&str]| list.iter().any(|end| name.ends_with(end.as_bytes()));
        if ends(&[".gz", ".tgz", ".taz"]) {
            Kind::Gzip
        } else if ends(&[".bz2", ".tbz", ".tbz2", ".tz2", ".tb2"]) {
            Kind::Bzip2
        } else if ends(&[".xz", ".txz"]) {
            Kind::Xz
        } else if ends(&[".lzma", ".tlz"]) {
            Kind::Lzma
        } else if ends(&[".zst", ".tzst"]) {
            Kind::Zstd
        } else {
            Kind::Plain
        }
    }

    /// What a file begins with.
    pub fn of_start(start: &[u8]) -> Kind {
        match start {
            [0x1f, 0x8b, ..] => Kind::Gzip,
            [b'B', b'Z', b'h', ..] => Kind::Bzip2,
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Kind::Xz,
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Kind::Zstd,
            [0x5d, 0, 0, ..] => Kind::Lzma,
            _ => Kind::Plain,
        }
    }
}

/// What is wrong with a compressed stream; its error is of the kind InvalidData.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// There is no stream at all.
    Empty,
    /// It does not begin as it should.
    Format,
    /// It ends too early.
    Short,
    /// Something follows the last stream.
    Trailing,
    /// The content has another sum.
    Checksum,
    Corrupt,
}

impl Fault {
    /// The fault that an error of a reader tells, if it is none of the system's.
    pub fn of(error: &io::Error) -> Option<Fault> {
        let own = error.get_ref().and_then(|inner| inner.downcast_ref::<Fault>()).copied();
        own.or((error.kind() == io::ErrorKind::InvalidData).then_some(Fault::Corrupt))
    }

    /// What the command of a kind says of it when it reads a pipe, and the status it then ends with.
    pub fn complaint(self, kind: Kind) -> (&'static str, i32) {
        match (kind, self) {
            (Kind::Bzip2, Fault::Format) => ("bzip2: (stdin) is not a bzip2 file.", 2),
            (Kind::Bzip2, Fault::Empty | Fault::Short) => ("\nbzip2: Compressed file ends unexpectedly;\n\tperhaps it is corrupted?  *Possible* reason follows.", 2),
            (Kind::Bzip2, _) => ("\nbzip2: Data integrity error when decompressing.", 2),
            (Kind::Zstd, Fault::Empty) => ("zstd: /*stdin*\\: unexpected end of file ", 1),
            (Kind::Zstd, Fault::Short) => ("/*stdin*\\ : Read error (39) : premature end ", 1),
            (Kind::Zstd, Fault::Format | Fault::Trailing) => ("zstd: /*stdin*\\: unsupported format ", 1),
            (Kind::Zstd, Fault::Checksum) => ("/*stdin*\\ : Decoding error (36) : Restored data doesn't match checksum ", 1),
            (Kind::Zstd, Fault::Corrupt) => ("/*stdin*\\ : Decoding error (36) : Data corruption detected ", 1),
            (_, Fault::Empty | Fault::Format) => ("xz: (stdin): File format not recognized", 1),
            (_, Fault::Short) => ("xz: (stdin): Unexpected end of input", 1),
            (_, _) => ("xz: (stdin): Compressed data is corrupt", 1),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(match self {
            Fault::Empty | Fault::Short => "Unexpected end of input",
            Fault::Format => "File format not recognized",
            Fault::Trailing => "Unexpected data after the compressed data",
            Fault::Checksum | Fault::Corrupt => "Compressed data is corrupt",
        })
    }
}

impl std::error::Error for Fault {}

impl From<Fault> for io::Error {
    fn from(fault: Fault) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, fault)
    }
}

/// What follows the last stream is told after everything was read.
pub type Garbage = std::rc::Rc<std::cell::Cell<bool>>;

/// A reader of what a compressed stream holds, or several one after another.
pub fn reader(kind: Kind, input: Box<dyn Read>) -> io::Result<Box<dyn Read>> {
    reader_noting(kind, input, Garbage::default())
}

/// The same; `garbage` becomes true when something follows the last stream that its kind ignores.
pub fn reader_noting(kind: Kind, input: Box<dyn Read>, garbage: Garbage) -> io::Result<Box<dyn Read>> {
    Ok(match kind {
        Kind::Plain => Box::new(BufReader::with_capacity(1 << 16, input)),
        Kind::Gzip => Box::new(gz::Decoder::new(BufReader::with_capacity(1 << 16, input))),
        #[cfg(feature = "codecs")]
        kind => Box::new(streams::Streams::new(kind, input, garbage)),
        #[cfg(not(feature = "codecs"))]
        _ => return Err(io::Error::new(io::ErrorKind::Unsupported, format!("{}", garbage.get()))),
    })
}

/// Input whose next bytes can be looked at.
pub struct Input {
    held: Vec<u8>,
    at: usize,
    rest: Box<dyn Read>,
}

/// Bytes that are read at once.
const CHUNK: usize = 1 << 16;

impl Input {
    pub fn new(rest: Box<dyn Read>) -> Input {
        Input { held: Vec::new(), at: 0, rest }
    }

    /// The next bytes, `wanted` of them at least unless the input ends before.
    pub fn peek(&mut self, wanted: usize) -> io::Result<&[u8]> {
        while self.held.len() - self.at < wanted {
            self.held.drain(..self.at);
            self.at = 0;
            let filled = self.held.len();
            self.held.resize(filled.max(CHUNK) + CHUNK, 0);
            let result = self.rest.read(&mut self.held[filled..]);
            self.held.truncate(filled + result.as_ref().unwrap_or(&0));
            match result {
                Ok(0) => break,
                Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
                _ => {}
            }
        }
        Ok(&self.held[self.at..])
    }
}

impl BufRead for Input {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.peek(1)
    }

    fn consume(&mut self, count: usize) {
        self.at += count;
    }
}

impl Read for Input {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        // Some decoders take a few bytes for the end of the input.
        let bytes = self.peek(out.len().min(16))?;
        let count = bytes.len().min(out.len());
        out[..count].copy_from_slice(&bytes[..count]);
        self.at += count;
        Ok(count)
    }
}
