//! Patches in the unified, context and normal formats.

/// One line of a hunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// ` `, `-` or `+`.
    pub kind: u8,
    /// With its newline, unless the file has none there.
    pub text: Vec<u8>,
}

#[derive(Clone, Debug)]
pub struct Hunk {
    pub old_start: usize,
    pub new_start: usize,
    pub lines: Vec<Line>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Unified,
    Context,
    Normal,
}

/// A file's changes.
#[derive(Clone, Debug)]
pub struct Change {
    pub format: Format,
    pub old: Option<Name>,
    pub new: Option<Name>,
    pub index: Option<Vec<u8>>,
    pub hunks: Vec<Hunk>,
    /// git's words: `new file mode`, `deleted file mode`, `rename from`, `rename to`.
    pub mode: Option<u32>,
    pub renamed: Option<(Vec<u8>, Vec<u8>)>,
}

/// A file's name in a header; `epoch`: its time says that it does not exist.
#[derive(Clone, Debug)]
pub struct Name {
    pub name: Vec<u8>,
    pub epoch: bool,
    pub stamp: Vec<u8>,
}

impl Hunk {
    pub fn count(&self, side: u8) -> usize {
        self.lines.iter().filter(|line| line.kind == b' ' || line.kind == side).count()
    }
}

pub struct Parser<'a> {
    lines: Vec<&'a [u8]>,
    at: usize,
}

/// The number of the line that is wrong.
pub struct Malformed(pub usize, pub Vec<u8>);

fn name(text: &[u8]) -> Option<Name> {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    if text.first() == Some(&b'"') {
        let (name, rest) = quoted(text)?;
        return Some(Name { name, epoch: false, stamp: rest.to_vec() });
    }
    let end = text.iter().position(|byte| *byte == b'\t').or_else(|| {
        // A time may follow a space.
        let shown = String::from_utf8_lossy(text);
        shown.find(" 19").or_else(|| shown.find(" 20")).filter(|at| shown[*at + 1..].len() >= 10 && shown.as_bytes().get(at + 5) == Some(&b'-'))
    });
    let end = end.unwrap_or(text.len());
    let stamp = text[end..].to_vec();
    let shown = String::from_utf8_lossy(&stamp).into_owned();
    let epoch = shown.contains("1970-01-01 00:00:00") || (shown.contains("1969-12-31") && shown.contains("-0"));
    let trimmed = text[..end].trim_ascii_end();
    (!trimmed.is_empty()).then(|| Name { name: trimmed.to_vec(), epoch: epoch || trimmed == b"/dev/null", stamp })
}

/// A name in C's quotes, and what follows.
fn quoted(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut out = Vec::new();
    let mut at = 1;
    loop {
        match *text.get(at)? {
            b'"' => return Some((out, &text[at + 1..])),
            b'\\' => {
                let next = *text.get(at + 1)?;
                at += 2;
                out.push(match next {
                    b'n' => b'\n',
                    b't' => b'\t',
                    b'a' => 7,
                    b'b' => 8,
                    b'f' => 12,
                    b'r' => b'\r',
                    b'v' => 11,
                    b'0'..=b'7' => {
                        let digits = text.get(at - 1..at + 2)?;
                        at += 2;
                        digits.iter().fold(0u32, |sum, digit| sum * 8 + u32::from(digit.wrapping_sub(b'0'))) as u8
                    }
                    other => other,
                });
            }
            other => {
                out.push(other);
                at += 1;
            }
        }
    }
}

/// `START[,COUNT]`.
fn range(text: &str) -> Option<(usize, usize)> {
    match text.split_once(',') {
        Some((start, count)) => Some((start.parse().ok()?, count.parse().ok()?)),
        None => Some((text.parse().ok()?, 1)),
    }
}

impl<'a> Parser<'a> {
    pub fn new(text: &'a [u8]) -> Parser<'a> {
        Parser { lines: text.split_inclusive(|byte| *byte == b'\n').collect(), at: 0 }
    }

    fn peek(&self) -> Option<&'a [u8]> {
        self.lines.get(self.at).copied()
    }

    fn malformed<T>(&self) -> Result<T, Malformed> {
        let line = self.peek().or(self.lines.last().copied()).unwrap_or_default();
        Err(Malformed(self.at + 1, line.to_vec()))
    }

    /// The next file's changes; None where no more are.
    pub fn next(&mut self) -> Result<Option<Change>, Malformed> {
        let mut change = Change { format: Format::Unified, old: None, new: None, index: None, hunks: Vec::new(), mode: None, renamed: None };
        let mut from: Option<Vec<u8>> = None;
        let mut git = false;
        while let Some(line) = self.peek() {
            let text = |prefix: &str| line.strip_prefix(prefix.as_bytes()).map(|rest| rest.trim_ascii_end().to_vec());
            if line.starts_with(b"diff --git ") {
                if git && (change.renamed.is_some() || change.mode.is_some()) {
                    return Ok(Some(change));
                }
                git = true;
            } else if let Some(rest) = line.strip_prefix(b"Index: ") {
                change.index = name(rest).map(|name| name.name);
            } else if let Some(mode) = text("new file mode ").or_else(|| text("new mode ")).filter(|_| git) {
                change.mode = u32::from_str_radix(&String::from_utf8_lossy(&mode), 8).ok();
            } else if let Some(old) = text("rename from ").filter(|_| git) {
                from = Some(old);
            } else if let Some(new) = text("rename to ").filter(|_| git) {
                change.renamed = from.take().map(|from| (from, new));
            } else if line.starts_with(b"--- ") && self.lines.get(self.at + 1).is_some_and(|next| next.starts_with(b"+++ ")) {
                change.old = name(&line[4..]);
                change.new = name(&self.lines[self.at + 1][4..]);
                self.at += 2;
                return self.unified(change).map(Some);
            } else if line.starts_with(b"*** ") && self.lines.get(self.at + 1).is_some_and(|next| next.starts_with(b"--- ")) {
                change.old = name(&line[4..]);
                change.new = name(&self.lines[self.at + 1][4..]);
                self.at += 2;
                change.format = Format::Context;
                return self.context(change).map(Some);
            } else if line.starts_with(b"@@ -") {
                return self.unified(change).map(Some);
            } else if command(line).is_some() {
                change.format = Format::Normal;
                return self.normal(change).map(Some);
            }
            self.at += 1;
        }
        Ok((change.renamed.is_some() || change.mode.is_some()).then_some(change))
    }

    /// Whether the line that follows says that the last one has no newline; it is passed over.
    fn no_newline(&mut self) -> bool {
        let found = self.peek().is_some_and(|line| line.starts_with(b"\\"));
        if found {
            self.at += 1;
        }
        found
    }

    fn body(&mut self, kind: u8, text: &[u8]) -> Line {
        let mut text = text.to_vec();
        if self.no_newline() && text.last() == Some(&b'\n') {
            text.pop();
        } else if text.last() != Some(&b'\n') && self.peek().is_none() && self.lines.last().is_some_and(|last| !last.ends_with(b"\n")) {
            text.push(b'\n');
        }
        Line { kind, text }
    }

    fn unified(&mut self, mut change: Change) -> Result<Change, Malformed> {
        while let Some(line) = self.peek().filter(|line| line.starts_with(b"@@ -")) {
            let shown = String::from_utf8_lossy(line).into_owned();
            let mut fields = shown[4..].split(' ');
            let old = fields.next().and_then(range);
            let new = fields.next().and_then(|field| field.strip_prefix('+')).and_then(range);
            let (Some((old_start, mut old)), Some((new_start, mut new))) = (old, new) else { return self.malformed() };
            self.at += 1;
            let mut lines = Vec::new();
            while old > 0 || new > 0 {
                let Some(line) = self.peek() else {
                    return self.malformed();
                };
                let (kind, text): (u8, &[u8]) = match line.first() {
                    Some(kind @ (b' ' | b'-' | b'+')) => (*kind, &line[1..]),
                    // Spaces at ends get lost on the way.
                    Some(b'\n') | Some(b'\t') => (b' ', line),
                    _ => return self.malformed(),
                };
                if (kind != b'+' && old == 0) || (kind != b'-' && new == 0) {
                    return self.malformed();
                }
                old -= usize::from(kind != b'+');
                new -= usize::from(kind != b'-');
                self.at += 1;
                let line = self.body(kind, text);
                lines.push(line);
            }
            change.hunks.push(Hunk { old_start, new_start, lines });
        }
        Ok(change)
    }

    /// One half of a context hunk: its start and lines.
    fn half(&mut self, mark: &str, kinds: &[u8]) -> Result<(usize, Vec<Line>, usize), Malformed> {
        let header = self.peek().map(String::from_utf8_lossy).unwrap_or_default().into_owned();
        let inner = header.trim_end().strip_prefix(mark).and_then(|rest| rest.trim_end_matches(['*', '-']).trim().to_string().into());
        let Some(inner) = inner else { return self.malformed() };
        let (start, end): (usize, usize) = match inner.split_once(',') {
            Some((start, end)) => match (start.parse(), end.parse()) {
                (Ok(start), Ok(end)) => (start, end),
                _ => return self.malformed(),
            },
            None => match inner.parse() {
                Ok(start) => (start, start),
                Err(_) => return self.malformed(),
            },
        };
        self.at += 1;
        let wanted = if start == 0 && end == 0 { 0 } else { (end + 1).saturating_sub(start) };
        let mut lines = Vec::new();
        while lines.len() < wanted {
            let Some(line) = self.peek() else { break };
            let Some(kind) = line.first().filter(|kind| kinds.contains(kind)) else { break };
            if line.starts_with(b"--- ") && line.trim_ascii_end().ends_with(b" ----") {
                break;
            }
            let text: &[u8] = line.get(2..).unwrap_or(b"\n");
            let kind = *kind;
            self.at += 1;
            let line = self.body(kind, text);
            lines.push(line);
        }
        Ok((start, lines, wanted))
    }

    fn context(&mut self, mut change: Change) -> Result<Change, Malformed> {
        while self.peek().is_some_and(|line| line.starts_with(b"***************")) {
            self.at += 1;
            let (old_start, mut old, old_count) = self.half("*** ", b" !-")?;
            let (new_start, mut new, new_count) = self.half("--- ", b" !+")?;
            // A half without changes may be left out.
            if old.is_empty() && old_count > 0 {
                old = new.iter().filter(|line| line.kind == b' ').cloned().collect();
            }
            if new.is_empty() && new_count > 0 {
                new = old.iter().filter(|line| line.kind == b' ').cloned().collect();
            }
            change.hunks.push(Hunk { old_start, new_start, lines: merge(old, new) });
        }
        Ok(change)
    }

    fn normal(&mut self, mut change: Change) -> Result<Change, Malformed> {
        while let Some((old, letter, new)) = self.peek().and_then(command) {
            self.at += 1;
            let mut lines = Vec::new();
            if letter != b'a' {
                for _ in old.0..=old.1 {
                    let Some(text) = self.peek().and_then(|line| line.strip_prefix(b"< ")) else { return self.malformed() };
                    self.at += 1;
                    let line = self.body(b'-', text);
                    lines.push(line);
                }
            }
            if letter == b'c' {
                if !self.peek().is_some_and(|line| line.starts_with(b"---")) {
                    return self.malformed();
                }
                self.at += 1;
            }
            if letter != b'd' {
                for _ in new.0..=new.1 {
                    let Some(text) = self.peek().and_then(|line| line.strip_prefix(b"> ")) else { return self.malformed() };
                    self.at += 1;
                    let line = self.body(b'+', text);
                    lines.push(line);
                }
            }
            change.hunks.push(Hunk { old_start: old.0, new_start: new.0, lines });
        }
        Ok(change)
    }
}

/// Both halves of a context hunk in one.
fn merge(old: Vec<Line>, new: Vec<Line>) -> Vec<Line> {
    let mut lines = Vec::new();
    let (mut old, mut new) = (old.into_iter().peekable(), new.into_iter().peekable());
    loop {
        while let Some(line) = old.next_if(|line| line.kind != b' ') {
            lines.push(Line { kind: b'-', ..line });
        }
        while let Some(line) = new.next_if(|line| line.kind != b' ') {
            lines.push(Line { kind: b'+', ..line });
        }
        match (old.next(), new.next()) {
            (Some(line), _) => lines.push(line),
            (None, Some(line)) => lines.push(line),
            (None, None) => return lines,
        }
    }
}

type Lines = (usize, usize);

/// `1,2c3,4` and its like.
fn command(line: &[u8]) -> Option<(Lines, u8, Lines)> {
    let text = std::str::from_utf8(line).ok()?.trim_end();
    let at = text.find(['a', 'c', 'd'])?;
    let lines = |text: &str| -> Option<Lines> {
        let (start, end) = text.split_once(',').unwrap_or((text, text));
        let all = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if !all(start) || !all(end) {
            return None;
        }
        Some((start.parse().ok()?, end.parse().ok()?))
    };
    let (old, new) = (lines(&text[..at])?, lines(&text[at + 1..])?);
    let sane = |lines: Lines| lines.1 >= lines.0 && lines.1 - lines.0 < 100_000_000;
    (sane(old) && sane(new)).then_some((old, text.as_bytes()[at], new))
}
