//! unzip.

use std::fs::{self, File, FileTimes, OpenOptions, Permissions};
use std::io::{self, BufWriter, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{symlink, OpenOptionsExt, PermissionsExt};
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cli::Output;

use super::list::{self, Style};
use super::{unpack, Archive, Bad, Entry, Fault, DEFLATED};

const USAGE: &str = "UnZip 6.00 (Shadowbox; compatible with Info-ZIP)

Usage: unzip [-Z] [-opts[modifiers]] file[.zip] [list] [-x xlist] [-d exdir]
  Default action is to extract files in list, except those in xlist, to exdir.

  -p  extract files to pipe, no messages     -l  list files (short format)
  -f  freshen existing files, create none    -t  test compressed archive data
  -u  update files, create if necessary      -z  display archive comment only
  -v  list verbosely/show version info       -c  extract files to pipe, with names
  -x  exclude files that follow (in xlist)   -d  extract files into exdir
modifiers:
  -n  never overwrite existing files         -q  quiet mode (-qq => quieter)
  -o  overwrite files WITHOUT prompting      -j  junk paths (do not make directories)
  -C  match filenames case-insensitively     -L  make names lowercase
";

/// Statuses of Info-ZIP.
const WARNING: i32 = 1;
const ERROR: i32 = 2;
const BAD_FORMAT: i32 = 3;
const NO_ZIP: i32 = 9;
const USAGE_STATUS: i32 = 10;
const NOT_MATCHED: i32 = 11;
const OVERLAP: i32 = 12;
const ENCRYPTED: i32 = 82;

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Action {
    #[default]
    Extract,
    Pipe,
    PipeNamed,
    Test,
    List(Style),
    Comment,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Existing {
    #[default]
    Ask,
    Overwrite,
    Keep,
}

#[derive(Default)]
struct Options {
    action: Action,
    existing: Existing,
    quiet: u32,
    junk: bool,
    any_case: bool,
    lower: bool,
    /// Only what is newer than the file there is; and whether files are made that were not there.
    newer: bool,
    freshen: bool,
    folder: Option<Vec<u8>>,
    names: Vec<Vec<u8>>,
    excluded: Vec<Vec<u8>>,
    /// No line names the archive.
    bare: bool,
}

struct Task {
    /// The archive's name.
    name: String,
    options: Options,
    out: Output,
    status: i32,
    home: PathBuf,
    links: Vec<(PathBuf, Vec<u8>, String)>,
    folders: Vec<(PathBuf, Option<u32>, i64)>,
}

fn usage() -> ! {
    eprint!("{USAGE}");
    std::process::exit(USAGE_STATUS)
}

pub fn main() -> i32 {
    let (options, archive) = arguments(cli::args());
    let Some(name) = archive else { cli::print_and_exit(USAGE) };
    let mut task = Task { name: String::new(), options, out: Output::new("unzip", 50), status: 0, home: PathBuf::new(), links: Vec::new(), folders: Vec::new() };
    if let Some(found) = find(&name) {
        task.archive(found);
        return task.status;
    }
    let all = matching(&name);
    if all.is_empty() {
        let name = cli::show(&name);
        eprintln!("unzip:  cannot find or open {name}, {name}.zip or {name}.ZIP.");
        return NO_ZIP;
    }
    let mut status = 0;
    for (index, path) in all.iter().enumerate() {
        if index > 0 {
            task.out.put(b"\n");
        }
        if let Some(found) = find(path) {
            task.status = 0;
            task.archive(found);
            status = status.max(task.status);
        }
    }
    let told = format!("\n{} archive{} successfully processed.\n", all.len(), if all.len() == 1 { " was" } else { "s were" });
    if matches!(task.options.action, Action::List(_)) {
        task.out.send();
        eprint!("{told}");
    } else {
        task.out.put(told.as_bytes());
        task.out.send();
    }
    status
}

/// Files that the name of an archive is a pattern of.
fn matching(name: &[u8]) -> Vec<Vec<u8>> {
    let slash = name.iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1);
    let (folder, pattern) = name.split_at(slash);
    if !pattern.iter().any(|byte| b"*?[".contains(byte)) {
        return Vec::new();
    }
    let place = if folder.is_empty() { b"." } else { folder };
    let names = fs::read_dir(cli::path(place)).into_iter().flatten().flatten().map(|entry| entry.file_name().as_bytes().to_vec());
    let mut found: Vec<Vec<u8>> = names.filter(|name| cli::glob(pattern, name, true)).map(|name| [folder, &name].concat()).collect();
    found.sort();
    found
}

fn find(name: &[u8]) -> Option<(String, File)> {
    for end in [&b""[..], b".zip", b".ZIP"] {
        let full = [name, end].concat();
        if cli::path(&full).is_file() {
            return Some((cli::show(&full), File::open(cli::path(&full)).ok()?));
        }
    }
    None
}

fn arguments(arguments: Vec<Vec<u8>>) -> (Options, Option<Vec<u8>>) {
    let mut options = Options::default();
    if std::env::args_os().next().is_some_and(|own| own.as_bytes().ends_with(b"zipinfo")) {
        options.letter(b'Z');
    }
    let (mut archive, mut excluding) = (None, false);
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        if argument == b"--help" {
            cli::print_and_exit(USAGE);
        }
        if argument.len() < 2 || argument[0] != b'-' {
            match (&archive, excluding) {
                (None, _) => archive = Some(argument),
                (_, true) => options.excluded.push(argument),
                _ => options.names.push(argument),
            }
            continue;
        }
        for (at, letter) in argument.iter().enumerate().skip(1) {
            match letter {
                b'd' => {
                    let rest = argument[at + 1..].to_vec();
                    options.folder = Some(if rest.is_empty() { arguments.next().unwrap_or_else(|| usage()) } else { rest });
                    break;
                }
                b'x' => excluding = true,
                letter => options.letter(*letter),
            }
        }
    }
    (options, archive)
}

impl Options {
    /// A letter behind -Z.
    fn info_letter(&mut self, letter: u8) -> bool {
        self.action = Action::List(match letter {
            b'1' | b'2' => Style::Names,
            b's' => Style::Info,
            b'm' => Style::Medium,
            b'l' => Style::Wide,
            b't' => Style::Totals,
            b'h' | b'z' | b'T' | b'C' => return true,
            _ => return false,
        });
        // One file's line alone has no head.
        self.bare |= letter == b't';
        true
    }

    fn letter(&mut self, letter: u8) {
        if matches!(self.action, Action::List(style) if style.is_info()) && self.info_letter(letter) {
            return;
        }
        match letter {
            b'p' => self.action = Action::Pipe,
            b'c' => self.action = Action::PipeNamed,
            b't' => self.action = Action::Test,
            b'l' => self.action = Action::List(Style::Short),
            b'v' => self.action = Action::List(Style::Long),
            b'Z' => self.action = Action::List(Style::Info),
            b'z' => self.action = Action::Comment,
            b'n' => self.existing = Existing::Keep,
            b'o' => self.existing = Existing::Overwrite,
            b'q' => self.quiet += 1,
            b'j' => self.junk = true,
            b'C' => self.any_case = true,
            b'L' => self.lower = true,
            b'u' => self.newer = true,
            b'f' => (self.newer, self.freshen) = (true, true),
            b'h' => cli::print_and_exit(USAGE),
            // Owners, versions and pagers are of no interest here, and names are taken as they are.
            b'X' | b'K' | b'U' | b'V' | b'M' | b'D' | b'a' | b'b' | b'B' | b':' => {}
            _ => usage(),
        }
    }

    fn matches(&self, pattern: &[u8], name: &[u8]) -> bool {
        if self.any_case {
            return cli::glob(&pattern.to_ascii_lowercase(), &name.to_ascii_lowercase(), true);
        }
        cli::glob(pattern, name, true)
    }
}

impl Task {
    /// Does what is asked with one archive.
    fn archive(&mut self, (name, file): (String, File)) {
        let piped = matches!(self.options.action, Action::Pipe | Action::List(Style::Names | Style::Totals)) || self.options.bare;
        if self.options.quiet == 0 && !piped {
            self.out.put(format!("Archive:  {name}\n").as_bytes());
        }
        self.name.clone_from(&name);
        match Archive::open(file) {
            Ok(mut archive) => {
                if archive.base > 0 {
                    self.out.put(format!("warning [{name}]:  {} extra bytes at beginning or within zipfile\n  (attempting to process anyway)\n", archive.base).as_bytes());
                    self.status = WARNING;
                }
                self.run(&mut archive);
            }
            Err(fault) => self.status = self.broken(&name, fault),
        }
    }

    fn broken(&mut self, name: &str, fault: Fault) -> i32 {
        self.out.send();
        match fault {
            Fault::Io(error) => {
                eprintln!("unzip:  {name}: {}", cli::reason(&error));
                NO_ZIP
            }
            Fault::NoEnd => {
                eprintln!("  End-of-central-directory signature not found.  Either this file is not\n  a zipfile, or it constitutes one disk of a multi-part archive.  In the");
                eprintln!("  latter case the central directory and zipfile comment will be found on\n  the last disk(s) of this archive.");
                eprintln!("unzip:  cannot find zipfile directory in one of {name} or\n        {name}.zip, and cannot find {name}.ZIP, period.");
                NO_ZIP
            }
            Fault::Directory => {
                eprintln!("error [{name}]:  the central directory is not what its end says\n  (please check that you have transferred or created the zipfile in the\n  appropriate BINARY mode)");
                BAD_FORMAT
            }
            Fault::Overlap => {
                eprintln!("error: invalid zip file with overlapped components (possible zip bomb)");
                OVERLAP
            }
        }
    }

    fn run(&mut self, archive: &mut Archive) {
        let (wanted, missing) = self.wanted(archive);
        match self.options.action {
            Action::List(style) => list::run(archive, &wanted, style, self.options.quiet, &mut self.out),
            Action::Comment if archive.comment.is_empty() => {}
            Action::Comment => self.out.put(&[&archive.comment[..], b"\n"].concat()),
            Action::Extract => self.extract(archive, &wanted),
            _ => self.stream(archive, &wanted),
        }
        self.out.send();
        for name in missing {
            if !matches!(self.options.action, Action::List(_)) {
                eprintln!("caution: filename not matched:  {}", cli::show(&name));
            }
            self.status = self.status.max(NOT_MATCHED);
        }
    }

    fn wanted(&self, archive: &Archive) -> (Vec<Entry>, Vec<Vec<u8>>) {
        let options = &self.options;
        let mut found = vec![false; options.names.len()];
        let mut wanted = Vec::new();
        for entry in &archive.entries {
            let mut hit = options.names.is_empty();
            for (index, pattern) in options.names.iter().enumerate() {
                if options.matches(pattern, &entry.name) {
                    (found[index], hit) = (true, true);
                }
            }
            if hit && !options.excluded.iter().any(|pattern| options.matches(pattern, &entry.name)) {
                wanted.push(entry.clone());
            }
        }
        let missing = options.names.iter().zip(found).filter(|(_, found)| !found).map(|(name, _)| name.clone()).collect();
        (wanted, missing)
    }

    fn stream(&mut self, archive: &mut Archive, wanted: &[Entry]) {
        let test = self.options.action == Action::Test;
        let named = self.options.action == Action::PipeNamed;
        for entry in wanted {
            let name = cli::show(&entry.name);
            if test && self.options.quiet == 0 {
                self.out.put(format!("    testing: {name:<22}  ").as_bytes());
            }
            if !test && entry.is_folder() {
                continue;
            }
            if named && self.options.quiet == 0 {
                self.out.put(format!("{}{name:<22}  \n", verb(entry)).as_bytes());
            }
            let result = if entry.is_encrypted() { Err(Bad::Method) } else if test { unpack(archive, entry, &mut io::sink()) } else { unpack(archive, entry, &mut self.out) };
            match result {
                Ok(()) if test && self.options.quiet == 0 => self.out.put(b" OK\n"),
                Ok(()) if named && self.options.quiet == 0 => self.out.put(b"\n"),
                Ok(()) => {}
                Err(bad) => self.bad(entry, &bad),
            }
        }
        if test && self.options.quiet < 2 && self.status <= WARNING {
            self.out.put(format!("No errors detected in compressed data of {}.\n", self.name).as_bytes());
        }
    }

    fn bad(&mut self, entry: &Entry, bad: &Bad) {
        self.out.send();
        let name = cli::show(&entry.name);
        let (text, status) = match bad {
            Bad::Method if entry.is_encrypted() => (format!("   skipping: {name:<22}  unable to get password"), ENCRYPTED),
            Bad::Method => (format!("   skipping: {name:<22}  unsupported compression method {}", entry.method), 81),
            Bad::Crc(sum) => (format!("{name:<22}  bad CRC {sum:08x}  (should be {:08x})", entry.crc), ERROR),
            Bad::Data => (format!("  error:  invalid compressed data to inflate {name}"), BAD_FORMAT),
            Bad::Io(error) | Bad::Out(error) => {
                if error.kind() == io::ErrorKind::BrokenPipe {
                    std::process::exit(141);
                }
                (format!("error:  {name}: {}", cli::reason(error)), 50)
            }
        };
        eprintln!("{text}");
        self.status = self.status.max(status);
    }

    fn extract(&mut self, archive: &mut Archive, wanted: &[Entry]) {
        let folder = PathBuf::from(self.options.folder.as_deref().map_or(Path::new("."), cli::path));
        if !folder.is_dir() {
            if let Err(error) = fs::create_dir(&folder) {
                self.out.send();
                eprintln!("checkdir:  cannot create extraction directory: {}\n           {}", folder.display(), cli::reason(&error));
                self.status = ERROR;
                return;
            }
        }
        self.home = fs::canonicalize(&folder).unwrap_or(folder);
        for entry in wanted {
            if let Err(text) = self.member(archive, entry) {
                self.out.send();
                eprintln!("{text}");
                self.status = self.status.max(ERROR);
            }
        }
        self.finish();
    }

    /// The name below the folder: nothing absolute, nothing that leads up.
    fn inside(&mut self, entry: &Entry) -> PathBuf {
        let name = if self.options.lower { entry.name.to_ascii_lowercase() } else { entry.name.clone() };
        let shown = cli::show(&entry.name);
        if name.starts_with(b"/") {
            self.warn(&format!("warning:  stripped absolute path spec from {shown}"));
        }
        let path = cli::path(&name);
        let mut inside: PathBuf = path.components().filter(|part| matches!(part, Component::Normal(_))).collect();
        if path.components().any(|part| part == Component::ParentDir) {
            self.warn(&format!("warning:  skipped \"../\" path component(s) in {shown}"));
        }
        if self.options.junk {
            inside = inside.file_name().map(PathBuf::from).unwrap_or_default();
        }
        inside
    }

    fn warn(&mut self, text: &str) {
        self.out.send();
        eprintln!("{text}");
        self.status = self.status.max(WARNING);
    }

    /// Makes the folders on the way to a path; none of them may be a link that leads out.
    fn way(&mut self, inside: &Path, entry: Option<&Entry>) -> Result<(), String> {
        let mut way = self.home.clone();
        let last = inside.components().count();
        for (index, part) in inside.components().enumerate() {
            way.push(part);
            match fs::symlink_metadata(&way) {
                Ok(meta) if meta.is_symlink() => {
                    if !fs::canonicalize(&way).is_ok_and(|real| real.starts_with(&self.home) && real.is_dir()) {
                        return Err(format!("error:  {} leads out of the folder; not followed", way.display()));
                    }
                }
                Ok(meta) if meta.is_dir() => {}
                Ok(_) => return Err(format!("checkdir error:  {} exists but is not directory\n                 unable to process {}.", way.display(), inside.display())),
                Err(_) => {
                    fs::create_dir(&way).map_err(|error| format!("checkdir error:  cannot create {}\n                 {}\n                 unable to process {}.", way.display(), cli::reason(&error), inside.display()))?;
                    if let Some(entry) = entry.filter(|_| index + 1 == last) {
                        self.say(&format!("   creating: {}/\n", self.shown(inside)));
                        self.folders.push((way.clone(), entry.mode(), entry.time()));
                    }
                }
            }
        }
        Ok(())
    }

    /// A path as messages name it.
    fn shown(&self, inside: &Path) -> String {
        match &self.options.folder {
            Some(folder) => format!("{}/{}", cli::show(folder).trim_end_matches('/'), inside.display()),
            None => inside.display().to_string(),
        }
    }

    fn say(&mut self, text: &str) {
        if self.options.quiet == 0 {
            self.out.put(text.as_bytes());
        }
    }

    fn member(&mut self, archive: &mut Archive, entry: &Entry) -> Result<(), String> {
        if entry.is_folder() && self.options.junk {
            return Ok(());
        }
        let mut inside = self.inside(entry);
        if inside.as_os_str().is_empty() {
            return Ok(());
        }
        if entry.is_folder() {
            return self.way(&inside, Some(entry));
        }
        self.way(inside.parent().unwrap_or(Path::new("")), None)?;
        if !self.may_write(&mut inside, entry)? {
            return Ok(());
        }
        let path = self.home.join(&inside);
        let shown = self.shown(&inside);
        if entry.is_encrypted() {
            self.bad(entry, &Bad::Method);
            return Ok(());
        }
        if entry.is_link() {
            let mut target = Vec::new();
            if let Err(bad) = unpack(archive, &Entry { plain: entry.plain.min(4096), ..entry.clone() }, &mut target) {
                self.bad(entry, &bad);
                return Ok(());
            }
            self.say(&format!("    linking: {shown:<22}  -> {} \n", cli::show(&target)));
            self.links.push((path, target, shown));
            return Ok(());
        }
        self.say(&format!("{}{shown:<22}  \n", verb(entry)));
        // Never through a link that is there.
        let _ = fs::remove_file(&path);
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(|error| format!("error:  cannot create {shown}\n        {}", cli::reason(&error)))?;
        let mut out = BufWriter::with_capacity(1 << 16, &file);
        let result = unpack(archive, entry, &mut out).and_then(|()| out.flush().map_err(Bad::Out));
        if let Err(bad) = &result {
            self.bad(entry, bad);
        }
        drop(out);
        // The content is there; that a mode or time cannot be kept is no reason to fail.
        let _ = file.set_permissions(Permissions::from_mode(entry.mode().unwrap_or(0o644) & 0o777));
        let _ = file.set_times(FileTimes::new().set_modified(moment(entry.time())));
        Ok(())
    }

    /// Whether what is in the place goes; the name may be changed.
    fn may_write(&mut self, inside: &mut PathBuf, entry: &Entry) -> Result<bool, String> {
        let there = fs::symlink_metadata(self.home.join(&*inside));
        let Ok(meta) = there else { return Ok(!self.options.freshen) };
        if meta.is_dir() {
            return Err(format!("error:  cannot create {}\n        Is a directory", inside.display()));
        }
        if self.options.newer && meta.modified().is_ok_and(|time| time >= moment(entry.time())) {
            return Ok(false);
        }
        match self.options.existing {
            Existing::Overwrite => return Ok(true),
            Existing::Keep => return Ok(false),
            Existing::Ask => {}
        }
        loop {
            self.out.send();
            eprint!("replace {}? [y]es, [n]o, [A]ll, [N]one, [r]ename: ", self.shown(inside));
            let mut answer = String::new();
            if !io::stdin().read_line(&mut answer).is_ok_and(|count| count > 0) {
                eprintln!(" NULL\n(EOF or read error, treating as \"[N]one\" ...)");
                (self.options.existing, self.status) = (Existing::Keep, self.status.max(WARNING));
                return Ok(false);
            }
            match answer.chars().next() {
                Some('y' | 'Y') => return Ok(true),
                Some('n') => return Ok(false),
                Some('A') => {
                    self.options.existing = Existing::Overwrite;
                    return Ok(true);
                }
                Some('N') => {
                    self.options.existing = Existing::Keep;
                    return Ok(false);
                }
                Some('r') => {
                    self.out.send();
                    eprint!("new name: ");
                    let mut name = String::new();
                    let _ = io::stdin().read_line(&mut name);
                    let renamed = Entry { name: name.trim_end().as_bytes().to_vec(), ..entry.clone() };
                    *inside = self.inside(&renamed);
                    self.way(inside.parent().unwrap_or(Path::new("")), None)?;
                    return Ok(!inside.as_os_str().is_empty());
                }
                _ => eprintln!("error:  invalid response [{}]", answer.trim_end()),
            }
        }
    }

    /// Links come last, so that nothing is written through them, and only those that stay inside.
    fn finish(&mut self) {
        if !self.links.is_empty() {
            self.say("finishing deferred symbolic links:\n");
        }
        for (path, target, shown) in std::mem::take(&mut self.links) {
            let parent = path.parent().and_then(|parent| fs::canonicalize(parent).ok());
            let depth = parent.and_then(|parent| parent.strip_prefix(&self.home).map(|way| way.components().count()).ok()).unwrap_or(0);
            if !stays(&target, depth) {
                self.warn(&format!("error:  {shown} -> {} leads out of the folder; not made", cli::show(&target)));
                self.status = self.status.max(ERROR);
                continue;
            }
            self.say(&format!("  {shown:<22} -> {}\n", cli::show(&target)));
            let _ = fs::remove_file(&path);
            if let Err(error) = symlink(std::ffi::OsStr::from_bytes(&target), &path) {
                self.warn(&format!("error:  cannot create symlink {shown}: {}", cli::reason(&error)));
            }
        }
        for (path, mode, time) in std::mem::take(&mut self.folders).into_iter().rev() {
            // As for files: nothing depends on them.
            let _ = fs::set_permissions(&path, Permissions::from_mode(mode.unwrap_or(0o755) & 0o777));
            let _ = File::open(&path).and_then(|folder| folder.set_times(FileTimes::new().set_modified(moment(time))));
        }
    }
}

/// Whether a link `depth` folders below the folder stays in it: it goes up no further, and only at its beginning, because
/// what it goes through may be a link too.
fn stays(target: &[u8], depth: usize) -> bool {
    let parts: Vec<Component> = cli::path(target).components().collect();
    let up = parts.iter().take_while(|part| **part == Component::ParentDir).count();
    up <= depth && parts[up..].iter().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}

fn moment(time: i64) -> SystemTime {
    let span = Duration::from_secs(time.unsigned_abs());
    if time < 0 { UNIX_EPOCH.checked_sub(span) } else { UNIX_EPOCH.checked_add(span) }.unwrap_or(UNIX_EPOCH)
}

fn verb(entry: &Entry) -> &'static str {
    if entry.method == DEFLATED {
        "  inflating: "
    } else {
        " extracting: "
    }
}
