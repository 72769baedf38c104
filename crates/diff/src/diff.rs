//! diff: what is compared with what, and what is said of it.

use std::fs::{self, Metadata};
use std::io::{self, Read};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::time::{SystemTime, UNIX_EPOCH};

use cli::Output;

use crate::compare::{compare, How};
use crate::hunks::is_trivial;
use crate::options::{self, Options, Style};
use crate::print::{Header, Printer};
use crate::text::Text;

pub const HELP: &str = include_str!("help_diff.txt");

const SAME: i32 = 0;
const DIFFERENT: i32 = 1;
const TROUBLE: i32 = 2;

pub fn main() -> i32 {
    run(cli::args())
}

/// diff with these arguments; its exit status.
pub fn run(args: Vec<Vec<u8>>) -> i32 {
    let usage = |message: &str| -> ! {
        eprintln!("diff: {message}\ndiff: Try 'diff --help' for more information.");
        std::process::exit(TROUBLE)
    };
    let (options, mut operands) = options::parse(args).unwrap_or_else(|message| usage(&message));
    let mut job = Job { options: &options, out: Output::new("diff", TROUBLE) };
    if options.from_file.is_some() || options.to_file.is_some() {
        let mut status = SAME;
        for operand in &operands {
            let pair = match (&options.from_file, &options.to_file) {
                (Some(_), Some(_)) => usage("--from-file and --to-file both specified"),
                (Some(from), _) => [from.clone(), operand.clone()],
                (_, to) => [operand.clone(), to.clone().unwrap_or_default()],
            };
            status = status.max(job.top(pair));
        }
        return status;
    }
    if operands.len() < 2 {
        let last = operands.last().map_or("diff".into(), |name| cli::show(name));
        usage(&format!("missing operand after '{last}'"));
    }
    if operands.len() > 2 {
        usage(&format!("extra operand '{}'", cli::show(&operands[2])));
    }
    let second = operands.remove(1);
    job.top([operands.remove(0), second])
}

/// A file's bytes; `-` is standard input.
pub fn read(name: &[u8]) -> io::Result<Vec<u8>> {
    if name == b"-" {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes)?;
        return Ok(bytes);
    }
    fs::read(cli::path(name))
}

/// One side of a comparison.
struct Side {
    name: Vec<u8>,
    /// None: the file is absent, and counts as empty.
    meta: Option<Metadata>,
}

impl Side {
    fn is_dir(&self) -> bool {
        self.meta.as_ref().is_some_and(Metadata::is_dir)
    }

    fn is_link(&self) -> bool {
        self.meta.as_ref().is_some_and(Metadata::is_symlink)
    }

    fn read(&self) -> io::Result<Vec<u8>> {
        if self.meta.is_none() { Ok(Vec::new()) } else { read(&self.name) }
    }

    fn kind(&self) -> &'static str {
        let Some(meta) = &self.meta else { return "regular empty file" };
        let kind = meta.file_type();
        match () {
            () if kind.is_dir() => "directory",
            () if kind.is_symlink() => "symbolic link",
            () if kind.is_fifo() => "fifo",
            () if kind.is_socket() => "socket",
            () if kind.is_char_device() => "character special file",
            () if kind.is_block_device() => "block special file",
            () if meta.len() == 0 => "regular empty file",
            () => "regular file",
        }
    }

    fn header(&self, label: Option<&Vec<u8>>) -> Header {
        if let Some(label) = label {
            return Header { name: label.clone(), time: String::new() };
        }
        let (seconds, nanos) = match &self.meta {
            None => (0, 0),
            Some(meta) if self.name == b"-" && !meta.is_file() => {
                let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                (now.as_secs() as i64, i64::from(now.subsec_nanos()))
            }
            Some(meta) => (meta.mtime(), meta.mtime_nsec()),
        };
        let date = cli::time::local(seconds);
        let zone = date.offset.abs() / 60;
        let time = format!(
            "{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{nanos:09} {}{:02}{:02}",
            date.year, date.month, date.day, date.hour, date.minute, date.second,
            if date.offset < 0 { '-' } else { '+' }, zone / 60, zone % 60
        );
        Header { name: escape(&self.name), time }
    }
}

/// A name as a header shows it: in quotes when it has blanks, quotes or control characters.
fn escape(name: &[u8]) -> Vec<u8> {
    if !name.iter().any(|byte| matches!(byte, 0..=32 | b'"' | b'\\' | 127)) {
        return name.to_vec();
    }
    let mut text = vec![b'"'];
    for &byte in name {
        match byte {
            b'"' | b'\\' => text.extend([b'\\', byte]),
            7..=13 => text.extend([b'\\', b"abtnvfr"[usize::from(byte - 7)]]),
            0..=31 | 127 => text.extend(format!("\\{byte:03o}").into_bytes()),
            _ => text.push(byte),
        }
    }
    text.push(b'"');
    text
}

/// A descriptor of standard input as a file.
fn stdin_meta() -> io::Result<Metadata> {
    use std::os::fd::AsFd;
    fs::File::from(io::stdin().as_fd().try_clone_to_owned()?).metadata()
}

struct Job<'a> {
    options: &'a Options,
    out: Output,
}

impl Job<'_> {
    fn meta(&self, name: &[u8]) -> io::Result<Metadata> {
        match name {
            b"-" => stdin_meta(),
            _ if self.options.no_dereference => fs::symlink_metadata(cli::path(name)),
            _ => fs::metadata(cli::path(name)),
        }
    }

    fn say(&mut self, text: &str) {
        self.out.put(text.as_bytes());
        self.out.put(b"\n");
    }

    /// An error goes to standard error, behind what was written before.
    fn trouble(&mut self, name: &[u8], error: &io::Error) -> i32 {
        self.out.send();
        eprintln!("diff: {}: {}", cli::show(name), cli::reason(error));
        TROUBLE
    }

    /// Compares two operands.
    fn top(&mut self, names: [Vec<u8>; 2]) -> i32 {
        let mut sides = Vec::new();
        let metas = [self.meta(&names[0]), self.meta(&names[1])];
        let absent = |meta: &io::Result<Metadata>| meta.as_ref().is_err_and(|e| e.kind() == io::ErrorKind::NotFound);
        let both_absent = absent(&metas[0]) && absent(&metas[1]);
        let mut status = SAME;
        for (index, (name, meta)) in names.into_iter().zip(metas).enumerate() {
            let as_empty = self.options.new_file || (index == 0 && self.options.new_first_file);
            match meta {
                Ok(meta) => sides.push(Side { name, meta: Some(meta) }),
                Err(error) if as_empty && !both_absent && error.kind() == io::ErrorKind::NotFound => sides.push(Side { name, meta: None }),
                Err(error) => status = self.trouble(&name, &error),
            }
        }
        if status != SAME {
            return status;
        }
        let dirs = [sides[0].is_dir(), sides[1].is_dir()];
        if dirs[0] != dirs[1] && sides.iter().all(|side| side.meta.is_some()) {
            let (dir, file) = if dirs[0] { (0, 1) } else { (1, 0) };
            if sides[file].name == b"-" {
                self.out.send();
                eprintln!("diff: cannot compare '-' to a directory");
                return TROUBLE;
            }
            let base = sides[file].name.rsplit(|byte| *byte == b'/').next().unwrap_or_default().to_vec();
            let name = join(&sides[dir].name, &base);
            match self.meta(&name) {
                Ok(meta) => sides[dir] = Side { name, meta: Some(meta) },
                Err(error) => return self.trouble(&name, &error),
            }
        }
        let second = sides.remove(1);
        self.pair([sides.remove(0), second], None)
    }

    /// Compares two things; `parents` are the directories they were found in.
    fn pair(&mut self, sides: [Side; 2], parents: Option<[&[u8]; 2]>) -> i32 {
        let absent_dir = |a: &Side, b: &Side| a.is_dir() && b.meta.is_none();
        let dirs = (sides[0].is_dir() && sides[1].is_dir()) || absent_dir(&sides[0], &sides[1]) || absent_dir(&sides[1], &sides[0]);
        if dirs {
            if parents.is_some() && !self.options.recursive {
                if sides.iter().all(|side| side.meta.is_some()) {
                    self.say(&format!("Common subdirectories: {} and {}", cli::show(&sides[0].name), cli::show(&sides[1].name)));
                    return SAME;
                }
                return self.only(&sides, parents);
            }
            return self.dirs(sides);
        }
        let links = [sides[0].is_link(), sides[1].is_link()];
        if links == [true, true] {
            return self.links(&sides);
        }
        let plain = |side: &Side| side.meta.as_ref().is_none_or(Metadata::is_file);
        let within = parents.is_some();
        if links != [false, false] || sides[0].is_dir() != sides[1].is_dir() || (within && !(plain(&sides[0]) && plain(&sides[1]))) {
            let names = self.shown(&sides);
            self.say(&format!("File {} is a {} while file {} is a {}", names[0], sides[0].kind(), names[1], sides[1].kind()));
            return DIFFERENT;
        }
        self.files(sides, within)
    }

    /// The names, or their labels.
    fn shown(&self, sides: &[Side; 2]) -> [String; 2] {
        [0, 1].map(|i: usize| cli::show(self.options.labels.get(i).unwrap_or(&sides[i].name)))
    }

    fn only(&mut self, sides: &[Side; 2], parents: Option<[&[u8]; 2]>) -> i32 {
        let index = usize::from(sides[0].meta.is_none());
        let base = sides[index].name.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
        let parent = parents.map_or(&b""[..], |parents| parents[index]);
        self.say(&format!("Only in {}: {}", cli::show(parent), cli::show(base)));
        DIFFERENT
    }

    fn links(&mut self, sides: &[Side; 2]) -> i32 {
        let targets = [0, 1].map(|i: usize| fs::read_link(cli::path(&sides[i].name)));
        match &targets {
            [Ok(a), Ok(b)] if a == b => SAME,
            [Ok(_), Ok(_)] => {
                self.say(&format!("Symbolic links {} and {} differ", cli::show(&sides[0].name), cli::show(&sides[1].name)));
                DIFFERENT
            }
            [Err(error), _] => self.trouble(&sides[0].name, error),
            [_, Err(error)] => self.trouble(&sides[1].name, error),
        }
    }

    fn names_in(&mut self, side: &Side) -> Result<Vec<Vec<u8>>, i32> {
        if side.meta.is_none() {
            return Ok(vec![]);
        }
        let entries = fs::read_dir(cli::path(&side.name)).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let mut names: Vec<Vec<u8>> = match entries {
            Ok(entries) => entries.into_iter().map(|entry| entry.file_name().into_vec()).collect(),
            Err(error) => return Err(self.trouble(&side.name, &error)),
        };
        names.retain(|name| !self.options.excluded.iter().any(|pattern| cli::glob(pattern, name, true)));
        names.sort_by(|a, b| self.fold(a).cmp(&self.fold(b)).then_with(|| a.cmp(b)));
        Ok(names)
    }

    fn fold(&self, name: &[u8]) -> Vec<u8> {
        if self.options.ignore_name_case { name.to_ascii_lowercase() } else { name.to_vec() }
    }

    fn dirs(&mut self, sides: [Side; 2]) -> i32 {
        let (left, right) = match (self.names_in(&sides[0]), self.names_in(&sides[1])) {
            (Ok(left), Ok(right)) => (left, right),
            (Err(status), _) | (_, Err(status)) => return status,
        };
        let mut status = SAME;
        let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
        let mut started = self.options.starting_file.is_none();
        loop {
            let order = match (left.peek(), right.peek()) {
                (None, None) => return status,
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
                (Some(a), Some(b)) => self.fold(a).cmp(&self.fold(b)),
            };
            let a = if order.is_le() { left.next() } else { None };
            let b = if order.is_ge() { right.next() } else { None };
            if !started {
                started = a.as_ref().or(b.as_ref()) >= self.options.starting_file.as_ref();
            }
            if started {
                status = status.max(self.entry(&sides, [a, b]));
            }
        }
    }

    /// Compares what two directories hold under a name.
    fn entry(&mut self, dirs: &[Side; 2], names: [Option<Vec<u8>>; 2]) -> i32 {
        let parents = [&dirs[0].name[..], &dirs[1].name[..]];
        let base = names[0].clone().or(names[1].clone()).unwrap_or_default();
        let mut sides = Vec::new();
        for index in 0..2 {
            let name = join(parents[index], names[index].as_ref().unwrap_or(&base));
            if names[index].is_none() {
                sides.push(Side { name, meta: None });
                continue;
            }
            // What is on one side only need not lead anywhere.
            let alone = names[1 - index].is_none() && !self.options.new_file;
            let meta = self.meta(&name).or_else(|error| match alone {
                true => fs::symlink_metadata(cli::path(&name)),
                false => Err(error),
            });
            match meta {
                Ok(meta) => sides.push(Side { name, meta: Some(meta) }),
                Err(error) => return self.trouble(&name, &error),
            }
        }
        let pair: [Side; 2] = match sides.try_into() {
            Ok(pair) => pair,
            Err(_) => return TROUBLE,
        };
        let only_in = usize::from(pair[0].meta.is_none());
        if pair[1 - only_in].meta.is_none() {
            let as_empty = self.options.new_file || (only_in == 1 && self.options.new_first_file);
            if !as_empty {
                return self.only(&pair, Some(parents));
            }
        }
        self.pair(pair, Some(parents))
    }

    fn files(&mut self, sides: [Side; 2], introduce: bool) -> i32 {
        let same_file = match (&sides[0].meta, &sides[1].meta) {
            (Some(a), Some(b)) => a.dev() == b.dev() && a.ino() == b.ino() && a.ino() != 0,
            _ => false,
        } || sides[0].name == sides[1].name;
        let no_output = !matches!(self.options.style, Style::SideBySide | Style::Formatted);
        if same_file && (no_output || self.options.brief) {
            return self.identical(&sides);
        }
        let mut texts = Vec::new();
        for side in &sides {
            match side.read() {
                Ok(bytes) => texts.push(bytes),
                Err(error) => return self.trouble(&side.name, &error),
            }
        }
        if sides[0].name == b"-" && sides[1].name == b"-" {
            texts[1] = texts[0].clone();
        }
        if self.options.strip_cr {
            texts.iter_mut().for_each(strip_cr);
        }
        let equal = texts[0] == texts[1];
        if equal && (no_output || self.options.brief) {
            return self.identical(&sides);
        }
        let new = Text::new(texts.pop().unwrap_or_default());
        let old = Text::new(texts.pop().unwrap_or_default());
        let status = self.texts(&sides, [&old, &new], introduce);
        if status == SAME { self.identical(&sides) } else { status }
    }

    fn identical(&mut self, sides: &[Side; 2]) -> i32 {
        if self.options.report_identical {
            let names = self.shown(sides);
            self.say(&format!("Files {} and {} are identical", names[0], names[1]));
        }
        SAME
    }

    fn texts(&mut self, sides: &[Side; 2], texts: [&Text; 2], introduce: bool) -> i32 {
        let options = self.options;
        let names = self.shown(sides);
        if !options.text && (texts[0].is_binary() || texts[1].is_binary()) {
            if texts[0].bytes == texts[1].bytes {
                return SAME;
            }
            let word = if options.brief { "Files" } else { "Binary files" };
            self.say(&format!("{word} {} and {} differ", names[0], names[1]));
            return DIFFERENT;
        }
        let how = How { ignore: options.ignore, tab: options.tab, horizon: options.horizon, minimal: options.minimal };
        let changes = compare(texts[0], texts[1], how);
        let differ = changes.iter().any(|change| !is_trivial(change, texts, options));
        if options.brief {
            if differ {
                self.say(&format!("Files {} and {} differ", names[0], names[1]));
            }
            return i32::from(differ);
        }
        let always = matches!(options.style, Style::SideBySide | Style::Formatted);
        if differ || always {
            if introduce {
                let line = [b"diff", &options.given[..], b" ", &options::quote(&sides[0].name), b" ", &options::quote(&sides[1].name), b"\n"];
                self.out.put(&line.concat());
            }
            let headers = [0, 1].map(|i: usize| sides[i].header(options.labels.get(i)));
            Printer { texts, headers: &headers, options, out: &mut self.out }.print(&changes);
        }
        let mut status = i32::from(differ);
        if matches!(options.style, Style::Ed | Style::ForwardEd) {
            for (text, name) in texts.iter().zip(&names) {
                if text.misses_newline() {
                    self.out.send();
                    eprintln!("diff: {name}: No newline at end of file\n");
                    status = TROUBLE;
                }
            }
        }
        status
    }
}

fn join(dir: &[u8], name: &[u8]) -> Vec<u8> {
    let slash: &[u8] = if dir.ends_with(b"/") { b"" } else { b"/" };
    [dir, slash, name].concat()
}

pub fn strip_cr(bytes: &mut Vec<u8>) {
    let mut kept = Vec::with_capacity(bytes.len());
    for (index, &byte) in bytes.iter().enumerate() {
        if !(byte == b'\r' && bytes.get(index + 1) == Some(&b'\n')) {
            kept.push(byte);
        }
    }
    *bytes = kept;
}
