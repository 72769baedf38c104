//! Types, extensions, sizes, times and owners.

use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ignore::DirEntry;

#[derive(Default)]
pub struct Filter {
    types: Vec<Type>,
    empty: bool,
    pub extensions: Vec<String>,
    sizes: Vec<Size>,
    newer: Option<SystemTime>,
    older: Option<SystemTime>,
    /// User and group; whether they are meant or anybody else.
    owner: [Option<(u32, bool)>; 2],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Type {
    File,
    Directory,
    Symlink,
    Executable,
    Socket,
    Pipe,
}

enum Size {
    AtLeast(u64),
    AtMost(u64),
    Exactly(u64),
}

impl Filter {
    pub fn add_type(&mut self, name: &str) -> Result<(), String> {
        self.types.push(match name {
            "f" | "file" => Type::File,
            "d" | "directory" => Type::Directory,
            "l" | "symlink" => Type::Symlink,
            "x" | "executable" => Type::Executable,
            "s" | "socket" => Type::Socket,
            "p" | "pipe" => Type::Pipe,
            "e" | "empty" => {
                self.empty = true;
                return Ok(());
            }
            _ => return Err(format!("'{name}' isn't a valid value for '--type <filetype>'\n  [possible values: file, directory, symlink, executable, empty, socket, pipe]")),
        });
        Ok(())
    }

    pub fn add_size(&mut self, text: &str) -> Result<(), String> {
        let wrong = || format!("'{text}' is not a valid size constraint. See 'fd --help'.");
        let digits = text.trim_start_matches(['+', '-']);
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        let unit: u64 = match digits[end..].to_ascii_lowercase().as_str() {
            "b" => 1,
            "k" | "kb" => 1000,
            "m" | "mb" => 1_000_000,
            "g" | "gb" => 1_000_000_000,
            "t" | "tb" => 1_000_000_000_000,
            "ki" | "kib" => 1 << 10,
            "mi" | "mib" => 1 << 20,
            "gi" | "gib" => 1 << 30,
            "ti" | "tib" => 1 << 40,
            _ => return Err(wrong()),
        };
        let size = digits[..end].parse::<u64>().ok().and_then(|count| count.checked_mul(unit)).ok_or_else(wrong)?;
        self.sizes.push(match text.as_bytes()[0] {
            b'+' => Size::AtLeast(size),
            b'-' => Size::AtMost(size),
            _ => Size::Exactly(size),
        });
        Ok(())
    }

    pub fn set_newer(&mut self, text: &str) -> Result<(), String> {
        self.newer = Some(moment(text).ok_or_else(|| format!("'{text}' is not a valid date or duration. See 'fd --help'."))?);
        Ok(())
    }

    pub fn set_older(&mut self, text: &str) -> Result<(), String> {
        self.older = Some(moment(text).ok_or_else(|| format!("'{text}' is not a valid date or duration. See 'fd --help'."))?);
        Ok(())
    }

    /// `[!]USER[:[!]GROUP]`, by number or by the names the sandbox knows.
    pub fn set_owner(&mut self, text: &str) -> Result<(), String> {
        let (user, group) = text.split_once(':').unwrap_or((text, ""));
        for (slot, (name, what)) in self.owner.iter_mut().zip([(user, "user"), (group, "group")]) {
            let (wanted, name) = name.strip_prefix('!').map_or((true, name), |rest| (false, rest));
            *slot = match name {
                "" => None,
                "root" => Some((0, wanted)),
                "user" => Some((1000, wanted)),
                number => Some((number.parse().map_err(|_| format!("'{name}' is not a recognized {what} name"))?, wanted)),
            };
        }
        Ok(())
    }

    pub fn accepts(&self, entry: &DirEntry) -> bool {
        self.accepts_extension(entry) && self.accepts_type(entry) && self.accepts_facts(entry)
    }

    fn accepts_extension(&self, entry: &DirEntry) -> bool {
        let name = entry.file_name().to_string_lossy().to_lowercase();
        self.extensions.is_empty() || self.extensions.iter().any(|wanted| name.strip_suffix(wanted.as_str()).is_some_and(|stem| stem.len() > 1 && stem.ends_with('.')))
    }

    fn accepts_type(&self, entry: &DirEntry) -> bool {
        let Some(kind) = entry.file_type() else { return false };
        let is = |wanted: &Type| match wanted {
            Type::File => kind.is_file(),
            Type::Directory => kind.is_dir(),
            Type::Symlink => kind.is_symlink(),
            Type::Executable => kind.is_file() && entry.metadata().is_ok_and(|meta| meta.permissions().mode() & 0o111 != 0),
            Type::Socket => kind.is_socket(),
            Type::Pipe => kind.is_fifo(),
        };
        (self.types.is_empty() || self.types.iter().any(is)) && (!self.empty || is_empty(entry))
    }

    fn accepts_facts(&self, entry: &DirEntry) -> bool {
        if self.sizes.is_empty() && self.newer.is_none() && self.older.is_none() && self.owner == [None; 2] {
            return true;
        }
        let Ok(meta) = entry.metadata() else { return false };
        let sized = self.sizes.is_empty() || meta.is_file() && self.sizes.iter().all(|size| match size {
            Size::AtLeast(least) => meta.len() >= *least,
            Size::AtMost(most) => meta.len() <= *most,
            Size::Exactly(size) => meta.len() == *size,
        });
        let time = meta.modified().unwrap_or(UNIX_EPOCH);
        let owned = self.owner.iter().zip([meta.uid(), meta.gid()]).all(|(wanted, is)| wanted.is_none_or(|(id, equal)| (id == is) == equal));
        sized && owned && self.newer.is_none_or(|limit| time > limit) && self.older.is_none_or(|limit| time < limit)
    }
}

fn is_empty(entry: &DirEntry) -> bool {
    match entry.file_type() {
        Some(kind) if kind.is_file() => entry.metadata().is_ok_and(|meta| meta.len() == 0),
        Some(kind) if kind.is_dir() => std::fs::read_dir(entry.path()).is_ok_and(|mut entries| entries.next().is_none()),
        _ => false,
    }
}

/// So long ago (`2weeks`, `1h30min`), or a date with or without a time, local or with an offset.
fn moment(text: &str) -> Option<SystemTime> {
    if let Some(ago) = duration(text) {
        return SystemTime::now().checked_sub(ago);
    }
    let (date, time) = text.split_once([' ', 'T']).unwrap_or((text, "00:00:00"));
    let (time, offset) = match time.find(['Z', '+', '-']) {
        Some(at) => (&time[..at], Some(offset(&time[at..])?)),
        None => (time, None),
    };
    let numbers = |text: &str, separator: char| text.split(separator).map(|part| part.split('.').next()?.parse::<i64>().ok()).collect::<Option<Vec<_>>>();
    let (date, time) = (numbers(date, '-')?, numbers(time, ':')?);
    let ([year, month, day], [hour, minute, second]) = (date.as_slice(), time.as_slice()) else { return None };
    let offset = offset.unwrap_or_else(cli::time::local_offset);
    if !(1..=12).contains(month) || !(1..=31).contains(day) {
        return None;
    }
    let date = cli::time::Date { year: *year, month: *month, day: *day, hour: *hour, minute: *minute, second: *second, offset };
    let seconds = cli::time::seconds(date);
    UNIX_EPOCH.checked_add(Duration::from_secs(u64::try_from(seconds).ok()?))
}

fn offset(text: &str) -> Option<i64> {
    if text == "Z" {
        return Some(0);
    }
    let (hours, minutes) = text[1..].split_once(':')?;
    let total = hours.parse::<i64>().ok()? * 3600 + minutes.parse::<i64>().ok()? * 60;
    Some(if text.starts_with('-') { -total } else { total })
}

fn duration(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    let mut total = 0u64;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let count: u64 = rest[..digits].parse().ok()?;
        rest = rest[digits..].trim_start();
        let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let unit = match &rest[..end] {
            "s" | "sec" | "secs" | "second" | "seconds" => 1,
            "m" | "min" | "mins" | "minute" | "minutes" => 60,
            "h" | "hr" | "hrs" | "hour" | "hours" => 3600,
            "d" | "day" | "days" => 86_400,
            "w" | "week" | "weeks" => 604_800,
            "M" | "month" | "months" => 2_630_016,
            "y" | "year" | "years" => 31_557_600,
            _ => return None,
        };
        total = total.checked_add(count.checked_mul(unit)?)?;
        rest = rest[end..].trim_start();
    }
    (!text.trim().is_empty()).then(|| Duration::from_secs(total))
}
