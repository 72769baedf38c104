//! `-K` and `~/.curlrc`: one option a line.

use crate::options::{Reader, Refusal};
use crate::values::unknown;
use net::form::read_file;

/// `~/.curlrc`, if there is one.
pub fn read_default(reader: &mut Reader) -> Result<(), Refusal> {
    let Ok(home) = std::env::var("HOME") else { return Ok(()) };
    let name = format!("{home}/.curlrc");
    if std::path::Path::new(&name).is_file() { read(reader, &name, "-K") } else { Ok(()) }
}

/// Files that name one another go no deeper.
const DEEPEST: usize = 5;

/// `name value`, `name=value` or `name: value`, values perhaps quoted.
pub fn read(reader: &mut Reader, name: &str, said: &str) -> Result<(), Refusal> {
    if reader.depth >= DEEPEST {
        return Err(unknown(said, "too many nested files"));
    }
    let Ok(bytes) = read_file(name) else {
        return Err((26, unknown(said, "error encountered when reading a file").1));
    };
    let text = String::from_utf8_lossy(&bytes).into_owned();
    reader.depth += 1;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let end = line.find(|c: char| c.is_whitespace() || c == '=' || c == ':').unwrap_or(line.len());
        let (flag, rest) = line.split_at(end);
        let value = unquote(rest.trim_start_matches(|c: char| c.is_whitespace() || c == '=' || c == ':'));
        let mut values = std::iter::once(value);
        match flag.strip_prefix('-') {
            Some(letters) if !letters.starts_with('-') => reader.short(letters, &mut values)?,
            _ => reader.long(flag.trim_start_matches('-'), &mut values)?,
        }
    }
    reader.depth -= 1;
    Ok(())
}

fn unquote(text: &str) -> String {
    let Some(inner) = text.strip_prefix('"') else { return text.split_whitespace().next().unwrap_or("").into() };
    let mut out = String::new();
    let mut letters = inner.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => break,
            '\\' => out.push(match letters.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('r') => '\r',
                Some('v') => '\u{b}',
                Some(other) => other,
                None => break,
            }),
            other => out.push(other),
        }
    }
    out
}
