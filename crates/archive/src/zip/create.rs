//! zip.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

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
}

fn fail(status: i32, text: &str) -> ! {
    eprintln!("\nzip error: {text}");
    std::process::exit(status)
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
}

pub fn main() -> i32 {
    let mut options = Options::default();
    let mut names = arguments(&mut options);
    if names.is_empty() {
        cli::print_and_exit(HELP);
    }
    let mut archive = names.remove(0);
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
    let mut task = Task { options, archive, sources: Vec::new(), out: Vec::new(), entries: Vec::new(), done: Vec::new(), status: 0 };
    task.run(&names);
    task.status
}

fn arguments(options: &mut Options) -> Vec<Vec<u8>> {
    let (mut names, mut list): (Vec<Vec<u8>>, Option<u8>) = (Vec::new(), None);
    for argument in cli::args() {
        if argument == b"@" && list.is_some() {
            list = None;
        } else if argument.len() < 2 || argument[0] != b'-' {
            match list {
                Some(b'x') => options.excluded.push(argument),
                Some(_) => options.included.push(argument),
                None => names.push(argument),
            }
        } else if let Some(word) = argument.strip_prefix(b"--") {
            list = options.word(&cli::show(word));
        } else {
            list = None;
            for (at, letter) in argument.iter().enumerate().skip(1) {
                if let b'x' | b'i' = letter {
                    list = Some(*letter);
                    let rest = argument[at + 1..].to_vec();
                    if !rest.is_empty() {
                        if *letter == b'x' { &mut options.excluded } else { &mut options.included }.push(rest);
                    }
                    break;
                }
                options.letter(*letter);
            }
        }
    }
    names
}

impl Options {
    fn word(&mut self, word: &str) -> Option<u8> {
        match word {
            "recurse-paths" => self.recursive = true,
            "junk-paths" => self.junk = true,
            "quiet" => self.quiet = true,
            "symlinks" => self.links = true,
            "update" => self.action = Action::Update,
            "freshen" => self.action = Action::Freshen,
            "delete" => self.action = Action::Delete,
            "move" => self.moves = true,
            "test" => self.test = true,
            "names-stdin" => self.from_stdin = true,
            "no-dir-entries" => self.no_folders = true,
            "no-extra" => self.no_extra = true,
            "exclude" => return Some(b'x'),
            "include" => return Some(b'i'),
            "verbose" => {}
            "help" => cli::print_and_exit(HELP),
            _ => fail(BAD_OPTION, &format!("Invalid command arguments (long option '{word}' not supported)")),
        }
        None
    }

    fn letter(&mut self, letter: u8) {
        match letter {
            b'r' => self.recursive = true,
            b'j' => self.junk = true,
            b'q' => self.quiet = true,
            b'm' => self.moves = true,
            b'y' => self.links = true,
            b'D' => self.no_folders = true,
            b'X' => self.no_extra = true,
            b'T' => self.test = true,
            b'@' => self.from_stdin = true,
            b'u' => self.action = Action::Update,
            b'f' => self.action = Action::Freshen,
            b'd' => self.action = Action::Delete,
            b'0'..=b'9' => self.level = Some(u32::from(letter - b'0')),
            b'h' => cli::print_and_exit(HELP),
            b'v' | b'o' | b'g' | b'S' | b'k' => {}
            _ => fail(BAD_OPTION, &format!("Invalid command arguments (short option '{}' not supported)", letter as char)),
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
            for name in names {
                self.collect(name);
            }
            if self.options.action == Action::Freshen && names.is_empty() {
                let present: Vec<Vec<u8>> = old.iter().flat_map(|old| old.entries.iter().map(|entry| entry.name.clone())).collect();
                present.iter().filter(|name| cli::path(name).exists()).for_each(|name| self.collect(name));
            }
            if self.sources.is_empty() {
                let hint = names.first().filter(|_| self.options.recursive).map_or(shown.clone(), |name| format!("try: zip -r {shown} . -i {}", cli::show(name)));
                fail(NOTHING, &format!("Nothing to do! ({hint})"));
            }
            self.keep_old(old.as_mut());
            for source in std::mem::take(&mut self.sources) {
                self.add(&source);
            }
        }
        self.write(old.map(|old| old.comment).unwrap_or_default());
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
        // The archive itself may be what goes to standard output.
        if self.archive == b"-" {
            eprintln!("{text}");
        } else {
            println!("{text}");
        }
    }

    fn delete(&mut self, old: Option<&mut Archive>, names: &[Vec<u8>]) {
        let Some(old) = old else { fail(13, &format!("Zip file not found ({})", cli::show(&self.archive))) };
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
                eprintln!("\tzip warning: name not matched: {}", cli::show(name));
            }
            fail(NOTHING, &format!("Nothing to do! ({})", cli::show(&self.archive)));
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
                eprintln!("\tzip warning: name not matched: {}", cli::show(path.strip_prefix(b"./").unwrap_or(path)));
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
            eprintln!("\tzip warning: could not open for reading: {shown}\n\tzip warning: {}", cli::reason(&error));
            self.status = OPEN;
            return;
        }
        if content.len() as u64 + self.out.len() as u64 > u64::from(u32::MAX) - (1 << 20) {
            fail(WRITE, &format!("{shown}: archives of 4 GB and more are not made"));
        }
        let mut crc = Crc::new();
        crc.update(&content);
        let level = self.options.level.unwrap_or(6);
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
        let verb = if self.done.contains(&entry.name) { "updating:" } else { "  adding:" };
        self.say(&format!("{verb} {shown} ({how} {}%)", percent(plain, entry.packed)));
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

    fn write(&mut self, comment: Vec<u8>) {
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
        let path = cli::path(&self.archive);
        if self.entries.is_empty() {
            eprintln!("\tzip warning: zip file empty");
            let _ = fs::remove_file(path);
            return;
        }
        // The old archive stays whole until the new one is there.
        let temporary = path.with_file_name(format!(".zip{}", std::process::id()));
        let written = fs::write(&temporary, &self.out).and_then(|()| fs::rename(&temporary, path));
        if let Err(error) = written {
            let _ = fs::remove_file(&temporary);
            fail(WRITE, &format!("Could not create output file ({}: {})", cli::show(&self.archive), cli::reason(&error)));
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

fn now() -> i64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64)
}

fn percent(plain: u64, packed: u64) -> u64 {
    if plain == 0 || packed >= plain {
        return 0;
    }
    (200 * (plain - packed) + plain) / (2 * plain)
}
