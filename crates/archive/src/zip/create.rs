//! zip.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use flate2::{write::DeflateEncoder, Compression, Crc};

use super::{dos_time, end, Archive, Entry, Fault, DEFLATED, STORED};

const HELP: &str = "zip 3.0 (Shadowbox; compatible with Info-ZIP)
Usage:
zip [-options] [-b path] [-t mmddyyyy] [-n suffixes] [zipfile list] [-xi list]
  The default action is to add or replace zipfile entries from list, which
  can include the special name - to compress standard input.
  If zipfile and list are omitted, zip compresses stdin to stdout.
  -f   freshen: only changed files  -u   update: only changed or new files
  -d   delete entries in zipfile    -m   move into zipfile (delete OS files)
  -r   recurse into directories     -j   junk (don't record) directory names
  -0   store only                   -1   compress faster ... -9 compress better
  -q   quiet operation              -v   verbose operation
  -@   read names from stdin        -y   store symbolic links as the link
  -x   exclude the following names  -i   include only the following names
  -D   do not add directory entries -X   eXclude eXtra file attributes
  -T   test zipfile integrity       -o   make zipfile as old as latest entry
";

/// Statuses of Info-ZIP.
const NOTHING: i32 = 12;
const WRITE: i32 = 15;
const BAD_OPTION: i32 = 16;
const OPEN: i32 = 18;
const FORMAT: i32 = 3;

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Action {
    #[default]
    Add,
    Update,
    Freshen,
    Delete,
}

#[derive(Default)]
struct Options {
    action: Action,
    recursive: bool,
    junk: bool,
    quiet: bool,
    moves: bool,
    links: bool,
    no_folders: bool,
    no_extra: bool,
    test: bool,
    from_stdin: bool,
    level: Option<u32>,
    excluded: Vec<Vec<u8>>,
    included: Vec<Vec<u8>>,
    /// Operands are patterns of names below the present folder.
    patterns: bool,
    /// Members whose files are gone go, too.
    sync: bool,
    show: bool,
    verbose: bool,
    /// The archive gets its youngest member's time.
    latest: bool,
    comment: bool,
    /// Line ends: 1 makes CR LF of LF, 2 LF of CR LF.
    lines: u8,
    /// Ends of names that are only stored.
    stored: Vec<Vec<u8>>,
    output: Option<Vec<u8>>,
    /// Only what is at least as young, and what is older.
    from: Option<i64>,
    before: Option<i64>,
}

/// What is told goes where the archive does not.
static TO_ERRORS: AtomicBool = AtomicBool::new(false);

fn tell(text: &str) {
    if TO_ERRORS.load(Relaxed) {
        eprintln!("{text}");
    } else {
        println!("{text}");
    }
}

fn fail(status: i32, text: &str) -> ! {
    tell(&format!("\nzip error: {text}"));
    std::process::exit(status)
}

/// The patterns of a file, one a line.
fn patterns(file: &[u8]) -> Vec<Vec<u8>> {
    match fs::read(cli::path(file)) {
        Ok(text) => text.split(|byte| *byte == b'\n').map(|line| line.trim_ascii().to_vec()).filter(|line| !line.is_empty()).collect(),
        Err(error) => {
            tell(&format!("zip I/O error: {}\nzip error: File not found or no read permission (x pattern file '@{}')", cli::reason(&error), cli::show(file)));
            std::process::exit(OPEN)
        }
    }
}

/// `MMDDYYYY` or `YYYY-MM-DD`.
fn date(text: &[u8]) -> Option<i64> {
    let number = |from: usize, to: usize| std::str::from_utf8(text.get(from..to)?).ok()?.parse::<i64>().ok();
    let (year, month, day) = match text.len() {
        8 => (number(4, 8)?, number(0, 2)?, number(2, 4)?),
        10 => (number(0, 4)?, number(5, 7)?, number(8, 10)?),
        _ => return None,
    };
    (1..=12).contains(&month).then(|| cli::time::days_from_civil(year, month, day) * 86_400 - cli::time::local_offset())
}

/// A member to be: where it comes from and what it is called.
struct Source {
    path: Vec<u8>,
    name: Vec<u8>,
    meta: Option<fs::Metadata>,
}

struct Task {
    options: Options,
    archive: Vec<u8>,
    sources: Vec<Source>,
    out: Vec<u8>,
    entries: Vec<Entry>,
    done: Vec<Vec<u8>>,
    status: i32,
    /// Something is not as in the archive that was there.
    changed: bool,
    /// Bytes before and after, for -v.
    totals: [u64; 2],
}

pub fn main() -> i32 {
    let mut options = Options::default();
    let mut names = arguments(&mut options);
    if names.is_empty() {
        cli::print_and_exit(HELP);
    }
    let mut archive = names.remove(0);
    TO_ERRORS.store(archive == b"-", Relaxed);
    if options.from_stdin {
        let mut text = Vec::new();
        // What can be read of the list counts.
        let _ = io::stdin().read_to_end(&mut text);
        names.extend(text.split(|byte| *byte == b'\n').filter(|name| !name.is_empty()).map(<[u8]>::to_vec));
    }
    let base = archive.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    if archive != b"-" && !base.contains(&b'.') {
        archive.extend_from_slice(b".zip");
    }
    if let Some(output) = options.output.as_mut().filter(|name| !name.contains(&b'.')) {
        output.extend_from_slice(b".zip");
    }
    let mut task = Task { options, archive, sources: Vec::new(), out: Vec::new(), entries: Vec::new(), done: Vec::new(), status: 0, changed: false, totals: [0; 2] };
    task.run(&names);
    task.status
}

/// Options of two letters.
const PAIRS: [&str; 18] = ["FS", "FF", "sf", "tt", "ll", "db", "dc", "dd", "dg", "du", "dv", "nw", "ws", "la", "lf", "mm", "TT", "UN"];
/// Short options with a value.
const VALUED: [&str; 13] = ["b", "t", "tt", "n", "Z", "O", "s", "P", "ds", "sp", "TT", "la", "lf"];

fn arguments(options: &mut Options) -> Vec<Vec<u8>> {
    let (mut names, mut list, mut operands): (Vec<Vec<u8>>, Option<u8>, bool) = (Vec::new(), None, false);
    let mut rest = cli::args().into_iter();
    while let Some(argument) = rest.next() {
        if argument == b"@" && list.is_some() {
            list = None;
        } else if operands || argument.len() < 2 || argument[0] != b'-' {
            match list {
                Some(kind) => options.pattern(kind, argument),
                None => names.push(argument),
            }
        } else if argument == b"--" {
            operands = true;
        } else if let Some(word) = argument.strip_prefix(b"--") {
            let (word, value) = match word.iter().position(|byte| *byte == b'=') {
                Some(at) => (&word[..at], Some(word[at + 1..].to_vec())),
                None => (word, None),
            };
            list = options.word(&cli::show(word), value, &mut rest);
        } else {
            list = options.letters(&argument[1..], &mut rest);
        }
    }
    if list.is_some() && names.is_empty() {
        fail(BAD_OPTION, "Invalid command arguments (nothing to select from)");
    }
    names
}

impl Options {
    fn pattern(&mut self, kind: u8, pattern: Vec<u8>) {
        let list = if kind == b'x' { &mut self.excluded } else { &mut self.included };
        match pattern.strip_prefix(b"@") {
            Some(file) => list.extend(patterns(file)),
            None => list.push(pattern),
        }
    }

    /// Short options of one argument; Some: names of a list follow.
    fn letters(&mut self, letters: &[u8], rest: &mut dyn Iterator<Item = Vec<u8>>) -> Option<u8> {
        let mut at = 0;
        while at < letters.len() {
            let letter = letters[at];
            let tail = &letters[at + 1..];
            if let b'x' | b'i' = letter {
                if !tail.is_empty() {
                    self.pattern(letter, tail.to_vec());
                }
                return Some(letter);
            }
            let length = if letters.get(at..at + 2).is_some_and(|pair| PAIRS.iter().any(|known| known.as_bytes() == pair)) { 2 } else { 1 };
            let name = cli::show(&letters[at..at + length]);
            at += length;
            if VALUED.contains(&&name[..]) {
                let value = if at < letters.len() { letters[at..].to_vec() } else { rest.next().unwrap_or_default() };
                self.valued(&name, value);
                return None;
            }
            self.short(&name);
        }
        None
    }

    fn valued(&mut self, name: &str, value: Vec<u8>) {
        match name {
            "n" => self.stored.extend(value.split(|byte| matches!(byte, b':' | b',')).map(<[u8]>::to_vec)),
            "Z" => match &value.to_ascii_lowercase()[..] {
                b"store" => self.level = Some(0),
                b"deflate" => {}
                _ => fail(BAD_OPTION, &format!("Invalid command arguments (compression method {} not supported)", cli::show(&value))),
            },
            "O" => self.output = Some(value),
            "t" | "tt" => {
                let Some(date) = date(&value) else { fail(BAD_OPTION, &format!("Invalid command arguments (invalid date entered for -{name} option - use mmddyyyy or yyyy-mm-dd)")) };
                *(if name == "t" { &mut self.from } else { &mut self.before }) = Some(date);
            }
            "P" => fail(BAD_OPTION, "Invalid command arguments (encryption not supported)"),
            // Where temporary files lie, how archives are split and dots drawn.
            _ => {}
        }
    }

    fn word(&mut self, word: &str, value: Option<Vec<u8>>, rest: &mut dyn Iterator<Item = Vec<u8>>) -> Option<u8> {
        let short = match word {
            "recurse-paths" => "r",
            "recurse-patterns" => "R",
            "junk-paths" => "j",
            "quiet" => "q",
            "symlinks" => "y",
            "update" => "u",
            "freshen" => "f",
            "filesync" => "FS",
            "delete" => "d",
            "move" => "m",
            "test" => "T",
            "names-stdin" => "@",
            "no-dir-entries" => "D",
            "no-extra" | "strip-extra" => "X",
            "exclude" => "x",
            "include" => "i",
            "verbose" => "v",
            "help" => "h",
            "grow" => "g",
            "latest-time" => "o",
            "show-files" => "sf",
            "archive-comment" => "z",
            "to-crlf" => "l",
            "from-crlf" => "ll",
            "copy-entries" => "U",
            "fix" => "F",
            "fixfix" => "FF",
            "encrypt" => "e",
            "output-file" | "out" => "O",
            "suffixes" => "n",
            "compression-method" => "Z",
            "temp-path" => "b",
            "from-date" => "t",
            "before-date" => "tt",
            "split-size" => "s",
            "password" => "P",
            _ => fail(BAD_OPTION, &format!("Invalid command arguments (long option '{word}' not supported)")),
        };
        if short == "x" || short == "i" {
            let kind = short.as_bytes()[0];
            if let Some(value) = value {
                self.pattern(kind, value);
                return None;
            }
            return Some(kind);
        }
        if VALUED.contains(&short) {
            let value = value.or_else(|| rest.next()).unwrap_or_default();
            self.valued(short, value);
        } else {
            self.short(short);
        }
        None
    }

    fn short(&mut self, name: &str) {
        match name {
            "r" => self.recursive = true,
            "R" => (self.recursive, self.patterns) = (true, true),
            "j" => self.junk = true,
            "q" => self.quiet = true,
            "m" => self.moves = true,
            "y" => self.links = true,
            "D" => self.no_folders = true,
            "X" => self.no_extra = true,
            "T" => self.test = true,
            "@" => self.from_stdin = true,
            "u" => self.action = Action::Update,
            "f" => self.action = Action::Freshen,
            "FS" => (self.action, self.sync) = (Action::Update, true),
            "d" => self.action = Action::Delete,
            "v" => self.verbose = true,
            "o" => self.latest = true,
            "z" => self.comment = true,
            "l" => self.lines = 1,
            "ll" => self.lines = 2,
            "sf" => self.show = true,
            "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" => self.level = name.parse().ok(),
            "h" => cli::print_and_exit(HELP),
            "e" => fail(BAD_OPTION, "Invalid command arguments (encryption not supported)"),
            "g" | "S" | "k" | "A" | "F" | "FF" | "w" | "nw" | "ws" | "db" | "dc" | "dd" | "dg" | "du" | "dv" | "mm" | "UN" => {}
            _ => fail(BAD_OPTION, &format!("Invalid command arguments (short option '{name}' not supported)")),
        }
    }
}

impl Task {
    fn run(&mut self, names: &[Vec<u8>]) {
        let mut old = self.existing();
        let shown = cli::show(&self.archive);
        if self.options.action == Action::Delete {
            self.delete(old.as_mut(), names);
        } else {
            if names.is_empty() && self.look(old.as_ref(), &shown) {
                return;
            }
            if self.options.patterns {
                self.options.included.extend(names.iter().cloned());
                self.collect(b".");
            } else {
                names.iter().for_each(|name| self.collect(name));
            }
            if self.options.action == Action::Freshen && names.is_empty() {
                let present: Vec<Vec<u8>> = old.iter().flat_map(|old| old.entries.iter().map(|entry| entry.name.clone())).collect();
                present.iter().filter(|name| cli::path(name).exists()).for_each(|name| self.collect(name));
            }
            if self.sources.is_empty() {
                let hint = names.first().filter(|_| self.options.recursive).map_or(shown.clone(), |name| format!("try: zip -r {shown} . -i {}", cli::show(name)));
                fail(NOTHING, &format!("Nothing to do! ({hint})"));
            }
            if self.options.show {
                return self.show("Archive would", self.sources.iter().map(|source| (cli::show(&source.name), source.meta.as_ref().map_or(0, fs::Metadata::len))).collect());
            }
            if old.is_none() && matches!(self.options.action, Action::Update | Action::Freshen) && !self.options.sync {
                tell(&format!("\tzip warning: {shown} not found or empty"));
            }
            self.keep_old(old.as_mut());
            for source in std::mem::take(&mut self.sources) {
                self.add(&source);
            }
            if !self.changed && old.is_some() && self.options.action != Action::Add {
                self.status = if self.options.sync { 0 } else { NOTHING };
                if self.options.sync {
                    self.say("Archive is current");
                }
                return;
            }
        }
        self.write(old.map(|old| old.comment).unwrap_or_default());
    }

    /// What is asked of an archive without names; false: nothing.
    fn look(&mut self, old: Option<&Archive>, shown: &str) -> bool {
        let Some(old) = old else { return false };
        if self.options.show {
            self.show("Archive", old.entries.iter().map(|entry| (cli::show(&entry.name), entry.plain)).collect());
        } else if self.options.test && self.options.action == Action::Add {
            self.say(&format!("test of {shown} OK"));
        } else {
            return false;
        }
        true
    }

    fn show(&self, what: &str, members: Vec<(String, u64)>) {
        println!("{what} contain{}:", if what == "Archive" { "s" } else { "" });
        members.iter().for_each(|(name, _)| println!("  {name}"));
        println!("Total {} entries ({} bytes)", members.len(), members.iter().map(|member| member.1).sum::<u64>());
    }

    fn existing(&self) -> Option<Archive> {
        if self.archive == b"-" {
            return None;
        }
        let file = File::open(cli::path(&self.archive)).ok()?;
        match Archive::open(file) {
            Ok(archive) => Some(archive),
            Err(Fault::Io(error)) => fail(OPEN, &format!("{}: {}", cli::show(&self.archive), cli::reason(&error))),
            Err(_) => fail(FORMAT, &format!("Zip file structure invalid ({})", cli::show(&self.archive))),
        }
    }

    fn say(&self, text: &str) {
        if self.options.quiet {
            return;
        }
        tell(text);
    }

    fn delete(&mut self, old: Option<&mut Archive>, names: &[Vec<u8>]) {
        let shown = cli::show(&self.archive);
        let Some(old) = old else {
            tell(&format!("\tzip warning: {shown} not found or empty"));
            names.iter().for_each(|name| tell(&format!("\tzip warning: name not matched: {}", cli::show(name))));
            fail(NOTHING, &format!("Nothing to do! ({shown})"))
        };
        let mut any = false;
        for entry in old.entries.clone() {
            if names.iter().any(|pattern| cli::glob(pattern, &entry.name, true)) {
                self.say(&format!("deleting: {}", cli::show(&entry.name)));
                any = true;
            } else {
                self.copy(old, &entry);
            }
        }
        if !any {
            for name in names {
                tell(&format!("\tzip warning: name not matched: {}", cli::show(name)));
            }
            fail(NOTHING, &format!("Nothing to do! ({shown})"));
        }
    }

    fn collect(&mut self, path: &[u8]) {
        if path == b"-" {
            self.sources.push(Source { path: path.to_vec(), name: path.to_vec(), meta: None });
            return;
        }
        let found = if self.options.links { fs::symlink_metadata(cli::path(path)) } else { fs::metadata(cli::path(path)) };
        let Ok(meta) = found else {
            if !self.options.quiet {
                tell(&format!("\tzip warning: name not matched: {}", cli::show(path.strip_prefix(b"./").unwrap_or(path))));
            }
            return;
        };
        let own = fs::metadata(cli::path(&self.archive)).is_ok_and(|own| (own.dev(), own.ino()) == (meta.dev(), meta.ino()));
        if own {
            return;
        }
        let folder = meta.is_dir();
        let mut name = stored(path);
        if folder && !name.is_empty() {
            name.push(b'/');
        }
        if self.options.junk {
            name = if folder { Vec::new() } else { name.rsplit(|byte| *byte == b'/').next().unwrap_or_default().to_vec() };
        }
        let listed = |list: &[Vec<u8>]| list.iter().any(|pattern| cli::glob(&stored(pattern), &name, true));
        let taken = !listed(&self.options.excluded) && (self.options.included.is_empty() || listed(&self.options.included));
        let taken = taken && (folder || (self.options.from.is_none_or(|from| meta.mtime() >= from) && self.options.before.is_none_or(|before| meta.mtime() < before)));
        let twice = self.sources.iter().any(|source| source.name == name);
        if !name.is_empty() && taken && !twice && !(folder && self.options.no_folders) {
            self.sources.push(Source { path: path.to_vec(), name, meta: Some(meta) });
        }
        if folder && self.options.recursive {
            let mut inner: Vec<Vec<u8>> = fs::read_dir(cli::path(path)).into_iter().flatten().flatten().map(|entry| entry.file_name().as_bytes().to_vec()).collect();
            inner.sort();
            let stem = path.strip_suffix(b"/").unwrap_or(path);
            for name in inner {
                self.collect(&[stem, b"/", &name].concat());
            }
        }
    }

    /// Takes over what is not replaced; with -u and -f, drops sources that are not newer.
    fn keep_old(&mut self, old: Option<&mut Archive>) {
        let action = self.options.action;
        let Some(old) = old else {
            if action == Action::Freshen {
                self.sources.clear();
            }
            return;
        };
        for entry in old.entries.clone() {
            let at = self.sources.iter().position(|source| source.name == entry.name);
            let newer = at.is_some_and(|at| self.sources[at].meta.as_ref().is_none_or(|meta| meta.mtime() > entry.time()));
            match at {
                Some(at) if action == Action::Add || newer => {
                    let source = self.sources.remove(at);
                    self.done.push(entry.name.clone());
                    self.add(&source);
                }
                Some(at) => {
                    self.sources.remove(at);
                    self.copy(old, &entry);
                }
                None if self.options.sync => {
                    self.say(&format!("deleting: {}", cli::show(&entry.name)));
                    self.changed = true;
                }
                None => self.copy(old, &entry),
            }
        }
        if action == Action::Freshen {
            self.sources.clear();
        }
    }

    fn copy(&mut self, old: &mut Archive, entry: &Entry) {
        let mut kept = Entry { offset: self.out.len() as u64, flags: entry.flags & !8, ..entry.clone() };
        let mut raw = Vec::new();
        let read = old.raw(entry).map_err(|_| io::ErrorKind::InvalidData.into()).and_then(|mut raw_bytes| raw_bytes.read_to_end(&mut raw));
        if read.is_err() || raw.len() as u64 != entry.packed {
            fail(FORMAT, &format!("Zip file structure invalid ({})", cli::show(&self.archive)));
        }
        kept.extra = kept.extra_without_sizes();
        self.out.extend(kept.header(false, &kept.extra));
        self.out.extend(raw);
        self.entries.push(kept);
    }

    fn add(&mut self, source: &Source) {
        let shown = cli::show(&source.name);
        let mut content = Vec::new();
        let folder = source.meta.as_ref().is_some_and(fs::Metadata::is_dir);
        let read = match &source.meta {
            None => io::stdin().read_to_end(&mut content).map(drop),
            Some(meta) if meta.is_symlink() => fs::read_link(cli::path(&source.path)).map(|target| content = target.as_os_str().as_bytes().to_vec()),
            Some(_) if folder => Ok(()),
            Some(_) => fs::read(cli::path(&source.path)).map(|bytes| content = bytes),
        };
        if let Err(error) = read {
            tell(&format!("\tzip warning: could not open for reading: {shown}\n\tzip warning: {}", cli::reason(&error)));
            self.status = OPEN;
            return;
        }
        if content.len() as u64 + self.out.len() as u64 > u64::from(u32::MAX) - (1 << 20) {
            fail(WRITE, &format!("{shown}: archives of 4 GB and more are not made"));
        }
        if !folder {
            content = with_lines(content, self.options.lines);
        }
        let mut crc = Crc::new();
        crc.update(&content);
        let keep = self.options.stored.iter().any(|end| !end.is_empty() && source.name.ends_with(end));
        let level = if keep { 0 } else { self.options.level.unwrap_or(6) };
        let packed = if level == 0 || content.is_empty() { None } else { Some(deflate(&content, level)).filter(|packed| packed.len() < content.len()) };
        let plain = content.len() as u64;
        let time = source.meta.as_ref().map_or_else(now, MetadataExt::mtime);
        let mode = source.meta.as_ref().map_or(0o010_600, |meta| meta.permissions().mode());
        let text = !content.is_empty() && content.iter().all(|byte| *byte >= 32 || matches!(byte, 7..=13 | 27));
        let method = if packed.is_some() { DEFLATED } else { STORED };
        let bytes = packed.unwrap_or(content);
        let speed = match level {
            1 if method == DEFLATED => 4,
            2 if method == DEFLATED => 4,
            8 | 9 if method == DEFLATED => 2,
            _ => 0,
        };
        let entry = Entry {
            made_by: 0x031e, needed: if method == DEFLATED { 20 } else { 10 }, flags: speed, method, dos_time: dos_time(time), crc: crc.sum(),
            packed: bytes.len() as u64, plain, name: source.name.clone(), extra: self.extra(time, source, true), comment: Vec::new(),
            internal: u16::from(text), external: mode << 16 | if folder { 16 } else { 0 }, offset: self.out.len() as u64,
        };
        self.out.extend(entry.header(false, &self.extra(time, source, false)));
        self.out.extend(&bytes);
        let how = if method == DEFLATED { "deflated" } else { "stored" };
        let verb = match self.options.action {
            Action::Freshen => "freshening:",
            _ if self.done.contains(&entry.name) => "updating:",
            _ => "  adding:",
        };
        let sizes = if self.options.verbose { format!("\t(in={plain}) (out={})", entry.packed) } else { String::new() };
        self.say(&format!("{verb} {shown}{sizes} ({how} {}%)", percent(plain, entry.packed)));
        self.changed = true;
        self.totals[0] += plain;
        self.totals[1] += entry.packed;
        self.entries.push(entry);
        if self.options.moves && source.meta.is_some() {
            self.done.push(source.path.clone());
        }
    }

    /// Times in seconds, and the owner.
    fn extra(&self, time: i64, source: &Source, central: bool) -> Vec<u8> {
        let Some(meta) = source.meta.as_ref().filter(|_| !self.options.no_extra) else { return Vec::new() };
        let mut extra = vec![0x55, 0x54, if central { 5 } else { 9 }, 0, 3];
        extra.extend((time as i32).to_le_bytes());
        if !central {
            extra.extend((meta.atime() as i32).to_le_bytes());
        }
        extra.extend([0x75, 0x78, 11, 0, 1, 4]);
        extra.extend(meta.uid().to_le_bytes());
        extra.push(4);
        extra.extend(meta.gid().to_le_bytes());
        extra
    }

    fn write(&mut self, mut comment: Vec<u8>) {
        if self.options.comment {
            tell("enter new zip file comment (end with .):");
            let mut text = Vec::new();
            let _ = io::stdin().read_to_end(&mut text);
            let lines = text.split(|byte| *byte == b'\n').take_while(|line| *line != b".").collect::<Vec<_>>();
            comment = lines.join(&b"\r\n"[..]);
            comment.truncate(comment.trim_ascii_end().len());
        }
        if self.options.verbose && self.options.action != Action::Delete {
            self.say(&format!("total bytes={}, compressed={} -> {}% savings", self.totals[0], self.totals[1], percent(self.totals[0], self.totals[1])));
        }
        let offset = self.out.len() as u64;
        for entry in &self.entries {
            self.out.extend(entry.header(true, &entry.extra));
        }
        let length = self.out.len() as u64 - offset;
        if self.entries.len() >= 0xffff {
            fail(WRITE, "archives of 65535 members and more are not made");
        }
        self.out.extend(end(self.entries.len(), length, offset, &comment));
        if self.archive == b"-" {
            if let Err(error) = io::stdout().write_all(&self.out) {
                fail(14, &format!("Output file write failure (write error on zip file: {})", cli::reason(&error)));
            }
            return;
        }
        let path = cli::path(self.options.output.as_ref().unwrap_or(&self.archive));
        if self.entries.is_empty() {
            tell("\tzip warning: zip file empty");
            if self.options.action != Action::Delete {
                let _ = fs::remove_file(path);
                return;
            }
        }
        // The old archive stays whole until the new one is there.
        let temporary = path.with_file_name(format!(".zip{}", std::process::id()));
        let written = fs::write(&temporary, &self.out).and_then(|()| fs::rename(&temporary, path));
        if let Err(error) = written {
            let _ = fs::remove_file(&temporary);
            fail(WRITE, &format!("Could not create output file ({}: {})", cli::show(&self.archive), cli::reason(&error)));
        }
        if let Some(time) = self.entries.iter().map(Entry::time).max().filter(|_| self.options.latest) {
            let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(time.max(0) as u64);
            let _ = File::options().write(true).open(path).and_then(|file| file.set_modified(time));
        }
        if self.options.test {
            self.say(&format!("test of {} OK", cli::show(&self.archive)));
        }
        if self.options.moves {
            for path in self.done.iter().rev() {
                let path = cli::path(path);
                let _ = if path.is_dir() { fs::remove_dir(path) } else { fs::remove_file(path) };
            }
        }
    }
}

impl Entry {
    /// The extra fields but for those of 64-bit sizes, which header and directory have anew.
    fn extra_without_sizes(&self) -> Vec<u8> {
        let (mut kept, mut rest) = (Vec::new(), &self.extra[..]);
        while rest.len() >= 4 {
            let end = (4 + usize::from(super::half(rest, 2))).min(rest.len());
            if super::half(rest, 0) != 1 {
                kept.extend(&rest[..end]);
            }
            rest = &rest[end..];
        }
        kept
    }
}

/// A path as a member's name: relative, without `.` in it.
fn stored(path: &[u8]) -> Vec<u8> {
    let parts: Vec<&[u8]> = path.split(|byte| *byte == b'/').filter(|part| !part.is_empty() && *part != b".").collect();
    parts.join(&b'/')
}

fn deflate(content: &[u8], level: u32) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(level));
    // Writing to memory does not fail.
    let _ = encoder.write_all(content);
    encoder.finish().unwrap_or_default()
}

/// Text with other line ends.
fn with_lines(content: Vec<u8>, lines: u8) -> Vec<u8> {
    if lines == 0 || content.contains(&0) {
        return content;
    }
    let mut out = Vec::with_capacity(content.len());
    for byte in content {
        if byte == b'\n' {
            match (lines, out.last()) {
                (1, _) => out.push(b'\r'),
                (_, Some(b'\r')) => drop(out.pop()),
                _ => {}
            }
        }
        out.push(byte);
    }
    out
}

fn now() -> i64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64)
}

fn percent(plain: u64, packed: u64) -> u64 {
    if plain == 0 || packed >= plain {
        return 0;
    }
    (200 * (plain - packed) + plain) / (2 * plain)
}
