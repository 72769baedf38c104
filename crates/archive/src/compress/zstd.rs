//! zstd, unzstd and zstdcat.

use std::io;

use super::{list, Common, Dialect, Mode, Refused, Sizes, STANDARD};
use crate::codec::{Check, Fault, Kind};

const HELP: &str = "Compress or decompress the INPUT file(s); reads from STDIN if INPUT is `-` or not provided.

Usage: zstd [OPTIONS...] [INPUT... | -] [-o OUTPUT]

Options:
  -o OUTPUT                     Write output to a single file, OUTPUT.
  -k, --keep                    Preserve INPUT file(s). [Default] 
  --rm                          Remove INPUT file(s) after successful (de)compression.

  -#                            Desired compression level, where `#` is a number between 1 and 19;
                                lower numbers provide faster compression, higher numbers yield
                                better compression ratios. [Default: 3]

  -d, --decompress              Perform decompression.

  -f, --force                   Disable input and output checks. Allows overwriting existing files,
                                receiving input from the console, printing ouput to STDOUT, and
                                operating on links, block devices, etc. Unrecognized formats will be
                                passed-through through as-is.

  -h                            Display short usage and exit.
  -H, --help                    Display full help and exit.
  -V, --version                 Display the program version and exit.

";

const MORE: &str = "Advanced options:
  -c, --stdout                  Write to STDOUT (even if it is a console) and keep the INPUT file(s).
  -v, --verbose                 Enable verbose output; pass multiple times to increase verbosity.
  -q, --quiet                   Suppress warnings; pass twice to suppress errors.
  -r                            Operate recursively on directories.
  --filelist LIST               Read a list of files to operate on from LIST.
  --output-dir-flat DIR         Store processed files in DIR.
  --[no-]check                  Add XXH64 integrity checksums during compression. [Default: Add, Validate]
  --                            Treat remaining arguments after `--` as files.
  --ultra                       Enable levels beyond 19, up to 22; requires more memory.
  --fast[=#]                    Use to very fast compression levels. [Default: 1]
  --long[=#]                    Enable long distance matching with window log #. [Default: 27]
  -T#                           There is one thread, whatever # says.
  --format=zstd|gzip|xz|lzma    Compress files to that format. [Default: zstd]
  -l                            Print information about Zstandard-compressed files.
  -t, --test                    Test compressed file integrity.
  -M#                           Set the memory usage limit to # megabytes.
";

struct Zstd {
    common: Common,
    kind: Kind,
    output: Option<Vec<u8>>,
    folder: Option<Vec<u8>>,
    /// 0: nothing; 1: errors; 2: results; 3 and more: more.
    level: i32,
    ultra: bool,
    list: bool,
    recursive: bool,
    lists: Vec<Vec<u8>>,
    files: Vec<Vec<u8>>,
    several: bool,
    /// Of all files: how many, bytes read and written.
    total: (usize, u64, u64),
    status: i32,
}

pub fn main() -> i32 {
    let called = cli::called_as("zstd");
    let mut task = Zstd {
        common: Common { keep: true, linked: true, ..Common::default() },
        kind: Kind::Zstd, output: None, folder: None, level: 2, ultra: false, list: false, recursive: false, lists: Vec::new(), files: Vec::new(),
        several: false, total: (0, 0, 0), status: 0,
    };
    match &called[..] {
        "unzstd" => task.common.mode = Mode::Decompress,
        "zstdcat" => {
            task.common.mode = Mode::Decompress;
            (task.common.to_stdout, task.common.force, task.level) = (true, true, 1);
        }
        _ => {}
    }
    task.arguments(cli::args());
    for list in std::mem::take(&mut task.lists) {
        match std::fs::read(cli::path(&list)) {
            Ok(text) => task.files.extend(text.split(|byte| *byte == b'\n').filter(|name| !name.is_empty()).map(<[u8]>::to_vec)),
            Err(error) => cli::fail("zstd", 1, &format!("{}: {}", cli::show(&list), cli::reason(&error))),
        }
    }
    if task.recursive {
        task.files = std::mem::take(&mut task.files).into_iter().flat_map(within).collect();
        if task.files.is_empty() {
            eprintln!("please provide correct input file(s) or non-empty directories -- ignored ");
            return 0;
        }
    }
    if task.list {
        if task.files.is_empty() || task.files.iter().any(|name| name == STANDARD) {
            eprintln!("zstd: --list does not support reading from standard input \nNo files given ");
            return 1;
        }
        return list::zstd(&task.files);
    }
    task.start()
}

fn within(name: Vec<u8>) -> Vec<Vec<u8>> {
    use std::os::unix::ffi::OsStrExt;
    if !cli::path(&name).is_dir() {
        return vec![name];
    }
    let entries = std::fs::read_dir(cli::path(&name)).into_iter().flatten().flatten();
    let mut inner: Vec<Vec<u8>> = entries.map(|entry| entry.path().as_os_str().as_bytes().to_vec()).collect();
    inner.sort();
    inner.into_iter().flat_map(within).collect()
}

fn bad_usage() -> ! {
    eprint!("Incorrect parameters \n{HELP}");
    std::process::exit(1)
}

impl Zstd {
    fn start(&mut self) -> i32 {
        if self.files.is_empty() {
            self.files.push(STANDARD.to_vec());
        }
        if self.files[0] == STANDARD && self.output.is_none() {
            self.common.to_stdout = true;
        }
        if let Some(out) = &self.output {
            self.common.to_stdout |= out == STANDARD;
            if self.files.len() > 1 && out != STANDARD {
                cli::fail("zstd", 1, "several inputs into one output (-o) are not supported here");
            }
        }
        if self.common.to_stdout && self.common.mode != Mode::Test && self.level == 2 {
            self.level = 1;
        }
        let most = if self.ultra { 22 } else { 19 };
        if self.kind == Kind::Zstd && self.common.settings.level.is_some_and(|level| level > most) && self.common.mode == Mode::Compress {
            self.note(2, &format!("Warning : compression level higher than max, reduced to {most} "));
            self.common.settings.level = Some(most);
        }
        let files = std::mem::take(&mut self.files);
        self.several = files.len() > 1;
        if let (Some(out), [input]) = (self.output.clone(), &files[..]) {
            if input == STANDARD && out != STANDARD && self.common.mode != Mode::Test {
                return self.standard_to(&out);
            }
        }
        super::run(self, &files);
        let (count, read, written) = self.total;
        if self.several && count > 0 && self.level >= 2 {
            match self.common.mode {
                Mode::Compress => eprintln!("  {count} files compressed : {}", proportion(read, written, None)),
                _ => eprintln!("{count} files decompressed : {written:>6} bytes total "),
            }
        }
        self.status
    }

    /// Standard input into a file.
    fn standard_to(&mut self, out: &[u8]) -> i32 {
        if !self.common.force && cli::path(out).exists() {
            self.fail(&format!("zstd: {} already exists; stdin is an input - not proceeding.", cli::show(out)));
            return self.status;
        }
        let result = std::fs::File::create(cli::path(out)).and_then(|file| super::transfer(self, Box::new(io::stdin()), Box::new(file), None));
        match result {
            Ok(sizes) => self.done(STANDARD, out, sizes),
            Err(error) => {
                let _ = std::fs::remove_file(cli::path(out));
                self.failed(STANDARD, out, &error);
            }
        }
        self.status
    }

    fn arguments(&mut self, arguments: Vec<Vec<u8>>) {
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            if argument == b"--" {
                self.files.extend(arguments.by_ref());
            } else if argument == STANDARD || !argument.starts_with(b"-") {
                self.files.push(argument);
            } else if let Some(word) = argument.strip_prefix(b"--") {
                self.word(&cli::show(word), &mut arguments);
            } else {
                self.letters(&cli::show(&argument[1..]), &mut arguments);
            }
        }
    }

    fn word(&mut self, word: &str, rest: &mut dyn Iterator<Item = Vec<u8>>) {
        let (name, value) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
        let number = |usual| value.map_or(usual, |value| value.parse().unwrap_or_else(|_| bad_usage()));
        let mut text = || value.map(|value| value.as_bytes().to_vec()).or_else(|| rest.next()).unwrap_or_else(|| bad_usage());
        match name {
            "compress" => self.common.mode = Mode::Compress,
            "decompress" | "uncompress" => self.common.mode = Mode::Decompress,
            "test" => self.common.mode = Mode::Test,
            "list" => self.list = true,
            "force" => self.common.force = true,
            "keep" => self.common.keep = true,
            "rm" => self.common.keep = false,
            "stdout" => self.common.to_stdout = true,
            "verbose" => self.level += 1,
            "quiet" => self.level -= 1,
            "ultra" => self.ultra = true,
            "check" => self.common.settings.check = None,
            "no-check" => self.common.settings.check = Some(Check::None),
            "fast" => self.common.settings.level = Some(-number(1)),
            "long" => self.common.settings.long = Some(number(27) as u32).filter(|window| (10..=30).contains(window)).or_else(|| bad_usage()),
            "max" => self.common.settings.level = Some(22),
            "format" => {
                self.kind = match value {
                    Some("zstd") => Kind::Zstd,
                    Some("gzip") => Kind::Gzip,
                    Some("xz") => Kind::Xz,
                    Some("lzma") => Kind::Lzma,
                    _ => bad_usage(),
                }
            }
            "filelist" => self.lists.push(text()),
            "output-dir-flat" => self.folder = Some(text()),
            "help" => cli::print_and_exit(&format!("{HELP}{MORE}")),
            "version" => self.version(),
            "no-progress" | "progress" | "sparse" | "no-sparse" | "single-thread" | "rsyncable" | "adapt" | "no-dictID" | "asyncio" | "no-asyncio" | "threads"
            | "memory" | "memlimit" | "stream-size" | "size-hint" | "pass-through" | "no-pass-through" | "auto-threads" | "exclude-compressed" => {}
            _ => bad_usage(),
        }
    }

    fn version(&self) -> ! {
        cli::print_and_exit("*** Zstandard CLI (Shadowbox; compatible with zstd) v1.5.7 ***\n")
    }

    fn letters(&mut self, letters: &str, rest: &mut dyn Iterator<Item = Vec<u8>>) {
        let mut letters = letters.chars().peekable();
        while let Some(letter) = letters.next() {
            let mut digits = String::new();
            if letter.is_ascii_digit() || "TMB".contains(letter) {
                digits.extend(letter.is_ascii_digit().then_some(letter));
                while let Some(digit) = letters.next_if(|next| next.is_ascii_digit() || ("KMGiB".contains(*next) && "MB".contains(letter))) {
                    digits.push(digit);
                }
            }
            match letter {
                '0'..='9' => self.common.settings.level = Some(digits.parse().unwrap_or_else(|_| bad_usage())),
                'T' | 'M' | 'B' => {}
                'z' => self.common.mode = Mode::Compress,
                'd' => self.common.mode = Mode::Decompress,
                't' => self.common.mode = Mode::Test,
                'l' => self.list = true,
                'f' => self.common.force = true,
                'k' => self.common.keep = true,
                'c' => self.common.to_stdout = true,
                'v' => self.level += 1,
                'q' => self.level -= 1,
                'r' => self.recursive = true,
                'C' => self.common.settings.check = None,
                'n' => {}
                'o' => {
                    let attached: String = letters.by_ref().collect();
                    self.output = Some(if attached.is_empty() { rest.next().unwrap_or_else(|| bad_usage()) } else { attached.into_bytes() });
                }
                'h' => cli::print_and_exit(HELP),
                'H' => cli::print_and_exit(&format!("{HELP}{MORE}")),
                'V' => self.version(),
                _ => bad_usage(),
            }
        }
    }

    fn note(&self, level: i32, text: &str) {
        if self.level >= level {
            eprintln!("{text}");
        }
    }

    fn fail(&mut self, text: &str) {
        self.note(1, text);
        self.status = 1;
    }
}

fn shown(name: &[u8]) -> String {
    cli::show(if name == STANDARD { b"/*stdin*\\" } else { name })
}

/// `44.31%   (  3.80 KiB =>   1.68 KiB, NAME) `
fn proportion(read: u64, written: u64, target: Option<&str>) -> String {
    let ((a, a_decimals, a_unit), (b, b_decimals, b_unit)) = (list::human(read), list::human(written));
    let sizes = format!("({a:>6.a_decimals$}{a_unit} => {b:>6.b_decimals$}{b_unit}");
    let percent = if read == 0 { String::new() } else { format!("{:5.2}%", 100.0 * written as f64 / read as f64) };
    match target {
        Some(target) if read == 0 => format!(" {sizes}, {target}) "),
        Some(target) => format!("{percent:>7}   {sizes}, {target}) "),
        None => format!("{percent} {sizes})"),
    }
}

const SUFFIXES: [(&str, &str); 8] = [(".zst", ""), (".tzst", ".tar"), (".gz", ""), (".tgz", ".tar"), (".lzma", ""), (".xz", ""), (".txz", ".tar"), (".tlz", ".tar")];

impl Dialect for Zstd {
    fn common(&self) -> &Common {
        &self.common
    }

    fn kind(&self, start: &[u8]) -> Option<Kind> {
        if self.common.mode == Mode::Compress {
            return Some(self.kind);
        }
        Some(Kind::of_start(start)).filter(|kind| !matches!(kind, Kind::Plain | Kind::Bzip2))
    }

    fn target(&mut self, name: &[u8]) -> Result<Vec<u8>, ()> {
        if let Some(output) = &self.output {
            return Ok(output.clone());
        }
        let base = match &self.folder {
            Some(folder) => [folder, &b"/"[..], name.rsplit(|byte| *byte == b'/').next().unwrap_or(name)].concat(),
            None => name.to_vec(),
        };
        if self.common.mode == Mode::Compress {
            let suffix: &[u8] = match self.kind {
                Kind::Gzip => b".gz",
                Kind::Xz => b".xz",
                Kind::Lzma => b".lzma",
                _ => b".zst",
            };
            return Ok([&base[..], suffix].concat());
        }
        let stem = SUFFIXES.iter().find_map(|(suffix, plain)| Some([base.strip_suffix(suffix.as_bytes())?, plain.as_bytes()].concat()));
        stem.filter(|stem| !stem.is_empty()).ok_or_else(|| {
            self.fail(&format!(
                "zstd: {}: unknown suffix (.zst/.tzst/.gz/.tgz/.lzma/.xz/.txz/.lz4/.tlz4 expected). Can't derive the output file name. Specify it with -o dstFileName. Ignoring.",
                cli::show(name)
            ));
        })
    }

    fn refused(&mut self, name: &[u8], why: Refused) {
        let shown = cli::show(name);
        match why {
            Refused::Unreadable(error) if error.kind() == io::ErrorKind::NotFound => self.fail(&format!("zstd: can't stat {shown} : {} -- ignored ", cli::reason(error))),
            Refused::Unreadable(error) => self.fail(&format!("zstd: {shown}: {}", cli::reason(error))),
            Refused::Folder => self.fail(&format!("zstd: {shown} is a directory -- ignored ")),
            Refused::Link => self.note(2, &format!("Warning : {shown} is a symbolic link, ignoring ")),
            Refused::Special => self.fail(&format!("zstd: {shown} is not a regular file -- ignored ")),
            Refused::Links(_) => {}
        }
    }

    fn exists(&mut self, target: &[u8]) -> bool {
        if self.common.force {
            return true;
        }
        let shown = cli::show(target);
        self.status = 1;
        if self.level <= 1 {
            self.note(1, &format!("zstd: {shown} already exists; not overwritten  "));
            return false;
        }
        eprint!("zstd: {shown} already exists; overwrite (y/n) ? ");
        let mut answer = String::new();
        if io::stdin().read_line(&mut answer).is_ok() && answer.starts_with(['y', 'Y']) {
            self.status = 0;
            return true;
        }
        eprintln!("Not overwritten  \n ");
        false
    }

    fn unwritable(&mut self, target: &[u8], error: &io::Error) {
        self.fail(&format!("zstd: {}: {}", cli::show(target), cli::reason(error)));
    }

    fn terminal(&mut self) {
        self.fail("stdout is a console, aborting ");
    }

    fn failed(&mut self, name: &[u8], _target: &[u8], error: &io::Error) {
        super::end_if_broken(error);
        let shown = shown(name);
        let text = match Fault::of(error) {
            Some(Fault::Empty) => format!("zstd: {shown}: unexpected end of file "),
            Some(Fault::Short) => format!("{shown} : Read error (39) : premature end "),
            Some(Fault::Format | Fault::Trailing) => format!("zstd: {shown}: unsupported format "),
            Some(Fault::Checksum) => format!("{shown} : Decoding error (36) : Restored data doesn't match checksum "),
            Some(Fault::Corrupt) => format!("{shown} : Decoding error (36) : Data corruption detected "),
            None => format!("zstd: error: {shown}: {}", cli::reason(error)),
        };
        self.fail(&text);
    }

    fn done(&mut self, name: &[u8], target: &[u8], sizes: Sizes) {
        let (count, read, written) = self.total;
        self.total = (count + 1, read + sizes.read, written + sizes.written);
        if self.several || self.level < 2 {
            return;
        }
        let out = if target == STANDARD { "/*stdout*\\".to_string() } else { cli::show(target) };
        match self.common.mode {
            Mode::Compress => eprintln!("{:<20} :{}", shown(name), proportion(sizes.read, sizes.written, Some(&out))),
            _ => eprintln!("{:<20}: {} bytes ", shown(name), sizes.written),
        }
    }
}
