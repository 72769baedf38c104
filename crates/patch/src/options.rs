//! patch's command line.

use cli::{Item, Order};

const HELP: &str = "Usage: patch [OPTION]... [ORIGFILE [PATCHFILE]]

Input options:
  -p NUM  --strip=NUM  Strip NUM leading components from file names.
  -F LINES  --fuzz LINES  Set the fuzz factor to LINES for inexact matching.
  -l  --ignore-whitespace  Ignore white space changes between patch and input.
  -c, -n, -u  Interpret the patch as a context, normal, unified difference.
  -N  --forward  Ignore patches that appear to be reversed or already applied.
  -R  --reverse  Assume patches were created with old and new files swapped.
  -i PATCHFILE  --input=PATCHFILE  Read patch from PATCHFILE instead of stdin.

Output options:
  -o FILE  --output=FILE  Output patched files to FILE.
  -r FILE  --reject-file=FILE  Output rejects to FILE.
  -E  --remove-empty-files  Remove output files that are empty after patching.
  -b  --backup  Back up the original contents of each file.
  --backup-if-mismatch, --no-backup-if-mismatch
  -z SUFFIX  --suffix=SUFFIX  Append SUFFIX to backup file names.

Other options:
  -t  --batch  Ask no questions; skip bad-Prereq patches; assume reversed.
  -f  --force  Like -t, but ignore bad-Prereq patches, and assume unreversed.
  -s  --quiet  --silent  Work silently unless an error occurs.
  --verbose  Output extra information about the work being done.
  --dry-run  Do not actually change any files; just print what would happen.
  -d DIR  --directory=DIR  Change the working directory to DIR first.
  -v  --version  Output version info.
  --help  Output this help.
";

const SPECS: [&str; 34] = [
    "p|strip=", "F|fuzz=", "l|ignore-whitespace", "c|context", "n|normal", "u|unified", "e|ed", "N|forward", "R|reverse", "i|input=", "o|output=",
    "r|reject-file=", "D|ifdef=", "E|remove-empty-files", "b|backup", "backup-if-mismatch", "no-backup-if-mismatch", "V|version-control=", "z|suffix=",
    "B|prefix=", "Y|basename-prefix=", "t|batch", "f|force", "s|quiet|silent", "verbose", "dry-run", "d|directory=", "v|version", "help", "binary",
    "posix", "reject-format=", "quoting-style=", "Z|set-utc",
];

/// What to do with a patch that seems to be applied already.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Nobody said.
    Ask,
    Skip,
    Turn,
    Apply,
}

#[derive(Default)]
pub struct Options {
    pub strip: Option<usize>,
    pub fuzz: usize,
    pub loose: bool,
    pub reverse: bool,
    pub input: Option<Vec<u8>>,
    pub output: Option<Vec<u8>>,
    pub rejects: Option<Vec<u8>>,
    pub file: Option<Vec<u8>>,
    pub folder: Option<Vec<u8>>,
    pub remove_empty: bool,
    pub backup: bool,
    pub backup_if_mismatch: bool,
    pub suffix: Vec<u8>,
    pub silent: bool,
    pub verbose: bool,
    pub dry_run: bool,
    forward: bool,
    batch: bool,
    force: bool,
}

impl Options {
    pub fn reverse_state(&self) -> Answer {
        match (self.forward, self.force, self.batch) {
            (true, ..) => Answer::Skip,
            (_, true, _) => Answer::Apply,
            (_, _, true) => Answer::Turn,
            _ => Answer::Ask,
        }
    }
}

fn usage(message: &str) -> ! {
    eprintln!("patch: {message}\npatch: Try 'patch --help' for more information.");
    std::process::exit(2)
}

pub fn read() -> Options {
    let items = cli::parse(cli::args(), &SPECS, Order::Permute).unwrap_or_else(|message| usage(&message));
    let mut options = Options { fuzz: 2, backup_if_mismatch: true, suffix: b".orig".to_vec(), ..Options::default() };
    let mut operands = Vec::new();
    for item in items {
        match item {
            Item::Operand(word) => operands.push(word),
            Item::Option(name, value) => set(&mut options, name, value.unwrap_or_default()),
        }
    }
    if operands.len() > 2 {
        usage(&format!("extra operand '{}'", cli::show(&operands[2])));
    }
    let mut operands = operands.into_iter();
    options.file = operands.next();
    if let Some(patch) = operands.next() {
        options.input = Some(patch);
    }
    options
}

fn set(options: &mut Options, name: &str, value: Vec<u8>) {
    let number = |what: &str| cli::show(&value).parse().unwrap_or_else(|_| crate::fatal(&format!("{what} {} is not a number", cli::show(&value))));
    match name {
        "p" => options.strip = Some(number("strip count")),
        "F" => options.fuzz = number("fuzz factor"),
        "l" => options.loose = true,
        "N" => options.forward = true,
        "R" => options.reverse = true,
        "i" => options.input = Some(value),
        "o" => options.output = Some(value),
        "r" => options.rejects = Some(value),
        "E" => options.remove_empty = true,
        "b" => options.backup = true,
        "backup-if-mismatch" => options.backup_if_mismatch = true,
        "no-backup-if-mismatch" => options.backup_if_mismatch = false,
        "z" => options.suffix = value,
        "t" => options.batch = true,
        "f" => options.force = true,
        "s" => options.silent = true,
        "verbose" => options.verbose = true,
        "dry-run" => options.dry_run = true,
        "d" => options.folder = Some(value),
        "v" => cli::print_and_exit("GNU patch (Shadowbox; compatible with GNU patch) 2.7.6\n"),
        "help" => cli::print_and_exit(HELP),
        "e" | "D" => crate::fatal("ed scripts and merged output are not supported"),
        _ => {}
    }
}
