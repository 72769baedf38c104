//! file: what files are, by what they hold.

mod binary;
mod elf;
mod encoding;
mod image;
mod json;
mod packed;
mod text;

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};

use cli::{Item, Order, Output};
use encoding::Encoding;
use text::Shape;

const USAGE: &str = "Usage: file [-bcCdEhikLlNnprsSvzZ0] [--apple] [--extension] [--mime-encoding]
            [--mime-type] [-e <testname>] [-F <separator>]  [-f <namefile>]
            [-m <magicfiles>] [-P <parameter=value>] [--exclude-quiet]
            <file> ...
       file -C [-m <magicfiles>]
       file [--help]
";

const HELP: &str = "Usage: file [OPTION...] [FILE...]
Determine type of FILEs.

      --help                 display this help and exit
  -v, --version              output version information and exit
  -b, --brief                do not prepend filenames to output lines
  -E                         on filesystem errors, issue an error message and exit
  -f, --files-from FILE      read the filenames to be examined from FILE
  -F, --separator STRING     use string as separator instead of `:'
  -i, --mime                 output MIME type strings (--mime-type and
                               --mime-encoding)
      --mime-type            output the MIME type
      --mime-encoding        output the MIME encoding
  -L, --dereference          follow symlinks (default if POSIXLY_CORRECT is set)
  -h, --no-dereference       don't follow symlinks (default)
  -N, --no-pad               do not pad output
  -0, --print0               terminate filenames with ASCII NUL
";

const SPECS: [&str; 26] = [
    "b|brief", "E", "f|files-from=", "F|separator=", "i|mime", "mime-type", "mime-encoding", "L|dereference", "h|no-dereference", "N|no-pad", "0|print0",
    "help", "v|version", "n|no-buffer", "r|raw", "p|preserve-date", "k|keep-going", "s|special-files", "S|no-sandbox", "e|exclude=", "exclude-quiet=",
    "P|parameter=", "m|magic-file=", "c|checking-printout", "d|debug", "l|list",
];

/// What a file is.
pub struct Found {
    text: String,
    mime: &'static str,
    /// More of the text, which is left out where it would be inside parentheses.
    tail: String,
}

impl Found {
    fn new(text: impl Into<String>, mime: &'static str) -> Found {
        Found { text: text.into(), mime, tail: String::new() }
    }
}

#[derive(Default)]
struct Options {
    brief: bool,
    mime_type: bool,
    mime_encoding: bool,
    follow: bool,
    no_pad: bool,
    zero: usize,
    errors: bool,
    separator: Option<Vec<u8>>,
}

/// Bytes that are looked at; programs have at their end what tells most of them.
const MOST: u64 = 7 << 20;
const MOST_OF_PROGRAM: u64 = 128 << 20;

pub fn main() -> i32 {
    let mut options = Options::default();
    let mut files = Vec::new();
    let items = cli::parse(cli::args(), &SPECS, Order::Permute).unwrap_or_else(|message| {
        eprint!("file: {message}\n{USAGE}");
        std::process::exit(1)
    });
    for item in items {
        match item {
            Item::Operand(name) => files.push(name),
            Item::Option(name, value) => options.set(name, value.unwrap_or_default(), &mut files),
        }
    }
    if files.is_empty() {
        eprint!("{USAGE}");
        return 1;
    }
    let width = files.iter().map(|name| String::from_utf8_lossy(name).chars().count()).max().unwrap_or(0);
    let mut out = Output::new("file", 1);
    let mut status = 0;
    for name in &files {
        let name = if name == b"-" { &b"/dev/stdin"[..] } else { name };
        let line = options.describe(name);
        if line.is_err() && options.errors {
            status = 1;
        }
        options.print(name, width, &line.unwrap_or_else(|text| text), &mut out);
    }
    status
}

impl Options {
    fn set(&mut self, name: &str, value: Vec<u8>, files: &mut Vec<Vec<u8>>) {
        match name {
            "b" => self.brief = true,
            "E" => self.errors = true,
            "f" => match crate::input::open(&value) {
                Ok(mut list) => {
                    let mut text = Vec::new();
                    // What can be read of the list counts.
                    let _ = list.read_to_end(&mut text);
                    files.extend(text.split(|byte| *byte == b'\n').filter(|name| !name.is_empty()).map(<[u8]>::to_vec));
                }
                Err(error) => cli::fail("file", 1, &format!("Cannot open `{}' ({})", cli::show(&value), cli::reason(&error))),
            },
            "F" => self.separator = Some(value),
            "i" => (self.mime_type, self.mime_encoding) = (true, true),
            "mime-type" => self.mime_type = true,
            "mime-encoding" => self.mime_encoding = true,
            "L" => self.follow = true,
            "h" => self.follow = false,
            "N" => self.no_pad = true,
            "0" => self.zero += 1,
            "help" => cli::print_and_exit(HELP),
            "v" => cli::print_and_exit("file-5.44 (Shadowbox; compatible with file)\n"),
            _ => {}
        }
    }

    fn print(&self, name: &[u8], width: usize, text: &str, out: &mut Output) {
        if !self.brief {
            out.put(name);
            if self.zero > 0 {
                out.put(b"\0");
            }
            if self.zero < 2 {
                out.put(self.separator.as_deref().unwrap_or(b":"));
                let pad = if self.no_pad { 0 } else { width - String::from_utf8_lossy(name).chars().count().min(width) };
                out.put(&vec![b' '; pad + 1]);
            }
        }
        out.put(text.as_bytes());
        out.put(if self.zero > 1 { b"\0" } else { b"\n" });
    }

    /// The text for a file; Err: it could not be looked at.
    fn describe(&self, name: &[u8]) -> Result<String, String> {
        let path = cli::path(name);
        let unreadable = |error: &io::Error| {
            if self.errors {
                format!("ERROR: cannot stat `{}' ({})", cli::show(name), cli::reason(error))
            } else {
                format!("cannot open `{}' ({})", cli::show(name), cli::reason(error))
            }
        };
        if name == b"/dev/stdin" {
            return self.content(io::stdin().lock(), None).map_err(|error| unreadable(&error));
        }
        let meta = if self.follow { fs::metadata(path) } else { fs::symlink_metadata(path) }.map_err(|error| unreadable(&error))?;
        let kind = meta.file_type();
        let special = if kind.is_symlink() {
            let target = fs::read_link(path).map(|target| cli::show(target.as_os_str().as_bytes())).unwrap_or_default();
            let broken = fs::metadata(path).is_err();
            if broken && (self.mime_type || self.mime_encoding) {
                return Ok(if self.mime_type { "inode/symlink".to_string() } else { "binary".to_string() });
            }
            Some((format!("{} {target}", if broken { "broken symbolic link to" } else { "symbolic link to" }), "inode/symlink"))
        } else if kind.is_dir() {
            let mode = meta.permissions().mode();
            let bits: String = [(0o4000, "setuid, "), (0o2000, "setgid, "), (0o1000, "sticky, ")].iter().filter(|(bit, _)| mode & bit != 0).map(|(_, text)| *text).collect();
            Some((if bits.is_empty() { "directory".to_string() } else { format!("{}, directory", bits.trim_end_matches(", ")) }, "inode/directory"))
        } else if kind.is_fifo() {
            Some(("fifo (named pipe)".to_string(), "inode/fifo"))
        } else if kind.is_socket() {
            Some(("socket".to_string(), "inode/socket"))
        } else if kind.is_char_device() {
            Some(("character special".to_string(), "inode/chardevice"))
        } else if kind.is_block_device() {
            Some(("block special".to_string(), "inode/blockdevice"))
        } else {
            None
        };
        if let Some((text, mime)) = special {
            return Ok(self.shown(Found::new(text, mime), "binary"));
        }
        let mode = meta.permissions().mode();
        match File::open(path).and_then(|file| self.content(file, Some(mode))) {
            Ok(text) => Ok(text),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok("regular file, no read permission".to_string()),
            Err(error) => Err(unreadable(&error)),
        }
    }

    fn content(&self, mut input: impl Read, mode: Option<u32>) -> io::Result<String> {
        let mut bytes = Vec::new();
        input.by_ref().take(MOST).read_to_end(&mut bytes)?;
        if bytes.starts_with(b"\x7fELF") {
            input.take(MOST_OF_PROGRAM).read_to_end(&mut bytes)?;
        }
        let (found, charset) = identify(&bytes);
        let bits = mode.filter(|_| !self.mime_type && !self.mime_encoding).map_or(String::new(), |mode| {
            [(0o4000, "setuid "), (0o2000, "setgid "), (0o1000, "sticky ")].iter().filter(|(bit, _)| mode & bit != 0).map(|(_, text)| *text).collect()
        });
        Ok(bits + &self.shown(found, charset))
    }

    fn shown(&self, found: Found, charset: &str) -> String {
        match (self.mime_type, self.mime_encoding) {
            (true, true) => format!("{}; charset={charset}", found.mime),
            (true, false) => found.mime.to_string(),
            (false, true) => charset.to_string(),
            (false, false) => found.text + &found.tail,
        }
    }
}

fn identify(bytes: &[u8]) -> (Found, &'static str) {
    match bytes.len() {
        0 => return (Found::new("empty", "inode/x-empty"), "binary"),
        1 => return (Found::new("very short file (no magic)", "application/octet-stream"), "binary"),
        _ => {}
    }
    let encoding = Encoding::of(bytes);
    let charset = encoding.charset();
    if let Some(found) = binary::identify(bytes) {
        return (found, charset);
    }
    match encoding {
        Encoding::Binary => (Found::new("data", "application/octet-stream"), charset),
        _ => (text_of(bytes, encoding), charset),
    }
}

fn text_of(bytes: &[u8], encoding: Encoding) -> Found {
    match json::json(bytes) {
        Some(json::Json::One) => return Found::new("JSON text data", "application/json"),
        Some(json::Json::Lines) => return Found::new("New Line Delimited JSON text data", "application/x-ndjson"),
        None => {}
    }
    if !matches!(encoding, Encoding::Utf16Le | Encoding::Utf16Be | Encoding::Utf32Le | Encoding::Utf32Be) && json::csv(bytes) {
        return Found::new("CSV text", "text/csv");
    }
    let name = encoding.name();
    let facts = encoding.line_facts(bytes);
    match text::topic(bytes) {
        Some(topic) => {
            let text = match topic.shape {
                Shape::Alone => topic.name,
                Shape::Text => format!("{}, {name}{facts}", topic.name),
                Shape::Executable => format!("{}, {name} executable{facts}", topic.name),
            };
            Found::new(text, topic.mime)
        }
        None => Found::new(format!("{name}{facts}"), "text/plain"),
    }
}
