//! What the GNU-style commands share: options as getopt_long reads them, messages, buffered output, names and times.

#![forbid(unsafe_code)]

mod options;
mod output;
pub mod time;

pub use options::{parse, Item, Order};
pub use output::Output;

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::exit;

/// The arguments after the program's name, as bytes.
pub fn args() -> Vec<Vec<u8>> {
    std::env::args_os().skip(1).map(|arg| arg.into_encoded_bytes()).collect()
}

/// The last part of the name the program was called by, or `default`.
pub fn called_as(default: &str) -> String {
    let first = std::env::args_os().next().map(|arg| arg.to_string_lossy().into_owned()).unwrap_or_default();
    match first.rsplit('/').next() {
        Some(name) if !name.is_empty() => name.to_string(),
        _ => default.to_string(),
    }
}

/// Bytes as a path.
pub fn path(name: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(name))
}

/// Bytes for a message.
pub fn show(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

/// What the system says of an error, without Rust's number.
pub fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    match text.rfind(" (os error ") {
        Some(at) => text[..at].to_string(),
        None => text,
    }
}

/// Says what is wrong and ends the program.
pub fn fail(program: &str, status: i32, message: &str) -> ! {
    eprintln!("{program}: {message}");
    exit(status)
}

/// Says what is wrong with the command line, names `--help` and ends the program.
pub fn bad_usage(program: &str, status: i32, message: &str) -> ! {
    if !message.is_empty() {
        eprintln!("{program}: {message}");
    }
    eprintln!("Try '{program} --help' for more information.");
    exit(status)
}

/// Writes a help or version text and ends the program well.
pub fn print_and_exit(text: &str) -> ! {
    use io::Write;
    // A reader that went away wants no text.
    let _ = io::stdout().write_all(text.as_bytes());
    exit(0)
}

/// Whether a name matches a shell pattern (`*`, `?`, `[…]`, `\`); with `slashes`, wildcards match `/` too.
pub fn glob(pattern: &[u8], name: &[u8], slashes: bool) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        let step = match pattern.get(p) {
            Some(b'*') => {
                star = Some((p + 1, n));
                p += 1;
                continue;
            }
            Some(b'?') => (slashes || name[n] != b'/').then(|| (p + 1, n + char_len(&name[n..]))),
            Some(b'[') if slashes || name[n] != b'/' => match class(&pattern[p + 1..], name[n]) {
                Some((matched, length)) => matched.then_some((p + 1 + length, n + 1)),
                None => (name[n] == b'[').then_some((p + 1, n + 1)),
            },
            Some(b'\\') if p + 1 < pattern.len() => (pattern[p + 1] == name[n]).then_some((p + 2, n + 1)),
            Some(&byte) => (byte == name[n]).then_some((p + 1, n + 1)),
            None => None,
        };
        match (step, star) {
            (Some(next), _) => (p, n) = next,
            (None, Some((after, from))) if slashes || name[from] != b'/' => {
                star = Some((after, from + 1));
                (p, n) = (after, from + 1);
            }
            _ => return false,
        }
    }
    pattern[p.min(pattern.len())..].iter().all(|byte| *byte == b'*')
}

fn char_len(text: &[u8]) -> usize {
    let length = match text[0] {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => 1,
    };
    match text.get(..length) {
        Some(bytes) if std::str::from_utf8(bytes).is_ok() => length,
        _ => 1,
    }
}

/// Matches a byte with a bracket expression whose `[` is read; the length includes the `]`. None: it never closes.
fn class(text: &[u8], byte: u8) -> Option<(bool, usize)> {
    let negated = matches!(text.first(), Some(b'!' | b'^'));
    let start = usize::from(negated);
    let mut at = start;
    let mut matched = false;
    loop {
        match *text.get(at)? {
            b']' if at > start => return Some((matched != negated, at + 1)),
            b'[' if text.get(at + 1) == Some(&b':') => {
                let end = text[at + 2..].windows(2).position(|pair| pair == b":]")?;
                matched |= named_class(&text[at + 2..at + 2 + end], byte);
                at += end + 4;
            }
            mut low => {
                if low == b'\\' && at + 1 < text.len() {
                    at += 1;
                    low = text[at];
                }
                let mut high = low;
                if text.get(at + 1) == Some(&b'-') && text.get(at + 2).is_some_and(|end| *end != b']') {
                    high = text[at + 2];
                    at += 2;
                }
                matched |= (low..=high).contains(&byte);
                at += 1;
            }
        }
    }
}

fn named_class(name: &[u8], byte: u8) -> bool {
    match name {
        b"alpha" => byte.is_ascii_alphabetic(),
        b"digit" => byte.is_ascii_digit(),
        b"alnum" => byte.is_ascii_alphanumeric(),
        b"upper" => byte.is_ascii_uppercase(),
        b"lower" => byte.is_ascii_lowercase(),
        b"space" => byte.is_ascii_whitespace() || byte == 11,
        b"blank" => byte == b' ' || byte == b'\t',
        b"punct" => byte.is_ascii_punctuation(),
        b"xdigit" => byte.is_ascii_hexdigit(),
        b"cntrl" => byte.is_ascii_control(),
        b"print" => byte.is_ascii_graphic() || byte == b' ',
        b"graph" => byte.is_ascii_graphic(),
        _ => false,
    }
}
