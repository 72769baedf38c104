//! The gzip format (RFC 1952).

use std::io::{self, BufRead, Read, Write};

use flate2::{write::DeflateEncoder, Compression, Crc, Decompress, FlushDecompress, Status};

/// Writes one member; `finish` ends it.
pub struct Encoder<W: Write> {
    inner: DeflateEncoder<W>,
    crc: Crc,
}

impl<W: Write> Encoder<W> {
    /// `name` and `time` (seconds since 1970, 0 for none) go into the header.
    pub fn new(mut out: W, level: u32, name: Option<&[u8]>, time: u32) -> io::Result<Encoder<W>> {
        let mut header = vec![0x1f, 0x8b, 8, if name.is_some() { 8 } else { 0 }];
        header.extend_from_slice(&time.to_le_bytes());
        header.push(match level {
            1 => 4,
            9 => 2,
            _ => 0,
        });
        header.push(3);
        if let Some(name) = name {
            header.extend_from_slice(name);
            header.push(0);
        }
        out.write_all(&header)?;
        // The crate's first level takes half the time and twice the room of gzip's.
        Ok(Encoder { inner: DeflateEncoder::new(out, Compression::new(level.max(2))), crc: Crc::new() })
    }

    pub fn finish(self) -> io::Result<W> {
        let mut out = self.inner.finish()?;
        out.write_all(&self.crc.sum().to_le_bytes())?;
        out.write_all(&self.crc.amount().to_le_bytes())?;
        Ok(out)
    }
}

impl<W: Write> Write for Encoder<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(bytes)?;
        self.crc.update(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// What a header says.
#[derive(Clone, Default, Debug)]
pub struct Header {
    pub name: Option<Vec<u8>>,
    pub time: u32,
}

impl Header {
    /// Bytes of the header and of the trailer.
    pub fn size(&self) -> u64 {
        18 + self.name.as_ref().map_or(0, |name| name.len() as u64 + 1)
    }
}

/// Reads all members, one after another. Errors carry gzip's words.
pub struct Decoder<R: BufRead> {
    input: R,
    flate: Decompress,
    crc: Crc,
    state: State,
    /// Of the first member.
    pub header: Header,
    members: usize,
    /// Something that is no member follows the last one.
    pub garbage: bool,
}

#[derive(PartialEq)]
enum State {
    Between,
    Within,
    Ended,
}

fn fault(text: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, text)
}

fn short(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => fault("unexpected end of file"),
        _ => error,
    }
}

impl<R: BufRead> Decoder<R> {
    pub fn new(input: R) -> Decoder<R> {
        Decoder { input, flate: Decompress::new(false), crc: Crc::new(), state: State::Between, header: Header::default(), members: 0, garbage: false }
    }

    fn bytes<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.input.read_exact(&mut bytes).map_err(short)?;
        Ok(bytes)
    }

    fn text(&mut self) -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        self.input.by_ref().take(1 << 16).read_until(0, &mut text)?;
        if text.pop() != Some(0) {
            return Err(fault("unexpected end of file"));
        }
        Ok(text)
    }

    /// Reads a header; false at the end.
    fn begin(&mut self) -> io::Result<bool> {
        let start = self.input.fill_buf()?;
        if start.is_empty() {
            return if self.members == 0 { Err(fault("unexpected end of file")) } else { Ok(false) };
        }
        if self.members > 0 && start[0] != 0x1f {
            // Padding of zeros is no garbage.
            loop {
                let rest = self.input.fill_buf()?;
                if rest.is_empty() {
                    return Ok(false);
                }
                let length = rest.len();
                self.garbage |= rest.iter().any(|byte| *byte != 0);
                self.input.consume(length);
            }
        }
        let magic: [u8; 2] = self.bytes().map_err(|_| fault("not in gzip format"))?;
        if magic != [0x1f, 0x8b] {
            return Err(fault("not in gzip format"));
        }
        let [method, flags, a, b, c, d, _, _] = self.bytes()?;
        if method != 8 {
            return Err(fault("unknown method -- not supported"));
        }
        let mut header = Header { name: None, time: u32::from_le_bytes([a, b, c, d]) };
        if flags & 4 != 0 {
            let length = u16::from_le_bytes(self.bytes()?);
            io::copy(&mut self.input.by_ref().take(u64::from(length)), &mut io::sink())?;
        }
        if flags & 8 != 0 {
            header.name = Some(self.text()?);
        }
        if flags & 16 != 0 {
            self.text()?;
        }
        if flags & 2 != 0 {
            self.bytes::<2>()?;
        }
        if self.members == 0 {
            self.header = header;
        }
        self.members += 1;
        self.flate.reset(false);
        self.crc.reset();
        Ok(true)
    }

    fn end(&mut self) -> io::Result<()> {
        let crc = u32::from_le_bytes(self.bytes()?);
        let length = u32::from_le_bytes(self.bytes()?);
        if crc != self.crc.sum() {
            return Err(fault("invalid compressed data--crc error"));
        }
        if length != self.crc.amount() {
            return Err(fault("invalid compressed data--length error"));
        }
        Ok(())
    }
}

impl<R: BufRead> Read for Decoder<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        loop {
            match self.state {
                State::Ended => return Ok(0),
                State::Between => {
                    self.state = if self.begin()? { State::Within } else { State::Ended };
                    continue;
                }
                State::Within => {}
            }
            let input = self.input.fill_buf()?;
            let ended = input.is_empty();
            let before = (self.flate.total_in(), self.flate.total_out());
            let status = self.flate.decompress(input, out, FlushDecompress::None).map_err(|_| fault("invalid compressed data--format violated"))?;
            let used = (self.flate.total_in() - before.0) as usize;
            let made = (self.flate.total_out() - before.1) as usize;
            self.input.consume(used);
            self.crc.update(&out[..made]);
            if status == Status::StreamEnd {
                self.end()?;
                self.state = State::Between;
            } else if ended && made == 0 {
                return Err(fault("unexpected end of file"));
            }
            if made > 0 {
                return Ok(made);
            }
        }
    }
}
