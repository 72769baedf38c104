//! xz, lzma and their other names.

use std::io;

use cli::{Item, Order};

use super::{list, Common, Dialect, Mode, Refused, Sizes, STANDARD};
use crate::codec::{Check, Fault, Kind};

const HELP: &str = "Usage: xz [OPTION]... [FILE]...
Compress or decompress FILEs in the .xz format.

  -z, --compress      force compression
  -d, --decompress    force decompression
  -t, --test          test compressed file integrity
  -l, --list          list information about .xz files
  -k, --keep          keep (don't delete) input files
  -f, --force         force overwrite of output file and (de)compress links
  -c, --stdout        write to standard output and don't delete input files
  -S, --suffix=.SUF   use the suffix `.SUF' on compressed files
      --files[=FILE]  read filenames to process from FILE; if FILE is
                      omitted, filenames are read from the standard input;
                      filenames must be terminated with the newline character
      --files0[=FILE] like --files but use the null character as terminator
  -F, --format=FMT    file format to encode or decode; possible values are
                      `auto' (default), `xz', `lzma'
  -C, --check=CHECK   integrity check type: `none' (use with caution),
                      `crc32', `crc64' (default), or `sha256'
  -0 ... -9           compression preset; default is 6; take compressor *and*
                      decompressor memory usage into account before using 7-9!
  -e, --extreme       try to improve compression ratio by using more CPU time;
                      does not affect decompressor memory requirements
  -T, --threads=NUM   there is one thread, whatever NUM says
  -q, --quiet         suppress warnings; specify twice to suppress errors too
  -v, --verbose       be verbose; specify twice for even more verbose
  -Q, --no-warn       make warnings not affect the exit status
  -h, --help          display this help and exit
  -V, --version       display the version number and exit

With no FILE, or when FILE is -, read standard input.
";

const SPECS: [&str; 40] = [
    "z|compress", "d|decompress|uncompress", "t|test", "l|list", "k|keep", "f|force", "c|stdout|to-stdout", "S|suffix=", "F|format=", "C|check=",
    "0", "1|fast", "2", "3", "4", "5", "6", "7", "8", "9|best", "e|extreme", "T|threads=", "q|quiet", "v|verbose", "Q|no-warn", "h|help", "H|long-help",
    "V|version", "files?", "files0?", "M|memory|memlimit=", "memlimit-compress=", "memlimit-decompress=", "no-adjust", "block-size=", "robot",
    "single-stream", "no-sparse", "ignore-check", "flush-timeout=",
];

struct Xz {
    program: String,
    common: Common,
    /// None: by what the file begins with, and xz for what is made.
    format: Option<Kind>,
    suffix: Option<Vec<u8>>,
    verbose: u32,
    quiet: u32,
    no_warn: bool,
    list: bool,
    /// Before a list of names: where it is, and what ends each.
    lists: Vec<(Option<Vec<u8>>, u8)>,
    status: i32,
}

pub fn main() -> i32 {
    let called = cli::called_as("xz");
    let mut task = Xz { program: called.clone(), common: Common::default(), format: None, suffix: None, verbose: 0, quiet: 0, no_warn: false, list: false, lists: Vec::new(), status: 0 };
    if called.contains("cat") || called.starts_with("un") {
        task.common.mode = Mode::Decompress;
        task.common.to_stdout = called.contains("cat");
    }
    if called.contains("lz") {
        task.format = Some(Kind::Lzma);
    }
    let mut files = Vec::new();
    for item in cli::parse(cli::args(), &SPECS, Order::Permute).unwrap_or_else(|message| usage(&message)) {
        match item {
            Item::Operand(name) => files.push(name),
            Item::Option(name, value) => task.set(name, value),
        }
    }
    if task.common.mode != Mode::Compress && task.format == Some(Kind::Lzma) && called.contains("lz") {
        task.format = None;
    }
    for (list, end) in std::mem::take(&mut task.lists) {
        files.extend(task.names(list, end));
    }
    if files.is_empty() {
        files.push(STANDARD.to_vec());
    }
    if task.list {
        let listed = list::xz(&files, task.verbose > 0, |name, text| eprintln!("{called}: {}: {text}", cli::show(name)));
        return if listed { task.status } else { 1 };
    }
    super::run(&mut task, &files);
    task.status
}

/// What getopt says, and a hint.
fn usage(message: &str) -> ! {
    let program = cli::called_as("xz");
    eprintln!("{program}: {message}\n{program}: Try `{program} --help' for more information.");
    std::process::exit(1)
}

fn wrong(message: &str) -> ! {
    cli::fail(&cli::called_as("xz"), 1, message)
}

impl Xz {
    fn set(&mut self, name: &str, value: Option<Vec<u8>>) {
        let text = cli::show(value.as_deref().unwrap_or_default());
        match name {
            "z" => self.common.mode = Mode::Compress,
            "d" => self.common.mode = Mode::Decompress,
            "t" => self.common.mode = Mode::Test,
            "l" => self.list = true,
            "k" => self.common.keep = true,
            "f" => self.common.force = true,
            "c" => self.common.to_stdout = true,
            "S" if text.is_empty() || text.contains('/') => wrong(&format!("{text}: Invalid filename suffix")),
            "S" => self.suffix = value,
            "F" => {
                self.format = match &text[..] {
                    "auto" => None,
                    "xz" => Some(Kind::Xz),
                    "lzma" | "alone" => Some(Kind::Lzma),
                    _ => wrong(&format!("{text}: Unknown file format type")),
                }
            }
            "C" => {
                self.common.settings.check = Some(match &text[..] {
                    "none" => Check::None,
                    "crc32" => Check::Crc32,
                    "crc64" => Check::Crc64,
                    "sha256" => Check::Sha256,
                    _ => wrong(&format!("{text}: Unsupported integrity check type")),
                })
            }
            "e" => self.common.settings.extreme = true,
            "T" if text.parse::<u32>().is_err() => wrong(&format!("{text}: Value is not a non-negative decimal integer")),
            "q" => self.quiet += 1,
            "v" => self.verbose += 1,
            "Q" => self.no_warn = true,
            "h" | "H" => cli::print_and_exit(HELP),
            "V" => cli::print_and_exit("xz (Shadowbox; compatible with XZ Utils) 5.4.1\n"),
            "files" => self.lists.push((value, b'\n')),
            "files0" => self.lists.push((value, 0)),
            level => {
                if let Ok(level) = level.parse() {
                    self.common.settings.level = Some(level);
                }
            }
        }
    }

    fn names(&mut self, list: Option<Vec<u8>>, end: u8) -> Vec<Vec<u8>> {
        let mut text = Vec::new();
        let result = match &list {
            Some(name) => std::fs::read(cli::path(name)).map(|bytes| text = bytes),
            None => io::Read::read_to_end(&mut io::stdin(), &mut text).map(drop),
        };
        if let Err(error) = result {
            self.error(&format!("{}: {}", cli::show(list.as_deref().unwrap_or(b"(stdin)")), cli::reason(&error)));
        }
        text.split(|byte| *byte == end).filter(|name| !name.is_empty()).map(<[u8]>::to_vec).collect()
    }

    fn error(&mut self, message: &str) {
        if self.quiet < 2 {
            eprintln!("{}: {message}", self.program);
        }
        self.status = 1;
    }

    fn warn(&mut self, message: &str) {
        if self.quiet < 1 {
            eprintln!("{}: {message}", self.program);
        }
        if self.status == 0 && !self.no_warn {
            self.status = 2;
        }
    }

    fn unknown_suffix(&mut self, name: &[u8]) -> Result<Vec<u8>, ()> {
        self.warn(&format!("{}: Filename has an unknown suffix, skipping", cli::show(name)));
        Err(())
    }
}

fn shown(name: &[u8]) -> String {
    cli::show(if name == STANDARD { b"(stdin)" } else { name })
}

impl Dialect for Xz {
    fn common(&self) -> &Common {
        &self.common
    }

    fn kind(&self, start: &[u8]) -> Option<Kind> {
        if self.common.mode == Mode::Compress {
            return Some(self.format.unwrap_or(Kind::Xz));
        }
        match self.format {
            Some(Kind::Lzma) => Some(Kind::Lzma),
            Some(kind) => (Kind::of_start(start) == kind).then_some(kind),
            None => Some(Kind::of_start(start)).filter(|kind| matches!(kind, Kind::Xz | Kind::Lzma)),
        }
    }

    fn looks_first(&self) -> bool {
        true
    }

    fn target(&mut self, name: &[u8]) -> Result<Vec<u8>, ()> {
        let own = self.suffix.clone();
        if self.common.mode == Mode::Compress {
            let lzma = self.format == Some(Kind::Lzma);
            let taken: [&str; 2] = if lzma { [".lzma", ".tlz"] } else { [".xz", ".txz"] };
            for suffix in taken.into_iter().map(str::as_bytes).chain(own.as_deref()) {
                if name.ends_with(suffix) {
                    self.warn(&format!("{}: File already has `{}' suffix, skipping", cli::show(name), cli::show(suffix)));
                    return Err(());
                }
            }
            return Ok([name, own.as_deref().unwrap_or(if lzma { b".lzma" } else { b".xz" })].concat());
        }
        let known = [(".xz", ""), (".txz", ".tar"), (".lzma", ""), (".tlz", ".tar")];
        let stem = known.iter().find_map(|(suffix, plain)| Some([name.strip_suffix(suffix.as_bytes())?, plain.as_bytes()].concat()));
        let stem = stem.or_else(|| own.and_then(|suffix| name.strip_suffix(&suffix[..]).map(<[u8]>::to_vec)));
        match stem.filter(|stem| !stem.is_empty() && !stem.ends_with(b"/")) {
            Some(stem) => Ok(stem),
            None => self.unknown_suffix(name),
        }
    }

    fn refused(&mut self, name: &[u8], why: Refused) {
        let shown = cli::show(name);
        match why {
            Refused::Unreadable(error) => self.error(&format!("{shown}: {}", cli::reason(error))),
            Refused::Folder => self.warn(&format!("{shown}: Is a directory, skipping")),
            Refused::Link => self.warn(&format!("{shown}: Is a symbolic link, skipping")),
            Refused::Special => self.warn(&format!("{shown}: Not a regular file, skipping")),
            Refused::Links(_) => self.warn(&format!("{shown}: Input file has more than one hard link, skipping")),
        }
    }

    fn exists(&mut self, target: &[u8]) -> bool {
        if !self.common.force {
            self.error(&format!("{}: File exists", cli::show(target)));
        }
        self.common.force
    }

    fn unwritable(&mut self, target: &[u8], error: &io::Error) {
        self.error(&format!("{}: {}", cli::show(target), cli::reason(error)));
    }

    fn terminal(&mut self) {
        self.error("Compressed data cannot be written to a terminal");
        eprintln!("{0}: Try `{0} --help' for more information.", self.program);
    }

    fn failed(&mut self, name: &[u8], _target: &[u8], error: &io::Error) {
        super::end_if_broken(error);
        let text = match Fault::of(error) {
            Some(Fault::Empty | Fault::Format) => "File format not recognized".to_string(),
            Some(Fault::Short) => "Unexpected end of input".to_string(),
            Some(_) => "Compressed data is corrupt".to_string(),
            None => cli::reason(error),
        };
        self.error(&format!("{}: {text}", shown(name)));
    }

    fn done(&mut self, name: &[u8], _target: &[u8], sizes: Sizes) {
        if self.verbose > 0 {
            let (packed, plain) = if self.common.mode == Mode::Compress { (sizes.written, sizes.read) } else { (sizes.read, sizes.written) };
            eprintln!("{}: {} / {} = {}", shown(name), list::size(packed), list::size(plain), list::ratio(packed, plain));
        }
    }
}
