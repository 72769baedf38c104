//! Files as lines, and lines as classes of what compares equal.

use std::borrow::Cow;
use std::collections::HashMap;

/// A file's bytes and where its lines start.
#[derive(Default)]
pub struct Text {
    pub bytes: Vec<u8>,
    starts: Vec<usize>,
}

impl Text {
    pub fn new(bytes: Vec<u8>) -> Text {
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', &bytes).map(|at| at + 1));
        if starts.last() != Some(&bytes.len()) {
            starts.push(bytes.len());
        }
        Text { bytes, starts }
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// A line with its newline, if it has one.
    pub fn line(&self, index: usize) -> &[u8] {
        &self.bytes[self.starts[index]..self.starts[index + 1]]
    }

    pub fn misses_newline(&self) -> bool {
        self.bytes.last().is_some_and(|byte| *byte != b'\n')
    }

    /// Whether the start of the file holds a NUL.
    pub fn is_binary(&self) -> bool {
        memchr::memchr(0, &self.bytes[..self.bytes.len().min(32 * 1024)]).is_some()
    }
}

/// Which white space does not count.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Space {
    #[default]
    Counts,
    TabExpansion,
    Trailing,
    TabExpansionAndTrailing,
    Amount,
    All,
}

/// What does not count when lines are compared.
#[derive(Clone, Copy, Default)]
pub struct Ignore {
    pub case: bool,
    pub space: Space,
    /// A last line without newline equals one with it.
    pub last_newline: bool,
}

pub fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

impl Ignore {
    /// What is left of a line where only that counts.
    fn key<'a>(&self, line: &'a [u8], tab: usize) -> Cow<'a, [u8]> {
        let trailing = self.space >= Space::Trailing || self.last_newline;
        let text = if trailing { line.strip_suffix(b"\n").unwrap_or(line) } else { line };
        let mut key: Cow<[u8]> = match self.space {
            Space::Counts => Cow::Borrowed(text),
            Space::TabExpansion => expand_tabs(text, tab),
            Space::Trailing => Cow::Borrowed(trim_end(text)),
            Space::TabExpansionAndTrailing => expand_tabs(trim_end(text), tab),
            Space::Amount => squeeze(trim_end(text)),
            Space::All => Cow::Owned(text.iter().copied().filter(|byte| !is_space(*byte)).collect()),
        };
        if self.case {
            key = Cow::Owned(lower(&key));
        }
        key
    }
}

fn lower(text: &[u8]) -> Vec<u8> {
    match std::str::from_utf8(text) {
        Ok(text) if !text.is_ascii() => text.to_lowercase().into_bytes(),
        _ => text.to_ascii_lowercase(),
    }
}

fn trim_end(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|byte| !is_space(*byte)).map_or(0, |at| at + 1);
    &text[..end]
}

fn squeeze(text: &[u8]) -> Cow<'_, [u8]> {
    let mut out = Vec::with_capacity(text.len());
    for &byte in text {
        if !is_space(byte) {
            out.push(byte);
        } else if out.last() != Some(&b' ') {
            out.push(b' ');
        }
    }
    Cow::Owned(out)
}

fn expand_tabs(text: &[u8], tab: usize) -> Cow<'_, [u8]> {
    if !text.contains(&b'\t') {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len() + tab);
    for &byte in text {
        if byte == b'\t' {
            out.resize(out.len() + tab - out.len() % tab, b' ');
        } else {
            out.push(byte);
        }
    }
    Cow::Owned(out)
}

/// The class of every line of both files from `prefix` on, up to `suffix` lines before the ends: lines of one class
/// compare equal.
pub fn classes(files: [&Text; 2], prefix: usize, ends: [usize; 2], ignore: Ignore, tab: usize) -> ([Vec<u32>; 2], usize) {
    let mut known: HashMap<Cow<[u8]>, u32> = HashMap::new();
    let classes = [0, 1].map(|side: usize| {
        (prefix..ends[side])
            .map(|index| {
                let next = known.len() as u32;
                *known.entry(ignore.key(files[side].line(index), tab)).or_insert(next)
            })
            .collect()
    });
    (classes, known.len())
}
