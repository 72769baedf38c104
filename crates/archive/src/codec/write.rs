//! Writers that compress.

use std::io::{self, Write};

use super::Kind;
use crate::gz;

/// Which sum of the content a stream ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    None,
    Crc32,
    Crc64,
    Sha256,
}

/// How to compress; what is None is the kind's usual.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// 1 to 9; 0 to 9 for xz, down to negative ones and up to 22 for zstd.
    pub level: Option<i32>,
    /// xz: more time for a better result.
    pub extreme: bool,
    pub check: Option<Check>,
    /// zstd: log2 of the window of long matches.
    pub long: Option<u32>,
    /// Bytes that will be written, if that is known.
    pub size: Option<u64>,
}

/// A writer that ends its stream when it is told to.
pub trait Finish: Write {
    fn finish(self: Box<Self>) -> io::Result<()>;
}

type Sink = Box<dyn Write>;

struct Plain(Sink);

impl Write for Plain {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Finish for Plain {
    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.0.flush()
    }
}

impl Finish for gz::Encoder<Sink> {
    fn finish(self: Box<Self>) -> io::Result<()> {
        gz::Encoder::finish(*self)?.flush()
    }
}

#[cfg(feature = "codecs")]
impl Finish for bzip2::write::BzEncoder<Sink> {
    fn finish(self: Box<Self>) -> io::Result<()> {
        bzip2::write::BzEncoder::finish(*self)?.flush()
    }
}

/// Begins the stream with the first byte: the crate cannot write one without blocks.
#[cfg(feature = "codecs")]
enum Xz {
    Empty(Sink, lzma_rust2::XzOptions),
    Begun(Box<lzma_rust2::XzWriter<Sink>>),
    Broken,
}

#[cfg(feature = "codecs")]
impl Write for Xz {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.is_empty() {
            return Ok(0);
        }
        *self = match std::mem::replace(self, Xz::Broken) {
            Xz::Empty(out, options) => Xz::Begun(Box::new(lzma_rust2::XzWriter::new(out, options)?)),
            other => other,
        };
        match self {
            Xz::Begun(writer) => writer.write(bytes),
            _ => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(feature = "codecs")]
impl Finish for Xz {
    fn finish(self: Box<Self>) -> io::Result<()> {
        match *self {
            Xz::Begun(writer) => writer.finish()?.flush(),
            Xz::Empty(mut out, options) => {
                let flags = [0, options.check_type as u8];
                // The index has 8 bytes: one more than four.
                let footer = [&[1, 0, 0, 0][..], &flags].concat();
                let stream = [&b"\xfd7zXZ\0"[..], &flags, &sum(&flags), &[0; 4], &sum(&[0; 4]), &sum(&footer), &footer, b"YZ"].concat();
                out.write_all(&stream)?;
                out.flush()
            }
            Xz::Broken => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }
}

#[cfg(feature = "codecs")]
fn sum(bytes: &[u8]) -> [u8; 4] {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum().to_le_bytes()
}

#[cfg(feature = "codecs")]
impl Finish for lzma_rust2::LzmaWriter<Sink> {
    fn finish(self: Box<Self>) -> io::Result<()> {
        lzma_rust2::LzmaWriter::finish(*self)?.flush()
    }
}

#[cfg(feature = "codecs")]
impl Finish for super::zstd::Encoder<Sink> {
    fn finish(self: Box<Self>) -> io::Result<()> {
        super::zstd::Encoder::finish(*self)?.flush()
    }
}

#[cfg(feature = "codecs")]
fn lzma_options(settings: &Settings) -> lzma_rust2::LzmaOptions {
    let mut options = lzma_rust2::LzmaOptions::with_preset(settings.level.unwrap_or(6) as u32);
    // Twice as much takes more memory than a process here has.
    options.dict_size = options.dict_size.min(32 << 20);
    if settings.extreme {
        (options.mode, options.mf) = (lzma_rust2::EncodeMode::Normal, lzma_rust2::MfType::Bt4);
        (options.nice_len, options.depth_limit) = (273, 512);
    }
    options
}

#[cfg(feature = "codecs")]
fn xz_options(settings: &Settings) -> lzma_rust2::XzOptions {
    use lzma_rust2::CheckType;
    let check_type = match settings.check {
        Some(Check::None) => CheckType::None,
        Some(Check::Crc32) => CheckType::Crc32,
        Some(Check::Sha256) => CheckType::Sha256,
        Some(Check::Crc64) | None => CheckType::Crc64,
    };
    lzma_rust2::XzOptions { lzma_options: lzma_options(settings), check_type, ..lzma_rust2::XzOptions::default() }
}

/// A writer that compresses what it is given into `out`.
pub fn writer(kind: Kind, out: Box<dyn Write>, settings: &Settings) -> io::Result<Box<dyn Finish>> {
    let level = |usual| settings.level.unwrap_or(usual) as u32;
    Ok(match kind {
        Kind::Plain => Box::new(Plain(out)),
        Kind::Gzip => Box::new(gz::Encoder::new(out, level(6), None, 0)?),
        #[cfg(feature = "codecs")]
        Kind::Bzip2 => Box::new(bzip2::write::BzEncoder::new(out, bzip2::Compression::new(level(9)))),
        #[cfg(feature = "codecs")]
        Kind::Xz => Box::new(Xz::Empty(out, xz_options(settings))),
        #[cfg(feature = "codecs")]
        Kind::Lzma => Box::new(lzma_rust2::LzmaWriter::new_use_header(out, &lzma_options(settings), None)?),
        #[cfg(feature = "codecs")]
        Kind::Zstd => Box::new(super::zstd::Encoder::new(out, settings)?),
        #[cfg(not(feature = "codecs"))]
        _ => return Err(io::ErrorKind::Unsupported.into()),
    })
}
