//! tar, compatible with GNU's.

mod change;
mod create;
mod exclude;
mod extract;
mod header;
mod options;
mod reader;
mod transform;

use std::io::Write;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use cli::time::{days_from_civil, local, local_offset};
use cli::Output;

use header::{Entry, Kind};
use options::{Mode, Options, Quoting};

/// Status after trouble.
const FAILURE: i32 = 2;

pub fn main() -> i32 {
    let options = options::read();
    let mut session = Session { out: Output::new("tar", FAILURE), options, status: 0, width: 19, told: Vec::new(), begun: Instant::now(), block: 0 };
    match session.options.mode {
        None => options::usage("You must specify one of the '-Acdtrux', '--delete' or '--test-label' options"),
        Some(Mode::Create | Mode::Append | Mode::Update) => create::run(&mut session),
        Some(Mode::List | Mode::Extract | Mode::Compare) => extract::run(&mut session),
        Some(Mode::Concatenate | Mode::Delete) => change::run(&mut session),
    }
    session.out.send();
    if session.status == FAILURE {
        eprintln!("tar: Exiting with failure status due to previous errors");
    }
    session.status
}

pub struct Session {
    pub options: Options,
    pub out: Output,
    pub status: i32,
    /// Columns of owner and size, which grow as needed.
    width: usize,
    /// Prefixes whose removal was told, and of what.
    told: Vec<(Vec<u8>, String)>,
    begun: Instant,
    /// Where the member that is shown begins.
    block: u64,
}

impl Session {
    pub fn error(&mut self, message: &str) {
        self.out.send();
        eprintln!("tar: {message}");
        self.status = FAILURE;
    }

    pub fn warn(&mut self, message: &str) {
        self.out.send();
        eprintln!("tar: {message}");
    }

    /// The name without what would lead out of the folder, as `-P` leaves it.
    pub fn relative(&mut self, name: &[u8], what: &str) -> Vec<u8> {
        if self.options.absolute {
            return name.to_vec();
        }
        let mut start = 0;
        let mut at = 0;
        // All up to the last `..`, then slashes.
        while at < name.len() {
            let end = name[at..].iter().position(|byte| *byte == b'/').map_or(name.len(), |length| at + length);
            if &name[at..end] == b".." {
                start = (end + 1).min(name.len());
            }
            at = end + 1;
        }
        start += name[start..].iter().take_while(|byte| **byte == b'/').count();
        let prefix = name[..start].to_vec();
        let telling = (prefix, what.to_string());
        if start > 0 && !self.told.contains(&telling) {
            self.warn(&format!("Removing leading `{}' from {what}", cli::show(&telling.0)));
            self.told.push(telling);
        }
        let rest = &name[start..];
        if rest.is_empty() {
            b".".to_vec()
        } else {
            rest.to_vec()
        }
    }

    /// A name as `--transform` has it; scope 0 is a member's, 1 a symbolic link's target, 2 a hard link's.
    pub fn transformed(&self, name: &[u8], scope: usize) -> Vec<u8> {
        self.options.transforms.iter().filter(|transform| transform.scopes[scope]).fold(name.to_vec(), |name, transform| transform.apply(&name))
    }

    /// Names a member as `-v` does: short, or with all its facts.
    pub fn name_member(&mut self, entry: &Entry, long: bool, to_errors: bool) {
        let name = quoted(&entry.name, self.options.literal);
        let mut line = if long { self.long(entry, &name) } else { format!("{name}\n") };
        if self.options.block_numbers {
            line.insert_str(0, &format!("block {}: ", self.block));
        }
        if to_errors {
            self.out.send();
            eprint!("{line}");
        } else {
            self.out.put(line.as_bytes());
        }
    }

    fn long(&mut self, entry: &Entry, name: &str) -> String {
        let who = |name: &[u8], id: u64| if self.options.numeric || name.is_empty() { id.to_string() } else { cli::show(name) };
        let owner = format!("{}/{}", who(&entry.user, entry.uid), who(&entry.group, entry.gid));
        let size = match entry.kind {
            Kind::CharDevice | Kind::BlockDevice => "0,0".to_string(),
            _ => entry.size.to_string(),
        };
        self.width = self.width.max(owner.len() + size.len() + 1);
        let room = self.width - owner.len() - 1;
        let date = local(entry.time);
        let mut time = format!("{:04}-{:02}-{:02} {:02}:{:02}", date.year, date.month, date.day, date.hour, date.minute);
        if self.options.full_time {
            time += &format!(":{:02}", date.second);
        }
        let link = match entry.kind {
            Kind::SymLink => format!(" -> {}", quoted(&entry.link, self.options.literal)),
            Kind::HardLink => format!(" link to {}", quoted(&entry.link, self.options.literal)),
            _ => String::new(),
        };
        format!("{} {owner} {size:>room$} {time} {name}{link}\n", mode_text(entry))
    }
}

fn mode_text(entry: &Entry) -> String {
    let mut text = String::from(match entry.kind {
        Kind::File | Kind::Other => "-",
        Kind::HardLink => "h",
        Kind::SymLink => "l",
        Kind::CharDevice => "c",
        Kind::BlockDevice => "b",
        Kind::Folder => "d",
        Kind::Fifo => "p",
    });
    for (shift, special, letters) in [(6, 0o4000, "sS"), (3, 0o2000, "sS"), (0, 0o1000, "tT")] {
        let bits = entry.mode >> shift;
        text.push(if bits & 4 != 0 { 'r' } else { '-' });
        text.push(if bits & 2 != 0 { 'w' } else { '-' });
        text.push(match (bits & 1 != 0, entry.mode & special != 0) {
            (true, true) => letters.chars().next().unwrap_or('s'),
            (false, true) => letters.chars().nth(1).unwrap_or('S'),
            (true, false) => 'x',
            (false, false) => '-',
        });
    }
    text
}

/// A name as `--quoting-style` has it.
fn quoted(name: &[u8], style: Quoting) -> String {
    let quote = if style == Quoting::C { "\"" } else { "" };
    if style == Quoting::Literal {
        return cli::show(name);
    }
    let mut out = String::from(quote);
    for chunk in name.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\\' => out.push_str("\\\\"),
                '"' if style == Quoting::C => out.push_str("\\\""),
                '\n' => out.push_str("\\n"),
                '\t' => out.push_str("\\t"),
                '\r' => out.push_str("\\r"),
                other if (other as u32) < 32 || other as u32 == 127 => out.push_str(&format!("\\{:03o}", other as u32)),
                other => out.push(other),
            }
        }
        chunk.invalid().iter().for_each(|byte| out.push_str(&format!("\\{byte:03o}")));
    }
    out + quote
}

/// Bytes as `--totals` has them: at most three digits, and one behind the point below ten.
fn size_text(bytes: f64) -> String {
    let (mut value, mut unit) = (bytes, 0);
    while value >= 1024.0 && unit < 6 {
        value /= 1024.0;
        unit += 1;
    }
    let unit_name = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"][unit];
    let tenths = (value * 10.0).ceil() / 10.0;
    if unit > 0 && tenths < 10.0 {
        format!("{tenths:.1}{unit_name}")
    } else {
        format!("{:.0}{unit_name}", value.ceil())
    }
}

impl Session {
    /// What `--totals` tells at the end.
    pub fn totals(&mut self, verb: &str, bytes: u64) {
        if self.options.totals {
            self.out.send();
            let seconds = self.begun.elapsed().as_secs_f64().max(1e-6);
            eprintln!("Total bytes {verb}: {bytes} ({}, {}/s)", size_text(bytes as f64).replace(".0", ""), size_text(bytes as f64 / seconds));
        }
    }

    /// Puts away what is to be replaced, as `--backup` asks.
    pub fn back_up(&mut self, path: &std::path::Path) -> std::io::Result<()> {
        use std::os::unix::ffi::OsStrExt;
        let Some(control) = &self.options.backup else { return Ok(()) };
        let name = path.as_os_str().as_bytes();
        let numbered = |count: u32| [name, format!(".~{count}~").as_bytes()].concat();
        let exists = |name: &[u8]| std::fs::symlink_metadata(cli::path(name)).is_ok();
        let control = if control.is_empty() { std::env::var("VERSION_CONTROL").unwrap_or_default().into_bytes() } else { control.clone() };
        let simple = match &control[..] {
            b"none" | b"off" => return Ok(()),
            b"simple" | b"never" => true,
            b"numbered" | b"t" => false,
            _ => !exists(&numbered(1)),
        };
        let target = if simple {
            [name, self.options.suffix.as_deref().unwrap_or(b"~")].concat()
        } else {
            (1..).map(numbered).find(|name| !exists(name)).unwrap_or_default()
        };
        if self.options.verbose > 0 {
            let shown = |name: &[u8]| cli::show(name.strip_prefix(b"./").unwrap_or(name));
            println!("Renaming '{}' to '{}'", shown(name), shown(&target));
        }
        std::fs::rename(path, cli::path(&target))
    }
}

/// `now`, `today`, `yesterday` and `N days ago`.
fn relative_date(text: &str) -> Option<i64> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs() as i64;
    match text {
        "now" | "today" => return Some(now),
        "yesterday" => return Some(now - 86_400),
        _ => {}
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let ([count, unit, "ago"] | [count, unit]) = words[..] else { return None };
    let seconds = match unit.strip_suffix('s').unwrap_or(unit) {
        "second" | "sec" => 1,
        "minute" | "min" => 60,
        "hour" => 3600,
        "day" => 86_400,
        "week" => 7 * 86_400,
        _ => return None,
    };
    let count = count.parse::<i64>().ok()?;
    Some(now + count * seconds * if words.len() == 3 { -1 } else { 1 })
}

/// The date of `--mtime`: `@SECONDS`, `YYYY-MM-DD[ HH:MM[:SS]][ UTC|Z]`, some words, or a file's.
pub fn date(text: &[u8]) -> Option<i64> {
    if text.starts_with(b"/") || text.starts_with(b".") {
        use std::os::unix::fs::MetadataExt;
        return std::fs::metadata(cli::path(text)).ok().map(|meta| meta.mtime());
    }
    let text = std::str::from_utf8(text).ok()?.trim();
    if let Some(seconds) = text.strip_prefix('@') {
        return seconds.split('.').next()?.parse().ok();
    }
    if let Some(time) = relative_date(text) {
        return Some(time);
    }
    let (text, offset) = match text.strip_suffix('Z').or_else(|| text.strip_suffix(" UTC")).or_else(|| text.strip_suffix(" GMT")) {
        Some(rest) => (rest, 0),
        None => (text, local_offset()),
    };
    let mut parts = text.splitn(2, [' ', 'T']);
    let day: Vec<i64> = parts.next()?.split('-').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let clock: Vec<i64> = match parts.next() {
        Some(clock) => clock.split(':').map(|part| part.split('.').next()?.parse().ok()).collect::<Option<_>>()?,
        None => Vec::new(),
    };
    let [year, month, of_month] = day[..] else { return None };
    if !(1..=12).contains(&month) || !(1..=31).contains(&of_month) || clock.len() > 3 {
        return None;
    }
    let part = |at: usize| clock.get(at).copied().unwrap_or(0);
    Some(days_from_civil(year, month, of_month) * 86_400 + part(0) * 3600 + part(1) * 60 + part(2) - offset)
}

/// Writes all, or ends the program.
pub fn write_or_end(out: &mut dyn Write, bytes: &[u8]) {
    if let Err(error) = out.write_all(bytes) {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            std::process::exit(141);
        }
        options::fatal(&format!("Cannot write: {}", cli::reason(&error)));
    }
}
