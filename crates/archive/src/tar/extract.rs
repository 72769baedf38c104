//! Lists, extracts and compares.

use std::collections::HashMap;
use std::fs::{self, DirBuilder, File, FileTimes, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{symlink, DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::create::RECORD;
use super::header::{Entry, Kind, BLOCK};
use super::options::{fatal, Mode};
use super::reader::{Fault as Broken, Reader};
use crate::codec::{Fault, Kind as Codec};
use super::Session;

struct Task<'a> {
    session: &'a mut Session,
    folder: PathBuf,
    /// Where nothing may lead out of, as the system names it.
    home: PathBuf,
    /// Operands that a member was found for.
    found: Vec<bool>,
    /// Links that lead elsewhere are made last, so that nothing is written through them.
    links: Vec<(PathBuf, Vec<u8>)>,
    /// Folders get their modes and times last.
    folders: Vec<(PathBuf, u32, i64)>,
    /// The member of -K was seen.
    started: bool,
    /// How often each operand was met, for --occurrence.
    counts: HashMap<Vec<u8>, usize>,
}

pub fn run(session: &mut Session) {
    let name = session.options.archive.clone().unwrap_or_else(|| b"-".to_vec());
    let mut reader = Reader::open(&session.options, &name);
    let mut folder = PathBuf::from(session.options.folder.as_deref().map_or(Path::new("."), cli::path));
    if session.options.mode == Some(Mode::Extract) {
        if !folder.is_dir() {
            fatal(&format!("{}: Cannot open: No such file or directory", folder.display()));
        }
        if let Some(top) = &session.options.one_top_level {
            let base = name.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
            let stem = base.split(|byte| *byte == b'.').next().unwrap_or_default();
            let top = top.clone().unwrap_or_else(|| stem.to_vec());
            folder = folder.join(cli::path(&top));
            if let Err(error) = fs::create_dir_all(&folder) {
                fatal(&format!("{}: Cannot mkdir: {}", folder.display(), cli::reason(&error)));
            }
        }
    }
    let home = fs::canonicalize(&folder).unwrap_or_else(|_| folder.clone());
    let found = vec![false; session.options.names.len()];
    let started = session.options.starting_file.is_none();
    let mut task = Task { session, folder, home, found, links: Vec::new(), folders: Vec::new(), started, counts: HashMap::new() };
    task.members(&mut reader, &name);
    task.finish();
    session.totals("read", reader.offset.div_ceil(RECORD) * RECORD);
}

impl Task<'_> {
    fn members(&mut self, reader: &mut Reader, name: &[u8]) {
        loop {
            let entry = match reader.next() {
                Ok(Some(entry)) => entry,
                Ok(None) => {
                    if self.session.options.block_numbers {
                        let line = format!("block {}: ** Block of NULs **\n", (reader.offset / BLOCK as u64).saturating_sub(1));
                        self.session.out.put(line.as_bytes());
                    }
                    break;
                }
                Err(Broken::NotTar) => {
                    self.session.error("This does not look like a tar archive");
                    break;
                }
                Err(Broken::Skipped) => {
                    self.session.error("Skipping to next header");
                    break;
                }
                Err(Broken::Short) => {
                    self.session.out.send();
                    self.finish();
                    fatal("Unexpected EOF in archive");
                }
                Err(Broken::Io(error)) => {
                    self.session.out.send();
                    if let Some(fault) = Fault::of(&error) {
                        child_failed(reader.kind, fault, &error);
                    }
                    fatal(&format!("{}: Cannot read: {}", cli::show(name), cli::reason(&error)));
                }
            };
            self.started |= self.session.options.starting_file.as_deref().is_some_and(|name| name == entry.name.strip_suffix(b"/").unwrap_or(&entry.name));
            if self.started && self.wanted(&entry) {
                self.session.block = reader.start / BLOCK as u64;
                self.member(entry, reader);
            }
        }
        let mut warned = self.session.options.wildcards.is_some();
        for (index, found) in self.found.clone().into_iter().enumerate() {
            if !found {
                let pattern = self.session.options.names[index].name.iter().any(|byte| b"*?[".contains(byte));
                if pattern && !warned {
                    warned = true;
                    self.session.warn("Pattern matching characters used in file names");
                    self.session.warn("Use --wildcards to enable pattern matching, or --no-wildcards to suppress this warning");
                }
                let name = cli::show(&self.session.options.names[index].name);
                self.session.error(&format!("{name}: Not found in archive"));
            }
        }
    }

    fn wanted(&mut self, entry: &Entry) -> bool {
        let options = &self.session.options;
        let name = entry.name.strip_suffix(b"/").unwrap_or(&entry.name);
        let mut hit = options.names.is_empty();
        for (index, own) in options.names.iter().enumerate() {
            let own = own.name.strip_suffix(b"/").unwrap_or(&own.name);
            let inside = !options.no_recursion && name.len() > own.len() && name.starts_with(own) && name[own.len()] == b'/';
            let wild = options.wildcards == Some(true) && (cli::glob(own, name, true) || name.iter().enumerate().any(|(at, byte)| *byte == b'/' && cli::glob(own, &name[..at], true)));
            if name == own || inside || wild {
                self.found[index] = true;
                hit = true;
            }
        }
        if let Some(wanted) = options.occurrence.filter(|_| hit && !options.names.is_empty()) {
            let count = self.counts.entry(entry.name.clone()).or_default();
            *count += 1;
            hit = *count == wanted;
        }
        hit && !self.session.excluded(&entry.name, self.session.options.exclude.len())
    }

    fn member(&mut self, mut entry: Entry, reader: &mut Reader) {
        let stored = entry.clone();
        if !self.session.options.transforms.is_empty() {
            entry.name = self.session.transformed(&entry.name, 0);
            let scope = if entry.kind == Kind::HardLink { 2 } else { 1 };
            entry.link = self.session.transformed(&entry.link, scope);
        }
        let strip = self.session.options.strip;
        let stripped = stripped(&entry.name, strip);
        let gone = stripped.is_empty();
        entry.name = stripped;
        if entry.kind == Kind::HardLink && strip > 0 {
            entry.link = self::stripped(&entry.link, strip);
        }
        let verbose = self.session.options.verbose;
        let shown = if self.session.options.show_transformed { entry.clone() } else { stored };
        match self.session.options.mode {
            Some(Mode::List) => {
                // Only to tell what extracting would take away.
                self.session.relative(&shown.name, "member names");
                self.session.name_member(&shown, verbose > 0, false);
            }
            Some(Mode::Extract) if gone => {}
            Some(Mode::Extract) => {
                let to_stdout = self.session.options.to_stdout;
                if verbose > 0 {
                    self.session.name_member(&shown, verbose > 1, to_stdout);
                }
                if to_stdout {
                    return self.print(&entry, reader);
                }
                let name = cli::show(&entry.name);
                match self.extract(entry, reader) {
                    Ok(()) => {}
                    Err(message) => self.session.error(&format!("{name}: {message}")),
                }
            }
            _ => self.compare(&entry, reader),
        }
    }

    fn print(&mut self, entry: &Entry, reader: &mut Reader) {
        if entry.kind == Kind::File {
            if let Err(error) = io::copy(reader, &mut self.session.out) {
                if error.kind() != io::ErrorKind::UnexpectedEof {
                    self.session.error(&format!("{}: {}", cli::show(&entry.name), cli::reason(&error)));
                }
            }
        }
    }

    /// The place of a member; an error is why it cannot be had.
    fn place(&mut self, name: &[u8]) -> Result<PathBuf, String> {
        if self.session.options.absolute {
            return Ok(self.folder.join(cli::path(name)));
        }
        let outward = name.split(|byte| *byte == b'/').any(|part| part == b"..");
        let name = self.session.relative(name, "member names");
        if outward {
            return Err("Member name contains '..'".to_string());
        }
        let path = self.folder.join(cli::path(name.strip_suffix(b"/").unwrap_or(&name)));
        self.make_parents(&path)?;
        Ok(path)
    }

    /// Makes the folders above a member. One that is a link must stay within the folder that is extracted to.
    fn make_parents(&mut self, path: &Path) -> Result<(), String> {
        let Some(parent) = path.parent() else { return Ok(()) };
        let Ok(inner) = parent.strip_prefix(&self.folder) else { return Ok(()) };
        let mut at = self.folder.clone();
        for part in inner.components() {
            at.push(part);
            match fs::symlink_metadata(&at) {
                Ok(meta) if meta.is_dir() => {}
                Ok(meta) if meta.is_symlink() => {
                    let real = fs::canonicalize(&at).map_err(|error| format!("Cannot open: {}", cli::reason(&error)))?;
                    if !real.starts_with(&self.home) {
                        return Err("Cannot open: a link leads out of the folder".to_string());
                    }
                }
                Ok(_) => return Err("Cannot open: Not a directory".to_string()),
                Err(_) => fs::create_dir(&at).map_err(|error| format!("Cannot mkdir: {}", cli::reason(&error)))?,
            }
        }
        Ok(())
    }

    fn extract(&mut self, entry: Entry, reader: &mut Reader) -> Result<(), String> {
        let path = self.place(&entry.name)?;
        let old = fs::symlink_metadata(&path).ok();
        let options = &self.session.options;
        if let Some(old) = old.as_ref().filter(|old| !old.is_dir()) {
            if options.skip_old {
                return Ok(());
            }
            if options.keep_old {
                let target = cli::show(&entry.link);
                return match entry.kind {
                    Kind::HardLink if self.place(&entry.link).ok().and_then(|target| fs::symlink_metadata(target).ok()).is_some_and(|meta| meta.ino() == old.ino()) => Ok(()),
                    Kind::HardLink => Err(format!("Cannot hard link to '{target}': File exists")),
                    Kind::SymLink => Err(format!("Cannot create symlink to '{target}': File exists")),
                    _ => Err("Cannot open: File exists".to_string()),
                };
            }
            if options.keep_newer && old.mtime() >= entry.time {
                let message = format!("Current '{}' is newer or same age", cli::show(&entry.name));
                self.session.warn(&message);
                return Ok(());
            }
        }
        let mut old = old;
        if old.as_ref().is_some_and(|old| !old.is_dir()) && self.session.options.backup.is_some() && self.session.back_up(&path).is_ok() {
            old = fs::symlink_metadata(&path).ok();
        }
        match entry.kind {
            Kind::Folder => self.make_folder(&path, old, &entry),
            Kind::SymLink => {
                clear(&path, &old)?;
                let outward = entry.link.starts_with(b"/") || entry.link.split(|byte| *byte == b'/').any(|part| part == b"..");
                if outward && !self.session.options.absolute {
                    self.links.push((path, entry.link));
                    return Ok(());
                }
                symlink(cli::path(&entry.link), &path).map_err(|error| format!("Cannot create symlink to '{}': {}", cli::show(&entry.link), cli::reason(&error)))
            }
            Kind::HardLink => {
                let shown = cli::show(&entry.link);
                let target = self.place(&entry.link).map_err(|message| format!("Cannot hard link to '{shown}': {message}"))?;
                if let Some((_, link)) = self.links.iter().find(|(path, _)| *path == target) {
                    let link = link.clone();
                    self.links.push((path, link));
                    return Ok(());
                }
                if target != path {
                    clear(&path, &old)?;
                    fs::hard_link(&target, &path).map_err(|error| format!("Cannot hard link to '{shown}': {}", cli::reason(&error)))?;
                }
                Ok(())
            }
            Kind::File => self.write_file(&path, old, &entry, reader),
            Kind::CharDevice | Kind::BlockDevice => Err("Cannot mknod: Operation not permitted".to_string()),
            Kind::Fifo => Err("Cannot mkfifo: Operation not permitted".to_string()),
            Kind::Other => Ok(()),
        }
    }

    fn make_folder(&mut self, path: &Path, old: Option<fs::Metadata>, entry: &Entry) -> Result<(), String> {
        let exists = match &old {
            Some(old) if old.is_symlink() => fs::metadata(path).is_ok_and(|meta| meta.is_dir()) && fs::canonicalize(path).is_ok_and(|real| real.starts_with(&self.home)),
            Some(old) => old.is_dir(),
            None => false,
        };
        if !exists {
            clear(path, &old)?;
            DirBuilder::new().mode(entry.mode | 0o700).create(path).map_err(|error| format!("Cannot mkdir: {}", cli::reason(&error)))?;
        }
        self.folders.push((path.to_path_buf(), entry.mode, entry.time));
        Ok(())
    }

    fn write_file(&mut self, path: &Path, old: Option<fs::Metadata>, entry: &Entry, reader: &mut Reader) -> Result<(), String> {
        let mut open = OpenOptions::new();
        open.write(true).mode(entry.mode);
        if self.session.options.overwrite && old.as_ref().is_some_and(fs::Metadata::is_file) {
            open.truncate(true);
        } else {
            clear(path, &old)?;
            open.create_new(true);
        }
        let mut file = open.open(path).map_err(|error| format!("Cannot open: {}", cli::reason(&error)))?;
        let mut buffer = vec![0; 1 << 16];
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => file.write_all(&buffer[..count]).map_err(|error| format!("Cannot write: {}", cli::reason(&error)))?,
                // The next header tells.
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => break,
                Err(error) => return Err(cli::reason(&error)),
            }
        }
        if self.session.options.permissions {
            let _ = file.set_permissions(fs::Permissions::from_mode(entry.mode));
        }
        if !self.session.options.touch {
            let _ = file.set_times(FileTimes::new().set_modified(moment(entry.time)));
        }
        Ok(())
    }

    /// Makes the links, sets the folders' modes and times: the innermost first.
    fn finish(&mut self) {
        for (path, target) in std::mem::take(&mut self.links) {
            if let Err(error) = symlink(cli::path(&target), &path) {
                let message = format!("{}: Cannot create symlink to '{}': {}", path.display(), cli::show(&target), cli::reason(&error));
                self.session.error(&message);
            }
        }
        let (permissions, touch) = (self.session.options.permissions, self.session.options.touch);
        for (path, mode, time) in std::mem::take(&mut self.folders).into_iter().rev() {
            let Ok(folder) = File::open(&path) else { continue };
            if !touch {
                let _ = folder.set_times(FileTimes::new().set_modified(moment(time)));
            }
            let Ok(meta) = folder.metadata() else { continue };
            let own = meta.mode() & 0o7777;
            let wanted = if permissions { mode } else { own & (mode | !0o700) };
            if wanted != own {
                let _ = fs::set_permissions(&path, fs::Permissions::from_mode(wanted));
            }
        }
    }

    fn compare(&mut self, entry: &Entry, reader: &mut Reader) {
        let name = cli::show(&entry.name);
        if self.session.options.verbose > 0 {
            self.session.name_member(entry, self.session.options.verbose > 1, false);
        }
        let path = self.folder.join(cli::path(&entry.name));
        let differ = |session: &mut Session, what: &str| {
            session.out.put(format!("{name}: {what}\n").as_bytes());
            session.status = session.status.max(1);
        };
        let meta = match fs::symlink_metadata(&path) {
            Ok(meta) => meta,
            Err(error) => {
                self.session.out.send();
                eprintln!("tar: {name}: Warning: Cannot stat: {}", cli::reason(&error));
                self.session.status = self.session.status.max(1);
                return;
            }
        };
        let same = match entry.kind {
            Kind::Folder => meta.is_dir(),
            Kind::SymLink => meta.is_symlink(),
            _ => meta.is_file(),
        };
        if !same {
            return differ(self.session, "File type differs");
        }
        if entry.kind == Kind::SymLink {
            if fs::read_link(&path).is_ok_and(|target| target.as_os_str().as_bytes() != entry.link) {
                differ(self.session, "Symlink differs");
            }
            return;
        }
        if meta.mode() & 0o7777 != entry.mode {
            differ(self.session, "Mode differs");
        }
        if entry.kind != Kind::File {
            return;
        }
        if u64::from(meta.uid()) != entry.uid {
            differ(self.session, "Uid differs");
        }
        if u64::from(meta.gid()) != entry.gid {
            differ(self.session, "Gid differs");
        }
        if meta.mtime() != entry.time {
            differ(self.session, "Mod time differs");
        }
        if meta.len() != entry.size {
            return differ(self.session, "Size differs");
        }
        let (mut own, mut other) = (Vec::new(), Vec::new());
        let read = reader.read_to_end(&mut own).and_then(|_| File::open(&path)?.read_to_end(&mut other));
        if read.is_err() || own != other {
            differ(self.session, "Contents differ");
        }
    }
}

fn moment(time: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(time.max(0) as u64)
}

/// Takes away what stands where a member goes; a folder only if it is empty.
fn clear(path: &Path, old: &Option<fs::Metadata>) -> Result<(), String> {
    let removed = match old {
        None => return Ok(()),
        Some(old) if old.is_dir() => fs::remove_dir(path),
        Some(_) => fs::remove_file(path),
    };
    removed.map_err(|error| format!("Cannot open: {}", if error.kind() == io::ErrorKind::DirectoryNotEmpty { "File exists".to_string() } else { cli::reason(&error) }))
}

/// The name without its first components.
fn stripped(name: &[u8], count: usize) -> Vec<u8> {
    let mut rest = name;
    for _ in 0..count {
        let skip = rest.iter().take_while(|byte| **byte == b'/').count();
        let Some(slash) = rest[skip..].iter().position(|byte| *byte == b'/') else { return Vec::new() };
        rest = &rest[skip + slash + 1..];
        rest = &rest[rest.iter().take_while(|byte| **byte == b'/').count()..];
    }
    rest.to_vec()
}

/// Ends as tar does when the command that decompresses for it fails.
fn child_failed(kind: Codec, fault: Fault, error: &io::Error) -> ! {
    let status = if kind == Codec::Gzip {
        eprintln!("\ngzip: stdin: {}", cli::reason(error));
        1
    } else {
        let (text, status) = fault.complaint(kind);
        eprintln!("{text}");
        status
    };
    eprintln!("tar: Child returned status {status}");
    eprintln!("tar: Error is not recoverable: exiting now");
    std::process::exit(2)
}
