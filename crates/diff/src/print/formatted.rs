//! Output by templates: --GTYPE-group-format, --LTYPE-line-format, --ifdef.

use super::Printer;
use crate::compare::Change;
use crate::options::{CHANGED, NEW, OLD, UNCHANGED};

impl Printer<'_> {
    pub(super) fn formatted(&mut self, changes: &[Change]) {
        let (mut i, mut j) = (0, 0);
        for change in changes {
            self.group(UNCHANGED, i..change.old.start, j..change.new.start);
            let kind = match (change.old.is_empty(), change.new.is_empty()) {
                (true, _) => NEW,
                (_, true) => OLD,
                _ => CHANGED,
            };
            self.group(kind, change.old.clone(), change.new.clone());
            (i, j) = (change.old.end, change.new.end);
        }
        let [old, new] = self.texts;
        self.group(UNCHANGED, i..old.len(), j..new.len());
    }

    fn group(&mut self, kind: usize, old: std::ops::Range<usize>, new: std::ops::Range<usize>) {
        if old.is_empty() && new.is_empty() {
            return;
        }
        let options = self.options;
        let format = options.formats.groups[kind].as_deref().unwrap_or_default();
        let group = Group { old, new };
        self.expand(format, &group);
    }

    /// Writes a template out; returns what is left behind a `)` or `:` of a condition.
    fn expand(&mut self, format: &[u8], group: &Group) {
        let mut rest = format;
        while let Some((&byte, after)) = rest.split_first() {
            rest = after;
            if byte != b'%' {
                self.put(&[byte]);
                continue;
            }
            match after.first() {
                Some(b'%') => {
                    self.put(b"%");
                    rest = &after[1..];
                }
                Some(b'<') => {
                    self.lines(OLD, 0, group.old.clone());
                    rest = &after[1..];
                }
                Some(b'=') => {
                    self.lines(UNCHANGED, 0, group.old.clone());
                    rest = &after[1..];
                }
                Some(b'>') => {
                    self.lines(NEW, 1, group.new.clone());
                    rest = &after[1..];
                }
                Some(b'(') => match condition(&after[1..], group) {
                    Some((branch, behind)) => {
                        self.expand(branch, group);
                        rest = behind;
                    }
                    None => self.put(b"%"),
                },
                _ => match character(after).or_else(|| number(after, |letter| group.number(letter))) {
                    Some((text, behind)) => {
                        self.put(&text);
                        rest = behind;
                    }
                    None => self.put(b"%"),
                },
            }
        }
    }

    fn lines(&mut self, kind: usize, side: usize, range: std::ops::Range<usize>) {
        let options = self.options;
        let format = options.formats.lines[kind].as_deref().unwrap_or_default();
        for index in range {
            let texts = self.texts;
            let line = texts[side].line(index);
            let bare = line.strip_suffix(b"\n").unwrap_or(line);
            let mut rest = format;
            while let Some((&byte, after)) = rest.split_first() {
                rest = after;
                match (byte, after.first()) {
                    (b'%', Some(b'%')) => self.put(b"%"),
                    (b'%', Some(b'l')) => self.text(bare, 0),
                    (b'%', Some(b'L')) => {
                        self.text(bare, 0);
                        self.put(&line[bare.len()..]);
                    }
                    (b'%', _) => {
                        let found = character(after).or_else(|| number(after, |letter| (letter == b'n').then_some(index + 1)));
                        match found {
                            Some((text, behind)) => {
                                self.put(&text);
                                rest = behind;
                            }
                            None => self.put(b"%"),
                        }
                        continue;
                    }
                    _ => {
                        self.put(&[byte]);
                        continue;
                    }
                }
                rest = &after[1..];
            }
        }
    }
}

struct Group {
    old: std::ops::Range<usize>,
    new: std::ops::Range<usize>,
}

impl Group {
    fn number(&self, letter: u8) -> Option<usize> {
        let lines = if letter.is_ascii_lowercase() { &self.old } else { &self.new };
        match letter.to_ascii_lowercase() {
            b'f' => Some(lines.start + 1),
            b'l' => Some(lines.end),
            b'n' => Some(lines.len()),
            b'e' => Some(lines.start),
            b'm' => Some(lines.end + 1),
            _ => None,
        }
    }
}

/// `c'C'` or `c'\OOO'` behind a percent sign.
fn character(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let inner = text.strip_prefix(b"c'")?;
    let end = 1 + inner[1.min(inner.len())..].iter().position(|byte| *byte == b'\'')?;
    let byte = match inner[..end].strip_prefix(b"\\") {
        Some(octal) if !octal.is_empty() => u8::from_str_radix(std::str::from_utf8(octal).ok()?, 8).ok()?,
        _ if end == 1 => inner[0],
        _ => return None,
    };
    Some((vec![byte], &inner[end + 1..]))
}

/// `[-][WIDTH][.[PREC]]{doxX}LETTER` behind a percent sign.
fn number(text: &[u8], value: impl Fn(u8) -> Option<usize>) -> Option<(Vec<u8>, &[u8])> {
    let mut at = 0;
    let mut flag = |byte: u8| {
        let found = text.get(at) == Some(&byte);
        at += usize::from(found);
        found
    };
    let left = flag(b'-');
    let quotes = flag(b'\'');
    let zero = text.get(at) == Some(&b'0');
    let digits = |at: &mut usize| {
        let start = *at;
        *at += text[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        std::str::from_utf8(&text[start..*at]).ok().and_then(|digits| digits.parse::<usize>().ok()).unwrap_or(0).min(4096)
    };
    let width = digits(&mut at);
    let mut precision = 0;
    if text.get(at) == Some(&b'.') {
        at += 1;
        precision = digits(&mut at);
    }
    let _ = quotes;
    let number = value(*text.get(at + 1)?)?;
    let mut shown = match text.get(at)? {
        b'd' => number.to_string(),
        b'o' => format!("{number:o}"),
        b'x' => format!("{number:x}"),
        b'X' => format!("{number:X}"),
        _ => return None,
    };
    shown = format!("{shown:0>precision$}");
    let shown = match (left, zero && precision == 0) {
        (true, _) => format!("{shown:<width$}"),
        (false, true) => format!("{shown:0>width$}"),
        (false, false) => format!("{shown:>width$}"),
    };
    Some((shown.into_bytes(), &text[at + 2..]))
}

/// `A=B?T:E)` behind `%(`: the branch that holds and what follows.
fn condition<'a>(text: &'a [u8], group: &Group) -> Option<(&'a [u8], &'a [u8])> {
    let (a, text) = operand(text, group)?;
    let (b, text) = operand(text.strip_prefix(b"=")?, group)?;
    let text = text.strip_prefix(b"?")?;
    let then_end = branch_end(text, b':')?;
    let otherwise = &text[then_end + 1..];
    let end = branch_end(otherwise, b')')?;
    let branch = if a == b { &text[..then_end] } else { &otherwise[..end] };
    Some((branch, &otherwise[end + 1..]))
}

fn operand<'a>(text: &'a [u8], group: &Group) -> Option<(usize, &'a [u8])> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits > 0 {
        return Some((std::str::from_utf8(&text[..digits]).ok()?.parse().ok()?, &text[digits..]));
    }
    Some((group.number(*text.first()?)?, &text[1..]))
}

/// Where a branch ends, past the conditions inside it.
fn branch_end(text: &[u8], stop: u8) -> Option<usize> {
    let mut at = 0;
    let mut depth = 0;
    while at < text.len() {
        match text[at] {
            b'%' if text.get(at + 1) == Some(&b'(') => {
                depth += 1;
                at += 1;
            }
            b'%' if text.get(at + 1).is_some() => at += 1,
            b')' if depth > 0 => depth -= 1,
            byte if byte == stop && depth == 0 => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}
