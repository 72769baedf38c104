//! Values to YAML, with a document's notes.

use super::notes::{Note, Notes, Raw, Step};
use super::scalar;
use crate::value::{equal, Value};

struct Writer<'a> {
    notes: &'a Notes,
    indent: usize,
    out: String,
    path: Vec<Step>,
}

/// A document's text.
pub fn write(value: &Value, notes: &Notes, at: &[Step], indent: usize) -> String {
    let mut writer = Writer { notes, indent, out: String::new(), path: at.to_vec() };
    let note = writer.note();
    let (head, line) = note.map_or((Vec::new(), None), |note| (note.head.clone(), note.line.clone()));
    // A comment in front of what was chosen from a document is not the choice's.
    if at.is_empty() {
        head.iter().for_each(|comment| writer.out.push_str(&format!("{comment}\n")));
    }
    match value {
        Value::Array(items) if !items.is_empty() && !writer.is_flow() => writer.sequence(items, 0, false),
        Value::Object(map) if !map.is_empty() && !writer.is_flow() => writer.mapping(map, 0, false),
        value => {
            let text = writer.scalar(value, 0);
            writer.out.push_str(&text);
            if let Some(comment) = line {
                writer.out.push_str(&format!(" {comment}"));
            }
            writer.out.push('\n');
        }
    }
    writer.out
}

impl Writer<'_> {
    fn note(&self) -> Option<&Note> {
        self.notes.get(&self.path)
    }

    fn is_flow(&self) -> bool {
        self.note().is_some_and(|note| note.flow)
    }

    fn head(&mut self, margin: usize, first: bool) {
        let comments = self.note().map_or(Vec::new(), |note| note.head.clone());
        for (index, comment) in comments.iter().enumerate() {
            let space = if first && index == 0 { String::new() } else { " ".repeat(margin) };
            self.out.push_str(&format!("{space}{comment}\n"));
        }
        if !(first && comments.is_empty()) {
            self.out.push_str(&" ".repeat(margin));
        }
    }

    /// `inline`: the first entry stands behind a `- `.
    fn sequence(&mut self, items: &[Value], margin: usize, inline: bool) {
        for (index, item) in items.iter().enumerate() {
            self.path.push(Step::Index(index));
            self.head(margin, inline && index == 0);
            self.out.push('-');
            self.entry(item, margin, true);
            self.path.pop();
        }
    }

    fn mapping(&mut self, map: &crate::value::Map, margin: usize, inline: bool) {
        for (index, (key, value)) in map.iter().enumerate() {
            self.path.push(Step::Key(key.to_string()));
            self.head(margin, inline && index == 0);
            let written = self.note().and_then(|note| note.key.clone()).filter(|written| !written.starts_with('*')).unwrap_or_else(|| scalar_key(key));
            self.out.push_str(&format!("{written}:"));
            self.entry(value, margin, false);
            self.path.pop();
        }
    }

    /// What follows `-` or `key:`.
    fn entry(&mut self, value: &Value, margin: usize, item: bool) {
        let comment = self.note().and_then(|note| note.line.clone()).map_or(String::new(), |comment| format!(" {comment}"));
        let flow = self.is_flow();
        match value {
            Value::Array(items) if !items.is_empty() && !flow => {
                if item {
                    self.out.push(' ');
                    self.sequence(items, margin + 2, true);
                } else {
                    self.out.push_str(&format!("{comment}\n"));
                    self.sequence(items, margin + self.indent, false);
                }
            }
            Value::Object(map) if !map.is_empty() && !flow => {
                if item {
                    self.out.push(' ');
                    self.mapping(map, margin + 2, true);
                } else {
                    self.out.push_str(&format!("{comment}\n"));
                    self.mapping(map, margin + self.indent, false);
                }
            }
            value => {
                let text = self.scalar(value, margin + self.indent);
                if !(text.is_empty() && matches!(value, Value::Null)) {
                    self.out.push(' ');
                }
                self.out.push_str(&format!("{text}{comment}\n"));
            }
        }
    }

    /// A scalar, or a collection on one line.
    fn scalar(&mut self, value: &Value, margin: usize) -> String {
        if let Some((old, raw)) = self.note().and_then(|note| note.raw.clone()) {
            let same = std::mem::discriminant(&old) == std::mem::discriminant(value) && equal(&old, value);
            match raw {
                Raw::Inline(text) if same => return text,
                Raw::Block(header, lines) if same => return block(&header, lines.iter().map(String::as_str), margin),
                // A new string keeps the old one's quotes.
                Raw::Inline(text) if matches!((&old, value), (Value::String(_), Value::String(_))) && text.starts_with(['"', '\'']) => return quoted_like(&text, value),
                _ => {}
            }
        }
        match value {
            Value::String(text) if text.contains('\n') && !text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') && text.trim() != "" => {
                let body = text.trim_end_matches('\n');
                let header = match text.len() - body.len() {
                    0 => "|-",
                    1 => "|",
                    _ => "|+",
                };
                let header = if text.starts_with(' ') { header.replacen('|', &format!("|{}", self.indent), 1) } else { header.to_string() };
                let lines = text.strip_suffix('\n').unwrap_or(text);
                block(&header, lines.split('\n'), margin)
            }
            Value::Array(_) | Value::Object(_) => self.flow(value),
            value => plain(value, false),
        }
    }

    fn flow(&mut self, value: &Value) -> String {
        match value {
            Value::Array(items) => {
                let parts: Vec<String> = items.iter().enumerate().map(|(index, item)| self.inside(Step::Index(index), item)).collect();
                format!("[{}]", parts.join(", "))
            }
            Value::Object(map) => {
                let parts: Vec<String> = map.iter().map(|(key, value)| format!("{}: {}", scalar_key(key), self.inside(Step::Key(key.to_string()), value))).collect();
                format!("{{{}}}", parts.join(", "))
            }
            value => match self.note().and_then(|note| note.raw.clone()) {
                Some((old, Raw::Inline(text))) if std::mem::discriminant(&old) == std::mem::discriminant(value) && equal(&old, value) => text,
                _ => plain(value, true),
            },
        }
    }

    fn inside(&mut self, step: Step, value: &Value) -> String {
        self.path.push(step);
        let text = self.flow(value);
        self.path.pop();
        text
    }
}

fn scalar_key(key: &str) -> String {
    if key.is_empty() { "\"\"".to_string() } else { scalar::inline(key, false) }
}

fn quoted_like(old: &str, value: &Value) -> String {
    let Value::String(text) = value else { return plain(value, false) };
    if old.starts_with('"') || text.contains('\n') {
        return crate::print::compact(value);
    }
    format!("'{}'", text.replace('\'', "''"))
}

fn block<'a>(header: &str, lines: impl Iterator<Item = &'a str>, margin: usize) -> String {
    let space = " ".repeat(margin);
    let lines: String = lines.map(|line| if line.is_empty() { "\n".to_string() } else { format!("\n{space}{line}") }).collect();
    format!("{header}{lines}")
}

/// A value on one line as YAML has it.
pub fn plain(value: &Value, flow: bool) -> String {
    match value {
        Value::String(text) if text.is_empty() => "\"\"".to_string(),
        Value::String(text) => scalar::inline(text, flow),
        Value::Number(number) if number.is_nan() => ".nan".to_string(),
        Value::Number(number) if number.is_infinite() => if *number > 0.0 { ".inf" } else { "-.inf" }.to_string(),
        Value::Array(items) if items.is_empty() => "[]".to_string(),
        Value::Object(map) if map.is_empty() => "{}".to_string(),
        value => crate::print::compact(value),
    }
}
