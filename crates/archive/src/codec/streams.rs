//! Compressed streams, one after another.

use std::io::{self, BufRead, Read};

use super::{zstd, Fault, Garbage, Input, Kind};

/// Memory that a stream's dictionary may take, in KiB: what xz -9 needs, and as much again.
const MEMORY: u32 = 160 << 10;

enum Stream {
    Bzip2(bzip2::bufread::BzDecoder<Input>),
    Xz(Box<lzma_rust2::XzReader<Input>>),
    Lzma(Box<lzma_rust2::LzmaReader<Input>>),
    Zstd(zstd::Decoder),
}

pub struct Streams {
    kind: Kind,
    /// The input between two streams.
    input: Option<Input>,
    stream: Option<Stream>,
    begun: bool,
    ended: bool,
    garbage: Garbage,
}

impl Streams {
    pub fn new(kind: Kind, input: Box<dyn Read>, garbage: Garbage) -> Streams {
        Streams { kind, input: Some(Input::new(input)), stream: None, begun: false, ended: false, garbage }
    }

    /// Begins the next stream; false at the end.
    fn begin(&mut self) -> io::Result<bool> {
        let Some(input) = &mut self.input else { return Ok(false) };
        let padding = if self.begun && self.kind == Kind::Xz { skip_zeros(input)? } else { 0 };
        let start = input.peek(6)?;
        if start.is_empty() {
            return match (self.begun, padding % 4) {
                (false, _) => Err(Fault::Empty.into()),
                (true, 0) => Ok(false),
                (true, _) => Err(Fault::Corrupt.into()),
            };
        }
        if Kind::of_start(start) != self.kind && !(self.kind == Kind::Lzma && !self.begun && start.len() == 6) {
            return match (self.begun, self.kind) {
                (false, _) => Err(Fault::Format.into()),
                (true, Kind::Bzip2 | Kind::Lzma) => {
                    self.garbage.set(true);
                    Ok(false)
                }
                (true, Kind::Xz) if input.peek(12)?.len() < 12 => Err(Fault::Short.into()),
                (true, Kind::Xz) => Err(Fault::Corrupt.into()),
                (true, _) => Err(Fault::Trailing.into()),
            };
        }
        let Some(input) = self.input.take() else { return Ok(false) };
        self.begun = true;
        self.stream = Some(match self.kind {
            Kind::Bzip2 => Stream::Bzip2(bzip2::bufread::BzDecoder::new(input)),
            Kind::Xz => Stream::Xz(Box::new(lzma_rust2::XzReader::new(input, false))),
            Kind::Lzma => Stream::Lzma(Box::new(lzma_rust2::LzmaReader::new_mem_limit(input, MEMORY, None).map_err(told)?)),
            _ => Stream::Zstd(zstd::Decoder::new(input)?),
        });
        Ok(true)
    }
}

fn skip_zeros(input: &mut Input) -> io::Result<usize> {
    let mut skipped = 0;
    loop {
        let bytes = input.fill_buf()?;
        let count = bytes.iter().take_while(|byte| **byte == 0).count();
        let all = count == bytes.len();
        input.consume(count);
        skipped += count;
        if !all || count == 0 {
            return Ok(skipped);
        }
    }
}

/// What a decoder's own error means.
fn told(error: io::Error) -> io::Error {
    if error.get_ref().is_some_and(|inner| inner.is::<Fault>()) {
        return error;
    }
    match error.kind() {
        io::ErrorKind::UnexpectedEof => Fault::Short.into(),
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::Other | io::ErrorKind::OutOfMemory | io::ErrorKind::Unsupported => Fault::Corrupt.into(),
        _ => error,
    }
}

impl Read for Streams {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.ended || out.is_empty() {
                return Ok(0);
            }
            let count = match &mut self.stream {
                None => {
                    self.ended = !self.begin()?;
                    continue;
                }
                Some(Stream::Bzip2(stream)) => stream.read(out),
                Some(Stream::Xz(stream)) => stream.read(out),
                Some(Stream::Lzma(stream)) => stream.read(out),
                Some(Stream::Zstd(stream)) => stream.read(out),
            };
            match count.map_err(told) {
                Ok(0) => {}
                other => return other,
            }
            self.input = self.stream.take().map(|stream| match stream {
                Stream::Bzip2(stream) => stream.into_inner(),
                Stream::Xz(stream) => stream.into_inner(),
                Stream::Lzma(stream) => stream.into_inner(),
                Stream::Zstd(stream) => stream.into_inner(),
            });
        }
    }
}
