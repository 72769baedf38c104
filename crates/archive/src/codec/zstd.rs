//! zstd through its C library.

use std::io::{self, BufRead, Read, Write};

use zstd_safe::{zstd_sys::ZSTD_EndDirective as End, CCtx, CParameter, DCtx, DParameter, InBuffer, OutBuffer};

use super::{Fault, Input, Settings};

fn fault(code: usize) -> io::Error {
    match zstd_safe::get_error_name(code) {
        "Restored data doesn't match checksum" => Fault::Checksum.into(),
        name => io::Error::other(name),
    }
}

/// A frame's content.
pub struct Decoder {
    input: Input,
    context: DCtx<'static>,
    ended: bool,
}

/// The largest window that 32 bits hold.
const WINDOW: u32 = 30;

impl Decoder {
    pub fn new(input: Input) -> io::Result<Decoder> {
        let mut context = DCtx::create();
        context.set_parameter(DParameter::WindowLogMax(WINDOW)).map_err(fault)?;
        Ok(Decoder { input, context, ended: false })
    }

    pub fn into_inner(self) -> Input {
        self.input
    }
}

impl Read for Decoder {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while !self.ended {
            let bytes = self.input.fill_buf()?;
            let at_end = bytes.is_empty();
            let mut input = InBuffer::around(bytes);
            let mut output = OutBuffer::around(&mut *out);
            let hint = self.context.decompress_stream(&mut output, &mut input).map_err(fault)?;
            let (used, made) = (input.pos(), output.pos());
            self.input.consume(used);
            self.ended = hint == 0;
            if made > 0 {
                return Ok(made);
            }
            if at_end && !self.ended {
                return Err(Fault::Short.into());
            }
        }
        Ok(0)
    }
}

/// A writer of one frame.
pub struct Encoder<W: Write> {
    out: W,
    context: CCtx<'static>,
    buffer: Vec<u8>,
}

impl<W: Write> Encoder<W> {
    pub fn new(out: W, settings: &Settings) -> io::Result<Encoder<W>> {
        let mut context = CCtx::create();
        let mut set = |parameter| context.set_parameter(parameter).map(drop).map_err(fault);
        set(CParameter::CompressionLevel(settings.level.unwrap_or(3)))?;
        set(CParameter::ChecksumFlag(settings.check != Some(super::Check::None)))?;
        if let Some(window) = settings.long {
            set(CParameter::EnableLongDistanceMatching(true))?;
            set(CParameter::WindowLog(window))?;
        }
        context.set_pledged_src_size(settings.size).map_err(fault)?;
        Ok(Encoder { out, context, buffer: vec![0; CCtx::out_size()] })
    }

    fn step(&mut self, bytes: &[u8], end: End) -> io::Result<(usize, usize)> {
        let mut input = InBuffer::around(bytes);
        let mut output = OutBuffer::around(&mut self.buffer[..]);
        let left = self.context.compress_stream2(&mut output, &mut input, end).map_err(fault)?;
        let (used, made) = (input.pos(), output.pos());
        self.out.write_all(&self.buffer[..made])?;
        Ok((used, left))
    }

    pub fn finish(mut self) -> io::Result<W> {
        while self.step(&[], End::ZSTD_e_end)?.1 > 0 {}
        Ok(self.out)
    }
}

impl<W: Write> Write for Encoder<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut done = 0;
        while done < bytes.len() {
            done += self.step(&bytes[done..], End::ZSTD_e_continue)?.0;
        }
        Ok(done)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
