//! The command line of rg.

use std::io::IsTerminal;
use std::path::PathBuf;

use cli::{Item, Order};

pub const HELP: &str = include_str!("help.txt");

const SPECS: &[&str] = &[
    "A|after-context=", "B|before-context=", "C|context=", "binary", "no-binary", "block-buffered", "no-block-buffered",
    "line-buffered", "no-line-buffered", "b|byte-offset", "no-byte-offset", "s|case-sensitive", "color=", "colors=", "column",
    "no-column", "context-separator=", "no-context-separator", "c|count", "count-matches", "crlf", "no-crlf", "debug",
    "dfa-size-limit=", "E|encoding=", "no-encoding", "engine=", "field-context-separator=", "field-match-separator=",
    "f|file=", "files", "l|files-with-matches", "files-without-match", "F|fixed-strings", "no-fixed-strings", "L|follow",
    "no-follow", "g|glob=", "glob-case-insensitive", "no-glob-case-insensitive", "h|help", "heading", "no-heading",
    ".|hidden", "no-hidden", "iglob=", "i|ignore-case", "ignore-file=", "ignore-file-case-insensitive", "include-zero",
    "v|invert-match", "no-invert-match", "json", "no-json", "n|line-number", "N|no-line-number", "x|line-regexp",
    "M|max-columns=", "max-columns-preview", "no-max-columns-preview", "m|max-count=", "d|max-depth|maxdepth=", "max-filesize=",
    "mmap", "no-mmap", "U|multiline", "no-multiline", "multiline-dotall", "no-multiline-dotall", "no-config", "I|no-filename",
    "no-ignore", "ignore", "no-ignore-dot", "ignore-dot", "no-ignore-exclude", "ignore-exclude", "no-ignore-files",
    "ignore-files", "no-ignore-global", "ignore-global", "no-ignore-messages", "ignore-messages", "no-ignore-parent",
    "ignore-parent", "no-ignore-vcs", "ignore-vcs", "no-messages", "messages", "no-require-git", "require-git", "no-unicode",
    "unicode", "0|null", "null-data", "one-file-system", "no-one-file-system", "o|only-matching", "passthru|passthrough",
    "path-separator=", "P|pcre2", "no-pcre2", "p|pretty", "q|quiet", "regex-size-limit=", "e|regexp=", "r|replace=",
    "S|smart-case", "sort=", "sortr=", "stats", "no-stats", "a|text", "no-text", "j|threads=", "trim", "no-trim", "t|type=",
    "type-add=", "type-clear=", "type-list", "T|type-not=", "u|unrestricted", "V|version", "vimgrep", "H|with-filename",
    "w|word-regexp",
];

#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    #[default]
    Lines,
    Count,
    CountMatches,
    PathsWith,
    PathsWithout,
    Json,
    Files,
    TypeList,
    Help,
    Version,
}

#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub enum Case {
    #[default]
    Sensitive,
    Ignore,
    Smart,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SortKey {
    Path,
    Modified,
    Accessed,
    Created,
}

/// A change of the table of file types, in the order given.
pub enum TypeChange {
    Add(String),
    Clear(String),
    Select(String),
    Negate(String),
}

#[derive(Default)]
pub struct Options {
    pub mode: Mode,
    pub patterns: Vec<String>,
    pub paths: Vec<PathBuf>,
    /// No path was given, so names are shown without `./`.
    pub implicit: bool,
    pub case: Case,
    pub fixed: bool,
    pub word: bool,
    pub whole_line: bool,
    pub invert: bool,
    pub perl: bool,
    pub multiline: bool,
    pub dot_all: bool,
    pub crlf: bool,
    pub no_unicode: bool,
    pub null_data: bool,
    pub text: bool,
    pub binary: bool,
    pub encoding: Option<String>,
    pub after: usize,
    pub before: usize,
    pub passthru: bool,
    pub max_count: Option<u64>,
    pub only_matching: bool,
    pub replace: Option<Vec<u8>>,
    pub line_number: bool,
    pub column: bool,
    pub byte_offset: bool,
    pub heading: bool,
    pub with_filename: bool,
    pub null: bool,
    pub color: bool,
    pub colors: Vec<String>,
    pub trim: bool,
    pub max_columns: Option<u64>,
    pub max_columns_preview: bool,
    pub vimgrep: bool,
    pub include_zero: bool,
    pub context_separator: Option<Vec<u8>>,
    pub field_match_separator: Vec<u8>,
    pub field_context_separator: Vec<u8>,
    pub path_separator: Option<u8>,
    pub quiet: bool,
    pub stats: bool,
    pub no_messages: bool,
    pub follow: bool,
    pub hidden: bool,
    pub no_ignore_dot: bool,
    pub no_ignore_exclude: bool,
    pub no_ignore_files: bool,
    pub no_ignore_global: bool,
    pub no_ignore_messages: bool,
    pub no_ignore_parent: bool,
    pub no_ignore_vcs: bool,
    pub no_require_git: bool,
    pub ignore_files: Vec<PathBuf>,
    pub ignore_case_insensitive: bool,
    pub globs: Vec<String>,
    pub iglobs: Vec<String>,
    pub glob_case_insensitive: bool,
    pub types: Vec<TypeChange>,
    pub max_depth: Option<usize>,
    pub max_filesize: Option<u64>,
    pub one_file_system: bool,
    pub sort: Option<(SortKey, bool)>,
}

/// What is decided only when all options are read.
#[derive(Default)]
struct Pending {
    heading: Option<bool>,
    line_number: Option<bool>,
    with_filename: Option<bool>,
    column: Option<bool>,
    color: Option<String>,
    pretty: bool,
    pattern_given: bool,
    unrestricted: usize,
    buffered_patterns: Vec<String>,
}

/// Reads the command line; the error is a message without the program's name.
pub fn read(args: Vec<Vec<u8>>) -> Result<Options, String> {
    let mut options = Options {
        context_separator: Some(b"--".to_vec()),
        field_match_separator: b":".to_vec(),
        field_context_separator: b"-".to_vec(),
        ..Options::default()
    };
    let mut pending = Pending::default();
    let mut operands = Vec::new();
    for item in cli::parse(args, SPECS, Order::Permute)? {
        match item {
            Item::Operand(word) => operands.push(word),
            Item::Option(name, value) => {
                let value = value.unwrap_or_default();
                if !(matching(&mut options, &mut pending, name, &value)?
                    || printing(&mut options, &mut pending, name, &value)?
                    || walking(&mut options, name, &value)?)
                {
                    ending(&mut options, &mut pending, name, &value)?;
                }
            }
        }
    }
    finish(options, pending, operands)
}

fn text(value: &[u8]) -> Result<String, String> {
    String::from_utf8(value.to_vec()).map_err(|_| format!("expected UTF-8, got \"{}\"", cli::show(value)))
}

fn number(name: &str, value: &[u8]) -> Result<usize, String> {
    cli::show(value).parse().map_err(|_| format!("error parsing flag {name}: value is not a valid number: {}", cli::show(value)))
}

/// Options about what matches; false: another one.
fn matching(options: &mut Options, pending: &mut Pending, name: &str, value: &[u8]) -> Result<bool, String> {
    match name {
        "e" => {
            pending.pattern_given = true;
            pending.buffered_patterns.push(text(value)?);
        }
        "f" => {
            pending.pattern_given = true;
            pending.buffered_patterns.extend(pattern_file(value)?);
        }
        "i" => options.case = Case::Ignore,
        "s" => options.case = Case::Sensitive,
        "S" => options.case = Case::Smart,
        "F" => options.fixed = true,
        "no-fixed-strings" => options.fixed = false,
        "w" => (options.word, options.whole_line) = (true, false),
        "x" => (options.word, options.whole_line) = (false, true),
        "v" => options.invert = true,
        "no-invert-match" => options.invert = false,
        "P" => options.perl = true,
        "no-pcre2" => options.perl = false,
        "engine" => options.perl = match value {
            b"default" => false,
            b"pcre2" | b"auto" => value == b"pcre2",
            _ => return Err(format!("unrecognized regex engine '{}'", cli::show(value))),
        },
        "U" => options.multiline = true,
        "no-multiline" => options.multiline = false,
        "multiline-dotall" => options.dot_all = true,
        "no-multiline-dotall" => options.dot_all = false,
        "crlf" => (options.crlf, options.null_data) = (true, false),
        "no-crlf" => options.crlf = false,
        "no-unicode" => options.no_unicode = true,
        "unicode" => options.no_unicode = false,
        "null-data" => (options.null_data, options.crlf) = (true, false),
        "a" => options.text = true,
        "no-text" => options.text = false,
        "binary" => options.binary = true,
        "no-binary" => options.binary = false,
        "E" => options.encoding = Some(text(value)?).filter(|name| name != "auto"),
        "no-encoding" => options.encoding = None,
        "m" => options.max_count = Some(number("--max-count", value)? as u64),
        _ => return Ok(false),
    }
    Ok(true)
}

/// The patterns of a file, a line each.
fn pattern_file(name: &[u8]) -> Result<Vec<String>, String> {
    let bytes = if name == b"-" {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut std::io::stdin(), &mut bytes).map(|_| bytes)
    } else {
        std::fs::read(cli::path(name))
    };
    let bytes = bytes.map_err(|error| format!("{}: {}", cli::show(name), crate::messages::io_error(&error)))?;
    let text = text(&bytes)?;
    Ok(text.lines().map(str::to_string).collect())
}

/// Options about what is printed, and how.
fn printing(options: &mut Options, pending: &mut Pending, name: &str, value: &[u8]) -> Result<bool, String> {
    match name {
        "A" => options.after = number("--after-context", value)?,
        "B" => options.before = number("--before-context", value)?,
        "C" => (options.before, options.after) = (number("--context", value)?, number("--context", value)?),
        "passthru" => options.passthru = true,
        "b" => options.byte_offset = true,
        "no-byte-offset" => options.byte_offset = false,
        "color" => pending.color = Some(text(value)?),
        "colors" => options.colors.push(text(value)?),
        "column" => pending.column = Some(true),
        "no-column" => pending.column = Some(false),
        "context-separator" => options.context_separator = Some(unescape(value)),
        "no-context-separator" => options.context_separator = None,
        "field-context-separator" => options.field_context_separator = unescape(value),
        "field-match-separator" => options.field_match_separator = unescape(value),
        "c" => options.mode = Mode::Count,
        "count-matches" => options.mode = Mode::CountMatches,
        "l" => options.mode = Mode::PathsWith,
        "files-without-match" => options.mode = Mode::PathsWithout,
        "json" => options.mode = Mode::Json,
        "no-json" => options.mode = Mode::Lines,
        "heading" => pending.heading = Some(true),
        "no-heading" => pending.heading = Some(false),
        "include-zero" => options.include_zero = true,
        "n" => pending.line_number = Some(true),
        "N" => pending.line_number = Some(false),
        "M" => options.max_columns = Some(number("--max-columns", value)? as u64).filter(|columns| *columns > 0),
        "max-columns-preview" => options.max_columns_preview = true,
        "no-max-columns-preview" => options.max_columns_preview = false,
        "H" => pending.with_filename = Some(true),
        "I" => pending.with_filename = Some(false),
        "0" => options.null = true,
        "o" => options.only_matching = true,
        "r" => options.replace = Some(value.to_vec()),
        "path-separator" => options.path_separator = unescape(value).first().copied(),
        "p" => pending.pretty = true,
        "q" => options.quiet = true,
        "stats" => options.stats = true,
        "no-stats" => options.stats = false,
        "trim" => options.trim = true,
        "no-trim" => options.trim = false,
        "vimgrep" => options.vimgrep = true,
        _ => return Ok(false),
    }
    Ok(true)
}

/// Options about which files are read.
fn walking(options: &mut Options, name: &str, value: &[u8]) -> Result<bool, String> {
    match name {
        "L" => options.follow = true,
        "no-follow" => options.follow = false,
        "." => options.hidden = true,
        "no-hidden" => options.hidden = false,
        "g" => options.globs.push(text(value)?),
        "iglob" => options.iglobs.push(text(value)?),
        "glob-case-insensitive" => options.glob_case_insensitive = true,
        "no-glob-case-insensitive" => options.glob_case_insensitive = false,
        "ignore-file" => options.ignore_files.push(cli::path(value).to_path_buf()),
        "ignore-file-case-insensitive" => options.ignore_case_insensitive = true,
        "no-ignore" => no_ignore(options, true),
        "ignore" => no_ignore(options, false),
        "no-ignore-dot" | "ignore-dot" => options.no_ignore_dot = name.starts_with("no-"),
        "no-ignore-exclude" | "ignore-exclude" => options.no_ignore_exclude = name.starts_with("no-"),
        "no-ignore-files" | "ignore-files" => options.no_ignore_files = name.starts_with("no-"),
        "no-ignore-global" | "ignore-global" => options.no_ignore_global = name.starts_with("no-"),
        "no-ignore-messages" | "ignore-messages" => options.no_ignore_messages = name.starts_with("no-"),
        "no-ignore-parent" | "ignore-parent" => options.no_ignore_parent = name.starts_with("no-"),
        "no-ignore-vcs" | "ignore-vcs" => options.no_ignore_vcs = name.starts_with("no-"),
        "no-require-git" | "require-git" => options.no_require_git = name.starts_with("no-"),
        "d" => options.max_depth = Some(number("--max-depth", value)?),
        "max-filesize" => options.max_filesize = Some(size(value)?),
        "one-file-system" => options.one_file_system = true,
        "no-one-file-system" => options.one_file_system = false,
        "sort" | "sortr" => options.sort = sort_key(value)?.map(|key| (key, name == "sortr")),
        "t" => options.types.push(TypeChange::Select(text(value)?)),
        "T" => options.types.push(TypeChange::Negate(text(value)?)),
        "type-add" => options.types.push(TypeChange::Add(text(value)?)),
        "type-clear" => options.types.push(TypeChange::Clear(text(value)?)),
        _ => return Ok(false),
    }
    Ok(true)
}

fn no_ignore(options: &mut Options, yes: bool) {
    options.no_ignore_dot = yes;
    options.no_ignore_exclude = yes;
    options.no_ignore_global = yes;
    options.no_ignore_parent = yes;
    options.no_ignore_vcs = yes;
}

fn ending(options: &mut Options, pending: &mut Pending, name: &str, value: &[u8]) -> Result<(), String> {
    match name {
        "h" => options.mode = Mode::Help,
        "V" => options.mode = Mode::Version,
        "files" => options.mode = Mode::Files,
        "type-list" => options.mode = Mode::TypeList,
        "no-messages" => options.no_messages = true,
        "messages" => options.no_messages = false,
        "u" => {
            pending.unrestricted += 1;
            match pending.unrestricted {
                1 => no_ignore(options, true),
                2 => options.hidden = true,
                _ => options.binary = true,
            }
        }
        "j" => drop(number("--threads", value)?),
        // Buffering, memory maps, threads and limits of engines change no output here.
        _ => {}
    }
    Ok(())
}

fn sort_key(value: &[u8]) -> Result<Option<SortKey>, String> {
    Ok(Some(match value {
        b"none" => return Ok(None),
        b"path" => SortKey::Path,
        b"modified" => SortKey::Modified,
        b"accessed" => SortKey::Accessed,
        b"created" => SortKey::Created,
        other => return Err(format!("choice '{}' is unrecognized", cli::show(other))),
    }))
}

/// A number of bytes with an optional K, M or G.
fn size(value: &[u8]) -> Result<u64, String> {
    let text = cli::show(value);
    let (digits, unit) = match text.as_bytes().last() {
        Some(b'K') => (&text[..text.len() - 1], 1 << 10),
        Some(b'M') => (&text[..text.len() - 1], 1 << 20),
        Some(b'G') => (&text[..text.len() - 1], 1 << 30),
        _ => (text.as_str(), 1),
    };
    digits.parse::<u64>().ok().and_then(|count| count.checked_mul(unit)).ok_or_else(|| {
        format!("error parsing flag --max-filesize: invalid format for size '{text}', which should be a non-empty sequence of digits followed by an optional 'K', 'M' or 'G' suffix")
    })
}

/// A separator: `\n`, `\r`, `\t`, `\\` and `\xHH` stand for what they do in C.
fn unescape(value: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = value;
    while let Some((&byte, after)) = rest.split_first() {
        let (put, used) = match (byte, after) {
            (b'\\', [b'n', ..]) => (b'\n', 2),
            (b'\\', [b'r', ..]) => (b'\r', 2),
            (b'\\', [b't', ..]) => (b'\t', 2),
            (b'\\', [b'0', ..]) => (0, 2),
            (b'\\', [b'\\', ..]) => (b'\\', 2),
            (b'\\', [b'x', high, low, ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                (u8::from_str_radix(&format!("{}{}", *high as char, *low as char), 16).unwrap_or(0), 4)
            }
            _ => (byte, 1),
        };
        bytes.push(put);
        rest = &rest[used..];
    }
    bytes
}

fn finish(mut options: Options, mut pending: Pending, mut operands: Vec<Vec<u8>>) -> Result<Options, String> {
    if matches!(options.mode, Mode::Help | Mode::Version | Mode::TypeList) {
        return Ok(options);
    }
    if options.mode != Mode::Files && !pending.pattern_given {
        if operands.is_empty() {
            return Err("the following required arguments were not provided:\n  <PATTERN>\nTry 'rg --help' for more information.".to_string());
        }
        pending.buffered_patterns.push(text(&operands.remove(0))?);
    }
    options.patterns = pending.buffered_patterns;
    options.paths = operands.iter().map(|word| cli::path(word).to_path_buf()).collect();
    if options.paths.is_empty() {
        let stdin = options.mode != Mode::Files && stdin_has_something();
        options.implicit = !stdin;
        options.paths.push(PathBuf::from(if stdin { "-" } else { "./" }));
    }
    if options.invert && options.mode == Mode::CountMatches {
        options.mode = Mode::Count;
    }
    if options.only_matching && options.mode == Mode::Count && !options.invert {
        options.mode = Mode::CountMatches;
    }
    let terminal = std::io::stdout().is_terminal();
    let one = options.paths.len() == 1 && !options.paths[0].is_dir();
    let only_stdin = options.paths.iter().all(|path| path.as_os_str() == "-");
    options.column = pending.column.unwrap_or(options.vimgrep);
    options.color = match pending.color.as_deref() {
        None => pending.pretty || terminal && !options.vimgrep,
        Some("auto") => terminal,
        Some("always" | "ansi") => true,
        Some("never") => false,
        Some(other) => return Err(format!("choice '{other}' is unrecognized")),
    };
    options.heading = !options.vimgrep && pending.heading.unwrap_or(terminal || pending.pretty);
    options.line_number = pending.line_number.unwrap_or(
        options.vimgrep || options.column || pending.pretty || options.mode == Mode::Json || terminal && !(only_stdin && one),
    );
    options.with_filename = pending.with_filename.unwrap_or(options.vimgrep || !one);
    Ok(options)
}

/// Whether standard input is a file, a pipe or a socket: then it is what gets searched when no path is given.
fn stdin_has_something() -> bool {
    use std::os::fd::AsFd;
    use std::os::unix::fs::FileTypeExt;
    let stdin = std::io::stdin();
    let meta = stdin.as_fd().try_clone_to_owned().and_then(|fd| std::fs::File::from(fd).metadata());
    meta.is_ok_and(|meta| {
        let kind = meta.file_type();
        kind.is_file() || kind.is_fifo() || kind.is_socket()
    })
}
