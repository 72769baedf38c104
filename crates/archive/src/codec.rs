//! Compression by kind.

use std::io::{self, BufRead, BufReader, Read, Write};

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
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Kind::Zstd,
            [0x5d, 0, 0, ..] => Kind::Lzma,
            _ => Kind::Plain,
        }
    }
}

/// A reader of what a compressed stream holds.
pub fn reader(kind: Kind, input: Box<dyn Read>) -> io::Result<Box<dyn Read>> {
    let input = BufReader::with_capacity(1 << 16, input);
    Ok(match kind {
        Kind::Plain => Box::new(input),
        Kind::Gzip => Box::new(gz::Decoder::new(input)),
        #[cfg(feature = "codecs")]
        Kind::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(input)),
        #[cfg(feature = "codecs")]
        Kind::Xz => Box::new(lzma_rust2::XzReader::new(input, true)),
        #[cfg(feature = "codecs")]
        Kind::Lzma => Box::new(lzma_rust2::LzmaReader::new_mem_limit(input, 1 << 20, None)?),
        #[cfg(feature = "codecs")]
        Kind::Zstd => Box::new(Zstd { input, frame: None }),
        #[cfg(not(feature = "codecs"))]
        _ => return Err(io::ErrorKind::Unsupported.into()),
    })
}

/// The frames of a zstd stream, one after another.
#[cfg(feature = "codecs")]
struct Zstd {
    input: BufReader<Box<dyn Read>>,
    frame: Option<ruzstd::decoding::FrameDecoder>,
}

#[cfg(feature = "codecs")]
impl Read for Zstd {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
        let fault = |error: &dyn std::fmt::Display| io::Error::new(io::ErrorKind::InvalidData, error.to_string());
        loop {
            let Some(frame) = &mut self.frame else {
                if self.input.fill_buf()?.is_empty() {
                    return Ok(0);
                }
                let mut frame = FrameDecoder::new();
                frame.init(&mut self.input).map_err(|error| fault(&error))?;
                self.frame = Some(frame);
                continue;
            };
            if frame.can_collect() == 0 && !frame.is_finished() {
                frame.decode_blocks(&mut self.input, BlockDecodingStrategy::UptoBytes(out.len().max(1))).map_err(|error| fault(&error))?;
            }
            let count = frame.read(out)?;
            if count > 0 || out.is_empty() {
                return Ok(count);
            }
            if frame.is_finished() && frame.can_collect() == 0 {
                self.frame = None;
            }
        }
    }
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

#[cfg(feature = "codecs")]
impl Finish for lzma_rust2::XzWriter<Sink> {
    fn finish(self: Box<Self>) -> io::Result<()> {
        lzma_rust2::XzWriter::finish(*self)?.flush()
    }
}

#[cfg(feature = "codecs")]
impl Finish for lzma_rust2::LzmaWriter<Sink> {
    fn finish(self: Box<Self>) -> io::Result<()> {
        lzma_rust2::LzmaWriter::finish(*self)?.flush()
    }
}

/// Everything is compressed at the end: the encoder takes a reader.
#[cfg(feature = "codecs")]
struct ZstdWriter {
    held: Vec<u8>,
    out: Sink,
}

/// Bytes of one zstd frame.
#[cfg(feature = "codecs")]
const FRAME: usize = 8 << 20;

#[cfg(feature = "codecs")]
impl ZstdWriter {
    fn frame(&mut self) -> io::Result<()> {
        let bytes = ruzstd::encoding::compress_to_vec(&self.held[..], ruzstd::encoding::CompressionLevel::Fastest);
        self.held.clear();
        self.out.write_all(&bytes)
    }
}

#[cfg(feature = "codecs")]
impl Write for ZstdWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(bytes);
        if self.held.len() >= FRAME {
            self.frame()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(feature = "codecs")]
impl Finish for ZstdWriter {
    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.frame()?;
        self.out.flush()
    }
}

/// A writer that compresses; `level` from 1 to 9, None for the kind's usual one.
pub fn writer(kind: Kind, out: Box<dyn Write>, level: Option<u32>) -> io::Result<Box<dyn Finish>> {
    Ok(match kind {
        Kind::Plain => Box::new(Plain(out)),
        Kind::Gzip => Box::new(gz::Encoder::new(out, level.unwrap_or(6), None, 0)?),
        #[cfg(feature = "codecs")]
        Kind::Bzip2 => Box::new(bzip2::write::BzEncoder::new(out, bzip2::Compression::new(level.unwrap_or(9)))),
        #[cfg(feature = "codecs")]
        Kind::Xz => Box::new(lzma_rust2::XzWriter::new(out, lzma_rust2::XzOptions::with_preset(level.unwrap_or(6)))?),
        #[cfg(feature = "codecs")]
        Kind::Lzma => Box::new(lzma_rust2::LzmaWriter::new_use_header(out, &lzma_rust2::LzmaOptions::with_preset(level.unwrap_or(6)), None)?),
        #[cfg(feature = "codecs")]
        Kind::Zstd => Box::new(ZstdWriter { held: Vec::new(), out }),
        #[cfg(not(feature = "codecs"))]
        _ => return Err(io::ErrorKind::Unsupported.into()),
    })
}
