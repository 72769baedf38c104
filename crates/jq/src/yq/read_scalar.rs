//! YAML's scalars: plain ones, those in quotes, and blocks.

use super::notes::Raw;
use super::read::{Read, Reader};
use super::scalar;
use crate::value::Value;

impl<'a> Reader<'a> {
    /// A plain scalar; it may go on over lines that are indented more than `parent`.
    pub(super) fn plain(&mut self, parent: i64) -> Read<Value> {
        let start = self.at;
        let mut text = self.plain_line(false).to_string();
        let first_end = self.at;
        let mut lines = 1;
        if text.contains(": ") || text.ends_with(':') {
            return self.fail("mapping values are not allowed in this context");
        }
        if self.comment_follows() {
            let value = scalar::resolve(&text);
            self.keep_raw(&value, start);
            self.line_end()?;
            return Ok(value);
        }
        loop {
            let line_end = self.at;
            let mut breaks = 0;
            while matches!(self.peek(), Some(b'\n' | b'\r' | b' ' | b'\t')) {
                breaks += usize::from(self.peek() == Some(b'\n'));
                self.at += 1;
            }
            let goes_on = breaks > 0 && self.peek().is_some_and(|byte| byte != b'#') && self.column() > parent && !self.marker("---") && !self.marker("...");
            if !goes_on || (self.key_length().is_some() && lines == 1 && parent >= 0 && self.column() <= parent) {
                self.at = line_end;
                break;
            }
            if self.key_length().is_some() {
                return self.fail("mapping values are not allowed in this context");
            }
            text.push_str(&if breaks > 1 { "\n".repeat(breaks - 1) } else { " ".to_string() });
            text.push_str(self.plain_line(false));
            lines += 1;
        }
        if lines > 1 {
            self.line_end()?;
            return Ok(text.into());
        }
        self.at = first_end;
        let value = scalar::resolve(&text);
        self.keep_raw(&value, start);
        self.line_end()?;
        Ok(value)
    }

    fn comment_follows(&self) -> bool {
        self.text[self.at..].trim_start_matches([' ', '\t']).starts_with('#')
    }

    /// The rest of the line that belongs to a plain scalar.
    pub(super) fn plain_line(&mut self, flow: bool) -> &'a str {
        let line = self.line();
        let bytes = line.as_bytes();
        let mut end = 0;
        while end < bytes.len() {
            let next = bytes.get(end + 1);
            let stop = match bytes[end] {
                b'#' => end > 0 && matches!(bytes[end - 1], b' ' | b'\t'),
                b':' => next.is_none_or(|next| matches!(next, b' ' | b'\t' | b'\r') || (flow && matches!(next, b',' | b']' | b'}'))),
                b',' | b'[' | b']' | b'{' | b'}' => flow,
                _ => false,
            };
            // Outside of collections a colon was looked for before.
            if stop && (flow || bytes[end] == b'#') {
                break;
            }
            end += 1;
        }
        let text = line[..end].trim_end();
        self.at += text.len();
        text
    }

    /// A scalar in quotes; lines are folded.
    pub(super) fn quoted(&mut self) -> Read<String> {
        let quote = self.text.as_bytes()[self.at];
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = &self.text[self.at..];
            let Some(c) = rest.chars().next() else { return self.fail("found unexpected end of stream") };
            self.at += c.len_utf8();
            match c {
                '\'' if quote == b'\'' && self.peek() == Some(b'\'') => {
                    self.at += 1;
                    out.push('\'');
                }
                '\'' | '"' if c as u8 == quote => return Ok(out),
                '\\' if quote == b'"' => self.escape(&mut out)?,
                '\n' => {
                    out.truncate(out.trim_end_matches([' ', '\t']).len());
                    let rest = &self.text[self.at..];
                    let space = &rest[..rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len()];
                    self.at += space.len();
                    match space.matches('\n').count() {
                        0 => out.push(' '),
                        count => out.push_str(&"\n".repeat(count)),
                    }
                }
                c => out.push(c),
            }
        }
    }

    fn escape(&mut self, out: &mut String) -> Read<()> {
        let Some(letter) = self.peek() else { return self.fail("found unexpected end of stream") };
        self.at += self.text[self.at..].chars().next().map_or(1, char::len_utf8);
        if letter == b'\n' {
            self.spaces();
            return Ok(());
        }
        match scalar::escape(letter) {
            Ok(text) => out.push_str(text),
            Err(count) => {
                let code = self.text.get(self.at..self.at + count).filter(|_| count > 0).and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32);
                let Some(c) = code else { return self.fail("found unknown escape character") };
                out.push(c);
                self.at += count;
            }
        }
        Ok(())
    }

    /// A scalar behind `|` or `>`.
    pub(super) fn block_scalar(&mut self, parent: i64) -> Read<Value> {
        let header = self.line().split(" #").next().unwrap_or_default().trim().to_string();
        self.skip_line();
        let explicit = header.bytes().find(u8::is_ascii_digit).map(|digit| i64::from(digit - b'0'));
        let indent = |line: &str| (line.len() - line.trim_start_matches(' ').len()) as i64;
        let mut lines: Vec<&str> = Vec::new();
        let mut margin = explicit.map(|count| parent.max(0) + count);
        while self.at < self.text.len() {
            let line = self.line().trim_end_matches('\r');
            let empty = line.trim_start_matches(' ').is_empty();
            if !empty {
                let least = *margin.get_or_insert_with(|| indent(line));
                if indent(line) < least || indent(line) <= parent || self.marker("---") {
                    break;
                }
            }
            lines.push(line);
            self.skip_line();
        }
        // The newline before what comes next stays there, as behind other scalars.
        if self.at > 0 && self.text.as_bytes()[self.at - 1] == b'\n' {
            self.at -= 1;
        }
        let margin = margin.unwrap_or(0) as usize;
        let lines: Vec<&str> = lines.iter().map(|line| line.get(margin..).unwrap_or("")).collect();
        let text = chomped(if header.starts_with('|') { lines.join("\n") } else { folded(&lines) }, &header);
        let value = Value::from(text);
        let kept = lines.iter().map(|line| line.to_string()).collect::<Vec<_>>();
        let last = kept.iter().rposition(|line| !line.is_empty()).map_or(0, |at| at + 1);
        let kept = if header.contains('+') { kept } else { kept[..last].to_vec() };
        self.notes.at(&self.path).raw = Some((value.clone(), Raw::Block(header, kept)));
        Ok(value)
    }
}

/// Lines of `>`: joined with spaces, but not those that are indented or empty.
fn folded(lines: &[&str]) -> String {
    let mut out = String::new();
    let apart = |line: &str| line.is_empty() || line.starts_with([' ', '\t']);
    for (index, line) in lines.iter().enumerate() {
        if index > 0 {
            let before = lines[index - 1];
            match (apart(before), apart(line)) {
                (false, false) => out.push(' '),
                (true, false) if before.is_empty() && lines[..index - 1].iter().rev().find(|line| !line.is_empty()).is_none_or(|line| !apart(line)) => {}
                _ => out.push('\n'),
            }
        }
        out.push_str(line);
    }
    out
}

fn chomped(text: String, header: &str) -> String {
    let body = text.trim_end_matches('\n');
    if header.contains('+') {
        format!("{text}\n")
    } else if header.contains('-') || body.is_empty() {
        body.to_string()
    } else {
        format!("{body}\n")
    }
}
