//! Makes archives, and adds to them.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, IsTerminal, Read, Seek, SeekFrom, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::PathBuf;

use super::header::{Entry, Kind, BLOCK};
use super::exclude::ignored;
use super::options::{fatal, usage, Keeps, Mode, Name};
use super::reader::Reader;
use super::{write_or_end, Session};
use crate::codec::{self, Finish};

/// Archives are whole records, of this size if nothing else is asked for.
pub const RECORD: u64 = 10_240;

/// An archive that is written.
pub struct Writer {
    out: Box<dyn Finish>,
    written: u64,
    record: u64,
}

impl Writer {
    pub fn new(out: Box<dyn Finish>, written: u64, record: Option<u64>) -> Writer {
        Writer { out, written, record: record.unwrap_or(RECORD) }
    }

    pub fn put(&mut self, bytes: &[u8]) {
        write_or_end(&mut self.out, bytes);
        self.written += bytes.len() as u64;
    }

    /// Fills the last block.
    pub fn pad(&mut self) {
        let over = self.written % BLOCK as u64;
        if over > 0 {
            self.put(&[0; BLOCK][over as usize..]);
        }
    }

    /// Ends the archive; its size.
    pub fn finish(mut self) -> u64 {
        self.put(&[0; 2 * BLOCK]);
        let over = self.written % self.record;
        if over > 0 {
            self.put(&vec![0; (self.record - over) as usize]);
        }
        if let Err(error) = self.out.finish() {
            if error.kind() == io::ErrorKind::BrokenPipe {
                std::process::exit(141);
            }
            fatal(&format!("Cannot write: {}", cli::reason(&error)));
        }
        self.written
    }
}

struct Task<'a> {
    session: &'a mut Session,
    writer: Writer,
    /// Members by device and inode, for hard links.
    seen: HashMap<(u64, u64), Vec<u8>>,
    /// The archive itself.
    own: Option<(u64, u64)>,
    /// With -u: what the archive has, and from when.
    known: HashMap<Vec<u8>, i64>,
    users: [String; 2],
    /// What files are read through.
    buffer: Vec<u8>,
    /// How many patterns of `--exclude` hold, and those that folders gave, with where each begins to hold.
    excludes: usize,
    ignores: Vec<(usize, Vec<Vec<u8>>)>,
}

pub fn run(session: &mut Session) {
    let name = session.options.archive.clone().unwrap_or_else(|| b"-".to_vec());
    let create = session.options.mode == Some(Mode::Create);
    if session.options.names.is_empty() && create {
        usage("Cowardly refusing to create an empty archive");
    }
    let mut known = HashMap::new();
    let (writer, own) = if create { open(session, &name) } else { reopen(session, &name, &mut known) };
    let users = ["/etc/passwd", "/etc/group"].map(|path| fs::read_to_string(path).unwrap_or_default());
    let buffer = vec![0; 1 << 16];
    late_patterns(session);
    let mut task = Task { session, writer, seen: HashMap::new(), own, known, users, buffer, excludes: 0, ignores: Vec::new() };
    for Name { folder, name, excludes } in task.session.options.names.clone() {
        let base = folder.as_deref().map(cli::path).map(PathBuf::from).unwrap_or_default();
        if let Some(Err(error)) = folder.as_ref().map(|_| fs::read_dir(&base)) {
            fatal(&format!("{}: Cannot open: {}", base.display(), cli::reason(&error)));
        }
        task.excludes = excludes;
        task.add(&base, &name);
    }
    let written = task.writer.finish();
    session.totals("written", written);
}

/// Tells of patterns that no name stands behind.
fn late_patterns(session: &mut Session) {
    let from = session.options.names.last().map_or(0, |name| name.excludes);
    let late = session.options.exclude[from..].to_vec();
    if late.is_empty() {
        return;
    }
    session.error("The following options were used after any non-optional arguments in archive create or update mode.  These options are positional and affect only arguments that follow them.  Please, rearrange them properly.");
    for pattern in late {
        session.error(&format!("--exclude '{}' has no effect", cli::show(&pattern)));
    }
}

fn open(session: &mut Session, name: &[u8]) -> (Writer, Option<(u64, u64)>) {
    let options = &session.options;
    let kind = options.codec.unwrap_or(if options.by_name { codec::Kind::of_name(name) } else { codec::Kind::Plain });
    let record = options.record;
    let (out, own): (Box<dyn Write>, _) = if name == b"-" {
        if io::stdout().is_terminal() {
            fatal("Refusing to write archive contents to terminal (missing -f option?)");
        }
        (Box::new(io::stdout()), None)
    } else {
        if cli::path(name).exists() {
            let _ = session.back_up(cli::path(name));
        }
        match File::create(cli::path(name)) {
            Ok(file) => {
                let own = file.metadata().ok().map(|meta| (meta.dev(), meta.ino()));
                (Box::new(file), own)
            }
            Err(error) => fatal(&format!("{}: Cannot open: {}", cli::show(name), cli::reason(&error))),
        }
    };
    let out = codec::writer(kind, Box::new(BufWriter::with_capacity(1 << 16, out)), &codec::Settings::default());
    (Writer::new(out.unwrap_or_else(|error| fatal(&format!("Cannot write: {}", cli::reason(&error)))), 0, record), own)
}

/// Opens an archive at its end.
fn reopen(session: &mut Session, name: &[u8], known: &mut HashMap<Vec<u8>, i64>) -> (Writer, Option<(u64, u64)>) {
    if session.options.codec.is_some() {
        fatal("Cannot update compressed archives");
    }
    let failed = |error: &io::Error| -> ! { fatal(&format!("{}: Cannot open: {}", cli::show(name), cli::reason(error))) };
    let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(cli::path(name)).unwrap_or_else(|error| failed(&error));
    let mut start = [0; 6];
    let count = file.read(&mut start).unwrap_or(0);
    if codec::Kind::of_start(&start[..count]) != codec::Kind::Plain {
        fatal("Cannot update compressed archives");
    }
    let mut reader = Reader::open(&session.options, name);
    while count > 0 {
        match reader.next() {
            Ok(Some(entry)) => drop(known.insert(entry.name, entry.time)),
            Ok(None) => break,
            Err(_) => fatal(&format!("{}: not an archive that can be added to", cli::show(name))),
        }
    }
    if session.options.mode != Some(Mode::Update) {
        known.clear();
    }
    let end = reader.start;
    let own = file.metadata().ok().map(|meta| (meta.dev(), meta.ino()));
    if let Err(error) = file.set_len(end).and_then(|()| file.seek(SeekFrom::Start(end))) {
        failed(&error);
    }
    let out = codec::writer(codec::Kind::Plain, Box::new(BufWriter::with_capacity(1 << 16, file)), &codec::Settings::default());
    (Writer::new(out.unwrap_or_else(|error| failed(&error)), end, session.options.record), own)
}

impl Task<'_> {
    fn add(&mut self, base: &std::path::Path, name: &[u8]) {
        let ignored = |(from, patterns): &(usize, Vec<Vec<u8>>)| name.len() > *from && ignored(patterns, &name[*from..]);
        if self.session.excluded(name, self.excludes) || self.ignores.iter().any(ignored) {
            return;
        }
        let path = base.join(cli::path(name));
        let found = if self.session.options.follow { fs::metadata(&path) } else { fs::symlink_metadata(&path) };
        let meta = match found {
            Ok(meta) => meta,
            Err(error) => {
                let ignoring = self.session.options.ignore_failed;
                let message = format!("{}:{} Cannot stat: {}", cli::show(name), if ignoring { " Warning:" } else { "" }, cli::reason(&error));
                return if ignoring { self.session.warn(&message) } else { self.session.error(&message) };
            }
        };
        if self.own == Some((meta.dev(), meta.ino())) {
            return self.session.warn(&format!("{}: file is the archive; not dumped", cli::show(name)));
        }
        if meta.file_type().is_socket() {
            return self.session.warn(&format!("{}: socket ignored", cli::show(name)));
        }
        let old = |(from, changes): (i64, bool)| !meta.is_dir() && meta.mtime() < from && (!changes || meta.ctime() < from);
        if self.session.options.newer.is_some_and(old) {
            return;
        }
        let tag = if meta.is_dir() && !self.session.options.tags.is_empty() { self.session.tagged(&path) } else { None };
        if let Some(tag) = tag.as_ref().filter(|_| self.session.options.verbose > 0) {
            let what = if tag.cache { "a cache directory tag" } else { "a tag" };
            let file = cli::show(&tag.file);
            self.session.warn(&format!("{}/: contains {what} {file}; {}", cli::show(name), if tag.keeps == Keeps::Nothing { "directory not dumped" } else { "contents not dumped" }));
        }
        if tag.as_ref().is_some_and(|tag| tag.keeps == Keeps::Nothing) {
            return;
        }
        let stored = self.session.relative(name, "member names");
        let entry = self.entry(&stored, &meta, &path);
        if meta.nlink() > 1 && !meta.is_dir() && !self.session.options.hard_dereference {
            self.session.relative(name, "hard link targets");
        }
        let newer = self.known.get(&entry.name).is_none_or(|time| entry.time > *time);
        if (meta.is_dir() && self.known.is_empty()) || newer {
            self.write(entry, name, &path, &meta);
        }
        if let Some(tag) = tag {
            if tag.keeps == Keeps::Tag {
                let tags = std::mem::take(&mut self.session.options.tags);
                self.add(base, &[name.strip_suffix(b"/").unwrap_or(name), b"/", &tag.file].concat());
                self.session.options.tags = tags;
            }
        } else if meta.is_dir() && !self.session.options.no_recursion {
            self.folder(base, name, &path);
        } else if self.session.options.remove_files && !meta.is_dir() {
            if let Err(error) = fs::remove_file(&path) {
                self.session.error(&format!("{}: Cannot unlink: {}", cli::show(name), cli::reason(&error)));
            }
        }
    }

    fn folder(&mut self, base: &std::path::Path, name: &[u8], path: &std::path::Path) {
        let entries = match fs::read_dir(path) {
            Ok(entries) => entries,
            Err(error) => return self.session.error(&format!("{}: Cannot open: {}", cli::show(name), cli::reason(&error))),
        };
        let mut inner: Vec<Vec<u8>> = entries.flatten().map(|entry| entry.file_name().as_bytes().to_vec()).collect();
        inner.sort();
        let stem = name.strip_suffix(b"/").filter(|stem| !stem.is_empty()).unwrap_or(if name == b"/" { b"" } else { name });
        let patterns = if self.session.options.ignore_files.is_empty() { Vec::new() } else { self.session.ignored_in(path) };
        let given = !patterns.is_empty();
        if given {
            self.ignores.push((stem.len() + 1, patterns));
        }
        for inner in inner {
            self.add(base, &[stem, b"/", &inner].concat());
        }
        if given {
            self.ignores.pop();
        }
        if self.session.options.remove_files {
            let _ = fs::remove_dir(path);
        }
    }

    fn entry(&mut self, name: &[u8], meta: &fs::Metadata, path: &std::path::Path) -> Entry {
        let options = &self.session.options;
        let mut name = self.session.transformed(name, 0);
        if meta.is_dir() && !name.ends_with(b"/") {
            name.push(b'/');
        }
        let own = |id: u32, chosen: &Option<(Vec<u8>, Option<u64>)>, list: &str| match chosen {
            Some((name, Some(id))) if name.is_empty() => (*id, name_of(*id as u32, list)),
            Some((name, id)) => (id.unwrap_or(0), name.clone()),
            None => (u64::from(id), name_of(id, list)),
        };
        let (uid, user) = own(meta.uid(), &options.owner, &self.users[0]);
        let (gid, group) = own(meta.gid(), &options.group, &self.users[1]);
        let (user, group) = if options.numeric { (Vec::new(), Vec::new()) } else { (user, group) };
        let kind = if meta.is_dir() {
            Kind::Folder
        } else if meta.is_symlink() {
            Kind::SymLink
        } else if meta.file_type().is_fifo() {
            Kind::Fifo
        } else {
            Kind::File
        };
        let mut entry = Entry {
            name,
            link: Vec::new(),
            kind,
            mode: changed(meta.mode() & 0o7777, meta.is_dir(), options.file_mode.as_deref()),
            uid,
            gid,
            user,
            group,
            size: if kind == Kind::File { meta.len() } else { 0 },
            time: options.mtime.filter(|time| !options.clamp_mtime || meta.mtime() > *time).unwrap_or_else(|| meta.mtime()),
        };
        if kind == Kind::SymLink {
            let target = fs::read_link(path).map(|target| target.as_os_str().as_bytes().to_vec()).unwrap_or_default();
            entry.link = self.session.transformed(&target, 1);
        } else if meta.nlink() > 1 && !meta.is_dir() && !options.hard_dereference {
            match self.seen.get(&(meta.dev(), meta.ino())) {
                Some(first) => {
                    entry.link = first.clone();
                    (entry.kind, entry.size) = (Kind::HardLink, 0);
                }
                None => drop(self.seen.insert((meta.dev(), meta.ino()), entry.name.clone())),
            }
        }
        entry
    }

    fn write(&mut self, entry: Entry, name: &[u8], path: &std::path::Path, meta: &fs::Metadata) {
        let mut content: Option<File> = None;
        if entry.kind == Kind::File && meta.is_file() {
            match File::open(path) {
                Ok(file) => content = Some(file),
                Err(error) => return self.session.error(&format!("{}: Cannot open: {}", cli::show(name), cli::reason(&error))),
            }
        }
        let verbose = self.session.options.verbose;
        if verbose > 0 {
            let to_errors = self.session.options.archive.as_deref().is_none_or(|name| name == b"-");
            let mut shown = entry.clone();
            if !self.session.options.show_transformed && !self.session.options.transforms.is_empty() {
                shown.name = name.to_vec();
                if meta.is_dir() && !shown.name.ends_with(b"/") {
                    shown.name.push(b'/');
                }
            }
            self.session.block = self.writer.written / BLOCK as u64;
            self.session.name_member(&shown, verbose > 1, to_errors);
        }
        self.writer.put(&entry.blocks());
        let Some(mut content) = content else { return };
        let mut left = entry.size;
        let buffer = &mut self.buffer;
        while left > 0 {
            let most = left.min(buffer.len() as u64) as usize;
            match content.read(&mut buffer[..most]) {
                Ok(0) => break,
                Ok(count) => {
                    self.writer.put(&buffer[..count]);
                    left -= count as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.session.error(&format!("{}: Read error: {}", cli::show(name), cli::reason(&error)));
                    break;
                }
            }
        }
        if left > 0 {
            self.session.warn(&format!("{}: File shrank by {left} bytes; padding with zeros", cli::show(name)));
            self.session.status = self.session.status.max(1);
            while left > 0 {
                let most = left.min(buffer.len() as u64) as usize;
                buffer[..most].fill(0);
                self.writer.put(&buffer[..most]);
                left -= most as u64;
            }
        }
        self.writer.pad();
    }
}

/// The name that a list of accounts has for an id.
fn name_of(id: u32, list: &str) -> Vec<u8> {
    let found = list.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(id)).then(|| name.as_bytes().to_vec())
    });
    found.unwrap_or_else(|| match id {
        0 => b"root".to_vec(),
        1000 => b"user".to_vec(),
        _ => Vec::new(),
    })
}

/// A mode as `--mode` changes it: octal, or `u+x,go-w`.
fn changed(mode: u32, folder: bool, changes: Option<&[u8]>) -> u32 {
    let Some(text) = changes.and_then(|changes| std::str::from_utf8(changes).ok()) else { return mode };
    if let Ok(octal) = u32::from_str_radix(text, 8) {
        return octal & 0o7777;
    }
    let mut mode = mode;
    for clause in text.split(',') {
        let Some(at) = clause.find(['+', '-', '=']) else { fatal(&format!("Invalid mode given on option: {text}")) };
        let who = clause[..at].chars().fold(0, |who, letter| who | match letter {
            'u' => 0o700,
            'g' => 0o070,
            'o' => 0o007,
            _ => 0o777,
        });
        let who = if who == 0 { 0o777 } else { who };
        let bits = clause[at + 1..].chars().fold(0, |bits, letter| bits | match letter {
            'r' => 0o444,
            'w' => 0o222,
            'x' => 0o111,
            'X' if folder || mode & 0o111 != 0 => 0o111,
            _ => 0,
        });
        mode = match clause.as_bytes()[at] {
            b'+' => mode | (bits & who),
            b'-' => mode & !(bits & who),
            _ => (mode & !who) | (bits & who),
        };
    }
    mode
}
