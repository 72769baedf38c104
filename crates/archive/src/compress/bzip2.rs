//! bzip2, bunzip2 and bzcat.

use std::io;

use super::{Common, Dialect, Mode, Refused, Sizes, STANDARD};
use crate::codec::{Fault, Kind};

const VERSION: &str = "bzip2, a block-sorting file compressor.  Version 1.0.8 (Shadowbox; compatible with bzip2).\n";

const HELP: &str = "
   usage: bzip2 [flags and input files in any order]

   -h --help           print this message
   -d --decompress     force decompression
   -z --compress       force compression
   -k --keep           keep (don't delete) input files
   -f --force          overwrite existing output files
   -t --test           test compressed file integrity
   -c --stdout         output to standard out
   -q --quiet          suppress noncritical error messages
   -v --verbose        be verbose (a 2nd -v gives more)
   -L --license        display software version & license
   -V --version        display software version & license
   -s --small          use less memory (at most 2500k)
   -1 .. -9            set block size to 100k .. 900k
   --fast              alias for -1
   --best              alias for -9

   If invoked as `bzip2', default action is to compress.
              as `bunzip2',  default action is to decompress.
              as `bzcat', default action is to decompress to stdout.

   If no file names are given, bzip2 compresses or decompresses
   from standard input to standard output.  You can combine
   short flags, so `-v -4' means the same as -v4 or -4v, &c.

";

struct Bzip2 {
    common: Common,
    program: String,
    verbose: u32,
    quiet: bool,
    /// The longest name, for the column of verbose lines.
    width: usize,
    status: i32,
}

pub fn main() -> i32 {
    let program = cli::called_as("bzip2");
    let mut task = Bzip2 { common: Common::default(), program, verbose: 0, quiet: false, width: 7, status: 0 };
    if task.program.contains("unzip") || task.program.contains("UNZIP") {
        task.common.mode = Mode::Decompress;
    } else if task.program.contains("z2cat") || task.program.contains("zcat") {
        task.common.mode = Mode::Decompress;
        task.common.to_stdout = true;
    }
    let mut files = Vec::new();
    let mut options = true;
    for argument in cli::args() {
        match &argument[..] {
            b"--" if options => options = false,
            flags if options && flags.starts_with(b"-") && flags.len() > 1 => task.flag(flags),
            _ => files.push(argument),
        }
    }
    task.width = files.iter().map(Vec::len).max().unwrap_or(0).max(7);
    if files.is_empty() {
        files.push(STANDARD.to_vec());
    }
    super::run(&mut task, &files);
    task.status
}

impl Bzip2 {
    fn flag(&mut self, flag: &[u8]) {
        let words: [(&[u8], u8); 13] = [
            (b"--stdout", b'c'), (b"--decompress", b'd'), (b"--compress", b'z'), (b"--force", b'f'), (b"--test", b't'), (b"--keep", b'k'),
            (b"--small", b's'), (b"--quiet", b'q'), (b"--version", b'V'), (b"--license", b'L'), (b"--fast", b'1'), (b"--best", b'9'), (b"--verbose", b'v'),
        ];
        if flag.starts_with(b"--") {
            return match words.iter().find(|(word, _)| *word == flag) {
                Some((_, letter)) => self.letter(*letter, flag),
                None if flag == b"--help" => self.letter(b'h', flag),
                None if matches!(flag, b"--repetitive-fast" | b"--repetitive-best" | b"--exponential") => {}
                None => self.letter(0, flag),
            };
        }
        flag[1..].iter().for_each(|letter| self.letter(*letter, flag));
    }

    fn letter(&mut self, letter: u8, flag: &[u8]) {
        match letter {
            b'c' => self.common.to_stdout = true,
            b'd' => self.common.mode = Mode::Decompress,
            b'z' => self.common.mode = Mode::Compress,
            b't' => self.common.mode = Mode::Test,
            b'f' => self.common.force = true,
            b'k' => self.common.keep = true,
            b's' => {}
            b'q' => self.quiet = true,
            b'v' => self.verbose += 1,
            b'1'..=b'9' => self.common.settings.level = Some(i32::from(letter - b'0')),
            b'V' | b'L' => cli::print_and_exit(&format!("{VERSION}Apache-2.0\n")),
            b'h' => {
                eprint!("{VERSION}{HELP}");
                std::process::exit(0)
            }
            _ => {
                eprint!("{}: Bad flag `{}'\n{VERSION}{HELP}", self.program, cli::show(flag));
                std::process::exit(1)
            }
        }
    }

    fn say(&mut self, status: i32, message: &str) {
        eprintln!("{}: {message}", self.program);
        self.status = self.status.max(status);
    }

    fn line(&self, name: &[u8], text: &str) {
        let shown = shown(name);
        eprintln!("  {shown}:{} {text}", " ".repeat(self.width.saturating_sub(shown.len())));
    }
}

fn shown(name: &[u8]) -> String {
    cli::show(if name == STANDARD { b"(stdin)" } else { name })
}

const RECOVER: &str = "
You can use the `bzip2recover' program to attempt to recover
data from undamaged sections of corrupted files.
";

const CORRUPT: &str = "
It is possible that the compressed file(s) have become corrupted.
You can use the -tvv option to test integrity of such files.
";

impl Dialect for Bzip2 {
    fn common(&self) -> &Common {
        &self.common
    }

    fn kind(&self, start: &[u8]) -> Option<Kind> {
        (self.common.mode == Mode::Compress || Kind::of_start(start) == Kind::Bzip2).then_some(Kind::Bzip2)
    }

    fn target(&mut self, name: &[u8]) -> Result<Vec<u8>, ()> {
        if self.common.mode == Mode::Compress {
            for suffix in [".bz2", ".bz", ".tbz2", ".tbz"] {
                if name.ends_with(suffix.as_bytes()) {
                    self.say(1, &format!("Input file {} already has {suffix} suffix.", cli::show(name)));
                    return Err(());
                }
            }
            return Ok([name, b".bz2"].concat());
        }
        for (suffix, plain) in [(".bz2", ""), (".bz", ""), (".tbz2", ".tar"), (".tbz", ".tar")] {
            if let Some(stem) = name.strip_suffix(suffix.as_bytes()) {
                return Ok([stem, plain.as_bytes()].concat());
            }
        }
        if !self.quiet {
            let name = cli::show(name);
            eprintln!("{}: Can't guess original name for {name} -- using {name}.out", self.program);
        }
        Ok([name, b".out"].concat())
    }

    fn refused(&mut self, name: &[u8], why: Refused) {
        let shown = cli::show(name);
        let verb = if self.common.mode == Mode::Test { "open input" } else { "open input file" };
        match why {
            Refused::Unreadable(error) => self.say(1, &format!("Can't {verb} {shown}: {}.", cli::reason(error))),
            Refused::Folder => self.say(1, &format!("Input file {shown} is a directory.")),
            Refused::Link | Refused::Special if self.quiet => self.status = self.status.max(1),
            Refused::Link | Refused::Special => self.say(1, &format!("Input file {shown} is not a normal file.")),
            Refused::Links(others) => self.say(1, &format!("Input file {shown} has {others} other link{}.", if others > 1 { "s" } else { "" })),
        }
    }

    fn exists(&mut self, target: &[u8]) -> bool {
        if !self.common.force {
            self.say(1, &format!("Output file {} already exists.", cli::show(target)));
        }
        self.common.force
    }

    fn unwritable(&mut self, target: &[u8], error: &io::Error) {
        self.say(1, &format!("Can't create output file {}: {}.", cli::show(target), cli::reason(error)));
    }

    fn terminal(&mut self) {
        self.say(1, "I won't write compressed data to a terminal.");
        self.say(1, &format!("For help, type: `{} --help'.", self.program));
    }

    fn failed(&mut self, name: &[u8], target: &[u8], error: &io::Error) {
        super::end_if_broken(error);
        let program = self.program.clone();
        let shown = shown(name);
        self.status = self.status.max(2);
        let Some(fault) = Fault::of(error) else {
            self.status = self.status.max(1);
            return eprintln!("\n{program}: I/O or other error, bailing out.  Possible reason follows.\n{program}: {}", cli::reason(error));
        };
        if self.common.mode == Mode::Test {
            let text = match fault {
                Fault::Format => "bad magic number (file not created by bzip2)",
                Fault::Empty | Fault::Short => "file ends unexpectedly",
                _ => "data integrity (CRC) error in data",
            };
            if self.verbose > 0 {
                self.line(name, text);
            } else {
                eprintln!("{program}: {shown}: {text}");
            }
            return eprint!("{RECOVER}\n");
        }
        if fault == Fault::Format {
            return eprintln!("{program}: {shown} is not a bzip2 file.");
        }
        if fault == Fault::Corrupt {
            eprintln!("\n{program}: Data integrity error when decompressing.");
        } else {
            eprintln!("\n{program}: Compressed file ends unexpectedly;\n\tperhaps it is corrupted?  *Possible* reason follows.");
            eprintln!("{program}: Inappropriate ioctl for device");
        }
        let out = if target == STANDARD { "(stdout)".to_string() } else { cli::show(target) };
        eprint!("\tInput file = {shown}, output file = {out}\n{CORRUPT}{RECOVER}\n");
        if target != STANDARD {
            eprintln!("{program}: Deleting output file {out}, if it exists.");
        }
        // The rest of the files is not looked at.
        std::process::exit(self.status)
    }

    fn done(&mut self, name: &[u8], _target: &[u8], sizes: Sizes) {
        if sizes.garbage && !self.quiet {
            eprintln!("\n{}: {}: trailing garbage after EOF ignored", self.program, shown(name));
        }
        if self.verbose == 0 {
            return;
        }
        match self.common.mode {
            Mode::Test => self.line(name, "ok"),
            Mode::Decompress => self.line(name, "done"),
            Mode::Compress if sizes.read == 0 => self.line(name, "no data compressed."),
            Mode::Compress => {
                let (read, written) = (sizes.read as f64, sizes.written as f64);
                let text = format!(
                    "{:6.3}:1, {:6.3} bits/byte, {:5.2}% saved, {} in, {} out.",
                    read / written, written * 8.0 / read, 100.0 * (1.0 - written / read), sizes.read, sizes.written
                );
                self.line(name, &text);
            }
        }
    }
}
