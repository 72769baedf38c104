//! gzip, gunzip and zcat.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, IsTerminal, Read, Write};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cli::{Item, Order};

use crate::gz::{Decoder, Encoder};

const HELP: &str = "Usage: gzip [OPTION]... [FILE]...
Compress or uncompress FILEs (by default, compress FILES in-place).

  -c, --stdout      write on standard output, keep original files unchanged
  -d, --decompress  decompress
  -f, --force       force overwrite of output file and compress links
  -h, --help        give this help
  -k, --keep        keep (don't delete) input files
  -l, --list        list compressed file contents
  -L, --license     display software license
  -n, --no-name     do not save or restore the original name and timestamp
  -N, --name        save or restore the original name and timestamp
  -q, --quiet       suppress all warnings
  -r, --recursive   operate recursively on directories
      --rsyncable   make rsync-friendly archive
  -S, --suffix=SUF  use suffix SUF on compressed files
      --synchronous synchronous output (safer if system crashes, but slower)
  -t, --test        test compressed file integrity
  -v, --verbose     verbose mode
  -V, --version     display version number
  -1, --fast        compress faster
  -9, --best        compress better

With no FILE, or when FILE is -, read standard input.
";

const SPECS: [&str; 28] = [
    "c|stdout|to-stdout", "d|decompress|uncompress", "f|force", "h|help", "k|keep", "l|list", "L|license", "n|no-name", "N|name", "q|quiet|silent",
    "r|recursive", "rsyncable", "S|suffix=", "synchronous", "t|test", "v|verbose", "V|version", "1|fast", "2", "3", "4", "5", "6", "7", "8", "9|best",
    "a|ascii", "b|bits=",
];

#[derive(Default)]
struct Options {
    decompress: bool,
    stdout: bool,
    force: bool,
    keep: bool,
    list: bool,
    test: bool,
    quiet: bool,
    verbose: bool,
    recursive: bool,
    name: Option<bool>,
    level: u32,
    suffix: Vec<u8>,
}

/// Statuses: an error, a warning.
const ERROR: i32 = 1;
const WARNING: i32 = 2;

pub fn main() -> i32 {
    let called = cli::called_as("gzip");
    let mut options = Options { level: 6, suffix: b".gz".to_vec(), ..Options::default() };
    options.decompress = called.starts_with("gun") || called.ends_with("zcat");
    options.stdout = called.ends_with("zcat");
    let mut files = Vec::new();
    let items = cli::parse(cli::args(), &SPECS, Order::Permute).unwrap_or_else(|message| usage(&message));
    for item in items {
        match item {
            Item::Operand(name) => files.push(name),
            Item::Option(name, value) => options.set(name, value.unwrap_or_default()),
        }
    }
    if files.is_empty() {
        files.push(b"-".to_vec());
    }
    let mut run = Run { options, status: 0, listed: [0, 0], lines: 0, head: 0 };
    for file in files {
        run.path(&file);
    }
    run.totals();
    run.status
}

fn usage(message: &str) -> ! {
    eprintln!("gzip: {message}\nTry `gzip --help' for more information.");
    std::process::exit(ERROR)
}

impl Options {
    fn set(&mut self, name: &str, value: Vec<u8>) {
        match name {
            "c" => self.stdout = true,
            "d" => self.decompress = true,
            "f" => self.force = true,
            "k" => self.keep = true,
            "l" => self.list = true,
            "t" => self.test = true,
            "q" => (self.quiet, self.verbose) = (true, false),
            "v" => (self.verbose, self.quiet) = (true, false),
            "r" => self.recursive = true,
            "n" => self.name = Some(false),
            "N" => self.name = Some(true),
            "S" if value.is_empty() => usage("invalid suffix ''"),
            "S" => self.suffix = value,
            "h" => cli::print_and_exit(HELP),
            "V" => cli::print_and_exit("gzip (Shadowbox; compatible with GNU gzip) 1.12\n"),
            "L" => cli::print_and_exit("Apache-2.0\n"),
            level => self.level = level.parse().unwrap_or(self.level),
        }
    }
}

struct Run {
    options: Options,
    status: i32,
    listed: [u64; 2],
    lines: usize,
    /// Bytes of the last file's header and trailer, which ratios leave out.
    head: u64,
}

/// A reader that counts.
struct Counted<R>(R, std::rc::Rc<std::cell::Cell<u64>>);

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.0.read(out)?;
        self.1.set(self.1.get() + count as u64);
        Ok(count)
    }
}

fn percent(packed: u64, plain: u64) -> String {
    let saved = if plain == 0 { 0.0 } else { 100.0 * (plain as f64 - packed as f64) / plain as f64 };
    format!("{saved:5.1}%")
}

impl Run {
    fn error(&mut self, message: &str) {
        match message.strip_prefix('\n') {
            Some(rest) => eprintln!("\ngzip: {rest}"),
            None => eprintln!("gzip: {message}"),
        }
        self.status = ERROR;
    }

    fn warn(&mut self, message: &str) {
        if !self.options.quiet {
            match message.strip_prefix('\n') {
                Some(rest) => eprintln!("\ngzip: {rest}"),
                None => eprintln!("gzip: {message}"),
            }
        }
        if self.status == 0 {
            self.status = WARNING;
        }
    }

    fn path(&mut self, name: &[u8]) {
        let shown = cli::show(name);
        if name == b"-" {
            return self.standard();
        }
        let unpack = self.options.decompress || self.options.list || self.options.test;
        let mut name = name.to_vec();
        let mut found = fs::symlink_metadata(cli::path(&name));
        if unpack && found.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
            // The suffix may be left out.
            let longer = [&name[..], &self.options.suffix].concat();
            if let Ok(meta) = fs::symlink_metadata(cli::path(&longer)) {
                (name, found) = (longer, Ok(meta));
            } else {
                return self.error(&format!("{}: No such file or directory", cli::show(&[&name[..], if name.ends_with(b".gz") { b"" } else { &self.options.suffix }].concat())));
            }
        }
        let follow = self.options.stdout || self.options.force || self.options.list || self.options.test;
        let meta = match found.and_then(|meta| if meta.is_symlink() && follow { fs::metadata(cli::path(&name)) } else { Ok(meta) }) {
            Ok(meta) => meta,
            Err(error) => return self.error(&format!("{shown}: {}", cli::reason(&error))),
        };
        if meta.is_dir() {
            if !self.options.recursive {
                return self.warn(&format!("{shown} is a directory -- ignored"));
            }
            return self.folder(&name);
        }
        if meta.is_symlink() {
            return self.error(&format!("{shown}: Too many levels of symbolic links"));
        }
        if !meta.is_file() {
            return self.warn(&format!("{shown} is not a directory or a regular file - ignored"));
        }
        let result = if self.options.list {
            self.list(&name, meta.len())
        } else if unpack {
            self.unpack(&name, &meta)
        } else {
            self.pack(&name, &meta)
        };
        if let Err(message) = result {
            self.error(&message);
        }
    }

    fn folder(&mut self, name: &[u8]) {
        use std::os::unix::ffi::OsStrExt;
        match fs::read_dir(cli::path(name)) {
            Ok(entries) => {
                for entry in entries.flatten() {
                    self.path(entry.path().as_os_str().as_bytes());
                }
            }
            Err(error) => self.error(&format!("{}: {}", cli::show(name), cli::reason(&error))),
        }
    }

    fn standard(&mut self) {
        let input = io::stdin();
        let out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
        let result = if self.options.list {
            self.list(b"-", 0)
        } else if self.options.decompress || self.options.test {
            self.decode("stdin", input, out).map(drop)
        } else if io::stdout().is_terminal() && !self.options.force {
            Err("compressed data not written to a terminal. Use -f to force compression.\nFor help, type: gzip -h".to_string())
        } else {
            Encoder::new(out, self.options.level, None, 0).and_then(|encoder| encode(input, encoder)).map(drop).map_err(|error| told("stdin", &error))
        };
        if let Err(message) = result {
            self.error(&message);
        }
    }

    /// Decompresses; gives back packed and plain sizes.
    fn decode(&mut self, shown: &str, input: impl Read, mut out: impl Write) -> Result<(u64, u64, crate::gz::Header), String> {
        let packed = std::rc::Rc::new(std::cell::Cell::new(0));
        let mut buffered = BufReader::with_capacity(1 << 16, Counted(input, packed.clone()));
        if self.options.force && self.options.stdout {
            use io::BufRead;
            let start = buffered.fill_buf().map_err(|error| told(shown, &error))?;
            if !start.starts_with(&[0x1f, 0x8b]) {
                // With force, what is not compressed passes.
                let size = io::copy(&mut buffered, &mut out).and_then(|size| out.flush().map(|()| size)).map_err(|error| told(shown, &error))?;
                return Ok((size, size, crate::gz::Header::default()));
            }
        }
        let mut decoder = Decoder::new(buffered);
        let plain = if self.options.test { io::copy(&mut decoder, &mut io::sink()) } else { io::copy(&mut decoder, &mut out) };
        let flushed = out.flush();
        let plain = plain.map_err(|error| told(shown, &error))?;
        flushed.map_err(|error| told(shown, &error))?;
        if decoder.garbage {
            self.warn(&format!("\n{shown}: decompression OK, trailing garbage ignored"));
        }
        Ok((packed.get(), plain, decoder.header))
    }

    fn unpack(&mut self, name: &[u8], meta: &fs::Metadata) -> Result<(), String> {
        let shown = cli::show(name);
        let input = File::open(cli::path(name)).map_err(|error| format!("{shown}: {}", cli::reason(&error)))?;
        if self.options.test || self.options.stdout {
            let (packed, plain, header) = self.decode(&shown, input, BufWriter::with_capacity(1 << 16, io::stdout().lock()))?;
            if self.options.verbose {
                let mark = if self.options.test { "\t OK".to_string() } else { format!("\t {}", percent(packed.saturating_sub(header.size()), plain)) };
                eprintln!("{shown}:{mark}");
            }
            return Ok(());
        }
        let Some(mut target) = self.shorter(name) else {
            self.warn(&format!("{shown}: unknown suffix -- ignored"));
            return Ok(());
        };
        let mut time = None;
        if self.options.name == Some(true) {
            let header = header(&input)?;
            if let Some(stored) = header.name.as_deref().and_then(|name| name.rsplit(|byte| *byte == b'/').next()).filter(|name| !name.is_empty() && *name != b"..") {
                let folder = name.iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1);
                target = [&name[..folder], stored].concat();
            }
            time = (header.time > 0).then(|| UNIX_EPOCH + Duration::from_secs(header.time.into()));
        }
        let Some(out) = self.create(&target)? else { return Ok(()) };
        match self.decode(&shown, input, BufWriter::with_capacity(1 << 16, &out)) {
            Ok((packed, plain, header)) => {
                copy_facts(&out, meta, time);
                self.done(name, &target, &percent(packed.saturating_sub(header.size()), plain))
            }
            Err(message) => {
                let _ = fs::remove_file(cli::path(&target));
                Err(message)
            }
        }
    }

    fn shorter(&self, name: &[u8]) -> Option<Vec<u8>> {
        for (ending, with) in [(&self.options.suffix[..], ""), (b".gz", ""), (b"-gz", ""), (b".z", ""), (b"-z", ""), (b"_z", ""), (b".Z", ""), (b".tgz", ".tar"), (b".taz", ".tar")] {
            if let Some(stem) = name.strip_suffix(ending) {
                if !stem.is_empty() && !stem.ends_with(b"/") {
                    return Some([stem, with.as_bytes()].concat());
                }
            }
        }
        None
    }

    fn pack(&mut self, name: &[u8], meta: &fs::Metadata) -> Result<(), String> {
        let shown = cli::show(name);
        if !self.options.stdout && self.shorter(name).is_some() {
            if !self.options.quiet {
                eprintln!("gzip: {shown} already has {} suffix -- unchanged", cli::show(&self.options.suffix));
            }
            return Ok(());
        }
        let input = File::open(cli::path(name)).map_err(|error| format!("{shown}: {}", cli::reason(&error)))?;
        let keep_name = self.options.name != Some(false);
        let base = name.rsplit(|byte| *byte == b'/').next().filter(|_| keep_name);
        let time = if keep_name { seconds(meta.modified().ok()) } else { 0 };
        if self.options.stdout {
            let out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
            Encoder::new(out, self.options.level, base, time).and_then(|encoder| encode(input, encoder)).map_err(|error| told(&shown, &error))?;
            return Ok(());
        }
        let target = [name, &self.options.suffix].concat();
        let Some(out) = self.create(&target)? else { return Ok(()) };
        let written = Encoder::new(BufWriter::with_capacity(1 << 16, &out), self.options.level, base, time).and_then(|encoder| encode(input, encoder));
        match written {
            Ok(plain) => {
                copy_facts(&out, meta, None);
                let packed = out.metadata().map_or(0, |meta| meta.len());
                let head = crate::gz::Header { name: base.map(<[u8]>::to_vec), time }.size();
                self.done(name, &target, &percent(packed.saturating_sub(head), plain))
            }
            Err(error) => {
                let _ = fs::remove_file(cli::path(&target));
                Err(told(&shown, &error))
            }
        }
    }

    /// The output file; None if it exists and stays.
    fn create(&mut self, target: &[u8]) -> Result<Option<File>, String> {
        let mut open = fs::OpenOptions::new();
        open.write(true);
        if self.options.force {
            let _ = fs::remove_file(cli::path(target));
            open.create(true).truncate(true);
        } else {
            open.create_new(true);
        }
        match open.open(cli::path(target)) {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                self.warn(&format!("{} already exists;\tnot overwritten", cli::show(target)));
                Ok(None)
            }
            Err(error) => Err(format!("{}: {}", cli::show(target), cli::reason(&error))),
        }
    }

    fn done(&mut self, name: &[u8], target: &[u8], percent: &str) -> Result<(), String> {
        if self.options.verbose {
            let what = if self.options.keep { "created" } else { "replaced with" };
            eprintln!("{}:\t{percent} -- {what} {}", cli::show(name), cli::show(target));
        }
        if self.options.keep {
            return Ok(());
        }
        fs::remove_file(cli::path(name)).map_err(|error| format!("{}: {}", cli::show(name), cli::reason(&error)))
    }

    fn list(&mut self, name: &[u8], size: u64) -> Result<(), String> {
        let shown = if name == b"-" { "stdin".to_string() } else { cli::show(name) };
        let packed = std::rc::Rc::new(std::cell::Cell::new(0));
        let input: Box<dyn Read> = if name == b"-" { Box::new(io::stdin()) } else { Box::new(File::open(cli::path(name)).map_err(|error| told(&shown, &error))?) };
        let mut decoder = Decoder::new(BufReader::new(Counted(input, packed.clone())));
        let plain = io::copy(&mut decoder, &mut io::sink()).map_err(|error| told(&shown, &error))?;
        let packed = if size > 0 { size } else { packed.get() };
        if self.lines == 0 {
            self.print("         compressed        uncompressed  ratio uncompressed_name");
        }
        self.lines += 1;
        let target = if name == b"-" { b"stdout".to_vec() } else { self.shorter(name).unwrap_or_else(|| name.to_vec()) };
        let head = decoder.header.size();
        self.head = head;
        self.print(&format!("{packed:19} {plain:19} {} {}", percent(packed.saturating_sub(head), plain), cli::show(&target)));
        self.listed = [self.listed[0] + packed, self.listed[1] + plain];
        Ok(())
    }

    fn print(&mut self, line: &str) {
        if writeln!(io::stdout(), "{line}").is_err() {
            self.status = ERROR;
        }
    }

    fn totals(&mut self) {
        if self.lines > 1 {
            let [packed, plain] = self.listed;
            self.print(&format!("{packed:19} {plain:19} {} (totals)", percent(packed.saturating_sub(self.head), plain)));
        }
    }
}

fn header(input: &File) -> Result<crate::gz::Header, String> {
    let again = input.try_clone().map_err(|error| cli::reason(&error))?;
    let mut decoder = Decoder::new(BufReader::new(&again));
    // One byte is enough to have read the header; errors come again when all is read.
    let _ = decoder.read(&mut [0]);
    io::Seek::seek(&mut &again, io::SeekFrom::Start(0)).map_err(|error| cli::reason(&error))?;
    Ok(decoder.header)
}

fn seconds(time: Option<SystemTime>) -> u32 {
    time.and_then(|time| time.duration_since(UNIX_EPOCH).ok()).and_then(|since| u32::try_from(since.as_secs()).ok()).unwrap_or(0)
}

/// What an error is called; a reader that went away ends the program silently.
fn told(shown: &str, error: &io::Error) -> String {
    if error.kind() == io::ErrorKind::BrokenPipe {
        std::process::exit(141);
    }
    // What is wrong with the data begins a new line.
    let start = if error.kind() == io::ErrorKind::InvalidData { "\n" } else { "" };
    format!("{start}{shown}: {}", cli::reason(error))
}

fn encode<W: Write>(mut input: impl Read, mut encoder: Encoder<W>) -> io::Result<u64> {
    let size = io::copy(&mut input, &mut encoder)?;
    encoder.finish()?.flush()?;
    Ok(size)
}

fn copy_facts(out: &File, meta: &fs::Metadata, time: Option<SystemTime>) {
    // The data is there; that a mode or time cannot be kept is no reason to fail.
    let _ = out.set_permissions(meta.permissions());
    if let Some(time) = time.or_else(|| meta.modified().ok()) {
        let _ = out.set_times(fs::FileTimes::new().set_modified(time));
    }
}
