//! tar's command line.

use std::io::Read;

use cli::{Item, Order};

use super::transform::Transform;
use crate::codec::Kind;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Create,
    List,
    Extract,
    Append,
    Update,
    Concatenate,
    Compare,
    Delete,
}

/// What the command line asks for.
#[derive(Default)]
pub struct Options {
    pub mode: Option<Mode>,
    pub archive: Option<Vec<u8>>,
    /// None: by the name or the first bytes.
    pub codec: Option<Kind>,
    pub by_name: bool,
    pub verbose: u32,
    pub names: Vec<Name>,
    pub exclude: Vec<Vec<u8>>,
    pub exclude_vcs: bool,
    /// Files with more patterns, which hold for the folder that they lie in.
    pub ignore_files: Vec<Vec<u8>>,
    /// Files whose folders are left out, with how much of these is.
    pub tags: Vec<Tag>,
    pub anchored: bool,
    pub strip: usize,
    pub transforms: Vec<Transform>,
    pub show_transformed: bool,
    pub folder: Option<Vec<u8>>,
    pub one_top_level: Option<Option<Vec<u8>>>,
    pub keep_old: bool,
    pub skip_old: bool,
    pub keep_newer: bool,
    pub unlink_first: bool,
    pub overwrite: bool,
    pub to_stdout: bool,
    pub touch: bool,
    pub permissions: bool,
    pub follow: bool,
    pub absolute: bool,
    pub no_recursion: bool,
    pub numeric: bool,
    pub sorted: bool,
    pub remove_files: bool,
    pub wildcards: Option<bool>,
    pub mtime: Option<i64>,
    pub clamp_mtime: bool,
    /// Only files from then on; true: what `stat` calls the change counts, too.
    pub newer: Option<(i64, bool)>,
    pub hard_dereference: bool,
    pub record: Option<u64>,
    pub block_numbers: bool,
    pub literal: Quoting,
    pub occurrence: Option<usize>,
    pub starting_file: Option<Vec<u8>>,
    pub backup: Option<Vec<u8>>,
    pub suffix: Option<Vec<u8>>,
    pub owner: Option<(Vec<u8>, Option<u64>)>,
    pub group: Option<(Vec<u8>, Option<u64>)>,
    pub file_mode: Option<Vec<u8>>,
    pub full_time: bool,
    pub totals: bool,
    pub ignore_zeros: bool,
    pub ignore_failed: bool,
}

/// An operand, the folder that `-C` named before it, and how many patterns `--exclude` had given by then.
#[derive(Clone)]
pub struct Name {
    pub folder: Option<Vec<u8>>,
    pub name: Vec<u8>,
    pub excludes: usize,
}

/// A file that says of its folder to leave it out.
#[derive(Clone)]
pub struct Tag {
    pub file: Vec<u8>,
    pub keeps: Keeps,
    /// It must begin as a cache's does.
    pub cache: bool,
}

/// What is kept of a folder with a tag.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Keeps {
    Tag,
    Folder,
    Nothing,
}

/// How names are shown.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum Quoting {
    #[default]
    Escape,
    Literal,
    C,
}

const SPECS: [&str; 79] = [
    "c|create", "t|list", "x|extract|get", "r|append", "u|update", "A|catenate|concatenate", "d|diff|compare", "delete", "f|file=", "v|verbose",
    "z|gzip|gunzip|ungzip", "j|bzip2", "J|xz", "lzma", "zstd", "a|auto-compress", "no-auto-compress", "C|directory=", "p|preserve-permissions|same-permissions",
    "P|absolute-names", "k|keep-old-files", "skip-old-files", "keep-newer-files", "O|to-stdout", "m|touch", "h|dereference", "T|files-from=",
    "X|exclude-from=", "exclude=", "exclude-vcs", "exclude-backups", "exclude-caches", "strip-components=", "transform|xform=", "show-transformed-names|show-stored-names",
    "null", "no-null", "no-recursion", "recursion", "overwrite", "overwrite-dir", "no-overwrite-dir", "U|unlink-first", "remove-files", "recursive-unlink",
    "owner=", "group=", "mode=", "mtime=", "numeric-owner", "sort=", "H|format=", "old-archive|portability", "posix", "same-owner", "no-same-owner",
    "no-same-permissions", "wildcards", "no-wildcards", "wildcards-match-slash", "no-wildcards-match-slash", "anchored", "no-anchored", "ignore-case",
    "one-top-level?", "full-time", "totals", "S|sparse", "w|interactive|confirmation", "b|blocking-factor=", "B|read-full-records", "i|ignore-zeros",
    "n|seek", "o", "W|verify", "warning=", "checkpoint?", "ignore-failed-read", "help|usage",
];

const MORE: [&str; 61] = [
    "version", "force-local", "hard-dereference", "delay-directory-restore", "no-delay-directory-restore", "I|use-compress-program=", "exclude-vcs-ignores",
    "exclude-ignore=", "exclude-ignore-recursive=", "exclude-tag=", "exclude-tag-under=", "exclude-tag-all=", "exclude-caches-under", "exclude-caches-all",
    "N|newer|after-date=", "newer-mtime=", "clamp-mtime", "utc", "R|block-number", "pax-option=", "quoting-style=", "quote-chars=", "no-quote-chars=", "occurrence?",
    "K|starting-file=", "backup?", "suffix=", "checkpoint-action=", "verbatim-files-from", "no-verbatim-files-from", "ignore-command-error",
    "no-ignore-command-error", "show-defaults", "one-file-system", "acls", "no-acls", "selinux", "no-selinux", "xattrs", "no-xattrs", "xattrs-include=",
    "xattrs-exclude=", "check-device", "no-check-device", "sparse-version=", "hole-detection=", "unquote", "no-unquote", "add-file=", "no-seek", "no-ignore-case",
    "show-omitted-dirs", "no-overwrite", "record-size=", "G|incremental", "l|check-links", "s|preserve-order|same-order", "rsh-command=", "rmt-command=", "Z|compress|uncompress", "level=",
];

pub const HELP: &str = "Usage: tar [OPTION...] [FILE]...
'tar' saves many files together into a single tape or disk archive, and can
restore individual files from the archive.

Examples:
  tar -cf archive.tar foo bar  # Create archive.tar from files foo and bar.
  tar -tvf archive.tar         # List all files in archive.tar verbosely.
  tar -xf archive.tar          # Extract all files from archive.tar.

Main operation mode:
  -c, --create  -x, --extract  -t, --list  -r, --append  -u, --update  -d, --diff  -A, --concatenate  --delete

Archive and compression:
  -f, --file=ARCHIVE  -z, --gzip  -j, --bzip2  -J, --xz  --lzma  --zstd  -a, --auto-compress

Which files:
  -C, --directory=DIR  -T, --files-from=FILE  --null  -X, --exclude-from=FILE  --exclude=PATTERN  --exclude-vcs
  --no-recursion  -h, --dereference  --wildcards  --anchored  --strip-components=N  --transform=EXPRESSION

Writing files:
  -k, --keep-old-files  --skip-old-files  --keep-newer-files  -U, --unlink-first  -O, --to-stdout  -m, --touch
  -p, --preserve-permissions  --one-top-level[=DIR]  --overwrite

Making archives:
  --owner=NAME  --group=NAME  --mode=CHANGES  --mtime=DATE  --sort=name  --remove-files  -P, --absolute-names

Other:
  -v, --verbose  --numeric-owner  --full-time  --totals  --show-transformed-names  --help  --version
";

pub fn usage(message: &str) -> ! {
    eprintln!("tar: {message}\nTry 'tar --help' or 'tar --usage' for more information.");
    std::process::exit(2)
}

/// Status of a command line that cannot be read.
const WRONG_OPTION: i32 = 64;

fn bad_option(message: &str) -> ! {
    eprintln!("tar: {message}\nTry 'tar --help' or 'tar --usage' for more information.");
    std::process::exit(WRONG_OPTION)
}

pub fn fatal(message: &str) -> ! {
    eprintln!("tar: {message}\ntar: Error is not recoverable: exiting now");
    std::process::exit(2)
}

/// `tar xvf a.tar` as `tar -x -v -f a.tar`.
fn modern(args: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let old = args.first().is_some_and(|first| !first.is_empty() && first[0] != b'-');
    if !old {
        return args;
    }
    let mut rest = args.into_iter();
    let letters = rest.next().unwrap_or_default();
    let mut out = Vec::new();
    for letter in letters {
        out.push(vec![b'-', letter]);
        if b"fCTXbHIKNLFgVK".contains(&letter) {
            match rest.next() {
                Some(value) => out.push(value),
                None => usage(&format!("Old option '{}' requires an argument.", letter as char)),
            }
        }
    }
    out.extend(rest);
    out
}

struct State {
    options: Options,
    /// The folder that operands lie in from here on.
    folder: Option<Vec<u8>>,
    null: bool,
    lists: Vec<(Option<Vec<u8>>, Vec<u8>, bool, usize)>,
}

pub fn read() -> Options {
    let specs = [&SPECS[..], &MORE[..]].concat();
    let mut args = modern(cli::args());
    if let Some(given) = std::env::var_os("TAR_OPTIONS") {
        let given = given.into_encoded_bytes();
        args.splice(0..0, given.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).map(<[u8]>::to_vec));
    }
    let items = cli::parse(args, &specs, Order::Permute).unwrap_or_else(|message| bad_option(&message));
    let mut state = State { options: Options::default(), folder: None, null: false, lists: Vec::new() };
    let mut items = items.into_iter();
    for item in items.by_ref() {
        match item {
            Item::Operand(name) => state.name(name),
            Item::Option(name, value) => state.set(name, value),
        }
    }
    let lists = std::mem::take(&mut state.lists);
    for (folder, file, null, excludes) in lists {
        state.list(folder, &file, null, excludes);
    }
    // For reading, the last -C counts.
    if !matches!(state.options.mode, Some(Mode::Create | Mode::Append | Mode::Update)) {
        state.options.folder = state.folder;
    }
    state.options
}

fn lines(file: &[u8], null: bool) -> Vec<Vec<u8>> {
    let mut text = Vec::new();
    let read = if file == b"-" { std::io::stdin().read_to_end(&mut text) } else { std::fs::File::open(cli::path(file)).and_then(|mut file| file.read_to_end(&mut text)) };
    if let Err(error) = read {
        fatal(&format!("{}: Cannot open: {}", cli::show(file), cli::reason(&error)));
    }
    text.split(|byte| *byte == if null { 0 } else { b'\n' }).filter(|line| !line.is_empty()).map(<[u8]>::to_vec).collect()
}

impl State {
    fn name(&mut self, name: Vec<u8>) {
        let (folder, excludes) = (self.folder.clone(), self.options.exclude.len());
        self.options.names.push(Name { folder, name, excludes });
    }

    fn list(&mut self, folder: Option<Vec<u8>>, file: &[u8], null: bool, excludes: usize) {
        let mut folder = folder;
        let mut lines = lines(file, null).into_iter();
        while let Some(line) = lines.next() {
            if !null && line == b"-C" {
                folder = lines.next();
                continue;
            }
            self.options.names.push(Name { folder: folder.clone(), name: line, excludes });
        }
    }

    fn mode(&mut self, mode: Mode) {
        if self.options.mode.is_some_and(|own| own != mode) {
            usage("You may not specify more than one '-Acdtrux', '--delete' or  '--test-label' option");
        }
        self.options.mode = Some(mode);
    }

    fn set(&mut self, name: &str, value: Option<Vec<u8>>) {
        let given = value.is_some();
        let value = value.unwrap_or_default();
        let options = &mut self.options;
        match name {
            "c" => self.mode(Mode::Create),
            "t" => self.mode(Mode::List),
            "x" => self.mode(Mode::Extract),
            "r" => self.mode(Mode::Append),
            "u" => self.mode(Mode::Update),
            "A" => self.mode(Mode::Concatenate),
            "d" => self.mode(Mode::Compare),
            "delete" => self.mode(Mode::Delete),
            "f" => {
                if options.archive.replace(value).is_some() {
                    usage("Multiple archive files require '-M' option");
                }
            }
            "v" => options.verbose += 1,
            "z" => options.codec = Some(Kind::Gzip),
            "j" => options.codec = Some(Kind::Bzip2),
            "J" => options.codec = Some(Kind::Xz),
            "lzma" => options.codec = Some(Kind::Lzma),
            "zstd" => options.codec = Some(Kind::Zstd),
            "I" => {
                let program = cli::show(&value);
                options.codec = Some(match program.split(' ').next().and_then(|name| name.rsplit('/').next()).unwrap_or_default() {
                    "gzip" | "pigz" => Kind::Gzip,
                    "bzip2" | "pbzip2" | "lbzip2" => Kind::Bzip2,
                    "xz" | "pixz" => Kind::Xz,
                    "zstd" | "zstdmt" => Kind::Zstd,
                    _ => fatal(&format!("{program}: Cannot exec: no such compression is built in")),
                });
            }
            "a" => options.by_name = true,
            "no-auto-compress" => options.by_name = false,
            "C" => self.folder = Some(match self.folder.take() {
                Some(before) if !value.starts_with(b"/") => [&before[..], b"/", &value[..]].concat(),
                _ => value,
            }),
            "p" => options.permissions = true,
            "P" => options.absolute = true,
            "k" => options.keep_old = true,
            "skip-old-files" => options.skip_old = true,
            "keep-newer-files" => options.keep_newer = true,
            "O" => options.to_stdout = true,
            "m" => options.touch = true,
            "h" => options.follow = true,
            "T" => {
                let (folder, null) = (self.folder.clone(), self.null);
                let excludes = self.options.exclude.len();
                self.lists.push((folder, value, null, excludes));
            }
            "X" => match std::fs::metadata(cli::path(&value)) {
                Err(error) if value != b"-" => fatal(&format!("{}: {}", cli::show(&value), cli::reason(&error))),
                _ => options.exclude.extend(lines(&value, false)),
            },
            "exclude" => options.exclude.push(value),
            "exclude-vcs" => options.exclude_vcs = true,
            "exclude-vcs-ignores" => options.ignore_files.extend([&b".gitignore"[..], b".cvsignore", b".bzrignore", b".hgignore"].map(<[u8]>::to_vec)),
            "exclude-ignore" | "exclude-ignore-recursive" => options.ignore_files.push(value),
            "exclude-backups" => options.exclude.extend([&b".#*"[..], b"*~", b"#*#"].map(<[u8]>::to_vec)),
            "exclude-tag" => options.tags.push(Tag { file: value, keeps: Keeps::Tag, cache: false }),
            "exclude-tag-under" => options.tags.push(Tag { file: value, keeps: Keeps::Folder, cache: false }),
            "exclude-tag-all" => options.tags.push(Tag { file: value, keeps: Keeps::Nothing, cache: false }),
            "exclude-caches" => options.tags.push(cache(Keeps::Tag)),
            "exclude-caches-under" => options.tags.push(cache(Keeps::Folder)),
            "exclude-caches-all" => options.tags.push(cache(Keeps::Nothing)),
            "strip-components" => options.strip = cli::show(&value).parse().unwrap_or_else(|_| usage(&format!("{}: Invalid number of elements", cli::show(&value)))),
            "transform" => options.transforms.extend(Transform::read(&value).unwrap_or_else(|message| fatal(&message))),
            "show-transformed-names" => options.show_transformed = true,
            "null" => {
                self.null = true;
                self.lists.iter_mut().for_each(|list| list.2 = true);
            }
            "no-null" => self.null = false,
            "U" => options.unlink_first = true,
            "one-top-level" => options.one_top_level = Some(given.then_some(value)),
            _ => self.set_more(name, value),
        }
    }

    fn set_more(&mut self, name: &str, value: Vec<u8>) {
        let options = &mut self.options;
        match name {
            "no-recursion" => options.no_recursion = true,
            "recursion" => options.no_recursion = false,
            "overwrite" => options.overwrite = true,
            "remove-files" => options.remove_files = true,
            "owner" => options.owner = Some(owner(&value)),
            "group" => options.group = Some(owner(&value)),
            "mode" => options.file_mode = Some(value),
            "mtime" => options.mtime = Some(super::date(&value).unwrap_or_else(|| fatal(&format!("Invalid date format {}", cli::show(&value))))),
            "clamp-mtime" => options.clamp_mtime = true,
            "N" | "newer-mtime" => match super::date(&value) {
                Some(time) => options.newer = Some((time, name == "N")),
                None => fatal(&format!("Invalid date format {}", cli::show(&value))),
            },
            "numeric-owner" => options.numeric = true,
            "sort" => match &value[..] {
                b"name" => options.sorted = true,
                b"none" | b"inode" => options.sorted = false,
                other => usage(&format!("invalid argument '{}' for '--sort'", cli::show(other))),
            },
            "wildcards" => options.wildcards = Some(true),
            "no-wildcards" => options.wildcards = Some(false),
            "anchored" => options.anchored = true,
            "no-anchored" => options.anchored = false,
            "full-time" => options.full_time = true,
            "totals" => options.totals = true,
            "i" => options.ignore_zeros = true,
            "ignore-failed-read" => options.ignore_failed = true,
            "hard-dereference" => options.hard_dereference = true,
            "b" | "record-size" => match cli::show(&value).parse::<u64>() {
                Ok(count @ 1..=1_000_000) => options.record = Some(if name == "b" { count * 512 } else { count.div_ceil(512) * 512 }),
                _ => usage(if name == "b" { "Invalid blocking factor" } else { "Invalid record size" }),
            },
            "R" => options.block_numbers = true,
            "occurrence" => options.occurrence = Some(cli::show(&value).parse().unwrap_or(1)),
            "K" => options.starting_file = Some(value),
            "backup" => options.backup = Some(value),
            "suffix" => {
                options.backup.get_or_insert_default();
                options.suffix = Some(value);
            }
            "add-file" => self.name(value),
            "Z" => fatal("compress: Cannot exec: No such file or directory"),
            // Read before the first time is shown.
            "utc" => std::env::set_var("TZ", "UTC0"),
            "H" if !matches!(&value[..], b"v7" | b"oldgnu" | b"gnu" | b"ustar" | b"posix" | b"pax") => usage(&format!("{}: Invalid archive format", cli::show(&value))),
            "quoting-style" => {
                options.literal = match &value[..] {
                    b"literal" | b"shell" => Quoting::Literal,
                    b"c" | b"c-maybe" => Quoting::C,
                    _ => Quoting::Escape,
                }
            }
            "show-defaults" => cli::print_and_exit("--format=gnu -f- -b20 --quoting-style=escape --rmt-command=/usr/sbin/rmt --rsh-command=/usr/bin/rsh\n"),
            "help" => cli::print_and_exit(HELP),
            "version" => cli::print_and_exit("tar (Shadowbox; compatible with GNU tar) 1.34\n"),
            // The rest changes nothing here: formats that are all written as GNU's, owners that are always one.
            _ => {}
        }
    }
}

fn cache(keeps: Keeps) -> Tag {
    Tag { file: b"CACHEDIR.TAG".to_vec(), keeps, cache: true }
}

/// `NAME`, `NAME:ID` or an id.
fn owner(value: &[u8]) -> (Vec<u8>, Option<u64>) {
    let text = cli::show(value);
    match text.split_once(':') {
        Some((name, id)) => (name.into(), id.parse().ok()),
        None => match text.parse() {
            Ok(id) => (Vec::new(), Some(id)),
            Err(_) => (value.to_vec(), None),
        },
    }
}
