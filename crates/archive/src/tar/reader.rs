//! Archives, member by member.

use std::fs::File;
use std::io::{self, Read};

use super::header::{block, Block, Entry, Extra, Kind, BLOCK};
use super::options::{fatal, Options};
use crate::codec;

pub struct Reader {
    /// How the archive is compressed.
    pub kind: codec::Kind,
    input: Box<dyn Read>,
    /// Bytes of the current member that were not read, and the padding behind it.
    left: u64,
    padding: u64,
    ignore_zeros: bool,
    begun: bool,
    /// Bytes read.
    pub offset: u64,
    /// Where the current member's headers begin.
    pub start: u64,
}

/// A prefix that was looked at, and the rest.
fn peek(mut input: Box<dyn Read>) -> (Vec<u8>, Box<dyn Read>) {
    let mut start = vec![0; 8];
    let mut filled = 0;
    while filled < start.len() {
        match input.read(&mut start[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => fatal(&format!("-: Cannot read: {}", cli::reason(&error))),
        }
    }
    start.truncate(filled);
    (start.clone(), Box::new(io::Cursor::new(start).chain(input)))
}

/// Something the archive is not.
pub enum Fault {
    NotTar,
    Short,
    Skipped,
    Io(io::Error),
}

impl Reader {
    /// Opens the archive of the options, decompressing it by what it begins with.
    pub fn open(options: &Options, name: &[u8]) -> Reader {
        let input: Box<dyn Read> = if name == b"-" {
            Box::new(io::stdin())
        } else {
            match File::open(cli::path(name)) {
                Ok(file) => Box::new(file),
                Err(error) => fatal(&format!("{}: Cannot open: {}", cli::show(name), cli::reason(&error))),
            }
        };
        let (start, input) = peek(input);
        let kind = options.codec.filter(|kind| *kind != codec::Kind::Lzma || !start.is_empty()).unwrap_or_else(|| codec::Kind::of_start(&start));
        if name == b"-" && options.codec.is_none() {
            let flag = match kind {
                codec::Kind::Plain => "",
                codec::Kind::Gzip => "-z",
                codec::Kind::Bzip2 => "-j",
                codec::Kind::Xz => "-J",
                codec::Kind::Lzma => "--lzma",
                codec::Kind::Zstd => "--zstd",
            };
            if !flag.is_empty() {
                fatal(&format!("Archive is compressed. Use {flag} option"));
            }
        }
        let input = codec::reader(kind, input).unwrap_or_else(|error| fatal(&format!("{}: {}", cli::show(name), cli::reason(&error))));
        Reader { kind, input, left: 0, padding: 0, ignore_zeros: options.ignore_zeros, begun: false, offset: 0, start: 0 }
    }

    /// The next member; its content may be read then. None at the end.
    pub fn next(&mut self) -> Result<Option<Entry>, Fault> {
        self.skip().map_err(|error| if error.kind() == io::ErrorKind::UnexpectedEof { Fault::Short } else { Fault::Io(error) })?;
        self.start = self.offset;
        let mut extra = Extra::default();
        loop {
            let read = block(&mut self.input).map_err(Fault::Io)?;
            self.offset += BLOCK as u64;
            let header = match read {
                Block::Header(header) => header,
                Block::Zeros if self.ignore_zeros => continue,
                Block::Zeros => {
                    // A second block of zeros and the rest of the record are of no interest, but a pipe wants to be emptied.
                    let _ = io::copy(&mut self.input, &mut io::sink());
                    return Ok(None);
                }
                Block::End if self.begun => return Ok(None),
                Block::End => return Err(Fault::NotTar),
                Block::Cut if self.begun => return Ok(None),
                Block::Cut => return Err(Fault::NotTar),
                Block::Broken if !self.begun => return Err(Fault::NotTar),
                Block::Broken => return Err(Fault::Skipped),
            };
            self.begun = true;
            let before = self.offset;
            let size = super::header::size_of(&header);
            match extra.read(&header, &mut self.input) {
                Ok(true) => {
                    self.offset = before + size.div_ceil(BLOCK as u64) * BLOCK as u64;
                    continue;
                }
                Ok(false) => {}
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Err(Fault::Short),
                Err(error) => return Err(Fault::Io(error)),
            }
            let mut entry = Entry::read(&header, extra);
            // A hard link's size is that of its target; nothing follows it.
            self.left = if entry.kind == Kind::HardLink { 0 } else { entry.size };
            if entry.kind == Kind::HardLink {
                entry.size = 0;
            }
            self.padding = (BLOCK as u64 - self.left % BLOCK as u64) % BLOCK as u64;
            return Ok(Some(entry));
        }
    }

    /// Passes over what is left of the member.
    fn skip(&mut self) -> io::Result<()> {
        let wanted = self.left.saturating_add(self.padding);
        let got = io::copy(&mut self.input.by_ref().take(wanted), &mut io::sink())?;
        self.offset += got;
        (self.left, self.padding) = (0, 0);
        if got < wanted {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }
}

impl Read for Reader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let most = self.left.min(out.len() as u64) as usize;
        if most == 0 {
            return Ok(0);
        }
        let count = self.input.read(&mut out[..most])?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= count as u64;
        self.offset += count as u64;
        Ok(count)
    }
}
