//! What bzip2, xz and zstd share: which files they take, what becomes of them.

pub mod bzip2;
mod list;
pub mod xz;
pub mod zstd;

use std::fs::{self, File, FileTimes, OpenOptions};
use std::io::{self, BufWriter, IsTerminal, Read, Write};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};

use crate::codec::{self, Fault, Garbage, Kind, Settings};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    #[default]
    Compress,
    Decompress,
    Test,
}

/// What all three have options for.
#[derive(Default)]
pub struct Common {
    pub mode: Mode,
    pub to_stdout: bool,
    pub force: bool,
    /// The input stays.
    pub keep: bool,
    /// Files with several names are taken like others.
    pub linked: bool,
    pub settings: Settings,
}

/// What an input is not.
pub enum Refused<'a> {
    Unreadable(&'a io::Error),
    Folder,
    Link,
    Special,
    /// Other names of the file.
    Links(u64),
}

/// How one of the commands names its files and words its messages.
pub trait Dialect {
    fn common(&self) -> &Common;
    /// What an input is compressed with, by what it begins with; None: nothing that is known here.
    fn kind(&self, start: &[u8]) -> Option<Kind>;
    /// Whether what an input begins with counts before its name.
    fn looks_first(&self) -> bool {
        false
    }
    /// The output's name for an input's. Err: it was said why there is none.
    fn target(&mut self, name: &[u8]) -> Result<Vec<u8>, ()>;
    fn refused(&mut self, name: &[u8], why: Refused);
    /// Whether a file in the output's place is to go.
    fn exists(&mut self, target: &[u8]) -> bool;
    fn unwritable(&mut self, target: &[u8], error: &io::Error);
    /// Compressed data is not written to a terminal.
    fn terminal(&mut self);
    fn failed(&mut self, name: &[u8], target: &[u8], error: &io::Error);
    fn done(&mut self, name: &[u8], target: &[u8], sizes: Sizes);
}

/// Bytes that were read and written, and whether something followed the last stream.
#[derive(Clone, Copy, Default)]
pub struct Sizes {
    pub read: u64,
    pub written: u64,
    pub garbage: bool,
}

/// How standard input and output are called where a name is wanted.
pub const STANDARD: &[u8] = b"-";

pub fn run(dialect: &mut dyn Dialect, files: &[Vec<u8>]) {
    for name in files {
        if name == STANDARD {
            standard(dialect);
        } else {
            file(dialect, name);
        }
    }
}

fn standard(dialect: &mut dyn Dialect) {
    if dialect.common().mode == Mode::Compress && io::stdout().is_terminal() && !dialect.common().force {
        return dialect.terminal();
    }
    match transfer(dialect, Box::new(io::stdin()), Box::new(io::stdout()), None) {
        Ok(sizes) => dialect.done(STANDARD, STANDARD, sizes),
        Err(error) => dialect.failed(STANDARD, STANDARD, &error),
    }
}

fn file(dialect: &mut dyn Dialect, name: &[u8]) {
    let to_stdout = dialect.common().to_stdout || dialect.common().mode == Mode::Test;
    let opened = match open(dialect, name, to_stdout) {
        Some(opened) => opened,
        None => return,
    };
    let (input, meta) = opened;
    if to_stdout {
        return match transfer(dialect, Box::new(input), Box::new(io::stdout()), Some(meta.len())) {
            Ok(sizes) => dialect.done(name, STANDARD, sizes),
            Err(error) => dialect.failed(name, STANDARD, &error),
        };
    }
    if dialect.looks_first() && dialect.common().mode == Mode::Decompress {
        let mut start = [0; 6];
        let count = input.read_at(&mut start, 0).unwrap_or(0);
        if dialect.kind(&start[..count]).is_none() {
            return dialect.failed(name, STANDARD, &Fault::Format.into());
        }
    }
    let Ok(target) = dialect.target(name) else { return };
    if fs::symlink_metadata(cli::path(&target)).is_ok() {
        if !dialect.exists(&target) {
            return;
        }
        // What cannot be taken away is told when the output is made.
        let _ = fs::remove_file(cli::path(&target));
    }
    let out = match OpenOptions::new().write(true).create_new(true).mode(0o600).open(cli::path(&target)) {
        Ok(out) => out,
        Err(error) => return dialect.unwritable(&target, &error),
    };
    let result = out.try_clone().and_then(|sink| transfer(dialect, Box::new(input), Box::new(sink), Some(meta.len())));
    match result {
        Ok(sizes) => {
            copy_facts(&out, &meta);
            dialect.done(name, &target, sizes);
            if !dialect.common().keep {
                let _ = fs::remove_file(cli::path(name));
            }
        }
        Err(error) => {
            let _ = fs::remove_file(cli::path(&target));
            dialect.failed(name, &target, &error);
        }
    }
}

/// Opens an input that may be taken; else says why not.
fn open(dialect: &mut dyn Dialect, name: &[u8], to_stdout: bool) -> Option<(File, fs::Metadata)> {
    let path = cli::path(name);
    let found = fs::symlink_metadata(path).and_then(|link| if link.is_symlink() { Ok((true, fs::metadata(path)?)) } else { Ok((false, link)) });
    let (link, meta) = match found {
        Ok(found) => found,
        Err(error) => {
            dialect.refused(name, Refused::Unreadable(&error));
            return None;
        }
    };
    let lenient = to_stdout || dialect.common().force;
    let why = if meta.is_dir() {
        Some(Refused::Folder)
    } else if link && !lenient {
        Some(Refused::Link)
    } else if !meta.is_file() && !lenient {
        Some(Refused::Special)
    } else if meta.nlink() > 1 && !lenient && !dialect.common().linked {
        Some(Refused::Links(meta.nlink() - 1))
    } else {
        None
    };
    if let Some(why) = why {
        dialect.refused(name, why);
        return None;
    }
    match File::open(path) {
        Ok(file) => Some((file, meta)),
        Err(error) => {
            dialect.refused(name, Refused::Unreadable(&error));
            None
        }
    }
}

struct Counted<T>(T, std::rc::Rc<std::cell::Cell<u64>>);

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.0.read(out)?;
        self.1.set(self.1.get() + count as u64);
        Ok(count)
    }
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.0.write(bytes)?;
        self.1.set(self.1.get() + count as u64);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn transfer(dialect: &dyn Dialect, input: Box<dyn Read>, out: Box<dyn Write>, size: Option<u64>) -> io::Result<Sizes> {
    let common = dialect.common();
    let counts = [(); 2].map(|()| std::rc::Rc::new(std::cell::Cell::new(0)));
    let input = Box::new(Counted(input, counts[0].clone()));
    let out: Box<dyn Write> = if common.mode == Mode::Test { Box::new(io::sink()) } else { out };
    let mut out = Counted(out, counts[1].clone());
    let garbage = Garbage::default();
    if common.mode == Mode::Compress {
        let settings = Settings { size, ..common.settings.clone() };
        let kind = dialect.kind(&[]).unwrap_or(Kind::Plain);
        let mut input = input;
        let mut writer = codec::writer(kind, Box::new(BufWriter::with_capacity(1 << 16, out)), &settings)?;
        copy(&mut input, &mut writer)?;
        writer.finish()?;
    } else {
        let mut input = codec::Input::new(input);
        let start = input.peek(6)?;
        let mut reader: Box<dyn Read> = match dialect.kind(start) {
            Some(kind) => codec::reader_noting(kind, Box::new(input), garbage.clone())?,
            None if start.is_empty() => return Err(Fault::Empty.into()),
            None if common.force && common.to_stdout => Box::new(input),
            None => return Err(Fault::Format.into()),
        };
        copy(&mut reader, &mut out)?;
        out.flush()?;
    }
    Ok(Sizes { read: counts[0].get(), written: counts[1].get(), garbage: garbage.get() })
}

/// Bytes that are passed on at once.
const CHUNK: usize = 1 << 17;

fn copy(input: &mut dyn Read, out: &mut dyn Write) -> io::Result<()> {
    let mut buffer = vec![0; CHUNK];
    loop {
        match input.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => out.write_all(&buffer[..count])?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn copy_facts(out: &File, meta: &fs::Metadata) {
    // The data is there; that a mode or time cannot be kept is no reason to fail.
    let _ = out.set_permissions(meta.permissions());
    if let Ok(time) = meta.modified() {
        let _ = out.set_times(FileTimes::new().set_modified(time));
    }
}

/// A reader that went away ends the program silently.
fn end_if_broken(error: &io::Error) {
    if error.kind() == io::ErrorKind::BrokenPipe {
        std::process::exit(141);
    }
}
